"""What looks like a repair and is none: only the day moved, nothing is left to judge, or another file was brought along."""

from __future__ import annotations

from string import Formatter

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.engine import Audit
from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.ledger import ChannelCounts
from selfaudit.facts.message import MessageReport
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Finding, Outcome, Result, Severity
from selfaudit.report.brought import why_no_repair
from selfaudit.report.comparison import Comparison, Fate, compare
from selfaudit.report.seen_anew import ENDED, NEEDLESS
from tests.checks import host
from tests.checks.build import no, yes
from tests.checks.consent import ledger
from tests.checks.messages import GOOD, mail, report, sign
from tests.report.test_comparison import ADDRESS, NEW, OLD, audit, only_one

STILL = "it is still there; only the case or the day judges it otherwise"
SERVER = Target("host", "web1.blumenhof.example")
CHANGED = "2026-11-10T10:00:00Z"
UPLOAD = "/var/www/shop/wp-content/uploads/x.php"
PERSISTENCE = {
    "persistence.cron": "", "persistence.timers": "", "persistence.preload": "", "persistence.files": "", "persistence.accounts": "",
    "persistence.uploads": "",
}  # fmt: skip


def server(taken: str, suspended: str, parts: dict[str, str]) -> Audit:
    """One look at a server by its own file; every file has other octets."""
    fact = host.report(
        {**PERSISTENCE, **parts}, taken=taken, received=taken, seen=taken, sha256=taken[:10].replace("-", "").zfill(64)
    )
    seen = [(f"host.report@{SERVER.value}", fact), (f"host.scope@{SERVER.value}", host.SCOPE)]
    return audit(taken, seen, SERVER, only=["host.persistence"], suspended=suspended)


def story(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(i.tag, str(i.fate), i.why) for i in comparison.items if i.tag]


FILES = {"persistence.files": f"/etc/profile.d/x.sh|{CHANGED}|root"}
UPLOADS = {"persistence.uploads": f"{UPLOAD}|{CHANGED}|4711"}


@pytest.mark.parametrize(
    ("parts", "then", "today", "tag"),
    [
        (FILES, "", "", "PERSISTENCE_CHANGES_RECENT"),  # the window ends with the day of the file
        (FILES, "2026-11-20", "2027-02-01", "PERSISTENCE_CHANGES_SINCE"),  # the window ends with the day in the case
        (FILES, "2026-11-20", "", "PERSISTENCE_CHANGES_SINCE"),
        (UPLOADS, "2026-11-20", "2027-02-01", "PERSISTENCE_UPLOADS_NEW"),
    ],
)
def test_where_only_the_day_moved_nothing_was_mended(parts: dict[str, str], then: str, today: str, tag: str) -> None:
    before = server("2026-11-22T06:00:00Z", then, parts)
    compared = compare(before, server("2027-02-20T06:00:00Z", today, parts))
    assert (tag, "not-comparable", STILL) in story(compared)
    assert compared.counts["fixed"] == 0
    assert compared.exit_code() != 0
    mended = compare(before, server("2027-02-20T06:00:00Z", today, {}))
    assert (tag, "fixed", "") in story(mended)


def test_another_day_of_the_suspension_is_said() -> None:
    compared = compare(server("2026-11-22T06:00:00Z", "2026-11-20", {}), server("2026-11-23T06:00:00Z", "", {}))
    assert compared.warnings == (
        "They name different days of the suspension (2026-11-20 and no day), and some checks only count what changed shortly before it.",
    )


def test_every_tag_that_needs_nothing_is_an_end_or_none() -> None:
    tags = {
        tag for check in all_checks().values() for tag, message in check.messages.items() if message.severity is Severity.NONE
    }
    assert tags == ENDED | NEEDLESS
    assert not ENDED & NEEDLESS


# Check, its fault before, and what it does not need now.
@pytest.mark.parametrize(
    ("check", "kind", "fault", "needless"),
    [
        ("registration.expiry", "domain", "EXPIRY_SOON", "EXPIRY_NOT_SHOWN"),
        ("registration.expiry", "domain", "EXPIRY_SOON", "EXPIRY_TOO_LATE"),
        ("registration.expiry", "domain", "EXPIRY_SOON", "EXPIRY_NOT_REGISTERED"),
        ("registration.nameservers", "domain", "NAMESERVERS_DIFFER", "NAMESERVERS_NOT_SHOWN"),
        ("registration.nameservers", "domain", "NAMESERVERS_DIFFER", "NAMESERVERS_TAKEN_OUT"),
        ("registration.contacts", "domain", "CONTACTS_DIFFER", "CONTACTS_UNREGISTERED"),
        ("web.unsubscribe", "domain", "UNSUBSCRIBE_PAGE_LOGIN", "UNSUBSCRIBE_PAGE_NOT_NEEDED"),
        ("web.unsubscribe", "domain", "UNSUBSCRIBE_PAGE_LOGIN", "UNSUBSCRIBE_NO_MAIL_SENT"),
        ("rdns.forward-confirmed", "address", "FCRDNS_MISMATCH", "FCRDNS_NO_NAME"),
        ("rdns.generic", "address", "RDNS_GENERIC", "RDNS_GENERIC_NO_NAME"),
        ("mail.contacts", "domain", "CONTACT_REFUSED", "CONTACTS_NO_MAIL_HOST"),
        ("consent.drill", "ledger", "DRILL_LATE", "DRILL_NOT_NEEDED"),
        ("routing.provider-range", "address", "PROVIDER_RANGE_OUTSIDE", "PROVIDER_RANGE_NO_PROVIDER"),
        ("message.unsubscribe", "message", "UNSUBSCRIBE_ABSENT", "UNSUBSCRIBE_NOT_NEEDED"),
        ("message.unsubscribe", "message", "UNSUBSCRIBE_ABSENT", "UNSUBSCRIBE_DISCUSSION_LIST"),
    ],
)
def test_what_is_not_needed_any_more_was_not_put_right(check: str, kind: str, fault: str, needless: str) -> None:
    def judged(at: str, tag: str, outcome: Outcome) -> Audit:
        made = audit(at, [], only=[check])
        return Audit(made.evidence, (Result(check, kind, "192.0.2.25", outcome, (Finding(tag, some_args(check, tag)),)),))

    item = only_one(compare(judged(OLD, fault, Outcome.FAIL), judged(NEW, needless, Outcome.NOT_APPLICABLE)))
    assert (item.fate, item.tag) == (Fate.NOT_COMPARABLE, fault)
    assert item.why.startswith("nothing shows that it was put right, there is only nothing left to judge: ")


def some_args(check: str, tag: str) -> dict[str, str]:
    """A value for each field of the finding's text."""
    template = all_checks()[check].messages[tag].text
    return {name: name for _text, name, _form, _conversion in Formatter().parse(template) if name}


def test_a_name_that_is_gone_confirms_nothing() -> None:
    """The same from facts to fate: a wrong name that was taken away leaves nothing to confirm, which is no repair."""

    def named(at: str, fact: Fact) -> Audit:
        return audit(at, [("rdns@192.0.2.25", fact)], ADDRESS, only=["rdns.forward-confirmed"])

    pointer = "25.2.0.192.in-addr.arpa"
    wrong = ReverseDns(
        "192.0.2.25",
        yes(pointer, "PTR", "mail.shop.test."),
        None,
        (yes("mail.shop.test", "A", "192.0.2.7"), no("mail.shop.test", "AAAA")),
    )
    gone = ReverseDns("192.0.2.25", no(pointer, "PTR", DnsStatus.NXDOMAIN), None, ())
    compared = compare(named(OLD, wrong), named(NEW, gone))
    assert [(i.tag, i.fate) for i in compared.items] == [("FCRDNS_MISMATCH", Fate.NOT_COMPARABLE)]
    assert compared.exit_code() == 3


# Sample messages.
def sample(sent: str, **fields: str | None) -> MessageReport:
    usual = {"list_id": "<n.shop.test>", "date": sent, "received": None}
    return report(sign(mail("Tulips!\r\nUnsubscribe: https://shop.test/leave\r\n", **(usual | fields))), GOOD)  # type: ignore[arg-type]


ONE_CLICK = {"list_unsubscribe": "<https://shop.test/u>", "list_unsubscribe_post": "List-Unsubscribe=One-Click"}
BAD = sample("Sun, 22 Nov 2026 08:00:00 +0000")
ENDED_AT, LATER = "2026-11-20T10:00:00.000Z", "2026-11-22T10:00:00.000Z"


def messages(at: str, fact: MessageReport) -> Audit:
    seen = [(f"message.report@{fact.message.name}", fact)]
    return audit(at, seen, Target("message", fact.message.name), only=["message.headers", "message.unsubscribe"])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (sample("Sat, 21 Nov 2026 08:00:00 +0000", **ONE_CLICK), ""),
        (sample("Wed, 01 Jan 2020 10:00:00 +0000", **ONE_CLICK), "was sent before the earlier audit ended"),
        (sample("Fri, 20 Nov 2026 10:00:00 +0000", **ONE_CLICK), "was sent before the earlier audit ended"),
        # Its Date is younger than its receiver's own note.
        (
            sample("Sat, 21 Nov 2026 08:00:00 +0000", **ONE_CLICK, received="from a.test ([192.0.2.25]) by mx.test; Wed, 01 Jan 2020 10:00:00 +0000"),
            "was sent before the earlier audit ended",
        ),
        (sample("Fri, 01 Jan 2027 08:00:00 +0000", **ONE_CLICK), "has no time that can be believed"),
        (sample("soon", **ONE_CLICK), "has no time that can be believed"),
        (sample("Sat, 21 Nov 2026 08:00:00 +0000", **ONE_CLICK, from_="Anna <a@other.test>"), "is from another sender"),
    ],
)  # fmt: skip
def test_only_a_message_that_was_sent_since_shows_a_repair(now: MessageReport, why: str) -> None:
    compared = compare(messages(ENDED_AT, BAD), messages(LATER, now))
    (item,) = [i for i in compared.items if i.tag == "UNSUBSCRIBE_ABSENT" or i.tag == "UNSUBSCRIBE_ONLY_IN_TEXT"]
    assert (item.fate, why in item.why) == (Fate.NOT_COMPARABLE if why else Fate.FIXED, True)
    assert why or not item.why


# Ledgers.
def rows(**values: object) -> dict[str, object]:
    return {"sha256": "cd" * 32, **values}


BOUGHT = {"purchased": 5, "withdrawn": 50, "rows": 1050, "recipients": 1050, "hard_bounces": 7, "mailed_after_complaint": 2}
LEFT = BOUGHT | {"purchased": 0, "withdrawn": 55}
CHANNELS = (ChannelCounts("email", 1000, 1000, 1000), ChannelCounts("sms", 50, 0, 0))
SINCE = {"oldest": "2024-01-01", "channels": CHANNELS}
SHORTER = "the ledger is shorter than in the earlier audit, so what was wrong may only have been taken out of it"
GONE = "rows that were in the ledger are not there any more, so what was wrong may only have been taken out of it"


@pytest.mark.parametrize(
    ("counts", "other", "why"),
    [
        (LEFT, rows(**SINCE), ""),
        (LEFT | {"rows": 1049}, rows(**SINCE), SHORTER),
        (LEFT | {"recipients": 1049}, rows(**SINCE), SHORTER),
        (LEFT | {"withdrawn": 49}, rows(**SINCE), GONE),
        (LEFT | {"hard_bounces": 6}, rows(**SINCE), GONE),
        (LEFT | {"mailed_after_complaint": 1}, rows(**SINCE), GONE),
        (LEFT, rows(**SINCE, complete=False, why="a limit"), "part of it was not seen this time: list.csv was not read"),
        (LEFT, rows(**(SINCE | {"oldest": "2024-01-02"})), GONE),
        (LEFT, rows(**(SINCE | {"oldest": ""})), GONE),
        (LEFT, rows(oldest="2024-01-01", channels=CHANNELS[:1]), GONE),
    ],
)
def test_a_ledger_from_which_rows_are_gone_shows_no_repair(
    counts: dict[str, object], other: dict[str, object], why: str
) -> None:
    def one(at: str, fact: Fact) -> Audit:
        return audit(at, [("ledger.report@list.csv", fact)], Target("ledger", "list.csv"), only=["consent.ledger"])

    before = one(OLD, ledger(report=SINCE, **BOUGHT))  # type: ignore[arg-type]
    compared = compare(before, one(NEW, ledger(report=other, **counts)))  # type: ignore[arg-type]
    found = [(i.fate, i.why) for i in compared.items if i.tag == "LEDGER_PURCHASED"]
    assert [fate for fate, _why in found] == [Fate.NOT_COMPARABLE if why else Fate.FIXED]
    assert found[0][1].startswith(why)


def test_two_pieces_of_a_ledger_show_no_repair() -> None:
    piece = ledger(report={"complete": False, "why": "a limit"})
    other = ledger(report={"complete": False, "why": "a limit", "sha256": "cd" * 32})
    assert why_no_repair(piece, other, OLD) == "the ledger was not read to its end this time"
