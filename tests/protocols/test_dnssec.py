"""The link between a zone and its parent, with records that are signed here."""

from __future__ import annotations

import datetime
from dataclasses import replace

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdataset
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.protocols.dnssec import ChainState, evaluate, signature_window

ORIGIN = dns.name.from_text("shop.test.")
NOW = 1_760_000_000.0
NONE = DnsAnswer("shop.test.", "DS", DnsStatus.NODATA)


def signed(days_left: float = 10, now: float = NOW, span: float = 20) -> tuple[DnsAnswer, DnsAnswer, DnsAnswer]:
    zone = dns.zone.from_text("@ 300 IN SOA ns h 1 2 3 4 5\n@ 300 IN NS ns\n", origin=ORIGIN, relativize=False)
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
    end = datetime.datetime.fromtimestamp(now, datetime.UTC) + datetime.timedelta(days=days_left)
    with zone.writer() as writer:
        dns.dnssec.sign_zone(
            zone, writer, keys=[(private, key)], dnskey_ttl=300, inception=end - datetime.timedelta(days=span), expiration=end
        )

    def read(rdtype: str) -> DnsAnswer:
        records = zone.get_rdataset(ORIGIN, rdtype)
        signatures = zone.get_rdataset(ORIGIN, "RRSIG", rdtype)
        assert records is not None
        assert signatures is not None
        return DnsAnswer(
            "shop.test.",
            rdtype,
            DnsStatus.ANSWER,
            records=tuple(r.to_text() for r in records),
            signatures=tuple(r.to_text() for r in signatures),
            authoritative=True,
        )

    ds = dns.dnssec.make_ds(ORIGIN, key, "SHA256")
    # The parent's signature over DS is not examined; it shows that signatures come through.
    parent = DnsAnswer(
        "shop.test.", "DS", DnsStatus.ANSWER, records=(ds.to_text(),), signatures=("from the parent",), authoritative=True
    )
    return parent, read("DNSKEY"), read("SOA")


def test_secure_and_running_out() -> None:
    got = evaluate("shop.test", *signed(), NOW)
    assert (got.state, got.reason) == (ChainState.SECURE, "")
    assert evaluate("shop.test", *signed(days_left=1), NOW).reason == "soon"


def test_times() -> None:
    got = evaluate("shop.test", *signed(days_left=-3), NOW)
    assert got.state is ChainState.BOGUS
    assert "ran out" in got.reason
    got = evaluate("shop.test", *signed(days_left=40), NOW)
    assert got.state is ChainState.BOGUS
    assert "valid only from" in got.reason


def test_broken_links() -> None:
    ds, dnskey, soa = signed()
    other_ds, _key, _soa = signed()
    assert "matches a DS" in evaluate("shop.test", other_ds, dnskey, soa, NOW).reason
    assert "not signed" in evaluate("shop.test", ds, dnskey, replace(soa, signatures=()), NOW).reason
    assert "not signed" in evaluate("shop.test", ds, replace(dnskey, signatures=()), soa, NOW).reason
    forged = replace(soa, records=("ns.shop.test. h.shop.test. 666 2 3 4 5",))
    assert "wrong" in evaluate("shop.test", ds, dnskey, forged, NOW).reason
    gone = DnsAnswer("shop.test.", "DNSKEY", DnsStatus.NODATA, authoritative=True)
    assert "no DNSKEY" in evaluate("shop.test", ds, gone, soa, NOW).reason
    assert evaluate("shop.test", replace(ds, records=("nonsense",)), dnskey, soa, NOW).state is ChainState.BOGUS


def test_stripped_signatures_say_nothing() -> None:
    ds, dnskey, soa = signed()
    bare_key, bare_soa = replace(dnskey, signatures=()), replace(soa, signatures=())
    assert evaluate("shop.test", replace(ds, signatures=()), bare_key, bare_soa, NOW).state is ChainState.UNKNOWN
    assert evaluate("shop.test", ds, replace(bare_key, authoritative=False), soa, NOW).state is ChainState.UNKNOWN
    gone = DnsAnswer("shop.test.", "DNSKEY", DnsStatus.NODATA)
    assert evaluate("shop.test", ds, gone, soa, NOW).state is ChainState.UNKNOWN


def test_a_wrong_clock_is_not_the_zones_fault() -> None:
    ds, dnskey, soa = signed()
    parent = replace(ds, signatures=signed()[2].signatures)  # a signature of the parent with the same period
    for wrong in (NOW + 90 * 86_400, NOW - 90 * 86_400):
        got = evaluate("shop.test", parent, dnskey, soa, wrong)
        assert (got.state, "clock" in got.reason) == (ChainState.UNKNOWN, True)
    assert evaluate("shop.test", parent, dnskey, soa, NOW).state is ChainState.SECURE
    _ds, _key, stale = signed(days_left=-3)
    assert "ran out" in evaluate("shop.test", parent, dnskey, replace(soa, signatures=stale.signatures), NOW).reason


def test_one_valid_signature_is_enough_and_short_spans_are_usual() -> None:
    ds, dnskey, soa = signed()
    _ds, _key, old = signed(days_left=-5)
    assert evaluate("shop.test", ds, dnskey, replace(soa, signatures=(*old.signatures, *soa.signatures)), NOW).reason == ""
    short = signed(days_left=1, span=2)
    assert evaluate("shop.test", *short, NOW).reason == ""


def test_hostile_numbers_of_keys_are_not_tried() -> None:
    # CVE-2023-50387: every signature with every key of its tag
    ds, dnskey, soa = signed()
    for broken in (
        (ds, replace(dnskey, records=dnskey.records * 400), soa),
        (ds, dnskey, replace(soa, signatures=soa.signatures * 400)),
        (replace(ds, records=ds.records * 400), dnskey, soa),
    ):
        assert evaluate("shop.test", *broken, NOW).state is ChainState.UNSUPPORTED


def test_unsigned_island_unknown_unsupported() -> None:
    ds, dnskey, soa = signed()
    gone = DnsAnswer("shop.test.", "DNSKEY", DnsStatus.NODATA)
    assert evaluate("shop.test", NONE, gone, soa, NOW).state is ChainState.UNSIGNED
    assert evaluate("shop.test", NONE, dnskey, soa, NOW).state is ChainState.ISLAND
    silent = replace(ds, status=DnsStatus.TIMEOUT, records=())
    assert evaluate("shop.test", silent, dnskey, soa, NOW).state is ChainState.UNKNOWN
    assert (
        evaluate("shop.test", ds, replace(dnskey, status=DnsStatus.SERVFAIL, records=()), soa, NOW).state is ChainState.UNKNOWN
    )
    tag, algorithm, _digest_type, digest = ds.records[0].split(" ", 3)
    odd = replace(ds, records=(f"{tag} {algorithm} 250 {digest}",))
    assert evaluate("shop.test", odd, dnskey, soa, NOW).state in (ChainState.UNSUPPORTED, ChainState.BOGUS)


@pytest.mark.parametrize("signatures", [(), ("garbage",)])
def test_no_window_without_signature(signatures: tuple[str, ...]) -> None:
    assert signature_window(DnsAnswer(".", "SOA", DnsStatus.ANSWER, signatures=signatures)) is None
