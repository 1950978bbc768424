"""The command group, and how errors reach people: one line, what to do next, exit code 2."""

from __future__ import annotations

import copy
import importlib
import inspect
import io
import os
import sys

import click
from click.shell_completion import CompletionItem

from selfaudit.errors import UserError
from selfaudit.i18n import N_, SOURCE, _, choose, language, preferred
from selfaudit.text import printable

COMMANDS = {
    "audit": ("selfaudit.cli.audit", "audit", N_("Audit domains and addresses.")),
    "plan": ("selfaudit.cli.audit", "plan", N_("Show what would be sent to whom; sends nothing.")),
    "collect": ("selfaudit.cli.collect", "collect", N_("Look at a server from the inside.")),
    "notice": ("selfaudit.cli.notice", "notice", N_("Read an abuse notice.")),
    "message": ("selfaudit.cli.message", "message", N_("Check a message that was sent.")),
    "consent": ("selfaudit.cli.consent", "consent", N_("Check a ledger of consent.")),
    "case": ("selfaudit.cli.case", "case", N_("Make, show, sign and check case files.")),
    "judge": ("selfaudit.cli.judge", "judge", N_("Run the rules again over saved evidence, offline.")),
    "report": ("selfaudit.cli.report", "report", N_("Write reports of a saved audit.")),
    "diff": ("selfaudit.cli.diff", "diff", N_("Compare two saved audits.")),
    "verify": ("selfaudit.cli.verify", "verify", N_("Check a bundle that somebody has sent.")),
    "statement": ("selfaudit.cli.statement", "statement", N_("State what happened, and what was done.")),
    "delisting": ("selfaudit.cli.delisting", "delisting", N_("Plan the way off blocklists.")),
    "policy": ("selfaudit.cli.policy", "policy", N_("List and show providers' policies.")),
    "key": ("selfaudit.cli.key", "key", N_("Show or make the key by which you sign.")),
    "checks": ("selfaudit.cli.checks", "checks", N_("List all checks.")),
    "explain": ("selfaudit.cli.checks", "explain", N_("Explain one check.")),
    "history": ("selfaudit.cli.history", "history", N_("List the cases that the app keeps.")),
    "gui": ("selfaudit.cli.gui", "gui", N_("Open the app.")),
    "demo": ("selfaudit.cli.demo", "demo", N_("Audit an invented internet on this computer.")),
    "completion": ("selfaudit.cli.completion", "completion", N_("Print a script for completion in a shell.")),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        if ctx.resilient_parsing:  # a shell completes a line; nothing runs
            from selfaudit.cli.completion import with_values

            return with_values(translated(command))
        return translated(command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands without loading one of them, and the group's own options."""
        names = [
            CompletionItem(name, help=_(help_text))
            for name, (_module, _attr, help_text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _(help_text)) for name, (_module, _attr, help_text) in COMMANDS.items()])


def help_texts(command: click.Command) -> list[str]:
    """The texts of a command's own help, as they stand in the source."""
    options = [p.help for p in command.params if isinstance(p, click.Option) and p.help]
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return [inspect.cleandoc(command.help or ""), *options, *(text for c in inner for text in help_texts(c))]


def translated(command: click.Command) -> click.Command:
    """The command with its help in the chosen language."""
    if language() == SOURCE:
        return command
    command = copy.copy(command)
    command.help = _(inspect.cleandoc(command.help or ""))
    command.params = [copy.copy(p) for p in command.params]
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            param.help = _(param.help)
    if isinstance(command, click.Group):
        command.commands = {name: translated(inner) for name, inner in command.commands.items()}
    return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="selfaudit", prog_name="selfaudit", message="%(prog)s %(version)s")
def app() -> None:
    """Audit your own domains and servers, fix what is wrong, and prove it.

    Exit codes: 0 nothing failed; 1 something failed; 3 nothing failed, but something that matters could not be
    concluded; 2 wrong usage or bad input; 130 interrupted (what was seen so far is saved).
    """
    # Here and not in `run`: whoever asks only for help or the version should not wait for what this imports.
    from selfaudit.install import data_folder
    from selfaudit.policy.packs import FOLDER, use_folder

    use_folder(data_folder() / FOLDER)


PIPE_CLOSED = 141  # as the shell reports a program that SIGPIPE ended; never a verdict


def run(arguments: list[str]) -> int:
    """Runs a command and returns its exit code. No traceback for what people can mend."""
    choose(preferred())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our signs still shows the words beside them
    try:
        code = translated(app).main(args=arguments, prog_name="selfaudit", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        return 130
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except UserError as error:
        sys.stderr.write(f"selfaudit: {printable(str(error), 2000)}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return PIPE_CLOSED
    except OSError as error:
        _silence_stdout()
        sys.stderr.write(f"selfaudit: {printable(str(error), 300)}\n")
        return 2
    return code if isinstance(code, int) else 0


def _silence_stdout() -> None:
    """The reader has gone or the disk is full; closing stdout again at exit would only complain once more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
