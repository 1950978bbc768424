"""Whether the holder of addresses permits a network to announce them (RFC 6811), as public validators answer."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols import bounded_json

State = Literal["valid", "invalid", "not-found"]
_STATES: Mapping[str, State] = {
    "valid": "valid",
    "invalid": "invalid",
    "invalidasn": "invalid",
    "invalidas": "invalid",
    "invalidlength": "invalid",
    "notfound": "not-found",
    "unknown": "not-found",
}
_WHY = {
    "as": phrase("the holder of the addresses permits only other networks to announce them"),
    "asn": phrase("the holder of the addresses permits only other networks to announce them"),
    "length": phrase("the holder of the addresses permits only larger blocks to be announced"),
}
_NOT_FOUND = phrase("the holder of the addresses has published no permission (ROA) that covers this route")
_PATH = "/api/v1/validity/"


@dataclass(frozen=True, slots=True)
class Validity:
    """A validator's answer about one prefix and one origin.

    Attributes:
        state: of RFC 6811 section 2.
        why: the reason in words, "" for valid routes and where none is given.
        roas: permissions that cover the prefix: "192.0.2.0/24-26 AS64500" for blocks of /24 up to /26.
    """

    state: State
    why: str = ""
    roas: tuple[str, ...] = ()


def url(template: str, asn: int, prefix: str) -> str:
    """The address of the question. `template` has {asn} (the bare number) and {prefix} in it, or is the base of a Routinator."""
    if "{asn}" in template or "{prefix}" in template:
        return template.replace("{asn}", str(asn)).replace("{prefix}", prefix)
    base = template.rstrip("/").removesuffix(_PATH.rstrip("/"))
    return f"{base}{_PATH}AS{asn}/{prefix}"


def read(data: str | bytes) -> Validity:
    """Reads an answer of Routinator (/api/v1/validity) or of RIPEstat (rpki-validation).

    Raises:
        BadInput: it is neither, or names no state that we know.
    """
    document = bounded_json.mapping(bounded_json.loads(data))
    route = bounded_json.mapping(bounded_json.mapping(document.get("validated_route")).get("validity"))
    if route:
        return _routinator(route)
    answer = bounded_json.mapping(document.get("data"))
    if answer:
        return _ripestat(answer)
    raise BadInput(phrase("this is no answer of an RPKI validator"))


def _routinator(validity: Mapping[str, Any]) -> Validity:
    state = _state(validity.get("state"))
    lists = bounded_json.mapping(validity.get("VRPs"))
    roas = (
        _roa(item.get("prefix"), item.get("asn"), item.get("max_length"))
        for kind in ("matched", "unmatched_as", "unmatched_length")
        for item in bounded_json.items(lists.get(kind))
        if isinstance(item, Mapping)
    )
    return _validity(state, bounded_json.text(validity.get("reason")).lower(), roas)


def _ripestat(answer: Mapping[str, Any]) -> Validity:
    said = bounded_json.text(answer.get("status")).lower()
    roas = (
        _roa(item.get("prefix"), item.get("origin"), item.get("max_length"))
        for item in bounded_json.items(answer.get("validating_roas"))
        if isinstance(item, Mapping)
    )
    return _validity(_state(said), said.removeprefix("invalid").strip("_- "), roas)


def _state(value: object) -> State:
    said = bounded_json.text(value, 40)
    state = _STATES.get(re.sub(r"[-_ ]", "", said).lower())
    if state is None:
        raise BadInput(phrase("the validator answers with the state “{state}”, which is not known", state=said))
    return state


def _validity(state: State, reason: str, roas: Iterator[str]) -> Validity:
    why = {"invalid": _WHY.get(reason, ""), "not-found": _NOT_FOUND}.get(state, "")
    return Validity(state, why, tuple(dict.fromkeys(roa for roa in roas if roa)))


def _roa(prefix: object, asn: object, longest: object) -> str:
    """One permission in words; "" if it cannot be read."""
    number = bounded_json.text(asn, 12).upper().removeprefix("AS")
    block = bounded_json.text(prefix, 60)
    most = bounded_json.text(longest, 4)
    try:
        network = ipaddress.ip_network(block, strict=False) if "/" in block else None
    except ValueError:
        network = None
    if network is None or not re.fullmatch(r"[0-9]{1,10}", number):
        return ""
    longer = re.fullmatch(r"[0-9]{1,3}", most) is not None and int(most) > network.prefixlen
    return f"{network}{f'-{int(most)}' if longer else ''} AS{number}"
