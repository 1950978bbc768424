"""What of a fact counts when it is seen again at another time or from another place, line by line.

Moments, durations, the addresses of resolvers, remaining times of caches, signatures and the order of records differ from one look to the
next and say nothing. What could not be observed is no difference, and neither is a question that was asked only once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final

from selfaudit.errors import BadInput
from selfaudit.facts import Fact
from selfaudit.facts.blocklist import AddressListings, DomainListings, ListAnswer
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, bare
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.mail import (
    BimiRecord,
    DkimKeys,
    DkimSelector,
    DmarcLookups,
    MailHost,
    MailHosts,
    MtaStsPolicy,
    SpfLookups,
    TlsReporting,
)
from selfaudit.facts.rdns import ReverseDns
from selfaudit.facts.registration import (
    DomainRegistration,
    MailDomain,
    NetworkRecord,
    NetworkRegistration,
    Registered,
    RegistrationContact,
    RegistrationRecord,
)
from selfaudit.facts.routing import RouteOrigin, RouteValidity, ValidityQuestion
from selfaudit.facts.zone import CaaLookups, Delegation, DnssecChain, NameServer, NameSurvey, NameUse
from selfaudit.i18n import phrase
from selfaudit.protocols import rpki
from selfaudit.text import printable

MAX_LINES = 6
MAX_LINE = 200

_REGISTRY = frozenset({"exchanges", "bootstrap", "page", "now"})
# Every kind of fact that is observed again, with the fields in which two looks always differ, or that say how it was looked at.
COMPARED: Final[Mapping[type[Fact], frozenset[str]]] = {
    AddressListings: frozenset(),
    BimiRecord: frozenset(),
    CaaLookups: frozenset(),
    Delegation: frozenset({"cut_off"}),
    DkimKeys: frozenset({"guessed", "unanswered", "control"}),
    DmarcLookups: frozenset(),
    DnssecChain: frozenset({"now"}),
    DomainListings: frozenset(),
    DomainRegistration: _REGISTRY,
    MailHosts: frozenset(),
    MtaStsPolicy: frozenset(),
    NameSurvey: frozenset({"names"}),
    NetworkRegistration: _REGISTRY,
    ReverseDns: frozenset(),
    RouteOrigin: frozenset({"names"}),
    RouteValidity: frozenset({"cut_off"}),
    SpfLookups: frozenset({"cached", "published"}),  # the one that counts is among its answers
    TlsReporting: frozenset(),
}
# The same for what is inside of them. DNS answers, fetched files, list answers and validators' answers are read by functions of their own.
PARTS: Final[Mapping[type[Any], frozenset[str]]] = {
    DkimSelector: frozenset({"source"}),
    MailDomain: frozenset(),
    MailHost: frozenset(),
    NameServer: frozenset(),
    NameUse: frozenset(),
    NetworkRecord: frozenset({"source", "notes"}),
    RegistrationContact: frozenset({"handle"}),
    RegistrationRecord: frozenset({"source", "throttled", "registrar_url", "related", "whois_server", "notes"}),
}
# By what the members of a sequence are told apart.
_NAMES: Final[Mapping[type[Any], Callable[[Any], str]]] = {
    DkimSelector: lambda item: str(item.name),
    MailDomain: lambda item: str(item.domain),
    MailHost: lambda item: bare(item.name),
    NameServer: lambda item: bare(item.host),
    NameUse: lambda item: bare(item.name),
    RegistrationContact: lambda item: ", ".join(item.roles),
}
# Fields whose answers come another way than the rest: their answers are lines of their own.
_WAYS: Final = {
    "published": phrase("its own servers"),
    "parent": phrase("the servers above it"),
    "resolver_ns": phrase("through the resolver"),
    "unchecked": phrase("signatures not checked"),
    "soa": phrase("its own servers"),
    "ns": phrase("its own servers"),
}
_DATES: Final = frozenset({"created", "changed", "transferred", "expires", "registrar_expires"})
# WHOIS and RDAP word the rest too differently to be compared with each other.
_CORE: Final = frozenset({"registry registered", "registry expires", "registry name servers", "registry states"})
# Of these records only the names count, in which capitals and small letters are the same (RFC 4343 section 3).
_NAMING: Final = frozenset({"CNAME", "DNAME", "MX", "NS", "PTR", "SOA", "SRV"})
# Where the first could not be observed, neither could the lines that begin so.
_ROOTS: Final = (("registration", ("registry", "network", "registrar", "mail")), ("registrar", ("registrar ",)))
_ABSENT = phrase("nothing")
_NOT_TOLD = phrase("it could not be told")
_NOT_LISTED = phrase("not listed")
_NO_ANSWERS = {
    DnsStatus.NXDOMAIN: phrase("there is no such name"),
    DnsStatus.NODATA: phrase("there is no such record"),
    DnsStatus.LOOP: phrase("aliases in a loop"),
}
_FETCHED = (HttpStatus.ANSWERED, HttpStatus.NO_ADDRESS, HttpStatus.TLS_FAILED, HttpStatus.TOO_LARGE)


@dataclass(slots=True)
class Lines:
    """What a fact says.

    Attributes:
        known: label -> values.
        unknown: labels of what could not be observed.
        asked: labels of single questions; one that was not asked says nothing.
        expected: labels of questions that count as not observed where they were not asked again.
    """

    known: dict[str, set[str]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)

    def put(self, label: str, value: str | None, *, asked: bool = False) -> None:
        """Adds a value; None for what could not be observed."""
        if asked:
            self.asked.add(label)
        if value is None:
            self.unknown.add(label)
        else:
            self.known.setdefault(label, set()).add(value)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two looks at the same.

    Attributes:
        before, now: the lines that differ.
        unseen: lines that the first look knows and the second could not observe.
    """

    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.before or self.now)


def difference(before: Fact, now: Fact) -> Difference:
    """What differs between two facts of one kind in `COMPARED`, in lines for people."""
    then, here = lines_of_fact(before), lines_of_fact(now)
    gone = tuple(start for root, starts in _ROOTS if root in here.unknown for start in starts)
    unseen = {
        label: None
        for label in then.known
        if label in here.unknown or (label in then.expected and label not in here.known) or label.startswith(gone)
    }
    asked, agree = then.asked | here.asked, _sources_agree(before, now)
    old, new = [], []
    for label in dict.fromkeys((*then.known, *then.unknown, *here.known)):
        if label in here.unknown or label in unseen or label.startswith(gone):
            continue
        if label in asked and not _both(label, then, here):
            continue
        if not agree and label.startswith("registry ") and label not in _CORE:
            continue
        values, others = then.known.get(label, set()), here.known.get(label, set())
        if values == others and label not in then.unknown:
            continue
        if label in then.unknown and not others:
            continue
        old.append(_line(label, values, _NOT_TOLD if label in then.unknown else _ABSENT))
        new.append(_line(label, others, _ABSENT))
    return Difference(_bounded(old), _bounded(new), _bounded([_line(label, then.known[label], "") for label in unseen]))


def failure_lines(fact: Fact) -> tuple[str, ...]:
    """What a fact says, for one that could not be observed before."""
    if type(fact) not in COMPARED:
        return ()
    said = lines_of_fact(fact)
    return _bounded([_line(label, values, _ABSENT) for label, values in said.known.items()])


def _both(label: str, then: Lines, here: Lines) -> bool:
    """Whether a question was asked both times; news of a list that was not asked before counts."""
    if label in here.expected and label not in then.known:
        return here.known.get(label, set()) != {_NOT_LISTED}
    return (label in then.known or label in then.unknown) and label in here.known


def _line(label: str, values: set[str], otherwise: str) -> str:
    return one_line(f"{label}: {'; '.join(sorted(values)) or otherwise}")


def one_line(text: str) -> str:
    """Outside text in one line of at most 200 characters, safe to show."""
    line = printable(text, 2 * MAX_LINE)
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


def _bounded(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= MAX_LINES:
        return tuple(lines)
    return (*lines[: MAX_LINES - 1], phrase("and {count} more lines", count=len(lines) - MAX_LINES + 1))


def _sources_agree(before: Fact, now: Fact) -> bool:
    if not isinstance(before, DomainRegistration) or not isinstance(now, DomainRegistration):
        return True
    first, second = before.registry, now.registry
    return first is None or second is None or first.source == second.source


def lines_of_fact(fact: Fact) -> Lines:
    """What a fact of a kind in `COMPARED` says."""
    out = Lines()
    _walk(fact, "", "", out, COMPARED[type(fact)])
    if isinstance(fact, DomainRegistration | NetworkRegistration):
        _registry(fact, out)
    return out


def _registry(fact: DomainRegistration | NetworkRegistration, out: Lines) -> None:
    """Where nobody told anything about the registration, nothing of it was seen."""
    record = fact.registry if isinstance(fact, DomainRegistration) else fact.network
    silent = record is None or (isinstance(record, RegistrationRecord) and record.registered is Registered.UNKNOWN)
    if silent:
        out.known = {k: v for k, v in out.known.items() if not k.startswith(("registry", "network"))}
        out.put("registration", None)
    out.put("registration", None if silent else phrase("it was found"))
    if isinstance(fact, DomainRegistration):
        out.put("registrar", None if fact.registrar is None else phrase("it was found"))


def _walk(value: Any, label: str, way: str, out: Lines, volatile: frozenset[str]) -> None:
    for item in fields(value):
        if item.name in volatile:
            continue
        inside = getattr(value, item.name)
        name = f"{label} {item.name.replace('_', ' ')}".strip()
        _put(inside, item.name, name, _WAYS.get(item.name, way), out)


def _put(value: Any, name: str, label: str, way: str, out: Lines) -> None:
    match value:
        case None:
            return
        case DnsAnswer():
            _answer(value, label, way, out)
        case HttpFetch():
            out.put(printable(value.url, 120), _fetch(value), asked=True)
        case ListAnswer():
            _list(value, out)
        case ValidityQuestion():
            out.put(f"AS{value.asn} {printable(value.prefix, 60)}", _validity(value), asked=True)
        case tuple():
            _sequence(value, name, label, way, out)
        case float() | int() if name in _DATES:
            out.put(label, _day(value))
        case bool():
            out.put(label, "yes" if value else "no")
        case str() | int() | float():
            if value != "":
                out.put(label, str(value))
        case _ if is_dataclass(value):
            _walk(value, label, way, out, PARTS.get(type(value), frozenset()))


def _sequence(items: tuple[Any, ...], name: str, label: str, way: str, out: Lines) -> None:
    for item in items:
        naming = _NAMES.get(type(item))
        if naming is None:
            _put(item, name, label, way, out)
            continue
        called = printable(naming(item), 100)
        own_way = called if isinstance(item, NameServer) else way
        _walk(item, f"{label} {called}", own_way, out, PARTS[type(item)])
        out.put(label, called)


def _answer(answer: DnsAnswer, label: str, way: str, out: Lines) -> None:
    words = f"{printable(bare(answer.name), 120)} {answer.rdtype}"
    if answer.view is View.SERVER and not way:
        way = label
    out.put(f"{words} ({way})" if way else words, _records(answer), asked=True)


def _records(answer: DnsAnswer) -> str | None:
    """The records of an answer in a fixed order; None for one that says nothing about the name."""
    if not answer.definite:
        return None
    alias = "".join(f"-> {bare(name).lower()} " for name in answer.chain)
    records = {r.lower() for r in answer.records} if answer.rdtype in _NAMING else answer.records
    return alias + ("; ".join(sorted(records)) if answer.exists else _NO_ANSWERS[answer.status])


def _list(item: ListAnswer, out: Lines) -> None:
    """A list's answer by the name that was asked. Refusals (127.255.255.0/24) and addresses that are no list's tell nothing."""
    answer = item.answer
    label = printable(f"{item.zone} ({bare(answer.name)})", 150)
    out.expected.add(label)
    if answer.status in (DnsStatus.NXDOMAIN, DnsStatus.NODATA):
        out.put(label, _NOT_LISTED, asked=True)
        return
    codes = [r for r in answer.records if r.startswith("127.") and not r.startswith("127.255.255.")]
    out.put(label, ", ".join(sorted(codes)) if answer.exists and codes else None, asked=True)


def _fetch(fetch: HttpFetch) -> str | None:
    if fetch.outcome not in _FETCHED:
        return None
    if fetch.outcome is not HttpStatus.ANSWERED:
        return str(fetch.outcome)
    kind, body = fetch.content_type.partition(";")[0].strip(), " ".join(fetch.body.split())
    location = f" -> {fetch.location}" if fetch.location else ""
    return f"HTTP {fetch.code} {kind}{location} {body}".strip()


def _validity(question: ValidityQuestion) -> str | None:
    if question.fetch.outcome is not HttpStatus.ANSWERED or question.fetch.code != 200:
        return None
    try:
        return rpki.read(question.fetch.body).state
    except BadInput:
        return None


def _day(value: float) -> str:
    try:
        return datetime.datetime.fromtimestamp(value, datetime.UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return phrase("a date that cannot be")


def same(before: Iterable[Fact], now: Iterable[Fact]) -> bool:
    """Whether nothing differs in what was seen, pair by pair; a kind that is not compared is never the same."""
    pairs = list(zip(before, now, strict=True))
    return bool(pairs) and all(
        type(a) is type(b) and type(a) in COMPARED and not difference(a, b).any and not difference(b, a).unseen
        for a, b in pairs
    )
