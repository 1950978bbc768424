"""Only those who are meant to can log in.

What it checks:
    How people get into the server: passwords or keys over SSH, root, empty passwords, other accounts with root's rights, keys and
    passwords that changed or should have.

Why it matters:
    Passwords are tried on every server day and night, and one weak one is enough. Policies demand measures for access and for
    credentials, and after an incident that passwords and keys are renewed.

How it is judged:
    1. sshd -T, or sshd's files with Include and Match; for each keyword the first value counts. Passwords alone let somebody in if
       PasswordAuthentication is yes, or KbdInteractiveAuthentication together with UsePAM, and AuthenticationMethods demands
       nothing more. That is a fault, a small one if a second factor is set up in PAM. Before OpenSSH 8.7, in place of
       KbdInteractiveAuthentication, ChallengeResponseAuthentication decides, which is yes unless it is switched off. Where that
       makes a difference in the files and the version is not known, the result is unclear.
    2. root with a password (PermitRootLogin yes) is a serious fault, unless the account root has no password at all.
    3. A Match block that allows passwords or root where the rest does not is unclear: for whom it holds must be looked at.
    4. An account without any password that somebody can log in to is a serious fault, and the worst if sshd lets empty passwords in.
       An account other than root with the number 0 is a serious fault; FreeBSD's toor is none while it is locked.
    5. authorized_keys files that changed in the thirty days before the suspension (without one: the last thirty days) or since have to
       be looked at: that is a fault until somebody has done so.
    6. If the day of the suspension is known, passwords that are older than that day are a fault: they were not renewed.
    7. Keys that stand elsewhere than in .ssh/authorized_keys (AuthorizedKeysFile), come from a program (AuthorizedKeysCommand) or are signed
       (TrustedUserCAKeys) are not collected, so the result is unclear.
    8. Without administrator rights passwords cannot be seen, and nothing is good. On Windows the file does not say how Remote
       Desktop lets people in, so the result is unclear.

Limits and false positives:
    How good a password is cannot be seen. Keys, tokens and passwords of web programs, mailboxes and panels are not looked at. sudo
    without a password is shown, not judged. The day of a password's change is the server's own word.

References:
    sshd_config(5); OpenSSH 8.7 release notes; shadow(5); passwd(5); sudoers(5); NIST SP 800-63B section 5.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.checks.host._host_part_login import Account, accounts_of, commands
from selfaudit.checks.host._host_part_login_messages import LOGIN_MESSAGES
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.sshd_config import Sshd, sshd_of
from selfaudit.protocols.host_scope import moment
from selfaudit.protocols.host_system import System, system_of


class Tag(StrEnum):
    OK = "LOGIN_OK"
    ROOT = "LOGIN_ROOT_PASSWORD"
    PASSWORDS = "LOGIN_PASSWORDS"
    SECOND_FACTOR = "LOGIN_SECOND_FACTOR"
    EMPTY_OPEN = "LOGIN_EMPTY_PASSWORD_OPEN"
    EMPTY = "LOGIN_EMPTY_PASSWORD"
    EMPTY_ALLOWED = "LOGIN_EMPTY_ALLOWED"
    UID0 = "LOGIN_SECOND_ROOT"
    KEYS = "LOGIN_KEYS_CHANGED"
    ELSEWHERE = "LOGIN_KEYS_ELSEWHERE"
    OLD = "LOGIN_PASSWORDS_NOT_RENEWED"
    AGE_UNKNOWN = "LOGIN_PASSWORD_AGE_UNKNOWN"
    MATCH = "LOGIN_CONDITIONS"
    SUDO = "LOGIN_SUDO_WITHOUT_PASSWORD"
    GUARDED = "LOGIN_GUARDED"
    NO_SSHD = "LOGIN_NO_SSHD"
    WINDOWS = "LOGIN_WINDOWS"
    OTHER_HOST = "LOGIN_OTHER_HOST"
    TOO_OLD = "LOGIN_TOO_OLD"
    CLOCK = "LOGIN_CLOCK"
    CHANGED = "LOGIN_CHANGED"
    NOT_IN_FILE = "LOGIN_NOT_IN_FILE"


CHECK = Check("host.login", N_("Only those who are meant to can log in"), (HostReport, HostScope), "host", Contact.PASSIVE)

MESSAGES = {
    **{tag: LOGIN_MESSAGES[tag.name] for tag in Tag if tag.name in LOGIN_MESSAGES},
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}


_GUARDS = ("fail2ban", "sshguard", "crowdsec", "denyhosts", "csf")
_PIECES = phrase("not every file of its settings was collected")
_WHICH_SSHD = phrase(
    "the version of sshd does not stand in it, and before version 8.7 “KbdInteractiveAuthentication no” alone does not switch passwords off"
)


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    trouble = _host.standing(report, scope)
    if trouble is not None:
        name, args = trouble
        yield found(Tag[name], **args)
        return
    system = system_of(report)
    accounts = accounts_of(report)
    sshd = sshd_of(report)
    since = _common.since(report, policy)
    findings = [
        *_sshd(report, sshd, accounts, system),
        *_accounts(report, sshd, accounts, system),
        *_keys(report, system, since),
        *_renewed(report, accounts, system, policy),
        *_missing(report, accounts, sshd, system),
    ]
    yield from findings
    yield from _shown(report)
    if not findings:
        yield found(Tag.OK, host=report.name, day=since.day)


def _sshd(report: HostReport, sshd: Sshd | None, accounts: list[Account], system: System) -> Iterator[Finding]:
    if system.family == "windows":
        yield found(Tag.WINDOWS, host=report.name)
    if sshd is None:
        part = report.part("login.sshd")
        files = report.part("login.sshd-files")
        gone = (
            part is not None
            and part.status is PartStatus.ABSENT
            and (files is None or files.status is PartStatus.ABSENT or not files.lines)
        )
        if system.family == "windows":
            return
        if gone:
            yield found(Tag.NO_SSHD, host=report.name)
        else:
            lacking = _host.lacking(report, "login.sshd")
            yield found(Tag.NOT_IN_FILE, **(lacking | {"why": lacking["why"] or _common.UNREADABLE}))
        return
    if sshd.uncertain:
        name = "login.sshd-files"
        yield found(Tag.NOT_IN_FILE, **(_common.unsure(report, name) or _common.insufficient(report, name, _PIECES)))
    if sshd.version_missing:
        name = "software.runtimes"
        yield found(Tag.NOT_IN_FILE, **_common.insufficient(report, name, report.lacks(name) or _WHICH_SSHD))
    if sshd.passwords:
        setting = _setting(sshd)
        # PermitRootLogin is for every account with root's number, whatever its name.
        locked = [a.password == "locked" for a in accounts if a.uid == 0]  # noqa: S105 - a state
        fix = commands(system, drop_in=sshd.drop_in).keys_only
        modules = [m for tool, m in report.rows("login.guard", 2) if tool == "mfa"]
        if sshd.root_by_password and not (locked and all(locked)):
            yield found(Tag.ROOT, host=report.name, setting=f"PermitRootLogin yes, {setting}", **fix)
        elif modules:
            yield found(Tag.SECOND_FACTOR, host=report.name, setting=setting, module=_common.some(modules, 3), **fix)
        else:
            yield found(Tag.PASSWORDS, host=report.name, setting=setting, **fix)
    elsewhere = sshd.keys_elsewhere
    if elsewhere:
        settings = _common.some((f"{directive} {value}" for directive, value in elsewhere), 4, 80)
        yield found(Tag.ELSEWHERE, host=report.name, settings=settings, **commands(system).show_other_keys(elsewhere))
    if sshd.looser:
        conditions = _common.some(f"Match {c.condition}: {c.keyword} {c.value}" for c in sshd.looser)
        yield found(Tag.MATCH, host=report.name, conditions=conditions)


def _setting(sshd: Sshd) -> str:
    if sshd.value("passwordauthentication") == "yes":
        return "PasswordAuthentication yes"
    if sshd.value("challengeresponseauthentication") == "yes":
        return "ChallengeResponseAuthentication yes"
    return "KbdInteractiveAuthentication yes"


def _accounts(report: HostReport, sshd: Sshd | None, accounts: list[Account], system: System) -> Iterator[Finding]:
    fix = commands(system, drop_in=sshd is not None and sshd.drop_in)
    empty = [a.name for a in accounts if a.password == "none" and a.can_log_in]  # noqa: S105 - a state
    allowed = sshd is not None and sshd.value("permitemptypasswords") == "yes"
    if empty:
        open_door = allowed and sshd is not None and sshd.passwords
        remedy = fix.lock_and_forbid(empty) if open_door else fix.lock(empty)
        yield found(
            Tag.EMPTY_OPEN if open_door else Tag.EMPTY, host=report.name, accounts=_common.some(empty, each=40), **remedy
        )
    elif allowed:
        yield found(Tag.EMPTY_ALLOWED, host=report.name, **fix.no_empty)
    second = [
        a.name for a in accounts if a.uid == 0 and a.name != "root" and not (a.name == "toor" and a.password in ("locked", "-"))
    ]
    if second and system.family != "windows":
        yield found(Tag.UID0, host=report.name, accounts=_common.some(second, each=40), **fix.lock(second))


def _keys(report: HostReport, system: System, since: _common.Since) -> Iterator[Finding]:
    changed = [
        phrase(
            "{path} (changed {day}, keys: {count})",
            path=path,
            day=changed[:10] if moment(changed) is not None else "?",
            count=count or "?",
        )
        for _user, path, changed, count in report.rows("login.keys", 4)[:500]
        if path and count != "0" and _common.recent(changed, since.start)
    ]
    if changed:
        yield found(
            Tag.KEYS, host=report.name, day=since.day, files=_common.some(changed, 12, 120), **commands(system).show_keys
        )


def _renewed(report: HostReport, accounts: list[Account], system: System, policy: Policy) -> Iterator[Finding]:
    if policy.suspended is None or system.family == "windows":
        return
    old, unknown = [], []
    for account in accounts:
        if account.password != "set":  # noqa: S105 - a state
            continue
        day = moment(account.changed)
        if day is None:
            unknown.append(account.name)
        elif day + _common.DAY <= policy.suspended:  # the whole day lies before it
            old.append(f"{account.name} ({account.changed[:10]})")
    if old:
        names = [o.partition(" ")[0] for o in old]
        yield found(
            Tag.OLD, host=report.name, accounts=_common.some(old, 12, 60), day=_common.day(policy.suspended), **commands(system).renew(names),
        )  # fmt: skip
    if unknown:
        yield found(Tag.AGE_UNKNOWN, host=report.name, accounts=_common.some(unknown, 12, 40))


def _missing(report: HostReport, accounts: list[Account], sshd: Sshd | None, system: System) -> Iterator[Finding]:
    """What has to be known before anything can be good."""
    unsure = _common.unsure(report, "login.accounts")
    if unsure is None and not accounts:
        unsure = _common.insufficient(report, "login.accounts", _common.UNREADABLE)
    if (
        unsure is None
        and system.family != "windows"
        and any(a.password not in ("set", "locked", "none") for a in accounts if a.uid == 0 or a.can_log_in)
    ):
        unsure = _common.insufficient(report, "login.accounts", _common.NO_RIGHTS)
    if unsure is not None:
        yield found(Tag.NOT_IN_FILE, **unsure)
    if sshd is not None:
        keys = _common.unsure(report, "login.keys", absent_is_empty=True)
        if keys is None and not report.root:
            keys = _common.insufficient(report, "login.keys", _common.NO_RIGHTS)
        if keys is not None:
            yield found(Tag.NOT_IN_FILE, **keys)


def _shown(report: HostReport) -> Iterator[Finding]:
    who = [names for rule, names in report.rows("login.admins", 2) if rule.lower() == "nopasswd" and names]
    if who:
        yield found(Tag.SUDO, host=report.name, who=_common.some(who))
    tools = [tool for tool, state in report.rows("login.guard", 2) if state == "active" and tool in _GUARDS]
    if tools:
        yield found(Tag.GUARDED, host=report.name, tools=_common.some(tools, 4, 30))
