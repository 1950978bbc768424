"""Whether a collector's file is about a server of the case, and whether it is about now. A file of another server proves nothing."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from typing import Literal

from selfaudit.case.dates import read_date
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.i18n import phrase

MAX_AGE = 7 * 86_400  # seconds; what a server looked like longer ago says little about today
MAX_AHEAD = 3_600  # seconds by which a server's clock may be ahead of ours

Trouble = Literal["", "changed", "other-host", "too-old", "clock"]


@dataclass(frozen=True, slots=True)
class Belonging:
    """What ties a file to the case.

    Attributes:
        words: for example "192.0.2.1 is on its interface eth0 and is the address of mail.example.net"; "" if nothing does.
        own: addresses that the server says are its own, public or not, without loopback and link-local ones.
        strange: it was fetched or said to be from an address that is not in the case.
    """

    words: str
    own: tuple[str, ...]
    strange: str = ""


def own_addresses(report: HostReport) -> tuple[str, ...]:
    """The addresses in the part "addresses", canonical, without loopback and link-local ones."""
    found: dict[str, None] = {}
    for _interface, text in report.rows("addresses", 2):
        try:
            address = ipaddress.ip_interface(text).ip
        except ValueError:
            continue
        if not (address.is_link_local or address.is_unspecified) and (
            not address.is_loopback or str(address) not in ("127.0.0.1", "::1")
        ):
            found.setdefault(str(address))
    return tuple(found)


def belonging(report: HostReport, scope: HostScope) -> Belonging:
    """What ties a report to the case: its address, where it was fetched, or its name. The strongest counts."""
    own = own_addresses(report)
    known = {s.address: s.origin for s in scope.addresses}
    tied = next((a for a in own if a in known), "")
    if tied:
        return Belonging(phrase("{address} of this case is one of its own addresses", address=tied), own)
    if report.address:
        if report.address not in known:
            return Belonging("", own, report.address)
        if report.via == "ssh":
            return Belonging(phrase("it was fetched over SSH from {address} of this case", address=report.address), own)
        return Belonging(phrase("it was said to be that of {address}", address=report.address), own)
    values = report.values("host")
    for name in dict.fromkeys((values.get("fqdn", "").lower().rstrip("."), report.name.rstrip("."))):
        domain = next((d for d in scope.domains if name == d or name.endswith("." + d)), "")
        if domain:
            return Belonging(phrase("its name {name} lies under {domain} of this case", name=name, domain=domain), own)
    return Belonging("", own)


def moment(text: str) -> float | None:
    """UTC seconds of a time in a report, None for anything else."""
    return read_date(text) if len(text) >= 10 else None


def day_of(text: str) -> str:
    """A time in a report for people, "YYYY-MM-DD HH:MM" in UTC; the text itself if it is none."""
    at = moment(text)
    if at is None:
        return text
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M")


def trouble(report: HostReport, scope: HostScope) -> Trouble:
    """Why nothing in a report may be judged for this case, "" if it may."""
    if not report.genuine:
        return "changed"
    if not belonging(report, scope).words:
        return "other-host"
    taken, seen = moment(report.taken), moment(report.seen or report.received)
    if taken is None or seen is None or taken > seen + MAX_AHEAD:
        return "clock"
    if report.via in ("ssh", "local"):  # it came at once, so a difference on receipt is the clock's
        received = moment(report.received)
        if received is not None and abs(received - taken) > MAX_AHEAD:
            return "clock"
    return "too-old" if seen - taken > MAX_AGE else ""
