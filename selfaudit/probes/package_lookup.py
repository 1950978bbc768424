"""What public lists of vulnerabilities say about the packages of a server. Only with consent: the list of packages leaves this computer."""

from __future__ import annotations

import math
from dataclasses import replace

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.host import HostScope, PackageLookup
from selfaudit.i18n import phrase
from selfaudit.net import Net, package_lookup
from selfaudit.probes import host_scope
from selfaudit.probes.host_report import moment_now
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols import osv
from selfaudit.protocols.host_scope import trouble
from selfaudit.protocols.host_system import system_of

FACT = PackageLookup
_CONSENT = "consent"


def request(target: Target, case: Case) -> Request:
    """One per server; it holds whether its packages may be shown to others."""
    named = host_scope.request(target, case).params
    return Request(FACT.kind, target.value, (_CONSENT, *named) if case.look_up_packages else ())


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """OSV and the publisher of the list of exploited vulnerabilities; nobody without consent."""
    report = net.host_reports.get(request.subject)
    if _CONSENT not in request.params or not net.profile.osv_url or report is None:
        return []
    listed = osv.packages(report, system_of(report)).listed
    if not listed:
        return []
    what = phrase("HTTPS: names and versions of {count} packages, without the server's name", count=len(listed))
    planned = [PlannedContact(phrase("OSV, a public list of vulnerabilities"), what, math.ceil(len(listed) / osv.BATCH))]
    planned.append(
        PlannedContact(
            phrase("OSV, a public list of vulnerabilities"),
            phrase("HTTPS: entries about these packages"),
            package_lookup.MAX_ENTRIES,
        )
    )
    if net.profile.kev_url:
        planned.append(
            PlannedContact(phrase("CISA"), phrase("HTTPS: the list of vulnerabilities that are known to be exploited"), 1)
        )
    return planned


async def collect(request: Request, net: Net) -> PackageLookup | ProbeFailure:
    """Asks, if it may and if there is something to ask about."""
    if _CONSENT not in request.params:
        why = phrase(
            "the list of a server's packages leaves this computer only with consent (--look-up-packages); patch.updates works without it"
        )
        return ProbeFailure(FailureReason.LEFT_OUT, why)
    if not net.profile.osv_url:
        why = phrase("a laboratory asks only the lists that its settings name, and they name none")
        return ProbeFailure(FailureReason.LEFT_OUT, why)
    report = net.host_reports.get(request.subject)
    if report is None or not report.genuine:
        why = phrase("there is no unchanged collector's file of {host}", host=request.subject)
        return ProbeFailure(FailureReason.UNAVAILABLE, why)
    scope = await host_scope.collect(Request(HostScope.kind, request.subject, request.params[1:]), net)
    if trouble(replace(report, seen=moment_now()), scope):
        # What can lead to no verdict need not be shown to anybody, least of all what belongs to somebody else.
        why = phrase(
            "the collector's file of {host} cannot be judged for this case, so nothing was asked", host=request.subject
        )
        return ProbeFailure(FailureReason.UNAVAILABLE, why)
    system = system_of(report)
    ecosystem = osv.ecosystem(system)
    if not ecosystem:
        why = phrase("OSV has no list for the packages of this system, or cannot compare their versions")
        return ProbeFailure(FailureReason.UNAVAILABLE, why)
    packages = osv.packages(report, system)
    if not packages.listed:
        why = phrase("the collector's file holds no list of all packages; run the collector with --packages")
        return ProbeFailure(FailureReason.UNAVAILABLE, why)
    return await package_lookup.look_up(net, request.subject, ecosystem, packages)
