"""A window that is going to be killed: runs or resumes an audit while marks are typed, and prints what it showed as saved.

    python -m tests.ui.victim SECONDS_PER_ANSWER

Lines: "ready", "result CHECK KIND TARGET OUTCOME" for each result that the window shows, "mark TEXT" for each mark that it says is
saved, "case TEXT" for a ticket number that it says is saved, "file SHA256" for a file that it says is saved, "finished".
"""

from __future__ import annotations

import os
import sys
from functools import partial

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine.draft_case import from_case
from selfaudit.findings import Mark
from selfaudit.install import data_folder
from selfaudit.settings import ScopeSettings, Settings
from selfaudit_ui import session
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.window import Window

WORLD = session.World(Settings(scope=ScopeSettings(allow_reserved=True)), "broken", session.DEMO_KEY)


class Victim:
    """Drives a window until somebody kills it."""

    def __init__(self) -> None:
        self.controller = Controller(world=WORLD)
        self.window = Window(self.controller)
        self.started = self.running = False
        self.shown: set[tuple[str, str, str]] = set()
        self.typed = 0
        self.controller.changed.connect(self.changed)
        self.window.show()
        self.controller.open_store()
        self.typing = QTimer()
        self.typing.timeout.connect(self.type)

    @staticmethod
    def say(*words: object) -> None:
        """One line, out of this process before anything else happens."""
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()

    def changed(self, what: str) -> None:
        """Prints what the window shows from now on."""
        controller = self.controller
        if what == "cases" and controller.store is not None and not self.started:
            self.started = True
            self.begin()
        elif what == "run":
            for key, result in list(controller.run.results.items()):
                if key not in self.shown and controller.run.state is Run.RUNNING and controller.run.run_id is not None:
                    self.shown.add(key)
                    self.say("result", *key, result.outcome)
            if controller.run.state is Run.FINISHED and self.running:
                self.say("finished")
                self.typing.stop()
                self.window.close()
                QApplication.quit()
        elif what == "marks" and controller.saver is not None:
            for mark in controller.saver.kept.values():
                self.say("mark", mark.disagree)
        elif (
            what == "saved"
            and controller.saved == "Saved"
            and controller.draft is not None
            and not controller._timer.isActive()
        ):
            self.say("case", controller.draft.number)
            for file in controller.draft.registrant.files:
                self.say("file", file.sha256)

    def begin(self) -> None:
        """Opens the kept case, or makes it."""
        controller = self.controller
        self.say("ready")
        if controller.cases:
            row = controller.cases[0]
            controller.open_case(row)
            self.go_on()
        else:
            case, brought = demo_inputs("broken")
            controller.new_case(replace(from_case(case, brought=brought), demo="", number="start"))
            QTimer.singleShot(0, self.go_on)

    def go_on(self) -> None:
        """Runs, or resumes what was interrupted, once the case is there."""
        controller = self.controller
        if controller.case_id is None or (controller.cases and controller.run.run_id is not None and controller.view is None):
            QTimer.singleShot(5, self.go_on)
            return
        self.typing.start(15)
        self.show_file()
        self.running = True
        if controller.run.state is Run.INTERRUPTED:
            controller.resume_run()
        else:
            controller.start_run()

    def show_file(self) -> None:
        """Takes the files of earlier windows off the list, and adds one of its own."""
        controller = self.controller
        assert controller.draft is not None
        for file in controller.draft.registrant.files:
            controller.remove_evidence(file)
        path = data_folder().with_name(f"{os.getpid()}.log")
        path.write_bytes(f"{os.getpid()}\n".encode() * 40_000)
        controller.add_evidence(path)

    def type(self) -> None:
        """Types a mark, and now and then the ticket number."""
        self.typed += 1
        text = f"{os.getpid()}-{self.typed}"
        self.controller.mark(Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", disagree=text))
        if self.typed % 5 == 0 and self.controller.draft is not None:
            self.controller.edit(replace(self.controller.draft, number=text))
            self.controller.flush()


def main() -> None:
    """Runs until killed or finished."""
    delay = float(sys.argv[1])
    Internet.patience = 2.0 if delay else 5.0  # a machine may do much else; the last window has all the time that it wants
    session.make_internet = partial(Internet, delay=delay)  # type: ignore[assignment]
    app = QApplication([])
    victim = Victim()
    app.exec()
    del victim


if __name__ == "__main__":
    main()
