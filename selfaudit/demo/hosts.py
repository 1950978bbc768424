"""What the collector writes on the servers of the demo's customer, in each world."""

from __future__ import annotations

import datetime
import re
from functools import cache
from importlib import resources

import msgspec

from selfaudit.demo.services import WORLDS
from selfaudit.demo.worlds import lines_of_world
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols.collector import make_text, read_collector
from selfaudit.settings import read_toml

_DATE = re.compile(r"\{(?P<form>now|day|time)(?P<days>[+-][0-9]{1,4})?(?: (?P<clock>[0-2][0-9]:[0-5][0-9]:[0-5][0-9]))?\}")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    text: str = ""
    status: PartStatus = PartStatus.OK
    exit: int | None = None
    note: str = ""
    worlds: tuple[str, ...] = WORLDS


class _Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    address: str
    worlds: tuple[str, ...]
    part: tuple[_Part, ...]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: tuple[_Host, ...]


@cache
def _data() -> _Data:
    with resources.as_file(resources.files("selfaudit_resources") / "demo" / "hosts.toml") as path:
        return msgspec.convert(read_toml(path), _Data)


def host_addresses() -> dict[str, str]:
    """Address -> name of the servers that have a collector's text."""
    return {h.address: h.name for h in _data().host}


def host_text(name: str, world: str, now: datetime.datetime | None = None) -> bytes:
    """The collector's text of a server, as if it had run at this moment.

    Lines end in ";; world world" where they are not of every world. "{time-3 04:10:00}" stands for a time three days ago, "{time-3}" for
    the same at this hour, "{day-3}" for its date.
    """
    at = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    host = next(h for h in _data().host if h.name == name)
    parts = []
    for part in host.part:
        if world in part.worlds:
            text = _DATE.sub(lambda match: _date(match, at), lines_of_world(part.text.strip("\n"), world))
            parts.append(HostPart(part.name, part.status, tuple(text.splitlines()), part.exit, note=part.note))
    return make_text(parts).encode("ascii")


def host_reports(world: str) -> tuple[HostReport, ...]:
    """What was collected before the demo began: by file, or pasted from the console of a server that is cut off."""
    received = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    via = "block" if world == "suspended" else "file"
    return tuple(
        read_collector(host_text(h.name, world), via=via, received=received) for h in _data().host if world in h.worlds
    )


def _date(match: re.Match[str], now: datetime.datetime) -> str:
    at = now + datetime.timedelta(days=int(match["days"] or 0))
    if match["clock"]:
        hours, minutes, seconds = match["clock"].split(":")
        at = at.replace(hour=int(hours), minute=int(minutes), second=int(seconds))
    return at.strftime("%Y-%m-%d") if match["form"] == "day" else at.strftime("%Y-%m-%dT%H:%M:%SZ")
