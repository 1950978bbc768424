"""The domain's MTA-STS policy fits its mail hosts.

What it checks:
    The MTA-STS record, the policy file behind it, and whether the file names every mail host.

Why it matters:
    The policy makes other servers deliver to you only over verified TLS. It is optional, but a wrong one makes your mail,
    complaints included, bounce at senders that honour it.

How it is judged:
    1. dig _mta-sts.DOMAIN TXT: no record means no MTA-STS, which is allowed.
    2. curl https://mta-sts.DOMAIN/.well-known/mta-sts.txt: status 200 with a valid certificate. A redirect counts as a failure and is
       not followed.
    3. The file must follow the grammar, and every MX host must match one of its mx: lines.
    4. A server that cannot be reached from here says nothing.

Limits and false positives:
    Whether the mail hosts themselves present valid certificates is another check (mail.starttls).

References:
    RFC 8461 sections 3.1, 3.2, 3.3 and 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import SWITCHED_OFF, reason
from selfaudit.errors import BadInput
from selfaudit.facts.dns import bare
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.mail import MailHosts, MtaStsPolicy
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.mail_policies import parse_sts_policy, parse_sts_record, sts_matches, sts_records


class Tag(StrEnum):
    OK = "MTA_STS_OK"
    ABSENT = "MTA_STS_ABSENT"
    BAD_RECORD = "MTA_STS_BAD_RECORD"
    NO_POLICY = "MTA_STS_NO_POLICY"
    REDIRECT = "MTA_STS_REDIRECT"
    TLS = "MTA_STS_CERTIFICATE"
    BAD_POLICY = "MTA_STS_BAD_POLICY"
    NOT_COVERED = "MTA_STS_HOST_NOT_COVERED"
    NOT_COVERED_YET = "MTA_STS_HOST_NOT_COVERED_YET"
    NOT_ENFORCED = "MTA_STS_NOT_ENFORCED"
    CONTENT_TYPE = "MTA_STS_CONTENT_TYPE"
    UNANSWERED = "MTA_STS_UNANSWERED"


CHECK = Check(
    "mail.mta-sts",
    N_("The rules for encrypted delivery (MTA-STS) fit the mail hosts"),
    (MtaStsPolicy, MailHosts),
    "domain",
    advisory=True,
)

_SHOWN = 3000
_URL = "https://mta-sts.{domain}/.well-known/mta-sts.txt"
_WEB = {
    "nginx": "location = /.well-known/mta-sts.txt {{ default_type text/plain; alias /var/www/mta-sts/mta-sts.txt; }}",
    "Apache": 'Alias "/.well-known/mta-sts.txt" "/var/www/mta-sts/mta-sts.txt"',
    "Caddy (the file lies in /var/www/mta-sts/.well-known)": "mta-sts.{domain} {{\n  root * /var/www/mta-sts\n  file_server\n}}",
}
_SERVE = Remedy(
    N_(
        "Serve the policy file itself at https://mta-sts.{domain}/.well-known/mta-sts.txt, with a valid certificate, without redirects, as text/plain."
    ),
    verify="curl -sS -D - " + _URL,
    stacks=_WEB,
    minutes=30,
)
_FILE = Remedy(
    N_(
        "Write the policy file anew, naming every mail host; begin in mode testing. Publish the file first, then give the record a new id. If the domain takes no mail, remove the record _mta-sts.{domain} instead."
    ),
    verify="curl -sS -D - " + _URL,
    record="version: STSv1\nmode: testing\n{mx_lines}\nmax_age: 604800",
    stacks=_WEB,
    minutes=30,
)
_ADD_HOST = Remedy(
    N_(
        "Replace the policy file by one that names {host} too; take out hosts that no longer exist. Then change the id in the record "
        "_mta-sts.{domain}, so that senders fetch the new file."
    ),
    verify="curl -sS " + _URL,
    record="{policy}",
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} has a valid MTA-STS policy (mode {mode}) that covers all mail hosts.")),
    Tag.ABSENT: Message(Severity.NONE, N_("{domain} has no MTA-STS policy. None is demanded.")),
    Tag.BAD_RECORD: Message(
        Severity.MEDIUM,
        N_("The MTA-STS record of {domain} is not valid: {why}."),
        Remedy(
            N_("Publish exactly one record with a new id, such as the date and time, or remove it if you do not want MTA-STS."),
            verify="dig _mta-sts.{domain} TXT +short",
            record='_mta-sts.{domain}.  3600  IN  TXT  "v=STSv1; id=YYYYMMDDHHMM;"',
        ),
    ),
    Tag.NO_POLICY: Message(Severity.MEDIUM, N_("{domain} announces MTA-STS, but the policy file is not there ({why})."), _FILE),
    Tag.REDIRECT: Message(
        Severity.MEDIUM,
        N_("The policy file of {domain} answers with a redirect to {location}; redirects are not followed."),
        _SERVE,
    ),
    Tag.TLS: Message(
        Severity.MEDIUM, N_("The web server of the policy file of {domain} has no valid certificate: {why}."), _SERVE
    ),
    Tag.BAD_POLICY: Message(Severity.MEDIUM, N_("The MTA-STS policy of {domain} is not valid: {why}."), _FILE),
    Tag.NOT_COVERED: Message(
        Severity.HIGH,
        N_(
            "The MTA-STS policy of {domain} (mode {mode}) does not name these mail hosts: {host}. Senders that honour it do not deliver there."
        ),
        _ADD_HOST,
    ),
    Tag.NOT_COVERED_YET: Message(
        Severity.LOW,
        N_(
            "The MTA-STS policy of {domain} (mode testing) does not name these mail hosts: {host}. In mode enforce their mail would be lost."
        ),
        Remedy(N_("Add these lines to the policy file before you enforce it."), verify="curl -sS " + _URL, record="{lines}"),
    ),
    Tag.NOT_ENFORCED: Message(
        Severity.INFO, N_("The MTA-STS policy of {domain} is in mode “{mode}”: nothing is enforced yet.")
    ),
    Tag.CONTENT_TYPE: Message(
        Severity.LOW,
        N_("The policy file of {domain} is served as “{found}” in place of text/plain; some senders do not accept it."),
        _SERVE,
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("The MTA-STS policy of {domain} could not be fetched from here ({why})."), SWITCHED_OFF
    ),
}


def judge(sts: MtaStsPolicy, mail: MailHosts, policy: Policy) -> Iterator[Finding]:
    domain = sts.domain
    if not sts.record.definite:
        yield found(Tag.UNANSWERED, domain=domain, why=reason(sts.record))
        return
    records = sts_records(sts.record.texts())
    if not records:
        yield found(Tag.ABSENT, domain=domain)
        return
    if len(records) > 1:
        yield found(Tag.BAD_RECORD, domain=domain, why=phrase("there are {records} of them", records=len(records)))
    else:
        try:
            parse_sts_record(records[0])
        except BadInput as error:
            yield found(Tag.BAD_RECORD, domain=domain, why=str(error))
    if sts.fetch is not None:
        yield from _fetched(sts.fetch, sts, mail, domain, valid_record=len(records) == 1)


def _fetched(fetch: HttpFetch, sts: MtaStsPolicy, mail: MailHosts, domain: str, *, valid_record: bool) -> Iterator[Finding]:
    if fetch.outcome is HttpStatus.NO_ADDRESS:
        failed = next((a for a in sts.addresses if not a.definite), None)
        if failed:
            yield found(Tag.UNANSWERED, domain=domain, why=f"mta-sts.{domain}: {reason(failed)}")
        else:
            yield found(
                Tag.NO_POLICY,
                domain=domain,
                mx_lines=_mx_lines(mail),
                why=phrase("mta-sts.{domain} has no address", domain=domain),
            )
    elif fetch.outcome is HttpStatus.TLS_FAILED:
        yield found(Tag.TLS, domain=domain, why=fetch.detail)
    elif fetch.outcome is HttpStatus.TOO_LARGE:
        yield found(Tag.BAD_POLICY, domain=domain, mx_lines=_mx_lines(mail), why=fetch.detail)
    elif fetch.outcome is not HttpStatus.ANSWERED or fetch.code >= 500 or fetch.code == 429:
        yield found(Tag.UNANSWERED, domain=domain, why=fetch.detail or phrase("HTTP status {code}", code=fetch.code))
    elif 300 <= fetch.code < 400:
        yield found(Tag.REDIRECT, domain=domain, location=fetch.location or "?")
    elif fetch.code != 200:
        yield found(Tag.NO_POLICY, domain=domain, mx_lines=_mx_lines(mail), why=phrase("HTTP status {code}", code=fetch.code))
    else:
        yield from _policy(fetch, mail, domain, valid_record=valid_record)


def _mail_names(mail: MailHosts) -> list[str]:
    names = [bare(h.name) for h in mail.hosts if bare(h.name)]
    if not names and not mail.mx.records and any(a.records for a in mail.fallback):
        return [mail.domain]  # without MX records the domain itself takes the mail
    return names


def _mx_lines(mail: MailHosts) -> str:
    return "\n".join(f"mx: {name}" for name in _mail_names(mail))


def _policy(fetch: HttpFetch, mail: MailHosts, domain: str, *, valid_record: bool) -> Iterator[Finding]:
    try:
        parsed = parse_sts_policy(fetch.body)
    except BadInput as error:
        yield found(Tag.BAD_POLICY, domain=domain, mx_lines=_mx_lines(mail), why=str(error))
        return
    uncovered = [name for name in _mail_names(mail) if not sts_matches(name, parsed.mx)] if parsed.mode != "none" else []
    if uncovered:
        lines = "\n".join(f"mx: {host}" for host in uncovered)
        file = f"{fetch.body.strip()}\n{lines}"
        tag = Tag.NOT_COVERED if parsed.mode == "enforce" else Tag.NOT_COVERED_YET
        # A file that is too long to be shown whole is not shown: half of it would shut out the hosts of the other half.
        yield found(
            tag, domain=domain, host=uncovered, mode=parsed.mode, lines=lines, policy=file if len(file) <= _SHOWN else ""
        )
    kind = fetch.content_type.partition(";")[0].strip().lower()
    if kind != "text/plain":
        yield found(Tag.CONTENT_TYPE, domain=domain, found=kind or "nothing")
    if parsed.mode != "enforce":
        yield found(Tag.NOT_ENFORCED, domain=domain, mode=parsed.mode)
    if not mail.mx.definite:
        yield found(Tag.UNANSWERED, domain=domain, why=reason(mail.mx))
    elif not uncovered and valid_record:
        yield found(Tag.OK, domain=domain, mode=parsed.mode)
