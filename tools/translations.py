"""The catalogues of translations.

    python tools/translations.py update     texts of the source into every catalogue; translations that still fit are kept
    python tools/translations.py compile    .po -> .mo
    python tools/translations.py check      fails on a stale, incomplete or faulty catalogue

Texts of checks are taken from the registry, as they are looked up; everything else by reading the source.
"""

from __future__ import annotations

import datetime
import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "resources/selfaudit_resources/locale"
KEYWORDS = ("_", "N_", "ngettext", "phrase")
Id = str | tuple[str, str]


def source_messages() -> dict[tuple[str | None, Id], str]:
    """(context, id) -> file of first use, in a fixed order."""
    found: dict[tuple[str | None, Id], str] = {}
    for context, message, where in _all():
        if message and message != ("", ""):
            found.setdefault((context, message), where)
    return found


def _all() -> Iterator[tuple[str | None, Id, str]]:
    yield from _from_checks()
    yield from _from_command_line()
    yield from _from_blocklists()
    for folder in ("selfaudit", "ui/selfaudit_ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            in_checks = where.startswith("selfaudit/checks/") and not where.endswith("registry.py")
            with path.open("rb") as file:
                for _line, function, found, _comments in extract_python(file, KEYWORDS, (), {"encoding": "utf-8"}):
                    if in_checks and function == "N_":
                        continue  # parts of longer templates; the registry knows the whole ones
                    texts = found if isinstance(found, tuple) else (found,)
                    if texts[0]:
                        message = (texts[0], texts[1]) if function == "ngettext" else texts[0]
                        yield ("phrase" if function == "phrase" else None), message, where
    for path in sorted((ROOT / "resources/selfaudit_resources/templates").glob("*.html")):
        for match in re.finditer(r"""_\("((?:[^"\\]|\\.)*)"\)""", path.read_text("utf-8")):
            yield None, match[1], path.relative_to(ROOT).as_posix()


def said_by_checks() -> tuple[str, ...]:
    """What checks say of a target. It is kept in reasons, too (why a clause is not met), and recognised there as phrases are."""
    from selfaudit.checks import all_checks

    return tuple(dict.fromkeys(message.text for check in all_checks().values() for message in check.messages.values()))


def _from_checks() -> Iterator[tuple[str | None, Id, str]]:
    from selfaudit.checks import all_checks
    from selfaudit.checks.registry import SECTIONS, paragraphs, templates_of

    for check in all_checks().values():
        where = check.module.replace(".", "/") + ".py"
        yield None, check.spec.title, where
        yield None, check.doc["title"], where
        for section in SECTIONS:
            for paragraph in paragraphs(check.doc[section]):
                yield None, paragraph, where
        for tag in check.tags:
            message = check.messages[tag]
            words = [message.text, *((message.remedy.steps, *message.remedy.steps_by.values()) if message.remedy else ())]
            for template in templates_of(message):
                if template in words or _is_prose(template):
                    yield None, template, where
            for name in message.remedy.stacks if message.remedy else ():
                yield None, name, where


def _is_prose(template: str) -> bool:
    """Whether a template holds words for people, not only a command, a record or a configuration."""
    return bool(re.search(r"(^|[ “(])[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}|# right|[a-z]\. [A-Z]| > ", template)) and not (
        template.startswith(("v=", "version:")) or (re.match(r"(dig|curl|delv) ", template) and "# " not in template)
    )


def _from_command_line() -> Iterator[tuple[str | None, Id, str]]:
    import importlib

    from selfaudit.cli.app import COMMANDS, app, help_texts

    for text in help_texts(app):
        yield None, text, "selfaudit/cli/app.py"
    for module, attribute, _help in COMMANDS.values():
        for text in help_texts(getattr(importlib.import_module(module), attribute)):
            yield None, text, module.replace(".", "/") + ".py"


def _from_blocklists() -> Iterator[tuple[str | None, Id, str]]:
    from selfaudit.catalogue import read_catalogue

    for name in ("blocklists/catalogue.toml", "demo/blocklists.toml"):
        path = ROOT / "resources/selfaudit_resources" / name
        for entry in read_catalogue(path).entries:
            for code in entry.codes:
                yield "phrase", code.meaning, path.relative_to(ROOT).as_posix()


def fields(template: str) -> list[str]:
    """The format fields of a text, sorted; text that is no template has none."""
    try:
        return sorted({name for _text, name, _spec, _conv in string.Formatter().parse(template) if name is not None})
    except ValueError:
        return []


def faults(catalog: Catalog, code: str) -> Iterator[str]:
    """What is wrong with a catalogue: missing and left-over texts, empty translations, other fields than the source."""
    wanted = source_messages()
    present = {(m.context, m.id): m for m in catalog if m.id}
    for key in wanted.keys() - present.keys():
        yield f"{code}: missing: {str(key[1])[:70]!r}; run `make translations`"
    for key in present.keys() - wanted.keys():
        yield f"{code}: no longer in the source: {str(key[1])[:70]!r}; run `make translations`"
    for key, message in present.items():
        if key not in wanted:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy or not all(strings):
            yield f"{code}: not translated: {str(ids[0])[:70]!r}"
            continue
        for text in strings:
            source = ids[-1] if len(strings) > 1 and text is not strings[0] else ids[0]
            allowed = [fields(i) for i in ids]
            if fields(text) not in allowed:
                yield f"{code}: fields {fields(text)} in place of {fields(source)}: {source[:70]!r}"
            if text.count("\n") != source.count("\n") and "\n" in source:
                yield f"{code}: other line breaks: {source[:70]!r}"


def read(code: str) -> Catalog:
    """A catalogue from its .po file, or an empty one."""
    path = LOCALE / code / "LC_MESSAGES" / "selfaudit.po"
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def languages() -> list[str]:
    """All languages but the source's."""
    from selfaudit.i18n import LANGUAGES, SOURCE

    return [code for code in LANGUAGES if code != SOURCE]


def update(code: str) -> None:
    """Brings a catalogue's texts up to date with the source."""
    old = {(m.context, m.id): m for m in read(code) if m.id}
    new = Catalog(locale=code, project="selfaudit", charset="utf-8", fuzzy=False)
    for (context, message), where in source_messages().items():
        kept = old.get((context, message))
        new.add(message, kept.string if kept else None, context=context, locations=[(where, None)])
    path = LOCALE / code / "LC_MESSAGES" / "selfaudit.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(new))


def po_bytes(catalog: Catalog) -> bytes:
    """The .po file without anything that changes by itself."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, omit_header=True, include_lineno=False, sort_output=False)
    nplurals = f'"Plural-Forms: {catalog.plural_forms}\\n"\n'
    head = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n{nplurals}\n'
    return head.encode() + buffer.getvalue().lstrip(b"\n")


def mo_bytes(catalog: Catalog) -> bytes:
    """The .mo file without anything that changes by itself."""
    plain = Catalog(locale=catalog.locale, charset="utf-8", fuzzy=False)
    plain.creation_date = plain.revision_date = datetime.datetime(
        2000, 1, 1, tzinfo=datetime.UTC
    )  # the same texts, the same octets
    for message in catalog:
        if message.id and all(message.string if isinstance(message.string, tuple) else (message.string,)):
            plain.add(message.id, message.string, context=message.context)
    for text in said_by_checks():  # translated once in the .po file, found in both ways
        once = catalog.get(text)
        if once is not None and once.string and plain.get(text, "phrase") is None:
            plain.add(text, once.string, context="phrase")
    buffer = io.BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def main(arguments: list[str]) -> int:
    """Runs one of the three commands."""
    command = arguments[0] if arguments else "check"
    bad: list[str] = []
    for code in languages():
        mo = LOCALE / code / "LC_MESSAGES" / "selfaudit.mo"
        if command == "update":
            update(code)
        catalog = read(code)
        if command in ("update", "compile"):
            mo.write_bytes(mo_bytes(catalog))
        bad += faults(catalog, code)
        if command == "check" and (not mo.exists() or mo.read_bytes() != mo_bytes(catalog)):
            bad.append(f"{code}: the .mo file is stale; run `make translations`")
    for line in bad[:40]:
        sys.stderr.write(line + "\n")
    if len(bad) > 40:
        sys.stderr.write(f"... and {len(bad) - 40} more\n")
    return 1 if bad and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
