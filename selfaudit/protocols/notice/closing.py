"""Where a writer's own words end: closing formulas, signatures, and what is below every mail of an organisation."""

from __future__ import annotations

import re

_CLOSING = re.compile(
    r"\s{0,8}(?:--\s?|(?:with\s)?(?:best|kind|warm|kindest|many)?\s?(?:regards|wishes)\b.{0,20}|(?:yours\s)?(?:sincerely|faithfully|truly)\b.{0,20}|"
    r"cheers,?|thanks(?:,|\sand\sregards.{0,10})|(?:mit\s)?(?:freundliche[nr]?|beste[nr]?|herzliche[nr]?|viele[nr]?|schöne[nr]?)\s"
    r"(?:grüßen?|gruß|grüsse|gruessen?|gruss).{0,30}|hochachtungsvoll.{0,3}|mfg,?)\s{0,4}",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\s{0,8}[A-ZÄÖÜ][^.:!?@]{1,60}\s(?:GmbH(?:\s&\sCo\.?\sKG)?|AG|KG|SE|UG|OHG|e\.\s?V\.|Inc\.?|Ltd\.?|LLC|Corp\.?|Limited|B\.?V\.?|S\.?A\.?)\s{0,4}"
)
_CONTACT = re.compile(r"\s{0,8}(?:phone|tel(?:efon|ephone)?|fax|mobile?|mobil|handy)\b[.:\s].{0,200}", re.IGNORECASE)
_FOOTER = re.compile(
    r"\b(?:to\sunsubscribe|can\s(?:be\s)?unsubscribed?|you(?:\sare)?\sreceiv(?:e|ed|ing)\sthis|(?:has\sbeen|was)\sscanned\sfor|"
    r"report\s(?:phishing|spam|malware|abuse)\b.{0,100}\b(?:at|to|via|with)\b)",
    re.IGNORECASE,
)


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines of a text down to its signature, and those from there on."""
    start = -1  # of the paragraph
    first = True
    for number, line in enumerate(lines):
        if not line.strip():
            first = first and start < 0
            start = -1
            continue
        begins = start < 0
        start = number if begins else start
        if _CLOSING.fullmatch(line) and number:
            return lines[:number], lines[number:]
        if not first and ((begins and _FIRM.fullmatch(line)) or _CONTACT.fullmatch(line)):
            return lines[:start], lines[start:]
    return lines, []


def without_footers(lines: list[str]) -> list[str]:
    """The lines without those that stand below every mail, whatever it is about."""
    return [line for line in lines if not _FOOTER.search(line)]
