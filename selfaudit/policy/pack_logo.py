"""A provider's logo: SVG or PNG from a stranger, let in only if it draws and does nothing else.

Whoever shows it may embed it in a page or a document, so nothing in it may run, fetch, or grow: no scripts and no event attributes, no
references to anything outside, no entities, nothing that repeats other parts (`use`, `pattern`, `mask`), which can make a small file
draw for ever.
"""

from __future__ import annotations

import base64
import binascii
import re
from xml.parsers import expat

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.text import printable

MAX_LOGO = 64_000  # octets, as it stands in the file
MAX_SIDE = 2048  # pixels; bounds what a small PNG unpacks to
_DEPTH = 50
_PNG_URI = "data:image/png;base64,"
_PNG_PARTS = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"pHYs",
    b"sBIT",
    b"bKGD",
    b"tEXt",
    b"tIME",
}

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_ELEMENTS = {
    "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
    "linearGradient", "radialGradient", "stop", "clipPath",
}  # fmt: skip
_FUNCTION = re.compile(r"([A-Za-z-]+)\s*\(")
_STYLE_FUNCTIONS = {"url", "rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate"}
_URL = re.compile(r"url\(\s*['\"]?\s*(#?)", re.IGNORECASE)


def check_logo(text: str) -> None:
    """Checks a logo: SVG 1.1 as text, or a PNG as a data: URI (RFC 2397).

    Raises:
        BadInput: it is larger than 64 kB, neither of both, damaged, or holds what could run, fetch or grow.
    """
    if len(text.encode("utf-8", "replace")) > MAX_LOGO:
        raise BadInput(phrase("the logo is larger than {limit} octets", limit=MAX_LOGO))
    if text.startswith(_PNG_URI):
        _check_png(text.removeprefix(_PNG_URI))
    elif text.lstrip().startswith("<"):
        _Svg().read(text)
    else:
        raise BadInput(phrase("the logo is neither SVG text nor a PNG that begins with “{start}”", start=_PNG_URI))


def _check_png(encoded: str) -> None:
    """PNG (W3C) section 5: the signature, then parts with length, name, data and CRC."""
    damaged = BadInput(phrase("the logo is a damaged PNG"))
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise damaged from None
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise damaged
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadInput(phrase("the logo must measure from 1 to {limit} pixels each way", limit=MAX_SIDE))
    at, seen = 8, []
    while at < len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 8 + length
        if end + 4 > len(data) or binascii.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise damaged
        if name not in _PNG_PARTS:
            raise BadInput(
                phrase(
                    "the logo has a part “{name}” that is not needed; save it without metadata",
                    name=_shown(name.decode("latin-1")),
                )
            )
        seen.append(name)
        at = end + 4
    if b"IDAT" not in seen or seen.count(b"IHDR") != 1 or seen[-1] != b"IEND":
        raise damaged


class _Svg:
    """Reads SVG as a stream of events and refuses what is not on the short list of what a logo needs."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def read(self, text: str) -> None:
        try:
            self._parser.Parse(text.encode("utf-8"), True)
        except (expat.ExpatError, UnicodeEncodeError, LookupError) as error:
            raise BadInput(phrase("the logo is not well-formed SVG ({why})", why=_shown(str(error)))) from None

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        space, _blank, name = full.rpartition(" ")
        if space != _SVG:
            raise BadInput(phrase("the logo has an element “{name}” that is not SVG; save it as plain SVG", name=_shown(name)))
        if name not in _ELEMENTS:
            raise BadInput(phrase("the logo has an element “{name}”, which logos here may not have", name=_shown(name)))
        if not self._path and name != "svg":
            raise BadInput(phrase("the logo does not begin with <svg>"))
        if len(self._path) >= _DEPTH:
            raise BadInput(phrase("the logo is nested deeper than {limit} levels", limit=_DEPTH))
        for key, value in attributes.items():
            self._attribute(key, value)
        self._path.append(name)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _attribute(self, full: str, value: str) -> None:
        space, _blank, name = full.rpartition(" ")
        lower = name.lower()
        if space not in ("", _XLINK, _XML) or lower.startswith("on") or (space == _XML and lower not in ("space", "lang")):
            raise BadInput(phrase("the logo has an attribute “{name}”, which logos here may not have", name=_shown(name)))
        outside = lower in ("href", "src") and not value.strip().startswith("#")
        if outside or any(not m[1] for m in _URL.finditer(value)) or "@import" in value.lower():
            raise BadInput(phrase("the logo refers to something outside itself (in “{name}”)", name=_shown(name)))
        strange = lower == "style" and any(m[1].lower() not in _STYLE_FUNCTIONS for m in _FUNCTION.finditer(value))
        if strange or "\\" in value:  # escapes of CSS could hide the words above
            raise BadInput(phrase("the logo has an attribute “{name}”, which logos here may not have", name=_shown(name)))
        if "clipPath" in self._path and (lower == "clip-path" or "clip-path" in value.lower()):
            raise BadInput(phrase("the logo clips what clips something else; save it as plain SVG"))

    def _doctype(self, *_rest: object) -> None:
        raise BadInput(phrase("the logo declares a document type or entities; remove the line that begins with <!DOCTYPE"))

    def _instruction(self, target: str, _data: str) -> None:
        raise BadInput(phrase("the logo has an instruction “{name}”, which logos here may not have", name=_shown(target)))


def _shown(text: str) -> str:
    return printable(text, 40)
