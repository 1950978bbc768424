"""What registries, collectors and validators said, and the commands that repeat it."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator

from selfaudit.facts import Fact
from selfaudit.facts.registration import (
    DomainRegistration,
    NetworkRecord,
    NetworkRegistration,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.facts.routing import RouteValidity
from selfaudit.i18n import _, shown
from selfaudit.text import printable

Line = tuple[str, str]
_SHOWN = 300
_READ = 1500
_WHOIS_LINES = 40


def lines_about(fact: Fact) -> Iterator[Line]:
    """(command, answer) for the facts about registration and routing; nothing for others."""
    if isinstance(fact, DomainRegistration | NetworkRegistration):
        for exchange in fact.exchanges:
            yield _command(exchange), printable(_answer(exchange), _SHOWN)
        if isinstance(fact, DomainRegistration):
            for who, record in ((_("the registry"), fact.registry), (_("the registrar"), fact.registrar)):
                if record is not None:
                    yield "", printable(_("Read from the answer of {who}: {what}").format(who=who, what=_record(record)), _READ)
        elif fact.network is not None:
            yield (
                "",
                printable(
                    _("Read from the answer of {who}: {what}").format(who=_("the registry"), what=_network(fact.network)), _READ
                ),
            )
        if fact.bootstrap.source:
            words = _("RDAP server by the list of {date} ({source}), entry {entry}")
            yield (
                "",
                words.format(
                    date=printable(fact.bootstrap.publication, 40) or "?",
                    source=fact.bootstrap.source,
                    entry=printable(fact.bootstrap.entry, 60),
                ),
            )
    elif isinstance(fact, RouteValidity):
        for question in fact.questions:
            said = f"HTTP {question.fetch.code}; " if question.fetch.code else f"{question.fetch.outcome}: "
            body = " ".join(question.fetch.body.split()) or shown(question.fetch.detail)
            yield f"curl -sS {shlex.quote(question.fetch.url)}", printable(said + body, _SHOWN)


def _command(exchange: RegistryExchange) -> str:
    if exchange.protocol == "whois":
        return f"whois -h {shlex.quote(exchange.server)} {shlex.quote(exchange.query)}"
    return f"curl -sSL -H Accept:application/rdap+json {shlex.quote(exchange.query)}"


def _answer(exchange: RegistryExchange) -> str:
    parts = [f"HTTP {exchange.code}" if exchange.code else str(exchange.outcome)]
    if exchange.detail:
        parts.append(shown(exchange.detail))
    if exchange.attempts > 1:
        parts.append(_("asked {count} times").format(count=exchange.attempts))
    if exchange.retry_after:
        parts.append(_("it asked to wait {seconds} s").format(seconds=f"{exchange.retry_after:g}"))
    if exchange.redirects:
        parts.append(_("redirected to {urls}").format(urls=", ".join(exchange.redirects)))
    lines = [line.strip() for line in exchange.text.splitlines() if line.strip() and line.strip()[0] not in "%#>"]
    return "; ".join([*parts, " / ".join(lines[:_WHOIS_LINES])]).removesuffix("; ")


def _record(record: RegistrationRecord) -> str:
    """What was read about a domain, field by field, under the names that RDAP gives them. Contacts stand in the findings."""
    dates = {
        "registration": record.created, "last changed": record.changed, "transfer": record.transferred,
        "expiration": record.expires, "registrar expiration": record.registrar_expires,
    }  # fmt: skip
    parts = [f"registered: {record.registered}", *(f"{name}: {day(at)}" for name, at in dates.items() if at is not None)]
    if record.states:
        parts.append(f"status: {', '.join(record.states)}")
    if record.name_servers:
        parts.append(f"nameservers: {', '.join(record.name_servers)}")
    if record.registrar:
        parts.append(f"registrar: {record.registrar}")
    return "; ".join(parts)


def _network(record: NetworkRecord) -> str:
    named = {
        "name": record.name, "holder": record.holder, "country": record.country, "prefixes": ", ".join(record.prefixes),
        "abuse": ", ".join(record.abuse_email),
    }  # fmt: skip
    return "; ".join(f"{name}: {value}" for name, value in named.items() if value)


def day(seconds: float) -> str:
    """A day in UTC: YYYY-MM-DD. A time that no calendar has stays a number."""
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return str(seconds)
