"""Plain notices, English and German: labels, log lines and sentences, whether they came as mail or were pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from selfaudit.case.notice import NoticeEvent, Topic
from selfaudit.i18n import phrase
from selfaudit.protocols.notice import places, times, words
from selfaudit.protocols.notice.gather import Gathering, clean
from selfaudit.protocols.psl import registrable_domain

MAX_TEXT = 500_000  # characters of a notice that are read
_MAX_LINES = 20_000
_MAX_LINE = 2000
_MAX_ALONE = 50  # events without a time

_LABEL = re.compile(r"\s{0,12}(?:[-*•|]\s{0,3})?([A-Za-zÄÖÜäöüß][\w /()#.-]{0,38}[\w)#])\s{0,20}(?:[:=]\s{0,20}|\t+)(\S.*)")
_LABELS = {
    label: role
    for role, labels in {
        "source": "source ip|source-ip|source address|source|src|src ip|src_ip|ip|ips|ip address|ip addresses|ip-address|ip-adresse|ip adresse|offending ip|offender|"
        "attacker|attacker ip|attacking ip|attacker-ip|your ip|ihre ip|ihre ip-adresse|betroffene ip|betroffene ip-adresse|quell-ip|quelle|server ip|server|host ip|"
        "affected ip|reported ip|abusive ip|infected ip|ip / host|affected service|reported address|from ip|sending ip",
        "other": "destination ip|destination|dest|dst|dst ip|dst_ip|target|target ip|victim|victim ip|ziel|ziel-ip|opfer|reporter ip|recipient|to|an",
        "time": "date|time|timestamp|date/time|date and time|date-time|event time|datum|zeit|zeitpunkt|uhrzeit|datum/uhrzeit|first seen|last seen|seen|detected|"
        "incident date|time (utc)|timestamp (utc)|date (utc)|arrival-date|detected at|reported at|report date|attack time",
        "url": "url|urls|link|phishing url|malware url|reported url|offending url|reported-uri|infringing url|location|web address|adresse der seite",
        "domain": "domain|domains|domain name|hostname|host name|host|website|web site|webseite|reported-domain|reported domain|offending domain|betroffene domain",
        "message-id": "message-id|message id|messageid|nachrichten-id",
        "port": "port|source port|src port|src_port|source-port|service port|quell-port",
        "kind": "type|category|report-type|report type|issue|problem|abuse type|art|art des missbrauchs|kategorie|attack type|report category|feedback-type|reason|grund",
        "zone": "timezone|time zone|zeitzone",
    }.items()
    for label in labels.split("|")
}
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
_KNOWN_SITES = frozenset(
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
_DEADLINE_WORDS = re.compile(
    r"respon[ds]|repl(?:y|ied)|answer|react|resol|fix|remov|clean|take|statement|solv|compl[yi]|suspen|lock|block|clos|secur|deadline|due\b|action|provid|stop|"
    r"antwort|reagier|stellung|beheb|behob|entfern|lösch|sperr|frist|maßnahm|beseit|rückmeld|erledig|nehmen|bitte",
    re.IGNORECASE,
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
    urls: list[str] = field(default_factory=list)
    message_id: str = ""
    other: str = ""
    detail: str = ""


def read_text(text: str, found: Gathering, evidence: Iterable[str] = (), *, sender: str = "") -> None:
    """Reads a notice's text into `found`.

    Args:
        text: the writer's words.
        found: what was understood so far; `subject` and `sent` are used.
        evidence: texts that are attached: logs, headers.
        sender: the domain of the writer, whose own pages are no reported ones.
    """
    if len(text) > MAX_TEXT:
        found.not_understood(phrase("the text is very long; only its first {limit} characters were read", limit=MAX_TEXT))
        text = text[:MAX_TEXT]
    lines = _lines(text)
    own, quoted = words.split_evidence(lines)
    for extra in evidence:
        quoted = [*quoted, *_lines(extra[:MAX_TEXT])][:_MAX_LINES]
    own_text = "\n".join(own)
    found.excerpt = found.excerpt or text
    subject = places.refang(found.subject)
    found.topic(*(words.topics(own_text, subject) or words.topics("\n".join(quoted[:200]))))
    for clause in words.clauses(f"{subject}\n{own_text}"):
        found.clauses.setdefault(clause, None)
    for step in words.steps(own):
        found.steps.setdefault(step, None)
    for name in words.listings(f"{subject}\n{own_text}"):
        found.listings.setdefault(name, None)
    found.reference = found.reference or words.reference(own_text, subject)
    zone = times.zone_of_all(own_text)
    _deadline(own, found, zone)
    reader = _Reader(found, zone, frozenset((*_KNOWN_SITES, registrable_domain(sender) if sender else "")))
    reader.subject(subject)
    reader.lines(own, evidence=False)
    reader.lines(quoted, evidence=True)
    reader.finish()


def _lines(text: str) -> list[str]:
    return [line[:_MAX_LINE].replace("\x00", "") for line in text.splitlines()[:_MAX_LINES]]


def _deadline(own: list[str], found: Gathering, zone: str) -> None:
    if found.deadline:
        return
    seen = [
        deadline
        for sentence in (*words.sentences(own), found.subject)
        if _DEADLINE_WORDS.search(sentence[:3000])
        for deadline in times.deadlines(sentence[:3000], found.sent, zone)
    ]
    counted = sorted((d for d in seen if d.at), key=lambda d: d.at if len(d.at) > 10 else d.at + "T23:59:59Z")
    if counted:
        found.deadline = counted[0].at
        if counted[0].why == "zone":
            found.not_understood(
                phrase("the deadline {text} names no time zone; only its day was taken over", text=clean(counted[0].text, 60))
            )
        elif counted[0].why == "business":
            found.not_understood(
                phrase("the deadline “{text}” was counted without knowing the holidays there", text=clean(counted[0].text, 60))
            )
    elif seen:
        found.not_understood(
            phrase("a deadline is named (“{text}”), but not from when it counts", text=clean(seen[0].text, 60))
        )


class _Reader:
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

    def subject(self, subject: str) -> None:
        """The heading names what a notice is about."""
        for seen in places.addresses(subject):
            self._score(seen, -3 if seen.role == "other" else 3)

    def lines(self, lines: list[str], *, evidence: bool) -> None:
        """Reads lines in their order; `evidence` if they are logs or quoted messages."""
        block = _Entry()
        for raw in lines:
            line = places.refang(raw)
            label = _LABEL.fullmatch(line)
            role = _LABELS.get(" ".join(label[1].lower().split()), "") if label and not _RECEIVED.match(line) else ""
            if label and role and self._labelled(block, role, label[2].strip(), evidence=evidence):
                for message_id in places.message_ids(line):
                    self.found.message_id(clean(message_id, 400))
                continue
            self._close(block)
            block = _Entry()
            if line.strip():
                self._free(line, line != raw, evidence=evidence)
        self._close(block)

    def _close(self, block: _Entry) -> None:
        if block.seen or block.domain or block.urls or block.message_id:
            self.entries.append(block)

    def _labelled(self, block: _Entry, role: str, value: str, *, evidence: bool) -> bool:
        """Takes a labelled value over; False if it is none of what the label promises."""
        if role in ("source", "other"):
            named = places.addresses(value)
            for seen in named:
                side = "other" if seen.role == "other" else role
                self._score(seen, 3 if side == "source" else -3)
                if side == "source":
                    block.seen.append(seen)
                else:
                    block.other = block.other or seen.address
            if not named and role == "source" and (name := self.found.written(value)):
                block.domain = block.domain or name
                named_domain = True
            else:
                named_domain = False
            return bool(named) or named_domain
        if role == "time":
            moment = times.read_time(value, self.zone)
            if moment is None:
                return False
            if not moment.at:
                self.found.no_zone(moment.text)
            block.at, block.timed = block.at or moment.at, True
        elif role == "url":
            urls = places.urls(value)
            block.urls.extend(self.found.url(u.url) for u in urls[:20])
            hosts = [u.host for u in urls if not evidence and not self._own_page(u, value, labelled=True)]
            for host in hosts:
                if not places.canonical(host):
                    block.domain = block.domain or host
                    self.found.domain(host)
            return bool(urls)
        elif role == "domain":
            name = self.found.written(next(iter(value.split()), ""))
            if not name or registrable_domain(name) in self.ignored:
                return False
            if not evidence:
                block.domain = block.domain or name
                self.found.domain(name)
        elif role == "message-id":
            block.message_id = block.message_id or next(iter(value.strip("<> ").split()), "").strip("<>,;")
        elif role == "port":
            block.port = int(value[:5]) if value[:5].isdigit() and int(value[:5]) < 65536 else 0
        elif role == "kind":
            block.kind = block.kind or clean(value, 60)
            self.found.topic(*words.topics(value))
        elif role == "zone":
            self.zone = self.zone or times.zone_of_all(f"time zone {value}")
        return True

    def _free(self, line: str, defanged: bool, *, evidence: bool) -> None:
        """A line without a label."""
        for message_id in places.message_ids(line):
            self.found.message_id(clean(message_id, 400))
        if _RECEIVED.match(line):
            if _TOP_RECEIVED.match(line) and not self.received:
                self.received = next((s.address for s in places.addresses(line) if s.role == "source"), "")
            return
        entry = _Entry(places.addresses(line), detail=line if evidence else "")
        for seen in entry.seen:
            if _LOGGED.search(line):
                self._score(seen, 3 if f"SRC={seen.address}" in line else -3)
            else:
                self._score(seen, {"source": 1, "other": -1, "": 0}[seen.role])
                self.unknown[seen.address] = self.unknown.get(seen.address, True) and len(entry.seen) == 1
        for url in places.urls(line)[:20]:
            if self._own_page(url, line, labelled=defanged):
                continue
            entry.urls.append(self.found.url(url.url))
            hosted = defanged or not _HOSTED_TOPICS.isdisjoint(self.found.topics)
            if hosted and not evidence and not places.canonical(url.host):
                entry.domain = entry.domain or url.host
        if not evidence:
            for name in places.domain_words(line):
                domain = self.found.written(name)
                if registrable_domain(domain) not in self.ignored:
                    self.found.domain(domain)
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
        open_ones = [address for address, score in self.score.items() if score == 0]
        others = any(score < 0 for score in self.score.values())
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
        for entry in self.entries:
            self._note(entry, sources)
        if not found.events:
            kind = next(iter(found.topics), "")
            for address in [a for a in found.addresses if a in sources][:_MAX_ALONE]:
                found.event(NoticeEvent(kind=kind, address=address))

    def _note(self, entry: _Entry, sources: set[str]) -> None:
        mine = next((s for s in entry.seen if s.address in sources), None)
        if mine is None and not (entry.urls or entry.domain or entry.message_id):
            return
        theirs = entry.other or next((s.address for s in entry.seen if s.address not in sources), "")
        url = entry.urls[0] if entry.urls else ""
        topic = next(iter(words.topics(entry.detail)), "") if entry.detail else ""
        event = NoticeEvent(
            entry.at, entry.kind or topic or next(iter(self.found.topics), ""), mine.address if mine else "",
            entry.port or (mine.port if mine else 0), entry.domain, url, clean(entry.message_id, 400), theirs, clean(entry.detail, 300),
        )  # fmt: skip
        self.found.event(event)
        for more in entry.urls[1:]:
            host = places.read_url(more).host if entry.domain else ""
            self.found.event(
                NoticeEvent(event.at, event.kind, event.address, domain="" if places.canonical(host) else host, url=more)
            )
