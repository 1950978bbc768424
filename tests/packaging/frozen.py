"""The frozen app for tests: built once for a state of the sources, packed lightly, in build/package-tests."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build/package-tests"
SOURCES = (
    "selfaudit",
    "ui",
    "resources",
    "packaging",
    "pyproject.toml",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "docs/selfaudit.1",
)
LONGEST = 600.0  # seconds for building


@dataclass(frozen=True)
class Frozen:
    """What `make package` makes, and with what it was made.

    Attributes:
        dist: the folder of what is given to people.
        python: an interpreter in whose environment the same program is installed.
    """

    dist: Path
    python: Path

    @property
    def app(self) -> Path:
        return self.dist / "selfaudit"

    @property
    def deb(self) -> Path:
        return next(self.dist.glob("*.deb"))

    @property
    def archive(self) -> Path:
        return next(self.dist.glob("*.tar.zst"))


def state() -> str:
    """Stands for everything that the app is made of."""
    digest = hashlib.sha256(sys.version.encode())
    for source in SOURCES:
        path = ROOT / source
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def frozen() -> Frozen:
    """The app, built anew where anything was changed since."""
    WORK.mkdir(parents=True, exist_ok=True)
    stamp, made = WORK / "stamp", Frozen(WORK / "dist", WORK / "env/bin/python")
    with (WORK / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now = state()
        if not stamp.is_file() or stamp.read_text("ascii") != now:
            stamp.unlink(missing_ok=True)
            command = [sys.executable, ROOT / "packaging/build.py", "--quick", "--no-smoke", "--out", made.dist, "--work", WORK]
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            stamp.write_text(now, "ascii")
    return made
