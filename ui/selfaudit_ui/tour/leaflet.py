"""The leaflet, as the tour's last stop saves it. Knows nothing of Qt; the rooms that draw are loaded when they are needed."""

from __future__ import annotations

from pathlib import Path

from selfaudit.engine import Audit
from selfaudit.engine.evidence import write_whole


def write_leaflet(path: Path, provider: str, before: Audit | None = None, after: Audit | None = None) -> None:
    """Writes the leaflet as PDF, in the chosen language.

    Args:
        path: the file.
        provider: whose leaflet it is, by id, name or alias; "" for the demo's provider.
        before: the demo's audit on the day of the suspension, None to make it now.
        after: the one after fixing, None to make it now.

    Raises:
        UserError: the provider is not known, or the file cannot be made or written.
    """
    from selfaudit.demo.leaflet import leaflet_for

    write_whole(path, leaflet_for(provider, before, after))
