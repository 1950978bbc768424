"""`selfaudit demo`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click


@click.command()
@click.option("--world", type=click.Choice(["broken", "fixed", "suspended"]), default="broken", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write report.html, audit.json and evidence.json here.",
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
    from selfaudit.engine import Audit
    from selfaudit.net import open_net

    check_outputs(out, json_file)

    async def work() -> Audit:
        async with Internet(world) as internet:
            reports = await collect_demo(internet)
            case, brought = demo_inputs(world, reports)
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            done = await run_watched(case, net, b"demo installation key", quiet=quiet or json_file == "-")
            return replace(done, statement=demo_statement(world, case.provider) if world != "broken" else None)

    return show(asyncio.run(work()), out=out, json_file=json_file, quiet=quiet)
