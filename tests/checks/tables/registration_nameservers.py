"""registration.nameservers."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.dns import DnsStatus, View
from selfaudit.facts.zone import Delegation, NameServer
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.registration import DOMAIN, THEIRS, UNKNOWN_FACTS, UNREGISTERED, fact, record

CHECK = "registration.nameservers"
OURS = ("ns1.shop.test", "ns2.shop.test")
OLD = ("ns1.old.test", "ns2.old.test")
THIRD = ("ns1.shop.test", "ns3.shop.test")
HOLD = ("ns1.verification-hold.suspended-domain.com", "ns2.verification-hold.suspended-domain.com")
EXPIRED = ("ns1.renewyourname.net",)
SUSPENDED = ("ns1.dns-suspended.com", "ns2.dns-suspended.com")
GONE = no(DOMAIN, "NS", DnsStatus.NXDOMAIN, view=View.DIRECT)
AGREE = "NAMESERVERS_AGREE"
HOLDS = ("NAMESERVERS_VERIFICATION_HOLD", "NAMESERVERS_OF_EXPIRED_DOMAINS", "NAMESERVERS_OF_SUSPENDED_DOMAINS")
LISTS = (AGREE, "NAMESERVERS_DIFFER", "NAMESERVERS_ZONE_DIFFERS", "NAMESERVERS_NOT_DELEGATED", "NAMESERVERS_ZONE_UNANSWERED")


def ns(*hosts, aa=False, view=View.DIRECT, name=DOMAIN):  # type: ignore[no-untyped-def]
    return replace(yes(name, "NS", *(f"{h}." for h in hosts), aa=aa), view=view)


def delegation(parent, *own, zone=DOMAIN):  # type: ignore[no-untyped-def]
    """The zone above, and the lists that the servers of the zone give."""
    servers = tuple(NameServer("ns1.shop.test.", True, (), (), (answer,)) for answer in own)
    return Delegation(zone, parent, servers, parent)


def lists(registry, parent, zone=None, view=View.DIRECT, **fields):  # type: ignore[no-untyped-def]
    own = [ns(*zone, aa=True, view=View.SERVER)] if zone else []
    above = ns(*parent, view=view) if isinstance(parent, tuple) else parent
    return [fact(record(name_servers=registry, **fields)), delegation(above, *own)]


SCENARIOS = [
    Scenario("all agree", lists(OURS, OURS, OURS), [AGREE], "pass", LISTS[1:], {"registry": OURS}),
    Scenario(
        "written in other ways",
        lists(("NS2.Shop.Test.", "ns1.shop.test"), ("NS1.shop.test", "ns2.SHOP.test"), ("ns2.shop.test", "ns1.shop.test")),
        [AGREE],
        "pass",
        LISTS[1:],
    ),
    Scenario(
        "names with umlauts",
        lists(("ns1.xn--grn-hoa.test",), ("ns1.xn--grn-hoa.test",), ("NS1.XN--GRN-HOA.TEST",)),
        [AGREE],
        "pass",
    ),
    Scenario(
        "the zone above has the old ones",
        lists(OURS, OLD, OURS),
        ["NAMESERVERS_DIFFER"],
        "warn",
        [AGREE, "NAMESERVERS_ZONE_DIFFERS"],
        {"registry": OURS, "parent": OLD},
    ),
    Scenario("one is missing above", lists(OURS, OURS[:1], OURS[:1]), ["NAMESERVERS_DIFFER"], "warn", [AGREE]),
    Scenario(
        "the zone has others",
        lists(OURS, OURS, THIRD),
        ["NAMESERVERS_ZONE_DIFFERS"],
        "warn",
        [AGREE, "NAMESERVERS_DIFFER"],
        {"zone": THIRD},
    ),
    Scenario(
        "one of two servers of the zone has others",
        [fact(record(name_servers=OURS)), delegation(ns(*OURS), ns(*OURS, aa=True), ns(*THIRD, aa=True))],
        ["NAMESERVERS_ZONE_DIFFERS"],
        "warn",
        [AGREE],
    ),
    Scenario(
        "all three differ",
        lists(OURS, OLD, THIRD),
        ["NAMESERVERS_DIFFER", "NAMESERVERS_ZONE_DIFFERS"],
        "warn",
        [AGREE],
    ),
    Scenario("differing, and the zone is silent", lists(OURS, OLD), ["NAMESERVERS_DIFFER"], "warn", [AGREE]),
    Scenario("the zone is silent", lists(OURS, OURS), ["NAMESERVERS_ZONE_UNANSWERED"], "inconclusive", [AGREE]),
    Scenario(
        "the zone's servers are not in charge",
        [fact(record(name_servers=OURS)), delegation(ns(*OURS), ns(*THIRD), no(DOMAIN, "NS", DnsStatus.SERVFAIL))],
        ["NAMESERVERS_ZONE_UNANSWERED"],
        "inconclusive",
        [AGREE, "NAMESERVERS_ZONE_DIFFERS"],
    ),
    Scenario("by the resolver: agree", lists(OURS, OURS, view=View.RESOLVER), [AGREE], "pass"),
    Scenario(
        "by the resolver: the zone has others",
        lists(OURS, THIRD, THIRD, view=View.RESOLVER),
        ["NAMESERVERS_ZONE_DIFFERS"],
        "warn",
        [AGREE, "NAMESERVERS_DIFFER"],
    ),
    *(
        Scenario(
            f"held: {tag}, {where}",
            facts,
            [tag],
            "fail",
            [AGREE, "NAMESERVERS_DIFFER", *(h for h in HOLDS if h != tag)],
            {"server": hold[0]},
        )
        for tag, hold in zip(HOLDS, (HOLD, EXPIRED, SUSPENDED), strict=True)
        for where, facts in {
            "everywhere": lists(hold, hold, hold),
            "at the registry": lists(hold, OURS, OURS),
            "above": lists(OURS, hold),
            "above, not shown by the registry": lists((), hold),
            "in capitals": lists(tuple(h.upper() for h in hold), GONE),
            "in the look-up of a zone below": [
                fact(record(name_servers=hold)),
                delegation(ns("ns1.shop.test", name="mail.shop.test"), zone="mail.shop.test"),
            ],
        }.items()
    ),
    *(
        Scenario(f"somebody else's: {tag}", facts, [tag], outcome, [AGREE], {"who": "holder"}, THEIRS)
        for tag, outcome, facts in (
            (HOLDS[0], "fail", lists(HOLD, HOLD, HOLD)),
            (HOLDS[1], "fail", lists(EXPIRED, EXPIRED)),
            (HOLDS[2], "fail", lists(SUSPENDED, SUSPENDED)),
            ("NAMESERVERS_DIFFER", "warn", lists(OURS, OLD, OURS)),
            ("NAMESERVERS_ZONE_DIFFERS", "warn", lists(OURS, OURS, THIRD)),
            ("NAMESERVERS_NOT_DELEGATED", "warn", lists(OURS, GONE)),
        )
    ),
    Scenario(
        "not in the zone above",
        lists(OURS, GONE),
        ["NAMESERVERS_NOT_DELEGATED"],
        "warn",
        [AGREE, "NAMESERVERS_TAKEN_OUT"],
    ),
    Scenario("an empty answer above", lists(OURS, no(DOMAIN, "NS")), ["NAMESERVERS_NOT_DELEGATED"], "warn", [AGREE]),
    *(
        Scenario(
            f"taken out: {state}",
            lists(OURS, GONE, states=(state, "client transfer prohibited")),
            ["NAMESERVERS_TAKEN_OUT"],
            "not-applicable",
            LISTS,
            {"states": (state,)},
        )
        for state in ("client hold", "server hold", "inactive", "redemption period", "pending restore", "pending delete")
    ),
    Scenario("on hold, still in the zone above", lists(OURS, OURS, OURS, states=("client hold",)), [AGREE], "pass"),
    Scenario("none anywhere", lists((), GONE), ["NAMESERVERS_NONE"], "not-applicable", LISTS),
    Scenario("not shown by the registry", lists((), OURS, OURS), ["NAMESERVERS_NOT_SHOWN"], "not-applicable", LISTS),
    Scenario(
        "not shown, and the zone above is silent",
        lists((), no(DOMAIN, "NS", DnsStatus.TIMEOUT)),
        ["NAMESERVERS_NOT_SHOWN"],
        "not-applicable",
        [*LISTS, "NAMESERVERS_NONE"],
    ),
    Scenario(
        "a zone of its own",
        [
            fact(record(name_servers=OURS)),
            delegation(ns(*OLD, name="mail.shop.test"), ns(*OLD, aa=True, name="mail.shop.test"), zone="mail.shop.test"),
        ],
        ["NAMESERVERS_OTHER_ZONE"],
        "not-applicable",
        LISTS,
        {"zone": "mail.shop.test"},
    ),
    Scenario(
        "held servers of a zone below are not the domain's",
        [fact(record(name_servers=OURS)), delegation(ns(*HOLD, name="mail.shop.test"), zone="mail.shop.test")],
        ["NAMESERVERS_OTHER_ZONE"],
        "not-applicable",
        HOLDS,
    ),
    Scenario(
        "not registered", [fact(UNREGISTERED), delegation(ns(*OURS))], ["NAMESERVERS_NOT_REGISTERED"], "not-applicable", LISTS
    ),
    Scenario(
        "about another name",
        [fact(record(domain="other.test", name_servers=HOLD)), delegation(ns(*OURS))],
        ["NAMESERVERS_UNKNOWN"],
        "inconclusive",
        (*LISTS, *HOLDS),
        {"why": "the answer is about other.test"},
    ),
    *(
        Scenario(
            f"the zone above: {s}",
            lists(OURS, no(DOMAIN, "NS", s), OLD),
            ["NAMESERVERS_UNANSWERED"],
            "inconclusive",
            LISTS,
        )
        for s in (*TROUBLES, DnsStatus.ERROR, DnsStatus.LOOP)
    ),
    *(
        Scenario(
            f"nothing known: {'; '.join(str(e.outcome) for e in known.exchanges) or 'nobody to ask'}",
            [known, delegation(ns(*OURS), ns(*OURS, aa=True))],
            ["NAMESERVERS_UNKNOWN"],
            "inconclusive",
            LISTS,
        )
        for known in UNKNOWN_FACTS
    ),
]
