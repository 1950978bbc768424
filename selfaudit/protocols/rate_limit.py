"""What a server says about how often it may be asked: its announced limit, and how long to wait after a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

_MAX_VALUE = 1000  # characters of a header
_MAX_MEMBERS = 20
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?", re.ASCII)
_MEMBER = re.compile(r'(?:"[^"]*+"|[^",])++')  # up to the next comma outside quotes
_PART = re.compile(r'(?:"[^"]*+"|[^";])++')
_EPOCH = 500_000_000.0  # seconds; no limit lasts 15 years, so a greater reset is a moment
_LONGEST = 400 * 86400.0


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many questions a server takes. None where it does not say.

    Attributes:
        limit: questions per window.
        window: its length in seconds.
        remaining: questions that it still takes in this window.
        reset: seconds until the window is over and all are taken again.
    """

    limit: int | None = None
    window: float | None = None
    remaining: int | None = None
    reset: float | None = None


def read(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Reads the headers of an answer; None if they announce nothing that can be read.

    RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers, the newest form and those of older drafts),
    RateLimit-Limit, -Remaining and -Reset of its first drafts, and the same with the prefix X-. Of several limits at once, the
    one with the fewest questions left counts.

    Args:
        headers: of the answer, in any case.
        now: UTC seconds, because some servers give the moment of the reset.
    """
    fields = {name.lower().replace("x-rate-limit", "x-ratelimit"): value for name, value in headers.items()}
    policies = [p for p in _members(fields.get("ratelimit-policy", "")) if p.get("qu", "requests") == "requests"]
    state = min(
        (s for s in _members(fields.get("ratelimit", "")) if "r" in s or "remaining" in s),
        key=lambda s: _least(s.get("r", s.get("remaining", ""))),
        default={},
    )
    first = _first(fields, "limit")
    limit = _whole(state.get("limit", "")) if "limit" in state else _whole(first.get("", ""))
    policy = _policy(policies + [p for p in _members(_field(fields, "limit")) if "w" in p], state.get(""), limit)
    if limit is None:
        limit = _quota(policy)
    remaining = _whole(state.get("r", state.get("remaining", _first(fields, "remaining").get("", ""))))
    reset = _seconds(state.get("t", state.get("reset", _first(fields, "reset").get("", ""))), now)
    window = _seconds(policy.get("w", ""), now) or None
    if limit is None and remaining is None and reset is None:
        return None
    return RateLimit(limit, window, remaining, reset)


def _field(fields: Mapping[str, str], what: str) -> str:
    return fields.get(f"ratelimit-{what}") or fields.get(f"x-ratelimit-{what}") or ""


def _first(fields: Mapping[str, str], what: str) -> dict[str, str]:
    return next(iter(_members(_field(fields, what))), {})


def _members(value: str) -> list[dict[str, str]]:
    """The members of a list with parameters (RFC 9651): parameters by name, what stands before them under "".

    A member of the form "limit=100" belongs, as in draft 07, to one dictionary with the others of that form.
    """
    if len(value) > _MAX_VALUE:
        return []
    found: list[dict[str, str]] = []
    together: dict[str, str] = {}
    for member in _MEMBER.findall(value)[:_MAX_MEMBERS]:
        head, *parameters = [part.strip() for part in _PART.findall(member)] or [""]
        key, equals, setting = head.partition("=")
        if equals and not head.startswith('"'):
            together[key.strip().lower()] = setting.strip()
            continue
        values = {"": head.strip('"')}
        for parameter in parameters:
            key, _equals, setting = parameter.partition("=")
            values[key.strip().lower()] = setting.strip().strip('"')
        found.append(values)
    return [*found, together] if together else found


def _policy(policies: list[dict[str, str]], name: str | None, limit: int | None) -> dict[str, str]:
    """The policy of that name, else the one with that quota, else the strictest."""
    named = [p for p in policies if name and p.get("") == name and "q" in p]
    fitting = [p for p in policies if limit is not None and _quota(p) == limit]
    return min(named or fitting or (policies if limit is None else []), key=_rate, default={})


def _quota(policy: Mapping[str, str]) -> int | None:
    """Of the newest form: "name";q=100;w=60; of the older ones: 100;w=60."""
    return _whole(policy.get("q", policy.get("", "")))


def _rate(policy: Mapping[str, str]) -> float:
    quota, window = _quota(policy), _seconds(policy.get("w", ""), 0.0)
    return quota / window if quota is not None and window else float("inf")


def _whole(text: str) -> int | None:
    return int(float(text)) if _NUMBER.fullmatch(text) else None


def _least(text: str) -> float:
    value = _whole(text)
    return float("inf") if value is None else value


def _seconds(text: str, now: float) -> float | None:
    """A duration, or the time until a moment in seconds or milliseconds since 1970; None if it is absurd."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if value >= _EPOCH * 1000:
        value /= 1000
    if value >= _EPOCH:
        value = max(value - now, 0.0)
    return value if value <= _LONGEST else None


def retry_after(value: str, now: float) -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or a date (RFC 9110 section 10.2.3).

    Returns:
        0 for what is past or negative, None for what cannot be read.
    """
    text = value.strip()
    if len(text) > 100:
        return None
    if _NUMBER.fullmatch(text.removeprefix("-")):
        return 0.0 if text.startswith("-") else float(text)
    if not re.search(r"[A-Za-z]{3}", text):
        return None
    try:
        moment = parsedate_to_datetime(text)
        return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now, 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
