"""The words of outcomes and the first sentence of every report."""

from __future__ import annotations

from collections.abc import Mapping

from selfaudit.engine import Audit
from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext
from selfaudit.text import printable

OUTCOME_WORDS = {
    Outcome.FAIL: N_("fail"),
    Outcome.WARN: N_("warning"),
    Outcome.INCONCLUSIVE: N_("cannot tell"),
    Outcome.PASS: N_("pass"),
    Outcome.NOT_APPLICABLE: N_("not needed"),
    Outcome.NOT_RUN: N_("not run"),
    Outcome.BUG: N_("our fault"),
}
OUTCOME_SIGNS = {
    Outcome.FAIL: "✗",
    Outcome.WARN: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.PASS: "✓",
    Outcome.NOT_APPLICABLE: "–",
    Outcome.NOT_RUN: "○",
    Outcome.BUG: "⚠",
}
KNOWN_WORDS = {"yes": N_("true"), "no": N_("not true"), "": N_("not known")}  # of what must be true before a list is asked
WHO_WORDS = {
    "you": N_("you"),
    "provider": N_("your provider"),
    "registrar": N_("your registrar"),
    "holder": N_("whoever the domain is registered to"),
    "wait": N_("nobody; it expires by itself"),
}
FAMILY_WORDS = {
    "vantage": N_("This network"),
    "blocklist": N_("Blocklists"),
    "mail": N_("Mail (SPF, DKIM, DMARC and more)"),
    "rdns": N_("Server names (reverse DNS, PTR)"),
    "dns": N_("Domain names (DNS)"),
    "registration": N_("Registration (WHOIS, RDAP)"),
    "routing": N_("Routing"),
    "exposure": N_("Open services"),
    "web": N_("Web pages"),
    "message": N_("Sample messages"),
    "patch": N_("Updates"),
    "host": N_("The server from inside"),
    "consent": N_("Consent of recipients"),
}


def count_words(counts: Mapping[str, int]) -> str:
    """How many results of each outcome there are, in words and in a fixed order."""
    words: list[str] = []
    for outcome in Outcome:
        count = counts.get(str(outcome), 0)
        if not count:
            continue
        text = {
            Outcome.FAIL: ngettext("{count} failed", "{count} failed", count),
            Outcome.WARN: ngettext("{count} warning", "{count} warnings", count),
            Outcome.INCONCLUSIVE: ngettext("{count} cannot tell", "{count} cannot tell", count),
            Outcome.PASS: ngettext("{count} passed", "{count} passed", count),
            Outcome.NOT_APPLICABLE: ngettext("{count} not needed", "{count} not needed", count),
            Outcome.NOT_RUN: ngettext("{count} not run", "{count} not run", count),
            Outcome.BUG: ngettext("{count} fault of ours", "{count} faults of ours", count),
        }[outcome]
        words.append(text.format(count=count))
    return ", ".join(words)


def minute(at: str, *, seconds: bool = False) -> str:
    """A moment (RFC 3339 in UTC) as "YYYY-MM-DD HH:MM"; a day stays a day, and what is neither stays as it is.

    Args:
        at: the moment.
        seconds: they are told, too, unless they are zero.
    """
    if len(at) >= 16 and at[10] == "T" and at.endswith("Z"):
        told = seconds and at[16:17] == ":" and at[17:19] != "00"
        return printable(f"{at[:10]} {at[11 : 19 if told else 16]}", 30)
    return printable(at, 100)


def headline(audit: Audit, *, ready: bool = False) -> str:
    """The first sentence: what the audit comes to. `ready`: what failed does not stand against the provider's policy. Nobody asks for
    reinstatement before a contract.
    """
    counts = {outcome: sum(r.outcome is outcome for r in audit.results) for outcome in Outcome}
    if audit.evidence.interrupted:
        return _("The audit was stopped before its end; what was seen until then is here.")
    if audit.saw_nothing():
        return _("Nothing was looked at, so nothing is known.")
    parts = []
    unclear = counts[Outcome.INCONCLUSIVE] + counts[Outcome.BUG]
    if counts[Outcome.FAIL] and (ready or audit.evidence.case.purpose == "onboarding"):
        count = counts[Outcome.FAIL]
        parts.append(ngettext("{count} check failed.", "{count} checks failed.", count).format(count=count))
    elif counts[Outcome.FAIL]:
        parts.append(
            ngettext(
                "{count} check failed: fix it before you ask for reinstatement.",
                "{count} checks failed: fix them before you ask for reinstatement.",
                counts[Outcome.FAIL],
            ).format(count=counts[Outcome.FAIL])
        )
    else:
        parts.append(_("Nothing failed."))
    if unclear:
        parts.append(
            ngettext(
                "{count} check could not be concluded, so it does not count as passed.",
                "{count} checks could not be concluded, so they do not count as passed.",
                unclear,
            ).format(count=unclear)
        )
    if counts[Outcome.NOT_RUN]:
        parts.append(
            ngettext(
                "{count} check was not run, so it does not count as passed.",
                "{count} checks were not run, so they do not count as passed.",
                counts[Outcome.NOT_RUN],
            ).format(count=counts[Outcome.NOT_RUN])
        )
    if counts[Outcome.WARN]:
        parts.append(
            ngettext(
                "{count} warning is worth looking at.", "{count} warnings are worth looking at.", counts[Outcome.WARN]
            ).format(count=counts[Outcome.WARN])
        )
    return " ".join(parts)
