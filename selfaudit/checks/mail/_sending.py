"""Whether a domain has said that it sends no mail: then nobody asks it for keys."""

from __future__ import annotations

from selfaudit.facts.mail import MailHosts, SpfLookups
from selfaudit.protocols.lookup import Replay, run_now
from selfaudit.protocols.spf import select
from selfaudit.protocols.spf_record import SpfSyntaxError


def names_senders(spf: SpfLookups) -> bool:
    """Whether there is an SPF record that can be read and allows somebody."""
    try:
        record = select(run_now(Replay(spf.answers)(spf.domain, "TXT")))
    except SpfSyntaxError:
        return False
    return record is not None and not spf_denies_all(spf)


def spf_denies_all(spf: SpfLookups) -> bool:
    """Whether the SPF record is "v=spf1 -all" and nothing else."""
    try:
        record = select(run_now(Replay(spf.answers)(spf.domain, "TXT")))
    except SpfSyntaxError:
        return False
    return (
        record is not None and not record.redirect and [(d.qualifier, d.mechanism) for d in record.directives] == [("-", "all")]
    )


def sends_no_mail(spf: SpfLookups, mail: MailHosts) -> bool:
    """SPF denies everybody, and there is no mail host or the null MX (RFC 7505)."""
    no_mx = mail.mx.definite and all(r.split(" ", 1)[-1] == "." for r in mail.mx.records)
    return spf_denies_all(spf) and no_mx
