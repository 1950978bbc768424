"""From an audit to the content of its report."""

from __future__ import annotations

import time

from selfaudit.case import Registrant
from selfaudit.engine import Audit
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.i18n import _, language
from selfaudit.policy.model import Brand
from selfaudit.remedy import group_actions, said_once
from selfaudit.report.comparison import compare
from selfaudit.report.content.about import about_lines, environment_lines, log_rows, sent_rows
from selfaudit.report.content.beside import before_of, delisting_rows, recheck_rows
from selfaudit.report.content.clauses import ClausesBeside, clause_rows
from selfaudit.report.content.findings import FOLDED, Findings, family_counts, result_rows
from selfaudit.report.content.first import first_page
from selfaudit.report.content.limits import limits_of
from selfaudit.report.content.look import look_of
from selfaudit.report.content.model import Content
from selfaudit.report.content.places import Places
from selfaudit.report.content.say import files_of, flat
from selfaudit.report.content.statement import notice_rows, stated_of
from selfaudit.report.readiness_text import Words
from selfaudit.report.words import minute
from selfaudit.text import printable


def content_of(audit: Audit, *, before: Audit | None = None, now: float | None = None) -> Content:
    """What the report of an audit says, in the chosen language.

    Args:
        audit: with its results, the statement and the marks.
        before: an earlier audit, which is shown beside it.
        now: UTC seconds from which the statement's days are seen, None for this moment. Nothing else depends on it: the same
            audit gives the same content.
    """
    evidence = audit.evidence
    case, pack = evidence.case, pack_of(evidence.case)
    readiness = readiness_of(audit, time.time() if now is None else now)
    groups = group_actions(audit.results)
    told = [group for group in said_once(groups) if group.key not in FOLDED]
    words, places = Words(audit), Places(audit.results, told)
    clauses = clause_rows(readiness, words, places) if readiness else ()
    look = look_of(pack.brand if pack else Brand())
    log, log_left_out = log_rows(evidence)
    delistings, delistings_left_out = delisting_rows(audit)
    rechecks, rechecks_left_out = recheck_rows(audit)
    return Content(
        language=language(),
        number=printable(case.number, 200),
        provider=flat(readiness.provider if readiness else case.provider, 200),
        made=minute(evidence.finished or evidence.started),
        first=first_page(audit, readiness, words, pack, groups),
        accent=look.accent,
        accent_dark=look.accent_dark,
        logo=look.logo,
        about=about_lines(audit),
        registrant_files=files_of((case.registrant or Registrant()).files),
        policy=_policy(readiness.title or readiness.provider, readiness.version) if readiness else "",
        clauses=clauses,
        families=family_counts(audit.results),
        groups=Findings(audit, places, ClausesBeside(pack, clauses, readiness)).groups(
            told, [g for g in groups if g.key in FOLDED]
        ),
        results=result_rows(audit.results, places),
        rechecks=rechecks,
        rechecks_left_out=rechecks_left_out,
        notices=notice_rows(case),
        stated=stated_of(audit, pack, readiness),
        delistings=delistings,
        delistings_left_out=delistings_left_out,
        before=before_of(before, audit, compare(before, audit)) if before else None,
        sent=sent_rows(evidence),
        log=log,
        log_left_out=log_left_out,
        environment=environment_lines(audit, pack),
        limits=limits_of(audit),
    )


def _policy(title: str, version: str) -> str:
    return flat(_("{title}, version {version}").format(title=title, version=version) if version else title, 400)
