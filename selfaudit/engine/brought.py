"""What a person brings along in files: servers looked at from the inside, sample messages, ledgers of consent. All were read before the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from selfaudit.case import Case, Target
from selfaudit.case.model import FileSource
from selfaudit.engine.hosts import host_targets, sources
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.i18n import _

MAX_MESSAGES = 20
MAX_LEDGERS = 5


class Along(TypedDict):
    """What a run's network holds of it."""

    hosts: tuple[HostReport, ...]
    messages: tuple[SampleMessage, ...]
    ledgers: tuple[LedgerReport, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """Everything that was brought along to a case."""

    hosts: tuple[HostReport, ...] = ()
    messages: tuple[SampleMessage, ...] = ()
    ledgers: tuple[LedgerReport, ...] = ()

    def along(self) -> Along:
        """The same as `net.open_net` takes it."""
        return {"hosts": self.hosts, "messages": self.messages, "ledgers": self.ledgers}

    def targets(self) -> tuple[Target, ...]:
        """Each as a target of its own."""
        return (
            *host_targets(self.hosts),
            *(Target("message", m.name) for m in self.messages),
            *(Target("ledger", ledger.name) for ledger in self.ledgers),
        )

    def noted_in(self, case: Case) -> Case:
        """The case with what was brought along, and these targets besides its own."""
        targets = tuple(dict.fromkeys((*case.targets, *self.targets())))
        return replace(
            case, targets=targets, hosts=sources(self.hosts), messages=file_sources(self.messages), ledgers=file_sources(self.ledgers)
        )  # fmt: skip


def file_sources(read: Iterable[SampleMessage] | Iterable[LedgerReport]) -> tuple[FileSource, ...]:
    """What a case notes of the files."""
    return tuple(FileSource(r.name, r.sha256, r.size, r.received) for r in read)


def add_message(messages: Sequence[SampleMessage], new: SampleMessage) -> tuple[SampleMessage, ...]:
    """Adds a sample message, in place of the same one.

    Raises:
        UserError: there are more than twenty.
    """
    place, name = _place([(m.name, m.sha256) for m in messages], new)
    if place >= MAX_MESSAGES:
        raise UserError(_("At most {limit} sample messages fit into one case.").format(limit=MAX_MESSAGES))
    return (*messages[:place], replace(new, name=name), *messages[place + 1 :])


def add_ledger(ledgers: Sequence[LedgerReport], new: LedgerReport) -> tuple[LedgerReport, ...]:
    """Adds a ledger, in place of the same one.

    Raises:
        UserError: there are more than five.
    """
    place, name = _place([(ledger.name, ledger.sha256) for ledger in ledgers], new)
    if place >= MAX_LEDGERS:
        raise UserError(_("At most {limit} ledgers fit into one case.").format(limit=MAX_LEDGERS))
    return (*ledgers[:place], replace(new, name=name), *ledgers[place + 1 :])


def _place(known: Sequence[tuple[str, str]], new: SampleMessage | LedgerReport) -> tuple[int, str]:
    """Where a file goes among those of its kind, (name, SHA-256) each, and its name there; files of one name get a number."""
    for number, (name, sha256) in enumerate(known):
        if sha256 == new.sha256:
            return number, name
    names = {name for name, _sha256 in known}
    name, number = new.name, 2
    while name in names:
        name, number = f"{new.name} ({number})", number + 1
    return len(known), name
