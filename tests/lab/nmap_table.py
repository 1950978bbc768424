"""`python -m tests.lab.nmap_table`: what nmap's scripts and selfaudit say about the same servers, beside what is true.

Needs root and nmap. nmap's two proxy scripts look for a page of the real internet unless told otherwise, so they are given
one that the tester serves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.exposed import SERVERS, TESTER, ExposedLaboratory
from tests.lab.mailbox import confirming, messages, tokens
from tests.packages import find


@dataclass(frozen=True)
class Family:
    """One nmap script, one check, and the truth about each target."""

    script: str
    check: str
    nmap: tuple[str, ...]
    truth: dict[str, str] = field(default_factory=dict)


# The scripts take a host name and port 80, and read the first segment of the answer: a header must do.
PAGE = "proxy.url=http://tester.hosting.test/,proxy.pattern=server: simplehttp"
CLOSED = "closed"
FAMILIES = (
    Family(
        "smtp-open-relay", "exposure.relay", ("-sT", "-p", "25,465,587"),
        {
            "RELAY_CLOSED": CLOSED, "RELAY_CLOSED6": CLOSED, "RELAY_OPEN": "OPEN", "RELAY_OPEN6": "OPEN",
            "RELAY_LOCAL_SENDER": "OPEN to a sender of its domain", "RELAY_CATCH_ALL": "closed, takes all of its domain",
            "RELAY_DATA_REJECT": "closed, rejects at DATA", "RELAY_GREYLIST": "unknown, 450 to everybody",
            "RELAY_SLOW": "closed, greets after 4 s", "DROPPED_PORT25": "unknown, port dropped", "REJECTING": "no server",
            "SILENT": "unknown, silent host", "PROHIBITED": "unknown, blocked by the router",
        },
    ),
    Family(
        "dns-recursion", "exposure.resolver", ("-sU", "-p", "53"),
        {
            "RESOLVER_OPEN": "OPEN", "RESOLVER_OPEN6": "OPEN", "RESOLVER_REFUSING": CLOSED, "RESOLVER_SILENT": "closed, drops",
            "DNS_AUTHORITATIVE": CLOSED, "DNS_NO_RECURSION": CLOSED, "AUTH1": CLOSED, "ROOT": "closed, gives referrals",
            "REJECTING": "no server", "SILENT": "unknown, silent host",
        },
    ),
    Family(
        "http-open-proxy", "exposure.proxy", ("-sT", "-p", "80,3128,8080,8888", "--script-args", PAGE),
        {"PROXY_OPEN": "OPEN", "PROXY_CLOSED": CLOSED, "WEB_SERVER": "closed, 200 to everything"},
    ),
    Family(
        "socks-open-proxy", "exposure.proxy", ("-sT", "-p", "1080", "--script-args", PAGE),
        {"SOCKS_OPEN": "OPEN", "SOCKS_PASSWORD": "closed, wants a password"},
    ),
)  # fmt: skip


def ask_nmap(lab: ExposedLaboratory, family: Family) -> dict[str, str]:
    """Address -> what the script wrote, port by port; nothing for a target that it was silent about."""
    said: dict[str, str] = {}
    for six in (False, True):
        targets = [SERVERS[name] for name in family.truth if (":" in SERVERS[name]) is six]
        if not targets:
            continue
        command = [find("nmap") or "nmap", "-Pn", "-n", *(["-6"] if six else []), *family.nmap, "--script", f"+{family.script}"]
        done = lab.run(*command, "-oX", "-", *targets, timeout=600)
        for host in ET.fromstring(done.stdout).iter("host"):
            lines = [
                f"{port.get('portid')}: {output}"
                for port in host.iter("port")
                for script in port.iter("script")
                if (output := " ".join((script.get("output") or "").split()))
            ]
            address = host.find("address")
            if address is not None:
                said[address.get("addr") or ""] = "; ".join(lines)
    return said


def ask_selfaudit(lab: ExposedLaboratory, family: Family) -> dict[str, str]:
    """Address -> outcome and findings; nothing if there is no such check."""
    targets = [SERVERS[name] for name in family.truth]
    options = ["--settings", str(lab.settings), "--authority", "Lab, tester", "--only", family.check, "--json", "-"]
    return read(family, lab.run(sys.executable, "-m", "selfaudit", "audit", *targets, *options, timeout=600))


def ask_again_with_a_message(lab: ExposedLaboratory, family: Family) -> dict[str, str]:
    """The same after one message through each server that accepted a recipient, and a look into the mailbox."""
    out, settings = lab.folder / "with-message", confirming(lab.folder, lab.settings)
    targets = [SERVERS[name] for name in family.truth]
    options = [
        "--settings",
        str(settings),
        "--authority",
        "Lab, tester",
        "--only",
        family.check,
        "--confirm-relay",
        "--out",
        str(out),
    ]
    lab.run(sys.executable, "-m", "selfaudit", "audit", *targets, *options, "--quiet", timeout=600)
    opened = sum("OPEN" in truth for truth in family.truth.values())
    arrived = [option for token in tokens(messages(lab.folder, opened)).values() for option in ("--arrived", token)]
    judge = [sys.executable, "-m", "selfaudit", "judge", str(out / "evidence.json")]
    return read(family, lab.run(*judge, *arrived, "--json", "-"))


def read(family: Family, done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The results of the family's check by address."""
    if not done.stdout:
        raise RuntimeError(f"selfaudit ended with {done.returncode}: {done.stderr[-2000:]}")
    results = json.loads(done.stdout)["results"]
    return {
        r["target"]["value"]: f"{r['outcome']}: {', '.join(sorted({f['tag'] for f in r['findings']}))}"
        for r in results
        if r["check"] == family.check
    }


@contextmanager
def page(lab: ExposedLaboratory) -> Iterator[None]:
    """A web server of the tester's."""
    folder = lab.folder / "page"
    folder.mkdir()
    command = [sys.executable, "-m", "http.server", "-d", str(folder), "-b", TESTER, "80"]
    server = subprocess.Popen(lab.inside(lab.tester, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(100):
            if lab.run(sys.executable, "-c", f"import socket; socket.create_connection(({TESTER!r}, 80))").returncode == 0:
                break
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(5)


def main() -> int:
    """Prints the table."""
    if find("nmap") is None:
        sys.stderr.write("The table needs nmap: sudo apt-get install nmap\n")
        return 2
    rows = [("target", "truth", "nmap says", "selfaudit says")]
    with tempfile.TemporaryDirectory(prefix="selfaudit-lab-", ignore_cleanup_errors=True) as folder:
        os.environ.update(SELFAUDIT_HOME=folder + "/home", SELFAUDIT_LANGUAGE="en")
        lab = ExposedLaboratory(Path(folder))
        lab.start()
        try:
            with page(lab), ThreadPoolExecutor(len(FAMILIES)) as pool:
                theirs = list(pool.map(lambda family: ask_nmap(lab, family), FAMILIES))
            # After nmap, not beside it: neither may disturb the other's answers.
            for family, nmap in zip(FAMILIES, theirs, strict=True):
                ours = ask_selfaudit(lab, family)
                sure = ask_again_with_a_message(lab, family) if family.check == "exposure.relay" else {}
                rows.append((f"[{family.script} / {family.check}]", "", "", ""))
                for name, truth in family.truth.items():
                    said, later = ours.get(SERVERS[name], "-"), sure.get(SERVERS[name], "")
                    if later not in ("", said):
                        said += f"; with --confirm-relay {later}"
                    rows.append((name, truth, nmap.get(SERVERS[name]) or "(nothing)", said))
        finally:
            lab.stop()
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for target, truth, nmap_says, ours_says in rows:
        print(f"{target:{widths[0]}} | {truth:{widths[1]}} | {nmap_says[:120]} | {ours_says}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
