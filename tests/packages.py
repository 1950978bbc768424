"""What the tests need of the system: real daemons for tests/lab, a screen and its libraries for tests/ui.

`python tests/packages.py --install` installs what is missing with apt where this is allowed, and otherwise says what to run.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "unbound": "unbound", "nsd": "nsd", "rbldnsd": "rbldnsd", "ldns-signzone": "ldnsutils", "ldns-keygen": "ldnsutils",
    "Xvfb": "xvfb",
}  # fmt: skip
LIBRARIES = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libxkbcommon.so.0": "libxkbcommon0", "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1", "libglib-2.0.so.0": "libglib2.0-0", "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-xinerama.so.0": "libxcb-xinerama0", "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}  # fmt: skip
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])


def find(program: str) -> str | None:
    """The full path of a program; system folders that are not on everybody's PATH count."""
    return shutil.which(program, path=PATH)


def _lacks(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def missing() -> list[str]:
    """Debian packages that are not there."""
    wanted = {package for program, package in PROGRAMS.items() if find(program) is None}
    if sys.platform == "linux":
        wanted |= {package for library, package in LIBRARIES.items() if _lacks(library)}
        if not any(Path("/usr/share/fonts").rglob("*.ttf")):
            wanted.add("fonts-dejavu-core")
    return sorted(wanted)


def install() -> int:
    """Installs what is missing. Services of the packages are not started."""
    wanted = missing()
    if not wanted:
        return 0
    command = f"apt-get install --no-install-recommends {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        sys.stderr.write(f"The tests need {', '.join(wanted)}; install them with your package manager.\n")
        return 2
    if os.geteuid() != 0:
        sys.stderr.write(f"The tests need {', '.join(wanted)}. Run: sudo {command}\n")
        return 2
    # A policy file keeps the packages' own services from starting; an existing one is left alone.
    policy = "/usr/sbin/policy-rc.d"
    ours = not os.path.exists(policy)
    if ours:
        with open(policy, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*command.split(), "-y", "-q"], env=environment, check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error}\nThe tests need {', '.join(wanted)}; installing them failed.\n")
        return 2
    finally:
        if ours:
            os.unlink(policy)
    return 0


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv[1:] else print("\n".join(missing())) or 0)
