"""SPF beyond the public suite: the survey of a policy, examples of RFC 7208, and hostile records."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.protocols import spf
from selfaudit.protocols.lookup import Recorder, Replay, run_now, zone_lookup
from selfaudit.protocols.spf import SpfResult, check_host
from selfaudit.protocols.spf_record import SpfSyntaxError, parse
from selfaudit.protocols.spf_survey import survey

# RFC 7208 appendix A
APPENDIX_A = {
    "example.com": {
        "MX": ["10 mail-a.example.com.", "20 mail-b.example.com."],
        "A": ["192.0.2.10", "192.0.2.11"],
    },
    "amy.example.com": {"A": ["192.0.2.65"]},
    "bob.example.com": {"A": ["192.0.2.66"]},
    "mail-a.example.com": {"A": ["192.0.2.129"]},
    "mail-b.example.com": {"A": ["192.0.2.130"]},
    "example.org": {"MX": ["10 mail-c.example.org."]},
    "mail-c.example.org": {"A": ["192.0.2.140"]},
    "10.2.0.192.in-addr.arpa": {"PTR": ["example.com."]},
    "11.2.0.192.in-addr.arpa": {"PTR": ["example.com."]},
    "65.2.0.192.in-addr.arpa": {"PTR": ["amy.example.com."]},
    "66.2.0.192.in-addr.arpa": {"PTR": ["bob.example.com."]},
    "129.2.0.192.in-addr.arpa": {"PTR": ["mail-a.example.com."]},
    "130.2.0.192.in-addr.arpa": {"PTR": ["mail-b.example.com."]},
    "140.2.0.192.in-addr.arpa": {"PTR": ["mail-c.example.org."]},
}


@pytest.mark.parametrize(
    ("record", "passing", "failing"),
    [
        ("v=spf1 +all", ["192.0.2.1"], []),
        ("v=spf1 a -all", ["192.0.2.10", "192.0.2.11"], ["192.0.2.65", "192.0.2.129"]),
        ("v=spf1 a:example.org -all", [], ["192.0.2.10", "192.0.2.140"]),
        ("v=spf1 mx -all", ["192.0.2.129", "192.0.2.130"], ["192.0.2.10"]),
        ("v=spf1 mx:example.org -all", ["192.0.2.140"], ["192.0.2.129"]),
        ("v=spf1 mx mx:example.org -all", ["192.0.2.129", "192.0.2.130", "192.0.2.140"], ["192.0.2.10"]),
        ("v=spf1 mx/30 mx:example.org/30 -all", ["192.0.2.131", "192.0.2.143"], ["192.0.2.127"]),
        ("v=spf1 ptr -all", ["192.0.2.65", "192.0.2.129", "192.0.2.10"], ["192.0.2.140", "192.0.2.4"]),
        ("v=spf1 ip4:192.0.2.128/28 -all", ["192.0.2.129", "192.0.2.140"], ["192.0.2.65"]),
    ],
)
async def test_rfc_7208_appendix_a(record: str, passing: list[str], failing: list[str]) -> None:
    zone = {**APPENDIX_A, "example.com": {**APPENDIX_A["example.com"], "TXT": [record]}}
    for ip in passing:
        assert (await check_host(ip, "x@example.com", "h.example.com", zone_lookup(zone))).result == "pass", ip
    for ip in failing:
        assert (await check_host(ip, "x@example.com", "h.example.com", zone_lookup(zone))).result == "fail", ip


async def test_explanation_trace_and_term() -> None:
    zone = {
        "shop.test": {"TXT": ["v=spf1 ip4:192.0.2.1 include:mailer.test -all exp=why.shop.test"]},
        "mailer.test": {"TXT": ["v=spf1 ip4:192.0.2.2 -all"]},
        "why.shop.test": {"TXT": ["%{i} may not send for %{d}"]},
    }
    passed = await check_host("192.0.2.2", "a@shop.test", "h.test", zone_lookup(zone))
    assert (passed.result, passed.term, passed.domain, passed.lookups) == ("pass", "include:mailer.test", "shop.test", 1)
    assert [(s.domain, s.term, s.note) for s in passed.trace] == [
        ("shop.test", "ip4:192.0.2.1", "does not match"),
        ("mailer.test", "include:mailer.test", "looks into it"),
        ("mailer.test", "ip4:192.0.2.2", "matches"),
        ("shop.test", "include:mailer.test", "matches"),
    ]
    failed = await check_host("192.0.2.3", "a@shop.test", "h.test", zone_lookup(zone))
    assert (failed.result, failed.explanation) == ("fail", "192.0.2.3 may not send for shop.test")


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.REWRITTEN])
async def test_trouble_is_a_temperror_and_never_none(status: DnsStatus) -> None:
    got = await check_host("192.0.2.1", "a@shop.test", "h.test", zone_lookup({"shop.test": {"TXT": status}}))
    assert got.result is SpfResult.TEMPERROR
    inner = {"shop.test": {"TXT": ["v=spf1 include:x.test -all"]}, "x.test": {"TXT": status}}
    assert (await check_host("192.0.2.1", "a@shop.test", "h.test", zone_lookup(inner))).result is SpfResult.TEMPERROR


async def test_servfail_while_confirming_one_ptr_name_is_skipped() -> None:
    # RFC 7208 section 5.5; a well-known fault of other evaluators.
    zone = {
        "shop.test": {"TXT": ["v=spf1 ptr -all"]},
        "1.2.0.192.in-addr.arpa": {"PTR": ["bad.other.test.", "mail.shop.test."]},
        "bad.other.test": {"A": DnsStatus.SERVFAIL},
        "mail.shop.test": {"A": ["192.0.2.1"]},
    }
    assert (await check_host("192.0.2.1", "a@shop.test", "h.test", zone_lookup(zone))).result is SpfResult.PASS


async def test_loops_and_endless_redirects_end() -> None:
    loop = {"a.test": {"TXT": ["v=spf1 include:b.test -all"]}, "b.test": {"TXT": ["v=spf1 include:a.test -all"]}}
    recorder = Recorder(zone_lookup(loop))
    assert (await check_host("192.0.2.1", "x@a.test", "h.test", recorder)).result is SpfResult.PERMERROR
    seen = await survey("a.test", recorder)
    assert seen.loop == "a.test"
    own = {"a.test": {"TXT": ["v=spf1 redirect=a.test"]}}
    assert (await check_host("192.0.2.1", "x@a.test", "h.test", zone_lookup(own))).result is SpfResult.PERMERROR
    assert (await survey("a.test", zone_lookup(own))).loop == "a.test"


async def test_survey_counts_beyond_the_limit_and_stays_bounded() -> None:
    wide = {
        f"s{i}.test": {"TXT": ["v=spf1 " + " ".join(f"include:s{j}.test" for j in range(40) if j != i) + " -all"]}
        for i in range(40)
    }
    asked = 0
    inner = zone_lookup(wide)

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        nonlocal asked
        asked += 1
        return await inner(name, rdtype)

    seen = await survey("s0.test", lookup)
    assert seen.lookups > 10
    assert asked < 5000
    assert (await check_host("192.0.2.1", "x@s0.test", "h.test", zone_lookup(wide))).result is SpfResult.PERMERROR


async def test_survey_reports_what_is_allowed_and_what_is_void() -> None:
    zone = {
        "shop.test": {
            "TXT": ["v=spf1 a:gone1.test a:gone2.test mx:gone3.test a ip4:192.0.0.0/8 include:m.test ?all"],
            "A": ["192.0.2.9"],
        },
        "m.test": {"TXT": ["v=spf1 exists:%{i}.x.test ptr -all"]},
    }
    seen = await survey("shop.test", zone_lookup(zone))
    assert seen.lookups == 7
    assert seen.voids == ("gone1.test A/AAAA", "gone2.test A/AAAA", "gone3.test MX")
    assert set(seen.networks) == {"192.0.2.9/32", "192.0.0.0/8"}
    assert (seen.all_qualifier, seen.ptr, seen.macros) == ("?", True, True)


async def test_a_only_with_ipv4_is_not_void() -> None:
    # checkdmarc#94: an "a" with A and no AAAA must not count as a look-up that found nothing.
    zone = {
        "shop.test": {"TXT": ["v=spf1 a mx -all"], "A": ["192.0.2.1"], "MX": ["5 m.shop.test."]},
        "m.shop.test": {"A": ["192.0.2.2"]},
    }
    assert (await survey("shop.test", zone_lookup(zone))).voids == ()


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 a:", "v=spf1 ip4:1.2.3", "v=spf1 ip4:1.2.3.4/33", "v=spf1 ip6:1.2.3.4", "v=spf1 include", "v=spf1 all:x",
        "v=spf1 redirect=a.test redirect=b.test", "v=spf1 exp=", "v=spf1 foo", "v=spf1 -", "v=spf1 a/032", "v=spf1 mx//129",
        "v=spf1 exists:%{z}.test", "v=spf1 exists:%{i0}.test", "v=spf1 exists:%(i).test", "v=spf1 include:%{r}.test",
        "v=spf1 ip6:fe80::1%eth0", "v=spf1 a:\x01.test", "v=spf1 \xe9", "v=spf1 include:nodots", "v=spf1 include:a.123",
    ],
)  # fmt: skip
def test_grammar_is_strict(record: str) -> None:
    with pytest.raises(SpfSyntaxError):
        parse(record)


def test_records_are_told_from_other_texts() -> None:
    for text in ("v=spf1", "v=spf1 -all", "V=SPF1 a"):
        assert spf.spf_record.is_spf(text)
    for text in ("v=spf10 -all", " v=spf1 -all", "v=spf1-all", "spf1", ""):
        assert not spf.spf_record.is_spf(text)


async def test_replay_never_takes_missing_for_absent() -> None:
    assert (await Replay([])("x.test", "TXT")).status is DnsStatus.UNREACHABLE
    assert run_now(check_host("192.0.2.1", "a@x.test", "h.test", Replay([]))).result is SpfResult.TEMPERROR


async def test_bad_address_is_bad_input() -> None:
    with pytest.raises(BadInput):
        await check_host("1.2.3", "a@x.test", "h.test", Replay([]))
