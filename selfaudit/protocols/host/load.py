"""What a server uses of itself, from the part "resources" of a collector's file."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.facts.host import HostReport

# No disks, and images that are always full. What is mounted at /media or /run itself counts.
_PSEUDO = ("/proc", "/sys", "/dev")
_BELOW = (*(f"{mount}/" for mount in _PSEUDO), "/snap/", "/var/lib/snapd/", "/var/snap/", "/media/", "/run/")
_MAX = 200


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system: its mount, size and use in KiB, and its inodes (0: it has no fixed number of them)."""

    mount: str
    size: int
    used: int
    inodes: int = 0
    inodes_used: int = 0

    @property
    def percent(self) -> int:
        """Of the space, in whole per cent."""
        return self.used * 100 // self.size if self.size else 0

    @property
    def inode_percent(self) -> int:
        """Of the inodes, in whole per cent."""
        return self.inodes_used * 100 // self.inodes if self.inodes else 0


@dataclass(frozen=True, slots=True)
class Busy:
    """A program that uses much: per cent of one processor, per cent of the memory, user, name."""

    cpu: float
    memory: float
    user: str
    program: str


@dataclass(frozen=True, slots=True)
class Load:
    """The numbers; None for what the report does not say."""

    cpus: int | None
    load5: float | None
    memory: int | None  # KiB
    available: int | None  # KiB
    swap: int | None  # KiB
    swap_free: int | None  # KiB
    iowait: float | None  # per cent
    received: int | None  # octets since boot
    sent: int | None
    read: int | None  # KiB since boot
    written: int | None
    month: str
    disks: tuple[Disk, ...]
    top: tuple[Busy, ...]

    @property
    def memory_percent(self) -> int | None:
        """Available memory in whole per cent."""
        if not self.memory or self.available is None:
            return None
        return self.available * 100 // self.memory

    @property
    def swap_full(self) -> bool:
        """Nothing can be moved to disk any more: there is no swap, or less than a twentieth of it is free."""
        return not self.swap or (self.swap_free is not None and self.swap_free * 20 < self.swap)


def _pseudo(mount: str) -> bool:
    return mount in _PSEUDO or mount.startswith(_BELOW)


def number(text: str) -> float | None:
    """A number that is not negative, at most 15 digits; None for anything else. A decimal comma counts as a point."""
    bare = text.strip().rstrip("%").replace(",", ".")
    if not bare or len(bare) > 15 or not bare.replace(".", "", 1).isdigit() or not bare.isascii():
        return None
    return float(bare)


def whole(text: str) -> int | None:
    """A whole number; None for anything else."""
    value = number(text)
    return None if value is None else int(value)


def read_load(report: HostReport) -> Load | None:
    """The numbers of a report; None if the part says nothing."""
    lines = report.lines("resources")
    if lines is None:
        return None
    values = report.values("resources")
    disks: list[Disk] = []
    top: list[Busy] = []
    for line in lines[: 4 * _MAX]:
        key, _equals, value = line.partition("=")
        if key.strip() == "disk" and len(disks) < _MAX:
            mount, *rest = value.strip().rsplit(",", 4)
            sizes = [whole(r) for r in rest]
            if len(sizes) == 4 and sizes[0] and sizes[1] is not None and not _pseudo(mount):
                disks.append(Disk(mount, sizes[0], sizes[1], sizes[2] or 0, sizes[3] or 0))
        elif key.strip() == "top" and len(top) < _MAX:
            fields = value.split(",", 3)
            cpu, memory = (number(f) for f in (*fields, "", "")[:2])
            if len(fields) == 4 and cpu is not None:
                top.append(Busy(cpu, memory or 0.0, fields[2].strip(), fields[3].strip()))
    return Load(
        cpus=whole(values.get("cpus", "")) or None, load5=number(values.get("load5", "")),
        memory=whole(values.get("mem_total_kb", "")), available=whole(values.get("mem_available_kb", "")),
        swap=whole(values.get("swap_total_kb", "")), swap_free=whole(values.get("swap_free_kb", "")), iowait=number(values.get("iowait_percent", "")),
        received=whole(values.get("net_rx_bytes", "")), sent=whole(values.get("net_tx_bytes", "")),
        read=whole(values.get("disk_read_kb", "")), written=whole(values.get("disk_written_kb", "")),
        month=values.get("vnstat_month", ""), disks=tuple(disks), top=tuple(top),
    )  # fmt: skip
