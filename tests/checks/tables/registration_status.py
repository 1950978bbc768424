"""registration.status."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import Registered, RegistrationRecord
from selfaudit.facts.zone import Delegation
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.registration import DOMAIN, REGISTRAR, UNKNOWN_FACTS, UNREGISTERED, at, fact, record

CHECK = "registration.status"
THERE = yes(DOMAIN, "NS", "ns1.shop.test.", "ns2.shop.test.")
GONE = no(DOMAIN, "NS", DnsStatus.NXDOMAIN)
SILENT = no(DOMAIN, "NS", DnsStatus.TIMEOUT)
FAULTS = ("STATUS_CLIENT_HOLD", "STATUS_SERVER_HOLD", "STATUS_INACTIVE", "STATUS_NOT_REGISTERED")
NEW = "The zone above still names it, so this is either new or not carried out yet"


def delegation(parent=THERE, zone=DOMAIN):  # type: ignore[no-untyped-def]
    return Delegation(zone, parent, (), parent)


def states(*given, parent=THERE, **fields):  # type: ignore[no-untyped-def]
    return [fact(record(states=given, **fields)), delegation(parent)]


def one(state, tag, outcome, *others, parent=GONE, must_not=("STATUS_OK",), **args):  # type: ignore[no-untyped-def]
    return Scenario(state, states(state, *others, parent=parent), [tag], outcome, must_not, args)


SCENARIOS = [
    Scenario("sound", states("active"), ["STATUS_OK"], "pass", FAULTS, {"registrar": REGISTRAR}),
    Scenario(
        "locked by the registrar",
        states("client transfer prohibited", "client delete prohibited", "client update prohibited"),
        ["STATUS_OK", "STATUS_ORDINARY_LOCK"],
        "pass",
        (*FAULTS, "STATUS_SERVER_LOCK"),
        {"states": ("client delete prohibited", "client transfer prohibited", "client update prohibited")},
    ),
    Scenario("locked by nobody named", states("active", "locked", "transfer prohibited"), ["STATUS_ORDINARY_LOCK"], "pass"),
    *(
        Scenario(f"private: {s}", states("active", s), ["STATUS_OK"], "pass", ["STATUS_OTHER"])
        for s in ("private", "proxy", "obscured", "removed", "associated", "validated")
    ),
    Scenario("no state, but in the DNS", states(), ["STATUS_OK"], "pass", ["STATUS_UNCLEAR"]),
    Scenario("sound, not in the DNS", states("active", parent=GONE), ["STATUS_OK"], "pass", FAULTS),
    Scenario("sound, the DNS is silent", states("active", parent=SILENT), ["STATUS_OK"], "pass", FAULTS),
    Scenario(
        "a zone of its own below the domain",
        [fact(record(states=())), delegation(yes("mail.shop.test", "NS", "ns1.shop.test."), "mail.shop.test")],
        ["STATUS_OK"],
        "pass",
    ),
    one("client hold", "STATUS_CLIENT_HOLD", "fail", dns="The zone above does not name it any more", registrar=REGISTRAR),
    one("client hold", "STATUS_CLIENT_HOLD", "fail", "client transfer prohibited", parent=THERE, dns=NEW),
    one(
        "client hold",
        "STATUS_CLIENT_HOLD",
        "fail",
        "active",
        parent=SILENT,
        dns="Whether the zone above still names it could not be looked up",
    ),
    one("server hold", "STATUS_SERVER_HOLD", "fail", must_not=("STATUS_OK", "STATUS_CLIENT_HOLD")),
    Scenario(
        "both hold it",
        states("client hold", "server hold", parent=GONE),
        ["STATUS_CLIENT_HOLD", "STATUS_SERVER_HOLD"],
        "fail",
        ["STATUS_OK"],
    ),
    one("inactive", "STATUS_INACTIVE", "fail"),
    Scenario(
        "expired, in redemption",
        states("redemption period", "pending delete", "server hold", parent=GONE, changed=at("2026-06-01")),
        ["STATUS_REDEMPTION", "STATUS_SERVER_HOLD"],
        "fail",
        ["STATUS_OK", "STATUS_PENDING_DELETE"],
        {
            "until": "usually for 30 days after it was deleted: until about 2026-07-01, if its last change on 2026-06-01 was the deletion"
        },
    ),
    Scenario(
        "in redemption since when is not known",
        states("redemption period", parent=GONE, changed=None),
        ["STATUS_REDEMPTION"],
        "fail",
        args={"until": "usually for 30 days after it was deleted"},
    ),
    Scenario(
        "in redemption, last changed long ago",
        states("redemption period", parent=GONE, changed=at("2026-05-16")),
        ["STATUS_REDEMPTION"],
        "fail",
        args={"until": "usually for 30 days after it was deleted"},
    ),
    Scenario(
        "restore under way",
        states("pending restore", "redemption period", "pending delete", parent=GONE),
        ["STATUS_PENDING_RESTORE"],
        "fail",
        ["STATUS_OK", "STATUS_REDEMPTION", "STATUS_PENDING_DELETE"],
    ),
    Scenario(
        "about to be deleted",
        states("pending delete", parent=GONE, changed=at("2026-06-14")),
        ["STATUS_PENDING_DELETE"],
        "fail",
        ["STATUS_OK"],
        {"since": " (last change: 2026-06-14)"},
    ),
    one("pending delete", "STATUS_PENDING_DELETE", "fail", parent=SILENT),
    *(
        one(f"server {what} prohibited", "STATUS_SERVER_LOCK", "warn", "active", parent=THERE, must_not=("STATUS_OK", *FAULTS))
        for what in ("transfer", "update", "delete")
    ),
    *(
        one(f"{who}renew prohibited", "STATUS_RENEW_PROHIBITED", "warn", parent=THERE, must_not=("STATUS_OK", *FAULTS))
        for who in ("client ", "server ", "")
    ),
    *(
        one(f"pending {what}", "STATUS_CHANGE_UNDER_WAY", "warn", parent=THERE, must_not=("STATUS_OK", *FAULTS))
        for what in ("transfer", "update", "create", "renew")
    ),
    *(
        Scenario(f"{p} period", states(f"{p} period"), ["STATUS_GRACE_PERIOD", "STATUS_OK"], "pass", FAULTS)
        for p in ("add", "auto renew", "renew", "transfer")
    ),
    Scenario("a state of the country", states("connect"), ["STATUS_OTHER", "STATUS_OK"], "pass", args={"states": ("connect",)}),
    Scenario(
        "states that only forbid a change",
        states("deletion forbidden", "sponsor change prohibited"),
        ["STATUS_OTHER", "STATUS_OK"],
        "pass",
        ["STATUS_UNCLEAR"],
    ),
    *(
        Scenario(
            f"a state that sounds like a stop: {s}",
            states("active", s),
            ["STATUS_OTHER", "STATUS_UNCLEAR"],
            "inconclusive",
            ["STATUS_OK", *FAULTS],
            {"why": f"the registry shows “{s}”, which no standard explains"},
        )
        for s in ("suspended", "on hold", "not delegated", "expired", "blocked by court", "ok / clienthold on hold")
    ),
    Scenario(
        "a state of the country, not in the DNS",
        states("connect", parent=GONE),
        ["STATUS_UNCLEAR"],
        "inconclusive",
        ["STATUS_OK", *FAULTS],
        {"why": "the registry shows no state that is known, and the zone above does not name the domain"},
    ),
    Scenario("no state, not in the DNS", states(parent=GONE), ["STATUS_UNCLEAR"], "inconclusive", ["STATUS_OK", *FAULTS]),
    Scenario(
        "only about privacy, the DNS is silent",
        states("private", parent=SILENT),
        ["STATUS_UNCLEAR"],
        "inconclusive",
        ["STATUS_OK"],
        {"why": "the registry shows no state that is known, and the zone above could not be asked"},
    ),
    Scenario(
        "many strange states with control characters",
        states(*(f"x{i:02}\x1b[31m\u202e{'y' * 200}" for i in range(40))),
        ["STATUS_OTHER", "STATUS_OK"],
        "pass",
    ),
    Scenario("not registered", [fact(UNREGISTERED), delegation(GONE)], ["STATUS_NOT_REGISTERED"], "fail", ["STATUS_OK"]),
    Scenario(
        "not at this registry",
        [fact(UNREGISTERED), delegation()],
        ["STATUS_NOT_AT_THIS_REGISTRY"],
        "inconclusive",
        FAULTS,
    ),
    *(
        Scenario(
            f"not registered, the zone above: {s}",
            [fact(UNREGISTERED), delegation(no(DOMAIN, "NS", s))],
            ["STATUS_NOT_REGISTERED_UNCONFIRMED"],
            "inconclusive",
            FAULTS,
        )
        for s in (*TROUBLES, DnsStatus.NODATA, DnsStatus.LOOP, DnsStatus.ERROR)
    ),
    Scenario(
        "not registered, another zone does not exist",
        [fact(UNREGISTERED), delegation(no("other.test", "NS", DnsStatus.NXDOMAIN), "other.test")],
        ["STATUS_NOT_REGISTERED_UNCONFIRMED"],
        "inconclusive",
        FAULTS,
    ),
    Scenario(
        "not registered, another zone exists",
        [fact(UNREGISTERED), delegation(yes("other.test", "NS", "ns1.other.test."), "other.test")],
        ["STATUS_NOT_REGISTERED_UNCONFIRMED"],
        "inconclusive",
        FAULTS,
    ),
    Scenario(
        "about another name",
        [fact(record(domain="other.test", states=("client hold",))), delegation()],
        ["STATUS_OTHER_NAME"],
        "inconclusive",
        ["STATUS_OK", *FAULTS],
        {"other": "other.test"},
    ),
    Scenario("without a name", [fact(record(domain="")), delegation()], ["STATUS_OK"], "pass", ["STATUS_OTHER_NAME"]),
    Scenario(
        "the registry refuses, the registrar answers",
        [
            fact(
                RegistrationRecord("rdap", Registered.UNKNOWN, throttled=True),
                registrar=record(states=("client hold",)),
            ),
            delegation(GONE),
        ],
        ["STATUS_CLIENT_HOLD"],
        "fail",
    ),
    *(
        Scenario(
            f"nothing known: {'; '.join(str(e.outcome) for e in known.exchanges) or 'nobody to ask'}, parent {parent.status}",
            [known, delegation(parent)],
            ["STATUS_UNKNOWN"],
            "inconclusive",
            ["STATUS_OK", *FAULTS],
        )
        for known in UNKNOWN_FACTS
        for parent in (THERE, GONE, SILENT)
    ),
]
