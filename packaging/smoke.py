"""Runs the frozen programs as a person would, and compares what they say with the same program run by Python.

    python packaging/smoke.py FOLDER [--python PYTHON]

FOLDER holds the two programs. PYTHON is an interpreter in whose environment selfaudit is installed; without it nothing is compared, only
run. The frozen programs see an empty folder, a home of their own and no variables of this one. Every line that is not expected is a fault.
Needs nothing but the standard library. Exit code 1: something is wrong, and what it is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

LONGEST = 180.0  # seconds for one command
WINDOW_SECONDS = 2.0
NUMBER = "SMOKE-1"
UNSURE = "inconclusive"
ENDING = ".exe" if os.name == "nt" else ""
PASSED_ON = (
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "TMP",
    "COMSPEC",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
)  # Windows starts nothing without
CASE = ("case", "new", "shop.test", "--provider", "demo", "--number", NUMBER, "--no-sign")
SETTINGS = "[scope]\nallow_reserved = true\n"


Row = tuple[str, str, str, str, tuple[str, ...]]


class Fault(Exception):
    """What is wrong with the frozen app, in words."""


def expect(right: bool, words: str) -> None:
    """Raises Fault with the words if something is not right."""
    if not right:
        raise Fault(words)


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a person who has nothing: a home and a language. Extra ones that are empty are left out."""
    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    path = {"PATH": os.environ.get("PATH", "") if os.name == "nt" else "/usr/bin:/bin"}
    all_of_them = {**own, **path, "HOME": str(home), "USERPROFILE": str(home), "LANG": "C.UTF-8", **(extra or {})}
    return {name: value for name, value in all_of_them.items() if value}


class Program:
    """A way to run selfaudit.

    Attributes:
        command: with which it is started.
        folder: in which it is started; also its home.
    """

    def __init__(self, command: Sequence[str | Path], folder: Path) -> None:
        self.command = [str(part) for part in command]
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """What a command writes to standard output; nothing may come on the other one.

        Raises:
            Fault: another exit code, or words where none belong.
        """
        variables = {"SELFAUDIT_HOME": str(self.folder / "own"), **variables}
        done = subprocess.run(  # noqa: S603
            [*self.command, *arguments],
            cwd=self.folder,
            env=environment(self.folder, variables),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace")
        line = f"selfaudit {' '.join(arguments)}"
        expect(done.returncode == code, f"{line}: ended with {done.returncode} in place of {code}\n{said}")
        expect(not said.strip(), f"{line}: said what it should not\n{said}")
        return done.stdout.decode("utf-8").replace("\r\n", "\n")


def results(text: str | bytes) -> list[Row]:
    """Of an audit as JSON: check, kind and value of the target, outcome, tags; in a fixed order."""
    audit: dict[str, Any] = json.loads(text)
    rows = []
    for result in audit["results"]:
        target = result["target"]
        tags = tuple(sorted(finding["tag"] for finding in result["findings"]))
        rows.append((result["check"], target["kind"], target["value"], result["outcome"], tags))
    return sorted(rows)


def compare(what: str, frozen: object, source: object) -> None:
    """Raises Fault where the two differ."""
    if frozen == source:
        return
    if isinstance(frozen, list) and isinstance(source, list):
        only = [f"only in the frozen app: {row}" for row in frozen if row not in source]
        only += [f"only in the source: {row}" for row in source if row not in frozen]
        raise Fault("\n".join([f"{what}: differs", *only[:12]]))
    raise Fault(f"{what}: differs\nfrozen: {str(frozen)[:600]}\nsource: {str(source)[:600]}")


def only_unsure(frozen: Sequence[Row], source: Sequence[Row]) -> bool:
    """Whether two audits differ, and only where one of them could not find something out that the other did."""
    one, other = Counter(frozen), Counter(source)
    here, there = ({row[:3]: row[3] for row in rows} for rows in (one - other, other - one))
    return bool(here) and here.keys() == there.keys() and all(UNSURE in (here[key], there[key]) for key in here)


def compare_audits(what: str, frozen: Callable[[], list[Row]], source: Callable[[], list[Row]]) -> None:
    """Makes two audits, one after the other, and compares them. On a busy machine an answer may come too late; both are then made once more.

    Raises:
        Fault: they differ.
    """
    one, other = frozen(), source()
    if only_unsure(one, other):
        one, other = frozen(), source()
    compare(what, one, other)


def words(program: Program) -> dict[str, Any]:
    """What both must say alike: version, checks, an explanation in German."""
    found: dict[str, Any] = {"version": program.run("--version").strip()}
    found["checks"] = program.run("checks", "--ids").splitlines()
    found["German"] = program.run("explain", "mail.spf", SELFAUDIT_LANGUAGE="de")
    found["policies"] = program.run("policy", "list")
    return found


def broken(program: Program) -> list[Row]:
    """The audit of the broken world, written into the folder `broken`."""
    shutil.rmtree(program.folder / "broken", ignore_errors=True)
    program.run("demo", "--world", "broken", "--quiet", "--out", "broken", code=1)
    return results((program.folder / "broken/audit.json").read_bytes())


def repaired(program: Program) -> list[Row]:
    """The audit of the world in which all is well."""
    return results(program.run("demo", "--world", "fixed", "--json", "-"))


def offline(program: Program, evidence: Path) -> None:
    """Judges a sample of evidence anew and makes its report."""
    before = results((evidence / "audit.json").read_bytes())
    compare("judge", results(program.run("judge", str(evidence / "evidence.json"), "--json", "-", code=1)), before)
    program.run("report", str(evidence), "--pdf", "report.pdf")
    made = (program.folder / "report.pdf").read_bytes()
    expect(
        made.startswith(b"%PDF-1.7") and made.rstrip().endswith(b"%%EOF") and len(made) > 100_000,
        "report --pdf: this is no report",
    )


def window(folder: Path, home: Path, case: Path, language: str) -> list[str]:
    """Opens the window for a moment, with a case file, in a display that nobody sees. Where the system tells: the libraries it has loaded.

    Args:
        folder: with the programs.
        home: of the person.
        case: the file.
        language: LANG; empty for none.

    Raises:
        Fault: it ended by itself, or said something.
    """
    home.mkdir(parents=True, exist_ok=True)
    variables = {
        "QT_QPA_PLATFORM": "offscreen",
        "SELFAUDIT_HOME": str(home / "own"),
        "SELFAUDIT_LANGUAGE": "de",
        "LANG": language,
    }
    console = Program([folder / f"selfaudit{ENDING}"], home)
    with subprocess.Popen(  # noqa: S603
        [folder / f"selfaudit-gui{ENDING}", case],
        cwd=home,
        env=environment(home, variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            end = time.monotonic() + 60
            store = home / "own/selfaudit.db"
            kept = ""
            while process.poll() is None and NUMBER not in kept and time.monotonic() < end:
                time.sleep(0.2)
                kept = console.run("history") if store.exists() else ""
            time.sleep(WINDOW_SECONDS)
            maps = Path(f"/proc/{process.pid}/maps")
            loaded = maps.read_text("utf-8", "replace").splitlines() if process.poll() is None and maps.exists() else []
            expect(process.poll() is None, f"the window closed by itself with {process.returncode}")
            expect(store.exists(), "the window did not open its file of cases")
            expect(NUMBER in kept, f"the window did not open the case file it was given\n{kept}")
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=30)[0].decode("utf-8", "replace")
    expect(not said.strip(), f"the window said what it should not\n{said}")
    expect(not (home / "own/crash.log").exists(), "the window wrote a log of a fault")
    return sorted({line[line.index("/") :] for line in loaded if "/" in line})


def foreign(loaded: Sequence[str], folder: Path, home: Path) -> list[str]:
    """Python modules and libraries of Qt and Python that were loaded from elsewhere than the app's folder."""
    kinds = ("libpython", "libQt6", "/site-packages/", "/PySide6/", "/lib-dynload/", ".cpython-", ".abi3.so")
    own = (str(folder.resolve()), str(home.resolve()))
    return [path for path in loaded if any(kind in path for kind in kinds) and not path.startswith(own)]


def smoke(folder: Path, python: Path | None, work: Path) -> None:
    """All of it.

    Raises:
        Fault: what is wrong.
    """
    frozen = Program([folder / f"selfaudit{ENDING}"], work / "frozen")
    source = Program([python, "-I", "-m", "selfaudit"], work / "source") if python else None
    found = words(frozen)
    if source is not None:
        for what, said in words(source).items():
            compare(what, found[what], said)
    other_way = source or frozen
    for what, audit in (("broken world", broken), ("fixed world", repaired)):
        if source is not None:
            compare_audits(what, lambda audit=audit: audit(frozen), lambda audit=audit: audit(other_way))  # type: ignore[misc]
        else:
            audit(frozen)
    offline(frozen, other_way.folder / "broken")
    for one, other in ((frozen, other_way), (other_way, frozen)):  # each takes what the other wrote
        one.run("verify", str(other.folder / "broken/bundle.zip"))
    (frozen.folder / "settings.toml").write_text(SETTINGS, "utf-8")
    frozen.run(*CASE, "--settings", "settings.toml", "--out", "one.selfaudit-case")
    loaded = window(folder, work / "window", frozen.folder / "one.selfaudit-case", "C.UTF-8")
    window(folder, work / "plain", frozen.folder / "one.selfaudit-case", "")  # as it is where nobody has set a language
    strangers = foreign(loaded, folder, work)
    expect(not strangers, "\n".join(["loaded from elsewhere than the app's folder:", *strangers]))
    print(f"{found['version']}: {len(found['checks'])} checks, all as it should be")


def main() -> int:
    """Exit code 0 if all is well."""
    parser = argparse.ArgumentParser(description="Runs the frozen programs and compares them with the source.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", type=Path, help="an interpreter with selfaudit installed, to compare with")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="selfaudit-smoke-") as work:
        try:
            smoke(given.folder.resolve(), given.python and given.python.absolute(), Path(work).resolve())
        except (Fault, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"smoke test: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
