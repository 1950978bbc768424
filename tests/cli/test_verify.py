"""`selfaudit verify` and what `selfaudit report` and `--out` write, as the desk and the customer meet them."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.cli import run as saving
from selfaudit.cli.app import run
from selfaudit.cli.run import Beside, save
from selfaudit.demo import demo_signed_case
from selfaudit.engine import Audit
from selfaudit.engine.evidence import save_evidence, write_whole
from selfaudit.errors import UserError
from selfaudit.report.bundle import open_bundle
from selfaudit.secrets import SIGNING_VARIABLE
from tests.report.bundle.build import KEY, OTHER, forged, stub_reports

Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, broken_audit: Audit) -> Path:
    """What `--out` writes, signed by a key of its own."""
    folder = tmp_path_factory.mktemp("made")
    signed = demo_signed_case("broken")
    save(broken_audit, folder, Beside(signed.data, signed.signature, key=KEY))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "out"
    shutil.copytree(made, copy)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SIGNING_VARIABLE, KEY.encode())
    return copy


def standings(text: str) -> dict[str, str]:
    return {p["name"]: p["standing"] for p in json.loads(text)["verification"]["points"]}


def test_everything_is_written_and_belongs_together(folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == [
        "audit.json", "bundle.zip", "bundle.zip.minisig", "evidence.json", "report.html", "report.pdf",
    ]  # fmt: skip
    opened = open_bundle((folder / "bundle.zip").read_bytes())
    assert opened.faults == ()
    for name in ("audit.json", "evidence.json", "report.html", "report.pdf"):
        assert opened.files[name] == (folder / name).read_bytes(), name
    readme = opened.files["README.txt"].decode()
    assert f"minisign -V -P {KEY.public().text()} -m manifest.json" in readme
    assert max(len(line) for line in readme.splitlines()) <= 110


def test_one_screen(folder: Path, capfd: Out) -> None:
    assert run(["verify", "out/bundle.zip"]) == 0
    out = capfd.readouterr().out
    assert "Case: It follows the case file that Prez Hosting (demo) Abuse Desk has signed" in " ".join(out.split())
    assert "right    Judged anew:" in out
    assert KEY.public().name in out
    assert max(map(len, out.splitlines())) <= 80
    assert len(out.splitlines()) <= 50


def test_for_programs(folder: Path, capfd: Out) -> None:
    assert run(["verify", "--json", "out/bundle.zip"]) == 0
    text = capfd.readouterr().out
    document = json.loads(text)
    assert (document["schema"], document["exit"]) == ("selfaudit/verification/1", 0)
    found = standings(text)
    assert (found["intact"], found["judged"], found["policy"], found["case"]) == ("good", "good", "good", "note")
    assert document["verification"]["ready"] is False


@pytest.mark.parametrize("form", ["line", "file"])
def test_a_key_that_the_desk_knows(folder: Path, capfd: Out, form: str) -> None:
    for key, standing, code in ((KEY, "good", 0), (OTHER, "bad", 1)):
        Path("key.pub").write_text(key.public().file())
        given = key.public().text() if form == "line" else "key.pub"
        assert run(["verify", "--json", "--key", given, "out/bundle.zip"]) == code
        assert standings(capfd.readouterr().out)["signed"] == standing
    assert run(["verify", "--key", "nonsense", "out/bundle.zip"]) == 2


def test_what_was_changed_or_is_no_bundle(folder: Path, capfd: Out) -> None:
    data = bytearray((folder / "bundle.zip").read_bytes())
    data[5000] ^= 1
    Path("changed.zip").write_bytes(data)
    assert run(["verify", "changed.zip"]) == 1
    assert "Do not rely on this bundle" in capfd.readouterr().out
    assert run(["verify", "--recheck", "--json", "changed.zip"]) == 1
    assert standings(capfd.readouterr().out) == {"intact": "bad"}
    shutil.copy("out/bundle.zip", "other.zip")
    Path("other.zip.minisig").write_bytes(b"\xff nonsense")
    assert run(["verify", "other.zip"]) == 1
    capfd.readouterr()
    Path("text.zip").write_text("Hello")
    for name, words in (("text.zip", "not a bundle"), ("missing.zip", "cannot be read"), ("out", "")):
        assert run(["verify", name]) == 2
        found = capfd.readouterr()
        assert found.out == ""
        assert words in found.err
    assert run(["report", "changed.zip", "--json", "-"]) == 2


def test_a_finding_that_was_swapped_is_named(folder: Path, capfd: Out) -> None:
    swapped = []

    def change(files: dict[str, bytes]) -> None:
        table = json.loads(files["audit.json"])
        failed = next(r for r in table["results"] if r["outcome"] == "fail" and r["target"]["kind"] == "address")
        swapped.append(f"{failed['check']} {failed['target']['value']}")
        failed["outcome"] = "pass"
        files["audit.json"] = json.dumps(table, indent=1, ensure_ascii=False).encode() + b"\n"

    Path("forged.zip").write_bytes(forged((folder / "bundle.zip").read_bytes(), change))
    assert run(["verify", "forged.zip"]) == 1
    out = " ".join(capfd.readouterr().out.split())
    assert f"result of {swapped[0]}: the bundle says “pass”, its evidence gives “fail”" in out


def test_a_report_that_was_swapped_is_named(folder: Path, capfd: Out) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["report.html"] = files["report.html"].replace(b"</body>", b"<p>All is well.</p></body>")

    Path("forged.zip").write_bytes(forged((folder / "bundle.zip").read_bytes(), change))
    assert run(["verify", "--json", "forged.zip"]) == 1
    found = json.loads(capfd.readouterr().out)["verification"]
    assert [(d["what"], d["where"]) for d in found["differences"]] == [("report", "report.html")]


def test_repeated_in_the_demo_s_own_world(folder: Path, capfd: Out) -> None:
    assert run(["verify", "--recheck", "--json", "out/bundle.zip"]) == 0
    document = json.loads(capfd.readouterr().out)["verification"]
    assert len(document["drift"]) > 50
    assert {d["state"] for d in document["drift"]} >= {"same", "not-repeated"}
    assert document["points"][-1]["name"] == "recheck"


def test_every_form_of_a_report(folder: Path, capfd: Out) -> None:
    arguments = [
        "report",
        "out",
        "--pdf",
        "r.pdf",
        "--html",
        "r.html",
        "--json",
        "r.json",
        "--bundle",
        "r.zip",
        "--language",
        "de",
    ]
    assert run(arguments) == 0
    assert [line for line in capfd.readouterr().out.splitlines() if line] == [
        f"Written: {name}" for name in ("r.html", "r.json", "r.pdf", "r.zip", "r.zip.minisig")
    ]
    assert Path("r.pdf").read_bytes().startswith(b"%PDF-")
    assert '<html lang="de"' in Path("r.html").read_text("utf-8")
    assert open_bundle(Path("r.zip").read_bytes()).manifest.language == "de"
    # The case file comes along from the bundle in the folder.
    assert run(["verify", "--json", "r.zip"]) == 0
    assert standings(capfd.readouterr().out)["judged"] == "good"
    # From a bundle; and unsigned, which leaves no signature of an older one beside it.
    assert run(["report", "out/bundle.zip", "--bundle", "r.zip", "--unsigned", "--before", "out"]) == 0
    assert not Path("r.zip.minisig").exists()
    opened = open_bundle(Path("r.zip").read_bytes())
    assert (opened.manifest.key, "before/evidence.json" in opened.files) == ("", True)


def test_what_is_attached(folder: Path, capfd: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_reports(monkeypatch)
    Path("server.log").write_bytes(b"a line\n")
    assert run(["report", "out", "--bundle", "r.zip", "--attach", "server.log"]) == 0
    assert open_bundle(Path("r.zip").read_bytes()).files["attachments/01-server.log"] == b"a line\n"
    assert run(["report", "r.zip", "--bundle", "s.zip"]) == 0  # it goes on into the next one
    assert open_bundle(Path("s.zip").read_bytes()).files["attachments/01-server.log"] == b"a line\n"
    capfd.readouterr()
    for arguments, words in (
        (["report", "out"], "Say what to write"),
        (["report", "out", "--html", "x.html", "--attach", "server.log"], "add --bundle FILE"),
        (["report", "out", "--bundle", "x.zip", "--attach", "missing"], "cannot be read"),
        (["report", "out", "--bundle", "x.zip", "--case", "server.log"], "server.log"),
        (["report", "out", "--bundle", "out"], ""),
    ):
        assert run(arguments) == 2, arguments
        assert words in capfd.readouterr().err
    assert not Path("x.zip").exists()


def test_without_a_keyring_one_line_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out) -> None:
    stub_reports(monkeypatch)
    import keyring
    import keyring.backends.fail

    monkeypatch.delenv(SIGNING_VARIABLE)
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    assert run(["report", "out", "--bundle", "r.zip"]) == 0
    err = capfd.readouterr().err
    assert "not signed" in err
    assert "SELFAUDIT_SIGNING_KEY" in err
    assert len(err.splitlines()) == 1
    assert open_bundle(Path("r.zip").read_bytes()).manifest.key == ""
    assert run(["verify", "--json", "r.zip"]) == 3
    assert standings(capfd.readouterr().out)["signed"] == "unknown"


def test_nothing_is_lost_if_the_pages_cannot_be_drawn(
    tmp_path: Path, broken_audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from selfaudit.report.bundle import make

    def fails(*_given: object, **_named: object) -> None:
        raise UserError("the disk is full")

    monkeypatch.setattr(make, "draw", fails)
    with pytest.raises(UserError, match="the disk is full"):
        save(broken_audit, tmp_path / "out", Beside(key=KEY))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["audit.json", "evidence.json", "report.html"]


def full(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A disk that takes some octets of each file and no more."""
    real: Callable[[Path, bytes], int] = Path.write_bytes

    def write(self: Path, data: bytes) -> int:
        real(self, data[:after])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"old")
    full(monkeypatch, 3)
    with pytest.raises(UserError, match="No space left"):
        write_whole(path, b"new and longer")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("bundle.zip", b"old")]


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, broken_audit: Audit, capfd: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_reports(monkeypatch)
    save_evidence(broken_audit.evidence, tmp_path / "evidence.json")
    (tmp_path / "file").write_bytes(b"precious")
    monkeypatch.chdir(tmp_path)
    for name in ("file/x.zip", "/proc/nope/x.zip"):
        assert run(["report", "evidence.json", "--bundle", name, "--unsigned"]) == 2
        assert "cannot be written" in capfd.readouterr().err
    assert (tmp_path / "file").read_bytes() == b"precious"


def test_a_full_disk_is_said_in_one_line(
    tmp_path: Path, broken_audit: Audit, capfd: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(monkeypatch, 10)
    with pytest.raises(UserError, match="No space left"):
        saving.show(replace(broken_audit, results=broken_audit.results[:1]), out=tmp_path / "o", json_file="", quiet=True)
    assert "1" in capfd.readouterr().out  # what could not be saved is still shown
    assert list((tmp_path / "o").iterdir()) == []
