"""Readiness, incident and statement in the page and in the JSON: every clause, in the right words, and nothing of it can steer the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from selfaudit.case import Case, EvidenceFile, Target
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Answer, Attestation, Credential, Measure, Moment, Removal, Statement
from selfaudit.checks import all_checks
from selfaudit.engine import Audit, judge_evidence, requirements
from selfaudit.engine.evidence import Evidence, Record, Tool, Vantage
from selfaudit.engine.judge import needed_keys
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.mail import SpfLookups
from selfaudit.findings import Outcome
from selfaudit.i18n import using
from selfaudit.policy.model import Brand, Clause, ClauseClass, Gap, Pack, State, Weight
from selfaudit.report.content import content_of
from selfaudit.report.content.look import look_of
from selfaudit.report.html import render_html
from selfaudit.report.json import audit_json, encode_audit
from selfaudit.report.readiness_text import (
    STATE_SIGNS,
    STATE_WORDS,
    Words,
    blocking,
    other_gaps,
    readiness_headline,
    readiness_short,
    remark_words,
    to_verify,
    unverified_line,
    word_alone,
)
from selfaudit.report.statement_text import shown_by
from tests.checks.build import spf_fact

EVIL = "<script>alert(1)</script>\x1b[31m\u202e{x}{{7*7}}'\"><img src=x onerror=alert(1)>"
FILE = EvidenceFile("mail.log", "ab" * 32, 4096)
TARGETS = (Target("domain", "shop.test"), Target("domain", "b.test"))


def clause(name: str, kind: ClauseClass = ClauseClass.CHECKED, weight: Weight = Weight.BLOCKER, **more: object) -> Clause:
    return Clause(name, "Section 5", f"Heading {name}", f"quoted words {name}", kind, weight, **more)  # type: ignore[arg-type]


PACK = Pack(
    "prez", "Prez <Hosting>", version="1.2", title="Acceptable Use", brand=Brand("<svg xmlns='http://www.w3.org/2000/svg'/>", "#123456"),
    clauses=(
        clause("B-1", ClauseClass.INFORMATIONAL, Weight.NONE),
        clause("B-2", checks=("mail.spf",)),
        clause("B-3", ClauseClass.STATED, attestation="No purchased lists are used."),
        clause("B-4", ClauseClass.BOTH, checks=("mail.dkim",), attestation="Mail is signed."),
    ),
)  # fmt: skip
STATEMENT = Statement(
    cause="software",
    summary="An old plugin let strangers upload a mailer into the shop's folder for pictures.",
    proof=(FILE,),
    answers=(Answer("my own question", "uploads/ of the plugin"), Answer("account.which", "info@")),
    timeline=(Moment("2026-11-16T10:00:00Z", "fixed", "mailer deleted"), Moment("2026-11-15T02:00:00Z", "began")),
    measures=(
        Measure("Deleted the mailer", "done", "2026-11-16", "Maria", files=(FILE,)),
        Measure("Move to a new server", "planned", "2026-12-20"),
        Measure("Ask the agency", ""),
    ),
    steps=(Measure("Patch the shop", "done", "2026-11-16"), Measure("Write a report", "planned")),
    attestations=(
        Attestation("B-4", agreed=True, words="Mail is signed."),
        Attestation("B-3", agreed=True, words="No purchased lists are used.", text="never did", files=(FILE,)),
    ),
    credentials=(Credential("the shop's administrator", "2026-11-16", "Maria"),),
    removals=(Removal("zen.list.test", "192.0.2.1", "2026-11-17", "R-1"),),
    commitment=True,
    name="Maria Blum",
    role="owner",
)


@pytest.fixture(autouse=True)
def policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack of these tests is the one of the case's provider."""
    monkeypatch.setattr(requirements, "pack_for", lambda name: PACK if name == "prez" else None)


def audit_of(statement: Statement | None = None, *, provider: str = "prez", spf: str = "v=spf1 +all", **more: object) -> Audit:
    """mail.spf fails on shop.test; mail.dkim was not permitted."""
    case = Case(TARGETS[:1], only=("mail.spf", "mail.dkim"), laboratory=True, provider=provider, **more)  # type: ignore[arg-type]
    fact: SpfLookups = spf_fact({"shop.test": {"TXT": [spf]}})
    withheld = ProbeFailure(FailureReason.NOT_PERMITTED)
    keys = needed_keys(all_checks()["mail.dkim"], TARGETS[0], case)
    records = (
        Record("e1", Request(fact.kind, "shop.test"), "2026-01-01T00:00:00.000Z", 1, fact),
        *(
            Record(f"d{n}", Request(*key), "2026-01-01T00:00:00.000Z", 1, failure=withheld)
            for n, key in enumerate(keys)
            if key != (fact.kind, "shop.test")
        ),
    )
    evidence = Evidence(
        case, Tool(), "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z", Vantage(("192.0.2.53",)), TARGETS[:1], records
    )
    return Audit(evidence, judge_evidence(evidence), statement)


class Page(HTMLParser):
    """The tags, links and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            {"href": self.links, "id": self.ids, "src": self.sources}.get(name, []).append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


def test_every_clause_stands_in_the_page_with_state_words_and_quote() -> None:
    page = render_html(audit_of())
    for words in (
        "Readiness",
        "Not ready for Prez &lt;Hosting&gt;: 3 of 4 requirements block.",
        "Acceptable Use, version 1.2",
        "What blocks",
        "“quoted words B-2”",
        "Section 5",
        "✗ not met",
        "□ needs a statement",
        "i for information",
        "No purchased lists are used.",
        "What the statement lacks",
        "The root cause is not described",
    ):
        assert words in page, words
    rows = re.findall(r'<tr id="c-(B-\d)">', page)
    assert rows == ["B-1", "B-2", "B-3", "B-4"]


def test_links_lead_to_places_that_are_there_once() -> None:
    page = Page(render_html(audit_of(STATEMENT)))
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    assert "#f1" in page.links


def test_the_clauses_stand_beside_a_finding() -> None:
    page = render_html(audit_of())
    article = page[page.index('<article class="fail"') :]
    assert '<a href="#c-B-2">B-2</a> Heading B-2' in article[: article.index("</article>")]


def test_without_a_policy_there_is_one_line() -> None:
    page = render_html(audit_of(provider="somebody"))
    assert "No provider whose policy is known here was named" in page
    assert "Every clause" not in page
    assert Page(page).links == []


def test_the_statement_is_marked_as_the_customers_word_and_keeps_done_and_planned_apart() -> None:
    page = render_html(audit_of(STATEMENT))
    part = page[page.index("<h2>The customer&#39;s statement") :]
    order = [
        "Nothing here was seen by this program.", "It is a draft: nobody has signed it.", "An old plugin let strangers upload", "my own question", "uploads/ of the plugin", "Which account was used?", "info@", "2026-11-15 02:00</td>",
        "2026-11-16 10:00</td>", "Done, by the customer", "Deleted the mailer", "ab" * 32, "Planned, not done", "Move to a new server", "2026-12-20",
        "Neither done nor planned", "Ask the agency", "Patch the shop", "the shop", "zen.list.test", "No purchased lists are used.", "never did", "Mail is signed.",
        "Maria Blum, owner",
    ]  # fmt: skip
    place = 0
    for words in order:
        assert words in part[place:], words
        place += part[place:].index(words)
    assert "Signed on 2026-11-20 by Maria Blum, owner" in render_html(audit_of(replace(STATEMENT, signed="2026-11-20")))


def test_a_measure_shows_how_the_checks_stand_that_it_names() -> None:
    measure = Measure("Closed it", "done", "2026-11-16", checks=("mail.spf", "mail.dkim", "rdns.present"))
    audit = audit_of()
    # A check without a result shows nothing, so it is not named as if it did.
    assert shown_by(measure, audit.results) == [("mail.spf", Outcome.FAIL), ("mail.dkim", Outcome.NOT_RUN)]
    page = render_html(audit_of(replace(STATEMENT, measures=(measure,))))
    shown = 'Shown by: mail.spf <span class="c-fail">✗ fail</span>, mail.dkim <span class="c-not-run">○ not run</span></span>'
    assert shown in page


def test_the_incident_is_shown_as_somebodys_word() -> None:
    notice = Notice(
        "xarf", source="reporter.test", reference="T-1", subject="Spam from 192.0.2.1", deadline="2026-11-24", topics=("spam",), excerpt="Dear\nSir",
        first="2026-11-15T00:00:00Z", last="2026-11-16T00:00:00Z", addresses=("192.0.2.1",), steps=("Close it.",), not_understood=("a part in a strange coding",),
    )  # fmt: skip
    page = render_html(audit_of(notices=(notice,), cited=("B-2",), steps=("Close the relay",), deadline="2026-11-24"))
    for words in ("The incident", "somebody&#39;s word", "Spam from 192.0.2.1", "reporter.test", "T-1", "Close it.", "Close the relay", "a part in a strange coding", "Dear<br>Sir"):  # fmt: skip
        assert words in page, words
    assert "The incident" not in render_html(audit_of())


def test_hostile_words_stay_words() -> None:
    hostile = Statement(
        summary=EVIL, answers=(Answer(EVIL, EVIL),), timeline=(Moment(EVIL, "began", EVIL),), measures=(Measure(EVIL, "done", EVIL, EVIL, checks=(EVIL,)),),
        steps=(Measure(EVIL),), attestations=(Attestation(EVIL, agreed=True, text=EVIL, files=(EvidenceFile(EVIL, EVIL, 1),)),), name=EVIL, role=EVIL,
        credentials=(Credential(EVIL, EVIL, EVIL),), removals=(Removal(EVIL, EVIL, EVIL, EVIL),), contact=EVIL, signed=EVIL,
    )  # fmt: skip
    notice = Notice(
        "mail",
        source=EVIL,
        subject=EVIL,
        excerpt=EVIL * 20,
        steps=(EVIL,),
        clauses=(EVIL,),
        not_understood=(EVIL,),
        urls=(EVIL,),
    )
    page = render_html(audit_of(hostile, notices=(notice,), steps=(EVIL,), cited=(EVIL,), deadline=EVIL))
    parsed = Page(page)
    assert "script" not in parsed.tags
    assert parsed.handlers == []
    assert [s for s in parsed.sources if not s.startswith("data:image/")] == []
    assert "\x1b" not in page
    assert "\u202e" not in page
    encode_audit(audit_of(hostile, notices=(notice,), cited=(EVIL,)))


def test_the_providers_look_is_shown_only_where_it_can_do_no_harm() -> None:
    page = render_html(audit_of())
    assert '<img class="logo" src="data:image/svg+xml;base64,' in page
    assert ":root { --accent: #123456; }" in page
    assert "img-src data:" in page
    png = "data:image/png;base64," + "A" * 20_000
    assert look_of(Brand(png, "#ABCDEF", "#000000")) == look_of(Brand(f" {png}\n", "#ABCDEF", "#000000"))
    assert str(look_of(Brand(png)).logo) == png
    for bad in (
        "https://x.test/a.png",
        "data:text/html;base64,AAAA",
        "data:image/png;base64,AA\"onload='x'",
        "javascript:x",
        "x",
    ):
        assert look_of(Brand(bad)).logo == ""
    for bad in ("red", "#12345", "#1234567", "#12345g", "#123456}", "#123456;x", "#123456\n"):
        assert look_of(Brand("", bad, bad)).accent == ""
        assert look_of(Brand("", bad, bad)).accent_dark == ""


def test_json_has_both_keys_typed() -> None:
    data = json.loads(encode_audit(audit_of(STATEMENT)))
    assert [r["clause"] for r in data["requirements"]] == ["B-1", "B-2", "B-3", "B-4"]
    assert [r["state"] for r in data["requirements"]] == ["informational", "not-met", "met", "cannot-be-verified"]
    assert data["requirements"][1]["by"][0]["check"] == "mail.spf"
    assert data["requirements"][1]["quote"] == "quoted words B-2"
    readiness = data["readiness"]
    assert (readiness["pack"], readiness["version"], readiness["ready"], readiness["blockers"]) == (
        "prez",
        "1.2",
        False,
        ["B-2"],
    )
    assert {g["part"] for g in readiness["gaps"]} >= {"signed", "harmful_removed"}
    assert readiness["counts"]["not-met"] == 1
    nothing = json.loads(encode_audit(audit_of(provider="somebody")))
    assert (nothing["requirements"], nothing["readiness"]) == ([], None)


def test_words_of_readiness() -> None:
    readiness = requirements.readiness_of(audit_of(STATEMENT))
    assert readiness is not None
    assert [r.clause for r in blocking(readiness)] == ["B-2"]
    assert [r.clause for r in to_verify(readiness)] == ["B-4"]
    assert unverified_line(readiness).startswith(
        "Of the requirements met (1), 1 rests on the customer's word alone. 1 requirement could not be verified; "
    )
    seen = tuple(r for r in readiness.requirements if not word_alone(r))
    assert unverified_line(replace(readiness, requirements=seen)).startswith("1 requirement could not be verified; ")
    alone = [r for r in readiness.requirements if word_alone(r)]
    assert [(r.state, r.by, r.instead, r.stated) for r in alone] == [(State.MET, (), (), True)]
    content = content_of(audit_of(STATEMENT))
    assert [(c.sign.tone, c.sign.word, c.count) for c in content.first.readiness if c.sign.tone in ("pass", "stated")] == [
        ("stated", "stated, not checked", 1)
    ]
    (row,) = [row for row in content.clauses if row.clause == alone[0].clause]
    assert (row.state.tone, row.word) == ("stated", "It rests on the customer's word alone; no check has seen it.")
    beside = [row.word for row in content.clauses if row.clause == "B-4"]
    assert beside == ["It rests on the customer's word."]
    assert readiness_headline(readiness) == "Not ready for Prez <Hosting>: 1 of 4 requirements blocks."
    assert "The SPF policy of shop.test" in Words(audit_of()).why(blocking(readiness)[0])
    ready = replace(readiness, ready=True, blockers=(), gaps=())
    assert readiness_headline(ready) == "Ready for Prez <Hosting>: no requirement blocks, and the statement is complete."
    assert (
        readiness_headline(replace(ready, purpose="onboarding"))
        == "Ready for Prez <Hosting>: no requirement stands against a contract."
    )
    assert readiness_short(ready) == "Ready for Prez <Hosting>."
    assert (
        readiness_short(replace(readiness, blockers=(), gaps=readiness.gaps[:2]))
        == "Not ready for Prez <Hosting>: the statement lacks 2 things."
    )
    unsigned = replace(readiness, blockers=(), gaps=readiness.gaps[:1])
    assert readiness_headline(unsigned).startswith(
        "Not ready for Prez <Hosting>: no requirement blocks, but the statement lacks 1 thing."
    )
    assert set(STATE_WORDS) == set(STATE_SIGNS) == set(State)
    assert len(set(STATE_SIGNS.values())) == len(State)


def test_what_decides_and_nobody_saw_comes_first_for_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    readiness = requirements.readiness_of(audit_of(STATEMENT))
    assert readiness is not None
    row = next(r for r in readiness.requirements if r.clause == "B-4")
    core = replace(row, clause="B-9", unseen=tuple(replace(b, check="blocklist.address") for b in row.unseen))
    assert [r.clause for r in to_verify(replace(readiness, requirements=(row, core)))] == ["B-9", "B-4"]
    replaced = replace(core, stated=False)
    assert [r.clause for r in to_verify(replace(readiness, requirements=(row, replaced)))] == ["B-4", "B-9"]


def test_an_interim_report_says_that_the_request_is_not_ready() -> None:
    quiet = audit_of(spf="v=spf1 -all")
    assert "Interim report: the request is not ready; see “Readiness”." in render_html(quiet)


def test_the_page_is_shown_in_another_language_without_changing_the_file() -> None:
    audit = audit_of(STATEMENT)
    with using("pseudo"):
        page = render_html(audit)
        assert audit_json(audit) == audit_json(audit)
        encoded = encode_audit(audit)
    assert encoded == encode_audit(audit)
    assert "<h2>Readiness</h2>" in render_html(audit)
    assert "<h2>Readiness</h2>" not in page


def test_gaps_on_clauses_that_do_not_block_are_named_beside_the_others() -> None:
    readiness = requirements.readiness_of(audit_of(STATEMENT))
    assert readiness is not None
    gaps = (Gap("attestation:B-2", "B-2 is contradicted"), Gap("attestation:B-3", "say B-3"), Gap("audit", "stopped"))
    asked = replace(readiness.requirements[2], state=State.NEEDS_STATEMENT, blocks=True)
    made = replace(readiness, gaps=gaps, requirements=(*readiness.requirements[:2], asked))
    assert [g.part for g in other_gaps(made)] == ["attestation:B-2", "audit"]


def test_what_is_critical_stands_first_although_no_clause_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = replace(PACK, clauses=PACK.clauses[2:])
    monkeypatch.setattr(requirements, "pack_for", lambda name: alone)
    page = render_html(audit_of(STATEMENT))
    assert re.findall(r'<tr id="c-([\w-]+)">', page) == ["critical", "B-3", "B-4"]
    assert "Harm to others right now" in page
    assert "Not ready for Prez &lt;Hosting&gt;: 1 of 3 requirements blocks." in page


def test_a_warning_is_told_in_its_own_words() -> None:
    audit = audit_of(STATEMENT, spf="v=spf1 ?all")
    (spf,) = [r for r in audit.results if r.check == "mail.spf"]
    assert spf.outcome is Outcome.WARN
    readiness = requirements.readiness_of(audit)
    assert readiness is not None
    row = readiness.requirements[1]
    assert row.state is State.NEEDS_STATEMENT
    assert row.why.startswith("Only seen with remarks: ")
    (line,) = Words(audit).lines(row.remarks)
    assert line.why == remark_words(spf) != ""
    assert line.why.rstrip(".") in row.why
