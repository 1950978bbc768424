"""Whether anybody still makes updates that reach a server: where nobody does, that none waits says nothing."""

from __future__ import annotations

from selfaudit.checks.patch._support import product_of, subscribed, today, version_of
from selfaudit.facts.host import HostReport
from selfaudit.protocols.eol import Phase, state
from selfaudit.protocols.host_system import System


def past_end(report: HostReport, system: System) -> str:
    """The last day of the updates that everybody gets, if they are over and the server does not show that it gets others; "" otherwise.

    A system that is not in the list of releases is not called past its end.
    """
    product, day = product_of(system), today(report)
    if product is None or day is None:
        return ""
    now = state(product, version_of(system, product, report), day)
    if now.phase not in (Phase.ENDED, Phase.EXTENDED, Phase.ADDON) or (
        now.phase is Phase.EXTENDED and subscribed(report, product)
    ):
        return ""
    release = now.release
    ends = [end for end in (release.regular, release.lts) if end is not None] if release is not None else []
    last = max(ends, default=now.until)
    return last.isoformat() if last is not None else day.isoformat()
