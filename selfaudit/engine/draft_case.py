"""The case that a draft stands for, and the draft that would make a case."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NamedTuple

from selfaudit.case import HOSTED, Approval, Authority, Case, Registrant, Selector, Target
from selfaudit.case.file import CaseFile, parse_past, read_registrant
from selfaudit.case.model import BROUGHT, NamedPage, Seal
from selfaudit.case.targets import parse_address, parse_domain, parse_selector, parse_target
from selfaudit.checks.registry import get_check
from selfaudit.engine.brought import Brought
from selfaudit.engine.draft import MAX_SELECTORS, MAX_SENDING, Draft, Line, read_hosted, read_lines, read_not_registrant
from selfaudit.engine.seals import SignedCase, named_in, sealed_again, unproven
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.i18n import _
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.text import printable

MAX_PAGES = 100
_PAGE = re.compile(r"https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?(/[!-~]{0,1000})?", re.I)


def make_case(draft: Draft, *, allow_reserved: bool) -> Case:
    """The case that a draft stands for.

    Raises:
        UserError: the first thing that is wrong.
    """
    readings = read_lines(draft, allow_reserved=allow_reserved)
    hosted = read_hosted(draft, allow_reserved=allow_reserved)
    others = read_not_registrant(draft, allow_reserved=allow_reserved)
    for reading in (*readings, *hosted, *others):
        if reading.problem:
            raise UserError(reading.problem)
    targets = dict.fromkeys(t for reading in (*readings, *hosted) for t in reading.targets)
    if not targets:
        raise UserError(_("Name at least one domain or address."))
    sends = (t.value for line, r in zip(draft.lines, readings, strict=True) if line.sends for t in r.targets)
    sending = tuple(dict.fromkeys(value for value in sends if Target("address", value) in targets))
    if len(sending) > MAX_SENDING:
        raise UserError(_("More than {limit} sending addresses were given.").format(limit=MAX_SENDING))
    person, role = printable(draft.person.strip(), 100), printable(draft.role.strip(), 100)
    case = Case(
        tuple(targets),
        sending,
        _selectors(draft),
        authority=Authority(person, role) if person and role else None,
        number=draft.number.strip(),
        provider=draft.provider.strip(),
        deadline=draft.deadline.strip(),
        laboratory=allow_reserved,
        demo=draft.demo,
        exceptions=draft.exceptions,
        suspended=parse_past(draft.suspended, ahead=bool(draft.demo)),
        registrant=read_registrant(draft.registrant, ahead=bool(draft.demo)),
        not_registrant=tuple(dict.fromkeys(t.value for r in others for t in r.targets)),
        look_up_packages=draft.look_up_packages,
        pages=read_pages(draft.pages),
        notices=draft.notices,
        cited=draft.cited,
        steps=draft.steps,
        purpose=draft.purpose,
        bulk=draft.bulk,
        shared=draft.shared,
        service=draft.service,
        contact=draft.contact,
        language=draft.language,
        message=draft.message,
        seal=_seal(draft),
    )
    return draft.brought.noted_in(case)


def _seal(draft: Draft) -> Seal | None:
    """The seal of the draft's case file, worked out anew from its octets: a draft is stored, and what is stored can be edited."""
    demo = bool(draft.demo)
    if draft.case_file:
        return sealed_again(draft.case_file, draft.case_signature, draft.provider.strip(), demo=demo)
    return unproven(draft.seal, demo=demo)


def read_pages(pages: Iterable[tuple[Literal["privacy", "abuse", "unsubscribe"], str]]) -> tuple[NamedPage, ...]:
    """The pages that a person named; blank ones do not count.

    Raises:
        UserError: one of them is no https URL of a host name, or there are too many.
    """
    found = []
    for kind, text in pages:
        url = text.strip()
        if not url:
            continue
        if not _PAGE.fullmatch(url):
            raise UserError(
                _("“{value}” is not the address of a page; write it as https://your-domain/page.").format(
                    value=printable(url, 80)
                )
            )
        found.append(NamedPage(kind, url))
    if len(found) > MAX_PAGES:
        raise UserError(_("At most {limit} pages can be named.").format(limit=MAX_PAGES))
    return tuple(dict.fromkeys(found))


def read_selector(text: str) -> tuple[str, str]:
    """A DKIM selector as typed, and its domain as targets are written (A-label), "" if none was given.

    Raises:
        UserError: it is neither.
    """
    name, domain = parse_selector(text)
    if domain:
        domain = parse_target(domain, allow_reserved=True, is_public_suffix=lambda _name: False)[0].value
    return name, domain


def _selectors(draft: Draft) -> tuple[Selector, ...]:
    found: dict[tuple[str, str], Selector] = {}
    for text in draft.selectors:
        name, domain = read_selector(text)
        found.setdefault((name, domain), Selector(name, domain))
    for name, domain, _file in draft.learnt:
        found.setdefault((name, domain), Selector(name, domain, "message"))
    if len(found) > MAX_SELECTORS:
        raise UserError(_("More than {limit} DKIM selectors were given.").format(limit=MAX_SELECTORS))
    return tuple(found.values())


def from_signed_case(signed: SignedCase, source: str = "") -> Draft:
    """The draft that a case file fills in, with the file itself and its signature. `source` is the file's name."""
    draft = from_case_file(signed.file, source)
    return replace(draft, seal=signed.seal, case_file=signed.data, case_signature=signed.signature)


def from_case_file(file: CaseFile, source: str = "") -> Draft:
    """The draft that a case file fills in. `source` is the file's name."""
    sending = {text.strip().lower() for text in file.sending_ips}
    lines = [Line(text, text.strip().lower() in sending) for text in file.targets]
    named = {text.strip().lower() for text in file.targets}
    typed = file.registrant.typed() if file.registrant else Registrant()
    told = told_by(file)
    lines += [Line(text, True) for text in file.sending_ips if text.strip().lower() not in named]
    return Draft(
        tuple(lines),
        file.selectors,
        # A stranger's words go into fields that a person reads: nothing in them may reorder a line.
        person=printable(file.authority.name, 100) if file.authority else "",
        role=printable(file.authority.role, 100) if file.authority else "",
        number=printable(file.number, 100),
        provider=printable(file.provider, 100),
        deadline=printable(file.deadline, 40),
        demo=file.demo,
        source=printable(source, 100),
        exceptions=read_approvals(file),
        suspended=printable(file.suspended, 40),
        hosted=tuple(printable(text, 300) for text in file.hosted),
        registrant=read_registrant(typed, ahead=bool(file.demo)) or Registrant(),
        not_registrant=tuple(printable(text, 300) for text in file.not_registrant),
        pages=tuple((p.kind, printable(p.url, 1000)) for p in file.pages),
        cited=tuple(printable(text, 40) for text in file.cited),
        steps=tuple(printable(text, 400) for text in file.steps),
        purpose=file.purpose,
        bulk=file.bulk,
        shared=file.shared,
        service=told.service,
        contact=told.contact,
        language=told.language,
        message=told.message,
    )


class Told(NamedTuple):
    """What support tells in a case file besides, safe to show; see `Case`."""

    service: str
    contact: str
    language: str
    message: str


def told_by(file: CaseFile) -> Told:
    """What support tells in a case file besides."""
    return Told(
        printable(" ".join(file.service.split()), 200),
        printable(" ".join(file.contact.split()), 200),
        printable(file.language, 8),
        "\n".join(printable(" ".join(line.split()), 4000) for line in file.message.strip().splitlines()),
    )


def read_approvals(file: CaseFile) -> tuple[Approval, ...]:
    """What a case file says that the provider has agreed to.

    Raises:
        UserError: a check or a target that there is not.
    """
    found = []
    for item in file.exceptions:
        get_check(item.check)
        named = parse_target(item.target, allow_reserved=True, is_public_suffix=is_public_suffix) if item.target else ()
        target = named[0].value if named else ""
        found.append(Approval(item.check, target, printable(item.reference, 100), printable(item.service, 40)))
    return tuple(found)


def departures(case: Case, file: CaseFile) -> tuple[str, ...]:
    """Where a case departs from the case file that it is said to come from, by the names of the file's fields: the number, another provider or
    purpose, what the file asks for and the case lacks (targets, senders, selectors, cited clauses, steps), what it gives and the case has
    otherwise (deadline, suspension, service, bulk mail, shared platform), domains of which the case alone says that they are only hosted, and
    approvals that the file does not give.
    """
    given = {(t.kind, t.value) for t in case.targets}
    named = named_in(file)
    try:
        approved = set(read_approvals(file))
    except UserError:
        approved = set()
    here, there = pack_for(case.provider), pack_for(file.provider)
    same = here == there if here and there else printable(file.provider.strip(), 100) == case.provider
    differing = {
        "number": printable(file.number.strip(), 100) != case.number,
        "provider": not same,
        "purpose": case.purpose != file.purpose,
        "deadline": _otherwise(file.deadline, case.deadline, 40),
        "suspended": bool(file.suspended.strip()) and parse_past(file.suspended, ahead=True) != case.suspended,
        "service": _otherwise(told_by(file).service, case.service, 200),
        "bulk": bool(file.bulk) and case.bulk != file.bulk,
        "shared": bool(file.shared) and case.shared != file.shared,
        "targets": not {(t.kind, t.value) for t in named} <= given or (not named and bool(file.targets)),
        "hosted": _hosted_otherwise(case, file),
        "sending_ips": not _senders(file) <= set(case.sending_ips),
        "selectors": not _selectors_covered(case, file),
        "cited": not set(file.cited) <= set(case.cited),
        "steps": not {printable(step, 400) for step in file.steps} <= set(case.steps),
        "exceptions": not set(case.exceptions) <= approved,
    }
    return tuple(name for name, differs in differing.items() if differs)


def _otherwise(told: str, has: str, limit: int) -> bool:
    """Whether a field of the case is another than the case file gives; what the file leaves open is the customer's."""
    given = printable(told.strip(), limit)
    return bool(given) and given != has


def _hosted_otherwise(case: Case, file: CaseFile) -> bool:
    """Whether the case calls a domain only hosted that the file names, so that its mail is not looked at, or lacks one that the file calls so."""
    told: set[str] = set()
    for text in file.hosted:
        with contextlib.suppress(UserError):
            told.add(parse_domain(text, allow_reserved=True, is_public_suffix=is_public_suffix))
    named = {t.value for t in named_in(file) if t.kind == "domain"}
    return bool(set(case.hosted()) & (named - told)) or not told <= {*case.hosted(), *case.domains()}


def _senders(file: CaseFile) -> set[str]:
    """The sending addresses of a case file, as far as they can be read; nobody could ask about others."""
    found = set()
    for text in file.sending_ips:
        with contextlib.suppress(UserError):
            found.add(parse_address(text, allow_reserved=True, what="sending_ips"))
    return found


def _selectors_covered(case: Case, file: CaseFile) -> bool:
    """Whether each selector that the file names is looked at, for its domain or for all."""
    has = {(s.name, s.domain) for s in case.selectors}
    for text in file.selectors:
        with contextlib.suppress(UserError):
            name, domain = read_selector(text)
            if not {(name, domain), (name, "")} & has:
                return False
    return True


def from_case(
    case: Case, hosts: Iterable[HostReport] = (), *, brought: Brought | None = None, signed: SignedCase | None = None
) -> Draft:
    """The draft that would make a case, for showing and editing it. `hosts` and `brought` are the reports that its sources stand for, `signed`
    is the case file that it came from.
    """
    along = brought or Brought(tuple(hosts))
    sending = set(case.sending_ips)
    return Draft(
        tuple(Line(t.value, t.value in sending) for t in case.targets if t.origin != HOSTED and t.kind not in BROUGHT),
        tuple(f"{s.name}@{s.domain}" if s.domain else s.name for s in case.selectors if s.source == "given"),
        tuple((s.name, s.domain, "") for s in case.selectors if s.source == "message"),
        case.authority.name if case.authority else "",
        case.authority.role if case.authority else "",
        case.number,
        case.provider,
        case.deadline,
        case.demo,
        exceptions=case.exceptions,
        suspended=case.suspended,
        hosted=case.hosted(),
        registrant=case.registrant or Registrant(),
        not_registrant=case.not_registrant,
        hosts=along.hosts,
        look_up_packages=case.look_up_packages,
        messages=along.messages,
        ledgers=along.ledgers,
        pages=tuple((p.kind, p.url) for p in case.pages),
        notices=case.notices,
        cited=case.cited,
        steps=case.steps,
        purpose=case.purpose,
        bulk=case.bulk,
        shared=case.shared,
        service=case.service,
        contact=case.contact,
        language=case.language,
        message=case.message,
        seal=case.seal,
        case_file=signed.data if signed else b"",
        case_signature=signed.signature if signed else "",
    )
