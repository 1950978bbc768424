"""A content in which every field holds a word of its own, for tests that each of them is drawn."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import Any, Union, get_args, get_origin, get_type_hints

from selfaudit.report.content import Content
from selfaudit.report.content.model import FindingGroup


class Filler:
    """Fills dataclasses. `words` are the texts that were used, by the name of their field, and numbers as they are shown."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []
        self._numbers = count(1)

    def fill(self, kind: Any, name: str) -> Any:
        """A value of a type with words that stand nowhere else."""
        if is_dataclass(kind) and isinstance(kind, type):
            hints = get_type_hints(kind)
            return kind(**{f.name: self.fill(hints[f.name], f"{kind.__name__}.{f.name}") for f in fields(kind)})
        origin, parts = get_origin(kind), get_args(kind)
        if origin in (types.UnionType, Union):
            return self.fill(next(p for p in parts if p is not type(None)), name)
        if origin is tuple:
            return tuple(self.fill(p, name) for p in (parts[:1] if parts[-1] is Ellipsis else parts))
        if kind is bool:
            return True
        number = next(self._numbers)
        if kind is int:
            self.words.append((name, str(700_000 + number)))
            return 700_000 + number
        assert kind is str, (kind, name)
        self.words.append((name, f"word{number}x"))
        return f"word{number}x"


def filled_content() -> tuple[Content, list[tuple[str, str]]]:
    """A content with one of everything, and (field, word) of all that must be seen of it. Findings are told in full."""
    filler = Filler()
    content = filler.fill(Content, "Content")
    (group,) = content.groups
    assert isinstance(group, FindingGroup)
    return replace(content, groups=(replace(group, folded=False),)), filler.words
