"""Octets below text: certificates, signatures and keys, checksums, host keys."""

from __future__ import annotations

import warnings

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from selfaudit.net.certificates import _UNREADABLE, read_certificate
from selfaudit.net.pages import issuer_url
from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.minisign import BadSignature, read_public_key, read_secret_key, read_signature, verify
from selfaudit.text import printable
from tests.fuzz.target import Target, allowed, octets, text_of
from tests.protocols.test_minisign import DATA, HASHED, LEGACY, PUBLIC
from tests.signing import DESK, STRANGER, signed_by


def _certificate(data: bytes) -> None:
    """The library's own errors are told to whoever asks; `shown_certificate` takes exactly these for "cannot be read"."""
    with warnings.catch_warnings(action="ignore"):
        issuer_url(data)
        try:
            read = read_certificate(data, [data, *OTHERS], "", 1_795_000_000.0)
        except _UNREADABLE:
            return
    assert not read.trusted  # nobody whom the world trusts has signed what is made up here
    assert all(name == printable(name, 300) for name in read.names)


def _signature(data: bytes) -> None:
    text = text_of(data)
    public, secret = allowed(read_public_key, text), allowed(read_secret_key, text)
    assert public is None or read_public_key(public.text()) == public
    assert secret is None or read_secret_key(secret.encode()) == secret
    signature = read_signature(text)
    assert read_signature(signature.text()) == signature
    try:
        verify(DATA, signature, DESK.public())
    except BadSignature:
        return
    ours = read_signature(OURS)
    assert (signature.signature, signature.trusted) == (ours.signature, ours.trusted)


def _octets(data: bytes) -> None:
    assert 0 <= cksum(data) < 1 << 32
    shown = printable(text_of(data), 100)
    assert shown.isprintable()


def _made() -> tuple[bytes, ...]:
    authority = trustme.CA()
    server = authority.issue_cert("shop.test", "192.0.2.1")
    return tuple(
        x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
        for pem in (server.cert_chain_pems[0].bytes(), authority.cert_pem.bytes())
    )


OTHERS = _made()
OURS = signed_by(DATA, DESK)
TARGETS = {
    "certificate": Target(_certificate, OTHERS, octets(b"\x30\x82\xff\xff", b"\x06\x03U\x1d\x11", b"\x82\x09shop.test", b"\x02\x01\xff", b"\x18\x0f99991231235959Z", b"\x17\x0d490101000000Z"), 4000, 1.0),
    "signature": Target(_signature, octets(OURS, HASHED, LEGACY, PUBLIC, DESK.public().text(), DESK.encode(), signed_by(DATA, STRANGER)), octets("untrusted comment: ", "trusted comment: ", "RUQ", "RWQ", "="), 1500),
    "octets": Target(_octets, octets("plain", b"\xff\x1b[2J"), (), 4000),
}  # fmt: skip
