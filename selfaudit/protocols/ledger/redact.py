"""Values made safe to show: nobody may be recognised by them, and no formula is repeated."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
import re

from selfaudit.i18n import N_
from selfaudit.protocols.ledger.times import is_empty, read_time
from selfaudit.protocols.ledger.words import ip_kind
from selfaudit.text import printable

FORMULA = N_("(formula)")
RARE = N_("(rare)")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9 ().-]*$)")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_MAX_SHOWN = 40
ADVANCE = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the value for a formula. Signed numbers and telephone numbers are none."""
    return _FORMULA.match(text) is not None


def pseudonym(recipient: str, secret: bytes, words: str) -> str:
    """Stands for a recipient: 16 hexadecimal digits of HMAC-SHA-256 (RFC 2104).

    The key comes from the whole ledger, so that only who has it can turn a pseudonym back by trying addresses. That somebody was drawn is less
    secret, for the draw has no key (see `draw_key`).
    """
    key = hmac.digest(secret, words.encode("utf-8", "surrogatepass"), "sha256")
    return hmac.new(key, normal(recipient).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def normal(recipient: str) -> str:
    """The form in which recipients are compared: no white space around, small letters."""
    return recipient.strip().lower()


def draw_key(recipient: str, prefix: bytes) -> bytes:
    """The place of a (normal) recipient in the draw: SHA-256 of `prefix` (seed and "|") and recipient; the smallest are drawn."""
    return hashlib.sha256(prefix + recipient.encode("utf-8", "surrogatepass")).digest()


def network(text: str) -> str:
    """An IP address without its last part: /24, or /48 of IPv6; "?" for what is none."""
    try:
        address = ipaddress.ip_address(text.strip()[:60].partition("%")[0])
    except ValueError:
        return "?" if text.strip() else ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv6Address) and address.sixtofour:
        return "2002::/16"  # the IPv4 address of a person follows (RFC 3056)
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def minute(seconds: int | None) -> str:
    """A time in UTC to the minute; "" for none or one that no calendar has."""
    if seconds is None:
        return ""
    try:
        return (ADVANCE + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%MZ")
    except OverflowError:
        return ""


def shape(text: str, limit: int = 20) -> str:
    """Letters as a, digits as 9."""
    return printable(_DIGIT.sub("9", _LETTER.sub("a", text[:limit])), limit) + ("…" if len(text) > limit else "")


def recipient_shown(text: str) -> str:
    """An address as "a…@s….test": enough to see that it is one."""
    local, at, domain = text.rpartition("@")
    if not at:
        return shape(text)
    end = domain.rpartition(".")[2]
    return printable(f"{local[:1]}…@{domain[:1]}….{end[:10]}", _MAX_SHOWN)


def source_shown(text: str) -> str:
    """The words of a source that many share: without what follows a question mark, addresses or long numbers."""
    if is_formula(text):
        return FORMULA
    head = re.split(r"[?#]", text, maxsplit=1)[0]
    if "@" in head:
        return shape(head)
    return printable(re.sub(r"\d{5,}", "…", head), _MAX_SHOWN)


def example(text: str, role: str) -> str:
    """A value of a column as a person may see it to confirm what the column holds."""
    text = text.strip()
    if not text:
        return ""
    if is_formula(text):
        return FORMULA
    if "@" in text:
        return recipient_shown(text)
    if ip_kind(text) != "bad":
        return network(text)
    try:
        if not is_empty(text):
            read_time(text)
    except (ValueError, OverflowError):
        return source_shown(text) if role in ("source", "status", "channel", "text_version", "bounce_code") else shape(text)
    return printable(text[:16], 16)
