"""The pages before the run: Start, What to check, Permission."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QTableView

from selfaudit.findings import Mark, Outcome
from selfaudit.store import default_path
from selfaudit_ui.flow import Run
from tests.ui.desk import Desk, on_nobodys_word, run_demo


def _drop(desk: Desk, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    desk.window.dropEvent(event)
    desk.settle()


# Start


def test_a_dropped_case_file_opens(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(
        '{"schema": "selfaudit/case/1", "number": "T-4711", "provider": "Prez Hosting", "deadline": "2030-01-02",'
        ' "targets": ["shop.net", "9.9.9.9"], "sending_ips": ["9.9.9.9"], "authority": {"name": "M", "role": "owner"}}'
    )
    _drop(desk, file)
    desk.until(lambda: desk.controller.draft is not None)  # it is read beside the window
    assert desk.window.page_name == "start"
    assert desk.controller.draft is not None
    assert [(line.text, line.sends) for line in desk.controller.draft.lines] == [("shop.net", False), ("9.9.9.9", True)]
    assert "T-4711" in desk.window._case_label.text()
    assert "2030-01-02" in desk.window._deadline.text()
    assert "This case file is not signed" in desk.texts()
    desk.until(lambda: desk.controller.saved == "Saved")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("case.json", b"{", "case.json"),
        ("case.json", b'{"schema": "selfaudit/case/1", "targets": 5}', "targets"),
        ("case.json", b"\xff\xfe\x00" * 100, "case.json"),
        ("picture.png", b"\x89PNG", "picture.png"),
    ],
)
def test_a_bad_file_is_said_in_the_page(desk: Desk, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    _drop(desk, file)
    desk.until(desk.window._trouble.isVisible)
    assert desk.window.page_name == "start"
    assert words in desk.window._trouble._text.text().replace("\u200b", "")


def test_cases_are_kept_and_opened_again(desk: Desk, qtbot: object) -> None:
    desk.controller.new_case()
    desk.controller.paste("a-company.net 9.9.9.9")
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.edit(replace(desk.controller.draft, number="T-1"))  # type: ignore[type-var]
    desk.close()
    second = Desk(desk.bot)
    second.open()
    try:
        assert second.controller.cases is not None
        assert [c.draft.number for c in second.controller.cases] == ["T-1"]
        second.click("Open case T-1 · a-company.net, 9.9.9.9")
        second.until(lambda: second.window.page_name == "targets")
        assert second.controller.draft is not None
        assert len(second.controller.draft.lines) == 2
        second.window.show_page("start")
        second.click("Delete case T-1 · a-company.net, 9.9.9.9")
        second.click("Delete case T-1 · a-company.net, 9.9.9.9")
        second.until(lambda: second.controller.cases == ())
        assert second.controller.draft is None
    finally:
        second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_two_new_cases_in_a_row_stay_two(desk: Desk) -> None:
    """An answer about the first case that arrives when the second is open must not be taken for the second's."""
    desk.controller.new_case()
    desk.controller.paste("first-company.net")
    desk.controller.new_case()
    desk.controller.paste("second-company.net")
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.refresh_cases()
    desk.until(lambda: len(desk.controller.cases or ()) == 2)
    assert desk.controller.cases is not None
    assert sorted(c.draft.lines[0].text for c in desk.controller.cases) == ["first-company.net", "second-company.net"]
    assert desk.controller.cases[0].id == desk.controller.case_id or desk.controller.cases[1].id == desk.controller.case_id


def test_what_cannot_be_saved_is_said_and_still_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from selfaudit.store import Store

    def full(*_any: object, **_more: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    run_demo(desk)
    failed = desk.controller.situation.counts["fail"]
    assert failed > 0
    monkeypatch.setattr(Store, "set_mark", full)
    desk.controller.mark(Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", planned="2026-12-01"))
    desk.until(lambda: desk.controller.saved == "Not saved: database or disk is full")
    monkeypatch.setattr(Store, "finish_run", full)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert desk.controller.saved == "Not saved: database or disk is full"
    assert desk.controller.situation.counts["fail"] == failed
    monkeypatch.setattr(Store, "begin_run", full)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "nothing was sent" in desk.controller.run.problem


def test_a_name_that_was_not_confirmed_permits_nothing(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    assert desk.controller.draft is not None
    desk.controller.edit(on_nobodys_word(desk.controller.draft))
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    desk.controller.edit(replace(desk.controller.draft, person="M. Blum", role="owner", confirmed=False))
    desk.controller.check_again([("dns.transfer", "domain", "blumenhof.example")])
    desk.until(lambda: not desk.controller.again)
    view = desk.controller.view
    assert view is not None
    assert not [s for s in view.audit.evidence.sent if s.purpose == "zone transfer"]


def test_a_damaged_store_is_set_aside_only_when_asked(desk: Desk) -> None:
    desk.close()
    path = default_path()
    path.write_bytes(b"garbage" * 1000)
    second = Desk(desk.bot)
    second.open()
    assert "damaged" in second.texts()
    second.controller.new_case()
    second.controller.paste("a-company.net")
    second.until(lambda: second.controller.saved.startswith("Not kept"))
    assert path.read_bytes() == b"garbage" * 1000
    second.window.show_page("start")
    second.click("Keep that file aside and start a new one")
    second.until(lambda: second.controller.store is not None)
    assert [p.read_bytes() for p in path.parent.glob("selfaudit-set-aside-*.db")] == [b"garbage" * 1000]
    second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


# What to check


def test_typing_pasting_and_removing(desk: Desk) -> None:
    desk.controller.new_case()
    desk.settle()
    table = desk.find(QTableView, "Domains and addresses")
    model = table.model()
    model.setData(model.index(0, 0), "https://www.shop.net/cart", Qt.ItemDataRole.EditRole)
    model.setData(model.index(1, 0), "9.9.9.9, mail@other.org;10.0.0.1", Qt.ItemDataRole.EditRole)
    desk.settle()
    assert model.rowCount() == 5
    shown = [model.index(row, 2).data() for row in range(4)]
    assert shown[:3] == ["Domain www.shop.net", "IPv4 address 9.9.9.9", "Domain other.org"]
    assert "not a public address" in shown[3]
    assert not desk.window._primary.isEnabled()
    assert "must be corrected" in desk.window._why.text()
    table.selectRow(3)
    desk.click("Remove selected")
    assert desk.window._primary.isEnabled()
    model.setData(model.index(1, 1), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert desk.controller.make_case().sending_ips == ("9.9.9.9",)
    QGuiApplication.clipboard().setText("\n".join(f"9.9.9.{i}" for i in range(200)))
    desk.click("Paste a list")
    assert model.rowCount() == 203
    assert len(desk.controller.make_case().targets) == 202


def test_hostile_pastes_are_bounded_and_shown_as_text(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("\u202eevil.com\x1b[31m <b>x</b> " + "a" * 5000 + " " + " ".join(f"d{i}.net" for i in range(3000)))
    desk.settle()
    assert desk.controller.draft is not None
    assert len(desk.controller.draft.lines) <= 1000
    model = desk.find(QTableView, "Domains and addresses").model()
    for row in range(4):
        for column in (0, 2):
            text = str(model.index(row, column).data())
            assert "\u202e" not in text
            assert "\x1b" not in text
    assert not desk.window._primary.isEnabled()


def test_suggestions_are_added_by_a_click_only(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    desk.click("Look in the DNS")
    desk.until(lambda: desk.controller.suggestions is not None)
    before = desk.controller.draft
    assert "203.0.113.90" in desk.texts()
    assert desk.controller.draft == before
    desk.click("Add 203.0.113.90")
    assert desk.controller.draft is not None
    assert desk.controller.draft.lines[-1].text == "203.0.113.90"
    assert not desk.controller.draft.confirmed


def test_a_message_teaches_selectors(desk: Desk, tmp_path: Path) -> None:
    desk.controller.open_demo("broken")
    good, bad = tmp_path / "sent.eml", tmp_path / "plain.eml"
    good.write_bytes(
        b"From: a@blumenhof.example\r\nDKIM-Signature: v=1; a=rsa-sha256; d=shop.net; s=autumn; h=from; bh=x; b=y\r\n\r\nhello"
    )
    bad.write_bytes(b"From: a@news.blumenhof.example\r\n\r\nhello")
    _drop(desk, good)
    desk.until(lambda: "Learnt from messages: autumn@shop.net" in desk.texts())
    _drop(desk, bad)
    desk.until(lambda: "plain.eml: this message carries no DKIM signature" in desk.texts())
    draft = desk.controller.draft
    assert draft is not None
    assert [m.name for m in draft.messages[-2:]] == ["sent.eml", "plain.eml"]
    assert desk.find(QAbstractButton, "Sample messages").isChecked()  # dropping leads to its card
    desk.click("Remove the message sent.eml")
    assert desk.controller.draft is not None
    assert "sent.eml" not in [m.name for m in desk.controller.draft.messages]
    assert desk.controller.draft.messages[-1].name == "plain.eml"
    assert "autumn" not in [selector for selector, _domain, _file in desk.controller.draft.learnt]


def test_leaving_a_line_without_a_change_changes_nothing(desk: Desk) -> None:
    run_demo(desk)
    desk.window.show_page("targets")
    desk.window.show_page("audit")
    desk.settle()
    assert desk.controller.draft is not None
    assert desk.controller.draft.confirmed
    assert not desk.controller.situation.stale


# Permission


def test_permission_says_who_and_what_and_changes_with_the_name(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    desk.window.show_page("permission")
    desk.until(lambda: desk.controller.plan is not None)
    desk.settle()
    passive = desk.find(QTableView, "Public records that will be asked for").model()
    assert passive.rowCount() > 10
    assert desk.find(QTableView, "Tests that touch your own servers").model().rowCount() > 0
    assert "stated by you" in desk.texts()
    desk.find(QLineEdit, "Your name").clear()
    desk.find(QLineEdit, "Your name").textEdited.emit("")
    desk.settle()
    assert "not allowed yet" in desk.texts()
    assert desk.window._primary.text() == "Allow and start", "the case file that support signed still proves two targets"
    desk.controller.edit(on_nobodys_word(desk.controller.draft))
    desk.until(lambda: desk.controller.plan is not None)
    desk.settle()
    assert desk.window._primary.text() == "Start with public records only"
    desk.click("Look in the DNS for proof now")
    desk.until(lambda: desk.controller.authority is not None)
    assert "0 targets are proven" in desk.texts()


def test_many_targets_are_shown_together(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste(" ".join(f"company{i}.net" for i in range(30)))
    desk.window.show_page("permission")
    desk.until(lambda: desk.controller.plan is not None)
    assert "30 targets: not allowed yet" in desk.texts()
    records = desk.find(QPlainTextEdit, "TXT records for all domains").toPlainText().splitlines()
    assert len(records) == 30
    assert all("_selfaudit-challenge.company" in line for line in records)


def test_nothing_active_without_a_name(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    assert desk.controller.draft is not None
    desk.controller.edit(on_nobodys_word(desk.controller.draft))
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    view = desk.controller.view
    assert view is not None
    assert not [s for s in view.audit.evidence.sent if s.purpose == "zone transfer"]
    transfers = [r for r in view.audit.results if r.check == "dns.transfer"]
    assert transfers
    assert {r.outcome for r in transfers} == {Outcome.NOT_RUN}


def test_changed_targets_ask_again(desk: Desk) -> None:
    run_demo(desk)
    desk.controller.paste("another.example")
    assert desk.controller.draft is not None
    assert not desk.controller.draft.confirmed
    assert desk.controller.situation.stale
