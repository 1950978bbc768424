"""What a person pastes or drops: whether it is from a collector, and how much of it is there. Runs in the worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from selfaudit.engine.hosts import paste_state, read_host_text
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.protocols.collector import Paste

MAX_PASTE = 4_000_000  # characters
_HEAD = 8192  # octets in which a collector's file says what it is; a greeting of the server may stand before it
_MARKS = (b"selfaudit-collector ", b"BEGIN SELFAUDIT")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in a pasted text.

    Attributes:
        blocks: its blocks, None if it has none.
        report: what it says, None as long as it is not whole.
        problem: why it cannot be read, in words, "" if it can or only blocks are missing.
    """

    blocks: Paste | None
    report: HostReport | None
    problem: str = ""


def look_at_paste(text: str) -> Pasted:
    """Reads pasted text: blocks, or the collector's text as it is."""
    state = paste_state(text)
    blocks = state if state.total else None
    if blocks is not None and blocks.text is None:
        return Pasted(blocks, None)
    try:
        return Pasted(blocks, read_host_text(text))
    except UserError as error:
        return Pasted(blocks, None, str(error))


def is_facts_file(path: Path) -> bool:
    """Whether the head of a file is a collector's, or a block of one. Compressed files are known by their names only."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"")  # UTF-16, as PowerShell writes it
    except OSError:
        return False
    return any(mark in head for mark in _MARKS) or (
        head[:2] == b"\x1f\x8b" and path.name.lower().endswith((".txt.gz", ".facts.gz"))
    )
