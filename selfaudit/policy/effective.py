"""From when on a revised policy counts, after its own words."""

from __future__ import annotations

import datetime

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.policy.model import Pack


def effective_from(pack: Pack, published: datetime.date, first_use: datetime.date | None = None) -> datetime.date:
    """The day from which a text of the policy counts, at the latest.

    Args:
        pack: the policy.
        published: the day on which the text was published.
        first_use: the first day after that on which the service was used, None if it is not known. It counts only where the policy
            says so, and only if it is not before the publication.

    Raises:
        BadInput: that day is beyond the calendar.
    """
    try:
        latest = published + datetime.timedelta(days=pack.parameters.notice_days)
    except OverflowError:
        raise BadInput(phrase("the day of the publication is too late for any calendar")) from None
    if pack.parameters.effective_on_use and first_use is not None and first_use >= published:
        return min(latest, first_use)
    return latest


def effective_words(pack: Pack) -> str:
    """The same rule in words (`i18n.phrase`)."""
    days = pack.parameters.notice_days
    if days == 0:
        return phrase("A revised policy takes effect on the day on which it is published.")
    if pack.parameters.effective_on_use:
        return phrase(
            "A revised policy takes effect with the first use of the service after its publication, at the latest {days} days after it.",
            days=days,
        )
    return phrase("A revised policy takes effect {days} days after its publication.", days=days)
