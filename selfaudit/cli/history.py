"""`selfaudit history`."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _, ngettext

if TYPE_CHECKING:
    from rich.console import Console

    from selfaudit.case.statement import Statement
    from selfaudit.cli.run import Beside
    from selfaudit.engine import Audit
    from selfaudit.engine.draft import Draft
    from selfaudit.engine.evidence import Evidence
    from selfaudit.protocols.minisign import SecretKey
    from selfaudit.store import CaseRow, RunRow, Store

_MEGA = 1_000_000
_ALL = 100_000  # more runs than are ever kept


@click.command()
@click.argument("case", type=click.IntRange(min=1), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the reports, the data and the bundle of the case's latest run here.",
)
@click.option(
    "--export",
    type=click.Path(path_type=Path),
    metavar="FILE.zip",
    help="Write everything that is kept of the case here: what was filled in, all runs, statements, files, notes.",
)
@click.option("--delete", is_flag=True, help="Delete everything that is kept of the case. Asks before it does.")
@click.option("--yes", "-y", is_flag=True, help="Delete without asking.")
def history(case: int | None, out: Path | None, export: Path | None, delete: bool, yes: bool) -> int:
    """List the cases that the app keeps, or what is kept of one CASE.

    Of each case, the first finished run and the latest 20 are kept; older ones go when a new run is finished.
    """
    from selfaudit.cli.output import console
    from selfaudit.store import default_path, open_store

    path, screen = default_path(), console()
    if case is None and (out is not None or export is not None or delete):
        raise UserError(_("Say which case: its number comes first, as in “selfaudit history 3 --out DIR”."))
    if delete and (out is not None or export is not None):
        raise UserError(_("Write first and delete afterwards: --delete goes alone."))
    if not path.exists():
        _nothing(screen, case)
        return 0
    store = open_store(path, read_only=True)
    try:
        if case is None:
            _list(store, path, screen)
            return 0
        _show(store, path, case, screen)
        if out is not None:
            _write(store, path, case, out, screen)
        if export is not None:
            _export(store, case, export, screen)
        kept = _kept(store, case) if delete else ""
    except sqlite3.Error as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error)) from None
    finally:
        store.close()
    if delete and case is not None:
        _delete(path, case, kept, screen, yes=yes)
    return 0


def _nothing(screen: Console, case: int | None) -> None:
    if case is not None:
        raise UserError(_("There is no case {number}; “selfaudit history” lists all.").format(number=case))
    screen.print(_("No case has been kept yet. The app keeps each case that it opens: selfaudit gui"))


def _list(store: Store, path: Path, screen: Console) -> None:
    from selfaudit.cli.output import wrapped
    from selfaudit.store.database import is_open_elsewhere

    running, cases = is_open_elsewhere(path), store.cases()
    for row in cases:
        when = _minute(row.run.changed if row.run else row.changed)
        screen.print(wrapped(_title(row), " " * 25, f"{row.id:4}  {when} UTC  "))
        screen.print(wrapped(_state(row.run, running), " " * 27))
    if not cases:
        _nothing(screen, None)


def _show(store: Store, path: Path, case: int, screen: Console) -> None:
    """What is kept of a case: runs, statements, files."""
    from selfaudit.cli.output import wrapped
    from selfaudit.store.database import is_open_elsewhere

    running = is_open_elsewhere(path)
    try:
        found = store.case(case)
    except BadInput as error:  # everything else of it can still be written and deleted
        screen.print(wrapped(_unreadable(case, error), ""))
    else:
        if found is None:
            _nothing(screen, case)
        else:
            screen.print(_title(found))
    for run in store.runs(case):
        screen.print(wrapped(_state(run, running), " " * 25, f"  {_minute(run.started)} UTC   "))
    for kept in store.statements(case):
        if kept.exported:
            words = _("statement, handed out") if not kept.signed else _("statement, signed and handed out")
        else:
            words = _("statement, signed")
        line = _("{words} (SHA-256 {digest}…)").format(words=words, digest=kept.sha256[:16])
        screen.print(wrapped(line, " " * 25, f"  {_minute(kept.exported or kept.signed)} UTC   "))
    for file in store.attachments(case):
        line = _("{file}, {size} bytes (SHA-256 {digest}…)").format(file=file.name, size=file.size, digest=file.sha256[:16])
        screen.print(wrapped(line, " " * 4, "  "))


def _write(store: Store, path: Path, case: int, out: Path, screen: Console) -> None:
    """Writes the reports, and notes which statement was handed out."""
    from selfaudit.cli.run import check_outputs, save

    audit, beside = _material(store, case)
    check_outputs(out, "")
    for written in save(audit, out, beside):
        line = _("Written: {file}").format(file=written)
        screen.print(line)
    if audit.statement is not None:
        _note_export(path, case, audit.statement, screen)


def _material(store: Store, case: int) -> tuple[Audit, Beside]:
    """The latest audit of a case as it stands now, and what else goes into its bundle."""
    from selfaudit.case.statement import Statement
    from selfaudit.cli.run import Beside
    from selfaudit.engine import Audit, judge_evidence
    from selfaudit.report.bundle import Attachment, wanted_files

    runs = store.runs(case, 1)
    if not runs:
        raise UserError(_("Case {number} has no run yet.").format(number=case))
    try:
        row = store.case(case)
        evidence, marks = store.evidence(runs[0].id), store.marks(case)
    except BadInput as error:
        raise UserError(_unreadable(case, error)) from None
    assert row is not None  # it has a run
    evidence = _sealed_here(evidence, row.draft)
    stated = row.draft.statement if row.draft.statement != Statement() else None
    audit = Audit(evidence, judge_evidence(evidence), stated, marks)
    earlier = _earlier(store, case, runs[0].id, row.draft)
    kept = ((file, store.attachment(case, file.sha256)) for file in wanted_files(audit))
    beside = Beside(
        row.draft.case_file,
        row.draft.case_signature,
        attachments=tuple(Attachment(file, data) for file, data in kept if data is not None),
        before=Audit(earlier, judge_evidence(earlier)) if earlier is not None else None,
        key=_demo_key() if evidence.case.demo else None,
    )
    return audit, beside


def _sealed_here(evidence: Evidence, draft: Draft) -> Evidence:
    """Evidence whose seal counts only if the case file that is kept gives it: the store is a file like others, and anybody may edit it."""
    from selfaudit.engine.seals import sealed_again, without_proof

    if draft.case_file:
        sealed_again(draft.case_file, draft.case_signature, evidence.case.provider, demo=bool(evidence.case.demo))
    return replace(evidence, case=without_proof(evidence.case))


def _earlier(store: Store, case: int, latest: int, draft: Draft) -> Evidence | None:
    """What the first finished run saw; None if that is the latest, or if this version cannot read it any more."""
    first = store.first_run(case)
    if first is None or first.id == latest:
        return None
    try:
        return _sealed_here(store.evidence(first.id), draft)
    except BadInput:
        return None


def _demo_key() -> SecretKey:
    from selfaudit.demo import DEMO_KEY

    return DEMO_KEY


def _note_export(path: Path, case: int, statement: Statement, screen: Console) -> None:
    from selfaudit.cli.output import wrapped
    from selfaudit.store import StoreError, open_store

    try:
        store = open_store(path)
        try:
            store.note_export(case, statement)
        finally:
            store.close()
    except (StoreError, sqlite3.Error) as error:
        text = _("What you state was written, but the app has not noted that it was handed out: {why}")
        screen.print(wrapped(text.format(why=error), ""))


def _export(store: Store, case: int, export: Path, screen: Console) -> None:
    from selfaudit.store import write_export

    count = write_export(store, case, export)
    words = ngettext("Written: {file} ({count} file)", "Written: {file} ({count} files)", count)
    screen.print(words.format(file=export, count=count))


def _kept(store: Store, case: int) -> str:
    """What is kept of a case, counted in words."""
    files = store.attachments(case)
    statements, marks = len(store.statements(case)), len(store.marks(case))
    runs = len(store.runs(case, _ALL))
    megabytes = f"{sum(file.size for file in files) / _MEGA:.1f}"
    return ", ".join(
        (
            ngettext("{count} run", "{count} runs", runs).format(count=runs),
            ngettext("{count} statement", "{count} statements", statements).format(count=statements),
            ngettext("{count} file ({size} MB)", "{count} files ({size} MB)", len(files)).format(
                count=len(files), size=megabytes
            ),
            ngettext("{count} note on findings", "{count} notes on findings", marks).format(count=marks),
        )
    )


def _delete(path: Path, case: int, kept: str, screen: Console, *, yes: bool) -> None:
    from selfaudit.cli.output import wrapped
    from selfaudit.store import open_store

    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UserError(_("Nothing was deleted: nobody can be asked here. Add --yes to delete without asking."))
        question = _("Delete case {number} with everything that is kept of it ({kept})? This cannot be undone.")
        if not click.confirm(question.format(number=case, kept=kept), default=False, err=True):
            raise UserError(_("Nothing was deleted."))
    store = open_store(path)
    try:
        store.delete_case(case)
    except (sqlite3.Error, OSError) as error:
        raise UserError(_("Case {number} could not be deleted ({why}).").format(number=case, why=error)) from None
    finally:
        store.close()
    text = _(
        "Deleted: case {number} with what was filled in, {kept}. Reports, bundles and exports that were written elsewhere, and the "
        "original files, were not touched."
    )
    screen.print(wrapped(text.format(number=case, kept=kept), ""))


def _title(row: CaseRow) -> str:
    from selfaudit.engine.draft import title

    return title(row.draft) or _("(no targets yet)")


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _state(run: RunRow | None, running: bool) -> str:
    from selfaudit.report.words import count_words
    from selfaudit.store import RunState

    if run is None:
        return _("not started")
    if run.state is RunState.FINISHED:
        return count_words(run.counts) or _("finished")
    share = _("{done} of {total} observations").format(done=run.done, total=run.total)
    word = _("running") if run.state is RunState.RUNNING and running else _("interrupted")
    return f"{word}, {share}"


def _unreadable(case: int, error: BadInput) -> str:
    return _("Case {number} cannot be read by this version: {why}").format(number=case, why=error)
