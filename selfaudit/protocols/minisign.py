"""Signatures in minisign's format: Ed25519 (RFC 8032), over the octets themselves or over their BLAKE2b-512 hash (RFC 7693).

The formats are those of minisign 0.11: two lines for a public key, four for a detached signature. A key's id only helps to find it; it
proves nothing. The untrusted comment is covered by nothing, the trusted comment by the second signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.text import printable

MAX_TEXT = 4096  # octets of a key's or signature's file
MAX_COMMENT = 1024  # characters; minisign's own limit for comments that it reads
_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "
_PLAIN, _HASHED = b"Ed", b"ED"
# The field of edwards25519 and the y coordinates of the eight points of small order (RFC 8032, section 5.1; order 1, 2, 4 and 8). Under such
# a key a "signature" can be made for nearly anything by anybody.
_FIELD = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})
_SECRET = re.compile(r"selfaudit-key-1:([A-Za-z0-9+/]{54}[A-Za-z0-9+/=]{2})\Z")


class BadSignature(BadInput):
    """The signature is not that of this key over these octets."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by which signatures are checked. `id` eight octets, `key` thirty-two."""

    id: bytes
    key: bytes

    @property
    def name(self) -> str:
        """Its id as minisign prints it: sixteen digits in capitals."""
        return self.id[::-1].hex().upper()

    def text(self) -> str:
        """One line, as `minisign -P` takes it."""
        return base64.b64encode(_PLAIN + self.id + self.key).decode("ascii")

    def file(self) -> str:
        """The content of a file, as `minisign -p` takes it."""
        return f"{_UNTRUSTED}minisign public key {self.name}\n{self.text()}\n"


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key to sign with. `seed` is the secret of RFC 8032, section 5.1.5; it stands in no message and no file."""

    id: bytes
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.public().name})"

    def public(self) -> PublicKey:
        """The key by which its signatures are checked."""
        return PublicKey(self.id, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def encode(self) -> str:
        """For the keyring: one line of ASCII."""
        return "selfaudit-key-1:" + base64.b64encode(self.id + self.seed).decode("ascii")


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature as its file has it. `hashed`: it is over the BLAKE2b-512 hash of the octets."""

    key_id: bytes
    signature: bytes
    seal: bytes
    untrusted: str
    trusted: str
    hashed: bool = True

    @property
    def name(self) -> str:
        """The id of the key that it names, as minisign prints it."""
        return self.key_id[::-1].hex().upper()

    def text(self) -> str:
        """The content of its file."""
        head = base64.b64encode((_HASHED if self.hashed else _PLAIN) + self.key_id + self.signature).decode("ascii")
        tail = base64.b64encode(self.seal).decode("ascii")
        return f"{_UNTRUSTED}{self.untrusted}\n{head}\n{_TRUSTED}{self.trusted}\n{tail}\n"


def new_secret_key() -> SecretKey:
    """A fresh key."""
    return SecretKey(secrets.token_bytes(8), secrets.token_bytes(32))


def read_secret_key(text: str) -> SecretKey:
    """The key that `SecretKey.encode` wrote.

    Raises:
        BadInput: it is none. The text is not repeated: it may be a secret.
    """
    match = _SECRET.match(text.strip())
    data = _decoded(match[1], 40) if match else b""
    if not data:
        raise BadInput(phrase("this is not a signing key of selfaudit"))
    return SecretKey(data[:8], data[8:])


def read_public_key(text: str) -> PublicKey:
    """A public key: its one line, or its whole file.

    Raises:
        BadInput: it is none.
    """
    lines = [line for line in text[:MAX_TEXT].splitlines() if line.strip()]
    if len(lines) == 2 and lines[0].startswith("untrusted comment:"):
        lines = lines[1:]
    data = _decoded(lines[0].strip(), 42) if len(lines) == 1 else b""
    if data[:2] != _PLAIN:
        raise BadInput(phrase("this is not a public key of minisign"))
    if not _is_key(data[10:]):
        raise BadInput(phrase("this key is none that anybody can sign with; its signatures would show nothing"))
    return PublicKey(data[2:10], data[10:])


def read_signature(text: str) -> Signature:
    """A detached signature.

    Raises:
        BadInput: it is none, or there is more in it than a signature has.
    """
    lines = text.splitlines() if len(text) <= MAX_TEXT else []
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise BadInput(phrase("this is not a signature of minisign"))
    head, seal = _decoded(lines[1], 74), _decoded(lines[3], 64)
    if head[:2] not in (_PLAIN, _HASHED) or not seal:
        raise BadInput(phrase("this is not a signature of minisign"))
    comments = lines[0].removeprefix(_UNTRUSTED), lines[2].removeprefix(_TRUSTED)
    return Signature(head[2:10], head[10:], seal, *comments, hashed=head[:2] == _HASHED)


def verify(data: bytes, signature: Signature, key: PublicKey) -> None:
    """Checks both signatures: over the octets, and over the trusted comment.

    Raises:
        BadSignature: one of them is not right, or the signature is of another key.
    """
    if not hmac.compare_digest(signature.key_id, key.id):
        raise BadSignature(phrase("the signature is of another key ({name})", name=signature.name))
    if not _is_key(key.key):
        raise BadSignature(phrase("this key is none that anybody can sign with; its signatures would show nothing"))
    signed = hashlib.blake2b(data).digest() if signature.hashed else data
    public = Ed25519PublicKey.from_public_bytes(key.key)
    try:
        public.verify(signature.signature, signed)
    except InvalidSignature:
        raise BadSignature(phrase("the signature does not fit: something was changed after it was signed")) from None
    try:
        public.verify(signature.seal, signature.signature + signature.trusted.encode("utf-8", "surrogatepass"))
    except InvalidSignature:
        raise BadSignature(phrase("the signature's comment was changed after it was signed")) from None


def sign(data: bytes, key: SecretKey, *, trusted: str, untrusted: str = "signature from selfaudit secret key") -> Signature:
    """Signs octets by their hash, as minisign does. The same input gives the same signature (RFC 8032, section 5.1.6).

    Args:
        data: what is signed.
        key: by which.
        trusted: a comment that is signed, too; one line.
        untrusted: a comment that nothing covers; one line.
    """
    trusted, untrusted = (printable(" ".join(words.split()), MAX_COMMENT) for words in (trusted, untrusted))
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    signature = private.sign(hashlib.blake2b(data).digest())
    return Signature(key.id, signature, private.sign(signature + trusted.encode()), untrusted, trusted)


def _is_key(encoded: bytes) -> bool:
    """Whether a public key is a canonical encoding (RFC 8032, section 5.1.3) of a point that is not of small order."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y < _FIELD and y not in _SMALL_ORDER


def _decoded(text: str, size: int) -> bytes:
    """Base64 in its one canonical form (RFC 4648, section 3.5), b"" if it is not or has another length."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if len(data) == size and base64.b64encode(data).decode("ascii") == text else b""
