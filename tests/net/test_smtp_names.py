"""By which name a mail server is spoken to, which certificates vouch for its own, and where a domain's mail goes."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping, Sequence

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import MailContacts, SmtpTls
from selfaudit.net.certificates import read_certificate
from selfaudit.probes import mail_contacts, smtp_tls
from tests.net.peers import ADDRESS, Script, world
from tests.net.test_smtp_dialogue import NOW, name

Zone = Mapping[tuple[str, str], Sequence[str]]
OFFERS = b"250-mail.shop.test\r\n250 STARTTLS\r\n"
MAIL_ZONE: Zone = {("shop.test", "MX"): ("10 mail.shop.test.",), ("mail.shop.test", "A"): (ADDRESS,)}
AUTHORITY = trustme.CA()


def context_of(host: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(host).configure_cert(made)
    return made


class ManyNames:
    """The server's side of TLS with a certificate for each of its names, and the names that it was asked for."""

    def __init__(self, default: str, *hosts: str) -> None:
        self.asked: list[str | None] = []
        self.context = context_of(default)
        self._others = {host: context_of(host) for host in hosts}
        self.context.sni_callback = self._choose

    def _choose(self, tls: ssl.SSLObject, host: str | None, _context: ssl.SSLContext) -> None:
        self.asked.append(host)
        if host in self._others:
            tls.context = self._others[host]


async def shown(zone: Zone, tls: ssl.SSLContext, *domains: str) -> SmtpTls:
    case = Case((*(Target("domain", d) for d in domains), Target("address", ADDRESS)))
    async with world({25: Script({"EHLO": OFFERS, "STARTTLS": b"220 Go on\r\n"}, tls)}, zone) as net:
        fact = await smtp_tls.collect(smtp_tls.request(Target("address", ADDRESS), case), net)
    assert isinstance(fact, SmtpTls)
    assert fact.handshake
    return fact


async def test_a_server_of_many_names_is_asked_for_the_mail_host() -> None:
    names = ManyNames("default.hoster.test", "mail.shop.test")
    fact = await shown(MAIL_ZONE, names.context, "shop.test")
    assert names.asked == ["mail.shop.test"]
    assert fact.sni == "mail.shop.test"
    assert fact.certificate is not None
    assert fact.certificate.names == ("mail.shop.test",)


HOSTILE = ("`reboot`.shop.test", "a b.shop.test", "_mail.shop.test", "192.0.2.25", "localhost", "x" * 60 + "." + "-" * 60)


@pytest.mark.parametrize(
    "zone",
    [
        {},
        {("shop.test", "MX"): ("0 .",)},
        {("shop.test", "MX"): ("10 mail.shop.test.",), ("mail.shop.test", "A"): ("192.0.2.99",)},
        *(
            {("shop.test", "MX"): (f"10 {host.replace(' ', chr(92) + '032')}.",), (host.replace(" ", "\\032"), "A"): (ADDRESS,)}
            for host in HOSTILE
        ),
    ],
    ids=["no such domain", "null MX", "elsewhere", *HOSTILE],
)
async def test_without_a_mail_host_no_name_is_sent(zone: Zone) -> None:
    names = ManyNames("default.hoster.test", "mail.shop.test")
    fact = await shown(zone, names.context, "shop.test")
    assert names.asked == [None]
    assert fact.sni == ""
    assert fact.certificate is not None
    assert fact.certificate.names == ("default.hoster.test",)


async def test_of_several_domains_the_first_with_mail_here_counts() -> None:
    zone = {
        ("blog.test", "MX"): ("10 mx.elsewhere.test.",), ("mx.elsewhere.test", "A"): ("192.0.2.99",), **MAIL_ZONE,
    }  # fmt: skip
    names = ManyNames("default.hoster.test", "mail.shop.test")
    assert (await shown(zone, names.context, "blog.test", "shop.test")).sni == "mail.shop.test"


# --- Signatures ---

ROOT, BETWEEN, LEAF, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))


def certificate(subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey) -> bytes:
    return (
        x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW).not_valid_after(NOW.replace(year=NOW.year + 1))
        .sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)
    )  # fmt: skip


def vouching(leaf: bytes, *others: bytes) -> list[str]:
    found = read_certificate(leaf, list(others), "", NOW.timestamp())
    return [full for full, _key in found.authorities]


def h(*certificates: bytes) -> list[str]:
    return [hashlib.sha256(der).hexdigest() for der in certificates]


MAIL = certificate("mail.shop.test", LEAF, "between", BETWEEN)
MIDDLE = certificate("between", BETWEEN, "root", ROOT)
TOP = certificate("root", ROOT, "root", ROOT)
# It bears the name of the issuer and signed nothing here.
IMPOSTOR = certificate("between", STRANGER, "between", STRANGER)
UNRELATED = certificate("another", STRANGER, "another", STRANGER)
CROSS = certificate("root", ROOT, "old root", STRANGER)
OLD = certificate("old root", STRANGER, "old root", STRANGER)


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        ([MIDDLE, TOP], [MIDDLE, TOP]),
        ([TOP, MIDDLE], [MIDDLE, TOP]),
        ([MIDDLE, UNRELATED], [MIDDLE]),
        ([UNRELATED], []),
        ([IMPOSTOR], []),
        ([IMPOSTOR, MIDDLE], [MIDDLE]),
        ([TOP], []),
        ([MIDDLE, MIDDLE], [MIDDLE, MIDDLE]),
        ([MIDDLE, TOP, CROSS, OLD], [MIDDLE, TOP, CROSS, OLD]),
        ([b"", b"no certificate", MIDDLE], [MIDDLE]),
        ([], []),
    ],
)
def test_only_certificates_that_signed_vouch(others: list[bytes], wanted: list[bytes]) -> None:
    assert vouching(MAIL, *others) == h(*wanted)


def test_two_that_sign_each_other_come_to_an_end() -> None:
    one, two = certificate("one", ROOT, "two", BETWEEN), certificate("two", BETWEEN, "one", ROOT)
    assert vouching(certificate("mail.shop.test", LEAF, "one", ROOT), *[one, two] * 50) == h(*[one] * 5, *[two] * 5)


# --- Where mail goes ---


async def contacts(zone: Zone, script: Script, *, permitted: Sequence[str] = (ADDRESS,)) -> MailContacts | ProbeFailure:
    target = Target("domain", "shop.test")
    async with world({25: script}, zone, permitted=permitted) as net:
        found = await mail_contacts.collect(mail_contacts.request(target, Case((target,))), net)
    assert isinstance(found, MailContacts | ProbeFailure)
    return found


NO_MX: Zone = {("shop.test", "A"): (ADDRESS,)}


async def test_without_mx_records_the_domain_itself_is_asked() -> None:
    """RFC 5321 section 5.1."""
    script = Script()
    fact = await contacts(NO_MX, script)
    assert isinstance(fact, MailContacts)
    assert fact.mx.status is DnsStatus.NODATA
    assert [(s.host, [a.code for a in s.answers]) for s in fact.sessions] == [("shop.test", [250, 250])]
    assert [a.records for a in fact.addresses if a.records] == [(ADDRESS,)]
    assert script.connections == 1


async def test_without_mx_records_authority_is_needed_all_the_same() -> None:
    script = Script()
    fact = await contacts(NO_MX, script, permitted=())
    assert isinstance(fact, ProbeFailure)
    assert fact.reason is FailureReason.NOT_PERMITTED
    assert script.connections == 0


@pytest.mark.parametrize(
    "zone",
    [
        {**NO_MX, ("shop.test", "MX"): ("0 .",)},
        {**NO_MX, ("shop.test", "MX"): ("10 gone.shop.test.",)},
        {("www.shop.test", "A"): (ADDRESS,)},
        {("shop.test", "TXT"): ("hello",)},
    ],
    ids=["null MX", "an MX without address", "no such domain", "no address"],
)
async def test_who_names_another_place_or_none_is_not_asked_at_home(zone: Zone) -> None:
    script = Script()
    fact = await contacts(zone, script)
    assert isinstance(fact, MailContacts)
    assert (fact.sessions, fact.not_asked, script.connections) == ((), (), 0)


async def test_a_domain_that_takes_no_mail_at_home() -> None:
    target = Target("domain", "shop.test")
    async with world({80: Script()}, NO_MX) as net:
        fact = await mail_contacts.collect(mail_contacts.request(target, Case((target,))), net)
    assert isinstance(fact, MailContacts)
    assert [s.session.connect for s in fact.sessions] == [PortOutcome.CLOSED]


async def test_role_addresses_behind_tls_of_a_server_of_many_names() -> None:
    names = ManyNames("default.hoster.test", "mail.shop.test")
    wanted = b"530 5.7.0 Must issue a STARTTLS command first\r\n"
    script = Script({"EHLO": OFFERS, "MAIL": [wanted, b"250 Ok\r\n"], "STARTTLS": b"220 Go on\r\n"}, names.context)
    fact = await contacts(MAIL_ZONE, script)
    assert isinstance(fact, MailContacts)
    assert names.asked == ["mail.shop.test"]
