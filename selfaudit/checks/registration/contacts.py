"""The registered contact data is right.

What it checks:
    To whom registry and registrar say that the domain is registered: whether they show it at all, whether it is what was
    declared, and whether it can be right.

Why it matters:
    Policies demand accurate registration data for every domain that is hosted, and forbid a hidden identity by false data. A
    registrar must also suspend a domain whose contact data is not confirmed.

How it is judged:
    1. curl -sSL -H Accept:application/rdap+json ADDRESS-OF-THE-REGISTRY/domain/DOMAIN, and the address of the registrar that is
       named there under “related”; whois DOMAIN where there is no such service.
    2. Withheld or not part of the answer: that is usual since 2018 and never a fault. Nobody outside can see whether the data
       is right, so it is stated: compare it at the registrar, take a picture with the date, and add it. A statement never becomes
       a pass, and one older than a year, or than the suspension, is only reported.
    3. A privacy service in place of the holder: the same.
    4. Shown: each field is compared with what was declared. Capitals, punctuation, accents, “ü” or “ue”, the order of words, the
       form of phone numbers, and country codes or names make no difference. All that is shown agrees, the name or the
       organisation among it: good. Without a declaration only you can say whether it is yours. Beside a withheld name or
       organisation, registrars put addresses and numbers of their own: of those only the country is compared and looked at.
    5. Shown data is also looked at for what cannot be right: words that only fill a line, a phone number that cannot exist (by the
       numbering plans), a postal code without the form of its country, a mail address whose domain does not exist or takes no
       mail (dig DOMAIN MX, A, AAAA). Look-ups that fail say nothing.
    6. If the date of the suspension is known: a change at the registry after it fits a correction. Of a day without a time,
       all time zones are allowed for.

Limits and false positives:
    A change after the suspension may have been another one. Values can be plausible and false, or odd and right: “None” is
    also a town. Privacy services, and what registrars write over contacts, are recognised by a list, which cannot be complete.
    The files that are added to a statement are not looked into, and one statement stands for all domains of the case.

References:
    RFC 9083 section 10.2.2; RFC 9537; RFC 7505; RFC 5321 section 5.1; ICANN Registration Data Policy of 21 August 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.case import Registrant
from selfaudit.checks._common import reason
from selfaudit.checks.registration import _contacts, _registry
from selfaudit.checks.registration._contacts import DAY
from selfaudit.checks.registration._registry import LOOK_BY_HAND, when
from selfaudit.facts.registration import DomainRegistration, Registered
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import contact_data, psl
from selfaudit.protocols.contact_data import LABELS, Holder, Shown
from selfaudit.protocols.contact_plausible import Odd, Oddity, oddities
from selfaudit.text import printable


class Tag(StrEnum):
    MATCHES = "CONTACTS_MATCH"
    DIFFERS = "CONTACTS_DIFFER"
    NOT_COMPARED = "CONTACTS_NOT_COMPARED"
    SHOWN = "CONTACTS_SHOWN"
    NOT_DECLARED = "CONTACTS_NOT_DECLARED"
    WITHHELD = "CONTACTS_WITHHELD"
    PRIVACY = "CONTACTS_PRIVACY_SERVICE"
    ONLY_OTHERS = "CONTACTS_WITHOUT_HOLDER"
    SOMEBODY_ELSE = "CONTACTS_OF_SOMEBODY_ELSE"
    RESTS_ON_STATEMENT = "CONTACTS_REST_ON_STATEMENT"
    STATED = "CONTACTS_STATED"
    STATED_WITHOUT_FILE = "CONTACTS_STATED_WITHOUT_FILE"
    PLACEHOLDER = "CONTACTS_PLACEHOLDER"
    PHONE = "CONTACTS_PHONE_IMPOSSIBLE"
    POSTAL_CODE = "CONTACTS_POSTAL_CODE"
    COUNTRY = "CONTACTS_COUNTRY"
    MAIL_FORM = "CONTACTS_MAIL_MALFORMED"
    MAIL_DOMAIN = "CONTACTS_MAIL_DOMAIN_MISSING"
    MAIL_NOT_TAKEN = "CONTACTS_MAIL_NOT_TAKEN"
    MAIL_UNANSWERED = "CONTACTS_MAIL_UNANSWERED"
    NO_NAME = "CONTACTS_WITHOUT_NAME"
    NO_MAIL = "CONTACTS_WITHOUT_MAIL"
    CHANGED_SINCE = "CONTACTS_CHANGED_SINCE"
    NOT_CHANGED_SINCE = "CONTACTS_NOT_CHANGED_SINCE"
    UNREGISTERED = "CONTACTS_UNREGISTERED"
    UNANSWERED = "CONTACTS_UNANSWERED"
    REGISTRAR_UNANSWERED = "CONTACTS_REGISTRAR_UNANSWERED"


CHECK = Check(
    "registration.contacts",
    N_("The registered contact data is right"),
    (DomainRegistration,),
    "domain",
    advisory=True,
    hosted=True,
    registrable=True,
)

_STATE_IT = Remedy(
    N_(
        "Log in at {registrar} and open the contact data of {domain}. Compare every line with your own name, address, mail address "
        "and phone number, correct what is wrong, and answer the mails that ask you to confirm it. Whether that worked you see only on "
        "that page: what everybody can look up stays the same. Take a picture of it with the date, and add both on the page “What to "
        "check”, under “Who your domains are registered to”; on the command line, give --registrant FILE with the date as “confirmed” "
        "and the picture in “files”. A statement counts for a year, and not if it is older than the suspension."
    ),
    minutes=20,
)
_CORRECT = Remedy(
    N_(
        "Log in at {registrar}, open the contact data of {domain} and correct it. Answer the mail that asks you to confirm the "
        "change. If somebody else ordered the domain for you, ask them to do it. If what is shown is right after all, leave it, and "
        "say so in your request."
    ),
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain} what is shown, and ask them to correct it at the registrar ({registrar}) and to answer the mail "
            "that asks to confirm the change. If it is right after all, ask them to write that to you, and send it with your request."
        )
    },
    minutes=20,
)
_MAILBOX = Remedy(
    N_(
        "Log in at {registrar} and enter a mail address for {domain} that you read, or put this one in order: its domain must be "
        "registered and name a server that takes mail. Then answer the mail that asks you to confirm the address."
    ),
    verify="dig {mail_domain} MX +short; dig {mail_domain} A +short",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain} that mail to this address does not arrive. Ask them to enter another one at the registrar "
            "({registrar}), or to put this one in order, and to answer the mail that asks to confirm the address."
        )
    },
    minutes=20,
)

MESSAGES = {
    Tag.MATCHES: Message(Severity.GOOD, N_("What is shown about the holder of {domain} is what you declared ({fields}).")),
    Tag.DIFFERS: Message(
        Severity.MEDIUM,
        N_("What is shown about the holder of {domain} is not what you declared: {differences}."),
        Remedy(
            N_(
                "See which of both is right. If it is what you declared, log in at {registrar}, correct the contact data of {domain}, and "
                "answer the mail that asks you to confirm the change. If it is what the registry shows, correct your declaration on the "
                "page “What to check”, on the command line in the file after --registrant. If the domain belongs to somebody else, add it "
                "there to those; on the command line, give --registered-to-others {domain}."
            ),
            verify="{command}",
            minutes=20,
        ),
    ),
    Tag.NOT_COMPARED: Message(
        Severity.INFO,
        N_("Not compared, because it is not shown, was not declared, or may be the registrar's own: {fields}."),
    ),
    Tag.SHOWN: Message(Severity.INFO, N_("This is shown about the holder of {domain}: {shown}.")),
    Tag.NOT_DECLARED: Message(
        Severity.UNKNOWN,
        N_("Who holds {domain} is shown. Whether that is right only you can say: your name or organisation was not declared."),
        Remedy(
            N_(
                "Enter your data on the page “What to check”, under “Who your domains are registered to”, and run the audit again: it is "
                "then compared with what is shown. On the command line, write it into a file and give --registrant FILE (with the day as "
                "“confirmed” and pictures in “files”, if you have looked at the registrar's page); if the domain belongs to somebody "
                "else, give --registered-to-others {domain}."
            ),
            verify="{command}",
            minutes=5,
        ),
    ),
    Tag.WITHHELD: Message(
        Severity.UNKNOWN,
        N_(
            "It is not shown to whom {domain} is registered. That is usual since 2018, and no fault. But nobody can see from outside whether "
            "the data is right: look at it, and state it."
        ),
        _STATE_IT,
    ),
    Tag.PRIVACY: Message(
        Severity.UNKNOWN,
        N_(
            "A privacy service stands in place of the holder of {domain}: {service}. It forwards mail and is allowed, but nobody can see from "
            "outside whether the data behind it is right, and an abuse desk may ask for it: look at it, and state it."
        ),
        _STATE_IT,
    ),
    Tag.ONLY_OTHERS: Message(
        Severity.INFO,
        N_("No holder of {domain} is shown, only others: {roles}. What is shown of them was looked at in its place."),
    ),
    Tag.SOMEBODY_ELSE: Message(
        Severity.UNKNOWN,
        N_(
            "{domain} is registered to somebody else, as you say. What counts is that the data of that person is right, and that the "
            "person agrees to what you do with the domain. Neither can be seen from outside."
        ),
        Remedy(
            N_(
                "Ask the holder of {domain} to compare the contact data at the registrar ({registrar}) and to write to you, with name and "
                "date, that it is right and that you may host the domain and send its mail. Keep that letter and send it with your request."
            ),
            verify="{command}",
            minutes=20,
        ),
    ),
    Tag.RESTS_ON_STATEMENT: Message(
        Severity.UNKNOWN,
        N_(
            "Whether the contact data of {domain} is right cannot be seen from outside: {how}. {person} states that on {date} it was right "
            "at the registrar ({registrar}), and adds {files}, which this program does not look into. One such statement stands for all "
            "domains of the case."
        ),
    ),
    Tag.STATED: Message(
        Severity.INFO,
        N_(
            "{person} states that on {date} the contact data of {domain} at the registrar was right, and adds {files}, which this program "
            "does not look into."
        ),
    ),
    Tag.STATED_WITHOUT_FILE: Message(
        Severity.INFO,
        N_("{person} states that on {date} the contact data of {domain} at the registrar was right. No file was added yet."),
    ),
    Tag.PLACEHOLDER: Message(
        Severity.MEDIUM,
        N_("In the registration of {domain}, “{value}” ({field}) looks as if it only filled the line."),
        _CORRECT,
    ),
    Tag.PHONE: Message(
        Severity.MEDIUM, N_("The registration of {domain} shows the phone number “{value}”, which nobody can have."), _CORRECT
    ),
    Tag.POSTAL_CODE: Message(
        Severity.MEDIUM,
        N_("The registration of {domain} shows the postal code “{value}”; in the country {country} they look different."),
        _CORRECT,
    ),
    Tag.COUNTRY: Message(
        Severity.MEDIUM, N_("The registration of {domain} shows the country “{value}”; no country has this code."), _CORRECT
    ),
    Tag.MAIL_FORM: Message(
        Severity.MEDIUM, N_("The registration of {domain} shows “{value}” as mail address, which is none."), _CORRECT
    ),
    Tag.MAIL_DOMAIN: Message(
        Severity.MEDIUM,
        N_("The registration of {domain} shows the mail address “{value}”, but its domain does not exist."),
        _MAILBOX,
    ),
    Tag.MAIL_NOT_TAKEN: Message(
        Severity.MEDIUM,
        N_("The registration of {domain} shows the mail address “{value}”, but its domain takes no mail."),
        _MAILBOX,
    ),
    Tag.MAIL_UNANSWERED: Message(
        Severity.UNKNOWN,
        N_("Whether the mail address “{value}” in the registration of {domain} works could not be looked up ({why})."),
    ),
    Tag.NO_NAME: Message(
        Severity.LOW,
        N_(
            "The registration of {domain} shows an address, but neither a name nor an organisation. Perhaps they are only not published."
        ),
        _CORRECT,
    ),
    Tag.NO_MAIL: Message(
        Severity.LOW,
        N_(
            "The registration of {domain} shows an address and a phone number, but no mail address. Perhaps it is only not published."
        ),
        _CORRECT,
    ),
    Tag.CHANGED_SINCE: Message(
        Severity.GOOD,
        N_("The registration of {domain} was changed on {date}, after the suspension on {suspended}. This fits a correction."),
    ),
    Tag.NOT_CHANGED_SINCE: Message(
        Severity.INFO,
        N_(
            "The registration of {domain} was last changed on {date}, before the suspension on {suspended}. If you have corrected it since, "
            "the registrar has not passed that on yet, or need not."
        ),
    ),
    Tag.UNREGISTERED: Message(
        Severity.NONE,
        N_("According to the registry {domain} is not registered (see registration.status), so there is no contact data."),
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("To whom {domain} is registered could not be found out: {why}."), LOOK_BY_HAND
    ),
    Tag.REGISTRAR_UNANSWERED: Message(
        Severity.UNKNOWN,
        N_("The registry does not show who holds {domain} and points to the registrar, whose answer could not be had: {why}."),
        LOOK_BY_HAND,
    ),
}


def judge(fact: DomainRegistration, policy: Policy) -> Iterator[Finding]:
    unknown = _registry.unknown(fact)
    if unknown is not None:
        yield found(Tag.UNANSWERED, **unknown)
        return
    if _registry.registered(fact) is Registered.NO:
        yield found(Tag.UNREGISTERED, domain=fact.domain)
        return
    answers = _registry.answers(fact)
    args = {"domain": fact.domain, "page": _registry.page(fact), "command": _registry.command(fact)}
    if not answers:
        yield found(Tag.UNANSWERED, **args, why=phrase("the answer is about another name"))
        return
    args["registrar"] = _registry.registrar_name(_registry.merged(fact))
    holder = contact_data.holder(answers)
    others = fact.domain in {psl.registrable_domain(name) or name for name in policy.not_registrant}
    rests = False
    if others:
        yield found(Tag.SOMEBODY_ELSE, **args)
        yield found(Tag.SHOWN, **args, shown=_contacts.summary(holder))
    elif silent := _contacts.silent_registrar(fact, holder):
        yield from _silent(silent, holder, policy, args)
    else:
        own = list(_own(holder, policy, fact.now, args))
        rests = any(finding.tag == Tag.RESTS_ON_STATEMENT for finding in own)
        yield from own
    if holder.substitute:
        yield found(Tag.ONLY_OTHERS, domain=fact.domain, roles=_contacts.roles(holder))
    real = holder.shown is not Shown.PRIVACY and not holder.obscured and not contact_data.privacy_service(holder.contact)
    for oddity in oddities(holder.contact, fact.mail) if real else ():
        yield _odd(oddity, args | ({"who": str(Who.HOLDER)} if others else {}))
    # Data that was right when somebody looked need not have been changed.
    yield from (finding for finding in _since(fact, policy) if not (rests and finding.tag == Tag.NOT_CHANGED_SINCE))


def _silent(why: str, holder: Holder, policy: Policy, args: dict[str, Any]) -> Iterator[Finding]:
    """The registrar would know, but its answer is missing."""
    yield found(Tag.REGISTRAR_UNANSWERED, **args, why=why)
    if holder.shown is Shown.PRIVACY:
        yield found(Tag.SHOWN, **args, shown=_contacts.summary(holder))
    if policy.registrant is not None and policy.registrant.confirmed:
        yield _statement(policy.registrant, policy, args["domain"])


def _own(holder: Holder, policy: Policy, now: float, args: dict[str, Any]) -> Iterator[Finding]:
    """The verdict for a domain of the customer's own."""
    declared = policy.registrant or Registrant()
    comparison = contact_data.compare_holder(holder, declared)
    # An organisation that is shown contradicts only those who said who they are.
    said = bool(declared.name or declared.organization)
    if differences := [d for d in comparison.different if d.declared or said]:
        yield found(Tag.DIFFERS, **args, differences=[_contacts.difference(d) for d in differences])
    hidden = _contacts.HIDDEN.get(holder.shown)
    if hidden and comparison.skipped:
        yield found(Tag.NOT_COMPARED, fields=_contacts.labels(comparison.skipped))
    if hidden and _contacts.stands(declared, policy, now):
        yield found(Tag.RESTS_ON_STATEMENT, **args, how=hidden, **_contacts.said(declared, policy))
        return
    if holder.shown is Shown.PRIVACY:
        yield found(Tag.PRIVACY, **args, service=printable(holder.service, 100) or phrase("one that is not named"))
    elif holder.shown is Shown.WITHHELD:
        yield found(Tag.WITHHELD, **args)
    elif not comparison.different and comparison.identified:
        yield found(Tag.MATCHES, **args, fields=_contacts.labels(comparison.same))
        if comparison.open:
            yield found(Tag.NOT_COMPARED, fields=_contacts.labels(comparison.open))
        return
    else:
        yield found(Tag.SHOWN, **args, shown=_contacts.summary(holder))
        if differences:
            return
        yield found(Tag.NOT_DECLARED, **args)
    if declared.confirmed:
        yield _statement(declared, policy, args["domain"])


def _statement(declared: Registrant, policy: Policy, domain: str) -> Finding:
    return found(Tag.STATED if declared.files else Tag.STATED_WITHOUT_FILE, domain=domain, **_contacts.said(declared, policy))


def _odd(oddity: Oddity, args: dict[str, Any]) -> Finding:
    why = reason(oddity.answer) if oddity.odd is Odd.MAIL_UNANSWERED and oddity.answer else ""
    return found(
        Tag[oddity.odd.name], **args,
        field=LABELS[oddity.field], value=printable(oddity.value, 120), country=oddity.country, why=why,
        mail_domain=contact_data.mail_domain(oddity.value) if oddity.answer else "",
    )  # fmt: skip


def _since(fact: DomainRegistration, policy: Policy) -> Iterator[Finding]:
    """Whether the registration was changed after the suspension."""
    changes = [a.changed for a in _registry.answers(fact) if a.changed is not None and a.changed <= fact.now + DAY]
    if policy.suspended is None or not changes:
        return
    changed = max(changes)
    after = _contacts.is_after(changed, policy.suspended)
    dates = {"domain": fact.domain, "date": when(changed), "suspended": when(policy.suspended)}
    if after:
        yield found(Tag.CHANGED_SINCE, **dates)
    elif after is False:
        yield found(Tag.NOT_CHANGED_SINCE, **dates)
