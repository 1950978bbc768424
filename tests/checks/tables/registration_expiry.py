"""registration.expiry."""

from __future__ import annotations

from tests.checks.build import Scenario
from tests.checks.registration import NOW, REGISTRAR, THEIRS, UNKNOWN_FACTS, UNREGISTERED, at, exchange, fact, record

CHECK = "registration.expiry"
DAY = 86_400
GOOD, SOON, URGENT, PAST = "EXPIRY_OK", "EXPIRY_SOON", "EXPIRY_IN_DAYS", "EXPIRY_PAST"
RENEWED, UNSEEN, KEPT = "EXPIRY_AUTO_RENEWED", "EXPIRY_AUTO_RENEWED_PAYMENT_UNSEEN", "EXPIRY_AUTO_RENEWED_KEPT"
ALL = (GOOD, SOON, URGENT, PAST, RENEWED, UNSEEN, KEPT, "EXPIRY_PAST_AT_REGISTRAR")


def one(name, tag, outcome, must_not=None, args=None, **fields):  # type: ignore[no-untyped-def]
    others = [t for t in ALL if t != tag] if must_not is None else must_not
    return Scenario(name, [fact(record(**fields))], [tag], outcome, others, args or {})


def left(days, tag, outcome, shown=None):  # type: ignore[no-untyped-def]
    args = {} if shown is None else {"days": shown}
    return one(f"{days} days left", tag, outcome, args=args, expires=NOW + days * DAY)


SCENARIOS = [
    one("years left", GOOD, "pass", args={"date": "2029-06-15"}, expires=at("2029-06-15")),
    left(30.1, GOOD, "pass"),
    left(30, GOOD, "pass"),
    left(29.9, SOON, "warn", 29),
    left(7.1, SOON, "warn", 7),
    left(7, SOON, "warn", 7),
    left(6.9, URGENT, "fail", 6),
    left(0.01, URGENT, "fail", 0),
    left(0, PAST, "fail"),
    left(-0.01, PAST, "fail"),
    one("long past", PAST, "fail", args={"date": "2025-06-15", "registrar": REGISTRAR}, expires=at("2025-06-15")),
    *(
        one(
            f"{state}, {when}",
            "EXPIRY_TOO_LATE",
            "not-applicable",
            ALL,
            {"states": (state,)},
            expires=expires,
            states=(state, "auto renew period", "server hold"),
        )
        for state in ("redemption period", "pending restore", "pending delete")
        for when, expires in (("past", NOW - DAY), ("years left", NOW + 400 * DAY), ("no date", None))
    ),
    one("past, renewed for now", "EXPIRY_AUTO_RENEWED", "warn", expires=NOW - DAY, states=("active", "auto renew period")),
    one(
        "renewed by the registry, not past",
        UNSEEN,
        "warn",
        args={"date": "2027-06-10"},
        expires=at("2027-06-10"),
        states=("auto renew period",),
    ),
    one(
        "renewed by the registry, and kept by the registrar",
        KEPT,
        "pass",
        [t for t in ALL if t not in (GOOD, KEPT)],
        {"registrar_date": "2027-06-09"},
        expires=at("2027-06-10"),
        registrar_expires=at("2027-06-09"),
        states=("auto renew period",),
    ),
    one(
        "renewed by the registry, and kept: good",
        GOOD,
        "pass",
        [UNSEEN],
        expires=NOW + 360 * DAY,
        registrar_expires=NOW + 360 * DAY,
        states=("auto renew period",),
    ),
    one(
        "renewed by the registry, past at the registrar",
        "EXPIRY_PAST_AT_REGISTRAR",
        "warn",
        expires=NOW + 360 * DAY,
        registrar_expires=NOW - DAY,
        states=("auto renew period",),
    ),
    one("renewed by the registry, soon", URGENT, "fail", [GOOD, PAST, KEPT], expires=NOW + DAY, states=("auto renew period",)),
    one(
        "past at the registrar",
        "EXPIRY_PAST_AT_REGISTRAR",
        "warn",
        [SOON, URGENT, PAST],
        {"registrar_date": "2026-06-05", "date": "2027-06-10"},
        expires=at("2027-06-10"),
        registrar_expires=NOW - 10 * DAY,
    ),
    one(
        "past at the registrar now", "EXPIRY_PAST_AT_REGISTRAR", "warn", [PAST], expires=NOW + 360 * DAY, registrar_expires=NOW
    ),
    one("soon, and past at the registrar", URGENT, "fail", [GOOD, PAST], expires=NOW + DAY, registrar_expires=NOW - DAY),
    one("later at the registrar", GOOD, "pass", expires=NOW + 90 * DAY, registrar_expires=NOW + 400 * DAY),
    one("sooner at the registrar", GOOD, "pass", expires=NOW + 90 * DAY, registrar_expires=NOW + 5 * DAY),
    one("only the registrar shows it: good", GOOD, "pass", expires=None, registrar_expires=NOW + 90 * DAY),
    one("only the registrar shows it: past", PAST, "fail", expires=None, registrar_expires=NOW - DAY),
    Scenario(
        "the registrar's own answer counts",
        [fact(record(expires=NOW + 360 * DAY), registrar=record(registrar_expires=NOW - DAY))],
        ["EXPIRY_PAST_AT_REGISTRAR"],
        "warn",
        [GOOD],
    ),
    Scenario(
        "the command asks the one who said it",
        [
            fact(
                record(expires=NOW + 360 * DAY),
                registrar=record(registrar_expires=NOW - DAY),
                exchanges=(exchange(), exchange(server="rdap.registrar.test")),
            )
        ],
        ["EXPIRY_PAST_AT_REGISTRAR"],
        "warn",
        args={"command": "curl -sSL -H Accept:application/rdap+json https://rdap.registrar.test/domain/shop.test"},
    ),
    *(
        Scenario(f"somebody else's: {tag}", [fact(record(**fields))], [tag], outcome, [GOOD], {"who": "holder"}, THEIRS)
        for tag, outcome, fields in (
            (SOON, "warn", {"expires": NOW + 20 * DAY}),
            (URGENT, "fail", {"expires": NOW + DAY}),
            (PAST, "fail", {"expires": NOW - DAY}),
            (RENEWED, "warn", {"expires": NOW - DAY, "states": ("auto renew period",)}),
            (UNSEEN, "warn", {"expires": NOW + 360 * DAY, "states": ("auto renew period",)}),
            ("EXPIRY_PAST_AT_REGISTRAR", "warn", {"expires": NOW + 360 * DAY, "registrar_expires": NOW - DAY}),
        )
    ),
    one("no date", "EXPIRY_NOT_SHOWN", "not-applicable", ALL, expires=None),
    Scenario("not registered", [fact(UNREGISTERED)], ["EXPIRY_NOT_REGISTERED"], "not-applicable", ALL),
    one(
        "about another name",
        "EXPIRY_UNKNOWN",
        "inconclusive",
        ALL,
        {"why": "the answer is about other.test"},
        domain="other.test",
        expires=NOW - DAY,
    ),
    one("without a name", GOOD, "pass", domain=""),
    *(
        Scenario(
            f"nothing known: {'; '.join(str(e.outcome) for e in known.exchanges) or 'nobody to ask'}",
            [known],
            ["EXPIRY_UNKNOWN"],
            "inconclusive",
            ALL,
        )
        for known in UNKNOWN_FACTS
    ),
]
