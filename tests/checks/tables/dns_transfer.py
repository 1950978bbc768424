"""dns.transfer."""

from __future__ import annotations

from selfaudit.facts.zone import TransferAttempt, TransferOutcome, ZoneTransfers
from tests.checks.build import Scenario, yes

CHECK = "dns.transfer"
G, R, N, X = TransferOutcome.GIVEN, TransferOutcome.REFUSED, TransferOutcome.NO_ANSWER, TransferOutcome.NOT_PERMITTED


def fact(*outcomes: TransferOutcome) -> list[ZoneTransfers]:
    attempts = tuple(TransferAttempt(f"ns{i}.shop.test", f"192.0.2.{i}", o) for i, o in enumerate(outcomes))
    return [ZoneTransfers("shop.test", attempts, yes("shop.test", "NS", "ns1.shop.test."))]


SCENARIOS = [
    Scenario("refused", fact(R, R), ["TRANSFER_REFUSED"], "pass"),
    Scenario("given", fact(R, G), ["TRANSFER_GIVEN"], "warn"),
    Scenario("silent", fact(R, N), ["TRANSFER_NO_ANSWER"], "inconclusive"),
    Scenario("one is not ours", fact(R, X), ["TRANSFER_REFUSED", "TRANSFER_NOT_ASKED"], "pass"),
    Scenario("none could be asked", fact(), ["TRANSFER_NONE_ASKED"], "inconclusive", ["TRANSFER_REFUSED"]),
]
