"""A small bundle, whose reports are stubs."""

from __future__ import annotations

import pytest

from selfaudit.case import Case, Target
from tests.report.bundle.build import DOMAIN, small_audit, small_bundle, stub_reports


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Of one domain, for one case of a provider whose policy is known."""
    stub_reports(monkeypatch)
    return small_bundle(small_audit(Case((Target("domain", DOMAIN),), number="T-1", provider="ofsecman.io")))
