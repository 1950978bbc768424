"""`selfaudit statement`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click

from selfaudit.case.statement import Answer, Cause, Statement
from selfaudit.errors import UserError
from selfaudit.i18n import _, shown

if TYPE_CHECKING:
    from selfaudit.appeal.questions import Question
    from selfaudit.case import Case
    from selfaudit.engine import Audit
    from selfaudit.findings import Result
    from selfaudit.policy.model import Pack, Readiness

_FILE = click.Path(path_type=Path, dir_okay=False)
_AUDIT = click.Path(path_type=Path)
_CAUSES = [cause for cause in get_args(Cause) if cause]
COMPLETE, INCOMPLETE = 0, 3


class _Translated(click.Group):
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from selfaudit.cli.app import translated

        command = super().get_command(ctx, cmd_name)
        return None if command is None else translated(command)


@click.group(cls=_Translated)
def statement() -> None:
    """State what happened, and what was done.

    A statement is a file of yours: the root cause, the timeline, what was done with evidence, what is planned, and what the
    provider's policy wants stated. Nothing in it is filled in as true for you.
    """


@statement.command()
@click.option("--cause", type=click.Choice(_CAUSES), help="The kind of root cause, if you know it.")
@click.option("--for", "audit", type=_AUDIT, metavar="AUDIT", help="The audit it goes with: its folder, or its evidence.json.")
@click.option("--notice", multiple=True, type=_FILE, metavar="FILE", help="What the provider or others wrote.")
@click.option("--provider", default="", metavar="NAME", help="Whose policy it is for; without it, that of the audit.")
@click.option("--out", type=_FILE, required=True, metavar="FILE.toml", help="Write the form here; - for standard output.")
def new(cause: Cause | None, audit: Path | None, notice: tuple[Path, ...], provider: str, out: Path) -> int:
    """Write a form to fill in: questions as comments, nothing in it that is true by itself."""
    from selfaudit.appeal.form import statement_form
    from selfaudit.appeal.suggest import suggest_measures
    from selfaudit.cli.output import console
    from selfaudit.engine.evidence import write_whole

    if out.exists() and str(out) != "-":
        raise UserError(_("{file} is there already, and what stands in it would be lost; name another file.").format(file=out))
    made = _load(audit, None) if audit else None
    case, results = _about(made, notice)
    pack = _pack(provider or case.provider, asked=bool(provider))
    readiness = _readiness(made, pack)
    suggested = suggest_measures(case, results, made.evidence.rechecks, made.marks, pack) if made else ()
    text = statement_form(case, results, pack, readiness, cause or "", suggested)
    if str(out) == "-":
        click.echo(text, nl=False)
        return 0
    write_whole(out, text.encode("utf-8"))
    console().print(_("Written: {file}").format(file=out))
    return 0


@statement.command()
@click.argument("file", type=_FILE)
@click.option("--for", "audit", type=_AUDIT, metavar="AUDIT", help="The audit it goes with: its folder, or its evidence.json.")
def check(file: Path, audit: Path | None) -> int:
    """List what a statement lacks. Exit code 0: complete; 3: not."""
    from selfaudit.appeal.compose import missing_of, word_hints
    from selfaudit.appeal.interview import questions, unanswered
    from selfaudit.cli.output import console, wrapped

    made = _load(audit, file) if audit else None
    said = made.statement if made else None
    said = said or _read(file)
    case, results = _about(made, ())
    pack = _pack(case.provider)
    readiness = _readiness(made, pack) or _alone(case, said)
    missing = missing_of(readiness)
    if case.purpose == "reinstatement":
        missing += unanswered(questions(said.cause, case.notices, results, pack, said), said)
    screen = console()
    if missing:
        screen.print(_("This statement lacks:"))
    for gap in missing:
        screen.print(wrapped(shown(gap.why), "    ", "  - "))
    for hint in word_hints(said):
        screen.print(wrapped(shown(hint), "  "))
    if made is None or pack is None:
        screen.print(wrapped(_not_compared(made), ""))
    if not missing and made is not None and pack is not None:
        screen.print(_("This statement is complete."))
    return INCOMPLETE if missing or made is None or pack is None else COMPLETE


def _not_compared(made: Audit | None) -> str:
    if made is None:
        return _("It was not compared with an audit, so it cannot be called complete: name one with --for AUDIT.")
    return _("The policy of this provider is not known here, so the statement cannot be called complete.")


@statement.command()
@click.argument("file", type=_FILE)
@click.option("--for", "audit", type=_AUDIT, required=True, metavar="AUDIT", help="The audit it goes with.")
@click.option("--final", is_flag=True, help="The text to hand in; refused while something is missing.")
@click.option("--interim", is_flag=True, help="A report on the way; its first line says so.")
@click.option("--out", type=_FILE, metavar="FILE", help="Write the text here.")
def text(file: Path, audit: Path, final: bool, interim: bool, out: Path | None) -> int:
    """Compose the text for the provider's ticket, in English."""
    from selfaudit.appeal.compose import final_text, ticket_text
    from selfaudit.cli.output import console
    from selfaudit.engine.evidence import write_whole

    if final and interim:
        raise UserError(_("Choose one of --final and --interim."))
    made = _load(audit, file)
    said = made.statement or Statement()
    pack = _pack(made.evidence.case.provider)
    readiness = _readiness(made, pack)
    composed = (
        final_text(pack, made, readiness, said) if final else ticket_text(pack, made, readiness, said, interim=interim)
    )  # fmt: skip
    if out is None:
        click.echo(composed, nl=False)
        return 0
    write_whole(out, composed.encode("utf-8"))
    console().print(_("Written: {file}").format(file=out))
    return 0


@statement.command()
@click.argument("file", type=_FILE, metavar="FILE.json")
@click.option("--for", "audit", type=_AUDIT, metavar="AUDIT", help="The audit it goes with: its folder, or its evidence.json.")
@click.option("--notice", multiple=True, type=_FILE, metavar="FILE", help="What the provider or others wrote.")
def ask(file: Path, audit: Path | None, notice: tuple[Path, ...]) -> int:
    """Answer the questions here, one after the other. Each answer is saved at once; Ctrl-C ends it."""
    from selfaudit.appeal.interview import questions
    from selfaudit.cli.output import console, wrapped

    if file.suffix.lower() != ".json":
        raise UserError(_("{file}: the answers are kept as JSON; name a file that ends in .json.").format(file=file))
    said = _read(file) if file.exists() else Statement()
    made = _load(audit, None) if audit else None
    case, results = _about(made, notice)
    pack = _pack(case.provider)
    screen = console()
    if not said.cause:
        said = _keep(file, replace(said, cause=_ask_cause(case, results)))
    for question in questions(said.cause, case.notices, results, pack, said):
        if any(a.question == question.id for a in said.answers) or question.kind == "files":
            continue
        screen.print()
        screen.print(wrapped(shown(question.text), ""))
        for line in filter(None, (question.why, question.hint)):
            screen.print(wrapped(shown(line), "  "))
        answer = _ask(question)
        if answer:
            said = _keep(file, replace(said, answers=(*said.answers, Answer(question.id, answer))))
    screen.print()
    screen.print(wrapped(_("Saved. “selfaudit statement check” says what is still missing."), ""))
    return 0


def _ask_cause(case: Case, results: tuple[Result, ...]) -> Cause:
    from selfaudit.appeal.causes import likely_causes

    for likely in likely_causes(case.notices, results):
        reasons = "; ".join(shown(reason) for reason in likely.reasons)
        click.echo(f"  {likely.cause:14} {shown(likely.words)}" + (f" ({reasons})" if reasons else ""))
    chosen = click.prompt(_("What was the root cause?"), type=click.Choice(_CAUSES), show_choices=False)
    return cast(Cause, chosen)


def _ask(question: Question) -> str:
    """One answer, "" for none."""
    from selfaudit.case.statement_file import MAX_TEXT

    values = [choice.value for choice in question.choices]
    for choice in question.choices:
        click.echo(f"  {choice.value:12} {shown(choice.words)}")
    prompt = _("Your answer (Enter for none)")
    while True:
        given = str(click.prompt(prompt, default="", show_default=False)).strip()
        if len(given) > MAX_TEXT:
            click.echo(_("This is too long: at most {limit} characters are kept.").format(limit=MAX_TEXT))
        elif not given or not values or given in values:
            return given
        else:
            click.echo(_("Choose one of: {choices}").format(choices=", ".join(values)))


def _keep(file: Path, said: Statement) -> Statement:
    from selfaudit.case.statement_file import encode_statement, tidy_statement
    from selfaudit.engine.evidence import write_whole

    kept = tidy_statement(said)
    write_whole(file, encode_statement(kept))
    return kept


def _read(file: Path) -> Statement:
    from selfaudit.case.statement_file import read_statement_file

    return read_statement_file(file)


def _load(audit: Path, file: Path | None) -> Audit:
    """A saved audit with a statement; the audit is named as for `selfaudit report`."""
    from selfaudit.report.loading import load_audit

    return replace(load_audit(audit), statement=_read(file) if file else None)


def _about(made: Audit | None, notices: tuple[Path, ...]) -> tuple[Case, tuple[Result, ...]]:
    """What the questions are about: the audit's case and results, and further notices."""
    from selfaudit.case import Case

    case, results = (made.evidence.case, made.results) if made else (Case(()), ())
    if notices:
        from selfaudit.engine.notices import read_notice_file

        case = replace(case, notices=(*case.notices, *(read_notice_file(path) for path in notices)))
    return case, results


def _pack(provider: str, *, asked: bool = False) -> Pack | None:
    from selfaudit.policy.packs import pack_for

    pack = pack_for(provider) if provider else None
    if pack is None and asked:
        raise UserError(_("There is no policy of that name; “selfaudit policy list” shows the known ones."))
    return pack


def _readiness(made: Audit | None, pack: Pack | None) -> Readiness | None:
    from selfaudit.engine.requirements import readiness_of

    if made is None or pack is None:
        return None
    if _pack(made.evidence.case.provider) != pack:  # another policy was named: its own clauses are assessed
        case = replace(made.evidence.case, provider=pack.id)
        made = replace(made, evidence=replace(made.evidence, case=case))
    return readiness_of(made)


def _alone(case: Case, said: Statement) -> Readiness:
    """What a statement lacks by itself, without any policy."""
    from selfaudit.policy.model import Pack
    from selfaudit.policy.readiness import assess

    return assess(Pack("", ""), case, (), said)
