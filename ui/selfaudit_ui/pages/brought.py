"""Three cards of “What to check”: sample messages, ledgers of consent, and pages of one's own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QProgressBar, QPushButton, QWidget

from selfaudit.engine.draft import Draft
from selfaudit.engine.draft_case import read_pages
from selfaudit.errors import UserError
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.brought import LedgerForm
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.pages.section import Section, field
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, card, clear, column, heading, named, reveal, row, soft
from selfaudit_ui.widgets.forms import Choice, show_line, size_words, typed_line
from selfaudit_ui.words import sentence

PageKind = Literal["privacy", "abuse", "unsubscribe"]


class _Listed(Section):
    """A card with a list of what was read, a place to drop more, and what went wrong."""

    def __init__(self, controller: Controller, title: str, about: str) -> None:
        super().__init__(title, about, sums_up=True, invite=_("Show how"))
        self._controller = controller
        self._state = StateLine()
        self._list = column(spacing=SPACE.M)
        self._shown: object = None
        self.opening.toggled.connect(lambda _on: self.refresh())

    def open_up(self) -> None:
        """Unfolds the card and puts the keyboard on it."""
        self.opening.setChecked(True)
        self.opening.setFocus()

    def refresh(self) -> None:
        """Shows what was read."""
        raise NotImplementedError

    @staticmethod
    def _entry(title: str, lines: list[str], off: QPushButton) -> QWidget:
        head = row(column(Text(title, bold=True), *(soft(line, 1.0) for line in lines), spacing=2), off)
        head.setStretch(0, 1)
        holder = QWidget()
        holder.setLayout(head)
        return holder


class MessagesCard(_Listed):
    """Sample messages."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Sample messages"),
            _(
                "Mails that you send, saved as .eml. Their signature, sender and unsubscribing are looked at. They are never sent, and their text is not kept."
            ),
        )
        self._choose_file = button(_("Choose a message …"), self._choose, icon_name="mail")
        zone = card(
            Text(_("Drop saved mails anywhere on this window, or choose one.")), row(self._choose_file, None), self._state
        )
        zone.setObjectName("zone")
        self.inner.setLayout(column(self._list, zone))

    def _choose(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(self, _("Choose a message"), "", _("Messages (*.eml);;All files (*)")),
        )
        if name:
            self._controller.add_message(Path(name))

    def refresh(self) -> None:
        """Shows the messages."""
        controller = self._controller
        draft = controller.draft or Draft()
        enabled = controller.can_leave_case
        self._choose_file.setEnabled(enabled)
        trouble = controller.troubles.get("messages", "")
        if controller.reading["messages"]:
            self._state.say("running", _("Reading it …"), "accent")
        else:
            self._state.say("warn", trouble, "warn")
        learnt = draft.learnt
        now = (draft.messages, learnt, enabled)
        if now != self._shown:
            self._shown = now
            clear(self._list)
            for message in draft.messages:
                name = printable(message.name, 120)
                off = button(
                    "", partial(controller.remove_message, message), kind="quiet", icon_name="remove",
                    name=_("Remove the message {file}").format(file=name),
                )  # fmt: skip
                off.setToolTip(_("Remove from the list"))
                off.setEnabled(enabled)
                self._list.addWidget(self._entry(name, message_lines(message, draft), off))
        self.say(
            "\n".join(printable(m.name, 120) for m in draft.messages),
            [trouble] if trouble and not self.opening.isChecked() else [],
        )


def message_lines(message: SampleMessage, draft: Draft) -> list[str]:
    """What was learnt from a message."""
    lines = [
        " · ".join(
            filter(
                None,
                (size_words(message.size), printable(message.first("From"), 120), printable(message.first("Subject"), 120)),
            )
        )
    ]
    keys = dict.fromkeys(f"{s.selector}@{s.domain}" for s in message.signatures)
    keys |= dict.fromkeys(f"{name}@{domain}" for name, domain, file in draft.learnt if file == message.name)
    if keys:
        lines.append(_("Signed with {selectors}").format(selectors=", ".join(printable(k, 120) for k in list(keys)[:6])))
    else:
        lines.append(_("It carries no DKIM signature."))
    return lines


_ASKED = {
    "recipient": N_("Recipient"), "channel": N_("Channel"), "source": N_("Source of the consent"), "text_version": N_("Version of the text"),
    "consent_at": N_("Time of the consent"), "consent_ip": N_("IP address of the consent"), "confirm_at": N_("Time of the confirmation"),
    "confirm_ip": N_("IP address of the confirmation"), "confirm_token": N_("Token of the confirmation"), "withdrawn_at": N_("Time of the withdrawal"),
    "last_mailed": N_("Last mail"), "last_bounce": N_("Last bounce"), "last_complaint": N_("Last complaint"),
    "bounce_code": N_("Kind of the bounce"), "status": N_("Status"),
}  # fmt: skip


class LedgersCard(_Listed):
    """Ledgers of consent."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Ledgers of consent"),
            _(
                "For newsletters: the list of recipients with their consent (CSV or JSON). It is counted here; only numbers and a redacted sample are kept."
            ),
        )
        self._choose_file = button(_("Choose a ledger …"), self._choose, icon_name="folder")
        self._form = QWidget()
        self._head = heading("", 1.0)
        self._about = soft("", 1.0)
        self._columns = column(spacing=SPACE.S)
        self._choices: dict[str, Choice] = {}
        self._shown_guess: object = None
        self._seed = typed_line(_("Words for the sample (if the desk named some)"), self._take_seed, limit=200)
        self._count = button(
            _("These columns are right: count"),
            controller.count_ledger,
            kind="primary",
            name=_("Count the ledger by these columns"),
        )
        self._stop = button(_("Leave it"), controller.forget_ledger, kind="quiet", name=_("Leave the ledger uncounted"))
        self._bar = named(QProgressBar(), _("Progress of counting"))
        self._bar.setTextVisible(False)
        self._form.setLayout(
            column(
                self._head,
                self._about,
                self._columns,
                field(_("Words for the sample (if the desk named some)"), self._seed),
                self._bar,
                row(self._count, self._stop, None),
            )
        )
        self._form.hide()
        zone = card(
            Text(_("Drop the file anywhere on this window, or choose it.")),
            row(self._choose_file, None),
            self._state,
            self._form,
        )
        zone.setObjectName("zone")
        self.inner.setLayout(column(self._list, zone))

    def _choose(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(
                self, _("Choose a ledger"), "", _("Tables (*.csv *.tsv *.txt *.json *.jsonl);;All files (*)")
            ),
        )
        if name:
            self._controller.choose_ledger(Path(name))

    def _take_seed(self, text: str) -> None:
        form = self._controller.ledger
        if form is not None:
            self._controller.edit_ledger(replace(form, seed=text))

    def _take_column(self, role: str, place: str) -> None:
        form = self._controller.ledger
        if form is not None:
            columns = {r: p for r, p in form.columns.items() if r != role and (not place or p != place)}
            self._controller.edit_ledger(replace(form, columns={**columns, role: place} if place else columns))

    def refresh(self) -> None:
        """Shows the ledgers, and the one that is about to be counted."""
        controller = self._controller
        draft = controller.draft or Draft()
        enabled = controller.can_leave_case
        self._choose_file.setEnabled(enabled and not controller.ledger_work)
        trouble = controller.troubles.get("ledgers", "")
        if controller.ledger_work == "guess":
            self._state.say("running", _("Looking at its columns …"), "accent")
        else:
            self._state.say("warn", sentence(trouble), "warn")
        form = controller.ledger
        reveal(self._form, form is not None and form.guess is not None)
        if form is not None and form.guess is not None:
            self._show_form(form, enabled)
        now = (draft.ledgers, enabled)
        if now != self._shown:
            self._shown = now
            clear(self._list)
            for report in draft.ledgers:
                name = printable(report.name, 120)
                off = button(
                    "", partial(controller.remove_ledger, report), kind="quiet", icon_name="remove",
                    name=_("Remove the ledger {file}").format(file=name),
                )  # fmt: skip
                off.setToolTip(_("Remove from the list"))
                off.setEnabled(enabled)
                self._list.addWidget(self._entry(name, ledger_lines(report), off))
        counted = "\n".join(f"{printable(r.name, 120)}: {ledger_lines(r)[0]}" for r in draft.ledgers)
        self.say(counted, [trouble] if trouble and not self.opening.isChecked() else [])

    def _show_form(self, form: LedgerForm, enabled: bool) -> None:
        guess, working = form.guess, self._controller.ledger_work == "read"
        assert guess is not None
        self._head.show_text(_("{file}: what do its columns hold?").format(file=printable(form.path.name, 80)))
        doubled = ", ".join(printable(name, 60) for name in guess.doubled[:6])
        notes = [_("Guessed from names and contents; correct what is wrong. What is not chosen is not read.")]
        if doubled:
            notes.append(_("More than one column is called {names}.").format(names=doubled))
        if guess.form.headless:
            notes.append(_("The columns have no names."))
        self._about.show_text(" ".join(notes))
        if self._shown_guess is not guess:
            self._shown_guess = guess
            clear(self._columns)
            self._choices = {}
            options = [("", _("Not there"))]
            for seen in guess.columns[:200]:
                example = ", ".join(printable(e, 40) for e in seen.examples[:2])
                options.append(
                    (
                        f"#{seen.number}",
                        f"{printable(seen.name, 40) or f'#{seen.number}'}" + (f" ({example})" if example else ""),
                    )
                )
            for role, words in _ASKED.items():
                choice = Choice(_(words), options, partial(self._take_column, role))
                choice.setMinimumContentsLength(20)
                line = row(Text(_(words)), choice)
                line.setStretch(0, 1)
                line.setStretch(1, 2)
                self._choices[role] = choice
                self._columns.addLayout(line)
        for role, choice in self._choices.items():
            choice.show_value(form.columns.get(role, ""))
            choice.setEnabled(enabled and not working)
        show_line(self._seed, form.seed)
        self._seed.setEnabled(enabled and not working)
        self._count.setEnabled(enabled and not working and "recipient" in form.columns)
        self._stop.setText(_("Stop") if working else _("Leave it"))
        reveal(self._bar, working)
        self._bar.setRange(0, 1000 if form.total else 0)
        if form.total:
            self._bar.setValue(min(1000, round(1000 * form.done / form.total)))


def ledger_lines(report: LedgerReport) -> list[str]:
    """What was counted, in lines."""
    counts = report.counts
    first = ngettext("{count} record", "{count} records", counts.rows).format(count=counts.rows)
    if counts.active:
        share = _("{share} % of those that may be mailed are confirmed").format(
            share=round(100 * counts.confirmed / counts.active)
        )
        first += " · " + share
    lines = [first]
    if report.oldest:
        lines.append(_("Consent from {first} to {last}").format(first=report.oldest, last=report.newest or report.oldest))
    if report.unreadable:
        lines.append(
            ngettext("{count} row could not be read", "{count} rows could not be read", report.unreadable).format(
                count=report.unreadable
            )
        )
    if not report.complete:
        lines.append(_("It was not read to its end: {why}").format(why=shown(report.why)))
    if report.seed:
        lines.append(_("The sample was drawn by “{seed}”").format(seed=printable(report.seed, 80)))
    return lines


class PagesCard(Section):
    """Pages of one's own."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Your own pages"),
            _(
                "Where your privacy policy, your abuse contact and your unsubscribe page are. Each is fetched once, politely, if permission is given."
            ),
            sums_up=True,
        )
        self._controller = controller
        self._edits = {
            "privacy": typed_line(
                _("Privacy policy"), partial(self._take, "privacy"), hint="https://your-domain/privacy", limit=2000
            ),
            "abuse": typed_line(_("Abuse contact"), partial(self._take, "abuse"), hint="https://your-domain/abuse", limit=2000),
            "unsubscribe": typed_line(
                _("Page to unsubscribe"), partial(self._take, "unsubscribe"), hint="https://your-domain/unsubscribe", limit=2000
            ),
        }
        self.inner.setLayout(
            column(
                *(field(edit.accessibleName(), edit) for edit in self._edits.values()),
                soft(_("Several of one kind are separated by blanks. Without them, the usual places are looked at.")),
            )
        )

    def open_up(self) -> None:
        """Unfolds the card and puts the keyboard on it."""
        self.opening.setChecked(True)
        self._edits["privacy"].setFocus()

    def _take(self, kind: PageKind, text: str) -> None:
        self._controller.name_page(kind, text)

    def refresh(self) -> None:
        """Shows the draft."""
        draft = self._controller.draft or Draft()
        enabled = self._controller.can_leave_case
        for kind, edit in self._edits.items():
            urls = [url for k, url in draft.pages if k == kind]
            if edit.text().split() != urls:
                edit.setText(" ".join(urls))
            edit.setEnabled(enabled)
        problems = []
        for page in draft.pages:
            try:
                read_pages((page,))
            except UserError as error:
                problems.append(str(error))
        self.say("\n".join(printable(url, 200) for _kind, url in draft.pages), problems)
