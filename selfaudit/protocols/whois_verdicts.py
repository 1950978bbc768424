"""What a WHOIS answer without data says: asked too much, nobody has the name, nobody may have it, or nothing of use.

Only short paragraphs count: long ones are notices, which speak of limits, of names that are available and of what is not found
in every answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selfaudit.protocols.bootstrap import a_labels
from selfaudit.protocols.whois_text import Paragraph

_LONGEST = 400  # characters of a paragraph that is no notice

_REFUSED = re.compile(
    r"\b(?:quota|limits?|rate|quer(?:y|ies)|requests?|connections?|lookups?)\b.{0,80}\bexceed(?:ed|s)\b"
    r"|\bexceed(?:ed|s)\b.{0,80}\b(?:quota|limits?|rate|number|maximum|quer(?:y|ies)|requests?|connections?)\b"
    r"|\b(?:limit|quota|maximum)\b.{0,60}\b(?:reached|hit|exhausted)\b"
    r"|\btoo many (?:[a-z]+ ){0,2}(?:requests|queries|connections|lookups|attempts)\b"
    r"|\bexcessive (?:querying|queries|requests|use|access)\b"
    r"|\b(?:you|your|client|ip|address|host|connection|access)\b.{0,60}\b(?:blocked|banned|blacklisted|rate[ -]limited|throttled|denied)\b"
    r"|\b(?:blacklisted|rate[ -]limited|throttled)\b"
    r"|\b(?:try|retry|query|come) (?:it |back )?again (?:later|in|after)\b|\btry (?:back )?later\b"
    r"|\btemporarily (?:unavailable|blocked|disabled|suspended|out of)\b"
    r"|\b(?:service|server|database|system|backend)\b.{0,60}\b(?:unavailable|not available|overloaded|too busy|under maintenance)\b",
    re.IGNORECASE,
)
# What would or could happen did not happen.
_CONDITION = re.compile(r"\b(?:may|might|could|would|if|in case|reserves?|whoever|anyone|those who|users who)\b", re.IGNORECASE)

_NOT_FOUND = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"no match(?:ing (?:records?|objects?|entr(?:y|ies)))?(?: found)?(?: for .{1,260})?",
        r".{1,260} - no match(?: found)?",
        r"no (?:data|entries|entry|records?|objects?|information)(?: was| were)? (?:found|available|exists?)(?: .{1,260})?",
        r"no (?:such|matching) (?:domain|object|record|entry)s?(?: .{1,260})?",
        r"no object found|no found|object[_ ]not[_ ]found|no_se_encontro_el_objeto ?/ ?object_not_found",
        r"(?:[^.]{0,200}[:;] ?)?(?:the )?(?:queried |requested )?(?:domain|object|entry|data)?(?: name)? ?not found(?:[:,.].{0,260})?",
        r".{1,260} (?:was )?not found(?: in .{1,100})?",
        r"(?:.{0,200}: ?)?(?:the )?(?:queried |requested )?(?:object|domain)(?: name)?(?: .{1,260})? does not exist(?: in .{1,60})?(?:: .{0,60})?",
        r"nothing found(?: for .{1,260})?",
        r"error: ?[0-9]{1,4}: (?:no entries found|domain is not registered|not found)",
        r"(?:this |the )?domain(?: name)?(?: .{1,260})? (?:has not been|is not|was not) (?:registered|delegated|assigned)(?: yet)?",
        r"(?:this |the )?(?:domain(?: name)?|name)(?: .{1,260})? is (?:free|available(?: for (?:registration|purchase))?|unregistered)",
        r"\S{3,260} is (?:free|available(?: for (?:registration|purchase))?|not registered)",
        r"status: ?(?:free|available|no object found|not registered)",
        r"domain status: ?(?:free|available|no object found|not registered)",
        r"available|free|not registered|data not found\. this domain is available for registration",
        r"el dominio no se encuentra(?: registrado)?(?: .{0,100})?",
        r"we do not have an entry in our database matching your query",
        r"this query returned 0 objects",
    )
)
_NOT_FOR_ALL = re.compile(
    r"\b(?:name|domain|label|string|object|registration|it|this|status|state|registry)\b[^.]{0,80}"
    r"\b(?:reserved|blocked|premium|unassignable|prohibited|forbidden|restricted|(?:can ?not|can not|may not) be registered|"
    r"not available for registration|contravenes)\b"
    r"|^(?:registry )?(?:reserved|blocked|premium)\b[^.]{0,60}$"
    r"|\b(?:reserved|blocked|premium) (?:domain|name|by|for)\b",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"\b(?:all )?rights? (?:are |is )?(?:reserved|restricted)\b|\brestricted rights\b", re.IGNORECASE)
_NO_USE = re.compile(
    r"requests of this client are not permitted|no whois server|(?:tld|domain|query|request|object)s? (?:is |are )?not supported"
    r"|(?:invalid|malformed|incorrect|illegal) (?:query|request|domain|input|object|search|parameter|syntax)"
    r"|not (?:authori[sz]ed|permitted|allowed) to (?:query|access|use)|not clearly specified|please use (?:the web|https?://)|no longer"
    r"|internal (?:server )?error|unknown (?:host|tld|domain|object)",
    re.IGNORECASE,
)
_AROUND = " \t.!-*'\"%#"
_LAST_LABEL = re.compile(r"\.[a-z][a-z0-9-]*\Z")
_WORD = re.compile(r"[^\s\"'“”„«»<>()\[\],;:/=@!?]{2,260}")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s\"'<>]{1,200}|[^\s@]{1,64}@[^\s@]{1,200}", re.IGNORECASE)


def _short(found: list[Paragraph]) -> Iterator[Paragraph]:
    yield from (paragraph for paragraph in found if len(paragraph.text) <= _LONGEST)


def refusal(found: list[Paragraph]) -> str:
    """What the server says about being asked too much or being out of order, "" if it says nothing of the kind."""
    said = [paragraph.text for paragraph in _short(found) if _is_refusal(paragraph.text)]
    return min(said, key=len, default="")


def _is_refusal(text: str) -> bool:
    return any(_REFUSED.search(part) and not _CONDITION.search(part) for part in re.split(r"[.!?](?:\s|\Z)", text))


@dataclass(frozen=True, slots=True)
class Absence:
    """A line that says that nobody has a name, and the names in it."""

    line: str
    names: frozenset[str]


def absence(found: list[Paragraph], domain: str) -> Absence | None:
    """The line that says that nobody has a name: one that names ours, else one that names none, else one that names another."""
    lines = [
        Absence(line.strip(), _names(line))
        for paragraph in _short(found)
        for line in (*paragraph.lines, paragraph.text)
        if not _is_refusal(line) and any(pattern.fullmatch(line.strip(_AROUND)) for pattern in _NOT_FOUND)
    ]
    return min(lines, key=lambda one: (domain not in one.names, bool(one.names)), default=None)


def _names(line: str) -> frozenset[str]:
    """The domain names in a line, without those of web pages and mail addresses."""
    words = (word.strip(".") for word in _WORD.findall(_ADDRESS.sub(" ", line)))
    return frozenset(name for word in words if _LAST_LABEL.search(name := a_labels(word)))


def not_for_all(found: list[Paragraph], domain: str) -> str:
    """What the server says about a name that is reserved, blocked or sold in another way, "" if it says nothing of the kind."""
    for paragraph in _short(found):
        words = _RIGHTS.sub(" ", paragraph.text).strip()
        names = _names(words)
        if _NOT_FOR_ALL.search(words) and (not names or domain in names):
            return paragraph.text
    return ""


def no_use(found: list[Paragraph]) -> str:
    """What the server says when it gives no answer for another reason, "" if it says nothing of the kind."""
    return next((paragraph.text for paragraph in _short(found) if _NO_USE.search(paragraph.text)), "")
