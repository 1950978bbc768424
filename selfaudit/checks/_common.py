"""Words and small judgements that several checks share."""

from __future__ import annotations

from selfaudit.facts.dns import DnsAnswer, DnsStatus, bare
from selfaudit.findings import Remedy, Who
from selfaudit.i18n import N_, phrase

CACHED_TEXT = N_(
    "{name} {rdtype}: the name servers already say {new}, but caches still hold {old} for up to {ttl} s. "
    "The new value is judged here; others see it when the time is over."
)

SWITCHED_OFF = Remedy(
    N_(
        "If your server is switched off at the moment, this is expected and there is nothing to do now: run the audit again when it is back. "
        "Otherwise check that the server runs and can be reached from outside."
    ),
    who=Who.WAIT,
    minutes=5,
)

_REASONS = {
    DnsStatus.TIMEOUT: phrase("no answer in time"),
    DnsStatus.SERVFAIL: phrase("the name servers report a failure, SERVFAIL"),
    DnsStatus.REFUSED: phrase("the name servers refuse to answer, REFUSED"),
    DnsStatus.TRUNCATED: phrase("the answer was cut off and TCP failed"),
    DnsStatus.REWRITTEN: phrase("this network rewrites the answer"),
    DnsStatus.MALFORMED: phrase("the answer cannot be read"),
    DnsStatus.UNREACHABLE: phrase("the name servers cannot be reached"),
    DnsStatus.ERROR: phrase("the name servers give an error"),
    DnsStatus.LOOP: phrase("its aliases lead in a circle"),
}


def reason(answer: DnsAnswer) -> str:
    """Why an answer says nothing about the name, in words."""
    words = _REASONS.get(answer.status, str(answer.status))
    return f"{words}: {answer.detail}" if answer.detail and answer.status is DnsStatus.ERROR else words


def unanswered_args(answer: DnsAnswer) -> dict[str, str]:
    """Arguments for a message about an answer that never came."""
    return {"name": bare(answer.name), "rdtype": answer.rdtype, "status": reason(answer)}
