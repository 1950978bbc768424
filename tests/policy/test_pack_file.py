"""Reading pack files: what is taken over, and every fault by its key."""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.engine.packs import known_checks
from selfaudit.errors import BadInput
from selfaudit.policy.model import Brand, Contacts, Downloads, Pack, TrustedKey
from selfaudit.policy.pack_file import MAX_FILE, PackFile, parse_pack
from selfaudit.policy.pack_write import file_of
from selfaudit.policy.packs import build_pack, pack_for, read_pack
from selfaudit.settings import has_long_key

KEY = base64.b64encode(b"Ed" + bytes(range(8)) + bytes(32)).decode()
OTHER_KEY = base64.b64encode(b"ED" + bytes(40)).decode()
HEAD = 'id = "x"\nname = "X"\n'
CLAUSE = """
[[clause]]
id = "X-1"
section = "1"
heading = "Names"
quote = "Addresses must have names."
kind = "both"
weight = "expected"
checks = ["rdns"]
blocker_when = ["cited"]
topics = ["authentication"]
attestation = "All addresses have names."
evidence = ["A list"]
note = "A note."
"""
WHOLE = f"""
id = "x"
name = "X Hosting"
company = "X Ltd"
aliases = ["X Ltd"]
version = "1"
title = "Policy"
source = "https://www.example.com/aup"
source_date = "2026-10-01"
read_on = 2026-11-22
text_sha256 = "{"0" * 64}"
prefixes = ["192.0.2.0/24", "2001:DB8:0::/48"]
prefixes_source = "its page"
prefixes_date = "2026-11-22"

[brand]
accent = "#0B6e4f"
accent_dark = "#5fd3a6"
logo = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"/></svg>'

[contacts]
abuse = "abuse@example.com"
support = "help@example.com"
appeal = "Answer the ticket."
website = "https://www.example.com"

[downloads]
page = "https://www.example.org/selfaudit"
base = "https://get.example.org/v1"

[parameters]
consent = "confirmed"
proof_hours = 48
proof_kept = "two years"
opt_out_days = 5
notice_days = 14
effective_on_use = true
approvable = ["exposure.relay"]

[[key]]
id = "desk-1"
key = "{KEY}"
owner = "Desk"
{CLAUSE}"""


def fault_in(text: str, known: frozenset[str] | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        parse_pack(text, known)
    return str(caught.value)


def test_a_whole_file() -> None:
    pack = read_pack(WHOLE)
    assert (pack.id, pack.name, pack.company, pack.version, pack.title) == ("x", "X Hosting", "X Ltd", "1", "Policy")
    assert (pack.source_date, pack.read_on, pack.text_sha256) == ("2026-10-01", "2026-11-22", "0" * 64)
    assert pack.prefixes == ("192.0.2.0/24", "2001:db8::/48")
    assert pack.contacts == Contacts("abuse@example.com", "help@example.com", "Answer the ticket.", "https://www.example.com")
    assert pack.downloads == Downloads("https://www.example.org/selfaudit", "https://get.example.org/v1")
    assert pack.keys == (TrustedKey("desk-1", KEY, "Desk"),)
    assert (pack.brand.accent, pack.brand.logo[:4]) == ("#0B6e4f", "<svg")
    assert (pack.parameters.consent, pack.parameters.proof_hours, pack.parameters.approvable) == (
        "confirmed",
        48,
        ("exposure.relay",),
    )
    found = pack.clause("X-1")
    assert found is not None
    assert (found.kind, found.weight, found.checks, found.evidence, found.onboarding) == (
        "both",
        "expected",
        ("rdns",),
        ("A list",),
        True,
    )
    assert pack.clauses_of("rdns.present") == (found,)
    assert pack.clauses_of("mail.spf") == ()


def test_the_smallest_file() -> None:
    assert read_pack(HEAD) == Pack("x", "X")
    assert read_pack(HEAD).brand == Brand()


def test_a_pack_written_as_a_file_is_the_same_pack() -> None:
    for name in ("prezcomm", "ofsecman"):
        pack = pack_for(name)
        assert pack is not None
        assert build_pack(file_of(pack), {}) == pack
    assert build_pack(file_of(read_pack(WHOLE)), {}) == read_pack(WHOLE)


def test_blanks_and_line_ends_in_texts_are_tidied() -> None:
    pack = read_pack(WHOLE.replace('"Addresses must have names."', '"""Addresses\n   must\u00a0have\tnames. """'))
    assert pack.clauses[0].quote == "Addresses must have names."


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "x"', "", "id: this key is missing"),
        ('id = "x"', 'id = ""', "id: "),
        ('id = "x"', 'id = "../x"', "id: "),
        ('id = "x"', "id = [", "not a pack: this is not TOML"),
        ('id = "x"', "id = " + "[" * 5000, "not a pack: this is not TOML"),
        ('id = "x"', "id = 1" + "0" * 5000, "not a pack: this is not TOML"),
        ('id = "x"', "id = 1" + "0" * 50, "id: "),
        ('id = "x"', "a." * 40_000 + 'b = 1\nid = "x"', "more than 29 dots"),
        ('id = "x"', '"a" . ' * 40_000 + 'b = 1\nid = "x"', "more than 29 dots"),
        ('"X Hosting"', '""', "name: this may not be empty"),
        ('"X Hosting"', '"   "', "name: this may not be empty"),
        ('"X Hosting"', "7", "name: Expected `str`"),
        ('"X Hosting"', '"X\\u202Egnitsoh"', "name: it holds a character that cannot be shown"),
        ('"X Hosting"', '"X\\u0000"', "name: it holds a character that cannot be shown"),
        ('"X Hosting"', '"' + "X" * 201 + '"', "name: Expected `str` of length <= 200"),
        ('["X Ltd"]', '["X Ltd", ""]', "aliases[1]: no alias may be empty"),
        ('["X Ltd"]', '"X Ltd"', "aliases: Expected `array`"),
        ("company =", "compani =", "compani: there is no such key"),
        ("192.0.2.0/24", "192.0.2.1/24", "prefixes[0]: “192.0.2.1/24” is not a block"),
        ("192.0.2.0/24", "192.0.2.0/33", "prefixes[0]: "),
        ("192.0.2.0/24", "192.0.2.7", "prefixes[0]: “192.0.2.7” names no length"),
        ("2001:DB8:0::/48", "shop.test", "prefixes[1]: "),
        ("192.0.2.0/24", "", "prefixes[0]: "),
        ('"its page"', '""', "prefixes_source: "),
        ('prefixes_date = "2026-11-22"', "", "prefixes_date: "),
        ('prefixes_date = "2026-11-22"', 'prefixes_date = "2026-02-30"', "prefixes_date: “2026-02-30” is not a day"),
        ('prefixes_date = "2026-11-22"', 'prefixes_date = "20261122"', "prefixes_date: "),
        ('prefixes_date = "2026-11-22"', 'prefixes_date = "22.11.2026"', "prefixes_date: "),
        ('"2026-10-01"', '"October"', "source_date: “October” is not a day"),
        ("2026-11-22\ntext", "2026-11-22T10:00:00Z\ntext", "read_on: "),
        ("0" * 64, "0" * 63, "text_sha256: "),
        ("https://www.example.com/aup", "http://www.example.com/aup", "source: “http://www.example.com/aup” is not an address"),
        ('"https://www.example.com"', '"www.example.com"', "contacts.website: "),
        ('"https://www.example.com"', '"https://user:pw@www.example.com"', "contacts.website: "),
        ("https://www.example.org/selfaudit", "ftp://www.example.org/selfaudit", "downloads.page: "),
        (
            "https://get.example.org/v1",
            "https://get.example.org/v1?file=",
            "downloads.base: “https://get.example.org/v1?file=” has “?” or “#” in it",
        ),
        ("https://get.example.org/v1", "https://get.example.org/v1#", "downloads.base: "),
        ("https://get.example.org/v1", "get.example.org", "downloads.base: "),
        ("abuse@example.com", "abuse at example.com", "contacts.abuse: "),
        ("help@example.com", "help@example.com, me@example.com", "contacts.support: "),
        ("Answer the ticket.", "javascript://alert", "contacts.appeal: "),
        ("#0B6e4f", "green", "brand.accent: “green” is not a colour"),
        ("#5fd3a6", "#5fd3a", "brand.accent_dark: "),
        ("<svg ", '<svg onload="x()" ', "brand.logo: "),
        ("accent =", "akzent =", "brand.akzent: there is no such key"),
        (KEY, "RWQ", "key[0].key: this is not a public key of minisign"),
        (KEY, OTHER_KEY, "key[0].key: this is not a public key of minisign"),
        (KEY, base64.b64encode(b"Ed" + bytes(41)).decode(), "key[0].key: "),
        ('id = "desk-1"', 'id = "Desk 1"', "key[0].id: "),
        ('"confirmed"', '"double"', "parameters.consent: "),
        ("proof_hours = 48", "proof_hours = -1", "parameters.proof_hours: "),
        ("proof_hours = 48", "proof_hours = 48.5", "parameters.proof_hours: "),
        ("proof_hours = 48", "proof_hours = true", "parameters.proof_hours: "),
        ("proof_hours = 48", 'proof_hours = "48"', "parameters.proof_hours: "),
        ("proof_hours = 48", "proof_hour = 48", "parameters.proof_hour: there is no such key"),
        ('"rdns"', '"RDNS!"', "clause[0].checks[0]: "),
        ('"rdns"', '"rdns", "rdns"', "clause[0].checks: something is named twice (in the clause X-1)"),
        ('checks = ["rdns"]', "", "clause[0].checks: a clause of the kind “both” needs at least one check (in the clause X-1)"),
        ('quote = "Addresses must have names."', "", "clause[0].quote: this key is missing"),
        ('"Addresses must have names."', '" "', "clause[0].quote: this may not be empty (in the clause X-1)"),
        ('heading = "Names"', 'heading = ""', "clause[0].heading: this may not be empty"),
        ('id = "X-1"', 'id = "X 1"', "clause[0].id: "),
        ('"both"', '"stated"', "clause[0].checks: a clause of the kind “stated” has no checks"),
        ('"both"', '"informational"', "clause[0].checks: a clause of the kind “informational” has no checks"),
        ('"both"', '"technical"', "clause[0].kind: "),
        ('"expected"', '"none"', "clause[0].weight: "),
        ('"expected"', '"blocker"', "clause[0].blocker_when: "),
        ('["cited"]', '["always"]', "clause[0].blocker_when[0]: "),
        ('"authentication"', '"weather"', "clause[0].topics[0]: "),
        ('attestation = "All addresses have names."', "", "clause[0].attestation: a clause of the kind “both” needs words"),
        ('["A list"]', '[""]', "clause[0].evidence: this may not be empty"),
        ("note =", "nota =", "clause[0].nota: there is no such key"),
        ("[[clause]]", "leave_out = ['X-1']\n[[clause]]", "key[0].leave_out: there is no such key"),
    ],
)
def test_faults_name_their_key(old: str, new: str, words: str) -> None:
    assert old in WHOLE
    told = fault_in(WHOLE.replace(old, new, 1))
    assert words in told
    assert told.isprintable()
    assert len(told) < 500


@pytest.mark.parametrize(
    ("kind", "rest", "words"),
    [
        ("informational", 'weight = "expected"', "clause[0].weight: "),
        ("informational", 'weight = "none"\nattestation = "x"', "clause[0].attestation: "),
        ("informational", 'weight = "none"\nevidence = ["x"]', "clause[0].evidence: "),
        ("informational", 'weight = "none"\nwhen = "cited"', "clause[0].when: "),
        ("informational", 'weight = "none"\nblocker_when = ["cited"]', "clause[0].blocker_when: "),
        ("checked", 'weight = "blocker"', "clause[0].checks: "),
        ("checked", 'weight = "blocker"\nchecks = ["rdns"]\nevidence = ["x"]', "clause[0].evidence: "),
        ("stated", 'weight = "blocker"', "clause[0].attestation: "),
    ],
)
def test_kinds_and_what_belongs_to_them(kind: str, rest: str, words: str) -> None:
    body = f'[[clause]]\nid = "X-1"\nsection = "1"\nheading = "h"\nquote = "q"\nkind = "{kind}"\n{rest}\n'
    assert fault_in(HEAD + body).startswith(words)


def test_an_informational_clause_and_a_checked_one_with_words_for_what_cannot_be_seen() -> None:
    body = '[[clause]]\nid = "X-{n}"\nsection = "1"\nheading = "h"\nquote = "q"\nkind = "{kind}"\n{rest}\n'
    first = body.format(n=1, kind="informational", rest='weight = "none"\nnote = "n"')
    second = body.format(n=2, kind="checked", rest='weight = "blocker"\nchecks = ["rdns"]\nattestation = "a"\nevidence = ["e"]')
    assert [c.kind for c in read_pack(HEAD + first + second).clauses] == ["informational", "checked"]


def test_ids_are_there_once() -> None:
    assert fault_in(HEAD + CLAUSE + CLAUSE.replace("X-1", "x-1")) == "clause[1].id: “x-1” is there twice"
    keys = f'[[key]]\nid = "k"\nkey = "{KEY}"\n'
    assert fault_in(HEAD + keys + keys) == "key[1].id: “k” is there twice"


def test_checks_that_do_not_exist_are_named() -> None:
    text = WHOLE.replace('"rdns"', '"rdns", "mail.spff"')
    assert parse_pack(text).clause[0].checks == ("rdns", "mail.spff")
    assert fault_in(text, known_checks()) == "clause[0].checks: there is no check “mail.spff” (in the clause X-1)"
    approvable = WHOLE.replace('"exposure.relay"', '"exposure.really"')
    assert fault_in(approvable, known_checks()) == "parameters.approvable: there is no check “exposure.really”"


def test_a_file_is_bounded() -> None:
    assert parse_pack(HEAD + "#" * (MAX_FILE - len(HEAD))).id == "x"
    assert "larger than" in fault_in(HEAD + "#" * MAX_FILE)
    assert "larger than" in fault_in(HEAD + "#" + "é" * (MAX_FILE // 2))
    short = '[[clause]]\nid="X-{n}"\nsection="1"\nheading="h"\nquote="q"\nkind="informational"\nweight="none"\n'
    assert len(read_pack(HEAD + "".join(short.format(n=n) for n in range(300))).clauses) == 300
    assert fault_in(HEAD + "".join(short.format(n=n) for n in range(301))).startswith("clause: ")


def test_long_words_with_dots_in_texts_are_no_long_keys() -> None:
    assert read_pack(WHOLE.replace('"A note."', '"See ' + "a.b.c.d.e.f " * 9 + '"')).clauses[0].note.startswith("See a.b")


# --- what is taken over ---


def files(*texts: str) -> dict[str, PackFile]:
    return {f.id: f for f in map(parse_pack, texts)}


BASE = f"""
id = "base"
name = "Base"
prefixes = ["192.0.2.0/24"]
prefixes_source = "x"
prefixes_date = "2026-11-22"
[contacts]
abuse = "abuse@example.com"
[parameters]
proof_hours = 72
opt_out_days = 10
{CLAUSE}
{CLAUSE.replace("X-1", "X-2")}
{CLAUSE.replace("X-1", "X-3")}
"""


def test_clauses_and_parameters_are_taken_over_and_nothing_else() -> None:
    own = CLAUSE.replace("X-1", "X-2").replace("A note.", "Our note.") + CLAUSE.replace("X-1", "X-9")
    text = 'id = "own"\nname = "Own"\nbased_on = "base"\nleave_out = ["X-3"]\n[parameters]\nproof_hours = 24\n' + own
    pack = read_pack(text, files(BASE))
    assert [(c.id, c.note) for c in pack.clauses] == [("X-1", "A note."), ("X-2", "Our note."), ("X-9", "A note.")]
    assert (pack.parameters.proof_hours, pack.parameters.opt_out_days) == (24, 10)
    assert (pack.prefixes, pack.contacts.abuse, pack.based_on) == ((), "", "base")


def test_a_parameter_can_be_set_back() -> None:
    pack = read_pack('id = "own"\nname = "Own"\nbased_on = "base"\n[parameters]\nproof_hours = 0\n', files(BASE))
    assert (pack.parameters.proof_hours, pack.parameters.opt_out_days) == (0, 10)


def chain(length: int) -> list[str]:
    return [f'id = "p{n}"\nname = "P{n}"\nbased_on = "{f"p{n - 1}" if n else "base"}"\n' for n in range(length)]


def test_packs_rest_on_one_another_up_to_a_depth() -> None:
    assert len(read_pack(chain(3)[2], files(BASE, *chain(3))).clauses) == 3
    with pytest.raises(BadInput, match="based_on: more than 3 packs"):
        read_pack(chain(4)[3], files(BASE, *chain(4)))


@pytest.mark.parametrize(
    ("text", "others", "words"),
    [
        ('based_on = "nobody"', (), "based_on: there is no pack “nobody”"),
        ('based_on = "x"', (HEAD + 'based_on = "x"',), "based_on: “x” rests on itself"),
        ('based_on = "y"', ('id = "y"\nname = "Y"\nbased_on = "x"', HEAD + 'based_on = "y"'), "based_on: “x” rests on itself"),
        ('based_on = "base"\nleave_out = ["X-7"]', (BASE,), "leave_out[0]: there is no clause “X-7” in the pack “base”"),
        ('based_on = "base"\nleave_out = ["X-1", "X-1"]', (BASE,), "leave_out[1]: "),
        ('leave_out = ["X-1"]', (), "leave_out: clauses can be left out only of a pack"),
    ],
)
def test_what_cannot_be_taken_over(text: str, others: tuple[str, ...], words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_pack(HEAD + text, files(*others))
    assert str(caught.value).startswith(words)


# --- the documentation ---

DOCS = Path(__file__).parents[2] / "docs/policies.md"


def test_the_example_of_the_documentation_is_a_pack() -> None:
    text = DOCS.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    pack = read_pack(text)
    parse_pack(text, known_checks())
    base = pack_for("prezcomm")
    assert base is not None
    assert len(pack.clauses) == len(base.clauses)  # one less, one more
    assert pack.clause("B-11.2") is None
    assert pack.clauses[-1].id == "B-5.8"
    assert (pack.parameters.proof_hours, pack.parameters.opt_out_days) == (48, 10)
    assert set(tomllib.loads(text)) == set(PackFile.__struct_fields__) - {"text_sha256"}


def test_the_documentation_names_every_key() -> None:
    text = DOCS.read_text("utf-8")
    for name in PackFile.__struct_fields__:
        assert f"`{name}`" in text or f"`{name}." in text, name
    for table, prefix in (("brand", "brand."), ("contacts", "contacts."), ("downloads", "downloads.")):
        for key in type(getattr(parse_pack(HEAD), table)).__struct_fields__:
            assert f"`{prefix}{key}`" in text, key
    parsed = parse_pack(WHOLE)
    for entry in (parsed.parameters, parsed.clause[0]):
        for key in type(entry).__struct_fields__:
            assert f"`{key}`" in text, key
    for key in type(parsed.key[0]).__struct_fields__:
        assert f"`key.{key}`" in text, key


# --- hostile files ---


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.tuples(st.integers(0, len(WHOLE)), st.text(max_size=6)).map(lambda c: WHOLE[: c[0]] + c[1] + WHOLE[c[0] :]),
    )
)
def test_any_text_is_a_pack_or_bad_input(text: str) -> None:
    try:
        read_pack(text)
        told = ""
    except BadInput as error:
        told = str(error)
    assert not told or told.isprintable()


@pytest.mark.parametrize("key", ['"a\\"b".', "'a'\t.", '"a\\\\" . ', "a.", 'x = {y = """ " """, '])
def test_names_of_many_parts_are_refused_at_once(key: str) -> None:
    text = key + "a." * 40 + "b = 1" if "{" in key else key * 20_000 + "b = 1"
    with pytest.raises(BadInput, match="29 dots"):
        read_pack(text)
    assert not has_long_key("# " + "a." * 40)
    assert not has_long_key(f'x = \'{"a." * 40}\'\ny = "{"a." * 40}"\nz = """{"a." * 40}"""')


def test_shared_words_belong_to_words() -> None:
    for line in ('attestation_shared = "x"', "needs_words = true"):
        with pytest.raises(BadInput, match="belongs to a clause that has an attestation"):
            read_pack(
                f'id = "a"\nname = "A"\n[[clause]]\nid = "X-1"\nsection = "s"\nheading = "h"\nquote = "q"\nkind = "informational"\nweight = "none"\n{line}\n'
            )
