"""The window: rail, top, page, bottom. It is built anew when language or theme change; the controller keeps everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMainWindow, QPushButton, QSizePolicy, QStackedWidget, QWidget

from selfaudit import i18n
from selfaudit.engine.draft import title
from selfaudit.i18n import _, ngettext
from selfaudit.remedy import GroupKey
from selfaudit.report.words import count_words
from selfaudit.text import printable
from selfaudit_ui.branding import Branding
from selfaudit_ui.controller import Controller, Saving, deadline_words
from selfaudit_ui.flow import Primary, Run, Step, Todo, following, leading, primary, survey
from selfaudit_ui.pages import NAMES, Pages
from selfaudit_ui.pages.mail_question import MailQuestion
from selfaudit_ui.preferences import Preferences
from selfaudit_ui.speech import language_of, speak
from selfaudit_ui.theme import SPACE, Theme, apply_theme
from selfaudit_ui.theme.tokens import SMALL
from selfaudit_ui.widgets import Banner, Line, StateLine, Text, button, column, reveal, row, soft
from selfaudit_ui.widgets.rail import Rail
from selfaudit_ui.widgets.readiness import ReadinessLine
from selfaudit_ui.words import readiness_words

# Pages that show how the case stands before the provider's policy.
_WITH_READINESS = (Step.START, Step.FIX, Step.STATEMENT, Step.REPORT)
# Pages for the provider's people. They belong to no step and are entered from the first page.
_DESK = ("make-case", "open-bundle")
DEFAULT_SIZE = QSize(1120, 760)
MINIMUM_SIZE = QSize(960, 640)


class Window(QMainWindow):
    """The main window."""

    led, footed = False, True  # a tour says what is pressed next; the page has its buttons below it

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller
        self.page_name = self._before = str(Step.START)
        self._action: Primary | None = None
        self.branding = Branding(controller)
        self.setMinimumSize(MINIMUM_SIZE)
        self.resize(DEFAULT_SIZE)
        self.setAcceptDrops(True)
        self._dress()
        if controller.preferences.geometry:
            self.restoreGeometry(QByteArray.fromHex(controller.preferences.geometry.encode()))
        controller.changed.connect(self._changed)
        controller.opened.connect(self.show_page)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.styleHints().colorSchemeChanged.connect(self._system_theme)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._show_top)
        self._clock.start(60_000)
        self._ahead = QTimer(self)
        self._ahead.timeout.connect(self._make_ahead)
        self._ahead.start(60)

    # Building

    def _dress(self) -> None:
        """Language and theme, then every part of the window."""
        preferences = self.controller.preferences
        i18n.choose(language_of(preferences))
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        speak(app, i18n.language())
        apply_theme(app, Theme(preferences.theme) if preferences.theme in list(Theme) else Theme.SYSTEM)
        self.setWindowTitle("selfaudit")
        self.stack = QStackedWidget()
        self.pages = Pages(self.controller, self.stack.addWidget)
        others = (("settings", _("Settings")), ("about", _("About")))
        self.rail = Rail(survey(self.controller.situation), others, self.branding.make_mark)
        self.rail.chosen.connect(self.show_page)
        middle = column(self._make_top(), self.trouble_area(), self.stack, self._make_bottom(), spacing=0)
        middle.setStretch(2, 1)
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addLayout(middle, 1)
        holder = QWidget()
        holder.setLayout(whole)
        self.setCentralWidget(holder)
        self._make_shortcuts(holder)
        self.branding.follow(self.rail, self._top, self._bottom, anew=True)
        self.show_page(self.page_name)

    def _make_ahead(self) -> None:
        """Makes pages before they are wanted, one at a time while nothing else happens."""
        missing = next((name for name in NAMES if name not in self.pages), None)
        if missing is None:
            self._ahead.stop()
        elif not self.controller.situation.busy:
            self.pages[missing].setVisible(False)

    def _make_top(self) -> QWidget:
        self._case_label = Line(bold=True)
        self._line = Line(SMALL)
        self._line.setProperty("role", "soft")
        self._demo = QLabel(_("Demo"))
        self._demo.setProperty("role", "badge")
        self._demo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._deadline = Text("", SMALL, bold=True)
        self._deadline.setWordWrap(False)
        self._deadline.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._saved = soft("", SMALL)
        self._saved.setWordWrap(False)
        self._saved.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._ready = ReadinessLine(self._to_statement)
        left = column(self._case_label, self._line, self._ready, spacing=2)
        self._top = top = QWidget()
        top.setObjectName("top")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._deadline.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._saved.setAlignment(Qt.AlignmentFlag.AlignRight)
        right = column(self._deadline, self._saved, spacing=2)
        for part in (self._deadline, self._saved):
            right.setAlignment(part, Qt.AlignmentFlag.AlignRight)
        layout = row(left, self._demo, right, spacing=SPACE.M)
        layout.setStretch(0, 1)
        layout.setContentsMargins(SPACE.XL, SPACE.M, SPACE.XL, SPACE.M)
        top.setLayout(layout)
        return top

    def trouble_area(self) -> QWidget:
        """Where trouble of the app itself is said."""
        self._trouble = Banner("fail")
        self._trouble.offer(button(_("Close"), self._forget_trouble, name=_("Close this message")))
        self._trouble_area = QWidget()
        self._unsorted, self._reading = MailQuestion(self.controller), StateLine()
        layout = column(self._trouble, self._unsorted, self._reading)
        layout.setContentsMargins(SPACE.XL, SPACE.L, SPACE.XL, 0)
        self._trouble_area.setLayout(layout)
        self._show_trouble()
        return self._trouble_area

    def _show_trouble(self) -> None:
        self._trouble.say(self.controller.trouble)
        self._unsorted.refresh()
        reading = self.controller.opening_files > 0
        self._reading.say("running", _("Reading the file …") if reading else "")
        reveal(self._trouble_area, bool(self.controller.trouble or self.controller.unsorted or reading))

    def _forget_trouble(self) -> None:
        self.controller.trouble = ""
        self._show_trouble()

    def _make_bottom(self) -> QWidget:
        self._back = button(_("Back"), self.go_back, icon_name="back")
        self._back.setToolTip(_("Alt+Left"))
        self._why = soft("", SMALL)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._primary: QPushButton = button("", self.do_primary, kind="primary")
        self._primary.setMinimumWidth(150)
        self._bottom = bottom = QWidget()
        bottom.setObjectName("bottom")
        bottom.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = row(self._back, self._why, self._primary, spacing=SPACE.M)
        layout.setStretch(1, 1)
        layout.setContentsMargins(SPACE.XL, SPACE.M, SPACE.XL, SPACE.M)
        bottom.setLayout(layout)
        return bottom

    def _make_shortcuts(self, parent: QWidget) -> None:
        actions: dict[str, Callable[[], object]] = {
            f"Ctrl+{number}": partial(self.show_page, str(step)) for number, step in enumerate(Step, 1)
        }
        actions |= {
            "Alt+Left": self.go_back, "Ctrl+Return": self._go_on, "Ctrl+Enter": self._go_on,
            "Ctrl+,": partial(self.show_page, "settings"), "Ctrl+Q": self.close,
        }  # fmt: skip
        for keys, action in actions.items():
            # A key that is held down does a thing once: nobody starts an audit by leaning on the keyboard.
            QShortcut(QKeySequence(keys), parent, action).setAutoRepeat(False)

    # Showing

    def show_page(self, name: str) -> None:
        """Opens a page, or says why it cannot be entered."""
        name = str(name)
        info = next((i for i in survey(self.controller.situation) if i.step == name), None)
        if info is not None and info.why_not:
            self._mark(self.page_name)
            self._why.show_text(info.why_not)
            self._bottom.show()
            return
        if self.page_name in list(Step):
            self._before = self.page_name
        if self.page_name != name:
            self.pages[self.page_name].left()
        self.page_name = name
        page = self.pages[name]
        self.stack.setCurrentWidget(page)
        self._mark(name)
        page.entered()
        page.focus_first()
        self._show_all()

    def _mark(self, name: str) -> None:
        """Marks a page in the rail, or the one from which it is entered."""
        self.rail.show_page(Step.START if name in _DESK else name)

    def _changed(self, what: str) -> None:
        if what == "preferences":
            self._redress()
            return
        if what in ("case", "authority"):
            self.branding.follow(self.rail, self._top, self._bottom)
        if what in ("trouble", "unsorted"):
            self._show_trouble()
        self.pages[self.page_name].refresh(what)  # the others look anew when they are opened
        self._show_all()

    def _system_theme(self) -> None:
        if self.controller.preferences.theme == Theme.SYSTEM:
            self._redress()

    def _redress(self) -> None:
        """Builds the window anew in another language or theme; while a file dialog is open, a little later."""
        if self.controller.in_dialog:
            QTimer.singleShot(300, self._redress)
            return
        self.controller.flush()
        before = i18n.language()
        i18n.choose(language_of(self.controller.preferences))
        if i18n.language() != before:
            self.controller.reread()
            self.controller.regroup()
        self._dress()

    def _show_all(self) -> None:
        situation = self.controller.situation
        self.rail.show_steps(survey(situation))
        self._mark(self.page_name)
        self._show_top()
        self.show_bottom()

    def _show_top(self) -> None:
        if self.page_name in _DESK:
            self._show_desk_top()
            return
        draft = self.controller.draft
        self._demo.setVisible(bool(draft and draft.demo))
        parts = [draft.provider] if draft and draft.provider else []
        name = (title(draft) or _("New case")) if draft else _("No case is open")
        self._case_label.show_text(printable(" · ".join([*parts, name]), 160))
        self._show_readiness()
        words, verdict = deadline_words(draft.deadline) if draft else ("", "")
        self._deadline.show_text(words)
        self._deadline.verdict(verdict)
        self._deadline.setVisible(bool(words))
        self._saved.show_text(printable(self.controller.saved, 60) if draft else "")
        self._saved.verdict("fail" if self.controller.saving is Saving.FAILED else "")

    def _show_desk_top(self) -> None:
        """Pages for the provider's people are about no case of this computer's."""
        self._case_label.show_text(_("For support and abuse desks"))
        self._line.show_text(_("Your own cases are not touched by what you do here."))
        for part in (self._demo, self._deadline, self._ready):
            part.hide()
        self._line.show()
        self._saved.show_text("")

    def _show_readiness(self) -> None:
        """From the step “Fix” on, and on the first page, how the case stands before the policy; elsewhere how the audit stands."""
        found = self.controller.assessment.readiness
        there = self.page_name in _WITH_READINESS and found is not None and not self.controller.situation.busy
        if there and found is not None:
            self._ready.say(*readiness_words(found))
        reveal(self._ready, there)
        reveal(self._line, not there)
        if not there:
            self._line.show_text(self._readiness())

    def _to_statement(self) -> None:
        self.show_page(Step.STATEMENT)

    def _readiness(self) -> str:
        situation, view = self.controller.situation, self.controller.view
        if situation.busy:
            return _("Checking: {done} of {total} observations").format(done=situation.done, total=situation.total)
        if situation.run is Run.FAILED:
            return _("The audit could not be run.")
        if not situation.counts or view is None:
            return _("Nothing has been checked yet.") if self.controller.draft else _("Open a case, or look at the demo.")
        sizes = {g.key: len(g.actions) for g in view.groups}
        blocking = situation.blocking
        parts = []
        if blocking or not sizes.get(GroupKey.UNCLEAR):  # where something is unknown, "0 block" would say too much
            parts.append(
                ngettext("{count} blocks reinstatement", "{count} block reinstatement", blocking).format(count=blocking)
            )
        if sizes.get(GroupKey.SHOULD):
            parts.append(_("{count} should be fixed").format(count=sizes[GroupKey.SHOULD]))
        if sizes.get(GroupKey.UNCLEAR):
            count = sizes[GroupKey.UNCLEAR]
            parts.append(ngettext("{count} could not be verified", "{count} could not be verified", count).format(count=count))
        if sizes.get(GroupKey.PASSED):
            parts.append(count_words({"pass": sizes[GroupKey.PASSED]}))
        return " · ".join(parts)

    def show_bottom(self) -> None:
        """Shows the buttons below the page, as they are now."""
        step = Step(self.page_name) if self.page_name in list(Step) else None
        situation = self.controller.situation
        page = self.pages[self.page_name]
        action = primary(step, situation) if step else None
        words, hindrance = page.primary_words(), page.primary_hindrance()
        if action is None and words and step is None:
            action = Primary(words, Todo.EXPORT, hindrance)
        elif action is not None and action.todo is Todo.EXPORT:
            action = Primary(action.text, action.todo, action.why_not or hindrance)
        self._action = action
        self._back.setVisible(step is not Step.START)
        self._primary.setVisible(action is not None)
        self._bottom.setVisible(self.footed and (action is not None or step is not Step.START))
        self._why.show_text(action.why_not if action else "")
        if action is not None:
            self._primary.setText(action.text)
            kind = "" if self.led or action.todo is Todo.STOP else page.primary_kind()  # stopping is no invitation
            if self._primary.property("kind") != kind:
                self._primary.setProperty("kind", kind)
                self._primary.style().unpolish(self._primary)
                self._primary.style().polish(self._primary)
            self._primary.setAccessibleName(action.text)
            self._primary.setToolTip("" if action.todo is Todo.STOP else _("Ctrl+Enter"))
            self._primary.setEnabled(not action.why_not)

    # Doing

    def go_back(self) -> None:
        """The step before, or from settings back to where the person was."""
        if self.page_name in list(Step):
            before = leading(Step(self.page_name))
            if before is not None:
                self.show_page(before)
        else:
            self.show_page(self._before)

    def _go_on(self) -> None:
        """The primary action by its shortcut; the shortcut that has just started a run must not stop it."""
        if not self.controller.situation.busy or self.page_name != Step.AUDIT:
            self.do_primary()

    def do_primary(self) -> None:
        """The primary action of the open page."""
        self.show_bottom()
        action = self._action
        if action is None or action.why_not:
            return
        if action.todo is Todo.NEXT:
            after = following(Step(self.page_name))
            if after is not None:
                self.show_page(after)
        elif action.todo is Todo.START_RUN:
            self.controller.start_run()
            self.show_page(Step.AUDIT)
        elif action.todo is Todo.RESUME:
            self.controller.resume_run()
        elif action.todo is Todo.STOP:
            self.controller.stop_run()
        else:
            self.pages[self.page_name].export()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Takes dropped files."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()[:20] if url.isLocalFile()]
        event.acceptProposedAction()
        self.controller.take_files(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Asks nothing and loses nothing: what runs is stopped and kept."""
        geometry = bytes(self.saveGeometry().toHex().data()).decode()
        self._remember(geometry)
        self.hide()
        self.controller.close()
        event.accept()

    def _remember(self, geometry: str) -> None:
        preferences: Preferences = self.controller.preferences
        if preferences.geometry != geometry:
            self.controller.prefer(replace(preferences, geometry=geometry), quiet=True)
