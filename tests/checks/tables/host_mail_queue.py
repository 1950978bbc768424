"""host.mail-queue."""

from __future__ import annotations

from selfaudit.facts import Fact
from selfaudit.facts.host import HostScope, PartStatus, ScopeAddress
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.mail-queue"
YOUNG, OLD = "2026-11-22T04:00:00Z", "2026-11-18T04:00:00Z"
NO_SERVERS = dict.fromkeys(("mail.postfix", "mail.exim", "mail.sendmail"), PartStatus.ABSENT)


def queue(total: int | str, oldest: str = YOUNG, *lines: str, server: str = "postfix", frozen: int = 0) -> str:
    return "\n".join(
        [f"server={server}", f"total={total}", *([f"oldest={oldest}"] if oldest else []), f"frozen={frozen}", *lines]
    )


def facts(text: str | PartStatus, **fields: object) -> list[Fact]:
    return [report({"mail.queue": text}, **fields), SCOPE]  # type: ignore[arg-type]


def scenario(name: str, text: str, must: list[str], outcome: str, *must_not: str, **args: object) -> Scenario:
    return Scenario(name, facts(text), must, outcome, must_not, args)


FLOOD, ONE, LARGE, STALE = "MAIL_QUEUE_ONE_SENDER_FLOODS", "MAIL_QUEUE_ONE_SENDER", "MAIL_QUEUE_LARGE", "MAIL_QUEUE_OLD"
PARTLY, OK = "MAIL_QUEUE_PARTLY_SEEN", "MAIL_QUEUE_OK"
SPREAD = tuple(f"sender={n},u***{n}@blumenhof.example" for n in (40, 30, 20))

SCENARIOS = [
    scenario("empty", queue(0, ""), [OK], "pass", PARTLY, total=0, server="postfix"),
    scenario("a few old ones", queue(100, OLD), [OK], "pass", STALE),
    scenario("many young ones of many senders", queue(101, YOUNG, *SPREAD), [OK], "pass", PARTLY),
    scenario(
        "one sender floods", queue(1001, YOUNG, "sender=501,i***@blumenhof.example", "sender=500,b***@blumenhof.example"), [FLOOD], "fail", ONE, LARGE, OK,
        count=501, sender="i***@blumenhof.example", total=1001,
    ),
    scenario("exactly half is not most", queue(1002, YOUNG, "sender=501,a***@b.example", "sender=501,c***@b.example"), [LARGE], "warn", FLOOD, ONE),
    scenario("one sender, fewer", queue(1000, YOUNG, "sender=501,i***@blumenhof.example"), [ONE], "warn", FLOOD, OK),
    scenario("large", queue(5000, YOUNG, *SPREAD), [LARGE], "warn", FLOOD, OK),
    scenario("old", queue(101, "2026-11-21T05:59:00Z", *SPREAD), [STALE], "warn", OK, oldest="2026-11-21 05:59"),
    scenario("not yet a day", queue(101, "2026-11-21T06:00:00Z", *SPREAD), [OK], "pass", STALE),
    scenario("bounces", queue(300, YOUNG, "sender=200,<>", "sender=90,a***@b.example"), ["MAIL_QUEUE_BOUNCES"], "warn", ONE, OK, count=200),
    scenario("bounces under two names", queue(300, YOUNG, "sender=100,MAILER-DAEMON", "sender=60,<>"), ["MAIL_QUEUE_BOUNCES"], "warn", count=160),
    scenario("frozen", queue(150, YOUNG, *SPREAD, server="exim", frozen=101), ["MAIL_QUEUE_FROZEN"], "warn", OK, count=101),
    scenario("rate", queue(5, YOUNG, "rate=4000"), ["MAIL_QUEUE_RATE", OK], "pass", count=4000),
    scenario("senders unknown", queue(500, YOUNG), [PARTLY], "inconclusive", OK),
    scenario("age unknown", queue(500, "", *SPREAD), [PARTLY], "inconclusive", OK, what=("since when they wait",)),
    scenario("a flood is one, whatever else is unknown", queue(5000, "", "sender=4999,i***@b.example"), [FLOOD, PARTLY], "fail", OK),
    scenario("no number", queue("many"), ["MAIL_QUEUE_NOT_COUNTED"], "inconclusive", OK),
    scenario("a number out of all bounds", queue("9" * 40), ["MAIL_QUEUE_NOT_COUNTED"], "inconclusive", OK),
    scenario("strange lines", queue(3, YOUNG, "sender=x,y", "sender=", "sender", "queue=deferred,3"), [OK], "pass"),
    Scenario("cut", [report(more=(part("mail.queue", queue(3), cut=True),)), SCOPE], [PARTLY], "inconclusive", [OK]),
    Scenario("rescue: counted all the same", facts(queue(5000, YOUNG, "sender=4000,i***@b.example"), rescue=True), [FLOOD], "fail"),
    Scenario(
        "Debian's exim", facts(queue(2000, YOUNG, "sender=1999,i***@b.example", server="exim")), [FLOOD], "fail", [],
        {"command": "cp -a /var/spool/exim4 ~/queue-copy\nexiqgrep -i -f '^SENDER$' | xargs -r exim4 -Mrm"},
    ),
    Scenario(
        "exim elsewhere", facts(queue(2000, YOUNG, "sender=1999,i***@b.example", server="exim"), system="alma"), [FLOOD], "fail", [],
        {"command": "cp -a /var/spool/exim ~/queue-copy\nexiqgrep -i -f '^SENDER$' | xargs -r exim -Mrm"},
    ),
    scenario(
        "Postfix of any version", queue(2000, YOUNG, "sender=1999,i***@b.example"), [FLOOD], "fail", OK,
        command="cp -a /var/spool/postfix ~/queue-copy\npostqueue -p | tail -n +2 | awk 'BEGIN { RS = \"\" } $7 == \"SENDER\" { print $1 }' | tr -d '*!#' | postsuper -d -",
    ),
    Scenario("sendmail", facts(queue(2000, YOUNG, "sender=1999,i***@b.example", server="sendmail")), [FLOOD], "fail"),
    Scenario("OpenSMTPD", facts(queue(2000, YOUNG, "sender=1999,i***@b.example", server="opensmtpd")), [FLOOD], "fail"),
    Scenario("no mail server", [report({"mail.queue": PartStatus.ABSENT, **NO_SERVERS}), SCOPE], ["MAIL_QUEUE_NO_SERVER"], "not-applicable"),
    Scenario(
        "a mail server without a queue", [report({"mail.queue": PartStatus.ABSENT, **NO_SERVERS, "mail.exim": PartStatus.DENIED}), SCOPE],
        ["MAIL_QUEUE_NOT_IN_FILE"], "inconclusive", ["MAIL_QUEUE_NO_SERVER"],
    ),
    Scenario("not in the file", [report(), SCOPE], ["MAIL_QUEUE_NOT_IN_FILE"], "inconclusive", [OK]),
    *(
        Scenario(str(status), facts(status), ["MAIL_QUEUE_NOT_IN_FILE"], "inconclusive", [OK, "MAIL_QUEUE_NO_SERVER"])
        for status in PartStatus if status is not PartStatus.OK
    ),
    Scenario("the file of another server", [report(), HostScope("x", (ScopeAddress("198.51.100.7", "named"),), ())], ["MAIL_QUEUE_OTHER_HOST"], "inconclusive"),
    Scenario("too old", facts(queue(0), seen="2026-12-22T06:00:00Z", received="2026-12-22T06:00:00Z"), ["MAIL_QUEUE_TOO_OLD"], "inconclusive", [OK]),
    Scenario("a clock far ahead", facts(queue(0), taken="2026-11-23T06:00:00Z"), ["MAIL_QUEUE_CLOCK"], "inconclusive", [OK]),
    Scenario("changed", facts(queue(0), genuine=False, damage=("x",)), ["MAIL_QUEUE_CHANGED"], "inconclusive", [OK]),
]  # fmt: skip
