"""Makes the frozen app and its archives: `make package`, or `python packaging/build.py` with Python 3.11 or newer.

From the source tree comes one wheel; everything else happens in a clean environment in which that wheel is installed. The steps: wheel,
environment, freeze, trim, licences and bill of material, smoke test, archives, sums. Times in archives come from the changelog (or
SOURCE_DATE_EPOCH), owners and order are fixed.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import archives
import systems
import trim

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MODULES_SCRIPT = """
import sys, json, collections
from PyInstaller.archive.readers import CArchiveReader
archive = CArchiveReader(sys.argv[1])
modules = archive.open_embedded_archive(next(name for name in archive.toc if name.startswith("PYZ")))
sizes = collections.Counter()
for name, (_kind, _offset, length) in modules.toc.items():
    sizes[name.partition(".")[0]] += length
json.dump(dict(sizes.most_common()), sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made.

    Attributes:
        work: the folder for everything in between.
        out: the folder for what is given to people.
        quick: whether archives are packed lightly, for tests.
        version: of selfaudit.
        epoch: the time of every file, in seconds since 1970.
    """

    work: Path
    out: Path
    quick: bool
    version: str
    epoch: int

    @property
    def python(self) -> Path:
        """The interpreter of the clean environment."""
        return self.work / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def app(self) -> Path:
        """The folder of the app."""
        return self.out / ("selfaudit.app" if sys.platform == "darwin" else "selfaudit")

    @property
    def programs(self) -> Path:
        """The folder with the two programs."""
        return self.app / "Contents/MacOS" if sys.platform == "darwin" else self.app


def lacking() -> list[str]:
    """What the steps need and this machine or this Python does not have, in words."""
    found = []
    modules = ("pip", "packaging.licenses", "cyclonedx", "packageurl")
    if absent := [name for name in modules if not _imports(name)]:
        found.append(f"Python modules {', '.join(absent)} (pip install '.[package]')")
    if sys.platform != "linux":
        return found
    programs = {"zstd": "zstd", "objdump": "binutils", "strip": "binutils", "dpkg-deb": "dpkg"}
    found += [f"the program {name} (apt-get install {package})" for name, package in programs.items() if not shutil.which(name)]
    library = f"libpython{sysconfig.get_config_var('LDVERSION')}.so.1.0"
    try:
        ctypes.CDLL(library)
    except OSError:
        own = f"apt-get install libpython{sysconfig.get_python_version()}"
        other = "build this Python with --enable-shared, or take another"
        found.append(f"Python as a library, {library} ({own if sys.base_prefix == '/usr' else other})")
    return found


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def run(command: list[str | Path], cwd: Path, log: Path | None = None, **variables: str) -> None:
    """Runs a command in an environment that knows nothing of the source tree. Where it fails, the end of its log is shown."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "SELFAUDIT_", "QT_"))
    }
    output = log.open("wb") if log else None
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=cwd, env=kept | variables, stdout=output, stderr=subprocess.STDOUT if log else None, check=False
        )
    finally:
        if output:
            output.close()
    if done.returncode:
        if log:
            sys.stderr.write("\n".join(log.read_text("utf-8", "replace").splitlines()[-30:]) + "\n")
        raise SystemExit(f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))} ended with {done.returncode}")


def wheel(job: Job) -> Path:
    """The wheel, built by the interpreter that runs this."""
    folder = job.work / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT],
        job.work,
        job.work / "wheel.log",
        SOURCE_DATE_EPOCH=str(job.epoch),
    )
    return next(folder.glob("selfaudit-*.whl"))


def environment(job: Job, package: Path) -> None:
    """A clean environment with the wheel, the window and the tools of the extra `build`."""
    venv.create(job.work / "env", clear=True, with_pip=True, symlinks=os.name != "nt")
    pip: list[str | Path] = [job.python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wanted = f"selfaudit[gui,build] @ {package.as_uri()}"
    run([*pip, "install", "--no-compile", "--no-warn-script-location", wanted], job.work, job.work / "pip.log")


def freeze(job: Job) -> None:
    """PyInstaller with the recipe beside this file."""
    frozen = job.work / "frozen"
    shutil.rmtree(frozen, ignore_errors=True)
    command: list[str | Path] = [job.python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", frozen, "--workpath", job.work / "pyinstaller", HERE / "selfaudit.spec"]
    # A fixed seed: the order of sets gets into the modules' code.
    variables = {"PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": str(job.epoch), "PYINSTALLER_CONFIG_DIR": str(job.work / "cache")}
    log = job.work / "pyinstaller.log"
    run(command, job.work, log, **variables)
    lost = [line for line in log.read_text("utf-8", "replace").splitlines() if "Hidden import" in line and "not found" in line]
    if lost:
        raise SystemExit("\n".join(lost))
    shutil.rmtree(job.app, ignore_errors=True)
    (frozen / job.app.name).rename(job.app)


def papers(job: Job) -> None:
    """The licences of everything shipped, in the app's folder, and the bill of material."""
    inside = job.app / "Contents/Resources" if sys.platform == "darwin" else job.app
    about: list[str | Path] = ["--python", job.python, "--app", job.app]
    run([sys.executable, HERE / "licences.py", *about, "--out", inside], job.work)
    run([sys.executable, HERE / "sbom.py", *about, "--out", job.out / "sbom.cdx.json"], job.work)


def smoke(job: Job) -> None:
    """The frozen programs are run and compared with the same program from the wheel."""
    run([sys.executable, HERE / "smoke.py", job.programs, "--python", job.python], job.work)


def module_sizes(job: Job) -> dict[str, int]:
    """Package -> octets of its modules in one of the programs."""
    program = job.programs / ("selfaudit.exe" if os.name == "nt" else "selfaudit")
    done = subprocess.run([job.python, "-c", MODULES_SCRIPT, program], check=True, capture_output=True)  # noqa: S603
    found: dict[str, int] = json.loads(done.stdout)
    return found


def version() -> str:
    """The version as the source says it."""
    found = re.search(r'^__version__ = "([^"]+)"', (ROOT / "selfaudit/__init__.py").read_text("utf-8"), re.M)
    assert found
    return found[1]


def day(of: str) -> datetime.date:
    """The day of a version, from the changelog; a version that is not there yet is of the latest day in it."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"^## {re.escape(of)} - (\d{{4}}-\d\d-\d\d)", text, re.M) or re.search(
        r"^## \S+ - (\d{4}-\d\d-\d\d)", text, re.M
    )
    assert found
    return datetime.date.fromisoformat(found[1])


def moment(of: str) -> int:
    """The time that everything in the archives gets."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if given.isdigit() else int(datetime.datetime.combine(day(of), datetime.time(), datetime.UTC).timestamp())


def main() -> None:
    """All steps, each with the time it took."""
    parser = argparse.ArgumentParser(description="Makes the frozen app and its archives.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="for what is given to people (dist)")
    parser.add_argument("--work", type=Path, default=ROOT / "build/package", help="for everything in between (build/package)")
    parser.add_argument("--quick", action="store_true", help="pack lightly, for tests")
    parser.add_argument("--no-smoke", action="store_true", help="leave the smoke test out")
    given = parser.parse_args()
    if absent := lacking():
        raise SystemExit(f"build.py needs {'; '.join(absent)}")
    job = Job(given.work.resolve(), given.out.resolve(), given.quick, version(), moment(version()))
    job.work.mkdir(parents=True, exist_ok=True)
    job.out.mkdir(parents=True, exist_ok=True)

    def step(name: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        done = work()
        print(f"{name:24}{time.monotonic() - began:7.1f} s", flush=True)
        return done

    package = step("wheel", lambda: wheel(job))
    step("clean environment", lambda: environment(job, package))
    step("freeze", lambda: freeze(job))
    linux = sys.platform == "linux"
    sizes = step("trim", lambda: trim.trim(job.app)) if linux else None
    step("licences, materials", lambda: papers(job))
    step("signatures", lambda: systems.sign_app(job.out))
    if not given.no_smoke:
        step("smoke test", lambda: smoke(job))
    made = step("archives", lambda: archives.make(job.app, job.out, job.version, job.epoch, quick=job.quick))
    made += [path for path, _system, _kind in systems.packages(job.out, job.version)]
    if sizes is not None:
        packed = {path.name: path.stat().st_size for path in made}
        (job.out / "sizes.txt").write_text(trim.report(sizes, packed, module_sizes(job)), "utf-8")
    archives.describe(job.out, job.version, day(job.version), made)


if __name__ == "__main__":
    main()
