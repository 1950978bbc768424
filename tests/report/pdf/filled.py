"""A report's content with every field filled, by the types of the fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from selfaudit.report.content.model import BasisRow, ClauseLine, Content, FindingRow, Sign

# Not drawn: they choose a colour, a place, or the look of the whole document.
UNDRAWN = {"tone", "place", "explained_at", "seen_at", "accent", "accent_dark", "logo", "language", "family"}


class Filler:
    """Fills content with texts from a function.

    Args:
        text: gives the text of a field, by its name.
        many: how many items each list gets.
    """

    def __init__(self, text: Callable[[str], str], many: int = 2) -> None:
        self._text, self._many = text, many
        self._places: Iterator[int] = iter(range(1, 10**6))

    def content(self) -> Content:
        """A whole report."""
        return dataclasses.replace(self.make(Content), language="en", accent="#1d5c8f", logo="", made="2026-11-22 12:35")

    def make(self, kind: Any, name: str = "") -> Any:
        """A value of a type."""
        if isinstance(kind, types.UnionType):
            return self.make(next(a for a in typing.get_args(kind) if a is not type(None)), name)
        if typing.get_origin(kind) is tuple:
            items = typing.get_args(kind)
            if items[-1] is Ellipsis:
                return tuple(self.make(items[0], name) for _number in range(self._many))
            return tuple(self.make(item, name) for item in items)
        if kind is str:
            return self._text(name) if name not in UNDRAWN else ""
        if kind is int:
            return 7
        if kind is bool:
            return name in ("blocks", "core", "stated", "critical", "pay", "ready")
        if kind is Sign:
            return Sign("fail", "✗", self._text("word"))
        hints = typing.get_type_hints(kind)
        made = kind(**{f.name: self.make(hints[f.name], f.name) for f in dataclasses.fields(kind)})
        if kind is FindingRow:
            made = dataclasses.replace(made, clauses=tuple((a, b, "") for a, b, _place in made.clauses))
        if kind in (BasisRow, ClauseLine):
            return made
        return dataclasses.replace(made, place=f"p{next(self._places)}") if "place" in hints else made


def texts_of(value: Any) -> Iterator[str]:
    """Every drawn text of a content."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in UNDRAWN:
                yield from texts_of(getattr(value, field.name))
