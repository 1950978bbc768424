"""DKIM-Signature fields: everything about them that can be said without the key (RFC 6376 sections 3.4 to 3.7).

The canonical forms are made here and not by dkimpy, whose patterns take a time that grows with the square of a run of blanks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from selfaudit.errors import BadInput
from selfaudit.facts.message import DkimSignature
from selfaudit.i18n import phrase
from selfaudit.protocols.message_headers import RawField, RawMessage, domain_of
from selfaudit.protocols.tags import parse_tags

MAX_SIGNATURES = 20
_MAX_SIGNED = 300  # names in h=
_MAX_TAGS_CHARS = 16_384
_FAR = 10**15  # a number beyond any time and size; larger ones count as this
_BLANKS = re.compile(rb"[ \t]+")
_SELECTOR = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\Z")
_NAMES = re.compile(r"[!-9;-~]+\Z")
_FORMS = ("simple", "relaxed")
_ALGORITHMS = ("rsa-sha256", "ed25519-sha256")


def canonical_field(field: RawField, form: str) -> bytes:
    """A header field in its canonical form, without a line end (section 3.4.1 and 3.4.2)."""
    if form == "simple":
        return field.name + b":" + field.value
    return field.key.encode("ascii") + b":" + _BLANKS.sub(b" ", field.value.replace(b"\r\n", b"")).strip(b" ")


def canonical_body(body: bytes, form: str) -> bytes:
    """A body in its canonical form (sections 3.4.3 and 3.4.4). Its lines end in CRLF."""
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    if form == "relaxed":
        body = body.replace(b"\t", b" ")
        while b"  " in body:  # halves every run of blanks; a pattern would make an object of each
            body = body.replace(b"  ", b" ")
        body = body.replace(b" \r\n", b"\r\n")
    trailing = body[len(body.rstrip(b"\r\n")) :].replace(b"\r\n", b"\n")
    lines = len(trailing) - len(trailing.rstrip(b"\n"))  # empty ones at the end, and the end of the last that is not empty
    body = body[: len(body) - 2 * lines]
    return body + b"\r\n" if body or form == "simple" else b""


def read_signatures(message: RawMessage) -> tuple[DkimSignature, ...]:
    """The signatures of a message from the top, at most twenty. What is wrong with one stands in its `problem`."""
    fields = [f for f in message.fields if f.key == "dkim-signature"][:MAX_SIGNATURES]
    bodies: dict[str, bytes] = {}
    return tuple(_read(field, message, bodies) for field in fields)


def _read(field: RawField, message: RawMessage, bodies: dict[str, bytes]) -> DkimSignature:
    text = field.value.decode("utf-8", "replace")
    if len(text) > _MAX_TAGS_CHARS:
        return DkimSignature("", "", problem=phrase("the signature field is absurdly long"))
    try:
        tags = parse_tags(text.replace("\r\n", ""))
    except BadInput as error:
        return DkimSignature("", "", problem=str(error))
    compact = {name: re.sub(r"\s", "", value) for name, value in tags.items()}
    canonical = compact.get("c", "simple/simple").lower()
    header_form, slash, body_form = canonical.partition("/")
    signature = DkimSignature(
        domain_of(compact.get("d", "")),
        compact.get("s", "").lower()[:253],
        compact.get("i", "")[:320],
        compact.get("a", "").lower()[:40],
        f"{header_form}/{body_form if slash else 'simple'}"[:40],
        tuple(name.lower()[:80] for name in compact.get("h", "").split(":") if name)[: _MAX_SIGNED + 1],
        _number(compact.get("t", "")) or 0,
        _number(compact.get("x", "")) or 0,
        _number(compact["l"], -1) if "l" in compact else -1,
        value=compact.get("b", ""),
    )
    problem = _problem(signature, compact)
    if signature.identity:  # what stands before the @ may name the reader
        signature = replace(signature, identity=f"@{signature.identity.rpartition('@')[2]}")
    if problem:
        return replace(signature, problem=problem, value="")
    header_form, _slash, body_form = signature.canonicalization.partition("/")
    if body_form not in bodies:
        bodies[body_form] = canonical_body(message.body, body_form)
    body = bodies[body_form]
    if signature.length > len(body):
        return replace(signature, problem=phrase("l= counts more octets than the body has"), value="")
    signed = len(body) if signature.length < 0 else signature.length
    digest = hashlib.sha256(memoryview(body)[:signed]).digest()
    return replace(
        signature,
        beyond=len(body) - signed,
        body_fits=base64.b64decode(compact["bh"]) == digest,
        digest=_header_digest(message.fields, field, signature.headers, header_form),
    )


def _number(text: str, default: int = 0) -> int:
    """A decimal number, cut at a bound; `default` for none."""
    if not re.fullmatch(r"[0-9]{1,76}", text):
        return default
    return min(int(text), _FAR)


def _problem(signature: DkimSignature, tags: dict[str, str]) -> str:
    """Why the signature can be accepted by nobody, "" for nothing (sections 3.5 and 6.1.1)."""
    missing = [name for name in ("v", "a", "b", "bh", "d", "h", "s") if not tags.get(name)]
    if missing:
        return phrase("it lacks {names}", names=", ".join(f"{name}=" for name in missing))
    if tags["v"] != "1":
        return phrase("v= must be 1")
    if signature.algorithm == "rsa-sha1":
        return phrase("rsa-sha1 must not be used any more (RFC 8301)")
    if signature.algorithm not in _ALGORITHMS:
        return phrase("a={algorithm} is not known", algorithm=signature.algorithm)
    if not signature.domain:
        return phrase("d= is not a domain")
    if not _SELECTOR.match(signature.selector):
        return phrase("s= is not a selector")
    if "q" in tags and "dns/txt" not in tags["q"].lower().split(":"):
        return phrase("q= names no way to the key that is known")
    header_form, _slash, body_form = signature.canonicalization.partition("/")
    if header_form not in _FORMS or body_form not in _FORMS:
        return phrase("c= is not known")
    if len(signature.headers) > _MAX_SIGNED or not all(_NAMES.match(name) for name in signature.headers):
        return phrase("h= is not a list of header fields")
    if "from" not in signature.headers:
        return phrase("h= does not name From, so the sender is not signed")
    if any(name in tags and not re.fullmatch(r"[0-9]{1,76}", tags[name]) for name in ("t", "x", "l")):
        return phrase("t=, x= and l= must be numbers")
    if signature.expires and signature.signed_at and signature.expires <= signature.signed_at:
        return phrase("it expires (x=) before it was made (t=)")
    if signature.identity:
        identity = domain_of(signature.identity.rpartition("@")[2])
        if "@" not in signature.identity or not (identity == signature.domain or identity.endswith("." + signature.domain)):
            return phrase("i= does not belong to d=")
    try:
        for name in ("b", "bh"):
            base64.b64decode(tags[name], validate=True)
    except (binascii.Error, ValueError):
        return phrase("b= or bh= is not valid base64")
    return ""


def _header_digest(fields: Sequence[RawField], own: RawField, names: Sequence[str], form: str) -> str:
    """SHA-256 over the signed fields and the signature's own, its b= emptied (sections 3.7 and 5.4.2): the lowest field of a name first."""
    remaining: dict[str, list[RawField]] = {}
    for field in fields:
        remaining.setdefault(field.key, []).append(field)
    hashed = hashlib.sha256()
    for name in names:
        if remaining.get(name):
            hashed.update(canonical_field(remaining[name].pop(), form) + b"\r\n")
    hashed.update(canonical_field(RawField(own.name, _without_value(own.value)), form))
    return hashed.hexdigest()


def _without_value(value: bytes) -> bytes:
    """A signature field with an empty b=; everything else stays as it is."""
    parts = value.split(b";")
    for number, part in enumerate(parts):
        name, equals, _rest = part.partition(b"=")
        if equals and name.strip() == b"b":
            parts[number] = name + equals
            break
    return b";".join(parts)
