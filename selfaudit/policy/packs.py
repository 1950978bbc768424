"""The packs of providers that this program ships: who they are, and which addresses they assign to their customers."""

from __future__ import annotations

import datetime
import ipaddress
import tomllib
from functools import cache
from importlib import resources

import msgspec

from selfaudit.errors import BadInput
from selfaudit.policy.model import Pack

FOLDER = "policies"
_MAX_PREFIXES = 10_000


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    prefixes_source: str = ""
    prefixes_date: str = ""


def read_pack(text: str) -> Pack:
    """Reads one pack.

    Raises:
        BadInput: it is not TOML, a key is unknown or of the wrong kind, a block is no block of addresses, or blocks are given
            without saying whose word that is and of what day.
    """
    try:
        file = msgspec.convert(tomllib.loads(text), _File, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise BadInput(f"not a pack: {error}") from None
    if not file.id or not all((file.name, *file.aliases)):
        raise BadInput("a pack needs an id and a name, and no alias may be empty")
    if len(file.prefixes) > _MAX_PREFIXES:
        raise BadInput("too many prefixes")
    prefixes = tuple(_prefix(given) for given in file.prefixes)
    if prefixes or file.prefixes_date:
        _check_date(file.prefixes_date)
    if prefixes and not file.prefixes_source:
        raise BadInput("prefixes_source is missing")
    return Pack(
        file.id, file.name, aliases=tuple(file.aliases), prefixes=prefixes, prefixes_source=file.prefixes_source, prefixes_date=file.prefixes_date
    )  # fmt: skip


def _prefix(given: str) -> str:
    if "/" not in given:
        raise BadInput(f"prefixes: “{given[:60]}” names no length, as in 192.0.2.0/24")
    try:
        return str(ipaddress.ip_network(given, strict=True))
    except ValueError as error:
        raise BadInput(f"prefixes: {error}") from None


def _check_date(given: str) -> None:
    try:
        canonical = datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        canonical = ""
    if given != canonical or not given:
        raise BadInput("prefixes_date is not a day (YYYY-MM-DD)")


@cache
def all_packs() -> tuple[Pack, ...]:
    """Every shipped pack, by id.

    Raises:
        BadInput: a file is faulty, or two packs answer to one name; the tests fail on it.
    """
    files = sorted(
        (f for f in (resources.files("selfaudit_resources") / FOLDER).iterdir() if f.name.endswith(".toml")),
        key=lambda f: f.name,
    )
    packs = tuple(read_pack(file.read_text("utf-8")) for file in files)
    taken: dict[str, str] = {}
    for file, pack in zip(files, packs, strict=True):
        if file.name != f"{pack.id}.toml":
            raise BadInput(f"{file.name} holds the pack {pack.id}")
        for name in _names(pack):
            if taken.setdefault(name, pack.id) != pack.id:
                raise BadInput(f"{taken[name]} and {pack.id} are both called {name}")
    return packs


def pack_for(provider: str) -> Pack | None:
    """The pack of a provider by its id, name or an alias: the whole text, in whatever case; None if none is shipped."""
    wanted = _key(provider)
    return next((pack for pack in all_packs() if wanted in _names(pack)), None)


def _names(pack: Pack) -> set[str]:
    return {_key(name) for name in (pack.id, pack.name, *pack.aliases)}


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
