"""consent.ledger."""

from __future__ import annotations

from selfaudit.facts.ledger import ChannelCounts, LedgerColumn
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.consent import ledger

CHECK = "consent.ledger"
STRICT = Policy(consent="confirmed", proof_kept="for the list's duration")
LAW = Policy(consent="verifiable", opt_out_days=10)
GOODS = ["LEDGER_CONFIRMED", "LEDGER_VERIFIABLE"]


def lags(**days: int) -> tuple[int, ...]:
    return tuple(days.get(f"d{day}", 0) for day in range(61))


BAD_TIMES = {"columns": (*ledger(without=("consent_at",)).columns, LedgerColumn("consent_at", "when", 1000, 5, 8))}

CONFIRMS_UNREAD = {"columns": (*ledger(without=("confirm_at",)).columns, LedgerColumn("confirm_at", "when", 1000, 4, 6))}


def zoneless(role: str) -> dict[str, object]:
    return {"columns": (*ledger(without=(role,)).columns, LedgerColumn(role, role, 1000, zoneless=1000))}


MIXED, MIXED_EXITS = zoneless("consent_at"), zoneless("withdrawn_at")

SCENARIOS = [
    Scenario("confirmed", [ledger()], ["LEDGER_CONFIRMED"], "pass", ["LEDGER_VERIFIABLE", "LEDGER_SINGLE"], {"active": 1000}, STRICT),
    Scenario("verifiable", [ledger()], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_CONFIRMED"], {"share": "100.0"}, LAW),
    Scenario(
        "single opt-in where confirmed is demanded", [ledger(confirmed=999, single=1)], ["LEDGER_UNCONFIRMED"], "fail", GOODS,
        {"count": 1, "share": "0.1"}, STRICT,
    ),
    Scenario(
        "single opt-in with whole proof", [ledger(confirmed=0, single=1000)], ["LEDGER_SINGLE", "LEDGER_VERIFIABLE"], "pass",
        ["LEDGER_UNCONFIRMED"], policy=LAW,
    ),
    Scenario("some proof is not whole", [ledger(proven=900, ips=900)], ["LEDGER_PROOF_LACKING"], "warn", GOODS, {"count": 100}, LAW),
    Scenario(
        "no proof at all", [ledger(proven=900, bare=100, single=100, confirmed=900)], ["LEDGER_NO_PROOF"], "fail", ["LEDGER_PROOF_LACKING"],
        policy=LAW,
    ),
    Scenario(
        "no column for confirmations", [ledger(without=("confirm_at",), confirmed=0, single=1000)], ["LEDGER_COLUMNS"], "inconclusive",
        [*GOODS, "LEDGER_UNCONFIRMED"], policy=STRICT,
    ),
    Scenario(
        "only addresses", [ledger(without=("consent_at", "source", "consent_ip", "text_version", "confirm_token"), proven=0, bare=1000)],
        ["LEDGER_COLUMNS"], "inconclusive", [*GOODS, "LEDGER_NO_PROOF"], policy=LAW,
    ),
    Scenario(
        "nothing says who withdrew", [ledger(without=("withdrawn_at", "status"))], ["LEDGER_COLUMNS"], "inconclusive", policy=LAW
    ),
    Scenario(
        "a doubtful column", [ledger(without=("confirm_at",), report={"unsure": ("confirm_at",)})], ["LEDGER_COLUMNS_UNSURE"], "inconclusive",
        ["LEDGER_COLUMNS", "LEDGER_CONFIRMED"], policy=STRICT,
    ),
    Scenario("2 % unreadable", [ledger(report={"unreadable": 21})], ["LEDGER_UNREADABLE"], "inconclusive", ["LEDGER_SOME_UNREADABLE"]),
    Scenario("three unreadable rows", [ledger(report={"unreadable": 3})], ["LEDGER_SOME_UNREADABLE"], "warn", ["LEDGER_UNREADABLE"]),
    Scenario("cut", [ledger(report={"complete": False, "why": "cut"})], ["LEDGER_CUT"], "inconclusive"),
    Scenario("nobody is active", [ledger(active=0, withdrawn=1000, confirmed=0, proven=0)], ["LEDGER_EMPTY", "LEDGER_LEFT_OUT"], "inconclusive", GOODS),
    Scenario(
        "day and month", [ledger(report=BAD_TIMES)], ["LEDGER_TIMES_UNREADABLE"], "inconclusive", args={"count": 13, "ambiguous": 8}
    ),
    Scenario("no later events", [ledger(without=("last_mailed", "last_bounce", "last_complaint"))], ["LEDGER_NOT_SHOWN"], "warn"),
    Scenario("dates only", [ledger(dates_only=900)], ["LEDGER_COARSE"], "warn"),
    Scenario("coarse confirmations", [ledger(confirmed=990, coarse=10)], ["LEDGER_COARSE", "LEDGER_CONFIRMED"], "warn", policy=STRICT),
    Scenario(
        "confirmed by a program", [ledger(confirmed=900, instant=80, before=15, alone=5)], ["LEDGER_INSTANT", "LEDGER_UNCONFIRMED"], "fail",
        GOODS, {"count": 100}, STRICT,
    ),
    Scenario("impossible times", [ledger(future=2, ancient=3)], ["LEDGER_IMPOSSIBLE"], "warn", args={"count": 5}),
    Scenario("one second for many", [ledger(identical=400, identical_top=250)], ["LEDGER_IDENTICAL"], "warn", args={"top": 250}),
    Scenario("one second for 20 of 10,000", [ledger(rows=10_000, identical=20, identical_top=20)], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_IDENTICAL"]),
    Scenario("a burst", [ledger(peak_hour=300, median_hour=2)], ["LEDGER_BURST"], "warn"),
    Scenario("a busy list", [ledger(peak_hour=300, median_hour=40)], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_BURST"]),
    Scenario("one address for many", [ledger(shared_ip_rows=300, ip_top=300)], ["LEDGER_SHARED_IP"], "warn"),
    Scenario("behind a proxy", [ledger(inside_ips=900, ips=100)], ["LEDGER_INSIDE_IP"], "warn"),
    Scenario("role accounts", [ledger(role_accounts=120)], ["LEDGER_ROLE_ACCOUNTS"], "warn", args={"share": "12.0"}),
    Scenario("a few role accounts", [ledger(role_accounts=5)], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_ROLE_ACCOUNTS"]),
    Scenario("bought", [ledger(purchased=1)], ["LEDGER_PURCHASED"], "fail"),
    Scenario("imported", [ledger(imported=50)], ["LEDGER_IMPORTED"], "warn"),
    Scenario("stale", [ledger(old=60, stale=50)], ["LEDGER_STALE"], "warn"),
    Scenario(
        "mailed long after withdrawal", [ledger(mailed_after_withdrawal=lags(d17=4, d1=2))],
        ["LEDGER_MAILED_AFTER_WITHDRAWAL", "LEDGER_SLOW_WITHDRAWAL"], "fail", args={"days": 16}, policy=LAW,
    ),
    Scenario(
        "mailed within the days of the policy", [ledger(mailed_after_withdrawal=lags(d16=4))], ["LEDGER_SLOW_WITHDRAWAL"], "warn",
        ["LEDGER_MAILED_AFTER_WITHDRAWAL"], policy=LAW,
    ),
    Scenario("no days in the policy", [ledger(mailed_after_withdrawal=lags(d3=1))], ["LEDGER_MAILED_AFTER_WITHDRAWAL"], "fail", args={"days": 2}),
    Scenario("a farewell on the same day", [ledger(mailed_after_withdrawal=lags(d0=9))], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_SLOW_WITHDRAWAL"]),
    Scenario("mailed without confirmation", [ledger(pending=5, mailed_pending=5)], ["LEDGER_MAILED_UNCONFIRMED"], "fail"),
    Scenario("mailed after a bounce", [ledger(mailed_after_bounce=5)], ["LEDGER_MAILED_AFTER_BOUNCE"], "warn"),
    Scenario("mailed after a complaint", [ledger(mailed_after_complaint=1)], ["LEDGER_MAILED_AFTER_COMPLAINT"], "fail"),
    Scenario("5 % bounce", [ledger(hard_bounces=50, bounced_active=50)], ["LEDGER_BOUNCE_RATE"], "warn", ["LEDGER_BOUNCES"]),
    Scenario("10 % bounce", [ledger(hard_bounces=100, bounced_active=100)], ["LEDGER_BOUNCES"], "fail", ["LEDGER_BOUNCE_RATE"]),
    Scenario(
        "10 % of those who were lately mailed bounced", [ledger(rows=1200, hard_bounces=200, bounced_out=200, bounced_recent=112)], ["LEDGER_BOUNCES"],
        "fail", args={"count": 112, "total": 1112, "share": "10.1"},
    ),
    Scenario(
        "bounced rows of years are kept as proof", [ledger(rows=1200, hard_bounces=200, bounced_out=200)], ["LEDGER_VERIFIABLE"], "pass",
        ["LEDGER_BOUNCES", "LEDGER_BOUNCE_RATE"],
    ),
    Scenario(
        "one second for all confirmations", [ledger(confirm_identical=1000, confirm_identical_top=1000)], ["LEDGER_CONFIRM_IDENTICAL"], "warn",
        args={"top": 1000},
    ),
    Scenario("confirmed in a burst", [ledger(confirm_peak_hour=300, confirm_median_hour=2)], ["LEDGER_CONFIRM_BURST"], "warn", args={"peak": 300}),
    Scenario("three seconds for everybody", [ledger(same_gap=1000, gap_seconds=3)], ["LEDGER_SAME_DELAY"], "warn", args={"share": "100.0", "seconds": 3}),
    Scenario("a minute for half, in whole minutes", [ledger(same_gap=500, gap_seconds=60)], ["LEDGER_VERIFIABLE"], "pass", ["LEDGER_SAME_DELAY"]),
    Scenario("one token for all", [ledger(shared_tokens=1000, token_top=1000)], ["LEDGER_SHARED_TOKEN"], "warn"),
    Scenario("a word that may mean bought", [ledger(hinted=7)], ["LEDGER_SOURCE_DOUBTFUL"], "warn", ["LEDGER_PURCHASED"], {"count": 7}),
    Scenario("a status that nobody knows", [ledger(odd_status=3)], ["LEDGER_STATUS_UNKNOWN"], "inconclusive", args={"count": 3}),
    Scenario(
        "unconfirmed, but of an unknown status", [ledger(confirmed=997, single=3, odd_status=3)], ["LEDGER_STATUS_UNKNOWN"], "inconclusive",
        [*GOODS, "LEDGER_UNCONFIRMED"], policy=STRICT,
    ),
    Scenario("withdrawn in another row", [ledger(withdrawn_too=2)], ["LEDGER_ALSO_WITHDRAWN"], "inconclusive", args={"count": 2}),
    Scenario("left, mailed, and nobody knows when", [ledger(undated_exits=4)], ["LEDGER_LEFT_UNDATED"], "inconclusive", args={"count": 4}),
    Scenario("too few to tell", [ledger(rows=19, active=19, confirmed=19, proven=19)], ["LEDGER_FEW"], "inconclusive", args={"active": 19}),
    Scenario(
        "zones in one column only", [ledger(confirmed=0, before=1000, report=MIXED)], ["LEDGER_ZONES_MIXED"], "inconclusive",
        [*GOODS[:1], "LEDGER_INSTANT", "LEDGER_UNCONFIRMED"], policy=STRICT,
    ),
    Scenario(
        "a day more where zones are mixed", [ledger(mailed_after_withdrawal=lags(d3=1), report=MIXED_EXITS)], ["LEDGER_SLOW_WITHDRAWAL"], "warn",
        ["LEDGER_MAILED_AFTER_WITHDRAWAL"],
    ),
    Scenario(
        "a status of yes and no", [ledger(without=("withdrawn_at",), flag_status=1000)], ["LEDGER_COLUMNS"], "inconclusive",
    ),
    Scenario("a status without times", [ledger(without=("withdrawn_at",))], ["LEDGER_NOT_SHOWN"], "warn", ["LEDGER_COLUMNS"]),
    Scenario("bounces without a kind", [ledger(without=("bounce_code",))], ["LEDGER_NOT_SHOWN"], "warn"),
    Scenario("duplicates", [ledger(duplicates=9, recipients=991)], ["LEDGER_DUPLICATES", "LEDGER_VERIFIABLE"], "pass"),
    Scenario("a list of numbers", [ledger(report={"channels": (ChannelCounts("sms", 400, 400, 100),)})], ["LEDGER_CHANNEL"], "pass", args={"share": "25.0"}),
    Scenario(
        "span", [ledger(report={"oldest": "2024-01-01", "newest": "2026-01-01"})], ["LEDGER_KEPT"], "pass",
        args={"kept": "for the list's duration"}, policy=STRICT,
    ),
    Scenario(
        "times that cannot be read are no missing confirmations", [ledger(confirmed=990, single=10, report=CONFIRMS_UNREAD)],
        ["LEDGER_TIMES_UNREADABLE"], "inconclusive", [*GOODS, "LEDGER_UNCONFIRMED"], policy=STRICT,
    ),
    Scenario(
        "more are missing than cannot be read", [ledger(confirmed=980, single=20, report=CONFIRMS_UNREAD)],
        ["LEDGER_TIMES_UNREADABLE", "LEDGER_UNCONFIRMED"], "fail", GOODS, {"share": "1.0"}, STRICT,
    ),
    Scenario(
        "confirmations without a column of consents", [ledger(without=("consent_at",), confirmed=0, alone=1000, proven=0)], ["LEDGER_COLUMNS"],
        "inconclusive", [*GOODS, "LEDGER_UNCONFIRMED", "LEDGER_INSTANT"], policy=STRICT,
    ),
    Scenario(
        "unconfirmed, but perhaps withdrawn", [ledger(without=("withdrawn_at", "status"), confirmed=0, single=1000)], ["LEDGER_COLUMNS"],
        "inconclusive", [*GOODS, "LEDGER_UNCONFIRMED"], policy=STRICT,
    ),
]  # fmt: skip
