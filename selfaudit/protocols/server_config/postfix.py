"""Postfix: main.cf and master.cf, after postconf(5), master(5) and the Postfix SMTP relay and access control guide.

A recipient that is not the server's own must get through every list of restrictions. A permission in one list ends that list and
no other; a refusal in any list is final.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import Opening, Section, Service, Surroundings, Verdict, at, is_local
from selfaudit.protocols.server_config.postfix_restrictions import expanded, relay, words_of

PROGRAM = "Postfix"
_PORTS = {"smtp": "25", "smtps": "465", "submissions": "465", "submission": "587"}
_ADDRESS_PORT = re.compile(r"(?:(\[[^\]]*\]|[^:\[\]]+):)?([\w-]+)")


@dataclass(frozen=True, slots=True)
class Listener:
    """An smtpd of master.cf: where it listens, and the parameters that it has of its own."""

    address: str
    port: str
    own: Mapping[str, str]


def read(main: Sequence[Section], master: Sequence[Section] | None, around: Surroundings) -> list[Opening]:
    """What strangers may do at each of Postfix's ports; `master` is None if master.cf could not be read."""
    parameters = _parameters(main)
    unseen = master is None
    listeners = list(_listeners(master)) if master is not None else [Listener("", "25", {})]
    if not listeners:
        why = phrase("master.cf has no service that takes mail over the network")
        return [Opening(PROGRAM, Service.RELAY, Verdict.LOCAL_ONLY, why=why)]
    out = []
    for listener in listeners:
        values = {**parameters, **listener.own}
        where = at(listener.address, listener.port)
        if _local(listener, values):
            said = where if listener.address else f"inet_interfaces = {values.get('inet_interfaces', '')}"
            out.append(Opening(PROGRAM, Service.RELAY, Verdict.LOCAL_ONLY, (where,), said))
            continue
        verdict, why, certain = relay(values, around)
        if unseen and verdict is Verdict.CLOSED:
            verdict, why = Verdict.UNCLEAR, phrase("master.cf, which may change its settings for each port, could not be read")
        out.append(Opening(PROGRAM, Service.RELAY, verdict, (where,), why, certain and not unseen))
        if _clear_login(values):
            out.append(Opening(PROGRAM, Service.LOGIN, Verdict.OPEN, (where,), "smtpd_tls_auth_only = no"))
    return out


def _parameters(files: Sequence[Section]) -> dict[str, str]:
    """main.cf: a line that begins with a blank goes on from the one before (postconf(5)); the last value counts."""
    found: dict[str, str] = {}
    name = ""
    for line in (line for section in files for line in section.lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t":
            if name:
                found[name] += " " + line.strip()
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if equals:
            found[name] = value
        else:
            name = ""
    return found


def _listeners(files: Sequence[Section]) -> Iterator[Listener]:
    entries: list[str] = []
    for line in (line for section in files for line in section.lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t" and entries:
            entries[-1] += " " + line.strip()
        else:
            entries.append(line.strip())
    rows = [words_of(entry, " \t") for entry in entries]
    services = [row for row in rows if len(row) >= 8 and row[7] in ("smtpd", "postscreen")]
    screens = [row for row in services if row[7] == "postscreen"]
    for row in services:
        if row[7] == "postscreen" or row[1] not in ("inet", "pass"):
            continue
        own = dict(_options(row[8:]))
        # postscreen takes the connection and hands it to the smtpd of type "pass".
        for name in [screen[0] for screen in screens] if row[1] == "pass" else [row[0]]:
            place = _ADDRESS_PORT.fullmatch(name)
            address, port = (place[1] or "", place[2]) if place else ("", name)
            yield Listener(address, _PORTS.get(port, port), own)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for flag, word in pairwise([*words, ""]):
        text = word if flag == "-o" else flag[2:] if flag.startswith("-o") else ""
        name, equals, value = text.strip("{} \t").partition("=") if not text.startswith("{") else text[1:-1].partition("=")
        if equals:
            yield name.strip(), value.strip()


def _local(listener: Listener, values: Mapping[str, str]) -> bool:
    if listener.address:
        return is_local(listener.address)
    places = words_of(expanded(values.get("inet_interfaces", "all"), values))
    return bool(places) and all(p == "loopback-only" or is_local(p) for p in places)


def _clear_login(values: Mapping[str, str]) -> bool:
    """Whether a password may be said without encryption."""
    return (
        values.get("smtpd_sasl_auth_enable") == "yes"
        and values.get("smtpd_tls_auth_only", "no") != "yes"
        and values.get("smtpd_tls_security_level", "") not in ("encrypt",)
        and values.get("smtpd_enforce_tls", "no") != "yes"
        and values.get("smtpd_tls_wrappermode", "no") != "yes"
    )
