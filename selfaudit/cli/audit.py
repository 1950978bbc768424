"""`selfaudit audit` and `selfaudit plan`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from selfaudit.case import Case
from selfaudit.case.statement_file import read_statement_file
from selfaudit.cli.inputs import Options, build_case, read_brought, read_settings
from selfaudit.engine.brought import Brought
from selfaudit.i18n import _, shown
from selfaudit.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False)


def _input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    decorators = [
        click.argument("targets", nargs=-1, metavar="[TARGET]..."),
        click.option("--case", type=_FILE, metavar="FILE", help="Case file from support."),
        click.option("--settings", type=_FILE, metavar="FILE", help="Settings (TOML)."),
        click.option("--only", multiple=True, metavar="IDS", help="Only these checks or families, separated by commas."),
        click.option("--skip", multiple=True, metavar="IDS", help="Leave these checks or families out."),
        click.option("--sending-ip", multiple=True, metavar="IP", help="An address that sends mail for the domains."),
        click.option("--selector", multiple=True, metavar="NAME", help="A DKIM selector: NAME or NAME@DOMAIN."),
        click.option(
            "--message",
            multiple=True,
            type=_FILE,
            metavar="FILE.eml",
            help="A sent message: it is checked, and its selectors are learnt.",
        ),
        click.option("--ledger", multiple=True, type=_FILE, metavar="FILE", help="A ledger of consent (CSV or JSON)."),
        click.option(
            "--page",
            multiple=True,
            metavar="KIND=URL",
            help="A page of yours that is not linked where it is looked for: privacy=URL, abuse=URL or unsubscribe=URL.",
        ),
        click.option(
            "--provider",
            default="",
            metavar="NAME",
            help="The provider whose policy counts; “selfaudit policy list” names them.",
        ),
        click.option(
            "--notice",
            multiple=True,
            type=_FILE,
            metavar="FILE",
            help="What the provider or others wrote (see “selfaudit notice”).",
        ),
        click.option(
            "--cited", multiple=True, metavar="IDS", help="Clauses that the provider says were broken, separated by commas."
        ),
        click.option(
            "--onboarding", is_flag=True, help="Before a contract: nothing has happened, and nothing is to be explained."
        ),
        click.option("--bulk-mail/--no-bulk-mail", default=None, help="Whether bulk or commercial mail is sent."),
        click.option("--shared-platform/--own-server", default=None, help="Whether the service shares a platform with others."),
        click.option("--authority", default="", metavar="'NAME, ROLE'", help="Who states that active checks are permitted."),
        click.option(
            "--confirm-relay",
            is_flag=True,
            help="Where a server lets strangers send, send ONE message to the mailbox [smtp] relay_recipient.",
        ),
        click.option("--arrived", multiple=True, metavar="TOKEN", help="The token of such a message that arrived."),
        click.option(
            "--hosted", multiple=True, metavar="DOMAIN", help="A domain that you only host; @FILE for one domain per line."
        ),
        click.option("--suspended", default="", metavar="DATE", help="Since when the service is suspended: YYYY-MM-DD."),
        click.option(
            "--registrant",
            type=_FILE,
            metavar="FILE",
            help="To whom your domains are registered: TOML or JSON with any of name, organization, street, postal_code, city, country, "
            "email, phone, confirmed (a date) and files (paths of pictures that show it).",
        ),
        click.option(
            "--registered-to-others",
            multiple=True,
            metavar="DOMAIN",
            help="A domain of this case that is registered to somebody else; @FILE for one domain per line.",
        ),
        click.option(
            "--host-facts",
            multiple=True,
            metavar="FILE",
            help="What the collector wrote on a server (see “selfaudit collect”); ADDRESS=FILE names the server's public address.",
        ),
        click.option(
            "--look-up-packages",
            is_flag=True,
            help="Ask public lists (OSV, CISA) about the packages of these servers; their names and versions leave this computer.",
        ),
    ]
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def _case(given: dict[str, Any]) -> tuple[Settings, Case, Brought]:
    """The settings, the case and what was brought along in files, as the shared options say."""
    chosen, options = read_settings(given["settings"]), Options(**given)
    brought = read_brought(options, chosen)
    return chosen, build_case(options, chosen, brought), brought


@click.command()
@_input_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the report (PDF, HTML), audit.json, evidence.json and bundle.zip here.",
)
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the audit as JSON; - for standard output.")
@click.option("--statement", type=_FILE, metavar="FILE", help="What you state (see “selfaudit statement”).")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def audit(out: Path | None, json_file: str, statement: Path | None, quiet: bool, **given: Any) -> int:
    """Audit domains and addresses.

    TARGET is a domain, an IPv4 or IPv6 address, or a block of at most 256 addresses. URLs and e-mail addresses are taken for
    their domain. Public records may be looked up for anything; checks that touch a server itself need authority
    (“selfaudit plan” shows how to give it).
    """
    from selfaudit.cli.run import beside_case, check_outputs, run_watched, show
    from selfaudit.install import install_key_or_none
    from selfaudit.net import open_net

    chosen, case, brought = _case(given)
    stated = read_statement_file(statement) if statement else None
    beside = beside_case(given["case"], tuple(path.parent for path in (statement, given["registrant"]) if path))
    check_outputs(out, json_file)
    net = open_net(chosen, **brought.along())
    key = install_key_or_none()
    done = asyncio.run(run_watched(case, net, key, quiet=quiet or json_file == "-"))
    return show(replace(done, statement=stated), out=out, json_file=json_file, quiet=quiet, beside=beside)


@click.command()
@_input_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write plan.json here.")
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the plan as JSON; - for standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print only the summary.")
def plan(out: Path | None, json_file: str, quiet: bool, **given: Any) -> int:
    """Show what an audit would send to whom, and what it would not do without authority. Sends nothing."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.cli.run import check_outputs
    from selfaudit.engine import make_plan
    from selfaudit.engine.evidence import write_whole
    from selfaudit.engine.plan import encode_plan
    from selfaudit.install import install_key_or_none
    from selfaudit.net import open_net

    chosen, case, brought = _case(given)
    check_outputs(out, json_file)
    net = open_net(chosen, **brought.along())
    key = install_key_or_none()
    made = make_plan(case, net, key)
    net.close()
    if json_file == "-":
        sys.stdout.buffer.write(encode_plan(made))
        return 0
    for path in ([out / "plan.json"] if out else []) + ([Path(json_file)] if json_file else []):
        write_whole(path, encode_plan(made))
    screen = console()
    screen.print(
        _("{requests} observations for {targets} targets. Nothing has been sent.").format(
            requests=len(made.requests), targets=len(case.targets)
        )
    )
    if quiet:
        return 0
    screen.print(
        wrapped(
            _("Addresses of mail servers that the records name are added while running, at most {limit}.").format(
                limit=chosen.limits.discovered_addresses
            ),
            "",
        )
    )
    for heading, active in (
        (_("Public records (passive, needs no authority)"), False),
        (_("The targets' own services (active)"), True),
    ):
        contacts = [c for c in made.contacts if c.active is active]
        if not contacts:
            continue
        screen.print()
        screen.print(heading)
        for contact in contacts:
            screen.print(wrapped(f"{contact.who}: {contact.what}", "         ", f"  {contact.count:5}  "))
    if made.authority:
        screen.print()
        screen.print(_("On whose authority"))
        for target, words in made.authority.items():
            shown_words = shown(words) or _("none yet; left out unless it is proven")
            screen.print(wrapped(f"{target}: {shown_words}", "    ", "  "))
    unproven = [c for c in made.challenges if not made.authority.get(c.domain)]
    if unproven and case.authority is None:
        screen.print()
        screen.print(wrapped(_("Active checks run only with authority. To prove it, publish these TXT records:"), ""))
        for challenge in unproven:
            screen.print(f'  {challenge.name}.  TXT  "{challenge.token}"')
        screen.print(
            wrapped(_("Or state it with --authority “NAME, ROLE”; the report then says that it was stated, not proven."), "")
        )
    return 0
