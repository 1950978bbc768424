"""What a run would ask, of whom, and what it would not: made before any packet leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from selfaudit.case import Case, Target
from selfaudit.checks.registry import is_active
from selfaudit.engine.authority import CHALLENGE, challenge_token, without_asking
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.judge import pairs
from selfaudit.facts import Request
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes import PlannedContact, all_probes
from selfaudit.probes.planned import RESOLVER


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """An observation, the checks that want it, and whether it touches the target's own services."""

    request: Request
    checks: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Challenge:
    """The record that proves authority over a domain."""

    domain: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a run.

    Attributes:
        requests: deduplicated; their number is the progress total at the start.
        contacts: whom they will ask, added up per party and purpose.
        active_targets: targets of active checks, which need authority.
        challenges: records that would prove it.
        authority: target of active checks -> on whose authority, as far as that is known before anything is sent; "" for none yet.
    """

    requests: tuple[PlannedRequest, ...]
    contacts: tuple[PlannedContact, ...]
    active_targets: tuple[Target, ...]
    challenges: tuple[Challenge, ...]
    authority: dict[str, str] = field(default_factory=dict)


def encode_plan(plan: Plan) -> bytes:
    """The plan as JSON."""
    return (
        msgspec.json.format(msgspec.json.encode({"schema": "selfaudit/plan/1", **msgspec.to_builtins(plan)}), indent=1) + b"\n"
    )


def wanted_requests(case: Case, targets: tuple[Target, ...]) -> dict[Request, list[tuple[str, Target, bool]]]:
    """Each request once, with (check, target, active) of everyone who wants it."""
    probes = all_probes()
    wanted: dict[Request, list[tuple[str, Target, bool]]] = {}
    for check, target in pairs(case, targets):
        for need in check.spec.needs:
            if need.kind in DERIVED:
                continue
            request = probes[need.kind].request(target, case)
            wanted.setdefault(request, []).append((check.spec.id, target, is_active(check)))
    return wanted


def make_plan(case: Case, net: Net, install_key: bytes) -> Plan:
    """Plans a run. Sends nothing."""
    probes = all_probes()
    requests = []
    tally: dict[tuple[str, str, bool], int] = {}
    active_targets: dict[Target, None] = {}
    for request, wants in wanted_requests(case, case.targets).items():
        active = all(is_active_want for _check, _target, is_active_want in wants)
        requests.append(PlannedRequest(request, tuple(dict.fromkeys(c for c, _t, _a in wants)), active))
        if active:
            active_targets.update(dict.fromkeys(t for _c, t, _a in wants))
        for contact in probes[request.kind].contacts(request, net):
            key = (contact.who, contact.what, contact.active)
            tally[key] = tally.get(key, 0) + contact.count
    if active_targets:
        key = (RESOLVER, phrase("DNS: challenge records and reverse names, to see whether active checks are permitted"), False)
        tally[key] = len(active_targets) + 2 * len(case.addresses())
    contacts = [PlannedContact(who, what, count, active) for (who, what, active), count in tally.items()]
    contacts.sort(key=lambda c: (c.active, c.who if c.active else ""))  # what one server gets stands together
    challenges = tuple(
        Challenge(t.value, f"{CHALLENGE}.{t.value}", challenge_token(install_key, t.value))
        for t in active_targets
        if t.kind == "domain" and install_key
    )
    authority = {t.value: without_asking(case, net, t) for t in active_targets}
    return Plan(tuple(requests), tuple(contacts), tuple(active_targets), challenges, authority)
