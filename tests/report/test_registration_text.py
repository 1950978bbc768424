"""What the evidence says about a registration: what was read, and the command that repeats it."""

from __future__ import annotations

from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.registration import (
    BootstrapUse,
    DomainRegistration,
    LookupOutcome,
    NetworkRecord,
    NetworkRegistration,
    Registered,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.facts.routing import RouteValidity, ValidityQuestion
from selfaudit.report.registration_text import lines_about
from tests.checks.build import yes

RDAP = RegistryExchange(
    "rdap", "rdap.nic.test", "192.0.2.1", "https://rdap.nic.test/domain/shop.test", LookupOutcome.ANSWERED, 200, attempts=2,
    redirects=("https://rdap.other.test/x",), retry_after=1.0, text='{"links": "' + "x" * 9000 + '"}',
)  # fmt: skip
WHOIS = RegistryExchange(
    "whois", "whois.nic.test", "192.0.2.1", "shop.test", LookupOutcome.ANSWERED, text="% notice\n\nDomain: shop.test\n\x1b[31mStatus: ok\n"
)  # fmt: skip


def test_what_was_read_is_seen_however_long_the_answer_is() -> None:
    record = RegistrationRecord(
        "rdap", Registered.YES, expires=1798761600.0, changed=1e300, states=("client hold", "\u202eevil"),
        name_servers=("ns1.shop.test",), registrar="Eins",
    )  # fmt: skip
    fact = DomainRegistration(
        "shop.test", (RDAP, WHOIS), record, None, bootstrap=BootstrapUse("cache", "2026-11-01T00:00:00Z", "test")
    )
    lines = dict(lines_about(fact))
    asked = lines["curl -sSL -H Accept:application/rdap+json https://rdap.nic.test/domain/shop.test"]
    assert asked.startswith("HTTP 200; asked 2 times; it asked to wait 1 s; redirected to https://rdap.other.test/x; ")
    assert len(asked) <= 320
    assert lines["whois -h whois.nic.test shop.test"] == "answered; Domain: shop.test / \\x1b[31mStatus: ok"
    texts = [text for command, text in lines_about(fact) if not command]
    assert texts == [
        "Read from the answer of the registry: registered: yes; last changed: 1e+300; expiration: 2027-01-01; "
        "status: client hold, \\u202eevil; nameservers: ns1.shop.test; registrar: Eins",
        "RDAP server by the list of 2026-11-01T00:00:00Z (cache), entry test",
    ]


def test_networks_and_routes() -> None:
    network = NetworkRecord("rdap", name="NET", holder="Hosting", prefixes=("192.0.2.0/24",), abuse_email=("abuse@post.test",))
    lines = [text for command, text in lines_about(NetworkRegistration("192.0.2.7", (), network)) if not command]
    assert lines == [
        "Read from the answer of the registry: name: NET; holder: Hosting; prefixes: 192.0.2.0/24; abuse: abuse@post.test"
    ]
    fetch = HttpFetch("https://rpki.test/?a=1&b=2", "192.0.2.9", HttpStatus.ANSWERED, 200, body='{"state":\n "valid"}')
    silent = HttpFetch("https://rpki.test/", "192.0.2.9", HttpStatus.TIMEOUT, detail="no answer in time")
    origin = yes("7.2.0.192.origin.test", "TXT", "64500 | 192.0.2.0/24 | ZZ | ripencc | 2020-01-01")
    questions = (ValidityQuestion("192.0.2.0/24", 64500, fetch), ValidityQuestion("192.0.2.0/24", 64501, silent))
    assert list(lines_about(RouteValidity("192.0.2.7", origin, questions))) == [
        ("curl -sS 'https://rpki.test/?a=1&b=2'", 'HTTP 200; {"state": "valid"}'),
        ("curl -sS https://rpki.test/", "timeout: no answer in time"),
    ]
