"""What is no file of the collector is refused in words that say what it looks like and what to do."""

from __future__ import annotations

import gzip

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, PartStatus
from selfaudit.protocols.collector import make_text, read_collector

META = HostPart("meta", PartStatus.OK, ("time=2026-11-22T05:40:00Z",))
HOST = HostPart("host", PartStatus.OK, ("name=web1.blumenhof.example",))
NAMELESS = HostPart("host", PartStatus.OK, ("fqdn=web1.blumenhof.example",))

REFUSED: list[tuple[bytes, str]] = [
    (b"", "nothing in the file"),
    (b" \r\n\t\n", "nothing in the file"),
    (b"\xff\xfe", "nothing in the file"),
    (b"<!DOCTYPE html>\n<html>", "a web page"),
    (b"\n<HTML>", "a web page"),
    (b"<?xml version='1.0'?>", "an XML file"),
    (b'{"schema": "selfaudit/case/1"}', "a JSON file"),
    (b"PK\x03\x04\x14\0\0\0collect.txt", "a ZIP archive"),
    (b"PK\x03\x04\x14\0[Content_Types].xml word/document.xml", "an office document"),
    (b"%PDF-1.7\n", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\x7fELF\x02", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an office document"),
    (gzip.compress(b"%PDF", mtime=0), "not what the collector writes"),
    (gzip.compress(b"x" * 1000, mtime=0)[:-12] + b"\0" * 12, "damaged"),
    (b"\x1f\x8b\x08\xff\xff", "damaged"),
    (b"\x1f\x8b\x08", "nothing in the file"),
    (b"#!/bin/sh\n# reads, changes nothing\nprintf 'selfaudit-collector 1\\n'\n", "a script"),
    (b"#!/bin/sh\nsay selfaudit-collector 1\n", "a script"),
    (b"<#\n.SYNOPSIS\n  What the server is\n#>\nparam([switch]$Compact)\n", "a script"),
    (b"\xef\xbb\xbf[CmdletBinding()]\r\nparam()\r\n", "a script"),
    (b"sh: 0: cannot open collect.sh: No such file\n", "the server says “sh: 0: cannot open collect.sh: No such file”"),
    (b"-bash: collect.sh: command not found\n", "command not found"),
    (b"\x1b[1m-bash: ./collect.sh: Permission denied\r\n", r"\\x1b\[1m-bash: ./collect.sh: Permission denied”"),
    (b"collect.ps1 cannot be loaded because running scripts is disabled on this system.", "cannot be loaded"),
    (b"Dear support,\nhere is my file\n", "begins with “selfaudit-collector 1”"),
    (b"selfaudit-collector\n", "begins with"),
    (b"\0" * 100, "begins with"),
    (b"selfaudit-collector 2\n@ meta ok 0 491495082\n", "format 2"),
    (b"selfaudit-collector 01\n", "format 01"),
    (b"selfaudit-collector 1\n", "begins with"),
    (b"selfaudit-collector 1\n|a\n", "begins with"),
    (b"selfaudit-collector 1\n@ end ok 0 1409623896\n", "when it was made"),
    (b"x" * 4_000_001, "larger than 4000000"),
    (gzip.compress(b"\0" * 100_000_000, mtime=0), "unpacks to more than 4000000"),
    (b"selfaudit-collector 1\n" + b"|\n" * 20_001, "more than 20000 lines"),
    (b"selfaudit-collector 1\n" + b"@ a ok 0 3396324067\n" * 201, "more than 200 parts"),
    (b"\n" * 200_001, "more than 200000 lines"),
    (make_text([META]).encode(), "which server"),
    (make_text([META, NAMELESS]).encode(), "which server"),
    (make_text([HOST]).encode(), "when it was made"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_is_no_file_of_the_collector(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_collector(data, via="file", received="2026-11-22T06:10:00Z")
