"""A sample message evaluated over its recorded answers, for the checks of this family."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selfaudit.facts.message import Handover, MessageReport, SampleMessage
from selfaudit.protocols.dkim import DkimResult, DkimStatus
from selfaudit.protocols.lookup import Lookup, Replay, names_equal, run_now
from selfaudit.protocols.message import Authentication, could_align, verify
from selfaudit.protocols.message_headers import domain_of, moment, utc_seconds
from selfaudit.protocols.message_received import delivered_at, handover
from selfaudit.protocols.spf import SpfResult

OLD_DAYS = 30  # keys are exchanged from time to time; one that is gone says nothing about a message that is older


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What receivers make of a message.

    Attributes:
        message: as it was read.
        came: from where it was handed over.
        auth: DKIM, SPF and DMARC.
        relevant: signatures whose domain would be aligned with the author's, as far as that can be told.
        foreign: all others.
        spf_can: whether MAIL FROM could be aligned with the author; None if it is not known.
    """

    message: SampleMessage
    came: Handover
    auth: Authentication
    relevant: tuple[DkimResult, ...]
    foreign: tuple[DkimResult, ...]
    spf_can: bool | None

    @property
    def passes(self) -> bool:
        """Whether a signature or SPF shows that the author's domain sent it."""
        return bool(self.auth.dkim_aligned) or self.spf_passes

    @property
    def spf_passes(self) -> bool:
        """Whether SPF shows it. A line below a strange server's may have been made up, so it shows nothing."""
        return self.auth.spf_aligned and not self.came.below

    @property
    def related(self) -> str:
        """What vouches for the author only by its registrable domain, because there is no DMARC record; "" where another one does too."""
        if self.auth.dmarc is None or self.auth.dmarc.policy.record is not None:
            return ""
        vouching = [r.signature.domain for r in self.auth.dkim_aligned] + ([self.auth.spf_domain] if self.spf_passes else [])
        return "" if any(names_equal(name, self.auth.author) for name in vouching) else next(iter(vouching), "")

    @property
    def arrived(self) -> bool:
        """Whether the message passed a mail server, so that it should be signed."""
        return bool(self.message.hops or self.message.signatures or self.message.stated)

    @property
    def spf_fails(self) -> bool:
        """Whether it is certain that SPF cannot vouch for the author."""
        if self.auth.spf_aligned:
            return False
        spf = self.auth.spf
        known = spf is not None and spf.result not in (SpfResult.TEMPERROR, SpfResult.PASS)
        return self.spf_can is False or (self.came.sure and known)

    @property
    def days(self) -> int:
        """How many days old the message was when it was read; 0 if that is not known."""
        sent, read = sent_at(self.message), utc_seconds(self.message.received)
        return 0 if sent is None or read is None else max(0, int((read - sent) // 86_400))

    @property
    def old(self) -> bool:
        """Whether the message is so old, or of so uncertain age, that a key which is gone says nothing."""
        return self.days > OLD_DAYS or sent_at(self.message) is None


def evaluate(report: MessageReport) -> Evaluated:
    """Evaluates over the recorded answers; nothing is asked."""
    lookup: Lookup = Replay(report.answers)
    came = handover(report.message, report.sending)
    auth = run_now(verify(report.message, came.address, came.helo, came.mail_from, lookup))
    relevant: list[DkimResult] = []
    foreign: list[DkimResult] = []
    for result in auth.signatures:
        domain = result.signature.domain
        apart = bool(auth.author and domain) and run_now(could_align(auth.author, domain, lookup)) is False
        (foreign if apart else relevant).append(result)
    sender = domain_of((came.mail_from or "").rpartition("@")[2])
    spf_can = run_now(could_align(auth.author, sender, lookup, spf=True)) if auth.author and sender else None
    return Evaluated(report.message, came, auth, tuple(relevant), tuple(foreign), spf_can)


def sent_at(message: SampleMessage) -> float | None:
    """When the message was sent or delivered, UTC seconds, as far as it says so."""
    return (
        delivered_at(message)
        or moment(message.first("date"))
        or max((s.signed_at for s in message.signatures), default=0)
        or None
    )


def claims_pass(message: SampleMessage, domain: str) -> bool:
    """Whether a receiver noted in the message that a signature of the domain was right (RFC 8601): a claim, not a proof."""
    for value in message.all("authentication-results")[:20]:
        for part in value.lower().split(";"):
            if re.search(r"\bdkim=pass\b", part) and re.search(
                rf"header\.[di]=(?:[^\s;]{{0,100}}@)?{re.escape(domain)}(?:\s|$)", part
            ):
                return True
    return False


def changed(result: DkimResult) -> bool:
    """Whether the signature does not fit what the file holds."""
    return result.status in (DkimStatus.BODY_CHANGED, DkimStatus.WRONG)


def faulty(result: DkimResult) -> bool:
    """Whether nobody can accept the signature, whatever the message says."""
    lasting = result.status is DkimStatus.PERMERROR and not result.expired
    return lasting or result.status in (DkimStatus.NO_KEY, DkimStatus.UNUSABLE_KEY)
