"""One finding: what we saw, why it matters, how to fix it, how to see that it worked, and the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QDateEdit, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from selfaudit.checks import all_checks
from selfaudit.checks.registry import doc_paragraphs
from selfaudit.engine.again import key_of
from selfaudit.engine.evidence import Evidence
from selfaudit.facts.dns import txt_to_str
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import _
from selfaudit.policy.model import Clause, Requirement
from selfaudit.protocols.host_scope import day_of
from selfaudit.remedy import Action, group_actions
from selfaudit.report.evidence_text import lines_of
from selfaudit.report.words import OUTCOME_WORDS, WHO_WORDS
from selfaudit.store import PastChange
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.models.findings import mark_key, touched
from selfaudit_ui.pages.base import clear
from selfaudit_ui.pages.clauses import clauses_card
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import SMALL, TITLE
from selfaudit_ui.widgets import (
    Banner,
    Body,
    Copyable,
    StateLine,
    Text,
    button,
    card,
    column,
    flush,
    heading,
    mono,
    named,
    reveal,
    row,
    scroll,
    soft,
)
from selfaudit_ui.words import ICONS, VERDICTS, duration, moment, sentence, target_words

_MAX_EVIDENCE = 60_000
_RECORD = re.compile(r"(?P<name>\S+)\.\s+[0-9]+\s+IN\s+(?P<type>[A-Z]+)\s+(?P<value>[^\n]+)")


class _Day(QDateEdit):
    """A day. Turning the wheel over it scrolls the page: nothing is chosen in passing."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """The page's."""
        event.ignore()


class Detail(QWidget):
    """The right side of the Fix page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller
        self._action: Action | None = None
        self._parts = QVBoxLayout()
        self._parts.setSpacing(SPACE.M)
        self._parts.setContentsMargins(0, 0, SPACE.S, SPACE.S)
        holder = Body()
        holder.setLayout(self._parts)
        self._area = scroll(holder, _("The chosen finding"))
        self.setLayout(column(self._area))
        self._note = ""
        self._again_button: QWidget | None = None
        self._shown_hosts: object = None
        self._shown_clauses: object = None

    def show_action(self, action: Action | None) -> None:
        """Shows a finding."""
        self.controller.flush_mark()
        same = action is not None and self._action is not None and mark_key(action) == mark_key(self._action)
        self._action = action
        self._shown_hosts = self._hosts()
        position = self._area.verticalScrollBar().value() if same else 0
        clear(self._parts)
        self._again_button = None
        if action is None:
            self._parts.addWidget(soft(_("Choose a finding on the left."), 1.0))
            self._parts.addStretch(1)
            return
        self._head(action)
        self._history(action)
        self._policy_area = QWidget()
        self._policy_area.setLayout(column(spacing=SPACE.M))
        self._parts.addWidget(self._policy_area)
        self._show_policy()
        self._why(action)
        self._remedy(action)
        self._how(action)
        self._marks(action)
        self._evidence(action)
        self._parts.addStretch(1)
        self._parts.activate()  # one picture, not a half-laid one first
        self._area.verticalScrollBar().setValue(position)

    def refresh(self, what: str) -> None:
        """Shows what changed about the chosen finding."""
        if self._action is not None and self._shown_hosts != self._hosts():
            self.show_action(self._action)
        elif self._action is not None and self._shown_clauses != self._clauses():
            self._show_policy()  # that alone: what is being typed below it goes on
        if what in ("results", "case") and self._action is not None:
            view = self.controller.view
            if view is None:
                self.show_action(None)
            elif self._again_button is not None:
                self._again_button.setEnabled(not self.controller.again and not self.controller.situation.busy)

    # Sections

    def _head(self, action: Action) -> None:
        where = soft(
            _("{target}. What is asked for: {title} ({check})").format(
                target=target_words(action.result.target), title=action.title, check=action.result.check
            )
        )
        state = StateLine(ICONS[action.outcome], sentence(_(OUTCOME_WORDS[action.outcome])), VERDICTS[action.outcome])
        again = self._again(action)
        top = row(state, again)
        top.setStretch(0, 1)
        top.setAlignment(state, Qt.AlignmentFlag.AlignVCenter)
        parts: list[QWidget] = [Text(sentence(action.text), TITLE, selectable=True)]
        parts += [soft(note, 1.0) for note in action.notes]
        self._parts.addLayout(top)
        from_inside = self._from_inside(action)
        if from_inside:
            self._parts.addWidget(StateLine("about", from_inside, "accent", quiet=True))
        for part in parts:
            self._parts.addWidget(part)
        self._parts.addWidget(where)

    def _again(self, action: Action) -> QPushButton:
        """Checks again; where only a newer look at the server could change something, leads there."""
        result = action.result
        if result.target_kind == "host" and result.target not in self._hosts():
            return button(
                _("Collect again …"), self.controller.show_hosts, icon_name="again",
                name=_("Collect again from {server}").format(server=printable(result.target, 80)),
            )  # fmt: skip
        again = button(
            _("Check again"), lambda: self.controller.check_again([key_of(result)]), icon_name="again",
            name=_("Check {check} of {target} again").format(check=result.check, target=target_words(result.target)),
        )  # fmt: skip
        again.setEnabled(not self.controller.again and not self.controller.situation.busy)
        again.setToolTip(_("Looks anew, past every cache"))
        self._again_button = again
        return again

    def _hosts(self) -> tuple[str, ...]:
        """Servers about which something newer was read than these results rest on."""
        return self.controller.unjudged

    def _from_inside(self, action: Action) -> str:
        """Of which day the facts about a server are; "" for what was seen from outside."""
        report = self.controller.judged_hosts.get(action.result.target)
        if action.result.target_kind != "host" or report is None:
            return ""
        date = day_of(report.taken)
        if action.result.target in self._hosts():
            return _("This rests on what its collector wrote on {date} UTC. Something newer was read since.").format(date=date)
        return _(
            "This rests on what its collector wrote on {date} UTC. To see that it is fixed, run the collector on the server "
            "again, and read what it writes."
        ).format(date=date)

    def _history(self, action: Action) -> None:
        past = self.controller.past.get(key_of(action.result))
        if past:
            self._parts.addWidget(before_and_now(past[-1]))

    def _clauses(self) -> list[tuple[Clause, Requirement | None]]:
        """The clauses that the finding touches, and what became of each."""
        if self._action is None:
            return []
        clauses = touched(self.controller.pack, self._action.result.check)
        return [(c, self.controller.assessment.requirement(c.id)) for c in clauses]

    def _show_policy(self) -> None:
        """What the provider's policy says about it, and how these clauses stand."""
        pack, clauses = self.controller.pack, self._clauses()
        self._shown_clauses = clauses
        layout = self._policy_area.layout()
        assert layout is not None
        clear(layout)
        if pack is not None and clauses:
            layout.addWidget(clauses_card(pack.name, clauses))
        reveal(self._policy_area, pack is not None and bool(clauses))

    def _remedy(self, action: Action) -> None:
        advice = action.advice
        if advice is None:
            return
        who = _(WHO_WORDS.get(advice.who) or advice.who)
        about = _("By: {who}").format(who=who)
        if advice.who != "wait":
            about = _("By: {who}. About {minutes} minutes.").format(who=who, minutes=advice.minutes)
        inside: list[QWidget] = [heading(_("How to fix it")), soft(about), Text(advice.steps, selectable=True)]
        folded: list[QWidget] = []
        if advice.record:
            inside += self._record(advice.record, folded)
        if advice.stacks:
            tabs = QTabWidget()
            named(tabs, _("For your software"))
            tabs.setDocumentMode(True)
            tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its bar takes the keyboard
            tabs.setUsesScrollButtons(True)
            named(tabs.tabBar(), _("Software"))
            for name, text in advice.stacks:
                tab = QWidget()
                tab.setLayout(column(Copyable(name, text, lines=8), margin=SPACE.S))
                tabs.addTab(tab, name.replace("&", "&&"))
            inside += [Text(_("For your software"), bold=True), tabs]
        if advice.verify:
            name = _("How to see that it worked")
            where = _("Run this in a terminal, or press “Check again” above.")
            if action.result.target_kind == "host":
                where = _("Run this on the server. Then collect again.")
            inside += [
                Text(name, bold=True),
                soft(where, 1.0),
                Copyable(name, advice.verify),
            ]
        self._parts.addWidget(card(*inside))
        if folded:
            self._fold(_("As a line of a zone file, for experts"), folded)

    @staticmethod
    def _record(record: str, folded: list[QWidget]) -> list[QWidget]:
        """A DNS record in the three parts that panels ask for, and whole for those who edit zone files."""
        match = _RECORD.fullmatch(record)
        if match is None:
            return [Text(_("Record or setting to copy"), bold=True), Copyable(_("Record or setting to copy"), record)]
        name, kind, value = match["name"], match["type"], match["value"]
        if kind == "TXT":
            value = txt_to_str(value)  # panels want the text without quotes and in one piece
        folded.append(Copyable(_("Line of a zone file"), record))
        title = _("Put this into your DNS (type {type})").format(type=kind)
        return [
            Text(title, bold=True), soft(_("Name")), Copyable(_("Name of the record"), name),
            soft(_("Value")), Copyable(_("Value of the record"), value),
        ]  # fmt: skip

    def _why(self, action: Action) -> None:
        check = all_checks()[action.result.check]
        why = [Text(p, selectable=True) for p in doc_paragraphs(check, "Why it matters")]
        self._parts.addWidget(card(heading(_("Why it matters to the abuse desk")), *why))

    def _how(self, action: Action) -> None:
        check = all_checks()[action.result.check]
        how = [soft(p, 1.0) for p in doc_paragraphs(check, "How it is judged")]
        self._fold(_("How it is judged"), how)

    def _marks(self, action: Action) -> None:
        if action.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            return
        mark = self.controller.marks.get(mark_key(action)) or Mark(*mark_key(action))
        planned = named(QCheckBox(_("Planned for")), _("I plan to fix this"))
        planned.setChecked(bool(mark.planned))
        date = named(_Day(), _("Date until which it will be fixed"))
        date.setCalendarPopup(True)
        date.setDisplayFormat("yyyy-MM-dd")
        date.setMinimumDate(QDate(2000, 1, 1))
        chosen = QDate.fromString(mark.planned, "yyyy-MM-dd") if mark.planned else QDate.currentDate().addDays(2)
        date.setDate(chosen if chosen.isValid() else QDate.currentDate().addDays(2))
        date.setEnabled(bool(mark.planned))

        def plan() -> None:
            date.setEnabled(planned.isChecked())
            self._change(action, planned=date.date().toString("yyyy-MM-dd") if planned.isChecked() else "")

        planned.toggled.connect(lambda _on: plan())
        date.dateChanged.connect(lambda _date: plan())
        disagree = named(QPlainTextEdit(mark.disagree), _("I disagree, because"))
        disagree.setTabChangesFocus(True)
        disagree.setAcceptDrops(False)
        disagree.setPlaceholderText(_("Why you think that this is wrong. It stands in the report as your word."))
        disagree.setFixedHeight(72)
        disagree.textChanged.connect(lambda: self._typed(action, disagree.toPlainText()))
        self._parts.addWidget(
            card(
                heading(_("Not fixed yet, or not right?")),
                soft(_("Planned is not fixed: the report keeps both apart, and no verdict changes."), 1.0),
                row(planned, date, None),
                Text(_("I disagree, because")),
                disagree,
            )
        )

    def _change(self, action: Action, *, planned: str) -> None:
        self.controller.flush_mark()
        mark = self.controller.marks.get(mark_key(action)) or Mark(*mark_key(action))
        self.controller.mark(replace(mark, planned=planned))

    def _typed(self, action: Action, text: str) -> None:
        mark = self.controller.marks.get(mark_key(action)) or Mark(*mark_key(action))
        self.controller.mark_later(replace(mark, disagree=text.strip()[:2000]))

    def _evidence(self, action: Action) -> None:
        view = self.controller.view
        ids = action.result.findings[0].evidence if action.result.findings else ()
        if not ids or view is None:
            return
        edit = named(QPlainTextEdit(), _("Evidence"))
        edit.setReadOnly(True)
        edit.setTabChangesFocus(True)
        edit.setFont(mono(SMALL))
        edit.setFixedHeight(220)
        evidence, check = view.audit.evidence, action.result.check
        self._fold(
            _("Evidence: every look-up, to repeat"), [edit], lambda: edit.setPlainText(evidence_words(evidence, ids, check))
        )

    def _fold(self, name: str, parts: Sequence[QWidget], opened: Callable[[], object] | None = None) -> None:
        """A part that is shown only on demand; `opened` fills it then."""
        inner = QWidget()
        inner.setLayout(column(*parts, margin=0))
        inner.hide()
        opening = flush(button(f"▸ {name}", lambda: None, kind="quiet", name=name))
        opening.setCheckable(True)

        def toggle(on: bool) -> None:
            if on and opened is not None:
                opened()
            inner.setVisible(on)
            opening.setText(f"{'▾' if on else '▸'} {name}")

        opening.toggled.connect(toggle)
        self._parts.addLayout(row(opening, None))
        self._parts.addWidget(inner)


def evidence_words(evidence: Evidence, ids: Iterable[str], check: str = "") -> str:
    """The records as commands and answers, as far as a check rests on them."""
    blocks = []
    records = {record.id: record for record in evidence.records}
    for record in (records[i] for i in ids if i in records):  # what the check is about comes first
        lines = [f"{record.request.kind} · {moment(record.at)} · {record.ms} ms"]
        for line in lines_of(record, check):
            lines += [f"$ {line.command}"] if line.command else []
            lines += [f"    {part}" for part in line.answer.split("\n")]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)[:_MAX_EVIDENCE]


def first_words(result: Result) -> str:
    """What a result says, in one sentence."""
    try:
        actions = [a for g in group_actions([result]) for a in g.actions]
    except KeyError:  # kept by another version, with a check or a tag that this one does not have
        return ""
    return actions[0].text if actions else ""


def before_and_now(past: PastChange) -> QWidget:
    """The result before and now, and what caches still hide."""
    before, now = past.change.before, past.change.now
    parts: list[QWidget] = [heading(_("Checked again, {time}").format(time=moment(past.at)))]
    if before is not None:
        parts.append(
            StateLine(
                ICONS[before.outcome],
                _("Before: {words}").format(words=sentence(_(OUTCOME_WORDS[before.outcome])) + ". " + first_words(before)),
                "",
            )
        )
    words = sentence(_(OUTCOME_WORDS[now.outcome])) + ". " + first_words(now)
    parts.append(StateLine(ICONS[now.outcome], _("Now: {words}").format(words=words), VERDICTS[now.outcome]))
    for note in past.caches:
        published = ", ".join(note.published) or _("nothing")
        cached = ", ".join(note.cached) or _("nothing")
        text = _(
            "{name} {rdtype}: your name servers already say {published}. Caches still say {cached}, for up to {time} more. "
            "Others see the change when that time is over."
        )
        values = {"name": note.name, "rdtype": note.rdtype, "published": published, "cached": cached}
        parts.append(Banner("accent", text.format(time=duration(note.ttl), **values)))
    return card(*parts)
