"""Pages with a notice, a policy and a statement in every state: for the tests that look at all of them, and for the pictures."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea

from selfaudit.case import EvidenceFile
from selfaudit.case.notice import Notice, NoticeEvent
from selfaudit.case.statement import Answer, Attestation, Credential, Measure, Moment, Removal, Statement
from selfaudit.engine.draft import Draft
from selfaudit.facts.ledger import LedgerCounts, LedgerReport
from selfaudit.facts.message import DkimSignature, HeaderField, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.ledger.model import ColumnGuess, ColumnSeen, Confidence, Form
from selfaudit_ui import readers
from selfaudit_ui.controller.brought import LedgerForm
from selfaudit_ui.controller.keeper import told_of
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.statement import StatementPage

if TYPE_CHECKING:
    from selfaudit_ui.controller import Controller
    from tests.ui.scenes import Stage

PROVIDER = "Prez Hosting"
LOG = EvidenceFile("mail-log-extract.txt", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 18_412)

NOTICE = Notice(
    "mail", "ab" * 32, 4211, "abuse@prezcomm.example", "PH-88213", "Abuse report: unsolicited bulk mail from 198.51.100.25",
    "2026-11-20T08:12:00Z", "2026-11-24T18:00:00Z", ("spam", "open-relay"),
    (NoticeEvent("2026-11-20T06:58:11Z", "spam", "198.51.100.25", 25), NoticeEvent("2026-11-20T07:02:40Z", "spam", "198.51.100.25", 25)),
    "2026-11-20T06:58:11Z", "2026-11-20T07:02:40Z", ("198.51.100.25", "198.51.100.77"), ("blumenhof.example",),
    ("20261120065811.4711@blumenhof.example",), (), ("zen.spamhaus.org",), ("5",),
    ("Close the open relay.", "Tell us how the addresses were collected."), "Dear customer, ...",
    (phrase("a time without a zone was taken as UTC"), phrase("an attachment was not opened")),
)  # fmt: skip

MESSAGE = SampleMessage(
    "newsletter-november.eml", "cd" * 32, 41_220, "2026-11-21T10:00:00Z",
    (HeaderField("From", "Blumenhof <news@blumenhof.example>"), HeaderField("Subject", "Tulips for November")),
    signatures=(DkimSignature("blumenhof.example", "autumn", algorithm="rsa-sha256"),),
)  # fmt: skip

LEDGER = LedgerReport(
    "recipients.csv", "ef" * 32, 812_000, "2026-11-21T10:00:00Z", "CSV", "utf-8", ";",
    counts=LedgerCounts(rows=4210, recipients=4188, active=3902, confirmed=3120), oldest="2019-02-03", newest="2026-11-18", unreadable=4,
    seed="blue heron 17",
)  # fmt: skip

GUESS = ColumnGuess(
    Form("CSV", "utf-8", ";", names=("E-Mail", "Quelle", "angemeldet am", "IP", "bestätigt am", "Status", "Status")),
    (
        ColumnSeen(1, "E-Mail", "recipient", Confidence.CERTAIN, ("m…@b….example", "i…@s….example")),
        ColumnSeen(2, "Quelle", "source", Confidence.LIKELY, ("Messe 2024", "Formular")),
        ColumnSeen(3, "angemeldet am", "consent_at", Confidence.CERTAIN, ("03.02.2019 14:05",)),
        ColumnSeen(4, "IP", "consent_ip", Confidence.LIKELY, ("203.0.113.0",)),
        ColumnSeen(5, "bestätigt am", "confirm_at", Confidence.CERTAIN, ("03.02.2019 14:09",)),
        ColumnSeen(6, "Status", "status", Confidence.UNSURE, ("aktiv",)),
    ),
    ("Status",), ("channel", "text_version"),
)  # fmt: skip


def some_statement() -> Statement:
    """A statement that is begun."""
    today = datetime.date.today()
    earlier = (today - datetime.timedelta(days=2)).isoformat()
    measures = (
        Measure("The open relay on 198.51.100.25 was closed.", "done", earlier, "Maria Blum", checks=("dns.caa", "exposure.relay"), files=(LOG,)),
        Measure("A monthly check of all open ports.", "planned", "2026-12-15", "Maria Blum"),
        Measure("Settings under version control."),
    )  # fmt: skip
    return Statement(
        cause="open-service",
        summary="The mail server on 198.51.100.25 passed on mail of strangers since an update of its settings on 18 November.",
        proof=(LOG,),
        answers=(Answer("other.what", "A change of mynetworks.", (LOG,)),),
        timeline=(
            Moment("2026-11-18T20:15:00Z", "began", "update of the mail server"),
            Moment("2026-11-20", "noticed", "your notice"),
        ),
        measures=measures,
        steps=(Measure("Close the open relay.", "done", earlier, "Maria Blum", files=(LOG,)),),
        attestations=(
            Attestation("B-1.1", True),
            Attestation("B-3.2", planned="2026-12-01"),
            Attestation("B-5.1", True, "Only customers are mailed.", "", (LOG,)),
        ),
        credentials=(Credential("mailbox info@blumenhof.example", earlier, "Maria Blum"),),
        removals=(Removal("zen.spamhaus.org", "198.51.100.25", earlier, "SBL-request 4711"),),
        commitment=True,
        name="Maria Blum",
        role="owner",
    )


def framed(stage: Stage, statement: Statement | None = None, **changes: object) -> Controller:
    """The demo has been audited, its provider's policy is known, and something is stated."""
    controller = stage.ran()
    assert controller.draft is not None
    frame = {"provider": PROVIDER, "notices": (NOTICE,), "cited": ("B-5.1",), "steps": NOTICE.steps, "bulk": "yes", **changes}
    controller.draft = replace(controller.draft, statement=statement or Statement(), **frame)  # type: ignore[arg-type]
    controller.reread()
    assert controller.view is not None
    audit = controller.view.audit
    told = replace(audit.evidence, case=replace(audit.evidence.case, **told_of(controller.make_case())))
    controller._take_view(replace(controller.view, audit=replace(audit, evidence=told)), finished=True)
    controller.assess_now()
    return controller


def below(area: QScrollArea, to: Callable[[QScrollArea], int]) -> None:
    """Scrolls when everything has been laid out."""
    QTimer.singleShot(40, area, lambda: area.verticalScrollBar().setValue(to(area)))


def _start_case(stage: Stage, **changes: object) -> None:
    framed(stage, **changes)  # type: ignore[arg-type]
    stage.show("start")
    card = stage.window.pages["start"].case  # type: ignore[attr-defined]
    card.opening.setChecked(True)


def _start_notice(stage: Stage) -> None:
    _start_case(stage, cited=(), steps=())
    page = stage.window.pages["start"]
    below(page.area, lambda area: 420)


def _start_folded(stage: Stage) -> None:
    framed(stage, some_statement())
    stage.show("start")
    stage.window.pages["start"].case.opening.setChecked(False)  # type: ignore[attr-defined]


def _start_new(stage: Stage) -> None:
    controller = stage.reset()
    controller.draft = Draft(provider="Some Hosting", suspended="yesterday")
    controller.troubles["notices"] = "letter.pdf: nothing in it could be read."
    controller.reread()
    controller.assess_now()
    stage.show("start")
    stage.window.pages["start"].case.opening.setChecked(True)  # type: ignore[attr-defined]


def _start_unsorted(stage: Stage) -> None:
    stage.case()
    stage.controller.unsorted = (Path("letter.eml"),)
    stage.show("start")
    stage.controller.changed.emit("unsorted")


def _card(stage: Stage, place: str) -> None:
    stage.show("targets")
    page = stage.window.pages["targets"]
    card = page.brought[place]  # type: ignore[attr-defined]
    card.opening.setChecked(True)
    QTimer.singleShot(40, page, lambda: page._scroll_to(card))  # type: ignore[attr-defined]


def _messages(stage: Stage) -> None:
    controller = stage.case()
    assert controller.draft is not None
    controller.draft = replace(
        controller.draft, messages=(MESSAGE, replace(MESSAGE, name="plain.eml", sha256="00" * 32, signatures=()))
    )
    controller.troubles["messages"] = "plain.eml: this message carries no DKIM signature."
    _card(stage, "messages")


def _ledger_columns(stage: Stage) -> None:
    controller = stage.case()
    controller.ledger = LedgerForm(Path("recipients.csv"), GUESS, readers.guessed_columns(GUESS))
    _card(stage, "ledgers")


def _ledger_counting(stage: Stage) -> None:
    controller = stage.case()
    controller.ledger = LedgerForm(
        Path("recipients.csv"), GUESS, readers.guessed_columns(GUESS), "blue heron 17", 340_000, 812_000
    )
    controller.ledger_work = "read"
    _card(stage, "ledgers")


def _ledger_counted(stage: Stage) -> None:
    controller = stage.case()
    assert controller.draft is not None
    controller.draft = replace(controller.draft, ledgers=(LEDGER,))
    _card(stage, "ledgers")


def _pages(stage: Stage) -> None:
    controller = stage.case()
    assert controller.draft is not None
    controller.draft = replace(
        controller.draft, pages=(("privacy", "https://blumenhof.example/datenschutz"), ("abuse", "blumenhof.example"))
    )
    controller.reread()
    _card(stage, "pages")


def _statement(stage: Stage, *places: str, statement: Statement | None = None, **changes: object) -> None:
    framed(stage, statement, **changes)
    stage.show("statement")
    page = stage.window.pages["statement"]
    assert isinstance(page, StatementPage)
    page._whole = False
    for part in page.parts:
        part.opening.setChecked(False)
    page.refresh("")
    for place in places:
        page.go_to(place)


def _statement_unknown(stage: Stage) -> None:
    _statement(stage, provider="Some Hosting", cited=())


def _statement_all(stage: Stage) -> None:
    _statement(stage, statement=some_statement())
    page = stage.window.pages["statement"]
    assert isinstance(page, StatementPage)
    page._show_all()


def _statement_unsigned(stage: Stage) -> None:
    _statement(stage, "signed", statement=some_statement())
    stage.controller.unsigned = True
    stage.window.pages["statement"].refresh("")


def _statement_running(stage: Stage) -> None:
    _statement(stage, "cause", "measures", statement=some_statement())
    stage.controller.run.state = Run.RUNNING
    stage.window.pages["statement"].refresh("")


def _fix_clauses(stage: Stage) -> None:
    framed(stage, some_statement())
    stage.show("fix")


def _report_policy(stage: Stage) -> None:
    framed(stage, some_statement())
    stage.show("report")


STATEMENT_SCENES: dict[str, Callable[[Stage], None]] = {
    "start-case": _start_case, "start-case-notice": _start_notice, "start-case-folded": _start_folded, "start-case-unknown": _start_new,
    "start-case-unsorted": _start_unsorted, "targets-messages": _messages, "targets-ledger-columns": _ledger_columns,
    "targets-ledger-counting": _ledger_counting, "targets-ledger-counted": _ledger_counted, "targets-pages": _pages,
    "fix-clauses": _fix_clauses,
    "statement-empty": _statement, "statement-no-policy": _statement_unknown, "statement-missing": _statement_all,
    "statement-cause": lambda stage: _statement(stage, "cause", statement=some_statement()),
    "statement-questions": lambda stage: _statement(stage, "answer:service.why:exposure.proxy", statement=some_statement()),
    "statement-timeline": lambda stage: _statement(stage, "credentials", "timeline", statement=some_statement()),
    "statement-measures": lambda stage: _statement(stage, "steps", "measures", statement=some_statement()),
    "statement-steps": lambda stage: _statement(stage, "step:2", statement=some_statement()),
    "statement-clauses": lambda stage: _statement(stage, "attestation:B-5.1", statement=some_statement()),
    "statement-removals": lambda stage: _statement(stage, "removals", statement=some_statement()),
    "statement-sign": lambda stage: _statement(stage, "signed", statement=some_statement()),
    "statement-unsigned": _statement_unsigned,
    "statement-text": lambda stage: _statement(stage, "text", statement=some_statement()),
    "statement-running": _statement_running, "report-policy": _report_policy,
}  # fmt: skip
