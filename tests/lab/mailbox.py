"""The mailbox that lies behind the laboratory's open relays, and settings that let the audit send to it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.lab.exposed_daemons import MAILBOX

_TOKEN = re.compile(r"^Token: (selfaudit-[0-9a-f]+)$", re.MULTILINE)
_THROUGH = re.compile(r"^This message came through (\S+), ", re.MULTILINE)


def confirming(folder: Path, settings: Path) -> Path:
    """A copy of the settings that names the mailbox, beside the original, because its paths are relative."""
    made = folder / "confirm.toml"
    made.write_text(settings.read_text("utf-8").replace('relay_recipient = ""', f'relay_recipient = "{MAILBOX}"'), "utf-8")
    return made


def messages(folder: Path, count: int = 0, seconds: float = 20.0) -> list[str]:
    """The messages in the mailbox, as soon as there are `count` of them or the time is up."""
    new = folder / "postfix/mailbox/all/new"
    end = time.monotonic() + seconds
    while True:
        found = sorted(new.iterdir()) if new.is_dir() else []
        if len(found) >= count or time.monotonic() > end:
            return [path.read_text("utf-8") for path in found]
        time.sleep(0.05)


def tokens(found: list[str]) -> dict[str, str]:
    """Address that a message says to have come through -> the token that stands in it."""
    return {through[1]: token[1] for text in found if (through := _THROUGH.search(text)) and (token := _TOKEN.search(text))}
