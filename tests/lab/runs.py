"""Audits in the laboratory of exposed servers, run as a person would run them, each of them once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfaudit.demo import DEMO_KEY
from tests.lab.exposed import SERVERS, ExposedLaboratory

# At most 16 addresses each: so many does stated authority cover. Silent hosts take longest, so theirs is begun first.
GROUPS = {
    "silent": (
        "SILENT", "PROHIBITED", "DNS_NOBODY", "DROPPED_PORT25", "REJECTING", "NTP_QUERIES", "NTP_RESTRICTED", "SNMP_PUBLIC", "SNMP_OTHER",
        "ROOT", "TLD", "AUTH1", "AUTH2", "RESOLVER", "CONTROL1", "CONTROL2",
    ),
    "mail": (
        "shop.test", "secure.test", "RELAY_CLOSED", "RELAY_CLOSED6", "RELAY_OPEN", "RELAY_OPEN6", "RELAY_LOCAL_SENDER", "RELAY_CATCH_ALL",
        "RELAY_DATA_REJECT", "RELAY_GREYLIST", "RELAY_SLOW", "SECURE_MAIL", "SECURE_MAIL2",
    ),
    "others": (
        "RESOLVER_OPEN", "RESOLVER_OPEN6", "RESOLVER_REFUSING", "RESOLVER_SILENT", "DNS_AUTHORITATIVE", "DNS_NO_RECURSION", "PROXY_OPEN",
        "PROXY_CLOSED", "SOCKS_OPEN", "SOCKS_PASSWORD", "WEB_SERVER", "REDIS_OPEN", "REDIS_PASSWORD", "MEMCACHED",
    ),
}  # fmt: skip
AUTHORITY = ("--authority", "Lab, tester")


@dataclass
class Run:
    """What the command said.

    Attributes:
        code: its exit code.
        data: the audit.
    """

    code: int
    data: dict[str, Any]

    def outcome(self, check: str, target: str) -> tuple[str, set[str]]:
        """Outcome and tags of a check on a server, by the server's name or the target itself."""
        value = SERVERS.get(target, target)
        (found,) = [r for r in self.data["results"] if r["check"] == check and r["target"]["value"] == value]
        return found["outcome"], {f["tag"] for f in found["findings"]}

    def outcomes(self, check: str) -> dict[str, str]:
        """Target -> outcome, for every target of a check."""
        return {r["target"]["value"]: r["outcome"] for r in self.data["results"] if r["check"] == check}


@dataclass
class Runs:
    """The laboratory and what was found in it."""

    lab: ExposedLaboratory
    groups: dict[str, Run] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The folder of selfaudit's own files, the same for all runs."""
        return self.lab.folder / "home"

    def selfaudit(self, *arguments: str, namespace: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command of selfaudit, where a warning is an error, in the tester's namespace or another one."""
        command = [
            "env",
            f"SELFAUDIT_HOME={self.home}",
            "SELFAUDIT_LANGUAGE=en",
            f"SELFAUDIT_SIGNING_KEY={DEMO_KEY.encode()}",  # otherwise a line says that the bundle is not signed
            sys.executable,
            "-W",
            "error",
            "-m",
            "selfaudit",
        ]
        if not namespace:
            return self.lab.run(*command, *arguments)
        return subprocess.run(
            self.lab.inside(namespace, [*command, *arguments]), capture_output=True, text=True, timeout=180, check=False
        )

    def audit(self, targets: Sequence[str], *options: str, settings: Path | None = None, namespace: str = "") -> Run:
        """Runs an audit of targets or servers. Anything on the screen besides the answer fails."""
        named = [SERVERS.get(target, target) for target in targets]
        chosen = str(settings or self.lab.settings)
        done = self.selfaudit("audit", *named, *options, "--settings", chosen, "--json", "-", namespace=namespace)
        assert done.stderr == "", done.stderr
        return Run(done.returncode, json.loads(done.stdout))

    def group(self, name: str) -> Run:
        """The audit of a group, all checks, with stated authority. At the first call all groups are audited."""
        if not self.groups:
            with ThreadPoolExecutor(2) as pool:
                found = pool.map(lambda group: self.audit(GROUPS[group], *AUTHORITY), GROUPS)
                self.groups = dict(zip(GROUPS, found, strict=True))
        return self.groups[name]
