"""Files that people, providers and strangers hand over: settings, packs, logos, statements, case files, lists, releases."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

from selfaudit.case.dates import read_date
from selfaudit.case.file import parse_case, parse_deadline, parse_past, read_registrant_file
from selfaudit.case.release import read_release
from selfaudit.case.statement_file import read_statement_file
from selfaudit.case.targets import parse_target
from selfaudit.catalogue import read_catalogue
from selfaudit.demo.case_file import demo_signed_case
from selfaudit.engine.authority import what_would_allow
from selfaudit.engine.case_making import read_exception
from selfaudit.engine.draft import bounded, decode_draft, split_pasted
from selfaudit.engine.draft_case import from_case_file, read_selector
from selfaudit.engine.seals import open_case
from selfaudit.errors import UserError
from selfaudit.policy import pack_file
from selfaudit.policy.pack_logo import check_logo
from selfaudit.policy.packs import read_pack
from selfaudit.policy.text_hash import text_hash
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.settings import load_settings
from tests.fuzz.target import Run, Target, each, joined, octets, split, text_of
from tests.policy.test_logo import png, svg
from tests.signing import DESK, case_data, pack_text, signed_by

SIGN_STATES = {"unsigned", "trusted", "unknown-key", "tampered", "unreadable"}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this process; it goes with it."""
    return tempfile.TemporaryDirectory(prefix="selfaudit-fuzz-", ignore_cleanup_errors=True)


@atexit.register
def _tidy() -> None:
    if _folder.cache_info().currsize:
        _folder().cleanup()


def _named(reader: Callable[[Path], object], name: str) -> Run:
    """A reader of a file that a person named; UserError is its answer."""

    def run(data: bytes) -> None:
        path = Path(_folder().name) / name
        path.write_bytes(data)
        reader(path)

    return run


def _pack(data: bytes) -> None:
    text = text_of(data)
    file = pack_file.parse_pack(text)
    pack = read_pack(text)
    assert pack.id == file.id
    assert all(name.isprintable() for name in (pack.id, pack.name))


def _case(data: bytes) -> None:
    """A case file and its signature. None but the desk's own octets are trusted, whatever stands in the file."""
    file, signature = split(data, 2)
    opened = open_case(file, text_of(signature) if signature else None)
    assert opened.seal.state in SIGN_STATES - {"trusted"}  # no pack here trusts the key of the tests
    read = parse_case(file)
    try:
        from_case_file(read, "x")
    except UserError:
        return


def _target(data: bytes) -> None:
    """What a person types or pastes as a target; text with commas gives several."""
    text = text_of(data)
    for line in split_pasted(text)[:20]:
        try:
            for target in parse_target(line, allow_reserved=False, is_public_suffix=is_public_suffix):
                assert target.value.isprintable()
                assert target.kind in ("domain", "address")
                assert parse_target(target.value, is_public_suffix=is_public_suffix, allow_reserved=True) == (target,)
                what_would_allow(target, b"key")
        except UserError:
            continue
    bounded(text)
    for reader in (read_exception, read_selector, parse_past, parse_deadline):
        try:
            reader(text)
        except UserError:
            continue
    read_date(text)
    text_hash(text)


def _shipped(name: str) -> bytes:
    return (resources.files("selfaudit_resources") / name).read_bytes()


def _release(data: bytes) -> None:
    files = read_release(data).files
    assert len({file.name.casefold() for file in files}) == len(files)
    assert not any(set(file.name) & set("/\\:\0") or file.name.startswith(".") for file in files)


def _draft(data: bytes) -> None:
    decode_draft(data)


CASE = case_data()
SUMS = ("ab" * 32, "cd" * 32)
RELEASE = (
    '{"schema":"selfaudit/release/1","version":"0.8.0","date":"2026-11-22","files":['
    f'{{"name":"selfaudit_0.8.0_amd64.deb","system":"linux","kind":"deb","size":5,"sha256":"{SUMS[0]}"}},'
    f'{{"name":"SHA256SUMS","system":"any","kind":"checksums","size":5,"sha256":"{SUMS[1]}"}}]}}'
)
STATEMENT = 'schema = "selfaudit/statement/1"\ncause = "account"\nsummary = "We were broken into."\ncommitment = true\nname = "Ann"\nsigned = 2026-11-20\n[[timeline]]\nat = "2026-11-18T10:00:00Z"\nkind = "noticed"\ntext = "noticed"\n[[measures]]\ntext = "Passwords changed"\nstate = "done"\ndate = 2026-11-19\nclauses = ["B-4.4"]\n'
SETTINGS = '[dns]\nresolvers = ["127.0.0.1"]\n[limits]\nhttp_timeout = 5.0\n[tls]\nport = 443\n'
TOML = octets(
    "[[",
    "]]",
    '"""',
    "= 1e400",
    "= 2026-02-30",
    "= 0x",
    "\\u0000",
    "a.b.c.d.",
    "= {a={a={",
    "= [[[[",
    "= nan",
    "= 99999999999999999999",
    "= true",
    "# ",
    "'",
)
JSON = octets("null", "[]", "{}", "1e999", '"\\ud800"', "true", '"targets":', '"schema":', '"2026-02-30"', ":", ",")

TARGETS = {
    "settings": Target(_named(load_settings, "settings.toml"), octets(SETTINGS), TOML, 6000, lets=(UserError,)),
    "catalogue": Target(_named(read_catalogue, "lists.toml"), (_shipped("blocklists/catalogue.toml")[:5000].rpartition(b"\n[[")[0] + b"\n",), (*TOML, *octets("[list.codes]", '"127.0.0.2" = "x"', 'zone = "', 'kinds = ["ip4"]')), 8000, 1.0, lets=(UserError,)),
    "statement": Target(_named(read_statement_file, "statement.toml"), octets(STATEMENT), TOML, 6000, lets=(UserError,)),
    "statement-json": Target(_named(lambda path: read_statement_file(path, outside=False), "statement.json"), octets('{"schema":"selfaudit/statement/1","cause":"account","summary":"x","answers":[],"signed":"2026-11-20"}'), JSON, 6000, lets=(UserError,)),
    "registrant": Target(_named(read_registrant_file, "registrant.toml"), octets('name = "Ann"\ncountry = "DE"\nphone = "+49 511 1"\nconfirmed = 2026-11-20\n'), TOML, 3000, lets=(UserError,)),
    "pack": Target(_pack, octets(pack_text(("desk", DESK.public().text(), "Owner")) + f'[brand]\naccent = "#123456"\nlogo = \'{svg("<rect/>")}\'\n[[clause]]\nid = "X-1"\nsection = "1"\nheading = "h"\nquote = "No spam."\nkind = "informational"\nweight = "none"\n', _shipped("policies/demo.toml")[:6000].rpartition(b"\n[[")[0] + b"\n"), TOML, 10_000, 1.5),
    "logo": Target(each(check_logo), octets(svg('<path d="M0 0h8v8z" fill="#123456"/>'), svg('<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><g clip-path="url(#a)" style="fill:rgb(1,2,3)"><text>x</text></g>'), png()), octets("<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<use xlink:href='#a'/>", " onload='x'", "url(http://x)", "\\75rl(", "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='1.0' encoding='hz'?>", "xmlns='x'"), 8000),
    "case": Target(_case, (joined(CASE, signed_by(CASE, DESK)), joined(demo_signed_case("broken").data)), JSON, 8000),
    "draft": Target(_draft, octets('{"lines":[{"text":"shop.com"}],"selectors":["a"],"learnt":[["s","shop.com","x.eml"]],"number":"1"}'), JSON, 4000),
    "release": Target(_release, octets(RELEASE), (*JSON, *octets('"../x"', '"con"', '"size":-1', '"size":1e3')), 4000),
    "targets": Target(_target, octets("shop.example", "shop.com, 93.184.216.34; www.shop.com", "2001:4860::/126", "https://user@www.shop.com:8443/x", "selector._domainkey.shop.com", "bücher.com", "2026-11-20T10:00:00+01:00"), octets("/", ":", "xn--", "。", "\u200b", "/33", "%eth0", "@", "0x7f.1", "1.2.3", "*."), 1000),
}  # fmt: skip
