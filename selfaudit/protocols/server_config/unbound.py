"""Unbound: unbound.conf, after unbound.conf(5). Of several access-control lines the one with the longest prefix counts, whatever their order."""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Sequence

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    IPNetwork,
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    at,
    is_local,
    not_followed,
    read_network,
    strangers_in,
)

PROGRAM = "Unbound"
# "refuse_non_local" and "deny_non_local" give strangers the server's own data only.
_ANSWERS = ("allow", "allow_setrd", "allow_snoop", "allow_cookie")
_REFUSES = ("deny", "refuse", "deny_non_local", "refuse_non_local")


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether strangers are answered."""
    pairs = [pair for section in files for line in section.lines if (pair := _pair(line)) is not None]
    if not pairs and not any(section.source for section in files):
        return []
    port = _last(pairs, "port") or "53"
    interfaces = [value for name, value in pairs if name in ("interface", "ip-address")]
    automatic = _last(pairs, "interface-automatic") == "yes"
    versions = tuple(v for v, name in ((4, "do-ip4"), (6, "do-ip6")) if _last(pairs, name) != "no")
    missing = _missing(pairs, files)
    unseen = Opening(PROGRAM, Service.RECURSION, Verdict.UNCLEAR, (port,), not_followed(f"include: {missing}"), certain=False)
    if not automatic and all(is_local(_address(i)) for i in interfaces):
        said = ", ".join(interfaces) or phrase("interface is not set, and then it listens on the server itself only")
        return [unseen] if missing else [Opening(PROGRAM, Service.RECURSION, Verdict.LOCAL_ONLY, (port,), said)]
    where = tuple(dict.fromkeys(_place(i, port) for i in interfaces if not is_local(_address(i)))) or (port,)
    verdict, why, certain = _access(pairs, versions, around)
    if verdict is Verdict.CLOSED:
        verdict, why, certain = _by_interface(pairs) or (verdict, why, certain)
    if missing and verdict is not Verdict.OPEN:
        return [unseen]
    return [Opening(PROGRAM, Service.RECURSION, verdict, where, why, certain and not missing)]


def _access(pairs: Sequence[tuple[str, str]], versions: Sequence[int], around: Surroundings) -> tuple[Verdict, str, bool]:
    blocks: dict[IPNetwork, str] = {}
    for name, value in pairs:
        if name != "access-control":
            continue
        words = value.split()
        network = read_network(words[0]) if len(words) >= 2 else None
        if network is None or words[1].lower() not in (*_ANSWERS, *_REFUSES):
            return Verdict.UNCLEAR, not_followed(f"access-control: {value}"), False
        blocks[network] = words[1].lower()
    gateways, many = around.gateways(), ""
    for network, action in blocks.items():
        if action in _REFUSES or network.version not in versions or _taken_back(network, blocks):
            continue
        said = f"access-control: {network} {action}"
        if strangers_in(network) is Truth.YES:
            return Verdict.OPEN, said, True
        if strangers_in(network) is Truth.MANY or any(g in network for g in gateways):
            many = many or said
    if many:
        return Verdict.OPEN, many, False
    refused = next((f"access-control: {n} {a}" for n, a in blocks.items() if n.prefixlen == 0 and a in _REFUSES), "")
    return Verdict.CLOSED, refused or phrase("no access-control line allows strangers, and then they are refused"), True


def _taken_back(network: IPNetwork, blocks: dict[IPNetwork, str]) -> bool:
    """Whether smaller blocks refuse all that a large one allows: its two halves, for example."""
    inner = [
        n for n, a in blocks.items()
        if a in _REFUSES and n.version == network.version and n.prefixlen > network.prefixlen and n.subnet_of(network)  # type: ignore[arg-type]
    ]  # fmt: skip
    return network in list(ipaddress.collapse_addresses(inner))  # type: ignore[type-var]


def _by_interface(pairs: Sequence[tuple[str, str]]) -> tuple[Verdict, str, bool] | None:
    """interface-action counts for clients that no access-control line names."""
    for name, value in pairs:
        if name == "interface-action" and not is_local(_address(value.split()[0] if value.split() else "")):
            said = f"interface-action: {value}"
            action = value.split()[-1].lower()
            if action in _ANSWERS:
                everybody = [v.split()[0] for n, v in pairs if n == "access-control" and v.split()]
                named = any((net := read_network(t)) is not None and net.prefixlen == 0 for t in everybody)
                return None if named else (Verdict.OPEN, said, True)
            if action not in _REFUSES:
                return Verdict.UNCLEAR, not_followed(said), False
    return None


def _pair(line: str) -> tuple[str, str] | None:
    text = line.partition("#")[0].strip()
    name, colon, value = text.partition(":")
    return (name.strip().lower(), value.strip().strip("\"'")) if colon and value.strip() else None


def _last(pairs: Sequence[tuple[str, str]], name: str) -> str:
    return next((v.lower() for n, v in reversed(pairs) if n == name), "")


def _address(interface: str) -> str:
    return interface.partition("@")[0]


def _place(interface: str, port: str) -> str:
    address, _at, own = interface.partition("@")
    return at(address, own or port)


def _missing(pairs: Sequence[tuple[str, str]], files: Sequence[Section]) -> str:
    """An included file that is not in the part, "" for none."""
    for name, value in pairs:
        if name in ("include", "include-toplevel") and not any(fnmatch.fnmatchcase(s.source, value) for s in files):
            return value
    return ""
