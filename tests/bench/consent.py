"""A ledger of a million rows: seconds and peak memory, against a plain pass of the csv module over the same file. Run by `make bench`."""

from __future__ import annotations

import datetime
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 1_000_000
ROUNDS = 3
LIMIT_SECONDS, LIMIT_MB = 30, 500

OURS = """
import json, resource, sys, time
from pathlib import Path
from selfaudit.engine.ledgers import read_ledger_file
started, worked = time.perf_counter(), time.process_time()
report = read_ledger_file(Path(sys.argv[1]))
print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - worked, "rows": report.counts.rows,
    "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

PLAIN = """
import csv, json, sys, time
started, worked = time.perf_counter(), time.process_time()
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = sum(1 for _row in csv.reader(file)) - 1
print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - worked, "rows": rows}))
"""


def write(path: Path, rows: int = ROWS) -> None:
    """A ledger in which every column is used and every row differs."""
    chance = random.Random(1)

    def stamp(seconds: int) -> str:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    with path.open("w", encoding="utf-8") as file:
        file.write(
            "email,channel,source,text_version,consent_at,consent_ip,confirm_at,confirm_ip,confirm_token,withdrawn_at,last_mailed,"
            "last_bounce,last_complaint,bounce_code,status\n"
        )
        for number in range(rows):
            at = 1_650_000_000 + chance.randrange(140_000_000)
            ip = f"{chance.randrange(11, 99)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
            bounce = f"{stamp(at + 90_000)},,550 5.1.1" if number % 40 == 0 else ",,"
            gone = stamp(at + 9_000_000) if number % 20 == 0 else ""
            file.write(
                f"user{number}@shop{number % 5000}.test,email,https://shop.test/form{number % 40},v{number % 4},{stamp(at)},{ip},"
                f"{stamp(at + 60 + chance.randrange(9000))},{ip},{chance.getrandbits(64):016x},{gone},"
                f"{stamp(1_790_000_000 + chance.randrange(3_000_000))},{bounce},subscribed\n"
            )


def measure(program: str, path: Path) -> dict[str, float]:
    """The best of some runs, each in a process of its own."""
    runs = [
        json.loads(
            subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True).stdout
        )
        for _round in range(ROUNDS)
    ]
    best: dict[str, float] = min(runs, key=lambda run: run["seconds"])
    return best


def main() -> int:
    """Prints the figures; 1 if they are not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        write(path)
        plain, ours = measure(PLAIN, path), measure(OURS, path)
        size = path.stat().st_size / 1e6
    assert ours["rows"] == plain["rows"] == ROWS
    print(
        f"ledger of {ROWS:,} rows, {size:.0f} MB: {ours['seconds']:.1f} s (CPU {ours['cpu']:.1f} s), {ours['mb']:.0f} MB at most"
    )
    print(f"  plain csv pass: {plain['seconds']:.1f} s; ratio {ours['seconds'] / plain['seconds']:.1f}")
    return 0 if ours["seconds"] < LIMIT_SECONDS and ours["mb"] < LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
