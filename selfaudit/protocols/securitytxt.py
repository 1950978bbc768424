"""security.txt (RFC 9116): what the file says and what in it is not as it should be."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.text import printable

MAX_SIZE = 32_768  # section 5.6 leaves the bound to the reader
_MAX_LINES = 1_000
_MAX_VALUES = 50
_FIELD = re.compile(r"([!-9;-~]{1,100}):(.*)", re.DOTALL)  # RFC 5322 section 3.6.8: printable US-ASCII without the colon
# RFC 3339 section 5.6; the T and Z may be written small.
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,20})?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
_MAILBOX = re.compile(r"mailto:[^\s@:/?]{1,200}@[^\s@:/?]{1,253}(?:\?\S{0,500})?", re.I)
_PHONE = re.compile(r"tel:\+?[0-9()./-]{3,40}(?:;\S{0,200})?", re.I)
_HTTPS = re.compile(r"https://[^\s/?#@]{1,253}(?:[/?#]\S{0,1500})?", re.I)
_URI = re.compile(r"[a-z][a-z0-9+.-]{0,30}:\S{1,1900}", re.I)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_BEGIN, _SIGNATURE, _END = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"


class Problem(StrEnum):
    """What is not as RFC 9116 wants it. The section is that of the RFC."""

    NO_CONTACT = "no-contact"  # 2.5.3
    BAD_CONTACT = "bad-contact"  # 2.5.3: no URI, or a web address without https
    NO_EXPIRES = "no-expires"  # 2.5.5
    MANY_EXPIRES = "many-expires"  # 2.5.5
    BAD_EXPIRES = "bad-expires"  # 2.5.5, RFC 3339
    MANY_LANGUAGES = "many-languages"  # 2.5.8
    BAD_LANGUAGES = "bad-languages"  # 2.5.8, RFC 5646
    BAD_LINK = "bad-link"  # 2.5: Canonical, Encryption, Policy and others with a web address without https
    BAD_LINE = "bad-line"  # 4: neither a field, a comment nor empty
    BAD_SIGNATURE_FORM = "bad-signature-form"  # 2.3: begins as a signed message and does not go on as one


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """A file that was read.

    Attributes:
        contacts: the values of Contact that can be used, in their order.
        expires: the value of Expires as UTC seconds; None if there is none that can be read, or more than one.
        canonical: the values of Canonical.
        languages: the value of Preferred-Languages, () if there is none.
        signed: it is an OpenPGP cleartext message. The signature itself is not checked.
        fields: names of all fields, lower case.
        problems: each with the line or value that it is about, as written.
    """

    contacts: tuple[str, ...]
    expires: float | None
    canonical: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    signed: bool = False
    fields: tuple[str, ...] = ()
    problems: tuple[tuple[Problem, str], ...] = ()


def parse(text: str) -> SecurityTxt:
    """Reads a security.txt file.

    Fields with names that nobody knows are passed over (section 2.4), and so is what stands outside of a signed message.

    Raises:
        BadInput: there is not one field in it (a web page, for example), or it is longer than 32 KiB.
    """
    if len(text) > MAX_SIZE:
        raise BadInput(phrase("it is longer than {limit} characters", limit=MAX_SIZE))
    problems: list[tuple[Problem, str]] = []
    lines, signed = _signed_part(text.removeprefix("\ufeff"), problems)
    values: dict[str, list[str]] = {}
    for line in lines[:_MAX_LINES]:
        if not line.strip() or line.startswith("#"):
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            problems.append((Problem.BAD_LINE, printable(line, 80)))
            continue
        values.setdefault(match[1].lower(), []).append(match[2].strip())
    known = {
        "contact",
        "expires",
        "encryption",
        "acknowledgments",
        "preferred-languages",
        "canonical",
        "policy",
        "hiring",
        "csaf",
    }
    if not known.intersection(values):
        raise BadInput(phrase("there is no field of a security.txt in it"))
    contacts = _contacts(values.get("contact", []), problems)
    expires = _expires(values.get("expires", []), problems)
    for name in ("encryption", "acknowledgments", "canonical", "policy", "hiring", "csaf"):
        bad = [v for v in values.get(name, [])[:_MAX_VALUES] if not _URI.fullmatch(v) or v.lower().startswith("http://")]
        problems += [(Problem.BAD_LINK, printable(f"{name}: {value}", 120)) for value in bad]
    languages = _languages(values.get("preferred-languages", []), problems)
    canonical = tuple(printable(v, 300) for v in values.get("canonical", [])[:_MAX_VALUES])
    return SecurityTxt(
        contacts, expires, canonical, languages, signed, tuple(printable(n, 100) for n in list(values)[:_MAX_VALUES]), tuple(problems[:_MAX_VALUES])
    )  # fmt: skip


def _signed_part(text: str, problems: list[tuple[Problem, str]]) -> tuple[list[str], bool]:
    """The lines that are signed (RFC 9580 section 7: dashes at the beginning of a line are escaped), or all lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith(_BEGIN):
        return lines, False
    body = first + 1
    while body < len(lines) and lines[body].strip():  # armor headers such as "Hash: SHA256", until the first empty line
        body += 1
    end = next((i for i in range(body, len(lines)) if lines[i].startswith(_SIGNATURE)), -1)
    if end < 0 or not any(line.startswith(_END) for line in lines[end:]):
        problems.append((Problem.BAD_SIGNATURE_FORM, ""))
        end = len(lines) if end < 0 else end
    return [line.removeprefix("- ") for line in lines[body:end]], True


def _contacts(values: list[str], problems: list[tuple[Problem, str]]) -> tuple[str, ...]:
    good = []
    for value in values[:_MAX_VALUES]:
        if any(p.fullmatch(value) for p in (_MAILBOX, _PHONE, _HTTPS)) or (_URI.fullmatch(value) and not _is_common(value)):
            good.append(printable(value, 300))
        else:
            problems.append((Problem.BAD_CONTACT, printable(value, 120)))
    if not good:
        problems.append((Problem.NO_CONTACT, ""))
    return tuple(good)


def _is_common(value: str) -> bool:
    """A scheme whose form is known: what does not have it is wrong, not unknown."""
    return value.partition(":")[0].lower() in ("http", "https", "mailto", "tel")


def _expires(values: list[str], problems: list[tuple[Problem, str]]) -> float | None:
    if len(values) != 1:
        problems.append((Problem.MANY_EXPIRES if values else Problem.NO_EXPIRES, printable(", ".join(values[:5]), 120)))
        return None
    match = _TIME.fullmatch(values[0])
    try:
        if match is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
        offset = datetime.timedelta()
        if match[7]:
            if int(match[8]) > 23 or int(match[9]) > 59:
                raise ValueError
            offset = datetime.timedelta(hours=int(match[8]), minutes=int(match[9])) * (1 if match[7] == "+" else -1)
        # A leap second is a time of RFC 3339, and none that Python knows.
        moment = datetime.datetime(
            year, month, day, hour, minute, min(second, 59) if second <= 60 else second, tzinfo=datetime.UTC
        )
        return (moment - offset).timestamp()
    except (ValueError, OverflowError):
        problems.append((Problem.BAD_EXPIRES, printable(values[0], 80)))
        return None


def _languages(values: list[str], problems: list[tuple[Problem, str]]) -> tuple[str, ...]:
    if not values:
        return ()
    if len(values) > 1:
        problems.append((Problem.MANY_LANGUAGES, ""))
    found = [part.strip() for part in values[0][:500].split(",")]
    if not all(_LANGUAGE.fullmatch(part) for part in found):
        problems.append((Problem.BAD_LANGUAGES, printable(values[0], 80)))
        return ()
    return tuple(found[:_MAX_VALUES])
