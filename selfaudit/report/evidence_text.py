"""Evidence in words and commands that a person can repeat."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import failure_words
from selfaudit.facts.dns import DnsAnswer, DnsStatus, bare
from selfaudit.facts.http import HttpFetch
from selfaudit.facts.mail import MtaStsPolicy
from selfaudit.facts.vantage import Clock
from selfaudit.facts.zone import ZoneTransfers
from selfaudit.i18n import N_, _, shown
from selfaudit.report import host_text, ledger_text, message_text, registration_text, web_text
from selfaudit.report.exposure_text import lines_about
from selfaudit.text import printable

MAX_LINES = 60
_NOTHING = {
    DnsStatus.NXDOMAIN: N_("NXDOMAIN (the name does not exist)"),
    DnsStatus.NODATA: N_("no such record (NOERROR, empty)"),
    DnsStatus.SERVFAIL: "SERVFAIL",
    DnsStatus.REFUSED: "REFUSED",
    DnsStatus.TIMEOUT: N_("no answer"),
    DnsStatus.UNREACHABLE: N_("could not be asked"),
    DnsStatus.TRUNCATED: N_("cut off, and TCP failed"),
    DnsStatus.MALFORMED: N_("an answer that cannot be read"),
    DnsStatus.LOOP: N_("aliases in a loop"),
    DnsStatus.ERROR: N_("an error"),
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A command to repeat, and what was answered."""

    command: str
    answer: str


def lines_of(record: Record, check: str = "") -> list[EvidenceLine]:
    """The evidence of a record, at most 60 lines; the whole of it stands in evidence.json. Of a fact that serves many checks, only what
    the named one rests on.
    """
    if record.fact is None:
        failure = record.failure
        return [EvidenceLine("", shown(failure_words(failure)) if failure else record.trace)]
    seen: dict[EvidenceLine, None] = {}
    for answer in record.fact.lookups():
        seen.setdefault(EvidenceLine(printable(answer.dig(), 300), _answer(answer)))
    lines = list(seen)
    fact = record.fact
    if isinstance(fact, MtaStsPolicy) and fact.fetch is not None:
        lines.append(_fetch(fact.fetch))
    elif isinstance(fact, Clock):
        lines += [
            EvidenceLine(
                f"sntp {s.source}",
                shown(s.error)
                or _("offset {offset} s, round trip {delay} s").format(offset=f"{s.offset:+.3f}", delay=f"{s.delay:.3f}"),
            )
            for s in fact.samples
        ]
    elif isinstance(fact, ZoneTransfers):
        lines += [
            EvidenceLine(f"dig @{a.address} {fact.zone} AXFR", f"{a.outcome} {printable(shown(a.detail), 100)}".strip())
            for a in fact.attempts
        ]
    about = (
        *lines_about(fact),
        *registration_text.lines_about(fact),
        *host_text.lines_about(fact, check),
        *ledger_text.lines_about(fact),
        *web_text.lines_about(fact, check),
        *message_text.lines_about(fact, check),
    )
    lines += [EvidenceLine(printable(command, 400), answer) for command, answer in about]
    if len(lines) > MAX_LINES:
        rest = len(lines) - MAX_LINES
        lines = [
            *lines[:MAX_LINES],
            EvidenceLine("", _("... and {count} more in evidence.json ({id})").format(count=rest, id=record.id)),
        ]
    return lines


def _answer(answer: DnsAnswer) -> str:
    if answer.status is DnsStatus.REWRITTEN:
        return _("{records} (rewritten by this network)").format(records=", ".join(answer.records))
    if not answer.exists:
        words = _(_NOTHING.get(answer.status, str(answer.status)))
        return f"{words}: {printable(shown(answer.detail), 120)}" if answer.detail else words
    alias = "(" + _("alias {names}").format(names=" -> ".join(bare(n) for n in answer.chain)) + ") " if answer.chain else ""
    ttl = f"  [TTL {answer.ttl}]" if answer.ttl >= 0 else ""
    return printable(alias + "; ".join(answer.records), 600) + ttl


def _host(url: str) -> str:
    parts = url.split("/")
    return parts[2] if len(parts) > 2 else url


def _fetch(fetch: HttpFetch) -> EvidenceLine:
    command = f"curl -sS -D - --resolve {_host(fetch.url)}:443:{fetch.address or '?'} {fetch.url}"
    if not fetch.code:
        return EvidenceLine(printable(command, 300), printable(f"{fetch.outcome}: {fetch.detail}", 300))
    location = f", Location: {fetch.location}" if fetch.location else ""
    text = f"HTTP {fetch.code}, {fetch.content_type or 'no content type'}{location}; {fetch.body.strip()}"
    return EvidenceLine(printable(command, 300), printable(text, 600))
