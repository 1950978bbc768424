"""The table of all targets, by name. Each room of them is a module, so that a process of one target loads no other room."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from functools import cache

from tests.fuzz.target import Target

ROOMS = ("dns", "mail", "message", "notice", "registry", "web", "wire", "host", "config", "ledger", "files", "evidence")


@cache
def room(name: str) -> Mapping[str, Target]:
    """The targets of one room, by their whole names ROOM-TARGET."""
    found: Mapping[str, Target] = importlib.import_module(f"tests.fuzz.room_{name}").TARGETS
    return {f"{name}-{key}": target for key, target in found.items()}


def named(name: str) -> Target:
    """One target."""
    return room(name.partition("-")[0])[name]


def all_targets(rooms: Iterable[str] = ROOMS) -> dict[str, Target]:
    """Every target by name."""
    return {name: target for each in rooms for name, target in room(each).items()}
