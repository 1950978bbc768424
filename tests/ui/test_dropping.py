"""What is dropped on the window is told apart by what stands in it; where that does not decide, the person is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from selfaudit_ui.controller.sorting import kind_of
from selfaudit_ui.flow import Run
from selfaudit_ui.session import View
from tests.ui.desk import Desk
from tests.ui.hosts import written
from tests.ui.scenes import Stage

OWN = ("blumenhof.example",)
ARF = (
    "From: fbl@isp.example\nTo: abuse@host.example\nSubject: complaint\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report;\n report-type=feedback-report; boundary="x"\n\n--x\nContent-Type: text/plain\n\ncomplaint\n--x--\n'
)
NOTICE = (
    "From: Abuse Desk <abuse@prezcomm.example>\nTo: owner@blumenhof.example\nSubject: Abuse report PH-88213\n"
    "Date: Fri, 20 Nov 2026 08:12:00 +0000\n\nDear customer,\n\nunsolicited bulk mail was sent from 198.51.100.25.\n"
    "Please answer within 48 hours.\nYou must:\n- Close the open relay on 198.51.100.25.\n"
)
NEWSLETTER = "From: News <news@mail.blumenhof.example>\nTo: a@b.example\nSubject: Tulips\n\nTulips!\n"
UNDECIDED = "From: Somebody <somebody@else.example>\nTo: owner@blumenhof.example\nSubject: Hello\n\nHello\n"
LEDGER = "email;source;consent_at\na@example.net;form;2024-01-02T10:00:00Z\nb@example.net;form;2024-01-03T10:00:00Z\n"

KINDS = [
    # name, content, kind
    ("case.json", json.dumps({"schema": "selfaudit/case/1", "targets": ["a.example"]}), "case"),
    ("broken.json", "{", "case"),
    ("statement.json", json.dumps({"schema": "selfaudit/statement/1"}), "unknown"),
    ("report.json", json.dumps({"xarf_version": "4.0.0", "report_id": "1"}), "notice"),
    ("people.json", '[{"email": "a@example.net"}, {"email": "b@example.net"}]', "ledger"),
    ("people.jsonl", '{"email": "a@example.net"}\n{"email": "b@example.net"}\n', "ledger"),
    ("web1.txt", written(), "facts"),
    ("complaint.eml", ARF, "notice"),
    ("notice.eml", NOTICE, "notice"),
    ("notice-as-text.txt", NOTICE, "notice"),
    ("newsletter.eml", NEWSLETTER, "message"),
    ("newsletter", NEWSLETTER, "message"),
    ("letter.eml", UNDECIDED, "mail"),
    ("empty.eml", "", "mail"),
    ("scan.csv", '"timestamp","ip","protocol","port"\n"2026-11-20 01:02:03","198.51.100.25","udp","53"\n', "notice"),
    ("people.csv", LEDGER, "ledger"),
    ("people.txt", LEDGER, "ledger"),
    ("people.tsv", "a@example.net\tform\n", "ledger"),
    ("words.txt", "Your server sends spam. Stop it.", "notice"),
    ("empty.txt", "", "unknown"),
    ("picture.png", "\x89PNG\r\n\x1a\n\x00\x00", "unknown"),
]


@pytest.mark.parametrize(("name", "content", "kind"), KINDS, ids=[row[0] for row in KINDS])
def test_a_file_is_what_stands_in_it(tmp_path: Path, name: str, content: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert kind_of(path, OWN) == kind


def test_what_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    assert kind_of(tmp_path, OWN) == "unknown"
    assert kind_of(tmp_path / "gone.csv", OWN) == "ledger"  # its reader says that it is gone
    wide = tmp_path / "people.csv"
    wide.write_bytes(LEDGER.encode("utf-16"))
    assert kind_of(wide, OWN) == "ledger"
    nasty = tmp_path / "nasty"
    nasty.write_bytes(b"\xff\xfe\x00" + b"\x00" * 70_000)
    assert kind_of(nasty, OWN) == "unknown"


def test_a_look_alike_of_an_own_domain_is_not_one(tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    path.write_text(NEWSLETTER.replace("mail.blumenhof.example", "evilblumenhof.example"), encoding="utf-8")
    assert kind_of(path, OWN) == "mail"


def test_a_notice_opens_a_case_and_changes_nothing_in_it(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "notice.eml"
    path.write_text(NOTICE, encoding="utf-8")
    desk.take_files([path])
    desk.until(lambda: bool(desk.controller.draft and desk.controller.draft.notices))
    draft = desk.controller.draft
    assert draft is not None
    assert desk.window.page_name == "start"
    assert desk.find(QAbstractButton, "Your case").isChecked()
    assert "Abuse report PH-88213" in desk.texts()
    assert [line.text for line in draft.lines if line.text] == []
    assert (draft.deadline, draft.suspended, draft.cited, draft.steps, draft.number) == ("", "", (), (), "")
    desk.until(lambda: desk.controller.saved == "Saved")


def test_a_mail_of_either_side_is_asked_about(desk: Desk, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.eml" for n in "abc")
    for path in (first, second, third):
        path.write_text(UNDECIDED, encoding="utf-8")
    desk.controller.new_case()
    desk.controller.paste("blumenhof.net")
    desk.take_files([first, second, third])
    assert desk.controller.draft is not None
    assert (desk.controller.draft.messages, desk.controller.draft.notices) == ((), ())
    desk.click("a.eml is a mail that we send")
    desk.until(lambda: bool(desk.controller.draft and desk.controller.draft.messages))
    desk.click("b.eml is a notice")
    desk.until(lambda: bool(desk.controller.draft and desk.controller.draft.notices))
    desk.click("Leave c.eml aside")
    assert desk.controller.unsorted == ()
    assert desk.controller.draft is not None
    assert [m.name for m in desk.controller.draft.messages] == ["a.eml"]
    assert len(desk.controller.draft.notices) == 1
    assert not [n for n in desk.names(QAbstractButton) if ".eml is a" in n]


def test_what_nothing_is_made_of_is_said(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    desk.take_files([path])
    assert "picture.png: nothing here is made of this" in desk.controller.trouble
    assert desk.controller.draft is None


def test_nothing_is_taken_while_an_audit_runs(desk: Desk, broken: View, fixed: View, tmp_path: Path) -> None:
    stage = Stage(desk.window, broken, fixed)
    controller = stage.ran(state=Run.RUNNING)
    paths = []
    for name, content in (("notice.eml", NOTICE), ("newsletter.eml", NEWSLETTER), ("people.csv", LEDGER)):
        paths.append(tmp_path / name)
        paths[-1].write_text(content, encoding="utf-8")
    before = controller.draft
    desk.take_files(paths)
    desk.bot.wait(100)
    assert controller.draft == before
    assert "An audit is running" in controller.trouble
    assert controller.ledger is None
    stage.reset()
