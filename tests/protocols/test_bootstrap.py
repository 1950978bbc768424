"""Lists of RDAP servers (RFC 9224), with holes too."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols import bootstrap
from tests.protocols.test_bounded_json import JSON

DOMAINS = b"""{
  "version": "1.0", "publication": "2026-11-17T20:00:02Z", "description": "RDAP bootstrap file for DNS top-level domains",
  "services": [
    [["com", "net"], ["https://rdap.registry.example/com/v1"]],
    [["org", "mytld."], ["http://rdap.registry.test/", "https://rdap.registry.test/"]],
    [["xn--zckzah", "CO.UK", "\xe6\xb5\x8b\xe8\xaf\x95"], ["https://example.net/rdap/xn--zckzah/", "http://example.net/rdap/xn--zckzah/"]],
    [["uk"], ["https://rdap.uk.example:8443/uk"]],
    [["plain"], ["http://example.net/"]]
  ]
}"""


def test_domains() -> None:
    file = bootstrap.read(DOMAINS)
    assert file.publication == "2026-11-17T20:00:02Z"
    assert file.services == {
        "com": ("https://rdap.registry.example/com/v1/",),
        "net": ("https://rdap.registry.example/com/v1/",),
        "org": ("https://rdap.registry.test/",),
        "mytld": ("https://rdap.registry.test/",),
        "xn--zckzah": ("https://example.net/rdap/xn--zckzah/",),
        "co.uk": ("https://example.net/rdap/xn--zckzah/",),
        "xn--0zwm56d": ("https://example.net/rdap/xn--zckzah/",),
        "uk": ("https://rdap.uk.example:8443/uk/",),
    }
    assert bootstrap.for_domain(file, "Shop.Example.COM.") == ("com", ("https://rdap.registry.example/com/v1/",))
    assert bootstrap.for_domain(file, "shop.co.uk") == ("co.uk", ("https://example.net/rdap/xn--zckzah/",))
    assert bootstrap.for_domain(file, "shop.me.uk") == ("uk", ("https://rdap.uk.example:8443/uk/",))
    assert bootstrap.for_domain(file, "shop.telecom") is None  # labels, not letters
    assert bootstrap.for_domain(file, "shop.plain") is None
    assert bootstrap.for_domain(file, "") is None
    assert bootstrap.host_names(file) == {"rdap.registry.example", "rdap.registry.test", "example.net", "rdap.uk.example"}


def test_addresses_by_the_longest_prefix() -> None:
    # RFC 9224 sections 5.1 and 5.2
    four = bootstrap.read(
        json.dumps(
            {
                "publication": "2026-01-01T00:00:00Z",
                "services": [
                    [["198.51.100.0/24", "192.0.0.0/8"], ["https://rir1.example.com/myrdap/"]],
                    [["203.0.113.0/24", "192.0.2.0/24"], ["https://example.org/"]],
                ],
            }
        ).encode()
    )
    assert bootstrap.for_address(four, "192.0.2.1") == ("192.0.2.0/24", ("https://example.org/",))
    assert bootstrap.for_address(four, "192.0.1.1") == ("192.0.0.0/8", ("https://rir1.example.com/myrdap/",))
    assert bootstrap.for_address(four, "198.51.101.1") is None
    assert bootstrap.for_address(four, "2001:db8::1") is None
    assert bootstrap.for_address(four, "no address") is None
    six = bootstrap.read(
        b'{"services": [[["2001:DB8::/34", "2001:0db8::/32"], ["https://rir2.example.com/myrdap"]], [["::/0"], ["https://all.example"]]]}'
    )
    assert bootstrap.for_address(six, "2001:db8:1::1") == ("2001:db8::/34", ("https://rir2.example.com/myrdap/",))
    assert bootstrap.for_address(six, "2001:db8:8000::1") == ("2001:db8::/32", ("https://rir2.example.com/myrdap/",))
    assert bootstrap.for_address(six, "2a00::1") == ("::/0", ("https://all.example/",))


def test_a_file_with_holes_keeps_what_can_be_read() -> None:
    file = bootstrap.read(
        json.dumps(
            {
                "publication": 7.5,
                "services": [
                    None,
                    [],
                    [["a"]],
                    [["b"], None],
                    [
                        ["c"],
                        ["https://", "https://user@c.example/", "https://c.example:x/", "https://[c/", "ftp://c.example/", 3],
                    ],
                    "text",
                    {"x": 1},
                    [["", ".", None, 4.5, "d e", "10.0.0.0/99", "e" * 300], ["https://d.example/"]],
                    [[["deep"]], ["https://f.example/"]],
                    [["good"], [None, "https://good.example/?x=1#y"]],
                    [["good"], ["https://second.example/", "https://good.example/"]],
                ],
            }
        ).encode()
    )
    assert file.publication == ""
    assert file.services == {"good": ("https://good.example/", "https://second.example/")}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{}", b'{"services": null}', b'{"services": {"com": "x"}}', b"[" * 10_000]
)
def test_what_is_no_list(data: bytes) -> None:
    with pytest.raises(BadInput):
        bootstrap.read(data)


def test_names_as_a_labels() -> None:
    assert bootstrap.a_labels("BÜCHER.example.") == "xn--bcher-kva.example"
    assert bootstrap.a_labels("NS1.Example.") == "ns1.example"
    assert [bootstrap.a_labels(name) for name in ("", ".", "a b", "a/b", "x" * 254, "\u200b", "ü" * 300)] == [""] * 7


@given(JSON, JSON, JSON)
def test_any_json(publication: object, entries: object, urls: object) -> None:
    for document in (
        entries,
        {"publication": publication, "services": entries},
        {"services": [[entries, urls], [["a"], urls]]},
    ):
        with contextlib.suppress(BadInput):
            file = bootstrap.read(json.dumps(document).encode())
            assert all(url.startswith("https://") for urls in file.services.values() for url in urls)
            bootstrap.host_names(file)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_name_and_url(name: str, url: str) -> None:
    document = {"services": [[[name], [f"https://{url}"]]]}
    file = bootstrap.read(json.dumps(document).encode())
    bootstrap.for_domain(file, name)
    bootstrap.for_address(file, name)
    bootstrap.host_names(file)
