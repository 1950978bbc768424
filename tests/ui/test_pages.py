"""What each page does, with the real engine in the demo's internet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFileDialog, QLineEdit, QPlainTextEdit, QTableView

from selfaudit import i18n
from selfaudit.demo import Internet
from selfaudit.findings import Mark, Outcome
from selfaudit.settings import ScopeSettings, Settings
from selfaudit.store import RunState, default_path
from selfaudit_ui import session
from selfaudit_ui.controller import Controller, deadline_words
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.fix import FixPage
from selfaudit_ui.preferences import load_preferences
from selfaudit_ui.session import View
from tests.ui.desk import Desk

LAB = session.World(Settings(scope=ScopeSettings(allow_reserved=True)), "broken", session.DEMO_KEY)


def _run_demo(desk: Desk, world: str = "broken") -> None:
    desk.controller.open_demo(world)
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)


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
    assert desk.window.page_name == "targets"
    assert desk.controller.draft is not None
    assert [(line.text, line.sends) for line in desk.controller.draft.lines] == [("shop.net", False), ("9.9.9.9", True)]
    assert "T-4711" in desk.window._case_label.text()
    assert "2030-01-02" in desk.window._deadline.text()
    assert "signature is not checked" in desk.texts()
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
    assert desk.window.page_name == "start"
    assert words in desk.window._trouble._text.text().replace("\u200b", "")
    assert desk.window._trouble.isVisible()


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

    _run_demo(desk)
    monkeypatch.setattr(Store, "set_mark", full)
    desk.controller.mark(Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", planned="2026-12-01"))
    desk.until(lambda: desk.controller.saved == "Not saved: database or disk is full")
    monkeypatch.setattr(Store, "finish_run", full)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert desk.controller.saved == "Not saved: database or disk is full"
    assert desk.controller.situation.counts["fail"] == 18
    monkeypatch.setattr(Store, "begin_run", full)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "nothing was sent" in desk.controller.run.problem


def test_a_name_that_was_not_confirmed_permits_nothing(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    assert desk.controller.draft is not None
    desk.controller.edit(replace(desk.controller.draft, person="", role=""))
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
        b"From: a@shop.net\r\nDKIM-Signature: v=1; a=rsa-sha256; d=shop.net; s=autumn; h=from; bh=x; b=y\r\n\r\nhello"
    )
    bad.write_bytes(b"From: a@shop.net\r\n\r\nhello")
    _drop(desk, good)
    assert "autumn@shop.net" in desk.texts()
    _drop(desk, bad)
    assert "no DKIM signature" in desk.texts()


def test_leaving_a_line_without_a_change_changes_nothing(desk: Desk) -> None:
    _run_demo(desk)
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
    desk.controller.edit(replace(desk.controller.draft, person="", role=""))
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    view = desk.controller.view
    assert view is not None
    assert not [s for s in view.audit.evidence.sent if s.purpose == "zone transfer"]
    transfers = [r for r in view.audit.results if r.check == "dns.transfer"]
    assert transfers
    assert {r.outcome for r in transfers} == {Outcome.NOT_RUN}


def test_changed_targets_ask_again(desk: Desk) -> None:
    _run_demo(desk)
    desk.controller.paste("another.example")
    assert desk.controller.draft is not None
    assert not desk.controller.draft.confirmed
    assert desk.controller.situation.stale


# Audit


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every DNS answer of the demo takes a while."""
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.15))


@pytest.mark.usefixtures("slow")
def test_stop_keeps_what_was_seen_and_resume_ends_it(desk: Desk, broken: View) -> None:
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.done >= 5)
    assert desk.window.stack.isEnabled()
    desk.click("Stop")
    desk.until(lambda: desk.controller.run.state is Run.INTERRUPTED)
    view = desk.controller.view
    assert view is not None
    assert view.audit.evidence.interrupted
    assert "interrupted" in desk.texts()
    desk.click("Go on with the audit")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert desk.controller.view is not None

    def brief(shown: View) -> list[tuple[str, str, Outcome]]:
        return [(r.check, r.target, r.outcome) for r in shown.audit.results]

    assert brief(desk.controller.view) == brief(broken)


@pytest.mark.usefixtures("slow")
def test_closing_in_the_middle_loses_nothing(desk: Desk) -> None:
    desk.close()
    second = Desk(desk.bot, Controller(world=LAB))
    second.open()
    second.controller.new_case()
    second.controller.paste("blumenhof.example 198.51.100.25")
    second.until(lambda: second.controller.case_id is not None)
    second.controller.start_run()
    second.until(lambda: second.controller.run.done >= 4)
    shown = dict(second.controller.run.results)
    second.close()
    third = Desk(desk.bot, Controller(world=LAB))
    third.open()
    assert third.controller.cases is not None
    row = third.controller.cases[0]
    assert row.run is not None
    assert row.run.state is RunState.INTERRUPTED
    third.controller.open_case(row)
    third.until(lambda: third.controller.view is not None)
    assert third.window.page_name == "audit"
    view = third.controller.view
    assert view is not None
    again = {(r.check, r.target_kind, r.target): r.outcome for r in view.audit.results}
    assert {k: r.outcome for k, r in shown.items()}.items() <= again.items()
    third.click("Go on with the audit")
    third.until(lambda: third.controller.run.state is Run.FINISHED)
    third.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_offline_is_said_and_nothing_is_green(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfaudit.net.system_resolvers", tuple)
    desk.controller.new_case()
    desk.controller.paste("a-company.net")
    desk.window.show_page("permission")
    desk.until(lambda: bool(desk.controller.plan_trouble))
    assert "names no DNS resolver" in desk.texts()
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "names no DNS resolver" in desk.texts()
    assert desk.controller.situation.counts == {}


def test_a_fault_of_ours_is_said_without_a_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken_run(*_any: object, **_more: object) -> None:
        raise KeyError("secret value")

    monkeypatch.setattr(session, "run_audit", broken_run)
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "fault of ours" in desk.texts()
    assert "Traceback" not in desk.texts()


# Fix


def _choose(desk: Desk, check: str, target: str) -> None:
    page = desk.page
    assert isinstance(page, FixPage)
    for number, group in enumerate(page.model.groups):
        for row, action in enumerate(group.actions):
            if (action.result.check, action.result.target) == (check, target):
                page.view.setCurrentIndex(page.model.index(row, 0, page.model.index(number, 0)))
                desk.settle()
                return
    raise AssertionError(f"{check} {target}")


def test_a_finding_explains_itself(desk: Desk) -> None:
    _run_demo(desk)
    desk.window.show_page("fix")
    _choose(desk, "mail.spf", "blumenhof.example")
    words = desk.texts()
    for part in (
        "allows everybody",
        "How to fix it",
        "Why it matters to the abuse desk",
        "How to see that it worked",
        "Not fixed yet",
    ):
        assert part in words
    desk.click("Copy: Value of the record")
    assert QGuiApplication.clipboard().text().startswith("v=spf1 ip4:203.0.113.80 ")
    assert "\u200b" not in QGuiApplication.clipboard().text()
    desk.click("Evidence: every look-up, to repeat")
    evidence = desk.find(QPlainTextEdit, "Evidence")
    assert "$ dig" in evidence.toPlainText()
    order = [g.key for g in desk.controller.view.groups] if desk.controller.view else []
    assert order == sorted(order, key=["must", "provider", "should", "unclear", "passed", "not-needed"].index)


def test_check_again_shows_before_and_now(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _run_demo(desk)
    desk.window.show_page("fix")
    _choose(desk, "mail.dmarc", "blumenhof.example")
    monkeypatch.setattr(session, "make_internet", lambda _world: Internet("fixed"))  # the repair happens
    desk.click("Check mail.dmarc of blumenhof.example again")
    assert desk.controller.again == {("mail.dmarc", "domain", "blumenhof.example")}
    desk.until(lambda: not desk.controller.again)
    words = desk.texts()
    assert "Before: Fail" in words
    assert "Now: Pass" in words
    assert "your name servers already say" in words
    assert "22 min" in words
    others = [r for r in desk.controller.run.results.values() if r.check == "mail.spf" and r.outcome is Outcome.FAIL]
    assert others, "only the one check was run again"


def test_the_demo_after_fixing(desk: Desk) -> None:
    _run_demo(desk)
    desk.window.show_page("fix")
    desk.click("Show the demo after fixing")
    desk.until(lambda: not desk.controller.again)
    assert desk.controller.situation.counts.get("fail", 0) == 0
    assert len(desk.controller.past) == len(desk.controller.run.results)
    assert not [
        b
        for b in desk.page.findChildren(QAbstractButton)
        if b.accessibleName() == "Show the demo after fixing" and b.isVisible()
    ]


@pytest.mark.usefixtures("slow")
def test_stopping_a_check_again_leaves_the_results(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _run_demo(desk)
    before = dict(desk.controller.run.results)
    desk.window.show_page("fix")
    desk.click("Check everything again")
    desk.settle()
    desk.click("Stop")
    desk.until(lambda: not desk.controller.again)
    assert "results from before stand" in desk.texts()
    assert desk.controller.run.results == before


def test_marks_are_kept_as_the_persons_word(desk: Desk) -> None:
    _run_demo(desk)
    desk.window.show_page("fix")
    _choose(desk, "mail.spf", "blumenhof.example")
    box = desk.find(QCheckBox, "I plan to fix this")
    box.click()
    desk.until(lambda: any(m.planned for m in desk.controller.marks.values()))
    edit = desk.find(QPlainTextEdit, "I disagree, because")
    desk.bot.keyClicks(edit, "our <b>newsletter</b>")
    desk.until(lambda: any("newsletter" in m.disagree for m in desk.controller.marks.values()))
    (mark,) = desk.controller.marks.values()
    assert mark.disagree == "our <b>newsletter</b>"
    assert desk.controller.situation.counts["fail"] == 18
    _choose(desk, "mail.dmarc", "blumenhof.example")
    _choose(desk, "mail.spf", "blumenhof.example")
    assert desk.find(QPlainTextEdit, "I disagree, because").toPlainText() == "our <b>newsletter</b>"
    desk.window.show_page("report")
    assert (
        "Interim report: 18 findings still block reinstatement. The report says so on its first page. 1 of them is planned."
        in desk.texts()
    )


# Report


def test_the_report_says_interim_planned_and_disagreed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_marks_are_kept_as_the_persons_word(desk)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path / "r"), ""))
    desk.click("Export interim report")
    desk.until((tmp_path / "r.html").exists)
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "Interim report: 18 findings" in page
    assert "Planned, not done" in page
    assert "our &lt;b&gt;newsletter&lt;/b&gt;" in page
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_any: str(tmp_path / "all"))
    desk.click("Save report, audit and evidence to a folder")
    desk.until((tmp_path / "all" / "report.html").exists)
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["audit.json", "evidence.json", "report.html"]


def test_an_export_that_fails_is_said_in_the_page(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run_demo(desk, "fixed")
    desk.window.show_page("report")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: ("/dev/null/no/report.html", ""))
    desk.click("Export report")
    desk.until(lambda: "cannot be written" in desk.texts())
    assert desk.controller.exported is None


# Settings


def test_language_and_theme_take_effect_at_once_and_stay(desk: Desk) -> None:
    _run_demo(desk)
    page = "fix"
    desk.window.show_page(page)
    from msgspec.structs import replace as change

    desk.controller.prefer(change(desk.controller.preferences, language="de", theme="dark"))
    desk.settle()
    assert desk.window.page_name == page
    assert desk.window.pages[page].title.text() == "Beheben"
    assert "erlaubt" in desk.texts()
    assert load_preferences()[0].language == "de"
    desk.controller.prefer(change(desk.controller.preferences, language="en", theme="light"))
    assert desk.window.pages[page].title.text() == "Fix"
    assert i18n.language() == "en"


def test_qt_speaks_the_language_too(desk: Desk) -> None:
    from msgspec.structs import replace as change

    for code, word in (("de", "Abbrechen"), ("en", "Cancel")):
        desk.controller.prefer(change(desk.controller.preferences, language=code))
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == word


def test_the_window_comes_back_where_it_was(desk: Desk) -> None:
    desk.window.resize(960, 700)  # the offscreen screen is no wider
    desk.close()
    assert load_preferences()[0].geometry
    second = Desk(desk.bot)
    try:
        assert (second.window.width(), second.window.height()) == (960, 700)
        second.open()
    finally:
        second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_list_keys_go_to_the_keyring_and_nowhere_else(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1.0  # type: ignore[assignment]
        kept: ClassVar[dict[tuple[str, str], str]] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[(service, username)] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[(service, username)]

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        desk.window.show_page("settings")
        desk.until(lambda: "no key, so it is not asked" in desk.texts())
        edit = next(e for e in desk.page.findChildren(QLineEdit) if e.accessibleName().startswith("Key for Abusix"))
        name = edit.accessibleName().removeprefix("Key for ")
        assert edit.echoMode() is QLineEdit.EchoMode.Password
        edit.setText("not a key!")
        desk.click(f"Store the key for {name}")
        desk.until(lambda: "letters and digits" in desk.texts())
        edit = next(e for e in desk.page.findChildren(QLineEdit) if e.accessibleName() == f"Key for {name}")
        edit.setText("abcdef0123456789")
        desk.click(f"Store the key for {name}")
        desk.until(lambda: "a key is in the keyring" in desk.texts())
        assert list(Memory.kept.values()) == ["abcdef0123456789"]
        assert not [p for p in default_path().parent.rglob("*") if p.is_file() and b"abcdef0123456789" in p.read_bytes()]
        desk.click(f"Remove the key for {name}")
        desk.until(lambda: not Memory.kept)
    finally:
        keyring.set_keyring(before)


def test_tool_tips_show_hostile_text_as_text(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("a<img-src=x>b</img>.net")
    desk.settle()
    model = desk.find(QTableView, "Domains and addresses").model()
    shown = str(model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole))
    assert "<img" not in shown
    assert "&lt;" in shown


def test_settings_are_checked_where_they_stand(desk: Desk, tmp_path: Path) -> None:
    desk.window.show_page("settings")
    resolvers, file = desk.find(QLineEdit, "DNS resolvers"), desk.find(QLineEdit, "Settings file")
    resolvers.setText("9.9.9.9, dns.example")
    resolvers.editingFinished.emit()
    assert "must be an IPv4 or IPv6 address" in desk.texts()
    assert desk.controller.settings.dns.resolvers == ()
    resolvers.setText("9.9.9.9, 2620:fe::fe")
    resolvers.editingFinished.emit()
    assert desk.controller.settings.dns.resolvers == ("9.9.9.9", "2620:fe::fe")
    broken = tmp_path / "s.toml"
    broken.write_text("[dns]\nport = 'x'\n")
    file.setText(str(broken))
    file.editingFinished.emit()
    assert "dns.port" in desk.texts().replace("\u200b", "")
    assert desk.controller.preferences.settings_file == ""


def test_broken_preferences_are_said_and_not_fatal(desk: Desk) -> None:
    desk.close()
    path = default_path().with_name("preferences.json")
    path.write_text('{"language": 7')
    second = Desk(desk.bot)
    second.open()
    assert "cannot be read" in second.window._trouble._text.text()
    second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


@pytest.mark.parametrize(
    ("deadline", "words", "verdict"),
    [
        ("", "", ""),
        ("2026-12-24", "Deadline 2026-12-24: 33 days left", ""),
        ("2026-11-22", "Deadline 2026-11-22: 36 h left", "warn"),
        ("2026-11-21T20:00:00Z", "Deadline 2026-11-21: 8 h left", "fail"),
        ("2026-11-20", "Deadline 2026-11-20: passed", "fail"),
        ("soon", "Deadline soon", ""),
    ],
)
def test_deadline(deadline: str, words: str, verdict: str) -> None:
    import datetime

    now = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
    assert deadline_words(deadline, now) == (words, verdict)
