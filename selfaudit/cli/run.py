"""Running an audit from the command line: signals, saving, printing."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from selfaudit.case import Case
from selfaudit.cli.output import console, print_audit
from selfaudit.cli.progress import Watcher
from selfaudit.engine import Audit, run_audit, save_evidence
from selfaudit.engine.evidence import write_whole
from selfaudit.i18n import _
from selfaudit.net import Net
from selfaudit.report.html import render_html
from selfaudit.report.json import encode_audit


async def run_watched(case: Case, net: Net, install_key: bytes, *, quiet: bool) -> Audit:
    """Runs an audit; Ctrl-C or SIGTERM stop it and keep what was seen."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows: asyncio.run turns Ctrl-C into the same cancellation
        handled.append(number)
    try:
        with Watcher(quiet=quiet) as watcher, _relaxed_collector():
            return await run_audit(case, net, install_key=install_key, emit=watcher)
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


@contextmanager
def _relaxed_collector() -> Generator[None]:
    """A run keeps nearly everything it makes; looking for garbage at the usual pace takes a fifth of its time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def save(audit: Audit, out: Path | None) -> list[Path]:
    """Writes audit.json, evidence.json and report.html into a folder. Returns what was written."""
    if out is None:
        return []
    write_whole(out / "audit.json", encode_audit(audit))
    save_evidence(audit.evidence, out / "evidence.json")
    write_whole(out / "report.html", render_html(audit).encode("utf-8"))
    return [out / name for name in ("report.html", "audit.json", "evidence.json")]


def show(audit: Audit, *, out: Path | None, json_file: str, quiet: bool) -> int:
    """Saves and prints an audit and returns the exit code."""
    written = save(audit, out)
    if json_file == "-":
        sys.stdout.buffer.write(encode_audit(audit))
        sys.stdout.buffer.flush()
        return audit.exit_code()
    if json_file:
        write_whole(Path(json_file), encode_audit(audit))
        written.append(Path(json_file))
    screen = console()
    print_audit(audit, screen, quiet=quiet)
    if written and not quiet:
        screen.print()
        for path in written:
            screen.print(f"{_('Written')}: {path}")
    return audit.exit_code()
