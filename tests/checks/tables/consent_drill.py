"""consent.drill."""

from __future__ import annotations

from selfaudit.facts.ledger import Drill, LedgerReport
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.consent import drill, ledger

CHECK = "consent.drill"
HOURS = Policy(proof_hours=72)
STRICT = Policy(consent="confirmed")


def held(*drills: Drill) -> LedgerReport:
    return ledger(report={"drills": drills})


SCENARIOS = [
    Scenario("in time", [held(drill())], ["DRILL_IN_TIME", "DRILL_CHOSEN"], "pass", ["DRILL_MEASURED"], {"took": "3 h 12 min"}, HOURS),
    Scenario("no limit", [held(drill())], ["DRILL_MEASURED"], "pass", ["DRILL_IN_TIME"]),
    Scenario("exactly 72 hours", [held(drill("2026-11-17T08:00:00Z", "2026-11-20T08:00:00Z"))], ["DRILL_IN_TIME"], "pass", policy=HOURS),
    Scenario("a second more", [held(drill("2026-11-17T08:00:00Z", "2026-11-20T08:00:01Z"))], ["DRILL_LATE"], "fail", ["DRILL_IN_TIME"], policy=HOURS),
    Scenario("still running", [held(drill("2026-11-20T08:00:00Z", ""))], ["DRILL_RUNNING"], "inconclusive", policy=HOURS),
    Scenario("running for too long", [held(drill("2026-11-16T08:00:00Z", ""))], ["DRILL_OVERDUE"], "fail", ["DRILL_RUNNING"], policy=HOURS),
    Scenario("running without a limit", [held(drill("2026-01-16T08:00:00Z", ""))], ["DRILL_RUNNING"], "inconclusive", ["DRILL_OVERDUE"]),
    Scenario("not in the ledger", [held(drill(found=False, fields=()))], ["DRILL_NOT_FOUND"], "fail", ["DRILL_IN_TIME"], policy=HOURS),
    Scenario("only an address", [held(drill(fields=("recipient", "status")))], ["DRILL_NO_PROOF"], "fail", policy=HOURS),
    Scenario(
        "no confirmation where it is demanded", [held(drill(fields=("recipient", "source", "consent_at", "consent_ip")))], ["DRILL_NO_PROOF"], "fail",
        policy=STRICT,
    ),
    Scenario(
        "no source", [held(drill(fields=("recipient", "consent_at", "consent_ip")))], ["DRILL_INCOMPLETE"], "warn", ["DRILL_IN_TIME"], policy=HOURS
    ),
    Scenario("ends before it begins", [held(drill("2026-11-18T08:00:00Z", "2026-11-18T07:59:59Z"))], ["DRILL_CLOCK"], "inconclusive", policy=HOURS),
    Scenario("ends in the future", [held(drill(finished="2026-11-21T08:00:00Z"))], ["DRILL_CLOCK"], "inconclusive", ["DRILL_LATE"], policy=HOURS),
    Scenario("no time at all", [held(drill(started="yesterday"))], ["DRILL_CLOCK"], "inconclusive", policy=HOURS),
    Scenario(
        "changed while the clock ran", [held(drill(ledger_start="ef" * 32))], ["DRILL_LEDGER_CHANGED"], "inconclusive",
        ["DRILL_IN_TIME", "DRILL_MEASURED"], policy=HOURS,
    ),
    Scenario(
        "another file", [held(drill(ledger_start="ef" * 32, ledger_finish="ef" * 32))], ["DRILL_OTHER_FILE", "DRILL_NOT_HELD"], "inconclusive",
        ["DRILL_IN_TIME", "DRILL_MEASURED"], {"drills": 1}, HOURS,
    ),
    Scenario(
        "another file, no limit", [held(drill(ledger_start="ef" * 32, ledger_finish="ef" * 32))], ["DRILL_OTHER_FILE", "DRILL_NOT_NEEDED"],
        "not-applicable", ["DRILL_MEASURED"],
    ),
    Scenario(
        "another file was late", [held(drill(), drill("2026-11-01T08:00:00Z", "2026-11-09T08:00:01Z", ledger_finish="ef" * 32))],
        ["DRILL_IN_TIME", "DRILL_OTHER_FILE"], "pass", ["DRILL_LATE"], policy=HOURS,
    ),
    Scenario(
        "running for too long with another file", [held(drill("2026-11-16T08:00:00Z", "", ledger_start="ef" * 32))], ["DRILL_RUNNING"],
        "inconclusive", ["DRILL_OVERDUE"], policy=HOURS,
    ),
    Scenario("none held", [ledger()], ["DRILL_NOT_HELD"], "inconclusive", policy=HOURS),
    Scenario("none needed", [ledger()], ["DRILL_NOT_NEEDED"], "not-applicable"),
    Scenario(
        "the newest counts", [held(drill("2026-11-19T08:00:00Z", ""), drill())], ["DRILL_RUNNING"], "inconclusive", ["DRILL_IN_TIME"], policy=HOURS
    ),
]  # fmt: skip
