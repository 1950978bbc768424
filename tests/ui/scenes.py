"""Every page in every state: for the tests that look at all of them, and for the pictures."""

from __future__ import annotations

import datetime
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from selfaudit.case import Case, EvidenceFile, Registrant
from selfaudit.demo import demo_case, demo_inputs
from selfaudit.engine import make_plan
from selfaudit.engine.again import CacheNote, Change, key_of
from selfaudit.engine.brought import Brought
from selfaudit.engine.draft import Draft, Line, add_lines
from selfaudit.engine.draft_case import from_case
from selfaudit.engine.plan import Challenge, Plan, PlannedRequest
from selfaudit.engine.suggest import Suggestion
from selfaudit.facts import Request
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Mark
from selfaudit.i18n import _
from selfaudit.net import Routes, open_net
from selfaudit.net.ssh import Login
from selfaudit.net.ssh_report import changed
from selfaudit.probes import PlannedContact
from selfaudit.protocols.collector import make_blocks
from selfaudit.secrets import KeyState
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from selfaudit.ssh_pins import HostKey
from selfaudit.store import CaseRow, PastChange, RunRow, RunState, StoreError
from selfaudit_ui.controller import Controller, RunView, Saving
from selfaudit_ui.controller.hosts import Note, SshForm
from selfaudit_ui.controller.opening import read_case
from selfaudit_ui.controller.pasting import look_at_paste
from selfaudit_ui.exporting import Exported
from selfaudit_ui.flow import Run
from selfaudit_ui.models.findings import mark_key
from selfaudit_ui.pages.fix import FixPage
from selfaudit_ui.pages.targets import TargetsPage
from selfaudit_ui.session import DEMO_KEY, View
from selfaudit_ui.window import Window
from tests.ui.desk import demo_view
from tests.ui.desk_scenes import DESK_SCENES
from tests.ui.hosts import NAME, OLD_SYSTEM, host_report, with_hosts, written
from tests.ui.statement_scenes import STATEMENT_SCENES
from tests.ui.tour_scenes import TOUR_SCENES, undock


class Stage:
    """What a scene may use: a window, and the audits of two worlds."""

    def __init__(self, window: Window, broken: View, fixed: View) -> None:
        self.window, self.controller, self.broken, self.fixed = window, window.controller, broken, fixed
        # A scene is what it says: nothing is worked out in the background that would change it a moment later.
        self.controller.ask_plan = lambda: None  # type: ignore[method-assign]
        self.controller.ask_preview = lambda _ppi: None  # type: ignore[method-assign]

    def reset(self) -> Controller:
        """Nothing is open, everything is well."""
        undock(self.window)
        controller = self.controller
        controller._timer.stop()
        controller.saver = None
        controller._reset_case()
        controller.cases, controller.store_trouble, controller.trouble, controller.saving = (), None, "", Saving.NOTHING
        controller.beside = ()
        controller.keeping_out, controller.kept_out, controller.kept_out_trouble = None, None, ""
        controller.assess_later = lambda: None  # type: ignore[method-assign]
        return controller

    def case(self) -> Controller:
        """The demo's case is open."""
        controller = self.reset()
        case, brought = _demo("broken")
        controller.draft = from_case(case, brought=brought)
        controller.saving = Saving.SAVED
        controller.reread()
        return controller

    def ran(self, view: View | None = None, state: Run = Run.FINISHED) -> Controller:
        """The demo's case has been audited."""
        controller = self.case()
        assert controller.draft is not None
        shown = view or self.broken
        facts = [r.fact for r in shown.audit.evidence.records]
        messages = tuple(f.message for f in facts if isinstance(f, MessageReport))
        ledgers = tuple(f for f in facts if isinstance(f, LedgerReport))
        hosts = tuple(f for f in facts if isinstance(f, HostReport))
        draft = from_case(shown.audit.evidence.case, brought=Brought(hosts, messages, ledgers))
        controller.draft = replace(draft, confirmed=True)
        controller.reread()
        controller.run = RunView(Run.FINISHED, 1, 52, 52, "", time.monotonic() - 83, 83)
        controller.view = shown
        controller.regroup()
        assert controller.view is not None
        controller._take_view(controller.view, finished=True)
        controller.run.state = state
        return controller

    def show(self, page: str) -> None:
        """Opens a page as it stands, without asking whether it can be entered."""
        controller = self.controller
        controller.changed.emit("case")
        controller.changed.emit("cases")
        controller.changed.emit("suggestions")
        controller.changed.emit("plan")
        controller.changed.emit("run")
        controller.changed.emit("results")
        controller.changed.emit("trouble")
        window = self.window
        window.page_name = page
        fix = window.pages["fix"]
        fix._key = None  # type: ignore[attr-defined]
        fix._shown = None  # type: ignore[attr-defined]
        window.stack.setCurrentWidget(window.pages[page])
        window.pages[page].refresh("")
        window._show_all()
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()


@cache
def _demo(world: str) -> tuple[Case, Brought]:
    return demo_inputs(world)


def _recent(stage: Stage) -> None:
    controller = stage.reset()
    draft = Draft((Line("blumenhof.example"), Line("198.51.100.25")), number="T-4711", provider="Prez Hosting")
    when = "2026-11-21T09:12:44.000Z"
    counts = {"fail": 4, "warn": 2, "pass": 31, "inconclusive": 1}
    controller.cases = (
        CaseRow(3, when, when, draft, RunRow(9, when, when, RunState.INTERRUPTED, 40, 128)),
        CaseRow(2, when, when, replace(draft, number="T-4650"), RunRow(8, when, when, RunState.FINISHED, 128, 128, counts)),
        CaseRow(1, when, when, Draft((Line("a-very-long-domain-name-of-a-customer-who-likes-long-names.example"),))),
    )
    stage.show("start")


def _start_loading(stage: Stage) -> None:
    stage.reset().cases = None
    stage.show("start")


def _start_empty(stage: Stage) -> None:
    stage.reset()
    stage.show("start")


def _start_damaged(stage: Stage) -> None:
    controller = stage.reset()
    text = _("{file}: the database of cases is damaged ({why}). It was left as it is.").format(
        file="selfaudit.db", why="malformed"
    )
    controller.store_trouble = StoreError(text, Path("selfaudit.db"), replaceable=True)
    stage.show("start")


def _start_trouble(stage: Stage) -> None:
    file = Path(tempfile.mkdtemp()) / "case.json"
    file.write_text("{")
    stage.reset()
    found = read_case(file)
    stage.controller.take_case(found.draft, found.problem)
    stage.show("start")


def _start_deleting(stage: Stage) -> None:
    _recent(stage)
    stage.window.pages["start"]._ask(2)  # type: ignore[attr-defined]


def _targets_many(stage: Stage) -> None:
    controller = stage.case()
    assert controller.draft is not None
    controller.draft = replace(controller.draft, deadline=(datetime.date.today() + datetime.timedelta(days=1)).isoformat())
    stage.show("targets")
    stage.window.pages["targets"]._many_area.show()  # type: ignore[attr-defined]


def _fix_evidence(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")
    page = stage.window.pages["fix"]
    for button in page.findChildren(QPushButton):
        if button.isCheckable():
            button.setChecked(True)
    bar = page.detail._area.verticalScrollBar()  # type: ignore[attr-defined]
    QTimer.singleShot(20, lambda: bar.setValue(bar.maximum()))


def _permission_below(stage: Stage) -> None:
    _permission_proven(stage)
    bar = stage.window.pages["permission"].area.verticalScrollBar()
    QTimer.singleShot(20, lambda: bar.setValue(bar.maximum()))


def _targets_empty(stage: Stage) -> None:
    controller = stage.reset()
    controller.draft = Draft((Line(""),))
    controller.reread()
    stage.show("targets")


def _targets_problems(stage: Stage) -> None:
    controller = stage.reset()
    texts = [
        "shop.example",
        "10.0.0.1",
        "foo..bar",
        "example.com",
        "co.uk",
        "9.9.9.9",
        "dns9.quad9.net",
        "9.9.9.9",
        "9.9.9.0/28",
    ]
    controller.draft = add_lines(Draft(), texts)
    controller.troubles["messages"] = _("{file}: this message carries no DKIM signature.").format(file="letter.eml")
    controller.reread()
    stage.show("targets")


def _targets_demo(stage: Stage) -> None:
    stage.case()
    stage.show("targets")


def _targets_suggestions(stage: Stage) -> None:
    controller = stage.case()
    controller.suggestions = (
        Suggestion("203.0.113.90", "address of blumenhof.example"),
        Suggestion("198.51.100.77", "SPF record of blumenhof.example", True),
    )
    stage.show("targets")


def _targets_looking(stage: Stage) -> None:
    stage.case().suggesting = True
    stage.show("targets")


def _targets_offline(stage: Stage) -> None:
    stage.case().suggestions_trouble = _("The DNS gave no answer in time. Try again, or type the addresses yourself.")
    stage.show("targets")


def _declared(stage: Stage, draft: Draft, *cards: str) -> None:
    """The page with the cards about registration open, and the first of them in sight."""
    controller = stage.controller
    controller.draft = draft
    controller.reread()
    stage.show("targets")
    page = stage.window.pages["targets"]
    assert isinstance(page, TargetsPage)
    for card in (page._hosted, page._registrant, page.hosts):
        card.opening.setChecked(False)
    sections = [getattr(page, card) for card in cards or ("_hosted",)]
    for card in sections if cards else ():
        card.opening.setChecked(True)
    bar = page.area.verticalScrollBar()
    inner = page.area.widget()

    def go(tries: int) -> None:
        if tries and (page.table._later.isActive() or inner.height() != inner.minimumSizeHint().height()):
            QTimer.singleShot(10, page, lambda: go(tries - 1))  # not laid out yet
        else:
            bar.setValue(sections[0].mapTo(inner, QPoint(0, 0)).y() - 16)

    QTimer.singleShot(30, page, lambda: go(10))


_REGISTRANT = Registrant(
    "Maria Blum", "Blumenhof Versand GmbH", "Gärtnerweg 12", "Freiburg im Breisgau", "79098", "DE", "maria@blumenhof.example",
    "+49 761 5550123", "2026-11-12",
    (
        EvidenceFile("registrar-contact-page.png", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 284_113),
        EvidenceFile("verification-mail-of-the-registrar.eml", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", 912),
    ),
)  # fmt: skip


def _demo_draft(stage: Stage) -> Draft:
    draft = stage.case().draft
    assert draft is not None
    return draft


def _targets_registrant(stage: Stage) -> None:
    _declared(stage, replace(_demo_draft(stage), suspended="2026-11-20", registrant=_REGISTRANT), "_registrant")


def _targets_registrant_wrong(stage: Stage) -> None:
    draft = replace(_demo_draft(stage), suspended="last week")
    wrong = replace(_REGISTRANT, country="Germany", email="maria", phone="0761 5550123", confirmed="yesterday", files=())
    stage.controller.evidence_trouble = _("{file}: this file is empty").format(file="page.png")
    _declared(stage, replace(draft, registrant=wrong), "_registrant")


def _targets_hosted(stage: Stage) -> None:
    draft = _demo_draft(stage)
    names = (*(f"customer-{number}.example" for number in range(1, 13)), draft.lines[0].text)
    _declared(stage, replace(draft, hosted=names, not_registrant=("customer-3.example", "customer-7.example")), "_hosted")


def _targets_hosted_wrong(stage: Stage) -> None:
    hosted = ("customer-1.example, customer-2.example", "foo..bar", "198.51.100.25", "co.uk", "a b..c", "single", "x_y!")
    _declared(stage, replace(_demo_draft(stage), hosted=hosted, not_registrant=("unknown.example",)), "_hosted")


def _targets_folded(stage: Stage) -> None:
    draft = replace(_demo_draft(stage), suspended="2026-11-20", registrant=_REGISTRANT)
    _declared(stage, replace(draft, hosted=("customer-1.example",), not_registrant=("customer-1.example",)))


def _targets_running(stage: Stage) -> None:
    controller = stage.ran(state=Run.RUNNING)
    assert controller.draft is not None
    _declared(
        stage,
        replace(
            controller.draft, registrant=_REGISTRANT, hosted=("customer-1.example",), not_registrant=("customer-1.example",)
        ),
        "_hosted", "_registrant",
    )  # fmt: skip


def _three_hosts() -> tuple[HostReport, ...]:
    old = host_report("old-shop", hours=400, system="ubuntu", address="192.0.2.77", machine="1" * 16, root=False)
    rescued = replace(host_report("mx.blumenhof.example", rescue=True, system="alma", machine="2" * 16), via="block")
    changed = replace(host_report(os_release=OLD_SYSTEM), via="ssh", login="root@203.0.113.80", address="203.0.113.80")
    return changed, rescued, replace(old, complete=False, damage=("the last line is missing: the file was cut off",))


def _hosts(stage: Stage, *reports: HostReport) -> None:
    """The card about servers from the inside is open, in the way that was chosen before."""
    _declared(stage, replace(_demo_draft_of(stage), hosts=reports), "hosts")


def _demo_draft_of(stage: Stage) -> Draft:
    draft = stage.controller.draft
    assert draft is not None
    return draft


def _targets_hosts(stage: Stage) -> None:
    controller = stage.case()
    controller.notes["file"] = Note(_("{server} was added to the list above.").format(server=NAME))
    _hosts(stage, *_three_hosts())


def _targets_hosts_none(stage: Stage) -> None:
    stage.case()
    _hosts(stage)


def _targets_hosts_pasted(stage: Stage) -> None:
    controller = stage.case()
    controller.way = "paste"
    blocks = make_blocks(written(padding=700).encode("ascii")).split("-----BEGIN")[1:]
    controller.pasted = "".join(f"-----BEGIN{b}" for n, b in enumerate(blocks, 1) if n not in (3, 7))
    controller.pasted = controller.pasted.replace("\n", "\nAAAA", 2)
    controller.found = look_at_paste(controller.pasted)
    controller.paste_version += 1
    _hosts(stage)


_LOGIN = SshForm("web1.blumenhof.example", "22", "root", "", "", "secret")
_KEY = HostKey("ssh-ed25519", "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDB4qTvjJcIy2Vnpbk", "ssh-ed25519 AAAA")


def _ssh(stage: Stage, key: HostKey | None = None) -> Controller:
    controller = stage.case()
    controller.way, controller.ssh, controller.host_key = "ssh", _LOGIN, key
    return controller


def _targets_hosts_ssh_key(stage: Stage) -> None:
    _ssh(stage, _KEY)
    _hosts(stage)


def _targets_hosts_ssh_working(stage: Stage) -> None:
    controller = _ssh(stage, replace(_KEY, known="pinned"))
    controller.key_confirmed, controller.host_work = True, "ssh"
    _hosts(stage)


def _targets_hosts_ssh_changed(stage: Stage) -> None:
    controller = _ssh(stage)
    controller.key_changed = True
    other = replace(_KEY, fingerprint="SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU")
    login = Login("root", "web1.blumenhof.example")
    controller.notes["ssh"] = Note(changed(login, _KEY, other), "fail")
    _hosts(stage)


def _targets_hosts_local(stage: Stage) -> None:
    controller = stage.case()
    controller.way, controller.host_work = "local", "local"
    _hosts(stage)


def _fix_host(stage: Stage) -> None:
    """A finding that rests on a collector's file."""
    made = host_report(os_release=OLD_SYSTEM)
    stage.ran(with_hosts(stage.broken, made))
    stage.controller.draft = replace(_demo_draft_of(stage), hosts=(made,))
    stage.controller.old_facts = frozenset((NAME,))
    stage.show("fix")
    _select(stage, "patch.os-support")


def _fix_host_newer(stage: Stage) -> None:
    """Something newer was read since."""
    _fix_host(stage)
    stage.controller.draft = replace(_demo_draft_of(stage), hosts=(host_report(hours=0),))
    stage.show("fix")
    _select(stage, "patch.os-support")


def _plan(stage: Stage) -> Controller:
    controller = stage.case()
    domain = demo_case("broken").targets[0]
    requests = tuple(PlannedRequest(Request("mail.spf", f"{i}.example"), ("mail.spf",), False) for i in range(52))
    controller.plan = Plan(
        requests,
        (
            PlannedContact("7 blocklists", "DNS: is the address listed?", 21),
            PlannedContact("your DNS resolver", "DNS: SPF and the names in it", 45),
            PlannedContact(
                "the name servers of angebote-blumenhof.example", "DNS: SOA and NS, each address of each server", 12
            ),
            PlannedContact("the name servers of blumenhof.example", "DNS: one zone transfer each, broken off at once", 4, True),
        ),
        (domain,),
        (Challenge(domain.value, f"_selfaudit-challenge.{domain.value}", "selfaudit-token"),),
    )
    return controller


@cache
def _whole_plan() -> Plan:
    """What the demo's case would really send."""
    settings = Settings(dns=DnsSettings(resolvers=("192.0.2.53",)), scope=ScopeSettings(allow_reserved=True))
    net = open_net(settings, routes=Routes({}), keys={})
    try:
        return make_plan(demo_case("broken"), net, DEMO_KEY)
    finally:
        net.close()


def _permission_servers(stage: Stage) -> None:
    controller = stage.case()
    controller.plan = _whole_plan()
    name = demo_case("broken").targets[0].value
    controller.authority = {name: f"proven: TXT record _selfaudit-challenge.{name}"}
    stage.show("permission")
    bar = stage.window.pages["permission"].area.verticalScrollBar()
    QTimer.singleShot(30, lambda: bar.setValue(bar.maximum() * 2 // 3))


def _audit_blocked(stage: Stage) -> None:
    stage.ran(_elsewhere("port25-blocked"))
    stage.show("audit")


@cache
def _elsewhere(obstacle: str) -> View:
    return demo_view("broken", obstacle)


def _fix_transcript(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")
    _select(stage, "exposure.relay")
    page = stage.window.pages["fix"]
    for button in page.findChildren(QPushButton):
        if button.isCheckable():
            button.setChecked(button.accessibleName().startswith((_("Evidence: every look-up, to repeat"),)))
    bar = page.detail._area.verticalScrollBar()  # type: ignore[attr-defined]
    QTimer.singleShot(20, lambda: bar.setValue(bar.maximum()))


def _fix_unverified(stage: Stage) -> None:
    stage.ran(_elsewhere("port25-blocked"))
    stage.show("fix")
    _select(stage, "exposure.relay")


def _fix_registration(stage: Stage) -> None:
    """A domain of somebody else that its registrar holds back."""
    stage.ran()
    stage.show("fix")
    _select(stage, "registration.status")


def _fix_contacts(stage: Stage) -> None:
    """Contact data that is shown, and is not what was declared."""
    stage.ran()
    stage.show("fix")
    _select(stage, "registration.contacts")


def _permission_planning(stage: Stage) -> None:
    stage.case()
    stage.show("permission")


def _permission_stated(stage: Stage) -> None:
    _plan(stage)
    stage.show("permission")


def _permission_proven(stage: Stage) -> None:
    controller = _plan(stage)
    assert controller.draft is not None
    controller.draft = replace(controller.draft, person="", role="", demo="")
    name = demo_case("broken").targets[0].value
    controller.authority = {name: f"proven: TXT record _selfaudit-challenge.{name}"}
    stage.show("permission")


def _permission_none(stage: Stage) -> None:
    controller = _plan(stage)
    assert controller.draft is not None
    controller.draft = replace(controller.draft, person="", role="")
    stage.show("permission")


def _permission_offline(stage: Stage) -> None:
    controller = stage.case()
    controller.plan_trouble = (
        "This computer names no DNS resolver. Connect it to a network, or set [dns] resolvers in a settings file."
    )
    stage.show("permission")


def _audit_idle(stage: Stage) -> None:
    stage.case()
    stage.show("audit")


def _audit_running(stage: Stage, state: Run = Run.RUNNING) -> None:
    controller = stage.ran(state=state)
    results = list(controller.run.results.items())
    controller.run.results = dict(results[-2:] + results[:24])
    controller.run.done, controller.run.subject, controller.run.began = 31, "angebote-blumenhof.example", time.monotonic() - 4
    controller.view = None
    stage.show("audit")


def _audit_interrupted(stage: Stage) -> None:
    controller = stage.ran(state=Run.INTERRUPTED)
    controller.run.done = 31
    stage.show("audit")


def _audit_finished(stage: Stage) -> None:
    stage.ran()
    stage.show("audit")


def _audit_failed(stage: Stage) -> None:
    controller = stage.case()
    controller.run = RunView(
        Run.FAILED, problem="The audit ended because of a fault of ours.", trace="run.py:12 in plan; KeyError: 'x'"
    )
    stage.show("audit")


def _fix(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")


def _select(stage: Stage, check: str) -> None:
    page = stage.window.pages["fix"]
    assert isinstance(page, FixPage)
    for number, group in enumerate(page.model.groups):
        for row, action in enumerate(group.actions):
            if action.result.check == check:
                page.view.setCurrentIndex(page.model.index(row, 0, page.model.index(number, 0)))
                return
    raise AssertionError(check)


def _fix_stacks(stage: Stage) -> None:
    stage.ran()
    stage.show("fix")
    _select(stage, "dns.delegation")


def _fix_before_now(stage: Stage) -> None:
    controller = stage.ran(stage.fixed)
    before = {key_of(r): r for r in stage.broken.audit.results}
    for result in stage.fixed.audit.results:
        if result.check == "mail.dmarc":
            note = CacheNote(f"_dmarc.{result.target}", "TXT", ('"v=DMARC1; p=quarantine"',), ('"v=DMARC1; p=none"',), 1312)
            past = PastChange("2026-11-21T10:00:00.000Z", Change(before.get(key_of(result)), result), (note,))
            controller.past[key_of(result)] = [past]
    stage.show("fix")
    _select(stage, "mail.dmarc")


def _fix_checking(stage: Stage) -> None:
    controller = stage.ran()
    controller.again = frozenset(key_of(r) for r in stage.broken.audit.results if r.check == "mail.spf")
    stage.show("fix")


def _fix_marked(stage: Stage) -> None:
    controller = stage.ran()
    assert controller.view is not None
    actions = controller.view.groups[0].actions
    first, second = (
        Mark(*mark_key(actions[0]), planned="2026-11-24"),
        Mark(*mark_key(actions[1]), disagree="We signed it again."),
    )
    controller.marks = {m.key: m for m in (first, second)}
    stage.show("fix")


def _fix_trouble(stage: Stage) -> None:
    controller = stage.ran()
    controller.again_trouble = _("Checking again was stopped; the results from before stand.")
    stage.show("fix")


def _fix_passed(stage: Stage) -> None:
    stage.ran(stage.fixed)
    stage.show("fix")


def _report(stage: Stage) -> None:
    stage.ran()
    stage.show("report")


def _report_clean(stage: Stage) -> None:
    stage.ran(stage.fixed)
    stage.show("report")


def _report_exported(stage: Stage) -> None:
    stage.ran(stage.fixed)
    stage.show("report")
    stage.controller.written = Exported(Path("T-4711-report.html"), "html")
    stage.controller.changed.emit("exported")


def _report_trouble(stage: Stage) -> None:
    stage.ran()
    stage.show("report")
    words = _("{file}: cannot be written ({why})").format(file="report.html", why="No space left on device")
    stage.controller.export_trouble = words
    stage.controller.changed.emit("exported")


def _report_empty(stage: Stage) -> None:
    stage.case()
    stage.show("report")


def _settings(stage: Stage) -> None:
    stage.reset()
    stage.show("settings")


def _keys(stage: Stage, *states: KeyState) -> None:
    from selfaudit.catalogue import load_catalogue
    from selfaudit.settings import BlocklistSettings

    stage.reset()
    stage.show("settings")
    entries = [e for e in load_catalogue(BlocklistSettings()).entries if e.access == "key"]
    page = stage.window.pages["settings"]
    page._show_keys(list(zip(entries, states * len(entries), strict=False)))  # type: ignore[attr-defined]


def _settings_error(stage: Stage) -> None:
    stage.reset()
    stage.show("settings")
    page = stage.window.pages["settings"]
    page._resolvers.setText("dns.example")  # type: ignore[attr-defined]
    page._take_resolvers()  # type: ignore[attr-defined]


def _about(stage: Stage) -> None:
    stage.reset()
    stage.show("about")
    stage.window.pages["about"].entered()


SCENES: dict[str, Callable[[Stage], None]] = {
    "start-loading": _start_loading, "start-empty": _start_empty, "start-recent": _recent, "start-damaged": _start_damaged,
    "start-trouble": _start_trouble, "start-deleting": _start_deleting,
    "targets-empty": _targets_empty, "targets-problems": _targets_problems, "targets-demo": _targets_demo,
    "targets-suggestions": _targets_suggestions, "targets-looking": _targets_looking, "targets-offline": _targets_offline, "targets-many": _targets_many,
    "targets-registrant": _targets_registrant, "targets-registrant-wrong": _targets_registrant_wrong,
    "targets-hosted": _targets_hosted, "targets-hosted-wrong": _targets_hosted_wrong, "targets-folded": _targets_folded,
    "targets-running": _targets_running, "targets-hosts": _targets_hosts, "targets-hosts-none": _targets_hosts_none,
    "targets-hosts-pasted": _targets_hosts_pasted, "targets-hosts-ssh-key": _targets_hosts_ssh_key,
    "targets-hosts-ssh-working": _targets_hosts_ssh_working, "targets-hosts-ssh-changed": _targets_hosts_ssh_changed,
    "targets-hosts-local": _targets_hosts_local, "fix-host": _fix_host, "fix-host-newer": _fix_host_newer,
    "permission-planning": _permission_planning, "permission-stated": _permission_stated,
    "permission-proven": _permission_proven, "permission-none": _permission_none, "permission-offline": _permission_offline, "permission-below": _permission_below,
    "audit-not-started": _audit_idle, "audit-running": _audit_running,
    "audit-stopping": lambda stage: _audit_running(stage, Run.STOPPING),
    "audit-interrupted": _audit_interrupted, "audit-finished": _audit_finished, "audit-failed": _audit_failed,
    "fix-findings": _fix, "fix-stacks": _fix_stacks, "fix-before-and-now": _fix_before_now, "fix-checking-again": _fix_checking,
    "fix-marked": _fix_marked, "fix-trouble": _fix_trouble, "fix-evidence": _fix_evidence, "fix-all-passed": _fix_passed,
    "permission-servers": _permission_servers, "audit-port-25-blocked": _audit_blocked, "fix-transcript": _fix_transcript,
    "fix-unverified": _fix_unverified, "fix-registration": _fix_registration, "fix-contacts": _fix_contacts,
    "report-interim": _report, "report-clean": _report_clean, "report-exported": _report_exported,
    "report-trouble": _report_trouble, "report-empty": _report_empty,
    "settings": _settings, "settings-keys": lambda stage: _keys(stage, KeyState.STORED, KeyState.MISSING),
    "settings-no-keyring": lambda stage: _keys(stage, KeyState.NO_KEYRING), "settings-error": _settings_error,
    "about": _about,
}  # fmt: skip

SCENES |= STATEMENT_SCENES | DESK_SCENES | TOUR_SCENES
