"""What a sample message tells about its sender."""

from __future__ import annotations

import re

from selfaudit.facts.message import SampleMessage

_SELECTOR = re.compile(r"[a-z0-9._-]{1,200}")


def selectors_in(message: SampleMessage) -> tuple[tuple[str, str], ...]:
    """(selector, domain) of each DKIM signature of a sample message."""
    found = ((s.selector, s.domain) for s in message.signatures if _SELECTOR.fullmatch(s.selector) and s.domain)
    return tuple(dict.fromkeys(found))
