"""Readers of what is brought along in files. They take long to load, so that happens when the first file comes, beside the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from selfaudit.case.notice import Notice
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage

if TYPE_CHECKING:
    from selfaudit.protocols.ledger.model import ColumnGuess


def read_notice(path: Path) -> Notice:
    """Reads a notice from a file.

    Raises:
        UserError: it cannot be read, or nothing in it can be understood.
    """
    from selfaudit.engine.notices import read_notice_file

    return read_notice_file(path)


def read_notice_words(text: str) -> Notice:
    """Reads a notice that was pasted.

    Raises:
        UserError: nothing in it can be understood.
    """
    from selfaudit.engine.notices import read_notice_text

    return read_notice_text(text)


def read_message(path: Path) -> SampleMessage:
    """Reads a sample message.

    Raises:
        UserError: it cannot be read, or is no message.
    """
    from selfaudit.engine.messages import read_message_file

    return read_message_file(path)


def guess_ledger(path: Path) -> ColumnGuess:
    """Looks which columns a ledger has.

    Raises:
        UserError: it cannot be read, or is no table.
    """
    from selfaudit.engine.ledgers import guess_columns

    return guess_columns(path)


def guessed_columns(guess: ColumnGuess) -> dict[str, str]:
    """Role -> "#3" for the third column, without those that are doubtful: for these somebody has to choose."""
    doubtful = {"unsure", ""}
    return {c.role: f"#{c.number}" for c in guess.columns if c.role and c.confidence not in doubtful}


def read_ledger(path: Path, columns: Mapping[str, str], seed: str, progress: Callable[[int, int], None]) -> LedgerReport:
    """Counts a ledger by these columns (role -> "#3" for the third).

    Raises:
        UserError: it cannot be read.
    """
    from selfaudit.engine.ledgers import read_ledger_file

    return read_ledger_file(path, columns, seed, progress)
