"""What the person says about a finding. It changes no verdict; the report shows it as the person's word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Planned for a date, or disagreed with.

    Attributes:
        check, target_kind, target, tag: the finding; the tag is "" for a result without findings.
        planned: a date, YYYY-MM-DD, or "".
        disagree: why the person thinks that the finding is wrong, or "".
    """

    check: str
    target_kind: str
    target: str
    tag: str
    planned: str = ""
    disagree: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is about."""
        return self.check, self.target_kind, self.target, self.tag
