"""A Debian system in a folder, without the source and without Python's environment of this machine, in which the package is tried.

It lies over one of the roots of tests/lab/roots.py: what is written goes into memory, and the root stays as it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab import roots
from tests.packages import find

PERSON = "1000:1000"
HOME = "/home/anna"
LONGEST = 240.0  # seconds for one command
_NAMESPACES = ("--mount", "--pid", "--ipc")
# In memory, as the folder of tests may itself lie over another one (in a container), and what is written cannot go there.
_SIZE = "3g"  # at most; the package and what it needs take about half a gigabyte
_BEGIN = f"""
    mount -t tmpfs -o size={_SIZE},mode=755 tmpfs "$2" && mkdir -m 755 "$2/upper" "$2/work" \\
        && mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$3" \\
        && mount -t proc proc "$3/proc" && mount -t tmpfs tmpfs "$3/dev/shm" && echo || exit
    sleep infinity &
    wait $!
"""  # the shell stays, and takes leave of programs whose parents have gone


@dataclass(frozen=True)
class Debian:
    """A running system.

    Attributes:
        root: its folder, as it looks from inside its namespaces.
        written: where this machine sees what was written in it.
        process: whose namespaces these are.
    """

    root: Path
    written: Path
    process: int

    def command(self, *words: str, person: bool = True) -> list[str]:
        """The command with which this machine runs a command in it."""
        enter = [find("nsenter") or "", "--target", str(self.process), *_NAMESPACES, "chroot"]
        return [*enter, *([f"--userspec={PERSON}"] if person else []), str(self.root), *words]

    def run(self, *words: str, person: bool = True, code: int = 0, **variables: str) -> str:
        """What a command writes; nothing of this machine's variables but the way to the network is there."""
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": HOME if person else "/root"}
        if not person:
            clean |= {"DEBIAN_FRONTEND": "noninteractive"} | {
                k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")
            }
        done = subprocess.run(
            self.command("/usr/bin/env", "-C", HOME, *words, person=person), env=clean | variables, capture_output=True, text=True,
            timeout=LONGEST, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout + done.stderr

    def put(self, source: Path, place: str) -> None:
        """Copies a file in."""
        with source.open("rb") as file:
            subprocess.run(
                self.command("/bin/sh", "-c", f"cat > '{place}' && chmod 644 '{place}'", person=False), stdin=file, check=True
            )

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Starts a program as the person and does not wait for it."""
        clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": HOME}
        return subprocess.Popen(
            self.command("/usr/bin/env", "-C", HOME, *words), env=clean | variables, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip


@contextlib.contextmanager
def debian(folder: Path) -> Iterator[Debian]:
    """A current Debian with a person in it, who has a home and no rights."""
    lower = roots.roots()["current"]
    memory, merged = folder / "memory", folder / "merged"
    for each in (memory, merged):
        each.mkdir(parents=True)
    for each in (folder, *folder.parents[:3]):
        each.chmod(each.stat().st_mode | 0o055)
    options = [find("unshare") or "", *_NAMESPACES, "--fork", "--kill-child"]
    line = [str(lower), str(memory), str(merged)]
    with subprocess.Popen([*options, "/bin/dash", "-c", _BEGIN, "sh", *line], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n", "the folder of a Debian system could not be laid over another"
            child = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()[0])
            system = Debian(merged, Path(f"/proc/{child}/root{memory}/upper"), child)
            commands: Sequence[Sequence[str]] = (
                ("useradd", "--uid", "1000", "--user-group", "--create-home", "--shell", "/bin/bash", "anna"),
                ("sh", "-c", "printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"),
            )
            for command in commands:
                subprocess.run(system.command(*command, person=False), check=True, capture_output=True)
            system.put(Path("/etc/resolv.conf"), "/etc/resolv.conf")
            yield system
        finally:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)
