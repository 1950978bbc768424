"""One question with RD=1 to a server that should not answer it, with everything that its answer shows (RFC 1035 section 4.1)."""

from __future__ import annotations

import asyncio
import os
import struct

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from selfaudit.facts.exposure import PortOutcome, RecursionOutcome, RecursionTry
from selfaudit.i18n import phrase
from selfaudit.net import udp
from selfaudit.net.active import Active
from selfaudit.net.dns import wire
from selfaudit.net.dns.wire import Question
from selfaudit.net.gate import Gate

PURPOSE = phrase("DNS: a question about somebody else's name")
_MAX_RECORDS = 8
_CODES = {
    dns.rcode.NXDOMAIN: RecursionOutcome.NXDOMAIN,
    dns.rcode.SERVFAIL: RecursionOutcome.SERVFAIL,
    dns.rcode.REFUSED: RecursionOutcome.REFUSED,
}


async def ask_udp(gate: Gate, active: Active, address: str, port: int, name: str, rdtype: str) -> RecursionTry:
    """Asks once over UDP. An answer counts only with our id and our question.

    Raises:
        NotPermittedError: without authority for the address.
    """
    authority = gate.check_active(address)
    question = wire.make_question(name, rdtype, recursion=True)
    qid = int.from_bytes(os.urandom(2), "big")
    message = question.wire(qid)
    got = await udp.exchange(gate, address, port, message, active.limits.udp_timeout, purpose=PURPOSE, authority=authority)
    reply = next((p for p in got.payloads if _belongs(p, qid, question)), None)
    if reply is not None:
        return read_reply("udp", port, question, message, reply, got.seconds * 1000)
    if got.closed:
        outcome = RecursionOutcome.CLOSED
    elif got.payloads:
        outcome = RecursionOutcome.MALFORMED
    else:
        outcome = RecursionOutcome.UNREACHABLE if got.detail else RecursionOutcome.TIMEOUT
    return RecursionTry("udp", port, name, rdtype, outcome, octets_out=len(message), detail=got.detail)


async def ask_tcp(active: Active, address: str, port: int, name: str, rdtype: str) -> RecursionTry:
    """Asks once over TCP (RFC 7766).

    Raises:
        NotPermittedError: without authority for the address.
    """
    question = wire.make_question(name, rdtype, recursion=True)
    qid = int.from_bytes(os.urandom(2), "big")
    message = question.wire(qid)

    def failed(outcome: RecursionOutcome, detail: str) -> RecursionTry:
        return RecursionTry("tcp", port, name, rdtype, outcome, octets_out=len(message), detail=detail)

    started = asyncio.get_running_loop().time()
    async with active.connection(address, port, PURPOSE) as (state, connection):
        if connection is None:
            outcome = {PortOutcome.CLOSED: RecursionOutcome.CLOSED, PortOutcome.SILENT: RecursionOutcome.TIMEOUT}
            return failed(outcome.get(state.outcome, RecursionOutcome.UNREACHABLE), state.detail)
        try:
            await connection.write(struct.pack("!H", len(message)) + message)
            patience = active.limits.udp_timeout * 2
            head = await connection.read_all(2, patience)
            body = await connection.read_all(struct.unpack("!H", head)[0], patience) if len(head) == 2 else b""
        except (TimeoutError, OSError) as error:
            return failed(RecursionOutcome.TIMEOUT, str(error) or phrase("no answer in time"))
    if not body:
        return failed(RecursionOutcome.TIMEOUT, phrase("it takes the connection and says nothing"))
    if not _belongs(body, qid, question):
        return failed(RecursionOutcome.MALFORMED, phrase("the answer does not belong to the question"))
    return read_reply("tcp", port, question, message, body, (asyncio.get_running_loop().time() - started) * 1000)


def _belongs(data: bytes, qid: int, question: Question) -> bool:
    return data[:2] == struct.pack("!H", qid) and wire.is_reply(data, question)


def read_reply(protocol: str, port: int, question: Question, sent: bytes, data: bytes, ms: float) -> RecursionTry:
    """Reads an answer, whatever it holds. The header counts even where the rest cannot be read.

    Args:
        protocol: "udp" or "tcp".
        port: where it was asked.
        question: what was asked.
        sent: the question as it went out.
        data: the answer, at least a header.
        ms: milliseconds until it came.
    """
    recursion, authoritative = bool(data[3] & 0x80), bool(data[2] & 0x04)
    records: tuple[str, ...] = ()
    referred: tuple[str, ...] = ()
    detail = ""
    if data[2] & 0x02:
        outcome = RecursionOutcome.TRUNCATED
    else:
        code = data[3] & 0x0F
        outcome = _CODES.get(dns.rcode.Rcode(code), RecursionOutcome.ERROR)
        if outcome is RecursionOutcome.ERROR and code:
            detail = dns.rcode.to_text(dns.rcode.Rcode(code))
        message = wire.parse(data)
        if message is None:
            if code == 0:
                outcome, detail = RecursionOutcome.MALFORMED, phrase("the answer cannot be read")
        else:
            wanted = dns.rdatatype.from_text(question.rdtype)
            found = [r.to_text() for rrset in message.answer if rrset.rdtype == wanted for r in rrset]
            records = tuple(sorted(found)[:_MAX_RECORDS])
            referred = tuple(sorted({s.name.to_text() for s in message.authority if s.rdtype == dns.rdatatype.NS}))[:4]
            if code == 0:
                outcome = (
                    RecursionOutcome.ANSWER if records else RecursionOutcome.REFERRAL if referred else RecursionOutcome.EMPTY
                )
    return RecursionTry(
        protocol, port, question.name, question.rdtype, outcome, recursion, authoritative, records, referred, len(sent), len(data),
        round(ms, 1), detail,
    )  # fmt: skip
