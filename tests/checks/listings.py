"""Scenarios that both blocklist checks share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from selfaudit.facts.blocklist import ListAnswer, ListCatalogue, ListEntry, ListHealth, ListMeaning, ListState
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View
from tests.checks.build import TROUBLES, Scenario, no, yes

CODES = (
    ListMeaning("127.0.0.2", "spam"), ListMeaning("127.0.0.10", "range", "policy"), ListMeaning("127.0.0.3", "note", "info"),
    ListMeaning("127.0.0.20", "fine", "good"),
)  # fmt: skip


def entry(zone: str, tier: str, kind: str, access: str = "open") -> ListEntry:
    return ListEntry(
        zone, zone.upper(), (kind,), tier, access, ("127.0.0.2",), ("127.0.0.1",), CODES, f"https://{zone}/", "you"
    )


def scenarios(make: Callable[[Sequence[ListAnswer]], Any], kind: str) -> list[Scenario]:
    def case(
        name: str,
        tier: str,
        answer: DnsAnswer | None,
        must: list[str],
        outcome: str,
        must_not: Sequence[str] = (),
        state: ListState = ListState.OK,
        access: str = "open",
    ) -> Scenario:
        lists = [entry("a.test", tier, kind, access), entry("b.test", "3", kind)]
        states = [
            ListHealth("a.test", kind, state, View.DIRECT, (), "why"),
            ListHealth("b.test", kind, ListState.OK, View.DIRECT, ()),
        ]
        answers = [ListAnswer("b.test", no("x.b.test", "A", DnsStatus.NXDOMAIN))]
        if answer is not None:
            answers.insert(0, ListAnswer("a.test", answer))
        return Scenario(name, [make(answers), ListCatalogue("1", tuple(lists), tuple(states))], must, outcome, must_not)

    def hit(code: str) -> DnsAnswer:
        return yes("x.a.test", "A", code)

    silent = [ListHealth(z, kind, ListState.SILENT, View.DIRECT, (), "no answer") for z in ("a.test", "b.test")]
    nobody = ListCatalogue("1", (entry("a.test", "1", kind), entry("b.test", "3", kind)), tuple(silent))
    dead = (
        ListState.EMPTY,
        ListState.WILDCARD,
        ListState.REFUSED,
        ListState.REWRITTEN,
        ListState.SILENT,
        ListState.BROKEN,
        ListState.GONE,
    )
    return [
        case("on no list", "1", no("x.a.test", "A", DnsStatus.NXDOMAIN), ["LISTS_CLEAN"], "pass"),
        case("first tier", "1", hit("127.0.0.2"), ["LISTED"], "fail", ["LISTS_CLEAN"]),
        case("second tier", "2", hit("127.0.0.2"), ["LISTED_SECOND_TIER"], "warn", ["LISTED", "LISTS_CLEAN"]),
        case("third tier", "3", hit("127.0.0.2"), ["LISTED_MINOR"], "warn"),
        case("information", "info", hit("127.0.0.2"), ["LISTED_INFORMATION", "LISTS_CLEAN"], "pass", ["LISTED"]),
        case("range", "1", hit("127.0.0.10"), ["LISTED_POLICY_RANGE"], "warn", ["LISTED"]),
        case("a note", "1", hit("127.0.0.3"), ["LISTED_INFORMATION"], "pass"),
        case("good sender", "info", hit("127.0.0.20"), ["LISTED_AS_GOOD", "LISTS_CLEAN"], "pass"),
        case("unknown code", "1", hit("127.0.0.77"), ["LIST_CODE_UNDOCUMENTED"], "warn", ["LISTED"]),
        case("refusal code", "1", hit("127.255.255.254"), ["LIST_CANNOT_TELL"], "inconclusive", ["LISTED"]),
        case("rewritten", "1", hit("203.0.113.9"), ["LIST_CANNOT_TELL"], "inconclusive", ["LISTED"]),
        case(
            "a lesser list refuses", "3", hit("127.255.255.254"), ["LISTS_CANNOT_TELL", "LISTS_CLEAN"], "pass", ["LISTED_MINOR"]
        ),
        *(
            case(f"trouble: {s}", "1", no("x.a.test", "A", s), ["LIST_CANNOT_TELL"], "inconclusive", ["LISTED"])
            for s in TROUBLES
        ),
        *(case(f"first tier is {s}", "1", None, ["LIST_CANNOT_TELL"], "inconclusive", ["LISTED"], s) for s in dead),
        *(
            case(f"third tier is {s}", "3", None, ["LISTS_CANNOT_TELL", "LISTS_CLEAN"], "pass", ["LISTED_MINOR"], s)
            for s in dead
        ),
        case(
            "needs a key",
            "1",
            None,
            ["LISTS_NEED_ACCESS", "LISTS_CLEAN"],
            "pass",
            ["LIST_CANNOT_TELL"],
            ListState.NEEDS_KEY,
            "key",
        ),
        case("not registered", "1", None, ["LIST_CANNOT_TELL"], "inconclusive", ["LISTED"], ListState.EMPTY, "registration"),
        case("not registered, second tier", "2", None, ["LISTS_NEED_ACCESS"], "pass", [], ListState.EMPTY, "registration"),
        Scenario(
            "no list answers", [make([]), nobody], ["LISTS_NONE_ANSWERED", "LIST_CANNOT_TELL"], "inconclusive", ["LISTS_CLEAN"]
        ),
    ]
