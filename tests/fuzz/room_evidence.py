"""Saved audits and bundles: anybody may have edited them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from unittest import mock

import msgspec

from selfaudit.case import Target as Target_
from selfaudit.checks import all_checks
from selfaudit.engine import judge_evidence
from selfaudit.engine.evidence import Contradiction, Record, decode_evidence, encode_evidence
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Request, fact_types
from selfaudit.findings import Outcome, Severity
from selfaudit.policy import Policy
from selfaudit.protocols.bounded_json import loads
from selfaudit.report.bundle import archive, judged, make
from selfaudit.report.bundle.judged import table_of
from selfaudit.report.bundle.read import (
    attachments_of,
    audit_of,
    before_of,
    case_file_of,
    open_bundle,
    read_manifest,
    statement_in,
)
from selfaudit.report.bundle.verify import verify_bundle
from selfaudit.report.json import read_marks
from tests.fuzz.target import Target, allowed, octets
from tests.report.bundle.build import DOMAIN, FINISHED, NOW, small_audit, small_bundle, small_evidence


def _evidence(data: bytes) -> None:
    """Reads, judges and writes evidence; nothing that stands in it keeps the other results from being there."""
    read = decode_evidence(data)
    assert decode_evidence(encode_evidence(read)) == read
    for result in judge_evidence(read):
        assert result.outcome in tuple(Outcome)


def _fact(data: bytes) -> None:
    """A single fact as anybody may have put it into evidence: every rule gives a result, and one that fails over it is no pass."""
    kind, _mark, text = data.partition(b"\n")
    known = fact_types().get(kind.decode("latin-1"))
    if known is None:
        return
    try:
        fact = msgspec.json.decode(text, type=known)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    record = Record("e1", Request(known.kind, DOMAIN), FINISHED, 5, fact)
    try:
        again = decode_evidence(encode_evidence(replace(small_evidence(), records=(record,))))
        assert again.records[0].fact == fact
    except Contradiction:
        return  # it is about another target than the one it is filed under
    for check in all_checks().values():
        if check.spec.needs == (known,):
            for target in (Target_("domain", DOMAIN), Target_("address", "192.0.2.1")):
                result = judge_one(check, target, [record], Policy())
                assert result.reason or result.findings
                assert result.outcome is not Outcome.PASS or any(
                    check.messages[f.tag].severity is Severity.GOOD for f in result.findings
                )


@contextlib.contextmanager
def _undrawn() -> Iterator[None]:
    """Reports that take no time to draw, as the tests of bundles have them; for as long as this lasts."""

    def draw(*_given: object, **_named: object) -> dict[str, bytes]:
        return {"report.pdf": b"%PDF x", "report.html": b"<p>x", "README.txt": b"see"}

    with mock.patch.object(make, "draw", draw), mock.patch.object(judged, "draw", draw):
        yield


@cache
def _genuine() -> bytes:
    with _undrawn():
        return small_bundle()


@cache
def _unsigned() -> bytes:
    with _undrawn():
        return small_bundle(key=None)


def _bundle(data: bytes) -> None:
    """No octet of a bundle can be changed without being seen."""
    genuine = _genuine()
    with _undrawn():
        found = verify_bundle(data, name="bundle.zip", now=NOW + 60).verification
    good = {p.name for p in found.points if p.standing == "good"}
    if "signed" in good:
        assert data == genuine
    bundle = allowed(open_bundle, data)
    if bundle is not None and not bundle.faults:
        allowed(audit_of, bundle)
        allowed(before_of, bundle)
        case_file_of(bundle)
        attachments_of(bundle)


def _archive(data: bytes) -> None:
    archive.is_archive(data)
    archive.first_name(data)
    members = archive.take_apart(data)
    assert archive.assemble(members) == data
    for raw in members:
        content = allowed(archive.content_of, raw)
        assert content is None or len(content) == raw.size


def _documents(data: bytes) -> None:
    """The other files in a bundle: manifest, results, statement."""
    for reader in (read_manifest, read_marks, table_of, loads, lambda d: statement_in(d, ahead=False)):
        allowed(reader, data)
    table = allowed(table_of, data)
    if table is not None:
        list(judged.differences(table, table_of(_audit())))
        assert [d.where for d in judged.differences(table, table)] == [
            "audit.json"
        ]  # nothing, so it was written in another way


@cache
def _audit() -> bytes:
    from selfaudit.report.json import encode_audit

    return encode_audit(small_audit(), NOW)


def _facts() -> tuple[bytes, ...]:
    """One fact of each kind, as the tables of the checks have them."""
    import importlib
    import pkgutil

    from tests.checks import tables

    found: dict[str, bytes] = {}
    for module in pkgutil.iter_modules(tables.__path__):
        for scenario in importlib.import_module(f"{tables.__name__}.{module.name}").SCENARIOS:
            for fact in scenario.facts:
                encoded = msgspec.json.encode(fact)
                if len(encoded) < 6000 and len(encoded) > len(found.get(fact.kind, b"")):
                    found[fact.kind] = encoded
    return tuple(kind.encode() + b"\n" + text for kind, text in sorted(found.items()))


WORDS = octets(
    "null",
    "true",
    "-1",
    "1e400",
    "[]",
    "{}",
    '""',
    '"answer"',
    '"nxdomain"',
    '"timeout"',
    '"records":[]',
    '"records":["x"]',
    '"192.0.2.1"',
    '"\\ud800"',
    '"::"',
    '"2026-02-30T00:00:00Z"',
    "9223372036854775808",
    '"."',
    '"a..b"',
)
EVIDENCE = encode_evidence(small_evidence())
MANIFEST = open_bundle(_genuine()).manifest_octets

TARGETS = {
    "evidence": Target(_evidence, (EVIDENCE,), WORDS, 60_000, 3.0),
    "fact": Target(_fact, _facts(), WORDS, 12_000, 1.5),
    "bundle": Target(_bundle, (_genuine(), _unsigned()), octets(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"../x", b"\0\0\0\0"), 60_000, 4.0),
    "archive": Target(_archive, (archive.assemble([archive.packed("a.json", b"{}" * 500), archive.packed("b/c.txt", b"x")]),), octets(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff"), 4000),
    "documents": Target(_documents, (MANIFEST, b'{"marks":[]}', json.dumps({"results": [], "requirements": []}).encode(), b'{"schema":"selfaudit/statement/1"}'), WORDS, 20_000, 1.5),
}  # fmt: skip
