"""Name servers that answer strangers in the ways that are taken for open resolvers, and one that is one."""

from __future__ import annotations

from typing import Literal, get_args

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from selfaudit.demo.dns_server import Answerer, DnsServer, Resolver

_Odd = Literal["refusing", "refusing-ra", "upward", "servfail", "empty-root", "wrong"]
ResolverKind = Literal["open", "rate-limited", "silent", _Odd]

_ROOTS = [f"{letter}.root-servers.example." for letter in "abcdefghijklm"]


def make_name_server(kind: ResolverKind, resolver: Resolver) -> DnsServer:
    """A server of a kind, not started yet.

    Args:
        kind: "open" resolves for everybody, "rate-limited" too but answers every second question over UDP only; "silent" says
            nothing. "refusing" and "refusing-ra" say REFUSED, the second with the RA bit; "upward" refers to the root;
            "servfail" fails; "empty-root" holds an empty root zone, so that no name exists; "wrong" has an answer of its own
            for every name. ValueError if unknown.
        resolver: what "open" and "rate-limited" answer.
    """
    if kind not in get_args(ResolverKind):
        raise ValueError(f"no such kind of name server: {kind!r}")
    if kind in ("open", "rate-limited"):
        return DnsServer(resolver, every=2 if kind == "rate-limited" else 1)
    return DnsServer(None if kind == "silent" else _odd(kind))


def _odd(kind: str) -> Answerer:
    def answer(query: dns.message.Message) -> dns.message.Message:
        recursion = kind in ("refusing-ra", "servfail", "wrong")
        response = dns.message.make_response(query, recursion_available=recursion)
        question = query.question[0]
        match kind:
            case "upward":
                response.authority = [dns.rrset.from_text_list(".", 518_400, "IN", "NS", _ROOTS)]
                response.additional = [
                    dns.rrset.from_text(name, 518_400, "IN", "A", f"203.0.113.{number}")
                    for number, name in enumerate(_ROOTS, 1)
                ]
            case "servfail":
                response.set_rcode(dns.rcode.SERVFAIL)
            case "empty-root":
                response.set_rcode(dns.rcode.NXDOMAIN)
                response.flags |= dns.flags.AA
                soa = "a.root-servers.example. nobody.example. 1 1800 900 604800 86400"
                response.authority = [dns.rrset.from_text(".", 86_400, "IN", "SOA", soa)]
            case "wrong":
                # A portal that leads every name to itself.
                data = {dns.rdatatype.A: "203.0.113.99", dns.rdatatype.NS: "ns.portal.example."}.get(question.rdtype)
                if data:
                    response.answer = [dns.rrset.from_text(question.name, 60, "IN", question.rdtype, data)]
            case _:
                response.set_rcode(dns.rcode.REFUSED)
        return response

    return answer
