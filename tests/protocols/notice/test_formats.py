"""Each published format, read from a sample that was written after it."""

from __future__ import annotations

import hashlib
import json

import pytest

from selfaudit.case.notice import NoticeEvent
from selfaudit.errors import BadInput
from selfaudit.protocols.notice import read_notice
from selfaudit.protocols.notice.shadowserver import report_kind, topic_of
from tests.protocols.notice.samples import FOLDER, mail, notice, sample


def test_every_sample_is_read() -> None:
    names = sorted(p.name for p in FOLDER.iterdir())
    assert len(names) >= 16
    for name in names:
        read = notice(name)
        assert read.sha256 == hashlib.sha256(sample(name)).hexdigest()
        assert read.size == len(sample(name))
        assert read.topics, name
        assert read.addresses, name


def test_arf_abuse() -> None:
    read = notice("arf_abuse.eml")
    assert (read.format, read.topics, read.sent) == ("arf", ("spam",), "2026-03-08T22:40:36Z")
    assert read.addresses == ("203.0.113.25",)
    assert read.domains == ("shop.example.net",)  # the second Reported-Domain is no domain
    assert read.urls == ("http://shop.example.net/earn_money.html",)
    assert read.message_ids == ("8787KJKJ3K4J3K4J3K4J3.mail@example.net",)
    event = read.events[0]
    assert (event.at, event.kind, event.other) == ("2026-03-08T19:00:00Z", "abuse", "user@example.com")
    assert "somespammer@example.net" in event.detail
    assert read.first == read.last == "2026-03-08T19:00:00Z"


def test_arf_of_a_feedback_loop_with_headers_only() -> None:
    read = notice("arf_headers_only.eml")
    assert read.format == "feedback-loop"
    assert read.addresses == ("2001:db8:25::25",)
    assert read.domains == ("blumenhof.test",)
    assert read.message_ids == ("n1@blumenhof.test",)


def test_a_forged_sender_is_not_the_customer_s() -> None:
    read = notice("arf_abuse.eml")
    assert "example.net" not in read.domains


def test_arf_authentication_failure() -> None:
    read = notice("arf_auth_failure.eml")
    assert read.topics == ("authentication",)
    assert read.domains == ("blumenhof.test",)
    assert "failure: dmarc" in read.events[0].detail


@pytest.mark.parametrize(
    ("kind", "topics"), [("fraud", ("phishing",)), ("virus", ("malware",)), ("other", ("other",)), ("unheard-of", ("other",)), ("not-spam", ())]
)  # fmt: skip
def test_arf_kinds(kind: str, topics: tuple[str, ...]) -> None:
    read = read_notice(sample("arf_abuse.eml").replace(b"Feedback-Type: abuse", b"Feedback-Type: " + kind.encode()))
    assert read.topics == topics
    assert any("is no spam" in words for words in read.not_understood) is (kind == "not-spam")


def test_forwarded_complaint_of_a_feedback_loop() -> None:
    read = notice("jmrp.eml")
    assert (read.format, read.topics, read.addresses, read.message_ids) == (
        "feedback-loop",
        ("spam",),
        ("203.0.113.25",),
        ("n3@blumenhof.test",),
    )
    assert read.events[0].other == "someone@hotmail.test"
    assert read.domains == ()


def test_xarf_4() -> None:
    read = notice("xarf4_spam.json")
    assert (read.format, read.source, read.reference) == ("xarf", "Spamtrap Network", "0f9f3a10-7c2e-4c6a-9a7e-6a4f0f1f2a01")
    assert read.events == (
        NoticeEvent(
            "2026-11-19T21:14:07Z", "spam", "203.0.113.25", 25, message_id="n4@blumenhof.example",
            detail="subject: Angebote; smtp from: news@blumenhof.example",
        ),
    )  # fmt: skip
    assert read.not_understood == (
        "a piece of evidence (image/png) was not opened", "a piece of evidence (text/plain) is no valid base64",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("category", "kind", "more", "topics"),
    [
        ("connection", "login_attack", {}, ("login-attack",)),
        ("connection", "ddos_amplification", {}, ("amplifier", "dos")),
        ("content", "phishing", {"url": "hxxps://login[.]shop[.]test/x"}, ("phishing",)),
        ("copyright", "p2p", {}, ("copyright",)),
        ("vulnerability", "cve", {"cve_id": "CVE-2026-0001"}, ("vulnerable-service",)),
        ("vulnerability", "open_service", {"service": "dns"}, ("open-resolver", "open-service")),
        ("reputation", "blocklist", {}, ("blocklist",)),
        ("infrastructure", "bot", {}, ("compromise",)),
        ("connection", "never-heard-of", {}, ("other",)),
    ],
)
def test_xarf_categories(category: str, kind: str, more: dict[str, str], topics: tuple[str, ...]) -> None:
    document = {**json.loads(sample("xarf4_open.json")), "service": "", "category": category, "type": kind, **more}
    read = read_notice(json.dumps(document).encode())
    assert read.topics == topics
    assert read.domains == (("login.shop.test",) if category == "content" else ())
    assert read.events[0].port == 53


def test_xarf_3_only_roughly() -> None:
    read = notice("xarf3_botnet.json")
    assert (read.topics, read.source, read.first) == (("compromise",), "Example CERT", "2026-01-15T11:30:15Z")
    assert read.not_understood == ("this is version 3 of XARF; only its main fields were read",)


def test_xarf_in_a_mail() -> None:
    read = notice("xarf_mail.eml")
    assert (read.format, read.reference, read.deadline) == ("xarf", "r-2", "2026-11-23T08:00:00Z")
    assert read.addresses == ("2001:db8:25::53",)
    assert "the attachment logs.zip was not opened" in read.not_understood


def test_json_that_is_no_report() -> None:
    with pytest.raises(BadInput, match="no report in the format XARF"):
        read_notice(b'{"hello": "world"}')
    with pytest.raises(BadInput, match="nested deeper"):
        read_notice(b'{"xarf_version": "4.0.0", "a": ' + b"[" * 5000 + b"]" * 5000 + b"}")


def test_shadowserver_open_resolver() -> None:
    read = notice("2026-11-18-scan_dns-blumenhof-asn.csv")
    assert (read.format, read.topics) == ("shadowserver", ("open-resolver",))
    assert read.addresses == ("203.0.113.25", "203.0.113.26")
    assert read.domains == ()  # a reverse name is nobody's claim
    assert (read.first, read.last) == ("2026-11-18T03:12:44Z", "2026-11-18T03:12:50Z")
    assert [(e.kind, e.port) for e in read.events] == [("scan_dns", 53), ("scan_dns", 53)]
    assert read.not_understood == ()


def test_shadowserver_sinkhole_takes_the_source_side() -> None:
    read = notice("2026-11-18-event4_sinkhole-blumenhof-asn.csv")
    assert (read.topics, read.addresses) == (("compromise",), ("203.0.113.26",))
    assert read.events[0].other == "198.51.100.9:80"


def test_shadowserver_web_site_and_blocklist() -> None:
    site = notice("2026-11-18-compromised_website-blumenhof-asn.csv")
    assert site.domains == ("www.blumenhof.test",)
    assert site.urls == ("https://www.blumenhof.test/wp-content/x.php",)
    listed = notice("2026-11-18-blocklist-blumenhof-asn.csv")
    assert (listed.topics, listed.listings) == (("blocklist",), ("Alienvault Reputation List",))


def test_shadowserver_without_its_name_goes_by_the_tags() -> None:
    read = read_notice(sample("2026-11-18-scan_dns-blumenhof-asn.csv"))
    assert read.topics == ("open-resolver",)
    assert any("file's name" in words for words in read.not_understood)


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("2026-01-01-scan_ntpmonitor-x-asn.csv", "amplifier"), ("2026-01-01-scan_ssdp-x-asn.csv", "amplifier"),
        ("2026-01-01-scan_snmp-x-asn.csv", "amplifier"), ("2026-01-01-scan_memcached-x-asn.csv", "amplifier"),
        ("2026-01-01-scan_http_proxy-x-asn.csv", "open-proxy"), ("2026-01-01-scan_http_vulnerable-x-asn.csv", "vulnerable-service"),
        ("2026-01-01-scan_redis-x-asn.csv", "open-service"), ("2026-01-01-event4_honeypot_brute_force-x-asn.csv", "login-attack"),
        ("2026-01-01-event4_ddos_participant-x-asn.csv", "dos"), ("2026-01-01-malware_url-x-asn.csv", "malware"),
        ("2026-01-01-event4_honeypot_http_scan-x-asn.csv", "scan"),
    ],
)  # fmt: skip
def test_shadowserver_kinds(name: str, topic: str) -> None:
    assert topic_of(report_kind(name)) == topic


def test_shadowserver_attached_to_a_mail() -> None:
    table = sample("2026-11-18-event4_sinkhole-blumenhof-asn.csv").decode()
    body = f"--b\nContent-Type: text/plain\n\nSee the attachment.\n--b\nContent-Type: text/csv; name=2026-11-18-event4_sinkhole-x-asn.csv\n\n{table}\n--b--\n"
    read = read_notice(mail(body, MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b"))
    assert (read.format, read.topics, read.addresses) == ("shadowserver", ("compromise",), ("203.0.113.26",))


def test_references_to_blocklists() -> None:
    read = notice("spamhaus.txt")
    assert (read.format, read.reference, read.addresses) == ("blocklist", "SBL123456", ("203.0.113.25",))
    assert read.listings == ("Spamhaus SBL", "Spamhaus CSS", "SBL123456")
    assert read.topics == ("blocklist",)
    cop = notice("spamcop.txt")
    assert (cop.format, cop.reference, cop.addresses, cop.listings) == (
        "blocklist",
        "7212345678",
        ("203.0.113.25",),
        ("SpamCop",),
    )
    look_up = read_notice(b"https://www.surbl.org/surbl-analysis?domain=angebote.shop.test SURBL")
    assert (look_up.domains, look_up.listings) == (("angebote.shop.test",), ("SURBL",))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"), (b" \r\n\x00", "nothing in it"), (b"PK\x03\x04" + b"x" * 50, "archive"), (b"\x1f\x8b\x08", "compressed"),
        (b"%PDF-1.7", "PDF"), (b"\xd0\xcf\x11\xe0\xa1", "Outlook"), (b"\x89PNG\r\n", "picture"), (bytes(range(32)) * 40, "not text"),
        (b"a" * 20_000_001, "larger than"),
    ],
)  # fmt: skip
def test_what_is_no_notice(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_notice(data)
