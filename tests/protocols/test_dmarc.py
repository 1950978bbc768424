"""DMARC: the walks and policies of RFC 9989, its examples, and the older way."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsStatus
from selfaudit.protocols import dmarc
from selfaudit.protocols.lookup import zone_lookup


def txt(*records: str) -> dict[str, list[str]]:
    return {"TXT": list(records)}


def test_walk_names_jump_to_seven_labels() -> None:
    # RFC 9989 section 4.10: a.b.c.d.e.f.g.h.i.j.mail.example.com is asked at most eight times.
    names = dmarc.walk_names("a.b.c.d.e.f.g.h.i.j.mail.example.com")
    assert names == (
        "a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com", "i.j.mail.example.com",
        "j.mail.example.com", "mail.example.com", "example.com", "com",
    )  # fmt: skip
    assert dmarc.walk_names("a.mail.example.com") == ("a.mail.example.com", "mail.example.com", "example.com", "com")
    assert len(dmarc.walk_names("1.2.3.4.5.6.7.8")) == 8
    assert dmarc.walk_names("1.2.3.4.5.6.7.8")[1] == "2.3.4.5.6.7.8"


@pytest.mark.parametrize(
    ("zone", "domain", "organizational"),
    [
        # the record with the fewest labels, not the first one that is found
        (
            {"_dmarc.mail.example.com": txt("v=DMARC1; p=none"), "_dmarc.example.com": txt("v=DMARC1; p=reject")},
            "a.mail.example.com",
            "example.com",
        ),
        # psd=n ends the walk and names the organizational domain
        (
            {"_dmarc.mail.example.com": txt("v=DMARC1; p=none; psd=n"), "_dmarc.example.com": txt("v=DMARC1; p=reject")},
            "a.mail.example.com",
            "mail.example.com",
        ),
        # psd=y: one label below it (the bank example of the RFC)
        (
            {"_dmarc.bank.example": txt("v=DMARC1; p=reject; psd=y"), "_dmarc.giant.bank.example": txt("v=DMARC1; p=none")},
            "mail.mega.bank.example",
            "mega.bank.example",
        ),
        (
            {"_dmarc.bank.example": txt("v=DMARC1; p=reject; psd=y"), "_dmarc.giant.bank.example": txt("v=DMARC1; p=none")},
            "giant.bank.example",
            "giant.bank.example",
        ),
        # psd=y at the starting point does not count for itself
        ({"_dmarc.bank.example": txt("v=DMARC1; p=reject; psd=y")}, "bank.example", "bank.example"),
        # nothing found: the starting name
        ({}, "a.mail.example.com", "a.mail.example.com"),
        # several records are all discarded
        (
            {
                "_dmarc.example.com": txt("v=DMARC1; p=none", "v=DMARC1; p=reject"),
                "_dmarc.a.example.com": txt("v=DMARC1; p=none"),
            },
            "a.example.com",
            "a.example.com",
        ),
    ],
)
async def test_organizational_domain(zone: dict[str, dict[str, list[str]]], domain: str, organizational: str) -> None:
    assert (await dmarc.tree_walk(domain, zone_lookup(zone))).organizational == organizational


EXISTS = {"A": ["192.0.2.1"]}


@pytest.mark.parametrize(
    ("zone", "domain", "requested", "tag", "applied"),
    [
        ({"_dmarc.shop.test": txt("v=DMARC1; p=reject; sp=none")}, "shop.test", "reject", "p", "reject"),
        (
            {"_dmarc.shop.test": txt("v=DMARC1; p=reject; sp=quarantine"), "a.shop.test": EXISTS},
            "a.shop.test",
            "quarantine",
            "sp",
            "quarantine",
        ),
        ({"_dmarc.shop.test": txt("v=DMARC1; p=reject"), "a.shop.test": EXISTS}, "a.shop.test", "reject", "p", "reject"),
        # np counts only where the name does not exist at all; an empty answer (NODATA) is an existing name
        ({"_dmarc.shop.test": txt("v=DMARC1; p=none; np=reject; sp=quarantine")}, "gone.shop.test", "reject", "np", "reject"),
        (
            {"_dmarc.shop.test": txt("v=DMARC1; p=none; np=reject; sp=quarantine"), "x.a.shop.test": EXISTS},
            "a.shop.test",
            "quarantine",
            "sp",
            "quarantine",
        ),
        # the author domain's own record comes before that of the organizational domain
        (
            {"_dmarc.a.shop.test": txt("v=DMARC1; p=none"), "_dmarc.shop.test": txt("v=DMARC1; p=reject")},
            "a.shop.test",
            "none",
            "p",
            "none",
        ),
        # t=y asks for one level less
        ({"_dmarc.shop.test": txt("v=DMARC1; p=reject; t=y")}, "shop.test", "reject", "p", "quarantine"),
        ({"_dmarc.shop.test": txt("v=DMARC1; p=quarantine; t=y")}, "shop.test", "quarantine", "p", "none"),
        # a record without valid p counts as none if it asks for reports, else not at all
        ({"_dmarc.shop.test": txt("v=DMARC1; rua=mailto:d@shop.test")}, "shop.test", "none", "p", "none"),
        ({"_dmarc.shop.test": txt("v=DMARC1; p=rejekt; rua=mailto:d@shop.test")}, "shop.test", "none", "p", "none"),
        ({"_dmarc.shop.test": txt("v=DMARC1; sp=reject")}, "shop.test", "", "", ""),
        # and then sp and np count for nothing
        (
            {"_dmarc.shop.test": txt("v=DMARC1; sp=reject; rua=mailto:d@shop.test"), "a.shop.test": EXISTS},
            "a.shop.test",
            "none",
            "p",
            "none",
        ),
        (
            {"_dmarc.shop.test": txt("v=DMARC1; p=quarantine; sp=rejct; rua=mailto:d@shop.test"), "a.shop.test": EXISTS},
            "a.shop.test",
            "none",
            "p",
            "none",
        ),
        # the public suffix comes last
        (
            {"_dmarc.bank.test": txt("v=DMARC1; p=reject; psd=y; sp=quarantine"), "mega.bank.test": EXISTS},
            "mega.bank.test",
            "quarantine",
            "sp",
            "quarantine",
        ),
        ({}, "shop.test", "", "", ""),
    ],
)
async def test_policy(zone: dict[str, dict[str, list[str]]], domain: str, requested: str, tag: str, applied: str) -> None:
    got = await dmarc.policy(domain, zone_lookup(zone))
    assert (got.requested, got.tag, got.applied) == (requested, tag, applied)


async def test_old_and_new_way_differ_and_say_so() -> None:
    # RFC 7489 looks at the domain and at its registrable domain only; the tree walk finds what lies between.
    zone = {"_dmarc.b.shop.test": txt("v=DMARC1; p=reject"), "a.b.shop.test": EXISTS}
    assert (await dmarc.policy("a.b.shop.test", zone_lookup(zone))).requested == "reject"
    assert (await dmarc.legacy_policy("a.b.shop.test", zone_lookup(zone))).requested == ""


async def test_the_old_way_stops_at_several_records() -> None:
    zone = {"_dmarc.a.shop.test": txt("v=DMARC1; p=none", "v=DMARC1; p=none"), "_dmarc.shop.test": txt("v=DMARC1; p=reject")}
    got = await dmarc.legacy_policy("a.shop.test", zone_lookup(zone))
    assert (got.record, got.requested, bool(got.broken)) == (None, "", True)


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED])
async def test_an_unanswered_name_makes_the_policy_uncertain(status: DnsStatus) -> None:
    broken = {"_dmarc.shop.test": {"TXT": status}}
    got = await dmarc.policy("shop.test", zone_lookup(broken))
    assert got.record is None
    assert got.unanswered == ("shop.test",)
    hidden = {"_dmarc.a.shop.test": {"TXT": status}, "_dmarc.shop.test": txt("v=DMARC1; p=reject"), "a.shop.test": EXISTS}
    got = await dmarc.policy("a.shop.test", zone_lookup(hidden))
    assert got.unanswered == ("a.shop.test",)


async def test_the_own_record_decides_even_if_it_cannot_be_used() -> None:
    zone = {
        "_dmarc.a.shop.test": txt("v=DMARC1; p=rejct"),
        "_dmarc.shop.test": txt("v=DMARC1; p=reject"),
        "a.shop.test": EXISTS,
    }
    got = await dmarc.policy("a.shop.test", zone_lookup(zone))
    assert (got.record, got.requested) == (None, "")
    assert "p=rejct" in got.broken[0]


@pytest.mark.parametrize(
    "zone",
    [
        # a name above the record that was found may hold one with fewer labels
        {
            "_dmarc.b.shop.test": txt("v=DMARC1; p=reject"),
            "_dmarc.shop.test": {"TXT": DnsStatus.SERVFAIL},
            "a.b.shop.test": EXISTS,
        },
        # np counts if the author domain does not exist, which is not known here
        {"_dmarc.shop.test": txt("v=DMARC1; p=none; np=reject"), "a.b.shop.test": {"A": DnsStatus.SERVFAIL}},
    ],
)
async def test_policies_that_are_not_certain(zone: dict[str, dict[str, list[str]]]) -> None:
    assert (await dmarc.policy("a.b.shop.test", zone_lookup(zone))).unanswered


async def test_alignment_that_cannot_be_told_is_a_temperror() -> None:
    own = {
        "_dmarc.a.shop.test": txt("v=DMARC1; p=reject"),
        "_dmarc.shop.test": {"TXT": DnsStatus.SERVFAIL},
        "a.shop.test": EXISTS,
    }
    assert (await dmarc.evaluate("a.shop.test", None, [("pass", "shop.test")], zone_lookup(own))).result == "temperror"
    other = {"_dmarc.shop.test": txt("v=DMARC1; p=reject"), "_dmarc.m.shop.test": {"TXT": DnsStatus.TIMEOUT}}
    assert (await dmarc.evaluate("shop.test", ("pass", "m.shop.test"), [], zone_lookup(other))).result == "temperror"
    assert (
        await dmarc.evaluate("shop.test", ("pass", "m.shop.test"), [("pass", "shop.test")], zone_lookup(other))
    ).result == "pass"


ALIGN = {
    "_dmarc.shop.test": txt("v=DMARC1; p=reject; adkim=s"),
    "mail.shop.test": EXISTS,
    "shop.test": EXISTS,
}


@pytest.mark.parametrize(
    ("author", "spf", "dkim", "result", "spf_aligned", "dkim_aligned"),
    [
        ("shop.test", ("pass", "bounce.shop.test"), [], "pass", True, ()),
        ("x@shop.test", ("pass", "other.test"), [("pass", "shop.test")], "pass", False, (True,)),
        ("shop.test", ("fail", "shop.test"), [("pass", "mail.shop.test")], "fail", False, (False,)),
        ("shop.test", None, [("fail", "shop.test")], "fail", False, (False,)),
        ("mail.shop.test", ("pass", "shop.test"), [], "pass", True, ()),
        ("nothing.test", ("pass", "nothing.test"), [], "none", True, ()),
    ],
)
async def test_evaluate(
    author: str,
    spf: tuple[str, str] | None,
    dkim: list[tuple[str, str]],
    result: str,
    spf_aligned: bool,
    dkim_aligned: tuple[bool, ...],
) -> None:
    got = await dmarc.evaluate(author, spf, dkim, zone_lookup(ALIGN))
    assert (got.result, got.spf_aligned, got.dkim_aligned) == (result, spf_aligned, dkim_aligned)


async def test_evaluate_with_trouble_is_temperror() -> None:
    got = await dmarc.evaluate("shop.test", None, [], zone_lookup({"_dmarc.shop.test": {"TXT": DnsStatus.SERVFAIL}}))
    assert got.result == "temperror"


def test_record_details() -> None:
    record = dmarc.parse(
        "v=DMARC1; p=Reject ;pct=50; ri=3600; rua=mailto:a@b.test!10m, mailto:c@d.test; adkim=s; x=1; fo=1", "_d.test"
    )
    assert (record.p, record.adkim, record.aspf, record.removed, record.unknown) == ("reject", "s", "r", ("pct", "ri"), ("x",))
    assert dmarc.report_domains(record) == ("b.test", "d.test")
    assert dmarc.parse("v=DMARC1; p=none; psd=x; t=maybe").problems == ("psd=x", "t=maybe")
    for text in ("v=DMARC2; p=none", "p=none; v=DMARC1", "v=dmarc1; p=none", "v=DMARC1 p=none", " v=DMARC1; p=none"):
        assert not dmarc.is_dmarc(text)
        with pytest.raises(BadInput):
            dmarc.parse(text)
    assert dmarc.is_dmarc("V = DMARC1 ; p=none")


def test_what_cannot_be_read_is_ignored_and_named() -> None:
    # RFC 9989 section 4.7: errors after the version never discard the record.
    record = dmarc.parse("v=DMARC1; p=reject; rua=mailto:a@x.test; mailto:b@x.test; foo; p=none")
    assert (record.p, record.usable) == ("reject", True)
    assert record.problems == ("mailto:b@x.test", "foo", "p=none")
    assert dmarc.parse("v=DMARC1; rua=https://x.test/r").usable
    assert not dmarc.parse("v=DMARC1; p=rejct").usable


def test_consent_is_needed_only_across_registrable_domains() -> None:
    assert not dmarc.needs_consent("mail.shop.de", "shop.de")
    assert dmarc.needs_consent("shop.de", "reports.net")
    assert dmarc.needs_consent("a.co.uk", "b.co.uk")
