"""Whether a reverse DNS name looks like one that a provider gives to every address of a range."""

from __future__ import annotations

import ipaddress
import re

from selfaudit.errors import BadInput
from selfaudit.facts.dns import bare
from selfaudit.i18n import phrase

# Words that mail receivers take as signs of dial-up, dynamic or default names, whole labels or parts between separators.
_DYNAMIC = frozenset(
    [
        "dyn",
        "dynamic",
        "dynip",
        "dhcp",
        "pool",
        "ppp",
        "pppoe",
        "dsl",
        "adsl",
        "vdsl",
        "xdsl",
        "sdsl",
        "cable",
        "catv",
        "cpe",
        "docsis",
        "dial",
        "dialup",
        "modem",
        "wifi",
        "gprs",
        "nat",
        "unused",
        "unassigned",
        "unallocated",
        "broadband",
        "ftth",
    ]
)
# These stand in front of chosen names too ("host1"); they count only beside a serial number.
_WEAK = frozenset(
    [
        "customer",
        "customers",
        "cust",
        "client",
        "clients",
        "user",
        "users",
        "vps",
        "ip",
        "host",
        "static",
        "fiber",
        "mobile",
        "unused-addr",
    ]
)
_SERIAL = re.compile(r"[0-9]{3,}|[0-9]+[.-][0-9]+")
_DEFAULT_ZONES = re.compile(
    r"(?:^|\.)(?:static\.[0-9-]+\.clients\.your-server\.de|clients\.your-server\.de|ip\.linodeusercontent\.com"
    r"|members\.linode\.com|vultrusercontent\.com|contaboserver\.net|compute(?:-1)?\.amazonaws\.com"
    r"|bc\.googleusercontent\.com|cloudapp\.azure\.com|cloudapp\.net|vps\.ovh\.(?:net|ca|us)|ip-[0-9-]+\.(?:eu|net)"
    r"|startdedicated\.(?:com|de|net)|in-addr\.arpa|ip6\.arpa)\Z"
)
# A label that says what the machine is for makes the rest of the name a deliberate choice.
_DELIBERATE = re.compile(
    r"(?:^|[.-])(?:mail|smtp|mx|mta|relay|outbound|mailout|newsletter|news|mailer|lists?)[0-9]*(?:[.-]|\Z)"
)


def is_generic(name: str, ip: str) -> bool:
    """Whether the name is derived from the address, or a provider's default, rather than chosen for a server.

    Signals: the zones in which large providers put their default names; the octets of an IPv4 address in any order, with
    separators or zero-padded or in hexadecimal; the groups of an IPv6 address; dynamic-range words together with numbers.
    A first label such as "mail" or "smtp3" in front of fewer than all octets counts as chosen.

    Raises:
        BadInput: `ip` is not an address.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise BadInput(phrase("not an IP address")) from None
    name = bare(name).lower()
    if _DEFAULT_ZONES.search(name):
        return True
    embedded = _embeds_v4(name, address) if isinstance(address, ipaddress.IPv4Address) else _embeds_v6(name, address)
    if embedded:
        return True
    host_part = ".".join(name.split(".")[:-2])  # the registrable part may be called anything
    words = set(re.split(r"[^a-z]+", host_part))
    generic = bool(words & _DYNAMIC and re.search(r"[0-9]", host_part)) or bool(words & _WEAK and _SERIAL.search(host_part))
    return generic and not _DELIBERATE.search(host_part)


def _embeds_v4(name: str, address: ipaddress.IPv4Address) -> bool:
    octets = [str(o) for o in address.packed]
    numbers = [str(int(n)) for n in re.findall(r"[0-9]{1,3}(?![0-9])", name) if int(n) < 256]
    remaining = list(numbers)
    for octet in octets:
        if octet not in remaining:
            break
        remaining.remove(octet)
    else:
        return True
    padded = "".join(f"{o:03d}" for o in address.packed)
    return address.packed.hex() in name or padded in name or address.packed[::-1].hex() in name


def _embeds_v6(name: str, address: ipaddress.IPv6Address) -> bool:
    digits = address.exploded.replace(":", "")
    squeezed = re.sub(r"[^0-9a-f]", "", ".".join(name.split(".")[:-2]))
    if digits in squeezed or digits[::-1] in squeezed:
        return True
    groups = [g for g in re.split(r"[.-]", name) if re.fullmatch(r"[0-9a-f]{1,4}", g)]
    own = [f"{int(g, 16):x}" for g in address.exploded.split(":")]
    tail = [g for g in own if g != "0"]
    matched = [f"{int(g, 16):x}" for g in groups if f"{int(g, 16):x}" in tail]
    return len(tail) >= 3 and len(matched) >= len(tail)
