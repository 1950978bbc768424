"""DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.tags import parse_tags

MIN_RSA_BITS = 1024  # RFC 8301 section 3.2: verifiers must not accept less
GOOD_RSA_BITS = 2048
MAX_KEY_CHARS = 16_384


class KeyState(StrEnum):
    """What a verifier can do with the key."""

    USABLE = "usable"
    REVOKED = "revoked"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A public key record.

    Attributes:
        state: whether signatures can be verified with it.
        problem: for an unusable key, what is wrong.
        algorithm: "rsa" or "ed25519".
        bits: size of an RSA key; 256 for Ed25519; 0 if unknown.
        testing: t=y.
        strict: t=s, the signature's i= must have exactly the d= domain.
        hashes: h=, () for all.
        services: s=.
    """

    state: KeyState
    problem: str = ""
    algorithm: str = "rsa"
    bits: int = 0
    testing: bool = False
    strict: bool = False
    hashes: tuple[str, ...] = ()
    services: tuple[str, ...] = ("*",)


def looks_like_key(text: str) -> bool:
    """Whether a TXT record is meant as a DKIM key (v=DKIM1, or a p= tag): other texts at the name are not keys."""
    return bool(re.match(r"\s*v\s*=\s*DKIM1", text) or re.search(r"(?:^|;)\s*p\s*=", text))


def parse_key(text: str) -> DkimKey:
    """Reads a key record. An unusable key is a value, not an exception.

    Raises:
        BadInput: the text is not a tag list or far too long.
    """
    if len(text) > MAX_KEY_CHARS:
        raise BadInput(phrase("too long for a key record"))
    tags = parse_tags(text)
    flags = _colon_list(tags.get("t", ""))
    hashes = _colon_list(tags.get("h", "").lower())
    base = DkimKey(
        KeyState.USABLE, "", tags.get("k", "rsa").lower() or "rsa", 0, "y" in flags, "s" in flags, hashes,
        _colon_list(tags.get("s", "*")) or ("*",),
    )  # fmt: skip
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        return _unusable(base, phrase("v=DKIM1 must be the first tag, written exactly so"))
    if "p" not in tags:
        return _unusable(base, phrase("there is no p= tag, so no key"))
    if not re.sub(r"\s", "", tags["p"]):
        return DkimKey(KeyState.REVOKED, "", base.algorithm, 0, base.testing, base.strict, hashes, base.services)
    if hashes and "sha256" not in hashes:
        return _unusable(
            base, phrase("h= allows only {hashes}; receivers accept only sha256 (RFC 8301)", hashes=", ".join(hashes))
        )
    if not {"*", "email"} & set(base.services):
        return _unusable(base, phrase("s= does not allow e-mail"))
    try:
        raw = base64.b64decode(re.sub(r"\s", "", tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        return _unusable(base, phrase("p= is not valid base64 (often a key cut off or pasted twice)"))
    if base.algorithm == "ed25519":
        if len(raw) != 32:
            return _unusable(base, phrase("an Ed25519 key has 32 octets, this one has {raw}", raw=len(raw)))
        return _with_bits(base, 256)
    if base.algorithm != "rsa":
        return _unusable(base, phrase("k={algorithm} is not a known key type", algorithm=base.algorithm))
    return _rsa(base, raw)


def _rsa(base: DkimKey, raw: bytes) -> DkimKey:
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        return _unusable(base, phrase("p= does not hold an RSA public key (often a key cut off or pasted twice)"))
    if not isinstance(key, rsa.RSAPublicKey):
        return _unusable(base, phrase("p= holds a key of another type than k= says"))
    if key.key_size < MIN_RSA_BITS:
        weak = _with_bits(base, key.key_size)
        return _unusable(
            weak,
            phrase("an RSA key of {key_size} bits is too short, receivers must ignore it (RFC 8301)", key_size=key.key_size),
        )
    return _with_bits(base, key.key_size)


def _with_bits(key: DkimKey, bits: int) -> DkimKey:
    return DkimKey(key.state, key.problem, key.algorithm, bits, key.testing, key.strict, key.hashes, key.services)


def _unusable(key: DkimKey, problem: str) -> DkimKey:
    return DkimKey(KeyState.UNUSABLE, problem, key.algorithm, key.bits, key.testing, key.strict, key.hashes, key.services)


def _colon_list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(":") if part.strip())
