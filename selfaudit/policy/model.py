"""The vocabulary of policies: a provider's pack, its clauses, and what becomes of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from selfaudit.case.notice import Topic


class ClauseClass(StrEnum):
    """How a clause can be shown to be kept."""

    CHECKED = "checked"  # by checks alone
    STATED = "stated"  # by the customer's word, with evidence
    BOTH = "both"
    INFORMATIONAL = "informational"  # shown, no verdict


class Weight(StrEnum):
    """How much a clause matters for the decision."""

    BLOCKER = "blocker"
    EXPECTED = "expected"
    OPTIONAL = "optional"
    NONE = "none"


class When(StrEnum):
    """When a clause applies."""

    ALWAYS = "always"
    CITED = "cited"  # the provider says that it was broken
    BULK = "bulk"  # bulk or commercial mail is sent
    SHARED = "shared"  # the service is on a shared platform


BlockerWhen = Literal["cited", "bulk", "compromise"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a policy.

    Attributes:
        id: stable, for example "B-5.3a".
        section: the heading or number under which the policy's text has it.
        heading: what it is about, in a few words.
        quote: a short quotation, word for word from the policy's text.
        kind: how it can be shown to be kept.
        checks: ids or families of checks, () for none.
        weight: for the decision.
        blocker_when: it is a blocker, whatever its weight, if it is cited, if bulk mail is sent, or if the root cause is a compromise
            (an account that was taken over, or vulnerable software).
        when: when it applies; a clause that is cited always applies.
        topics: what kinds of incidents it is likely to be cited for.
        attestation: what the customer states, ready to be signed, "" for none.
        attestation_shared: the same for a customer on a shared platform, where not everything is in their hands; "" for no difference.
        needs_words: agreeing alone says nothing; words of the customer's own or a file must go with it.
        evidence: what may be shown with it.
        note: what the customer should know about it.
        onboarding: it also counts before a contract.
    """

    id: str
    section: str
    heading: str
    quote: str
    kind: ClauseClass
    weight: Weight
    checks: tuple[str, ...] = ()
    blocker_when: tuple[BlockerWhen, ...] = ()
    when: When = When.ALWAYS
    topics: tuple[Topic, ...] = ()
    attestation: str = ""
    attestation_shared: str = ""
    needs_words: bool = False
    evidence: tuple[str, ...] = ()
    note: str = ""
    onboarding: bool = True


@dataclass(frozen=True, slots=True)
class Brand:
    """How a provider shows itself. `logo` is SVG text or a data: URI of a PNG, "" for none; colours as #rrggbb, "" for the usual."""

    logo: str = ""
    accent: str = ""
    accent_dark: str = ""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where the provider is reached. `appeal` says how the request is handed in: an address, a URL, or words."""

    abuse: str = ""
    support: str = ""
    appeal: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Downloads:
    """Where customers get the program. `page` tells about it, `base` is the folder in which the files of a release lie; "" for none."""

    page: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key (minisign, Ed25519) by which the provider signs case files."""

    id: str
    key: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The numbers and choices of a policy.

    Attributes:
        consent: "confirmed" (double opt-in) or "verifiable".
        proof_hours: within which proof of consent must be provided, 0 if the policy names no limit.
        proof_kept: how long proof is kept, in the policy's words, "" if it does not say.
        opt_out_days: business days within which an opt-out must be honoured, 0 if the policy names no limit.
        notice_days: days after which a revised policy takes effect, 0 for at once.
        effective_on_use: the first use after publication makes it effective sooner.
        approvable: checks whose findings the provider can approve ("without our prior approval").
    """

    consent: Literal["confirmed", "verifiable"] = "verifiable"
    proof_hours: int = 0
    proof_kept: str = ""
    opt_out_days: int = 0
    notice_days: int = 0
    effective_on_use: bool = False
    approvable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A provider's policy as data.

    Attributes:
        id: the name of its file.
        name: of the provider, as it stands in results and reports.
        company: the legal person.
        aliases: other names by which cases and notices call it.
        based_on: id of the pack whose clauses and parameters it takes over, "" for none.
        version: of the pack.
        title: of the policy.
        source: where the policy's text is published.
        source_date: the day that the text itself names as its last review, "" if it names none.
        read_on: the day on which the text was read for this pack.
        text_sha256: of the text as it was read (`text_hash`), "" if it is not known.
        brand, contacts, downloads, keys, parameters: see there.
        prefixes: blocks of addresses that it assigns to customers, in CIDR notation (RFC 4632), empty if none are known.
        prefixes_source: who named them, "" without prefixes.
        prefixes_date: when that was, YYYY-MM-DD, "" without prefixes.
        clauses: all of them, in the order of the text.
    """

    id: str
    name: str
    company: str = ""
    aliases: tuple[str, ...] = ()
    based_on: str = ""
    version: str = ""
    title: str = ""
    source: str = ""
    source_date: str = ""
    read_on: str = ""
    text_sha256: str = ""
    brand: Brand = field(default_factory=Brand)
    contacts: Contacts = field(default_factory=Contacts)
    downloads: Downloads = field(default_factory=Downloads)
    keys: tuple[TrustedKey, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    prefixes: tuple[str, ...] = ()
    prefixes_source: str = ""
    prefixes_date: str = ""
    clauses: tuple[Clause, ...] = ()

    def clause(self, name: str) -> Clause | None:
        """A clause by its id."""
        return next((c for c in self.clauses if c.id == name), None)

    def clauses_of(self, check: str) -> tuple[Clause, ...]:
        """The clauses that a check serves."""
        family = check.partition(".")[0]
        return tuple(c for c in self.clauses if check in c.checks or family in c.checks)


class State(StrEnum):
    """What became of a requirement. Only `met` and `not-applicable` are settled."""

    MET = "met"
    NOT_MET = "not-met"
    PLANNED = "planned"
    NEEDS_STATEMENT = "needs-statement"
    CANNOT_VERIFY = "cannot-be-verified"
    NOT_APPLICABLE = "not-applicable"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Basis:
    """A result on which a requirement rests. `why` is the result's reason or its worst finding in words (`i18n.phrase`)."""

    check: str
    target_kind: str
    target: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What became of one clause.

    Attributes:
        clause, heading, section, quote: of the pack.
        weight: as it counts here.
        state: see there.
        blocks: it keeps the request from being ready.
        why: in one sentence (`i18n.phrase`).
        by: the results that decided: those that passed for `met`, those that failed for `not-met`.
        remarks: warnings beside it.
        unseen: results that could not be had, each with the reason, and who can provide it.
        instead: results that stand in for those.
        missing: checks of the clause for which there is nothing at all (no server looked at, no message, no ledger).
        stated: it rests on the customer's word, too.
        date: the day for which it is planned, "" for none.
        waits: all that is left is for a list or the provider to end.
    """

    clause: str
    heading: str
    section: str
    quote: str
    weight: Weight
    state: State
    blocks: bool = False
    why: str = ""
    by: tuple[Basis, ...] = ()
    remarks: tuple[Basis, ...] = ()
    unseen: tuple[Basis, ...] = ()
    instead: tuple[Basis, ...] = ()
    missing: tuple[str, ...] = ()
    stated: bool = False
    date: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the statement lacks. `part` names it ("cause", "timeline", "signed", "attestation:B-2.0" ...), `why` in words."""

    part: str
    why: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a case stands before a provider's policy. Nothing is averaged: one blocker is enough.

    Attributes:
        pack, version, provider, title: of the policy.
        purpose: of the case.
        ready: nothing blocks, and the statement is complete.
        blockers: ids of the clauses that block.
        gaps: what the statement lacks.
        counts: how many requirements are in each state.
        requirements: one for each clause, in the order of the text.
    """

    pack: str
    version: str
    provider: str
    title: str
    purpose: str
    ready: bool
    blockers: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
