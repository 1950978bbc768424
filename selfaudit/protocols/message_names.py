"""Names that look like others: scripts that are mixed in a domain, addresses in display names, characters that turn a line around (UTS #39)."""

from __future__ import annotations

import re
import unicodedata

import idna

from selfaudit.protocols.message_headers import Mailbox, domain_of
from selfaudit.protocols.psl import registrable_domain

_ADDRESS = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,10})")
_VIA = re.compile(r"(?i)\b(via|über|par|przez|door)\b")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # RFC 8264 disallows them; UAX #9 explains them
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")  # scripts that share shapes; others are mixed in good faith
# Letters of Cyrillic, Greek and Armenian that look like Latin ones.
_LOOKALIKE = frozenset("асеорхуіјѕԁһӏԛԝαοινκρτυχӏոսցօ")


def turning_characters(text: str) -> bool:
    """Whether a text holds characters that turn the order of what follows around."""
    return bool(turning_in(text))


def turning_in(text: str) -> str:
    """Those characters, each once."""
    return "".join(dict.fromkeys(char for char in text if char in _TURNING))


def readable(domain: str) -> str:
    """A domain with its labels in Unicode, as readers may see it."""
    labels = []
    for label in domain.split("."):
        try:
            labels.append(idna.decode(label) if label.startswith("xn--") else label)
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            labels.append(label)
    return ".".join(labels)


def misleading(domain: str) -> bool:
    """Whether a label of a domain mixes scripts that share shapes, or is written only in foreign letters that look like Latin ones."""
    for label in readable(domain).split("."):
        letters = [char for char in label if char.isalpha()]
        if all(char.isascii() for char in letters):
            continue
        scripts = {_script(char) for char in letters}
        if len(scripts - {""}) > 1 or all(char in _LOOKALIKE for char in letters):
            return True
    return False


def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    return next((script for script in _ALIKE if name.startswith(script)), "")


def pretends(box: Mailbox) -> str:
    """The address of another organization in the name before an address, "" for none. "A via B" is said openly and does not count."""
    if not box.domain or _VIA.search(box.name):
        return ""
    for match in _ADDRESS.finditer(box.name):
        other = domain_of(match[1])
        if other and not same_organization(other, box.domain):
            return match[0]
    return ""


def same_organization(first: str, second: str) -> bool:
    """Whether two domains have the same registrable domain."""
    return (registrable_domain(first) or first) == (registrable_domain(second) or second)
