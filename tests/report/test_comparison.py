"""What became of a finding, on literal facts: nothing counts as fixed that was not seen anew and judged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from selfaudit.case import Case, Target
from selfaudit.case.model import Approval, Selector
from selfaudit.checks import all_checks
from selfaudit.checks.patch.reboot import Tag as Waiting
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import Evidence, NotRun, Record, Tool, Vantage
from selfaudit.facts import Fact, FailureReason, ProbeFailure, Request
from selfaudit.facts.blocklist import AddressListings, ListAnswer, ListCatalogue, ListHealth, ListState
from selfaudit.facts.dns import DnsStatus, View
from selfaudit.facts.exposure import PortOutcome, TcpPorts
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.facts.mail import DkimKeys, DkimSelector
from selfaudit.facts.rdns import ReverseDns
from selfaudit.facts.vantage import Port25, Position
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.report.comparison import Compared, Comparison, Fate, JsonComparison, compare, encode_comparison
from selfaudit.report.comparison_text import as_before, groups, headline
from selfaudit.report.matching import IDENTITY
from selfaudit.report.seen_anew import BLIND, LISTS
from tests.checks.build import MAIL, Zone, mail_fact, no, spf_fact, yes
from tests.checks.listings import entry
from tests.checks.tables.exposure_services import PONG, facts

OLD, NEW = "2026-01-01T00:00:00.000Z", "2026-01-09T00:00:00.000Z"
ADDRESS, HOST, DOMAIN = Target("address", "192.0.2.25"), Target("address", "192.0.2.80"), Target("domain", "shop.test")
FAILED = ProbeFailure(FailureReason.TIMEOUT, "more than 60 s")
Seen = Sequence[tuple[str, Fact | ProbeFailure | None]]


def audit(
    at: str,
    seen: Seen,
    *targets: Target,
    only: Sequence[str],
    not_run: Sequence[NotRun] = (),
    finished: str = "",
    **case: object,
) -> Audit:
    records = []
    for number, (key, fact) in enumerate(seen):
        kind, _at, subject = key.partition("@")
        failure = fact if isinstance(fact, ProbeFailure) else None
        params = tuple(_params(fact))
        seen_fact = fact if isinstance(fact, Fact) else None
        records.append(Record(f"e{number}", Request(kind, subject, params), at, 1, seen_fact, failure))
    made = Case(targets, only=tuple(only), laboratory=True, **case)  # type: ignore[arg-type]
    evidence = Evidence(
        made, Tool(), at, finished or at, Vantage(("192.0.2.53",), True, True, "1"), targets, tuple(records), tuple(not_run)
    )
    return Audit(evidence, judge_evidence(evidence))


def _params(fact: object) -> list[str]:
    return [f"{s.source}:{s.name}" for s in fact.selectors] if isinstance(fact, DkimKeys) else []


def fates(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(str(i.fate), i.tag, i.turn) for i in comparison.items]


def only_one(comparison: Comparison) -> Compared:
    (item,) = comparison.items
    return item


# What an address has in the DNS.
NAMED = ReverseDns(
    "192.0.2.25", yes("25.2.0.192.in-addr.arpa", "PTR", "mail.shop.test."), None, (yes("mail.shop.test", "A", "192.0.2.25"),)
)
NAMELESS = ReverseDns("192.0.2.25", no("25.2.0.192.in-addr.arpa", "PTR", DnsStatus.NXDOMAIN), None, ())
UNANSWERED = ReverseDns("192.0.2.25", no("25.2.0.192.in-addr.arpa", "PTR", DnsStatus.SERVFAIL), None, ())


def rdns(at: str, fact: Fact | ProbeFailure | None, **more: object) -> Audit:
    seen = [("rdns@192.0.2.25", fact)] if fact is not None else []
    return audit(at, seen, ADDRESS, only=["rdns.present"], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "expected", "code"),
    [
        (NAMELESS, NAMED, [("fixed", "RDNS_MISSING", "")], 0),
        (NAMED, NAMELESS, [("new", "RDNS_MISSING", "")], 1),
        (NAMELESS, NAMELESS, [("unchanged", "RDNS_MISSING", "")], 0),
        (NAMED, NAMED, [("unchanged", "", "")], 0),
        (NAMELESS, UNANSWERED, [("not-comparable", "RDNS_MISSING", "")], 3),
        (NAMELESS, FAILED, [("not-comparable", "RDNS_MISSING", "")], 3),
        (NAMELESS, None, [("not-comparable", "RDNS_MISSING", "")], 3),
        (NAMED, UNANSWERED, [("not-comparable", "", "")], 3),
        (UNANSWERED, NAMED, [("changed", "", "better")], 0),
        (UNANSWERED, NAMELESS, [("new", "RDNS_MISSING", "")], 1),
        (UNANSWERED, UNANSWERED, [("not-comparable", "", "")], 3),
        (None, NAMED, [("changed", "", "better")], 0),
        (None, NAMELESS, [("new", "RDNS_MISSING", "")], 1),
        (None, None, [("unchanged", "", "")], 0),
    ],
)
def test_a_result(before: Fact | None, now: Fact | None, expected: list[tuple[str, str, str]], code: int) -> None:
    compared = compare(rdns(OLD, before), rdns(NEW, now))
    assert fates(compared) == expected
    assert compared.exit_code() == code
    assert all(i.why for i in compared.items if i.fate is Fate.NOT_COMPARABLE)


def test_reasons_are_in_plain_words() -> None:
    gone = only_one(compare(rdns(OLD, NAMELESS), rdns(NEW, FAILED)))
    assert (gone.before, gone.now, gone.why) == ("fail", "inconclusive", "not done in time: more than 60 s")
    late = only_one(compare(rdns(OLD, UNANSWERED), rdns(NEW, NAMELESS)))
    assert (late.why, late.severity) == ("it was not known in the earlier audit", "high")


def test_what_was_not_looked_at_again_is_not_fixed() -> None:
    same_moment = compare(rdns(OLD, NAMELESS), rdns(OLD, NAMED, finished=NEW))
    assert fates(same_moment) == [("not-comparable", "RDNS_MISSING", "")]
    assert only_one(same_moment).why == "it was not looked at again since the earlier audit"


def test_an_older_second_audit_fixes_nothing() -> None:
    swapped = compare(rdns(NEW, NAMELESS), rdns(OLD, NAMED))
    assert fates(swapped) == [("not-comparable", "RDNS_MISSING", "")]
    assert any(w.startswith("The second audit ended before the first") for w in swapped.warnings)


def test_a_target_that_was_taken_out_is_not_fixed() -> None:
    with_it = audit(OLD, [("rdns@192.0.2.25", NAMELESS)], ADDRESS, DOMAIN, only=["rdns.present"])
    without = audit(NEW, [], DOMAIN, only=["rdns.present"])
    compared = compare(with_it, without)
    assert fates(compared) == [("not-comparable", "RDNS_MISSING", "")]
    assert only_one(compared).why == "it is not in the newer audit any more"
    assert (compared.warnings, compared.exit_code()) == (("The second audit leaves out targets of the first (1).",), 3)


def test_a_check_that_was_left_out_is_not_fixed() -> None:
    both = audit(OLD, [("rdns@192.0.2.25", NAMELESS)], ADDRESS, only=["rdns.present", "rdns.generic"])
    less = audit(NEW, [("rdns@192.0.2.25", NAMED)], ADDRESS, only=["rdns.generic"])
    compared = compare(both, less)
    assert [(i.check, str(i.fate), i.why) for i in compared.items if i.tag] == [
        ("rdns.present", "not-comparable", "the newer audit left this check out")
    ]
    # The other way round, its fault was not known before: that is said, and it is no old acquaintance.
    more = compare(less, replace(both, evidence=replace(both.evidence, finished=NEW)))
    (found,) = [i for i in more.items if i.tag]
    assert (found.fate, found.why) == (Fate.NEW, "it was not looked at in the earlier audit")


def test_a_check_without_permission_is_not_fixed() -> None:
    seen = [("exposure.services@192.0.2.80", facts({6379: PONG})[0]), *controls({6379: PONG})]
    before = audit(OLD, seen, HOST, only=["exposure.services"])
    now = audit(NEW, [], HOST, only=["exposure.services"], not_run=[NotRun("exposure.services", HOST, "nobody has shown it")])
    compared = compare(before, now)
    assert fates(compared) == [("not-comparable", "SERVICES_REDIS_OPEN", "")]
    assert only_one(compared).why == "nobody has shown it"


def test_new_targets_are_new_and_no_fault_unless_they_fail() -> None:
    before = audit(OLD, [("rdns@192.0.2.25", NAMED)], ADDRESS, only=["rdns.present"])
    other = ReverseDns("192.0.2.26", yes("26.2.0.192.in-addr.arpa", "PTR", "www.shop.test."), None, ())
    bad = ReverseDns("192.0.2.26", no("26.2.0.192.in-addr.arpa", "PTR", DnsStatus.NXDOMAIN), None, ())
    unknown = ReverseDns("192.0.2.26", no("26.2.0.192.in-addr.arpa", "PTR", DnsStatus.TIMEOUT), None, ())
    added = Target("address", "192.0.2.26")

    def now(fact: Fact) -> Comparison:
        seen = [("rdns@192.0.2.25", NAMED), ("rdns@192.0.2.26", fact)]
        return compare(before, audit(NEW, seen, ADDRESS, added, only=["rdns.present"]))

    right, wrong, untold = now(other), now(bad), now(unknown)
    assert (right.exit_code(), right.counts["added"], right.counts["new"], right.counts["as-before"]) == (0, 1, 0, 1)
    assert (wrong.exit_code(), wrong.counts["new"]) == (1, 1)
    assert wrong.items[0].why == "it was not in the earlier audit"
    assert (untold.exit_code(), untold.counts["not-comparable"]) == (3, 1)


# Blocklists: each list by itself.
def listed(*zones: str, dead: Sequence[str] = (), catalogue: Sequence[str] = ("a.test", "b.test"), tier: str = "1") -> Seen:
    def answer(zone: str) -> ListAnswer:
        name = f"25.2.0.192.{zone}"
        return ListAnswer(zone, yes(name, "A", "127.0.0.2") if zone in zones else no(name, "A", DnsStatus.NXDOMAIN))

    asked = tuple(answer(z) for z in catalogue if z not in dead)
    states = tuple(
        ListHealth(z, "ip4", ListState.SILENT if z in dead else ListState.OK, View.DIRECT, (), "no answer") for z in catalogue
    )
    lists = ListCatalogue("1", tuple(entry(z, tier, "ip4") for z in catalogue), states)
    return [("blocklist.address@192.0.2.25", AddressListings("192.0.2.25", asked)), ("blocklist.health@ip4", lists)]


def lists(at: str, seen: Seen) -> Audit:
    return audit(at, seen, ADDRESS, only=["blocklist.address"])


def test_listings_are_matched_list_by_list() -> None:
    compared = compare(lists(OLD, listed("a.test")), lists(NEW, listed("b.test")))
    assert [(str(i.fate), i.args["list"]) for i in compared.items] == [("new", "B.TEST"), ("fixed", "A.TEST")]
    assert compared.exit_code() == 1


@pytest.mark.parametrize("tier", ["1", "2", "3"])
def test_a_list_that_does_not_answer_delists_nobody(tier: str) -> None:
    before, now = listed("a.test", "b.test", tier=tier), listed("b.test", dead=["a.test"], tier=tier)
    compared = compare(lists(OLD, before), lists(NEW, now))
    found = {(i.args.get("list"), str(i.fate)) for i in compared.items if i.tag}
    assert found == {("A.TEST", "not-comparable"), ("B.TEST", "unchanged")}
    (gone,) = [i for i in compared.items if i.args.get("list") == "A.TEST"]
    assert gone.why == "this list could not be asked this time"


def test_a_list_that_left_the_catalogue_delists_nobody() -> None:
    compared = compare(lists(OLD, listed("a.test")), lists(NEW, listed(catalogue=["b.test"])))
    (gone,) = [i for i in compared.items if i.tag]
    assert (gone.fate, gone.why) == (Fate.NOT_COMPARABLE, "the list is not in the catalogue of the newer audit")


def test_a_listing_of_another_kind_is_still_an_entry() -> None:
    old, new = listed("a.test"), list(listed("a.test"))
    note = ListAnswer("a.test", yes("25.2.0.192.a.test", "A", "127.0.0.3"))
    new[0] = (new[0][0], AddressListings("192.0.2.25", (note, *new[0][1].answers[1:])))  # type: ignore[union-attr]
    (gone,) = [i for i in compare(lists(OLD, old), lists(NEW, new)).items if i.tag]
    assert (gone.fate, gone.why) == (Fate.NOT_COMPARABLE, "this list still has an entry, of another kind")


# Ports.
def controls(replies: dict[int, bytes], **how: object) -> Seen:
    _services, ports, position, port25 = facts(replies, **how)  # type: ignore[arg-type]
    assert isinstance(ports, TcpPorts)
    assert isinstance(position, Position)
    assert isinstance(port25, Port25)
    return [("exposure.ports@192.0.2.80", ports), ("vantage.position@192.0.2.80", position), ("vantage.port25@case", port25)]


def services(at: str, replies: dict[int, bytes], **how: object) -> Audit:
    seen = [("exposure.services@192.0.2.80", facts(replies)[0]), *controls(replies, **how)]
    return audit(at, seen, HOST, only=["exposure.services"])


def test_services_are_matched_port_by_port() -> None:
    password = b"-NOAUTH Authentication required.\r\n"
    compared = compare(services(OLD, {6379: PONG}), services(NEW, {11211: b"VERSION 1.6.18\r\n"}))
    assert [(str(i.fate), i.args["port"]) for i in compared.items] == [("new", 11211), ("fixed", 6379)]
    changed = only_one(compare(services(OLD, {6379: PONG}), services(NEW, {6379: password})))
    assert (changed.fate, changed.turn, changed.before, changed.now) == (Fate.CHANGED, "better", "fail", "warn")
    assert changed.was.startswith("Anybody on the Internet gets into")
    worse = compare(services(OLD, {6379: password}), services(NEW, {6379: PONG}))
    assert (only_one(worse).turn, worse.exit_code()) == ("worse", 1)


def test_a_port_that_fell_silent_is_not_closed() -> None:
    silent = PortOutcome.SILENT
    before = services(OLD, {6379: PONG, 11211: b"VERSION 1.6.18\r\n"})
    after = services(NEW, {11211: b"VERSION 1.6.18\r\n"}, rest=silent, controls=[silent, silent])
    compared = {i.args["port"]: i for i in compare(before, after).items if "port" in i.args}
    assert compared[11211].fate is Fate.UNCHANGED
    assert compared[6379].fate is Fate.NOT_COMPARABLE
    assert compared[6379].why.startswith("part of it was not seen this time: ")


def test_a_sequence_that_shrank_has_changed() -> None:
    def sender(*ips: str) -> Audit:
        zone: Zone = {"shop.test": {"TXT": ["v=spf1 ip4:198.51.100.1 -all"]}}
        seen = [("mail.spf@shop.test", spf_fact(zone, *ips)), ("mail.hosts@shop.test", mail_fact(MAIL))]
        return audit(OLD if len(ips) > 1 else NEW, seen, DOMAIN, only=["mail.spf-coverage"])

    changed = only_one(compare(sender("192.0.2.1", "192.0.2.2"), sender("192.0.2.2")))
    assert (changed.fate, changed.turn) == (Fate.CHANGED, "")


# What a person gave to look for.
def dkim(at: str, *names: str, found: Sequence[str] = ()) -> Audit:
    def key(name: str) -> DkimSelector:
        where = f"{name}._domainkey.shop.test"
        good = yes(where, "TXT", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        return DkimSelector(name, "given", good if name in found else no(where, "TXT", DnsStatus.NXDOMAIN))

    control, below = no("x._domainkey.shop.test", "TXT", DnsStatus.NXDOMAIN), no("_domainkey.shop.test", "TXT")
    keys = DkimKeys("shop.test", tuple(key(n) for n in names), 0, 0, below, control)
    spf = spf_fact({"shop.test": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]}})
    seen = [("mail.dkim@shop.test", keys), ("mail.spf@shop.test", spf), ("mail.hosts@shop.test", mail_fact(MAIL))]
    selectors = tuple(Selector(n) for n in names)
    return audit(at, seen, DOMAIN, only=["mail.dkim"], selectors=selectors)


def test_a_selector_that_nobody_named_again_is_not_fixed() -> None:
    before = dkim(OLD, "s1", "s2", found=["s2"])
    kept, dropped = dkim(NEW, "s1", "s2", found=["s1", "s2"]), dkim(NEW, "s2", found=["s2"])
    assert [str(i.fate) for i in compare(before, kept).items if i.tag] == ["fixed"]
    (gone,) = [i for i in compare(before, dropped).items if i.tag]
    assert (gone.fate, gone.why) == (Fate.NOT_COMPARABLE, "the newer audit was not told to look for s1")


def test_an_approval_mends_nothing() -> None:
    before = services(OLD, {6379: PONG})
    approval = Approval("exposure.services", "192.0.2.80", "T-1")
    now = services(NEW, {6379: PONG})
    evidence = replace(now.evidence, case=replace(now.evidence.case, exceptions=(approval,)))
    item = only_one(compare(before, Audit(evidence, judge_evidence(evidence))))
    assert (item.before, item.now, item.turn) == ("fail", "not-applicable", "better")
    assert (item.fate, item.why) == (Fate.CHANGED, "the provider has approved it; it is still there")


def test_the_same_observation_judged_otherwise_is_not_fixed() -> None:
    """A certificate, a case or a rule may be judged otherwise on another day; without a change that was seen, nothing was mended."""
    first, second = rdns(OLD, NAMELESS), rdns(NEW, NAMELESS)
    judged = replace(second, results=rdns(NEW, NAMED).results)
    item = only_one(compare(first, judged))
    assert (item.fate, item.why) == (
        Fate.NOT_COMPARABLE, "what was seen is the same; only the case or the day judges it otherwise",
    )  # fmt: skip


def test_warnings() -> None:
    first, second = rdns(OLD, NAMED), rdns(NEW, NAMED)
    assert compare(first, first).warnings == ("Both are the same audit.",)
    assert compare(first, second).warnings == ()
    case = replace(second.evidence.case, number="B-2", provider="prezcomm", demo="fixed")
    other = replace(
        second.evidence, case=case, interrupted=True, tool=Tool(version="9.9\x1b[31m"), vantage=Vantage(catalogue="2"),
        records=(*second.evidence.records, Record("x", Request(Port25.kind, "case"), NEW, 1, Port25((), None))),
    )  # fmt: skip
    words = " ".join(compare(first, replace(second, evidence=other)).warnings)
    for part in (
        "different providers",
        "case numbers (no number and B-2)",
        "stopped before its end",
        "a demo",
        "(1 and 2)",
        "9.9\\x1b",
    ):
        assert part in words
    assert "different networks" in words


def test_words_of_a_comparison() -> None:
    before = audit(OLD, [*listed("a.test"), ("rdns@192.0.2.25", NAMELESS)], ADDRESS, only=["blocklist.address", "rdns.present"])
    now = audit(NEW, [*listed("b.test"), ("rdns@192.0.2.25", NAMED)], ADDRESS, only=["blocklist.address", "rdns.present"])
    compared = compare(before, now)
    assert headline(compared) == "2 fixed, 1 new, 0 unchanged, 0 cannot be compared"
    assert [(g.name, g.count) for g in groups(compared)] == [("new", 1), ("fixed", 2)]
    assert as_before(compared) == ""
    line = groups(compared)[0].lines[0]
    assert "192.0.2.25 is listed at B.TEST" in line.text
    assert line.about == "blocklist.address  192.0.2.25"
    untold = compare(rdns(OLD, NAMELESS), rdns(NEW, UNANSWERED))
    assert groups(untold)[0].title == "Cannot be compared, so nothing is known about it"
    assert as_before(compare(rdns(OLD, NAMED), rdns(NEW, NAMED))).startswith("1 more result is as before")


def test_json_is_of_its_schema() -> None:
    compared = compare(lists(OLD, listed("a.test")), lists(NEW, listed("b.test")))
    data = encode_comparison(compared)
    read = msgspec.json.decode(data, type=JsonComparison)
    assert (read.exit, read.counts["fixed"], read.items) == (1, 1, compared.items)
    assert json.loads(data)["schema"] == "selfaudit/diff/1"
    assert msgspec.json.schema(JsonComparison)["$ref"] == "#/$defs/JsonComparison"


def test_the_tables_name_what_there_is() -> None:
    checks = all_checks()
    tags = {tag for check in checks.values() for tag in check.tags}
    assert tags >= BLIND | LISTS
    assert set(checks) >= set(IDENTITY)


def report(sha256: str, taken: str, machine: str = "aaaa") -> HostReport:
    return HostReport("mail.shop.test", machine, "1", "unix", taken, taken, taken, "file", False, True, (), sha256)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (report("b" * 64, NEW), ""),
        (report("a" * 64, OLD), "it rests on the same file as in the earlier audit"),
        (report("b" * 64, "2025-12-01T00:00:00Z"), "the file that it rests on is older than that of the earlier audit"),
        (report("b" * 64, NEW, "bbbb"), "the files are of two different servers of this name"),
    ],
)
def test_only_a_newer_file_of_the_same_server_shows_a_repair(now: HostReport, why: str) -> None:
    host = Target("host", "mail.shop.test")
    scope = HostScope("mail.shop.test", (), ())

    def one(at: str, fact: HostReport) -> Audit:
        return audit(
            at, [("host.report@mail.shop.test", fact), ("host.scope@mail.shop.test", scope)], host, only=["patch.reboot"]
        )

    waits = Finding(str(Waiting.WAITS), {"host": "mail.shop.test", "why": "a new kernel is installed"})
    failed = Result("patch.reboot", "host", "mail.shop.test", Outcome.WARN, (waits,))
    passed = Result("patch.reboot", "host", "mail.shop.test", Outcome.PASS)
    before = replace(one(OLD, report("a" * 64, OLD)), results=(failed,))
    item = only_one(compare(before, replace(one(NEW, now), results=(passed,))))
    assert (str(item.fate), item.why) == ("not-comparable" if why else "fixed", why)
