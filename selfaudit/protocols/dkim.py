"""DKIM (RFC 6376, RFC 8301, RFC 8463): key records, signatures, and what becomes of both."""

from __future__ import annotations

import re
from email import policy as email_policy
from email.errors import MessageError
from email.parser import BytesHeaderParser

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.dkim_key import (
    GOOD_RSA_BITS,
    MAX_KEY_CHARS,
    MIN_RSA_BITS,
    DkimKey,
    KeyState,
    looks_like_key,
    parse_key,
)
from selfaudit.protocols.dkim_verify import DkimResult, DkimStatus, verify
from selfaudit.protocols.tags import parse_tags

__all__ = [
    "GOOD_RSA_BITS", "MAX_KEY_CHARS", "MIN_RSA_BITS", "DkimKey", "DkimResult", "DkimStatus", "KeyState", "looks_like_key", "parse_key",
    "selectors_of", "verify",
]  # fmt: skip


def selectors_of(message: bytes) -> tuple[tuple[str, str], ...]:
    """The (selector, signing domain) pairs of the DKIM-Signature fields of a message, at most 20.

    Raises:
        BadInput: the bytes have no header section that can be read.
    """
    try:
        headers = BytesHeaderParser(policy=email_policy.compat32).parsebytes(message[:1_000_000])
        fields = [str(f) for f in headers.get_all("DKIM-Signature") or []]
    except (MessageError, ValueError, LookupError, TypeError, IndexError, AttributeError) as error:
        raise BadInput(phrase("not a mail message")) from error
    if not headers.keys():
        raise BadInput(phrase("not a mail message: there are no header fields"))
    pairs = []
    for value in fields[:20]:
        try:
            tags = parse_tags(value)
        except BadInput:
            continue
        selector = re.sub(r"\s", "", tags.get("s", "")).lower()
        domain = re.sub(r"\s", "", tags.get("d", "")).lower()
        if re.fullmatch(r"[a-z0-9._-]{1,200}", selector) and re.fullmatch(r"[a-z0-9._-]{1,253}", domain):
            pairs.append((selector, domain))
    return tuple(dict.fromkeys(pairs))
