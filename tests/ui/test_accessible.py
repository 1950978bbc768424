"""A walk through every page as a screen reader sees it, and the layout with the longest words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from selfaudit.checks import all_checks
from selfaudit.i18n import PSEUDO
from selfaudit.policy.packs import all_packs
from selfaudit_ui.session import View
from tests.ui.desk import Desk
from tests.ui.scenes import SCENES, Stage

Role = QAccessible.Role
INTERACTIVE = {
    Role.Button, Role.CheckBox, Role.RadioButton, Role.EditableText, Role.ComboBox, Role.SpinBox, Role.Slider, Role.List, Role.Tree,
    Role.Table, Role.PageTab, Role.PageTabList, Role.ProgressBar, Role.Link, Role.MenuItem, Role.ButtonDropDown, Role.ButtonMenu,
}  # fmt: skip


def walk(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Everything that is visible below."""
    yield interface
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from walk(child)


def nameless(root: QObject) -> list[str]:
    """Interactive things without a name or a role."""
    found = []
    for item in walk(QAccessible.queryAccessibleInterface(root)):
        thing = item.object()
        if isinstance(thing, QWidget) and not thing.isVisible():
            continue
        if isinstance(thing, QWidget) and thing.objectName() in ("qt_spinbox_lineedit", "qt_scrollarea_viewport"):
            continue  # parts of a control that has a name itself
        focusable = isinstance(thing, QWidget) and thing.focusPolicy() != Qt.FocusPolicy.NoFocus and thing.isEnabled()
        if (item.role() in INTERACTIVE or focusable) and not item.text(QAccessible.Text.Name).strip():
            found.append(f"{item.role()} {type(thing).__name__} {thing.objectName() if thing else ''}")
        if focusable and item.role() in (Role.NoRole, Role.Client):
            found.append(f"no role: {type(thing).__name__} {item.text(QAccessible.Text.Name)}")
    return found


@pytest.fixture
def stage(desk: Desk, broken: View, fixed: View) -> Iterator[Stage]:
    made = Stage(desk.window, broken, fixed)
    yield made
    made.reset()


def test_the_walk_finds_a_nameless_control(desk: Desk) -> None:
    button = QPushButton(desk.page)
    button.show()
    assert nameless(desk.window)
    button.setAccessibleName("named")
    assert nameless(desk.window) == []
    edit = QLineEdit(desk.page)
    edit.show()
    assert nameless(desk.window)


@pytest.mark.parametrize("scene", SCENES)
def test_every_control_has_a_name_and_a_role(desk: Desk, stage: Stage, scene: str) -> None:
    SCENES[scene](stage)
    desk.settle()
    assert nameless(desk.window) == []


def clipped(window: QWidget) -> list[str]:
    """Words that do not fit where they stand."""
    bad: list[str] = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or label.toolTip() or label.width() == 0:
            continue  # what is cut on purpose shows the whole in its tool tip
        if label.wordWrap():
            need = label.heightForWidth(label.width())
            longest = max(
                label.fontMetrics().horizontalAdvance(word) for word in label.text().replace("\u200b", " ").split() or [""]
            )
            if label.height() < need - 1 or label.contentsRect().width() < longest:
                bad.append(f"{label.height()} < {need} or {label.contentsRect().width()} < {longest}: {label.text()[:60]}")
        elif label.width() < label.sizeHint().width() - 1:
            bad.append(f"{label.width()} < {label.sizeHint().width()}: {label.text()[:60]}")
    controls: list[QWidget] = [b for b in window.findChildren(QAbstractButton) if b.text()]
    controls += [*window.findChildren(QComboBox), *window.findChildren(QAbstractSpinBox)]
    bad += [
        f"{type(c).__name__} {c.width()} < {c.minimumSizeHint().width()}: {c.accessibleName()[:60]}"
        for c in controls
        if c.isVisible() and c.width() < c.minimumSizeHint().width() - 1
    ]
    for area in window.findChildren(QScrollArea):
        inner = area.widget()
        if area.isVisible() and inner is not None and inner.width() > area.viewport().width() + 1:
            bad.append(f"{area.accessibleName()} is {inner.width()} wide and has {area.viewport().width()}")
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        if (
            not widget.isVisible()
            or parent is None
            or parent.inherits("QAbstractScrollArea")
            or isinstance(widget, QAbstractScrollArea)
        ):
            continue
        if isinstance(widget, QLabel | QAbstractButton) and widget.geometry().right() > parent.width() and parent.width() > 0:
            bad.append(f"{widget.accessibleName() or type(widget).__name__} sticks out of its parent")
    return bad


@pytest.mark.parametrize("size", [(960, 640), (1120, 760)], ids=["960x640", "1120x760"])
def test_the_longest_words_are_not_clipped(desk: Desk, stage: Stage, size: tuple[int, int]) -> None:
    controller = desk.controller
    controller.prefer(replace(controller.preferences, language=PSEUDO))
    desk.window.resize(*size)
    found = {}
    for name, scene in SCENES.items():
        scene(stage)
        desk.rest()
        assert (desk.window.width(), desk.window.height()) == size
        bad = clipped(desk.window)
        if bad:
            found[name] = bad
    assert found == {}


def test_the_clipping_test_can_fail(desk: Desk) -> None:
    desk.window.rail.setFixedWidth(60)
    desk.settle()
    assert clipped(desk.window)


def _of_the_policy(text: str) -> bool:
    """Whether a button is called like a clause or a check: these are data, and in English for everybody."""
    words = text.strip("▸▾ ").split(" ")
    return words[0] in all_checks() or any(pack.clause(words[0]) for pack in all_packs())


def test_every_word_of_the_window_goes_through_the_catalogue(desk: Desk, stage: Stage) -> None:
    """In the pseudo-language, whatever is still plain English was never marked for translation."""
    controller = desk.controller
    controller.prefer(replace(controller.preferences, language=PSEUDO))
    plain = set()
    for name, scene in SCENES.items():
        if name.startswith(("about", "settings", "start-recent", "targets-suggestions")):
            continue
        scene(stage)
        desk.settle()
        for label in desk.window.rail.findChildren(QLabel):
            if label.objectName() == "provider":  # the words of a pack
                continue
            if label.isVisible() and any(c.isalpha() for c in label.text()) and label.text() != "selfaudit":
                plain |= {label.text()} if "[" not in label.text() else set()
        for button in desk.window.findChildren(QPushButton):
            if button.isVisible() and any(c.isalpha() for c in button.text()) and not _of_the_policy(button.text()):
                plain |= {button.text()} if "[" not in button.text() else set()
    assert plain == set()
    assert isinstance(QApplication.instance(), QApplication)
