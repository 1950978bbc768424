"""What the evidence says of itself and nobody but its writer vouches for: the seal, the permission, a service on the real internet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfaudit.case import Approval, Case, Target
from selfaudit.case.file import CaseApproval, CaseFile, encode_case, parse_case
from selfaudit.case.model import HOSTED, Seal, Selector
from selfaudit.cli.app import run
from selfaudit.engine import Audit, judge_evidence, seals
from selfaudit.engine.draft_case import departures
from selfaudit.engine.evidence import Record, SentTo, encode_evidence
from selfaudit.engine.requirements import readiness_of
from selfaudit.engine.seals import sign_case
from selfaudit.facts import Request
from selfaudit.facts.exposure import TcpPorts
from selfaudit.facts.zone import ZoneTransfers
from selfaudit.policy.checked import approvals_count
from selfaudit.policy.model import TrustedKey
from selfaudit.policy.packs import pack_for
from selfaudit.report.bundle import claims, make_bundle, verify_bundle
from selfaudit.report.bundle.model import Point, Verification
from selfaudit.report.loading import load_audit
from tests.checks.build import yes
from tests.report.bundle.build import DOMAIN, KEY, NOW, OTHER, small_audit, small_bundle, small_evidence, stub_reports, verified

PROVIDER = "ofsecman.io"
OWNER = "The abuse desk"


@pytest.fixture(autouse=True)
def _stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    stub_reports(monkeypatch)
    monkeypatch.setattr(seals, "_vouched", {})


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk whose pack vouches for OTHER."""
    pack = pack_for(PROVIDER)
    assert pack is not None
    trusting = replace(pack, keys=(TrustedKey("desk", OTHER.public().text(), OWNER),))
    for module in (seals, claims):
        monkeypatch.setattr(module, "pack_for", lambda provider: pack_for(provider) if provider == "demo" else trusting)


def case_file(**fields: Any) -> bytes:
    given = {"number": "T-1", "provider": PROVIDER, "targets": (DOMAIN,), **fields}
    return encode_case(CaseFile(schema="selfaudit/case/1", **given))


def case_of(**fields: Any) -> Case:
    given = {"targets": (Target("domain", DOMAIN),), "number": "T-1", "provider": PROVIDER, **fields}
    return Case(**given)


def claimed(data: bytes, state: Any = "trusted", **fields: Any) -> Seal:
    given = {"key": OTHER.public().name, "owner": OWNER, "sha256": hashlib.sha256(data).hexdigest(), **fields}
    return Seal(state, **given)


def verification(case: Case, data: bytes = b"", signature: str = "") -> Verification:
    return verified(small_bundle(small_audit(case), case_file=data, case_signature=signature))


def point(found: Verification, name: str) -> Point:
    return next(p for p in found.points if p.name == name)


def standing(found: Verification, name: str) -> str:
    return str(point(found, name).standing)


def test_a_seal_that_is_only_claimed_is_bad() -> None:
    data = case_file()
    unsigned = verification(case_of(seal=claimed(data)), data)
    assert (standing(unsigned, "case"), unsigned.exit_code()) == ("bad", 1)
    assert "the file has no such signature" in point(unsigned, "case").text
    assert standing(verification(case_of(seal=claimed(data)), data, "nonsense"), "case") == "bad"
    unknown = verification(case_of(seal=claimed(data)), data, sign_case(data, OTHER, "x"))
    assert (standing(unknown, "case"), unknown.exit_code()) == ("unknown", 3)
    assert standing(verification(case_of(seal=claimed(data))), "case") == "bad"
    assert standing(verification(case_of(seal=Seal("unknown-key", "AB", sha256="0" * 64))), "case") == "unknown"


@pytest.mark.usefixtures("desk")
def test_another_owner_than_the_pack_names_is_not_believed() -> None:
    data = case_file()
    signature = sign_case(data, OTHER, "x")
    true = seals.seal_of(data, signature, PROVIDER, (Target("domain", DOMAIN),))
    assert standing(verification(case_of(seal=true), data, signature), "case") == "good"
    other = verification(case_of(seal=replace(true, owner="Somebody else")), data, signature)
    assert standing(other, "case") == "unknown"


def approving() -> tuple[bytes, Case]:
    data = case_file(exceptions=(CaseApproval("mail.tls-rpt", "REF-1"),))
    return data, case_of(exceptions=(Approval("mail.tls-rpt", "", "REF-1"),), seal=claimed(data))


def test_everything_is_judged_with_the_seal_that_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    data, case = approving()
    asked: list[Seal | None] = []

    def noting(audit: Audit, now: float | None = None) -> Any:
        asked.append(audit.evidence.case.seal)
        return readiness_of(audit, now)

    from selfaudit.report.bundle import verify as module

    monkeypatch.setattr(module, "readiness_of", noting)
    bundle = make_bundle(small_audit(case), key=KEY, made=NOW, case_file=data)
    found = verify_bundle(bundle, name="bundle.zip", now=NOW + 60)
    unsigned = Seal("unsigned", sha256=hashlib.sha256(data).hexdigest())
    assert asked == [unsigned]
    assert found.audit is not None
    assert found.audit.evidence.case.seal == unsigned
    assert not approvals_count(found.audit.evidence.case)
    alone = verify_bundle(make_bundle(small_audit(case), key=KEY, made=NOW), name="bundle.zip", now=NOW + 60)
    assert alone.audit is not None
    assert alone.audit.evidence.case.seal is None


def test_results_that_lean_on_a_seal_are_not_called_right(monkeypatch: pytest.MonkeyPatch) -> None:
    data, case = approving()
    found = verification(case, data)
    assert standing(found, "judged") == "unknown"
    assert "leans on the provider's signature" in point(found, "judged").text
    assert standing(verification(replace(case, seal=None), data), "judged") == "good"


def test_a_saved_seal_is_proven_by_the_file_alone(tmp_path: Path) -> None:
    data, case = approving()
    audit = small_audit(case)
    (tmp_path / "evidence.json").write_bytes(encode_evidence(audit.evidence))
    loaded = load_audit(tmp_path).evidence.case.seal
    assert loaded is not None
    assert (loaded.state, loaded.key, loaded.owner) == ("unknown-key", OTHER.public().name, "")
    bundle = tmp_path / "x.zip"
    bundle.write_bytes(small_bundle(audit))
    assert load_audit(bundle).evidence.case.seal == loaded
    bundle.write_bytes(small_bundle(audit, case_file=data))
    assert load_audit(bundle).evidence.case.seal == Seal("unsigned", sha256=claimed(data).sha256)


@pytest.mark.usefixtures("desk")
def test_a_saved_seal_stays_where_its_file_lies_in_the_bundle_beside(tmp_path: Path) -> None:
    data = case_file()
    signature = sign_case(data, OTHER, "x")
    true = seals.seal_of(data, signature, PROVIDER, (Target("domain", DOMAIN),))
    seals._vouched.clear()
    audit = small_audit(case_of(seal=true))
    (tmp_path / "evidence.json").write_bytes(encode_evidence(audit.evidence))
    alone = load_audit(tmp_path).evidence.case.seal
    assert alone is not None
    assert alone.state == "unknown-key"
    (tmp_path / "bundle.zip").write_bytes(small_bundle(audit, case_file=data, case_signature=signature))
    assert load_audit(tmp_path).evidence.case.seal == true


def test_judging_again_believes_no_seal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _data, case = approving()
    path = tmp_path / "evidence.json"
    path.write_bytes(encode_evidence(small_audit(case).evidence))
    run(["judge", str(path), "--json", "-"])
    assert json.loads(capfd.readouterr().out)["case"]["seal"]["state"] == "unknown-key"


@pytest.mark.parametrize(
    ("told", "has", "words"),
    [
        ({}, {"targets": (Target("domain", DOMAIN, HOSTED),)}, "which domains are only hosted"),
        ({"hosted": ("b.net",)}, {}, "which domains are only hosted"),
        ({}, {"purpose": "onboarding"}, "what it is for"),
        ({"deadline": "2026-12-01"}, {"deadline": "2027-12-01"}, "the deadline"),
        ({"suspended": "2026-11-13"}, {}, "since when the service is suspended"),
        ({"service": "VPS 7"}, {"service": "VPS 8"}, "which service it is about"),
        ({"bulk": "yes"}, {"bulk": "no"}, "whether bulk mail is sent"),
        ({"shared": "yes"}, {}, "whether the platform is shared with others"),
        ({"sending_ips": ("9.9.9.9",)}, {"targets": (Target("domain", DOMAIN), Target("address", "9.9.9.9"))}, "addresses that send mail"),
        ({"selectors": (f"mail@{DOMAIN}",)}, {"selectors": (Selector("other", DOMAIN),)}, "the DKIM selectors"),
    ],
)  # fmt: skip
def test_what_departs_from_the_case_file_is_named(told: Any, has: Any, words: str) -> None:
    data = case_file(**told)
    found = verification(case_of(**has), data)
    assert standing(found, "case") == "bad"
    assert words in point(found, "case").details[0]


def test_what_a_case_file_leaves_open_is_the_customer_s() -> None:
    data = case_file(
        selectors=("mail", f"news@{DOMAIN}"),
        sending_ips=("9.9.9.9",),
        hosted=("b.net", DOMAIN),
        suspended="2026-11-13T10:00:00+02:00",
    )
    case = case_of(
        targets=(Target("domain", DOMAIN), Target("address", "9.9.9.9"), Target("domain", "b.net", HOSTED)), sending_ips=("9.9.9.9", "9.9.9.10"),
        selectors=(Selector("mail"), Selector("news", DOMAIN, "message"), Selector("x", DOMAIN)), suspended="2026-11-13T08:00:00Z",
        deadline="2026-12-01", service="VPS", bulk="yes", shared="no",
    )  # fmt: skip
    assert departures(case, CaseFile(schema="selfaudit/case/1", number="T-1", provider=PROVIDER)) == ()
    assert departures(case, parse_case(data)) == ()


def test_a_laboratory_shows_nothing_about_a_real_service() -> None:
    lab = small_evidence(case_of(laboratory=True))
    found = verified(small_bundle(Audit(lab, judge_evidence(lab))))
    assert (standing(found, "case"), found.exit_code()) == ("unknown", 3)
    assert "It was made in a laboratory" in point(found, "case").text
    seen = replace(small_evidence(case_of()), vantage=replace(lab.vantage, laboratory=True))
    assert standing(verified(small_bundle(Audit(seen, judge_evidence(seen)))), "case") == "unknown"


@pytest.mark.parametrize(
    "fields",
    [
        {"targets": (Target("domain", "blumenhof.example"),)},
        {"targets": (Target("domain", DOMAIN), Target("address", "198.51.100.25"))},
        {"sending_ips": ("203.0.113.80",)},
    ],
)
def test_what_is_nobody_s_is_no_real_service(fields: Any) -> None:
    found = verification(case_of(**fields))
    assert standing(found, "case") == "bad"
    assert "nobody's on the internet" in point(found, "case").text
    assert standing(verification(case_of()), "case") == "note"


PORTS = TcpPorts("9.9.9.9", ())
ZONE = ZoneTransfers(DOMAIN, (), yes(DOMAIN, "NS", "ns1.shop.net."))
ADDRESS = ZoneTransfers(DOMAIN, (), yes(f"www.{DOMAIN}", "A", "9.9.9.9"))
STATED = "stated: Maria Blum, owner"


def probed(subject: str, fact: Any, **fields: Any) -> Point:
    evidence = small_evidence(case_of(targets=(Target("domain", DOMAIN), Target("address", "9.9.9.9"))))
    kept = tuple(r for r in evidence.records if (r.request.kind, r.request.subject) != (fact.kind, subject))
    record = Record("a1", Request(fact.kind, subject), evidence.started, 1, fact)
    evidence = replace(evidence, records=(*kept, record), **fields)
    return point(verified(small_bundle(Audit(evidence, judge_evidence(evidence)))), "authority")


def test_what_was_probed_without_permission_is_bad() -> None:
    assert str(probed("9.9.9.9", PORTS).standing) == "bad"
    assert probed("9.9.9.9", PORTS).details == ("without permission: 9.9.9.9",)
    permitted = {DOMAIN: STATED, "9.9.9.9": STATED}
    assert str(probed("9.9.9.9", PORTS, authority=permitted).standing) == "bad"  # and nothing was sent?
    sent = (SentTo("9.9.9.9", 25, "tcp", "TCP connection without data", 1, STATED),)
    assert str(probed("9.9.9.9", PORTS, authority=permitted, sent=sent).standing) == "note"
    assert str(probed("9.9.9.9", PORTS, authority={DOMAIN: STATED}, sent=sent).standing) == "bad"
    assert str(probed(DOMAIN, ZONE).standing) == "bad"
    assert str(probed(DOMAIN, ZONE, authority=permitted).standing) == "note"


@pytest.mark.usefixtures("desk")
def test_every_address_that_was_contacted_is_accounted_for() -> None:
    data = case_file()
    signature = sign_case(data, OTHER, "x")
    words = f"proven: case file signed by {OWNER} ({OTHER.public().name})"

    def asked(*contacts: SentTo, signed: bool = True) -> Point:
        evidence = small_evidence(case_of())
        address = Record("a1", Request("dns.transfer", DOMAIN), evidence.started, 1, ADDRESS)
        evidence = replace(evidence, records=(*evidence.records, address), authority={DOMAIN: words}, sent=contacts)
        audit = Audit(evidence, judge_evidence(evidence))
        return point(
            verified(small_bundle(audit, case_file=data if signed else b"", case_signature=signature if signed else "")),
            "authority",
        )

    own = SentTo("9.9.9.9", 443, "tcp", "x", 1, words)
    strange = SentTo("149.112.112.112", 443, "tcp", "x", 1, words)
    assert str(asked(own).standing) == "good"
    found = asked(own, strange)
    assert str(found.standing) == "note"
    assert f"permission for 149.112.112.112: {words}" in found.details
    assert str(asked(own, signed=False).standing) == "bad"


def test_a_permission_by_a_case_file_needs_one_that_is_trusted_here() -> None:
    data = case_file()
    words = f"proven: case file signed by {OWNER} ({OTHER.public().name})"
    evidence = replace(small_evidence(case_of()), authority={DOMAIN: words})
    audit = Audit(evidence, judge_evidence(evidence))
    assert standing(verified(small_bundle(audit)), "authority") == "bad"
    assert standing(verified(small_bundle(audit, case_file=data)), "authority") == "bad"
    unknown = small_bundle(audit, case_file=data, case_signature=sign_case(data, OTHER, "x"))
    assert standing(verified(unknown), "authority") == "unknown"
