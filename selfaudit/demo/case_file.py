"""The case file that the demo's provider made and signed for its customer."""

from __future__ import annotations

import datetime

from selfaudit.case.file import CaseFile, encode_case
from selfaudit.demo.internet import demo_case
from selfaudit.demo.keys import DEMO_KEY
from selfaudit.demo.statements import demo_notice
from selfaudit.engine.seals import SignedCase, open_case, sign_case

CITED = ("B-4.4", "B-5.0a", "B-5.7")  # what the provider's desk, asked again, says was broken
# What the provider knows of: the server that it suspended and the domain it was ordered for. The customer adds the rest.
_TARGETS = ("blumenhof.example", "198.51.100.25")
_MESSAGE = (
    "Please run the audit with this file, mend what it finds, state what happened, and send us the bundle that it exports.\n"
    "We answer within one working day."
)


def demo_signed_case(world: str, now: datetime.datetime | None = None) -> SignedCase:
    """The case file of the demo's provider for a world, signed with the demo's own key. `now` is the moment to which its days are relative."""
    at = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC).replace(microsecond=0)
    case, notice = demo_case(world), demo_notice(at)
    file = CaseFile(
        schema="selfaudit/case/1",
        number=case.number,
        provider=case.provider,
        deadline=notice.deadline,
        suspended=case.suspended,
        targets=_TARGETS,
        sending_ips=_TARGETS[1:],
        cited=CITED,
        steps=notice.steps,
        service="mail.blumenhof.example (server, 198.51.100.25)",
        contact="abuse@prez-demo.example",
        language="en",
        message=_MESSAGE,
        # The same octets all day.
        created=at.replace(hour=0, minute=0, second=0).isoformat().replace("+00:00", "Z"),
        demo=world,  # type: ignore[arg-type]  # the names of the worlds are those of the format
    )
    data = encode_case(file)
    return open_case(data, sign_case(data, DEMO_KEY, file.created))
