"""The audit while it runs: this network in words, one bar, a quiet row for each family, results as they come."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from selfaudit.findings import Outcome, Result
from selfaudit.i18n import _
from selfaudit.remedy import group_actions
from selfaudit.report.words import FAMILY_WORDS, OUTCOME_WORDS, count_words, headline
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.base import Page
from selfaudit_ui.theme import SPACE, pixmap
from selfaudit_ui.widgets import Banner, Line, StateLine, Text, button, card, heading, named, row, soft
from selfaudit_ui.widgets.blocks import colour_of
from selfaudit_ui.words import ICONS, VERDICTS, clock, target_words

_SHOWN = 12
_WORST = (Outcome.FAIL, Outcome.BUG, Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.WARN, Outcome.PASS, Outcome.NOT_APPLICABLE)


class ResultLine(QWidget):
    """One result on one line."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = QLabel()
        self._icon.setFixedSize(18, 18)
        self._words = Line()
        layout = row(self._icon, self._words)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def say(self, outcome: Outcome, words: str) -> None:
        """Shows a result."""
        self._icon.setPixmap(pixmap(ICONS[outcome], colour_of(VERDICTS[outcome]), 18))
        self._icon.setAccessibleName(_(OUTCOME_WORDS[outcome]))
        self._words.show_text(words)
        self.show()


class AuditPage(Page):
    """The fourth page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, _("Audit"), _("You can stop at any time; what was seen is kept."))
        self._network = StateLine("running", _("Looking at this network first …"))
        self._bar = named(QProgressBar(), _("Progress of the audit"))
        self._bar.setTextVisible(False)
        self._count = Text("", bold=True)
        self._time = soft("", 1.0)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._time.setWordWrap(False)
        self._now = soft("")
        self._now.setMaximumHeight(self._now.fontMetrics().height() + 4)
        self._outcome = Banner("accent")
        self._failed = Banner("fail")
        line = row(self._count, self._time)
        line.setStretch(0, 1)
        self._network_card, self._progress_card = card(self._network), card(line, self._bar, self._now)
        self.add(self._failed, self._outcome, self._network_card, self._progress_card)
        self._families = QGridLayout()
        self._families.setHorizontalSpacing(SPACE.L)
        self._families.setVerticalSpacing(SPACE.S)
        self._families.setColumnStretch(0, 2)
        self._families.setColumnStretch(1, 3)
        self._rows: dict[str, tuple[StateLine, Text]] = {}
        self._results = QVBoxLayout()
        self._results.setSpacing(SPACE.XS)
        self._lines = [ResultLine() for _number in range(_SHOWN)]
        for result_line in self._lines:
            self._results.addWidget(result_line)
        families = QWidget()
        self._families.setContentsMargins(0, 0, 0, 0)
        families.setLayout(self._families)
        self._results_card = card(heading(_("Latest results")), self._results)
        self._families_card = card(families)
        self.add(self._families_card, self._results_card, None)
        self._last: list[Result] = []
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._tick)

    def refresh(self, what: str) -> None:
        """Shows the run."""
        if what not in ("", "run", "results", "case"):
            return
        run = self.controller.run
        running = run.state in (Run.RUNNING, Run.STOPPING)
        if running and not self._clock.isActive():
            self._clock.start()
        elif not running:
            self._clock.stop()
        self._show_outcome()
        for part in (self._network_card, self._progress_card):
            part.setVisible(run.state not in (Run.NONE, Run.FAILED))
        self._show_progress(running)
        self._show_network()
        self._show_families(running)
        self._show_results()

    def _show_outcome(self) -> None:
        run, view = self.controller.run, self.controller.view
        failed = run.state is Run.FAILED
        self._failed.say("")
        if failed:
            self._failed.say(_("The audit could not be run: {why} Nothing that you entered is lost.").format(why=run.problem))
            offered = [button(_("Copy the log for support"), self._copy_log, icon_name="copy")] if run.trace else []
            self._failed.offer(button(_("Open settings"), lambda: self.controller.opened.emit("settings")), *offered)
            self._outcome.say("")
        elif run.state is Run.NONE:
            self._outcome.say(_("The audit starts on the page “Permission”, where you see first what will be sent."))
            self._outcome.offer(button(_("Go to “Permission”"), lambda: self.controller.opened.emit("permission")))
        elif run.state is Run.STOPPING:
            self._outcome.say(_("Stopping …"))
        elif run.state is Run.INTERRUPTED and view is not None:
            self._outcome.say(
                _(
                    "The audit was interrupted. What was seen until then is kept. “Go on with the audit” looks only at what is missing."
                )
            )
        elif run.state is Run.FINISHED and view is not None:
            self._outcome.say(headline(view.audit, ready=self.controller.ready))
        else:
            self._outcome.say("")

    def _copy_log(self) -> None:
        QGuiApplication.clipboard().setText(self.controller.run.trace)

    def _show_progress(self, running: bool) -> None:
        run = self.controller.run
        self._bar.setMaximum(max(1, run.total))
        self._bar.setValue(min(run.done, run.total) if run.total else 0)
        if run.state is Run.NONE:
            self._count.show_text(_("Not started yet"))
        elif running and not run.total:
            self._count.show_text(_("Starting …"))
        else:
            self._count.show_text(_("{done} of {total} observations").format(done=run.done, total=run.total))
        self._now.show_text(
            _("Looking at {subject}").format(subject=printable(run.subject, 60)) if running and run.subject else ""
        )
        self._now.setVisible(running)
        self._tick()

    def _tick(self) -> None:
        import time

        run = self.controller.run
        if run.state in (Run.RUNNING, Run.STOPPING) and run.began:
            run.seconds = time.monotonic() - run.began
        self._time.show_text(clock(run.seconds) if run.began else "")

    def _show_network(self) -> None:
        seen = [r for r in self.controller.run.results.values() if r.check.startswith("vantage.")]
        if not seen:
            running = self.controller.run.state is Run.RUNNING
            self._network.say(
                "running" if running else "todo",
                _("Looking at this network first …") if running else _("This network has not been looked at yet."),
            )
            return
        actions = [a for g in group_actions(seen) for a in g.actions]
        # What stands in the way comes with the ways on; what is fine needs no more than its name.
        hindering = [a for a in actions if a.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)]
        ways = [a.advice.steps for a in hindering[:1] if a.advice is not None]
        texts = list(dict.fromkeys([*(a.text for a in hindering or actions), *ways]))
        worst = next(o for o in _WORST if any(r.outcome is o for r in seen))
        self._network.say(ICONS[worst], " ".join(texts), VERDICTS[worst] if worst is not Outcome.PASS else "")

    def _show_families(self, running: bool) -> None:
        counted: dict[str, Counter[Outcome]] = {}
        self._families_card.setVisible(bool(self.controller.run.results))
        for result in self.controller.run.results.values():
            counted.setdefault(result.check.partition(".")[0], Counter())[result.outcome] += 1
        for family in FAMILY_WORDS:
            if family not in counted and family not in self._rows:
                continue
            if family not in self._rows:
                self._rows[family] = (StateLine("todo", _(FAMILY_WORDS[family]), quiet=True), Text("", 0.95))
                number = len(self._rows)
                self._families.addWidget(self._rows[family][0], number, 0)
                self._families.addWidget(self._rows[family][1], number, 1)
            counts = counted.get(family, Counter())
            line, words = self._rows[family]
            worst = next((o for o in _WORST if counts.get(o)), None)
            if worst is None:
                line.say("running" if running else "todo", _(FAMILY_WORDS[family]))
            else:
                line.say(ICONS[worst], _(FAMILY_WORDS[family]), VERDICTS[worst])
            words.show_text(count_words({str(o): n for o, n in counts.items()}))

    def _show_results(self) -> None:
        latest = list(self.controller.run.results.values())[-_SHOWN:][::-1]
        if self.controller.run.state is Run.FINISHED:
            latest = []
        self._results_card.setVisible(bool(latest))
        if latest == self._last:
            return
        self._last = latest
        texts: dict[tuple[str, str], str] = {}
        for group in group_actions(latest):
            for action in group.actions:
                texts.setdefault((action.result.check, action.result.target), action.text)
        for number, line in enumerate(self._lines):
            if number >= len(latest):
                line.hide()
                continue
            result = latest[number]
            words = texts.get((result.check, result.target), "")
            line.say(result.outcome, f"{target_words(result.target)}: {words}")
