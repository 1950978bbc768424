"""What stands in for a look from outside that cannot be had while a server is cut off: what the server says from the inside."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.findings import Outcome, Result
from selfaudit.policy.reading import Seen

# All checks of a row together. Lists, registration and reverse names have none: only the outside knows those. Nor have the checks of
# encryption, greeting and mailboxes: the configuration that is read says nothing about them.
STAND_INS = {
    "exposure.relay": ("host.mail-config",),
    "exposure.resolver": ("host.mail-config",),
    "exposure.proxy": ("host.mail-config",),
    "exposure.services": ("host.listeners", "host.firewall"),
    "exposure.amplifier": ("host.listeners", "host.firewall"),
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """What the servers say in place of a look from outside.

    Attributes:
        passed: the results, if all of them are good; otherwise empty.
        failed: those that are not.
    """

    passed: tuple[Result, ...] = ()
    failed: tuple[Result, ...] = ()


def stand_in(result: Result, seen: Seen, *, suspended: bool = False) -> StandIn:
    """What stands in for a result that could not be had. Servers that do not belong to its address say nothing about it.

    Args:
        result: an inconclusive one; one that was not run only where the service is suspended, since otherwise it need only be allowed.
        seen: all results.
        suspended: the service is cut off.
    """
    if result.outcome is not Outcome.INCONCLUSIVE and not (suspended and result.outcome is Outcome.NOT_RUN):
        return StandIn()
    rows = [seen.of(check) for check in STAND_INS.get(result.check, ())]
    servers = seen.reading.servers
    if servers is not None:
        own = servers.get(result.target, ())
        rows = [tuple(r for r in row if r.target in own) for row in rows]
    if not rows or not all(rows):
        return StandIn()
    # Every server has an answer to every check of the row, or the row is not whole.
    whole = len({frozenset(r.target for r in row) for row in rows}) == 1
    every = tuple(r for row in rows for r in row)
    failed = tuple(r for r in every if r.outcome is Outcome.FAIL)
    if failed:
        return StandIn(failed=failed)
    return StandIn(passed=every) if whole and all(_good(r) for r in every) else StandIn()


def _good(result: Result) -> bool:
    """Seen to be right, or seen to have nothing that could be wrong; what the provider approves is neither."""
    if result.outcome is Outcome.NOT_APPLICABLE:
        return bool(result.findings) and not any(f.approved for f in result.findings)
    return result.outcome is Outcome.PASS
