"""The redacted sample: recipients drawn by words that the abuse desk may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selfaudit.facts.ledger import SampleRow
from selfaudit.protocols.ledger.model import TIMES
from selfaudit.protocols.ledger.redact import RARE, draw_key, minute, network, normal, pseudonym, source_shown
from selfaudit.protocols.ledger.rows import Row
from selfaudit.protocols.ledger.times import Order, TimeReader
from selfaudit.protocols.ledger.words import channel_of, state_of

COMMON = 10  # rows that must share a source before its words are shown
MAX_SAMPLE = 200
MIN_RECIPIENTS = 50  # of fewer no sample is shown: somebody could be recognised in it


class Draw:
    """Keeps the rows of the recipients whose SHA-256 of "SEED|RECIPIENT" is smallest; of a recipient's rows the first."""

    def __init__(self, seed: str, size: int) -> None:
        self._prefix = f"{seed}|".encode("utf-8", "surrogatepass")
        self._size = min(size, MAX_SAMPLE)
        self._kept: dict[bytes, tuple[int, Row]] = {}
        self._limit = b"\xff" * 33

    def add(self, number: int, recipients: Sequence[str], rows: Sequence[Row]) -> None:
        """Looks at rows; `number` is that of the first, `recipients` are in their normal form."""
        if not self._size:
            return
        prefix = self._prefix
        keys = [(draw_key(r, prefix), i) for i, r in enumerate(recipients) if r]
        for key, i in [hit for hit in keys if hit[0] < self._limit]:
            if key >= self._limit or key in self._kept:
                continue
            self._kept[key] = (number + i, rows[i])
            if len(self._kept) > self._size:
                del self._kept[max(self._kept)]
                self._limit = max(self._kept)

    def drawn(self) -> list[tuple[int, Row]]:
        """(Row number, row) in the order of the draw."""
        return [self._kept[key] for key in sorted(self._kept)]


def redacted(
    number: int,
    row: Row,
    roles: Sequence[str],
    sources: Mapping[str, int],
    orders: Mapping[str, Order],
    secret: bytes,
    seed: str,
) -> SampleRow:
    """A row as it may leave the machine."""
    value = dict(zip(roles, (v.strip() for v in row), strict=True))
    source = dict(zip(roles, row, strict=True)).get("source", "")
    at = {role: TimeReader(orders.get(role, "")).read([value.get(role, "")])[0] for role in TIMES}
    withdrawn = at["withdrawn_at"]
    again = withdrawn is not None and any((at[r] or 0) > withdrawn for r in ("consent_at", "confirm_at") if at[r] is not None)
    return SampleRow(
        row=number,
        recipient=pseudonym(normal(value["recipient"]), secret, seed),
        channel=channel_of(value.get("channel", "")),
        state="withdrawn" if withdrawn is not None and not again else state_of(value.get("status", "")),
        source="" if not source.strip() else source_shown(source) if sources.get(source, 0) >= COMMON else RARE,
        text_version=bool(value.get("text_version")),
        consent_at=minute(at["consent_at"]),
        consent_ip=network(value.get("consent_ip", "")),
        confirm_at=minute(at["confirm_at"]),
        confirm_ip=network(value.get("confirm_ip", "")),
        token=bool(value.get("confirm_token")),
        withdrawn_at=minute(withdrawn),
        last_mailed=minute(at["last_mailed"]),
        bounced=bool(value.get("last_bounce")),
        complained=bool(value.get("last_complaint")),
    )
