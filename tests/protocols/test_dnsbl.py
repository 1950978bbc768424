"""Blocklist names and answers (RFC 5782), with the mistakes that other tools are known for."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.blocklist import ListEntry, ListMeaning, ListState
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View
from selfaudit.protocols.dnsbl import Verdict, check_pattern, classify, judge_points, question


def entry(*codes: tuple[str, str, str], zone: str = "l.test", tier: str = "1") -> ListEntry:
    return ListEntry(zone, zone, ("ip4",), tier, "open", ("127.0.0.2",), ("127.0.0.1",), tuple(ListMeaning(*c) for c in codes))


def answer(*records: str, status: DnsStatus = DnsStatus.ANSWER) -> DnsAnswer:
    return DnsAnswer("x.l.test.", "A", status, records=records)


ZEN = entry(("127.0.0.2", "SBL", "listed"), ("127.0.0.4", "XBL", "listed"), ("127.0.0.10", "PBL", "policy"))
SURBL = entry(("127.0.0.1", "blocked", "refused"), ("&8", "PH", "listed"), ("&16", "MW", "listed"), ("&64", "ABUSE", "listed"))
KARMA = entry(("127.0.0.1", "white", "good"), ("127.0.0.2", "black", "listed"), ("127.0.0.3", "yellow", "info"))


@pytest.mark.parametrize(
    ("target", "zone", "name"),
    [
        ("192.0.2.99", "bl.test", "99.2.0.192.bl.test."),
        (
            "2001:db8:1:2:3:4:567:89ab",
            "ugly.test",
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.test.",
        ),
        ("::ffff:7f00:2", "bl.test", "2.0.0.0.0.0.f.7.f.f.f.f" + ".0" * 20 + ".bl.test."),
        ("fe80::1%eth0", "bl.test", "1" + ".0" * 28 + ".8.e.f.bl.test."),  # a zone (RFC 4007) is of one machine only
        ("fe80::1%1.2", "bl.test", "1" + ".0" * 28 + ".8.e.f.bl.test."),
        ("Shop.Test.", "dbl.test.", "shop.test.dbl.test."),
    ],
)
def test_names_after_rfc_5782(target: str, zone: str, name: str) -> None:
    assert question(target, zone) == name


@pytest.mark.parametrize(
    ("got", "list_entry", "verdict"),
    [
        (answer(status=DnsStatus.NXDOMAIN), ZEN, Verdict.NOT_LISTED),
        (answer(status=DnsStatus.NODATA), ZEN, Verdict.NOT_LISTED),
        (answer("127.0.0.2"), ZEN, Verdict.LISTED),
        (answer("127.0.0.10"), ZEN, Verdict.POLICY),
        (answer("127.0.0.10", "127.0.0.4"), ZEN, Verdict.LISTED),
        (answer("127.0.0.77"), ZEN, Verdict.UNDOCUMENTED),
        (answer("127.0.0.1"), ZEN, Verdict.REFUSED),
        (answer("127.255.255.254"), ZEN, Verdict.REFUSED),
        (answer("127.255.255.255", "127.0.0.2"), ZEN, Verdict.REFUSED),
        (answer("192.0.2.1"), ZEN, Verdict.REWRITTEN),
        (answer("127.0.0.2", "203.0.113.9"), ZEN, Verdict.REWRITTEN),
        (answer("2001:db8::1"), ZEN, Verdict.REWRITTEN),
        (answer("192.0.2.1", status=DnsStatus.REWRITTEN), ZEN, Verdict.REWRITTEN),
        (answer(status=DnsStatus.SERVFAIL), ZEN, Verdict.UNANSWERED),
        (answer(status=DnsStatus.REFUSED), ZEN, Verdict.UNANSWERED),
        (answer(status=DnsStatus.TIMEOUT), ZEN, Verdict.UNANSWERED),
        (answer(), ZEN, Verdict.UNANSWERED),  # no records: nothing that says listed or not
        (answer("127.0.0.80"), SURBL, Verdict.LISTED),
        (answer("127.0.0.1"), SURBL, Verdict.REFUSED),
        (answer("127.0.0.128"), SURBL, Verdict.UNDOCUMENTED),
        (answer("127.0.0.1"), KARMA, Verdict.GOOD),
        (answer("127.0.0.3"), KARMA, Verdict.INFO),
        (answer("127.0.0.5"), KARMA, Verdict.UNDOCUMENTED),
        (answer("127.0.0.2"), entry(), Verdict.LISTED),
        (answer("127.0.0.3"), entry(), Verdict.UNDOCUMENTED),
        (answer("127.0.0.7"), entry(("127.0.0.0/24", "x", "listed")), Verdict.LISTED),
        (answer("127.0.0.64"), entry(("0.0.0.64", "x", "listed")), Verdict.LISTED),
    ],
)
def test_answers(got: DnsAnswer, list_entry: ListEntry, verdict: Verdict) -> None:
    assert classify(got, list_entry).verdict is verdict


def test_all_bits_and_the_exact_code_first() -> None:
    assert classify(answer("127.0.0.80"), SURBL).meanings == ("MW", "ABUSE")
    both = entry(("127.0.0.2", "exact", "listed"), ("127.0.0.0/24", "block", "listed"))
    assert classify(answer("127.0.0.2"), both).meanings == ("exact",)


def test_whoever_else_must_act_decides() -> None:
    listed = ListEntry(
        "z", "z", ("ip4",), "1", "open", (), (),
        (ListMeaning("127.0.0.2", "SBL", "listed", "provider"), ListMeaning("127.0.0.4", "XBL", "listed", "you")), who="you",
    )  # fmt: skip
    assert classify(answer("127.0.0.2", "127.0.0.4"), listed).who == "provider"
    assert classify(answer("127.0.0.4"), listed).who == "you"


YES, NO = answer("127.0.0.2"), answer(status=DnsStatus.NXDOMAIN)


@pytest.mark.parametrize(
    ("listed", "not_listed", "state"),
    [
        (YES, NO, ListState.OK),
        (NO, NO, ListState.EMPTY),
        (YES, YES, ListState.WILDCARD),
        (answer("127.255.255.254"), NO, ListState.REFUSED),
        (answer("127.255.255.254"), answer("127.255.255.254"), ListState.REFUSED),
        (answer(status=DnsStatus.REFUSED), NO, ListState.REFUSED),
        (answer("198.51.100.1"), answer("198.51.100.1"), ListState.REWRITTEN),
        (YES, answer("198.51.100.1"), ListState.REWRITTEN),
        (answer(status=DnsStatus.TIMEOUT), NO, ListState.SILENT),
        (YES, answer(status=DnsStatus.TIMEOUT), ListState.SILENT),
        (answer(status=DnsStatus.SERVFAIL), NO, ListState.BROKEN),
        (answer("127.0.0.99"), NO, ListState.OK),
    ],
)
def test_states_of_lists(listed: DnsAnswer, not_listed: DnsAnswer, state: ListState) -> None:
    assert judge_points("l.test", "ip4", View.DIRECT, (listed,), (not_listed,), ZEN).state is state


def test_patterns() -> None:
    for good in ("127.0.0.2", "127.0.0.0/24", "127.0.0.0/8", "&64", "0.0.0.64", "0.1.0.0"):
        check_pattern(good)
    for bad in ("10.0.0.1", "126.0.0.0/7", "&0", "&256", "0.0.0.0", "x", "127.0.0", "", "::1"):
        with pytest.raises(BadInput):
            check_pattern(bad)
