"""Opens the window with the tour; one line where there is no screen. Nothing of Qt is loaded before that is known."""

from __future__ import annotations

from selfaudit.demo.leaflet import known_pack
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit_ui.app import has_screen


def run(provider: str = "", language: str = "") -> int:
    """Opens the app in presenter's mode and returns when its window is closed.

    Args:
        provider: whose leaflet the last stop saves, by id, name or alias; "" for the demo's provider.
        language: of the window, "" for the one that this person has chosen.

    Raises:
        UserError: there is no screen, the provider is not known, or the window's libraries cannot be loaded.
    """
    if not has_screen():
        raise UserError(
            _("There is no screen here, so the app cannot open. Without one: make demo, or selfaudit demo --out DIR.")
        )
    known_pack(provider)
    try:
        from selfaudit_ui.tour.window import present
    except ImportError as error:
        text = _(
            "The window's libraries cannot be loaded ({why}). On Debian or Ubuntu: apt-get install libegl1 libgl1 libxcb-cursor0"
        )
        raise UserError(text.format(why=error)) from None
    return present(provider, language)
