"""Readers of records and documents on what is made by a grammar; changed samples of every format are in test_targets.py."""

from __future__ import annotations

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.engine.evidence import decode_evidence
from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus, str_to_txt
from selfaudit.protocols import (
    bootstrap,
    dkim,
    dmarc,
    dnsbl,
    jcard,
    mail_policies,
    rdap,
    rpki,
    spf,
    spf_survey,
    tags,
    whois,
)
from selfaudit.protocols.lookup import run_now

RECORDS = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["v=spf1", "v=DMARC1", "v=DKIM1", "v=STSv1", "v=TLSRPTv1", "v=BIMI1"]).flatmap(
        lambda head: st.text('abc:;=/%{}-+~?.0123456789 @!,_\\"', max_size=120).map(lambda tail: f"{head} {tail}")
    ),
)


@settings(max_examples=400)
@given(RECORDS)
def test_text_records(text: str) -> None:
    for reader in (
        spf.spf_record.parse, dmarc.parse, dkim.parse_key, tags.parse_tags, mail_policies.parse_sts_record,
        mail_policies.parse_sts_policy, mail_policies.parse_tls_rpt, mail_policies.parse_bimi, dnsbl.check_pattern,
    ):  # fmt: skip
        with contextlib.suppress(BadInput):
            reader(text)


@settings(max_examples=200)
@given(st.lists(RECORDS, max_size=3))
def test_evaluations_of_any_zone_end(texts: list[str]) -> None:
    records = tuple(str_to_txt(t.encode("latin-1", "replace").decode("latin-1")) for t in texts)

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        return DnsAnswer(name, rdtype, DnsStatus.ANSWER, records=records if rdtype == "TXT" else tuple(texts))

    run_now(spf.check_host("192.0.2.1", "a@shop.test", "h.shop.test", lookup))
    run_now(spf_survey.survey("shop.test", lookup))
    run_now(dmarc.policy("a.shop.test", lookup))
    run_now(dmarc.legacy_policy("a.shop.test", lookup))


def test_nesting_bombs() -> None:
    for data in (b"[" * 200_000, b'{"a":' * 100_000, b'{"schema":"selfaudit/evidence/1","case":' + b"[" * 100_000):
        with contextlib.suppress(BadInput):
            decode_evidence(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20)
    | st.sampled_from(["domain", "ip network", "registrant", "2026-11-07T00:00:00Z", "related", "https://a.test/", "vcard", "fn", "text"]),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(
        st.sampled_from([
            "objectClassName", "ldhName", "entities", "vcardArray", "roles", "events", "eventAction", "eventDate", "status", "links",
            "rel", "href", "redacted", "name", "type", "description", "notices", "nameservers", "startAddress", "cidr0_cidrs",
            "publicIds", "services", "publication", "errorCode", "validated_route", "validity", "state", "data",
        ]),
        inner, max_size=6,
    ),
    max_leaves=40,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_documents_of_registries_and_validators(document: object) -> None:
    data = json.dumps(document).encode()
    for reader in (rdap.read, rdap.read_network, bootstrap.read, rpki.read):
        with contextlib.suppress(BadInput):
            reader(data)
    jcard.read_contact(document)


WHOIS_WORDS = st.sampled_from([
    "Domain Name: shop.test", "domain: shop.test", "No match for", "NOT FOUND", "quota exceeded", "Registry Expiry Date: ",
    "Registrant Name: ", "Name Server: ns1.", "Domain Status: clientHold", "inetnum: 192.0.2.0 - 192.0.2.255", "refer: whois.",
    "REDACTED FOR PRIVACY", "%% ", "created: 2026-13-45", "2026-11-07T00:00:00Z", "\r\n", "\x00", "[Domain Name]", "    ",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(WHOIS_WORDS, st.text(max_size=30)), max_size=30),
    st.sampled_from(["shop.test", "shop.de", "shop.jp", "shop.co.uk"]),
)
def test_whois_answers(parts: list[str], domain: str) -> None:
    text = "\n".join(parts)
    whois.decode(text.encode("utf-8", "surrogatepass"))
    whois.referral(text)
    whois.is_refusal(text)
    for reader in (lambda: whois.parse(text, domain, "whois.nic.test"), lambda: whois.parse_network(text)):
        with contextlib.suppress(BadInput):
            reader()
