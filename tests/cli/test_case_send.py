"""`selfaudit case new --send`: the folder for one customer, whole or not at all, whatever stands in pack and case."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from selfaudit import secrets
from selfaudit.cli.app import run
from selfaudit.demo import demo_signed_case
from selfaudit.engine.seals import read_signed_case
from selfaudit.errors import UserError
from selfaudit.install import data_folder
from selfaudit.policy.colours import contrast, readable
from selfaudit.policy.packs import use_folder
from selfaudit.report.sending import content, sending_of
from selfaudit.report.sending import downloads as download_words
from selfaudit.report.sending import letter as letters
from selfaudit.report.sending.folder import write_together
from selfaudit.secrets import SIGNING_VARIABLE
from tests.signing import DESK, OWNER, pack_text

FIELDS = (
    "shop.net", "9.9.9.0/30", "--provider", "desk", "--number", "T-17", "--cited", "B-4.4,B-5.7", "--step", "Close the relay.", "--deadline",
    "2999-03-01", "--suspended", "2026-03-01", "--service", "VPS 7", "--message", "Dear customer,\n\nplease answer.",
)  # fmt: skip
NAMES = ["T-17.selfaudit-case", "T-17.selfaudit-case.minisig", "index.html", "letter.txt"]
LINKS = '[downloads]\npage = "https://www.desk.test/selfaudit"\nbase = "https://get.desk.test/selfaudit"\n'
SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8'/></svg>"
BRAND = f'[brand]\nlogo = "{SVG}"\naccent = "#0b6470"\naccent_dark = "#6fd0dc"\n'
CONTACTS = '[contacts]\nsupport = "help@desk.test"\nwebsite = "https://www.desk.test/"\n'


def use_pack(more: str = LINKS + CONTACTS, name: str = "Desk Hosting", keys: bool = True) -> None:
    place = data_folder() / "policies"
    place.mkdir(parents=True, exist_ok=True)
    named = (("desk", DESK.public().text(), OWNER),) if keys else ()
    (place / "desk.toml").write_text(pack_text(*named, name=name) + more)


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A desk whose key its provider's pack trusts."""
    monkeypatch.setenv(SIGNING_VARIABLE, DESK.encode())
    use_pack()
    monkeypatch.chdir(tmp_path)
    yield
    use_folder(None)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release with a file for Linux and one for Windows."""
    place = tmp_path / "dist"
    place.mkdir()
    files = []
    for name, system, kind in (
        ("selfaudit_0.8.0_amd64.deb", "linux", "deb"), ("setup.exe", "windows", "installer"), ("sbom.cdx.json", "any", "sbom"),
    ):  # fmt: skip
        data = name.encode() * 100_000
        (place / name).write_bytes(data)
        files.append(
            {"name": name, "system": system, "kind": kind, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        )
    path = place / "release.json"
    path.write_text(json.dumps({"schema": "selfaudit/release/1", "version": "0.8.0", "date": "2026-11-22", "files": files}))
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run(["case", "new", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, " ".join(out.split()), err


def letter() -> str:
    return Path("out/letter.txt").read_text("utf-8")


def page() -> str:
    return Path("out/index.html").read_text("utf-8")


class Elements(HTMLParser):
    """What stands in a page: elements with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def flat(text: str) -> str:
    return " ".join(text.split())


def found_once(text: str, words: str) -> bool:
    return flat(text).count(words) == 1


def listing(place: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(place.iterdir())}


def test_the_folder(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    code, out, err = said(capsys, *FIELDS, "--send", "out", "--release", release)
    assert (code, err) == (0, "")
    assert sorted(os.listdir("out")) == NAMES
    assert "Measured beside release.json, and as it says: selfaudit_0.8.0_amd64.deb, setup.exe, sbom.cdx.json" in out
    assert "The release has no program for: macOS." in out
    assert read_signed_case(Path("out/T-17.selfaudit-case")).seal.state == "trusted"
    text = letter()
    assert text.startswith("Your case T-17 at Desk Hosting\n\nHello,\n\nYour service is suspended at the moment.\n")
    assert max(map(len, text.splitlines())) <= 76
    for words in (
        "  Service:          VPS 7\n", "  Please answer by: 2999-03-01\n", "  Dear customer,\n\n  please answer.\n",
        "  - B-4.4  No open relays, proxies or resolvers without approval\n", "  1. Close the relay.\n",
        "(Linux, Windows):\n     https://www.desk.test/selfaudit\n", "  - shop.net\n  - 9.9.9.0/30\n",
        "Questions? help@desk.test (please name the case T-17)\n", "Kind regards\n  Desk Hosting\n  https://www.desk.test/\n",
    ):  # fmt: skip
        assert words in text, words
    assert f"The case file is signed with the key {DESK.public().name}. If the program knows this key as ours" in flat(text)
    assert "is signed by" not in text  # an own pack: no customer's program knows it
    assert "the customer adds it with “selfaudit policy add FILE”" in out
    assert out.endswith("Paste letter.txt into your answer, and attach the other files.")
    assert found_once(text, "on the page “Statement” what happened")
    assert found_once(text, "or by a double click once the program is installed")
    assert [line[:5] for line in text.splitlines() if re.match(r"  [1-9]\. ", line)] == [
        "  1. ",
        *(f"  {n}. " for n in range(1, 6)),
    ]
    found = Elements(page())
    assert not {"script", "iframe", "object", "form", "link", "base"} & {tag for tag, _attrs in found.found}
    fetched = [a[k] for _tag, a in found.found for k in ("src", "srcset", "data", "action", "background") if k in a]
    assert fetched == []
    links = {a["href"] for tag, a in found.found if tag == "a"}
    assert links == {
        "T-17.selfaudit-case", "T-17.selfaudit-case.minisig", "https://www.desk.test/selfaudit", "https://www.desk.test/",
        "https://get.desk.test/selfaudit/selfaudit_0.8.0_amd64.deb", "https://get.desk.test/selfaudit/setup.exe",
    }  # fmt: skip
    for file in json.loads(release.read_text())["files"][:2]:
        assert found.words.count(file["sha256"]) == 2
    assert "package for Debian and Ubuntu, 3 MB" in found.words
    assert found.words.count("This release has no file for this system.") == 1
    assert "sbom" not in found.words
    assert hashlib.sha256(Path("out/T-17.selfaudit-case").read_bytes()).hexdigest() in found.words


@pytest.mark.skipif(os.name == "nt", reason="the commands for Linux")
def test_the_commands_of_the_page(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    assert said(capsys, *FIELDS, "--send", "out", "--release", release)[0] == 0
    words = Elements(page()).words
    (compare,) = re.findall(r'^echo ".*deb" \| sha256sum -c$', words, re.MULTILINE)
    assert subprocess.run(compare, shell=True, cwd=release.parent, capture_output=True, check=True).stdout.endswith(b": OK\n")
    (release.parent / "selfaudit_0.8.0_amd64.deb").write_bytes(b"another")
    assert subprocess.run(compare, shell=True, cwd=release.parent, capture_output=True, check=False).returncode == 1
    (verify,) = re.findall(r"^minisign -Vm .*$", words, re.MULTILINE)
    assert verify == f"minisign -Vm T-17.selfaudit-case -P {DESK.public().text()}"
    if shutil.which("minisign"):
        assert subprocess.run(verify, shell=True, cwd="out", capture_output=True, check=True).returncode == 0


def test_without_a_release_no_sum_is_invented(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = said(capsys, *FIELDS, "--send", "out")
    assert code == 0
    assert "No checksum of the program is known, and the page says so" in out
    words = Elements(page()).words
    assert "The checksums of the program are not known here." in words
    own = hashlib.sha256(Path("out/T-17.selfaudit-case").read_bytes()).hexdigest()
    assert set(re.findall(r"\b[0-9a-f]{64}\b", words)) == {own}
    assert "sha256sum FILE" in words
    assert "https://get.desk.test" not in page()


def test_without_anything(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    use_pack("")
    code, out, _err = said(capsys, *FIELDS, "--send", "out")
    assert code == 0
    assert "The customer is told no address for the program" in out
    assert "The letter names nobody to ask" in out
    assert "1. Ask us for the program selfaudit" in letter()
    assert "Questions? Ask whoever sent you this letter, and name the case T-17." in letter()
    assert "No address is known here where the program can be fetched." in page()
    code, out, _err = said(capsys, *FIELDS, "--send", "out", "--release", release, "--force", "--contact", "desk@desk.test")
    assert code == 0
    assert "Questions? desk@desk.test" in letter()
    assert [a["href"] for tag, a in Elements(page()).found if tag == "a"] == NAMES[:2]  # sums, but no links


def test_not_signed(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    code, out, _err = said(capsys, *FIELDS, "--send", "out", "--no-sign", "--force")
    assert code == 0
    assert sorted(os.listdir("out")) == [n for n in NAMES if not n.endswith(".minisig")]
    assert "It is not signed" in out
    assert "The case file is not signed: it does not show who made it, and it permits nothing." in " ".join(letter().split())
    assert "This case file is not signed, so there is no signature to check." in page()
    assert "minisig" not in letter()
    assert "minisign -V" not in page()
    use_pack(LINKS + CONTACTS + BRAND)
    assert said(capsys, *FIELDS, "--send", "out", "--no-sign", "--force")[0] == 0
    assert "<img" not in page()
    assert "#0b6470" not in page()


def test_a_key_that_the_pack_does_not_name(capsys: pytest.CaptureFixture[str]) -> None:
    use_pack(LINKS + CONTACTS + BRAND)
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    assert ("<img" in page(), "#0b6470" in page(), "minisign -Vm" in page()) == (True, True, True)
    assert "nobody vouches for the key: then the signature shows nothing until you have asked us" in page()
    shutil.rmtree("out")
    use_pack(LINKS + CONTACTS + BRAND, keys=False)
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    words = " ".join(letter().split())
    assert f"The case file is signed with the key {DESK.public().name}. If the program knows this key as ours" in words
    assert "is signed by" not in words
    assert ("<img" in page(), "#0b6470" in page(), "minisign -Vm" in page()) == (False, False, False)
    assert DESK.public().text() not in page()
    assert "The public key is not known here; ask us for it." in page()
    assert "and says by whom it is" not in page()
    assert "you can check it without the program:" not in page()


def test_a_key_of_a_pack_that_comes_with_the_program() -> None:
    sending = sending_of(demo_signed_case("broken"))
    assert sending.permission.startswith("The case file is signed by Prez Hosting")
    assert "It permits checks of exactly these targets" in sending.permission
    assert "and says by whom it is" in sending.checking


@pytest.mark.parametrize(
    ("sign", "proof"),
    [
        ("--sign", "The case file is signed with the key "),
        ("--no-sign", "The case file is not signed: it does not show who made it."),
    ],
)
def test_without_targets(sign: str, proof: str, capsys: pytest.CaptureFixture[str]) -> None:
    named = ("--provider", "desk", "--number", "T-17", sign, "--send", "out", "--force")
    assert said(capsys, *named)[0] == 0
    words = flat(letter()).partition("What may be checked")[2]
    assert words.startswith(f" {proof}")
    assert found_once(words, "The case file names no domain and no address, so it permits no check")
    assert "hosted for others" not in words
    assert said(capsys, *named, *(part for n in range(27) for part in ("--hosted", f"h{n}.net")))[0] == 0
    words = flat(letter()).partition("What may be checked")[2]
    assert words.startswith(f" {proof}")
    assert "names no domain and no address of your own, so it permits no check" in words
    assert "That permits no check of them: - h0.net - h1.net" in words
    assert "- h24.net - and 2 more, which the case file names" in words
    assert "<li><code>h24.net</code></li>" in page()


def test_what_the_program_sends() -> None:
    """What docs/privacy.md says beyond public look-ups, without permission and with it."""
    said_of = sending_of(demo_signed_case("broken")).sends
    without, having = said_of[1:3]
    for words in ("mta-sts.DOMAIN", "time servers", "port 25"):
        assert words in without
    for words in (
        "fixed list",
        "UDP",
        "strangers could send mail or reach others through",
        "whole DNS zone",
        "unless you ask for one",
    ):
        assert words in having


def test_the_page_of_the_letter(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    sent = (*FIELDS, "--send", "out", "--force")
    for more, known, words in (
        (LINKS, True, "has links and checksums."), (LINKS, False, "has the link to the program."), ("", True, "has the checksums of the program."),
        ("", False, ""),
    ):  # fmt: skip
        use_pack(more)
        use_folder(data_folder() / "policies")
        assert said(capsys, *sent, *(("--release", release) if known else ()))[0] == 0
        told = re.findall(r"The page index\.html, sent with this letter, ([^.]*\.)", flat(letter()))
        assert told == ([words] if words else [])


def english_words() -> set[str]:
    """The longest fixed piece of every text of letter and page, where it is long enough to be no German by chance."""
    texts: set[str] = set()
    for module in (content, letters, download_words):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_", "ngettext"):
                texts |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    template = resources.files("selfaudit_resources") / "templates" / "sending.html"
    texts |= set(re.findall(r'_\("([^"]+)"\)', template.read_text("utf-8")))
    pieces = {max(re.split(r"\{\w+\}", flat(text)), key=len).strip() for text in texts}
    return {piece for piece in pieces if len(piece) >= 12 and " " in piece}


def test_all_words_are_looked_for() -> None:
    assert {"Your domains", "Look at what would be sent and to whom, allow it, and start the check."} - english_words() == {
        "Your domains"
    }
    assert len(english_words()) > 60


def test_in_the_customers_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *FIELDS, "--send", "out", "--language", "de")[0] == 0
    assert '<html lang="de">' in page()
    assert letter().startswith("Ihr Fall T-17 bei Desk Hosting\n\nGuten Tag\n")
    assert "So antworten Sie, in fünf Schritten\n  1. " in letter()
    assert found_once(
        letter(), "3. Sehen Sie sich an, was an wen gesendet würde, erlauben Sie es, und starten Sie die Prüfung."
    )
    assert found_once(letter(), f"Die Falldatei ist mit dem Schlüssel {DESK.public().name} signiert.")
    assert "Bitte antworten Sie auf: Deutsch" in flat(letter())
    words = flat(letter() + Elements(page()).words)
    assert [text for text in english_words() if text in words] == []
    assert said(capsys, *FIELDS, "--send", "out", "--language", "fr", "--force")[0] == 0
    assert '<html lang="en">' in page()
    assert "Please answer in: français" in flat(letter())
    assert said(capsys, *FIELDS, "--send", "out", "--language", "vo", "--force")[0] == 0
    assert "Please answer in" not in letter() + page()


def test_before_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("shop.net", "--provider", "desk", "--number", "T-17", "--onboarding")
    assert said(capsys, *asked, "--send", "out")[0] == 0
    assert "Before a contract begins, we ask for one file" in letter()
    assert "suspended" not in letter()


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    for name in NAMES:
        shutil.rmtree("out", ignore_errors=True)
        Path("out").mkdir()
        Path("out", name).write_text("mine")
        code, out, err = said(capsys, *FIELDS, "--send", "out")
        assert (code, out) == (2, "")
        assert f"{name}: is there already; nothing was written." in err
        assert listing(Path("out")) == {name: b"mine"}
    Path("out/index.html").unlink(missing_ok=True)
    Path("out/index.html").symlink_to("elsewhere")  # to nothing: it is there all the same
    assert said(capsys, *FIELDS, "--send", "out")[0] == 2
    Path("file").write_text("mine")
    assert said(capsys, *FIELDS, "--send", "file")[0] == 2
    for more in (("--send", "new", "--out", "a.json"), ("--release", release), ("--send", "new", "--release", "absent.json")):
        code, out, err = said(capsys, *FIELDS, *more)
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert not Path("new").exists()


def test_a_wrong_file_beside_the_release(capsys: pytest.CaptureFixture[str], release: Path) -> None:
    (release.parent / "setup.exe").write_bytes(b"another")
    code, out, err = said(capsys, *FIELDS, "--send", "out", "--release", release)
    assert (code, out) == (2, "")
    assert "setup.exe is not the file that the release describes" in err
    assert not Path("out").exists()


def test_links_in_the_folder_are_replaced_and_never_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("secret").write_text("mine")
    Path("out").mkdir()
    for name in NAMES:
        Path("out", name).symlink_to(Path("secret").absolute())
    assert said(capsys, *FIELDS, "--send", "out", "--force")[0] == 0
    assert Path("secret").read_text() == "mine"
    assert not any(p.is_symlink() for p in Path("out").iterdir())
    Path("out/letter.txt").unlink()
    Path("out/letter.txt").mkdir()
    before = {p.name for p in Path("out").iterdir()}
    code, _out, err = said(capsys, *FIELDS, "--send", "out", "--force")
    assert (code, "is a folder; name a file" in err) == (2, True)
    assert {p.name for p in Path("out").iterdir()} == before


@pytest.mark.parametrize("fails", range(8))
def test_all_or_nothing(fails: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails at any move leaves what was there."""
    place = tmp_path / "out"
    place.mkdir()
    for name in ("a", "b", "old"):
        (place / name).write_text(f"old {name}")
    before, count, rename = listing(place), iter(range(100)), Path.rename

    def failing(self: Path, target: Any) -> Path:
        if next(count) == fails:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    files = {"a": b"new a", "b": b"new b", "c": b"new c"}
    if fails < 6:
        with pytest.raises(UserError, match="No space left on device"):
            write_together(place, files, gone=["old"])
        assert listing(place) == before
    else:
        write_together(place, files, gone=["old"])
        assert listing(place) == files


@pytest.mark.parametrize("fails", range(6))
def test_nothing_is_lost_where_nothing_can_be_moved_any_more(
    fails: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails from a move on: what was there lies in the folder, or where the error says."""
    place = tmp_path / "out"
    place.mkdir()
    for name in ("a", "b", "old"):
        (place / name).write_text(f"old {name}")
    before, count, rename = listing(place), iter(range(100)), Path.rename

    def failing(self: Path, target: Any) -> Path:
        if next(count) >= fails:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UserError, match="No space left on device") as caught:
        write_together(place, {"a": b"new a", "b": b"new b", "c": b"new c"}, gone=["old"])
    rest = [p for p in place.iterdir() if p.is_dir()]
    aside = {p.name: p.read_bytes() for folder in rest for p in (folder / "before").iterdir()}
    assert {p.name: p.read_bytes() for p in place.iterdir() if p.is_file() and p.name in before} | aside == before
    assert bool(rest) is bool(fails)
    assert all(f"What was there before lies in {folder / 'before'}" in str(caught.value) for folder in rest)


@pytest.mark.parametrize("after", range(6))
def test_somebody_stops_it_after_a_move(after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "out"
    place.mkdir()
    for name in ("a", "b", "old"):
        (place / name).write_text(f"old {name}")
    before, count, rename = listing(place), iter(range(100)), Path.rename

    def stopping(self: Path, target: Any) -> Path:
        moved = rename(self, target)
        if next(count) == after:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "rename", stopping)
    with pytest.raises(KeyboardInterrupt):
        write_together(place, {"a": b"new a", "b": b"new b", "c": b"new c"}, gone=["old"])
    assert listing(place) == before


def test_the_cases_of_two_customers_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    before = listing(Path("out"))
    for number, words in (("T-18", "another case lies in this folder"), ("T 17", "this is the case T-17, not this one")):
        code, out, err = said(capsys, *FIELDS, "--number", number, "--send", "out", "--force")
        assert (code, out, words in err) == (2, "", True), err
        assert listing(Path("out")) == before
    assert said(capsys, *FIELDS, "--send", "out", "--force")[0] == 0
    assert said(capsys, *FIELDS)[0] == 0
    code, _out, err = said(capsys, *FIELDS, "--number", "T 17", "--force")
    assert (code, "this is the case T-17, not this one" in err) == (2, True)
    assert said(capsys, *FIELDS, "--force")[0] == 0


def test_no_key_is_made_for_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "signing_key", lambda: pytest.fail("a key was made for nothing"))
    Path("file").write_text("mine")
    code, out, err = said(capsys, *FIELDS, "--send", "file/deep/er")
    assert (code, out, "cannot be written" in err) == (2, "", True)
    for empty in ("", " "):
        code, out, err = said(capsys, *FIELDS, "--send", empty)
        assert (code, out, "--send: name a folder." in err) == (2, "", True)
    assert not {p.name for p in Path().iterdir()} - {"file", "home"}


def test_a_letter_that_every_mail_server_takes(capsys: pytest.CaptureFixture[str]) -> None:
    long = "ü" * 3000
    assert said(capsys, *FIELDS, "--message", long, "--number", "T " + "long " * 19, "--send", "out")[0] == 0
    lines = letter().splitlines()
    assert max(len(line.encode()) for line in lines) <= 998
    assert letter().count("ü") == 3000
    assert len(lines[0]) <= 76
    assert lines[1].startswith("  ")


def test_a_folder_that_cannot_be_made_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        write_together(tmp_path / "file" / "deep", {"a": b"a"})

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_together(tmp_path / "new" / "deep", {"a": b"a"})
    assert not (tmp_path / "new").exists()


HEADERS = re.compile(r"^(Bcc|Subject|Content-Type|From|X-[A-Za-z-]+)\s*:", re.IGNORECASE | re.MULTILINE)
EVIL = "x</p><script>alert(1)</script> Bcc: evil@x.test " + "Subject: y " * 8


def test_hostile_words(capsys: pytest.CaptureFixture[str]) -> None:
    """HTML stays words; nothing that somebody wrote begins a line of the letter; nothing reorders one."""
    for what in ("--service", "--contact", "--step"):
        code, _out, err = said(capsys, *FIELDS, "--send", "out", what, "a\u202eb\x1b[2J")
        assert (code, "a character that cannot be shown" in err) == (2, True)
    given = (
        "--service",
        EVIL,
        "--contact",
        EVIL + "\r\nBcc: z@x.test",
        "--step",
        EVIL * 2,
        "--message",
        f"{EVIL}\nBcc: m@x.test\n{'w ' * 90}",
    )
    number = ("--number", "T/../..\\17 <b>Bcc: x")
    assert said(capsys, *FIELDS, *given, *number, "--send", "out")[0] == 0
    assert sorted(os.listdir("out")) == [
        "T-..-..-17-b-Bcc-x.selfaudit-case",
        "T-..-..-17-b-Bcc-x.selfaudit-case.minisig",
        "index.html",
        "letter.txt",
    ]
    assert not HEADERS.search(letter())
    assert max(map(len, letter().splitlines())) <= 76
    found = Elements(page())
    assert "script" not in {tag for tag, _attrs in found.found}
    assert "b" not in {tag for tag, _attrs in found.found}
    assert "x</p><script>alert(1)</script>" in found.words


def test_hostile_pack(capsys: pytest.CaptureFixture[str]) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><title>&lt;/style&gt;&lt;script&gt;</title><rect width='8' height='8'/></svg>"
    brand = f'[brand]\nlogo = "{svg}"\naccent = "#ffff00"\naccent_dark = "#000001"\n'
    use_pack(LINKS + CONTACTS + brand, name="<img src=x onerror=alert(1)> Bcc: " + "w " * 40)
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    found = Elements(page())
    pictures = [a for tag, a in found.found if tag == "img"]
    assert len(pictures) == 1
    assert str(pictures[0]["src"]).startswith("data:image/svg+xml;base64,")
    assert "#ffff00" not in page()  # cannot be read on light
    assert "#000001" not in page()  # nor this in the dark
    assert not HEADERS.search(letter())
    for wrong, words in (
        ('page = "http://x.test/"', "downloads.page"), ('page = "javascript:alert(1)"', "downloads.page"), ('base = "https://x.test/?f="', "downloads.base"),
        ('base = "https://x.test/#"', "downloads.base"), ('base = "https://u:p@x.test/"', "downloads.base"), ('folder = "x"', "downloads.folder"),
    ):  # fmt: skip
        use_pack(f"[downloads]\n{wrong}\n")
        code = run(["policy", "check", str(data_folder() / "policies" / "desk.toml")])
        told = capsys.readouterr()
        assert code in (1, 2), told
        assert words in told.out + told.err


def test_colours() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert readable("#777777", ("#ffffff",), "#111111") == "#111111"
    assert readable("#767676", ("#ffffff",), "#111111") == "#767676"
    assert readable("red", ("#ffffff",), "#111111") == "#111111"
    assert readable("", (), "#111111") == "#111111"
