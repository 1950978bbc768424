"""Repeating the public checks of somebody else's audit from here, so that nothing in it can send this computer anywhere but to public records.

What is taken over from the saved case is a short list of fields, each read again as if a person had typed it: targets, sending addresses,
selectors and what the rules need. Permission, files, pages, laboratory and demo are not taken over. Only passive checks are run, about the
targets of the case and what this run finds by itself, within the limits of the settings of this computer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from selfaudit.case import HOSTED, Case, Selector, Target
from selfaudit.case.targets import MAX_ADDRESSES, MAX_DOMAINS, MAX_HOSTED, parse_selector, parse_target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import is_active
from selfaudit.engine.events import Emit, ignore
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.run import run_audit
from selfaudit.errors import UserError
from selfaudit.facts import Fact
from selfaudit.facts.authority import AuthorityLookups
from selfaudit.facts.blocklist import ListCatalogue
from selfaudit.facts.exposure import Amplifiers, ProxyAttempts, Recursion, Services, TcpPorts
from selfaudit.facts.host import HostOutside, HostReport, HostScope, PackageLookup
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport
from selfaudit.facts.smtp import MailContacts, MailNames, RelaySessions, SmtpTls
from selfaudit.facts.vantage import Clock, DnsVantage, Port25, Position, Surroundings
from selfaudit.facts.web import WebSite, WebTls
from selfaudit.facts.zone import ZoneTransfers
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.protocols.psl import is_public_suffix

MAX_SENDING = 64  # addresses for which each SPF policy is evaluated
MAX_SELECTORS = 64
_CONTROL = "vantage.dns"

PERMISSION: Final = phrase("it is seen only with the permission of whoever it belongs to")
INSIDE: Final = phrase("it was seen on the server itself")
BROUGHT: Final = phrase("it rests on a file that the customer has")
PLACE: Final = phrase("it is about the network from which the audit was made")

# Every kind of fact that is never observed again because of a stranger's audit, and why. All others are public records.
NEVER: Final[dict[type[Fact], str]] = {
    Amplifiers: PERMISSION,
    AuthorityLookups: PLACE,
    Clock: PLACE,
    DnsVantage: PLACE,
    HostOutside: INSIDE,
    HostReport: INSIDE,
    HostScope: INSIDE,
    LedgerReport: BROUGHT,
    ListCatalogue: PLACE,
    MailContacts: PERMISSION,
    MailNames: PERMISSION,
    MessageReport: BROUGHT,
    PackageLookup: INSIDE,
    Port25: PLACE,
    Position: PLACE,
    ProxyAttempts: PERMISSION,
    Recursion: PERMISSION,
    RelaySessions: PERMISSION,
    Services: PERMISSION,
    SmtpTls: PERMISSION,
    Surroundings: PLACE,
    TcpPorts: PERMISSION,
    WebSite: PERMISSION,
    WebTls: PERMISSION,
    ZoneTransfers: PERMISSION,
}
CONTROLS: Final = frozenset(kind.kind for kind, why in NEVER.items() if why == PLACE)


def repeatable_checks() -> tuple[str, ...]:
    """The passive checks on domains and addresses that rest on a public record. What the evidence holds has no say in it: whoever wrote it may
    have left out what speaks against them.
    """
    return tuple(
        name
        for name, check in all_checks().items()
        if not is_active(check)
        and check.spec.target in ("domain", "address")
        and not check.spec.consent
        and any(need not in NEVER for need in check.spec.needs)
    )


def repeat_case(evidence: Evidence, *, allow_reserved: bool) -> Case:
    """The case under which an audit is repeated here.

    Args:
        evidence: of the audit; nothing in it is believed.
        allow_reserved: whether the settings of this computer permit reserved addresses and names. What the audit says about that does not count.
    """
    case = evidence.case
    targets = tuple(_targets(case.targets, allow_reserved=allow_reserved))
    domains = {t.value for t in targets if t.kind == "domain"}
    return Case(
        targets,
        sending_ips=tuple(_addresses(case.sending_ips, allow_reserved=allow_reserved)),
        selectors=tuple(_selectors(case.selectors, domains)),
        only=(*repeatable_checks(), _CONTROL),
        provider=case.provider,
        laboratory=allow_reserved,
        passive=True,
        exceptions=case.exceptions,
        suspended=case.suspended,
        registrant=case.registrant,
        not_registrant=case.not_registrant,
    )


async def repeat(evidence: Evidence, make_net: Callable[[Case], Net], emit: Emit = ignore) -> Evidence | None:
    """Observes the public records of an audit anew; None where there is nothing that could be observed from here.

    Args:
        evidence: of the audit.
        make_net: opens a network with the settings of this computer; what somebody brought along is taken out of it.
        emit: watches.
    """
    case = repeat_case(evidence, allow_reserved=False)
    net = make_net(case)
    if net.settings.scope.allow_reserved:
        case = repeat_case(evidence, allow_reserved=True)
    for brought in (net.host_reports, net.messages, net.ledgers, net.gate.permitted):
        brought.clear()
    if not case.targets:
        net.close()
        return None
    return (await run_audit(case, net, emit=emit)).evidence


def _targets(named: Iterable[Target], *, allow_reserved: bool) -> list[Target]:
    """The targets that a person could have typed here, in their canonical form, as many as an audit takes."""
    room = {("address", False): MAX_ADDRESSES, ("domain", False): MAX_DOMAINS, ("domain", True): MAX_HOSTED}
    found: dict[tuple[str, str], Target] = {}
    for target in named:
        key = (target.kind, target.origin == HOSTED)
        if (target.kind, target.value) in found or room.get(key, 0) <= 0 or not _is_typed(target, allow_reserved):
            continue
        room[key] -= 1
        found[(target.kind, target.value)] = Target(target.kind, target.value, HOSTED if key[1] else "named")
    return list(found.values())


def _is_typed(target: Target, allow_reserved: bool) -> bool:
    try:
        read = parse_target(target.value, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix)
    except (UserError, ValueError):
        return False
    return [(t.kind, t.value) for t in read] == [(target.kind, target.value)]


def _addresses(named: Iterable[str], *, allow_reserved: bool) -> list[str]:
    typed = (a for a in dict.fromkeys(named) if _is_typed(Target("address", a), allow_reserved))
    return [a for a, _number in zip(typed, range(MAX_SENDING), strict=False)]


def _selectors(named: Iterable[Selector], domains: set[str]) -> list[Selector]:
    found: dict[tuple[str, str], Selector] = {}
    for selector in named:
        if len(found) >= MAX_SELECTORS:
            break
        if selector.domain and selector.domain not in domains:
            continue
        try:
            name, domain = parse_selector(selector.name)
        except UserError:
            continue
        if (name, domain) == (selector.name, ""):
            found.setdefault((name, selector.domain), Selector(name, selector.domain, selector.source))
    return list(found.values())
