"""The command that repeats a relay test, as a shell runs it."""

from __future__ import annotations

import asyncio

import pytest

from selfaudit.checks.exposure.relay import MESSAGES, Tag, judge
from selfaudit.facts.smtp import RelaySessions
from selfaudit.policy import Policy
from selfaudit.protocols.relay import FOREIGN, NULL, PERCENT
from tests.checks.exposure import DENIED, OUTSIDE, REACHES, TAKEN, attempts, ports, session

# What the command calls: no waiting, and the dialogue is shown in place of being sent.
STUBS = 'sleep() { echo "sleep $1"; }; nc() { echo "nc $*"; cat; }; '


@pytest.mark.parametrize("vector", [FOREIGN, NULL, PERCENT])
@pytest.mark.parametrize("recipient", ["you@else.test", "o'hara%s\\n@else.test"])
async def test_the_relay_test_can_be_repeated(vector: str, recipient: str) -> None:
    tried = attempts({"": DENIED, vector: TAKEN}, recipient=recipient)
    tried = tuple(a for a in tried if a.vector != "catch-all")
    fact = RelaySessions("192.0.2.25", (session(),), tried, ("shop.test",))
    (finding,) = judge(fact, ports((443,)), OUTSIDE, REACHES, Policy())
    remedy = MESSAGES[Tag.POSSIBLE].remedy
    assert remedy is not None
    command = remedy.verify.format_map(finding.args)
    process = await asyncio.create_subprocess_exec("sh", "-c", STUBS + command, stdout=asyncio.subprocess.PIPE)
    out, _none = await process.communicate()
    used = next(a for a in tried if a.vector == vector)
    assert out.decode() == (
        "nc -w 15 192.0.2.25 25\nsleep 3\nEHLO test.invalid\r\n"
        f"MAIL FROM:<{used.mail_from}>\r\nRCPT TO:<{used.rcpt_to}>\r\nQUIT\r\nsleep 5\n"
    )
