"""What the results about servers rest on, and what was read about them since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from selfaudit.case import Case
from selfaudit.engine.again import Key
from selfaudit.engine.judge import pairs
from selfaudit.facts.host import HostReport
from selfaudit_ui import session
from selfaudit_ui.controller.hosts import HostWork
from selfaudit_ui.flow import Run


class HostResults(HostWork):
    """Results about servers. They follow from what a collector wrote: only something that was read since can change them.

    A report that is read after a run makes nothing else of the run stale; it waits in `unjudged` until somebody has it judged.
    """

    def _reset_case(self) -> None:
        super()._reset_case()
        self._judged: tuple[session.View, dict[str, HostReport]] | None = None

    @property
    def judged_hosts(self) -> dict[str, HostReport]:
        """What the results of the run rest on, by the server's name."""
        view = self.view
        if view is None:
            return {}
        if self._judged is None or self._judged[0] is not view:
            facts = (r.fact for r in view.audit.evidence.records)
            self._judged = view, {fact.name: fact for fact in facts if isinstance(fact, HostReport)}
        return self._judged[1]

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
