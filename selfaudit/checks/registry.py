"""Finds the checks, and refuses what is not complete: no checks, a double id, a tag without words, words that do not format."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any

from selfaudit.errors import UserError
from selfaudit.facts import Fact
from selfaudit.findings import Check, Contact, Finding, Message
from selfaudit.i18n import N_, SOURCE, _, fill, using
from selfaudit.text import printable

SECTIONS = (
    N_("What it checks"),
    N_("Why it matters"),
    N_("How it is judged"),
    N_("Limits and false positives"),
    N_("References"),
)


class IncompleteCheck(Exception):
    """A check file lacks something; the tests and the start of the program fail on it."""


@dataclass(frozen=True, slots=True)
class CheckModule:
    """A check with everything that its file holds.

    Attributes:
        spec: its id, title and needs.
        messages: tag -> words and remedy.
        tags: all tags.
        judge: `judge(*facts, policy) -> findings`, pure.
        doc: section heading -> text.
        module: where it comes from.
    """

    spec: Check
    messages: Mapping[str, Message]
    tags: tuple[str, ...]
    judge: Callable[..., Iterator[Finding]]
    doc: Mapping[str, str]
    module: str


@cache
def all_checks() -> Mapping[str, CheckModule]:
    """Every check by its id, sorted."""
    package = importlib.import_module("selfaudit.checks")
    found: dict[str, CheckModule] = {}
    for info in pkgutil.walk_packages(package.__path__, "selfaudit.checks."):
        name = info.name.rpartition(".")[2]
        if info.ispkg or name.startswith("_") or name == "registry":
            continue
        check = read_module(importlib.import_module(info.name))
        if check.spec.id in found:
            raise IncompleteCheck(f"{check.spec.id} stands in {found[check.spec.id].module} and in {info.name}")
        found[check.spec.id] = check
    if not found:
        raise IncompleteCheck("no checks were found")
    return dict(sorted(found.items()))


def read_module(module: ModuleType) -> CheckModule:
    """Reads a check file and checks that it is complete.

    Raises:
        IncompleteCheck: what is missing.
    """
    where = module.__name__
    try:
        spec: Check = module.CHECK
        tag_class: type[StrEnum] = module.Tag
        messages: Mapping[StrEnum, Message] = module.MESSAGES
        judge: Callable[..., Iterator[Finding]] = module.judge
    except AttributeError as error:
        raise IncompleteCheck(f"{where}: {error}") from None
    tags = tuple(str(tag) for tag in tag_class)
    missing = set(tags) - {str(tag) for tag in messages}
    if missing:
        raise IncompleteCheck(f"{where}: no message for {', '.join(sorted(missing))}")
    for tag, message in messages.items():
        for template in templates_of(message):
            try:
                fields_of(template)
            except ValueError as error:
                raise IncompleteCheck(f"{where}: {tag}: {error}") from None
    for need in spec.needs:
        if not (issubclass(need, Fact)):
            raise IncompleteCheck(f"{where}: {need!r} is not a kind of fact")
    if not re.fullmatch(r"[a-z]+\.[a-z0-9-]+", spec.id):
        raise IncompleteCheck(f"{where}: {spec.id} is not an id")
    doc = read_doc(module.__doc__ or "")
    lacking = [s for s in SECTIONS if not doc.get(s)]
    if lacking:
        raise IncompleteCheck(f"{where}: the documentation lacks: {', '.join(lacking)}")
    return CheckModule(spec, {str(t): m for t, m in messages.items()}, tags, judge, doc, where)


def templates_of(message: Message) -> list[str]:
    """All templates of a message: its text and those of its remedy."""
    out = [message.text]
    if message.remedy:
        remedy = message.remedy
        out += [remedy.steps, remedy.verify, remedy.record, *remedy.stacks.values(), *remedy.steps_by.values()]
    return out


def fields_of(template: str) -> set[str]:
    """The names of the fields of a template.

    Raises:
        ValueError: it is malformed, or a field is positional or reaches into an object.
    """
    names = set()
    for _text, field, _spec, _conversion in string.Formatter().parse(template):
        if field is None:
            continue
        if not field.isidentifier():
            raise ValueError(f"“{{{field}}}” is not a plain field name")
        names.add(field)
    return names


def read_doc(doc: str) -> dict[str, str]:
    """Splits a check's docstring into its sections; the first line is kept under "title"."""
    lines = doc.strip().splitlines()
    sections: dict[str, list[str]] = {"title": lines[:1]}
    current = "intro"
    for line in lines[1:]:
        heading = line.strip().removesuffix(":")
        if line and not line[0].isspace() and heading in SECTIONS:
            current = heading
            sections[current] = []
        elif current in sections:
            sections[current].append(line.removeprefix("    "))
    return {heading: "\n".join(text).strip() for heading, text in sections.items()}


def paragraphs(text: str) -> list[str]:
    """Joins the lines of each numbered step, and of plain paragraphs."""
    out: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or not out or stripped[:2].rstrip(".").isdigit():
            out.append(stripped)
        else:
            out[-1] = f"{out[-1]} {stripped}".strip()
    return [p for p in out if p]


def get_check(check_id: str) -> CheckModule:
    """A check by its id.

    Raises:
        UserError: there is none of that id; close ones are named.
    """
    checks = all_checks()
    if check_id in checks:
        return checks[check_id]
    close = [c for c in checks if check_id and (check_id in c or c.partition(".")[2].startswith(check_id))]
    hint = _("Did you mean {ids}?").format(ids=", ".join(close)) if close else _("“selfaudit checks” lists all.")
    raise UserError(_("There is no check “{id}”. {hint}").format(id=printable(check_id, 60), hint=hint))


def select_checks(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[CheckModule, ...]:
    """The checks to run. Both lists take ids and families.

    Raises:
        UserError: a name matches no check.
    """
    checks = all_checks()

    def matching(names: Iterable[str]) -> set[str]:
        out: set[str] = set()
        for name in names:
            hits = {c for c in checks if c == name or c.startswith(name + ".")}
            if not hits:
                get_check(name)
            out |= hits
        return out

    wanted = matching(only) or set(checks)
    return tuple(checks[c] for c in checks if c in wanted - matching(skip))


def render(template: str, args: Mapping[str, Any]) -> str:
    """Fills a template in the chosen language. Sequences are joined by commas; a missing argument is a bug and raises KeyError."""
    return fill(template, args)


def render_source(template: str, args: Mapping[str, Any]) -> str:
    """Fills a template in English, whatever language is chosen: for what is saved."""
    with using(SOURCE):
        return fill(template, args)


def doc_paragraphs(check: CheckModule, section: str) -> list[str]:
    """A section of a check's documentation in the chosen language, paragraph by paragraph."""
    return [_(paragraph) for paragraph in paragraphs(check.doc[section])]


def is_active(check: CheckModule) -> bool:
    """Whether the check touches the target's own services."""
    return check.spec.contact is Contact.ACTIVE
