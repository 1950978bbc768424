"""Verifying DKIM signatures (RFC 6376 section 6): one result for each, and why."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.message import DkimSignature, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.dkim_key import KeyState, looks_like_key, parse_key
from selfaudit.protocols.lookup import Lookup
from selfaudit.protocols.message_headers import domain_of
from selfaudit.protocols.message_read import as_sample
from selfaudit.protocols.message_received import delivered_at
from selfaudit.protocols.tags import parse_tags


class DkimStatus(StrEnum):
    """What became of a signature. Only `pass` vouches for the domain."""

    PASS = "pass"  # noqa: S105 - not a password
    TESTING = "testing"  # it is right, but the key says t=y: receivers are to treat the message as unsigned
    BODY_CHANGED = "body-changed"
    WRONG = "wrong-signature"
    UNUSABLE_KEY = "unusable-key"
    NO_KEY = "no-key"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_RFC_8601 = {
    DkimStatus.PASS: "pass",
    DkimStatus.TESTING: "neutral",
    DkimStatus.BODY_CHANGED: "fail",
    DkimStatus.WRONG: "fail",
    DkimStatus.TEMPERROR: "temperror",
}


@dataclass(frozen=True, slots=True)
class DkimResult:
    """The result of one signature.

    Attributes:
        status: see there.
        signature: the signature.
        why: in words (`i18n.phrase`), "" for a pass.
        key_name: where its key is, "" if it names none.
        testing: the key carries t=y.
        bits: of the key, 0 if there is none.
        expired: it had expired (x=) when the message was delivered; what came before `status` is not known then.
        answer: the look-up of the key, None if there was none.
    """

    status: DkimStatus
    signature: DkimSignature
    why: str = ""
    key_name: str = ""
    testing: bool = False
    bits: int = 0
    expired: bool = False
    answer: DnsAnswer | None = None

    @property
    def result(self) -> str:
        """The word of RFC 8601 section 2.7.1."""
        return _RFC_8601.get(self.status, "permerror")

    @property
    def partial(self) -> bool:
        """Whether l= leaves a part of the body unsigned, or lets anybody add to it."""
        return self.signature.length >= 0


async def verify(message: bytes | SampleMessage, lookup: Lookup) -> tuple[DkimResult, ...]:
    """Verifies every signature of a message.

    Args:
        message: its octets, or what was read from them.
        lookup: `async lookup(name, rdtype) -> DnsAnswer`, see `protocols.lookup`.

    Returns:
        One result for each of the first twenty signatures, from the top. DNS trouble is a temperror, never an exception.

    Raises:
        BadInput: the octets are no message.
    """
    sample = as_sample(message)
    delivered = delivered_at(sample)
    return tuple([await _one(signature, delivered, lookup) for signature in sample.signatures])


async def _one(signature: DkimSignature, delivered: float | None, lookup: Lookup) -> DkimResult:
    if signature.problem:
        return DkimResult(DkimStatus.PERMERROR, signature, signature.problem)
    # What matters is the moment of delivery; a sample that is looked at months later has not failed by that.
    if signature.expires and delivered is not None and delivered > signature.expires:
        return DkimResult(DkimStatus.PERMERROR, signature, phrase("it had expired (x=) when it was delivered"), expired=True)
    name = f"{signature.selector}._domainkey.{signature.domain}"
    if len(name) > 253:
        return DkimResult(DkimStatus.PERMERROR, signature, phrase("the name of its key is too long"))
    answer = await lookup(name, "TXT")
    if not answer.definite:
        return DkimResult(
            DkimStatus.TEMPERROR,
            signature,
            phrase("its key could not be looked up ({why})", why=answer.status),
            name,
            answer=answer,
        )
    texts = list(answer.texts())
    texts = [t for t in texts if looks_like_key(t)] or texts
    if not texts:
        return DkimResult(DkimStatus.NO_KEY, signature, phrase("there is no key under {name}", name=name), name, answer=answer)
    results = [_with_key(signature, text, name, answer) for text in texts[:10]]
    if len(results) > 1 and len({r.status for r in results}) > 1:
        why = phrase("there are {count} keys under {name}, which differ", count=len(texts), name=name)
        return DkimResult(DkimStatus.UNUSABLE_KEY, signature, why, name, answer=answer)
    return results[0]


def _with_key(signature: DkimSignature, text: str, name: str, answer: DnsAnswer) -> DkimResult:
    def result(status: DkimStatus, why: str = "", testing: bool = False, bits: int = 0) -> DkimResult:
        return DkimResult(status, signature, why, name, testing, bits, answer=answer)

    try:
        key = parse_key(text)
        material = parse_tags(text).get("p", "")
    except BadInput as error:
        return result(DkimStatus.UNUSABLE_KEY, phrase("its key cannot be used ({why})", why=str(error)))
    if key.state is KeyState.REVOKED:
        return result(DkimStatus.UNUSABLE_KEY, phrase("its key is revoked (the record's p= is empty)"), key.testing)
    if key.state is KeyState.UNUSABLE:
        return result(DkimStatus.UNUSABLE_KEY, phrase("its key cannot be used ({why})", why=key.problem), key.testing, key.bits)
    wanted = "ed25519" if signature.algorithm == "ed25519-sha256" else "rsa"
    if key.algorithm != wanted:
        why = phrase("its key is of the kind {kind}, the signature of the kind {wanted}", kind=key.algorithm, wanted=wanted)
        return result(DkimStatus.UNUSABLE_KEY, why, key.testing, key.bits)
    identity = domain_of(signature.identity.rpartition("@")[2]) if signature.identity else signature.domain
    if key.strict and identity != signature.domain:
        why = phrase("its key (t=s) does not allow i=, which names a sub-domain")
        return result(DkimStatus.UNUSABLE_KEY, why, key.testing, key.bits)
    if not signature.body_fits:
        return result(DkimStatus.BODY_CHANGED, phrase("the text is not the one that was signed"), key.testing, key.bits)
    if not _fits(signature, material, wanted):
        why = phrase("the header is not the one that was signed, or the published key belongs to another signer")
        return result(DkimStatus.WRONG, why, key.testing, key.bits)
    if key.testing:
        why = phrase("it is right, but its key says that it is only a test (t=y)")
        return result(DkimStatus.TESTING, why, True, key.bits)
    return result(DkimStatus.PASS, "", False, key.bits)


def _fits(signature: DkimSignature, material: str, kind: str) -> bool:
    """Whether the key made the signature (PKCS #1 v1.5 over SHA-256, or Ed25519 over the digest, RFC 8463 section 3)."""
    try:
        raw = base64.b64decode("".join(material.split()), validate=True)
        value = base64.b64decode(signature.value, validate=True)
        digest = bytes.fromhex(signature.digest)
        if kind == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(value, digest)
            return True
        key = load_der_public_key(raw)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(value, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
