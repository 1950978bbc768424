"""Ledgers from files: what is counted, what never comes out, and the drill."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.case import Target
from selfaudit.demo.ledgers import demo_ledgers, ledger_text
from selfaudit.engine.drills import drill_file, finish_drill, read_drills, start_drill
from selfaudit.engine.evidence import Evidence, Record, Tool, Vantage, decode_evidence, encode_evidence
from selfaudit.engine.ledgers import guess_columns, read_ledger, read_ledger_file, save_columns
from selfaudit.errors import BadInput, UserError
from selfaudit.facts import Request
from selfaudit.facts.ledger import LedgerReport

NOW = 1_795_000_000.0  # 2026-11-18
HEAD = "email,source,consent_at,consent_ip,confirm_at,withdrawn_at,last_mailed,last_bounce,bounce_code,last_complaint,status\n"


def read(text: str | bytes, **given: object) -> LedgerReport:
    data = text.encode() if isinstance(text, str) else text
    return read_ledger(io.BytesIO(data), "list.csv", now=NOW, **given)  # type: ignore[arg-type]


def rows(*lines: str) -> LedgerReport:
    return read(HEAD + "".join(line + "\n" for line in lines))


def test_confirmed_is_told_from_what_only_looks_like_it() -> None:
    report = rows(
        "a@shop.test,web,2026-01-01T10:00:01Z,192.0.2.1,2026-01-01T10:05:00Z,,,,,,",
        "b@shop.test,web,2026-01-01T11:00:01Z,192.0.2.1,2026-01-01T11:00:03Z,,,,,,",
        "c@shop.test,web,2026-01-01T12:00:01Z,192.0.2.1,2026-01-01T11:59:59Z,,,,,,",
        "d@shop.test,web,,192.0.2.1,2026-01-01T12:59:59Z,,,,,,",
        "e@shop.test,web,2026-01-01T14:00:01Z,192.0.2.1,,,,,,,",
        "f@shop.test,web,2026-01-02,192.0.2.1,2026-01-02,,,,,,",
    )
    counts = report.counts
    assert (counts.confirmed, counts.instant, counts.before, counts.alone, counts.single, counts.coarse) == (1, 1, 1, 1, 1, 1)
    assert (counts.rows, counts.active, counts.recipients) == (6, 6, 6)
    assert counts.dates_only == 1


def test_three_seconds_are_a_person_and_two_are_not() -> None:
    report = rows(
        "a@shop.test,web,2026-01-01T10:00:01Z,,2026-01-01T10:00:03Z,,,,,,",
        "b@shop.test,web,2026-01-01T10:00:01Z,,2026-01-01T10:00:04Z,,,,,,",
    )
    assert (report.counts.instant, report.counts.confirmed) == (1, 1)


def test_whole_minutes_are_too_coarse_only_where_all_are() -> None:
    one = "a@shop.test,web,2026-01-01T10:00:00Z,,2026-01-01T10:00:00Z,,,,,,"
    assert (rows(one).counts.coarse, rows(one).counts.instant) == (1, 0)
    other = "b@shop.test,web,2026-01-01T10:00:07Z,,2026-01-01T10:05:00Z,,,,,,"
    assert (rows(one, other).counts.coarse, rows(one, other).counts.instant) == (0, 1)


def test_mail_after_no() -> None:
    report = rows(
        "a@shop.test,web,2025-01-01T10:00:00Z,,,2026-01-01T00:00:00Z,2026-01-21T00:00:00Z,,,,",
        "again@shop.test,web,2026-01-05T10:00:00Z,,,2026-01-01T00:00:00Z,2026-01-21T00:00:00Z,,,,",
        "b@shop.test,web,2025-01-01T10:00:00Z,,,,2026-01-21T00:00:00Z,2026-01-01T00:00:00Z,5.1.1,,",
        "s@shop.test,web,2025-01-01T10:00:00Z,,,,2026-01-21T00:00:00Z,2026-01-01T00:00:00Z,4.2.2,,",
        "c@shop.test,web,2025-01-01T10:00:00Z,,,,2026-01-21T00:00:00Z,,,2026-01-01T00:00:00Z,",
        "p@shop.test,web,2025-01-01T10:00:00Z,,,,2026-01-21T00:00:00Z,,,,pending",
    )
    counts = report.counts
    assert counts.mailed_after_withdrawal[20] == 1
    assert sum(counts.mailed_after_withdrawal) == 1
    assert (counts.mailed_after_bounce, counts.mailed_after_complaint, counts.mailed_pending) == (1, 1, 1)
    assert (counts.withdrawn, counts.pending, counts.active, counts.hard_bounces) == (1, 1, 4, 1)


def test_signs() -> None:
    lines = [f"info@shop{i}.test,bought list,2026-01-01T10:00:01Z,10.0.0.1,,,,,,," for i in range(25)]
    lines += [f"r{i}@gmail.com,csv import,2020-01-01T10:{i:02}:01Z,192.0.2.7,,,2020-02-01T00:00:00Z,,,," for i in range(30)]
    counts = (report := rows(*lines, "r1@gmail.com,web,2099-01-01T10:00:00Z,no,,,,,,,")).counts
    assert (counts.identical, counts.identical_top, counts.role_accounts, counts.purchased, counts.imported) == (
        25,
        25,
        25,
        25,
        30,
    )
    assert (counts.inside_ips, counts.bad_ips, counts.shared_ip_rows, counts.ip_top) == (25, 1, 30, 30)
    assert (counts.old, counts.stale, counts.future, counts.duplicates) == (30, 30, 1, 1)
    assert report.domains == {"Gmail": 31, "other": 25}
    assert (report.oldest, report.newest) == ("2020-01-01", "2026-01-01")


def test_empty_words_are_no_proof() -> None:
    counts = read(
        "email,source,consent_text,consent_at,consent_ip,confirmtoken\na@shop.test,NULL,null,0000-00-00 00:00:00,-,none\n"
    ).counts
    assert (counts.bare, counts.proven, counts.sources, counts.text_versions, counts.bad_ips) == (1, 0, 0, 0, 0)


def test_nothing_personal_comes_out() -> None:
    lines = [
        f"anna.meier{i}@kleinefirma{i}.test,referral by anna{i}@x.test,2026-01-01T10:00:0{i}Z,198.51.100.77,2026-01-02T10:00:00Z,,,,,,"
        for i in range(9)
    ]
    few = rows(*lines)
    assert (few.counts.recipients, few.sample) == (9, ())
    lines += [line.replace("anna", f"bert{i}") for i in range(5) for line in lines[:9]]
    lines.append("=cmd|'/c calc'!A1,=HYPERLINK(1),2026-01-01T10:00:01Z,2001:db8:1:2:3:4:5:6,,,,,,,")
    report = read(HEAD + "".join(line + "\n" for line in lines), sample=200)
    text = msgspec.json.encode(report).decode()
    for secret in ("anna", "bert", "kleinefirma", "198.51.100.77", "cmd", "HYPERLINK", "1:2:3:4", "10:00:0"):
        assert secret not in text, secret
    assert report.counts.formulas == 2
    assert len(report.sample) == 55
    assert {row.consent_ip for row in report.sample} == {"198.51.100.0/24", "2001:db8:1::/48"}
    assert {row.source for row in report.sample} == {"(rare)"}


def test_a_draw_can_be_repeated_by_hand() -> None:
    names = [f"p{i}@shop.test" for i in range(300)]
    first = read("email\n" + "\n".join(names), seed="blue", sample=3)
    by_hand = sorted(names, key=lambda n: hashlib.sha256(f"blue|{n}".encode()).digest())[:3]
    assert {names[row.row - 1] for row in first.sample} == set(by_hand)
    pseudonyms = [row.recipient for row in first.sample]
    assert pseudonyms == sorted(pseudonyms)
    again = read("email\n" + "\n".join(names), seed="blue", sample=3)
    assert again.sample == first.sample
    other = read("email\n" + "\n".join(names), seed="green", sample=3)
    assert {r.recipient for r in other.sample}.isdisjoint(r.recipient for r in first.sample)


def test_a_recipient_is_drawn_once() -> None:
    report = read("email\n" + "".join(f"A{i}@shop.test\n a{i}@shop.test\n" for i in range(60)) * 2, seed="x", sample=200)
    assert sorted(row.row for row in report.sample) == list(range(1, 120, 2))
    assert report.counts.duplicates == 180


def test_no_sample_of_a_few() -> None:
    assert read("email\n" + "".join(f"p{i}@shop.test\n" for i in range(49))).sample == ()
    assert len(read("email\n" + "".join(f"p{i}@shop.test\n" for i in range(50))).sample) == 20


def test_day_and_month_by_the_whole_column() -> None:
    head = "email,consent_at\n"
    undecided = read(head + "a@shop.test,03/04/2024 10:00\n" * 3)
    assert undecided.columns[1].ambiguous == 3
    assert undecided.counts.consent_times == 0
    american = read(head + "a@shop.test,03/04/2024 10:00\n" * 3 + "b@shop.test,03/25/2024 10:00\n")
    assert (american.columns[1].ambiguous, american.oldest) == (0, "2024-03-04")
    british = read(head + "a@shop.test,03/04/2024 10:00\n" * 3 + "b@shop.test,25/03/2024 10:00\n")
    assert british.newest == "2024-04-03"
    both = read(head + "a@shop.test,03/25/2024 10:00\nb@shop.test,25/03/2024 10:00\nc@shop.test,03/04/2024\n")
    assert both.columns[1].ambiguous == 1


def test_doubtful_columns_are_not_read() -> None:
    report = read("email,confirmed_at,confirmation_date\na@shop.test,2024-01-01,2024-01-02\n")
    assert report.unsure == ("confirm_at",)
    assert report.roles() == {"recipient"}


def test_likely_columns_are_not_read_unless_somebody_says_so(tmp_path: Path) -> None:
    text = "Kunde,created,source\n" + "".join(f"p{i}@shop.test,2026-01-01T10:00:0{i}Z,web\n" for i in range(9))
    guessed = read(text)
    assert guessed.roles() == {"recipient", "source"}
    assert set(guessed.unsure) == {"recipient", "consent_at"}
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    assert set(read_ledger_file(path).unsure) == {"recipient", "consent_at"}
    save_columns(path, {"recipient": "Kunde", "consent_at": "created", "source": "source"})
    assert (read_ledger_file(path).unsure, read_ledger_file(path).counts.consent_times) == ((), 9)


def test_names_of_columns_that_are_not_known_stay_here() -> None:
    text = "+Anna,shop\n" + "a@shop.test,shop\n" * 3
    report = read(text, columns={"recipient": "#1", "source": "#2"})
    assert [c.name for c in report.columns] == ["#1", "#2"]


def test_a_key_that_comes_late_is_noticed() -> None:
    many = ",".join(f'{{"email":"p{i}@shop.test","consent_at":"2024-01-01T10:00:00Z"}}' for i in range(9000))
    text = "[" + many + ',{"email":"z@shop.test","withdrawn_at":"2024-02-01T10:00:00Z"}]'
    report = read(text)
    assert report.counts.rows == 9001
    assert "withdrawn_at" in report.unsure


def test_rows_limit_is_said() -> None:
    report = read("email\n" + "\n".join(f"p{i}@shop.test" for i in range(50)), max_rows=20)
    assert (report.counts.rows, report.complete) == (20, False)
    assert report.why == "only the first 20 rows were read"


def test_evidence_holds_it() -> None:
    report = rows("a@shop.test,web,2026-01-01T10:00:01Z,192.0.2.1,2026-01-01T10:05:00Z,,,,,,")
    from selfaudit.case import Case

    record = Record("e1", Request("ledger.report", "list.csv"), "2026-01-01T00:00:00Z", 0, report)
    target = Target("ledger", "list.csv")
    evidence = Evidence(Case((target,)), Tool(), "", "", Vantage(), (target,), (record,))
    assert decode_evidence(encode_evidence(evidence)).records[0].fact == report


def test_columns_are_kept_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("wer,wann\na@shop.test,2024-01-01 10:00:00\n", encoding="utf-8")
    save_columns(path, {"recipient": "wer", "consent_at": "wann"}, "blue", 5)
    report = read_ledger_file(path)
    assert report.roles() == {"recipient", "consent_at"}
    assert (report.seed, report.confirmed_columns) == ("blue", True)


@pytest.mark.parametrize(
    "damage", [b"{", b"[]", b"\xff\xfe", b'{"schema":"selfaudit/ledger-columns/1","columns":{"recipient":3}}']
)
def test_damaged_side_files(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\na@shop.test\n", encoding="utf-8")
    (tmp_path / "list.csv.columns.json").write_bytes(damage)
    with pytest.raises(UserError, match=r"columns\.json"):
        read_ledger_file(path)
    (tmp_path / "list.csv.columns.json").unlink()
    drill_file(path).write_bytes(damage)
    with pytest.raises(UserError, match=r"drill\.json"):
        read_ledger_file(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_ledger_file(tmp_path / "none.csv")
    with pytest.raises(UserError, match="not a file"):
        guess_columns(tmp_path)


def test_unknown_columns_are_refused() -> None:
    for columns, words in (
        ({"recipient": "nobody"}, "no column"),
        ({"boss": "email"}, "no kind of column"),
        ({"consent_at": "email"}, "no column holds the recipient for certain"),
        ({"recipient": "email", "source": "#1"}, "named for two things"),
    ):
        with pytest.raises(BadInput, match=words):
            read("email,x\na@shop.test,1\n", columns=columns)


def test_drill(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "a@shop.test,web,2026-01-01T10:00:01Z,192.0.2.1,,,,,,,\nb@shop.test,,,,,,,,,,\n", encoding="utf-8")
    proof = tmp_path / "mail.eml"
    proof.write_bytes(b"Subject: please confirm\r\n")
    file = drill_file(path)
    begun = start_drill(path, file, recipient="A@Shop.test ", now=NOW)
    assert begun.recipient == "a@shop.test"
    assert "shop.test" not in file.read_text("utf-8")
    with pytest.raises(UserError, match="running since 2026-11-18"):
        start_drill(path, file, seed="x")
    done = finish_drill(path, file, proofs=[proof], now=NOW + 3600)
    assert (done.found, done.fields) == (True, ("recipient", "source", "consent_at", "consent_ip"))
    assert done.files[0].sha256 == hashlib.sha256(b"Subject: please confirm\r\n").hexdigest()
    assert (done.started, done.finished) == ("2026-11-18T11:06:40Z", "2026-11-18T12:06:40Z")
    with pytest.raises(UserError, match="no drill is running"):
        finish_drill(path, file)
    assert done.ledger_start == done.ledger_finish == read_ledger_file(path).sha256
    missing = start_drill(path, file, recipient="nobody@shop.test", now=NOW + 7200)
    assert missing.drill.chosen == "named"
    assert finish_drill(path, file, now=NOW + 7300).found is False
    assert read_ledger_file(path).drills == read_drills(file)
    assert len(read_drills(file)) == 2


@pytest.mark.parametrize("swapped", ["while the clock ran", "afterwards"])
def test_a_drill_counts_for_its_own_ledger_only(tmp_path: Path, swapped: str) -> None:
    from selfaudit.cli.consent import judged

    good = HEAD + "".join(f"p{i}@shop.test,web,2026-01-01T10:00:0{i}Z,192.0.2.1,,,,,,,\n" for i in range(9))
    path = tmp_path / "list.csv"
    path.write_text(good if swapped == "afterwards" else good.replace("web", ""), encoding="utf-8")
    start_drill(path, drill_file(path), recipient="p1@shop.test")
    if swapped == "while the clock ran":
        path.write_text(good, encoding="utf-8")
    finish_drill(path, drill_file(path))
    if swapped == "afterwards":
        path.write_text(good + "z@shop.test,,,,,,,,,,\n", encoding="utf-8")
    (result,) = (r for r in judged(read_ledger_file(path), "prezcomm").results if r.check == "consent.drill")
    tags = ["DRILL_LEDGER_CHANGED"] if swapped == "while the clock ran" else ["DRILL_NOT_HELD", "DRILL_OTHER_FILE"]
    assert sorted(f.tag for f in result.findings) == tags
    assert str(result.outcome) == "inconclusive"


def test_drill_by_row_and_by_seed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\n" + "".join(f"p{i}@shop.test\n" for i in range(100)), encoding="utf-8")
    assert start_drill(path, tmp_path / "1.json", recipient="#42").recipient == "p41@shop.test"
    with pytest.raises(UserError, match="no such row"):
        start_drill(path, tmp_path / "2.json", recipient="#101")
    drawn = start_drill(path, tmp_path / "3.json", seed="blue")
    (sample,) = read_ledger_file(path, seed="blue", sample=1).sample
    assert drawn.drill.recipient == sample.recipient
    assert drawn.recipient == f"p{sample.row - 1}@shop.test"
    chance = start_drill(path, tmp_path / "4.json")
    assert len(chance.drill.seed) == 8


def test_demo_worlds() -> None:
    import datetime

    at = datetime.datetime(2026, 11, 18, tzinfo=datetime.UTC)
    assert ledger_text("broken", at) == ledger_text("broken", at)
    (broken,) = demo_ledgers("broken", at)
    assert (broken.counts.rows, broken.counts.purchased, broken.counts.confirmed) == (3000, 750, 0)
    assert sum(broken.counts.mailed_after_withdrawal[20:]) == 60
    for world in ("fixed", "suspended"):
        (good,) = demo_ledgers(world, at)
        assert (good.counts.rows, good.counts.confirmed, good.counts.active) == (2250, 2190, 2190)
        assert good.drills[0].found
    assert demo_ledgers("fixed", at) == demo_ledgers("fixed", at)
    assert dataclasses.is_dataclass(broken.counts)


@pytest.mark.parametrize(("world", "outcome"), [("broken", "fail"), ("fixed", "pass"), ("suspended", "pass")])
@pytest.mark.parametrize("provider", ["ofsecman", "prezcomm"])
def test_verdicts_of_the_demo(world: str, outcome: str, provider: str) -> None:
    import datetime

    from selfaudit.cli.consent import judged

    at = datetime.datetime(2026, 11, 18, tzinfo=datetime.UTC)
    (report,) = demo_ledgers(world, at)
    outcomes = {r.check: str(r.outcome) for r in judged(report, provider).results}
    assert outcomes["consent.ledger"] == outcome
    if world != "broken":
        assert outcomes["consent.drill"] == "pass"


ODD = st.sampled_from(
    [
        "", " ", "=1+1", "NULL", "0", "9" * 400, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999999999999999", "-1",
        "03/04/2024", "31.12.1969", "::", "fe80::1%eth0", "\u202e", "\0", "ÿ", "a@b", "a@b.test", '"', "'", "pending", "2024-02-30", "\udcff",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(ODD, min_size=11, max_size=11), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_odd_values_never_break_it(lines: list[list[str]], mark: str) -> None:
    text = HEAD.replace(",", mark) + "\n".join(mark.join(line) for line in lines)
    columns = {name.strip(): name.strip() for name in HEAD.split(",")}
    columns["recipient"] = columns.pop("email")
    try:
        report = read(text.encode("utf-8", "surrogateescape"), columns=columns)
    except BadInput:
        return
    counts = report.counts
    assert counts.active <= counts.rows
    kinds = counts.confirmed + counts.coarse + counts.instant + counts.before + counts.alone + counts.single
    assert kinds == counts.active
    assert counts.proven <= counts.consent_times
    assert msgspec.json.encode(report)
