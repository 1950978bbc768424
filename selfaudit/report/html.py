"""The report as one self-contained HTML file: autoescaped, no script, prints well, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import jinja2
from markupsafe import Markup

from selfaudit.case import Case, EvidenceFile
from selfaudit.checks import all_checks
from selfaudit.checks.registry import doc_paragraphs
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Record
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import _, language, ngettext, shown
from selfaudit.policy.model import Readiness
from selfaudit.remedy import Action, Group, GroupKey, alike_words, group_actions, said_once
from selfaudit.remedy.delisting import plan_of
from selfaudit.report.evidence_text import EvidenceLine, lines_of
from selfaudit.report.host_text import host_lines
from selfaudit.report.readiness_html import policy_context
from selfaudit.report.words import KNOWN_WORDS, OUTCOME_SIGNS, OUTCOME_WORDS, WHO_WORDS, headline
from selfaudit.text import printable


@dataclass(frozen=True, slots=True)
class _Evidence:
    id: str
    kind: str
    at: str
    lines: list[EvidenceLine]


@dataclass(frozen=True, slots=True)
class _Declared:
    data: str
    person: str
    confirmed: str
    files: tuple[EvidenceFile, ...]


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    results: list[Result]


def render_html(audit: Audit) -> str:
    """The report. What the person says about findings stands beside them as their word and changes no verdict."""
    said = {mark.key: mark for mark in audit.marks}
    evidence = audit.evidence
    checks = all_checks()
    groups = group_actions(audit.results)
    open_groups = [g for g in said_once(groups) if g.key not in (GroupKey.PASSED, GroupKey.NOT_NEEDED)]
    policy = policy_context(audit, open_groups)
    records = {r.id: r for r in evidence.records}
    counts = [(o, _(OUTCOME_WORDS[o]), OUTCOME_SIGNS[o], sum(r.outcome is o for r in audit.results)) for o in Outcome]
    families: dict[str, list[Result]] = {}
    for result in audit.results:
        families.setdefault(result.check.partition(".")[0], []).append(result)
    return _template().render(
        audit=audit,
        evidence=evidence,
        case=evidence.case,
        demo=evidence.case.demo,
        headline=headline(audit),
        counts=[c for c in counts if c[3]],
        total=len(audit.results),
        open_groups=open_groups,
        folded_groups=[g for g in groups if g.key in (GroupKey.PASSED, GroupKey.NOT_NEEDED)],
        families=[_Family(name, results) for name, results in families.items()],
        why=lambda action: doc_paragraphs(checks[action.result.check], "Why it matters"),
        how=lambda action: doc_paragraphs(checks[action.result.check], "How it is judged"),
        evidence_of=lambda action: _evidence_of(action, records),
        outcome_word=lambda outcome: _(OUTCOME_WORDS[outcome]),
        outcome_sign=lambda outcome: OUTCOME_SIGNS[outcome],
        delistings=plan_of(audit, audit.statement),
        known_word=lambda known: _(KNOWN_WORDS[known]),
        who_word=lambda who: _(WHO_WORDS.get(who) or who),
        sent=_sent(audit),
        alike_words=alike_words,
        mark_of=lambda action: said.get((action.result.check, action.result.target_kind, action.result.target, action.tag)),
        interim=_interim(groups, said, policy["readiness"], interrupted=evidence.interrupted),
        rechecks=evidence.rechecks,
        authority=_authority(audit),
        declared=_declared(audit.evidence.case),
        hosts=host_lines(evidence),
        case_word=lambda kind: _("this computer") if kind == "case" else "",
        _=_,
        shown=shown,
        language=language(),
        **policy,
    )


def _interim(
    groups: list[Group], said: Mapping[tuple[str, str, str, str], Mark], readiness: Readiness | None, *, interrupted: bool
) -> str:
    """Why this is only an interim report, "" if nothing blocks any more."""
    blocking = [a for g in groups if g.key in (GroupKey.MUST, GroupKey.PROVIDER) for a in g.actions]
    keys = [(a.result.check, a.result.target_kind, a.result.target, a.tag) for a in blocking]
    planned = sum(bool(key in said and said[key].planned) for key in keys)
    if not blocking or (readiness is not None and readiness.ready):
        if interrupted:
            return _("Interim report: the audit was not finished.")
        return _("Interim report: the request is not ready; see “Readiness”.") if readiness and not readiness.ready else ""
    text = ngettext(
        "Interim report: {count} finding that blocks reinstatement is not fixed yet.",
        "Interim report: {count} findings that block reinstatement are not fixed yet.",
        len(blocking),
    ).format(count=len(blocking))
    more = ngettext("{count} of them is planned.", "{count} of them are planned.", planned).format(count=planned)
    return f"{text} {more}" if planned else text


def _evidence_of(action: Action, records: dict[str, Record]) -> list[_Evidence]:
    ids: Iterable[str] = dict.fromkeys(i for r in (action.result, *action.alike) if r.findings for i in r.findings[0].evidence)
    return [_Evidence(r.id, r.request.kind, r.at, lines_of(r, action.result.check)) for i in ids if (r := records.get(i))]


def _declared(case: Case) -> _Declared | None:
    """To whom the customer says their domains are registered, None if they said nothing."""
    said = case.registrant
    if said is None:
        return None
    parts = (
        said.name, said.organization, said.street, f"{said.postal_code} {said.city}".strip(), said.country, said.email, said.phone,
    )  # fmt: skip
    data = ", ".join(part for part in parts if part)
    if not (data or said.confirmed or said.files):
        return None
    return _Declared(data, case.authority.name if case.authority else "", said.confirmed, said.files)


def _authority(audit: Audit) -> list[tuple[str, list[str]]]:
    """(whose word, for what), each word once."""
    grouped: dict[str, list[str]] = {}
    for subject, word in audit.evidence.authority.items():
        grouped.setdefault(word, []).append(subject)
    return sorted(grouped.items())


def _sent(audit: Audit) -> list[tuple[str, int, int, str]]:
    """(purpose, parties, packets or connections, authority), added up."""
    tally: dict[tuple[str, str], tuple[set[str], int]] = {}
    for item in audit.evidence.sent:
        parties, count = tally.setdefault((item.purpose, item.authority), (set(), 0))
        tally[(item.purpose, item.authority)] = (parties | {item.address}, count + item.count)
    return [(purpose, len(parties), count, authority) for (purpose, authority), (parties, count) in sorted(tally.items())]


def _whole_words(text: str) -> Markup:
    """Text whose short words with a hyphen stay on one line: a "-all" that is broken after its hyphen reads like two terms."""
    safe = "\n".join(printable(line, 4000) for line in text.splitlines())
    words = re.split(r"(\s+)", safe)
    return Markup("").join(Markup('<span class="w">{}</span>').format(w) if "-" in w and len(w) <= 40 else w for w in words)


def _shown(value: object) -> object:
    """Every expression of the template passes here: escaping for HTML leaves what reorders a line or steers a terminal."""
    return printable(value, 4000) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("selfaudit_resources", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["whole_words"] = _whole_words
    return environment.get_template("report.html")
