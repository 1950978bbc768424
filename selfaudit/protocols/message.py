"""What receivers make of a message: DKIM, SPF and DMARC together (RFC 6376, RFC 7208, RFC 9989)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from selfaudit.facts.dns import DnsAnswer, bare
from selfaudit.facts.message import Handover, SampleMessage
from selfaudit.protocols import dmarc
from selfaudit.protocols.dkim import DkimResult
from selfaudit.protocols.dkim import verify as verify_signatures
from selfaudit.protocols.dmarc import Evaluation, Identity
from selfaudit.protocols.lookup import Lookup, Recorder, names_equal
from selfaudit.protocols.message_headers import Mailbox, domain_of, mailboxes
from selfaudit.protocols.message_kept import HIDDEN
from selfaudit.protocols.message_names import same_organization
from selfaudit.protocols.message_read import as_sample
from selfaudit.protocols.message_received import envelope_sender
from selfaudit.protocols.spf import SpfCheck, check_host

_LOCAL_PART = re.compile(r"(?i)%\{[ls]")  # macros of SPF that hold it (RFC 7208 section 7.2)


@dataclass(frozen=True, slots=True)
class Authentication:
    """The result for one message.

    Attributes:
        author: the domain of From, "" if there is not exactly one (RFC 9989 section 5.3.1).
        handover: from where it came.
        signatures: one result for each signature, from the top.
        spf: of MAIL FROM, None if the address or MAIL FROM is not known. For an empty MAIL FROM it is that of the greeting.
        spf_domain: the domain that SPF vouches for.
        dmarc: None without an author. Where the author has no record, what belongs to the same registrable domain counts as aligned.
        unanswered: names that matter for alignment and could not be looked up.
        local_part: SPF depends on the local part of MAIL FROM, which is not kept; so it is not known.
    """

    author: str
    handover: Handover
    signatures: tuple[DkimResult, ...]
    spf: SpfCheck | None
    spf_domain: str
    dmarc: Evaluation | None
    unanswered: tuple[str, ...] = ()
    local_part: bool = False

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
    spf = None
    spf_domain = ""
    local_part = False
    if ip and sender:
        local, _at, domain = sender.rpartition("@")
        spf_domain = domain_of(domain)
        asked = Recorder(recorder)
        local = "postmaster" if local == HIDDEN else local
        spf = await check_host(ip, f"{local}@{spf_domain}" if spf_domain else sender, helo, asked)
        local_part = sender.startswith(f"{HIDDEN}@") and _on_local_part(asked.answers)
        spf = None if local_part else spf
    elif ip and sender == "" and domain_of(helo):
        spf, spf_domain = await check_host(ip, "", helo, recorder), domain_of(helo)
    boxes = author_of(sample)
    domains = {box.domain for box in boxes}
    author = domains.pop() if len(domains) == 1 and len(sample.all("from")) == 1 else ""
    evaluation = None
    if author:
        identity = Identity(str(spf.result), spf_domain) if spf is not None and spf_domain else None
        results = [Identity(r.result, r.signature.domain) for r in signatures]
        evaluation = _related(await dmarc.evaluate(author, identity, results, recorder), author, identity, results)
    unanswered = tuple(bare(a.name) for a in recorder.answers if a.name.startswith("_dmarc.") and not a.definite)
    return Authentication(author, Handover(ip, helo, sender), signatures, spf, spf_domain, evaluation, unanswered, local_part)


def _on_local_part(answers: Sequence[DnsAnswer]) -> bool:
    """Whether an SPF record asks for the local part of the sender; the explanation (exp=) decides nothing."""
    texts = (text for answer in answers for text in answer.texts() if text.lower().startswith("v=spf1"))
    return any(_LOCAL_PART.search(term) for text in texts for term in text.split() if not term.lower().startswith("exp="))


def _related(evaluation: Evaluation, author: str, spf: Identity | None, signatures: Sequence[Identity]) -> Evaluation:
    """Without a DMARC record, nothing says which names belong together; the registrable domain is what receivers have then."""
    if evaluation.policy.record is not None or evaluation.policy.unanswered:
        return evaluation

    def fits(identity: Identity | None) -> bool:
        return identity is not None and identity.result == "pass" and same_organization(author, identity.domain)

    return replace(
        evaluation,
        spf_aligned=evaluation.spf_aligned or fits(spf),
        dkim_aligned=tuple(a or fits(s) for a, s in zip(evaluation.dkim_aligned, signatures, strict=True)),
    )


async def could_align(author: str, domain: str, lookup: Lookup, *, spf: bool = False) -> bool | None:
    """Whether a result for `domain` would be aligned with the author if it passed; None if that cannot be told.

    Args:
        author: the domain of From.
        domain: for which a signature or SPF would vouch.
        lookup: see `protocols.lookup`.
        spf: it is a result of SPF, so that aspf= counts; otherwise a signature, for which adkim= does.
    """
    if names_equal(author, domain):
        return True
    recorder = Recorder(lookup)
    identity = Identity("pass", domain)
    given, signatures = (identity, []) if spf else (None, [identity])
    evaluation = _related(await dmarc.evaluate(author, given, signatures, recorder), author, given, signatures)
    if evaluation.spf_aligned or any(evaluation.dkim_aligned):
        return True
    failed: list[DnsAnswer] = [a for a in recorder.answers if not a.definite]
    return None if failed else False
