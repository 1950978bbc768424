"""Registries: WHOIS, RDAP, jCard, their lists of services, validators of routes, lists of vulnerabilities."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from selfaudit.case.model import Registrant
from selfaudit.demo.registry_rdap import card
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.registration import MailDomain, NetworkRecord, RegistrationContact, RegistrationRecord
from selfaudit.protocols import (
    bootstrap,
    bounded_json,
    contact_data,
    contact_plausible,
    contact_words,
    eol,
    holds,
    jcard,
    osv,
    rdap,
    registries,
    registry_words,
    rpki,
    whois,
    whois_library,
    whois_text,
)
from selfaudit.protocols.whois_dates import habits_of
from tests.fuzz.target import Target, allowed, joined, octets, split, text_of

FOLDER = Path(__file__).parents[1] / "protocols" / "whois_answers"
DECLARED = Registrant("Ann Example", "Blumen Ltd.", "Main Street 1", "Hanover", "30159", "DE", "ann@shop.test", "+49.511123456")
_UNSEEN = DnsAnswer("shop.test.", "MX", DnsStatus.TIMEOUT)
MAIL = (MailDomain("shop.test", _UNSEEN, _UNSEEN, _UNSEEN),)
DOMAINS = ("shop.test", "shop.de", "shop.jp", "shop.co.uk", "shop.com", "shop.fr", "shop.br", "shop.tr", "shop.it", "shop.eu")


def _kept(record: RegistrationRecord | NetworkRecord, kind: type[RegistrationRecord | NetworkRecord]) -> None:
    """What was read is bounded, saved and read again as the same; its contacts are judged."""
    encoded = msgspec.json.encode(record)
    assert len(encoded) < 500_000
    again: object = msgspec.json.decode(encoded, type=kind)
    assert again == record
    if isinstance(record, RegistrationRecord):
        for contact in record.contacts[:10]:
            _contact(contact)
        contact_data.compare_holder(contact_data.holder([record, None]), DECLARED)
        holds.hold_of(record.name_servers)


def _contact(contact: RegistrationContact) -> None:
    contact_data.shown_values(contact)
    contact_data.own_values(contact)
    contact_data.privacy_service(contact)
    contact_data.compare(contact, DECLARED)
    list(contact_plausible.oddities(contact, MAIL))


def _whois(data: bytes) -> None:
    """First line: the domain that was asked about; then the answer."""
    asked, _end, answer = data.partition(b"\n")
    domain = asked.decode("ascii", "replace")[:253].strip().lower() or "shop.test"
    text = whois.decode(answer)
    whois.referral(text)
    whois.is_refusal(text)
    read = allowed(whois.parse, text, domain, "whois.nic.test")
    if read is not None:
        _kept(read, RegistrationRecord)
    network = allowed(whois.parse_network, text)
    if network is not None:
        _kept(network, NetworkRecord)


def _whois_lines(data: bytes) -> None:
    text = text_of(data)
    lines = whois_text.lines_of(text)
    for line in lines[:50]:
        whois_text.normal(line)
        whois_text.is_comment(line)
        whois_text.host(line)
        whois_text.whole_host(line)
        registry_words.state(line)
        registry_words.is_withheld(line)
        registry_words.is_written_over(line)
        registry_words.is_empty(line)
    for domain in DOMAINS:
        if whois_library.covers(domain):
            whois_library.read(domain, lines, habits_of(domain))
    registries.page_for(text)
    allowed(whois.query_line, "whois.denic.de", text)
    allowed(whois.query_line, "whois.arin.net", text)
    for line in lines[:20]:
        allowed(bootstrap.a_labels, line)


def _rdap(data: bytes) -> None:
    record = allowed(rdap.read, data)
    if record is not None:
        _kept(record, RegistrationRecord)
    network = allowed(rdap.read_network, data)
    if network is not None:
        _kept(network, NetworkRecord)
    rdap.moment(text_of(data))


def _jcard(data: bytes) -> None:
    entity = bounded_json.loads(data)
    for name in ("fn", "org", "adr", "tel", "email", "contact-uri"):
        list(jcard.properties(entity, name))
    contact = jcard.read_contact(entity)
    jcard.in_order(set(contact.withheld))
    jcard.roles_of(entity)
    jcard.is_body(entity)
    jcard.urls(entity)
    assert len(msgspec.json.encode(contact)) < 100_000
    _contact(contact)


def _words(data: bytes) -> None:
    """Two values of a contact that are compared with each other."""
    one, two = (text_of(part) for part in split(data, 2))
    for same in (
        contact_words.same_words,
        contact_words.same_name,
        contact_words.same_postal_code,
        contact_words.same_country,
        contact_words.same_phone,
    ):
        assert same(one, two) == same(two, one), same.__name__  # whose value comes first may not matter
    contact_words.same_street((one, two), two)
    contact_words.bare_postal_code(one)
    contact_words.country_code(one)
    contact_words.is_country_code(one)
    contact_words.phone_number(one, "DE")
    contact_words.bare_phone(one)
    contact_data.stands_in(one)
    contact_data.is_forwarding(one)
    contact_data.mail_domain(one)
    contact_plausible.is_placeholder(one)
    contact_plausible.phone_is_possible(one, contact_words.country_code(two))
    contact_plausible.postal_code_fits(one, contact_words.country_code(two))


def _bootstrap(data: bytes) -> None:
    read = bootstrap.read(data)
    bootstrap.for_domain(read, "shop.co.uk")
    for address in ("192.0.2.1", "2001:db8::1"):
        bootstrap.for_address(read, address)
    assert all("/" not in host and "@" not in host for host in bootstrap.host_names(read))


def _rpki(data: bytes) -> None:
    rpki.read(data)


def _settings_url(data: bytes) -> None:
    rpki.url(text_of(data), 64500, "2001:db8::/32")


def _osv(data: bytes) -> None:
    for reader in (lambda d: osv.read_hits(d, 2), lambda d: osv.read_entry(d, "Debian:12"), osv.read_exploited):
        allowed(reader, data)
    text = text_of(data)
    osv.is_advisory(text)
    osv.cve_of(text)
    osv.entry_url("https://api.test/v1/querybatch", text)
    osv.question("Debian:12", [(osv.Package(text, text), text)])


def _versions(data: bytes) -> None:
    """Versions of programs against the shipped list; a greater one is never older and newer at once."""
    import datetime

    one, two = (text_of(part) for part in split(data, 2))
    assert not (eol.older_than(one, two) and eol.older_than(two, one))
    eol.number(one)
    eol.order(one)
    for product in eol.products().values():
        release = eol.line_of(product, one)
        eol.state(product, one, datetime.date(2026, 11, 22))
        if release is not None:
            eol.point_of(product, release, one, datetime.date(2026, 11, 22))


def _json(data: bytes) -> None:
    value = bounded_json.loads(data)
    bounded_json.mapping(value)
    bounded_json.items(value)
    bounded_json.text(value)
    bounded_json.texts(value)


def _answers() -> tuple[bytes, ...]:
    """The recorded answers, each behind the domain that it is about."""
    from tests.protocols import test_whois

    about = {name: domain for name, domain, *_rest in test_whois.REGISTERED}
    return tuple(
        about.get(path.stem, "laden-erfunden.com").encode() + b"\n" + path.read_bytes()[:6000]
        for path in sorted(FOLDER.glob("*.txt"))
    )


def _documents() -> tuple[bytes, ...]:
    from tests.protocols import test_rdap

    return tuple(
        json.dumps(value).encode()
        for value in vars(test_rdap).values()
        if isinstance(value, dict) and "objectClassName" in value
    )


def _entity() -> bytes:
    from selfaudit.demo.registry_data import PersonSpec

    person = PersonSpec(
        name="Ann",
        organization="Blumen",
        street="Main 1",
        city="Hanover",
        region="NI",
        postal_code="30159",
        country="DE",
        phone="+49.511123456",
        email="a@shop.test",
    )
    return json.dumps(
        {
            "objectClassName": "entity",
            "roles": ["registrant"],
            "vcardArray": card(person, "https://c.test/"),
            "remarks": [{"title": "REDACTED FOR PRIVACY"}],
        }
    ).encode()


JSON_WORDS = octets(
    '"vcardArray"', '["vcard",[]]', '"adr",{},"text",["","","","","","",""]', '"redacted"', '"links"', '"rel":"related"', '"href":"https://x.test/"', '"events"', '"eventDate"',
    '"2026-02-30T25:00:00Z"', '"status"', "null", "true", "[]", "{}", '"\\ud800"', "1e999", '"cidr0_cidrs"', '"v4prefix"', '"length":33', '"fixed"', '"validity"', '"state":"valid"',
)  # fmt: skip
RPKI = b'{"validated_route":{"route":{"origin_asn":"AS64500","prefix":"192.0.2.0/25"},"validity":{"state":"invalid","reason":"as","VRPs":{"matched":[{"asn":"AS64500","prefix":"192.0.2.0/24","max_length":"24"}],"unmatched_as":[],"unmatched_length":[]}}}}'
HITS = b'{"results":[{"vulns":[{"id":"DSA-5532-1","modified":"2026-01-01T00:00:00Z"}],"next_page_token":"t"},{}]}'
ENTRY = b'{"id":"DSA-5532-1","upstream":["CVE-2023-5363"],"affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.11"}]}]}]}'
KEV = b'{"dateReleased":"2026-11-20T10:00:00Z","vulnerabilities":[{"cveID":"CVE-2023-5363","dateAdded":"2026-01-01","knownRansomwareCampaignUse":"Known"}]}'
SERVICES = b'{"version":"1.0","publication":"2026-11-20T10:00:00Z","services":[[["test","co.uk"],["https://rdap.test/"]],[["192.0.2.0/24"],["https://r.test/"]]]}'

TARGETS = {
    "whois": Target(_whois, _answers(), octets("No match", "NOT FOUND", "Registrant Name: ", "Domain Name: ", "Status: free", "refer: ", "inetnum: ", "[Domain Name]", "2026-13-45", "%% ", "quota exceeded", "\r\n\r\n"), 8000, 1.5),
    "whois-lines": Target(_whois_lines, tuple(a.partition(b"\n")[2][:3000] for a in _answers()), octets("Domain Name: ", "created: ", "....: ", "   "), 3000, 1.0),
    "rdap": Target(_rdap, _documents(), JSON_WORDS, 8000, 1.5),
    "jcard": Target(_jcard, (_entity(),), JSON_WORDS, 4000, 1.0),
    "contact-words": Target(_words, (joined("Müller & Söhne GmbH", "Mueller und Soehne GmbH"), joined("+49 (0) 511 123456", "+49.511123456"), joined("D-30159", "DE"), joined("Main Street 1", "Main St. 1"), joined("a@privacy.test", "US")), octets("ß", "ﬃ", "+", "(0)", "GmbH", "x123", "PO Box", "00000"), 400),
    "bootstrap": Target(_bootstrap, (SERVICES,), octets('"services"', "https://", "http://", '"::/0"', '"xn--"'), 4000),
    "rpki": Target(_rpki, (RPKI,), JSON_WORDS, 4000),
    "rpki-url": Target(_settings_url, octets("https://v.example/x?resource=AS{asn}&prefix={prefix}", "https://v.example/"), octets("{", "}", "{asn}", "{0}", "{asn.x}", "{prefix!r}", "{asn:>999999999}"), 300),
    "vulnerabilities": Target(_osv, (HITS, ENTRY, KEV), JSON_WORDS, 6000),
    "versions": Target(_versions, (joined("8.2p1 Ubuntu-4ubuntu0.5", "9.2"), joined("1:2.4.57-1+deb12u1", "2.4"), joined("22.04", "12")), octets("~", ":", "+", "-", "rc", "p"), 200),
    "json": Target(_json, (HITS, b'{"a":[1,2.5,"\\u00e4",null]}'), JSON_WORDS, 20_000),
}  # fmt: skip
