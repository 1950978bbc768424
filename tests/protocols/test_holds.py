"""Name servers of domains that a registrar took out of service."""

from __future__ import annotations

import pytest

from selfaudit.protocols.holds import Hold, hold_of, patterns


@pytest.mark.parametrize(
    ("host", "meaning", "registrar"),
    [
        ("ns1.verification-hold.suspended-domain.com", "verification", "PDR"),
        ("NS2.Verification-Hold.Suspended-Domain.COM.", "verification", "PDR"),
        ("failed-whois-verification.namecheap.com", "verification", "Namecheap"),
        ("ns1.renewyourname.net", "expired", "Tucows"),
        ("ns1.dns-suspended.com", "suspended", "Hostinger"),
    ],
)
def test_known_ones(host: str, meaning: str, registrar: str) -> None:
    found = hold_of(["ns1.shop.test", host])
    assert found is not None
    assert found[0] == host.lower().rstrip(".")
    assert found[1].meaning == meaning
    assert found[1].registrar.startswith(registrar)


@pytest.mark.parametrize(
    "host",
    [
        "ns1.shop.test",
        "verification-hold.suspended-domain.com",  # the suffix alone is no name below it
        "ns1.my-verification-hold.suspended-domain.com",
        "ns1.verification-hold.suspended-domain.com.shop.test",
        "x.failed-whois-verification.namecheap.com",
        "dns1.registrar-servers.com",
        "",
        ".",
    ],
)
def test_others(host: str) -> None:
    assert hold_of([host]) is None


def test_no_name_servers() -> None:
    assert hold_of([]) is None


def test_a_pattern() -> None:
    below = Hold("*.hold.test", "X", "suspended", "", "")
    assert [below.fits(h) for h in ("a.hold.test", "a.b.hold.test", "hold.test", "ahold.test")] == [True, True, False, False]


def test_the_list_is_read_once_and_has_every_meaning() -> None:
    assert patterns() is patterns()
    assert {p.meaning for p in patterns()} == {"verification", "expired", "suspended"}
