"""What the rooms below make of an open case: its notices, its readiness, the questions that follow, the text. Knows nothing of Qt.

They are loaded when they are first needed, in the worker: a window that opens does not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfaudit.case.notice import Notice
from selfaudit.case.statement import Statement
from selfaudit.engine import Audit
from selfaudit.errors import UserError
from selfaudit.policy.model import Gap, Pack, Readiness, Requirement

if TYPE_CHECKING:
    from selfaudit.appeal.causes import LikelyCause
    from selfaudit.appeal.questions import Question
    from selfaudit.appeal.suggest import Suggestion
    from selfaudit.remedy.delisting import Delisting, Mention, NotKnown


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything that an assessment rests on.

    Attributes:
        notices: what was written about the service.
        audit: with the case, the statement and the marks as they are now; None without results.
        pack: the policy of the provider, None if it is not known.
        statement: of the draft.
        reserved: reserved addresses and names may be targets.
        language: in which the words are shown.
    """

    notices: tuple[Notice, ...]
    audit: Audit | None
    pack: Pack | None
    statement: Statement
    reserved: bool
    language: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a notice proposes for the case; the person takes it over, or not.

    Attributes:
        targets: (as typed, why) of those that seem to be the customer's.
        number: the provider's ticket, "" for none.
        clauses: (id, heading, why) of those that it seems to mean.
        deadline: until when an answer is wanted, "" if it does not say.
        suspended: since when the service seems to be suspended, "" if it does not say.
        steps: what is demanded.
        notes: what to look at before anything is taken over.
    """

    targets: tuple[tuple[str, str], ...] = ()
    number: str = ""
    clauses: tuple[tuple[str, str, str], ...] = ()
    deadline: str = ""
    suspended: str = ""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """How the open case stands.

    Attributes:
        pack: the policy of its provider, None if it is not known.
        offers: what each notice proposes, by its check sum.
        readiness: before that policy; None without results or policy.
        causes: every kind of root cause, the likeliest first.
        questions: what the interview asks.
        unanswered: what it needs to know and does not.
        suggested: measures that the results suggest.
        text: for the ticket; "" without results.
        final: the text may be handed in as it is.
        hints: what in the customer's own words may harm them.
        removals: what to do about each listing.
        unlisted: lists that gave no answer.
        mentions: lists that name a target without a way off being needed.
    """

    pack: Pack | None = None
    offers: tuple[tuple[str, Offer], ...] = ()
    readiness: Readiness | None = None
    causes: tuple[LikelyCause, ...] = ()
    questions: tuple[Question, ...] = ()
    unanswered: tuple[Gap, ...] = ()
    suggested: tuple[Suggestion, ...] = ()
    text: str = ""
    final: bool = False
    hints: tuple[str, ...] = ()
    removals: tuple[Delisting, ...] = ()
    unlisted: tuple[NotKnown, ...] = ()
    mentions: tuple[Mention, ...] = ()

    def offer(self, sha256: str) -> Offer | None:
        """What a notice proposes."""
        return next((o for known, o in self.offers if known == sha256), None)

    def requirement(self, clause: str) -> Requirement | None:
        """What became of a clause."""
        rows = self.readiness.requirements if self.readiness is not None else ()
        return next((r for r in rows if r.clause == clause), None)

    @property
    def missing(self) -> int:
        """How many clauses block, and how many things the statement lacks."""
        if self.readiness is None:
            return 0
        asked = {g.part.partition(":")[2] for g in self.readiness.gaps if g.part.startswith("attestation:")}
        return len(self.readiness.gaps) + len([b for b in self.readiness.blockers if b not in asked])


def assess_case(matter: Matter) -> Assessment:
    """How a case stands."""
    pack = matter.pack
    offers = tuple((notice.sha256, _offer(notice, pack, matter.reserved)) for notice in matter.notices)
    audit = matter.audit
    if audit is None:
        return Assessment(pack, offers)
    from selfaudit.appeal.causes import likely_causes
    from selfaudit.appeal.compose import word_hints
    from selfaudit.appeal.interview import questions, unanswered
    from selfaudit.appeal.suggest import suggest_measures
    from selfaudit.engine.requirements import readiness_of
    from selfaudit.remedy.delisting import mentions_of, plan_of, unknown_of

    case, results, statement = audit.evidence.case, audit.results, matter.statement
    readiness = readiness_of(audit)
    asked = questions(statement.cause, matter.notices, results, pack, statement)
    text, final = _text(pack, audit, readiness, statement)
    return Assessment(
        pack, offers, readiness,
        likely_causes(matter.notices, results),
        asked,
        unanswered(asked, statement),
        suggest_measures(case, results, audit.evidence.rechecks, audit.marks, pack, statement),
        text, final,
        word_hints(statement),
        plan_of(audit, statement),
        unknown_of(audit),
        mentions_of(audit),
    )  # fmt: skip


def _text(pack: Pack | None, audit: Audit, readiness: Readiness | None, statement: Statement) -> tuple[str, bool]:
    """The text for the ticket, and whether it is final. As long as anything is missing, it says in its first line that it is not."""
    from selfaudit.appeal.compose import final_text, ticket_text

    try:
        return final_text(pack, audit, readiness, statement), True
    except UserError:
        return ticket_text(pack, audit, readiness, statement, interim=True), False


def _offer(notice: Notice, pack: Pack | None, reserved: bool) -> Offer:
    """What a notice proposes."""
    from selfaudit.appeal.incident import propose

    found = propose(notice, pack, allow_reserved=reserved)
    return Offer(
        tuple((t.value, t.why) for t in found.targets), found.number, tuple((c.id, c.heading, c.why) for c in found.clauses),
        found.deadline, found.suspended, found.steps, found.notes,
    )  # fmt: skip
