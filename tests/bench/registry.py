"""200 domains at one registry that limits how often it is asked: how much longer than the limit itself makes it take.

Called by `bench.py`. As a program with an argument it is the registry, in a process of its own until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import dns.name
import dns.zone
import trustme

sys.path.insert(0, str(Path(__file__).parents[2]))

from selfaudit.case import HOSTED, Case, Target
from selfaudit.demo.dns_server import Authority, DnsServer, ZoneData
from selfaudit.demo.odd_registries import RateLimitedRegistry
from selfaudit.engine import run_audit
from selfaudit.facts.registration import DomainRegistration, Registered
from selfaudit.net import Route, Routes, open_net
from selfaudit.settings import DnsSettings, LimitSettings, RegistrationSettings, ScopeSettings, Settings, TlsSettings

DOMAINS, RATE, BURST = 200, 15, 15
ROUNDS = 3
HOST, REGISTRY, RESOLVER = "rdap.nic.test", "198.51.100.20", "192.0.2.53"
NAMES = (
    "@ 3600 IN SOA ns.nic.test. hostmaster.nic.test. 1 1800 900 604800 300\n@ 3600 IN NS ns.nic.test.\n"
    f"ns 3600 IN A {RESOLVER}\nrdap 3600 IN A {REGISTRY}\n"
)


async def serve(folder: Path, *, announced: bool) -> None:
    """The registry and the resolver that names it; prints the ports, and at the end what was asked."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert(HOST).configure_cert(context)
    resolver = DnsServer(
        Authority([ZoneData(dns.zone.from_text(NAMES, origin=dns.name.from_text("nic.test"), relativize=False))])
    )
    await resolver.start()
    async with RateLimitedRegistry(context, rate=RATE, burst=BURST, headers=announced) as registry:
        print(json.dumps([resolver.port, registry.port]), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        print(json.dumps({"accepted": registry.accepted, "refused": registry.refused}), flush=True)
    resolver.close()


async def audit(folder: Path, ports: list[int], rate: float) -> tuple[float, int]:
    """Seconds that the audit of all domains takes, and how many of them it learns about."""
    for kind in ("dns", "ipv4", "ipv6"):
        services = [[["test"], [f"https://{HOST}/"]]] if kind == "dns" else []
        text = json.dumps({"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": services})
        (folder / f"{kind}.json").write_text(text, "ascii")
    (folder / "root.hints").write_text(f". 3600 IN NS a.root.test.\na.root.test. 3600 IN A {RESOLVER}\n", "ascii")
    resolver, registry = (Route("127.0.0.1", port) for port in ports)
    routes = Routes({(RESOLVER, 53, "udp"): resolver, (RESOLVER, 53, "tcp"): resolver, (REGISTRY, 443, "tcp"): registry})
    settings = Settings(
        dns=DnsSettings(resolvers=(RESOLVER,), root_hints=str(folder / "root.hints")),
        registration=RegistrationSettings(rdap_bootstrap=str(folder)),
        tls=TlsSettings(ca_file=str(folder / "ca.pem")), scope=ScopeSettings(allow_reserved=True),
        limits=LimitSettings(registry_rate=rate),
    )  # fmt: skip
    names = [f"shop{number}.test" for number in range(DOMAINS)]
    case = Case(tuple(Target("domain", n, HOSTED) for n in names), only=("registration.expiry",), laboratory=True)
    net = open_net(settings, routes=routes)
    started = time.perf_counter()
    made = await run_audit(case, net)
    seconds = time.perf_counter() - started
    facts = [r.fact for r in made.evidence.records if isinstance(r.fact, DomainRegistration)]
    return seconds, sum(f.registry is not None and f.registry.registered is Registered.YES for f in facts)


def measure(*, announced: bool) -> dict[str, Any]:
    """One round at a registry that announces its limit, or at one whose limit is in our settings."""
    with tempfile.TemporaryDirectory(prefix="selfaudit-bench-") as name:
        command = [sys.executable, __file__, "announced" if announced else "known", name]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            ports = json.loads(server.stdout.readline())
            # The usual rate in the settings: the announcement alone must be enough.
            rate = LimitSettings().registry_rate if announced else float(RATE)
            seconds, learnt = asyncio.run(audit(Path(name), ports, rate))
        finally:
            last, _nothing = server.communicate()
        return {"seconds": seconds, "learnt": learnt, **json.loads(last)}


def main() -> None:
    """Prints the figures."""
    allowed = (DOMAINS - BURST) / RATE
    print(f"{DOMAINS} domains at a registry that takes {RATE} questions a second, {BURST} at once, {ROUNDS} rounds")
    for words, announced in (("it announces its limit", True), ("its limit is in the settings", False)):
        rounds = [measure(announced=announced) for _round in range(ROUNDS)]
        ratios = [r["seconds"] / allowed for r in rounds]
        print(f"  {words}")
        print(
            f"    time over what the limit allows (median, min, max) {statistics.median(ratios):5.2f} {min(ratios):.2f} {max(ratios):.2f}"
        )
        print(
            f"    questions refused (most), domains learnt (fewest)  {max(r['refused'] for r in rounds):5} {min(r['learnt'] for r in rounds)}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(serve(Path(sys.argv[2]), announced=sys.argv[1] == "announced"))
    else:
        main()
