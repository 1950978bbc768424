"""Somebody changes what a bundle says, puts right every hash and signs anew: its own evidence says otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from selfaudit.report.bundle.model import Difference
from tests.report.bundle.build import (
    CHECK,
    DOMAIN,
    KEY,
    OTHER,
    Contents,
    contents_of,
    forged,
    points,
    small_bundle,
    verified,
)


def with_audit(change: Callable[[dict[str, Any]], None]) -> Callable[[Contents], None]:
    def work(files: Contents) -> None:
        table = json.loads(files["audit.json"])
        change(table)
        files["audit.json"] = json.dumps(table, indent=1, ensure_ascii=False).encode() + b"\n"

    return work


def result_of(table: dict[str, Any]) -> dict[str, Any]:
    return next(r for r in table["results"] if r["check"] == CHECK)


def named(data: bytes) -> list[Difference]:
    found = verified(data)
    assert found.exit_code() == 1
    assert {p.name: str(p.standing) for p in found.points}["judged"] == "bad"
    assert {p.name: str(p.standing) for p in found.points}["intact"] == "good"
    return list(found.differences)


def test_nothing_changed_is_nothing_found(bundle: bytes) -> None:
    assert verified(forged(bundle, lambda _files: None)).differences == ()
    # The file that explains the bundle names the key: whoever signs anew must make that anew, too.
    assert {d.where for d in named(forged(bundle, lambda _files: None, OTHER))} >= {"README.txt"}


def test_an_outcome(bundle: bytes) -> None:
    def change(table: dict[str, Any]) -> None:
        result_of(table)["outcome"] = "fail"

    assert named(forged(bundle, with_audit(change))) == [Difference("result", f"{CHECK} {DOMAIN}", "fail", "pass")]


def test_a_result_that_is_left_out_or_added(bundle: bytes) -> None:
    def less(table: dict[str, Any]) -> None:
        table["results"].remove(result_of(table))

    assert Difference("result", f"{CHECK} {DOMAIN}", "", "pass") in named(forged(bundle, with_audit(less)))

    def more(table: dict[str, Any]) -> None:
        table["results"].append({**result_of(table), "target": {"kind": "domain", "value": "b.test"}})

    assert Difference("result", f"{CHECK} b.test", "pass", "") in named(forged(bundle, with_audit(more)))

    def twice(table: dict[str, Any]) -> None:
        table["results"].append({**result_of(table), "outcome": "fail"})

    assert any(d.said == "fail" and d.judged == "" for d in named(forged(bundle, with_audit(twice))))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("message", "All is well.", "All is well."),
        ("severity", "high", "high"),
        ("tag", "OTHER", ""),
        ("args", {"domain": "b.test"}, "{domain: b.test}"),
        ("evidence", ["r9"], "[r9]"),
        ("approved", "T-5", "T-5"),
    ],
)
def test_a_finding(bundle: bytes, field: str, value: object, said: str) -> None:
    def change(table: dict[str, Any]) -> None:
        result_of(table)["findings"][0][field] = value

    found = named(forged(bundle, with_audit(change)))
    assert [d.what for d in found] == ["finding"]
    assert f"{CHECK} {DOMAIN}: TLS_RPT_OK" in found[0].where
    if said:
        assert found[0].said == said
        assert found[0].judged != said


def test_a_requirement_and_readiness(bundle: bytes) -> None:
    def change(table: dict[str, Any]) -> None:
        table["requirements"][0]["state"] = "met"
        table["readiness"]["ready"] = True
        table["readiness"]["blockers"] = []

    found = named(forged(bundle, with_audit(change)))
    assert ("requirement", "met") in {(d.what, d.said) for d in found}
    assert Difference("readiness", "ready", "true", "false") in found
    assert "blockers" in {d.where for d in found if d.what == "readiness"}


def test_the_case_beside_the_results(bundle: bytes) -> None:
    def change(table: dict[str, Any]) -> None:
        table["case"]["number"] = "T-2"

    assert [d.what for d in named(forged(bundle, with_audit(change)))] == ["case"]


@pytest.mark.parametrize("name", ["report.pdf", "report.html", "README.txt"])
def test_a_report_that_shows_something_else(bundle: bytes, name: str) -> None:
    def change(files: Contents) -> None:
        files[name] = files[name] + b" All is well."

    found = named(forged(bundle, change))
    assert [(d.what, d.where) for d in found] == [("report", name)]


def test_the_same_results_written_otherwise(bundle: bytes) -> None:
    def change(files: Contents) -> None:
        files["audit.json"] = json.dumps(json.loads(files["audit.json"])).encode()

    assert [(d.what, d.where) for d in named(forged(bundle, change))] == [("report", "audit.json")]


def test_another_version_cannot_be_told_apart_and_is_no_all_clear(bundle: bytes) -> None:
    def change(table: dict[str, Any]) -> None:
        result_of(table)["outcome"] = "warn"

    older = forged(bundle, with_audit(change), manifest={"tool": "selfaudit 0.1.0"})
    assert points(older)["judged"] == "unknown"
    assert points(older)["tool"] == "note"
    assert verified(older).differences[0].said == "warn"
    assert verified(older).exit_code() == 3
    newer = forged(bundle, lambda _files: None, manifest={"tool": "selfaudit 99.0.0"})
    assert points(newer)["tool"] == "unknown"
    assert points(newer)["judged"] == "unknown"  # whether the reports show the same cannot be told
    strange = forged(bundle, lambda _files: None, manifest={"tool": "other 1.0"})
    assert points(strange)["tool"] == "unknown"


def test_reports_of_another_drawing_are_not_called_false(bundle: bytes) -> None:
    def change(files: Contents) -> None:
        files["report.pdf"] = b"%PDF other"

    assert points(forged(bundle, change, manifest={"drawing": "0" * 64}))["judged"] == "unknown"


def test_a_policy_of_another_content(bundle: bytes) -> None:
    assert points(bundle)["policy"] == "good"
    for manifest in (
        {"pack_sha256": "0" * 64},
        {"pack_version": "9"},
        {"pack": "demo"},
        {"pack": "", "pack_version": "", "pack_sha256": ""},
    ):
        assert points(forged(bundle, lambda _files: None, manifest=manifest))["policy"] == "unknown", manifest


def test_evidence_that_was_taken_out_is_missed(bundle: bytes) -> None:
    def change(files: Contents) -> None:
        evidence = json.loads(files["evidence.json"])
        evidence["records"] = []
        files["evidence.json"] = json.dumps(evidence).encode()

    found = verified(forged(bundle, change))
    assert found.exit_code() == 1
    assert Difference("result", f"{CHECK} {DOMAIN}", "pass", "not-run") in found.differences
    assert found.missing == (DOMAIN,)


def test_a_label_of_another_case(bundle: bytes) -> None:
    assert points(forged(bundle, lambda _files: None, manifest={"number": "T-2"}))["case"] == "bad"
    assert points(forged(bundle, lambda _files: None, manifest={"provider": "Somebody"}))["case"] == "bad"


def test_another_key_is_seen_by_whoever_knows_the_right_one(bundle: bytes) -> None:
    stolen = forged(bundle, lambda _files: None, OTHER)
    assert points(stolen)["signed"] == "note"
    assert points(stolen, key=KEY.public())["signed"] == "bad"
    assert points(bundle, key=KEY.public())["signed"] == "good"
    unsigned = small_bundle(key=None)
    assert points(unsigned)["signed"] == "unknown"
    assert points(unsigned, key=KEY.public())["signed"] == "bad"
    assert verified(unsigned).exit_code() == 3
    assert set(contents_of(bundle)) == {"report.pdf", "report.html", "audit.json", "evidence.json", "README.txt"}
