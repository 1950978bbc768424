"""The ways in which the facts about a server's inside arrive: a file, a pasted block, SSH, this computer. All end in a `HostReport`."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from selfaudit.case import HostSource, Target
from selfaudit.errors import BadInput, UserError
from selfaudit.facts.host import HostReport
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.net import Net
from selfaudit.protocols.collector import MAX_TEXT, Paste, read_blocks, read_collector
from selfaudit.protocols.host_scope import own_addresses
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.net.ssh import HostKey, Login

MAX_HOSTS = 16
_LOCAL_SECONDS = 60.0
_SCRIPTS = {"unix": "collect.sh", "windows": "collect.ps1"}


def now() -> str:
    """This moment as RFC 3339 in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def collector_script(system: Literal["unix", "windows"] = "unix") -> str:
    """The collector: a script that people can read, for sh or for PowerShell."""
    return (resources.files("selfaudit_resources") / "collector" / _SCRIPTS[system]).read_text(encoding="ascii")


def read_host_file(path: Path, *, address: str = "") -> HostReport:
    """Reads a collector's file, or a file into which its blocks were pasted.

    Args:
        path: the file; a pipe or device is not read.
        address: to which the server is said to belong.

    Raises:
        UserError: it cannot be read, or is no such file.
    """
    if path.exists() and not path.is_file():
        raise UserError(_("{file}: this is not a file").format(file=path))
    data = read_bounded(path, MAX_TEXT)
    try:
        return replace(read_collector(data, via="file", received=now()), address=address)
    except BadInput as error:
        raise UserError(_("{file}: {why}").format(file=path, why=shown(error))) from None


def read_host_text(text: str | bytes, *, address: str = "") -> HostReport:
    """Reads what was pasted: the collector's whole text, or all of its blocks.

    Raises:
        UserError: it is neither, or blocks are missing.
    """
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        return replace(read_collector(data, via="block", received=now()), address=address)
    except BadInput as error:
        raise UserError(shown(error)) from None


def paste_state(text: str) -> Paste:
    """Which blocks of a pasted text are there, and which are missing or damaged."""
    return read_blocks(text)


async def collect_here(arguments: Sequence[str] = ()) -> HostReport:
    """Runs the collector on this computer, with the rights that this process has.

    Raises:
        UserError: there is no sh here, it took more than a minute, or it wrote something else.
    """
    if os.name == "nt":
        raise UserError(
            _("On Windows, save the collector (collect.ps1) and run it in PowerShell as administrator; then read its file.")
        )
    try:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-s", "--", *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise UserError(_("The collector cannot be run here ({why}).").format(why=error.strerror or error)) from None
    try:
        async with asyncio.timeout(_LOCAL_SECONDS):
            data = await _converse(process, collector_script().encode("ascii"))
    except TimeoutError:
        raise UserError(_("The collector took more than a minute on this computer and was stopped.")) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    try:
        return read_collector(data, via="local", received=now())
    except BadInput as error:
        raise UserError(shown(error)) from None


async def _converse(process: asyncio.subprocess.Process, script: bytes) -> bytes:
    """Hands the script over and reads what comes meanwhile, at most `MAX_TEXT` octets."""
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None

    async def hand_over() -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(script)
            await stdin.drain()
        stdin.close()

    writing = asyncio.create_task(hand_over())
    try:
        data = bytearray()
        while len(data) <= MAX_TEXT and (more := await stdout.read(65_536)):
            data += more
    finally:
        writing.cancel()
    return bytes(data[:MAX_TEXT])


async def fetch_keys(net: Net, login: Login) -> tuple[HostKey, ...]:
    """The keys by which an SSH server shows itself; see `net.ssh.fetch_host_keys`."""
    from selfaudit.net import ssh  # asyncssh takes long to load

    return await ssh.fetch_host_keys(net, login)


async def collect_ssh(net: Net, login: Login, key: HostKey, arguments: Sequence[str] = ()) -> HostReport:
    """Runs the collector on a server over SSH, if it shows exactly this key; nothing is left there.

    Raises:
        UserError: what went wrong, and what to do.
    """
    from selfaudit.net import ssh

    output = await ssh.collect_over_ssh(net, login, key, collector_script(), arguments)
    try:
        report = read_collector(output.text, via="ssh", received=now())
    except BadInput as error:
        raise UserError(shown(error)) from None
    return replace(report, address=output.address, login=f"{login.user}@{login.host}", host_key=output.host_key.fingerprint)


def remember_key(login: Login, key: HostKey) -> None:
    """Notes a server's key as right, so that it is recognised the next time.

    Raises:
        UserError: it cannot be written.
    """
    from selfaudit import ssh_pins

    ssh_pins.pin(login.host, login.port, key)


def add_host(reports: Iterable[HostReport], new: HostReport) -> tuple[HostReport, ...]:
    """Adds a report, in place of an older one of the same server.

    Raises:
        UserError: there are more than sixteen.
    """
    kept = list(reports)
    for number, old in enumerate(kept):
        if same_server(old, new):
            address = new.address or (old.address if old.name == new.name else "")
            kept[number] = replace(new, name=old.name, address=address)
            return tuple(kept)
    if len(kept) >= MAX_HOSTS:
        raise UserError(_("At most {limit} servers fit into one case; audit them in parts.").format(limit=MAX_HOSTS))
    names = {r.name for r in kept}
    name, number = new.name, 2
    while name in names:  # servers that were never given a name of their own
        name, number = f"{new.name}-{number}", number + 1
    return (*kept, replace(new, name=name))


def same_server(old: HostReport, new: HostReport) -> bool:
    """Whether two reports are of one server. Copies of a machine share its identity, and many machines are called "localhost", so one
    of these alone does not tell.
    """
    shared = bool(set(own_addresses(old)) & set(own_addresses(new)))
    if old.machine and new.machine:
        return old.machine == new.machine and (old.name == new.name or shared)
    return old.name == new.name and shared


def sources(reports: Iterable[HostReport]) -> tuple[HostSource, ...]:
    """What a case notes of its reports."""
    return tuple(HostSource(r.name, r.machine, r.sha256, r.via, r.taken, r.received, r.address) for r in reports)


def host_targets(reports: Iterable[HostReport]) -> tuple[Target, ...]:
    """The servers as targets."""
    return tuple(Target("host", r.name) for r in reports)


def heading(report: HostReport) -> str:
    """A server in one line: its name and system."""
    from selfaudit.protocols.host_system import system_of

    system = system_of(report).name or _("system not known")
    return printable(f"{report.name} ({system})", 200)
