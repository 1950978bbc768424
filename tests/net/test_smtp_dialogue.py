"""The three probes that speak SMTP, against servers that are honest, closed, broken and hostile."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import re
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from selfaudit.case import Case, Target
from selfaudit.checks.exposure import relay as exposure_relay
from selfaudit.demo.mail_server import MailBehaviour, MailServer
from selfaudit.demo.tcp_servers import GARBAGE, Connection, StreamServer
from selfaudit.facts import FailureReason, ProbeFailure
from selfaudit.facts.exposure import PortOutcome, PortState, TcpPorts
from selfaudit.facts.smtp import (
    Certificate,
    Delivery,
    DeliveryOutcome,
    MailContacts,
    RelaySessions,
    SmtpEnd,
    SmtpSession,
    SmtpTls,
)
from selfaudit.facts.vantage import ControlConnection, Port25, Position
from selfaudit.net import Net
from selfaudit.net.active import Active
from selfaudit.net.certificates import read_certificate
from selfaudit.net.smtp import HELO, Dialogue
from selfaudit.policy import Policy
from selfaudit.probes import mail_contacts, relay, smtp_tls
from selfaudit.protocols.relay import MAX_RECIPIENTS
from tests.net.peers import ADDRESS, HANG_UP, IMPATIENT, Peer, Script, world

DOMAIN = "shop.test"
MAILBOX = "me@mailbox.test"
ZONE = {(DOMAIN, "MX"): ("10 mail.shop.test.",), ("mail.shop.test", "A"): (ADDRESS,)}
OUTSIDE_OF_IT = (
    TcpPorts(ADDRESS, (PortState(443, PortOutcome.OPEN),)),
    Position(ADDRESS, "198.51.100.7", False, ("198.51.100.7",), laboratory=True),
    Port25((ControlConnection("mx.control.test", "203.0.113.25", 25, "open", "220 mx.control.test"),), None),
)
CA = trustme.CA()
SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CA.issue_cert("mail.shop.test").configure_cert(SERVER)
OFFERS = b"250-mail.shop.test\r\n250 STARTTLS\r\n"


def case(*, confirm: bool = False) -> Case:
    return Case((Target("domain", DOMAIN), Target("address", ADDRESS)), confirm_relay=confirm)


async def try_relay(net: Net, *, confirm: bool = False) -> RelaySessions:
    fact = await relay.collect(relay.request(Target("address", ADDRESS), case(confirm=confirm)), net)
    assert isinstance(fact, RelaySessions)
    return fact


async def try_tls(net: Net) -> SmtpTls:
    fact = await smtp_tls.collect(smtp_tls.request(Target("address", ADDRESS), case()), net)
    assert isinstance(fact, SmtpTls)
    return fact


async def try_contacts(net: Net) -> MailContacts:
    fact = await mail_contacts.collect(mail_contacts.request(Target("domain", DOMAIN), case()), net)
    assert isinstance(fact, MailContacts)
    return fact


async def on_25(net: Net, probe: str) -> SmtpSession:
    """The session that a probe had on port 25."""
    if probe == "relay":
        session = (await try_relay(net)).session(25)
        assert session is not None
        return session
    if probe == "tls":
        return (await try_tls(net)).session
    (contact,) = (await try_contacts(net)).sessions
    return contact.session


def bounded(session: SmtpSession) -> None:
    assert len(session.transcript) <= 200
    assert all(len(line.text) <= 500 for line in session.transcript)
    assert len(session.detail) <= 400
    assert len(session.name) <= 255
    assert len(session.extensions) <= 40


PROBES = ("relay", "tls", "contacts")

# --- Peers that never come to the point ---


async def endless(c: Connection) -> None:
    while True:
        await c.send(b"220-welcome\r\n" * 100)


async def one_long_line(c: Connection) -> None:
    await c.send(b"220 " + b"x" * 1_000_000)
    await c.drain_input()


async def one_long_line_with_an_end(c: Connection) -> None:
    await c.send(b"220 " + b"x" * 3000 + b"\r\n")
    await c.drain_input()


async def long_lines(c: Connection) -> None:
    """Each is as long as a line may be, and no reply ever ends."""
    while True:
        await c.send(b"220-" + b"x" * 1990 + b"\r\n")


async def binary(c: Connection) -> None:
    await c.send(GARBAGE * 4)
    await c.drain_input()


async def nothing(c: Connection) -> None:
    await c.drain_input()


async def drip(c: Connection) -> None:
    await c.send(b"220 mail.shop.test ESMTP and a long story\r\n", 0.05)


async def drip_of_lines(c: Connection) -> None:
    """There is always something new, and never an end."""
    while True:
        await c.send(b"220-x\r\n")
        await asyncio.sleep(0.02)


async def half_a_line(c: Connection) -> None:
    await c.send(b"220 mail.shop.test ES")


async def at_once_gone(c: Connection) -> None:
    c.abort()


HOSTILE: dict[str, tuple[Callable[[Connection], Any], SmtpEnd]] = {
    "endless banner": (endless, SmtpEnd.BAD_REPLY),
    "a line of 1 MB": (one_long_line, SmtpEnd.BAD_REPLY),
    "a line of 3 kB": (one_long_line_with_an_end, SmtpEnd.BAD_REPLY),
    "long lines": (long_lines, SmtpEnd.BAD_REPLY),
    "binary": (binary, SmtpEnd.BAD_REPLY),
    "nothing": (nothing, SmtpEnd.TIMEOUT),
    "octet by octet": (drip, SmtpEnd.TIMEOUT),
    "line by line": (drip_of_lines, SmtpEnd.TIMEOUT),
    "half a line": (half_a_line, SmtpEnd.CLOSED),
    "hang-up": (at_once_gone, SmtpEnd.CLOSED),
}


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("kind", list(HOSTILE))
async def test_hostile_greetings_end_the_session(kind: str, probe: str) -> None:
    talk, end = HOSTILE[kind]
    peer = Peer(talk)
    async with world({25: peer}, ZONE, **IMPATIENT) as net:
        session = await on_25(net, probe)
    bounded(session)
    assert session.end is end
    assert session.greeting == 0
    assert not session.spoke
    assert session.detail
    assert not [line for line in session.transcript if line.who == "C"]
    assert peer.connections == 1


@pytest.mark.parametrize("kind", list(HOSTILE))
async def test_the_same_after_the_greeting(kind: str) -> None:
    talk, end = HOSTILE[kind]

    async def polite_at_first(c: Connection) -> None:
        await c.send(b"220 mail.shop.test ESMTP\r\n")
        await c.until(b"\n")
        await talk(c)

    async with world({25: Peer(polite_at_first)}, ZONE, **IMPATIENT) as net:
        fact = await try_tls(net)
    bounded(fact.session)
    assert fact.session.end is end
    assert (fact.session.greeting, fact.session.name, fact.offered, fact.certificate) == (220, "", None, None)


@pytest.mark.parametrize(
    "status",
    [
        b"2x0 hello",
        b"25",
        b"hello",
        b"99999 hello",
        b"",
        b"199 hello",
        b"620 hello",
        b"220hello",
        b"220_hello",
        b" 220 hello",
        b"\x00220 x",
    ],
)
async def test_what_is_no_status(status: bytes) -> None:
    script = Script({"greeting": status + b"\r\n"})
    async with world({25: script}, ZONE) as net:
        session = await on_25(net, "tls")
    assert (session.end, session.greeting, script.commands) == (SmtpEnd.BAD_REPLY, 0, [])


async def test_a_status_may_stand_alone_and_lines_may_end_with_lf() -> None:
    script = Script({"greeting": b"220\n", "EHLO": b"250-mail.shop.test\n250-SIZE 1\n250\n"})
    async with world({25: script}, ZONE) as net:
        session = await on_25(net, "tls")
    assert (session.end, session.greeting, session.name) == (SmtpEnd.QUIT, 220, "mail.shop.test")


async def test_a_long_answer_to_ehlo_is_kept_in_part() -> None:
    lines = b"".join(b"250-EXTENSION%d %s\r\n" % (number, b"y" * 900) for number in range(90))
    script = Script({"EHLO": b"250-" + b"n" * 300 + b".test\r\n" + lines + b"250 STARTTLS\r\n"})
    async with world({25: script}, ZONE) as net:
        session = await on_25(net, "tls")
    bounded(session)
    assert session.end is SmtpEnd.QUIT
    assert (len(session.extensions), len(session.name)) == (40, 255)
    assert max(map(len, session.extensions)) <= 200


async def test_a_server_of_old_is_told_helo() -> None:
    script = Script({"EHLO": b"502 what?\r\n", "HELO": b"250 mail.shop.test\r\n"})
    async with world({25: script}, ZONE) as net:
        fact = await try_tls(net)
    assert (fact.session.name, fact.offered, fact.session.end) == ("mail.shop.test", False, SmtpEnd.QUIT)
    assert script.commands == [f"EHLO {HELO}", f"HELO {HELO}", "QUIT"]


@pytest.mark.parametrize("greeting", [b"554 5.7.1 No service\r\n", b"421 Busy\r\n", b"450 Later\r\n"])
@pytest.mark.parametrize("probe", PROBES)
async def test_a_refusal_instead_of_a_greeting_is_respected(probe: str, greeting: bytes) -> None:
    script = Script({"greeting": greeting})
    async with world({25: script}, ZONE) as net:
        session = await on_25(net, probe)
    assert (session.end, session.greeting) == (SmtpEnd.STOPPED, int(greeting[:3]))
    assert (script.commands, script.connections) == ([], 1)


# --- Hang-ups and 421 at every step ---

RELAY_STEPS = ("EHLO", "MAIL", "RCPT", "RSET")


@pytest.mark.parametrize("verb", [*RELAY_STEPS, "QUIT"])
async def test_the_server_hangs_up_during_the_relay_test(verb: str) -> None:
    script = Script({"RCPT": b"554 5.7.1 Relay access denied\r\n", verb: HANG_UP})
    async with world({25: script}, ZONE) as net:
        fact = await try_relay(net)
    session = fact.session(25)
    assert session is not None
    assert session.end is (SmtpEnd.QUIT if verb == "QUIT" else SmtpEnd.CLOSED)
    assert script.verbs()[-1] == verb
    assert (script.count(verb), script.connections) == (1, 1)
    # What was asked is on the record, with the code 0 where no answer came.
    asked = [a for a in fact.attempts if a.port == 25]
    assert len(asked) == {"EHLO": 0, "QUIT": MAX_RECIPIENTS}.get(verb, 1)
    codes = {"MAIL": (0, 0), "RCPT": (250, 0), "RSET": (250, 554)}
    assert verb not in codes or (asked[0].mail_code, asked[0].rcpt_code) == codes[verb]


@pytest.mark.parametrize("verb", RELAY_STEPS)
async def test_the_relay_test_stops_at_421(verb: str) -> None:
    script = Script({"RCPT": b"554 5.7.1 Relay access denied\r\n", verb: b"421 4.7.0 Too many errors\r\n"})
    async with world({25: script}, ZONE) as net:
        fact = await try_relay(net)
    session = fact.session(25)
    assert session is not None
    assert session.end is SmtpEnd.STOPPED
    assert "Too many errors" in session.detail
    assert script.verbs()[-1] == verb
    assert script.connections == 1


async def test_the_relay_test_stops_at_421_after_some_recipients() -> None:
    denied = b"554 5.7.1 Relay access denied\r\n"
    script = Script({"RCPT": [denied, denied, b"421 4.7.0 Enough\r\n"]})
    async with world({25: script}, ZONE) as net:
        fact = await try_relay(net)
    assert [a.rcpt_code for a in fact.attempts] == [554, 554, 0]
    assert script.count("RCPT") == 3
    assert script.verbs()[-1] == "RCPT"


@pytest.mark.parametrize(("reply", "end"), [(HANG_UP, SmtpEnd.CLOSED), (b"421 Later\r\n", SmtpEnd.STOPPED)])
@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
async def test_the_question_for_role_addresses_breaks_off(verb: str, reply: bytes | None, end: SmtpEnd) -> None:
    script = Script({verb: reply})
    async with world({25: script}, ZONE) as net:
        (asked,) = (await try_contacts(net)).sessions
    assert (asked.session.end, asked.answers, asked.control) == (end, (), None)
    assert script.verbs()[-1] == verb


async def test_role_addresses_without_the_control_prove_nothing() -> None:
    script = Script({"RCPT": [b"250 Ok\r\n", b"250 Ok\r\n", HANG_UP]})
    async with world({25: script}, ZONE) as net:
        (asked,) = (await try_contacts(net)).sessions
    assert [a.code for a in asked.answers] == [250, 250]
    assert (asked.control, asked.session.end) == (None, SmtpEnd.CLOSED)


# --- STARTTLS ---


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (lambda c: c.send(GARBAGE), SmtpEnd.TLS_FAILED),
        (lambda c: c.send(b"500 what?\r\n" * 10_000), SmtpEnd.TLS_FAILED),
        (lambda c: c.send(b"\x15\x03\x03\x00\x02\x02\x28"), SmtpEnd.TLS_FAILED),
        (lambda c: asyncio.sleep(0), SmtpEnd.TLS_FAILED),
        (lambda c: c.drain_input(), SmtpEnd.TIMEOUT),
    ],
    ids=["garbage", "SMTP goes on", "alert", "hang-up", "silence"],
)
@pytest.mark.parametrize("port", [25, 465])
async def test_no_tls_after_all(port: int, after: Callable[[Connection], Any], end: SmtpEnd) -> None:
    async def polite(c: Connection) -> None:
        await c.send(b"220 mail.shop.test ESMTP\r\n")
        await c.until(b"\n")
        await c.send(OFFERS)
        await c.until(b"\n")
        await c.send(b"220 Go on\r\n")
        await c.some()
        await after(c)

    async def implicit(c: Connection) -> None:
        await c.some()
        await after(c)

    async with world({port: Peer(polite if port == 25 else implicit)}, ZONE, **IMPATIENT) as net:
        if port == 25:
            fact = await try_tls(net)
            session = fact.session
            assert (fact.offered, fact.ready, fact.handshake, fact.certificate) == (True, 220, False, None)
        else:
            found = (await try_relay(net)).session(465)
            assert found is not None
            session = found
    bounded(session)
    assert session.end is end
    assert session.detail


@pytest.mark.parametrize("more", [b"250 injected\r\n", b"x", b"250-a\r\n" * 1000])
async def test_what_is_sent_before_the_handshake_is_an_attack(more: bytes) -> None:
    """RFC 3207 section 4.2, CVE-2011-0411: it would else be read as if it had come over TLS."""
    replies = {"EHLO": OFFERS, "STARTTLS": b"220 Go on\r\n" + more}
    async with world({25: Script(replies, SERVER), 587: Script(replies, SERVER)}, ZONE) as net:
        fact = await try_tls(net)
        submission = (await try_relay(net)).session(587)
    assert (fact.ready, fact.handshake, fact.session.end) == (220, False, SmtpEnd.TLS_FAILED)
    assert submission is not None
    assert submission.end is SmtpEnd.TLS_FAILED
    for session in (fact.session, submission):
        assert "before the handshake" in session.detail
        assert not [line for line in session.transcript if "injected" in line.text]


async def test_an_attack_that_fits_the_buffer_exactly() -> None:
    """The reply fills the octets that are read at once, so that what follows it is still with the operating system or asyncio."""
    go_on = b"220-" + b"x" * 1990 + b"\r\n"
    ready = go_on * 2 + b"220 " + b"x" * (4096 - 2 * len(go_on) - 6) + b"\r\n"
    assert len(ready) == 4096
    injected = b"250-evil.test\r\n250 AUTH PLAIN\r\n"
    script = Script({"EHLO": OFFERS, "STARTTLS": ready + injected}, SERVER)
    async with world({587: script}, ZONE) as net:
        session = (await try_relay(net)).session(587)
    assert session is not None
    assert session.name == "mail.shop.test"
    assert session.end is SmtpEnd.TLS_FAILED
    assert not [line for line in session.transcript if "evil" in line.text]


@pytest.mark.parametrize("reply", [b"454 4.7.0 TLS not available\r\n", b"502 what?\r\n", b"250 Ok\r\n"])
async def test_starttls_is_offered_and_refused(reply: bytes) -> None:
    script = Script({"EHLO": OFFERS, "STARTTLS": reply})
    async with world({25: script}, ZONE) as net:
        fact = await try_tls(net)
    assert (fact.offered, fact.ready, fact.handshake, fact.session.end) == (True, int(reply[:3]), False, SmtpEnd.QUIT)
    assert script.verbs() == ["EHLO", "STARTTLS", "QUIT"]


# --- Certificates ---

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, _ASN1Type.UTF8String, _validate=False)])


def builder(
    subject: str, *alternatives: x509.GeneralName, issuer: str = "", ends: datetime.timedelta = 90 * DAY, serial: int = 0
) -> x509.CertificateBuilder:
    with warnings.catch_warnings(action="ignore"):  # names as they should not be
        made = (
            x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer or subject)).public_key(KEY.public_key())
            .serial_number(serial or x509.random_serial_number()).not_valid_before(NOW - 365 * DAY).not_valid_after(NOW + ends)
        )  # fmt: skip
        return made.add_extension(x509.SubjectAlternativeName(alternatives), critical=False) if alternatives else made


def signed(made: x509.CertificateBuilder) -> bytes:
    with warnings.catch_warnings(action="ignore"):
        return made.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def showing(folder: Path, *chain: bytes) -> ssl.SSLContext:
    """A server's side of TLS with these certificates in DER."""
    pem = folder / "server.pem"
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    pem.write_text(key + "".join(ssl.DER_cert_to_PEM_cert(der) for der in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def shown(context: ssl.SSLContext, ca_file: str = "") -> SmtpTls:
    script = Script({"EHLO": OFFERS, "STARTTLS": b"220 Go on\r\n"}, context)
    async with world({25: script}, ZONE, ca_file=ca_file) as net:
        fact = await try_tls(net)
    assert (fact.handshake, fact.session.end) == (True, SmtpEnd.QUIT)
    return fact


async def certificate(context: ssl.SSLContext, ca_file: str = "") -> Certificate:
    fact = await shown(context, ca_file)
    assert fact.certificate is not None
    texts = (fact.certificate.subject, fact.certificate.issuer, fact.certificate.why, *fact.certificate.names)
    assert all(text.isprintable() for text in texts)
    assert all(len(text) <= 256 for text in texts)
    assert len(fact.certificate.names) <= 100
    return fact.certificate


HOSTILE_NAMES = {
    "control characters": "mail\x1b[2J\r\n.shop.test",
    "direction": "mail\u202e\u2066.shop.test",
    "10 kB": "x" * 10_000,
    "markup": "<script>alert(1)</script>{{ 7 * 7 }}",
    "null octet": "mail.shop.test\x00.evil.test",
    "nothing": "",
    "not in ASCII": "почта.магазин.test",
}


@pytest.mark.parametrize("text", list(HOSTILE_NAMES.values()), ids=list(HOSTILE_NAMES))
async def test_hostile_names_in_a_certificate(text: str, tmp_path: Path) -> None:
    seen = await certificate(showing(tmp_path, signed(builder(text))))
    assert not seen.trusted
    assert seen.names == ()
    assert len(seen.subject) <= 201


@pytest.mark.parametrize("text", ["mail\x1b[2J\r\n.test", "x" * 10_000, "<b>mail</b>.test", "mail.shop.test\x00.evil.test", ""])
async def test_hostile_alternative_names(text: str, tmp_path: Path) -> None:
    made = builder("mail.shop.test", x509.DNSName(text), x509.DNSName("mail.shop.test"))
    seen = await certificate(showing(tmp_path, signed(made)))
    assert seen.names[-1] == "mail.shop.test"
    # What is cut off at the null octet by careless readers must not become a match.
    assert seen.names.count("mail.shop.test") == 1


async def test_a_certificate_for_everybody(tmp_path: Path) -> None:
    made = builder("mail.shop.test", *(x509.DNSName(f"host{number}.test") for number in range(1000)))
    seen = await certificate(showing(tmp_path, signed(made)))
    assert seen.names == tuple(f"host{number}.test" for number in range(100))


async def test_an_expired_certificate_is_still_judged_for_its_chain(tmp_path: Path) -> None:
    root = signed(builder("root").add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(ssl.DER_cert_to_PEM_cert(root))
    expired = builder("mail.shop.test", x509.DNSName("mail.shop.test"), issuer="root", ends=-2 * DAY)
    seen = await certificate(showing(tmp_path, signed(expired)), str(ca_file))
    assert datetime.datetime.fromtimestamp(seen.not_after, datetime.UTC) < NOW
    assert (seen.trusted, seen.why) == (True, "")
    alone = await certificate(showing(tmp_path, signed(builder("mail.shop.test", ends=-2 * DAY))), str(ca_file))
    assert (alone.trusted, alone.why) == (False, "it is signed by itself")


async def test_chain_with_an_intermediate(tmp_path: Path) -> None:
    root = trustme.CA()
    between = root.create_child_ca()
    issued = between.issue_cert("mail.shop.test")
    ca_file = tmp_path / "ca.pem"
    root.cert_pem.write_to_path(ca_file)
    whole = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(whole)
    seen = await certificate(whole, str(ca_file))
    assert (seen.trusted, seen.why, seen.names) == (True, "", ("mail.shop.test",))
    assert len(seen.authorities) == 1
    leaf = tmp_path / "leaf.pem"
    leaf.write_bytes(issued.private_key_pem.bytes() + issued.cert_chain_pems[0].bytes())
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    bare.load_cert_chain(leaf)
    alone = await certificate(bare, str(ca_file))
    assert (alone.trusted, alone.authorities) == (False, ())
    assert alone.why
    assert (await certificate(whole)).trusted is False  # nobody else knows that root


async def test_a_chain_of_many(tmp_path: Path) -> None:
    chain = [signed(builder(f"authority {number}")) for number in range(40)]
    seen = await certificate(showing(tmp_path, signed(builder("mail.shop.test", issuer="authority 0")), *chain))
    assert len(seen.authorities) < 10
    assert not seen.trusted


@pytest.mark.parametrize("value", [0, -1])
async def test_a_serial_number_that_must_not_be(value: int, tmp_path: Path) -> None:
    """RFC 5280 section 4.1.2.2. Libraries warn of it; a run must neither end nor print."""
    begin = b"\xa0\x03\x02\x01\x02\x02\x01"  # the version, and a serial number of one octet
    der = signed(builder("mail.shop.test", serial=1))
    assert der.count(begin) == 1
    # The signature is wrong then, which nobody looks at here.
    fact = await shown(showing(tmp_path, der.replace(begin + b"\x01", begin + value.to_bytes(1, "big", signed=True))))
    assert fact.certificate is not None or fact.detail == "the certificate cannot be read"


async def test_an_unknown_version_of_certificate(tmp_path: Path) -> None:
    der = signed(builder("mail.shop.test", x509.DNSName("mail.shop.test")))
    assert der.count(b"\xa0\x03\x02\x01\x02") == 1
    fact = await shown(showing(tmp_path, der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05")))
    assert (fact.certificate, fact.detail) == (None, "the certificate cannot be read")


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", b"\x2a\x86\x48\xce\x3d\x03\x01\x06"),
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05"),
    ],
    ids=["curve that nobody uses", "unknown version"],
)
def test_an_odd_certificate_beside_a_good_one(good: bytes, bad: bytes) -> None:
    """What stands beside it in the chain does not make the server's own unreadable."""
    other = signed(builder("authority"))
    assert other.count(good) == 1
    leaf = signed(builder("mail.shop.test", x509.DNSName("mail.shop.test"), issuer="authority"))
    seen = read_certificate(leaf, [other.replace(good, bad), b"no certificate"], "", NOW.timestamp())
    assert (seen.names, seen.trusted) == (("mail.shop.test",), False)
    assert seen.why
    assert seen.authorities == ()  # what cannot be read has signed nothing


# --- Restraint of the relay test ---


def relay_dialogue(commands: list[str]) -> list[list[str]]:
    """The commands of one session, without EHLO and QUIT, by transaction; each must end with RSET."""
    assert commands[0] == f"EHLO {HELO}"
    assert commands[-1] == "QUIT"
    transactions: list[list[str]] = [[]]
    for command in commands[1:-1]:
        if command == "RSET":
            transactions.append([])
        else:
            transactions[-1].append(command)
    assert transactions.pop() == []
    return transactions


@pytest.mark.parametrize(
    "mode", ["open", "closed", "local-sender", "null-sender", "percent", "rejects-at-data", "greylist", "tempfail"]
)
async def test_six_recipients_and_no_message(mode: Any) -> None:
    behaviour = MailBehaviour("mail.shop.test", (DOMAIN,), mode=mode)
    servers = {
        25: MailServer(behaviour),
        587: MailServer(behaviour, SERVER),
        465: MailServer(behaviour, SERVER, implicit_tls=True),
    }
    async with world(servers, ZONE, relay_recipient=MAILBOX) as net:
        fact = await try_relay(net)
    assert fact.delivery.outcome is DeliveryOutcome.NOT_ASKED
    for port, server in servers.items():
        assert server.connections == 1
        assert server.accepted == 0
        assert not [c for c in server.commands if c.upper().startswith(("DATA", "BDAT"))]
        commands = [c for c in server.commands if c != "STARTTLS"]
        if port == 587:
            commands.remove(f"EHLO {HELO}")  # it is said again after STARTTLS
        transactions = relay_dialogue(commands)
        assert len(transactions) == MAX_RECIPIENTS
        assert all([c.partition(":")[0] for c in one] == ["MAIL FROM", "RCPT TO"] for one in transactions)
        session = fact.session(port)
        assert session is not None
        assert session.end is SmtpEnd.QUIT
    assert len(fact.attempts) == 3 * MAX_RECIPIENTS


@pytest.mark.parametrize("starttls", [b"454 4.7.0 Not now\r\n", b"220 Go on\r\n"])
async def test_a_server_that_wants_tls_for_every_recipient(starttls: bytes) -> None:
    script = Script(
        {"EHLO": OFFERS, "RCPT": b"550 5.7.0 Must issue a STARTTLS command first\r\n", "STARTTLS": starttls}, SERVER
    )
    async with world({25: script}, ZONE) as net:
        fact = await try_relay(net)
    assert script.count("RCPT") <= MAX_RECIPIENTS
    assert script.count("STARTTLS") == 1
    assert len(fact.attempts) <= MAX_RECIPIENTS
    assert script.connections == 1


@pytest.mark.parametrize("turn", range(MAX_RECIPIENTS))
async def test_a_demand_for_tls_leads_to_no_seventh_recipient(turn: int) -> None:
    denied, wanted = b"554 5.7.1 Relay access denied\r\n", b"550 5.7.0 Must issue a STARTTLS command first\r\n"
    script = Script({"EHLO": OFFERS, "RCPT": [*[denied] * turn, wanted, denied], "STARTTLS": b"220 Go on\r\n"}, SERVER)
    async with world({25: script}, ZONE) as net:
        await try_relay(net)
    assert script.count("RCPT") == MAX_RECIPIENTS
    assert script.count("STARTTLS") == (turn < MAX_RECIPIENTS - 1)


@pytest.mark.parametrize("code", [b"530 5.7.0 Authentication required", b"535 5.7.8 No"])
async def test_a_server_that_wants_a_log_in_is_not_asked_again(code: bytes) -> None:
    script = Script({"MAIL": code + b"\r\n"})
    async with world({587: script}, ZONE) as net:
        fact = await try_relay(net)
    assert script.verbs() == ["EHLO", "MAIL", "QUIT"]
    assert [(a.mail_code, a.rcpt_code) for a in fact.attempts] == [(int(code[:3]), 0)]


@pytest.mark.parametrize(
    "said", ["evil.test>", "a b", "evil.test\x00", "<evil.test", "evil@evil.test", "[192.0.2.1]", "x" * 300, "-"]
)
async def test_a_hostile_name_does_not_get_into_a_command(said: str) -> None:
    script = Script({"EHLO": b"250 " + said.encode("latin-1") + b"\r\n"})
    async with world({25: script}, {}) as net:
        target = Target("address", ADDRESS)
        fact = await relay.collect(relay.request(target, Case((target,))), net)
    assert isinstance(fact, RelaySessions)
    assert fact.name is None or fact.name.name == "a."
    assert not [c for c in script.commands if "evil" in c or "\x00" in c or "xxx" in c]
    path = re.compile(r"(?:MAIL FROM|RCPT TO):<[A-Za-z0-9@.%:_-]*>")
    assert all(path.fullmatch(c) for c in script.commands if c.startswith(("MAIL", "RCPT")))


async def test_without_authority_no_connection_is_made() -> None:
    script = Script()
    async with world({25: script}, ZONE, permitted=()) as net:
        with pytest.raises(Exception, match="nobody has shown"):
            await try_relay(net)
        with pytest.raises(Exception, match="nobody has shown"):
            await try_tls(net)
        assert not [key for key in net.gate.sent if key[0] == ADDRESS]
    assert script.connections == 0


# --- The one message ---


async def confirm(server: StreamServer, *, port: int = 25, recipient: str = MAILBOX) -> RelaySessions:
    async with world({port: server}, ZONE, relay_recipient=recipient) as net:
        return await try_relay(net, confirm=True)


@pytest.mark.parametrize("mode", ["open", "local-sender", "null-sender"])
async def test_one_message_to_the_named_mailbox(mode: Any) -> None:
    behaviour = MailBehaviour("mail.shop.test", (DOMAIN,), mode=mode)
    servers = {25: MailServer(behaviour), 587: MailServer(behaviour), 465: MailServer(behaviour, SERVER, implicit_tls=True)}
    async with world(servers, ZONE, relay_recipient=MAILBOX) as net:
        fact = await try_relay(net, confirm=True)
        assert fact.delivery.outcome is DeliveryOutcome.ACCEPTED
        assert (fact.delivery.port, fact.delivery.recipient) == (25, MAILBOX)
    assert [server.accepted for server in servers.values()] == [1, 0, 0]
    assert [server.connections for server in servers.values()] == [2, 1, 1]
    ((_sender, recipients, content),) = servers[25].messages
    assert recipients == (MAILBOX,)
    (token,) = set(re.findall(rb"selfaudit-[0-9a-f]{20}", content))
    assert hashlib.sha256(token).hexdigest() == fact.delivery.token
    assert ADDRESS.encode() in content
    assert [c for c in servers[25].commands if c.startswith("RCPT")][-1] == f"RCPT TO:<{MAILBOX}>"
    assert servers[25].commands.count("DATA") == 1


@pytest.mark.parametrize("port", [587, 465])
async def test_the_message_goes_by_the_port_that_was_open(port: int) -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode="open"), SERVER, implicit_tls=port == 465)
    fact = await confirm(server, port=port)
    assert (fact.delivery.outcome, fact.delivery.port, server.accepted) == (DeliveryOutcome.ACCEPTED, port, 1)


@pytest.mark.parametrize("mode", ["closed", "greylist", "tempfail", "percent", "busy", "submission"])
async def test_no_message_where_nothing_was_accepted(mode: Any) -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode=mode))
    fact = await confirm(server)
    assert (fact.delivery.outcome, server.connections) == (DeliveryOutcome.NOT_ASKED, 1)
    assert "DATA" not in server.commands


async def test_no_message_without_a_named_mailbox() -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode="open"))
    fact = await confirm(server, recipient="")
    assert (fact.delivery.outcome, server.accepted, server.connections) == (DeliveryOutcome.NOT_ASKED, 0, 1)


HOSTED = {("mailbox.test", "MX"): ("5 MX.mailbox.test.",), ("mx.mailbox.test", "A"): (ADDRESS,)}
HOSTED_WITHOUT_MX = {("mailbox.test", "A"): ("192.0.2.99", ADDRESS)}
HOSTED_ELSEWHERE = {("mailbox.test", "MX"): ("5 mx.mailbox.test.",), ("mx.mailbox.test", "A"): ("192.0.2.99",)}


@pytest.mark.parametrize("zone", [HOSTED, HOSTED_WITHOUT_MX])
@pytest.mark.parametrize("mailbox", [MAILBOX, "me@Mailbox.TEST"])
async def test_a_mailbox_on_the_same_server_proves_nothing(zone: Any, mailbox: str) -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN, "mailbox.test"), users=("me", "postmaster")))
    async with world({25: server}, {**ZONE, **zone}, relay_recipient=mailbox) as net:
        fact = await try_relay(net, confirm=True)
    assert fact.local_domains == (DOMAIN, "mailbox.test")
    assert (fact.delivery, server.accepted, server.connections) == (Delivery(), 0, 1)
    (finding,) = exposure_relay.judge(fact, *OUTSIDE_OF_IT, Policy())
    assert (finding.tag, finding.args["rcpt_to"]) == ("RELAY_TEST_MAILBOX_IS_LOCAL", mailbox)


async def test_a_mailbox_on_another_server_serves() -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode="open"))
    async with world({25: server}, {**ZONE, **HOSTED_ELSEWHERE}, relay_recipient=MAILBOX) as net:
        fact = await try_relay(net, confirm=True)
    assert fact.local_domains == (DOMAIN,)
    assert (fact.delivery.outcome, server.accepted) == (DeliveryOutcome.ACCEPTED, 1)


async def test_no_message_to_a_mailbox_in_a_domain_of_the_case() -> None:
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode="open"))
    fact = await confirm(server, recipient=f"me@sub.{DOMAIN}")
    assert (fact.delivery, server.accepted, server.connections) == (Delivery(), 0, 1)


@pytest.mark.parametrize(("asked", "budgets"), [(False, [50.0] * 3), (True, [25.0, 25.0, 25.0, 20.0])])
async def test_all_is_done_before_the_time_of_the_observation_is_up(
    asked: bool, budgets: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection may take 5 s on top of a dialogue; an observation has 60 s for all."""
    given: list[float] = []

    class Noted(Dialogue):
        def __init__(self, active: Active, address: str, port: int, purpose: str, budget: float = 50.0) -> None:
            given.append(budget)
            super().__init__(active, address, port, purpose, budget)

    monkeypatch.setattr(relay, "Dialogue", Noted)
    server = MailServer(MailBehaviour("mail.shop.test", (DOMAIN,), mode="open"))
    async with world({25: server}, ZONE, relay_recipient=MAILBOX, connect_timeout=5.0) as net:
        await try_relay(net, confirm=asked)
    # Looking names up takes a moment of it.
    assert len(given) == len(budgets)
    assert all(most / 2 <= seconds <= most for seconds, most in zip(given, budgets, strict=True))


async def test_a_message_that_cannot_be_handed_over_in_time_is_recorded() -> None:
    """Others may hold all connections to the target."""
    begun, queued, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Announced(Script):
        async def serve(self, connection: Connection) -> None:
            begun.set()
            await queued.wait()
            await super().serve(connection)

    async def hold(net: Net) -> None:
        await begun.wait()
        queued.set()
        async with net.active.connection(ADDRESS, 26, "test"):
            await done.wait()

    script = Announced()
    async with (
        asyncio.timeout(20),
        world({25: script}, ZONE, relay_recipient=MAILBOX, target_in_flight=1, check_deadline=6.0) as net,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(hold(net))
        fact = await try_relay(net, confirm=True)
        done.set()
    assert (fact.delivery.outcome, fact.delivery.reply) == (DeliveryOutcome.FAILED, "there was no time left")
    assert len(fact.delivery.token) == 64
    assert script.connections == 1


async def test_without_time_for_it_no_message_is_begun() -> None:
    """A server that keeps us waiting at every port, one after the other."""
    script = Script()
    limits = {"target_in_flight": 1, "check_deadline": 1.2, "connect_timeout": 0.1}
    async with world({25: script, 587: Peer(nothing), 465: Peer(nothing)}, ZONE, relay_recipient=MAILBOX, **limits) as net:
        fact = await try_relay(net, confirm=True)
    assert (fact.delivery, script.connections) == (Delivery(), 1)
    assert [a.rcpt_code for a in fact.attempts] == [250] * MAX_RECIPIENTS


OK = b"250 Ok\r\n"
DELIVERIES: dict[str, tuple[dict[str, Any], DeliveryOutcome]] = {
    "DATA refused": ({"DATA": b"554 5.7.1 No\r\n"}, DeliveryOutcome.REFUSED),
    "DATA put off": ({"DATA": b"451 4.3.0 Later\r\n"}, DeliveryOutcome.FAILED),
    "DATA answered as if it were done": ({"DATA": OK}, DeliveryOutcome.FAILED),
    "DATA and gone": ({"DATA": HANG_UP}, DeliveryOutcome.FAILED),
    "421 to DATA": ({"DATA": b"421 Bye\r\n"}, DeliveryOutcome.FAILED),
    "refused after the message": ({".": b"550 5.7.1 No\r\n"}, DeliveryOutcome.REFUSED),
    "put off after the message": ({".": b"450 4.7.1 Later\r\n"}, DeliveryOutcome.FAILED),
    "gone after the message": ({".": HANG_UP}, DeliveryOutcome.FAILED),
    "nonsense after the message": ({".": b"thanks\r\n"}, DeliveryOutcome.FAILED),
    # A server that has had enough of us says nothing about relaying.
    "second recipient refused": ({"RCPT": [*[OK] * 6, b"554 5.7.1 Go away\r\n"]}, DeliveryOutcome.FAILED),
    "second sender refused": ({"MAIL": [*[OK] * 6, b"554 5.7.1 Go away\r\n"]}, DeliveryOutcome.FAILED),
    "second greeting refused": ({"greeting": [b"220 mail.shop.test\r\n", b"554 Go away\r\n"]}, DeliveryOutcome.FAILED),
    "second greeting hangs up": ({"greeting": [b"220 mail.shop.test\r\n", HANG_UP]}, DeliveryOutcome.FAILED),
}


@pytest.mark.parametrize("what", list(DELIVERIES))
async def test_the_message_does_not_get_through(what: str) -> None:
    replies, outcome = DELIVERIES[what]
    script = Script(replies)
    fact = await confirm(script)
    assert fact.delivery.outcome is outcome
    assert script.connections == 2
    assert script.count("DATA") <= 1
    told = [c for c in script.commands if c.startswith("Token:")]
    assert len(told) == (1 if "." in replies else 0)
    assert len(fact.delivery.reply) <= 400


# --- Role addresses ---

OTHER, THIRD = "192.0.2.26", "192.0.2.27"


async def test_role_addresses_are_asked_once_and_in_the_order_of_preference() -> None:
    zone = {
        (DOMAIN, "MX"): ("20 second.shop.test.", "10 first.shop.test.", "30 third.shop.test."),
        ("first.shop.test", "A"): (ADDRESS,), ("second.shop.test", "A"): (OTHER,), ("third.shop.test", "A"): (THIRD,),
    }  # fmt: skip
    first, second = Script({"RCPT": [OK, OK, b"550 5.1.1 User unknown\r\n"]}), Script()
    async with world({(ADDRESS, 25): first, (OTHER, 25): second}, zone, permitted=(ADDRESS, OTHER, THIRD)) as net:
        (asked,) = (await try_contacts(net)).sessions
    assert asked.host == "first.shop.test"
    assert [(a.recipient, a.code) for a in asked.answers] == [(f"abuse@{DOMAIN}", 250), (f"postmaster@{DOMAIN}", 250)]
    assert asked.control is not None
    assert asked.control.code == 550
    assert first.verbs() == ["EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "QUIT"]
    assert (first.connections, second.connections) == (1, 0)


async def test_at_most_two_hosts_are_asked() -> None:
    hosts = {f"mail{number}.shop.test": f"192.0.2.{60 + number}" for number in range(6)}
    zone: dict[tuple[str, str], tuple[str, ...]] = {(host, "A"): (address,) for host, address in hosts.items()}
    zone[DOMAIN, "MX"] = tuple(f"10 {host}." for host in hosts)
    scripts = {(address, 25): Script({"MAIL": b"451 Later\r\n"}) for address in hosts.values()}
    async with world(scripts, zone, permitted=hosts.values()) as net:
        fact = await try_contacts(net)
    assert len(fact.sessions) == 2
    assert sum(script.connections for script in scripts.values()) == 2


async def test_hosts_without_authority_get_no_connection() -> None:
    zone = {
        (DOMAIN, "MX"): ("10 theirs.elsewhere.test.", "20 ours.shop.test."),
        ("theirs.elsewhere.test", "A"): (OTHER,), ("ours.shop.test", "A"): (ADDRESS,),
    }  # fmt: skip
    theirs, ours = Script(), Script()
    async with world({(ADDRESS, 25): ours, (OTHER, 25): theirs}, zone) as net:
        fact = await try_contacts(net)
        assert OTHER not in {address for address, *_rest in net.gate.sent}
    assert fact.not_asked == ("theirs.elsewhere.test",)
    assert [s.host for s in fact.sessions] == ["ours.shop.test"]
    assert (theirs.connections, ours.connections) == (0, 1)


async def test_nobody_may_be_asked() -> None:
    script = Script()
    async with world({25: script}, ZONE, permitted=()) as net:
        fact = await mail_contacts.collect(mail_contacts.request(Target("domain", DOMAIN), case()), net)
    assert isinstance(fact, ProbeFailure)
    assert fact.reason is FailureReason.NOT_PERMITTED
    assert "mail.shop.test" in fact.detail
    assert script.connections == 0


@pytest.mark.parametrize(("authority", "connections"), [("proven: reverse name mail.shop.test", 1), ("", 0)])
async def test_a_mail_host_is_asked_only_with_an_authority_of_its_own(authority: str, connections: int) -> None:
    """That the domain names it is not enough: anybody can write any address into a zone."""
    script = Script()

    async def ask(_address: str) -> str:
        return authority

    async with world({25: script}, ZONE, permitted=()) as net:
        net.gate.ask = ask
        await mail_contacts.collect(mail_contacts.request(Target("domain", DOMAIN), case()), net)
    assert script.connections == connections


async def test_role_addresses_behind_tls() -> None:
    wanted = b"530 5.7.0 Must issue a STARTTLS command first\r\n"
    script = Script({"EHLO": OFFERS, "MAIL": [wanted, OK], "STARTTLS": b"220 Go on\r\n"}, SERVER)
    async with world({25: script}, ZONE) as net:
        (asked,) = (await try_contacts(net)).sessions
    assert [a.code for a in asked.answers] == [250, 250]
    assert script.verbs() == ["EHLO", "MAIL", "STARTTLS", "EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "QUIT"]
