"""What a dropped file is, told by its first octets. Where they do not decide, the person is asked."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from selfaudit_ui.controller.pasting import is_facts_file

Kind = Literal["facts", "case", "notice", "message", "mail", "ledger", "unknown"]

_HEAD = 65_536  # octets
_HEADER = re.compile(
    r"^(return-path|received|from|to|subject|date|message-id|mime-version|dkim-signature|delivered-to|x-[a-z-]+) *:",
    re.I | re.M,
)
_FROM = re.compile(r"^from *:[^\n]*?@([a-z0-9.-]+)", re.I | re.M)
_SENDER = re.compile(
    r"^from *:[^\n]*\b(abuse|postmaster|fbl|feedback|complaints?|noreply-abuse|cert|security|soc|trust)[a-z0-9._+-]*@",
    re.I | re.M,
)
_REPORT = re.compile(r"report-type *= *\"?feedback-report", re.I)
_XARF = re.compile(r"\"(xarf_version|XARF|ReporterInfo|reporterinfo|Report(ID|Type))\"")
_SCHEMA = re.compile(r"\"schema\" *: *\"selfaudit/(?P<name>[a-z]+)/")


def kind_of(path: Path, own: Collection[str] = ()) -> Kind:
    """What a file is.

    Args:
        path: the file. Compressed ones are not opened.
        own: the domains of the case: a mail from one of them is a sample message.

    Returns:
        "mail" for a mail that may be a sample or a notice, "unknown" for what nothing here is made of.
    """
    suffix = path.suffix.lower()
    if suffix not in (".json", ".eml", ".msg") and is_facts_file(path):
        return "facts"
    text = _head(path)
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        return _json_kind(start, suffix)
    if suffix == ".json":
        return "case"  # its reader says what is wrong with it
    lines = start.split("\n", 60)[:60]
    if suffix in (".eml", ".msg") or (_HEADER.match(start) and len(_HEADER.findall("\n".join(lines))) >= 1):
        return _mail_kind(start, own)
    columns = _columns(lines[0])
    if {"timestamp", "ip"} <= columns:
        return "notice"
    if len(columns) > 1 and (suffix in (".csv", ".tsv") or "@" in start):
        return "ledger"
    if suffix in (".csv", ".tsv"):
        return "ledger"
    return "notice" if suffix in (".txt", ".xarf") and start.strip() else "unknown"


def _head(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _json_kind(start: str, suffix: str) -> Kind:
    schema = _SCHEMA.search(start)
    if schema is not None:
        return "case" if schema["name"] == "case" else "unknown"
    if _XARF.search(start):
        return "notice"
    several = start.startswith("[") or "\n{" in start.replace("\r", "").replace("\n ", " ")
    if several:
        return "ledger"
    return "case" if suffix == ".json" else "unknown"


def _mail_kind(start: str, own: Collection[str]) -> Kind:
    if _REPORT.search(start):
        return "notice"
    header = start.replace("\r", "").partition("\n\n")[0]
    found = _FROM.search(re.sub(r"\n[ \t]+", " ", header))
    domain = found[1].lower().rstrip(".") if found else ""
    if domain and any(domain == name or domain.endswith(f".{name}") for name in own):
        return "message"
    return "notice" if _SENDER.search(header) else "mail"


def _columns(line: str) -> set[str]:
    for delimiter in ",;\t|":
        if delimiter in line:
            try:
                row = next(csv.reader([line[:20_000]], delimiter=delimiter), [])
            except csv.Error:
                continue
            if len(row) > 1:
                return {name.strip().strip('"').lower() for name in row}
    return set()
