"""Notices from files and from what was pasted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from selfaudit.engine.notices import read_notice_file, read_notice_text
from selfaudit.errors import UserError
from tests.protocols.notice.samples import FOLDER


def test_a_file_and_pasted_text_are_the_same_notice() -> None:
    path = FOLDER / "pasted.txt"
    assert read_notice_file(path) == read_notice_text(path.read_text("utf-8"))


def test_the_name_of_a_table_tells_its_kind() -> None:
    assert read_notice_file(FOLDER / "2026-11-18-event4_sinkhole-blumenhof-asn.csv").topics == ("compromise",)


@pytest.mark.parametrize("text", ["", "\x00\x01\x02\x03"])
def test_what_cannot_be_read_is_one_line(text: str) -> None:
    with pytest.raises(UserError, match=r"^This notice cannot be read: "):
        read_notice_text(text)


def test_half_a_letter_is_text_without_meaning() -> None:
    assert read_notice_text("\ud800").topics == ()


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_notice_file(tmp_path / "absent.eml")
    with pytest.raises(UserError, match="not a file"):
        read_notice_file(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UserError, match="not a file"):
        read_notice_file(pipe)
    large = tmp_path / "large.eml"
    large.write_bytes(b"a" * 20_000_001)
    with pytest.raises(UserError, match="larger than 20000000"):
        read_notice_file(large)
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match=r"a\.zip: this is an archive"):
        read_notice_file(archive)
