"""A part from a literal text, in few words."""

from __future__ import annotations

import ipaddress

from selfaudit.protocols.server_config import Opening, Surroundings, read_part

PUBLIC = Surroundings(
    tuple(
        (n, ipaddress.ip_interface(a))
        for n, a in (("lo", "127.0.0.1/8"), ("eth0", "192.0.2.10/24"), ("virbr0", "192.168.122.1/24"))
    )
)
CONTAINER = Surroundings(
    (("lo", ipaddress.ip_interface("127.0.0.1/8")), ("eth0", ipaddress.ip_interface("172.18.0.3/16"))), container=True
)
NOTHING = Surroundings()


def openings(name: str, text: str, around: Surroundings = PUBLIC, master: str | None = None) -> tuple[Opening, ...]:
    """What a part says."""
    return read_part(name, text.splitlines(), around, None if master is None else master.splitlines())


def verdict(name: str, text: str, around: Surroundings = PUBLIC, master: str | None = None) -> str:
    """The one verdict of a part, with "?" behind it if it is not certain."""
    (found,) = openings(name, text, around, master)
    return f"{found.verdict}{'' if found.certain or found.verdict == 'unclear' else '?'}"
