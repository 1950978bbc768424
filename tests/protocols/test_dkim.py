"""DKIM key records and selectors of messages."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from selfaudit.errors import BadInput
from selfaudit.protocols.dkim import KeyState, looks_like_key, parse_key

# RFC 8463 appendix A.2
RFC_8463_ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RFC_8463_RSA = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)


def public(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture(scope="module")
def rsa_2048() -> str:
    return public(rsa.generate_private_key(65537, 2048).public_key())


def test_published_examples() -> None:
    ed = parse_key(RFC_8463_ED25519)
    assert (ed.state, ed.algorithm, ed.bits) == (KeyState.USABLE, "ed25519", 256)
    old = parse_key(RFC_8463_RSA)
    assert (old.state, old.algorithm, old.bits) == (KeyState.USABLE, "rsa", 1024)


def test_states(rsa_2048: str) -> None:
    assert parse_key(f"v=DKIM1; p={rsa_2048}").bits == 2048
    assert parse_key(f"p={rsa_2048}").state is KeyState.USABLE
    assert parse_key(f"v=DKIM1\\; k=rsa\\; p={rsa_2048}").state is KeyState.USABLE
    assert parse_key("v=DKIM1; p=" + " ".join(rsa_2048[i : i + 60] for i in range(0, len(rsa_2048), 60))).bits == 2048
    assert parse_key("v=DKIM1; p=").state is KeyState.REVOKED
    testing = parse_key(f"v=DKIM1; t=y:s; p={rsa_2048}")
    assert (testing.testing, testing.strict) == (True, True)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=DKIM1; k=rsa", "no p= tag"),
        ("v=DKIM2; p=x", "must be the first tag"),
        ("k=rsa; v=DKIM1; p=x", "must be the first tag"),
        ("v=DKIM1; p=!!!", "base64"),
        ("v=DKIM1; p=AAAA", "does not hold an RSA public key"),
        ("v=DKIM1; k=ed25519; p=AAAA", "32 octets"),
        ("v=DKIM1; k=dsa; p=AAAA", "not a known key type"),
        ("v=DKIM1; h=sha1; p=AAAA", "sha256"),
        ("v=DKIM1; s=other; p=AAAA", "s= does not allow"),
    ],
)
def test_unusable_keys_are_values(record: str, words: str) -> None:
    key = parse_key(record)
    assert key.state is KeyState.UNUSABLE
    assert words in key.problem


def test_short_and_foreign_keys(rsa_2048: str) -> None:
    short = rsa.generate_private_key(65537, 1024).public_key()
    assert parse_key(f"p={public(short)}").bits == 1024
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert "another type" in parse_key(f"p={public(curve)}").problem
    assert "base64" in parse_key(f"p={rsa_2048[:-5]}").problem or "RSA" in parse_key(f"p={rsa_2048[:-5]}").problem
    # A modulus of 768 bits, written by hand: libraries no longer make such keys, and only its length matters here.
    weak = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAMJbMJMLPL2HXKhWhiBrgVaZVMHmBVY8LphGpDRqhyYBYFMyVjjMcB5GbWlQvBU2Qkqn0X4GZ9nGZhJxSvdBDHcmPM4Ft7o0rFLqlLA4zq5zdUOmXWoNfKhjFRcrKrYDfwIDAQAB"
    key = parse_key(f"v=DKIM1; p={weak}")
    assert key.state is KeyState.UNUSABLE
    assert "768 bits is too short" in key.problem


def test_nonsense_is_bad_input() -> None:
    for text in ("just text", "a=1; a=2", "p=" + "A" * 20_000, "=;"):
        with pytest.raises(BadInput):
            parse_key(text)


def test_other_texts_are_not_keys() -> None:
    assert looks_like_key("v=DKIM1; p=")
    assert looks_like_key("k=rsa; p=AAAA")
    assert not looks_like_key("v=spf1 -all")
    assert not looks_like_key("google-site-verification=abc")
