"""The server has room and power left.

What it checks:
    What the server uses of itself: processors, memory, disk space and disk traffic, network traffic, and inodes (the number of
    files that a disk can hold).

Why it matters:
    Policies forbid using a disproportionate share of a shared platform and name these measures. A server whose processors are always
    busy is often mining coins for somebody else; one with a full disk loses mail and logs.

How it is judged:
    1. Disks: df and df -i. More than 90 % of the space or of the inodes used is a fault. Images that are always full (snap) do not count.
    2. Processors: a load of more than twice the number of processors over five minutes is a fault. Waiting for disks for more than 40 % of
       the time is a small one.
    3. Memory: less than 5 % available while there is no free swap either is a small fault.
    4. A program with the name of a known coin miner, or of a worm that brings one, among the busiest is a serious fault, however busy it
       is at that moment.
    5. Network traffic since the start, and of the month where vnstat counts it, is shown without a verdict: what is too much stands
       in the offer.
    6. A number that the file does not hold is unclear. From a rescue system only disks can be judged.

Limits and false positives:
    It is one moment, not a month. Calls to programming interfaces (API), which policies name too, cannot be seen on a server: the
    provider's own numbers tell. A miner can call itself anything. Load also counts programs that wait for disks.

References:
    df(1); proc(5) loadavg and meminfo; vnstat(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.jobs import looks_like_miner
from selfaudit.protocols.host.load import Load, read_load
from selfaudit.protocols.host_system import System, system_of


class Tag(StrEnum):
    OK = "RESOURCES_OK"
    NUMBERS = "RESOURCES_NUMBERS"
    MINER = "RESOURCES_MINER"
    DISK = "RESOURCES_DISK_FULL"
    INODES = "RESOURCES_INODES_FULL"
    LOAD = "RESOURCES_LOAD"
    WAITING = "RESOURCES_WAITS_FOR_DISKS"
    MEMORY = "RESOURCES_MEMORY"
    PARTIAL = "RESOURCES_NOT_ALL_SEEN"
    OTHER_HOST = "RESOURCES_OTHER_HOST"
    TOO_OLD = "RESOURCES_TOO_OLD"
    CLOCK = "RESOURCES_CLOCK"
    CHANGED = "RESOURCES_CHANGED"
    NOT_IN_FILE = "RESOURCES_NOT_IN_FILE"


CHECK = Check(
    "host.resources", N_("The server has room and power left"), (HostReport, HostScope), "host", Contact.PASSIVE, advisory=True
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD, N_("{host} has room and power left. Calls to programming interfaces (API) cannot be seen on a server.")
    ),
    Tag.NUMBERS: Message(
        Severity.INFO,
        N_(
            "{host} at {taken} UTC: processors {cpu}; memory {memory}; disk traffic {disk}; network {network}; fullest disk {space}; inodes {inodes}."
        ),
    ),
    Tag.MINER: Message(
        Severity.HIGH,
        N_(
            "Among the busiest programs of {host} are some with the names of coin miners or of the worms that bring them: {programs}. Somebody else uses the server."
        ),
        Remedy(
            N_(
                "Keep the program's file and its open connections as evidence, then stop it, and look for what starts it again (jobs, timers, accounts, keys). Think of setting up the server "
                "anew from a clean image: whoever got a miner in can come back. The command shows the busiest programs; it {changes}."
            ),
            verify=N_("top -b -n 1 | head -20   # then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=240,
        ),
    ),
    Tag.DISK: Message(
        Severity.MEDIUM,
        N_("Disks of {host} are more than 90 % full: {disks}. Mail, logs and databases get lost when nothing fits any more."),
        Remedy(
            N_(
                "Find what takes the space: old logs, backups, mail, caches. The command lists the biggest folders; it {changes}. Keep logs of the time of an incident."
            ),
            verify=N_("df -h   # right: below 90 %; then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=45,
        ),
    ),
    Tag.INODES: Message(
        Severity.MEDIUM,
        N_(
            "Disks of {host} hold more than 90 % of the number of files that they can hold (inodes): {disks}. Then no new file can be made, although there is space."
        ),
        Remedy(
            N_(
                "Find folders with very many small files: PHP sessions, caches, mail queues. The command counts them; it {changes}."
            ),
            verify=N_("df -i   # right: below 90 %; then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=45,
        ),
    ),
    Tag.LOAD: Message(
        Severity.MEDIUM,
        N_(
            "{host} has more work than it can do: a load of {load} over five minutes with {cpus} processors. Busiest: {programs}."
        ),
        Remedy(
            N_(
                "Find out which programs cause it and for whom they work. The command shows them; it {changes}. If it is proper work, ask for a bigger server before others suffer."
            ),
            verify=N_(
                "uptime   # right: less than twice the number of processors; then collect again: selfaudit collect --ssh USER@{host}"
            ),
            record="{command}",
            minutes=60,
        ),
    ),
    Tag.WAITING: Message(
        Severity.LOW,
        N_("The processors of {host} wait for disks {percent} % of the time."),
        Remedy(
            N_("Find out which program reads or writes that much. The command shows it; it {changes}."),
            verify=N_(
                "vmstat 5 3   # right: below 40 in the column wa; then collect again: selfaudit collect --ssh USER@{host}"
            ),
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.MEMORY: Message(
        Severity.LOW,
        N_(
            "{host} has hardly any memory left: {percent} % available, and no free swap. Programs are ended without warning then."
        ),
        Remedy(
            N_(
                "Find out which programs take it. The command shows them; it {changes}. Give services less, or the server more."
            ),
            verify=N_("free -m   # then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.PARTIAL: Message(
        Severity.UNKNOWN,
        N_("The collector's file of {host} does not hold all numbers: {what} cannot be told ({why})."),
        Remedy(
            N_("Run the collector again on the running server."), verify=N_("selfaudit collect --ssh USER@{host}"), minutes=5
        ),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}

_FULL = 90  # per cent
_BUSY = 2.0  # times the number of processors
_WAITS = 40  # per cent
_MEMORY = 5  # per cent
_GIB, _MIB = 1_048_576, 1_024  # in KiB
_UNKNOWN = phrase("not known")


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    trouble = _host.standing(report, scope)
    if trouble is not None:
        name, args = trouble
        yield found(Tag[name], **args)
        return
    load, part = read_load(report), report.part("resources")
    if load is None or part is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "resources"))
        return
    system = system_of(report)
    faults = list(_disks(report, load, system))
    if not report.rescue:
        faults += _power(report, load, system)
    yield from faults
    missing = _missing(report, load, system)
    if missing:
        why = _common.RESCUE if report.rescue else _common.CUT if part.cut else phrase("the server did not say it")
        yield found(Tag.PARTIAL, host=report.name, what=missing, why=why)
    yield _numbers(report, load)
    if not faults and not missing and part.status is PartStatus.OK:
        yield found(Tag.OK, host=report.name)


def _command(system: System, purpose: str) -> dict[str, str]:
    unix = {
        "programs": "ps aux | sort -rnk 3 | head -20",
        "memory": "ps aux | sort -rnk 4 | head -20",
        "space": "du -xh / 2>/dev/null | sort -rh | head -30",
        "files": "find / -xdev -type f 2>/dev/null | sed 's|/[^/]*$||' | sort | uniq -c | sort -rn | head -30",
        "disks": "iostat -x 5 2; ps -eo state,pid,args | grep '^D'",
    }
    windows = {
        "programs": "Get-Process | Sort-Object CPU -Descending | Select-Object -First 20",
        "memory": "Get-Process | Sort-Object WorkingSet -Descending | Select-Object -First 20",
        "space": "Get-ChildItem C:\\ -Recurse -File -ErrorAction SilentlyContinue | Sort-Object Length -Descending | Select-Object -First 30 FullName, Length",
    }
    # busybox's ps has no columns for use, and its sort sorts as well
    alpine = {"programs": "top -b -n 1 | head -25", "memory": "top -b -m -n 1 | head -25", "disks": "top -b -n 1 | head -25"}
    chosen = {"windows": windows, "alpine": unix | alpine}.get(system.family, unix)
    return {"command": chosen.get(purpose, windows["programs"]), "changes": _common.CHANGES_NOTHING}


def _disks(report: HostReport, load: Load, system: System) -> Iterator[Finding]:
    full = [f"{d.mount} {d.percent} %" for d in load.disks if d.used * 100 > _FULL * d.size]
    crowded = [f"{d.mount} {d.inode_percent} %" for d in load.disks if d.inodes and d.inodes_used * 100 > _FULL * d.inodes]
    if full:
        yield found(Tag.DISK, host=report.name, disks=_common.some(full, 8, 60), **_command(system, "space"))
    if crowded:
        yield found(Tag.INODES, host=report.name, disks=_common.some(crowded, 8, 60), **_command(system, "files"))


def _power(report: HostReport, load: Load, system: System) -> Iterator[Finding]:
    """Processors and memory."""
    miners = [f"{b.program} ({b.cpu:g} %, {b.user})" for b in load.top if looks_like_miner(b.program)]
    if miners:
        yield found(Tag.MINER, host=report.name, programs=_common.some(miners, 6, 80), **_command(system, "programs"))
    if load.cpus and load.load5 is not None and load.load5 > _BUSY * load.cpus:
        programs = _common.some((f"{b.program} {b.cpu:g} %" for b in load.top), 4, 60) or (_UNKNOWN,)
        yield found(
            Tag.LOAD,
            host=report.name,
            load=f"{load.load5:g}",
            cpus=load.cpus,
            programs=programs,
            **_command(system, "programs"),
        )
    if load.iowait is not None and load.iowait > _WAITS:
        yield found(Tag.WAITING, host=report.name, percent=f"{load.iowait:g}", **_command(system, "disks"))
    percent = load.memory_percent
    if percent is not None and percent < _MEMORY and load.swap_full:
        yield found(Tag.MEMORY, host=report.name, percent=percent, **_command(system, "memory"))


def _missing(report: HostReport, load: Load, system: System) -> tuple[str, ...]:
    """What the file does not say, in words. Windows has no load and no inodes."""
    windows = system.family == "windows"
    inodes = windows or any(d.inodes for d in load.disks) or bool(load.disks)
    checks = (
        (load.cpus is not None and (load.load5 is not None or (windows and bool(load.top))), phrase("the processors' work")),
        (load.memory_percent is not None, phrase("memory")),
        (load.iowait is not None or load.read is not None or load.written is not None, phrase("disk traffic")),
        (load.received is not None and load.sent is not None, phrase("network traffic")),
        (bool(load.disks), phrase("disk space")),
        (inodes, phrase("inodes")),
    )
    running = 4  # the first ones are of the running system, which in rescue mode is another one
    return tuple(words for n, (seen, words) in enumerate(checks) if not seen or (report.rescue and n < running))


def _numbers(report: HostReport, load: Load) -> Finding:
    fullest = max(load.disks, key=lambda d: d.percent, default=None)
    crowded = max((d for d in load.disks if d.inodes), key=lambda d: d.inode_percent, default=None)
    live = not report.rescue
    cpu = memory = disk = network = _UNKNOWN
    if live and load.cpus and load.load5 is not None:
        cpu = phrase("{cpus}, load {load}", cpus=load.cpus, load=f"{load.load5:g}")
    if live and load.memory and load.available is not None:
        memory = phrase("{free} of {total} MiB available", free=load.available // _MIB, total=load.memory // _MIB)
    if live and load.read is not None and load.written is not None:
        disk = phrase(
            "{read} GiB read and {written} GiB written since the start", read=load.read // _GIB, written=load.written // _GIB
        )
    if live and load.received is not None and load.sent is not None:
        network = phrase(
            "{received} GiB in and {sent} GiB out since the start", received=load.received // 1024**3, sent=load.sent // 1024**3
        )
    return found(
        Tag.NUMBERS,
        host=report.name,
        taken=report.taken[:16].replace("T", " "),
        cpu=cpu,
        memory=memory,
        disk=disk,
        network=network if not (live and load.month) else f"{network}; vnstat: {_common.some([load.month], each=80)[0]}",
        space=_common.some([f"{fullest.mount} {fullest.percent} %"], each=60)[0] if fullest else _UNKNOWN,
        inodes=_common.some([f"{crowded.mount} {crowded.inode_percent} %"], each=60)[0] if crowded else _UNKNOWN,
    )
