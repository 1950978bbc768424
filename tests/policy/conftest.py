"""No test leaves a folder of packs behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from selfaudit.policy.packs import use_folder


@pytest.fixture(autouse=True)
def no_own_packs() -> Iterator[None]:
    use_folder(None)
    yield
    use_folder(None)
