"""What the worker does with a bundle that somebody was sent: verify it, check it again from here, show the report in it. Knows nothing of Qt.

A bundle is hostile until it has been verified, and nothing of it is stored.
"""

from __future__ import annotations

import atexit
import datetime
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from selfaudit.case import Case
from selfaudit.engine import Audit
from selfaudit.engine.events import Event, Progress, RunStarted
from selfaudit.engine.evidence import write_whole
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import LANGUAGES, SOURCE, _, using
from selfaudit.net import Net
from selfaudit.policy.model import Pack, Readiness
from selfaudit.report.bundle.model import Bundle, Standing, Verification
from selfaudit.settings import Settings
from selfaudit_ui import session

if TYPE_CHECKING:
    from selfaudit.report.drift import FactDrift

MAX_BUNDLE = 500_000_000  # octets that are read at most; the reader has limits of its own
MAX_SIGNATURE = 4096
TELL_EVERY = 0.1  # seconds
_PREFIX = "selfaudit-bundle-"
_OLD = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle and what became of verifying it.

    Attributes:
        path: where it lies.
        verification: the answers for the desk.
        bundle: its content, None where it could not be opened.
        audit: what is in it, judged here; None where it could not be read.
        readiness: how that stands before the policy, as it is judged here and now.
        pack: that policy.
    """

    path: Path
    verification: Verification
    bundle: Bundle | None = None
    audit: Audit | None = None
    readiness: Readiness | None = None
    pack: Pack | None = None


def open_file(path: Path) -> Opened:
    """Reads and verifies a bundle.

    Raises:
        UserError: the file cannot be read.
    """
    from selfaudit.report.bundle import verify_bundle

    data, moment = read_bounded(path, MAX_BUNDLE), time.time()
    done = verify_bundle(data, name=path.name, beside=_beside(path), now=moment)
    audit = done.audit
    if audit is None:
        return Opened(path, done.verification, done.bundle)
    readiness = readiness_of(audit, moment)
    return Opened(path, done.verification, done.bundle, audit, readiness, pack_of(audit.evidence.case))


def _beside(path: Path) -> str:
    """The signature that lies beside the bundle, "" for none."""
    beside = path.with_name(path.name + ".minisig")
    try:
        return read_bounded(beside, MAX_SIGNATURE).decode("utf-8", "replace") if beside.is_file() else ""
    except UserError:
        return "?"  # there is something, and it is no signature


def _seconds(moment: str) -> float | None:
    """UTC seconds of a moment (RFC 3339), None for this one."""
    try:
        return datetime.datetime.fromisoformat(moment).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


async def check_again(opened: Opened, settings: Settings, send: Callable[[tuple[int, int]], None]) -> Opened:
    """Repeats the public checks from here and says what has changed. A demo's bundle is checked in the demo's internet.

    Raises:
        UserError: nothing can be asked from here.
    """
    from selfaudit.demo import WORLDS
    from selfaudit.report.recheck import recheck, with_drift

    audit = opened.audit
    assert audit is not None
    demo = audit.evidence.case.demo
    world = session.World(settings, demo if demo in WORLDS else "", session.DEMO_KEY if demo in WORLDS else b"")
    told = 0.0

    def emit(event: Event) -> None:
        nonlocal told
        if isinstance(event, RunStarted):
            send((0, event.total))
        elif isinstance(event, Progress) and time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            send((event.done, event.total))

    async with session.nets(world) as make_net:

        def net_for(_case: Case) -> Net:
            return make_net()

        drift: tuple[FactDrift, ...] = await recheck(audit, net_for, emit)
    return Opened(opened.path, with_drift(opened.verification, drift), opened.bundle, audit, opened.readiness, opened.pack)


def words_of(opened: Opened) -> str:
    """The verdict as text, for a ticket."""
    from selfaudit.report.verification_text import verification_text

    return verification_text(opened.verification)


@cache
def _folder() -> Path:
    """A folder that nobody else can look into, deleted when the app ends."""
    made = tempfile.mkdtemp(prefix=_PREFIX)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def forget_reports() -> None:
    """Deletes the reports that were written to be looked at. What a program still holds open goes with the app."""
    if _folder.cache_info().currsize:
        for path in tuple(_folder().iterdir()):
            shutil.rmtree(path, ignore_errors=True)


def sweep_reports() -> None:
    """Deletes what an app that ended badly has left behind: folders of this person that are older than a day."""
    own = os.getuid() if hasattr(os, "getuid") else None
    for path in tuple(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
        try:
            seen = path.lstat()
        except OSError:
            continue
        old = time.time() - seen.st_mtime > _OLD
        if stat.S_ISDIR(seen.st_mode) and old and own in (None, seen.st_uid):
            shutil.rmtree(path, ignore_errors=True)


def proven_report(opened: Opened) -> bool:
    """Whether the reports in the bundle are exactly those that its evidence gives."""
    found = opened.verification
    standing = {point.name: point.standing for point in found.points}
    sound = standing.get("intact") is Standing.GOOD and standing.get("judged") is Standing.GOOD
    return sound and not any(difference.what == "report" for difference in found.differences)


def report_file(opened: Opened, kind: str) -> tuple[Path, bool]:
    """Writes a report ("pdf" or "html") into a private folder, to be opened by the system. Returns it, and whether it was made anew.

    A report that was not shown to be the one that the evidence gives is not opened: one is made here in its place. A page of a stranger
    could do anything in a browser.

    Raises:
        UserError: there is none, and none can be made.
    """
    name = f"report.{kind}"
    kept = opened.bundle.files.get(name) if opened.bundle is not None else None
    path = Path(tempfile.mkdtemp(dir=_folder())) / name
    if kept is not None and proven_report(opened):
        write_whole(path, kept)
        return path, False
    audit = opened.audit
    if audit is None:
        raise UserError(_("The evidence in this bundle cannot be read, so no report can be shown safely."))
    manifest = opened.bundle.manifest.language if opened.bundle is not None else SOURCE
    with using(manifest if manifest in LANGUAGES else SOURCE):
        now = _seconds(opened.verification.made)
        if kind == "pdf":
            from selfaudit.report.pdf import render_pdf

            data = render_pdf(audit, now=now)
        else:
            from selfaudit.report.html import render_html

            data = render_html(audit, now=now).encode("utf-8")
    write_whole(path, data)
    return path, True
