"""The statement as a file (schema selfaudit/statement/1)."""

from __future__ import annotations

from pathlib import Path

from selfaudit.case.statement import Statement


def read_statement_file(path: Path) -> Statement:
    """Reads a statement."""
    raise NotImplementedError


def encode_statement(statement: Statement) -> bytes:
    """A statement as it is saved."""
    raise NotImplementedError
