"""host.resources."""

from __future__ import annotations

from selfaudit.facts import Fact
from selfaudit.facts.host import PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.resources"

FINE = """cpus=4
load1=0.30
load5=0.25
load15=0.20
mem_total_kb=8000000
mem_available_kb=5000000
swap_total_kb=1000000
swap_free_kb=1000000
iowait_percent=1.5
net_rx_bytes=107374182400
net_tx_bytes=53687091200
disk_read_kb=104857600
disk_written_kb=209715200
vnstat_month=Nov 2026 rx 90 GiB tx 40 GiB
processes=140
disk=/,40000000,20000000,2500000,300000
disk=/snap/core20/2318,65408,65408,12000,12000
top=3.1,1.0,mysql,mariadbd
top=0.5,0.2,root,sshd"""


def facts(text: str | PartStatus, **fields: object) -> list[Fact]:
    return [report({"resources": text}, **fields), SCOPE]  # type: ignore[arg-type]


def without(key: str) -> str:
    return "\n".join(line for line in FINE.splitlines() if not line.startswith(key))


NOT_GOOD = ["RESOURCES_OK"]
SCENARIOS = [
    Scenario("room and power", facts(FINE), ["RESOURCES_OK", "RESOURCES_NUMBERS"], "pass", args={"space": "/ 50 %", "inodes": "/ 12 %", "cpu": "4, load 0.25"}),
    Scenario("decimal commas", facts(FINE.replace("load5=0.25", "load5=0,25")), ["RESOURCES_OK"], "pass", args={"cpu": "4, load 0.25"}),
    Scenario("disk full", facts(FINE.replace("20000000,2500000", "37000000,2500000")), ["RESOURCES_DISK_FULL"], "warn", NOT_GOOD, {"disks": ("/ 92 %",)}),
    Scenario("exactly 90 per cent", facts(FINE.replace("20000000,2500000", "36000000,2500000")), ["RESOURCES_OK"], "pass"),
    *(Scenario(f"a full disk at {mount}", facts(FINE + f"\ndisk={mount},40000000,39000000,0,0"), ["RESOURCES_DISK_FULL"], "warn", NOT_GOOD, {"disks": (f"{mount} 97 %",)}) for mount in ("/devel", "/system", "/process", "/media", "/snapshots")),
    *(Scenario(f"always full: {mount}", facts(FINE + f"\ndisk={mount},40000000,40000000,0,0"), ["RESOURCES_OK"], "pass") for mount in ("/dev", "/dev/shm", "/sys/fs/cgroup", "/snap/core20/1", "/media/cdrom", "/run/user/0")),
    Scenario("inodes", facts(FINE.replace(",300000", ",2400000")), ["RESOURCES_INODES_FULL"], "warn", NOT_GOOD, {"disks": ("/ 96 %",)}),
    Scenario("no fixed number of inodes", facts(FINE.replace(",2500000,300000", ",0,0")), ["RESOURCES_OK"], "pass", args={"inodes": "not known"}),
    Scenario("load", facts(FINE.replace("load5=0.25", "load5=8.5")), ["RESOURCES_LOAD"], "warn", NOT_GOOD, {"load": "8.5", "cpus": 4}),
    Scenario("twice is not more than twice", facts(FINE.replace("load5=0.25", "load5=8.0")), ["RESOURCES_OK"], "pass"),
    Scenario("waits", facts(FINE.replace("iowait_percent=1.5", "iowait_percent=61")), ["RESOURCES_WAITS_FOR_DISKS"], "warn", NOT_GOOD),
    Scenario("memory", facts(FINE.replace("available_kb=5000000", "available_kb=100000").replace("swap_free_kb=1000000", "swap_free_kb=1000")), ["RESOURCES_MEMORY"], "warn", NOT_GOOD, {"percent": 1}),
    Scenario("little memory, but swap", facts(FINE.replace("available_kb=5000000", "available_kb=100000")), ["RESOURCES_OK"], "pass"),
    Scenario("a miner", facts(FINE + "\ntop=390.2,3.0,www-data,kdevtmpfsi"), ["RESOURCES_MINER"], "fail", NOT_GOOD),
    Scenario("a miner by path", facts(FINE + "\ntop=99,3.0,www-data,/var/tmp/xmrig-6.21 -o pool"), ["RESOURCES_MINER"], "fail", NOT_GOOD),
    Scenario("a busy compiler is no miner", facts(FINE + "\ntop=390.2,3.0,anna,cc1plus"), ["RESOURCES_OK"], "pass"),
    *(Scenario(f"without {k}", facts(without(k)), ["RESOURCES_NOT_ALL_SEEN"], "inconclusive", NOT_GOOD) for k in ("cpus", "load", "mem_", "disk=", "net_")),
    Scenario("without disk traffic", facts(without("disk_").replace("iowait_percent=1.5\n", "")), ["RESOURCES_NOT_ALL_SEEN"], "inconclusive", NOT_GOOD, {"what": ("disk traffic",)}),
    Scenario("nonsense", facts("cpus=many\nload5=nan\ndisk=/,x,y\nmem_total_kb=-1"), ["RESOURCES_NOT_ALL_SEEN"], "inconclusive", NOT_GOOD),
    Scenario("windows has no load", facts(without("load").replace("2500000,300000", "0,0"), system="windows"), ["RESOURCES_OK"], "pass"),
    Scenario("rescue", facts(FINE, rescue=True), ["RESOURCES_NOT_ALL_SEEN"], "inconclusive", [*NOT_GOOD, "RESOURCES_LOAD"]),
    Scenario("rescue, disk full all the same", facts(FINE.replace("20000000,2500000", "39000000,2500000").replace("load5=0.25", "load5=99"), rescue=True), ["RESOURCES_DISK_FULL", "RESOURCES_NOT_ALL_SEEN"], "inconclusive", ["RESOURCES_LOAD"]),
    *(Scenario(f"part {s}", facts(s), ["RESOURCES_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for s in PartStatus if s is not PartStatus.OK),
    Scenario("cut off", [report({}, more=(part("resources", without("disk="), cut=True),)), SCOPE], ["RESOURCES_NOT_ALL_SEEN"], "inconclusive", NOT_GOOD),
    Scenario("other host", [report({"addresses": "eth0|198.51.100.7/24", "host": "name=x.other.example", "resources": FINE}, name="x.other.example"), SCOPE], ["RESOURCES_OTHER_HOST"], "inconclusive", NOT_GOOD),
    Scenario("too old", facts(FINE, taken="2026-11-01T06:00:00Z"), ["RESOURCES_TOO_OLD"], "inconclusive", NOT_GOOD),
    Scenario("clock", facts(FINE, taken="2027-11-01T06:00:00Z"), ["RESOURCES_CLOCK"], "inconclusive", NOT_GOOD),
    Scenario("changed", facts(FINE, genuine=False, damage=("x",)), ["RESOURCES_CHANGED"], "inconclusive", NOT_GOOD),
]  # fmt: skip
