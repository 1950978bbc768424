"""Everything the window knows, and everything it can do. Pages read from here and ask for things; they hold no state of their own."""

from __future__ import annotations

import datetime

from selfaudit.i18n import _
from selfaudit_ui.controller.keeper import SAVE_AFTER, RunView
from selfaudit_ui.controller.opening import Opening
from selfaudit_ui.controller.saving import Saving

WRITING = 20.0  # seconds that a report under way has when the window is closed

__all__ = ["SAVE_AFTER", "Controller", "RunView", "Saving", "deadline_words"]


class Controller(Opening):
    """The model of the whole window: see the classes that it is made of."""

    # The end

    def close(self) -> bool:
        """Saves what waits, lets a report that is being written be finished, stops what runs, and ends the worker."""
        self.flush()
        self.end_writing(WRITING)
        return self.bridge.close()


def deadline_words(deadline: str, now: datetime.datetime | None = None) -> tuple[str, str]:
    """A deadline and the time left, in words, and how pressing it is ("", "warn" or "fail")."""
    text = deadline.strip()[:40]
    if not text:
        return "", ""
    try:
        moment = datetime.datetime.fromisoformat(text)
        if len(text) <= 10:
            moment += datetime.timedelta(days=1)  # a day is over at its end
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return _("Deadline {date}").format(date=text), ""
    left = moment - (now or datetime.datetime.now(datetime.UTC))
    hours = int(left.total_seconds() // 3600)
    if hours < 0:
        return _("Deadline {date}: passed").format(date=text[:10]), "fail"
    if hours < 48:
        return _("Deadline {date}: {hours} h left").format(date=text[:10], hours=hours), "fail" if hours < 12 else "warn"
    return _("Deadline {date}: {days} days left").format(date=text[:10], days=hours // 24), ""
