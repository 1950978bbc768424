"""`selfaudit completion`, and the values that a shell completes.

click's protocol: the shell's script calls the program with _SELFAUDIT_COMPLETE set, and the words so far in the environment. No command
runs then; the parameters of the one command that the words name are looked at.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from selfaudit.errors import BadInput, UserError

VARIABLE = "_SELFAUDIT_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


def check_ids() -> list[str]:
    """The id of every check, by the names of their files: loading the checks themselves would keep the person waiting."""
    package = pkgutil.resolve_name("selfaudit.checks")
    found = []
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        family, _dot, name = info.name.removeprefix(f"{package.__name__}.").partition(".")
        if name and not info.ispkg and not name.startswith("_"):
            found.append(f"{family}.{name}".replace("_", "-"))
    return sorted(found)


def _choices() -> list[str]:
    """What --only and --skip take: checks, and families of them."""
    ids = check_ids()
    return sorted({*ids, *(name.partition(".")[0] for name in ids)})


def _providers() -> list[str]:
    """The ids of the packs that are known here, the person's own ones with them."""
    from selfaudit.install import data_folder
    from selfaudit.policy.packs import FOLDER, all_packs, use_folder

    use_folder(data_folder() / FOLDER)
    return [pack.id for pack in all_packs()]


class _Values(click.types.StringParamType):
    """A text of which the shell may complete the possible values; `several`: joined by commas."""

    def __init__(self, values: Callable[[], Iterable[str]], *, several: bool = False) -> None:
        self._values = values
        self._several = several

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The values that begin like what is there."""
        before, comma, last = incomplete.rpartition(",") if self._several else ("", "", incomplete)
        given = set(before.split(","))
        try:
            return [CompletionItem(before + comma + v) for v in self._values() if v.startswith(last) and v not in given]
        except (UserError, BadInput, OSError):
            return []  # nobody who presses a key wants to read about a faulty file


class _Place(click.types.StringParamType):
    """A text that is, mostly, the name of a file or of a folder."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The shell itself knows its files."""
        return [CompletionItem(incomplete, type=self._kind)]


def _type_of(command: str, param: click.Parameter) -> click.ParamType[Any] | None:
    if not isinstance(param.type, click.types.StringParamType):
        return None
    metavar = param.metavar or ""
    if param.name in ("only", "skip"):
        return _Values(_choices, several=True)
    if (command, param.name) == ("explain", "check"):
        return _Values(check_ids)
    if param.name in ("provider", "pack_id"):
        return _Values(_providers)
    if "FILE" in metavar or "LEDGER" in metavar:
        return _Place("file")
    return _Place("dir") if "DIR" in metavar else None


def with_values(command: click.Command) -> click.Command:
    """The command, whose texts now say what a shell may complete."""
    for param in command.params:
        param.type = _type_of(command.name or "", param) or param.type
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_values(inner)
    return command


def script(shell: str) -> str:
    """The script for a shell, by click."""
    from selfaudit.cli.app import app

    made = get_completion_class(shell)
    assert made is not None
    # Not made.source(): for bash it also looks for a bash on this computer, and the script may be for another.
    return ShellComplete.source(made(app, {}, "selfaudit", VARIABLE)).strip() + "\n"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print a script by which a shell completes commands, options, checks and files of selfaudit.

    bash: selfaudit completion bash > ~/.selfaudit.bash, and in ~/.bashrc: source ~/.selfaudit.bash

    zsh: selfaudit completion zsh > ~/.zfunc/_selfaudit, and in ~/.zshrc: fpath+=~/.zfunc; autoload -Uz compinit; compinit

    fish: selfaudit completion fish > ~/.config/fish/completions/selfaudit.fish

    A folder that is named must be there already; the next shell knows the script. The Debian package brings all three along.
    """
    click.echo(script(shell), nl=False)
    return 0
