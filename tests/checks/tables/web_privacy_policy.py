"""web.privacy-policy."""

from __future__ import annotations

from selfaudit.facts.web import PageEnd
from tests.checks.build import Scenario
from tests.checks.web import SENDS, SILENT, html, lost, page, site

CHECK = "web.privacy-policy"
LINK = '<a href="/privacy">Privacy policy</a>'
HOME = page("home", "/", html(LINK))
BARE = page("home", "/", html("<a href='/shop'>Shop</a>"))
LONG = (
    "<p>We keep your personal data, such as your name and your order, for as long as the law wants it, and the privacy of you.</p>"
    * 12
)
WHO = "<p>Responsible: Blumen Muster GmbH, privacy@shop.test</p>"
POLICY = html(LONG + WHO, "Privacy policy")
GOOD = page("privacy", "/privacy", POLICY)
NAMED = page("privacy", "/legal", POLICY, named=True)
SCRIPTED = page("home", "/", "<html lang=en><title>Shop</title><div id=app></div><script src=/app.js></script></html>")
JAPANESE = page("home", "/", "<html lang=ja><body>" + "<p>花を売っています。どうぞお越しください。</p>" * 30)
AWAY = page("privacy", "/policy", POLICY, host="legal.example", named=True)

SCENARIOS = [
    Scenario("good", [site(HOME, GOOD), SENDS], ["PRIVACY_FOUND"], "pass"),
    Scenario("no link", [site(BARE), SENDS], ["PRIVACY_MISSING"], "fail"),
    Scenario("no link, and the domain sends nothing", [site(BARE), SILENT], ["PRIVACY_NO_MAIL_SENT"], "not-applicable"),
    Scenario("gone", [site(HOME, page("privacy", "/privacy", code=404)), SENDS], ["PRIVACY_DEAD_LINK"], "fail"),
    Scenario(
        "gone in words", [site(HOME, page("privacy", "/privacy", html("", "404 – page not found"))), SENDS], ["PRIVACY_DEAD_LINK"], "fail"
    ),
    Scenario("speaks of a 404, but is a policy", [site(HOME, page("privacy", "/privacy", html("<p>Your personal data and privacy.</p>" + WHO, "Room 404"))), SENDS], ["PRIVACY_SHORT"], "warn", ["PRIVACY_DEAD_LINK"]),
    Scenario("leads back home", [site(HOME, page("privacy", "/", html(LINK), via="/privacy")), SENDS], ["PRIVACY_DEAD_LINK"], "fail"),
    Scenario(
        "a part of the home page",
        [
            site(
                page("home", "/", html(f"<a href='#privacy'>Privacy</a>{LONG}{WHO}<p>Data protection, GDPR, cookies, our IP address.</p>")),
                page("privacy", "/", html(f"<a href='#privacy'>Privacy</a>{LONG}{WHO}<p>Data protection, GDPR, cookies, our IP address.</p>")),
            ),
            SENDS,
        ],
        ["PRIVACY_FOUND"],
        "pass",
    ),
    Scenario(
        "opened by a script",
        [site(page("home", "/", html("<a href='javascript:show()'>Privacy</a>")), page("privacy", "/", html(""))), SENDS],
        ["PRIVACY_ONLY_SCRIPTS"],
        "inconclusive",
        ["PRIVACY_DEAD_LINK", "PRIVACY_MISSING"],
    ),
    Scenario(
        "short", [site(HOME, page("privacy", "/privacy", html(WHO + "<p>Your personal data and privacy.</p>", filler="<p>You and your friends of the shop with us.</p>"))), SENDS],
        ["PRIVACY_SHORT"], "warn", ["PRIVACY_FOUND"],
    ),
    Scenario("nobody", [site(HOME, page("privacy", "/privacy", html(LONG))), SENDS], ["PRIVACY_NAMES_NOBODY"], "warn", ["PRIVACY_FOUND"]),
    Scenario("something else", [site(HOME, page("privacy", "/privacy", html(""))), SENDS], ["PRIVACY_NOT_RECOGNISED"], "inconclusive"),
    Scenario(
        "hidden link", [site(page("home", "/", html(f"<div style='display:none'>{LINK}</div>")), GOOD), SENDS], ["PRIVACY_LINK_HIDDEN"], "inconclusive",
        ["PRIVACY_FOUND"],
    ),
    Scenario("named and not linked", [site(BARE, NAMED), SENDS], ["PRIVACY_NOT_LINKED"], "warn", ["PRIVACY_FOUND"]),
    Scenario(
        "named and linked", [site(page("home", "/", html('<a href="http://www.shop.test/legal/">Privacy</a>')), NAMED), SENDS], ["PRIVACY_FOUND"], "pass"
    ),
    Scenario("named, home is all script", [site(SCRIPTED, NAMED), SENDS], ["PRIVACY_FOUND", "PRIVACY_LINK_UNSEEN"], "pass"),
    Scenario("named on another host, home is all script", [site(SCRIPTED, AWAY), SENDS], ["PRIVACY_ONLY_SCRIPTS"], "inconclusive", ["PRIVACY_FOUND"]),
    Scenario("named, home is silent", [site(lost("home", PageEnd.TIMEOUT), NAMED), SENDS], ["PRIVACY_UNREAD"], "inconclusive", ["PRIVACY_FOUND"]),
    Scenario("named, there is no home page", [site(lost("home", PageEnd.NO_ADDRESS), AWAY), SENDS], ["PRIVACY_FOUND"], "pass"),
    Scenario("no site", [site(lost("home", PageEnd.NO_ADDRESS), lost("home", PageEnd.NO_ADDRESS, host="www.shop.test")), SENDS], ["PRIVACY_NO_SITE"], "warn"),
    Scenario("no site and no mail", [site(lost("home", PageEnd.NO_ADDRESS)), SILENT], ["PRIVACY_NO_MAIL_SENT"], "not-applicable"),
    Scenario("all script", [site(SCRIPTED), SENDS], ["PRIVACY_ONLY_SCRIPTS"], "inconclusive", ["PRIVACY_MISSING"]),
    Scenario("the policy is all script", [site(HOME, page("privacy", "/privacy", "<script></script>")), SENDS], ["PRIVACY_ONLY_SCRIPTS"], "inconclusive"),
    Scenario("another language", [site(JAPANESE), SENDS], ["PRIVACY_OTHER_LANGUAGE"], "inconclusive", ["PRIVACY_MISSING"]),
    Scenario("PDF", [site(HOME, page("privacy", "/privacy", b"%PDF-1.7", kind="application/pdf")), SENDS], ["PRIVACY_UNREAD"], "inconclusive"),
    Scenario("alias", [site(lost("home", PageEnd.ALIAS_OUTSIDE)), SENDS], ["PRIVACY_OUTSIDE"], "inconclusive"),
    Scenario("www is an alias, the domain has no address", [site(lost("home", PageEnd.NO_ADDRESS), lost("home", PageEnd.ALIAS_OUTSIDE)), SENDS], ["PRIVACY_OUTSIDE"], "inconclusive"),
    Scenario("policy of somebody else's", [site(HOME, lost("privacy", PageEnd.OUTSIDE, host="legal.example")), SENDS], ["PRIVACY_OUTSIDE"], "inconclusive"),
    *(
        Scenario(f"home page: {end}", [site(lost("home", end)), spf], ["PRIVACY_UNREAD"], "inconclusive", ["PRIVACY_MISSING", "PRIVACY_NO_SITE"])
        for end in (PageEnd.TIMEOUT, PageEnd.CONNECTION_FAILED, PageEnd.TLS_FAILED, PageEnd.PROTOCOL_ERROR, PageEnd.TOO_LARGE, PageEnd.DNS_FAILED,
                    PageEnd.NOT_PUBLIC, PageEnd.LOOP, PageEnd.BAD_URL, PageEnd.LEFT_OUT)
        for spf in (SENDS, SILENT)
    ),
    *(
        Scenario(f"policy: HTTP {code}", [site(HOME, page("privacy", "/privacy", code=code)), SENDS], ["PRIVACY_UNREAD"], "inconclusive", ["PRIVACY_DEAD_LINK"])
        for code in (301, 400, 401, 403, 429, 500, 503)
    ),
    *(
        Scenario(f"home: HTTP {code}", [site(page("home", "/", code=code)), SENDS], ["PRIVACY_UNREAD"], "inconclusive", ["PRIVACY_MISSING"])
        for code in (403, 404, 429, 503)
    ),
]  # fmt: skip
