"""What a target of the fuzzers is, and the few helpers that all rooms of targets share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus, str_to_txt

Run = Callable[[bytes], None]
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of outside bytes.

    Attributes:
        run: hands the bytes to the reader, and to whatever is done next with its answer. Every exception is a crash, except BadInput and
            those in `lets`; a promise that does not hold is an AssertionError.
        seeds: small samples; mutations begin with them.
        words: tokens of the format, put in anywhere.
        size: octets to which inputs grow.
        seconds: of CPU, for one input of that size without instrumentation, on a slow machine. The fuzzers allow themselves more.
        memory: octets by which the process may grow over what the seeds need.
        lets: further exceptions that are an answer here: UserError where a person named the file.
    """

    run: Run
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    size: int = 4096
    seconds: float = 0.5
    memory: int = 200 * MB
    lets: tuple[type[Exception], ...] = ()


def attempt(target: Target, data: bytes) -> None:
    """One input. BadInput is an answer."""
    try:
        target.run(data[: target.size])
    except BadInput:
        return
    except target.lets:
        return


def octets(*texts: str | bytes) -> tuple[bytes, ...]:
    """Seeds or words from texts."""
    return tuple(t.encode("utf-8", "surrogatepass") if isinstance(t, str) else t for t in texts)


def text_of(data: bytes) -> str:
    """Text as a lenient decoder gives it, with everything that a stranger can bring about, half surrogate pairs too."""
    return data.decode("utf-8", "surrogateescape") if data[:1] == b"\xff" else data.decode("utf-8", "replace")


def each(*readers: Callable[[str], object]) -> Run:
    """Hands the text to each reader; one that refuses does not keep it from the next."""

    def run(data: bytes) -> None:
        text = text_of(data)
        for reader in readers:
            allowed(reader, text)

    return run


def allowed(reader: Callable[..., object], *given: Any, **named: Any) -> Any:
    """The answer of a reader, None where it refuses."""
    try:
        return reader(*given, **named)
    except BadInput:
        return None


def split(data: bytes, parts: int) -> list[bytes]:
    """The parts of an input for readers of several things, divided by an octet that is in no text (0x1E, record separator)."""
    found = data.split(b"\x1e", parts - 1)
    return found + [b""] * (parts - len(found))


def joined(*parts: str | bytes) -> bytes:
    """A seed of several parts."""
    return b"\x1e".join(octets(*parts))


def replies(records: Mapping[str, Iterable[str]]) -> Callable[[str, str], Coroutine[Any, Any, DnsAnswer]]:
    """A look-up that gives every name the same records: those of a zone in which everything is possible. TXT is plain text."""

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        found = tuple(records.get(rdtype, ()))
        if rdtype == "TXT":
            found = tuple(str_to_txt(t.encode("latin-1", "replace").decode("latin-1")) for t in found)
        return DnsAnswer(name, rdtype, DnsStatus.ANSWER if found else DnsStatus.NODATA, records=found)

    return lookup


def in_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs what speaks over streams that are held in memory; only these targets need a loop."""
    return asyncio.run(coroutine)
