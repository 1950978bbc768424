"""Asking OSV and the list of exploited vulnerabilities, over HTTPS on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from selfaudit.case import Case, Target
from selfaudit.demo.tcp_servers import Connection, StreamServer
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.host import HostReport, PackageLookup
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.net.package_lookup import MAX_ENTRIES
from selfaudit.probes import package_lookup
from selfaudit.probes.host_report import moment_now
from selfaudit.settings import DnsSettings, LimitSettings, PatchSettings, ScopeSettings, Settings, TlsSettings
from tests.checks.host import report
from tests.net.peers import LIMITS, RESOLVER, name_server

CA = trustme.CA()
HOST = "web1.blumenhof.example"
ADDRESS = "192.0.2.80"
OSV, KEV = "https://osv.test/v1/querybatch", "https://kev.test/kev.json"
ASK = Request("host.vulnerabilities", HOST, ("consent", "192.0.2.10"))
LISTED = "\n".join(
    ("libssl3|3.0.11-1~deb12u1|openssl|3.0.11-1~deb12u1", "sudo|1.9.13p3-1|sudo|1.9.13p3-1", "bash|5.2.15-2+b2|bash|5.2.15-2")
)
KEV_LIST = {"dateReleased": "2026-11-20T18:00:00Z", "vulnerabilities": [{"cveID": "CVE-2021-3156"}, {"cveID": "CVE-2024-1086"}]}
Answer = tuple[int, Any]


class Lists(StreamServer):
    """Both lists in one server. Remembers what it was asked.

    Args:
        hits: entries by the name of a package.
        entries: what stands under an entry's id.
        answers: other answers by path; a function gets the body of the question.
    """

    def __init__(
        self,
        hits: dict[str, list[str]] | None = None,
        entries: dict[str, Any] | None = None,
        answers: dict[str, Answer | Callable[[Any], Answer]] | None = None,
    ) -> None:
        super().__init__()
        self.hits, self.entries, self.answers = hits or {}, entries or {}, answers or {}
        self.asked: list[tuple[str, str, Any]] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        CA.issue_cert("osv.test", "kev.test").configure_cert(self.context)

    async def serve(self, connection: Connection) -> None:
        await connection.start_tls(self.context)
        head = (await connection.until(b"\r\n\r\n")).decode("latin-1")
        method, path, _version = head.partition("\r\n")[0].split(" ")
        fields = {k.lower(): v.strip() for k, _c, v in (line.partition(":") for line in head.split("\r\n")[1:])}
        size = int(fields.get("content-length", "0"))
        body = json.loads(await connection.exactly(size)) if size else None
        self.asked.append((method, path, body))
        if body is not None:
            assert fields["content-type"] == "application/json"
        code, answer = self.answer(path, body)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        lines = (
            f"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        )
        await connection.send((lines + text).encode())

    def answer(self, path: str, body: Any) -> Answer:
        other = self.answers.get(path)
        if other is not None:
            return other(body) if callable(other) else other
        if path == "/v1/querybatch":
            names = [query["package"]["name"] for query in body["queries"]]
            return 200, {"results": [{"vulns": [{"id": i} for i in self.hits.get(name, [])]} for name in names]}
        if path == "/kev.json":
            return 200, KEV_LIST
        entry = path.removeprefix("/v1/vulns/")
        return (200, self.entries[entry]) if entry in self.entries else (404, {"code": 5})

    def paths(self) -> list[str]:
        return [path for _method, path, _body in self.asked]


def entry(name: str, package: str, *cves: str, fixed: str = "") -> dict[str, Any]:
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    affected = {"package": {"ecosystem": "Debian:12", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": name, "upstream": list(cves), "affected": [affected]}


@contextlib.asynccontextmanager
async def world(
    lists: Lists, tmp_path: Path, made: HostReport | None = None, *, patch: PatchSettings | None = None, zone: bool = True
) -> AsyncIterator[Net]:
    resolver = name_server({("osv.test", "A"): [ADDRESS], ("kev.test", "A"): [ADDRESS]} if zone else {})
    ca_file = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(ca_file))
    async with contextlib.AsyncExitStack() as stack:
        await resolver.start()
        stack.callback(resolver.close)
        await stack.enter_async_context(lists)
        table = {(RESOLVER, 53, protocol): Route("127.0.0.1", resolver.port) for protocol in ("udp", "tcp")}
        table[ADDRESS, 443, "tcp"] = Route("127.0.0.1", lists.port)
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=(RESOLVER,)), tls=TlsSettings(ca_file=str(ca_file)),
            patch=patch or PatchSettings(osv_url=OSV, kev_url=KEV), limits=LimitSettings(**{**LIMITS, "http_timeout": 3.0}),
        )  # fmt: skip
        net = open_net(settings, routes=Routes(table, frozenset({RESOLVER, ADDRESS})), keys={})
        now = moment_now()
        net.host_reports = {HOST: replace(made or report({"packages.installed": LISTED}), taken=now, received=now)}
        try:
            yield net
        finally:
            net.close()
            await asyncio.sleep(0)


async def look(lists: Lists, tmp_path: Path, made: HostReport | None = None, **how: Any) -> PackageLookup | ProbeFailure:
    async with world(lists, tmp_path, made, **how) as net:
        return await package_lookup.collect(ASK, net)


async def test_advisories_with_their_fixes(tmp_path: Path) -> None:
    lists = Lists(
        {
            "openssl": ["DSA-5532-1", "DEBIAN-CVE-2023-5363", "DEBIAN-CVE-2007-1"],
            "sudo": ["DSA-4839-1", "DEBIAN-CVE-2021-3156"],
        },
        {
            "DSA-5532-1": entry("DSA-5532-1", "openssl", "CVE-2023-5363", fixed="3.0.11-1~deb12u2"),
            "DSA-4839-1": entry("DSA-4839-1", "sudo", "CVE-2021-3156", fixed="1.9.13p3-1+deb12u1"),
            "DEBIAN-CVE-2021-3156": entry("DEBIAN-CVE-2021-3156", "sudo", "CVE-2021-3156"),
        },
    )
    fact = await look(lists, tmp_path)
    assert isinstance(fact, PackageLookup)
    assert (fact.host, fact.ecosystem, fact.asked, fact.kev_date, fact.cut) == (HOST, "Debian:12", 3, "2026-11-20", False)
    assert [(v.package, v.id, v.exploited, v.fixed) for v in fact.found] == [
        ("sudo", "DSA-4839-1", True, "1.9.13p3-1+deb12u1"), ("openssl", "DSA-5532-1", False, "3.0.11-1~deb12u2"),
    ]  # fmt: skip
    batches = [body for method, path, body in lists.asked if path == "/v1/querybatch" and method == "POST"]
    assert [q["package"] for q in batches[0]["queries"]] == [
        {"name": n, "ecosystem": "Debian:12"} for n in ("openssl", "sudo", "bash")
    ]
    assert HOST not in json.dumps(batches)
    assert "/v1/vulns/DEBIAN-CVE-2007-1" not in lists.paths()
    assert lists.paths().count("/kev.json") == 1


async def test_an_exploited_hole_without_a_fix(tmp_path: Path) -> None:
    name = "DEBIAN-CVE-2024-1086"
    lists = Lists({"bash": [name]}, {name: entry(name, "bash", "CVE-2024-1086")})
    fact = await look(lists, tmp_path)
    assert isinstance(fact, PackageLookup)
    assert [(v.id, v.exploited, v.fixed) for v in fact.found] == [(name, True, "")]


async def test_an_unimportant_one_does_not_count(tmp_path: Path) -> None:
    name = "DEBIAN-CVE-2024-1086"
    said = entry(name, "bash", "CVE-2024-1086")
    said["affected"][0]["ecosystem_specific"] = {"urgency": "unimportant"}
    fact = await look(Lists({"bash": [name]}, {name: said}), tmp_path)
    assert isinstance(fact, PackageLookup)
    assert (fact.found, fact.cut) == ((), False)


async def test_nothing_known(tmp_path: Path) -> None:
    fact = await look(Lists(), tmp_path)
    assert isinstance(fact, PackageLookup)
    assert (fact.found, fact.cut, fact.asked) == ((), False, 3)


async def test_entries_that_cannot_be_read_are_told_and_marked(tmp_path: Path) -> None:
    fact = await look(Lists({"bash": ["DSA-1-1"]}), tmp_path)
    assert isinstance(fact, PackageLookup)
    assert [(v.id, v.exploited, v.aliases) for v in fact.found] == [("DSA-1-1", False, ())]
    assert fact.cut


async def test_only_some_entries_are_read_one_by_one(tmp_path: Path) -> None:
    names = [f"DSA-{i}-1" for i in range(MAX_ENTRIES + 30)]
    lists = Lists({"bash": names}, {name: entry(name, "bash", fixed="2") for name in names})
    fact = await look(lists, tmp_path)
    assert isinstance(fact, PackageLookup)
    assert len([p for p in lists.paths() if p.startswith("/v1/vulns/")]) == MAX_ENTRIES
    assert (len(fact.found), fact.cut) == (MAX_ENTRIES + 30, True)


async def test_batches_of_a_thousand(tmp_path: Path) -> None:
    made = report({"packages.installed": "\n".join(f"p{i}|1|p{i}|1" for i in range(1500))})
    lists = Lists()
    fact = await look(lists, tmp_path, made)
    assert isinstance(fact, PackageLookup)
    assert [len(body["queries"]) for _m, path, body in lists.asked if path == "/v1/querybatch"] == [1000, 500]
    assert fact.asked == 1500


async def test_further_pages_are_read_but_not_for_ever(tmp_path: Path) -> None:
    def pages(body: Any) -> Answer:
        more = [
            {"vulns": [{"id": f"DSA-{q.get('page_token', '0')}-1"}], "next_page_token": str(int(q.get("page_token", "0")) + 1)}
            for q in body["queries"]
        ]
        return 200, {"results": more}

    lists = Lists(answers={"/v1/querybatch": pages})
    fact = await look(lists, tmp_path)
    assert isinstance(fact, PackageLookup)
    assert lists.paths().count("/v1/querybatch") == 4
    assert fact.cut


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((429, {}), FailureReason.UNAVAILABLE), ((500, {}), FailureReason.UNAVAILABLE), ((400, {"code": 3}), FailureReason.UNAVAILABLE),
        ((302, {}), FailureReason.UNAVAILABLE), ((200, {}), FailureReason.UNAVAILABLE), ((200, "<html>"), FailureReason.UNAVAILABLE),
        ((200, {"results": []}), FailureReason.UNAVAILABLE), ((200, "[" * 20_000), FailureReason.UNAVAILABLE),
        ((200, " " * 9_000_000), FailureReason.NETWORK),
    ],
    ids=["429", "500", "400", "302", "empty", "html", "too few", "nested", "too large"],
)  # fmt: skip
async def test_no_answer_is_no_verdict(answer: Answer, reason: FailureReason, tmp_path: Path) -> None:
    found = await look(Lists(answers={"/v1/querybatch": answer}), tmp_path)
    assert isinstance(found, ProbeFailure)
    assert found.reason is reason
    assert "osv.test" in found.detail


async def test_names_that_cannot_be_looked_up(tmp_path: Path) -> None:
    found = await look(Lists(), tmp_path, zone=False)
    assert isinstance(found, ProbeFailure)
    assert found.reason is FailureReason.NETWORK


@pytest.mark.parametrize("answer", [(404, {}), (200, "<html>"), (200, {"vulnerabilities": []})])
async def test_without_the_list_of_exploited_ones(answer: Answer, tmp_path: Path) -> None:
    lists = Lists(
        {"sudo": ["DSA-4839-1"]}, {"DSA-4839-1": entry("DSA-4839-1", "sudo", "CVE-2021-3156", fixed="2")}, {"/kev.json": answer}
    )
    fact = await look(lists, tmp_path)
    assert isinstance(fact, PackageLookup)
    assert (fact.kev_date, [v.exploited for v in fact.found]) == ("", [False])


async def test_a_laboratory_without_lists_asks_nobody(tmp_path: Path) -> None:
    lists = Lists()
    found = await look(lists, tmp_path, patch=PatchSettings())
    assert isinstance(found, ProbeFailure)
    assert found.reason is FailureReason.LEFT_OUT
    assert lists.asked == []


async def test_without_consent_nothing_is_sent(tmp_path: Path) -> None:
    lists = Lists()
    asked = package_lookup.request(Target("host", HOST), Case((Target("host", HOST),)))
    async with world(lists, tmp_path) as net:
        found = await package_lookup.collect(asked, net)
        assert package_lookup.contacts(asked, net) == []
    assert isinstance(found, ProbeFailure)
    assert found.reason is FailureReason.LEFT_OUT
    assert "--look-up-packages" in found.detail
    assert lists.asked == []


async def test_consent_is_in_the_request_and_the_plan_says_whom_it_asks(tmp_path: Path) -> None:
    asked = package_lookup.request(Target("host", HOST), Case((Target("host", HOST),), look_up_packages=True))
    assert asked.params[:1] == ("consent",)
    async with world(Lists(), tmp_path) as net:
        planned = package_lookup.contacts(asked, net)
        assert [(c.count, c.active) for c in planned] == [(1, False), (MAX_ENTRIES, False), (1, False)]
        assert "3 packages" in planned[0].what
        other = Request(asked.kind, "other.example", asked.params)
        assert package_lookup.contacts(other, net) == []


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (report({"packages.installed": LISTED}, genuine=False), "unchanged"), (report({"packages.installed": LISTED}, system="arch"), "OSV has no list"),
        (report(), "--packages"), (report({"packages.installed": "nginx|1~bpo12+1|nginx|1~bpo12+1"}), "--packages"),
    ],
    ids=["changed", "unknown system", "no list", "only backports"],
)  # fmt: skip
async def test_reports_about_which_nothing_can_be_asked(made: HostReport, words: str, tmp_path: Path) -> None:
    lists = Lists()
    found = await look(lists, tmp_path, made)
    assert isinstance(found, ProbeFailure)
    assert found.reason is FailureReason.UNAVAILABLE
    assert words in found.detail
    assert lists.asked == []


async def test_nothing_is_asked_about_somebody_elses_server(tmp_path: Path) -> None:
    lists = Lists()
    strange = report(
        {"packages.installed": LISTED, "addresses": "eth0|203.0.113.9/24", "host": "name=web1.other.example"}, name=HOST
    )
    strange = replace(strange, name="web1.other.example")
    found = await look(lists, tmp_path, strange)
    assert isinstance(found, ProbeFailure)
    assert found.reason is FailureReason.UNAVAILABLE
    assert "cannot be judged" in found.detail
    assert lists.asked == []
