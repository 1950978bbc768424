"""A case file that lies beside the app is offered at once; where the app lies is told as the person sees it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from selfaudit.install import app_folder, app_surroundings
from selfaudit_ui.beside import MAX_FILES, Found, cases_beside
from selfaudit_ui.controller import opening
from tests.signing import DESK, OWNER, PROVIDER, STRANGER, case_data, providers, signed_by
from tests.ui.desk import Desk


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[None]:
    """A provider that signs."""
    with providers(tmp_path / "packs"):
        yield


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the app."""
    made = tmp_path / "app"
    made.mkdir()
    monkeypatch.setattr(opening, "app_surroundings", lambda: (made,))
    return made


def put(folder: Path, name: str, data: bytes, signature: str = "") -> Path:
    path = folder / f"{name}.selfaudit-case"
    path.write_bytes(data)
    if signature:
        path.with_name(path.name + ".minisig").write_text(signature)
    return path


def look(desk: Desk) -> None:
    """Looks anew, as at the start."""
    desk.controller._looked_beside = False
    desk.controller.look_beside()
    desk.until(lambda: bool(desk.controller.beside))
    desk.settle()


# Where the app lies


def frozen(
    monkeypatch: pytest.MonkeyPatch, program: str, platform: str = "linux", image: str = "", mounted: str = "/tmp/.mount_x"
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "executable", program)
    monkeypatch.setenv("APPIMAGE", image)
    monkeypatch.setenv("APPDIR", mounted)


def test_from_source_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPIMAGE", "/home/x/selfaudit.AppImage")
    assert app_folder() is None
    assert app_surroundings() == ()


def test_an_unpacked_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "selfaudit"
    (place / "_internal").mkdir(parents=True)
    frozen(monkeypatch, str(place / "selfaudit-gui"))
    assert app_folder() == place
    assert app_surroundings() == (place, tmp_path)
    (place / "_internal").rmdir()
    assert app_surroundings() == (place,)


def test_an_appimage_and_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen(monkeypatch, "/tmp/.mount_x/usr/bin/selfaudit-gui", image="/home/x/Downloads/selfaudit.AppImage")
    assert app_surroundings() == (Path("/home/x/Downloads"),)
    frozen(monkeypatch, "/tmp/.mount_x/selfaudit-gui", image="relative.AppImage")
    assert app_folder() == Path("/tmp/.mount_x")
    for mounted in ("/tmp/.mount_x", ""):  # $APPIMAGE is that of another program, by which this one was started
        frozen(monkeypatch, "/home/x/selfaudit/selfaudit-gui", image="/home/x/Downloads/editor.AppImage", mounted=mounted)
        assert app_folder() == Path("/home/x/selfaudit")
    frozen(monkeypatch, "/Volumes/selfaudit/selfaudit.app/Contents/MacOS/selfaudit-gui", "darwin")
    assert app_surroundings() == (Path("/Volumes/selfaudit"),)


@pytest.mark.parametrize(
    "program", ["/opt/selfaudit/selfaudit-gui", "/usr/lib/selfaudit/selfaudit-gui", "/snap/selfaudit/1/selfaudit-gui"]
)
def test_what_a_package_has_installed_has_nothing_beside_it(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen(monkeypatch, program)
    assert app_folder() == Path(program).parent
    assert app_surroundings() == ()


def test_what_an_installer_has_put_somewhere_has_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen(monkeypatch, "/Applications/selfaudit.app/Contents/MacOS/selfaudit-gui", "darwin")
    assert app_surroundings() == ()
    for name in ("ProgramFiles", "ProgramFiles(x86)", "ProgramW6432", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ProgramFiles", "/c/Program Files")
    monkeypatch.setenv("LOCALAPPDATA", "/c/x/AppData/Local")
    for place in ("/c/Program Files", "/c/x/AppData/Local/Programs"):
        frozen(monkeypatch, f"{place}/selfaudit/selfaudit-gui.exe", "win32")
        assert app_surroundings() == ()
    frozen(monkeypatch, "/c/x/Downloads/selfaudit/selfaudit-gui.exe", "win32")
    assert app_surroundings() == (Path("/c/x/Downloads/selfaudit"),)


# What lies there


def test_at_most_some_files_and_nothing_that_hangs(tmp_path: Path) -> None:
    assert cases_beside((tmp_path / "absent",)) == Found()
    for number in range(MAX_FILES + 5):
        put(tmp_path, f"{number:02}", case_data(number=f"T-{number}"))
    assert len(cases_beside((tmp_path,)).files) == MAX_FILES
    assert cases_beside((tmp_path,)).more
    place = tmp_path / "hostile"
    place.mkdir()
    os.mkfifo(place / "a.selfaudit-case")
    (place / "b.selfaudit-case").mkdir()
    put(place, "c\u202e\x1b[2J\n", b"\xff" * 10)
    put(place, "d", b" " * 1_000_001)
    (place / "e.selfaudit-case").symlink_to("/dev/zero")
    put(place, "f", case_data(number="T\u202e-1\x1b" + "x" * 300))
    (place / "g.selfaudit-case.minisig").write_text("x")
    (place / "h.SELFAUDIT-case").write_text("x")
    assert not cases_beside((place, place)).more
    found = cases_beside((place, place)).files
    assert [bool(file.problem) for file in found] == [False] + [True] * 5
    assert all(file.problem.isprintable() for file in found)
    assert found[0].number.startswith("T\\u202e-1\\x1b")
    assert found[0].number.endswith("xxx…")
    put(place, "z", (place / "f.selfaudit-case").read_bytes())
    assert len(cases_beside((place,)).files) == 6  # the same content once


def test_junk_hides_no_case(desk: Desk, beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MAX_FILES + 5):
        os.utime(put(beside, f"{number:02}", b"nothing"), (number, number))
    data, other = case_data(number="T-4711"), case_data(number="T-9")
    os.utime(put(beside, "unsigned", other), (3_000_000_000, 3_000_000_000))
    os.utime(put(beside, "zz", data, signed_by(data, DESK)), (2_000_000_000, 2_000_000_000))
    found = cases_beside((beside,))
    assert [file.path.stem for file in found.files[:3]] == ["zz", "unsigned", "24"]
    assert found.more
    look(desk)
    words = desk.texts().replace("\u200b", "")
    assert f"T-4711, {PROVIDER}, signed" in words
    assert "18 files beside this app are called case files and cannot be read." in words
    assert "24.selfaudit-case" not in words
    assert "There is more beside this app than was looked at." in words


def test_it_is_offered_and_opened(desk: Desk, beside: Path) -> None:
    data = case_data(number="T-4711")
    put(beside, "T-4711", data, signed_by(data, DESK))
    look(desk)
    words = desk.texts()
    assert "Your provider's case file lies beside this app" in words
    assert f"T-4711, {PROVIDER}, signed" in words
    desk.click("Open case file T-4711")
    desk.looked()
    draft, seal = desk.controller.draft, desk.controller.seal
    assert draft is not None
    assert seal is not None
    assert (draft.number, seal.state, seal.owner) == ("T-4711", "trusted", OWNER)
    desk.window.show_page("start")
    assert "beside this app" not in desk.texts()  # a case is open


def test_several_and_what_their_signatures_come_to(desk: Desk, beside: Path) -> None:
    one, two, three = (case_data(number=f"T-{n}") for n in (1, 2, 3))
    put(beside, "1", one)
    put(beside, "2", two, signed_by(two, STRANGER))
    put(beside, "3", three, signed_by(one, DESK))
    put(beside, "4", b"nothing")
    look(desk)
    words = desk.texts()
    for part in (
        "Case files lie beside this app", f"T-1, {PROVIDER}, not signed", f"T-2, {PROVIDER}, signed with a key that nobody here vouches for",
        f"T-3, {PROVIDER}, changed after it was signed", "4.selfaudit-case: ",
    ):  # fmt: skip
        assert part in words.replace("\u200b", ""), part
    assert "4.selfaudit-case: cannot be read (" in words.replace("\u200b", "")
    assert {
        b.property("kind")
        for b in desk.window.findChildren(QAbstractButton)
        if b.accessibleName().startswith("Open case file T-")
    } == {""}
    assert "Your provider's" not in words
    assert len([n for n in desk.names(QAbstractButton) if n.startswith("Open case file T-")]) == 3


def test_a_case_that_is_kept_goes_on(desk: Desk, beside: Path) -> None:
    data = case_data(number="T-4711")
    path = put(beside, "T-4711", data, signed_by(data, DESK))
    desk.open_file(path)
    desk.until(lambda: desk.controller.case_id is not None)
    kept = desk.controller.case_id
    desk.controller.new_case()
    desk.controller.flush()
    desk.controller._reset_case()
    desk.controller.changed.emit("case")
    desk.window.show_page("start")
    desk.until(lambda: bool(desk.controller.cases))
    look(desk)
    assert "Open case file T-4711" in desk.names(QAbstractButton)
    desk.click("Go on with case T-4711, which is kept here")
    assert desk.controller.case_id == kept


def test_nothing_beside_it_shows_nothing(desk: Desk) -> None:
    desk.controller.look_beside()
    desk.settle()
    assert desk.controller.beside == ()
    assert "beside this app" not in desk.texts()
