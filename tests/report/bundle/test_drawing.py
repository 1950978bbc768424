"""What a drawing depends on besides its data: where that differs, two reports of the same data may differ without a lie."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from importlib.resources.abc import Traversable

import pytest

from selfaudit.report.bundle import drawing
from selfaudit.report.bundle.drawing import drawing_of
from tests.report.audits import audit_of


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    drawing._files.cache_clear()
    yield
    drawing._files.cache_clear()


def test_another_unicode_is_another_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    here = drawing_of(audit_of(), "en")
    assert drawing_of(audit_of(), "en") == here
    monkeypatch.setattr(unicodedata, "unidata_version", "99.0.0")
    assert drawing_of(audit_of(), "en") != here


@pytest.mark.parametrize("package", ["typst", "Jinja2", "MarkupSafe"])
def test_another_tool_is_another_drawing(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, version = drawing_of(audit_of(), "en"), drawing._version
    assert version(package)
    monkeypatch.setattr(drawing, "_version", lambda name: "99" if name == package else version(name))
    assert drawing_of(audit_of(), "en") != here


@pytest.mark.parametrize(
    "changed",
    ["templates/report.html", "templates/report.css", "templates/pdf/first.typ", "fonts/DejaVuSans.ttf", "fonts/coverage.txt"],
)
def test_another_template_or_font_is_another_drawing(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, below = drawing_of(audit_of(), "en"), drawing._below
    drawing._files.cache_clear()

    def other(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
        for inner, data in below(folder, name):
            yield inner, data + b" " if inner == changed else data

    monkeypatch.setattr(drawing, "_below", other)
    assert drawing_of(audit_of(), "en") != here
