"""A case file from support: whose word it is is said plainly, it keeps nobody from anything, and a short way leads to the bundle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from selfaudit.case.file import CaseFile, encode_case
from selfaudit.demo.case_file import demo_signed_case
from selfaudit.engine.draft import Line
from selfaudit.engine.seals import sign_case
from selfaudit.report.bundle import verify_bundle
from selfaudit_ui.flow import Run
from tests.ui.desk import Desk
from tests.ui.desk_scenes import FORM, KEY


def _written(folder: Path, data: bytes, signature: str | None) -> Path:
    path = folder / "PH-88213.selfaudit-case"
    path.write_bytes(data)
    if signature is not None:
        path.with_name(path.name + ".minisig").write_text(signature, "utf-8")
    return path


@pytest.fixture
def demo_file(tmp_path: Path) -> Path:
    """The demo's case file with its signature beside it, as support would send it."""
    signed = demo_signed_case("fixed")
    return _written(tmp_path, signed.data, signed.signature)


def test_from_a_case_file_to_an_exported_bundle_in_seven_clicks(
    desk: Desk, demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(target), ""))
    desk.open_file(demo_file)  # as a double click on the file does
    assert desk.window.page_name == "start"
    desk.click("See what would be sent")
    desk.until(lambda: desk.controller.plan is not None)
    assert "2 targets are proven." in desk.texts()
    desk.click("Allow and start")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    desk.click("See what to fix")
    desk.click("Go to the statement")
    desk.click("Go to the report")
    desk.until(lambda: desk.controller.assessment.readiness is not None)
    desk.settle()
    (export,) = [n for n in desk.names(QAbstractButton) if n in ("Export bundle", "Export interim bundle")]
    desk.click(export)
    assert desk.clicks + 1 == 7, "the seventh is the one in the system's dialog"
    desk.until(lambda: desk.controller.written is not None or bool(desk.controller.export_trouble))
    found = verify_bundle(target.read_bytes(), name="out.zip")
    assert found.audit is not None
    assert found.audit.evidence.case.number == "DEMO-2026-1107"
    words = [w for w in found.audit.evidence.authority.values() if w.startswith("proven: case file signed by")]
    assert len(words) >= 2
    standing = {p.name: str(p.standing) for p in found.verification.points}
    assert (standing["intact"], standing["judged"]) == ("good", "good"), found.verification.points
    assert standing["case"] == "note", "it is about a demo, and says so"


def test_a_trusted_file_says_by_whom_and_proves_what_it_names(desk: Desk, demo_file: Path) -> None:
    desk.open_file(demo_file)
    words = desk.texts().replace("\u200b", "")
    assert "This case file was signed by Prez Hosting (demo) Abuse Desk" in words
    assert "2 targets may be checked" in words
    assert "mail.blumenhof.example (server, 198.51.100.25)" in words
    assert "abuse@prez-demo.example" in words
    assert "Please run the audit with this file" in words
    assert set(desk.controller.authority or {}) == {"blumenhof.example", "198.51.100.25"}
    assert desk.controller.situation.active


def test_the_page_of_targets_says_whose_word_the_file_is(desk: Desk, demo_file: Path, tmp_path: Path) -> None:
    desk.open_file(demo_file)
    desk.click("Continue")
    words = desk.texts().replace("\u200b", "")
    assert "From the case file PH-88213.selfaudit-case. This case file was signed by Prez Hosting (demo) Abuse Desk" in words
    assert "not checked" not in words
    demo_file.with_name(demo_file.name + ".minisig").unlink()
    desk.open_file(_written(tmp_path, encode_case(FORM), None))
    desk.click("Continue")
    assert "From the case file PH-88213.selfaudit-case. This case file is not signed" in desk.texts().replace("\u200b", "")


def test_the_words_of_one_provider_prove_nothing_to_another(desk: Desk, demo_file: Path) -> None:
    desk.open_file(demo_file)
    draft = desk.controller.draft
    assert draft is not None
    assert "proven" in "".join((desk.controller.authority or {}).values())
    desk.controller.edit(replace(draft, provider="Another Hosting"))
    assert desk.controller.seal is not None
    assert desk.controller.seal.state == "unknown-key"
    assert desk.controller.authority is None
    assert not desk.controller.situation.active
    desk.controller.edit(replace(desk.controller.draft or draft, provider=draft.provider))
    assert desk.controller.seal.state == "trusted"
    assert "proven" in "".join((desk.controller.authority or {}).values())
    desk.controller.edit(replace(desk.controller.draft or draft, case_signature=""))
    assert desk.controller.authority is None


def test_targets_that_the_file_does_not_name_are_not_proven(desk: Desk, demo_file: Path) -> None:
    desk.open_file(demo_file)
    draft = desk.controller.draft
    assert draft is not None
    desk.controller.edit(replace(draft, lines=(Line("blumenhof.example"), Line("angebote-blumenhof.example"))))
    assert set(desk.controller.authority or {}) == {"blumenhof.example"}
    draft = desk.controller.draft
    assert draft is not None
    desk.controller.edit(replace(draft, lines=(Line("angebote-blumenhof.example"),)))
    assert desk.controller.authority is None
    assert not desk.controller.situation.active


SEALS = [
    # signature, words, is more said than that it keeps nobody from anything
    (None, "This case file is not signed"),
    ("", "cannot be read"),
    ("nonsense", "The signature beside this case file cannot be read"),
    (sign_case(encode_case(FORM), KEY, "2026-11-22T10:00:00Z"), "nobody here vouches for the key"),
]


@pytest.mark.parametrize(("signature", "words"), SEALS)
def test_any_other_file_says_so_and_keeps_nobody_from_anything(
    desk: Desk, tmp_path: Path, signature: str | None, words: str
) -> None:
    desk.open_file(_written(tmp_path, encode_case(FORM), signature))
    assert desk.window.page_name == "start"
    assert words in desk.texts()
    assert "You can go on: it keeps you from nothing." in desk.texts()
    assert desk.controller.authority is None
    assert not desk.controller.situation.active
    desk.click("Continue")
    assert desk.window.page_name == "targets"
    assert desk.controller.situation.lines == 3


def test_a_file_that_was_changed_is_said_to_be(desk: Desk, tmp_path: Path) -> None:
    signed = demo_signed_case("fixed")
    data = signed.data.replace(b"198.51.100.25", b"198.51.100.26")
    assert data != signed.data
    desk.open_file(_written(tmp_path, data, signed.signature))
    assert "it was changed after it was signed" in desk.texts()
    assert desk.controller.authority is None
    assert not desk.controller.situation.active


def test_the_demos_key_proves_nothing_in_a_real_case(desk: Desk, tmp_path: Path) -> None:
    from selfaudit.demo import DEMO_KEY

    file = CaseFile(schema="selfaudit/case/1", provider="Prez Hosting (demo)", number="1", targets=("a-company.net",))
    data = encode_case(file)
    desk.open_file(_written(tmp_path, data, sign_case(data, DEMO_KEY, "2026-11-22T10:00:00Z")))
    assert "was signed by" not in desk.texts()
    assert desk.controller.authority is None


def test_the_card_is_there_for_case_files_only_and_after_opening_the_case_again(desk: Desk, tmp_path: Path) -> None:
    desk.controller.new_case()
    desk.controller.paste("b-company.net")
    desk.window.show_page("start")
    assert "Case file from support" not in desk.texts()
    desk.open_file(_written(tmp_path, encode_case(FORM), None))
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.close()
    second = Desk(desk.bot)
    second.open()
    try:
        assert second.controller.cases is not None
        second.controller.open_case(second.controller.cases[0])
        second.until(lambda: second.window.page_name == "targets")
        second.window.show_page("start")
        assert "Case file from support" in second.texts()
        assert "Dear customer," in second.texts()
        assert second.controller.draft is not None
        assert second.controller.draft.case_file == encode_case(FORM)
    finally:
        second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_hostile_words_are_shown_as_plain_text(desk: Desk, tmp_path: Path) -> None:
    from msgspec.structs import replace as change

    form = change(FORM, message="<b>\u202eevil</b>\n" * 50 + "x" * 2000, service="<img src=x>", contact="\u2066a\u2069")
    desk.open_file(_written(tmp_path, encode_case(form), None))
    words = desk.texts()
    assert "<img src=x>" in words
    assert not {"\u202e", "\u2066", "\u2069"} & set(words)
    assert desk.window.width() <= 1120
