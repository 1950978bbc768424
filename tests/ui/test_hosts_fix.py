"""Findings that rest on a collector's file: checking again does not pretend, and a newer file is judged by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from selfaudit.facts.host import HostReport
from selfaudit.findings import Outcome
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo
from tests.ui.hosts import CARD, NAME, OLD_SYSTEM, facts_file, host_report, written
from tests.ui.scenes import Stage


def _host_result(desk: Desk) -> tuple[Outcome, str]:
    view = desk.controller.view
    assert view is not None
    (result,) = [r for r in view.audit.results if (r.check, r.target) == ("patch.os-support", NAME)]
    return result.outcome, str(result.findings[0].args if result.findings else "")


@pytest.fixture
def audited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The demo was audited, with a collector's file of a server that nobody supports any more."""
    reports: list[HostReport] = [host_report(os_release=OLD_SYSTEM)]
    launch = desk.controller.start_run

    def start() -> None:
        assert desk.controller.draft is not None
        desk.controller.edit(replace(desk.controller.draft, hosts=tuple(reports)))
        launch()

    monkeypatch.setattr(desk.controller, "start_run", start)
    run_demo(desk)
    return desk


def test_checking_again_does_not_pretend_and_leads_to_the_card(audited: Desk) -> None:
    controller = audited.controller
    assert _host_result(audited)[0] is Outcome.FAIL
    assert not controller.situation.stale
    view = controller.view
    controller.check_again([("patch.os-support", "host", NAME)])
    assert not controller.again
    assert controller.view is view
    Stage(audited.window, view, view).show("fix")  # type: ignore[arg-type]
    words = audited.texts()
    assert f"Not looked at again: {NAME}. These facts come from a collector's file of " in words
    audited.click("Collect from these servers again")
    audited.until(lambda: audited.window.page_name == "targets")
    assert audited.find(QAbstractButton, CARD).isChecked()


def test_a_newer_file_is_judged_and_nothing_else_is_stale(
    audited: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = audited.controller
    before = controller.view
    assert before is not None
    controller.take_files([facts_file(tmp_path, written(hours=0))])
    audited.until(lambda: controller.unjudged == (NAME,))
    assert not controller.situation.stale
    assert f"Something about {NAME} was read or changed after the audit." in audited.texts()
    assert _host_result(audited)[0] is Outcome.FAIL
    controller.check_again([("patch.os-support", "host", NAME)])
    audited.until(lambda: not controller.again)
    assert controller.again_trouble == ""
    assert _host_result(audited)[0] is not Outcome.FAIL
    assert controller.unjudged == ()
    (past,) = controller.past["patch.os-support", "host", NAME]
    assert past.change.before is not None
    assert past.change.before.outcome is Outcome.FAIL
    assert controller.view is not None
    kept = {r.id: r for r in before.audit.evidence.records if r.request.kind == "mail.spf"}
    assert [r for r in controller.view.audit.evidence.records if r.request.kind == "mail.spf"] == list(kept.values())


def test_a_server_that_is_taken_off_makes_the_run_stale(audited: Desk) -> None:
    controller = audited.controller
    assert controller.draft is not None
    assert (controller.gone_hosts, controller.situation.stale) == ((), False)
    hosts = controller.draft.hosts
    controller.edit(replace(controller.draft, hosts=()))
    assert (controller.gone_hosts, controller.situation.stale) == ((NAME,), True)
    controller.edit(replace(controller.draft, hosts=hosts))
    assert not controller.situation.stale


def test_another_server_after_the_audit_is_judged_by_itself(audited: Desk, tmp_path: Path) -> None:
    controller = audited.controller
    controller.take_files([facts_file(tmp_path, written("mx.blumenhof.example", machine="2" * 16, os_release=OLD_SYSTEM))])
    audited.until(lambda: controller.unjudged == ("mx.blumenhof.example",))
    audited.click("Judge it now")
    audited.until(lambda: not controller.again and controller.unjudged == ())
    assert controller.view is not None
    assert controller.again_trouble == ""
    about = {r.target for r in controller.view.audit.results if r.target_kind == "host"}
    assert about == {NAME, "mx.blumenhof.example"}
    assert not controller.situation.stale


def test_a_finding_about_a_server_shows_its_day_and_the_way_on(desk: Desk, broken: View, fixed: View) -> None:
    from tests.ui.scenes import SCENES

    stage = Stage(desk.window, broken, fixed)
    SCENES["fix-host"](stage)
    desk.settle()
    assert "This rests on what its collector wrote on " in desk.texts()
    assert f"Check patch.os-support of {NAME} again" not in desk.names(QAbstractButton)
    assert "Run this on the server. Then collect again." in desk.texts()
    SCENES["fix-host-newer"](stage)
    desk.settle()
    assert desk.find(QAbstractButton, f"Check patch.os-support of {NAME} again").isEnabled()
    SCENES["fix-host"](stage)
    desk.click(f"Collect again from {NAME}")
    assert desk.window.page_name == "targets"
    assert desk.find(QAbstractButton, CARD).isChecked()
    stage.reset()
