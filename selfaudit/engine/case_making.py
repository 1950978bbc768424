"""Making a case file, as support does: every field is checked before anything is written or signed.

The form is `CaseFile` itself. `case_problems` says what is wrong, by the name of the field, while it is filled in; `make_case_file` gives the
octets to write; `selfaudit.engine.seals.sign_case` signs them; `write_case` writes both files.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from selfaudit.case import Case
from selfaudit.case.file import MAX_FIELD, MAX_FILE, CaseApproval, CaseFile, encode_case, parse_case, parse_deadline, parse_past
from selfaudit.case.languages import CODES
from selfaudit.case.targets import hosted_targets, parse_address, parse_domain, parse_target, parse_targets
from selfaudit.checks.registry import get_check
from selfaudit.engine.beside import write_beside
from selfaudit.engine.requirements import check_cited
from selfaudit.engine.seals import SUFFIX
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import N_, _
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.minisign import PublicKey
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.text import printable

ENDING = ".selfaudit-case"
MAX_NAME = 100  # characters of number and provider; more would be cut where they are shown
MAX_STEP, MAX_STEPS, MAX_MESSAGE = 400, 50, 4000
_TOO_LONG = N_("This is too long: at most {limit} characters are kept.")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.I)  # names that Windows keeps for devices


def case_problems(file: CaseFile, *, allow_reserved: bool = False) -> dict[str, str]:
    """What is wrong with a case file that is being made, in words, by the name of its field. Empty: it can be written."""

    def targets() -> None:
        parse_targets(file.targets, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix)

    def hosted() -> None:
        found = [parse_domain(d, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix) for d in file.hosted]
        hosted_targets(found, ())

    def senders() -> None:
        for text in file.sending_ips:
            parse_address(text, allow_reserved=allow_reserved, what="sending_ips")

    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("provider", lambda: _named(file.provider, _("Name the provider; “selfaudit policy list” shows whose policies are known."))),
        ("number", lambda: _named(file.number, _("Give the case its number: the answer is found by it."))),
        ("service", lambda: _line(file.service, MAX_FIELD)),
        ("contact", lambda: _line(file.contact, MAX_FIELD)),
        ("message", lambda: _message(file.message)),
        ("deadline", lambda: _deadline(file)),
        ("suspended", lambda: parse_past(file.suspended, ahead=bool(file.demo))),
        ("language", lambda: _language(file.language)),
        ("targets", targets),
        ("hosted", hosted),
        ("sending_ips", senders),
        ("cited", lambda: _cited(file)),
        ("steps", lambda: _steps(file.steps)),
        ("exceptions", lambda: _exceptions(file, allow_reserved)),
    )  # fmt: skip
    problems: dict[str, str] = {}
    for name, check in checks:
        try:
            check()
        except UserError as error:
            problems[name] = str(error)
    return problems


def case_remarks(file: CaseFile) -> tuple[str, ...]:
    """What whoever makes the file should know about it, in words; nothing of it is wrong."""
    remarks = []
    pack = pack_for(file.provider)
    if file.provider.strip() and (pack is None or not pack.clauses):
        remarks.append(
            _("The policy of “{provider}” is not known here: no clause can be cited, and no signature can be trusted.").format(
                provider=printable(file.provider, 60)
            )
        )
    if not (file.targets or file.sending_ips or file.hosted):
        remarks.append(_("No domain or address is named: the customer names them, and the file proves permission for none."))
    return tuple(remarks)


def make_case_file(file: CaseFile, *, at: str, allow_reserved: bool = False) -> bytes:
    """The octets of a case file, tidied and checked. The same input gives the same octets.

    Args:
        file: as it was filled in.
        at: when it is made (RFC 3339, UTC).
        allow_reserved: reserved addresses and names may be targets.

    Raises:
        UserError: the first thing that is wrong, beginning with its field.
    """
    for name, problem in case_problems(file, allow_reserved=allow_reserved).items():
        raise UserError(_("{where}: {why}").format(where=name, why=problem))
    made = _tidied(file, at)
    data = encode_case(made)
    try:
        parse_case(data)
    except BadInput as error:
        raise UserError(str(error)) from None
    return data


def default_name(number: str) -> str:
    """The name of a file for a case: its number in letters, digits, "." , "-" and "_", and the ending of case files."""
    stem = _UNSAFE.sub("-", number).strip(".-_")[:60].rstrip(".-_") or "case"
    return f"{'case-' if _DEVICE.fullmatch(stem) else ''}{stem}{ENDING}"


def refuse_other_number(path: Path, number: str) -> None:
    """Refuses to overwrite the case of somebody else: several numbers may come to the same name of a file.

    Raises:
        UserError: a case with another number lies there.
    """
    if path.is_symlink() or not path.is_file():
        return  # what a link leads to is not overwritten
    try:
        there = " ".join(parse_case(read_bounded(path, MAX_FILE)).number.split())
    except (BadInput, UserError):
        return  # no case at all
    if there != " ".join(number.split()):
        words = _("{file}: this is the case {number}, not this one; nothing was written. Choose another place.")
        raise UserError(words.format(file=path, number=printable(there, MAX_NAME)))


def read_exception(text: str) -> CaseApproval:
    """What the provider has agreed to, as typed: CHECK, REFERENCE, and then, if it does not hold for all, TARGET and SERVICE.

    Raises:
        UserError: it is not written so.
    """
    parts = [part.strip() for part in text.split(",")]
    if not 2 <= len(parts) <= 4 or not parts[0] or not parts[1]:
        words = _("“{value}” is no approval; write CHECK, REFERENCE, TARGET, SERVICE, of which the last two may be left out.")
        raise UserError(words.format(value=printable(text, 80)))
    check, reference, *rest = parts
    return CaseApproval(check, reference, *rest)


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written; `signature` is None for an unsigned case."""

    case: Path
    signature: Path | None


def write_case(path: Path, data: bytes, signature: str | None, *, force: bool = False) -> Written:
    """Writes a case file and its signature beside it. Nothing that is there is overwritten unless that is asked for.

    Raises:
        UserError: there is such a file already, or it cannot be written.
    """
    beside = path.with_name(path.name + SUFFIX)
    if not force:
        for file in (path, beside):
            if os.path.lexists(file):
                raise UserError(_("{file}: is there already; nothing was written. --force overwrites it.").format(file=file))
    write_beside(path, data, beside, signature or "")
    return Written(path, beside if signature else None)


def pack_lines(key: PublicKey, owner: str) -> str:
    """The lines of a provider's pack (TOML) that make it trust a key. `owner` says to whom the key belongs."""
    words = printable(" ".join(owner.split()), MAX_FIELD - 1)
    return f'[[key]]\nid = "key-{key.name.lower()}"\nkey = "{key.text()}"\nowner = {json.dumps(words, ensure_ascii=False)}'


def _named(text: str, lacking: str) -> None:
    if not text.strip():
        raise UserError(lacking)
    _line(text, MAX_NAME)


def _line(text: str, limit: int) -> None:
    tidy = " ".join(text.split())
    if len(tidy) > limit:
        raise UserError(_(_TOO_LONG).format(limit=limit))
    if printable(tidy, limit) != tidy:
        raise UserError(_("It holds a character that cannot be shown: {value}").format(value=printable(tidy, 80)))


def _message(text: str) -> None:
    if len(text) > MAX_MESSAGE:
        raise UserError(_(_TOO_LONG).format(limit=MAX_MESSAGE))
    for line in text.splitlines():
        _line(line, MAX_MESSAGE)


def _deadline(file: CaseFile) -> None:
    if not file.demo:
        parse_deadline(file.deadline)


def _language(code: str) -> None:
    if code.strip() and code.strip().lower() not in CODES:
        words = _("“{value}” is not the code of a language (ISO 639-1); write its two letters, for example en or de.")
        raise UserError(words.format(value=printable(code, 40)))


def _cited(file: CaseFile) -> None:
    check_cited(Case((), provider=file.provider, cited=file.cited))


def _steps(steps: Iterable[str]) -> None:
    given = tuple(steps)
    if len(given) > MAX_STEPS:
        raise UserError(_("At most {limit} steps can be named.").format(limit=MAX_STEPS))
    for step in given:
        if not step.strip():
            raise UserError(_("A step may not be empty."))
        _line(step, MAX_STEP)


def _exceptions(file: CaseFile, allow_reserved: bool) -> None:
    pack = pack_for(file.provider)
    for item in file.exceptions:
        get_check(item.check)
        _named(item.reference, _("An approval needs a reference: your ticket or letter."))
        _line(item.service, 40)
        if item.target and len(_target(item.target, allow_reserved)) != 1:
            raise UserError(_("An approval names one domain or address, or none for all of the case."))
        if pack is not None and not {item.check, item.check.partition(".")[0]} & set(pack.parameters.approvable):
            words = _("The policy of {provider} lets nobody approve what {check} finds, so this would not count.")
            raise UserError(words.format(provider=pack.name, check=item.check))


def _target(text: str, allow_reserved: bool) -> tuple[object, ...]:
    return parse_target(text, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix)


def _tidied(file: CaseFile, at: str) -> CaseFile:
    """Single blanks, no repetitions, dates in UTC, the provider by its own name."""
    pack = pack_for(file.provider)

    def once(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    return msgspec.structs.replace(
        file,
        number=" ".join(file.number.split()),
        provider=pack.name if pack is not None else " ".join(file.provider.split()),
        service=" ".join(file.service.split()),
        contact=" ".join(file.contact.split()),
        message="\n".join(" ".join(line.split()) for line in file.message.strip().splitlines()),
        deadline=file.deadline if file.demo else parse_deadline(file.deadline),
        suspended=parse_past(file.suspended, ahead=bool(file.demo)),
        language=file.language.strip().lower(),
        targets=once(file.targets),
        hosted=once(file.hosted),
        sending_ips=once(file.sending_ips),
        cited=once(file.cited),
        steps=tuple(" ".join(step.split()) for step in file.steps),
        created=at,
    )
