"""Fix: what blocks first, and for the chosen finding everything that helps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from selfaudit.engine.again import key_of
from selfaudit.i18n import _, ngettext
from selfaudit.protocols.host_scope import day_of
from selfaudit.remedy import GroupKey
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.models.findings import FindingsModel, mark_key
from selfaudit_ui.pages.base import Page
from selfaudit_ui.pages.detail import Detail
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, button, column, reveal
from selfaudit_ui.widgets.findings import FindingsView
from selfaudit_ui.widgets.flow import FlowLayout


class FixPage(Page):
    """The fifth page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, _("Fix"), fixed=True)
        self.model = FindingsModel()
        self.view = FindingsView(self.model)
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self.detail = Detail(controller)
        self._again_all = button(_("Check everything again"), self._check_all, icon_name="again")
        self._again_group = button(_("Check this group again"), self._check_group, kind="quiet", icon_name="again")
        self._stop = button(_("Stop"), controller.stop_again, icon_name="stop")
        self._after = button(_("Show the demo after fixing"), self._after_fixing, icon_name="demo")
        self._trouble = Banner("warn")
        left = QWidget()
        left.setLayout(column(self.view, spacing=SPACE.S))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE.L)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setSizes([400, 600])
        self._good, self._unclear, self._inside = Banner("good"), Banner("unclear"), Banner("accent")
        self._judge = button(_("Judge it now"), controller.judge_hosts, icon_name="again")
        self._collect = button(
            _("Collect again …"), controller.show_hosts, icon_name="again", name=_("Collect from these servers again")
        )
        self._inside.offer(self._judge, self._collect)
        self.add(
            self._trouble,
            self._good,
            self._unclear,
            self._inside,
            FlowLayout(self._again_all, self._again_group, self._stop, self._after),
            self.splitter,
        )
        self.body.setStretch(self.body.count() - 1, 1)
        self._shown: object = None
        self._key: tuple[str, str, str, str] | None = None

    def focus_first(self) -> None:
        """The list, at the finding that somebody was led to."""
        wanted, self.controller.finding_wanted = self.controller.finding_wanted, None
        index = self.model.find((*wanted, "")) if wanted is not None else QModelIndex()
        if index.isValid():
            self.view.expand(index.parent())
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index, FindingsView.ScrollHint.PositionAtCenter)
        self.view.setFocus()

    def refresh(self, what: str) -> None:
        """Shows the findings."""
        if what not in ("", "results", "run", "marks", "case", "saved", "readiness"):
            return
        controller = self.controller
        self.model.show_pack(controller.pack)
        view = controller.view
        if view is not self._shown:
            self._shown = view
            self._fill()
        if what in ("", "results", "marks"):
            self.model.show_marks(controller.marks, controller.again)
        self._trouble.say(controller.again_trouble)
        self._lead()
        self._show_inside()
        busy = controller.situation.busy or controller.situation.stale
        for part in (self._again_all, self._again_group):
            part.setEnabled(view is not None and not busy)
            part.setVisible(not controller.again)
        self._stop.setVisible(bool(controller.again))
        demo = controller.draft.demo if controller.draft else ""
        self._after.setVisible(demo in ("broken", "suspended") and not controller.again)
        self._after.setEnabled(view is not None and not busy)
        self.detail.refresh(what)

    def _fill(self) -> None:
        view = self.controller.view
        selection = self.view.selectionModel()
        selection.blockSignals(True)  # the finding is shown once, at the end
        self.model.show_groups(view.groups if view else ())
        for number in range(self.model.rowCount()):
            self.view.setExpanded(self.model.index(number, 0), not self.model.is_folded(number))
        chosen = self.model.find(self._key) if self._key else QModelIndex()
        if not chosen.isValid() and self.model.rowCount():
            chosen = self.model.index(0, 0, self.model.index(0, 0))
        if chosen.isValid():
            self.view.expand(chosen.parent())
            selection.setCurrentIndex(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            first = chosen.row() == 0 and chosen.parent().row() == 0
            if first:
                self.view.scrollToTop()
            else:
                self.view.scrollTo(chosen, FindingsView.ScrollHint.PositionAtCenter)
        else:
            self.detail.show_action(None)
        selection.blockSignals(False)
        self._chosen(chosen, QModelIndex())

    def _lead(self) -> None:
        """What to do first, or that nothing is left to do."""
        situation, view = self.controller.situation, self.controller.view
        self._good.say("")
        self._unclear.say("")
        if view is None:
            self.say("")
        elif situation.blocking:
            text = ngettext(
                "{count} finding blocks reinstatement. Do what “How to fix it” says, then press “Check again”.",
                "{count} findings block reinstatement. Begin with the first: do what “How to fix it” says, then press “Check again”.",
                situation.blocking,
            )
            self.say(text.format(count=situation.blocking))
        else:
            self.say("")
            unclear = next((len(g.actions) for g in view.groups if g.key is GroupKey.UNCLEAR), 0)
            more = ngettext(" {count} test could not be concluded.", " {count} tests could not be concluded.", unclear).format(
                count=unclear
            )
            if situation.run is not Run.FINISHED:
                self.say(_("The audit was interrupted, so this is not everything."))
            elif situation.stale:
                self.say(_("Targets or settings were changed after this audit; run it again."))
            elif unclear:
                self._unclear.say(
                    _("Nothing that was found blocks reinstatement, but not everything could be looked at.") + more
                )
            elif situation.counts.get("pass"):
                self._good.say(_("Nothing blocks reinstatement."))

    def _show_inside(self) -> None:
        """What was read about servers since, or that there is nothing newer about them."""
        controller = self.controller
        files = [name for _kind, name in controller.unjudged_files]
        newer = [*controller.unjudged, *files]
        reveal(self._judge, bool(newer))
        reveal(self._collect, not newer)
        if controller.again or controller.situation.busy or controller.situation.stale:
            self._inside.say("")
        elif newer:
            words = _("Something about {servers} was read or changed after these results.")
            self._inside.say(words.format(servers=_names(newer)))
        elif controller.old_facts:
            dates = {day_of(r.taken) for name, r in controller.judged_hosts.items() if name in controller.old_facts}
            words = _(
                "Not looked at again: {servers}. These facts come from a collector's file of {date} UTC, and nothing newer was read."
            )
            self._inside.say(words.format(servers=_names(sorted(controller.old_facts)), date=", ".join(sorted(dates))))
        else:
            self._inside.say("")

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        action = self.model.action(now)
        if action is not None:
            self._key = mark_key(action)
            self.detail.show_action(action)
        group = self.model.group(now) or self.model.group(now.parent())
        self._again_group.setEnabled(group is not None and not self.controller.again)

    def _check_all(self) -> None:
        view = self.controller.view
        if view is not None:
            self.controller.check_again(key_of(r) for r in view.audit.results)

    def _check_group(self) -> None:
        now = self.view.currentIndex()
        group = self.model.group(now) or self.model.group(now.parent())
        if group is not None:
            self.controller.check_again(key_of(a.result) for a in group.actions)

    def _after_fixing(self) -> None:
        view = self.controller.view
        if view is not None:
            self.controller.check_again((key_of(r) for r in view.audit.results), world="fixed")


def _names(servers: Sequence[str]) -> str:
    return ", ".join(printable(name, 80) for name in servers)
