"""A reference to a blocklist: the id of an entry, the page of a look-up, or a sentence that names the list and the address."""

from __future__ import annotations

import re
from urllib.parse import unquote

from selfaudit.protocols.notice import places, words
from selfaudit.protocols.notice.gather import Gathering

_MAX_SHORT = 1500  # characters of a pasted reference; what is longer is a notice that names a list
OPERATORS = (
    "spamhaus.org",
    "spamcop.net",
    "surbl.org",
    "uribl.com",
    "barracudacentral.org",
    "blocklist.de",
    "dronebl.org",
    "abusix.com",
    "psbl.org",
    "uceprotect.net",
)
# The look-up pages carry what they are asked for in their path or query.
_LOOK_UP = re.compile(
    r"https?://(?:[\w-]{1,30}\.){0,3}(?:spamhaus\.org|spamcop\.net|surbl\.org|uribl\.com|barracudacentral\.org|blocklist\.de|dronebl\.org|abusix\.com|psbl\.org|"
    r"uceprotect\.net|mxtoolbox\.com|multirbl\.valli\.org)/[^\s<>\"]{0,500}",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:[?&](?:ip|ipaddr|address|query|searchterm|domain|host|target|q|lookup)=|/(?:results?|query|lookup|ip|domain|bl|check|search)/)([^\s&?#/]{3,253})",
    re.IGNORECASE,
)


def is_reference(text: str, sender: str = "") -> bool:
    """Whether a text is not much more than such a reference, or comes from a list."""
    if any(sender == name or sender.endswith("." + name) for name in OPERATORS):
        return True
    return len(text.strip()) <= _MAX_SHORT and bool(words.listings(text)) and not words.steps(text.splitlines())


def read(text: str, found: Gathering) -> None:
    """Notes what the addresses of look-up pages name, besides what the text itself says."""
    found.format = "blocklist"
    found.topics = {"blocklist": None, **found.topics}
    for match in list(_LOOK_UP.finditer(text[:200_000]))[:100]:
        for asked in _ASKED.finditer(match[0]):
            value = places.refang(unquote(asked[1]))
            address = places.canonical(value)
            if address:
                found.address(address)
            elif not value.lower().startswith(("sbl", "css", "xbl")):
                found.domain(found.written(value))
