"""The real daemons that tests/lab uses: which are needed, and how to get them.

`python tests/lab/daemons.py --install` installs what is missing with apt where this is allowed, and otherwise says what to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = {"unbound": "unbound", "nsd": "nsd", "rbldnsd": "rbldnsd", "ldns-signzone": "ldnsutils", "ldns-keygen": "ldnsutils"}
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])


def find(program: str) -> str | None:
    """The full path of a daemon; system folders that are not on everybody's PATH count."""
    return shutil.which(program, path=PATH)


def missing() -> list[str]:
    """Debian packages that are not there."""
    return sorted({package for program, package in PACKAGES.items() if find(program) is None})


def install() -> int:
    """Installs what is missing. Services of the packages are not started."""
    wanted = missing()
    if not wanted:
        return 0
    command = f"apt-get install --no-install-recommends {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        sys.stderr.write(f"The lab tests need {', '.join(wanted)}; install them with your package manager.\n")
        return 2
    if os.geteuid() != 0:
        sys.stderr.write(f"The lab tests need {', '.join(wanted)}. Run: sudo {command}\n")
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
        sys.stderr.write(f"{error}\nThe lab tests need {', '.join(wanted)}; installing them failed.\n")
        return 2
    finally:
        if ours:
            os.unlink(policy)
    return 0


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv[1:] else print("\n".join(missing())) or 0)
