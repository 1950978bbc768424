"""The steps, their states, and the one thing to do next on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from selfaudit.i18n import N_, _, ngettext


class Step(StrEnum):
    """The pages of the way, in their order; `ORDER` decides."""

    START = "start"
    TARGETS = "targets"
    PERMISSION = "permission"
    AUDIT = "audit"
    FIX = "fix"
    STATEMENT = "statement"
    REPORT = "report"


ORDER: tuple[Step, ...] = tuple(Step)
TITLES = {
    Step.START: N_("Start"),
    Step.TARGETS: N_("What to check"),
    Step.PERMISSION: N_("Permission"),
    Step.AUDIT: N_("Audit"),
    Step.FIX: N_("Fix"),
    Step.STATEMENT: N_("Statement"),
    Step.REPORT: N_("Report"),
}


class Run(StrEnum):
    """How the run of the open case stands."""

    NONE = "none"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Todo(StrEnum):
    """What the primary button does."""

    NEXT = "next"
    START_RUN = "start-run"
    RESUME = "resume"
    STOP = "stop"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the steps depend on.

    Attributes:
        has_case: a case is open.
        lines: lines with a target.
        faulty: lines and fields of “What to check” that cannot be read.
        case_faults: fields of “Your case”, on the first page, that cannot be read.
        confirmed: the page of permissions was confirmed for these targets.
        active: active checks have a permission that was stated or proven.
        run: how the run stands.
        done, total: its observations.
        counts: outcome -> results of it.
        stale: the targets were changed after the run.
        exported: a report was written in this session.
        plan: "ready" if what would be sent is shown, "working" or "failed".
        blocking: findings that block reinstatement.
        checking: something is being checked again.
        pack: the policy of the case's provider is known.
        ready: nothing blocks before that policy, and the statement is complete.
        missing: clauses that block, and what the statement lacks.
    """

    has_case: bool = False
    lines: int = 0
    faulty: int = 0
    confirmed: bool = False
    active: bool = False
    run: Run = Run.NONE
    done: int = 0
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    stale: bool = False
    exported: bool = False
    plan: str = "ready"
    blocking: int = 0
    checking: bool = False
    pack: bool = False
    ready: bool = False
    missing: int = 0
    case_faults: int = 0

    @property
    def interim(self) -> bool:
        """Whether a report would be an interim one."""
        return bool(self.blocking) or self.run is Run.INTERRUPTED or (self.pack and not self.ready)

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self.run in (Run.RUNNING, Run.STOPPING)

    @property
    def busy(self) -> bool:
        """Whether anything is under way that another run would disturb."""
        return self.running or self.checking

    @property
    def has_results(self) -> bool:
        """Whether there is something to show."""
        return self.run in (Run.FINISHED, Run.INTERRUPTED) and bool(self.counts)


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One row of the rail.

    Attributes:
        step: which.
        title: its name.
        icon: of its state: "todo", "pass", "warn", "fail", "running" or "unclear".
        state: the state in words.
        why_not: why it cannot be entered, "" if it can.
    """

    step: Step
    title: str
    icon: str
    state: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Primary:
    """The primary button of a page. `why_not` says what is missing while it is disabled."""

    text: str
    todo: Todo
    why_not: str = ""


def survey(now: Situation) -> tuple[StepInfo, ...]:
    """The rail."""
    return tuple(StepInfo(step, _(TITLES[step]), *_state(step, now), _why_not(step, now)) for step in ORDER)


def _why_not(step: Step, now: Situation) -> str:
    if step is Step.START:
        return ""
    if not now.has_case:
        return _("Open a case, start without one, or choose a demo first.")
    if step is Step.TARGETS:
        return ""
    if step is Step.PERMISSION:
        return _targets_problem(now)
    if step is Step.AUDIT:
        return "" if now.run is not Run.NONE else _targets_problem(now) or _("Confirm the page “Permission” first.")
    if now.running:
        return _("The audit is still running. Its results can be seen when it has finished or was stopped.")
    return "" if now.has_results else _("There are no results yet: run the audit first.")


def _case_problem(now: Situation) -> str:
    if not now.case_faults:
        return ""
    return ngettext(
        "{count} field of “Your case” on the page “Start” must be corrected or emptied.",
        "{count} fields of “Your case” on the page “Start” must be corrected or emptied.",
        now.case_faults,
    ).format(count=now.case_faults)


def _targets_problem(now: Situation) -> str:
    if now.faulty:
        return ngettext(
            "{count} line of “What to check” must be corrected or removed.",
            "{count} lines of “What to check” must be corrected or removed.",
            now.faulty,
        ).format(count=now.faulty)
    if not now.lines:
        return _("Name at least one domain or address first.")
    return _case_problem(now)


def _plan_problem(now: Situation) -> str:
    if now.plan == "working":
        return _("What would be sent is still being worked out.")
    return _("What would be sent could not be worked out; see above.") if now.plan == "failed" else ""


def _checking(now: Situation) -> str:
    return _("Something is being checked again; wait, or stop it on the page “Fix”.") if now.checking else ""


def _state(step: Step, now: Situation) -> tuple[str, str]:
    if step is Step.START:
        if now.case_faults:
            return "warn", ngettext("{count} field to correct", "{count} fields to correct", now.case_faults).format(
                count=now.case_faults
            )
        return ("pass", _("Case open")) if now.has_case else ("todo", _("Choose"))
    if not now.has_case:
        return "todo", _("Not yet")
    if step is Step.TARGETS:
        if now.faulty:
            return "warn", ngettext("{count} line to correct", "{count} lines to correct", now.faulty).format(count=now.faulty)
        if not now.lines:
            return "todo", _("Nothing named")
        return "pass", ngettext("{count} target", "{count} targets", now.lines).format(count=now.lines)
    if step is Step.PERMISSION:
        if not now.confirmed:
            return "todo", _("To confirm")
        return "pass", _("Confirmed") if now.active else _("Public records only")
    if step is Step.AUDIT:
        return _audit_state(now)
    if not now.has_results:
        return "todo", _("Not yet")
    if step is Step.FIX:
        return _fix_state(now)
    if step is Step.STATEMENT:
        return _statement_state(now)
    if now.run is Run.INTERRUPTED:
        return "warn", _("Audit incomplete")
    if now.blocking:
        return "warn", ngettext("Interim: {count} finding blocks", "Interim: {count} findings block", now.blocking).format(
            count=now.blocking
        )
    if now.interim:
        return "warn", _("Interim: not ready")
    return ("pass", _("Exported")) if now.exported else ("todo", _("Ready to export"))


def _audit_state(now: Situation) -> tuple[str, str]:
    if now.run is Run.RUNNING:
        return "running", _("{done} of {total}").format(done=now.done, total=now.total)
    if now.run is Run.STOPPING:
        return "running", _("Stopping")
    if now.stale and now.run is not Run.NONE:
        return "warn", _("Changed since")
    words = {
        Run.NONE: ("todo", N_("Not started")),
        Run.FINISHED: ("pass", N_("Finished")),
        Run.INTERRUPTED: ("warn", N_("Interrupted")),
        Run.FAILED: ("fail", N_("Could not run")),
    }[now.run]
    return words[0], _(words[1])


def _fix_state(now: Situation) -> tuple[str, str]:
    if now.stale:
        return "warn", _("Changed since")
    failed, warned = now.counts.get("fail", 0), now.counts.get("warn", 0)
    unclear = now.counts.get("inconclusive", 0) + now.counts.get("bug", 0) + now.counts.get("not-run", 0)
    if now.blocking:  # the page counts the same; the line in the frame counts clauses
        return "fail", ngettext("{count} finding blocks", "{count} findings block", now.blocking).format(count=now.blocking)
    if failed:
        return "fail", ngettext("{count} to fix", "{count} to fix", failed).format(count=failed)
    if unclear:
        return "unclear", ngettext("{count} not verified", "{count} not verified", unclear).format(count=unclear)
    if warned:
        return "warn", ngettext("{count} warning", "{count} warnings", warned).format(count=warned)
    return "pass", _("Nothing to fix")


def _statement_state(now: Situation) -> tuple[str, str]:
    if not now.pack:
        return "todo", _("No policy chosen")
    if now.ready:
        return "pass", _("Complete")
    if not now.missing:
        return "todo", _("To fill in")
    return "warn", ngettext("{count} missing", "{count} missing", now.missing).format(count=now.missing)


def primary(step: Step, now: Situation) -> Primary | None:
    """The one primary action of a page; none on the first, whose cards are the actions."""
    if step is Step.START:
        return Primary(_("Continue"), Todo.NEXT, _case_problem(now)) if now.has_case else None
    if step is Step.TARGETS:
        return Primary(_("Continue"), Todo.NEXT, _targets_problem(now))
    if step is Step.PERMISSION:
        if now.running:
            return Primary(_("See the audit"), Todo.NEXT)
        text = _("Allow and start") if now.active else _("Start with public records only")
        return Primary(text, Todo.START_RUN, _checking(now) or _targets_problem(now) or _plan_problem(now))
    if step is Step.AUDIT:
        if now.run is Run.RUNNING:
            return Primary(_("Stop"), Todo.STOP)
        if now.run is Run.STOPPING:
            return Primary(_("Stop"), Todo.STOP, _("Stopping; what was seen is kept."))
        if now.run is Run.INTERRUPTED and not now.stale:
            why = _checking(now) or ("" if now.confirmed else _("Confirm the page “Permission” first."))
            return Primary(_("Go on with the audit"), Todo.RESUME, why)
        if now.run is Run.FINISHED and not now.stale:
            return Primary(_("See what to fix"), Todo.NEXT)
        text = _("Try again") if now.run is Run.FAILED else _("Run again") if now.stale else _("Start the audit")
        return Primary(
            text, Todo.START_RUN, _checking(now) or ("" if now.confirmed else _("Confirm the page “Permission” first."))
        )
    if step is Step.FIX:
        return Primary(_("Go to the statement"), Todo.NEXT)
    if step is Step.STATEMENT:
        return Primary(_("Go to the report"), Todo.NEXT)
    why = "" if now.has_results else _("There are no results yet: run the audit first.")
    return Primary(_("Export interim bundle") if now.interim else _("Export bundle"), Todo.EXPORT, why)


def following(step: Step) -> Step | None:
    """The step after this one."""
    index = ORDER.index(step) + 1
    return ORDER[index] if index < len(ORDER) else None


def leading(step: Step) -> Step | None:
    """The step before this one."""
    index = ORDER.index(step)
    return ORDER[index - 1] if index else None
