"""The page for the customer as one self-contained HTML file: no script, nothing fetched, light and dark, to print and on a telephone."""

from __future__ import annotations

from functools import cache

import jinja2
from markupsafe import Markup

from selfaudit.i18n import _
from selfaudit.policy.colours import readable
from selfaudit.report.sending.content import Sending
from selfaudit.text import printable

_MAX = 5000  # characters of one text; the content's own bounds are narrower
# Backgrounds of the page's style (sending.css) on which the accent stands, and the accents that it has without a provider's.
_LIGHT, _DARK, _PAPER = ("#f7f7f5", "#ffffff", "#f0f1f3"), ("#15181b", "#1e2226", "#272c31"), ("#ffffff",)
_ACCENT, _ACCENT_DARK = "#1d5c8f", "#86bdea"


def page_html(sending: Sending) -> str:
    """The page. A provider's colour that cannot be read on it gives way to the usual one."""
    look = sending.look
    light = readable(look.accent, (*_LIGHT, *_PAPER), _ACCENT)
    dark = readable(look.accent_dark or look.accent, _DARK, _ACCENT_DARK)
    # An image's data is no text to be shown, and would be cut; `look_of` let only base64 into it.
    return _template().render(sending=sending, accent=light, accent_dark=dark, logo=Markup("{}").format(look.logo), _=_)


def _shown(value: object) -> object:
    """Every expression of the template passes here: escaping for HTML leaves what reorders a line or steers a terminal."""
    return printable(value, _MAX) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("selfaudit_resources", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    return environment.get_template("sending.html")
