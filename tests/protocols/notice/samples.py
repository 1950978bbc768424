"""The sample notices, written after the published formats."""

from __future__ import annotations

from pathlib import Path

from selfaudit.case.notice import Notice
from selfaudit.protocols.notice import read_notice

FOLDER = Path(__file__).parents[2] / "data" / "notices"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def notice(name: str) -> Notice:
    return read_notice(sample(name), name)


def mail(body: str, **fields: str) -> bytes:
    head = {"From": "abuse@desk.test", "Date": "Fri, 20 Nov 2026 10:00:00 +0000", **fields}
    return ("".join(f"{name.replace('_', '-')}: {value}\n" for name, value in head.items()) + "\n" + body).encode()
