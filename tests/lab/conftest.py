"""One laboratory for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.laboratory import Laboratory


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
