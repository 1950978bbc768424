"""The case: what a person asked for, frozen before the first packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TargetKind = Literal["domain", "address", "case"]

MAX_STATED_ADDRESSES = 16  # DESIGN: stated authority covers at most this many addresses


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A domain (A-label, lower case, no trailing dot), an address (canonical text), or the case itself.

    `origin` says how it came into scope: "named" by the person, or the record in which it was found.
    """

    kind: TargetKind
    value: str
    origin: str = "named"


CASE_TARGET = Target("case", "case")


@dataclass(frozen=True, slots=True)
class Selector:
    """A DKIM selector, the domain it belongs to ("" for every domain of the case) and where it was learnt."""

    name: str
    domain: str = ""
    source: Literal["given", "message", "guessed"] = "given"


@dataclass(frozen=True, slots=True)
class Authority:
    """Permission that was stated, not proven: a name and a role, printed in the report as such."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, order=True)
class Approval:
    """A provider's consent to something that its policy forbids "without our prior approval".

    Attributes:
        check: id of the check whose finding is approved.
        target: the address or domain, "" for all of the case.
        reference: the provider's ticket or letter.
        service: limits it to findings about this port or service, "" for all of the check.
    """

    check: str
    target: str
    reference: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a run depends on besides the network.

    Attributes:
        targets: what was named.
        sending_ips: addresses that send mail for the named domains.
        selectors: DKIM selectors that are known.
        only: check ids or families to run; empty means all.
        skip: check ids or families to leave out.
        authority: stated permission for active checks.
        number: the provider's ticket or case number.
        provider: the provider's name.
        deadline: UTC, RFC 3339.
        laboratory: reserved addresses and names were allowed as targets.
        demo: the world of the embedded internet, or "".
        passive: only public records are asked for, whatever permission there may be.
        confirm_relay: one message may be sent through a server that lets strangers send, to the mailbox in the settings.
        arrived: tokens of such messages that somebody found in that mailbox.
        exceptions: what the provider has approved.
    """

    targets: tuple[Target, ...]
    sending_ips: tuple[str, ...] = ()
    selectors: tuple[Selector, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    authority: Authority | None = None
    number: str = ""
    provider: str = ""
    deadline: str = ""
    laboratory: bool = False
    demo: str = ""
    passive: bool = False
    confirm_relay: bool = False
    arrived: tuple[str, ...] = ()
    exceptions: tuple[Approval, ...] = ()

    def domains(self) -> tuple[str, ...]:
        """The named domains."""
        return tuple(t.value for t in self.targets if t.kind == "domain")

    def addresses(self) -> tuple[str, ...]:
        """The named addresses."""
        return tuple(t.value for t in self.targets if t.kind == "address")
