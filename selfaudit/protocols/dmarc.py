"""DMARC after RFC 9989: records, tree walk, policy and alignment; and the older way by the public suffix list (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, bare
from selfaudit.i18n import phrase
from selfaudit.protocols import psl
from selfaudit.protocols.lookup import Lookup, is_below, names_equal
from selfaudit.protocols.tags import parse_tags_leniently

POLICIES = ("none", "quarantine", "reject")
REMOVED_TAGS = ("pct", "rf", "ri")  # RFC 9989 section 4.7 and appendix: historic, ignored
_KNOWN = frozenset({"v", "p", "sp", "np", "adkim", "aspf", "rua", "ruf", "fo", "psd", "t", *REMOVED_TAGS})
MAX_LABELS = 8  # RFC 9989 section 4.10: longer names go on with seven labels
_VERSION = re.compile(r"[vV]\s*=\s*DMARC1\s*(;|\Z)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s,]+\Z")


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A policy record (RFC 9989 section 4.7).

    Attributes:
        domain: where it was found, bare.
        text: as published.
        p, sp, np: requested handling, "" if the tag is absent.
        psd: "y", "n" or "u".
        testing: t=y.
        adkim, aspf: "r" or "s".
        rua, ruf: report destinations as written.
        problems: tags with values that are not allowed, as "tag=value".
        removed: historic tags that are still there.
        unknown: tags that the standard does not know; they are ignored.
    """

    domain: str
    text: str
    p: str = ""
    sp: str = ""
    np: str = ""
    psd: str = "u"
    testing: bool = False
    adkim: str = "r"
    aspf: str = "r"
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether receivers apply it: a valid p, or reports to send, which makes it count as p=none (section 4.7)."""
        return self.whole or any(_URI.match(uri) for uri in self.rua)

    @property
    def whole(self) -> bool:
        """Whether p is there and valid, and sp and np are valid if they are there."""
        return bool(self.p) and not any(problem.split("=")[0] in ("p", "sp", "np") for problem in self.problems)

    @property
    def effective_p(self) -> str:
        """`p` as receivers read it: a missing or invalid one counts as none."""
        return self.p if self.whole else "none"


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is a DMARC record: it begins with v=DMARC1, case as written."""
    return bool(_VERSION.match(text))


def parse(text: str, domain: str = "") -> DmarcRecord:
    """Reads a record. What cannot be read after the version is ignored, as RFC 9989 section 4.7 says, and named in `problems`.

    Raises:
        BadInput: it is not a DMARC record.
    """
    if not is_dmarc(text):
        raise BadInput(phrase("does not begin with v=DMARC1"))
    raw, strays = parse_tags_leniently(text)
    tags = {name.lower(): value for name, value in raw.items()}
    problems = list(strays)
    policies = {}
    for name in ("p", "sp", "np"):
        value = tags.get(name, "").lower()
        if value and value not in POLICIES:
            problems.append(f"{name}={value}")
            value = ""
        policies[name] = value
    for name, allowed in (("adkim", "rs"), ("aspf", "rs"), ("psd", "ynu"), ("t", "yn")):
        if name in tags and tags[name].lower() not in tuple(allowed):
            problems.append(f"{name}={tags[name]}")
    rua, ruf = _uris(tags.get("rua", "")), _uris(tags.get("ruf", ""))
    problems.extend(f"rua={uri}" for uri in rua if not _mailto(uri) and not uri.lower().startswith("https:"))
    return DmarcRecord(
        bare(domain) if domain else "", text, policies["p"], policies["sp"], policies["np"],
        tags.get("psd", "u").lower() if tags.get("psd", "u").lower() in ("y", "n") else "u",
        tags.get("t", "n").lower() == "y",
        "s" if tags.get("adkim", "").lower() == "s" else "r",
        "s" if tags.get("aspf", "").lower() == "s" else "r",
        rua, ruf, tuple(problems),
        tuple(t for t in REMOVED_TAGS if t in tags), tuple(sorted(set(tags) - _KNOWN)),
    )  # fmt: skip


def _uris(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _mailto(uri: str) -> str:
    """The address of a mailto: URI (an obsolete "!size" is dropped), or ""."""
    scheme, _colon, rest = uri.partition(":")
    address = unquote(rest.partition("!")[0].partition("?")[0])
    return address if scheme.lower() == "mailto" and re.fullmatch(r"[^@\s]+@[^@\s]+", address) else ""


def report_domains(record: DmarcRecord) -> tuple[str, ...]:
    """Domains of the aggregate report mailboxes, each once."""
    return tuple(dict.fromkeys(_mailto(uri).rpartition("@")[2].lower() for uri in record.rua if _mailto(uri)))


def needs_consent(domain: str, destination: str) -> bool:
    """Whether a report destination must publish its consent (RFC 9990 section 4): another registrable domain."""
    return psl.registrable_domain(domain) != psl.registrable_domain(destination)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a walk found.

    Attributes:
        records: name -> record, in the order in which they were asked.
        broken: names that hold DMARC records that had to be discarded, with the reason.
        unanswered: names whose look-up gave no definite answer.
        organizational: the organizational domain.
        asked: the names that were asked, in order.
    """

    records: dict[str, DmarcRecord] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    organizational: str = ""
    asked: tuple[str, ...] = ()


def walk_names(domain: str) -> tuple[str, ...]:
    """The names that the tree walk may ask, in order (RFC 9989 section 4.10): at most eight."""
    labels = bare(domain).lower().split(".")
    names = [".".join(labels)]
    rest = labels[1:] if len(labels) < MAX_LABELS else labels[-(MAX_LABELS - 1) :]
    while rest:
        names.append(".".join(rest))
        rest = rest[1:]
    return tuple(names)


def read_answer(answer: DnsAnswer, domain: str) -> tuple[DmarcRecord | None, str]:
    """The single DMARC record of an answer, or why there is none although something was there."""
    texts = [t for t in answer.texts() if is_dmarc(t)]
    if len(texts) > 1:
        return None, phrase("{count} DMARC records, all are discarded", count=len(texts))
    if not texts:
        return None, ""
    try:
        record = parse(texts[0], domain)
    except BadInput as error:
        return None, str(error)
    return record, ""


async def tree_walk(domain: str, lookup: Lookup) -> Discovery:
    """The DNS tree walk and the choice of the organizational domain (RFC 9989 sections 4.10 and 4.10.2)."""
    records: dict[str, DmarcRecord] = {}
    broken: dict[str, str] = {}
    unanswered: list[str] = []
    asked: list[str] = []
    for name in walk_names(domain):
        asked.append(name)
        answer = await lookup(f"_dmarc.{name}.", "TXT")
        if not answer.definite:
            unanswered.append(name)
            continue
        record, problem = read_answer(answer, name)
        if problem:
            broken[name] = problem
        if record is None:
            continue
        records[name] = record
        if record.psd in ("y", "n"):
            break
    return Discovery(records, broken, tuple(unanswered), organizational_domain(domain, records), tuple(asked))


def organizational_domain(domain: str, records: dict[str, DmarcRecord]) -> str:
    """Picks the organizational domain from the records of a walk, longest name first (RFC 9989 section 4.10.2)."""
    start = bare(domain).lower()
    usable = sorted((name for name, record in records.items() if record.usable), key=lambda n: -n.count("."))
    for name in usable:
        if records[name].psd == "n":
            return name
        if records[name].psd == "y" and name != start:
            labels = start.split(".")
            return ".".join(labels[-(name.count(".") + 2) :])
    return usable[-1] if usable else start


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """The policy that receivers apply to mail with this author domain.

    Attributes:
        record: the record it comes from, None if there is none.
        requested: "none", "quarantine", "reject", or "" without a record.
        applied: the same after t=y, which asks for one level less (RFC 9989 section 4.7).
        tag: the tag it comes from: "p", "sp" or "np".
        organizational: the organizational domain.
        unanswered: names that could not be looked up; the policy is not certain then.
        broken: names whose records were discarded, with the reason.
    """

    record: DmarcRecord | None
    requested: str
    applied: str
    tag: str
    organizational: str
    unanswered: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


async def policy(domain: str, lookup: Lookup) -> AppliedPolicy:
    """Finds the policy for an author domain (RFC 9989 section 4.10.1): its own record, else that of the organizational
    domain, else that of the public suffix domain; then np, sp or p.
    """
    found = await tree_walk(domain, lookup)
    start = bare(domain).lower()
    record = found.records.get(start)
    if record is not None and not record.usable:
        # The author domain's own record is the one that counts; receivers that cannot use it apply no DMARC at all.
        why = ", ".join(record.problems) or phrase("there is no p= and no rua=")
        broken = {**found.broken, start: phrase("its record cannot be used ({why})", why=why)}
        found = Discovery(found.records, broken, found.unanswered, found.organizational, found.asked)
        return await _applied(start, None, found, lookup)
    if record is None:
        record = found.records.get(found.organizational)
    if record is None or not record.usable:
        suffix = next((r for r in found.records.values() if r.psd == "y" and r.usable), None)
        record = suffix
    return await _applied(start, record, found, lookup)


async def legacy_policy(domain: str, lookup: Lookup) -> AppliedPolicy:
    """Finds the policy as RFC 7489 did: the domain's own record, else that of the registrable domain."""
    start = bare(domain).lower()
    organizational = psl.registrable_domain(start) or start
    records: dict[str, DmarcRecord] = {}
    broken: dict[str, str] = {}
    unanswered = []
    for name in dict.fromkeys((start, organizational)):
        answer = await lookup(f"_dmarc.{name}.", "TXT")
        if not answer.definite:
            unanswered.append(name)
            continue
        record, problem = read_answer(answer, name)
        if problem:
            # RFC 7489 section 6.6.3: several records at a name end the search, and no DMARC is applied.
            broken[name] = problem
            break
        if record:
            records[name] = record
            break
    found = Discovery(records, broken, tuple(unanswered), organizational)
    return await _applied(start, next(iter(records.values()), None), found, lookup, legacy=True)


async def _applied(
    start: str, record: DmarcRecord | None, found: Discovery, lookup: Lookup, *, legacy: bool = False
) -> AppliedPolicy:
    unanswered = found.unanswered
    broken = tuple(f"{name}: {why}" for name, why in found.broken.items())
    if record is None or not record.usable:
        return AppliedPolicy(None, "", "", "", found.organizational, unanswered, broken)
    # Unless the author domain has its own record, any name of the walk that could not be looked up may change the outcome.
    unanswered = unanswered if record.domain != start else ()
    tag, requested = "p", record.effective_p
    # Without a valid p, or with an invalid sp or np, the record counts as "p=none" and nothing else (RFC 9989 section 4.7).
    if record.domain != start and record.whole:
        if record.sp:
            tag, requested = "sp", record.sp
        if record.np and not legacy:
            author = await lookup(absolute(start), "A")
            if author.status is DnsStatus.NXDOMAIN:
                tag, requested = "np", record.np
            elif not author.definite and record.np != requested:
                unanswered = (*unanswered, start)
    applied = requested
    if record.testing and not legacy:
        applied = POLICIES[max(0, POLICIES.index(requested) - 1)]
    return AppliedPolicy(record, requested, applied, tag, found.organizational, unanswered, broken)


class DmarcResult(StrEnum):
    """Results of RFC 9989 section 5 and RFC 8601 section 2.7.1."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NONE = "none"
    TEMPERROR = "temperror"


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated identifier: the result ("pass", "fail", ...) and the domain that it vouches for."""

    result: str
    domain: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome for one message.

    Attributes:
        result: pass, fail, none (no policy) or temperror.
        policy: what the domain owner asks for.
        organizational: the organizational domain of the author.
        spf_aligned: the SPF identity passes and is aligned.
        dkim_aligned: for each signature, in order.
    """

    result: DmarcResult
    policy: AppliedPolicy
    organizational: str
    spf_aligned: bool
    dkim_aligned: tuple[bool, ...]


async def evaluate(
    header_from: str, spf: Identity | tuple[str, str] | None, dkim: Iterable[Identity | tuple[str, str]], lookup: Lookup
) -> Evaluation:
    """Evaluates DMARC for a message (RFC 9989 section 5.3).

    Args:
        header_from: the author domain (an address is accepted).
        spf: result and MAIL FROM domain, or None.
        dkim: result and signing domain (d=) of each signature.
        lookup: see `protocols.lookup`.
    """
    author = bare(header_from.rpartition("@")[2].strip(" >")).lower()
    applied = await policy(author, lookup)
    walks = {author: await tree_walk(author, lookup)}
    record = applied.record
    modes = (record.aspf if record else "r", record.adkim if record else "r")
    spf_aligned = await _aligned(author, spf, modes[0], walks, lookup) if spf is not None else False
    dkim_aligned = [await _aligned(author, identity, modes[1], walks, lookup) for identity in dkim]
    every = [spf_aligned, *dkim_aligned]
    if record is None:
        result = DmarcResult.TEMPERROR if applied.unanswered else DmarcResult.NONE
    elif any(every):
        result = DmarcResult.PASS
    else:
        uncertain = bool(applied.unanswered) or None in every
        result = DmarcResult.TEMPERROR if uncertain else DmarcResult.FAIL
    return Evaluation(result, applied, applied.organizational, bool(spf_aligned), tuple(bool(a) for a in dkim_aligned))


async def _aligned(
    author: str, identity: Identity | tuple[str, str], mode: str, walks: dict[str, Discovery], lookup: Lookup
) -> bool | None:
    """Whether an identity is aligned; None if a look-up on the way failed, so that it cannot be told."""
    result, domain = (identity.result, identity.domain) if isinstance(identity, Identity) else identity
    domain = bare(domain).lower()
    if str(result) != "pass" or not domain:
        return False
    if names_equal(author, domain):
        return True
    if mode == "s":
        return False
    if domain not in walks:
        walks[domain] = await tree_walk(domain, lookup)
    if walks[author].unanswered or walks[domain].unanswered:
        return None
    organizational = walks[domain].organizational
    return walks[author].organizational == organizational and is_below(domain, organizational)
