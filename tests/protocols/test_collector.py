"""The collector's file: what carrying does to it is undone, what was changed or lost is named, and nothing becomes better by it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols import collector
from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.collector import canonical, make_blocks, make_text, read_collector, to_text

RECEIVED = "2026-11-22T06:10:00Z"
OK = PartStatus.OK
PARTS = (
    HostPart("meta", OK, ("collector=1.0.0", "time=2026-11-22T05:40:00Z", "system=unix", "mode=live", "chroot=no", "root=yes", "user=root")),
    HostPart("host", OK, ("name=Web1.Blumenhof.example", "fqdn=web1.blumenhof.example", "machine=0123456789abcdef")),
    HostPart("os-release", OK, ("ID=debian", 'VERSION_ID="12"')),
    HostPart("addresses", OK, ("lo|127.0.0.1/8", "eth0|192.0.2.10/24")),
    HostPart("packages.upgrade", OK, ("kernel 5.14", "", "openssl 3.0.7"), exit=100, cut=True),
    HostPart("packages.held", OK),
    HostPart("login.sshd", PartStatus.DENIED, note="root only"),
    HostPart("persistence.cron", OK, ("/etc/crontab|2026-11-01T00:00:00Z|root|@ fake ok 0 3902434524", "x|selfaudit-collector 1", "selfaudit-end 1 sha256 0")),
)  # fmt: skip
TEXT = make_text(PARTS)
LINES = TEXT.splitlines()
HEAD = TEXT[: TEXT.rindex("selfaudit-end")]


def read(data: bytes | str) -> HostReport:
    return read_collector(data.encode() if isinstance(data, str) else data, via="file", received=RECEIVED)


def ended(head: str, count: int) -> str:
    """A text with the right last line."""
    return f"{head}selfaudit-end {count} sha256 {hashlib.sha256(head.encode()).hexdigest()}\n"


def test_the_form_in_octets() -> None:
    head = "selfaudit-collector 1\n@ meta ok 2 3544458952\n|a=1\n|b=2\n@ end ok 0 1409623896\n"
    assert make_text([HostPart("meta", OK, ("a=1", "b=2 "))]) == ended(head, 2)
    assert LINES[0] == "selfaudit-collector 1"
    assert "@ packages.upgrade ok 3 1860766771 exit=100 cut" in LINES
    assert "@ packages.held ok 0 3753790663" in LINES
    assert "@ login.sshd denied 0 3488196200 note=root only" in LINES
    assert LINES[-2] == "@ end ok 0 1409623896"
    assert LINES[-1].startswith("selfaudit-end 9 sha256 ")


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("packages.upgrade ok 3 exit=100 cut\n|kernel 5.14\n|\n|openssl 3.0.7\n", 1860766771),
        ("login.sshd denied 0 note=root only\n", 3488196200), ("packages.held ok 0\n", 3753790663), ("end ok 0\n", 1409623896),
    ],
)  # fmt: skip
def test_what_the_check_sum_of_a_part_is_of(head: str, value: int) -> None:
    assert cksum(head.encode()) == value


def test_what_is_written_is_made_fit() -> None:
    part = HostPart("meta", OK, ("grün\t \t", "a\x1b[31m\nb", "x" * 400, "y" * 399), note="née ")
    lines = make_text([part]).splitlines()
    assert lines[1].endswith(" note=n?e")
    assert lines[2:6] == ["|gr?n", "|a?[31m?b", "|" + "x" * 396 + "...", "|" + "y" * 399]
    assert max(map(len, lines)) == 400
    for name in ("", "Meta", "a b", "-a", "x" * 65, "a\n"):
        with pytest.raises(ValueError, match="name of a part"):
            make_text([HostPart(name, OK)])


def test_an_undamaged_file() -> None:
    report = read(TEXT)
    assert (report.name, report.machine, report.version) == ("web1.blumenhof.example", "0123456789abcdef", "1.0.0")
    assert (report.system, report.taken, report.received, report.seen) == ("unix", "2026-11-22T05:40:00Z", RECEIVED, "")
    assert (report.via, report.rescue, report.root) == ("file", False, True)
    assert (report.complete, report.genuine, report.damage) == (True, True, ())
    assert report.parts == (*PARTS, HostPart("end", OK))
    assert report.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert canonical(TEXT) == TEXT
    assert to_text(report) == TEXT


def test_a_file_of_a_server_without_sha_256_is_saved_again_as_it_was() -> None:
    text = f"{HEAD}selfaudit-end 9 cksum {cksum(HEAD.encode())}\n"
    report = read(text)
    assert (report.complete, report.genuine, report.damage) == (True, True, ())
    assert to_text(report) == text
    changed = read(
        text.replace("@ packages.held", "@ packages.held2").replace("3753790663", str(cksum(b"packages.held2 ok 0\n")))
    )
    assert (changed.complete, changed.genuine) == (True, False)


UNDONE: dict[str, Callable[[str], bytes]] = {
    "UTF-8 mark": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "UTF-16 LE with mark": lambda t: t.encode("utf-16"),
    "UTF-16 BE with mark": lambda t: b"\xfe\xff" + t.encode("utf-16-be"),
    "UTF-16 LE": lambda t: t.encode("utf-16-le"),
    "UTF-16 BE": lambda t: t.encode("utf-16-be"),
    "UTF-16 with CRLF": lambda t: t.replace("\n", "\r\n").encode("utf-16"),
    "CRLF": lambda t: t.replace("\n", "\r\n").encode(),
    "CR": lambda t: t.replace("\n", "\r").encode(),
    "CR CRLF": lambda t: t.replace("\n", "\r\r\n").encode(),
    "empty lines between": lambda t: t.replace("\n", "\n\n").encode(),
    "blanks at ends": lambda t: t.replace("\n", "  \t \n").encode(),
    "no last line end": lambda t: t.rstrip("\n").encode(),
    "prompts": lambda t: f"Last login: today\nroot@web1:~# sh collect.sh\n{t}root@web1:~# exit\n|x\n@ y ok 0 1\n".encode(),
    "prompt on the first line": lambda t: f"root@web1:~# {t}# ".encode(),
    "script(1)": lambda t: f"Script started on 2026-11-22\n\x1b[?2004h$ sh c\n\x1b[?2004l\r{t}\x1b[?2004h$ ".replace("\n", "\r\n").encode(),
    "quoted": lambda t: ("Dear all,\n\n" + "".join(f"> {line}\n" for line in t.splitlines()) + "\nRegards\n").encode(),
    "quoted twice, no blanks": lambda t: "".join(f">>{line}\n" for line in t.splitlines()).encode(),
    "indented": lambda t: "".join(f"    {line}\n" for line in t.splitlines()).encode(),
    "quoted, empty lines": lambda t: "".join(f"> {line}\n>\n" for line in t.splitlines()).encode(),
    "gzip": lambda t: gzip.compress(t.encode()),
    "gzip of UTF-16": lambda t: gzip.compress(t.encode("utf-16")),
    "blocks": lambda t: make_blocks(t.encode()).encode(),
    "blocks, UTF-16": lambda t: ("# sh collect.sh --compact\n" + make_blocks(t.encode()) + "#").encode("utf-16"),
    "text that speaks of blocks": lambda t: f"-----BEGIN SELFAUDIT 00000000 1/2-----\n{t}".encode(),
}  # fmt: skip


@pytest.mark.parametrize("change", UNDONE.values(), ids=UNDONE.keys())
def test_what_carrying_does_is_undone(change: Callable[[str], bytes]) -> None:
    report = read(change(TEXT))
    assert report == read(TEXT)
    assert to_text(report) == TEXT


def without(part: str) -> str:
    """The file with all lines of a part taken out, and the last line as it was."""
    start = TEXT.index(f"@ {part} ")
    return TEXT[:start] + TEXT[TEXT.index("\n@ ", start) + 1 :]


def moved(part: str, text: str = TEXT) -> str:
    """The file with a part behind the others, before "end"."""
    start = text.index(f"@ {part} ")
    stop = text.index("\n@ ", start) + 1
    rest = text[:start] + text[stop:]
    return rest.replace("@ end ", text[start:stop] + "@ end ")


def twice(part: str, old: str = "", new: str = "") -> str:
    """The file with a second copy of a part before "end"."""
    start = TEXT.index(f"@ {part} ")
    copy = TEXT[start : TEXT.index("\n@ ", start) + 1]
    assert old in copy
    return TEXT.replace("@ end ", copy.replace(old, new) + "@ end ")


GOOD = (True, True)
HELD = "@ packages.held ok 0 3753790663\n"
QUEUE = "@ mail.queue ok 0 1853919768\n"
# What was done, the text, (complete, genuine), the damaged parts, a word of what is said about it.
CASES: list[tuple[str, str, tuple[bool, bool], set[str], str]] = [
    ("a line changed", TEXT.replace("openssl 3.0.7", "openssl 3.0.8"), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("a line lost", TEXT.replace("|openssl 3.0.7\n", ""), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("a line added", TEXT.replace("|openssl 3.0.7\n", "|openssl 3.0.7\n|x\n"), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("two lines swapped", TEXT.replace('|ID=debian\n|VERSION_ID="12"\n', '|VERSION_ID="12"\n|ID=debian\n'), GOOD, {"os-release"}, "os-release"),
    ("a check sum changed", TEXT.replace("0 3753790663", "0 3753790662"), GOOD, {"packages.held"}, "packages.held"),
    ("identity changed: meta", TEXT.replace("05:40", "05:41"), (True, False), {"meta"}, "meta"),
    ("identity changed: host", TEXT.replace("name=Web1", "name=web1"), (True, False), {"host"}, "host"),
    ("identity changed: addresses", TEXT.replace("192.0.2.10", "192.0.2.11"), (True, False), {"addresses"}, "addresses"),
    ("a status changed", TEXT.replace("login.sshd denied", "login.sshd absent"), GOOD, {"login.sshd"}, "login.sshd"),
    ("a status and its check sum changed", TEXT.replace("login.sshd denied 0 3488196200", f"login.sshd ok 0 {cksum(b'login.sshd ok 0 note=root only' + bytes([10]))}"), (True, False), set(), "whole file"),
    ("an exit code changed", TEXT.replace("exit=100", "exit=0"), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("a note changed", TEXT.replace("root only", "root"), GOOD, {"login.sshd"}, "login.sshd"),
    ("a mark taken away", TEXT.replace(" exit=100 cut", " exit=100"), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("a name changed", TEXT.replace("@ packages.held", "@ packages.hold"), GOOD, {"packages.hold"}, "packages.hold"),
    ("a name changed into that of another", TEXT.replace("@ packages.held", "@ login.sshd"), (False, True), {"login.sshd"}, "8 parts"),
    ("a name changed: addresses", TEXT.replace("@ addresses", "@ addressed"), (True, False), {"addressed"}, "which addresses"),
    ("the last check sum changed", TEXT.rstrip("\n")[:-1] + ("0" if TEXT[-2] != "0" else "1"), (True, False), set(), "whole file"),
    ("a line and a status changed", TEXT.replace("3.0.7", "3.0.8").replace("denied", "absent"), GOOD, {"packages.upgrade", "login.sshd"}, "login.sshd"),
    ("a comment added", TEXT.replace("@ packages.held", "# is fine\n@ packages.held"), (True, False), set(), "# is fine"),
    ("a comment at the end", TEXT.replace("\nselfaudit-end", "\nhello\nselfaudit-end"), (True, False), set(), "hello"),
    ("a long line broken", TEXT.replace("openssl 3", "openssl\n3"), (True, False), {"packages.upgrade"}, "compact form"),
    ("a broken line that looks like the last", TEXT.replace("|selfaudit-end", "\nselfaudit-end"), (False, True), {"persistence.cron"}, "end of the file"),
    ("a part's first line broken", TEXT.replace("@ os-release ok 2", "@ os-release"), (False, False), set(), "@ os-release"),
    ("a part moved", moved("os-release"), GOOD, set(), "another order"),
    ("a part moved and changed", moved("packages.held").replace("3.0.7", "4"), GOOD, {"packages.upgrade"}, "packages.upgrade"),
    ("a part moved and a status changed", moved("packages.held").replace("denied", "absent"), GOOD, {"login.sshd"}, "login.sshd"),
    ("a part twice", twice("os-release"), GOOD, set(), "more than once: os-release"),
    ("a part twice and a status changed", twice("os-release").replace("denied", "absent"), GOOD, {"login.sshd"}, "more than once: os-release"),
    ("a part twice, status differs", twice("login.sshd", "denied", "absent"), GOOD, {"login.sshd"}, "login.sshd"),
    ("a part twice, words differ", twice("os-release", "debian", "ubuntu"), GOOD, {"os-release"}, "os-release"),
    ("identity twice", twice("addresses", "192.0.2.10", "192.0.2.11"), (True, False), {"addresses"}, "addresses"),
    ("a part taken out", without("persistence.cron"), (False, False), set(), "8 parts and should have 9"),
    ("a part taken out, another changed", without("persistence.cron").replace("3.0.7", "4"), (False, True), {"packages.upgrade"}, "8 parts"),
    ("a part taken out with a new check sum", ended(HEAD.replace(HELD, ""), 9), (False, True), set(), "8 parts"),
    ("a part taken out, the number put right", without("packages.held").replace("selfaudit-end 9", "selfaudit-end 8"), (True, False), set(), "whole file"),
    ("a gap from one part into the next", TEXT[: TEXT.index("openssl")] + TEXT[TEXT.index("root only") :], (False, True), {"packages.upgrade"}, "packages.upgrade"),
    ("a gap from first line to first line", TEXT[: TEXT.index("ok 3 ", TEXT.index("@ packages.upgrade"))] + TEXT[TEXT.index("ok 0 ") :], (False, True), {"packages.upgrade"}, "8 parts"),
    ("the addresses taken out", without("addresses"), (False, False), set(), "which addresses"),
    ("a part put in", TEXT.replace("@ end", QUEUE + "@ end"), (False, False), set(), "10 parts and should have 9"),
    ("a part put in with a new check sum", ended(HEAD.replace("@ end", QUEUE + "@ end"), 9), (False, False), set(), "10 parts"),
    ("a part put in for another", TEXT.replace(HELD, QUEUE), (True, False), set(), "whole file"),
    ("no last line", HEAD, (False, True), set(), "end of the file is missing"),
    ("no last line, and a part's first line is cut", HEAD[:-2], (False, True), {"end"}, "end of the file is missing"),
    ("no last lines", HEAD.replace("@ end ok 0 1409623896\n", ""), (False, True), set(), "end of the file is missing"),
    ("cut in a line", TEXT[: TEXT.index("openssl 3.0") + 5], (False, True), {"packages.upgrade"}, "end of the file is missing"),
    ("cut before a note", TEXT[: TEXT.index(" note=root")], (False, True), {"login.sshd"}, "login.sshd"),
    ("cut in a note", TEXT[: TEXT.index(" only")], (False, True), {"login.sshd"}, "login.sshd"),
    ("cut in the addresses", TEXT[: TEXT.index("192.0.2.10")], (False, False), {"addresses"}, "addresses"),
    ("cut before the addresses", TEXT[: TEXT.index("@ addresses")], (False, False), set(), "which addresses"),
    ("cut in the last check sum", TEXT[:-20], (False, True), set(), "end of the file is missing"),
    ("cut, and a prompt", TEXT[: TEXT.index("@ persistence")] + "@ pers\nroot@web1:~# exit\n", (False, True), set(), "end of the file"),
    ("the last line only", TEXT.replace("selfaudit-end 9", "selfaudit-end nine"), (False, True), set(), "end of the file is missing"),
    ("two runs", TEXT + TEXT, GOOD, set(), "more than one run"),
    ("a broken run before", TEXT[:300] + "^C\n# sh collect.sh\n" + TEXT, GOOD, set(), "more than one run"),
    ("a broken run behind", TEXT + TEXT[:300], GOOD, set(), "more than one run"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "state", "damaged", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_damage_is_named(text: str, state: tuple[bool, bool], damaged: set[str], words: str) -> None:
    report = read(text)
    assert text != TEXT
    assert (report.complete, report.genuine) == state
    assert {p.name for p in report.parts if p.status is PartStatus.DAMAGED} == damaged
    assert words in "; ".join(report.damage)
    assert report.sha256 == hashlib.sha256(canonical(text).encode()).hexdigest()
    saved = read(to_text(report))  # damage does not go away by saving
    assert (saved.parts, saved.genuine) == (report.parts, report.genuine)
    assert saved.complete <= report.complete
    assert not damaged or saved.damage


def test_lines_of_a_damaged_part_are_kept_for_the_reader() -> None:
    report = read(TEXT.replace("openssl 3.0.7", "openssl 3.0.8"))
    part = report.part("packages.upgrade")
    assert part is not None
    assert part.lines == ("kernel 5.14", "", "openssl 3.0.8")
    assert (part.exit, part.cut) == (100, True)
    assert report.lines("packages.upgrade") is None


def test_a_moved_part_stays_where_it_was_found() -> None:
    assert [p.name for p in read(moved("host")).parts][:2] == ["meta", "os-release"]


def test_flipping_any_octet_of_a_line_shows() -> None:
    whole = read(TEXT)
    data = bytearray(TEXT.encode())
    place = 0
    tried = 0
    for line in TEXT.splitlines(keepends=True):
        for offset in range(place, place + len(line)) if line.startswith("|") else ():
            before = data[offset]
            for flip in (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF, before, before ^ 0x0D, before ^ 0x20):
                data[offset] = before ^ flip
                try:
                    report = read(bytes(data))
                except (
                    BadInput
                ):  # a new line made of one, or none of two: the beginning of a part or of the run is not where it was
                    assert 0x0A in (before, data[offset]) or data[offset] == 0x0D
                    continue
                if before == 0x0A and data[offset] == 0x0D:
                    assert report == whole  # another way to end a line
                elif flip and data[offset] != before:
                    tried += 1
                    shown = {p.name for p in report.parts if p.status is PartStatus.DAMAGED}
                    assert shown or not report.genuine
            data[offset] = before
        place += len(line)
    assert tried > 3000


def test_cutting_anywhere_never_adds_and_never_completes() -> None:
    whole = read(TEXT)
    good = {p.name: p for p in whole.parts}
    for size in range(len(TEXT) - 1):
        try:
            report = read(TEXT[:size])
        except BadInput:
            continue
        assert not report.complete
        assert report.damage
        assert all(p == good.get(p.name) for p in report.parts if p.status is not PartStatus.DAMAGED), size
    assert read(TEXT[:-1]) == whole


def test_the_limits_are_exact() -> None:
    parts = (*PARTS, *(HostPart(f"x{n}", OK) for n in range(191)))
    assert len(read(make_text(parts)).parts) == collector.MAX_PARTS
    lines = (*PARTS, HostPart("long", OK, ("x",) * (collector.MAX_LINES - len(LINES) + 1)))
    assert read(make_text(lines)).genuine
    with pytest.raises(BadInput, match="lines"):
        read(make_text((*PARTS, HostPart("long", OK, ("x",) * (collector.MAX_LINES - len(LINES) + 2)))))
    padded = TEXT + "x" * (collector.MAX_TEXT - len(TEXT))
    assert read(padded) == read(TEXT)


def with_line(line: str) -> str:
    """A file with a part of one line of any length, its check sums right."""
    value = cksum(f"long ok 1\n|{line}\n".encode())
    return ended(HEAD.replace("@ end", f"@ long ok 1 {value}\n|{line}\n@ end"), 10)


def test_a_line_longer_than_any_is_not_relied_on() -> None:
    assert read(with_line("x" * 999)).lines("long") == ("x" * 999,)
    part = read(with_line("x" * 1000)).part("long")
    assert part == HostPart("long", PartStatus.DAMAGED, ("x" * 999,))


def test_other_octets_become_question_marks() -> None:
    report = read(with_line("a\x1b[31m\tb\x7f\xe4\u202e"))
    assert report.lines("long") == ("a?[31m\tb???",)
    assert report.genuine
    assert read(to_text(report)).parts == report.parts


def test_a_state_of_a_later_collector_is_not_taken_for_good() -> None:
    value = cksum(b"login.sshd partial 0 note=root only\n")
    head = HEAD.replace("login.sshd denied 0 3488196200", f"login.sshd partial 0 {value}")
    report = read(ended(head, 9))
    assert report.genuine
    assert report.part("login.sshd") == HostPart("login.sshd", PartStatus.DAMAGED, note="root only")


@pytest.mark.parametrize(
    ("old", "new", "attribute", "value", "words"),
    [
        ("05:40:00Z", "05:40:00", "taken", "", "when the file was made"),
        ("2026-11-22T", "2026-02-30T", "taken", "", "when the file was made"),
        ("2026-11-22T", "0000-11-22T", "taken", "", "when the file was made"),
        ("05:40:00Z", "25:40:00Z", "taken", "", "when the file was made"),
        ("time=", "date=", "taken", "", "when the file was made"),
        ("Web1.Blumenhof.example", "web1\\x1b", "name", "unnamed", ""),
        ("Web1.Blumenhof.example", "", "name", "unnamed", ""),
        ("Web1.Blumenhof.example", "a" * 254, "name", "unnamed", ""),
        ("Web1.Blumenhof.example", "SRV_1", "name", "srv_1", ""),
        ("0123456789abcdef", "0123456789ABCDEF", "machine", "", ""),
        ("0123456789abcdef", "0123", "machine", "", ""),
        ("collector=1.0.0", "collector=<b>", "version", "", ""),
        ("system=unix", "system=windows", "system", "windows", ""),
        ("system=unix", "system=vms", "system", "", "what kind of system"),
        ("mode=live", "mode=rescue", "rescue", True, ""),
        ("mode=live", "mode=lively", "rescue", True, "itself was running"),
        ("root=yes", "root=no", "root", False, ""),
    ],
)
def test_values_that_identity_rests_on(old: str, new: str, attribute: str, value: object, words: str) -> None:
    parts = [HostPart(p.name, p.status, tuple(line.replace(old, new, 1) for line in p.lines)) for p in PARTS]
    report = read(make_text(parts))
    assert getattr(report, attribute) == value
    assert report.genuine
    assert words in "; ".join(report.damage)
    assert bool(report.damage) == bool(words)


def test_a_server_whose_name_is_damaged_is_still_named_for_people() -> None:
    report = read(TEXT.replace("fqdn=", "fqbn="))
    assert (report.name, report.genuine) == ("web1.blumenhof.example", False)
    assert read(TEXT.replace("name=Web1", "nane=Web1")).name == "unnamed"


def test_incomplete_blocks_are_refused_with_their_numbers() -> None:
    noise = "".join(hashlib.sha256(str(n).encode()).hexdigest() + "\n" for n in range(100))
    long = make_text((*PARTS, HostPart("noise", OK, tuple(noise.split()))))
    blocks = make_blocks(long.encode()).split("-----BEGIN")[1:]
    assert len(blocks) > 2
    assert read("-----BEGIN" + "-----BEGIN".join(reversed(blocks))) == read(long)
    with pytest.raises(BadInput, match="not there yet: 2"):
        read("-----BEGIN" + blocks[0] + "".join("-----BEGIN" + b for b in blocks[2:]))
    with pytest.raises(BadInput, match="begins with"):
        read(make_blocks(b"something else"))
    mixed = read(make_blocks(TEXT.encode()) + "-----BEGIN" + blocks[0])
    assert (mixed.genuine, mixed.complete, mixed.parts) == (True, True, read(TEXT).parts)
    assert "more than one run" in mixed.damage[0]


def test_canonical_refuses_what_has_no_run() -> None:
    with pytest.raises(BadInput, match="begins with"):
        canonical("hello")
    assert canonical("\ufeff$ " + TEXT.replace("\n", "\r\n") + "$ ") == TEXT
    assert canonical(HEAD) == HEAD
