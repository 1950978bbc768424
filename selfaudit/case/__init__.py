"""Who asks, what is in scope, and with whose permission."""

from selfaudit.case.model import Approval, Authority, Case, Selector, Target
from selfaudit.case.targets import is_reserved_address, is_reserved_name, parse_target

__all__ = ["Approval", "Authority", "Case", "Selector", "Target", "is_reserved_address", "is_reserved_name", "parse_target"]
