"""`selfaudit history`."""

from __future__ import annotations

from pathlib import Path

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _


@click.command()
@click.argument("case", type=click.IntRange(min=1), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write report.html, audit.json and evidence.json of the case's latest run here.",
)
def history(case: int | None, out: Path | None) -> int:
    """List the cases that the app keeps, or the runs of one CASE."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.cli.run import check_outputs, save
    from selfaudit.engine import Audit, judge_evidence
    from selfaudit.engine.draft import title
    from selfaudit.report.words import count_words
    from selfaudit.store import RunRow, RunState, default_path, open_store
    from selfaudit.store.database import is_open_elsewhere

    path = default_path()
    screen = console()
    if out is not None and case is None:
        raise UserError(_("Say which case to write: selfaudit history NUMBER --out DIR."))
    if not path.exists():
        screen.print(_("No case has been kept yet. The app keeps each case that it opens: selfaudit gui"))
        return 0
    running = is_open_elsewhere(path)

    def state(run: RunRow | None) -> str:
        if run is None:
            return _("not started")
        if run.state is RunState.FINISHED:
            return count_words(run.counts) or _("finished")
        share = _("{done} of {total} observations").format(done=run.done, total=run.total)
        word = _("running") if run.state is RunState.RUNNING and running else _("interrupted")
        return f"{word}, {share}"

    store = open_store(path, read_only=True)
    try:
        cases = store.cases()
        if case is None:
            for row in cases:
                when = (row.run.changed if row.run else row.changed)[:16].replace("T", " ")
                screen.print(wrapped(f"{title(row.draft) or _('(no targets yet)')}", " " * 25, f"{row.id:4}  {when} UTC  ", 80))
                screen.print(wrapped(state(row.run), " " * 27))
            if not cases:
                screen.print(_("No case has been kept yet. The app keeps each case that it opens: selfaudit gui"))
            return 0
        found = next((row for row in cases if row.id == case), None)
        if found is None:
            raise UserError(_("There is no case {number}; “selfaudit history” lists all.").format(number=case))
        runs = store.runs(case)
        screen.print(title(found.draft) or _("(no targets yet)"))
        for run in runs:
            screen.print(wrapped(state(run), " " * 25, f"  {run.started[:16].replace('T', ' ')} UTC   "))
        if out is None:
            return 0
        if not runs:
            raise UserError(_("Case {number} has no run yet.").format(number=case))
        try:
            evidence = store.evidence(runs[0].id)
            marks = store.marks(case)
        except BadInput as error:
            raise UserError(_("Case {number} cannot be read by this version: {why}").format(number=case, why=error)) from None
    finally:
        store.close()
    check_outputs(out, "")
    for written in save(Audit(evidence, judge_evidence(evidence), marks=marks), out):
        screen.print(f"{_('Written')}: {written}")
    return 0
