"""mail.dane."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.smtp import MailHostName, MailNames, SmtpEnd, SmtpTls
from selfaudit.facts.vantage import Port25
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.exposure import ADDRESS, CAUGHT_HERE, CLOSED, DROPPED_HERE, REACHES, SILENT, session
from tests.checks.tables.mail_starttls import DAY, GOOD, NOW, dead, failed, plain, tls

CHECK = "mail.dane"
HOST = "mail.shop.test"
KEY, WHOLE, CA_KEY = "5b" * 32, "c1" * 32, "a7" * 32
SHOWN = replace(GOOD, spki_sha512="5c" * 64, full_sha512="c2" * 64, authorities=(("a6" * 32, CA_KEY),))


def signed(*records: str, host: str = HOST) -> DnsAnswer:
    return replace(yes(f"_25._tcp.{host}", "TLSA", *records), validated=True)


def name(tlsa: DnsAnswer, host: str = HOST, domain: str = "shop.test") -> MailHostName:
    return MailHostName(host, domain, yes(domain, "MX", f"10 {host}."), yes(host, "A", ADDRESS), tlsa)


def facts(*found: DnsAnswer | MailHostName, shown: SmtpTls | None = None, control: Port25 = REACHES) -> list[Fact]:
    names = tuple(f if isinstance(f, MailHostName) else name(f) for f in found)
    return [shown or tls(SHOWN), MailNames(ADDRESS, names), control]


NOBODY = MailNames(ADDRESS, ())
BAD = ["DANE_MISMATCH", "DANE_WITHOUT_STARTTLS"]
STRANGER = "3 1 1 " + "0" * 64
TWO_DOMAINS = [name(signed(f"2 1 1 {CA_KEY}"), domain=domain) for domain in ("shop.test", "other.test")]
FIRST_ONLY = tls(replace(SHOWN, names=("shop.test",)))

SCENARIOS = [
    Scenario("the key", facts(signed(f"3 1 1 {KEY}")), ["DANE_OK"], "pass", BAD),
    Scenario("the key, in capitals and pieces", facts(signed(f"3 1 1 {KEY[:32].upper()} {KEY[32:]}")), ["DANE_OK"], "pass"),
    Scenario("the certificate", facts(signed(f"3 0 1 {WHOLE}")), ["DANE_OK"], "pass"),
    Scenario("SHA-512", facts(signed("3 1 2 " + "5c" * 64)), ["DANE_OK"], "pass"),
    Scenario("a spare key beside it", facts(signed(STRANGER, f"3 1 1 {KEY}")), ["DANE_OK"], "pass", BAD),
    Scenario("usage 3 needs no name and no date", facts(signed(f"3 1 1 {KEY}"), shown=tls(replace(SHOWN, names=("other.test",), not_after=NOW - DAY, trusted=False))), ["DANE_OK"], "pass", BAD),
    Scenario("the authority", facts(signed(f"2 1 1 {CA_KEY}")), ["DANE_OK"], "pass"),
    Scenario("the authority, and a certificate for the domain", facts(signed(f"2 1 1 {CA_KEY}"), shown=tls(replace(SHOWN, names=("shop.test",)))), ["DANE_OK"], "pass"),
    Scenario("the authority, and a certificate for somebody else", facts(signed(f"2 1 1 {CA_KEY}"), shown=tls(replace(SHOWN, names=("vps25.hoster.test",)))), ["DANE_MISMATCH"], "fail", ["DANE_OK"]),
    Scenario("the authority, and the certificate has expired by this clock", facts(signed(f"2 1 1 {CA_KEY}"), shown=tls(replace(SHOWN, not_after=NOW - DAY))), ["DANE_CANNOT_TELL"], "inconclusive", [*BAD, "DANE_OK"]),
    Scenario("the authority was not sent", facts(signed(f"2 1 1 {CA_KEY}"), shown=tls(replace(SHOWN, authorities=()))), ["DANE_MISMATCH"], "fail"),
    Scenario("the authority by SHA-512", facts(signed("2 1 2 " + "a7" * 64)), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("the authority itself stands in the record", facts(signed("2 0 0 30820122"), shown=tls(replace(SHOWN, authorities=()))), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("renewed without a thought", facts(signed(STRANGER)), ["DANE_MISMATCH"], "fail", ["DANE_OK"], {"corrected": f"3 1 1 {KEY}", "record": STRANGER}),
    Scenario("one old, one of no use", facts(signed(STRANGER, f"1 1 1 {KEY}")), ["DANE_MISMATCH"], "fail"),
    Scenario("web usages", facts(signed(f"1 1 1 {KEY}", f"0 0 1 {WHOLE}")), ["DANE_UNUSABLE"], "warn", [*BAD, "DANE_OK"]),
    Scenario("unreadable records", facts(signed("3 1 1 XY", "3 1 1", "3 9 1 00")), ["DANE_UNUSABLE"], "warn", BAD),
    Scenario("not signed", facts(yes(f"_25._tcp.{HOST}", "TLSA", STRANGER)), ["DANE_NOT_SIGNED"], "inconclusive", [*BAD, "DANE_OK"]),
    Scenario("not signed, and 25 is blocked: the first is said", facts(yes(f"_25._tcp.{HOST}", "TLSA", STRANGER), control=CAUGHT_HERE), ["DANE_NOT_SIGNED"], "inconclusive"),
    Scenario("no records", facts(no(f"_25._tcp.{HOST}", "TLSA", DnsStatus.NXDOMAIN)), ["DANE_NONE"], "not-applicable"),
    Scenario("no mail here", [tls(SHOWN), NOBODY, REACHES], ["DANE_NO_MAIL_HOST"], "not-applicable"),
    Scenario("the MX was not answered", [tls(SHOWN), replace(NOBODY, unanswered=(no("shop.test", "MX", DnsStatus.SERVFAIL),)), REACHES], ["DANE_UNANSWERED"], "inconclusive", ["DANE_NO_MAIL_HOST"]),
    *(Scenario(f"TLSA: {s}", facts(no(f"_25._tcp.{HOST}", "TLSA", s)), ["DANE_UNANSWERED"], "inconclusive", ["DANE_NONE", *BAD]) for s in TROUBLES),
    Scenario("one host unanswered, one right", facts(name(no("_25._tcp.a.test", "TLSA", DnsStatus.SERVFAIL), "a.test"), signed(f"3 1 1 {KEY}")), ["DANE_UNANSWERED", "DANE_OK"], "inconclusive"),
    Scenario("two hosts, the one that was asked for is wrong", facts(name(signed(f"3 1 1 {KEY}", host="a.test"), "a.test"), signed(STRANGER)), ["DANE_OK", "DANE_MISMATCH"], "fail", args={"domains": ("shop.test",)}),
    Scenario("two hosts, another certificate may belong to the second", facts(signed(f"3 1 1 {KEY}"), name(signed(STRANGER, host="mx2.shop.test"), "mx2.shop.test")), ["DANE_OK", "DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("no name was sent with the handshake", facts(signed(STRANGER), shown=tls(SHOWN, sni="")), ["DANE_CANNOT_TELL"], "inconclusive", [*BAD, "DANE_OK"]),
    Scenario("no name was sent with the handshake, and it matches", facts(signed(f"3 1 1 {KEY}"), shown=tls(SHOWN, sni="")), ["DANE_OK"], "pass"),
    Scenario("no name was sent with the handshake: of no use in any case", facts(signed(f"1 1 1 {KEY}"), shown=tls(SHOWN, sni="")), ["DANE_UNUSABLE"], "warn"),
    Scenario("the authority, two domains, a certificate for the first", facts(*TWO_DOMAINS, shown=FIRST_ONLY), ["DANE_MISMATCH"], "fail", ["DANE_OK"], {"domains": ("other.test",)}),
    Scenario("the same the other way round", facts(*reversed(TWO_DOMAINS), shown=FIRST_ONLY), ["DANE_MISMATCH"], "fail", ["DANE_OK"], {"domains": ("other.test",)}),
    Scenario("the authority, two domains, a certificate for the host", facts(*TWO_DOMAINS), ["DANE_OK"], "pass", BAD),
    Scenario("one host of two domains is said once", facts(signed(f"3 1 1 {KEY}"), signed(f"3 1 1 {KEY}")), ["DANE_OK"], "pass"),
    Scenario("records, and no STARTTLS", facts(signed(f"3 1 1 {KEY}"), shown=plain("PIPELINING")), ["DANE_WITHOUT_STARTTLS"], "warn"),
    Scenario("records, and a Cisco firewall on the way", facts(signed(f"3 1 1 {KEY}"), shown=plain("PIPELINING", "XXXXXXXA")), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("records, and STARTTLS is refused", facts(signed(f"3 1 1 {KEY}"), shown=failed(SmtpEnd.QUIT, "", "502 5.5.1 no", ready=502)), ["DANE_WITHOUT_STARTTLS"], "warn"),
    Scenario("records, and STARTTLS later", facts(signed(f"3 1 1 {KEY}"), shown=failed(SmtpEnd.QUIT, "", "454 4.7.0 TLS not available", ready=454)), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("records, and the handshake fails", facts(signed(f"3 1 1 {KEY}"), shown=failed(SmtpEnd.TLS_FAILED, "x")), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("records, and an unreadable certificate", facts(signed(f"3 1 1 {KEY}"), shown=tls(None)), ["DANE_CANNOT_TELL"], "inconclusive", BAD),
    Scenario("no mail service", facts(signed(STRANGER), shown=dead(session(connect=CLOSED))), ["DANE_NO_SERVICE"], "inconclusive", BAD),
    Scenario("25 dropped", facts(signed(STRANGER), shown=dead(session(connect=SILENT))), ["DANE_NO_ANSWER"], "inconclusive", BAD),
    Scenario("25 dropped here", facts(signed(STRANGER), shown=dead(session(connect=SILENT)), control=DROPPED_HERE), ["DANE_PORT25_BLOCKED_HERE"], "inconclusive", BAD),
    Scenario("25 intercepted here: another's certificate", facts(signed(STRANGER), control=CAUGHT_HERE), ["DANE_PORT25_BLOCKED_HERE"], "inconclusive", BAD),
    Scenario("421", facts(signed(STRANGER), shown=dead(session(greeting="421 4.3.2 busy", end=SmtpEnd.STOPPED))), ["DANE_NO_DIALOGUE"], "inconclusive", BAD),
]  # fmt: skip
