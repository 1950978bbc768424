"""The panel of the tour beside the pages that it tells about, for the tests that look at everything, and for the pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from selfaudit.engine.again import Change, key_of
from selfaudit.findings import Outcome
from selfaudit.i18n import _
from selfaudit.store import PastChange
from selfaudit_ui.tour.director import Telling, counted
from selfaudit_ui.tour.panel import Dock, Panel
from selfaudit_ui.tour.stops import AFTER, BEFORE, STOPS
from selfaudit_ui.window import Window

if TYPE_CHECKING:
    from tests.ui.scenes import Stage


def undock(window: Window) -> None:
    """Takes the panel off a window."""
    window.controller.keeps = window.footed = True
    window.led = False
    for panel in window.findChildren(Panel):
        panel.hide()
        panel.setParent(None)
        panel.deleteLater()


def _telling(number: int, **more: object) -> Telling:
    stop = STOPS[number - 1]
    told = Telling(number, len(STOPS), _(stop.title), _(stop.words), _(stop.heading), _(stop.desk), BEFORE)
    return replace(told, **more)  # type: ignore[arg-type]


def _dock(stage: Stage, telling: Telling, *, folded: bool = False) -> None:
    undock(stage.window)
    stage.controller.keeps = False
    stage.window.pages[stage.window.page_name].refresh("")
    panel = Panel()
    panel.tell(telling)
    panel.fold(folded)
    panel.wear(stage.window.branding.tokens)
    Dock(stage.window, panel)
    panel.show()


def _start(stage: Stage) -> None:
    stage.case()
    stage.show("start")
    _dock(stage, _telling(1))


def _permission(stage: Stage) -> None:
    stage.case()
    stage.show("permission")
    _dock(stage, _telling(3))


def _waiting(stage: Stage) -> None:
    stage.ran()
    stage.show("audit")
    _dock(stage, _telling(5, note=("running", _("The audit is running. The tour goes on by itself when it has finished."), "")))


def _fix(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")
    _dock(stage, _telling(5, may_switch=True))


def _after(stage: Stage) -> None:
    controller = stage.ran(stage.fixed)
    was = {key_of(r): r for r in stage.broken.audit.results if r.outcome is Outcome.FAIL}
    now = next(r for r in stage.fixed.audit.results if r.outcome is Outcome.PASS and key_of(r) in was)
    controller.past = {key_of(now): [PastChange("2026-11-22T10:00:00Z", Change(was[key_of(now)], now))]}
    stage.show("fix")
    controller.finding_wanted = key_of(now)
    stage.window.pages["fix"].focus_first()
    before, after = (
        _("Before: {counts}").format(counts=counted(51, 14)),
        _("After fixing: {counts}").format(counts=counted(0, 9)),
    )
    _dock(stage, _telling(6, world=AFTER, may_switch=True, changed=f"{before}\n{after}"))


def _stuck(stage: Stage) -> None:
    stage.ran(stage.fixed)
    stage.show("report")
    words = _("This stop could not be prepared; press “Next stop” to go on.")
    _dock(stage, _telling(9, world=AFTER, may_switch=True, note=("warn", words, "warn")))


def _end(stage: Stage) -> None:
    stage.ran(stage.fixed)
    stage.show("start")
    written = _("Written: {file}").format(file="/home/maria/Documents/selfaudit-leaflet.pdf")
    _dock(stage, _telling(len(STOPS), world=AFTER, may_switch=True, saves=True, note=("pass", written, "good")))


def _folded(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")
    _dock(stage, _telling(5, may_switch=True), folded=True)


TOUR_SCENES: dict[str, Callable[[Stage], None]] = {
    "tour-start": _start, "tour-permission": _permission, "tour-waiting": _waiting, "tour-fix": _fix, "tour-after": _after,
    "tour-stuck": _stuck, "tour-end": _end, "tour-folded": _folded,
}  # fmt: skip
