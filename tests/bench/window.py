"""The window under load, measured in a process of its own: `python tests/bench/window.py PORT_SETTINGS` prints JSON.

An audit of 256 addresses x 60 lists runs in the worker while a timer in the window's thread measures the longest pause; then a second
run is stopped in the middle and the time until the worker is idle is taken.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["SELFAUDIT_HOME"] = tempfile.mkdtemp(prefix="selfaudit-bench-home-")
BEGAN = float(os.environ.get("SELFAUDIT_BENCH_BEGAN", "0")) or time.time()

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from selfaudit.engine import draft as drafts  # noqa: E402
from selfaudit_ui import session  # noqa: E402
from selfaudit_ui.controller import Controller  # noqa: E402
from selfaudit_ui.flow import Run  # noqa: E402
from selfaudit_ui.window import Window  # noqa: E402


class Pulse:
    """A timer that should ring every 5 ms; the longest it had to wait is the longest pause of the window."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.gaps: list[tuple[float, str]] = []
        self.phase = ""
        self.timer = QTimer()
        self.timer.timeout.connect(self.ring)
        self.timer.start(5)

    def ring(self) -> None:
        """Notes how long it was."""
        now = time.perf_counter()
        self.gaps.append(((now - self.last) * 1000, self.phase))
        self.last = now

    def longest(self, *phases: str) -> float:
        """Milliseconds beyond the timer's own 5."""
        return max((gap for gap, phase in self.gaps if phase in phases), default=5.0) - 5.0


def main() -> None:
    """Measures."""
    app = QApplication([])
    if len(sys.argv) < 2:
        controller = Controller()
        window = Window(controller)
        window.show()
        app.processEvents()
        window.grab()
        print(json.dumps({"first_page": time.time() - BEGAN}))
        window.close()
        return
    from selfaudit.settings import load_settings

    make_case = drafts.make_case

    def only_lists(*arguments: object, **named: object) -> object:
        from dataclasses import replace

        return replace(make_case(*arguments, **named), only=("blocklist.address",))  # type: ignore[arg-type]

    import selfaudit_ui.controller as controller_module

    controller_module.make_case = only_lists  # type: ignore[attr-defined]
    controller = Controller(world=session.World(load_settings(Path(sys.argv[1]))))
    window = Window(controller)
    window.show()
    controller.open_store()
    awake = QTimer()
    awake.start(5)

    def wait(condition: object, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:  # type: ignore[operator]
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # as an app waits: without spinning

    wait(lambda: controller.cases is not None)
    controller.new_case()
    controller.paste("198.18.7.0/24")
    wait(lambda: controller.case_id is not None)
    window.show_page("permission")
    wait(lambda: controller.plan is not None)
    wait(lambda: len(window.pages) == 8, 5)  # a second that every person takes
    pulse = Pulse()
    pulse.phase = "run"
    began = time.perf_counter()
    controller.start_run()
    window.show_page("audit")
    wait(lambda: controller.run.state in (Run.FINISHED, Run.FAILED))
    seconds = time.perf_counter() - began
    assert controller.run.state is Run.FINISHED, controller.run.problem + controller.run.trace
    pulse.phase = "fix"
    opened = time.perf_counter()
    window.show_page("fix")
    opened = time.perf_counter() - opened
    wait(lambda: False, 0.3)
    cancels = []
    for _round in range(5):
        pulse.phase = "cancel"
        controller.start_run()
        window.show_page("audit")
        wait(lambda: controller.run.done > 30 or controller.run.state is not Run.RUNNING)
        pressed = time.perf_counter()
        controller.stop_run()
        wait(lambda: controller.run.state is Run.INTERRUPTED)
        cancels.append((time.perf_counter() - pressed) * 1000)
        wait(lambda: controller.bridge.idle(), 5)
    found = {
        "seconds": seconds,
        "pause_run": pulse.longest("run"), "pause_fix": pulse.longest("fix"), "pause_cancel": pulse.longest("cancel"),
        "cancels": cancels,
        "listed": sum(r.outcome == "warn" for r in controller.run.results.values()),
        "opened": opened * 1000, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip
    print(json.dumps(found))
    window.close()


if __name__ == "__main__":
    main()
