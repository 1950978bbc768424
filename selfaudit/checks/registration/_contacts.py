"""Contact data in words: what is shown, what differs, and who states what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from selfaudit.case import Registrant
from selfaudit.case.dates import read_date
from selfaudit.i18n import phrase
from selfaudit.policy import Policy
from selfaudit.protocols import contact_data
from selfaudit.protocols.contact_data import LABELS, Difference, Holder, Shown
from selfaudit.text import printable

DAY = 86_400.0


def shown_since(declared: Registrant, policy: Policy) -> bool:
    """Whether a person looked at the registrar's page after the suspension, and a file shows it."""
    confirmed = read_date(declared.confirmed)
    if confirmed is None or not declared.files:
        return False
    # Of the confirmation only the day is known.
    return policy.suspended is None or confirmed + DAY > policy.suspended


def said(declared: Registrant, policy: Policy) -> dict[str, Any]:
    """Who states what, on which day, and what shows it."""
    return {
        "person": printable(policy.person, 100) or phrase("The customer"),
        "date": printable(declared.confirmed, 40),
        "files": [f"{printable(file.name, 100)} (SHA-256 {file.sha256[:16]})" for file in declared.files],
    }


def difference(found: Difference) -> str:
    """A field that is not what was declared, in words."""
    field, shown = LABELS[found.field], printable(found.shown, 120)
    if not found.declared:
        return phrase("{field}: the registry shows “{shown}”, you declared nothing", field=field, shown=shown)
    declared = printable(found.declared, 120)
    return phrase(
        "{field}: the registry shows “{shown}”, you declared “{declared}”", field=field, shown=shown, declared=declared
    )


def labels(fields: Iterable[str]) -> list[str]:
    """Fields in words."""
    return [LABELS[field] for field in fields]


def summary(holder: Holder) -> list[str]:
    """What is shown, field by field."""
    if holder.shown is Shown.PRIVACY:
        service = printable(holder.service, 100) or phrase("one that is not named")
        return [phrase("a privacy service in place of the holder ({service})", service=service)]
    values = {} if holder.substitute else contact_data.shown_values(holder.contact)
    parts = [f"{LABELS[field]}: {printable(' / '.join(texts), 120)}" for field, texts in values.items()]
    if holder.shown is Shown.WITHHELD:
        parts.insert(0, phrase("neither a name nor an organisation"))
    return parts
