"""The tag=value lists that DKIM keys, DMARC, MTA-STS, TLS-RPT and BIMI records share (RFC 6376 section 3.2)."""

from __future__ import annotations

import re

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
_MAX_TAGS = 64


def parse_tags_leniently(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Reads what can be read: parts that are no tag, and repetitions, are left out and returned beside the tags."""
    tags: dict[str, str] = {}
    strays = []
    for part in text.replace("\\;", ";").split(";")[:_MAX_TAGS]:
        name, equals, value = part.partition("=")
        if equals and _NAME.match(name.strip()) and name.strip() not in tags:
            tags[name.strip()] = value.strip()
        elif part.strip():
            strays.append(part.strip()[:60])
    return tags, tuple(strays)


def parse_tags(text: str) -> dict[str, str]:
    r"""Reads "a=1; b=2". Values keep inner white space; an escaped separator ``\;`` is read as a separator.

    Raises:
        BadInput: a part without "=", a bad name, a name given twice, or an absurd number of tags.
    """
    tags: dict[str, str] = {}
    for part in text.replace("\\;", ";").split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not _NAME.match(name):
            raise BadInput(phrase("“{strip}” is not a tag with a value", strip=part.strip()[:40]))
        if name in tags:
            raise BadInput(phrase("the tag {name} is given twice", name=name))
        if len(tags) >= _MAX_TAGS:
            raise BadInput(phrase("too many tags"))
        tags[name] = value.strip()
    return tags
