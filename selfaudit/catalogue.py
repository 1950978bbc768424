"""The blocklist catalogue: reading it, checking it, and adding to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from selfaudit.errors import BadInput, UserError
from selfaudit.facts.blocklist import ListEntry, ListMeaning
from selfaudit.i18n import _
from selfaudit.protocols.dnsbl import DEFAULT_POINTS, check_pattern, kind_of
from selfaudit.settings import BlocklistSettings, explain_toml_error, read_toml
from selfaudit.text import printable


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    meaning: str
    kind: Literal["listed", "policy", "info", "good", "refused"] = "listed"
    who: Literal["you", "provider", "wait", ""] = ""
    expires: str = ""


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zone: str
    name: str
    kinds: tuple[Literal["ip4", "ip6", "domain"], ...]
    tier: Literal[1, 2, 3] | Literal["info"]
    access: Literal["open", "registration", "key"] = "open"
    listed: str | tuple[str, ...] = ()
    not_listed: str | tuple[str, ...] = ()
    codes: dict[str, str | _Code] = {}
    removal: str = ""
    who: Literal["you", "provider", "wait"] = "you"
    checked_on: str = ""
    expires: str = ""
    before: tuple[Literal["cause", "rdns", "static", "clean-site"], ...] = ("cause",)
    pay: bool = False


class _Dead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zone: str
    since: str
    why: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str = ""
    list: tuple[_List, ...] = ()
    dead: tuple[_Dead, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadList:
    """A list that must not be asked, since when, and why."""

    zone: str
    since: str
    why: str


@dataclass(frozen=True, slots=True)
class RemovalRule:
    """What a list wants before it takes an entry out.

    Attributes:
        zone: the list.
        expires: how long an entry stays after the cause has stopped, in the words of its source, "" if it names no time.
        before: what must be true first: "cause" (it has stopped), "rdns" (a fitting reverse DNS name), "static" (the address is
            not given out to changing customers), "clean-site" (the web site is clean).
        pay: faster removal is sold; that is advised against.
        by_code: (pattern of an answer, how long such an entry stays) where a list's entries differ.
    """

    zone: str
    expires: str = ""
    before: tuple[str, ...] = ("cause",)
    pay: bool = False
    by_code: tuple[tuple[str, str], ...] = ()

    def expires_for(self, codes: Iterable[str]) -> str:
        """How long entries with these answers stay, each said once; in the words for all of the list where none is there for an answer."""
        found: dict[str, None] = {}
        for code in codes:
            found.setdefault(next((words for pattern, words in self.by_code if fits(code, pattern)), self.expires), None)
        return "; ".join(filter(None, found)) if found else self.expires


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The lists of a run. Dead zones are never asked, whatever `entries` says."""

    version: str
    entries: tuple[ListEntry, ...]
    dead: tuple[DeadList, ...]
    rules: tuple[RemovalRule, ...] = ()

    def rule(self, zone: str) -> RemovalRule:
        """What a list wants before it takes an entry out; for one that is not in the catalogue, that the cause has stopped."""
        return next((rule for rule in self.rules if rule.zone == zone), RemovalRule(zone))

    def for_kind(self, kind: str) -> tuple[ListEntry, ...]:
        """Lists that answer questions of a kind: "ip4", "ip6" or "domain"."""
        return tuple(entry for entry in self.entries if kind in entry.kinds)

    def entry(self, zone: str) -> ListEntry | None:
        """The list of a zone."""
        return next((entry for entry in self.entries if entry.zone == zone), None)


SHIPPED = "blocklists/catalogue.toml"


def load_catalogue(settings: BlocklistSettings) -> Catalogue:
    """Reads the shipped catalogue, or the one that the settings name, and adds the extra one.

    Raises:
        UserError: which file, which key, what was expected.
    """
    if settings.catalogue:
        catalogue = read_catalogue(Path(settings.catalogue))
    else:
        with resources.as_file(resources.files("selfaudit_resources") / SHIPPED) as path:
            catalogue = read_catalogue(path)
    if settings.extra:
        extra = read_catalogue(Path(settings.extra))
        merged = {entry.zone: entry for entry in (*catalogue.entries, *extra.entries)}
        catalogue = Catalogue(
            f"{catalogue.version}+{extra.version}".strip("+"), tuple(merged.values()), (*catalogue.dead, *extra.dead),
            (*extra.rules, *catalogue.rules),
        )  # fmt: skip
    dead = {item.zone for item in catalogue.dead}
    alive = tuple(e for e in catalogue.entries if not any(e.zone == z or e.zone.endswith("." + z) for z in dead))
    return Catalogue(catalogue.version, alive, catalogue.dead, catalogue.rules)


def read_catalogue(path: Path) -> Catalogue:
    """Reads one catalogue file.

    Raises:
        UserError: which file, which key, what was expected.
    """
    table: dict[str, Any] = read_toml(path)
    try:
        file = msgspec.convert(table, _File, strict=True)
    except msgspec.ValidationError as error:
        raise UserError(explain_toml_error(path, error)) from None
    entries = [_entry(path, index, item) for index, item in enumerate(file.list)]
    zones = [entry.zone for entry in entries]
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            raise UserError(_("{file}: list[{index}].zone: {zone} appears twice").format(file=path, index=index, zone=zone))
    dead = tuple(DeadList(_zone(path, f"dead[{i}]", d.zone), d.since, d.why) for i, d in enumerate(file.dead))
    rules = tuple(
        RemovalRule(zone, i.expires, i.before, i.pay, tuple((p, v.expires) for p, v in i.codes.items() if isinstance(v, _Code) and v.expires))
        for zone, i in zip(zones, file.list, strict=True)
    )  # fmt: skip
    return Catalogue(file.version, tuple(entries), dead, rules)


def _entry(path: Path, index: int, item: _List) -> ListEntry:
    where = f"list[{index}]"
    if not item.kinds:
        raise UserError(_("{file}: {key}: at least one kind is expected").format(file=path, key=f"{where}.kinds"))
    codes = []
    for pattern, value in item.codes.items():
        code = value if isinstance(value, _Code) else _Code(value)
        try:
            check_pattern(pattern)
        except BadInput as error:
            raise UserError(
                _("{file}: {key}: {why}").format(file=path, key=f"{where}.codes", why=printable(str(error)))
            ) from None
        codes.append(ListMeaning(pattern, code.meaning, code.kind, code.who))
    return ListEntry(
        _zone(path, where, item.zone), item.name, tuple(item.kinds), str(item.tier), item.access,
        _points(item, item.listed, 0), _points(item, item.not_listed, 1), tuple(codes), item.removal, item.who,
        item.checked_on,
    )  # fmt: skip


def _zone(path: Path, where: str, zone: str) -> str:
    cleaned = zone.lower().rstrip(".")
    labels = cleaned.split(".")
    if (
        not cleaned.isascii()
        or len(cleaned) > 200
        or len(labels) < 2
        or not all(0 < len(label) <= 63 and not set(label) - set("abcdefghijklmnopqrstuvwxyz0123456789-_") for label in labels)
    ):
        raise UserError(
            _("{file}: {key}: “{value}” is not a domain name").format(file=path, key=f"{where}.zone", value=printable(zone, 60))
        )
    return cleaned


def _points(item: _List, given: str | tuple[str, ...], which: int) -> tuple[str, ...]:
    """The test points for every kind of the list: those given, RFC 5782's for the kinds that none was given for."""
    points = [given] if isinstance(given, str) else list(given)
    points = [_canonical(point) for point in points if point]
    kinds = {kind_of(point) for point in points}
    points.extend(DEFAULT_POINTS[kind][which] for kind in item.kinds if kind not in kinds)
    return tuple(points)


def fits(code: str, pattern: str) -> bool:
    """Whether a list's answer is meant by an address or a block of addresses; bit masks do not count here."""
    try:
        return ipaddress.ip_address(code) in ipaddress.ip_network(pattern)
    except ValueError:
        return False


def _canonical(point: str) -> str:
    try:
        return str(ipaddress.ip_address(point))
    except ValueError:
        return point.lower().rstrip(".")


def points_for(entry: ListEntry, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The test points of a list for one kind of question: must be listed, must not be listed."""
    listed = tuple(point for point in entry.listed if kind_of(point) == kind)
    not_listed = tuple(point for point in entry.not_listed if kind_of(point) == kind)
    return listed, not_listed
