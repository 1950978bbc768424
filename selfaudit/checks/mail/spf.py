"""The domain's SPF policy is in order.

What it checks:
    The SPF record, everything that it includes, and how it ends.

Why it matters:
    SPF tells receivers which servers may send mail for the domain. A broken record counts as none or as an error; an open one
    (“+all”) allows every spammer in the world to use the domain.

How it is judged:
    1. dig DOMAIN TXT: exactly one record must begin with “v=spf1”. None or several is a fault.
    2. It must follow the grammar, and so must every included record; an included domain without a record is a fault.
    3. At most ten terms may cost a look-up (include, a, mx, ptr, exists, redirect), included ones counted; more is an error for
       every receiver.
    4. More than two look-ups that find nothing is an error for strict receivers: a warning.
    5. “+all” allows everybody: a fault, also in an included record, and so does a list of networks that holds all addresses. “?all” or no ending at all says nothing: a warning. “~all” and “-all” are fine.
    6. “v=spf1 -all” by itself says that the domain sends no mail, which is fine.
    7. Failed look-ups say nothing.

Limits and false positives:
    Names that depend on the sender (macros) cannot be counted without a message.

References:
    RFC 7208 sections 3, 4.5, 4.6.4, 5 and 6.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import CACHED_TEXT
from selfaudit.checks.mail._spf_record import closed, example
from selfaudit.facts.dns import differs
from selfaudit.facts.mail import SpfLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.lookup import Replay, run_now
from selfaudit.protocols.spf import LOOKUP_LIMIT
from selfaudit.protocols.spf_survey import SpfSurvey, survey


class Tag(StrEnum):
    OK = "SPF_OK"
    NO_SENDER = "SPF_SENDS_NO_MAIL"
    MISSING = "SPF_MISSING"
    BROKEN = "SPF_BROKEN"
    TOO_MANY_LOOKUPS = "SPF_TOO_MANY_LOOKUPS"
    NEAR_LIMIT = "SPF_NEAR_LOOKUP_LIMIT"
    VOID = "SPF_TOO_MANY_VOID"
    LOOP = "SPF_LOOP"
    PASS_ALL = "SPF_PASS_ALL"  # noqa: S105 - a tag
    NO_ENDING = "SPF_NO_ENDING"
    BROAD = "SPF_BROAD"
    PTR = "SPF_PTR"
    LONG = "SPF_LONG"
    UNANSWERED = "SPF_UNANSWERED"
    CACHED = "SPF_CACHED"


CHECK = Check("mail.spf", N_("The list of allowed senders (SPF) is in order"), (SpfLookups,), "domain")

_EXAMPLE = '{domain}.  3600  IN  TXT  "{corrected}"'  # "corrected" is made from what is published
_VERIFY = "dig {domain} TXT +short"
_FLATTEN = Remedy(
    N_(
        "Remove includes of services that you no longer use, replace “a” and “mx” by “ip4:” and “ip6:” with the addresses, and put "
        "bulk senders on a subdomain with a record of its own. At most ten terms may need a look-up, those of included records too."
    ),
    verify=_VERIFY,
    minutes=30,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} has a valid SPF policy: {record} ({lookups} of 10 look-ups).")),
    Tag.NO_SENDER: Message(Severity.GOOD, N_("{domain} says that it sends no mail ({record}).")),
    Tag.MISSING: Message(
        Severity.HIGH,
        N_("{domain} has no list of allowed senders (SPF record)."),
        Remedy(
            N_(
                "If the domain sends no mail, publish “v=spf1 -all” and nothing else. If it does, add one TXT record that names every address and service that sends for it."
            ),
            verify=_VERIFY,
            record=_EXAMPLE,
            stacks={
                "Sends by Google Workspace": '"v=spf1 include:_spf.google.com -all"',
                "Sends by Microsoft 365": '"v=spf1 include:spf.protection.outlook.com -all"',
                "Sends by this server": '"v=spf1 a mx -all"',
                "Sends no mail": '"v=spf1 -all"',
            },
        ),
    ),
    Tag.BROKEN: Message(
        Severity.HIGH,
        N_("The SPF policy of {domain} is broken at {where}: {why}. Receivers treat it as an error (permerror)."),
        Remedy(
            N_(
                "If {where} is yours, correct its record; there must be exactly one. If it belongs to a service, remove the term that includes it, or tell the service. Every included domain must have a record."
            ),
            verify="dig {where} TXT +short",
        ),
    ),
    Tag.TOO_MANY_LOOKUPS: Message(
        Severity.HIGH,
        N_("The SPF policy of {domain} needs {lookups} look-ups; more than 10 is an error for every receiver (permerror)."),
        _FLATTEN,
    ),
    Tag.NEAR_LIMIT: Message(
        Severity.INFO, N_("The SPF policy of {domain} needs {lookups} of 10 look-ups; the next included service may break it.")
    ),
    Tag.VOID: Message(
        Severity.MEDIUM,
        N_(
            "The SPF policy of {domain} refers to {count} names that do not exist ({names}); more than 2 is an error for strict receivers."
        ),
        Remedy(N_("Remove the terms that refer to these names."), verify=_VERIFY),
    ),
    Tag.LOOP: Message(
        Severity.HIGH,
        N_("The SPF policy of {domain} includes itself by way of {loop}; receivers give up with an error (permerror)."),
        Remedy(N_("Remove the include that leads back to {loop}."), verify="dig {loop} TXT +short"),
    ),
    Tag.PASS_ALL: Message(
        Severity.CRITICAL,
        N_("The SPF policy of {domain} allows everybody in the world to send mail in its name, by “{term}”."),
        Remedy(
            N_(
                "List every service and server that sends your mail first. Then publish the record without “{term}”, with each of them named in it. The ending “~all” is for the time until you know that all are named; then end it in “-all”."
            ),
            verify=_VERIFY,
            record=_EXAMPLE,
            minutes=10,
        ),
    ),
    Tag.NO_ENDING: Message(
        Severity.MEDIUM,
        N_("The SPF policy of {domain} says nothing about other senders ({ending})."),
        Remedy(
            N_("End the record with “-all”, or with “~all” while you still look for forgotten senders."),
            verify=_VERIFY,
            record=_EXAMPLE,
        ),
    ),
    Tag.BROAD: Message(
        Severity.MEDIUM,
        N_("The SPF policy of {domain} allows very large networks ({networks}), and with them many strangers."),
        Remedy(N_("Replace these networks by the addresses that really send your mail."), verify=_VERIFY),
    ),
    Tag.PTR: Message(
        Severity.LOW,
        N_("The SPF policy of {domain} uses “ptr”, which is slow, unreliable and deprecated; some receivers skip it."),
        Remedy(N_("Replace “ptr” by “ip4:” and “ip6:” with the addresses."), verify=_VERIFY),
    ),
    Tag.LONG: Message(
        Severity.LOW,
        N_("The SPF record of {domain} has {size} octets; above 450 the answer may not fit into one packet."),
        Remedy(N_("Shorten the record, or move parts into an included record."), verify=_VERIFY),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("Part of the SPF policy of {domain} could not be looked up: {names}.")),
    Tag.CACHED: Message(Severity.INFO, CACHED_TEXT),
}

_BROAD_V4, _BROAD_V6 = 16, 28


def judge(spf: SpfLookups, policy: Policy) -> Iterator[Finding]:
    domain = spf.domain
    if spf.published is not None and differs(spf.cached, spf.published):
        new, old = _spf_of(spf.published.texts()), _spf_of(spf.cached.texts())
        if new != old:
            yield found(Tag.CACHED, name=domain, rdtype="TXT", new=new, old=old, ttl=max(spf.cached.ttl, 0))
    seen = run_now(survey(domain, Replay(spf.answers)))
    if seen.unanswered:
        yield found(Tag.UNANSWERED, domain=domain, names=seen.unanswered[:5])
    if not seen.texts and not seen.error:
        if not seen.unanswered:
            yield found(Tag.MISSING, domain=domain, corrected=example(spf))
        return
    faults = list(_faults(spf, seen, domain, policy))
    yield from faults
    if faults or seen.unanswered or seen.record is None:
        return
    if not seen.record.redirect and [d.mechanism for d in seen.record.directives] == ["all"] and seen.all_qualifier == "-":
        yield found(Tag.NO_SENDER, domain=domain, record=seen.record.text)
    else:
        yield found(Tag.OK, domain=domain, record=seen.record.text, lookups=seen.lookups)
        if seen.lookups >= LOOKUP_LIMIT - 1:
            yield found(Tag.NEAR_LIMIT, domain=domain, lookups=seen.lookups)


def _faults(spf: SpfLookups, seen: SpfSurvey, domain: str, policy: Policy) -> Iterator[Finding]:
    if seen.error:
        yield found(Tag.BROKEN, domain=domain, where=seen.error_domain or domain, why=seen.error)
    if seen.loop:
        yield found(Tag.LOOP, domain=domain, loop=seen.loop)
    elif seen.lookups > LOOKUP_LIMIT:
        yield found(Tag.TOO_MANY_LOOKUPS, domain=domain, lookups=seen.lookups)
    if len(seen.voids) > policy.spf_void_limit:
        yield found(Tag.VOID, domain=domain, count=len(seen.voids), names=seen.voids[:5])
    if seen.open_by:
        yield found(Tag.PASS_ALL, domain=domain, term=seen.open_by, corrected=closed(spf, seen))
    elif (
        seen.all_qualifier in ("?", "") and seen.record is not None and not seen.error and not seen.unanswered and not seen.loop
    ):
        yield found(
            Tag.NO_ENDING,
            domain=domain,
            ending="?all" if seen.all_qualifier else phrase("no “all” at the end"),
            corrected=closed(spf, seen),
        )
    broad = [n for n in seen.networks if _is_broad(n)]
    if broad and not seen.open_by:
        yield found(Tag.BROAD, domain=domain, networks=broad[:5])
    if seen.ptr:
        yield found(Tag.PTR, domain=domain)
    size = max((len(t) for t in seen.texts), default=0)
    if size > 450:
        yield found(Tag.LONG, domain=domain, size=size)


def _spf_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(t for t in texts if t.lower().startswith("v=spf1")) or (phrase("no SPF record"),)


def _is_broad(network: str) -> bool:
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return parsed.prefixlen < (_BROAD_V4 if parsed.version == 4 else _BROAD_V6)
