"""The scripts of packaging/, which is no package, as modules; and what is installed here, looked at once."""

from __future__ import annotations

import copy
import functools
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def script(name: str) -> ModuleType:
    """A file of packaging/ as a module; those that it imports from beside it are found, too."""
    if str(PACKAGING) not in sys.path:
        sys.path.append(str(PACKAGING))
    return importlib.import_module(name)


@functools.cache
def _facts() -> dict[str, Any]:
    found: dict[str, Any] = script("inventory").look(sys.executable)
    return found


def facts() -> dict[str, Any]:
    """What environment.py says about the environment of the tests; may be changed."""
    return copy.deepcopy(_facts())


@functools.cache
def components() -> tuple[Any, ...]:
    """The inventory of this environment."""
    found: tuple[Any, ...] = script("inventory").inventory(_facts())
    return found
