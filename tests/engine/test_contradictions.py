"""Evidence that no run makes: two answers to one question, facts under another's name, and more than any audit has."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from selfaudit.engine.evidence import Contradiction, decode_evidence, encode_evidence
from selfaudit.engine.subjects import FIELDS, LISTED, NOBODY, ZONES, about_another
from selfaudit.errors import BadInput
from selfaudit.facts import fact_types
from selfaudit.facts.mail import TlsReporting
from selfaudit.facts.zone import NameSurvey, ZoneTransfers
from tests.checks.build import no
from tests.report.bundle.build import DOMAIN, small_evidence

Table = dict[str, Any]


def changed(change: Callable[[Table], object]) -> bytes:
    table = json.loads(encode_evidence(small_evidence()))
    change(table)
    return json.dumps(table).encode()


def first(table: Table) -> Table:
    record: Table = next(r for r in table["records"] if r["request"]["kind"] == "mail.tls-rpt")
    return record


def test_every_kind_of_fact_says_what_it_is_about_or_names_nobody() -> None:
    tables = [*FIELDS, *ZONES, *LISTED, *NOBODY]
    assert sorted(tables) == sorted(fact_types())
    for table in (FIELDS, ZONES, LISTED):
        for kind, field in table.items():
            assert field.partition(".")[0] in fact_types()[kind].__dataclass_fields__, kind  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("subject", "zone", "other"),
    [
        ("a.shop.test", "a.shop.test", False), ("a.shop.test", "shop.test", False), ("a.shop.test", "test", True), ("a.shop.test", ".", True),
        ("shop.test", "a.shop.test", True), ("shop.test", "b.test", True),
    ],
)  # fmt: skip
def test_a_zone_lies_between_the_domain_and_its_registered_domain(subject: str, zone: str, other: bool) -> None:
    assert about_another(ZoneTransfers(zone, (), no("x.test", "NS")), subject) is other


def test_the_names_of_a_survey_begin_with_the_domain() -> None:
    assert not about_another(NameSurvey(("shop.test", "www.shop.test"), ()), "shop.test")
    assert about_another(NameSurvey(("www.shop.test", "shop.test"), ()), "shop.test")
    assert about_another(NameSurvey((), ()), "shop.test")
    assert about_another(TlsReporting("b.test", no("b.test", "TXT")), "shop.test")


def test_a_fact_under_another_name_is_refused() -> None:
    with pytest.raises(Contradiction, match=f"filed under {DOMAIN} was seen of another target: mail.tls-rpt"):
        decode_evidence(changed(lambda t: first(t)["fact"].update(domain="clean.test")))


def test_two_answers_to_one_question_are_refused() -> None:
    with pytest.raises(Contradiction, match=f"two records answer the same question: mail.tls-rpt {DOMAIN}"):
        decode_evidence(changed(lambda t: t["records"].append({**first(t), "id": "e999"})))
    with pytest.raises(Contradiction, match="two records have the same id"):
        decode_evidence(changed(lambda t: t["records"].append(first(t))))


def test_more_targets_than_any_audit_has() -> None:
    def many(table: Table) -> None:
        table["targets"] += [{"kind": "domain", "value": f"d{n}.test", "origin": "mx"} for n in range(1_500)]

    with pytest.raises(BadInput, match="larger than that of any audit"):
        decode_evidence(changed(many))


def test_what_does_not_belong_into_a_fact_takes_no_room() -> None:
    data = changed(lambda t: first(t)["fact"].update(zz=[]))
    junk = data.replace(b'"zz": []', b'"zz": [' + b"[]," * 1_000_000 + b"[]]")
    assert len(junk) > 3_000_000
    tracemalloc.start()
    try:
        evidence = decode_evidence(junk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert evidence == small_evidence()
    assert peak < 10_000_000
