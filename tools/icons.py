"""The icons of the packages, drawn from three SVG files.

    python tools/icons.py write    draws packaging/icons anew
    python tools/icons.py check    fails if they are not what the SVG files say (--check is the same)

The app's own icon is that of the window; those of a case file and of a bundle lie in packaging/icons as SVG. Drawing needs PySide6, checking
does not: drawn.txt holds the SHA-256 of the sources, of the way of drawing, and of what came of them. Other versions of Qt smooth edges
differently, so a fresh drawing is compared with the committed one by its pixels, and only in the tests.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ICONS = ROOT / "packaging/icons"
RECORD = ICONS / "drawn.txt"
APP = ROOT / "resources/selfaudit_resources/icons/app.svg"
SOURCES = {"selfaudit": APP, "selfaudit-case": ICONS / "case.svg", "selfaudit-bundle": ICONS / "bundle.svg"}
PNG_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)  # the folders of hicolor that desktops look into
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)  # what Explorer asks for at 100 to 250 percent
# Apple's types whose content is a PNG on every macOS that Qt supports. ic11 to ic14 are the doubled sizes of 16, 32, 128 and 256 points.
ICNS_SIZES = {"ic11": 32, "ic12": 64, "ic07": 128, "ic13": 256, "ic08": 256, "ic14": 512, "ic09": 512, "ic10": 1024}
# An app's plate fills 824 of 1024 pixels on macOS; drawn to the edge it would stand out among the others. Documents bring their margin along.
MAC_SHARE = {"selfaudit": 824 / 1024, "selfaudit-case": 1.0, "selfaudit-bundle": 1.0}


def png(svg: bytes, size: int, share: float = 1.0) -> bytes:
    """A drawing as a PNG.

    Args:
        svg: the drawing.
        size: pixels of either side.
        share: how much of that the drawing fills; the rest is a transparent margin.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(svg))
    if not renderer.isValid():
        raise ValueError("not an SVG that Qt can draw")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    margin = size * (1 - share) / 2
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(margin, margin, size - 2 * margin, size - 2 * margin))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG", 0):  # type: ignore[call-overload]  # 0: smallest; Qt takes str, its stubs bytes
        raise ValueError("the PNG could not be written")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon: a directory (ICONDIR, ICONDIRENTRY), then one PNG for each size. 256 is written as 0."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    entries, body, offset = b"", b"", len(head) + 16 * len(pictures)
    for size, data in sorted(pictures.items()):
        side = size % 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), offset)
        body += data
        offset += len(data)
    return head + entries + body


def icns(pictures: dict[str, bytes]) -> bytes:
    """A macOS icon: "icns" and the length of all, then for each type its four letters, its length with this head, and a PNG."""
    body = b"".join(kind.encode("ascii") + struct.pack(">I", len(data) + 8) + data for kind, data in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def drawn() -> dict[str, bytes]:
    """Every file by its name in packaging/icons."""
    files = {"selfaudit.svg": source("selfaudit")}
    for name in SOURCES:
        svg = source(name)
        flat = {size: png(svg, size) for size in sorted({*PNG_SIZES, *ICO_SIZES})}
        files |= {f"{name}-{size}.png": flat[size] for size in PNG_SIZES}
        files[f"{name}.ico"] = ico({size: flat[size] for size in ICO_SIZES})
        files[f"{name}.icns"] = icns({kind: png(svg, size, MAC_SHARE[name]) for kind, size in ICNS_SIZES.items()})
    return files


def source(name: str) -> bytes:
    """A drawing, with the ends of lines that it has in the repository whatever the system makes of them."""
    return SOURCES[name].read_bytes().replace(b"\r\n", b"\n")


def way() -> str:
    """The SHA-256 of everything besides the drawings that decides what the files hold: the sizes and the functions of this file."""
    return hashlib.sha256(Path(__file__).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def record(files: dict[str, bytes]) -> str:
    """The file drawn.txt: sources and results by their SHA-256, as sha256sum writes them."""
    lines = ["# Written by tools/icons.py: what was drawn, by what, and what came of it (SHA-256).", f"{way()}  tools/icons.py"]
    lines += [
        f"{hashlib.sha256(source(name)).hexdigest()}  {path.relative_to(ROOT).as_posix()}" for name, path in SOURCES.items()
    ]
    lines += [f"{hashlib.sha256(data).hexdigest()}  packaging/icons/{name}" for name, data in sorted(files.items())]
    return "\n".join(lines) + "\n"


def stale() -> list[str]:
    """Names of what is not as drawn.txt says, with drawn.txt itself if it misses something; empty if all is fresh."""
    if not RECORD.is_file():
        return [RECORD.name]
    files = {path.name: path.read_bytes() for path in ICONS.iterdir() if path.suffix in (".png", ".ico", ".icns")}
    files["selfaudit.svg"] = (ICONS / "selfaudit.svg").read_bytes() if (ICONS / "selfaudit.svg").is_file() else b""
    said, is_so = RECORD.read_text("utf-8").splitlines(), record(files).splitlines()
    return sorted({line.split("  ", 1)[-1] for line in {*said} ^ {*is_so}})


def main(arguments: list[str]) -> int:
    """Writes or checks; 1 if something is stale, 2 for wrong usage."""
    if arguments == ["write"]:
        files = drawn()
        for name, data in files.items():
            (ICONS / name).write_bytes(data)
        RECORD.write_text(record(files), encoding="utf-8", newline="\n")
        return 0
    if arguments not in (["check"], ["--check"]):
        sys.stderr.write(__doc__ or "")
        return 2
    found = stale()
    if found:
        sys.stderr.write(f"stale icons: {', '.join(found)}; run python tools/icons.py write\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
