"""What the results about servers, messages and ledgers rest on, and what was read about them since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from selfaudit.case import Case
from selfaudit.engine.again import Key
from selfaudit.engine.judge import pairs
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport
from selfaudit_ui import session
from selfaudit_ui.controller.brought import BroughtWork
from selfaudit_ui.flow import Run, Situation

FileKey = tuple[str, str]  # kind of target, and name


class HostResults(BroughtWork):
    """Results about servers. They follow from what a collector wrote: only something that was read since can change them.

    A report that is read after a run makes nothing else of the run stale; it waits in `unjudged` until somebody has it judged. So do
    messages and ledgers, in `unjudged_files`; where one was taken off, the audit has to be run again, since its results are still there.
    """

    def _reset_case(self) -> None:
        super()._reset_case()
        self._judged: tuple[session.View, dict[str, HostReport], dict[FileKey, str]] | None = None

    @property
    def judged_hosts(self) -> dict[str, HostReport]:
        """What the results of the run rest on, by the server's name."""
        return self._judge_list()[0]

    def _judge_list(self) -> tuple[dict[str, HostReport], dict[FileKey, str]]:
        """What the results of the run rest on: servers by name, and the check sums of messages and ledgers."""
        view = self.view
        if view is None:
            return {}, {}
        if self._judged is None or self._judged[0] is not view:
            hosts: dict[str, HostReport] = {}
            files: dict[FileKey, str] = {}
            for fact in (r.fact for r in view.audit.evidence.records):
                if isinstance(fact, HostReport):
                    hosts[fact.name] = fact
                elif isinstance(fact, MessageReport):
                    files["message", fact.message.name] = fact.message.sha256
                elif isinstance(fact, LedgerReport):
                    files["ledger", fact.name] = fact.sha256
            self._judged = view, hosts, files
        return self._judged[1:]

    def _files_now(self) -> dict[FileKey, str]:
        draft = self.draft
        if draft is None:
            return {}
        messages = {("message", m.name): m.sha256 for m in draft.messages}
        return messages | {("ledger", ledger.name): ledger.sha256 for ledger in draft.ledgers}

    @property
    def unjudged_files(self) -> tuple[FileKey, ...]:
        """Messages and ledgers that were brought since the run."""
        if self.view is None or self.run.state in (Run.RUNNING, Run.STOPPING):
            return ()
        judged = self._judge_list()[1]
        return tuple(key for key, sha256 in self._files_now().items() if judged.get(key) != sha256)

    @property
    def gone_files(self) -> tuple[FileKey, ...]:
        """Messages and ledgers that were taken off since the run, whose results are still there."""
        if self.view is None or self.draft is None or self.run.state in (Run.RUNNING, Run.STOPPING):
            return ()
        now = self._files_now()
        return tuple(key for key in self._judge_list()[1] if key not in now)

    @property
    def situation(self) -> Situation:
        """What the steps depend on."""
        now = super().situation
        return replace(now, stale=True) if self.gone_files else now

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Servers about which something else was read than the results rest on, or whose packages may be looked up only since."""
        if self.view is None or self.draft is None or self.run.state in (Run.RUNNING, Run.STOPPING):
            return ()
        judged = self.judged_hosts
        other = self.view.audit.evidence.case.look_up_packages != self.draft.look_up_packages
        return tuple(
            r.name
            for r in self.draft.hosts
            if other or (old := judged.get(r.name)) is None or (old.sha256, old.address) != (r.sha256, r.address)
        )

    def split_again(self, wanted: frozenset[Key]) -> tuple[frozenset[Key], frozenset[str]]:
        """What can be checked again, and the servers about which nothing newer was read: for those it would only look so."""
        fresh = set(self.unjudged)
        old = frozenset(target for _check, kind, target in wanted if kind == "host" and target not in fresh)
        return frozenset(key for key in wanted if key[1] != "host" or key[2] not in old), old

    def with_hosts(self, case: Case, names: Iterable[str]) -> Case:
        """A case of earlier, with these servers as they were read since."""
        wanted = set(names)
        if not wanted:
            return case
        now = self.make_case()
        known = {h.name: h for h in case.hosts} | {h.name: h for h in now.hosts if h.name in wanted}
        targets = dict.fromkeys((*case.targets, *(t for t in now.targets if t.kind == "host" and t.value in wanted)))
        return replace(case, targets=tuple(targets), hosts=tuple(known.values()), look_up_packages=now.look_up_packages)

    def host_keys_of(self, names: Iterable[str]) -> frozenset[Key]:
        """(check, kind, target) of all checks of these servers."""
        wanted = set(names)
        case = self.make_case()
        targets = [t for t in case.targets if t.kind == "host" and t.value in wanted]
        return frozenset((check.spec.id, t.kind, t.value) for check, t in pairs(case, targets) if t.kind == "host")

    def with_files(self, case: Case, keys: Iterable[FileKey]) -> Case:
        """A case of earlier, with these messages and ledgers as they were read since."""
        wanted = set(keys)
        if not wanted:
            return case
        now = self.make_case()
        targets = dict.fromkeys((*case.targets, *(t for t in now.targets if (t.kind, t.value) in wanted)))
        messages = {m.name: m for m in case.messages} | {m.name: m for m in now.messages if ("message", m.name) in wanted}
        ledgers = {x.name: x for x in case.ledgers} | {x.name: x for x in now.ledgers if ("ledger", x.name) in wanted}
        return replace(case, targets=tuple(targets), messages=tuple(messages.values()), ledgers=tuple(ledgers.values()))

    def file_keys_of(self, keys: Iterable[FileKey]) -> frozenset[Key]:
        """(check, kind, target) of all checks of these messages and ledgers."""
        wanted = set(keys)
        case = self.make_case()
        targets = [t for t in case.targets if (t.kind, t.value) in wanted]
        return frozenset((check.spec.id, t.kind, t.value) for check, t in pairs(case, targets) if (t.kind, t.value) in wanted)
