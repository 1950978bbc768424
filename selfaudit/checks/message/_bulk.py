"""Whether a message looks like one that went to many."""

from __future__ import annotations

import re
from enum import StrEnum

from selfaudit.facts.message import SampleMessage

_SERVICES = re.compile(
    r"(?i)x-(mc-user|mandrill|mailgun|sg-e?id|ses-|sib-|mailin-|mailjet|mj-|postmark|pm-|sparkpost|msys|csa-complaints|campaign|"
    r"mailchimp|mailer-(lid|rec|sid)|cmailer|newsletter|rapidmail|cleverreach|inxmail|emarsys|list-|mailing|job|hs-|klaviyo|phplist|mautic)|feedback-id"
)
_CAMPAIGN = re.compile(
    r"(?i)x-(campaign|mailer-lid|mailchimp|newsletter|csa-complaints|mailing|phplist|rapidmail|cleverreach|inxmail)"
)


class Bulk(StrEnum):
    """How sure it is."""

    YES = "yes"
    LIST = "list"  # a discussion list: its readers write to each other
    PERHAPS = "perhaps"
    NO = "no"


def bulk(message: SampleMessage) -> Bulk:
    """Whether a message went to many, by the signs in its header (RFC 2919, RFC 2369, RFC 3834); the words of its text leave it open."""
    automatic = message.first("auto-submitted").lower()
    precedence = message.first("precedence").strip().lower()
    if automatic.startswith("auto-replied"):
        return Bulk.NO
    names = [f.name for f in message.fields]
    if message.first("list-post").startswith("<mailto:") and not any(_CAMPAIGN.match(name) for name in names):
        return Bulk.LIST if message.first("list-unsubscribe").startswith("<") else Bulk.PERHAPS
    if message.all("list-id") or message.all("list-unsubscribe"):
        return Bulk.YES
    if any(_CAMPAIGN.match(name) for name in names):
        return Bulk.YES
    # An answer may quote a newsletter with its link, and a mail service sends orders and passwords too.
    # Tickets and automatic answers say "bulk" too, so that nobody answers them automatically.
    marked = message.body.words or precedence in ("bulk", "list", "junk")
    return Bulk.PERHAPS if marked or any(_SERVICES.match(name) for name in names) else Bulk.NO
