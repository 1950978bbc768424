"""Keys of lists and passwords of log-ins: from the environment or the operating system's keyring, never from a file."""

from __future__ import annotations

import os
import re
from enum import StrEnum

from selfaudit.errors import UserError
from selfaudit.i18n import _

SERVICE = "selfaudit"
_KEY = re.compile(r"[A-Za-z0-9]{8,63}\Z")


class KeyState(StrEnum):
    """Whether there is a key for a list, and where."""

    STORED = "stored"
    ENVIRONMENT = "environment"
    MISSING = "missing"
    NO_KEYRING = "no-keyring"


def _variable(zone: str) -> str:
    return "SELFAUDIT_LIST_KEY_" + re.sub(r"[^A-Z0-9]", "_", zone.upper())


def key_state(zone: str) -> KeyState:
    """Whether there is a key for a list. The key itself is not returned."""
    import keyring
    import keyring.backends.fail
    import keyring.errors

    if _KEY.match(os.environ.get(_variable(zone), "")):
        return KeyState.ENVIRONMENT
    try:
        if isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring):
            return KeyState.NO_KEYRING
        return KeyState.STORED if _KEY.match(keyring.get_password(SERVICE, f"list:{zone}") or "") else KeyState.MISSING
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        return KeyState.NO_KEYRING


def store_key(zone: str, key: str) -> None:
    """Puts a key into the keyring; an empty one is removed from it.

    Raises:
        UserError: it cannot be a key, or there is no keyring. There is no file to fall back to.
    """
    import keyring
    import keyring.errors

    if key and not _KEY.match(key):
        raise UserError(_("A key consists of 8 to 63 letters and digits; nothing was stored."))
    try:
        if key:
            keyring.set_password(SERVICE, f"list:{zone}", key)
        else:
            keyring.delete_password(SERVICE, f"list:{zone}")
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        raise UserError(_("The system's keyring cannot be used or is locked; nothing was stored.")) from None


def list_key(zone: str) -> str:
    """The key for a list that needs one, or "".

    Looked up in the environment (SELFAUDIT_LIST_KEY_ and the zone in capitals, other characters as "_"), then in the
    keyring under the service "selfaudit" and the name "list:ZONE". A key that could not be a DNS label is ignored.
    """
    for key in (os.environ.get(_variable(zone), ""), _from_keyring(f"list:{zone}")):
        if _KEY.match(key):
            return key
    return ""


def _from_keyring(name: str) -> str:
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(SERVICE, name) or ""
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        # No keyring on this machine, or it is locked: the list stays unasked and the result says so.
        return ""


SSH_VARIABLE = "SELFAUDIT_SSH_PASSWORD"


def _ssh_name(user: str, host: str, port: int) -> str:
    return f"ssh:{user}@{host}:{port}"


def ssh_password(user: str, host: str, port: int) -> tuple[str, str]:
    """The password of a log-in over SSH, and where it was found.

    Looked up in the environment (SELFAUDIT_SSH_PASSWORD, for whichever server is asked), then in the keyring.

    Returns:
        (password, "environment"), (password, "keyring") or ("", "").
    """
    if given := os.environ.get(SSH_VARIABLE, ""):
        return given, "environment"
    stored = _from_keyring(_ssh_name(user, host, port))
    return stored, "keyring" if stored else ""


def store_ssh_password(user: str, host: str, port: int, password: str) -> None:
    """Puts the password of a log-in into the keyring; an empty one is removed from it.

    Raises:
        UserError: there is no keyring. There is no file to fall back to.
    """
    import keyring
    import keyring.errors

    try:
        if password:
            keyring.set_password(SERVICE, _ssh_name(user, host, port), password)
        else:
            keyring.delete_password(SERVICE, _ssh_name(user, host, port))
    except keyring.errors.PasswordDeleteError:
        return  # there was none
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        raise UserError(_("The system's keyring cannot be used or is locked; nothing was stored.")) from None
