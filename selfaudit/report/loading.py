"""Reading a saved audit, however it was saved."""

from __future__ import annotations

from pathlib import Path

from selfaudit.case.statement_file import read_statement_file
from selfaudit.engine import Audit, judge_evidence, load_evidence
from selfaudit.engine.evidence import MAX_FILE, evidence_file
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.report.bundle.archive import is_archive
from selfaudit.report.bundle.read import audit_of, open_bundle
from selfaudit.text import printable

STATEMENT = "statement.json"


def load_audit(path: Path) -> Audit:
    """A saved audit, judged by the rules of this version.

    Args:
        path: the folder that `--out` wrote, its evidence.json or audit.json, or a bundle. A folder without evidence but with a bundle.zip is
            read from that.

    Raises:
        UserError: it cannot be read, or it is a bundle that was changed.
    """
    found = evidence_file(path)
    if path.is_dir() and not found.exists() and (path / "bundle.zip").exists():
        found = path / "bundle.zip"
    if found.suffix.lower() == ".zip" or is_archive(_beginning(found)):
        return _from_bundle(found)
    evidence = load_evidence(found)
    statement = found.with_name(STATEMENT)
    said = read_statement_file(statement) if statement.is_file() else None
    try:
        return Audit(evidence, judge_evidence(evidence), said)
    except ValueError as error:
        raise _unfit(found, error) from None


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4) if path.is_file() else b""
    except OSError:
        return b""


def _from_bundle(path: Path) -> Audit:
    try:
        bundle = open_bundle(read_bounded(path, MAX_FILE))
        if bundle.faults:
            raise UserError(
                _("{file}: the bundle was changed after it was made ({why}). “selfaudit verify” tells more.").format(
                    file=path, why=shown(bundle.faults[0])
                )
            )
        return audit_of(bundle)
    except ValueError as error:
        raise _unfit(path, error) from None


def _unfit(path: Path, error: Exception) -> UserError:
    why = shown(str(error)) if isinstance(error, BadInput) else _("a target in it is no name or address")
    return UserError(_("{file}: not an audit that this version can read: {why}").format(file=path, why=printable(why, 300)))
