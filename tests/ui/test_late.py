"""What comes late, fails or hangs: it never touches another case, and it never holds up the window or its end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from selfaudit.demo import Internet
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.seals import read_signed_case
from selfaudit.errors import BadInput
from selfaudit.findings import Mark, Outcome
from selfaudit.store import Store
from selfaudit_ui import bridge as bridges
from selfaudit_ui import session
from selfaudit_ui.bridge import Bridge, Failure
from selfaudit_ui.controller import keeper, saving
from selfaudit_ui.controller.hosts import SshForm
from selfaudit_ui.flow import Run
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo
from tests.ui.hosts import NAME, OLD_SYSTEM, host_report

CASE = '{"schema": "selfaudit/case/1", "targets": ["shop.net"]}'
Held = list[tuple[Callable[[], object], Callable[[object], None], Callable[[Failure], None]]]


# Opening a kept case


@pytest.fixture
def kept(desk: Desk, broken: View) -> Desk:
    """Two kept cases; the first has an audit."""
    for name in ("a.example", "b.example"):
        desk.controller.new_case(Draft((Line(name),)))
        desk.until(lambda: desk.controller.case_id is not None)
    store = desk.controller.store
    assert store is not None
    done: list[None] = []

    def run() -> None:
        run_id = store.begin_run(1, broken.audit.evidence.case, broken.audit.evidence.vantage)
        store.finish_run(run_id, broken.audit.evidence, broken.audit.results)

    desk.controller.bridge.call(run, done.append, print)
    desk.controller.refresh_cases()
    desk.until(lambda: bool(done) and desk.controller.bridge.idle())
    return desk


def _hold(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str = "call") -> Held:
    held: Held = []
    monkeypatch.setattr(desk.controller.bridge, name, lambda work, then, failed: held.append((work, then, failed)))
    return held


def _open_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Held:
    assert desk.controller.cases is not None
    (row,) = [row for row in desk.controller.cases if row.id == 1]
    assert row.run is not None
    held = _hold(desk, monkeypatch)
    desk.controller.open_case(row)
    monkeypatch.undo()
    assert len(held) == 1
    return held


def test_a_late_failure_of_one_case_leaves_the_next_alone(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = kept.controller
    ((_work, _then, failed),) = _open_first(kept, monkeypatch)
    kept.controller.open_demo("broken")
    controller.run = replace(controller.run, state=Run.FINISHED, run_id=9)
    kept.window.show_page("targets")
    page = kept.window.page_name
    failed(Failure("it is gone"))
    assert (controller.run.state, controller.run.run_id) == (Run.FINISHED, 9)
    assert controller.trouble == ""
    assert kept.window.page_name == page


def test_what_was_kept_does_not_replace_an_audit_that_was_started_meanwhile(
    kept: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = kept.controller
    ((work, then, _failed),) = _open_first(kept, monkeypatch)
    found: list[object] = []
    controller.bridge.call(work, found.append, print)
    kept.until(lambda: bool(found))
    started = controller.run = replace(controller.run, state=Run.RUNNING, run_id=None)
    then(found[0])
    assert controller.run is started
    assert controller.run.state is Run.RUNNING
    assert controller.view is None


def test_a_failure_does_not_end_an_audit_that_was_started_meanwhile(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = kept.controller
    ((_work, _then, failed),) = _open_first(kept, monkeypatch)
    started = controller.run = replace(controller.run, state=Run.RUNNING, run_id=None)
    failed(Failure("it is gone"))
    assert controller.run is started
    assert controller.run.state is Run.RUNNING


def test_a_kept_case_opens_with_its_results(kept: Desk) -> None:
    controller = kept.controller
    assert controller.cases is not None
    controller.open_case(next(row for row in controller.cases if row.id == 1))
    kept.until(lambda: controller.view is not None)
    assert controller.run.state is Run.FINISHED
    assert kept.window.page_name == "fix"


def test_results_that_cannot_be_read_are_said(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_store: Store, _run_id: int) -> View:
        raise BadInput("another form")

    monkeypatch.setattr(session, "load_run", unreadable)
    controller = kept.controller
    assert controller.cases is not None
    controller.open_case(next(row for row in controller.cases if row.id == 1))
    kept.until(lambda: bool(controller.trouble))
    assert controller.run.state is Run.NONE
    assert kept.window.page_name == "targets"


# A case that is deleted


def test_what_could_not_be_saved_does_not_bring_a_deleted_case_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "AGAIN_AFTER", 60)
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    desk.until(lambda: controller.case_id == 1)
    full = sqlite3.OperationalError("database or disk is full")

    def fails(*_any: object) -> int:
        raise full

    monkeypatch.setattr(Store, "save_case", fails)
    assert controller.draft is not None
    controller.edit(replace(controller.draft, number="T-1"))
    controller.flush()
    desk.until(lambda: "Not saved" in controller.saved)
    saver = controller.saver
    assert saver is not None
    controller.delete_case(1)
    monkeypatch.undo()
    desk.until(lambda: controller.cases == ())
    assert not saver._retry.isActive()
    saver.save(mark=Mark("mail.spf", "domain", "a.example", "x", planned="on Monday"))
    desk.bot.wait(200)
    controller.refresh_cases()
    desk.until(controller.bridge.idle)
    assert controller.cases == ()


def test_a_case_that_was_left_and_deleted_stays_deleted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "AGAIN_AFTER", 60)
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    desk.until(lambda: controller.case_id == 1)

    def fails(*_any: object) -> int:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Store, "save_case", fails)
    assert controller.draft is not None
    controller.edit(replace(controller.draft, number="T-1"))
    controller.new_case(Draft((Line("b.example"),)))
    desk.until(lambda: "Another case could not be saved yet" in controller.trouble)
    controller.delete_case(1)
    monkeypatch.undo()
    desk.until(lambda: controller.case_id is not None and "Saved" in controller.saved)
    desk.bot.wait(200)
    controller.refresh_cases()
    desk.until(controller.bridge.idle)
    assert [row.draft.lines[0].text for row in controller.cases or ()] == ["b.example"]


def test_a_case_that_was_left_is_saved_when_there_is_room_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "AGAIN_AFTER", 60)
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    desk.until(lambda: controller.case_id == 1)

    def fails(*_any: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(Store, "save_case", fails)
        assert controller.draft is not None
        controller.edit(replace(controller.draft, number="T-1"))
        controller.open_demo("broken")
        desk.until(lambda: "Another case could not be saved yet" in controller.trouble)

    def number() -> str:
        controller.refresh_cases()
        desk.until(controller.bridge.idle)
        return controller.cases[0].draft.number if controller.cases else ""

    desk.until(lambda: number() == "T-1")


# A store that cannot be opened


def test_without_any_store_nothing_waits_for_ever(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"x")

    def closed(_path: Path | None) -> Store:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(keeper, "open_store", closed)
    controller = desk.controller
    controller.open_demo("broken")
    controller.add_file(log, lambda: controller.statement.proof, lambda files: controller.state(proof=files))
    assert controller.hashing == 1
    desk.until(lambda: not controller.hashing)
    assert controller.file_trouble == "Too many open files"
    assert "Too many open files" in controller.saved
    controller.start_run()
    desk.until(lambda: not controller.situation.busy)
    assert controller.run.state is Run.FAILED
    assert "Too many open files" in controller.run.problem


# Servers


def test_the_key_of_nobody_is_not_forgotten(desk: Desk) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    controller.edit_ssh(SshForm(host="a.example", user=" "))
    controller.key_changed = True
    controller.forget_keys()
    assert controller.notes["ssh"].words == "Name the server and the user to log in as."
    assert controller.notes["ssh"].verdict == "warn"


def test_results_of_a_server_that_was_taken_off_count_no_more(desk: Desk) -> None:
    run_demo(desk)
    controller = desk.controller

    def about_hosts() -> set[str]:
        audit = controller.stated_audit()
        assert audit is not None
        return {r.target for r in audit.results if r.target_kind == "host"}

    there = about_hosts()
    assert there
    assert controller.draft is not None
    gone, *others = controller.draft.hosts
    assert gone.name in there
    controller.edit(replace(controller.draft, hosts=tuple(others)))
    assert about_hosts() == there - {gone.name}


def _interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    """The demo with an old server, interrupted after what was read about it has been seen."""
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.1))
    controller = desk.controller
    controller.open_demo("broken")
    assert controller.draft is not None
    controller.edit(replace(controller.draft, hosts=tuple(host_report(name, os_release=OLD_SYSTEM) for name in hosts)))
    desk.until(lambda: controller.case_id is not None)
    controller.start_run()
    wanted = {("patch.os-support", "host", name) for name in hosts}
    desk.until(lambda: controller.run.done >= 3 and wanted <= controller.run.results.keys())
    controller.stop_run()
    desk.until(lambda: controller.run.state is Run.INTERRUPTED)


def test_a_server_that_was_added_and_one_that_was_read_again_count_when_a_run_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _interrupted(desk, monkeypatch, NAME)
    controller = desk.controller
    assert controller.run.results["patch.os-support", "host", NAME].outcome is Outcome.FAIL
    seen = controller.view
    assert seen is not None
    early = {r.request: r for r in seen.audit.evidence.records if r.fact is not None and r.request.kind == "mail.spf"}
    assert controller.draft is not None
    fresh = (host_report(hours=0), host_report("mx2.blumenhof.example", machine="2" * 16, os_release=OLD_SYSTEM))
    controller.edit(replace(controller.draft, hosts=fresh))
    assert not controller.situation.stale
    controller.resume_run()
    desk.until(lambda: controller.run.state is Run.FINISHED)
    view = controller.view
    assert view is not None
    outcome = {r.target: r.outcome for r in view.audit.results if r.check == "patch.os-support"}
    assert outcome["mx2.blumenhof.example"] is Outcome.FAIL
    assert outcome[NAME] not in (Outcome.FAIL, Outcome.NOT_RUN), "the newer file counts"
    assert {h.name for h in view.audit.evidence.case.hosts} == {NAME, "mx2.blumenhof.example"}
    assert not controller.unjudged
    now = {r.request: r for r in view.audit.evidence.records}
    assert all(now[request].at == record.at for request, record in early.items()), "what was seen stays"


# Files on a drive that does not answer


def _lines(desk: Desk) -> list[str]:
    return [line.text for line in desk.controller.draft.lines] if desk.controller.draft is not None else []


def test_a_dead_drive_does_not_stop_the_window(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case.selfaudit-case"
    path.write_text(CASE)
    answered = threading.Event()
    threads: list[threading.Thread] = []

    def slow(file: Path) -> object:
        threads.append(threading.current_thread())
        assert answered.wait(20)
        return read_signed_case(file)

    monkeypatch.setattr("selfaudit_ui.controller.opening.read_signed_case", slow)
    controller = desk.controller
    controller.take_files([path])
    desk.until(lambda: bool(threads))
    assert threads[0] is not threading.main_thread()
    desk.until(lambda: desk.window._reading.isVisible())
    assert _lines(desk) == []
    answered.set()
    desk.until(lambda: _lines(desk) == ["shop.net"])
    desk.settle()
    assert not desk.window._reading.isVisible()


def test_a_case_file_that_comes_late_replaces_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case.selfaudit-case"
    path.write_text(CASE)
    held = _hold(desk, monkeypatch, "call_blocking")
    desk.controller.open_case_file(path)
    monkeypatch.undo()
    desk.controller.new_case(Draft((Line("mine.example"),)))
    work, then, _failed = held[0]
    then(work())
    assert _lines(desk) == ["mine.example"]
    assert "Another case was opened while case.selfaudit-case was being read" in desk.controller.trouble


def test_what_is_dropped_together_belongs_together(desk: Desk, tmp_path: Path) -> None:
    case, mail = tmp_path / "case.selfaudit-case", tmp_path / "newsletter.eml"
    case.write_text(CASE)
    mail.write_text("From: News <news@shop.net>\nTo: a@b.example\nSubject: Tulips\n\nTulips!\n")
    desk.take_files([case, mail])
    desk.until(lambda: bool(desk.controller.draft and desk.controller.draft.messages))
    assert desk.controller.unsorted == (), "a mail from a domain of the case is one that was sent"


# What hangs


def test_what_hangs_keeps_no_place(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridges, "BLOCKING", 0.2)
    monkeypatch.setattr(bridges, "AT_END", 0.1)
    for_ever, done = threading.Event(), threading.Event()
    bridge = Bridge()

    def hang(begun: threading.Event) -> None:
        begun.set()
        for_ever.wait(60)

    try:
        for _number in range(bridges.AT_ONCE):
            bridge.call_blocking(lambda: for_ever.wait(60), lambda _found: None, lambda _failure: None)
        bridge.call_blocking(done.set, lambda _found: None, lambda _failure: None)
        assert done.wait(20), "the others have had their time"
        ended = threading.Event()
        bridge.call_blocking(lambda: for_ever.wait(60), lambda _found: None, lambda _failure: None)
        bridge.call_long(lambda _tell: hang(ended), lambda _found: None, lambda _f: None, lambda _n: None)
        assert ended.wait(20), "long work needs no place of those"
        assert bridge.close(10), "what hangs does not hold up the end"
    finally:
        for_ever.set()


def test_what_is_being_written_at_the_end_is_written(qapp: object, tmp_path: Path) -> None:
    bridge = Bridge()
    begun, path = threading.Event(), tmp_path / "out"

    def write(_tell: object) -> None:
        begun.set()
        time.sleep(0.3)
        path.write_bytes(b"whole")

    bridge.call_long(write, lambda _none: None, lambda _failure: None, lambda _news: None)
    assert begun.wait(10)
    assert bridge.close()
    assert path.read_bytes() == b"whole"


ENDING = """
import asyncio, sys, threading
from PySide6.QtCore import QCoreApplication
from selfaudit_ui import bridge
bridge.AT_END = 0.1
app = QCoreApplication([])
made = bridge.Bridge()
begun = threading.Semaphore(0)
def hang():
    begun.release()
    threading.Event().wait()
async def also(_send):
    await asyncio.to_thread(hang)
made.call_blocking(hang, print, print)
made.start(also, print, print)
begun.acquire()
begun.acquire()
sys.exit(0 if made.close(20) else 1)
"""


def test_the_app_ends_while_the_keyring_hangs() -> None:
    ended = subprocess.run([sys.executable, "-c", ENDING], timeout=300, env=_paths(), check=False)
    assert ended.returncode == 0


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
