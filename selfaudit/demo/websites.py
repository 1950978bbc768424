"""The web pages of the embedded internet's customer, as they are in a world."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import msgspec

from selfaudit.demo.other_servers import Page
from selfaudit.demo.registry_data import Calendar
from selfaudit.demo.services import WORLDS
from selfaudit.demo.worlds import lines_of_world
from selfaudit.settings import read_toml

_DAY = re.compile(r"\{day([+-]\d{1,4})\}")
_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


class PageSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page. The server is cut off in the suspended world.

    Attributes:
        url: host and path.
        file: beside the list of pages, "" for a redirect.
        location: where a redirect leads.
        worlds: in which it is there.
    """

    url: str
    file: str = ""
    location: str = ""
    worlds: tuple[str, ...] = ("broken", "fixed")


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: str
    page: tuple[PageSpec, ...]


def _folder() -> Any:
    return resources.files("selfaudit_resources") / "demo" / "websites"


def load_websites() -> _Data:
    """The list of all worlds' pages."""
    with resources.as_file(_folder() / "websites.toml") as path:
        return msgspec.convert(read_toml(path), _Data)


def websites(world: str, calendar: Calendar) -> tuple[str, dict[str, Page]]:
    """(address of the server, host and path -> page) in a world; no pages where the server is cut off."""
    if world not in WORLDS:
        raise ValueError(world)
    data = load_websites()
    found: dict[str, Page] = {}
    for spec in data.page:
        if world not in spec.worlds:
            continue
        if spec.location:
            found[spec.url] = Page(301, "text/plain", "moved\n", spec.location)
            continue
        text = lines_of_world((_folder() / spec.file).read_text(encoding="utf-8"), world)
        text = _DAY.sub(lambda match: calendar.day(int(match[1])), text)
        found[spec.url] = Page(200, _TYPES[spec.file.rpartition(".")[2]], text)
    return data.address, found
