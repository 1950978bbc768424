"""Sample messages from the file to the verdict: reading, the probe, the plan, and the demo's three worlds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Case
from selfaudit.demo import Internet, demo_case
from selfaudit.demo.messages import demo_messages
from selfaudit.engine import make_plan, run_audit
from selfaudit.engine.brought import Brought, add_message
from selfaudit.engine.evidence import decode_evidence, encode_evidence
from selfaudit.engine.judge import judge_evidence
from selfaudit.engine.messages import read_message_file
from selfaudit.engine.sample_message import selectors_in
from selfaudit.errors import UserError
from selfaudit.facts import ProbeFailure, Request
from selfaudit.findings import Result
from selfaudit.net import open_net
from selfaudit.probes import message_report
from selfaudit.report.evidence_text import lines_of
from selfaudit.settings import Settings
from tests.checks.messages import mail, sign


def test_a_file_is_read_once_and_named(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 150 + "\u202e.eml")
    path.write_bytes(sign(mail()))
    message = read_message_file(path)
    assert len(message.name) <= 120
    assert message.name.isascii() or message.name.endswith("…")
    assert message.received.endswith("Z")
    assert selectors_in(message) == (("s1", "shop.test"),)
    again = tmp_path / "again.eml"
    again.write_bytes(sign(mail("Other\r\n")))
    both = add_message(add_message((), read_message_file(again)), replace(message, name="again.eml"))
    assert [m.name for m in both] == ["again.eml", "again.eml (2)"]


@pytest.mark.parametrize("data", [b"", b"hello", b"\0" * 1000, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_message_is_said_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"x\.eml: ") as caught:
        read_message_file(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError):
        read_message_file(tmp_path / "absent.eml")


def test_folded_nonsense_and_hostile_signatures_teach_only_what_is_a_selector(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=Shop.test; s=News;\r\n\tb=abc; bh=def\r\n"
        b"DKIM-Signature: v=1; d=mailer.test;\r\n s=\r\n k1; b=x\r\n"
        b"DKIM-Signature: nonsense\r\n"
        b"DKIM-Signature: v=1; d=evil.test; s=a$(id)b; b=x\r\n"
        b"From: a@shop.test\r\n\r\nbody\r\n"
    )
    assert selectors_in(read_message_file(path)) == (("news", "shop.test"), ("k1", "mailer.test"))


def test_selectors_that_are_none_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(b"DKIM-Signature: v=1; s=a b!; d=shop.test\r\nDKIM-Signature: v=1; s=K1; d=Shop.Test\r\n" + mail())
    assert selectors_in(read_message_file(path)) == (("k1", "shop.test"),)


def test_the_plan_asks_only_the_resolver_and_lists_the_message() -> None:
    messages = demo_messages("fixed")
    case = Brought(messages=messages).noted_in(Case((), only=("message",), laboratory=True))
    net = open_net(Settings(), keys={}, messages=messages)
    plan = make_plan(case, net, b"")
    net.close()
    (request,) = plan.requests
    assert request.request == Request("message.report", "newsletter.eml", (messages[0].sha256,))
    assert sorted(request.checks) == ["message.authentication", "message.headers", "message.unsubscribe"]
    assert [c.active for c in plan.contacts] == [False]
    assert not plan.challenges


def test_a_message_that_is_not_at_hand() -> None:
    net = open_net(Settings(), keys={})
    failure = asyncio.run(message_report.collect(Request("message.report", "gone.eml"), net))
    net.close()
    assert isinstance(failure, ProbeFailure)
    assert "gone.eml" in failure.detail


async def world(name: str) -> dict[str, Result]:
    async with Internet(name) as internet:
        messages = demo_messages(name)
        case = replace(Brought(messages=messages).noted_in(demo_case(name)), only=("message",))
        net = open_net(internet.settings, routes=internet.routes, messages=messages)
        audit = await run_audit(case, net, install_key=b"k")
    assert judge_evidence(decode_evidence(encode_evidence(audit.evidence))) == audit.results
    lines = [f"{line.command} {line.answer}" for r in audit.evidence.records for line in lines_of(r, "message.authentication")]
    assert any("d=angebote-blumenhof.example; s=news" in line for line in lines)
    assert any("news._domainkey.angebote-blumenhof.example" in line for line in lines)
    assert {r.target for r in audit.results} == {"newsletter.eml"}
    return {r.check: r for r in audit.results}


async def test_the_broken_world() -> None:
    results = await world("broken")
    assert {c: r.outcome for c, r in results.items()} == {
        "message.authentication": "fail", "message.headers": "warn", "message.unsubscribe": "warn",
    }  # fmt: skip
    assert {f.tag for f in results["message.authentication"].findings} == {
        "MESSAGE_KEY_FAULT", "MESSAGE_SPF_OTHER_DOMAIN", "MESSAGE_NOT_VERIFIED",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["fixed", "suspended"])
async def test_the_worlds_with_repaired_records(name: str) -> None:
    results = await world(name)
    assert {r.outcome for r in results.values()} == {"pass"}
    assert {"MESSAGE_SIGNATURE_RIGHT", "MESSAGE_SPF_RIGHT"} <= {f.tag for f in results["message.authentication"].findings}
