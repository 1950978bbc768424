"""How the window looks: tokens, palette, style sheet, icons."""

from selfaudit_ui.theme.icons import icon, pixmap
from selfaudit_ui.theme.style import Theme, apply_theme, current, frame_sheet
from selfaudit_ui.theme.tokens import DARK, LIGHT, SPACE, Tokens, branded

__all__ = ["DARK", "LIGHT", "SPACE", "Theme", "Tokens", "apply_theme", "branded", "current", "frame_sheet", "icon", "pixmap"]
