"""What a person has filled in so far: every line as typed, with what is wrong with it, and the case that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import msgspec

from selfaudit.case import HOSTED, Approval, Registrant, Target
from selfaudit.case.file import parse_past, registrant_problems
from selfaudit.case.model import Purpose, Seal, Stated
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Statement
from selfaudit.case.targets import MAX_ADDRESSES, MAX_DOMAINS, MAX_HOSTED, parse_domain, parse_target
from selfaudit.engine.brought import Brought
from selfaudit.errors import BadInput, UserError
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.i18n import N_, _, language, ngettext
from selfaudit.protocols.psl import is_public_suffix, registrable_domain
from selfaudit.text import printable

MAX_SELECTORS = 50
MAX_SENDING = 64
MAX_LINES = 1000
MAX_LINE = 400  # characters; what is longer than a target can be stays so, and is said to be
MAX_TYPED = 100_000  # characters of a box, or pasted at once
LEFT_OUT = "…"  # the last line of a box in which there was more than there is room for
_MOST_READ = 2 * MAX_HOSTED  # different words of a box; reading more would only take time, and these are too many already
_SEPARATOR = re.compile(r"[\s,;]")
_MORE = N_("There was too much here: what came after this line was left out. Keep it for another case, and remove this line.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of targets, as typed. `sends`: mail for the domains is sent from this address."""

    text: str
    sends: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A case while it is being filled in.

    Attributes:
        lines: targets as typed.
        selectors: DKIM selectors as typed.
        learnt: (selector, domain, file name) read from sample messages.
        person, role: who states that the targets may be probed; both empty if nobody does.
        number, provider, deadline: of the provider's case; the deadline as YYYY-MM-DD or RFC 3339.
        demo: the world of the embedded internet, or "".
        confirmed: the page of permissions was confirmed for exactly these targets.
        source: the name of the case file that it was filled in from, or "".
        exceptions: what the case file says that the provider has agreed to.
        suspended: since when the service is suspended, as typed.
        hosted: domains that are only hosted; lines as typed, each with one domain or several.
        registrant: to whom the domains are registered, as typed.
        not_registrant: domains that are registered to somebody else; lines as typed.
        hosts: what collectors wrote down on servers of the case.
        look_up_packages: the lists of their packages may be shown to public lists of vulnerabilities.
        messages: sample messages.
        ledgers: ledgers of consent as they were counted.
        pages: pages as the person named them, (kind, URL as typed).
        notices: what the provider or others wrote.
        cited, steps: clauses that the provider says were broken, and what it demands.
        purpose, bulk, shared: as of `Case`.
        statement: what the customer states.
        service, contact, language, message, seal: of the case file, as of `Case`.
        case_file, case_signature: the octets of the case file as it was opened and the text of its signature ("" for none); the seal is worked
            out from them whenever a case is made.
    """

    lines: tuple[Line, ...] = ()
    selectors: tuple[str, ...] = ()
    learnt: tuple[tuple[str, str, str], ...] = ()
    person: str = ""
    role: str = ""
    number: str = ""
    provider: str = ""
    deadline: str = ""
    demo: str = ""
    confirmed: bool = False
    source: str = ""
    exceptions: tuple[Approval, ...] = ()
    suspended: str = ""
    hosted: tuple[str, ...] = ()
    registrant: Registrant = field(default_factory=Registrant)
    not_registrant: tuple[str, ...] = ()
    hosts: tuple[HostReport, ...] = ()
    look_up_packages: bool = False
    messages: tuple[SampleMessage, ...] = ()
    ledgers: tuple[LedgerReport, ...] = ()
    pages: tuple[tuple[Literal["privacy", "abuse", "unsubscribe"], str], ...] = ()
    notices: tuple[Notice, ...] = ()
    cited: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    purpose: Purpose = "reinstatement"
    bulk: Stated = ""
    shared: Stated = ""
    statement: Statement = field(default_factory=Statement)
    service: str = ""
    contact: str = ""
    language: str = ""
    message: str = ""
    seal: Seal | None = None
    case_file: bytes = b""
    case_signature: str = ""

    @property
    def brought(self) -> Brought:
        """What was brought along in files."""
        return Brought(self.hosts, self.messages, self.ledgers)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line was understood as. `problem` is one line in words, "" if there is none."""

    targets: tuple[Target, ...] = ()
    problem: str = ""
    repeated: bool = False


def title(draft: Draft) -> str:
    """A short name for a case: its number, or its first targets."""
    names = [text.strip() for text in (*(line.text for line in draft.lines), *draft.hosted) if text.strip()]
    targets = ", ".join(names[:2]) + (f" (+{len(names) - 2})" if len(names) > 2 else "")
    return printable(" · ".join(filter(None, (draft.number, targets))), 120)


def split_pasted(text: str) -> tuple[str, ...]:
    """The targets in pasted text: separated by lines, commas, semicolons or blanks."""
    return tuple(filter(None, _SEPARATOR.split(text)))


def bounded(text: str) -> tuple[str, bool]:
    """At most 100,000 characters of a text, and whether words were left out. No word is cut: it could become another name."""
    end = min(len(text), MAX_TYPED)
    while 0 < end < len(text) and not _SEPARATOR.match(text[end]):
        end -= 1
    return text[:end], bool(text[end:].strip(" \t\r\n,;"))


def add_lines(draft: Draft, texts: Iterable[str]) -> Draft:
    """Adds lines that are not there yet."""
    present = {line.text.strip().lower() for line in draft.lines}
    fresh: dict[str, Line] = {}
    for text in texts:
        cleaned = text.strip()[:MAX_LINE]
        if cleaned and cleaned.lower() not in present:
            fresh.setdefault(cleaned.lower(), Line(cleaned))
    kept = tuple(line for line in draft.lines if line.text.strip())
    return replace(draft, lines=(*kept, *fresh.values())[:MAX_LINES], confirmed=False)


@lru_cache(maxsize=4096)
def _read(text: str, allow_reserved: bool, _language: str) -> Reading:
    try:
        return Reading(parse_target(text, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix))
    except UserError as error:
        return Reading(problem=str(error))


def read_lines(draft: Draft, *, allow_reserved: bool) -> tuple[Reading, ...]:
    """What each line was understood as, in the order of the lines; empty lines are neither right nor wrong."""
    seen: set[Target] = set()
    counts = {"address": 0, "domain": 0}
    limits = {"address": MAX_ADDRESSES, "domain": MAX_DOMAINS}
    out = []
    for line in draft.lines:
        full = counts["address"] > MAX_ADDRESSES and "/" in line.text  # reading hundreds of blocks more would only take time
        reading = Reading() if full or not line.text.strip() else _read(line.text, allow_reserved, language())
        fresh = [t for t in reading.targets if t not in seen]
        if reading.targets and not fresh:
            reading = replace(reading, repeated=True)
        seen.update(fresh)
        for target in fresh:
            counts[target.kind] += 1
        kind = reading.targets[0].kind if reading.targets else ""
        if full or (kind and counts[kind] > limits[kind]):
            text = _(
                "At most {addresses} addresses and {domains} domains can be audited at once; leave this one for another case."
            )
            reading = replace(reading, problem=text.format(addresses=MAX_ADDRESSES, domains=MAX_DOMAINS))
        out.append(reading)
    return tuple(out)


@lru_cache(maxsize=4096)
def _read_domain(text: str, allow_reserved: bool, _language: str) -> tuple[str, str]:
    try:
        return parse_domain(text, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix), ""
    except UserError as error:
        return "", str(error)


def read_hosted(draft: Draft, *, allow_reserved: bool) -> tuple[Reading, ...]:
    """What each line of hosted domains was understood as. What is named among the targets counts as named, and is `repeated`."""
    named = _named(draft, allow_reserved)
    seen: set[str] = set()
    read: dict[str, tuple[str, str]] = {}
    out = []
    for line in draft.hosted:
        values, problem, unread = _words(line, read, allow_reserved)
        fresh = tuple(v for v in values if v not in named and v not in seen)
        taken = fresh[: MAX_HOSTED - len(seen)]
        seen.update(taken)
        problem = _too_many(len(fresh) - len(taken) + unread) or problem
        out.append(Reading(tuple(Target("domain", v, HOSTED) for v in taken), problem, bool(values) and not fresh))
    return tuple(out)


def read_not_registrant(draft: Draft, *, allow_reserved: bool) -> tuple[Reading, ...]:
    """What each line of domains of somebody else was understood as: the name that is registered for each."""
    hosted = (t.value for r in read_hosted(draft, allow_reserved=allow_reserved) for t in r.targets)
    known = {registrable_domain(v) or v for v in (*_named(draft, allow_reserved), *hosted)}
    read: dict[str, tuple[str, str]] = {}
    out = []
    for line in draft.not_registrant:
        values, problem, unread = _words(line, read, allow_reserved)
        registered = tuple(dict.fromkeys(registrable_domain(v) or v for v in values))
        strange = next((v for v in registered if v not in known), "")
        if strange:
            words = _("{domain} is not among the domains of this case; add it there, or remove it here.")
            problem = problem or words.format(domain=strange)
        out.append(Reading(tuple(Target("domain", v) for v in registered if v in known), _too_many(unread) or problem))
    return tuple(out)


def _words(line: str, read: dict[str, tuple[str, str]], allow_reserved: bool) -> tuple[tuple[str, ...], str, int]:
    """The domains in a line, the first thing that is wrong with it, and how many words were not read any more.

    `read` is what the words of the box were understood as so far; this adds to it.
    """
    if line.strip() == LEFT_OUT:
        return (), _(_MORE), 0
    words = dict.fromkeys(split_pasted(line))
    for word in words:
        if word not in read and len(read) < _MOST_READ:
            read[word] = _read_domain(word, allow_reserved, language())
    found = [read[word] for word in words if word in read]
    problem = next((why for _v, why in found if why), "")
    return tuple(dict.fromkeys(v for v, _why in found if v)), problem, len(words) - len(found)


def _too_many(count: int) -> str:
    """What is said about domains that are left out, "" for none."""
    words = ngettext(
        "At most {limit} domains fit in here, so {count} domain of this line is left out. Keep it for another case.",
        "At most {limit} domains fit in here, so {count} domains of this line are left out. Keep them for another case.",
        count,
    )
    return words.format(limit=MAX_HOSTED, count=count) if count else ""


def _named(draft: Draft, allow_reserved: bool) -> dict[str, None]:
    readings = read_lines(draft, allow_reserved=allow_reserved)
    return dict.fromkeys(t.value for r in readings for t in r.targets if t.kind == "domain")


def declared_problems(draft: Draft) -> dict[str, str]:
    """What is wrong with the single fields, in words, by the name of the field in `Draft` or `Registrant`."""
    problems = {}
    try:
        parse_past(draft.suspended, ahead=bool(draft.demo))
    except UserError as error:
        problems["suspended"] = str(error)
    return problems | registrant_problems(draft.registrant, ahead=bool(draft.demo))


def encode_draft(draft: Draft) -> bytes:
    """A draft as it is stored."""
    return msgspec.json.encode(draft)


def decode_draft(data: bytes) -> Draft:
    """A stored draft.

    Raises:
        BadInput: it is none.
    """
    try:
        return msgspec.json.decode(data, type=Draft)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(printable(str(error), 200)) from None
