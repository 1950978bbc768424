"""DNS: answers on the wire, and the records in them."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from selfaudit.facts.blocklist import ListEntry, ListMeaning
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View
from selfaudit.net.dns import wire
from selfaudit.net.dns.client import Exchange, to_answer
from selfaudit.net.dns.recursion import read_reply
from selfaudit.protocols import (
    dane,
    dmarc,
    dnsbl,
    dnssec,
    lookup,
    mail_policies,
    origin,
    psl,
    rdns,
    spf,
    spf_record,
    spf_survey,
    tags,
)
from selfaudit.protocols.dkim_key import looks_like_key, parse_key
from selfaudit.protocols.recursion import judge_tries
from tests.fuzz.target import Target, allowed, each, joined, octets, replies, split, text_of

TYPES = ("A", "TXT", "MX", "AAAA", "NS", "SOA", "TLSA", "CAA", "DS", "DNSKEY", "PTR", "CNAME", "SRV", "ANY", "RRSIG", "HTTPS")
SHOWN = {
    "A": "192.0.2.1", "TXT": '"v=spf1 -all" "more"', "MX": "10 mx.shop.test.", "AAAA": "2001:db8::1", "NS": "ns1.shop.test.",
    "SOA": "ns1.shop.test. host.shop.test. 1 2 3 4 5", "TLSA": "3 1 1 " + "ab" * 32, "CAA": '0 issue "ca.test"', "DS": "1 8 2 " + "ab" * 32,
    "DNSKEY": "257 3 8 AwEAAQ==", "PTR": "host.shop.test.", "CNAME": "www.shop.test.", "SRV": "1 2 3 srv.shop.test.", "ANY": "",
    "RRSIG": "A 8 2 60 20271122000000 20261122000000 1 shop.test. AwEAAQ==", "HTTPS": "1 . alpn=h2",
}  # fmt: skip


def _answer(data: bytes) -> None:
    """First octet: the type asked for, and whether the question stands in it as it must. Then the message."""
    rdtype = TYPES[data[0] % len(TYPES)] if data else "A"
    question = wire.make_question("shop.test.", rdtype, recursion=True)
    message = data[1:]
    if data and data[0] & 0x80:
        message = message[:12] + question.section + message[12:]
    if not wire.is_reply(message, question):
        return
    answer = to_answer(Exchange(message, DnsStatus.ANSWER), question, View.RESOLVER, "127.0.0.1", 0.0, 0.0)
    attempt = read_reply("udp", 53, question, b"", message, 1.0)
    list(judge_tries([attempt], []))
    wire.is_truncated(message)
    wire.rcode_of(message)
    # The two quick readers may not see what the slow one does not.
    slow = wire.parse(message)
    if slow is None or answer.status is DnsStatus.MALFORMED:
        return
    said = wire.read(slow, question)
    quick = wire.plain_addresses(message, question) if rdtype == "A" else None
    if quick is not None:
        assert set(quick[0]) == set(said.records), (quick, said)
    negative = wire.plain_negative(message, question)
    if negative is not None:
        assert negative[0] is said.status or said.status in (DnsStatus.NODATA, DnsStatus.NXDOMAIN), (negative, said)
        assert not said.records


def _messages() -> tuple[bytes, ...]:
    made = []
    for number, rdtype in enumerate(TYPES):
        reply = dns.message.make_response(dns.message.make_query("shop.test.", rdtype, use_edns=0))
        if SHOWN[rdtype]:
            reply.answer.append(dns.rrset.from_text("shop.test.", 60, "IN", rdtype, SHOWN[rdtype]))
        made.append(bytes([number]) + reply.to_wire())
    for rcode in (dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL, dns.rcode.NOERROR, dns.rcode.BADVERS):
        reply = dns.message.make_response(dns.message.make_query("shop.test.", "A"))
        reply.set_rcode(rcode)
        reply.authority.append(dns.rrset.from_text("test.", 60, "IN", "SOA", SHOWN["SOA"]))
        made.append(b"\0" + reply.to_wire())
    referred = dns.message.make_response(dns.message.make_query("shop.test.", "A"))
    referred.authority.append(dns.rrset.from_text("test.", 60, "IN", "NS", "ns.test."))
    blocked = dns.message.make_response(dns.message.make_query("shop.test.", "A", use_edns=0))
    blocked.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.BLOCKED, "policy")])
    short = dns.message.make_response(dns.message.make_query("shop.test.", "TXT"))
    short.flags |= dns.flags.TC
    chain = dns.message.make_response(dns.message.make_query("shop.test.", "A"))
    chain.answer += [
        dns.rrset.from_text("shop.test.", 60, "IN", "CNAME", "b.test."),
        dns.rrset.from_text("b.test.", 60, "IN", "CNAME", "shop.test."),
    ]
    return (*made, b"\0" + referred.to_wire(), b"\0" + blocked.to_wire(), b"\1" + short.to_wire(), b"\0" + chain.to_wire())


def _names(data: bytes) -> None:
    name = text_of(data)
    try:
        encoded = wire.encode_name(name)
    except wire.BadName:
        encoded = b""
    assert len(encoded) <= 255
    if encoded:
        dns.name.from_wire(encoded, 0)
    psl.registrable_domain(name)
    psl.is_public_suffix(name)
    psl.private_suffix(name)
    lookup.names_equal(name, "shop.test")
    lookup.is_below(name, "shop.test")
    dnsbl.kind_of(name)
    dnsbl.question(name, "list.test")
    dmarc.walk_names(name)
    dmarc.needs_consent("shop.test", name)
    for ip in ("192.0.2.1", "2001:db8::1"):
        rdns.is_generic(name, ip)


def _spf(data: bytes) -> None:
    records = [text_of(part) for part in split(data, 3)]
    spf_record.is_spf(records[0])
    record = allowed(spf_record.parse, records[0])
    if record is not None:
        spf_survey.references(record, "shop.test")
    for reader in (lambda t: spf_record.check_domain_spec(t, t), spf_record.check_explanation, spf_record.split_macros):
        allowed(reader, records[0])
    ask = replies(
        {"TXT": records, "A": ("192.0.2.9",), "AAAA": ("2001:db8::9",), "MX": ("10 mx.shop.test.",), "PTR": ("h.shop.test.",)}
    )
    for ip in ("192.0.2.1", "2001:db8::1"):
        lookup.run_now(spf.check_host(ip, "a@shop.test", "h.shop.test", ask))
    lookup.run_now(spf_survey.survey("shop.test", ask))


def _dmarc(data: bytes) -> None:
    records = [text_of(part) for part in split(data, 3)]
    dmarc.is_dmarc(records[0])
    read = allowed(dmarc.parse, records[0], "shop.test")
    ask = replies({"TXT": records})
    if read is not None:
        dmarc.organizational_domain("a.b.shop.test", {"shop.test": read, "b.shop.test": read})
    dmarc.read_answer(lookup.run_now(ask("_dmarc.shop.test", "TXT")), "shop.test")
    for name in ("a.b.shop.test", records[-1]):
        lookup.run_now(dmarc.policy(name, ask))
        lookup.run_now(dmarc.legacy_policy(name, ask))
        lookup.run_now(dmarc.tree_walk(name, ask))
    lookup.run_now(dmarc.evaluate("a.shop.test", ("pass", "shop.test"), [("pass", records[1])], ask))


def _policies(data: bytes) -> None:
    text = text_of(data)
    for readers in (mail_policies.sts_records, mail_policies.tls_rpt_records, mail_policies.bimi_records):
        readers([text, text + "x"])
    for reader in (mail_policies.parse_sts_record, mail_policies.parse_tls_rpt, mail_policies.parse_bimi):
        allowed(reader, text)
    policy = allowed(mail_policies.parse_sts_policy, text)
    if policy is not None:
        mail_policies.sts_matches("mx.shop.test", policy.mx)


def _tlsa(data: bytes) -> None:
    text = text_of(data)
    allowed(dane.parse, text)
    dane.covers((text, "*.shop.test", "shop.test"), text)


def _dnssec(data: bytes) -> None:
    parts = [tuple(text_of(p).splitlines()) for p in split(data, 4)]

    def answer(rdtype: str, records: tuple[str, ...]) -> DnsAnswer:
        return DnsAnswer("shop.test.", rdtype, DnsStatus.ANSWER, records=records, signatures=parts[3])

    dnssec.evaluate("shop.test", answer("DS", parts[0]), answer("DNSKEY", parts[1]), answer("SOA", parts[2]), 1e9)


ENTRY = ListEntry(
    "list.test", "List", ("ip4",), "primary", "", ("127.0.0.2",), ("127.0.0.1",),
    (ListMeaning("127.0.0.2", "spam"), ListMeaning("127.0.1.0/24", "net"), ListMeaning("&4", "bit"), ListMeaning("127.255.255.0/24", "refused", "refusal")),
)  # fmt: skip


def _dnsbl(data: bytes) -> None:
    lines = text_of(data).splitlines()
    for status in (DnsStatus.ANSWER, DnsStatus.REWRITTEN):
        found = dnsbl.classify(DnsAnswer("2.0.0.127.list.test.", "A", status, records=tuple(lines)), ENTRY)
        for line in lines if found.verdict is dnsbl.Verdict.LISTED else ():
            assert ipaddress.ip_address(line) in ipaddress.ip_network("127.0.0.0/8"), (
                line
            )  # no other address ever lists anybody
    answer = DnsAnswer("2.0.0.127.list.test.", "A", DnsStatus.ANSWER, records=tuple(lines))
    dnsbl.judge_points(
        "list.test", "ip4", View.RESOLVER, (answer,), (replace(answer, status=DnsStatus.NXDOMAIN, records=()),), ENTRY
    )
    for line in lines:
        allowed(dnsbl.check_pattern, line)


def _origin(data: bytes) -> None:
    lines = text_of(data).splitlines()
    origin.read(lines)
    for line in lines:
        allowed(origin.read_line, line)
        allowed(origin.read_name, line)
    origin.question("192.0.2.1", "origin.test")
    origin.question("2001:db8::1", "origin.test")
    origin.name_question(64500, "asn.test")


KEY = "v=DKIM1; k=rsa; h=sha256; t=y:s; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ=="

TARGETS = {
    "answer": Target(_answer, _messages(), octets(b"\xc0\x0c", b"\xc0\xff", b"\x81\x80\0\1\0\1\0\0\0\0", b"\x84\0\0\1\xff\xff\0\0\0\0"), 2000),
    "names": Target(_names, octets("shop.test", "host-192-0-2-1.dyn.example", "xn--bcher-kva.example.", "\\065.a\\.b.test", "192.0.2.1", "a.b.co.uk", "bücher.example"), octets("xn--", "\\255", "\\256", ".", "。", "*."), 600),
    "spf": Target(_spf, (joined("v=spf1 a mx ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.shop.test exists:%{i}.%{l1r-}.x.test ~all", "v=spf1 redirect=shop.test exp=e.shop.test", "see %{h} %{p} %{v} %{ir}"), joined("v=spf1 ptr:%{d2} ?all", "", "x")),
        octets("include:", "redirect=", "exists:%{i}", "%{d2r}", "%{l999r+-}", "a//128", "/33", "ip4:1.2.3.4", "ip6:::", "ptr", "exp=", "%%", "%_", "%-", "~all"), 1500, 1.0),
    "dmarc": Target(_dmarc, (joined("v=DMARC1; p=reject; sp=none; np=quarantine; psd=n; t=y; aspf=s; adkim=r; pct=50; rua=mailto:a@x.test!10m,mailto:b@y.test; ruf=mailto:c@z.test; fo=1:d:s; ri=86400", "v=DMARC1;p=none", "a.b.c.shop.test"),),
        octets("p=", "rua=mailto:", "!1k", "psd=y", "t=y", "%2c", ";;", "v=DMARC1"), 1500),
    "key": Target(each(looks_like_key, parse_key), octets(KEY, "v=DKIM1; k=ed25519; p=" + "A" * 43 + "=", "p="), octets("k=ed25519", "p=", "h=", "s=*", "n=", "MIIB"), 2000),
    "tags": Target(each(tags.parse_tags, tags.parse_tags_leniently), octets("a=b; c = d ;", "v=1;v=2"), octets("=", ";"), 2000),
    "policies": Target(_policies, octets("version: STSv1\r\nmode: enforce\r\nmx: *.shop.test\r\nmx: mx.shop.test\r\nmax_age: 86400\r\n", "v=STSv1; id=20260101T1;", "v=TLSRPTv1; rua=mailto:t@shop.test,https://x.test/r", "v=BIMI1; l=https://x.test/l.svg; a=https://x.test/v.pem; avp=brand"), octets("mx: *", "max_age: ", "mode: none", "rua=", "l="), 2000),
    "tlsa": Target(_tlsa, octets("3 1 1 " + "ab" * 32, "2 0 2 " + "cd" * 64, "shop.test"), octets("255", "0 0 0", "*."), 1000),
    "dnssec": Target(_dnssec, (joined("12345 13 2 " + "AB" * 32, "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==", "ns. h. 1 2 3 4 5", "SOA 13 2 3600 20271122000000 20261122000000 12345 shop.test. AAAA"),), octets("257 3 8 AwEAAQ==", "0 0 0 0", "DNSKEY 13 2"), 2000),
    "dnsbl": Target(_dnsbl, octets("127.0.0.2", "127.0.0.2\n127.0.1.4\n127.255.255.254", "203.0.113.9"), octets("127.", "&64", "0.0.0.4", "127.0.0.0/8", "/32"), 600),
    "origin": Target(_origin, octets("64500 | 192.0.2.0/24 | ZZ | other | 2020-01-01", "64500 64501 | 2001:db8::/32 | | |", "64500 | ZZ | ripencc | 2001-01-01 | EXAMPLE-AS - Example, ZZ"), octets("|", "{64500,64501}", "4294967296"), 1000),
}  # fmt: skip
