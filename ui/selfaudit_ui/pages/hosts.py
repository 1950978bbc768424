"""A card of “What to check”: servers seen from the inside, and the ways in which their facts come here."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, QStringListModel, Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QCompleter, QRadioButton, QVBoxLayout, QWidget

from selfaudit.engine.draft import Draft
from selfaudit.engine.hosts import heading as host_heading
from selfaudit.facts.host import HostReport, HostScope, ScopeAddress
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.protocols.host_scope import MAX_AGE, MAX_AHEAD, belonging, day_of, moment, own_addresses
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.hosts import Way
from selfaudit_ui.pages.base import clear
from selfaudit_ui.pages.host_ssh import SshPanel
from selfaudit_ui.pages.host_ways import FilePanel, LocalPanel, PastePanel
from selfaudit_ui.pages.section import Section, field
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, StateLine, Text, button, column, heading, line_edit, named, reveal, row, soft
from selfaudit_ui.widgets.flow import FlowLayout
from selfaudit_ui.words import sentence

_MOST_DAMAGE = 3  # lines about what is wrong with one file
_WAYS: dict[Way, str] = {
    "file": N_("From a file"),
    "paste": N_("Pasted from a console"),
    "ssh": N_("Over SSH"),
    "local": N_("This computer"),
}
_ICONS = {"fail": "fail", "warn": "warn", "unclear": "unclear", "good": "pass"}


def age_words(seconds: float) -> str:
    """How long ago something was."""
    hours = int(seconds // 3600)
    if hours < 1:
        return _("less than an hour ago")
    if hours < 48:
        return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)
    return ngettext("{count} day ago", "{count} days ago", hours // 24).format(count=hours // 24)


def origin_words(report: HostReport, now: float) -> str:
    """When a report was made, and how it came here."""
    taken = moment(report.taken)
    when = (
        _("Made {time} UTC").format(time=day_of(report.taken)) if taken is not None else _("It does not say when it was made")
    )
    if taken is not None and taken <= now:
        when += ", " + age_words(now - taken)
    how = {"file": _("read from a file"), "block": _("pasted"), "local": _("on this computer")}.get(report.via, "")
    if report.via == "ssh":
        how = _("over SSH as {login}").format(login=printable(report.login, 100))
    return " · ".join(filter(None, (when, how)))


def notes_of(report: HostReport, now: float) -> list[tuple[str, str]]:
    """(verdict, words) of what limits a report."""
    notes = []
    if not report.genuine:
        notes.append(("fail", _("It was changed after the collector wrote it, so nothing in it counts. Collect again.")))
    if not report.complete:
        notes.append(("warn", _("It is not complete. What is missing counts as unknown; collect again.")))
    notes += [("warn", sentence(shown(words))) for words in report.damage[:_MOST_DAMAGE]]
    taken = moment(report.taken)
    if taken is not None and now - taken > MAX_AGE:
        days = MAX_AGE // 86_400
        text = ngettext(
            "It is older than {count} day, so it says nothing about now. Collect again.",
            "It is older than {count} days, so it says nothing about now. Collect again.",
            days,
        )
        notes.append(("warn", text.format(count=days)))
    if taken is not None and taken > now + MAX_AHEAD:
        notes.append(("warn", _("Its clock is ahead of this computer's. Set both right, and collect again.")))
    if not report.root:
        notes.append(("unclear", _("Made without administrator rights: some parts could not be seen.")))
    if report.rescue:
        notes.append(("unclear", _("Made from a rescue system: what only a running server shows is not in it.")))
    return notes


class _Choice(QRadioButton):
    """A choice among others on one line, with some distance to the next one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        named(self, text)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Its words, and some distance."""
        return super().sizeHint() + QSize(SPACE.S, 0)


@dataclass(frozen=True, slots=True)
class _State:
    """What a row shows."""

    report: HostReport
    typed: str
    scope: HostScope
    origin: str
    notes: tuple[tuple[str, str], ...]
    busy: bool


class _HostRow(QWidget):
    """One server that was read."""

    def __init__(self, controller: Controller, report: HostReport) -> None:
        super().__init__()
        self._controller, self._report = controller, report
        self._state: _State | None = None
        name = printable(report.name, 80)
        self._title = Text(host_heading(report), bold=True)
        self._origin = soft("", 1.0)
        self._remove = button(
            "", self._take_off, kind="quiet", icon_name="remove", name=_("Remove {server} from the list").format(server=name)
        )
        self._remove.setToolTip(_("Remove from the list"))
        self._notes = column(spacing=SPACE.XS)
        self._tie = StateLine(quiet=True)
        self._known = QStringListModel(self)
        self._address = line_edit(_("Address that {server} has").format(server=name))
        self._address.setMaxLength(100)
        self._address.textEdited.connect(lambda text: controller.say_address(self._report, text))
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(lambda text: controller.say_address(self._report, str(text)))
        self._address.setCompleter(completer)
        self._wrong = StateLine()
        self._belongs = QWidget()
        narrow = row(field(_("It has the address (optional)"), self._address), column(None, self._wrong), spacing=SPACE.L)
        narrow.setStretch(0, 1)
        narrow.setStretch(1, 2)
        self._belongs.setLayout(narrow)
        head = row(column(self._title, self._origin, spacing=2), self._remove)
        head.setStretch(0, 1)
        self.setLayout(column(head, self._notes, self._tie, self._belongs))

    def _take_off(self) -> None:
        self._controller.remove_host(self._report)

    def show_state(self, state: _State, addresses: list[str]) -> None:
        """Shows what is known about the server now."""
        if state == self._state:
            return
        self._state, self._report = state, state.report
        self._origin.show_text(state.origin)
        clear(self._notes)
        for verdict, words in state.notes:
            self._notes.addWidget(StateLine(_ICONS[verdict], words, verdict, quiet=verdict == "unclear"))
        tie = shown(belonging(state.report, state.scope).words)
        if tie:
            self._tie.say("pass", _("Belongs to this case: {why}").format(why=tie), "good")
        else:
            words = _("Nothing in it is named above yet. If it is one of your servers, say below which address it has.")
            self._tie.say("unclear", words, "unclear")
        mine = {s.address for s in state.scope.addresses}.intersection(own_addresses(state.report))
        asked = not mine or bool(state.typed or state.report.address)
        reveal(self._belongs, asked and state.report.via != "ssh")  # that one was fetched at its address
        self._known.setStringList(addresses)
        self._address.setPlaceholderText(addresses[0] if addresses else _("for example 192.0.2.10"))
        text = state.typed or state.report.address
        if self._address.text().strip() != text.strip() and not (self._address.hasFocus() and not state.typed):
            self._address.setText(text)
        self._wrong.say("warn", _("This is not an IP address yet.") if state.typed else "", "warn")
        for part in (self._remove, self._address):
            part.setEnabled(not state.busy)


class HostsCard(Section):
    """Servers seen from the inside."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("The server from the inside"),
            _(
                "Updates, log-ins, firewall, mail and name server settings, also of a server that is cut off from the network. "
                "A small program only looks there; it changes nothing."
            ),
            sums_up=True,
            invite=_("Show how"),
        )
        self._controller = controller
        self._filling = False
        self.opening.toggled.connect(lambda _on: self.refresh())
        self._rows: dict[str, _HostRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE.L)
        self._unjudged = Banner("accent")
        self._unjudged.offer(button(_("Judge it now"), controller.judge_hosts, icon_name="again"))
        self._ways = QButtonGroup(self)
        self._choices: dict[Way, QRadioButton] = {}
        self.panels: dict[Way, FilePanel | PastePanel | SshPanel | LocalPanel] = {
            "file": FilePanel(controller), "paste": PastePanel(controller), "ssh": SshPanel(controller),
        }  # fmt: skip
        if sys.platform != "win32":
            self.panels["local"] = LocalPanel(controller)
        for way in self.panels:
            choice = _Choice(_(_WAYS[way]))
            choice.toggled.connect(partial(self._choose, way))
            self._ways.addButton(choice)
            self._choices[way] = choice
        choices = FlowLayout(*self._choices.values())
        choices.setContentsMargins(0, 0, 0, SPACE.S)
        self._look_up = named(QCheckBox(_("Look up known holes in its packages")), _("Look up known holes in its packages"))
        self._look_up.toggled.connect(self._allow)
        self.inner.setLayout(
            column(
                SPACE.XS,
                self._unjudged,
                self._list,
                SPACE.XS,
                heading(_("How do its facts come here?"), 1.0),
                choices,
                *self.panels.values(),
                SPACE.S,
                self._look_up,
                soft(
                    _(
                        "For this, names and versions of the installed packages leave this computer: they are sent to OSV, a public "
                        "list of known holes. Names and addresses of your servers are not. Without the tick nothing is sent."
                    ),
                    1.0,
                ),
            )
        )

    def open_at(self, way: Way) -> None:
        """Unfolds the card and puts the keyboard on one of the ways."""
        self.opening.setChecked(True)
        choice = self._choices.get(way)
        if choice is not None and choice.isEnabled():
            choice.setFocus()
        else:
            self.opening.setFocus()

    def _choose(self, way: Way, on: bool) -> None:
        if on and not self._filling:
            self._controller.choose_way(way)

    def _allow(self, on: bool) -> None:
        if not self._filling:
            self._controller.look_up_packages(on)

    def refresh(self) -> None:
        """Shows the draft, and what is under way."""
        controller = self._controller
        draft = controller.draft or Draft()
        busy = not controller.can_leave_case
        self._filling = True
        way: Way = controller.way if controller.way in self.panels else "file"
        self._choices[way].setChecked(True)
        self._look_up.setChecked(draft.look_up_packages)
        self._look_up.setEnabled(not busy)
        self._filling = False
        for name, panel in self.panels.items():
            reveal(panel, name == way)
            if name == way:
                panel.refresh()
        now = time.time()
        self._show_list(draft, busy, now)
        waiting = controller.unjudged
        text = ngettext(
            "Something about {servers} was read or changed after the audit. Only the results about this server follow from it.",
            "Something about {servers} was read or changed after the audit. Only the results about these servers follow from it.",
            len(waiting),
        )
        self._unjudged.say(text.format(servers=", ".join(printable(n, 80) for n in waiting)) if waiting and not busy else "")
        problems = [
            _("{server}: {why}").format(
                server=printable(r.name, 80), why=next(w for v, w in notes_of(r, now) if v in ("fail", "warn"))
            )
            for r in draft.hosts
            if any(v in ("fail", "warn") for v, _w in notes_of(r, now))
        ]
        self.say(_summary(draft.hosts, now), () if self.opening.isChecked() else problems)

    def _show_list(self, draft: Draft, busy: bool, now: float) -> None:
        if list(self._rows) != [r.sha256 for r in draft.hosts]:
            clear(self._list)
            self._rows = {r.sha256: _HostRow(self._controller, r) for r in draft.hosts}
            for made in self._rows.values():
                self._list.addWidget(made)
        targets = [t for r in self._controller.readings for t in r.targets]
        addresses = sorted({t.value for t in targets if t.kind == "address"})
        domains = tuple(t.value for t in targets if t.kind == "domain")
        for report in draft.hosts:
            scope = HostScope(report.name, tuple(ScopeAddress(a, "named") for a in addresses), domains)
            typed = self._controller.typed_addresses.get(report.sha256, "")
            state = _State(report, typed, scope, origin_words(report, now), tuple(notes_of(report, now)), busy)
            self._rows[report.sha256].show_state(state, addresses)


def _summary(hosts: tuple[HostReport, ...], now: float) -> str:
    parts = []
    for report in hosts:
        taken = moment(report.taken)
        age = age_words(now - taken) if taken is not None and taken <= now else ""
        parts.append(", ".join(filter(None, (host_heading(report), age))))
    return "\n".join(parts)
