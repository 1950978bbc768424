"""The form of the collector's text (docs/collector.md, format 1): a run found in what surrounds it, taken apart, and written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, PartStatus
from selfaudit.i18n import phrase
from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.collector_blocks import unlike

MAX_PARTS = 200
MAX_LINES = 20_000  # of one run, those that begin parts among them
MAX_LINE = 1_000  # characters
ORDER = (
    "meta", "host", "os-release", "os-extra", "kernel", "addresses", "time", "packages.manager", "packages.upgrade", "packages.security",
    "packages.held", "packages.lists", "packages.sources", "packages.broken", "packages.of-interest", "packages.installed",
    "packages.integrity", "reboot.flag", "reboot.services", "automation", "software.runtimes", "software.panels", "software.sites",
    "software.plugins", "software.wp", "listeners", "firewall.nft", "firewall.iptables", "firewall.ip6tables", "firewall.iptables-nat",
    "firewall.pf", "firewall.ufw", "firewall.firewalld", "firewall.state", "firewall.containers", "login.sshd", "login.sshd-files",
    "login.keys", "login.accounts", "login.admins", "login.guard", "malware.scanners", "malware.suspects", "persistence.cron",
    "persistence.timers", "persistence.preload", "persistence.files", "persistence.accounts", "persistence.uploads", "resources",
    "mail.postfix", "mail.postfix-master", "mail.exim", "mail.sendmail", "mail.dovecot", "mail.queue", "dns.bind", "dns.unbound",
    "dns.dnsmasq", "dns.pdns", "proxy.squid", "proxy.others", "web.proxying", "end",
)  # fmt: skip
"""The documented order of the parts."""

PLACES = {name: place for place, name in enumerate(ORDER)}
FORMAT = "1"
START = "selfaudit-collector "
END = "selfaudit-end"
_MAX_ALL_LINES = 10 * MAX_LINES  # with what stands around a run
_WRITTEN_LINE = 400  # characters, the longest line that is written
_MAX_NOTE = 200

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_HEADER = re.compile(
    r"@ (?P<name>[a-z0-9][a-z0-9._-]{0,63}) (?P<status>[a-z]{1,20}) (?P<lines>[0-9]{1,6}) (?P<crc>[0-9]{1,10})"
    r"(?P<rest>(?: exit=(?P<exit>-?[0-9]{1,10}))?(?P<cut> cut)?(?: note=(?P<note>.*))?)",
    re.ASCII,
)
LAST = re.compile(
    r"selfaudit-end (?P<parts>[0-9]{1,6}) (?:sha256 (?P<sha>[0-9a-fA-F]{64})|cksum (?P<crc>[0-9]{1,10}))", re.ASCII
)
_NOT_WRITTEN = re.compile(r"[^\t\x20-\x7e]")


def canonical(text: str) -> str:
    """The run of the collector in a text as the collector wrote it: without what stands around it, LF at line ends, no blank lines.

    `HostReport.sha256` is the SHA-256 of this, in UTF-8; for a file that arrived as it was written that is the SHA-256 of the file.

    Raises:
        BadInput: there is none.
    """
    run, _several = choose_run(text)
    if run is None:
        raise BadInput(unlike(b"", text))
    return run.text()


def make_text(parts: Iterable[HostPart]) -> str:
    """A file of these parts as the collector writes it; the part "end" is added if it is not the last one.

    Lines are made fit: other characters than printable ASCII become question marks, blanks at the end go, what is too long is cut.

    Raises:
        ValueError: a name that no part can have.
    """
    given = [_fit(part) for part in parts]
    if not given or given[-1].name != "end":
        given.append(HostPart("end", PartStatus.OK))
    head = written(given)
    return f"{head}{END} {len(given)} sha256 {sha256_of(head)}\n"


@dataclass(slots=True)
class Run:
    """One run of the collector in a text, its lines without quoting and blanks; `end` is its last line, "" if there is none."""

    format: str
    prefix: str
    body: list[str] = field(default_factory=list)
    end: str = ""

    def bare(self, line: str) -> str:
        """A line without the quoting that the first one has."""
        return line[len(self.prefix) :] if line.startswith(self.prefix) else line.removeprefix(self.prefix.rstrip())

    def head(self) -> str:
        """Everything before the last line."""
        return "\n".join([START + self.format, *self.body]) + "\n"

    def text(self) -> str:
        return self.head() + (self.end + "\n" if self.end else "")


def choose_run(text: str) -> tuple[Run | None, bool]:
    """The first run that has an end, else the last one; and whether there are more of them."""
    runs: list[Run] = []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > _MAX_ALL_LINES:
        raise BadInput(phrase("the file has more than {limit} lines, the collector writes fewer", limit=_MAX_ALL_LINES))
    for line in text.split("\n"):
        start = _start(line := line.rstrip(" \t"))
        if start is not None:
            runs.append(start)
        elif runs and not runs[-1].end and (bare := runs[-1].bare(line)):
            if bare.startswith(END):
                runs[-1].end = bare
            elif len(runs[-1].body) >= MAX_LINES:
                raise BadInput(phrase("the file has more than {limit} lines, the collector writes fewer", limit=MAX_LINES))
            else:
                runs[-1].body.append(bare)
    chosen = next((r for r in runs if r.end), runs[-1] if runs else None)
    if chosen is not None and chosen.format != FORMAT:
        raise BadInput(
            phrase(
                "the file has format {format}, this program knows format 1: update this program, or use the collector that belongs to it",
                format=chosen.format,
            )
        )
    return chosen, len(runs) > 1


def _start(line: str) -> Run | None:
    """The beginning of a run, after a prompt or quoting perhaps; a line of a part is never one, whatever stands in it."""
    prefix, found, number = line.rpartition(START)
    if not found or not (number.isascii() and number.isdigit() and len(number) <= 6):
        return None
    if "|" in prefix or prefix.lstrip("> \t").startswith("@") or prefix[-1:].isalnum() or prefix.endswith(("'", '"')):
        return None
    return Run(number, "" if prefix.strip("> \t") else prefix)


@dataclass(slots=True)
class RawPart:
    """A part as it stands in the text; `sound`: its first line and its lines are those that were written."""

    match: re.Match[str]
    lines: list[str] = field(default_factory=list)
    sound: bool = True

    @property
    def name(self) -> str:
        return self.match["name"]

    def text(self) -> str:
        return self.match[0] + "\n" + self.content()

    def content(self) -> str:
        return "".join(f"|{line}\n" for line in self.lines)

    def fits(self) -> bool:
        if int(self.match["lines"]) != len(self.lines) or any(len(line) >= MAX_LINE for line in self.lines):
            return False
        head = f"{self.name} {self.match['status']} {self.match['lines']}{self.match['rest']}\n"
        return int(self.match["crc"]) == cksum(octets(head + self.content()))

    def part(self) -> HostPart:
        status = next((s for s in PartStatus if s == self.match["status"]), PartStatus.DAMAGED)
        code = self.match["exit"]
        return HostPart(
            self.name, status if self.sound else PartStatus.DAMAGED, tuple(_clean(line[: MAX_LINE - 1]) for line in self.lines),
            None if code is None else int(code), self.match["cut"] is not None, _clean((self.match["note"] or "")[:_MAX_NOTE]),
        )  # fmt: skip


def take_apart(run: Run) -> tuple[list[RawPart], list[str]]:
    """The parts, and the lines that belong to none. What follows the last part of a text that was cut off is not counted."""
    raws: list[RawPart] = []
    outside: list[str] = []
    strange: list[str] = []
    open_part = False
    for line in run.body:
        header = _HEADER.fullmatch(line)
        if header is None and not (open_part and line.startswith("|")):
            open_part = open_part and not line.startswith("@")
            strange.append(line)
            continue
        outside += strange
        strange = []
        if header is None:
            raws[-1].lines.append(line[1:])
            continue
        open_part = True
        raws.append(RawPart(header))
        if len(raws) > MAX_PARTS:
            raise BadInput(phrase("the file has more than {limit} parts, the collector writes fewer", limit=MAX_PARTS))
    return raws, outside + strange if run.end else outside


def written(parts: Iterable[HostPart]) -> str:
    """The text of parts, up to the last line."""
    out = [f"{START}{FORMAT}\n"]
    for part in parts:
        content = "".join(f"|{line}\n" for line in part.lines)
        code = "" if part.exit is None else f" exit={part.exit}"
        note = f" note={part.note}" if part.note else ""
        head, rest = f"{part.name} {part.status} {len(part.lines)}", f"{code}{' cut' if part.cut else ''}{note}"
        crc = cksum(octets(f"{head}{rest}\n{content}"))
        out += [f"@ {head} {crc}{rest}\n", content]
    return "".join(out)


def _fit(part: HostPart) -> HostPart:
    if not _NAME.fullmatch(part.name):
        raise ValueError(f"{part.name!r} is not the name of a part")
    longest = _WRITTEN_LINE - 1
    lines = (_clean(line) for line in part.lines)
    lines = (line if len(line) <= longest else line[: longest - 3] + "..." for line in lines)
    return replace(part, lines=tuple(lines), note=_clean(part.note[:_MAX_NOTE]))


def text_of(raws: Iterable[RawPart]) -> str:
    return f"{START}{FORMAT}\n" + "".join(raw.text() for raw in raws)


def _clean(text: str) -> str:
    """Only what the collector writes: other octets than printable ASCII and tabs become question marks, blanks at the end go."""
    text = text.rstrip(" \t")
    return text if text.isascii() and text.isprintable() else _NOT_WRITTEN.sub("?", text)


def octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def sha256_of(text: str) -> str:
    return hashlib.sha256(octets(text)).hexdigest()
