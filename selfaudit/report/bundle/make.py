"""Making a bundle: everything that a desk needs to check an audit, in one file. The same input gives the same octets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from selfaudit import __version__
from selfaudit.case import EvidenceFile
from selfaudit.case.file import MAX_EVIDENCE
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import Evidence, decode_evidence, encode_evidence
from selfaudit.engine.requirements import pack_of
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.protocols.minisign import SecretKey, sign
from selfaudit.report.bundle.archive import Raw, assemble, packed
from selfaudit.report.bundle.drawing import HTML, PDF, draw, drawing_of, known_language, policy_hash, utc
from selfaudit.report.bundle.model import MANIFEST, SIGNATURE, Lacking, Manifest, Member
from selfaudit.report.json import encode_audit
from selfaudit.text import printable

AUDIT, EVIDENCE, STATEMENT = "audit.json", "evidence.json", "statement.json"
CASE, CASE_SIGNATURE, BEFORE, ATTACHMENTS = "case/case.json", "case/case.json.minisig", "before/evidence.json", "attachments/"
TOOL = f"selfaudit {__version__}"
UNTRUSTED = "signature of the manifest of a selfaudit bundle"
UNTRUSTED_WHOLE = "signature of a selfaudit bundle"
MAX_ATTACHMENTS = 250
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the statement or the declaration names, with its content."""

    file: EvidenceFile
    data: bytes


def make_bundle(
    audit: Audit,
    *,
    key: SecretKey | None,
    made: float,
    before: Audit | None = None,
    attachments: Sequence[Attachment] = (),
    case_file: bytes = b"",
    case_signature: str = "",
    language: str = "en",
) -> bytes:
    """The whole file.

    Args:
        audit: what it is about. Its evidence is judged anew.
        key: signs it; None for a bundle that nobody signs.
        made: UTC seconds of this moment, from which readiness is seen.
        before: an earlier audit of the same case.
        attachments: files that the statement names, with their content; those that are not given are noted as lacking.
        case_file: the provider's case file as it was, empty for none.
        case_signature: of that file, empty for none.
        language: of the reports; the data are in English.

    Raises:
        UserError: an attachment is not the file that was named, or there is more than fits into a bundle.
    """
    return build_bundle(
        audit, key=key, made=made, before=before, attachments=attachments, case_file=case_file, case_signature=case_signature,
        language=language,
    )[0]  # fmt: skip


def build_bundle(
    audit: Audit,
    *,
    key: SecretKey | None,
    made: float,
    before: Audit | None = None,
    attachments: Sequence[Attachment] = (),
    case_file: bytes = b"",
    case_signature: str = "",
    language: str = "en",
) -> tuple[bytes, Mapping[str, bytes]]:
    """As `make_bundle`, with the files that lie in it by their names: whoever wants the reports, too, need not draw them twice."""
    audit, earlier = as_bundled(audit), as_bundled(replace(before, statement=None, marks=())) if before else None
    language, moment = known_language(language), float(int(made))
    public = key.public().text() if key else ""
    contents = {PDF: b"", HTML: b"", AUDIT: encode_audit(audit, moment), EVIDENCE: encode_evidence(audit.evidence)}
    if audit.statement is not None:
        contents[STATEMENT] = encode_statement(audit.statement)
    if case_file:
        contents[CASE] = case_file
    if case_file and case_signature:
        contents[CASE_SIGNATURE] = case_signature.encode("utf-8")
    if earlier is not None:
        contents[BEFORE] = encode_evidence(earlier.evidence)
    contents |= _attached(attachments)
    contents |= draw(audit, before=earlier, now=moment, language=language, key=public, audit_json=contents[AUDIT])
    there = {hashlib.sha256(a.data).hexdigest() for a in attachments}
    try:
        members = tuple(packed(name, content) for name, content in contents.items())
        manifest = encode_manifest(
            manifest_of(audit, members, contents, there, made=utc(moment), key=public, language=language)
        )  # fmt: skip
        members += (packed(MANIFEST, manifest, stored=True),)
        if key is not None:
            signature = sign(manifest, key, trusted=_trusted(audit, moment), untrusted=UNTRUSTED).text()
            members += (packed(SIGNATURE, signature.encode("utf-8"), stored=True),)
        return assemble(members), contents
    except BadInput as error:
        raise UserError(_("The bundle cannot be made: {why}").format(why=shown(error))) from None


def sign_bundle(bundle: bytes, key: SecretKey, name: str = "") -> str:
    """The signature of the whole file, as it lies beside it: `minisign -Vm bundle.zip` checks it."""
    trusted = " ".join(filter(None, ("selfaudit bundle", printable(name, 100))))
    return sign(bundle, key, trusted=trusted, untrusted=UNTRUSTED_WHOLE).text()


def as_bundled(audit: Audit) -> Audit:
    """An audit as whoever opens the bundle has it: its evidence read from its file and judged anew.

    Raises:
        UserError: the evidence cannot be read again.
    """
    try:
        evidence = decode_evidence(encode_evidence(audit.evidence))
    except BadInput as error:
        raise UserError(_("The bundle cannot be made: {why}").format(why=shown(error))) from None
    return replace(audit, evidence=evidence, results=judge_evidence(evidence))


def manifest_of(
    audit: Audit, members: Iterable[Raw], contents: dict[str, bytes], there: set[str], *, made: str, key: str, language: str
) -> Manifest:
    """The manifest of these members. `there`: hashes of the files that are attached."""
    case, pack = audit.evidence.case, pack_of(audit.evidence.case)
    listed = (
        Member(raw.name, hashlib.sha256(contents[raw.name]).hexdigest(), raw.size, hashlib.sha256(raw.packed).hexdigest())
        for raw in members
    )
    return Manifest(
        "selfaudit/manifest/1",
        TOOL,
        made,
        language,
        case.number,
        case.provider,
        pack.id if pack else "",
        pack.version if pack else "",
        policy_hash(pack) if pack else "",
        drawing_of(audit, language),
        key,
        tuple(listed),
        tuple(Lacking(f.name, f.sha256, f.size) for f in wanted_files(audit) if f.sha256 not in there),
    )


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as it lies in the bundle: indented, one line at the end."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def wanted_files(audit: Audit) -> tuple[EvidenceFile, ...]:
    """The files that the statement and the declaration name, each content once."""
    return files_named(audit.evidence, audit.statement)


def files_named(evidence: Evidence, said: Statement | None) -> tuple[EvidenceFile, ...]:
    """The same for evidence and a statement."""
    found: list[EvidenceFile] = []
    if said is not None:
        found += said.proof
        for part in (
            (a.files for a in said.answers),
            (m.files for m in (*said.measures, *said.steps)),
            (a.files for a in said.attestations),
        ):
            found += (file for files in part for file in files)
    if evidence.case.registrant is not None:
        found += evidence.case.registrant.files
    return tuple({file.sha256: file for file in reversed(found)}.values())[::-1]


def attachments_beside(files: Iterable[EvidenceFile], folder: Path) -> tuple[Attachment, ...]:
    """Those of the files that lie in a folder (or in its folder "attachments") under their own name with the content that was named.

    Nothing outside the folder is looked at; what is not there, or is another file by now, is passed over.
    """
    found = []
    for file in files:
        name = file.name
        if not name or name in (".", "..") or any(c in name for c in "/\\:\0"):
            continue
        for path in (folder / name, folder / "attachments" / name):
            data = _read(path, file)
            if data is not None:
                found.append(Attachment(file, data))
                break
    return tuple(found)


def _read(path: Path, file: EvidenceFile) -> bytes | None:
    try:
        if path.is_symlink() or not path.is_file():
            return None
        data = read_bounded(path, MAX_EVIDENCE)
    except (UserError, OSError, ValueError):
        return None
    return data if hashlib.sha256(data).hexdigest() == file.sha256 else None


def _attached(attachments: Sequence[Attachment]) -> dict[str, bytes]:
    if len(attachments) > MAX_ATTACHMENTS:
        raise UserError(_("At most {limit} files can be added.").format(limit=MAX_ATTACHMENTS))
    found = {}
    width = len(str(max(len(attachments), 10)))
    for number, attachment in enumerate(attachments, 1):
        file, data = attachment.file, attachment.data
        if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
            raise UserError(
                _("{file}: this is not the file that the statement names; add that one, or state the new one.").format(
                    file=printable(file.name, 100)
                )
            )
        found[f"{ATTACHMENTS}{number:0{width}}-{safe_name(file.name)}"] = data
    return found


def safe_name(name: str) -> str:
    """A name for a file of which somebody else chose the name: letters, digits, dots, hyphens and underlines, at most 60."""
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii"))
    stem, dot, ending = plain.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 10:
        return plain[:60].strip("-._") or "file"
    return f"{stem[: 59 - len(ending)].strip('-._') or 'file'}.{ending}"


def _trusted(audit: Audit, moment: float) -> str:
    number = printable(" ".join(audit.evidence.case.number.split()), 100)
    return " ".join(filter(None, ("selfaudit bundle made", utc(moment), number and f"case {number}")))
