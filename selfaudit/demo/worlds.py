"""One text for three worlds: lines that are not of every world say of which they are."""

from __future__ import annotations

import re

_MARK = re.compile(r"\s*;;\s*(?P<worlds>[a-z ]+)\Z")


def lines_of_world(text: str, world: str) -> str:
    """The lines that belong to a world, without their marks: those without one, and those that end in ";; world world"."""
    kept = []
    for line in text.splitlines():
        mark = _MARK.search(line)
        if mark is None:
            kept.append(line)
        elif world in mark["worlds"].split():
            kept.append(line[: mark.start()])
    return "\n".join(kept) + "\n"
