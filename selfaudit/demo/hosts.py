"""What the collector writes on the servers of the demo's customer, in each world."""

from __future__ import annotations

import datetime
from functools import cache
from importlib import resources

import msgspec

from selfaudit.demo.dates import with_dates
from selfaudit.demo.worlds import lines_of_world
from selfaudit.facts.host import HostPart, PartStatus
from selfaudit.protocols.collector import make_text
from selfaudit.settings import read_toml


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    text: str = ""
    status: PartStatus = PartStatus.OK
    exit: int | None = None
    note: str = ""


class DemoHost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that was looked at from the inside.

    Attributes:
        name: its own name.
        address: at which it is reached over SSH.
        user: the account for that.
        ssh_in: the worlds in which it can be reached; in the others its text is pasted.
        part: the parts of the collector's text.
    """

    name: str
    address: str
    user: str
    ssh_in: tuple[str, ...]
    part: tuple[_Part, ...]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: tuple[DemoHost, ...]


@cache
def demo_hosts() -> tuple[DemoHost, ...]:
    """The servers that have a collector's text."""
    with resources.as_file(resources.files("selfaudit_resources") / "demo" / "hosts.toml") as path:
        return msgspec.convert(read_toml(path), _Data).host


def host_text(name: str, world: str, now: datetime.datetime | None = None) -> bytes:
    """The collector's text of a server, as if it had run at this moment.

    Lines end in ";; world world" where they are not of every world. "{root}" stands for the home of root; dates are as `with_dates` has them.
    """
    at = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    host = next(h for h in demo_hosts() if h.name == name)
    parts = []
    for part in host.part:
        text = lines_of_world(part.text.strip("\n"), world).strip("\n")
        lines = with_dates(text, at).replace("{root}", "/root").splitlines()
        parts.append(HostPart(part.name, part.status, tuple(lines), part.exit, note=part.note))
    return make_text(parts).encode("ascii")
