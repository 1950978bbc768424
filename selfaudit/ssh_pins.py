"""Host keys of SSH servers: what they are, and which ones a person has compared and accepted. A file in the data folder keeps those."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.install import data_folder

FILE = "ssh-hosts.json"
FORM = "selfaudit/ssh-hosts/1"
MAX_FILE = 1_000_000
_MAX_KEY = 20_000  # characters; a key of RSA with 16384 bits has 2800
_TEXT = re.compile(r"(?P<algorithm>[a-z0-9@.-]{1,64}) (?P<data>[A-Za-z0-9+/]+={0,2})\Z")


@dataclass(frozen=True, slots=True)
class HostKey:
    """The public key by which a server is recognised (RFC 4253 section 7).

    Attributes:
        algorithm: the kind of key, such as "ssh-ed25519".
        fingerprint: "SHA256:..." as `ssh-keygen -l` shows it.
        data: the key as OpenSSH writes it, "ssh-ed25519 AAAA...".
        known: where it was known from: "pinned" (accepted before), "known_hosts" (the person's own OpenSSH knows it) or "".
    """

    algorithm: str
    fingerprint: str
    data: str
    known: str = ""


class _Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    port: int
    keys: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    hosts: tuple[_Host, ...] = ()


def read_host_key(text: str, known: str = "") -> HostKey:
    """The host key in an OpenSSH line "ALGORITHM BASE64"; a comment behind it is left away.

    Raises:
        BadInput: it is none.
    """
    parts = _TEXT.match(" ".join(text[:_MAX_KEY].split()[:2]))
    if parts is None:
        raise BadInput("not a public key of OpenSSH")
    try:
        blob = base64.b64decode(parts["data"], validate=True)
    except binascii.Error:
        raise BadInput("not a public key of OpenSSH") from None
    name = parts["algorithm"].encode("ascii")
    # The blob says once more what it is (RFC 4253 section 6.6).
    if not blob.startswith(len(name).to_bytes(4, "big") + name) or len(blob) <= 4 + len(name):
        raise BadInput("a public key that names two algorithms")
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    return HostKey(parts["algorithm"], f"SHA256:{digest}", f"{parts['algorithm']} {parts['data']}", known)


def pinned(host: str, port: int) -> tuple[HostKey, ...]:
    """The keys that were accepted for a server, those that were accepted first at the front.

    Raises:
        UserError: the file is damaged; it is left as it is.
    """
    wanted = (_canonical(host), port)
    return next((_keys(entry) for entry in _load(_path()) if (entry.host, entry.port) == wanted), ())


def pin(host: str, port: int, key: HostKey) -> None:
    """Remembers a key that a person has accepted for a server. Keys that were accepted before stay.

    Raises:
        UserError: the file is damaged and left as it is, or cannot be written.
    """
    read_host_key(key.data)
    path, name = _path(), _canonical(host)
    entries = _load(path)
    before = next((e.keys for e in entries if (e.host, e.port) == (name, port)), ())
    if key.data in before:
        return
    others = tuple(e for e in entries if (e.host, e.port) != (name, port))
    _save(path, (*others, _Host(name, port, (*before, key.data))))


def unpin(host: str, port: int) -> bool:
    """Forgets all keys of a server. Returns whether there were any.

    Raises:
        UserError: the file is damaged and left as it is, or cannot be written.
    """
    path, name = _path(), _canonical(host)
    entries = _load(path)
    others = tuple(e for e in entries if (e.host, e.port) != (name, port))
    if len(others) == len(entries):
        return False
    _save(path, others)
    return True


def _path() -> Path:
    return data_folder() / FILE


def _canonical(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.lower().removesuffix(".")


def _keys(entry: _Host) -> tuple[HostKey, ...]:
    return tuple(read_host_key(text, "pinned") for text in entry.keys)


def _load(path: Path) -> tuple[_Host, ...]:
    try:
        if not path.exists():
            return ()
        file = msgspec.json.decode(read_bounded(path, MAX_FILE), type=_File)
        if file.schema != FORM:
            raise BadInput(file.schema)
        for entry in file.hosts:
            _keys(entry)
    except (msgspec.DecodeError, BadInput, UnicodeDecodeError, RecursionError):
        raise UserError(
            _(
                "{file}: damaged, or written by a newer version. It holds the host keys of servers that you accepted, and was left as "
                "it is. Move it away, and compare the keys again."
            ).format(file=path)
        ) from None
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    return file.hosts


def _save(path: Path, hosts: tuple[_Host, ...]) -> None:
    """Writes beside the file and moves it into place, so that a crash leaves the old one or the new one."""
    data = msgspec.json.format(msgspec.json.encode(_File(FORM, hosts)), indent=2)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data + b"\n")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise UserError(
            _("{file}: cannot be written ({why}); SELFAUDIT_HOME names another folder").format(
                file=path, why=error.strerror or error
            )
        ) from None
