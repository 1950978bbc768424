"""exposure.resolver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.exposure import ExpectedAnswer, Recursion, RecursionTry, TcpPorts
from selfaudit.facts.exposure import RecursionOutcome as R
from selfaudit.facts.vantage import DnsVantage, Port25, Position
from tests.checks.build import Scenario, no, yes
from tests.checks.exposure import (
    ADDRESS,
    DROPPED_HERE,
    ITSELF,
    NO_ROUTE6,
    OUTSIDE,
    REACHES,
    SILENT,
    UNREACHABLE,
    ports,
)

CHECK = "exposure.resolver"
NAME, OTHER = "dns.google.", "a.gtld-servers.net."
RIGHT, WRONG = ("8.8.4.4", "8.8.8.8"), ("198.51.100.99",)
EXPECTED = (ExpectedAnswer(NAME, "A", RIGHT), ExpectedAnswer(OTHER, "A", ("192.5.6.30",)))
GONE = (no("r1.com", "A", DnsStatus.NXDOMAIN), no("r2.org", "A", DnsStatus.NXDOMAIN))
BELIEVED = DnsVantage(("192.0.2.53",), no("x.com", "A", DnsStatus.TIMEOUT), GONE, (), None)


def udp(
    outcome: R, records: Sequence[str] = (), *, ra: bool = False, aa: bool = False, name: str = NAME, **more: object
) -> RecursionTry:
    return RecursionTry(
        "udp", 53, name, "A", outcome, ra, aa, tuple(records), octets_out=39, octets_in=71, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def tcp(*arguments: object, **more: object) -> RecursionTry:
    return replace(udp(*arguments, **more), protocol="tcp")  # type: ignore[arg-type]


def facts(
    *tries: RecursionTry, expected: Sequence[ExpectedAnswer] = EXPECTED, survey: TcpPorts | None = None, place: Position = OUTSIDE,
    control: Port25 = REACHES, vantage: DnsVantage = BELIEVED,
) -> list[Fact]:  # fmt: skip
    return [Recursion(ADDRESS, tries, tuple(expected)), survey or ports((80,)), place, control, vantage]


def both(*arguments: object, **more: object) -> tuple[RecursionTry, RecursionTry]:
    return udp(*arguments, **more), tcp(*arguments, **more)  # type: ignore[arg-type]


QUIET = (udp(R.TIMEOUT), udp(R.TIMEOUT), udp(R.TIMEOUT))
OPEN = both(R.ANSWER, RIGHT, ra=True)
NOT_GOOD = ["RESOLVER_REFUSED", "RESOLVER_CLOSED"]
NOT_BAD = ["RESOLVER_OPEN", "RESOLVER_WRONG_ANSWER"]
CAUGHT = replace(BELIEVED, interception=no("x.com", "A", DnsStatus.NXDOMAIN, server="192.0.2.1"))

SCENARIOS = [
    Scenario("open", facts(*OPEN, udp(R.ANSWER, ("192.5.6.30",), ra=True, name=OTHER)), ["RESOLVER_OPEN"], "fail", NOT_GOOD, {"protocols": ("UDP 53", "TCP 53"), "octets_in": 71}),
    Scenario("open over TCP only", facts(udp(R.REFUSED), tcp(R.ANSWER, RIGHT, ra=True)), ["RESOLVER_OPEN", "RESOLVER_REFUSED"], "fail", args={"tcp": " +tcp"}),
    Scenario("open over UDP only", facts(udp(R.ANSWER, RIGHT, ra=True), tcp(R.TIMEOUT)), ["RESOLVER_OPEN", "RESOLVER_PARTLY_SILENT"], "fail"),
    Scenario("open, one of several records", facts(*both(R.ANSWER, RIGHT[:1], ra=True)), ["RESOLVER_OPEN"], "fail"),
    Scenario("rate limiting drops two of three", facts(udp(R.TIMEOUT), udp(R.TIMEOUT), udp(R.ANSWER, RIGHT, ra=True), tcp(R.TIMEOUT)), ["RESOLVER_OPEN"], "fail"),
    Scenario("rate limiting lets one refusal through", facts(udp(R.TIMEOUT), udp(R.REFUSED), tcp(R.REFUSED)), ["RESOLVER_REFUSED"], "pass", ["RESOLVER_PARTLY_SILENT"]),
    Scenario("rate limiting sends cut-off answers", facts(udp(R.TRUNCATED), tcp(R.REFUSED)), ["RESOLVER_UNCLEAR", "RESOLVER_REFUSED"], "inconclusive"),
    Scenario("a forwarder leaves the AA bit of others", facts(*both(R.ANSWER, RIGHT, ra=True, aa=True)), ["RESOLVER_OPEN"], "fail", ["RESOLVER_CLAIMS_AUTHORITY"]),
    Scenario("one name wrong, one right", facts(udp(R.ANSWER, WRONG, ra=True), udp(R.ANSWER, ("192.5.6.30",), ra=True, name=OTHER), tcp(R.REFUSED)), ["RESOLVER_OPEN"], "fail"),
    Scenario("wrong answers: a captive portal or a botnet's", facts(*both(R.ANSWER, WRONG, ra=True)), ["RESOLVER_WRONG_ANSWER"], "warn", ["RESOLVER_OPEN"]),
    Scenario("it denies what exists", facts(*both(R.NXDOMAIN, ra=True)), ["RESOLVER_WRONG_ANSWER"], "warn", ["RESOLVER_OPEN"], {"records": ("NXDOMAIN",)}),
    Scenario("from the cache", facts(*both(R.ANSWER, RIGHT)), ["RESOLVER_ANSWERS_FROM_CACHE"], "warn", NOT_BAD),
    Scenario("an empty root zone", facts(*both(R.NXDOMAIN, aa=True)), ["RESOLVER_CLAIMS_AUTHORITY"], "warn", NOT_BAD),
    Scenario("an empty root zone and RA", facts(*both(R.NXDOMAIN, aa=True, ra=True)), ["RESOLVER_CLAIMS_AUTHORITY"], "warn", NOT_BAD),
    Scenario("a wildcard for everything: a parking server", facts(*both(R.ANSWER, WRONG, aa=True)), ["RESOLVER_CLAIMS_AUTHORITY"], "warn", NOT_BAD),
    Scenario("a wildcard for everything, with RA", facts(*both(R.ANSWER, WRONG, aa=True, ra=True)), ["RESOLVER_CLAIMS_AUTHORITY"], "warn", NOT_BAD),
    Scenario("a copy of the zone", facts(*both(R.ANSWER, RIGHT, aa=True)), ["RESOLVER_CLAIMS_AUTHORITY"], "warn", ["RESOLVER_OPEN"]),
    Scenario("refused", facts(*both(R.REFUSED)), ["RESOLVER_REFUSED"], "pass", args={"protocols": ("UDP 53", "TCP 53")}),
    Scenario("refused with RA", facts(*both(R.REFUSED, ra=True)), ["RESOLVER_REFUSES_WITH_RA"], "warn", ["RESOLVER_REFUSED", *NOT_BAD]),
    Scenario("refused, with RA over TCP", facts(udp(R.REFUSED), tcp(R.REFUSED, ra=True)), ["RESOLVER_REFUSES_WITH_RA", "RESOLVER_REFUSED"], "warn"),
    Scenario("refers to the root", facts(*both(R.REFERRAL, referred=(".",))), ["RESOLVER_UPWARD_REFERRAL"], "warn", NOT_BAD),
    Scenario("refers elsewhere", facts(*both(R.REFERRAL, referred=("google.",))), ["RESOLVER_UNCLEAR"], "inconclusive", [*NOT_BAD, *NOT_GOOD]),
    Scenario("an empty answer of an old authoritative server", facts(*both(R.EMPTY)), ["RESOLVER_REFUSED"], "pass"),
    Scenario("an empty answer with RA", facts(*both(R.EMPTY, ra=True)), ["RESOLVER_UNCLEAR"], "inconclusive", NOT_BAD),
    Scenario("SERVFAIL is not open", facts(*both(R.SERVFAIL, ra=True)), ["RESOLVER_SERVFAIL"], "inconclusive", [*NOT_BAD, *NOT_GOOD]),
    Scenario("SERVFAIL over UDP, refused over TCP", facts(udp(R.SERVFAIL), tcp(R.REFUSED)), ["RESOLVER_SERVFAIL"], "inconclusive"),
    Scenario("NOTIMP", facts(*both(R.ERROR, detail="NOTIMP")), ["RESOLVER_UNCLEAR"], "inconclusive"),
    Scenario("garbage", facts(udp(R.MALFORMED), tcp(R.MALFORMED)), ["RESOLVER_UNCLEAR"], "inconclusive", NOT_GOOD),
    Scenario("an answer without RA that is not the right one", facts(*both(R.ANSWER, WRONG)), ["RESOLVER_UNCLEAR"], "inconclusive"),
    Scenario("does not exist, without RA", facts(*both(R.NXDOMAIN)), ["RESOLVER_UNCLEAR"], "inconclusive"),
    Scenario("no yardstick", facts(*both(R.ANSWER, RIGHT, ra=True), expected=()), ["RESOLVER_UNCLEAR"], "inconclusive", NOT_BAD),
    Scenario("no yardstick, from the cache", facts(*both(R.ANSWER, RIGHT), expected=()), ["RESOLVER_UNCLEAR"], "inconclusive"),
    Scenario("no yardstick, does not exist", facts(*both(R.NXDOMAIN, ra=True), expected=()), ["RESOLVER_UNCLEAR"], "inconclusive", NOT_BAD),
    Scenario("no yardstick, refused", facts(*both(R.REFUSED), expected=()), ["RESOLVER_REFUSED"], "pass"),
    Scenario("closed", facts(*both(R.CLOSED)), ["RESOLVER_CLOSED"], "pass"),
    Scenario("UDP closed, TCP refuses", facts(udp(R.CLOSED), tcp(R.REFUSED)), ["RESOLVER_CLOSED", "RESOLVER_REFUSED"], "pass"),
    Scenario("silent", facts(*QUIET, tcp(R.TIMEOUT)), ["RESOLVER_NO_ANSWER"], "inconclusive", NOT_GOOD),
    Scenario("a router refuses", facts(*(udp(R.UNREACHABLE),) * 3, tcp(R.UNREACHABLE)), ["RESOLVER_NO_ANSWER"], "inconclusive"),
    Scenario("UDP silent, TCP refused: UDP is what matters", facts(*QUIET, tcp(R.REFUSED)), ["RESOLVER_NO_ANSWER"], "inconclusive", args={"protocols": ("UDP 53",)}),
    Scenario("UDP silent, TCP closed", facts(*QUIET, tcp(R.CLOSED)), ["RESOLVER_NO_ANSWER"], "inconclusive"),
    Scenario("UDP refused, TCP silent", facts(udp(R.REFUSED), tcp(R.TIMEOUT)), ["RESOLVER_REFUSED", "RESOLVER_PARTLY_SILENT"], "pass"),
    Scenario("intercepted here", facts(*OPEN, vantage=CAUGHT), ["RESOLVER_PORT53_INTERCEPTED"], "inconclusive", NOT_BAD),
    Scenario("intercepted here, and refused", facts(*both(R.REFUSED), vantage=CAUGHT), ["RESOLVER_PORT53_INTERCEPTED"], "inconclusive", NOT_GOOD),
    Scenario("intercepted over TCP only", facts(*OPEN, vantage=replace(BELIEVED, interception_tcp=no("x.com", "A", DnsStatus.SERVFAIL))), ["RESOLVER_PORT53_INTERCEPTED"], "inconclusive", NOT_BAD),
    Scenario("a router here says no to nowhere", facts(*both(R.REFUSED), vantage=replace(BELIEVED, interception=no("x.com", "A", DnsStatus.UNREACHABLE), interception_tcp=no("x.com", "A", DnsStatus.UNREACHABLE))), ["RESOLVER_REFUSED"], "pass"),
    Scenario("controls were not run", facts(*both(R.REFUSED), vantage=replace(BELIEVED, interception=None)), ["RESOLVER_REFUSED"], "pass"),
    Scenario("this network rewrites names", facts(*both(R.REFUSED), vantage=replace(BELIEVED, random_names=(yes("r1.com", "A", "203.0.113.9"),))), ["RESOLVER_REFUSED"], "pass"),
    Scenario("from the server itself", facts(*OPEN, place=ITSELF), ["RESOLVER_INSIDE"], "inconclusive", NOT_BAD),
    Scenario("no IPv6 here", facts(*(udp(R.UNREACHABLE),) * 3, tcp(R.UNREACHABLE), survey=ports((), UNREACHABLE), place=NO_ROUTE6), ["RESOLVER_NO_ROUTE"], "inconclusive"),
    Scenario("cut off", facts(*QUIET, tcp(R.UNREACHABLE), survey=ports((), SILENT, others={80: UNREACHABLE})), ["RESOLVER_CUT_OFF"], "inconclusive"),
    Scenario("switched off", facts(*QUIET, tcp(R.TIMEOUT), survey=ports((), SILENT)), ["RESOLVER_HOST_SILENT"], "inconclusive"),
    Scenario("switched off, or this network is", facts(*QUIET, tcp(R.TIMEOUT), survey=ports((), SILENT), control=DROPPED_HERE), ["RESOLVER_HOST_SILENT"], "inconclusive"),
    Scenario("a name server with nothing else", facts(*both(R.REFUSED), survey=ports((), SILENT)), ["RESOLVER_REFUSED"], "pass", ["RESOLVER_HOST_SILENT"]),
    Scenario("hostile words", facts(*both(R.ANSWER, ("\x1b[2J {address}",), ra=True)), ["RESOLVER_WRONG_ANSWER"], "warn", args={"records": ("\\x1b[2J {address}",)}),
]  # fmt: skip
