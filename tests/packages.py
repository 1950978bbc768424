"""What the tests need of the system: real daemons for tests/lab, a screen and its libraries for tests/ui.

`python tests/packages.py --install` installs what is missing with apt where this is allowed, and otherwise says what to run.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

PROGRAMS = {
    "unbound": "unbound", "nsd": "nsd", "rbldnsd": "rbldnsd", "ldns-signzone": "ldnsutils", "ldns-keygen": "ldnsutils",
    "Xvfb": "xvfb", "ip": "iproute2", "nft": "nftables", "named": "bind9", "nginx": "nginx-light", "tinyproxy": "tinyproxy-bin",
    "microsocks": "microsocks", "redis-server": "redis-server", "memcached": "memcached", "snmpd": "snmpd", "socat": "socat",
    "whois": "whois", "curl": "curl", "debootstrap": "debootstrap", "sshd": "openssh-server", "ssh-keygen": "openssh-client",
    "ssh-keyscan": "openssh-client", "dash": "dash", "bash": "bash", "busybox": "busybox-static", "mksh": "mksh", "shellcheck": "shellcheck",
    "nsenter": "util-linux", "unshare": "util-linux", "minisign": "minisign", "pdftoppm": "poppler-utils", "groff": "groff-base",
    "desktop-file-validate": "desktop-file-utils", "appstreamcli": "appstream", "zstd": "zstd", "objdump": "binutils", "strip": "binutils",
}  # fmt: skip
LIBRARIES = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libxkbcommon.so.0": "libxkbcommon0", "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1", "libglib-2.0.so.0": "libglib2.0-0", "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-xinerama.so.0": "libxcb-xinerama0", "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}  # fmt: skip
# Installed, these would drive out the machine's own mail server and clock, and each other; so they are only unpacked.
UNPACKED = ("postfix", "exim4-daemon-light", "ntpsec")
UNPACKED_IN = Path(__file__).resolve().parent.parent / "build" / "packages"
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])


def find(program: str) -> str | None:
    """The full path of a program; system folders that are not on everybody's PATH count."""
    return shutil.which(program, path=PATH)


def unpacked(package: str) -> Path:
    """The folder that holds the files of a package that is not installed."""
    return UNPACKED_IN / package


def _lacks(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def python_library() -> dict[str, str]:
    """Python as a library, which PyInstaller puts into the frozen app: file -> package.

    Debian has it in a package of its own. For a Python from elsewhere there is none that fits; packaging/build.py says what to do then.
    """
    if sys.base_prefix != "/usr":
        return {}
    return {f"libpython{sysconfig.get_config_var('LDVERSION')}.so.1.0": f"libpython{sysconfig.get_python_version()}"}


def missing() -> list[str]:
    """Debian packages that are not there."""
    wanted = {package for program, package in PROGRAMS.items() if find(program) is None}
    if sys.platform == "linux":
        wanted |= {package for library, package in (LIBRARIES | python_library()).items() if _lacks(library)}
        if not any(Path("/usr/share/fonts").rglob("*.ttf")):
            wanted.add("fonts-dejavu-core")
        wanted |= {package for package in UNPACKED if not unpacked(package).is_dir()}
    return sorted(wanted)


def install() -> int:
    """Installs what is missing. Services of the packages are not started, and nothing is removed for them."""
    wanted = missing()
    if not wanted:
        return 0
    if shutil.which("apt-get") is None:
        sys.stderr.write(f"The tests need {', '.join(wanted)}; install them with your package manager.\n")
        return 2
    try:
        if os.geteuid() == 0:
            _apt("update")
        with tempfile.TemporaryDirectory(prefix="selfaudit-packages-") as folder:
            archives = _download([package for package in wanted if package in UNPACKED], Path(folder))
            wanted = [package for package in wanted if package not in UNPACKED] + _libraries(archives)
            if wanted and os.geteuid() != 0:
                sys.stderr.write(
                    f"The tests need {', '.join(wanted)}. Run: sudo apt-get install --no-install-recommends {' '.join(wanted)}\n"
                )
                return 2
            if wanted:
                _install(wanted)
            for package, archive in archives.items():
                _unpack(package, archive)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.stderr.write(f"{error}\nThe tests need {', '.join(missing())}; installing them failed.\n")
        return 2
    return 0


def _apt(*arguments: str, folder: Path | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def _install(packages: list[str]) -> None:
    # A policy file keeps the packages' own services from starting; an existing one is left alone.
    policy = "/usr/sbin/policy-rc.d"
    ours = not os.path.exists(policy)
    if ours:
        with open(policy, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)
    try:
        _apt("install", "--no-install-recommends", "--no-remove", "-y", *packages)
    finally:
        if ours:
            os.unlink(policy)


def _download(packages: list[str], folder: Path) -> dict[str, Path]:
    """Package -> its archive. apt checks what it downloads against the signed lists."""
    if packages:
        # apt's own user could not write into a folder that only we may open.
        _apt("-o", "APT::Sandbox::User=root", "download", *packages, folder=folder)
    return {package: next(folder.glob(f"{package}_*.deb")) for package in packages}


def _libraries(archives: dict[str, Path]) -> list[str]:
    """The libraries that the archives depend on and that are not installed."""
    wanted = set()
    for archive in archives.values():
        depends = subprocess.run(["dpkg-deb", "-f", archive, "Depends"], check=True, capture_output=True, text=True).stdout
        names = {re.split(r"[\s(|:]", item.strip(), maxsplit=1)[0] for item in depends.split(",")}
        wanted |= {name for name in names if name.startswith("lib")}
    state = ["dpkg-query", "-W", "-f", "${db:Status-Status}\n"]
    return sorted(
        name
        for name in wanted
        if "installed" not in subprocess.run([*state, name], check=False, capture_output=True, text=True).stdout.split()
    )


def _unpack(package: str, archive: Path) -> None:
    new = UNPACKED_IN / f"{package}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    subprocess.run(["dpkg-deb", "-x", archive, new], check=True)
    new.rename(unpacked(package))


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv[1:] else print("\n".join(missing())) or 0)
