"""Whether a file that was brought along again can show a repair: a newer one about the same, with nothing taken out of it."""

from __future__ import annotations

from typing import Final

from selfaudit.facts import Fact
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.host_scope import moment as instant
from selfaudit.protocols.message import author_of
from selfaudit.protocols.message_headers import moment, utc_seconds
from selfaudit.protocols.message_names import same_organization
from selfaudit.protocols.message_received import delivered_at

BROUGHT: Final = (HostReport.kind, MessageReport.kind, LedgerReport.kind)
_DAY = 86_400.0  # a clock or a time zone may be wrong by that much
_SAME_FILE = phrase("it rests on the same file as in the earlier audit")
_OLDER_FILE = phrase("the file that it rests on is older than that of the earlier audit")
_OTHER_MACHINE = phrase("the files are of two different servers of this name")
_OTHER_KIND = phrase("the files are of different kinds")
_OLDER_MESSAGE = phrase(
    "the message that it rests on was sent before the earlier audit ended, so it cannot show what was mended since"
)
_UNDATED_MESSAGE = phrase("the message that it rests on has no time that can be believed, so it may be an old one")
_OTHER_SENDER = phrase("the message that it rests on is from another sender than that of the earlier audit")
_SHORTER = phrase("the ledger is shorter than in the earlier audit, so what was wrong may only have been taken out of it")
_CUT_OFF = phrase("the ledger was not read to its end this time")
_ROWS_GONE = phrase("rows that were in the ledger are not there any more, so what was wrong may only have been taken out of it")


def why_no_repair(then: Fact, today: Fact, ended: str) -> str:
    """Why a file that was brought along cannot show a repair (`i18n.phrase`); "" if it can.

    Args:
        then: what was read from the file of the earlier audit.
        today: what was read from that of the newer one.
        ended: when the earlier audit ended, RFC 3339.
    """
    if isinstance(then, HostReport) and isinstance(today, HostReport):
        return _server(then, today)
    if isinstance(then, LedgerReport) and isinstance(today, LedgerReport):
        return _ledger(then, today)
    if isinstance(then, MessageReport) and isinstance(today, MessageReport):
        return _message(then, today, ended)
    return _OTHER_KIND


def _server(then: HostReport, today: HostReport) -> str:
    if then.sha256 == today.sha256:
        return _SAME_FILE
    if then.machine and today.machine and then.machine != today.machine:
        return _OTHER_MACHINE
    before, after = instant(then.taken), instant(today.taken)
    older = today.taken < then.taken if before is None or after is None else after < before
    return _OLDER_FILE if older else ""


def _message(then: MessageReport, today: MessageReport, ended: str) -> str:
    """The same message may be judged otherwise because the DNS answers otherwise; another one must have been sent since."""
    if then.message.sha256 == today.message.sha256:
        answers = [{(a.name, a.rdtype): (a.status, a.records) for a in m.answers} for m in (then, today)]
        return _SAME_FILE if answers[0] == answers[1] else ""
    first, second = ([box.domain for box in author_of(m.message) if box.domain] for m in (then, today))
    if first and second and not any(same_organization(a, b) for a in first for b in second):
        return _OTHER_SENDER
    sent, end, read = _sent(today.message), utc_seconds(ended), utc_seconds(today.message.received)
    if sent is None or end is None or (read is not None and sent > read + _DAY):
        return _UNDATED_MESSAGE
    return _OLDER_MESSAGE if sent <= end else ""


def _sent(message: SampleMessage) -> float | None:
    """When a message was sent, UTC seconds: the earlier of what it says itself and what its receiver noted."""
    known = [at for at in (moment(message.first("date")), delivered_at(message)) if at is not None]
    return min(known) if known else None


def _ledger(then: LedgerReport, today: LedgerReport) -> str:
    """A ledger may grow, and its rows may change their state. What was proof once is kept, so nothing of it may go."""
    if then.sha256 == today.sha256:
        return _SAME_FILE if then.drills == today.drills else ""
    if not today.complete:
        return _CUT_OFF
    if today.counts.rows < then.counts.rows or today.counts.recipients < then.counts.recipients:
        return _SHORTER
    return _ROWS_GONE if _rows_gone(then, today) else ""


def _rows_gone(then: LedgerReport, today: LedgerReport) -> bool:
    """Whether there are fewer of the rows that no repair makes fewer: the first ones, those of people who have left, bounces, and mail that was
    sent although it should not have been.
    """
    old, new = then.counts, today.counts
    channels = {c.channel: c.rows for c in today.channels}
    return (
        (bool(then.oldest) and (not today.oldest or today.oldest > then.oldest))
        or new.withdrawn + new.bounced_out < old.withdrawn + old.bounced_out
        or new.hard_bounces < old.hard_bounces
        or sum(new.mailed_after_withdrawal) < sum(old.mailed_after_withdrawal)
        or new.mailed_after_bounce < old.mailed_after_bounce
        or new.mailed_after_complaint < old.mailed_after_complaint
        or any(channels.get(c.channel, 0) < c.rows for c in then.channels)
    )
