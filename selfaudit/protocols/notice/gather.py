"""Putting a notice together: each thing once, in order, within bounds, and nothing in it that could steer a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from selfaudit.case.notice import Notice, NoticeEvent, NoticeFormat, Topic
from selfaudit.i18n import phrase
from selfaudit.protocols.notice import places, times
from selfaudit.text import printable

MAX_EVENTS = 1000
MAX_NAMES = 1000  # addresses, domains, URLs and Message-IDs, of each
MAX_NOT_UNDERSTOOD = 30
MAX_EXCERPT = 2000
_DETAIL = 300


def clean(text: str, limit: int = 200) -> str:
    """A stranger's words in one line, at most `limit` characters."""
    return printable(" ".join(text[: 8 * limit].split()), limit - 1)


@dataclass(slots=True)
class Gathering:
    """A notice while it is being read; fields as of `Notice`."""

    format: NoticeFormat
    source: str = ""
    reference: str = ""
    subject: str = ""
    sent: str = ""
    deadline: str = ""
    excerpt: str = ""
    topics: dict[Topic, None] = field(default_factory=dict)
    events: list[NoticeEvent] = field(default_factory=list)
    left_out: int = 0
    addresses: dict[str, None] = field(default_factory=dict)
    domains: dict[str, None] = field(default_factory=dict)
    message_ids: dict[str, None] = field(default_factory=dict)
    urls: dict[str, None] = field(default_factory=dict)
    listings: dict[str, None] = field(default_factory=dict)
    clauses: dict[str, None] = field(default_factory=dict)
    steps: dict[str, None] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)

    def not_understood(self, words: str) -> None:
        """Notes what could not be read."""
        if words:
            self.problems.setdefault(words, None)

    def topic(self, *topics: Topic) -> None:
        """Notes what it is about, the surest first."""
        for topic in topics:
            self.topics.setdefault(topic, None)

    def event(self, event: NoticeEvent) -> None:
        """Notes an event, and what it names."""
        self.address(event.address)
        self.domain(event.domain)
        self.message_id(event.message_id)
        if event.url:
            _add(self.urls, event.url)
        if event in self.events[-50:]:
            return
        if len(self.events) >= MAX_EVENTS:
            self.left_out += 1
            return
        self.events.append(event)

    def address(self, address: str) -> None:
        """Notes an address of the customer's side (canonical)."""
        if address:
            _add(self.addresses, address)

    def domain(self, domain: str) -> None:
        """Notes a domain of the customer's side (A-label)."""
        if domain:
            _add(self.domains, domain)

    def written(self, text: str) -> str:
        """The A-label of a domain as written; letters beyond a to z are pointed out, because they can look like others."""
        name = places.domain(text)
        if name and not text.isascii():
            self.not_understood(
                phrase(
                    "{written} is written with letters beyond a to z; it is kept as {domain}",
                    written=clean(text, 100),
                    domain=name,
                )
            )
        return name

    def url(self, url: str) -> str:
        """A URL as it is kept; notes it. A host with other letters than a to z is pointed out."""
        read = places.read_url(url)
        if read.written:
            self.written(read.written)
        kept = clean(read.url, places.MAX_URL)
        _add(self.urls, kept)
        return kept

    def message_id(self, message_id: str) -> None:
        """Notes a reported message."""
        if message_id:
            _add(self.message_ids, message_id)

    def time(self, text: str, zone: str = "") -> str:
        """A time in UTC, "" for one without a zone, which is then said."""
        moment = times.read_time(text, zone)
        if moment is None:
            if text.strip():
                self.not_understood(phrase("the time {text} could not be read", text=clean(text, 60)))
            return ""
        if not moment.at:
            self.no_zone(moment.text)
        return moment.at

    def no_zone(self, text: str) -> None:
        """Notes a time that names no zone, or one that is not clear; the first of several stands for all."""
        if times.names_odd_zone(text):
            if not any("the time zone of" in words for words in self.problems):
                self.not_understood(
                    phrase("the time zone of {text} means different ones in different countries, so the time was not taken over",
                           text=clean(text, 60))
                )  # fmt: skip
            return
        if not any("without a time zone" in words for words in self.problems):
            self.not_understood(
                phrase(
                    "times are given without a time zone (such as {text}), so they were not taken over", text=clean(text, 60)
                )
            )

    def made(self, sha256: str, size: int) -> Notice:
        """The notice."""
        at = sorted(event.at for event in self.events if event.at)
        problems = list(self.problems)
        if self.left_out:
            problems.append(
                phrase(
                    "{count} further events were left out; the first {limit} are kept", count=self.left_out, limit=MAX_EVENTS
                )
            )
        if len(problems) > MAX_NOT_UNDERSTOOD:
            more = len(problems) - MAX_NOT_UNDERSTOOD + 1
            problems = [*problems[: MAX_NOT_UNDERSTOOD - 1], phrase("{count} more things could not be read", count=more)]
        return Notice(
            self.format, sha256, size, clean(self.source), clean(self.reference, 100), clean(self.subject, 300), self.sent, self.deadline,
            tuple(self.topics), tuple(_tidy(e) for e in self.events), at[0] if at else "", at[-1] if at else "",
            tuple(self.addresses), tuple(self.domains), tuple(clean(m, 400) for m in self.message_ids), tuple(self.urls),
            tuple(clean(name, 100) for name in self.listings), tuple(self.clauses), tuple(self.steps)[:50],
            excerpt_of(self.excerpt), tuple(problems), self.left_out,
        )  # fmt: skip


def excerpt_of(text: str) -> str:
    """The beginning of a text: its lines kept, everything else made visible, at most 2,000 characters."""
    lines = (printable(" ".join(line[:1000].split()), 300) for line in text[: 4 * MAX_EXCERPT].splitlines()[:100])
    shown = "\n".join(lines).strip()
    return shown if len(shown) <= MAX_EXCERPT else shown[: MAX_EXCERPT - 1] + "…"


def _tidy(event: NoticeEvent) -> NoticeEvent:
    return replace(
        event, kind=clean(event.kind, 60), url=clean(event.url, places.MAX_URL), message_id=clean(event.message_id, 400),
        other=clean(event.other, 200), detail=clean(event.detail, _DETAIL),
    )  # fmt: skip


def _add(names: dict[str, None], name: str) -> None:
    if len(names) < MAX_NAMES:
        names.setdefault(name, None)


def details(pairs: Iterable[tuple[str, str]]) -> str:
    """Further words of the source: "name: value", separated by semicolons."""
    return "; ".join(f"{name}: {clean(value, 120)}" for name, value in pairs if value.strip())
