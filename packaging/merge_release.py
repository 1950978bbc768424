"""Puts the packages of all systems together into one release.

    python packaging/merge_release.py --version 0.8.0 --out FOLDER FOLDER ...

Each FOLDER holds what packaging/build.py made on one system: release.json and the files that it names. Every file is measured again. OUT, which
must not exist or be empty, gets all of them, one release.json, and one SHA256SUMS over all of that. A bill of materials (SBOM) gets its folder's
name into its own, as what is shipped differs from system to system. Needs nothing but Python: this runs where the right to publish is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

SCHEMA = "selfaudit/release/1"
SYSTEMS = ("linux", "windows", "macos")
ABOUT = ("sbom", "checksums")  # kinds that are not the program
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~+-]{0,119}")


class Refusal(Exception):
    """What does not fit together, in words."""


def read(folder: Path) -> dict[str, Any]:
    """A folder's release.json.

    Raises:
        Refusal: it is not there, or not of this kind.
    """
    path = folder / "release.json"
    try:
        release = json.loads(path.read_bytes())
        fits = release["schema"] == SCHEMA and isinstance(release["version"], str) and isinstance(release["date"], str)
        fits = fits and all(_NAME.fullmatch(f["name"]) and isinstance(f["kind"], str) for f in release["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{path}: {error}") from None
    if not fits:
        raise Refusal(f"{path}: not {SCHEMA}")
    found: dict[str, Any] = release
    return found


def measured(path: Path) -> tuple[int, str]:
    """The size and the SHA-256 of a file.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return path.stat().st_size, digest
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror or error}") from None


def final_name(file: dict[str, Any], folder: Path) -> str:
    """What a file is called in the release: sbom.cdx.json of the folder linux-x86_64 is sbom-linux-x86_64.cdx.json."""
    name = str(file["name"])
    stem, dot, rest = name.partition(".")
    return f"{stem}-{folder.resolve().name}{dot}{rest}" if file["kind"] == "sbom" else name


def merge(folders: list[Path], version: str, out: Path, *, partial: bool = False) -> dict[str, Any]:
    """Copies the files into OUT and returns what its release.json says.

    Args:
        folders: one for each build.
        version: which all of them must have.
        out: a folder that does not exist or is empty.
        partial: whether a system may be missing.

    Raises:
        Refusal: versions differ, a file is missing or not as described, a name stands for two files, a system is missing, or OUT is in use.
    """
    releases = [(folder, read(folder)) for folder in folders]
    for folder, release in releases:
        if release["version"] != version:
            raise Refusal(f"{folder}: version {release['version']}, not {version}")
    chosen: dict[str, tuple[Path, dict[str, Any]]] = {}
    for folder, release in releases:
        for file in release["files"]:
            path = folder / file["name"]
            if file["kind"] == "checksums":
                continue  # written anew over all of them
            if measured(path) != (file.get("size"), file.get("sha256")):
                raise Refusal(f"{path}: not the file that release.json describes")
            name = final_name(file, folder)
            other = chosen.get(name)
            if other is not None and other[1]["sha256"] != file["sha256"]:
                raise Refusal(f"{name}: two different files, {other[0]} and {path}")
            chosen[name] = (path, {**file, "name": name})
    there = {file["system"] for _path, file in chosen.values() if file["kind"] not in ABOUT}
    missing = [system for system in SYSTEMS if system not in there]
    if missing and not partial:
        raise Refusal(f"nothing for {', '.join(missing)}")
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise Refusal(f"{out}: not empty")
    for name, (path, _file) in chosen.items():
        shutil.copyfile(path, out / name)
    files = [file for _name, (_path, file) in sorted(chosen.items())]
    merged = {"schema": SCHEMA, "version": version, "date": max(release["date"] for _f, release in releases), "files": files}
    description = out / "release.json"
    description.write_text(json.dumps(merged, indent=2) + "\n", encoding="ascii", newline="\n")
    sums = {**{file["name"]: file["sha256"] for file in files}, description.name: measured(description)[1]}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (out / "SHA256SUMS").write_text(lines, encoding="ascii", newline="\n")
    return merged


def main(arguments: list[str]) -> int:
    """Merges; 1 if something does not fit together."""
    parser = argparse.ArgumentParser(description="Puts the packages of all systems together into one release.")
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="what was built on one system, with its release.json"
    )
    parser.add_argument("--version", required=True, help="which all of them must have")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the release is put together")
    parser.add_argument("--partial", action="store_true", help="a system may be missing")
    given = parser.parse_args(arguments)
    try:
        merged = merge(given.folders, given.version, given.out, partial=given.partial)
    except Refusal as error:
        sys.stderr.write(f"merge_release: {error}\n")
        return 1
    for file in merged["files"]:
        sys.stdout.write(f"{file['sha256']}  {file['size']:>11}  {file['system']:<8} {file['name']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
