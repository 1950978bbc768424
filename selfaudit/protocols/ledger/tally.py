"""Counting a ledger in one pass: each row becomes a set of marks, and the sets are counted."""

from __future__ import annotations

import datetime
import statistics
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import repeat

from selfaudit.facts.ledger import ChannelCounts, LedgerCounts
from selfaudit.protocols.ledger import marks as m
from selfaudit.protocols.ledger.model import TIMES
from selfaudit.protocols.ledger.redact import is_formula
from selfaudit.protocols.ledger.rows import Row
from selfaudit.protocols.ledger.times import EMPTY, Order, TimeReader, is_empty
from selfaudit.protocols.ledger.words import (
    PUBLIC_DOMAINS,
    ROLE_ACCOUNTS,
    bounce_of,
    channel_of,
    ip_kind,
    source_kind,
    state_of,
)

INSTANT = 2  # seconds: nobody reads a message and follows its link in less
SHARED = 20  # rows that have the same second or the same IP address
OLD = 730 * 86400
_DAY = 86400
_YEAR_1995 = 788_918_400
LAG_DAYS = 60
_MAX_KINDS = 20_000
_FORMULA_STARTS = frozenset("=@+-\t\r")


class _Known(dict[str, int]):
    """Text -> marks, worked out once for each text; forgets all when it has grown too large."""

    def __init__(self, work: Callable[[str], int]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, text: str) -> int:
        if len(self) >= _MAX_KINDS:
            self.clear()
        marks = self[text] = self._work(text)
        return marks


_STATE_MARKS = {"withdrawn": m.SAID_WITHDRAWN, "pending": m.SAID_PENDING, "bounced": m.BOUNCED_OUT, "odd": m.ODD}
_CHANNEL_MARKS = {"sms": m.SMS, "voice": m.VOICE, "other": m.OTHER}
_SOURCE_MARKS = {"purchased": m.PURCHASED, "imported": m.IMPORTED}
_IP_MARKS = {"outside": m.IP, "inside": m.INSIDE_IP, "bad": m.BAD_IP}


class Tally:
    """What was counted so far.

    Attributes:
        times: role -> reader of its column.
        filled: role -> values that are not empty, of columns that hold no times.
        sources: source -> rows, at most 20,000 of them.
    """

    def __init__(self, roles: Iterable[str], now: int, orders: dict[str, Order] | None = None) -> None:
        self.roles = tuple(roles)
        self._now = now
        self.times = {role: TimeReader((orders or {}).get(role, "")) for role in self.roles if role in TIMES}
        self.filled: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.unnamed = 0
        self._marks: Counter[int] = Counter()
        self._recipients = array("q")
        self._seconds = array("q")
        self._ips = array("q")
        self._services: Counter[str] = Counter()
        self._lags = [0] * (LAG_DAYS + 1)
        self._formulas = 0
        self._first: int | None = None
        self._last: int | None = None
        self._states = _Known(lambda text: _STATE_MARKS.get(state_of(text), 0))
        self._channels = _Known(lambda text: _CHANNEL_MARKS.get(channel_of(text), 0))
        self._kinds = _Known(
            lambda text: m.SOURCE | _SOURCE_MARKS.get(source_kind(text), 0) if not is_empty(text.strip()) else 0
        )
        self._versions = _Known(lambda text: m.TEXT if not is_empty(text.strip()) else 0)
        self._codes = _Known(lambda text: m.HARD if bounce_of(text) == "hard" else 0)

    def add(self, rows: list[Row]) -> list[str]:
        """Counts rows, values in the order of the roles. Returns the recipients, in their normal form ("" for none)."""
        if not rows:
            return []
        columns = dict(zip(self.roles, zip(*rows, strict=True), strict=True))
        recipients = [value.strip().lower() for value in columns["recipient"]]
        for role in ("recipient", "source", "text_version", "confirm_token", "status", "channel"):
            if role in columns:
                hits = [v for v in columns[role] if v[:1] in _FORMULA_STARTS]
                self._formulas += sum(map(is_formula, hits))
        for role, values in columns.items():
            if role not in TIMES:
                self.filled[role] += len(values) - values.count("")
        times = {role: reader.read(columns[role]) for role, reader in self.times.items()}
        self._count_recipients(recipients)
        self._count_rows(recipients, columns, times)
        return recipients

    def _count_recipients(self, recipients: list[str]) -> None:
        self._recipients.extend(map(hash, filter(None, recipients)))
        public = PUBLIC_DOMAINS.get
        self._services.update(public(r.rpartition("@")[2], "other") for r in recipients if "@" in r)

    def _count_rows(
        self, recipients: list[str], columns: dict[str, tuple[str, ...]], times: dict[str, list[int | None]]
    ) -> None:
        size = len(recipients)
        texts = [columns.get(r) or ("",) * size for r in ("channel", "source", "text_version", "consent_ip", "confirm_token")]
        more = [columns.get(r) or ("",) * size for r in ("bounce_code", "status")]
        moments = [times.get(r) or repeat(None, size) for r in TIMES]
        channels, states, kinds, codes, versions = self._channels, self._states, self._kinds, self._codes, self._versions
        sources = self.sources
        limit, fresh = self._now + _DAY, self._now - OLD
        all_marks: list[int] = []
        add_second, add_ip, add_mark = self._seconds.append, self._ips.append, all_marks.append
        first, last = self._first, self._last
        for recipient, channel, source, version, ip, token, code, status, c, f, w, mailed, bounce, complaint in zip(
            recipients, *texts, *more, *moments, strict=True
        ):
            if not recipient:
                self.unnamed += 1
                continue
            bits = channels[channel] | states[status] | kinds[source] | codes[code] | versions[version]
            local, at, _domain = recipient.partition("@")
            if at:
                bits |= m.ADDRESS
                if local in ROLE_ACCOUNTS:
                    bits |= m.ROLE
            if token and token not in EMPTY:
                bits |= m.TOKEN
            if c is not None:
                bits |= m.CONSENT
                if c % _DAY:
                    add_second(c)
                else:
                    bits |= m.DATE_ONLY
                if c > limit:
                    bits |= m.FUTURE
                elif c < _YEAR_1995:
                    bits |= m.ANCIENT
                else:
                    if first is None or c < first:
                        first = c
                    if last is None or c > last:
                        last = c
                if c < fresh and (f is None or f < fresh):
                    bits |= m.OLD
                    if mailed is None or mailed < fresh:
                        bits |= m.NO_CONTACT
            if f is not None:
                bits |= _confirmation(c, f)
                if f > limit:
                    bits |= m.FUTURE
                elif f < _YEAR_1995:
                    bits |= m.ANCIENT
            if w is not None and not ((c is not None and c > w) or (f is not None and f > w)):
                bits |= m.SAID_WITHDRAWN
                if mailed is not None and mailed > w:
                    self._lags[min((mailed - w) // _DAY, LAG_DAYS)] += 1
            if mailed is not None:
                bits |= m.MAILED
                if bounce is not None and bits & (m.HARD | m.BOUNCED_OUT) and mailed > bounce + _DAY:
                    bits |= m.MAILED_BOUNCE
                if complaint is not None and mailed > complaint + _DAY:
                    bits |= m.MAILED_COMPLAINT
                if bits & m.SAID_PENDING and c is not None and mailed > c + _DAY:
                    bits |= m.MAILED_PENDING
            if ip and not is_empty(ip := ip.strip()):
                kind = ip_kind(ip)
                bits |= _IP_MARKS[kind]
                if kind == "outside" and not bits & m.NOT_ACTIVE:
                    add_ip(hash(ip))
            if bits & m.SOURCE and (len(sources) < _MAX_KINDS or source in sources):
                sources[source] += 1
            add_mark(bits)
        self._first, self._last = first, last
        self._marks.update(all_marks)

    def counts(self) -> LedgerCounts:
        """Everything that was counted."""
        total, active = self._total, self._active
        fine = any(second % 60 for second in self._seconds)
        same_minute = active(lambda b: b & m.SAME_MINUTE)
        rows = self._marks.total()
        distinct = len(set(self._recipients))
        identical, top = _shared(self._seconds)
        minutes = Counter(second // 60 for second in self._seconds)
        hours: Counter[int] = Counter()
        for at, count in minutes.items():
            hours[at // 60] += count
        shared_ips, shared_rows, ip_top = _groups(Counter(self._ips))
        return LedgerCounts(
            rows=rows,
            recipients=distinct,
            duplicates=rows - distinct,
            addresses=total(lambda b: b & m.ADDRESS),
            active=active(lambda b: 1),
            withdrawn=total(lambda b: b & m.SAID_WITHDRAWN),
            bounced_out=total(lambda b: b & m.BOUNCED_OUT and not b & m.SAID_WITHDRAWN),
            pending=total(lambda b: m.is_pending(b)),
            odd_status=total(lambda b: b & m.ODD),
            consent_times=active(lambda b: b & m.CONSENT),
            sources=active(lambda b: b & m.SOURCE),
            ips=active(lambda b: b & m.IP),
            text_versions=active(lambda b: b & m.TEXT),
            proven=active(lambda b: b & m.CONSENT and b & m.SOURCE and b & (m.IP | m.TEXT | m.TOKEN)),
            bare=active(lambda b: not b & (m.CONSENT | m.SOURCE | m.IP | m.TEXT | m.TOKEN | m.ANY_CONFIRMATION)),
            confirmed=active(lambda b: b & m.CONFIRMED),
            coarse=active(lambda b: b & m.SAME_DAY) + (0 if fine else same_minute),
            instant=active(lambda b: b & m.INSTANT) + (same_minute if fine else 0),
            before=active(lambda b: b & m.BEFORE),
            alone=active(lambda b: b & m.ALONE),
            single=active(lambda b: not b & m.ANY_CONFIRMATION),
            future=total(lambda b: b & m.FUTURE),
            ancient=total(lambda b: b & m.ANCIENT),
            zoneless=sum(reader.zoneless for reader in self.times.values()),
            dates_only=total(lambda b: b & m.DATE_ONLY),
            identical=identical,
            identical_top=top,
            peak_minute=max(minutes.values(), default=0),
            peak_hour=max(hours.values(), default=0),
            median_hour=int(statistics.median(hours.values())) if hours else 0,
            shared_ips=shared_ips,
            shared_ip_rows=shared_rows,
            ip_top=ip_top,
            inside_ips=active(lambda b: b & m.INSIDE_IP),
            bad_ips=active(lambda b: b & m.BAD_IP),
            role_accounts=active(lambda b: b & m.ROLE),
            purchased=active(lambda b: b & m.PURCHASED),
            imported=active(lambda b: b & m.IMPORTED),
            source_kinds=len(self.sources),
            source_top=max(self.sources.values(), default=0),
            old=active(lambda b: b & m.OLD),
            stale=active(lambda b: b & m.OLD and b & m.NO_CONTACT) if "last_mailed" in self.roles else 0,
            mailed_after_withdrawal=tuple(self._lags) if any(self._lags) else (),
            mailed_pending=total(lambda b: b & m.MAILED_PENDING and m.is_pending(b)),
            mailed_after_bounce=total(lambda b: b & m.MAILED_BOUNCE),
            mailed_after_complaint=total(lambda b: b & m.MAILED_COMPLAINT),
            hard_bounces=total(lambda b: b & (m.HARD | m.BOUNCED_OUT)),
            bounced_active=active(lambda b: b & m.HARD),
            mailed=total(lambda b: b & m.MAILED),
            formulas=self._formulas,
        )

    def channels(self) -> tuple[ChannelCounts, ...]:
        """The channels apart, those without rows left out."""
        bits = {"email": 0, "sms": m.SMS, "voice": m.VOICE, "other": m.OTHER}
        every = m.SMS | m.VOICE | m.OTHER
        found = []
        for channel, wanted in bits.items():
            own = {b: n for b, n in self._marks.items() if b & every == wanted}
            if own:
                active = {b: n for b, n in own.items() if m.is_active(b)}
                confirmed = sum(n for b, n in active.items() if b & (m.CONFIRMED | m.SAME_DAY))
                found.append(ChannelCounts(channel, sum(own.values()), sum(active.values()), confirmed))
        return tuple(found)

    def services(self) -> dict[str, int]:
        """Addresses at large public mail services; "other" for all others."""
        return dict(sorted(self._services.items()))

    def span(self) -> tuple[str, str]:
        """The days of the first and the last plausible consent."""
        return _day(self._first), _day(self._last)

    def _total(self, test: Callable[[int], object]) -> int:
        return sum(count for bits, count in self._marks.items() if test(bits))

    def _active(self, test: Callable[[int], object]) -> int:
        return sum(count for bits, count in self._marks.items() if m.is_active(bits) and test(bits))


def _confirmation(consent: int | None, confirmed: int) -> int:
    """How a time of confirmation stands to that of the consent."""
    if consent is None:
        return m.ALONE
    if confirmed % _DAY == 0 and consent // _DAY == confirmed // _DAY:
        return m.SAME_DAY  # a mere date: on the same day is all that it says
    if consent == confirmed and consent % 60 == 0:
        return m.SAME_MINUTE
    if confirmed < consent:
        return m.BEFORE
    return m.CONFIRMED if confirmed - consent > INSTANT else m.INSTANT


def _shared(seconds: array[int]) -> tuple[int, int]:
    _kinds, rows, top = _groups(Counter(seconds))
    return rows, top


def _groups(counted: Counter[int]) -> tuple[int, int, int]:
    """Groups of at least `SHARED`, the rows in them, and the largest of them."""
    large = [count for count in counted.values() if count >= SHARED]
    return len(large), sum(large), max(large, default=0)


def _day(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return (datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d")
