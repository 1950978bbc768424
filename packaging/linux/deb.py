"""The package for Debian and its relatives: the frozen folder in /usr/lib/selfaudit, and what ties it to the system.

There are no maintainer scripts: the system's own triggers for menus, kinds of files, icons and manual pages do what is to be done. Nothing of
the package lies in a person's folders, so removing it leaves their cases alone.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import trim

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ICONS = HERE.parent / "icons"
METAINFO = "net.selfaudit.selfaudit.metainfo.xml"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
PROGRAMS = ("selfaudit", "selfaudit-gui")
# Qt draws through X11 where Wayland's libraries are missing, so they are only recommended.
RECOMMENDED = ("libwayland-client0", "libwayland-cursor0", "libwayland-egl1")
ALSO_RECOMMENDED = ("desktop-file-utils", "hicolor-icon-theme", "shared-mime-info", "xdg-utils")
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/selfaudit",
    "zsh": "usr/share/zsh/vendor-completions/_selfaudit",
    "fish": "usr/share/fish/vendor_completions.d/selfaudit.fish",
}
CONTROL = """Package: selfaudit
Version: {version}
Architecture: amd64
Maintainer: the selfaudit authors <maintainers@selfaudit.invalid>
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Section: net
Priority: optional
Description: audit your own domains and servers, and prove it to an abuse desk
 Looks at domains and servers of your own as an abuse desk does, says in plain
 words what is wrong and how to fix it, and writes a report with its evidence
 that the desk can check. Opens case files from a provider's support and
 verifies bundles that customers send back.
 .
 This package brings its own Python and Qt, and installs no service. Servers
 are only contacted with permission; public records are asked; nothing is
 uploaded.
"""
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: selfaudit
Comment:
 The package brings Python, Qt and further libraries along. Which they are,
 and under which licences, stands in /usr/lib/selfaudit/LICENCES.txt; the
 licences themselves are in /usr/lib/selfaudit/licences.

Files: *
Copyright: 2026 the selfaudit authors
License: Expat
{licence}
"""


def make(app: Path, out: Path, version: str, epoch: int, *, quick: bool = False) -> Path:
    """Builds the package.

    Args:
        app: the frozen folder.
        out: where it is written.
        version: of selfaudit.
        epoch: the time of every file.
        quick: whether it is only put together and not packed.
    """
    path = out / f"selfaudit_{version}_amd64.deb"
    with tempfile.TemporaryDirectory(prefix="selfaudit-deb-", dir=out) as folder:
        root = Path(folder)
        root.chmod(0o755)
        fill(root, app, version, epoch)
        tree = sorted(root.rglob("*"))
        for item in tree:
            if not item.is_symlink():
                item.chmod(0o755 if item.is_dir() or item.stat().st_mode & 0o100 else 0o644)
        control(root, version)
        for item in [root, *sorted(root.rglob("*"))]:
            os.utime(item, (epoch, epoch), follow_symlinks=False)
        packing = ["-Znone"] if quick else ["-Zxz", "-z9"]
        command = ["dpkg-deb", "--root-owner-group", *packing, "--build", str(root), str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})  # noqa: S603
    return path


def fill(root: Path, app: Path, version: str, epoch: int) -> None:
    """Puts everything in its place."""
    library = root / "usr/lib/selfaudit"
    library.parent.mkdir(parents=True)
    shutil.copytree(app, library, symlinks=True, copy_function=_linked)
    (root / "usr/bin").mkdir()
    for name in PROGRAMS:
        (root / "usr/bin" / name).symlink_to(f"../lib/selfaudit/{name}")
    share = root / "usr/share"
    _write(share / "applications/selfaudit.desktop", (HERE / "selfaudit.desktop").read_bytes())
    _write(share / "mime/packages/selfaudit.xml", (HERE / "selfaudit.xml").read_bytes())
    _write(share / "metainfo" / METAINFO, metainfo().encode())
    for size in SIZES:
        folder = share / f"icons/hicolor/{size}x{size}"
        _write(folder / "apps/selfaudit.png", (ICONS / f"selfaudit-{size}.png").read_bytes())
        for kind, name in (("case", "case+json"), ("bundle", "bundle+zip")):
            _write(
                folder / f"mimetypes/application-vnd.selfaudit.{name}.png",
                (ICONS / f"selfaudit-{kind}-{size}.png").read_bytes(),
            )
    _write(share / "icons/hicolor/scalable/apps/selfaudit.svg", (ICONS / "selfaudit.svg").read_bytes())
    _write(share / "man/man1/selfaudit.1.gz", _gz((ROOT / "docs/selfaudit.1").read_bytes()))
    (share / "man/man1/selfaudit-gui.1.gz").symlink_to("selfaudit.1.gz")
    _write(share / "doc/selfaudit/changelog.gz", _gz((ROOT / "CHANGELOG.md").read_bytes()))
    _write(share / "doc/selfaudit/copyright", copyright_file().encode())
    for shell, place in COMPLETIONS.items():
        clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(root)}
        done = subprocess.run([app / "selfaudit", "completion", shell], check=True, capture_output=True, env=clean)  # noqa: S603
        _write(root / place, done.stdout)


def control(root: Path, version: str) -> None:
    """Writes what dpkg is told about the package."""
    packages, libc = trim.required(root / "usr/lib/selfaudit")
    depends = [f"libc6 (>= {libc})", *(name for name in packages if name not in RECOMMENDED)]
    recommends = sorted([*(name for name in packages if name in RECOMMENDED), *ALSO_RECOMMENDED])
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    folder = root / "DEBIAN"
    folder.mkdir(mode=0o755)
    words = CONTROL.format(version=version, size=size, depends=", ".join(depends), recommends=", ".join(recommends))
    (folder / "control").write_text(words, "utf-8")
    sums = "".join(f"{_md5(path)}  {path.relative_to(root).as_posix()}\n" for path in files)
    (folder / "md5sums").write_text(sums, "utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)


def metainfo() -> str:
    """The words for software centres, with the releases of the changelog."""
    text = (HERE / METAINFO).read_text("utf-8")
    lines = [f'    <release version="{version}" date="{day}"/>' for version, day in releases()]
    return text.replace("  <releases/>", "\n".join(["  <releases>", *lines, "  </releases>"]))


def releases() -> Iterator[tuple[str, datetime.date]]:
    """Version and day of each release, the newest first."""
    for version, day in re.findall(r"^## (\S+) - (\d{4}-\d\d-\d\d)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M):
        yield version, datetime.date.fromisoformat(day)


def copyright_file() -> str:
    """The copyright file, with the text of the licence in Debian's form."""
    text = (ROOT / "LICENSE").read_text("utf-8").partition("authors\n")[2].strip()
    return COPYRIGHT.format(licence="\n".join(f" {line}" if line else " ." for line in text.splitlines()))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _gz(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _linked(source: str, target: str) -> None:
    """A second name for a file in place of a copy; where that is not possible, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
