"""What the demo's customer states in each world."""

from __future__ import annotations

import datetime
import hashlib
import tomllib
from dataclasses import replace
from importlib import resources

import msgspec

from selfaudit.case import EvidenceFile
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Attestation, Statement
from selfaudit.case.statement_file import StatementFile, make_statement
from selfaudit.demo.dates import with_dates
from selfaudit.demo.worlds import lines_of_world
from selfaudit.policy.model import Clause, When
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.notice import read_notice


def demo_statement(world: str, provider: str, now: datetime.datetime | None = None) -> Statement:
    """The statement of the demo's customer, with an attestation on every clause that asks for one and that they can agree to.

    Args:
        world: "fixed" or "suspended"; in the world "broken" nothing is stated yet.
        provider: id or name of a policy.
        now: to which its days are relative.
    """
    if world == "broken":
        return Statement()
    at = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    read = msgspec.convert(tomllib.loads(_filled(_resource("statement.toml"), world, at)), StatementFile, strict=True)
    said = make_statement(read, lambda name: _evidence(name, world, at), ahead=True)
    return replace(
        said, attestations=_attestations(said, world, provider), policy=_id(provider), number=demo_notice(at).reference
    )


def demo_notice(now: datetime.datetime | None = None) -> Notice:
    """What the demo's provider wrote when it suspended the service."""
    return read_notice(
        with_dates(_resource("notice.txt"), now or datetime.datetime.now(datetime.UTC)).encode("utf-8"), "notice.eml"
    )


def demo_evidence(name: str, world: str, now: datetime.datetime | None = None) -> bytes:
    """The content of a file that the statement names."""
    at = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    return _filled(_resource(f"evidence/{name}"), world, at).encode("utf-8")


def _evidence(name: str, world: str, now: datetime.datetime) -> EvidenceFile:
    data = demo_evidence(name, world, now)
    return EvidenceFile(name, hashlib.sha256(data).hexdigest(), len(data))


def _id(provider: str) -> str:
    pack = pack_for(provider)
    return pack.id if pack else ""


def _attestations(said: Statement, world: str, provider: str) -> tuple[Attestation, ...]:
    """On each clause the statement's own entry, or agreement to the policy's words as they stand, where the world shows nothing else."""
    pack = pack_for(provider)
    asked = [c for c in pack.clauses if c.attestation and c.when is not When.CITED] if pack else []
    return tuple(
        replace(said.attestation(c.id) or Attestation(c.id, agreed=not _open(c, world)), words=c.attestation) for c in asked
    )


def _open(clause: Clause, world: str) -> bool:
    """Whether a clause speaks of lists alone, one of which still has the server's address in the world "suspended"."""
    return world == "suspended" and bool(clause.checks) and set(clause.checks) <= {"blocklist", "blocklist.address"}


def _resource(name: str) -> str:
    return (resources.files("selfaudit_resources") / "demo" / name).read_text("utf-8")


def _filled(text: str, world: str, now: datetime.datetime) -> str:
    """The lines of a world with their days and times: "{day-3}", "{time-3 04:10:00}"."""
    return with_dates(lines_of_world(text, world), now)
