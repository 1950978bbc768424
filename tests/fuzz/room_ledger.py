"""Ledgers of consent: CSV and JSON of any form."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import get_args

import msgspec

from selfaudit.demo.ledgers import ledger_text
from selfaudit.engine.drills import read_drills
from selfaudit.engine.ledgers import read_columns, read_ledger
from selfaudit.errors import UserError
from selfaudit.facts.ledger import LedgerReport
from selfaudit.policy import Policy
from selfaudit.protocols.ledger import form, guess, redact, times, words
from tests.fuzz.target import Target, octets, text_of

NOW = 1_795_000_000.0


def _ledger(data: bytes) -> None:
    """Counts it, by the guess and by columns that a person named; no address of anybody comes out (RFC 5322 section 3.4.1)."""
    from selfaudit.checks import all_checks

    made = read_ledger(io.BytesIO(data), "ledger.csv", seed="x", now=NOW)
    encoded = msgspec.json.encode(made)
    assert msgspec.json.decode(encoded, type=LedgerReport) == made
    assert len(encoded) < 1_000_000
    assert b"secretperson@" not in encoded
    check = all_checks()["consent.ledger"]
    assert check.spec.needs
    if check.spec.needs == (LedgerReport,):
        assert list(check.judge(made, Policy()))
    head = made.columns[0].name if made.columns else "#1"
    read_ledger(io.BytesIO(data), "ledger.csv", {"recipient": head, "consent_at": "#2"}, seed="x", now=NOW, confirmed=True)


def _cells(data: bytes) -> None:
    """The readers of single values."""
    for text in text_of(data).splitlines()[:30]:
        times.is_empty(text)
        times.slashed(text)
        times.has_zone(text)
        for order in get_args(times.Order):
            try:
                times.read_time(text, order)
            except ValueError:
                continue  # what it says of what is no time; TimeReader takes it for none
        words.state_of(text)
        words.is_flag(text)
        words.channel_of(text)
        words.bounce_of(text)
        words.source_kind(text)
        words.ip_kind(text)
        guess.plain_name(text)
        guess.name_shown(text)
        guess.plain_role(text)
        redact.is_formula(text)
        redact.network(text)
        redact.shape(text)
        assert "secretperson@" not in redact.recipient_shown(text)
        redact.source_shown(text)
        redact.normal(text)
        redact.pseudonym(text, b"secret", "recipient")
        form.looks_like_data(text)
    values = text_of(data).splitlines()
    times.TimeReader(times.order_of(values)).read(values)
    form.json_names(text_of(data))


def _beside(data: bytes) -> None:
    """What lies beside a ledger: its columns and its drills."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "l.csv"
        for name in ("l.csv.columns.json", "l.csv.drill.json"):
            (Path(folder) / name).write_bytes(data)
        for reader, path in ((read_columns, ledger), (read_drills, Path(folder) / "l.csv.drill.json")):
            try:
                reader(path)
            except UserError:
                continue


def _demo() -> bytes:
    import datetime

    return b"\r\n".join(ledger_text("fixed", datetime.datetime(2026, 11, 18, tzinfo=datetime.UTC)).split(b"\r\n")[:60])


CSV = octets(
    _demo(),
    "email;source;signup date;ip;status\nsecretperson@shop.test;Formular;01.02.2026 10:00;192.0.2.1;aktiv\n\"b@c.test\";\"a \"\"b\"\"\nc\";31.12.2025;;abgemeldet\n",
    "recipient\tconsent_at\tconfirm_at\nsecretperson@x.test\t1767225600\t1767225700\n",
    '[{"email":"secretperson@shop.test","consent_at":"2026-01-02T10:00:00+01:00","tags":["a"]},{"email":"b@c.test"}]', '{"email":"secretperson@x.test","source":"form"}\n{"email":"b@y.test","new":1}\n',
    "email,source,consent_at\nsecretperson@x.test,form,2026-01-01\n".encode("utf-16"),
)  # fmt: skip
WORDS = octets(
    '"',
    '""',
    ";",
    ",",
    "\t",
    "\r\n",
    "=cmd|' /C calc'!A0",
    "@",
    "01/02/2026",
    "2026-02-30",
    "31.12.25 24:00",
    "1767225600000",
    '{"email":',
    "[",
    "]",
    "\x00",
    "+49 170 1234567",
    "Zusage",
    "NULL",
    "0000-00-00",
)

TARGETS = {
    "ledger": Target(_ledger, CSV, WORDS, 14_000, 1.5),
    "cells": Target(_cells, octets("secretperson@shop.test\n01.02.2026 10:00\nhttps://shop.test/f\nsubscribed\n5.1.1 unknown\n192.0.2.1", "2026-01-02T10:00:00+01:00\n1/2/26 3:04 PM\n1767225600\nFri, 20 Nov 2026 10:00:00 +0000\n+49 170 1234567"), WORDS, 2000),
    "beside": Target(_beside, octets('{"schema":"selfaudit/ledger-columns/1","columns":{"recipient":"email"},"seed":"x","sample":20}', '{"schema":"selfaudit/drill/1","drills":[]}'), octets("null", "[]", "1e400", '"columns"'), 3000),
}  # fmt: skip
