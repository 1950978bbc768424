"""The archives of the frozen folder, and the files that describe them: release.json, SHA256SUMS."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from linux import deb

SYSTEM = {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
MACHINE = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
KINDS = {
    ".tar.zst": "tar.zst",
    ".deb": "deb",
    ".AppImage": "AppImage",
    ".zip": "zip",
    ".exe": "installer",
    ".dmg": "dmg",
    ".cdx.json": "sbom",
}
WINDOW = 27  # 2^27 octets: both programs hold the same modules; zstd reads this without being told


def make(app: Path, out: Path, version: str, epoch: int, *, quick: bool = False) -> list[Path]:
    """Writes the archives for this system.

    Args:
        app: the frozen folder.
        out: where they are written.
        version: of selfaudit.
        epoch: the time of every file.
        quick: whether they are packed lightly.

    Returns:
        What was written.
    """
    name = f"selfaudit-{version}-{SYSTEM}-{MACHINE}"
    if SYSTEM == "linux":
        return [tar_zst(app, out / f"{name}.tar.zst", epoch, quick=quick), deb.make(app, out, version, epoch, quick=quick)]
    if SYSTEM == "windows":
        return [zipped(app, out / f"{name}.zip", epoch)]
    return []  # packaging/macos/dmg.sh makes the image, after signing


def tar_zst(app: Path, path: Path, epoch: int, *, quick: bool = False) -> Path:
    """A tar archive (POSIX.1-2001, pax) with sorted names, packed by zstd."""
    level = ["-3"] if quick else ["-19"]
    tool = shutil.which("zstd")
    if tool is None:
        raise SystemExit("zstd is missing: apt-get install zstd")
    with path.open("wb") as target:
        packer = subprocess.Popen([tool, "-q", "-T0", *level, f"--long={WINDOW}", "-c"], stdin=subprocess.PIPE, stdout=target)  # noqa: S603
        assert packer.stdin is not None
        with tarfile.open(fileobj=packer.stdin, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            add_tree(archive, app, app.name, epoch)
        packer.stdin.close()
        if packer.wait():
            raise SystemExit(f"zstd ended with {packer.returncode}")
    return path


def add_tree(archive: tarfile.TarFile, folder: Path, name: str, epoch: int) -> None:
    """Adds a folder: sorted, owned by root, with one time and plain rights."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = epoch
        info.mode = 0o777 if info.issym() else 0o755 if info.isdir() or info.mode & 0o100 else 0o644
        return info

    archive.add(folder, name, recursive=False, filter=plain)
    for path in sorted(folder.rglob("*")):
        archive.add(path, f"{name}/{path.relative_to(folder).as_posix()}", recursive=False, filter=plain)


def zipped(app: Path, path: Path, epoch: int) -> Path:
    """A ZIP archive for Windows. Not run yet."""
    when = datetime.datetime.fromtimestamp(epoch, datetime.UTC).timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(p for p in app.rglob("*") if p.is_file()):
            info = zipfile.ZipInfo(f"{app.name}/{file.relative_to(app).as_posix()}", when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes())
    return path


def describe(out: Path, version: str, day: datetime.date, made: list[Path]) -> None:
    """Writes release.json (schema selfaudit/release/1) and SHA256SUMS for what was made and the bill of material."""
    named = sorted([*made, *out.glob("*.cdx.json")], key=lambda path: path.name)
    files = []
    for path in named:
        kind = next(kind for ending, kind in KINDS.items() if path.name.endswith(ending))
        system = "any" if kind == "sbom" else SYSTEM
        files.append({"name": path.name, "system": system, "kind": kind, "size": path.stat().st_size, "sha256": sha256(path)})
    release = {"schema": "selfaudit/release/1", "version": version, "date": day.isoformat(), "files": files}
    (out / "release.json").write_text(json.dumps(release, indent=2) + "\n", "utf-8")
    listed = sorted([*named, out / "release.json"], key=lambda path: path.name)
    (out / "SHA256SUMS").write_text("".join(f"{sha256(path)}  {path.name}\n" for path in listed), "ascii")


def sha256(path: Path) -> str:
    """The sum of a file, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
