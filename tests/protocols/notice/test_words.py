"""Plain notices: whose an address is, what is asked for, until when, and by which clause. English and German."""

from __future__ import annotations

import pytest

from selfaudit.protocols.notice import places, read_notice, times, words
from tests.protocols.notice.samples import mail, notice


def test_a_provider_s_ticket() -> None:
    read = notice("prez_ticket.eml")
    assert (read.format, read.reference, read.sent) == ("mail", "PH-2026-114477", "2026-11-20T09:12:30Z")
    assert read.deadline == "2026-11-22T09:12:30Z"
    assert read.addresses == ("203.0.113.25",)
    assert read.domains == ("blumenhof.test",)
    assert read.clauses == ("5", "Email & Messaging", "5.7")
    assert read.listings == ("Spamhaus SBL", "SBL123456")
    assert read.topics[:2] == ("spam", "blocklist")
    assert read.steps[:3] == (
        "Patch the web shop and reset all mailbox passwords.", "Have the address removed from the blocklist.",
        "Provide proof of consent for the last campaign.",
    )  # fmt: skip
    assert [(e.at, e.address, e.port, e.other) for e in read.events if e.at] == [
        ("2026-11-19T22:14:07Z", "203.0.113.25", 49822, "198.51.100.99"),
        ("2026-11-19T22:15:41Z", "203.0.113.25", 49825, "198.51.100.99"),
    ]
    assert (read.first, read.last) == ("2026-11-19T22:14:07Z", "2026-11-19T22:15:41Z")


def test_a_german_mail_with_times_in_its_own_zone() -> None:
    read = notice("hetzner_like.eml")
    assert read.subject == "AbuseID:A1B2C3:1F: Abuse-Meldung für 203.0.113.26"
    assert read.reference == "A1B2C3:1F"
    assert read.deadline == "2026-11-20T13:40:12Z"
    assert read.topics == ("scan",)
    assert read.addresses == ("203.0.113.26",)
    assert [e.at for e in read.events] == ["2026-11-19T13:02:11Z", "2026-11-19T13:02:12Z"]
    assert [e.other for e in read.events] == ["198.51.100.7", "198.51.100.8"]
    assert "die Ursache zu beseitigen" in read.steps


def test_pasted_text_with_defanged_names() -> None:
    read = notice("pasted.txt")
    assert (read.format, read.deadline, read.topics) == ("text", "2026-11-25T17:00:00Z", ("phishing",))
    assert read.addresses == ("203.0.113.27",)
    assert read.domains == ("login.blumenhof.test",)
    assert read.urls == ("https://login.blumenhof.test/bank/index.html",)


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("Source IP: 203.0.113.5\nDestination IP: 198.51.100.7", ["203.0.113.5"]),
        ("Your server 203.0.113.5 attacks our honeypot 198.51.100.7.", ["203.0.113.5"]),
        ("attack from 203.0.113.5 to 198.51.100.7", ["203.0.113.5"]),
        ("SRC=203.0.113.5 DST=198.51.100.7 PROTO=TCP spam", ["203.0.113.5"]),
        ("203.0.113.5:22 -> 198.51.100.7:80 scan", ["203.0.113.5"]),
        ("Angriff gegen 198.51.100.7 von 203.0.113.5", ["203.0.113.5"]),
        ("Betroffene IP-Adresse: 203.0.113.5\nZiel: 198.51.100.7", ["203.0.113.5"]),
        ("These machines are infected:\n203.0.113.5\n203.0.113.6\n2001:db8::5", ["203.0.113.5", "203.0.113.6", "2001:db8::5"]),
        ("spam spam 203[.]0[.]113[.]5", ["203.0.113.5"]),
        ("log: 203.0.113.5 198.51.100.7 spam", []),
        ("scan of our network 198.51.100.7", []),
        ("10.0.0.1 and 127.0.0.1 and 192.168.1.1 spam", []),
        ("Apache version 2.4.41.3 is old", []),
        ("block 203.0.113.0/24 of yours sends spam", []),
        ("Our server 198.51.100.7 was attacked by 203.0.113.5 today.", ["203.0.113.5"]),
        ("Our server 198.51.100.7 was scanned by 203.0.113.5.", ["203.0.113.5"]),
        ("203.0.113.5 attacked 198.51.100.7 on port 22.", ["203.0.113.5"]),
        ("Complaint against 203.0.113.5: it sends junk.", ["203.0.113.5"]),
        ("We received complaints related to 203.0.113.5.", ["203.0.113.5"]),
        ("Please block all traffic belonging to 203.0.113.5.", ["203.0.113.5"]),
        ("Please respond by 11/25/2026 or we will suspend 203.0.113.5.", ["203.0.113.5"]),
        ("Failed password for root from 203.0.113.5\nConnection closed by 203.0.113.5 port 4", ["203.0.113.5"]),
        ("Your IP: 203.0.113.5\nOur name server: 198.51.100.53\nOur mail server IP: 198.51.100.25 was hit.", ["203.0.113.5"]),
        ("Spam from 203.0.113.5. Provider abuse desk IP 198.51.100.99", ["203.0.113.5"]),
        ("Spam from 203.0.113.5. Contact us at IP phone 198.51.100.10.", ["203.0.113.5"]),
        ("Spam from 203.0.113.5\n\n-- \nServer: mx.desk.test\nIP: 198.51.100.77\n", ["203.0.113.5"]),
        ("Spam from 203.0.113.5\n\nKind regards\nIP: 198.51.100.77\n", ["203.0.113.5"]),
        ("Spam from 203.0.113.5\n\nMail Security GmbH\nServer: mx.desk.test\nIP: 198.51.100.77\n", ["203.0.113.5"]),
        ("Spam from 203.0.113.5\n\nIP: 198.51.100.77\n", ["203.0.113.5"]),
        ("Hello.\n\nRegards\n\n2026-11-20 10:00:00 UTC 203.0.113.5:1 -> 198.51.100.7:22\n", ["203.0.113.5"]),
    ],
)
def test_whose_an_address_is(text: str, mine: list[str]) -> None:
    assert list(read_notice(text.encode()).addresses) == mine


def test_addresses_of_nobody_are_said() -> None:
    assert read_notice(b"log: 203.0.113.5 198.51.100.7 spam").not_understood == (
        "it is not said whose addresses these are: 203.0.113.5, 198.51.100.7",
    )
    assert (
        "203.0.113.0/24 is a block of addresses; name those that are yours yourself"
        in read_notice(b"your 203.0.113.0/24 sends spam").not_understood
    )


def test_the_topmost_received_line_only_where_nothing_else_is_named() -> None:
    quoted = "This is spam:\n\nReceived: from a.test (a.test [203.0.113.5]) by mx.test (mx.test [198.51.100.1])\nReceived: from forged [192.0.2.9]\n"
    read = read_notice(quoted.encode())
    assert read.addresses == ("203.0.113.5",)
    assert "topmost Received line" in read.not_understood[0]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-19 22:14:07 UTC", "2026-11-19T22:14:07Z"), ("2026-11-19T22:14:07Z", "2026-11-19T22:14:07Z"),
        ("2026-11-19T22:14:07.123+01:00", "2026-11-19T21:14:07Z"), ("19.11.2026 22:14 Uhr MEZ", "2026-11-19T21:14:00Z"),
        ("19. November 2026, 22:14 Uhr (MEZ)", "2026-11-19T21:14:00Z"), ("19/Nov/2026:22:14:07 +0100", "2026-11-19T21:14:07Z"),
        ("November 19, 2026 at 10:14 PM EST", ""), ("2026-11-19 22:14 CST", ""), ("Thu, 19 Nov 2026 22:14:07 EST", "2026-11-20T03:14:07Z"),
        ("2026-11-19 22:14 PST", "2026-11-20T06:14:00Z"), ("Thu, 19 Nov 2026 22:14:07 -0500", "2026-11-20T03:14:07Z"),
        ("19 November 2026 12:05 am GMT", "2026-11-19T00:05:00Z"), ("2026-11-19 22:14:07", ""), ("0001-01-01 00:00 +2300", ""),
    ],
)  # fmt: skip
def test_times(text: str, at: str) -> None:
    moment = times.read_time(text)
    assert moment is not None
    assert moment.at == at


@pytest.mark.parametrize("text", ["2026-13-45 10:00 UTC", "31.02.2026 10:00 UTC", "tomorrow", "2026-11-19 99:99:99 UTC", ""])
def test_what_is_no_time(text: str) -> None:
    assert times.read_time(text) is None


def test_times_without_a_zone_are_said_and_not_taken_over() -> None:
    read = read_notice(b"spam from 203.0.113.5 at 2026-11-19 22:14:07")
    assert read.events[0].at == read.first == ""
    assert read.not_understood == (
        "times are given without a time zone (such as 2026-11-19 22:14:07), so they were not taken over",
    )
    zoned = read_notice(b"All times are UTC.\nspam from 203.0.113.5 at 2026-11-19 22:14:07")
    assert zoned.first == "2026-11-19T22:14:07Z"


@pytest.mark.parametrize(
    ("sentence", "deadline"),
    [
        ("Please respond within 24 hours.", "2026-11-21T10:00:00Z"), ("Please fix this within the next two days.", "2026-11-22T10:00:00Z"),
        ("Please answer within 3 business days.", "2026-11-25"), ("Bitte antworten Sie binnen 48 Stunden.", "2026-11-22T10:00:00Z"),
        ("Bitte beheben Sie das bis spätestens 24.11.2026.", "2026-11-24"), ("Bitte reagieren Sie innerhalb einer Woche.", "2026-11-27T10:00:00Z"),
        ("Reply by 2026-11-23 14:40:12 +0100.", "2026-11-23T13:40:12Z"), ("Deadline: 2026-11-23 18:00", "2026-11-23"),
        ("Please reply within 24 hours, and close it within 7 days.", "2026-11-21T10:00:00Z"), ("We saw it on 2026-11-18 10:00 UTC.", ""),
        ("It was attacked 500 times within 24 hours by your IP, please take action.", ""), ("The logs were deleted within 7 days. Please answer.", ""),
        ("Our list removes entries within 24 hours after you have fixed it.", ""), ("You have 24 hours to respond.", "2026-11-21T10:00:00Z"),
        ("Deadline: 24 hours.", "2026-11-21T10:00:00Z"), ("Response required in less than 48 hours.", "2026-11-22T10:00:00Z"),
        ("Please respond by 11/25/2026.", "2026-11-25"), ("Please respond by 10/11/2026.", ""), ("Innerhalb von 24 Stunden müssen Sie antworten.", "2026-11-21T10:00:00Z"),
        ("Your service will be suspended within 24 hours.", "2026-11-21T10:00:00Z"),
        ("We will answer within 24 hours.", ""), ("Wir antworten innerhalb von 24 Stunden.", ""), ("We will suspend it within 24 hours.", "2026-11-21T10:00:00Z"),
    ],
)  # fmt: skip
def test_deadlines(sentence: str, deadline: str) -> None:
    assert read_notice(mail(f"Spam from 203.0.113.5.\n\n{sentence}\n", Subject="spam")).deadline == deadline


def test_a_deadline_that_counts_from_nowhere() -> None:
    read = read_notice(b"Spam from 203.0.113.5. Please respond within 24 hours.")
    assert read.deadline == ""
    assert read.not_understood == ("a deadline is named (“within 24 hours”), but not from when it counts",)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("a violation of Section 5.", ("5",)), ("AUP 4", ("4",)), ("§ 4.4 unserer AUP", ("4.4",)), ("Abschnitt 8.2", ("8.2",)), ("clause B-5.3a", ("B-5.3a",)),
        ("the section “Unethical, Exploitative, and Malicious Activity”", ("Unethical, Exploitative, and Malicious Activity",)),
        ("nach § 7 Abs. 2 UWG und Artikel 17 DSGVO", ()), ("CVE-2026-1234", ()), ("Section 5 (Email & Messaging)", ("5", "Email & Messaging")),
        ("section 5 of our Terms of Service", ()), ("Section 5 of the FTC Act", ()), ("section 4.2 of RFC 5965", ()), ("RFC 5965 section 3", ()),
        ("§ 4 der AGB", ()), ("Section 5 of our Acceptable Use Policy", ("5",)), ("Abschnitt 8.2 der Nutzungsrichtlinien", ("8.2",)), ("section 7 of the contract", ()),
    ],
)  # fmt: skip
def test_clauses(text: str, clauses: tuple[str, ...]) -> None:
    assert words.clauses(text) == clauses


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("unsolicited bulk mail", "spam"), ("unerwünschte Werbe-E-Mails", "spam"), ("open recursive resolver", "open-resolver"), ("an open relay", "open-relay"),
        ("Your WordPress was hacked", "compromise"), ("SSH brute force", "login-attack"), ("Netscan detected", "scan"), ("DMCA takedown", "copyright"),
        ("Ihr Server ist offen erreichbar", "open-service"), ("WHOIS data is wrong", "registration"), ("no way to unsubscribe", "opt-out"),
        ("excessive CPU load", "resources"), ("NTP amplification", "amplifier"),
    ],
)  # fmt: skip
def test_topics(text: str, topic: str) -> None:
    assert words.topics(text)[:1] == (topic,)


def test_the_names_of_lists_are_no_spam() -> None:
    assert "spam" not in words.topics("Spamhaus SpamCop SpamRATS")


def test_the_words_of_a_quoted_message_do_not_count() -> None:
    read = read_notice(
        b"Your server 203.0.113.5 sends spam.\n\nEvidence:\nSubject: phishing malware ddos, please respond within 1 hour to Section 9\n"
    )
    assert (read.topics, read.clauses, read.deadline, read.steps) == (("spam",), (), "", ())


def test_steps_leave_courtesies_out() -> None:
    read = read_notice(
        b"Bitte beachten Sie: das ist automatisch.\nPlease do not reply to this mail.\nYou must update the shop, e.g. the theme. Thank you.\n"
    )
    assert read.steps == ("You must update the shop, e.g. the theme.",)


def test_a_writer_s_own_pages_are_not_reported_ones() -> None:
    read = read_notice(
        mail(
            "Phishing on your server 203.0.113.5: http://bank.shop.test/x\nAnswer at https://desk.test/form/1\nhttps://www.spamhaus.org/x\n"
        )
    )
    assert read.urls == ("http://bank.shop.test/x",)
    assert read.domains == ("bank.shop.test",)


def test_homographs_are_shown_as_they_are_looked_up() -> None:
    read = read_notice("Phishing!\nDomain: bücher.test\nURL: http://раypal.test/x\n".encode())
    assert read.domains == ("xn--bcher-kva.test", "xn--ypal-43d9g.test")
    assert "bücher.test is written with letters beyond a to z; it is kept as xn--bcher-kva.test" in read.not_understood


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("203.0.113.5", "203.0.113.5"), ("[2001:DB8::5]", "2001:db8::5"), ("IPv6:2001:db8::5", "2001:db8::5"), ("::ffff:203.0.113.5", "203.0.113.5"),
        ("fe80::1%eth0", ""), ("203.0.113.500", ""), ("x", ""),
    ],
)  # fmt: skip
def test_canonical_addresses(text: str, kept: str) -> None:
    assert places.canonical(text) == kept


def test_a_log_without_year_and_zone() -> None:
    log = "Nov 21 10:00:01 honeypot sshd[1]: Failed password for root from 203.0.113.5 port 50222 ssh2\n" * 2
    read = read_notice(log.encode())
    assert (read.addresses, read.topics, read.events[0].port, read.first) == (("203.0.113.5",), ("login-attack",), 50222, "")
    assert read.not_understood == (
        "a log gives times without year and time zone (such as Nov 21 10:00:01), so they were not taken over",
    )


def test_message_ids_behind_other_labels() -> None:
    body = "Your IP 203.0.113.5 sends spam.\n\nDestination IP: 198.51.100.7 - Message-ID: 20261121.ABC@srv.test - Spam score: 300\n"
    read = read_notice(mail(body + "Thank you for taking the necessary steps to (1) stop your MTA, (2) clear the queue.\n"))
    assert (read.addresses, read.message_ids) == (("203.0.113.5",), ("20261121.ABC@srv.test",))
    assert read.steps == ("Thank you for taking the necessary steps to (1) stop your MTA, (2) clear the queue.",)


def test_labels_are_no_part_of_what_is_asked() -> None:
    read = read_notice(
        b"IP Address: 203.0.113.5\nInfringing URL: http://shop.test/x\nPlease remove it.\nFrist: 25.11.2026, 12:00 Uhr (MEZ)\n"
    )
    assert read.steps == ("Please remove it.",)
    assert read.deadline == "2026-11-25T11:00:00Z"
    assert read.domains == ("shop.test",)


@pytest.mark.parametrize(
    "line",
    ["Message-ID: <", "Message-ID: <>", "Domain: .", "URL: x", "Port: 99999999", "Date: x", "Source IP: x", "Time zone: x"],
)
def test_labels_with_nothing_behind_them(line: str) -> None:
    read = read_notice(f"Spam from 203.0.113.5\n{line}\n".encode())
    assert (read.addresses, read.message_ids, read.domains, read.urls) == (("203.0.113.5",), (), (), ())


@pytest.mark.parametrize(
    ("text", "mine", "unclear"),
    [
        ("Your IP 203.0.113.5 attacked our web site victim.test.", (), "victim.test"),
        ("Ihre IP 203.0.113.5 fiel auf. Die Domain opfer.test wurde angegriffen.", (), "opfer.test"),
        ("Login attack from 203.0.113.5\nURL: https://victim.test/wp-login.php", (), "victim.test"),
        ("Your IP 203.0.113.5 tried passwords at the website victim.test.", (), "victim.test"),
        ("IP: 203.0.113.5\nHost: www.victim.test\nType: login attack", (), "www.victim.test"),
        ("Phishing page:\nhxxps://shop[.]test/login\n\nThe original page of the bank is\nhttps://bank.example/login", ("shop.test",), "bank.example"),
        ("DMCA notice.\nInfringing URL: https://shop.test/a\nOriginal work: https://rights.example/a\nURL: https://rights.example/a", ("shop.test",), "rights.example"),
        ("Spam from your IP 203.0.113.5. The domain brand.test is faked.", (), "brand.test"),
        ("Port scan from 203.0.113.5\n\nJane Doe\nWebsite: www.cert.test\nPhone 123", (), ""),
        ("Your domain shop.test sends spam.", ("shop.test",), ""),
        ("Port scan from 203.0.113.5. Your domain shop.test is there, too.", ("shop.test",), ""),
    ],
)  # fmt: skip
def test_whose_a_domain_is(text: str, mine: tuple[str, ...], unclear: str) -> None:
    read = read_notice(mail(text))
    assert read.domains == mine
    said = [w for w in read.not_understood if "may be those of others" in w]
    assert said == ([f"these names may be those of others, so they were not taken over: {unclear}"] if unclear else [])
    assert not any(unclear and unclear in e.domain + e.url for e in read.events)


def test_addresses_of_others_alone_are_said() -> None:
    read = read_notice(b"scan of our network 198.51.100.7")
    assert "it is not said whose addresses these are: 198.51.100.7" in read.not_understood


@pytest.mark.parametrize("text", ["Please respond by Nov 25.", "Deadline: tomorrow", "Bitte antworten Sie bis Freitag."])
def test_a_deadline_without_a_date_is_said(text: str) -> None:
    read = read_notice(mail(f"Spam from 203.0.113.5.\n\n{text}\n"))
    assert read.deadline == ""
    assert any("a deadline seems to be named" in words for words in read.not_understood)


def test_a_zone_of_several_countries_is_said() -> None:
    read = read_notice(b"All times are UTC.\nspam from 203.0.113.5 at 2026-11-19 22:14:07 CST")
    assert read.first == ""
    assert "the time zone of 2026-11-19 22:14:07 CST" in read.not_understood[0]


@pytest.mark.parametrize(
    "footer",
    [
        "-- \nThis e-mail has been scanned for viruses. Anti-Spam and Phishing Response Team",
        "Report phishing, spam, malware and copyright infringement at our form. This mailing list can be unsubscribed.",
    ],
)
def test_footers_are_no_topics(footer: str) -> None:
    assert read_notice(mail(f"Port scan from your IP 203.0.113.5.\n\n{footer}\n")).topics == ("scan",)


def test_the_subject_and_the_beginning_weigh_more() -> None:
    body = "Your server 203.0.113.5 runs a port scan of our networks.\n\nWe also fight spam, spam and spam.\n"
    assert read_notice(mail(body, Subject="Portscan")).topics == ("scan", "spam")


def test_a_hop_inside_the_reporter_s_house_is_no_source() -> None:
    quoted = (
        "Spam:\n\nReceived: from gate.house.example (gate.house.example [198.51.100.20]) by inner.house.example; Sat, 21 Nov 2026\n"
        "Received: from mx.shop.test (mx.shop.test [203.0.113.5]) by gate.house.example\n"
    )
    assert read_notice(quoted.encode()).addresses == ("203.0.113.5",)


def test_addresses_below_a_signature_are_said() -> None:
    read = read_notice(b"Spam from 203.0.113.5\n\nKind regards\nIP: 198.51.100.77\nor 198.51.100.78\n")
    assert read.addresses == ("203.0.113.5",)
    assert "addresses below the signature were not taken over: 198.51.100.77, 198.51.100.78" in read.not_understood
