"""Reading a case file (what support asks a customer to audit), and what a customer declares about registration."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from selfaudit.case.model import EvidenceFile, Purpose, Registrant, Stated
from selfaudit.case.targets import MAX_HOSTED
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.settings import explain_toml_error, read_toml
from selfaudit.text import printable

MAX_FILE = 1_000_000
MAX_EVIDENCE = 50_000_000  # octets of one file that shows something
MAX_EVIDENCE_FILES = 20
MAX_FIELD = 200

_Name = Annotated[str, msgspec.Meta(max_length=260)]
_Field = Annotated[str, msgspec.Meta(max_length=MAX_FIELD)]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_FIRST_ZONE = datetime.timedelta(hours=14)  # a day begins there first: what is today for anybody is not in the future
_LAST_ZONE = datetime.timedelta(hours=12)  # a day ends there last
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+")
_PHONE = re.compile(r"(\+|00)[0-9][0-9 ()./-]{4,38}( ?(x|ext\.?) ?[0-9]{1,8})?")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


class CaseAuthority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who states that the targets may be probed."""

    name: str
    role: str


class CaseApproval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider has agreed to: a check, the target ("" for all), its reference, and the port or service ("" for all)."""

    check: str
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    target: str = ""
    service: str = ""


class CaseEvidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that shows something: its name, SHA-256 in lower-case hexadecimal, and size in octets."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_FIELD)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_EVIDENCE)]


class CaseRegistrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """To whom the domains are registered, as the customer declares it.

    `country` as ISO 3166-1 alpha-2, `phone` with its country code, `confirmed` as YYYY-MM-DD.
    """

    name: _Field = ""
    organization: _Field = ""
    street: _Field = ""
    city: _Field = ""
    postal_code: _Field = ""
    country: _Field = ""
    email: _Field = ""
    phone: _Field = ""
    confirmed: _Field = ""
    files: Annotated[tuple[CaseEvidence, ...], msgspec.Meta(max_length=MAX_EVIDENCE_FILES)] = ()

    def typed(self) -> Registrant:
        """The same as the model has it, not checked yet."""
        texts = {f.name: getattr(self, f.name) for f in fields(Registrant) if f.name != "files"}
        return Registrant(**texts, files=tuple(EvidenceFile(f.name, f.sha256, f.size) for f in self.files))


class _RegistrantFile(CaseRegistrant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same in a file of one's own, in which evidence may be named by its path."""

    files: Annotated[tuple[_Name | CaseEvidence, ...], msgspec.Meta(max_length=MAX_EVIDENCE_FILES)] = ()  # type: ignore[assignment]


class CasePage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of the customer's, as an https URL."""

    kind: Literal["privacy", "abuse", "unsubscribe"]
    url: Annotated[str, msgspec.Meta(max_length=1000)]


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file format (JSON, schema selfaudit/case/1). Targets and domains are written as on the command line.

    `suspended` is YYYY-MM-DD or RFC 3339; `hosted` are domains whose registration counts and whose mail is somebody else's;
    `not_registrant` are those that are registered to somebody other than `registrant`; `cited` are ids of clauses of the provider's
    policy, `steps` what it demands, in its words; `bulk` and `shared` say whether bulk mail is sent and a platform is shared; `service` is
    what is suspended, `contact` where the provider is reached about it, `language` (ISO 639-1) in which it wants to be answered,
    `message` what it tells the customer, `created` when the file was made (RFC 3339), `demo` the world of the demo for which it is.
    """

    schema: Literal["selfaudit/case/1"]
    number: str = ""
    provider: str = ""
    deadline: str = ""
    suspended: str = ""
    targets: Annotated[tuple[str, ...], msgspec.Meta(max_length=1000)] = ()
    hosted: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=MAX_HOSTED)] = ()
    sending_ips: Annotated[tuple[str, ...], msgspec.Meta(max_length=64)] = ()
    selectors: Annotated[tuple[str, ...], msgspec.Meta(max_length=50)] = ()
    authority: CaseAuthority | None = None
    exceptions: Annotated[tuple[CaseApproval, ...], msgspec.Meta(max_length=200)] = ()
    registrant: CaseRegistrant | None = None
    not_registrant: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=MAX_HOSTED)] = ()
    pages: Annotated[tuple[CasePage, ...], msgspec.Meta(max_length=100)] = ()
    cited: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=200)] = ()
    steps: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=400)], ...], msgspec.Meta(max_length=50)] = ()
    purpose: Purpose = "reinstatement"
    bulk: Stated = ""
    shared: Stated = ""
    service: _Field = ""
    contact: _Field = ""
    language: Annotated[str, msgspec.Meta(max_length=8)] = ""
    message: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    created: Annotated[str, msgspec.Meta(max_length=40)] = ""
    demo: Literal["", "broken", "fixed", "suspended"] = ""


def read_case_file(path: Path) -> CaseFile:
    """Reads a case file. Whether somebody signed it is another question (`engine.seals.read_signed_case`).

    Raises:
        UserError: which file, which key, what was expected.
    """
    try:
        return parse_case(read_bounded(path, MAX_FILE))
    except BadInput as error:
        raise UserError(f"{path}: {error}") from None


def parse_case(data: bytes) -> CaseFile:
    """Reads the octets of a case file.

    Raises:
        BadInput: which key, what was expected.
    """
    if len(data) > MAX_FILE:
        raise BadInput(_("larger than {limit} bytes").format(limit=MAX_FILE))
    try:
        file = msgspec.json.decode(data, type=CaseFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message, _sep, where = str(error).partition(" - at `$")
        key = where.rstrip("`").strip(".") or "file"
        raise BadInput(f"{printable(key, 80)}: {printable(message, 200)}") from None
    try:
        # The demo has a calendar of its own.
        parse_past(file.suspended, ahead=bool(file.demo))
    except UserError as error:
        raise BadInput(f"suspended: {error}") from None
    if file.registrant is not None:
        for key, problem in registrant_problems(file.registrant.typed(), ahead=bool(file.demo)).items():
            raise BadInput(f"registrant.{key}: {problem}")
    return file


def encode_case(file: CaseFile) -> bytes:
    """A case file as it is written: one key per line, in the order of the format, without what is empty. Same content, same octets."""
    given = {k: v for k, v in msgspec.to_builtins(file).items() if v not in ("", [], (), None)}
    return msgspec.json.format(msgspec.json.encode(given), indent=2) + b"\n"


def read_registrant_file(path: Path) -> Registrant:
    """Reads a declaration from a file of its own: TOML, or JSON if its name ends in .json, with the keys of `Registrant`.

    In `files`, a path (relative to the file) stands for a file that is read and hashed here.

    Raises:
        UserError: which file, which key, what was expected.
    """
    try:
        if path.suffix.lower() == ".json":
            read = msgspec.json.decode(read_bounded(path, MAX_FILE), type=_RegistrantFile)
        else:
            read = msgspec.convert(read_toml(path), _RegistrantFile, strict=True)
    except msgspec.ValidationError as error:
        raise UserError(explain_toml_error(path, error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path}: {printable(str(error), 200)}") from None
    files = []
    for item in read.files:
        if isinstance(item, str):
            files.append(hash_evidence(path.parent / Path(item).expanduser()))
        else:
            files.append(EvidenceFile(item.name, item.sha256, item.size))
    typed = replace(msgspec.structs.replace(read, files=()).typed(), files=tuple(files))
    for key, problem in registrant_problems(typed).items():
        raise UserError(f"{path}: {key}: {problem}")
    return read_registrant(typed) or Registrant()


def parse_past(text: str, *, moments: bool = True, ahead: bool = False) -> str:
    """Reads a day (YYYY-MM-DD) that has begun somewhere, or a moment (RFC 3339) in the past.

    Args:
        text: as typed; blank for unknown.
        moments: whether a moment may be given.
        ahead: whether it may lie in the future (a demo has a calendar of its own).

    Returns:
        The day as it is, the moment in UTC, "" for blank.

    Raises:
        UserError: it is no date, or still to come.
    """
    cleaned = text.strip()
    now = datetime.datetime.now(datetime.UTC)
    try:
        if not cleaned:
            return ""
        if _DAY.fullmatch(cleaned):
            day = datetime.date.fromisoformat(cleaned)
            future, value = day > (now + _FIRST_ZONE).date(), day.isoformat()
        elif moments and _MOMENT.fullmatch(cleaned):
            moment = datetime.datetime.fromisoformat(cleaned.upper().replace(" ", "T")).astimezone(datetime.UTC)
            future, value = moment > now, moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        else:
            raise ValueError
    except (ValueError, OverflowError):
        raise UserError(
            _("“{value}” is not a date; write it as YYYY-MM-DD, for example 2026-03-31.").format(value=printable(cleaned, 40))
        ) from None
    if future and not ahead:
        raise UserError(_("{value} is still to come; name a day that has begun.").format(value=value))
    return value


def parse_deadline(text: str) -> str:
    """Reads a deadline: a day (YYYY-MM-DD) that is not over everywhere yet, or a moment (RFC 3339) that has not passed.

    Returns:
        The day as it is, the moment in UTC, "" for blank.

    Raises:
        UserError: it is no date, or over.
    """
    cleaned = text.strip()
    now = datetime.datetime.now(datetime.UTC)
    try:
        if not cleaned:
            return ""
        if _DAY.fullmatch(cleaned):
            day = datetime.date.fromisoformat(cleaned)
            over, value = day < (now - _LAST_ZONE).date(), day.isoformat()
        elif _MOMENT.fullmatch(cleaned):
            moment = datetime.datetime.fromisoformat(cleaned.upper().replace(" ", "T")).astimezone(datetime.UTC)
            over, value = moment < now, moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        else:
            raise ValueError
    except (ValueError, OverflowError):
        words = _("“{value}” is not a date; write it as YYYY-MM-DD, or as 2026-03-31T18:00:00Z for a moment.")
        raise UserError(words.format(value=printable(cleaned, 40))) from None
    if over:
        raise UserError(_("{value} is over; name a day or moment that is still to come.").format(value=value))
    return value


def registrant_problems(typed: Registrant, *, ahead: bool = False) -> dict[str, str]:
    """What is wrong with a declaration, in words, by the name of its field. `ahead` as of `parse_past`."""
    cleaned = _cleaned(typed)
    problems: dict[str, str] = {}
    for field in fields(Registrant):
        value = getattr(cleaned, field.name)
        if field.name == "files":
            if len(value) > MAX_EVIDENCE_FILES:
                problems["files"] = _("At most {limit} files can be added.").format(limit=MAX_EVIDENCE_FILES)
        elif len(value) > MAX_FIELD:
            problems[field.name] = _("This is too long: at most {limit} characters are kept.").format(limit=MAX_FIELD)
    for name, shape, words in (
        ("country", _COUNTRY, _("“{value}” is not a country code; write its two letters, for example DE or US.")),
        ("email", _MAIL, _("“{value}” is not an e-mail address such as name@your-domain.")),
        ("phone", _PHONE, _("“{value}” is not a phone number with its country code, for example +49 761 123456.")),
    ):
        value = getattr(cleaned, name)
        if value and name not in problems and not shape.fullmatch(value):
            problems[name] = words.format(value=printable(value, 60))
    try:
        parse_past(cleaned.confirmed, moments=False, ahead=ahead)
    except UserError as error:
        problems.setdefault("confirmed", str(error))
    return problems


def read_registrant(typed: Registrant, *, ahead: bool = False) -> Registrant | None:
    """A declaration as it is compared and reported: blanks tidied, nothing in it that could reorder a line; None if it is empty.

    Raises:
        UserError: the first thing that is wrong. `ahead` as of `parse_past`.
    """
    for problem in registrant_problems(typed, ahead=ahead).values():
        raise UserError(problem)
    cleaned = _cleaned(typed)
    phone = "+" + cleaned.phone[2:] if cleaned.phone.startswith("00") else cleaned.phone
    cleaned = replace(cleaned, country=cleaned.country.upper(), phone=phone)
    return None if cleaned == Registrant() else cleaned


def _cleaned(typed: Registrant) -> Registrant:
    texts = {f.name: getattr(typed, f.name) for f in fields(Registrant) if f.name != "files"}
    tidy: dict[str, Any] = {name: printable(" ".join(text.split()), 4 * MAX_FIELD) for name, text in texts.items()}
    return replace(typed, **tidy)


def hash_evidence(path: Path) -> EvidenceFile:
    """Name, SHA-256 and size of a file that shows something. The file itself stays where it is.

    Raises:
        UserError: it cannot be read, is no file, is empty, or is larger than 50 MB.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise UserError(_("{file}: this is not a file").format(file=path))
    data = read_bounded(path, MAX_EVIDENCE)
    if not data:
        raise UserError(_("{file}: this file is empty").format(file=path))
    return EvidenceFile(printable(path.name, MAX_FIELD - 1), hashlib.sha256(data).hexdigest(), len(data))
