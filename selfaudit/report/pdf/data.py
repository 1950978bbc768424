"""A report's content as the data that the template draws: bounded, with places that exist, and with text that the fonts can show."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from selfaudit.case import EvidenceFile
from selfaudit.report.content.model import (
    BasisRow,
    Before,
    ClauseLine,
    ClauseRow,
    Content,
    Count,
    FindingRow,
    FirstPage,
    NoticeRow,
    Quoted,
    Sign,
)
from selfaudit.report.content.say import checks_words, findings_words, requirements_words
from selfaudit.report.pdf.bounds import TEXT, Bounds
from selfaudit.report.pdf.colours import accent_on_white
from selfaudit.report.pdf.flow import Coded, Flowing, code_line, flowing
from selfaudit.report.pdf.glyphs import displayable
from selfaudit.report.pdf.labels import labels

# Fields whose lines are kept and set in the typeface of code.
_CODE = frozenset({"record", "verify", "request", "excerpt"})
_TONES = frozenset({"pass", "fail", "warn", "inconclusive", "not-applicable", "not-run", "bug", "stated"})
_LAST_WORD = 30  # characters of a word that is not cut in two
# Characters on the first page: the whole text stands where its link leads.
_SUMMARY, _SUMMARY_SHORT, _WHY, _WHY_SHORT, _VALUE, _REPORTED, _FACT = 900, 300, 260, 110, 240, 330, 90
_TITLE, _PROVIDER, _SHORT = 90, 60, 160
_RUNNING, _RUNNING_PROVIDER = 60, 30  # on each page


class Data:
    """What the template is given.

    Args:
        content: the report.
        show: makes a text fit for the fonts.
    """

    def __init__(self, content: Content, show: Callable[[str], str] = displayable) -> None:
        bounds = Bounds(len(content.results))
        self._content = bounds.content(content)
        self._more = bounds.more
        self._show = show
        here = [row.place for row in self._content.clauses]
        here += [finding.place for group in self._content.groups for finding in group.findings]
        here += [row.place for row in self._content.results]
        # Names of our own, so that no text from outside becomes the name of a place.
        self._places = {name: f"at{number}" for number, name in enumerate(dict.fromkeys(here), 1) if name}
        self._given: set[str] = set()

    def made(self) -> dict[str, Any]:
        """The data, ready to be written as JSON."""
        content = self._content
        first = content.first
        title = _heading(" ".join(filter(None, (first.title, content.number))))
        parts = ("registrant_files", "families", "rechecks", "notices", "stated", "delistings", "before", "sent", "limits")
        return {
            "language": content.language if content.language.isascii() and content.language.isalpha() else "en",
            "title": self._plain(title, _TITLE),
            "heading": self._text(title, _TITLE),
            "provider": self._plain(content.provider, _PROVIDER),
            "running": self._plain(title, _RUNNING),
            "running-provider": self._plain(content.provider, _RUNNING_PROVIDER),
            "made": self._plain(content.made),
            "date": _date(content.made),
            "accent": accent_on_white(content.accent),
            "words": {name: self._plain(text) for name, text in labels().items()},
            "first": self._first_page(first),
            "first-full": {"reported": self._lines(first.reported), "recheck": [self._text(line) for line in first.recheck]},
            "policy": self._text(content.policy),
            "about": self._lines(content.about),
            "environment": self._lines(content.environment),
            "clauses": [self._row(row) for row in content.clauses],
            "groups": [self._group(number, group) for number, group in enumerate(content.groups)],
            "results": [self._row(row) for row in content.results],
            "log": self._log(content.log),
            **{name: self._value(getattr(content, name)) for name in parts},
            "more": {f"{self._places.get(of, of)}/{name}": count for (of, name), count in self._more.items()},
        }

    def _first_page(self, first: FirstPage) -> dict[str, Any]:
        """What a desk reads. Long texts are cut with "…": the whole ones stand where the links beside them lead."""
        return {
            "demo": self._plain(first.demo, 80),
            "interim": self._text(first.interim, _WHY),
            "facts": self._lines(first.facts, _FACT),
            "reported": self._lines(first.reported, _REPORTED),
            "reported_cut": any(len(line.value) > _REPORTED for line in first.reported),
            "verdict": self._verdict(first.verdict),
            "unverified": self._text(first.unverified, _WHY),
            "readiness": self._chart(first.readiness, requirements_words),
            "headline": self._text(first.headline, _WHY),
            "results": self._chart(first.results, checks_words),
            "cause": self._text(first.cause, _VALUE),
            "summary": self._text(first.summary, _SUMMARY),
            "summary_short": self._text(first.summary, _SUMMARY_SHORT),
            "cut": len(first.summary) > _SUMMARY,
            "cut_short": len(first.summary) > _SUMMARY_SHORT,
            "contained": self._text(first.contained, _SHORT),
            "measures": self._text(first.measures, _SHORT),
            "blockers": [self._named(line) for line in first.blockers],
            "gaps": [self._text(gap, _WHY) for gap in first.gaps],
            "besides": [self._named(line) for line in first.besides],
            "to_verify": [self._named(line) for line in first.to_verify],
            "signer": self._text(first.signer, _SHORT),
            "contact": self._text(first.contact, _SHORT),
            "recheck": [self._text(line, _VALUE) for line in first.recheck],
        }

    def _named(self, line: ClauseLine) -> dict[str, Any]:
        beside = " ".join(filter(None, (line.why, line.more)))
        return {
            "clause": self._text(line.clause, 40),
            "heading": self._text(line.heading, 90),
            "state": self._value(line.state),
            "why": self._text(beside, _WHY),
            "why_short": self._text(beside, _WHY_SHORT),
            "date": self._text(line.date, 40),
            "to": self._places.get(line.place, ""),
        }

    def _verdict(self, verdict: Sign | None) -> dict[str, Any] | None:
        return None if verdict is None else {**self._value(verdict), "word": self._text(verdict.word, _WHY)}

    def _chart(self, counts: Sequence[Count], unit: Callable[[int], str]) -> dict[str, Any]:
        """A chart, how many of what it shows, and what it says in words, for those who do not see it."""
        words = ", ".join(f"{c.count} {c.sign.word}" for c in counts)
        total = unit(sum(c.count for c in counts)) if counts else ""
        return {"counts": self._value(counts), "words": self._plain(words), "total": self._plain(total)}

    def _lines(self, lines: Iterable[Any], limit: int = TEXT) -> list[dict[str, Any]]:
        return [
            {"label": self._text(x.label, limit), "value": self._text(x.value, limit), "soft": self._text(x.soft, limit)}
            for x in lines
        ]

    def _log(self, rows: Sequence[tuple[str, str, str, int, str]]) -> list[dict[str, Any]]:
        """The parties of the probe log: what was sent to one for one purpose on one authority is one row with all its ports."""
        joined: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
        for party, port, purpose, count, authority in rows:
            joined.setdefault((party, purpose, authority), []).append((port, count))
        return [
            {
                "party": self._text(party),
                "purpose": self._text(purpose),
                "ports": self._text(", ".join(port if count == 1 else f"{port} ×{count}" for port, count in ports)),
                "count": sum(count for _port, count in ports),
                "authority": self._text(authority),
            }
            for (party, purpose, authority), ports in joined.items()
        ]

    def _group(self, number: int, group: Any) -> dict[str, Any]:
        made = {
            "title": self._text(_heading(group.title)),
            "counted": self._plain(findings_words(group.total)),
            "folded": group.folded,
        }
        return {**made, "name": f"group{number}", "findings": [self._row(row) for row in group.findings]}

    def _row(self, row: Any) -> dict[str, Any]:
        """A row that others lead to."""
        made = {field.name: self._value(getattr(row, field.name), field.name) for field in fields(row) if field.name != "place"}
        name = self._places.get(row.place, "")
        made["at"] = "" if name in self._given else name  # a name stands for one place only
        self._given.add(name)
        if isinstance(row, ClauseRow):
            made["bases"] = [[self._text(title), self._bases(rows)] for title, rows in row.bases]
        if isinstance(row, FindingRow):
            made["clauses"] = [[self._text(c), self._text(h), self._places.get(place, "")] for c, h, place in row.clauses]
            made["explained_at"] = self._places.get(row.explained_at, "")
            made["seen_at"] = self._places.get(row.seen_at, "")
        return made

    def _bases(self, rows: Sequence[BasisRow]) -> list[dict[str, Any]]:
        """The results of a clause: one line for what a check says alike about several targets.

        Where a link leads to the finding, the beginning of the reason is enough.
        """
        joined: dict[tuple[Sign, str, str], list[BasisRow]] = {}
        for row in rows:
            why = self._cut(row.why, _WHY_SHORT) if row.place in self._places else row.why
            joined.setdefault((row.state, row.check, why), []).append(row)
        return [
            {
                "state": self._value(state),
                "check": self._text(check),
                "targets": [[self._text(row.target), self._places.get(row.place, "")] for row in alike],
                "why": self._text(why),
            }
            for (state, check, why), alike in joined.items()
        ]

    def _value(self, value: Any, name: str = "") -> Any:
        """Any part of the content, by its type."""
        if isinstance(value, str):
            return self._code(value) if name in _CODE else self._text(value)
        if isinstance(value, bool | int) or value is None:
            return value
        if isinstance(value, Sign):
            tone = value.tone if value.tone in _TONES else "bug"
            return {"tone": tone, "sign": self._plain(value.sign, 4), "word": self._text(value.word)}
        if isinstance(value, EvidenceFile):
            return {"name": self._text(value.name), "size": value.size, "sha256": self._text(value.sha256)}
        if isinstance(value, Quoted):
            answer = [line for part in value.answer for line in self._code(part)]
            return {"command": self._code(f"$ {value.command}" if value.command else ""), "answer": answer}
        if is_dataclass(value):
            made = {f.name: self._value(getattr(value, f.name), f.name) for f in fields(value) if f.name != "place"}
            if isinstance(value, NoticeRow):
                made["title"] = self._text(_heading(value.title))
            if isinstance(value, Before):
                made |= {"then": self._chart(value.then, checks_words), "today": self._chart(value.today, checks_words)}
            place = getattr(value, "place", None)
            return made if place is None else made | {"to": self._places.get(place, "")}
        if isinstance(value, tuple) and name == "stacks":
            return [[self._text(title), self._code(text)] for title, text in value]
        return [self._value(item, name) for item in value]

    def _code(self, text: str) -> list[list[Coded]]:
        return [code_line(self._show(line)) for line in self._cut(text, TEXT).splitlines()]

    def _text(self, text: str, limit: int = TEXT) -> Flowing:
        return flowing(self._plain(text, limit))

    def _plain(self, text: str, limit: int = TEXT) -> str:
        """Text that fonts can show, cut at a limit with a sign that it was: before, so that it takes no time, and after.

        What cannot be shown is told by number, which takes several times as much room.
        """
        shown = self._show(self._cut(text, limit))
        if len(shown) <= limit:
            return shown
        kept = shown[: limit - 1]
        if "⟨" in kept[kept.rfind("⟩") + 1 :]:
            kept = kept[: kept.rfind("⟨")]  # a number is told whole or not at all
        return kept + self._show("…")

    def _cut(self, text: str, limit: int) -> str:
        """The beginning of a text that is longer than a limit, with "…"; at the end of a word if one ends near there."""
        if len(text) <= limit:
            return text
        kept = text[: limit - 1]
        whole, found, rest = kept.rpartition(" ")
        return (whole if found and len(rest) <= _LAST_WORD else kept).rstrip() + "…"


def _heading(text: str) -> str:
    """A heading must say something (PDF/UA-1)."""
    return text if text.strip() else "–"


def _date(made: str) -> list[int]:
    """Year, month, day, hour and minute of "YYYY-MM-DD HH:MM", nothing for what is no moment."""
    try:
        at = datetime.datetime.strptime(made[:16], "%Y-%m-%d %H:%M")
    except ValueError:
        return []
    return [at.year, at.month, at.day, at.hour, at.minute]
