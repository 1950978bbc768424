"""`selfaudit collect`."""

from __future__ import annotations

import asyncio
import itertools
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import UserError
from selfaudit.i18n import _, ngettext, shown

if TYPE_CHECKING:
    from selfaudit.facts.host import HostReport
    from selfaudit.net import Net
    from selfaudit.net.ssh import HostKey, Login
    from selfaudit.settings import Settings

_PATH = click.Path(path_type=Path, dir_okay=False)
_USAGE = "selfaudit collect --print | --local | --ssh USER@HOST | --import FILE"


@click.command()
@click.option("--print", "print_script", is_flag=True, help="Print the collector, a script to read and to run on the server.")
@click.option("--windows", is_flag=True, help="With --print: the one for Windows Server (PowerShell).")
@click.option("--local", is_flag=True, help="Look at this computer.")
@click.option("--ssh", default="", metavar="USER@HOST", help="Look at a server over SSH; nothing is left there.")
@click.option(
    "--import",
    "import_file",
    default="",
    metavar="FILE",
    help="Read the collector's file, or its pasted blocks; - for standard input.",
)
@click.option("--identity", multiple=True, type=_PATH, metavar="FILE", help="With --ssh: a private key to log in with.")
@click.option("--ask-password", is_flag=True, help="With --ssh: ask for the password; with --identity, for its passphrase.")
@click.option("--remember", is_flag=True, help="With --ask-password: keep the password in the system's keyring.")
@click.option("--sudo", is_flag=True, help="With --ssh: run the collector as administrator (sudo -n).")
@click.option("--host-key", default="", metavar="SHA256:...", help="With --ssh: the fingerprint that the server must show.")
@click.option(
    "--forget-host-key", is_flag=True, help="With --ssh: forget the key that was accepted for the server, and do no more."
)
@click.option("--packages", is_flag=True, help="With --local or --ssh: note all installed packages, for --look-up-packages.")
@click.option("--settings", type=_PATH, metavar="FILE", help="Settings (TOML).")
@click.option("--out", type=_PATH, metavar="FILE", help="Write the collector's text here.")
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the facts as JSON; - for standard output.")
def collect(
    print_script: bool, windows: bool, local: bool, ssh: str, import_file: str, identity: tuple[Path, ...], ask_password: bool,
    remember: bool, sudo: bool, host_key: str, forget_host_key: bool, packages: bool, settings: Path | None, out: Path | None, json_file: str,
) -> int:  # fmt: skip
    """Look at a server from the inside: updates, log-ins, firewall, mail and name server settings.

    The collector is a short script that only reads. Where the server can be reached, --ssh runs it there; where it is cut off,
    take the script to its rescue console (--print), and read what it wrote (--import). “selfaudit audit ... --host-facts FILE”
    then judges it together with everything else.
    """
    from selfaudit.cli.inputs import read_settings
    from selfaudit.engine import hosts

    ways = [print_script, local, bool(ssh), bool(import_file)]
    if sum(ways) != 1:
        raise UserError(_("Choose one way: {usage}").format(usage=_USAGE))
    if print_script:
        sys.stdout.write(hosts.collector_script("windows" if windows else "unix"))
        return 0
    if forget_host_key:
        return _forget(ssh)
    arguments = ("--packages",) if packages else ()
    chosen = read_settings(settings)
    if local:
        report = asyncio.run(hosts.collect_here(arguments))
    elif import_file:
        report = _import(import_file)
    else:
        login = _login(ssh, identity, sudo=sudo, ask_password=ask_password, remember=remember)
        report = asyncio.run(_over_ssh(chosen, login, host_key, arguments))
    return _deliver(report, out, json_file, imported=bool(import_file))


def _import(name: str) -> HostReport:
    from selfaudit.engine import hosts
    from selfaudit.protocols.collector import MAX_TEXT

    if name == "-":
        return hosts.read_host_text(sys.stdin.buffer.read(MAX_TEXT + 1))
    return hosts.read_host_file(Path(name))


def _forget(text: str) -> int:
    from selfaudit.net.ssh import parse_login
    from selfaudit.ssh_pins import unpin

    if not text:
        raise UserError(_("Name the server too: {usage}").format(usage="selfaudit collect --ssh USER@HOST --forget-host-key"))
    login = parse_login(text)
    known = unpin(login.host, login.port)
    click.echo(
        (_("The key of {host} is forgotten.") if known else _("No key was accepted for {host}.")).format(host=login.host)
    )
    return 0


def _login(text: str, identity: tuple[Path, ...], *, sudo: bool, ask_password: bool, remember: bool) -> Login:
    """The log-in. A secret is either the password or the passphrase of the named keys: no server may get the latter."""
    from selfaudit.net.ssh import parse_login
    from selfaudit.secrets import SSH_VARIABLE, ssh_password, store_ssh_password

    login = replace(parse_login(text), key_files=identity, sudo=sudo)
    if identity:
        passphrase = _ask(_("Passphrase of the key")) if ask_password else ""
        return replace(login, passphrase=passphrase)
    if ask_password:
        password = _ask(_("Password"))
        if remember and password:
            store_ssh_password(login.user, login.host, login.port, password)
    else:
        password, found_in = ssh_password(login.user, login.host, login.port)
        if found_in == "environment":
            click.echo(_("The password is taken from {variable}.").format(variable=SSH_VARIABLE), err=True)
    return replace(login, password=password)


def _ask(words: str) -> str:
    answer: str = click.prompt(words, hide_input=True, default="", show_default=False, err=True)
    return answer


async def _over_ssh(settings: Settings, login: Login, host_key: str, arguments: tuple[str, ...]) -> HostReport:
    from selfaudit.engine import hosts
    from selfaudit.net import open_net

    net = open_net(settings, keys={})
    try:
        key = await _accepted_key(net, login, host_key)
        return await hosts.collect_ssh(net, login, key, arguments)
    finally:
        net.close()


async def _accepted_key(net: Net, login: Login, wanted: str) -> HostKey:
    """The server's key, if somebody has said that it is the right one. It is never accepted silently."""
    from selfaudit.engine import hosts

    keys = await hosts.fetch_keys(net, login)
    if wanted:
        found = next((k for k in keys if k.fingerprint == wanted), None)
        if found is None:
            shows = ", ".join(f"{k.algorithm} {k.fingerprint}" for k in keys)
            raise UserError(
                _("{host} does not show the key {wanted}; it shows {shows}. Nothing was sent.").format(
                    host=login.host, wanted=wanted, shows=shows
                )
            )
        hosts.remember_key(login, found)
        return found
    known = next((k for k in keys if k.known), None)
    if known is not None:
        return known
    key = keys[0]
    compare = _(
        "{host} shows the key {algorithm} {fingerprint}. Compare it on the server's own console: ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub"
    ).format(
        host=login.host,
        algorithm=key.algorithm,
        fingerprint=key.fingerprint,
        kind=key.algorithm.split("-")[1] if "-" in key.algorithm else "*",
    )
    if not sys.stdin.isatty():
        raise UserError(
            _("{compare} If it is the same, run this again with --host-key {fingerprint}.").format(
                compare=compare, fingerprint=key.fingerprint
            )
        )
    click.echo(compare, err=True)
    if click.prompt(_("Is it the same? Type yes"), default="", show_default=False, err=True).strip().lower() not in (
        "yes",
        _("yes"),
    ):
        raise UserError(_("The key was not confirmed; nothing was sent."))
    hosts.remember_key(login, key)
    return key


def _free(name: str) -> Path:
    """A name that no file has yet: what was collected must not be lost, nor anything that is there."""
    names = (Path(f"{name}-facts{f'-{number}' if number > 1 else ''}.txt") for number in itertools.count(1))
    return next(path for path in names if not path.exists())


def _deliver(report: HostReport, out: Path | None, json_file: str, *, imported: bool) -> int:
    """Saves the report and says in a few lines what it is."""
    import msgspec

    from selfaudit.cli.output import console, wrapped
    from selfaudit.engine import hosts
    from selfaudit.engine.evidence import write_whole
    from selfaudit.facts.host import PartStatus
    from selfaudit.protocols.collector import to_text
    from selfaudit.protocols.host_scope import day_of

    facts = msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
    if json_file == "-":
        sys.stdout.buffer.write(facts)
    elif json_file:
        write_whole(Path(json_file), facts)
    if out is None and not imported and not json_file:
        out = _free(report.name)
    if out is not None:
        write_whole(out, to_text(report).encode("ascii", "replace"))
    if json_file == "-":
        return 0
    screen = console()
    screen.print(wrapped(hosts.heading(report), "  ", ""))
    way = {
        "file": _("read from a file"), "block": _("pasted"), "ssh": _("over SSH"), "local": _("on this computer"),
    }[report.via]  # fmt: skip
    screen.print(
        wrapped(_("Collected on {taken} UTC by its own clock, {way}.").format(taken=day_of(report.taken), way=way), "  ")
    )
    if report.rescue:
        screen.print(wrapped(_("From a rescue system: what only shows while the server runs is missing."), "  "))
    if not report.root:
        screen.print(wrapped(_("Without administrator rights: some of it could not be seen."), "  "))
    good = sum(p.status is PartStatus.OK for p in report.parts)
    screen.print(
        wrapped(ngettext("{count} part could be read.", "{count} parts could be read.", good).format(count=good), "  ")
    )
    trouble = [
        p for p in report.parts if p.status in (PartStatus.DENIED, PartStatus.FAILED, PartStatus.TIMEOUT, PartStatus.DAMAGED)
    ]
    for part in trouble:
        screen.print(wrapped(f"{part.name}: {shown(report.lacks(part.name))}", "    ", "  ! "))
    for words in report.damage:
        screen.print(wrapped(shown(words), "    ", "  ! "))
    if out is not None:
        screen.print(_("Written: {file}").format(file=out))
        screen.print(
            wrapped(_("To judge it: selfaudit audit YOUR-DOMAIN YOUR-ADDRESS --host-facts {file}").format(file=out), "  ", "")
        )
    return 0
