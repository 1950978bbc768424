"""Nothing that an intruder leaves behind runs by itself.

What it checks:
    Jobs (cron, timers, scheduled tasks), libraries that are loaded into every program, new accounts, changed start files, and PHP files
    in folders for uploads: the places in which intruders settle so that they come back.

Why it matters:
    A server that is cleaned but still has one of these doors sends spam again within days, and a second suspension is harder to
    lift. Desks ask how the intruder got in and how his return was made impossible.

How it is judged:
    1. Changes count from thirty days before the suspension on, because servers are broken into before it shows; if no suspension is
       known, from thirty days before the file was made on.
    2. /etc/ld.so.preload: any library there that is not known to be put there on purpose (memory managers, monitors) is a serious
       fault; a known one has to be looked at.
    3. A job that fetches something from the network and runs it, runs from /tmp, /var/tmp or /dev/shm, hides its text (base64), or opens a
       shell to the outside is a serious fault, whenever it was made. One that fetches from a bare address has to be looked at.
    4. PHP files in folders for uploads, files, images and media are a fault: web programs never put any there, apart from empty index.php
       files of less than 100 octets, which are a small fault if they changed in the time of step 1. It is a serious one if the file changed in the time of step 1 and a suspension is known. In
       folders for caches they are usual; recent ones are a small fault until looked at.
    5. Other jobs, start files and account files that changed in that time are listed: a fault if a suspension is known, a small one
       otherwise, until somebody has looked at each. New passwords after the suspension (/etc/shadow) are asked for, and not listed.
    6. Only if all of it could be read, as administrator and without anything cut off, and nothing was found, it is good.

Limits and false positives:
    Times of files can be set back. Installing packages changes these places too. Programs that intruders change in place are seen by
    host.malware, keys by host.login. Databases of web programs, in which malicious code may be kept too, are not read.

References:
    ld.so(8); crontab(5); systemd.timer(5).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.host import _host_part_cleaning as _cleaning
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.jobs import read_preloads, suspicious
from selfaudit.protocols.host_scope import moment
from selfaudit.protocols.host_system import System, system_of


class Tag(StrEnum):
    OK = "PERSISTENCE_NOTHING_FOUND"
    PRELOAD = "PERSISTENCE_PRELOAD"
    PRELOAD_KNOWN = "PERSISTENCE_PRELOAD_KNOWN"
    JOBS = "PERSISTENCE_JOBS"
    JOBS_LOOK = "PERSISTENCE_JOBS_TO_LOOK_AT"
    UPLOADS_NEW = "PERSISTENCE_UPLOADS_NEW"
    UPLOADS = "PERSISTENCE_UPLOADS"
    INDEX = "PERSISTENCE_SMALL_INDEX_FILES"
    CACHES = "PERSISTENCE_CACHES"
    CHANGES = "PERSISTENCE_CHANGES_SINCE"
    RECENT = "PERSISTENCE_CHANGES_RECENT"
    OTHER_HOST = "PERSISTENCE_OTHER_HOST"
    TOO_OLD = "PERSISTENCE_TOO_OLD"
    CLOCK = "PERSISTENCE_CLOCK"
    CHANGED = "PERSISTENCE_CHANGED"
    NOT_IN_FILE = "PERSISTENCE_NOT_IN_FILE"


CHECK = Check(
    "host.persistence", N_("Nothing that an intruder left runs by itself"), (HostReport, HostScope), "host", Contact.PASSIVE
)

_AGAIN = N_("{check}   # then collect again: selfaudit collect --ssh USER@{host}")


def _look(steps: str, minutes: int) -> Remedy:
    return Remedy(steps, verify=_AGAIN, record="{command}", minutes=minutes)


MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD,
        N_(
            "On {host} nothing was found that an intruder usually leaves: no library loaded into every program, no suspicious job, no PHP among uploads, and no job, start "
            "file or account changed since {day}. That is no proof."
        ),
    ),
    Tag.PRELOAD: Message(
        Severity.HIGH,
        N_(
            "{host} loads these libraries into every program (/etc/ld.so.preload): {items}. Hardly any server needs that; intruders hide their files, programs and connections with it."
        ),
        _look(
            N_(
                "If you did not put them there, nothing that this server says of itself can be trusted. Copy the libraries as evidence, boot a rescue system, and set the "
                "server up anew from a clean image. The command shows what they are; it {changes}."
            ),
            240,
        ),
    ),
    Tag.PRELOAD_KNOWN: Message(
        Severity.MEDIUM,
        N_(
            "{host} loads these libraries into every program (/etc/ld.so.preload): {items}. Their names are those of known memory managers or monitors. Did you install them?"
        ),
        _look(
            N_(
                "Look whether each file belongs to a package that you installed. The command shows it; it {changes}. If one does not, treat it as an intruder's."
            ),
            15,
        ),
    ),
    Tag.JOBS: Message(
        Severity.HIGH,
        N_(
            "Jobs on {host} do what intruders' jobs do, such as fetching a program and running it, or running one from a folder for temporary files: {items}."
        ),
        _look(
            N_(
                "Copy each job and what it runs as evidence, take it out, and stop what it started. Find out how it got there, or it comes back. The command shows all jobs; it {changes}."
            ),
            60,
        ),
    ),
    Tag.JOBS_LOOK: Message(
        Severity.MEDIUM,
        N_("Jobs on {host} fetch something from an address without a name: {items}. Are they yours?"),
        _look(
            N_("Look at each of them, and take out those that nobody can explain. The command shows all jobs; it {changes}."),
            20,
        ),
    ),
    Tag.UPLOADS_NEW: Message(
        Severity.HIGH,
        N_(
            "PHP files that are newer than {day} lie in folders of {host} in which only pictures and documents belong: {items}. That is how most web sites are taken over."
        ),
        _look(
            N_(
                "Copy the files and the web server's log of that time as evidence, then remove the files. Update the web program and its extensions, change its passwords, and forbid "
                "PHP in these folders. The log shows who called the files. The command lists them; it {changes}."
            ),
            120,
        ),
    ),
    Tag.UPLOADS: Message(
        Severity.MEDIUM,
        N_("PHP files lie in folders of {host} in which only pictures and documents belong: {items}."),
        _look(
            N_(
                "Look at each of them. One that belongs to no extension of your web program is an intruder's. Forbid PHP in these folders. The command shows the files; it {changes}."
            ),
            45,
        ),
    ),
    Tag.INDEX: Message(
        Severity.LOW,
        N_(
            "Small files called index.php that are newer than {day} lie in folders of {host} for uploads: {items}. Web programs put empty ones there; one with a command in it is an intruder's."
        ),
        _look(
            N_("Look what stands in each of them: right is nothing but a comment. The command shows it; it {changes}."),
            10,
        ),
    ),
    Tag.CACHES: Message(
        Severity.LOW,
        N_(
            "PHP files that are newer than {day} lie in folders of {host} for caches and temporary files: {items}. Many web programs keep some there, and intruders do too."
        ),
        _look(
            N_(
                "Empty these caches with the web program's own command, and see which files come back by themselves. The command shows the files; it {changes}."
            ),
            20,
        ),
    ),
    Tag.CHANGES: Message(
        Severity.MEDIUM,
        N_(
            "Since {day}, which is thirty days before the suspension, this changed on {host}: {items}. Each may be yours, or a door that an intruder left."
        ),
        _look(
            N_(
                "Go through the list: what did you or an update change, and when? Copy what nobody can explain as evidence, and take it out. Say in your statement that you looked. The "
                "command lists the files; it {changes}."
            ),
            45,
        ),
    ),
    Tag.RECENT: Message(
        Severity.LOW,
        N_("In the thirty days since {day}, this changed on {host}: {items}. Was it you, or an update?"),
        _look(
            N_(
                "Go through the list. Copy what nobody can explain as evidence, and take it out. The command lists the files; it {changes}."
            ),
            30,
        ),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}

_PARTS = (
    "persistence.cron",
    "persistence.timers",
    "persistence.preload",
    "persistence.files",
    "persistence.accounts",
    "persistence.uploads",
)
# Where there is no such program or folder, there is nothing to find.
_MAY_BE_ABSENT = ("persistence.cron", "persistence.timers", "persistence.preload", "persistence.uploads")
_NOT_ON_WINDOWS = ("persistence.cron", "persistence.preload", "persistence.files", "persistence.uploads")
_UPLOAD_FOLDERS = ("/uploads/", "/upload/", "/files/", "/images/", "/media/", "/pictures/", "/img/")
_CACHE_FOLDERS = ("/cache/", "/caches/", "/tmp/", "/temp/", "/templates_c/", "/php/twig/", "/compiled/", "/typo3temp/")  # noqa: S108
_SILENT = 100  # octets; an index.php that only says that there is nothing to see
_WHY = {
    "fetch-and-run": phrase("fetches a program and runs it"),
    "disguised": phrase("hides what it runs"),
    "remote-shell": phrase("opens a shell to the outside"),
    "from-tmp": phrase("runs from a folder for temporary files"),
    "from-bare-address": phrase("fetches from an address without a name"),
}
_NAMELESS = phrase("a file whose name cannot be shown")
_NO_DAY = phrase("day not known")
_ACCOUNT_FILES = {"passwd": "/etc/passwd", "shadow": "/etc/shadow", "group": "/etc/group"}


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    trouble = _host.standing(report, scope)
    if trouble is not None:
        name, args = trouble
        yield found(Tag[name], **args)
        return
    system = system_of(report)
    since = _common.since(report, policy)
    jobs, listed = _jobs(report)
    findings = [
        *_preloads(report, system),
        *_suspicious(report, system, jobs),
        *_uploads(report, system, since),
        *_changes(report, system, since, listed, policy),
        *_missing(report, system),
    ]
    yield from findings
    if not findings:
        yield found(Tag.OK, host=report.name, day=since.day)


def _preloads(report: HostReport, system: System) -> Iterator[Finding]:
    preloads = read_preloads(report.rows("persistence.preload", 2))
    for tag, libraries in ((Tag.PRELOAD, preloads.strange), (Tag.PRELOAD_KNOWN, preloads.known)):
        if libraries:
            yield found(
                tag, host=report.name, items=_common.some(libraries), command=_cleaning.owners(system, libraries), changes=_cleaning.CHANGES_LOOK,
                check="cat /etc/ld.so.preload",
            )  # fmt: skip


def _jobs(report: HostReport) -> tuple[dict[str, list[str]], set[str]]:
    """Suspicious jobs by what is wrong with them, in words; and the places that are named among them."""
    jobs: dict[str, list[str]] = {}
    listed: set[str] = set()
    rows = [(path, line) for path, _t, _o, line in report.rows("persistence.cron", 4)[:500]]
    rows += [(unit, line) for unit, _t, line in report.rows("persistence.timers", 3)[:500]]
    for path, line in rows:
        name = suspicious(line, path)
        if name:
            jobs.setdefault(name, []).append(f"{path}: {line}")
            listed.add(path)
    return jobs, listed


def _suspicious(report: HostReport, system: System, jobs: dict[str, list[str]]) -> Iterator[Finding]:
    command = _show_jobs(system)
    groups = {
        Tag.JOBS: [f"{line} ({_WHY[k]})" for k, lines in jobs.items() if k != "from-bare-address" for line in lines],
        Tag.JOBS_LOOK: jobs.get("from-bare-address", []),
    }
    for tag, lines in groups.items():
        if lines:
            yield found(
                tag,
                host=report.name,
                items=_common.some(lines, 6, 160),
                command=command,
                changes=_cleaning.CHANGES_LOOK,
                check=command,
            )


def _show_jobs(system: System) -> str:
    if system.family == "windows":
        return "Get-ScheduledTask | Where-Object TaskPath -notlike '\\Microsoft*' | Select-Object TaskPath, TaskName, @{n='Run';e={$_.Actions.Execute}}"
    spool = {
        "alpine": "/etc/crontabs",
        "freebsd": "/var/cron/tabs",
        "rhel": "/var/spool/cron",
        "suse": "/var/spool/cron/tabs",
        "arch": "/var/spool/cron",
    }
    folder = spool.get(system.family, "/var/spool/cron/crontabs")
    timers = "" if system.family in ("alpine", "freebsd") else "; systemctl list-timers --all"
    return f"grep -rv '^#' /etc/crontab /etc/cron.d {folder}{timers}"


def _uploads(report: HostReport, system: System, since: _common.Since) -> Iterator[Finding]:
    new: list[str] = []
    old: list[str] = []
    caches: list[str] = []
    small: list[str] = []
    for path, changed, size in report.rows("persistence.uploads", 3)[:500]:
        name = path.rpartition("/")[2].lower()
        recent = _common.recent(changed, since.start)
        if name == "index.php" and size.isascii() and size.isdigit() and int(size[:12]) < _SILENT:
            small += [path] if recent else []
            continue
        lower = path.lower()
        cache = any(f in lower for f in _CACHE_FOLDERS) and not any(f in lower for f in _UPLOAD_FOLDERS if f != "/files/")
        if cache:
            caches += [path] if recent else []
        else:
            (new if recent and since.incident else old).append(path)
    for tag, paths in ((Tag.UPLOADS_NEW, new), (Tag.UPLOADS, old), (Tag.CACHES, caches), (Tag.INDEX, small)):
        if paths:
            command = _cleaning.contents(paths) if tag is Tag.INDEX else _cleaning.owners(system, paths)
            yield found(
                tag, host=report.name, items=_common.some(paths, 12, 140), day=since.day, command=command, changes=_cleaning.CHANGES_LOOK,
                check=_cleaning.listed(system, paths),
            )  # fmt: skip


def _changes(report: HostReport, system: System, since: _common.Since, listed: set[str], policy: Policy) -> Iterator[Finding]:
    """What changed in the time that counts, without what is already named as suspicious."""
    rows = [(path, changed) for path, changed, _o, _l in report.rows("persistence.cron", 4)[:500]]
    rows += [(path, changed) for path, changed, _l in report.rows("persistence.timers", 3)[:500]]
    rows += [(path, changed) for path, changed, _o in report.rows("persistence.files", 3)[:500]]
    for line in (report.lines("persistence.accounts") or ())[:200]:
        key, _equals, value = line.partition("=")
        at = moment(value.strip())
        if key.strip() == "shadow" and policy.suspended is not None and at is not None and at >= policy.suspended:
            continue  # new passwords, which are asked for after a break-in
        if key.strip() in _ACCOUNT_FILES:
            rows.append((_ACCOUNT_FILES[key.strip()], value.strip()))
        elif "," in line:  # Windows: account=name,created
            name, _comma, made = (value or line).rpartition(",")
            rows.append((name.strip(), made.strip()))
    items = {p or _NAMELESS: t for p, t in rows if (p or t) and p not in listed and _common.recent(t, since.start)}
    if items:
        texts = (f"{path} ({changed[:10] if moment(changed) is not None else _NO_DAY})" for path, changed in items.items())
        yield found(
            Tag.CHANGES if since.incident else Tag.RECENT, host=report.name, items=_common.some(texts, 15, 120), day=since.day,
            command=_cleaning.owners(system, items), changes=_cleaning.CHANGES_LOOK, check=_cleaning.listed(system, items),
        )  # fmt: skip


def _missing(report: HostReport, system: System) -> Iterator[Finding]:
    """The first part that is not whole; without administrator rights, other people's jobs are not seen."""
    for part in _PARTS:
        if system.family == "windows" and part in _NOT_ON_WINDOWS:
            continue
        unsure = _common.unsure(report, part, absent_is_empty=part in _MAY_BE_ABSENT)
        if unsure is not None:
            yield found(Tag.NOT_IN_FILE, **unsure)
            return
    if not report.root:
        yield found(Tag.NOT_IN_FILE, **_common.insufficient(report, "persistence.cron", _common.NO_RIGHTS))
