"""What rules may depend on besides facts: the parameters of a provider's policy. Packs of clauses come to live here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from selfaudit.case import Approval


@dataclass(frozen=True, slots=True)
class Policy:
    """Parameters that a provider may set.

    Attributes:
        id: of the pack, "general" without one.
        dkim_good_bits: RSA keys below this are a warning (RFC 8301 section 3.2 says 2048).
        spf_void_limit: look-ups without result that are tolerated (RFC 7208 section 4.6.4 says 2).
        clock_good: seconds by which this clock may be off.
        laboratory: reserved addresses are expected, not a fault.
        approvals: what the provider has agreed to.
        arrived: tokens of relay test messages that somebody found in the mailbox they were sent to.
    """

    id: str = "general"
    dkim_good_bits: int = 2048
    spf_void_limit: int = 2
    clock_good: float = 30.0
    laboratory: bool = False
    arrived: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()

    def approval(self, check: str, target: str, args: Mapping[str, object]) -> str:
        """The reference under which a finding of a check on a target is approved, "" for none."""
        services = {str(args[name]).lower() for name in ("port", "service", "protocol") if name in args}
        for approval in self.approvals:
            fits = approval.check == check and approval.target in ("", target)
            if fits and (not approval.service or approval.service.lower() in services):
                return approval.reference
        return ""
