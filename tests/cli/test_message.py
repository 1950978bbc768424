"""`selfaudit message` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.facts.dns import DnsAnswer
from selfaudit.net.dns import DnsClient
from selfaudit.protocols.lookup import zone_lookup
from tests.checks.build import Zone
from tests.checks.messages import GOOD, mail, sign

ZONE: Zone = {**GOOD, "x.test": {"A": ["192.0.2.77"]}}
NEWS = {"list_unsubscribe": "<https://shop.test/u>", "list_unsubscribe_post": "List-Unsubscribe=One-Click"}
BODY = "Unsubscribe: https://shop.test/u\r\nBlumen GmbH, Tulpenweg 4, 12345 Blumenhof\r\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A resolver that knows a small zone, and nobody's language."""
    answers = zone_lookup(ZONE)

    async def lookup(self: DnsClient, name: str, rdtype: str, **_options: object) -> DnsAnswer:
        return await answers(name, rdtype)

    monkeypatch.setattr(DnsClient, "lookup", lookup)
    monkeypatch.setenv("SELFAUDIT_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SELFAUDIT_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.toml").write_text('[dns]\nresolvers = ["127.0.0.1"]\nport = 9\n[scope]\nallow_reserved = true\n')
    return tmp_path


def results(home: Path, data: bytes, *options: str) -> tuple[int, dict[str, str]]:
    (home / "a.eml").write_bytes(data)
    code = run(["message", "a.eml", "--settings", "lab.toml", "--json", "out.json", "-q", *options])
    audit = json.loads((home / "out.json").read_text())
    return code, {r["check"].removeprefix("message."): r["outcome"] for r in audit["results"]}


def test_one_click(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "a.eml").write_bytes(sign(mail(BODY, **NEWS)))
    assert run(["message", "a.eml", "--settings", "lab.toml"]) == 0
    shown = capsys.readouterr().out
    assert "Self-audit of a.eml" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert results(home, sign(mail(BODY, **NEWS)))[1] == {"authentication": "pass", "headers": "pass", "unsubscribe": "pass"}


def test_signed_broken_and_unaligned(home: Path) -> None:
    assert results(home, sign(mail())) == (0, {"authentication": "pass", "headers": "pass", "unsubscribe": "not-applicable"})
    changed = sign(mail()) + b"x\r\n"
    assert results(home, changed, "--from-ip", "192.0.2.99")[0] == 1
    assert results(home, changed)[1]["authentication"] == "warn"  # SPF passes for the address in its Received line
    assert results(home, changed.replace(b"192.0.2.25", b"192.0.2.99"))[1]["authentication"] == "inconclusive"
    assert results(home, sign(mail(return_path="<b@x.test>"), "x.test"))[1]["authentication"] == "fail"


def test_what_a_person_says_about_the_way(home: Path) -> None:
    data = mail(received=None, return_path=None)
    assert results(home, data) == (3, {"authentication": "inconclusive", "headers": "pass", "unsubscribe": "not-applicable"})
    given = ["--from-ip", "192.0.2.25", "--helo", "mail.shop.test", "--mail-from", "<news@shop.test>"]
    assert results(home, data, *given)[1]["authentication"] == "warn"
    given[1] = "192.0.2.99"
    assert results(home, data, *given)[1]["authentication"] == "fail"
    assert results(home, sign(data), "--from-ip", "192.0.2.25", "--mail-from", "<>")[1]["authentication"] == "pass"


def test_several_files(home: Path) -> None:
    (home / "one").mkdir()
    (home / "a.eml").write_bytes(sign(mail()))
    (home / "one" / "a.eml").write_bytes(sign(mail("Other\r\n")))
    assert run(["message", "a.eml", "one/a.eml", "--settings", "lab.toml", "--json", "out.json"]) == 0
    audit = json.loads((home / "out.json").read_text())
    assert sorted({r["target"]["value"] for r in audit["results"]}) == ["a.eml", "a.eml (2)"]
    assert {r["target"]["kind"] for r in audit["results"]} == {"message"}


BAD = [
    (["message"], "Missing argument"),
    (["message", "absent.eml"], "absent.eml: cannot be read"),
    (["message", "empty.eml"], "no header fields"),
    (["message", "good.eml", "--helo", "x.test"], "need --from-ip"),
    (["message", "good.eml", "--from-ip", "here"], "--from-ip"),
    (["message", "good.eml", "--from-ip", "192.0.2.1"], "192.0.2.1"),
    (["message", "good.eml", "--settings", "lab.toml", "--from-ip", "192.0.2.1", "--mail-from", "x"], "is not an address"),
    (["message", "good.eml", "--json", "nowhere/x.json"], "no such folder"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD)
def test_bad_usage_is_one_line(home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    (home / "empty.eml").write_bytes(b"")
    (home / "good.eml").write_bytes(mail())
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out
