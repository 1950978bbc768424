"""The card about servers from the inside: a file, pasted blocks, this computer; keyboard, consent, and a run that locks it."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QFileDialog, QLineEdit, QPlainTextEdit, QRadioButton

from selfaudit.engine import hosts as engine_hosts
from selfaudit.protocols.collector import make_blocks
from selfaudit_ui.controller.pasting import MAX_PASTE, is_facts_file, look_at_paste
from selfaudit_ui.flow import Run
from selfaudit_ui.session import View
from tests.ui.desk import Desk
from tests.ui.hosts import CARD, NAME, facts_file, host_report, hosts_of, open_card, tick, with_hosts, written
from tests.ui.scenes import Stage

BOX = "What the collector printed"
TAKE = "Take what was pasted"
SHOW_KEY, COLLECT, MINE = "1. Show the server's key", "2. Collect over SSH", "This is my server's key"
LABELS = ["Server (name or address)", "Port", "Log in as", "Key file (optional)"]


def _read(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(path), ""))
    desk.click("Read the collector's file")
    desk.until(lambda: not desk.controller.reading_files)
    desk.settle()


# Files


def test_a_file_is_read_shown_and_kept(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_card(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, written()))
    words = desk.texts()
    assert f"{NAME} (Debian GNU/Linux 12 (bookworm))" in words
    assert "3 hours ago · read from a file" in words
    assert f"{NAME} was added to the list above." in words
    assert "Nothing in it is named above yet." in words
    (report,) = hosts_of(desk)
    assert (report.name, report.via, report.genuine, report.complete) == (NAME, "file", True, True)
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.refresh_cases()
    desk.until(lambda: bool(desk.controller.cases) and desk.controller.cases[0].draft.hosts == (report,))  # type: ignore[index]
    assert desk.controller.cases is not None
    row = desk.controller.cases[0]
    desk.controller.new_case()
    assert hosts_of(desk) == ()
    desk.controller.open_case(row)
    desk.until(lambda: desk.window.page_name == "targets")
    assert hosts_of(desk) == (report,)
    assert [h.sha256 for h in desk.controller.make_case().hosts] == [report.sha256]


def test_the_folded_card_says_what_was_read_and_what_is_wrong(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_card(desk)
    text = written(hours=400)
    _read(desk, monkeypatch, facts_file(tmp_path, text[: text.index("@ end")]))
    assert "It is not complete." in desk.texts()
    assert "older than 7 days" in desk.texts()
    desk.click(CARD)
    words = desk.texts()
    assert f"{NAME} (Debian GNU/Linux 12 (bookworm)), 16 days ago" in words
    assert f"{NAME}: It is not complete." in words


def test_a_changed_file_counts_for_nothing_and_says_so(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_card(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, written().replace("eth0|203.0.113.80", "eth0|203.0.113.81")))
    assert "It was changed after the collector wrote it, so nothing in it counts." in desk.texts()
    assert not hosts_of(desk)[0].genuine


def test_what_is_no_collector_s_file_is_refused_and_nothing_is_lost(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_card(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, written()))
    before = hosts_of(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, "bought milk\n", "milk.txt"))
    assert "milk.txt: " in desk.texts().replace("\u200b", "")
    _read(desk, monkeypatch, tmp_path / "gone.txt")
    assert "gone.txt: cannot be read" in desk.texts().replace("\u200b", "")
    assert hosts_of(desk) == before


def test_a_newer_file_replaces_the_one_before_and_an_older_one_says_so(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_card(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, written(hours=3)))
    _read(desk, monkeypatch, facts_file(tmp_path, written(hours=1)))
    assert "what was read now replaces what was read before" in desk.texts()
    assert len(hosts_of(desk)) == 1
    assert "1 hour ago" in desk.texts()
    _read(desk, monkeypatch, facts_file(tmp_path, written(hours=9)))
    assert "replaced, but what was read now is older" in desk.texts()
    assert len(hosts_of(desk)) == 1


def test_the_seventeenth_server_is_refused(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_card(desk)
    assert desk.controller.draft is not None
    many = tuple(host_report(f"host{n}", machine=f"{n:016x}") for n in range(engine_hosts.MAX_HOSTS))
    desk.controller.edit(replace(desk.controller.draft, hosts=many))
    _read(desk, monkeypatch, facts_file(tmp_path, written()))
    assert "At most 16 servers fit into one case" in desk.texts()
    assert hosts_of(desk) == many


def test_a_server_is_taken_off_the_list(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_card(desk)
    _read(desk, monkeypatch, facts_file(tmp_path, written()))
    _read(desk, monkeypatch, facts_file(tmp_path, written("mx", machine="2" * 16)))
    desk.click(f"Remove {NAME} from the list")
    assert [r.name for r in hosts_of(desk)] == ["mx"]
    assert f"{NAME} (" not in desk.texts()
    desk.until(lambda: desk.controller.saved == "Saved")


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen, the list of completions cannot take the keyboard
def test_the_address_is_taken_when_it_is_one(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_card(desk)
    desk.controller.paste("9.9.9.9")
    _read(desk, monkeypatch, facts_file(tmp_path, written()))
    edit = desk.find(QLineEdit, f"Address that {NAME} has")
    completer = edit.completer()
    assert completer is not None
    assert [completer.model().index(n, 0).data() for n in range(completer.model().rowCount())] == ["9.9.9.9"]
    desk.bot.keyClicks(edit, "9.9.9.")
    desk.settle()
    assert "This is not an IP address yet." in desk.texts()
    assert hosts_of(desk)[0].address == ""
    desk.bot.keyClicks(edit, "9")
    desk.settle()
    assert hosts_of(desk)[0].address == "9.9.9.9"
    assert edit.text() == "9.9.9.9"
    assert "it was said to be that of 9.9.9.9" in desk.texts()
    assert [h.address for h in desk.controller.make_case().hosts] == ["9.9.9.9"]


def test_a_server_with_an_address_of_the_case_needs_no_address(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_card(desk)
    desk.controller.paste("9.9.9.9")
    _read(desk, monkeypatch, facts_file(tmp_path, written(address="9.9.9.9")))
    assert "Belongs to this case: 9.9.9.9 of this case is one of its own addresses" in desk.texts()
    assert f"Address that {NAME} has" not in desk.names(QLineEdit)


def test_dropped_files_go_where_they_belong(desk: Desk, tmp_path: Path) -> None:
    controller = desk.controller
    plain, blocks = facts_file(tmp_path, "Welcome to web1\n\n" + written()), facts_file(tmp_path, "", "console.log")
    blocks.write_text(make_blocks(written("mx", machine="2" * 16).encode()), encoding="ascii")
    wide = tmp_path / "wide.txt"
    wide.write_bytes(codecs.BOM_UTF16_LE + written("win", machine="3" * 16, system="windows").encode("utf-16-le"))
    letter = facts_file(tmp_path, "Subject: hello\n\nhello\n", "letter.txt")
    controller.take_files([plain])  # no case is open yet
    desk.until(lambda: bool(controller.draft and controller.draft.hosts))
    assert desk.window.page_name == "targets"
    assert desk.find(QAbstractButton, CARD).isChecked()
    desk.take_files([blocks, wide, letter])
    desk.until(lambda: len(hosts_of(desk)) == 3)
    assert {r.name for r in hosts_of(desk)} == {NAME, "mx", "win"}
    assert controller.unsorted == (letter,)  # it may be a mail of either side
    assert not is_facts_file(tmp_path)
    assert not is_facts_file(tmp_path / "gone.txt")


@pytest.mark.parametrize(
    ("name", "button", "first"),
    [
        ("collect.sh", "Save the collector for Linux and FreeBSD …", "#!/bin/sh\n"),
        ("collect.ps1", "Save the collector for Windows Server", ""),
    ],
)
def test_the_collector_is_saved_where_the_person_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, button: str, first: str
) -> None:
    path = tmp_path / name
    asked: list[object] = []

    def ask(*given: object) -> tuple[str, str]:
        asked.append(given[2])
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    open_card(desk)
    desk.click(button)
    desk.until(lambda: "file" in desk.controller.notes)
    assert asked == [name]
    assert path.read_bytes().decode("ascii").startswith(first)
    assert b"\r" not in path.read_bytes()
    assert f"Written: {path}" in desk.texts().replace("\u200b", "")


def test_a_collector_that_cannot_be_written_says_why(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path), ""))
    open_card(desk)
    desk.click("Save the collector for Linux and FreeBSD …")
    desk.until(lambda: "file" in desk.controller.notes)
    assert "is a folder" in desk.texts()


# Pasting


def _paste(desk: Desk, text: str) -> None:
    box = desk.find(QPlainTextEdit, BOX)
    data = QMimeData()
    data.setText(text)
    box.insertFromMimeData(data)  # what Ctrl+V does
    desk.settle()


def _seen(desk: Desk) -> None:
    controller = desk.controller
    box = desk.find(QPlainTextEdit, BOX)
    desk.until(lambda: controller.pasted == box.toPlainText() and (controller.found is not None or "paste" in controller.notes))
    desk.settle()


def _blocks(text: str) -> list[str]:
    return [f"-----BEGIN{part}" for part in make_blocks(text.encode()).split("-----BEGIN")[1:]]


def test_blocks_in_parts_and_out_of_order_become_whole(desk: Desk) -> None:
    text = written(padding=900)
    blocks = _blocks(text)
    count = len(blocks)
    assert count > 6
    open_card(desk, "Pasted from a console")
    desk.controller.look_at_pasted("")
    take = desk.find(QAbstractButton, TAKE)
    assert not take.isEnabled()
    _paste(desk, "root@web1:~# sh collect.sh --compact\n" + "".join(blocks[4:]))
    _seen(desk)
    assert f"{count - 4} of {count} blocks; missing: 1, 2, 3, 4" in desk.texts()
    assert not take.isEnabled()
    damaged = blocks[1].replace("\n", "\nAAAA", 1)
    _paste(desk, blocks[3] + damaged + blocks[0])
    _seen(desk)
    assert f"{count - 2} of {count} blocks; missing: 3" in desk.texts()
    assert "Block 2 is damaged; copy it and paste it again." in desk.texts()
    desk.find(QPlainTextEdit, BOX).moveCursor(desk.find(QPlainTextEdit, BOX).textCursor().MoveOperation.Start)
    _paste(desk, blocks[2] + blocks[2] + blocks[1])  # wherever the cursor is
    _seen(desk)
    assert f"Whole: {NAME} (Debian GNU/Linux 12 (bookworm))" in desk.texts()
    desk.click(TAKE)
    (report,) = hosts_of(desk)
    assert (report.name, report.via) == (NAME, "block")
    assert len(report.lines("packages.installed") or ()) == 900
    assert desk.find(QPlainTextEdit, BOX).toPlainText() == ""
    assert f"{NAME} was added to the list above." in desk.texts()
    assert not take.isEnabled()
    desk.until(lambda: desk.controller.saved == "Saved")


def test_plain_text_works_and_its_missing_end_is_said(desk: Desk) -> None:
    text = written()
    cut = text.index("@ packages")
    open_card(desk, "Pasted from a console")
    _paste(desk, text[:cut])
    _seen(desk)
    assert "Its end is missing." in desk.texts()
    _paste(desk, text[cut:])
    _seen(desk)
    assert "Its end is missing." not in desk.texts()
    desk.click(TAKE)
    assert hosts_of(desk)[0].complete
    assert hosts_of(desk)[0].genuine


def test_what_is_nothing_of_a_collector_is_said_and_the_box_can_be_emptied(desk: Desk) -> None:
    open_card(desk, "Pasted from a console")
    _paste(desk, "root@web1:~# uptime")
    _seen(desk)
    assert desk.controller.found is not None
    assert desk.controller.found.problem
    assert not desk.find(QAbstractButton, TAKE).isEnabled()
    desk.click("Empty the box")
    assert desk.find(QPlainTextEdit, BOX).toPlainText() == ""
    assert desk.controller.found is None


def test_too_much_is_refused_and_what_was_there_stays(desk: Desk) -> None:
    open_card(desk, "Pasted from a console")
    text = written()
    _paste(desk, text)
    _seen(desk)
    _paste(desk, "x" * MAX_PASTE)
    assert "too much to be a collector's text" in desk.texts()
    assert desk.find(QPlainTextEdit, BOX).toPlainText().strip() == text.strip()


def test_what_was_pasted_survives_another_language(desk: Desk) -> None:
    from msgspec.structs import replace as changed

    open_card(desk, "Pasted from a console")
    _paste(desk, _blocks(written(padding=900))[0])
    _seen(desk)
    pasted = desk.controller.pasted
    desk.controller.prefer(changed(desk.controller.preferences, theme="dark"))
    desk.settle()
    desk.click(CARD)
    assert desk.find(QPlainTextEdit, BOX).toPlainText() == pasted
    assert desk.find(QRadioButton, "Pasted from a console").isChecked()


def test_the_worker_tells_blocks_from_text() -> None:
    text = written()
    assert look_at_paste(text).blocks is None
    assert look_at_paste(text).report is not None
    whole = look_at_paste("".join(reversed(_blocks(text))))
    assert whole.report is not None
    assert whole.blocks is not None
    assert look_at_paste("nothing").problem != ""


# This computer, and the rest of the card


def test_this_computer_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "cat <<'SAID'\n" + written("here", hours=0) + "SAID\n"
    monkeypatch.setattr(engine_hosts, "collector_script", lambda *_any: script)
    open_card(desk, "This computer")
    desk.click("Look at this computer")
    desk.until(lambda: not desk.controller.host_work)
    (report,) = hosts_of(desk)
    assert (report.name, report.via) == ("here", "local")
    assert "on this computer" in desk.texts()


def test_packages_are_looked_up_only_with_consent(desk: Desk) -> None:
    open_card(desk)
    box = desk.find(QCheckBox, "Look up known holes in its packages")
    assert not box.isChecked()
    assert not desk.controller.make_case().look_up_packages
    tick(desk, "Look up known holes in its packages")
    assert desk.controller.make_case().look_up_packages
    assert desk.controller.plan is None
    tick(desk, "Look up known holes in its packages")
    assert not desk.controller.make_case().look_up_packages


def test_the_keyboard_goes_through_the_card(desk: Desk) -> None:
    open_card(desk, "Over SSH")
    desk.window.activateWindow()
    desk.find(QAbstractButton, CARD).setFocus()
    order = []
    for _step in range(11):
        desk.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        order.append(focused.accessibleName())
    assert order == [
        "Over SSH", *LABELS, "Choose a key file", "Passphrase of the key file", "Password (where no key is used)",
        "Keep the password in the system's keyring", "Use sudo there",
        SHOW_KEY,
    ]  # fmt: skip
    desk.find(QRadioButton, "Over SSH").setFocus()
    desk.press(Qt.Key.Key_Left)
    assert desk.controller.way == "paste"
    assert desk.find(QPlainTextEdit, BOX).isEnabled()


def test_a_run_locks_the_card(desk: Desk, broken: View, fixed: View) -> None:
    stage = Stage(desk.window, broken, fixed)
    controller = stage.ran(with_hosts(broken, host_report()), state=Run.RUNNING)
    assert controller.draft is not None
    controller.draft = replace(controller.draft, hosts=(host_report("other"),))
    stage.show("targets")
    desk.click(CARD)
    for way, names in {
        "From a file": ["Read the collector's file", "Remove other from the list"],
        "Pasted from a console": [TAKE, "Empty the box"],
        "Over SSH": [SHOW_KEY, COLLECT, "Choose a key file", "Use sudo there"],
        "This computer": ["Look at this computer", "Look up known holes in its packages"],
    }.items():
        desk.click(way)
        assert [n for n in names if desk.find(QAbstractButton, n).isEnabled()] == []
    controller.collect_here()
    assert controller.host_work == ""
    stage.reset()
