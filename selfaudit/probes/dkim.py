"""DKIM key records: known selectors, or usual names."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache
from importlib import resources

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.mail import DkimKeys, DkimSelector
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = DkimKeys
_FIRST = 20


def request(target: Target, case: Case) -> Request:
    """One per domain, with its known selectors as "source:name"."""
    several = len(case.domains()) > 1
    known = [
        f"{'shared' if not s.domain and several else s.source}:{s.name}"
        for s in case.selectors
        if s.domain in ("", target.value)
    ]
    return Request(FACT.kind, target.value, tuple(dict.fromkeys(known)))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    count = len(request.params) or len(usual_selectors())
    return [
        resolver(phrase("DKIM keys of known selectors") if request.params else phrase("DKIM keys under usual names"), count + 2)
    ]


async def collect(request: Request, net: Net) -> DkimKeys:
    """Looks up known selectors; without any, usual ones, of which only those that exist are kept."""
    domain = request.subject
    control_name = f"selfaudit-{secrets.token_hex(8)}._domainkey.{domain}"
    control, domainkey = await asyncio.gather(
        net.dns.lookup(control_name, "TXT"), net.dns.lookup(f"_domainkey.{domain}", "TXT")
    )
    if request.params:
        pairs = [p.partition(":")[::2] for p in request.params]
        answers = await asyncio.gather(*(net.dns.lookup(f"{name}._domainkey.{domain}", "TXT") for _source, name in pairs))
        known = tuple(DkimSelector(name, source, a) for (source, name), a in zip(pairs, answers, strict=True))
        if any(s.source != "shared" or s.answer.exists for s in known):
            return DkimKeys(domain, known, 0, 0, domainkey, control)
    names = [name.replace("{domain}", domain.replace(".", "-")) for name in usual_selectors()]
    found: list[DkimSelector] = []
    unanswered = tried = 0
    # The most usual names first; the long tail only if none of these is there.
    for part in (names[:_FIRST], names[_FIRST:]):
        answers = await asyncio.gather(*(net.dns.guess(f"{name}._domainkey.{domain}", "TXT") for name in part))
        found += [DkimSelector(name, "guessed", a) for name, a in zip(part, answers, strict=True) if a.exists]
        unanswered += sum(not a.definite for a in answers)
        tried += len(part)
        if found:
            break
    return DkimKeys(domain, tuple(found), tried, unanswered, domainkey, control)


@cache
def usual_selectors() -> tuple[str, ...]:
    """Names that mail software and services use; "{domain}" stands for the domain with dashes."""
    text = (resources.files("selfaudit_resources") / "dns/dkim-selectors.txt").read_text(encoding="ascii")
    return tuple(line for raw in text.splitlines() if (line := raw.partition("#")[0].strip()))
