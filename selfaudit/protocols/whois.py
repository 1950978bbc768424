"""WHOIS (RFC 3912): what to ask a server for, and what its answer says about a domain or a block of addresses."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace

from selfaudit.errors import BadInput
from selfaudit.facts.registration import NetworkRecord, Registered, RegistrationRecord
from selfaudit.i18n import phrase
from selfaudit.protocols import whois_library, whois_network, whois_verdicts
from selfaudit.protocols.bootstrap import a_labels
from selfaudit.protocols.whois_contacts import contacts_of
from selfaudit.protocols.whois_dates import habits_of
from selfaudit.protocols.whois_fields import (
    FREE,
    NOT_FOR_ALL,
    Draft,
    abuse_of,
    collect,
    dates_of,
    drop_companies,
    hosts_of,
    named_domains,
    notes_of,
    registrar_of,
    server_of,
    signed_of,
    states_of,
)
from selfaudit.protocols.whois_text import Entry, Paragraph, decode, entries_of, lines_of, paragraphs, whole_host

__all__ = ["decode", "is_refusal", "parse", "parse_network", "query_line", "referral"]

_NOTE = 300
_SUBJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")

# What servers want to be asked with instead of the bare name, by host name (their own help texts).
_QUERIES = {
    "whois.denic.de": "-T dn,ace {subject}",
    "whois.jprs.jp": "{subject}/e",
    "whois.verisign-grs.com": "domain {subject}",
    "whois.crsnic.net": "domain {subject}",
    "whois.dk-hostmaster.dk": "--show-handles {subject}",
    "whois.punktum.dk": "--show-handles {subject}",
}
# Addresses: ARIN shows only a list where several blocks match, unless asked for networks ("n") in full ("+"). The RIPE database
# gives the abuse contact without a flag; "-B" would add personal data that counts against the daily limit.
_NETWORK_QUERIES = {"whois.arin.net": "n + {subject}"}


def query_line(server: str, domain: str) -> str:
    """The line to send, without CR LF.

    Args:
        server: host name of the server.
        domain: a domain, a top-level domain, or an IP address.

    Raises:
        BadInput: it is none of these; nothing else can get into a line.
    """
    server = server.lower().rstrip(".")
    if "%" in domain or any(char.isspace() or not char.isprintable() for char in domain):  # "%" begins a zone (RFC 4007)
        domain = ""
    try:
        return _NETWORK_QUERIES.get(server, "{subject}").format(subject=ipaddress.ip_address(domain))
    except ValueError:
        subject = a_labels(domain)
    if not _SUBJECT.fullmatch(subject):
        raise BadInput(phrase("this cannot be asked for: neither a domain nor an address"))
    return _QUERIES.get(server, "{subject}").format(subject=subject)


def referral(text: str) -> str:
    """The host to which IANA's server leads ("refer:", else "whois:"), "" for none or for anything but a plausible host name."""
    found = {entry.key: entry.value for entry in reversed(entries_of(lines_of(text))) if entry.key in ("refer", "whois")}
    return whole_host(found.get("refer", "")) or whole_host(found.get("whois", ""))


def is_refusal(text: str) -> bool:
    """Whether an answer only says that the server was asked too much or is out of order. A notice about limits is not one."""
    lines = lines_of(text)
    entries = entries_of(lines)
    if whois_network.holds_network(entries):
        return False
    draft = collect(drop_companies(entries), "")
    if named_domains(entries) and (draft.says_something or states_of(draft)):
        return False
    return bool(whois_verdicts.refusal(paragraphs(lines)))


def parse(text: str, domain: str, server: str) -> RegistrationRecord:
    """Reads an answer about a domain.

    It is registered if the answer shows it as its subject with something about it; not registered if the answer says so, about no
    other domain and without data; in every other case it cannot be told.

    Args:
        text: as `decode` gives it.
        domain: the registrable domain that was asked for.
        server: host name of the server that answered.

    Raises:
        BadInput: nothing in it can be understood.
    """
    lines = lines_of(text)
    entries = drop_companies(entries_of(lines))
    domain = a_labels(domain)
    names = named_domains(entries)
    said = paragraphs(lines)
    if not said:
        raise BadInput(phrase("the answer is empty"))
    ours = [place for place, name in names if name == domain]
    if names and not ours:
        note = phrase("the answer is about another domain: {name}", name=names[0][1])
        return RegistrationRecord("whois", Registered.UNKNOWN, domain=names[0][1], notes=(note,))
    if ours:
        entries = _about(entries, names, domain)
    draft = collect(entries, domain)
    states = states_of(draft)
    if ours and (draft.says_something or not (set(states) <= FREE | NOT_FOR_ALL)):
        return _registered(draft, states, lines, domain)
    return _without_data(draft, states, said, domain if ours else "", domain, server)


def _about(entries: list[Entry], names: list[tuple[int, str]], domain: str) -> list[Entry]:
    """The statements about our domain out of an answer about several."""
    if {name for _place, name in names} == {domain}:
        return entries
    first = next(place for place, name in names if name == domain)
    end = next((place for place, name in names if place > first and name != domain), len(entries))
    return entries[first:end]


def _registered(draft: Draft, states: tuple[str, ...], lines: list[str], domain: str) -> RegistrationRecord:
    habits = habits_of(domain)
    found = whois_library.read(domain, lines, habits) if whois_library.covers(domain) else whois_library.Found()
    for what, values in found.fields.items():
        if not draft.fields.get(what):
            draft.fields[what] = values
    dates = {**found.dates, **dates_of(draft, habits)}
    emails, phones = abuse_of(draft)
    number = draft.first("registrar_id")
    record = RegistrationRecord(
        "whois",
        Registered.YES,
        domain=domain,
        handle=draft.first("handle"),
        registrar=registrar_of(draft),
        registrar_id=number if number.isdecimal() else "",
        registrar_url=draft.first("registrar_url"),
        abuse_email=emails,
        abuse_phone=phones,
        created=dates.get("created"),
        changed=dates.get("changed"),
        transferred=dates.get("transferred"),
        expires=dates.get("expires"),
        registrar_expires=dates.get("registrar_expires"),
        name_servers=hosts_of(draft.fields.get("name_servers", ())),
        states=states_of(draft),
        contacts=contacts_of(draft),
        whois_server=server_of(draft),
        signed=signed_of(draft),
        notes=notes_of(draft),
    )
    if FREE.intersection(states):
        note = phrase("the answer contradicts itself: it says that the name is free, and shows data of it")
        return replace(record, registered=Registered.UNKNOWN, notes=(note, *record.notes))
    return record


def _without_data(
    draft: Draft, states: tuple[str, ...], said: list[Paragraph], named: str, domain: str, server: str
) -> RegistrationRecord:
    unknown = RegistrationRecord("whois", Registered.UNKNOWN, domain=named, states=states if named else ())
    gone = whois_verdicts.absence(said, domain)
    is_gone = bool(gone and (domain in gone.names or not gone.names))
    is_free = bool(named and FREE.intersection(states))
    kept = next((state for state in states if named and state in NOT_FOR_ALL), "")
    refused = whois_verdicts.refusal(said)
    # What is said about this very name counts more than words about limits, which may be a notice.
    if refused and not (is_free or kept or (gone and domain in gone.names)):
        return replace(unknown, throttled=True, notes=(refused[:_NOTE],))
    kept = kept or whois_verdicts.not_for_all(said, domain)
    if kept:
        note = phrase("the registry keeps this name back: it is reserved, blocked, or not sold like others")
        return replace(unknown, notes=(note, kept[:_NOTE]))
    if is_gone or is_free:
        return replace(unknown, registered=Registered.NO, notes=(gone.line[:_NOTE],) if gone and is_gone else ())
    if gone:
        note = phrase("the answer is about another domain: {name}", name=min(gone.names))
        return replace(unknown, notes=(note,))
    useless = whois_verdicts.no_use(said)
    if not (useless or named or draft.says_something):
        raise BadInput(phrase("nothing in the answer of {server} can be understood", server=server[:253]))
    return replace(unknown, notes=(useless[:_NOTE],) if useless else ())


def parse_network(text: str) -> NetworkRecord:
    """Reads an answer of a registry of addresses.

    Raises:
        BadInput: it describes no block of addresses.
    """
    return whois_network.read(lines_of(text))
