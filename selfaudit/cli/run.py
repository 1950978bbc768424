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
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement, read_statement_file
from selfaudit.cli.output import console, print_audit
from selfaudit.cli.progress import Watcher
from selfaudit.engine import Audit, run_audit, save_evidence
from selfaudit.engine.events import ignore
from selfaudit.engine.evidence import write_whole
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.install import data_folder
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
            return await run_audit(case, net, install_key=install_key, emit=watcher if watcher.watching else ignore)
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


def check_outputs(out: Path | None, json_file: str) -> None:
    """Finds out before the first packet whether the results can be written.

    Raises:
        UserError: where they cannot.
    """
    if out is not None:
        probe = out / ".selfaudit-write-test"
        write_whole(probe, b"")
        probe.unlink(missing_ok=True)
    if json_file and json_file != "-":
        path = Path(json_file)
        if path.is_dir() or not path.name:
            raise UserError(_("{file}: is a folder; name a file").format(file=path))
        if not path.parent.is_dir():
            raise UserError(_("{file}: there is no such folder").format(file=path.parent))


def statement_of(evidence: Path, given: Path | None) -> Statement | None:
    """The statement that goes with saved evidence: the named file, or statement.json beside it; None for neither.

    Raises:
        UserError: it cannot be read.
    """
    path = given or evidence.with_name("statement.json")
    return read_statement_file(path) if given or path.is_file() else None


def save(audit: Audit, out: Path | None) -> list[Path]:
    """Writes evidence.json, statement.json, audit.json and report.html into a folder, what cannot be made again first."""
    if out is None and audit.evidence.interrupted and not audit.evidence.case.demo:
        # Nobody asked for files, but what was seen must not be lost with the window.
        out = data_folder() / "interrupted" / audit.evidence.started[:19].replace(":", "")
    if out is None:
        return []
    save_evidence(audit.evidence, out / "evidence.json")
    stated = ["statement.json"] if audit.statement else []
    if audit.statement:
        write_whole(out / "statement.json", encode_statement(audit.statement))
    write_whole(out / "audit.json", encode_audit(audit))
    write_whole(out / "report.html", render_html(audit).encode("utf-8"))
    return [out / name for name in ("report.html", "audit.json", "evidence.json", *stated)]


def show(audit: Audit, *, out: Path | None, json_file: str, quiet: bool) -> int:
    """Saves and prints an audit and returns the exit code. What could not be saved is still shown."""
    written: list[Path] = []
    trouble: UserError | None = None
    try:
        written = save(audit, out)
        if json_file and json_file != "-":
            write_whole(Path(json_file), encode_audit(audit))
            written.append(Path(json_file))
    except UserError as error:
        trouble = error
    if json_file == "-":
        sys.stdout.buffer.write(encode_audit(audit))
        sys.stdout.buffer.flush()
    else:
        screen = console()
        print_audit(audit, screen, quiet=quiet)
        if written and (not quiet or audit.evidence.interrupted):
            screen.print()
            for path in written:
                screen.print(f"{_('Written')}: {path}")
    if trouble is not None:
        raise trouble
    return audit.exit_code()
