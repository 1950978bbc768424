"""`selfaudit demo`."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.i18n import _

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
def demo(world: str, out: Path | None, json_file: str, quiet: bool) -> int:
    """Audit an invented internet on this computer; nothing leaves it.

    broken: as on the day of the suspension. fixed: after all repairs. suspended: the repairs are published, but the server is
    still cut off. What the server looks like from the inside is collected over SSH, or pasted where it is cut off.
    """
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
