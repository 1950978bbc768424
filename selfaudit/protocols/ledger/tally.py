"""Counting a ledger in one pass: each row becomes a set of marks, and the sets are counted."""

from __future__ import annotations

import datetime
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import repeat

from selfaudit.facts.ledger import ChannelCounts, LedgerCounts
from selfaudit.protocols.ledger import marks as m
from selfaudit.protocols.ledger.mass import LEFT, NEVER, Recipients, groups, most_common, peaks
from selfaudit.protocols.ledger.model import TIMES
from selfaudit.protocols.ledger.redact import is_formula
from selfaudit.protocols.ledger.rows import Row
from selfaudit.protocols.ledger.times import EMPTY, Order, TimeReader, is_empty
from selfaudit.protocols.ledger.words import (
    FLAGS_NO,
    FLAGS_YES,
    NO_SOURCE,
    PUBLIC_DOMAINS,
    ROLE_ACCOUNTS,
    bounce_of,
    channel_of,
    ip_kind,
    is_flag,
    source_kind,
    state_of,
)

INSTANT = 2  # seconds: nobody reads a message and follows its link in less
OLD = 730 * 86400
_DAY = 86400
_YEAR_1995 = 788_918_400
LAG_DAYS = 60
_RECENT = 90 * _DAY  # mail that went out since is what receivers judge a sender by
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


_STATE_MARKS = {"withdrawn": m.SAID_WITHDRAWN, "pending": m.SAID_PENDING, "bounced": m.BOUNCED_OUT, "complained": m.COMPLAINED_OUT, "odd": m.ODD}  # fmt: skip
_CHANNEL_MARKS = {"sms": m.SMS, "voice": m.VOICE, "other": m.OTHER}
_SOURCE_MARKS = {"purchased": m.PURCHASED, "hinted": m.HINTED, "imported": m.IMPORTED}
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
        self._recipients = Recipients()
        self._seconds = array("q")
        self._confirmed = array("q")
        self._gaps = array("q")
        self._ips = array("q")
        self._tokens = array("q")
        self._services: Counter[str] = Counter()
        self._lags = [0] * (LAG_DAYS + 1)
        self._formulas = 0
        self._first: int | None = None
        self._last: int | None = None
        self._states = _Known(lambda text: _STATE_MARKS.get(state_of(text), 0) | (m.FLAG if is_flag(text) else 0))
        self._channels = _Known(lambda text: _CHANNEL_MARKS.get(channel_of(text), 0))
        self._kinds = _Known(_source_marks)
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
        said = [False] * len(rows)
        if "withdrawn_at" in columns:
            columns["withdrawn_at"], said = _without_flags(columns["withdrawn_at"])
        times = {role: reader.read(columns[role]) for role, reader in self.times.items()}
        public = PUBLIC_DOMAINS.get
        self._services.update(public(r.rpartition("@")[2], "other") for r in recipients if "@" in r)
        joined = self._count_rows(recipients, said, columns, times)
        self._recipients.add(filter(None, recipients), joined)
        return recipients

    def _count_rows(
        self, recipients: list[str], said: list[bool], columns: dict[str, tuple[str, ...]], times: dict[str, list[int | None]]
    ) -> list[int]:
        """Counts, and returns for each row with a recipient when its consent was given at last (see `mass.Recipients.add`)."""
        size = len(recipients)
        texts = [columns.get(r) or ("",) * size for r in ("channel", "source", "text_version", "consent_ip", "confirm_token")]
        more = [columns.get(r) or ("",) * size for r in ("bounce_code", "status")]
        moments = [times.get(r) or repeat(None, size) for r in TIMES]
        channels, states, kinds, codes, versions = self._channels, self._states, self._kinds, self._codes, self._versions
        sources = self.sources
        limit, fresh, recent = self._now + _DAY, self._now - OLD, self._now - _RECENT
        all_marks: list[int] = []
        all_joined: list[int] = []
        add_joined, add_confirmed, add_gap, add_token = (
            all_joined.append, self._confirmed.append, self._gaps.append, self._tokens.append,
        )  # fmt: skip
        add_second, add_ip, add_mark = self._seconds.append, self._ips.append, all_marks.append
        first, last = self._first, self._last
        for recipient, gone, channel, source, version, ip, token, code, status, c, f, w, mailed, bounce, complaint in zip(
            recipients, said, *texts, *more, *moments, strict=True
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
                if f % _DAY:
                    add_confirmed(f)
                if bits & m.CONFIRMED and c is not None:
                    add_gap(f - c)
                if f > limit:
                    bits |= m.FUTURE
                elif f < _YEAR_1995:
                    bits |= m.ANCIENT
            joined = NEVER if c is None and f is None else max(c or f or 0, f or c or 0)
            if gone:
                bits |= m.SAID_WITHDRAWN
            if w is not None and joined > w:
                w = None  # came back later
            if w is not None:
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
                    # A mere 0 may also be somebody who has left since.
                    bits |= m.UNDATED if bits & m.FLAG else m.MAILED_PENDING
                if (bits & m.SAID_WITHDRAWN and w is None) or (bits & m.COMPLAINED_OUT and complaint is None):
                    bits |= m.UNDATED
            if bits & (m.HARD | m.BOUNCED_OUT) and max(mailed or 0, bounce or 0) >= recent:
                bits |= m.RECENT_BOUNCE
            if bits & (m.SAID_WITHDRAWN | m.COMPLAINED_OUT):
                self._recipients.leaves(recipient, None if bits & m.COMPLAINED_OUT else w)
            add_joined(joined if m.is_active(bits) else LEFT)
            if bits & m.TOKEN and not bits & m.NOT_ACTIVE:
                add_token(hash(token))
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
        return all_joined

    def counts(self) -> LedgerCounts:
        """Everything that was counted."""
        total, active = self._total, self._active
        fine = any(second % 60 for second in self._seconds)
        same_minute = active(lambda b: b & m.SAME_MINUTE)
        rows = self._marks.total()
        distinct, withdrawn_too = self._recipients.distinct()
        identical, top = groups(self._seconds)
        together, together_top = groups(self._confirmed)
        gap, gap_rows = most_common(self._gaps)
        peak, median = peaks(self._seconds)
        confirm_peak, confirm_median = peaks(self._confirmed)
        shared_rows, ip_top = groups(self._ips)
        token_rows, token_top = groups(self._tokens)
        return LedgerCounts(
            rows=rows,
            recipients=distinct,
            duplicates=rows - distinct,
            addresses=total(lambda b: b & m.ADDRESS),
            active=active(lambda b: 1),
            withdrawn=total(lambda b: b & m.SAID_WITHDRAWN),
            withdrawn_too=withdrawn_too,
            bounced_out=total(lambda b: b & (m.BOUNCED_OUT | m.COMPLAINED_OUT) and not b & m.SAID_WITHDRAWN),
            pending=total(lambda b: m.is_pending(b)),
            odd_status=active(lambda b: b & m.ODD),
            flag_status=total(lambda b: b & m.FLAG),
            undated_exits=total(lambda b: b & m.UNDATED and not m.is_active(b)),
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
            dates_only=total(lambda b: b & m.DATE_ONLY),
            identical=identical,
            identical_top=top,
            peak_hour=peak,
            median_hour=median,
            confirm_identical=together,
            confirm_identical_top=together_top,
            confirm_peak_hour=confirm_peak,
            confirm_median_hour=confirm_median,
            same_gap=gap_rows,
            gap_seconds=gap,
            gaps=len(self._gaps),
            shared_ip_rows=shared_rows,
            ip_top=ip_top,
            shared_tokens=token_rows,
            token_top=token_top,
            inside_ips=active(lambda b: b & m.INSIDE_IP),
            bad_ips=active(lambda b: b & m.BAD_IP),
            role_accounts=active(lambda b: b & m.ROLE),
            purchased=active(lambda b: b & m.PURCHASED),
            hinted=active(lambda b: b & m.HINTED),
            imported=active(lambda b: b & m.IMPORTED),
            old=active(lambda b: b & m.OLD),
            stale=active(lambda b: b & m.OLD and b & m.NO_CONTACT) if "last_mailed" in self.roles else 0,
            mailed_after_withdrawal=tuple(self._lags) if any(self._lags) else (),
            mailed_pending=total(lambda b: b & m.MAILED_PENDING and m.is_pending(b)),
            mailed_after_bounce=total(lambda b: b & m.MAILED_BOUNCE),
            mailed_after_complaint=total(lambda b: b & m.MAILED_COMPLAINT),
            hard_bounces=total(lambda b: b & (m.HARD | m.BOUNCED_OUT)),
            bounced_active=active(lambda b: b & m.HARD),
            bounced_recent=total(lambda b: b & m.RECENT_BOUNCE and not m.is_active(b)),
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


def _source_marks(text: str) -> int:
    word = text.strip().lower()
    return 0 if is_empty(word) or word in NO_SOURCE else m.SOURCE | _SOURCE_MARKS.get(source_kind(text), 0)


def _without_flags(values: tuple[str, ...]) -> tuple[tuple[str, ...], list[bool]]:
    """Times of withdrawals without mere yes and no, and which rows say yes."""
    words = {v: v.strip().lower() for v in set(values) if 0 < len(v) < 10}
    yes = {v for v, word in words.items() if word in FLAGS_YES}
    no = {v for v, word in words.items() if word in FLAGS_NO}
    if yes or no:
        return tuple("" if v in yes or v in no else v for v in values), [v in yes for v in values]
    return values, [False] * len(values)


def _day(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return (datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d")
