"""vantage.port25."""

from __future__ import annotations

from tests.checks.build import Scenario
from tests.checks.exposure import CAUGHT_HERE, DROPPED_HERE, NO_CONTROLS, REACHES, REJECTED_HERE, port25

CHECK = "vantage.port25"
NOT_OK = ["PORT25_OPEN_HERE"]

SCENARIOS = [
    Scenario("open", [REACHES], ["PORT25_OPEN_HERE"], "pass", args={"greeting": "220 mx.control.test ESMTP"}),
    Scenario("one of two answers", [port25("silent", "open")], ["PORT25_OPEN_HERE"], "pass", args={"host": "mx01.mail.icloud.com"}),
    Scenario("they answer with a refusal, they or something on the way", [port25("open", "open", greeting="554 5.7.1 no")], ["PORT25_BLOCKED_HERE"], "inconclusive", NOT_OK, {"outcomes": ("554 5.7.1 no",)}),
    Scenario("dropped", [DROPPED_HERE], ["PORT25_BLOCKED_HERE"], "inconclusive", NOT_OK, {"outcomes": ("no answer",)}),
    Scenario("rejected, nowhere too", [REJECTED_HERE], ["PORT25_BLOCKED_HERE"], "inconclusive", NOT_OK, {"outcomes": ("connection refused", "no route to host")}),
    Scenario("no name can be looked up", [port25("no-address", "no-address")], ["PORT25_BLOCKED_HERE"], "inconclusive", NOT_OK),
    Scenario("our own rules", [port25("error", "error", nowhere="error")], ["PORT25_BLOCKED_HERE"], "inconclusive", NOT_OK),
    Scenario("intercepted", [CAUGHT_HERE], ["PORT25_INTERCEPTED_HERE"], "inconclusive", NOT_OK, {"address": "192.0.2.1"}),
    Scenario("intercepted, and the controls are silent", [port25("silent", "silent", nowhere="open")], ["PORT25_INTERCEPTED_HERE"], "inconclusive", NOT_OK),
    Scenario("a router rejects nowhere, which is its job", [port25("open", "open", nowhere="unreachable")], ["PORT25_OPEN_HERE"], "pass"),
    Scenario("no controls set up", [NO_CONTROLS], ["PORT25_NO_CONTROLS"], "inconclusive", NOT_OK),
    Scenario("no controls, and intercepted", [port25(nowhere="open")], ["PORT25_INTERCEPTED_HERE"], "inconclusive"),
    Scenario("nowhere was not asked", [port25("open", "open", nowhere=None)], ["PORT25_OPEN_HERE"], "pass"),
    Scenario("hostile greeting", [port25("open", greeting="220 \x1b[2J\u202e{host}")], ["PORT25_OPEN_HERE"], "pass", args={"greeting": "220 \\x1b[2J\\u202e{host}"}),
]  # fmt: skip
