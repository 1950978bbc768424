"""Packs beside the checks that there are: `policy` itself knows no checks."""

from __future__ import annotations

from selfaudit.checks import all_checks
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.policy.model import Pack


def known_checks() -> frozenset[str]:
    """Ids and families of all checks."""
    ids = set(all_checks())
    return frozenset(ids | {i.partition(".")[0] for i in ids})


def check_pack_checks(pack: Pack) -> None:
    """Raises BadInput if a pack names a check that does not exist."""
    known = known_checks()
    for where, names in (("parameters.approvable", pack.parameters.approvable), *((c.id, c.checks) for c in pack.clauses)):
        for name in names:
            if name not in known:
                raise BadInput(f"{where}: {phrase('there is no check “{name}”', name=name)}")
