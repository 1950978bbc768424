"""Pages for the desk and for support, and the report with its pages, in every state: for the tests that look at all of them, and for the
pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter

from selfaudit.case.file import CaseFile, encode_case
from selfaudit.case.model import Seal
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.engine.seals import sign_case
from selfaudit.i18n import _, phrase
from selfaudit.protocols.minisign import SecretKey
from selfaudit.report.bundle.model import Difference, Point, Standing, Verification
from selfaudit.report.drift import FactDrift, OutcomeDrift
from selfaudit.report.sending import Sent
from selfaudit_ui.beside import Beside
from selfaudit_ui.case_making import Made, check, key_line
from selfaudit_ui.exporting import Exported, Preview
from selfaudit_ui.pages.base import Page
from selfaudit_ui.verifying import Opened

if TYPE_CHECKING:
    from selfaudit_ui.session import View
    from tests.ui.scenes import Stage

KEY = SecretKey(b"a-key-id", b"s" * 32)
FORM = CaseFile(
    schema="selfaudit/case/1",
    number="PH-88213",
    provider="Prez Hosting",
    service="Virtual server KVM 2, contract 20871",
    targets=("blumenhof.net", "mail.blumenhof.net", "9.9.9.9"),
    cited=("B-5.3a", "B-5.4"),
    steps=("Close the open relay on 9.9.9.9.", "Tell us how the addresses were collected."),
    deadline="2031-03-31",
    contact="abuse@prezhosting.net, ticket PH-88213",
    language="en",
    message="Dear customer,\nyour server sent bulk mail through an open relay.\n\nPlease run this check, repair what it finds, and send us the bundle.",
)


def paper(words: str) -> bytes:
    """A page as a picture (PNG)."""
    image = QImage(560, 792, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    painter.drawText(QRectF(40, 40, 480, 60), words)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("silver"))
    for number in range(24):
        painter.drawRect(40, 110 + number * 26, 480 - number * 37 % 160, 9)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs say bytes, which it refuses
    return bytes(buffer.data().data())


@cache
def some_pages(count: int = 12, more: bool = True) -> Preview:
    """A report of some pages."""
    return Preview(tuple(paper(f"Page {n}") for n in range(1, count + 1)), more, "Not ready. 51 findings block.")


def _below(page: Page, part: str = "") -> None:
    """Brings the end of a page, or one of its parts, into sight."""
    bar = page.area.verticalScrollBar()
    inner = page.area.widget()

    def go() -> None:
        bar.setValue(getattr(page, part).mapTo(inner, getattr(page, part).rect().topLeft()).y() - 16 if part else bar.maximum())

    QTimer.singleShot(40, page, go)


# Start


def _case_file(stage: Stage, signature: str, *, demo: bool = True, form: CaseFile = FORM) -> None:
    controller = stage.case()
    draft = controller.draft
    assert draft is not None
    data = encode_case(form)
    controller.draft = replace(
        draft, demo="broken" if demo else "", source="PH-88213.selfaudit-case", case_file=data, case_signature=signature,
        service=form.service, contact=form.contact, language=form.language, message=form.message,
    )  # fmt: skip
    stage.show("start")


def _start_unsigned(stage: Stage) -> None:
    _case_file(stage, "")


def _start_unknown(stage: Stage) -> None:
    _case_file(stage, sign_case(encode_case(FORM), KEY, "2026-11-22T10:00:00Z"))


def _start_unreadable(stage: Stage) -> None:
    _case_file(stage, "not a signature")


def _with_seal(stage: Stage, seal: Seal) -> None:
    _case_file(stage, "")
    controller = stage.controller
    assert controller.seal is not None
    assert controller._seal_of is not None
    controller._seal_of = controller._seal_of[0], seal
    stage.show("start")


def _start_trusted(stage: Stage) -> None:
    targets = stage.broken.audit.evidence.case.targets
    _with_seal(stage, Seal("trusted", KEY.public().name, "Prez Hosting, abuse desk", "", "", targets))


def _start_tampered(stage: Stage) -> None:
    _with_seal(stage, Seal("tampered", KEY.public().name, "Prez Hosting, abuse desk"))


def _start_beside(stage: Stage) -> None:
    controller = stage.reset()
    number, name = FORM.number, FORM.provider
    path, absent = Path("PH-88213.selfaudit-case"), Path("PH-88214.selfaudit-case")
    controller.beside = (
        Beside(path, number, name, Seal("trusted", KEY.public().name, "Prez Hosting, abuse desk"), b"1"),
        Beside(
            path,
            "PH-88199",
            "Prez Hosting, a name that is quite long, for a company that has many words in it",
            Seal("unknown-key"),
            b"2",
        ),
        Beside(absent, problem="PH-88214.selfaudit-case: file: Input data was truncated"),
    )
    stage.show("start")


# Report


def _report_pages(stage: Stage) -> None:
    stage.ran().preview = some_pages()
    stage.show("report")
    _below(stage.window.pages["report"], "pages")


def _report_drawing(stage: Stage) -> None:
    stage.ran().previewing = True
    stage.show("report")
    _below(stage.window.pages["report"], "pages")


def _report_undrawn(stage: Stage) -> None:
    stage.ran().preview_trouble = "The pages could not be drawn."
    stage.show("report")
    _below(stage.window.pages["report"], "pages")


def _report_writing(stage: Stage) -> None:
    stage.ran().exporting = "bundle"
    stage.show("report")


def _report_bundled(stage: Stage) -> None:
    controller = stage.ran(stage.fixed)
    stage.show("report")
    names = ("mail-log-extract.txt", "proof.png")
    controller.written = Exported(Path("T-4711-bundle.zip"), "bundle", KEY.public().name, "", names)
    controller.changed.emit("exported")


def _report_unsigned(stage: Stage) -> None:
    controller = stage.ran(stage.fixed)
    stage.show("report")
    why = "There is no keyring on this computer, or it is locked, and a signing key is never written to a file."
    controller.written = Exported(Path("T-4711-bundle.zip"), "bundle", "", why)
    controller.changed.emit("exported")


# Making a case


def _make(stage: Stage, form: CaseFile = FORM, *, touched: bool = True) -> None:
    controller = stage.reset()
    controller.forget_form()
    controller.check_form = lambda: None  # type: ignore[method-assign]
    controller.form = form
    controller.touched = frozenset(CaseFile.__struct_fields__) if touched else frozenset()
    controller.checked = check(form, allow_reserved=False)
    stage.show("make-case")


def _make_empty(stage: Stage) -> None:
    _make(stage, CaseFile(schema="selfaudit/case/1"), touched=False)


def _make_wrong(stage: Stage) -> None:
    _make(
        stage,
        msgspec.structs.replace(
            FORM, number="", deadline="soon", suspended="2100-01-01", targets=("foo..bar",), cited=("B-99",)
        ),
    )


def _make_clauses(stage: Stage) -> None:
    _make(stage)
    page = stage.window.pages["make-case"]
    page._clauses.opening.setChecked(True)  # type: ignore[attr-defined]
    _below(page, "_clauses")


def _make_sample(stage: Stage) -> None:
    _make(stage)
    _below(stage.window.pages["make-case"])


def _made(stage: Stage) -> None:
    _make(stage)
    controller = stage.controller
    path = Path("PH-88213.selfaudit-case")
    text = key_line(KEY.public(), FORM.provider)
    controller.made = Made(path, path.with_name(path.name + ".minisig"), Seal("unknown-key", KEY.public().name), text)
    controller.key_text = text
    controller.changed.emit("form")


def _made_key(stage: Stage) -> None:
    _made(stage)
    _below(stage.window.pages["make-case"])


def _make_send(stage: Stage) -> None:
    _make(stage)
    _below(stage.window.pages["make-case"], "_send")


def _sent(stage: Stage) -> None:
    _made(stage)
    made = stage.controller.made
    assert made is not None
    folder = Path("customers/PH-88213")
    case = made.case.name
    files = tuple(folder / name for name in (case, f"{case}.minisig", "letter.txt", "index.html"))
    remark = _("The release has no program for: {systems}.").format(systems="macOS")
    stage.controller.made = replace(made, sent=Sent(folder, files, ("selfaudit_0.8.0_amd64.deb",), (remark,)))
    stage.controller.changed.emit("form")


def _make_trouble(stage: Stage) -> None:
    _make(stage)
    stage.controller.make_trouble = "There is no keyring on this computer, or it is locked."
    stage.controller.changed.emit("form")


# Opening a bundle

POINTS = (
    Point("intact", Standing.GOOD, phrase("Nothing in it was changed since it was made: every octet, every hash and the signature are right.")),
    Point("complete", Standing.GOOD, "Everything that belongs in it is there."),
    Point("signed", Standing.NOTE, "Signed with the key 61656B2D796569; whose it is cannot be told from here."),
    Point("judged", Standing.GOOD, "Judged anew here, its evidence gives exactly its results."),
    Point("statement", Standing.NOTE, "Signed by Maria Blum, managing director, on 2026-11-21."),
    Point("case", Standing.GOOD, "It is about case PH-88213 of Prez Hosting, and the case file in it is yours."),
    Point("policy", Standing.GOOD, "Judged by version 1.0 of the policy, which is known here."),
    Point("age", Standing.NOTE, "The facts in it are at most 2 days old."),
    Point("targets", Standing.UNKNOWN, "2 targets of the case are not in the evidence.", ("mail.blumenhof.net", "198.51.100.77")),
    Point("authority", Standing.GOOD, "Every active check had a permission that was proven."),
    Point("tool", Standing.GOOD, "It was made by this version of selfaudit."),
)  # fmt: skip


def some_bundle(view: View, *, points: tuple[Point, ...] = POINTS) -> Opened:
    """A bundle with this audit in it."""
    audit = view.audit
    readiness = readiness_of(audit)
    found = Verification(
        "PH-88213-bundle.zip", "ab" * 32, "2026-11-23T10:00:00Z", KEY.public().name, "PH-88213", "Prez Hosting (demo)",
        "2026-11-22T12:00:00Z", readiness.ready if readiness else None, points,
        oldest=audit.evidence.started, newest=audit.evidence.finished, missing=("mail.blumenhof.net", "198.51.100.77"),
    )  # fmt: skip
    return Opened(Path("PH-88213-bundle.zip"), found, None, audit, readiness, pack_of(audit.evidence.case))


def _bundle(stage: Stage, opened: Opened | None, **state: object) -> None:
    controller = stage.reset()
    controller._no_bundle()
    controller.bundle = opened
    controller.bundle_path = Path("PH-88213-bundle.zip")
    for name, value in state.items():
        setattr(controller, name, value)
    stage.show("open-bundle")


def _without_unknown() -> tuple[Point, ...]:
    return tuple(replace(p, standing=Standing.GOOD, details=()) if p.standing is Standing.UNKNOWN else p for p in POINTS)


def _bundle_good(stage: Stage) -> None:
    opened = some_bundle(stage.fixed, points=_without_unknown())
    _bundle(stage, replace(opened, verification=replace(opened.verification, missing=())))


def _bundle_unclear(stage: Stage) -> None:
    _bundle(stage, some_bundle(stage.broken))


def _bundle_changed(stage: Stage) -> None:
    bad = Point("judged", Standing.BAD, "What it says and what its evidence gives are not the same.")
    opened = some_bundle(stage.broken, points=tuple(bad if p.name == "judged" else p for p in POINTS))
    differences = tuple(
        Difference("result", f"exposure.relay 198.51.100.{n}", "pass", "fail: the server relays for strangers")
        for n in range(25, 40)
    )
    _bundle(stage, replace(opened, verification=replace(opened.verification, differences=differences)))


def _bundle_damaged(stage: Stage) -> None:
    bad = Point(
        "intact", Standing.BAD, "It was changed or cut: nothing in it can be relied on.", ("report.pdf: the hash is not right",)
    )
    found = Verification("PH-88213-bundle.zip", "ab" * 32, "2026-11-23T10:00:00Z", points=(bad,))
    _bundle(stage, Opened(Path("PH-88213-bundle.zip"), found))


DRIFT = (
    FactDrift("spf", "blumenhof.example", "same"),
    FactDrift("ptr", "198.51.100.25", "not-seen", why="No answer came in time."),
    FactDrift("host-report", "web1.blumenhof.example", "not-repeated", why="Only the owner's computer could see it."),
    FactDrift("soa", "blumenhof.example", "changed", before=("serial 2026112001",), now=("serial 2026112203",), why="The record differs, and no check comes out otherwise."),
    FactDrift(
        "dmarc", "blumenhof.example", "changed", matters=True, worse=True, before=("v=DMARC1; p=reject",), now=("v=DMARC1; p=none",),
        checks=(OutcomeDrift("mail.dmarc", "blumenhof.example", "pass", "fail"),), why="A check that passed fails now.",
    ),
)  # fmt: skip


def _bundle_drift(stage: Stage) -> None:
    opened = some_bundle(stage.fixed)
    _bundle(stage, replace(opened, verification=replace(opened.verification, drift=DRIFT)))


def _bundle_rechecking(stage: Stage) -> None:
    _bundle(stage, some_bundle(stage.fixed), rechecking=True, recheck_progress=(31, 120))


def _bundle_below(stage: Stage) -> None:
    _bundle(stage, some_bundle(stage.broken))
    _below(stage.window.pages["open-bundle"], "_clauses_card")


DESK_SCENES: dict[str, Callable[[Stage], None]] = {
    "start-case-trusted": _start_trusted, "start-case-unsigned": _start_unsigned, "start-case-unknown": _start_unknown,
    "start-case-tampered": _start_tampered, "start-case-unreadable": _start_unreadable,
    "report-pages": _report_pages, "report-drawing": _report_drawing, "report-undrawn": _report_undrawn,
    "report-writing": _report_writing, "report-bundled": _report_bundled, "report-unsigned": _report_unsigned,
    "make-case-empty": _make_empty, "make-case-filled": _make, "make-case-wrong": _make_wrong, "make-case-clauses": _make_clauses,
    "make-case-sample": _make_sample, "make-case-made": _made, "make-case-key": _made_key, "make-case-send": _make_send, "make-case-sent": _sent,
    "start-beside": _start_beside, "make-case-trouble": _make_trouble,
    "bundle-none": lambda stage: _bundle(stage, None), "bundle-verifying": lambda stage: _bundle(stage, None, verifying=True),
    "bundle-trouble": lambda stage: _bundle(stage, None, bundle_trouble="PH-88213-bundle.zip: cannot be read (Permission denied)"),
    "bundle-good": _bundle_good, "bundle-unclear": _bundle_unclear, "bundle-changed": _bundle_changed,
    "bundle-damaged": _bundle_damaged, "bundle-drift": _bundle_drift, "bundle-rechecking": _bundle_rechecking,
    "bundle-clauses": _bundle_below,
}  # fmt: skip
