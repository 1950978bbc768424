"""The folder in which the documentation's commands are run, and the demo's internet beside it, in a thread of its own."""

from __future__ import annotations

import asyncio
import datetime
import re
import threading
from pathlib import Path
from typing import Any

import msgspec

from selfaudit.demo import Internet
from selfaudit.demo.dates import with_dates
from selfaudit.demo.hosts import demo_hosts, host_text
from selfaudit.demo.ledgers import ledger_text
from selfaudit.demo.messages import newsletter
from selfaudit.demo.ssh_server import SshServer
from selfaudit.engine.draft_case import from_case
from selfaudit.engine.evidence import load_evidence
from selfaudit.engine.judge import judge_evidence
from selfaudit.settings import Settings
from selfaudit.store import open_store
from tests.docs.markdown import ROOT, split
from tests.signing import DESK

WORLD = "broken"
SETTINGS = "demo.toml"
RESOURCES = ROOT / "resources/selfaudit_resources"
SERVER = next(host for host in demo_hosts() if WORLD in host.ssh_in)


class World:
    """The demo's internet while a module's tests run. The commands have event loops of their own."""

    def __init__(self) -> None:
        self.internet = Internet(WORLD)
        self._loop, self._ready, self._end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        async with self.internet:
            self._ready.set()
            await self._end.wait()

    def stop(self) -> None:
        """Ends it."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
        self._loop.close()

    def fingerprint(self) -> str:
        """Of the SSH server, as a person reads it on its console."""
        services = self.internet.services
        assert services is not None
        server = services.running[(SERVER.address, 22, "tcp")]
        assert isinstance(server, SshServer)
        return server.fingerprint


def settings_text(settings: Settings) -> str:
    """Settings as a file."""
    lines = []
    for section, table in msgspec.to_builtins(settings).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in table.items() if value not in ("", None)]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


def prepare(folder: Path, world: World) -> None:
    """Everything that a reader of the documentation has at hand, apart from what the commands themselves write."""
    folder.mkdir(parents=True)
    (folder / SETTINGS).write_text(settings_text(world.internet.settings), "utf-8")
    now = datetime.datetime.now(datetime.UTC)
    (folder / "notice.eml").write_text(with_dates((RESOURCES / "demo/notice.txt").read_text("utf-8"), now), "utf-8")
    for name in ("sent.eml", "newsletter.eml", "confirmation.eml"):
        (folder / name).write_bytes(newsletter(WORLD))
    for name in ("subscribers.csv", "list.csv"):
        (folder / name).write_bytes(ledger_text(WORLD, now))
    _name_columns(folder / "list.csv")
    (folder / "facts.txt").write_bytes(host_text(SERVER.name, WORLD))
    (folder / "registrar-page.png").write_bytes(b"a picture of a page")
    (folder / "statement.toml").write_text(example("statement.md", 'schema = "selfaudit/statement/1"'), "utf-8")
    (folder / "me.toml").write_text(example("customers.md", 'name = "Maria Blum"'), "utf-8")
    pack = re.sub(r'(?m)^key = ".*"', f'key = "{DESK.public().text()}"', example("policies.md", 'id = "example-host"'))
    (folder / "home" / "policies").mkdir(parents=True)
    for place in (folder, folder / "home" / "policies"):
        (place / "example-host.toml").write_text(pack, "utf-8")
    (folder / "aup.txt").write_text("Nothing that harms others.\n", "utf-8")
    release = {"schema": "selfaudit/release/1", "version": "0.8.0", "date": "2026-11-22", "files": [
        {"name": "selfaudit-0.8.0-linux-x86_64.tar.zst", "system": "linux", "kind": "tar.zst", "size": 70_000_000, "sha256": "a1" * 32}]}  # fmt: skip
    (folder / "release.json").write_bytes(msgspec.json.encode(release))
    (folder / "server.log").write_text("a line\n", "utf-8")
    case = example("support.md", '{"schema": "selfaudit/case/1"').replace("CUSTOMERS-DOMAIN", "blumenhof.example")
    (folder / "case.json").write_text(case.replace("CUSTOMERS-ADDRESS", SERVER.address), "utf-8")


def _name_columns(ledger: Path) -> None:
    """Newsletter software's own names for the columns, as consent.md has them; the fifth stays the time of confirmation."""
    head, _end, rest = ledger.read_text("utf-8").partition("\n")
    names = head.split(",")
    moved = [names.index(n) for n in ("email", "consent_at", "source", "consent_ip", "confirmed_at")]
    order = [*moved, *(n for n in range(len(names)) if n not in moved)]
    new = {"email": "Email Address", "consent_at": "OPTIN_TIME"}
    lines = [",".join(new.get(names[n], names[n]) for n in order)]
    for line in rest.splitlines():
        fields = line.split(",")
        assert len(fields) == len(names)
        lines.append(",".join(fields[n] for n in order))
    ledger.write_text("\n".join(lines) + "\n", "utf-8")


def example(page: str, start: str) -> str:
    """The block of a page that begins in a certain way."""
    (found,) = [block.text for block in split(ROOT / "docs" / page)[0] if block.text.startswith(start)]
    return found + "\n"


def keep_a_case(home: Path, evidence: Path) -> None:
    """A case as the app keeps it, number 1, with its finished run."""
    seen = load_evidence(evidence)
    store = open_store(home / "selfaudit.db")
    store.save_case(None, from_case(seen.case))
    run = store.begin_run(1, seen.case, seen.vantage)
    store.finish_run(run, seen, judge_evidence(seen))
    store.close()
