"""What the configured package sources can give: without the archive of security updates, none can show up."""

from __future__ import annotations

import re

from selfaudit.facts.host import HostReport

# The archive of security updates, by its usual suite ("bookworm-security", before Debian 11 "buster/updates"), its path or Freexian's extended support.
_SECURITY = re.compile(r"security|/updates\b|freexian|extended-lts|elts", re.IGNORECASE)
_SOURCE = re.compile(r"\s*(?:deb\s|URIs\s*:|Suites\s*:|\S+[|:]\s*deb\s)", re.IGNORECASE)
# Suites of Debian that carry their own security updates.
_WITHOUT = re.compile(r"\b(?:sid|unstable|testing|experimental)\b|snapshot", re.IGNORECASE)


def lacks_security_source(report: HostReport) -> bool:
    """Whether the sources of a Debian release are all named and none of them is an archive of security updates."""
    part = report.part("packages.sources")
    lines = report.lines("packages.sources")
    if part is None or not lines or part.cut:
        return False
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return any(_SOURCE.match(line) for line in text.splitlines()) and not (_SECURITY.search(text) or _WITHOUT.search(text))
