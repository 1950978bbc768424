"""`selfaudit key`: the key by which this person signs case files and bundles."""

from __future__ import annotations

import click

from selfaudit.errors import UserError
from selfaudit.i18n import _


@click.group()
def key() -> None:
    """Show or make the key by which you sign case files and bundles.

    The secret half is kept in the keyring of this computer, or comes from the environment (SELFAUDIT_SIGNING_KEY). It is never
    written to a file.
    """


@key.command("show")
@click.option("--owner", default="", metavar="NAME", help="To whom the key belongs, as the pack shall say it.")
@click.option(
    "--form",
    type=click.Choice(["minisign", "pack"]),
    default=None,
    help="Only this: a public key file for minisign, or the lines for a pack.",
)
def show_key(owner: str, form: str | None) -> int:
    """Show the public half of your key, for minisign and for your pack.

    Whoever has it can check your signatures; nobody can sign with it.
    """
    from selfaudit.engine.case_making import pack_lines
    from selfaudit.secrets import signing_key

    public = signing_key(create=False).public()
    if form != "pack":
        click.echo(public.file(), nl=False)
    if form is None:
        click.echo()
        click.echo(_("These lines in your provider's pack make selfaudit trust what you sign with it:"))
        click.echo()
    if form != "minisign":
        click.echo(pack_lines(public, owner or _("name of your desk")))
    return 0


@key.command("new")
@click.option(
    "--replace",
    is_flag=True,
    help="Give up the key that there is. What it signed can still be checked; you cannot sign with it any more.",
)
@click.option(
    "--print",
    "print_secret",
    is_flag=True,
    help="Keep the new key nowhere, but print its secret half, for SELFAUDIT_SIGNING_KEY on a machine without a keyring.",
)
def new_key(replace: bool, print_secret: bool) -> int:
    """Make a key where there is none, and keep it in the keyring."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.protocols.minisign import new_secret_key
    from selfaudit.secrets import new_signing_key

    if print_secret:
        if replace:
            raise UserError(_("--print keeps nothing, so there is nothing to --replace; give one of them."))
        made = new_secret_key()
        click.echo(f"SELFAUDIT_SIGNING_KEY={made.encode()}")
        words = _("Whoever has this line can sign in your name: keep it where you keep passwords. The key is {key}.")
        console(stderr=True).print(wrapped(words.format(key=made.public().name), ""))
        return 0
    made = new_signing_key(replace=replace)
    out = console()
    out.print(wrapped(_("Made, and kept in the keyring of this computer: key {key}").format(key=made.public().name), ""))
    if replace:
        words = _(
            "Put the new key into your provider's pack, and leave the old one there as long as files signed with it are about."
        )
    else:
        words = _("“selfaudit key show” shows its public half, and how your provider's pack comes to trust it.")
    out.print(wrapped(words, ""))
    return 0
