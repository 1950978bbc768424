"""mail.starttls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.smtp import Certificate, MailHostName, MailNames, SmtpEnd, SmtpSession, SmtpTls
from selfaudit.facts.vantage import Port25
from tests.checks.build import Scenario, no, yes
from tests.checks.exposure import (
    ADDRESS,
    ADDRESS6,
    CAUGHT_HERE,
    CLOSED,
    DROPPED_HERE,
    REACHES,
    REJECTED_HERE,
    SILENT,
    UNREACHABLE,
    session,
)

CHECK = "mail.starttls"
NOW, DAY = 1_795_000_000.0, 86_400.0
HOST = "mail.shop.test"
GOOD = Certificate(
    HOST, (HOST, "shop.test"), "CN=R11,O=Let's Encrypt", NOW - 30 * DAY, NOW + 60 * DAY, True, "", "c1" * 32, "5b" * 32
)


def names(*hosts: str, address: str = ADDRESS) -> MailNames:
    found = tuple(
        MailHostName(h, "shop.test", yes("shop.test", "MX", f"10 {h}."), yes(h, "A", address), no(f"_25._tcp.{h}", "TLSA"))
        for h in hosts
    )
    return MailNames(address, found)


def tls(
    certificate: Certificate | None = GOOD, *, talk: SmtpSession | None = None, offered: bool | None = True, ready: int = 220,
    handshake: bool = True, detail: str = "", now: float = NOW, address: str = ADDRESS,
    sni: str = HOST,
) -> SmtpTls:  # fmt: skip
    dialogue = talk or session(said=["220 2.0.0 Ready to start TLS"], address=address)
    return SmtpTls(address, dialogue, offered, ready, handshake, "TLSv1.3" if handshake else "", certificate, now, detail, sni)


def failed(end: SmtpEnd, detail: str, *said: str, ready: int = 220) -> SmtpTls:
    return tls(
        None, talk=session(end=end, detail=detail, said=said or ["220 go on"]), ready=ready, handshake=False, detail=detail
    )


def plain(*extensions: str, **more: Any) -> SmtpTls:
    return tls(None, talk=session(extensions=extensions, **more), offered=False, ready=0, handshake=False)


def dead(talk: SmtpSession) -> SmtpTls:
    return tls(None, talk=talk, offered=None, ready=0, handshake=False, detail=talk.detail)


def facts(shown: SmtpTls, *hosts: str, control: Port25 = REACHES) -> list[Fact]:
    return [shown, names(*(hosts or (HOST,)), address=shown.address), control]


LOST = MailNames(ADDRESS, (), (no("shop.test", "MX", DnsStatus.SERVFAIL),))
ALL = ["STARTTLS_HANDSHAKE", "STARTTLS_TRUSTED", "STARTTLS_NAME_MATCHES", "STARTTLS_EXPIRES"]
BAD = ["STARTTLS_NOT_OFFERED", "STARTTLS_REFUSED", "STARTTLS_HANDSHAKE_FAILED"]

SCENARIOS = [
    Scenario("right", facts(tls()), ALL, "pass", args={"days": 60, "version": "TLSv1.3"}),
    Scenario("right, IPv6", facts(tls(address=ADDRESS6)), ALL, "pass", args={"server": f"[{ADDRESS6}]"}),
    Scenario("a wildcard", facts(tls(replace(GOOD, names=("*.shop.test",)))), ALL, "pass"),
    Scenario("no MX leads here: the server's own name counts", [tls(sni=""), MailNames(ADDRESS, ()), REACHES], ALL, "pass"),
    Scenario("no MX leads here, and the server calls itself by another name", [tls(talk=session(name="vps25.hoster.test"), sni=""), MailNames(ADDRESS, ()), REACHES], ["STARTTLS_WRONG_NAME"], "warn", ["STARTTLS_NAME_MATCHES"], {"name": "vps25.hoster.test"}),
    Scenario("no MX leads here, and the server has no name", [tls(talk=session(name="localhost"), sni=""), MailNames(ADDRESS, ()), REACHES], ["STARTTLS_TRUSTED"], "pass", ["STARTTLS_NAME_MATCHES", "STARTTLS_WRONG_NAME"]),
    Scenario("the MX was not answered: the name stays open", [tls(sni=""), LOST, REACHES], ["STARTTLS_HANDSHAKE", "STARTTLS_TRUSTED", "STARTTLS_EXPIRES", "STARTTLS_NAME_UNANSWERED"], "inconclusive", ["STARTTLS_NAME_MATCHES", "STARTTLS_WRONG_NAME"]),
    Scenario("the MX was not answered, and the server calls itself by another name", [tls(talk=session(name="vps25.hoster.test"), sni=""), LOST, REACHES], ["STARTTLS_NAME_UNANSWERED"], "inconclusive", ["STARTTLS_NAME_MATCHES", "STARTTLS_WRONG_NAME"]),
    Scenario("the MX was not answered, and STARTTLS is not offered", [plain(), LOST, REACHES], ["STARTTLS_NOT_OFFERED"], "warn", ["STARTTLS_NAME_UNANSWERED"]),
    Scenario("one of two domains was not answered", [tls(), replace(names(HOST), unanswered=LOST.unanswered), REACHES], ALL, "pass", ["STARTTLS_NAME_UNANSWERED"]),
    Scenario("signed by itself", facts(tls(replace(GOOD, trusted=False, why="it is signed by itself"))), ["STARTTLS_HANDSHAKE", "STARTTLS_UNTRUSTED", "STARTTLS_NAME_MATCHES", "STARTTLS_EXPIRES"], "warn", ["STARTTLS_TRUSTED"]),
    Scenario("the intermediate certificate is missing", facts(tls(replace(GOOD, trusted=False, why="unable to get local issuer certificate"))), ["STARTTLS_UNTRUSTED"], "warn", ["STARTTLS_EXPIRED", "STARTTLS_WRONG_NAME"]),
    Scenario("another name", facts(tls(replace(GOOD, names=("vps25.hoster.test",)))), ["STARTTLS_WRONG_NAME", "STARTTLS_TRUSTED"], "warn", ["STARTTLS_NAME_MATCHES"]),
    Scenario("two mail hosts, the first was asked for", facts(tls(), HOST, "mx2.shop.test"), ALL, "pass", ["STARTTLS_WRONG_NAME"], {"name": HOST}),
    Scenario("two mail hosts, the second was asked for", facts(tls(sni="mx2.shop.test"), HOST, "mx2.shop.test"), ["STARTTLS_WRONG_NAME"], "warn", ["STARTTLS_NAME_MATCHES"], {"name": "mx2.shop.test"}),
    Scenario("a wildcard covers one label only", facts(tls(replace(GOOD, names=("*.shop.test",)), sni="a.mail.shop.test"), "a.mail.shop.test"), ["STARTTLS_WRONG_NAME"], "warn"),
    Scenario("a common name alone does not count", facts(tls(replace(GOOD, names=()))), ["STARTTLS_WRONG_NAME"], "warn", args={"names": (HOST,)}),
    Scenario("expired", facts(tls(replace(GOOD, not_after=NOW - DAY))), ["STARTTLS_EXPIRED", "STARTTLS_TRUSTED", "STARTTLS_NAME_MATCHES"], "warn", ["STARTTLS_EXPIRES", "STARTTLS_UNTRUSTED"]),
    Scenario("not valid before tomorrow", facts(tls(replace(GOOD, not_before=NOW + DAY))), ["STARTTLS_NOT_YET_VALID", "STARTTLS_TRUSTED", "STARTTLS_NAME_MATCHES"], "warn", ["STARTTLS_EXPIRES", "STARTTLS_EXPIRED", "STARTTLS_EXPIRES_SOON"], {"since": "2026-11-19"}),
    Scenario("valid from this second on", facts(tls(replace(GOOD, not_before=NOW))), ALL, "pass", ["STARTTLS_NOT_YET_VALID"]),
    Scenario("expires on the day", facts(tls(replace(GOOD, not_after=NOW + 10))), ["STARTTLS_EXPIRES_SOON"], "warn", ["STARTTLS_EXPIRED"]),
    Scenario("expires in two weeks less one", facts(tls(replace(GOOD, not_after=NOW + 13.5 * DAY))), ["STARTTLS_EXPIRES_SOON"], "warn", ["STARTTLS_EXPIRES"]),
    Scenario("expires in two weeks", facts(tls(replace(GOOD, not_after=NOW + 14.1 * DAY))), ["STARTTLS_EXPIRES"], "pass", ["STARTTLS_EXPIRES_SOON"]),
    Scenario("never expires", facts(tls(replace(GOOD, not_after=253_402_300_799.0))), ["STARTTLS_EXPIRES"], "pass"),
    Scenario("a certificate that cannot be read", facts(tls(None, detail="the certificate cannot be read")), ["STARTTLS_HANDSHAKE", "STARTTLS_CERTIFICATE_UNREADABLE"], "inconclusive", ["STARTTLS_TRUSTED"]),
    Scenario("a certificate with a hostile name", facts(tls(replace(GOOD, names=("\\x1b[2J{name}",)))), ["STARTTLS_WRONG_NAME"], "warn", args={"names": ("\\x1b[2J{name}",)}),
    Scenario("not offered", facts(plain("PIPELINING", "8BITMIME")), ["STARTTLS_NOT_OFFERED"], "warn", ALL),
    Scenario("HELO only", facts(plain()), ["STARTTLS_NOT_OFFERED"], "warn"),
    Scenario("a Cisco firewall overwrites it, here or there", facts(plain("SIZE 10240000", "XXXXXXXA", greeting="220 ****************************")), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("refused when asked", facts(failed(SmtpEnd.QUIT, "", "502 5.5.1 Error: command not implemented", ready=502)), ["STARTTLS_REFUSED"], "warn", args={"reply": "502 5.5.1 Error: command not implemented"}),
    Scenario("no certificate at the moment", facts(failed(SmtpEnd.QUIT, "", "454 4.7.0 TLS not available due to local problem", ready=454)), ["STARTTLS_TRY_LATER"], "inconclusive", BAD),
    Scenario("421 to STARTTLS", facts(failed(SmtpEnd.STOPPED, "the server asks to come back later", "421 4.7.0 Too many connections", ready=0)), ["STARTTLS_TRY_LATER"], "inconclusive", BAD),
    Scenario("hung up at STARTTLS", facts(failed(SmtpEnd.CLOSED, "the server hung up", ready=0)), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("an unreadable reply to STARTTLS", facts(failed(SmtpEnd.BAD_REPLY, "not a reply of a mail server", "2x0 go", ready=0)), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("TLS 1.0 only", facts(failed(SmtpEnd.TLS_FAILED, "the TLS handshake failed: UNSUPPORTED_PROTOCOL")), ["STARTTLS_HANDSHAKE_FAILED"], "warn", ALL),
    Scenario("garbage after STARTTLS", facts(failed(SmtpEnd.TLS_FAILED, "the TLS handshake failed: WRONG_VERSION_NUMBER")), ["STARTTLS_HANDSHAKE_FAILED"], "warn"),
    Scenario("the handshake takes too long", facts(failed(SmtpEnd.TIMEOUT, "the TLS handshake was not done in time")), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("no mail service", facts(dead(session(connect=CLOSED))), ["STARTTLS_NO_SERVICE"], "not-applicable", BAD),
    Scenario("25 dropped", facts(dead(session(connect=SILENT))), ["STARTTLS_NO_ANSWER"], "inconclusive", BAD),
    Scenario("no way", facts(dead(session(connect=UNREACHABLE))), ["STARTTLS_NO_ANSWER"], "inconclusive", BAD),
    Scenario("25 dropped here", facts(dead(session(connect=SILENT)), control=DROPPED_HERE), ["STARTTLS_PORT25_BLOCKED_HERE"], "inconclusive", BAD),
    Scenario("25 rejected here", facts(dead(session(connect=CLOSED)), control=REJECTED_HERE), ["STARTTLS_PORT25_BLOCKED_HERE"], "inconclusive", ["STARTTLS_NO_SERVICE"]),
    Scenario("25 intercepted here, and STARTTLS stripped", facts(plain("PIPELINING"), control=CAUGHT_HERE), ["STARTTLS_PORT25_BLOCKED_HERE"], "inconclusive", BAD),
    Scenario("554 in place of a greeting", facts(dead(session(greeting="554 no", end=SmtpEnd.STOPPED))), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
    Scenario("a tarpit", facts(dead(session(greeting="", end=SmtpEnd.TIMEOUT, detail="no reply in time"))), ["STARTTLS_NO_DIALOGUE"], "inconclusive", BAD),
]  # fmt: skip
