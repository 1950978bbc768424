"""Keys of lists, passwords of log-ins and the signing key: from the environment or the system's keyring, never from a file."""

from __future__ import annotations

import os
import re
from enum import StrEnum

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import N_, _
from selfaudit.protocols.minisign import PublicKey, SecretKey, new_secret_key, read_secret_key

SERVICE = "selfaudit"
_KEY = re.compile(r"[A-Za-z0-9]{8,63}\Z")
_NO_KEYRING = N_(
    "There is no keyring on this computer, or it is locked, and a signing key is never written to a file. Unlock the keyring, or set "
    "SELFAUDIT_SIGNING_KEY to your key (“selfaudit key new --print” makes one)."
)


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


SIGNING_VARIABLE = "SELFAUDIT_SIGNING_KEY"
_SIGNING = "signing-key"


def signing_key(*, create: bool = True) -> SecretKey:
    """The key by which this person signs case files and bundles.

    Looked up in the environment (SELFAUDIT_SIGNING_KEY, as `SecretKey.encode` writes it), then in the keyring under the service
    "selfaudit" and the name "signing-key". Where there is none, one is made and kept in the keyring; it is never written to a file.

    Raises:
        UserError: there is no keyring, none was to be made, or what is there is no key (it is left as it is).
    """
    given = os.environ.get(SIGNING_VARIABLE, "")
    if given:
        try:
            return read_secret_key(given)
        except BadInput:
            raise UserError(_("SELFAUDIT_SIGNING_KEY holds no signing key; remove it, or set it to the whole key.")) from None
    kept = _kept_signing_key()
    if kept is not None:
        return kept
    if not create:
        raise UserError(_("There is no signing key yet; “selfaudit key new” makes one."))
    return new_signing_key()


def public_signing_key() -> PublicKey | None:
    """The key by which this person's signatures are checked; None where there is none yet, or no keyring."""
    try:
        return signing_key(create=False).public()
    except UserError:
        return None


def new_signing_key(*, replace: bool = False) -> SecretKey:
    """Makes a signing key and puts it into the keyring.

    Args:
        replace: an older one in the keyring is given up; nothing can be signed with it any more.

    Raises:
        UserError: there is one already, it comes from the environment, or there is no keyring.
    """
    if os.environ.get(SIGNING_VARIABLE, ""):
        raise UserError(_("The signing key comes from SELFAUDIT_SIGNING_KEY; remove that first. Nothing was changed."))
    if not replace:
        kept = _kept_signing_key()
        if kept is not None:
            words = _(
                "There is a signing key already, {key}; nothing was changed. With --replace it is given up for a new one."
            )
            raise UserError(words.format(key=kept.public().name))
    key = new_secret_key()
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, _SIGNING, key.encode())
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        raise UserError(_(_NO_KEYRING)) from None
    # A keyring that forgets (there are some that do) must not let somebody sign with a key that is gone tomorrow.
    kept = _kept_signing_key()
    if kept is None:
        raise UserError(_(_NO_KEYRING))
    return kept


def _kept_signing_key() -> SecretKey | None:
    import keyring
    import keyring.backends.fail
    import keyring.errors

    try:
        if isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring):
            raise UserError(_(_NO_KEYRING))
        stored = keyring.get_password(SERVICE, _SIGNING)
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        raise UserError(_(_NO_KEYRING)) from None
    try:
        return read_secret_key(stored) if stored else None
    except BadInput:
        raise UserError(
            _(
                "What the keyring keeps as “selfaudit”, “signing-key” is no signing key; it is left as it is. “selfaudit key new --replace” puts a "
                "new one in its place."
            )
        ) from None
