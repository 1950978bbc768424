"""How the window looks: tokens, palette, style sheet, icons."""

from selfaudit_ui.theme.icons import icon, pixmap
from selfaudit_ui.theme.style import Theme, apply_theme, current
from selfaudit_ui.theme.tokens import DARK, LIGHT, SPACE, Tokens

__all__ = ["DARK", "LIGHT", "SPACE", "Theme", "Tokens", "apply_theme", "current", "icon", "pixmap"]
