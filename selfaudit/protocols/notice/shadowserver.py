"""Reports of the Shadowserver Foundation: CSV (RFC 4180) with a heading line; times are UTC by definition of the format."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from selfaudit.case.notice import NoticeEvent, Topic
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.notice import places
from selfaudit.protocols.notice.gather import Gathering, clean, details

MAX_COLUMNS = 300
_MAX_HEADING = 20_000  # characters
_MAX_LINE = 100_000
_MAX_ROWS = 100_000
_ADDRESS = ("ip", "src_ip", "address")
_FILE = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[-_])?(?P<kind>[a-z][a-z0-9_]{1,60}(?:-[a-z0-9_]{1,40}){0,6}?)(?:-[a-z0-9_.-]{1,80})?\.csv\Z",
    re.IGNORECASE,
)

_AMPLIFIERS = (
    "ntp", "ssdp", "snmp", "memcached", "chargen", "qotd", "netbios", "portmapper", "mdns", "ldap_udp", "cldap", "coap", "ard", "rip", "ubiquiti",
    "dvr_dhcpdiscover", "mssql", "tftp", "wsd", "ws_discovery", "xdmcp", "sip", "db2", "loop_dos", "slp", "stun", "bittorrent", "quic",
)  # fmt: skip
# In this order; the first whose words the type of the report, or the tag of a row, holds.
_KINDS: tuple[tuple[str, Topic], ...] = (
    (r"brute_?force", "login-attack"), (r"ddos|participant", "dos"), (r"honeypot|darknet|_scan\b|scanner", "scan"),
    (r"sinkhole|drone|botnet|compromised|hacked|infected|synful|post_exploitation|initial_access|webshell|backdoor|iot_?malware|c2|command", "compromise"),
    (r"malware|phish", "malware"), (r"blocklist|blacklist", "blocklist"), (r"spam_?url|spam", "spam"), (r"open_?relay", "open-relay"),
    (r"openresolver|open_?resolver|scan6?_dns\b|\bdns\b", "open-resolver"), (r"proxy|socks", "open-proxy"),
    (r"vulnerable|vulnerabilit|exchange|poodle|freak|netis|nat_pmp|badsecrets|isakmp|cve-|outdated|eol\b", "vulnerable-service"),
    (r"(?<![a-z])(?:" + "|".join(_AMPLIFIERS) + r")(?:monitor|_monitor|version)?(?![a-z])", "amplifier"),
    (r"spoofer", "other"), (r"scan|population|open|accessible|exposed|device_id|ssl|http|rdp|smb|vnc|telnet|ftp|redis|mongodb|elasticsearch", "open-service"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), topic) for pattern, topic in _KINDS)
_SHOWN = (
    "tag",
    "infection",
    "family",
    "application",
    "version",
    "cve",
    "vulnerability",
    "severity",
    "reason",
    "source",
    "min_amplification",
    "product_name",
    "server_name",
)
_SITES = ("compromised_website", "compromised_website6", "malware_url", "phish_url", "spam_url")


def is_report(text: str) -> bool:
    """Whether a text is such a file: its first line names the columns, a time and an address among them."""
    names = set(_heading(text) or ())
    return "timestamp" in names and any(name in names for name in _ADDRESS)


def _heading(text: str) -> list[str] | None:
    line = text[: _MAX_HEADING + 1].lstrip("\ufeff\r\n ").partition("\n")[0]
    if len(line) > _MAX_HEADING or line.count(",") + line.count(";") > MAX_COLUMNS:
        return None
    try:
        return [name.strip().lower() for name in next(csv.reader([line.replace("\x00", "")], delimiter=_delimiter(line)), [])]
    except csv.Error:
        return None


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def read(text: str, name: str, found: Gathering) -> None:
    """Reads one file.

    Args:
        text: its content.
        name: of the file; it tells the type of the report ("2026-11-20-scan_dns-asn.csv").
        found: what was understood so far.

    Raises:
        BadInput: it has no heading as such files have.
    """
    columns = _heading(text)
    if columns is None or not is_report(text):
        raise BadInput(phrase("this table has no columns “timestamp” and “ip” in its first line"))
    kind = report_kind(name)
    topic = topic_of(kind) if kind else None
    found.source = found.source or "The Shadowserver Foundation"
    found.excerpt = found.excerpt or text
    found.reference = found.reference or clean(name, 100)
    bad = rows = 0
    for row in _rows(text, columns):
        rows += 1
        if rows > _MAX_ROWS:
            found.not_understood(phrase("the table is longer than {limit} lines; the rest was not read", limit=_MAX_ROWS))
            break
        event, of_row = _event(row, kind, topic, found)
        if event is None:
            bad += 1
            continue
        found.topic(of_row)
        found.event(event)
    if bad:
        found.not_understood(phrase("{count} lines of the table name no valid address", count=bad))
    if not rows:
        found.not_understood(phrase("the table has a heading, but no lines"))
    if topic is None and not kind:
        found.not_understood(phrase("the file's name does not tell the kind of the report; it was taken from the lines"))


def _rows(text: str, columns: list[str]) -> Iterator[Mapping[str, str]]:
    stream = io.StringIO(text.lstrip("\ufeff\r\n ").replace("\x00", ""), newline="")
    heading = stream.readline()
    lines = (line if len(line) < _MAX_LINE else "\n" for line in stream)
    reader = csv.reader(lines, delimiter=_delimiter(heading))
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if any(value.strip() for value in values):
            yield dict(zip(columns, (value.strip() for value in values), strict=False))


def _event(row: Mapping[str, str], kind: str, topic: Topic | None, found: Gathering) -> tuple[NoticeEvent | None, Topic]:
    address = next((places.canonical(row[name]) for name in _ADDRESS if row.get(name)), "")
    tag = row.get("tag", "") or row.get("infection", "") or row.get("type", "")
    of_row: Topic = topic or topic_of(tag.lower()) or "other"
    if not address:
        return None, of_row
    site = kind in _SITES or (not kind and "compromised" in tag)
    domain = found.written(row.get("http_host", "") or row.get("host", "")) if site else ""
    url = ""
    if site and row.get("url"):
        path = row["url"]
        whole = (
            path
            if "://" in path
            else f"{row.get('application') or row.get('protocol') or 'http'}://{domain or address}/{path.lstrip('/')}"
        )
        url = found.url(whole.replace("tcp://", "http://"))
    other = places.canonical(row.get("dst_ip", "") or row.get("cc_ip", ""))
    port = row.get("dst_port", "")
    at = found.time(row["timestamp"], "UTC") if row.get("timestamp") else ""
    shown = details((name, row.get(name, "")) for name in _SHOWN)
    if of_row == "blocklist" and row.get("source"):
        found.listings.setdefault(clean(row["source"], 100), None)
    return NoticeEvent(
        at, kind or tag or of_row, address, places.port(row.get("port", "") or row.get("src_port", "")), domain, url, "",
        f"{other}:{port}" if other and places.port(port) else other, shown,
    ), of_row  # fmt: skip


def report_kind(name: str) -> str:
    """The type of a report from its file's name: "scan_dns", "blocklist" ...; "" where it tells none."""
    match = _FILE.search(name.rpartition("/")[2])
    if match is None:
        return ""
    kind = match["kind"].lower().replace("-", "_")
    return kind if topic_of(kind) else ""


def topic_of(kind: str) -> Topic | None:
    """What a type of report, or a tag, stands for; None for one that is not known."""
    return next((topic for pattern, topic in _PATTERNS if kind and pattern.search(kind)), None)
