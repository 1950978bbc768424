"""The documents of a bundle that are drawn from its data, and everything else that they depend on."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from selfaudit import __version__
from selfaudit.engine import Audit
from selfaudit.engine.requirements import pack_of
from selfaudit.i18n import LANGUAGES, N_, SOURCE, _, using
from selfaudit.policy.model import Pack
from selfaudit.text import printable

PDF, HTML, README = "report.pdf", "report.html", "README.txt"

_TEXT = N_("""The report of a self-audit, with everything that it rests on
==========================================================

Provider: {provider}
Case:     {number}
Made:     {made}

report.pdf, report.html   the report; read one of them first
audit.json                all results, for programs
evidence.json             everything that was seen, and when
statement.json            what the customer states (if there is a statement)
case/                     the provider's case file (if there was one)
before/                   what an earlier audit saw (if there was one)
attachments/              files that the statement names
manifest.json             every file with its SHA-256 hash

How to check it
---------------

With selfaudit:

    selfaudit verify bundle.zip
    selfaudit verify --recheck bundle.zip

The first command needs no network: it checks every hash, judges the
evidence anew and compares the results. The second one also asks the
public records again and shows what has changed since.

Without selfaudit, with unzip, sha256sum and minisign:

    unzip bundle.zip -d bundle
    cd bundle
    {minisign}
    sha256sum *.* */*

Each hash must be the one that stands beside the file's name in
manifest.json (“sha256”).

What this can show, and what it cannot
--------------------------------------

The signature shows that nothing was changed since the bundle was
made. Who holds the key, it does not show: compare the key with one
that you know. What the evidence says was seen from the customer's
computer; what is public, you can look up yourself (--recheck).
""")
_NO_KEY = N_("(this bundle is not signed)")
_NONE = N_("not named")


def draw(audit: Audit, *, before: Audit | None, now: float, language: str, key: str, audit_json: bytes) -> dict[str, bytes]:
    """The report in both forms, and the file that explains the bundle: name -> content. The same input gives the same octets.

    Args:
        audit: what is shown.
        before: an earlier audit, None for none.
        now: UTC seconds of the moment at which they are made.
        language: of the words.
        key: the public key that signs, "" for none.
        audit_json: the audit file, which is attached to the PDF.
    """
    from selfaudit.report.content import content_of
    from selfaudit.report.html import html_of
    from selfaudit.report.pdf import draw_pdf

    with using(language):
        content = content_of(audit, before=before, now=now)
        return {
            PDF: draw_pdf(content, audit_json),
            HTML: html_of(content).encode("utf-8"),
            README: readme(audit, now, key),
        }


def readme(audit: Audit, now: float, key: str) -> bytes:
    """What the bundle is and how to check it, in the chosen language."""
    case = audit.evidence.case
    text = _(_TEXT).format(
        provider=_line(case.provider), number=_line(case.number), made=utc(now),
        minisign=f"minisign -V -P {key} -m manifest.json" if key else _(_NO_KEY),
    )  # fmt: skip
    return text.encode("utf-8")


def _line(text: str) -> str:
    return printable(" ".join(text.split()), 100) or _(_NONE)


def drawing_of(audit: Audit, language: str) -> str:
    """Stands for everything besides the data on which the reports depend (SHA-256): where it is the same, the reports must be, too."""
    pack = pack_of(audit.evidence.case)
    look = {k: v for k, v in msgspec.to_builtins(pack).items() if k != "keys"} if pack else None
    tools = [unicodedata.unidata_version, *(_version(name) for name in ("typst", "Jinja2", "MarkupSafe"))]
    return _hash([__version__, tools, _files(), language, _words(language), look])


def policy_hash(pack: Pack) -> str:
    """SHA-256 of everything in a policy that rules use: its name, clauses, parameters and blocks of addresses."""
    return _hash([pack.name, pack.clauses, pack.parameters, pack.prefixes])


def known_language(code: str) -> str:
    """The code if there is a translation, English otherwise."""
    return code if code in LANGUAGES else SOURCE


def utc(moment: float) -> str:
    """A moment as it stands in a manifest (RFC 3339, whole seconds)."""
    return datetime.datetime.fromtimestamp(int(moment), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


@cache
def _files() -> str:
    """Stands for the templates and fonts: they may differ although the version is the same."""
    found = hashlib.sha256()
    for folder in ("templates", "fonts"):
        for name, data in sorted(_below(resources.files("selfaudit_resources") / folder, folder)):
            found.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(data).digest())
    return found.hexdigest()


def _below(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        inner = f"{name}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _below(item, inner)
        elif inner.endswith((".typ", ".html", ".css", ".ttf", ".txt")):
            yield inner, item.read_bytes()


def _words(language: str) -> str:
    file = resources.files("selfaudit_resources") / "locale" / known_language(language) / "LC_MESSAGES" / "selfaudit.mo"
    return hashlib.sha256(file.read_bytes()).hexdigest() if language != SOURCE and file.is_file() else ""
