"""web.tls."""

from __future__ import annotations

import datetime

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import Certificate
from selfaudit.facts.vantage import Clock, ControlConnection, Surroundings, TimeSample
from selfaudit.facts.web import WebHandshake, WebTls
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.web import NO_CLOCK, NOW, RIGHT, YEAR_BEHIND

CHECK = "web.tls"
DAY = 86_400
QUIET = Surroundings((), (ControlConnection("192.0.2.1", "192.0.2.1", 443, "silent"),), (), True)
BETWEEN = Surroundings((), (ControlConnection("192.0.2.1", "192.0.2.1", 443, "open"),), (), True)
LOCAL_ISSUER = "unable to get local issuer certificate"


def certificate(names=("shop.test", "www.shop.test"), begins=-30, ends=60, trusted=True, why="", authorities=()):  # type: ignore[no-untyped-def]
    return Certificate(
        "shop.test", names, "CN=A", NOW + begins * DAY, NOW + ends * DAY, trusted, why, "aa", "bb", authorities=authorities
    )


def shook(made=None, host="shop.test", done=True, **more):  # type: ignore[no-untyped-def]
    return WebHandshake(host, "192.0.2.9", PortOutcome.OPEN, done, "TLSv1.3", made, now=NOW, **more)


TRUSTED = shook(certificate(("data.iana.org",)), "data.iana.org")
UNTRUSTED = shook(certificate(("data.iana.org",), trusted=False, why="it is signed by itself"), "data.iana.org")
SILENT = WebHandshake("data.iana.org", "192.0.2.4", PortOutcome.SILENT, detail="no answer in time", now=NOW)
BAD = shook(certificate(trusted=False, why="it is signed by itself"))


def fact(*handshakes, control=None, left=(), around=QUIET, clock=RIGHT):  # type: ignore[no-untyped-def]
    return [WebTls("shop.test", handshakes, left, control=control), around, clock]


def _stamp(days: float) -> str:
    return datetime.datetime.fromtimestamp(NOW + days * DAY, datetime.UTC).strftime("%Y%m%d%H%M%S")


ROOT = DnsAnswer(
    ".",
    "SOA",
    DnsStatus.ANSWER,
    records=("a. b. 1 2 3 4 5",),
    signatures=(f"SOA 13 0 86400 {_stamp(7)} {_stamp(-6)} 1 . AAAA",),
)
COARSE = Clock(NOW, (TimeSample("time.test", error="no answer"),), ROOT)

SCENARIOS = [
    Scenario("good", fact(shook(certificate()), shook(certificate(), "www.shop.test")), ["WEB_TLS_ACCEPTED"], "pass", args={"days": 60}),
    Scenario("star", fact(shook(certificate(("*.shop.test",)), "www.shop.test")), ["WEB_TLS_ACCEPTED"], "pass"),
    Scenario("untrusted", fact(BAD, control=TRUSTED), ["WEB_TLS_UNTRUSTED"], "fail", ["WEB_TLS_ACCEPTED"]),
    Scenario("untrusted in a laboratory", fact(BAD), ["WEB_TLS_UNTRUSTED"], "fail"),
    Scenario("untrusted as all others", fact(BAD, control=UNTRUSTED), ["WEB_TLS_INTERCEPTED_HERE"], "inconclusive", ["WEB_TLS_UNTRUSTED"]),
    Scenario("untrusted, 443 is intercepted", fact(BAD, control=TRUSTED, around=BETWEEN), ["WEB_TLS_INTERCEPTED_HERE"], "inconclusive", ["WEB_TLS_UNTRUSTED"]),
    Scenario("untrusted, no control", fact(BAD, control=SILENT), ["WEB_TLS_NO_CONTROL"], "inconclusive", ["WEB_TLS_UNTRUSTED"]),
    Scenario("good although something is in between", fact(shook(certificate()), around=BETWEEN), ["WEB_TLS_ACCEPTED"], "pass"),
    Scenario(
        "chain", fact(shook(certificate(trusted=False, why=LOCAL_ISSUER), issuer_url="http://ca.example/r3.der"), control=TRUSTED),
        ["WEB_TLS_CHAIN_INCOMPLETE"], "warn", ["WEB_TLS_UNTRUSTED", "WEB_TLS_ACCEPTED"],
    ),
    Scenario("private authority", fact(shook(certificate(trusted=False, why=LOCAL_ISSUER)), control=TRUSTED), ["WEB_TLS_UNTRUSTED"], "fail", ["WEB_TLS_CHAIN_INCOMPLETE"]),
    Scenario(
        "whole chain of a private authority",
        fact(shook(certificate(trusted=False, why=LOCAL_ISSUER, authorities=(("a", "b"),)), issuer_url="http://ca.example/r3.der"), control=TRUSTED),
        ["WEB_TLS_UNTRUSTED"], "fail", ["WEB_TLS_CHAIN_INCOMPLETE"],
    ),
    Scenario("wrong name", fact(shook(certificate(("else.test",)))), ["WEB_TLS_WRONG_NAME"], "warn", ["WEB_TLS_ACCEPTED"]),
    Scenario("wrong name of a portal", fact(shook(certificate(("portal.test",))), around=BETWEEN), ["WEB_TLS_INTERCEPTED_HERE"], "inconclusive", ["WEB_TLS_WRONG_NAME"]),
    Scenario("one name only", fact(shook(certificate(("shop.test",))), shook(certificate(("shop.test",)), "www.shop.test")), ["WEB_TLS_ACCEPTED", "WEB_TLS_WRONG_NAME"], "warn"),
    Scenario("expired", fact(shook(certificate(ends=-1))), ["WEB_TLS_EXPIRED"], "fail", ["WEB_TLS_ACCEPTED"]),
    Scenario("not yet", fact(shook(certificate(begins=2))), ["WEB_TLS_NOT_YET_VALID"], "fail", ["WEB_TLS_ACCEPTED"]),
    Scenario("the clock was not looked at", fact(shook(certificate()), clock=NO_CLOCK), ["WEB_TLS_CLOCK_UNKNOWN"], "inconclusive", ["WEB_TLS_ACCEPTED"]),
    Scenario("the clock was not looked at, long ended", fact(shook(certificate(ends=-400)), clock=NO_CLOCK), ["WEB_TLS_CLOCK_UNKNOWN"], "inconclusive", ["WEB_TLS_EXPIRED"]),
    Scenario("ended, but the clock is a year behind", fact(shook(certificate()), clock=YEAR_BEHIND), ["WEB_TLS_EXPIRED"], "fail", ["WEB_TLS_ACCEPTED"]),
    Scenario("not begun by a clock that is a year behind", fact(shook(certificate(begins=300, ends=420)), clock=YEAR_BEHIND), ["WEB_TLS_ACCEPTED"], "pass", ["WEB_TLS_NOT_YET_VALID"]),
    Scenario("nobody to ask in a laboratory", fact(shook(certificate()), clock=Clock(NOW, (), None)), ["WEB_TLS_ACCEPTED"], "pass", policy=Policy(laboratory=True)),
    Scenario("nobody was asked for the time", fact(shook(certificate()), clock=Clock(NOW, (), None)), ["WEB_TLS_CLOCK_UNKNOWN"], "inconclusive"),
    Scenario("only the root's signature tells the time", fact(shook(certificate()), clock=COARSE), ["WEB_TLS_ACCEPTED"], "pass", args={"days": 53}),
    Scenario("only the root's signature tells the time, and the end is near", fact(shook(certificate(ends=3)), clock=COARSE), ["WEB_TLS_CLOCK_UNKNOWN"], "inconclusive"),
    Scenario("soon", fact(shook(certificate(ends=5))), ["WEB_TLS_EXPIRES_SOON"], "warn", ["WEB_TLS_ACCEPTED"]),
    Scenario("unreadable", fact(shook()), ["WEB_TLS_CERTIFICATE_UNREADABLE"], "inconclusive"),
    Scenario("handshake fails", fact(shook(done=False, detail="the TLS handshake failed")), ["WEB_TLS_NO_ANSWER"], "inconclusive"),
    *(
        Scenario(f"port is {outcome}", fact(WebHandshake("shop.test", "192.0.2.9", outcome, detail="x", now=NOW)), ["WEB_TLS_NO_ANSWER"], "inconclusive")
        for outcome in (PortOutcome.CLOSED, PortOutcome.SILENT, PortOutcome.UNREACHABLE, PortOutcome.ERROR)
    ),
    Scenario("www is somebody else's", fact(shook(certificate()), left=(("www.shop.test", "x"),)), ["WEB_TLS_ACCEPTED", "WEB_TLS_NOT_ASKED"], "pass"),
    Scenario("none could be asked", fact(left=(("shop.test", "it has no address"),)), ["WEB_TLS_NONE_ASKED"], "inconclusive"),
]  # fmt: skip
