"""DNS blocklists: the name to ask, and what an answer means (RFC 5782, RFC 6471)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from selfaudit.errors import BadInput
from selfaudit.facts.blocklist import ListEntry, ListHealth, ListMeaning, ListState
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, bare
from selfaudit.i18n import phrase

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
_ERRORS = ipaddress.ip_network("127.255.255.0/24")
_ERROR_WORDS = {
    252: phrase("the zone name was mistyped"),
    254: phrase("asked through a public resolver, or from an address without a name of its own"),
    255: phrase("too many queries, or not registered"),
}

DEFAULT_POINTS = {  # RFC 5782 section 5
    "ip4": ("127.0.0.2", "127.0.0.1"),
    "ip6": ("::ffff:7f00:2", "::ffff:7f00:1"),
    "domain": ("test", "invalid"),
}


class Verdict(StrEnum):
    """What one list says of one target."""

    LISTED = "listed"
    POLICY = "policy"  # a range that should not send directly; no accusation
    INFO = "info"
    GOOD = "good"  # an entry of a whitelist
    NOT_LISTED = "not-listed"
    UNDOCUMENTED = "undocumented"  # a code that the list does not explain
    REFUSED = "refused"
    REWRITTEN = "rewritten"
    UNANSWERED = "unanswered"


_PRECEDENCE = (
    Verdict.REWRITTEN, Verdict.REFUSED, Verdict.LISTED, Verdict.POLICY, Verdict.UNDOCUMENTED, Verdict.INFO, Verdict.GOOD,
)  # fmt: skip


_BY_KIND = {"policy": Verdict.POLICY, "info": Verdict.INFO, "good": Verdict.GOOD, "refused": Verdict.REFUSED}


@dataclass(frozen=True, slots=True)
class Listing:
    """The meaning of an answer: the verdict, the codes as returned, and their meaning in words."""

    verdict: Verdict
    codes: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    reason: str = ""
    who: str = ""


def kind_of(target: str) -> str:
    """The kind of question for a target: "ip4", "ip6" or "domain"."""
    try:
        ip = ipaddress.ip_address(target)
    except ValueError:
        return "domain"
    return "ip4" if ip.version == 4 else "ip6"


def question(target: str, zone: str) -> str:
    """The absolute name to ask a list about an address or a domain (RFC 5782 sections 2.1, 2.4 and 3).

    IPv4 octets reversed, IPv6 as 32 reversed nibbles, domains as they are.
    """
    return f"{_prefix(target)}.{bare(zone).lower()}."


@lru_cache(maxsize=1024)
def _prefix(target: str) -> str:
    try:
        ip = ipaddress.ip_address(target)
    except ValueError:
        return bare(target).lower()
    if ip.version == 6:
        ip = ipaddress.IPv6Address(int(ip))  # without its zone (RFC 4007), which would stand in the name, digit by digit
    return ip.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def check_pattern(pattern: str) -> None:
    """Checks the key of a `codes` table: an address in 127.0.0.0/8, a block of it, or a bit mask ("0.0.0.64" or "&64").

    Raises:
        BadInput: it is none of these.
    """
    _matcher(pattern)


@lru_cache(maxsize=4096)
def _matcher(pattern: str) -> tuple[str, int, int]:
    """("exact" | "block" | "mask", value, mask)."""
    if re.fullmatch(r"&[0-9]{1,3}", pattern) and 0 < int(pattern[1:]) < 256:
        return "mask", int(pattern[1:]), 0
    try:
        if "/" in pattern:
            network = ipaddress.IPv4Network(pattern)
            if network.network_address in _LOOPBACK and network.prefixlen >= 8:
                return "block", int(network.network_address), int(network.netmask)
        else:
            address = ipaddress.IPv4Address(pattern)
            if address in _LOOPBACK:
                return "exact", int(address), 0
            if address.packed[0] == 0 and int(address):
                return "mask", int(address), 0
    except ValueError:
        pass
    raise BadInput(phrase("“{pattern}” is neither an address in 127.0.0.0/8, a block of it, nor a bit mask", pattern=pattern))


def classify(answer: DnsAnswer, entry: ListEntry) -> Listing:
    """What a list's answer means. Only addresses in 127.0.0.0/8 with a meaning in the list's own table count.

    Anything that keeps us from knowing (no answer, SERVFAIL, a refusal code, an address that is no list's) is its own
    verdict and never "not listed" or "listed".
    """
    if answer.status in (DnsStatus.NXDOMAIN, DnsStatus.NODATA):
        return Listing(Verdict.NOT_LISTED)
    if answer.status is DnsStatus.REWRITTEN:
        return Listing(Verdict.REWRITTEN, answer.records, reason=phrase("this network rewrites answers"))
    if not answer.exists:
        return Listing(Verdict.UNANSWERED, reason=str(answer.status))
    verdicts: dict[Verdict, list[ListMeaning]] = {}
    for record in answer.records:
        for verdict, code in _read_code(record, entry):
            verdicts.setdefault(verdict, []).append(code)
    if not verdicts:
        return Listing(Verdict.UNANSWERED, reason=str(DnsStatus.MALFORMED))  # in evidence that somebody has edited
    verdict = next(v for v in _PRECEDENCE if v in verdicts)
    meanings = tuple(dict.fromkeys(code.meaning for code in verdicts[verdict] if code.meaning))
    # If anybody but the customer has to act for one of the codes, that decides.
    who = next((w for w in ("provider", "you", "wait") if any(c.who == w for c in verdicts[verdict])), entry.who)
    blocked = verdict in (Verdict.REFUSED, Verdict.REWRITTEN)
    return Listing(verdict, answer.records, () if blocked else meanings, ", ".join(meanings) if blocked else "", who)


def _read_code(record: str, entry: ListEntry) -> list[tuple[Verdict, ListMeaning]]:
    def as_is(verdict: Verdict, words: str) -> list[tuple[Verdict, ListMeaning]]:
        return [(verdict, ListMeaning(record, words))]

    try:
        address = ipaddress.IPv4Address(record)
    except ValueError:
        return as_is(Verdict.REWRITTEN, phrase("“{record}” is not an address", record=record))
    if address not in _LOOPBACK:
        return as_is(Verdict.REWRITTEN, phrase("{record} lies outside 127.0.0.0/8; no blocklist answers so", record=record))
    if address in _ERRORS:
        words = _ERROR_WORDS.get(address.packed[3], phrase("an error code"))
        return as_is(Verdict.REFUSED, f"{record}: {words}")
    matched = _match(address, entry.codes)
    if matched:
        return [(_BY_KIND.get(code.kind, Verdict.LISTED), code) for code in matched]
    if record == "127.0.0.1":  # RFC 5782 section 2.1: never a listing, unless the list's table says so
        return as_is(Verdict.REFUSED, phrase("127.0.0.1, which no list may use for an entry"))
    if not entry.codes and record == "127.0.0.2":
        return as_is(Verdict.LISTED, phrase("listed"))
    return as_is(Verdict.UNDOCUMENTED, phrase("{record}, a code that the list does not explain", record=record))


def _match(address: ipaddress.IPv4Address, codes: tuple[ListMeaning, ...]) -> list[ListMeaning]:
    """Exact codes first; else all bit masks that match; else blocks."""
    value = int(address)
    by_form: dict[str, list[ListMeaning]] = {"exact": [], "mask": [], "block": []}
    for code in codes:
        form, wanted, mask = _matcher(code.pattern)
        low = value & 0x00FFFFFF
        if (
            (form == "exact" and value == wanted)
            or (form == "mask" and low & wanted == wanted)
            or (form == "block" and value & mask == wanted)
        ):
            by_form[form].append(code)
    return by_form["exact"] or by_form["mask"] or by_form["block"]


def judge_points(
    zone: str, kind: str, view: View, listed: tuple[DnsAnswer, ...], not_listed: tuple[DnsAnswer, ...], entry: ListEntry
) -> ListHealth:
    """The state of a list from its own test points (RFC 5782 section 5): what must be listed is, what must not is not."""
    answers = listed + not_listed
    state, detail = ListState.OK, ""
    for answer in listed:
        found = classify(answer, entry)
        if found.verdict in (Verdict.LISTED, Verdict.POLICY, Verdict.INFO, Verdict.GOOD, Verdict.UNDOCUMENTED):
            continue
        state, detail = _trouble(found, answer)
        break
    if state is ListState.OK:
        for answer in not_listed:
            found = classify(answer, entry)
            if found.verdict is Verdict.NOT_LISTED:
                continue
            if found.verdict in (Verdict.REWRITTEN, Verdict.REFUSED, Verdict.UNANSWERED):
                state, detail = _trouble(found, answer)
            else:
                state, detail = (
                    ListState.WILDCARD,
                    phrase("{name} is listed, although it must never be", name=bare(answer.name)),
                )
            break
    return ListHealth(zone, kind, state, view, answers, detail)


def _trouble(found: Listing, answer: DnsAnswer) -> tuple[ListState, str]:
    if found.verdict is Verdict.REFUSED:
        return ListState.REFUSED, found.reason
    if found.verdict is Verdict.REWRITTEN:
        return ListState.REWRITTEN, found.reason
    if found.verdict is Verdict.NOT_LISTED:
        return ListState.EMPTY, phrase("{name} is not listed, although it always must be", name=bare(answer.name))
    states = {
        DnsStatus.TIMEOUT: (ListState.SILENT, phrase("no answer in time")),
        DnsStatus.UNREACHABLE: (ListState.SILENT, answer.detail or phrase("its servers cannot be reached")),
        DnsStatus.REFUSED: (ListState.REFUSED, phrase("its servers refuse to answer us")),
    }
    return states.get(
        answer.status,
        (ListState.BROKEN, phrase("its servers answer {status}", status=f"{answer.status} {answer.detail}".strip())),
    )
