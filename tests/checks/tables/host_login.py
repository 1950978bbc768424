"""host.login."""

from __future__ import annotations

from selfaudit.case.dates import read_date
from selfaudit.facts import Fact
from selfaudit.facts.host import PartStatus
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.host import ROOTS_HOME, SCOPE, part, report

CHECK = "host.login"

KEYS_ONLY = "port 22\npermitrootlogin without-password\npasswordauthentication no\nkbdinteractiveauthentication no\nusepam yes\npermitemptypasswords no\nauthenticationmethods any"
PASSWORDS = KEYS_ONLY.replace("passwordauthentication no", "passwordauthentication yes")
BY_PAM = KEYS_ONLY.replace("kbdinteractiveauthentication no", "kbdinteractiveauthentication yes")
ROOT = PASSWORDS.replace("without-password", "yes")
ACCOUNTS = "root|0|/bin/bash|set|2026-11-21\nanna|1000|/bin/bash|set|2026-11-21\nbackup|34|/usr/sbin/nologin|locked|2025-01-01"
LOCKED_ROOT = ACCOUNTS.replace("root|0|/bin/bash|set", "root|0|/bin/bash|locked")
KEYS = (
    f"root|{ROOTS_HOME}/.ssh/authorized_keys|2026-01-05T10:00:00Z|2\nbob|/home/bob/.ssh/authorized_keys|2026-11-20T00:00:00Z|0"
)
SUSPENDED = Policy(suspended=read_date("2026-11-20T12:00:00Z"))
GOOD: dict[str, str | PartStatus] = {
    "login.sshd": KEYS_ONLY,
    "login.sshd-files": "/etc/ssh/sshd_config|PasswordAuthentication no",
    "login.accounts": ACCOUNTS,
    "login.keys": KEYS,
}


def facts(parts: dict[str, str | PartStatus] | None = None, **fields: object) -> list[Fact]:
    return [report({**GOOD, **(parts or {})}, **fields), SCOPE]  # type: ignore[arg-type]


def files(*lines: str, version: str = "1:9.2p1-2+deb12u7") -> dict[str, str | PartStatus]:
    return {
        "login.sshd": PartStatus.FAILED,
        "login.sshd-files": "\n".join(f"/etc/ssh/sshd_config|{line}" for line in lines),
        "software.runtimes": f"openssh|{version}|/usr/sbin/sshd|openssh-server|distribution",
    }


BY_FILES = ("PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM yes")


ELSEWHERE = {
    "authorizedkeysfile /etc/ssh/keys/%u": "AuthorizedKeysFile /etc/ssh/keys/%u",
    "authorizedkeysfile .ssh/authorized_keys /etc/ssh/keys/%u": "AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u",
    "authorizedkeyscommand /usr/bin/google_authorized_keys": "AuthorizedKeysCommand /usr/bin/google_authorized_keys",
    "trustedusercakeys /etc/ssh/ca.pub": "TrustedUserCAKeys /etc/ssh/ca.pub",
}
USUAL = (
    "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2", "authorizedkeysfile %h/.ssh/authorized_keys", "authorizedkeysfile none",
    f"authorizedkeysfile {ROOTS_HOME}/.ssh/authorized_keys", "authorizedkeyscommand none\nauthorizedkeyscommanduser nobody\ntrustedusercakeys none",
)  # fmt: skip
NOT_GOOD = ["LOGIN_OK"]
SCENARIOS = [
    Scenario("keys only", facts(), ["LOGIN_OK"], "pass"),
    Scenario("passwords", facts({"login.sshd": PASSWORDS}), ["LOGIN_PASSWORDS"], "warn", NOT_GOOD),
    Scenario("passwords by way of PAM", facts({"login.sshd": BY_PAM}), ["LOGIN_PASSWORDS"], "warn", NOT_GOOD, {"setting": "KbdInteractiveAuthentication yes"}),
    Scenario("keyboard-interactive without PAM asks for nothing", facts({"login.sshd": BY_PAM.replace("usepam yes", "usepam no")}), ["LOGIN_OK"], "pass"),
    Scenario("key and password together", facts({"login.sshd": PASSWORDS.replace("authenticationmethods any", "authenticationmethods publickey,password")}), ["LOGIN_OK"], "pass"),
    Scenario("a second factor in PAM", facts({"login.sshd": BY_PAM, "login.guard": "mfa|pam_google_authenticator.so\nfail2ban|active"}), ["LOGIN_SECOND_FACTOR", "LOGIN_GUARDED"], "warn", ["LOGIN_PASSWORDS"]),
    Scenario("root with a password", facts({"login.sshd": ROOT}), ["LOGIN_ROOT_PASSWORD"], "fail", NOT_GOOD),
    Scenario("root has no password", facts({"login.sshd": ROOT, "login.accounts": LOCKED_ROOT}), ["LOGIN_PASSWORDS"], "warn", ["LOGIN_ROOT_PASSWORD"]),
    Scenario("a second root has one", facts({"login.sshd": ROOT, "login.accounts": LOCKED_ROOT + "\nsysadm|0|/bin/sh|set|2026-11-21"}), ["LOGIN_ROOT_PASSWORD", "LOGIN_SECOND_ROOT"], "fail", ["LOGIN_PASSWORDS"]),
    Scenario("from the files, the first value counts", facts(files("PasswordAuthentication no", "KbdInteractiveAuthentication no", "PasswordAuthentication yes")), ["LOGIN_OK"], "pass"),
    Scenario("from the files, the default lets passwords in", facts(files("Port 22")), ["LOGIN_PASSWORDS"], "warn", NOT_GOOD),
    Scenario("before 8.7 the older setting overrules", facts(files(*BY_FILES, version="1:8.4p1-5+deb11u3")), ["LOGIN_PASSWORDS"], "warn", NOT_GOOD, {"setting": "ChallengeResponseAuthentication yes"}),
    Scenario("before 8.7 with the older setting", facts(files(*BY_FILES, "ChallengeResponseAuthentication no", version="8.0p1-25.el8")), ["LOGIN_OK"], "pass"),
    Scenario("since 8.7 they are one", facts(files(*BY_FILES)), ["LOGIN_OK"], "pass"),
    Scenario("which version is not known", facts(files(*BY_FILES, version="-")), ["LOGIN_NOT_IN_FILE"], "inconclusive", ["LOGIN_OK", "LOGIN_PASSWORDS"], {"part": "software.runtimes"}),
    Scenario("nothing known of versions", facts({**files(*BY_FILES), "software.runtimes": PartStatus.TIMEOUT}), ["LOGIN_NOT_IN_FILE"], "inconclusive", ["LOGIN_OK", "LOGIN_PASSWORDS"], {"part": "software.runtimes"}),
    Scenario("a drop-in where the folder is included", facts({"login.sshd": PASSWORDS, "login.sshd-files": "/usr/etc/ssh/sshd_config|Include /etc/ssh/sshd_config.d/*.conf"}, system="suse"), ["LOGIN_PASSWORDS"], "warn", NOT_GOOD, {"command": "printf '%s\\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'ChallengeResponseAuthentication no' 'PermitRootLogin prohibit-password' > /etc/ssh/sshd_config.d/00-keys-only.conf && if sshd -t; then systemctl reload sshd; else rm /etc/ssh/sshd_config.d/00-keys-only.conf; fi"}),
    Scenario("an old system lets root in by default", facts(files("Port 22") | {"os-release": 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"'}), ["LOGIN_ROOT_PASSWORD"], "fail"),
    Scenario("an included file is missing", facts(files("Include /etc/ssh/extra.conf", "PasswordAuthentication no", "KbdInteractiveAuthentication no")), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("looser for some", facts({"login.sshd-files": "/etc/ssh/sshd_config|PasswordAuthentication no\n/etc/ssh/sshd_config|Match Address 10.0.0.0/8\n/etc/ssh/sshd_config|PasswordAuthentication yes"}), ["LOGIN_CONDITIONS"], "inconclusive", NOT_GOOD),
    Scenario("tighter for some", facts({"login.sshd": PASSWORDS, "login.sshd-files": "/etc/ssh/sshd_config|Match Group sftp\n/etc/ssh/sshd_config|PasswordAuthentication no"}), ["LOGIN_PASSWORDS"], "warn", ["LOGIN_CONDITIONS"]),
    Scenario("no password, and let in", facts({"login.sshd": PASSWORDS.replace("permitemptypasswords no", "permitemptypasswords yes"), "login.accounts": ACCOUNTS + "\nguest|1001|/bin/sh|none|-"}), ["LOGIN_EMPTY_PASSWORD_OPEN"], "fail", NOT_GOOD),
    Scenario("no password", facts({"login.accounts": ACCOUNTS + "\nguest|1001|/bin/sh|none|-"}), ["LOGIN_EMPTY_PASSWORD"], "fail", NOT_GOOD, {"accounts": ("guest",)}),
    Scenario("no password, and no shell", facts({"login.accounts": ACCOUNTS + "\ngames|1001|/sbin/nologin|none|-"}), ["LOGIN_OK"], "pass"),
    Scenario("empty ones allowed", facts({"login.sshd": KEYS_ONLY.replace("permitemptypasswords no", "permitemptypasswords yes")}), ["LOGIN_EMPTY_ALLOWED"], "warn", NOT_GOOD),
    Scenario("a second root", facts({"login.accounts": ACCOUNTS + "\nsysadm|0|/bin/sh|set|2026-11-21"}), ["LOGIN_SECOND_ROOT"], "fail", NOT_GOOD, {"accounts": ("sysadm",)}),
    Scenario("toor, locked", facts({"login.accounts": ACCOUNTS + "\ntoor|0|/bin/sh|locked|-"}, system="freebsd"), ["LOGIN_OK"], "pass"),
    Scenario("toor with a password", facts({"login.accounts": ACCOUNTS + "\ntoor|0|/bin/sh|set|-"}, system="freebsd"), ["LOGIN_SECOND_ROOT"], "fail"),
    Scenario("keys changed lately", facts({"login.keys": f"root|{ROOTS_HOME}/.ssh/authorized_keys|2026-11-20T03:00:00Z|3"}), ["LOGIN_KEYS_CHANGED"], "warn", NOT_GOOD, {"day": "2026-10-23"}),
    Scenario("keys changed before the suspension", facts({"login.keys": f"root|{ROOTS_HOME}/.ssh/authorized_keys|2026-10-25T03:00:00Z|3"}), ["LOGIN_KEYS_CHANGED"], "warn", NOT_GOOD, policy=SUSPENDED),
    Scenario("keys, when is not known", facts({"login.keys": f"root|{ROOTS_HOME}/.ssh/authorized_keys|-|3"}), ["LOGIN_KEYS_CHANGED"], "warn", NOT_GOOD),
    Scenario("passwords not renewed", facts({"login.accounts": ACCOUNTS.replace("anna|1000|/bin/bash|set|2026-11-21", "anna|1000|/bin/bash|set|2026-11-19")}), ["LOGIN_PASSWORDS_NOT_RENEWED"], "warn", NOT_GOOD, {"accounts": ("anna (2026-11-19)",)}, SUSPENDED),
    Scenario("renewed on the day itself is not held against anybody", facts({"login.accounts": ACCOUNTS.replace("2026-11-21", "2026-11-20")}), ["LOGIN_OK"], "pass", policy=SUSPENDED),
    Scenario("old passwords without a suspension", facts({"login.accounts": ACCOUNTS.replace("2026-11-21", "2020-01-01")}), ["LOGIN_OK"], "pass"),
    Scenario("age not known", facts({"login.accounts": ACCOUNTS.replace("2026-11-21", "-")}), ["LOGIN_PASSWORD_AGE_UNKNOWN"], "inconclusive", NOT_GOOD, policy=SUSPENDED),
    Scenario("sudo without a password", facts({"login.admins": "sudo|anna\nnopasswd|%admins"}), ["LOGIN_SUDO_WITHOUT_PASSWORD", "LOGIN_OK"], "pass", args={"who": ("%admins",)}),
    Scenario("fail2ban", facts({"login.guard": "fail2ban|active\nsshguard|absent"}), ["LOGIN_GUARDED", "LOGIN_OK"], "pass", args={"tools": ("fail2ban",)}),
    *(Scenario(f"keys elsewhere: {line}", facts({"login.sshd": KEYS_ONLY + "\n" + line, "login.keys": ""}), ["LOGIN_KEYS_ELSEWHERE"], "inconclusive", NOT_GOOD, {"settings": (shown,)}) for line, shown in ELSEWHERE.items()),
    *(Scenario(f"keys where they belong: {line}", facts({"login.sshd": KEYS_ONLY + "\n" + line}), ["LOGIN_OK"], "pass", ["LOGIN_KEYS_ELSEWHERE"]) for line in USUAL),
    Scenario("keys elsewhere, from the files", facts(files("PasswordAuthentication no", "KbdInteractiveAuthentication no", "AuthorizedKeysFile /etc/ssh/keys/%u")), ["LOGIN_KEYS_ELSEWHERE"], "inconclusive", NOT_GOOD, {"settings": ("AuthorizedKeysFile /etc/ssh/keys/%u",)}),
    Scenario("keys elsewhere for some", facts({"login.sshd-files": "/etc/ssh/sshd_config|Match Group sftp\n/etc/ssh/sshd_config|AuthorizedKeysFile /etc/ssh/Keys/%u"}), ["LOGIN_KEYS_ELSEWHERE"], "inconclusive", NOT_GOOD, {"settings": ("AuthorizedKeysFile /etc/ssh/Keys/%u",)}),
    *(Scenario(f"conditions not known, files {s}", facts({"login.sshd-files": s}), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for s in PartStatus if s not in (PartStatus.OK, PartStatus.ABSENT)),
    Scenario("a list with a note", [report({k: v for k, v in GOOD.items() if k != "login.keys"}, more=(part("login.keys", KEYS, note="time"),)), SCOPE], ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("a name with a line end", facts({"login.keys": "x|/home/x?y/.ssh/authorized_keys|-|-"}), ["LOGIN_KEYS_CHANGED"], "warn", NOT_GOOD),
    Scenario("what Windows says of Remote Desktop locks nobody out", facts({"login.guard": "fail2ban|absent\nrdp|active\nrdp-nla|active"}), ["LOGIN_OK"], "pass", ["LOGIN_GUARDED"]),
    Scenario("no sshd", facts({"login.sshd": PartStatus.ABSENT, "login.sshd-files": PartStatus.ABSENT}), ["LOGIN_NO_SSHD"], "not-applicable", NOT_GOOD),
    Scenario("no sshd, empty password", facts({"login.sshd": PartStatus.ABSENT, "login.sshd-files": "", "login.accounts": "root|0|/bin/sh|none|-"}), ["LOGIN_EMPTY_PASSWORD"], "fail"),
    Scenario("windows", facts({"login.sshd": PartStatus.ABSENT, "login.sshd-files": PartStatus.ABSENT, "login.accounts": "Administrator|500|-|set|2026-11-21"}, system="windows"), ["LOGIN_WINDOWS"], "inconclusive", NOT_GOOD),
    Scenario("passwords not to be seen", facts({"login.accounts": ACCOUNTS.replace("|set|", "|-|")}, root=False), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("accounts cut off", [report({k: v for k, v in GOOD.items() if k != "login.accounts"}, more=(part("login.accounts", ACCOUNTS, cut=True),)), SCOPE], ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("no accounts", facts({"login.accounts": ""}), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    *(Scenario(f"sshd {s}", facts({"login.sshd": s, "login.sshd-files": s}), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for s in PartStatus if s not in (PartStatus.OK, PartStatus.ABSENT)),
    *(Scenario(f"accounts {s}", facts({"login.accounts": s}), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for s in PartStatus if s is not PartStatus.OK),
    *(Scenario(f"keys {s}", facts({"login.keys": s}), ["LOGIN_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for s in PartStatus if s not in (PartStatus.OK, PartStatus.ABSENT)),
    Scenario("rescue, from the disk", facts(files("PasswordAuthentication no", "KbdInteractiveAuthentication no"), rescue=True), ["LOGIN_OK"], "pass"),
    Scenario("other host", [report({"addresses": "eth0|198.51.100.7/24", "host": "name=x.other.example", **GOOD}, name="x.other.example"), SCOPE], ["LOGIN_OTHER_HOST"], "inconclusive", NOT_GOOD),
    Scenario("too old", facts(taken="2026-11-01T06:00:00Z"), ["LOGIN_TOO_OLD"], "inconclusive", NOT_GOOD),
    Scenario("clock", facts(taken="2027-11-01T06:00:00Z"), ["LOGIN_CLOCK"], "inconclusive", NOT_GOOD),
    Scenario("changed", facts(genuine=False, damage=("x",)), ["LOGIN_CHANGED"], "inconclusive", NOT_GOOD),
]  # fmt: skip
