"""Notices of abuse desks in every form in which they come."""

from __future__ import annotations

import msgspec

from selfaudit.case.notice import Notice
from selfaudit.engine.notices import read_notice_text
from selfaudit.errors import UserError
from selfaudit.protocols.notice import places, read_notice, times, words
from selfaudit.protocols.notice.shadowserver import report_kind, topic_of
from tests.fuzz.target import Target, octets, text_of
from tests.protocols.notice.samples import FOLDER

_NAMES = ("2026-11-18-scan_dns-shop-asn.csv", "x.eml", "x.txt", "x.json")


def _read(name: str, data: bytes) -> None:
    """Reads, saves and reads again; nothing grows without bounds."""
    notice = read_notice(data, name)
    encoded = msgspec.json.encode(notice)
    assert len(encoded) < 1_000_000
    assert msgspec.json.decode(encoded, type=Notice) == notice


def _mail(data: bytes) -> None:
    _read("x.eml", data)


def _pasted(data: bytes) -> None:
    read_notice_text(data)
    _read("x.txt", data)


def _table(data: bytes) -> None:
    _read(_NAMES[0], data)
    kind = report_kind(text_of(data[:100]) + ".csv")
    topic_of(kind)


def _json(data: bytes) -> None:
    _read("x.json", data)


def _lines(data: bytes) -> None:
    """The readers of single lines."""
    text = text_of(data)
    lines = text.splitlines()
    for line in lines[:20]:
        places.refang(line)
        for seen in places.addresses(line):
            places.is_inner(seen.address)
        places.urls(line)
        places.read_url(line)
        places.domain(line)
        places.domain_words(line)
        places.message_ids(line)
        places.port(line)
        places.canonical(line)
        times.from_header(line)
        times.moments(line, "UTC")
        times.read_time(line, "")
        times.deadlines(line, "2026-11-20T10:00:00Z", "UTC")
        times.unclear_deadlines(line)
        times.zone_of_all(line)
        times.names_odd_zone(line)
        words.reference(line, line)
    words.topics(text, text[:100], text[:200])
    words.listings(text)
    words.clauses(text)
    words.steps(lines)
    words.opening(lines)
    list(words.sentences(lines))
    words.split_evidence(lines)


def _samples(*suffixes: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes()[:12_000] for path in sorted(FOLDER.iterdir()) if path.name.endswith(suffixes))


WORDS = octets(
    "Within 24 hours", "24h", "until 2026-11-25 12:00 CET", "hxxp://bad[.]test/x", "192[.]0[.]2[.]1", "2001:db8::1", "Feedback-Type: abuse", "Source-IP: 192.0.2.1",
    "Content-Type: message/feedback-report\r\n", "-----Original Message-----", "> ", "SBL123456", "clause B-4.4", "Ticket #12345", "[#AB-123]", "Date: ", "phishing", "spam",
    '"XARF": "4"', '"ReportType"', "\t", '""', "--x", "https://", "Nov 31 25:61:61", "+2500", "CVE-2026-1",
)  # fmt: skip

HTML = (
    b"From: abuse@desk.test\nSubject: Abuse [T-17]\nDate: Fri, 20 Nov 2026 10:00:00 +0000\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Dear customer,</p><p>Your server 192.0.2.1 sent <b>spam</b>."
    b"<br>Please answer within 24&nbsp;hours.</p><ul><li>Remove the files.</ul><a href='https://desk.test/t'>ticket</a></body></html>\n"
)  # fmt: skip

TARGETS = {
    "mail": Target(_mail, (*_samples(".eml"), HTML), (*WORDS, *octets("<p>", "<br>", "</a>", "&nbsp;", "<!--", "<style>")), 12_000, 1.5),
    "pasted": Target(_pasted, _samples(".txt"), WORDS, 12_000, 1.5, lets=(UserError,)),
    "table": Target(_table, _samples(".csv"), WORDS, 12_000, 1.5),
    "json": Target(_json, _samples(".json"), WORDS, 12_000, 1.5),
    "lines": Target(
        _lines,
        octets("Please answer within 48 hours (until 2026-11-25 12:00 CET) about hxxps://bad[.]test:8443/x?y=1 on 192.0.2.1 [2001:db8::1], port 25.",
               "Nov 20 10:00:00 mx sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2", "You violate B-4.4 and B-5.7 of our AUP. SBL123456. Ticket: T-17", "1. Remove the files.\n2. Answer this message by Friday."),
        WORDS, 4000, 1.0,
    ),
}  # fmt: skip
