"""`selfaudit report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from selfaudit.errors import UserError
from selfaudit.i18n import _

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("audit", type=click.Path(path_type=Path))
@click.option("--html", type=_FILE, metavar="FILE", help="One self-contained page.")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="The audit as JSON; - for standard output.")
@click.option("--statement", type=_FILE, metavar="FILE", help="What you state; otherwise statement.json in the audit's folder.")
def report(audit: Path, html: Path | None, json_file: Path | None, statement: Path | None) -> int:
    """Write reports of a saved AUDIT: the folder given with --out, or the evidence.json in it."""
    from selfaudit.cli.output import console
    from selfaudit.cli.run import statement_of
    from selfaudit.engine import Audit, judge_evidence, load_evidence
    from selfaudit.engine.evidence import evidence_file, write_whole
    from selfaudit.report.html import render_html
    from selfaudit.report.json import encode_audit

    if html is None and json_file is None:
        raise UserError(_("Say what to write: --html FILE or --json FILE."))
    path = evidence_file(audit)
    evidence = load_evidence(path)
    done = Audit(evidence, judge_evidence(evidence), statement_of(path, statement))
    if html is not None:
        write_whole(html, render_html(done).encode("utf-8"))
    if str(json_file) == "-":
        sys.stdout.buffer.write(encode_audit(done))
        return 0
    if json_file is not None:
        write_whole(json_file, encode_audit(done))
    for written in filter(None, (html, json_file)):
        console().print(f"{_('Written')}: {written}")
    return 0
