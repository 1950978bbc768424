"""registration.status."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import LookupOutcome, Registered, RegistrationRecord
from selfaudit.facts.zone import Delegation
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.registration import (
    DOMAIN,
    NOW,
    REGISTRAR,
    THEIRS,
    UNKNOWN_FACTS,
    UNREGISTERED,
    at,
    exchange,
    fact,
    record,
    whois_exchange,
)

CHECK = "registration.status"
THERE = yes(DOMAIN, "NS", "ns1.shop.test.", "ns2.shop.test.")
GONE = no(DOMAIN, "NS", DnsStatus.NXDOMAIN)
SILENT = no(DOMAIN, "NS", DnsStatus.TIMEOUT)
FAULTS = ("STATUS_CLIENT_HOLD", "STATUS_SERVER_HOLD", "STATUS_INACTIVE", "STATUS_NOT_REGISTERED")
SOON = "the zone above still names it, but soon will not, and then no mail and no page of it can be reached"
OUT = "it is out of the DNS, so no mail and no page of it can be reached"
UNSEEN = "whether it is out of the DNS already could not be looked up; once it is, no mail and no page of it can be reached"
DAY = 86_400
TIMEOUT = LookupOutcome.TIMEOUT
# What registries say besides the states of the standards, and what may be anything but in order.
STRANGE = (
    "suspended", "on hold", "not delegated", "expired", "blocked by court", "ok / clienthold on hold", "unverified",
    "renewal required", "no longer required", "pending verification", "unpaid", "no name servers", "failed", "dnshold",
    "no registrar", "in quarantine", "this registration has been suspended", "unregistered until paid", "not verified",
)  # fmt: skip


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
    *(
        Scenario(
            f"not in the DNS, and no state says why: {', '.join(given) or 'none'}",
            states(*given, parent=GONE),
            ["STATUS_NOT_IN_DNS"],
            "inconclusive",
            ["STATUS_OK", *FAULTS],
        )
        for given in (
            (),
            ("active",),
            ("client transfer prohibited",),
            ("active", "client delete prohibited", "private"),
            ("add period",),
            ("auto renew period",),
            ("server transfer prohibited",),
            ("registered", "delegated"),
            ("validated",),
        )
    ),
    Scenario("sound, the DNS is silent", states("active", parent=SILENT), ["STATUS_OK"], "pass", FAULTS),
    Scenario(
        "a zone of its own below the domain",
        [fact(record(states=())), delegation(yes("mail.shop.test", "NS", "ns1.shop.test."), "mail.shop.test")],
        ["STATUS_OK"],
        "pass",
    ),
    one("client hold", "STATUS_CLIENT_HOLD", "fail", dns=OUT, registrar=REGISTRAR),
    one("client hold", "STATUS_CLIENT_HOLD", "fail", "client transfer prohibited", parent=THERE, dns=SOON),
    one(
        "client hold",
        "STATUS_CLIENT_HOLD",
        "fail",
        "active",
        parent=SILENT,
        dns=UNSEEN,
    ),
    one("server hold", "STATUS_SERVER_HOLD", "fail", must_not=("STATUS_OK", "STATUS_CLIENT_HOLD"), dns=OUT),
    one("server hold", "STATUS_SERVER_HOLD", "fail", parent=THERE, dns=SOON),
    one("inactive", "STATUS_INACTIVE", "fail", parent=THERE, dns=SOON),
    Scenario(
        "on hold, with a state of its own",
        states("client hold", "unpaid", "connect", parent=GONE),
        ["STATUS_CLIENT_HOLD", "STATUS_OTHER"],
        "fail",
        ["STATUS_OK", "STATUS_UNCLEAR", "STATUS_NOT_IN_DNS"],
    ),
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
            "until": "for most endings for 30 days after it was deleted: until about 2026-07-01, if its last change on 2026-06-01 was the deletion"
        },
    ),
    Scenario(
        "in redemption since when is not known",
        states("redemption period", parent=GONE, changed=None),
        ["STATUS_REDEMPTION"],
        "fail",
        args={"until": "for most endings for 30 days after it was deleted"},
    ),
    Scenario(
        "in redemption, last changed long ago",
        states("redemption period", parent=GONE, changed=at("2026-05-16")),
        ["STATUS_REDEMPTION"],
        "fail",
        args={"until": "for most endings for 30 days after it was deleted"},
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
        for p in ("add", "renew", "transfer")
    ),
    Scenario(
        "renewed by the registry itself",
        states("auto renew period"),
        ["STATUS_AUTO_RENEW_PERIOD", "STATUS_OK"],
        "pass",
        ["STATUS_GRACE_PERIOD", *FAULTS],
    ),
    *(
        Scenario(
            f"locked by the registry after a change: {name}",
            states("server transfer prohibited", *others, **fields),
            ["STATUS_LOCK_AFTER_CHANGE", "STATUS_OK"],
            "pass",
            ["STATUS_SERVER_LOCK", *FAULTS],
            {"date": date, "states": ("server transfer prohibited",)},
        )
        for name, date, others, fields in (
            ("registered today", "2026-06-15", ("active",), {"created": NOW}),
            ("registered 59 days ago", "2026-04-17", (), {"created": NOW - 59 * DAY}),
            ("moved 59 days ago", "2026-04-17", ("active",), {"transferred": NOW - 59 * DAY}),
            (
                "beside a lock of the registrar",
                "2026-06-01",
                ("client transfer prohibited",),
                {"transferred": at("2026-06-01")},
            ),
        )
    ),
    *(
        Scenario(
            f"locked by the registry, not because it is new: {name}",
            states(*locks, **fields),
            ["STATUS_SERVER_LOCK"],
            "warn",
            ["STATUS_LOCK_AFTER_CHANGE", "STATUS_OK", *FAULTS],
        )
        for name, locks, fields in (
            ("60 days ago", ("server transfer prohibited",), {"created": NOW - 60 * DAY}),
            ("registered in the future", ("server transfer prohibited",), {"created": NOW + 30 * DAY}),
            ("no dates", ("server transfer prohibited",), {"created": None}),
            ("not alone", ("server transfer prohibited", "server delete prohibited"), {"created": NOW}),
            ("another lock", ("server delete prohibited",), {"created": NOW}),
        )
    ),
    *(
        Scenario(
            f"the registrar contradicts: {state}",
            [fact(record(), registrar=record(states=(state, "client transfer prohibited"))), delegation()],
            ["STATUS_REGISTRAR_CONTRADICTS"],
            "inconclusive",
            ["STATUS_OK", *FAULTS],
            {
                "states": (state,),
                "command": "curl -sSL -H Accept:application/rdap+json https://rdap.registry.test/domain/shop.test",
            },
        )
        for state in ("client hold", "server hold", "redemption period", "pending restore", "pending delete", "inactive")
    ),
    Scenario(
        "the registrar contradicts by WHOIS",
        [
            fact(
                record(source="whois"),
                registrar=record(source="whois", states=("client hold",)),
                exchanges=(exchange(), whois_exchange(), whois_exchange(server="whois.registrar.test")),
            ),
            delegation(),
        ],
        ["STATUS_REGISTRAR_CONTRADICTS"],
        "inconclusive",
        ["STATUS_OK", *FAULTS],
        {"command": "whois -h whois.registrar.test shop.test"},
    ),
    Scenario(
        "registry and registrar agree",
        [fact(record(states=("client hold",)), registrar=record(states=("client hold",))), delegation(GONE)],
        ["STATUS_CLIENT_HOLD"],
        "fail",
        ["STATUS_OK", "STATUS_REGISTRAR_CONTRADICTS"],
    ),
    *(
        Scenario(
            f"an answer of the registrar that says nothing: {name}",
            [fact(record(), registrar=other), delegation()],
            ["STATUS_OK"],
            "pass",
            ["STATUS_REGISTRAR_CONTRADICTS"],
        )
        for name, other in (
            ("sound", record(states=("active", "client transfer prohibited"))),
            ("another name", record(domain="other.test", states=("client hold",))),
            ("not sure", record(registered=Registered.UNKNOWN, states=("client hold",))),
        )
    ),
    *(
        Scenario(
            f"a harmless word of a registry: {s}",
            states(s),
            ["STATUS_OTHER", "STATUS_OK"],
            "pass",
            ["STATUS_UNCLEAR", *FAULTS],
            {"states": (s,)},
        )
        for s in ("connect", "registered", "delegated", "verified", "paid and in zone", "published")
    ),
    Scenario(
        "states that only forbid a change",
        states("deletion forbidden", "sponsor change prohibited"),
        ["STATUS_OTHER", "STATUS_OK"],
        "pass",
        ["STATUS_UNCLEAR"],
    ),
    *(
        Scenario(
            f"a state that nobody defined: {s}",
            states("active", s),
            ["STATUS_UNCLEAR"],
            "inconclusive",
            ["STATUS_OK", *FAULTS],
            {"why": f"the registry shows “{s}”, which no standard explains"},
        )
        for s in STRANGE
    ),
    Scenario(
        "a state that nobody defined, not in the DNS",
        states("unpaid", parent=GONE),
        ["STATUS_UNCLEAR", "STATUS_NOT_IN_DNS"],
        "inconclusive",
        ["STATUS_OK", *FAULTS],
    ),
    Scenario(
        "a harmless word of a registry, the DNS is silent",
        states("connect", parent=SILENT),
        ["STATUS_UNCLEAR"],
        "inconclusive",
        ["STATUS_OK", *FAULTS],
        {"why": "the registry shows no state that tells it, and the zone above could not be asked"},
    ),
    Scenario(
        "only about privacy, the DNS is silent",
        states("private", parent=SILENT),
        ["STATUS_UNCLEAR"],
        "inconclusive",
        ["STATUS_OK"],
        {"why": "the registry shows no state that tells it, and the zone above could not be asked"},
    ),
    Scenario(
        "many strange states with control characters",
        states(*(f"x{i:02}\x1b[31m\u202e{'y' * 200}" for i in range(40))),
        ["STATUS_UNCLEAR"],
        "inconclusive",
        ["STATUS_OK"],
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
    *(
        Scenario(
            f"below the suffix of a company: {name}, the zone above: {above.status}",
            [fact(UNREGISTERED, domain=name), delegation(above, name)],
            ["STATUS_BELOW_PRIVATE_SUFFIX"],
            "inconclusive",
            ["STATUS_NOT_AT_THIS_REGISTRY", "STATUS_OK", *FAULTS],
            {"suffix": suffix},
        )
        for name, suffix in (("kunde.eu.com", "eu.com"), ("name.blogspot.com", "blogspot.com"))
        for above in (yes(name, "NS", "ns1.shop.test."), no(name, "NS", DnsStatus.NXDOMAIN), no(name, "NS", DnsStatus.TIMEOUT))
    ),
    Scenario(
        "below the suffix of a company, and registered there",
        [
            fact(record(domain="kunde.eu.com"), domain="kunde.eu.com"),
            delegation(yes("kunde.eu.com", "NS", "n."), "kunde.eu.com"),
        ],
        ["STATUS_OK"],
        "pass",
        ["STATUS_BELOW_PRIVATE_SUFFIX"],
    ),
    *(
        Scenario(
            f"somebody else's: {tag}",
            [fact(known), delegation(parent)],
            [tag],
            outcome,
            ["STATUS_OK"],
            {"who": "holder"},
            THEIRS,
        )
        for tag, outcome, known, parent in (
            ("STATUS_CLIENT_HOLD", "fail", record(states=("client hold",)), GONE),
            ("STATUS_REDEMPTION", "fail", record(states=("redemption period",)), GONE),
            ("STATUS_SERVER_LOCK", "warn", record(states=("server delete prohibited",)), THERE),
            ("STATUS_NOT_IN_DNS", "inconclusive", record(), GONE),
            ("STATUS_UNCLEAR", "inconclusive", record(states=("unpaid",)), THERE),
            ("STATUS_NOT_REGISTERED", "fail", UNREGISTERED, GONE),
        )
    ),
    *(
        Scenario(
            f"the command repeats what was answered: {words}",
            [fact(record(source=source, states=("client hold",)), exchanges=exchanges), delegation(GONE)],
            ["STATUS_CLIENT_HOLD"],
            "fail",
            args={"command": words},
        )
        for source, exchanges, words in (
            ("whois", (exchange(TIMEOUT), whois_exchange()), "whois shop.test"),
            (
                "rdap",
                (exchange(TIMEOUT, "a.test"), exchange(server="b.test"), whois_exchange()),
                "curl -sSL -H Accept:application/rdap+json https://b.test/domain/shop.test",
            ),
            ("rdap", (exchange(query="https://rdap.test/?domain=shop.test&x=1"),), "whois shop.test"),
        )
    ),
    Scenario(
        "the command repeats the first question if none was answered",
        [fact(None, exchanges=(exchange(TIMEOUT, "a.test"), whois_exchange(TIMEOUT))), delegation()],
        ["STATUS_UNKNOWN"],
        "inconclusive",
        args={"command": "curl -sSL -H Accept:application/rdap+json https://a.test/domain/shop.test"},
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
