"""One file per check. The registry finds them; there is no second place to edit."""

from selfaudit.checks.registry import CheckModule, all_checks, get_check, select_checks

__all__ = ["CheckModule", "all_checks", "get_check", "select_checks"]
