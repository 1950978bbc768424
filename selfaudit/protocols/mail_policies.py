"""MTA-STS (RFC 8461), SMTP TLS reporting (RFC 8460) and BIMI records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.errors import BadInput
from selfaudit.facts.dns import bare
from selfaudit.i18n import phrase
from selfaudit.protocols.tags import parse_tags

MAX_AGE_LIMIT = 31_557_600  # RFC 8461 section 3.2, about a year
_STS_ID = re.compile(r"[A-Za-z0-9]{1,32}\Z")
_MODES = ("enforce", "testing", "none")


def sts_records(texts: Iterable[str]) -> tuple[str, ...]:
    """TXT records that are MTA-STS records (RFC 8461 section 3.1)."""
    return tuple(t for t in texts if re.match(r"v=STSv1\s*;", t))


def parse_sts_record(text: str) -> str:
    """Reads "v=STSv1; id=...;" and returns the id.

    Raises:
        BadInput: it is not such a record.
    """
    tags = parse_tags(text)
    if tags.get("v") != "STSv1":
        raise BadInput(phrase("does not begin with v=STSv1"))
    if not _STS_ID.match(tags.get("id", "")):
        raise BadInput(phrase("id= must be 1 to 32 letters and digits"))
    return tags["id"]


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """A policy file (RFC 8461 section 3.2)."""

    mode: str
    max_age: int
    mx: tuple[str, ...]


def parse_sts_policy(body: str) -> StsPolicy:
    """Reads a policy file.

    Raises:
        BadInput: what is wrong with it.
    """
    values: dict[str, str] = {}
    hosts = []
    for line in re.split(r"\r?\n", body):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", key):
            raise BadInput(phrase("“{strip}” is not a line of the form key: value", strip=line.strip()[:40]))
        if key == "mx":
            hosts.append(value.lower())
        else:
            values.setdefault(key, value)
    if values.get("version") != "STSv1":
        raise BadInput(phrase("the line “version: STSv1” is missing"))
    if values.get("mode") not in _MODES:
        raise BadInput(phrase("the mode must be enforce, testing or none"))
    age = values.get("max_age", "")
    if not re.fullmatch(r"[0-9]{1,10}", age) or int(age) > MAX_AGE_LIMIT:
        raise BadInput(phrase("max_age must be a number of seconds, at most {max_age_limit}", max_age_limit=MAX_AGE_LIMIT))
    if not hosts and values["mode"] != "none":
        raise BadInput(phrase("there is no mx: line"))
    for host in hosts:
        if not re.fullmatch(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+", host):
            raise BadInput(phrase("mx: “{host}” is not a host name or a pattern like *.example.com", host=host[:60]))
    return StsPolicy(values["mode"], int(age), tuple(hosts))


def sts_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a mail host is covered (RFC 8461 section 4.1): "*." stands for exactly one label."""
    host = bare(host).lower()
    return any(
        host == p or (p.startswith("*.") and host.partition(".")[2] == p[2:] and bool(host.partition(".")[0])) for p in patterns
    )


def tls_rpt_records(texts: Iterable[str]) -> tuple[str, ...]:
    """TXT records that are TLS-RPT records (RFC 8460 section 3)."""
    return tuple(t for t in texts if re.match(r"v=TLSRPTv1\s*;", t))


def parse_tls_rpt(text: str) -> tuple[str, ...]:
    """Reads "v=TLSRPTv1; rua=..." and returns the destinations.

    Raises:
        BadInput: there is no usable destination.
    """
    tags = parse_tags(text)
    uris = tuple(u.strip() for u in tags.get("rua", "").split(",") if u.strip())
    if not uris:
        raise BadInput(phrase("rua= names no destination"))
    for uri in uris:
        if not re.match(r"(?i)mailto:[^@\s]+@[^@\s]+\Z|https://[^\s/]+", uri):
            raise BadInput(phrase("“{uri}” is neither a mailto: nor an https: address", uri=uri[:60]))
    return uris


@dataclass(frozen=True, slots=True)
class Bimi:
    """A BIMI assertion: where the logo and the certificate are; both empty means the domain declines."""

    location: str
    authority: str


def bimi_records(texts: Iterable[str]) -> tuple[str, ...]:
    """TXT records that are BIMI records."""
    return tuple(t for t in texts if re.match(r"v=BIMI1\s*(;|\Z)", t))


def parse_bimi(text: str) -> Bimi:
    """Reads a BIMI assertion record (draft-brand-indicators-for-message-identification, section 4.2).

    Raises:
        BadInput: what is wrong with it.
    """
    tags = parse_tags(text)
    location, authority = tags.get("l", ""), tags.get("a", "")
    if "l" not in tags:
        raise BadInput(phrase("there is no l= tag"))
    for tag, value in (("l", location), ("a", authority)):
        if value and value != "self" and not re.match(r"(?i)https://[^\s/]+/", value):
            raise BadInput(phrase("{tag}= must be an https address", tag=tag))
    return Bimi(location, authority)
