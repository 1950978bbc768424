"""What the page of a bundle shows, piece by piece. All words of a bundle are a stranger's: shown as plain text, and bounded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from selfaudit.i18n import _, ngettext, shown
from selfaudit.policy.model import Requirement, State
from selfaudit.report.bundle.model import Standing, Verification
from selfaudit.report.content.say import requirement_sign, state_counts
from selfaudit.report.drift import FactDrift
from selfaudit.report.verification_text import (
    Row,
    about_lines,
    by_gravity,
    difference_words,
    drift_words,
    row_of,
    turn_words,
    verdict_words,
)
from selfaudit.text import printable
from selfaudit_ui.theme import SPACE
from selfaudit_ui.verifying import Opened
from selfaudit_ui.widgets import StateLine, Text, column, mono, row, soft
from selfaudit_ui.words import readiness_words, state_of, tip

# tone of a point -> icon, verdict
_TONES = {"good": ("pass", "good"), "note": ("about", ""), "unknown": ("unclear", "unclear"), "bad": ("fail", "fail")}
_POINTS, _DETAILS, _DIFFERENCES, _DRIFTS, _TARGETS, _LINES = 20, 4, 10, 20, 60, 4
_MAX = 300  # characters of one of the bundle's own words


def verdict_of(found: Verification) -> tuple[str, str, str]:
    """(icon, words, verdict): what verifying came to, in one sentence."""
    icon, verdict = {0: ("pass", "good"), 3: ("unclear", "unclear")}.get(found.exit_code(), ("fail", "fail"))
    return icon, verdict_words(found), verdict


def fact_rows(opened: Opened) -> tuple[tuple[str, str, str], list[QWidget]]:
    """How the case stands before the policy (icon, words, verdict), and what the bundle says it is."""
    found = opened.verification
    if opened.readiness is not None:
        words, verdict = readiness_words(opened.readiness, desk=True)
        ready = {"good": "pass"}.get(verdict, verdict), words, verdict
    elif opened.audit is not None:
        ready = "unclear", _("The policy of this provider is not known here, so readiness cannot be judged."), "unclear"
    else:
        ready = "unclear", _("What is in it cannot be judged."), "unclear"
    return ready, [soft(" · ".join(about_lines(found)), 1.0)]


def point_rows(opened: Opened) -> list[QWidget]:
    """The questions of the desk with their answers."""
    return [_point(row_of(point)) for point in opened.verification.points[:_POINTS]]


def _point(found: Row) -> QWidget:
    icon, verdict = _TONES[found.tone]
    label = Text(found.label, bold=True)
    label.setFixedWidth(128)
    label.setMinimumHeight(20)
    label.setContentsMargins(0, max(0, (20 - label.fontMetrics().lineSpacing()) // 2), 0, 0)  # as the words beside it
    line = StateLine(icon, found.text, verdict, quiet=found.tone != "bad")
    line.setAccessibleName(f"{found.label}: {found.word}. {found.text}")
    parts: list[QWidget | int] = [line]
    if found.details and found.tone != "good":
        details = soft(_listed(found.details, _DETAILS), 1.0)
        details.setContentsMargins(20 + SPACE.S, 0, 0, 0)
        parts.append(details)
    if found.details:
        line.setToolTip(tip("\n".join(found.details[:40])))
    holder = QWidget()
    layout = row(label, column(*parts, spacing=SPACE.XS), spacing=SPACE.M)
    layout.setStretch(1, 1)
    layout.setAlignment(label, Qt.AlignmentFlag.AlignTop)
    holder.setLayout(layout)
    return holder


def difference_rows(opened: Opened) -> list[QWidget]:
    """Where the bundle and its evidence differ."""
    differences = opened.verification.differences
    rows: list[QWidget] = [StateLine("fail", difference_words(d), "fail", quiet=True) for d in differences[:_DIFFERENCES]]
    return rows + _rest(len(differences) - len(rows))


def drift_rows(opened: Opened) -> list[QWidget]:
    """What has changed since, what matters first."""
    drift = opened.verification.drift
    if drift is None:
        return []
    others = by_gravity(drift)
    rows: list[QWidget] = [soft(drift_words(drift), 1.0), *(_drift(d) for d in others[:_DRIFTS])]
    return rows + _rest(len(others) - _DRIFTS)


def _drift(found: FactDrift) -> QWidget:
    if found.state == "changed":
        icon, verdict = ("fail", "fail") if found.worse else ("warn", "warn") if found.matters else ("about", "")
    else:
        icon, verdict = "unclear", "unclear"
    words = printable(shown(found.why), 600) or _("It is not the same any more.")
    parts: list[QWidget] = [
        StateLine(icon, f"{printable(found.kind, 60)} · {printable(found.subject, 120)}: {words}", verdict, quiet=True)
    ]
    for label, lines in ((_("Then"), found.before), (_("Now"), found.now)):
        if lines:
            text = soft(f"{label}: {_listed([printable(shown(line), _MAX) for line in lines], _LINES)}", 1.0)
            text.setFont(mono())
            text.setContentsMargins(20 + SPACE.S, 0, 0, 0)
            parts.append(text)
    for turn in found.checks[:_LINES]:
        line = soft(turn_words(turn), 1.0)
        line.setContentsMargins(20 + SPACE.S, 0, 0, 0)
        parts.append(line)
    holder = QWidget()
    holder.setLayout(column(*parts, spacing=SPACE.XS))
    return holder


def clause_rows(opened: Opened) -> list[QWidget]:
    """The clause matrix: every clause with what became of it."""
    readiness = opened.readiness
    if readiness is None:
        return []
    counted = [f"{found.count} {found.sign.word}" for found in state_counts(readiness)]
    wanted = [r for r in readiness.requirements if r.state is not State.INFORMATIONAL]
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE.L)
    grid.setVerticalSpacing(SPACE.XS)
    half = (len(wanted) + 1) // 2
    for number, requirement in enumerate(wanted):
        grid.addWidget(_clause(requirement), number % half, number // half, Qt.AlignmentFlag.AlignTop)
    for place in (0, 1):
        grid.setColumnStretch(place, 1)
    holder = QWidget()
    holder.setLayout(grid)
    return [soft(" · ".join(counted), 1.0), holder]


def _clause(found: Requirement) -> QWidget:
    icon, _words, verdict = state_of(found)
    words = f"{found.clause} · {printable(found.heading, 80)}: {requirement_sign(found).word}"
    if found.blocks:
        words = _("{clause} (blocks)").format(clause=words)
    line = StateLine(icon, words, verdict, quiet=True)
    line.setToolTip(tip(shown(found.why)))
    return line


def target_rows(opened: Opened) -> list[QWidget]:
    """The targets of the audit, each with the word on which it was contacted."""
    audit = opened.audit
    if audit is None:
        return []
    evidence = audit.evidence
    # The words are the bundle's own. Only where they were found to be true here is there a green sign.
    standing = next((p.standing for p in opened.verification.points if p.name == "authority"), Standing.UNKNOWN)
    proven = {Standing.GOOD: ("pass", "good"), Standing.BAD: ("fail", "fail")}.get(standing, ("about", ""))
    rows: list[QWidget] = []
    for target in evidence.targets[:_TARGETS]:
        word = evidence.authority.get(target.value, "")
        if word:
            icon, verdict = proven if word.startswith("proven") or standing is Standing.BAD else ("about", "")
            rows.append(StateLine(icon, f"{printable(target.value, 120)}: {printable(shown(word), _MAX)}", verdict, quiet=True))
        else:
            words = _("{target}: public records only").format(target=printable(target.value, 120))
            rows.append(StateLine("none", words, quiet=True))
    missing = opened.verification.missing
    unknown = _("{target}: named, and nothing is known about it")
    rows += [
        StateLine("unclear", unknown.format(target=printable(name, 120)), "unclear", quiet=True) for name in missing[:_TARGETS]
    ]
    return rows + _rest(max(0, len(evidence.targets) - _TARGETS) + max(0, len(missing) - _TARGETS))


def _listed(lines: Sequence[str], most: int) -> str:
    """The first lines, and how many there are besides."""
    kept = list(lines[:most])
    if len(lines) > most:
        more = len(lines) - most
        kept.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return "\n".join(kept)


def _rest(count: int) -> list[QWidget]:
    words = ngettext("and {count} more", "and {count} more", max(count, 0)).format(count=count)
    return [soft(words, 1.0)] if count > 0 else []
