"""registration.contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import DomainRegistration, LookupOutcome, RegistrationContact, RegistrationRecord
from selfaudit.findings import Who
from selfaudit.policy import Policy
from tests.checks.build import TROUBLES, Scenario
from tests.checks.contacts import DECLARED, FLOWERS, HIDDEN, NOT_MINE, OVERWRITTEN, PROXY, TECHNICAL, WITHHELD, WRITTEN_OVER
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
    whois_exchange,
)

CHECK = "registration.contacts"
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


def confirmed(day: str) -> Policy:
    assert WITH_FILE.registrant is not None
    return replace(WITH_FILE, registrant=replace(WITH_FILE.registrant, confirmed=day))


AT_REGISTRAR = "https://rdap.registrar.test/domain/shop.test"


def flowers_changed(hours: float) -> DomainRegistration:
    return shows(contact(**FLOWERS), changed=at("2026-06-10") + 3600 * hours)


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
    # What registrars write in place of the data is never a difference, and never odd.
    *(
        case(f"written over: {name}", shows(contact(**{**OVERWRITTEN, **changes})), ["CONTACTS_WITHHELD"], "inconclusive",
             [*NOTHING_GOOD, *IMPLAUSIBLE, "CONTACTS_SHOWN", "CONTACTS_NOT_COMPARED"])
        for name, changes in WRITTEN_OVER.items()
    ),
    case("written over, but another country", shows(contact(**{**OVERWRITTEN, "country": "FR"})),
         ["CONTACTS_WITHHELD", "CONTACTS_DIFFER"], "inconclusive", ["CONTACTS_MATCH", *IMPLAUSIBLE],
         differences=("country: the registry shows “FR”, you declared “Deutschland”",)),
    case("a company that is called so", shows(contact(organization="Data Protected Media Ltd")), ["CONTACTS_DIFFER"], "warn",
         ["CONTACTS_MATCH", "CONTACTS_WITHHELD"]),
    case("a privacy service, care of", shows(contact(name="On behalf of shop.test OWNER", organization="c/o whoisproxy.com",
         phone=("+64.48319528",), street=("P.O. Box 1",))), ["CONTACTS_PRIVACY_SERVICE"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE],
         service="whoisproxy.com (Key-Systems, Amazon Registrar, Gandi)"),
    case("a privacy service in the street", shows(contact(name="On behalf of shop.test OWNER", street=("c/o whoisproxy.com",))),
         ["CONTACTS_PRIVACY_SERVICE"], "inconclusive", NOTHING_GOOD),
    case("a general mail address beside the name", flowers(email=("info@domain-contact.org",)), ["CONTACTS_MATCH", "CONTACTS_NOT_COMPARED"],
         "pass", ["CONTACTS_DIFFER", *IMPLAUSIBLE]),
    *(
        case(f"beside a withheld name: {name}", shows(contact(**{**NOT_MINE, **changes}), mail=()),
             ["CONTACTS_WITHHELD", "CONTACTS_NOT_COMPARED"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE],
             fields=("street", "postal code", "town", "mail address", "phone number"))
        for name, changes in WITHHELD.items()
    ),
    case("beside a withheld name: another country", shows(contact(**{**NOT_MINE, "country": "QX"}, withheld=("name",)), mail=()),
         ["CONTACTS_WITHHELD", "CONTACTS_COUNTRY", "CONTACTS_DIFFER"], "inconclusive", ["CONTACTS_PLACEHOLDER", "CONTACTS_PHONE_IMPOSSIBLE"],
         value="QX", differences=("country: the registry shows “QX”, you declared “Deutschland”",)),
    case("beside a withheld name: the organisation", shows(contact(**NOT_MINE, organization="Blumenhof GmbH", withheld=("name",)), mail=()),
         ["CONTACTS_MATCH"], "pass", ["CONTACTS_DIFFER", *IMPLAUSIBLE], fields=("organisation", "country")),
    case("beside a withheld name: another organisation",
         shows(contact(**NOT_MINE, organization="Rosen AG", withheld=("name",)), mail=()), ["CONTACTS_DIFFER"], "warn",
         ["CONTACTS_MATCH", *IMPLAUSIBLE], differences=("organisation: the registry shows “Rosen AG”, you declared “GmbH Blumenhof”",)),
    case("neither name nor organisation, and a mailbox of the registrar",
         shows(contact(street=("Hauptstraße 5",), country="DE", email=("shop@forward.test",), phone=("+49.89999111",)), mail=()),
         ["CONTACTS_WITHHELD", "CONTACTS_NOT_COMPARED"], "inconclusive", NOTHING_GOOD, fields=("mail address", "phone number")),
    case("obscured, and different", shows(contact(name="X. Y.", phone=("+49.0000000000",)), states=("obscured",)),
         ["CONTACTS_WITHHELD", "CONTACTS_NOT_COMPARED"], "inconclusive", [*NOTHING_GOOD, *IMPLAUSIBLE], fields=("name", "phone number")),
    # How long a statement stands.
    *(
        case(f"confirmed on {day}: stands", shows(HIDDEN), ["CONTACTS_REST_ON_STATEMENT"], "inconclusive",
             ["CONTACTS_STATED", "CONTACTS_WITHHELD", "CONTACTS_MATCH"], confirmed(day), date=day, registrar=REGISTRAR)
        for day in ("2025-06-15", "2026-06-15", "2026-06-16")
    ),
    *(
        case(f"confirmed on {day}: only reported", shows(seen), [tag, "CONTACTS_STATED"], "inconclusive",
             ["CONTACTS_REST_ON_STATEMENT", "CONTACTS_MATCH"], confirmed(day), date=day)
        for day in ("2025-06-14", "2019-01-01", "2026-06-17", "9999-12-31")
        for seen, tag in ((HIDDEN, "CONTACTS_WITHHELD"), (PROXY, "CONTACTS_PRIVACY_SERVICE"))
    ),
    # Somebody else's.
    case("somebody else's, shown", flowers(name="asdf"), ["CONTACTS_OF_SOMEBODY_ELSE", "CONTACTS_SHOWN", "CONTACTS_PLACEHOLDER"],
         "inconclusive", [*NOTHING_GOOD, "CONTACTS_STATED_WITHOUT_FILE"],
         policy(not_registrant=("shop.test",), registrant=Registrant(name="Änne Müller", confirmed="2026-06-10"))),
    *(
        case(f"somebody else's, odd: {tag}", flowers(mail, **changes), ["CONTACTS_OF_SOMEBODY_ELSE", tag], "inconclusive", NOTHING_GOOD,
             policy(not_registrant=("shop.test",)), who=Who.HOLDER)
        for tag, mail, changes in (
            ("CONTACTS_PHONE_IMPOSSIBLE", TAKES_MAIL, {"phone": ("1234567",)}),
            ("CONTACTS_MAIL_MALFORMED", TAKES_MAIL, {"email": ("none",)}),
            ("CONTACTS_MAIL_DOMAIN_MISSING", (mail_domain("blumenhof.test", DnsStatus.NXDOMAIN),), {}),
            ("CONTACTS_WITHOUT_NAME", TAKES_MAIL, {"name": "", "organization": ""}),
        )
    ),
    case("somebody else's, written over", shows(contact(**OVERWRITTEN)), ["CONTACTS_OF_SOMEBODY_ELSE", "CONTACTS_SHOWN"], "inconclusive",
         [*NOTHING_GOOD, *IMPLAUSIBLE], policy(not_registrant=("shop.test",)), shown=("neither a name nor an organisation",)),
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
    *(
        case(f"a day without a time: {hours} hours after its start", flowers_changed(hours),
             ["CONTACTS_MATCH", *([tag] if tag else [])], "pass",
             [t for t in ("CONTACTS_CHANGED_SINCE", "CONTACTS_NOT_CHANGED_SINCE") if t != tag], policy(suspended=at("2026-06-10")))
        for hours, tag in ((-15, "CONTACTS_NOT_CHANGED_SINCE"), (-14, ""), (-1, ""), (1, ""), (24, ""), (35, ""),
                           (36, "CONTACTS_CHANGED_SINCE"))
    ),
    case("a moment: an hour before", flowers_changed(0), ["CONTACTS_NOT_CHANGED_SINCE"], "pass", ["CONTACTS_CHANGED_SINCE"],
         policy(suspended=at("2026-06-10") + 3600)),
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
        case(f"registrar: {outcome}, registry: {name}",
             fact(record(related=(AT_REGISTRAR,), contacts=contacts),
                  exchanges=(exchange(), exchange(outcome, "rdap.registrar.test"))),
             ["CONTACTS_REGISTRAR_UNANSWERED", *more], "inconclusive",
             [*NOTHING_GOOD, "CONTACTS_WITHHELD", "CONTACTS_PRIVACY_SERVICE", "CONTACTS_REST_ON_STATEMENT"], WITH_FILE)
        for outcome in LookupOutcome if outcome is not LookupOutcome.ANSWERED
        for name, contacts, more in (
            ("nobody", (), ["CONTACTS_STATED"]),
            ("withheld", (HIDDEN,), ["CONTACTS_STATED"]),
            ("written over", (contact(**OVERWRITTEN),), ["CONTACTS_STATED"]),
            ("a privacy service", (PROXY,), ["CONTACTS_STATED", "CONTACTS_SHOWN"]),
            ("only a technical contact", (TECHNICAL,), ["CONTACTS_STATED", "CONTACTS_WITHOUT_HOLDER"]),
        )
    ),
    case("the registry shows the holder, and the registrar throttles",
         fact(record(related=(AT_REGISTRAR,), contacts=(contact(**FLOWERS),)), mail=TAKES_MAIL,
              exchanges=(exchange(), exchange(LookupOutcome.THROTTLED, "rdap.registrar.test"))),
         ["CONTACTS_MATCH"], "pass", ["CONTACTS_REGISTRAR_UNANSWERED"]),
    case("the registrar by WHOIS, in vain",
         fact(record(source="whois", whois_server="whois.registrar.test", contacts=(HIDDEN,)),
              exchanges=(exchange(LookupOutcome.NOT_SUPPORTED), whois_exchange(),
                         whois_exchange(LookupOutcome.TIMEOUT, "whois.registrar.test"))),
         ["CONTACTS_REGISTRAR_UNANSWERED"], "inconclusive", ["CONTACTS_WITHHELD"], why="whois.registrar.test did not answer in time"),
    case("the registrar by WHOIS says something else",
         fact(record(source="whois", whois_server="whois.registrar.test", contacts=(HIDDEN,)),
              exchanges=(whois_exchange(), whois_exchange(server="whois.registrar.test"))),
         ["CONTACTS_REGISTRAR_UNANSWERED"], "inconclusive", ["CONTACTS_WITHHELD"], why="its answer says nothing about this domain"),
    case("the registrar's answer is about another name, and the registry withholds",
         _registrar(record(domain="other.test", contacts=(contact(**FLOWERS),)), record(related=(AT_REGISTRAR,), contacts=(HIDDEN,)),
                    exchanges=(exchange(), exchange(server="rdap.registrar.test"))),
         ["CONTACTS_REGISTRAR_UNANSWERED"], "inconclusive", ["CONTACTS_MATCH", "CONTACTS_WITHHELD"]),
    case("the registrar withholds, too",
         _registrar(record(contacts=(HIDDEN,)), record(related=(AT_REGISTRAR,), contacts=(HIDDEN,)),
                    exchanges=(exchange(), exchange(server="rdap.registrar.test"))),
         ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_REGISTRAR_UNANSWERED"]),
    case("nobody asked the registrar", fact(record(related=(AT_REGISTRAR,), contacts=(HIDDEN,))), ["CONTACTS_WITHHELD"], "inconclusive",
         ["CONTACTS_REGISTRAR_UNANSWERED"]),
    case("the registry names itself",
         fact(record(source="whois", whois_server="whois.registry.test", contacts=(HIDDEN,)),
              exchanges=(exchange(server="whois.root.test", protocol="whois", query="test"), whois_exchange())),
         ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_REGISTRAR_UNANSWERED"]),
    case("RDAP failed, and no registrar is named",
         fact(record(source="whois", contacts=(HIDDEN,)), exchanges=(exchange(LookupOutcome.TIMEOUT), whois_exchange())),
         ["CONTACTS_WITHHELD"], "inconclusive", ["CONTACTS_REGISTRAR_UNANSWERED"]),
]  # fmt: skip
