"""Runs the collector, and reads what it wrote: an own small reader, so that script and program are not judged by the same code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "resources/selfaudit_resources/collector/collect.sh"
CONTRACT = ROOT / "docs/collector.md"
SHELLS = [shell for shell in ("dash", "bash", "busybox", "mksh") if shutil.which(shell)]

_HEAD = re.compile(
    r"@ (?P<name>[a-z0-9.-]+) (?P<status>ok|absent|denied|failed|timeout|skipped) (?P<count>\d+) (?P<crc>\d+)"
    r"(?: exit=(?P<exit>\d+))?(?P<cut> cut)?(?: note=(?P<note>[a-z -]+))?"
)
_BLOCK = re.compile(
    r"-----BEGIN SELFAUDIT ([0-9a-f]{8}) (\d+)/(\d+)-----\n((?:[A-Za-z0-9+/=]{1,64}\n){1,24})-----END SELFAUDIT \1 \2/\3 (\d+)-----\n"
)


@dataclass(frozen=True, slots=True)
class Part:
    status: str
    lines: tuple[str, ...]
    exit: int | None
    cut: bool
    note: str

    @property
    def values(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.lines if "=" in line)


def cksum(data: bytes) -> int:
    """POSIX cksum: the CRC of IEEE 802.3 with the length appended, most significant bit first."""
    length, tail = len(data), b""
    while length:
        tail += bytes([length & 0xFF])
        length >>= 8
    crc = 0
    for octet in data + tail:
        crc ^= octet << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


def read(text: str) -> dict[str, Part]:
    """The parts of a collector's text; asserts everything that docs/collector.md promises of its form."""
    assert text.isascii()
    assert len(text) <= 1_000_000
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    assert lines[0] == "selfaudit-collector 1"
    for line in lines:
        assert len(line) <= 400
        assert line == line.rstrip()
        assert line.isprintable()
    parts: dict[str, Part] = {}
    at = 1
    while not lines[at].startswith("selfaudit-end"):
        head = _HEAD.fullmatch(lines[at])
        assert head, lines[at]
        count = int(head["count"])
        body = lines[at + 1 : at + 1 + count]
        assert all(line.startswith("|") for line in body), head["name"]
        words = re.sub(r"^@ (\S+ \S+ \S+) \d+", r"\1", lines[at])
        assert int(head["crc"]) == cksum("".join(f"{line}\n" for line in (words, *body)).encode())
        assert head["name"] not in parts
        parts[head["name"]] = Part(
            head["status"],
            tuple(line[1:] for line in body),
            int(head["exit"]) if head["exit"] else None,
            bool(head["cut"]),
            head["note"] or "",
        )
        at += 1 + count
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines[:at]).encode()).hexdigest()
    assert lines[at] == f"selfaudit-end {len(parts)} sha256 {digest}"
    assert at == len(lines) - 1
    assert list(parts)[-1] == "end"
    return parts


def unpack(blocks: str) -> str:
    """The text in blocks for pasting; asserts their form."""
    found = [match.groups() for match in _BLOCK.finditer(blocks)]
    assert "".join(m.group() for m in _BLOCK.finditer(blocks)) == blocks
    assert [int(number) for _, number, *_ in found] == list(range(1, len(found) + 1))
    assert {(identity, int(total)) for identity, _, total, *_ in found} == {(found[0][0], len(found))}
    data = ""
    for *_, body, crc in found:
        plain = body.replace("\n", "")
        assert int(crc) == cksum(plain.encode())
        data += plain
    raw = base64.b64decode(data, validate=True)
    text = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    assert f"{cksum(text):08x}" == found[0][0]
    return text.decode("ascii")


def documented() -> list[str]:
    """The names of all parts in docs/collector.md, in its order."""
    names: list[str] = []
    for line in CONTRACT.read_text("utf-8").partition("## Parts")[2].splitlines():
        cell = re.match(r"\| ((?:`[a-z0-9.-]+`(?:, )?)+) \|", line)
        if cell:
            names += re.findall(r"`([^`]+)`", cell[1])
    return names


def run(
    *options: str,
    shell: str = "sh",
    path: Path | None = None,
    stdin: bool = False,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Runs the collector; `path` is a folder whose programs come before all others, `stdin` hands the script over there."""
    words: Sequence[str] = ["busybox", "sh"] if shell == "busybox" else [shell]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(environment or {})}
    if path is not None:
        env["PATH"] = f"{path}:{env['PATH']}"
    done = subprocess.run(
        [*words, *(["-s", "--"] if stdin else [str(SCRIPT)]), *options],
        input=SCRIPT.read_text("ascii") if stdin else "this is not for the collector\n",
        capture_output=True,
        text=True,
        check=False,
        env=env,
        cwd="/",
        user=user,
        timeout=120,
    )
    if check:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    return done


def collect(*options: str, shell: str = "sh", path: Path | None = None, stdin: bool = False) -> dict[str, Part]:
    return read(run(*options, shell=shell, path=path, stdin=stdin).stdout)
