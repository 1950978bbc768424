"""What a notice proposes for the case: only source-side targets, clauses with their reason, checks in their order."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from selfaudit.appeal.incident import CAUSES, CHECKS, TOPIC_WORDS, propose, suspended_since
from selfaudit.case.notice import Notice, NoticeEvent, Topic
from selfaudit.checks import all_checks
from selfaudit.policy.model import Clause, ClauseClass, Pack, Weight
from selfaudit.policy.packs import pack_for
from tests.protocols.notice.samples import notice


def clause(name: str, heading: str = "h", section: str = "", topics: tuple[Topic, ...] = ()) -> Clause:
    return Clause(name, section, heading, "q", ClauseClass.STATED, Weight.EXPECTED, topics=topics)


PACK = Pack(
    "p", "P", prefixes=("9.9.9.0/24",),
    clauses=(
        clause("P-4.4", "Open services", "4. Security", ("open-relay", "open-resolver")), clause("P-5.0", "No bulk mail", "5. Email & Messaging", ("spam",)),
        clause("P-5.3a", "WHOIS", "5. Email & Messaging", ("registration",)), clause("P-5.7", "Blocklists", "5. Email & Messaging", ("blocklist",)),
        clause("P-15.1", "Other", "15. Other"),
    ),
)  # fmt: skip


def test_every_topic_has_words_checks_and_causes() -> None:
    topics = set(get_args(Topic))
    assert set(TOPIC_WORDS) == set(CHECKS) == set(CAUSES) == topics
    known = set(all_checks())
    being_made = ("message.", "consent.", "web.")
    for checks in CHECKS.values():
        assert checks
        assert len(set(checks)) == len(checks)
        assert all(c in known or c.startswith(being_made) for c in checks), checks


def test_targets_are_the_customer_s_side_and_public() -> None:
    read = Notice(
        "text", topics=("spam",), addresses=("203.0.113.5", "8.8.8.8", "9.9.9.9"), domains=("www.selfaudit.org", "shop.example", "selfaudit.org"),
        events=(NoticeEvent(address="9.9.9.9", other="1.1.1.1"),),
    )  # fmt: skip
    made = propose(read, PACK)
    assert [t.value for t in made.targets] == ["9.9.9.9", "8.8.8.8", "selfaudit.org"]
    assert made.targets[0].why == "the notice names it, and it lies in a block of the provider"
    assert made.sending == ("8.8.8.8", "9.9.9.9")
    assert "203.0.113.5 is no public address, so it is not proposed" in made.notes
    assert "shop.example is a reserved name, so it is not proposed" in made.notes
    assert "not in a block of the provider, so make sure that they are yours: 8.8.8.8" in made.notes
    assert "203.0.113.5" in [t.value for t in propose(read, None, allow_reserved=True).targets]


def test_no_sending_address_where_no_mail_was_complained_about() -> None:
    assert propose(Notice("text", topics=("scan",), addresses=("9.9.9.9",)), None).sending == ()


@pytest.mark.parametrize(
    ("names", "topics", "named"),
    [
        (("5",), ("spam",), ["P-5.0"]), (("5", "5.7"), ("spam",), ["P-5.7"]), (("5", "Email & Messaging", "5.7"), ("spam",), ["P-5.7"]),
        (("P-5.3a",), ("spam",), ["P-5.3a"]), (("5.3",), ("spam",), ["P-5.3a"]), (("Blocklists",), (), ["P-5.7"]),
        (("5",), ("scan",), ["P-5.0", "P-5.3a", "P-5.7"]), (("99", "1"), ("spam",), []), (("15",), (), ["P-15.1"]),
    ],
)  # fmt: skip
def test_named_clauses(names: tuple[str, ...], topics: tuple[Topic, ...], named: list[str]) -> None:
    made = propose(Notice("text", topics=topics, clauses=names), PACK)
    assert [c.id for c in made.clauses if c.named] == named


def test_clauses_by_topic_come_after_and_say_why() -> None:
    made = propose(Notice("text", topics=("open-relay", "spam"), clauses=("5.7",)), PACK)
    assert [(c.id, c.named) for c in made.clauses] == [("P-5.7", True), ("P-4.4", False), ("P-5.0", False)]
    assert made.clauses[1].why == "the notice is about a mail server that sends for strangers"
    assert propose(Notice("text", topics=("spam",)), None).clauses == ()


def test_checks_and_causes_in_their_order() -> None:
    made = propose(Notice("text", topics=("open-resolver", "spam")), None)
    ids = [c.id for c in made.checks]
    assert ids[0] == "exposure.resolver"
    assert ids.index("exposure.resolver") < ids.index("blocklist.address")
    assert len(set(ids)) == len(ids)
    assert set(ids) <= set(all_checks())
    assert [c.cause for c in made.causes] == ["open-service", "account", "software", "campaign"]


def test_several_notices() -> None:
    first = Notice("text", deadline="2026-11-25", topics=("spam",), steps=("A.", "B."), reference="T-1")
    second = Notice("arf", deadline="2026-11-25T10:00:00Z", topics=("malware", "spam"), steps=("B.", "C."), reference="X")
    made = propose((second, first), None)
    assert (made.deadline, made.steps, made.number, made.topics) == (
        "2026-11-25T10:00:00Z",
        ("B.", "C.", "A."),
        "T-1",
        ("malware", "spam"),
    )
    assert propose((), None) == replace(propose((), PACK))


@pytest.mark.parametrize(
    ("excerpt", "since"),
    [
        ("We have therefore suspended the service on 2026-11-20 08:55 UTC.", "2026-11-20T08:55:00Z"), ("Your server has been suspended.", "2026-11-21"),
        ("Ihr Server wurde am 19.11.2026 gesperrt.", "2026-11-19"), ("The service will be suspended on 2026-11-25.", ""),
        ("If you do not answer, it is suspended.", ""), ("Andernfalls wird der Server gesperrt.", ""), ("Please answer.", ""),
        ("Other customers have been suspended for this.", ""), ("Der Zugang ist gesperrt.", ""), ("Your server was suspended last year on 2025-01-03.", ""),
        ("Your server was suspended on 2026-06-03.", ""), ("203.0.113.5 is blocked.", "2026-11-21"),
    ],
)  # fmt: skip
def test_since_when_the_service_is_suspended(excerpt: str, since: str) -> None:
    assert suspended_since(Notice("mail", sent="2026-11-21T10:00:00Z", addresses=("203.0.113.5",), excerpt=excerpt)) == since


def test_a_suspension_that_is_not_sure_is_a_note() -> None:
    made = propose(Notice("mail", sent="2026-11-21T10:00:00Z", excerpt="Your server was suspended on 2025-01-03."), None)
    assert made.suspended == ""
    assert made.notes == (
        "the notice says “Your server was suspended on 2025-01-03.”; state yourself whether your service is suspended, and since when",
    )


def test_a_real_ticket_and_its_pack() -> None:
    made = propose(notice("prez_ticket.eml"), pack_for("prezcomm"), allow_reserved=True)
    assert [t.value for t in made.targets] == ["203.0.113.25", "blumenhof.test"]
    assert [c.id for c in made.clauses if c.named] == ["B-5.7"]
    assert (made.number, made.deadline, made.suspended) == ("PH-2026-114477", "2026-11-22T09:12:30Z", "2026-11-20T08:55:00Z")
    assert made.checks[0].id == "blocklist.address"
