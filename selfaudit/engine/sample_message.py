"""What a sample message tells about its sender."""

from __future__ import annotations

from pathlib import Path

from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.protocols.dkim import selectors_of

MAX_MESSAGE = 50_000_000


def message_selectors(path: Path) -> tuple[tuple[str, str], ...]:
    """(selector, domain) of each DKIM signature of a sample message.

    Raises:
        UserError: the file cannot be read, or is no message.
    """
    data = read_bounded(path, MAX_MESSAGE)
    try:
        return selectors_of(data)
    except BadInput as error:
        raise UserError(_("{file}: {why}").format(file=path, why=shown(error))) from None
