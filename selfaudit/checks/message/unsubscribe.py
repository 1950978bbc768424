"""Readers can unsubscribe with one click.

What it checks:
    A message that was sent to many: whether it offers a way to unsubscribe in its header, whether one click is enough (RFC 8058), whether the
    signature covers that offer, and whether the text has a link too.

Why it matters:
    Who cannot unsubscribe presses “spam”. Policies demand a working opt-out, laws do (CAN-SPAM, CASL, the GDPR), and Google and Yahoo demand
    one click from everybody who sends much mail.

How it is judged:
    1. A message counts as sent to many if its header says so (List-Id, List-Unsubscribe, fields of newsletter programs). Where only its text
       speaks of unsubscribing, a mail service sent it, or it only says “Precedence: bulk”, this is left open. Personal mail needs nothing. A
       discussion list (List-Post) whose header names a way out is no advertising; nothing more is asked of it.
    2. List-Unsubscribe must stand there once, with addresses in angle brackets; exactly one of them begins with https.
    3. List-Unsubscribe-Post must say “List-Unsubscribe=One-Click”.
    4. A signature (DKIM) that is right must name both fields in h=; otherwise mail programs show no button. One of the mail service alone is
       a weak point: RFC 8058 takes it, but a receiver may want one that belongs to the sender.
    5. The text is searched for a link with words such as “unsubscribe” in fourteen languages.

Limits and false positives:
    Nothing is clicked and no address is fetched; whether the page works and how soon the wish is honoured, the person states. Words in a
    picture are not seen. A copy of sent mail is not signed yet, so point 4 stays open there.

References:
    RFC 8058 sections 3 and 4; RFC 2369 sections 2 and 3.2; RFC 2919; 16 CFR 316.5 (CAN-SPAM).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.message._bulk import Bulk, bulk
from selfaudit.checks.message._evaluated import Evaluated, evaluate, faulty
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import unsubscribe
from selfaudit.protocols.dkim import DkimResult, DkimStatus
from selfaudit.protocols.unsubscribe import SIGNED, Unsubscribe


class Tag(StrEnum):
    OK = "UNSUBSCRIBE_ONE_CLICK"
    LINK = "UNSUBSCRIBE_LINK_IN_TEXT"
    ABSENT = "UNSUBSCRIBE_ABSENT"
    ONLY_LINK = "UNSUBSCRIBE_ONLY_IN_TEXT"
    UNUSABLE = "UNSUBSCRIBE_UNUSABLE"
    ONLY_MAIL = "UNSUBSCRIBE_ONLY_BY_MAIL"
    NO_TLS = "UNSUBSCRIBE_WITHOUT_TLS"
    NO_ONE_CLICK = "UNSUBSCRIBE_NO_ONE_CLICK"
    WRONG = "UNSUBSCRIBE_FIELDS_WRONG"
    NOT_SIGNED = "UNSUBSCRIBE_NOT_SIGNED"
    SIGNATURE_OPEN = "UNSUBSCRIBE_SIGNATURE_OPEN"
    NO_LINK = "UNSUBSCRIBE_NO_LINK_SEEN"
    TEXT_UNREAD = "UNSUBSCRIBE_TEXT_UNREAD"
    PERHAPS = "UNSUBSCRIBE_PERHAPS_NEEDED"
    SIGNED_BY_OTHER = "UNSUBSCRIBE_SIGNED_BY_OTHER"
    DISCUSSION = "UNSUBSCRIBE_DISCUSSION_LIST"
    PERSONAL = "UNSUBSCRIBE_NOT_NEEDED"
    DAYS = "UNSUBSCRIBE_DAYS"


CHECK = Check("message.unsubscribe", N_("Readers can unsubscribe with one click"), (MessageReport,), "message")

_RECORD = (
    "List-Unsubscribe: <https://YOUR-DOMAIN/unsubscribe?token=PER-READER>, <mailto:unsubscribe@YOUR-DOMAIN>\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
)
_ADD = Remedy(
    N_(
        "Switch on “List-Unsubscribe” and “one click” in the newsletter program, or add both lines to every message that goes to many. The "
        "page behind the address must take a POST without log-in or cookie, and unsubscribe at once; opening it in a browser must only ask."
    ),
    verify="selfaudit message FILE.eml",
    record=_RECORD,
    stacks={
        "Mailman 3": "Settings > List identity / Message acceptance: add the List-Unsubscribe header (version 3.3.9 or later for one click)",
        "phpLIST": "define('USE_LIST_UNSUBSCRIBE_HEADER', 1);",
        "Mail service (newsletters)": "Settings > Unsubscribe: list-unsubscribe header with one click (RFC 8058)",
    },
    minutes=60,
)
_SIGN = Remedy(
    N_(
        "Let the signer name both fields, List-Unsubscribe and List-Unsubscribe-Post, among those that it signs (h=), with a signature of the "
        "sender's own domain. Then check a new message."
    ),
    verify="selfaudit message FILE.eml",
    stacks={
        "OpenDKIM": "# /etc/opendkim.conf\nSignHeaders *,+list-unsubscribe,+list-unsubscribe-post",
        "rspamd": '# /etc/rspamd/local.d/dkim_signing.conf\nsign_headers = "(o)from:(o)to:(o)subject:(o)date:(o)message-id:list-id:list-unsubscribe:list-unsubscribe-post";',
        "Exim": "dkim_sign_headers = _DKIM_SIGN_HEADERS:List-Unsubscribe:List-Unsubscribe-Post",
    },
    minutes=20,
)
_LINK = Remedy(
    N_("Put a link to unsubscribe into the text of every message that goes to many, in words and not in a picture."),
    verify="selfaudit message FILE.eml",
    minutes=20,
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD, N_("The message offers to unsubscribe with one click ({host}), and a signature of {domain} covers it.")
    ),
    Tag.LINK: Message(Severity.GOOD, N_("The text has a link to unsubscribe too.")),
    Tag.ABSENT: Message(
        Severity.HIGH,
        N_("The message went to many ({signs}), but its header offers no way to unsubscribe (List-Unsubscribe)."),
        _ADD,
    ),
    Tag.ONLY_LINK: Message(
        Severity.MEDIUM,
        N_(
            "The message went to many ({signs}); its text has a link to unsubscribe, but its header offers nothing (List-Unsubscribe)."
        ),
        _ADD,
    ),
    Tag.UNUSABLE: Message(Severity.HIGH, N_("List-Unsubscribe names nothing that a mail program could use: {why}."), _ADD),
    Tag.ONLY_MAIL: Message(
        Severity.MEDIUM,
        N_("The header lets readers unsubscribe only by sending a mail ({mailto}); large receivers demand one click."),
        _ADD,
    ),
    Tag.NO_TLS: Message(
        Severity.MEDIUM, N_("The address to unsubscribe is not encrypted (http); one click needs https."), _ADD
    ),
    Tag.NO_ONE_CLICK: Message(
        Severity.MEDIUM,
        N_("The header names a page to unsubscribe, but not that one click is enough (List-Unsubscribe-Post is missing)."),
        _ADD,
    ),
    Tag.WRONG: Message(Severity.MEDIUM, N_("The fields to unsubscribe are not as they must be: {why}."), _ADD),
    Tag.NOT_SIGNED: Message(
        Severity.MEDIUM, N_("The message offers one click, but mail programs will not show it: {why}."), _SIGN
    ),
    Tag.SIGNED_BY_OTHER: Message(
        Severity.LOW,
        N_(
            "The message offers one click, and a right signature covers that, but only one of {domain}, which does not belong to the sender. "
            "Some receivers may not show it."
        ),
        _SIGN,
    ),
    Tag.SIGNATURE_OPEN: Message(
        Severity.UNKNOWN,
        N_("The message offers one click; whether a right signature covers that cannot be told from this file."),
    ),
    Tag.NO_LINK: Message(
        Severity.MEDIUM,
        N_("No link to unsubscribe was seen in the text. One in a picture is not seen by many readers either."),
        _LINK,
    ),
    Tag.TEXT_UNREAD: Message(
        Severity.UNKNOWN, N_("The text could not be read, so whether it has a link to unsubscribe is not known ({why}).")
    ),
    Tag.PERHAPS: Message(
        Severity.UNKNOWN,
        N_(
            "This message may have gone to many: a mail service or a list sent it, or its text or header speaks of that. Then its header lacks "
            "a way to unsubscribe."
        ),
        Remedy(
            N_(
                "If it is an advertisement or a newsletter, add the header. If it is about one reader's own affair (an order, a password), check another message."
            ),
            verify="selfaudit message FILE.eml",
            record=_RECORD,
            minutes=10,
        ),
    ),
    Tag.DISCUSSION: Message(
        Severity.NONE,
        N_(
            "This message came over a discussion list, whose readers write to each other; its header names a way to leave it. The rules for "
            "advertising do not apply."
        ),
    ),
    Tag.PERSONAL: Message(Severity.NONE, N_("Nothing says that this message went to many, so it needs no way to unsubscribe.")),
    Tag.DAYS: Message(
        Severity.INFO,
        N_(
            "The policy gives {days} business days to honour the wish to unsubscribe; Google and Yahoo expect it within two days."
        ),
    ),
}


def judge(report: MessageReport, policy: Policy) -> Iterator[Finding]:
    message, offer, kind = report.message, unsubscribe.check(report.message), bulk(report.message)
    if kind is Bulk.NO:
        yield found(Tag.PERSONAL)
        return
    if kind is Bulk.LIST:
        yield found(Tag.DISCUSSION if offer.usable else Tag.PERHAPS)
        return
    if kind is Bulk.PERHAPS:
        yield found(Tag.PERHAPS)
        return
    yield from _header(report, offer)
    if message.body.unsubscribe:
        yield found(Tag.LINK)
    elif message.body.text:
        yield found(Tag.NO_LINK)
    else:
        yield found(Tag.TEXT_UNREAD, why=message.body.problems or (phrase("there is no text"),))
    if policy.opt_out_days:
        yield found(Tag.DAYS, days=policy.opt_out_days)


def _header(report: MessageReport, offer: Unsubscribe) -> Iterator[Finding]:
    if not offer.present:
        yield found(Tag.ONLY_LINK if report.message.body.unsubscribe else Tag.ABSENT, signs=_signs(report))
        return
    if not offer.usable:
        yield found(Tag.UNUSABLE, why=offer.problems)
        return
    if offer.problems:
        yield found(Tag.WRONG, why=offer.problems)
    if offer.one_click:
        yield from _signed(evaluate(report), offer)
    elif offer.https and not report.message.all("list-unsubscribe-post"):
        yield found(Tag.NO_ONE_CLICK)
    elif offer.http and not offer.https:
        yield found(Tag.NO_TLS)
    elif not offer.https:
        yield found(Tag.ONLY_MAIL, mailto=tuple(m.removeprefix("mailto:").partition("?")[0] for m in offer.mailto[:2]))


def _signed(seen: Evaluated, offer: Unsubscribe) -> Iterator[Finding]:
    """Whether a signature that is right and belongs to the sender covers the offer (RFC 8058 section 3.1)."""
    covering = [r for r in seen.auth.dkim_aligned if set(SIGNED) <= set(r.signature.headers)]
    if covering:
        host = offer.https[0].split("/")[2].rpartition("@")[2]
        yield found(Tag.OK, host=host, domain=covering[0].signature.domain)
    elif seen.auth.author and (others := [r for r in seen.foreign if _covers(r)]):
        yield found(Tag.SIGNED_BY_OTHER, domain=others[0].signature.domain)
    elif not seen.arrived or not seen.auth.author:
        yield found(Tag.SIGNATURE_OPEN)
    elif seen.auth.dkim_aligned:
        names = [name for name in SIGNED if name not in seen.auth.dkim_aligned[0].signature.headers]
        yield found(Tag.NOT_SIGNED, why=phrase("the signature does not name {names}", names=", ".join(names)))
    elif not seen.relevant:
        yield found(Tag.NOT_SIGNED, why=phrase("there is no signature that belongs to the sender"))
    elif all(faulty(r) for r in seen.relevant) and not seen.old:
        yield found(Tag.NOT_SIGNED, why=phrase("nobody can accept its signature ({why})", why=seen.relevant[0].why))
    else:
        yield found(Tag.SIGNATURE_OPEN)


def _covers(result: DkimResult) -> bool:
    return result.status is DkimStatus.PASS and set(SIGNED) <= set(result.signature.headers)


def _signs(report: MessageReport) -> tuple[str, ...]:
    message = report.message
    signs = [name for name in ("List-Id", "Feedback-ID") if message.all(name)]
    return tuple(signs) or (phrase("fields of a newsletter program"),)
