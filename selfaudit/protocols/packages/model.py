"""What a package manager said about waiting updates, in one form for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from selfaudit.i18n import phrase
from selfaudit.text import printable

ESM = "ESM"  # the origin of updates that only Ubuntu Pro (Expanded Security Maintenance) has
UNNAMED = "?"  # for a package that is held back in a list whose heading was not understood
MOST_WORDS = 200  # characters of the manager's own words in a trouble


class Kind(StrEnum):
    """What kept a package manager from telling what waits."""

    LOCKED = "locked"  # another run holds its lock
    NO_LISTS = "no-lists"  # it has no package lists at all
    BROKEN = "broken"  # its own state is damaged: half installed packages, unmet dependencies, a damaged database
    UNREACHABLE = "unreachable"  # an archive did not answer, or is not there (any more)
    NOT_UNDERSTOOD = "not-understood"  # lines that are in no known form
    FAILED = "failed"  # anything else that it calls an error


KIND_WORDS = {
    Kind.LOCKED: phrase("another program was using the package manager"),
    Kind.NO_LISTS: phrase("there are no package lists on the server"),
    Kind.BROKEN: phrase("the package manager's own state is damaged"),
    Kind.UNREACHABLE: phrase("an archive of packages could not be reached or is not there any more"),
    Kind.NOT_UNDERSTOOD: phrase("the package manager's answer was not understood"),
    Kind.FAILED: phrase("the package manager reported an error"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that a package manager could not do.

    Attributes:
        kind: what sort of thing.
        text: its own words, safe to show; "" if it said nothing.
    """

    kind: Kind
    text: str = ""

    @property
    def words(self) -> str:
        """For people: what it means, with the manager's own words."""
        return f"{KIND_WORDS[self.kind]} ({self.text})" if self.text else KIND_WORDS[self.kind]


def trouble(kind: Kind, text: str = "") -> Trouble:
    """A trouble in the manager's own words, cut and made safe to show."""
    return Trouble(kind, printable(" ".join(text.split()), MOST_WORDS))


@dataclass(frozen=True, slots=True)
class Update:
    """A package that could be replaced by a newer one, or a patch that could be applied.

    Attributes:
        name: of the package; of the patch where the manager counts patches (zypper).
        installed: the version that is there, "" if the manager does not say it.
        available: the newer version, "" if the manager does not say it.
        origin: the archive that has it, in the manager's words; `ESM` for Ubuntu Pro.
        security: whether the manager calls it a security update; None if it cannot tell.
        severity: in the manager's words, for example "important", "" for none.
    """

    name: str
    installed: str = ""
    available: str = ""
    origin: str = ""
    security: bool | None = None
    severity: str = ""

    @property
    def kernel(self) -> bool:
        """Whether it replaces the kernel, as far as its name tells."""
        name = self.name.lower()
        return name.startswith(("linux-image", "kernel", "freebsd-kernel", "proxmox-kernel", "pve-kernel")) or (
            name in ("linux", "linux-lts", "linux-zen", "linux-hardened", "linux-virt", "linux-rpi", "linux-generic")
            or "linux kernel" in name
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one manager's output says; `Pending` adds what does not depend on the manager.

    Attributes:
        updates: what could be replaced.
        kept: names of packages that the manager holds back although newer ones are there.
        vulnerable: installed packages with known holes by the manager's own list, with their version if it says it.
        security_known: the manager's word tells security from other updates.
        troubles: what it could not do.
        whole: nothing that it announced is missing.
        broken: what it says of packages that are only half installed.
    """

    updates: tuple[Update, ...] = ()
    kept: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()
    security_known: bool = False
    troubles: tuple[Trouble, ...] = ()
    whole: bool = True
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Which updates wait on a server, by its package manager's own word.

    Attributes:
        manager: as the collector names it; "" if it is not known.
        all: every update that waits, those of Ubuntu Pro (origin `ESM`) among them.
        held: packages that somebody told the manager to leave alone.
        kept: packages that it holds back now although newer ones are there: held, or something they need is missing.
        vulnerable: installed packages with known holes by the manager's own list (pkg audit, arch-audit).
        security_known: the manager's word tells security updates from others.
        list_age: seconds from the last refresh of the package lists to when the report was made; None if not known.
        errors: what the manager could not do. With any of them, "no updates" says nothing.
        broken: what the manager says of its own damaged state.
        complete: no part was cut.
        oldest_age: the same for the list that was refreshed longest ago; None if it is not known or says nothing.
    """

    manager: str
    all: tuple[Update, ...] = ()
    held: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()
    security_known: bool = False
    list_age: float | None = None
    errors: tuple[Trouble, ...] = ()
    broken: tuple[str, ...] = ()
    complete: bool = True
    oldest_age: float | None = None

    @property
    def ready(self) -> tuple[Update, ...]:
        """Updates that this server can have as it is: all but those that only Ubuntu Pro has."""
        return tuple(u for u in self.all if u.origin != ESM)

    @property
    def security(self) -> tuple[Update, ...]:
        """The security updates among those that this server can have."""
        return tuple(u for u in self.ready if u.security)

    @property
    def esm(self) -> tuple[Update, ...]:
        """Updates that only Ubuntu Pro has."""
        return tuple(u for u in self.all if u.origin == ESM)
