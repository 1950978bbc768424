"""mail.contacts."""

from __future__ import annotations

from collections.abc import Sequence

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.smtp import ContactSession, MailContacts, RecipientAnswer, SmtpEnd, SmtpSession
from selfaudit.facts.vantage import Port25
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.checks.exposure import ADDRESS, CAUGHT_HERE, CLOSED, DROPPED_HERE, REACHES, REJECTED_HERE, SILENT, TAKEN, session

CHECK = "mail.contacts"
MX = yes("shop.test", "MX", "10 mail.shop.test.")
THREE = yes("shop.test", "MX", "10 MX.other.test.", "20 mail.shop.test.", "30 spare.other.test.")
NO_MX = no("shop.test", "MX")
OWN = yes("shop.test", "A", ADDRESS)
NOBODY = "550 5.1.1 <selfaudit-nobody-0badcafe@shop.test>: Recipient address rejected: User unknown in virtual mailbox table"
ABUSE, POSTMASTER = "abuse@shop.test", "postmaster@shop.test"


def answer(recipient: str, text: str) -> RecipientAnswer:
    return RecipientAnswer(recipient, int(text[:3]), text)


def asked(*replies: str, host: str = "mail.shop.test", talk: SmtpSession | None = None) -> ContactSession:
    """A dialogue: the replies to abuse, postmaster and nobody, as far as it got."""
    found = [answer(r, t) for r, t in zip((ABUSE, POSTMASTER, "selfaudit-nobody-0badcafe@shop.test"), replies, strict=False)]
    return ContactSession(host, talk or session(), tuple(found[:2]), found[2] if len(found) > 2 else None)


def facts(
    *sessions: ContactSession,
    mx: DnsAnswer = MX,
    not_asked: Sequence[str] = (),
    control: Port25 = REACHES,
    own: Sequence[DnsAnswer] = (),
) -> list[Fact]:
    return [MailContacts("shop.test", mx, sessions, tuple(not_asked), tuple(own)), control]


def silent(talk: SmtpSession, control: Port25 = REACHES) -> list[Fact]:
    return facts(asked(talk=talk), control=control)


# There is no such mailbox, each in the words of its maker.
UNKNOWN = {
    "Postfix": f"550 5.1.1 <{ABUSE}>: Recipient address rejected: User unknown in local recipient table",
    "Postfix, asked behind": f"550 5.1.1 <{ABUSE}>: Recipient address rejected: undeliverable address: host 10.0.0.5[10.0.0.5] said: 550 5.1.1 User unknown",
    "Exim": "550 Unrouteable address",
    "cPanel": "550 No Such User Here",
    "Sendmail": f"550 5.1.1 <{ABUSE}>... User unknown",
    "qmail": "550 sorry, no mailbox here by that name. (#5.1.1)",
    "Exchange": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "Exchange, for members only": "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
    "Microsoft 365": "550 5.4.1 Recipient address rejected: Access denied. [AM6EUR05FT031.eop-eur05.prod.protection.outlook.com]",
    "Google": "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address",
    "OpenSMTPD": f"550 Invalid recipient: <{ABUSE}>",
    "hMailServer": "550 Unknown user",
    "full": "552 5.2.2 Mailbox full",
    "a domain with unlucky words": "550 5.1.1 <abuse@geo.dynamic-blocked.test>: Recipient address rejected: User unknown",
}
FOREIGN = {
    "Postfix": f"554 5.7.1 <{ABUSE}>: Relay access denied",
    "Exim": "550 relay not permitted",
    "qmail": "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "Haraka": f"550 I cannot deliver mail for {{{ABUSE}}}",
    "Microsoft 365": "550 5.7.64 TenantAttribution; Relay Access Denied",
}
ABOUT_US = {
    "Spamhaus": "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org",
    "postscreen": "550 5.3.2 Service currently unavailable",
    "Microsoft 365": "550 5.7.606 Access denied, banned sending IP [198.51.100.7]",
    "Postfix": "554 5.7.1 <unknown[198.51.100.7]>: Client host rejected: Access denied",
    "TLS first": "530 5.7.0 Must issue a STARTTLS command first",
    "bounces are not wanted": "550 5.7.1 Sender address rejected: empty sender",
    "Exim's deny without words": "550 Administrative prohibition",
}
NOT_GOOD = ["CONTACTS_TAKEN"]
NOT_BAD = ["CONTACT_REFUSED", "CONTACT_HOST_NOT_RESPONSIBLE"]

SCENARIOS = [
    Scenario("both taken", facts(asked(TAKEN, TAKEN, NOBODY)), ["CONTACTS_TAKEN"], "pass", args={"recipients": (ABUSE, POSTMASTER)}),
    Scenario("251 and 252 are taken too", facts(asked("251 forwarding", "252 cannot verify", NOBODY)), ["CONTACTS_TAKEN"], "pass"),
    Scenario("everything is taken", facts(asked(TAKEN, TAKEN, TAKEN)), ["CONTACTS_CATCH_ALL"], "inconclusive", NOT_GOOD),
    *(Scenario(f"no such mailbox: {who}", facts(asked(text, TAKEN, NOBODY)), ["CONTACT_REFUSED", "CONTACTS_TAKEN"], "warn", ["CONTACT_HOST_NOT_RESPONSIBLE", "CONTACTS_TURNED_AWAY"], {"recipient": ABUSE, "role": "abuse"} if who == "Postfix" else {}) for who, text in UNKNOWN.items()),
    *(Scenario(f"nothing but mailboxes unknown: {who}", facts(asked(text, text, text)), ["CONTACT_REFUSED"], "warn", [*NOT_GOOD, "CONTACTS_TURNED_AWAY"]) for who, text in UNKNOWN.items()),
    *(Scenario(f"not responsible: {who}", facts(asked(text, text, text)), ["CONTACT_HOST_NOT_RESPONSIBLE"], "warn", [*NOT_GOOD, "CONTACT_REFUSED"]) for who, text in FOREIGN.items()),
    *(Scenario(f"turned away: {who}", facts(asked(text, text, text)), ["CONTACTS_TURNED_AWAY"], "inconclusive", [*NOT_GOOD, *NOT_BAD]) for who, text in ABOUT_US.items()),
    Scenario("without words, but another is taken", facts(asked("550 Administrative prohibition", TAKEN, NOBODY)), ["CONTACT_REFUSED", "CONTACTS_TAKEN"], "warn"),
    Scenario("postmaster is let past the blocklist, abuse is not", facts(asked(ABOUT_US["Spamhaus"], TAKEN, ABOUT_US["Spamhaus"])), ["CONTACTS_TURNED_AWAY"], "inconclusive", [*NOT_GOOD, *NOT_BAD]),
    Scenario("both are let past the blocklist: a catch-all would be too", facts(asked(TAKEN, TAKEN, ABOUT_US["Spamhaus"])), ["CONTACTS_TURNED_AWAY"], "inconclusive", NOT_GOOD),
    Scenario("greylisting", facts(asked(*["450 4.7.1 Greylisted"] * 3)), ["CONTACTS_TRY_LATER"], "inconclusive", [*NOT_GOOD, *NOT_BAD]),
    Scenario("taken, and nobody is looked up later: perhaps a catch-all", facts(asked(TAKEN, TAKEN, "450 4.1.1 Recipient address rejected: unverified address")), ["CONTACTS_TRY_LATER"], "inconclusive", NOT_GOOD),
    Scenario("one greylisted", facts(asked(TAKEN, "451 4.7.1 try again", NOBODY)), ["CONTACTS_TRY_LATER", "CONTACTS_TAKEN"], "inconclusive"),
    Scenario("hung up after the first", facts(asked(TAKEN, talk=session(end=SmtpEnd.CLOSED, detail="the server hung up"))), ["CONTACTS_NO_DIALOGUE"], "inconclusive", NOT_GOOD),
    Scenario("MAIL is refused", facts(asked(talk=session(said=["550 5.7.1 null sender not accepted"]))), ["CONTACTS_TURNED_AWAY"], "inconclusive", NOT_BAD, {"reply": "550 5.7.1 null sender not accepted"}),
    Scenario("TLS is wanted and fails", facts(asked(talk=session(said=["530 5.7.0 Must issue a STARTTLS command first", "220 go"], end=SmtpEnd.TLS_FAILED))), ["CONTACTS_TURNED_AWAY"], "inconclusive", NOT_BAD),
    Scenario("the second host answers", facts(asked(talk=session(connect=SILENT)), asked(TAKEN, TAKEN, NOBODY, host="mx2.shop.test")), ["CONTACTS_TAKEN"], "pass", args={"host": "mx2.shop.test"}),
    Scenario("one host is somebody else's", facts(asked(TAKEN, TAKEN, NOBODY), not_asked=("mx.other.test",)), ["CONTACTS_NOT_ASKED", "CONTACTS_TAKEN"], "pass"),
    Scenario("the host that comes first is somebody else's", facts(asked(TAKEN, TAKEN, NOBODY), mx=THREE, not_asked=("mx.other.test",)), ["CONTACTS_PREFERRED_HOST_NOT_ASKED", "CONTACTS_TAKEN"], "inconclusive", ["CONTACTS_NOT_ASKED"], {"hosts": ("mx.other.test",)}),
    Scenario("the spare host is somebody else's", facts(asked(TAKEN, TAKEN, NOBODY), mx=THREE, not_asked=("spare.other.test",)), ["CONTACTS_NOT_ASKED", "CONTACTS_TAKEN"], "pass", ["CONTACTS_PREFERRED_HOST_NOT_ASKED"]),
    Scenario("both are", facts(asked(TAKEN, TAKEN, NOBODY), mx=THREE, not_asked=("mx.other.test", "spare.other.test")), ["CONTACTS_PREFERRED_HOST_NOT_ASKED", "CONTACTS_NOT_ASKED"], "inconclusive"),
    Scenario("a host of the same rank is somebody else's", facts(asked(TAKEN, TAKEN, NOBODY), mx=yes("shop.test", "MX", "10 mail.shop.test.", "10 mx.other.test."), not_asked=("mx.other.test",)), ["CONTACTS_NOT_ASKED"], "pass", ["CONTACTS_PREFERRED_HOST_NOT_ASKED"]),
    Scenario("the first is somebody else's, and the second refuses", facts(asked("550 5.1.1 User unknown", TAKEN, NOBODY), mx=THREE, not_asked=("mx.other.test",)), ["CONTACTS_PREFERRED_HOST_NOT_ASKED", "CONTACT_REFUSED"], "inconclusive"),
    Scenario("no MX: the domain's own address takes the mail", facts(asked(TAKEN, TAKEN, NOBODY, host="shop.test"), mx=NO_MX, own=[OWN]), ["CONTACTS_TAKEN"], "pass"),
    Scenario("no MX, and the domain's own address refuses", facts(asked("550 5.1.1 User unknown", TAKEN, NOBODY, host="shop.test"), mx=NO_MX, own=[OWN]), ["CONTACT_REFUSED"], "warn"),
    Scenario("no MX, and a web server only", facts(asked(talk=session(connect=CLOSED), host="shop.test"), mx=NO_MX, own=[OWN]), ["CONTACTS_NO_MAIL_HOST"], "not-applicable", ["CONTACTS_HOST_CLOSED"]),
    Scenario("no MX, a web server, and 25 is rejected here", facts(asked(talk=session(connect=CLOSED), host="shop.test"), mx=NO_MX, own=[OWN], control=REJECTED_HERE), ["CONTACTS_PORT25_BLOCKED_HERE"], "inconclusive", ["CONTACTS_NO_MAIL_HOST"]),
    Scenario("no MX, and no address either", facts(mx=NO_MX, own=[no("shop.test", "A"), no("shop.test", "AAAA")]), ["CONTACTS_NO_MAIL_HOST"], "not-applicable"),
    Scenario("no MX, and the address was not answered", facts(mx=NO_MX, own=[no("shop.test", "A", DnsStatus.SERVFAIL)]), ["CONTACTS_MX_UNANSWERED"], "inconclusive", ["CONTACTS_NO_MAIL_HOST"]),
    Scenario("no such domain", facts(mx=no("shop.test", "MX", DnsStatus.NXDOMAIN)), ["CONTACTS_NO_MAIL_HOST"], "not-applicable"),
    Scenario("all hosts are somebody else's", facts(not_asked=("mx.other.test",)), ["CONTACTS_NOT_ASKED"], "inconclusive", NOT_GOOD),
    Scenario("null MX", facts(mx=yes("shop.test", "MX", "0 .")), ["CONTACTS_NO_MAIL_HOST"], "not-applicable"),
    Scenario("no MX", facts(mx=no("shop.test", "MX")), ["CONTACTS_NO_MAIL_HOST"], "not-applicable"),
    Scenario("an MX whose address is not to be had", facts(), ["CONTACTS_MX_UNANSWERED"], "inconclusive", ["CONTACTS_NO_MAIL_HOST"]),
    *(Scenario(f"MX: {s}", facts(mx=no("shop.test", "MX", s)), ["CONTACTS_MX_UNANSWERED"], "inconclusive", ["CONTACTS_NO_MAIL_HOST"]) for s in TROUBLES),
    Scenario("refuses connections", silent(session(connect=CLOSED)), ["CONTACTS_HOST_CLOSED"], "inconclusive", NOT_BAD, {"address": ADDRESS}),
    Scenario("25 dropped", silent(session(connect=SILENT)), ["CONTACTS_NO_ANSWER"], "inconclusive"),
    Scenario("25 dropped here", silent(session(connect=SILENT), DROPPED_HERE), ["CONTACTS_PORT25_BLOCKED_HERE"], "inconclusive", ["CONTACTS_NO_ANSWER"]),
    Scenario("25 rejected here", silent(session(connect=CLOSED), REJECTED_HERE), ["CONTACTS_PORT25_BLOCKED_HERE"], "inconclusive", ["CONTACTS_HOST_CLOSED"]),
    Scenario("25 intercepted here", facts(asked(*[FOREIGN["Postfix"]] * 3), control=CAUGHT_HERE), ["CONTACTS_PORT25_BLOCKED_HERE"], "inconclusive", NOT_BAD),
    Scenario("421", silent(session(greeting="421 4.7.0 too many connections", end=SmtpEnd.STOPPED)), ["CONTACTS_NO_DIALOGUE"], "inconclusive"),
    Scenario("hostile words", facts(asked("550 5.1.1 \x1b[2J{host} user unknown", TAKEN, NOBODY)), ["CONTACT_REFUSED"], "warn", args={"reply": "550 5.1.1 \\x1b[2J{host} user unknown"}),
]  # fmt: skip
