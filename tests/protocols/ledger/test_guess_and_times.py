"""Columns by name and content, times in their forms, and values made safe to show."""

from __future__ import annotations

import io

import pytest

from selfaudit.engine.ledgers import guess_stream
from selfaudit.protocols.ledger.model import ROLES, ColumnGuess
from selfaudit.protocols.ledger.redact import example, is_formula, network, source_shown
from selfaudit.protocols.ledger.shares import percent, withdrawal_limit
from selfaudit.protocols.ledger.times import Ambiguous, TimeReader, read_time
from selfaudit.protocols.ledger.words import bounce_of, channel_of, ip_kind, source_kind, state_of


def guessed(text: str) -> ColumnGuess:
    return guess_stream(io.BytesIO(text.encode()))


EXPORTS = {
    "Mailchimp": (
        "Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TAGS\n"
        "a@shop.test,Anna,2024-01-01 10:00:00,192.0.2.1,2024-01-01 10:05:00,192.0.2.1,x\n",
        {"recipient": "Email Address", "consent_at": "OPTIN_TIME", "consent_ip": "OPTIN_IP", "confirm_at": "CONFIRM_TIME", "confirm_ip": "CONFIRM_IP"},
    ),
    "Brevo": ("EMAIL;ADDED_TIME;SMS\na@shop.test;2024-01-01 10:00:00;\n", {"recipient": "EMAIL", "consent_at": "ADDED_TIME"}),
    "MailPoet": (
        "email,status,subscribed_ip,confirmed_ip,confirmed_at,created_at\na@shop.test,subscribed,192.0.2.1,192.0.2.1,2024-01-01,2024-01-01\n",
        {"recipient": "email", "status": "status", "consent_ip": "subscribed_ip", "confirm_ip": "confirmed_ip", "confirm_at": "confirmed_at", "consent_at": "created_at"},
    ),
    "Mailman": ("a@shop.test\nb@shop.test\n", {"recipient": "#1"}),
    "Sendy": (
        "Name,Email,Join date,Signup IP,Status\nA,a@shop.test,2024-01-01,192.0.2.1,Subscribed\n",
        {"recipient": "Email", "consent_at": "Join date", "consent_ip": "Signup IP", "status": "Status"},
    ),
    "phpList": (
        "email,confirmed,entered,uniqid\na@shop.test,1,2024-01-01 10:00:00,ab12\nb@shop.test,0,2024-01-01 10:00:00,ab13\n",
        {"recipient": "email", "status": "confirmed", "consent_at": "entered", "confirm_token": "uniqid"},
    ),
    "CleverReach": (
        "email;registered;activated;deactivated;source\na@shop.test;1700000000;1700000300;0;form\n",
        {"recipient": "email", "consent_at": "registered", "confirm_at": "activated", "withdrawn_at": "deactivated", "source": "source"},
    ),
    "German": (
        "E-Mail-Adresse;Anmeldung am;Anmeldedatum;Bestätigt am;Abgemeldet am;Quelle\na@shop.test;;31.12.2023 23:59;01.01.2024 00:05;;Formular\n",
        {"recipient": "E-Mail-Adresse", "consent_at": "Anmeldedatum", "confirm_at": "Bestätigt am", "withdrawn_at": "Abgemeldet am", "source": "Quelle"},
    ),
    "French": (
        "Adresse e-mail;Date d'inscription;Date de confirmation;Statut\na@shop.test;2024-01-01;2024-01-02;abonné\n",
        {"recipient": "Adresse e-mail", "consent_at": "Date d'inscription", "confirm_at": "Date de confirmation", "status": "Statut"},
    ),
    "Spanish": (
        "Correo electrónico;Fecha de alta;Fecha de baja;Origen\na@shop.test;2024-01-01;;web\n",
        {"recipient": "Correo electrónico", "consent_at": "Fecha de alta", "withdrawn_at": "Fecha de baja", "source": "Origen"},
    ),
}  # fmt: skip


# Their time of consent may be that of an import: somebody has to say what it is.
VAGUE = ("Brevo", "MailPoet", "phpList", "CleverReach")


@pytest.mark.parametrize("software", EXPORTS)
def test_exports(software: str) -> None:
    text, columns = EXPORTS[software]
    found = guessed(text)
    assert found.mapping() == columns
    assert found.certain() is (software not in VAGUE)
    assert set(found.missing) == set(ROLES) - set(columns)


def test_doubled_and_competing_columns() -> None:
    found = guessed("email,source,source,optin_time,signup_date\na@shop.test,x,y,2024-01-01,2024-01-02\n")
    assert found.doubled == ("source",)
    assert found.unsure() == ("source", "consent_at")
    assert found.mapping() == {"recipient": "email"}
    assert not found.certain()


def test_content_that_speaks_against_the_name() -> None:
    found = guessed("email,consent_at,consent_ip\na@shop.test,banana,banana\n")
    assert found.unsure() == ("consent_at", "consent_ip")
    flags = guessed("email,bounced\na@shop.test,1\nb@shop.test,0\n")
    assert flags.unsure() == ("last_bounce",)


@pytest.mark.parametrize(
    "name",
    [
        "Opted_out", "unsubscribe", "Blocklisted", "EMAIL_BLACKLISTED", "removed_at", "deleted_at", "Abmeldezeitpunkt", "Ausgetragen am", "unsubscribed",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["1", "2026-01-01 10:00:00"])
def test_who_has_left(name: str, value: str) -> None:
    found = guessed(f"email,status,{name}\na@shop.test,subscribed,{value}\n")
    assert found.mapping() == {"recipient": "email", "status": "status", "withdrawn_at": name}
    assert found.certain()


def test_a_name_that_may_mean_leaving_is_in_doubt() -> None:
    assert guessed("email,status,Opt-out seit\na@shop.test,subscribed,1\n").unsure() == ("withdrawn_at",)
    assert (
        guessed("email,unsub_time,unsub_reason,unsubscribe_url\na@shop.test,2026-01-01,x,y\n").mapping()["withdrawn_at"]
        == "unsub_time"
    )
    two = guessed("email,withdrawn_at,opt_out\na@shop.test,2026-01-01,1\n")
    assert two.unsure() == ("withdrawn_at",)


@pytest.mark.parametrize("row", ["+49 170 1234567,Anna Meier,shop", "ab12cd34ef56,Anna Meier,shop", "0170/1234567;Anna"])
def test_a_first_row_of_data_has_no_names(row: str) -> None:
    assert set(guessed(row + "\n" + row).form.names) == {""}


def test_recipients_by_content_only_are_no_certainty() -> None:
    found = guessed("wer,wann\na@shop.test,2024-01-01\n")
    assert found.mapping() == {"recipient": "wer"}
    assert not found.certain()
    two = guessed("x,y\na@shop.test,b@shop.test\n")
    assert two.mapping() == {}


def test_examples_are_redacted() -> None:
    found = guessed("email,first_name,consent_at,consent_ip,note\nanna@shop.test,Anna,2024-01-01T10:11:12Z,192.0.2.99,=cmd|x\n")
    assert [c.examples for c in found.columns] == [
        ("a…@s….test",),
        ("aaaa",),
        ("2024-01-01T10:11",),
        ("192.0.2.0/24",),
        ("(formula)",),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-01-02T03:04:05Z", 1704164645), ("2024-01-02 03:04:05", 1704164645), ("2024-01-02T04:04:05+01:00", 1704164645),
        ("2024-01-02T03:04:05.678Z", 1704164645), ("1704164645", 1704164645), ("1704164645123", 1704164645), ("20240102030405", 1704164645),
        ("02.01.2024 03:04:05", 1704164645), ("02.01.2024 03:04", 1704164640), ("2.1.24", 1704153600), ("2024/01/02 03:04:05", 1704164645),
        ("01/31/2024 3:04 PM", 1706713440), ("31/01/2024 15:04", 1706713440), ("2024-01-02 03:04:05 UTC", 1704164645),
        ("Tue, 02 Jan 2024 03:04:05 +0000", 1704164645), ("01/01/2024", 1704067200), ("12:00 AM", None), ("banana", None), ("99999", None),
        ("202401051230", 1704457800), ("978307200000", 978307200), ("209901051260", None), ("31.02.2024", None), ("9" * 5000, None), ("²²²²²²²²²²", None), ("2024-13-01", None),
    ],
)  # fmt: skip
def test_times(text: str, seconds: int | None) -> None:
    if seconds is None:
        with pytest.raises((ValueError, OverflowError)):
            read_time(text)
    else:
        assert read_time(text) == seconds


def test_ambiguous_times() -> None:
    with pytest.raises(Ambiguous):
        read_time("03/04/2024")
    assert read_time("03/04/2024", "mdy") == 1709510400
    assert read_time("03/04/2024", "dmy") == 1712102400
    reader = TimeReader()
    assert reader.read(["", "NULL", "0000-00-00 00:00:00", "03/04/2024", "x", "2024-01-01"]) == [
        None,
        None,
        None,
        None,
        None,
        1704067200,
    ]
    assert (reader.filled, reader.ambiguous, reader.unreadable, reader.zoneless) == (3, 1, 1, 1)


def test_words() -> None:
    assert [state_of(w) for w in ("", "Subscribed", "abgemeldet", "Unconfirmed", "hard bounced", "whatever")] == [
        "", "active", "withdrawn", "pending", "bounced", "odd",
    ]  # fmt: skip
    assert [state_of(w) for w in ("Abgemeldet (Admin)", "Not subscribed", "unsub", "blocklisted", "gelöscht", "Archived", "bounced (hard)")] == [
        "withdrawn", "withdrawn", "withdrawn", "withdrawn", "withdrawn", "withdrawn", "bounced",
    ]  # fmt: skip
    assert [state_of(w) for w in ("bestaetigt", "Nicht bestätigt", "spam complaint", "soft bounced", "2")] == [
        "active", "pending", "complained", "odd", "odd",
    ]  # fmt: skip
    assert [channel_of(w) for w in ("", "E-Mail", "SMS", "Telefon", "pigeon")] == ["", "email", "sms", "voice", "other"]
    assert [bounce_of(w) for w in ("550 5.1.1 unknown", "hard", "452 4.2.2 full", "5.2.2", "soft", "")] == [
        "hard",
        "hard",
        "soft",
        "soft",
        "soft",
        "",
    ]
    assert [source_kind(w) for w in ("Purchased list", "gekaufte Adressen", "CSV import", "sign-up form", "Parent evening")] == [
        "purchased", "purchased", "imported", "", "",
    ]  # fmt: skip
    honest = (
        "Checkout after purchase", "https://car-rental.example/newsletter", "insurance broker website form", "Harvest festival fair", "boughton-house.de",
        "Lead list event", "photo upload contest", "MS Excel course page", "Migration Museum newsletter form", "Import/Export fair",
    )  # fmt: skip
    assert {source_kind(w) for w in honest} == {""}
    assert [source_kind(w) for w in ("bought", "purchased B2B list 2026", "list broker", "rented e-mail addresses", "members.csv", "B2B list")] == [
        "hinted", "purchased", "purchased", "purchased", "imported", "hinted",
    ]  # fmt: skip
    assert [ip_kind(a) for a in ("12:30", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8:9")] == ["bad", "inside", "bad"]
    assert [ip_kind(a) for a in ("192.0.2.1", "10.1.2.3", "::1", "2001:db8::1", "fd00::1", "300.1.1.1", "x")] == [
        "outside", "inside", "inside", "outside", "inside", "bad", "bad",
    ]  # fmt: skip


def test_redaction() -> None:
    assert [is_formula(t) for t in ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "+49 171 12345", "-5", "a=b")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip
    assert [network(t) for t in ("192.0.2.77", "2001:db8:1:2::3", "::ffff:192.0.2.9", "x", "")] == [
        "192.0.2.0/24", "2001:db8:1::/48", "192.0.2.0/24", "?", "",
    ]  # fmt: skip
    assert network("2002:c000:22d::1") == "2002::/16"
    assert source_shown("https://shop.test/form?mail=anna") == "https://shop.test/form"
    assert source_shown("from anna@shop.test") == "aaaa aaaa@aaaa.aaaa"
    assert example("\u202eevil\x1b[31m", "source") == r"\u202eevil\x1b[31m"
    assert (percent(1, 100_000), percent(99_999, 100_000), percent(0, 5), percent(5, 5)) == ("0.1", "99.9", "0.0", "100.0")
    assert (withdrawal_limit(0), withdrawal_limit(10), withdrawal_limit(3)) == (2, 16, 7)
