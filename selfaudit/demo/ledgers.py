"""The ledger of consent of the demo's customer in each world: made up, the same at every run, and read like any other."""

from __future__ import annotations

import csv
import datetime
import io
import random
from dataclasses import replace

from selfaudit.engine.ledgers import read_ledger
from selfaudit.facts.ledger import Drill, LedgerReport, ProofFile

NAME = "newsletter.csv"
ROWS = 3000
_HEAD = [
    "email",
    "channel",
    "source",
    "consent_text_version",
    "consent_at",
    "consent_ip",
    "confirmed_at",
    "confirm_ip",
    "confirm_token",
    "withdrawn_at",
    "last_mailed",
    "last_bounce",
    "last_complaint",
    "bounce_code",
    "status",
]
_SERVICES = ("gmail.com", "gmx.de", "web.de", "outlook.com", "customers.example", "friends.example")
_FORMS = ("https://shop.example/newsletter", "https://shop.example/checkout", "fair in Hanover")


def demo_ledgers(world: str, now: datetime.datetime | None = None) -> tuple[LedgerReport, ...]:
    """The ledgers of a world, as if exported at this moment.

    broken: single opt-in, a bought list among it, and mail after withdrawals. fixed and suspended: everybody has confirmed, the bought
    addresses are gone, and a drill was held in time.
    """
    at = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    report = read_ledger(io.BytesIO(ledger_text(world, at)), NAME, seed="demo", now=at.timestamp())
    if world == "broken":
        return (report,)
    began, ended = at - datetime.timedelta(days=2, hours=5), at - datetime.timedelta(days=2, hours=1, minutes=48)
    drill = Drill(
        recipient=report.sample[0].recipient,
        chosen="seed",
        seed="demo",
        started=_stamp(began),
        finished=_stamp(ended),
        found=True,
        fields=("recipient", "source", "text_version", "consent_at", "consent_ip", "confirm_at", "confirm_ip", "confirm_token"),
        files=(ProofFile("confirmation-mail.eml", "8d" * 32, 4211),),
        ledger_start=report.sha256,
        ledger_finish=report.sha256,
    )
    return (replace(report, drills=(drill,)),)


def ledger_text(world: str, now: datetime.datetime) -> bytes:
    """The file of the ledger."""
    chance = random.Random(7)  # noqa: S311 - the same invented people at every run
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(_HEAD)
    import_at = now - datetime.timedelta(days=40)
    for number in range(ROWS):
        bought = number % 4 == 0
        if bought and world != "broken":
            continue
        write(_row(number, world, now, import_at, chance, bought=bought))
    return out.getvalue().encode("utf-8")


def _row(
    number: int, world: str, now: datetime.datetime, import_at: datetime.datetime, chance: random.Random, *, bought: bool
) -> list[str]:
    begun = now - datetime.timedelta(days=chance.randrange(60, 650), seconds=chance.randrange(1, 86_399))
    address = f"198.51.100.{chance.randrange(1, 255)}" if number % 2 else f"203.0.113.{chance.randrange(1, 255)}"
    confirmed = begun + datetime.timedelta(seconds=chance.randrange(40, 90_000))
    token, mailed = f"{chance.getrandbits(64):016x}", now - datetime.timedelta(days=12, seconds=chance.randrange(7200))
    local = "info" if bought and number % 8 == 0 else f"reader{number}"
    domain = f"firm{number}.example" if bought else _SERVICES[number % len(_SERVICES)]
    gone = not bought and number % 50 == 1
    withdrawn = mailed - datetime.timedelta(days=40) if gone and world == "broken" else mailed + datetime.timedelta(days=3)
    if bought:
        return [
            f"{local}@{domain}", "email", "purchased B2B list 2026", "", _stamp(import_at), "", "", "", "", "", _stamp(mailed), "", "", "", "subscribed",
        ]  # fmt: skip
    proof = [_stamp(confirmed), address, token] if world != "broken" else ["", "", ""]
    return [
        f"{local}@{domain}", "email", _FORMS[number % len(_FORMS)], "2025-01" if world != "broken" or number % 3 else "",
        _stamp(begun), address, *proof, _stamp(withdrawn) if gone else "", _stamp(mailed), "", "", "",
        "unsubscribed" if gone else "subscribed",
    ]  # fmt: skip


def _stamp(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
