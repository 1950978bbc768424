"""Who may be contacted, and what never leaves: list keys."""

from __future__ import annotations

from collections.abc import Iterable

import dns.edns
import dns.message
import pytest

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.net.gate import Gate, NotPermittedError
from selfaudit.probes.lists import without_key
from tests.net.fakes import FakeServer, network, reply


def test_reserved_addresses_are_never_probed_outside_laboratories() -> None:
    gate = Gate(permitted={"127.0.0.2": "stated: x", "192.168.1.1": "proven: y", "9.9.9.9": "stated: x"})
    assert gate.check_active("9.9.9.9") == "stated: x"
    for address in ("127.0.0.2", "192.168.1.1"):
        with pytest.raises(NotPermittedError):
            gate.check_active(address)


async def test_an_address_found_on_the_way_needs_an_authority_of_its_own() -> None:
    asked = []

    async def ask(address: str) -> str:
        asked.append(address)
        return "proven: reverse name ns1.proven.de" if address == "9.9.9.13" else ""

    gate = Gate(permitted={"9.9.9.9": "stated: x"}, ask=ask)
    for address in ("9.9.9.9", "9.9.9.13", "9.9.9.14"):
        await gate.learn_authority(address)
    assert asked == ["9.9.9.13", "9.9.9.14"]
    assert gate.permitted == {"9.9.9.9": "stated: x", "9.9.9.13": "proven: reverse name ns1.proven.de"}
    with pytest.raises(NotPermittedError):
        gate.check_active("9.9.9.14")


async def test_a_key_that_a_server_repeats_is_taken_out() -> None:
    key = "SeCretKey123"

    def gossip(query: dns.message.Message, tcp: bool) -> Iterable[bytes]:
        response = dns.message.from_wire(reply(query, rcode=2))
        response.use_edns(0, options=[dns.edns.EDEOption(22, f"for {query.question[0].name}")])
        return [response.to_wire()]

    async with network({"192.0.2.53": FakeServer(gossip)}) as client:
        answer = await client.lookup(f"2.0.0.127.{key}.list.test", "A")
    clean = without_key(answer, key, "2.0.0.127.key.list.test.")
    assert key.lower() in answer.detail.lower()
    assert key.lower() not in repr(clean).lower()
    alias = DnsAnswer("x", "A", DnsStatus.ANSWER, records=(f"{key}.x",), chain=(f"{key.lower()}.y.",))
    assert key.lower() not in repr(without_key(alias, key, "z")).lower()
