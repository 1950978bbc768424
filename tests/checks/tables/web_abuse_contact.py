"""web.abuse-contact."""

from __future__ import annotations

from selfaudit.facts.web import PageEnd
from tests.checks.build import Scenario
from tests.checks.web import html, lost, page, site, walked

CHECK = "web.abuse-contact"
PLAIN = page("home", "/", html("<p>hello@shop.test</p>"))
TO_CONTACT = page("home", "/", html("<a href='/contact'>Contact</a>"))
TO_REPORT = page("home", "/", html("<a href='/report'>Report abuse</a>"))
FORM = html("<form><textarea name=what></textarea></form>", "Report")
SCRIPTED = page("home", "/", "<html lang=en><div id=app></div><script src=/app.js></script></html>")
JAPANESE = page("home", "/", "<html lang=ja><body>" + "<p>花を売っています。どうぞお越しください。</p>" * 30)


def home(body: str):  # type: ignore[no-untyped-def]
    return [site(page("home", "/", html(body)))]


def visited(name: str, pages: dict[str, str], tag: str, outcome: str) -> Scenario:
    return Scenario(
        name,
        [walked(pages)],
        [tag],
        outcome,
        [t for t in ("ABUSE_CONTACT_SHOWN", "ABUSE_PAGE_SHOWN", "ABUSE_CONTACT_MISSING") if t != tag],
    )


CODE = bytes([7, *(octet ^ 7 for octet in b"abuse@shop.test")]).hex()
PROTECTED = '<a href="/cdn-cgi/l/email-protection" class="__cf_email__"{}>[email&#160;protected]</a>'
GERMAN = "<p>Wir sind für Sie da und die Praxis der Stadt mit Herz.</p>" * 20
# Other kinds of abuse, and what is not close together.
SITES = [
    visited("a clinic", {"/": html('<a href="/substance-abuse">Substance Abuse</a>'), "/substance-abuse": html("<h1>Substance abuse</h1>Tel. +1 555 123 4567")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("a lawyer", {"/": html('<a href="/abusi">Abusi edilizi</a>'), "/abusi": html("Tel. +39 02 1234567")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("victims", {"/": GERMAN + '<a href="/missbrauch">Sexueller Missbrauch</a>', "/missbrauch": GERMAN + "Telefon: 030 1234567"}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("an essay", {"/": html('<a href="/blog/abuse">Abuse of power: an essay</a>'), "/blog/abuse": html("Tel. +49 30 1234567")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("a mailbox for another abuse", {"/": html("<p>substance-abuse@shop.test</p>")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("a mailbox not to be used", {"/": html("<p>never write to no-abuse@shop.test</p>")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("a button of a program", {"/": html("<form><input name=q></form><p>Our program has a report spam button.</p>")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("far from each other", {"/": html("<p>Report abuse</p>" + "<p>Flowers for you.</p>" * 40 + "<p>hello@shop.test</p>")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("the number at the foot", {"/": html("<a href=/r>Report abuse</a>"), "/r": html("<form><input name=q></form><footer>Meier GmbH Tel. +49 30 1234567</footer>")}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("decoded", {"/": html(PROTECTED.format(f' data-cfemail="{CODE}"'))}, "ABUSE_CONTACT_SHOWN", "pass"),
    visited("decoded from the address", {"/": html(f'<a href="/cdn-cgi/l/email-protection#{CODE}">write</a>')}, "ABUSE_CONTACT_SHOWN", "pass"),
    visited("not decoded", {"/": html(PROTECTED.format(""))}, "ABUSE_CONTACT_UNCLEAR", "inconclusive"),
    visited("torn", {"/": html("<p>abuse\u200b@shop.&shy;test</p>")}, "ABUSE_CONTACT_SHOWN", "pass"),
    visited("after a hidden part", {"/": html("<p hidden>draft<p>abuse@shop.test")}, "ABUSE_CONTACT_SHOWN", "pass"),
    visited("a gate", {"/": "<h1>Welcome to the shop</h1><p>Please choose your language and the country of your order</p>"}, "ABUSE_PERHAPS_MORE", "inconclusive"),
    visited("a contact page in a frame", {"/": html("<a href=/c>Contact</a>"), "/c": html("<iframe src=//f.example></iframe>")}, "ABUSE_PERHAPS_MORE", "inconclusive"),
]  # fmt: skip

SCENARIOS = [
    *SITES,
    Scenario("at the foot", home("<p>Report abuse: abuse@shop.test</p>"), ["ABUSE_CONTACT_SHOWN"], "pass", args={"address": "abuse@shop.test"}),
    Scenario("only as a link", home('<a href="mailto:abuse%40shop.test?subject=x">Write to us</a>'), ["ABUSE_CONTACT_SHOWN"], "pass"),
    *(
        Scenario(f"written {text}", home(f"<p>{text}</p>"), ["ABUSE_CONTACT_SHOWN"], "pass", args={"address": "abuse@shop.test"})
        for text in ("abuse (at) shop (dot) test", "abuse[at]shop.test", "abuse at shop.test", "abuse at shop dot test", "ABUSE&#64;shop.test")
    ),
    Scenario("another mailbox of theirs", home("<p>abuse-desk@mail.shop.test</p>"), ["ABUSE_CONTACT_SHOWN"], "pass"),
    Scenario("on the contact page", [site(TO_CONTACT, page("abuse", "/contact", html("abuse@shop.test")))], ["ABUSE_CONTACT_SHOWN"], "pass"),
    Scenario("in words", home("<p>Report abuse to hello@shop.test</p>"), ["ABUSE_PAGE_SHOWN"], "pass"),
    Scenario("a form", [site(TO_REPORT, page("abuse", "/report", FORM))], ["ABUSE_PAGE_SHOWN"], "pass"),
    Scenario("a page with nothing on it", [site(TO_REPORT, page("abuse", "/report", html("<p>Be nice.</p>")))], ["ABUSE_PAGE_WITHOUT_CONTACT"], "warn"),
    Scenario("hidden", home("<p hidden>abuse@shop.test</p>"), ["ABUSE_CONTACT_MISSING"], "fail"),
    Scenario("only in a comment", home("<!-- abuse@shop.test -->"), ["ABUSE_CONTACT_MISSING"], "fail"),
    Scenario("nothing", [site(PLAIN)], ["ABUSE_CONTACT_MISSING"], "fail"),
    Scenario("not on the contact page either", [site(TO_CONTACT, page("abuse", "/contact", html("<p>Tel. 0301234567</p>")))], ["ABUSE_CONTACT_MISSING"], "fail"),
    Scenario("contact page is gone", [site(TO_CONTACT, page("abuse", "/contact", code=404))], ["ABUSE_CONTACT_MISSING"], "fail"),
    Scenario("dead link", [site(TO_REPORT, page("abuse", "/report", code=410))], ["ABUSE_DEAD_LINK"], "fail"),
    Scenario("somebody else's", home("<p>abuse@hoster.example</p>"), ["ABUSE_CONTACT_ELSEWHERE"], "warn"),
    Scenario("a name that only looks like it", home("<p>abuse@not-shop.test abused@shop.test</p>"), ["ABUSE_CONTACT_ELSEWHERE"], "warn", ["ABUSE_CONTACT_SHOWN"]),
    Scenario("named, not linked", [site(PLAIN, page("abuse", "/report", FORM, named=True))], ["ABUSE_PAGE_NOT_LINKED"], "warn"),
    Scenario("named, not linked, with an address", [site(PLAIN, page("abuse", "/report", html("abuse@shop.test"), named=True))], ["ABUSE_PAGE_NOT_LINKED"], "warn", ["ABUSE_CONTACT_SHOWN"]),
    Scenario("named and linked", [site(TO_REPORT, page("abuse", "/report", FORM, named=True))], ["ABUSE_PAGE_SHOWN"], "pass"),
    Scenario("named, home is silent", [site(lost("home", PageEnd.TIMEOUT), page("abuse", "/report", FORM, named=True))], ["ABUSE_UNREAD"], "inconclusive"),
    Scenario("named, home is all script", [site(SCRIPTED, page("abuse", "/report", FORM, named=True))], ["ABUSE_PAGE_SHOWN"], "pass"),
    Scenario("report page is all script", [site(TO_REPORT, page("abuse", "/report", "<script></script>"))], ["ABUSE_ONLY_SCRIPTS"], "inconclusive"),
    Scenario("report page is elsewhere", [site(TO_REPORT, lost("abuse", PageEnd.OUTSIDE, host="forms.example"))], ["ABUSE_OUTSIDE"], "inconclusive"),
    Scenario("contact page fails", [site(TO_CONTACT, page("abuse", "/contact", code=503))], ["ABUSE_UNREAD"], "inconclusive", ["ABUSE_CONTACT_MISSING"]),
    Scenario("no site", [site(lost("home", PageEnd.NO_ADDRESS))], ["ABUSE_NO_SITE"], "warn"),
    Scenario("all script", [site(SCRIPTED)], ["ABUSE_ONLY_SCRIPTS"], "inconclusive"),
    Scenario("another language", [site(JAPANESE)], ["ABUSE_OTHER_LANGUAGE"], "inconclusive"),
    *(
        Scenario(f"home page: {end}", [site(lost("home", end))], ["ABUSE_UNREAD"], "inconclusive", ["ABUSE_CONTACT_MISSING"])
        for end in (PageEnd.TIMEOUT, PageEnd.CONNECTION_FAILED, PageEnd.TLS_FAILED, PageEnd.DNS_FAILED, PageEnd.LOOP)
    ),
]  # fmt: skip
