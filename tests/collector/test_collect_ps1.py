"""The collector for Windows, as far as a text can be judged without PowerShell: its form, its parts, and that it only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.collector.reading import SCRIPT, cksum, documented

POWERSHELL = SCRIPT.with_name("collect.ps1")
OWN = {
    "Get-Cksum", "Get-Sha256", "Get-Utc", "Get-YesNo", "Get-Setting", "Get-Field", "Get-Status", "Get-Installed", "ConvertTo-Clean", "Write-Part",
}  # fmt: skip
# Verbs of cmdlets that change nothing; of the others only the named ones.
READING = {"Get", "Select", "Where", "ForEach", "Sort", "Measure", "ConvertTo", "Test"}
HARMLESS = {"New-Object", "Write-Output", "Set-StrictMode", *OWN}
PAIRS = {"}": "{", ")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # code, text, comment
    value: str
    line: int


def tokens(source: str) -> Iterator[Token]:
    """Code, strings and comments of a PowerShell script without here-strings; raises ValueError for one that does not end."""
    at, line, code = 0, 1, ""
    while at < len(source):
        char = source[at]
        if char == "`":
            code, at = code + source[at : at + 2], at + 2
            continue
        if char == "#" and (not code or code[-1] in " \n\t;{}()"):
            end = source.find("\n", at)
            end = len(source) if end < 0 else end
            yield Token("code", code, line)
            yield Token("comment", source[at:end], line)
            code, at = "", end
            continue
        if char in "'\"":
            end = at + 1
            while True:
                if end >= len(source):
                    raise ValueError(f"a string that begins in line {line} does not end")
                if char == '"' and source[end] == "`":
                    end += 2
                elif source[end] != char:
                    end += 1
                elif source[end + 1 : end + 2] == char:
                    end += 2
                else:
                    break
            yield Token("code", code, line)
            yield Token("text", source[at : end + 1], line)
            line += source.count("\n", at, end + 1)
            code, at = "", end + 1
            continue
        if char == "\n":
            line += 1
        code += char
        at += 1
    yield Token("code", code, line)


def unbalanced(source: str) -> str:
    """What is wrong with the brackets of a script, "" for nothing."""
    open_: list[str] = []
    for token in tokens(source):
        if token.kind != "code":
            continue
        for char in token.value:
            if char in PAIRS.values():
                open_.append(char)
            elif char in PAIRS and (not open_ or open_.pop() != PAIRS[char]):
                return f"{char} before line {token.line}"
    return "".join(open_)


@pytest.fixture(scope="module")
def source() -> str:
    return POWERSHELL.read_bytes().decode("ascii")


@pytest.fixture(scope="module")
def code(source: str) -> str:
    """The script without comments; strings are empty."""
    return "".join("''" if t.kind == "text" else t.value for t in tokens(source) if t.kind != "comment")


def test_the_tokenizer_itself() -> None:
    assert unbalanced("if ($a) { 'it''s }' + \"`\"}\" } # }") == ""
    assert unbalanced("{ ( }") != ""
    assert unbalanced("{") == "{"
    with pytest.raises(ValueError, match="line 2"):
        list(tokens("\n'abc"))


def test_form(source: str) -> None:
    assert unbalanced(source) == ""
    assert "\t" not in source
    assert "\r" not in source
    assert not re.search(r"(?<![*])@['\"]$", source, re.MULTILINE), "a here-string"
    for line in source.splitlines():
        assert line == line.rstrip()


def test_every_part_of_the_contract_in_its_order(source: str) -> None:
    names: list[str] = []
    for match in re.finditer(
        r"Write-Part '([a-z0-9.-]+)' \d+ \{|foreach \(\$name in ((?:'[a-z0-9.-]+'(?:, )?)+)\) \{\n    Write-Part", source
    ):
        names += [match[1]] if match[1] else re.findall(r"'([^']+)'", match[2])
    assert names == [*documented(), "end"]


def test_only_reading_cmdlets(code: str) -> None:
    used = set(re.findall(r"(?<![\w$.:\\-])[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+", code))
    assert "Get-CimInstance" in used
    assert {name for name in used if name.partition("-")[0] not in READING} <= HARMLESS
    assert set(re.findall(r"^function ([\w-]+)", code, re.MULTILINE)) == OWN
    assert not re.search(r"(?<![-=|$<])>(?!=)", code), "a redirection would write a file"
    for word in (
        "iex",
        "WebClient",
        "HttpClient",
        "WebRequest",
        "StreamWriter",
        "WriteAll",
        "Delete",
        "SetValue",
        "Kill",
        "Stop",
        "Install(",
        "Download",
    ):
        assert not re.search(rf"\b{re.escape(word)}", code), word
    assert not re.search(r"&(?! \$Block)", code), "no other program is run"


def test_nothing_is_asked_of_the_network(code: str) -> None:
    assert code.count("CreateUpdateSearcher()") == code.count("$searcher.Online = $false") == 2
    assert "Resolve-" not in code
    assert "GetHostEntry" not in code


def test_no_large_hexadecimal_numbers(code: str) -> None:
    """PowerShell 5.1 reads 0x80000000 as a negative number."""
    assert not re.search(r"0x[0-9a-fA-F]{8}", code)


def test_check_sum_by_table() -> None:
    """The script's way of computing cksum, in its own steps."""
    table = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = ((value << 1 & 0xFFFFFFFF) ^ 79764919) if value & 2147483648 else value << 1 & 0xFFFFFFFF
        table.append(value)
    for content in (b"", b"|a\n", b"x" * 70_000):
        crc = 0
        for octet in content:
            crc = (crc << 8 & 0xFFFFFFFF) ^ table[crc >> 24 ^ octet]
        length = len(content)
        while length:
            crc = (crc << 8 & 0xFFFFFFFF) ^ table[crc >> 24 ^ length & 255]
            length >>= 8
        assert crc ^ 0xFFFFFFFF == cksum(content)


def test_both_collectors_are_one_version(source: str) -> None:
    numbers = [re.search(r"(?m)^\$?V(?:ERSION|ersion) ?= ?'?([0-9.]+)", text) for text in (source, SCRIPT.read_text("ascii"))]
    assert [n[1] for n in numbers if n] == ["1.0.0", "1.0.0"]
