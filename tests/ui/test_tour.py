"""The guided tour: every stop is reached from everywhere, the worlds are switched, and nothing of it is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from selfaudit.case import Case
from selfaudit.engine.again import CheckedAgain
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.evidence import Vantage
from selfaudit.findings import Outcome
from selfaudit.install import data_folder
from selfaudit.policy.packs import use_folder
from selfaudit.store import Store
from selfaudit_ui import session
from selfaudit_ui.controller import opening as opening_files
from selfaudit_ui.flow import Run
from selfaudit_ui.session import View, view_of
from selfaudit_ui.tour import director as directing
from selfaudit_ui.tour import window as opening
from selfaudit_ui.tour.panel import WIDE
from selfaudit_ui.tour.presenter import PresentingController
from selfaudit_ui.tour.stops import AFTER, BEFORE, STOPS
from selfaudit_ui.tour.window import PresentingWindow
from tests.signing import case_data

ROOT = Path(__file__).parents[2]
PAGES = [stop.goal.page for stop in STOPS]


class Tour:
    """A window with the tour."""

    def __init__(self, bot: QtBot, place: Path) -> None:
        self.bot = bot
        self.controller = PresentingController(place)
        self.window = PresentingWindow(self.controller)
        assert self.window.director is not None
        self.director = self.window.director

    def begin(self) -> None:
        """Opens the window at the first stop."""
        self.window.show()
        self.controller.open_store()
        self.window.begin()
        self.there()

    def there(self, timeout: int = 120_000) -> None:
        """Waits until a stop has been reached."""
        self.bot.waitUntil(lambda: self.director.goal is None, timeout=timeout)
        QApplication.processEvents()

    def go(self, number: int) -> None:
        """Leads to a stop, by its number from 1."""
        self.director.go(number - 1)
        self.there()

    def until(self, condition: Callable[[], bool]) -> None:
        """Lets the window work until something is so."""
        self.bot.waitUntil(condition, timeout=60_000)

    def close(self) -> None:
        """Closes the window; the worker must end."""
        self.window.close()
        assert not self.controller.bridge._thread.is_alive()
        self.window.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def tour(qtbot: QtBot, tmp_path: Path) -> Iterator[Tour]:
    made = Tour(qtbot, tmp_path / "place")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, broken: View, fixed: View) -> None:
    """Audits that were made before: what is tried is the way between the stops, and that they are made at all is tried elsewhere."""
    views = {BEFORE: broken, AFTER: fixed, "suspended": broken}

    def of(world: session.World, case: Case) -> View:
        audit = views[world.demo].audit
        return view_of(replace(audit, evidence=replace(audit.evidence, case=case)))

    async def run(
        store: Store, case_id: int, case: Case, world: session.World, _send: Any, *, resumed: int | None = None
    ) -> Any:
        number = store.begin_run(case_id, case, Vantage((), False, True, "")) if resumed is None else resumed
        return number, of(world, case), ""

    async def again(_store: Store, _run: int, _audit: Any, _which: Any, world: session.World, case: Case) -> Any:
        view = of(world, case)
        return CheckedAgain(view.audit, (), ()), view, ""

    monkeypatch.setattr(session, "run", run)
    monkeypatch.setattr(session, "again", again)


def test_the_whole_tour_with_the_demos_own_audits(tour: Tour, tmp_path: Path) -> None:
    tour.begin()
    for number in range(1, len(STOPS) + 1):
        assert tour.window.page_name == PAGES[number - 1], tour.director.telling()
        telling = tour.director.telling()
        assert (telling.number, telling.total) == (number, len(STOPS))
        assert not tour.director._trouble
        if number == 4:
            assert tour.controller.run.state in (Run.RUNNING, Run.FINISHED)
        if number == 5:
            assert tour.controller.draft is not None
            assert (telling.world, telling.may_switch, tour.controller.draft.demo) == (BEFORE, True, BEFORE)
            assert tour.controller.blocking() > 0
        if number == 6:
            assert (telling.world, tour.controller.blocking()) == (AFTER, 0)
            assert telling.changed.startswith("Before: ")
            assert "After fixing: nothing blocks" in telling.changed
            changes = [change for past in tour.controller.past.values() for change in past]
            assert any(c.change.before and c.change.before.outcome != c.change.now.outcome for c in changes)
            fix = tour.window.pages["fix"]
            shown = fix.view.currentIndex()
            assert shown.isValid()
            assert fix._key is not None
            told = tour.controller.past[fix._key[:3]][-1].change
            assert told.before is not None
            assert (told.before.outcome, told.now.outcome) == (Outcome.FAIL, Outcome.PASS)
        if number == 9:
            assert tour.controller.bundle_path == tour.controller.bundle_place
            tour.until(lambda: tour.controller.bundle is not None)
            assert tour.controller.bundle is not None
            found = {point.name: str(point.standing) for point in tour.controller.bundle.verification.points}
            assert (found["intact"], found["judged"]) == ("good", "good"), tour.controller.bundle.verification.points
        if number < len(STOPS):
            tour.window.panel.to_next.click()
            tour.there()
    assert not tour.window.panel.save.isHidden()
    assert tour.controller.store is None


@pytest.mark.usefixtures("quick")
def test_no_real_case_is_offered(tour: Tour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "T-1.selfaudit-case").write_bytes(case_data(number="T-1"))
    monkeypatch.setattr(opening_files, "app_surroundings", lambda: (tmp_path,))
    looked: list[object] = []
    monkeypatch.setattr(opening_files, "cases_beside", looked.append)
    tour.begin()
    tour.controller.look_beside()
    QApplication.processEvents()
    assert (looked, tour.controller.beside) == ([], ())
    words = " ".join(label.text() for label in tour.window.findChildren(QLabel))
    assert "This window shows only the demo, and keeps nothing." in words
    assert "is kept here" not in words
    page = tour.window.pages["start"]
    assert page._others.isHidden()  # what would be refused is not offered
    assert page._another.isHidden()


@pytest.mark.usefixtures("quick")
def test_every_stop_in_any_order_and_back(tour: Tour) -> None:
    tour.begin()
    for number in (7, 2, 9, 4, 10, 6, 1, 8, 3, 5):
        tour.go(number)
        assert tour.window.page_name == PAGES[number - 1], (number, tour.director.telling().note)
        assert tour.director.telling().note[1] == ""
        wanted = STOPS[number - 1].goal.world
        assert tour.controller.draft is not None
        assert wanted in ("", tour.controller.draft.demo)
    tour.go(1)
    tour.director.back()
    assert (tour.director.number, tour.window.page_name) == (0, "start")


@pytest.mark.usefixtures("quick")
def test_the_presenter_may_click_freely(tour: Tour) -> None:
    tour.begin()
    tour.go(5)
    controller = tour.controller
    assert controller.draft is not None
    controller.edit(replace(controller.draft, lines=(Line("not a name"),)))
    tour.go(7)
    assert (tour.window.page_name, controller.situation.faulty) == ("statement", 0)
    tour.window.show_page("settings")
    tour.go(8)
    assert tour.window.page_name == "report"
    controller.open_demo("suspended")
    tour.go(6)
    assert controller.draft is not None
    assert (tour.window.page_name, controller.draft.demo) == ("fix", AFTER)
    controller.close_bundle()
    tour.go(9)
    assert tour.window.page_name == "open-bundle"


@pytest.mark.usefixtures("quick")
def test_the_world_is_switched_twice_quickly(tour: Tour) -> None:
    tour.begin()
    panel = tour.window.panel
    assert not panel.switch[AFTER].isEnabled()
    tour.go(5)
    assert panel.switch[AFTER].isEnabled()
    panel.switch[AFTER].click()
    panel.switch[BEFORE].click()
    tour.there()
    tour.until(lambda: not tour.controller.again)
    assert tour.controller.draft is not None
    assert tour.controller.draft.demo == BEFORE
    assert (panel.switch[BEFORE].isChecked(), panel.switch[AFTER].isChecked()) == (True, False)
    panel.switch[AFTER].click()
    tour.there()
    assert tour.controller.draft is not None
    assert (tour.controller.draft.demo, tour.director.number) == (AFTER, 4)
    assert tour.controller.draft.statement.summary
    assert panel.switch[AFTER].isChecked()
    tour.go(5)  # before the repairs, nothing has been stated
    assert tour.controller.draft is not None
    assert not tour.controller.draft.statement.summary


def test_closed_in_the_middle_of_the_audit(tour: Tour) -> None:
    tour.begin()
    tour.director.go(4)
    tour.until(lambda: tour.controller.run.state is Run.RUNNING)
    assert tour.director.goal is not None
    tour.window.close()
    assert tour.director.goal is None
    assert tour.window.isHidden()


@pytest.mark.usefixtures("quick")
def test_a_stop_that_cannot_be_prepared_says_so_and_the_next_one_can(tour: Tour, monkeypatch: pytest.MonkeyPatch) -> None:
    tour.begin()

    async def broken_run(*_arguments: Any, **_more: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(session, "run", broken_run)
        tour.director.go(4)
        tour.there()
        icon, words, verdict = tour.director.telling().note
    assert (icon, verdict) == ("warn", "warn")
    assert "could not be prepared" in words
    assert "No space left on device" in words
    tour.go(5)
    assert (tour.window.page_name, tour.director.telling().note[1]) == ("fix", "")


@pytest.mark.usefixtures("quick")
def test_keys(tour: Tour) -> None:
    tour.begin()
    window, panel, bot = tour.window, tour.window.panel, tour.bot
    window.activateWindow()
    panel.take_keyboard()
    assert panel.to_next.hasFocus()
    names = [b.accessibleName() for b in panel.findChildren(QPushButton) if b.isVisible()]
    assert len(set(names)) == len(names)
    assert {"Next stop", "Back to the stop before", "End the tour"} <= set(names)

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> int:
        bot.keyClick(QApplication.focusWidget() or window, key, modifier)
        tour.there()
        return tour.director.number + 1

    assert press(Qt.Key.Key_Right) == 2
    assert panel.to_next.hasFocus()
    assert press(Qt.Key.Key_PageDown) == 3
    assert press(Qt.Key.Key_Left) == 2
    assert press(Qt.Key.Key_PageUp) == 1
    assert press(Qt.Key.Key_Left) == 1
    window.pages["start"].focus_first()
    assert not panel.isAncestorOf(QApplication.focusWidget())
    assert press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier) == 2
    assert press(Qt.Key.Key_Right) == 2, "in the page, arrows are the page's"
    assert press(Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier) == 1
    assert window._primary.property("kind") == ""
    press(Qt.Key.Key_Escape)
    assert not panel.is_open
    assert window._primary.property("kind") == "primary"
    assert window._bottom.isVisible()
    assert not panel.to_next.isVisible()
    assert press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier) == 1
    assert panel._folded.hasFocus()
    panel._folded.click()
    assert panel.is_open
    assert press(Qt.Key.Key_Right) == 2


@pytest.mark.usefixtures("quick")
def test_the_panel_covers_nothing_and_lasts_through_a_change_of_look(tour: Tour) -> None:
    from msgspec.structs import replace as changed

    tour.begin()
    tour.go(2)
    for width, height in ((1280, 720), (960, 640), (WIDE, 700)):
        tour.window.resize(width, height)
        QApplication.processEvents()
        assert (tour.window.width(), tour.window.height()) == (width, height)
        panel = tour.window.panel
        here = panel.rect().translated(panel.mapTo(tour.window, panel.rect().topLeft()))
        for other in (tour.window.stack, tour.window.rail, tour.window._bottom):
            there = other.rect().translated(other.mapTo(tour.window, other.rect().topLeft()))
            if not other.isVisible():  # in a small window, the panel stands in place of the page's buttons
                assert other is tour.window._bottom
                assert width < WIDE
                continue
            assert not here.intersects(there), (width, other)
        assert (panel.height() == height) is (width >= WIDE)
        assert tour.window._bottom.isVisible() is (width >= WIDE)
        assert panel.height() <= 176 or width >= WIDE
    tour.controller.prefer(changed(tour.controller.preferences, theme="dark", language="de"))
    tour.until(lambda: tour.window.panel.isVisible())
    panel = tour.window.panel
    assert tour.director.telling().title in panel.accessibleName()
    panel.to_next.click()
    tour.there()
    assert tour.window.page_name == "permission"


def test_nothing_but_the_demo_is_opened(tour: Tour) -> None:
    tour.begin()
    controller = tour.controller
    before = controller.draft
    controller.new_case()
    assert "only the demo" in controller.trouble
    controller.new_case(Draft((Line("blumenhof.net"),), number="T-1"), "start")
    assert controller.draft is before
    controller.take_case(Draft((Line("blumenhof.net"),)), "")
    assert controller.draft is before
    assert controller.world.demo == BEFORE
    controller.draft = Draft((Line("blumenhof.net"),))  # whatever gets in: it would be looked up in the embedded internet
    assert controller.world.demo == BEFORE
    assert controller.store is None
    assert controller.cases == ()
    asked: list[Store] = []
    controller.use_store(asked.append, demo=False)
    tour.until(lambda: bool(asked))
    assert asked[0].path is None


def test_a_strangers_bundle_is_not_checked_again_from_here(tour: Tour, broken: View) -> None:
    from tests.ui.desk_scenes import some_bundle

    controller = tour.controller
    evidence = replace(broken.audit.evidence, case=replace(broken.audit.evidence.case, demo=""))
    controller.bundle = replace(some_bundle(broken), audit=replace(broken.audit, evidence=evidence))
    controller.check_bundle_again()
    assert not controller.rechecking
    assert "asks nothing of the internet" in controller.bundle_trouble


@pytest.mark.usefixtures("quick")
def test_the_leaflet_is_saved_with_the_audits_that_were_shown(
    tour: Tour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(directing, "write_leaflet", lambda *all_of_it: given.append(all_of_it))
    tour.begin()
    tour.go(10)
    tour.director.save_leaflet(tmp_path / "leaflet.pdf")
    tour.until(lambda: tour.director.telling().note[0] == "pass")
    assert given == [(tmp_path / "leaflet.pdf", "", None, None)]
    tour.go(5)
    tour.go(6)
    tour.go(10)
    assert tour.director.telling().note[1] == ""
    tour.director.save_leaflet(tmp_path / "leaflet.pdf")
    tour.until(lambda: len(given) == 2)
    assert [audit.evidence.case.demo for audit in given[1][2:]] == [BEFORE, AFTER]

    def full(*_all: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(directing, "write_leaflet", full)
    tour.director.save_leaflet(tmp_path / "leaflet.pdf")
    tour.until(lambda: tour.director.telling().note[0] == "fail")
    assert "No space left on device" in tour.director.telling().note[1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of somebody who has cases, and a place for temporary files."""
    folder = data_folder()
    folder.mkdir()
    (folder / "preferences.json").write_text(
        '{"language": "de", "theme": "dark", "geometry": "00", "settings_file": "/nowhere.toml"}'
    )
    (folder / "selfaudit.db").write_bytes(b"not to be opened")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("SELFAUDIT_HOME", str(folder))
    yield folder
    use_folder(None)


CLOSED = """
import json
from PySide6.QtCore import QTimer
from selfaudit.install import data_folder
from selfaudit_ui.tour import window
class Watched(window.PresentingWindow):
    def begin(self):
        super().begin()
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.on)
        self.timer.start(20)
    def on(self):
        if self.director.goal is not None:
            return
        if self.director.number < 3:
            self.director.next()
        elif self.controller.run.results:
            self.timer.stop()
            chosen, place = self.controller.preferences, data_folder()
            names = sorted(path.name for path in place.iterdir())
            print(json.dumps([chosen.language, chosen.theme, chosen.settings_file, str(place), names]))
            self.close()
window.PresentingWindow = Watched
raise SystemExit(window.present("", "en"))
"""


def test_the_data_folder_is_as_it_was(home: Path, tmp_path: Path) -> None:
    before = contents(home)
    done = subprocess.run([sys.executable, "-W", "error", "-c", CLOSED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(home) == before
    language, theme, settings_file, place, names = json.loads(done.stdout)
    assert (language, theme, settings_file) == ("en", "dark", "")
    assert Path(place).parent == tmp_path / "tmp"
    assert "selfaudit.db" not in names
    assert not Path(place).exists()
    assert list((tmp_path / "tmp").glob("selfaudit-tour-*")) == []


KILLED = """
import sys
from PySide6.QtCore import QTimer
from selfaudit_ui.flow import Run
from selfaudit_ui.tour import window
class Victim(window.PresentingWindow):
    def begin(self):
        super().begin()
        self.director.go(4)
        self.controller.changed.connect(self.say)
    def say(self, what):
        if what == "run" and self.controller.run.results:
            print("running", flush=True)
window.PresentingWindow = Victim
window.present()
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_nothing_is_left_in_the_data_folder_when_it_is_killed(home: Path, tmp_path: Path) -> None:
    before = contents(home)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
    finally:
        process.send_signal(signal.SIGKILL)
        errors = process.stderr.read()
        process.wait(30)
        process.stdout.close()
        process.stderr.close()
    assert (line, errors) == ("running\n", "")
    assert contents(home) == before
    (left,) = (tmp_path / "tmp").glob("selfaudit-tour-*")
    assert left.stat().st_mode & 0o777 == 0o700
    # The next tour after a day takes it away; one that may still run stays, and a link leads nowhere.
    young = tmp_path / "tmp" / "selfaudit-tour-young"
    young.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tmp" / "selfaudit-tour-link").symlink_to(tmp_path / "elsewhere")
    still_open = opening._temporary()
    for old in (left, still_open, tmp_path / "elsewhere"):
        os.utime(old, (0, 0))
    made = opening._temporary()
    assert not left.exists()
    assert young.exists()
    assert (tmp_path / "elsewhere").exists()
    assert still_open.exists()
    for mine in (still_open, made):
        opening._remove(mine)
        assert not mine.exists()


def test_a_broken_file_of_preferences_is_left_alone(home: Path) -> None:
    (home / "preferences.json").write_text("{")
    before = contents(home)
    assert opening._look() == opening.Preferences()
    assert contents(home) == before
