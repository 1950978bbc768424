"""registration.contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import DomainRegistration, LookupOutcome, RegistrationContact, RegistrationRecord
from selfaudit.policy import Policy
from tests.checks.build import TROUBLES, Scenario
from tests.checks.registration import (
    CANNOT_TELL,
    REGISTRAR,
    UNKNOWN_FACTS,
    UNREGISTERED,
    at,
    contact,
    exchange,
    fact,
    mail_domain,
    record,
)

CHECK = "registration.contacts"
FLOWERS: dict[str, Any] = {
    "name": "Änne Müller",
    "organization": "Blumenhof GmbH",
    "street": ("Hauptstraße 5",),
    "city": "München",
    "postal_code": "80331",
    "country": "DE",
    "email": ("Info@blumenhof.test",),
    "phone": ("+49.89123456",),
}
# The same, written as people do.
DECLARED = Registrant(
    name="Mueller, Aenne",
    organization="GmbH Blumenhof",
    street="Hauptstr. 5",
    city="Munich",
    postal_code="D-80331",
    country="Deutschland",
    email="info@Blumenhof.test",
    phone="+49 (0)89 12 34 56",
)
TAKES_MAIL = (mail_domain("blumenhof.test"),)
PERSON = Policy(registrant=Registrant(name="Änne Müller", confirmed="2026-06-10"), person="Änne Müller")
WITH_FILE = Policy(
    registrant=Registrant(
        name="Änne Müller", confirmed="2026-06-10", files=(EvidenceFile("panel\x1b.png", "0123456789abcdef" * 4, 1000),)
    )
)
NOTHING_GOOD = ["CONTACTS_MATCH", "CONTACTS_DIFFER"]
IMPLAUSIBLE = [
    "CONTACTS_PLACEHOLDER",
    "CONTACTS_PHONE_IMPOSSIBLE",
    "CONTACTS_POSTAL_CODE",
    "CONTACTS_COUNTRY",
    "CONTACTS_MAIL_MALFORMED",
    "CONTACTS_MAIL_DOMAIN_MISSING",
    "CONTACTS_MAIL_NOT_TAKEN",
    "CONTACTS_WITHOUT_NAME",
    "CONTACTS_WITHOUT_MAIL",
]


def policy(**fields: Any) -> Policy:
    return Policy(**{"registrant": DECLARED, **fields})


def shows(*contacts: RegistrationContact, mail: Any = TAKES_MAIL, **fields: Any) -> DomainRegistration:
    return fact(record(contacts=contacts, **fields), mail=mail)


def flowers(mail: Any = TAKES_MAIL, **changes: Any) -> DomainRegistration:
    return shows(contact(**{**FLOWERS, **changes}), mail=mail)


def case(
    name: str,
    registration: DomainRegistration,
    must: Sequence[str],
    outcome: str,
    must_not: Sequence[str] = (),
    under: Policy | None = None,
    **args: object,
) -> Scenario:
    return Scenario(name, [registration], must, outcome, must_not, args, under or policy())


def odd(name: str, tag: str, registration: DomainRegistration, **args: object) -> Scenario:
    """Nothing is declared for these but the name, so that the oddity stands alone."""
    return case(
        name,
        registration,
        [tag],
        "warn",
        [t for t in [*NOTHING_GOOD[1:], *IMPLAUSIBLE] if t != tag],
        Policy(registrant=Registrant(name=DECLARED.name, organization=DECLARED.organization)),
        **args,
    )


HIDDEN = contact(withheld=("name", "organization", "street", "email", "phone"), country="DE", region="BY")
PROXY = contact(
    name="Registration Private",
    organization="Domains By Proxy, LLC",
    street=("test",),
    country="US",
    email=("0123456789abcdef@domainsbyproxy.com",),
)
TECHNICAL = contact("technical", name="asdf", email=("noc@gone.test",))


def _registrar(answer: RegistrationRecord | None, registry: RegistrationRecord, **fields: Any) -> DomainRegistration:
    return fact(registry, registrar=answer, mail=TAKES_MAIL, **fields)


SCENARIOS = [
    # Shown and compared.
    case(
        "shown as declared, written otherwise", flowers(), ["CONTACTS_MATCH"], "pass",
        ["CONTACTS_DIFFER", "CONTACTS_NOT_COMPARED", "CONTACTS_WITHHELD", *IMPLAUSIBLE],
        fields=("name", "organisation", "street", "postal code", "town", "country", "mail address", "phone number"),
    ),
    case(
        "shown, but differing", flowers(name="Erika Weber", phone=("+49.89999111",)), ["CONTACTS_DIFFER", "CONTACTS_SHOWN"], "warn",
        ["CONTACTS_MATCH", "CONTACTS_NOT_DECLARED"],
        differences=(
            "name: the registry shows “Erika Weber”, you declared “Mueller, Aenne”",
            "phone number: the registry shows “+49.89999111”, you declared “+49 (0)89 12 34 56”",
        ),
    ),
    case(
        "an organisation that was not declared is the holder", flowers(), ["CONTACTS_DIFFER"], "warn", ["CONTACTS_MATCH"],
        Policy(registrant=Registrant(name="Änne Müller")),
        differences=("organisation: the registry shows “Blumenhof GmbH”, you declared nothing",),
    ),
    case(
        "only the organisation is shown", shows(contact(organization="BLUMENHOF G.m.b.H.", withheld=("name", "email"))),
        ["CONTACTS_MATCH", "CONTACTS_NOT_COMPARED"], "pass", ["CONTACTS_WITHHELD", "CONTACTS_WITHOUT_MAIL"],
    ),
    case(
        "a forwarding address is not compared", flowers(email=("0011223344556677@relay.test",)),
        ["CONTACTS_MATCH", "CONTACTS_NOT_COMPARED"], "pass", ["CONTACTS_DIFFER"],
    ),
    case("the registrar shows what the registry withholds",
         _registrar(record(contacts=(contact(**FLOWERS),)), record(contacts=(HIDDEN,))), ["CONTACTS_MATCH"], "pass",
         ["CONTACTS_WITHHELD"]),
    case("the registrar's answer is about another name",
         _registrar(record(domain="other.test", contacts=(contact(name="Erika Weber"),)), record(contacts=(contact(**FLOWERS),))),
         ["CONTACTS_MATCH"], "pass", ["CONTACTS_DIFFER"]),
    case("only the registrar answered", _registrar(record(contacts=(contact(**FLOWERS),)), CANNOT_TELL), ["CONTACTS_MATCH"], "pass"),
    case("the registrant, not the technical contact", shows(TECHNICAL, contact(**FLOWERS)), ["CONTACTS_MATCH"], "pass",
         ["CONTACTS_PLACEHOLDER", "CONTACTS_WITHOUT_HOLDER"]),
    case("nothing declared", flowers(), ["CONTACTS_SHOWN", "CONTACTS_NOT_DECLARED"], "inconclusive", NOTHING_GOOD, Policy()),
    case("only the country declared", flowers(), ["CONTACTS_NOT_DECLARED"], "inconclusive", NOTHING_GOOD,
         Policy(registrant=Registrant(country="DE"))),
    case("hostile text", flowers(name="Erika\x1b[31m\u202e\nWeber"), ["CONTACTS_DIFFER"], "warn", ["CONTACTS_MATCH"],
         differences=("name: the registry shows “Erika\\x1b[31m\\u202e\\nWeber”, you declared “Mueller, Aenne”",)),
    # Withheld, or a service.
    case("withheld", shows(HIDDEN), ["CONTACTS_WITHHELD"], "inconclusive",
         [*NOTHING_GOOD, *IMPLAUSIBLE, "CONTACTS_STATED", "CONTACTS_STATED_WITHOUT_FILE"], registrar=REGISTRAR),
    case("withheld words in place of values",
         shows(contact(name="REDACTED FOR PRIVACY", organization="Data redacted", email=("Please query the RDDS service",))),
         ["CONTACTS_WITHHELD"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE]),
    case("obscured", shows(contact(**FLOWERS), states=("active", "obscured")), ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_MATCH"]),
    case("no contacts at all", shows(), ["CONTACTS_WITHHELD"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE]),
    case("an empty contact", shows(contact()), ["CONTACTS_WITHHELD"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE]),
    case("no registrar named", shows(HIDDEN, registrar=""), ["CONTACTS_WITHHELD"], "inconclusive",
         registrar="the company where the domain was ordered"),
    case("withheld, but another country", shows(contact(country="FR", withheld=("name",))), ["CONTACTS_WITHHELD", "CONTACTS_DIFFER"],
         "inconclusive", ["CONTACTS_MATCH"], differences=("country: the registry shows “FR”, you declared “Deutschland”",)),
    case("stated without a file", shows(HIDDEN), ["CONTACTS_WITHHELD", "CONTACTS_STATED_WITHOUT_FILE"], "inconclusive",
         ["CONTACTS_STATED", "CONTACTS_MATCH"], PERSON, person="Änne Müller", date="2026-06-10"),
    case("stated with a file", shows(HIDDEN), ["CONTACTS_REST_ON_STATEMENT"], "inconclusive",
         ["CONTACTS_STATED_WITHOUT_FILE", "CONTACTS_MATCH", "CONTACTS_WITHHELD"], WITH_FILE,
         person="The customer", files=("panel\\x1b.png (SHA-256 0123456789abcdef)",)),
    case("privacy service", shows(PROXY), ["CONTACTS_PRIVACY_SERVICE"], "inconclusive",
         [*NOTHING_GOOD, *IMPLAUSIBLE, "CONTACTS_WITHHELD"], service="Domains By Proxy (GoDaddy)"),
    case("privacy service by its mailbox", shows(contact(email=("shop.test@privacyguardian.org",), country="US")),
         ["CONTACTS_PRIVACY_SERVICE"], "inconclusive", ["CONTACTS_DIFFER"], service="PrivacyGuardian.org (NameSilo)"),
    case("proxy by its state", shows(contact(organization="Somebody Ltd"), states=("active", "proxy")), ["CONTACTS_PRIVACY_SERVICE"],
         "inconclusive", ["CONTACTS_DIFFER"], service="Somebody Ltd"),
    case("proxy without a name", shows(contact(), states=("proxy",)), ["CONTACTS_PRIVACY_SERVICE"], "inconclusive",
         service="one that is not named"),
    case("private, nothing shown", shows(HIDDEN, states=("private",)), ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_PRIVACY_SERVICE"]),
    case("privacy service, stated", shows(PROXY), ["CONTACTS_REST_ON_STATEMENT"], "inconclusive",
         [*NOTHING_GOOD, "CONTACTS_PRIVACY_SERVICE"], WITH_FILE, how="a privacy service stands in place of the holder"),
    case("stated on the day of the suspension", shows(HIDDEN), ["CONTACTS_REST_ON_STATEMENT"], "inconclusive",
         ["CONTACTS_WITHHELD"], replace(WITH_FILE, suspended=1781049600.0 + 3600)),
    case("stated before the suspension", shows(HIDDEN), ["CONTACTS_WITHHELD", "CONTACTS_STATED"], "inconclusive",
         ["CONTACTS_REST_ON_STATEMENT"], replace(WITH_FILE, suspended=1781049600.0 + 86_400)),
    case("stated, not changed since", shows(HIDDEN, changed=1781049600.0 - 9e6), ["CONTACTS_REST_ON_STATEMENT"], "inconclusive",
         ["CONTACTS_NOT_CHANGED_SINCE"], replace(WITH_FILE, suspended=1781049600.0)),
    case("only a technical contact", shows(contact("technical", name="Net Team", email=("noc@gone.test",)),
         mail=(mail_domain("gone.test", DnsStatus.NXDOMAIN),)),
         ["CONTACTS_WITHHELD", "CONTACTS_WITHOUT_HOLDER", "CONTACTS_MAIL_DOMAIN_MISSING"], "inconclusive", NOTHING_GOOD,
         roles=("the technical contact",)),
    case("a privacy service as technical contact", shows(contact("technical", organization="Domains By Proxy, LLC", name="test")),
         ["CONTACTS_WITHHELD", "CONTACTS_WITHOUT_HOLDER"], "inconclusive", IMPLAUSIBLE),
    # Somebody else's.
    case("somebody else's, shown", flowers(name="asdf"), ["CONTACTS_OF_SOMEBODY_ELSE", "CONTACTS_SHOWN", "CONTACTS_PLACEHOLDER"],
         "inconclusive", [*NOTHING_GOOD, "CONTACTS_STATED_WITHOUT_FILE"],
         policy(not_registrant=("shop.test",), registrant=Registrant(name="Änne Müller", confirmed="2026-06-10"))),
    case("somebody else's, withheld", shows(HIDDEN), ["CONTACTS_OF_SOMEBODY_ELSE", "CONTACTS_SHOWN"], "inconclusive",
         ["CONTACTS_WITHHELD"], policy(not_registrant=("www.shop.test",)), shown=("neither a name nor an organisation", "country: DE")),
    case("somebody else's, privacy service", shows(PROXY), ["CONTACTS_OF_SOMEBODY_ELSE", "CONTACTS_SHOWN"], "inconclusive",
         ["CONTACTS_PRIVACY_SERVICE"], policy(not_registrant=("shop.test",)),
         shown=("a privacy service in place of the holder (Domains By Proxy (GoDaddy))",)),
    case("another domain is somebody else's", flowers(), ["CONTACTS_MATCH"], "pass", ["CONTACTS_OF_SOMEBODY_ELSE"],
         policy(not_registrant=("other.test",))),
    # What cannot be right.
    odd("placeholder street", "CONTACTS_PLACEHOLDER", flowers(street=("asdf",)), field="street", value="asdf"),
    odd("placeholder town", "CONTACTS_PLACEHOLDER", flowers(city="N/A"), field="town"),
    odd("phone of one digit", "CONTACTS_PHONE_IMPOSSIBLE", flowers(phone=("+49.0000000000",)), value="+49.0000000000"),
    odd("phone in a row", "CONTACTS_PHONE_IMPOSSIBLE", flowers(phone=("1234567",))),
    odd("phone of no country", "CONTACTS_PHONE_IMPOSSIBLE", flowers(phone=("+999.123456",))),
    odd("postal code of another country", "CONTACTS_POSTAL_CODE", flowers(postal_code="8033"), value="8033", country="DE"),
    odd("no country", "CONTACTS_COUNTRY", flowers(country="QX"), value="QX"),
    odd("no mail address", "CONTACTS_MAIL_MALFORMED", flowers(email=("none",)), value="none"),
    odd("mail domain missing", "CONTACTS_MAIL_DOMAIN_MISSING", flowers((mail_domain("blumenhof.test", DnsStatus.NXDOMAIN),))),
    odd("null MX", "CONTACTS_MAIL_NOT_TAKEN", flowers((mail_domain("blumenhof.test", "0 ."),)), mail_domain="blumenhof.test"),
    odd("neither MX nor address", "CONTACTS_MAIL_NOT_TAKEN", flowers((mail_domain("blumenhof.test", DnsStatus.NODATA),))),
    case(
        "neither name nor organisation", flowers(name="", organization=""), ["CONTACTS_WITHOUT_NAME", "CONTACTS_WITHHELD"],
        "inconclusive", NOTHING_GOOD),
    odd("no mail address in a whole contact", "CONTACTS_WITHOUT_MAIL", flowers(email=())),
    case("an address in place of MX", flowers((mail_domain("blumenhof.test", DnsStatus.NODATA, DnsStatus.ANSWER),)), ["CONTACTS_MATCH"],
         "pass", IMPLAUSIBLE),
    *(
        case(f"mail domain: {status}", flowers((mail_domain("blumenhof.test", status, host),)),
             ["CONTACTS_MATCH", "CONTACTS_MAIL_UNANSWERED"], "inconclusive", IMPLAUSIBLE)
        for status in TROUBLES for host in (status, DnsStatus.NODATA, DnsStatus.ANSWER)
    ),
    *(
        case(f"address of the mail domain: {status}", flowers((mail_domain("blumenhof.test", DnsStatus.NODATA, status),)),
             ["CONTACTS_MATCH", "CONTACTS_MAIL_UNANSWERED"], "inconclusive", IMPLAUSIBLE)
        for status in TROUBLES
    ),
    # After the suspension.
    case("changed since", shows(contact(**FLOWERS), changed=at("2026-06-12")), ["CONTACTS_MATCH", "CONTACTS_CHANGED_SINCE"], "pass",
         ["CONTACTS_NOT_CHANGED_SINCE"], policy(suspended=at("2026-06-10")), date="2026-06-12", suspended="2026-06-10"),
    case("changed since, withheld", shows(HIDDEN, changed=at("2026-06-12")), ["CONTACTS_WITHHELD", "CONTACTS_CHANGED_SINCE"],
         "inconclusive", [], policy(suspended=at("2026-06-10"))),
    case("changed at the registrar only", _registrar(record(changed=at("2026-06-13")), record(contacts=(HIDDEN,))),
         ["CONTACTS_CHANGED_SINCE"], "inconclusive", [], policy(suspended=at("2026-06-10")), date="2026-06-13"),
    case("not changed since", flowers(), ["CONTACTS_MATCH", "CONTACTS_NOT_CHANGED_SINCE"], "pass", ["CONTACTS_CHANGED_SINCE"],
         policy(suspended=at("2026-06-10")), date="2025-03-01"),
    case("changed on the same day", shows(contact(**FLOWERS), changed=at("2026-06-10") + 3600), ["CONTACTS_MATCH"], "pass",
         ["CONTACTS_CHANGED_SINCE", "CONTACTS_NOT_CHANGED_SINCE"], policy(suspended=at("2026-06-10"))),
    case("changed an hour after", shows(contact(**FLOWERS), changed=at("2026-06-10") + 7200), ["CONTACTS_CHANGED_SINCE"], "pass",
         ["CONTACTS_NOT_CHANGED_SINCE"], policy(suspended=at("2026-06-10") + 3600)),
    case("changed in the future", shows(contact(**FLOWERS), changed=at("9999-01-01")), ["CONTACTS_MATCH"], "pass",
         ["CONTACTS_CHANGED_SINCE"], policy(suspended=at("2026-06-10"))),
    case("never changed", shows(contact(**FLOWERS), changed=None), ["CONTACTS_MATCH"], "pass", ["CONTACTS_NOT_CHANGED_SINCE"],
         policy(suspended=at("2026-06-10"))),
    # Nothing is known.
    case("unregistered", fact(UNREGISTERED), ["CONTACTS_UNREGISTERED"], "not-applicable", ["CONTACTS_WITHHELD"]),
    case("the answer is about another name", fact(record(domain="other.test", contacts=(contact(**FLOWERS),))),
         ["CONTACTS_UNANSWERED"], "inconclusive", NOTHING_GOOD, why="the answer is about another name"),
    *(
        case(f"unknown {i}", known, ["CONTACTS_UNANSWERED"], "inconclusive", [*NOTHING_GOOD, "CONTACTS_WITHHELD", "CONTACTS_UNREGISTERED"])
        for i, known in enumerate(UNKNOWN_FACTS)
    ),
    *(
        case(f"registrar: {outcome}",
             fact(record(related=("https://rdap.registrar.test/domain/shop.test",)),
                  exchanges=(exchange(), exchange(outcome, "rdap.registrar.test"))),
             ["CONTACTS_REGISTRAR_UNANSWERED"], "inconclusive", [*NOTHING_GOOD, "CONTACTS_WITHHELD"])
        for outcome in LookupOutcome if outcome is not LookupOutcome.ANSWERED
    ),
    case("withheld, and the registrar throttles",
         fact(record(related=("https://rdap.registrar.test/domain/shop.test",), contacts=(HIDDEN,)),
              exchanges=(exchange(), exchange(LookupOutcome.THROTTLED, "rdap.registrar.test"))),
         ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_REGISTRAR_UNANSWERED"]),
]  # fmt: skip
