"""`selfaudit case new --send`: the folder for one customer, whole or not at all, whatever stands in pack and case."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from selfaudit.cli.app import run
from selfaudit.engine.seals import read_signed_case
from selfaudit.errors import UserError
from selfaudit.install import data_folder
from selfaudit.policy.colours import contrast, readable
from selfaudit.policy.packs import use_folder
from selfaudit.report.sending.folder import write_together
from selfaudit.secrets import SIGNING_VARIABLE
from tests.signing import DESK, OWNER, pack_text

FIELDS = (
    "shop.net", "9.9.9.0/30", "--provider", "desk", "--number", "T-17", "--cited", "B-4.4,B-5.7", "--step", "Close the relay.", "--deadline",
    "2999-03-01", "--suspended", "2026-03-01", "--service", "VPS 7", "--message", "Dear customer,\n\nplease answer.",
)  # fmt: skip
NAMES = ["T-17.selfaudit-case", "T-17.selfaudit-case.minisig", "index.html", "letter.txt"]
LINKS = '[downloads]\npage = "https://www.desk.test/selfaudit"\nbase = "https://get.desk.test/selfaudit"\n'
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
        "     macOS): https://www.desk.test/selfaudit\n", "  - shop.net\n  - 9.9.9.0/30\n",
        "Questions? help@desk.test (please name the case T-17)\n", "Kind regards\n  Desk Hosting\n  https://www.desk.test/\n",
    ):  # fmt: skip
        assert words in text, words
    assert f"The case file is signed by {OWNER}. It permits checks of exactly these targets" in " ".join(text.split())
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


def test_a_key_that_the_pack_does_not_name(capsys: pytest.CaptureFixture[str]) -> None:
    use_pack(keys=False)
    assert said(capsys, *FIELDS, "--send", "out")[0] == 0
    words = " ".join(letter().split())
    assert f"The case file is signed with the key {DESK.public().name}. If the program knows this key as ours" in words
    assert "is signed by" not in words


def test_in_the_customers_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *FIELDS, "--send", "out", "--language", "de")[0] == 0
    assert '<html lang="de">' in page()
    assert said(capsys, *FIELDS, "--send", "out", "--language", "fr", "--force")[0] == 0
    assert '<html lang="en">' in page()
    assert "Please answer in: fr" in letter()


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
    assert max(map(len, letter().splitlines()[1:])) <= 76
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
