"""Web pages, security.txt, and HTTP answers as a server writes them."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import msgspec

from selfaudit.facts.web import PageText
from selfaudit.protocols import securitytxt, web_html, web_page, web_words
from tests.fuzz.target import Target, allowed, each, octets, split, text_of

TYPES = (
    "text/html",
    "text/html; charset=utf-8",
    "text/plain",
    "application/xhtml+xml; charset=iso-8859-1",
    "text/html; charset=utf-16",
    "text/html; charset=idna",
)


def _page(data: bytes) -> None:
    """First octet: the type; then the page. What is kept is bounded and read again as the same."""
    kind = TYPES[data[0] % len(TYPES)] if data else TYPES[0]
    page, refresh = web_page.read_page(data[1:], kind, "https://shop.test/a/b")
    encoded = msgspec.json.encode(page)
    assert len(encoded) < 400_000
    assert msgspec.json.decode(encoded, type=PageText) == page
    for link in web_page.ranked(page.links):
        assert web_page.read_url(link.url).url
    if refresh:
        allowed(web_page.joined, "https://shop.test/a/b", refresh)


def _html(data: bytes) -> None:
    source = web_html.decode(data, "text/html")
    web_html.read(source)
    web_html.unescape(source)
    web_html.squeezed(source)


def _words(data: bytes) -> None:
    text = text_of(data)
    plain = web_words.plain(text)
    web_words.unbroken(text)
    web_words.protected_address(text)
    for words in (text, plain):
        web_words.names_a_policy(words)
        web_words.is_headed_as_policy(words)
        web_words.names_reports(words)
        web_words.near(words, ("abuse", "privacy"))
        web_words.found_of(("abuse", "privacy"), words, 5)
        web_words.languages_of(words)
        web_words.people(words)
        for address in web_words.mail_addresses(words):
            web_words.is_for_abuse(address)
            web_words.is_perhaps_for_abuse(address)


def _url(data: bytes) -> None:
    """An address of a page leads to the host that it names, whatever is done to hide another in it."""
    base, text = (text_of(part) for part in split(data, 2))
    for given in (base, text):
        place = allowed(web_page.read_url, given)
        if place is not None:
            assert web_page.read_url(place.url).host == place.host
            assert not set(place.host) & set("/@?#\\ \t\r\n")
            web_page.under_any(place.host, ("shop.test",))
    found = allowed(web_page.joined, "https://shop.test/a/b", text)
    if found:
        allowed(web_page.read_url, found)
    web_page.host_of(text)


def _http(data: bytes) -> None:
    """What a server answers to one GET, through the session and the bounds of net.http, over a pair of sockets in the place of TLS."""
    import requests
    import urllib3

    from selfaudit.net.http import _location, _read_body, _Session

    ours, theirs = socket.socketpair()

    class Wire(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return ours

    class Pool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = Wire

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, **named)
            self.poolmanager.pool_classes_by_scheme = {"http": Pool}

    def serve() -> None:
        with theirs, contextlib.suppress(OSError):
            theirs.settimeout(2)
            theirs.recv(4096)
            theirs.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        with _Session() as session:
            session.trust_env = False
            session.mount("http://", Adapter())
            with session.get("http://shop.test/", timeout=2, allow_redirects=False, stream=True) as response:
                body = _read_body(response, 5000)
            assert len(body) <= 5000 + 65_536
            _location(response.headers.get("Location", ""))
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError, RuntimeError, OSError) as error:
        str(error)  # net.http.get answers each of these with "no proper HTTP"
    finally:
        ours.close()
        thread.join(3)


PAGES = octets(
    "\0<html lang='EN-us'><head><base href='https://www.shop.test/de/'><meta http-equiv=refresh content='0; url=/x'><title> A &amp; B\n</title><style>p{}</style><script>'a@y.test'</script></head>"
    "<body><p>Hello&nbsp;<b>w</b>orld</p><p style='DISPLAY : none'>x</p><div hidden>y</div><form><input type=password><input type=email name=m><button>Unsubscribe</button></form><a href='Datenschutz.html'>Datenschutz</a>"
    "<a href=mailto:abuse@shop.test>abuse</a><span data-cfemail='543538213127311427'>x</span><noscript>no</noscript><!-- c > --></body></html>",
    "\2Report abuse to abuse (at) shop (dot) test. Privacy policy: we are the controller; your data and the purpose.", b"\4\xff\xfe<\0p\0>\0",
)  # fmt: skip
HTML_WORDS = octets("<a href='", "<!--", "-->", "<![CDATA[", "<svg>", "<template>", "<table><tr>", "<script>", "</script", "&#x110000;", "&notin;", "<meta charset=utf-7>", "<base href=//", "<plaintext>", "<textarea>", "style='display:none'", "<p>", "<select><option>", "hidden", "\u00ad")  # fmt: skip

TARGETS = {
    "page": Target(_page, PAGES, HTML_WORDS, 20_000, 1.5),
    "html": Target(_html, tuple(p[1:] for p in PAGES), HTML_WORDS, 20_000, 1.0),
    "words": Target(_words, tuple(p[1:] for p in PAGES), octets("abuse", "(at)", " dot ", "@", "privacy", "Datenschutz"), 8000, 1.0),
    "url": Target(_url, octets("https://shop.test:443/a?b#c\x1e../d", "https://bücher.example/\x1e//evil.test/x", "https://a@b.test/\x1ehttps:/\\x.test"), octets("@", "\\", "//", "[::1]", "%2f", ":99999", "。", "#", "?", "\t", "xn--"), 600),
    "security-txt": Target(each(securitytxt.parse), octets("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: mailto:security@shop.test\nContact: https://shop.test/c\nExpires: 2027-01-31T12:00:00Z\nPreferred-Languages: en, de\nCanonical: https://shop.test/.well-known/security.txt\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n", "Contact: mailto:s@shop.test\nExpires: Sun, 31 Jan 2027 12:00:00 GMT\n"), octets("Expires: ", "Contact: tel:", "- ", "9999-12-31T23:59:60Z", "+23:59"), 6000),
    "http": Target(_http, octets("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\5\0\0\0", "HTTP/1.1 302 x\r\nLocation: //e.test\r\n\r\n"),
        octets("HTTP/1.1 100 Continue\r\n\r\n", "Content-Encoding: deflate, gzip, br\r\n", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "ffffffff\r\n", "\r\n"), 4000, 1.0),
}  # fmt: skip
