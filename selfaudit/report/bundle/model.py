"""A bundle and what became of verifying it (schemas selfaudit/manifest/1 and selfaudit/verification/1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import msgspec

from selfaudit.report.drift import FactDrift

MANIFEST, SIGNATURE = "manifest.json", "manifest.json.minisig"


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bundle. `sha256` and `size` are of its content, `packed` is the SHA-256 of its octets as they lie in the archive."""

    name: str
    sha256: str
    size: int
    packed: str


class Lacking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that the statement or the declaration names and that is not in the bundle."""

    name: str
    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the bundle (JSON, schema selfaudit/manifest/1).

    Attributes:
        tool: name and version of what made it.
        made: when the reports in it were made (RFC 3339, UTC); the age of facts and the policy are seen from this moment.
        language: of the reports.
        number, provider: of the case.
        pack, pack_version, pack_sha256: of the policy as it was applied; the hash is of everything in it that rules use. "" for none.
        drawing: stands for everything besides the data that the reports depend on: versions, translations, the look of the policy.
        key: the public key (minisign) that signs it, "" if nothing does.
        members: all other files, in the order of the archive.
        lacking: files that are only named.
    """

    schema: Literal["selfaudit/manifest/1"]
    tool: str
    made: str
    language: str
    number: str
    provider: str
    pack: str
    pack_version: str
    pack_sha256: str
    drawing: str
    key: str
    members: tuple[Member, ...]
    lacking: tuple[Lacking, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle. Nothing in it is believed yet.

    Attributes:
        manifest: as it stands.
        files: name -> content, without the manifest and its signature; only those whose hashes fit.
        manifest_octets: what is signed.
        signature: text of the signature, "" for none.
        faults: what shows that it was changed or cut, in words (`i18n.phrase`); empty for an intact one.
    """

    manifest: Manifest
    files: Mapping[str, bytes]
    manifest_octets: bytes
    signature: str = ""
    faults: tuple[str, ...] = ()


class Standing(StrEnum):
    """How a point of the verification stands."""

    GOOD = "good"
    NOTE = "note"  # for the desk to know; no fault
    UNKNOWN = "unknown"  # cannot be told from here
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Point:
    """One question of the desk with its answer.

    Attributes:
        name: "intact", "complete", "signed", "judged", "statement", "case", "policy", "age", "targets", "authority", "tool" or "recheck".
        standing: how it stands.
        text: the answer in one sentence (`i18n.phrase`).
        details: what it rests on, one line each (`i18n.phrase`).
    """

    name: str
    standing: Standing
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the bundle says and its own evidence does not.

    Attributes:
        what: "result", "finding", "requirement", "readiness", "case" or "report".
        where: check and target, the clause, or the field.
        said: what the bundle says.
        judged: what comes out here.
    """

    what: str
    where: str
    said: str
    judged: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying came to.

    Attributes:
        file: name of the bundle, without folders.
        sha256: of the bundle.
        at: when it was verified (RFC 3339, UTC).
        key: id of the key that signed it, as minisign prints it; "" for none.
        number, provider, made: as the bundle says.
        ready: readiness as it is judged here and at that moment, None without a policy.
        points: the questions of the desk, in a fixed order.
        differences: where the bundle's results are not those of its evidence; at most 200.
        oldest, newest: moments of the oldest and newest fact.
        missing: targets of the case that are not in the evidence.
        counts: results as they are judged here.
        drift: what has changed since, fact by fact; None where nothing was repeated.
    """

    file: str
    sha256: str
    at: str
    key: str = ""
    number: str = ""
    provider: str = ""
    made: str = ""
    ready: bool | None = None
    points: tuple[Point, ...] = ()
    differences: tuple[Difference, ...] = ()
    oldest: str = ""
    newest: str = ""
    missing: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    drift: tuple[FactDrift, ...] | None = None

    def exit_code(self) -> int:
        """0 for an intact, complete bundle whose evidence gives its results; 1 if a point is bad; 3 if one cannot be told."""
        standings = {p.standing for p in self.points}
        return 1 if Standing.BAD in standings or not standings else 3 if Standing.UNKNOWN in standings else 0


class JsonVerification(msgspec.Struct, frozen=True):
    """What `selfaudit verify --json` writes (schema selfaudit/verification/1). `exit` is the code of the command; the rest as of
    `Verification`.
    """

    schema: Literal["selfaudit/verification/1"]
    exit: int
    verification: Verification


def encode_verification(verification: Verification) -> bytes:
    """The document: indented, one line at the end."""
    document = JsonVerification("selfaudit/verification/1", verification.exit_code(), verification)
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
