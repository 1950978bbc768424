"""What the worker makes of an audit for others: pages to look at, a bundle, single reports. Knows nothing of Qt.

The rooms that draw and pack are loaded when they are first needed, in the worker: a window that opens does not wait for them.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from selfaudit.case import EvidenceFile
from selfaudit.case.statement_file import encode_statement
from selfaudit.engine import Audit, judge_evidence, save_evidence
from selfaudit.engine.beside import write_beside
from selfaudit.engine.evidence import Evidence, write_whole
from selfaudit.engine.seals import SUFFIX
from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _, language, ngettext, using
from selfaudit.store import Store

if TYPE_CHECKING:
    from selfaudit.protocols.minisign import SecretKey
    from selfaudit.report.bundle import Attachment
    from selfaudit.report.content import Content

MAX_PAGES = 12  # that are kept to be looked at
_NAMES = (
    "evidence.json", "statement.json", "audit.json", "report.html", "report.pdf", "bundle.zip", f"bundle.zip{SUFFIX}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report is made of.

    Attributes:
        audit: with the statement and the marks as they are now.
        language: ISO 639-1 code of the report.
        before: the first audit of the case, None where this is the first.
        attachments: files that the statement names, as far as they are kept.
        case_file, case_signature: the case file as it came, b"" and "" for none.
        key: signs the bundle, None for none.
        unsigned: why there is none.
    """

    audit: Audit
    language: str
    before: Audit | None = None
    attachments: tuple[Attachment, ...] = ()
    case_file: bytes = b""
    case_signature: str = ""
    key: SecretKey | None = None
    unsigned: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Pages of the report as pictures (PNG), the first ones; `more`: there are others. `words` says what stands on the first."""

    pages: tuple[bytes, ...] = ()
    more: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: the file, or the folder.
        kind: "bundle", "pdf", "html" or "data".
        key: name of the key by which the bundle is signed, "" if it is not.
        unsigned: why it is not, "" if it is, or where nothing is signed.
        lacking: names of files that the statement names and that are not in it.
        beside: the signature of the bundle that lies beside it, None where there is none.
    """

    path: Path
    kind: str
    key: str = ""
    unsigned: str = ""
    lacking: tuple[str, ...] = field(default=())
    beside: Path | None = None


def first_evidence(store: Store, case_id: int | None, run_id: int | None) -> Evidence | None:
    """What the first finished audit of a case saw, None if there is none before the one that is shown, or it cannot be read any more."""
    if case_id is None or run_id is None:
        return None
    first = store.first_run(case_id)
    if first is None or first.id == run_id:
        return None
    try:
        return store.evidence(first.id)
    except BadInput:
        return None


def judged(evidence: Evidence | None) -> Audit | None:
    """An earlier audit, judged by the rules of today."""
    return Audit(evidence, judge_evidence(evidence)) if evidence is not None else None


def kept_attachments(store: Store, case_id: int | None, audit: Audit) -> tuple[Attachment, ...]:
    """The files that the statement and the declaration name, as far as the store has them."""
    from selfaudit.report.bundle import Attachment, wanted_files

    found = []
    for file in wanted_files(audit):
        data = store.attachment(case_id, file.sha256) if case_id is not None else None
        data = data if data is not None else _demo_file(file, audit.evidence.case.demo)
        if data is not None:
            found.append(Attachment(file, data))
    return tuple(found)


def _demo_file(file: EvidenceFile, world: str) -> bytes | None:
    """A file of the demo's customer, None for any other."""
    if not world:
        return None
    from selfaudit.demo.statements import demo_evidence

    try:
        data = demo_evidence(file.name, world)
    except (OSError, ValueError):
        return None  # the person added it themself
    return data if hashlib.sha256(data).hexdigest() == file.sha256 else None


def preview(material: Material, ppi: float) -> Preview:
    """The first pages as pictures with `ppi` pixels per inch."""
    from selfaudit.report.content import content_of
    from selfaudit.report.pdf import draw_pages

    moment = time.time()
    with using(material.language):
        content = content_of(material.audit, before=material.before, now=moment)
        pages = draw_pages(content, ppi, MAX_PAGES + 1)
    if material.language != language():  # what is read out is in the window's language
        content = content_of(material.audit, before=material.before, now=moment)
    return Preview(pages[:MAX_PAGES], len(pages) > MAX_PAGES, _first_words(content))


def _first_words(content: Content) -> str:
    """What stands on the first page, for who cannot see it."""
    first = content.first
    verdict = first.verdict.word if first.verdict is not None else ""
    counts = ", ".join(f"{count.count} {count.sign.word}" for count in first.results if count.count)
    return ". ".join(part.rstrip(".") for part in (first.title, first.interim, verdict, first.headline, counts) if part)


def note_export(store: Store, case_id: int | None, audit: Audit) -> None:
    """Keeps the statement as it has been given away."""
    if case_id is not None and audit.statement is not None:
        store.note_export(case_id, audit.statement)


def signing(demo: bool) -> tuple[SecretKey | None, str]:
    """The key that bundles are signed with, or None and why there is none. A demo has a key that everybody knows."""
    if demo:
        from selfaudit.demo import DEMO_KEY

        return DEMO_KEY, ""
    from selfaudit.secrets import signing_key

    try:
        return signing_key(), ""
    except UserError as error:
        return None, str(error)


def export_bundle(path: Path, material: Material) -> Exported:
    """Writes the bundle with its signature beside it; the signature of an older bundle does not stay.

    Raises:
        UserError: it cannot be made or written.
    """
    from selfaudit.report.bundle import make_bundle, sign_bundle, wanted_files

    key = material.key
    data = make_bundle(
        material.audit, key=key, made=time.time(), before=material.before, attachments=material.attachments,
        case_file=material.case_file, case_signature=material.case_signature, language=material.language,
    )  # fmt: skip
    there = {attachment.file.sha256 for attachment in material.attachments}
    lacking = tuple(dict.fromkeys(f.name for f in wanted_files(material.audit) if f.sha256 not in there))
    signature = sign_bundle(data, key, material.audit.evidence.case.number) if key is not None else ""
    beside = path.with_name(path.name + SUFFIX)
    write_beside(path, data, beside, signature)
    name = key.public().name if key is not None else ""
    return Exported(path, "bundle", name, material.unsigned, lacking, beside if signature else None)


def export_pdf(path: Path, material: Material) -> Exported:
    """Writes the report as PDF.

    Raises:
        UserError: it cannot be made or written.
    """
    write_whole(path, _pdf(material))
    return Exported(path, "pdf")


def _pdf(material: Material) -> bytes:
    from selfaudit.report.json import encode_audit
    from selfaudit.report.pdf import render_pdf

    with using(material.language):
        return render_pdf(material.audit, before=material.before, now=time.time(), audit_json=encode_audit(material.audit))


def export_html(path: Path, material: Material) -> Exported:
    """Writes the report as one page for a browser.

    Raises:
        UserError: it cannot be written.
    """
    write_whole(path, _html(material))
    return Exported(path, "html")


def _html(material: Material) -> bytes:
    from selfaudit.report.html import render_html

    with using(material.language):
        return render_html(material.audit, before=material.before, now=time.time()).encode("utf-8")


def export_all(folder: Path, material: Material) -> Exported:
    """Writes everything into a folder: what cannot be made again first. Where one of the files is there already, nobody has been asked about
    it: then everything goes into a new folder in that one.

    Raises:
        UserError: something cannot be made or written; what came before it is there.
    """
    from selfaudit.report.json import encode_audit

    audit = material.audit
    folder = _free_folder(folder, audit)
    save_evidence(audit.evidence, folder / "evidence.json")
    if audit.statement is not None:
        write_whole(folder / "statement.json", encode_statement(audit.statement))
    write_whole(folder / "audit.json", encode_audit(audit))
    write_whole(folder / "report.html", _html(material))
    write_whole(folder / "report.pdf", _pdf(material))
    done = export_bundle(folder / "bundle.zip", material)
    return Exported(folder, "data", done.key, done.unsigned, done.lacking, done.beside)


def _free_folder(folder: Path, audit: Audit) -> Path:
    """The folder itself, or a new one in it, named after case and day, where one of the files is there already."""
    if not any(os.path.lexists(folder / name) for name in _NAMES):
        return folder
    stem = file_stem(audit.evidence.case.number) + "-" + audit.evidence.finished[:10]
    tries = (folder / (stem if number == 1 else f"{stem}-{number}") for number in range(1, 1000))
    return next((place for place in tries if not os.path.lexists(place)), folder / f"{stem}-{time.time_ns()}")


def file_stem(number: str) -> str:
    """A case number as the beginning of a file name."""
    return "".join(c for c in number if c.isalnum() or c in "-_")[:80] or "selfaudit"


WRITERS = {"bundle": export_bundle, "pdf": export_pdf, "html": export_html, "data": export_all}


def exported_words(done: Exported) -> str:
    """What was written, and what whoever gets it can tell from it."""
    lines = [_("Written: {file}").format(file=done.path)]
    if done.key:
        lines.append(_("Signed with the key {key}.").format(key=done.key))
    if done.beside is not None:
        lines.append(
            _("For who checks with minisign, a signature of the whole file lies beside it: {file}").format(
                file=done.beside.name
            )
        )
    if done.lacking:
        count = len(done.lacking)
        lines.append(
            ngettext(
                "{count} file is only named in it, not included: {names}. Attach it yourself.",
                "{count} files are only named in it, not included: {names}. Attach them yourself.",
                count,
            ).format(count=count, names=", ".join(done.lacking[:5]))
        )
    return "\n".join(lines)


def unsigned_words(done: Exported) -> str:
    """What it means that there is no signature, "" where there is one or none belongs there."""
    if done.kind not in ("bundle", "data") or not done.unsigned:
        return ""
    return _(
        "The bundle is not signed. The desk can still see whether it is whole and whether its evidence gives its results, but not "
        "that it comes from the same computer as your other bundles.\n{why}"
    ).format(why=done.unsigned)
