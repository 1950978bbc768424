"""The collector's text (docs/collector.md, format 1): read in whatever state it arrives, and written.

What a way of carrying text does to it is undone: UTF-16, byte order marks, CRLF, blanks at line ends, quoting, text before and after.
What is left is checked: each part has a check sum of its first line and its lines, the last line one of everything before it. So a
part whose own fits is as it was written, status, exit code and all; it counts whatever happened around it. What its own cannot show is
that another part was taken out, or that it was put in from another file. Against that stand the number of parts and the check sum of
the whole: if that does not fit, a part whose own does not fit must explain it, and whose file it is must stand there unharmed.
What nothing shows is a whole part of another run in place of one of this, together with damage elsewhere.

| found | parts | complete | genuine |
|---|---|---|---|
| a part does not fit | that part damaged | yes | yes: it explains the whole; no if it is meta, host or addresses |
| only the whole does not fit | as they are | yes | no |
| parts in another order, and in the documented order the whole fits | as found | yes | yes |
| a part twice, the same | one | yes | yes if the whole fits without the second one |
| a part twice, different | both damaged | yes | yes; no if it is meta, host or addresses |
| lines of no part | as they are | yes | no |
| fewer parts than the last line says | as they are | no | yes if a part does not fit, or the whole does; otherwise no |
| more parts than the last line says | as they are | no | no |
| no last line, or a damaged one | the last one damaged if it is cut | no | yes |
| no addresses in a file of which the whole does not fit, or not the number | as they are | as above | no |
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.i18n import phrase
from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.collector_blocks import MAX_TEXT, Paste, as_text, make_blocks, read_blocks, unlike
from selfaudit.protocols.collector_text import (
    END,
    LAST,
    MAX_LINE,
    MAX_LINES,
    MAX_PARTS,
    ORDER,
    PLACES,
    RawPart,
    Run,
    canonical,
    choose_run,
    make_text,
    octets,
    sha256_of,
    take_apart,
    text_of,
    written,
)
from selfaudit.text import printable

__all__ = [
    "MAX_LINE", "MAX_LINES", "MAX_PARTS", "MAX_TEXT", "Paste", "canonical", "make_blocks", "make_text", "read_blocks", "read_collector",
    "to_text",
]  # fmt: skip

_IDENTITY = ("meta", "host", "addresses")
_MAX_NAMED = 10
_NOTHING_FITS = "0" * 64

_HOST_NAME = re.compile(r"[a-z0-9._-]{1,253}", re.ASCII)
_MACHINE = re.compile(r"[0-9a-f]{16}", re.ASCII)
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


def read_collector(data: bytes, *, via: str, received: str) -> HostReport:
    """Reads what the collector wrote, as a file or as blocks. Damage is named in the report and raises nothing.

    Args:
        data: as it arrived.
        via: "file", "block", "ssh" or "local".
        received: UTC, RFC 3339.

    Raises:
        BadInput: it is no collector's file at all, one of a newer format, too large, incomplete blocks, or without a word on which
            server it is about.
    """
    text = as_text(data)
    run, several = choose_run(text)
    damage: list[str] = []
    if run is None:
        paste = read_blocks(text)
        if paste.total == 0:
            raise BadInput(unlike(data, text))
        if paste.text is None:
            raise BadInput(paste.problem)
        text = as_text(paste.text)
        run, several = choose_run(text)
        if run is None:
            raise BadInput(unlike(paste.text, text))
        several |= bool(paste.other)
    if several:
        damage.append(
            phrase(
                "more than one run of the collector was given, and only one of them was read: hand each on in a file of its own"
            )
        )
    parts, complete, genuine = _judged(run, damage)
    if not any(p.name == "meta" for p in parts):
        raise BadInput(
            unlike(data, text) if not parts else phrase("the file does not say when it was made: run the collector again")
        )
    return _report(run, parts, damage, via=via, received=received, complete=complete, genuine=genuine)


def to_text(report: HostReport) -> str:
    """The text of a report: the same octets that were read, if nothing was wrong with them.

    A report with damage gives a text that is read with the same damage: it does not become whole by being saved.
    """
    head = written(report.parts)
    distinct = len({part.name for part in report.parts})
    sums = (f"sha256 {sha256_of(head)}", f"cksum {cksum(octets(head))}")
    for text in (f"{head}{END} {distinct} {value}\n" for value in sums):
        if sha256_of(text) == report.sha256:
            return text
    if not report.genuine:
        stated = distinct if report.complete and distinct == len(report.parts) else 0
        return f"{head}{END} {stated} sha256 {_NOTHING_FITS}\n"
    return f"{head}{END} {distinct if report.complete else distinct + 1} {sums[0]}\n"


def _once(raws: list[RawPart]) -> list[RawPart]:
    """Without those that stand there twice with the same words. Of those with different words neither can be relied on."""
    kept: list[RawPart] = []
    for raw in raws:
        if not any(raw.match[0] == other.match[0] and raw.lines == other.lines for other in kept):
            kept.append(raw)
    times = Counter(raw.name for raw in kept)
    for raw in kept:
        raw.sound = raw.sound and times[raw.name] == 1
    return kept


def _judged(run: Run, damage: list[str]) -> tuple[tuple[HostPart, ...], bool, bool]:
    """The parts, whether they are all there, and whether nothing speaks against them; see the table above."""
    raws, outside = take_apart(run)
    for raw in raws:
        raw.sound = raw.fits()
    kept = _once(raws)
    parts = tuple(dict.fromkeys(raw.part() for raw in kept))
    names = {part.name for part in parts}
    torn = list(dict.fromkeys(part.name for part in parts if part.status is PartStatus.DAMAGED))
    if torn:
        damage.append(phrase("changed or cut off on the way: {parts}. Run the collector again", parts=_named(torn)))
    if len(kept) < len(raws):
        twice = [name for name, times in Counter(raw.name for raw in raws).items() if times > 1]
        damage.append(phrase("the same part stands there more than once: {parts}", parts=_named(twice)))
    if outside:
        damage.append(
            phrase(
                "it has lines that the collector does not write, the first is “{line}”: text was added, or long lines were broken on the "
                "way. Run the collector again and hand its file on as it is, or paste its compact form",
                line=printable(outside[0], 60),
            )
        )
    last = LAST.fullmatch(run.end)
    stated = int(last["parts"]) if last else 0
    complete = last is not None and stated == len(names)
    intact = last is not None and not outside and (_fits(last, run.head()) or _fits(last, text_of(kept)))
    genuine = not outside and not any(name in _IDENTITY for name in torn)
    if last is None:
        damage.append(phrase("the end of the file is missing: run the collector again and hand on the whole file"))
    elif not complete:
        damage.append(
            phrase(
                "the file has {found} parts and should have {stated}: run the collector again and hand on the whole file",
                found=len(names), stated=stated,
            )
        )  # fmt: skip
        genuine = genuine and len(names) < stated
    if last is not None and not intact and not outside:
        if _fits(last, text_of(sorted(kept, key=lambda raw: PLACES.get(raw.name, len(ORDER) - 2)))):
            damage.append(phrase("the parts stand in another order than the collector writes them, nothing else was changed"))
            intact = True
        elif all(raw.sound for raw in kept):
            damage.append(
                phrase(
                    "the check sum of the whole file does not fit: it was changed after the collector wrote it. Run the collector again "
                    "and hand its file on as it is"
                )
            )
            genuine = False
    if not (complete and intact) and not names.issuperset(_IDENTITY):  # lost, or changed so that it has another name
        damage.append(phrase("the part that says which addresses the server has is not there: run the collector again"))
        genuine = False
    return parts, complete, genuine


def _fits(last: re.Match[str], head: str) -> bool:
    """Whether the last line has the check sum of this text."""
    if last["sha"]:
        return last["sha"].lower() == sha256_of(head)
    return int(last["crc"]) == cksum(octets(head))


def _report(
    run: Run, parts: tuple[HostPart, ...], damage: list[str], *, via: str, received: str, complete: bool, genuine: bool
) -> HostReport:
    meta, host = _values(parts, "meta"), _values(parts, "host")
    if "name" not in host and not any(p.name == "host" and p.status is PartStatus.DAMAGED for p in parts):
        raise BadInput(
            phrase("the file does not say which server it is about: run the collector again and hand on the whole file")
        )
    name = host.get("name", "").lower()
    taken, system, mode = meta.get("time", ""), meta.get("system", ""), meta.get("mode", "")
    if not _is_time(taken):
        taken = ""
        damage.append(phrase("it cannot be read when the file was made: run the collector again"))
    if system not in ("unix", "windows"):
        system = ""
        damage.append(phrase("the file does not say what kind of system the server has: run the collector again"))
    if mode not in ("live", "rescue"):
        damage.append(phrase("the file does not say whether the server itself was running: run the collector again"))
    return HostReport(
        name=name if _HOST_NAME.fullmatch(name) else "unnamed",
        machine=host["machine"] if _MACHINE.fullmatch(host.get("machine", "")) else "",
        version=meta["collector"] if _VERSION.fullmatch(meta.get("collector", "")) else "",
        system=system,
        taken=taken,
        received=received,
        seen="",
        via=via,
        rescue=mode != "live",  # what runs there counts only if it is said that it is the server itself
        root=meta.get("root") == "yes",
        parts=parts,
        sha256=sha256_of(run.text()),
        complete=complete,
        genuine=genuine,
        damage=tuple(damage),
    )


def _values(parts: Iterable[HostPart], name: str) -> dict[str, str]:
    """The lines "key=value" of a part, also of a damaged one; the first of a key counts."""
    found: dict[str, str] = {}
    for line in next((p.lines for p in parts if p.name == name), ()):
        key, equals, value = line.partition("=")
        if equals:
            found.setdefault(key.strip(), value.strip())
    return found


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _named(names: Sequence[str]) -> str:
    """Names of parts for people, not too many of them."""
    return ", ".join(names[:_MAX_NAMED]) + (" ..." if len(names) > _MAX_NAMED else "")
