"""The report as one self-contained HTML file: autoescaped, no script, prints well, light and dark."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import jinja2
from markupsafe import Markup

from selfaudit.engine import Audit
from selfaudit.i18n import _
from selfaudit.policy.colours import unreadable
from selfaudit.report.content import Content, content_of
from selfaudit.report.content.say import checks_words, findings_words, requirements_words
from selfaudit.text import printable

_UNITS = {"requirements_words": requirements_words, "checks_words": checks_words, "findings_words": findings_words}
# Backgrounds of report.css on which the accent stands.
_LIGHT, _DARK = ("#f7f7f5", "#ffffff"), ("#15181b", "#1e2226")
_MAX = 14_000  # characters of one text; the content's own bounds are narrower


def render_html(audit: Audit, *, before: Audit | None = None, now: float | None = None) -> str:
    """The report. What the person says about findings stands beside them as their word and changes no verdict.

    Args:
        audit: with its results, the statement and the marks.
        before: an earlier audit, which is shown beside it.
        now: UTC seconds from which the statement's days are seen, None for this moment.
    """
    return html_of(content_of(audit, before=before, now=now))


def html_of(content: Content) -> str:
    """The page of a content that is made already; its own words are in the chosen language, too."""
    # A provider's colour that cannot be read gives way to the usual one; `look_of` let nothing but colours in.
    light = "" if unreadable(content.accent, _LIGHT) else content.accent
    dark = "" if unreadable(content.accent_dark, _DARK) else content.accent_dark
    content = replace(content, accent=light, accent_dark=dark)
    # An image's data is no text to be shown, and would be cut; `look_of` let only base64 into it.
    return _template().render(content=content, logo=Markup("{}").format(content.logo), _=_, **_UNITS)


def _whole_words(text: str) -> Markup:
    """Text whose short words with a hyphen stay on one line: a "-all" that is broken after its hyphen reads like two terms."""
    safe = "\n".join(printable(line, _MAX) for line in text.splitlines())
    words = re.split(r"(\s+)", safe)
    return Markup("").join(Markup('<span class="w">{}</span>').format(w) if "-" in w and len(w) <= 40 else w for w in words)


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
    environment.filters["whole_words"] = _whole_words
    return environment.get_template("report.html")
