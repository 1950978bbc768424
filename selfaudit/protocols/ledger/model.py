"""What the columns of a ledger can hold, and what was guessed about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from selfaudit.i18n import phrase

# role -> what its column holds, in words (`i18n.shown`)
ROLES = {
    "recipient": phrase("the recipient (address, number, id or hash)"),
    "channel": phrase("the channel (email, sms, voice)"),
    "source": phrase("where the consent came from"),
    "text_version": phrase("the version of the text that was agreed to"),
    "consent_at": phrase("when consent was given"),
    "consent_ip": phrase("the IP address of the consent"),
    "confirm_at": phrase("when it was confirmed"),
    "confirm_ip": phrase("the IP address of the confirmation"),
    "confirm_token": phrase("the token of the confirmation"),
    "withdrawn_at": phrase("when consent was withdrawn"),
    "last_mailed": phrase("when the recipient was last mailed"),
    "last_bounce": phrase("the last bounce"),
    "last_complaint": phrase("the last complaint"),
    "bounce_code": phrase("the code or kind of the bounce"),
    "status": phrase("the status of the recipient"),
}
TIMES = ("consent_at", "confirm_at", "withdrawn_at", "last_mailed", "last_bounce", "last_complaint")
ADDRESSES = ("consent_ip", "confirm_ip")


@dataclass(frozen=True, slots=True)
class Form:
    """How a ledger is written.

    Attributes:
        kind: "CSV", "JSON" (one array of objects) or "JSON lines".
        encoding: of Python's codecs.
        delimiter, quote, escape: of CSV (RFC 4180 and its relatives); `escape` is "" where quotes are doubled.
        skip: lines before the names of the columns.
        names: of the columns; of JSON the keys of its first objects.
        headless: the first row is data already.
        start: characters before the first object of JSON.
    """

    kind: Literal["CSV", "JSON", "JSON lines"]
    encoding: str
    delimiter: str = ""
    quote: str = '"'
    escape: str = ""
    skip: int = 0
    names: tuple[str, ...] = ()
    headless: bool = False
    start: int = 0


class Confidence(StrEnum):
    """How sure a guess is."""

    CERTAIN = "certain"  # a known name, and the content agrees
    LIKELY = "likely"  # by its content or part of its name
    UNSURE = "unsure"  # two columns compete, or the content speaks against it


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column, what it seems to hold ("" for nothing that is read), and three redacted values."""

    number: int
    name: str
    role: str
    confidence: Confidence
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """The columns of a ledger as far as they could be guessed.

    Attributes:
        form: how it is written.
        columns: all of them.
        doubled: names that more than one column has.
        missing: roles for which there is no column.
    """

    form: Form
    columns: tuple[ColumnSeen, ...]
    doubled: tuple[str, ...]
    missing: tuple[str, ...]

    def certain(self) -> bool:
        """Whether it can be used without asking anybody."""
        return "recipient" not in self.missing and all(c.confidence is Confidence.CERTAIN for c in self.columns if c.role)

    def mapping(self) -> dict[str, str]:
        """Role -> name of its column, or "#3" where the name is not enough; without those that are unsure."""
        return {c.role: self._call(c.number) for c in self.columns if c.role and c.confidence is not Confidence.UNSURE}

    def _call(self, number: int) -> str:
        name = self.form.names[number - 1]
        plain = name and name == name.strip() and not name.startswith("#")
        return name if plain and sum(n.lower() == name.lower() for n in self.form.names) == 1 else f"#{number}"

    def unsure(self) -> tuple[str, ...]:
        """Roles that are claimed by doubtful columns only."""
        sure = self.mapping()
        return tuple(dict.fromkeys(c.role for c in self.columns if c.role and c.role not in sure))
