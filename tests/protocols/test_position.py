"""Whether somebody sees a server as strangers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.facts.vantage import Position
from selfaudit.protocols.position import inside

HOME, WORLD = "192.168.178.20", "93.184.215.14"


def where(address: str, source: str = HOME, *egress: str, own: bool = False, laboratory: bool = False) -> str:
    return inside(Position(address, source, own, egress, laboratory))


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (where("9.9.9.9", "9.9.9.9"), "own address"),
        (where("9.9.9.9", HOME, own=True), "one of this computer's own addresses"),
        (where(WORLD, HOME, WORLD), "under the same address"),
        (where("9.9.9.9", "9.9.9.200"), "same local network"),
        (where("9.9.9.9", HOME, "9.9.9.1"), "neighbouring address (9.9.9.1)"),
        (where("2620:fe::9", "2620:fe::1:2:3:4"), "same local network"),
        (where("2620:fe::9", "2a00::1", "2620:fe::77"), "neighbouring address"),
        (where("192.168.178.1", HOME), "same local network (192.168.178.20)"),
        (where("10.0.0.1", "172.16.0.1"), "private"),
        (where("100.64.0.1", "10.8.0.2"), "private"),
        (where("169.254.1.1", HOME), "private"),
        (where("fe80::1%eth0", "fe80::2%eth0"), "same local network"),
        (where("::1", "::2"), "same local network"),
        (where("127.0.0.1", HOME), "private"),
        (where("192.0.2.9", "192.0.2.9", laboratory=True), "own address"),
        (where("9.9.9.9", HOME), "not known"),
    ],
)
def test_inside(found: str, why: str) -> None:
    assert why in found


@pytest.mark.parametrize(
    "found",
    [
        where("9.9.9.9", HOME, WORLD),
        where("9.9.9.9", ""),
        where("9.9.9.9", "9.9.8.9"),
        where("2620:fe::9", "2620:fe:0:1::9"),
        where("2620:fe::9", "", WORLD),
        where("9.9.9.9", HOME, "2620:fe::9"),
        where("192.0.2.9", "192.0.2.10", "192.0.2.9", own=True, laboratory=True),
        where("192.0.2.9", "", laboratory=True),
    ],
)
def test_outside(found: str) -> None:
    assert found == ""


ADDRESSES = st.ip_addresses().map(str)


@given(
    ADDRESSES,
    st.one_of(st.just(""), ADDRESSES),
    st.lists(st.one_of(ADDRESSES, st.text(max_size=10)), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_any_place_is_judged(address: str, source: str, egress: list[str], own: bool, laboratory: bool) -> None:
    why = inside(Position(address, source, own, tuple(egress), laboratory))
    assert bool(why) or address not in (source, *(() if laboratory else egress))
