"""Reading web pages and addresses of pages, however they are written."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.web import PageText
from selfaudit.protocols import web_html, web_words
from selfaudit.protocols.web_page import joined, read_page, read_url

URL = "https://www.shop.test/a/b"
BIG = 1_000_000


def shown(source: str | bytes, kind: str = "text/html") -> str:
    body = source.encode() if isinstance(source, str) else source
    return web_html.read(web_html.decode(body, kind)).text


def text_of(source: str | bytes, kind: str = "text/html; charset=utf-8") -> PageText:
    return read_page(source.encode() if isinstance(source, str) else source, kind, URL)[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://shop.test", "https://shop.test/"),
        ("http://Shop.TEST:80/a?b=c#d", "https://shop.test/a?b=c"),
        ("https://shop.test./x", "https://shop.test/x"),
        ("https://shop.test:8443/", "https://shop.test:8443/"),
        ("https://faß.test/d", "https://xn--fa-hia.test/d"),
        ("https://blumen-müller.test/straße", "https://xn--blumen-mller-klb.test/stra%C3%9Fe"),
        ("  https://shop.test/a ", "https://shop.test/a"),
    ],
)
def test_addresses_of_pages(given: str, expected: str) -> None:
    assert read_url(given).url == expected


@pytest.mark.parametrize(
    "given",
    [
        "", "shop.test", "/a", "ftp://shop.test/", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///a", "https://localhost/",
        "https://127.0.0.1/", "https://10.1.2.3/", "https://[::1]/", "https://[fe80::1%25eth0]/", "https://[::ffff:127.0.0.1]/", "https://[::1/",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f.1/", "https://shop.0x7f/",
        "https://①②⑦.⓪.⓪.①/", "https://user@shop.test/", "https://shop.test@169.254.169.254/", "https://shop.test\\@evil.test/", "https://shop.test:x/",
        "https://shop.test:99999/", "https://shop..test/", "https://-shop.test/", "https://shop.test/a b", "https://shop.test/\r\nHost: x",
        "https://shop.test/\u202e", "https://shop.test/\x00", "https://" + "a" * 300 + ".test/", "https://" + "ä" * 250 + ".test/", "https://shop.test/" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page(given: str) -> None:
    with pytest.raises(BadInput):
        read_url(given)


def test_references() -> None:
    assert joined(URL, "../c?x") == "https://www.shop.test/c?x"
    assert joined(URL, "//else.test/") == "https://else.test/"
    with pytest.raises(BadInput):
        joined(URL, "https://[::1")


def test_what_is_visible() -> None:
    source = (
        "<html lang='EN-us'><head><title> A &amp; B\n</title><style>p { abuse@x.test }</style><script>'abuse@y.test'</script></head>"
        "<body><p>Hello&nbsp;<b>w</b>orld</p><p style='DISPLAY : none'>secret <span>still</span></p><div hidden><div>x</div>y</div>"
        "<noscript>no</noscript><template>t</template><!-- c > <p>d</p> --><input type=hidden name=q><input type=submit value='Send it'>"
        "<p>5 < 6 & 7 > 3</p></body></html>"
    )
    page = text_of(source)
    assert page.title == "A & B"
    assert page.language == "en-us"
    assert shown(source).replace("\n", "|") == "Hello world|Send it|5 < 6 & 7 > 3"
    assert (page.scripts, page.form, page.password, page.abuse) == (1, False, False, ())


def test_links() -> None:
    page = text_of(
        "<base href='https://www.shop.test/de/'><a href=Datenschutz.html>Mehr</a><a href='/legal' title='Privacy policy'><img alt=''></a>"
        "<a href='https://policies.google.com/privacy'>Privacy</a><a href='#cookie'>Privacy settings</a><a href='javascript:p()'>Datenschutz</a>"
        "<a href='/i'>Impr<b>essum</b></a><a href='/meld'>Missbrauch melden</a><a href='mailto:x@y.test'>Contact</a><a href='https://[::1'>Kontakt</a>"
        "<div hidden><a href='/hidden'>Ochrana osobních údajů</a></div>"
    )
    assert [(link.kind, link.url, link.visible) for link in page.links] == [
        ("privacy", "https://www.shop.test/de/Datenschutz.html", True),
        ("privacy", "https://www.shop.test/legal", True),
        ("privacy", "https://www.shop.test/a/b#", True),
        ("contact", "https://www.shop.test/i", True),
        ("abuse", "https://www.shop.test/meld", True),
        ("privacy", "https://www.shop.test/hidden", False),
    ]


@pytest.mark.parametrize(
    ("words", "href"),
    [
        ("Privacy Policy", "/1"), ("Datenschutzerklärung", "/1"), ("Politique de confidentialité", "/1"), ("Protection des données", "/1"),
        ("Política de privacidad", "/1"), ("Informativa sulla privacy", "/1"), ("Privacyverklaring", "/1"), ("Zásady ochrany osobních údajů", "/1"),
        ("Polityka prywatności", "/1"), ("Ochrana osobných údajov", "/1"), ("Política de Privacidade", "/1"), ("Integritetspolicy", "/1"),
        ("Legal", "/privacy-policy"), ("Rechtliches", "/datenschutz"), ("Více", "/ochrana-osobnich-udaju"), ("PRIVACY", "/1"), ("Proteção de dados", "/1"),
    ],
)  # fmt: skip
def test_privacy_in_many_languages(words: str, href: str) -> None:
    assert [link.kind for link in text_of(f"<a href='{href}'>{words}</a>").links] == ["privacy"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You and the shop for our friends"), ("de", "Wir und die Blumen mit der Schleife"), ("fr", "Vous et nous avec les fleurs pour votre fête"),
        ("es", "Los jardines y las flores para nuestra casa"), ("it", "Il fiore che sono per una casa della città"), ("nl", "Het huis van een vriend voor uw tuin"),
        ("cs", "Naše květiny jsou pro vás nebo pro vaše přátele"), ("pl", "To jest sklep oraz kwiaty dla przyjaciół, nie tylko"),
        ("sk", "Naše kvety sú pre vás alebo pre priateľov, sme tu"), ("pt", "Uma casa para você com os amigos"),
    ],
)  # fmt: skip
def test_languages(language: str, words: str) -> None:
    assert language in web_words.languages_of(web_words.plain(words))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to abuse@shop.test.", ("abuse@shop.test",)),
        ("Abuse (at) Shop (dot) Test", ("abuse@shop.test",)),
        ("abuse [ät] shop.test", ()),
        ("abuse at shop dot test", ("abuse@shop.test",)),
        ("abuse at our shop", ()),
        ("look at shop.test", ()),
        ("a@b", ()),
        ("x" * 100 + "@shop.test", ()),
    ],
)
def test_mail_addresses(text: str, expected: tuple[str, ...]) -> None:
    assert web_words.mail_addresses(text) == expected


def test_mailboxes_for_abuse() -> None:
    names = (
        "abuse@a.test",
        "abuse-desk@a.test",
        "abuse+web@a.test",
        "abusedesk@a.test",
        "net.abuse@a.test",
        "no-abuse@a.test",
        "abused@a.test",
        "disabuse@a.test",
        "info@abuse.test",
    )
    assert [web_words.is_for_abuse(n) for n in names] == [True] * 4 + [False] * 5
    assert [web_words.is_perhaps_for_abuse(n) for n in names] == [False] * 4 + [True, True] + [False] * 3


def test_who_stands_behind_a_page() -> None:
    assert web_words.people("Tel.: +49 30 23125 000\nBlumen Muster GmbH, Berlin\nOrder 12") == (
        "+49 30 23125 000",
        "Blumen Muster GmbH",
    )
    assert web_words.people("we are the Blumen & Garten Muster e.K., call +49 30 23125-0")[:2] == (
        "+49 30 23125-0",
        "Blumen & Garten Muster e.K.",
    )
    for text in ("since 1999, 24/7", "order at 1234567890", "VAT DE123456789", "we use AB tests", "on 2026-11-22 10:00"):
        assert web_words.people(text) == (), text


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ("Grüße".encode("latin-1"), "text/html; charset=iso-8859-1", "Grüße"),
        (b'<meta charset="windows-1252">Gr\xfc\xdfe \x80', "text/html", "Grüße €"),
        ("Grüße".encode("utf-16"), "text/html", "Grüße"),
        ("Grüße".encode(), "text/html; charset=hex", "Grüße"),
        ("Grüße".encode(), "text/html; charset=unicode_escape", "Grüße"),
        ("Grüße".encode(), "text/html; charset=idna", "Grüße"),
        ("Grüße".encode(), "text/html; charset=iso-8859-99", "Grüße"),
        ("Grüße".encode("cp1252"), "text/html; charset=\u202e", "Grüße"),
        (b"\xef\xbb\xbfhello", "text/html; charset=utf-16", "hello"),
    ],
)
def test_encodings(body: bytes, kind: str, expected: str) -> None:
    assert shown(body, kind) == expected


@pytest.mark.parametrize(
    ("body", "kind"), [(b"%PDF-1.7", "text/html"), (b"x", "application/pdf"), (b"\x89PNG\0\0", "image/png"), (b"\0\1\2" * 99, "text/html"), (b"{}", "application/json")]
)  # fmt: skip
def test_what_is_no_page(body: bytes, kind: str) -> None:
    page = text_of(body, kind)
    assert page.unread
    assert page.characters == 0


def test_meta_refresh() -> None:
    assert read_page(b"<meta http-equiv=REFRESH content=\"0; URL='/next'\">", "text/html", URL)[1] == "/next"
    for later in (
        b"<meta http-equiv=refresh content=300>",
        b"<noscript><meta http-equiv=refresh content='0;url=/x'></noscript>",
        b"<meta content='0;url=/x'>",
    ):
        assert read_page(later, "text/html", URL)[1] == ""


@pytest.mark.parametrize(
    "part",
    [
        "<", "<!--", "<a", "<a b='", '<a b="', "<![CDATA[", "<?", "</", "<script>", "</script", "<title>", "<div>", "<div hidden>", "&#", "&", "&#9999999999999;", "<a href=x>y",
        "<a " + "x " * 2000 + ">", "<p style='display" + " " * 4000, "<meta charset", "a@", "abuse at ", "a(at)b.", "GmbH ", "A " * 60 + "GmbH", "tel " + "1 " * 50, "\u0130", "x" * 5000 + "@",
        "<iframe>", "<base href='//[", "-" * 9000, "a." * 500, "<input type=password>", "\0", " " * 5000 + "\n",
    ],
)  # fmt: skip
def test_hostile_pages_come_to_an_end(part: str) -> None:
    body = (part * (BIG // len(part.encode()) + 1)).encode()[:BIG]
    page = text_of(body, "text/html; charset=utf-8")
    assert page.characters <= BIG
    assert len(page.links) <= 30
    assert len(page.title) <= 201


def test_numbers_of_characters_that_are_too_long() -> None:
    assert web_html.unescape("&#" + "9" * 9000 + ";&#x" + "f" * 9000 + ";&#65;").endswith("A")


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("<a href=/x>Report abuse</a>", "abuse"), ("<a href=/abuse>Here</a>", "abuse"), ("<a href=/x>Abuse</a>", "abuse"), ("<a href='/report-abuse.html'>x</a>", "abuse"),
        ("<a href=/x>Segnala un amico</a>", ""), ("<a href=/x>Help for victims of child abuse</a>", ""), ("<a href=/x>Signaler une erreur</a>", ""),
        ("<a href=/substance-abuse-help>x</a>", ""), ("<a href=/x>Substance Abuse</a>", "abuse"), ("<a href=/x>Missbrauch melden</a>", "abuse"),
    ],
)  # fmt: skip
def test_what_leads_to_reports_of_abuse(link: str, kind: str) -> None:
    assert [found.kind for found in text_of(link).links] == ([kind] if kind else [])


def test_a_number_in_a_page_is_no_error() -> None:
    assert text_of("<title>Contact</title><p>" + "You and the shop. " * 12 + "Tel. 030 404 12 13").missing == ()
    assert text_of("<title>404 Not Found</title><h1>Oops</h1>").missing == ("404", "not found")


@pytest.mark.parametrize(
    ("link", "sure"),
    [
        ("<a href=/x>Privacy policy</a>", True), ("<a href=/x>Impressum &amp; Datenschutz</a>", True), ("<a href=/privacy.html>More</a>", True), ("<a href=/x>Privacy screens</a>", False),
        ("<a href=/privacy>GDPR fines in 2025</a>", False), ("<a href=/datenschutz-beratung>Mehr</a>", False), ("<a href=/x>Daten&shy;schutz</a>", True),
        ("<a href=/x>Report abuse</a>", True), ("<a href=/abuse>Here</a>", True), ("<a href=/x>Missbrauch melden</a>", True), ("<a href=/x>Sexueller Missbrauch</a>", False),
        ("<a href=/blog/abuse>Abuse of power</a>", False), ("<a href=/x>Report spam</a>", False),
    ],
)  # fmt: skip
def test_links_that_say_just_this(link: str, sure: bool) -> None:
    assert [found.sure for found in text_of(link).links] == [sure]


def test_of_many_links_the_last_are_kept() -> None:
    source = "".join(f"<a href=/{i}>Privacy</a>" for i in range(20)) + "<a href=/screens>Privacy screens</a>"
    links = text_of(source).links
    assert [link.url.rpartition("/")[2] for link in links] == [str(i) for i in range(12, 20)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a <svg/>b", "a b"), ("a<svg><text>x</text></svg>b", "a b"), ("<ul><li hidden>x<ul><li>y</ul>z<li>b</ul>c", "b c"), ("<ul><li hidden>x</ul>c", "c"), ("<p hidden>x<p>b", "b"),
        ("<p hidden>x<b>y</b><div>b</div>", "b"), ("<table><tr><td hidden>x<td>b</table>", "b"), ("<div><p hidden>x</div>c", "c"), ("<select><option hidden>x<option>b</select>", "b"),
        ("<div hidden><p>x<p>y</div>b", "b"),
    ],
)  # fmt: skip
def test_what_ends_without_an_end(source: str, expected: str) -> None:
    assert " ".join(shown(source).split()) == expected
    assert text_of(source).whole


def test_what_is_not_read_to_its_end() -> None:
    assert not text_of("<div hidden>x").whole
    assert not text_of("<body><div hidden>x</body>").whole
    assert not text_of("<p>" + "word " * 60_000).whole
    assert text_of("<p>word").whole


def test_characters_that_grow() -> None:
    assert len(web_words.plain("\ufdfa" * 400_000)) == 200_000


def test_addresses_that_are_hidden_from_robots() -> None:
    code = bytes([0x5A, *(octet ^ 0x5A for octet in b"a@shop.test")]).hex()
    assert text_of(f"<a href=/cdn-cgi/l/email-protection data-cfemail={code}>x</a>").mail == ("a@shop.test",)
    assert text_of(f"<span data-cfemail={code}>x</span>").mail == ("a@shop.test",)
    for wrong in ("", "zz", "5a", "5aff", "5a" * 500):
        page = text_of(f"<span data-cfemail='{wrong}'>x</span>")
        assert page.mail == ()
        assert page.masked or wrong == "5a" * 500
