"""`selfaudit policy`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from selfaudit.cli.app import run
from selfaudit.policy.pack_file import PackFile
from selfaudit.policy.packs import build_pack, pack_for, use_folder

OWN = 'id = "mine"\nname = "My Hosting"\nbased_on = "prezcomm"\nversion = "3"\n'


@pytest.fixture(autouse=True)
def no_own_packs() -> Iterator[None]:
    yield
    use_folder(None)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "draft.toml"
    path.write_text(OWN, "utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["policy", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "list")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == ["id", "provider", "version", "clauses", "from"]
    assert rows[1] == ["demo", "Prez", "Hosting", "(demo)", "1.0", "60", "selfaudit"]
    assert rows[2] == ["ofsecman", "ofsecman.io", "1.0", "40", "selfaudit"]
    assert len(rows) == 4


@pytest.mark.parametrize("name", ["prezcomm", "ofsecman", "demo"])
def test_show_has_every_clause_in_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = said(capsys, "show", name)
    assert code == 0
    pack = pack_for(name)
    assert pack is not None
    starts = [line.split(" ")[0] for line in out.splitlines() if line[:2] in ("A-", "B-")]
    assert starts == [c.id for c in pack.clauses]
    joined = " ".join(out.split())
    for clause in pack.clauses:
        assert f"“{clause.quote}”" in joined
    assert max(map(len, out.splitlines())) <= 80


def test_show_says_which_numbers_the_policy_sets(capsys: pytest.CaptureFixture[str]) -> None:
    joined = " ".join(said(capsys, "show", "Prez Communications, LLC")[1].split())
    for words in (
        "Consent verifiable opt-in, proof within 72 hours",
        "Unsubscribing within 10 business days",
        "Abuse contact abuse@prezcomm.com",
        "Signs with no key is known",
        "Addresses none are known",
        "takes effect on the day on which it is published",
    ):
        assert words in joined
    joined = " ".join(said(capsys, "show", "ofsecman")[1].split())
    assert "Last reviewed 2021-10-07" in joined
    assert "confirmed opt-in, proof is kept for the list's duration" in joined
    assert "at the latest 30 days after it" in joined


def test_show_one_clause(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = said(capsys, "show", "prezcomm", "--clause", "b-4.4")
    assert code == 0
    assert out.startswith("B-4.4  No open relays")
    assert "exposure.relay, exposure.proxy, exposure.resolver" in out
    assert "enter the reference of the approval" in " ".join(out.split())


def test_show_before_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", "prezcomm", "--onboarding")[1]
    shown = {line.split(" ")[0] for line in out.splitlines() if line.startswith("B-")}
    assert {"B-5.7", "B-8.2", "B-9.1"} <= shown
    assert shown & {"B-10.4", "B-10.5", "B-10.6", "B-2.1", "B-6.1"} == set()
    assert "before a contract" in out


def test_show_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _err = said(capsys, "show", "prezcomm", "--json", "-")
    assert code == 0
    assert build_pack(msgspec.json.decode(out, type=PackFile), {}) == pack_for("prezcomm")
    assert said(capsys, "show", "demo", "--clause", "B-5.7", "--json", str(tmp_path / "x.json")) == (0, "", "")
    written = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert (written["id"], [c["id"] for c in written["clause"]]) == ("demo", ["B-5.7"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nobody\x1b]0;x\x07"), "No policy “nobody\\x1b]0;x\\x07” is known here"),
        (("show", "prezcomm", "--clause", "C-1"), "Prez Hosting has no clause C-1"),
        (("show", "prezcomm", "--clause", "B-10.5", "--onboarding"), "has no clause B-10.5"),
        (("show", "prezcomm", "--json", "."), "is a folder"),
        (("check", "absent.toml"), "absent.toml"),
        (("add", "absent.toml"), "absent.toml"),
        (("remove", "prezcomm"), "“prezcomm” comes with this program and stays"),
        (("remove", "nobody"), "There is no pack “nobody” of your own"),
        (("remove", "../../x"), "There is no pack"),
        (("check", "/dev/zero"), "this is not a file"),
        (("check", "."), "is a directory"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "\x1b" not in err


def test_check_names_the_first_fault_by_its_key(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "check", str(own))
    assert (code, err) == (0, "")
    assert "is sound: My Hosting, 60 clauses." in " ".join(out.split())
    clause = '[[clause]]\nid = "M-1"\nsection = "1"\nheading = "h"\nquote = "q"\nkind = "checked"\nweight = "blocker"\nchecks = ["mail.spff"]\n'
    own.write_text(OWN + clause, "utf-8")
    code, out, err = said(capsys, "check", str(own))
    assert (code, out) == (2, "")
    assert err.endswith("draft.toml: clause[0].checks: there is no check “mail.spff” (in the clause M-1)\n")
    own.write_text(OWN.replace("mine", "prezcomm"), "utf-8")
    assert "id: “prezcomm” is the name of a pack that comes with this program" in said(capsys, "check", str(own))[2]
    own.write_text('id = "mine"\nname = "Mine"\n', "utf-8")
    code, out, err = said(capsys, "check", str(own))
    assert (code, err) == (0, "")
    assert "Without clauses, nothing is said" in out


def test_add_replace_and_remove(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "add", str(own))[0] == 0
    kept = tmp_path / "home/policies/mine.toml"
    assert kept.read_text("utf-8") == OWN
    assert "mine" in said(capsys, "list")[1]
    assert "from your folder" in said(capsys, "show", "my hosting")[1]
    own.write_text(OWN.replace('"3"', '"4"'), "utf-8")
    assert said(capsys, "add", str(own))[0] == 0
    assert "mine 4" in said(capsys, "show", "mine")[1]
    child = tmp_path / "child.toml"
    child.write_text('id = "child"\nname = "Child"\nbased_on = "mine"\n', "utf-8")
    assert said(capsys, "add", str(child))[0] == 0
    assert "“mine” stays: child is based on it" in said(capsys, "remove", "mine")[2]
    assert said(capsys, "remove", "child")[0] == 0
    assert said(capsys, "remove", "mine")[0] == 0
    assert not kept.exists()
    assert pack_for("mine") is None


def test_a_broken_one_is_named_and_can_be_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "home/policies"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(OWN.replace("version", "versoin"), "utf-8")
    code, out, _err = said(capsys, "list")
    assert code == 0
    assert "mine.toml is not used: versoin: there is no such key" in " ".join(out.split())
    assert said(capsys, "show", "mine")[0] == 2
    assert said(capsys, "remove", "mine")[0] == 0
    assert list(folder.iterdir()) == []


def test_a_faulty_pack_is_not_added(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(OWN + "colour = 3\n", "utf-8")
    assert said(capsys, "add", str(own))[0] == 2
    assert not (tmp_path / "home/policies").exists()


def test_words_for_a_shared_platform_and_the_day_of_the_text(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "show", "prezcomm", "--clause", "B-8.2"]) == 0
    assert "On a shared platform you state" in capfd.readouterr().out
    assert run(["policy", "show", "prezcomm", "--clause", "B-5.2"]) == 0
    assert "agreeing alone is not enough" in capfd.readouterr().out
    assert run(["policy", "show", "ofsecman"]) == 0
    assert "counts from 2021-11-06 at the latest" in " ".join(capfd.readouterr().out.split())


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda text: text, 0, "the words from which the pack was made"),
        (lambda text: text.replace("\n", "\r\n   "), 0, "the words from which the pack was made"),
        (lambda text: text.replace("72 hours", "24 hours"), 1, "other words"),
    ],
)
def test_a_published_text_is_compared_with_that_of_the_pack(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: Callable[[str], str], code: int, words: str
) -> None:
    text = (Path(__file__).parents[1] / "data" / "aup" / "prezcomm.txt").read_text("utf-8")
    file = tmp_path / "aup.txt"
    file.write_text(change(text), "utf-8")
    ended, out, err = said(capsys, "compare", "prezcomm", str(file))
    assert (ended, err) == (code, "")
    assert words in " ".join(out.split())


def test_a_pack_that_names_no_text_cannot_be_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = tmp_path / "draft.toml"
    pack.write_text('id = "mine"\nname = "My Hosting"\nversion = "3"\n', "utf-8")
    assert said(capsys, "add", str(pack))[0] == 0
    file = tmp_path / "aup.txt"
    file.write_text("Be good.", "utf-8")
    ended, out, _err = said(capsys, "compare", "mine", str(file))
    assert (ended, "does not say" in out) == (3, True)
