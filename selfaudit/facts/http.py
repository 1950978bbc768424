"""One HTTPS exchange as it happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HttpStatus(StrEnum):
    """How far the exchange came."""

    ANSWERED = "answered"
    NO_ADDRESS = "no-address"
    REFUSED_SCOPE = "refused-scope"  # the name leads to an address that must not be contacted
    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection-failed"
    TLS_FAILED = "tls-failed"
    PROTOCOL_ERROR = "protocol-error"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class HttpFetch:
    """A single GET, no redirect followed.

    Attributes:
        url: what was fetched.
        address: the address that was contacted.
        outcome: how far it came.
        code: HTTP status code, 0 if none.
        content_type: as the server gave it.
        location: where a redirect points.
        body: at most 64 KiB, Latin-1 for each octet.
        detail: the error in words.
        at: UTC seconds.
        ms: milliseconds.
    """

    url: str
    address: str
    outcome: HttpStatus
    code: int = 0
    content_type: str = ""
    location: str = ""
    body: str = ""
    detail: str = ""
    at: float = 0.0
    ms: float = 0.0
