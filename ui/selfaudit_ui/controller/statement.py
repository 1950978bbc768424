"""The statement of the open case, and how it stands before the provider's policy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from selfaudit.case import EvidenceFile
from selfaudit.case.file import MAX_EVIDENCE_FILES
from selfaudit.case.model import BROUGHT
from selfaudit.case.statement import Answer, Attestation, Removal, Statement
from selfaudit.engine import Audit
from selfaudit.engine.again import Key
from selfaudit.engine.draft import Draft
from selfaudit.errors import UserError
from selfaudit.findings import Outcome
from selfaudit.i18n import _, language
from selfaudit.policy.model import Pack
from selfaudit.policy.packs import pack_for
from selfaudit.text import printable
from selfaudit_ui import assessing, session
from selfaudit_ui.assessing import Assessment, Matter
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.keeper import told_of
from selfaudit_ui.controller.running import Running
from selfaudit_ui.flow import Run, Situation
from selfaudit_ui.words import today

ASSESS_AFTER = 60  # milliseconds without another change
# What is signed is the rest: a change of these does not undo a signature.
_SIGNING = frozenset(("name", "role", "signed", "contact", "removals"))


class StatementWork(Running):
    """The statement.

    Attributes:
        assessment: how the case stands, as it was worked out last.
        assess_trouble: why that could not be worked out.
        hashing: how many files are being read.
        file_trouble: why a file was not added.
        unsigned: the statement was changed after it was signed, so it is not signed any more.
        place_of_gap: the part of the statement to which its page is to lead.
        finding_wanted: the result to which the page “Fix” is to lead.
    """

    def __init__(self, *, world: session.World | None = None) -> None:
        super().__init__(world=world)
        self._assess_timer = QTimer(self)
        self._assess_timer.setSingleShot(True)
        self._assess_timer.timeout.connect(self._assess)
        self.changed.connect(self._changed_something)

    def _reset_case(self) -> None:
        super()._reset_case()
        self.assessment = Assessment()
        self.assess_trouble = ""
        self.hashing = 0
        self.file_trouble = ""
        self.unsigned = False
        self.place_of_gap = ""
        self.finding_wanted: Key | None = None
        self._matter: Matter | None = None
        self._outcomes_of: tuple[session.View, dict[str, str]] | None = None

    # How the case stands

    @property
    def pack(self) -> Pack | None:
        """The policy of the case's provider, None if it is not known or has no clauses yet."""
        pack = pack_for(self.draft.provider) if self.draft is not None else None
        return pack if pack is not None and pack.clauses else None

    @property
    def situation(self) -> Situation:
        """What the steps depend on."""
        now, found = super().situation, self.assessment
        return replace(
            now, pack=self.pack is not None, ready=self.ready, missing=found.missing,
        )  # fmt: skip

    @property
    def ready(self) -> bool:
        """Whether nothing stands against the case before its provider's policy."""
        return self.assessment.readiness is not None and self.assessment.readiness.ready and not self.assess_trouble

    def stated_audit(self) -> Audit | None:
        """The audit as the case stands now, with the statement and the marks; without results about servers and files that were taken off."""
        view, draft = self.view, self.draft
        if view is None or draft is None:
            return None
        evidence = view.audit.evidence
        with contextlib.suppress(UserError):
            evidence = replace(evidence, case=replace(evidence.case, **told_of(self.make_case())))
        kept = {("message", m.name) for m in draft.messages} | {("ledger", x.name) for x in draft.ledgers}
        kept |= {("host", h.name) for h in draft.hosts}
        results = tuple(r for r in view.audit.results if r.target_kind not in BROUGHT or (r.target_kind, r.target) in kept)
        return Audit(evidence, results, draft.statement, tuple(self.marks.values()))

    def _matter_now(self) -> Matter | None:
        if self.draft is None:
            return None
        has_results = self.run.state in (Run.FINISHED, Run.INTERRUPTED)
        reserved = self.world.settings.scope.allow_reserved or bool(self.draft.demo)
        return Matter(
            self.draft.notices,
            self.stated_audit() if has_results else None,
            self.pack,
            self.draft.statement,
            reserved,
            language(),
        )

    def _changed_something(self, what: str) -> None:
        if what in ("case", "results", "run", "marks", "preferences"):
            self.assess_later()

    def assess_later(self) -> None:
        """Works out in a moment how the case stands."""
        self._assess_timer.start(ASSESS_AFTER)

    def assess_now(self) -> None:
        """Works out at once how the case stands."""
        self._assess_timer.stop()
        matter = self._matter = self._matter_now()
        if matter is not None:
            self._assessed(assessing.assess_case(matter))

    def _assess(self) -> None:
        """Works out in the worker how the case stands, if anything that it depends on has changed."""
        matter = self._matter_now()
        if matter == self._matter:
            return
        self._matter = matter
        if matter is None:
            self._assessed(Assessment())
            return

        def then(found: Assessment) -> None:
            if self._matter is matter:
                self._assessed(found)

        def failed(failure: Failure) -> None:
            if self._matter is matter:
                self.assess_trouble = failure.words or failure.trace
                self.changed.emit("readiness")

        self.bridge.call(lambda: assessing.assess_case(matter), then, failed)

    def _assessed(self, found: Assessment) -> None:
        self.assessment, self.assess_trouble = found, ""
        self.changed.emit("readiness")

    @property
    def passing_checks(self) -> tuple[str, ...]:
        """Checks all of whose results pass or only warn: only these can show that something was done."""
        return tuple(c for c, outcome in self._outcomes().items() if outcome == "pass")

    def outcome_of(self, check: str) -> str:
        """How the results of a check stand together: "pass", "fail", or "" for neither."""
        return self._outcomes().get(check, "")

    def _outcomes(self) -> dict[str, str]:
        view = self.view
        if view is None:
            return {}
        if self._outcomes_of is None or self._outcomes_of[0] is not view:
            seen: dict[str, set[Outcome]] = {}
            for result in view.audit.results:
                if result.outcome is not Outcome.NOT_APPLICABLE:
                    seen.setdefault(result.check, set()).add(result.outcome)
            good = {Outcome.PASS, Outcome.WARN}
            words = {
                c: "pass" if found <= good else "fail" if Outcome.FAIL in found else "" for c, found in sorted(seen.items())
            }
            self._outcomes_of = view, words
        return self._outcomes_of[1]

    def count_gaps(self, wanted: Callable[[str], bool]) -> int:
        """How many things are missing in a part of the statement."""
        readiness = self.assessment.readiness
        return len([g for g in readiness.gaps if wanted(g.part)]) if readiness is not None else 0

    # The statement

    @property
    def statement(self) -> Statement:
        """What is stated so far."""
        return self.draft.statement if self.draft is not None else Statement()

    def edit(self, draft: Draft) -> None:
        """Takes over a change. Who has signed has signed for one case before one policy, whose words depend on the platform: if one of these
        changes, they have to sign again.
        """
        before = self.draft
        moved = before is not None and _signed_for(before) != _signed_for(draft)
        if moved and draft.statement.signed:
            draft = replace(draft, statement=replace(draft.statement, signed=""))
            self.unsigned = True
        super().edit(draft)

    def state(self, **changes: Any) -> None:
        """Takes over a change. Who has signed has signed what stood there then, so any other change undoes the signature."""
        draft = self.draft
        if draft is None or not self.can_leave_case:
            return
        before = draft.statement
        now = replace(before, **changes)
        if now == before:
            return
        pack = self.pack
        now = replace(now, policy=pack.id if pack is not None else "", number=printable(draft.number.strip(), 100))
        if "signed" in changes:
            self.unsigned = False
        elif before.signed and not _SIGNING.issuperset(changes):
            now = replace(now, signed="")
            self.unsigned = True
        self.edit(replace(draft, statement=now))

    def answer(self, question: str, **changes: Any) -> None:
        """Takes over an answer of the interview."""
        old = next((a for a in self.statement.answers if a.question == question), Answer(question))
        new = replace(old, **changes)
        if new == old:
            return
        answers = tuple(new if a.question == question else a for a in self.statement.answers)
        answers = answers if old in self.statement.answers else (*answers, new)
        self.state(answers=tuple(a for a in answers if a.text or a.files))

    def attest(self, clause: str, **changes: Any) -> None:
        """Takes over what is stated on a clause."""
        old = self.statement.attestation(clause)
        new = replace(old or Attestation(clause), **changes)
        others = self.statement.attestations
        now = tuple(new if a.clause == clause else a for a in others) if old is not None else (*others, new)
        self.state(attestations=tuple(a for a in now if a != Attestation(a.clause)))

    def note_removal(self, zone: str, target: str, **changes: Any) -> None:
        """Notes a request to be taken off a list."""
        old = next((r for r in self.statement.removals if (r.zone, r.target) == (zone, target)), None)
        new = replace(old or Removal(zone, target), **changes)
        others = self.statement.removals
        now = tuple(new if r is old else r for r in others) if old is not None else (*others, new)
        self.state(removals=tuple(r for r in now if r.at or r.reference))

    def sign(self) -> None:
        """Signs the statement today."""
        self.state(signed=today().isoformat())

    def add_file(
        self,
        path: Path,
        files: Callable[[], tuple[EvidenceFile, ...] | None],
        put: Callable[[tuple[EvidenceFile, ...]], object],
    ) -> None:
        """Keeps a file that shows what is stated, and notes its name, size and SHA-256. Large files take a moment.

        Args:
            path: the file.
            files: those that stand at the place now, None if the place is gone.
            put: takes the new ones.
        """
        opening = self._opening
        self.hashing += 1
        self.file_trouble = ""
        self.changed.emit("readiness")

        def then(file: EvidenceFile) -> None:
            self.hashing -= 1
            there = files()
            if there is None:
                self.file_trouble = _("{file} was not added: what it was to show has been changed meanwhile.").format(
                    file=file.name
                )
            elif any(f.sha256 == file.sha256 for f in there):
                self.file_trouble = _("{file} is in the list already.").format(file=file.name)
            elif len(there) >= MAX_EVIDENCE_FILES:
                self.file_trouble = _("At most {limit} files can be added.").format(limit=MAX_EVIDENCE_FILES)
            else:
                put((*there, file))
                self.flush()
            self.changed.emit("readiness")

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self.hashing -= 1
                self.file_trouble = failure.words or failure.trace
                self.changed.emit("readiness")

        self.keep_file(path, then, failed)

    def show_gap(self, part: str) -> None:
        """Leads to where something that is missing is supplied."""
        self.place_of_gap = part
        self.opened.emit("statement")

    def show_finding(self, key: Key) -> None:
        """Leads to the finding of a check on a target."""
        self.finding_wanted = key
        self.opened.emit("fix")


def _signed_for(draft: Draft) -> tuple[str, ...]:
    return draft.provider.strip(), draft.number.strip(), draft.shared
