"""The grammar of an SPF record and of its macros (RFC 7208 sections 4.6.1, 7.1 and 12)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

COUNTED = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})  # RFC 7208 section 4.6.4

_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)=(?P<value>.*)\Z", re.DOTALL)
_DIRECTIVE = re.compile(r"(?P<q>[-+?~]?)(?P<name>[A-Za-z0-9]+)(?P<rest>(?:[:/].*)?)\Z", re.DOTALL)
_CIDR = re.compile(r"(?P<spec>.*?)(?:/(?P<v4>[0-9]+))?(?://(?P<v6>[0-9]+))?\Z", re.DOTALL)
_MACRO = re.compile(r"%\{(?P<letter>[slodiphcrtvSLODIPHCRTV])(?P<digits>[0-9]*)(?P<reverse>[rR]?)(?P<delims>[.\-+,/_=]*)\}")
_TOPLABEL = re.compile(r"(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\Z")


class SpfSyntaxError(BadInput):
    """The record does not follow the grammar; `check_host` gives permerror."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A mechanism with its qualifier.

    Attributes:
        qualifier: one of "+", "-", "~", "?".
        mechanism: lower-case name.
        spec: the domain-spec as written, "" if absent.
        network: of ip4 and ip6.
        v4_prefix: prefix length for A records, default 32.
        v6_prefix: prefix length for AAAA records, default 128.
        text: the term as written.
    """

    qualifier: str
    mechanism: str
    spec: str = ""
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    v4_prefix: int = 32
    v6_prefix: int = 128
    text: str = ""


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A parsed record: its directives in order, and the two modifiers that mean something."""

    text: str
    directives: tuple[Directive, ...]
    redirect: str = ""
    exp: str = ""

    def counted_terms(self) -> tuple[str, ...]:
        """The terms that cost a look-up, as written; `redirect` is ignored where `all` is present (section 6.1)."""
        terms = [d.text for d in self.directives if d.mechanism in COUNTED]
        if self.redirect and not self.all_qualifier():
            terms.append(f"redirect={self.redirect}")
        return tuple(terms)

    def all_qualifier(self) -> str:
        """The qualifier of the first `all`, or "" if there is none."""
        return next((d.qualifier for d in self.directives if d.mechanism == "all"), "")


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record (section 4.5): the version, then a space or the end. Any case."""
    lowered = text[:7].lower()
    return lowered in ("v=spf1", "v=spf1 ")


def parse(text: str) -> SpfRecord:
    """Reads a record.

    Args:
        text: the joined strings, one character for each octet.

    Raises:
        SpfSyntaxError: with the offending term.
    """
    if not is_spf(text):
        raise SpfSyntaxError(phrase("does not begin with v=spf1"))
    if not text.isascii():
        raise SpfSyntaxError(phrase("holds characters outside ASCII"))
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in text[6:].split(" "):
        if not term:
            continue
        modifier = _MODIFIER.match(term)
        if modifier:
            name = modifier["name"].lower()
            if name in ("redirect", "exp"):
                if name in modifiers:
                    raise SpfSyntaxError(phrase("{name}= appears twice", name=name))
                check_domain_spec(modifier["value"], term)
                modifiers[name] = modifier["value"]
            else:
                _check_macro_string(modifier["value"], term, explanation=False)
        else:
            directives.append(_directive(term))
    return SpfRecord(text, tuple(directives), modifiers.get("redirect", ""), modifiers.get("exp", ""))


def _directive(term: str) -> Directive:
    match = _DIRECTIVE.match(term)
    name = match["name"].lower() if match else ""
    if not match or name not in _MECHANISMS:
        raise SpfSyntaxError(phrase("unknown term “{term}”", term=term))
    qualifier, rest = match["q"] or "+", match["rest"]
    if name == "all":
        if rest:
            raise SpfSyntaxError(phrase("“{term}”: all takes no argument", term=term))
        return Directive(qualifier, name, text=term)
    if name in ("ip4", "ip6"):
        return Directive(qualifier, name, network=_network(name, rest, term), text=term)
    if name in ("include", "exists", "ptr"):
        if rest.startswith("/") or (not rest and name != "ptr"):
            raise SpfSyntaxError(phrase("“{term}”: a domain is missing", term=term))
        if rest:
            check_domain_spec(rest[1:], term)
        return Directive(qualifier, name, spec=rest[1:], text=term)
    spec, v4, v6 = _split_cidr(rest, term)
    return Directive(qualifier, name, spec=spec, v4_prefix=v4, v6_prefix=v6, text=term)


def _split_cidr(rest: str, term: str) -> tuple[str, int, int]:
    match = _CIDR.match(rest)
    assert match is not None  # the pattern matches any text
    spec = match["spec"]
    if spec:
        if not spec.startswith(":"):
            raise SpfSyntaxError(phrase("“{term}”: malformed prefix length", term=term))
        check_domain_spec(spec[1:], term)
    return spec[1:], _prefix(match["v4"], 32, term), _prefix(match["v6"], 128, term)


def _prefix(digits: str | None, most: int, term: str) -> int:
    if digits is None:
        return most
    if (len(digits) > 1 and digits[0] == "0") or len(digits) > 3 or int(digits) > most:
        raise SpfSyntaxError(phrase("“{term}”: prefix length /{digits}", term=term, digits=digits))
    return int(digits)


def _network(name: str, rest: str, term: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    address, slash, digits = rest[1:].partition("/")
    most = 32 if name == "ip4" else 128
    if not rest.startswith(":") or (slash and not digits.isdigit()):
        raise SpfSyntaxError(phrase("“{term}”: not an address", term=term))
    prefix = _prefix(digits if slash else None, most, term)
    try:
        if name == "ip4":
            return ipaddress.IPv4Network((ipaddress.IPv4Address(address), prefix), strict=False)
        if "%" in address:
            raise SpfSyntaxError(phrase("“{term}”: not an address", term=term))
        return ipaddress.IPv6Network((ipaddress.IPv6Address(address), prefix), strict=False)
    except ValueError:
        raise SpfSyntaxError(phrase("“{term}”: not an address", term=term)) from None


def check_domain_spec(spec: str, term: str) -> None:
    """Checks `domain-spec = macro-string domain-end`.

    Raises:
        SpfSyntaxError: it is not one.
    """
    _check_macro_string(spec, term, explanation=False)
    if not spec:
        raise SpfSyntaxError(phrase("“{term}”: a domain is missing", term=term))
    if re.search(r"%\{[^}]*\}\Z", spec):
        return
    body = spec.removesuffix(".")
    _head, dot, top = body.rpartition(".")
    # A macro may hold dots of its own as delimiters; only what follows the last macro can be the top label.
    if not dot or "}" in top or "%" in top or not _TOPLABEL.match(top):
        raise SpfSyntaxError(phrase("“{term}”: “{spec}” is not a domain", term=term, spec=spec))


def _check_macro_string(text: str, term: str, *, explanation: bool) -> None:
    i = 0
    while i < len(text):
        char = text[i]
        if char == "%":
            if text[i + 1 : i + 2] in ("%", "_", "-"):
                i += 2
                continue
            match = _MACRO.match(text, i)
            if not match or not _macro_allowed(match, explanation=explanation):
                raise SpfSyntaxError(phrase("“{term}”: malformed macro", term=term))
            i = match.end()
            continue
        if not 0x21 <= ord(char) <= 0x7E and not (explanation and char == " "):
            raise SpfSyntaxError(phrase("“{term}”: a character that is not allowed", term=term))
        i += 1


def _macro_allowed(match: re.Match[str], *, explanation: bool) -> bool:
    digits = match["digits"]
    return not (digits and int(digits[:9]) == 0) and (explanation or match["letter"].lower() not in "crt")


def check_explanation(text: str) -> None:
    """Checks an explanation string (section 6.2): a macro-string in which spaces are allowed.

    Raises:
        SpfSyntaxError: it is not one.
    """
    _check_macro_string(text, text, explanation=True)


def split_macros(text: str) -> list[str | re.Match[str]]:
    """Splits a checked macro-string into literal parts and macro matches (letter, digits, reverse, delims)."""
    parts: list[str | re.Match[str]] = []
    i = 0
    while i < len(text):
        if text[i] != "%":
            j = text.find("%", i)
            j = len(text) if j < 0 else j
            parts.append(text[i:j])
            i = j
            continue
        short = {"%": "%", "_": " ", "-": "%20"}.get(text[i + 1 : i + 2])
        if short is not None:
            parts.append(short)
            i += 2
            continue
        match = _MACRO.match(text, i)
        if match is None:
            raise SpfSyntaxError(phrase("malformed macro"))
        parts.append(match)
        i = match.end()
    return parts
