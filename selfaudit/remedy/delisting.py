"""The way off blocklists: per listing who may ask, what must be true first, where, how long it takes, and a request for the desk.

Only what the results show as listed is planned for; lists that could not be asked are named apart. Whether something must be true is
told from results and from the customer's statement, and the two are never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Protocol

from selfaudit.case import Case
from selfaudit.case.statement import Removal, Statement
from selfaudit.catalogue import Catalogue, load_catalogue
from selfaudit.checks import all_checks
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.settings import BlocklistSettings
from selfaudit.text import printable

BLOCKLIST_CHECKS = ("blocklist.address", "blocklist.domain")
_TIERS = {"LISTED": "1", "LISTED_SECOND_TIER": "2", "LISTED_MINOR": "3", "LISTED_POLICY_RANGE": ""}
_POLICY = "LISTED_POLICY_RANGE"
_WHO_FIRST = ("provider", "you", "wait")  # a request that goes through somebody else takes longest
_CAUSE_CHECKS = ("exposure.relay", "exposure.proxy", "exposure.resolver", "host.malware", "host.persistence", "host.mail-queue")
_RDNS_CHECKS = ("rdns.present", "rdns.forward-confirmed", "rdns.generic")
_SITE_CHECKS = ("host.malware", "host.persistence")
_SHOWN_FAMILIES = ("exposure", "rdns", "host", "patch", "mail", "routing", "registration", "message", "consent", "web")

Known = Literal["yes", "no", ""]
Who = Literal["you", "provider", "wait"]


class _Evidence(Protocol):
    @property
    def case(self) -> Case: ...
    @property
    def started(self) -> str: ...


class Audited(Protocol):
    """What is needed of an audit (`engine.Audit`)."""

    @property
    def evidence(self) -> _Evidence:
        """What was seen, and for which case."""

    @property
    def results(self) -> tuple[Result, ...]:
        """What the rules make of it."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """Something that must be true before a list is asked.

    Attributes:
        id: "cause", "rdns", "static" or "clean-site".
        text: in words (`i18n.phrase`).
        known: "yes", "no", or "" where neither results nor the statement tell.
        why: what tells it, in words (`i18n.phrase`).
        stated: the customer's word alone tells it.
    """

    id: str
    text: str
    known: Known
    why: str
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Delisting:
    """One listing and the way off it.

    Attributes:
        order: 1 for the list to go to first.
        name, zone: of the list.
        target: the address or domain that is listed.
        tier: of the list: "1" decides at most desks, "2", "3"; "" for a range that should not send mail directly.
        who: who may ask: the customer, the provider, or nobody (wait).
        codes, meaning: what the list answered.
        words: what it says besides (its TXT record).
        seen: when it was seen, UTC (RFC 3339). Since when it is listed is not known.
        url: where to ask, or to look.
        expires: how long it stays after the cause has stopped, "" if the list does not say.
        before: what must be true first.
        ready: all of that is known to be true.
        pay: faster removal is sold; do not pay.
        asked, reference: of the request that the statement notes, "" for none.
        request: for the provider's desk, in English; "" where the provider is not needed, or something is known not to be true yet.
    """

    order: int
    name: str
    zone: str
    target: str
    tier: str
    who: Who
    codes: tuple[str, ...]
    meaning: tuple[str, ...]
    words: str
    seen: str
    url: str
    expires: str
    before: tuple[Precondition, ...]
    ready: bool
    pay: bool = False
    asked: str = ""
    reference: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A list that could not be asked about a target, and why (`i18n.phrase`). `matters`: desks go by it, so that it must be known."""

    name: str
    zone: str
    target: str
    why: str
    url: str = ""
    matters: bool = True


@dataclass(frozen=True, slots=True)
class Mention:
    """A list that names a target without a way off being needed: for information, or approved by the provider (`approved`: its ticket)."""

    name: str
    zone: str
    target: str
    meaning: tuple[str, ...]
    pay: bool = False
    approved: str = ""


def mentions_of(audit: Audited, catalogue: Catalogue | None = None) -> tuple[Mention, ...]:
    """Lists that name a target and that no plan is made for, so that nobody takes them for silent."""
    rules = catalogue or _shipped()
    return tuple(
        Mention(
            _text(finding, "list"), zone := _text(finding, "zone"), result.target, _texts(finding, "meaning"), rules.rule(zone).pay,
            printable(finding.approved, 100),
        )
        for result, finding in _findings(audit.results)
        if finding.tag == "LISTED_INFORMATION" or (finding.tag in _TIERS and finding.approved)
    )  # fmt: skip


def plan_of(audit: Audited, statement: Statement | None = None, catalogue: Catalogue | None = None) -> tuple[Delisting, ...]:
    """The way off all lists on which the results show a target, in the order in which to go.

    Args:
        audit: with its results.
        statement: what the customer states; tells whether the cause is removed, and which requests were made.
        catalogue: the lists' rules of removal, the shipped ones if not given.
    """
    rules = catalogue or _shipped()
    stated = statement or Statement()
    found = [
        _delisting(audit, stated, rules, result, finding)
        for result, finding in _findings(audit.results)
        if finding.tag in _TIERS and not finding.approved
    ]
    found.sort(key=lambda d: (d.tier or "9", _WHO_FIRST.index(d.who), d.target, d.zone))
    return tuple(replace(item, order=number) for number, item in enumerate(found, 1))


def unknown_of(audit: Audited) -> tuple[NotKnown, ...]:
    """The lists of which nothing is known for a target. They are neither listings nor all clear."""
    found: list[NotKnown] = []
    for result in audit.results:
        if result.check not in BLOCKLIST_CHECKS:
            continue
        if result.outcome in (Outcome.NOT_RUN, Outcome.BUG) or (result.outcome is Outcome.INCONCLUSIVE and not result.findings):
            found.append(NotKnown(phrase("all lists"), "", result.target, result.reason))
    for result, finding in _findings(audit.results):
        if finding.tag == "LIST_CANNOT_TELL":
            found.append(
                NotKnown(
                    _text(finding, "list"),
                    _text(finding, "zone"),
                    result.target,
                    _text(finding, "why"),
                    _text(finding, "removal"),
                )
            )
        elif finding.tag == "LIST_CODE_UNDOCUMENTED":
            why = phrase("it answered {codes}, which it does not explain", codes=", ".join(_texts(finding, "codes")))
            found.append(
                NotKnown(_text(finding, "list"), _text(finding, "zone"), result.target, why, _text(finding, "removal"))
            )
        elif finding.tag == "LISTS_NONE_ANSWERED":
            found.append(NotKnown(phrase("all lists"), "", result.target, phrase("no list could be asked from here")))
        elif finding.tag == "LISTS_CANNOT_TELL":
            # Each of them comes with its reason in brackets.
            found.extend(NotKnown(name, "", result.target, "", matters=False) for name in _texts(finding, "lists"))
    return tuple(dict.fromkeys(found))


@cache
def _shipped() -> Catalogue:
    return load_catalogue(BlocklistSettings())


def _findings(results: Iterable[Result]) -> Iterable[tuple[Result, Finding]]:
    return ((r, f) for r in results if r.check in BLOCKLIST_CHECKS for f in r.findings)


def _text(finding: Finding, name: str) -> str:
    return printable(str(finding.args.get(name, "")), 500)


def _texts(finding: Finding, name: str) -> tuple[str, ...]:
    value = finding.args.get(name, ())
    return tuple(printable(str(v), 300) for v in value) if isinstance(value, tuple) else (printable(str(value), 300),)


def _delisting(audit: Audited, statement: Statement, rules: Catalogue, result: Result, finding: Finding) -> Delisting:
    zone, target = _text(finding, "zone"), result.target
    rule = rules.rule(zone)
    wanted = ("static", "rdns") if finding.tag == _POLICY else rule.before
    before = tuple(_precondition(name, audit.results, result, statement) for name in wanted)
    asked = next((r for r in statement.removals if (r.zone, r.target) == (zone, target)), Removal(zone, target))
    named = _text(finding, "who")
    who: Who = "provider" if named == "provider" else "wait" if named == "wait" else "you"
    removal = _text(finding, "removal")
    codes = _texts(finding, "codes")
    made = Delisting(
        0, _text(finding, "list"), zone, target, _TIERS[finding.tag], who, codes, _texts(finding, "meaning"),
        _text(finding, "text"), audit.evidence.started, removal if "://" in removal else "", rule.expires_for(codes), before,
        all(b.known == "yes" for b in before), rule.pay, printable(asked.at, 40), printable(asked.reference, 200),
    )  # fmt: skip
    if who != "provider" or any(b.known == "no" for b in before):
        return made
    return replace(made, request=request_text(audit, made, statement))


def _precondition(name: str, results: Sequence[Result], listed: Result, statement: Statement) -> Precondition:
    target = listed.target
    if name == "rdns":
        return _by_results(
            name, phrase("the address has a reverse DNS name that leads back to it and does not look like a home connection"),
            [r for r in results if r.check in _RDNS_CHECKS and r.target == target], set(_RDNS_CHECKS),
        )  # fmt: skip
    if name == "static":
        return Precondition(
            name,
            phrase("the address is static: it always belongs to this server"),
            "",
            phrase("no check can tell; ask your provider"),
        )
    if name == "clean-site":
        inside = [r for r in results if r.check in _SITE_CHECKS]
        return _by_results(name, phrase("the web site and its server are clean"), inside, set(_SITE_CHECKS))
    return _cause(results, listed, statement)


def _by_results(name: str, text: str, results: Sequence[Result], needed: set[str]) -> Precondition:
    """True only if every check that tells it ran and passed."""
    bad = [r for r in results if r.outcome is Outcome.FAIL]
    if bad:
        return Precondition(name, text, "no", phrase("failed: {checks}", checks=_named(bad)))
    if results and all(r.outcome is Outcome.PASS for r in results) and {r.check for r in results} == needed:
        return Precondition(name, text, "yes", phrase("passed: {checks}", checks=_named(results)))
    open_ones = [r for r in results if r.outcome is not Outcome.PASS]
    why = (
        phrase("not settled by: {checks}", checks=_named(open_ones))
        if open_ones
        else phrase("no result of this audit tells it")
    )
    return Precondition(name, text, "", why)


def _cause(results: Sequence[Result], listed: Result, statement: Statement) -> Precondition:
    text = phrase("the cause is found and has stopped")
    bad = [
        r
        for r in results
        # A domain is listed for what any of its servers do.
        if r.check in _CAUSE_CHECKS
        and r.outcome is Outcome.FAIL
        and (r.target_kind != "address" or r.target == listed.target or listed.target_kind == "domain")
    ]
    if bad:
        return Precondition("cause", text, "no", phrase("failed: {checks}", checks=_named(bad)))
    done = [m for m in statement.measures if m.state == "done" and m.text.strip()]
    if statement.cause and done:
        return Precondition(
            "cause", text, "yes", phrase("stated by you; measures that are done: {count}", count=len(done)), stated=True
        )
    return Precondition("cause", text, "", phrase("your statement does not yet name the cause and what was done"))


def _named(results: Iterable[Result]) -> str:
    return ", ".join(dict.fromkeys(f"{r.check} ({printable(r.target, 60)})" for r in results))


def request_text(audit: Audited, item: Delisting, statement: Statement) -> str:
    """A request to the owner of the network, in plain English. What is said of the target is what results show, and nothing else."""
    case = audit.evidence.case
    day = item.seen[:10]
    lines = [f"Subject: Please request removal of {item.target} from {item.name}"]
    if case.number:
        lines.append(f"Ticket: {printable(case.number, 100)}")
    lines += [
        "",
        f"{item.target} is listed at {item.name} ({item.zone}), as seen on {day} (UTC).",
        f"The list answered {', '.join(item.codes)}: {', '.join(item.meaning)}.",
    ]
    if item.words:
        lines.append(f"It adds: {item.words}")
    lines += [
        "According to the catalogue of our audit, the list accepts requests for this entry only from the owner of the network.",
        "",
    ]
    lines.append(f"We ask you to request removal{f' at {item.url}' if item.url else ''}.")
    passed = _about(audit.results, item.target, Outcome.PASS)
    failed = _about(audit.results, item.target, Outcome.FAIL)
    if passed:
        lines += ["", f"Checks that passed in our audit of {day}:", *passed]
    if failed:
        lines += ["", "Not in order yet according to the same audit:", *failed]
    done = [m for m in statement.measures if m.state == "done" and m.text.strip()]
    if done:
        lines += ["", "Done, as we state:"]
        lines += [f"- {f'{printable(m.date, 40)}: ' if m.date else ''}{printable(' '.join(m.text.split()), 400)}" for m in done]
    signer = ", ".join(filter(None, (printable(statement.name, 100), printable(statement.role, 100))))
    lines += ["", "Please tell us the reference of the request, so that we can state it."]
    if signer:
        lines += ["", signer]
    return "\n".join(lines) + "\n"


def _about(results: Iterable[Result], target: str, outcome: Outcome) -> list[str]:
    """The checks with an outcome on the target itself. What is wrong on servers seen from the inside is said as well, what is right is
    not: nothing tells that it is this address' server.
    """
    checks = all_checks()
    found = []
    for result in results:
        family = result.check.partition(".")[0]
        if (
            result.outcome is outcome
            and family in _SHOWN_FAMILIES
            and (result.target == target or (result.target_kind == "host" and outcome is Outcome.FAIL))
        ):
            where = f" on {printable(result.target, 80)}" if result.target != target else ""
            found.append(f"- {checks[result.check].spec.title}{where} ({result.check})")
    return list(dict.fromkeys(found))
