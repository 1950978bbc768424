"""The words of host.login, by the names of its tags."""

from __future__ import annotations

from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_

_SSHD = N_(
    "sshd -T | grep -Ei 'passwordauth|kbdinteractive|challenge|permitroot|permitempty'   # then collect again: selfaudit collect --ssh USER@{host}"
)
_ACCOUNTS = N_("awk -F: '$3 == 0' /etc/passwd; passwd -S NAME   # then collect again: selfaudit collect --ssh USER@{host}")

_KEYS_ONLY = Remedy(
    N_(
        "Set up a key for everybody who logs in (ssh-keygen, ssh-copy-id), log in with it once, and only then switch passwords off with the command. "
        "This {changes}. Keep a session open until a second one with the key works."
    ),
    verify=_SSHD,
    record="{command}",
    minutes=30,
)

LOGIN_MESSAGES = {
    "OK": Message(
        Severity.GOOD,
        N_(
            "On {host} nobody gets in over SSH with a password alone, no account is without a password, only root has root's rights by its number, and no key file "
            "changed since {day}."
        ),
    ),
    "ROOT": Message(
        Severity.HIGH,
        N_("On {host}, root may log in over SSH with a password ({setting}). It is the account whose password is tried most."),
        _KEYS_ONLY,
    ),
    "PASSWORDS": Message(
        Severity.MEDIUM,
        N_(
            "On {host}, a password alone is enough to log in over SSH ({setting}). Passwords are tried day and night, and one weak one is enough."
        ),
        _KEYS_ONLY,
    ),
    "SECOND_FACTOR": Message(
        Severity.LOW,
        N_(
            "On {host}, people log in over SSH with a password ({setting}); a second factor is set up in PAM ({module}). Whether everybody has to use it cannot be seen."
        ),
        _KEYS_ONLY,
    ),
    "EMPTY_OPEN": Message(
        Severity.CRITICAL,
        N_("Anybody gets into {host} over SSH: these accounts have no password, and sshd lets empty ones in: {accounts}."),
        Remedy(
            N_(
                "Lock these accounts and forbid empty passwords at once. This {changes}. Then look at what was done under them."
            ),
            verify=_ACCOUNTS,
            record="{command}",
            minutes=30,
        ),
    ),
    "EMPTY": Message(
        Severity.HIGH,
        N_(
            "These accounts of {host} have no password at all, so anybody at its console, or any program on it, gets in: {accounts}."
        ),
        Remedy(N_("Lock these accounts, or set a password. This {changes}."), verify=_ACCOUNTS, record="{command}", minutes=15),
    ),
    "EMPTY_ALLOWED": Message(
        Severity.MEDIUM,
        N_(
            "sshd on {host} would let accounts without a password in (PermitEmptyPasswords yes). No such account was seen with a password missing."
        ),
        Remedy(N_("Forbid it. This {changes}."), verify=_SSHD, record="{command}", minutes=10),
    ),
    "UID0": Message(
        Severity.HIGH,
        N_(
            "Besides root, these accounts of {host} have the number 0 and with it all rights: {accounts}. Intruders make such accounts."
        ),
        Remedy(
            N_(
                "If you did not make them, lock them and look for other traces before you delete anything. If you did, use sudo in their place. This {changes}."
            ),
            verify=_ACCOUNTS,
            record="{command}",
            minutes=60,
        ),
    ),
    "KEYS": Message(
        Severity.MEDIUM,
        N_("Files with keys that open {host} changed since {day}: {files}. Is each key in them one of yours?"),
        Remedy(
            N_(
                "Look at each line of these files. Take out a key that nobody can name, and look for what else its owner left. The command shows the keys with their "
                "fingerprints; it {changes}."
            ),
            verify=N_("{command}   # then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=30,
        ),
    ),
    "ELSEWHERE": Message(
        Severity.UNKNOWN,
        N_(
            "sshd on {host} takes keys from places where the collector does not look ({settings}). Whom they let in cannot be told here."
        ),
        Remedy(
            N_(
                "Look whether each key there is one of yours. If nobody needs the setting, take it out. The command shows the settings, and the keys where it can; it {changes}."
            ),
            verify=N_("sshd -T | grep -iE 'authorizedk|userca'   # then collect again: selfaudit collect --ssh USER@{host}"),
            record="{command}",
            minutes=20,
        ),
    ),
    "OLD": Message(
        Severity.MEDIUM,
        N_("These accounts of {host} still have the password that they had before the suspension on {day}: {accounts}."),
        Remedy(
            N_(
                "Give each of them a new password, or lock the password where a key is enough. Do it after the server is clean, or the new one is stolen too. This {changes}."
            ),
            verify=_ACCOUNTS,
            record="{command}",
            minutes=15,
        ),
    ),
    "AGE_UNKNOWN": Message(
        Severity.UNKNOWN,
        N_("When the passwords of these accounts of {host} were last changed cannot be seen: {accounts}."),
        Remedy(N_("Change them, and say in your statement when you did."), verify=_ACCOUNTS, minutes=15),
    ),
    "MATCH": Message(
        Severity.UNKNOWN,
        N_("sshd on {host} has looser rules for some ({conditions}). Whom they concern cannot be told here."),
        Remedy(
            N_("Look whether each of these Match blocks is still needed, and take out those that are not."),
            verify=N_("sshd -T -C user=NAME,host=HOST,addr=ADDRESS   # what holds for one person from one place"),
            minutes=15,
        ),
    ),
    "SUDO": Message(Severity.INFO, N_("On {host}, these may use sudo without a password: {who}.")),
    "GUARDED": Message(Severity.INFO, N_("On {host}, {tools} locks out addresses from which passwords are tried.")),
    "NO_SSHD": Message(Severity.NONE, N_("There is no SSH server on {host}.")),
    "WINDOWS": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs Windows. The collector's file does not say how Remote Desktop lets people in, or which passwords were changed."
        ),
        Remedy(
            N_(
                "Demand Network Level Authentication, lock accounts after ten wrong passwords, and show the desk both settings."
            ),
            verify=(
                "(Get-ItemProperty 'HKLM:\\System\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp').UserAuthentication; net accounts   # right: 1"
            ),
            minutes=15,
        ),
    ),
}
