"""The corrected SPF record: what is published, with only the fault changed, no sender forgotten and none let in by it.

A correction that does not do what it is for is not offered: it is "" then.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, str_to_txt
from selfaudit.facts.mail import SpfLookups
from selfaudit.protocols.lookup import Replay, run_now
from selfaudit.protocols.spf import SpfResult, check_host
from selfaudit.protocols.spf_survey import SpfSurvey

_ENDINGS = ("all", "+all", "?all", "-all", "~all")
_FORGIVING = "~all"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The terms that count: nothing behind the first "all", and no redirect beside it (RFC 7208 sections 5.1 and 6.1)."""

    mechanisms: tuple[str, ...]
    modifiers: tuple[str, ...]
    ending: str

    @property
    def redirects(self) -> bool:
        return any(m.lower().startswith("redirect=") for m in self.modifiers)


def _parts(record: str) -> _Parts:
    words = record.split()[1:]
    modifiers = [w for w in words if "=" in w.partition(":")[0]]
    mechanisms = [w for w in words if w not in modifiers]
    at = next((i for i, w in enumerate(mechanisms) if w.lower() in _ENDINGS), None)
    if at is None:
        return _Parts(tuple(mechanisms), tuple(modifiers), "")
    kept = tuple(m for m in modifiers if not m.lower().startswith("redirect="))
    return _Parts(tuple(mechanisms[:at]), kept, mechanisms[at].lower())


def example(spf: SpfLookups) -> str:
    """A first record: the sending addresses that were given, or a placeholder and an ending that forgives what is forgotten."""
    senders = () if spf.presumed else spf.sending_ips
    return " ".join(["v=spf1", *map(_term_for, senders), "-all"]) if senders else f"v=spf1 ip4:YOUR-ADDRESS {_FORGIVING}"


def closed(spf: SpfLookups, seen: SpfSurvey) -> str:
    """The published record without what lets everybody in, every given sending address passing.

    It ends in "~all": while everybody was let in, nobody noticed who was not named.
    """
    if seen.record is None:
        return ""
    parts = _parts(seen.record.text)
    if parts.redirects:
        return ""  # the fault stands in the other record
    kept = [m for m in parts.mechanisms if not _is(m, seen.open_by)]
    if seen.open_by and seen.open_by.lower() not in _ENDINGS and len(kept) == len(parts.mechanisms):
        return ""
    senders = () if spf.presumed else spf.sending_ips
    if not kept and not senders:
        kept = ["ip4:YOUR-ADDRESS"]
        return " ".join(["v=spf1", *kept, *parts.modifiers, _FORGIVING])
    return _naming(spf, senders, kept, [*parts.modifiers, _FORGIVING])


def covering(spf: SpfLookups, address: str) -> str:
    """The published record with every given sending address that it misses named first; where none were given, with `address`."""
    texts = run_now(Replay(spf.answers)(spf.domain, "TXT")).texts()
    parts = _parts(next((t for t in texts if t.lower().startswith("v=spf1")), "v=spf1"))
    ending = [] if parts.redirects else [parts.ending if parts.ending in ("-all", "~all") else _FORGIVING]
    senders = (address,) if spf.presumed else spf.sending_ips
    return _naming(spf, senders, list(parts.mechanisms), [*parts.modifiers, *ending])


def _naming(spf: SpfLookups, senders: tuple[str, ...], mechanisms: list[str], rest: list[str]) -> str:
    """The record with the senders that it misses in front, where no other term can decide or fail before them."""
    missing = [s for s in senders if not _passes(spf, " ".join(["v=spf1", *mechanisms, *rest]), s)]
    record = " ".join(["v=spf1", *map(_term_for, missing), *mechanisms, *rest])
    return record if all(_passes(spf, record, s) for s in senders) else ""


def _term_for(address: str) -> str:
    return f"ip{6 if ':' in address else 4}:{address}"


def _is(mechanism: str, open_by: str) -> bool:
    """Whether a mechanism is the one by which everybody passes, named by its text or by its network."""
    if mechanism == open_by:
        return True
    kind, _colon, network = mechanism.lstrip("+").partition(":")
    if kind.lower() not in ("ip4", "ip6"):
        return False
    try:
        return ipaddress.ip_network(network, strict=False) == ipaddress.ip_network(open_by, strict=False)
    except ValueError:
        return False


def _passes(spf: SpfLookups, record: str, address: str) -> bool:
    own = DnsAnswer(absolute(spf.domain), "TXT", DnsStatus.ANSWER, records=(str_to_txt(record),))
    lookup = Replay([own, *spf.answers])
    return run_now(check_host(address, f"postmaster@{spf.domain}", spf.domain, lookup)).result is SpfResult.PASS
