"""What a statement stands on: an audit that ran to its end and is recent, and the case and policy for which it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from selfaudit.case import Case
from selfaudit.case.dates import read_date
from selfaudit.case.statement import Statement
from selfaudit.i18n import phrase
from selfaudit.policy.days import before, in_future
from selfaudit.policy.model import Gap
from selfaudit.policy.moments import began, last_repair, last_reported
from selfaudit.policy.reading import Reading

_RECENT = 7 * 86_400  # seconds for which an audit, or a signature before it, says how things are now
_DAY = len("YYYY-MM-DD")
_LONGEST = 60


def audit_gaps(case: Case, said: Statement, reading: Reading) -> Iterator[Gap]:
    """What the audit itself lacks."""
    if reading.interrupted:
        yield Gap("audit", phrase("The audit was stopped before its end; run it again and let it finish."))
    end = read_date(reading.finished)
    if end is None:
        return
    if reading.now is not None and end + _RECENT < reading.now:
        yield Gap("audit-age", phrase("The audit is more than seven days old; run it again."))
    elif before(reading.finished[:_DAY], last_repair(said, reading.now)[:_DAY]):
        yield Gap("audit-age", phrase("The audit was made before the last repair that the statement names; run it again."))
    elif before(reading.finished, began(said)) or before(reading.finished, last_reported(case, reading.now)):
        yield Gap("audit-age", phrase("The audit was made before what it is to answer for; run it again."))
    for host in stale_servers(case, said, reading):
        words = phrase(
            "The server {host} was looked at from inside before what the audit is to answer for; look at it again.",
            host=_shown(host),
        )
        yield Gap("audit-age", words)


def stale_servers(case: Case, said: Statement, reading: Reading) -> Mapping[str, str]:
    """Servers whose inside was looked at before the incident or its repair, and why that shows nothing of how they are now."""
    suspended = "" if in_future(case.suspended, reading.now) else case.suspended
    ends = (
        (suspended, phrase("it was looked at from inside before the service was suspended")),
        (last_repair(said, reading.now)[:_DAY], phrase("it was looked at from inside before the last repair")),
        (began(said), phrase("it was looked at from inside before it all began")),
        (last_reported(case, reading.now), phrase("it was looked at from inside before the last event that was reported")),
    )
    found: dict[str, str] = {}
    for host, taken in reading.inside.items():
        why = next((why for end, why in ends if before(taken, end)), "")
        if why:
            found[host] = why
    return found


def signed_long_ago(said: Statement, reading: Reading) -> bool:
    """Whether a statement was signed more than seven days before the audit."""
    signed, end = read_date(said.signed), read_date(reading.finished)
    return signed is not None and end is not None and signed + _RECENT < end


def binding_gaps(pack: str, case: Case, said: Statement) -> Iterator[Gap]:
    """Whether the statement was made for this policy and this case; it is nobody's word on another."""
    if said.policy.strip() and _name(said.policy) != _name(pack):
        yield Gap(
            "statement",
            phrase("The statement was made for another policy ({policy}); go through it again.", policy=_shown(said.policy)),
        )
    if said.number.strip() and _name(said.number) != _name(case.number):
        yield Gap(
            "statement",
            phrase("The statement was made for another case ({number}); go through it again.", number=_shown(said.number)),
        )


def purpose_gaps(case: Case, said: Statement) -> Iterator[Gap]:
    """What a case before a contract cannot have."""
    steps = case.steps or said.steps
    if case.suspended or case.cited or case.notices or steps:
        why = phrase(
            "The case is said to be before a contract, but it names a suspension, a notice, clauses that were broken or steps that are demanded; it is a reinstatement."
        )  # fmt: skip
        yield Gap("purpose", why)


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
