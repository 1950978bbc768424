"""Permission: what will be sent to whom, and on whose word. Nothing active leaves before this page is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from selfaudit.case import Target
from selfaudit.engine.authority import CHALLENGE, stated_addresses
from selfaudit.engine.draft import Draft
from selfaudit.i18n import _, ngettext, shown
from selfaudit_ui.controller import Controller
from selfaudit_ui.models.table import TableModel
from selfaudit_ui.pages.base import Page, clear
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, Copyable, StateLine, Text, button, card, column, heading, line_edit, row, soft
from selfaudit_ui.widgets.table import Table

_ONE_BY_ONE = 6  # targets; more are shown together


class PermissionPage(Page):
    """The third page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Permission"),
            _("Here you see everything before anything is sent. The audit starts only when you press the button below."),
        )
        self._filling = False
        self._shown: object = None
        self._trouble = Banner("warn")
        self._count = Text("", bold=True)
        self._passive = TableModel((_("How many"), _("Who is asked"), _("What for")), right=(0,))
        self._active = TableModel((_("How many"), _("Who is asked"), _("What for")), right=(0,))
        self._passive_table = Table(self._passive, _("Public records that will be asked for"), 1, 2, most=300)
        self._active_table = Table(self._active, _("Tests that touch your own servers"), 1, 2, most=300)
        self._no_active = soft(_("None of the chosen checks touches your servers."), 1.0)
        self._passive_card = card(
            heading(_("Public records (passive)")),
            soft(_("Everybody may ask for these; your servers notice nothing. No permission is needed."), 1.0),
            self._passive_table,
        )
        self.add(self._trouble, self._count, self._passive_card)
        self._targets = QVBoxLayout()
        self._targets.setSpacing(SPACE.M)
        self._check = button(
            _("Check now"), controller.ask_authority, icon_name="again", name=_("Look in the DNS for proof now")
        )
        self._check_state = soft("", 1.0)
        state = row(self._check, self._check_state)
        state.setStretch(1, 1)
        self._person = line_edit(_("Your name"))
        self._role = line_edit(_("Your role"), placeholder=_("for example owner, administrator"))
        for edit in (self._person, self._role):
            edit.textEdited.connect(lambda _text: self._take_person())
        fields = row(
            column(Text(_("Your name")), self._person, spacing=SPACE.XS),
            column(Text(_("Your role")), self._role, spacing=SPACE.XS),
            spacing=SPACE.L,
        )
        self._active_card = card(
            heading(_("Tests of your own servers (active)")),
            soft(
                _(
                    "These open a connection to the servers named here. They run only where you state that they are yours, or "
                    "have proven it. Without either they are left out, and the report says so."
                ),
                1.0,
            ),
            self._active_table,
            self._no_active,
            heading(_("Confirm that these servers are yours"), 1.0),
            soft(_("Your name and role stand in the report as stated, not proven. This covers what you named yourself."), 1.0),
            fields,
            heading(_("Or prove it"), 1.0),
            soft(
                _(
                    "Publish this TXT record in the domain's DNS. It proves the domain, and addresses whose reverse name lies under it."
                ),
                1.0,
            ),
            self._targets,
            state,
        )
        self.add(self._active_card, None)

    def entered(self) -> None:
        """Works out the plan for what is named now."""
        if self.controller.plan is None:
            self.controller.ask_plan()
        self.refresh("")

    def focus_first(self) -> None:
        """The name."""
        self._person.setFocus()

    def refresh(self, what: str) -> None:
        """Shows plan and permissions."""
        if what in ("", "case", "preferences"):
            draft = self.controller.draft or Draft()
            self._filling = True
            for edit, text in ((self._person, draft.person), (self._role, draft.role)):
                if edit.text() != text:
                    edit.setText(text)
            self._filling = False
            if what == "case" and self.controller.plan is None and self.isVisible():
                self.controller.ask_plan()
        if what in ("", "plan", "case"):
            self._show_plan()
        if what in ("", "plan", "authority", "case"):
            self._show_targets()
        if what in ("", "run", "case"):
            busy = self.controller.situation.busy
            for part in (self._person, self._role):
                part.setEnabled(not busy)

    def _show_plan(self) -> None:
        plan = self.controller.plan
        trouble = self.controller.plan_trouble
        self._trouble.say(trouble)
        if trouble:
            self._trouble.offer(
                button(_("Try again"), self.controller.ask_plan, icon_name="again"),
                button(_("Open settings"), lambda: self.controller.opened.emit("settings"), icon_name="settings"),
            )
        self._count.setVisible(not trouble)
        self._passive_card.setVisible(plan is not None)
        self._active_card.setVisible(plan is not None)
        if plan is None:
            self._count.show_text("" if self.controller.plan_trouble else _("Working out what would be sent …"))
            for model in (self._passive, self._active):
                model.show_rows(())
        else:
            count = len(plan.requests)
            self._count.show_text(
                ngettext(
                    "{count} observation. Nothing has been sent yet.", "{count} observations. Nothing has been sent yet.", count
                ).format(count=count)
            )
            for model, active in ((self._passive, False), (self._active, True)):
                model.show_rows([(str(c.count), shown(c.who), shown(c.what)) for c in plan.contacts if c.active is active])
        has_active = self._active.rowCount() > 0
        self._active_table.setVisible(has_active)
        self._no_active.setVisible(plan is not None and not has_active)

    def _show_targets(self) -> None:
        controller = self.controller
        plan, authority = controller.plan, controller.authority or {}
        draft = controller.draft or Draft()
        stated = bool(draft.person.strip() and draft.role.strip())
        shown_now = (plan, tuple(authority.items()), stated)
        if shown_now != self._shown:  # a hundred domains are not built anew with each letter of the name
            self._shown = shown_now
            clear(self._targets)
            targets = plan.active_targets if plan else ()
            if len(targets) > _ONE_BY_ONE:
                self._targets.addWidget(self._together(targets, authority, stated))
            else:
                for target in targets:
                    self._targets.addWidget(self._target(target, authority.get(target.value, ""), stated))
        self._check.setEnabled(not controller.asking_authority and plan is not None and bool(plan.active_targets))
        if controller.asking_authority:
            self._check_state.show_text(_("Asking the DNS …"))
        elif controller.authority_trouble:
            self._check_state.show_text(controller.authority_trouble)
        elif controller.authority is None:
            self._check_state.show_text(_("Not looked up yet. The audit looks it up by itself, too."))
        else:
            proven = sum(word.startswith("proven") for word in authority.values())
            self._check_state.show_text(
                ngettext("{count} target is proven.", "{count} targets are proven.", proven).format(count=proven)
            )

    def _together(self, targets: tuple[Target, ...], authority: Mapping[str, str], stated: bool) -> QWidget:
        """Many targets at a glance, and all their records to copy at once."""
        proven = [t for t in targets if authority.get(t.value, "").startswith("proven")]
        rest = [t for t in targets if t not in proven]
        records = [
            f'{CHALLENGE}.{t.value}.  3600  IN  TXT  "{token}"'
            for t in rest
            if t.kind == "domain" and (token := self.controller.token(t.value))
        ]
        layout = column()
        covered = [t for t in rest if self._is_stated(t, stated)]
        if proven:
            text = ngettext("{count} target is proven.", "{count} targets are proven.", len(proven))
            layout.addWidget(StateLine("pass", text.format(count=len(proven)), "good"))
        if covered:
            text = ngettext("{count} target: stated by you", "{count} targets: stated by you", len(covered))
            layout.addWidget(StateLine("pass", text.format(count=len(covered)), "accent"))
        self._words = model = TableModel((_("Target"), _("On whose word")))
        model.show_rows([(t.value, self._word(t, authority.get(t.value, ""), stated)) for t in targets])
        layout.addWidget(Table(model, _("Permission for each target"), 0, 1, most=260))
        left_out = [t for t in rest if not self._is_stated(t, stated)]
        if left_out:
            text = ngettext(
                "{count} target: not allowed yet, so it is left out",
                "{count} targets: not allowed yet, so they are left out",
                len(left_out),
            )
            layout.addWidget(StateLine("none", text.format(count=len(left_out)), "warn"))
        if records:
            layout.addWidget(Copyable(_("TXT records for all domains"), "\n".join(records), lines=8))
        holder = QWidget()
        holder.setLayout(layout)
        return holder

    def _is_stated(self, target: Target, stated: bool) -> bool:
        """Whether the person's word covers a target: a domain, or one of the first sixteen addresses."""
        plan = self.controller.plan
        covered = stated_addresses(plan.active_targets) if plan else ()
        return stated and (target.kind == "domain" or target.value in covered)

    def _word(self, target: Target, word: str, stated: bool) -> str:
        if word.startswith("proven"):
            return shown(word)
        return _("stated by you") if self._is_stated(target, stated) else _("not allowed yet, left out")

    def _target(self, target: Target, word: str, stated: bool) -> QWidget:
        if word.startswith("proven"):
            line = StateLine("pass", f"{target.value}: {shown(word)}", "good")
        elif self._is_stated(target, stated):
            line = StateLine("pass", _("{target}: stated by you").format(target=target.value), "accent")
        else:
            line = StateLine("none", _("{target}: not allowed yet, so it is left out").format(target=target.value), "warn")
        holder = QWidget()
        layout = column(line)
        token = self.controller.token(target.value) if target.kind == "domain" else ""
        if token and not word.startswith("proven"):
            record = f'{CHALLENGE}.{target.value}.  3600  IN  TXT  "{token}"'
            layout.addWidget(Copyable(_("TXT record for {target}").format(target=target.value), record, lines=3))
        holder.setLayout(layout)
        return holder

    def _take_person(self) -> None:
        draft = self.controller.draft
        if draft is not None and not self._filling:
            self.controller.edit(replace(draft, person=self._person.text(), role=self._role.text(), confirmed=False))
