"""The mail queue of a server does not hold other people's spam.

What it checks:
    How many messages wait in the mail server's queue, how old they are, how many are frozen, and whether one sender has most of them.

Why it matters:
    A log-in or a script that sends spam fills the queue: much of what it sends is refused and waits. The queue names the one who
    sends. A desk asks for it, and unless it is emptied, the rest goes out the moment the server is back.

How it is judged:
    1. postqueue -p, exim -bpc, mailq or the spool folders (these can be counted from a rescue system too).
    2. One sender has more than half of more than 1000 messages: that log-in, site or script most likely sends spam.
    3. One sender has more than half of 101 to 1000 messages; or more than 1000 messages wait in all; or more than 100 wait and the oldest
       is older than a day; or more than 100 are frozen: a careful desk asks why.
    4. More than half of more than 100 messages have no sender: they are reports of undeliverable mail, mostly answers to spam.
    5. At most 100 messages, or up to 1000 young ones from many senders: as it should be.
    6. With more than 100 messages, a queue whose senders or ages are not in the file is not called good, nor is one that was cut.

Limits and false positives:
    A newsletter that is being sent looks the same: one sender, many messages; say so to the desk. An empty queue does not show that
    nothing was sent. Senders are masked in the collector's file; the server's own commands show them in full.

References:
    postqueue(1), postsuper(1), exim(8), exiqgrep(8); Postfix QSHAPE_README; RFC 5321 section 4.5.4.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks import _host
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_scope import day_of, moment
from selfaudit.protocols.host_system import System, system_of
from selfaudit.text import printable

PART = "mail.queue"
MANY, FEW = 1000, 100
DAY = 86_400


class Tag(StrEnum):
    FLOOD = "MAIL_QUEUE_ONE_SENDER_FLOODS"
    ONE_SENDER = "MAIL_QUEUE_ONE_SENDER"
    BOUNCES = "MAIL_QUEUE_BOUNCES"
    LARGE = "MAIL_QUEUE_LARGE"
    OLD = "MAIL_QUEUE_OLD"
    FROZEN = "MAIL_QUEUE_FROZEN"
    RATE = "MAIL_QUEUE_RATE"
    PARTLY = "MAIL_QUEUE_PARTLY_SEEN"
    UNREADABLE = "MAIL_QUEUE_NOT_COUNTED"
    OK = "MAIL_QUEUE_OK"
    NO_SERVER = "MAIL_QUEUE_NO_SERVER"
    NOT_IN_FILE = "MAIL_QUEUE_NOT_IN_FILE"
    OTHER_HOST = "MAIL_QUEUE_OTHER_HOST"
    TOO_OLD = "MAIL_QUEUE_TOO_OLD"
    CLOCK = "MAIL_QUEUE_CLOCK"
    CHANGED = "MAIL_QUEUE_CHANGED"


CHECK = Check(
    "host.mail-queue", N_("The mail queue does not hold other people's spam"), (HostReport, HostScope), "host", Contact.PASSIVE
)

_VERIFY = N_("{look}   # then collect again: selfaudit collect --ssh USER@{host}")
_CLEAR = Remedy(
    N_(
        "Keep evidence first: copy the queue before anything is deleted, since it shows the desk and you who sent. Find the sender with the first command; the "
        "name in the file is masked. Look at some messages: a log-in (change its password and end its sessions), or a site or script (its user stands in "
        "the headers) sends them. Close that hole, and only then delete that sender's messages, with the name in place of SENDER. The "
        "command {changes}."
    ),
    verify=_VERIFY,
    record="{look}\n{command}",
    minutes=60,
)
_EXPLAIN = Remedy(
    N_(
        "See which receivers refuse the messages, and why: the first command shows it. If they are not yours, keep a copy of the queue as evidence before you delete "
        "anything, then delete them by sender, with the name in place of SENDER. The command {changes}. If they are yours, a newsletter for example, say so to the desk."
    ),
    verify=_VERIFY,
    record="{look}\n{command}",
    minutes=30,
)

MESSAGES = {
    Tag.FLOOD: Message(
        Severity.HIGH,
        N_(
            "{total} messages wait in the mail queue of {host}, and {count} of them are from {sender}. Most likely somebody sends spam with this "
            "log-in, site or script."
        ),
        _CLEAR,
    ),
    Tag.ONE_SENDER: Message(
        Severity.MEDIUM,
        N_("{total} messages wait in the mail queue of {host}, and {count} of them are from one sender, {sender}."),
        _CLEAR,
    ),
    Tag.BOUNCES: Message(
        Severity.MEDIUM,
        N_(
            "{count} of the {total} messages in the mail queue of {host} have no sender: they are reports of undeliverable mail. So many mean that spam came "
            "in or went out in your name."
        ),
        _EXPLAIN,
    ),
    Tag.LARGE: Message(Severity.MEDIUM, N_("{total} messages wait in the mail queue of {host}."), _EXPLAIN),
    Tag.OLD: Message(
        Severity.MEDIUM,
        N_(
            "{total} messages wait in the mail queue of {host}, the oldest since {oldest} UTC. Mail that is wanted is delivered sooner."
        ),
        _EXPLAIN,
    ),
    Tag.FROZEN: Message(
        Severity.MEDIUM,
        N_(
            "{count} messages in the mail queue of {host} are frozen: nobody takes them, and not even their sender takes them back. That is mostly spam."
        ),
        _EXPLAIN,
    ),
    Tag.RATE: Message(
        Severity.INFO, N_("According to its log, {host} sent {count} messages in the 24 hours before {taken} UTC.")
    ),
    Tag.PARTLY: Message(
        Severity.UNKNOWN,
        N_(
            "{total} messages wait in the mail queue of {host}, and the collector's file does not say everything about them ({what})."
        ),
        Remedy(
            N_(
                "Run the collector again as administrator (root) while the mail server runs, or look at the queue with the command shown."
            ),
            verify=_VERIFY,
            minutes=5,
        ),
    ),
    Tag.UNREADABLE: Message(
        Severity.UNKNOWN,
        N_("The collector's file of {host} has a part about the mail queue, but no number of messages in it."),
        Remedy(
            N_("Look at the queue with the command shown, and run the collector again as administrator (root)."),
            verify=_VERIFY,
            minutes=5,
        ),
    ),
    Tag.OK: Message(
        Severity.GOOD, N_("{total} messages wait in the mail queue of {host} ({server}); that is no sign of spam.")
    ),
    Tag.NO_SERVER: Message(Severity.NONE, N_("There is no mail queue on {host}: it has no mail server.")),
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
}

_NO_SENDER = re.compile(r"<?>?|-|(<?mailer-daemon\b.*)", re.IGNORECASE)
_CHANGES = phrase("copies the queue to ~/queue-copy and then deletes the messages of that one sender for good")


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    standing = _host.standing(report, scope)
    if standing is not None:
        name, args = standing
        yield found(Tag[name], **args)
        return
    part, lines = report.part(PART), report.lines(PART)
    if part is not None and part.status is PartStatus.ABSENT and _no_server(report):
        yield found(Tag.NO_SERVER, host=report.name)
        return
    if part is None or lines is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, PART))
        return
    values = report.values(PART)
    server = values.get("server", "").partition(",")[0].strip().lower()
    words: dict[str, Any] = {"host": report.name, **_commands(server, system_of(report))}
    total = _number(values.get("total", ""))
    if total is None:
        yield found(Tag.UNREADABLE, **words)
        return
    words["total"] = total
    senders = _senders(lines)
    oldest = moment(values.get("oldest", ""))
    judged = [*_sender_findings(total, senders, words), *_size_findings(report, total, oldest, values, words)]
    yield from judged
    rate = _number(values.get("rate", ""))
    if rate is not None:
        yield found(Tag.RATE, host=report.name, count=rate, taken=day_of(report.taken))
    missing = []
    if part.cut:
        missing.append(phrase("it was cut off"))
    if total > FEW and not senders:
        missing.append(phrase("who sent them"))
    if total > FEW and oldest is None:
        missing.append(phrase("since when they wait"))
    if missing:
        yield found(Tag.PARTLY, what=missing, **words)
    elif not judged:
        yield found(Tag.OK, host=report.name, total=total, server=printable(server, 40) or phrase("mail server not named"))


def _sender_findings(total: int, senders: list[tuple[int, str]], words: dict[str, Any]) -> Iterator[Finding]:
    """What the largest sender means; the reports of undeliverable mail are the server's own."""
    if total <= FEW:
        return
    own = sum(count for count, name in senders if _NO_SENDER.fullmatch(name))
    if 2 * own > total:
        yield found(Tag.BOUNCES, count=own, **words)
    count, name = max((s for s in senders if not _NO_SENDER.fullmatch(s[1])), default=(0, ""))
    if 2 * count > total:
        yield found(Tag.FLOOD if total > MANY else Tag.ONE_SENDER, count=count, sender=printable(name, 80), **words)
    elif total > MANY:
        yield found(Tag.LARGE, **words)


def _size_findings(
    report: HostReport, total: int, oldest: float | None, values: dict[str, str], words: dict[str, Any]
) -> Iterator[Finding]:
    taken = moment(report.taken)
    if total > FEW and oldest is not None and taken is not None and taken - oldest > DAY:
        yield found(Tag.OLD, oldest=day_of(values["oldest"]), **words)
    frozen = _number(values.get("frozen", "")) or 0
    if frozen > FEW:
        yield found(Tag.FROZEN, count=frozen, **words)


def _no_server(report: HostReport) -> bool:
    """Whether the collector looked for each mail server and found none."""
    parts = [report.part(name) for name in ("mail.postfix", "mail.exim", "mail.sendmail")]
    return all(part is not None and part.status is PartStatus.ABSENT for part in parts)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _senders(lines: tuple[str, ...]) -> list[tuple[int, str]]:
    out = []
    for line in lines:
        key, _equals, value = line.partition("=")
        count, comma, name = value.partition(",")
        number = _number(count.strip())
        if key.strip() == "sender" and comma and number is not None:
            out.append((number, name.strip()))
    return out


def _commands(server: str, system: System) -> dict[str, str]:
    """How the queue is looked at, and how one sender's messages are copied and deleted."""
    if server.startswith("exim"):
        name = "exim4" if system.family == "debian" else "exim"
        spool = "/var/spool/exim4" if system.family == "debian" else "/var/spool/exim"
        look = f"{name} -bp | exiqsumm | tail -n 20; {name} -bp | head -n 40"
        clear = f"cp -a {spool} ~/queue-copy\nexiqgrep -i -f '^SENDER$' | xargs -r {name} -Mrm"
    elif server.startswith("sendmail"):
        look = "mailq | tail -n 40"
        clear = "cp -a /var/spool/mqueue ~/queue-copy\nsendmail -qSSENDER -Qunwanted   # sets them aside; they are not sent"
        changes = phrase(
            "copies the queue to ~/queue-copy and sets that one sender's messages aside, so that they are not sent"
        )
        return {"look": look, "command": clear, "changes": changes}
    elif server.startswith("opensmtpd") or server == "smtpd":
        look = "smtpctl show queue | head -n 40"
        clear = "cp -a /var/spool/smtpd ~/queue-copy\nsmtpctl show queue | grep -F '|SENDER|' | cut -d '|' -f 1 | xargs -n 1 smtpctl remove"
    else:
        look = "postqueue -p | tail -n 40; qshape deferred | head -n 20"
        clear = (
            "cp -a /var/spool/postfix ~/queue-copy\n"
            # Not -j, which came with Postfix 3.1. Behind the first line, each message is a paragraph: number, size, four words of time, sender.
            "postqueue -p | tail -n +2 | awk 'BEGIN { RS = \"\" } $7 == \"SENDER\" { print $1 }' | tr -d '*!#' | postsuper -d -"
        )
    return {"look": look, "command": clear, "changes": _CHANGES}
