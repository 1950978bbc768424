"""dnsmasq: dnsmasq.conf, after dnsmasq(8). It has no list of clients: whom it answers follows from where it listens."""

from __future__ import annotations

from collections.abc import Sequence

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    Opening,
    Section,
    Service,
    Surroundings,
    Verdict,
    at,
    is_inside,
    is_local,
    read_network,
)

PROGRAM = "dnsmasq"


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether strangers are answered."""
    pairs = []
    for line in (line for section in files for line in section.lines):
        name, _equals, value = (part.strip() for part in line.strip().removeprefix("--").partition("="))
        if name and not name.startswith("#"):
            pairs.append((name, value))
    if not pairs and not any(section.source for section in files):
        return []
    verdict, why, certain = _judge(pairs, around)
    port = next((v for n, v in reversed(pairs) if n == "port" and v), "53")
    where = tuple(at(a, port) for a in _values(pairs, "listen-address") if not is_local(a)) or (port,)
    return [Opening(PROGRAM, Service.RECURSION, verdict, where, why, certain)]


def _values(pairs: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [part.strip() for n, v in pairs if n == name for part in v.split(",") if part.strip()]


def _judge(pairs: Sequence[tuple[str, str]], around: Surroundings) -> tuple[Verdict, str, bool]:
    if next((v for n, v in reversed(pairs) if n == "port"), "") == "0":
        return Verdict.CLOSED, "port=0", True
    unread = next((f"{n}={v}" for n, v in pairs if n in ("conf-file", "conf-dir", "conf-script")), "")
    interfaces, addresses, excepted = (_values(pairs, n) for n in ("interface", "listen-address", "except-interface"))
    public, private = _interfaces(around)
    if interfaces or addresses:
        outside = [i for i in interfaces if not is_local(i)]
        reached = [a for a in addresses if not is_local(a)]
        said = ", ".join([*(f"interface={i}" for i in interfaces), *(f"listen-address={a}" for a in addresses)])
        if not outside and not reached:
            return (Verdict.UNCLEAR, unread, False) if unread else (Verdict.LOCAL_ONLY, said, True)
        if any(i in public for i in outside) or any(_public(a) for a in reached):
            return Verdict.OPEN, said, True
        # On private networks beside a public one nobody from outside comes in; behind address translation everybody may.
        behind = all(i in private for i in outside) and not any(n is None for n in map(read_network, reached)) and bool(public)
        wild = any(i.endswith("*") for i in outside)
        if behind and not wild and not unread:
            return (
                Verdict.CLOSED,
                phrase("{directive}: private addresses only, and the public ones are elsewhere", directive=said),
                True,
            )
        return (
            Verdict.UNCLEAR,
            phrase("{directive}: whether strangers reach it there is not in the file", directive=said),
            False,
        )
    if excepted:
        said = f"except-interface={','.join(excepted)}"
        left = public - set(excepted)
        if left:
            return Verdict.OPEN, phrase("{directive} leaves {left}", directive=said, left=", ".join(sorted(left))), True
        return (
            Verdict.UNCLEAR,
            phrase("{directive}: whether strangers reach it there is not in the file", directive=said),
            False,
        )
    if any(n == "local-service" for n, _v in pairs):
        return (Verdict.UNCLEAR, unread, False) if unread else (Verdict.CLOSED, "local-service", True)
    if unread:
        return Verdict.UNCLEAR, unread, False
    if around.debian:
        return Verdict.CLOSED, phrase("nothing is set, and Debian's package starts it with --local-service"), True
    return (
        Verdict.OPEN,
        phrase("neither interface, listen-address nor local-service is set, and then everybody is answered"),
        False,
    )


def _interfaces(around: Surroundings) -> tuple[set[str], set[str]]:
    """Names of interfaces with a public address, and of those with private ones only."""
    public = {name for name, i in around.interfaces if not is_inside(i.network)}
    return public, {name for name, _i in around.interfaces} - public


def _public(address: str) -> bool:
    network = read_network(address)
    return network is not None and (not is_inside(network) or str(network.network_address) in ("0.0.0.0", "::"))  # noqa: S104 - read, not bound
