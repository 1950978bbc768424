"""Takes out of Linux's programs and libraries the folders of the building machine in which they would look for other libraries.

A Python that was built for a folder of its own names that folder in each of its modules (DT_RUNPATH, DT_RPATH). On another person's machine it
would belong to whoever has that path there, and what lies in it would be loaded into the program. Places that begin with $ORIGIN are those
beside the file itself, and stay. See the System V ABI, "Dynamic Section", and elf(5). Only 64-bit little-endian files are known here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_LOAD, _DYNAMIC = 1, 2  # p_type
_NULL, _STRTAB, _RPATH, _RUNPATH = 0, 5, 15, 29  # d_tag
_ENTRY = struct.Struct("<qQ")  # Elf64_Dyn


def clear(path: Path) -> list[str]:
    """Takes out the places that do not begin with $ORIGIN. Returns them.

    Raises:
        ValueError: the file is of another kind, or broken.
    """
    data = bytearray(path.read_bytes())
    gone: list[str] = []
    try:
        # The last one first: what is taken out moves those behind it.
        for at, place, words in reversed(list(_searched(data))):
            strange = [part for part in words.split(":") if not _own(part)]
            if not strange:
                continue
            kept = ":".join(part for part in words.split(":") if _own(part)).encode()
            # Linkers let names share their ends, so what follows the last slash, which may also be the name of something else, stays.
            cut = words.encode().rfind(b"/") + 1
            new = (kept + b"\0" if kept else b"").ljust(cut, b"\0")
            data[place : place + len(new)] = new
            if not kept:
                _take_out(data, at)
            gone += strange
    except (struct.error, IndexError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    if gone:
        path.write_bytes(data)
    return gone


def searched(path: Path) -> list[str]:
    """The places in which a file has libraries looked for."""
    return [part for _at, _place, words in _searched(path.read_bytes()) for part in words.split(":")]


def _own(place: str) -> bool:
    return place.split("/", 1)[0] in ("$ORIGIN", "${ORIGIN}")


def _segments(data: bytes | bytearray) -> Iterator[tuple[int, int, int, int]]:
    """Kind, place in the file, address and size of each part that is loaded."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a 64-bit little-endian file of the kind ELF")
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for number in range(count):
        kind, _flags, offset, address, _physical, length = struct.unpack_from("<IIQQQQ", data, start + number * size)
        yield kind, offset, address, length


def _searched(data: bytes | bytearray) -> Iterator[tuple[int, int, str]]:
    """Place of the entry, place of its words, and the words."""
    segments = list(_segments(data))
    for kind, offset, _address, length in segments:
        if kind != _DYNAMIC:
            continue
        entries: list[tuple[int, int, int]] = []
        for at in range(offset, offset + length, _ENTRY.size):
            tag, value = _ENTRY.unpack_from(data, at)
            if tag == _NULL:
                break
            entries.append((at, tag, value))
        names = next((value for _at, tag, value in entries if tag == _STRTAB), None)
        if names is None:
            continue
        begin = next((o + names - a for k, o, a, n in segments if k == _LOAD and a <= names < a + n), None)
        if begin is None:
            raise ValueError("its names lie nowhere in it")
        for at, tag, value in entries:
            if tag in (_RPATH, _RUNPATH):
                place = begin + value
                yield at, place, data[place : data.index(b"\0", place)].decode("utf-8")


def _take_out(data: bytearray, at: int) -> None:
    """Moves the entries behind one forward; the list ends with the same empty one."""
    while True:
        tag, value = _ENTRY.unpack_from(data, at + _ENTRY.size)
        _ENTRY.pack_into(data, at, tag, value)
        at += _ENTRY.size
        if tag == _NULL:
            return
