"""The first line and headers of an HTTP answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.http_status import Status, read


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"HTTP/1.1 200 Connection established\r\n\r\n", Status(200, False)),
        (b"HTTP/1.0 200 OK\r\nProxy-agent: tinyproxy\r\n\r\n", Status(200, False)),
        (b"HTTP/1.1 200\r\n\r\n", Status(200, False)),
        (b"HTTP/1.1 200", Status(200, False)),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", Status(200, True)),
        (b"HTTP/1.1 200 OK\r\ncontent-length:\t12\r\n\r\n", Status(200, True)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Status(200, False)),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", Status(200, True)),
        (b"HTTP/1.1 200 OK\r\n\r\nContent-Type: of the page", Status(200, False)),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Status(407, False)),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 999999999999999999999999\r\n\r\n", Status(502, True)),
        (b"HTTP/2 200\r\n", Status(0, False)),
        (b"HTTP/1.1 2000 x\r\n", Status(0, False)),
        (b"HTTP/1.1 099 x\r\n", Status(0, False)),
        (b"HTTP/1.1 600 x\r\n", Status(0, False)),
        (b"HTTP/1.1  200 x\r\n", Status(0, False)),
        (b"220 mail.shop.test ESMTP\r\n", Status(0, False)),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Status(0, False)),
        (b"\x15\x03\x01\x00\x02\x02\x46", Status(0, False)),
        (b"", Status(0, False)),
    ],
)
def test_answers(data: bytes, wanted: Status) -> None:
    assert read(data) == wanted


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda b: b"HTTP/1.1 200 OK\r\n" + b)))
def test_any_octets_are_read(data: bytes) -> None:
    found = read(data)
    assert found.code == 0 or 100 <= found.code <= 599
    assert found.code or not found.has_body
