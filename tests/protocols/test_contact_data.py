"""Contact data: who is shown, whether it is what was declared, and whether it can be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.case import Registrant
from selfaudit.checks.registration import contacts as check
from selfaudit.facts.registration import RegistrationContact
from selfaudit.findings import Who
from selfaudit.protocols import contact_data as cd
from selfaudit.protocols import contact_plausible as cp
from selfaudit.protocols import contact_words as cw
from selfaudit.protocols.contact_data import Shown
from tests.checks.registration import contact, mail_domain, record


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Änne Müller", "MUELLER, AENNE"),
        ("Änne Müller", "anne muller"),
        ("Blumenhof GmbH", "Blumenhof Gesellschaft mit beschränkter Haftung"),
        ("Blumenhof GmbH", "G.m.b.H. Blumenhof"),
        ("North Commerce and Distribution s.r.o.", "North Commerce & Distribution, S. R. O."),
        ("Shop Limited", "SHOP LTD."),
        ("Shop Limited Liability Company", "Shop, L.L.C."),
        ("Søren Ågård", "Soeren Aagaard"),
        ("O’Brien", "o'brien"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("株式会社花", "株式会社花"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    assert cw.same_name(one, other)
    assert cw.same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Anna Müller", "Anna Maier"), ("Blumenhof GmbH", "Blumenhof AG"), ("花", "草"), ("!!", "??")]
)
def test_another_name(one: str, other: str) -> None:
    assert not cw.same_name(one, other)


@pytest.mark.parametrize(
    ("lines", "other", "same"),
    [
        (("Hauptstr. 5",), "Hauptstraße 5", True),
        (("HAUPTSTRASSE 5",), "Haupt-Straße 5", True),
        (("5 Main Street",), "Main St 5", True),
        (("c/o Blum", "Hauptstraße 5a"), "Hauptstrasse 5 A", True),
        (("Hauptstraße", "5"), "Hauptstr. 5", True),
        (("Hauptstraße 5",), "Hauptstraße 6", False),
        (("Nebenstraße 5",), "Hauptstraße 5", False),
    ],
)
def test_streets(lines: tuple[str, ...], other: str, same: bool) -> None:
    assert cw.same_street(lines, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("80331", "D-80331", True),
        ("sw1a 1aa", "SW1A1AA", True),
        ("95014-1234", "95014", True),
        ("110 00", "11000", True),
        ("80331", "80332", False),
        ("8033", "80331", False),
    ],
)
def test_postal_codes(one: str, other: str, same: bool) -> None:
    assert cw.same_postal_code(one, other) is same
    assert cw.same_postal_code(other, one) is same


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "DE"),
        ("GERMANY", "DE"),
        ("Deutschland", "DE"),
        ("Österreich", "AT"),
        ("Türkiye", "TR"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("Czech Republic", "CZ"),
        ("Panama", "PA"),
        ("EU", "EU"),
        ("XK", "XK"),
        ("QX", ""),
        ("ZZ", ""),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert cw.country_code(text) == code


@pytest.mark.parametrize(
    ("one", "other", "region", "same"),
    [
        ("+49.89123456", "+49 (0)89 12 34 56", "", True),
        ("tel:+49-89-123456", "089 / 123456", "DE", True),
        ("004989123456", "+49 89 123456", "DE", True),
        ("+420.224123456", "+420 224 123 456", "", True),
        ("+49.89123456", "+49.89123457", "", False),
        ("089 123456", "089 123456", "", False),  # without a country nobody knows
        ("call me", "call me", "DE", False),
    ],
)
def test_phone_numbers(one: str, other: str, region: str, same: bool) -> None:
    assert cw.same_phone(one, other, region, region) is same


@pytest.mark.parametrize(
    ("text", "country", "possible"),
    [
        ("+49.89123456", "", True),
        ("+1.2025550123", "", True),
        ("089 123456", "DE", True),
        ("089 123456", "", True),
        ("+49.1", "", False),
        ("+49.0000000", "", False),
        ("+1.5555555555", "", False),
        ("1234567", "", False),
        ("+49.123456789", "", False),
        ("+999.123456", "", False),
        ("none", "DE", False),
    ],
)
def test_possible_phone_numbers(text: str, country: str, possible: bool) -> None:
    assert cp.phone_is_possible(text, country) is possible


@pytest.mark.parametrize(
    ("text", "country", "fits"),
    [
        ("80331", "DE", True),
        ("D-80331", "DE", True),
        ("8033", "DE", False),
        ("00000", "DE", False),
        ("SW1A1AA", "GB", True),
        ("sw1a 1aa", "GB", True),
        ("12345", "GB", False),
        ("00950", "PL", True),
        ("110 00", "CZ", True),
        ("11000", "CZ", True),
        ("95014-1234", "US", True),
        ("anything", "HK", True),  # no postal codes there
        ("anything", "QX", True),
        ("../../etc", "..", True),
        ("1" * 40, "DE", False),
    ],
)
def test_postal_codes_by_country(text: str, country: str, fits: bool) -> None:
    assert cp.postal_code_fits(text, country) is fits


@pytest.mark.parametrize(
    "text", ["test", "Test Test", "ASDF", "n/a", "N.A.", "xxx", "X X X", "0000", "Musterstraße 1", "unknown"]
)
def test_placeholders(text: str) -> None:
    assert cp.is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "Domain Admin",
        "Stiftung Warentest",
        "Test & Söhne GmbH",
        "Max Weber",
        "AAA",
        "Xi",
        "Hauptstraße 11",
        "1 Test Street",
        "",
    ],
)
def test_ordinary_texts_are_no_placeholders(text: str) -> None:
    assert not cp.is_placeholder(text)


def test_what_is_really_shown() -> None:
    seen = cd.shown_values(
        contact(
            name="REDACTED FOR PRIVACY",
            organization="n/a",
            street=(" ", "Hauptstraße 5"),
            city="-",
            country="DE",
            phone=("+49.89123456",),
            email=(
                "https://registrar.test/contact/1",
                "Please query the registrar",
                "a@contact.gandi.net",
                "info@blumenhof.test",
            ),
            withheld=("phone",),
        )
    )
    assert seen == {"street": ("Hauptstraße 5",), "country": ("DE",), "email": ("info@blumenhof.test",)}


def test_the_answer_that_shows_most_counts() -> None:
    hidden = record(contacts=(contact(withheld=("contact",), country="DE"),))
    named = record(contacts=(contact(name="Anna Blum"),))
    service = record(contacts=(contact(organization="Withheld for Privacy ehf", street=("Kalkofnsvegur 2",), country="IS"),))
    assert cd.holder((hidden, named)).contact.name == "Anna Blum"
    assert cd.holder((named, service)).shown is Shown.SHOWN
    assert cd.holder((hidden, service)).shown is Shown.PRIVACY
    assert cd.holder((hidden, service)).service == "Withheld for Privacy (Namecheap)"
    assert cd.holder((hidden, None)) == cd.Holder(Shown.WITHHELD, hidden.contacts[0])
    assert cd.holder(()) == cd.Holder(Shown.WITHHELD, RegistrationContact(()))


def test_others_stand_in_only_where_nothing_of_the_holder_is_shown() -> None:
    technical = contact("technical", name="Net Team")
    both = record(contacts=(technical, contact(country="DE", withheld=("name",))))
    assert not cd.holder((both,)).substitute
    alone = cd.holder((record(contacts=(technical, contact(withheld=("contact",)))),))
    assert (alone.substitute, alone.contact.name, alone.shown) == (True, "Net Team", Shown.WITHHELD)
    everything = contact("registrant", "technical", name="Anna Blum")
    assert not cd.holder((record(contacts=(everything,)),)).substitute


@pytest.mark.parametrize(
    ("fields", "service"),
    [
        ({"organization": "DOMAINS BY  PROXY, LLC"}, "Domains By Proxy (GoDaddy)"),
        ({"name": "Contact Privacy Inc. Customer 0123"}, "Contact Privacy Inc. (Tucows)"),
        ({"email": ("x@sub.privacyguardian.org.",)}, "PrivacyGuardian.org (NameSilo)"),
        ({"organization": "c/o whoisproxy.com Ltd."}, "whoisproxy.com (Key-Systems, Amazon Registrar, Gandi)"),
        ({"street": ("C/O WhoisProxy.com",)}, "whoisproxy.com (Key-Systems, Amazon Registrar, Gandi)"),
        ({"street": ("Whoisproxy.com Road 1",)}, ""),
        ({"email": ("info@domain-contact.org",)}, ""),
        ({"organization": "Proxy Moving Company", "email": ("a@notprivacyguardian.org",)}, ""),
        ({"name": "Anna Blum", "email": ("a@contact.gandi.net",)}, ""),
        ({}, ""),
    ],
)
def test_privacy_services(fields: dict[str, object], service: str) -> None:
    assert cd.privacy_service(contact(**fields)) == service


def test_words_that_stand_in_for_a_value() -> None:
    for text in (
        "Data Protected",
        "DATA PROTECTED, Data Protected",
        "123 Data Protected",
        "Private Person",
        "Whois Agent",
        "REDACTED",
    ):
        assert cd.stands_in(text), text
    for text in ("", "123", "Data Protected Media Ltd", "Private Person Films", "Metadata protected", "Blumenhof GmbH"):
        assert not cd.stands_in(text), text


def test_nothing_but_the_country_is_left_of_a_contact_that_was_written_over() -> None:
    beside = {
        "city": "Toronto",
        "postal_code": "M4K 1B3",
        "phone": ("+1.0000000000",),
        "email": ("noreply@data-protected.net",),
    }
    assert cd.shown_values(contact(name="Data Protected Data Protected", country="FR", **beside)) == {"country": ("FR",)}
    assert cd.shown_values(contact(name="Data Protected Data Protected", country="CA", **beside)) == {}
    assert cd.shown_values(contact(name="Anna Blum", country="US", **beside)) == {}
    # In the place of an organisation it says that there is none.
    assert set(cd.shown_values(contact(name="Anna Blum", organization="Private Person", city="Ulm"))) == {"name", "city"}


def test_beside_a_withheld_name_or_organisation_only_the_other_and_the_country_are_the_holder_s() -> None:
    rest = {"street": ("Hauptstraße 5",), "country": "DE", "phone": ("+49.89123456",), "email": ("a@b.test",)}
    assert set(cd.own_values(contact(organization="Blumenhof GmbH", withheld=("name",), **rest))) == {"organization", "country"}
    assert set(cd.own_values(contact(name="Anna Blum", organization="REDACTED", **rest))) == {"name", "country"}
    assert set(cd.own_values(contact(name="Anna Blum", **rest))) == {"name", "street", "country", "email", "phone"}
    assert set(cd.own_values(contact(name="Anna Blum", withheld=("phone",), **rest))) == {"name", "street", "country", "email"}


def test_what_may_be_the_registrar_s_is_not_compared() -> None:
    declared = Registrant(name="Anna Blum", street="Nebenstraße 1", country="DE", email="anna@blum.test")
    rest = {"street": ("Hauptstraße 5",), "country": "DE", "phone": ("+49.89123456",), "email": ("a@b.test",)}
    beside = cd.compare(contact(name="Anna Blum", withheld=("organization",), **rest), declared)
    assert (beside.same, beside.different) == (("name", "country"), ())
    assert beside.skipped == ("street", "email", "phone")
    assert beside.open == ("street", "email", "phone")
    nameless = cd.compare(contact(**rest), declared)
    assert [d.field for d in nameless.different] == ["street"]
    assert nameless.skipped == ("email", "phone")
    named = cd.compare(contact(name="Anna Blum", **rest), declared)
    assert [d.field for d in named.different] == ["street", "email"]
    assert named.skipped == ()


def test_somebody_in_place_of_the_holder_is_not_compared() -> None:
    declared = Registrant(name="Anna Blum")
    service = cd.holder((record(contacts=(contact(organization="Domains By Proxy, LLC"),)),))
    other = cd.holder((record(contacts=(contact("technical", name="Erika Weber"),)),))
    obscured = cd.holder((record(contacts=(contact(name="A. B."),), states=("obscured",)),))
    assert cd.compare_holder(service, declared) == cd.Comparison()
    assert cd.compare_holder(other, declared) == cd.Comparison()
    assert (obscured.shown, obscured.obscured) == (Shown.WITHHELD, True)
    assert cd.compare_holder(obscured, declared) == cd.Comparison(skipped=("name",))


def test_a_town_has_several_names_where_its_postal_code_agrees() -> None:
    declared = Registrant(name="Anna Blum", city="Munich", postal_code="80331", country="DE")
    shown = {"name": "Anna Blum", "city": "München", "country": "DE"}
    assert cd.compare(contact(**shown, postal_code="80331"), declared).different == ()
    (difference,) = cd.compare(contact(**shown), declared).different
    assert difference == cd.Difference("city", "München", "Munich")


def test_only_a_name_identifies() -> None:
    declared = Registrant(name="Anna Blum", country="DE", email="anna@blum.test")
    assert cd.compare(contact(name="Blum, Anna", country="DE"), declared).identified
    assert cd.compare(contact(organization="Anna Blum"), declared).identified
    assert not cd.compare(contact(country="DE", email=("ANNA@blum.test",)), declared).identified
    assert not cd.compare(contact(name="Anna Blum", country="FR"), declared).identified
    assert cd.compare(contact(name="Anna Blum"), declared).open == ("country", "email")
    assert not cd.compare(contact(), Registrant()).identified


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("info@Blumen-Hof.test.", "blumen-hof.test"),
        ("info@müller.test", "xn--mller-kva.test"),
        ("a@b@c.test", "c.test"),
        ("none", ""),
        ("a@", ""),
        ("a@" + "x" * 300, ""),
        ("a@bad domain", ""),
        ("a@-x.test", ""),
        ("a@b.test;id", ""),
        ("a@_b.test", "_b.test"),
    ],
)
def test_mail_domains(address: str, domain: str) -> None:
    assert cd.mail_domain(address) == domain


def test_a_remedy_is_for_whoever_can_carry_it_out() -> None:
    remedies = {tag: message.remedy for tag, message in check.MESSAGES.items() if message.remedy is not None}
    for odd in set(cp.Odd) - {cp.Odd.MAIL_UNANSWERED}:
        remedy = remedies[check.Tag[odd.name]]
        assert remedy.steps_by[Who.HOLDER].startswith("Tell the holder of {domain} ")
        assert "log in" not in remedy.steps_by[Who.HOLDER].lower()
    for tag in (check.Tag.WITHHELD, check.Tag.PRIVACY):
        # What everybody can look up never shows that the data behind it was corrected.
        assert remedies[tag].verify == ""
        assert "only on that page" in remedies[tag].steps
    pages = [tag for tag, remedy in remedies.items() if "“What to check”" in remedy.steps]
    assert pages == [check.Tag.DIFFERS, check.Tag.NOT_DECLARED, check.Tag.WITHHELD, check.Tag.PRIVACY]
    assert all("--registrant" in remedies[tag].steps for tag in pages)


WORDS = st.text(max_size=60) | st.sampled_from(["+49", "DE", "ü", "\x00", "a@b.test", "00000", "REDACTED", "\ufdfa" * 40])
LISTS = st.lists(WORDS, max_size=3).map(tuple)
CONTACTS = st.builds(
    RegistrationContact,
    roles=st.just(("registrant",)),
    name=WORDS, organization=WORDS, email=LISTS, phone=LISTS, street=LISTS,
    city=WORDS, postal_code=WORDS, country=WORDS, withheld=LISTS,
)  # fmt: skip
DECLARED = st.builds(
    Registrant,
    name=WORDS,
    organization=WORDS,
    street=WORDS,
    city=WORDS,
    postal_code=WORDS,
    country=WORDS,
    email=WORDS,
    phone=WORDS,
)


@given(CONTACTS, DECLARED)
def test_hostile_text_is_read_without_fault(given_contact: RegistrationContact, declared: Registrant) -> None:
    compared = cd.compare(given_contact, declared)
    assert set(compared.same).isdisjoint(d.field for d in compared.different)
    assert all(len(str(o.value)) <= 1000 for o in cp.oddities(given_contact, (mail_domain("b.test"),)))
    assert cd.holder((record(contacts=(given_contact,)),)).contact == given_contact
