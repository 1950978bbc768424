"""What stands in the documentation: blocks of code, commands, links, headings. Only as much Markdown as these pages use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
COMMANDS = ("sh", "console")
DATA = ("toml", "json", "python", "text")
_FENCE = re.compile(r"(?P<blank> *)(?P<mark>`{3,}|~{3,})(?P<language>.*)")
_INDENTED = re.compile(
    r"(?: {4,}|\t)(?:\$ )?(?P<command>(?:\S*/)?(?:selfaudit|make|minisign|dig|python3?|sh|printf|unzip)(?: .*)?)$"
)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(?<!\\)!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?(?P<to>[^)\s>]+)>?\s*\)")
_HEADING = re.compile(r"#{1,6} (?P<words>.+?)\s*#*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its page, the line of its first text, its language, and its text without the indentation of the fence."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        """For people."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def name_of(page: Path) -> str:
    """A page by its path in the repository."""
    return str(page.relative_to(ROOT))


def split(page: Path) -> tuple[list[Block], list[tuple[int, str]]]:
    """The blocks of a page, and its other lines with their numbers."""
    blocks: list[Block] = []
    rest: list[tuple[int, str]] = []
    fence: re.Match[str] | None = None
    held: list[str] = []
    begun = 0
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        found = _FENCE.fullmatch(line)
        if fence is None:
            if found:
                fence, held, begun = found, [], number + 1
            else:
                rest.append((number, line))
        elif found and found["mark"].startswith(fence["mark"]) and not found["language"].strip():
            blocks.append(Block(page, begun, fence["language"].strip(), "\n".join(held)))
            fence = None
        else:
            held.append(line.removeprefix(fence["blank"]))
    assert fence is None, f"{name_of(page)}:{begun}: a block without an end"
    return blocks, rest


def commands_in(page: Path) -> Iterator[tuple[str, str]]:
    """(place, command) of each command of a page, lines that go on joined. Comments stay."""
    blocks, rest = split(page)
    for block in blocks:
        if block.language not in COMMANDS:
            continue
        for number, line in joined(block):
            prompt = block.language == "console"
            if prompt and not line.startswith("$ "):
                continue  # what was printed
            command = line.removeprefix("$ ").strip()
            if command and not command.startswith("#"):
                yield f"{name_of(page)}:{number}", command
    for number, line in rest:
        if found := _INDENTED.fullmatch(line):
            yield f"{name_of(page)}:{number}", found["command"]


def joined(block: Block) -> Iterator[tuple[int, str]]:
    """The lines of a block with their numbers; one that ends in a backslash goes on in the next."""
    held, begun = "", 0
    for number, line in enumerate(block.text.splitlines(), block.line):
        begun = begun or number
        if line.endswith("\\"):
            held += line.removesuffix("\\").rstrip() + " "
            continue
        yield begun, held + (line.lstrip() if held else line)
        held, begun = "", 0
    assert not held, f"{block.where}: ends in a backslash"


def spans_in(page: Path) -> Iterator[tuple[str, str]]:
    """(place, text) of what stands between backquotes within lines."""
    for number, line in split(page)[1]:
        for found in _SPAN.finditer(line):
            yield f"{name_of(page)}:{number}", found[1]


def links_in(page: Path) -> Iterator[tuple[str, str]]:
    """(place, target) of each link and picture."""
    for number, line in split(page)[1]:
        for found in _LINK.finditer(_SPAN.sub("", line)):
            yield f"{name_of(page)}:{number}", found["to"]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for _number, line in split(page)[1]:
        if heading := _HEADING.fullmatch(line):
            words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading["words"]).lower()
            base = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            anchor, again = base, 0
            while anchor in found:
                again += 1
                anchor = f"{base}-{again}"
            found.add(anchor)
    return found
