"""Ten domains, ten addresses and 55 blocklists on an internet where every answer takes 50 ms.

Run as a program it serves this internet on loopback and prints where each server is, as JSON on one line.
"""

from __future__ import annotations

import asyncio
import json
import sys

import dns.name
import dns.zone

from selfaudit.demo.dns_server import Authority, DnsServer, Resolver, ZoneData

DOMAINS = [f"bench{i}.test" for i in range(10)]
ADDRESSES = [f"198.51.100.{10 + i}" for i in range(10)]
ROOT, TLD, ARPA, HOSTING, LISTS, RESOLVER = (f"192.0.2.{n}" for n in (11, 12, 13, 14, 15, 53))
IP_LISTS = [f"ip{i}.lists.test" for i in range(40)]
DOMAIN_LISTS = [f"dom{i}.lists.test" for i in range(15)]
SOA = "@ 3600 IN SOA ns.hosting.test. hostmaster.hosting.test. 1 1800 900 604800 300\n@ 3600 IN NS {ns}\n"
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7Qkrm"
    "BL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAF"
    "mxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf"
    "4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB"
)


def _zone(name: str, text: str) -> ZoneData:
    return ZoneData(dns.zone.from_text(text, origin=dns.name.from_text(name), relativize=False))


def zones() -> dict[str, list[ZoneData]]:
    """Server address -> its zones."""
    root = _zone(
        ".",
        SOA.format(ns="a.root.test.")
        + f"test. 3600 IN NS a.tld.test.\na.tld.test. 3600 IN A {TLD}\narpa. 3600 IN NS a.arpa.test.\n"
        f"a.arpa.test. 3600 IN A {ARPA}\n",
    )
    cuts = [*DOMAINS, "hosting.test", "mailer.test"]
    tld = _zone(
        "test",
        SOA.format(ns="a.tld.test.")
        + f"a.tld 3600 IN A {TLD}\na.arpa 3600 IN A {ARPA}\na.root 3600 IN A {ROOT}\n"
        + "".join(f"{d}. 3600 IN NS ns.hosting.test.\n" for d in cuts)
        + f"ns.hosting 3600 IN A {HOSTING}\nlists 3600 IN NS ns.lists.test.\nns.lists 3600 IN A {LISTS}\n",
    )
    arpa = _zone("arpa", SOA.format(ns="a.arpa.test.") + "100.51.198.in-addr 3600 IN NS ns.hosting.test.\n")
    hosting = [
        _zone("hosting.test", SOA.format(ns="ns.hosting.test.") + f"ns 3600 IN A {HOSTING}\n"),
        _zone(
            "mailer.test",
            SOA.format(ns="ns.hosting.test.") + '_spf 3600 IN TXT "v=spf1 include:_more.mailer.test -all"\n'
            '_more 3600 IN TXT "v=spf1 ip4:203.0.113.0/28 -all"\n',
        ),
        _zone(
            "100.51.198.in-addr.arpa",
            SOA.format(ns="ns.hosting.test.") + "".join(f"{10 + i} 3600 IN PTR mail.{d}.\n" for i, d in enumerate(DOMAINS)),
        ),
    ]
    for i, domain in enumerate(DOMAINS):
        text = SOA.format(ns="ns.hosting.test.")
        text += f"@ 3600 IN A {ADDRESSES[i]}\n@ 3600 IN MX 10 mail\nmail 3600 IN A {ADDRESSES[i]}\n"
        text += f'@ 3600 IN TXT "v=spf1 mx ip4:{ADDRESSES[i]} include:_spf.mailer.test -all"\n'
        text += f'_dmarc 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"\n'
        text += f'default._domainkey 3600 IN TXT "v=DKIM1; p={KEY[:200]}" "{KEY[200:]}"\n'
        hosting.append(_zone(domain, text))
    names = IP_LISTS + DOMAIN_LISTS
    lists = [
        _zone(
            "lists.test",
            SOA.format(ns="ns.lists.test.")
            + f"ns 3600 IN A {LISTS}\n"
            + "".join(f"{n}. 3600 IN NS ns.{n}.\nns.{n}. 3600 IN A 203.0.113.{i}\n" for i, n in enumerate(names, 1)),
        )
    ]
    # Each list has its own server, as in the world outside.
    own: dict[str, list[ZoneData]] = {}
    for i, name in enumerate(names, 1):
        point = "2.0.0.127" if name in IP_LISTS else "test"
        text = SOA.format(ns=f"ns.{name}.") + f"ns 3600 IN A 203.0.113.{i}\n{point} 300 IN A 127.0.0.2\n"
        own[f"203.0.113.{i}"] = [_zone(name, text)]
    return {ROOT: [root], TLD: [tld], ARPA: [arpa], HOSTING: hosting, LISTS: lists, **own}


def answerers() -> dict[str, Authority | Resolver]:
    """Server address -> what answers there."""
    served = zones()
    everything = [zone for group in served.values() for zone in group]
    return {**{a: Authority(z) for a, z in served.items()}, RESOLVER: Resolver(everything, set(), {})}


def catalogue() -> str:
    """The lists, as a catalogue file."""
    entries = [(n, "ip4") for n in IP_LISTS] + [(n, "domain") for n in DOMAIN_LISTS]
    return "".join(
        f'[[list]]\nzone = "{zone}"\nname = "{zone}"\nkinds = ["{kind}"]\ntier = 3\ncodes = {{ "127.0.0.2" = "listed" }}\n'
        for zone, kind in entries
    )


class RememberingServer(DnsServer):
    """Works each answer out once, so that afterwards an answer takes what it is meant to take and no computing time on top."""

    def __init__(self, answer: Authority | Resolver, delay: float) -> None:
        super().__init__(answer, delay=delay)
        self._known: dict[tuple[bytes, bool], bytes | None] = {}

    def reply(self, data: bytes, *, udp: bool) -> bytes | None:
        key = (data[2:], udp)
        if key not in self._known:
            self._known[key] = super().reply(data, udp=udp)
        wire = self._known[key]
        return None if wire is None else data[:2] + wire[2:]


async def serve(delay: float) -> None:
    """Serves until standard input closes."""
    ports = {}
    for address, answer in answerers().items():
        server = RememberingServer(answer, delay)
        await server.start()
        ports[address] = server.port
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
