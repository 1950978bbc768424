"""Measurements, side by side on the same machine: `make bench`. Not part of the tests.

1. The blocklist sweep: 256 addresses x 60 lists against rbldnsd on loopback, ours against pydnsbl, in turn; the ratio counts.
2. An audit of 10 domains with 10 addresses where every answer takes 50 ms, against the longest chain of dependent look-ups.
3. The window during that sweep: its longest pause, cancel to idle, memory, and the time from start to the first page.
4. Peak memory of the sweep, the start of `selfaudit --version`, and queries sent over distinct queries.
5. 200 domains at a registry that limits its questions, against the time that the limit itself makes it take.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import registry
from tests.packages import find

LISTS, ADDRESSES = 60, 256
ROUNDS = 5


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_rbldnsd(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """rbldnsd with 60 lists: every test point, and one audited address in ten."""
    entries = ["127.0.0.2", *(f"198.18.7.{i}" for i in range(0, 256, 10))]
    (folder / "list.zone").write_text(":127.0.0.2:listed\n" + "\n".join(entries) + "\n", encoding="ascii")
    port = free_port()
    zones = [f"list{i}.bench.test:ip4set:list.zone" for i in range(LISTS)]
    command = [find("rbldnsd") or "rbldnsd", "-n", "-r", str(folder), "-b", f"127.0.0.1/{port}", *zones]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "nobody"]
        folder.chmod(0o755)
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.0)
    return daemon, port


def settings_file(folder: Path, port: int) -> Path:
    lists = "".join(
        f'[[list]]\nzone = "list{i}.bench.test"\nname = "List {i}"\nkinds = ["ip4"]\ntier = 3\ncodes = {{ "127.0.0.2" = "listed" }}\n'
        for i in range(LISTS)
    )
    (folder / "catalogue.toml").write_text(lists, encoding="ascii")
    path = folder / "settings.toml"
    path.write_text(
        f'[dns]\nresolvers = ["127.0.0.1"]\nport = {port}\n[scope]\nallow_reserved = true\n[blocklists]\ncatalogue = "catalogue.toml"\n',
        encoding="ascii",
    )
    return path


OURS = """
import asyncio, json, resource, sys, time
from pathlib import Path
from selfaudit.case import Case, Target
from selfaudit.cli.run import run_watched
from selfaudit.net import open_net
from selfaudit.settings import load_settings
settings = load_settings(Path(sys.argv[1]))
targets = tuple(Target("address", f"198.18.7.{i}") for i in range(256))
case = Case(targets, only=("blocklist.address",), laboratory=True)
async def work():
    net = open_net(settings)
    started = time.perf_counter()
    audit = await run_watched(case, net, b"", quiet=True)
    return time.perf_counter() - started, net.dns, audit
seconds, client, audit = asyncio.run(work())
listed = sum(any(f.tag.startswith("LISTED") for f in r.findings) for r in audit.results)
print(json.dumps({"seconds": seconds, "sent": client.sent, "distinct": client.distinct, "listed": listed, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

THEIRS = """
import asyncio, json, logging, resource, sys, time
import aiodns
from pydnsbl import DNSBLIpChecker
from pydnsbl.providers import Provider
logging.disable(logging.CRITICAL)
port = int(sys.argv[1])
providers = [Provider(f"list{i}.bench.test") for i in range(60)]
async def work():
    checker = DNSBLIpChecker(providers=providers, timeout=5)
    checker._resolver = aiodns.DNSResolver(nameservers=["127.0.0.1"], tcp_port=port, udp_port=port, timeout=5, tries=3)
    started = time.perf_counter()
    # As many at once as keeps it fastest without losing answers.
    slots = asyncio.Semaphore(16)
    async def one(ip):
        async with slots:
            return await checker.check_async(ip)
    results = await asyncio.gather(*(one(f"198.18.7.{i}") for i in range(256)))
    return time.perf_counter() - started, results
loop = asyncio.new_event_loop()
seconds, results = loop.run_until_complete(work())
listed = sum(r.blacklisted for r in results)
failed = sum(len(r.failed_providers) for r in results)
print(json.dumps({"seconds": seconds, "listed": listed, "failed": failed, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def measure(code: str, argument: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code, argument], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def sweep() -> None:
    with tempfile.TemporaryDirectory(prefix="selfaudit-bench-") as name:
        folder = Path(name)
        daemon, port = start_rbldnsd(folder)
        try:
            settings = settings_file(folder, port)
            lookups = LISTS * ADDRESSES
            ratios, ours_all, theirs_all = [], [], []
            for _round in range(ROUNDS):
                ours = measure(OURS, str(settings))
                theirs = measure(THEIRS, str(port))
                ours_all.append(ours)
                theirs_all.append(theirs)
                ratios.append(theirs["seconds"] / ours["seconds"])
            rate = statistics.median(lookups / o["seconds"] for o in ours_all)
            other = statistics.median(lookups / t["seconds"] for t in theirs_all)
            print(f"sweep, {ADDRESSES} addresses x {LISTS} lists, {ROUNDS} paired rounds")
            print(f"  whole audit of ours, look-ups/s (median)   {rate:8.0f}")
            print(f"  pydnsbl, look-ups/s (median)               {other:8.0f}")
            print(
                f"  ratio ours/pydnsbl (median, min, max)      {statistics.median(ratios):8.2f} {min(ratios):.2f} {max(ratios):.2f}"
            )
            print(f"  peak memory of ours, MB                    {max(o['mb'] for o in ours_all):8.0f}")
            print(
                f"  listed: ours {ours_all[0]['listed']:.0f}, pydnsbl {theirs_all[0]['listed']:.0f}; pydnsbl look-ups failed: {theirs_all[0]['failed']:.0f}"
            )
            print(f"  queries sent over distinct ones            {ours_all[0]['sent'] / ours_all[0]['distinct']:8.3f}")
        finally:
            daemon.terminate()
            daemon.wait(5)


def latency() -> None:
    script = str(Path(__file__).with_name("latency.py"))

    def run(*arguments: str) -> dict[str, float]:
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=True)
        result: dict[str, float] = json.loads(done.stdout)
        return result

    chain = run("chain")["seconds"]
    world = str(Path(__file__).with_name("world.py"))
    server = subprocess.Popen([sys.executable, world, "0.05"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        ports = server.stdout.readline()
        run("real", ports)  # the servers work their answers out; from then on each takes 50 ms and no more
        rounds = [run("real", ports) for _round in range(ROUNDS)]
    finally:
        server.communicate()
    wall = statistics.median(r["seconds"] for r in rounds)
    print("audit, 10 domains and 10 addresses, every answer takes 50 ms")
    print(f"  longest chain of dependent look-ups, s     {chain:8.2f}")
    print(
        f"  wall time, s (median, min, max)            {wall:8.2f} {min(r['seconds'] for r in rounds):.2f} {max(r['seconds'] for r in rounds):.2f}"
    )
    print(f"  ratio wall/chain                           {wall / chain:8.2f}")
    print(
        f"  queries sent, distinct, ratio              {rounds[0]['sent']:8.0f} {rounds[0]['distinct']:.0f} {rounds[0]['sent'] / rounds[0]['distinct']:.3f}"
    )


def window() -> None:
    script = str(Path(__file__).with_name("window.py"))

    def run(*arguments: str) -> dict[str, Any]:
        environment = {**os.environ, "SELFAUDIT_BENCH_BEGAN": str(time.time())}
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=True, env=environment)
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    with tempfile.TemporaryDirectory(prefix="selfaudit-bench-") as name:
        folder = Path(name)
        daemon, port = start_rbldnsd(folder)
        try:
            settings = str(settings_file(folder, port))
            rounds = [run(settings) for _round in range(ROUNDS)]
        finally:
            daemon.terminate()
            daemon.wait(5)
    first = [run()["first_page"] for _round in range(10)]
    cancels = [c for r in rounds for c in r["cancels"]]
    print(f"the window during an audit of {ADDRESSES} addresses x {LISTS} lists, {ROUNDS} rounds (median, min, max)")
    for words, values in (
        ("longest pause of the event loop, ms", [r["pause_run"] for r in rounds]),
        ("opening the page Fix afterwards, ms", [r["opened"] for r in rounds]),
        ("cancel to idle, ms", cancels),
        ("peak memory, MB", [r["mb"] for r in rounds]),
        ("start to the first page, s", first),
    ):
        print(f"  {words:40} {statistics.median(values):8.2f} {min(values):.2f} {max(values):.2f}")


def start() -> None:
    times = []
    for _round in range(20):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "selfaudit", "--version"], stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - began) * 1000)
    print(
        f"start of selfaudit --version, ms (median, min, max) {statistics.median(times):.0f} {min(times):.0f} {max(times):.0f}"
    )


if __name__ == "__main__":
    sweep()
    latency()
    window()
    registry.main()
    start()
