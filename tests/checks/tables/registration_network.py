"""registration.network."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import LookupOutcome, NetworkRecord, NetworkRegistration
from tests.checks.build import TROUBLES, Scenario
from tests.checks.registration import NOW, PAGE, exchange, mail_domain, whois_exchange
from tests.checks.registration import TROUBLES as REGISTRY_TROUBLES

CHECK = "registration.network"
ADDRESS = "198.51.100.25"
QUERY = f"https://rdap.registry.test/ip/{ADDRESS}"
OK, NO_ABUSE, DEAD = "NETWORK_CONTACT_SHOWN", "NETWORK_NO_ABUSE_CONTACT", "NETWORK_ABUSE_CONTACT_DEAD"
VERDICTS = (OK, NO_ABUSE, DEAD)
WORKS = (mail_domain("prez.test"),)
ANSWERED = (exchange(query=QUERY),)


def network(**fields):  # type: ignore[no-untyped-def]
    return NetworkRecord(
        **{
            "source": "rdap",
            "name": "PREZ-NET",
            "handle": "198.51.100.0 - 198.51.100.255",
            "start": "198.51.100.0",
            "end": "198.51.100.255",
            "prefixes": ("198.51.100.0/24",),
            "holder": "Prez Communications, LLC",
            "abuse_email": ("abuse@prez.test",),
            **fields,
        }
    )


def fact(record=None, mail=WORKS, exchanges=ANSWERED, address=ADDRESS):  # type: ignore[no-untyped-def]
    return [NetworkRegistration(address, exchanges, record, mail, page=PAGE, now=NOW)]


def said(address=ADDRESS, mail=WORKS, **fields):  # type: ignore[no-untyped-def]
    return fact(network(**fields), mail, address=address)


WHOLE = {"start": "", "end": "", "prefixes": ("0.0.0.0/0",)}
SCENARIOS = [
    Scenario(
        "holder and abuse contact",
        said(),
        [OK],
        "pass",
        [NO_ABUSE, DEAD, "NETWORK_HOLDER_NOT_SHOWN"],
        {"network": "PREZ-NET", "holder": "Prez Communications, LLC", "abuse": ("abuse@prez.test",)},
    ),
    Scenario(
        "the holder is not shown",
        said(holder=""),
        [OK, "NETWORK_HOLDER_NOT_SHOWN"],
        "pass",
        args={"holder": "its holder is not shown"},
    ),
    Scenario("without a name", said(name=""), [OK], "pass", args={"network": "198.51.100.0 - 198.51.100.255"}),
    Scenario("a prefix in place of a name", said(name="", handle=""), [OK], "pass", args={"network": "198.51.100.0/24"}),
    Scenario(
        "nothing but the contact",
        said(name="", handle="", start="", end="", prefixes=()),
        [OK],
        "pass",
        args={"network": "a network without a name"},
    ),
    Scenario(
        "control characters",
        said(name="PREZ\x1b[31m", holder="a\u202eb"),
        [OK],
        "pass",
        args={"network": "PREZ\\x1b[31m", "holder": "a\\u202eb"},
    ),
    Scenario("the range holds it, the listed blocks do not", said(prefixes=("198.51.100.128/25",)), [OK], "pass"),
    Scenario("only blocks", said(start="", end=""), [OK], "pass"),
    Scenario("unreadable blocks", said(start="x", end="y", prefixes=("z",)), [OK], "pass"),
    Scenario(
        "IPv6",
        said(
            "2001:db8:25::25", start="2001:db8:25::", end="2001:db8:25:ffff:ffff:ffff:ffff:ffff", prefixes=("2001:db8:25::/48",)
        ),
        [OK],
        "pass",
    ),
    Scenario("no abuse contact", said(abuse_email=()), [NO_ABUSE], "warn", [OK]),
    Scenario("only a phone number for abuse", said(abuse_email=(), abuse_phone=("+49 30 1234",)), [NO_ABUSE], "warn", [OK]),
    Scenario(
        "no abuse contact in WHOIS",
        said(abuse_email=(), source="whois"),
        ["NETWORK_ABUSE_CONTACT_NOT_SEEN"],
        "inconclusive",
        VERDICTS,
    ),
    Scenario("abuse contact in WHOIS", said(source="whois"), [OK], "pass"),
    Scenario(
        "its mail domain does not exist",
        said(mail=(mail_domain("prez.test", DnsStatus.NXDOMAIN, DnsStatus.NXDOMAIN),)),
        [DEAD],
        "warn",
        [OK],
        {"why": "the domain of that mail address does not exist", "mail_domain": "prez.test"},
    ),
    Scenario(
        "its mail domain has the null MX",
        said(mail=(mail_domain("prez.test", "0 ."),)),
        [DEAD],
        "warn",
        [OK],
        {"why": "the domain of that mail address takes no mail"},
    ),
    Scenario("its mail domain has nothing", said(mail=(mail_domain("prez.test", DnsStatus.NODATA),)), [DEAD], "warn", [OK]),
    Scenario(
        "its mail domain has only an address",
        said(mail=(mail_domain("prez.test", DnsStatus.NODATA, DnsStatus.ANSWER),)),
        [OK],
        "pass",
        [DEAD],
    ),
    Scenario(
        "written in capitals",
        said(abuse_email=("Abuse@PREZ.test",), mail=(mail_domain("prez.test", DnsStatus.NODATA),)),
        [DEAD],
        "warn",
        [OK],
    ),
    Scenario(
        "one of two works",
        said(
            abuse_email=("abuse@old.test", "abuse@prez.test"),
            mail=(mail_domain("old.test", DnsStatus.NXDOMAIN, DnsStatus.NXDOMAIN), *WORKS),
        ),
        [OK],
        "pass",
        [DEAD],
    ),
    Scenario(
        "one of two is dead, the other was not looked up",
        said(
            abuse_email=("abuse@old.test", "abuse@prez.test"),
            mail=(mail_domain("old.test", DnsStatus.NXDOMAIN, DnsStatus.NXDOMAIN),),
        ),
        [OK],
        "pass",
        [DEAD],
    ),
    Scenario("its mail domain was not looked up", said(mail=()), [OK], "pass", [DEAD]),
    Scenario("no mail address at all", said(abuse_email=("see our page",)), [OK], "pass", [DEAD]),
    *(
        Scenario(f"its mail domain: {s}", said(mail=(mail_domain("prez.test", s, s),)), [OK], "pass", [DEAD])
        for s in (*TROUBLES, DnsStatus.ERROR)
    ),
    *(
        Scenario(
            f"tells nothing: {name}",
            said(**fields),
            ["NETWORK_ANSWER_TELLS_NOTHING"],
            "inconclusive",
            VERDICTS,
        )
        for name, fields in {
            "another block": {"start": "203.0.113.0", "end": "203.0.113.255", "prefixes": ("203.0.113.0/24",)},
            "another family": {"start": "2001:db8::", "end": "2001:db8::ff", "prefixes": ("2001:db8::/120",)},
            "just below": {"start": "198.51.100.0", "end": "198.51.100.24", "prefixes": ()},
            "just above": {"start": "198.51.100.26", "end": "198.51.100.255", "prefixes": ()},
            "the whole space": WHOLE,
            "the whole space as a range": {"start": "0.0.0.0", "end": "255.255.255.255", "prefixes": ()},
            "not of this registry": {"name": "NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK"},
            "IANA": {"name": "IANA-BLK"},
            "a block of another registry": {"name": "ERX-NETBLOCK"},
        }.items()
    ),
    *(
        Scenario(
            f"nothing known: {outcome}",
            fact(None, exchanges=(exchange(outcome, query=QUERY), whois_exchange(outcome))),
            ["NETWORK_UNKNOWN"],
            "inconclusive",
            VERDICTS,
            {"page": PAGE, "domain": ADDRESS},
        )
        for outcome in (*REGISTRY_TROUBLES, LookupOutcome.NOT_FOUND)
    ),
    Scenario("nobody to ask", fact(None, exchanges=()), ["NETWORK_UNKNOWN"], "inconclusive", VERDICTS),
]
