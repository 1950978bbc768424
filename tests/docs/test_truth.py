"""What the documentation claims in tables is what the code has: commands, settings, variables, formats, whom an audit asks, the example check."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import tomllib
import unicodedata
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import click
import msgspec
import pytest

from selfaudit.case import Target
from selfaudit.case.file import parse_case, read_registrant, read_registrant_file
from selfaudit.case.statement_file import read_statement_file
from selfaudit.checks import all_checks
from selfaudit.checks.registry import read_module
from selfaudit.cli.app import COMMANDS, app
from selfaudit.demo import demo_inputs
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.engine.plan import wanted_requests
from selfaudit.facts import Request
from selfaudit.net import make_profile, open_net
from selfaudit.policy.pack_file import PackFile, parse_pack
from selfaudit.policy.packs import all_packs
from selfaudit.policy.text_hash import text_hash
from selfaudit.probes import all_probes
from selfaudit.protocols import relay
from selfaudit.report.pdf import leaflet
from selfaudit.report.schemas import schemas
from selfaudit.settings import Settings, load_settings
from tests.docs.markdown import PAGES, ROOT, Block, name_of, split
from tests.packages import LIBRARIES

REFERENCE = (ROOT / "docs/reference.md").read_text("utf-8")
PRIVACY = (ROOT / "docs/privacy.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SOURCES = [*(ROOT / "selfaudit").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    lines = text.partition(f"\n{heading}\n")[2].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("|"))
    end = next((n for n in range(start, len(lines)) if not lines[n].startswith("|")), len(lines))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[start + 2 : end]]


def leaves(command: click.Command, name: str) -> list[str]:
    """The names of all commands that do something."""
    if not isinstance(command, click.Group):
        return [name]
    with click.Context(command) as context:
        return [
            leaf
            for inner in command.list_commands(context)
            if (found := command.get_command(context, inner)) is not None
            for leaf in leaves(found, f"{name} {inner}")
        ]


def test_the_reference_names_every_command() -> None:
    named = [row[0].strip("`") for row in rows(REFERENCE, "## Commands")]
    found = leaves(app, "selfaudit")
    assert {name.split()[1] for name in found} == set(COMMANDS)
    for name in found:
        assert any(text == name or text.startswith(f"{name} ") for text in named), name
    for text in named:
        assert any(text == name or text.startswith(f"{name} ") for name in found), text


def test_the_reference_has_the_exit_codes_of_the_program() -> None:
    assert [row[0] for row in rows(REFERENCE, "## Exit codes")] == ["0", "1", "3", "2", "130"]


def test_the_reference_lists_every_settings_key_with_its_default() -> None:
    table = {row[0].strip("`"): row[1].strip("`") for row in rows(REFERENCE, "## Settings")}
    settings = Settings()
    found = {
        f"{section}.{key}": getattr(getattr(settings, section), key)
        for section in Settings.__struct_fields__
        for key in type(getattr(settings, section)).__struct_fields__
    }
    assert set(table) == set(found)
    for key, value in found.items():
        if isinstance(value, bool):
            assert table[key] == str(value).lower(), key
        elif isinstance(value, int | float):
            assert float(table[key]) == value, key


def test_usual_parties_are_those_of_the_code() -> None:
    """Whom an audit asks when the settings say nothing."""
    profile = make_profile(Settings())
    assert profile.silent_address == "192.0.2.1"
    assert profile.origin_zone == "origin.asn.cymru.com"
    parties = {
        "time_servers": ("cloudflare", "google", "apple"),
        "port25_controls": ("google", "icloud"),
        "egress_names": ("google", "akamai"),
    }
    for name, owners in parties.items():
        servers = getattr(profile, name)
        assert len(servers) == len(owners)
        assert all(owner in server for owner, server in zip(owners, servers, strict=True)), servers
    for url, owner in ((profile.rpki_url, "stat.ripe.net"), (profile.osv_url, "osv.dev"), (profile.kev_url, "cisa.gov")):
        assert owner in url


def test_the_reference_names_every_variable() -> None:
    named = set(re.findall(r"SELFAUDIT_[A-Z_]+", "\n".join(path.read_text("utf-8") for path in SOURCES)))
    ours = {"SELFAUDIT_COMPLETE", "_SELFAUDIT_COMPLETE"}  # between the shell and the completion that we print for it
    assert {"SELFAUDIT_HOME", "SELFAUDIT_LANGUAGE", "SELFAUDIT_SIGNING_KEY", "SELFAUDIT_SSH_PASSWORD"} <= named
    for name in named - ours:
        assert f"`{name}`" in REFERENCE, name


def test_the_reference_links_every_schema() -> None:
    for name in schemas():
        assert f"resources/selfaudit_resources/schemas/{name})" in REFERENCE, name
    shipped = {path.name for path in (ROOT / "resources/selfaudit_resources/schemas").iterdir()}
    assert shipped == set(schemas())


def test_the_privacy_page_has_a_line_for_every_request() -> None:
    """Each kind of observation stands in the table of its kind, with families of the checks that want it."""
    wanted: dict[str, set[str]] = {}
    for check_id, check in all_checks().items():
        for need in check.spec.needs:
            wanted.setdefault(need.kind, set()).add(check_id)
    case, brought = demo_inputs("broken")
    case = replace(case, look_up_packages=True)
    net = open_net(Settings(), keys={}, **brought.along())
    touching: dict[str, bool] = {}
    for request in wanted_requests(case, case.targets):
        contacts = all_probes()[request.kind].contacts(request, net)
        touching[request.kind] = touching.get(request.kind, False) or any(c.active for c in contacts)
    net.close()
    assert set(touching) == set(all_probes())
    tables = {False: rows(PRIVACY, "## Passive questions"), True: rows(PRIVACY, "## Active checks")}
    listed = {
        kind: (active, row)
        for active, table in tables.items()
        for row in table
        for kind in re.findall(r"`([a-z0-9.-]+)`", row[0])
    }
    assert set(listed) == set(all_probes())
    for kind, (active, row) in listed.items():
        assert active == touching[kind], kind
        named = re.findall(r"`([a-z0-9.*-]+)`", row[3])
        served = [c for c in wanted[kind] if any(c == n or (n.endswith("*") and c.startswith(n[:-1])) for n in named)]
        assert served, (kind, named, wanted[kind])
        for name in named:
            assert any(c == name or (name.endswith("*") and c.startswith(name[:-1])) for c in all_checks()), name


def test_the_readme_promises_what_the_leaflet_promises() -> None:
    """In the same words; more may follow each."""
    section = README.partition("\n## What it promises\n")[2].partition("\n## ")[0]
    bullets = [" ".join(text.split()) for text in re.split(r"(?m)^- ", section)[1:]]
    assert len(bullets) == len(leaflet._PROMISES) == 5
    for bullet, (title, words) in zip(bullets, leaflet._PROMISES, strict=True):
        assert bullet.startswith(f"**{title}.** {words.removesuffix('.')}"), title


def test_the_shipped_packs_have_the_keys_that_the_documentation_says() -> None:
    """Once a provider's key is shipped, these pages must say so."""
    assert {pack.id for pack in all_packs() if pack.keys} == {"demo"}
    assert {pack.id for pack in all_packs()} == {"demo", "ofsecman", "prezcomm"}
    said = {
        "README.md": "They hold no signing key yet",
        "docs/customers.md": "hold none yet",
        "docs/providers.md": "Only the demo's holds a signing key.",
        "docs/support.md": "hold none yet",
    }
    for name, words in said.items():
        assert words in " ".join((ROOT / name).read_text("utf-8").split()), name


def test_the_privacy_page_has_the_recipients_of_the_relay_test() -> None:
    assert relay.MAX_RECIPIENTS == 6
    assert "each of the ports 25, 465 and 587, at most six recipients on each, no message" in PRIVACY


def test_the_libraries_of_qt_are_those_that_the_tests_install() -> None:
    named = re.findall(r"\blib[a-z0-9.+-]*[0-9]\b", README)
    assert {"libegl1", "libgl1", "libxcb-cursor0"} < set(named) <= set(LIBRARIES.values())


# --- data in blocks ---

BLOCKS = [block for page in PAGES for block in split(page)[0]]


def ids(block: Block) -> str:
    return block.where


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "toml"], ids=ids)
def test_toml_is_read_by_its_reader(block: Block, tmp_path: Path) -> None:
    table = tomllib.loads(block.text)
    path = tmp_path / "a.toml"
    path.write_text(block.text, "utf-8")
    for name in re.findall(r'"([a-z-]+\.(?:png|log))"', block.text):
        (tmp_path / name).write_bytes(b"x")
    if table.get("schema") == "selfaudit/statement/1":
        assert read_statement_file(path).name
    elif set(table) <= set(Settings.__struct_fields__):
        assert load_settings(path) != Settings()
    elif {"id", "name"} <= set(table) <= set(PackFile.__struct_fields__):
        assert parse_pack(block.text).id
    else:
        registrant = read_registrant(read_registrant_file(path))
        assert registrant is not None
        assert registrant.name


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "json"], ids=ids)
def test_json_is_read_by_its_reader(block: Block) -> None:
    document = msgspec.json.decode(block.text)
    assert document["schema"] == "selfaudit/case/1", "say here how it is read"
    assert parse_case(block.text.encode()).targets


def test_code_is_all_tried() -> None:
    code = [b for b in BLOCKS if b.language == "python"]
    assert sorted({name_of(b.page) for b in code}) == ["docs/engineers.md", "docs/policies.md"]
    assert len(code) == 3


def test_the_hash_of_a_text_as_the_page_computes_it() -> None:
    (block,) = (b for b in BLOCKS if b.language == "python" and name_of(b.page) == "docs/policies.md")
    text = "  Ca\u0301fe\u00a0 of\n the  house "
    names = {"hashlib": hashlib, "unicodedata": unicodedata, "text": text}
    assert eval(block.text, names) == text_hash(text)


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def test_the_example_of_a_check_works_as_it_stands(tmp_path: Path) -> None:
    page = ROOT / "docs/engineers.md"
    check_text, table_text = (b.text for b in split(page)[0] if b.language == "python")
    (tmp_path / "mx_spare.py").write_text(check_text + "\n", "utf-8")
    (tmp_path / "mail_mx_spare.py").write_text(table_text + "\n", "utf-8")
    check = read_module(load("selfaudit.checks.mail.mx_spare", tmp_path / "mx_spare.py"))
    table = load("tests.checks.tables.mail_mx_spare", tmp_path / "mail_mx_spare.py")
    assert check.spec.id == table.CHECK
    assert check.spec.id not in all_checks()
    for scenario in table.SCENARIOS:
        assert [type(f) for f in scenario.facts] == list(check.spec.needs)
        records: list[Record | None] = [Record(f"e{i}", Request(f.kind, "x"), "", 0, f) for i, f in enumerate(scenario.facts)]
        result = judge_one(check, Target("domain", "x"), records, scenario.policy)
        tags = {f.tag for f in result.findings}
        assert set(scenario.must) <= tags, scenario.name
        assert not set(scenario.must_not) & tags
        assert result.outcome == scenario.outcome, scenario.name
    assert {tag for s in table.SCENARIOS for tag in s.must} == set(check.tags)
