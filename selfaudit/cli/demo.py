"""`selfaudit demo`."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import UserError
from selfaudit.i18n import LANGUAGES, _, using

if TYPE_CHECKING:
    from selfaudit.cli.run import Beside
    from selfaudit.engine import Audit


@click.command()
@click.option("--world", type=click.Choice(["broken", "fixed", "suspended"]), default="broken", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the report, the data and a bundle with all of it here.",
)
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the audit as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
@click.option("--gui", is_flag=True, help="Open the app with a guided tour, for showing it to others; nothing is kept.")
@click.option(
    "--leaflet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a leaflet about selfaudit, one page as PDF, with the demo's numbers.",
)
@click.option("--provider", default="", metavar="NAME", help="Whose leaflet it is: a provider whose policy is known here.")
@click.option("--language", type=click.Choice(tuple(LANGUAGES)), help="Language of the leaflet, and of the tour.")
@click.pass_context
def demo(
    context: click.Context, world: str, out: Path | None, json_file: str, quiet: bool, gui: bool, leaflet: Path | None,
    provider: str, language: str | None,
) -> int:  # fmt: skip
    """Audit an invented internet on this computer; nothing leaves it.

    broken: as on the day of the suspension. fixed: after all repairs. suspended: the repairs are published, but the server is
    still cut off. What the server looks like from the inside is collected over SSH, or pasted where it is cut off.
    """
    _check_together(context, gui=gui, leaflet=leaflet is not None)
    if gui:
        return _present(provider, language or "")
    if leaflet is not None:
        with using(language) if language else nullcontext():
            return _write_leaflet(leaflet, provider)
    return _audit(world, out, json_file, quiet=quiet)


def _check_together(context: click.Context, *, gui: bool, leaflet: bool) -> None:
    """Refuses options that mean nothing together."""
    given = {name for name in context.params if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE}
    audit = sorted(f"--{name.removesuffix('_file')}" for name in given & {"world", "out", "json_file", "quiet"})
    if gui and leaflet:
        raise UserError(_("--gui and --leaflet do not go together; the tour's last stop saves the leaflet."))
    if (gui or leaflet) and audit:
        mode = "--gui" if gui else "--leaflet"
        raise UserError(_("{options} and {mode} do not go together.").format(options=", ".join(audit), mode=mode))
    alone = sorted(f"--{name}" for name in given & {"provider", "language"})
    if alone and not (gui or leaflet):
        raise UserError(_("{options} belongs to --leaflet or --gui.").format(options=", ".join(alone)))


def _present(provider: str, language: str) -> int:
    """Opens the app with the tour."""
    try:
        from importlib import import_module

        tour = import_module("selfaudit_ui.tour.start")
    except ImportError as error:
        text = _("The app is not installed here ({why}). Run: pip install 'selfaudit[gui]'; “make demo” needs no window.")
        raise UserError(text.format(why=error)) from None
    code: int = tour.run(provider, language)
    return code


def _write_leaflet(file: Path, provider: str) -> int:
    """Writes the leaflet; the two audits take a few seconds."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.demo.leaflet import known_pack, leaflet_for
    from selfaudit.engine.evidence import write_whole

    known_pack(provider)  # said before the audits, not after
    write_whole(file, leaflet_for(provider))
    console().print(wrapped(_("Written: {file}").format(file=file), ""))
    return 0


def _audit(world: str, out: Path | None, json_file: str, *, quiet: bool) -> int:
    """Audits a world, shows it, and verifies the bundle."""
    from selfaudit.cli.run import check_outputs, run_watched, show
    from selfaudit.demo import Internet, collect_demo, demo_inputs, demo_statement
    from selfaudit.net import open_net

    check_outputs(out, json_file)
    began = datetime.datetime.now(datetime.UTC)

    async def work() -> Audit:
        async with Internet(world) as internet:
            reports = await collect_demo(internet)
            case, brought = demo_inputs(world, reports)
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            done = await run_watched(case, net, b"demo installation key", quiet=quiet or json_file == "-")
            return replace(done, statement=demo_statement(world, case.provider, began) if world != "broken" else None)

    done = asyncio.run(work())
    code = show(done, out=out, json_file=json_file, quiet=quiet, beside=_beside(done, world, began))
    if out is not None and json_file != "-":
        _verify(out / "bundle.zip")
    return code


def _beside(audit: Audit, world: str, began: datetime.datetime) -> Beside:
    """The case file of the demo's provider, the files that the statement names, and the key that everybody knows."""
    from selfaudit.cli.run import Beside
    from selfaudit.demo import DEMO_KEY
    from selfaudit.demo.case_file import demo_signed_case
    from selfaudit.demo.statements import demo_evidence
    from selfaudit.report.bundle import Attachment, wanted_files

    signed = demo_signed_case(world, began)
    attachments = []
    for file in wanted_files(audit):
        data = demo_evidence(file.name, world, began)
        if hashlib.sha256(data).hexdigest() == file.sha256:
            attachments.append(Attachment(file, data))
    return Beside(signed.data, signed.signature, tuple(attachments), key=DEMO_KEY)


def _verify(bundle: Path) -> None:
    """Verifies the bundle as its receiver would, and prints what that comes to."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.report.bundle import verify_bundle
    from selfaudit.report.verification_text import verdict_words

    verified = verify_bundle(bundle.read_bytes(), name=bundle.name)
    words = _("Verified {file}: {verdict}").format(file=bundle.name, verdict=verdict_words(verified.verification))
    console().print(wrapped(words, ""))
