"""The bootstrap files of RDAP (RFC 9224): shipped, kept, and asked for anew once a day."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from selfaudit.errors import BadInput, UserError
from selfaudit.facts.http import HttpStatus
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.install import cache_folder
from selfaudit.net.profile import RDAP_BOOTSTRAP
from selfaudit.protocols import bootstrap
from selfaudit.protocols.bootstrap import Bootstrap

if TYPE_CHECKING:
    from selfaudit.net import Net

Kind = Literal["dns", "ipv4", "ipv6"]
KINDS: tuple[Kind, ...] = ("dns", "ipv4", "ipv6")
MAX_FILE = 4_000_000
_FRESH = 24 * 3600  # seconds; IANA's file changes a few times a month
_MAX_TAG = 200
_PATIENCE = 5.0  # seconds; an older copy is better than no answer at all


@dataclass(frozen=True, slots=True)
class Loaded:
    """A bootstrap file and where it came from ("shipped", "fetched", "cache" or "settings")."""

    file: Bootstrap
    source: str


async def load(net: Net, kind: Kind) -> Loaded | None:
    """The newest file that can be had; None if this run has none."""
    base = net.profile.rdap_bootstrap
    if not base:
        return None
    if "://" not in base:
        return Loaded(bootstrap.read(read_bounded(Path(base) / f"{kind}.json", MAX_FILE)), "settings")
    url = f"{base.rstrip('/')}/{kind}.json"
    # The embedded internet forgets everything; its files must not be taken for those of the real one either.
    kept = _Kept(url) if net.gate.routes is None else None
    if kept is not None and kept.age() < _FRESH and (fresh := kept.read()) is not None:
        return Loaded(fresh, "cache")
    fetched = await _fetch(net, url, kept)
    if fetched is not None:
        return fetched
    if kept is not None and (old := kept.read()) is not None:
        return Loaded(old, "cache")
    return shipped(kind) if base == RDAP_BOOTSTRAP else None


async def _fetch(net: Net, url: str, kept: _Kept | None) -> Loaded | None:
    from selfaudit.net.http import Want

    addresses = await net.host_addresses(urlsplit(url).hostname or "")
    want = Want("RDAP bootstrap", "application/json", kept.tag() if kept else "", MAX_FILE)
    reply = await net.https_reply(url, addresses, want, patience=_PATIENCE)
    if reply.fetch.outcome is not HttpStatus.ANSWERED:
        return None
    if reply.fetch.code == 304 and kept is not None and (old := kept.read()) is not None:
        kept.touch()
        return Loaded(old, "cache")
    if reply.fetch.code != 200:
        return None
    try:
        file = bootstrap.read(reply.body)
    except BadInput:
        return None
    if not file.services:
        return None
    if kept is not None:
        tags = [value for name, value in reply.headers.items() if name.lower() == "etag"]
        kept.write(reply.body, tags[0] if tags else "")
    return Loaded(file, "fetched")


def shipped(kind: Kind) -> Loaded:
    """The file as it came with this program."""
    data = (resources.files("selfaudit_resources") / f"registration/rdap-{kind}.json").read_bytes()
    return Loaded(bootstrap.read(data), "shipped")


def check_folder(text: str) -> None:
    """Fails before the run if a folder of bootstrap files cannot be used.

    Raises:
        UserError: which file, and what is wrong with it.
    """
    for kind in KINDS:
        path = Path(text) / f"{kind}.json"
        try:
            bootstrap.read(read_bounded(path, MAX_FILE))
        except BadInput as error:
            raise UserError(_("{file}: not a bootstrap file of RDAP: {why}").format(file=path, why=error)) from None


class _Kept:
    """The copy of a file that was fetched earlier. What cannot be read or written is as good as not there."""

    def __init__(self, url: str) -> None:
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._file = cache_folder() / "rdap" / f"{name}.json"
        self._tag = self._file.with_suffix(".etag")

    def age(self) -> float:
        """Seconds since it was fetched or found to be current."""
        try:
            return abs(time.time() - self._file.stat().st_mtime)
        except OSError:
            return float("inf")

    def read(self) -> Bootstrap | None:
        try:
            file = bootstrap.read(read_bounded(self._file, MAX_FILE))
        except (UserError, BadInput):
            return None
        return file if file.services else None

    def tag(self) -> str:
        """The ETag of the copy; "" if there is no copy that could be kept."""
        if self.read() is None:
            return ""
        try:
            text = self._tag.read_text(encoding="ascii")[:_MAX_TAG]
        except (OSError, UnicodeDecodeError):
            return ""
        return text if text.isprintable() else ""

    def touch(self) -> None:
        try:
            os.utime(self._file)
        except OSError:
            return  # then it is asked for again next time

    def write(self, data: bytes, tag: str) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Without the old tag first: a copy must never be taken for a version that it is not.
            self._tag.unlink(missing_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(self._file)
            if tag.isascii() and tag.isprintable() and len(tag) <= _MAX_TAG:
                self._tag.write_text(tag, encoding="ascii")
        except OSError:
            return  # the next run fetches it again
