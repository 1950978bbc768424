"""Long lists that are typed or pasted: every name is whole, and what there is no room for is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTableView

from selfaudit_ui.pages.registration import box_lines
from selfaudit_ui.pages.targets import TargetsPage
from tests.ui.desk import Desk


def _open(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("shop.net")
    desk.click("Domains that you host for others, or that send no mail")


def _paste(desk: Desk, name: str, text: str) -> QPlainTextEdit:
    box = desk.find(QPlainTextEdit, name)
    QApplication.clipboard().setText(text)
    box.paste()
    desk.settle()
    return box


@pytest.mark.parametrize("gap", [" ", ", ", ";"])
def test_forty_domains_on_one_line_are_forty_domains(desk: Desk, gap: str) -> None:
    names = [f"kunde-mit-einem-namen-{n}.com" for n in range(40)]
    _open(desk)
    for box in ("Hosted domains", "Registered to somebody else"):
        _paste(desk, box, gap.join(names))
    case = desk.controller.make_case()
    assert (list(case.hosted()), list(case.not_registrant)) == (names, names)
    assert "40 domains · 40 registered to somebody else" in desk.texts()
    assert desk.window._primary.isEnabled()


def test_two_thousand_domains_on_one_line_are_said_to_be_too_many(desk: Desk) -> None:
    text = " ".join(f"kunde{n}.com" for n in range(2000))
    _open(desk)
    for name in ("Hosted domains", "Registered to somebody else"):
        assert _paste(desk, name, text).toPlainText() == text
    assert "Line 1: At most 1000 domains fit in here, so 1000 domains of this line are left out" in desk.texts()
    assert "Registered to somebody else, line 1: kunde1000.com is not among the domains" in desk.texts()
    assert not desk.window._primary.isEnabled()


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_what_has_no_room_in_a_box_is_said_until_somebody_has_seen_to_it(desk: Desk, gap: str) -> None:
    names = [f"kunde{n:05}.com" for n in range(10_000)]
    _open(desk)
    for name in ("Hosted domains", "Registered to somebody else"):
        box = _paste(desk, name, gap.join(names))
        assert set(box.toPlainText().split()) <= {*names, "…"}
        assert box.toPlainText().endswith("\n…")
        assert len(box.toPlainText()) <= 100_002
    draft = desk.controller.draft
    assert draft is not None
    assert draft.hosted[-1] == draft.not_registrant[-1] == "…"
    desk.controller.edit(replace(draft, provider="P"))
    assert desk.controller.hosted[-1].problem.startswith("There was too much here")
    assert not desk.window._primary.isEnabled()
    for name in ("Hosted domains", "Registered to somebody else"):
        desk.find(QPlainTextEdit, name).setPlainText("kunde1.com")
    desk.settle()
    assert desk.controller.faulty == 0
    assert desk.window._primary.isEnabled()


def test_a_box_is_kept_as_it_is_typed() -> None:
    for text in ("", "a.net", "a.net\n", "\n\n", " a.net ,\n\nb.net", "a" * 100_000):
        assert "\n".join(box_lines(text)) == text
    assert box_lines("a" * 100_001) == ("…",)
    for lines in (2000 * ["a.net"], [*(2000 * ["a.net"]), "…"], ["a.net", "…"]):
        assert list(box_lines("\n".join(lines))) == lines
    assert list(box_lines("\n\n".join(2001 * ["a.net"]))) == [*(2000 * ["a.net"]), "…"]


@pytest.mark.parametrize("way", ["paste", "type many", "cell"])
def test_no_target_is_cut_where_a_list_is_too_long(desk: Desk, way: str) -> None:
    names = {f"kunde{n:05}.com" for n in range(10_000)}
    text = " ".join(sorted(names))
    desk.controller.new_case()
    if way == "paste":
        QApplication.clipboard().setText(text)
        desk.click("Paste a list")
    elif way == "type many":
        desk.click("Type many at once")
        _paste(desk, "Many domains and addresses", text)
        desk.click("Add these")
    else:
        table = desk.find(QTableView, "Domains and addresses")
        table.edit(table.model().index(0, 0))
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        editor.setText(text)
        desk.bot.keyClick(editor, Qt.Key.Key_Return)
        desk.settle()
    draft = desk.controller.draft
    assert draft is not None
    assert len(draft.lines) == 1000
    assert {line.text for line in draft.lines} <= names
    assert "There was not room for everything that you pasted" in desk.texts()
    desk.controller.new_case()
    assert "There was not room" not in desk.texts()


def test_forty_domains_typed_into_a_cell_are_forty_targets(desk: Desk) -> None:
    names = [f"kunde-mit-einem-namen-{n}.com" for n in range(40)]
    desk.controller.new_case()
    page = desk.page
    assert isinstance(page, TargetsPage)
    page.model.setData(page.model.index(0, 0), ", ".join(names))
    assert [t.value for t in desk.controller.make_case().targets] == names
    assert "There was not room" not in desk.texts()
