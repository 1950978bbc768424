"""Reports in the Abuse Reporting Format (RFC 5965), with the kinds of RFC 6591 and RFC 6692 and the hints of RFC 6650."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit.case.notice import NoticeEvent, Topic
from selfaudit.i18n import phrase
from selfaudit.protocols.mime import Part, walk
from selfaudit.protocols.notice import places, times, words
from selfaudit.protocols.notice.gather import Gathering, clean, details
from selfaudit.protocols.notice.text import read_text

REPORT = "message/feedback-report"
# RFC 5965 section 7.3, RFC 6591 section 3.1, RFC 6430
_TOPICS: dict[str, tuple[Topic, ...]] = {
    "abuse": ("spam",), "fraud": ("phishing",), "virus": ("malware",), "opt-out": ("opt-out",), "opt-out-list": ("opt-out",),
    "auth-failure": ("authentication",), "other": ("other",),
}  # fmt: skip
_LOOP = re.compile(
    r"\b(?:feedback|fbl|complaints?|jmrp|cfl|scomp|staff@hotmail|arf\.mail\.yahoo|sender\s?support)", re.IGNORECASE
)
_HOST = re.compile(r"[^@\s<>]{1,200}@([^@\s<>]{1,253})>?\s*\Z")
_DKIM_DOMAIN = re.compile(r"(?:\A|;)\s{0,20}d\s{0,5}=\s{0,5}([^;\s]{1,253})", re.IGNORECASE)


def is_report(parts: Sequence[Part]) -> bool:
    """Whether a message carries a feedback report of its own."""
    return any(part.content_type == REPORT and not part.inside for part in parts)


def read(parts: Sequence[Part], found: Gathering) -> None:
    """Reads the report, the message that it is about, and the words around it."""
    root = parts[0]
    human = next((p.text() for p in parts if p.content_type == "text/plain" and not p.inside), "")
    report = next(p for p in parts if p.content_type == REPORT and not p.inside)
    if any(p.content_type == REPORT and not p.inside and p is not report for p in parts):
        found.not_understood(phrase("there are several reports in one message; only the first was read"))
    # Its fields stand where other messages have their text.
    fields = walk(report.data()[:200_000])[0].fields
    values = {name: [v for n, v in fields if n == name] for name in dict.fromkeys(n for n, _v in fields)}

    def first(name: str) -> str:
        return next(iter(values.get(name, ())), "").strip()

    kind = first("feedback-type").lower()
    if kind == "not-spam":
        found.not_understood(phrase("this report says that the message is no spam, so it is no complaint"))
    found.topic(*_TOPICS.get(kind, () if kind == "not-spam" else ("other",)))
    if (
        found.format == "arf"
        and kind == "abuse"
        and _LOOP.search(f"{root.field('from')} {root.field('subject')} {first('user-agent')}")
    ):
        found.format = "feedback-loop"
    if first("version") not in ("1", "0.1", "1.0", ""):
        found.not_understood(
            phrase(
                "the report says that it is of version {version}, which is not known here", version=clean(first("version"), 20)
            )
        )
    address = places.canonical(first("source-ip"))
    if first("source-ip") and not address:
        found.not_understood(phrase("the report names no valid address ({value})", value=clean(first("source-ip"), 60)))
    at = found.time(first("arrival-date") or first("received-date"))
    domain = found.written(places.refang(first("reported-domain")))
    for name in values.get("reported-domain", ())[1:50]:
        found.domain(found.written(places.refang(name)))
    urls = [found.url(u.url) for v in values.get("reported-uri", ())[:200] for u in places.urls(places.refang(v))]
    message = _reported(parts)
    sender = _host(first("original-mail-from"))
    signed = [
        m[1]
        for name, value in (message.fields if message else ())
        if name == "dkim-signature"
        for m in _DKIM_DOMAIN.finditer(value)
    ]
    if found.format == "feedback-loop" or (sender and sender in map(places.domain, signed)):
        # A sender can be forged; one that is signed, or that enrolled for these reports, cannot be.
        found.domain(sender)
    message_id = message.field("message-id").strip("<> \t") if message else ""
    detail = details(
        (
            ("feedback type", kind), ("envelope sender", first("original-mail-from")), ("subject", message.field("subject") if message else ""),
            ("authentication", first("authentication-results")), ("failure", first("auth-failure")), ("delivery", first("delivery-result")),
            ("incidents", first("incidents")), ("reporter", first("user-agent")),
        )
    )  # fmt: skip
    recipients = (*values.get("removal-recipient", ()), *values.get("original-rcpt-to", ()))[:3]
    removal = ", ".join(dict.fromkeys(clean(v.strip("<> "), 100) for v in recipients))
    event = NoticeEvent(
        at, kind, address, places.port(first("source-port")), domain, urls[0] if urls else "", message_id, removal, detail
    )
    found.event(event)
    found.reference = found.reference or words.reference(human[:20_000], found.subject)
    _read_human(human, found)
    if message is None:
        found.not_understood(phrase("the message that is complained about is not part of the report"))


def _read_human(human: str, found: Gathering) -> None:
    """What the first part asks for; its addresses say nothing that the report does not."""
    own = Gathering(found.format, subject=found.subject, sent=found.sent)
    read_text(human, own)
    found.deadline = found.deadline or own.deadline
    found.excerpt = own.excerpt
    for name in ("clauses", "steps", "listings"):
        target = getattr(found, name)
        for value in getattr(own, name):
            target.setdefault(value, None)
    if not found.addresses:
        for address in own.addresses:
            found.address(address)


def _reported(parts: Sequence[Part]) -> Part | None:
    """The header of the message that is complained about: attached whole, or only its fields (RFC 5965 section 2)."""
    for number, part in enumerate(parts):
        if part.inside:
            return part
        if part.content_type in ("text/rfc822-headers", "message/rfc822-headers"):
            return walk(part.data()[:1_000_000])[0]
        if part.content_type == "message/rfc822" and number + 1 < len(parts) and parts[number + 1].inside:
            return parts[number + 1]
    return None


def _host(address: str) -> str:
    match = _HOST.search(address.strip()[:600])
    return places.domain(match[1]) if match else ""


def read_forwarded(parts: Sequence[Part], found: Gathering) -> None:
    """A complaint of a feedback loop that only forwards the message (Microsoft's programme): the address stands in the heading."""
    found.format = "feedback-loop"
    found.topic("spam")
    message = _reported(parts)
    address = next((s.address for s in places.addresses(found.subject)), "")
    if message is None:
        found.event(NoticeEvent(kind="complaint", address=address))
        return
    at = times.from_header(message.field("date"))
    # Forwarded as it was sent: the sender enrolled for its own addresses, and what it says of itself is shown, not believed.
    detail = details((("header sender", message.field("from")), ("subject", message.field("subject"))))
    other = next((clean(message.field(n), 100) for n in ("x-hmxmroriginalrecipient", "x-original-to") if message.field(n)), "")
    found.event(
        NoticeEvent(at, "complaint", address, message_id=message.field("message-id").strip("<> \t"), other=other, detail=detail)
    )


def is_forwarded(parts: Sequence[Part], sender: str, subject: str) -> bool:
    """Whether a mail is such a complaint."""
    attached = any(p.content_type == "message/rfc822" for p in parts)
    return (
        attached
        and re.search(r"complaint about message from", subject, re.IGNORECASE) is not None
        and bool(_LOOP.search(f"{sender} {subject}"))
    )
