"""Words and signs that several pages share."""

from __future__ import annotations

import datetime
import html

from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _
from selfaudit.remedy import GroupKey

ICONS = {
    Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.INCONCLUSIVE: "unclear", Outcome.PASS: "pass",
    Outcome.NOT_APPLICABLE: "none", Outcome.NOT_RUN: "todo", Outcome.BUG: "bug",
}  # fmt: skip
VERDICTS = {
    Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.INCONCLUSIVE: "unclear", Outcome.PASS: "good",
    Outcome.NOT_APPLICABLE: "", Outcome.NOT_RUN: "unclear", Outcome.BUG: "unclear",
}  # fmt: skip
GROUPS = {
    GroupKey.MUST: N_("Blocks reinstatement"),
    GroupKey.PROVIDER: N_("Your provider must act"),
    GroupKey.SHOULD: N_("Should be fixed"),
    GroupKey.UNCLEAR: N_("Could not be verified"),
    GroupKey.PASSED: N_("Passed"),
    GroupKey.NOT_NEEDED: N_("Not needed here"),
}
FAMILIES = {
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


def target_words(target: str) -> str:
    """A target for people; the case itself is this computer."""
    return _("this computer") if target == "case" else target


def clock(seconds: float) -> str:
    """A duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def duration(seconds: int) -> str:
    """A waiting time in words."""
    if seconds < 120:
        return _("{count} s").format(count=seconds)
    if seconds < 7200:
        return _("{count} min").format(count=round(seconds / 60))
    return _("{count} h").format(count=round(seconds / 3600))


def moment(at: str) -> str:
    """A time (RFC 3339, UTC) for people."""
    return at[:16].replace("T", " ") + " UTC"


def today() -> datetime.date:
    """This day, here."""
    return datetime.datetime.now().astimezone().date()


def tip(text: str) -> str:
    """A tool tip that shows a text as it is: Qt would take what looks like markup for markup."""
    return f"<span>{html.escape(text)}</span>" if text else ""


def sentence(words: str) -> str:
    """Words as the beginning of a sentence; a name stays as it is written."""
    if "." in words.partition(" ")[0].rstrip(".,;:"):
        return words
    return words[:1].upper() + words[1:]
