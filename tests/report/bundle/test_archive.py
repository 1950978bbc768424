"""The container: one form only, opened by every unzip, and nothing hostile in it is ever unpacked beyond its bounds."""

from __future__ import annotations

import io
import stat
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from selfaudit.errors import BadInput
from selfaudit.report.bundle import archive
from selfaudit.report.bundle.archive import Raw, assemble, content_of, packed, take_apart

FILES = {"report.txt": b"words " * 500, "case/case.json": b"{}", "empty.txt": b"", "noise.bin": bytes(range(256))}


def build(files: dict[str, bytes] = FILES) -> bytes:
    return assemble(packed(name, content) for name, content in files.items())


def test_it_comes_back_as_it_was() -> None:
    members = take_apart(build())
    assert {raw.name: content_of(raw) for raw in members} == FILES
    assert [raw.method for raw in members] == [8, 0, 0, 0]  # only what becomes smaller is packed
    assert build() == build()


def test_other_programs_open_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(build())) as opened:
        assert opened.testzip() is None
        assert {i.filename: opened.read(i) for i in opened.infolist()} == FILES
        for info in opened.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert stat.S_IMODE(info.external_attr >> 16) == 0o644
            assert stat.S_ISREG(info.external_attr >> 16)
            assert (info.extra, info.comment, info.flag_bits) == (b"", b"", 0)
    (tmp_path / "a.zip").write_bytes(build())
    done = subprocess.run(["unzip", "-q", "a.zip", "-d", "out"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "case" / "case.json").read_bytes() == b"{}"


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../b", "/etc/passwd", "a\\b", "C:evil", "c:/evil", "a//b", "a/", "", ".", "..", ".hidden", "a/.b", "a\x00b", "a\nb", "con",
     "NUL.txt", "x/aux", "a b", "é", "a" * 200, "a/b/c", "name.", "\u202egpj.exe", "a:b", "com1.log"],
)  # fmt: skip
def test_names_that_lead_elsewhere(name: str) -> None:
    with pytest.raises(BadInput):
        packed(name, b"x")
    with pytest.raises(BadInput):
        assemble([Raw(name, 0, zlib.crc32(b"x"), 1, b"x")])


def patched(at: int, octets: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + octets + data[at + len(octets) :]


def central(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


def of_zipfile(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        change(opened)
    return made.getvalue()


def link(opened: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("report.pdf")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    opened.writestr(info, "/etc/passwd")


def slip(opened: zipfile.ZipFile) -> None:
    opened.writestr("../../evil", b"x")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_another_program_packs_is_refused() -> None:
    def twice(opened: zipfile.ZipFile) -> None:
        opened.writestr("a.txt", b"one")
        opened.writestr("a.txt", b"two")

    def plain(opened: zipfile.ZipFile) -> None:
        opened.writestr("a.txt", b"one")

    for change in (link, slip, twice, plain):
        with pytest.raises(BadInput):
            take_apart(of_zipfile(change))


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "cut at the end": lambda d: d[:-1],
    "cut in a member": lambda d: d[:40],
    "cut in a header": lambda d: d[:20],
    "cut before the directory": lambda d: d[: central(d)],
    "octets behind": lambda d: d + b"\x00",
    "octets before": lambda d: b"MZ" + d,
    "an archive behind": lambda d: d + d,
    "a comment": lambda d: d[:-2] + b"\x02\x00hi",
    "a link": lambda d: patched(central(d) + 38, struct.pack("<I", 0o120777 << 16))(d),
    "another day": patched(12, b"\x22"),
    "encrypted": patched(6, b"\x01"),
    "a data descriptor": patched(6, b"\x08"),
    "another method": patched(8, b"\x0e"),
    "a name in the directory only": lambda d: patched(central(d) + 46, b"RePort")(d),
    "another offset": lambda d: patched(central(d) + 42, b"\x01")(d),
    "another count": lambda d: d[:-12] + b"\x01\x00" + d[-10:],
    "an extra field": patched(28, b"\x04"),
    "a huge size": patched(18, b"\xff\xff\xff\x7f"),
    "zip64": patched(18, b"\xff\xff\xff\xff"),
    "empty": lambda _d: b"",
    "no members": lambda _d: assemble([]),
    "a signature alone": lambda _d: b"PK\x03\x04",
    "text": lambda _d: b"Hello",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_was_changed_is_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadInput):
        take_apart(change(build()))


def deflated(content: bytes) -> bytes:
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return maker.compress(content) + maker.flush()


def test_a_bomb_is_not_unpacked() -> None:
    small = deflated(b"\0" * 50_000_000)
    with pytest.raises(BadInput, match="far larger"):
        assemble([Raw("bomb.bin", 8, 0, 50_000_000, small)])
    # One that says it is small is unpacked only as far as it says.
    raw = Raw("bomb.bin", 8, 0, 10, small)
    assert take_apart(assemble([raw])) == (raw,)
    with pytest.raises(BadInput):
        content_of(raw)


def test_what_packs_too_well_is_stored() -> None:
    content = b"\0" * 3_000_000
    raw = packed("zeros.bin", content)
    assert (raw.method, raw.packed) == (0, content)
    assert content_of(take_apart(assemble([raw]))[0]) == content


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (Raw("a.txt", 8, zlib.crc32(b"abc"), 3, deflated(b"abc") + b"\0"), "changed"),
        (Raw("a.txt", 8, zlib.crc32(b"abc"), 3, deflated(b"abc")[:-1]), "changed"),
        (Raw("a.txt", 8, zlib.crc32(b"abc"), 4, deflated(b"abc")), "changed"),
        (Raw("a.txt", 8, zlib.crc32(b"abc"), 2, deflated(b"abc")), "changed"),
        (Raw("a.txt", 8, 1, 3, deflated(b"abc")), "changed"),
        (Raw("a.txt", 0, 1, 3, b"abc"), "changed"),
        (Raw("a.txt", 8, 0, 3, b"\xff\xff\xff"), "changed"),
    ],
)
def test_a_member_that_is_not_what_it_says(raw: Raw, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        content_of(take_apart(assemble([raw]))[0])


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="more than 300"):
        assemble(packed(f"f{n}.txt", b"") for n in range(301))
    with pytest.raises(BadInput, match="same name"):
        assemble([packed("a.txt", b"1"), packed("A.TXT", b"2")])
    many = assemble(packed(f"f{n}.txt", b"") for n in range(300))
    assert len(take_apart(many)) == 300
    monkeypatch.setattr(archive, "MAX_CONTENT", 10)
    with pytest.raises(BadInput, match="larger than 10"):
        packed("a.txt", b"x" * 11)
    monkeypatch.setattr(archive, "MAX_ARCHIVE", 100)
    with pytest.raises(BadInput):
        take_apart(build())
