"""What is installed beside an interpreter, as JSON on standard output.

Runs by itself under the interpreter that it looks at (python -I environment.py), so it needs nothing but the standard library.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import sqlite3
import ssl
import sys
import sysconfig
import zlib
from pathlib import Path
from pyexpat import EXPAT_VERSION
from typing import Any

_TEXT_NAMES = ("license", "licence", "copying", "notice", "authors")
_MAX_TEXT = 1_000_000  # octets of one licence text


def markers() -> dict[str, str]:
    """The names of dependency specifiers' markers and their values here (PyPA specifications, "Environment Markers")."""
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": platform.python_version(),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def texts_of(distribution: importlib.metadata.Distribution) -> dict[str, str]:
    """The licence texts that a distribution brings along in its own folder of metadata."""
    found = {}
    for file in distribution.files or ():
        parts = file.parts
        if not parts[0].endswith(".dist-info"):
            continue
        inside = parts[1] in ("licenses", "license_files") and len(parts) > 2
        if not inside and not parts[-1].lower().startswith(_TEXT_NAMES):
            continue
        data = Path(str(distribution.locate_file(file))).read_bytes()[:_MAX_TEXT]
        found["/".join(parts[2:] if inside else parts[1:])] = data.decode("utf-8", "replace")
    return found


def sboms_of(distribution: importlib.metadata.Distribution) -> list[Any]:
    """The bills of material that a distribution brings along (PEP 770)."""
    return [
        json.loads(Path(str(distribution.locate_file(file))).read_bytes())
        for file in distribution.files or ()
        if file.parts[0].endswith(".dist-info") and file.parts[1] == "sboms" and file.name.endswith(".json")
    ]


def installed() -> list[dict[str, Any]]:
    """Every installed distribution: its names, words about its licence, requirements, licence texts and bills of material."""
    found = []
    for distribution in importlib.metadata.distributions():
        data = distribution.metadata
        urls = dict(line.split(", ", 1) for line in data.get_all("Project-URL") or () if ", " in line)
        found.append(
            {
                "name": str(data["Name"]),
                "version": distribution.version,
                "summary": str((data.get_all("Summary") or [""])[0]),
                "author": str((data.get_all("Author") or data.get_all("Author-email") or [""])[0]),
                "expression": str((data.get_all("License-Expression") or [""])[0]),
                "licence": str((data.get_all("License") or [""])[0]),
                "classifiers": [c for c in data.get_all("Classifier") or () if c.startswith("License ::")],
                "homepage": str((data.get_all("Home-page") or [""])[0]),
                "urls": urls,
                "requires": data.get_all("Requires-Dist") or [],
                "texts": texts_of(distribution),
                "sboms": sboms_of(distribution),
            }
        )
    return sorted(found, key=lambda entry: entry["name"].lower())


def python_licence() -> str:
    """The licence that Python's own folder holds, or "" where it was left out."""
    for folder in (sysconfig.get_path("stdlib"), sys.base_prefix):
        path = Path(folder) / "LICENSE.txt"
        if path.is_file():
            return path.read_text("utf-8")
    return ""


def libraries() -> dict[str, str]:
    """Name -> version of the libraries inside Python and the wheels, as they themselves say."""
    found = {
        "python/openssl": ssl.OPENSSL_VERSION.split()[1],
        "python/sqlite": sqlite3.sqlite_version,
        "python/zlib": zlib.ZLIB_RUNTIME_VERSION,
        "python/expat": EXPAT_VERSION.removeprefix("expat_"),
    }
    if importlib.util.find_spec("cryptography"):
        from cryptography.hazmat.backends.openssl import backend

        found["cryptography/openssl"] = backend.openssl_version_text().split()[1]
    spec = importlib.util.find_spec("PySide6")
    if spec and spec.origin:
        from PySide6.QtCore import qVersion

        found["PySide6/qt"] = qVersion()
        icu = sorted(Path(spec.origin).parent.glob("Qt/lib/libicudata.so.*"))
        if icu:
            found["PySide6/icu"] = icu[0].name.rpartition(".so.")[2]
    return found


def resources() -> str:
    """The folder of selfaudit's data."""
    spec = importlib.util.find_spec("selfaudit_resources")
    return str(Path(spec.origin).parent) if spec and spec.origin else ""


def main() -> None:
    """Writes everything."""
    facts = {
        "python": platform.python_version(),
        "python_licence": python_licence(),
        "markers": markers(),
        "distributions": installed(),
        "libraries": libraries(),
        "resources": resources(),
    }
    sys.stdout.buffer.write(json.dumps(facts).encode())


if __name__ == "__main__":
    main()
