"""The laboratories, each made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.exposed import ExposedLaboratory
from tests.lab.laboratory import Laboratory
from tests.lab.runs import Runs


def _folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    folder = tmp_path_factory.mktemp(name)
    for parent in folder.parents[:2]:
        parent.chmod(0o755)  # some daemons read their files as another user
    return folder


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The daemons, started and, whatever happens, ended."""
    made = Laboratory(_folder(tmp_path_factory, "lab"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """The laboratory of exposed servers, and the audits made in it so far."""
    made = ExposedLaboratory(_folder(tmp_path_factory, "exposed"))
    try:
        made.start()
        yield Runs(made)
    finally:
        made.stop()
