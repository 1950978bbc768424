"""The cards about registration on What to check: what is typed becomes the case, what is wrong is said, a run locks them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine.draft import Draft, Line
from selfaudit_ui import session
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.targets import TargetsPage
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo
from tests.ui.scenes import Stage

WHO = "Who your domains are registered to"
HOSTED = "Domains that you host for others, or that send no mail"
ADD = "Add a file that shows who your domains are registered to"
FIELDS = [
    "Name", "Company or organisation", "Street and number", "Postal code", "City", "E-mail address", "Country code", "Phone",
    "Confirmed at the registrar on",
]  # fmt: skip


def _open(desk: Desk, *cards: str) -> None:
    desk.controller.new_case()
    desk.controller.paste("shop.net")
    for card in cards:
        desk.click(card)


def _type(desk: Desk, name: str, text: str) -> None:
    edit = desk.find(QLineEdit, name)
    edit.selectAll()
    desk.bot.keyClick(edit, Qt.Key.Key_Delete)
    desk.bot.keyClicks(edit, text)
    desk.settle()


def _say(desk: Desk, name: str, text: str) -> None:
    """Types something about the case on the first page, and comes back."""
    desk.window.show_page("start")
    if not desk.find(QAbstractButton, "Your case").isChecked():
        desk.click("Your case")
    _type(desk, name, text)
    desk.window.show_page("targets")
    desk.settle()


def _choose(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(path), ""))
    desk.click(ADD)


def _registrant(desk: Desk) -> Registrant:
    assert desk.controller.draft is not None
    return desk.controller.draft.registrant


def test_what_is_typed_becomes_the_case_and_is_kept(desk: Desk) -> None:
    _open(desk, WHO)
    texts = ["Maria Blum", "Shop GmbH", "Gasse 1", "79098", "Freiburg", "m@shop.net", "de", "+49 761 5550123", "2026-03-31"]
    for name, text in zip(FIELDS, texts, strict=True):
        _type(desk, name, text)
    _say(desk, "Suspended since", "2026-03-30")
    case = desk.controller.make_case()
    assert case.suspended == "2026-03-30"
    assert case.registrant == Registrant(
        "Maria Blum", "Shop GmbH", "Gasse 1", "Freiburg", "79098", "DE", "m@shop.net", "+49 761 5550123", "2026-03-31"
    )
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.refresh_cases()
    desk.until(lambda: bool(desk.controller.cases) and desk.controller.cases[0].draft == desk.controller.draft)  # type: ignore[index]
    desk.click(WHO)
    assert "Shop GmbH, Maria Blum, Freiburg · confirmed on 2026-03-31" in desk.texts()
    assert not [e for e in desk.page.findChildren(QLineEdit) if e.isVisible() and e.accessibleName() == "City"]


def test_the_keyboard_goes_through_the_fields_in_their_order(desk: Desk) -> None:
    _open(desk, WHO)
    desk.find(QAbstractButton, WHO).setFocus()
    order = []
    for _step in range(len(FIELDS) + 1):
        desk.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        order.append(focused.accessibleName())
    assert order == [*FIELDS, ADD]
    desk.click(HOSTED)
    desk.find(QAbstractButton, HOSTED).setFocus()
    desk.press(Qt.Key.Key_Tab)
    desk.press(Qt.Key.Key_Tab)
    assert desk.find(QPlainTextEdit, "Registered to somebody else").hasFocus()


def test_wrong_fields_are_said_and_stop_nothing_but_the_way_on(desk: Desk) -> None:
    _open(desk, WHO)
    _type(desk, "Country code", "Germany")
    _type(desk, "Phone", "0761 123456")
    _say(desk, "Suspended since", "2999-01-01")
    assert "Country code: “Germany” is not a country code" in desk.texts()
    assert "Phone: “0761 123456” is not a phone number" in desk.texts()
    assert "2999-01-01 is still to come" in desk.texts()
    assert not desk.window._primary.isEnabled()
    assert "2 lines of “What to check”" in desk.window._why.text()
    desk.until(lambda: desk.controller.saved == "Saved")
    _type(desk, "Country code", "DE")
    _type(desk, "Phone", "+49 761 123456")
    assert not desk.window._primary.isEnabled()
    assert "1 field of “Your case” on the page “Start”" in desk.window._why.text()
    _say(desk, "Suspended since", "")
    assert desk.window._primary.isEnabled()


def test_files_are_hashed_listed_and_removed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _open(desk, WHO)
    page, mail, empty = tmp_path / "page.png", tmp_path / "mail.eml", tmp_path / "empty.pdf"
    page.write_bytes(b"picture" * 40_000)
    mail.write_bytes(b"Subject: verified")
    empty.touch()
    _choose(desk, monkeypatch, page)
    desk.until(lambda: len(_registrant(desk).files) == 1)
    _choose(desk, monkeypatch, mail)
    desk.until(lambda: len(_registrant(desk).files) == 2)
    expected = EvidenceFile("page.png", hashlib.sha256(b"picture" * 40_000).hexdigest(), 280_000)
    assert _registrant(desk).files[0] == expected
    assert desk.controller.make_case().registrant == Registrant(files=_registrant(desk).files)
    assert f"page.png · 280 kB · SHA-256 {expected.sha256[:16]}" in desk.texts()
    assert "mail.eml · 17 bytes" in desk.texts()
    _choose(desk, monkeypatch, empty)
    desk.until(lambda: "empty.pdf: this file is empty" in desk.texts().replace("\u200b", ""))
    _choose(desk, monkeypatch, page)
    desk.until(lambda: "page.png is in the list already" in desk.texts().replace("\u200b", ""))
    desk.click("Remove page.png from the list")
    assert [f.name for f in _registrant(desk).files] == ["mail.eml"]
    assert page.exists()
    assert "is in the list already" not in desk.texts()
    _type(desk, "Name", "Maria")
    assert [f.name for f in _registrant(desk).files] == ["mail.eml"]


def test_a_file_for_a_case_that_was_left_is_thrown_away(desk: Desk, tmp_path: Path) -> None:
    _open(desk)
    page = tmp_path / "page.png"
    page.write_bytes(b"picture")
    desk.controller.add_evidence(page)
    desk.controller.new_case()
    desk.bot.wait(200)
    assert _registrant(desk).files == ()


def test_hosted_domains_are_counted_and_their_problems_shown(desk: Desk) -> None:
    _open(desk, HOSTED)
    desk.controller.edit(replace(desk.controller.draft, confirmed=True))  # type: ignore[type-var]
    box, others = desk.find(QPlainTextEdit, "Hosted domains"), desk.find(QPlainTextEdit, "Registered to somebody else")
    for edit, lines in (
        (box, ["kunde1.net, kunde2.net", "shop.net", "foo..bar", "9.9.9.9"]),
        (others, ["kunde2.net", "kumde.net"]),
    ):
        for number, line in enumerate(lines):
            if number:
                desk.bot.keyClick(edit, Qt.Key.Key_Return)
            desk.bot.keyClicks(edit, line)
    desk.settle()
    assert box.toPlainText() == "kunde1.net, kunde2.net\nshop.net\nfoo..bar\n9.9.9.9"
    assert "2 domains · 1 registered to somebody else · 1 line is named above already" in desk.texts()
    assert "Line 3: “foo..bar” is not a domain name" in desk.texts().replace("\u200b", "")
    assert "Line 4: “9.9.9.9” is an address" in desk.texts()
    assert "Registered to somebody else, line 2: kumde.net is not among the domains" in desk.texts()
    assert desk.controller.draft is not None
    assert not desk.controller.draft.confirmed
    assert not desk.window._primary.isEnabled()
    desk.click(HOSTED)
    assert "Line 3" in desk.texts()
    desk.click(HOSTED)
    box.setPlainText("kunde1.net, kunde2.net\nshop.net")
    others.setPlainText("kunde2.net")
    desk.settle()
    case = desk.controller.make_case()
    assert (case.domains(), case.hosted(), case.not_registrant) == (
        ("shop.net",),
        ("kunde1.net", "kunde2.net"),
        ("kunde2.net",),
    )
    assert desk.window._primary.isEnabled()


def test_a_thousand_hosted_domains_are_taken_and_one_more_is_said(desk: Desk) -> None:
    _open(desk, HOSTED)
    box = desk.find(QPlainTextEdit, "Hosted domains")
    box.setPlainText("\n".join(f"kunde{n}.net" for n in range(1000)))
    desk.settle()
    assert len(desk.controller.make_case().hosted()) == 1000
    box.setPlainText(box.toPlainText() + "\nkunde1000.net")
    desk.settle()
    assert "Line 1001: At most 1000 domains fit in here, so 1 domain of this line is left out" in desk.texts()
    assert "1000 domains" in desk.texts()


def test_an_opened_card_has_its_whole_height(desk: Desk) -> None:
    """On a page that was never shown, with a longer list above."""
    desk.controller.new_case(Draft(tuple(Line(f"shop{n}.net") for n in range(7)), registrant=Registrant("Maria")), "start")
    desk.window.show_page("targets")
    page = desk.page
    assert isinstance(page, TargetsPage)
    for section in (page._registrant, page._hosted):
        section.opening.setChecked(True)
    desk.settle()
    body = page.area.widget()
    assert body.height() == body.minimumSizeHint().height()
    assert page.table.geometry().bottom() < page._paste.geometry().top()
    for section in (page._registrant, page._hosted):
        edits = section.findChildren(QLineEdit)
        assert [e.accessibleName() for e in edits if e.height() < e.sizeHint().height()] == []
        assert section.height() == section.heightForWidth(section.width())


def test_new_hosted_domains_ask_for_the_plan_anew_and_keep_the_proof(desk: Desk) -> None:
    _open(desk, HOSTED)
    desk.window.show_page("permission")
    desk.until(lambda: desk.controller.plan is not None)
    desk.controller.authority = {"shop.net": "proven: TXT record"}
    desk.controller.edit(replace(desk.controller.draft, hosted=("kunde1.net",)))  # type: ignore[type-var]
    assert desk.controller.authority == {"shop.net": "proven: TXT record"}
    desk.until(lambda: desk.controller.plan is not None)


def test_a_run_locks_the_cards(desk: Desk, broken: View, fixed: View) -> None:
    stage = Stage(desk.window, broken, fixed)
    controller = stage.ran(state=Run.RUNNING)
    assert controller.draft is not None
    file = EvidenceFile("page.png", "ab" * 32, 12)
    controller.draft = replace(controller.draft, registrant=Registrant("Maria", files=(file,)))
    stage.show("targets")
    for card in (WHO, HOSTED):
        desk.click(card)
    locked: list[QWidget] = [desk.find(QLineEdit, name) for name in FIELDS]
    locked += [desk.find(QPlainTextEdit, name) for name in ("Hosted domains", "Registered to somebody else")]
    locked += [desk.find(QAbstractButton, name) for name in (ADD, "Remove page.png from the list")]
    assert [w.accessibleName() for w in locked if w.isEnabled()] == []
    controller.run.state = Run.FINISHED
    controller.changed.emit("run")
    desk.settle()
    assert desk.find(QAbstractButton, "Remove page.png from the list").isEnabled()
    assert desk.find(QLineEdit, "City").isEnabled()
    assert desk.find(QPlainTextEdit, "Hosted domains").isEnabled()
    stage.reset()


def test_what_is_declared_after_a_run_is_judged_without_another_run(desk: Desk) -> None:
    run_demo(desk)
    controller = desk.controller
    before, view, run_id = controller.draft, controller.view, controller.run.run_id
    assert before is not None
    assert view is not None
    assert not controller.situation.stale
    controller.edit(replace(before, registrant=replace(before.registrant, city="Elsewhere"), suspended="2020-01-01"))
    assert controller.situation.stale
    desk.until(lambda: not controller.situation.stale)
    assert controller.view is not None
    evidence = controller.view.audit.evidence
    assert (evidence.case.registrant or Registrant()).city == "Elsewhere"
    assert evidence.case.suspended == "2020-01-01"
    assert evidence.records == view.audit.evidence.records
    assert evidence.sent == view.audit.evidence.sent
    assert (controller.run.state, controller.run.run_id) == (Run.FINISHED, run_id)
    kept = []
    assert run_id is not None
    controller.use_store(lambda store: controller.bridge.call(lambda: store.evidence(run_id), kept.append, print), demo=True)
    desk.until(lambda: bool(kept))
    assert kept[0].case == evidence.case


def _text_of(desk: Desk) -> str:
    view = desk.controller.view
    assert view is not None
    return " ".join(str(f.args) for r in view.audit.results if r.check == "routing.provider-range" for f in r.findings)


def test_another_provider_after_a_run_is_judged_without_another_run(desk: Desk) -> None:
    run_demo(desk)
    controller = desk.controller
    before, view = controller.draft, controller.view
    assert before is not None
    assert view is not None
    assert "Other Hosting" not in _text_of(desk)
    stale: list[bool] = []  # whenever something changed: a slow machine may have judged before the last word is typed
    controller.changed.connect(lambda _what: stale.append(controller.situation.stale))
    _say(desk, "Provider", "Other Hosting")
    _say(desk, "Case or ticket number", "T-9")
    _say(desk, "Deadline", "2030-01-02")
    desk.window.show_page("fix")
    desk.until(lambda: not controller.situation.stale)
    assert True in stale
    assert controller.view is not None
    evidence = controller.view.audit.evidence
    assert (evidence.case.provider, evidence.case.number, evidence.case.deadline) == ("Other Hosting", "T-9", "2030-01-02")
    assert "Other Hosting" in _text_of(desk)
    assert (evidence.records, evidence.sent) == (view.audit.evidence.records, view.audit.evidence.sent)
    assert controller.exported is None


def test_a_provider_that_is_typed_during_a_run_counts_at_its_end(desk: Desk) -> None:
    controller = desk.controller
    controller.open_demo("broken")
    desk.until(lambda: controller.case_id is not None)
    controller.start_run()
    desk.until(lambda: controller.run.done >= 1)
    assert controller.draft is not None
    controller.edit(replace(controller.draft, provider="Other Hosting"))
    desk.until(lambda: controller.run.state is Run.FINISHED)
    desk.until(lambda: not controller.situation.stale)
    assert controller.view is not None
    assert controller.view.audit.evidence.case.provider == "Other Hosting"
    assert "Other Hosting" in _text_of(desk)


def test_other_hosted_domains_after_a_run_ask_for_another(desk: Desk) -> None:
    run_demo(desk)
    controller = desk.controller
    before = controller.draft
    assert before is not None
    controller.edit(replace(before, hosted=(*before.hosted, "new-customer.example"), suspended="2020-01-01"))
    desk.bot.wait(500)
    assert controller.situation.stale
    controller.edit(replace(before, hosted=before.hosted[1:], not_registrant=()))
    assert controller.situation.stale
    controller.edit(before)
    assert not controller.situation.stale


def test_the_demo_s_declaration_is_shown(desk: Desk) -> None:
    case, brought = demo_inputs("broken")
    desk.controller.open_demo("broken")
    desk.click(WHO)
    desk.click(HOSTED)
    assert desk.find(QLineEdit, "Name").text() == (case.registrant or Registrant()).name
    assert f"suspended since {case.suspended}" in desk.texts()
    assert desk.find(QPlainTextEdit, "Hosted domains").toPlainText().split() == list(case.hosted())
    made = desk.controller.make_case()
    assert [h.name for h in made.hosts] == [r.name for r in brought.hosts]
    assert [m.name for m in made.messages] == [m.name for m in brought.messages]
    assert [x.name for x in made.ledgers] == [x.name for x in brought.ledgers]
    # Their texts are made at the moment, so the sums differ; and so does what a notice says of hours.
    moment: dict[str, Any] = {"hosts": (), "messages": (), "ledgers": (), "notices": (), "deadline": ""}
    assert replace(made, **moment) == replace(case, **moment)


def test_an_interrupted_run_goes_on_with_what_was_told_since(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.1))
    controller = desk.controller
    controller.open_demo("broken")
    desk.until(lambda: controller.case_id is not None)
    controller.start_run()
    desk.until(lambda: controller.run.done >= 3)
    controller.stop_run()
    desk.until(lambda: controller.run.state is Run.INTERRUPTED)
    assert controller.draft is not None
    controller.edit(replace(controller.draft, number="T-10", provider="Other Hosting"))
    assert not controller.situation.stale
    controller.resume_run()
    desk.until(lambda: controller.run.state is Run.FINISHED)
    desk.until(lambda: controller.view is not None and controller.view.audit.evidence.case.number == "T-10")
    assert "Other Hosting" in _text_of(desk)
