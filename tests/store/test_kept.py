"""What the store keeps besides runs: files by their hash, statements as they were signed or exported, and the first run."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.case.statement import Answer, Measure, Statement
from selfaudit.case.statement_file import encode_statement, read_statement_file
from selfaudit.engine import Audit
from selfaudit.engine.again import Change, CheckedAgain
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.evidence import Vantage
from selfaudit.errors import UserError
from selfaudit.findings import Mark
from selfaudit.store import KEPT_RUNS, RunState, Store, attachments, default_path, open_store, read_attachment
from selfaudit.store.migration import copy_beside

LOG = b"Nov 20 10:00:00 relay closed\n"
SHA = hashlib.sha256(LOG).hexdigest()


@pytest.fixture
def store() -> Iterator[Store]:
    """A new store."""
    made = open_store(default_path())
    yield made
    made.close()


def _draft(*files: EvidenceFile, **stated: object) -> Draft:
    return Draft((Line("a.test"),), statement=Statement(proof=files, **stated))  # type: ignore[arg-type]


def _hashes(store: Store, case_id: int = 1) -> list[str]:
    return [file.sha256 for file in store.attachments(case_id)]


# Files


def test_a_file_is_kept_once_for_each_case(store: Store) -> None:
    one, two = store.save_case(None, _draft()), store.save_case(None, _draft())
    file = store.attach(one, "log.txt", LOG)
    assert file == EvidenceFile("log.txt", SHA, len(LOG))
    assert store.attach(one, "the same.txt", LOG).sha256 == SHA
    store.attach(two, "log.txt", LOG)
    assert store.attachments(one) == store.attachments(two) == (file,)
    assert store.attachment(one, SHA) == LOG
    assert store.attachment(one, "0" * 64) is None
    assert store.attachment(99, SHA) is None
    store.delete_case(one)
    assert store.attachment(one, SHA) is None
    assert store.attachment(two, SHA) == LOG


def test_a_name_cannot_reorder_a_line(store: Store) -> None:
    store.save_case(None, _draft())
    name = store.attach(1, "a\u202egpj.exe\x00\n" + "x" * 500, LOG).name
    assert name.startswith("a\\u202egpj.exe\\x00\\n")
    assert len(name) <= 200
    assert store.attachments(1)[0].name == name


def test_there_is_an_end_to_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save_case(None, _draft())
    with pytest.raises(UserError, match="this file is empty"):
        store.attach(1, "empty.txt", b"")
    monkeypatch.setattr(attachments, "MAX_EVIDENCE", 100)
    with pytest.raises(UserError, match="larger than 100 bytes"):
        store.attach(1, "large.txt", b"x" * 101)
    monkeypatch.setattr(attachments, "MAX_CASE", 250)
    for letter in b"ab":
        store.attach(1, "part.txt", bytes([letter]) * 100)
    with pytest.raises(UserError, match=r"c\.txt was not added.*Remove a file that is not needed"):
        store.attach(1, "c.txt", b"c" * 51)
    store.attach(1, "again.txt", b"a" * 100)  # what is there already takes no room
    store.attach(1, "c.txt", b"c" * 50)
    assert [file.size for file in store.attachments(1)] == [100, 100, 50]


def test_a_case_that_is_gone_takes_no_file(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.attach(7, "log.txt", LOG)
    assert store.connection.execute("SELECT count(*) FROM attachments").fetchone() == (0,)


def test_reading_a_file_gives_its_content(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(LOG)
    assert read_attachment(path) == (EvidenceFile("log.txt", SHA, len(LOG)), LOG)
    for wrong, words in ((tmp_path, "not a file"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(UserError, match=words):
            read_attachment(wrong)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(LOG)
    monkeypatch.setattr(attachments, "read_bounded", lambda _path, _limit: LOG + b"one line more\n")
    with pytest.raises(UserError, match="changed while it was being read"):
        read_attachment(path)


def test_content_that_was_changed_on_the_disk_is_not_handed_out(store: Store) -> None:
    store.save_case(None, _draft())
    store.attach(1, "log.txt", LOG)
    store.connection.execute("UPDATE attachments SET data = ?", (LOG[:-1],))
    assert store.attachment(1, SHA) is None


@pytest.mark.parametrize("place", ["proof", "answer", "measure", "registrant"])
def test_a_file_goes_with_the_last_thing_that_names_it(store: Store, place: str) -> None:
    file = store.attach(store.save_case(None, _draft()), "log.txt", LOG)
    named = {
        "proof": Draft(statement=Statement(proof=(file,))),
        "answer": Draft(statement=Statement(answers=(Answer("q", "text", (file,)),))),
        "measure": Draft(statement=Statement(measures=(Measure("Closed it.", files=(file,)),))),
        "registrant": Draft(registrant=Registrant(files=(file,))),
    }
    # Before anything names it, it stays: it is about to be named.
    store.save_case(1, _draft())
    assert _hashes(store) == [SHA]
    store.save_case(1, named[place])
    assert _hashes(store) == [SHA]
    store.save_case(1, named["proof"])
    assert _hashes(store) == [SHA]
    store.save_case(1, _draft())
    assert _hashes(store) == []
    assert store.attachment(1, SHA) is None


def test_a_file_that_a_kept_statement_names_stays(store: Store) -> None:
    file = store.attach(store.save_case(None, _draft()), "log.txt", LOG)
    store.save_case(1, _draft(file, signed="2026-11-20"))
    store.save_case(1, _draft())
    assert _hashes(store) == [SHA]
    other = store.attach(1, "other.txt", b"other")
    stated = Statement(proof=(other,), summary="What happened.")
    store.save_case(1, replace(_draft(), statement=stated))
    store.note_export(1, stated)
    store.save_case(1, _draft())
    assert _hashes(store) == [SHA, other.sha256]
    assert store.close_unfinished() == 0
    assert _hashes(store) == [SHA, other.sha256]


def test_a_file_that_a_run_names_stays(store: Store, broken_audit: Audit) -> None:
    file = store.attach(store.save_case(None, _draft()), "page.png", LOG)
    shown = Draft(registrant=Registrant(files=(file,)))
    store.save_case(1, shown)
    case = replace(broken_audit.evidence.case, registrant=shown.registrant)
    store.begin_run(1, case, Vantage())
    store.save_case(1, _draft())
    assert _hashes(store) == [SHA]


def test_what_was_never_named_goes_at_the_next_start(store: Store) -> None:
    store.attach(store.save_case(None, _draft()), "log.txt", LOG)
    kept = store.attach(1, "named.txt", b"named")
    store.save_case(1, _draft(kept))
    assert store.close_unfinished() == 0
    assert len(_hashes(store)) == 2
    store.close()
    again = open_store(default_path())
    again.close_unfinished()
    assert _hashes(again) == [kept.sha256]
    again.close()


def test_a_case_that_cannot_be_read_keeps_what_it_names(store: Store) -> None:
    file = store.attach(store.save_case(None, _draft()), "log.txt", LOG)
    store.connection.execute("UPDATE cases SET draft = ?", (b'{"of": "the future", "sha256": "' + SHA.encode() + b'"}',))
    store.close()
    again = open_store(default_path())
    again.close_unfinished()
    assert again.attachments(1) == (file,)
    again.close()


# Statements


def test_a_signed_statement_is_kept_once(store: Store, tmp_path: Path) -> None:
    signed = Statement(summary="A form was open to all.", name="Maria Blum", signed="2026-11-20")
    store.save_case(None, Draft(statement=replace(signed, signed="")))
    assert store.statements(1) == ()
    for _time in range(3):
        store.save_case(1, Draft((Line("a.test"),), statement=signed))
    (kept,) = store.statements(1)
    assert kept.data == encode_statement(signed)
    assert kept.sha256 == hashlib.sha256(kept.data).hexdigest()
    assert kept.signed.startswith("20")
    assert kept.exported == ""
    path = tmp_path / "statement.json"
    path.write_bytes(kept.data)
    assert read_statement_file(path, ahead=True) == signed


def test_typing_a_name_does_not_make_statements(store: Store) -> None:
    signed = Statement(summary="A form was open.", name="M", signed="2026-11-20")
    for name in ("M", "Ma", "Maria Blum"):
        store.save_case(1 if name != "M" else None, Draft(statement=replace(signed, name=name)))
    (kept,) = store.statements(1)
    assert kept.data == encode_statement(replace(signed, name="Maria Blum"))
    # Other words, signed again, are another statement, and what was handed out stays whatever is typed.
    other = replace(signed, name="Maria Blum", summary="Another form was open, too.")
    store.save_case(1, Draft(statement=other))
    store.note_export(1, other)
    store.save_case(1, Draft(statement=replace(other, contact="m@a.test")))
    assert [(s.data, bool(s.signed), bool(s.exported)) for s in store.statements(1)] == [
        (kept.data, True, False),
        (encode_statement(other), True, True),
        (encode_statement(replace(other, contact="m@a.test")), True, False),
    ]


def test_an_exported_draft_is_kept_and_says_so(store: Store) -> None:
    store.save_case(None, Draft())
    store.note_export(1, Statement())
    assert store.statements(1) == ()
    draft = Statement(summary="Still looking.")
    store.note_export(1, draft)
    (first,) = store.statements(1)
    store.note_export(1, draft)
    assert store.statements(1) == (first,)
    assert (first.signed, bool(first.exported)) == ("", True)


# The first run, and the latest ones


def _run(store: Store, audit: Audit, *, interrupted: bool = False) -> int:
    run_id = store.begin_run(1, audit.evidence.case, audit.evidence.vantage)
    store.finish_run(run_id, replace(audit.evidence, interrupted=interrupted), audit.results)
    return run_id


def _small(audit: Audit) -> Audit:
    return replace(audit, evidence=replace(audit.evidence, records=audit.evidence.records[:2]), results=audit.results[:2])


def test_the_first_finished_run_is_the_before(store: Store, broken_audit: Audit) -> None:
    audit = _small(broken_audit)
    store.save_case(None, _draft())
    assert store.first_run(1) is None
    _run(store, audit, interrupted=True)
    assert store.first_run(1) is None
    first = _run(store, audit)
    _run(store, audit)
    found = store.first_run(1)
    assert found is not None
    assert found.id == first
    assert store.evidence(found.id) == audit.evidence


def test_checking_again_leaves_how_it_was_at_first(store: Store, broken_audit: Audit) -> None:
    audit = _small(broken_audit)
    store.save_case(None, _draft())
    run_id = _run(store, audit)
    now = replace(audit, evidence=replace(audit.evidence, records=audit.evidence.records[:1]), results=audit.results[:1])
    store.save_again(run_id, CheckedAgain(audit, (), ()))  # judged anew, nothing looked at
    assert store.first_run(1) == store.runs(1)[0]
    change = Change(audit.results[0], audit.results[0])
    store.save_again(run_id, CheckedAgain(now, (change,), ()))
    store.save_again(run_id, CheckedAgain(now, (change,), ()))
    (run,) = store.runs(1)
    assert run.id == run_id
    assert store.evidence(run_id) == now.evidence
    first = store.first_run(1)
    assert first is not None
    assert first.id != run_id
    assert first.state is RunState.FINISHED
    assert store.evidence(first.id) == audit.evidence
    assert sum(first.counts.values()) == 2
    assert store.connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    second = _run(store, audit)
    store.save_again(second, CheckedAgain(now, (change,), ()))
    assert store.first_run(1) == first
    assert [r.id for r in store.runs(1)] == [second, run_id]
    assert store.connection.execute("SELECT count(*) FROM runs").fetchone() == (3,)
    assert store.cases()[0].run == store.runs(1)[0]


def test_older_runs_go_and_the_first_stays(store: Store, broken_audit: Audit) -> None:
    audit = _small(broken_audit)
    store.save_case(None, _draft())
    store.save_case(None, _draft())
    stranger = store.begin_run(2, audit.evidence.case, Vantage())
    _run(store, audit, interrupted=True)
    first = _run(store, audit)
    store.save_again(first, CheckedAgain(audit, (Change(audit.results[0], audit.results[0]),), ()))
    latest = [_run(store, audit) for _number in range(KEPT_RUNS + 3)]
    runs = [run.id for run in store.runs(1, 100)]
    assert runs == [*reversed(latest[-KEPT_RUNS:]), first]
    found = store.first_run(1)
    assert found is not None
    assert store.evidence(found.id) == audit.evidence
    assert [run.id for run in store.runs(2)] == [stranger]
    kept = {row[0] for row in store.connection.execute("SELECT DISTINCT run_id FROM records")}
    assert kept == {*runs, found.id}
    # A run that was stopped removes nothing.
    stopped = _run(store, audit, interrupted=True)
    assert [run.id for run in store.runs(1, 100)] == [stopped, *runs]


# Deleting


def test_what_was_deleted_is_gone_from_the_file(broken_audit: Audit) -> None:
    secret = b"only-in-this-case-4711"
    store = open_store(default_path())
    other = store.save_case(None, _draft())
    file = store.attach(store.save_case(None, _draft()), "secret.txt", secret * 30_000)
    store.save_case(2, replace(_draft(file, summary=secret.decode(), signed="2026-11-20"), number=secret.decode()))
    store.set_mark(2, Mark("mail.spf", "domain", "a.test", "X", disagree=secret.decode()))
    run_id = store.begin_run(2, replace(broken_audit.evidence.case, number=secret.decode()), Vantage())
    store.finish_run(run_id, broken_audit.evidence, broken_audit.results)
    copy = copy_beside(default_path())
    copy.write_bytes(secret)

    def there() -> list[str]:
        return sorted(p.name for p in default_path().parent.iterdir() if p.is_file() and secret in p.read_bytes())

    assert there() != []
    large = default_path().stat().st_size + default_path().with_name("selfaudit.db-wal").stat().st_size
    store.delete_case(2)
    assert there() == []
    assert not copy.exists()
    assert default_path().stat().st_size < large / 4
    assert [row.id for row in store.cases()] == [other]
    for table in ("runs", "records", "results", "changes", "marks", "statements", "attachments"):
        assert store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    store.close()
    assert there() == []
