"""Targets as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.case import HOSTED, Target
from selfaudit.case.targets import hosted_targets, parse_address, parse_domain, parse_selector, parse_target, parse_targets
from selfaudit.errors import UserError
from selfaudit.protocols.psl import is_public_suffix


def read(text: str, *, reserved: bool = False) -> list[tuple[str, str]]:
    return [(t.kind, t.value) for t in parse_target(text, allow_reserved=reserved, is_public_suffix=is_public_suffix)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("blumenhof-shop.de", "domain", "blumenhof-shop.de"),
        ("  Blumenhof-Shop.DE.  ", "domain", "blumenhof-shop.de"),
        ("https://www.blumenhof-shop.de/impressum?x=1#y", "domain", "www.blumenhof-shop.de"),
        ("http://user:secret@blumenhof-shop.de:8443/", "domain", "blumenhof-shop.de"),
        ("blumenhof-shop.de:25", "domain", "blumenhof-shop.de"),
        ("blumenhof-shop.de/", "domain", "blumenhof-shop.de"),
        ("maria@blumenhof-shop.de", "domain", "blumenhof-shop.de"),
        ("mailto:maria@blumenhof-shop.de", "domain", "blumenhof-shop.de"),
        ("bücher.de", "domain", "xn--bcher-kva.de"),
        ("BÜCHER.de", "domain", "xn--bcher-kva.de"),
        ("straße.de", "domain", "xn--strae-oqa.de"),
        ("例え.jp", "domain", "xn--r8jz45g.jp"),
        ("shop.co.uk", "domain", "shop.co.uk"),
        ("9.9.9.9", "address", "9.9.9.9"),
        ("9.9.9.9:25", "address", "9.9.9.9"),
        ("http://9.9.9.9/", "address", "9.9.9.9"),
        ("2620:00FE::0009", "address", "2620:fe::9"),
        ("[2620:fe::9]:25", "address", "2620:fe::9"),
        ("[2620:fe::9]", "address", "2620:fe::9"),
        ("[IPv6:2620:fe::9]", "address", "2620:fe::9"),
        ("https://[2620:fe::9]:8443/x", "address", "2620:fe::9"),
        ("::ffff:9.9.9.9", "address", "9.9.9.9"),
        ("9.9.9.9/32", "address", "9.9.9.9"),
    ],
)
def test_plain_meanings(text: str, kind: str, value: str) -> None:
    assert read(text) == [(kind, value)]


def test_blocks_are_expanded() -> None:
    assert read("9.9.9.0/30") == [("address", f"9.9.9.{n}") for n in range(4)]
    assert len(read("9.9.9.0/24")) == 256
    assert len(read("2620:fe::/120")) == 256


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a" * 300 + ".de", "too long"),
        ("x.de; rm -rf /", "not a domain"),
        ("$(reboot).de", "not a domain"),
        ("`id`", "not a domain"),
        ("a b.de", "not a domain"),
        ("-x.de", "not a domain"),
        ("x-.de", "not a domain"),
        ("x..de", "not a domain"),
        ("x\x1b[31m.de", "not a domain"),
        ("_dmarc.blumenhof-shop.de", "not a domain"),
        ("a" * 64 + ".de", "not a domain"),
        ("@blumenhof-shop.de", "not an e-mail"),
        ("a@b@c.de", "not an e-mail"),
        ("http://", "without a host"),
        ("localhost", "reserved name"),
        ("localhost:8080", "reserved name"),
        ("intranet", "reserved name"),
        ("server", "single word"),
        ("printer.local", "reserved name"),
        ("shop.test", "reserved name"),
        ("www.example.com", "reserved name"),
        ("blumenhof.example", "reserved name"),
        ("co.uk", "public suffix"),
        ("de", "single word"),
        ("127.0.0.1", "not a public address"),
        ("10.1.2.3", "not a public address"),
        ("192.168.0.1", "not a public address"),
        ("169.254.1.1", "not a public address"),
        ("100.64.0.1", "not a public address"),
        ("192.0.2.7", "not a public address"),
        ("224.0.0.1", "not a public address"),
        ("0.0.0.0", "not a public address"),
        ("255.255.255.255", "not a public address"),
        ("::1", "not a public address"),
        ("fe80::1", "not a public address"),
        ("fe80::1%eth0", "one network link"),
        ("fd00::1", "not a public address"),
        ("2001:db8::1", "not a public address"),
        ("::ffff:10.0.0.1", "not a public address"),
        ("64:ff9b::10.0.0.1", "not a public address"),
        ("2002:0a00:0001::1", "not a public address"),
        ("2002:e000:0001::1", "not a public address"),
        ("3fff::1", "not a public address"),
        ("192.0.0.9", "not a public address"),
        ("9.9.8.0/23", "at most 256"),
        ("::/0", "at most 256"),
        ("9.9.9.5/24", "not plain"),
        ("9.9.9.0/40", "neither"),
        ("blumenhof-shop.de/24", "neither"),
        ("1.2.3", "not a valid"),
        ("1.2.3.4.5", "not a valid"),
        ("256.1.1.1", "not a valid"),
        ("010.1.1.1", "not a valid"),
        ("2620::fe::9", "not a valid"),
        ("[::1", "not a"),
    ],
)
def test_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as error:
        read(text)
    line = str(error.value)
    assert "\n" not in line
    assert "\x1b" not in line


def test_laboratories_may_name_reserved_targets() -> None:
    assert read("blumenhof.example", reserved=True) == [("domain", "blumenhof.example")]
    assert read("127.0.0.9", reserved=True) == [("address", "127.0.0.9")]
    with pytest.raises(UserError, match="reserved name"):
        read("localhost", reserved=True)


def test_credentials_in_a_url_are_never_repeated() -> None:
    with pytest.raises(UserError) as error:
        parse_targets(["http://user:secret@localhost/"], allow_reserved=False, is_public_suffix=is_public_suffix)
    assert "localhost" in str(error.value)
    assert "secret" not in str(error.value)


def test_repetitions_are_dropped_and_addresses_capped() -> None:
    twice = parse_targets(["9.9.9.9", "9.9.9.9", "[::ffff:9.9.9.9]"], allow_reserved=False, is_public_suffix=is_public_suffix)
    assert [t.value for t in twice] == ["9.9.9.9"]
    with pytest.raises(UserError, match="More than 256"):
        parse_targets(["9.9.9.0/24", "9.9.8.0/30"], allow_reserved=False, is_public_suffix=is_public_suffix)


def test_sending_addresses() -> None:
    assert parse_address("[2620:fe::9]", allow_reserved=False, what="--sending-ip") == "2620:fe::9"
    for text in ("blumenhof-shop.de", "9.9.9.0/24", "", "10.0.0.1"):
        with pytest.raises(UserError, match="--sending-ip"):
            parse_address(text, allow_reserved=False, what="--sending-ip")


@pytest.mark.parametrize(
    ("text", "name", "domain"),
    [
        ("news", "news", ""),
        ("News@Shop.de", "news", "shop.de"),
        ("a.b", "a.b", ""),
        ("news._domainkey.shop.de.", "news", "shop.de"),
        ("news._domainkey", "news", ""),
    ],
)
def test_selectors(text: str, name: str, domain: str) -> None:
    assert parse_selector(text) == (name, domain)


@pytest.mark.parametrize("text", ["", "a b", "..", "x;y", "-a", "a" * 300])
def test_bad_selectors(text: str) -> None:
    with pytest.raises(UserError, match="selector"):
        parse_selector(text)


@given(st.text(max_size=320))
def test_any_text_gives_targets_or_one_line(text: str) -> None:
    line = ""
    targets: list[tuple[str, str]] = []
    try:
        targets = read(text)
    except UserError as error:
        line = str(error)
    assert bool(targets) != bool(line)
    assert line.isprintable()
    assert all(value.isascii() for _kind, value in targets)


def test_lists_of_domains_take_no_addresses() -> None:
    assert parse_domain("https://Shop.DE/x", allow_reserved=False, is_public_suffix=is_public_suffix) == "shop.de"
    for text in ("9.9.9.9", "9.9.9.0/24", "2620:fe::9"):
        with pytest.raises(UserError, match="only domains belong here"):
            parse_domain(text, allow_reserved=False, is_public_suffix=is_public_suffix)


def test_what_is_named_and_hosted_counts_as_named() -> None:
    named = (Target("domain", "a.net"), Target("address", "9.9.9.9"))
    assert hosted_targets(["b.net", "a.net", "b.net"], named) == (Target("domain", "b.net", HOSTED),)
    assert len(hosted_targets((f"d{n}.net" for n in range(1000)), named)) == 1000
    with pytest.raises(UserError, match="More than 1000 hosted domains"):
        hosted_targets((f"d{n}.net" for n in range(1001)), named)
