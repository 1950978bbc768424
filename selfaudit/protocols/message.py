"""What receivers make of a message: DKIM, SPF and DMARC together (RFC 6376, RFC 7208, RFC 9989)."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.facts.dns import DnsAnswer, bare
from selfaudit.facts.message import Handover, SampleMessage
from selfaudit.protocols import dmarc
from selfaudit.protocols.dkim import DkimResult
from selfaudit.protocols.dkim import verify as verify_signatures
from selfaudit.protocols.dmarc import Evaluation, Identity
from selfaudit.protocols.lookup import Lookup, Recorder, names_equal
from selfaudit.protocols.message_headers import Mailbox, domain_of, mailboxes
from selfaudit.protocols.message_read import as_sample
from selfaudit.protocols.message_received import envelope_sender
from selfaudit.protocols.spf import SpfCheck, check_host


@dataclass(frozen=True, slots=True)
class Authentication:
    """The result for one message.

    Attributes:
        author: the domain of From, "" if there is not exactly one (RFC 9989 section 5.3.1).
        handover: from where it came.
        signatures: one result for each signature, from the top.
        spf: of MAIL FROM, None if the address or MAIL FROM is not known. For an empty MAIL FROM it is that of the greeting.
        spf_domain: the domain that SPF vouches for.
        helo: SPF of the greeting, None if it is not known.
        dmarc: None without an author.
        unanswered: names that matter for alignment and could not be looked up.
    """

    author: str
    handover: Handover
    signatures: tuple[DkimResult, ...]
    spf: SpfCheck | None
    spf_domain: str
    helo: SpfCheck | None
    dmarc: Evaluation | None
    unanswered: tuple[str, ...] = ()

    @property
    def dkim_aligned(self) -> tuple[DkimResult, ...]:
        """The signatures that pass and are aligned with the author."""
        aligned = self.dmarc.dkim_aligned if self.dmarc else ()
        return tuple(r for r, fits in zip(self.signatures, aligned, strict=False) if fits)

    @property
    def spf_aligned(self) -> bool:
        """Whether SPF passes for a domain that is aligned with the author."""
        return self.dmarc is not None and self.dmarc.spf_aligned


def author_of(sample: SampleMessage) -> tuple[Mailbox, ...]:
    """The mailboxes of all From fields."""
    return tuple(box for value in sample.all("from") for box in mailboxes(value))


async def verify(message: bytes | SampleMessage, ip: str, helo: str, mail_from: str | None, lookup: Lookup) -> Authentication:
    """Evaluates a message as a receiver would.

    Args:
        message: its octets, or what was read from them.
        ip: the address that handed it over, "" if it is not known: then SPF is not known either.
        helo: its greeting, "" if it is not known.
        mail_from: MAIL FROM without angle brackets, "" for the empty one; None takes that of the message's Return-Path field.
        lookup: see `protocols.lookup`.

    Raises:
        BadInput: the octets are no message, or `ip` is no address.
    """
    sample = as_sample(message)
    sender = envelope_sender(sample) if mail_from is None else mail_from
    recorder = Recorder(lookup)
    signatures = await verify_signatures(sample, recorder)
    spf = helo_check = None
    spf_domain = ""
    if ip and domain_of(helo):
        helo_check = await check_host(ip, "", helo, recorder)
    if ip and sender:
        spf_domain = domain_of(sender.rpartition("@")[2])
        spf = await check_host(ip, f"{sender.rpartition('@')[0]}@{spf_domain}" if spf_domain else sender, helo, recorder)
    elif ip and sender == "" and helo_check is not None:
        spf, spf_domain = helo_check, domain_of(helo)
    boxes = author_of(sample)
    domains = {box.domain for box in boxes}
    author = domains.pop() if len(domains) == 1 and len(sample.all("from")) == 1 else ""
    evaluation = None
    if author:
        identity = Identity(str(spf.result), spf_domain) if spf is not None and spf_domain else None
        results = [Identity(r.result, r.signature.domain) for r in signatures]
        evaluation = await dmarc.evaluate(author, identity, results, recorder)
    unanswered = tuple(bare(a.name) for a in recorder.answers if a.name.startswith("_dmarc.") and not a.definite)
    return Authentication(author, Handover(ip, helo, sender), signatures, spf, spf_domain, helo_check, evaluation, unanswered)


async def could_align(author: str, domain: str, lookup: Lookup) -> bool | None:
    """Whether a signature or SPF result for `domain` would be aligned with the author if it passed; None if that cannot be told."""
    if names_equal(author, domain):
        return True
    recorder = Recorder(lookup)
    evaluation = await dmarc.evaluate(author, None, [Identity("pass", domain)], recorder)
    if evaluation.dkim_aligned[0]:
        return True
    failed: list[DnsAnswer] = [a for a in recorder.answers if not a.definite]
    return None if failed else False
