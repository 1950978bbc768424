"""Name servers to which registrars move a domain that they take out of service: contact data not confirmed, not renewed, suspended.

ICANN Registrar Accreditation Agreement 2013, section 3.7.8 and WHOIS Accuracy Program Specification: contact data that is not
confirmed within 15 days leads to the suspension of the name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from selfaudit.facts.dns import bare

Meaning = Literal["verification", "expired", "suspended"]


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern of the shipped list.

    Attributes:
        host: a host name, or "*." and a suffix for every name below the suffix.
        registrar: who uses it.
        meaning: "verification" (contact data was not confirmed), "expired" (not renewed in time) or "suspended" (another reason, or
            none that the name tells).
        source, checked_on: where that was found, and when.
    """

    host: str
    registrar: str
    meaning: Meaning
    source: str
    checked_on: str

    def fits(self, host: str) -> bool:
        """Whether a host name (lower case, no root dot) is meant."""
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    pattern: tuple[Hold, ...]


@cache
def patterns() -> tuple[Hold, ...]:
    """The shipped list."""
    text = (resources.files("selfaudit_resources") / "registration/verification-holds.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File, strict=True).pattern


def hold_of(hosts: Iterable[str]) -> tuple[str, Hold] | None:
    """The first of these name servers that a registrar uses for such domains, with what that means; None if none is."""
    for host in hosts:
        name = bare(host).lower()
        for pattern in patterns():
            if pattern.fits(name):
                return name, pattern
    return None
