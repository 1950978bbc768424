"""How long the checks of servers take, against real daemons in their own network: run as root by `make bench`.

1. The relay test of one address that drops port 25, against its connect timeout.
2. All checks of this kind on 16 addresses, against one address, in turn; the ratio counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.lab.exposed import SERVERS, ExposedLaboratory

ALL = "exposure,mail.helo,mail.starttls,mail.dane,mail.contacts"
SIXTEEN = (
    "RELAY_CLOSED", "RELAY_OPEN", "RELAY_LOCAL_SENDER", "RELAY_CATCH_ALL", "RELAY_DATA_REJECT", "RELAY_SLOW", "SECURE_MAIL", "SECURE_MAIL2",
    "RESOLVER_OPEN", "RESOLVER_REFUSING", "PROXY_OPEN", "SOCKS_OPEN", "WEB_SERVER", "REDIS_OPEN", "MEMCACHED", "SNMP_PUBLIC",
)  # fmt: skip
ROUNDS = 3


def seconds(lab: ExposedLaboratory, settings: Path, only: str, *names: str) -> float:
    command = [
        sys.executable, "-m", "selfaudit", "audit", *(SERVERS[n] for n in names), "--settings", str(settings),
        "--authority", "Bench, tester", "--only", only, "--json", "-",
    ]  # fmt: skip
    started = time.monotonic()
    lab.run(*command, timeout=300)
    return time.monotonic() - started


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        lab = ExposedLaboratory(folder)
        try:
            lab.start()
            # The pauses and patience that everybody gets; the laboratory's own are shorter.
            usual = folder / "usual.toml"
            text = lab.settings.read_text("utf-8")
            usual.write_text(text.partition("[limits]")[0] + "[limits]\ndns_timeout = 1.0\n", "utf-8")
            start = [seconds(lab, usual, "vantage.clock", "REJECTING") for _round in range(ROUNDS)]
            relay = [seconds(lab, usual, "exposure.relay", "DROPPED_PORT25") for _round in range(ROUNDS)]
            print(
                f"relay test, port 25 dropped: {statistics.median(relay):.1f} s ({min(relay):.1f} to {max(relay):.1f}) with a connect timeout of 5 s; "
                f"the program's start and end alone: {statistics.median(start):.1f} s"
            )
            one, many = [], []
            for _round in range(ROUNDS):
                one.append(seconds(lab, usual, ALL, "RELAY_CLOSED"))
                many.append(seconds(lab, usual, ALL, *SIXTEEN))
            ratios = [m / o for m, o in zip(many, one, strict=True)]
            print(
                f"all checks of servers: one address {statistics.median(one):.1f} s, 16 addresses {statistics.median(many):.1f} s, ratio "
                f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )
        finally:
            lab.stop()


if __name__ == "__main__":
    main()
