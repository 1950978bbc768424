"""Whether a fault that is gone is gone: only where the same was looked at again, could be judged, and looks different now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from selfaudit.case import Case, Target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.evidence import Evidence, Record
from selfaudit.engine.judge import judge_one, needed_keys, policy_for
from selfaudit.engine.repeat import CONTROLS
from selfaudit.errors import UserError
from selfaudit.facts import Fact
from selfaudit.facts.blocklist import AddressListings, DomainListings, ListCatalogue, ListState
from selfaudit.facts.dns import bare
from selfaudit.facts.host import HostReport
from selfaudit.findings import Finding, Outcome, Result, Severity
from selfaudit.i18n import phrase
from selfaudit.protocols.dnsbl import Verdict, classify
from selfaudit.report.brought import BROUGHT, why_no_repair
from selfaudit.report.fact_lines import COMPARED, same
from selfaudit.report.matching import ports_of, stands_among
from selfaudit.text import printable

Key = tuple[str, str, str]
_JUDGED = (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.WARN, Outcome.FAIL)
# Findings that are no fault and no doubt by themselves, but say that a part was not looked at or did not answer.
BLIND: Final = frozenset(
    {
        "AMPLIFIER_REST_SILENT",
        "CONTACTS_NOT_ASKED",
        "CONTACTS_NOT_COMPARED",
        "DRILL_OTHER_FILE",
        "HEADER_LEFT_OUT",
        "MESSAGE_SPF_NOT_KNOWN",
        "PORT25_NO_CONTROLS",
        "PRIVACY_LINK_UNSEEN",
        "RELAY_OTHER_PORT_SILENT",
        "RESOLVER_PARTLY_SILENT",
        "SERVICES_REST_SILENT",
        "TRANSFER_NOT_ASKED",
        "VANTAGE_DNS_NO_DIRECT",
        "VANTAGE_DNS_NO_ITERATION",
        "WEB_TLS_NOT_ASKED",
    }
)
# Lists that failed their own test are named in these; a listing is looked up in the answers of its own list instead.
LISTS: Final = frozenset({"LISTS_CANNOT_TELL", "LISTS_NEED_ACCESS", "LIST_CANNOT_TELL", "LISTS_NONE_ANSWERED"})
# What is not needed is no fault. These are what a fault ends in that was put right: the thing is not there any more, and that was seen.
ENDED: Final = frozenset(
    {
        "BIMI_ABSENT",
        "BIMI_DECLINED",
        "CAA_ABSENT",
        "DANE_NONE",
        "DNSSEC_UNSIGNED",
        "HELO_NO_SERVICE",
        "LOGIN_NO_SSHD",
        "MAIL_CONFIG_NO_SERVERS",
        "MAIL_QUEUE_NO_SERVER",
        "MTA_STS_ABSENT",
        "OS_ROLLING",
        "RPKI_NOTHING_PUBLISHED",
        "SOFTWARE_NOTHING_FOUND",
        "STARTTLS_NO_SERVICE",
        "TLS_RPT_ABSENT",
    }
)
# These say that it cannot be seen any more, that somebody says it is not needed, or that something worse has happened: no repair.
NEEDLESS: Final = frozenset(
    {
        "CONTACTS_NO_MAIL_HOST",
        "CONTACTS_UNREGISTERED",
        "DANE_NO_MAIL_HOST",
        "DKIM_SENDS_NO_MAIL",
        "DRILL_NOT_NEEDED",
        "EXPIRY_NOT_REGISTERED",
        "EXPIRY_NOT_SHOWN",
        "EXPIRY_TOO_LATE",
        "FCRDNS_NO_NAME",
        "NAMESERVERS_NONE",
        "NAMESERVERS_NOT_REGISTERED",
        "NAMESERVERS_NOT_SHOWN",
        "NAMESERVERS_OTHER_ZONE",
        "NAMESERVERS_TAKEN_OUT",
        "PRIVACY_NO_MAIL_SENT",
        "PROVIDER_RANGE_NOT_LISTED",
        "PROVIDER_RANGE_NO_PROVIDER",
        "RDNS_GENERIC_NO_NAME",
        "REBOOT_PROVIDER_KERNEL",
        "RPKI_NOT_ANNOUNCED",
        "SECURITY_TXT_NO_SITE",
        "SPF_COVERAGE_NO_ADDRESS",
        "SPF_COVERAGE_SENDS_NO_MAIL",
        "UNSUBSCRIBE_DISCUSSION_LIST",
        "UNSUBSCRIBE_NOT_NEEDED",
        "UNSUBSCRIBE_NO_MAIL_SENT",
        "UNSUBSCRIBE_PAGE_NOT_NEEDED",
    }
)
# Checks whose findings depend on what a person gave to look for: what is not given again is not looked for again.
_GIVEN: Final = ("mail.dkim", "mail.spf-coverage")
_HOW: Final = frozenset({"presumed"})  # a parameter that only says how others were learnt
_NOT_JUDGED = phrase("it could not be judged this time")
_PART = phrase("part of it was not seen this time: {why}")
_NOT_ANEW = phrase("it was not looked at again since the earlier audit")
_SAME = phrase("what was seen is the same; only the case or the day judges it otherwise")
_STILL = phrase("it is still there; only the case or the day judges it otherwise")
_NEEDLESS = phrase("nothing shows that it was put right, there is only nothing left to judge: {why}")
_NOT_GIVEN = phrase("the newer audit was not told to look for {what}")
_LIST_GONE = phrase("the list is not in the catalogue of the newer audit")
_LIST_NAMES_IT = phrase("this list still has an entry, of another kind")
_LIST_SILENT = phrase("this list could not be asked this time")


class Looks:
    """What two audits looked at.

    Args:
        before, now: their evidence.
    """

    def __init__(self, before: Evidence, now: Evidence) -> None:
        self._before, self._now = before, now
        self._ended = before.finished or before.started
        self._then = {(r.request.kind, r.request.subject): r for r in before.records}
        self._today = {(r.request.kind, r.request.subject): r for r in now.records}

    def why_not_fixed(self, key: Key, gone: Finding, before: Result, now: Result) -> str:
        """Why a finding that is not there any more cannot be called fixed (`i18n.phrase`); "" if it is fixed."""
        if now.outcome not in _JUDGED:
            return printable(now.reason, 500) if now.reason and now.outcome is not Outcome.BUG else _NOT_JUDGED
        if "list" in gone.args and "zone" in gone.args:
            if why := self._at_list(key, gone):
                return why
        elif why := _blind(key[0], gone, before, now) or _needless(key[0], before, now):
            return why
        return self._not_given(key, gone) or self._not_anew(key) or self._still(key, gone)

    def _still(self, key: Key, gone: Finding) -> str:
        """Whether what is seen now still has the fault by the case and the day of the earlier audit.

        Some checks only count what changed since a day that comes from the case (the suspension) or from the day of the file.
        """
        check, policy = all_checks()[key[0]], policy_for(self._before.case)
        target = Target(key[1], key[2])  # type: ignore[arg-type]
        names = _keys(check_id=key[0], target=target, case=self._now.case)
        for records in (self._today, self._dated_back(names)):
            needed = [DERIVED[name[0]](target, records) if name[0] in DERIVED else records.get(name) for name in names]
            if stands_among(key[0], gone, judge_one(check, target, needed, policy).findings):
                return _STILL
        return ""

    def _dated_back(self, names: list[tuple[str, str]]) -> Mapping[tuple[str, str], Record]:
        """The newer observations, with files of servers as if they had been made when the earlier ones were."""
        made = dict(self._today)
        for name in names:
            then, today = self._then.get(name), self._today.get(name)
            if then is None or today is None:
                continue
            if isinstance(then.fact, HostReport) and isinstance(today.fact, HostReport):
                old = then.fact
                fact = replace(today.fact, taken=old.taken, received=old.received, seen=old.seen)
                made[name] = replace(today, fact=fact)
        return made

    def _records(self, key: Key) -> list[tuple[Record | None, Record | None]]:
        """The observations on which a check rests, those of the earlier audit and those of the newer one."""
        check = all_checks()[key[0]]
        target = Target(key[1], key[2])  # type: ignore[arg-type]
        pairs = []
        for name in _keys(check_id=key[0], target=target, case=self._now.case):
            if name[0] in DERIVED or (name[0] in CONTROLS and check.spec.target != "case"):
                continue
            pairs.append((self._then.get(name), self._today.get(name)))
        return pairs

    def _not_anew(self, key: Key) -> str:
        anew = False
        compared: list[tuple[Fact, Fact]] = []
        others = False
        for then, today in self._records(key):
            if today is None or today.fact is None:
                continue
            if then is None or then.fact is None:
                anew = others = True
                continue
            if today.request.kind in BROUGHT:
                if why := why_no_repair(then.fact, today.fact, self._ended):
                    return why
                anew = others = True
            elif today.at > then.at:
                anew = True
                if type(today.fact) in COMPARED and type(then.fact) is type(today.fact):
                    compared.append((then.fact, today.fact))
                else:
                    others = True
        if not anew:
            return _NOT_ANEW
        if not others and same([a for a, _b in compared], [b for _a, b in compared]):
            return _SAME
        return ""

    def _not_given(self, key: Key, gone: Finding) -> str:
        """What the newer audit did not look for because nobody gave it again."""
        for then, today in self._records(key):
            if then is None or today is None or then.request.kind in BROUGHT:
                continue
            given = {_name(p) for p in today.request.params} | _HOW
            lost = [name for p in then.request.params if (name := _name(p)) not in given]
            named = " ".join(str(v) for v in gone.args.values())
            relevant = lost if key[0] in _GIVEN and "selector" not in gone.args else [p for p in lost if p and p in named]
            if relevant:
                return _NOT_GIVEN.format(what=printable(", ".join(relevant[:3]), 120))
        return ""

    def _at_list(self, key: Key, gone: Finding) -> str:
        """Whether the list of a listing was asked again and says that it has no entry."""
        zone, asked = str(gone.args["zone"]), str(gone.args.get("question", ""))
        catalogue: ListCatalogue | None = None
        listings: AddressListings | DomainListings | None = None
        for name in _keys(check_id=key[0], target=Target(key[1], key[2]), case=self._now.case):  # type: ignore[arg-type]
            record = self._today.get(name)
            fact = record.fact if record is not None else None
            if isinstance(fact, ListCatalogue):
                catalogue = fact
            elif isinstance(fact, AddressListings | DomainListings):
                listings = fact
        if catalogue is None or listings is None:
            return _NOT_JUDGED
        entry = next((e for e in catalogue.entries if e.zone == zone), None)
        if entry is None:
            return _LIST_GONE
        if any(h.zone == zone and h.state is not ListState.OK for h in catalogue.health):
            return _LIST_SILENT
        answers = [a.answer for a in listings.answers if a.zone == zone and asked in ("", bare(a.answer.name))]
        verdicts = {classify(answer, entry).verdict for answer in answers}
        if verdicts and verdicts <= {Verdict.NOT_LISTED, Verdict.INFO, Verdict.GOOD}:
            return "" if verdicts == {Verdict.NOT_LISTED} else _LIST_NAMES_IT
        return _LIST_SILENT


def _keys(*, check_id: str, target: Target, case: Case) -> list[tuple[str, str]]:
    try:
        return needed_keys(all_checks()[check_id], target, case)
    except (UserError, ValueError):
        return []


def _blind(check: str, gone: Finding, before: Result, now: Result) -> str:
    """Whether the newer result says that this part could not be told. What was as blind before did not keep it from being seen."""
    messages = all_checks()[check].messages
    for finding in now.findings:
        severity = messages[finding.tag].severity
        if severity is not Severity.UNKNOWN and finding.tag not in BLIND:
            continue
        if any(f.tag == finding.tag and f.args == finding.args for f in before.findings):
            continue
        mine, others = ports_of(gone), ports_of(finding)
        if mine and others and not mine & others:
            continue  # another port did not answer
        return _PART.format(why=printable(_words(check, finding), 300))
    return ""


def _words(check: str, finding: Finding) -> str:
    return render_source(all_checks()[check].messages[finding.tag].text, finding.args)


def _needless(check: str, before: Result, now: Result) -> str:
    """What the newer result does not demand any more although nothing was put right. What was not needed before either is no reason."""
    messages = all_checks()[check].messages
    for finding in now.findings:
        if messages[finding.tag].severity is not Severity.NONE or finding.tag in ENDED:
            continue
        if now.outcome is Outcome.NOT_APPLICABLE or all(f.tag != finding.tag for f in before.findings):
            return _NEEDLESS.format(why=printable(_words(check, finding), 300))
    return ""


def _name(parameter: str) -> str:
    """What was given, without how it was learnt."""
    head, found, tail = parameter.partition(":")
    return tail if found and head in ("given", "message", "shared", "guessed") else parameter
