"""What a desk asks of a bundle that nobody has changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Case, EvidenceFile, Target
from selfaudit.case.file import CaseFile, encode_case
from selfaudit.case.model import Seal
from selfaudit.case.statement import Answer, Measure, Statement
from selfaudit.demo import DEMO_KEY
from selfaudit.engine import Audit, judge_evidence, seals
from selfaudit.engine.evidence import SentTo
from selfaudit.engine.seals import sign_case
from selfaudit.errors import UserError
from selfaudit.policy.model import TrustedKey
from selfaudit.policy.packs import pack_for
from selfaudit.report.bundle import claims
from selfaudit.report.bundle.drawing import policy_hash
from selfaudit.report.bundle.make import Attachment, attachments_beside, safe_name, sign_bundle, wanted_files
from selfaudit.report.bundle.model import Point, Verification
from selfaudit.report.bundle.read import attachments_of, audit_of, before_of, case_file_of, open_bundle
from tests.report.bundle.build import (
    DOMAIN,
    KEY,
    NOW,
    OTHER,
    contents_of,
    forged,
    points,
    small_audit,
    small_bundle,
    small_evidence,
    stub_reports,
    verified,
)

LOG = b"2026-11-10T01:02:03Z somebody logged in\n"
FILE = EvidenceFile("server log.txt", hashlib.sha256(LOG).hexdigest(), len(LOG))


@pytest.fixture(autouse=True)
def _stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    stub_reports(monkeypatch)


def point(found: Verification, name: str) -> Point:
    return next(p for p in found.points if p.name == name)


def with_case(**fields: object) -> Audit:
    return small_audit(Case((Target("domain", DOMAIN),), **{"number": "T-1", **fields}))  # type: ignore[arg-type]


def test_the_same_input_gives_the_same_octets() -> None:
    assert small_bundle() == small_bundle()
    assert small_bundle(made=NOW + 0.9) == small_bundle()
    assert small_bundle(made=NOW + 1) != small_bundle()


def test_the_order_of_the_points_is_fixed() -> None:
    names = ["intact", "complete", "signed", "judged", "statement", "case", "policy", "age", "targets", "authority", "tool"]
    assert [p.name for p in verified(small_bundle()).points] == names


def test_what_is_in_it_comes_back() -> None:
    said = Statement(summary="An account was taken over.", proof=(FILE,), name="Maria Blum", signed="2026-11-18", number="T-1")
    before = small_audit(at="2026-11-10T10:00:00Z")
    data = small_bundle(
        replace(small_audit(), statement=said), before=before, attachments=(Attachment(FILE, LOG),), language="de"
    )
    opened = open_bundle(data)
    assert list(opened.files) == [
        "report.pdf", "report.html", "audit.json", "evidence.json", "statement.json", "before/evidence.json",
        "attachments/01-server-log.txt", "README.txt",
    ]  # fmt: skip
    assert (opened.manifest.language, opened.manifest.made, opened.manifest.lacking) == ("de", "2026-11-18T11:06:40Z", ())
    assert audit_of(opened).statement == said
    assert audit_of(opened).results == small_audit().results
    earlier = before_of(opened)
    assert earlier is not None
    assert earlier.evidence == before.evidence
    assert attachments_of(opened) == (Attachment(replace(FILE, name="server-log.txt"), LOG),)
    assert before_of(open_bundle(small_bundle())) is None
    assert case_file_of(opened) == (b"", "")


def test_attachments_are_the_files_that_were_named(tmp_path: Path) -> None:
    audit = replace(
        small_audit(), statement=Statement(answers=(Answer("x", "y", (FILE,)),), measures=(Measure("m", files=(FILE,)),))
    )
    assert wanted_files(audit) == (FILE,)
    with pytest.raises(UserError, match="not the file that the statement names"):
        small_bundle(audit, attachments=(Attachment(FILE, LOG + b"more"),))
    found = verified(small_bundle(audit))
    assert str(point(found, "complete").standing) == "unknown"
    assert "server log.txt" in point(found, "complete").details[0]
    assert [f.name for f in open_bundle(small_bundle(audit)).manifest.lacking] == ["server log.txt"]
    (tmp_path / "server log.txt").write_bytes(b"another")
    assert attachments_beside(wanted_files(audit), tmp_path) == ()
    (tmp_path / "server log.txt").write_bytes(LOG)
    beside = attachments_beside((*wanted_files(audit), replace(FILE, name="../server log.txt")), tmp_path)
    assert beside == (Attachment(FILE, LOG),)
    (tmp_path / "there").symlink_to(tmp_path / "server log.txt")
    assert attachments_beside((replace(FILE, name="there"),), tmp_path) == ()
    assert points(small_bundle(audit, attachments=beside))["complete"] == "good"
    extra = small_bundle(attachments=beside)
    assert "nothing names them" in " ".join(point(verified(extra), "complete").details)
    assert verified(extra).exit_code() == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.log", "a.log"), ("../../etc/passwd", "etc-passwd"), ("C:\\x\\y.txt", "C-x-y.txt"), ("\u202egpj.exe", "gpj.exe"), ("", "file"),
        ("...", "file"), ("Übersicht März.pdf", "Ubersicht-Marz.pdf"), ("x" * 200 + ".png", "x" * 56 + ".png"), ("日本.txt", "file.txt"),
        ("a" * 200, "a" * 60), ("x.tar.gz", "x.tar.gz"), (".htaccess", "file.htaccess"), ("a\x00b", "a-b"),
    ],
)  # fmt: skip
def test_names_of_attachments(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_run_that_is_not_whole() -> None:
    evidence = small_evidence()
    stopped = replace(evidence, interrupted=True)
    assert points(small_bundle(Audit(stopped, judge_evidence(stopped))))["complete"] == "bad"
    only = with_case(only=("mail",))
    found = point(verified(small_bundle(only)), "complete")
    assert (str(found.standing), found.details[0]) == ("unknown", "Only these checks were asked for: mail")
    skip = point(verified(small_bundle(with_case(skip=("dns.caa", "web")))), "complete")
    assert skip.details[0] == "These checks were left out: dns.caa, web"
    less = replace(evidence, records=evidence.records[:3])
    assert "is not in the evidence" in " ".join(point(verified(small_bundle(Audit(less, ()))), "complete").details)


def test_the_key_of_the_demo_shows_nothing() -> None:
    found = point(verified(small_bundle(key=DEMO_KEY)), "signed")
    assert (str(found.standing), "which everybody has" in found.text) == ("unknown", True)
    assert points(small_bundle(with_case(demo="fixed"), key=DEMO_KEY))["signed"] == "note"


def test_a_signature_beside() -> None:
    data = small_bundle()
    assert verified(data, beside=sign_bundle(data, KEY)).exit_code() == 0
    assert points(data, beside=sign_bundle(data + b" ", KEY)) == {"intact": "bad"}
    assert points(data, beside="(no signature)") == {"intact": "bad"}
    strange = verified(data, beside=sign_bundle(data, OTHER))
    assert "not known here" in point(strange, "signed").details[0]
    unsigned = small_bundle(key=None)
    assert points(unsigned, beside=sign_bundle(unsigned, KEY), key=KEY.public())["signed"] == "bad"


@pytest.mark.parametrize(
    ("said", "standing", "words"),
    [
        (None, "note", "There is no statement"),
        (Statement(summary="x"), "note", "a draft"),
        (
            Statement(name="Maria Blum", role="owner", signed="2026-11-18", number="T-1", policy="ofsecman"),
            "good",
            "Maria Blum, owner",
        ),
        (Statement(name="Maria Blum", signed="2026-11-18"), "note", "Maria Blum"),
        (Statement(name="Maria Blum", signed="2026-11-18", number="T-2"), "bad", "does not belong"),
        (Statement(name="Maria Blum", signed="2026-11-18", number="T-1", policy="demo"), "bad", "does not belong"),
        (Statement(signed="2026-11-18", number="T-1"), "note", "nobody has signed"),
    ],
)
def test_the_statement(said: Statement | None, standing: str, words: str) -> None:
    found = point(verified(small_bundle(replace(with_case(provider="ofsecman.io"), statement=said))), "statement")
    assert str(found.standing) == standing
    assert words in found.text


def case_file(**fields: object) -> bytes:
    given = {"number": "T-1", "provider": "demo", "targets": (DOMAIN,), "demo": "fixed", **fields}
    return encode_case(CaseFile(schema="selfaudit/case/1", **given))  # type: ignore[arg-type]


def sealed(data: bytes, signature: str, **fields: object) -> Verification:
    case = {"provider": "demo", "demo": "fixed", "laboratory": True, **fields}
    return verified(small_bundle(with_case(**case), case_file=data, case_signature=signature, key=DEMO_KEY))


def test_the_case_file_is_checked_here() -> None:
    data = case_file()
    signature = sign_case(data, DEMO_KEY, "2026-11-17T00:00:00Z")
    good = sealed(data, signature)
    # It fits; and whoever reads it must see that it is a demo.
    assert (str(point(good, "case").standing), good.exit_code()) == ("note", 0)
    assert "has signed (key" in point(good, "case").text
    assert "demo of an invented internet" in point(good, "case").details[0]
    assert str(point(sealed(data, ""), "case").standing) == "note"
    assert str(point(sealed(data, sign_case(data, OTHER, "x")), "case").standing) == "unknown"
    assert str(point(sealed(data, "nonsense"), "case").standing) == "unknown"
    assert str(point(sealed(data.replace(b"T-1", b"T-9"), signature, number="T-9"), "case").standing) == "bad"
    # What the evidence claims about the seal counts for nothing.
    claimed = Seal("trusted", "0" * 16, "The provider", "", hashlib.sha256(data).hexdigest(), (Target("domain", DOMAIN),))
    assert str(point(sealed(data, "", seal=claimed), "case").standing) == "bad"
    alone = verified(small_bundle(with_case(provider="demo", seal=claimed)))
    assert str(point(alone, "case").standing) == "bad"
    other = sealed(data, signature, seal=replace(claimed, sha256="0" * 64))
    assert str(point(other, "case").standing) == "unknown"


def test_the_demo_s_key_vouches_for_no_real_case() -> None:
    data = case_file(demo="")
    found = sealed(data, sign_case(data, DEMO_KEY, "x"), demo="", laboratory=False)
    assert str(point(found, "case").standing) == "unknown"


def test_a_demo_of_a_real_provider_is_none() -> None:
    assert points(small_bundle(with_case(provider="ofsecman.io", demo="fixed")))["case"] == "bad"
    assert points(small_bundle(with_case(provider="demo", demo="elsewhere")))["case"] == "bad"
    assert points(small_bundle(with_case(provider="demo", demo="fixed")))["case"] == "note"


def test_a_case_file_that_the_provider_has_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = pack_for("ofsecman.io")
    assert pack is not None
    trusting = replace(pack, keys=(TrustedKey("desk", OTHER.public().text(), "The abuse desk"),))
    for module in (seals, claims):
        monkeypatch.setattr(module, "pack_for", lambda provider: pack_for(provider) if provider == "demo" else trusting)
    data = case_file(demo="", provider="ofsecman.io")
    found = sealed(data, sign_case(data, OTHER, "x"), demo="", laboratory=False, provider="ofsecman.io")
    assert str(point(found, "case").standing) == "good"
    assert "The abuse desk has signed" in point(found, "case").text
    tampered = sealed(
        data.replace(b"T-1", b"T-2"),
        sign_case(data, OTHER, "x"),
        demo="",
        laboratory=False,
        number="T-2",
        provider="ofsecman.io",
    )
    assert str(point(tampered, "case").standing) == "bad"


def test_what_the_case_file_asks_for_must_be_there() -> None:
    more = case_file(targets=(DOMAIN, "b.test"))
    found = sealed(more, sign_case(more, DEMO_KEY, "x"))
    assert found.missing == ("b.test",)
    assert str(point(found, "targets").standing) == "bad"
    assert found.exit_code() == 1
    cited = case_file(cited=("B-4.4",), steps=("Change all passwords",))
    found = sealed(cited, sign_case(cited, DEMO_KEY, "x"))
    assert str(point(found, "case").standing) == "bad"
    assert "the clauses that were broken, the steps that are demanded" in point(found, "case").details[1]
    wrong = case_file(number="T-5")
    assert str(point(sealed(wrong, sign_case(wrong, DEMO_KEY, "x")), "case").standing) == "bad"


def test_authority() -> None:
    evidence = replace(
        small_evidence(),
        authority={DOMAIN: "stated: Maria Blum, owner"},
        sent=(SentTo("192.0.2.1", 25, "tcp", "x", 1, "stated: Maria Blum, owner"),),
    )
    found = point(verified(small_bundle(Audit(evidence, ()))), "authority")
    assert (str(found.standing), found.details) == (
        "note",
        (f"permission for {DOMAIN}, 192.0.2.1: stated: Maria Blum, owner",),
    )
    proven = replace(evidence, authority={DOMAIN: "proven: TXT record x"}, sent=())
    found = point(verified(small_bundle(Audit(proven, ()))), "authority")
    assert "said to have been proven" in found.text
    data = case_file()
    signature = sign_case(data, DEMO_KEY, "x")
    case = with_case(provider="demo", demo="fixed", laboratory=True).evidence.case
    owner = next(k.owner for k in pack_for("demo").keys)  # type: ignore[union-attr]
    words = f"proven: case file signed by {owner} ({DEMO_KEY.public().name})"
    signed = replace(small_evidence(case), authority={DOMAIN: words})
    covered = small_bundle(Audit(signed, ()), case_file=data, case_signature=signature, key=DEMO_KEY)
    assert points(covered)["authority"] == "good"
    more = replace(signed, authority={DOMAIN: words, "192.0.2.9": words})
    assert points(small_bundle(Audit(more, ()), case_file=data, case_signature=signature, key=DEMO_KEY))["authority"] == "note"
    assert points(small_bundle(Audit(signed, ())))["authority"] == "bad"


def test_age() -> None:
    data = small_bundle()
    assert points(data, now=NOW)["age"] == "good"
    assert points(data, now=NOW + 6.9 * 86_400)["age"] == "good"
    late = verified(data, now=NOW + 8 * 86_400)
    assert (str(point(late, "age").standing), late.exit_code()) == ("unknown", 3)
    assert (late.oldest, late.newest) == ("2026-11-18T10:00:00Z", "2026-11-18T10:00:00Z")
    assert points(data, now=NOW - 86_400)["age"] == "unknown"
    assert points(small_bundle(made=NOW - 10 * 86_400))["age"] == "bad"


def test_readiness_is_that_of_today() -> None:
    data = small_bundle(with_case(provider="ofsecman.io"))
    assert verified(data).ready is False
    assert verified(small_bundle()).ready is None


def test_targets() -> None:
    hidden = replace(small_evidence(), targets=())
    found = verified(small_bundle(Audit(hidden, ())))
    assert found.missing == (DOMAIN,)
    assert str(point(found, "targets").standing) == "bad"
    left = replace(small_evidence(), left_out=3)
    found = verified(small_bundle(Audit(left, ())))
    assert (str(point(found, "targets").standing), found.exit_code()) == ("unknown", 3)


def test_the_hash_of_a_policy_sees_every_clause() -> None:
    pack = pack_for("demo")
    assert pack is not None
    other = replace(pack, clauses=(replace(pack.clauses[0], quote="Everything is allowed."), *pack.clauses[1:]))
    assert policy_hash(other) != policy_hash(pack)
    assert policy_hash(replace(pack, keys=())) == policy_hash(pack)
    assert policy_hash(replace(pack, parameters=replace(pack.parameters, proof_hours=999))) != policy_hash(pack)
    assert policy_hash(replace(pack, prefixes=())) != policy_hash(pack)


def test_marks_go_with_the_audit() -> None:
    from selfaudit.findings import Mark

    marks = (Mark("mail.spf", "domain", DOMAIN, "", planned="2026-12-01"),)
    data = small_bundle(replace(small_audit(), marks=marks))
    assert audit_of(open_bundle(data)).marks == marks
    assert json.loads(contents_of(data)["audit.json"])["marks"][0]["planned"] == "2026-12-01"
    assert points(data)["judged"] == "good"


def test_a_statement_that_names_a_path_reads_nothing() -> None:
    data = small_bundle(replace(small_audit(), statement=Statement(summary="x")))

    def change(files: dict[str, bytes]) -> None:
        files["statement.json"] = files["statement.json"].replace(b'"proof": []', b'"proof": ["/etc/passwd"]')

    assert contents_of(forged(data, change))["statement.json"].count(b"/etc/passwd") == 1
    assert points(forged(data, change))["judged"] == "unknown"
