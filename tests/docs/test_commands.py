"""Every command in the README and the documentation is run, and ends as the text around it says.

Commands of selfaudit run in this process, in a copy of a prepared folder, with the demo's names in place of the reader's, and on the demo's
internet where they look at the network. What cannot be run is listed in `running.NOT_RUN` with the reason.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import COMMANDS, DATA, PAGES, commands_in, name_of, spans_in, split
from tests.docs.running import NOT_RUN, Runner, UnknownCommand, expected, plain, resolved
from tests.docs.world import World, keep_a_case, prepare

FOUND: dict[str, list[str]] = {}
for _page in PAGES:
    for _place, _command in commands_in(_page):
        FOUND.setdefault(plain(_command), []).append(_place)
# They fill the folder that the others are run in, so they come first, and once. All of them stand in the documentation.
DEMO = "selfaudit demo --world broken --out build/demo"  # what `make demo` runs
FIRST = (
    next(c for c in FOUND if c.startswith("selfaudit audit YOUR-DOMAIN") and "--notice" in c),
    next(c for c in FOUND if c.startswith("selfaudit audit YOUR-DOMAIN") and "--out audit-new" in c),
    next(c for c in FOUND if c.startswith("selfaudit case new") and c.endswith("--out T-4711.selfaudit-case")),
    next(c for c in FOUND if c.startswith("selfaudit consent") and "--drill start" in c),
    DEMO,
    next(c for c in FOUND if c == "selfaudit demo --world fixed --out build/fixed"),
)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """The folder with everything in it, and the internet around it."""
    world = World()
    try:
        folder = tmp_path_factory.mktemp("docs") / "folder"
        prepare(folder, world)
        made = Runner(world, folder)
        for command in FIRST:
            done = made.run(command, here=folder)
            assert done.code in expected(command), (command, done.err)
        shutil.copytree(folder / "audit", folder / "audit-of-last-week")
        # Bundles as they come back, before and after the repairs.
        for name, made_in in (("bundle-of-last-week.zip", "demo"), ("bundle.zip", "fixed")):
            shutil.copy(folder / "build" / made_in / "bundle.zip", folder / name)
            shutil.copy(folder / "build" / made_in / "bundle.zip.minisig", folder / f"{name}.minisig")
        with zipfile.ZipFile(folder / "bundle.zip") as archive:
            archive.extractall(folder / "bundle")
        keep_a_case(folder / "home", folder / "audit" / "evidence.json")
        yield made
    finally:
        world.stop()


@pytest.mark.parametrize("command", FOUND)
def test_command(command: str, runner: Runner) -> None:
    done = runner.run(command)
    where = FOUND[command]
    assert "Traceback" not in done.err, (where, done.err)
    assert done.code in expected(command), (where, done.code, done.err[-2000:], done.out[-2000:])


def test_a_command_that_nobody_knows_fails(runner: Runner) -> None:
    with pytest.raises(UnknownCommand):
        runner.run("frobnicate --all")
    with pytest.raises(UnknownCommand):
        runner.run("python -c 1")
    with pytest.raises(AssertionError, match="no command"):
        runner.run("selfaudit frobnicate")
    assert runner.run("selfaudit plan --frobnicate").code == 2
    with pytest.raises(AssertionError):
        runner.run("make frobnicate")


def test_what_make_demo_runs_is_what_was_run(runner: Runner) -> None:
    assert f"selfaudit {DEMO.removeprefix('selfaudit ')};" in runner.run("make demo").out


def test_what_is_not_run_stands_in_the_documentation() -> None:
    """The table of exceptions does not grow by itself."""
    unused = [key for key in NOT_RUN if not any(c == key or c.startswith(f"{key} ") for c in FOUND)]
    assert unused == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path) -> None:
    for block in split(page)[0]:
        assert block.language in (*COMMANDS, *DATA), f"{block.where}: {block.language or 'no language'}"
        if block.language == "text":
            hidden = re.search(r"(?m)^\s*(?:\$ |\.venv/bin/|selfaudit |make )", block.text)
            assert hidden is None, f"{block.where}: a command that nobody runs"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_within_lines_exist(page: Path) -> None:
    """`selfaudit NAME ...` between backquotes: the command is there, and has the options."""
    for place, text in spans_in(page):
        if not re.match(r"(?:\.venv/bin/)?selfaudit [a-z-]", text):
            continue
        words = plain(text).split()[1:]
        if words[0].startswith("--"):
            assert words[0] in ("--version", "--help"), place
            continue
        command, _name, rest = resolved(words)
        known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        for word in rest:
            if word.startswith("-") and word != "-":
                assert word in known, f"{place}: {text}"
