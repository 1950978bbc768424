"""A server seen from the inside: what the collector wrote down there, part by part, and which of the case's names lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.i18n import phrase


class PartStatus(StrEnum):
    """How a part of the collector's file came out."""

    OK = "ok"
    ABSENT = "absent"  # the program or file is not there
    DENIED = "denied"  # administrator rights would have been needed
    FAILED = "failed"  # the command said that it could not
    TIMEOUT = "timeout"
    SKIPPED = "skipped"  # left out on purpose: it does not apply, or the time was used up
    DAMAGED = "damaged"  # its own check sum does not fit: changed or cut after it was written


# Why a part says nothing, in words; "missing" is for parts that are not in the file at all.
LACKING = {
    PartStatus.ABSENT: phrase("the program or file for it is not on the server"),
    PartStatus.DENIED: phrase("administrator rights are needed for it"),
    PartStatus.FAILED: phrase("the server's own command failed"),
    PartStatus.TIMEOUT: phrase("the server's own command took too long"),
    PartStatus.SKIPPED: phrase("the collector left it out"),
    PartStatus.DAMAGED: phrase("this part was changed or cut off after the collector wrote it"),
}
MISSING = phrase("it is not in the file")


@dataclass(frozen=True, slots=True)
class HostPart:
    """One part of the collector's output.

    Attributes:
        name: for example "packages.upgrade"; docs/collector.md lists them.
        status: how it came out.
        lines: what was written, without line ends; ASCII, blanks at the end of a line taken off.
        exit: the exit code of the command, None where there was none.
        cut: there was more than the collector writes down.
        note: the collector's own words on why it is not "ok", "" for none.
    """

    name: str
    status: PartStatus
    lines: tuple[str, ...] = ()
    exit: int | None = None
    cut: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class HostReport(Fact):
    """What the collector wrote down on one server. It is the server's word about itself, not something seen from outside.

    Attributes:
        name: the server's own name, in lower case.
        machine: 16 hexadecimal digits that stand for this installation, "" if it has no identity; made from the machine id.
        version: of the collector.
        system: "unix" or "windows".
        taken: UTC by the server's clock, RFC 3339.
        received: UTC by our clock when it was read, RFC 3339.
        seen: UTC by our clock when the audit took it up, "" before.
        via: "file", "block" (pasted), "ssh" or "local".
        rescue: the disk was looked at from another system: what runs there is not what runs here.
        root: it was made with administrator rights.
        parts: in the order in which they were written.
        sha256: of the text, in hexadecimal.
        complete: it ends as a collector ends its file, with the right number of parts.
        genuine: no check sum speaks against it. False: it was changed after it was made, and nothing in it can be relied on.
        damage: what is wrong with the file, in words.
        address: to which it was said to belong, or at which it was fetched over SSH; "" for neither.
        login: "user@host" of SSH, "" otherwise.
        host_key: fingerprint of the server's SSH key (SHA256:...), "" otherwise.
    """

    kind: ClassVar[str] = "host.report"
    name: str
    machine: str
    version: str
    system: str
    taken: str
    received: str
    seen: str
    via: str
    rescue: bool
    root: bool
    parts: tuple[HostPart, ...]
    sha256: str
    complete: bool = True
    genuine: bool = True
    damage: tuple[str, ...] = ()
    address: str = ""
    login: str = ""
    host_key: str = ""

    def part(self, name: str) -> HostPart | None:
        """A part by its name, however it came out; None if it is not in the file."""
        return next((p for p in self.parts if p.name == name), None)

    def lines(self, name: str) -> tuple[str, ...] | None:
        """The lines of a part that came out well; None for one that says nothing (which is not the same as an empty one)."""
        part = self.part(name)
        return part.lines if part is not None and part.status is PartStatus.OK else None

    def values(self, name: str) -> dict[str, str]:
        """A part of "key=value" lines; empty if it says nothing. A key that stands twice keeps its first value."""
        found: dict[str, str] = {}
        for line in self.lines(name) or ():
            key, equals, value = line.partition("=")
            if equals:
                found.setdefault(key.strip(), value.strip())
        return found

    def rows(self, name: str, columns: int) -> list[list[str]]:
        """A part of lines "a|b|c"; each row has exactly `columns` fields, the last one takes what is left, missing ones are ""."""
        out = []
        for line in self.lines(name) or ():
            fields = [f.strip() for f in line.split("|", columns - 1)]
            out.append(fields + [""] * (columns - len(fields)))
        return out

    def lacks(self, name: str) -> str:
        """Why a part says nothing, in words; "" if it came out well."""
        part = self.part(name)
        if part is None:
            return MISSING
        if part.status is PartStatus.OK:
            return ""
        words = LACKING[part.status]
        return f"{words}: {part.note}" if part.note else words


@dataclass(frozen=True, slots=True)
class ScopeAddress:
    """An address of the case, and how it came into it: "named", or the record in which it was found."""

    address: str
    origin: str


@dataclass(frozen=True, slots=True)
class HostScope(Fact):
    """Which addresses and domains belong to the case that a collector's file came with. A file of another server proves nothing.

    Attributes:
        host: the server's name, as in `HostReport.name`.
        addresses: those named, and those that the records of the named domains lead to.
        domains: the named ones.
        unanswered: names that could not be looked up.
    """

    kind: ClassVar[str] = "host.scope"
    host: str
    addresses: tuple[ScopeAddress, ...]
    domains: tuple[str, ...]
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutsidePort:
    """What the outside probes met at one TCP port of an address of this server; `outcome` is a `PortOutcome`."""

    address: str
    port: int
    outcome: str


@dataclass(frozen=True, slots=True)
class HostOutside(Fact):
    """What the same audit saw from outside of a server's addresses: put together from its other facts, never asked for.

    Attributes:
        host: the server's name.
        addresses: of the server, as far as the audit looked at their ports.
        ports: each port that was tried.
    """

    kind: ClassVar[str] = "host.outside"
    host: str
    addresses: tuple[str, ...] = ()
    ports: tuple[OutsidePort, ...] = ()

    def open_ports(self) -> tuple[int, ...]:
        """Ports that took a connection at any of the addresses, ascending."""
        return tuple(sorted({p.port for p in self.ports if p.outcome == "open"}))


@dataclass(frozen=True, slots=True)
class KnownVulnerability:
    """An entry of OSV about an installed package.

    Attributes:
        package, version: as installed (source package).
        id: for example "DSA-5532-1" or "CVE-2023-5363".
        aliases: other names, CVE numbers among them.
        exploited: the known-exploited list (CISA KEV) names one of them.
        fixed: the version that OSV says fixes it, "" if it names none.
    """

    package: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    exploited: bool = False
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class PackageLookup(Fact):
    """What public lists say about the packages of a server. It is only made with consent: the list of packages leaves this computer.

    Attributes:
        host: the server's name.
        ecosystem: as OSV calls it, for example "Debian:12".
        asked: how many packages were asked about.
        found: what OSV knows about them, at most 500.
        kev_date: of the known-exploited list, "" if it could not be had.
        cut: there was more.
    """

    kind: ClassVar[str] = "host.vulnerabilities"
    host: str
    ecosystem: str
    asked: int
    found: tuple[KnownVulnerability, ...]
    kev_date: str = ""
    cut: bool = False
