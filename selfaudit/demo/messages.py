"""The newsletter of the demo's customer in each world, signed when it is asked for, as if it had arrived an hour ago."""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from importlib import resources

from selfaudit.demo.worlds import lines_of_world
from selfaudit.engine.hosts import now
from selfaudit.facts.message import SampleMessage
from selfaudit.protocols.message_read import read_message

NAME = "newsletter.eml"
DOMAIN = "angebote-blumenhof.example"
SELECTOR = "news"
_SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
)


def demo_messages(world: str) -> tuple[SampleMessage, ...]:
    """What the customer shows as a sample of the mail that is sent, as it was read."""
    return (read_message(newsletter(world), NAME, now()),)


def newsletter(world: str, at: datetime.datetime | None = None) -> bytes:
    """The octets of the newsletter; in the broken world, its key is revoked, and somebody else stands in the envelope."""
    import dkim

    sent = (at or datetime.datetime.now(datetime.UTC)).replace(microsecond=0) - datetime.timedelta(hours=1)
    folder = resources.files("selfaudit_resources") / "demo" / "messages"
    text = lines_of_world((folder / "newsletter.txt").read_text(encoding="utf-8"), world)
    for name, value in (
        ("date", format_datetime(sent)),
        ("received", format_datetime(sent + datetime.timedelta(seconds=4))),
        ("number", f"{sent:%Y%m%d%H%M%S}.7"),
    ):
        text = text.replace(f"{{{name}}}", value)
    message = text.encode("utf-8").replace(b"\n", b"\r\n")
    present = {line.partition(":")[0].lower() for line in text.partition("\n\n")[0].splitlines()}
    field: bytes = dkim.sign(
        message, SELECTOR.encode(), DOMAIN.encode(), (folder / "demo-news-key.pem").read_bytes(),
        canonicalize=(b"relaxed", b"relaxed"), include_headers=[name.encode() for name in _SIGNED if name in present],
    )  # fmt: skip
    return field + message
