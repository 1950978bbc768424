"""mail.dkim."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.mail import DkimKeys, DkimSelector
from tests.checks.build import MAIL, NULL_MAIL, TROUBLES, Scenario, mail_fact, no, spf_fact, yes

CHECK = "mail.dkim"
NX = DnsStatus.NXDOMAIN
SENDS = [spf_fact({"shop.test": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]}}), mail_fact(MAIL)]
SILENT = [spf_fact(NULL_MAIL), mail_fact(NULL_MAIL)]


def key(bits: int) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


GOOD, SMALL = key(2048), key(1024)


def keys(
    *found: tuple[str, str, DnsAnswer], domainkey: DnsStatus = DnsStatus.NODATA, wildcard: str = "", unanswered: int = 0
) -> DkimKeys:
    selectors = tuple(DkimSelector(*f) for f in found)
    control = yes("r._domainkey.shop.test", "TXT", wildcard) if wildcard else no("r._domainkey.shop.test", "TXT", NX)
    return DkimKeys("shop.test", selectors, 78, unanswered, no("_domainkey.shop.test", "TXT", domainkey), control)


def txt(*records: str) -> DnsAnswer:
    return yes("news._domainkey.shop.test", "TXT", *records)


def given(*records: str, source: str = "given") -> list[Any]:
    return [keys(("news", source, txt(*records))), *SENDS]


SCENARIOS = [
    Scenario("given", given(f"v=DKIM1; p={GOOD}"), ["DKIM_KEY_OK"], "pass"),
    Scenario("from a message", given(f"v=DKIM1; p={GOOD}", source="message"), ["DKIM_KEY_OK"], "pass"),
    Scenario("beside another text", given(f"v=DKIM1; p={GOOD}", "hello"), ["DKIM_KEY_OK"], "pass", ["DKIM_KEY_MULTIPLE"]),
    Scenario(
        "missing", [keys(("news", "given", no("news._domainkey.shop.test", "TXT", NX))), *SENDS], ["DKIM_KEY_MISSING"], "fail"
    ),
    Scenario("revoked", given("v=DKIM1; p="), ["DKIM_KEY_REVOKED"], "fail"),
    Scenario("unusable", given("v=DKIM1; p=AAAA"), ["DKIM_KEY_UNUSABLE"], "fail"),
    Scenario("no tag list", given("this is no key"), ["DKIM_KEY_UNUSABLE"], "fail"),
    Scenario("two keys", given(f"v=DKIM1; p={GOOD}", f"v=DKIM1; p={SMALL}"), ["DKIM_KEY_MULTIPLE"], "fail"),
    Scenario("weak", given(f"v=DKIM1; p={SMALL}"), ["DKIM_KEY_WEAK", "DKIM_KEY_OK"], "warn"),
    Scenario("testing", given(f"v=DKIM1; t=y; p={GOOD}"), ["DKIM_KEY_TESTING"], "warn"),
    Scenario("guessed", [keys(("default", "guessed", txt(f"v=DKIM1; p={GOOD}"))), *SENDS], ["DKIM_KEY_FOUND"], "pass"),
    Scenario(
        "guessed leftovers never fail",
        [keys(("default", "guessed", txt("v=DKIM1; p="))), *SENDS],
        ["DKIM_NO_SELECTOR_KNOWN"],
        "inconclusive",
        ["DKIM_KEY_REVOKED"],
    ),
    Scenario("guessed in vain", [keys(), *SENDS], ["DKIM_NO_SELECTOR_KNOWN"], "inconclusive", ["DKIM_KEY_MISSING"]),
    Scenario("nothing below _domainkey", [keys(domainkey=NX), *SENDS], ["DKIM_SEEMS_TO_HAVE_NO_KEYS"], "inconclusive"),
    Scenario(
        "wildcard",
        [keys(("default", "guessed", txt("v=spf1 -all")), wildcard="v=spf1 -all"), *SENDS],
        ["DKIM_WILDCARD"],
        "inconclusive",
        ["DKIM_KEY_FOUND"],
    ),
    Scenario(
        "wildcard with a key",
        [keys(("default", "guessed", txt(f"p={GOOD}")), wildcard=f"p={GOOD}"), *SENDS],
        ["DKIM_WILDCARD"],
        "inconclusive",
        ["DKIM_KEY_FOUND"],
    ),
    Scenario("guesses unanswered", [keys(unanswered=70), *SENDS], ["DKIM_UNANSWERED"], "inconclusive"),
    Scenario("sends no mail", [keys(domainkey=NX), *SILENT], ["DKIM_SENDS_NO_MAIL"], "not-applicable"),
    *(
        Scenario(
            f"trouble: {s}",
            [keys(("news", "given", no("n._domainkey.shop.test", "TXT", s))), *SENDS],
            ["DKIM_UNANSWERED"],
            "inconclusive",
            ["DKIM_KEY_MISSING"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "control unanswered",
        [
            DkimKeys(
                "shop.test",
                (DkimSelector("default", "guessed", txt(f"v=DKIM1; p={GOOD}")),),
                20,
                0,
                no("_domainkey.shop.test", "TXT"),
                no("r._domainkey.shop.test", "TXT", DnsStatus.TIMEOUT),
            ),
            *SENDS,
        ],
        ["DKIM_UNANSWERED"],
        "inconclusive",
        ["DKIM_KEY_FOUND"],
    ),
    Scenario(
        "given for several domains, not this one",
        [
            keys(
                ("news", "shared", no("news._domainkey.shop.test", "TXT", NX)),
                ("default", "guessed", txt(f"v=DKIM1; p={GOOD}")),
            ),
            *SENDS,
        ],
        ["DKIM_KEY_FOUND"],
        "pass",
        ["DKIM_KEY_MISSING"],
    ),
    Scenario(
        "given for several domains, this one sends nothing",
        [keys(("news", "shared", no("news._domainkey.shop.test", "TXT", NX))), *SILENT],
        ["DKIM_SENDS_NO_MAIL"],
        "not-applicable",
        ["DKIM_KEY_MISSING"],
    ),
]
