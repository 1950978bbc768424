"""What the customer says on a clause, and whether it counts: only the words that stand there now were agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from selfaudit.case import Case
from selfaudit.case.statement import Attestation, Statement
from selfaudit.i18n import phrase
from selfaudit.policy.days import passed
from selfaudit.policy.model import Clause, Requirement, State
from selfaudit.policy.words import attestation_of

OWN_WORDS = phrase("Say in your own words how this is kept.")


@dataclass(frozen=True, slots=True)
class Word:
    """What the customer says on a clause.

    Attributes:
        agreed: that it is kept, in a way that counts.
        planned: the day by which it will be, "" for none.
        claimed: that it is kept, whether or not that counts.
        unworded: it is not noted which words were agreed to.
        why: why it does not count, "" if it does or nothing is said.
    """

    agreed: bool = False
    planned: str = ""
    claimed: bool = False
    unworded: bool = False
    why: str = ""


def word_of(clause: Clause, case: Case, statement: Statement, now: float | None) -> Word:
    """What is said on a clause. Where the pack has no words to agree to, or asks for more than a tick, the customer's own count."""
    given = statement.attestation(clause.id)
    if given is None:
        return Word()
    if given.planned:
        return Word(planned="" if passed(given.planned, now) else given.planned)
    if not given.agreed:
        return Word()
    words, theirs = attestation_of(clause, case), _own(given)
    if given.words.strip() and _plain(given.words) != _plain(words):
        why = phrase(
            "The policy's words have changed since this was agreed to; agree to them as they stand now: {words}",
            words=words or OWN_WORDS,
        )
        return Word(claimed=True, why=why)
    if clause.needs_words and not theirs:
        why = phrase("To agree is not enough here; add words of your own or a file: {words}", words=words or OWN_WORDS)
        return Word(claimed=True, why=why)
    if not words and not given.text.strip():
        return Word(claimed=True)
    return Word(agreed=True, claimed=True, unworded=bool(words) and not given.words.strip())


def disproved(clause: Clause, state: State, *, waits: bool) -> bool:
    """Whether the results speak against what is stated on a clause.

    An entry on a list that is left from before (`waits`) speaks against what is said of lists, not against what is said of today's mail.
    """
    left_over = waits and any(not check.startswith("blocklist") for check in clause.checks)
    return state in (State.NOT_MET, State.PLANNED) and not left_over


def objection(
    given: Attestation, case: Case, clause: Clause, requirement: Requirement | None
) -> Literal["", "results", "words"]:
    """Why what was agreed to must not be handed in as it is: the results speak against it, or the policy's words are others now."""
    if requirement is not None and disproved(clause, requirement.state, waits=requirement.waits):
        return "results"
    words = attestation_of(clause, case)
    return "words" if words and given.words and _plain(given.words) != _plain(words) else ""


def contradicted(clause: Clause, case: Case) -> str:
    """Why a statement on a clause cannot stay as it is beside results that show otherwise."""
    return phrase(
        "You state this, but the results show otherwise; correct it, or say by when it will be true: {words}",
        words=attestation_of(clause, case) or clause.heading,
    )


def old_words(clause: Clause, case: Case) -> str:
    """Why a statement on a clause has to be made again."""
    return phrase(
        "It is not noted which words you agreed to; agree again to the words as they stand now: {words}", words=attestation_of(clause, case)
    )  # fmt: skip


def worded(given: Attestation, words: str) -> bool:
    """Whether something is agreed to in these very words; line breaks do not count."""
    return given.agreed and _plain(given.words) == _plain(words)


def _own(given: Attestation) -> bool:
    """Whether anything was said or shown beyond a tick. A file with nothing in it shows nothing."""
    return bool(given.text.strip()) or any(f.size > 0 for f in given.files)


def _plain(text: str) -> str:
    return " ".join(text.split())
