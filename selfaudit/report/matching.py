"""Which finding of one result is which finding of another one of the same check on the same target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from selfaudit.checks import all_checks
from selfaudit.findings import Finding, Severity

FAULTS: Final = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
# What tells findings of one check apart: a listing by its list, a service by its port. A check that is not named here finds each tag once.
IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "blocklist.address": ("zone",),
    "blocklist.domain": ("zone", "question"),
    "dns.caa": ("name", "property"),
    "dns.dangling": ("name",),
    "dns.delegation": ("server", "address"),
    "dns.transfer": ("server",),
    "exposure.amplifier": ("port", "protocol"),
    "exposure.proxy": ("port", "method"),
    "exposure.relay": ("port",),
    "exposure.services": ("port",),
    "host.mail-config": ("program",),
    "host.malware": ("scanner",),
    "mail.contacts": ("recipient",),
    "mail.dkim": ("selector", "name"),
    "mail.dmarc": ("destination",),
    "message.authentication": ("selector",),
    "message.headers": ("field", "other"),
    "patch.software": ("what",),
    "registration.contacts": ("field",),
}
# Families whose tags have nothing to do with each other: that one goes and another comes is no change of the first.
_SEPARATE: Final = ("host", "consent", "message")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A finding before and now; None where there is none. `same`: nothing but numbers differs in it."""

    before: Finding | None
    now: Finding | None

    @property
    def same(self) -> bool:
        """Whether both say the same, apart from numbers such as counts, days and sizes."""
        return (
            self.before is not None
            and self.now is not None
            and self.before.tag == self.now.tag
            and bool(self.before.approved) is bool(self.now.approved)
            and _wording(self.before) == _wording(self.now)
        )


def is_fault(check: str, finding: Finding) -> bool:
    """Whether a finding says that something is wrong, be it approved or not."""
    return all_checks()[check].messages[finding.tag].severity in FAULTS


def rank(check: str, finding: Finding) -> int:
    """How grave a fault is: 0 for the gravest, more for lesser ones, most for what the provider has approved."""
    severity = all_checks()[check].messages[finding.tag].severity
    return len(FAULTS) if finding.approved else FAULTS.index(severity)


def identity_of(check: str, finding: Finding) -> dict[str, str]:
    """The arguments that tell it apart from others of its check. One that is about several ports is told apart by none of them."""
    several = "ports" in finding.args
    return {k: str(finding.args[k]) for k in IDENTITY.get(check, ()) if k in finding.args and not (several and k == "port")}


def pairs_of(check: str, before: Iterable[Finding], now: Iterable[Finding]) -> list[Pair]:
    """The faults of both, each with its like.

    First those with the same tag about the same thing. Of what is left, a fault that gave way to one other, both about the same thing or
    about nothing in particular, has changed into it: a failure of which a warning remains. What speaks of different lists, ports or servers is
    never one, and where several went or came nobody can say which became which.
    """
    old = [f for f in before if is_fault(check, f)]
    new = [f for f in now if is_fault(check, f)]
    pairs: list[Pair] = []
    for fits in (_exactly, _same_tag, _same_kind):
        for finding in sorted(old, key=lambda f: rank(check, f)):
            like = next((f for f in new if fits(check, finding, f)), None)
            if like is not None:
                pairs.append(Pair(finding, like))
                _take(old, finding)
                _take(new, like)
    for finding in list(old) if check.partition(".")[0] not in _SEPARATE else ():
        likes = [f for f in new if _same_thing(check, finding, f)]
        if len(likes) == 1 and sum(_same_thing(check, f, likes[0]) for f in old) == 1:
            pairs.append(Pair(finding, likes[0]))
            _take(old, finding)
            _take(new, likes[0])
    return [*pairs, *(Pair(f, None) for f in old), *(Pair(None, f) for f in new)]


def stands_among(check: str, finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether one of the others is this fault about the same thing, whatever else it says."""
    return any(_same_tag(check, finding, f) or _same_kind(check, finding, f) for f in others)


def _take(findings: list[Finding], one: Finding) -> None:
    index = next(i for i, f in enumerate(findings) if f is one)
    del findings[index]


def _exactly(check: str, first: Finding, second: Finding) -> bool:
    return (
        first.tag == second.tag
        and identity_of(check, first) == identity_of(check, second)
        and _wording(first) == _wording(second)
    )


def _same_tag(check: str, first: Finding, second: Finding) -> bool:
    return first.tag == second.tag and identity_of(check, first) == identity_of(check, second)


def _same_kind(check: str, first: Finding, second: Finding) -> bool:
    return first.tag == second.tag and check not in IDENTITY


def _same_thing(check: str, first: Finding, second: Finding) -> bool:
    one, other = identity_of(check, first), identity_of(check, second)
    if any(one[k] != other[k] for k in one.keys() & other.keys()):
        return False
    return _ports_meet(first, second)


def _ports_meet(first: Finding, second: Finding) -> bool:
    """Whether what is known of the ports of two findings allows them to be about the same."""
    one, other = ports_of(first), ports_of(second)
    return not one or not other or bool(one & other)


def ports_of(finding: Finding) -> frozenset[str]:
    """The ports that a finding names, empty for none."""
    several = finding.args.get("ports", ())
    named = several if isinstance(several, tuple) else str(several).split(", ")
    ports = {str(p) for p in named if p != ""}
    if not ports and "port" in finding.args:
        ports = {str(finding.args["port"])}
    return frozenset(ports)


def _wording(finding: Finding) -> tuple[tuple[str, object], ...]:
    """The arguments without numbers in running text; of sequences, which members there are."""
    found: list[tuple[str, object]] = []
    for name, value in sorted(finding.args.items()):
        if isinstance(value, tuple):
            found.append((name, frozenset(value)))
        elif isinstance(value, str):
            found.append((name, _DIGITS.sub("0", value)))
    return tuple(found)
