"""What runs by itself on a server: which commands look like an intruder's, and which libraries loaded into every program are known ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SHELL = r"(?:ba|da|z|k|a)?sh|python[\d.]*|perl|php[\d.]*|ruby|node|source|\.|exec|nohup|nice|setsid|sudo|env|time"
_VOLATILE = r"/(?:tmp|var/tmp|dev/shm|run/shm|run/user/\d+)/"
_FETCH = r"\b(?:curl|wget|fetch|lwp-request|lynx|aria2c)\b"
_BEFORE_RUN = r"(?:^|[;&|(`]|\$\(|\bthen\b|\bdo\b|(?<![\w.-])(?:" + _SHELL + r")\s)\s*"

# Words for a pattern that is found in jobs of intruders; the first that fits is named.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_FETCH + r"[^|;]{0,200}\|\s*(?:\S{0,40}/)?(?:sudo\s+)?(?:ba|da|z|k|a)?sh\b"), "fetch-and-run"),
    (re.compile(_FETCH + r"[^|;]{0,200}\|\s*(?:\S{0,40}/)?(?:python[\d.]*|perl|php[\d.]*|ruby)\b"), "fetch-and-run"),
    (
        re.compile(r"(?:\b(?:ba|da|z|k|a)?sh\b|\beval\b|\bsource\b|(?:^|\s)\.)[^|;]{0,60}(?:\$\(|<\(|`)[^)`]{0,60}" + _FETCH),
        "fetch-and-run",
    ),
    (
        re.compile(
            r"\bbase64\s+(?:-d|-D|--decode)\b|\bopenssl\s+(?:enc\s+)?-?base64\s.{0,40}-d\b|base64_decode|b64decode|decode_base64"
        ),
        "disguised",
    ),
    (re.compile(r"\bxxd\s+-r\b|\beval\s*\(|\bgzinflate\b|\\x[0-9a-fA-F]{2}\\x[0-9a-fA-F]{2}"), "disguised"),
    (re.compile(r"/dev/(?:tcp|udp)/|\bnc(?:at)?\b.{0,80}\s-[a-z]*[ec]\b|\bsocat\b.{0,120}\bexec:", re.I), "remote-shell"),
    (re.compile(_BEFORE_RUN + _VOLATILE), "from-tmp"),
    (re.compile(r"\bcd\s+" + _VOLATILE[:-1] + r"?\S*\s*(?:;|&&)\s*\./"), "from-tmp"),
    (
        re.compile(
            _FETCH
            + r".{0,80}?\bhttps?://(?!127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)(?:\d{1,3}\.){3}\d{1,3}\b"
        ),
        "from-bare-address",
    ),
)
_SCHEDULE = re.compile(r"\s*(?:@\w+|(?:[\d*/,\-A-Za-z#?LW]+\s+){4}[\d*/,\-A-Za-z#?LW]+)\s+")
_USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}\s+")
_RUNS = re.compile(_SHELL)
_FETCHES = re.compile(_FETCH)
_LIMIT = 400

#: Libraries that are loaded into every program on purpose: memory managers, monitors, and the tools of hosters.
_KNOWN_PRELOADS = (
    "libjemalloc", "libtcmalloc", "libmimalloc", "newrelic", "libnewrelic", "liboneagentproc", "libdynatrace", "libappdynamics", "datadog",
    "libdd_", "libscope", "libsnoopy", "libcowdancer", "libeatmydata", "libkeepalive", "libfakeroot", "libgtk3-nocsd", "imunify", "liblve", "libcloudlinux",
    "libarmmem", "librdkafka",
)  # fmt: skip


def suspicious(command: str, path: str = "") -> str:
    """What makes a job look like an intruder's: "fetch-and-run", "disguised", "remote-shell", "from-tmp", "from-bare-address"; "" for nothing.

    Args:
        command: a line of a crontab, a script or a unit.
        path: where it stands; it tells whether a user name comes before the command.
    """
    text = command[:_LIMIT]
    if text.lstrip().startswith("#"):
        return ""
    shapes = [text]
    without = _SCHEDULE.sub("", text, count=1) if _SCHEDULE.match(text) else ""
    if without:
        shapes.append(without)
        if path.startswith(("/etc/cron.d/", "/etc/crontab", "/etc/anacrontab")):
            shapes.append(_USER.sub("", without, count=1) if _USER.match(without) else without)
    elif "=" in text:  # ExecStart=...
        shapes.append(text.partition("=")[2].lstrip("-@:+!"))
    if any(_saved_and_run(shape) for shape in shapes):
        return "fetch-and-run"
    for pattern, name in _PATTERNS:
        if any(pattern.search(shape) for shape in shapes):
            return name
    return ""


def _saved_and_run(text: str) -> bool:
    """A file is fetched, and the same file is run by a later command of the line."""
    commands = [c.split() for c in re.split(r"[;&|]+", text)]
    saved: set[str] = set()
    for words in commands:
        if (
            saved
            and words
            and any(w in saved for w in (words[0], *(words[1:] if _RUNS.fullmatch(words[0].rpartition("/")[2]) else ())))
        ):
            return True
        if any(_FETCHES.search(w) for w in words):
            saved |= {words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-O", "-o", ">", "--output", "--output-document")}
            saved |= {w.lstrip(">") for w in words if w.startswith(">") and len(w) > 1}
            saved -= {"/dev/null", "-", "&1"}
    return False


@dataclass(frozen=True, slots=True)
class Preloads:
    """Libraries of /etc/ld.so.preload: those that are known to be put there on purpose, and others."""

    known: tuple[str, ...]
    strange: tuple[str, ...]


def read_preloads(rows: Sequence[Sequence[str]]) -> Preloads:
    """Reads the part "persistence.preload" (changed, line)."""
    known: list[str] = []
    strange: list[str] = []
    for _changed, line in rows[:200]:
        for library in line.partition("#")[0].replace(":", " ").split():
            (known if _known(library) else strange).append(library)
    return Preloads(tuple(known), tuple(strange))


def _known(library: str) -> bool:
    name = library.rpartition("/")[2]
    return library.startswith(("/usr/", "/lib", "/opt/", "lib", "$LIB", "/$LIB")) and name.startswith(_KNOWN_PRELOADS)


_SUSPECT = re.compile(r"(?:\d{1,10}\s+)?(?P<path>.*?)(?:\s+\(deleted\))?")
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/shm/")  # noqa: S108 - looked for, not written to
# Container runtimes run a copy of themselves from memory, so that a container cannot change the original.
_RUNTIMES = ("runc_cloned", "crun", "libcrun")


def suspect_path(what: str) -> str:
    """The path in a line of the part "malware.suspects", without the program's number before it and "(deleted)" after it."""
    match = _SUSPECT.fullmatch(what.strip())
    return match["path"] if match else what.strip()


def in_temporary_folder(path: str) -> bool:
    """Whether a program runs from a folder for temporary files."""
    return path.startswith(_TEMPORARY)


def only_in_memory(path: str) -> bool:
    """Whether a program runs from memory without ever having had a file, and is none of a container runtime."""
    name = path.lstrip("/")
    return name.startswith("memfd:") and not name.removeprefix("memfd:").startswith(_RUNTIMES)


# Names of miners and of the worms that bring them, as they are seen in process lists.
_MINERS = re.compile(
    r"(?:xmr-?(?:ig|stak)|kdevtmpfsi|kinsing|minerd|cpuminer|ccminer|ethminer|cryptonight|nanominer|t-rex-miner|lolminer|nbminer|phoenixminer|"
    r"xmrigdaemon|watchbog|ddgs|qw3xt|kthreaddi|kswapd00|sustes|sysupdate|xmrminer|c3pool|moneroocean|srbminer|pwnrig|tsm(?:32|64)|"
    r"kerberods|khugepageds|dbused|solrd|perfctl|perfcc)",
    re.I,
)


def looks_like_miner(program: str) -> bool:
    """Whether a program has the name of a coin miner or of a worm that brings one."""
    name = program.split()[0].rpartition("/")[2] if program.split() else ""
    match = _MINERS.match(name)
    return match is not None and not name[match.end() : match.end() + 1].isalpha()
