"""Small parts that the pages are made of. Each has an accessible name, and shows outside text as plain text only."""

from selfaudit_ui.widgets.basics import (
    Body,
    Line,
    Text,
    button,
    card,
    clear,
    column,
    flush,
    heading,
    line_edit,
    mono,
    named,
    reveal,
    row,
    scroll,
    soft,
)
from selfaudit_ui.widgets.blocks import Banner, CardButton, Copyable, OutcomeBar, StateLine

__all__ = [
    "Banner", "Body", "CardButton", "Copyable", "Line", "OutcomeBar", "StateLine", "Text", "button", "card", "clear", "column", "flush", "heading",
    "line_edit", "mono", "named", "reveal", "row", "scroll", "soft",
]  # fmt: skip
