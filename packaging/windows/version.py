"""The version resource of the Windows programs: what Explorer and the task manager show of them.

Not run yet on Windows. What it holds is tested, and that PyInstaller's own classes take it.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

NAME = "selfaudit"
AUTHORS = "the selfaudit authors"
# What "Open with" and the task manager call the programs.
DESCRIPTIONS = {"selfaudit": "selfaudit (command line)", "selfaudit-gui": "selfaudit"}
_ENGLISH, _UNICODE = 0x0409, 1200  # language and code page of the one table of strings


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """The numbers that Windows compares: "0.8.0" and "0.8.0.dev1" are (0, 8, 0, 0).

    Raises:
        ValueError: it does not begin with numbers, or one of them does not fit into 16 bits.
    """
    found = re.match(r"\d+(?:\.\d+){0,2}", version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    if not numbers or max(numbers) > 0xFFFF:
        raise ValueError(f"not a version that Windows can hold: {version}")
    first, second, third = (*numbers, 0, 0)[:3]
    return first, second, third, 0


def strings(version: str, program: str = "selfaudit") -> dict[str, str]:
    """The words of the resource by their names (VERSIONINFO, StringFileInfo)."""
    return {
        "CompanyName": AUTHORS,
        "FileDescription": DESCRIPTIONS[program],
        "FileVersion": version,
        "InternalName": program,
        "LegalCopyright": f"Copyright (c) {AUTHORS}, MIT License",
        "OriginalFilename": f"{program}.exe",
        "ProductName": NAME,
        "ProductVersion": version,
    }


def version_info(version: str, program: str = "selfaudit", classes: Any = None) -> Any:
    """What PyInstaller's EXE(version=...) takes.

    Args:
        version: selfaudit.__version__.
        program: "selfaudit" or "selfaudit-gui".
        classes: where VSVersionInfo and its parts are; PyInstaller's module, which exists only on Windows, if not given.
    """
    classes = classes or importlib.import_module("PyInstaller.utils.win32.versioninfo")
    numbers = four_numbers(version)
    words = [classes.StringStruct(name, text) for name, text in strings(version, program).items()]
    table = classes.StringTable(f"{_ENGLISH:04X}{_UNICODE:04X}", words)
    return classes.VSVersionInfo(
        ffi=classes.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            classes.StringFileInfo([table]),
            classes.VarFileInfo([classes.VarStruct("Translation", [_ENGLISH, _UNICODE])]),
        ],
    )
