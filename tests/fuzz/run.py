"""Fuzzes every target for a while: `make fuzz` [FUZZ_SECONDS=600] [FUZZ_TARGETS="dns-spf web-page"].

Each target has a process of its own, two at a time. atheris guides by coverage; where it cannot be installed, the engine of the tests runs
for as long, and says so. An input over its time is a hang, a process over its memory a bomb, any exception but BadInput a crash.
The corpus stays in build/fuzz/corpus, what was found lies in build/fuzz/found/TARGET; copy it to tests/fuzz/cases/TARGET once it is mended.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
START = 12.0  # seconds that a process takes until it is ready, instrumented
_LINE = "{name:<28} {runs:>9} runs {edges:>7} edges {speed:>7.0f}/s  worst {worst:6.3f} s  peak {peak:>5} MB  {said}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target."""

    name: str
    line: str
    findings: tuple[str, ...]


def names() -> list[str]:
    """All targets. Asked of another process, so that this one loads none of them."""
    code = "from tests.fuzz.targets import all_targets; print(*all_targets())"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), check=True, capture_output=True, text=True
    ).stdout.split()


def environment() -> dict[str, str]:
    """That of the processes: own home, English, no proxy of this machine."""
    return {
        **os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / p) for p in (".", "ui", "resources")), "SELFAUDIT_HOME": str(BUILD / "home"),
        "SELFAUDIT_LANGUAGE": "en", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
    }  # fmt: skip


def one(name: str, seconds: float, engine: str) -> Outcome:
    """Fuzzes one target in a process of its own."""
    found = BUILD / "found" / name
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    log, state = BUILD / f"{name}.log", BUILD / f"{name}.json"
    state.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.child", name, str(seconds), engine]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.STDOUT)
        try:
            code = process.wait(timeout=seconds * 2 + 120)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
    findings = list(problems(found))
    said = json.loads(state.read_bytes()) if state.exists() else {}
    if code or not said:
        findings.append(f"{name}: the process ended with {code}; see {log.relative_to(ROOT)}")
    line = _LINE.format(
        name=name, runs=said.get("runs", 0), edges=edges(log), speed=said.get("runs", 0) / max(said.get("seconds", 1.0), 0.1),
        worst=said.get("worst", 0.0), peak=said.get("peak", 0), said=f"{len(findings)} found" if findings else "nothing found",
    )  # fmt: skip
    return Outcome(name, line, tuple(findings))


def edges(log: Path) -> int:
    """The edges that libFuzzer counted last; 0 without it."""
    lines = log.read_text("utf-8", "replace").splitlines()
    found = [line.partition("cov: ")[2].split(" ")[0] for line in lines if "cov: " in line]
    return int(found[-1]) if found and found[-1].isdigit() else 0


def problems(folder: Path) -> Iterator[str]:
    """What lies in a folder of findings: a line for each, with its file."""
    for path in sorted(folder.glob("stopped-*")):
        if path.suffix != ".bin":
            path.rename(path.with_name(f"{path.name}.bin"))  # libFuzzer gives them no ending
    for path in sorted(folder.glob("*.bin")):
        why = path.with_suffix(".txt")
        words = why.read_text("utf-8", "replace").strip().splitlines() if why.exists() else []
        first = words[0] if words else f"{path.name.partition('-')[0]}: the process was ended in the midst of it"
        yield f"{folder.name}: {first}\n    reproducer: {path.relative_to(ROOT)}"


def main() -> int:
    """Runs all and says what was found: 1 for anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="for all targets together, with two at a time")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default="")
    parser.add_argument("targets", nargs="*", help="names, or beginnings of names; all without any")
    given = parser.parse_args()
    (BUILD / "home").mkdir(parents=True, exist_ok=True)
    engine = given.engine or ("atheris" if importlib.util.find_spec("atheris") else "hypothesis")
    if engine == "hypothesis" and not given.engine:
        print(
            "atheris is not installed for this Python: the engine of the tests runs instead, without guidance by coverage.",
            flush=True,
        )
    wanted = [n for n in names() if not given.targets or any(n.startswith(t) for t in given.targets)]
    if not wanted:
        print("no target has such a name")
        return 2
    each = max(2.0, given.seconds * given.jobs / len(wanted))
    print(f"{len(wanted)} targets, {each:.0f} seconds each, {given.jobs} at a time, engine: {engine}", flush=True)
    began = time.monotonic()
    findings: list[str] = []
    with ThreadPoolExecutor(given.jobs) as pool:
        for outcome in pool.map(lambda name: one(name, each, engine), wanted):
            print(outcome.line, flush=True)
            findings += outcome.findings
            for words in outcome.findings:
                print(f"  {words}", flush=True)
    print(
        f"{len(wanted)} targets in {time.monotonic() - began:.0f} s: "
        + (f"{len(findings)} findings" if findings else "nothing found")
    )
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
