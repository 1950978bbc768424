"""Where results cannot be written, this is said before anything is done, with the name that the person gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfaudit.cli.run import check_outputs
from selfaudit.errors import UserError


def test_the_folder_is_named_and_not_a_file_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", "utf-8")
    with pytest.raises(UserError) as error:
        check_outputs(taken, "")
    assert str(error.value) == f"{taken}: cannot be written (File exists)"

    def read_only(path: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "write_bytes", read_only)
    with pytest.raises(UserError) as error:
        check_outputs(tmp_path / "out", "")
    assert str(error.value) == f"{tmp_path / 'out'}: cannot be written (Permission denied)"


def test_a_folder_that_can_be_written_stays_empty(tmp_path: Path) -> None:
    check_outputs(tmp_path / "a/b", "")
    assert list((tmp_path / "a/b").iterdir()) == []
