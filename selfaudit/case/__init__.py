"""Who asks, what is in scope, and with whose permission."""

from selfaudit.case.model import HOSTED, Approval, Authority, Case, EvidenceFile, HostSource, Registrant, Selector, Target
from selfaudit.case.targets import is_reserved_address, is_reserved_name, parse_target

__all__ = [
    "HOSTED",
    "Approval",
    "Authority",
    "Case",
    "EvidenceFile",
    "HostSource",
    "Registrant",
    "Selector",
    "Target",
    "is_reserved_address",
    "is_reserved_name",
    "parse_target",
]
