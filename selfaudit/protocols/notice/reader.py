"""The lines of a plain notice: labels, log lines and sentences, and on whose side each address and name in them is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selfaudit.case.notice import NoticeEvent, Topic
from selfaudit.i18n import phrase
from selfaudit.protocols.notice import labels, places, times, words
from selfaudit.protocols.notice.gather import Gathering, clean
from selfaudit.protocols.psl import registrable_domain

_MAX_ALONE = 50  # events without a time
_MAX_ENTRIES = 5000  # lines and blocks that name something

_RECEIVED = re.compile(
    r"(?:>\s?){0,5}\s{0,4}(?:x-)?(?:received|received-spf|authentication-results|arc-[a-z-]{3,40}|x-[a-z-]{2,60}|dkim-signature|return-path)\s{0,4}:",
    re.IGNORECASE,
)
_TOP_RECEIVED = re.compile(r"(?:>\s?){0,5}\s{0,4}received\s{0,4}:\s", re.IGNORECASE)
_SYSLOG = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\s{1,2}[0-9]{1,2}\s[0-9]{2}:[0-9]{2}:[0-9]{2}\b", re.IGNORECASE
)
_LOGGED = re.compile(r"\b(?:SRC|DST|SPT|DPT)=[0-9a-f:.]{1,45}", re.IGNORECASE)
_OWN_PAGE = re.compile(
    r"\b(?:form|formular|statement|stellungnahme|reply|answer|respond|ticket|portal|customer|kunden\w{0,8}|policy|terms|agb|aup|faq|wiki|help|hilfe|docs?|more\s(?:information|info|details)|"
    r"further|weitere|information\w{0,3}|learn|guide|anleitung|unsubscribe|look-?up|delist\w{0,4}|removal|check)\b",
    re.IGNORECASE,
)
KNOWN_SITES = frozenset(
    [
        "spamhaus.org",
        "spamcop.net",
        "surbl.org",
        "uribl.com",
        "abuseipdb.com",
        "shadowserver.org",
        "barracudacentral.org",
        "blocklist.de",
        "dronebl.org",
        "w3.org",
        "virustotal.com",
        "abuse.ch",
        "urlscan.io",
        "phishtank.org",
        "phishtank.com",
        "xarf.org",
        "ietf.org",
        "rfc-editor.org",
    ]
)
_HOSTED_TOPICS: frozenset[Topic] = frozenset(
    ("phishing", "malware", "content", "copyright", "compromise", "vulnerable-service")
)


@dataclass(slots=True)
class _Entry:
    """What a line or a block of labels names, before it is known whose the addresses are."""

    seen: list[places.Seen] = field(default_factory=list)
    at: str = ""
    timed: bool = False
    kind: str = ""
    port: int = 0
    domain: str = ""
    urls: list[places.Url] = field(default_factory=list)
    message_id: str = ""
    other: str = ""
    detail: str = ""
    weak: bool = False  # its addresses stand behind labels such as those of signatures
    scores: list[tuple[places.Seen, int]] = field(default_factory=list)


class Reader:
    """Goes through the lines, and decides at the end on whose side each address is."""

    def __init__(self, found: Gathering, zone: str, ignored: frozenset[str]) -> None:
        self.found = found
        self.zone = zone
        self.ignored = ignored
        self.score: dict[str, int] = {}
        self.unknown: dict[str, bool] = {}  # address -> always alone in its line
        self.blocks: dict[str, None] = {}
        self.entries: list[_Entry] = []
        self.received = ""
        self.syslog = False
        self.weak: dict[str, None] = {}
        self.below: dict[str, None] = {}  # addresses of the signature
        self.names: dict[str, set[str]] = {}  # domain -> "sure", "likely", "attacked", "unclear", "other"
        self.defanged = False
        self.attack = False  # a name in it is rather that of who was attacked
        self.tail = False
        self.previous = ""

    def subject(self, subject: str) -> None:
        """The heading names what a notice is about."""
        for seen in places.addresses(subject):
            self._score(seen, -3 if seen.role == "other" else 3)

    def lines(self, lines: list[str], *, evidence: bool) -> None:
        """Reads lines in their order; `evidence` if they are logs or quoted messages."""
        block = _Entry()
        self.previous = ""
        for number, raw in enumerate(lines):
            if len(self.entries) >= _MAX_ENTRIES:
                self.found.not_understood(
                    phrase("very many lines name something; the last {count} lines were not read", count=len(lines) - number)
                )
                break
            line = places.refang(raw)
            self.defanged = self.defanged or (line != raw and "://" in line)
            role, label, value = labels.role_of(line) if not _RECEIVED.match(line) else ("", "", "")
            if role and self._labelled(block, role, label, value, evidence=evidence):
                for message_id in places.message_ids(line):
                    self.found.message_id(clean(message_id, 400))
            else:
                self._close(block)
                block = _Entry()
                if line.strip():
                    self._free(line, line != raw, evidence=evidence)
            self.previous = line
        self._close(block)

    def signature(self, lines: list[str]) -> None:
        """Reads what follows a signature: lines of a log count, what else stands there says who writes."""
        self.tail = True
        block = _Entry()
        for raw in lines:
            line = places.refang(raw)
            role, label, value = labels.role_of(line)
            if role in ("source", "other", "time", "port") and self._labelled(block, role, label, value, evidence=True):
                continue
            self._close(block)
            block = _Entry()
            if line.strip() and not role:
                if _LOGGED.search(line) or _SYSLOG.search(line) or times.moments(line, self.zone):
                    self._free(line, line != raw, evidence=True)
                else:
                    self.below.update(dict.fromkeys(seen.address for seen in places.addresses(line)))
        self._close(block)
        self.tail = False

    def _close(self, block: _Entry) -> None:
        if self.tail and not block.timed:
            self.below.update(dict.fromkeys(seen.address for seen, _weight in block.scores))
            return
        for seen, weight in block.scores:
            if block.weak and not block.timed and weight > 0 and not seen.block:
                self.weak.setdefault(seen.address, None)
                self._score(seen, 0)
            else:
                self._score(seen, weight)
        if block.seen or block.domain or block.urls or block.message_id:
            self.entries.append(block)

    def _name(self, name: str, how: str) -> None:
        if name:
            self.names.setdefault(name, set()).add(how)

    def _labelled(self, block: _Entry, role: str, label: str, value: str, *, evidence: bool) -> bool:
        """Takes a labelled value over; False if it is none of what the label promises."""
        if role in ("source", "other"):
            named = self._addresses(value)
            for seen in named:
                side = "other" if seen.role == "other" else role
                block.scores.append((seen, 3 if side == "source" else -3))
                if side == "source":
                    block.weak = block.weak or label in labels.WEAK
                    block.seen.append(seen)
                else:
                    block.other = block.other or seen.address
            name = self.found.written(value) if not named and role == "source" and not self.tail else ""
            if name:
                block.domain = block.domain or name
                self._name(name, "likely")
            return bool(named) or bool(name)
        if role == "time":
            moment = times.read_time(value, self.zone)
            if moment is None:
                return False
            if not moment.at:
                self.found.no_zone(moment.text)
            block.at, block.timed = block.at or moment.at, True
        elif role == "url":
            urls = [url for url in places.urls(value)[:20] if not self._own_page(url, value, labelled=True)]
            block.urls.extend(urls)
            for url in urls:
                if not evidence and not places.canonical(url.host):
                    block.domain = block.domain or url.host
                    self._name(url.host, "sure" if label in labels.SURE else "attacked" if self.attack else "likely")
            return bool(places.urls(value))
        elif role == "domain":
            name = self.found.written(next(iter(value.split()), ""))
            if not name or registrable_domain(name) in self.ignored:
                return False
            if not evidence:
                block.domain = block.domain or name
                self._name(name, "sure" if label in labels.SURE else "attacked" if self.attack else "likely")
        elif role == "message-id":
            block.message_id = block.message_id or next(iter(value.strip("<> ").split()), "").strip("<>,;")
        elif role == "port":
            block.port = places.port(value[:5])
        elif role == "kind":
            block.kind = block.kind or clean(value, 60)
            self.found.topic(*words.topics(value))
        elif role == "zone":
            self.zone = self.zone or times.zone_of_all(f"time zone {value}")
        return True

    def _addresses(self, line: str) -> list[places.Seen]:
        """The addresses in a line; a line with more than are read is pointed out."""
        seen = places.addresses(line)
        if len(seen) >= places.MAX_SEEN:
            limit = places.MAX_SEEN
            self.found.not_understood(phrase("a line names very many addresses; only its first {limit} were read", limit=limit))
        return seen

    def _free(self, line: str, defanged: bool, *, evidence: bool) -> None:
        """A line without a label."""
        for message_id in places.message_ids(line):
            self.found.message_id(clean(message_id, 400))
        if _RECEIVED.match(line):
            if _TOP_RECEIVED.match(line) and not self.received and not _within(line):
                self.received = next((s.address for s in places.addresses(line) if s.role == "source"), "")
            return
        entry = _Entry(self._addresses(line), detail=line if evidence else "")
        for seen in entry.seen:
            if _LOGGED.search(line):
                self._score(seen, 3 if f"SRC={seen.address}" in line else -3)
            else:
                self._score(seen, {"source": 1, "other": -1, "": 0}[seen.role])
                self.unknown[seen.address] = self.unknown.get(seen.address, True) and len(entry.seen) == 1
        urls = places.urls(line)[:20]
        for url in urls:
            if self._own_page(url, line, labelled=defanged):
                continue
            entry.urls.append(url)
            hosted = defanged or not _HOSTED_TOPICS.isdisjoint(self.found.topics)
            if evidence or places.canonical(url.host):
                continue
            place = line.find(url.url[:200])
            side = places.name_side(f"{self.previous} {line[: max(place, 0)]}", line[place + len(url.url) :])
            if side == "other":
                self._name(url.host, "other")
            elif hosted:
                entry.domain = entry.domain or url.host
                alone = line.strip(" \t-*•<>") == url.url and self.previous.rstrip().endswith(":")
                self._name(url.host, "sure" if side == "source" else "likely" if defanged or alone else "plain")
        if not evidence and not self.tail:
            for written, side in places.domain_words(line):
                domain = self.found.written(written)
                if registrable_domain(domain) not in self.ignored:
                    how = {"source": "sure", "other": "other", "": "attacked" if self.attack else "likely"}[side]
                    self._name(domain, how)
        moment = next(iter(times.moments(line, self.zone)), None) if entry.seen or entry.urls else None
        if moment is not None:
            entry.timed, entry.at = True, moment.at
            if not moment.at and moment.clock:
                self.found.no_zone(moment.text)
        elif entry.seen and (syslog := _SYSLOG.search(line)):
            if not self.syslog:
                self.found.not_understood(
                    phrase(
                        "a log gives times without year and time zone (such as {text}), so they were not taken over",
                        text=clean(syslog[0], 40),
                    )
                )
            entry.timed = self.syslog = True
        if entry.timed or entry.urls:
            self.entries.append(entry)

    def _own_page(self, url: places.Url, line: str, *, labelled: bool) -> bool:
        """Whether a URL is a page of the writer or of a list, not something that was reported."""
        if registrable_domain(url.host) in self.ignored:
            return True
        return not labelled and _OWN_PAGE.search(line) is not None

    def _score(self, seen: places.Seen, weight: int) -> None:
        if seen.block:
            self.blocks.setdefault(seen.block, None)
            return
        self.score[seen.address] = self.score.get(seen.address, 0) + weight

    def finish(self) -> None:
        """Decides whose the addresses are, and notes the events."""
        found = self.found
        sources = {address for address, score in self.score.items() if score > 0}
        if not sources:
            sources = {address for address in self.weak if self.score.get(address, 0) == 0}
        open_ones = [address for address, score in self.score.items() if score == 0 and address not in sources]
        others = [address for address, score in self.score.items() if score < 0]
        alone = not others and all(self.unknown.get(address, False) for address in open_ones)
        if not sources and (len(open_ones) == 1 or alone):
            sources.update(open_ones)
            open_ones = []
        if not self.score and self.received:
            sources.add(self.received)
            found.not_understood(
                phrase(
                    "the address {address} was taken from the topmost Received line of the message that is quoted",
                    address=self.received,
                )
            )
        if not sources:
            # Those of others, as it seems: where nothing else is named, a person must look.
            open_ones = [*open_ones, *others]
        below = [address for address in self.below if address not in self.score]
        if below:
            found.not_understood(
                phrase("addresses below the signature were not taken over: {addresses}", addresses=", ".join(below[:10]))
            )
        if open_ones:
            found.not_understood(
                phrase("it is not said whose addresses these are: {addresses}", addresses=", ".join(open_ones[:10]))
            )
        for block in self.blocks:
            found.not_understood(phrase("{block} is a block of addresses; name those that are yours yourself", block=block))
        for address in (a for a in self.score if a in sources):
            found.address(address)
        if self.received in sources:
            found.address(self.received)
        mine = self._own_names()
        unclear = self.names.keys() - mine.keys()
        for name in mine:
            found.domain(name)
        for entry in self.entries:
            self._note(entry, sources, unclear)
        if not found.events:
            kind = next(iter(found.topics), "")
            for address in [a for a in found.addresses if a in sources][:_MAX_ALONE]:
                found.event(NoticeEvent(kind=kind, address=address))

    def _own_names(self) -> dict[str, None]:
        """The domains of the customer's side; those that can be others' are pointed out."""
        theirs = {registrable_domain(name) or name for name, how in self.names.items() if "other" in how}
        mine: dict[str, None] = {}
        unclear: dict[str, None] = {}
        for name, how in self.names.items():
            taken = "sure" in how or ("likely" in how and "attacked" not in how) or ("plain" in how and not self.defanged)
            (mine if taken and (registrable_domain(name) or name) not in theirs else unclear).setdefault(name, None)
        if unclear:
            found = ", ".join(list(unclear)[:10])
            self.found.not_understood(
                phrase("these names may be those of others, so they were not taken over: {domains}", domains=found)
            )
        return mine

    def _note(self, entry: _Entry, sources: set[str], unclear: set[str]) -> None:
        address = next((s for s in entry.seen if s.address in sources), None)
        urls = [url for url in entry.urls if url.host not in unclear]
        domain = "" if entry.domain in unclear else entry.domain
        if address is None and not (urls or domain or entry.message_id):
            return
        theirs = entry.other or next((s.address for s in entry.seen if s.address not in sources), "")
        theirs = theirs or (entry.domain if entry.domain in unclear else "")
        topic = next(iter(words.topics(entry.detail)), "") if entry.detail else ""
        event = NoticeEvent(
            entry.at, entry.kind or topic or next(iter(self.found.topics), ""), address.address if address else "",
            entry.port or (address.port if address else 0), domain, self.found.url(urls[0].url) if urls else "",
            clean(entry.message_id, 400), theirs, clean(entry.detail, 300),
        )  # fmt: skip
        self.found.event(event)
        for more in urls[1:]:
            host = more.host if domain and not places.canonical(more.host) else ""
            self.found.event(NoticeEvent(event.at, event.kind, event.address, domain=host, url=self.found.url(more.url)))


_HOP = re.compile(r"\bfrom\s([\w.-]{1,253}).{0,400}?\bby\s([\w.-]{1,253})", re.IGNORECASE)


def _within(line: str) -> bool:
    """Whether a Received line is a hop inside one organisation: the host that gave the message and the one that took it are both of it."""
    hop = _HOP.search(line)
    given, taken = (
        (registrable_domain(places.domain(name)) if places.domain(name) else "" for name in (hop[1], hop[2]))
        if hop
        else ("", "")
    )
    return bool(given) and given == taken
