"""What a desk asks of an intact bundle besides its results: is it whole, who signed, what is missing, which version."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit import __version__
from selfaudit.catalogue import load_catalogue
from selfaudit.checks import all_checks
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.requirements import pack_of
from selfaudit.facts.blocklist import AddressListings, DomainListings, ListCatalogue, ListEntry, ListState
from selfaudit.findings import Contact, Outcome
from selfaudit.i18n import phrase
from selfaudit.policy.packs import pack_for
from selfaudit.policy.reading import NOT_LOOKED_AT
from selfaudit.protocols.dnsbl import kind_of
from selfaudit.protocols.minisign import PublicKey, read_public_key
from selfaudit.report.bundle.make import ATTACHMENTS, wanted_files
from selfaudit.report.bundle.model import Bundle, Lacking, Point, Standing
from selfaudit.report.bundle.read import REQUIRED
from selfaudit.settings import BlocklistSettings
from selfaudit.text import printable

_SHOWN = 10
_VERSION = re.compile(r"selfaudit ([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})\Z")
_DEMO_PACK = "demo"


def several(names: Sequence[str], limit: int = _SHOWN) -> str:
    """Names in a line, at most ten of them."""
    shown = ", ".join(printable(name, 100) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown}, … (+{len(names) - limit})"


def complete_point(bundle: Bundle, audit: Audit) -> Point:
    """Whether everything is there: the files, the run to its end, all checks, the observations behind them, the files that are named."""
    evidence, case = audit.evidence, audit.evidence.case
    bad, unknown, note = [], [], []
    missing = [name for name in REQUIRED if name not in bundle.files]
    if missing:
        bad.append(phrase("These files are missing: {names}", names=several(missing)))
    if evidence.interrupted:
        bad.append(phrase("The audit was stopped before its end."))
    wanted = wanted_files(audit)
    there = {m.sha256: m.name for m in bundle.manifest.members if m.name.startswith(ATTACHMENTS)}
    lacking = tuple(Lacking(f.name, f.sha256, f.size) for f in wanted if f.sha256 not in there)
    if lacking != bundle.manifest.lacking:
        bad.append(phrase("Its list of files that are only named is not right."))
    if lacking:
        names = several([f.name for f in lacking])
        unknown.append(phrase("These files are named as evidence, but are not in the bundle: {names}", names=names))
    if case.only:
        unknown.append(phrase("Only these checks were asked for: {names}", names=several(case.only)))
    if case.skip:
        unknown.append(phrase("These checks were left out: {names}", names=several(case.skip)))
    if not evidence.interrupted:
        unseen = [f"{r.check} {r.target}" for r in audit.results if r.outcome is Outcome.NOT_RUN and r.reason == NOT_LOOKED_AT]
        if unseen:
            names = several(unseen)
            unknown.append(phrase("What these checks rest on is not in the evidence: {names}", names=names))
    odd = _needlessly_left(audit)
    if odd:
        unknown.append(
            phrase("These checks need no permission, and yet they are said to have been left out: {names}", names=several(odd))
        )
    lists = lists_not_asked(evidence)
    if lists:
        unknown.append(
            phrase(
                "These blocklists were not asked about each target, or not as they are known here: {names}",
                names=several(lists),
            )
        )
    left = [r for r in audit.results if r.outcome is Outcome.NOT_RUN and r.reason != NOT_LOOKED_AT]
    if left:
        note.append(
            phrase("results of checks that were not run: {count} of {total}", count=len(left), total=len(audit.results))
        )
    extra = [name for sha256, name in there.items() if sha256 not in {f.sha256 for f in wanted}]
    if extra:
        note.append(phrase("These files are in the bundle, but nothing names them: {names}", names=several(extra)))
    if bad:
        return Point("complete", Standing.BAD, phrase("Something that belongs into it is missing."), (*bad, *unknown, *note))
    if unknown:
        return Point("complete", Standing.UNKNOWN, phrase("Not everything could be looked at or is shown."), (*unknown, *note))
    standing = Standing.NOTE if extra else Standing.GOOD
    return Point(
        "complete", standing, phrase("All files are there, and the audit ran to its end with all checks."), tuple(note)
    )


def _needlessly_left(audit: Audit) -> list[str]:
    """Results that are missing because a check is said to have been left out, or its facts are, though only missing permission is a reason
    for that: public records need none. What leaves this computer only with consent, and had none, is left out rightly.
    """
    case, checks = audit.evidence.case, all_checks()
    passive = {name for name, check in checks.items() if check.spec.contact is not Contact.ACTIVE}
    agreed = {name for name in passive if not checks[name].spec.consent or case.look_up_packages}
    said = {(n.check, n.target.kind, n.target.value) for n in audit.evidence.not_run if n.check in passive}
    left = (r for r in audit.results if r.outcome is Outcome.NOT_RUN and r.check in passive and r.reason != NOT_LOOKED_AT)
    return [f"{r.check} {r.target}" for r in left if r.check in agreed or (r.check, r.target_kind, r.target) in said]


def lists_not_asked(evidence: Evidence) -> list[str]:
    """Important blocklists that everybody may ask, and that this audit did not ask about each target: they are not in its own catalogue as
    they are in the one here, have no state there, or did work and gave no answer.

    A demo and a laboratory have lists of their own, and say so.
    """
    if evidence.case.demo or evidence.case.laboratory or evidence.vantage.laboratory:
        return []
    wanted = [e for e in load_catalogue(BlocklistSettings()).entries if e.tier == "1" and e.access == "open"]
    lacking: dict[str, None] = {}
    working: dict[str, set[str]] = {}
    for record in evidence.records:
        if isinstance(record.fact, ListCatalogue):
            kind, fact = record.request.subject, record.fact
            known, states = {e.zone: _rules(e) for e in fact.entries}, {h.zone for h in fact.health if h.kind == kind}
            asked = (e for e in wanted if kind in e.kinds)
            lacking |= dict.fromkeys(e.name for e in asked if e.zone not in states or known.get(e.zone) != _rules(e))
            working[kind] = {h.zone for h in fact.health if h.kind == kind and h.state is ListState.OK}
    for record in evidence.records:
        if isinstance(record.fact, AddressListings | DomainListings):
            silent = working.get(kind_of(record.request.subject), set()) - {a.zone for a in record.fact.answers}
            lacking |= dict.fromkeys(e.name for e in wanted if e.zone in silent)
    return list(lacking)


def _rules(entry: ListEntry) -> tuple[object, ...]:
    """What its answers mean, and how much they count."""
    return entry.kinds, entry.tier, entry.access, entry.codes


def signed_point(bundle: Bundle, audit: Audit | None, key: PublicKey | None, beside: str) -> Point:
    """Who signed, as far as that can be told. `beside` is what the signature of the whole file came to, "" for none.

    A signature that does not fit has been found before, as a fault.
    """
    more = tuple(filter(None, (beside,)))
    if not bundle.manifest.key:
        text = phrase("It is not signed: that nobody has changed it since it was made cannot be shown.")
        standing = Standing.UNKNOWN if key is None else Standing.BAD
        return Point("signed", standing, text, more)
    mine = read_public_key(bundle.manifest.key)
    if key is not None:
        if key == mine:
            return Point(
                "signed", Standing.GOOD, phrase("It is signed by the key that you named ({key}).", key=mine.name), more
            )
        text = phrase(
            "It is signed by another key ({key}) than the one that you named ({named}).", key=mine.name, named=key.name
        )
        return Point("signed", Standing.BAD, text, more)
    demo = pack_for(_DEMO_PACK)
    if demo is not None and any(k.key == mine.text() for k in demo.keys):
        text = phrase("It is signed by the key of the demo ({key}), which everybody has: that shows nothing.", key=mine.name)
        return Point("signed", Standing.NOTE if audit and audit.evidence.case.demo else Standing.UNKNOWN, text, more)
    text = phrase(
        "It is signed by the key {key}. Whose key that is cannot be told from here; compare it with one that you know.",
        key=mine.name,
    )
    return Point("signed", Standing.NOTE, text, more)


def statement_point(audit: Audit) -> Point:
    """Whether there is a statement, who signed it, and whether it is about this case and policy."""
    said, case = audit.statement, audit.evidence.case
    if said is None:
        return Point("statement", Standing.NOTE, phrase("There is no statement in it."))
    pack = pack_of(case)
    faults = []
    if said.number.strip() and _same(said.number) != _same(case.number):
        faults.append(phrase("It was made for another case: {number}", number=printable(said.number, 60)))
    if said.policy.strip() and pack is not None and _same(said.policy) != _same(pack.id):
        faults.append(phrase("It was made for another policy: {policy}", policy=printable(said.policy, 60)))
    if faults:
        return Point("statement", Standing.BAD, phrase("The statement in it does not belong to this case."), tuple(faults))
    name = ", ".join(printable(text, 100) for text in (said.name.strip(), said.role.strip()) if text)
    if not said.signed or not said.name.strip():
        return Point("statement", Standing.NOTE, phrase("The statement in it is a draft: nobody has signed it."))
    details = []
    if not said.number.strip():
        details.append(phrase("It does not say for which case it was made."))
    if not said.policy.strip():
        details.append(phrase("It does not say for which policy it was made."))
    text = phrase(
        "The statement was signed by {name} on {day}; that is a typed name, not a proof.", name=name, day=said.signed[:10]
    )
    return Point("statement", Standing.NOTE if details else Standing.GOOD, text, tuple(details))


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()


def tool_point(bundle: Bundle, evidence: Evidence | None) -> Point:
    """Which version made it."""
    tool = printable(bundle.manifest.tool, 60)
    ours, theirs = _version(f"selfaudit {__version__}"), _version(bundle.manifest.tool)
    details = []
    if evidence is not None:
        seen = printable(f"{evidence.tool.name} {evidence.tool.version}", 60)
        if seen != tool:
            details.append(phrase("The evidence was collected by {tool}.", tool=seen))
    if theirs is None or ours is None:
        text = phrase("It says that it was made by {tool}, which is not known here.", tool=tool)
        return Point("tool", Standing.UNKNOWN, text, tuple(details))
    if theirs > ours:
        text = phrase(
            "It was made by a newer version ({tool}) than this one ({version}): verify it with that.",
            tool=tool,
            version=__version__,
        )
        return Point("tool", Standing.UNKNOWN, text, tuple(details))
    if theirs < ours:
        text = phrase("It was made by an older version ({tool}) than this one ({version}).", tool=tool, version=__version__)
        return Point("tool", Standing.NOTE, text, tuple(details))
    return Point(
        "tool", Standing.GOOD, phrase("It was made by the version that is used here ({tool}).", tool=tool), tuple(details)
    )


def _version(text: str) -> tuple[int, int, int] | None:
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
