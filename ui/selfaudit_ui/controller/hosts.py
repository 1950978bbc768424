"""Servers seen from the inside: reading what their collectors wrote, from files, the clipboard, SSH or this computer."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from selfaudit.engine.evidence import write_whole
from selfaudit.engine.hosts import add_host, collect_here, collector_script, read_host_file
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.i18n import _
from selfaudit.net.ssh import Login, parse_login
from selfaudit.secrets import store_ssh_password
from selfaudit.ssh_pins import HostKey
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure, Job
from selfaudit_ui.controller.cases import CaseWork
from selfaudit_ui.controller.pasting import MAX_PASTE, Pasted, look_at_paste

Way = Literal["file", "paste", "ssh", "local"]
Work = Literal["", "keys", "ssh", "local"]


@dataclass(frozen=True, slots=True)
class SshForm:
    """What was typed about a log-in. The secrets stay in memory and go nowhere but to the server; the password also into the system's
    keyring, if `remember` says so.
    """

    host: str = ""
    port: str = "22"
    user: str = ""
    key_file: str = ""
    passphrase: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sudo: bool = False
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What came of the last thing that was done in one of the ways: words, and "good", "warn" or "fail"."""

    words: str = ""
    verdict: str = "good"


class HostWork(CaseWork):
    """The open case's servers from the inside.

    Attributes:
        way: which of the ways the card shows.
        ssh: the log-in as typed.
        host_key: the key that the server showed, None until it was asked.
        key_changed: the server showed another key than the one that was confirmed before.
        key_confirmed: the person said that it is their server's, now or earlier.
        host_work: what is under way, "" for nothing.
        reading_files: how many files are being read.
        notes: what came of the last thing that was done, by way.
        pasted, paste_version, found: what was pasted so far, its number, and what was found in it.
        typed_addresses: what was typed as a server's address and is none, by the check sum of its text.
        old_facts: servers that were left out when checking again, since nothing newer was read about them.
        card_wanted: the page "What to check" is to open the card.
    """

    def _reset_case(self) -> None:
        job: Job[Any] | None = getattr(self, "_host_job", None)
        if job is not None:
            job.cancel()
        super()._reset_case()
        self.way: Way = "file"
        self.ssh = SshForm()
        self.host_key: HostKey | None = None
        self.key_confirmed = self.key_changed = False
        self.host_work: Work = ""
        self.reading_files = 0
        self.notes: dict[Way, Note] = {}
        self.pasted, self.paste_version = "", getattr(self, "paste_version", 0) + 1
        self.found: Pasted | None = None
        self.typed_addresses: dict[str, str] = {}
        self.old_facts: frozenset[str] = frozenset()
        self.card_wanted = False
        self._host_job: Job[Any] | None = None
        self._looking = False

    def _tell(self, way: Way, words: str = "", verdict: str = "good") -> None:
        self.notes[way] = Note(words, verdict)
        self.changed.emit("hosts")

    def show_hosts(self, way: Way | None = None) -> None:
        """Leads to the card."""
        self.way = way or self.way
        self.card_wanted = True
        self.opened.emit("targets")

    def choose_way(self, way: Way) -> None:
        """Shows another of the ways."""
        self.way = way
        self.changed.emit("hosts")

    # The list

    def _add(self, way: Way, report: HostReport) -> None:
        """Takes a report into the case and saves it at once."""
        if self.draft is None:
            return
        before = self.draft.hosts
        try:
            hosts = add_host(before, report)
        except UserError as error:
            self._tell(way, str(error), "warn")
            return
        number = next(n for n, r in enumerate(hosts) if n >= len(before) or r is not before[n])
        self.old_facts -= {hosts[number].name}
        self.edit(replace(self.draft, hosts=hosts))
        self.flush()
        words, verdict = _("{server} was added to the list above."), "good"
        if number < len(before):
            words = _("{server}: what was read now replaces what was read before.")
            if report.taken < before[number].taken:
                words, verdict = _("{server}: replaced, but what was read now is older than what was there before."), "warn"
        self._tell(way, words.format(server=hosts[number].name), verdict)

    def remove_host(self, report: HostReport) -> None:
        """Takes a server off the list; on the server and in files nothing is touched."""
        if self.draft is not None:
            self.notes.clear()
            self.typed_addresses.pop(report.sha256, None)
            self.edit(replace(self.draft, hosts=tuple(r for r in self.draft.hosts if r.sha256 != report.sha256)))
            self.flush()

    def say_address(self, report: HostReport, text: str) -> None:
        """Takes over what is typed as the address that a server has; what is no address is kept as typed, and counts for nothing."""
        if self.draft is None:
            return
        typed = text.strip()
        self.typed_addresses.pop(report.sha256, None)
        address = ""
        with contextlib.suppress(ValueError):
            address = str(ipaddress.ip_address(typed)) if typed and "%" not in typed else ""
        if typed and not address:
            self.typed_addresses[report.sha256] = text
        hosts = tuple(replace(r, address=address) if r.sha256 == report.sha256 else r for r in self.draft.hosts)
        self.edit(replace(self.draft, hosts=hosts))
        self.changed.emit("hosts")

    def look_up_packages(self, on: bool) -> None:
        """Allows or forbids that names and versions of packages leave this computer."""
        if self.draft is not None:
            self.edit(replace(self.draft, look_up_packages=on))

    # Files

    def take_facts(self, path: Path) -> None:
        """Takes a dropped file of a collector."""
        if self.draft is None:
            self.new_case()
        self.read_host(path)
        self.show_hosts("file")

    def read_host(self, path: Path) -> None:
        """Reads a collector's file."""
        opening = self._opening
        self.reading_files += 1
        self._tell("file")

        def then(report: HostReport) -> None:
            if self._opening is opening:
                self.reading_files -= 1
                self._add("file", report)

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self.reading_files -= 1
                self._tell("file", failure.words or failure.trace, "warn")

        self.bridge.call_blocking(lambda: read_host_file(path), then, failed)

    def save_collector(self, path: Path, system: Literal["unix", "windows"]) -> None:
        """Writes the collector's script where the person wants it."""
        opening = self._opening

        def then(_none: None) -> None:
            if self._opening is opening:
                self._tell("file", _("Written: {file}").format(file=path))

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self._tell("file", failure.words or failure.trace, "warn")

        self.bridge.call_blocking(lambda: write_whole(path, collector_script(system).encode("ascii")), then, failed)

    # Pasting

    def look_at_pasted(self, text: str) -> None:
        """Looks in the worker what the box holds now."""
        if len(text) > MAX_PASTE:
            self.refuse_paste()
            return
        self.pasted, self.found = text, None
        self.paste_version += 1
        self.notes.pop("paste", None)
        self.changed.emit("hosts")
        if not self._looking and text.strip():
            self._look()

    def refuse_paste(self) -> None:
        """Says that there is no room for what was pasted."""
        words = _("This is too much to be a collector's text, so it was not taken: at most {limit} MB fit in here.")
        self._tell("paste", words.format(limit=MAX_PASTE // 1_000_000), "warn")

    def _look(self) -> None:
        opening, version, text = self._opening, self.paste_version, self.pasted
        self._looking = True

        def over() -> bool:
            """Whether the answer is about what the box holds; if not, its newest text is looked at."""
            if self._opening is not opening:
                return False
            self._looking = False
            if self.paste_version != version:
                if self.pasted.strip():
                    self._look()
                return False
            return True

        def then(found: Pasted) -> None:
            if over():
                self.found = found
                self.changed.emit("hosts")

        def failed(failure: Failure) -> None:
            if over():
                self._tell("paste", failure.words or failure.trace, "warn")

        self.bridge.call_blocking(lambda: look_at_paste(text), then, failed)

    def take_pasted(self) -> None:
        """Takes what was pasted into the case, and empties the box."""
        if self.found is not None and self.found.report is not None:
            report = self.found.report
            self.empty_paste()
            self._add("paste", report)

    def empty_paste(self) -> None:
        """Empties the box."""
        self.pasted, self.found = "", None
        self.paste_version += 1
        self.notes.pop("paste", None)
        self.changed.emit("hosts")

    # SSH and this computer

    def edit_ssh(self, form: SshForm) -> None:
        """Takes over what is typed. The key of one server says nothing about another."""
        if (form.host, form.port) != (self.ssh.host, self.ssh.port):
            if self.host_work == "keys":
                self.stop_hosts()
            self._drop_key()
            self.notes.pop("ssh", None)
        self.ssh = form
        self.changed.emit("hosts")

    def confirm_key(self, on: bool) -> None:
        """The person says that the key is their server's."""
        self.key_confirmed = on and self.host_key is not None
        self.changed.emit("hosts")

    def _drop_key(self) -> None:
        self.host_key, self.key_confirmed, self.key_changed = None, False, False

    def forget_keys(self) -> None:
        """Forgets the key that was confirmed before; the new one has to be compared like any other."""
        if not self.can_collect or not self.key_changed:
            return
        opening = self._opening
        try:
            login = self._login()
        except UserError as error:
            self._tell("ssh", str(error), "warn")
            return

        def then(_none: None) -> None:
            if self._opening is opening:
                self._drop_key()
                self._tell("ssh", _("The earlier key is forgotten. Show the server's key again, and compare it."), "warn")

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self._tell("ssh", failure.words or failure.trace, "fail")

        self.bridge.call_blocking(lambda: session.forget_keys(login), then, failed)

    def _login(self) -> Login:
        form = self.ssh
        host = form.host.strip()
        place = f"[{host}]" if ":" in host and not host.startswith("[") else host
        if not host or not form.user.strip():
            raise UserError(_("Name the server and the user to log in as."))
        login = parse_login(f"{form.user.strip()}@{place}:{form.port.strip() or '22'}")
        files = (Path(form.key_file.strip()).expanduser(),) if form.key_file.strip() else ()
        return replace(login, key_files=files, password=form.password, passphrase=form.passphrase, sudo=form.sudo)

    @property
    def can_collect(self) -> bool:
        """Whether a server may be looked at now: never during an audit, and one at a time."""
        return self.draft is not None and self.can_leave_case and not self.host_work

    def ask_host_key(self) -> None:
        """Asks the server for its key. No name and no password is sent."""
        if not self.can_collect:
            return
        self._drop_key()
        try:
            login = self._login()
        except UserError as error:
            self._tell("ssh", str(error), "warn")
            return
        world = self.world

        def then(keys: tuple[HostKey, ...]) -> None:
            self.host_key = next((k for k in keys if k.known), keys[0] if keys else None)
            self.key_confirmed = self.host_key is not None and bool(self.host_key.known)
            self._tell("ssh")

        self._begin("keys", "ssh", lambda: session.show_host_keys(world, login), then)

    def collect_ssh(self) -> None:
        """Looks at the server over SSH, if its key was confirmed."""
        key = self.host_key
        if not self.can_collect or key is None or not self.key_confirmed:
            return
        try:
            login = self._login()
        except UserError as error:
            self._tell("ssh", str(error), "warn")
            return
        world = self.world

        def then(report: HostReport) -> None:
            if self.host_key is key and not key.known:
                self.host_key = replace(key, known="pinned")
            self._add("ssh", report)
            if self.ssh.remember and login.password:
                self._remember(login)

        self._begin("ssh", "ssh", lambda: session.collect_over_ssh(world, login, key), then)

    def _remember(self, login: Login) -> None:
        """Puts a password that worked into the system's keyring."""
        opening = self._opening

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self._tell("ssh", failure.words or failure.trace, "warn")

        def work() -> None:
            store_ssh_password(login.user, login.host, login.port, login.password)

        self.bridge.call_blocking(work, lambda _none: None, failed)

    def collect_here(self) -> None:
        """Looks at this computer."""
        if self.can_collect:
            self._begin("local", "local", collect_here, lambda report: self._add("local", report))

    def _begin(self, work: Work, way: Way, make: Callable[[], Any], done: Callable[[Any], None]) -> None:
        opening = self._opening
        self.host_work = work

        def then(found: Any) -> None:
            if self._opening is opening:
                self.host_work, self._host_job = "", None
                done(found)

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.host_work, self._host_job = "", None
            if failure.cancelled:
                self._tell(way, _("Stopped; nothing was read."), "warn")
                return
            if isinstance(failure.error, session.ChangedKeyError):
                self._drop_key()
                self.key_changed = True
            self._tell(way, failure.words or failure.trace, "fail")

        self._tell(way)
        self._host_job = self.bridge.start(lambda _send: make(), then, failed)

    def stop_hosts(self) -> None:
        """Stops looking at a server."""
        if self._host_job is not None:
            self._host_job.cancel()
