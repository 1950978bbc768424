"""Sample messages, MIME, DKIM, and what is told about them."""

from __future__ import annotations

import msgspec

from selfaudit.engine.sample_message import selectors_in
from selfaudit.facts.message import SampleMessage
from selfaudit.policy import Policy
from selfaudit.protocols import (
    dkim_signature,
    dkim_verify,
    lookup,
    message,
    message_body,
    message_headers,
    message_kept,
    message_names,
    message_received,
    mime,
    unsubscribe,
)
from selfaudit.protocols.message_read import as_sample, read_message
from tests.checks.messages import GOOD, mail, report, sign
from tests.fuzz.target import Target, allowed, each, octets, replies, text_of

KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def _message(data: bytes) -> None:
    """Reads, verifies and judges a message; what is kept is bounded and read again as the same."""
    from selfaudit.checks import all_checks

    read = read_message(data, "x.eml", "2026-11-22T09:00:00Z")
    encoded = msgspec.json.encode(read)
    assert len(encoded) < 400_000
    assert msgspec.json.decode(encoded, type=SampleMessage) == read
    fact = report(read, GOOD, "192.0.2.25")
    for name, check in all_checks().items():
        if name.startswith("message."):
            assert list(check.judge(fact, Policy()))
    selectors_in(read)


def _authentication(data: bytes) -> None:
    """SPF, DKIM and DMARC of a message, in a zone where every name has a policy and a key: no message passes DKIM by another's key."""
    ask = replies({"TXT": ("v=spf1 -all", "v=DMARC1; p=reject", KEY)})
    results = lookup.run_now(dkim_verify.verify(data, ask))
    assert all(result.result != "pass" for result in results), results
    as_sample(data)
    lookup.run_now(message.verify(data, "192.0.2.25", "mail.shop.test", None, ask))
    unsubscribe.check(data)


def _parts(data: bytes) -> None:
    for part in mime.walk(data):
        part.field("content-type")
        part.field("subject")
    hints = message_body.read_body(data)
    assert len(msgspec.json.encode(hints)) < 200_000
    split = message_headers.split_message(data)
    message_headers.without_wrapping(data)
    for field in split.fields[:20]:
        message_headers.unfolded(field.value, 500)
        for form in ("simple", "relaxed"):
            dkim_signature.canonical_field(field, form)
    for form in ("simple", "relaxed"):
        dkim_signature.canonical_body(data, form)


def _fields(data: bytes) -> None:
    text = text_of(data)
    for box in message_headers.mailboxes(text):
        message_names.pretends(box)
    message_headers.domain_of(text)
    message_headers.moment(text)
    message_headers.utc_seconds(text)
    for key in (
        "subject",
        "from",
        "return-path",
        "message-id",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-post",
        "authentication-results",
        "precedence",
    ):
        message_kept.kept(key, text)
    message_kept.is_message_id(text)
    for uri in message_kept.list_uris(text):
        message_kept.uri_kind(uri)
    message_received.read_hop(text)
    message_received.is_inner(text)
    message_names.turning_characters(text)
    message_names.turning_in(text)
    message_names.readable(text)
    message_names.misleading(text)
    message_names.same_organization(text, "shop.test")
    mime.decode_words(text)
    for charset in ("utf-8", text[:30], "utf-7", "idna", "unicode_escape", "hz", "base64"):
        mime.decode_text(data, charset)


def _alignment(data: bytes) -> None:
    author, _mark, domain = text_of(data).partition("\n")
    ask = replies({"TXT": ("v=DMARC1; p=reject; adkim=s", "v=spf1 a")})
    allowed(lambda: lookup.run_now(message.could_align(author, domain, ask, spf=True)))


PLAIN = mail("Hello\r\n")
SIGNED = sign(mail('<a href="https://shop.test/u">unsubscribe</a>', content_type="text/html; charset=utf-8", list_unsubscribe="<https://shop.test/u>, <mailto:u@shop.test>", list_unsubscribe_post="List-Unsubscribe=One-Click"))  # fmt: skip
NESTED = mail(
    "--x\r\nContent-Type: multipart/alternative; boundary=\"y\"\r\n\r\n--y\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Gr=FC=DFe=\r\n\r\n--y--\r\n--x\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQp5DQo=\r\n--x--\r\n",
    content_type="multipart/mixed; boundary=x", subject="=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?Q?a=5F?=",
)  # fmt: skip
WORDS = octets(
    "Content-Type: multipart/mixed; boundary=x\r\n", "--x\r\n", "--x--", "=?utf-8?B?", "?=", "Content-Transfer-Encoding: base64\r\n", "charset=", "DKIM-Signature: ",
    "l=99999999999999999999", "l=0", "Received: from [", "x=1;", "b=", "bh=", "From: ", "h=from:from", "i=@", "List-Unsubscribe: <", "begin 644 x\n", "message/rfc822", "a=ed25519-sha256",
)  # fmt: skip

TARGETS = {
    "sample": Target(_message, (PLAIN, SIGNED, NESTED), WORDS, 8000, 1.5),
    "authentication": Target(_authentication, (PLAIN, SIGNED), WORDS, 8000, 1.5),
    "parts": Target(_parts, (PLAIN, SIGNED, NESTED), WORDS, 20_000, 1.0),
    "fields": Target(
        _fields,
        octets('"A, B" <a@shop.test>, c@d.test (x)', "from a.test (b.test [192.0.2.1]) by c.test with ESMTPS id 7 for <a@b.test>; Sun, 22 Nov 2026 08:00:00 +0000",
               "<https://shop.test/u?x=1>, <mailto:u@shop.test>", "Sun, 22 Nov 2026 08:00:00 +0000", "=?utf-8?q?caf=C3=A9?= x", "<1@shop.test>", "mx.test; dkim=pass header.d=shop.test; spf=fail", "xn--bcher-kva.example", "2026-11-22T09:00:00Z"),
        octets("<", ">", "(", ")", '"', "\\", ",", ";", "@", "[IPv6:", "=?utf-7?q?", "=?x?", "mailto:", "by ", "from ", "; "), 3000, 1.0,
    ),
    "alignment": Target(_alignment, octets("a@shop.test\nshop.test", "a@b.shop.test\nc.test"), octets("@", ".", ">"), 400),
    "texts": Target(each(message_names.readable, message_headers.domain_of), octets("a@xn--bcher-kva.example"), octets("xn--", "@"), 400),
}  # fmt: skip
