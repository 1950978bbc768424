"""Bundles that somebody made to do harm: each ends in a verification that says so, whatever is in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from selfaudit.engine import evidence
from selfaudit.errors import BadInput
from selfaudit.protocols.minisign import sign
from selfaudit.report.bundle import archive
from selfaudit.report.bundle.make import UNTRUSTED, encode_manifest
from selfaudit.report.bundle.model import MANIFEST, SIGNATURE, encode_verification
from selfaudit.report.bundle.read import open_bundle
from tests.report.bundle.build import (
    DOMAIN,
    KEY,
    OTHER,
    Contents,
    contents_of,
    forged,
    points,
    verified,
)

DEEP = b'{"a":' * 200_000 + b"1" + b"}" * 200_000


def putting(name: str, content: bytes) -> Callable[[Contents], None]:
    def change(files: Contents) -> None:
        files[name] = content

    return change


def editing(change: Callable[[Any], object]) -> Callable[[Contents], None]:
    """Changes the evidence."""

    def work(files: Contents) -> None:
        table = json.loads(files["evidence.json"])
        change(table)
        files["evidence.json"] = json.dumps(table).encode()

    return work


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"PK\x03\x04", b"Hello", b"\0" * 5000, b"PK\x03\x04" + b"\xff" * 5000, b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_bundle(data: bytes) -> None:
    found = verified(data)
    assert [(p.name, str(p.standing)) for p in found.points] == [("intact", "bad")]
    assert found.exit_code() == 1


NUMBERS = [
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"9" * 10_000,
    b"1.5",
    b"-1",
    b"1e-999999999",
    b"99999999999999999999999",
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n[:12].decode())
@pytest.mark.parametrize("name", ["evidence.json", "audit.json"])
def test_numbers(bundle: bytes, name: str, number: bytes) -> None:
    def change(files: Contents) -> None:
        if name == "evidence.json":
            files[name] = files[name].replace(b'"ms":5', b'"ms":' + number)
        else:
            files[name] = files[name].replace(b'"pass": 1', b'"pass": ' + number)

    data = forged(bundle, change)
    assert contents_of(data)[name] != contents_of(bundle)[name]
    found = verified(data)
    # A time that a record took is no result: a number that can be read changes nothing that is judged.
    assert found.exit_code() in (1, 3) or (name == "evidence.json" and number in (b"-1", b"99999999999999999999999"))
    encode_verification(found)


@pytest.mark.parametrize(
    "content",
    [DEEP, b"[" * 500_000, b"null", b"[]", b"{}", b'"x"', b"\xff\xfe", b"", b"0", b'{"schema": "selfaudit/evidence/2"}'],
)
@pytest.mark.parametrize("name", ["evidence.json", "audit.json", "statement.json", "before/evidence.json", "case/case.json"])
def test_documents_that_are_none(bundle: bytes, name: str, content: bytes) -> None:
    found = verified(forged(bundle, putting(name, content)))
    assert found.exit_code() in (1, 3)
    assert {p.name for p in found.points} >= {"intact", "judged"}
    judged = {p.name: p for p in found.points}["judged" if name != "case/case.json" else "case"]
    assert str(judged.standing) in ("bad", "unknown")
    assert judged.details


def test_evidence_of_another_version_says_so(bundle: bytes) -> None:
    found = verified(forged(bundle, editing(lambda e: e.update(schema="selfaudit/evidence/2"))))
    point = {p.name: p for p in found.points}["judged"]
    assert str(point.standing) == "unknown"
    assert "selfaudit/evidence/2" in point.details[0]
    assert found.exit_code() == 3


CASES: dict[str, Callable[[Any], object]] = {
    "a record without a fact": lambda e: e["records"][0].pop("fact"),
    "a fact of another kind": lambda e: e["records"][0]["request"].update(kind="dns.caa"),
    "a kind that nobody knows": lambda e: e["records"][0]["request"].update(kind="\u202e\x00"),
    "two of one id": lambda e: e["records"].append(e["records"][0]),
    "an id that nobody has": lambda e: e["records"][0].update(id="r77"),
    "no moment": lambda e: e["records"][0].update(at="yesterday"),
    "the end of time": lambda e: e["records"][0].update(at="9999-12-31T23:59:59Z"),
    "before all time": lambda e: e["records"][0].update(at="0001-01-01T00:00:00+14:00"),
    "a target that is none": lambda e: e["targets"].append({"kind": "domain", "value": "../../etc", "origin": "named"}),
    "an address that is none": lambda e: e["targets"].append({"kind": "address", "value": "999.1.1.1", "origin": "named"}),
    "an empty name": lambda e: e["targets"].append({"kind": "domain", "value": "", "origin": "named"}),
    "a check that is none": lambda e: e["case"].update(only=["no.such"]),
    "a check that needs no permission": lambda e: e["not_run"].append(
        {"check": "mail.spf", "target": {"kind": "domain", "value": DOMAIN}, "reason": "\u202e"}
    ),
    "an enormous string": lambda e: e["case"].update(number="x" * 3_000_000),
    "many left out": lambda e: e.update(left_out=10**30),
    "fewer than none left out": lambda e: e.update(left_out=-5),
    "a finish that is none": lambda e: e.update(finished=""),
    "half a pair": lambda e: e["case"].update(service="\ud800"),
    "authority of nobody": lambda e: e.update(authority={"\x00": "\u202e" * 5000}),
    "approvals": lambda e: e["case"].update(
        exceptions=[{"check": "mail.spf", "target": "", "reference": "\x1b[2J", "service": ""}]
    ),
    "a suspension that is none": lambda e: e["case"].update(suspended="99999-99-99"),
    "a provider that is none": lambda e: e["case"].update(provider="\u202e" * 10_000),
    "a demo that is none": lambda e: e["case"].update(demo="../../x"),
    "too many targets": lambda e: e["targets"].extend({"kind": "domain", "value": f"d{n}.test"} for n in range(6000)),
}


@pytest.mark.parametrize("change", CASES.values(), ids=CASES.keys())
def test_evidence_that_was_made_up(bundle: bytes, change: Callable[[Any], object]) -> None:
    found = verified(forged(bundle, editing(change)))
    assert found.exit_code() in (1, 3)
    json.loads(encode_verification(found))


def test_nothing_hostile_is_shown_as_it_is(bundle: bytes) -> None:
    for change in CASES.values():
        found = verified(forged(bundle, editing(change)), name="\x1b[2J\u202ebundle.zip")
        for text in (
            found.file,
            found.number,
            found.provider,
            *found.missing,
            *(t for p in found.points for t in (p.text, *p.details)),
        ):
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert len(text) < 2500


def remade(bundle: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The same files with another manifest, signed."""
    raws = list(archive.take_apart(bundle))[:-2]
    table = json.loads(open_bundle(bundle).manifest_octets)
    change(table)
    octets = json.dumps(table, indent=1, ensure_ascii=False).encode() + b"\n"
    text = sign(octets, KEY, trusted="x", untrusted=UNTRUSTED).text()
    return archive.assemble(
        [*raws, archive.packed(MANIFEST, octets, stored=True), archive.packed(SIGNATURE, text.encode(), stored=True)]
    )


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another version": lambda m: m.update(schema="selfaudit/manifest/2"),
    "no list": lambda m: m.update(members=5),
    "a key that is none": lambda m: m.update(key="AAAA"),
    "no key": lambda m: m.update(key=""),
    "a moment that is none": lambda m: m.update(made="2026-13-45T99:99:99Z"),
    "a moment of another form": lambda m: m.update(made="2026-11-18"),
    "a field that is none": lambda m: m.update(more=1),
    "a file twice": lambda m: m["members"].append(m["members"][0]),
    "a file that is not there": lambda m: m["members"].append({**m["members"][0], "name": "../x"}),
    "a file that is not listed": lambda m: m["members"].pop(),
    "another order": lambda m: m["members"].reverse(),
    "another size": lambda m: m["members"][0].update(size=5),
    "a huge size": lambda m: m["members"][0].update(size=10**40),
    "another hash": lambda m: m["members"][0].update(sha256="0" * 64),
    "another packed hash": lambda m: m["members"][0].update(packed="0" * 64),
}


@pytest.mark.parametrize("change", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_manifests(bundle: bytes, change: Callable[[dict[str, Any]], object]) -> None:
    found = verified(remade(bundle, change))
    assert [(p.name, str(p.standing)) for p in found.points] == [("intact", "bad")]
    assert found.points[0].details


def test_another_version_of_the_form_is_told_from_damage(bundle: bytes) -> None:
    with pytest.raises(BadInput, match="version of selfaudit with another form"):
        open_bundle(remade(bundle, MANIFESTS["another version"]))


def test_labels_may_say_whatever_they_like(bundle: bytes) -> None:
    wild = remade(bundle, lambda m: m.update(language="xx", tool="\u202e", number="T-1", provider="ofsecman.io"))
    assert points(wild)["judged"] == "unknown"
    lacking = remade(bundle, lambda m: m.update(lacking=[{"name": "x", "sha256": "y", "size": -1}]))
    assert points(lacking)["complete"] == "bad"
    early = remade(bundle, lambda m: m.update(made="2020-01-01T00:00:00Z"))
    assert points(early)["age"] == "bad"


def test_files_that_do_not_belong(bundle: bytes) -> None:
    for name in ("setup.exe", "attachments/evil", "case/x.json", "REPORT.PDF.exe"):
        found = verified(forged(bundle, putting(name, b"x")))
        assert found.exit_code() == 1, name
        assert "does not belong" in found.points[0].details[0]


def test_signatures(bundle: bytes) -> None:
    raws = list(archive.take_apart(bundle))
    octets = open_bundle(bundle).manifest_octets

    def with_signature(text: str | None) -> str:
        ends = [] if text is None else [archive.packed(SIGNATURE, text.encode("utf-8", "surrogateescape"), stored=True)]
        return {p.name: str(p.standing) for p in verified(archive.assemble([*raws[:-1], *ends])).points}["intact"]

    good = sign(octets, KEY, trusted="x", untrusted=UNTRUSTED)
    assert with_signature(good.text()) == "good"
    for text in (
        None, "", "x", "\udcff", good.text() + "\n", good.text().replace("\n", "\r\n"), good.text().replace("trusted comment: x", "trusted comment: y"),
        good.text().replace(UNTRUSTED, "Please trust me"), sign(octets, OTHER, trusted="x", untrusted=UNTRUSTED).text(),
        sign(octets + b" ", KEY, trusted="x", untrusted=UNTRUSTED).text(), replace(good, hashed=False).text(),
    ):  # fmt: skip
        assert with_signature(text) == "bad", text


def test_bombs_take_neither_time_nor_room(bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.process_time()
    bomb = forged(bundle, putting("attachments/01-bomb.bin", b"\0" * 20_000_000))
    assert len(bomb) > 20_000_000  # what packs that well is stored as it is
    raws = archive.take_apart(bundle)
    hidden = [
        archive.Raw(raws[0].name, 8, raws[0].crc, raws[0].size, archive.packed("x.bin", b"ab" * 400_000).packed),
        *raws[1:],
    ]
    assert verified(archive.assemble(hidden)).exit_code() == 1
    monkeypatch.setattr(evidence, "MAX_TARGETS", 0)
    assert points(bundle)["judged"] == "unknown"
    assert time.process_time() - began < 60


def test_a_fault_of_ours_is_no_verdict(bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from selfaudit.report.bundle import judged, verify

    def fails(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(judged, "draw", fails)
    assert points(bundle)["judged"] == "unknown"
    assert points(bundle)["policy"] == "good"
    monkeypatch.setattr(verify, "audit_of", fails)
    found = verified(bundle)
    assert [(p.name, str(p.standing)) for p in found.points] == [
        ("intact", "good"),
        ("signed", "note"),
        ("judged", "unknown"),
        ("tool", "good"),
    ]
    assert found.exit_code() == 3


def test_the_manifest_is_written_in_one_form(bundle: bytes) -> None:
    opened = open_bundle(bundle)
    assert encode_manifest(opened.manifest) == opened.manifest_octets
    assert opened.faults == ()
