"""Reading a saved audit, however it was saved."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from selfaudit.case.statement_file import read_statement_file
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import MAX_FILE, Evidence, decode_evidence, evidence_file
from selfaudit.engine.seals import without_proof
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.findings import Mark
from selfaudit.i18n import _, shown
from selfaudit.report.bundle.archive import MAX_ARCHIVE, is_archive
from selfaudit.report.bundle.claims import CaseClaim
from selfaudit.report.bundle.read import audit_of, open_bundle
from selfaudit.report.json import read_marks
from selfaudit.text import printable

STATEMENT, AUDIT, BUNDLE = "statement.json", "audit.json", "bundle.zip"


def load_audit(path: Path) -> Audit:
    """A saved audit, judged by the rules of this version. Of the seal of its case file counts what is worked out here.

    Args:
        path: the folder that `--out` wrote, its evidence.json or audit.json, or a bundle. A folder without evidence but with a bundle.zip is
            read from that.

    Raises:
        UserError: it cannot be read, or it is a bundle that was changed.
    """
    found = evidence_file(path)
    if path.is_dir() and not found.exists() and (path / BUNDLE).exists():
        found = path / BUNDLE
    data = read_bounded(found, MAX_ARCHIVE if found.suffix.lower() == ".zip" else MAX_FILE)
    if is_archive(data):
        return _from_bundle(found, data)
    statement = found.with_name(STATEMENT)
    said = read_statement_file(statement) if statement.is_file() else None
    try:
        evidence = believed(decode_evidence(data), found.parent)
        results = judge_evidence(evidence)
    except ValueError as error:
        raise _unfit(found, error) from None
    return Audit(evidence, results, said, _marks(found.with_name(AUDIT)))


def believed(evidence: Evidence, folder: Path) -> Evidence:
    """Saved evidence without a seal that it only claims. It stays where the case file itself lies in the bundle of the same folder.

    Args:
        evidence: anybody may have edited it.
        folder: where it lies.
    """
    seal, beside = evidence.case.seal, folder / BUNDLE
    if seal is not None and seal.state == "trusted" and beside.is_file():
        # Working out the seal of that file is what vouches for it; whether it is this one is seen by the comparison.
        with contextlib.suppress(BadInput, UserError):
            CaseClaim(open_bundle(read_bounded(beside, MAX_ARCHIVE)), evidence.case)
    return replace(evidence, case=without_proof(evidence.case))


def _marks(path: Path) -> tuple[Mark, ...]:
    """What the person said about single findings: it stands in the audit.json beside the evidence."""
    if not path.is_file():
        return ()
    try:
        return read_marks(read_bounded(path, MAX_FILE))
    except BadInput as error:
        raise _unfit(path, error) from None


def _from_bundle(path: Path, data: bytes) -> Audit:
    try:
        bundle = open_bundle(data)
        if bundle.faults:
            raise UserError(
                _("{file}: the bundle was changed after it was made ({why}). “selfaudit verify” tells more.").format(
                    file=path, why=shown(bundle.faults[0])
                )
            )
        audit = audit_of(bundle)
        claim = CaseClaim(bundle, audit.evidence.case)
        if claim.seal is not None:
            return claim.judged_here(audit)
        return replace(audit, evidence=replace(audit.evidence, case=without_proof(audit.evidence.case)))
    except ValueError as error:
        raise _unfit(path, error) from None


def _unfit(path: Path, error: Exception) -> UserError:
    why = shown(str(error)) if isinstance(error, BadInput) else _("a target in it is no name or address")
    return UserError(_("{file}: not an audit that this version can read: {why}").format(file=path, why=printable(why, 300)))
