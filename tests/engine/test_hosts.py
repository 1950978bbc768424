"""Reports of servers in a case: how they come in, what ties them to it, and how they are judged with the rest."""

from __future__ import annotations

import datetime
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Case, Target
from selfaudit.engine import hosts
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.draft import Draft, Line, decode_draft, encode_draft
from selfaudit.engine.draft_case import make_case
from selfaudit.engine.evidence import Record
from selfaudit.errors import UserError
from selfaudit.facts import Request
from selfaudit.facts.exposure import PortOutcome, PortState, TcpPorts
from selfaudit.facts.host import HostOutside, HostReport, HostScope, ScopeAddress
from selfaudit.facts.vantage import Position
from selfaudit.protocols.collector import make_blocks, make_text
from selfaudit.protocols.host_scope import belonging, own_addresses, trouble
from tests.checks.host import SCOPE, TAKEN, report


def text(**parts: str) -> bytes:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = report({"meta": f"collector=1.0.0\ntime={now}\nsystem=unix\nmode=live\nroot=yes", **parts})
    return make_text(made.parts).encode("ascii")


def test_a_file_its_blocks_and_its_archive_give_equal_facts(tmp_path: Path) -> None:
    data = text()
    plain, packed, pasted = tmp_path / "facts.txt", tmp_path / "facts.txt.gz", tmp_path / "console.txt"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    pasted.write_text("root@rescue:~# sh collect.sh --compact\n" + make_blocks(data) + "root@rescue:~#\n", encoding="ascii")
    first, *others = (hosts.read_host_file(p) for p in (plain, packed, pasted))
    pasted_text = hosts.read_host_text(make_blocks(data))
    for other in (*others, pasted_text):
        assert replace(other, via="file", received=first.received) == first
    assert first.complete
    assert first.genuine
    assert pasted_text.via == "block"


def test_what_is_no_collector_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("bought milk\n")
    with pytest.raises(UserError, match=r"notes\.txt"):
        hosts.read_host_file(path)
    with pytest.raises(UserError, match="not a file"):
        hosts.read_host_file(tmp_path)


def test_the_collector_is_a_script_in_ascii() -> None:
    assert hosts.collector_script().startswith("#!/bin/sh\n")
    assert "selfaudit-collector" in hosts.collector_script("windows")


def test_a_newer_report_takes_the_place_of_an_older_one() -> None:
    old, new = report(), report(sha256="1" * 64)
    assert hosts.add_host((old,), new) == (new,)
    renamed = report(name="web2.blumenhof.example", sha256="2" * 64)
    # The same installation under a new name: results keep the name that they had.
    assert hosts.add_host((old,), renamed) == (replace(renamed, name=old.name),)
    told = replace(old, address="192.0.2.10")
    assert hosts.add_host((told,), new)[0].address == "192.0.2.10"


def test_two_servers_of_one_name_are_told_apart() -> None:
    one, two = report(name="localhost"), report(name="localhost", machine="f" * 16)
    assert [r.name for r in hosts.add_host((one,), two)] == ["localhost", "localhost-2"]


def test_seventeen_servers_are_too_many() -> None:
    many = tuple(report(name=f"h{n}", machine=f"{n:016x}") for n in range(hosts.MAX_HOSTS))
    with pytest.raises(UserError, match="16"):
        hosts.add_host(many, report(name="one-more", machine="e" * 16))


def test_a_draft_keeps_reports_and_makes_them_targets() -> None:
    draft = Draft(lines=(Line("blumenhof.example"),), hosts=(report(),), look_up_packages=True)
    assert decode_draft(encode_draft(draft)) == draft
    case = make_case(draft, allow_reserved=True)
    assert Target("host", "web1.blumenhof.example") in case.targets
    assert [(h.name, h.via) for h in case.hosts] == [("web1.blumenhof.example", "file")]
    assert case.look_up_packages
    assert not any(hasattr(h, "parts") for h in case.hosts)


@pytest.mark.parametrize(
    ("made", "scope", "words"),
    [
        (report(), SCOPE, "192.0.2.10 of this case is one of its own addresses"),
        (report({"addresses": "eth0|10.0.0.5/24"}), SCOPE, "its name web1.blumenhof.example lies under blumenhof.example"),
        (
            report({"addresses": "eth0|10.0.0.5/24"}, address="192.0.2.10", name="x", via="ssh"),
            SCOPE,
            "fetched over SSH from 192.0.2.10",
        ),
        (report({"addresses": "eth0|10.0.0.5/24"}, address="192.0.2.10", name="x"), SCOPE, "said to be that of 192.0.2.10"),
        # Said to be of an address that is not in the case: its fitting name does not help.
        (report({"addresses": "eth0|10.0.0.5/24"}, address="203.0.113.9"), SCOPE, ""),
        (report({"addresses": "eth0|10.0.0.5/24", "host": "name=web1.other.example"}, name="web1.other.example"), SCOPE, ""),
        # A name that only ends alike is not below the domain.
        (report({"addresses": "", "host": "name=web1.notblumenhof.example"}, name="web1.notblumenhof.example"), SCOPE, ""),
    ],
)
def test_what_ties_a_report_to_the_case(made: HostReport, scope: HostScope, words: str) -> None:
    found = belonging(made, scope).words
    assert words in found
    assert bool(found) == bool(words)
    assert trouble(made, scope) == ("" if words else "other-host")


def test_loopback_and_link_local_addresses_tie_nothing() -> None:
    made = report({"addresses": "lo|127.0.0.1/8\nlo|::1/128\neth0|fe80::1/64\neth0|nonsense\neth0|2001:DB8::5/64"})
    assert own_addresses(made) == ("2001:db8::5",)
    scope = HostScope("x", (ScopeAddress("127.0.0.1", "address of evil.example"),), ())
    assert belonging(report({"addresses": "lo|127.0.0.1/8"}), scope).words == ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ""),
        ({"genuine": False}, "changed"),
        ({"seen": "2026-11-29T06:00:00Z"}, ""),
        ({"seen": "2026-11-29T06:00:01Z"}, "too-old"),
        ({"seen": "2026-11-22T05:00:00Z"}, ""),
        ({"seen": "2026-11-22T04:59:59Z"}, "clock"),
        ({"seen": "2020-01-01T00:00:00Z"}, "clock"),
        ({"taken": ""}, "clock"),
        ({"via": "ssh", "taken": "2026-11-22T04:30:00Z"}, "clock"),
        ({"via": "file", "taken": "2026-11-22T04:30:00Z"}, ""),
    ],
)
def test_when_a_report_may_be_judged(fields: dict[str, object], expected: str) -> None:
    assert trouble(report(**fields), SCOPE) == expected  # type: ignore[arg-type]


def _records(ports: TcpPorts, position: Position, made: HostReport) -> dict[tuple[str, str], Record]:
    facts = {(TcpPorts.kind, "192.0.2.10"): ports, (Position.kind, "192.0.2.10"): position, (HostReport.kind, made.name): made}
    return {key: Record("e1", Request(*key), TAKEN, 0, fact) for key, fact in facts.items()}


PORTS = TcpPorts("192.0.2.10", (PortState(25, PortOutcome.OPEN), PortState(3306, PortOutcome.CLOSED)))
OUTSIDE = Position("192.0.2.10", "198.51.100.7", False, ("198.51.100.7",), True, ())


@pytest.mark.parametrize(
    ("ports", "position", "expected"),
    [
        (PORTS, OUTSIDE, {25: "open", 3306: "closed"}),
        # Refusals that this network may have forged are no more than silence.
        (PORTS, replace(OUTSIDE, refuses=("tcp",)), {25: "open", 3306: "silent"}),
        # From the server itself nothing is seen from outside.
        (PORTS, replace(OUTSIDE, source="192.0.2.10"), {}),
        # Something answers for every port.
        (replace(PORTS, controls=(PortState(47113, PortOutcome.OPEN),)), OUTSIDE, {}),
    ],
)
def test_what_the_outside_saw_of_a_server(ports: TcpPorts, position: Position, expected: dict[int, str]) -> None:
    made = report()
    derived = DERIVED[HostOutside.kind](Target("host", made.name), _records(ports, position, made))
    assert derived is not None
    assert isinstance(derived.fact, HostOutside)
    assert {p.port: p.outcome for p in derived.fact.ports} == expected


def test_without_a_report_nothing_is_derived() -> None:
    assert DERIVED[HostOutside.kind](Target("host", "x"), {}) is None


def test_a_case_without_servers_asks_nothing_of_them() -> None:
    from selfaudit.engine.judge import pairs

    case = Case((Target("domain", "blumenhof.example"),))
    assert not [check.spec.id for check, target in pairs(case, case.targets) if target.kind == "host"]


async def test_the_collector_runs_here() -> None:
    made = await hosts.collect_here()
    assert made.via == "local"
    assert made.genuine
    assert made.complete
    assert made.values("host")["name"]
