"""What is done on Windows and macOS besides building: signing, the installer, the disk image. On Linux there is nothing of it to do.

packaging/build.py calls `sign_app` when the app's folder is whole, before anything is packed, and `packages` afterwards. Not run yet on either
system; the tests run it with programs that only write down how they were called. The variables with keys begin with SELFAUDIT_, and build.py
hands none that begins so to pip and PyInstaller.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = ("selfaudit.exe", "selfaudit-gui.exe")
ICONS = ("selfaudit-case.icns", "selfaudit-bundle.icns")
LANGUAGES = ("en.lproj", "de.lproj")


def sign_app(dist: Path) -> None:
    """Signs the programs in dist/selfaudit (Windows) or dist/selfaudit.app (macOS); says so and goes on where there are no keys.

    Raises:
        subprocess.CalledProcessError: there are keys, and signing failed.
    """
    if sys.platform == "win32":
        _sign_windows(*(dist / "selfaudit" / name for name in PROGRAMS))
    elif sys.platform == "darwin":
        app = dist / "selfaudit.app"
        _complete(app)
        _run("bash", HERE / "macos/sign.sh", app)


def packages(dist: Path, version: str) -> list[tuple[Path, str, str]]:
    """Makes the installer or the disk image and signs it.

    Args:
        dist: the folder in which the app's folder lies.
        version: selfaudit.__version__.

    Returns:
        Each file with its system and its kind, as release.json has them.

    Raises:
        subprocess.CalledProcessError: a program failed.
    """
    if sys.platform == "win32":
        return _installer(dist, version)
    if sys.platform == "darwin":
        image = dist / f"selfaudit-{version}-macos-{platform.machine()}.dmg"
        _run("bash", HERE / "macos/dmg.sh", dist / "selfaudit.app", image)
        _run("bash", HERE / "macos/sign.sh", image)
        return [(image, "macos", "dmg")]
    return []


def _complete(app: Path) -> None:
    """Puts in what Info.plist names besides the app's own icon, and its words in each language; the seal covers it."""
    resources = app / "Contents/Resources"
    for name in ICONS:
        shutil.copyfile(HERE / "icons" / name, resources / name)
    for language in LANGUAGES:
        (resources / language).mkdir(exist_ok=True)
        shutil.copyfile(HERE / "macos" / language / "InfoPlist.strings", resources / language / "InfoPlist.strings")


def _installer(dist: Path, version: str) -> list[tuple[Path, str, str]]:
    compiler = shutil.which("iscc") or _beside_others("Inno Setup 6", "ISCC.exe")
    if compiler is None:
        sys.stdout.write("no installer: Inno Setup (iscc) was not found\n")
        return []
    _run(compiler, "/Qp", f"/DAppVersion={version}", f"/O{dist}", HERE / "windows/installer.iss")
    installer = dist / f"selfaudit-{version}-windows-x86_64-setup.exe"
    _sign_windows(installer)
    return [(installer, "windows", "installer")]


def _sign_windows(*files: Path) -> None:
    shell = shutil.which("pwsh") or "powershell"
    _run(shell, "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", HERE / "windows/sign.ps1", *files)


def _beside_others(*parts: str) -> str | None:
    """A program that was installed for everybody, or None."""
    folders = [os.environ.get(name) for name in ("ProgramFiles(x86)", "ProgramFiles")]
    found = (Path(folder, *parts) for folder in folders if folder)
    return next((str(path) for path in found if path.is_file()), None)


def _run(*command: str | Path) -> None:
    sys.stdout.flush()
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603
