"""`selfaudit judge`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click


@click.command()
@click.argument("evidence", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--arrived", multiple=True, metavar="TOKEN", help="The token of a relay test message that arrived.")
@click.option(
    "--statement",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What you state (see “selfaudit statement”).",
)
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the audit as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def judge(evidence: Path, arrived: tuple[str, ...], statement: Path | None, json_file: str, quiet: bool) -> int:
    """Run all rules again over a saved evidence.json. Needs no network."""
    from selfaudit.cli.run import show, statement_of
    from selfaudit.engine import Audit, judge_evidence, load_evidence
    from selfaudit.report.loading import believed

    loaded = believed(load_evidence(evidence), evidence.parent)
    if arrived:
        case = replace(loaded.case, arrived=tuple(dict.fromkeys((*loaded.case.arrived, *arrived))))
        loaded = replace(loaded, case=case)
    stated = statement_of(evidence, statement)
    return show(Audit(loaded, judge_evidence(loaded), stated), out=None, json_file=json_file, quiet=quiet)
