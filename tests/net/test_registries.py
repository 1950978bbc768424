"""RDAP and WHOIS over the wire: refusals, redirects, certificates, sizes, and what is asked how often."""

from __future__ import annotations

import os
import ssl
import time
from pathlib import Path

import pytest

from selfaudit.case import HOSTED, Case, Target
from selfaudit.demo.other_servers import Page, WebServer
from selfaudit.errors import UserError
from selfaudit.facts import FailureReason, ProbeFailure
from selfaudit.facts.registration import DomainRegistration, LookupOutcome, Registered
from selfaudit.net import Net, bootstrap, open_net
from selfaudit.net.registries import is_web_address
from selfaudit.probes import all_probes, domain_registration, network_registration
from selfaudit.settings import DnsSettings, RegistrationSettings, ScopeSettings, Settings, TlsSettings
from tests.net.registry_world import BOOTSTRAP, CA, JSON, Web, document, registry_world, services

O = LookupOutcome  # noqa: E741 - a table reads better with it
SHOP = "rdap.nic.test/domain/shop.test"


async def look_up(net: Net, name: str = "shop.test") -> DomainRegistration:
    fact = await domain_registration.collect(domain_registration.request(Target("domain", name), Case(())), net)
    assert isinstance(fact, DomainRegistration)
    return fact


def to(url: str, status: int = 302) -> Page:
    return Page(status, "text/html", "elsewhere", url)


def refused(wait: str = "", status: int = 429) -> Page:
    return Page(status, JSON, "", headers=(("Retry-After", wait),) if wait else ())


async def test_registry_then_registrar(tmp_path: Path) -> None:
    link = [{"rel": "related", "type": JSON, "href": "https://rdap.registrar.test/domain/shop.test"}]
    web = Web({
        SHOP: document(links=link, events=[{"eventAction": "expiration", "eventDate": "2027-01-01T00:00:00Z"}]),
        "rdap.registrar.test/domain/shop.test": document(entities=[{
            "objectClassName": "entity", "roles": ["registrant"],
            "vcardArray": ["vcard", [["fn", {}, "text", "Maria Blum"], ["email", {}, "text", "maria@post.test"]]],
        }]),
    })  # fmt: skip
    zone = {("post.test", "MX"): ["10 mx.post.test."]}
    async with registry_world(web, tmp_path, zone=zone) as net:
        fact = await look_up(net, "www.shop.test")
    assert fact.domain == "shop.test"
    assert [(e.protocol, e.server, e.outcome) for e in fact.exchanges] == [
        ("rdap", "rdap.nic.test", O.ANSWERED), ("rdap", "rdap.registrar.test", O.ANSWERED),
    ]  # fmt: skip
    assert fact.registry is not None
    assert fact.registry.registered is Registered.YES
    assert fact.registry.expires == 1798761600.0
    assert fact.registrar is not None
    assert [c.name for c in fact.registrar.contacts] == ["Maria Blum"]
    assert [(m.domain, m.mx.records) for m in fact.mail] == [("post.test", ("10 mx.post.test.",))]
    assert (fact.bootstrap.source, fact.bootstrap.publication, fact.bootstrap.entry) == (
        "fetched",
        "2026-11-01T00:00:00Z",
        "test",
    )
    assert web.headers[1]["accept"].startswith(JSON)


async def test_too_many_questions_then_an_answer(tmp_path: Path) -> None:
    web = Web({SHOP: [refused("1"), refused("0", 503), Page(200, JSON, document())]})
    async with registry_world(web, tmp_path) as net:
        fact = await look_up(net)
    assert web.count(SHOP) == 3
    assert fact.exchanges[0].outcome is O.ANSWERED
    assert fact.exchanges[0].attempts == 3
    assert fact.registry is not None
    assert fact.registry.registered is Registered.YES


@pytest.mark.parametrize(
    ("page", "outcome", "asked"),
    [
        (refused("0"), O.THROTTLED, 3),
        (refused("3600"), O.THROTTLED, 1),  # longer than we wait
        (refused("0", 503), O.UNAVAILABLE, 3),
        (refused("", 503), O.UNAVAILABLE, 1),
        (Page(500, "text/html", "oops"), O.UNAVAILABLE, 1),
        (Page(501, JSON, ""), O.NOT_SUPPORTED, 1),
        (Page(400, JSON, ""), O.NOT_SUPPORTED, 1),
        (Page(403, JSON, ""), O.REFUSED, 1),
        (Page(451, JSON, ""), O.REFUSED, 1),
        (Page(204, JSON, ""), O.PROTOCOL_ERROR, 1),
        (Page(200, JSON, ""), O.UNREADABLE, 1),
        (Page(200, JSON, "<html>"), O.UNREADABLE, 1),
        (Page(200, JSON, "[" * 10_000), O.UNREADABLE, 1),
        (Page(200, JSON, document() + " " * 2_100_000), O.TOO_LARGE, 1),
        (to(""), O.REDIRECT_REFUSED, 1),
        (to("https://rdap.nic.test/domain/shop.test"), O.REDIRECT_REFUSED, 1),
        (to("http://rdap.nic.test/x"), O.REDIRECT_REFUSED, 1),
        (to("https://127.0.0.1/x"), O.REDIRECT_REFUSED, 1),
        (to("https://[::1]/x"), O.REDIRECT_REFUSED, 1),
        (to("https://localhost/x"), O.REDIRECT_REFUSED, 1),
        (to("https://nobody-named.test/x"), O.REDIRECT_REFUSED, 1),
        (to("https://user:secret@rdap.other.test/x"), O.REDIRECT_REFUSED, 1),
        (to("https://rdap.other.test:25/x"), O.REDIRECT_REFUSED, 1),
        (to("https://rdap.other.test/" + "x" * 600), O.REDIRECT_REFUSED, 1),
        (to("https://rdap.other.test:6379/x"), O.REDIRECT_REFUSED, 1),
        (to("https://[broken"), O.REDIRECT_REFUSED, 1),
    ],
    ids=lambda value: str(value.status) + value.location[:30] if isinstance(value, Page) else None,
)
async def test_what_is_no_answer_says_nothing_about_the_domain(
    page: Page, outcome: LookupOutcome, asked: int, tmp_path: Path
) -> None:
    web = Web({SHOP: page})
    async with registry_world(web, tmp_path) as net:
        fact = await look_up(net)
    assert fact.exchanges[0].outcome is outcome
    assert web.count(SHOP) == asked
    assert fact.registry is None or fact.registry.registered is Registered.UNKNOWN
    assert fact.page


async def test_redirects_to_named_hosts_are_followed_at_most_three(tmp_path: Path) -> None:
    web = Web({SHOP: to("https://rdap.other.test/1", 301), "rdap.other.test/1": to("/2", 308), "rdap.other.test/2": document()})
    async with registry_world(web, tmp_path) as net:
        fact = await look_up(net)
    assert fact.exchanges[0].redirects == ("https://rdap.other.test/1", "https://rdap.other.test/2")
    assert fact.registry is not None
    assert fact.registry.registered is Registered.YES
    far = {f"rdap.other.test/{n}": to(f"/{n + 1}") for n in range(9)}
    web = Web({SHOP: to("https://rdap.other.test/0"), **far})
    async with registry_world(web, tmp_path) as net:
        fact = await look_up(net)
    assert fact.exchanges[0].outcome is O.REDIRECT_REFUSED
    assert len([a for a in web.asked if a.startswith("rdap.other.test/")]) == 3


async def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    web = Web({SHOP: document()})
    async with registry_world(web, tmp_path, certificate=("data.nic.test", "rdap.other.test")) as net:
        fact = await look_up(net)
    assert fact.exchanges[0].outcome is O.TLS_FAILED
    assert "certificate" in fact.exchanges[0].detail
    assert fact.registry is None


async def test_links_are_followed_to_https_hosts_only_and_once(tmp_path: Path) -> None:
    bad = ["http://rdap.registrar.test/x", "https://127.0.0.1/x", "https://rdap.nic.test/domain/shop.test", "nonsense", None, 7]
    web = Web({SHOP: document(links=[{"rel": "related", "type": JSON, "href": url} for url in bad])})
    async with registry_world(web, tmp_path) as net:
        fact = await look_up(net)
    assert [e.query for e in fact.exchanges] == ["https://rdap.nic.test/domain/shop.test"]
    assert fact.registry is not None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://rdap.nic.test/", True), ("https://rdap.nic.test:8443/x", True), ("https://rdap.nic.test:25/", False), ("https://rdap.nic.test:6379/", False),
        ("http://rdap.nic.test/", False), ("https://10.0.0.1/", False), ("https://[::1]/", False), ("https://localhost/", False),
        ("https://rdap.nic.test:x/", False), ("file:///etc/passwd", False), ("", False), ("https://u@rdap.nic.test/", False),
    ],
)  # fmt: skip
def test_where_an_answer_may_lead_us(url: str, expected: bool) -> None:
    assert is_web_address(url, (443, 8443)) is expected


WHOIS_TEXT = "Domain Name: SHOP.TEST\r\nRegistrar: Eins\r\nDomain Status: clientHold\r\n"


async def test_whois_where_rdap_is_not(tmp_path: Path) -> None:
    asked: list[str] = []

    def whois(line: str) -> str:
        asked.append(line)
        if line == "nowhere":
            return "domain: NOWHERE\nwhois: whois.nic.test\n"
        if len(asked) == 2:
            return "Domain Name: SHOP.NOWHERE\nRegistrar WHOIS Server: whois.registrar.test\nDomain Status: ok\n"
        return "Domain Name: SHOP.NOWHERE\nRegistrant Name: Maria Blum\nDomain Status: ok\n"

    async with registry_world(Web({}), tmp_path, whois=whois, whois_server="whois.root.test") as net:
        fact = await look_up(net, "shop.nowhere")
        again = await look_up(net, "www.shop.nowhere")
    assert [(e.server, e.query) for e in fact.exchanges] == [
        ("whois.root.test", "nowhere"), ("whois.nic.test", "shop.nowhere"), ("whois.registrar.test", "shop.nowhere"),
    ]  # fmt: skip
    assert fact.registry is not None
    assert fact.registry.registered is Registered.YES
    assert fact.registrar is not None
    assert [c.name for c in fact.registrar.contacts] == ["Maria Blum"]
    assert again.exchanges[0] == fact.exchanges[0]  # who is in charge of a top-level domain is asked once


async def test_rdap_says_no_and_whois_yes(tmp_path: Path) -> None:
    def whois(line: str) -> str:
        return "whois: whois.nic.test\n" if line == "test" else WHOIS_TEXT

    async with registry_world(Web({}), tmp_path, whois=whois, whois_server="whois.root.test") as net:
        fact = await look_up(net)
    assert fact.exchanges[0].outcome is O.NOT_FOUND
    assert fact.registry is not None
    assert (fact.registry.source, fact.registry.registered, fact.registry.states) == ("whois", Registered.YES, ("client hold",))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (None, O.TOO_LARGE),  # endless
        (b"", O.UNREADABLE),
        (b"\x00\xff\xfe\x80" * 100, O.UNREADABLE),
        (b"Query rate limit exceeded. Try again later.\r\n", O.THROTTLED),
    ],
    ids=["endless", "empty", "binary", "refused"],
)
async def test_whois_servers_that_do_not_tell(answer: bytes | None, outcome: LookupOutcome, tmp_path: Path) -> None:
    def whois(line: str) -> bytes | str | None:
        return "whois: whois.nic.test\n" if line == "nowhere" else answer

    async with registry_world(
        Web({}), tmp_path, whois=whois, whois_server="whois.root.test", registry_wait=0.5, http_timeout=5.0
    ) as net:
        fact = await look_up(net, "shop.nowhere")
    assert fact.exchanges[-1].outcome is outcome
    assert fact.registry is None or fact.registry.registered is Registered.UNKNOWN


async def test_nobody_to_ask(tmp_path: Path) -> None:
    async with registry_world(Web({}), tmp_path) as net:
        fact = await look_up(net, "shop.nowhere")
        assert (fact.exchanges, fact.registry, fact.bootstrap.source) == ((), None, "")
    bare = open_net(Settings(scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.1",))), keys={})
    probe = all_probes()[DomainRegistration.kind]
    got = await probe.collect(probe.request(Target("domain", "shop.test", HOSTED), Case(())), bare)
    bare.close()
    assert isinstance(got, ProbeFailure)
    assert got.reason is FailureReason.LEFT_OUT


async def test_an_address(tmp_path: Path) -> None:
    network = (
        '{"objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255", "name": "NET",'
        ' "entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", "abuse@post.test"]]]}]}'
    )
    web = Web({"rdap.nic.test/ip/192.0.2.7": network})
    async with registry_world(web, tmp_path, zone={("post.test", "MX"): ["0 ."]}) as net:
        fact = await network_registration.collect(network_registration.request(Target("address", "192.0.2.7"), Case(())), net)
    assert not isinstance(fact, ProbeFailure)
    assert fact.network is not None
    assert fact.network.prefixes == ("192.0.2.0/24",)
    assert fact.network.abuse_email == ("abuse@post.test",)
    assert [m.mx.records for m in fact.mail] == [("0 .",)]


class Files:
    """IANA's files on this machine."""

    def __init__(self, tmp_path: Path) -> None:
        CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        CA.issue_cert("127.0.0.1").configure_cert(context)
        self.web = Web({})
        self.server = WebServer(self.web, context)
        self.folder = tmp_path

    def say(self, *pages: Page) -> None:
        self.web.pages["127.0.0.1/rdap/dns.json"] = list(pages)

    async def load(self) -> bootstrap.Loaded | None:
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.1",)),
            tls=TlsSettings(ca_file=str(self.folder / "ca.pem")),
            registration=RegistrationSettings(rdap_bootstrap=f"https://127.0.0.1:{self.server.port}/rdap/"),
        )  # fmt: skip
        net = open_net(settings, keys={})
        try:
            return await bootstrap.load(net, "dns")
        finally:
            net.close()

    def age(self, seconds: float) -> None:
        for path in (self.folder / "home" / "cache" / "rdap").glob("*.json"):
            os.utime(path, (time.time() - seconds,) * 2)


FILE = BOOTSTRAP["data.nic.test/rdap/dns.json"]


async def test_bootstrap_files_are_kept_and_asked_for_anew(tmp_path: Path) -> None:
    files = Files(tmp_path)
    await files.server.start()
    try:
        files.say(Page(200, "application/json", FILE, headers=(("ETag", '"one"'),)))
        first = await files.load()
        assert first is not None
        assert first.source == "fetched"
        second = await files.load()
        assert second is not None
        assert (second.source, second.file) == ("cache", first.file)
        assert len(files.web.asked) == 1
        files.age(2 * 86_400)
        files.say(Page(304, "application/json", ""))
        third = await files.load()
        assert third is not None
        assert (third.source, third.file) == ("cache", first.file)
        assert files.web.headers[-1]["if-none-match"] == '"one"'
        await files.load()
        assert len(files.web.asked) == 2  # found to be current, it is fresh again
        files.age(2 * 86_400)
        for trouble in (
            Page(500, "text/html", ""),
            Page(200, "text/html", "<html>log in</html>"),
            Page(200, "x", '{"services": []}'),
        ):
            files.say(trouble)
            kept = await files.load()
            assert kept is not None
            assert (kept.source, kept.file) == ("cache", first.file)
        files.say(Page(200, "application/json", services({"new": "https://rdap.new.test/"})))
        fresh = await files.load()
        assert fresh is not None
        assert (fresh.source, list(fresh.file.services)) == ("fetched", ["new"])
        files.age(2 * 86_400)
        files.say(Page(200, "application/json", FILE))
        await files.load()
        assert "if-none-match" not in files.web.headers[-1]  # the old tag belongs to the old file
    finally:
        files.server.close()


async def test_a_damaged_copy_is_as_good_as_none(tmp_path: Path) -> None:
    files = Files(tmp_path)
    await files.server.start()
    try:
        files.say(Page(200, "application/json", FILE, headers=(("ETag", '"one"'),)))
        await files.load()
        for path in (tmp_path / "home" / "cache" / "rdap").glob("*.json"):
            path.write_bytes(b'{"serv')
        again = await files.load()
        assert again is not None
        assert again.source == "fetched"
        assert "if-none-match" not in files.web.headers[-1]
    finally:
        files.server.close()


async def test_without_any_file(tmp_path: Path) -> None:
    files = Files(tmp_path)
    await files.server.start()
    try:
        files.say(Page(404, "text/html", ""))
        assert await files.load() is None
    finally:
        files.server.close()


async def test_a_folder_of_bootstrap_files(tmp_path: Path) -> None:
    for kind in ("dns", "ipv4", "ipv6"):
        (tmp_path / f"{kind}.json").write_text(BOOTSTRAP[f"data.nic.test/rdap/{kind}.json"], encoding="utf-8")
    settings = Settings(
        scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.1",)),
        registration=RegistrationSettings(rdap_bootstrap=str(tmp_path)),
    )  # fmt: skip
    net = open_net(settings, keys={})
    services = await net.registries.domain_services("shop.test")
    net.close()
    assert services.urls == ("https://rdap.nic.test/",)
    assert services.use.source == "settings"
    (tmp_path / "dns.json").write_text("nonsense", encoding="utf-8")
    with pytest.raises(UserError, match=r"dns\.json"):
        open_net(settings, keys={})


@pytest.mark.parametrize(
    ("body", "registered"),
    [
        ("", Registered.NO),
        ('{"errorCode": 404, "title": "Not Found"}', Registered.NO),
        ('{"errorCode": 503}', Registered.UNKNOWN),
        ('{"errorCode": 429}', Registered.UNKNOWN),
        ("<h1>Not Found</h1>", Registered.UNKNOWN),
        ("[", Registered.UNKNOWN),
    ],
)
async def test_not_found_is_believed_where_rdap_says_it(body: str, registered: Registered, tmp_path: Path) -> None:
    async with registry_world(Web({SHOP: Page(404, JSON, body)}), tmp_path) as net:
        fact = await look_up(net)
    assert fact.exchanges[0].outcome is O.NOT_FOUND
    assert fact.registry is not None
    assert fact.registry.registered is registered


@pytest.mark.parametrize(
    ("text", "registered"),
    [
        ("No match for SHOP.TEST.", Registered.NO),
        ("Query rate limit exceeded. Try again later.", Registered.NO),  # RDAP's word stands
        ("Status: RESERVED\r\nThis name is reserved by the registry.", Registered.UNKNOWN),
    ],
)
async def test_a_second_opinion_on_not_registered(text: str, registered: Registered, tmp_path: Path) -> None:
    def whois(line: str) -> str:
        return "whois: whois.nic.test\n" if line == "test" else text

    async with registry_world(Web({}), tmp_path, whois=whois, whois_server="whois.root.test", registry_wait=0.5) as net:
        fact = await look_up(net)
    assert fact.registry is not None
    assert fact.registry.registered is registered


async def test_a_laboratory_asks_only_whom_its_settings_name(tmp_path: Path) -> None:
    for kind in ("dns", "ipv4", "ipv6"):
        (tmp_path / f"{kind}.json").write_text(services({"test": "https://127.0.0.9/"}), encoding="utf-8")
    settings = Settings(
        scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.1",)),
        registration=RegistrationSettings(rdap_bootstrap=str(tmp_path), whois_server="127.0.0.9"),
    )  # fmt: skip
    net = open_net(settings, keys={})
    try:
        exchange, _body = await net.registries.rdap("https://9.9.9.9/domain/shop.test", frozenset({"127.0.0.9"}))
        assert exchange.outcome is O.REFUSED_SCOPE
        asked, _text = await net.registries.whois("9.9.9.9", "shop.test")
        assert asked.outcome is O.REFUSED_SCOPE
    finally:
        net.close()
