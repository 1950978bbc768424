"""The window offscreen: a desk per test, with its own home, closed at the end whatever happens."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from selfaudit_ui.session import View
from tests.ui.desk import Desk, demo_view


@pytest.fixture(scope="session")
def broken() -> View:
    """The audit of the demo on the day of the suspension, made once."""
    return demo_view("broken")


@pytest.fixture(scope="session")
def fixed() -> View:
    """The audit of the demo after fixing."""
    return demo_view("fixed")


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """A window with its controller, shown, with its store open."""
    made = Desk(qtbot)
    try:
        made.open()
        yield made
    finally:
        made.close()
