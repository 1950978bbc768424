"""MTA-STS, TLS-RPT, BIMI, reverse names, the public suffix list, tag lists, and TXT presentation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.facts.dns import str_to_txt, txt_to_str
from selfaudit.protocols import mail_policies as mp
from selfaudit.protocols import psl
from selfaudit.protocols.rdns import is_generic
from selfaudit.protocols.tags import parse_tags

# RFC 8461 section 3.2
RFC_8461 = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n"


def test_published_examples() -> None:
    assert mp.parse_sts_record("v=STSv1; id=20160831085700Z;") == "20160831085700Z"
    policy = mp.parse_sts_policy(RFC_8461)
    assert (policy.mode, policy.max_age, len(policy.mx)) == ("enforce", 604_800, 3)
    assert mp.parse_tls_rpt("v=TLSRPTv1;rua=mailto:reports@example.com") == ("mailto:reports@example.com",)
    assert mp.parse_tls_rpt("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt") == (
        "https://reporting.example.com/v1/tlsrpt",
    )


def test_mta_sts_patterns_stand_for_one_label() -> None:
    # RFC 8461 section 4.1
    assert mp.sts_matches("foo.example.com.", ("*.example.com",))
    assert not mp.sts_matches("foo.bar.example.com", ("*.example.com",))
    assert not mp.sts_matches("example.com", ("*.example.com",))
    assert mp.sts_matches("MAIL.example.com", ("mail.example.com",))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "version"),
        ("version: STSv2\nmode: none\nmax_age: 1", "version"),
        ("version: STSv1\nmode: strict\nmx: a.b\nmax_age: 1", "mode"),
        ("version: STSv1\nmode: enforce\nmx: a.b\nmax_age: 99999999", "max_age"),
        ("version: STSv1\nmode: enforce\nmx: a.b\nmax_age: x", "max_age"),
        ("version: STSv1\nmode: enforce\nmax_age: 1", "no mx"),
        ("version: STSv1\nmode: enforce\nmx: *.*.b\nmax_age: 1", "host name"),
        ("<html>", "key: value"),
    ],
)
def test_broken_policies(body: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        mp.parse_sts_policy(body)


def test_records_are_recognised_exactly() -> None:
    assert mp.sts_records(["v=STSv1; id=1", "v=STSv1", "x v=STSv1;"]) == ("v=STSv1; id=1",)
    assert mp.tls_rpt_records(["v=TLSRPTv1; rua=x", "v=TLSRPTv2; rua=x"]) == ("v=TLSRPTv1; rua=x",)
    assert mp.bimi_records(["v=BIMI1; l=", "v=BIMI11"]) == ("v=BIMI1; l=",)
    for bad in ("v=STSv1; id=", "v=STSv1; id=a-b", "v=STSv1;"):
        with pytest.raises(BadInput):
            mp.parse_sts_record(bad)
    for bad in ("v=TLSRPTv1;", "v=TLSRPTv1; rua=ftp://x", "v=TLSRPTv1; rua=mailto:x"):
        with pytest.raises(BadInput):
            mp.parse_tls_rpt(bad)
    assert mp.parse_bimi("v=BIMI1; l=; a=;").location == ""
    for bad in ("v=BIMI1; a=self", "v=BIMI1; l=http://x/y.svg", "v=BIMI1; l=https://x"):
        with pytest.raises(BadInput):
            mp.parse_bimi(bad)


@pytest.mark.parametrize(
    ("name", "ip", "generic"),
    [
        ("static.25.100.51.198.clients.your-server.de", "198.51.100.25", True),
        ("li123-45.members.linode.com", "198.51.100.25", True),
        ("198-51-100-25.ip.linodeusercontent.com", "198.51.100.25", True),
        ("ec2-198-51-100-25.compute-1.amazonaws.com", "198.51.100.25", True),
        ("25.100.51.198.bc.googleusercontent.com", "198.51.100.25", True),
        ("host25-100-51-198.provider.net", "198.51.100.25", True),
        ("c6336419.provider.net", "198.51.100.25", True),
        ("198051100025.provider.net", "198.51.100.25", True),
        ("dyn-7.provider.net", "198.51.100.25", True),
        ("pool-12.dsl.provider.net", "198.51.100.25", True),
        ("vps-81233.provider.net", "198.51.100.25", True),
        ("mail.shop.de", "198.51.100.25", False),
        ("mail25.shop.de", "198.51.100.25", False),
        ("smtp-out-3.shop.de", "198.51.100.25", False),
        ("host1.shop.de", "198.51.100.25", False),
        ("vps1.shop.de", "198.51.100.25", False),
        ("server.dyn-shop.de", "198.51.100.25", False),
        ("shop.de", "198.51.100.25", False),
        ("2001-db8-25-0-0-0-0-25.provider.net", "2001:db8:25::25", True),
        ("20010db8002500000000000000000025.provider.net", "2001:db8:25::25", True),
        ("5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.2.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8:25::25", True),
        ("mail.shop.de", "2001:db8:25::25", False),
        ("a.b.shop.de", "2001:db8:a:b::1", False),
    ],
)
def test_generic_names(name: str, ip: str, generic: bool) -> None:
    assert is_generic(name, ip) is generic


def test_generic_needs_an_address() -> None:
    with pytest.raises(BadInput):
        is_generic("mail.shop.de", "nonsense")


def test_public_suffixes() -> None:
    assert psl.registrable_domain("a.b.shop.co.uk.") == "shop.co.uk"
    assert psl.registrable_domain("co.uk") == ""
    assert psl.registrable_domain("WWW.Shop.DE") == "shop.de"
    assert psl.is_public_suffix("co.uk")
    assert not psl.is_public_suffix("shop.co.uk")


def test_tags() -> None:
    assert parse_tags(" v=1 ; a = b c ;; ") == {"v": "1", "a": "b c"}
    for bad in ("x", "=1", "a=1;a=2", ";".join(f"t{i}=1" for i in range(70))):
        with pytest.raises(BadInput):
            parse_tags(bad)


@given(st.binary(max_size=600))
def test_txt_presentation_loses_nothing(octets: bytes) -> None:
    text = octets.decode("latin-1")
    assert txt_to_str(str_to_txt(text)) == text


@given(st.text(max_size=300))
def test_any_presentation_text_can_be_read(text: str) -> None:
    txt_to_str(text)
