"""exposure.proxy."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts import Fact
from selfaudit.facts.exposure import ProxyAttempt, ProxyAttempts, TcpPorts
from selfaudit.facts.exposure import ProxyOutcome as P
from selfaudit.facts.vantage import Position, Surroundings
from selfaudit.protocols.ports import PROXY_PORTS
from tests.checks.build import Scenario
from tests.checks.exposure import (
    ADDRESS,
    CLOSED,
    ERROR,
    ITSELF,
    NO_ROUTE6,
    OUTSIDE,
    REACHES,
    SILENT,
    UNREACHABLE,
    UP,
    ports,
    surroundings,
)

CHECK = "exposure.proxy"
OURS = "198.51.100.7:40123"
HTTP = ("GET", "CONNECT")
SOCKS = ("SOCKS5", "SOCKS4", "SOCKS4a")
PAGE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Welcome to nginx!"
BAD_REQUEST = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"
SQUID_400 = "HTTP/1.1 400 Bad Request\r\nServer: squid/5.7\r\n\r\n"


def tried(port: int, method: str, outcome: P, reply: str = "", detail: str = "") -> ProxyAttempt:
    return ProxyAttempt(port, method, OURS, outcome, reply, detail)


def every(port: int, outcome: P, reply: str = "", **by_method: tuple[P, str]) -> list[ProxyAttempt]:
    """All five methods; those named got their own answer."""
    return [tried(port, m, *by_method.get(m, (outcome, reply))) for m in (*HTTP, *SOCKS)]


def facts(
    *attempts: ProxyAttempt, survey: TcpPorts | None = None, place: Position = OUTSIDE, around: Surroundings | None = None,
    endpoint: str = OURS, second: str = "",
) -> list[Fact]:  # fmt: skip
    found = survey or ports({a.port for a in attempts})
    return [
        ProxyAttempts(ADDRESS, attempts, endpoint if attempts else "", second),
        found,
        place,
        REACHES,
        around or surroundings(),
    ]


def web_server(port: int, reply: str = PAGE, connect: str = BAD_REQUEST) -> list[ProxyAttempt]:
    return every(port, P.NOT_A_PROXY, BAD_REQUEST, GET=(P.NOT_A_PROXY, reply), CONNECT=(P.NOT_A_PROXY, connect))


# A proxy that is still trying to reach an address where no server is when our patience ends.
HANGING_SQUID = every(3128, P.NOT_A_PROXY, SQUID_400, GET=(P.NO_ANSWER, ""), CONNECT=(P.NO_ANSWER, ""))
HANGING_SOCKS5 = every(
    1080, P.NO_ANSWER, "", SOCKS5=(P.TRIED, "\x05\x00"), SOCKS4=(P.NOT_A_PROXY, ""), SOCKS4a=(P.NOT_A_PROXY, "")
)
FAILING_SOCKS4 = every(
    4145,
    P.NO_ANSWER,
    "",
    SOCKS5=(P.NOT_A_PROXY, ""),
    SOCKS4=(P.REFUSED, "\0\x5b\0\0\0\0\0\0"),
    SOCKS4a=(P.REFUSED, "\0\x5b\0\0\0\0\0\0"),
)
MITM = tuple(tried(p, "GET", P.PROVEN, "HTTP/1.1 200 OK\r\n") for p in (80, 3128))

SCENARIOS = [
    Scenario("all refused", facts(survey=ports((22, 443))), ["PROXY_PORTS_CLOSED"], "pass", args={"count": len(PROXY_PORTS)}),
    Scenario("GET is proven", facts(tried(3128, "GET", P.PROVEN, "HTTP/1.1 200 OK\r\nVia: 1.1 squid")), ["PROXY_OPEN"], "fail", ["PROXY_NONE"], {"command": f"curl -sS -m 10 -x http://{ADDRESS}:3128 http://example.com/", "reply": "HTTP/1.1 200 OK"}),
    Scenario("CONNECT is proven", facts(tried(8080, "GET", P.NOT_A_PROXY, "HTTP/1.0 400 Bad Request\r\n"), tried(8080, "CONNECT", P.PROVEN, "HTTP/1.0 200 Connection established\r\n\r\n")), ["PROXY_OPEN"], "fail", args={"command": f"curl -sS -m 10 -p -x http://{ADDRESS}:8080 http://example.com/"}),
    Scenario("SOCKS5 is proven", facts(tried(1080, "SOCKS5", P.PROVEN, "\x05\x00\x00\x01")), ["PROXY_OPEN"], "fail", args={"command": f"curl -sS -m 10 -x socks5://{ADDRESS}:1080 http://example.com/"}),
    Scenario("SOCKS4 is proven", facts(tried(4145, "SOCKS5", P.NOT_A_PROXY), tried(4145, "SOCKS4", P.PROVEN, "\0Z")), ["PROXY_OPEN"], "fail", args={"method": "SOCKS4", "reply": "00 5a"}),
    Scenario("two are proven", facts(tried(1080, "SOCKS5", P.PROVEN), tried(3128, "GET", P.PROVEN)), ["PROXY_OPEN"], "fail"),
    Scenario("proven, and the rest is silent", facts(tried(3128, "GET", P.PROVEN), survey=ports((3128,), SILENT)), ["PROXY_OPEN"], "fail", ["PROXY_PORTS_SILENT"]),
    Scenario("a web server answers 200 to everything", facts(*web_server(80, PAGE, PAGE)), ["PROXY_NONE", "PROXY_PORTS_CLOSED"], "pass", ["PROXY_OPEN", "PROXY_UNCLEAR"]),
    Scenario("nginx and Apache", facts(*web_server(80), *web_server(8080, "HTTP/1.1 404 Not Found\r\n", "HTTP/1.1 405 Method Not Allowed\r\n")), ["PROXY_NONE"], "pass", args={"ports": ("80", "8080")}),
    Scenario("a web server that is silent to SOCKS", facts(*every(80, P.SILENT, "", GET=(P.NOT_A_PROXY, PAGE), CONNECT=(P.NOT_A_PROXY, BAD_REQUEST))), ["PROXY_NONE"], "pass"),
    Scenario("502 to this only: it tried", facts(*every(8080, P.NOT_A_PROXY, BAD_REQUEST, GET=(P.TRIED, "HTTP/1.1 502 Bad Gateway\r\nServer: tinyproxy\r\n"))), ["PROXY_POSSIBLE"], "warn", ["PROXY_NONE"], {"reply": "HTTP/1.1 502 Bad Gateway"}),
    Scenario("502 to everything: a web server in trouble", facts(*web_server(80, "HTTP/1.1 502 Bad Gateway\r\n", "HTTP/1.1 502 Bad Gateway\r\n")), ["PROXY_NONE"], "pass", ["PROXY_POSSIBLE"]),
    Scenario("SOCKS5 tried", facts(*every(1080, P.NO_ANSWER, "", SOCKS5=(P.TRIED, "\x05\x04\x00\x01"))), ["PROXY_POSSIBLE"], "warn", args={"reply": "05 04 00 01"}),
    Scenario("says that the tunnel is open", facts(*every(8888, P.NOT_A_PROXY, BAD_REQUEST, CONNECT=(P.UNCLEAR, "HTTP/1.1 200 OK\r\n\r\n"))), ["PROXY_UNCLEAR"], "inconclusive", ["PROXY_NONE", "PROXY_OPEN"]),
    Scenario("tried by one way and unclear by another", facts(*every(8888, P.NOT_A_PROXY, "", CONNECT=(P.UNCLEAR, ""), GET=(P.TRIED, "HTTP/1.0 504 x\r\n"))), ["PROXY_POSSIBLE"], "warn", ["PROXY_UNCLEAR"]),
    Scenario("a password", facts(*every(3128, P.NOT_A_PROXY, SQUID_400, GET=(P.REFUSED, "HTTP/1.1 407 Proxy Authentication Required\r\n"), CONNECT=(P.REFUSED, "HTTP/1.1 407 x\r\n"))), ["PROXY_NONE"], "pass"),
    Scenario("squid denies", facts(*every(3128, P.NOT_A_PROXY, SQUID_400, GET=(P.REFUSED, "HTTP/1.1 403 Forbidden\r\n"), CONNECT=(P.REFUSED, "HTTP/1.1 403 Forbidden\r\n"))), ["PROXY_NONE"], "pass"),
    Scenario("SOCKS5 wants a password", facts(*every(1080, P.NOT_A_PROXY, "", SOCKS5=(P.REFUSED, "\x05\xff"), GET=(P.SILENT, ""))), ["PROXY_NONE"], "pass"),
    Scenario("SOCKS4 refuses, or did not get to our endpoint", facts(*every(4145, P.NOT_A_PROXY, "", SOCKS4=(P.UNCLEAR, "\x00\x5b"))), ["PROXY_UNCLEAR"], "inconclusive", ["PROXY_NONE"]),
    Scenario("SOCKS4 could not reach what nobody can", facts(*FAILING_SOCKS4, endpoint=""), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_NONE"]),
    Scenario("SOCKS4 refuses to lead to the second host", facts(*every(4145, P.NOT_A_PROXY, "", SOCKS4=(P.REFUSED, "\x00\x5b"), SOCKS4a=(P.REFUSED, "\x00\x5b")), endpoint="", second="203.0.113.26:25"), ["PROXY_NONE"], "pass"),
    Scenario("SOCKS5 wants a password, SOCKS4 keeps silent", facts(*every(1080, P.NOT_A_PROXY, "", SOCKS5=(P.REFUSED, "\x05\x02"), SOCKS4=(P.SILENT, ""))), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_NONE"]),
    Scenario("HTTP says no, SOCKS could not be tried", facts(*every(80, P.NO_ANSWER, "", GET=(P.NOT_A_PROXY, PAGE), CONNECT=(P.NOT_A_PROXY, BAD_REQUEST))), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_NONE"]),
    Scenario("this network refuses for others", facts(survey=ports((22,)), place=replace(OUTSIDE, refuses=("tcp",))), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_PORTS_CLOSED"]),
    Scenario("an open squid hangs", facts(*HANGING_SQUID, endpoint=""), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_NONE"]),
    Scenario("an open SOCKS5 proxy hangs", facts(*HANGING_SOCKS5, endpoint=""), ["PROXY_POSSIBLE"], "warn", ["PROXY_NONE"]),
    Scenario("an open port that says nothing to anybody", facts(*every(9999, P.NO_ANSWER)), ["PROXY_PORTS_SILENT", "PROXY_PORTS_CLOSED"], "inconclusive", ["PROXY_NONE"], {"ports": ("9999",)}),
    Scenario("one hangs, one is a web server", facts(*web_server(80), *HANGING_SQUID), ["PROXY_NONE", "PROXY_PORTS_SILENT"], "inconclusive"),
    Scenario("a firewall drops", facts(survey=ports((443,), SILENT)), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_PORTS_CLOSED"], {"count": len(PROXY_PORTS)}),
    Scenario("a firewall prohibits", facts(survey=ports((443,), UNREACHABLE)), ["PROXY_PORTS_SILENT"], "inconclusive"),
    Scenario("our own rules prohibit", facts(survey=ports((), ERROR)), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_PORTS_CLOSED"]),
    Scenario("there was no time for one port", facts(survey=ports((22,), missing=(9999,))), ["PROXY_PORTS_SILENT", "PROXY_PORTS_CLOSED"], "inconclusive", args={"ports": ("9999",)}),
    Scenario("there was no time for any port", facts(survey=TcpPorts(ADDRESS, ())), ["PROXY_PORTS_SILENT"], "inconclusive"),
    Scenario("open, and nobody asked", facts(survey=ports((3128,))), ["PROXY_PORTS_SILENT"], "inconclusive", ["PROXY_NONE"]),
    Scenario("one port silent", facts(*web_server(80), survey=ports((80,), others={8080: SILENT})), ["PROXY_NONE", "PROXY_PORTS_CLOSED", "PROXY_PORTS_SILENT"], "inconclusive"),
    Scenario("every port is open", facts(*every(3128, P.UNCLEAR), survey=ports(PROXY_PORTS, UP)), ["PROXY_EVERY_PORT_OPEN"], "inconclusive", ["PROXY_UNCLEAR", "PROXY_NONE"]),
    Scenario("every port is open, and a proxy is proven", facts(*every(1080, P.NO_ANSWER, "", SOCKS5=(P.PROVEN, "\x05\0")), survey=ports((1080,), UP)), ["PROXY_OPEN"], "fail", ["PROXY_EVERY_PORT_OPEN"]),
    Scenario("one random port is a coincidence", facts(survey=ports((22,), controls=(UP, CLOSED))), ["PROXY_PORTS_CLOSED"], "pass"),
    Scenario("this network answers web ports", facts(*web_server(80), around=surroundings(80, 8080)), ["PROXY_PORTS_INTERCEPTED", "PROXY_PORTS_CLOSED"], "inconclusive", ["PROXY_NONE"], {"ports": ("80", "8080")}),
    Scenario("this network's own proxy is no proof", facts(*MITM, around=surroundings(80, 443, 3128)), ["PROXY_PORTS_INTERCEPTED"], "inconclusive", ["PROXY_OPEN"]),
    Scenario("this network's own proxy and a real one", facts(*MITM, tried(1080, "SOCKS5", P.PROVEN, "\x05\0"), around=surroundings(80, 3128)), ["PROXY_OPEN", "PROXY_PORTS_INTERCEPTED"], "fail", args={"port": 1080}),
    Scenario("this network answers 443, where no proxy is looked for", facts(*web_server(80), around=surroundings(443)), ["PROXY_NONE"], "pass", ["PROXY_PORTS_INTERCEPTED"]),
    Scenario("from the server itself", facts(tried(3128, "GET", P.PROVEN), place=ITSELF), ["PROXY_INSIDE"], "inconclusive", ["PROXY_OPEN"]),
    Scenario("no IPv6 here", facts(survey=ports((), UNREACHABLE), place=NO_ROUTE6), ["PROXY_NO_ROUTE"], "inconclusive"),
    Scenario("cut off", facts(survey=ports((), UNREACHABLE)), ["PROXY_CUT_OFF"], "inconclusive"),
    Scenario("switched off", facts(survey=ports((), SILENT)), ["PROXY_HOST_SILENT"], "inconclusive"),
    Scenario("hostile words", facts(*every(8080, P.NOT_A_PROXY, "", GET=(P.TRIED, "HTTP/1.1 502 \x1b[2J{port}\xff\r\n"))), ["PROXY_POSSIBLE"], "warn", args={"reply": "HTTP/1.1 502 \\x1b[2J{port}ÿ"}),
]  # fmt: skip
