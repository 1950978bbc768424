"""`selfaudit collect` as a person meets it: the script, files, pasted blocks, SSH; and what an audit makes of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.demo.ssh_server import PASSWORD, SshServer
from selfaudit.protocols.collector import make_blocks, make_text
from selfaudit.secrets import SSH_VARIABLE
from tests.checks.host import report


def text() -> bytes:
    import datetime

    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = report({"meta": f"collector=1.0.0\ntime={now}\nsystem=unix\nmode=live\nroot=yes"})
    return make_text(made.parts).encode("ascii")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's keys, agent and password."""
    for name in ("SSH_AUTH_SOCK", SSH_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SELFAUDIT_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SELFAUDIT_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def settings(home: Path) -> str:
    path = home / "lab.toml"
    path.write_text('[dns]\nresolvers = ["127.0.0.1"]\nport = 9\n[scope]\nallow_reserved = true\n')
    return str(path)


class Served:
    """An SSH server in a thread of its own, since the command runs a loop of its own."""

    def __init__(self) -> None:
        self.server = SshServer(("admin",), text)
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        assert self._ready.wait(20)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.server.start())
        self.fingerprint = self.server.fingerprint
        self._ready.set()
        self._loop.run_forever()
        self.server.close()
        self._loop.run_until_complete(self.server.wait_closed())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.stop()


def test_the_script_is_printed_whole(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", "--print"]) == 0
    printed = capfd.readouterr().out
    assert subprocess.run(["sh", "-n"], input=printed, text=True, check=False).returncode == 0
    assert "--compact" in printed
    assert run(["collect", "--print", "--windows"]) == 0
    assert "param" in capfd.readouterr().out.lower()


@pytest.mark.parametrize("arguments", [[], ["--print", "--local"], ["--import", "a", "--ssh", "b@c"]])
def test_one_way_must_be_chosen(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", *arguments]) == 2
    assert "Choose one way" in capfd.readouterr().err


def test_a_file_is_read_and_summed_up(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "facts.txt").write_bytes(text())
    assert run(["collect", "--import", "facts.txt", "--json", "facts.json"]) == 0
    said = capfd.readouterr().out
    assert "web1.blumenhof.example (Debian GNU/Linux 12 (bookworm))" in said
    assert "read from a file" in said
    assert all(len(line) <= 80 for line in said.splitlines())
    assert json.loads((home / "facts.json").read_text())["machine"] == "0123456789abcdef"


def test_pasted_blocks_become_a_file_again(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = text()
    (home / "pasted.txt").write_text(make_blocks(data))
    assert run(["collect", "--import", "pasted.txt", "--out", "whole.txt"]) == 0
    assert (home / "whole.txt").read_bytes() == data
    assert "--host-facts whole.txt" in " ".join(capfd.readouterr().out.split())


def test_a_missing_block_is_named(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = make_text(
        report({"login.keys": "\n".join(f"user{n * 7919 % 100003}|{n * 104729 % 1000003}" for n in range(3000))}).parts
    ).encode()
    blocks = make_blocks(data).split("-----BEGIN SELFAUDIT")
    assert len(blocks) > 4
    (home / "pasted.txt").write_text("-----BEGIN SELFAUDIT".join(blocks[:2] + blocks[3:]))
    assert run(["collect", "--import", "pasted.txt"]) == 2
    said = capfd.readouterr().err
    assert "2" in said
    assert len(said.strip().splitlines()) == 1


def test_what_is_no_such_file_is_said_in_one_line(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "page.html").write_text("<!doctype html><title>Not found</title>")
    assert run(["collect", "--import", "page.html"]) == 2
    assert run(["collect", "--import", "nowhere.txt"]) == 2
    assert len(capfd.readouterr().err.strip().splitlines()) == 2


def test_an_unknown_host_key_is_never_accepted_silently(
    served: Served, settings: str, home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SSH_VARIABLE, PASSWORD)
    where = f"admin@127.0.0.1:{served.server.port}"
    assert run(["collect", "--ssh", where, "--settings", settings]) == 2
    said = capfd.readouterr().err
    assert served.fingerprint in said
    assert "ssh_host_ed25519_key.pub" in said
    assert served.server.asked == []
    assert run(["collect", "--ssh", where, "--settings", settings, "--host-key", "SHA256:" + "A" * 43]) == 2
    assert served.server.asked == []
    # Named once, it is remembered.
    assert run(["collect", "--ssh", where, "--settings", settings, "--host-key", served.fingerprint, "--out", "a.txt"]) == 0
    assert run(["collect", "--ssh", where, "--settings", settings, "--out", "b.txt", "--sudo"]) == 0
    assert served.server.asked == ["exec sh -s --", "exec sudo -n sh -s --"]
    assert (home / "b.txt").read_bytes().startswith(b"selfaudit-collector 1\n")
    assert run(["collect", "--ssh", where, "--forget-host-key"]) == 0
    assert run(["collect", "--ssh", where, "--settings", settings]) == 2


def test_a_wrong_password_is_said(
    served: Served, settings: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SSH_VARIABLE, "guess")
    where = f"admin@127.0.0.1:{served.server.port}"
    assert run(["collect", "--ssh", where, "--settings", settings, "--host-key", served.fingerprint]) == 2
    said = capfd.readouterr().err
    assert "guess" not in said
    assert "127.0.0.1" in said


def test_facts_of_a_server_of_the_case_are_judged(settings: str, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "facts.txt").write_bytes(text())
    common = ["--settings", settings, "--only", "patch,host", "--host-facts"]
    run(["audit", "192.0.2.10", *common, "facts.txt", "--json", "a.json"])
    results = json.loads((home / "a.json").read_text())["results"]
    assert {r["target"]["kind"] for r in results} == {"host"}
    assert not any(f["tag"].endswith("OTHER_HOST") for r in results for f in r["findings"])
    capfd.readouterr()
    # The same file with somebody else's address: nothing in it is judged.
    assert run(["audit", "198.51.100.7", *common, "facts.txt", "--json", "b.json"]) == 3
    results = json.loads((home / "b.json").read_text())["results"]
    judged = [r for r in results if r["outcome"] not in ("inconclusive", "not-run")]
    assert not judged
    assert all(f["tag"].endswith("OTHER_HOST") for r in results for f in r["findings"])
    # Said to be that of the named address.
    run(["audit", "198.51.100.7", *common, "198.51.100.7=facts.txt", "--json", "c.json"])
    results = json.loads((home / "c.json").read_text())["results"]
    assert not any(f["tag"].endswith("OTHER_HOST") for r in results for f in r["findings"])


def test_an_edited_file_is_not_judged(settings: str, home: Path) -> None:
    (home / "facts.txt").write_bytes(text().replace(b"192.0.2.10/24", b"192.0.2.99/24"))
    assert (
        run(
            [
                "audit",
                "192.0.2.99",
                "--settings",
                settings,
                "--only",
                "patch,host",
                "--host-facts",
                "facts.txt",
                "--json",
                "a.json",
            ]
        )
        == 3
    )
    results = json.loads((home / "a.json").read_text())["results"]
    assert all(f["tag"].endswith("_CHANGED") for r in results for f in r["findings"])
