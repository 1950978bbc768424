"""What is taken out of the frozen folder again, why, and how large everything is.

PyInstaller collects what might be used. `LEFT_OUT` names what this program does not use; libraries that only those parts needed go with
them. On Linux, libraries that belong to the system (its display, its fonts, its message bus) are left to it: ours would not fit its
configuration. Debugging symbols are of use to nobody without the source.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import elf

# Pattern below the folder of the parts -> why it is not needed. The names of the libraries themselves differ between systems.
LEFT_OUT = {
    "PySide6/Qt*/plugins/platformthemes/*gtk3*": "GTK file dialogues; Qt's own and the desktop's portal are there",
    "PySide6/plugins/platformthemes/*gtk3*": "GTK file dialogues; Qt's own and the desktop's portal are there",
    "PySide6/*plugins/egldeviceintegrations/*": "windows without a display server",
    "PySide6/*plugins/platforms/*qeglfs*": "windows without a display server",
    "PySide6/*plugins/platforms/*qlinuxfb*": "windows without a display server",
    "PySide6/*plugins/platforms/*qvkkhr*": "windows without a display server",
    "PySide6/*plugins/platforms/*qminimalegl*": "windows without a display server",
    "PySide6/*plugins/platforms/*qvnc*": "a server for remote windows, which would open a port",
    "PySide6/*plugins/generic/*": "input devices without a display server",
    "PySide6/*plugins/tls/*": "Qt's network: the window opens no sockets",
    "PySide6/*plugins/networkinformation/*": "Qt's network: the window opens no sockets",
    "PySide6/*plugins/platforminputcontexts/*virtualkeyboard*": "a keyboard on the screen, which needs all of Qt Quick",
    "PySide6/*plugins/wayland-graphics-integration-client/*": "drawing by the graphics card under Wayland: the window draws by itself",
    "PySide6/*plugins/xcbglintegrations/*": "drawing by the graphics card under X11: the window draws by itself",
    "PySide6/*plugins/wayland-shell-integration/*ivi*": "displays in vehicles",
    "PySide6/*plugins/wayland-shell-integration/*fullscreen*": "displays without windows",
    "PySide6/*plugins/wayland-shell-integration/*qt-shell*": "another Qt program as the display server",
    "PySide6/*plugins/imageformats/*qicns*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qtga*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qtiff*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qwbmp*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qwebp*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qpdf*": "kinds of pictures that nothing here uses",
    "PySide6/*plugins/imageformats/*qgif*": "kinds of pictures that nothing here uses",
    "PySide6/*translations/*": "Qt's words in languages that the program does not speak",
    "PySide6/QtNetwork.*": "Qt's network: the window opens no sockets",
    "PySide6/QtDBus.*": "Python's access to Qt's message bus",
    "*.dist-info/*": "packages' words about themselves but for name, version and entry points; the licences have a folder of their own",
    "PySide6/opengl32sw.dll": "a graphics card in software (Windows)",
    "PySide6/Qt6Network.dll": "Qt's network: the window opens no sockets",
    "PySide6/Qt6Quick*.dll": "Qt Quick",
    "PySide6/Qt6Qml*.dll": "Qt Quick",
    "PySide6/Qt6VirtualKeyboard*.dll": "a keyboard on the screen, which needs all of Qt Quick",
    "PySide6/Qt6Pdf.dll": "kinds of pictures that nothing here uses",
}  # fmt: skip
KEPT = ("*/qtbase_de.qm", "*/qtbase_en.qm", "*.dist-info/METADATA", "*.dist-info/entry_points.txt")
# Measured once, on 2026-11-22; the recipe keeps them out before anything could be measured.
NEVER = (
    "Never collected: pygments (1.8 in each of the two programs), source catalogues of translations (1.4), readline, curses, tkinter",
)
UNUSED = "libraries that only the parts above needed"
SYSTEM = "libraries that belong to the system: its display, fonts, message bus"
SYMBOLS = "debugging symbols"

# Libraries that are the system's: name -> Debian's package, from which the .deb's dependencies come. What drives the display, reads the
# fonts' configuration or speaks with the message bus must be of one piece with the system.
OF_THE_SYSTEM = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libX11-xcb.so.1": "libx11-xcb1", "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3", "libexpat.so.1": "libexpat1", "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6", "libgcc_s.so.1": "libgcc-s1", "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0", "libstdc++.so.6": "libstdc++6", "libuuid.so.1": "libuuid1",
    "libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1", "libxcb-randr.so.0": "libxcb-randr0", "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-shm.so.0": "libxcb-shm0", "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0", "libxcb-xkb.so.1": "libxcb-xkb1", "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0", "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libz.so.1": "zlib1g",
}  # fmt: skip
LIBC = frozenset(
    {
        "libc.so.6",
        "libm.so.6",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
        "ld-linux-x86-64.so.2",
    }
)
_GLIBC = re.compile(rb"GLIBC_2\.([0-9]{1,3})\0")


@dataclass(slots=True)
class Sizes:
    """Octets: of each component before and after, and what each reason has saved."""

    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    saved: dict[str, int] = field(default_factory=dict)


def parts_folder(app: Path) -> Path:
    """The folder with everything but the programs."""
    return app / "_internal"


def files(folder: Path) -> Iterator[Path]:
    """All files below a folder that are no links, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def component(path: Path, app: Path) -> str:
    """To what a file belongs, for people."""
    name = path.relative_to(app).as_posix().removeprefix("_internal/")
    top = name.partition("/")[0]
    if top in ("selfaudit", "selfaudit-gui", "selfaudit.exe", "selfaudit-gui.exe"):
        return "programs with all Python modules"
    if name.startswith("selfaudit_resources/fonts/"):
        return "fonts of the report"
    if "icudata" in name or "icui18n" in name or "icuuc" in name:
        return "Qt: Unicode data (ICU)"
    if top in ("PySide6", "shiboken6") or "Qt6" in top or "pyside6.abi3" in top or "shiboken6.abi3" in top:
        return "Qt"
    if top in ("typst", "cryptography", "selfaudit_resources", "licences"):
        return {"selfaudit_resources": "selfaudit's data", "licences": "licence texts"}.get(top, top)
    if top.startswith(("python3", "libpython", "base_library")) or re.match(r"lib(ssl|crypto|sqlite3|ffi|lzma|bz2|mpdec)", top):
        return "Python"
    if re.match(r"lib.*\.so", top):
        return "libraries of the display and others"
    return "other packages"


def measure(app: Path) -> dict[str, int]:
    """Component -> octets."""
    found: dict[str, int] = {}
    for path in files(app):
        name = component(path, app)
        found[name] = found.get(name, 0) + path.stat().st_size
    return found


def trim(app: Path) -> Sizes:
    """Takes out what is not needed and returns what that saved. On Linux, then removes what nothing needs any more and the symbols."""
    sizes = Sizes(before=measure(app))
    parts = parts_folder(app)
    for pattern, why in LEFT_OUT.items():
        for path in [p for p in files(parts) if fnmatch.fnmatch(p.relative_to(parts).as_posix(), pattern)]:
            if why and not any(fnmatch.fnmatch(path.as_posix(), kept) for kept in KEPT):
                _remove(path, why, sizes)
    if sys.platform == "linux":
        for path in [p for p in parts.iterdir() if p.name in OF_THE_SYSTEM]:
            _remove(path, SYSTEM, sizes)
        for path in unneeded(parts):
            _remove(path, UNUSED, sizes)
        _remove_dead_links(parts)
        _strip(parts, sizes)
        forget_places(app)
    for folder in sorted((p for p in parts.rglob("*") if p.is_dir() and not p.is_symlink()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    sizes.after = measure(app)
    return sizes


def _remove(path: Path, why: str, sizes: Sizes) -> None:
    if not path.is_symlink():
        sizes.saved[why] = sizes.saved.get(why, 0) + path.stat().st_size
    path.unlink()


def _remove_dead_links(parts: Path) -> None:
    for path in parts.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


def is_elf(path: Path) -> bool:
    """Whether it is a program or library of Linux."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def needed(path: Path) -> list[str]:
    """The libraries that one names (ELF, DT_NEEDED)."""
    done = subprocess.run(["objdump", "-p", path], check=True, capture_output=True, text=True)  # noqa: S603, S607
    return re.findall(r"^\s+NEEDED\s+(\S+)", done.stdout, re.M)


def unneeded(parts: Path) -> list[Path]:
    """Libraries that no other file names, directly or through others. What is loaded by its path (modules, plugins) is needed."""
    elves = [p for p in files(parts) if is_elf(p)]
    plain = [p for p in elves if p.name.startswith("lib")]  # the others are Python's modules
    libraries = {p for p in plain if p.parent == parts or (p.parent.name == "lib" and "PySide6" in p.parts)}
    wanted = [p for p in elves if p not in libraries]
    wanted += [p for p in libraries if p.name.startswith("libpython")]
    by_name: dict[str, list[Path]] = {}
    for path in libraries:
        by_name.setdefault(path.name, []).append(path)
    seen = set(wanted)
    while wanted:
        for name in needed(wanted.pop()):
            fresh = [p for p in by_name.get(name, ()) if p not in seen]
            seen.update(fresh)
            wanted += fresh
    return sorted(libraries - seen)


def _strip(parts: Path, sizes: Sizes) -> None:
    """Takes debugging symbols out of Python and the modules. Qt's libraries have none."""
    if shutil.which("strip") is None:
        return
    for path in files(parts):
        if "PySide6" in path.parts or "shiboken6" in path.parts or not is_elf(path):
            continue
        before = path.stat().st_size
        subprocess.run(["strip", "--strip-unneeded", path], check=True)  # noqa: S603, S607
        sizes.saved[SYMBOLS] = sizes.saved.get(SYMBOLS, 0) + before - path.stat().st_size


def forget_places(app: Path) -> None:
    """Takes the folders of the building machine out of everything that would look for libraries there."""
    for path in files(app):
        if is_elf(path):
            elf.clear(path)


def required(app: Path) -> tuple[list[str], str]:
    """The Debian packages that hold the libraries which are left to the system, and the oldest GNU C library (2.N) that will do.

    Raises:
        ValueError: a library is neither in the folder nor known.
    """
    there = {p.name for p in app.rglob("*")}
    wanted, oldest = set(), 0
    for path in files(app):
        if not is_elf(path):
            continue
        oldest = max([oldest, *(int(n) for n in _GLIBC.findall(path.read_bytes()))])
        wanted |= {name for name in needed(path) if name not in there and name not in LIBC}
    if unknown := sorted(wanted - OF_THE_SYSTEM.keys()):
        raise ValueError(f"no package is known that holds {', '.join(unknown)}")
    return sorted({OF_THE_SYSTEM[name] for name in wanted}), f"2.{oldest}"


def report(sizes: Sizes, packed: dict[str, int], modules: dict[str, int]) -> str:
    """`sizes.txt`."""
    lines = ["Sizes of the frozen app, in megabytes (1 MB = 1,000,000 octets).", "", f"{'':40}{'collected':>12}{'shipped':>12}"]
    names = sorted(sizes.before.keys() | sizes.after.keys(), key=lambda name: -sizes.after.get(name, 0))
    lines += [f"{name:40}{_mb(sizes.before.get(name, 0)):>12}{_mb(sizes.after.get(name, 0)):>12}" for name in names]
    lines.append(f"{'together':40}{_mb(sum(sizes.before.values())):>12}{_mb(sum(sizes.after.values())):>12}")
    lines += ["", "Archives", ""]
    lines += [f"{name:40}{_mb(size):>24}" for name, size in packed.items()]
    lines += ["", "What was left out, and what that saved", ""]
    for why, size in sorted(sizes.saved.items(), key=lambda item: -item[1]):
        lines.append(f"{_mb(size):>8}  {why}")
    lines += ["", *NEVER]
    lines += ["", "The largest packages among the Python modules (packed, once in each of the two programs)", ""]
    lines += [f"{_mb(size):>8}  {name}" for name, size in list(modules.items())[:15]]
    return "\n".join([*lines, ""])


def _mb(octets: int) -> str:
    return f"{octets / 1e6:.1f}"


def octets(path: Path) -> int:
    """Size of a file or of all files in a folder."""
    return sum(p.stat().st_size for p in files(path)) if path.is_dir() else os.path.getsize(path)
