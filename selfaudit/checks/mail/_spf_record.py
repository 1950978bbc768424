"""The corrected SPF record: what is published, with only the fault changed and no sender forgotten."""

from __future__ import annotations

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, str_to_txt
from selfaudit.facts.mail import SpfLookups
from selfaudit.protocols.lookup import Replay, run_now
from selfaudit.protocols.spf import SpfResult, check_host
from selfaudit.protocols.spf_survey import SpfSurvey

_ENDINGS = ("all", "+all", "?all", "-all", "~all")


def term_for(address: str) -> str:
    """The term that names one address."""
    return f"ip{6 if ':' in address else 4}:{address}"


def example(spf: SpfLookups) -> str:
    """A first record: the sending addresses that were given, or a placeholder."""
    senders = () if spf.presumed else spf.sending_ips
    return " ".join(["v=spf1", *(map(term_for, senders) if senders else ("ip4:YOUR-ADDRESS",)), "-all"])


def closed(spf: SpfLookups, seen: SpfSurvey) -> str:
    """The published record with an ending that lets nobody else in, every given sending address still passing.

    Where no sending address was given, somebody may be forgotten, so it ends in "~all". "" if the record cannot be mended here.
    """
    if (
        seen.record is None
        or seen.record.redirect
        or (seen.open_by and seen.open_by not in (*_ENDINGS, *seen.record.text.split()))
    ):
        return ""
    terms = [t for t in seen.record.text.split() if t.lower() not in _ENDINGS and t != seen.open_by]
    senders = () if spf.presumed else spf.sending_ips
    return " ".join([*with_senders(spf, terms, senders), "-all" if senders else "~all"])


def covering(spf: SpfLookups, address: str) -> str:
    """The published record with every given sending address that it misses named before its ending.

    A "redirect" counts only without "all" (RFC 7208 section 6.1), so a record with one keeps it and gets no ending.
    """
    texts = run_now(Replay(spf.answers)(spf.domain, "TXT")).texts()
    record = next((t for t in texts if t.lower().startswith("v=spf1")), "v=spf1")
    words = [t for t in record.split() if t.lower() not in _ENDINGS]
    modifiers = [t for t in words[1:] if "=" in t.partition(":")[0]]
    ending = next((t for t in record.split() if t.lower() in ("-all", "~all")), "~all" if spf.presumed else "-all")
    if any(t.lower().startswith("redirect=") for t in modifiers):
        ending = ""
    senders = (address,) if spf.presumed else spf.sending_ips
    terms = with_senders(spf, [t for t in words if t not in modifiers], senders)
    return " ".join([*terms, *modifiers, *([ending] if ending else [])])


def with_senders(spf: SpfLookups, terms: list[str], senders: tuple[str, ...]) -> list[str]:
    """The terms, and one more for each address that they do not let pass."""
    return terms + [term_for(address) for address in senders if not _passes(spf, [*terms, "-all"], address)]


def _passes(spf: SpfLookups, terms: list[str], address: str) -> bool:
    own = DnsAnswer(absolute(spf.domain), "TXT", DnsStatus.ANSWER, records=(str_to_txt(" ".join(terms)),))
    lookup = Replay([own, *spf.answers])
    return run_now(check_host(address, f"postmaster@{spf.domain}", spf.domain, lookup)).result is SpfResult.PASS
