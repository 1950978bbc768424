"""The announced routes to the address are permitted by the holder of the addresses.

What it checks:
    Route origin validation: whether the published permissions (ROAs, signed by the holder of the addresses) allow each network
    that announces the address to do so.

Why it matters:
    Many large networks drop a route that the permissions contradict, so mail and visitors from there never arrive. A route against
    the holder's will may also be a theft of addresses, which a desk takes seriously.

How it is judged:
    1. dig REVERSED-ADDRESS.ZONE TXT, where ZONE is for example origin.asn.cymru.com, names all prefixes that hold the address and
       the networks that announce them (see routing.origin).
    2. Each pair of prefix and network is put to a public validator, for example with
       curl 'https://stat.ripe.net/data/rpki-validation/data.json?resource=64500&prefix=198.51.100.0/24', which answers valid,
       invalid or not found.
    3. One invalid pair is a fault. Permitted pairs are right. Where nothing is published, nothing is demanded: that is the business
       of the holder of the addresses, mostly the provider.
    4. A validator that does not answer, answers with an error, or cannot be read is no verdict; neither is a pair that was not asked.

Limits and false positives:
    A validator sees a new permission or a withdrawn one after up to an hour. Only the origin of a route is checked, not its way.

References:
    RFC 6811 section 2; RFC 9582; RFC 6480 section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsStatus, bare
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.routing import RouteValidity
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import origin, rpki


class Tag(StrEnum):
    VALID = "RPKI_VALID"
    INVALID = "RPKI_INVALID"
    NOT_FOUND = "RPKI_NOTHING_PUBLISHED"
    PARTLY = "RPKI_PARTLY_PUBLISHED"
    NOT_ANNOUNCED = "RPKI_NOT_ANNOUNCED"
    NOT_ASKED = "RPKI_NOT_ALL_ASKED"
    NO_ANSWER = "RPKI_VALIDATOR_UNANSWERED"
    UNANSWERED = "RPKI_ROUTE_UNANSWERED"


CHECK = Check(
    "routing.rpki",
    N_("The routes to the address are permitted by its holder (RPKI)"),
    (RouteValidity,),
    "address",
    advisory=True,
)

_VALIDATE = "curl -sS 'https://stat.ripe.net/data/rpki-validation/data.json?resource={number}&prefix={prefix}'"

MESSAGES = {
    Tag.VALID: Message(Severity.GOOD, N_("The routes to {address} are permitted by the holder of the addresses: {routes}.")),
    Tag.INVALID: Message(
        Severity.HIGH,
        N_(
            "AS{number} announces {prefix}, in which {address} lies, against the published permissions ({roas}): {why}. Many networks "
            "drop such a route; where no other one leads to the address, mail and visitors from there do not arrive."
        ),
        Remedy(
            N_(
                "Tell your provider: the route of {prefix} by AS{number} is “invalid” in the RPKI. Only the holder of the addresses can "
                "correct the permission (ROA), and only the network can correct its route. If the provider does not know this network, "
                "the addresses may be used against its will: then ask at once for other addresses."
            ),
            verify=_VALIDATE,
            who=Who.PROVIDER,
            minutes=15,
        ),
    ),
    Tag.NOT_FOUND: Message(
        Severity.NONE,
        N_(
            "The holder of the addresses has published no permission (ROA) for the routes to {address}: {routes}. None is demanded, "
            "and publishing one is the provider's business."
        ),
    ),
    Tag.PARTLY: Message(
        Severity.INFO, N_("For some of the routes to {address} the holder has published no permission (ROA): {routes}.")
    ),
    Tag.NOT_ANNOUNCED: Message(
        Severity.NONE, N_("No network announces a route to {address}, so there is none to judge (see routing.origin).")
    ),
    Tag.NOT_ASKED: Message(
        Severity.UNKNOWN,
        N_("{count} of the routes to {address} were not put to the validator, so they may be permitted or not."),
    ),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_("Whether AS{number} may announce {prefix}, in which {address} lies, cannot be told: {why}."),
        Remedy(
            N_("Run the audit again later, or ask another public validator about AS{number} and {prefix}."),
            verify=_VALIDATE,
            minutes=5,
        ),
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN,
        N_("The routes to {address} are not known ({why}), so they cannot be judged."),
        Remedy(N_("Run the audit again later."), verify="dig {question} TXT +short", minutes=5),
    ),
}

_TROUBLE = {
    HttpStatus.NO_ADDRESS: phrase("no address of the validator could be found"),
    HttpStatus.REFUSED_SCOPE: phrase("the validator has an address that this program must not contact"),
    HttpStatus.TIMEOUT: phrase("the validator did not answer in time"),
    HttpStatus.CONNECTION_FAILED: phrase("no connection to the validator came about"),
    HttpStatus.TLS_FAILED: phrase("the certificate of the validator could not be trusted"),
    HttpStatus.PROTOCOL_ERROR: phrase("the validator does not keep to the protocol"),
    HttpStatus.TOO_LARGE: phrase("the validator sent more than can be a sensible answer"),
}
_UNREADABLE = phrase("the answer of the validator cannot be read")


def judge(routes: RouteValidity, policy: Policy) -> Iterator[Finding]:
    address, answer = routes.address, routes.origin
    about = {"address": address, "question": bare(answer.name)}
    if not answer.definite or answer.status is DnsStatus.LOOP:
        yield found(Tag.UNANSWERED, why=reason(answer), **about)
        return
    if not answer.exists:
        yield found(Tag.NOT_ANNOUNCED, address=address)
        return
    _announcements, unreadable = origin.read(answer.texts())
    if not routes.questions:
        yield found(Tag.UNANSWERED, why=phrase("the answer cannot be read"), **about)
        return
    by_state: dict[str, list[str]] = {}
    for question in routes.questions:
        route = {"address": address, "number": question.asn, "prefix": question.prefix}
        why, validity = _read(question.fetch)
        if validity is None:
            yield found(Tag.NO_ANSWER, why=why, **route)
            continue
        by_state.setdefault(validity.state, []).append(f"AS{question.asn} {question.prefix}")
        if validity.state == "invalid":
            roas = validity.roas[:5] or (phrase("the validator does not name them"),)
            yield found(Tag.INVALID, roas=roas, why=validity.why or phrase("the validator does not say why"), **route)
    left_out = routes.cut_off + unreadable
    if left_out:
        yield found(Tag.NOT_ASKED, address=address, count=left_out)
    valid, nothing = by_state.get("valid", []), by_state.get("not-found", [])
    if valid:
        yield found(Tag.VALID, address=address, routes=valid)
    if nothing:
        yield found(Tag.PARTLY if valid else Tag.NOT_FOUND, address=address, routes=nothing)


def _read(fetch: HttpFetch) -> tuple[str, rpki.Validity | None]:
    """What the validator says, or why that is not known."""
    if fetch.outcome is not HttpStatus.ANSWERED:
        return _TROUBLE.get(fetch.outcome, str(fetch.outcome)), None
    if fetch.code != 200:
        return phrase("the validator answers with an error, HTTP {code}", code=fetch.code), None
    try:
        return "", rpki.read(fetch.body)
    except BadInput:
        return _UNREADABLE, None
