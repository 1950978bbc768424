"""The file format of packs (TOML): what may stand in it, and what is wrong with it, by its key.

Entries of lists are counted from 0, so `clause[3].checks` are the checks of the fourth `[[clause]]`.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal, NoReturn

import msgspec

from selfaudit.case.notice import Topic
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.policy.model import BlockerWhen, ClauseClass, Weight, When
from selfaudit.policy.pack_checks import (
    check_colour,
    check_day,
    check_folder,
    check_https,
    check_key,
    check_mailbox,
    check_prefix,
)
from selfaudit.policy.pack_logo import check_logo
from selfaudit.settings import has_long_key
from selfaudit.text import printable

MAX_FILE = 300_000  # octets
MAX_CLAUSES = 300
_DAYS = ("source_date", "read_on", "prefixes_date")

_Id = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$", max_length=40)]
_ClauseId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9.-]{0,29}$", max_length=30)]
_CheckId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)?$", max_length=80)]
_Line = Annotated[str, msgspec.Meta(max_length=200)]
_Words = Annotated[str, msgspec.Meta(max_length=800)]
_Checks = Annotated[tuple[_CheckId, ...], msgspec.Meta(max_length=80)]


class BrandEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[brand]. `logo` is SVG text, or a PNG as data:image/png;base64,...; colours as #rrggbb, for light and for dark surroundings."""

    logo: str = ""
    accent: _Line = ""
    accent_dark: _Line = ""


class ContactsEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[contacts]. `abuse` and `support` are mailboxes, `website` an https URL, `appeal` a mailbox, a URL or words."""

    abuse: _Line = ""
    support: _Line = ""
    appeal: _Words = ""
    website: _Line = ""


class DownloadsEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[downloads]. https URLs: `page` tells customers about the program, `base` is the folder in which the files of a release lie."""

    page: _Line = ""
    base: _Line = ""


class ParametersEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[parameters]. What is left out is taken over from `based_on`; see `selfaudit.policy.model.Parameters`."""

    consent: Literal["confirmed", "verifiable"] | msgspec.UnsetType = msgspec.UNSET
    proof_hours: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    proof_kept: _Line | msgspec.UnsetType = msgspec.UNSET
    opt_out_days: Annotated[int, msgspec.Meta(ge=0, le=365)] | msgspec.UnsetType = msgspec.UNSET
    notice_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] | msgspec.UnsetType = msgspec.UNSET
    effective_on_use: bool | msgspec.UnsetType = msgspec.UNSET
    approvable: _Checks | msgspec.UnsetType = msgspec.UNSET


class KeyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[key]]. `id` is a name that the provider chooses, `key` the second line of a minisign public key file."""

    id: _Id
    key: _Line
    owner: _Line = ""


class ClauseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[clause]]. See `selfaudit.policy.model.Clause`."""

    id: _ClauseId
    section: _Line
    heading: _Line
    quote: _Words
    kind: ClauseClass
    weight: Weight
    checks: _Checks = ()
    blocker_when: Annotated[tuple[BlockerWhen, ...], msgspec.Meta(max_length=3)] = ()
    when: When = When.ALWAYS
    topics: Annotated[tuple[Topic, ...], msgspec.Meta(max_length=22)] = ()
    attestation: _Words = ""
    attestation_shared: _Words = ""
    needs_words: bool = False
    evidence: Annotated[tuple[_Words, ...], msgspec.Meta(max_length=20)] = ()
    note: _Words = ""
    onboarding: bool = True


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A provider's policy as it stands in a file. Dates are YYYY-MM-DD, `prefixes` blocks of addresses (CIDR, RFC 4632)."""

    id: _Id
    name: _Line
    company: _Line = ""
    aliases: Annotated[tuple[_Line, ...], msgspec.Meta(max_length=50)] = ()
    based_on: _Line = ""
    leave_out: Annotated[tuple[_Line, ...], msgspec.Meta(max_length=MAX_CLAUSES)] = ()
    version: _Line = ""
    title: _Line = ""
    source: _Line = ""
    source_date: _Line = ""
    read_on: _Line = ""
    text_sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$", max_length=64)] = ""
    brand: BrandEntry = BrandEntry()
    contacts: ContactsEntry = ContactsEntry()
    downloads: DownloadsEntry = DownloadsEntry()
    key: Annotated[tuple[KeyEntry, ...], msgspec.Meta(max_length=20)] = ()
    parameters: ParametersEntry = ParametersEntry()
    prefixes: Annotated[tuple[_Line, ...], msgspec.Meta(max_length=10_000)] = ()
    prefixes_source: _Line = ""
    prefixes_date: _Line = ""
    clause: Annotated[tuple[ClauseEntry, ...], msgspec.Meta(max_length=MAX_CLAUSES)] = ()


def parse_pack(text: str, known_checks: Collection[str] | None = None) -> PackFile:
    """Reads one file. What it takes over from another pack is not looked at yet (`packs.build_pack`).

    Args:
        text: TOML 1.0.
        known_checks: ids and families of checks that there are, None if they are not to be compared.

    Raises:
        BadInput: the first fault, beginning with the key where it is.
    """
    if len(text) > MAX_FILE or len(text.encode("utf-8", "replace")) > MAX_FILE:
        raise BadInput(phrase("not a pack: larger than {limit} octets", limit=MAX_FILE))
    if has_long_key(text):
        raise BadInput(phrase("not a pack: a name with more than 29 dots"))
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(phrase("not a pack: this is not TOML ({why})", why=printable(str(error), 200))) from None
    for key in _DAYS:  # TOML has dates of its own
        if type(table.get(key)) is datetime.date:
            table[key] = table[key].isoformat()
    try:
        file = msgspec.convert(table, PackFile, strict=True)
    except msgspec.ValidationError as error:
        raise BadInput(_explained(str(error))) from None
    except RecursionError:
        raise BadInput(phrase("not a pack: nested too deep")) from None
    tidied = _tidy(file, "")
    assert isinstance(tidied, PackFile)
    _check_head(tidied)
    for index, clause in enumerate(tidied.clause):
        _check_clause(f"clause[{index}]", clause)
    _check_double(tidied)
    if known_checks is not None:
        _check_known(tidied, known_checks)
    return tidied


def fault(key: str, words: str) -> NoReturn:
    """Raises BadInput on a key."""
    raise BadInput(f"{key}: {words}")


def _explained(text: str) -> str:
    """What msgspec says, with the key in front."""
    message, _sep, where = text.partition(" - at `$")
    key = where.rstrip("`").lstrip(".")
    named = re.search(r"(unknown|missing required) field `([^`]*)`", message)
    if named:
        key = f"{key}.{named[2]}".lstrip(".")
        message = phrase("there is no such key") if named[1] == "unknown" else phrase("this key is missing")
    return f"{printable(key, 80)}: {printable(message, 200)}" if key else printable(message, 200)


def _tidy(value: Any, key: str) -> Any:
    """Every text with single blanks, and nothing in it that could steer a terminal or reorder a line. A logo is left alone."""
    if isinstance(value, msgspec.Struct):
        names = [n for n in value.__struct_fields__ if n != "logo"]
        return msgspec.structs.replace(value, **{n: _tidy(getattr(value, n), f"{key}.{n}".lstrip(".")) for n in names})
    if isinstance(value, tuple):
        return tuple(_tidy(item, f"{key}[{index}]") for index, item in enumerate(value))
    if type(value) is str:
        tidy = " ".join(value.split())
        if printable(tidy, len(tidy)) != tidy:
            fault(key, phrase("it holds a character that cannot be shown"))
        return tidy
    return value


def _check_head(file: PackFile) -> None:
    for key in ("id", "name"):
        if not getattr(file, key):
            fault(key, phrase("this may not be empty"))
    for index, alias in enumerate(file.aliases):
        if not alias:
            fault(f"aliases[{index}]", phrase("no alias may be empty"))
    for key in ("source_date", "read_on"):
        if getattr(file, key):
            _at(key, check_day, getattr(file, key))
    for index, prefix in enumerate(file.prefixes):
        _at(f"prefixes[{index}]", check_prefix, prefix)
    if file.prefixes or file.prefixes_date:
        _at("prefixes_date", check_day, file.prefixes_date)
    if file.prefixes and not file.prefixes_source:
        fault("prefixes_source", phrase("say who named these blocks of addresses"))
    if file.leave_out and not file.based_on:
        fault("leave_out", phrase("clauses can be left out only of a pack that is named in based_on"))
    for key, check, value in (
        ("source", check_https, file.source if "://" in file.source else ""),
        ("contacts.website", check_https, file.contacts.website),
        ("contacts.appeal", check_https, file.contacts.appeal if "://" in file.contacts.appeal else ""),
        ("contacts.abuse", check_mailbox, file.contacts.abuse),
        ("contacts.support", check_mailbox, file.contacts.support),
        ("downloads.page", check_https, file.downloads.page),
        ("downloads.base", check_folder, file.downloads.base),
        ("brand.logo", check_logo, file.brand.logo),
        ("brand.accent", check_colour, file.brand.accent),
        ("brand.accent_dark", check_colour, file.brand.accent_dark),
    ):
        if value:
            _at(key, check, value)
    for index, entry in enumerate(file.key):
        _at(f"key[{index}].key", check_key, entry.key)


def _at(key: str, check: Callable[[str], object], value: str) -> None:
    try:
        check(value)
    except BadInput as error:
        fault(key, str(error))


def _check_clause(key: str, clause: ClauseEntry) -> None:
    def wrong(name: str, words: str) -> NoReturn:
        place = phrase("in the clause {id}", id=clause.id)
        fault(f"{key}.{name}", f"{words} ({place})")

    for name in ("section", "heading", "quote"):
        if not getattr(clause, name):
            wrong(name, phrase("this may not be empty"))
    if not all(clause.evidence):
        wrong("evidence", phrase("this may not be empty"))
    kind, checked = clause.kind, clause.kind in (ClauseClass.CHECKED, ClauseClass.BOTH)
    stated = kind in (ClauseClass.STATED, ClauseClass.BOTH)
    informs = kind is ClauseClass.INFORMATIONAL
    if clause.checks and not checked:
        wrong("checks", phrase("a clause of the kind “{kind}” has no checks", kind=kind))
    if checked and not clause.checks:
        wrong("checks", phrase("a clause of the kind “{kind}” needs at least one check", kind=kind))
    if clause.attestation and informs:
        wrong("attestation", phrase("a clause of the kind “{kind}” has no attestation", kind=kind))
    if stated and not clause.attestation:
        wrong("attestation", phrase("a clause of the kind “{kind}” needs words that the customer can sign", kind=kind))
    for name in ("attestation_shared", "needs_words"):
        if getattr(clause, name) and not clause.attestation:
            wrong(name, phrase("this belongs to a clause that has an attestation"))
    if clause.evidence and not clause.attestation:
        wrong("evidence", phrase("a clause of the kind “{kind}” asks for no evidence", kind=kind))
    if informs != (clause.weight is Weight.NONE):
        wrong("weight", phrase("“none” belongs to the kind “informational”, and only to it"))
    if informs and clause.when is not When.ALWAYS:
        wrong("when", phrase("a clause of the kind “{kind}” always applies", kind=kind))
    if clause.blocker_when and (informs or clause.weight is Weight.BLOCKER):
        wrong("blocker_when", phrase("this is for clauses of the weight “expected” or “optional”"))
    for name in ("checks", "blocker_when", "topics"):
        if len(set(getattr(clause, name))) != len(getattr(clause, name)):
            wrong(name, phrase("something is named twice"))


def _check_double(file: PackFile) -> None:
    for key, ids in (
        ("clause", [c.id for c in file.clause]),
        ("key", [k.id for k in file.key]),
    ):
        for index, name in enumerate(ids):
            if name.casefold() in (other.casefold() for other in ids[:index]):
                fault(f"{key}[{index}].id", phrase("“{id}” is there twice", id=name))


def _check_known(file: PackFile, known: Collection[str]) -> None:
    approvable = file.parameters.approvable
    for name in () if approvable is msgspec.UNSET else approvable:
        if name not in known:
            fault("parameters.approvable", phrase("there is no check “{name}”", name=name))
    for index, clause in enumerate(file.clause):
        for name in clause.checks:
            if name not in known:
                words = phrase("there is no check “{name}”", name=name)
                place = phrase("in the clause {id}", id=clause.id)
                fault(f"clause[{index}].checks", f"{words} ({place})")
