"""`selfaudit diff`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.i18n import _, ngettext

if TYPE_CHECKING:
    from rich.console import Console

    from selfaudit.report.comparison import Comparison

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the comparison as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def diff(old: Path, new: Path, json_file: str, quiet: bool) -> int:
    """Compare two saved audits: what was fixed, what is new, what is still there.

    OLD and NEW are folders given with --out, evidence.json files or bundles. Fixed is only what was looked at again and could be judged.

    Exit codes: 0 nothing got worse; 1 something is new or worse; 3 nothing is worse, but something cannot be compared; 2 bad input.
    """
    from selfaudit.cli.output import console
    from selfaudit.cli.run import check_outputs
    from selfaudit.engine.evidence import write_whole
    from selfaudit.report.comparison import compare, encode_comparison
    from selfaudit.report.loading import load_audit

    check_outputs(None, json_file)
    comparison = compare(load_audit(old), load_audit(new))
    if json_file == "-":
        sys.stdout.buffer.write(encode_comparison(comparison))
        sys.stdout.buffer.flush()
        return comparison.exit_code()
    screen = console()
    if json_file:
        write_whole(Path(json_file), encode_comparison(comparison))
    _print(comparison, screen, quiet=quiet)
    if json_file:
        screen.print(_("Written: {file}").format(file=json_file))
    return comparison.exit_code()


def _print(comparison: Comparison, screen: Console, *, quiet: bool) -> None:
    from rich.text import Text

    from selfaudit.cli.output import wrapped
    from selfaudit.i18n import shown
    from selfaudit.report.comparison_text import as_before, groups, headline, verdict

    styles = {"bad": "bold red", "unknown": "magenta", "note": "yellow", "good": "green"}
    screen.print(Text(wrapped(headline(comparison), "", ""), style="bold"))
    screen.print(Text(f"{_moment(comparison.before)} → {_moment(comparison.now)}", style="dim"))
    for warning in comparison.warnings:
        screen.print(Text(wrapped(shown(warning), "  ", "! "), style="yellow"))
    screen.print(wrapped(verdict(comparison), ""))
    if quiet:
        return
    for group in groups(comparison):
        screen.print()
        screen.print(Text(wrapped(f"{group.title} ({group.count})", ""), style=styles[group.lines[0].tone]))
        for line in group.lines:
            screen.print(wrapped(line.text, "    ", "  "))
            screen.print(Text(wrapped(line.about, "      ", "    "), style="dim"))
            for note in line.notes:
                screen.print(wrapped(note, "      ", "    "))
        if group.left_out:
            rest = ngettext(
                "and {count} more; --json has all of them", "and {count} more; --json has all of them", group.left_out
            )
            screen.print("  " + rest.format(count=group.left_out))
    if words := as_before(comparison):
        screen.print()
        screen.print(wrapped(words, ""))


def _moment(text: str) -> str:
    from selfaudit.text import printable

    return f"{printable(text[:16].replace('T', ' '), 20)} UTC"
