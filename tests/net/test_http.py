"""The HTTPS fetch against servers that misbehave: bounded time and size, no redirects, no foreign certificates."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.net import http
from selfaudit.net.gate import Gate, Route, Routes

CA = trustme.CA()
Talk = Callable[[ssl.SSLSocket], None]


@contextmanager
def server(talk: Talk, name: str = "mta-sts.shop.test") -> Iterator[int]:
    """Serves one connection in a thread."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(name).configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def run() -> None:
        try:
            raw, _peer = listener.accept()
            raw.settimeout(5)
            with context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65_536)
                talk(connection)
        except OSError:
            return

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)
        assert not thread.is_alive()


def get(port: int, tmp_path: Path, timeout: float = 2.0) -> HttpFetch:
    ca_file = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(ca_file))
    gate = Gate(allow_reserved=True, routes=Routes({("203.0.113.9", 443, "tcp"): Route("127.0.0.1", port)}))
    url = "https://mta-sts.shop.test/.well-known/mta-sts.txt"
    return http.get(gate, url, "203.0.113.9", port=443, timeout=timeout, ca_file=str(ca_file)).fetch


def answer(text: str) -> Talk:
    return lambda connection: connection.sendall(text.encode())


def test_a_page(tmp_path: Path) -> None:
    with server(answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")) as port:
        got = get(port, tmp_path)
    assert (got.outcome, got.code, got.content_type, got.body) == (HttpStatus.ANSWERED, 200, "text/plain", "hello")


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    with server(answer("HTTP/1.1 301 X\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")) as port:
        got = get(port, tmp_path)
    assert (got.code, got.location) == (301, "https://169.254.169.254/")


def test_endless_bodies_are_cut(tmp_path: Path) -> None:
    def flood(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _chunk in range(100_000):
            connection.sendall(b"x" * 65_536)

    with server(flood) as port:
        assert get(port, tmp_path).outcome is HttpStatus.TOO_LARGE


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b""])
def test_dripping_servers_are_cut_off(part: bytes, tmp_path: Path) -> None:
    def drip(connection: ssl.SSLSocket) -> None:
        connection.sendall(part)
        for _byte in range(200):
            time.sleep(0.05)
            connection.sendall(b"a")

    with server(drip) as port:
        got = get(port, tmp_path, timeout=0.5)
    assert got.outcome is HttpStatus.TIMEOUT
    assert got.ms < 3000


def test_foreign_and_wrong_certificates(tmp_path: Path) -> None:
    with server(answer(""), name="other.test") as port:
        got = get(port, tmp_path)
    assert got.outcome is HttpStatus.TLS_FAILED
    assert "certificate" in got.detail
    global CA
    ours, CA = CA, trustme.CA()
    try:
        with server(answer("")) as port:
            CA = ours
            assert get(port, tmp_path).outcome is HttpStatus.TLS_FAILED
    finally:
        CA = ours


@pytest.mark.parametrize(
    "text",
    ["garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "", "HTTP/1.1 200 OK\r\n" + "A: b\r\n" * 500],
)
def test_servers_that_do_not_speak_http(text: str, tmp_path: Path) -> None:
    with server(answer(text)) as port:
        got = get(port, tmp_path)
    assert got.outcome in (HttpStatus.PROTOCOL_ERROR, HttpStatus.CONNECTION_FAILED)


def test_closed_and_silent_ports(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = listener.getsockname()[1]
        assert get(silent, tmp_path, timeout=0.4).outcome in (HttpStatus.TIMEOUT, HttpStatus.PROTOCOL_ERROR)
    got = get(silent, tmp_path, timeout=0.4)
    assert got.outcome is HttpStatus.CONNECTION_FAILED
    assert "refused" in got.detail


def test_nobody_is_led_into_a_home_network() -> None:
    for address in ("127.0.0.1", "192.168.1.1", "169.254.169.254", "::1"):
        got = http.get(Gate(), "https://mta-sts.shop.test/x", address, port=443, timeout=1).fetch
        assert got.outcome is HttpStatus.REFUSED_SCOPE


def test_the_body_of_a_redirect_is_not_read_without_bound(tmp_path: Path) -> None:
    sent = 0

    def endless(connection: ssl.SSLSocket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://other.test/\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(2000):
            connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            sent += 65_536

    with server(endless) as port:
        got = get(port, tmp_path)
    assert got.outcome is HttpStatus.TOO_LARGE
    assert got.location == "https://other.test/"
    assert sent < 20_000_000


def test_a_redirect_whose_body_is_broken(tmp_path: Path) -> None:
    head = "HTTP/1.1 302 Found\r\nLocation: https://other.test/\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n"

    def broken(connection: ssl.SSLSocket) -> None:
        connection.sendall(head.encode() + gzip.compress(b"x" * 1000)[:20] + b"\0" * 20)

    with server(broken) as port:
        got = get(port, tmp_path)
    assert got.outcome in (HttpStatus.PROTOCOL_ERROR, HttpStatus.ANSWERED)


def test_what_is_sent_along_makes_it_a_post(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert("mta-sts.shop.test").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(ca_file))
    seen: list[bytes] = []

    def run(listener: socket.socket) -> None:
        raw, _peer = listener.accept()
        raw.settimeout(5)
        with context.wrap_socket(raw, server_side=True) as connection:
            text = b""
            while b'{"a": 1}' not in text:
                text += connection.recv(65_536)
            seen.append(text)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=run, args=(listener,))
        thread.start()
        gate = Gate(
            allow_reserved=True, routes=Routes({("203.0.113.9", 443, "tcp"): Route("127.0.0.1", listener.getsockname()[1])})
        )
        want = http.Want("OSV", "application/json", body=b'{"a": 1}')
        reply = http.get(gate, "https://mta-sts.shop.test/v1", "203.0.113.9", want, port=443, timeout=5, ca_file=str(ca_file))
        thread.join(10)
    assert (reply.fetch.outcome, reply.body) == (HttpStatus.ANSWERED, b"ok")
    head, _blank, body = seen[0].decode().partition("\r\n\r\n")
    assert head.startswith("POST /v1 HTTP/1.1")
    assert "Content-Type: application/json" in head
    assert "Content-Length: 8" in head
    assert body == '{"a": 1}'
