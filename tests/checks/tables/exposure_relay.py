"""exposure.relay."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from selfaudit.facts import Fact
from selfaudit.facts.exposure import PortOutcome, TcpPorts
from selfaudit.facts.smtp import Delivery, DeliveryOutcome, RelayAttempt, RelaySessions, SmtpEnd, SmtpSession
from selfaudit.facts.vantage import Port25, Position
from selfaudit.policy import Policy
from selfaudit.protocols.relay import CATCH_ALL, CONTROL, FOREIGN, LOCAL, NULL, PERCENT, ROUTE
from tests.checks.build import Scenario
from tests.checks.exposure import (
    ADDRESS,
    CAUGHT_HERE,
    CLOSED,
    DENIED,
    DROPPED_HERE,
    ERROR,
    ITSELF,
    NO_CONTROLS,
    NO_ROUTE6,
    OUTSIDE,
    REACHES,
    RECIPIENT,
    REJECTED_HERE,
    SILENT,
    STRANGER,
    TAKEN,
    UNREACHABLE,
    attempts,
    port25,
    ports,
    position,
    session,
)

CHECK = "exposure.relay"
SHUT = (session(587, CLOSED), session(465, CLOSED))
SAME_WORDS = session(greeting="220 mx.control.test ESMTP")
AT_HOME = position("192.168.178.20", egress=("198.51.100.7",))
MAILBOX = "tester@mailbox.test"
TOKEN = "selfaudit-1234567890abcdef"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


def facts(
    replies: Mapping[str, str] | str = "",
    main: SmtpSession | None = None,
    others: Sequence[SmtpSession] = SHUT,
    *,
    more: Sequence[RelayAttempt] = (),
    survey: TcpPorts | None = None,
    place: Position = OUTSIDE,
    control: Port25 = REACHES,
    delivery: Delivery = Delivery(),  # noqa: B008
    domain: str = "shop.test",
    recipient: str = RECIPIENT,
    knows: Sequence[str] = ("shop.test",),
) -> list[Fact]:
    tried = (*attempts(replies, domain=domain, recipient=recipient), *more)
    sessions = (main or session(), *others)
    return [RelaySessions(ADDRESS, sessions, tried, tuple(knows), delivery), survey or ports((80, 443)), place, control]


def dead(outcome: PortOutcome, **more: Any) -> list[Fact]:
    """Nothing was reached on any of the three ports."""
    options = {"survey": ports((), outcome), **more}
    return facts("", session(25, outcome), (session(587, outcome), session(465, outcome)), **options)


def delivered(outcome: DeliveryOutcome, reply: str, port: int = 25) -> Delivery:
    return Delivery(outcome, port, MAILBOX, HASH, reply)


def closed(reply: str, control: str = TAKEN) -> dict[str, str]:
    return {"": reply, CONTROL: control, CATCH_ALL: control}


# What servers say that do not relay, each in the words of its maker.
REFUSALS = {
    "Postfix": DENIED,
    "Postfix, own table": f"554 5.7.1 <{RECIPIENT}>: Recipient address rejected: Access denied",
    "Exim": "550 relay not permitted",
    "cPanel": (
        "550-(dyn-198-51-100-7.dynamic.isp.test) [198.51.100.7]:53412 is currently not permitted to relay through this server. Perhaps you have "
        "not logged into the pop/imap server in the last 30 minutes or do not have SMTP Authentication turned on in your email client."
    ),
    "Sendmail": f"550 5.7.1 <{RECIPIENT}>... Relaying denied",
    "Sendmail, no reverse name": f"550 5.7.1 <{RECIPIENT}>... Relaying denied. IP name lookup failed [198.51.100.7]",
    "qmail": "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "Exchange 2010": "550 5.7.1 Unable to relay",
    "Exchange 2019": "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
    "Microsoft 365": "550 5.7.64 TenantAttribution; Relay Access Denied [VI1EUR05FT012.eop-eur05.prod.protection.outlook.com]",
    "Microsoft 365, edge": "550 5.4.1 Recipient address rejected: Access denied. [AM6EUR05FT031.eop-eur05.prod.protection.outlook.com]",
    "OpenSMTPD": f"550 Invalid recipient: <{RECIPIENT}>",
    "Haraka": f"550 I cannot deliver mail for {{{RECIPIENT}}}",
    "hMailServer": "550 Delivery is not allowed to this address.",
    "MailEnable": "503 This mail server requires authentication when attempting to send to a non-local e-mail address.",
    "Kerio": f"550 5.7.1 Relaying to <{RECIPIENT}> denied (authentication required)",
    "Domino": "554 Relay rejected for policy reasons.",
    "Courier": "513 Relaying denied.",
    "Cisco ESA": "550 #5.1.0 Address rejected.",
    "RFC 5321": "551 User not local; please try <relay.test>",
    "ISP": "550 5.7.1 We're not an open relay",
}

# What servers say that do not talk to us: it says nothing about others.
ABOUT_US = {
    "Postfix and Spamhaus": (
        "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7"
    ),
    "postscreen": "550 5.7.1 Service unavailable; client [198.51.100.7] blocked using zen.spamhaus.org",
    "postscreen, deny list": "550 5.3.2 Service currently unavailable",
    "postscreen, pregreet": "550 5.5.1 Protocol error",
    "Postfix, access table": "554 5.7.1 <unknown[198.51.100.7]>: Client host rejected: Access denied",
    "Postfix, HELO": "554 5.7.1 <selfaudit-check.invalid>: Helo command rejected: Access denied",
    "Postfix, no reverse name": "550 5.7.25 Client host rejected: cannot find your hostname, [198.51.100.7]",
    "policy server that names the recipient": f"550 5.7.1 <{RECIPIENT}>: Recipient address rejected: Your IP address is dynamic",
    "Exim": "550 JunkMail rejected - dyn.isp.test [198.51.100.7]:53412 is in an RBL: listed at zen.spamhaus.org",
    "Exim, EHLO": "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
    "Microsoft 365": "550 5.7.606 Access denied, banned sending IP [198.51.100.7]. To request removal from this list please visit https://sender.office.com/",
    "Microsoft 365 and Spamhaus": "550 5.7.1 Service unavailable, Client host [198.51.100.7] blocked using Spamhaus. To request removal see http://www.spamhaus.org/lookup.lasso (AS3130)",
    "Google": (
        "550 5.7.1 [198.51.100.7] The IP you're using to send mail is not authorized to send email directly to our servers. Please use the SMTP relay "
        "at your service provider instead."
    ),
    "provider's advice": "554 5.7.1 Dynamic addresses are not accepted here, relay through your ISP",
    "Barracuda": "554 Service unavailable; Client host [dyn.isp.test] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/",
    "Cisco ESA": "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected: your IP has a poor reputation",
    "without words": "554 5.7.1 Rejected",
    "Exim's deny without words": "550 Administrative prohibition",
}

SCENARIOS = [
    *(Scenario(f"closed: {who}", facts(closed(text)), ["RELAY_REFUSED", "RELAY_NO_SERVICE"], "pass") for who, text in REFUSALS.items()),
    *(
        Scenario(f"turned away: {who}", facts(closed(text, text)), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"])
        for who, text in ABOUT_US.items()
    ),
    Scenario(
        "postmaster is let past the blocklist",
        facts(closed(ABOUT_US["Postfix and Spamhaus"])),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario("no words, but postmaster is let past the blocklist", facts(closed("550 Administrative prohibition")), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("no words, and the percent form speaks of relaying", facts({**closed("550 No"), PERCENT: DENIED}), ["RELAY_REFUSED"], "pass", args={"reply": DENIED}),
    Scenario("no words for the local sender only", facts({**closed(DENIED), LOCAL: "550 No"}), ["RELAY_REFUSED"], "pass"),
    Scenario("no words for the local sender only, and postmaster meets the same", facts({**closed(DENIED, "550 No"), LOCAL: "550 No"}), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("the percent form is an unknown mailbox of the server's own", facts({**closed("550 No"), PERCENT: "550 5.1.1 User unknown"}), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("the blocklist, and the percent form is unknown", facts({**closed(ABOUT_US["Postfix and Spamhaus"]), LOCAL: "553 5.7.1 Sender address rejected: not logged in", PERCENT: "550 5.1.1 User unknown"}), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("no words, and no domain known", facts({"": "550 No"}, domain="", knows=()), ["RELAY_TURNED_AWAY"], "inconclusive"),
    Scenario("closed, no domain known", facts(DENIED, domain="", knows=()), ["RELAY_REFUSED"], "pass", args={"tried": ("foreign sender", "no sender")}),
    Scenario(
        "the local sender meets Spamhaus, which it would not if it were not trusted",
        facts({**closed(DENIED), LOCAL: ABOUT_US["Postfix and Spamhaus"]}),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario(
        "SPF refuses the local sender",
        facts({**closed(DENIED), LOCAL: f"550 5.7.23 <{RECIPIENT}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. Please see http://www.open-spf.org/Why"}),
        ["RELAY_REFUSED"],
        "pass",
    ),
    Scenario(
        "the local sender must log in",
        facts({**closed(DENIED), LOCAL: "553 5.7.1 <postmaster@shop.test>: Sender address rejected: not logged in"}),
        ["RELAY_REFUSED"],
        "pass",
    ),
    Scenario(
        "SPF refuses the local sender, and nobody speaks of relaying",
        facts({"": "550 5.7.1 Sender rejected", LOCAL: "MAIL: 550 SPF check failed"}),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario(
        "Exim verifies the stranger's sender, and refuses the others for relaying",
        facts({"": "550 Sender verify failed", LOCAL: "550 relay not permitted", NULL: "550 relay not permitted", CONTROL: TAKEN}),
        ["RELAY_REFUSED"],
        "pass",
        args={"reply": "550 relay not permitted"},
    ),
    Scenario(
        "only the sender is refused",
        facts(closed("550 Sender verify failed", "550 Sender verify failed")),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
    ),
    Scenario(
        "DMARC of the stranger's domain is no demand to log in",
        facts({"": "MAIL: 550 5.7.1 Unauthenticated email from gmail.com is not accepted due to domain's DMARC policy", LOCAL: "451 4.7.1 Greylisted"}),
        ["RELAY_TRY_LATER"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario(
        "a gateway asks Gmail first: it would pass mail on",
        facts(closed(f"550 5.1.1 <{RECIPIENT}>: Recipient address rejected: undeliverable address: host gmail-smtp-in.l.google.com[192.0.2.26] said: 550-5.1.1 The email account that you tried to reach does not exist.")),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario("Exim's callout", facts(closed("550 Callout verification failed: 550 5.1.1 no such user")), ["RELAY_TURNED_AWAY"], "inconclusive"),
    Scenario("greylisting", facts("450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help"), ["RELAY_TRY_LATER"], "inconclusive"),
    Scenario("greylisting of the local sender only", facts({**closed(DENIED), LOCAL: "451 4.7.1 Greylisting in action"}), ["RELAY_TRY_LATER"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("greylisting of bounces only", facts({**closed(DENIED), NULL: "451 4.7.1 Greylisting in action"}), ["RELAY_REFUSED"], "pass"),
    Scenario("Debian's Postfix", facts(closed(f"454 4.7.1 <{RECIPIENT}>: Relay access denied")), ["RELAY_REFUSED_FOR_NOW"], "inconclusive", ["RELAY_REFUSED", "RELAY_TRY_LATER"]),
    Scenario("no reverse name, for now", facts("450 4.7.25 Client host rejected: cannot find your hostname, [198.51.100.7]"), ["RELAY_TRY_LATER"], "inconclusive", ["RELAY_REFUSED_FOR_NOW"]),
    Scenario("one greylisted, one put off", facts({**closed(f"454 4.7.1 <{RECIPIENT}>: Relay access denied"), LOCAL: "451 4.7.1 Greylisted"}), ["RELAY_TRY_LATER"], "inconclusive"),
    Scenario("log-in before anything", facts("MAIL: 530 5.7.0 Authentication required"), ["RELAY_REFUSED"], "pass"),
    Scenario("Exchange, log-in before anything", facts("MAIL: 530 5.7.57 Client not authenticated to send mail."), ["RELAY_REFUSED"], "pass"),
    Scenario("OpenSMTPD, log-in", facts("MAIL: 530 5.5.1 Invalid command: Must issue an AUTH command first"), ["RELAY_REFUSED"], "pass"),
    Scenario("qmail, log-in", facts(closed("MAIL: 503 AUTH first (#5.5.1)", "MAIL: 503 AUTH first (#5.5.1)")), ["RELAY_REFUSED"], "pass"),
    Scenario(
        "TLS is wanted and fails",
        facts("MAIL: 530 5.7.0 Must issue a STARTTLS command first", session(end=SmtpEnd.TLS_FAILED, detail="the TLS handshake failed: EOF")),
        ["RELAY_TURNED_AWAY"],
        "inconclusive",
        ["RELAY_REFUSED"],
    ),
    Scenario("TLS is wanted and not to be had", facts("MAIL: 530 5.7.0 Must issue a STARTTLS command first"), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("Exchange wants TLS", facts("MAIL: 451 5.7.3 Must issue a STARTTLS command first"), ["RELAY_TRY_LATER"], "inconclusive"),
    Scenario("421 in place of a greeting", facts("", session(greeting="421 4.7.0 mail.shop.test Error: too many connections from 198.51.100.7", end=SmtpEnd.STOPPED)), ["RELAY_TRY_LATER"], "inconclusive"),
    Scenario("554 in place of a greeting", facts("", session(greeting="554 mail.shop.test ESMTP not accepting messages", end=SmtpEnd.STOPPED)), ["RELAY_TURNED_AWAY"], "inconclusive"),
    Scenario("421 after the second refusal", facts({FOREIGN: DENIED, LOCAL: DENIED}, session(end=SmtpEnd.STOPPED, detail="the server asks to come back later: 4.7.0 Error: too many errors")), ["RELAY_REFUSED"], "pass"),
    Scenario("421 to the local sender", facts({FOREIGN: DENIED, LOCAL: "MAIL: 000 "}, session(end=SmtpEnd.STOPPED, detail="the server asks to come back later")), ["RELAY_TRY_LATER"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("hung up before the local sender", facts({FOREIGN: DENIED}, session(end=SmtpEnd.CLOSED, detail="the server hung up")), ["RELAY_BROKEN"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("blocked and thrown out", facts({FOREIGN: "MAIL: 521 5.7.1 Service unavailable; client [198.51.100.7] blocked using zen.spamhaus.org"}, session(end=SmtpEnd.CLOSED, detail="the server hung up")), ["RELAY_TURNED_AWAY"], "inconclusive"),
    Scenario("the greeting never comes", facts("", session(greeting="", end=SmtpEnd.TIMEOUT, detail="no reply in time")), ["RELAY_BROKEN"], "inconclusive"),
    Scenario("not SMTP", facts("", session(greeting="", end=SmtpEnd.BAD_REPLY, detail="not a reply of a mail server")), ["RELAY_BROKEN"], "inconclusive"),
    Scenario("EHLO unanswered", facts("", session(name="", end=SmtpEnd.TIMEOUT, detail="no reply in time")), ["RELAY_BROKEN"], "inconclusive"),
    Scenario("polite people", facts("MAIL: 503 5.5.1 Error: send HELO/EHLO first", session(name="")), ["RELAY_TURNED_AWAY"], "inconclusive"),
    Scenario("a reply that no client can use", facts("354 go on"), ["RELAY_BROKEN"], "inconclusive"),
    Scenario("open to all", facts(TAKEN), ["RELAY_POSSIBLE"], "warn", ["RELAY_REFUSED", "RELAY_CONFIRMED"], {"trial": "It may still refuse the message itself, which was not tried."}),
    Scenario("trusts local senders", facts({**closed(DENIED), LOCAL: TAKEN}), ["RELAY_POSSIBLE"], "warn", ["RELAY_REFUSED"], {"vectors": ("a sender of your own domain",)}),
    Scenario("trusts bounces", facts({**closed(DENIED), NULL: TAKEN}), ["RELAY_POSSIBLE"], "warn", args={"mail_from": "", "vectors": ("no sender",)}),
    Scenario("takes source routes", facts({**closed(DENIED), ROUTE: TAKEN}), ["RELAY_POSSIBLE"], "warn", args={"vectors": ("a source route",)}),
    Scenario("percent hack", facts({**closed(DENIED), PERCENT: TAKEN, CATCH_ALL: "550 5.1.1 User unknown"}), ["RELAY_POSSIBLE"], "warn", ["RELAY_TAKEN_AS_LOCAL"]),
    Scenario("percent hack, the rest greylisted", facts({**closed(DENIED), PERCENT: TAKEN, CATCH_ALL: "450 4.7.1 Greylisted"}), ["RELAY_POSSIBLE"], "warn"),
    Scenario("a catch-all takes the percent form", facts({**closed(DENIED), PERCENT: TAKEN}), ["RELAY_TAKEN_AS_LOCAL", "RELAY_REFUSED"], "pass", ["RELAY_POSSIBLE"]),
    Scenario("a sink that takes everything", facts(TAKEN, delivery=delivered(DeliveryOutcome.ACCEPTED, "250 2.0.0 Ok: queued")), ["RELAY_HANDED_OVER"], "warn", ["RELAY_CONFIRMED"]),
    Scenario("delivered and arrived", facts(TAKEN, delivery=delivered(DeliveryOutcome.ACCEPTED, "250 2.0.0 Ok: queued as 4Xk3")), ["RELAY_CONFIRMED"], "fail", policy=Policy(arrived=("other", TOKEN))),
    Scenario("another message arrived", facts(TAKEN, delivery=delivered(DeliveryOutcome.ACCEPTED, "250 2.0.0 Ok")), ["RELAY_HANDED_OVER"], "warn", ["RELAY_CONFIRMED"], policy=Policy(arrived=("other", HASH))),
    Scenario("the last reply was lost, and it arrived", facts(TAKEN, delivery=delivered(DeliveryOutcome.FAILED, "no reply in time")), ["RELAY_CONFIRMED"], "fail", policy=Policy(arrived=(TOKEN,))),
    Scenario("rejected at DATA", facts(TAKEN, delivery=delivered(DeliveryOutcome.REFUSED, "554 5.7.1 Relay access denied")), ["RELAY_REJECTED_AT_DATA"], "warn", ["RELAY_POSSIBLE"], {"reply": "554 5.7.1 Relay access denied"}),
    Scenario("Exim's ACL at DATA", facts(TAKEN, delivery=delivered(DeliveryOutcome.REFUSED, "550 Administrative prohibition")), ["RELAY_REJECTED_AT_DATA"], "warn"),
    Scenario("a spam filter at DATA shows nothing", facts(TAKEN, delivery=delivered(DeliveryOutcome.REFUSED, "554 5.7.1 Spam message rejected")), ["RELAY_POSSIBLE"], "warn", ["RELAY_REJECTED_AT_DATA"], {"trial": "The one message of this test was answered with “554 5.7.1 Spam message rejected”, which decides nothing."}),
    Scenario("DMARC at DATA shows nothing", facts(TAKEN, delivery=delivered(DeliveryOutcome.REFUSED, "550-5.7.26 Unauthenticated email from gmail.com is not accepted due to domain's DMARC policy.")), ["RELAY_POSSIBLE"], "warn", ["RELAY_REJECTED_AT_DATA"]),
    Scenario("put off at DATA", facts(TAKEN, delivery=delivered(DeliveryOutcome.FAILED, "451 4.7.1 Try again later")), ["RELAY_POSSIBLE"], "warn", ["RELAY_REJECTED_AT_DATA", "RELAY_HANDED_OVER"]),
    Scenario("the mailbox of the test is the customer's", facts(TAKEN, recipient="me@mail.shop.test", delivery=delivered(DeliveryOutcome.ACCEPTED, "250 Ok")), ["RELAY_TEST_MAILBOX_IS_LOCAL"], "inconclusive", ["RELAY_POSSIBLE", "RELAY_CONFIRMED"], policy=Policy(arrived=(TOKEN,))),
    Scenario(
        "587 is open, 25 is not",
        facts(closed(DENIED), others=(session(587), session(465, CLOSED)), more=attempts(TAKEN, 587)),
        ["RELAY_POSSIBLE"],
        "warn",
        args={"port": 587},
    ),
    Scenario(
        "delivery by 25, and 587 takes recipients too",
        facts(TAKEN, others=(session(587), session(465, CLOSED)), more=attempts(TAKEN, 587), delivery=delivered(DeliveryOutcome.ACCEPTED, "250 Ok")),
        ["RELAY_CONFIRMED", "RELAY_POSSIBLE"],
        "fail",
        policy=Policy(arrived=(TOKEN,)),
    ),
    Scenario("three ports, all closed to strangers", facts(closed(DENIED), others=(session(587), session(465)), more=(*attempts("MAIL: 530 5.7.0 Authentication required", 587), *attempts("MAIL: 530 5.7.0 Authentication required", 465))), ["RELAY_REFUSED"], "pass", args={"ports": ("25", "587", "465")}),
    Scenario("465 speaks no TLS", facts(closed(DENIED), others=(session(587, CLOSED), session(465, greeting="", end=SmtpEnd.TLS_FAILED, detail="the TLS handshake failed: WRONG_VERSION_NUMBER"))), ["RELAY_BROKEN", "RELAY_REFUSED"], "inconclusive"),
    Scenario("no mail service", facts("", session(connect=CLOSED)), ["RELAY_NO_SERVICE"], "pass", args={"ports": ("25", "587", "465")}),
    Scenario("25 dropped", facts("", session(connect=SILENT)), ["RELAY_NO_ANSWER"], "inconclusive", ["RELAY_PORT25_BLOCKED_HERE"]),
    Scenario("25 dropped, 587 wants a log-in", facts("", session(connect=SILENT), (session(587), session(465, CLOSED)), more=attempts("MAIL: 530 5.7.0 Authentication required", 587)), ["RELAY_NO_ANSWER", "RELAY_REFUSED"], "inconclusive"),
    Scenario("a router refuses 25", facts("", session(connect=UNREACHABLE)), ["RELAY_NO_ANSWER"], "inconclusive", args={"why": "No route to host"}),
    Scenario("our own rules refuse 25", facts("", session(connect=ERROR)), ["RELAY_NO_ANSWER"], "inconclusive"),
    Scenario("587 and 465 dropped", facts(closed(DENIED), others=(session(587, SILENT), session(465, SILENT))), ["RELAY_REFUSED", "RELAY_OTHER_PORT_SILENT"], "pass", ["RELAY_NO_ANSWER"]),
    Scenario("a router refuses 587", facts(closed(DENIED), others=(session(587, UNREACHABLE), session(465, CLOSED))), ["RELAY_REFUSED", "RELAY_NO_ANSWER"], "inconclusive", ["RELAY_OTHER_PORT_SILENT"], {"port": 587, "why": "No route to host"}),
    Scenario("our own rules refuse 465", facts(closed(DENIED), others=(session(587, SILENT), session(465, ERROR))), ["RELAY_REFUSED", "RELAY_NO_ANSWER", "RELAY_OTHER_PORT_SILENT"], "inconclusive"),
    Scenario("25 dropped by this network", facts("", session(connect=SILENT), control=DROPPED_HERE), ["RELAY_PORT25_BLOCKED_HERE"], "inconclusive", ["RELAY_NO_ANSWER"]),
    Scenario("25 rejected by this network", facts("", session(connect=CLOSED), control=REJECTED_HERE), ["RELAY_PORT25_BLOCKED_HERE"], "inconclusive", args={"ports": ("587", "465")}),
    Scenario("25 refused, and no controls: the reason may be this network", facts("", session(connect=CLOSED), control=NO_CONTROLS), ["RELAY_NO_ANSWER"], "inconclusive", args={"port": 25}),
    Scenario("25 refused in a laboratory, where nothing is on the way", facts("", session(connect=CLOSED), control=NO_CONTROLS), ["RELAY_NO_SERVICE"], "pass", policy=Policy(laboratory=True)),
    Scenario("only one control reached", facts("", session(connect=CLOSED), control=port25("open", "silent")), ["RELAY_NO_SERVICE"], "pass"),
    Scenario("controls out of reach, something answers", facts(closed(DENIED), control=DROPPED_HERE), ["RELAY_PORT25_BLOCKED_HERE", "RELAY_NO_SERVICE"], "inconclusive", ["RELAY_REFUSED"], {"ports": ("587", "465")}),
    Scenario("controls out of reach, something takes everything", facts(TAKEN, control=DROPPED_HERE), ["RELAY_POSSIBLE"], "warn", ["RELAY_PORT25_BLOCKED_HERE"]),
    Scenario("one greeting for the controls and the target, and it refuses", facts(closed(DENIED), SAME_WORDS), ["RELAY_PORT25_INTERCEPTED"], "inconclusive", ["RELAY_REFUSED"], {"why": "gmail-smtp-in.l.google.com, mx01.mail.icloud.com and this server greet in the very same words"}),
    Scenario("one greeting for the controls and the target, and it takes everything", facts(TAKEN, SAME_WORDS), ["RELAY_PORT25_INTERCEPTED"], "inconclusive", ["RELAY_POSSIBLE"]),
    Scenario("one greeting for all in a laboratory", facts(closed(DENIED), SAME_WORDS), ["RELAY_REFUSED"], "pass", ["RELAY_PORT25_INTERCEPTED"], policy=Policy(laboratory=True)),
    Scenario("the greeting of one control is no proof", facts(closed(DENIED), SAME_WORDS, control=port25("open", "silent")), ["RELAY_REFUSED"], "pass", ["RELAY_PORT25_INTERCEPTED"]),
    Scenario("no greetings at all are not the same greeting", facts("", session(connect=CLOSED), control=port25("open", "open", greeting="")), ["RELAY_PORT25_BLOCKED_HERE"], "inconclusive", ["RELAY_PORT25_INTERCEPTED"]),
    Scenario("this network refuses for others", facts("", session(connect=CLOSED), place=replace(OUTSIDE, refuses=("tcp",))), ["RELAY_NO_ANSWER", "RELAY_OTHER_PORT_SILENT"], "inconclusive", ["RELAY_NO_SERVICE"]),
    Scenario("intercepted here: a proxy takes everything", facts(TAKEN, control=CAUGHT_HERE), ["RELAY_PORT25_INTERCEPTED"], "inconclusive", ["RELAY_POSSIBLE"]),
    Scenario("intercepted here: a proxy refuses everything", facts(closed(DENIED), control=CAUGHT_HERE), ["RELAY_PORT25_INTERCEPTED"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("from the server itself", facts(TAKEN, place=ITSELF), ["RELAY_INSIDE"], "inconclusive", ["RELAY_POSSIBLE"]),
    Scenario("from the server itself, and closed", facts(closed(DENIED), place=ITSELF), ["RELAY_INSIDE"], "inconclusive", ["RELAY_REFUSED"]),
    Scenario("from home", facts(TAKEN, place=AT_HOME), ["RELAY_POSSIBLE"], "warn"),
    Scenario("no IPv6 here", dead(UNREACHABLE, place=NO_ROUTE6), ["RELAY_NO_ROUTE"], "inconclusive"),
    Scenario("cut off by the provider", dead(SILENT, survey=ports((), SILENT, others={22: UNREACHABLE})), ["RELAY_CUT_OFF"], "inconclusive", ["RELAY_NO_ANSWER"]),
    Scenario("switched off", dead(SILENT), ["RELAY_HOST_SILENT"], "inconclusive", args={"controls": "Other servers could be reached from here at the same time, so this network is not the reason."}),
    Scenario("all silent, controls too", dead(SILENT, control=DROPPED_HERE), ["RELAY_HOST_SILENT"], "inconclusive", args={"controls": "The control servers could not be reached either, so the reason may be this network."}),
    Scenario("all silent, no controls", dead(SILENT, control=NO_CONTROLS), ["RELAY_HOST_SILENT"], "inconclusive", args={"controls": ""}),
    Scenario("a mail gateway with nothing else", facts(closed(DENIED), others=(session(587, SILENT), session(465, SILENT)), survey=ports((), SILENT)), ["RELAY_REFUSED"], "pass", ["RELAY_HOST_SILENT"]),
    Scenario("everything dropped, 25 refused by the host", facts("", session(connect=CLOSED), survey=ports((), SILENT)), ["RELAY_NO_SERVICE"], "pass", ["RELAY_HOST_SILENT"]),
    Scenario("everything dropped, 25 takes the connection and is silent", facts("", session(greeting="", end=SmtpEnd.TIMEOUT, detail="no reply in time"), (session(587, SILENT), session(465, SILENT)), survey=ports((), SILENT)), ["RELAY_BROKEN"], "inconclusive", ["RELAY_HOST_SILENT"]),
    Scenario("hostile words", facts(closed("554 \x1b[2J\u202e{address} relay denied")), ["RELAY_REFUSED"], "pass", args={"reply": "554 \\x1b[2J\\u202e{address} relay denied"}),
    Scenario("a stranger's own address echoed", facts(closed(f"550 {STRANGER} rejected", f"550 {STRANGER} rejected")), ["RELAY_TURNED_AWAY"], "inconclusive", ["RELAY_REFUSED"]),
]  # fmt: skip
