"""“Your case” on the first page: the provider, its ticket, what it wrote, what it demands, and two answers on which clauses depend."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from selfaudit.engine.draft import Draft
from selfaudit.i18n import _, ngettext
from selfaudit.policy.model import ClauseClass
from selfaudit.policy.packs import all_packs
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.notices import NoticesPart
from selfaudit_ui.pages.provider_line import ProviderLine
from selfaudit_ui.pages.section import Section, beside, field
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, clear, column, heading, reveal, row, soft
from selfaudit_ui.widgets.forms import Adder, Box, Choice, show_line, typed_line
from selfaudit_ui.words import tip


def case_words(draft: Draft) -> str:
    """The frame of a case in one line, "" if nothing is said."""
    parts = [draft.provider.strip(), draft.number.strip()]
    if draft.purpose == "onboarding":
        parts.append(_("before a contract"))
    if draft.deadline.strip():
        parts.append(_("deadline {date}").format(date=draft.deadline.strip()))
    if draft.suspended.strip():
        parts.append(_("suspended since {date}").format(date=draft.suspended.strip()))
    if draft.notices:
        count = len(draft.notices)
        parts.append(ngettext("{count} notice", "{count} notices", count).format(count=count))
    if draft.cited:
        count = len(draft.cited)
        parts.append(ngettext("{count} clause named", "{count} clauses named", count).format(count=count))
    return printable(" · ".join(filter(None, parts)), 300)


class CaseCard(Section):
    """The frame of the open case."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Your case"),
            _("Who your provider is, and what it wrote. Its policy decides what has to be shown. Leave empty what you do not know."),
            sums_up=True,
        )  # fmt: skip
        self._controller = controller
        self._provider = ProviderLine(lambda text: self._take(provider=text))
        self._number = typed_line(_("Case or ticket number"), lambda text: self._take(number=text))
        self._deadline = typed_line(_("Deadline"), lambda text: self._take(deadline=text), hint=_("YYYY-MM-DD"), limit=40)
        self._suspended = typed_line(
            _("Suspended since"), lambda text: self._take(suspended=text), hint=_("YYYY-MM-DD"), limit=40
        )
        self._purpose = Choice(
            _("What this is for"),
            (("reinstatement", _("To get a service back")), ("onboarding", _("To be shown before a contract"))),
            lambda value: self._take(purpose=value),
        )
        answers = (("", _("Not said")), ("yes", _("Yes")), ("no", _("No")))
        bulk, shared = _("Do you send newsletters or other bulk mail?"), _("Do you share the server's platform with others?")
        self._bulk = Choice(bulk, answers, lambda value: self._take(bulk=value))
        self._shared = Choice(shared, answers, lambda value: self._take(shared=value))
        self._known = soft("", 1.0)
        self.notices = NoticesPart(controller)
        self._clauses = column(spacing=SPACE.XS)
        self._more = Adder(_("Add a clause that the provider names"), (), self._add_clause)
        self._more.setMinimumContentsLength(30)
        self._offered: object = None
        self._shown_cited: object = None
        self._cited_area = QWidget()
        self._cited_area.setLayout(
            column(
                heading(_("Clauses that the provider says were broken"), 1.0),
                self._clauses,
                row(self._more, None),
            )
        )
        self._steps = Box(
            _("What the provider demands"),
            lambda text: controller.demand(text.split("\n")),
            hint=_("One step per line, in the provider's words"),
        )
        line = beside(field(_("Provider"), self._provider), field(_("Case or ticket number"), self._number), 1, 1)
        dates = beside(field(_("Deadline"), self._deadline), field(_("Suspended since"), self._suspended), 1, 1)
        self._date_trouble = StateLine()
        self.opening.toggled.connect(lambda _on: self._say())
        self.inner.setLayout(
            column(
                line,
                self._known,
                beside(dates, field(_("What this is for"), self._purpose), 1, 1),
                self._date_trouble,
                beside(field(bulk, self._bulk), field(shared, self._shared), 1, 1),
                SPACE.S,
                self.notices,
                SPACE.S,
                self._cited_area,
                field(_("What the provider demands"), self._steps),
            )
        )

    def open_at(self, place: str) -> None:
        """Unfolds the card and puts the keyboard where it is wanted."""
        self.opening.setChecked(True)
        if place == "notices":
            self.notices.focus_first()
        else:
            self._provider.setFocus()

    def refresh(self) -> None:
        """Shows the draft."""
        controller = self._controller
        draft = controller.draft or Draft()
        enabled = controller.can_leave_case
        if self._offered != draft.demo:
            self._offered = draft.demo
            self._provider.clear()
            self._provider.addItems([p.name for p in all_packs() if p.clauses and (p.id != "demo" or draft.demo)])
        self._provider.show_text(draft.provider)
        show_line(self._number, draft.number)
        show_line(self._deadline, draft.deadline)
        show_line(self._suspended, draft.suspended)
        self._purpose.show_value(draft.purpose)
        self._bulk.show_value(draft.bulk)
        self._shared.show_value(draft.shared)
        if tuple(filter(None, (" ".join(t.split()) for t in self._steps.toPlainText().split("\n")))) != draft.steps:
            self._steps.show_words("\n".join(draft.steps))
        for part in (
            self._provider, self._number, self._deadline, self._suspended, self._purpose, self._bulk, self._shared, self._steps, self._more,
        ):  # fmt: skip
            part.setEnabled(enabled)
        self._show_known(draft)
        self._show_cited(draft, enabled)
        self.notices.refresh()
        self._say()

    def _say(self) -> None:
        """The case in one line, and what is wrong with it: beside the field, or below the line while the card is folded."""
        problem = self._controller.declared.get("suspended", "")
        words = _("Suspended since: {why}").format(why=problem) if problem else ""
        self._date_trouble.say("warn", words, "warn")
        self.say(case_words(self._controller.draft or Draft()), [words] if words and not self.opening.isChecked() else [])

    def _show_known(self, draft: Draft) -> None:
        pack = self._controller.pack
        words = ""
        if pack is not None:
            words = _("Its policy is known here: {title}, {count} clauses.").format(
                title=pack.title or pack.name, count=len(pack.clauses)
            )
            contact = pack.contacts.support or pack.contacts.abuse
            if contact:
                words += " " + _("Questions to your provider: {contact}").format(contact=contact)
        elif draft.provider.strip():
            words = _("The policy of this provider is not known here: the findings are shown without its clauses.")
        self._known.show_text(words)
        reveal(self._known, bool(words))

    def _show_cited(self, draft: Draft, enabled: bool) -> None:
        pack = self._controller.pack
        reveal(self._cited_area, pack is not None or bool(draft.cited))
        now = (pack, draft.cited, enabled)
        if now == self._shown_cited:
            return
        self._shown_cited = now
        clear(self._clauses)
        for name in draft.cited:
            clause = pack.clause(name) if pack is not None else None
            text = (
                f"{name} · {clause.heading}"
                if clause is not None
                else _("{clause}: this policy has no such clause").format(clause=name)
            )
            words = Text(text)
            words.setToolTip(tip(clause.quote) if clause is not None else "")
            off = button(
                "", partial(self._controller.cite, name, on=False), kind="quiet", icon_name="remove",
                name=_("Remove clause {clause}").format(clause=name),
            )  # fmt: skip
            off.setToolTip(_("Remove from the list"))
            off.setEnabled(enabled)
            line = row(words, off)
            line.setStretch(0, 1)
            self._clauses.addLayout(line)
        others = (
            [c for c in pack.clauses if c.kind is not ClauseClass.INFORMATIONAL and c.id not in draft.cited] if pack else []
        )
        self._more.offer([("", _("Add a clause …")), *((c.id, f"{c.id} · {printable(c.heading, 60)}") for c in others)])
        self._more.show_value("")
        reveal(self._more, bool(others))

    def _add_clause(self, name: str) -> None:
        if name:
            self._controller.cite(name)

    def _take(self, **changes: str) -> None:
        draft = self._controller.draft
        if draft is not None:
            self._controller.edit(replace(draft, **changes))  # type: ignore[arg-type]
