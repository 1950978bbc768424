"""Reading the certificate that a server showed, and whether its chain is to be trusted. Outside bytes: nothing here may fail."""

from __future__ import annotations

import datetime
import hashlib
import ssl
import warnings

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from OpenSSL import crypto

from selfaudit.facts.smtp import Certificate
from selfaudit.i18n import phrase
from selfaudit.text import printable

_MAX_CHAIN = 10
_UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip


def shown_certificate(tls: ssl.SSLObject, ca_file: str, now: float) -> tuple[Certificate | None, str]:
    """The certificate of a finished handshake, or None and why it cannot be read.

    `ca_file` holds authorities in place of the usual ones; `now` is in UTC seconds.
    """
    leaf = tls.getpeercert(binary_form=True)
    if not leaf:
        return None, phrase("the server showed no certificate")
    others = [der for der in _chain(tls)[:_MAX_CHAIN] if der != leaf]
    try:
        # A stranger's certificate may be as odd as it likes: the library's remarks on that belong on nobody's screen.
        with warnings.catch_warnings(action="ignore"):
            return read_certificate(leaf, others, ca_file, now), ""
    except _UNREADABLE:
        return None, phrase("the certificate cannot be read")


def read_certificate(leaf: bytes, others: list[bytes], ca_file: str, now: float) -> Certificate:
    """Reads a certificate in DER.

    Raises:
        ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion, DuplicateExtension, UnsupportedGeneralNameType: it is none
            that can be read.
    """
    certificate = x509.load_der_x509_certificate(leaf)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    names = _names(certificate)
    trusted, why = _trusted(certificate, others, ca_file, now, begins, ends)
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Certificate(
        printable(_common_name(certificate.subject), 200), tuple(printable(n, 255) for n in names[:100]),
        printable(certificate.issuer.rfc4514_string(), 200), begins.timestamp(), ends.timestamp(), trusted, why,
        hashlib.sha256(leaf).hexdigest(), hashlib.sha256(spki).hexdigest(), hashlib.sha512(spki).hexdigest(),
        hashlib.sha512(leaf).hexdigest(), tuple(_digests(der) for der in _signers(certificate, others[:_MAX_CHAIN])),
    )  # fmt: skip


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    """All certificates that the server sent. Public since Python 3.13; before, the same function is reached underneath."""
    inner = getattr(tls, "get_unverified_chain", None)
    if inner is not None:
        return list(inner())
    hidden = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    chain = hidden() if hidden is not None else None
    return [c.public_bytes(2) for c in chain or ()]  # 2: DER


def _signers(certificate: x509.Certificate, others: list[bytes]) -> list[bytes]:
    """Those of the other certificates that signed this one, directly or through others.

    A server may send any certificate along; only one that signed vouches for anything (RFC 7671 section 5.2, usage 2). Cross-signed
    authorities make this a tree: each certificate enters it once, so it comes to an end.
    """
    left = [(der, other) for der in others if (other := _loaded(der)) is not None]
    path, found = [certificate], []
    for signed in path:
        signers = [(der, other) for der, other in left if _issued(signed, other)]
        left = [pair for pair in left if pair not in signers]
        found += [der for der, _other in signers]
        path += [other for _der, other in signers]
    return found


def _loaded(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except _UNREADABLE:
        return None


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _digests(der: bytes) -> tuple[str, str]:
    try:
        key = x509.load_der_x509_certificate(der).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except _UNREADABLE:
        spki = b""
    return hashlib.sha256(der).hexdigest(), hashlib.sha256(spki).hexdigest()


def _common_name(name: x509.Name) -> str:
    values = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(values[0].value) if values else name.rfc4514_string()


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [
        *alternatives.get_values_for_type(x509.DNSName),
        *(str(a) for a in alternatives.get_values_for_type(x509.IPAddress)),
    ]


def _trusted(
    certificate: x509.Certificate,
    others: list[bytes],
    ca_file: str,
    now: float,
    begins: datetime.datetime,
    ends: datetime.datetime,
) -> tuple[bool, str]:
    """Whether the chain leads to a known authority. Names and dates are facts of their own and are not judged here."""
    if certificate.issuer == certificate.subject:
        return False, phrase("it is signed by itself")
    at = min(max(datetime.datetime.fromtimestamp(now, datetime.UTC), begins), ends)
    store = crypto.X509Store()
    store.set_time(at)
    try:
        store.load_locations(ca_file or certifi.where())
        chain = [crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)) for der in others]
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(certificate), chain).verify_certificate()
    except crypto.X509StoreContextError as error:
        return False, printable(str(error), 200)
    except (crypto.Error, *_UNREADABLE) as error:
        return False, printable(str(error) or type(error).__name__, 200)
    return True, ""
