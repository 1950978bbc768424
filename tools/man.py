"""The manual page, docs/selfaudit.1, from the commands themselves.

    python tools/man.py write    writes it
    python tools/man.py check    fails if it is stale

What the commands say about themselves is taken from click; what stands around it is here. The date is that of the version in
CHANGELOG.md, so that the page is the same on every day. Macros: man(7).
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from selfaudit import __version__
from selfaudit.cli.app import COMMANDS, app

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/selfaudit.1"

DESCRIPTION = (
    "selfaudit audits the domains and servers of a hosting customer whose service is suspended, or about to be; it says how to fix "
    "what is wrong, and writes a report that an abuse desk can check.",
    "Public records (DNS, registration data, blocklists, routing) are looked up for anything. A server itself is tested only with "
    "authority: a case file that the provider has signed, a TXT record that proves the domain, an address of this machine that was named, or a statement with --authority. "
    "selfaudit plan shows beforehand what would be sent to whom.",
    "What could not be observed is inconclusive, with the reason, and never passed.",
    "selfaudit gui, and the program selfaudit-gui [FILE], open the app, which does the same in a window.",
    "Every command tells its options with --help, also in German (see SELFAUDIT_LANGUAGE).",
)

EXIT_STATUS = (
    ("0", "Nothing failed. For verify: the bundle is intact and complete."),
    ("1", "Something failed. For case check: the file was changed after it was signed, or its signature cannot be read."),
    ("2", "Wrong usage or bad input; one line on standard error says what to do next."),
    (
        "3",
        "Nothing failed, but something that matters could not be concluded. For case check: the file is not signed, or by a key that nobody "
        "here vouches for.",
    ),
    ("130", "Interrupted. What was seen so far is saved."),
    ("141", "The reader of standard output has gone."),
)

ENVIRONMENT = (
    ("SELFAUDIT_HOME", "The folder in which selfaudit keeps its own files, in place of the system's usual one."),
    (
        "SELFAUDIT_LANGUAGE",
        "The language of texts: en or de. Without it LANGUAGE, LC_ALL, LC_MESSAGES and LANG are asked, in this order.",
    ),
    (
        "SELFAUDIT_SIGNING_KEY",
        "The secret key by which case files and bundles are signed, where the system has no keyring. Whoever reads it can sign in your name.",
    ),
    ("SELFAUDIT_SSH_PASSWORD", "The password with which collect --ssh logs in, for whichever server is named."),
    (
        "SELFAUDIT_LIST_KEY_ZONE",
        "The key of a blocklist that asks for one. ZONE is the list's zone in capitals, with _ for every other character: "
        "SELFAUDIT_LIST_KEY_DBL_EXAMPLE_NET.",
    ),
    ("PYTHON_KEYRING_BACKEND", "Which keyring is used (read by the library keyring)."),
)

FILES = (
    (
        "~/.local/share/selfaudit/",
        "selfaudit's own files, unless SELFAUDIT_HOME names another folder; other systems have other places.",
    ),
    ("selfaudit.db", "There: the cases that the app keeps. selfaudit history lists, exports and deletes them."),
    ("policies/*.toml", "There: policies of your own, put there by selfaudit policy add."),
    ("challenge.key", "There: a random key from which the tokens are made that prove a domain."),
    ("interrupted/", "There: what an interrupted audit had seen."),
    ("~/.cache/selfaudit/", "Copies of public lists, which may be deleted at any time."),
)

EXAMPLES = (
    ("An audit of an invented internet on this computer; nothing leaves it:", "selfaudit demo --out demo"),
    ("What an audit would send to whom:", "selfaudit plan example.org"),
    (
        "An audit, with the provider's case file, that writes report, data and bundle into a folder:",
        "selfaudit audit --case provider.selfaudit-case --out report",
    ),
    ("What stands behind one check, and how to repeat it by hand:", "selfaudit explain mail.spf"),
    ("A collector to read, and to run on a server that is cut off:", "selfaudit collect --print --out collect.sh"),
    ("For the desk: is a bundle intact, and does what it says still hold?", "selfaudit verify bundle.zip --recheck"),
)

SEE_ALSO = ("dig(1), minisign(1), whois(1)", "The documentation that comes with selfaudit: README.md and docs/.")

_NAMED = {"“": r"\(lq", "”": r"\(rq", "–": r"\(en", "’": r"\(cq", "…": r"\&..."}


def text(words: str) -> str:
    """Words as roff shows them, in one line of input: nothing in them is a request or an escape."""
    made = " ".join(words.split()).replace("\\", r"\e")
    # Options and file names keep the ASCII hyphen, so that they can be copied from the page; words keep the typographic one.
    made = re.sub(r"(?<!\S)([(“]*)(--?\w[\w-]*)", lambda m: m[1] + m[2].replace("-", r"\-"), made)
    made = re.sub(r"\S*[~/]\S*|\S+_\S*", lambda m: re.sub(r"(?<!\\)-", r"\-", m[0]), made)
    return _escaped(made)


def literal(words: str) -> str:
    """A command line, to be copied from the page as it stands."""
    return _escaped(words.replace("\\", r"\e").replace("-", r"\-"))


def _escaped(made: str) -> str:
    made = made.replace("'", r"\(aq").replace("`", r"\(ga").replace("~", r"\(ti").replace("^", r"\(ha")
    made = "".join(_NAMED.get(sign, sign if sign.isascii() else rf"\[u{ord(sign):04X}]") for sign in made)
    return r"\&" + made if made.startswith((".", "'")) else made


def paragraphs(words: str) -> list[str]:
    """The paragraphs of a docstring."""
    return [part for part in re.split(r"\n\s*\n", inspect.cleandoc(words)) if part.strip()]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be called, with its full name, in the order of the help."""
    for name, (module, attribute, _help) in COMMANDS.items():
        command: click.Command = getattr(importlib.import_module(module), attribute)
        if isinstance(command, click.Group):
            yield name, command
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())
        else:
            yield name, command


def options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """(option with its value, help) of every option of a command."""
    for param in command.params:
        record = param.get_help_record(context) if isinstance(param, click.Option) else None
        if record is not None:
            yield record


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    pieces = command.collect_usage_pieces(context)
    shown = " ".join(rf"\fI{literal(piece)}\fR" for piece in pieces)
    return rf"\fB{literal(f'selfaudit {name}')}\fR {shown}".strip()


def _command(name: str, command: click.Command) -> Iterator[str]:
    yield f'.SS "{text(name)}"'
    yield _usage(name, command)
    for part in paragraphs(command.help or ""):
        yield ".PP"
        yield text(part)
    for option, words in options(command, click.Context(command)):
        yield ".TP"
        yield rf"\fB{literal(option)}\fR"
        yield text(words)


def _section(title: str, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {title}"
    for name, words in rows:
        yield ".TP"
        yield rf"\fB{literal(name)}\fR"
        yield text(words)


def released(changelog: str) -> str:
    """The day of this version.

    Raises:
        ValueError: the changelog does not name it.
    """
    match = re.search(rf"^## {re.escape(__version__)} - (\d{{4}}-\d\d-\d\d)$", changelog, re.MULTILINE)
    if match is None:
        raise ValueError(f"CHANGELOG.md names no day for {__version__}")
    return match[1]


def page(changelog: str) -> str:
    """The whole page."""
    lines = [
        r".\" Written by tools/man.py from the commands; do not edit.",
        f'.TH SELFAUDIT 1 "{released(changelog)}" "selfaudit {__version__}" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        r"selfaudit \- audit your own domains and servers, and prove what you fixed",
        ".SH SYNOPSIS",
        r"\fBselfaudit\fR [\fB\-\-help\fR] [\fB\-\-version\fR] \fIcommand\fR [\fIoptions\fR] [\fIarguments\fR]",
        ".SH DESCRIPTION",
    ]
    for number, part in enumerate(DESCRIPTION):
        lines += [".PP"] * bool(number) + [text(part)]
    lines += [
        ".SH OPTIONS",
        ".TP",
        r"\fB\-h\fR, \fB\-\-help\fR",
        "Show what a command is for, and its options. Every command knows it.",
    ]
    for option, words in options(app, click.Context(app)):
        lines += [".TP", rf"\fB{literal(option)}\fR", text(words)]
    lines.append(".SH COMMANDS")
    for name, command in commands():
        lines += _command(name, command)
    lines += _section('"EXIT STATUS"', EXIT_STATUS)
    lines += _section("ENVIRONMENT", ENVIRONMENT)
    lines += _section("FILES", FILES)
    lines.append(".SH EXAMPLES")
    for words, line in EXAMPLES:
        lines += [".PP", text(words), ".PP", ".RS 4", ".nf", rf"\fB{literal(line)}\fR", ".fi", ".RE"]
    lines.append('.SH "SEE ALSO"')
    for number, part in enumerate(SEE_ALSO):
        lines += [".PP"] * bool(number) + [text(part)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Writes or checks; 1 if the page is stale."""
    if arguments not in (["write"], ["check"]):
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    made = page((ROOT / "CHANGELOG.md").read_text("utf-8"))
    if arguments == ["write"]:
        PAGE.write_text(made, "utf-8")
        return 0
    if not PAGE.is_file() or PAGE.read_text("utf-8") != made:
        sys.stderr.write("docs/selfaudit.1 is stale: run make docs\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
