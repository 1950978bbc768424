"""dns.delegation."""

from __future__ import annotations

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.zone import Delegation, NameServer
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "dns.delegation"
NS = ("ns1.shop.test.", "ns2.shop.test.")
PARENT = yes("shop.test", "NS", *NS)


def server(host, soa=None, ns=NS, serial=7, addresses=True):  # type: ignore[no-untyped-def]
    good = yes("shop.test", "SOA", f"ns1.shop.test. h.shop.test. {serial} 2 3 4 5", aa=True)
    answers = (yes(host, "A", "192.0.2.53"),) if addresses else (no(host, "A"), no(host, "AAAA"))
    soas = () if not addresses else (soa or good,)
    return NameServer(host, True, answers, soas, (yes("shop.test", "NS", *ns, aa=True),) if soas and not soa else ())


def fact(*servers, parent=PARENT):  # type: ignore[no-untyped-def]
    return [Delegation("shop.test", parent, servers, parent)]


ONE, TWO = server(NS[0]), server(NS[1])
REFUSING = server(NS[1], no("shop.test", "SOA", DnsStatus.REFUSED, server="192.0.2.2"))
ELSEWHERE = server(NS[1], no("shop.test", "SOA", detail="referral"))
NOT_AA = server(NS[1], yes("shop.test", "SOA", "a. b. 7 2 3 4 5"))

HELD = ("ns1.verification-hold.suspended-domain.com.", "ns2.verification-hold.suspended-domain.com.")
EXPIRED = ("ns1.renewyourname.net.", "ns2.renewyourname.net.")
HARMFUL = (
    "DELEGATION_NO_ADDRESS", "DELEGATION_LAME", "DELEGATION_ALL_LAME", "DELEGATION_SERVER_REFUSES", "DELEGATION_SERVER_SILENT",
    "DELEGATION_ONE_SERVER", "DELEGATION_NS_DIFFER", "DELEGATION_OK",
)  # fmt: skip

PROXIED = server(NS[1], DnsAnswer("shop.test.", "SOA", DnsStatus.ANSWER, records=("a. b. 7 2 3 4 5",), recursion=True))

SCENARIOS = [
    Scenario("good", fact(ONE, TWO), ["DELEGATION_OK"], "pass"),
    Scenario("not in the DNS", fact(parent=no("shop.test", "NS", DnsStatus.NXDOMAIN)), ["DELEGATION_NOT_FOUND"], "fail"),
    Scenario("single server", fact(ONE), ["DELEGATION_ONE_SERVER"], "warn"),
    Scenario("one refuses", fact(ONE, REFUSING), ["DELEGATION_SERVER_REFUSES"], "warn", ["DELEGATION_OK", "DELEGATION_LAME"]),
    Scenario("one sends elsewhere", fact(ONE, ELSEWHERE), ["DELEGATION_LAME"], "fail"),
    Scenario("one answers without authority", fact(ONE, NOT_AA), ["DELEGATION_LAME"], "fail"),
    Scenario("none is in charge", fact(ELSEWHERE, ELSEWHERE), ["DELEGATION_ALL_LAME"], "fail", ["DELEGATION_LAME"]),
    Scenario(
        "all refuse", fact(REFUSING, REFUSING), ["DELEGATION_SERVER_REFUSES"], "warn", ["DELEGATION_ALL_LAME", "DELEGATION_OK"]
    ),
    Scenario(
        "seen through a proxy",
        fact(PROXIED, PROXIED),
        ["DELEGATION_SEEN_THROUGH_PROXY"],
        "inconclusive",
        ["DELEGATION_ALL_LAME"],
    ),
    Scenario(
        "an error is no verdict",
        fact(ONE, server(NS[1], no("shop.test", "SOA", DnsStatus.ERROR, detail="NOTIMP"))),
        ["DELEGATION_SERVER_SILENT"],
        "inconclusive",
        ["DELEGATION_LAME"],
    ),
    Scenario(
        "a server without address",
        fact(ONE, server(NS[1], addresses=False)),
        ["DELEGATION_NO_ADDRESS"],
        "warn",
        ["DELEGATION_OK"],
    ),
    *(
        Scenario(
            f"parked by the registrar: {hosts[0]}, {how}",
            fact(*(server(h, soa, ns=NS, addresses=addresses) for h in hosts), parent=yes("shop.test", "NS", *hosts)),
            ["DELEGATION_PARKED_BY_REGISTRAR"],
            "warn",
            HARMFUL,
            {"server": hosts[0].rstrip("."), "zone": "shop.test"},
        )
        for hosts in (HELD, EXPIRED, HELD[:1])
        for how, soa, addresses in (
            ("without addresses", None, False),
            ("answering", None, True),
            ("not in charge", no("shop.test", "SOA", detail="referral"), True),
            ("refusing", no("shop.test", "SOA", DnsStatus.REFUSED), True),
            ("silent", no("shop.test", "SOA", DnsStatus.TIMEOUT), True),
        )
    ),
    Scenario(
        "one parked, one of ours that sends elsewhere",
        fact(server(HELD[0], addresses=False), ONE, ELSEWHERE, parent=yes("shop.test", "NS", HELD[0], *NS)),
        ["DELEGATION_PARKED_BY_REGISTRAR", "DELEGATION_LAME"],
        "fail",
        ["DELEGATION_NO_ADDRESS", "DELEGATION_NS_DIFFER", "DELEGATION_OK"],
    ),
    Scenario("lists differ", fact(server(NS[0], ns=(NS[0], "ns3.shop.test.")), TWO), ["DELEGATION_NS_DIFFER"], "warn"),
    Scenario("serials differ", fact(ONE, server(NS[1], serial=9)), ["DELEGATION_SERIALS_DIFFER"], "warn"),
    *(
        Scenario(
            f"one is silent: {s}",
            fact(ONE, server(NS[1], no("shop.test", "SOA", s))),
            ["DELEGATION_SERVER_SILENT"],
            "inconclusive",
            ["DELEGATION_LAME", "DELEGATION_OK"],
        )
        for s in (DnsStatus.TIMEOUT, DnsStatus.UNREACHABLE, DnsStatus.MALFORMED, DnsStatus.SERVFAIL)
    ),
    *(
        Scenario(
            f"parent: {s}",
            fact(parent=no("shop.test", "NS", s)),
            ["DELEGATION_UNANSWERED"],
            "inconclusive",
            ["DELEGATION_NOT_FOUND"],
        )
        for s in TROUBLES
    ),
]
