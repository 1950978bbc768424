"""What to tell a person when an SSH conversation ends otherwise than it should: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from selfaudit.i18n import _
from selfaudit.ssh_pins import HostKey
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.net.ssh import Login

_NO_SHELL = re.compile(r"account is (?:currently )?not available|nologin|no shell|account.{0,20}disabled", re.IGNORECASE)
_HOST_KEY_FILES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}


@dataclass(slots=True)
class Progress:
    """How far a conversation came.

    Attributes:
        shown: the host key that the server showed.
        began: the key exchange is done, and the log-in began.
        entered: the server let us in.
        asked_for: the ways to log in that the server offered.
        password_sent: whether the password was sent.
        second_factor: it asked for something beside the password.
        expired: it wants a new password first.
    """

    shown: HostKey | None = None
    began: bool = False
    entered: bool = False
    asked_for: set[str] = field(default_factory=set)
    password_sent: bool = False
    second_factor: bool = False
    expired: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How a command ended: standard output, standard error, exit status (None where the server told none)."""

    output: bytes
    errors: bytes
    status: int | None


def changed(login: Login, expected: HostKey, shown: HostKey) -> str:
    """The server shows another host key than the expected one."""
    kind = _HOST_KEY_FILES.get(shown.algorithm, "ecdsa")
    values = {
        "host": login.host, "expected": expected.fingerprint, "shown": shown.fingerprint,
        "command": f"ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub",
    }  # fmt: skip
    if expected.known == "known_hosts":
        name = login.host if login.port == 22 else f"[{login.host}]:{login.port}"
        return _(
            "The host key of {host} is not the one in your ~/.ssh/known_hosts: expected {expected}, shown {shown}. Nothing was sent. "
            "Either the server was set up anew or is in its rescue system, or somebody stands in between. Compare in the server's own "
            "console: {command}. Only if it shows the same, forget the old key: {forget}"
        ).format_map({**values, "forget": f'ssh-keygen -R "{name}"'})
    host = f"[{login.host}]" if ":" in login.host else login.host
    where = host if login.port == 22 else f"{host}:{login.port}"
    return _(
        "The host key of {host} is not the one that was accepted: expected {expected}, shown {shown}. Nothing was sent. Either the server "
        "was set up anew or is in its rescue system, or somebody stands in between. Compare in the server's own console: {command}. Only "
        "if it shows the same, forget the accepted key ({forget}) and accept the new one."
    ).format_map({**values, "forget": f"selfaudit collect --ssh {login.user}@{where} --forget-host-key"})


def nothing_to_log_in_with(login: Login) -> str:
    """Neither a key nor a password is there."""
    return _(
        "There is no key and no password to log in to {host} with. Name a key file, load a key into the SSH agent (ssh-add), or give a "
        "password."
    ).format(host=login.host)


def locked_key(path: Path, why: str, *, given: bool) -> str:
    """A key file needs its passphrase, or another one; `why` is the library's reason."""
    if "bcrypt" in why:
        return _(
            "{file}: opening an encrypted key needs the Python package bcrypt, which is missing. Install it, or load the key into the "
            "SSH agent (ssh-add) and name no key file."
        ).format(file=path)
    if given:
        return _("{file}: the passphrase does not open this key. Nothing was sent.").format(file=path)
    return _("{file}: this key is encrypted. Give its passphrase, or load it into the SSH agent first (ssh-add).").format(
        file=path
    )


def no_key(path: Path, *, public: bool) -> str:
    """A file is no private key."""
    if public:
        return _("{file}: this is the public half of a key. Name the file without “.pub”.").format(file=path)
    return _("{file}: this is no private key that can be read. Keys made by ssh-keygen can.").format(file=path)


def slow(login: Login, progress: Progress) -> str:
    """A deadline passed."""
    if progress.entered:
        return _(
            "The collector on {host} was not done in time and was stopped. Try again when the server is less busy, or run it in the "
            "server's console (selfaudit collect --print)."
        ).format(host=login.host)
    if progress.began:
        return _(
            "{host} did not decide on the log-in in time. Its look-ups may be slow, or it waits for a second factor. Try again, or run "
            "the collector in the server's console (selfaudit collect --print)."
        ).format(host=login.host)
    return _("{host} began to speak SSH and then fell silent. Try again in some minutes.").format(host=login.host)


def too_much(login: Login) -> str:
    """More output than any collector writes."""
    return _(
        "{host} sent far more than the collector writes, and was stopped. The account may run another program in its place; run the "
        "collector in the server's console (selfaudit collect --print)."
    ).format(host=login.host)


def broken_off(login: Login, accepted: HostKey | None, progress: Progress, error: Exception, sources: Sequence[str]) -> str:
    """The conversation ended with an error of the library."""
    reason = printable(str(error), 200)
    if progress.shown is not None and accepted is not None and progress.shown.data != accepted.data:
        return changed(login, accepted, progress.shown)
    if not progress.began:
        return _before_log_in(login, str(error), reason)
    if not progress.entered:
        return _refused(login, progress, reason, sources)
    kind = type(error).__name__
    if kind == "ChannelOpenError":
        return _(
            "{host} let {user} in, but lets this account run no program ({why}). Use an account that may, or run the collector in the "
            "server's console (selfaudit collect --print)."
        ).format(host=login.host, user=login.user, why=reason)
    return _(
        "{host} hung up before the collector was done ({why}). Try again, or run it in the server's console (selfaudit collect "
        "--print)."
    ).format(host=login.host, why=reason or kind)


def _before_log_in(login: Login, error: str, reason: str) -> str:
    if match := re.fullmatch(r"No matching .* algorithm found, sent .* and received (?P<offered>.*)", error, re.DOTALL):
        return _(
            "{host} offers only old ways of encryption that are no longer safe ({offered}). Update its SSH server, or run the collector in "
            "the server's console (selfaudit collect --print)."
        ).format(host=login.host, offered=printable(match["offered"], 200))
    return _(
        "{host} broke off before a secure connection was agreed on ({why}). It may be too old, or overloaded. Try again in some minutes, "
        "or run the collector in the server's console (selfaudit collect --print)."
    ).format(host=login.host, why=reason)


def _refused(login: Login, progress: Progress, reason: str, sources: Sequence[str]) -> str:
    if progress.expired:
        return _("{host} wants a new password for {user} first. Log in once by hand, change it, and try again.").format(
            host=login.host, user=login.user
        )
    if progress.second_factor:
        return _(
            "{host} asks {user} for more than a password (a second factor), which is not possible here. Log in with a key, or run the "
            "collector in the server's console (selfaudit collect --print)."
        ).format(host=login.host, user=login.user)
    tried = list(sources) if "publickey" in progress.asked_for else []
    if progress.password_sent:
        tried.append(_("the password"))
    text = _(
        "{host} did not let {user} in. Tried: {tried}. It takes: {offered}. Check the account and the key, and on the server AllowUsers and "
        "PermitRootLogin."
    ).format(
        host=login.host,
        user=login.user,
        tried=printable(", ".join(tried), 300) or _("nothing"),
        offered=", ".join(sorted(progress.asked_for)) or _("it does not say what"),
    )
    # What the library says itself is no news; what the server said before it hung up is.
    return text if reason.startswith("Permission denied for user") else text + " (" + reason + ")"


def something_else(login: Login, end: End) -> str:
    """The command ended, and its output is not the collector's."""
    said = [_first_line(end.output), _first_line(end.errors)]
    failed = end.status != 0
    line = next(filter(None, reversed(said) if failed else said), "")
    values = {"host": login.host, "user": login.user, "said": line, "status": "-" if end.status is None else end.status}
    if any(_NO_SHELL.search(text) for text in said):
        text = _(
            "The account {user} on {host} may not run commands: the server said “{said}”. Use an account with a shell, or run the "
            "collector in the server's console (selfaudit collect --print)."
        )
    elif login.sudo and failed and line:
        text = _(
            "sudo on {host} did not start the collector for {user}: “{said}”. Log in as root, let {user} use sudo without a password for "
            "now, or leave sudo out: then less is seen, but most of it."
        )
    elif line:
        text = _(
            "{host} let {user} in, but did not run the collector; it answered “{said}” (exit status {status}). The account may be bound to "
            "another program (ForceCommand, or command= in authorized_keys). Use another account, or run the collector in the server's "
            "console (selfaudit collect --print)."
        )
    else:
        text = _(
            "{host} let {user} in and ended the session without a word (exit status {status}). The account has no shell, or may only "
            "transfer files. Use another account, or run the collector in the server's console (selfaudit collect --print)."
        )
    return text.format_map(values)


def _first_line(data: bytes) -> str:
    lines = data[:4096].decode("utf-8", "replace").strip().splitlines()
    return printable(lines[0].strip(), 200) if lines else ""
