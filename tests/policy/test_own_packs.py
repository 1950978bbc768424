"""Packs in a folder of one's own: known beside the shipped ones, never in their place, and never a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from selfaudit.policy.packs import MAX_OWN, all_packs, broken_packs, is_own, pack_for, use_folder

SHIPPED = ["demo", "ofsecman", "prezcomm"]


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def ids() -> list[str]:
    return [p.id for p in all_packs()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    use_folder(tmp_path / "own")
    return tmp_path / "own"


def test_no_folder_and_an_empty_one(folder: Path) -> None:
    assert (ids(), broken_packs()) == (SHIPPED, ())
    folder.mkdir()
    use_folder(folder)
    assert (ids(), broken_packs()) == (SHIPPED, ())


def test_a_pack_of_ones_own(folder: Path) -> None:
    write(folder, "mine.toml", 'id = "mine"\nname = "My Hosting"\nbased_on = "ofsecman"\n')
    write(folder, "notes.txt", "no pack")
    assert ids() == ["demo", "mine", "ofsecman", "prezcomm"]
    found = pack_for("my hosting")
    assert found is not None
    assert (found.id, len(found.clauses), found.parameters.consent) == ("mine", 40, "confirmed")
    assert (is_own("mine"), is_own("ofsecman"), is_own("nobody")) == (True, False, False)
    use_folder(None)
    assert ids() == SHIPPED
    assert pack_for("mine") is None


def test_marks_and_line_ends_of_other_systems_are_read(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.toml").write_bytes('\ufeffid = "mine"\r\nname = "My Hosting"\r\n'.encode())
    assert (ids(), broken_packs()) == ([*SHIPPED[:1], "mine", *SHIPPED[1:]], ())


def test_packs_of_ones_own_may_rest_on_one_another(folder: Path) -> None:
    write(folder, "a.toml", 'id = "a"\nname = "A"\nbased_on = "b"\n')
    write(folder, "b.toml", 'id = "b"\nname = "B"\nbased_on = "prezcomm"\nleave_out = ["B-12.1"]\n')
    found = pack_for("a")
    assert found is not None
    assert len(found.clauses) == 59


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("prezcomm.toml", 'id = "prezcomm"\nname = "Somebody"\n', "id: “prezcomm” is the name of a pack that comes with"),
        ("mild.toml", 'id = "mild"\nname = "prez  HOSTING"\n', "name: the pack prezcomm is called “prez HOSTING” already"),
        ("mild.toml", 'id = "mild"\nname = "Mild"\naliases = ["ofsecman.io"]\n', "aliases: the pack ofsecman is called"),
        ("mild.toml", 'id = "mild"\nname = "Mild"\naliases = ["Demo"]\n', "aliases: the pack demo is called “Demo” already"),
        ("other.toml", 'id = "mild"\nname = "Mild"\n', "id: the pack “mild” must lie in a file of that name, mild.toml"),
        ("bad.toml", "id = ", "not a pack: this is not TOML"),
        ("bad.toml", 'id = "bad"\nname = "Bad"\nbased_on = "nobody"\n', "based_on: there is no pack “nobody”"),
        ("bad.toml", 'id = "bad"\nname = "Bad"\nbased_on = "bad"\n', "based_on: “bad” rests on itself"),
        ("bad.toml", "#" * 300_001, "larger than 300000"),
    ],
)
def test_what_is_not_sound_is_left_out_and_said(folder: Path, name: str, text: str, words: str) -> None:
    write(folder, name, text)
    assert ids() == SHIPPED
    found = pack_for("Prez Hosting")
    assert found is not None
    assert (found.id, len(found.clauses)) == ("prezcomm", 60)
    (broken,) = broken_packs()
    assert broken.file == name
    assert words in broken.why


def test_two_of_ones_own_with_one_name(folder: Path) -> None:
    write(folder, "a.toml", 'id = "a"\nname = "Same"\n')
    write(folder, "b.toml", 'id = "b"\nname = "same"\n')
    assert ids() == ["a", *SHIPPED]
    assert [(b.file, b.why) for b in broken_packs()] == [("b.toml", "name: the pack a is called “same” already")]


def test_a_circle(folder: Path) -> None:
    write(folder, "a.toml", 'id = "a"\nname = "A"\nbased_on = "b"\n')
    write(folder, "b.toml", 'id = "b"\nname = "B"\nbased_on = "a"\n')
    assert ids() == SHIPPED
    assert [b.why for b in broken_packs()] == ["based_on: “a” rests on itself", "based_on: “b” rests on itself"]


def test_what_is_no_file(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "pipe.toml")
    (folder / "folder.toml").mkdir()
    (folder / "gone.toml").symlink_to(folder / "nothing")
    (folder / "zero.toml").symlink_to("/dev/zero")
    (folder / "latin.toml").write_bytes(b'id = "latin"\nname = "Caf\xe9"\n')
    assert ids() == SHIPPED
    assert [b.file for b in broken_packs()] == ["folder.toml", "gone.toml", "latin.toml", "pipe.toml", "zero.toml"]


def test_the_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("x")
    use_folder(tmp_path / "own")
    assert ids() == SHIPPED
    assert "cannot be read" in broken_packs()[0].why


def test_too_many(folder: Path) -> None:
    for n in range(MAX_OWN + 2):
        write(folder, f"p{n:03}.toml", f'id = "p{n:03}"\nname = "P{n}"\n')
    assert len(all_packs()) == MAX_OWN + 3
    assert [b.file for b in broken_packs()] == ["p100.toml", "p101.toml"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Pr\u0435z Hosting", "mixes letters of several alphabets"),  # Cyrillic e
        ("\u0420rez Hosting", "mixes letters of several alphabets"),  # Cyrillic R that looks like P
        ("P\u03c1ez", "mixes letters of several alphabets"),  # Greek rho
        ("Prez-Hosting", "the pack prezcomm is called"),
        ("\uff30rez Hosting", "the pack prezcomm is called"),  # full width
        ("Pr\u00e9z Hosting", "the pack prezcomm is called"),
        ("Prez Host1ng", "the pack prezcomm is called"),
        ("0fsecman.io", "the pack ofsecman is called"),
    ],
)
def test_a_name_that_looks_like_anothers_is_refused(folder: Path, name: str, words: str) -> None:
    write(folder, "mine.toml", f'id = "mine"\nname = "{name}"\n')
    assert ids() == SHIPPED
    assert words in broken_packs()[0].why


def test_names_of_other_alphabets_are_fine(folder: Path) -> None:
    write(folder, "mine.toml", 'id = "mine"\nname = "\u0425\u043e\u0441\u0442\u0438\u043d\u0433 Plus"\n')
    found = pack_for("\u0445\u043e\u0441\u0442\u0438\u043d\u0433 plus")
    assert found is not None
    assert found.id == "mine"
