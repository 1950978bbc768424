"""JSON and HTML: the shape of the contract, hostile text, and what must be in them."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from selfaudit.case import Case, Target
from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import Audit, judge_evidence, run_audit
from selfaudit.engine.evidence import Evidence, Recheck, Record, Tool, Vantage
from selfaudit.facts import Fact, Request
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.mail import MtaStsPolicy, SpfLookups
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Mark, Outcome, Remedy, found
from selfaudit.net import open_net
from selfaudit.remedy import GroupKey, group_actions
from selfaudit.remedy.groups import advice_for
from selfaudit.report import docs, schemas
from selfaudit.report.html import _whole_words, render_html
from selfaudit.report.json import encode_audit
from tests.checks.build import MAIL, mail_fact, spf_fact, yes

EVIL = "<script>alert(1)</script>\x1b[31m\u202e{x}{{7*7}}'\""


def audit_with(*facts: tuple[str, Fact], targets: tuple[Target, ...], only: tuple[str, ...]) -> Audit:
    records = tuple(
        Record(f"e{i}", Request(f.kind, subject), "2026-01-01T00:00:00.000Z", 1, f) for i, (subject, f) in enumerate(facts)
    )
    evidence = Evidence(
        Case(targets, only=only, laboratory=True, number=EVIL, provider=EVIL),
        Tool(), "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z", Vantage(("192.0.2.53",)), targets, records,
    )  # fmt: skip
    return Audit(evidence, judge_evidence(evidence))


@pytest.fixture(scope="module")
def hostile() -> Audit:
    spf: SpfLookups = spf_fact({"shop.test": {"TXT": [f"v=spf1 include:{EVIL} -all"]}})
    ptr = ReverseDns(
        "192.0.2.25", yes("25.2.0.192.in-addr.arpa", "PTR", "<img\\032src=x\\032onerror=alert(1)>.shop.test."), None, ()
    )
    facts = [("shop.test", spf), ("shop.test", mail_fact({})), ("192.0.2.25", ptr)]
    return audit_with(
        *facts, targets=(Target("domain", "shop.test"), Target("address", "192.0.2.25")), only=("mail.spf", "rdns.present")
    )


def test_a_fetched_file_cannot_steer_the_page() -> None:
    body = "version: STSv1\nmode: enforce\nmx: old.test\nx: \u202e\x1b[31m\x07\u2066<b>\r\nmax_age: 86400\n"
    fetch = HttpFetch("https://mta-sts.shop.test/", "192.0.2.9", HttpStatus.ANSWERED, 200, f"text/{EVIL}", body=body)
    sts = MtaStsPolicy("shop.test", yes("_mta-sts.shop.test", "TXT", "v=STSv1; id=1;"), fetch, ())
    facts = [("shop.test", sts), ("shop.test", mail_fact(MAIL))]
    audit = audit_with(*facts, targets=(Target("domain", "shop.test"),), only=("mail.mta-sts",))
    tool = replace(audit.evidence.tool, version=EVIL, python=EVIL, system=EVIL)
    page = render_html(Audit(replace(audit.evidence, tool=tool, started=EVIL, vantage=Vantage((EVIL,))), audit.results))
    assert "mx: mail.shop.test" in page
    assert not [c for c in page if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")]
    assert "<b>" not in page.replace("<b>What to do</b>", "").replace('<b class="', "")
    assert "<script" not in page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]
        self.handlers += [name for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")]


def test_hostile_text_stays_text(hostile: Audit) -> None:
    page = render_html(hostile)
    parsed = Tags()
    parsed.feed(page)
    assert "script" not in parsed.tags
    assert "img" not in parsed.tags
    assert parsed.handlers == []
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).replace("2049", "")


def test_the_page_is_self_contained(hostile: Audit) -> None:
    page = render_html(hostile)
    parsed = Tags()
    parsed.feed(page)
    assert not {"link", "iframe", "object", "form", "base"} & set(parsed.tags)
    # Without a policy there is no logo, and no clause to point at.
    assert not {"src", "href", "action"} & set(parsed.attributes)
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page
    for feature in ("prefers-color-scheme: dark", "@media print", 'lang="en"'):
        assert feature in page


def test_records_with_a_hole_are_not_offered_and_long_ones_come_in_pieces() -> None:
    remedy = Remedy("x", record='{domain}.  TXT  "{corrected}"')
    assert advice_for(remedy, found("T", domain="shop.test", corrected="")).record == ""
    assert (
        advice_for(remedy, found("T", domain="shop.test", corrected="v=spf1 -all")).record == 'shop.test.  TXT  "v=spf1 -all"'
    )
    long = "v=spf1 " + "x" * 600
    record = advice_for(remedy, found("T", domain="shop.test", corrected=long)).record
    pieces = re.findall(r'"([^"]*)"', record)
    assert "".join(pieces) == long
    assert max(map(len, pieces)) == 255


def test_records_are_not_broken_after_a_hyphen_and_stay_text() -> None:
    shown = _whole_words('v=spf1 mx -all <b>-x "-y-" ' + "-" * 50)
    assert str(shown).startswith('v=spf1 mx <span class="w">-all</span> <span class="w">&lt;b&gt;-x</span>')
    assert "<b>" not in shown
    assert "-" * 50 in shown.striptags()


async def test_the_demo_report_says_what_a_desk_needs() -> None:
    async with Internet("broken") as internet:
        case, brought = demo_inputs("broken")
        audit = await run_audit(case, open_net(internet.settings, routes=internet.routes, **brought.along()))
    page = render_html(audit)
    for words in (
        "Demo",
        "DEMO-2026-1107",
        "Must be fixed",
        "What was sent",
        "stated: Maria Blum, owner (demo)",
        "dig ",
        "To see that it worked",
    ):
        assert words in page
    assert render_html(audit) == page


async def test_json_shape() -> None:
    async with Internet("broken") as internet:
        case, brought = demo_inputs("broken")
        audit = await run_audit(case, open_net(internet.settings, routes=internet.routes, **brought.along()))
    data = json.loads(encode_audit(audit))
    assert data["schema"] == "selfaudit/audit/1"
    for key in ("case", "tool", "started", "finished", "vantage", "results", "requirements", "readiness"):
        assert key in data
    for result in data["results"]:
        assert set(result) == {"check", "target", "outcome", "findings", "reason"}
        assert set(result["target"]) == {"kind", "value"}
        assert result["outcome"] in ("pass", "warn", "fail", "inconclusive", "not-applicable", "not-run", "bug")
        for finding in result["findings"]:
            assert set(finding) == {"tag", "severity", "message", "args", "evidence"}
            assert "{" not in finding["message"] or "{" in str(finding["args"])
    known = {r.id for r in audit.evidence.records}
    assert all(e in known for r in data["results"] for f in r["findings"] for e in f["evidence"])


def test_groups_are_ordered_and_complete(hostile: Audit) -> None:
    groups = group_actions(hostile.results)
    order = list(GroupKey)
    assert [order.index(g.key) for g in groups] == sorted(order.index(g.key) for g in groups)
    shown = {(a.result.check, a.result.target) for g in groups for a in g.actions}
    assert shown == {(r.check, r.target) for r in hostile.results}


def test_provider_findings_stand_in_their_own_group() -> None:
    from selfaudit.facts.blocklist import AddressListings, ListAnswer, ListCatalogue, ListHealth, ListState
    from selfaudit.facts.dns import View
    from tests.checks.listings import entry

    listed = AddressListings("192.0.2.25", (ListAnswer("a.test", yes("x.a.test", "A", "127.0.0.2")),))
    lists = ListCatalogue(
        "1",
        (replace(entry("a.test", "1", "ip4"), who="provider"),),
        (ListHealth("a.test", "ip4", ListState.OK, View.DIRECT, ()),),
    )
    audit = audit_with(
        ("192.0.2.25", listed), ("ip4", lists), targets=(Target("address", "192.0.2.25"),), only=("blocklist.address",)
    )
    assert [g.key for g in group_actions(audit.results)] == [GroupKey.PROVIDER]


def test_generated_files_are_fresh() -> None:
    assert docs.main(["docs/checks", "--check"]) == 0
    assert schemas.main(["resources/selfaudit_resources/schemas", "--check"]) == 0


def test_interim_planned_disagreed_and_checked_again_stand_in_the_page(broken_audit: Audit) -> None:
    result = next(r for r in broken_audit.results if r.check == "mail.spf" and r.target == "blumenhof.example")
    tag = result.findings[0].tag
    mark = Mark("mail.spf", "domain", "blumenhof.example", tag, planned="2026-12-01", disagree="<script>x</script>\nand more")
    target = broken_audit.evidence.targets[0]
    again = (Recheck("2026-11-21T10:00:00.000Z", "mail.dmarc", target, Outcome.FAIL, Outcome.PASS),)
    page = render_html(replace(broken_audit, evidence=replace(broken_audit.evidence, rechecks=again), marks=(mark,)))
    blocking = sum(len(g.actions) for g in group_actions(broken_audit.results) if g.key in (GroupKey.MUST, GroupKey.PROVIDER))
    assert blocking >= 39
    assert "Interim report: findings that block reinstatement are not fixed yet. 1 finding is planned." in page
    assert "Planned, not done" in page
    assert "2026-12-01" in page
    assert "&lt;script&gt;x&lt;/script&gt; and more" in page
    assert "<script>" not in page
    assert "Checked again" in page
    passed = tuple(r for r in broken_audit.results if r.outcome is Outcome.PASS)
    nobody = replace(broken_audit.evidence, case=replace(broken_audit.evidence.case, provider=""))
    assert "Interim report" not in render_html(replace(broken_audit, results=passed, evidence=nobody))
    stopped = replace(broken_audit.evidence, interrupted=True)
    assert "Interim report: the audit was not finished." in render_html(replace(broken_audit, results=passed, evidence=stopped))
