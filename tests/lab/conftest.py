"""The laboratories, each made once for all tests of this folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.exposed import ExposedLaboratory
from tests.lab.laboratory import Laboratory
from tests.lab.runs import Runs


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The daemons, started and, whatever happens, ended."""
    folder = tmp_path_factory.mktemp("lab")
    for parent in folder.parents[:2]:
        parent.chmod(0o755)  # rbldnsd reads its lists as another user
    made = Laboratory(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def runs() -> Iterator[Runs]:
    """The laboratory of exposed servers, and the audits made in it so far."""
    # Not pytest's folder: every start of pytest closes that to other users, and mail servers write as one all the time.
    with tempfile.TemporaryDirectory(prefix="selfaudit-lab-", ignore_cleanup_errors=True) as folder:
        made = ExposedLaboratory(Path(folder))
        try:
            made.start()
            yield Runs(made)
        finally:
            made.stop()
