"""Languages: catalogues fit their source, saved texts are English and recognised again, nothing of the outside is translated."""

from __future__ import annotations

import ast
import html
import importlib.util
import json
import os
import string
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages import Catalog

from selfaudit import i18n
from selfaudit.checks import all_checks
from selfaudit.checks.registry import templates_of
from selfaudit.demo import demo_case
from selfaudit.engine import Audit
from selfaudit.engine.judge import judge_evidence
from selfaudit.engine.requirements import readiness_of
from selfaudit.i18n import PSEUDO, fill, phrase, preferred, shown, using
from selfaudit.report.html import render_html
from selfaudit.report.json import encode_audit

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "tools/translations.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_catalogue_is_complete_and_fresh(tool: ModuleType) -> None:
    assert tool.languages()
    assert tool.main(["check"]) == 0


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("{count} of {total}", "{count} von {gesamt}", "fields"),
        ("{count} of {total}", "alle", "fields"),
        ("no field", "ein {feld}", "fields"),
        ("no field", "", "not translated"),
        ("two\nlines", "eine Zeile", "line breaks"),
    ],
)
def test_a_faulty_translation_is_refused(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, source: str, translation: str, fault: str
) -> None:
    monkeypatch.setattr(tool, "source_messages", lambda: {(None, source): "x.py"})
    catalog = Catalog(locale="de")
    catalog.add(source, translation)
    assert any(fault in line for line in tool.faults(catalog, "de"))


def test_missing_and_left_over_texts_are_refused(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "source_messages", lambda: {(None, "wanted"): "x.py"})
    catalog = Catalog(locale="de")
    catalog.add("gone", "fort")
    lines = list(tool.faults(catalog, "de"))
    assert any("missing" in line for line in lines)
    assert any("no longer" in line for line in lines)


def test_phrases_have_enough_words_to_be_recognised(tool: ModuleType) -> None:
    templates = [message for context, message in tool.source_messages() if context == "phrase" and "{" in message]
    assert templates
    for template in templates:
        assert sum(c.isalpha() for c in i18n.fixed_text(template)) >= 4, template


LEAVES = "the list of a server's packages leaves this computer only with consent (--look-up-packages); patch.updates works without it"
VERLAESST = (
    "die Liste der Pakete eines Servers verlässt diesen Computer nur mit Zustimmung (--look-up-packages); patch.updates "
    "funktioniert auch ohne sie"
)


@pytest.mark.parametrize(
    ("saved", "german"),
    [
        (phrase("no answer in time"), "keine Antwort in der vorgesehenen Zeit"),
        (phrase("mail host {host}", host="mx.shop.test"), "Mailhost mx.shop.test"),
        ("blumenhof.example: " + phrase("no answer in time"), "blumenhof.example: keine Antwort in der vorgesehenen Zeit"),
        (("a.test", phrase("no record")), "a.test, kein Eintrag"),
        ("Some List (" + phrase("no answer in time") + ")", "Some List (keine Antwort in der vorgesehenen Zeit)"),
        # a template of few fixed words fits this, too ("{directive} leaves {left}")
        ("left out: " + LEAVES, f"ausgelassen: {VERLAESST}"),
        ("left out: " + LEAVES + ".", f"ausgelassen: {VERLAESST}."),
    ],
)
def test_saved_phrases_are_recognised(saved: object, german: str) -> None:
    assert shown(saved) == (", ".join(saved) if isinstance(saved, tuple) else saved)
    with using("de"):
        assert shown(saved) == german


def test_what_a_check_says_is_recognised_where_it_is_kept_as_a_reason() -> None:
    texts = {message.text for check in all_checks().values() for message in check.messages.values()}
    assert len(texts) > 500
    for text in sorted(texts):
        names = dict.fromkeys(name for _t, name, _s, _c in string.Formatter().parse(text) if name is not None)
        args = {name: f"x{number}.test" for number, name in enumerate(names)}
        saved = text.format_map(args)
        with using("de"):
            german = fill(text, args)
            assert german != saved, text
            assert shown(saved) == german
            within = phrase("Not seen: {reason}.", reason=saved.rstrip(". "))  # as readiness puts it into a sentence of its own
            assert shown(within) == f"Nicht gesehen: {german.rstrip('.')}.", text


def test_words_of_checks_are_too_many_to_stand_in_outside_text() -> None:
    for check in all_checks().values():
        for message in check.messages.values():
            assert sum(c.isalpha() for c in i18n.fixed_text(message.text)) >= 10, message.text


def test_readiness_is_german_to_the_end(broken_audit: Audit) -> None:
    readiness = readiness_of(broken_audit)
    assert readiness is not None
    failing = [b for r in readiness.requirements for b in r.by if b.outcome == "fail"]
    assert len(failing) > 5
    with using("de"):
        for basis in failing:
            assert shown(basis.why) != basis.why
        page = render_html(broken_audit)
    assert not [b.why for b in failing if html.escape(b.why) in page]


@pytest.mark.parametrize(
    ("template", "text", "values"),
    [
        ("{a} of {b}", "1 of 2 of 3", {"a": "1", "b": "2 of 3"}),
        ("{a} of {b}.", "1 of 2.", {"a": "1", "b": "2"}),
        ("{a} of {b}.", "1 of 2", None),
        ("{a}, then {b}, then {a}", "x, then y, then x", {"a": "x", "b": "y"}),
        ("{a}, then {b}, then {a}", "x, then y, then z", None),
        ("at {a}at", "at", None),
        ("{a}{b} now", "x now", {"a": "", "b": "x"}),
    ],
)
def test_fields_of_a_template_are_found_again(template: str, text: str, values: dict[str, str] | None) -> None:
    assert i18n._shape(template).match(text) == values


def test_no_text_to_be_translated_stands_in_an_f_string() -> None:
    """Under Python 3.11, the tool that collects the texts does not look into f-strings: such a text would stay English for ever."""
    lost = []
    for folder in ("selfaudit", "ui/selfaudit_ui", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for part in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(part, ast.JoinedStr):
                    lost += [f"{path.relative_to(ROOT)}:{call.lineno}" for call in ast.walk(part) if _marks_a_text(call)]
    assert lost == []


def _marks_a_text(part: ast.AST) -> bool:
    return (
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in ("_", "N_", "ngettext", "phrase")
        and any(isinstance(argument, ast.Constant) for argument in part.args[:2])
    )


@pytest.mark.parametrize(
    "outside", ["none", "v=spf1 -all", "reject", "mail.example.com", "p=none; rua=mailto:a@b.test", "Check again"]
)
def test_outside_text_is_left_alone(outside: str) -> None:
    with using("de"):
        assert shown(outside) == outside


def test_long_hostile_text_is_bounded() -> None:
    with using("de"):
        assert shown("a: " * 5000) == "a: " * 5000
        assert shown("no answer in time: " * 90)


def test_a_translation_with_other_fields_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_", lambda _message: "kaputt {anders}")
    assert fill("{count} of {total}", {"count": 1, "total": 2}) == "1 of 2"


@pytest.mark.parametrize("language", ["de", PSEUDO])
def test_every_message_of_every_check_fills_in_every_language(language: str) -> None:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    with using(language):
        for check in all_checks().values():
            for message in check.messages.values():
                for template in templates_of(message):
                    if template:
                        i18n._(template).format_map(Anything())


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANGUAGE": "fr:de", "LANG": "C"}, "de"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"SELFAUDIT_LANGUAGE": "en", "LANG": "de_DE.UTF-8"}, "en"),
        ({"SELFAUDIT_LANGUAGE": "xx", "LANG": "de_AT"}, "de"),
    ],
)
def test_language_of_the_environment(environ: dict[str, str], code: str) -> None:
    assert preferred(environ) == code


def test_json_is_english_in_every_language(broken_audit: Audit) -> None:
    english = encode_audit(broken_audit)
    with using("de"):
        again = Audit(broken_audit.evidence, judge_evidence(broken_audit.evidence))
        assert encode_audit(again) == english
        page = render_html(again)
    assert '<html lang="de">' in page
    assert "Selbstprüfung" in page
    assert "has no DMARC record" not in page
    assert "has no DMARC record" in english.decode()
    assert json.loads(english)["case"]["number"] == demo_case("broken").number


def test_the_command_line_speaks_german() -> None:
    environment = {**os.environ, "SELFAUDIT_LANGUAGE": "de"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "selfaudit", "audit"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Nennen Sie" in done.stderr
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "selfaudit", "audit", "--help"], env=environment, capture_output=True, text=True
    )
    assert "Domains und Adressen" in done.stdout
