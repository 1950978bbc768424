"""The provider's look in the window: shown where its word stands, readable whatever its colour, and drawn only from a checked logo."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from selfaudit.case.model import Seal
from selfaudit.policy.packs import pack_for
from selfaudit_ui.branding import brand_of
from selfaudit_ui.theme.tokens import DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS, branded, contrast
from selfaudit_ui.widgets.brand import BrandMark, Shown, logo_picture
from tests.signing import DESK, PROVIDER, STRANGER, case_data, pack_text, providers, signed_by
from tests.ui.desk import Desk

SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size}'><rect width='{w}' height='10' fill='#00ff00'/></svg>"
LOOK = (
    '[brand]\naccent = "#0b6470"\naccent_dark = "#6fd0dc"\nlogo = "'
    + SVG.format(size="40 10", w=40)
    + '"\n[contacts]\nsupport = "help@desk.test"\n'
)


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[None]:
    """A provider with a look."""
    text = pack_text(("desk", DESK.public().text(), "Desk"))
    with providers(tmp_path / "packs", text + LOOK):
        yield


def test_every_colour_stays_readable() -> None:
    taken = set()
    for usual, parts in product((LIGHT, DARK), product(("00", "40", "80", "b0", "ff"), repeat=3)):
        accent = "#" + "".join(parts)
        made = branded(usual, accent)
        assert made == usual or made.accent == accent
        taken.add(made.accent)
        for pairs, least in ((TEXT_PAIRS, 4.5), (MARK_PAIRS, 3.0)):
            for front, back in pairs:
                assert contrast(getattr(made, front), getattr(made, back)) >= least, (accent, front, back)
    assert len(taken) > 20


def test_which_colours_are_taken() -> None:
    assert branded(LIGHT, "#0b6470").accent == "#0b6470"
    assert branded(DARK, "#6fd0dc").accent == "#6fd0dc"
    assert branded(LIGHT, "#6fd0dc") is LIGHT
    assert branded(DARK, "#0b6470") is DARK
    for verdict in (LIGHT.fail, LIGHT.good, LIGHT.warn, LIGHT.unclear):  # a colour that means something here means nothing else
        assert branded(LIGHT, verdict) is LIGHT
    for none in ("", "red", "#fff", "#0b6470\n", "#0b64700"):
        assert branded(LIGHT, none) is LIGHT


def test_whose_word_stands() -> None:
    pack = pack_for(PROVIDER)
    assert brand_of(None, None) == Shown()
    assert brand_of(pack, None).name == PROVIDER  # named by the person
    assert brand_of(pack, Seal("trusted")).contact == "help@desk.test"
    for state in ("unsigned", "unknown-key", "tampered", "unreadable"):
        assert brand_of(pack, Seal(state)) == Shown()


def test_the_window_wears_it(desk: Desk, tmp_path: Path) -> None:
    data = case_data()
    path = tmp_path / "c.selfaudit-case"
    path.write_bytes(data)
    for signature, worn in ((signed_by(data, DESK), True), (signed_by(data, STRANGER), False), ("", False)):
        path.with_name(path.name + ".minisig").unlink(missing_ok=True)
        if signature:
            path.with_name(path.name + ".minisig").write_text(signature)
        desk.open_file(path)
        shown = desk.window.branding._mark
        assert (not shown._provider.isHidden()) is worn, signature
        assert ("#0b6470" in desk.window._bottom.styleSheet()) is worn
        assert ("#0b6470" in desk.window.rail.styleSheet()) is worn
    path.with_name(path.name + ".minisig").write_text(signed_by(data, DESK))
    desk.open_file(path)
    desk.window._redress()
    mark = desk.window.branding._mark
    assert mark._contact.text() == "help@\u200bdesk.test"
    assert mark._contact.accessibleName() == "help@desk.test"
    assert mark._provider.toolTip() == f"<span>Your provider: {PROVIDER}. Questions: help@desk.test</span>"
    assert not mark._logo.pixmap().isNull()
    assert "#0b6470" in desk.window._bottom.styleSheet()


def test_a_name_is_no_markup(qtbot: QtBot) -> None:
    mark = BrandMark()
    qtbot.addWidget(mark)
    mark.show_brand(Shown("<img src='file:///x'>", "<b>y</b>"))
    assert mark._provider.toolTip() == (
        "<span>Your provider: &lt;img src=&#x27;file:///x&#x27;&gt;. Questions: &lt;b&gt;y&lt;/b&gt;</span>"
    )


def _png(width: int, height: int) -> str:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF00)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs say bytes, which it refuses
    return "data:image/png;base64," + base64.b64encode(buffer.data().data()).decode()


def test_logos_are_drawn_within_bounds(qtbot: QtBot) -> None:
    for logo in (
        SVG.format(size="40 10", w=40), SVG.format(size="1 100000", w=1), SVG.format(size="100000 1", w=9), _png(2000, 3), _png(3, 2000), _png(64, 64),
    ):  # fmt: skip
        size = logo_picture(logo).deviceIndependentSize()
        assert 1 <= size.width() <= 84, logo[:60]
        assert 1 <= size.height() <= 28, logo[:60]
    middle = logo_picture(_png(64, 64)).toImage()
    assert middle.pixelColor(middle.width() // 2, middle.height() // 2).name() == "#00ff00"


@pytest.mark.parametrize(
    "logo",
    [
        "", "x", "<svg/>", SVG.format(size="-5 -5", w=1),
        "<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", "data:image/png;base64,AAAA", "data:image/gif;base64,R0lGODlh",
    ],
)  # fmt: skip
def test_other_logos_are_not_drawn(logo: str, qtbot: QtBot) -> None:
    assert logo_picture(logo).isNull()
    mark = BrandMark()
    qtbot.addWidget(mark)
    mark.show_brand(Shown("Desk", "", logo))
    assert mark._logo.isHidden()
    assert not mark._provider.isHidden()


def test_dashes_without_end_are_drawn_in_no_time(qtbot: QtBot) -> None:
    path = "M0 0" + "L40 0L0 10" * 2000
    logo = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 10'>"
        f"<path d='{path}' fill='none' stroke='#000000' stroke-width='1' stroke-dasharray='0.00000001'/></svg>"
    )
    assert not logo_picture(logo).isNull()
