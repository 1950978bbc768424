"""A whole SPF policy, whatever the client: syntax, number of look-ups, loops, and who is allowed (RFC 7208)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from selfaudit.facts.dns import DnsAnswer, absolute, bare
from selfaudit.i18n import phrase
from selfaudit.protocols import spf_record
from selfaudit.protocols.lookup import Lookup
from selfaudit.protocols.spf import NAME_LIMIT, mx_hosts, select
from selfaudit.protocols.spf_record import Directive, SpfRecord, SpfSyntaxError

_SURVEY_LIMIT = 60  # bounds the walk over hostile records; far above what any receiver accepts


@dataclass(frozen=True, slots=True)
class SpfSurvey:
    """A policy as a whole, whatever the client.

    Attributes:
        record: the domain's own record, None if there is none or it is broken.
        texts: the SPF records found at the domain.
        error: what is wrong with the policy, "" if nothing.
        error_domain: where.
        unanswered: names whose look-up gave no definite answer.
        lookups: terms that cost a look-up, in the whole tree, counted beyond the limit.
        voids: the names whose look-up found nothing.
        loop: the domain that includes itself, or "".
        networks: addresses that the policy allows outright (+), as networks.
        all_qualifier: of the `all` that ends the policy (redirects followed), "" if none, "%" if that depends on the sender.
        includes: domains reached by include or redirect.
        macros: some names depend on the sender and were not counted in `voids`.
        ptr: the deprecated ptr mechanism is used.
        open_by: the term that allows everybody in the world, "" if none does.
    """

    record: SpfRecord | None
    texts: tuple[str, ...]
    error: str = ""
    error_domain: str = ""
    unanswered: tuple[str, ...] = ()
    lookups: int = 0
    voids: tuple[str, ...] = ()
    loop: str = ""
    networks: tuple[str, ...] = ()
    all_qualifier: str = ""
    includes: tuple[str, ...] = ()
    macros: bool = False
    ptr: bool = False
    open_by: str = ""


@dataclass(slots=True)
class _Survey:
    lookup: Lookup
    lookups: int = 0
    error: str = ""
    error_domain: str = ""
    loop: str = ""
    macros: bool = False
    ptr: bool = False
    open_by: str = ""
    unanswered: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)

    def fail(self, domain: str, error: str) -> None:
        if not self.error:
            self.error, self.error_domain = error, bare(domain)

    async def walk(self, domain: str, stack: tuple[str, ...], allowing: bool = True) -> tuple[SpfRecord | None, str]:
        """Walks one record and what it refers to. Returns the record and the qualifier of its `all`."""
        answer = await self.lookup(domain, "TXT")
        if not answer.definite:
            self.unanswered.append(f"{bare(domain)} TXT ({answer.status})")
            return None, ""
        try:
            record = select(answer)
        except SpfSyntaxError as error:
            self.fail(domain, str(error))
            return None, ""
        if record is None:
            if stack:
                self.fail(domain, phrase("{domain} is referred to, but has no SPF record", domain=bare(domain)))
            return None, ""
        stack = (*stack, absolute(domain))
        for directive in record.directives:
            if directive.mechanism == "all":
                return record, directive.qualifier
            await self.term(directive, domain, stack, allowing and directive.qualifier == "+")
        if record.redirect:
            self.lookups += 1
            if "%" in record.redirect:
                self.macros = True
                return record, "%"
            _record, qualifier = await self.descend(record.redirect, stack, allowing)
            return record, qualifier
        return record, ""

    async def term(self, directive: Directive, domain: str, stack: tuple[str, ...], allowing: bool) -> None:
        if directive.network is not None:
            if allowing:
                self.networks.append(str(directive.network))
            return
        self.lookups += 1
        self.ptr = self.ptr or directive.mechanism == "ptr"
        if directive.mechanism == "include":
            _record, ending = await self.descend(directive.spec, stack, allowing)
            if allowing and ending == "+":
                self.open_by = self.open_by or directive.text
        elif directive.mechanism in ("a", "mx"):
            if "%" in directive.spec:
                self.macros = True
            else:
                await self.hosts(directive, directive.spec or domain, allowing)
        elif directive.mechanism == "exists":
            if "%" in directive.spec:
                self.macros = True
            else:
                answer = await self.lookup(directive.spec, "A")
                self.see(answer, directive.spec, "A")
                # Without a macro it matches for everybody or for nobody.
                if allowing and answer.exists:
                    self.open_by = self.open_by or directive.text

    async def descend(self, spec: str, stack: tuple[str, ...], allowing: bool) -> tuple[SpfRecord | None, str]:
        if "%" in spec:
            self.macros = True
            return None, ""
        if absolute(spec) in stack:
            self.loop = self.loop or bare(spec)
            return None, ""
        self.includes.append(bare(spec))
        if self.lookups > _SURVEY_LIMIT:
            return None, ""
        return await self.walk(spec, stack, allowing)

    async def hosts(self, directive: Directive, name: str, allowing: bool) -> None:
        names = [name]
        if directive.mechanism == "mx":
            answer = await self.lookup(name, "MX")
            self.see(answer, name, "MX")
            names = mx_hosts(answer)
            if len(names) > NAME_LIMIT:
                self.fail(
                    name,
                    phrase(
                        "{text}: {names} mail hosts, at most {name_limit} are allowed",
                        text=directive.text,
                        names=len(names),
                        name_limit=NAME_LIMIT,
                    ),
                )
                return
        for host in names:
            found = False
            for rdtype, prefix in (("A", directive.v4_prefix), ("AAAA", directive.v6_prefix)):
                answer = await self.lookup(host, rdtype)
                if not answer.definite:
                    self.unanswered.append(f"{bare(host)} {rdtype} ({answer.status})")
                found = found or answer.exists or not answer.definite
                if allowing:
                    self.networks.extend(f"{record}/{prefix}" for record in answer.records)
            if not found:
                self.voids.append(f"{bare(host)} A/AAAA")

    def see(self, answer: DnsAnswer, name: str, rdtype: str) -> None:
        if not answer.definite:
            self.unanswered.append(f"{bare(name)} {rdtype} ({answer.status})")
        elif not answer.exists:
            self.voids.append(f"{bare(name)} {rdtype}")


async def survey(domain: str, lookup: Lookup) -> SpfSurvey:
    """Walks a domain's whole policy: syntax, number of look-ups beyond the limit, loops, allowed networks.

    Names that are allowed only by macros cannot be followed and are reported as `macros`.
    """
    walker = _Survey(lookup)
    record, qualifier = await walker.walk(domain, ())
    answer = await lookup(domain, "TXT")
    texts = tuple(t for t in answer.texts() if spf_record.is_spf(t))
    networks = tuple(walker.networks)
    return SpfSurvey(
        record,
        texts,
        walker.error,
        walker.error_domain,
        tuple(walker.unanswered),
        walker.lookups,
        tuple(walker.voids),
        walker.loop,
        networks,
        qualifier,
        tuple(dict.fromkeys(walker.includes)),
        walker.macros,
        walker.ptr,
        walker.open_by or ("+all" if qualifier == "+" else _covers_everything(networks)),
    )


def _covers_everything(networks: tuple[str, ...]) -> str:
    """The networks that together hold every IPv4 or every IPv6 address, "" if they do not."""
    for version in (4, 6):
        parsed = []
        for text in networks:
            try:
                network = ipaddress.ip_network(text, strict=False)
            except ValueError:
                continue
            if network.version == version:
                parsed.append(network)
        merged = list(ipaddress.collapse_addresses(parsed))  # type: ignore[type-var]
        if len(merged) == 1 and merged[0].prefixlen == 0:
            return str(merged[0])
    return ""


def references(record: SpfRecord, domain: str) -> tuple[tuple[str, str], ...]:
    """The look-ups that a record calls for and that do not depend on the sender: (name, type) pairs."""
    wanted: list[tuple[str, str]] = []
    for directive in record.directives:
        if directive.mechanism == "all":
            return tuple(wanted)
        name = directive.spec or domain
        if directive.network is not None or "%" in name:
            continue
        types = {"include": ("TXT",), "a": ("A", "AAAA"), "mx": ("MX",), "exists": ("A",)}.get(directive.mechanism, ())
        wanted.extend((name, rdtype) for rdtype in types)
    if record.redirect and "%" not in record.redirect:
        wanted.append((record.redirect, "TXT"))
    return tuple(wanted)
