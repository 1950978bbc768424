"""A ZIP archive in one form only (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5): the same members give the same octets.

All members are dated 1980-01-01, the first day that the format knows, and have the same flags, versions and attributes; there are no extra
fields, no comments, no data descriptors, no ZIP64. The reader takes an archive apart, writes it anew and compares: what has another form was
changed, or was not written here. `zipfile` is not used to read what strangers made.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

MAX_ARCHIVE = 400_000_000  # octets of a whole archive, and of all contents together
MAX_CONTENT = 200_000_000  # of one member
MAX_MEMBERS = 300
MAX_NAME = 120
MAX_RATIO = 200  # what packs better than this is stored as it is, so that no archive becomes much larger than it looks
_ALWAYS = 1_000_000  # octets up to which the ratio does not matter
_STORED, _DEFLATED = 0, 8
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _FLAGS, _TIME, _DATE = 20, 0, 0, (1 << 5) | 1  # 4.4.3.2: 2.0; MS-DOS date: year since 1980, month, day
_MADE_BY = (3 << 8) | _VERSION  # 4.4.2: a Unix system, so that the attributes are Unix modes
_ATTRIBUTES = 0o100644 << 16  # a plain file; a link would have another mode
_LOCAL_REST = struct.Struct("<5H3I2H")
_CENTRAL_REST = struct.Struct("<6H3I5H2I")
_END_REST = struct.Struct("<4H2IH")
_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.I)  # no file can have such a name on Windows


@dataclass(frozen=True, slots=True)
class Raw:
    """A member as it lies in the archive: `packed` are its octets there, `size` and `crc` are of its content."""

    name: str
    method: int
    crc: int
    size: int
    packed: bytes


def is_archive(data: bytes) -> bool:
    """Whether it begins as an archive does, however it goes on."""
    return data[:4] == _LOCAL


def first_name(data: bytes) -> str:
    """The name of the first member, "" where not even that can be read: then it is no archive, but begins as one."""
    body = 4 + _LOCAL_REST.size
    if not is_archive(data) or len(data) < body:
        return ""
    length = _local(data[4:body])[-1]
    try:
        name = data[body : body + length].decode("ascii")
        check_name(name)
    except (UnicodeDecodeError, BadInput):
        return ""
    return name


def check_name(name: str) -> None:
    """Letters, digits, dots, hyphens and underlines; folders are separated by "/".

    Raises:
        BadInput: the name leads elsewhere, or means something on some system.
    """
    parts = name.split("/")
    if len(name) > MAX_NAME or len(parts) > 2 or not all(_PART.match(p) and not _DEVICE.match(p) for p in parts):
        raise BadInput(phrase("a file in it has a name that no bundle has"))


def packed(name: str, content: bytes, *, stored: bool = False) -> Raw:
    """A member: packed where that makes it smaller, and never by more than two hundred times.

    Args:
        name: in the archive.
        content: of the member.
        stored: whether it is stored as it is in any case.

    Raises:
        BadInput: it is too large, or has a name that none may have.
    """
    check_name(name)
    if len(content) > MAX_CONTENT:
        raise BadInput(phrase("a file in it is larger than {limit} octets", limit=MAX_CONTENT))
    crc = zlib.crc32(content)
    if not stored:
        maker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        small = maker.compress(content) + maker.flush()
        if len(small) < len(content) and _plausible(len(content), len(small)):
            return Raw(name, _DEFLATED, crc, len(content), small)
    return Raw(name, _STORED, crc, len(content), content)


def assemble(members: Iterable[Raw]) -> bytes:
    """The archive of these members, in their order.

    Raises:
        BadInput: there are too many, two have the same name, or they are too large.
    """
    found = tuple(members)
    _check(found)
    parts: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for raw in found:
        name = raw.name.encode("ascii")
        sizes = (raw.crc, len(raw.packed), raw.size)
        parts += [_LOCAL, _LOCAL_REST.pack(_VERSION, _FLAGS, raw.method, _TIME, _DATE, *sizes, len(name), 0), name, raw.packed]
        head = (_MADE_BY, _VERSION, _FLAGS, raw.method, _TIME, _DATE)
        directory += [_CENTRAL, _CENTRAL_REST.pack(*head, *sizes, len(name), 0, 0, 0, 0, _ATTRIBUTES, offset), name]
        offset += 4 + _LOCAL_REST.size + len(name) + len(raw.packed)
    size = sum(map(len, directory))
    end = _END_REST.pack(0, 0, len(found), len(found), size, offset, 0)
    return b"".join((*parts, *directory, _END, end))


def take_apart(data: bytes) -> tuple[Raw, ...]:
    """The members of an archive. Nothing is unpacked yet.

    Raises:
        BadInput: it is no archive, was cut or changed, or is not of the one form.
    """
    if not is_archive(data):
        raise BadInput(phrase("this is not a bundle"))
    if len(data) > MAX_ARCHIVE:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_ARCHIVE))
    found: list[Raw] = []
    at = 0
    while data[at : at + 4] == _LOCAL and len(found) <= MAX_MEMBERS:
        body = at + 4 + _LOCAL_REST.size
        if body > len(data):
            raise _broken()
        method, crc, small, size, length = _local(data[at + 4 : body])
        end = body + length + small
        if end > len(data) or length > MAX_NAME:
            raise _broken()
        try:
            name = data[body : body + length].decode("ascii")
        except UnicodeDecodeError:
            raise BadInput(phrase("a file in it has a name that no bundle has")) from None
        found.append(Raw(name, method, crc, size, data[body + length : end]))
        at = end
    if assemble(found) != data:
        raise _broken()
    return tuple(found)


def content_of(raw: Raw) -> bytes:
    """The content of a member; never more than it says it is.

    Raises:
        BadInput: it cannot be unpacked, or is not what it says it is.
    """
    if raw.method == _STORED:
        content = raw.packed
    else:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacker.decompress(raw.packed, raw.size + 1)
        except zlib.error:
            raise _broken() from None
        if not unpacker.eof or unpacker.unused_data:
            raise _broken()
    if len(content) != raw.size or zlib.crc32(content) != raw.crc:
        raise _broken()
    return content


def _local(header: bytes) -> tuple[int, int, int, int, int]:
    """(method, checksum, packed size, size, length of the name); what must always be the same is seen when it is written anew."""
    _version, _flags, method, _time, _date, crc, small, size, length, _extra = _LOCAL_REST.unpack(header)
    return method, crc, small, size, length


def _check(members: tuple[Raw, ...]) -> None:
    if len(members) > MAX_MEMBERS:
        raise BadInput(phrase("more than {limit} files", limit=MAX_MEMBERS))
    names: set[str] = set()
    for raw in members:
        check_name(raw.name)
        if raw.name.lower() in names:
            raise BadInput(phrase("two files in it have the same name"))
        names.add(raw.name.lower())
        if raw.method not in (_STORED, _DEFLATED) or (raw.method == _STORED and raw.size != len(raw.packed)):
            raise _broken()
        if raw.size > MAX_CONTENT or not _plausible(raw.size, len(raw.packed)):
            raise BadInput(phrase("a file in it would become far larger than it may"))
    if sum(raw.size for raw in members) > MAX_ARCHIVE or sum(len(raw.packed) for raw in members) > MAX_ARCHIVE:
        raise BadInput(phrase("all files together are larger than {limit} octets", limit=MAX_ARCHIVE))


def _plausible(size: int, small: int) -> bool:
    return size <= _ALWAYS or size <= MAX_RATIO * small


def _broken() -> BadInput:
    return BadInput(phrase("it was changed or cut, or another program has packed it"))
