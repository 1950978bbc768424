"""Libraries of the building machine that PyInstaller has collected into the frozen app.

They lie beside the wheels' own folders, directly in the app's inner folder. On a Debian system the package that each is from says its version and
its licence; on other systems a small table does. What neither knows is an error, so that nothing is shipped unnamed.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from inventory import Component, IncompleteError

INNER = ("_internal", "Contents/Frameworks")  # where PyInstaller puts what it collects; the second on macOS
_ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}

# Source package of Debian -> SPDX expression of the library itself, compared with bookworm's copyright file on 2026-11-22.
DEBIAN = {
    "brotli": "MIT",
    "bzip2": "bzip2-1.0.6",
    "dbus": "AFL-2.1 OR GPL-2.0-or-later",
    "expat": "MIT",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libffi": "MIT",
    "libglvnd": "MIT",
    "libx11": "X11",
    "libxau": "MIT-open-group",
    "libxcb": "X11",
    "libxdmcp": "MIT-open-group",
    "libxkbcommon": "MIT",
    "libzstd": "BSD-3-Clause OR GPL-2.0-only",
    "lz4": "BSD-2-Clause",
    "ncurses": "X11-distribute-modifications-variant",
    "openssl": "Apache-2.0",
    "sqlite3": "blessing",
    "xcb-util": "X11",
    "xcb-util-cursor": "X11",
    "xcb-util-image": "X11",
    "xcb-util-keysyms": "X11",
    "xcb-util-renderutil": "X11",
    "xcb-util-wm": "X11",
    "xz-utils": "LicenseRef-xz-public-domain",  # liblzma of 5.4; 5.6 is 0BSD
    "zlib": "Zlib",
}

# Their licences would reach the whole app, so they must not be shipped with it: source package -> the Python modules to leave out.
REFUSED = {"readline": "readline", "gdbm": "_gdbm and dbm.gnu", "db5.3": "_dbm and dbm.ndbm"}

# What lies there on Windows and macOS, by file name: (pattern, name, SPDX, where from). Python's own are in its licence file.
ELSEWHERE = (
    (r"(?:lib)?(?:ssl|crypto)-.*", "OpenSSL", "Apache-2.0", "https://www.openssl.org/"),
    (r"sqlite3\.dll", "SQLite", "blessing", "https://www.sqlite.org/"),
    (r"libffi-.*|libffi.*\.dylib", "libffi", "MIT", "https://sourceware.org/libffi/"),
)
# Not libraries of somebody else: Python itself, modules of wheels, and what belongs to Windows (it may be passed on with every program made for it).
_OWN = re.compile(
    r".+\.(?:cpython-[^.]+|abi3)\.so|libpython3[\d.]*\.(?:so.*|dylib)|python3\d*\.dll|api-ms-win-.*|ucrtbase\.dll|vcruntime\d+(?:_\d)?\.dll|msvcp\d+.*\.dll"
)
_LIBRARY = re.compile(r".+\.(?:so(?:\.[\d.]+)?|dylib|dll)", re.IGNORECASE)
# Known by what Python says about itself; inventory.py has them.
_ALREADY = {"openssl": "OpenSSL", "sqlite3": "SQLite", "zlib": "zlib", "expat": "Expat"}


def collected(app: Path) -> list[Path]:
    """The libraries that lie directly in the app's inner folder, and are files of their own.

    Raises:
        IncompleteError: it is no frozen app.
    """
    inner = next((app / name for name in INNER if (app / name).is_dir()), None)
    if inner is None:
        raise IncompleteError(f"{app}: holds neither {' nor '.join(INNER)}, so it is no frozen app")
    return sorted(
        path
        for path in inner.iterdir()
        if _LIBRARY.fullmatch(path.name) and not path.is_symlink() and not _OWN.fullmatch(path.name)
    )


def _said(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True, env=_ENVIRONMENT).stdout  # noqa: S603


def _places() -> dict[str, Path]:
    """Name of a library -> where this system keeps it."""
    program = shutil.which("ldconfig", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    lines = _said(program, "-p").splitlines() if program else []
    found = (re.fullmatch(r"\s+(\S+) \(.*\) => (\S+)", line) for line in reversed(lines))
    return {match[1]: Path(match[2]) for match in found if match}


def _owner(path: Path) -> tuple[str, str, str] | None:
    """(package, source package, its version) of a system's file."""
    if shutil.which("dpkg-query") is None:
        return None
    real = path.resolve()
    for place in (
        real,
        path,
        Path("/usr") / real.relative_to("/"),
        Path("/") / real.relative_to("/usr") if real.is_relative_to("/usr") else real,
    ):
        package = _said("dpkg-query", "-S", str(place)).partition(":")[0].strip()
        if package:
            source, _, version = (
                _said("dpkg-query", "-W", "-f", "${source:Package} ${source:Version}\n", package).splitlines()[0].partition(" ")
            )
            return package, source, version
    return None


def _distribution() -> str:
    """Whose packages these are: "debian", "ubuntu" or another of its relatives (os-release(5), ID)."""
    try:
        return platform.freedesktop_os_release().get("ID", "debian")
    except OSError:
        return "debian"


def _from_debian(name: str, package: str, source: str, version: str, host: str) -> Component:
    if source in REFUSED:
        raise IncompleteError(
            f"{name} must not be shipped (licence of Debian's {source}): leave {REFUSED[source]} out of the app"
        )
    licence = DEBIAN.get(source)
    if licence is None:
        raise IncompleteError(
            f"{name} is from Debian's {source}: read its copyright file and add it to system_libraries.DEBIAN"
        )
    copyright_file = Path("/usr/share/doc") / package / "copyright"
    texts = [("copyright", copyright_file.read_text("utf-8", "replace"))] if copyright_file.is_file() else []
    for named in sorted(set(re.findall(r"/usr/share/common-licenses/([A-Za-z]+-[\d.]*\d)", texts[0][1] if texts else ""))):
        common = Path("/usr/share/common-licenses") / named
        if common.is_file():
            texts.append((named, common.read_text("utf-8", "replace")))
    whose = _distribution()
    address = (
        f"https://launchpad.net/ubuntu/+source/{source}" if whose == "ubuntu" else f"https://sources.debian.org/src/{source}/"
    )
    return Component(
        f"pkg:deb/{whose}/{source}@{version.replace(':', '%3A').replace('+', '%2B')}", source, version, "library", licence,
        address, f"collected from the building machine: {name}", texts=tuple(texts), inside=(host,),
    )  # fmt: skip


def system_libraries(components: tuple[Component, ...], app: Path) -> tuple[Component, ...]:
    """The components and, after them, what was collected into the app.

    Raises:
        IncompleteError: a library of which we do not know what it is.
    """
    known = {component.name for component in components}
    host = components[0].ref
    found: dict[str, Component] = {}
    places = _places()
    for path in collected(app):
        owner = _owner(places[path.name]) if path.name in places else None
        if owner is not None:
            package, source, version = owner
            if _ALREADY.get(source) in known:
                continue
            part = _from_debian(path.name, package, source, version, host)
            if part.ref in found:
                part = replace(found[part.ref], description=f"{found[part.ref].description}, {path.name}")
            found[part.ref] = part
            continue
        match = next((row for row in ELSEWHERE if re.fullmatch(row[0], path.name, re.IGNORECASE)), None)
        if match is None:
            raise IncompleteError(
                f"{path.name}: nobody knows where this library is from; name it in system_libraries.ELSEWHERE"
            )
        if match[1] not in known:
            ref = f"pkg:generic/{match[1].lower()}"
            found[ref] = Component(ref, match[1], "", "library", match[2], match[3], f"collected: {path.name}", inside=(host,))
    first = replace(components[0], depends=tuple(sorted({*components[0].depends, *found})))
    return (first, *components[1:], *sorted(found.values(), key=lambda part: part.name))
