"""Postfix's lists of restrictions, walked for one stranger: any address, any sender, a recipient that is not the server's own.

After postconf(5) (smtpd_relay_restrictions, smtpd_recipient_restrictions, mynetworks), access(5) and Postfix's SMTPD_ACCESS_README.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    Element,
    Match,
    Surroundings,
    Truth,
    Verdict,
    is_inside,
    not_followed,
    read_network,
    shortened,
    strangers_in,
    worst_match,
)

_LISTS = (
    "smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions",
    "smtpd_recipient_restrictions", "smtpd_data_restrictions", "smtpd_end_of_data_restrictions",
)  # fmt: skip
# Without one of these in the relay or recipient list, Postfix does not take mail at all (postconf(5), smtpd_recipient_restrictions).
_REQUIRED = {
    "reject",
    "defer",
    "reject_unauth_destination",
    "defer_unauth_destination",
    "defer_if_permit",
    "check_relay_domains",
}
_REFUSE = {"reject", "defer", "reject_unauth_destination", "defer_unauth_destination"}
# They never let a stranger's mail for a foreign recipient through, and refuse only some of it.
_NEUTRAL = {
    "permit_sasl_authenticated", "permit_tls_clientcerts", "permit_auth_destination", "permit_inet_interfaces", "defer_if_reject",
    "reject_unauth_pipelining", "reject_multi_recipient_bounce", "reject_plaintext_session", "reject_invalid_hostname",
    "reject_unknown_hostname", "reject_unknown_client", "reject_unknown_address", "reject_sender_login_mismatch",
    "reject_authenticated_sender_login_mismatch", "reject_unauthenticated_sender_login_mismatch", "reject_known_sender_login_mismatch",
}  # fmt: skip
_NEUTRAL_BEGIN = ("reject_unknown_", "reject_invalid_", "reject_non_fqdn_", "reject_unlisted_", "reject_unverified_")
_ONE_ARGUMENT = re.compile(r"check_\w+_access|check_policy_service|reject_(rbl|rhsbl)_\w+|permit_(dnswl|rhswl)_\w+|sleep")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_ACTION_PERMIT = re.compile(r"(ok|permit|relay|permit_mynetworks|[0-9]+)\b", re.IGNORECASE)
_ACTION_REFUSE = re.compile(r"(reject|defer|[45][0-9][0-9])\b", re.IGNORECASE)
_ACTION_OTHER = re.compile(r"(dunno|discard|hold|prepend|warn|info|redirect|filter|bcc|strip)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a list does with a stranger's mail for somebody else: "refused", "passed" or "open question"."""

    result: str
    why: str = ""
    certain: bool = True


def relay(values: Mapping[str, str], around: Surroundings) -> tuple[Verdict, str, bool]:
    """Whether a stranger's mail gets through every list, why, and whether that is certain."""
    lists = {name: _value(name, values, around.postfix) for name in _LISTS}
    decisive = ("smtpd_relay_restrictions", "smtpd_recipient_restrictions")
    if any(shortened(f"{name} = {text}") or text.endswith("...") for name, text in lists.items()):
        return Verdict.UNCLEAR, phrase("a list of restrictions is longer than the collector writes down"), False
    outcomes = {name: _through(words_of(text), values, around) for name, text in lists.items()}
    refused = next((n for n in (*decisive, *_LISTS) if outcomes[n].result == "refused"), "")
    if refused:
        return Verdict.CLOSED, _as_said(refused, lists[refused], values), True
    question = next((o for o in outcomes.values() if o.result == "open question"), None)
    if question is not None:
        return Verdict.UNCLEAR, question.why, False
    if not any(_final(words_of(lists[name])) for name in decisive):
        # Postfix itself refuses to take mail so; but that is no setting to rely on, and a word more would open it.
        why = phrase("neither smtpd_relay_restrictions nor smtpd_recipient_restrictions has reject_unauth_destination in it")
        return Verdict.UNCLEAR, why, False
    why = next((outcomes[n].why for n in decisive if outcomes[n].why), _as_said(decisive[0], lists[decisive[0]], values))
    return Verdict.OPEN, why, all(o.certain for o in outcomes.values())


def _as_said(name: str, text: str, values: Mapping[str, str]) -> str:
    if name in values:
        return f"{name} = {text}"
    return phrase("{name} is not set, and then it is “{value}”", name=name, value=text)


def _final(words: Sequence[str]) -> bool:
    """Whether Postfix finds one of the required restrictions before an unconditional "permit"."""
    skip = False
    for word in words:
        if skip or word == "warn_if_reject":
            skip = not skip
            continue
        if word == "permit":
            return False
        if word in _REQUIRED:
            return True
    return False


def _through(words: Sequence[str], values: Mapping[str, str], around: Surroundings, depth: int = 0) -> _Outcome:
    """What a list of restrictions does with a stranger who names any sender and a recipient that is not ours."""
    doubt = ""
    certain, passed = True, ""
    position = 0
    while position < len(words):
        word = words[position]
        argument = words[position + 1] if position + 1 < len(words) else ""
        position += 2 if _ONE_ARGUMENT.fullmatch(word) else 1
        if word == "warn_if_reject":
            position += 2 if _ONE_ARGUMENT.fullmatch(argument) else 1
            if argument not in _REFUSE and not argument.startswith("reject_"):
                doubt = doubt or not_followed(f"{word} {argument}")
            continue
        step = _step(word, argument, values, around, depth)
        if step.result == "passed" and step.certain:
            return step if not doubt else _Outcome("passed", step.why, certain=False)
        if step.result == "passed":
            certain, passed = False, passed or step.why
        elif step.result == "refused":
            break
        elif step.result == "open question":
            doubt = doubt or step.why
    else:
        # The end of a list without a decision lets through.
        return _Outcome("open question", doubt) if doubt and not passed else _Outcome("passed", passed, certain)
    if passed:
        return _Outcome("passed", passed, certain=False)
    return _Outcome("open question", doubt) if doubt else _Outcome("refused")


def _step(word: str, argument: str, values: Mapping[str, str], around: Surroundings, depth: int) -> _Outcome:
    """One restriction: "refused", "passed", "open question" or "" to go on."""
    if word in _REFUSE:
        opaque = next(
            (
                d
                for d in words_of(expanded(values.get("relay_domains", ""), values))
                if d.startswith(("static:", "regexp:", "pcre:"))
            ),
            "",
        )
        if opaque and word.endswith("_unauth_destination"):
            return _Outcome("open question", not_followed(f"relay_domains = {opaque}"))
        return _Outcome("refused")
    if word in ("permit", "permit_naked_ip_address"):
        return _Outcome("passed", word)
    if word == "permit_mynetworks":
        match, said = _mynetworks(values, around)
        if match.truth is Truth.UNKNOWN:
            return _Outcome("open question", said)
        return _Outcome("passed", said, match.truth is Truth.YES) if match.truth is not Truth.NO else _Outcome("")
    if word == "permit_mx_backup":
        if values.get("permit_mx_backup_networks"):
            return _Outcome("")
        return _Outcome("passed", phrase("permit_mx_backup without permit_mx_backup_networks"), certain=False)
    if word.startswith("check_") and word.endswith("_access"):
        return _table(word, argument, values, around, depth)
    if (
        word in _NEUTRAL
        or word.startswith(_NEUTRAL_BEGIN)
        or word.startswith(("reject_rbl_", "reject_rhsbl_"))
        or word == "sleep"
    ):
        return _Outcome("")
    return _Outcome("open question", not_followed(f"{word} {argument}".strip()))


def _table(word: str, table: str, values: Mapping[str, str], around: Surroundings, depth: int) -> _Outcome:
    """check_*_access. A table whose lines are in the file is read; of any other nobody knows whom it lets through."""
    question = _Outcome("open question", not_followed(f"{word} {table}"))
    kind, _colon, inside = table.partition(":")
    if kind == "static" and depth < 3:
        action = inside.strip("{} ")
        if _ACTION_REFUSE.match(action):
            return _Outcome("refused")
        if _ACTION_PERMIT.match(action):
            return _Outcome("passed", f"{word} {table}")
        return _Outcome("") if _ACTION_OTHER.match(action) else _through(words_of(action), values, around, depth + 1)
    if kind != "inline":
        return question
    cells = [cell[1:-1] if cell.startswith("{") else cell for cell in words_of(inside.strip()[1:-1])]
    for cell in cells:
        key, equals, action = (part.strip() for part in cell.partition("="))
        if not equals:
            return question
        if _ACTION_PERMIT.match(action):
            # What the client says of itself anybody can say: the sender and the name in the greeting.
            if word in ("check_sender_access", "check_helo_access", "check_ehlo_access"):
                return _Outcome("passed", f"{word} {table}")
            if word != "check_recipient_access" and not _few_clients(key):
                return question
        elif not (_ACTION_REFUSE.match(action) or _ACTION_OTHER.match(action)):
            return question
    return _Outcome("")


def _few_clients(key: str) -> bool:
    """Addresses, names and network keys ("10.1") of an access table mean certain clients; a top-level name or "10" does not."""
    network = read_network(key)
    return strangers_in(network) is Truth.NO if network is not None else key.strip(".").count(".") >= 1


def _mynetworks(values: Mapping[str, str], around: Surroundings) -> tuple[Match, str]:
    if "mynetworks" in values:
        text = expanded(values["mynetworks"], values)
        elements = []
        for word in words_of(text):
            negated, network = word.startswith("!"), read_network(word.lstrip("!"))
            truth = None if network is not None else Truth.UNKNOWN
            elements.append(Element(word, truth, network, negated))
        match = worst_match(elements, around.gateways())
        said = f"mynetworks = {match.text}"
        if match.truth is Truth.MANY and around.container:
            said = phrase(
                "{directive} in a container, where strangers may arrive with the address of its gateway", directive=said
            )
        return match, not_followed(said) if match.truth is Truth.UNKNOWN else said
    style = values.get("mynetworks_style", "subnet" if _level(values) < 2 else "host")
    if style == "host":
        return Match(Truth.NO), ""
    said = phrase("mynetworks is not set, and mynetworks_style = {style} trusts the server's neighbours", style=style)
    if not around.interfaces:
        return Match(Truth.UNKNOWN), said
    elements = []
    for _name, interface in around.interfaces:
        network = interface.network
        if style == "class" and interface.version == 4:
            first = int(str(interface.ip).partition(".")[0])
            network = read_network(f"{interface.ip}/{8 if first < 128 else 16 if first < 192 else 24}") or network
        elements.append(Element(str(network), network=network))
    match = worst_match(elements, around.gateways())
    if match.truth is Truth.NO and any(_neighbours(e) for e in elements):
        return Match(Truth.MANY), said
    return match, said


def _neighbours(element: Element) -> bool:
    """A public network with room for other customers' servers."""
    network = element.network
    return network is not None and not is_inside(network) and network.prefixlen < (30 if network.version == 4 else 64)


def words_of(text: str, separators: str = " \t,") -> list[str]:
    """Words, with what stands in braces as one of them."""
    out, depth, word = [], 0, ""
    for char in text:
        depth += (char == "{") - (char == "}")
        if char in separators and depth <= 0:
            if word:
                out.append(word)
            word = ""
        else:
            word += char
    return [*out, word] if word else out


def expanded(text: str, values: Mapping[str, str]) -> str:
    """$name of parameters that are known; what is not known stays as it is, and nothing will recognise it."""
    for _depth in range(5):
        new = _VARIABLE.sub(lambda m: values.get(m[1] or m[2] or m[3], m[0]), text)[:20_000]
        if new == text:
            break
        text = new
    return text


def _level(values: Mapping[str, str]) -> int:
    text = values.get("compatibility_level", "0").partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _value(name: str, values: Mapping[str, str], version: tuple[int, int] | None) -> str:
    """A list as it is set, or its default: smtpd_relay_restrictions came with 2.10, compatibility levels with 3.0 (postconf(5))."""
    before_relay = version is not None and version < (2, 10)
    before_levels = version is not None and version < (3, 0)
    if name == "smtpd_relay_restrictions" and before_relay:
        return ""
    if name in values:
        return expanded(values[name], values)
    if name == "smtpd_relay_restrictions" and (before_levels or _level(values) >= 1):
        return "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"
    if name == "smtpd_recipient_restrictions" and before_relay:
        return "permit_mynetworks, reject_unauth_destination"
    return ""
