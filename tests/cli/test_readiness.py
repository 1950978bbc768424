"""Readiness on the command line: compact, at 80 columns, and one line of it with --quiet."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from selfaudit.cli.output import print_audit, print_readiness, state_sign
from selfaudit.engine import Audit, requirements
from selfaudit.policy.model import Basis, Gap, Readiness, Requirement, State, Weight
from tests.report import test_readiness_report as made

pytestmark = pytest.mark.usefixtures("policy")
policy = made.policy  # the fixture that makes the pack known


class Screen(io.StringIO):
    """A terminal of one encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def printed(audit: Audit, *, quiet: bool = False) -> list[str]:
    """What is printed, line by line."""
    screen = Screen("utf-8")
    print_audit(audit, Console(file=screen, width=80, markup=False, emoji=False, highlight=False, soft_wrap=True), quiet=quiet)
    return screen.getvalue().splitlines()


def block(readiness: Readiness | None, audit: Audit, encoding: str = "utf-8") -> list[str]:
    """The block about readiness alone."""
    screen = Screen(encoding)
    out = Console(file=screen, width=80, markup=False, emoji=False, highlight=False, soft_wrap=True)
    print_readiness(readiness, audit, out)
    return screen.getvalue().splitlines()


@pytest.fixture
def audit() -> Audit:
    return made.audit_of(made.STATEMENT)


def test_the_block_names_what_blocks_and_what_cannot_be_verified(audit: Audit) -> None:
    lines = printed(audit)
    at = lines.index("READINESS")
    assert lines[at + 1] == "   Not ready for Prez <Hosting>: 1 of 4 requirements blocks."
    assert lines[at + 2].startswith(" ✗ B-2  Heading B-2: The SPF policy of shop.test allows everybody")
    assert lines[at + 2].endswith("…")
    assert " ? cannot be verified (1):" in lines[at:]
    assert "   B-4 Heading B-4" in lines[at:]
    assert "   The statement lacks:" in lines[at:]
    assert "   - The statement is not signed." in lines[at:]
    assert all(len(line) <= 80 for line in lines[at:])


def test_what_is_to_be_stated_is_listed_by_clause() -> None:
    lines = printed(made.audit_of())
    at = lines.index(" □ needs a statement (2):")
    assert lines[at + 1] == "   B-3 Heading B-3; B-4 Heading B-4"


def test_the_summary_gains_one_line_and_quiet_prints_it(audit: Audit) -> None:
    line = "Not ready for Prez <Hosting>: 1 requirement blocks."
    assert sum(text.startswith(line) for text in printed(audit)) == 1
    quiet = printed(audit, quiet=True)
    assert "READINESS" not in quiet
    assert sum(text.startswith(line) for text in quiet) == 1


def test_without_a_policy_one_hint_is_printed() -> None:
    lines = printed(made.audit_of(provider="somebody"))
    assert lines[lines.index("READINESS") + 1].startswith("   No provider whose policy is known here was named")
    assert not any("READINESS" in line or "policy" in line for line in printed(made.audit_of(provider="somebody"), quiet=True))


def test_readiness_changes_no_exit_code(audit: Audit) -> None:
    assert audit.exit_code() == made.audit_of(provider="somebody").exit_code() == 1


def hostile(state: State) -> Readiness:
    """Sixty requirements with hostile words."""
    words = "\x1b[31m\u202e" + "x" * 300
    rows = tuple(
        Requirement(f"C-{n}", words, "", "", Weight.BLOCKER, state, True, words, (Basis("mail.spf", "domain", words, "fail", words),)) for n in range(60)
    )  # fmt: skip
    gaps = tuple(Gap("cause", f"{n} {words}") for n in range(20))
    return Readiness("p", "1", words, "", "reinstatement", False, tuple(r.clause for r in rows), gaps, {}, rows)


@pytest.mark.parametrize("state", [State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT])
def test_hostile_words_cannot_steer_the_terminal(audit: Audit, state: State) -> None:
    lines = block(hostile(state), audit)
    text = "\n".join(lines)
    assert "\x1b[31m" not in text
    assert "\u202e" not in text
    assert "   - and 8 more" in lines


def test_signs_are_plain_where_the_terminal_knows_no_more(audit: Audit) -> None:
    plain = Console(file=Screen("ascii"), width=80)
    signs = {state: state_sign(state, plain) for state in State}
    assert all(sign.isascii() for sign in signs.values())
    assert len(set(signs.values())) == len(State)
    assert any(line.startswith(" x B-2") for line in block(requirements.readiness_of(audit), audit, "ascii"))


def test_a_ready_case_still_names_what_nobody_saw(audit: Audit) -> None:
    readiness = requirements.readiness_of(audit)
    assert readiness is not None
    rows = tuple(r for r in readiness.requirements if not r.blocks)
    lines = block(replace(readiness, ready=True, blockers=(), gaps=(), requirements=rows), audit)
    assert lines[2] == "   Ready for Prez <Hosting>: no requirement blocks, and the statement is"
    words = " ".join(" ".join(lines).split())
    assert "Of the requirements met (1), 1 rests on the customer's word alone." in words
    assert "1 requirement could not be verified; it rests on what stands in for it" in words
