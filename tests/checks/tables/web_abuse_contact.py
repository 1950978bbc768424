"""web.abuse-contact."""

from __future__ import annotations

from selfaudit.facts.web import PageEnd
from tests.checks.build import Scenario
from tests.checks.web import html, lost, page, site

CHECK = "web.abuse-contact"
PLAIN = page("home", "/", html("<p>hello@shop.test</p>"))
TO_CONTACT = page("home", "/", html("<a href='/contact'>Contact</a>"))
TO_REPORT = page("home", "/", html("<a href='/report'>Report abuse</a>"))
FORM = html("<form><textarea name=what></textarea></form>", "Report")
SCRIPTED = page("home", "/", "<html lang=en><div id=app></div><script src=/app.js></script></html>")
JAPANESE = page("home", "/", "<html lang=ja><body>" + "<p>花を売っています。どうぞお越しください。</p>" * 30)


def home(body: str):  # type: ignore[no-untyped-def]
    return [site(page("home", "/", html(body)))]


SCENARIOS = [
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
