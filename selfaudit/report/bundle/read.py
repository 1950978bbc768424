"""Opening a bundle that anybody may have made: within bounds, and nothing in it is believed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import msgspec

from selfaudit.case import EvidenceFile
from selfaudit.case.dates import read_date
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import MAX_FILE as MAX_STATEMENT
from selfaudit.case.statement_file import StatementFile, make_statement
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import MAX_FILE as MAX_EVIDENCE
from selfaudit.engine.evidence import decode_evidence
from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import phrase
from selfaudit.protocols.minisign import BadSignature, read_public_key, read_signature, verify
from selfaudit.report.bundle.archive import Raw, content_of, take_apart
from selfaudit.report.bundle.drawing import HTML, PDF, README
from selfaudit.report.bundle.make import (
    ATTACHMENTS,
    AUDIT,
    BEFORE,
    CASE,
    CASE_SIGNATURE,
    EVIDENCE,
    STATEMENT,
    UNTRUSTED,
    Attachment,
    encode_manifest,
)
from selfaudit.report.bundle.model import MANIFEST, SIGNATURE, Bundle, Manifest
from selfaudit.report.json import read_marks
from selfaudit.text import printable

REQUIRED = (PDF, HTML, AUDIT, EVIDENCE, README)
MAX_MANIFEST = 1_000_000
MAX_AUDIT = MAX_EVIDENCE  # octets of an audit file: it is mostly smaller than the evidence
_MAY_BE = (*REQUIRED, STATEMENT, CASE, CASE_SIGNATURE, BEFORE)
_ATTACHED = re.compile(re.escape(ATTACHMENTS) + r"[0-9]{2,3}-[A-Za-z0-9._-]+\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_MAX_FAULTS = 20
_NO_TEXT = "(no signature)"  # stands for what lies there and is no text


class _Any(msgspec.Struct, frozen=True):
    schema: str


def open_bundle(data: bytes) -> Bundle:
    """Takes a bundle apart and compares it with its manifest. Whether it is intact is in `faults`.

    Raises:
        BadInput: it is no bundle, was cut or packed by another program, or its manifest cannot be read.
    """
    members = take_apart(data)
    manifest_raw, signature_raw = _ends(members)
    octets = content_of(manifest_raw)
    manifest = read_manifest(octets)
    signature = _text(content_of(signature_raw)) if signature_raw else ""
    others = members[: -2 if signature_raw else -1]
    files: dict[str, bytes] = {}
    faults = [*_manifest_faults(manifest, octets), *_signature_faults(manifest, octets, signature)]
    faults += _listing_faults([raw.name for raw in others], manifest)
    listed = {member.name: member for member in manifest.members}
    for raw in others:
        member = listed.get(raw.name)
        if member is None:
            continue
        try:
            if hashlib.sha256(raw.packed).hexdigest() != member.packed or raw.size != member.size:
                raise BadInput
            content = content_of(raw)
            if hashlib.sha256(content).hexdigest() != member.sha256:
                raise BadInput
        except BadInput:
            faults.append(phrase("{file} was changed after the bundle was made", file=raw.name))
        else:
            files[raw.name] = content
    return Bundle(manifest, files, octets, signature, tuple(faults[:_MAX_FAULTS]))


def read_manifest(octets: bytes) -> Manifest:
    """Reads a manifest.

    Raises:
        BadInput: it is none, or of another version.
    """
    if len(octets) > MAX_MANIFEST:
        raise BadInput(phrase("the list of its files is larger than {limit} octets", limit=MAX_MANIFEST))
    try:
        schema = msgspec.json.decode(octets, type=_Any).schema
        if schema.startswith("selfaudit/manifest/") and schema != "selfaudit/manifest/1":
            raise BadInput(phrase("it was made by a version of selfaudit with another form of bundles; use that version"))
        return msgspec.json.decode(octets, type=Manifest)
    except BadInput:
        raise
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadInput(phrase("the list of its files cannot be read")) from None


def audit_of(bundle: Bundle) -> Audit:
    """The audit in a bundle, judged here. What the bundle says about results is not looked at.

    Raises:
        BadInput: its evidence or its statement cannot be read by this version.
    """
    evidence = decode_evidence(bundle.files.get(EVIDENCE, b""))
    said = bundle.files.get(AUDIT, b"{}")
    if len(said) > MAX_AUDIT:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_AUDIT))
    marks = read_marks(said)
    statement = statement_in(bundle.files[STATEMENT], ahead=bool(evidence.case.demo)) if STATEMENT in bundle.files else None
    return Audit(evidence, judge_evidence(evidence), statement, marks)


def before_of(bundle: Bundle) -> Audit | None:
    """The earlier audit in a bundle, judged here; None for none.

    Raises:
        BadInput: its evidence cannot be read by this version.
    """
    if BEFORE not in bundle.files:
        return None
    evidence = decode_evidence(bundle.files[BEFORE])
    return Audit(evidence, judge_evidence(evidence))


def case_file_of(bundle: Bundle) -> tuple[bytes, str]:
    """The provider's case file in a bundle and the text of its signature, empty for none. Neither is checked."""
    return bundle.files.get(CASE, b""), bundle.files.get(CASE_SIGNATURE, b"").decode("utf-8", "replace")


def attachments_of(bundle: Bundle) -> tuple[Attachment, ...]:
    """The attachments in a bundle, under the names that they have in it."""
    found = []
    for member in bundle.manifest.members:
        if _ATTACHED.match(member.name) and member.name in bundle.files:
            name = member.name.removeprefix(ATTACHMENTS).partition("-")[2]
            found.append(Attachment(EvidenceFile(name, member.sha256, member.size), bundle.files[member.name]))
    return tuple(found)


def statement_in(data: bytes, *, ahead: bool) -> Statement:
    """A statement that anybody may have made. Files are named by their hashes only; nothing is read from this computer.

    Args:
        data: the file.
        ahead: whether days of what was done may lie in the future (a demo has a calendar of its own).

    Raises:
        BadInput: it is none.
    """
    if len(data) > MAX_STATEMENT:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_STATEMENT))
    try:
        return make_statement(msgspec.json.decode(data, type=StatementFile), _no_path, ahead=ahead)
    except (msgspec.DecodeError, ValueError, RecursionError, UserError) as error:
        raise BadInput(phrase("the statement cannot be read: {why}", why=printable(str(error), 200))) from None


def _no_path(_name: str) -> EvidenceFile:
    raise UserError("a path")


def _ends(members: Sequence[Raw]) -> tuple[Raw, Raw | None]:
    """The manifest and its signature, which are the last members."""
    names = [raw.name for raw in members[-2:]]
    if names == [MANIFEST, SIGNATURE]:
        found: tuple[Raw, Raw | None] = members[-2], members[-1]
    elif names[-1:] == [MANIFEST]:
        found = members[-1], None
    else:
        raise BadInput(phrase("this is not a bundle"))
    if any(raw is not None and raw.method for raw in found):
        raise BadInput(phrase("it was changed or cut, or another program has packed it"))
    return found


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8") or _NO_TEXT
    except UnicodeDecodeError:
        return _NO_TEXT


def _manifest_faults(manifest: Manifest, octets: bytes) -> Iterator[str]:
    try:
        same = encode_manifest(manifest) == octets
    except (ValueError, OverflowError, RecursionError):
        same = False
    if not same:
        yield phrase("the list of its files was changed, or another program has written it")
    if not _MOMENT.match(manifest.made) or read_date(manifest.made) is None:
        yield phrase("when it was made cannot be read")


def _signature_faults(manifest: Manifest, octets: bytes, text: str) -> Iterator[str]:
    if not manifest.key and not text:
        return
    if not manifest.key:
        yield phrase("there is a signature in it, but no key by which it was made")
        return
    if not text:
        yield phrase("its signature is missing")
        return
    try:
        key, signature = read_public_key(manifest.key), read_signature(text)
        if key.text() != manifest.key or signature.text() != text or signature.untrusted != UNTRUSTED or not signature.hashed:
            raise BadSignature(phrase("the signature does not have its form"))
        verify(octets, signature, key)
    except (BadInput, ValueError) as error:
        yield phrase("the signature in it is not right: {why}", why=printable(str(error), 200))


def _listing_faults(names: Sequence[str], manifest: Manifest) -> Iterator[str]:
    listed = [member.name for member in manifest.members]
    for name in names:
        if name not in listed:
            yield phrase("{file} is in it, but not in the list of its files", file=name)
        elif name not in _MAY_BE and not _ATTACHED.match(name):
            yield phrase("{file} does not belong into a bundle", file=name)
    there = set(names)
    for name in listed:
        if name not in there:
            yield phrase("{file} is in the list of its files, but not in it", file=printable(name, 100))
    if len(set(listed)) != len(listed) or (set(listed) == there and list(names) != listed):
        yield phrase("the list of its files has another order than the files")
