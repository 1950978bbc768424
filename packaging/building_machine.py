"""What the frozen app is told in place of the building machine's settings (sysconfig): nothing. They name its folders and are of no use elsewhere."""

from __future__ import annotations

build_time_vars: dict[str, object] = {}
