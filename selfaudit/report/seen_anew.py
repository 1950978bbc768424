"""Whether a fault that is gone is gone: only where the same was looked at again, could be judged, and looks different now."""

from __future__ import annotations

from typing import Final

from selfaudit.case import Case, Target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.evidence import Evidence, Record
from selfaudit.engine.judge import needed_keys
from selfaudit.engine.repeat import CONTROLS
from selfaudit.errors import UserError
from selfaudit.facts import Fact
from selfaudit.facts.blocklist import AddressListings, DomainListings, ListCatalogue, ListState
from selfaudit.facts.dns import bare
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Finding, Outcome, Result, Severity
from selfaudit.i18n import phrase
from selfaudit.protocols.dnsbl import Verdict, classify
from selfaudit.report.fact_lines import COMPARED, same
from selfaudit.report.matching import ports_of
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
# Checks whose findings depend on what a person gave to look for: what is not given again is not looked for again.
_GIVEN: Final = ("mail.dkim", "mail.spf-coverage")
_HOW: Final = frozenset({"presumed"})  # a parameter that only says how others were learnt
_BROUGHT: Final = (HostReport.kind, MessageReport.kind, LedgerReport.kind)
_NOT_JUDGED = phrase("it could not be judged this time")
_PART = phrase("part of it was not seen this time: {why}")
_NOT_ANEW = phrase("it was not looked at again since the earlier audit")
_SAME = phrase("what was seen is the same; only the case or the day judges it otherwise")
_SAME_FILE = phrase("it rests on the same file as in the earlier audit")
_OLDER_FILE = phrase("the file that it rests on is older than that of the earlier audit")
_OTHER_MACHINE = phrase("the files are of two different servers of this name")
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
        self._then = {(r.request.kind, r.request.subject): r for r in before.records}
        self._today = {(r.request.kind, r.request.subject): r for r in now.records}

    def why_not_fixed(self, key: Key, gone: Finding, before: Result, now: Result) -> str:
        """Why a finding that is not there any more cannot be called fixed (`i18n.phrase`); "" if it is fixed."""
        if now.outcome not in _JUDGED:
            return printable(now.reason, 500) if now.reason and now.outcome is not Outcome.BUG else _NOT_JUDGED
        if "list" in gone.args and "zone" in gone.args:
            if why := self._at_list(key, gone):
                return why
        elif why := _blind(key[0], gone, before, now):
            return why
        return self._not_given(key, gone) or self._not_anew(key)

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
            if today.request.kind in _BROUGHT:
                if why := _brought(then.fact, today.fact):
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
            if then is None or today is None or then.request.kind in _BROUGHT:
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


def _brought(then: Fact, today: Fact) -> str:
    """Whether a file that was brought along is a newer one about the same."""
    if isinstance(then, HostReport) and isinstance(today, HostReport):
        if then.sha256 == today.sha256:
            return _SAME_FILE
        if then.machine and today.machine and then.machine != today.machine:
            return _OTHER_MACHINE
        return _OLDER_FILE if today.taken < then.taken else ""
    if isinstance(then, LedgerReport) and isinstance(today, LedgerReport):
        return _SAME_FILE if then.sha256 == today.sha256 and then.drills == today.drills else ""
    if isinstance(then, MessageReport) and isinstance(today, MessageReport):
        answers = [{(a.name, a.rdtype): (a.status, a.records) for a in m.answers} for m in (then, today)]
        return _SAME_FILE if then.message.sha256 == today.message.sha256 and answers[0] == answers[1] else ""
    return _NOT_JUDGED


def _name(parameter: str) -> str:
    """What was given, without how it was learnt."""
    head, found, tail = parameter.partition(":")
    return tail if found and head in ("given", "message", "shared", "guessed") else parameter
