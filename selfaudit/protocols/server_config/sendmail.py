"""Sendmail: sendmail.mc, the access map and relay-domains, after sendmail's cf/README ("Anti-spam configuration control")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    at,
    is_local,
    read_network,
    strangers_in,
)

PROGRAM = "Sendmail"
# The sender's name is whatever the stranger says it is.
_OPEN = {
    "promiscuous_relay": True, "relay_local_from": True, "relay_mail_from": True, "relay_based_on_MX": False, "loose_relay_check": False,
}  # fmt: skip
_FEATURE = re.compile(r"FEATURE\(\s*`?(\w+)'?")
_DAEMON = re.compile(r"DAEMON_OPTIONS\(\s*`?([^')]*)'?")
_PORTS = {"smtp": "25", "smtps": "465", "submission": "587", "msa": "587", "": "25"}


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether strangers may send to others through it; without a feature or an entry that lets them, sendmail refuses (since 8.9)."""
    macros = [line.strip() for f in files if f.source.endswith((".mc", ".m4")) or not f.source for line in f.lines]
    macros = [line for line in macros if not line.startswith(("dnl", "#"))]
    known = any(f.source.endswith(".mc") for f in files) or bool(macros)
    places = [dict(_options(m[1])) for line in macros for m in _DAEMON.finditer(line)]
    ports = tuple(
        dict.fromkeys(at(p.get("addr", ""), _PORTS.get(p.get("port", "").lower(), p.get("port", ""))) for p in places)
    ) or ("25",)
    certain_ones: list[str] = []
    others: list[str] = []
    for line in macros:
        for found in _FEATURE.finditer(line):
            if found[1] in _OPEN:
                (certain_ones if _OPEN[found[1]] else others).append(
                    found[0].rstrip("'") + "')" if "`" in found[0] else f"FEATURE({found[1]})"
                )
    for section in files:
        if section.source.endswith((".mc", ".m4")) or not section.source:
            continue
        for line in section.lines:
            truth = _entry(line, access="access" in section.source)
            if truth in (Truth.YES, Truth.MANY):
                (certain_ones if truth is Truth.YES else others).append(f"{section.source}: {' '.join(line.split())}")
    if places and all(is_local(p.get("addr", "")) for p in places if p.get("name", "") != "none"):
        return [
            Opening(
                PROGRAM, Service.RELAY, Verdict.LOCAL_ONLY, ports, ", ".join(f"DAEMON_OPTIONS Addr={p['addr']}" for p in places)
            )
        ]
    if certain_ones or others:
        return [Opening(PROGRAM, Service.RELAY, Verdict.OPEN, ports, (certain_ones or others)[0], bool(certain_ones))]
    if not known:
        why = phrase("sendmail.mc, from which its configuration is made, is not among what was read")
        return [Opening(PROGRAM, Service.RELAY, Verdict.UNCLEAR, ports, why, certain=False)]
    why = phrase("no feature and no entry of the access map lets strangers relay, and then sendmail refuses them")
    return [Opening(PROGRAM, Service.RELAY, Verdict.CLOSED, ports, why)]


def _options(text: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.split(","))
    return [(name.strip().lower(), value.strip()) for name, equals, value in pairs if equals]


def _entry(line: str, *, access: bool) -> Truth:
    """Whether an entry lets strangers relay: a network by the beginning of its address, a domain by its end."""
    words = line.split()
    if not words or words[0].startswith("#") or (access and words[-1].upper() != "RELAY"):
        return Truth.NO
    tag, colon, key = words[0].partition(":")
    if not colon or tag.lower() not in ("connect", "from", "to", "ipv6"):
        tag, key = "", words[0]
    if tag.lower() in ("from", "to"):
        return Truth.NO  # "From" counts only with relay_mail_from, which is judged by itself
    if tag.lower() == "ipv6" or key.lower().startswith("ipv6:"):
        parts = [p for p in key.lower().removeprefix("ipv6:").split(":") if p]
        network = read_network(":".join(parts) + f"::/{16 * len(parts)}") if 0 < len(parts) < 8 else None
        return strangers_in(network) if network is not None else Truth.NO
    octets = key.strip(".").split(".")
    if all(o.isascii() and o.isdigit() for o in octets) and len(octets) <= 4:
        network = read_network(f"{'.'.join((*octets, '0', '0', '0')[:4])}/{8 * len(octets)}")
        return strangers_in(network) if network is not None else Truth.NO
    network = read_network(key)
    if network is not None:
        return strangers_in(network)
    return (
        Truth.YES
        if key in ("*", ".") or (len(octets) == 1 and octets[0].lower() not in ("localhost", "localdomain"))
        else Truth.NO
    )
