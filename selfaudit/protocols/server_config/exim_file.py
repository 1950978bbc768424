"""Exim's configuration file, as far as access control needs it: options, named lists, macros and the statements of the lists.

After "Specification of the Exim Mail Transfer Agent", chapters 6 (the file, macros), 10 (lists) and 43 (access control lists).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import Section

_MAX_CONDITIONS = 30
_MACRO = re.compile(r"([A-Z][A-Za-z0-9_]*)\s*=(.*)")
_NAMED = re.compile(r"(domainlist|hostlist|addresslist|localpartlist)(?:_cache)?\s+(\w+)\s*=\s*(.*)")
_OPTION = re.compile(r"(acl_smtp_\w+|daemon_smtp_ports?|local_interfaces|auth_advertise_hosts|tls_\w+)\s*=\s*(.*)")
_LABEL = re.compile(r"(\w+)\s*:\s*")
VERB = re.compile(r"(accept|defer|deny|discard|drop|require|warn)\b\s*(.*)")
_CONDITION = re.compile(r"(!?\s*\w+)\s*(?:=\s*(.*))?")
_DEBIAN = re.compile(r"(dc_\w+)\s*=\s*(.*)")
MODIFIERS = {
    "message", "log_message", "log_reject_target", "logwrite", "control", "delay", "add_header", "remove_header", "set", "continue",
    "queue", "udpsend", "endpass",
}  # fmt: skip


@dataclass
class Statement:
    verb: str
    conditions: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Config:
    options: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    acls: dict[str, list[Statement]] = field(default_factory=dict)
    macros: dict[str, str] = field(default_factory=dict)
    debian: dict[str, str] = field(default_factory=dict)


def items_of(text: str) -> list[str]:
    """A list; "<;" in front chooses another separator than the colon, and a doubled separator stands for itself."""
    text = text.strip()
    separator = ":"
    if text.startswith("<") and len(text) > 1 and not text[1].isalnum() and not text.startswith("<lookup"):
        separator, text = text[1], text[2:]
    if "${" in text:
        return [text.strip()]
    parts = text.replace(separator * 2, "\0").split(separator)
    return [part.replace("\0", separator).strip() for part in parts] if text.strip() else []


def with_macros(text: str, macros: dict[str, str]) -> str:
    for _round in range(5):
        name = next((n for n in sorted(macros, key=len, reverse=True) if n in text), "")
        if not name or len(text) > 10_000:
            break
        text = text.replace(name, macros[name])
    return text


def _joined(lines: Iterable[str]) -> list[str]:
    """Logical lines: a backslash at the end goes on in the next line."""
    out: list[str] = []
    open_line = False
    for line in lines:
        text = line.strip()
        if text.startswith("#"):
            continue
        if open_line:
            out[-1] += text.removesuffix("\\")
        elif text:
            out.append(text.removesuffix("\\"))
        open_line = text.endswith("\\")
    return out


def parse(files: Sequence[Section]) -> Config:
    """The file, and the files that it includes, one after the other.

    Raises:
        BadInput: conditions (.ifdef) are nested too deeply.
    """
    config = Config()
    acl_lines: dict[str, list[str]] = {}
    for section in files:
        _read_file(section, config, acl_lines)
    if config.debian:
        for name, value in _debian_macros(config.debian).items():
            config.macros.setdefault(name, value)
    config.acls = {name: statements_of(lines) for name, lines in acl_lines.items()}
    return config


def _read_file(section: Section, config: Config, acl_lines: dict[str, list[str]]) -> None:
    state, current = "main", ""
    taken: list[bool] = []
    for line in _joined(section.lines):
        if line.startswith("."):
            _directive(line, taken, config.macros)
            if line.startswith(".include") and state == "acl" and current and all(taken):
                acl_lines[current].append("accept acl = .include")
            continue
        if not all(taken):
            continue
        begin, debian, named = re.fullmatch(r"begin\s+(\w+)", line), _DEBIAN.fullmatch(line), _NAMED.fullmatch(line)
        option, label = _OPTION.fullmatch(line), _LABEL.fullmatch(line)
        if begin:
            state, current = "acl" if begin[1] == "acl" else "other", ""
        elif debian:
            config.debian.setdefault(debian[1], debian[2].strip("'\""))
        elif macro := _MACRO.fullmatch(line):  # in any part of the file; options and conditions are in lower case
            config.macros[macro[1]] = macro[2].lstrip("=").strip()
        elif state == "other":
            continue
        elif label and not named:
            state, current = "acl", label[1]
            acl_lines.setdefault(current, [])
        elif state == "acl" and current and (VERB.fullmatch(line) or not (named or option)):
            acl_lines[current].append(line)
        elif named:
            config.lists[named[2]] = with_macros(named[3], config.macros)
        elif option:
            config.options[option[1]] = with_macros(option[2].strip(), config.macros)


def _debian_macros(answers: Mapping[str, str]) -> dict[str, str]:
    """What Debian's update-exim4.conf(8) makes of its answers; ";" in a list changes the separator."""

    def listed(name: str, *more: str) -> str:
        text = answers.get(name, "").strip()
        if text.startswith("<"):
            return f"{text} {''.join(f'{text[1]} {item} ' for item in more)}".strip()
        separator = ";" if ";" in text or re.search(r"[^:]::", f" {text}") else ":"
        items = [item.replace(":", "::") if separator == ":" else item for item in more]
        return f"<{separator} {f' {separator} '.join([text, *items] if text else items)}"

    return {
        "MAIN_RELAY_NETS": listed("dc_relay_nets", "127.0.0.1", "::1"),
        "MAIN_RELAY_TO_DOMAINS": listed("dc_relay_domains"),
        "MAIN_LOCAL_DOMAINS": listed("dc_other_hostnames", "@", "localhost"),
        "MAIN_LOCAL_INTERFACES": listed("dc_local_interfaces"),
    }


def _directive(line: str, taken: list[bool], macros: dict[str, str]) -> None:
    """.ifdef and its companions; a macro that is not in the file counts as not defined."""
    words = line.split()
    if words[0] in (".ifdef", ".ifndef"):
        if len(taken) >= _MAX_CONDITIONS:
            raise BadInput(phrase("the configuration is nested too deeply"))
        taken.append((" ".join(words[1:]) in macros) == (words[0] == ".ifdef"))
    elif words[0] in (".else", ".elifdef", ".elifndef") and taken:
        taken[-1] = not taken[-1]
    elif words[0] == ".endif" and taken:
        taken.pop()


def statements_of(lines: Iterable[str]) -> list[Statement]:
    out: list[Statement] = []
    for line in lines:
        verb = VERB.fullmatch(line)
        rest = line
        if verb:
            out.append(Statement(verb[1]))
            rest = verb[2]
        condition = _CONDITION.fullmatch(rest.strip()) if rest.strip() and out else None
        if condition:
            name, value = condition[1].replace(" ", ""), (condition[2] or "").strip()
            out[-1].conditions.append((name.split("set ")[0], value))
        elif rest.strip() and out:
            known = rest.split()[0].strip("!")
            out[-1].conditions.append(("set", rest) if known in MODIFIERS else ("unread", rest))
    return out
