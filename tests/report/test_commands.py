"""Commands to copy: nothing that a stranger wrote becomes a command, and nothing that is right is lost."""

from __future__ import annotations

import re
import shlex

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import fields_of, render
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Request
from selfaudit.findings import Finding, Remedy, found
from selfaudit.remedy.groups import advice_for
from tests.checks.test_tables import TABLES

HOSTILE = [
    "`reboot`.shop.test", "$(reboot).shop.test", "${IFS}.shop.test", "a;reboot", "a|reboot", "a&reboot", "a\nreboot", "a\rreboot",
    "a'reboot'", 'a"reboot"', "a\\\\032b", "a>b", "a<b", "a(b)", "a#b", "a!b", "a*b", "a?b", "~root", "a{b,c}", "a b", "a\tb", "-e",
    "-oProxyCommand=reboot", "a\u00a0b", "a\u202eb", "é.test", "a=b", "a^b", "a\x00b", "a\n",
]  # fmt: skip
REMEDY = Remedy(
    "{host}: ask",
    verify="dig {host} A",
    record="{host}.  3600  IN  A  192.0.2.1",
    stacks={"Postfix": "postconf -e 'myhostname = {host}'"},
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_stranger_s_words_do_not_get_into_commands(text: str) -> None:
    advice = advice_for(REMEDY, found("T", host=text))
    assert advice.verify == "dig HOST A"
    assert advice.stacks == (("Postfix", "postconf -e 'myhostname = HOST'"),)
    # What is only read stays as it was seen.
    assert advice.steps == f"{text}: ask"
    assert advice.record == f"{text}.  3600  IN  A  192.0.2.1"


@pytest.mark.parametrize("text", HOSTILE)
def test_nor_one_of_several(text: str) -> None:
    assert advice_for(REMEDY, found("T", host=("mail.shop.test", text))).verify == "dig HOST A"


def test_the_name_of_the_argument_is_the_placeholder() -> None:
    remedy = Remedy("x", verify="swaks --from {mail_from} --to {rcpt_to}")
    finding = found("T", mail_from="a`b`@shop.test", rcpt_to="selfaudit%example.org@shop.test")
    assert advice_for(remedy, finding).verify == "swaks --from MAIL-FROM --to selfaudit%example.org@shop.test"


@pytest.mark.parametrize(
    "value",
    ["mail.shop.test", "_25._tcp.mail.shop.test.", "2001:db8::25", "[2001:db8::25]", "http://192.0.2.25:5984/", "443,8443",
     "abuse+x@shop.test", "@shop.test:a@example.org", 25, ("192.0.2.1", "192.0.2.2"), "", "fe80::1%eth0"],
)  # fmt: skip
def test_what_is_right_stays(value: object) -> None:
    assert advice_for(REMEDY, found("T", host=value)).verify == render("dig {host} A", {"host": value})


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("record", "3 1 1 " + "0a" * 32, True),
        ("record", "3 1 1 00'; reboot; '", False),
        ("record", "\\# 4 03010100", False),
        ("record", "3 1 1 -x", False),
        ("tcp", " +tcp", True),
        ("tcp", " -f/etc/passwd", False),
        ("command", "curl -sS -m 10 -p -x http://[2001:db8::25]:3128 http://example.com/", True),
        ("command", "curl -sS http://x/ ; reboot", False),
        ("command", "curl -x http://192.0.2.25:3128 http://`reboot`/", False),
        ("host", "mail.shop.test 192.0.2.1", False),
    ],
)
def test_arguments_of_several_words(name: str, value: str, kept: bool) -> None:
    remedy = Remedy("x", verify=f"run '{{{name}}}'")
    assert advice_for(remedy, found("T", **{name: value})).verify == f"run '{value if kept else name.upper()}'"


def findings() -> list[Finding]:
    out = []
    for check_id, scenarios in TABLES.items():
        check = all_checks()[check_id]
        for scenario in scenarios:
            records = [Record(f"e{i}", Request(f.kind, "x"), "", 0, f) for i, f in enumerate(scenario.facts)]
            target = Target(check.spec.target, "x")  # type: ignore[arg-type]
            out += judge_one(check, target, records, scenario.policy).findings
    return out


MESSAGES = {tag: message for check in all_checks().values() for tag, message in check.messages.items()}
UNUSUAL = re.compile(r"[^\w .:/@%,+\[\]-]|XY")


def test_of_what_the_checks_say_nothing_is_lost() -> None:
    """Every command of every table is what the templates make of the arguments, but for arguments that are hostile themselves."""
    seen = 0
    for finding in findings():
        remedy = MESSAGES[finding.tag].remedy
        if remedy is None:
            continue
        advice = advice_for(remedy, finding)
        for template, text in (
            (remedy.verify, advice.verify),
            *zip(remedy.stacks.values(), (s for _, s in advice.stacks), strict=True),
        ):
            values = [str(finding.args[name]) for name in fields_of(template)]
            if not any(UNUSUAL.search(v) for v in values):
                assert text == render(template, finding.args), finding.tag
                seen += bool(values)
    assert seen > 1000


@pytest.mark.parametrize(
    "text", ["`reboot`", "$(reboot)", "'; reboot; '", '"; reboot; "', "\n reboot \n", "| reboot", "& reboot"]
)
def test_every_remedy_of_every_check_stands_hostile_arguments(text: str) -> None:
    """Whatever finding has whatever argument: in no command does the stranger's word appear.

    Commands that rules write themselves are arguments too; tests/checks/test_host_hostile.py shows that nothing gets into these.
    """
    for message in MESSAGES.values():
        if message.remedy is None:
            continue
        remedy = message.remedy
        names = set().union(*map(fields_of, (remedy.verify, remedy.steps, remedy.record, *remedy.stacks.values())))
        names |= set().union(*map(fields_of, remedy.steps_by.values()), set())
        own = {"check", "look", "show", *(["command"] if remedy.record == "{command}" else [])}
        args = {name: "true" if name in own else text for name in names - {"who"}}
        advice = advice_for(remedy, found("T", **args))
        assert "reboot" not in "".join((advice.verify, *(s for _, s in advice.stacks)))


def test_an_mx_host_with_a_command_in_its_name() -> None:
    verify = MESSAGES["CONTACT_REFUSED"].remedy
    assert verify is not None
    args = {"recipient": "abuse@shop.test", "host": "`reboot`.shop.test", "reply": "550 no", "role": "abuse"}
    words = shlex.split(advice_for(verify, found("CONTACT_REFUSED", **args)).verify, comments=True)
    assert words[-5:] == ["nc", "-w", "10", "HOST", "25"]
