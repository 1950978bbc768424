"""The leaflet: one page in the provider's look that says what the program is for, with numbers and a picture from the demo's own audits."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfaudit import __version__
from selfaudit.engine import Audit
from selfaudit.i18n import LANGUAGES, N_, SOURCE, _, language, ngettext
from selfaudit.policy.model import Pack
from selfaudit.remedy import GroupKey, group_actions
from selfaudit.report.content import content_of
from selfaudit.report.content.look import look_of
from selfaudit.report.content.model import Count
from selfaudit.report.pdf.colours import accent_on_white
from selfaudit.report.pdf.flow import flowing
from selfaudit.report.pdf.typeset import draw_leaflet, draw_pages
from selfaudit.text import printable

_PPI = 150  # of the picture as a whole page; it is shown at a third of that size
_NAME, _CONTACT = 60, 120  # characters

_WORDS: Mapping[str, str] = {
    "title": N_("From suspended to ready, with evidence"),
    "lead": N_(
        "selfaudit checks a customer's own domains and servers, says in plain words what is wrong and how to mend it, and makes "
        "one report that an abuse desk can verify."
    ),
    "for_whom": N_("For whom"),
    "steps": N_("Three steps"),
    "desk": N_("What the desk gets"),
    "promises": N_("Five promises"),
    "contact": N_("Contact"),
    "picture": N_("The first page of the report"),
    "picture_alt": N_("The first page of a report: how the case stands before the provider's policy, and what is open."),
    "numbers": N_("The same customer, before and after fixing"),
    "before": N_("Before"),
    "after": N_("After fixing"),
    "source": N_("An invented customer on an invented internet. The numbers are those of the demo's audits."),
    "chart_results": N_("Results by outcome: {counts}"),
}
# (title, words)
_READERS = (
    (N_("Customers"), N_("whose service was suspended, or who want to know before they sign a contract")),
    (N_("Support and abuse desks"), N_("that send a signed case file, and verify what comes back")),
    (N_("Sales"), N_("that show the whole way without a network, and offer the same check before a contract")),
)
_STEPS = (
    (
        N_("Open the case file"),
        N_("The provider has signed it. It says what is to be checked, until when, and what is asked for."),
    ),
    (
        N_("Check and fix"),
        N_("What would be sent is shown first. What blocks comes on top, with the clause, the steps and “Check again”."),
    ),
    (N_("State and send"), N_("What happened, what was done, what is planned. One file goes to the desk.")),
)
_DESK = (
    N_("One page that says whether the case is ready, and the policy clause by clause behind it"),
    N_("Evidence for every result, which can be repeated by hand"),
    N_("A bundle that shows whether it is whole, complete, recent and signed"),
    N_("The customer's own statement: the cause, what was done, what is planned"),
)
_PROMISES = (
    (N_("Never a wrong verdict"), N_("What could not be seen is “cannot tell”, and never counts as good.")),
    (N_("Evidence before opinion"), N_("What was seen is kept; the rules can judge it again at any time.")),
    (N_("Self-restraint"), N_("No server is tested without permission, and the report lists all that was sent.")),
    (N_("Works while the server is down"), N_("Public records now, the inside from a rescue console, the rest later.")),
    (N_("Fixed is not planned"), N_("Done with evidence, planned, and not verifiable stay apart to the last page.")),
)


@dataclass(frozen=True, slots=True)
class Leaflet:
    """What the leaflet says besides its own words.

    Attributes:
        provider: its name.
        contacts: (what for, address), as the pack has them.
        accent: the pack's colour as #rrggbb, "" for the usual.
        logo: the pack's as data: URI, "" for none.
        before, after: the demo's results by outcome.
        blocking: findings that block, before and after.
        unclear: what could not be verified, before and after.
        made: when the audit ended, "YYYY-MM-DD HH:MM".
        picture: the first page of a report as PNG.
    """

    provider: str
    contacts: tuple[tuple[str, str], ...]
    accent: str
    logo: str
    before: tuple[Count, ...]
    after: tuple[Count, ...]
    blocking: tuple[int, int]
    unclear: tuple[int, int]
    made: str
    picture: bytes


def render_leaflet(pack: Pack, before: Audit, after: Audit) -> bytes:
    """The leaflet as PDF (PDF/UA-1, PDF/A-3a), in the chosen language. The same audits give the same octets.

    Args:
        pack: of the provider whose leaflet it is.
        before: the demo's audit on the day of the suspension.
        after: the one after fixing.

    Raises:
        UserError: it cannot be made.
    """
    return draw(leaflet_of(pack, before, after))


def leaflet_of(pack: Pack, before: Audit, after: Audit) -> Leaflet:
    """What is drawn."""
    moment = datetime.datetime.fromisoformat(after.evidence.finished).timestamp()
    then, now = content_of(before, now=moment), content_of(after, now=moment)
    look = look_of(pack.brand)
    contacts = (
        (_("Support"), pack.contacts.support), (_("Abuse desk"), pack.contacts.abuse), (_("Website"), pack.contacts.website),
    )  # fmt: skip
    return Leaflet(
        pack.name,
        tuple((label, value) for label, value in contacts if value.strip()),
        look.accent,
        look.logo,
        tuple(then.first.results),
        tuple(now.first.results),
        (_size(before, GroupKey.MUST, GroupKey.PROVIDER), _size(after, GroupKey.MUST, GroupKey.PROVIDER)),
        (_size(before, GroupKey.UNCLEAR), _size(after, GroupKey.UNCLEAR)),
        now.made,
        draw_pages(now, _PPI, 1)[0],
    )


def _size(audit: Audit, *keys: GroupKey) -> int:
    return sum(len(group.actions) for group in group_actions(audit.results) if group.key in keys)


def draw(leaflet: Leaflet) -> bytes:
    """The leaflet as PDF, in the chosen language.

    Raises:
        UserError: it cannot be made.
    """
    return draw_leaflet(lambda show: _data(leaflet, show), leaflet.logo, leaflet.picture)


def _data(leaflet: Leaflet, show: Callable[[str], str]) -> dict[str, Any]:
    """The data that the template draws. Texts of the pack are cut, made safe, and get places where they may break."""

    def outside(text: str, limit: int) -> Any:
        shown = show(printable(text, limit))
        return flowing(shown if len(shown) <= limit else shown[: limit - 1] + show("…"))

    def pairs(items: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"title": show(_(title)), "text": show(_(text))} for title, text in items]

    when = datetime.datetime.strptime(leaflet.made[:16], "%Y-%m-%d %H:%M")
    headline = _WORDS["title"]
    return {
        "language": language() if language() in LANGUAGES else SOURCE,
        "title": show(_(headline)),
        "provider": outside(leaflet.provider, _NAME) or "–",
        "provider-plain": show(printable(leaflet.provider, _NAME)) or "–",
        "accent": accent_on_white(leaflet.accent),
        "date": [when.year, when.month, when.day, when.hour, when.minute],
        "words": {name: show(_(text)) for name, text in _WORDS.items()},
        "more": {},
        "readers": pairs(_READERS),
        "steps": pairs(_STEPS),
        "desk": [show(_(text)) for text in _DESK],
        "promises": pairs(_PROMISES),
        "contacts": [{"label": show(label), "value": outside(value, _CONTACT)} for label, value in leaflet.contacts],
        "before": _chart(leaflet.before, leaflet.blocking[0], leaflet.unclear[0], show),
        "after": _chart(leaflet.after, leaflet.blocking[1], leaflet.unclear[1], show),
        "version": f"selfaudit {__version__}",
    }


def _chart(counts: Sequence[Count], blocking: int, unclear: int, show: Callable[[str], str]) -> dict[str, Any]:
    """A chart of the results, and how many findings block; what could not be verified is never left out beside that."""
    there = [count for count in counts if count.count]
    told = ngettext("{count} finding blocks", "{count} findings block", blocking).format(count=blocking) if blocking else ""
    open_words = ngettext("{count} could not be verified", "{count} could not be verified", unclear).format(count=unclear)
    return {
        "counts": [
            {"count": c.count, "sign": {"tone": c.sign.tone, "sign": show(c.sign.sign), "word": show(c.sign.word)}}
            for c in there
        ],
        "words": show(", ".join(f"{c.count} {c.sign.word}" for c in there)),
        "total": "",
        "blocks": bool(blocking),
        "headline": show(told or _("Nothing blocks")),
        "open": show(open_words) if unclear else "",
    }


__all__ = ["Leaflet", "draw", "leaflet_of", "render_leaflet"]
