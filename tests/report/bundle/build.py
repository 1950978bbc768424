"""Small bundles with reports of few octets, made and verified by the same code as all others; and what somebody could do to them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
import pytest

from selfaudit.case import Case, Target
from selfaudit.case.model import CASE_TARGET
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.evidence import Evidence, NotRun, Record, Tool, Vantage
from selfaudit.engine.judge import needed_keys, pairs
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.mail import TlsReporting
from selfaudit.findings import Contact
from selfaudit.protocols.minisign import SecretKey, sign
from selfaudit.report.bundle import archive, judged, make
from selfaudit.report.bundle.make import UNTRUSTED, encode_manifest, make_bundle
from selfaudit.report.bundle.model import MANIFEST, SIGNATURE, Member, Verification
from selfaudit.report.bundle.read import open_bundle
from selfaudit.report.bundle.verify import verify_bundle
from tests.checks.build import yes

KEY = SecretKey(b"customer", bytes(range(32)))
OTHER = SecretKey(b"stranger", bytes(range(1, 33)))
NOW = 1_795_000_000.0  # 2026-11-18T11:06:40Z
FINISHED = "2026-11-18T10:00:00Z"
CHECK = "mail.tls-rpt"
DOMAIN = "shop.net"
Contents = dict[str, bytes]


def stub_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that take no time to draw, and still depend on what they show."""

    def draw(audit: Audit, *, before: Audit | None, now: float, language: str, key: str, audit_json: bytes) -> Contents:
        seen = f"{hashlib.sha256(audit_json).hexdigest()} {before is not None} {now} {language}".encode()
        return {"report.pdf": b"%PDF " + seen[:8], "report.html": b"<p>" + seen, "README.txt": b"see " + key[-8:].encode()}

    monkeypatch.setattr(make, "draw", draw)
    monkeypatch.setattr(judged, "draw", draw)


def small_evidence(case: Case | None = None, *, at: str = FINISHED) -> Evidence:
    """One fact. Everything else was not done in time, or nobody permitted it."""
    case = case or Case((Target("domain", DOMAIN),), number="T-1")
    fact = TlsReporting(DOMAIN, yes(f"_smtp._tls.{DOMAIN}", "TXT", "v=TLSRPTv1; rua=mailto:t@shop.net"))
    targets = tuple(dict.fromkeys((*case.targets, CASE_TARGET)))
    wanted = {("mail.tls-rpt", DOMAIN): Record("", Request("mail.tls-rpt", DOMAIN), at, 5, fact)}
    for check, target in pairs(case, targets):
        for key in needed_keys(check, target, case):
            if key[0] not in DERIVED and check.spec.contact is not Contact.ACTIVE:
                wanted.setdefault(key, Record("", Request(*key), at, 5, None, ProbeFailure(FailureReason.TIMEOUT)))
    records = tuple(replace(r, id=f"e{n}") for n, r in enumerate(wanted.values(), 1))
    left = tuple(
        NotRun(c.spec.id, t, "nobody has permitted it") for c, t in pairs(case, targets) if c.spec.contact is Contact.ACTIVE
    )
    return Evidence(case, Tool(), at, at, Vantage(), targets, records, left)


def small_audit(case: Case | None = None, *, at: str = FINISHED) -> Audit:
    evidence = small_evidence(case, at=at)
    return Audit(evidence, judge_evidence(evidence))


def small_bundle(audit: Audit | None = None, **given: object) -> bytes:
    arguments = {"key": KEY, "made": NOW, **given}
    return make_bundle(audit or small_audit(), **arguments)  # type: ignore[arg-type]


def verified(data: bytes, **given: object) -> Verification:
    arguments = {"name": "bundle.zip", "now": NOW + 60, **given}
    return verify_bundle(data, **arguments).verification  # type: ignore[arg-type]


def points(data: bytes, **given: object) -> dict[str, str]:
    """Name -> standing of each point."""
    return {p.name: str(p.standing) for p in verified(data, **given).points}


def contents_of(data: bytes) -> Contents:
    return dict(open_bundle(data).files)


def forged(
    data: bytes, change: Callable[[Contents], None], key: SecretKey | None = KEY, manifest: Mapping[str, object] | None = None
) -> bytes:
    """The bundle of somebody who changes its files, then puts right every hash and signs anew."""
    files = contents_of(data)
    change(files)
    raws = [archive.packed(name, content) for name, content in files.items()]
    listed = tuple(
        Member(r.name, hashlib.sha256(files[r.name]).hexdigest(), r.size, hashlib.sha256(r.packed).hexdigest()) for r in raws
    )
    old = open_bundle(data).manifest
    new = msgspec.structs.replace(old, members=listed, key=key.public().text() if key else "", **(manifest or {}))
    octets = encode_manifest(new)
    raws.append(archive.packed(MANIFEST, octets, stored=True))
    if key:
        text = sign(octets, key, trusted="x", untrusted=UNTRUSTED).text()
        raws.append(archive.packed(SIGNATURE, text.encode(), stored=True))
    return archive.assemble(raws)
