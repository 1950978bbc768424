"""TLSA records against what a server showed (RFC 6698, RFC 7671, RFC 7672), and host names against certificates (RFC 9525)."""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.errors import BadInput
from selfaudit.facts.smtp import Certificate
from selfaudit.i18n import phrase

DANE_TA, DANE_EE = 2, 3


@dataclass(frozen=True, slots=True)
class Tlsa:
    """A TLSA record: certificate usage, selector, matching type, and the data."""

    usage: int
    selector: int
    matching: int
    data: bytes

    @property
    def usable(self) -> bool:
        """Whether it can be used for mail: the usages that rest on the web's authorities cannot (RFC 7672 section 3.1.3)."""
        return self.usage in (DANE_TA, DANE_EE) and self.selector in (0, 1) and self.matching in (0, 1, 2) and bool(self.data)


def parse(record: str) -> Tlsa:
    """Reads a record in presentation format.

    Raises:
        BadInput: it is none.
    """
    parts = record.split(None, 3)
    try:
        usage, selector, matching = (int(p) for p in parts[:3])
        return Tlsa(usage, selector, matching, binascii.unhexlify("".join(parts[3].split())))
    except (ValueError, IndexError):
        raise BadInput(phrase("not a TLSA record")) from None


class Match(StrEnum):
    """How a record and a certificate go together."""

    YES = "yes"
    NO = "no"
    UNUSABLE = "unusable"
    CANNOT_TELL = "cannot-tell"


def match(record: Tlsa, certificate: Certificate) -> Match:
    """Whether a record is right for the certificate that was shown, or for one of its authorities (usage 2)."""
    if not record.usable:
        return Match.UNUSABLE
    if record.usage == DANE_EE:
        return _same(record, certificate.sha256, certificate.spki_sha256, certificate.full_sha512, certificate.spki_sha512)
    results = [_same(record, full, spki, "", "") for full, spki in certificate.authorities]
    if record.matching == 0:
        results.append(
            Match.CANNOT_TELL
        )  # the authority itself stands in the record and need not be sent (RFC 7671 section 5.2)
    if Match.YES in results:
        return Match.YES
    return Match.CANNOT_TELL if Match.CANNOT_TELL in results else Match.NO


def _same(record: Tlsa, full_256: str, spki_256: str, full_512: str, spki_512: str) -> Match:
    wanted = record.data.hex()
    if record.matching == 0:
        # The data itself stands in the record; our evidence holds hashes only.
        wanted = hashlib.sha256(record.data).hexdigest()
    keys, certificates = (spki_512, full_512) if record.matching == 2 else (spki_256, full_256)
    seen = keys if record.selector else certificates
    if not seen:
        return Match.CANNOT_TELL
    return Match.YES if seen == wanted else Match.NO


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether a certificate with these names is valid for a host: the same name, or "*" for the first label (RFC 9525 section 6.3)."""
    host = host.rstrip(".").lower()
    _first, _dot, rest = host.partition(".")
    for name in names:
        name = name.rstrip(".").lower()
        if name == host or (name.startswith("*.") and rest and name[2:] == rest):
            return True
    return False
