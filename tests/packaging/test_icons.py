"""The icons: fresh, of the sizes that they say, and read by somebody else's readers."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader

from tools import icons

NAMES = ("selfaudit", "selfaudit-case", "selfaudit-bundle")


def _side(png: bytes) -> int:
    """The side of a square PNG, from its first chunk (PNG, section 11.2.2)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    assert width == height
    return int(width)


def _reader_sizes(path: Path) -> set[int]:
    """The sizes that Qt finds in an icon; each must hold a picture."""
    reader = QImageReader(str(path))
    found = set()
    for index in range(reader.imageCount()):
        assert reader.jumpToImage(index)
        image = reader.read()
        assert not image.isNull(), reader.errorString()
        assert image.pixelColor(image.width() // 2, image.height() // 2).alpha() == 255
        found.add(image.width())
    return found


def test_the_icons_are_what_the_drawings_say() -> None:
    assert icons.stale() == []
    assert icons.main(["--check"]) == icons.main(["check"]) == 0
    assert icons.source("selfaudit") == (icons.ICONS / "selfaudit.svg").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_pictures_have_the_sizes_of_their_names(name: str) -> None:
    sizes = {int(path.stem.rsplit("-", 1)[1]) for path in icons.ICONS.glob(f"{name}-[0-9]*.png")}
    assert sizes == set(icons.PNG_SIZES)
    assert {min(sizes), max(sizes)} == {16, 512}
    for size in sizes:
        assert _side((icons.ICONS / f"{name}-{size}.png").read_bytes()) == size


@pytest.mark.parametrize("name", NAMES)
def test_the_icon_for_windows(name: str) -> None:
    data = (icons.ICONS / f"{name}.ico").read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind, count) == (0, 1, len(icons.ICO_SIZES))
    end = 6 + 16 * count
    for index, size in enumerate(icons.ICO_SIZES):
        width, height, _colours, _reserved, planes, bits, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * index)
        assert (width, height, planes, bits) == (size % 256, size % 256, 1, 32)
        assert offset == end
        assert _side(data[offset : offset + length]) == size
        end = offset + length
    assert end == len(data)
    assert _reader_sizes(icons.ICONS / f"{name}.ico") == set(icons.ICO_SIZES)


@pytest.mark.parametrize("name", NAMES)
def test_the_icon_for_macos(name: str) -> None:
    data = (icons.ICONS / f"{name}.icns").read_bytes()
    assert data[:4] == b"icns"
    assert struct.unpack(">I", data[4:8]) == (len(data),)
    at, found = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at + 4 : at + 8])
        found[data[at : at + 4].decode()] = _side(data[at + 8 : at + length])
        at += length
    assert at == len(data)
    assert found == icons.ICNS_SIZES
    assert _reader_sizes(icons.ICONS / f"{name}.icns") == set(icons.ICNS_SIZES.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_fresh_drawing_looks_like_the_committed_one(name: str) -> None:
    fresh = QImage.fromData(icons.png(icons.source(name), 48)).convertToFormat(QImage.Format.Format_ARGB32)
    kept = QImage(str(icons.ICONS / f"{name}-48.png")).convertToFormat(QImage.Format.Format_ARGB32)
    assert fresh.size() == kept.size() == QSize(48, 48)
    far = [abs(a - b) for a, b in zip(bytes(fresh.constBits()), bytes(kept.constBits()), strict=True)]
    assert sum(far) / len(far) < 2, "edges may differ by the version of Qt, the drawing may not"


def test_the_icons_can_be_told_apart_at_16_pixels() -> None:
    pictures = [
        bytes(QImage(str(icons.ICONS / f"{n}-16.png")).convertToFormat(QImage.Format.Format_ARGB32).constBits()) for n in NAMES
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        far = [abs(a - b) for a, b in zip(pictures[one], pictures[other], strict=True)]
        assert sum(far) / len(far) > 20


@pytest.mark.parametrize("changed", ["case.svg", "selfaudit-32.png", "selfaudit-bundle.icns", "selfaudit.svg", "drawn.txt"])
def test_a_change_is_noticed(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "packaging/icons"
    shutil.copytree(icons.ICONS, folder)
    monkeypatch.setattr(icons, "ROOT", tmp_path)
    monkeypatch.setattr(icons, "ICONS", folder)
    monkeypatch.setattr(icons, "RECORD", folder / "drawn.txt")
    app = tmp_path / icons.APP.relative_to(Path(__file__).resolve().parents[2])
    app.parent.mkdir(parents=True)
    shutil.copyfile(icons.APP, app)
    sources = {"selfaudit": app, "selfaudit-case": folder / "case.svg", "selfaudit-bundle": folder / "bundle.svg"}
    monkeypatch.setattr(icons, "SOURCES", sources)
    assert icons.main(["check"]) == 0
    with (folder / changed).open("ab") as file:
        file.write(b"\n<!-- -->\n")
    assert icons.main(["check"]) == 1
    assert "run python tools/icons.py write" in capsys.readouterr().err


def test_a_missing_icon_and_a_missing_record_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icons, "ICONS", tmp_path)
    assert "packaging/icons/selfaudit-16.png" in icons.stale()
    monkeypatch.setattr(icons, "RECORD", tmp_path / "drawn.txt")
    assert icons.stale() == ["drawn.txt"]


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="not an SVG"):
        icons.png(b"<html>", 16)
    assert icons.main([]) == 2
