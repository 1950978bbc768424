"""What verifying a bundle came to, in words: for the terminal, the window and a ticket. All words of a bundle are a stranger's."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.report.bundle.model import Difference, Point, Standing, Verification
from selfaudit.report.drift import FactDrift, OutcomeDrift, counts
from selfaudit.report.readiness_text import STATE_WORDS
from selfaudit.report.words import OUTCOME_WORDS, count_words
from selfaudit.text import printable

WIDTH = 80
Tone = Literal["good", "note", "unknown", "bad"]
POINT_NAMES = {
    "intact": N_("Intact"),
    "complete": N_("Complete"),
    "signed": N_("Signed"),
    "judged": N_("Judged anew"),
    "statement": N_("Statement"),
    "case": N_("Case"),
    "policy": N_("Policy"),
    "age": N_("Age"),
    "targets": N_("Targets"),
    "authority": N_("Permission"),
    "tool": N_("Program"),
    "recheck": N_("Seen from here"),
}
STANDING_WORDS = {
    Standing.GOOD: N_("right"),
    Standing.NOTE: N_("note"),
    Standing.UNKNOWN: N_("unclear"),
    Standing.BAD: N_("WRONG"),
}
STANDING_SIGNS = {Standing.GOOD: "✓", Standing.NOTE: "i", Standing.UNKNOWN: "?", Standing.BAD: "✗"}
_TONES: dict[Standing, Tone] = {Standing.GOOD: "good", Standing.NOTE: "note", Standing.UNKNOWN: "unknown", Standing.BAD: "bad"}
_DIFFERENCES = {
    "result": N_("result"),
    "finding": N_("finding"),
    "requirement": N_("requirement"),
    "readiness": N_("readiness"),
    "case": N_("case"),
    "report": N_("report"),
}
_POINTS, _DETAILS, _DIFFERENT, _DRIFTS, _BESIDE = 20, 4, 8, 10, 2
_MAX = 300
_MAX_VALUE = 60
_BESIDE_WIDE = "\x01"  # takes the second column of a wide character while lines are broken; printable() lets none of it through


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the desk with its answer, in the chosen language and safe to show."""

    name: str
    label: str
    sign: str
    word: str
    tone: Tone
    text: str
    details: tuple[str, ...] = ()


def verdict_words(verification: Verification) -> str:
    """What it comes to, in one sentence."""
    return {
        0: _("This bundle is whole and complete, and its evidence gives its results."),
        1: _("Do not rely on this bundle: something in it is not as it should be."),
        3: _("Nothing speaks against this bundle, but not everything can be told from here."),
    }[verification.exit_code()]


def row_of(point: Point) -> Row:
    """A point in words."""
    label = _(POINT_NAMES[point.name]) if point.name in POINT_NAMES else printable(point.name, 40)
    details = tuple(printable(shown(d), _MAX) for d in point.details)
    return Row(
        point.name, label, STANDING_SIGNS[point.standing], _(STANDING_WORDS[point.standing]), _TONES[point.standing],
        printable(shown(point.text), 1000), details,
    )  # fmt: skip


def readiness_words(verification: Verification) -> str:
    """How the case stands before the policy, as it is judged here."""
    if verification.ready is None:
        return _("No policy is known here by which readiness could be judged.")
    if verification.ready:
        return _("By the policy as it is known here, the case is ready for reinstatement.")
    return _("By the policy as it is known here, the case is not ready for reinstatement.")


def about_lines(verification: Verification) -> list[str]:
    """Which bundle it is: its file, the case, when it was made and by which key."""
    parts = (
        (_("File"), printable(verification.file, _MAX_VALUE)),
        (_("Case"), ", ".join(printable(v, _MAX_VALUE) for v in (verification.provider, verification.number) if v)),
        (_("Made"), _moment(verification.made)),
        (_("Seen between"), _between(verification)),
        (_("Signing key"), printable(verification.key, _MAX_VALUE)),
    )
    return [f"{label}: {value}" for label, value in parts if value]


def drift_words(drifts: Sequence[FactDrift]) -> str:
    """How the facts stand, summed up."""
    number = counts(drifts)
    parts = [
        ngettext("{count} fact is the same", "{count} facts are the same", number["same"]).format(count=number["same"]),
        ngettext("{count} changed", "{count} changed", number["changed"]).format(count=number["changed"]),
        ngettext("{count} of them matters", "{count} of them matter", number["matters"]).format(count=number["matters"]),
        ngettext("{count} could not be seen", "{count} could not be seen", number["not-seen"]).format(count=number["not-seen"]),
        ngettext("{count} cannot be repeated from here", "{count} cannot be repeated from here", number["not-repeated"]).format(
            count=number["not-repeated"]
        ),
    ]
    return ", ".join(parts) + "."


def by_gravity(drifts: Iterable[FactDrift]) -> list[FactDrift]:
    """Facts that are not the same, what is worse first."""
    states = ("changed", "not-seen", "not-repeated", "same")
    found = (d for d in drifts if d.state != "same")
    return sorted(found, key=lambda d: (not d.worse, not d.matters, states.index(d.state), d.kind, d.subject))


def turn_words(turn: OutcomeDrift) -> str:
    """A check that comes out otherwise."""
    return _("{check} on {target}: {before}, now {now}").format(
        check=printable(turn.check, 60),
        target=printable(turn.target, 120),
        before=_outcome(turn.before),
        now=_outcome(turn.now),
    )


def difference_words(difference: Difference) -> str:
    """Something that the bundle says and its own evidence does not."""
    what = _(_DIFFERENCES[difference.what]) if difference.what in _DIFFERENCES else printable(difference.what, 40)
    return _("{what} of {where}: the bundle says “{said}”, its evidence gives “{judged}”").format(
        what=what, where=printable(difference.where, 160), said=_value(difference.said), judged=_value(difference.judged),
    )  # fmt: skip


def _value(text: str) -> str:
    """A side of a difference: an outcome or a state by its word, everything else as it stands."""
    words = {str(k): w for k, w in (*STATE_WORDS.items(), *OUTCOME_WORDS.items())}
    return _(words[text]) if text in words else printable(shown(text), _MAX)


def verification_lines(verification: Verification) -> list[str]:
    """One screen for a terminal, in lines of at most 80 columns. How a point stands is said by a word, never by a sign alone."""
    out = [*_wrap(verdict_words(verification), ""), *_wrap(", ".join(about_lines(verification)), "  ", "  ")]
    readiness = readiness_words(verification)
    if verification.counts:
        readiness += " " + count_words(verification.counts) + "."
    out += [*_wrap(readiness, "  ", "  "), ""]
    for point in verification.points[:_POINTS]:
        out += _point_lines(row_of(point), point)
    out += _listed(
        _("The bundle and its own evidence differ"), [difference_words(d) for d in verification.differences], _DIFFERENT
    )
    if verification.drift is not None:
        out += _drift_lines(verification.drift)
    return out


def verification_text(verification: Verification) -> str:
    """The same as one text, for a ticket."""
    return "\n".join(verification_lines(verification)) + "\n"


def _point_lines(row: Row, point: Point) -> list[str]:
    width = max(len(_(word)) for word in STANDING_WORDS.values())
    head = f"{row.word:<{width}}  "
    out = _wrap(f"{row.label}: {row.text}", " " * len(head), head)
    told = row.details[:_DETAILS] if point.standing is not Standing.GOOD else ()
    for detail in told:
        out += _wrap(detail, " " * (len(head) + 4), " " * (len(head) + 2))
    return out + _rest(len(row.details) - len(told) if told else 0, " " * (len(head) + 2))


def _drift_lines(drifts: Sequence[FactDrift]) -> list[str]:
    out = ["", *_wrap(drift_words(drifts), "")]
    serious = [d for d in by_gravity(drifts) if d.matters or (d.state == "not-seen" and d.checks)]
    for one in serious[:_DRIFTS]:
        out += _wrap(
            f"{printable(one.kind, 60)} {printable(one.subject, 260)}: {printable(shown(one.why), _MAX)}", "    ", "  "
        )
        for turn in one.checks[:_DETAILS]:
            out += _wrap(turn_words(turn), "      ", "    ")
        for sign, lines in (("-", one.before), ("+", one.now)):
            for line in lines[:_BESIDE]:
                out += _wrap(printable(shown(line), 220), "        ", f"    {sign} ")
    return out + _rest(len(serious) - _DRIFTS, "  ")


def _listed(title: str, lines: Sequence[str], limit: int) -> list[str]:
    if not lines:
        return []
    out = ["", *_wrap(f"{title}:", "")]
    for line in lines[:limit]:
        out += _wrap(line, "    ", "  ")
    return out + _rest(len(lines) - limit, "  ")


def _rest(count: int, indent: str) -> list[str]:
    if count <= 0:
        return []
    return [indent + ngettext("and {count} more", "and {count} more", count).format(count=count)]


def _wrap(text: str, indent: str, first: str = "") -> list[str]:
    """Lines of at most 80 columns; Chinese, Japanese and Korean characters take two. What has no space is broken where the line ends."""
    wide = "".join(c + _BESIDE_WIDE if unicodedata.east_asian_width(c) in "WF" else c for c in text)
    width = WIDTH if wide == text else WIDTH - 1  # a line may end between the two columns of a character
    wrapped = textwrap.wrap(wide, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace(_BESIDE_WIDE, "") for line in wrapped] or [first.rstrip()]


def _outcome(value: str) -> str:
    try:
        return _(OUTCOME_WORDS[Outcome(value)])
    except ValueError:
        return _("no result")


def _moment(text: str) -> str:
    return printable(f"{text[:16].replace('T', ' ')} UTC") if text else ""


def _between(verification: Verification) -> str:
    if not verification.oldest:
        return ""
    return f"{_moment(verification.oldest)} – {_moment(verification.newest)}"
