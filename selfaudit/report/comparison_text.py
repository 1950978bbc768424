"""A comparison in words: for the command line, the report and the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from selfaudit.checks import all_checks
from selfaudit.checks.registry import render
from selfaudit.findings import Outcome
from selfaudit.findings.model import Args
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.report.comparison import AS_BEFORE, Compared, Comparison, Fate
from selfaudit.report.words import OUTCOME_WORDS
from selfaudit.text import printable

Tone = Literal["bad", "unknown", "note", "good"]
MAX_ITEMS = 40
MAX_NAMES = 6
_TITLES: tuple[tuple[str, str, Tone], ...] = (
    ("new", N_("New"), "bad"),
    ("worse", N_("Worse than before"), "bad"),
    ("not-comparable", N_("Cannot be compared, so nothing is known about it"), "unknown"),
    ("unchanged", N_("Still there"), "bad"),
    ("changed", N_("Changed"), "note"),
    ("fixed", N_("Fixed, and seen anew"), "good"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An item for people.

    Attributes:
        text: what was or is found, or the check's title where the result as a whole is compared.
        about: checks and targets.
        notes: how it was before, and why it cannot be compared.
        tone: how it is to be shown.
    """

    text: str
    about: str
    notes: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one fate; `count` of them, of which at most 40 are lines."""

    name: str
    title: str
    count: int
    lines: tuple[Line, ...]
    left_out: int = 0


def headline(comparison: Comparison) -> str:
    """The whole comparison in one line."""
    counts = comparison.counts
    parts = []
    for fate in (Fate.FIXED, Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.NOT_COMPARABLE):
        count = counts.get(str(fate), 0)
        text = {
            Fate.FIXED: ngettext("{count} fixed", "{count} fixed", count),
            Fate.NEW: ngettext("{count} new", "{count} new", count),
            Fate.CHANGED: ngettext("{count} changed", "{count} changed", count),
            Fate.UNCHANGED: ngettext("{count} unchanged", "{count} unchanged", count),
            Fate.NOT_COMPARABLE: ngettext("{count} cannot be compared", "{count} cannot be compared", count),
        }[fate]
        if count or fate is not Fate.CHANGED:
            parts.append(text.format(count=count))
    return ", ".join(parts)


def as_before(comparison: Comparison) -> str:
    """How many results are as before with nothing wrong, "" for none."""
    count = comparison.counts.get(AS_BEFORE, 0)
    if not count:
        return ""
    text = ngettext(
        "{count} more result is as before: right, not needed, or not looked at either time.",
        "{count} more results are as before: right, not needed, or not looked at either time.",
        count,
    )
    return text.format(count=count)


def verdict(comparison: Comparison) -> str:
    """What it comes to, in one sentence."""
    return {
        0: _("Nothing got worse."),
        1: _("Something is new or worse."),
        3: _("Nothing that was seen got worse, but not everything could be compared."),
    }[comparison.exit_code()]


def groups(comparison: Comparison) -> tuple[Group, ...]:
    """The items, worst first, in the groups in which they are shown. What is right on both sides is only counted."""
    found: dict[str, list[Compared]] = {name: [] for name, _title, _tone in _TITLES}
    for item in comparison.items:
        name = _group_of(item)
        if name:
            found[name].append(item)
    out = []
    for name, title, tone in _TITLES:
        items = found[name]
        if items:
            lines = _together(items, tone) if name == "not-comparable" else [line_of(item, tone) for item in items]
            out.append(Group(name, _(title), len(items), tuple(lines[:MAX_ITEMS]), max(0, len(lines) - MAX_ITEMS)))
    return tuple(out)


def _group_of(item: Compared) -> str:
    if item.turn == "worse":
        return "worse"
    if item.tag == "" and item.fate in (Fate.UNCHANGED, Fate.NEW):
        return ""
    return str(item.fate)


def line_of(item: Compared, tone: Tone) -> Line:
    """One item."""
    notes = []
    if item.was:
        was = words_of(item.check, item.was_tag, item.was_args, item.was)
        notes.append(_("Before: {text}").format(text=printable(was, 1000)))
    elif not item.tag:
        notes.append(f"{_outcome(item.before)} → {_outcome(item.now)}")
    if item.why:
        notes.append(printable(shown(item.why), 600))
    return Line(text_of(item), f"{item.check}  {printable(item.target, 260)}", tuple(notes), tone)


def text_of(item: Compared) -> str:
    """What an item says: its finding, or the title of its check."""
    if item.tag:
        return printable(words_of(item.check, item.tag, item.args, item.text), 1000)
    check = all_checks().get(item.check)
    return _(check.spec.title) if check is not None else item.check


def words_of(check: str, tag: str, args: Args, text: str) -> str:
    """A finding in the chosen language; `text` is its English, for a tag that this version does not know."""
    module = all_checks().get(check)
    message = module.messages.get(tag) if module is not None else None
    if message is None:
        return shown(text)
    try:
        return render(message.text, args)
    except (KeyError, ValueError, IndexError):
        return shown(text)


def _outcome(value: str) -> str:
    try:
        return _(OUTCOME_WORDS[Outcome(value)])
    except ValueError:
        return _("no result")


def _together(items: Iterable[Compared], tone: Tone) -> list[Line]:
    """What cannot be compared for one reason is said once."""
    by_reason: dict[tuple[str, str, bool], list[Compared]] = {}
    for item in items:
        by_reason.setdefault((item.check, item.why, bool(item.tag)), []).append(item)
    lines = []
    for (check, why, is_finding), group in by_reason.items():
        first = group[0]
        names = list(dict.fromkeys(printable(item.target, 100) for item in group))
        about = ", ".join(names[:MAX_NAMES])
        if len(names) > MAX_NAMES:
            rest = len(names) - MAX_NAMES
            about += " " + ngettext("and {count} more", "and {count} more", rest).format(count=rest)
        text = text_of(first) if is_finding and len(group) == 1 else _(all_checks()[check].spec.title)
        notes = (printable(shown(why), 600),) if why else ()
        lines.append(Line(text, f"{check}  {about}", notes, tone))
    return lines
