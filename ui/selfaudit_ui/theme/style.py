"""Palette and style sheet from the tokens. Fusion everywhere, so that one look is tested."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from enum import StrEnum
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from selfaudit.install import data_folder
from selfaudit_ui.theme.icons import file
from selfaudit_ui.theme.tokens import DARK, LIGHT, RADIUS, RADIUS_SMALL, Tokens


class Theme(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_tokens: Tokens = LIGHT


def current() -> Tokens:
    """The tokens in use."""
    return _tokens


def resolve(app: QApplication, theme: Theme) -> Tokens:
    """The tokens that a choice stands for on this system."""
    if theme is Theme.SYSTEM:
        return DARK if app.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT
    return DARK if theme is Theme.DARK else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> Tokens:
    """Sets style, palette and style sheet of the whole app."""
    global _tokens
    _tokens = resolve(app, theme)
    app.setStyle("Fusion")
    app.setPalette(_palette(_tokens))
    app.setStyleSheet(_sheet(_tokens))
    return _tokens


def frame_sheet(t: Tokens) -> str:
    """The frame around the page (rail, top, bottom) in another accent. It is set on these parts alone: a sheet for the whole app takes its time."""
    return f"""
    QWidget#top {{ border-bottom: 2px solid {t.accent}; }}
    QLabel[role="badge"] {{ color: {t.on_accent}; background: {t.accent}; }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[kind="primary"]:focus {{ border-color: {t.text}; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.raised}; color: {t.soft}; border-color: {t.line}; }}
    QPushButton[kind="rail"]:checked {{ background: {t.accent_soft}; }}
    QPushButton[kind="rail"]:focus {{ border-color: {t.accent}; }}
    """


def _palette(t: Tokens) -> QPalette:
    roles = QPalette.ColorRole
    colours = {
        roles.Window: t.window, roles.WindowText: t.text, roles.Base: t.surface, roles.AlternateBase: t.raised,
        roles.Text: t.text, roles.Button: t.raised, roles.ButtonText: t.text, roles.BrightText: t.fail,
        roles.Highlight: t.accent, roles.HighlightedText: t.on_accent, roles.ToolTipBase: t.raised, roles.ToolTipText: t.text,
        roles.PlaceholderText: t.soft, roles.Link: t.accent, roles.LinkVisited: t.accent, roles.Light: t.surface,
        roles.Midlight: t.raised, roles.Mid: t.line, roles.Dark: t.edge, roles.Shadow: t.edge, roles.Accent: t.accent,
    }  # fmt: skip
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.soft))
    return palette


def _folder() -> Path:
    """Where the style sheet's pictures lie: with the app's own files, or where anybody may write."""
    folder = data_folder() / "theme"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _elsewhere()
    return folder if os.access(folder, os.W_OK) else _elsewhere()


@cache
def _elsewhere() -> Path:
    made = tempfile.mkdtemp(prefix="selfaudit-theme-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def _controls(t: Tokens) -> str:
    """Boxes to tick, lists to choose from and numbers: Fusion alone draws their edges too faintly in the dark."""
    folder = _folder()
    tick, down, up = file("tick", t.on_accent, folder), file("down", t.text, folder), file("up", t.text, folder)
    boxes = "QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit"
    focus = ", ".join(f"{b}:focus" for b in boxes.split(", "))
    s = RADIUS_SMALL
    indicators = "QCheckBox::indicator, QTableView::indicator"
    checked = "QCheckBox::indicator:checked, QTableView::indicator:checked"
    spins = ("QSpinBox", "QDoubleSpinBox")

    def each(names: tuple[str, ...], part: str) -> str:
        return ", ".join(f"{name}::{part}" for name in names)

    return f"""
    {boxes} {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.edge}; border-radius: {s}px; padding: 4px 7px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    {focus} {{ border: 2px solid {t.accent}; padding: 3px 6px; }}
    QAbstractSpinBox QLineEdit {{ border: 0; padding: 0 4px; background: transparent; }}
    QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QDateEdit:disabled, QLineEdit:disabled, QPlainTextEdit:disabled {{
        color: {t.soft}; background: {t.window}; border-color: {t.line}; }}
    QComboBox::drop-down, QDateEdit::drop-down {{ subcontrol-origin: padding; subcontrol-position: center right; width: 24px; border: 0; }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
    {each(spins, "up-button")} {{ subcontrol-origin: border; subcontrol-position: top right; width: 22px; border: 0; }}
    {each(spins, "down-button")} {{ subcontrol-origin: border; subcontrol-position: bottom right; width: 22px; border: 0; }}
    {each(spins, "up-arrow")} {{ image: url("{up}"); width: 11px; height: 11px; }}
    {each(spins, "down-arrow")} {{ image: url("{down}"); width: 11px; height: 11px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px;
        selection-background-color: {t.accent_soft}; selection-color: {t.text}; }}
    {indicators} {{ width: 16px; height: 16px; border: 1px solid {t.edge}; border-radius: 4px; background: {t.surface}; }}
    {checked} {{ background: {t.accent}; border-color: {t.accent}; image: url("{tick}"); }}
    QCheckBox::indicator:focus {{ border: 2px solid {t.accent}; }}
    QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {t.edge}; border-radius: 8px; background: {t.surface}; }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.accent}; background: {t.surface}; }}
    QRadioButton::indicator:focus {{ border-color: {t.accent}; }}
    QRadioButton::indicator:disabled {{ border-color: {t.line}; }}
    """


def _sheet(t: Tokens) -> str:
    r, s = RADIUS, RADIUS_SMALL
    verdicts = "".join(
        f'QFrame#banner[verdict="{name}"] {{ background: {soft}; border: 1px solid {colour}; border-radius: {r}px; }}'
        f'QLabel[verdict="{name}"] {{ color: {colour}; }}'
        for name, colour, soft in (
            ("fail", t.fail, t.fail_soft), ("warn", t.warn, t.warn_soft), ("unclear", t.unclear, t.unclear_soft),
            ("good", t.good, t.good_soft), ("accent", t.accent, t.accent_soft),
        )
    )  # fmt: skip
    return f"""
    * {{ outline: 0; }}
    QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.edge}; padding: 4px; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
    QWidget#rail {{ background: {t.surface}; border-right: 1px solid {t.line}; }}
    QWidget#top, QWidget#bottom {{ background: {t.surface}; }}
    QWidget#top {{ border-bottom: 1px solid {t.line}; }}
    QWidget#bottom {{ border-top: 1px solid {t.line}; }}
    QFrame#card {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {r}px; }}
    QFrame#zone {{ background: {t.window}; border: 1px dashed {t.edge}; border-radius: {r}px; }}
    QLabel[role="soft"] {{ color: {t.soft}; }}
    QLabel[role="badge"] {{ color: {t.on_accent}; background: {t.accent}; border-radius: {s}px; padding: 2px 8px; font-weight: 600; }}
    {verdicts}
    QPushButton {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.edge}; border-radius: {s}px; padding: 6px 14px; min-height: 20px; }}
    QPushButton:hover {{ background: {t.raised}; }}
    QPushButton:pressed {{ background: {t.line}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 5px 13px; }}
    QPushButton:disabled {{ color: {t.soft}; border-color: {t.line}; background: {t.window}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent}; font-weight: 600; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.raised}; color: {t.soft}; border-color: {t.line}; }}
    QPushButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent; color: {t.accent}; padding: 6px 8px; }}
    QPushButton[kind="quiet"]:hover {{ background: {t.raised}; }}
    QPushButton[kind="quiet"]:focus {{ border: 2px solid {t.accent}; padding: 5px 7px; }}
    QPushButton[kind="quiet"]:disabled {{ color: {t.soft}; }}
    QPushButton[kind="thumb"] {{ background: {t.raised}; border: 1px solid {t.line}; padding: 2px; }}
    QPushButton[kind="thumb"]:hover {{ border-color: {t.accent}; }}
    QPushButton[kind="thumb"]:checked {{ border: 2px solid {t.accent}; padding: 1px; background: {t.accent_soft}; }}
    QPushButton[kind="thumb"]:focus {{ border: 3px solid {t.accent}; padding: 0; }}
    QPushButton[kind="line"] {{ background: transparent; border: 1px solid transparent; color: {t.text}; padding: 0; text-align: left;
        min-height: 18px; }}
    QPushButton[kind="line"]:hover {{ color: {t.accent}; }}
    QPushButton[kind="line"]:focus {{ border: 1px solid {t.accent}; padding: 0; }}
    QPushButton[kind="rail"] {{ background: transparent; border: 1px solid transparent; border-radius: {s}px; text-align: left; padding: 0; }}
    QPushButton[kind="rail"]:hover {{ background: {t.raised}; }}
    QPushButton[kind="rail"]:checked {{ background: {t.accent_soft}; }}
    QPushButton[kind="rail"]:focus {{ border: 2px solid {t.accent}; padding: 0; }}
    QPushButton[kind="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {r}px; text-align: left; padding: 0; }}
    QPushButton[kind="card"]:hover {{ border-color: {t.accent}; background: {t.surface}; }}
    QPushButton[kind="card"]:focus {{ border: 2px solid {t.accent}; padding: 0; }}
    QLineEdit, QPlainTextEdit {{
        background: {t.surface}; color: {t.text}; border: 1px solid {t.edge}; border-radius: {s}px; padding: 5px 7px;
        placeholder-text-color: {t.soft}; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus {{
        border: 2px solid {t.accent}; padding: 4px 6px; }}
    QLineEdit[readOnly="true"], QPlainTextEdit[readOnly="true"] {{ background: {t.code}; border-color: {t.line}; }}
    QTableView, QTreeView, QListView {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {r}px; gridline-color: {t.line};
        selection-background-color: {t.accent_soft}; selection-color: {t.text}; }}
    QTableView:focus, QTreeView:focus, QListView:focus {{ border: 2px solid {t.accent}; }}
    QTableView::item {{ padding: 4px 8px; }}
    QHeaderView {{ background: {t.surface}; }}
    QHeaderView::section {{ background: {t.surface}; color: {t.soft}; border: 0; border-bottom: 1px solid {t.line}; padding: 6px 11px; font-weight: 600; }}
    QTabWidget::pane {{ border: 1px solid {t.line}; border-radius: {s}px; top: -1px; background: {t.surface}; }}
    QTabBar::tab {{ background: transparent; color: {t.soft}; padding: 6px 12px; border: 1px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.accent}; font-weight: 600; border-bottom: 2px solid {t.accent}; }}
    QTabBar::tab:focus {{ border: 2px solid {t.accent}; border-radius: {s}px; }}
    QProgressBar {{ background: {t.raised}; border: 0; border-radius: 4px; height: 8px; max-height: 8px; text-align: center; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
    QSplitter::handle {{ background: transparent; }}
    QCheckBox, QRadioButton {{ spacing: 8px; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; text-decoration: underline; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {t.edge}; border-radius: 4px; min-height: 32px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {t.edge}; border-radius: 4px; min-width: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    {_controls(t)}
    """
