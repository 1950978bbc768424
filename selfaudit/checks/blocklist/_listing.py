"""What both blocklist checks conclude from the lists' answers."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.blocklist import ListAnswer, ListCatalogue, ListEntry, ListHealth, ListState
from selfaudit.facts.dns import bare
from selfaudit.findings import Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_
from selfaudit.protocols.dnsbl import Listing, Verdict, classify


class Tag(StrEnum):
    CLEAN = "LISTS_CLEAN"
    LISTED = "LISTED"
    LISTED_SECOND = "LISTED_SECOND_TIER"
    LISTED_MINOR = "LISTED_MINOR"
    LISTED_INFO = "LISTED_INFORMATION"
    POLICY_RANGE = "LISTED_POLICY_RANGE"
    GOOD_SENDER = "LISTED_AS_GOOD"
    UNDOCUMENTED = "LIST_CODE_UNDOCUMENTED"
    CANNOT_TELL = "LIST_CANNOT_TELL"
    OTHERS_CANNOT_TELL = "LISTS_CANNOT_TELL"
    NEEDS_ACCESS = "LISTS_NEED_ACCESS"
    NONE_ANSWERED = "LISTS_NONE_ANSWERED"


_CAUSE = N_(
    "First find and stop the cause, or {target} is listed again within hours: look at the mail queue and log (who sends?), for changed "
    "files and unknown administrators of web sites, for a stolen mailbox password, for forms that mail to anybody. Change the "
    "passwords and update the software."
)
_DELIST = Remedy(
    _CAUSE + N_(" Then ask for removal at {removal}."),
    verify="dig {question} A +short   # right: prints nothing",
    minutes=60,
    steps_by={
        "provider": _CAUSE + N_(" Then ask your provider to request removal at {removal}: only the owner of the network can."),
        "wait": _CAUSE
        + N_(" Nobody can remove the entry; it disappears by itself some time after the cause has stopped ({removal})."),
    },
)

MESSAGES = {
    Tag.CLEAN: Message(Severity.GOOD, N_("{target} is on none of the lists that answered and were shown to work ({count}).")),
    Tag.LISTED: Message(
        Severity.HIGH,
        N_("{target} is listed at {list}: {meaning} ({codes}). Most receivers and desks go by this list."),
        _DELIST,
    ),
    Tag.LISTED_SECOND: Message(Severity.MEDIUM, N_("{target} is listed at {list}: {meaning} ({codes})."), _DELIST),
    Tag.LISTED_MINOR: Message(
        Severity.LOW, N_("{target} is listed at {list}: {meaning} ({codes}). Few receivers use this list."), _DELIST
    ),
    Tag.LISTED_INFO: Message(Severity.INFO, N_("{target} is named at {list}: {meaning} ({codes}). That is no accusation.")),
    Tag.POLICY_RANGE: Message(
        Severity.MEDIUM,
        N_(
            "{target} lies in a range that should not send mail directly, says {list}: {meaning} ({codes}). It matters only if this address sends mail."
        ),
        Remedy(
            N_(
                "If this address runs a mail server and is static: set its reverse DNS name first, then ask for removal at {removal}. "
                "Otherwise send your mail through your provider's mail server."
            ),
            verify="dig {question} A +short",
        ),
    ),
    Tag.GOOD_SENDER: Message(Severity.INFO, N_("{target} is known as a good sender at {list}: {meaning} ({codes}).")),
    Tag.UNDOCUMENTED: Message(
        Severity.LOW,
        N_("{list} answers {codes} for {target}, a code that it does not explain. That is not taken for a listing."),
        Remedy(N_("Look the address up on the list's own page: {removal}."), verify="dig {question} A +short", minutes=5),
    ),
    Tag.CANNOT_TELL: Message(
        Severity.UNKNOWN,
        N_("{list} could not be asked from here ({why}), so it cannot be told whether {target} is listed there."),
        Remedy(
            N_(
                "Look it up on the list's own page ({removal}) and keep the result with its date, or run the audit from the server itself."
            ),
            verify="dig {question} A",
            minutes=5,
        ),
    ),
    Tag.OTHERS_CANNOT_TELL: Message(
        Severity.INFO, N_("Lesser lists that failed their own test in this run and were left out: {lists}.")
    ),
    Tag.NEEDS_ACCESS: Message(
        Severity.INFO,
        N_("Lists that answer only those who are registered or have a key: {lists}."),
        Remedy(
            N_(
                "Look the target up on their own pages, or store a key: the app's page “Settings” has a field for each, and docs/reference.md names the environment variables."
            ),
            minutes=10,
        ),
    ),
    Tag.NONE_ANSWERED: Message(
        Severity.UNKNOWN,
        N_("No list could be asked from here, so nothing is known about {target}."),
        Remedy(N_("Run the audit from the server itself, or from another network."), who=Who.YOU),
    ),
}

_BY_TIER = {"1": Tag.LISTED, "2": Tag.LISTED_SECOND, "3": Tag.LISTED_MINOR}


def judge_listings(
    target: str, kinds: tuple[str, ...], answers: tuple[ListAnswer, ...], lists: ListCatalogue
) -> Iterator[Finding]:
    """Findings of all lists about one target."""
    entries = {entry.zone: entry for entry in lists.entries}
    counted = 0
    listed = False
    unknown: list[tuple[ListEntry, str, str]] = []
    for item in answers:
        entry = entries.get(item.zone)
        if entry is None:
            continue
        listing = classify(item.answer, entry)
        if listing.verdict in (Verdict.UNANSWERED, Verdict.REFUSED, Verdict.REWRITTEN):
            unknown.append((entry, listing.reason, bare(item.answer.name)))
            continue
        counted += 1
        if listing.verdict is not Verdict.NOT_LISTED:
            finding = _finding(target, entry, listing, item)
            listed = listed or MESSAGES[Tag(finding.tag)].severity not in (Severity.INFO, Severity.GOOD)
            yield finding
    access = []
    for health in lists.health:
        entry = entries.get(health.zone)
        if entry is None or health.kind not in kinds or health.state is ListState.OK:
            continue
        if health.state is ListState.NEEDS_KEY or (entry.access != "open" and entry.tier != "1"):
            access.append(entry.name)
        else:
            unknown.append((entry, health.detail or health.state, _question(health)))
    yield from _cannot_tell(target, unknown, access)
    if not counted:
        yield found(Tag.NONE_ANSWERED, target=target)
    elif not listed:
        yield found(Tag.CLEAN, target=target, count=counted)


def _question(health: ListHealth) -> str:
    return bare(health.answers[0].name) if health.answers else health.zone


def _finding(target: str, entry: ListEntry, listing: Listing, item: ListAnswer) -> Finding:
    tag = {
        Verdict.POLICY: Tag.POLICY_RANGE if entry.tier != "info" else Tag.LISTED_INFO,
        Verdict.INFO: Tag.LISTED_INFO,
        Verdict.GOOD: Tag.GOOD_SENDER,
        Verdict.UNDOCUMENTED: Tag.UNDOCUMENTED,
    }.get(listing.verdict, _BY_TIER.get(entry.tier, Tag.LISTED_INFO))
    who = listing.who or entry.who
    return found(
        tag, target=target, list=entry.name, zone=entry.zone, meaning=listing.meanings or ("listed",), codes=listing.codes,
        removal=entry.removal or entry.zone, who=who,
        question=bare(item.answer.name), text=item.text,
    )  # fmt: skip


def _cannot_tell(target: str, unknown: list[tuple[ListEntry, str, str]], access: list[str]) -> Iterator[Finding]:
    lesser = []
    for entry, why, question in unknown:
        if entry.tier == "1":
            yield found(
                Tag.CANNOT_TELL, target=target, list=entry.name, zone=entry.zone, why=why, removal=entry.removal or entry.zone,
                question=question,
            )  # fmt: skip
        else:
            lesser.append(f"{entry.name} ({why})")
    if lesser:
        yield found(Tag.OTHERS_CANNOT_TELL, lists=lesser)
    if access:
        yield found(Tag.NEEDS_ACCESS, lists=sorted(access))
