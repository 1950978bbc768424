"""`selfaudit policy`: the packs of providers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _, ngettext, shown
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.policy.model import Pack


_MAX_TEXT = 2_000_000  # octets of a policy's text


@click.group()
def policy() -> None:
    """List and show providers' policies, and add your own."""


@policy.command("list")
def list_packs() -> int:
    """List the policies that are known here."""
    from rich.text import Text

    from selfaudit.cli.output import console, wrapped
    from selfaudit.policy.packs import all_packs, broken_packs, is_own

    screen = console()
    name, provider, version, clauses, origin = _("id"), _("provider"), _("version"), _("clauses"), _("from")
    screen.print(Text(f"{name:16} {provider:32} {version:8} {clauses:>8}  {origin}", style="dim"))
    for pack in all_packs():
        origin = _("your folder") if is_own(pack.id) else _("selfaudit")
        name, version = printable(pack.name, 31), printable(pack.version, 7) or "-"
        screen.print(f"{pack.id:16} {name:32} {version:8} {len(pack.clauses):>8}  {origin}")
    for broken in broken_packs():
        screen.print(wrapped(_("{file} is not used: {why}").format(file=broken.file, why=shown(broken.why)), "   ", "!  "))
    return 0


@policy.command("show")
@click.argument("pack_id", metavar="ID")
@click.option("--clause", "clause_id", default="", metavar="ID", help="Only this clause, with everything about it.")
@click.option("--onboarding", is_flag=True, help="Only the clauses that count before a contract.")
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the pack as JSON; - for standard output.")
def show_pack(pack_id: str, clause_id: str, onboarding: bool, json_file: str) -> int:
    """Show the policy with this ID, or of the provider with this name."""
    from selfaudit.cli import policy_text
    from selfaudit.cli.output import console
    from selfaudit.policy.packs import is_own

    pack = _known(pack_id)
    clauses = tuple(c for c in pack.clauses if not onboarding or policy_text.counts_before_contract(c))
    if clause_id:
        clauses = tuple(c for c in clauses if c.id.casefold() == clause_id.casefold())
        if not clauses:
            raise UserError(
                _("{provider} has no clause {clause}; see “selfaudit policy show {id}”.").format(
                    provider=pack.name, clause=printable(clause_id, 40), id=pack.id
                )
            )
    if json_file:
        _write_json(policy_text.as_json(pack, clauses), json_file)
        return 0
    screen = console()
    if clause_id:
        policy_text.print_clause(clauses[0], screen)
    else:
        policy_text.print_pack(pack, clauses, screen, own=is_own(pack.id), onboarding=onboarding)
    return 0


def _known(pack_id: str) -> Pack:
    from selfaudit.policy.packs import pack_for

    pack = pack_for(pack_id)
    if pack is None:
        raise UserError(
            _("No policy “{id}” is known here; “selfaudit policy list” shows all.").format(id=printable(pack_id, 60))
        )
    return pack


def _write_json(data: bytes, name: str) -> None:
    import sys

    from selfaudit.engine.evidence import write_whole

    if name == "-":
        sys.stdout.write(data.decode("utf-8"))
    else:
        write_whole(Path(name), data)


@policy.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def check_pack(file: Path) -> int:
    """Check a pack in FILE: what is wrong is named by its key."""
    from selfaudit.cli.output import console, wrapped

    pack, _data = _checked(file)
    count = len(pack.clauses)
    words = ngettext("{file} is sound: {provider}, {count} clause.", "{file} is sound: {provider}, {count} clauses.", count)
    screen = console()
    screen.print(wrapped(words.format(file=file, provider=pack.name, count=count), ""))
    if not count:
        screen.print(wrapped(_("Without clauses, nothing is said about how a case stands before this policy."), ""))
    return 0


@policy.command("compare")
@click.argument("pack_id", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def compare_text(pack_id: str, file: Path) -> int:
    """Compare the policy's text in FILE, as it is published now, with the text that the pack ID was made from.

    Exit codes: 0 the same words; 1 other words; 3 the pack does not say from which text it was made.
    """
    from selfaudit.cli.output import console, wrapped
    from selfaudit.files import read_bounded
    from selfaudit.policy.text_hash import text_hash

    pack = _known(pack_id)
    made = text_hash(read_bounded(file, _MAX_TEXT).decode("utf-8", "replace").removeprefix("\ufeff"))
    if not pack.text_sha256:
        words, code = _("The pack does not say from which text it was made."), 3
    elif made == pack.text_sha256:
        words, code = _("These are the words from which the pack was made; it was read on {day}."), 0
    else:
        words, code = (
            _("These are other words than those from which the pack was made; it was read on {day}. Ask for a newer pack."),
            1,
        )
    console().print(wrapped(words.format(day=pack.read_on or "?"), ""))
    return code


@policy.command("add")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def add_pack(file: Path) -> int:
    """Add the pack in FILE to your own; one with the same id is replaced."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.engine.evidence import write_whole
    from selfaudit.policy.packs import use_folder

    pack, data = _checked(file)
    target = _own_folder() / f"{pack.id}.toml"
    write_whole(target, data)
    use_folder(_own_folder())
    console().print(wrapped(_("Added as {id}: {file}").format(id=pack.id, file=target), "   ", ""))
    return 0


@policy.command("remove")
@click.argument("pack_id", metavar="ID")
def remove_pack(pack_id: str) -> int:
    """Remove the pack with this ID from your own."""
    from selfaudit.cli.output import console, wrapped
    from selfaudit.policy.packs import all_packs, is_own, use_folder

    folder = _own_folder()
    own = {path.stem: path for path in folder.glob("*.toml")}  # a broken one can be removed as well
    if pack_id not in own:
        known = any(p.id == pack_id and not is_own(p.id) for p in all_packs())
        text = _("“{id}” comes with this program and stays.") if known else _("There is no pack “{id}” of your own.")
        raise UserError(text.format(id=printable(pack_id, 60)))
    resting = [p.id for p in all_packs() if p.based_on == pack_id]
    if resting:
        raise UserError(_("“{id}” stays: {others} is based on it.").format(id=pack_id, others=", ".join(resting)))
    try:
        own[pack_id].unlink()
    except OSError as error:
        raise UserError(_("{file}: cannot be removed ({why})").format(file=own[pack_id], why=error.strerror or error)) from None
    use_folder(folder)
    console().print(wrapped(_("Removed: {id}").format(id=pack_id), ""))
    return 0


def _own_folder() -> Path:
    from selfaudit.install import data_folder
    from selfaudit.policy.packs import FOLDER

    return data_folder() / FOLDER


def _checked(file: Path) -> tuple[Pack, bytes]:
    """A pack that can be added, and its text.

    Raises:
        UserError: the file, the key, and what is wrong there.
    """
    from selfaudit.engine.packs import known_checks
    from selfaudit.policy.pack_file import parse_pack
    from selfaudit.policy.packs import check_addable, read_pack_text

    known = known_checks()
    try:
        text = read_pack_text(file)
        return check_addable(parse_pack(text, known)), text.encode("utf-8")
    except BadInput as error:
        raise UserError(f"{file}: {shown(str(error))}") from None
