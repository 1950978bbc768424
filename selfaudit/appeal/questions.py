"""The questions of the interview. Texts are phrases: English in data and in the text for the desk, translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from selfaudit.case.statement import Cause
from selfaudit.i18n import phrase

Kind = Literal["text", "choice", "day", "moment", "files"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers: what is saved, and its words (`i18n.phrase`)."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the interview. All words are made by `i18n.phrase`; show them with `i18n.shown`.

    Attributes:
        id: stays the same from run to run; answers refer to it.
        text: the question.
        why: why it is asked, that is, what a desk does with the answer.
        kind: a text, one of `choices`, a day (YYYY-MM-DD), a moment (RFC 3339), or files alone.
        required: a desk will ask for it if it is not answered.
        choices: for the kind "choice".
        hint: what the notice, the findings or the policy say about it, or how it may be answered.
        files: what may be added as evidence, in words, "" for nothing in particular.
        causes: kinds of root causes for which it is asked; empty if something else decides.
    """

    id: str
    text: str
    why: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    files: str = ""
    causes: tuple[Cause, ...] = ()


_LOGS = phrase("log lines with times and their time zone")

_ACCOUNT = (
    Question(
        "account.which",
        phrase("Which account was used? Name it so that the desk can tell it apart; no passwords."),
        phrase("A desk wants to know what the intruder could reach with it: one mailbox, a site, or the whole server."),
        required=True,
    ),
    Question(
        "account.how",
        phrase("How were its credentials lost?"),
        phrase("If the way they were lost stays open, the new password is lost too."),
        "choice",
        required=True,
        choices=(
            Choice("guessed", phrase("The password was guessed")),
            Choice("reused", phrase("The same password was used elsewhere, and stolen there")),
            Choice("phished", phrase("It was typed into a false page or given to a swindler")),
            Choice("malware", phrase("A program on a computer of ours stole it")),
            Choice("published", phrase("It stood where others could read it: in a repository, a backup, a file on the web")),
            Choice("unknown", phrase("This is not known")),
        ),
        files=_LOGS,
    ),
    Question(
        "account.mails",
        phrase("What was done with it: how many messages or connections, from when to when (UTC)?"),
        phrase("A desk compares it with its own count. If it does not fit, something else is going on as well."),
        required=True,
        files=_LOGS,
    ),
    Question(
        "account.sessions",
        phrase("Were all sessions, app passwords, tokens and forwarding rules of the account ended or checked?"),
        phrase("An open session or a forwarding rule outlives a new password."),
        required=True,
    ),
    Question(
        "account.second-factor",
        phrase("Does the account now ask for a second factor, or what limits it instead?"),
        phrase("It is the usual answer to the question what would stop the next stolen password."),
    ),
)  # fmt: skip

_SOFTWARE = (
    Question(
        "software.product",
        phrase("Which software was it, and which version?"),
        phrase("A desk checks whether that version has a known hole, and whether the new one closes it."),
        required=True,
    ),
    Question(
        "software.entry",
        phrase("How did they get in: through which page, plugin or port, and when (UTC) for the first time? If it is known, which CVE?"),
        phrase("While the way in is not known, nobody can say that it is closed."),
        required=True,
        files=_LOGS,
    ),
    Question(
        "software.clean",
        phrase("How do you know that nothing of theirs is left?"),
        phrase("A system that was set up anew from a clean image is believed sooner than one that was cleaned."),
        "choice",
        required=True,
        choices=(
            Choice("rebuilt", phrase("It was set up anew from a clean image, and only data came back")),
            Choice("restored", phrase("It was restored from a backup of before the first trace")),
            Choice("cleaned", phrase("It was cleaned by hand, and searched")),
            Choice("removed", phrase("The software was taken off the server for good")),
            Choice("open", phrase("This is not done yet")),
        ),
        files=phrase("a scanner's report, a list of changed files, the date of the image"),
    ),
    Question(
        "software.other-sites",
        phrase("What else ran on the same server or under the same user, and how was it checked?"),
        phrase("Intruders use every site that they can write to, not only the one through which they came."),
        required=True,
    ),
)  # fmt: skip

_OPEN_SERVICE = (
    Question(
        "service.which",
        phrase("Which service was it, on which address and port?"),
        phrase("A desk tests exactly this one again."),
        required=True,
    ),
    Question("service.since", phrase("Since when was it open?"), phrase("A desk compares it with the first report."), "day"),
    Question(
        "service.reason",
        phrase("Why was it open to everybody: a default, a change, a container, a firewall that did not start?"),
        phrase("The cause decides whether it can open again at the next update or restart."),
        required=True,
    ),
    Question(
        "service.closed",
        phrase("How was it closed, and does that outlast a restart?"),
        phrase("A rule that is typed in and not saved is gone after the next restart."),
        required=True,
        files=phrase("the new settings or the firewall's rules"),
    ),
    Question(
        "service.users",
        phrase("Who may use it now, and how are they told from strangers?"),
        phrase("Some policies allow such a service with approval and controls; the desk needs to know both."),
        required=True,
    ),
)  # fmt: skip

_CAMPAIGN = (
    Question(
        "campaign.which",
        phrase("Which list or mailing was it, sent when, to how many addresses, and from which sender?"),
        phrase("A desk matches it with the complaints it received."),
        required=True,
    ),
    Question(
        "campaign.requested",
        phrase("Was all of this mail asked for by the people who received it?"),
        phrase("It is the first question that desks and blocklists ask about bulk mail."),
        "choice",
        required=True,
        choices=(
            Choice("all", phrase("Yes, all of it")),
            Choice("partly", phrase("Not all of it, as described below")),
            Choice("unknown", phrase("This is not known")),
        ),
    ),
    Question(
        "campaign.opt-in",
        phrase("How do people get onto the list? Describe the way step by step."),
        phrase("A desk tries this way itself, with an address of its own."),
        required=True,
        files=phrase("a picture of the form, the confirmation message"),
    ),
    Question(
        "campaign.sources",
        phrase("Were any addresses acquired otherwise: bought, rented, collected, taken over from others, or imported?"),
        phrase("Every policy forbids some of these. An address nobody gave you is found out by spam traps."),
        required=True,
    ),
    Question(
        "campaign.proof",
        phrase("Which proof of consent is kept for each address, and for how long?"),
        phrase("A desk may name an address and ask for its proof."),
        required=True,
        files=phrase("a sample of the records without names"),
    ),
    Question(
        "campaign.opt-out",
        phrase("How do people get off the list, and how long does it take?"),
        phrase("People who cannot get off press the spam button."),
        required=True,
    ),
    Question(
        "campaign.bounces",
        phrase("What happens with addresses that do not exist (bounces)? What was the bounce rate of this mailing?"),
        phrase("A high rate shows an old or foreign list. Large senders are stopped at 10 percent."),
        required=True,
    ),
    Question(
        "campaign.complaints",
        phrase("How do you learn of complaints, and what happens with those who complain? What was the complaint rate?"),
        phrase("Large senders are stopped at 5 complaints in 1,000 messages."),
        required=True,
    ),
    Question(
        "campaign.bots",
        phrase("What keeps strangers or programs from signing up other people's addresses?"),
        phrase("Sign-up forms without protection are a frequent and innocent cause."),
    ),
)  # fmt: skip

_END_USER = (
    Question(
        "user.who",
        phrase("Which customer or user was it? Give a pseudonym or number of yours, not the name."),
        phrase("A desk needs to see whether the same one comes back; the name is no business of this text."),
        required=True,
    ),
    Question(
        "user.what",
        phrase("What did they do, from when to when (UTC)?"),
        phrase("A desk compares it with the reports."),
        required=True,
        files=_LOGS,
    ),
    Question(
        "user.action",
        phrase("What was done to their account, and when?"),
        phrase("A desk wants to know that it has ended, and that it cannot start again."),
        required=True,
    ),
    Question(
        "user.rules",
        phrase("Which rules of yours did they accept, and where are these published?"),
        phrase("Policies make you answer for those whom you let use the service."),
        files=phrase("your own terms of use"),
    ),
    Question(
        "user.limits",
        phrase("Which limits and alarms would have stopped it sooner: messages an hour, new accounts, ports?"),
        phrase("This is what changes for the next user who tries the same."),
        required=True,
    ),
)  # fmt: skip

_FALSE_REPORT = (
    Question(
        "false.why",
        phrase("What in the report is not right, and why?"),
        phrase("A desk weighs your explanation against the report, point by point."),
        required=True,
    ),
    Question(
        "false.proof",
        phrase("What shows it?"),
        phrase("Without something that can be checked, it is word against word."),
        required=True,
        files=phrase("log lines with times and their time zone for the reported times, proof of consent, a licence"),
    ),
    Question(
        "false.checked",
        phrase("What did you look at to be sure, besides this audit?"),
        phrase("It shows that the report was taken seriously."),
    ),
)  # fmt: skip

_OTHER = (
    Question(
        "other.what",
        phrase("What happened, step by step, with times (UTC)?"),
        phrase("A desk needs to understand the cause before it can judge the measures."),
        required=True,
        files=_LOGS,
    ),
)  # fmt: skip

BY_CAUSE: Mapping[Cause, tuple[Question, ...]] = {
    "account": _ACCOUNT,
    "software": _SOFTWARE,
    "open-service": _OPEN_SERVICE,
    "campaign": _CAMPAIGN,
    "end-user": _END_USER,
    "false-report": _FALSE_REPORT,
    "other": _OTHER,
}

_NOT_DISPUTED: tuple[Cause, ...] = ("account", "software", "open-service", "campaign", "end-user", "other")
_MAIL_SENT: tuple[Cause, ...] = ("account", "software", "open-service", "end-user")

# Asked whatever the cause is, or nearly so.
COMMON = (
    Question(
        "mail.stopped",
        phrase("If mail was sent: was the mail server stopped and its queue emptied, and when (UTC)?"),
        phrase("What waits in the queue is sent as soon as the block is lifted, and the service is blocked again, for longer."),
        causes=_MAIL_SENT,
        files=phrase("the number of messages in the queue before and after"),
    ),
    Question(
        "common.prevention",
        phrase("What keeps it from happening again: which limits, which monitoring, and who looks at it?"),
        phrase("A desk restores a service that will stay clean, not only one that is clean today."),
        required=True,
        causes=_NOT_DISPUTED,
    ),
    Question(
        "common.logs",
        phrase("Which logs and copies did you keep, from when to when?"),
        phrase("A desk may ask for them. What is deleted while cleaning up is gone."),
        causes=(*_NOT_DISPUTED, "false-report"),
        files=_LOGS,
    ),
    Question(
        "common.told",
        phrase("Whom did you have to tell, such as your users or a data protection authority, and when was that?"),
        phrase("If personal data was reached, laws such as the GDPR (Article 33) set 72 hours for it."),
        causes=("account", "software", "end-user", "other"),
    ),
    Question(
        "common.before",
        phrase("Has something like this been reported before, and what is different this time?"),
        phrase("Repeated incidents weigh more; a desk sees earlier ones in its own records."),
        causes=_NOT_DISPUTED,
    ),
)  # fmt: skip

# Asked where the notice or a finding gives reason to; `interview` fills in what was found.
STEERED = (
    Question(
        "notice.message-id",
        phrase("Was the reported message traced by its Message-ID in the mail server's log? What does the log say about it?"),
        phrase("It shows who handed the message in: a log-in, a script, or a stranger. Some desks demand exactly this."),
        files=_LOGS,
    ),
    Question(
        "notice.urls",
        phrase("What was at the reported addresses, who put it there, and what is there now?"),
        phrase("A desk opens each of them again before it decides."),
    ),
    Question(
        "intrusion.files",
        phrase("Which files, jobs, keys or accounts did the intruder leave, where and since when, and what became of them?"),
        phrase("A desk compares them with what its scanners know, and sees whether the search was complete."),
        files=phrase("a list of the files with times and hashes; never the files themselves"),
    ),
    Question(
        "intrusion.login",
        phrase("Who can log in to the server now, and how? Were keys and passwords that you do not know taken out?"),
        phrase("A foreign key lets the intruder back in, whatever else was closed."),
    ),
    Question(
        "intrusion.infected",
        phrase("Was an infected or misused computer found behind this address, and what became of it?"),
        phrase("Such lists take an address off only when its traffic has ended, and list it again when it goes on."),
    ),
    Question(
        "mail.queue",
        phrase("Whose messages wait in the mail queue, and what became of them?"),
        phrase("The queue shows who sent. Keep a copy of it before you empty it."),
        files=phrase("a list of the queue without addresses of strangers"),
    ),
    Question(
        "software.patching",
        phrase("How do updates get onto the server from now on, and within how many days?"),
        phrase("A desk wants to know that the next hole is closed before somebody uses it."),
    ),
    *(
        Question(
            f"service.why:{check}",
            text,
            phrase("A desk compares the answer with the time of the first report."),
        )
        for check, text in (
            ("exposure.relay", phrase("Why did the mail server pass on strangers' mail (open relay), and since when?")),
            ("exposure.resolver", phrase("Why did the name server answer strangers (open resolver), and since when?")),
            ("exposure.proxy", phrase("Why could strangers use the proxy, and since when?")),
            ("exposure.amplifier", phrase("Why did the service answer strangers with more than they asked (amplifier), and since when?")),
            ("exposure.services", phrase("Why could strangers reach the service, and since when?")),
        )
    ),
)  # fmt: skip

ALL: Mapping[str, Question] = {q.id: q for group in (*BY_CAUSE.values(), COMMON, STEERED) for q in group}
