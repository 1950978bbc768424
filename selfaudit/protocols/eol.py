"""Until when systems and server software get security updates: a shipped, dated list, and what it says about a version on a day."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

BELIEVED = datetime.timedelta(days=90)  # for how long "no end announced" still holds after the source was written
NEXT_POINT = datetime.timedelta(days=182)  # the makers bring a point release every half year
_NUMBER = re.compile(r"\d+(?:\.\d+)*(?:[a-z](?![A-Za-z0-9]))?")
_MAX_VERSION = 60


class Phase(StrEnum):
    """Who still makes security updates for a release."""

    REGULAR = "regular"  # its makers, for everybody
    LTS = "lts"  # somebody else, for everybody
    EXTENDED = "extended"  # only for subscribers
    ADDON = "addon"  # only for subscribers of a further extension
    ENDED = "ended"  # nobody
    UNCERTAIN = "uncertain"  # no end was announced when the list was written, which is too long ago
    UNKNOWN = "unknown"  # the release is not in the list


@dataclass(frozen=True, slots=True)
class Release:
    """One line of releases.

    Attributes:
        name: the version as far as it names the line, for example "12", "22.04", "8.3".
        codename: as in os-release(5), "" for none.
        regular: last day of the makers' updates; None if no end was announced.
        lts, extended, addon: last days of what comes after that, see `Phase`; None where there is nothing.
        latest: newest version of the line when the list was written, "" if it is not noted.
        latest_on: a day by which that was out.
        final: the makers bring no newer one.
    """

    name: str
    codename: str = ""
    regular: datetime.date | None = None
    lts: datetime.date | None = None
    extended: datetime.date | None = None
    addon: datetime.date | None = None
    latest: str = ""
    latest_on: datetime.date | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A system or a program.

    Attributes:
        name: in the list, for example "debian".
        title: for people.
        source: where the dates are from.
        as_of: the day for which the source speaks.
        checked_on: when the list was last compared with it.
        releases: newest first.
        lts_by, extended_by: who makes the updates of these phases, "" for nobody.
        exact: a version must be a release's whole name.
        points: older point releases of a line get nothing more.
        points_by: who makes updates for older point releases all the same, for subscribers; "" for nobody.
        one_step: the makers support an upgrade to the next release only.
        older: everything below this version has ended, "" if nothing is said.
        older_ended: the day by which that was so at the latest.
        courtesy_from: lines older than this get no fixes at all any more; from here on sometimes as a courtesy. "" if there is none.
    """

    name: str
    title: str
    source: str
    as_of: datetime.date
    checked_on: datetime.date
    releases: tuple[Release, ...]
    lts_by: str = ""
    extended_by: str = ""
    exact: bool = False
    points: bool = False
    one_step: bool = False
    older: str = ""
    older_ended: datetime.date | None = None
    courtesy_from: str = ""
    points_by: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What the list says about a version on a day.

    Attributes:
        phase: see there.
        release: the line that the version belongs to, None if it is not listed.
        until: last day of this phase; of the last one if all have ended. None if it is not known.
    """

    phase: Phase
    release: Release | None = None
    until: datetime.date | None = None

    def days_left(self, day: datetime.date) -> int | None:
        """Days to the end of the phase, None if that is not known."""
        return None if self.until is None else (self.until - day).days


@cache
def products() -> Mapping[str, Product]:
    """The shipped list by name."""
    text = (resources.files("selfaudit_resources") / "eol/products.toml").read_text(encoding="utf-8")
    return {item["name"]: _product(item) for item in tomllib.loads(text)["product"]}


def _product(item: Mapping[str, Any]) -> Product:
    return Product(
        item["name"], item["title"], item["source"], _day(item["as_of"]), _day(item["checked_on"]),
        tuple(map(_release, item["releases"])), item.get("lts_by", ""), item.get("extended_by", ""), item.get("exact", False),
        item.get("points", False), item.get("one_step", False), item.get("older", ""), _some_day(item.get("older_ended")),
        item.get("courtesy_from", ""), item.get("points_by", ""),
    )  # fmt: skip


def _release(item: Mapping[str, Any]) -> Release:
    return Release(
        item["name"], item.get("codename", ""), _some_day(item.get("regular")), _some_day(item.get("lts")),
        _some_day(item.get("extended")), _some_day(item.get("addon")), item.get("latest", ""), _some_day(item.get("latest_on")),
        item.get("final", False),
    )  # fmt: skip


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _some_day(text: str | None) -> datetime.date | None:
    return _day(text) if text else None


def number(text: str) -> str:
    """The version in a text: "10.6.21" of "10.6.21-MariaDB", "1.1.1w" of "OpenSSL 1.1.1w"; "" if there is none."""
    match = _NUMBER.search(text[:_MAX_VERSION])
    return match[0] if match else ""


def order(version: str) -> tuple[tuple[int, str], ...]:
    """Sorts the versions of one program: by their numbers, letters after them."""
    return tuple((int(n or 0), letter) for n, letter in re.findall(r"(\d+)([a-z]?)", version[:_MAX_VERSION]))


def older_than(version: str, other: str) -> bool:
    """Whether a version is older than another of the same program; 6.9 is older than 6.9.1 and not older than 6.9.0."""
    mine, theirs = order(version), order(other)
    length = max(len(mine), len(theirs))
    fill = ((0, ""),)
    return mine + fill * (length - len(mine)) < theirs + fill * (length - len(theirs))


def line_of(product: Product, version: str) -> Release | None:
    """The line of releases that a version belongs to, None if it is not listed."""
    wanted = version.strip().casefold()
    by_name = {r.name.casefold(): r for r in product.releases}
    if product.exact or wanted in by_name:
        return by_name.get(wanted)
    parts = number(wanted).split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((by_name[name] for name in names if name in by_name), _lettered(by_name, parts))


def _lettered(by_name: Mapping[str, Release], parts: list[str]) -> Release | None:
    """A letter after the version is a patch: 1.1.1w belongs to 1.1.1."""
    return by_name.get(".".join(parts).rstrip("abcdefghijklmnopqrstuvwxyz"))


def state(product: Product, version: str, day: datetime.date) -> State:
    """What the list says about a version on a day."""
    release = line_of(product, version)
    if release is not None:
        return phase_of(product, release, day)
    plain = number(version)
    if product.older and plain and older_than(plain, product.older) and product.older_ended and day > product.older_ended:
        return State(Phase.ENDED, None, product.older_ended)
    return State(Phase.UNKNOWN)


def phase_of(product: Product, release: Release, day: datetime.date) -> State:
    """The phase in which a line of releases is on a day."""
    if release.regular is None:
        return State(Phase.REGULAR if day <= product.as_of + BELIEVED else Phase.UNCERTAIN, release)
    ends = (
        (Phase.REGULAR, release.regular), (Phase.LTS, release.lts), (Phase.EXTENDED, release.extended),
        (Phase.ADDON, release.addon),
    )  # fmt: skip
    last = release.regular
    for phase, end in ends:
        if end is not None and day <= end:
            return State(phase, release, end)
        last = max(last, end) if end is not None and phase in (Phase.REGULAR, Phase.LTS) else last
    return State(Phase.ENDED, release, last)


class Point(StrEnum):
    """Whether a version is the newest point release of its line."""

    NEWEST = "newest"
    OLD = "old"
    UNCERTAIN = (
        "uncertain"  # when the list was written it was, but there may be a newer one; or the version does not say its point
    )


def point_of(product: Product, release: Release, version: str, day: datetime.date) -> Point:
    """Whether a version is the newest point release of a line on a day, as far as the list can tell. For products with points only."""
    if not release.latest or release.latest_on is None:
        return Point.UNCERTAIN
    plain = number(version)
    if plain.count(".") < release.latest.count("."):
        return Point.UNCERTAIN
    if older_than(plain, release.latest):
        return Point.OLD
    fresh = day <= min(product.as_of + BELIEVED, release.latest_on + NEXT_POINT)
    return Point.NEWEST if release.final or fresh else Point.UNCERTAIN


def successor(product: Product, release: Release, day: datetime.date) -> Release | None:
    """The release to upgrade to: the next one where only that is supported, else the newest that its makers support for long enough.

    None if the list knows of none.
    """
    newer = [r for r in product.releases if older_than(release.name, r.name) and "-" not in r.name]
    if product.one_step:
        return min(newer, key=lambda r: order(r.name), default=None)
    good = [r for r in newer if phase_of(product, r, day).phase is Phase.REGULAR]
    return max(good, key=lambda r: (r.regular or day, order(r.name)), default=None)
