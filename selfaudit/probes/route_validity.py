"""Whether the holders of the addresses permit the routes that are announced (RPKI), as a public validator sees it."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.routing import RouteValidity, ValidityQuestion
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.probes.route_origin import look_up, no_collector
from selfaudit.protocols import origin, rpki

FACT = RouteValidity
_MAX_QUESTIONS = 8


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver, and the validator for each route."""
    return [
        resolver(phrase("origin of the route to an address, names of networks"), 1),
        PlannedContact(phrase("a public RPKI validator"), phrase("HTTPS: is the announced route permitted?"), 1),
    ]


async def collect(request: Request, net: Net) -> RouteValidity | ProbeFailure:
    """Asks about every pair of prefix and origin, at most eight; equal pairs of other addresses are asked about once."""
    if not net.profile.origin_zone:
        return no_collector()
    if not net.profile.rpki_url:
        why = phrase("a laboratory asks only the validator that its settings name, and they name none")
        return ProbeFailure(FailureReason.LEFT_OUT, why)
    answer = await look_up(net, request.subject)
    announcements, _unreadable = origin.read(answer.texts())
    pairs = list(dict.fromkeys((a.prefix, asn) for a in announcements for asn in a.origins))
    asked = await asyncio.gather(*(_ask(net, prefix, asn) for prefix, asn in pairs[:_MAX_QUESTIONS]))
    return RouteValidity(request.subject, answer, tuple(asked), max(0, len(pairs) - _MAX_QUESTIONS))


async def _ask(net: Net, prefix: str, asn: int) -> ValidityQuestion:
    async def ask() -> ValidityQuestion:
        from selfaudit.net.http import Want  # takes as long to load as everything else together

        url = rpki.url(net.profile.rpki_url, asn, prefix)
        return ValidityQuestion(prefix, asn, await net.registries.page(url, Want("RPKI validator", "application/json")))

    return await net.once(("rpki", prefix, asn), ask)
