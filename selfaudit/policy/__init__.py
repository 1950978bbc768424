"""What rules may depend on besides facts: the parameters of a provider's policy. The packs of clauses are in `packs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from selfaudit.case import Approval, Registrant


@dataclass(frozen=True, slots=True)
class Policy:
    """Parameters that a provider may set.

    Attributes:
        id: of the pack, "general" without one.
        dkim_good_bits: RSA keys below this are a warning (RFC 8301 section 3.2 says 2048).
        spf_void_limit: look-ups without result that are tolerated (RFC 7208 section 4.6.4 says 2).
        clock_good: seconds by which this clock may be off.
        laboratory: reserved addresses are expected, not a fault.
        approvals: what the provider has agreed to, according to the case file.
        approvable: checks and families whose findings its policy lets it approve; None where no policy is known.
        arrived: tokens of relay test messages that somebody found in the mailbox they were sent to.
        provider: the provider's name as its pack gives it, "" without a pack.
        prefixes: blocks of addresses that the provider assigns to customers (CIDR), empty if its pack names none.
        suspended: UTC seconds since when the service is suspended, None if not known.
        registrant: to whom the customer says the domains are registered.
        not_registrant: domains that the customer says are registered to somebody else.
        person: who states it, "" if nobody is named.
        consent: what consent must be: "confirmed" (double opt-in), or "verifiable".
        proof_hours: within which proof of consent must be provided, 0 for no limit.
        proof_kept: how long proof must be kept, in the words of the provider's policy, "" if it does not say.
        opt_out_days: business days within which an opt-out must be honoured, 0 for no limit.
    """

    id: str = "general"
    dkim_good_bits: int = 2048
    spf_void_limit: int = 2
    clock_good: float = 30.0
    laboratory: bool = False
    arrived: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    approvable: tuple[str, ...] | None = None
    provider: str = ""
    prefixes: tuple[str, ...] = ()
    suspended: float | None = None
    registrant: Registrant | None = None
    not_registrant: tuple[str, ...] = ()
    person: str = ""
    consent: Literal["confirmed", "verifiable"] = "verifiable"
    proof_hours: int = 0
    proof_kept: str = ""
    opt_out_days: int = 0

    def approval(self, check: str, target: str, args: Mapping[str, object]) -> str:
        """The references under which a finding of a check on a target is approved, "" for none.

        An approval for one port says nothing about others: all ports of the finding (`ports`, or else `port`, among its arguments)
        must be approved, by one approval or by several together. One for a service by name covers the findings about it. What the
        policy does not let the provider approve is approved by nothing.
        """
        if self.approvable is not None and not {check, check.partition(".")[0]} & set(self.approvable):
            return ""
        fitting = [a for a in self.approvals if a.check == check and a.target in ("", target)]
        named = {str(args[name]).lower() for name in ("service", "protocol") if name in args}
        whole = next((a for a in fitting if not a.service or a.service.lower() in named), None)
        if whole is not None:
            return whole.reference
        several = args.get("ports", args.get("port", ()))
        ports = [str(p) for p in several] if isinstance(several, list | tuple) else [str(several)]
        by_port = {a.service: a.reference for a in reversed(fitting)}
        if not ports or not all(p in by_port for p in ports):
            return ""
        return ", ".join(dict.fromkeys(by_port[p] for p in ports))
