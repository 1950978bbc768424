"""What was seen, never what it means: frozen dataclasses, one module per kind of evidence."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from selfaudit.facts.base import Fact, FailureReason, ProbeFailure, Request, kinds

__all__ = ["Fact", "FailureReason", "ProbeFailure", "Request", "fact_types"]


@cache
def fact_types() -> dict[str, type[Fact]]:
    """Every kind of fact by its name, as discovered in this package."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(kinds.items()))
