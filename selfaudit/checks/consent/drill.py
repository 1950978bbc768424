"""The proof of consent of a single recipient can be produced in time.

What it checks:
    The drill: one recipient of the ledger is named, by the abuse desk, by words that it chose, or by chance, and the time is
    taken until the proof of that recipient's consent was on the table.

Why it matters:
    Policies demand that proof of consent is provided within a time, 72 hours for instance, when a recipient or the provider asks.
    Who has done it once knows that it works.

How it is judged:
    1. selfaudit consent LEDGER --drill start --seed WORDS names the recipient and notes the time; --drill finish finds the
       record again, lists which proof it holds, hashes files that are added, and notes the time.
    2. The newest drill counts. It must be finished within the hours that the policy names; without such a limit the time is
       only shown.
    3. The record must be in the ledger, and hold a time of consent or confirmation; under a policy of confirmed opt-in, that of
       the confirmation. A proof that lacks the source, or all of IP address, version of the text and token, is a warning.
    4. Drills count that were finished with the very ledger that is judged (by its check sum); others are only mentioned. If the
       ledger was changed between start and finish there is no verdict.
    5. A drill that still runs is no verdict until the time is over. Times that contradict each other are none at all.

Limits and false positives:
    The times are those of the customer's own computer, and the customer keeps the file: it is a statement, not a
    measurement by somebody else. Whether the desk named the recipient can only the desk say. A drill may be repeated; how often
    it was is said.

References:
    The provider's policy (proof of consent); RFC 2104 (the pseudonym of the recipient).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.case.dates import read_date
from selfaudit.facts.ledger import Drill, LedgerReport
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.ledger.model import ROLES


class Tag(StrEnum):
    IN_TIME = "DRILL_IN_TIME"
    MEASURED = "DRILL_MEASURED"
    LATE = "DRILL_LATE"
    OVERDUE = "DRILL_OVERDUE"
    RUNNING = "DRILL_RUNNING"
    NOT_FOUND = "DRILL_NOT_FOUND"
    NO_PROOF = "DRILL_NO_PROOF"
    INCOMPLETE = "DRILL_INCOMPLETE"
    CLOCK = "DRILL_CLOCK"
    CHANGED = "DRILL_LEDGER_CHANGED"
    OTHER = "DRILL_OTHER_FILE"
    NOT_HELD = "DRILL_NOT_HELD"
    NOT_NEEDED = "DRILL_NOT_NEEDED"
    CHOSEN = "DRILL_CHOSEN"


CHECK = Check("consent.drill", N_("Proof of consent can be produced in time"), (LedgerReport,), "ledger")

_HOLD = Remedy(
    N_(
        "Hold the drill: ask the abuse desk for a recipient or for words by which one is drawn, start the clock, find the proof, and finish. Without an answer "
        "from the desk, choose words of your own."
    ),
    verify="selfaudit consent {ledger} --drill start --seed WORDS",
    minutes=60,
)
_FINISH = Remedy(
    N_(
        "Find the proof of this recipient's consent, for example the confirmation mail and the line of the log, and finish the drill with it."
    ),
    verify="selfaudit consent {ledger} --drill finish --file PROOF",
    minutes=60,
)
_KEEP = Remedy(
    N_(
        "Keep for each recipient the time, the source, the IP address and the version of the text of the consent, and the time of the confirmation, where "
        "you find them quickly. Then hold the drill again with another recipient."
    ),
    verify="selfaudit consent {ledger} --drill start --seed WORDS",
    minutes=120,
)

MESSAGES = {
    Tag.IN_TIME: Message(
        Severity.GOOD,
        N_(
            "The proof for recipient {recipient} was produced in {took}, by the clock of this computer. The policy allows {hours} hours."
        ),
    ),
    Tag.MEASURED: Message(
        Severity.GOOD,
        N_(
            "The proof for recipient {recipient} was produced in {took}, by the clock of this computer. The policy names no limit."
        ),
    ),
    Tag.LATE: Message(
        Severity.HIGH, N_("Producing the proof for recipient {recipient} took {took}. The policy allows {hours} hours."), _KEEP
    ),
    Tag.OVERDUE: Message(
        Severity.HIGH,
        N_("The drill that began at {started} is not finished. The policy allows {hours} hours, and they are over."),
        _FINISH,
    ),
    Tag.RUNNING: Message(Severity.UNKNOWN, N_("The drill that began at {started} is not finished yet."), _FINISH),
    Tag.NOT_FOUND: Message(
        Severity.HIGH, N_("Recipient {recipient}, who was named at the start of the drill, is not in the ledger."), _KEEP
    ),
    Tag.NO_PROOF: Message(
        Severity.HIGH,
        N_("The record of recipient {recipient} does not say when consent was given or confirmed. It says: {fields}."),
        _KEEP,
    ),
    Tag.INCOMPLETE: Message(
        Severity.MEDIUM,
        N_("The proof for recipient {recipient} is not whole. Missing: {missing}. Files that were added: {files}."),
        _KEEP,
    ),
    Tag.CLOCK: Message(
        Severity.UNKNOWN,
        N_(
            "The times of the drill contradict each other (start {started}, finish {finished}, ledger read {received}). The clock was changed, or the file."
        ),
        _HOLD,
    ),
    Tag.CHANGED: Message(
        Severity.UNKNOWN,
        N_(
            "The ledger was changed while the clock of the drill ran (start {started}), so the proof may have been written into it since. That says nothing."
        ),
        _HOLD,
    ),
    Tag.OTHER: Message(
        Severity.INFO, N_("Drills held with another file than {ledger} as it is now: {drills}. They are not judged.")
    ),
    Tag.NOT_HELD: Message(
        Severity.UNKNOWN,
        N_("No drill was held with {ledger}. Whether proof can be produced within {hours} hours is not known."),
        _HOLD,
    ),
    Tag.NOT_NEEDED: Message(
        Severity.NONE, N_("No drill was held with {ledger}; the policy names no time for proof of consent.")
    ),
    Tag.CHOSEN: Message(
        Severity.INFO,
        N_(
            "The recipient was {how}. Drills held with this ledger: {drills}. The proof has {fields}; files that were added: {files}."
        ),
    ),
}

_SOURCES = ("source",)
_FURTHER = ("consent_ip", "confirm_ip", "text_version", "confirm_token")


def judge(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    hours, name = policy.proof_hours, report.name
    own = [d for d in report.drills if not d.finished or d.ledger_finish == report.sha256]
    if len(own) < len(report.drills):
        yield found(Tag.OTHER, ledger=name, drills=len(report.drills) - len(own))
    if not own:
        yield found(Tag.NOT_HELD, ledger=name, hours=hours) if hours else found(Tag.NOT_NEEDED, ledger=name)
        return
    drill = max(own, key=lambda d: d.started)
    started, finished, received = read_date(drill.started), read_date(drill.finished), read_date(report.received)
    bad = started is None or (bool(drill.finished) and finished is None) or received is None
    if bad or started is None or received is None or (finished or received) < started or (finished or started) > received + 60:
        yield found(
            Tag.CLOCK,
            ledger=name,
            started=drill.started,
            finished=drill.finished or phrase("not yet"),
            received=report.received,
        )
        return
    if finished is None:
        same = drill.ledger_start == report.sha256
        over = same and hours and received - started > hours * 3600
        yield found(Tag.OVERDUE if over else Tag.RUNNING, ledger=name, started=drill.started, hours=hours)
        return
    if drill.ledger_start != drill.ledger_finish:
        yield found(Tag.CHANGED, ledger=name, started=drill.started)
        return
    yield from _proof(report, drill, policy, finished - started)


def _proof(report: LedgerReport, drill: Drill, policy: Policy, seconds: float) -> Iterator[Finding]:
    name, hours, who = report.name, policy.proof_hours, drill.recipient
    fields, files = set(drill.fields), tuple(f.name for f in drill.files)
    shown_fields = [ROLES[f] for f in drill.fields if f in ROLES] or [phrase("nothing")]
    shown_files = files or (phrase("no file was added"),)
    how = phrase("drawn by the words “{seed}”", seed=drill.seed) if drill.chosen == "seed" else phrase("named")
    yield found(
        Tag.CHOSEN,
        ledger=name,
        how=how,
        drills=sum(d.ledger_finish == report.sha256 for d in report.drills),
        fields=shown_fields,
        files=shown_files,
    )
    took = duration(seconds)
    if hours and seconds > hours * 3600:
        yield found(Tag.LATE, ledger=name, recipient=who, took=took, hours=hours)
        return
    if not drill.found:
        yield found(Tag.NOT_FOUND, ledger=name, recipient=who)
        return
    needed = {"confirm_at"} if policy.consent == "confirmed" else {"consent_at", "confirm_at"}
    if not fields & needed:
        yield found(Tag.NO_PROOF, ledger=name, recipient=who, fields=shown_fields)
        return
    missing = [ROLES[r] for r in ("consent_at", *_SOURCES) if r not in fields]
    if not fields & set(_FURTHER):
        missing.append(ROLES["consent_ip"])
    if missing:
        yield found(Tag.INCOMPLETE, ledger=name, recipient=who, missing=missing, files=shown_files)
        return
    if hours:
        yield found(Tag.IN_TIME, ledger=name, recipient=who, took=took, hours=hours)
    else:
        yield found(Tag.MEASURED, ledger=name, recipient=who, took=took)


def duration(seconds: float) -> str:
    """A time that was taken, in hours and minutes."""
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return phrase("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    return phrase("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
