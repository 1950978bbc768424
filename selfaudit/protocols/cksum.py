"""The check sum of POSIX `cksum` (IEEE Std 1003.1, cksum): a CRC of 32 bits that every Unix system can compute."""

from __future__ import annotations

import zlib

_MIRRORED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def cksum(data: bytes) -> int:
    """The first number that `cksum` prints for these octets, 0 to 4294967295.

    The polynomial is that of zlib's CRC-32, taken from the other end of each octet; the register starts at 0, and the length
    follows the data in as few octets as hold it, lowest first.
    """
    size = len(data)
    length = size.to_bytes((size.bit_length() + 7) // 8, "little")
    value = zlib.crc32((data + length).translate(_MIRRORED), 0xFFFFFFFF)
    return int(f"{value:032b}"[::-1], 2)
