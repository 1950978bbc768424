"""SPF evaluation after RFC 7208: `check_host`. `spf_survey` looks at a policy as a whole."""

from __future__ import annotations

import ipaddress
import re
import time
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, bare
from selfaudit.i18n import phrase
from selfaudit.protocols import spf_record
from selfaudit.protocols.lookup import Lookup, is_below
from selfaudit.protocols.spf_record import Directive, SpfRecord, SpfSyntaxError

LOOKUP_LIMIT = 10  # RFC 7208 section 4.6.4
VOID_LIMIT = 2
NAME_LIMIT = 10  # names of one mx or ptr

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class SpfResult(StrEnum):
    """The seven results of section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_QUALIFIED = {"+": SpfResult.PASS, "-": SpfResult.FAIL, "~": SpfResult.SOFTFAIL, "?": SpfResult.NEUTRAL}


@dataclass(frozen=True, slots=True)
class SpfStep:
    """One line of the trace: where, which term, and what came of it."""

    domain: str
    term: str
    note: str
    lookups: int


@dataclass(frozen=True, slots=True)
class SpfCheck:
    """The result of `check_host`.

    Attributes:
        result: one of the seven.
        explanation: the domain owner's words for a fail, "" if there are none.
        trace: what was evaluated, in order.
        reason: for errors, what is wrong.
        lookups: terms that cost a look-up.
        voids: look-ups that found nothing.
        term: the term that matched, as written.
        domain: the domain whose record held that term.
    """

    result: SpfResult
    explanation: str = ""
    trace: tuple[SpfStep, ...] = ()
    reason: str = ""
    lookups: int = 0
    voids: int = 0
    term: str = ""
    domain: str = ""


class _Stop(Exception):
    """Ends an evaluation with temperror or permerror."""

    def __init__(self, result: SpfResult, reason: str) -> None:
        super().__init__(reason)
        self.result = result
        self.reason = reason


async def check_host(
    ip: str, mail_from: str, helo: str, lookup: Lookup, *, void_limit: int = VOID_LIMIT, receiver: str = "unknown"
) -> SpfCheck:
    """Evaluates SPF (RFC 7208 section 4) for one client.

    Args:
        ip: the client's address.
        mail_from: the MAIL FROM address; empty means the HELO identity is checked (section 2.4).
        helo: the HELO name.
        lookup: `async lookup(name, rdtype) -> DnsAnswer`, see `protocols.lookup`.
        void_limit: look-ups without result that are tolerated (section 4.6.4 says 2).
        receiver: name of the receiving host, for the macro "r".

    Returns:
        Result, explanation and trace. DNS trouble is a temperror, never an exception.

    Raises:
        BadInput: `ip` is not an address.
    """
    evaluation = _Evaluation(_address(ip), mail_from, helo, lookup, receiver)
    evaluation.void_limit = void_limit
    domain = evaluation.sender_domain
    if not _valid_domain(domain):
        return SpfCheck(SpfResult.NONE, reason=phrase("the domain is not a valid name"))
    try:
        result, match, explanation = await evaluation.check(domain, top=True)
        reason = ""
    except _Stop as stop:
        result, match, explanation, reason = stop.result, ("", ""), "", stop.reason
    return SpfCheck(
        result, explanation, tuple(evaluation.trace), reason, evaluation.lookups, evaluation.voids, match[1], match[0]
    )


def _address(ip: str) -> Address:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise BadInput(phrase("not an IP address")) from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _valid_domain(domain: str) -> bool:
    labels = domain.rstrip(".").split(".")
    return (
        len(labels) > 1
        and len(domain) <= 254
        and all(0 < len(label) <= 63 for label in labels)
        and domain.isascii()
        and not domain.startswith("[")
    )


@dataclass(slots=True)
class _Evaluation:
    ip: Address
    mail_from: str
    helo: str
    lookup: Lookup
    receiver: str
    lookups: int = 0
    voids: int = 0
    void_limit: int = VOID_LIMIT
    trace: list[SpfStep] = field(default_factory=list)

    @property
    def sender(self) -> str:
        local, at, domain = self.mail_from.rpartition("@")
        if not domain:
            return f"postmaster@{self.helo}"
        return f"{local or 'postmaster'}@{domain}" if at else f"postmaster@{domain}"

    @property
    def sender_domain(self) -> str:
        return self.sender.rpartition("@")[2].rstrip(".")

    async def check(self, domain: str, *, top: bool) -> tuple[SpfResult, tuple[str, str], str]:
        """Returns the result, the (domain, term) that matched, and the explanation."""
        record = await self.fetch(domain)
        if record is None:
            return SpfResult.NONE, ("", ""), ""
        for directive in record.directives:
            matched = await self.matches(directive, domain)
            self.note(domain, directive.text, "matches" if matched else "does not match")
            if matched:
                result = _QUALIFIED[directive.qualifier]
                explanation = await self.explain(record, domain) if top and result is SpfResult.FAIL else ""
                return result, (domain, directive.text), explanation
        if record.redirect:
            self.count(f"redirect={record.redirect}")
            target = await self.expand(record.redirect, domain)
            self.note(domain, f"redirect={record.redirect}", f"goes on at {target}")
            result, match, explanation = await self.check(target, top=top)
            if result is SpfResult.NONE:
                raise _Stop(SpfResult.PERMERROR, phrase("redirect={target}: no SPF record there", target=target))
            return result, match, explanation
        return SpfResult.NEUTRAL, (domain, ""), ""

    async def fetch(self, domain: str) -> SpfRecord | None:
        if not _valid_domain(domain):
            return None
        answer = await self.ask(domain, "TXT")
        try:
            return select(answer)
        except SpfSyntaxError as error:
            raise _Stop(SpfResult.PERMERROR, f"{domain}: {error}") from None

    async def matches(self, directive: Directive, domain: str) -> bool:
        name = directive.mechanism
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            assert directive.network is not None
            return self.ip.version == directive.network.version and self.ip in directive.network
        self.count(directive.text)
        target = await self.expand(directive.spec, domain) if directive.spec else domain
        if name == "include":
            return await self.include(target, directive)
        if name == "exists":
            return bool((await self.resolve(target, "A")).records)
        if name == "a":
            return await self.address_matches(target, directive)
        if name == "mx":
            return await self.mx_matches(target, directive)
        return any(is_below(validated, target) for validated in await self.validated_names())

    async def include(self, target: str, directive: Directive) -> bool:
        self.note(target, directive.text, "looks into it")
        result, _match, _explanation = await self.check(target, top=False)
        if result is SpfResult.NONE:
            raise _Stop(SpfResult.PERMERROR, phrase("include:{target}: no SPF record there", target=target))
        return result is SpfResult.PASS

    async def address_matches(self, name: str, directive: Directive) -> bool:
        answer = await self.resolve(name, "A" if self.ip.version == 4 else "AAAA")
        return any(self.in_prefix(record, directive) for record in answer.records)

    async def mx_matches(self, target: str, directive: Directive) -> bool:
        answer = await self.resolve(target, "MX")
        hosts = mx_hosts(answer)
        if len(hosts) > NAME_LIMIT:
            raise _Stop(
                SpfResult.PERMERROR,
                phrase(
                    "{text}: {hosts} mail hosts, at most {name_limit} are allowed",
                    text=directive.text,
                    hosts=len(hosts),
                    name_limit=NAME_LIMIT,
                ),
            )
        for host in hosts:
            if await self.address_matches(host, directive):
                return True
        return False

    def in_prefix(self, record: str, directive: Directive) -> bool:
        prefix = directive.v4_prefix if self.ip.version == 4 else directive.v6_prefix
        try:
            network = ipaddress.ip_network(f"{record}/{prefix}", strict=False)
        except ValueError:
            return False
        return self.ip in network

    async def validated_names(self) -> list[str]:
        """Section 5.5. DNS errors here make a name count for nothing; they never end the evaluation."""
        answer = await self.lookup(self.ip.reverse_pointer, "PTR")
        self.void(answer)
        validated = []
        for name in answer.records[:NAME_LIMIT]:
            forward = await self.lookup(name, "A" if self.ip.version == 4 else "AAAA")
            if any(_same_address(r, self.ip) for r in forward.records):
                validated.append(bare(name))
        return validated

    async def explain(self, record: SpfRecord, domain: str) -> str:
        if not record.exp:
            return ""
        try:
            target = await self.expand(record.exp, domain)
            if not _valid_domain(target):
                return ""
            texts = (await self.lookup(target, "TXT")).texts()
            if len(texts) != 1 or not texts[0].isascii():
                return ""
            spf_record.check_explanation(texts[0])
            return await self.expand(texts[0], domain, is_name=False)
        except (_Stop, SpfSyntaxError):
            return ""

    async def ask(self, name: str, rdtype: str) -> DnsAnswer:
        answer = await self.lookup(absolute(name), rdtype)
        if not answer.definite:
            raise _Stop(SpfResult.TEMPERROR, f"{bare(name)} {rdtype}: {answer.status}")
        return answer

    async def resolve(self, name: str, rdtype: str) -> DnsAnswer:
        if not _askable(name):
            answer = DnsAnswer(absolute(name), rdtype, DnsStatus.NXDOMAIN, detail=phrase("not a valid name, not asked"))
        else:
            answer = await self.ask(name, rdtype)
        self.void(answer)
        return answer

    def void(self, answer: DnsAnswer) -> None:
        if answer.definite and not answer.records:
            self.voids += 1
            if self.voids > self.void_limit:
                raise _Stop(
                    SpfResult.PERMERROR, phrase("more than {void_limit} look-ups found nothing", void_limit=self.void_limit)
                )

    def count(self, term: str) -> None:
        self.lookups += 1
        if self.lookups > LOOKUP_LIMIT:
            raise _Stop(
                SpfResult.PERMERROR, phrase("{term}: more than {lookup_limit} look-ups", term=term, lookup_limit=LOOKUP_LIMIT)
            )

    def note(self, domain: str, term: str, note: str) -> None:
        self.trace.append(SpfStep(bare(domain), term, note, self.lookups))

    async def expand(self, spec: str, domain: str, *, is_name: bool = True) -> str:
        """Expands macros (section 7.3). Names are cut from the left to 253 octets."""
        parts = spf_record.split_macros(spec)
        out = [part if isinstance(part, str) else await self.macro(part, domain) for part in parts]
        text = "".join(out)
        if not is_name:
            return text
        text = text.removesuffix(".")
        while len(text) > 253:
            _label, dot, text = text.partition(".")
            if not dot:
                break
        return text

    async def macro(self, part: re.Match[str], domain: str) -> str:
        letter = part["letter"]
        value = await self.macro_value(letter.lower(), domain)
        delims = part["delims"] or "."
        if part["digits"] or part["reverse"] or part["delims"]:
            labels = re.split("[" + re.escape(delims) + "]", value)
            if part["reverse"]:
                labels.reverse()
            if part["digits"]:
                labels = labels[-int(part["digits"][:9]) :]
            value = ".".join(labels)
        return quote(value, safe="-._~") if letter.isupper() else value

    async def macro_value(self, letter: str, domain: str) -> str:
        local, _at, sender_domain = self.sender.rpartition("@")
        ip = self.ip
        dotted = str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", "").upper())
        values = {
            "s": f"{local}@{sender_domain}", "l": local, "o": sender_domain, "d": domain, "i": dotted, "h": self.helo,
            "v": "in-addr" if ip.version == 4 else "ip6", "c": str(ip), "r": self.receiver, "t": str(int(time.time())),
        }  # fmt: skip
        if letter != "p":
            return values[letter]
        names = await self.validated_names()
        same = [n for n in names if bare(n) == bare(domain)]
        below = [n for n in names if is_below(n, domain)]
        return next(iter([*same, *below, *names]), "unknown")


def _askable(name: str) -> bool:
    labels = name.rstrip(".").split(".")
    return len(name) <= 254 and name.isascii() and all(0 < len(label) <= 63 for label in labels)


def _same_address(record: str, ip: Address) -> bool:
    try:
        return ipaddress.ip_address(record) == ip
    except ValueError:
        return False


def select(answer: DnsAnswer) -> SpfRecord | None:
    """Picks and parses the SPF record among TXT records (section 4.5).

    Raises:
        SpfSyntaxError: there are several, or it does not follow the grammar.
    """
    records = [t for t in answer.texts() if spf_record.is_spf(t)]
    if len(records) > 1:
        raise SpfSyntaxError(phrase("{records} SPF records, only one is allowed", records=len(records)))
    return spf_record.parse(records[0]) if records else None


def mx_hosts(answer: DnsAnswer) -> list[str]:
    """Host names of an MX set, most preferred first, without the null MX."""
    pairs = []
    for record in answer.records:
        preference, _space, host = record.partition(" ")
        if host and host != "." and preference.isdigit():
            pairs.append((int(preference), host))
    return [host for _preference, host in sorted(pairs)]
