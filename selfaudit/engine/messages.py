"""Sample messages: read once from a file, offline, and never sent."""

from __future__ import annotations

from pathlib import Path

from selfaudit.engine.hosts import now
from selfaudit.errors import BadInput, UserError
from selfaudit.facts.message import SampleMessage
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.protocols.message_read import MAX_MESSAGE, read_message
from selfaudit.text import printable

_MAX_NAME = 120


def read_message_file(path: Path) -> SampleMessage:
    """Reads a message that was sent, as a mail program saves it (.eml, "original text", a mailbox of one message).

    Raises:
        UserError: the file cannot be read, is larger than 50 MB, or is no message.
    """
    data = read_bounded(path, MAX_MESSAGE)
    try:
        return read_message(data, printable(path.name, _MAX_NAME - 1), now())
    except BadInput as error:
        raise UserError(_("{file}: {why}").format(file=path, why=shown(error))) from None
