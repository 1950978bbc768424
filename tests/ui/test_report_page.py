"""The Report step: pages to look at, the bundle with all that belongs in it, and what is said where it is not signed."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace as change
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog

from selfaudit.case import EvidenceFile
from selfaudit.case.statement import Attestation
from selfaudit.demo import DEMO_KEY
from selfaudit.findings import Outcome
from selfaudit.policy.model import Readiness
from selfaudit.protocols.minisign import read_signature
from selfaudit.report.bundle import verify_bundle
from selfaudit_ui import exporting
from selfaudit_ui.assessing import Assessment
from selfaudit_ui.exporting import MAX_PAGES, Exported, Material, Preview, exported_words, unsigned_words
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.report import ReportPage
from selfaudit_ui.pages.report_pages import Sheet
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo
from tests.ui.desk_scenes import paper, some_pages
from tests.ui.scenes import Stage


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> list[Material]:
    """Drawing takes no time; what was drawn."""
    seen: list[Material] = []
    pages = some_pages(4, more=False)  # painted here: the worker touches nothing of Qt

    def draw(material: Material, _ppi: float) -> Preview:
        seen.append(material)
        return pages

    monkeypatch.setattr(exporting, "preview", draw)
    return seen


@pytest.fixture
def saved_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the system's file dialog answers."""
    path = tmp_path / "out" / "b.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(path), ""))
    return path


def _page(desk: Desk) -> ReportPage:
    page = desk.window.pages["report"]
    assert isinstance(page, ReportPage)
    return page


# Pages


def test_the_pages_are_those_of_the_report(broken: View) -> None:
    found = exporting.preview(Material(broken.audit, "en"), 30)
    assert len(found.pages) == MAX_PAGES
    assert found.more
    assert all(page.startswith(b"\x89PNG\r\n") for page in found.pages)
    assert "Not ready" in found.words
    german = exporting.preview(Material(broken.audit, "de"), 30)
    assert german.pages[0] != found.pages[0]


def test_pages_are_drawn_when_they_are_looked_at(desk: Desk, drawn: list[Material]) -> None:
    run_demo(desk, "fixed")
    desk.bot.wait(500)
    assert drawn == [], "nobody looks at the report yet"
    desk.window.show_page("report")
    desk.until(lambda: desk.controller.preview is not None)
    assert len(drawn) == 1
    desk.until(lambda: all(not thumb.icon().isNull() for thumb in _page(desk).pages.thumbs))
    sheet = _page(desk).pages.sheet
    assert sheet.accessibleName() == "Page 1 of 4"
    assert sheet.accessibleDescription() == "Not ready. 51 findings block."
    desk.click("Show page 3 of 4")
    assert sheet.accessibleName() == "Page 3 of 4"
    desk.click("Next page")
    assert sheet.accessibleName() == "Page 4 of 4"
    assert not desk.find(QAbstractButton, "Next page").isEnabled()
    desk.click("Page before")
    assert sheet.accessibleName() == "Page 3 of 4"
    desk.window.show_page("fix")
    desk.window.show_page("report")
    desk.bot.wait(500)
    assert len(drawn) == 1, "nothing has changed"


def test_what_changes_is_drawn_anew(desk: Desk, drawn: list[Material]) -> None:
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.until(lambda: len(drawn) == 1 and not desk.controller.previewing)
    desk.until(lambda: desk.controller.assessment.readiness is not None)
    before = len(drawn)
    desk.controller.state(summary="Something else happened.")
    desk.until(lambda: len(drawn) > before)
    assert drawn[-1].audit.statement is not None
    assert drawn[-1].audit.statement.summary == "Something else happened."
    before = len(drawn)
    combo = desk.find(QComboBox, "Language of the report")
    combo.setCurrentIndex(combo.findData("de"))
    combo.activated.emit(combo.currentIndex())
    desk.until(lambda: len(drawn) > before)
    assert drawn[-1].language == "de"


def test_one_is_drawn_at_a_time_and_the_last_one_wins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    seen: list[str] = []
    together: list[int] = []
    pages = {code: Preview((paper(code),)) for code in ("en", "de")}

    def slow(material: Material, _ppi: float) -> Preview:
        together.append(1)
        assert len(together) == 1
        go.wait(20)
        together.pop()
        seen.append(material.language)
        return pages[material.language]

    run_demo(desk, "fixed")
    monkeypatch.setattr(exporting, "preview", slow)
    desk.window.show_page("report")
    desk.until(lambda: bool(together))
    desk.controller.report_in("de")
    desk.controller.report_in("en")
    desk.controller.report_in("de")
    desk.bot.wait(500)
    go.set()
    desk.until(lambda: not desk.controller.previewing and len(seen) == 2)
    assert seen == ["en", "de"]
    assert desk.controller.preview == pages["de"]


def test_pages_of_another_case_never_come_late(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go, began, done = threading.Event(), threading.Event(), threading.Event()

    def slow(_material: Material, _ppi: float) -> Preview:
        began.set()
        go.wait(20)
        done.set()
        return Preview((b"late",))

    run_demo(desk, "fixed")
    monkeypatch.setattr(exporting, "preview", slow)
    desk.window.show_page("report")
    desk.until(began.is_set)
    desk.controller.new_case()
    go.set()
    desk.until(done.is_set)
    desk.until(desk.controller.bridge.idle)
    assert desk.controller.preview is None
    assert not desk.controller.previewing


def test_pages_that_cannot_be_drawn_are_said_and_keep_nobody_from_exporting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_pages(_material: Material, _ppi: float) -> Preview:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(exporting, "preview", broken_pages)
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.until(lambda: bool(desk.controller.preview_trouble))
    assert "The pages could not be drawn" in desk.texts()
    assert desk.window._primary.isEnabled()


def test_a_picture_that_is_none_is_an_empty_page(desk: Desk, broken: View, fixed: View) -> None:
    stage = Stage(desk.window, broken, fixed)
    stage.ran().preview = Preview((b"\x89PNG\r\n\x1a\nbroken", b""))
    stage.show("report")
    desk.until(lambda: not _page(desk).pages._later.isActive())
    assert _page(desk).pages.sheet.accessibleName() == "Page 1 of 2"
    assert [thumb.icon().isNull() for thumb in _page(desk).pages.thumbs] == [False, False]
    stage.reset()


# The bundle


def test_the_bundle_of_a_demo_is_verified_as_the_desk_does(desk: Desk, drawn: list[Material], saved_to: Path) -> None:
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.until(lambda: desk.controller.assessment.readiness is not None)
    desk.settle()
    (primary,) = [n for n in desk.names(QAbstractButton) if n in ("Export bundle", "Export interim bundle")]
    desk.click(primary)
    desk.until(lambda: desk.controller.written is not None)
    assert str(saved_to) in desk.texts().replace("\u200b", "")
    assert f"Signed with the key {DEMO_KEY.public().name}." in desk.texts()
    assert desk.controller.exported == saved_to
    assert "only named" not in desk.texts(), "the demo's own files are in it"
    with zipfile.ZipFile(saved_to) as bundle:
        assert bundle.testzip() is None
        names = set(bundle.namelist())
        assert {"report.pdf", "report.html", "audit.json", "evidence.json", "statement.json", "case/case.json"} <= names
        draft = desk.controller.draft
        assert draft is not None
        assert bundle.read("case/case.json") == draft.case_file
        assert bundle.read("case/case.json.minisig").decode() == draft.case_signature
        assert read_signature(bundle.read("manifest.json.minisig").decode()).key_id == DEMO_KEY.id
    found = verify_bundle(saved_to.read_bytes(), name="b.zip").verification
    assert {p.name: p.standing for p in found.points}["judged"] == "good", found.points
    desk.click("See it as the desk does")
    assert desk.window.page_name == "open-bundle"
    desk.until(lambda: desk.controller.bundle is not None)
    assert desk.controller.bundle is not None
    assert desk.controller.bundle.verification.sha256 == found.sha256


def test_without_a_keyring_the_page_says_what_that_means(
    desk: Desk, drawn: list[Material], saved_to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "signing", lambda _demo: (None, "There is no keyring on this computer."))
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.controller.export_report("bundle", saved_to)
    desk.until(lambda: desk.controller.written is not None)
    words = desk.texts()
    assert "The bundle is not signed." in words
    assert "There is no keyring on this computer." in words
    with zipfile.ZipFile(saved_to) as bundle:
        assert "manifest.json.minisig" not in bundle.namelist()


def test_files_that_are_kept_go_in_and_others_are_named(
    desk: Desk, drawn: list[Material], saved_to: Path, tmp_path: Path
) -> None:
    proof = tmp_path / "proof.txt"
    proof.write_bytes(b"the log")
    run_demo(desk, "broken")
    held: list[tuple[EvidenceFile, ...]] = []
    desk.controller.add_file(proof, lambda: (), lambda files: (held.append(files), desk.controller.state(proof=files)))  # type: ignore[func-returns-value]
    desk.until(lambda: bool(held))
    gone = EvidenceFile("gone.png", "0" * 64, 5)
    desk.controller.state(attestations=(Attestation("B-2.0", files=(gone,)),))
    desk.until(lambda: desk.controller.saving == "saved")
    desk.controller.export_report("bundle", saved_to)
    desk.until(lambda: desk.controller.written is not None or bool(desk.controller.export_trouble))
    done = desk.controller.written
    assert done is not None, desk.controller.export_trouble
    assert done.lacking == ("gone.png",)
    with zipfile.ZipFile(saved_to) as bundle:
        (name,) = [n for n in bundle.namelist() if n.startswith("attachments/")]
        assert bundle.read(name) == b"the log"
    assert "1 file is only named in it, not included: gone.png" in exported_words(done)


def test_a_case_is_not_left_while_its_report_is_being_written(
    desk: Desk, drawn: list[Material], saved_to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def slow(path: Path, _material: Material) -> Exported:
        go.wait(20)
        return Exported(path, "bundle")

    run_demo(desk, "fixed")
    monkeypatch.setitem(exporting.WRITERS, "bundle", slow)
    desk.window.show_page("report")
    desk.controller.export_report("bundle", saved_to)
    desk.controller.export_report("bundle", saved_to)  # a second press while it is being written
    desk.until(lambda: desk.controller.exporting == "bundle")
    assert not desk.window._primary.isEnabled()
    assert "The report is being written" in desk.window._why.text()
    case = desk.controller.case_id
    desk.controller.new_case()
    desk.controller.open_demo("broken")
    assert case is not None
    desk.controller.delete_case(case)
    assert desk.controller.trouble == "The report is being written. Wait until that is done, then try again."
    go.set()
    desk.until(lambda: desk.controller.exporting == "")
    assert desk.controller.case_id == case
    assert desk.controller.exported == saved_to
    desk.controller.new_case()
    assert desk.controller.case_id is None


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_a_single_report_is_written(
    desk: Desk, drawn: list[Material], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path / "T-4711.5"), ""))
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.click({"pdf": "Save the report as PDF", "html": "Save the report as a web page"}[kind])
    desk.until(lambda: desk.controller.written is not None)
    data = (tmp_path / f"T-4711.5.{kind}").read_bytes()
    assert data.startswith({"pdf": b"%PDF-", "html": b"<!doctype html>"}[kind])
    assert "not signed" not in desk.texts()
    names = desk.names(QAbstractButton)
    assert "Open the report" in names
    desk.click({"pdf": "Save the report as PDF", "html": "Save the report as a web page"}[kind])
    assert "is there already; choose another name" in desk.texts()


def test_before_and_now(desk: Desk, drawn: list[Material]) -> None:
    run_demo(desk, "broken")
    desk.window.show_page("report")
    desk.until(lambda: len(drawn) == 1 and not desk.controller.previewing)
    assert drawn[0].before is None, "the first audit has none before it"
    first = desk.controller.view
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert first is not None
    desk.window.show_page("report")
    desk.until(lambda: len(drawn) >= 2 and not desk.controller.previewing)
    before = drawn[-1].before
    assert before is not None
    assert before.evidence.finished == first.audit.evidence.finished
    assert drawn[-1].audit.evidence.finished > before.evidence.finished


def test_after_checking_again_the_audit_as_it_was_is_before(desk: Desk, drawn: list[Material]) -> None:
    run_demo(desk, "broken")
    desk.window.show_page("report")
    desk.until(lambda: len(drawn) == 1 and not desk.controller.previewing)
    assert drawn[0].before is None
    desk.controller.check_again(desk.controller.run.results, world="fixed")
    desk.until(lambda: not desk.controller.again)
    assert desk.controller.again_trouble == ""
    desk.until(lambda: drawn[-1].before is not None and not desk.controller.previewing)
    before = drawn[-1].before
    assert before is not None
    failed = [sum(r.outcome is Outcome.FAIL for r in audit.results) for audit in (before, drawn[-1].audit)]
    assert failed[0] > 30
    assert failed[1] == 0


def test_where_the_case_is_ready_no_page_says_fix_it_first(desk: Desk, broken: View, fixed: View) -> None:
    stage = Stage(desk.window, broken, fixed)
    controller = stage.ran(broken)
    for page in ("report", "audit"):
        controller.assessment = Assessment()
        stage.show(page)
        desk.window.pages[page].refresh("")
        assert "before you ask for reinstatement" in desk.texts()
        controller.assessment = Assessment(readiness=Readiness("demo", "1", "Prez", "Terms", "reinstatement", ready=True))
        desk.window.pages[page].refresh("")
        assert "before you ask for reinstatement" not in desk.texts()
        assert "checks failed." in desk.texts()


def test_the_exported_statement_is_kept(desk: Desk, drawn: list[Material], saved_to: Path) -> None:
    run_demo(desk, "fixed")
    desk.controller.export_report("bundle", saved_to)
    desk.until(lambda: desk.controller.written is not None)
    kept: list[str] = []
    case_id = desk.controller.case_id
    assert case_id is not None

    def look(store: object) -> None:
        read = store.statements  # type: ignore[attr-defined]
        desk.controller.bridge.call(
            lambda: read(case_id), lambda found: kept.extend(s.exported for s in found), lambda _f: None
        )

    desk.controller.use_store(look, demo=True)
    desk.until(lambda: any(kept))


def test_what_is_said_survives_a_change_of_theme(desk: Desk, drawn: list[Material], saved_to: Path) -> None:
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.controller.export_report("bundle", saved_to)
    desk.until(lambda: desk.controller.written is not None)
    desk.controller.prefer(change(desk.controller.preferences, theme="dark"))
    desk.settle()
    assert str(saved_to) in desk.texts().replace("\u200b", "")
    assert desk.find(Sheet, "Page 1 of 4").isVisible()


def test_words_on_signing() -> None:
    assert unsigned_words(Exported(Path("a.pdf"), "pdf")) == ""
    assert unsigned_words(Exported(Path("a.zip"), "bundle", "AB")) == ""
    assert "not signed" in unsigned_words(Exported(Path("a.zip"), "bundle", "", "why"))
