"""Plain notices, English and German: what they say, whether they came as mail or were pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfaudit.i18n import phrase
from selfaudit.protocols.notice import closing, labels, places, times, words
from selfaudit.protocols.notice.gather import Gathering, clean
from selfaudit.protocols.notice.reader import KNOWN_SITES, Reader
from selfaudit.protocols.psl import registrable_domain

MAX_TEXT = 500_000  # characters of a notice that are read
_MAX_LINES = 20_000
_MAX_LINE = 2000

_DEADLINE_WORDS = re.compile(
    r"respon[ds]|repl(?:y|ied)|answer|react|resol|fix|remov|clean|take|statement|solv|compl[yi]|suspen|lock|block|clos|secur|deadline|due\b|action|provid|stop|"
    r"antwort|reagier|stellung|beheb|behob|entfern|lösch|sperr|frist|maßnahm|beseit|rückmeld|erledig|nehmen|bitte",
    re.IGNORECASE,
)


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
    own, tail = closing.split(own)
    told = closing.without_footers(own)
    own_text = "\n".join(told)
    found.excerpt = found.excerpt or text
    subject = places.refang(found.subject)
    kinds = "\n".join(value for role, _label, value in map(labels.role_of, (*own, *quoted[:200])) if role == "kind")
    found.topic(*(words.topics(own_text, f"{subject}\n{kinds}", words.opening(told)) or words.topics("\n".join(quoted[:200]))))
    for clause in words.clauses(f"{subject}\n{own_text}"):
        found.clauses.setdefault(clause, None)
    for step in words.steps(told):
        found.steps.setdefault(step, None)
    for name in words.listings(f"{subject}\n{own_text}"):
        found.listings.setdefault(name, None)
    found.reference = found.reference or words.reference(own_text, subject)
    zone = times.zone_of_all(own_text)
    _deadline(own, found, zone)
    reader = Reader(found, zone, frozenset((*KNOWN_SITES, registrable_domain(sender) if sender else "")))
    reader.attack = reader.attack or words.is_attack(f"{subject}\n{own_text}", found.topics)
    reader.subject(subject)
    reader.lines(own, evidence=False)
    reader.signature(tail)
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
    unclear = next((text for s in (*words.sentences(own), found.subject) for text in times.unclear_deadlines(s[:3000])), "")
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
    elif unclear and not seen:
        found.not_understood(
            phrase("a deadline seems to be named (“{text}”), but its date is not clear", text=clean(unclear, 60))
        )
    elif seen:
        found.not_understood(
            phrase("a deadline is named (“{text}”), but not from when it counts", text=clean(seen[0].text, 60))
        )
