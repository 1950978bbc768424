"""mail.helo."""

from __future__ import annotations

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.rdns import ReverseDns
from selfaudit.facts.smtp import RelaySessions, SmtpEnd, SmtpSession
from selfaudit.facts.vantage import Port25
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.exposure import (
    ADDRESS,
    ADDRESS6,
    CAUGHT_HERE,
    CLOSED,
    DROPPED_HERE,
    NO_CONTROLS,
    REACHES,
    REJECTED_HERE,
    SILENT,
    UNREACHABLE,
    session,
)

CHECK = "mail.helo"
NAME = "mail.shop.test"
PTR = "25.113.0.203.in-addr.arpa"
HERE = yes(NAME, "A", ADDRESS)


def facts(
    name: str = NAME, leads: DnsAnswer | None = HERE, *reverse: str, talk: SmtpSession | None = None, control: Port25 = REACHES,
    ptr: DnsAnswer | None = None, address: str = ADDRESS,
) -> list[Fact]:  # fmt: skip
    answer = ptr or (yes(PTR, "PTR", *reverse) if reverse else no(PTR, "PTR", DnsStatus.NXDOMAIN))
    relay = RelaySessions(address, (talk or session(name=name, address=address),), (), name=leads)
    return [relay, ReverseDns(address, answer, None, ()), control]


def silent(talk: SmtpSession, control: Port25 = REACHES) -> list[Fact]:
    return facts("", None, talk=talk, control=control)


BAD = ["HELO_NOT_A_NAME", "HELO_NO_ADDRESS", "HELO_ELSEWHERE", "HELO_NOT_REVERSE_NAME"]

SCENARIOS = [
    Scenario("right", facts(NAME, HERE, "mail.shop.test."), ["HELO_OK"], "pass", BAD),
    Scenario("in other letters", facts("MAIL.Shop.Test", HERE, "mail.shop.test."), ["HELO_OK"], "pass", BAD),
    Scenario("one of several reverse names", facts(NAME, HERE, "a.test.", "mail.shop.test."), ["HELO_OK"], "pass"),
    Scenario("one of several addresses", facts(NAME, yes(NAME, "A", "9.9.9.9", ADDRESS), "mail.shop.test."), ["HELO_OK"], "pass"),
    Scenario("IPv6, written otherwise", facts(NAME, yes(NAME, "AAAA", "2001:db8:25:0:0:0:0:25"), "mail.shop.test.", address=ADDRESS6), ["HELO_OK"], "pass"),
    Scenario("a name with an alias", facts(NAME, yes(NAME, "A", ADDRESS, chain=("m.test",)), "mail.shop.test."), ["HELO_OK"], "pass"),
    Scenario("an umlaut's name", facts("mail.xn--bcher-kva.xn--p1ai", HERE, "mail.xn--bcher-kva.xn--p1ai."), ["HELO_OK"], "pass"),
    Scenario("another reverse name", facts(NAME, HERE, "vps25.hoster.test."), ["HELO_NOT_REVERSE_NAME"], "warn", ["HELO_OK"], {"wanted": "vps25.hoster.test", "reverse": "vps25.hoster.test"}),
    Scenario("no reverse name", facts(), ["HELO_NOT_REVERSE_NAME"], "warn", args={"reverse": "-"}),
    Scenario("leads elsewhere", facts(NAME, yes(NAME, "A", "9.9.9.9"), "mail.shop.test."), ["HELO_ELSEWHERE"], "warn", ["HELO_OK"], {"found": ("9.9.9.9",)}),
    Scenario("leads nowhere", facts(NAME, no(NAME, "A", DnsStatus.NXDOMAIN), "mail.shop.test."), ["HELO_NO_ADDRESS"], "warn", ["HELO_OK"]),
    *(
        Scenario(f"no name: {name}", facts(name, None), ["HELO_NOT_A_NAME"], "warn", ["HELO_UNANSWERED"])
        for name in (
            "localhost", "localhost.localdomain", "HMAILSERVER", "ip-10-0-0-5.ec2.internal", "EXCH01.corp.local", "[203.0.113.25]", "203.0.113.25",
            "mail_1.shop.test", "debian", "raspberrypi.fritz.box.lan", "mail.shop.test,", "-", "a.b", "\x1b[2J.evil.test",
        )
    ),
    *(Scenario(f"name: {s}", facts(NAME, no(NAME, "A", s), "mail.shop.test."), ["HELO_UNANSWERED"], "inconclusive", [*BAD, "HELO_OK"]) for s in TROUBLES),
    *(Scenario(f"reverse name: {s}", facts(ptr=no(PTR, "PTR", s)), ["HELO_UNANSWERED"], "inconclusive", [*BAD, "HELO_OK"]) for s in TROUBLES),
    Scenario("never looked up", facts(NAME, None, "mail.shop.test."), ["HELO_UNANSWERED"], "inconclusive"),
    Scenario("no mail service", silent(session(connect=CLOSED)), ["HELO_NO_SERVICE"], "not-applicable"),
    Scenario("no mail service, as far as can be seen", silent(session(connect=CLOSED), NO_CONTROLS), ["HELO_NO_SERVICE"], "not-applicable"),
    Scenario("25 dropped", silent(session(connect=SILENT)), ["HELO_NO_ANSWER"], "inconclusive"),
    Scenario("no way", silent(session(connect=UNREACHABLE)), ["HELO_NO_ANSWER"], "inconclusive"),
    Scenario("25 dropped here", silent(session(connect=SILENT), DROPPED_HERE), ["HELO_PORT25_BLOCKED_HERE"], "inconclusive", ["HELO_NO_ANSWER"]),
    Scenario("25 rejected here", silent(session(connect=CLOSED), REJECTED_HERE), ["HELO_PORT25_BLOCKED_HERE"], "inconclusive", ["HELO_NO_SERVICE"]),
    Scenario("25 intercepted here", facts("proxy.hotel.test", no("proxy.hotel.test", "A", DnsStatus.NXDOMAIN), "mail.shop.test.", control=CAUGHT_HERE), ["HELO_PORT25_BLOCKED_HERE"], "inconclusive", BAD),
    Scenario("554 in place of a greeting", silent(session(greeting="554 mail.shop.test No SMTP service here", end=SmtpEnd.STOPPED, detail="the server greets with a refusal")), ["HELO_NO_DIALOGUE"], "inconclusive", BAD, {"why": "554 mail.shop.test No SMTP service here"}),
    Scenario("421 in place of a greeting", silent(session(greeting="421 4.3.2 too many connections", end=SmtpEnd.STOPPED)), ["HELO_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("a tarpit", silent(session(greeting="", end=SmtpEnd.TIMEOUT, detail="no reply in time")), ["HELO_NO_DIALOGUE"], "inconclusive", BAD, {"why": "no reply in time"}),
    Scenario("EHLO is refused", silent(session(name="", said=["550 Access denied - Invalid HELO name"])), ["HELO_NO_DIALOGUE"], "inconclusive", BAD),
]  # fmt: skip
