"""Reading a sample message once: everything that needs its octets is done here, and the octets are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from selfaudit.errors import BadInput
from selfaudit.facts.message import HeaderField, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.dkim_signature import read_signatures
from selfaudit.protocols.message_body import read_body
from selfaudit.protocols.message_headers import RawField, split_message, unfolded, without_wrapping
from selfaudit.protocols.message_kept import JUDGED, kept
from selfaudit.protocols.message_received import MAX_HOPS, read_hop

MAX_MESSAGE = 50_000_000  # octets
MAX_KEPT = 200
_MAX_KEPT_OCTETS = 64_000
_MAX_VALUE = 4_000


def read_message(data: bytes, name: str = "", received: str = "") -> SampleMessage:
    """Reads a message.

    Args:
        data: as it was saved.
        name: under which it is shown.
        received: UTC by our clock, RFC 3339.

    Raises:
        BadInput: it is none, or larger than 50 MB.
    """
    if len(data) > MAX_MESSAGE:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_MESSAGE))
    raw = split_message(data)
    kept = _kept(raw.fields)
    left_out = sum(f.key != "dkim-signature" for f in raw.fields) - len(kept)
    hops = [read_hop(unfolded(f.value, _MAX_VALUE)) for f in raw.fields if f.key == "received"][:MAX_HOPS]
    return SampleMessage(
        name, hashlib.sha256(data).hexdigest(), len(data), received, kept, left_out, read_signatures(raw), tuple(hops), raw.faults,
        read_body(without_wrapping(data)),
    )  # fmt: skip


def as_sample(message: bytes | SampleMessage) -> SampleMessage:
    """What was read from a message, or is read now.

    Raises:
        BadInput: the octets are no message.
    """
    return message if isinstance(message, SampleMessage) else read_message(message)


def _kept(fields: Sequence[RawField]) -> tuple[HeaderField, ...]:
    """The fields that stay, in their order: those that are judged first, as far as they fit."""
    chosen: dict[int, HeaderField] = {}
    room = _MAX_KEPT_OCTETS
    order = sorted(range(len(fields)), key=lambda number: fields[number].key not in JUDGED)
    for number in order:
        field = fields[number]
        if len(chosen) >= MAX_KEPT:
            break
        if field.key == "dkim-signature":
            continue  # kept as what it says, in `signatures`
        entry = HeaderField(field.name.decode("ascii").strip()[:80], kept(field.key, unfolded(field.value, _MAX_VALUE)))
        room -= len(entry.name) + len(entry.value)
        if room < 0:
            break
        chosen[number] = entry
    return tuple(chosen[number] for number in sorted(chosen))
