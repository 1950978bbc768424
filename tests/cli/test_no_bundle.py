"""What begins as an archive and is no bundle at all is told apart from a bundle that was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.report.bundle.archive import first_name
from tests.report.bundle.build import small_bundle, stub_reports

Out = pytest.CaptureFixture[str]


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bytes:
    stub_reports(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return small_bundle()


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 manifest.json", b"PK\x03\x04" + b"\xff" * 40 + b"manifest.json", b"PK\x03\x04", b"manifest.json"]
)
def test_no_member_is_no_bundle(bundle: bytes, data: bytes, capfd: Out) -> None:
    assert bundle
    Path("x.zip").write_bytes(data)
    assert run(["verify", "x.zip"]) == 2
    assert "not a bundle of selfaudit" in capfd.readouterr().err
    assert first_name(data) == ""


def test_a_bundle_that_was_cut_is_one(bundle: bytes, capfd: Out) -> None:
    assert first_name(bundle) == "report.pdf"
    for end in (-1, -100, 50):
        Path("x.zip").write_bytes(bundle[:end])
        assert run(["verify", "x.zip"]) == 1, end
        assert "Do not rely on this bundle" in capfd.readouterr().out
