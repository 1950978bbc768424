"""`selfaudit report`."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import LANGUAGES, _, language, shown, using

if TYPE_CHECKING:
    from selfaudit.cli.run import Beside
    from selfaudit.engine import Audit
    from selfaudit.report.bundle import Attachment

_FILE = click.Path(path_type=Path, dir_okay=False)
_ANY = click.Path(path_type=Path)


@click.command()
@click.argument("audit", type=_ANY)
@click.option("--pdf", type=_FILE, metavar="FILE", help="The report on pages.")
@click.option("--html", type=_FILE, metavar="FILE", help="One self-contained page.")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="The audit as JSON; - for standard output.")
@click.option("--bundle", type=_FILE, metavar="FILE", help="Everything in one file that “selfaudit verify” checks.")
@click.option("--statement", type=_FILE, metavar="FILE", help="What you state; otherwise statement.json in the audit's folder.")
@click.option("--before", type=_ANY, metavar="AUDIT", help="An earlier audit, to show what has changed since.")
@click.option("--case", "case_file", type=_FILE, metavar="FILE", help="The provider's case file, for the bundle.")
@click.option("--attach", type=_FILE, multiple=True, metavar="FILE", help="A file that shows something, for the bundle.")
@click.option("--language", "words", type=click.Choice(list(LANGUAGES)), help="Of the report; otherwise the one you see.")
@click.option("--unsigned", is_flag=True, help="Do not sign the bundle.")
def report(
    audit: Path,
    pdf: Path | None,
    html: Path | None,
    json_file: Path | None,
    bundle: Path | None,
    statement: Path | None,
    before: Path | None,
    case_file: Path | None,
    attach: tuple[Path, ...],
    words: str | None,
    unsigned: bool,
) -> int:
    """Write reports of a saved AUDIT: the folder given with --out, the evidence.json in it, or a bundle."""
    from selfaudit.case.statement_file import read_statement_file
    from selfaudit.cli.output import console
    from selfaudit.cli.run import bundle_of, write_bundle
    from selfaudit.engine.evidence import write_whole
    from selfaudit.report.json import encode_audit
    from selfaudit.report.loading import load_audit

    if not any((pdf, html, json_file, bundle)):
        raise UserError(_("Say what to write: --pdf FILE, --html FILE, --json FILE or --bundle FILE."))
    if bundle is None and (case_file or attach or unsigned):
        raise UserError(_("--case, --attach and --unsigned are about a bundle: add --bundle FILE."))
    if case_file is not None:  # what it vouches for must be known before anything is judged
        from selfaudit.engine.seals import read_signed_case

        read_signed_case(case_file)
    done = load_audit(audit)
    if statement is not None:
        done = replace(done, statement=read_statement_file(statement, ahead=bool(done.evidence.case.demo)))
    earlier = load_audit(before) if before else None
    made = float(int(time.time()))
    written: list[Path] = []
    with using(words or language()):
        if html is not None:
            from selfaudit.report.html import render_html

            write_whole(html, render_html(done, before=earlier, now=made).encode("utf-8"))
            written.append(html)
        if json_file is not None and str(json_file) != "-":
            write_whole(json_file, encode_audit(done, made))
            written.append(json_file)
        if pdf is not None:
            from selfaudit.report.pdf import render_pdf

            write_whole(pdf, render_pdf(done, before=earlier, now=made, audit_json=encode_audit(done, made)))
            written.append(pdf)
        if bundle is not None:
            beside = _beside(audit, done, earlier, case_file, statement, attach, unsigned=unsigned)
            data, signature, _contents = bundle_of(done, beside, made)
            written += write_bundle(bundle, data, signature)
    if str(json_file) == "-":
        sys.stdout.buffer.write(encode_audit(done, made))
        return 0
    for path in written:
        console().print(_("Written: {file}").format(file=path))
    return 0


def _beside(
    source: Path,
    audit: Audit,
    before: Audit | None,
    case_file: Path | None,
    statement: Path | None,
    attach: tuple[Path, ...],
    *,
    unsigned: bool,
) -> Beside:
    """What goes into the bundle besides the audit. What lies in the bundle that it is made from goes on into the new one."""
    from selfaudit.cli.run import beside_case
    from selfaudit.report.bundle import wanted_files

    folders = tuple(dict.fromkeys((source if source.is_dir() else source.parent, *([statement.parent] if statement else []))))
    given, old = beside_case(case_file, folders), _from_bundle(source)
    if case_file is None:
        given = replace(given, case_file=old.case_file, case_signature=old.case_signature)
    attachments = {a.file.sha256: a for a in (*old.attachments, *map(_attachment, attach))}
    named = {file.sha256: file for file in wanted_files(audit)}
    chosen = tuple(replace(a, file=named.get(sha256, a.file)) for sha256, a in attachments.items())
    return replace(given, attachments=chosen, before=before or old.before, unsigned=unsigned)


def _attachment(path: Path) -> Attachment:
    from selfaudit.case.file import MAX_EVIDENCE, hash_evidence
    from selfaudit.files import read_bounded
    from selfaudit.report.bundle import Attachment

    return Attachment(hash_evidence(path), read_bounded(path, MAX_EVIDENCE))


def _from_bundle(source: Path) -> Beside:
    """What goes with an audit that is taken from a bundle; nothing for one that is not."""
    from selfaudit.cli.run import Beside
    from selfaudit.files import read_bounded
    from selfaudit.report.bundle import MAX_ARCHIVE, attachments_of, before_of, case_file_of, is_archive, open_bundle

    if source.is_dir():
        return Beside()
    data = read_bounded(source, MAX_ARCHIVE)
    if not is_archive(data):
        return Beside()
    try:
        bundle = open_bundle(data)
        case, signature = case_file_of(bundle)
        return Beside(case, signature, attachments_of(bundle), before=before_of(bundle))
    except BadInput as error:
        raise UserError(f"{source}: {shown(error)}") from None
