"""Where this installation lies, and a random key of it, from which the challenge tokens are made. It is no secret that protects anything else."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import platformdirs

from selfaudit.errors import UserError
from selfaudit.i18n import _

# There, packages and installers put programs; what lies beside is nobody's case.
_SYSTEM_PLACES = {
    "linux": ("/usr", "/opt", "/snap", "/app", "/nix"),
    "darwin": ("/usr", "/opt", "/nix", "/Applications"),
    "win32": (),
}
_WINDOWS_PLACES = (("ProgramFiles", ""), ("ProgramFiles(x86)", ""), ("ProgramW6432", ""), ("LOCALAPPDATA", "Programs"))


def data_folder() -> Path:
    """Where selfaudit keeps its own files; SELFAUDIT_HOME overrides the platform's place."""
    override = os.environ.get("SELFAUDIT_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("selfaudit", appauthor=False))


def cache_folder() -> Path:
    """Where copies of public files lie that can be fetched again at any time."""
    override = os.environ.get("SELFAUDIT_HOME")
    return Path(override) / "cache" if override else Path(platformdirs.user_cache_dir("selfaudit", appauthor=False))


def app_folder() -> Path | None:
    """The folder in which a frozen app lies as the person sees it; None from source.

    That of the AppImage ($APPIMAGE and $APPDIR are set by its start; programs that it starts inherit them), that which holds the .app of macOS, otherwise that of the executable. An unpacked
    archive is a folder of the app's own, in which nobody looks for anything else: `app_surroundings` names the one around it, too.
    """
    if not getattr(sys, "frozen", False):
        return None
    image = os.environ.get("APPIMAGE", "")
    program, mounted = Path(sys.executable), os.environ.get("APPDIR", "")
    if sys.platform == "linux" and image and mounted and Path(image).is_absolute() and program.is_relative_to(mounted):
        return Path(image).parent
    if sys.platform == "darwin":
        holder = next((p for p in program.parents if p.suffix == ".app"), None)
        if holder is not None:
            return holder.parent
    return program.parent


def app_surroundings() -> tuple[Path, ...]:
    """The folders in which something may lie beside a frozen app; none where a system has installed it for everybody, and none from source."""
    folder = app_folder()
    if folder is None or any(folder.is_relative_to(place) for place in _system_places()):
        return ()
    # PyInstaller's folder of libraries shows that this folder is the app's own.
    return (folder, folder.parent) if (folder / "_internal").is_dir() else (folder,)


def _system_places() -> tuple[Path, ...]:
    named = [Path(place) for place in _SYSTEM_PLACES.get(sys.platform, _SYSTEM_PLACES["linux"])]
    if sys.platform == "win32":
        named += [Path(os.environ[name], below) for name, below in _WINDOWS_PLACES if os.environ.get(name)]
    return tuple(named)


def install_key_or_none() -> bytes:
    """The key, or b"" where nothing can be stored: passive audits need none, and nothing can be proven without it."""
    try:
        return install_key()
    except UserError:
        return b""


def install_key() -> bytes:
    """The key, made at the first call.

    Raises:
        UserError: the folder cannot be written.
    """
    path = data_folder() / "challenge.key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
        key = path.read_bytes()
    except FileExistsError:
        key = path.read_bytes()
    except OSError as error:
        raise UserError(
            _("{file}: cannot be written ({why}); SELFAUDIT_HOME names another folder").format(
                file=path, why=error.strerror or error
            )
        ) from None
    if len(key) < 16:
        raise UserError(_("{file}: damaged; delete it, and a new one is made").format(file=path))
    return key
