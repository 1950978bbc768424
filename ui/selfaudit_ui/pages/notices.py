"""Notices on the first page: where they are dropped or pasted, what was understood, and buttons that take over what they propose."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QLayout, QWidget

from selfaudit.case.notice import Notice
from selfaudit.engine.draft import Draft
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.assessing import Offer
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, card, clear, column, heading, reveal, row, soft
from selfaudit_ui.widgets.flow import FlowLayout
from selfaudit_ui.widgets.forms import Box
from selfaudit_ui.words import moment, sentence

MAX_PASTE = 1_000_000  # characters
_MOST = 12  # of anything that is listed
FORMATS = {
    "mail": N_("a mail"),
    "arf": N_("an abuse report (ARF)"),
    "feedback-loop": N_("a complaint of a recipient (feedback loop)"),
    "xarf": N_("an abuse report (XARF)"),
    "shadowserver": N_("a Shadowserver report"),
    "blocklist": N_("a listing on a blocklist"),
    "text": N_("plain words"),
}
TOPICS = {
    "spam": N_("unwanted mail"), "phishing": N_("phishing"), "malware": N_("malware"), "compromise": N_("a break-in"),
    "open-relay": N_("an open mail relay"), "open-resolver": N_("an open DNS resolver"), "open-proxy": N_("an open proxy"),
    "amplifier": N_("a service that can be misused for floods"), "open-service": N_("an open service"),
    "vulnerable-service": N_("a service with a known hole"), "scan": N_("scanning of others"), "login-attack": N_("attempts to log in elsewhere"),
    "dos": N_("floods of traffic"), "blocklist": N_("a blocklist"), "registration": N_("registration data"),
    "authentication": N_("authentication of mail"), "consent": N_("consent of recipients"), "opt-out": N_("unsubscribing"),
    "copyright": N_("copyright"), "content": N_("content of pages"), "resources": N_("use of resources"), "other": N_("something else"),
}  # fmt: skip


class NoticesPart(QWidget):
    """All notices of the case, and the place for another."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._choose_file = button(
            _("Choose a file …"), self._choose, icon_name="folder", name=_("Choose a file with a notice")
        )
        self._paste = button(_("Paste its words"), self._toggle, icon_name="copy", name=_("Paste the words of a notice"))
        self._box = Box(_("Words of the notice"), lambda _text: None, lines=6, limit=MAX_PASTE)
        self._read = button(_("Read it"), self._take, name=_("Read the pasted notice"))
        self._box_area = QWidget()
        self._box_area.setLayout(column(self._box, row(self._read, None)))
        self._box_area.hide()
        self._state = StateLine()
        self._list = column(spacing=SPACE.M)
        self._shown: object = None
        zone = card(
            Text(
                _(
                    "Drop the notice anywhere on this window: a saved mail, an abuse report (ARF, XARF), a Shadowserver table, or a text. "
                    "It is only read; nothing in it is taken over unless you say so."
                )
            ),
            FlowLayout(self._choose_file, self._paste),
            self._box_area,
            self._state,
        )
        zone.setObjectName("zone")
        self.setLayout(column(heading(_("What your provider or others wrote"), 1.0), zone, self._list))

    def focus_first(self) -> None:
        """The first thing that can be done."""
        self._choose_file.setFocus()

    def _toggle(self) -> None:
        on = self._box_area.isHidden()
        reveal(self._box_area, on)
        if on:
            if not self._box.toPlainText():
                self._box.setPlainText(QGuiApplication.clipboard().text()[:MAX_PASTE])
            self._box.setFocus()

    def _take(self) -> None:
        text = self._box.toPlainText()
        if text.strip():
            self._controller.paste_notice(text)
            self._box.show_words("")
            self._box_area.hide()
            self._paste.setFocus()

    def _choose(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(
                self, _("Choose a notice"), "", _("Notices (*.eml *.txt *.json *.csv);;All files (*)")
            ),
        )
        if name:
            self._controller.add_notice(Path(name))

    def refresh(self) -> None:
        """Shows what was read."""
        controller = self._controller
        draft = controller.draft or Draft()
        enabled = controller.can_leave_case
        for part in (self._choose_file, self._paste, self._read, self._box):
            part.setEnabled(enabled)
        trouble = controller.troubles.get("notices", "")
        if controller.reading["notices"]:
            self._state.say("running", _("Reading it …"), "accent")
        else:
            self._state.say("warn", sentence(trouble), "warn")
        offers = tuple(controller.assessment.offer(n.sha256) for n in draft.notices)
        named = frozenset(line.text.strip().lower() for line in draft.lines)
        now = (draft.notices, offers, named, draft.cited, draft.steps, draft.deadline, draft.suspended, enabled)
        if now == self._shown:
            return
        self._shown = now
        clear(self._list)
        for notice, offer in zip(draft.notices, offers, strict=True):
            self._list.addWidget(self._card(notice, offer, draft, named, enabled))

    def _card(self, notice: Notice, offer: Offer | None, draft: Draft, named: frozenset[str], enabled: bool) -> QFrame:
        title = notice.subject or notice.reference or notice.source or _("Notice")
        off = button(
            "", partial(self._controller.remove_notice, notice), kind="quiet", icon_name="remove",
            name=_("Remove the notice “{title}”").format(title=printable(title, 60)),
        )  # fmt: skip
        off.setToolTip(_("Remove from the case"))
        off.setEnabled(enabled)
        head = row(heading(printable(title, 160), 1.0), off)
        head.setStretch(0, 1)
        parts: list[QWidget | QLayout] = [head, *(soft(line, 1.0) for line in understood(notice))]
        parts += [
            StateLine("unclear", sentence(shown(words)), "unclear", quiet=True) for words in notice.not_understood[:_MOST]
        ]
        if len(notice.not_understood) > _MOST:
            more = len(notice.not_understood) - _MOST
            parts.append(soft(ngettext("and {count} more", "and {count} more", more).format(count=more)))
        if offer is not None:
            parts += self._offers(offer, draft, named, enabled)
        return card(*parts)

    def _offers(self, offer: Offer, draft: Draft, named: frozenset[str], enabled: bool) -> list[QWidget | QLayout]:
        controller = self._controller
        parts: list[QWidget | QLayout] = []

        def propose(words: str, label: str, act: object, name: str) -> None:
            made = button(label, act, icon_name="plus", name=name)  # type: ignore[arg-type]
            made.setEnabled(enabled)
            line = row(Text(words), made, spacing=SPACE.M)
            line.setStretch(0, 1)
            parts.append(line)

        fresh = [(t, why) for t, why in offer.targets if t.lower() not in named]
        if fresh:
            listed = _listed([f"{t} ({shown(why)})" if why else t for t, why in fresh])
            text = _("Targets that seem to be yours: {targets}").format(targets=listed)
            adding = partial(controller.take_targets, [t for t, _why in fresh])
            propose(text, _("Add these"), adding, _("Add the targets of the notice"))
        if offer.number and offer.number != draft.number:
            text = _("Case or ticket number: {number}").format(number=printable(offer.number, 100))
            propose(text, _("Use it"), partial(self._put, number=offer.number), _("Use the number of the notice"))
        for name, heading_, why in offer.clauses[:_MOST]:
            if name not in draft.cited:
                text = _("Perhaps broken by its words: {clause} · {heading} ({why})").format(
                    clause=name, heading=heading_, why=shown(why)
                )
                propose(
                    text, _("Add this clause"), partial(controller.cite, name), _("Add clause {clause}").format(clause=name)
                )
        if offer.deadline and offer.deadline != draft.deadline:
            text = _("Deadline: {date}").format(date=offer.deadline)
            propose(text, _("Use it"), partial(self._put, deadline=offer.deadline), _("Use the deadline of the notice"))
        if offer.suspended and offer.suspended != draft.suspended:
            text = _("Perhaps suspended since: {date}").format(date=offer.suspended)
            propose(text, _("Use it"), partial(self._put, suspended=offer.suspended), _("Use the day of the suspension"))
        steps = [" ".join(s.split()) for s in offer.steps if " ".join(s.split()) not in draft.steps]
        if steps:
            text = _("It demands: {steps}").format(steps=_listed(steps, " / "))
            propose(
                text, _("Note these"), partial(controller.demand, (*draft.steps, *steps)), _("Note what the notice demands")
            )
        parts += [StateLine("unclear", sentence(shown(words)), "unclear", quiet=True) for words in offer.notes[:_MOST]]
        if parts:
            parts.insert(0, Text(_("Take over what is right:"), bold=True))
        return parts

    def _put(self, **changes: str) -> None:
        draft = self._controller.draft
        if draft is not None:
            self._controller.edit(replace(draft, **changes))  # type: ignore[arg-type]


def _listed(items: list[str], between: str = ", ") -> str:
    text = between.join(printable(item, 200) for item in items[:_MOST])
    more = len(items) - _MOST
    return text + (" " + ngettext("and {count} more", "and {count} more", more).format(count=more) if more > 0 else "")


def understood(notice: Notice) -> list[str]:
    """What a notice was understood to say, in lines."""
    lines = []
    what = _("Read as {format}").format(format=_(FORMATS[notice.format]))
    from_whom = _("from {source}").format(source=printable(notice.source, 120)) if notice.source else ""
    sent = moment(notice.sent) if notice.sent else ""
    lines.append(" · ".join(filter(None, (what, from_whom, sent, printable(notice.reference, 80)))))
    if notice.topics:
        lines.append(_("About: {topics}").format(topics=", ".join(_(TOPICS[t]) for t in notice.topics[:_MOST])))
    count = len(notice.events) + notice.left_out
    if count:
        text = ngettext("{count} event", "{count} events", count).format(count=count)
        if notice.first:
            text += ", " + _("from {first} to {last}").format(
                first=moment(notice.first), last=moment(notice.last or notice.first)
            )
        lines.append(text)
    for label, items in (
        (N_("Addresses: {items}"), notice.addresses), (N_("Domains: {items}"), notice.domains), (N_("Lists: {items}"), notice.listings),
        (N_("Messages: {items}"), notice.message_ids), (N_("Pages: {items}"), notice.urls),
    ):  # fmt: skip
        if items:
            lines.append(_(label).format(items=_listed(list(items))))
    return lines
