"""DKIM (RFC 6376, RFC 8301, RFC 8463): key records, signatures, and what becomes of both."""

from __future__ import annotations

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

__all__ = [
    "GOOD_RSA_BITS", "MAX_KEY_CHARS", "MIN_RSA_BITS", "DkimKey", "DkimResult", "DkimStatus", "KeyState", "looks_like_key", "parse_key",
    "verify",
]  # fmt: skip
