"""The way off blocklists: only what is seen as listed, nothing promised that results do not show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from selfaudit.case import Case, Target
from selfaudit.case.statement import Measure, Removal, Statement
from selfaudit.catalogue import load_catalogue, read_catalogue
from selfaudit.errors import UserError
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.remedy.delisting import mentions_of, plan_of, unknown_of
from selfaudit.settings import BlocklistSettings

IP = "203.0.113.25"
ZEN = "zen.spamhaus.org"
STATED = Statement(
    cause="account",
    measures=(Measure("All mailbox passwords were changed.", "done", "2026-11-20"), Measure("Later", "planned", "2026-12-01")),
)


@dataclass(frozen=True)
class Seen:
    case: Case = field(default_factory=lambda: Case((Target("address", IP),), number="T-7"))
    started: str = "2026-11-21T10:00:00Z"


@dataclass(frozen=True)
class Audit:
    results: tuple[Result, ...]
    evidence: Seen = field(default_factory=Seen)


def listed(zone: str = ZEN, who: str = "you", tag: str = "LISTED", target: str = IP, approved: str = "") -> Finding:
    args: dict[str, str | int | float | tuple[str, ...]] = {
        "target": target, "list": zone.upper(), "zone": zone, "meaning": ("spam source",), "codes": ("127.0.0.2",), "removal": f"https://{zone}/", "who": who,
        "text": "see the page",
    }  # fmt: skip
    return Finding(tag, args, approved=approved)


def result(check: str, outcome: Outcome, *findings: Finding, target: str = IP, kind: str = "address") -> Result:
    return Result(check, kind, target, outcome, findings)


def audit(*findings: Finding, more: tuple[Result, ...] = ()) -> Audit:
    return Audit((result("blocklist.address", Outcome.FAIL, *findings), *more))


def test_what_is_listed_in_the_order_in_which_to_go() -> None:
    made = plan_of(
        audit(listed("dnsbl-1.uceprotect.net", "wait", "LISTED_MINOR"), listed("bl.blocklist.de", tag="LISTED_SECOND_TIER"), listed("bl.spamcop.net", "wait"),
              listed("b.barracudacentral.org"), listed(who="provider")),
    )  # fmt: skip
    assert [(d.order, d.zone, d.who, d.tier) for d in made] == [
        (1, ZEN, "provider", "1"), (2, "b.barracudacentral.org", "you", "1"), (3, "bl.spamcop.net", "wait", "1"), (4, "bl.blocklist.de", "you", "2"),
        (5, "dnsbl-1.uceprotect.net", "wait", "3"),
    ]  # fmt: skip
    assert made[2].expires == "about 24 hours after the last report"
    assert [d.pay for d in made] == [False, False, False, False, True]
    assert [bool(d.request) for d in made] == [True, False, False, False, False]
    assert {d.seen for d in made} == {"2026-11-21T10:00:00Z"}


@pytest.mark.parametrize(
    "tag",
    [
        "LISTS_CLEAN",
        "LISTED_INFORMATION",
        "LISTED_AS_GOOD",
        "LIST_CODE_UNDOCUMENTED",
        "LIST_CANNOT_TELL",
        "LISTS_CANNOT_TELL",
        "LISTS_NONE_ANSWERED",
    ],
)
def test_nothing_else_is_a_listing(tag: str) -> None:
    assert plan_of(audit(listed(tag=tag))) == ()


def test_an_approved_listing_needs_no_plan() -> None:
    assert plan_of(audit(listed(approved="T-1"))) == ()


def test_lists_that_could_not_be_asked_are_named_apart() -> None:
    cannot = Finding("LIST_CANNOT_TELL", {"list": "ZEN", "zone": ZEN, "why": "no answer in time", "removal": "https://x/"})
    lesser = Finding("LISTS_CANNOT_TELL", {"lists": ("A (silent)", "B (gone)")})
    found = unknown_of(audit(cannot, lesser))
    assert [(u.name, u.why, u.matters) for u in found] == [
        ("ZEN", "no answer in time", True),
        ("A (silent)", "", False),
        ("B (gone)", "", False),
    ]
    never = unknown_of(Audit((result("blocklist.address", Outcome.NOT_RUN),)))
    assert [(u.name, u.target, u.matters) for u in never] == [("all lists", IP, True)]
    assert unknown_of(Audit((result("blocklist.address", Outcome.PASS, Finding("LISTS_CLEAN", {})),))) == ()


def cause(*more: Result, statement: Statement | None = None) -> tuple[str, bool, str]:
    before = plan_of(audit(listed(), more=more), statement)[0].before[0]
    return before.known, before.stated, before.why


def test_the_cause() -> None:
    assert cause() == ("", False, "your statement does not yet name the cause and what was done")
    assert cause(statement=Statement(cause="account")) == (
        "",
        False,
        "your statement does not yet name the cause and what was done",
    )
    assert cause(statement=STATED) == ("yes", True, "stated by you; measures that are done: 1")
    relay = result("exposure.relay", Outcome.FAIL)
    assert cause(relay, statement=STATED) == ("no", False, f"failed: exposure.relay ({IP})")
    assert cause(result("exposure.relay", Outcome.FAIL, target="203.0.113.99"), statement=STATED)[0] == "yes"
    assert cause(result("host.malware", Outcome.FAIL, target="mail", kind="host"), statement=STATED)[0] == "no"


@pytest.mark.parametrize(
    ("outcomes", "known"),
    [
        ((Outcome.PASS, Outcome.PASS, Outcome.PASS), "yes"), ((Outcome.PASS, Outcome.PASS, Outcome.FAIL), "no"), ((Outcome.PASS, Outcome.PASS, Outcome.WARN), ""),
        ((Outcome.PASS, Outcome.PASS, Outcome.INCONCLUSIVE), ""), ((Outcome.PASS, Outcome.PASS), ""), ((), ""),
    ],
)  # fmt: skip
def test_reverse_names_must_all_be_shown(outcomes: tuple[Outcome, ...], known: str) -> None:
    checks = ("rdns.present", "rdns.forward-confirmed", "rdns.generic")
    more = tuple(result(c, o) for c, o in zip(checks, outcomes, strict=False))
    item = plan_of(audit(listed("noptr.spamrats.com", tag="LISTED_SECOND_TIER"), more=more))[0]
    assert [(b.id, b.known) for b in item.before] == [("rdns", known)]
    assert item.ready is (known == "yes")


def test_a_policy_range_wants_a_static_address_and_a_name_whatever_the_list_says() -> None:
    item = plan_of(audit(listed(tag="LISTED_POLICY_RANGE")))[0]
    assert [(b.id, b.known) for b in item.before] == [("static", ""), ("rdns", "")]
    assert item.tier == ""


def test_clean_sites() -> None:
    hosts = tuple(result(c, Outcome.PASS, target="web", kind="host") for c in ("host.malware", "host.persistence"))
    finding = listed("multi.surbl.org", target="shop.test")
    domain = Result("blocklist.domain", "domain", "shop.test", Outcome.FAIL, (finding,))
    assert [(b.id, b.known) for b in plan_of(Audit((domain, *hosts)))[0].before] == [("cause", ""), ("clean-site", "yes")]
    assert [(b.id, b.known) for b in plan_of(Audit((domain, hosts[0])))[0].before] == [("cause", ""), ("clean-site", "")]


def test_the_request_that_was_made_is_kept() -> None:
    noted = Statement(removals=(Removal(ZEN, IP, "2026-11-20", "SBL-REQ-1"), Removal("x.test", IP, "2026-11-19", "other")))
    item = plan_of(audit(listed()), noted)[0]
    assert (item.asked, item.reference) == ("2026-11-20", "SBL-REQ-1")


def test_the_request_to_the_desk_says_only_what_is_shown() -> None:
    more = (
        result("exposure.relay", Outcome.PASS), result("rdns.present", Outcome.INCONCLUSIVE), result("rdns.generic", Outcome.WARN),
        result("exposure.proxy", Outcome.NOT_RUN), result("exposure.services", Outcome.FAIL), result("exposure.resolver", Outcome.PASS, target="203.0.113.99"),
        result("host.malware", Outcome.PASS, target="mail.shop.test", kind="host"),
    )  # fmt: skip
    text = plan_of(audit(listed(who="provider"), more=more), STATED)[0].request
    assert text.isascii()
    assert text == (
        "Subject: Please request removal of 203.0.113.25 from ZEN.SPAMHAUS.ORG\nTicket: T-7\n\n"
        "203.0.113.25 is listed at ZEN.SPAMHAUS.ORG (zen.spamhaus.org), as seen on 2026-11-21 (UTC).\nThe list answered 127.0.0.2: spam source.\n"
        "It adds: see the page\nAccording to the catalogue of our audit, the list accepts requests for this entry only from the owner of the network.\n\n"
        "We ask you to request removal at https://zen.spamhaus.org/.\n\nChecks that passed in our audit of 2026-11-21:\n"
        "- Strangers cannot send mail through the server (open relay) (exposure.relay)\n\n"
        "Not in order yet according to the same audit:\n- Databases, remote control and admin pages are not open to strangers (exposure.services)\n\n"
        "Done, as we state:\n- 2026-11-20: All mailbox passwords were changed.\n\nPlease tell us the reference of the request, so that we can state it.\n"
    )
    bare = plan_of(audit(listed(who="provider")))[0].request
    assert "passed" not in bare
    assert "Done" not in bare
    assert "Later" not in text


def test_hostile_words_of_a_list() -> None:
    finding = listed(who="provider")
    finding.args["text"] = "\x1b[31m\u202e evil\nSubject: x"  # type: ignore[index]
    assert "\x1b" not in plan_of(audit(finding))[0].request
    assert "\\nSubject: x" in plan_of(audit(finding))[0].request


def test_the_shipped_rules() -> None:
    catalogue = load_catalogue(BlocklistSettings())
    assert catalogue.rule("dnsbl-1.uceprotect.net").pay
    assert {r.zone for r in catalogue.rules if r.pay} == {
        "dnsbl-1.uceprotect.net",
        "dnsbl-2.uceprotect.net",
        "dnsbl-3.uceprotect.net",
        "ips.backscatterer.org",
        "dnsbl.spfbl.net",
    }
    assert catalogue.rule("noptr.spamrats.com").before == ("rdns",)
    assert catalogue.rule("unheard.of.test").before == ("cause",)
    assert all(rule.before for rule in catalogue.rules)


@pytest.mark.parametrize(
    ("key", "words"),
    [('before = ["money"]', "list[0].before"), ('pay = "yes"', "list[0].pay"), ("expires = 3", "list[0].expires")],
)
def test_a_broken_rule_names_its_key(tmp_path: Path, key: str, words: str) -> None:
    path = tmp_path / "lists.toml"
    path.write_text(f'[[list]]\nzone = "a.test"\nname = "A"\nkinds = ["ip4"]\ntier = 1\n{key}\n')
    with pytest.raises(UserError, match=re.escape(words)):
        read_catalogue(path)


def test_rules_of_an_extra_catalogue_count_first(tmp_path: Path) -> None:
    path = tmp_path / "extra.toml"
    path.write_text(
        f'[[list]]\nzone = "{ZEN}"\nname = "Mine"\nkinds = ["ip4"]\ntier = 1\nexpires = "never"\nbefore = ["rdns"]\n'
    )
    rule = load_catalogue(BlocklistSettings(extra=str(path))).rule(ZEN)
    assert (rule.expires, rule.before) == ("never", ("rdns",))


def test_no_request_while_something_is_known_not_to_be_true() -> None:
    for check, kind, target in (("host.malware", "host", "web"), ("exposure.relay", "address", IP)):
        item = plan_of(audit(listed(who="provider"), more=(result(check, Outcome.FAIL, target=target, kind=kind),)), STATED)[0]
        assert (item.who, item.ready, item.request) == ("provider", False, "")
    open_one = plan_of(audit(listed(who="provider")))[0]
    assert (open_one.ready, bool(open_one.request)) == (False, True)
    assert plan_of(audit(listed(who="provider")), STATED)[0].ready


def test_a_domain_is_listed_for_what_its_servers_do() -> None:
    finding = listed("dbl.spamhaus.org", target="shop.test")
    domain = Result("blocklist.domain", "domain", "shop.test", Outcome.FAIL, (finding,))
    item = plan_of(Audit((domain, result("exposure.relay", Outcome.FAIL))), STATED)[0]
    assert [(b.id, b.known) for b in item.before] == [("cause", "no"), ("clean-site", "")]


def test_answers_that_are_no_listing_are_named_apart() -> None:
    info = listed("dnsbl-2.uceprotect.net", tag="LISTED_INFORMATION")
    seen = audit(info, listed(approved="T-1"), listed("bl.x.test", tag="LIST_CODE_UNDOCUMENTED"))
    assert plan_of(seen) == ()
    assert [(m.zone, m.pay, m.approved) for m in mentions_of(seen)] == [
        ("dnsbl-2.uceprotect.net", True, ""),
        (ZEN, False, "T-1"),
    ]
    assert [(u.zone, u.why, u.matters) for u in unknown_of(seen)] == [
        ("bl.x.test", "it answered 127.0.0.2, which it does not explain", True)
    ]


@pytest.mark.parametrize("zone", [ZEN, "zen.dq.spamhaus.net"])
def test_how_long_by_what_the_list_answers(zone: str) -> None:
    catalogue = load_catalogue(BlocklistSettings())
    rule = catalogue.rule(zone)
    assert rule.expires_for(("127.0.0.3",)) == "CSS: about three days after the mail stops"
    assert rule.expires_for(("127.0.0.30",)) == "BCL: when the network's owner has shown that it stopped"
    assert rule.expires_for(("127.0.0.4", "127.0.0.10", "127.0.0.77", "odd")) == ""
    assert rule.expires_for(("127.0.0.2", "127.0.0.3")).startswith("SBL: when")
    entry = catalogue.entry(zone)
    assert entry is not None
    assert [c.who for c in entry.codes if c.pattern == "127.0.0.30"] == ["provider"]
    assert catalogue.rule("bl.spamcop.net").expires_for(("127.0.0.2",)) == "about 24 hours after the last report"
