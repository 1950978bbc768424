"""Answers of WHOIS servers in the forms of many registries, with invented data; what is sent to them; what hostile ones send."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whois import parser as library

from selfaudit.errors import BadInput
from selfaudit.facts.registration import Registered, RegistrationContact, RegistrationRecord
from selfaudit.protocols import whois, whois_library
from selfaudit.protocols.whois_dates import Habits, habits_of, moment

ANSWERS = Path(__file__).with_name("whois_answers")
YES, NO, UNKNOWN = Registered.YES, Registered.NO, Registered.UNKNOWN
SHOP, NAMES = "laden-erfunden.com", ("ns1.hoster.example", "ns2.hoster.example")
KEPT = "the registry keeps this name back: it is reserved, blocked, or not sold like others"


def answer(name: str) -> str:
    return whois.decode((ANSWERS / f"{name}.txt").read_bytes())


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def person(role: str, **values: Any) -> RegistrationContact:
    return RegistrationContact((role,), **values)


# What each answer gives; a field that is not named is empty.
REGISTERED: list[tuple[str, str, dict[str, Any]]] = [
    ("com", SHOP, {
        "handle": "1000000001_DOMAIN_COM-VRSN", "registrar": "Registrar Eins, LLC", "registrar_id": "9995",
        "registrar_url": "http://www.registrar-eins.example", "abuse_email": ("abuse@registrar-eins.example",),
        "abuse_phone": ("+1.5550100",), "created": at("2015-03-01 09:00:00"), "changed": at("2026-01-15 10:20:30"),
        "expires": at("2027-03-01 09:00:00"), "name_servers": NAMES, "states": ("client transfer prohibited", "client hold"),
        "whois_server": "whois.registrar-eins.example", "signed": False,
    }),
    ("com-registrar", SHOP, {
        "handle": "1000000001_DOMAIN_COM-VRSN", "registrar": "Registrar Eins, LLC", "registrar_id": "9995",
        "registrar_url": "https://www.registrar-eins.example", "abuse_email": ("abuse@registrar-eins.example",),
        "abuse_phone": ("+1.5550100",), "created": at("2015-03-01 09:00:00"), "changed": at("2026-01-15 10:20:30"),
        "registrar_expires": at("2027-03-02 09:00:00"), "name_servers": NAMES, "states": ("active",),
        "whois_server": "whois.registrar-eins.example", "signed": True,
        "contacts": (
            person("registrant", name="Erika Beispiel", organization="Laden Erfunden GmbH", email=("erika@laden-erfunden.example",),
                   phone=("+49.305550101",), street=("Musterweg 1", "Hinterhaus"), city="Musterstadt", region="BE",
                   postal_code="10115", country="DE", handle="C-77"),
            person("administrative", withheld=("name", "organization", "email")),
            person("technical", name="Erika Beispiel", phone=("+49.305550101",), email=("technik@laden-erfunden.example",)),
            person("billing", withheld=("name",)),
        ),
    }),
    ("org-redacted", "verein-erfunden.org", {
        "registrar": "Registrar Zwei Ltd.", "registrar_id": "9996", "registrar_url": "http://www.registrar-zwei.example",
        "abuse_email": ("abuse@registrar-zwei.example",), "abuse_phone": ("+44.2055501",), "created": at("2001-05-01"),
        "changed": at("2026-05-01 00:00:01"), "expires": at("2027-05-01"), "name_servers": NAMES[:1], "states": ("server hold",),
        "signed": True,
        "contacts": (
            person("registrant", organization="Verein Erfunden e.V.", region="Bayern", country="DE",
                   withheld=("name", "email", "phone", "street", "city", "postal code")),
        ),
    }),
    ("io-privacy", "dienst-erfunden.io", {
        "handle": "1234567890abcdef-DONUTS", "registrar": "Registrar Drei, Inc.", "registrar_id": "9997",
        "registrar_url": "https://www.registrar-drei.example/", "abuse_email": ("abuse@registrar-drei.example",),
        "abuse_phone": ("+1.5550102",), "created": at("2020-02-29 12:00:00"), "changed": at("2026-06-01 01:02:03"),
        "expires": at("2027-02-28 12:00:00"), "name_servers": NAMES[:1], "states": ("add period",), "signed": False,
        "whois_server": "whois.registrar-drei.example",
        "contacts": (
            person("registrant", name="Registration Private", organization="Domains By Proxy, LLC", phone=("+1.5550103",),
                   street=("1 Proxy Road",), city="Tempe", region="Arizona", postal_code="85281", country="US", withheld=("email",)),
        ),
    }),
    ("co-tight", "tienda-inventada.co", {
        "handle": "D1-CO", "registrar": "Registrar Cuatro", "created": at("2019-07-01"), "expires": at("2027-06-30 23:59:59"),
        "name_servers": NAMES[:1], "states": ("active",), "signed": False,
    }),
    ("de", "laden-erfunden.de", {
        "name_servers": ("ns1.hoster.example", "ns1.laden-erfunden.de"), "states": ("active",), "signed": True,
        "changed": at("2024-03-01 09:00:00"),
    }),
    ("de-idn", "xn--bcher-erfunden-gsb.de", {
        "name_servers": NAMES[:1], "states": ("failed",), "changed": at("2024-03-01 09:00:00"),
    }),
    ("uk", "shop-invented.co.uk", {
        "registrar": "Registrar Five Ltd", "registrar_url": "https://www.registrar-five.example", "states": ("active",),
        "created": at("2005-11-26"), "expires": at("2027-11-26"), "changed": at("2025-10-27"),
        "name_servers": ("ns1.hoster.example", "ns2.shop-invented.co.uk"),
        "notes": ("The registry was able to match the registrant's name and address on 10-Dec-2022",),
    }),
    ("uk-suspended", "shop-invented.co.uk", {
        "registrar": "Registrar Five Ltd", "registrar_url": "https://www.registrar-five.example",
        "states": ("renewal required", "this registration has been suspended"),
        "created": at("2005-11-26"), "expires": at("2025-11-26"), "changed": at("2025-10-27"), "name_servers": NAMES[:1],
    }),
    ("eu", "shop-invented.eu", {
        "registrar": "Registrar Six NV", "registrar_url": "https://www.registrar-six.example", "signed": True,
        "name_servers": ("ns1.shop-invented.eu", "ns2.hoster.example"),
        "contacts": (
            person("registrant", withheld=("contact",)),
            person("technical", organization="Technik Erfunden", email=("technik@hoster.example",)),
        ),
    }),
    ("nl", "winkel-verzonnen.nl", {
        "registrar": "Registrar Zeven B.V.", "abuse_email": ("abuse@registrar-zeven.example",), "abuse_phone": ("+31.205550100",),
        "created": at("1999-05-27"), "changed": at("2025-12-01"), "states": ("active",), "signed": True,
        "name_servers": ("ns1.hoster.example", "ns2.winkel-verzonnen.nl"),
    }),
    ("be", "winkel-verzonnen.be", {
        "registrar": "Registrar Acht BV", "registrar_url": "http://www.registrar-acht.example", "created": at("2001-08-15"),
        "name_servers": ("ns1.winkel-verzonnen.be", "ns2.hoster.example"), "states": ("client transfer prohibited",),
        "contacts": (person("registrant", withheld=("contact",)),),
    }),
    ("fr", "boutique-inventee.fr", {
        "registrar": "REGISTRAR NEUF", "created": at("2010-06-30 10:11:12"), "changed": at("2026-05-02 01:02:03"),
        "expires": at("2027-06-30 22:00:00"), "name_servers": ("ns1.hoster.example", "ns2.boutique-inventee.fr"),
        "states": ("active",),
        "contacts": (
            person("registrant", name="La Boutique Inventée SARL", email=("bonjour@boutique-inventee.example",),
                   phone=("+33.455501002",), street=("5 rue de l'Exemple",), city="Lyon", postal_code="69001", country="FR",
                   handle="LBI1-FRNIC"),
            person("administrative", withheld=("contact",), handle="ANO00-FRNIC"),
        ),
    }),
    ("it", "negozio-inventato.it", {
        "registrar": "Registrar Dieci S.p.A.", "registrar_url": "http://www.registrar-dieci.example", "signed": False,
        "created": at("2004-12-10"), "changed": at("2026-05-07 00:58:09"), "expires": at("2027-04-21"), "name_servers": NAMES,
        "states": ("inactive", "dnshold"),
        "contacts": (
            person("registrant", organization="Negozio Inventato S.r.l.", street=("Via Esempio 1",), city="Roma", region="RM",
                   postal_code="00100", country="IT"),
            person("administrative", name="Mario Inventato", organization="Negozio Inventato S.r.l."),
            person("technical", withheld=("name", "organization")),
        ),
    }),
    ("at", "laden-erfunden.at", {
        "registrar": "Registrar Elf GmbH", "changed": at("2025-02-03 10:11:12"), "name_servers": NAMES,
        "contacts": (
            person("registrant", organization="Laden Erfunden GesmbH", street=("Beispielgasse 3",), city="Wien", postal_code="1010",
                   country="Austria", withheld=("email", "phone"), handle="LEG12345678-NICAT"),
            person("technical", name="Technik Dienst", organization="Hoster GmbH", email=("technik@hoster.example",),
                   handle="TEG87654321-NICAT"),
        ),
    }),
    ("pl", "sklep-zmyslony.pl", {
        "registrar": "Registrar Dwanascie sp. z o.o.", "created": at("2004-02-04 12:00:00"), "changed": at("2026-01-23 10:00:00"),
        "expires": at("2027-02-03 14:00:00"), "name_servers": ("ns1.hoster.example", "ns2.sklep-zmyslony.pl"), "signed": False,
    }),
    ("cz", "obchod-vymysleny.cz", {
        "registrar": "REG-TRINACT", "created": at("2006-08-07 02:00:00"), "changed": at("2026-01-05 12:00:00"),
        "expires": at("2027-08-06"), "name_servers": NAMES, "signed": True,
        "contacts": (
            person("registrant", name="Jan Vymyšlený", organization="Obchod Vymyšlený s.r.o.", street=("Příkladová 5",),
                   email=("jan@obchod-vymysleny.example",), city="Praha 1", postal_code="11000", country="CZ",
                   handle="SB:OBCHOD-01"),
            person("administrative", name="Jan Vymyšlený", handle="OBCHOD-02"),
        ),
    }),
    ("se", "affar-pahittad.se", {
        "registrar": "Registrar Fjorton AB", "created": at("2003-01-02"), "changed": at("2026-01-03"), "expires": at("2027-01-02"),
        "transferred": at("2019-04-05"), "name_servers": ("ns1.affar-pahittad.se", "ns2.hoster.example"), "states": ("active",),
        "signed": False, "contacts": (person("registrant", withheld=("contact",)),),
    }),
    ("dk", "butik-opdigtet.dk", {
        "registrar": "Registrar Femten A/S", "created": at("2008-01-19"), "expires": at("2027-01-31"), "name_servers": NAMES,
        "states": ("active",), "signed": False,
        "contacts": (
            person("registrant", name="Butik Opdigtet A/S", street=("Eksempelvej 5",), city="København S", postal_code="2300",
                   country="DK"),
        ),
    }),
    ("no", "butikk-oppdiktet.no", {
        "handle": "BUT123D-NORID", "created": at("2009-11-15"), "changed": at("2025-11-15"), "signed": True,
    }),
    ("fi", "kauppa-keksitty.fi", {
        "registrar": "Registrar Kuusitoista Oy", "registrar_url": "www.registrar-kuusitoista.example", "signed": False,
        "created": at("2011-09-01 10:20:30"), "changed": at("2026-03-02"), "expires": at("2027-08-31"), "name_servers": NAMES,
        "states": ("registered",),
        "contacts": (
            person("registrant", name="Kauppa Keksitty Oy", street=("Esimerkkikatu 1",), city="HÄMEENLINNA", postal_code="00100",
                   country="Finland"),
            person("technical", name="Tekniikka", email=("tekniikka@hoster.example",)),
        ),
    }),
    ("ru", "magazin-vyduman.ru", {
        "registrar": "SEMNADTSAT-RU", "created": at("2007-10-11 20:00:00"), "expires": at("2027-10-11 21:00:00"),
        "name_servers": ("ns1.hoster.example", "ns2.magazin-vyduman.ru"), "states": ("registered", "delegated", "verified"),
        "contacts": (person("registrant", withheld=("name",)),),
    }),
    ("jp", "mise-kakuu.jp", {
        "created": at("2011-08-31"), "changed": at("2026-08-31 16:05:01"), "expires": at("2027-08-31"), "name_servers": NAMES,
        "states": ("active",),
        "contacts": (
            person("registrant", name="Kakuu K.K."),
            person("administrative", name="Whois Privacy", email=("proxy@registrar-juuhachi.example",), phone=("03-5550-0100",),
                   street=("Chiyoda-ku", "Tokyo"), postal_code="100-0001"),
        ),
    }),
    ("co.jp", "kakuu-shoji.co.jp", {
        "created": at("2006-03-15"), "changed": at("2026-03-31 16:04:31"), "expires": at("2027-03-31"), "name_servers": NAMES[:1],
        "states": ("active",),
        "contacts": (
            person("registrant", organization="Kakuu Shoji"), person("administrative", handle="AB123JP"),
            person("technical", handle="CD456JP"),
        ),
    }),
    ("br", "loja-inventada.com.br", {  # it says "Query rate limit exceeded" too, and yet shows the data
        "created": at("2009-01-31"), "changed": at("2026-01-02"), "expires": at("2027-01-31"), "name_servers": NAMES,
        "states": ("active",),
        "contacts": (
            person("registrant", name="Joana Inventada", organization="Loja Inventada Ltda", country="BR", handle="LOINV",
                   email=("joana@loja-inventada.example",)),
            person("administrative", name="Joana Inventada", country="BR", handle="LOINV", email=("joana@loja-inventada.example",)),
            person("technical", handle="HOSTE"),
        ),
    }),
    ("cn", "shangdian-xugou.cn", {
        "handle": "20130311s10001s00000001-cn", "registrar": "Registrar Nineteen", "created": at("2013-03-17 04:20:05"),  # Beijing
        "expires": at("2027-03-17 04:48:36"), "name_servers": NAMES[:1], "states": ("client transfer prohibited",), "signed": False,
        "contacts": (person("registrant", name="虚构商店有限公司", email=("kontakt@shangdian-xugou.example",)),),
    }),
    ("au", "shop-invented.com.au", {  # no date of registration, and none of expiry
        "handle": "0123456789abcdef-AU", "registrar": "Registrar Twenty Pty Ltd", "changed": at("2026-03-04 05:06:07"),
        "registrar_url": "https://www.registrar-twenty.example", "abuse_email": ("abuse@registrar-twenty.example",),
        "abuse_phone": ("+61.255501000",), "name_servers": NAMES[:1], "states": ("server renew prohibited",), "signed": False,
        "whois_server": "whois.registry.example", "notes": ("Not Currently Eligible For Renewal",),
        "contacts": (
            person("registrant", name="Jo Invented", organization="SHOP INVENTED PTY LTD", handle="C-1-AU"),
            person("technical", name="Jo Invented", handle="C-2-AU"),
        ),
    }),
    ("ca", "shop-invented.ca", {
        "handle": "D1-CIRA", "registrar": "Registrar Twenty-One Inc.", "created": at("2012-02-03 04:05:06"),
        "changed": at("2026-02-03 04:05:06"), "expires": at("2027-02-03 04:05:06"), "name_servers": NAMES[:1],
        "states": ("redemption period",), "signed": False, "whois_server": "whois.registry.example",
        "contacts": (person("registrant", withheld=("name", "email")),),
    }),
    ("kr", "gage-gasang.kr", {
        "registrar": "Registrar Twenty-Two", "created": at("2011-05-04"), "changed": at("2026-01-30"), "expires": at("2027-05-04"),
        "name_servers": NAMES[:1], "signed": False,
        "contacts": (
            person("registrant", name="Gage Gasang", street=("Example-ro 1, Seoul",), postal_code="04524"),
            person("administrative", name="Gasang Kim", email=("kim@gage-gasang.example",), phone=("02-555-0100",)),
        ),
    }),
    ("ee", "pood-valjamoeldud.ee", {
        "registrar": "Registrar OÜ", "registrar_url": "http://www.registrar-ee.example", "created": at("2010-07-03 23:20:22"),
        "changed": at("2026-01-05 08:00:00"), "expires": at("2027-07-05"), "name_servers": NAMES, "states": ("active",),
        "contacts": (person("registrant", name="Pood OÜ", country="EE", withheld=("email",)),),
    }),
    ("sk", "obchod-vymysleny.sk", {
        "registrar": "TRIN-0009", "created": at("2012-07-23"), "changed": at("2026-07-02"), "expires": at("2027-07-13"),
        "name_servers": NAMES, "states": ("server hold", "client transfer prohibited"),
        "contacts": (
            RegistrationContact(("registrant", "administrative"), name="Ján Vymyslený", organization="Obchod Vymyslený s.r.o.",
                                email=("jan@obchod-vymysleny.example",), phone=("+421.255501001",), street=("Dlhá 9",),
                                city="Bratislava", postal_code="811 01", country="SK", handle="H900001"),
            person("technical", handle="TECH-0009"),
        ),
    }),
    ("sk-bare", "obchod-vymysleny.sk", {  # no holder: the organisation in it is the registrar's
        "registrar": "TRIN-0009", "created": at("2012-07-23"), "changed": at("2026-07-02"), "expires": at("2027-07-13"),
        "name_servers": NAMES, "states": ("server hold", "client transfer prohibited"),
    }),
    ("ua", "kramnytsia-vyhadana.com.ua", {
        "registrar": "ua.ukr", "registrar_url": "https://www.registrar-ukr.example",
        "abuse_email": ("abuse@registrar-ukr.example",), "abuse_phone": ("+380.445550100",), "created": at("2002-12-03 22:00:00"),
        "changed": at("2025-11-02 09:52:29"), "expires": at("2026-12-03 22:00:00"), "name_servers": NAMES,
        "states": ("client hold", "client transfer prohibited"),
        "contacts": (
            person("registrant", name="Оксана Вигадана", organization="ТОВ Крамниця Вигадана", email=("oksana@kramnytsia.example",),
                   phone=("+380.325550101",), street=("вул. Прикладна, 5",), city="Львів", postal_code="79000", country="UA"),
            person("administrative", name="Іван Вигаданий", organization="Інша Фірма", email=("ivan@other.example",)),
        ),
    }),
    ("ua-bare", "kramnytsia-vyhadana.ua", {
        "registrar": "ua.ukr", "created": at("2002-12-03 22:00:00"), "expires": at("2026-12-03 22:00:00"),
        "name_servers": NAMES[:1], "states": ("active",),
        "contacts": (person("registrant", organization="Kramnytsia Vyhadana LLC"),),
    }),
    ("il", "hanut-badui.co.il", {  # the first person in it is not the holder
        "registrar": "Registrar Shalosh Ltd", "registrar_url": "https://www.registrar-shalosh.example", "signed": False,
        "expires": at("2027-06-05"), "name_servers": NAMES, "states": ("transfer locked",),
        "contacts": (
            person("registrant", organization="Hanut Badui Ltd."),
            person("administrative", name="Adam Badui", email=("adam@another.example",), phone=("+972 3 5550102",),
                   handle="XX-AB0001-IL"),
            person("technical", name="Tech Badui", email=("tech@hoster.example",), handle="XX-CD0002-IL"),
        ),
    }),
    ("tr", "dukkan-uydurma.com.tr", {
        "registrar": "Registrar Kırk A.Ş.", "created": at("2022-09-14"), "expires": at("2027-09-13"), "name_servers": NAMES,
        "states": ("active", "frozen"), "contacts": (person("registrant", name="Dükkan Uydurma A.Ş.", withheld=("street",)),),
    }),
    ("lu", "buttek-erfonnt.lu", {
        "registrar": "Registrar Lu", "registrar_url": "https://www.registrar-lu.example", "created": at("1995-04-03"),
        "name_servers": NAMES[:1], "states": ("active",),
        "contacts": (
            person("registrant", name="Buttek Erfonnt S.à r.l.", street=("5, rue de l'Exemple",), city="Luxembourg",
                   postal_code="1234", country="LU"),
            person("administrative", name="Net Ekipp", email=("net@buttek.example",)),
        ),
    }),
    ("ro", "magazin-inventat.ro", {  # "Before 2001" is no date
        "registrar": "Registrar Ro SRL", "expires": at("2027-09-17"), "name_servers": NAMES, "states": ("updateprohibited",),
        "signed": False,
    }),
    ("tw", "shangdian-xugou.com.tw", {
        "registrar": "Registrar Tw Inc.", "registrar_url": "https://www.registrar-tw.example", "created": at("2000-08-28 23:30:00"),
        "expires": at("2027-11-08 16:00:00"), "name_servers": NAMES, "states": ("client transfer prohibited", "client hold"),
        "contacts": (
            person("registrant", name="Xugou Shangdian Co., Ltd.", email=("mei@shangdian-xugou.example",), phone=("+886.255501000",),
                   street=("1 Example Road", "Taipei"), country="TW"),
            person("administrative", name="Mei Xugou", email=("mei@shangdian-xugou.example",)),
        ),
    }),
    ("fr-hold", "boutique-inventee.fr", {
        "registrar": "REGISTRAR NEUF", "created": at("2010-06-30 10:11:12"), "changed": at("2026-05-02 01:02:03"),
        "expires": at("2026-12-30 22:00:00"), "name_servers": ("ns1.hoster.example", "ns2.boutique-inventee.fr"),
        "states": ("active", "hold"),
        "contacts": (
            person("registrant", name="La Boutique Inventée SARL", email=("bonjour@boutique-inventee.example",),
                   phone=("+33.455501002",), street=("5 rue de l'Exemple",), city="Lyon", postal_code="69001", country="FR",
                   handle="LBI1-FRNIC"),
            person("administrative", withheld=("contact",), handle="ANO00-FRNIC"),
        ),
    }),
    ("data-protected", "verein-erfunden.org", {  # a registrar's address stands in place of the holder's, country and all
        "registrar": "Registrar Zwei Ltd.", "registrar_id": "9996", "created": at("2001-05-01"), "expires": at("2027-05-01"),
        "name_servers": NAMES[:1], "states": ("active",), "signed": False,
        "contacts": (
            person("registrant", withheld=("name", "organization", "email", "phone", "street", "city", "region", "postal code",
                                           "country")),
        ),
    }),
    ("hostile", SHOP, {
        "registrar": "<script>alert(1)</script>\u202eevil", "name_servers": NAMES[:1],
        "contacts": (person("registrant", name="<b>Erika</b>"),),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("name", "domain", "wanted"), REGISTERED, ids=[name for name, _domain, _wanted in REGISTERED])
def test_data_is_read_in_the_form_of_each_registry(name: str, domain: str, wanted: dict[str, Any]) -> None:
    assert whois.parse(answer(name), domain, "whois.test.example") == RegistrationRecord("whois", YES, domain=domain, **wanted)
    assert not whois.is_refusal(answer(name))


@pytest.mark.parametrize(
    ("name", "domain", "line"),
    [
        ("com-free", SHOP, 'No match for "LADEN-ERFUNDEN.COM".'),
        ("org-free", "verein-erfunden.org", "Domain not found."),
        ("us-free", "shop-invented.us", "No Data Found"),
        ("de-free", "laden-erfunden.de", "Status: free"),
        ("uk-free", "shop-invented.co.uk", 'No match for "shop-invented.co.uk".'),
        ("eu-free", "shop-invented.eu", "Status: AVAILABLE"),
        ("nl-free", "winkel-verzonnen.nl", "winkel-verzonnen.nl is free"),
        ("be-free", "winkel-verzonnen.be", "Status: AVAILABLE"),
        ("fr-free", "boutique-inventee.fr", "NOT FOUND"),
        ("it-free", "negozio-inventato.it", ""),
        ("at-free", "laden-erfunden.at", "nothing found"),
        (
            "pl-free",
            "sklep-zmyslony.pl",
            "No information available about domain name sklep-zmyslony.pl in the Registry database.",
        ),
        ("cz-free", "obchod-vymysleny.cz", "ERROR:101: no entries found"),
        ("se-free", "affar-pahittad.se", 'domain "affar-pahittad.se" not found.'),
        ("dk-free", "butik-opdigtet.dk", "No entries found for the selected source."),
        ("no-free", "butikk-oppdiktet.no", "No match"),
        ("fi-free", "kauppa-keksitty.fi", "Domain not found"),
        ("ru-free", "magazin-vyduman.ru", "No entries found for the selected source(s)."),
        ("jp-free", "mise-kakuu.jp", "No match!!"),
        ("br-free", "loja-inventada.com.br", "No match for loja-inventada.com.br"),
        ("cn-free", "shangdian-xugou.cn", "No matching record."),
        ("ca-free", "shop-invented.ca", "Not found: shop-invented.ca"),
        ("lv-free", "veikals-izdomats.lv", "Status: free"),
        ("mx-free", "tienda-inventada.mx", "No_Se_Encontro_El_Objeto/Object_Not_Found"),
        ("ar-free", "tienda-inventada.com.ar", "El dominio no se encuentra registrado en el registro"),
        ("pe-free", "tienda-inventada.pe", "Domain Status: No Object Found"),
    ],
)
def test_a_name_that_nobody_has(name: str, domain: str, line: str) -> None:
    record = whois.parse(answer(name), domain, "whois.test.example")
    assert (record.registered, record.throttled, record.notes) == (NO, False, (line,) if line else ())
    assert (record.name_servers, record.contacts, record.created) == ((), (), None)
    assert not whois.is_refusal(answer(name))


@pytest.mark.parametrize(
    "text",
    [
        "Object does not exist",
        "The queried object does not exist: DOMAIN NOT FOUND",
        "No entries found for query shop.example.",
        "shop.example - No Match",
        "%ERROR:103: Domain is not registered",
        "*** Nothing found for this query.",
        "Domain shop.example does not exist in database",
        "The domain has not been registered.",
        "Data not found. This domain is available for registration.",
        "shop.example is available for registration",
        "Status: AVAILABLE",
        "Available",
        "The requested domain was not found in the Registry or Registrar’s WHOIS Server.",
    ],
)
def test_other_words_for_a_name_that_nobody_has(text: str) -> None:
    assert whois.parse(text + "\r\n", "shop.example", "whois.test.example").registered is NO


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("org-throttled", "verein-erfunden.org"),
        ("de-throttled", "laden-erfunden.de"),
        ("uk-throttled", "shop-invented.co.uk"),
        ("at-throttled", "laden-erfunden.at"),
        ("cz-throttled", "obchod-vymysleny.cz"),
        ("ru-throttled", "magazin-vyduman.ru"),
        ("es-refused", "tienda-inventada.es"),
    ],
)
def test_a_refusal_says_nothing_about_the_name(name: str, domain: str) -> None:
    record = whois.parse(answer(name), domain, "whois.test.example")
    assert (record.registered, record.throttled, len(record.notes)) == (UNKNOWN, True, 1)
    assert whois.is_refusal(answer(name))


@pytest.mark.parametrize(
    "text",
    [
        "Too many requests",
        "Error: rate limit exceeded, try again later",
        "% Maximum queries per hour reached",
        "Your IP address has been blacklisted.",
        "Access denied",
        "You have been banned for abuse.",
        "The service is temporarily unavailable.",
        "Excessive querying, grace period of 30 seconds",
        "Domain shop.example not found: server temporarily unavailable, try again later",
    ],
)
def test_other_words_of_refusal(text: str) -> None:
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert (record.registered, record.throttled) == (UNKNOWN, True)


def test_what_could_happen_is_no_refusal() -> None:
    text = "No match for shop.example\n\nUsers who send too many requests may be blocked. If the limit is exceeded, access is denied.\n"
    assert not whois.is_refusal(text)
    assert whois.parse(text, "shop.example", "whois.test.example").registered is NO
    # Words about this very name count more than a short sentence about limits.
    text = "% Query rate limit exceeded. Reduced information.\n\n% No match for shop.example\n"
    assert whois.parse(text, "shop.example", "whois.test.example").registered is NO
    assert whois.parse(text, "shop.example", "whois.test.example").throttled is False


@pytest.mark.parametrize(
    ("name", "domain", "said"),
    [
        ("premium", SHOP, "This premium domain is available for purchase at www.registry-premium.example"),
        ("dpml", SHOP, "The registration of this domain is restricted, as it is protected by a block for the holders of marks."),
        ("de-invalid", "in--valid.de", "invalid"),
        ("eu-reserved", "shop-invented.eu", "reserved"),
        ("it-unassignable", "negozio-inventato.it", "unassignable"),
        ("uk-rules", "shop-invented.co.uk",
         "This domain cannot be registered because it contravenes the naming rules. "
         "The naming rules are on the pages of the registry."),
    ],
)  # fmt: skip
def test_a_name_that_is_kept_back_is_neither_registered_nor_free(name: str, domain: str, said: str) -> None:
    record = whois.parse(answer(name), domain, "whois.test.example")
    assert (record.registered, record.throttled, record.notes) == (UNKNOWN, False, (KEPT, said))


def test_reserved_rights_are_no_reserved_name() -> None:
    text = "% All rights reserved.\n\nNo match for shop.example\n"
    assert whois.parse(text, "shop.example", "whois.test.example").registered is NO


@pytest.mark.parametrize("name", ["another", "another-free"])
def test_an_answer_about_another_domain_says_nothing_about_ours(name: str) -> None:
    record = whois.parse(answer(name), SHOP, "whois.test.example")
    assert (record.registered, record.notes) == (UNKNOWN, ("the answer is about another domain: another-invented.com",))
    assert (record.registrar, record.created, record.contacts) == ("", None, ())
    assert record.domain == ("another-invented.com" if name == "another" else "")


def test_of_several_domains_only_ours_is_read() -> None:
    text = (
        "Domain Name: A.EXAMPLE\nRegistrar: A Ltd\n\nDomain Name: SHOP.EXAMPLE\nRegistrar: Shop Ltd\nCreation Date: 2020-01-02\n"
        "\nDomain Name: B.EXAMPLE\nRegistrar: B Ltd\nRegistry Expiry Date: 2030-01-02\n"
    )
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert (record.registered, record.registrar, record.created, record.expires) == (YES, "Shop Ltd", at("2020-01-02"), None)


def test_free_with_data_is_a_contradiction() -> None:
    text = "Domain: shop.example\nStatus: free\nRegistrar: Shop Ltd\n"
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert record.registered is UNKNOWN
    assert record.notes == ("the answer contradicts itself: it says that the name is free, and shows data of it",)


@pytest.mark.parametrize(
    "text",
    ["Domain Name: shop.example\n", "Registrar: Shop Ltd\nCreation Date: 2020-01-02\n", answer("ch"), answer("iana"),
     "Domain Name: sub.shop.example\nRegistrar: Shop Ltd\n", "Invalid query\n"],
)  # fmt: skip
def test_what_does_not_show_the_domain_is_not_registered_and_not_free(text: str) -> None:
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert (record.registered, record.throttled, record.states) == (UNKNOWN, False, ())


@pytest.mark.parametrize("text", ["", " \r\n\t\n", "\x00\x1b", answer("html"), "Hello\n", "% a comment\n", "\u2028"])
def test_what_cannot_be_understood(text: str) -> None:
    with pytest.raises(BadInput):
        whois.parse(text, "shop.example", "whois.test.example")
    assert whois.is_refusal(text) is False
    assert whois.referral(text) == ""


def test_a_sentence_below_an_empty_field_is_not_its_value() -> None:
    text = "Domain Name: shop.example\nRegistrar:\nRegistrar IANA ID: 99\nRegistrant Name:\n\nThe data here is for you.\nRegistrant:\n\nMore text\n"
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert (record.registrar, record.registrar_id, record.contacts) == ("", "99", ())


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("whois.registrar.example", "whois.registrar.example"),
        ("WHOIS.Registrar.Example.", "whois.registrar.example"),
        ("whois://whois.registrar.example", ""),
        ("http://whois.registrar.example", ""),
        ("whois.registrar.example:43", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("localhost", ""),
        ("server.local", ""),
        ("two words.example", ""),
        ("whois.\x00evil.example", "whois.evil.example"),
        ("-oProxyCommand=x", ""),
    ],
)
def test_only_plausible_host_names_are_followed(value: str, wanted: str) -> None:
    text = f"Domain Name: shop.example\nRegistrar WHOIS Server: {value}\nRegistrar: Shop Ltd\n"
    assert whois.parse(text, "shop.example", "whois.test.example").whois_server == wanted
    assert whois.referral(f"% comment\n\nrefer:        {value}\n") == wanted


def test_the_referral_of_the_root() -> None:
    assert whois.referral(answer("iana")) == "whois.registry.example"
    assert whois.referral("domain: COM\nwhois:   whois.other.example\n") == "whois.other.example"
    assert whois.referral("refer: 192.0.2.1\nwhois: whois.other.example\n") == "whois.other.example"
    assert whois.referral("domain: INVALID\nremarks: see whois.other.example\n") == ""


def test_networks_of_arin() -> None:
    network = whois.parse_network(answer("arin"))
    assert (network.handle, network.name, network.kind) == ("NET-198-51-100-0-1", "HOSTER-INVENTED", "Reassigned")
    assert (network.start, network.end, network.prefixes) == ("198.51.100.0", "198.51.100.255", ("198.51.100.0/24",))
    assert (network.holder, network.country, network.changed) == ("Hoster Invented LLC", "US", at("2025-03-14"))
    assert (network.abuse_email, network.abuse_phone) == (("abuse@hoster.example",), ("+1-555-0104",))
    assert network.notes == ("Abuse reports only by mail.",)
    assert network.contacts == (
        person("registrant", organization="Hoster Invented LLC", street=("1 Example Plaza",), city="Exampletown", region="CA",
               postal_code="90001", country="US", handle="HOSTE-9"),
    )  # fmt: skip


def test_networks_of_ripe() -> None:
    network = whois.parse_network(answer("ripe"))
    assert (network.handle, network.name, network.kind) == ("192.0.2.0 - 192.0.2.127", "HOSTER-ERFUNDEN", "ASSIGNED PA")
    assert (network.start, network.end, network.prefixes) == ("192.0.2.0", "192.0.2.127", ("192.0.2.0/25",))
    assert (network.holder, network.country, network.changed) == ("Hoster Erfunden GmbH", "DE", at("2025-05-06 07:08:09"))
    assert network.abuse_email == ("abuse@hoster.example",)
    assert [(c.roles, c.name, c.organization, c.email) for c in network.contacts] == [
        (("registrant",), "", "Hoster Erfunden GmbH", ()),
        (("administrative", "technical"), "Erfunden Technik", "", ("noc@hoster.example",)),
    ]


def test_networks_of_apnic_and_lacnic() -> None:
    network = whois.parse_network(answer("apnic"))
    assert (network.start, network.prefixes, network.kind) == ("2001:db8::", ("2001:db8::/32",), "ALLOCATED PORTABLE")
    assert (network.holder, network.abuse_email) == ("An invented network", ("abuse@invented.example",))
    network = whois.parse_network(answer("lacnic"))
    assert (network.start, network.end, network.prefixes) == ("203.0.113.0", "203.0.113.255", ("203.0.113.0/24",))
    assert (network.holder, network.country, network.kind) == ("Red Inventada S.A.", "AR", "reallocated")
    assert (network.abuse_email, network.changed) == (("abuse@red.example",), at("2025-02-03"))
    assert not whois.is_refusal("% Query limit exceeded\n\n" + answer("lacnic"))


@pytest.mark.parametrize(
    "text",
    ["", "NetName: X\n", "inetnum: 10.0.0.9 - 10.0.0.1\n", "inetnum: 192.0.2.0 - 2001:db8::\n", "inetnum: 300.1.1.1/24\n",
     "inetnum: a/b/c\n", "%ERROR:101: no entries found\n", answer("com")],
)  # fmt: skip
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(BadInput):
        whois.parse_network(text)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"plain\r\ntext\0", "plain\ntext"),
        ("\ufeffKøbenhavn".encode(), "København"),
        ("København".encode("latin-1"), "København"),
        ("% charset=iso-8859-2\nPříklad".encode("iso-8859-2"), "% charset=iso-8859-2\nPříklad"),
        ("% Encoding: koi8-r\nПример".encode("koi8-r"), "% Encoding: koi8-r\nПример"),
        (b"% charset=utf-16\nM\xfcnchen", "% charset=utf-16\nMünchen"),
        (b"% charset=no-such-thing\nM\xfcnchen", "% charset=no-such-thing\nMünchen"),
        (b"% charset=zlib_codec\nM\xfcnchen", "% charset=zlib_codec\nMünchen"),
        ("[Domain Name] 架空商店".encode("iso2022_jp"), "[Domain Name] 架空商店"),
        ("[ JPRS ]\n架空商店".encode("euc_jp"), "[ JPRS ]\n架空商店"),
        ("[Domain Name]\n架空商店".encode("shift_jis"), "[Domain Name]\n架空商店"),
        (b"\x93quoted\x94 10\x80", "“quoted” 10€"),
        (b"\x81\x8d\xff", "\x81\x8d\xff"),
        (b"\x1b$B\xff", "\x1b$Bÿ"),
        (b"a" * 65_535 + "é".encode(), "a" * 65_535),
        (b"", ""),
    ],
)
def test_octets_become_text(data: bytes, wanted: str) -> None:
    assert whois.decode(data) == wanted


@pytest.mark.parametrize(
    ("server", "subject", "wanted"),
    [
        ("whois.test.example", "Shop.Example", "shop.example"),
        ("whois.test.example", "bücher.example", "xn--bcher-kva.example"),
        ("whois.iana.org", "com", "com"),
        ("whois.denic.de", "shop.example", "-T dn,ace shop.example"),
        ("WHOIS.DENIC.DE.", "shop.example", "-T dn,ace shop.example"),
        ("whois.jprs.jp", "shop.example", "shop.example/e"),
        ("whois.verisign-grs.com", "shop.example", "domain shop.example"),
        ("whois.punktum.dk", "shop.example", "--show-handles shop.example"),
        ("whois.dk-hostmaster.dk", "shop.example", "--show-handles shop.example"),
        ("whois.arin.net", "192.0.2.1", "n + 192.0.2.1"),
        ("whois.arin.net", "2001:DB8::1", "n + 2001:db8::1"),
        ("whois.arin.net", "shop.example", "shop.example"),
        ("whois.ripe.net", "192.0.2.1", "192.0.2.1"),
        ("whois.denic.de", "192.0.2.1", "192.0.2.1"),
    ],
)
def test_what_is_asked(server: str, subject: str, wanted: str) -> None:
    assert whois.query_line(server, subject) == wanted


@pytest.mark.parametrize(
    "subject",
    ["", ".", "a\r\nb.example", "a.example\n", " a.example", "a.example b", "-T dn a.example", "-h", "a\x00.example", "a/e", "a%b.example",
     "fe80::1%eth0\r\n", "a" * 300, "{server}.example", "a\u2028b.example", "ä\n.example", "a;b", "192.0.2.0/24"],
)  # fmt: skip
def test_nothing_else_gets_into_a_line(subject: str) -> None:
    for server in ("whois.test.example", "whois.arin.net", "whois.denic.de"):
        with pytest.raises(BadInput):
            whois.query_line(server, subject)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-05-06T07:08:09Z", "2024-05-06 07:08:09"),
        ("2024-05-06T07:08:09.123456Z", "2024-05-06 07:08:09"),
        ("2024-05-06T07:08:09+0200", "2024-05-06 05:08:09"),
        ("2024-05-06 07:08:09 UTC", "2024-05-06 07:08:09"),
        ("2024-05-06 07:08:09 (UTC+8)", "2024-05-05 23:08:09"),
        ("2024.05.06 07:08", "2024-05-06 07:08:00"),
        ("2024/05/06", "2024-05-06"),
        ("2024. 05. 06.", "2024-05-06"),
        ("2024-May-06.", "2024-05-06"),
        ("20240506", "2024-05-06"),
        ("20240506 #1234", "2024-05-06"),
        ("06-May-2024", "2024-05-06"),
        ("6 May 2024 07:08:09", "2024-05-06 07:08:09"),
        ("May 6 2024", "2024-05-06"),
        ("Mon May 6 07:08:09 GMT 2024", "2024-05-06 07:08:09"),
        ("Wed Aug 15 2001", "2001-08-15"),
        ("6.5.2024 07:08:09", "2024-05-06 07:08:09"),
        ("31/12/2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("2024-05-06T24:00:00Z", "2024-05-07"),
    ],
)
def test_dates(text: str, wanted: str) -> None:
    assert moment(text) == at(wanted)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "before Aug-1996", "03/04/2024", "2024", "2024-13-01", "2024-02-30", "0001-01-01", "9999-12-31", "1970-01-01",
     "10:20:30", "Friday", "2024-05-06T25:00:00Z", "2024-05-06T07:61:00Z", "٢٠٢٤-٠٥-٠٦", "N/A", "-", "1 2 3 4", "²⁰²⁴-05-06"],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two(text: str) -> None:
    assert moment(text) is None


def test_the_order_of_day_and_month_and_the_local_time_are_known_of_some() -> None:
    assert moment("03/04/2024", Habits(day_first=True)) == at("2024-04-03")
    assert moment("2024-05-06 07:08:09", Habits(hours=8)) == at("2024-05-05 23:08:09")
    for told in ("2024-05-06T07:08:09Z", "2024-05-06 07:08:09 UTC", "2024-05-06T09:08:09+0200", "2024-05-06 09:08:09 CEST"):
        assert moment(told, Habits(hours=8)) == at("2024-05-06 07:08:09")
    assert moment("2024-05-06", Habits(hours=8)) == at("2024-05-06")
    text = "Domain: loja-inventada.pt\nCreation Date: 03/04/2004 10:00:00\nRegistrar: R\n"
    assert whois.parse(text, "loja-inventada.pt", "whois.test.example").created == at("2004-04-03 10:00:00")


@pytest.mark.parametrize("ending", sorted(whois_library.ENDINGS))
def test_the_library_is_used_only_where_its_patterns_stay_within_lines(ending: str) -> None:
    # Patterns that repeat over line breaks, or repeat a repetition, can keep a hostile server's reader busy without end.
    with_breaks = re.compile(r"\[\\s\\S\]|\[\\S\\s|\[\\n|\\w\\W|\(\?:\.[*+]\\n\)|\(\?:\^|\\s\)\*|\\s\*\.\*")
    entry = library.WhoisEntry.load(f"a.{ending}", "x")
    patterns = getattr(type(entry), "regex", None) or entry._regex
    assert patterns
    assert [p for p in patterns.values() if p and with_breaks.search(p)] == []


def test_the_library_gives_no_date_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    # A date reader that fills in what lacks would take this for today.
    found = whois_library.read("a.ae", ["Domain Name: a.ae", "Creation Date: 10:20", "Registrar Name: X"], Habits())
    assert found.dates == {}
    monkeypatch.setattr(library.WhoisEntry, "load", lambda _domain, _text: 1 / 0)
    assert whois_library.read("a.ae", ["Domain Name: a.ae"], Habits()) == whois_library.Found()


@pytest.mark.parametrize(
    ("domain", "line", "wanted"),
    [
        ("a.kz", "Domain created: 2009-05-06 07:08:09", {"created": at("2009-05-06 07:08:09")}),
        ("a.ro", "Registered On: 2009-05-06", {"created": at("2009-05-06")}),
        ("a.ro", "Registered On: Before 2001", {}),
        ("a.ro", "Registered On: 03/04/1995", {}),
        ("a.lu", "registered: 03/04/1995", {}),  # the library takes the month to be first
        ("a.cn", "Registration Time: 2013-03-17 03:20:05", {"created": at("2013-03-16 19:20:05")}),
        ("a.ro", "Registered On: 2009", {}),
    ],
)
def test_the_library_s_dates_count_only_as_we_read_them(domain: str, line: str, wanted: dict[str, float]) -> None:
    assert whois_library.read(domain, [f"Domain Name: {domain}", line], habits_of(domain)).dates == wanted


@pytest.mark.parametrize(
    "parts",
    ["Organization: R s.r.o.\nStreet: A 1\nState: NY", "organization: R LLC", "Phone: +1.5550100\nOrganization: R LLC",
     "Organization: R LLC\nExpires: 2030-01-02", "Person: R\nOwner: R\nCity: R"],
)  # fmt: skip
def test_the_registrar_is_never_taken_for_the_holder(parts: str) -> None:
    text = f"Domain Name: shop.example\nCreated: 2020-01-02\n\nRegistrar: R-1\n{parts}\nCreated: 2001-01-01\n"
    record = whois.parse(text, "shop.example", "whois.test.example")
    assert (record.registrar, record.contacts, record.states, record.created) == ("R-1", (), (), at("2020-01-02"))


def test_a_remark_is_no_holder() -> None:
    text = "domain: shop.{0}\ndescr: Shop Ltd\ndescr: 1 Road\nnserver: ns1.hoster.example\n"
    assert whois.parse(text.format("il"), "shop.il", "whois.test.example").contacts == (
        person("registrant", organization="Shop Ltd"),
    )
    assert whois.parse(text.format("ir"), "shop.ir", "whois.test.example").contacts == ()


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("hold: YES", ("hold",)),
        ("hold: NO", ()),
        ("Frozen Status: Frozen", ("frozen",)),
        ("Frozen Status: by order of a court", ("frozen",)),
        ("Frozen Status: -", ()),
        ("EPP Status: serverHold", ("server hold",)),
        ("EPP Status: clientHold, serverHold", ("client hold", "server hold")),
        ("eppstatus: serverHold", ("server hold",)),
    ],
)
def test_holds_are_states(line: str, states: tuple[str, ...]) -> None:
    text = f"Domain: shop.example\n{line}\nRegistrar: Shop Ltd\n"
    assert whois.parse(text, "shop.example", "whois.test.example").states == states


def test_the_country_of_a_contact_that_was_written_over_may_be_the_holder_s() -> None:
    text = (
        "Domain Name: shop.example\nRegistrar: R\nRegistrant Organization: Data Protected\nRegistrant City: Toronto\n"
        "Registrant Country: {}\n"
    )
    read = [whois.parse(text.format(code), "shop.example", "whois.test.example").contacts for code in ("FR", "CA")]
    assert read == [
        (person("registrant", country="FR", withheld=("organization", "city")),),
        (person("registrant", withheld=("organization", "city", "country")),),
    ]


KEYS = st.sampled_from(
    ["Domain Name: shop.cz", "domain:", "Domain:", "[Domain Name]", "Registrar:", "Registrant", "Registrant:", "contact:", "nic-hdl:",
     "Name Server:", "nserver:", "Creation Date:", "expires:", "created:", "Status:", "status: free", "DNSSEC:", "address:", "person:",
     "Registrant Name:", "Registrant Street:", "Registrar WHOIS Server:", "Keys:", "Flags:", "inetnum:", "NetRange:", "OrgName:",
     "abuse-c:", "% Abuse contact for 'x' is '", "No match for", "not found", "limit exceeded", "reserved", "refer:", "whois:",
     "192.0.2.0 - 192.0.2.9", "2001:db8::/32", "shop.cz", "2024-01-02T03:04:05Z", "REDACTED FOR PRIVACY", "a@b.example", "   ", "\t",
     "** ", "[", "]", ":", ">>>", "%", "#", "\r", "\0", "\x1b[2J", "\u202e", "٣", "<b>", "https://", "..........:"]
)  # fmt: skip
MIXED = st.lists(st.tuples(KEYS, st.sampled_from(["", " ", "\n", "\n\n", "\n    "]), st.text(max_size=12)), max_size=40).map(
    lambda parts: "".join(key + gap + value for key, gap, value in parts)
)


@given(st.one_of(st.text(max_size=400), MIXED), st.sampled_from(["shop.cz", "shop.com", "shop.kr", "shop.uk", ""]))
def test_any_text_is_read_or_refused(text: str, domain: str) -> None:
    for read in (lambda: whois.parse(text, domain, "whois.test.example"), lambda: whois.parse_network(text)):
        with contextlib.suppress(BadInput):
            read()
    whois.is_refusal(text)
    host = whois.referral(text)
    assert host == "" or re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", host)


@given(MIXED)
def test_without_our_name_it_is_never_registered(text: str) -> None:
    try:
        record = whois.parse(text.replace("shop", "other"), "shop.cz", "whois.test.example")
    except BadInput:
        return
    assert record.registered is not YES


@given(st.binary(max_size=300))
def test_any_octets_are_decoded(data: bytes) -> None:
    text = whois.decode(data)
    assert "\0" not in text
    assert "\r\n" not in text


@given(st.text(max_size=80))
def test_any_subject_makes_one_line_or_none(subject: str) -> None:
    try:
        line = whois.query_line("whois.denic.de", subject)
    except BadInput:
        return
    assert line.isascii()
    assert line.isprintable()
    assert not line.removeprefix("-T dn,ace ").startswith("-")


@pytest.mark.parametrize(
    "unit", ["Domain Name: shop.cz\n", "Registrant:\n   ", "No match for ", "limit exceeded ", "a.b:", " ", "\n", "[a] "]
)
@pytest.mark.parametrize("ending", ["cz", "com", "cn"])
def test_a_megabyte_is_cut(unit: str, ending: str) -> None:
    text = unit * (1_000_000 // len(unit))
    head = f"Domain Name: shop.{ending}\nRegistrar: Shop Ltd\n"
    record = whois.parse(head + text, f"shop.{ending}", "whois.test.example")
    assert (record.registered, record.registrar) == (YES, "Shop Ltd")
    assert len(repr(record)) < 60_000
    assert whois.is_refusal(head + text) is False
    assert len(whois.decode(text.encode())) <= 65_536
