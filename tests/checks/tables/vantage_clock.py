"""vantage.clock."""

from __future__ import annotations

import datetime

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.vantage import Clock, TimeSample
from tests.checks.build import Scenario

CHECK = "vantage.clock"
NOW = 1_795_000_000.0


def root(days_from: float, days_to: float) -> DnsAnswer:
    def stamp(days: float) -> str:
        return datetime.datetime.fromtimestamp(NOW + days * 86_400, datetime.UTC).strftime("%Y%m%d%H%M%S")

    signature = f"SOA 13 0 86400 {stamp(days_to)} {stamp(days_from)} 1 . AAAA"
    return DnsAnswer(".", "SOA", DnsStatus.ANSWER, records=("a. b. 1 2 3 4 5",), signatures=(signature,))


def clock(*offsets: float, signature: DnsAnswer | None = None, error: str = "") -> list[Clock]:
    samples = [TimeSample(f"t{i}.test", o, 0.02 + i) for i, o in enumerate(offsets)]
    return [Clock(NOW, (*samples, *([TimeSample("e.test", error=error)] if error else ())), signature)]


SCENARIOS = [
    Scenario("right", clock(0.2, signature=root(-1, 12)), ["CLOCK_OK"], "pass"),
    Scenario("the nearest server counts", clock(0.2, 400.0), ["CLOCK_OK"], "pass"),
    Scenario("off", clock(-75.0), ["CLOCK_OFF"], "warn", ["CLOCK_OK"]),
    Scenario("wrong", clock(4000.0), ["CLOCK_WRONG"], "warn", ["CLOCK_OK", "CLOCK_OFF"]),
    Scenario(
        "outside the root's signature", clock(0.0, signature=root(-40, -20)), ["CLOCK_OUTSIDE_SIGNATURE"], "warn", ["CLOCK_OK"]
    ),
    Scenario(
        "only the signature", clock(signature=root(-1, 12), error="no answer"), ["CLOCK_COARSE"], "inconclusive", ["CLOCK_OK"]
    ),
    Scenario("nothing", clock(error="no answer"), ["CLOCK_UNKNOWN"], "inconclusive"),
]
