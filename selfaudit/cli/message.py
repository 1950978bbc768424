"""`selfaudit message`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from selfaudit.errors import UserError
from selfaudit.facts.message import Handover, SampleMessage
from selfaudit.i18n import _
from selfaudit.settings import Settings
from selfaudit.text import printable

_FILE = click.Path(path_type=Path, dir_okay=False)
_MAX_NAME = 320


@click.command()
@click.argument("files", nargs=-1, metavar="FILE.eml...", type=_FILE, required=True)
@click.option(
    "--from-ip", default="", metavar="IP", help="The address that handed the message over, where its file does not say."
)
@click.option("--helo", default="", metavar="NAME", help="With --from-ip: the name with which it greeted.")
@click.option(
    "--mail-from", default=None, metavar="ADDR", help="With --from-ip: the sender of the envelope; “<>” for the empty one."
)
@click.option("--settings", type=_FILE, metavar="FILE", help="Settings (TOML).")
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the audit as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def message(
    files: tuple[Path, ...], from_ip: str, helo: str, mail_from: str | None, settings: Path | None, json_file: str, quiet: bool
) -> int:
    """Check messages that were sent: signature, sender, unsubscribing, header.

    FILE.eml is the original of a message as it arrived somewhere (“show original”, “download”). It is read here and sent to nobody;
    only public records about its sender are looked up. A copy from the folder of sent mail is not signed yet: take one that arrived.
    """
    from selfaudit.case import Case
    from selfaudit.cli.inputs import read_settings
    from selfaudit.cli.run import check_outputs, run_watched, show
    from selfaudit.engine.brought import Brought, add_message
    from selfaudit.engine.messages import read_message_file
    from selfaudit.net import open_net

    chosen = read_settings(settings)
    stated = _stated(from_ip, helo, mail_from, chosen)
    messages: tuple[SampleMessage, ...] = ()
    for file in files:
        messages = add_message(messages, replace(read_message_file(file), stated=stated))
    check_outputs(None, json_file)
    case = Brought(messages=messages).noted_in(Case((), only=("message",), laboratory=chosen.scope.allow_reserved))
    net = open_net(chosen, messages=messages)
    done = asyncio.run(run_watched(case, net, b"", quiet=quiet or json_file == "-"))
    return show(done, out=None, json_file=json_file, quiet=quiet)


def _stated(from_ip: str, helo: str, mail_from: str | None, settings: Settings) -> Handover | None:
    """How the messages were handed over, as the options say; None if they say nothing."""
    from selfaudit.case.targets import parse_address

    if not from_ip:
        if helo or mail_from is not None:
            raise UserError(_("--helo and --mail-from need --from-ip, the address that handed the message over."))
        return None
    address = parse_address(from_ip, allow_reserved=settings.scope.allow_reserved, what="--from-ip")
    if mail_from is not None:
        mail_from = printable(mail_from.strip().removeprefix("<").removesuffix(">"), _MAX_NAME)
        if mail_from and ("@" not in mail_from or " " in mail_from):
            raise UserError(
                _("--mail-from: “{value}” is not an address; write “<>” for the empty one.").format(value=mail_from)
            )
    return Handover(address, printable(helo.strip(), _MAX_NAME), mail_from, True)
