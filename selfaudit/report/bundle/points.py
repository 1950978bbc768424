"""What a desk asks of an intact bundle besides its results: is it whole, who signed, how old is it, what is missing, which version."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit import __version__
from selfaudit.case.dates import read_date
from selfaudit.case.model import BROUGHT
from selfaudit.checks import all_checks
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.judge import needed_keys, pairs
from selfaudit.engine.requirements import pack_of
from selfaudit.findings import Contact, Outcome
from selfaudit.i18n import phrase
from selfaudit.policy.packs import pack_for
from selfaudit.policy.reading import NOT_LOOKED_AT
from selfaudit.protocols.minisign import PublicKey, read_public_key
from selfaudit.report.bundle.make import ATTACHMENTS, wanted_files
from selfaudit.report.bundle.model import Bundle, Lacking, Point, Standing
from selfaudit.report.bundle.read import REQUIRED
from selfaudit.text import printable

RECENT = 7 * 86_400  # seconds for which an audit says how things are now, as for the statement (`policy.footing`)
CLOCKS = 900  # seconds by which two clocks may differ
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
    """Results that are missing because the evidence says that the check was left out, though only missing permission is a reason for that."""
    passive = {name for name, check in all_checks().items() if check.spec.contact is not Contact.ACTIVE}
    said = {(n.check, n.target.kind, n.target.value) for n in audit.evidence.not_run if n.check in passive}
    keys = ((r.check, r.target_kind, r.target) for r in audit.results if r.outcome is Outcome.NOT_RUN)
    return [f"{check} {target}" for check, kind, target in keys if (check, kind, target) in said]


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


def age_point(evidence: Evidence, made: float, now: float) -> tuple[Point, str, str]:
    """How old what was seen is, with the moments of the oldest and the newest fact."""
    moments = sorted((at, r.at) for r in evidence.records if r.fact is not None and (at := read_date(r.at)) is not None)
    unreadable = sum(read_date(r.at) is None for r in evidence.records)
    oldest, newest = (moments[0][1], moments[-1][1]) if moments else ("", "")
    oldest, newest = printable(oldest, 40), printable(newest, 40)
    end = read_date(evidence.finished)
    if unreadable or end is None:
        text = phrase("Some of its moments cannot be read, so how old the facts are cannot be told.")
        return Point("age", Standing.BAD, text), oldest, newest
    if not moments:
        return Point("age", Standing.UNKNOWN, phrase("There is no fact in it whose age could be told.")), oldest, newest
    details = [phrase("Oldest fact: {oldest}; newest fact: {newest}.", oldest=oldest, newest=newest)]
    details += [
        phrase("The server {host} was looked at from inside: {at}.", host=printable(h.name, 80), at=printable(h.taken, 40))
        for h in evidence.case.hosts[:_SHOWN]
    ]
    last = max(moments[-1][0], end, made)
    if last > now + CLOCKS:
        text = phrase(
            "It says that it is from a time that is still to come: one of the clocks is wrong, or somebody has written it."
        )
        return Point("age", Standing.UNKNOWN, text, tuple(details)), oldest, newest
    if made + CLOCKS < max(moments[-1][0], end):
        text = phrase("It says that it was made before the last fact in it was seen.")
        return Point("age", Standing.BAD, text, tuple(details)), oldest, newest
    if moments[0][0] + RECENT < now:
        old = sum(at + RECENT < now for at, _text in moments)
        details.append(phrase("facts older than seven days: {old} of {count}", old=old, count=len(moments)))
        text = phrase("What was seen is more than seven days old and may be different now; --recheck looks again.")
        return Point("age", Standing.UNKNOWN, text, tuple(details)), oldest, newest
    return (
        Point("age", Standing.GOOD, phrase("Everything in it was seen within the last seven days."), tuple(details)),
        oldest,
        newest,
    )


def targets_point(evidence: Evidence, asked: Sequence[str]) -> tuple[Point, tuple[str, ...]]:
    """Whether something is known about each target. `asked` are targets that the provider's case file names and the case lacks."""
    case = evidence.case
    seen = {(r.request.kind, r.request.subject) for r in evidence.records if r.fact is not None or r.failure is not None}
    looked_at = {
        target.value
        for check, target in pairs(case, evidence.targets)
        if any(k in seen for k in needed_keys(check, target, case))
    }
    missing = [t.value for t in case.targets if t.value not in looked_at]
    missing = list(dict.fromkeys((*asked, *missing)))
    names = tuple(printable(name, 100) for name in missing)
    details = []
    if asked:
        details.append(phrase("The case file names these, but the audit does not: {names}", names=several(asked)))
    if evidence.left_out:
        details.append(phrase("further addresses that were found and not looked at: {count}", count=evidence.left_out))
    if missing:
        text = phrase("Nothing was looked at for these targets: {names}", names=several(missing))
        return Point("targets", Standing.BAD, text, tuple(details)), names
    if evidence.left_out:
        text = phrase("All named targets were looked at, but not all addresses that were found on the way.")
        return Point("targets", Standing.UNKNOWN, text, tuple(details)), names
    brought = sum(t.kind in BROUGHT for t in case.targets)
    count = len(case.targets) - brought
    text = (
        phrase("All targets of the case were looked at ({count}).", count=count)
        if count
        else phrase("The case has no targets but files.")
    )
    return Point("targets", Standing.GOOD, text), names


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
