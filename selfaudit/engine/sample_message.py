"""What a sample message tells about its sender."""

from __future__ import annotations

import re
from pathlib import Path

from selfaudit.engine.messages import read_message_file
from selfaudit.facts.message import SampleMessage

_SELECTOR = re.compile(r"[a-z0-9._-]{1,200}")


def message_selectors(path: Path) -> tuple[tuple[str, str], ...]:
    """(selector, domain) of each DKIM signature of a sample message.

    Raises:
        UserError: the file cannot be read, or is no message.
    """
    return selectors_in(read_message_file(path))


def selectors_in(message: SampleMessage) -> tuple[tuple[str, str], ...]:
    """The same of a message that was read."""
    found = ((s.selector, s.domain) for s in message.signatures if _SELECTOR.fullmatch(s.selector) and s.domain)
    return tuple(dict.fromkeys(found))
