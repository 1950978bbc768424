"""The case: what a person asked for, frozen before the first packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from selfaudit.case.notice import Notice
from selfaudit.i18n import phrase

TargetKind = Literal["domain", "address", "host", "message", "ledger", "case"]
BROUGHT = ("host", "message", "ledger")  # kinds of targets that come from files: nobody is asked for permission to read them
Purpose = Literal["reinstatement", "onboarding"]
Stated = Literal["", "yes", "no"]

# The origin of domains that are only hosted: their registration counts, their mail is somebody else's.
HOSTED = phrase("hosted")
MAX_STATED_ADDRESSES = 16  # DESIGN: stated authority covers at most this many addresses


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A domain (A-label, lower case, no trailing dot), an address (canonical text), a server by its own name, a sample message or a
    ledger by its file's name, or the case itself.

    `origin` says how it came into scope: "named" by the person, `HOSTED`, or the record in which it was found.
    """

    kind: TargetKind
    value: str
    origin: str = "named"


CASE_TARGET = Target("case", "case")


@dataclass(frozen=True, slots=True)
class Selector:
    """A DKIM selector, the domain it belongs to ("" for every domain of the case) and where it was learnt."""

    name: str
    domain: str = ""
    source: Literal["given", "message", "guessed"] = "given"


@dataclass(frozen=True, slots=True)
class Authority:
    """Permission that was stated, not proven: a name and a role, printed in the report as such."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, order=True)
class Approval:
    """A provider's consent to something that its policy forbids "without our prior approval".

    Attributes:
        check: id of the check whose finding is approved.
        target: the address or domain, "" for all of the case.
        reference: the provider's ticket or letter.
        service: limits it to findings about this port or service, "" for all of the check.
    """

    check: str
    target: str
    reference: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that a person shows for a statement; its content stays where it is. `sha256` in hexadecimal, `size` in octets."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Registrant:
    """To whom the customer says their domains are registered. Registries mostly hide it, so it is a statement.

    Attributes:
        name, organization, street, city, postal_code, country, email, phone: what the registrar should hold; `country` as ISO
            3166-1 alpha-2; `phone` with its country code.
        confirmed: the day on which a person looked at the registrar's own page and found it right (YYYY-MM-DD), "" for never.
        files: what shows it: a picture of the registrar's page, a verification mail.
    """

    name: str = ""
    organization: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    confirmed: str = ""
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class HostSource:
    """Where the facts about a server's inside come from. The facts themselves are evidence.

    Attributes:
        name: the server's own name; results about it carry it as target of kind "host".
        machine: stands for the installation, "" if it has no identity.
        sha256: of the collector's text.
        via: "file", "block", "ssh" or "local".
        taken: UTC by the server's clock.
        received: UTC by ours.
        address: to which it was said to belong, or at which it was fetched, "" for neither.
    """

    name: str
    machine: str
    sha256: str
    via: str
    taken: str
    received: str
    address: str = ""


@dataclass(frozen=True, slots=True, order=True)
class FileSource:
    """A sample message or a ledger that was read. What was found in it is evidence; the file itself stays where it is.

    Attributes:
        name: its file's name, made different from others of its kind; results about it carry it as target.
        sha256, size: of its octets.
        received: UTC by our clock when it was read.
    """

    name: str
    sha256: str
    size: int
    received: str


@dataclass(frozen=True, slots=True, order=True)
class NamedPage:
    """A page (https URL) that the person names for a domain: "privacy", "abuse" or "unsubscribe"."""

    kind: Literal["privacy", "abuse", "unsubscribe"]
    url: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What the signature of the case file came to on this computer. Whoever reads a report checks it again by keys of their own.

    Attributes:
        state: "unsigned"; "trusted": by a key that the provider's pack names; "unknown-key": it fits, but nobody here vouches for its key, or
            the key is not at hand; "tampered": it does not fit the file; "unreadable": it is no signature.
        key: id of the key as minisign prints it, "" for none.
        owner: to whom the pack says the key belongs.
        comment: the signed comment, as far as it was verified.
        sha256: of the case file.
        targets: what the file names; only these are vouched for. Empty unless it is trusted.
        approvals: what the file approves; only these are the provider's word. Empty unless it is trusted.
    """

    state: Literal["unsigned", "trusted", "unknown-key", "tampered", "unreadable"]
    key: str = ""
    owner: str = ""
    comment: str = ""
    sha256: str = ""
    targets: tuple[Target, ...] = ()
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a run depends on besides the network.

    Attributes:
        targets: what was named.
        sending_ips: addresses that send mail for the named domains.
        selectors: DKIM selectors that are known.
        only: check ids or families to run; empty means all.
        skip: check ids or families to leave out.
        authority: stated permission for active checks.
        number: the provider's ticket or case number.
        provider: the provider's name.
        deadline: UTC, RFC 3339.
        laboratory: reserved addresses and names were allowed as targets.
        demo: the world of the embedded internet, or "".
        passive: only public records are asked for, whatever permission there may be.
        confirm_relay: one message may be sent through a server that lets strangers send, to the mailbox in the settings.
        arrived: tokens of such messages that somebody found in that mailbox.
        exceptions: what the provider has approved.
        suspended: since when the service is suspended: YYYY-MM-DD or RFC 3339 in UTC, "" if it is not known.
        registrant: to whom the domains are registered, as the customer declares it.
        not_registrant: domains (A-labels) that are registered to somebody else, whom the customer hosts.
        hosts: servers that were looked at from the inside; each is a target, too.
        look_up_packages: the lists of their packages may be shown to public lists of vulnerabilities.
        messages: sample messages; each is a target, too.
        ledgers: records of consent; each is a target, too.
        pages: pages that the person named.
        notices: what the provider or others wrote about the service.
        cited: ids of the clauses that the provider says were broken; only these count where a clause applies "if cited".
        steps: what the provider demands before it reinstates the service, one sentence each.
        purpose: a customer's reinstatement, or the same questions before a contract.
        bulk: whether bulk or commercial mail is sent, "" if nobody has said so.
        shared: whether the service is on a platform that is shared with others, "" if nobody has said so.
        service: what the provider calls the service that is suspended: a product, a contract number, a host name.
        contact: where the provider's people are reached about this case.
        language: in which the provider wants to be answered (ISO 639-1), "" for any.
        message: what support tells the customer.
        seal: what the case file's signature came to, None where there was no case file.
    """

    targets: tuple[Target, ...]
    sending_ips: tuple[str, ...] = ()
    selectors: tuple[Selector, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    authority: Authority | None = None
    number: str = ""
    provider: str = ""
    deadline: str = ""
    laboratory: bool = False
    demo: str = ""
    passive: bool = False
    confirm_relay: bool = False
    arrived: tuple[str, ...] = ()
    exceptions: tuple[Approval, ...] = ()
    suspended: str = ""
    registrant: Registrant | None = None
    not_registrant: tuple[str, ...] = ()
    hosts: tuple[HostSource, ...] = ()
    look_up_packages: bool = False
    messages: tuple[FileSource, ...] = ()
    ledgers: tuple[FileSource, ...] = ()
    pages: tuple[NamedPage, ...] = ()
    notices: tuple[Notice, ...] = ()
    cited: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    purpose: Purpose = "reinstatement"
    bulk: Stated = ""
    shared: Stated = ""
    service: str = ""
    contact: str = ""
    language: str = ""
    message: str = ""
    seal: Seal | None = None

    def domains(self) -> tuple[str, ...]:
        """The named domains, without those that are only hosted."""
        return tuple(t.value for t in self.targets if t.kind == "domain" and t.origin != HOSTED)

    def hosted(self) -> tuple[str, ...]:
        """The domains that are only hosted."""
        return tuple(t.value for t in self.targets if t.kind == "domain" and t.origin == HOSTED)

    def addresses(self) -> tuple[str, ...]:
        """The named addresses."""
        return tuple(t.value for t in self.targets if t.kind == "address")
