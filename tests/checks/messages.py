"""Sample messages in few words: written, signed by dkimpy (or, for Ed25519, by hand), and read."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from selfaudit.facts.message import MessageReport, SampleMessage
from selfaudit.probes.message_report import fill
from selfaudit.protocols.dkim_signature import canonical_body, read_signatures
from selfaudit.protocols.lookup import Recorder, run_now, zone_lookup
from selfaudit.protocols.message_headers import split_message
from selfaudit.protocols.message_read import read_message
from tests.checks.build import Zone

READ = "2026-11-22T09:00:00Z"
DATE = "Sun, 22 Nov 2026 08:00:00 +0000"
HOP = f"from mail.shop.test (mail.shop.test [192.0.2.25]) by mx.reader.test with ESMTPS id 7 for <ann@reader.test>; {DATE}"
USUAL = {
    "Return-Path": "<news@shop.test>",
    "Received": HOP,
    "From": "Blumen <news@shop.test>",
    "To": "ann@reader.test",
    "Subject": "Tulips",
    "Date": DATE,
    "Message-ID": "<1@shop.test>",
}
SIGNED = ("from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post")


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key for the tests; each number has its own."""
    return rsa.generate_private_key(65537, bits)


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def record(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, extra: str = "") -> str:
    """The record that publishes a key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; {extra}p={base64.b64encode(raw).decode()}"
    raw = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; {extra}p={base64.b64encode(raw).decode()}"


def mail(body: str = "Hello\r\n", end: str = "\r\n", **changes: str | None) -> bytes:
    """A usual message with other or further fields (list_id for List-Id, from_ for From); None leaves one out."""
    fields: dict[str, str] = dict(USUAL)
    for given, value in changes.items():
        name = given.rstrip("_")
        key = next((k for k in USUAL if k.lower().replace("-", "_") == name), name.replace("_", "-"))
        if value is None:
            fields.pop(key, None)
        else:
            fields[key] = value
    head = end.join(f"{name}: {value}" for name, value in fields.items())
    return (head + end + end + body).encode("utf-8")


def sign(
    message: bytes, domain: str = "shop.test", *, selector: str = "s1", key: rsa.RSAPrivateKey | None = None,
    canonicalize: tuple[bytes, bytes] = (b"relaxed", b"relaxed"), headers: tuple[str, ...] = SIGNED, **more: Any,
) -> bytes:  # fmt: skip
    """The message with a signature of dkimpy before it."""
    present = {line.partition(b":")[0].strip().lower().decode() for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    pem = (key or rsa_key()).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    chosen = [h.encode() for h in headers if h in present]
    field: bytes = dkim.sign(
        message, selector.encode(), domain.encode(), pem, canonicalize=canonicalize, include_headers=chosen, **more
    )
    return field + message


def sign_by_hand(message: bytes, tags: str, sha: str = "sha256") -> bytes:
    """The message with a signature of the given tags ("{bh}" for the body's hash), by Ed25519 or RSA after a=."""
    form = "relaxed" if "/relaxed" in tags else "simple"
    hashed = hashlib.new(sha, canonical_body(split_message(message).body, form)).digest()
    head = f"DKIM-Signature: {tags.format(bh=base64.b64encode(hashed).decode())}; b="
    read = read_signatures(split_message(f"{head}QUJD\r\n".encode() + message))[0]
    digest = bytes.fromhex(read.digest)
    if "ed25519" in tags:
        value = ed_key().sign(digest)
    else:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

        value = rsa_key().sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256())) if digest else b"x"
    return f"{head}{base64.b64encode(value).decode()}\r\n".encode() + message


def read(data: bytes) -> SampleMessage:
    return read_message(data, "news.eml", READ)


def report(message: SampleMessage | bytes, zone: Zone, *sending: str) -> MessageReport:
    """The fact that the probe would make of it over a literal zone."""
    sample = read(message) if isinstance(message, bytes) else message
    recorder = Recorder(zone_lookup(zone))
    run_now(fill(sample, sending, recorder, side_by_side=False))
    return MessageReport(sample, recorder.answers, sending)


GOOD: Zone = {
    "s1._domainkey.shop.test": {"TXT": [record(rsa_key())]},
    "shop.test": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"], "A": ["192.0.2.80"]},
    "_dmarc.shop.test": {"TXT": ["v=DMARC1; p=reject"]},
    "mail.shop.test": {"A": ["192.0.2.25"], "TXT": ["v=spf1 a -all"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mail.shop.test."]},
}
