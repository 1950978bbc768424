"""The configurations of mail servers, name servers and proxies, read for one question: what do they let strangers do?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.server_config import bind, dnsmasq, dovecot, exim, others, postfix, sendmail, squid, unbound
from selfaudit.protocols.server_config.model import (
    MAX_LINES,
    Opening,
    Section,
    Service,
    Surroundings,
    Verdict,
    sections,
    shortened,
)

Reader = Callable[[Sequence[Section], Surroundings], list[Opening]]

# Part of the collector's file -> program and what it is asked for.
PARTS: Mapping[str, tuple[str, Service]] = {
    "mail.postfix": ("Postfix", Service.RELAY),
    "mail.exim": ("Exim", Service.RELAY),
    "mail.sendmail": ("Sendmail", Service.RELAY),
    "mail.dovecot": ("Dovecot", Service.LOGIN),
    "dns.bind": ("BIND", Service.RECURSION),
    "dns.unbound": ("Unbound", Service.RECURSION),
    "dns.dnsmasq": ("dnsmasq", Service.RECURSION),
    "dns.pdns": ("PowerDNS", Service.RECURSION),
    "proxy.squid": ("Squid", Service.PROXY),
    "proxy.others": (phrase("another proxy"), Service.PROXY),
    "web.proxying": (phrase("the web server"), Service.PROXY),
}
MASTER = "mail.postfix-master"
_READERS: Mapping[str, Reader] = {
    "mail.exim": exim.read,
    "mail.sendmail": sendmail.read,
    "mail.dovecot": dovecot.read,
    "dns.bind": bind.read,
    "dns.unbound": unbound.read,
    "dns.dnsmasq": dnsmasq.read,
    "dns.pdns": others.read_powerdns,
    "proxy.squid": squid.read,
    "proxy.others": others.read_proxies,
    "web.proxying": others.read_web,
}


def read_part(
    name: str, lines: Sequence[str], surroundings: Surroundings, master: Sequence[str] | None = None
) -> tuple[Opening, ...]:
    """What one part of a collector's file says about strangers; empty if no program stands in it.

    Args:
        name: one of `PARTS`.
        lines: of the part, which came out well and was not cut.
        surroundings: addresses and distribution.
        master: for "mail.postfix" the lines of "mail.postfix-master", None if that part says nothing.
    """
    program, service = PARTS[name]
    found = sections(lines)
    try:
        if name == "mail.postfix":
            return tuple(postfix.read(found, None if master is None else sections(master), surroundings))
        read = _READERS[name](found, surroundings)
    except BadInput as error:
        return (Opening(program, service, Verdict.UNCLEAR, why=str(error), certain=False),)
    cut = len(lines) > MAX_LINES or any(shortened(line) for line in lines)
    return tuple(_doubtful(o) if cut else o for o in read)


def _doubtful(opening: Opening) -> Opening:
    """A line was cut off: what is behind it may change the verdict."""
    if opening.verdict in (Verdict.UNCLEAR, Verdict.LOCAL_ONLY):
        return opening
    why = phrase("a line of its configuration is longer than the collector writes down")
    return Opening(opening.program, opening.service, Verdict.UNCLEAR, opening.ports, why, certain=False)


__all__ = ["MASTER", "PARTS", "Opening", "Service", "Surroundings", "Verdict", "read_part"]
