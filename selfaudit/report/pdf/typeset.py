"""The report as a PDF or as pictures of its pages, set by typst from templates of our own and data that is never markup."""

from __future__ import annotations

import atexit
import base64
import binascii
import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import typst

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _
from selfaudit.policy.pack_logo import check_logo
from selfaudit.report.content.model import Content
from selfaudit.report.pdf.data import Data
from selfaudit.report.pdf.glyphs import displayable, plainest
from selfaudit.text import printable

STANDARDS = ["ua-1", "a-3a"]  # PDF/UA-1 (ISO 14289-1) and PDF/A-3 conformance level A (ISO 19005-3)
_TEMPLATES = (
    "report.typ",
    "pdf/style.typ",
    "pdf/first.typ",
    "pdf/clauses.typ",
    "pdf/findings.typ",
    "pdf/statement.typ",
    "pdf/log.typ",
    "pdf/leaflet.typ",
)
_FONTS = (
    "IBMPlexSans-Regular.ttf", "IBMPlexSans-Italic.ttf", "IBMPlexSans-SemiBold.ttf", "IBMPlexMono-Regular.ttf", "DejaVuSans.ttf",
)  # fmt: skip
# Letters in a logo are set in the fonts of the text around it.
_TRIAL = """#set document(title: "t")
#set text(font: ("IBM Plex Sans", "DejaVu Sans"), fallback: false)
#image("{name}", alt: "t", height: 11mm, width: 46mm, fit: "contain")
"""
# typst keeps what it has laid out for further drawings, more than 100 MB each time, until it has drawn about ten other documents.
_OTHERS, _EMPTY = 12, "#set page(width: 10pt, height: 10pt)\n"
_LOGOS = {"data:image/svg+xml;base64,": "logo.svg", "data:image/png;base64,": "logo.png"}


def draw_pdf(content: Content, audit_json: bytes) -> bytes:
    """The content as a tagged PDF with `audit_json` attached. The same content gives the same octets.

    Raises:
        UserError: it cannot be drawn.
    """
    return _drawn(content, audit_json, {"format": "pdf", "pdf_standards": STANDARDS})[0]


def draw_pages(content: Content, ppi: float, limit: int) -> tuple[bytes, ...]:
    """The first pages of the content as PNG, from the same source as the PDF.

    Raises:
        UserError: they cannot be drawn.
    """
    return tuple(_drawn(content, b"{}", {"format": "png", "ppi": ppi})[:limit])


def draw_leaflet(make: Callable[[Callable[[str], str]], dict[str, Any]], logo: str, picture: bytes) -> bytes:
    """The leaflet as a tagged PDF of one page. The same data gives the same octets.

    Args:
        make: gets what makes a text fit for the fonts, and returns the template's data.
        logo: a data: URI, "" for none.
        picture: the first page of a report as PNG.

    Raises:
        UserError: it cannot be drawn.
    """
    options = {"format": "pdf", "pdf_standards": STANDARDS}
    with _said(), _studio(b"{}") as studio:
        name = studio.logo(logo)
        studio.place("page.png", picture)
        try:
            return studio.draw(make(displayable) | {"logo": name}, options, "pdf/leaflet.typ")[0]
        except typst.TypstError:
            return studio.draw(make(plainest) | {"logo": name}, options, "pdf/leaflet.typ")[0]


def _drawn(content: Content, audit_json: bytes, options: dict[str, Any]) -> list[bytes]:
    """Draws it; should a text be refused in spite of all care, again with the plainest letters."""
    with _said(), _studio(audit_json) as studio:
        logo = studio.logo(content.logo)
        try:
            return studio.draw(Data(content).made() | {"logo": logo}, options)
        except typst.TypstError:
            return studio.draw(Data(content, plainest).made() | {"logo": logo}, options)


@contextmanager
def _said() -> Iterator[None]:
    """Says in one line why something cannot be drawn."""
    try:
        yield
    except typst.TypstError as error:
        why = printable(str(error).strip().partition("\n")[0], 200)
        raise UserError(_("The PDF cannot be made: {why}").format(why=why)) from None
    except OSError as error:
        raise UserError(_("The PDF cannot be made: {why}").format(why=error.strerror or error)) from None


class _Studio:
    """A folder of its own with everything that typst may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder / "fonts"])

    def draw(self, data: dict[str, Any], options: dict[str, Any], source: str = "report.typ") -> list[bytes]:
        (self._folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        year, month, day, hour, minute = data["date"] or (1970, 1, 1, 0, 0)
        when = datetime.datetime(year, month, day, hour, minute, tzinfo=datetime.UTC)
        try:
            return self._compiled(source, {**options, "timestamp": int(when.timestamp())})
        finally:
            self._forget()

    def logo(self, uri: str) -> str:
        """The name of the logo's file; "" for one that is not fit or that typst cannot draw."""
        start = next((start for start in _LOGOS if uri.startswith(start)), "")
        if not start:
            return ""
        name = _LOGOS[start]
        try:
            octets = base64.b64decode(uri.removeprefix(start), validate=True)
            check_logo(uri if name.endswith(".png") else octets.decode("utf-8"))
            (self._folder / name).write_bytes(octets)
            (self._folder / "trial.typ").write_text(_TRIAL.format(name=name), encoding="utf-8")
            self._compiled("trial.typ", {"format": "pdf", "pdf_standards": STANDARDS, "timestamp": 0})
        except (BadInput, binascii.Error, UnicodeError, typst.TypstError):
            return ""
        return name

    def place(self, name: str, data: bytes) -> None:
        """Puts a file where the templates find it."""
        (self._folder / name).write_bytes(data)

    def _forget(self) -> None:
        """Gives back the memory that a drawing took."""
        (self._folder / "empty.typ").write_text(_EMPTY, encoding="utf-8")
        for _number in range(_OTHERS):
            self._compiled("empty.typ", {"format": "svg"})

    def _compiled(self, name: str, options: dict[str, Any]) -> list[bytes]:
        made = typst.compile(
            self._folder / name, root=self._folder, font_paths=self._fonts, ignore_system_fonts=True, **options
        )
        return made if isinstance(made, list) else [made]


@contextmanager
def _studio(audit_json: bytes) -> Iterator[_Studio]:
    folder = Path(tempfile.mkdtemp(prefix="selfaudit-pdf-"))
    clean = partial(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(clean)  # the window may close while a page is being drawn, and does not wait for it
    try:
        _copy("templates", _TEMPLATES, folder)
        _copy("fonts", _FONTS, folder / "fonts")
        (folder / "audit.json").write_bytes(audit_json)
        yield _Studio(folder)
    finally:
        atexit.unregister(clean)
        clean()


def _copy(name: str, files: tuple[str, ...], folder: Path) -> None:
    source: Traversable = resources.files("selfaudit_resources") / name
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.joinpath(*file.split("/")).read_bytes())
