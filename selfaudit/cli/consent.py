"""`selfaudit consent`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import UserError
from selfaudit.i18n import N_, _, shown
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.engine import Audit
    from selfaudit.engine.ledgers import Progress
    from selfaudit.facts.ledger import LedgerReport
    from selfaudit.protocols.ledger.model import ColumnGuess

_FILE = click.Path(path_type=Path, dir_okay=False)
_SURE = {"certain": "", "likely": N_("likely"), "unsure": N_("not certain")}


@click.command()
@click.argument("ledger", metavar="LEDGER", type=_FILE)
@click.argument("record", metavar="[DRILL]", type=_FILE, required=False)
@click.option(
    "--columns", multiple=True, metavar="ROLE=NAME", help="What holds what, separated by commas; #3 is the third column."
)
@click.option("--yes", "-y", is_flag=True, help="Take the columns as they are guessed, without asking.")
@click.option(
    "--remember", is_flag=True, help="Keep columns, seed and size of the sample in LEDGER.columns.json, for “audit --ledger”."
)
@click.option("--seed", default="", metavar="WORDS", help="Words by which the sample is drawn; the abuse desk may name them.")
@click.option(
    "--sample", default=20, show_default=True, type=click.IntRange(0, 200), metavar="N", help="Rows of the redacted sample."
)
@click.option("--provider", "--policy", default="", metavar="NAME", help="The provider whose policy counts.")
@click.option(
    "--drill", type=click.Choice(["start", "finish"]), help="Hold a drill: the proof of one recipient, against the clock."
)
@click.option(
    "--recipient", default="", metavar="ADDR", help="With --drill start: who was named; #4711 is the one of row 4711."
)
@click.option(
    "--file",
    "proofs",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="With --drill finish: proof; only its check sum is kept.",
)
@click.option(
    "--drill-file", "--out", "drill_path", type=_FILE, metavar="FILE", help="The file of the drills (LEDGER.drill.json)."
)
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the audit as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def consent(
    ledger: Path, record: Path | None, columns: tuple[str, ...], yes: bool, remember: bool, seed: str, sample: int, provider: str,
    drill: str | None, recipient: str, proofs: tuple[Path, ...], drill_path: Path | None, json_file: str, quiet: bool,
) -> int:  # fmt: skip
    """Check a ledger of consent: who agreed to be mailed, when, and how.

    LEDGER is a CSV or JSON file, as newsletter software exports it. It is read on this computer only; what is kept and shown are
    figures and a small sample without addresses. With --drill the proof for one recipient is produced against the clock.
    """
    from selfaudit.cli.run import check_outputs, show
    from selfaudit.engine.drills import drill_file

    _check_options(drill, recipient, proofs, record)
    named = _columns(columns)
    file = drill_path or record or drill_file(ledger)
    if drill == "start":
        return _start(ledger, file, seed=seed, recipient=recipient, columns=named)
    if drill == "finish":
        _finish(ledger, file, proofs, named)
    check_outputs(None, json_file)
    chosen, confirmed = _chosen(ledger, named, yes=yes, silent=json_file == "-" or quiet)
    report = _read(ledger, file, chosen, confirmed, seed, sample, quiet or json_file == "-")
    if remember:
        from selfaudit.engine.ledgers import save_columns

        written = save_columns(ledger, chosen, seed, sample)
        click.echo(_("The columns are kept in {file}.").format(file=written), err=True)
    done = judged(report, provider)
    if not quiet and json_file != "-":
        _print_counts(report)
    return show(done, out=None, json_file=json_file, quiet=quiet)


def judged(report: LedgerReport, provider: str) -> Audit:
    """The checks of consent on a ledger. Nothing is looked up.

    Raises:
        UserError: the provider's policy is not known here.
    """
    from selfaudit.case import Case
    from selfaudit.engine import Audit, Evidence, Record, judge_evidence
    from selfaudit.engine.brought import Brought
    from selfaudit.engine.evidence import Tool, Vantage
    from selfaudit.policy.packs import pack_for
    from selfaudit.probes import ledger_report

    if provider and pack_for(provider) is None:
        raise UserError(
            _("The policy of “{name}” is not known here; “selfaudit policy list” names those that are.").format(
                name=printable(provider, 60)
            )
        )
    case = Brought(ledgers=(report,)).noted_in(Case((), only=("consent",), provider=printable(provider.strip(), 100)))
    target = case.targets[0]
    record = Record("e1", ledger_report.request(target, case), report.received, 0, fact=report)
    evidence = Evidence(case, Tool(), report.received, report.received, Vantage(), case.targets, (record,))
    return Audit(evidence, judge_evidence(evidence))


def _check_options(drill: str | None, recipient: str, proofs: tuple[Path, ...], record: Path | None) -> None:
    if recipient and drill != "start":
        raise UserError(_("{option} belongs to {other}.").format(option="--recipient", other="--drill start"))
    if proofs and drill != "finish":
        raise UserError(_("{option} belongs to {other}.").format(option="--file", other="--drill finish"))
    if record is not None and drill is None:
        raise UserError(_("One ledger at a time; {file} was not expected.").format(file=record))


def _columns(texts: tuple[str, ...]) -> dict[str, str] | None:
    """ROLE=NAME pairs; None if none were given."""
    pairs: dict[str, str] = {}
    for part in [p for text in texts for p in text.split(",") if p.strip()]:
        role, equals, name = part.partition("=")
        if not equals or not name.strip():
            raise UserError(
                _("--columns: “{value}” is not ROLE=NAME, for example consent_at=OPTIN_TIME.").format(value=printable(part, 60))
            )
        if role.strip() in pairs:
            raise UserError(_("--columns: {role} was given twice.").format(role=printable(role.strip(), 40)))
        pairs[role.strip()] = name.strip()
    return pairs or None


def _chosen(ledger: Path, named: dict[str, str] | None, *, yes: bool, silent: bool) -> tuple[dict[str, str], bool]:
    """The columns to read, and whether a person has said so.

    Raises:
        UserError: they are not certain, and there is nobody to ask.
    """
    from selfaudit.engine.ledgers import guess_columns, read_columns

    if named is not None:
        return named, True
    stored = read_columns(ledger)
    if stored is not None:
        return dict(stored.columns), True
    guessed = guess_columns(ledger)
    asked = sys.stdin.isatty() and sys.stderr.isatty() and not yes
    if asked:
        _print_columns(guessed)
        if not click.confirm(_("Is this right?"), default=False, err=True):
            raise UserError(_("Name the columns: {usage}").format(usage=_usage(guessed)))
        return guessed.mapping(), True
    if not silent:
        _print_columns(guessed)
    if not yes and not guessed.certain():
        doubt = [c.name or f"#{c.number}" for c in guessed.columns if c.role and c.confidence != "certain"]
        what = ", ".join(doubt) if doubt else shown("the recipient (address, number, id or hash)")
        raise UserError(
            _("It is not certain what the columns hold ({what}). Name them: {usage}").format(what=what, usage=_usage(guessed))
        )
    return guessed.mapping(), yes


def _usage(guessed: ColumnGuess) -> str:
    sure = guessed.mapping()
    known = ",".join(f"{c.role}=#{c.number}" for c in guessed.columns if c.role in sure and c.confidence != "unsure")
    return f"--columns {known or 'recipient=NAME,consent_at=NAME,confirm_at=NAME'}"


def _print_columns(guessed: ColumnGuess) -> None:
    from selfaudit.cli.output import console, wrapped
    from selfaudit.protocols.ledger.model import ROLES

    screen = console(stderr=True)
    for column in guessed.columns:
        role = shown(ROLES[column.role]) if column.role else _("not read")
        doubt = _(_SURE[column.confidence])
        words = f"#{column.number} {column.name}: {role}" + (f" ({doubt})" if column.role and doubt else "")
        screen.print(wrapped(words, "     ", "  "))
        if column.examples:
            screen.print(wrapped(", ".join(column.examples), "     ", "     "))
    for name in guessed.doubled:
        screen.print(wrapped(_("Several columns are called “{name}”; name one by its number.").format(name=name), "  "))
    if guessed.missing:
        missing = ", ".join(shown(ROLES[r]) for r in guessed.missing)
        screen.print(wrapped(_("Not found: {what}.").format(what=missing), "  "))


def _read(
    ledger: Path, file: Path, columns: Mapping[str, str], confirmed: bool, seed: str, sample: int, silent: bool
) -> LedgerReport:
    from dataclasses import replace

    from selfaudit.engine.drills import read_drills
    from selfaudit.engine.ledgers import read_ledger_file

    report = read_ledger_file(ledger, columns, seed, _progress(silent), sample=sample)
    return replace(report, drills=read_drills(file), confirmed_columns=confirmed)


def _progress(silent: bool) -> Progress | None:
    """Shows how far the reading is, where somebody watches."""
    if silent or not sys.stderr.isatty():
        return None

    def tell(done: int, total: int) -> None:
        end = "\r" if done < total else "\n"
        sys.stderr.write(f"  {100 * done // max(total, 1):3} %{end}")
        sys.stderr.flush()

    return tell


def _print_counts(report: LedgerReport) -> None:
    from selfaudit.cli.output import console, wrapped
    from selfaudit.report.ledger_text import count_lines, drill_line, sample_line

    screen = console()
    screen.print(wrapped(f"{report.name}: {report.form}, {report.encoding}, SHA-256 {report.sha256}", "  ", ""))
    for words, value in count_lines(report):
        screen.print(f"  {value:9}  {words}")
    for drill in report.drills:
        screen.print(wrapped(drill_line(drill), "    ", "  "))
    if report.sample:
        screen.print()
        seed = report.seed or _("none")
        screen.print(
            wrapped(
                _("Redacted sample of {count} rows, drawn by the words: {seed}").format(count=len(report.sample), seed=seed), ""
            )
        )
        for row in report.sample:
            screen.print(wrapped(sample_line(row), "    ", "  "))


def _start(ledger: Path, file: Path, *, seed: str, recipient: str, columns: dict[str, str] | None) -> int:
    from selfaudit.cli.output import console, wrapped
    from selfaudit.engine.drills import start_drill

    begun = start_drill(ledger, file, seed=seed, recipient=recipient, columns=columns)
    screen = console()
    screen.print(_("The clock runs since {started} UTC.").format(started=begun.drill.started))
    screen.print(
        wrapped(_("Recipient: {who} (in the report: {name})").format(who=begun.recipient, name=begun.drill.recipient), "  ")
    )
    if begun.drill.seed:
        screen.print(wrapped(_("Drawn by the words: {seed}").format(seed=begun.drill.seed), "  "))
    command = f"selfaudit consent {shlex.quote(str(ledger))} --drill finish {shlex.quote(str(file))} --file PROOF"
    screen.print(wrapped(_("Find the proof of this recipient's consent, then finish:"), ""))
    click.echo(f"  {command}")  # on one line, so that it can be pasted
    return 0


def _finish(ledger: Path, file: Path, proofs: tuple[Path, ...], columns: dict[str, str] | None) -> None:
    from selfaudit.engine.drills import finish_drill

    done = finish_drill(ledger, file, proofs=proofs, columns=columns)
    words = _("The drill is finished: started {started}, finished {finished}.") if done.found else _(
        "The drill is finished, but the recipient is not in the ledger: started {started}, finished {finished}."
    )  # fmt: skip
    click.echo(words.format(started=done.started, finished=done.finished), err=True)
