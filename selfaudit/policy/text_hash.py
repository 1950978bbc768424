"""A policy's text, made the same wherever it was copied from, and its hash."""

from __future__ import annotations

import hashlib
import unicodedata


def normalised(text: str) -> str:
    """The text in Unicode's form NFC, every run of white space (line ends and no-break spaces, too) as one blank, none at the ends.

    Quotation marks, hyphens and bullets stay as they are.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def text_hash(text: str) -> str:
    """SHA-256 (FIPS 180-4) of the normalised text in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(normalised(text).encode("utf-8", "replace")).hexdigest()
