"""Senders and recipients of the relay test, and what the answers on one port amount to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import RelayAttempt, SmtpEnd
from selfaudit.protocols.relay import (
    CATCH_ALL,
    CONTROL,
    FOREIGN,
    LOCAL,
    MAX_RECIPIENTS,
    NULL,
    PERCENT,
    ROUTE,
    RelayVerdict,
    catch_all,
    is_own,
    judge_port,
    vectors,
)
from tests.checks.exposure import DENIED, RECIPIENT, STRANGER, TAKEN, attempts, session


def test_the_vectors() -> None:
    found = {v.name: (v.mail_from, v.rcpt_to) for v in vectors("shop.test", "you@else.test", "me@far.test")}
    assert found == {
        FOREIGN: ("me@far.test", "you@else.test"),
        LOCAL: ("postmaster@shop.test", "you@else.test"),
        NULL: ("", "you@else.test"),
        ROUTE: ("me@far.test", "@shop.test:you@else.test"),
        PERCENT: ("me@far.test", "you%else.test@shop.test"),
        CONTROL: ("me@far.test", "postmaster@shop.test"),
    }
    assert len(found) == MAX_RECIPIENTS
    assert list(found)[:2] == [FOREIGN, LOCAL]
    assert list(found)[-1] == CONTROL


def test_without_a_domain_there_are_two() -> None:
    assert [v.name for v in vectors("", "you@else.test", "me@far.test")] == [FOREIGN, NULL]


def test_a_mailbox_that_nobody_has() -> None:
    vector = catch_all("shop.test", "me@far.test", "0badcafe")
    assert (vector.name, vector.mail_from) == (CATCH_ALL, "me@far.test")
    assert vector.rcpt_to == "selfaudit-nobody-0badcafe@shop.test"


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (PortOutcome.CLOSED, RelayVerdict.CLOSED),
        (PortOutcome.SILENT, RelayVerdict.SILENT),
        (PortOutcome.UNREACHABLE, RelayVerdict.UNREACHABLE),
        (PortOutcome.ERROR, RelayVerdict.UNREACHABLE),
    ],
)
def test_no_connection(outcome: PortOutcome, verdict: RelayVerdict) -> None:
    assert judge_port(session(connect=outcome), attempts(DENIED)).verdict is verdict


def test_answers_of_another_port_do_not_count() -> None:
    found = judge_port(session(587), [*attempts(TAKEN, 25), *attempts(DENIED, 587)])
    assert (found.port, found.verdict, found.accepted) == (587, RelayVerdict.REFUSED, ())


def test_what_was_accepted_and_tried() -> None:
    found = judge_port(session(), attempts({"": DENIED, NULL: TAKEN, ROUTE: "451 later", CONTROL: TAKEN}))
    assert found.verdict is RelayVerdict.POSSIBLE
    assert [a.vector for a in found.accepted] == [NULL]
    assert found.tried == (FOREIGN, LOCAL, NULL, PERCENT)
    assert found.why == TAKEN


def test_a_catch_all_and_a_relay() -> None:
    found = judge_port(session(), attempts({"": DENIED, LOCAL: TAKEN, PERCENT: TAKEN, CATCH_ALL: TAKEN}))
    assert found.as_local
    assert [a.vector for a in found.accepted] == [LOCAL]


def test_the_control_alone_is_no_relay() -> None:
    found = judge_port(session(), attempts({"": DENIED, CONTROL: TAKEN}))
    assert (found.verdict, found.accepted) == (RelayVerdict.REFUSED, ())


CODES = st.sampled_from([0, 220, 250, 252, 354, 421, 450, 451, 454, 500, 503, 530, 535, 550, 553, 554])
WORDS = st.sampled_from(
    ["", "Relay access denied", "5.1.1 User unknown", "blocked using zen.spamhaus.org", "SPF fail", "Must issue a STARTTLS command first",
     "Greylisted", "Sender verify failed", "Callout verification failed", "no", "Authentication required"]
)  # fmt: skip
VECTORS = (FOREIGN, LOCAL, NULL, ROUTE, PERCENT, CONTROL)


@st.composite
def tries(draw: st.DrawFn) -> list[RelayAttempt]:
    found = []
    for name in VECTORS[: draw(st.integers(0, 6))]:
        mail = draw(CODES)
        rcpt = draw(CODES) if 200 <= mail < 300 else 0
        found.append(RelayAttempt(25, name, STRANGER, RECIPIENT, mail, rcpt, f"{rcpt or mail} {draw(WORDS)}"))
    return found


@given(tries(), st.sampled_from(SmtpEnd))
def test_a_verdict_rests_on_definite_answers(found: list[RelayAttempt], end: SmtpEnd) -> None:
    judged = judge_port(session(end=end), found)
    final = {a.vector: a.rcpt_code or a.mail_code for a in found}
    accepted = {a.vector for a in found if 200 <= a.rcpt_code < 300 and a.vector != CONTROL}
    assert (judged.verdict is RelayVerdict.POSSIBLE) == bool(accepted)
    if judged.verdict is RelayVerdict.REFUSED:
        login = final[FOREIGN] in (530, 535)
        assert final[FOREIGN] >= 500
        assert login or final.get(LOCAL, 500) >= 500
        assert login or LOCAL in final or end is SmtpEnd.QUIT
    if not any(code >= 500 for name, code in final.items() if name != CONTROL) and not accepted:
        assert judged.verdict in (RelayVerdict.LATER, RelayVerdict.DEFERRED, RelayVerdict.BROKEN)


@given(st.text(max_size=200), st.sampled_from([500, 503, 521, 550, 552, 554]))
def test_unknown_words_close_nothing_unless_the_control_is_taken(text: str, code: int) -> None:
    reply = f"{code} {text}"
    judged = judge_port(session(), attempts(reply))
    again = judge_port(session(), attempts({"": reply, CONTROL: TAKEN}))
    assert judged.verdict in (RelayVerdict.REFUSED, RelayVerdict.TURNED_AWAY)
    assert not (judged.verdict is RelayVerdict.REFUSED and again.verdict is RelayVerdict.TURNED_AWAY)


@pytest.mark.parametrize("reply", ["550 No", "554 5.7.1 Rejected", "550 Administrative prohibition", "550"])
def test_without_words_nothing_is_closed(reply: str) -> None:
    judged = judge_port(session(), attempts({"": reply, CONTROL: TAKEN}))
    assert (judged.verdict, judged.why) == (RelayVerdict.TURNED_AWAY, reply)
    assert judge_port(session(), attempts({"": reply, NULL: DENIED, CONTROL: TAKEN})).verdict is RelayVerdict.REFUSED


def test_an_unknown_mailbox_counts_only_elsewhere() -> None:
    unknown = "550 5.1.1 User unknown"
    assert judge_port(session(), attempts({"": unknown, CONTROL: TAKEN})).verdict is RelayVerdict.REFUSED
    own = judge_port(session(), attempts({"": "550 No", PERCENT: unknown, CONTROL: TAKEN}))
    assert own.verdict is RelayVerdict.TURNED_AWAY


@pytest.mark.parametrize(
    ("mailbox", "own"),
    [
        ("me@shop.test", True),
        ("me@Mail.SHOP.test", True),
        ("me@shop.test.", True),
        ("me@myshop.test", False),
        ("me@test", False),
    ],
)
def test_own_mailboxes(mailbox: str, own: bool) -> None:
    assert is_own(mailbox, ("else.test", "shop.test")) is own


@given(st.sampled_from([421, 450, 451, 452, 454, 471]), WORDS)
def test_no_4xx_closes_anything(code: int, text: str) -> None:
    assert judge_port(session(), attempts(f"{code} {text}")).verdict in (RelayVerdict.LATER, RelayVerdict.DEFERRED)
