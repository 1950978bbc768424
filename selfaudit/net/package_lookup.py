"""Asks OSV about the packages of a server, and gets the list of vulnerabilities that are known to be exploited.

Polite: batches of at most a thousand packages, few entries read one by one, four at a time, within bounded time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from selfaudit.errors import BadInput
from selfaudit.facts.base import FailureReason, ProbeFailure
from selfaudit.facts.host import KnownVulnerability, PackageLookup
from selfaudit.facts.http import HttpStatus
from selfaudit.i18n import phrase
from selfaudit.protocols import osv
from selfaudit.protocols.osv import Entry, Exploited, Package, Packages

if TYPE_CHECKING:
    from selfaudit.net import Net
    from selfaudit.net.http import Want

MAX_FOUND = 500
MAX_ENTRIES = 100  # read one by one
_ROUNDS = 4  # pages of an answer
_AT_ONCE = 4
_SECONDS = 25.0  # for reading entries
_NOTHING = Exploited("", frozenset())
Parsed = TypeVar("Parsed")


class _Failed(Exception):
    """A question was not answered."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(detail)
        self.failure = ProbeFailure(reason, detail)


async def look_up(net: Net, host: str, ecosystem: str, packages: Packages) -> PackageLookup | ProbeFailure:
    """What the public lists say about packages. The list of exploited vulnerabilities may be missing, OSV's answer may not.

    Args:
        net: with the addresses of both lists in its profile.
        host: the server's name, which is not sent.
        ecosystem: as OSV calls it.
        packages: to ask about.
    """
    try:
        hits, whole = await _hits(net, ecosystem, packages.listed)
    except _Failed as failed:
        return failed.failure
    exploited = await net.once(("kev", net.profile.kev_url), lambda: _exploited(net))
    wanted = _wanted(hits, exploited)
    entries = await _entries(net, ecosystem, list(dict.fromkeys(entry for _package, entry in wanted)))
    found = _found(wanted, entries, exploited)
    complete = whole and not packages.cut and len(found) <= MAX_FOUND and all(entry in entries for _package, entry in wanted)
    return PackageLookup(host, ecosystem, len(packages.listed), tuple(found[:MAX_FOUND]), exploited.date, not complete)


async def _hits(net: Net, ecosystem: str, packages: Sequence[Package]) -> tuple[list[tuple[Package, str]], bool]:
    """(package, id of an entry) for all packages; and whether all pages were read."""
    found: dict[tuple[Package, str], None] = {}
    open_questions = [(package, "") for package in packages]
    for _round in range(_ROUNDS):
        following: list[tuple[Package, str]] = []
        for batch in _batched(open_questions):
            answers = await _batch(net, ecosystem, batch)
            for (package, _token), hits in zip(batch, answers, strict=True):
                found.update(dict.fromkeys((package, entry) for entry in hits.ids))
                if hits.more:
                    following.append((package, hits.more))
        open_questions = following
        if not open_questions:
            return list(found), True
    return list(found), False


def _batched(questions: Sequence[tuple[Package, str]]) -> Iterable[Sequence[tuple[Package, str]]]:
    return (questions[i : i + osv.BATCH] for i in range(0, len(questions), osv.BATCH))


async def _batch(net: Net, ecosystem: str, questions: Sequence[tuple[Package, str]]) -> list[osv.Hits]:
    from selfaudit.net.http import Want  # takes as long to load as everything else together

    want = Want("OSV", "application/json", most=osv.MAX_ANSWER, body=osv.question(ecosystem, questions))
    return await _ask(net, net.profile.osv_url, want, lambda body: osv.read_hits(body, len(questions)))


async def _exploited(net: Net) -> Exploited:
    from selfaudit.net.http import Want

    if not net.profile.kev_url:
        return _NOTHING
    try:
        return await _ask(net, net.profile.kev_url, Want("KEV", "application/json", most=osv.MAX_KEV), osv.read_exploited)
    except _Failed:
        return _NOTHING


async def _ask(net: Net, url: str, want: Want, read: Callable[[bytes], Parsed]) -> Parsed:
    """One question. Raises _Failed with the reason."""
    host = urlsplit(url).hostname or ""
    reply = await net.https_reply(url, await net.host_addresses(host), want)
    fetch = reply.fetch
    if fetch.outcome is HttpStatus.TIMEOUT:
        raise _Failed(FailureReason.TIMEOUT, phrase("{host} did not answer in time", host=host))
    if fetch.outcome is not HttpStatus.ANSWERED:
        raise _Failed(FailureReason.NETWORK, phrase("{host} could not be asked ({why})", host=host, why=fetch.detail))
    if fetch.code != 200:
        raise _Failed(FailureReason.UNAVAILABLE, phrase("{host} answers with the code {code}", host=host, code=fetch.code))
    try:
        return read(reply.body)
    except BadInput as error:
        why = phrase("the answer of {host} cannot be read ({why})", host=host, why=error)
        raise _Failed(FailureReason.UNAVAILABLE, why) from None


def _wanted(hits: Iterable[tuple[Package, str]], exploited: Exploited) -> list[tuple[Package, str]]:
    """Entries that count: those for which there is a fix, and those that are exploited. Advisories come first."""
    advisories = [(p, e) for p, e in hits if osv.is_advisory(e)]
    urgent = [(p, e) for p, e in hits if not osv.is_advisory(e) and osv.cve_of(e) in exploited.cves]
    return [*urgent, *advisories]


async def _entries(net: Net, ecosystem: str, names: Sequence[str]) -> dict[str, Entry]:
    """Reads entries as long as there is time; what could not be read is missing in the answer."""
    from selfaudit.net.http import Want

    loop = asyncio.get_running_loop()
    until, turn = loop.time() + _SECONDS, asyncio.Semaphore(_AT_ONCE)

    async def read(name: str) -> Entry | None:
        url = osv.entry_url(net.profile.osv_url, name)
        async with turn:
            if not url or loop.time() > until:
                return None
            try:
                want = Want("OSV", "application/json", most=osv.MAX_DETAIL)
                return await _ask(net, url, want, lambda body: osv.read_entry(body, ecosystem))
            except _Failed:
                return None

    read_ones = await asyncio.gather(*(read(name) for name in names[:MAX_ENTRIES]))
    return {name: entry for name, entry in zip(names, read_ones, strict=False) if entry is not None}


def _found(
    wanted: Iterable[tuple[Package, str]], entries: Mapping[str, Entry], exploited: Exploited
) -> list[KnownVulnerability]:
    """What is known, exploited ones first. A CVE that an advisory for the same package covers is not told twice."""
    found: list[KnownVulnerability] = []
    told: set[tuple[str, str]] = set()
    for package, name in sorted(wanted, key=lambda w: not osv.is_advisory(w[1])):
        entry = entries.get(name)
        cves = entry.cves if entry is not None else tuple(filter(None, (osv.cve_of(name),)))
        if entry is not None and not entry.counts:
            continue
        if not osv.is_advisory(name) and (package.name, osv.cve_of(name)) in told:
            continue
        told |= {(package.name, cve) for cve in cves}
        fixed = entry.fixed.get(package.name, "") if entry is not None else ""
        hit = any(cve in exploited.cves for cve in cves)
        found.append(KnownVulnerability(package.name, package.version, name, cves[:50], hit, fixed))
    return sorted(found, key=lambda v: (not v.exploited, v.package, v.id))
