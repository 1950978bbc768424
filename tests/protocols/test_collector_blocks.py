"""Blocks pasted from a console: in any order, doubled, wrapped and quoted; what lacks or contradicts itself is named by its number."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable

import pytest

from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.collector import MAX_TEXT, Paste, make_blocks, read_blocks


def text_of(seed: str) -> bytes:
    """A text that does not pack well and needs several blocks."""
    return "".join(hashlib.sha256(f"{seed}{n}".encode()).hexdigest() + "\n" for n in range(200)).encode()


TEXT = text_of("a")
OTHER = text_of("b")
BLOCKS = make_blocks(TEXT)
RUN, OTHER_RUN = f"{cksum(TEXT):08x}", f"{cksum(OTHER):08x}"


def split(blocks: str) -> list[str]:
    return ["-----BEGIN" + b for b in blocks.split("-----BEGIN")[1:]]


EACH = split(BLOCKS)
OTHERS = split(make_blocks(OTHER))
N = len(EACH)


def block(data: bytes, run: str, number: int, total: int) -> str:
    body = base64.b64encode(data).decode()
    return f"-----BEGIN SELFAUDIT {run} {number}/{total}-----\n{body}\n-----END SELFAUDIT {run} {number}/{total} {cksum(body.encode())}-----\n"


def whole(paste: Paste) -> bool:
    return paste == Paste(RUN, N, tuple(range(1, N + 1)), (), (), (), TEXT, "")


def test_the_form() -> None:
    assert 3 < N < 20
    lines = BLOCKS.splitlines()
    assert lines[0] == f"-----BEGIN SELFAUDIT {RUN} 1/{N}-----"
    assert lines[25] == f"-----END SELFAUDIT {RUN} 1/{N} {cksum(''.join(lines[1:25]).encode())}-----"
    assert {len(line) for line in lines[1:25]} == {64}
    assert make_blocks(TEXT) == BLOCKS
    with pytest.raises(ValueError, match="999"):
        make_blocks(b"".join(hashlib.sha512(str(n).encode()).digest() for n in range(20_000)))


def short_marks(text: str) -> str:
    return textwrap.fill(text.replace("\n", " "), 40, break_long_words=True, break_on_hyphens=False)


CHANGES: dict[str, Callable[[str], str]] = {
    "as it is": lambda t: t,
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "backwards": lambda t: "".join(reversed(split(t))),
    "twice": lambda t: t + t,
    "a copy cut off first": lambda t: split(t)[0][:300] + t,
    "a damaged copy first": lambda t: split(t)[1].replace("\n", "\nQ", 1) + t,
    "a damaged copy last": lambda t: t + split(t)[1].replace("\n", "\nQ", 1),
    "quoted": lambda t: "".join(f"> {line}\n" for line in t.splitlines()),
    "quoted twice": lambda t: "".join(f">> {line}\n" for line in t.splitlines()),
    "indented": lambda t: textwrap.indent(t, "\t  "),
    "blanks at ends": lambda t: t.replace("\n", "   \n"),
    "empty lines": lambda t: t.replace("\n", "\n\n"),
    "prompts between": lambda t: "root@web1:~# sh c --compact\n" + t.replace("-----BEGIN", "root@web1:~# \n-----BEGIN") + "root@web1:~# ",
    "a pager between lines": lambda t: "\n".join(x + ("\n--More--(12%)" if n % 20 == 7 else "") for n, x in enumerate(t.splitlines())),
    "markers on one line": lambda t: t.replace("-----\n-----", "----- -----"),
    "wrapped at 20": lambda t: re.sub(r"(.{20})", r"\1\n", t),
    "wrapped at 37": lambda t: re.sub(r"(.{37})", r"\1\n", t),
    "wrapped at 48": lambda t: re.sub(r"(.{48})", r"\1\n", t),
    "reflowed": short_marks,
    "one line": lambda t: t.replace("\n", " "),
    "no line ends at all": lambda t: t.replace("\n", ""),
    "long dashes": lambda t: t.replace("-----", "\u2014\u2014\u2013"),
    "blanks that do not break": lambda t: t.replace(" ", "\u00a0"),
    "characters not seen": lambda t: t.replace("\n", "\u200b\n"),
    "upper case": lambda t: t.replace(RUN, RUN.upper()),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_a_console_and_an_editor_do_is_undone(change: Callable[[str], str]) -> None:
    changed = change(BLOCKS)
    assert whole(read_blocks(changed))


def test_a_plain_text_in_blocks_without_gzip() -> None:
    data = b"selfaudit-collector 1\n"
    run = f"{cksum(data):08x}"
    assert read_blocks(block(data[:9], run, 1, 2) + block(data[9:], run, 2, 2)).text == data
    assert read_blocks(block(data, run, 1, 1).replace("=", "")).text is None  # its own check sum does not fit any more


def test_what_lacks_is_named() -> None:
    paste = read_blocks("".join(EACH[2:]))
    assert (paste.id, paste.total, paste.have, paste.missing, paste.bad) == (RUN, N, tuple(range(3, N + 1)), (1, 2), ())
    assert paste.text is None
    assert paste.problem == f"of {N} blocks these are not there yet: 1-2. Paste them too, in any order"


def test_what_is_damaged_is_named() -> None:
    hurt = EACH[1][:100] + ("A" if EACH[1][100] != "A" else "B") + EACH[1][101:]
    paste = read_blocks(EACH[0] + hurt + "".join(EACH[2:]))
    assert (paste.missing, paste.bad, paste.text) == ((), (2,), None)
    assert paste.problem == f"of {N} blocks these were damaged on the way: 2. Copy and paste them again"
    for torn in (EACH[1][:200], EACH[1][200:], EACH[1][:200] + "\n" + EACH[1][300:], EACH[1].replace("END", "FIN")):
        paste = read_blocks(EACH[0] + torn + "".join(EACH[2:]))
        assert (paste.missing, paste.bad) == ((), (2,)), torn
    both = read_blocks(EACH[0] + EACH[1][:200] + "".join(EACH[3:]))
    assert (both.missing, both.bad) == ((3,), (2,))
    assert both.problem.count("blocks these") == 2


def test_the_end_of_one_block_does_not_end_another() -> None:
    paste = read_blocks(EACH[0][:200] + "\n" + EACH[1][-200:] + "".join(EACH[2:]))
    assert (paste.bad, paste.missing) == ((1, 2), ())


def test_two_runs_mixed() -> None:
    complete = read_blocks(EACH[0] + "".join(OTHERS) + EACH[1])
    assert (complete.id, complete.text, complete.other, complete.problem) == (OTHER_RUN, OTHER, (RUN,), "")
    most = read_blocks(OTHERS[0] + "".join(EACH[1:]) + OTHERS[1])
    assert (most.id, most.missing, most.other) == (RUN, (1,), (OTHER_RUN,))
    assert "another run" in most.problem
    assert OTHER_RUN in most.problem
    assert read_blocks(BLOCKS + make_blocks(OTHER)).id == OTHER_RUN  # of two that are complete, the later one
    assert read_blocks(make_blocks(OTHER) + BLOCKS).id == RUN


def test_two_different_copies_that_both_fit() -> None:
    strange = block(b"something else", RUN, 2, N)
    paste = read_blocks(BLOCKS + strange)
    assert (paste.bad, paste.text) == ((2,), None)
    assert "stand twice with different content: 2." in paste.problem


def test_blocks_that_fit_each_but_not_together() -> None:
    for data in (b"not what the run says", gzip.compress(b"x"), gzip.compress(b"x")[:-3], b"\x1f\x8b\x08\xff\xff"):
        paste = read_blocks(block(data, "00000000", 1, 1))
        assert (paste.have, paste.text) == ((1,), None)
        assert "do not fit together" in paste.problem
    odd = "-----BEGIN SELFAUDIT 00000000 1/1-----\nAB=C\n-----END SELFAUDIT 00000000 1/1 " + f"{cksum(b'AB=C')}-----"
    assert "do not fit together" in read_blocks(odd).problem


def test_a_bomb_is_not_unpacked() -> None:
    bomb = b"\0" * 50_000_000
    paste = read_blocks(make_blocks(bomb))
    assert paste.total > 0
    assert paste.text is None
    largest = b"\0" * MAX_TEXT
    assert read_blocks(make_blocks(largest)).text == largest


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "BEGIN SELFAUDIT", "-----BEGIN SELFAUDIT 3f2a90c1 2-----", "-----BEGIN SELFAUDIT 3f2a90c1 0/7-----",
        "-----BEGIN SELFAUDIT 3f2a90c1 8/7-----", "-----BEGIN SELFAUDIT 3f2a90c1 1/0-----", "-----BEGIN SELFAUDIT 3f2a90c 1/7-----",
        "-----BEGIN SELFAUDIT 3f2a90c1 1000/1000-----", "-----BEGIN SELFAUDIT 3f2a90c1 1/1000-----",
        "-----END SELFAUDIT 3f2a90c1 1/7 12345-----", "-----BEGIN SELFAUDIT 3f2a90c1 \u0661/7-----", "\ud800",
    ],
)  # fmt: skip
def test_texts_without_a_block(text: str) -> None:
    paste = read_blocks(text)
    assert (paste.id, paste.total, paste.text) == ("", 0, None)
    assert "there is no block" in paste.problem


def test_too_much_text() -> None:
    assert "longer than 4000000" in read_blocks("x" * (MAX_TEXT + 1)).problem
    assert whole(read_blocks(BLOCKS + " " * (MAX_TEXT - len(BLOCKS))))


def test_markers_of_another_total_are_not_counted() -> None:
    assert whole(read_blocks(BLOCKS + f"-----BEGIN SELFAUDIT {RUN} 1/999-----\nAAAA\n"))


@pytest.mark.parametrize(
    "text",
    ["B " * 2_000_000, "BEGIN" + " " * 3_900_000, "BEGIN SELFAUDIT " * 200_000, "-----BEGIN SELFAUDIT 3f2a90c1 1/1-----" * 100_000,
     "BEGINSELFAUDIT" + "1 " * 1_900_000, "> " * 2_000_000, "E\nN\nD\n" * 600_000],
)  # fmt: skip
def test_texts_made_to_take_long(text: str) -> None:
    assert read_blocks(text).text is None


@pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "gzip", "base64", "cksum", "fold"))), reason="this computer lacks one of the programs"
)
def test_blocks_made_by_the_programs_of_a_server() -> None:
    script = "gzip -9 -c | base64 | tr -d '\\n' | fold -w 64"
    packed = subprocess.run(["sh", "-c", script], input=TEXT, capture_output=True, check=True).stdout.decode().split()
    run = int(subprocess.run(["cksum"], input=TEXT, capture_output=True, check=True).stdout.split()[0])
    chunks = [packed[start : start + 24] for start in range(0, len(packed), 24)]
    out = []
    for number, chunk in enumerate(chunks, 1):
        value = (
            subprocess.run(["cksum"], input="".join(chunk).encode(), capture_output=True, check=True).stdout.split()[0].decode()
        )
        name = f"SELFAUDIT {run:08x} {number}/{len(chunks)}"
        out += [f"-----BEGIN {name}-----", *chunk, f"-----END {name} {value}-----"]
    assert read_blocks("\n".join(out)).text == TEXT


@pytest.mark.parametrize(
    ("data", "value"), [(b"", 4294967295), (b"123456789", 930766865), (b"|a=1\n|b=2\n", 1484225423), (b"\0", 4215202376)]
)
def test_cksum(data: bytes, value: int) -> None:
    assert cksum(data) == value


@pytest.mark.skipif(not shutil.which("cksum"), reason="this computer has no cksum program")
@pytest.mark.parametrize("data", [b"", b"a", b"\0" * 255, bytes(range(256)), b"x" * 256, b"line\n" * 20_000])
def test_cksum_is_that_of_the_program(data: bytes) -> None:
    done = subprocess.run(["cksum"], input=data, capture_output=True, check=True)
    assert int(done.stdout.split()[0]) == cksum(data)
