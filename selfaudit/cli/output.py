"""The readable result, at 80 columns: grouped by what must be fixed. Colour only beside words, and none when piped."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from selfaudit.engine import Audit
from selfaudit.engine.requirements import readiness_of
from selfaudit.findings import Outcome, Severity
from selfaudit.i18n import _, ngettext, shown
from selfaudit.policy.model import Readiness, Requirement, State
from selfaudit.remedy import Action, Group, GroupKey, alike_words, group_actions, said_once
from selfaudit.report.readiness_text import (
    STATE_SIGNS,
    STATE_WORDS,
    Words,
    blocking,
    heading_of,
    open_besides,
    other_gaps,
    readiness_headline,
    readiness_short,
    to_verify,
    unverified_line,
)
from selfaudit.report.words import OUTCOME_SIGNS, OUTCOME_WORDS, WHO_WORDS, headline
from selfaudit.text import printable

WIDTH = 80
_GAPS = 12
_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.WARN: "yellow",
    Outcome.INCONCLUSIVE: "magenta",
    Outcome.PASS: "green",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.NOT_RUN: "magenta",
    Outcome.BUG: "bold magenta",
}
_PLAIN_SIGNS = {
    Outcome.FAIL: "x",
    Outcome.WARN: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.PASS: "+",
    Outcome.NOT_APPLICABLE: "-",
    Outcome.NOT_RUN: "o",
    Outcome.BUG: "#",
}
_STATE_STYLES = {
    State.MET: "green",
    State.NOT_MET: "bold red",
    State.PLANNED: "yellow",
    State.NEEDS_STATEMENT: "yellow",
    State.CANNOT_VERIFY: "magenta",
    State.NOT_APPLICABLE: "dim",
    State.INFORMATIONAL: "dim",
}
_PLAIN_STATES = {
    State.MET: "+",
    State.NOT_MET: "x",
    State.PLANNED: ">",
    State.NEEDS_STATEMENT: "_",
    State.CANNOT_VERIFY: "?",
    State.NOT_APPLICABLE: "-",
    State.INFORMATIONAL: "i",
}
_FOLDED = (GroupKey.PASSED, GroupKey.NOT_NEEDED)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end the program with 1, which is a verdict here


def console(*, stderr: bool = False) -> Console:
    """A console that leaves outside text alone: no markup, no emoji, no highlighting."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDTH
    return _Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)


def sign(outcome: Outcome, out: Console) -> str:
    """The sign of an outcome, in ASCII where the terminal knows no more."""
    try:
        OUTCOME_SIGNS[outcome].encode(out.encoding)
    except (UnicodeEncodeError, LookupError):
        return _PLAIN_SIGNS[outcome]
    return OUTCOME_SIGNS[outcome]


def state_sign(state: State, out: Console) -> str:
    """The sign of a requirement's state, in ASCII where the terminal knows no more."""
    try:
        STATE_SIGNS[state].encode(out.encoding)
    except (UnicodeEncodeError, LookupError):
        return _PLAIN_STATES[state]
    return STATE_SIGNS[state]


def wrapped(text: str, indent: str, first: str | None = None, width: int = WIDTH) -> str:
    """Text in lines of at most 80 columns; long words such as records are left whole."""
    return textwrap.fill(
        printable(text, 4000),
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def print_audit(audit: Audit, out: Console, *, quiet: bool = False) -> None:
    """Prints the whole result, or with `quiet` only its summary."""
    evidence, readiness = audit.evidence, readiness_of(audit)
    names = [t.value for t in evidence.targets if t.origin == "named"] or [t.value for t in evidence.targets]
    title = ", ".join(names[:3])
    if len(names) > 3:
        title += " " + ngettext("and {count} more", "and {count} more", len(names) - 3).format(count=len(names) - 3)
    if not quiet:
        out.print()
        if evidence.case.demo:
            demo = _("DEMO: an invented internet, world “{world}”").format(world=printable(evidence.case.demo, 20))
            out.print(Text(f" {demo} ", style="reverse"))
        out.print(Text(wrapped(_("Self-audit of {names}").format(names=title), "  ", ""), style="bold"))
        seen_from = ", ".join(evidence.vantage.resolvers)
        when = evidence.started[:16].replace("T", " ")
        place = ", " + _("resolver {addresses}").format(addresses=seen_from) if seen_from else ""
        out.print(Text(printable(f"{when} UTC{place}", 200), style="dim"))
        groups = group_actions(audit.results)
        for group in said_once(groups):
            if group.key not in _FOLDED:
                _print_group(group, out)
        for group in groups:
            if group.key in _FOLDED:
                _print_folded(group, out)
        print_readiness(readiness, audit, out)
        out.print()
    _print_summary(audit, readiness, out)


def _print_group(group: Group, out: Console) -> None:
    out.print()
    count = sum(1 + len(action.alike) for action in group.actions)
    out.print(Text(f"{group.title.upper()} ({count})", style="bold"))
    for action in group.actions:
        _print_action(action, out)


def _print_action(action: Action, out: Console) -> None:
    outcome = action.outcome
    head = Text()
    word = _("critical") if action.severity is Severity.CRITICAL else _(OUTCOME_WORDS[outcome])
    head.append(f"\n {sign(outcome, out)} {word.upper():11} ", style=_STYLES[outcome])
    target = _("this computer") if action.result.target == "case" else printable(action.result.target, 60)
    head.append(f"{action.result.check} {target}", style="dim")
    out.print(head)
    out.print(wrapped(action.text, "   "))
    for note in (*action.notes, *filter(None, [alike_words(action)])):
        out.print(Text(wrapped(note, "   "), style="dim"))
    advice = action.advice
    if advice is None:
        return
    fix, copy, see = _("Fix") + ":", _("Copy") + ":", _("See") + ":"
    who = ""
    if advice.who in ("provider", "registrar"):
        who = " " + _("(by {who})").format(who=_(WHO_WORDS.get(advice.who, advice.who)))
    out.print(wrapped(f"{fix:5} {advice.steps}{who}", "         ", "   "))
    if advice.record:
        for number, line in enumerate(advice.record.splitlines()):
            out.print(Text(f"   {copy if number == 0 else '':5} {printable(line, 2000)}"))
    if advice.verify:
        out.print(Text(f"   {see:5} {printable(advice.verify, 2000)}"))


def _print_folded(group: Group, out: Console) -> None:
    counted: dict[str, int] = {}
    for action in group.actions:
        counted[action.result.check] = counted.get(action.result.check, 0) + 1
    names = ", ".join(f"{check} ×{count}" if count > 1 else check for check, count in sorted(counted.items()))
    out.print()
    out.print(Text(f"{group.title.upper()} ({len(group.actions)})", style="bold"))
    out.print(Text(wrapped(names, "   "), style="dim"))


def print_readiness(readiness: Readiness | None, audit: Audit, out: Console) -> None:
    """Prints how an audit stands before the provider's policy: what blocks, what is to be said, and what nobody could see."""
    out.print()
    out.print(Text(_("READINESS"), style="bold"))
    if readiness is None:
        none = _(
            "No provider whose policy is known here was named, so nothing is said about its clauses; see “selfaudit policy list”."
        )
        out.print(Text(wrapped(none, "   "), style="dim"))
        return
    out.print(wrapped(readiness_headline(readiness), "   "))
    words, rows = Words(audit), blocking(readiness)
    for row in rows:
        if row.state is not State.NEEDS_STATEMENT:
            line = Text(f" {state_sign(row.state, out)} ", style=_STATE_STYLES[row.state])
            line.append(_cut(f"{row.clause}  {heading_of(row)}: {words.why(row)}", WIDTH - 3), style="default")
            out.print(line)
    _print_clauses([r for r in rows if r.state is State.NEEDS_STATEMENT], State.NEEDS_STATEMENT, out)
    besides = open_besides(readiness)
    if besides:
        out.print(Text("   " + _("Open, but not in the way ({count}):").format(count=len(besides)), style="dim"))
    for row in besides:
        line = Text(f" {state_sign(row.state, out)} ", style=_STATE_STYLES[row.state])
        line.append(_cut(f"{row.clause}  {heading_of(row)}: {words.why(row)}", WIDTH - 3), style="default")
        out.print(line)
    _print_clauses(to_verify(readiness), State.CANNOT_VERIFY, out)
    unverified = unverified_line(readiness)
    if unverified and readiness.ready:
        out.print(Text(wrapped(unverified, "   "), style="dim"))
    gaps = other_gaps(readiness)
    if gaps:
        out.print("   " + _("The statement lacks:"))
    for gap in gaps[:_GAPS]:
        out.print(wrapped(shown(gap.why), "     ", "   - "))
    if len(gaps) > _GAPS:
        rest = len(gaps) - _GAPS
        out.print("   - " + ngettext("and {count} more", "and {count} more", rest).format(count=rest))


def _print_clauses(rows: Sequence[Requirement], state: State, out: Console) -> None:
    """Clauses in one state, in as few lines as they need."""
    if not rows:
        return
    head = f" {state_sign(state, out)} "
    out.print(Text(f"{head}{_(STATE_WORDS[state])} ({len(rows)}):", style=_STATE_STYLES[state]))
    out.print(wrapped("; ".join(f"{row.clause} {row.heading}" for row in rows), "   "))


def _cut(text: str, width: int) -> str:
    line = printable(text, 4000)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def _print_summary(audit: Audit, readiness: Readiness | None, out: Console) -> None:
    lines = [Text()]
    for outcome in Outcome:
        count = sum(r.outcome is outcome for r in audit.results)
        if not count:
            continue
        part = f"{sign(outcome, out)} {count} {_(OUTCOME_WORDS[outcome])}"
        if len(lines[-1]) + len(part) > WIDTH:
            lines.append(Text())
        lines[-1].append(part, style=_STYLES[outcome])
        lines[-1].append("   ")
    ready = readiness is not None and readiness.ready
    out.print(Text(wrapped(headline(audit, ready=ready), "", ""), style="bold"))
    for line in lines:
        line.rstrip()
        out.print(line)
    if readiness is not None:
        style = "bold green" if readiness.ready else "bold"
        out.print(Text(wrapped(readiness_short(readiness), "", ""), style=style))
