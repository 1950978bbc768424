"""The packs of providers."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from selfaudit.policy.model import Pack
from selfaudit.policy.packs import all_packs, pack_for, read_pack

WHOLE = """
id = "x"
name = "X Hosting"
aliases = ["X Ltd"]
prefixes = ["192.0.2.0/24", "2001:DB8:0::/48"]
prefixes_source = "its page"
prefixes_date = "2026-11-22"
"""


def test_the_shipped_packs() -> None:
    assert [(p.id, p.name, p.prefixes) for p in all_packs()] == [
        ("demo", "Prez Hosting (demo)", ("198.51.100.0/24", "203.0.113.0/24", "2001:db8:25::/48")),
        ("ofsecman", "ofsecman.io", ()),
        ("prezcomm", "Prez Hosting", ()),
    ]


@pytest.mark.parametrize("address", ["198.51.100.25", "198.51.100.53", "203.0.113.80", "2001:db8:25::25"])
def test_the_addresses_of_the_demo_are_in_its_pack(address: str) -> None:
    pack = pack_for("demo")
    assert pack is not None
    assert any(ip_address(address) in ip_network(p) for p in pack.prefixes)


@pytest.mark.parametrize(
    ("provider", "found"),
    [
        ("prezcomm", "prezcomm"),
        ("PREZ hosting", "prezcomm"),
        ("  Prez   Hosting ", "prezcomm"),
        ("Prez Communications, LLC", "prezcomm"),
        ("Prez Hosting (demo)", "demo"),
        ("OFSECMAN.IO", "ofsecman"),
        ("North Commerce and Distribution S.R.O.", "ofsecman"),
        ("Prez", None),
        ("Prez Hosting Ltd", None),
        ("", None),
        ("../prezcomm", None),
    ],
)
def test_a_provider_is_found_by_a_whole_name(provider: str, found: str | None) -> None:
    pack = pack_for(provider)
    assert (pack and pack.id) == found


def test_a_whole_pack() -> None:
    blocks = ("192.0.2.0/24", "2001:db8::/48")
    assert read_pack(WHOLE) == Pack(
        "x", "X Hosting", aliases=("X Ltd",), prefixes=blocks, prefixes_source="its page", prefixes_date="2026-11-22"
    )
    assert read_pack('id = "x"\nname = "X"') == Pack("x", "X")
