"""tools/vulnerabilities.py against a service of our own on loopback."""

from __future__ import annotations

import datetime
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tools import vulnerabilities

PACKAGES = [("alpha", "1.0"), ("beta", "2.0")]
DAY = datetime.date(2026, 11, 22)


class Fake:
    """Answers as OSV does, by a table of package -> ids and one of id -> record; `answer` replaces all of it."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[str]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.answer: Callable[[str], tuple[int, bytes]] | None = None
        self.asked: list[tuple[str, Any]] = []
        self.address = ""

    def reply(self, path: str, body: Any) -> tuple[int, bytes]:
        self.asked.append((path, body))
        if self.answer is not None:
            return self.answer(path)
        if path == "/v1/querybatch":
            results: list[dict[str, Any]] = []
            for query in body["queries"]:
                assert query["package"]["ecosystem"] == "PyPI"
                ids = self.known.get((query["package"]["name"], query["version"]), [])
                results.append({"vulns": [{"id": name, "modified": "2026-01-01T00:00:00Z"} for name in ids]} if ids else {})
            return 200, json.dumps({"results": results}).encode()
        record = self.records.get(path.removeprefix("/v1/vulns/"))
        return (200, json.dumps(record).encode()) if record else (404, b"{}")


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            code, data = fake.reply(self.path, body)
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve  # noqa: N815 - named by http.server

        def log_message(self, *_: Any) -> None:
            return

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(vulnerabilities, "installed", lambda: list(PACKAGES))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield fake
        server.shutdown()


def looked(fake: Fake | str, capsys: pytest.CaptureFixture[str], day: datetime.date = DAY) -> tuple[int, str]:
    code = vulnerabilities.main(["--service", fake if isinstance(fake, str) else fake.address], today=day)
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def test_nothing_known_is_silent(osv: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert looked(osv, capsys) == (0, "")
    assert [len(body["queries"]) for _path, body in osv.asked] == [1, 2]  # the probe, then all of them at once


def test_a_finding_fails_and_says_where_it_is_fixed(osv: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    osv.known[("beta", "2.0")] = ["GHSA-aaaa-bbbb-cccc", "PYSEC-2026-7"]
    osv.records["GHSA-aaaa-bbbb-cccc"] = {
        "summary": "Reads what it should not\x1b[31m",
        "aliases": ["CVE-2026-1", "PYSEC-2026-7"],
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": "Beta"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}]},
            {"package": {"ecosystem": "PyPI", "name": "beta-other"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "8.8"}]}]},
            {"package": {"ecosystem": "npm", "name": "beta"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "9.9"}]}]},
        ],
    }  # fmt: skip
    code, out = looked(osv, capsys)
    assert code == 1
    assert out == (
        "beta 2.0: GHSA-aaaa-bbbb-cccc (CVE-2026-1, PYSEC-2026-7); fixed in 2.1\n"
        "    Reads what it should not [31m\n"
        "vulnerabilities: 1 known in 2 packages\n"
    )


def test_a_finding_without_words_fails_too(osv: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    osv.known[("alpha", "1.0")] = ["GHSA-unknown", "../../etc"]
    code, out = looked(osv, capsys)
    assert code == 1
    assert out.splitlines() == ["alpha 1.0: GHSA-unknown", "alpha 1.0: ../../etc", "vulnerabilities: 2 known in 2 packages"]
    assert all(".." not in path for path, _body in osv.asked)


def test_what_is_accepted_is_so_until_its_day(
    osv: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    osv.known[("alpha", "1.0")] = ["PYSEC-2026-9"]
    osv.records["PYSEC-2026-9"] = {"aliases": ["CVE-2026-9"]}
    monkeypatch.setitem(vulnerabilities.ACCEPTED, "CVE-2026-9", (DAY, "not reached from here"))
    assert looked(osv, capsys) == (0, "")
    code, out = looked(osv, capsys, DAY + datetime.timedelta(days=1))
    assert (code, out.splitlines()[0]) == (1, "alpha 1.0: PYSEC-2026-9 (CVE-2026-9); was accepted until 2026-11-22")


def test_every_acceptance_gives_its_reason() -> None:
    for name, (until, why) in vulnerabilities.ACCEPTED.items():
        assert name
        assert isinstance(until, datetime.date)
        assert len(why) > 20


def unreachable(result: tuple[int, str], why: str) -> None:
    code, out = result
    assert code == 0
    assert out == f"vulnerabilities: not looked up, OSV is not reachable from here ({why})\n"


def test_not_reachable(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vulnerabilities, "installed", lambda: list(PACKAGES))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        unreachable(looked(f"http://127.0.0.1:{closed.getsockname()[1]}", capsys), "ConnectionError")


def test_a_service_that_hangs(osv: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(vulnerabilities.Service.__init__, "__defaults__", (0.2, 0.4))

    def hang(_path: str) -> tuple[int, bytes]:
        released.wait(60)
        return 200, b"{}"

    osv.answer = hang
    code, out = looked(osv, capsys)
    released.set()
    assert code == 0
    assert out.startswith("vulnerabilities: not looked up")
    assert len(out.splitlines()) == 1


def test_it_hangs_after_the_probe(osv: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(vulnerabilities.Service.__init__, "__defaults__", (30.0, 0.3))

    def hang(_path: str) -> tuple[int, bytes]:
        if len(osv.asked) > 1:
            released.wait(60)
        return 200, b'{"results": [{}]}'

    osv.answer = hang
    unreachable(looked(osv, capsys), "no answer in time")
    released.set()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>Log in to the hotel's network</html>", "its answer is not in its format"),
        (b"[]", "its answer is not in its format"),
        (b"{}", "its answer is not in its format"),
        (b'{"results": {}}', "its answer is not in its format"),
        (b'{"results": []}', "its answer is not in its format"),
        (b'{"results": [3]}', "its answer is not in its format"),
        (b"[" * 200_000, "its answer is not in its format"),
        (b"\xff\xfe", "its answer is not in its format"),
    ],
)
def test_garbage_is_no_answer(osv: Fake, capsys: pytest.CaptureFixture[str], data: bytes, why: str) -> None:
    osv.answer = lambda _path: (200, data)
    unreachable(looked(osv, capsys), why)


@pytest.mark.parametrize("vulns", ["5", '{"id": "X-1"}', '[{"id": 7}]', '["X-1"]', "[{}]"])
def test_a_finding_in_another_format_is_no_all_clear(osv: Fake, capsys: pytest.CaptureFixture[str], vulns: str) -> None:
    def garbled(_path: str) -> tuple[int, bytes]:
        rest = ", {}" if len(osv.asked) > 1 else ""
        return 200, f'{{"results": [{{"vulns": {vulns}}}{rest}]}}'.encode()

    osv.answer = garbled
    unreachable(looked(osv, capsys), "its answer is not in its format")


def test_an_error_is_no_answer(osv: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    osv.answer = lambda _path: (503, b"")
    for code in (503, 400):
        osv.answer = lambda _path, code=code: (code, b"")
        assert looked(osv, capsys) == (0, f"vulnerabilities: not looked up, OSV answered {code}\n")


def paged(osv: Fake, ends: int) -> Callable[[str, Any], tuple[int, bytes]]:
    """Answers about beta in pages, each with one id; the last is page `ends`."""

    def reply(path: str, body: Any) -> tuple[int, bytes]:
        osv.asked.append((path, body))
        if path != "/v1/querybatch":
            return 404, b"{}"
        results: list[dict[str, Any]] = []
        for query in body["queries"]:
            page = int(query.get("page_token", "0"))
            more = {} if page == ends else {"next_page_token": str(page + 1)}
            known = [{"id": f"PYSEC-2026-{page}"}] if page else []  # nothing on the first page, which is no all clear
            results.append({"vulns": known, **more} if query["package"]["name"] == "beta" else {})
        return 200, json.dumps({"results": results}).encode()

    return reply


def test_an_answer_in_pages_is_read_to_its_end(
    osv: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osv, "reply", paged(osv, 2))
    code, out = looked(osv, capsys)
    assert (code, out.splitlines()[:2]) == (1, ["beta 2.0: PYSEC-2026-1", "beta 2.0: PYSEC-2026-2"])
    osv.asked.clear()
    monkeypatch.setattr(osv, "reply", paged(osv, 10**6))
    unreachable(looked(osv, capsys), "its answer has no end")
    assert len(osv.asked) == 1 + vulnerabilities.MAX_PAGES
    osv.answer = lambda _path: (200, b'{"results": [{"next_page_token": 7}]}')
    monkeypatch.undo()
    monkeypatch.setattr(vulnerabilities, "installed", lambda: list(PACKAGES)[:1])
    unreachable(looked(osv, capsys), "its answer is not in its format")


def test_a_flood_is_no_answer(osv: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vulnerabilities, "MAX_ANSWER", 1000)
    osv.answer = lambda _path: (200, b" " * 2000)
    unreachable(looked(osv, capsys), "its answer is too long")


def test_the_environment_is_asked_about() -> None:
    found = dict(vulnerabilities.installed())
    assert {"cryptography", "pyside6-essentials", "msgspec", "pytest"} <= set(found)
    assert "selfaudit" not in found
