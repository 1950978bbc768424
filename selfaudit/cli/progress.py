"""Live progress on standard error, only where somebody watches."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from selfaudit.cli.output import console
from selfaudit.engine import events
from selfaudit.i18n import _
from selfaudit.text import printable


class Watcher:
    """Shows a bar with count and time while a run goes on; silent when standard error is not a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = console(stderr=True)
        self._progress: Progress | None = None
        if not quiet and self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
        self._task: TaskID | None = None

    @property
    def watching(self) -> bool:
        """Whether anything is shown."""
        return self._progress is not None

    def __enter__(self) -> Watcher:
        """Starts the display."""
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends the display."""
        if self._progress:
            self._progress.stop()

    def __call__(self, event: events.Event) -> None:
        """Takes an event of the run."""
        if self._progress is None:
            return
        if isinstance(event, events.RunStarted):
            self._task = self._progress.add_task(_("Looking"), total=event.total)
        elif isinstance(event, events.Progress) and self._task is not None:
            label = printable(f"{event.kind} {event.subject}", 40)
            self._progress.update(self._task, completed=event.done, total=event.total, description=f"{label:40}")
