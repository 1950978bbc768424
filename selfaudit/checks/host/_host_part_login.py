"""The accounts of a server, and the commands of each system that change who gets in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selfaudit.checks import _host_commands
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.facts.host import HostReport
from selfaudit.i18n import phrase
from selfaudit.protocols.host.sshd_config import KEYS_ONLY, NO_EMPTY
from selfaudit.protocols.host_system import System

_NO_SHELLS = ("nologin", "false", "sync", "shutdown", "halt", "git-shell")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?")
_PLACE = re.compile(r"/[A-Za-z0-9_./*-]{1,150}")
_KEY_WORDS = "authorizedkeys(file|command)|trustedusercakeys"
_MOST = 10  # accounts in one command

_CHANGES_KEYS = phrase("lets sshd accept keys only; sessions that are open stay, and whoever has no key is shut out")
_CHANGES_EMPTY = phrase("lets sshd refuse accounts without a password")
_CHANGES_LOCK = phrase("makes these passwords invalid; keys of these accounts keep working until their files are taken away")
_CHANGES_RENEW = phrase("asks for a new password for each account and replaces the old one")

Fix = dict[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """An account: name, number (-1 if it is none), shell, password ("set", "locked", "none", "-"), day of its last change or "-"."""

    name: str
    uid: int
    shell: str
    password: str
    changed: str

    @property
    def can_log_in(self) -> bool:
        """It has a shell."""
        return self.shell.rpartition("/")[2] not in _NO_SHELLS


def accounts_of(report: HostReport) -> list[Account]:
    """The part "login.accounts"; empty if it says nothing."""
    rows = report.rows("login.accounts", 5)[:5_000]
    return [
        Account(
            name, int(uid) if uid.isascii() and uid.isdigit() and len(uid) < 12 else -1, shell, password.lower() or "-", changed
        )
        for name, uid, shell, password, changed in rows
        if name
    ]


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands of one system; `drop_in`: its sshd reads files of one's own before all others."""

    system: System
    drop_in: bool = False

    def _restart(self) -> str:
        # A reload keeps open sessions, as a restart does; Debian calls the service ssh.
        service = "ssh" if self.system.family == "debian" else "sshd"
        command = _host_commands.restart(self.system, service)
        return command.replace("systemctl restart", "systemctl reload").replace(" restart", " reload")

    def _directive(self, lines: Sequence[str], own_file: str) -> str:
        """The lines come before all others: for each keyword, sshd takes the first value that it meets (sshd_config(5)).

        What sshd refuses is taken back at once, or it would not start again.
        """
        words = " ".join(f"'{line}'" for line in lines)
        if self.drop_in or _no_main_file(self.system):
            return f"printf '%s\\n' {words} > {own_file} && if sshd -t; then {self._restart()}; else rm {own_file}; fi"
        if self.system.family == "freebsd":
            return (
                f"(printf '%s\\n' {words}; cat /etc/ssh/sshd_config) > /etc/ssh/sshd_config.new && sshd -t -f /etc/ssh/sshd_config.new && "
                f"mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config && {self._restart()}"
            )
        texts = " ".join(f"-e '1i {line}'" for line in lines)
        return (
            f"cp /etc/ssh/sshd_config /etc/ssh/sshd_config.before && sed -i {texts} /etc/ssh/sshd_config && "
            f"if sshd -t; then {self._restart()}; else cp /etc/ssh/sshd_config.before /etc/ssh/sshd_config; fi"
        )

    @property
    def keys_only(self) -> Fix:
        """Passwords off."""
        # Before OpenSSH 8.7, ChallengeResponseAuthentication is a setting of its own, and "yes" by default.
        lines = [
            "PasswordAuthentication no", "KbdInteractiveAuthentication no", "ChallengeResponseAuthentication no", "PermitRootLogin prohibit-password",
        ]  # fmt: skip
        return {"command": self._directive(lines, KEYS_ONLY), "changes": _CHANGES_KEYS}

    @property
    def no_empty(self) -> Fix:
        """Empty passwords off."""
        return {"command": self._directive(["PermitEmptyPasswords no"], NO_EMPTY), "changes": _CHANGES_EMPTY}

    def lock(self, names: Sequence[str]) -> Fix:
        """Locks accounts."""
        if self.system.family == "windows":
            template = "Disable-LocalUser -Name '{name}'"
        else:
            template = "pw lock {name}" if self.system.family == "freebsd" else "passwd -l {name}"
        # root without any password would be shut out of its own console
        first = _each("passwd {name}", [n for n in names if n == "root"])
        rest = _each(template, [n for n in names if n != "root"])
        return {"command": "; ".join(filter(None, (first, rest))), "changes": _CHANGES_LOCK if rest else _CHANGES_RENEW}

    def lock_and_forbid(self, names: Sequence[str]) -> Fix:
        """Locks accounts, and lets sshd refuse empty passwords."""
        lock = self.lock(names)
        changes = phrase("{one}; and it {other}", one=lock["changes"], other=_CHANGES_EMPTY)
        return {"command": f"{lock['command']}; {self.no_empty['command']}", "changes": changes}

    def renew(self, names: Iterable[str]) -> Fix:
        """New passwords."""
        return {"command": _each("passwd {name}", names), "changes": _CHANGES_RENEW}

    @property
    def show_keys(self) -> Fix:
        """All keys with their fingerprints."""
        command = 'for f in ~root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do echo "$f"; ssh-keygen -lf "$f"; done'
        if self.system.family == "windows":
            command = "Get-ChildItem C:\\Users\\*\\.ssh\\authorized_keys, C:\\ProgramData\\ssh\\administrators_authorized_keys | ForEach-Object { ssh-keygen -lf $_ }"
        return {"command": command, "changes": _common.CHANGES_NOTHING}

    def show_other_keys(self, settings: Iterable[tuple[str, str]]) -> Fix:
        """The settings that name keys outside of ~/.ssh, and the keys in files whose names are safe to copy."""
        places: list[str] = []
        for directive, value in settings:
            words = value.replace('"', " ").split()
            for word in words if directive == "AuthorizedKeysFile" else words[:1] if directive == "TrustedUserCAKeys" else ():
                place = word if word.startswith(("/", "%h/")) else f"%h/{word}"
                place = place.replace("%h", "/home/*").replace("%u", "*").replace("%U", "*")
                if _PLACE.fullmatch(place):
                    places.append(place)
        ask = f"sshd -T | grep -Ei '{_KEY_WORDS}'; grep -rEi '{_KEY_WORDS}' /etc/ssh"
        if not places:
            return {"command": ask, "changes": _common.CHANGES_NOTHING}
        files = " ".join(list(dict.fromkeys(places))[:6])
        return {
            "command": f'{ask}; for f in {files}; do echo "$f"; ssh-keygen -lf "$f"; done',
            "changes": _common.CHANGES_NOTHING,
        }


def commands(system: System, *, drop_in: bool = False) -> Commands:
    """The commands of a system."""
    return Commands(system, drop_in)


def _no_main_file(system: System) -> bool:
    """SUSE's newer systems keep sshd's file in /usr/etc, which includes the folder for files of one's own."""
    rolling = system.id.startswith("opensuse-") and system.id != "opensuse-leap"
    return system.family == "suse" and (rolling or (system.major.isdigit() and int(system.major) >= 16))


def _each(template: str, names: Iterable[str]) -> str:
    """The command for each account; a name that could be anything but a name is left to the person."""
    safe = [n if _NAME.fullmatch(n) else "NAME" for n in names][:_MOST]
    return "; ".join(template.format(name=n) for n in dict.fromkeys(safe))
