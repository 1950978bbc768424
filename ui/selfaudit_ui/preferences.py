"""What the person chose for the app itself. Knows nothing of Qt. A broken file means the defaults, and is said so."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from selfaudit.engine.evidence import write_whole
from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.install import data_folder
from selfaudit.settings import DnsSettings, LimitSettings, Settings, load_settings

_MAX_FILE = 1_000_000


class Preferences(msgspec.Struct, frozen=True):
    """All choices; unknown keys of a newer version are left alone when reading.

    Attributes:
        language: a code, or "" for that of the system.
        theme: "system", "light" or "dark".
        resolvers: addresses to ask in place of the system's resolvers.
        settings_file: a settings file (TOML) on which the rest builds, or "".
        list_rate, check_deadline, run_deadline, discovered_addresses: as in the settings file; None for its value.
        geometry: the window's place, as Qt wrote it, in hexadecimal.
    """

    language: str = ""
    theme: str = "system"
    resolvers: tuple[str, ...] = ()
    settings_file: str = ""
    list_rate: float | None = None
    check_deadline: float | None = None
    run_deadline: float | None = None
    discovered_addresses: int | None = None
    geometry: str = ""


def _path() -> Path:
    return data_folder() / "preferences.json"


def load_preferences() -> tuple[Preferences, str]:
    """The choices, and what was wrong with the file, "" if nothing."""
    path = _path()
    if not path.exists():
        return Preferences(), ""
    try:
        return msgspec.json.decode(read_bounded(path, _MAX_FILE), type=Preferences), ""
    except (UserError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        aside = path.with_name(f"{path.stem}-unreadable{path.suffix}")
        with contextlib.suppress(OSError):
            path.replace(aside)  # the next save must not be the end of it
        return Preferences(), _(
            "Your settings cannot be read; the app starts with its own. The old ones lie in {file}."
        ).format(file=aside)


def save_preferences(preferences: Preferences) -> None:
    """Writes the choices.

    Raises:
        UserError: they cannot be written.
    """
    write_whole(_path(), msgspec.json.format(msgspec.json.encode(preferences), indent=1) + b"\n")


def settings_of(preferences: Preferences) -> Settings:
    """The settings of a run.

    Raises:
        UserError: the settings file is broken.
    """
    settings = load_settings(Path(preferences.settings_file)) if preferences.settings_file else Settings()
    changes = {
        name: value
        for name in ("list_rate", "check_deadline", "run_deadline", "discovered_addresses")
        if (value := getattr(preferences, name)) is not None
    }
    limits: LimitSettings = msgspec.structs.replace(settings.limits, **changes)
    dns: DnsSettings = settings.dns
    if preferences.resolvers:
        dns = msgspec.structs.replace(dns, resolvers=preferences.resolvers)
    return msgspec.structs.replace(settings, limits=limits, dns=dns)
