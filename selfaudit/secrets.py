"""Keys of lists: from the environment or the operating system's keyring, never from a file."""

from __future__ import annotations

import os
import re

SERVICE = "selfaudit"
_KEY = re.compile(r"[A-Za-z0-9]{8,63}\Z")


def list_key(zone: str) -> str:
    """The key for a list that needs one, or "".

    Looked up in the environment (SELFAUDIT_LIST_KEY_ and the zone in capitals, other characters as "_"), then in the
    keyring under the service "selfaudit" and the name "list:ZONE". A key that could not be a DNS label is ignored.
    """
    variable = "SELFAUDIT_LIST_KEY_" + re.sub(r"[^A-Z0-9]", "_", zone.upper())
    key = os.environ.get(variable, "") or _from_keyring(f"list:{zone}")
    return key if _KEY.match(key) else ""


def _from_keyring(name: str) -> str:
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(SERVICE, name) or ""
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        # No keyring on this machine, or it is locked: the list stays unasked and the result says so.
        return ""
