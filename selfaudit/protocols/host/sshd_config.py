"""How sshd lets people in: `sshd -T`, or its files with Include and Match (sshd_config(5): for each keyword the first value counts).

Since OpenSSH 8.7 ChallengeResponseAuthentication is another name of KbdInteractiveAuthentication. Before, they were two settings, and
keyboard-interactive let somebody in as long as ChallengeResponseAuthentication was "yes", which it is by default.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from selfaudit.facts.host import HostReport, PartStatus
from selfaudit.protocols.host.programs import Version, version_of
from selfaudit.protocols.host_system import system_of

#: Files of one's own stand here where sshd includes the folder; by their names these come before most others.
FOLDER = "/etc/ssh/sshd_config.d"
KEYS_ONLY, NO_EMPTY = f"{FOLDER}/00-keys-only.conf", f"{FOLDER}/00-empty-passwords.conf"

_INTERACTIVE, _CHALLENGE = "kbdinteractiveauthentication", "challengeresponseauthentication"
_ALIASES = {_CHALLENGE: _INTERACTIVE, "skeyauthentication": _INTERACTIVE}
_ONE_SETTING = (8, 7)  # the version of OpenSSH since which they are one
_LOG_IN = frozenset((*_ALIASES, _INTERACTIVE, "passwordauthentication", "permitrootlogin", "permitemptypasswords"))
# OpenSSH's own defaults; FreeBSD's sshd differs (sshd_config(5) there).
_DEFAULTS = {
    "permitrootlogin": "prohibit-password", "passwordauthentication": "yes", "kbdinteractiveauthentication": "yes",
    "permitemptypasswords": "no", "authenticationmethods": "any", "usepam": "no", "pubkeyauthentication": "yes",
}  # fmt: skip
_FREEBSD = {"permitrootlogin": "no", "passwordauthentication": "no", "usepam": "yes"}
# Values of a Match block that let in what the rest of the file does not.
_LOOSER = {
    "passwordauthentication": ("yes",), "kbdinteractiveauthentication": ("yes",), "permitemptypasswords": ("yes",), "permitrootlogin": ("yes",),
}  # fmt: skip
# Where the collector looks for keys: in the home folder of each account, and for administrators of Windows.
_KEY_FILE = re.compile(
    r"(?:(?:%h|/root)/)?\.ssh/authorized_keys2?|(?i:__programdata__[/\\]ssh[/\\]administrators_authorized_keys)"
)
_KEY_SETTINGS = {
    "authorizedkeysfile": "AuthorizedKeysFile", "authorizedkeyscommand": "AuthorizedKeysCommand", "trustedusercakeys": "TrustedUserCAKeys",
}  # fmt: skip
_DEPTH = 16  # files included by files; OpenSSH's own limit
_MAX_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Conditional:
    """A setting that holds under a condition: the words after Match, the keyword in lower case, its value, and that as it is spelled."""

    condition: str
    keyword: str
    value: str
    spelled: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Sshd:
    """The settings of sshd.

    Attributes:
        values: keyword in lower case -> first value, in lower case.
        conditional: settings in Match blocks.
        effective: sshd itself said them; False: they were put together from its files.
        uncertain: a part of the files is missing, so that a later value may be the first, or settings under a condition are not known.
        defaults: of this system, for what is not set.
        spelled: values as they are spelled; paths have capitals.
        version_missing: whether a password lets somebody in depends on the version of sshd, which is not known.
        drop_in: `KEYS_ONLY` and `NO_EMPTY` would come before every other setting of who gets in.
    """

    values: Mapping[str, str]
    conditional: tuple[Conditional, ...] = ()
    effective: bool = True
    uncertain: bool = False
    defaults: Mapping[str, str] = field(default_factory=lambda: dict(_DEFAULTS))
    spelled: Mapping[str, str] = field(default_factory=dict)
    version_missing: bool = False
    drop_in: bool = False

    def value(self, keyword: str) -> str:
        """A setting, or what it is by default."""
        return self.values.get(keyword) or self.defaults.get(keyword, "")

    @property
    def passwords(self) -> bool:
        """A password alone lets somebody in."""
        plain = self.value("passwordauthentication") == "yes"
        # Keyboard-interactive asks for the password by way of PAM.
        asked = self.value("kbdinteractiveauthentication") == "yes" and self.value("usepam") == "yes"
        if not (plain or asked):
            return False
        methods = self.value("authenticationmethods").split()
        if not methods or methods == ["any"]:
            return True
        single = {"password"} if plain else set()
        single |= {"keyboard-interactive"} if asked else set()
        return any(m.partition(":")[0] in single and "," not in m for m in methods)

    @property
    def root_by_password(self) -> bool:
        """The account root may log in with a password."""
        return self.passwords and self.value("permitrootlogin") == "yes"

    @property
    def keys_elsewhere(self) -> tuple[tuple[str, str], ...]:
        """Settings by which keys count that the collector does not look at: directive and value, those under a condition too."""
        rules = [(keyword, value) for keyword, value in self.spelled.items() if value]
        rules += [(c.keyword, c.spelled or c.value) for c in self.conditional]
        found: dict[tuple[str, str], None] = {}
        for keyword, value in rules:
            name = _KEY_SETTINGS.get(keyword)
            words = value.replace('"', " ").split()
            if name is None or not words or words[0].lower() == "none":
                continue
            if keyword != "authorizedkeysfile" or not all(map(_KEY_FILE.fullmatch, words)):
                found.setdefault((name, value))
        return tuple(found)

    @property
    def looser(self) -> tuple[Conditional, ...]:
        """Settings under a condition that let in what the others do not."""
        found = []
        for setting in self.conditional:
            if setting.value not in _LOOSER.get(setting.keyword, ()) or self.value(setting.keyword) == setting.value:
                continue
            if setting.keyword in ("passwordauthentication", "kbdinteractiveauthentication") and self.passwords:
                continue
            found.append(setting)
        return tuple(found)


def sshd_of(report: HostReport) -> Sshd | None:
    """The settings of a server's sshd; None if the report says nothing of them."""
    system = system_of(report)
    defaults = {**_DEFAULTS, **(_FREEBSD if system.family == "freebsd" else {})}
    if system.family == "rhel" and system.major in ("6", "7"):
        defaults["permitrootlogin"] = "yes"
    part = report.part("login.sshd-files")
    rows = report.rows("login.sshd-files", 2)[:_MAX_LINES]
    lines = report.lines("login.sshd")
    files = _Files(rows) if rows else None
    if lines:
        spelled: dict[str, str] = {}
        for line in lines[:_MAX_LINES]:
            keyword, value = _split(line)
            if keyword and value:
                spelled.setdefault(keyword, value)
        if _CHALLENGE in spelled:  # said by versions before 8.7 only, where it decides
            spelled[_INTERACTIVE] = spelled[_CHALLENGE]
        if "passwordauthentication" in spelled or "permitrootlogin" in spelled:
            conditional = files.conditional() if files else ()
            # sshd -T says nothing of settings under a condition: those stand in the files only.
            known = part is not None and part.status in (PartStatus.OK, PartStatus.ABSENT) and not part.cut and not part.note
            uncertain = not known or bool(files and files.lost)
            values = {keyword: value.lower() for keyword, value in spelled.items()}
            both = (files.spelled if files else {}) | spelled
            return Sshd(values, conditional, True, uncertain, defaults, both, drop_in=bool(files and files.drop_in))
    if files is None:
        return None
    files.conditional()
    uncertain = files.lost or bool(part is not None and (part.cut or part.note))
    sshd = Sshd(files.values, tuple(files.found), False, uncertain, defaults, files.spelled, drop_in=files.drop_in)
    return _by_version(sshd, files.challenge or "yes", version_of(report, "openssh"))


def _by_version(sshd: Sshd, challenge: str, version: Version | None) -> Sshd:
    """What the files mean to the version of sshd that reads them.

    Args:
        sshd: as a version since 8.7 reads them.
        challenge: the first value of ChallengeResponseAuthentication, or its default.
        version: of sshd, None if it is not known.
    """
    if version is not None and version >= _ONE_SETTING:
        return sshd
    older = replace(sshd, values={**sshd.values, _INTERACTIVE: challenge, _CHALLENGE: challenge})
    if version is not None or older.passwords == sshd.passwords:
        return older if version is not None else sshd
    milder = sshd if older.passwords else older
    return replace(milder, version_missing=True)


class _Files:
    """sshd's files, read as sshd does."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.lines: dict[str, list[str]] = {}
        for path, line in rows:
            self.lines.setdefault(path, []).append(line)
        self.values: dict[str, str] = {}
        self.spelled: dict[str, str] = {}
        self.found: list[Conditional] = []
        self.challenge = ""  # the first value of ChallengeResponseAuthentication by that name
        self.drop_in = False
        self.lost = False
        self._read = False
        self._steps = 0

    def conditional(self) -> tuple[Conditional, ...]:
        """Reads everything once, beginning with the main file, and returns the settings in Match blocks."""
        if not self._read:
            self._read = True
            main = next((p for p in self.lines if p.rstrip().endswith("/sshd_config") or p.strip() == "sshd_config"), "")
            if main:
                self.drop_in = self._includes_first(main)
                self._file(main, "", 0)
            else:
                self.lost = True
                for path in sorted(self.lines):
                    self._file(path, "", 0)
        return tuple(self.found)

    def _includes_first(self, main: str) -> bool:
        """Whether the main file includes `FOLDER` before it says itself who gets in, and no earlier file there does."""
        earlier = (p for p in self.lines if p.startswith(f"{FOLDER}/") and p < KEYS_ONLY and p != NO_EMPTY)
        if any(_split(line)[0] in _LOG_IN for path in earlier for line in self.lines[path]):
            return False
        for line in self.lines[main]:
            keyword, value = _split(line)
            if keyword == "match" or keyword in _LOG_IN:
                return False
            if keyword == "include":
                places = [p if p.startswith("/") else f"/etc/ssh/{p}" for p in value.replace('"', " ").split()]
                if any(fnmatch.fnmatchcase(KEYS_ONLY, place) for place in places):
                    return True
        return False

    def _file(self, path: str, condition: str, depth: int) -> None:
        outer = condition
        for line in self.lines.get(path, []):
            self._steps += 1
            if self._steps > _MAX_LINES or line.endswith("..."):
                self.lost = True
                return
            keyword, value = _split(line)
            if keyword == "match":
                condition = outer if value.lower() == "all" else value
            elif keyword == "include":
                self._include(value, path, condition, depth)
            elif keyword and value:
                if keyword in _ALIASES and not condition:
                    self.challenge = self.challenge or value.lower()
                keyword = _ALIASES.get(keyword, keyword)
                if condition:
                    self.found.append(Conditional(condition, keyword, value.lower(), value))
                else:
                    self.values.setdefault(keyword, value.lower())
                    self.spelled.setdefault(keyword, value)

    def _include(self, patterns: str, path: str, condition: str, depth: int) -> None:
        if depth >= _DEPTH:
            self.lost = True
            return
        for pattern in patterns.split()[:20]:
            pattern = pattern.strip("\"'")
            whole = pattern if pattern.startswith("/") else f"{path.rpartition('/')[0]}/{pattern}"
            hits = sorted(p for p in self.lines if p != path and fnmatch.fnmatchcase(p, whole))
            if not hits and "*" not in whole and "?" not in whole:
                self.lost = True  # a file of its own that was not collected
            for hit in hits:
                self._file(hit, condition, depth + 1)


def _split(line: str) -> tuple[str, str]:
    """Keyword in lower case and value, separated by blanks or one "="."""
    text = line.strip()
    if not text or text.startswith("#"):
        return "", ""
    keyword, _blank, value = text.replace("\t", " ").replace("=", " ", 1).partition(" ")
    return keyword.lower(), value.strip().strip('"')
