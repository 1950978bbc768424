"""What a collector would have written some hours ago, an audit that has taken it up, and the card that shows it."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox

from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import Record
from selfaudit.engine.hosts import host_targets, read_host_text, sources
from selfaudit.facts import Request
from selfaudit.facts.host import HostPart, HostReport, HostScope, ScopeAddress
from selfaudit.protocols.collector import make_text
from selfaudit_ui.session import View, view_of
from tests.checks.host import OS, report
from tests.ui.desk import Desk

NAME = "web1.blumenhof.example"
CARD = "The server from the inside"
OLD_SYSTEM = 'ID=alpine\nVERSION_ID=3.16.9\nPRETTY_NAME="Alpine Linux v3.16"'  # nobody supports it any more


def written(
    name: str = NAME,
    *,
    hours: float = 3,
    system: str = "debian",
    address: str = "203.0.113.80",
    machine: str = "0123456789abcdef",
    root: bool = True,
    rescue: bool = False,
    padding: int = 0,
    os_release: str = "",
) -> str:
    """The text of a collector that ran so many hours ago; `padding` lines of a package list make it long."""
    at = datetime.datetime.fromtimestamp(time.time() - hours * 3600, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = {
        "meta": f"collector=1.0.0\ntime={at}\nsystem={'windows' if system == 'windows' else 'unix'}\n"
        f"mode={'rescue' if rescue else 'live'}\nroot={'yes' if root else 'no'}",
        "host": f"name={name}\nfqdn={name}\nmachine={machine}\nvirt=kvm\nuptime=864000",
        "os-release": os_release or OS[system],
        "addresses": f"lo|127.0.0.1/8\neth0|{address}/24",
    }
    if padding:
        lines = (
            f"package-{n * 7919 % 1_000_003}|{n * 104_729 % 99_991}.{n % 17}|source-{n * 31 % 8191}|1" for n in range(padding)
        )
        parts["packages.installed"] = "\n".join(lines)
    made: tuple[HostPart, ...] = report(parts, system=system).parts
    return make_text(made)


def host_report(name: str = NAME, **more: object) -> HostReport:
    """The report that is read from such a text."""
    return replace(read_host_text(written(name, **more)), via="file")  # type: ignore[arg-type]


def with_hosts(view: View, *reports: HostReport) -> View:
    """An audit as it would be if these reports had been taken up in it."""
    evidence = view.audit.evidence
    case = replace(
        evidence.case, hosts=sources(reports), targets=(*evidence.case.targets, *host_targets(reports))
    )  # fmt: skip
    scope = tuple(ScopeAddress(a, "named") for a in case.addresses())
    records = list(evidence.records)
    for number, made in enumerate(reports, 1):
        about = HostScope(made.name, scope, case.domains())
        taken_up = replace(made, seen=made.received)
        records.append(Record(f"h{number}", Request(HostReport.kind, made.name, (made.sha256,)), made.received, 1, taken_up))
        records.append(Record(f"s{number}", Request(HostScope.kind, made.name), made.received, 1, about))
    whole = replace(evidence, case=case, targets=(*evidence.targets, *host_targets(reports)), records=tuple(records))
    return view_of(Audit(whole, judge_evidence(whole)))


def open_card(desk: Desk, way: str = "") -> None:
    """A new case, and the card open in a way."""
    desk.controller.new_case()
    desk.controller.paste("blumenhof.net")
    desk.click(CARD)
    if way:
        desk.click(way)


def hosts_of(desk: Desk) -> tuple[HostReport, ...]:
    """What was read in the open case."""
    assert desk.controller.draft is not None
    return desk.controller.draft.hosts


def tick(desk: Desk, name: str) -> None:
    """Clicks where the little box is; beside the words of a wide one nothing happens."""
    box = desk.find(QCheckBox, name)
    assert box.isEnabled()
    desk.bot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    desk.settle()


def facts_file(folder: Path, text: str, name: str = "facts.txt") -> Path:
    """A text as a file."""
    path = folder / name
    path.write_text(text, encoding="ascii", newline="\n")
    return path
