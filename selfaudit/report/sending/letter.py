"""The letter as plain text, 76 columns wide, so that it can be pasted into a ticket system or a mail.

What others have written never begins a line: it is indented, also where it is wrapped. So no line of it can be read as the header of a mail.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from selfaudit.i18n import _
from selfaudit.report.sending.content import PAGE, Sending

WIDTH = 76
LONGEST = 200  # characters of a word; at most 800 octets


def letter_text(sending: Sending) -> str:
    """The letter; lines end with a line feed."""
    parts: list[str] = [
        _wrapped(sending.title, "", "  "),
        _("Hello,"),
        *(_wrapped(text, "") for text in sending.opening),
        _facts(sending),
    ]
    if sending.message:
        parts.append("\n".join(_wrapped(line, "  ") for line in sending.message))
    if sending.cited:
        parts.append(
            _list(_("Clauses that it is about"), (f"{c.id}  {c.heading}".rstrip() for c in sending.cited), bullet="- ")
        )
    if sending.demands:
        parts.append(_list(_("What we ask you to do"), sending.demands))
    parts.append(_list(_("How to answer, in five steps"), sending.steps))
    parts.append(_wrapped(_about_page(sending), "") if _about_page(sending) else "")
    parts.append(_list(_("What the program sends, and what not"), sending.sends, bullet="- "))
    targets = [*sending.targets, *filter(None, (sending.more_targets,))]
    permission = _wrapped(sending.permission, "  ")
    parts.append("\n".join([_("What may be checked"), permission, *(_wrapped(t, "  - ", "    ") for t in targets)]))
    if sending.hosted:
        hosted = [*sending.hosted, *filter(None, (sending.more_hosted,))]
        parts.append("\n".join([_wrapped(sending.hosting, "  "), *(_wrapped(t, "  - ", "    ") for t in hosted)]))
    parts.append(_wrapped(sending.ask, "", "  "))
    parts.append("\n".join([_("Kind regards"), *(_wrapped(line, "  ") for line in _closing(sending))]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _about_page(sending: Sending) -> str:
    """What the page has beyond the letter, "" for nothing."""
    downloads = sending.downloads
    linked = bool(downloads.page) or downloads.linked
    if linked and downloads.known:
        return _("The page {page}, sent with this letter, has links and checksums.").format(page=PAGE)
    if downloads.known:
        return _("The page {page}, sent with this letter, has the checksums of the program.").format(page=PAGE)
    return _("The page {page}, sent with this letter, has the link to the program.").format(page=PAGE) if linked else ""


def _facts(sending: Sending) -> str:
    """Labels and values, each value beside its label where there is room."""
    room = max((len(label) for label, _value in sending.facts), default=0) + 2
    return "\n".join(_wrapped(value, f"  {label + ':':<{room}}", " " * (room + 2)) for label, value in sending.facts)


def _closing(sending: Sending) -> Iterable[str]:
    company = sending.company if sending.company != sending.provider else ""
    yield ", ".join(filter(None, (sending.provider, company)))
    if sending.website:
        yield sending.website


def _list(head: str, items: Iterable[str], *, bullet: str = "") -> str:
    lines = [head]
    for number, item in enumerate(items, 1):
        mark = bullet or f"{number}. "
        lines.append(_wrapped(item, "  " + mark, " " * (2 + len(mark))))
    return "\n".join(lines)


def _wrapped(text: str, first: str, following: str | None = None) -> str:
    """Wrapped at blanks only: an address or a name of a file stays whole, up to what every mail server takes in one line (RFC 5321, 4.5.3.1.6)."""
    whole = " ".join(_pieces(text)) if len(text) > LONGEST else text
    return textwrap.fill(
        whole,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if following is None else following,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _pieces(text: str) -> Iterable[str]:
    """The words, those that are too long in parts."""
    for word in text.split(" "):
        yield from (word[at : at + LONGEST] for at in range(0, max(len(word), 1), LONGEST))
