"""What the worker does for the window: runs that are saved as they go, checking again, plans, permissions. Knows nothing of Qt."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from selfaudit.case import Case, Target
from selfaudit.engine import Audit, Plan, judge_evidence, make_plan, run_audit
from selfaudit.engine.again import CheckedAgain, Key, check_again, resume
from selfaudit.engine.authority import permitted_now
from selfaudit.engine.events import Event, Progress, RecordSeen, ResultSeen, RunStarted, TargetFound
from selfaudit.engine.evidence import Evidence, Record, Vantage
from selfaudit.engine.hosts import collect_ssh, fetch_keys, remember_key
from selfaudit.engine.plan import wanted_requests
from selfaudit.engine.run import Earlier, tally
from selfaudit.engine.suggest import Suggestion, suggest
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.findings import Result
from selfaudit.i18n import _
from selfaudit.net import Net, list_keys, make_profile, open_net
from selfaudit.net.ssh import Login
from selfaudit.remedy import Group, group_actions
from selfaudit.secrets import ssh_password
from selfaudit.settings import Settings
from selfaudit.ssh_pins import HostKey, pinned, unpin
from selfaudit.store import Store

if TYPE_CHECKING:
    from selfaudit.demo import Internet

BATCH = 0.08  # seconds between two savings; what is shown has been saved
KEYRING = 30.0  # seconds for the keyring to answer
DEMO_KEY = b"demo installation key"


@dataclass(frozen=True, slots=True)
class World:
    """Where a run looks: the real network, or a world of the demo; and what was brought along in files."""

    settings: Settings
    demo: str = ""
    key: bytes = b""
    hosts: tuple[HostReport, ...] = ()
    messages: tuple[SampleMessage, ...] = ()
    ledgers: tuple[LedgerReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """News of a run that has been saved already (unless `unsaved` says why not)."""

    run_id: int
    done: int
    total: int
    subject: str
    results: tuple[Result, ...]
    unsaved: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """An audit with everything that the pages show of it, worked out outside the window's thread."""

    audit: Audit
    groups: tuple[Group, ...]


def view_of(audit: Audit) -> View:
    """Groups the findings in the chosen language."""
    return View(audit, tuple(group_actions(audit.results)))


def make_internet(world: str) -> Internet:
    """A world of the demo, not started yet."""
    from selfaudit.demo import Internet  # its certificates and signatures take long to load

    return Internet(world)


@asynccontextmanager
async def nets(world: World) -> AsyncGenerator[Callable[[], Net]]:
    """Opens networks in a world; the demo's servers run as long as this lasts."""
    if not world.demo:
        # The keyring may ask a question; it must not stop the loop.
        try:
            keys = await asyncio.wait_for(asyncio.to_thread(list_keys, world.settings), KEYRING)
        except TimeoutError:
            raise UserError(_("The system's keyring does not answer. Unlock it, and try again.")) from None
        yield lambda: open_net(world.settings, keys=keys, hosts=world.hosts, messages=world.messages, ledgers=world.ledgers)
        return
    async with make_internet(world.demo) as internet:
        yield lambda: open_net(
            internet.settings, routes=internet.routes, hosts=world.hosts, messages=world.messages, ledgers=world.ledgers
        )


async def plan(case: Case, world: World) -> Plan:
    """What a run would send. Sends nothing beyond this machine."""
    async with nets(world) as make_net:
        net = make_net()
        try:
            return make_plan(case, net, world.key)
        finally:
            net.close()


async def look_up_authority(case: Case, world: World) -> dict[str, str]:
    """Asks the DNS who has been shown to be in charge of the targets."""
    async with nets(world) as make_net:
        net = make_net()
        try:
            async with asyncio.timeout(30):
                authority = await permitted_now(case, net, world.key)
        except TimeoutError:
            raise UserError(_("The DNS gave no answer in time; nothing is known about your permission yet.")) from None
        finally:
            net.close()
    return authority


async def find_suggestions(domains: tuple[str, ...], world: World) -> tuple[Suggestion, ...]:
    """Looks in the DNS for what belongs to the domains."""
    async with nets(world) as make_net:
        net = make_net()
        try:
            async with asyncio.timeout(30):
                return await suggest(domains, net, laboratory=net.profile.laboratory)
        except TimeoutError:
            raise UserError(_("The DNS gave no answer in time. Try again, or type the addresses yourself.")) from None
        finally:
            net.close()


@asynccontextmanager
async def _ssh_net(world: World) -> AsyncGenerator[Net]:
    """A network for one log-in: no list is asked, so no key of a list is, either."""
    async with AsyncExitStack() as stack:
        if world.demo:
            internet = await stack.enter_async_context(make_internet(world.demo))
            net = open_net(internet.settings, routes=internet.routes, keys={})
        else:
            net = open_net(world.settings, keys={})
        stack.callback(net.close)
        yield net


class ChangedKeyError(UserError):
    """A server showed another key than the one that was confirmed before."""


async def show_host_keys(world: World, login: Login) -> tuple[HostKey, ...]:
    """Asks an SSH server for the keys by which it is recognised. Sends no name and no password.

    Raises:
        ChangedKeyError: another key was confirmed before.
        UserError: why there is none.
    """
    try:
        async with _ssh_net(world) as net:
            return await fetch_keys(net, login)
    except UserError as error:
        raise await asyncio.to_thread(_as_changed, login, error) from None


async def collect_over_ssh(world: World, login: Login, key: HostKey) -> HostReport:
    """Remembers the key that a person has confirmed, and looks at the server, if it is the one with this key.

    Without a password and a key file, the password of the keyring is used.

    Raises:
        ChangedKeyError: it shows another key now.
        UserError: why nothing could be collected.
    """
    if not key.known:
        await asyncio.to_thread(remember_key, login, key)
    if not login.password and not login.key_files:
        login = replace(login, password=await _from_keyring(login))
    try:
        async with _ssh_net(world) as net:
            return await collect_ssh(net, login, key)
    except UserError as error:
        raise await asyncio.to_thread(_as_changed, login, error) from None


async def _from_keyring(login: Login) -> str:
    """The password that was remembered, "" for none; a keyring that asks questions is not waited for without end."""
    try:
        found = await asyncio.wait_for(asyncio.to_thread(ssh_password, login.user, login.host, login.port), KEYRING)
    except TimeoutError:
        return ""
    return found[0]


def _as_changed(login: Login, error: UserError) -> UserError:
    """The same error, as `ChangedKeyError` if it names a key that was confirmed before."""
    try:
        known = pinned(login.host, login.port)
    except UserError:
        return error
    return ChangedKeyError(str(error)) if any(key.fingerprint in str(error) for key in known) else error


def forget_keys(login: Login) -> None:
    """Forgets which keys of a server were confirmed.

    Raises:
        UserError: the file of confirmed keys is damaged, or cannot be written.
    """
    unpin(login.host, login.port)


class Recorder:
    """Saves a run as it goes, then shows it: first the disk, then the window."""

    def __init__(self, store: Store, run_id: int, send: Callable[[Batch], None], net: Net, earlier: Earlier) -> None:
        self._store, self._run_id, self._send, self._net, self._earlier = store, run_id, send, net, earlier
        self._records: list[Record] = []
        self._results: list[Result] = []
        self._targets: list[Target] = []
        self._done = self._total = 0
        self._subject = ""
        self._fresh = False

    def __call__(self, event: Event) -> None:
        """Takes an event of the engine."""
        self._fresh = True
        if isinstance(event, RunStarted):
            self._total = event.total
        elif isinstance(event, Progress):
            self._done, self._total, self._subject = event.done, event.total, event.subject
        elif isinstance(event, RecordSeen):
            self._records.append(event.record)
        elif isinstance(event, ResultSeen):
            self._results.append(event.result)
        elif isinstance(event, TargetFound):
            self._targets.append(event.target)

    async def flush_often(self) -> None:
        """Saves and shows what is new, again and again."""
        while True:
            await asyncio.sleep(BATCH)
            self.flush()

    def flush(self) -> None:
        """Saves and shows what is new. What could not be saved is kept for the next time."""
        if not self._fresh:
            return
        self._fresh = False
        unsaved = ""
        try:
            self._store.add(
                self._run_id, self._records, self._results, targets=self._targets,
                sent=tally(self._net, self._earlier.sent), done=self._done, total=self._total,
            )  # fmt: skip
        except sqlite3.Error as error:
            unsaved = str(error)
        self._send(Batch(self._run_id, self._done, self._total, self._subject, tuple(self._results), unsaved))
        self._results = []
        if not unsaved:
            self._records, self._targets = [], []


async def run(
    store: Store, case_id: int, case: Case, world: World, send: Callable[[Batch], None], *, resumed: int | None = None
) -> tuple[int, View, str]:
    """Runs an audit of a case, saved as it goes; with `resumed`, goes on with that run: the case is as it is now, what was seen stays.

    Returns the run's id, the audit, and why its end could not be saved ("" if it was).

    Cancelling stops the run, saves what was seen and returns it as interrupted.
    """
    async with nets(world) as make_net:
        net = make_net()
        profile = make_profile(net.settings, embedded=bool(world.demo))
        vantage = Vantage(profile.resolvers, net.iterator is not None, profile.laboratory, net.catalogue.version)
        earlier = Earlier()
        if resumed is None:
            try:
                run_id = store.begin_run(case_id, case, vantage)
            except sqlite3.Error as error:
                raise UserError(_("The case cannot be saved, so nothing was sent: {why}").format(why=error)) from None
        else:
            run_id = resumed
            earlier = _earlier(store.evidence(run_id), case, world)
            store.reopen_run(run_id)
        recorder = Recorder(store, run_id, send, net, earlier)
        flushing = asyncio.create_task(recorder.flush_often())
        with _relaxed_collector():
            try:
                audit = await run_audit(case, net, install_key=world.key, emit=recorder, earlier=earlier)
            finally:
                flushing.cancel()
                recorder.flush()
            unsaved = _saved(lambda: store.finish_run(run_id, audit.evidence, audit.results))
            return run_id, view_of(audit), unsaved


def _earlier(evidence: Evidence, case: Case, world: World) -> Earlier:
    """What of an interrupted run is kept for the case as it is now: not what it asks otherwise, nor what was read again about a server."""
    targets = tuple(dict.fromkeys((*case.targets, *evidence.targets)))
    asked = {(request.kind, request.subject): request for request in wanted_requests(case, targets)}
    seen = {r.fact.name: (r.fact.sha256, r.fact.address) for r in evidence.records if isinstance(r.fact, HostReport)}
    anew = {h.name for h in world.hosts if seen.get(h.name, (h.sha256, h.address)) != (h.sha256, h.address)}
    earlier = resume(replace(evidence, case=case))
    kept = (r for r in earlier.records if r.request == asked.get((r.request.kind, r.request.subject), r.request))
    return replace(earlier, records=tuple(r for r in kept if r.request.subject not in anew))


def _saved(work: Callable[[], None]) -> str:
    """Saves something; "" or why it could not be. What was seen is shown in any case."""
    try:
        work()
    except sqlite3.Error as error:
        return str(error)
    return ""


class _relaxed_collector:  # noqa: N801 - used like a function
    """A run keeps nearly everything it makes; looking for garbage at the usual pace stops the window for long moments."""

    def __enter__(self) -> None:
        self._usual = gc.get_threshold()
        gc.set_threshold(100_000, 50, 1000)

    def __exit__(self, *_error: object) -> None:
        gc.set_threshold(*self._usual)


async def again(
    store: Store, run_id: int, audit: Audit, which: frozenset[Key], world: World, case: Case | None = None
) -> tuple[CheckedAgain, View, str]:
    """Checks again and saves what changed. Returns it, the whole audit as it stands now, and why it could not be saved."""
    async with nets(world) as make_net:
        done = await check_again(audit, which, make_net, install_key=world.key, case=case)
    unsaved = "" if done.interrupted else _saved(lambda: store.save_again(run_id, done))
    return done, view_of(done.audit), unsaved


def load_run(store: Store, run_id: int) -> View:
    """A saved run, judged anew."""
    evidence = store.evidence(run_id)
    view = view_of(Audit(evidence, judge_evidence(evidence)))
    return view
