"""DKIM signatures: published examples, dkimpy beside us on many messages, and every way in which one can be wrong."""

from __future__ import annotations

import dkim
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfaudit.facts.dns import DnsStatus
from selfaudit.protocols.dkim import DkimResult, verify
from selfaudit.protocols.dkim_signature import canonical_body, canonical_field
from selfaudit.protocols.lookup import run_now, zone_lookup
from selfaudit.protocols.message_headers import RawField
from tests.checks.build import TROUBLES, Zone
from tests.checks.messages import GOOD, ed_key, mail, record, rsa_key, sign, sign_by_hand

# RFC 8463 appendix A.3
EXAMPLE = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
EXAMPLE_KEYS: Zone = {
    "brisbane._domainkey.football.example.com": {"TXT": ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]},
    "test._domainkey.football.example.com": {
        "TXT": [
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
            "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
        ]
    },
}


def results(message: bytes, zone: Zone = GOOD) -> tuple[DkimResult, ...]:
    return run_now(verify(message, zone_lookup(zone)))


def keys(*records: str | DnsStatus) -> Zone:
    return {"s1._domainkey.shop.test": {"TXT": records[0] if isinstance(records[0], DnsStatus) else list(records)}}


def test_the_published_example_of_rfc_8463() -> None:
    assert [(r.status, r.bits) for r in results(EXAMPLE, EXAMPLE_KEYS)] == [("pass", 256), ("pass", 1024)]
    changed = EXAMPLE.replace(b"hungry", b"angry")
    assert [r.status for r in results(changed, EXAMPLE_KEYS)] == ["body-changed", "body-changed"]
    renamed = EXAMPLE.replace(b"Is dinner", b"Was dinner")
    assert [r.status for r in results(renamed, EXAMPLE_KEYS)] == ["wrong-signature", "wrong-signature"]


# RFC 6376 section 3.4.5
@pytest.mark.parametrize(
    ("form", "header", "body"),
    [
        ("relaxed", [b"a:X", b"b:Y Z"], b" C\r\nD E\r\n"),
        ("simple", [b"A: X", b"B : Y\t\r\n\tZ  "], b" C \r\nD \t E\r\n"),
    ],
)
def test_the_published_examples_of_canonical_forms(form: str, header: list[bytes], body: bytes) -> None:
    fields = [RawField(b"A", b" X"), RawField(b"B ", b" Y\t\r\n\tZ  ")]
    assert [canonical_field(f, form) for f in fields] == header
    assert canonical_body(b" C \r\nD \t E\r\n\r\n\r\n", form) == body


def test_empty_bodies() -> None:
    assert canonical_body(b"", "simple") == b"\r\n"
    assert canonical_body(b"\r\n\r\n", "simple") == b"\r\n"
    assert canonical_body(b"", "relaxed") == b""
    assert canonical_body(b" \r\n\t\r\n", "relaxed") == b""
    assert canonical_body(b"a\r\r\n\r\n", "simple") == b"a\r\r\n"


TEXTS = st.text(alphabet="ab \t\r\n.é;=", max_size=60)
FORMS = st.sampled_from([b"simple", b"relaxed"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    subject=st.text(alphabet="ab \t;=:é", max_size=40),
    body=TEXTS,
    header_form=FORMS,
    body_form=FORMS,
    change=st.integers(0, 3),
    partly=st.booleans(),
)
def test_dkimpy_says_the_same(subject: str, body: str, header_form: bytes, body_form: bytes, change: int, partly: bool) -> None:
    text = body.replace("\r", "").replace("\n", "\r\n") + "\r\n"
    signed = sign(mail(text, subject="x" + subject), canonicalize=(header_form, body_form), length=partly)
    changed = {
        0: signed,
        1: signed.replace(b"Subject: x", b"Subject:  x"),
        2: signed + b"more\r\n",
        3: signed.replace(b"\r\n\r\n", b"\r\n\r\n ", 1),
    }[change]
    theirs = dkim.verify(changed, dnsfunc=lambda name, timeout=5: record(rsa_key()).encode())
    ours = results(changed)[0]
    assert (ours.status == "pass") is theirs, (ours, changed)
    if change == 0:
        assert theirs


def test_files_that_end_their_lines_in_lf_alone() -> None:
    assert results(sign(mail("a \r\n\r\nb\r\n")).replace(b"\r\n", b"\n"))[0].status == "pass"
    assert results(b"From ann@x Sun Nov 22 08:00:00 2026\n" + sign(mail()))[0].status == "pass"


def test_what_was_added_below_l_is_told() -> None:
    signed = sign(mail("Hello\r\n"), length=True)
    result = results(signed + b"Buy pills\r\n")[0]
    assert (result.status, result.partial, result.signature.beyond) == ("pass", True, 11)


def test_ed25519() -> None:
    tags = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=shop.test; s=s1; h=from:subject; bh={bh}"
    assert results(sign_by_hand(mail(), tags), keys(record(ed_key())))[0].status == "pass"
    assert results(sign_by_hand(mail(), tags))[0].status == "unusable-key"  # an RSA key stands there


KEYS = [
    ("good", [record(rsa_key())], "pass"),
    ("testing", [record(rsa_key(), "t=y; ")], "testing"),
    ("of another signer", [record(rsa_key(1))], "wrong-signature"),
    ("revoked", ["v=DKIM1; p="], "unusable-key"),
    ("damaged", [record(rsa_key())[:-40]], "unusable-key"),
    ("no tag list", ["hello"], "unusable-key"),
    ("for SHA-1", [record(rsa_key(), "h=sha1; ")], "unusable-key"),
    ("for other services", [record(rsa_key(), "s=other; ")], "unusable-key"),
    ("beside another text", ["hello", record(rsa_key())], "pass"),
    ("two that differ", [record(rsa_key()), record(rsa_key(1))], "unusable-key"),
    ("the same twice", [record(rsa_key()), record(rsa_key(), "n=x; ")], "pass"),
]


@pytest.mark.parametrize(("texts", "status"), [k[1:] for k in KEYS], ids=[k[0] for k in KEYS])
def test_keys(texts: list[str], status: str) -> None:
    assert results(sign(mail()), keys(*texts))[0].status == status


def test_no_key_and_no_answer_are_two_things() -> None:
    assert results(sign(mail()), {})[0].status == "no-key"
    for trouble in TROUBLES:
        result = results(sign(mail()), keys(trouble))[0]
        assert (result.status, result.result) == ("temperror", "temperror")


def test_a_strict_key_allows_no_sub_domain() -> None:
    signed = sign(mail(), identity=b"@news.shop.test")
    assert results(signed)[0].status == "pass"
    assert results(signed, keys(record(rsa_key(), "t=s; ")))[0].status == "unusable-key"
    assert results(sign(mail(), identity=b"@shop.test"), keys(record(rsa_key(), "t=s; ")))[0].status == "pass"


TAGS = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.test; s=s1; h=from:subject; bh={bh}"
WRONG = [
    (TAGS.replace("v=1; ", ""), "lacks v="),
    (TAGS.replace("v=1", "v=2"), "v= must be 1"),
    (TAGS.replace("rsa-sha256", "rsa-sha1"), "RFC 8301"),
    (TAGS.replace("rsa-sha256", "dsa-sha256"), "not known"),
    (TAGS.replace("c=relaxed/relaxed", "c=loose/relaxed"), "c= is not known"),
    (TAGS.replace("d=shop.test", "d=shop"), "d= is not a domain"),
    (TAGS.replace("s=s1", "s=s1 ö"), "s= is not a selector"),
    (TAGS.replace("h=from:subject", "h=subject:date"), "does not name From"),
    (TAGS + "; q=dns/other", "q="),
    (TAGS + "; l=100000", "more octets"),
    (TAGS + "; l=-1", "must be numbers"),
    (TAGS + "; t=10; x=9", "expires"),
    (TAGS + "; i=@other.test", "i= does not belong"),
    (TAGS + "; i=@notshop.test", "i= does not belong"),
    (TAGS + "; d=shop.test", "given twice"),
    (TAGS + "; nonsense", "not a tag"),
]


@pytest.mark.parametrize(("tags", "words"), WRONG)
def test_signatures_that_nobody_may_accept(tags: str, words: str) -> None:
    head = "DKIM-Signature: " + tags.format(bh="uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=") + "; b=QUJD\r\n"
    result = results(head.encode() + mail())[0]
    assert result.status == "permerror"
    assert words in result.why


def test_base64_that_is_none() -> None:
    head = "DKIM-Signature: " + TAGS.format(bh="!!") + "; b=QUJD\r\n"
    assert "base64" in results(head.encode() + mail())[0].why


def test_one_that_is_right_and_one_by_hand() -> None:
    assert results(sign_by_hand(mail(), TAGS))[0].status == "pass"


def test_it_may_not_have_expired_when_it_was_delivered() -> None:
    # The message was delivered on 2026-11-22 at 08:00, 1795334400.
    assert results(sign_by_hand(mail(), TAGS + "; x=1795334401"))[0].status == "pass"
    late = results(sign_by_hand(mail(), TAGS + "; x=1795334399"))[0]
    assert (late.status, late.expired) == ("permerror", True)
    assert results(sign_by_hand(mail(received=None), TAGS + "; x=1000"))[0].status == "pass"


def test_a_field_that_is_signed_as_absent_may_not_be_added() -> None:
    signed = sign_by_hand(mail(), TAGS.replace("h=from:subject", "h=from:subject:reply-to"))
    assert results(signed)[0].status == "pass"
    assert results(b"Reply-To: mallory@evil.test\r\n" + signed)[0].status == "wrong-signature"


def test_a_second_from_above_is_not_signed_unless_the_signature_says_so() -> None:
    once = sign_by_hand(mail(), TAGS)
    twice = sign_by_hand(mail(), TAGS.replace("h=from:", "h=from:from:"))
    forged = b"From: ceo@bank.test\r\n"
    assert results(forged + once)[0].status == "pass"
    assert results(forged + twice)[0].status == "wrong-signature"


def test_at_most_twenty_signatures_are_looked_at() -> None:
    assert len(results(b"DKIM-Signature: v=1\r\n" * 500 + mail())) == 20
