"""Verifying a bundle: every question of a desk, answered from what is in it and what is known here. Nothing in it can make this fail."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from selfaudit.case.dates import read_date
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Contradiction
from selfaudit.engine.judge import short_trace
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.errors import BadInput
from selfaudit.findings import Outcome
from selfaudit.i18n import phrase
from selfaudit.policy.reading import NOT_LOOKED_AT
from selfaudit.protocols.minisign import MAX_TEXT, BadSignature, PublicKey, read_public_key, read_signature, verify
from selfaudit.report.bundle.age import age_point
from selfaudit.report.bundle.claims import CaseClaim, authority_point, case_point, policy_point, without_claim
from selfaudit.report.bundle.drawing import utc
from selfaudit.report.bundle.judged import judged_point
from selfaudit.report.bundle.model import Bundle, Difference, Point, Standing, Verification
from selfaudit.report.bundle.points import complete_point, signed_point, statement_point, tool_point
from selfaudit.report.bundle.read import audit_of, before_of, open_bundle
from selfaudit.report.bundle.scope import targets_point
from selfaudit.text import printable

_INTACT = phrase("Nothing in it was changed since it was made: every octet, every hash and the signature are right.")
_UNSIGNED = phrase("Every octet and every hash are right; as it is not signed, whoever changes it can put them right, too.")
_NOT_JUDGED = phrase("What is in it cannot be judged by this version.")


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying came to, the opened bundle (None if it cannot be opened), and the audit in it as it is judged here (None if it
    cannot be judged).
    """

    verification: Verification
    bundle: Bundle | None = None
    audit: Audit | None = None


def verify_bundle(
    data: bytes, *, name: str, beside: str = "", now: float | None = None, key: PublicKey | None = None
) -> Verified:
    """Answers the questions of a desk. Whatever the octets are, this returns.

    Args:
        data: the bundle.
        name: of its file.
        beside: the text of the signature that lies beside it (minisign), "" for none.
        now: UTC seconds; None for this moment.
        key: by which it should be signed, None if that is not known.
    """
    at = time.time() if now is None else now
    file, sha256 = printable(name, 120), hashlib.sha256(data).hexdigest()
    try:
        bundle = open_bundle(data)
    except BadInput as error:
        return Verified(Verification(file, sha256, utc(at), points=(_damaged((str(error),)),)))
    faults, said = bundle.faults, ""
    if beside and not faults:
        said, fits = _beside(data, beside, bundle, key)
        if not fits:
            faults = (said,)
    if faults:
        return Verified(_labelled(bundle, file, sha256, at, (_damaged(faults),)), bundle)
    intact = Point("intact", Standing.GOOD, _INTACT if bundle.manifest.key else _UNSIGNED)
    try:
        return _all(bundle, _Head(file, sha256, at, key, said), intact)
    except Contradiction as error:
        standing, why = Standing.BAD, printable(str(error), 300)
        text = phrase("Its evidence contradicts itself, as that of no audit does.")
    except BadInput as error:
        standing, why, text = Standing.UNKNOWN, printable(str(error), 300), _NOT_JUDGED
    except Exception as error:
        standing, why, text = Standing.UNKNOWN, short_trace(error), _NOT_JUDGED
    points = (
        intact,
        signed_point(bundle, None, key, said),
        Point("judged", standing, text, (why,)),
        tool_point(bundle, None),
    )
    return Verified(_labelled(bundle, file, sha256, at, points), bundle)


@dataclass(frozen=True, slots=True)
class _Head:
    file: str
    sha256: str
    at: float
    key: PublicKey | None
    beside: str


def _all(bundle: Bundle, head: _Head, intact: Point) -> Verified:
    audit, before = audit_of(bundle), before_of(bundle)
    evidence = audit.evidence
    made = read_date(bundle.manifest.made) or 0.0
    policy, same_policy = policy_point(bundle, evidence.case)
    claim = CaseClaim(bundle, evidence.case)
    age, oldest, newest = age_point(evidence, made, head.at)
    targets, missing = targets_point(evidence, claim.asked)
    points: tuple[Point, ...] = (
        intact,
        complete_point(bundle, audit),
        signed_point(bundle, audit, head.key, head.beside),
        statement_point(audit),
        case_point(bundle, evidence, claim),
        policy,
        age,
        targets,
        authority_point(evidence, claim),
        tool_point(bundle, evidence),
    )
    # Drawing takes longest, and for what is not there most of all; no report is believed where the verdict stands without it.
    redraw = all(p.standing is not Standing.BAD for p in points) and all(r.reason != NOT_LOOKED_AT for r in audit.results)
    leaning = _guarded(lambda: judged_point(bundle, audit, before, made, same_policy=same_policy, redraw=redraw))
    judged, differences = _guarded(lambda: without_claim(*leaning, bundle, audit, claim, made))
    points = (*points[:3], judged, *points[3:])
    here = claim.judged_here(audit)
    readiness = readiness_of(here, head.at) if pack_of(evidence.case) else None
    verification = Verification(
        head.file,
        head.sha256,
        utc(head.at),
        _key_name(bundle),
        printable(evidence.case.number, 100),
        printable(evidence.case.provider, 100),
        bundle.manifest.made,
        readiness.ready if readiness else None,
        points,
        differences,
        oldest,
        newest,
        missing,
        {str(o): count for o in Outcome if (count := sum(r.outcome is o for r in audit.results))},
    )
    return Verified(verification, bundle, here)


def _guarded(compare: Callable[[], tuple[Point, tuple[Difference, ...]]]) -> tuple[Point, tuple[Difference, ...]]:
    """A fault of ours while comparing is no verdict about the bundle, and keeps no other question from being answered."""
    try:
        return compare()
    except Exception as error:
        text = phrase("Whether its evidence gives its results cannot be told: this program made a mistake.")
        return Point("judged", Standing.UNKNOWN, text, (printable(short_trace(error), 500),)), ()


def _beside(data: bytes, text: str, bundle: Bundle, key: PublicKey | None) -> tuple[str, bool]:
    """What the signature of the whole file comes to, and whether it is in order."""
    known = [k for k in (read_public_key(bundle.manifest.key) if bundle.manifest.key else None, key) if k is not None]
    try:
        signature = read_signature(text[: MAX_TEXT + 1])
        mine = next((k for k in known if k.id == signature.key_id), None)
        if mine is None:
            return phrase("The signature beside it is by a key that is not known here ({key}).", key=signature.name), True
        verify(data, signature, mine)
    except (BadSignature, BadInput, ValueError) as error:
        return phrase("the signature beside it is not right: {why}", why=printable(str(error), 200)), False
    return phrase("The signature of the whole file, which lies beside it, is right, too."), True


def _damaged(faults: tuple[str, ...]) -> Point:
    text = phrase("It was changed, cut or damaged after it was made; nothing in it can be relied on. Ask for it again.")
    return Point("intact", Standing.BAD, text, faults)


def _labelled(bundle: Bundle, file: str, sha256: str, at: float, points: tuple[Point, ...]) -> Verification:
    """A verification that says no more than what the bundle is labelled with."""
    manifest = bundle.manifest
    number, provider = printable(manifest.number, 100), printable(manifest.provider, 100)
    made = printable(manifest.made, 40)
    return Verification(file, sha256, utc(at), _key_name(bundle), number, provider, made, points=points)


def _key_name(bundle: Bundle) -> str:
    try:
        return read_public_key(bundle.manifest.key).name if bundle.manifest.key else ""
    except BadInput:
        return ""
