"""What is kept of a sample message: what a check rests on, and nothing that names its reader."""

from __future__ import annotations

import msgspec

from selfaudit.facts.message import SampleMessage
from tests.checks.messages import mail, read, sign


def test_what_is_kept_and_what_is_not() -> None:
    body = "Hello Ann, your number is 4711.\r\nUnsubscribe: https://shop.test/leave?who=ann@reader.test\r\n"
    message = read(sign(mail(body, x_recipient_id="ann@reader.test", list_unsubscribe="<https://shop.test/u?token=s3cret>")))
    text = msgspec.json.encode(message).decode()
    for secret in ("ann@reader.test", "s3cret", "4711", "who="):
        assert secret not in text
    assert message.first("list-unsubscribe") == "<https://shop.test/…>"
    assert message.all("to") == ("…",)
    assert message.unsubscribe_urls == ("https://shop.test/leave",)
    assert (message.name, message.received) == ("news.eml", "2026-11-22T09:00:00Z")
    assert msgspec.json.decode(text, type=SampleMessage) == message


VERP = "bounce+ann.reader=reader.test@shop.test"
PRIVATE = (
    b"Delivered-To: ann.reader@reader.test\r\n"
    b'Received: from mail.shop.test (mail.shop.test [192.0.2.25]) by mx.reader.test with ESMTP id 1 for "ann reader"@reader.test;'
    b" Sun, 22 Nov 2026 08:00:00 +0000\r\n"
    b"Received: from app (unknown [192.0.2.11]) by mail.shop.test (envelope-from <"
    + VERP.encode()
    + b">) FOR <ann.reader@reader.test>;"
    b" Sun, 22 Nov 2026 08:00:00 +0000\r\n"
    b"Received: by x.shop.test (Sendmail) to ann.reader@reader.test; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
    b'Authentication-Results: mx.reader.test; spf=pass smtp.mailfrom="'
    + VERP.encode()
    + b'"; dkim=fail (x) header.i=ann.reader@shop.test'
    b" header.d=shop.test policy.rcpt=ann.reader@reader.test\r\n"
    b"Received-SPF: pass (x) envelope-from=" + VERP.encode() + b"; receiver=ann.reader@reader.test\r\n"
)
KEPT = [
    ("delivered-to", "…"),
    ("received", "…"),
    ("received-spf", "…"),
    (
        "authentication-results",
        "mx.reader.test; spf=pass smtp.mailfrom=shop.test; dkim=fail header.i=@shop.test header.d=shop.test",
    ),
    ("return-path", "<…@shop.test>"),
    ("from", "Blumen <news@shop.test>"),
    ("reply-to", "<…@shop.test>, <…@other.test>"),
    ("sender", "<…@mailer.test>"),
    ("subject", "\u202e…"),
    ("message-id", "<…@shop.test>"),
    ("in-reply-to", "…"),
    ("references", "…"),
    ("feedback-id", "…"),
    ("list-id", "<shop.test>"),
    ("list-post", "<mailto:…@shop.test>"),
    ("list-unsubscribe", "<https://shop.test/…>, <mailto:…@shop.test>, <https://shop.test/…2>, <…1>"),
    ("list-unsubscribe-post", "…"),
    ("precedence", "bulk"),
    ("auto-submitted", "auto-generated"),
]


def test_nothing_that_names_the_reader_is_kept() -> None:
    body = (
        '<a href="https://shop.test/unsubscribe/s3cret">Unsubscribe</a> <a href="https://shop.test/u/abmelden;t=s3cret#s3cret">x</a>'
        '<a href="mailto:unsubscribe-s3cret@shop.test">x</a>'
    )
    data = mail(
        body, content_type="text/html", return_path=f"<{VERP}>", reply_to="reply+ann.reader@shop.test, ann.reader@other.test",
        sender=f"{VERP.partition('@')[0]}@mailer.test", subject="\u202eann.reader, your test result", message_id="<ann.reader.1@shop.test>",
        in_reply_to="<ann.reader@reader.test>", references="<ann.reader@reader.test>", feedback_id="ann.reader:shop",
        list_id="ann.reader <1.ann.reader.shop.test>", list_post="<mailto:ann.reader@shop.test>", precedence="Bulk",
        auto_submitted="auto-generated; owner-email=ann.reader@reader.test",
        list_unsubscribe="<https://shop.test/u/ann.reader@reader.test/s3cret>, <mailto:unsub-s3cret@shop.test?subject=s3cret>, "
        "<https://shop.test/s3cret>, <x:s3cret>",
        list_unsubscribe_post="s3cret",
    )  # fmt: skip
    message = read(sign(PRIVATE + data, identity=b"ann.reader@shop.test"))
    text = msgspec.json.encode(message).decode()
    for secret in ("ann.reader", "ann reader", "s3cret", "test result"):
        assert secret not in text, secret
    assert [(name, message.first(name)) for name, _value in KEPT] == KEPT
    assert message.signatures[0].identity == "@shop.test"
    assert message.body.unsubscribe == ("https://shop.test/unsubscribe/…", "https://shop.test/u/…", "mailto:…@shop.test")
    assert message.unsubscribe_urls == ()


def test_a_message_id_in_the_wrong_form_keeps_its_shape() -> None:
    assert read(mail(message_id="<ann.reader reader.test>")).first("message-id") == "<xxx.xxxxxx xxxxxx.xxxx>"
    assert read(mail(message_id="<1@[192.0.2.1]>")).first("message-id") == "<…@…>"
