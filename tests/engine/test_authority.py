"""Whoever stops asking for the authority leaves no look-ups behind; and what a signed case file proves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import HOSTED, Authority, Case, Target
from selfaudit.case.targets import parse_targets
from selfaudit.engine.authority import permitted_now, without_asking
from selfaudit.engine.seals import open_case
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.net import Net, open_net
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from tests.signing import DESK, OWNER, PROVIDER, case_data, providers, signed_by


async def test_look_ups_end_with_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def never(name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError(name)

    net = open_net(Settings(scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.53",))), keys={})
    monkeypatch.setattr(net.dns, "lookup", never)
    try:
        task = asyncio.create_task(permitted_now(Case((Target("domain", "shop.test"),)), net, b"k" * 32))
        await asyncio.wait_for(asked.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 5)
    finally:
        net.close()


# A signed case file


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[None]:
    with providers(tmp_path / "policies"):
        yield


def quiet_net(monkeypatch: pytest.MonkeyPatch, answers: dict[tuple[str, str], tuple[str, ...]] | None = None) -> Net:
    """A network in which nothing is published but these records."""

    async def lookup(name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        records = (answers or {}).get((name, rdtype), ())
        return DnsAnswer(name, rdtype, DnsStatus.ANSWER if records else DnsStatus.NXDOMAIN, records=records)

    net = open_net(Settings(scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.53",))), keys={})
    monkeypatch.setattr(net.dns, "lookup", lookup)
    monkeypatch.setattr("selfaudit.engine.authority.is_own_address", lambda _address: False)  # wherever the tests run
    return net


def signed_case(*targets: str, more: tuple[str, ...] = (), authority: Authority | None = None) -> Case:
    """The case that a signed file with these targets makes, and further ones that the customer adds."""
    data = case_data(targets=targets)
    seal = open_case(data, signed_by(data, DESK)).seal
    found = parse_targets((*targets, *more), allow_reserved=True, is_public_suffix=is_public_suffix)
    return Case(found, provider=PROVIDER, authority=authority, laboratory=True, seal=seal)


PROVEN = f"proven: case file signed by {OWNER} ({DESK.public().name})"


@pytest.mark.usefixtures("desk")
async def test_a_signed_case_file_proves_exactly_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    net = quiet_net(monkeypatch)
    case = signed_case("shop.test", "192.0.2.10", more=("other.test", "sub.shop.test", "192.0.2.11"))
    try:
        # Without a key of this installation, too: nothing of it is needed.
        found = await permitted_now(case, net, b"")
        assert found == {"shop.test": PROVEN, "192.0.2.10": PROVEN}
        assert dict(net.gate.permitted) == found
        planned = {t.value: without_asking(case, net, t) for t in case.targets}
        assert planned == {"shop.test": PROVEN, "192.0.2.10": PROVEN, "other.test": "", "sub.shop.test": "", "192.0.2.11": ""}
        assert await permitted_now(replace(case, seal=None), quiet_net(monkeypatch), b"") == {}
    finally:
        net.close()


@pytest.mark.usefixtures("desk")
async def test_more_than_sixteen_addresses_are_proven_and_the_rest_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    net = quiet_net(monkeypatch)
    case = signed_case("192.0.2.0/26", more=("198.51.100.1",), authority=Authority("Maria", "owner"))
    try:
        found = await permitted_now(case, net, b"k" * 32)
        assert [found[f"192.0.2.{n}"] for n in range(64)] == [PROVEN] * 64
        # The person's word covers the first sixteen addresses that were named, and this one is the 65th.
        assert "198.51.100.1" not in found
        first = signed_case("192.0.2.10", more=("198.51.100.1",), authority=Authority("Maria", "owner"))
        found = await permitted_now(first, quiet_net(monkeypatch), b"k" * 32)
        assert found == {"192.0.2.10": PROVEN, "198.51.100.1": "stated: Maria, owner"}
    finally:
        net.close()


@pytest.mark.usefixtures("desk")
async def test_addresses_with_a_confirmed_name_under_a_signed_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    net = quiet_net(
        monkeypatch,
        {
            ("20.2.0.192.in-addr.arpa", "PTR"): ("mail.shop.test.",),
            ("mail.shop.test.", "A"): ("192.0.2.20",),
            ("21.2.0.192.in-addr.arpa", "PTR"): ("mail.shop.test.",),
            ("22.2.0.192.in-addr.arpa", "PTR"): ("mail.other.test.",),
            ("mail.other.test.", "A"): ("192.0.2.22",),
        },
    )
    case = signed_case("shop.test", more=("other.test", "192.0.2.20", "192.0.2.21", "192.0.2.22"))
    try:
        assert await permitted_now(case, net, b"") == {"shop.test": PROVEN, "192.0.2.20": "proven: reverse name mail.shop.test"}
    finally:
        net.close()


@pytest.mark.usefixtures("desk")
async def test_a_seal_that_was_edited_permits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    net = quiet_net(monkeypatch)
    case = signed_case("shop.test", more=("192.0.2.11",))
    assert case.seal is not None
    wider = replace(case, seal=replace(case.seal, targets=(*case.seal.targets, Target("address", "192.0.2.11"))))
    try:
        assert await permitted_now(wider, net, b"") == {}
        assert [without_asking(wider, net, t) for t in wider.targets] == ["", ""]
    finally:
        net.close()


@pytest.mark.usefixtures("desk")
async def test_what_is_in_the_file_and_not_in_the_case_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    net = quiet_net(monkeypatch)
    case = signed_case("shop.test", "192.0.2.10", "192.0.2.11")
    kept = replace(case, targets=case.targets[:2])
    try:
        assert await permitted_now(kept, net, b"") == {"shop.test": PROVEN, "192.0.2.10": PROVEN}
        hosted = replace(case, targets=(Target("domain", "shop.test", HOSTED),))
        assert await permitted_now(hosted, quiet_net(monkeypatch), b"") == {}
        assert without_asking(hosted, net, hosted.targets[0]) == ""
    finally:
        net.close()
