"""web.privacy-policy."""

from __future__ import annotations

from selfaudit.facts.web import PageEnd
from tests.checks.build import Scenario
from tests.checks.web import FILLER, SENDS, SILENT, html, lost, page, site, walked

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
FOOT = '<footer><a href="/privacy">Privacy policy</a> This site uses cookies. Meier Handels GmbH Tel. +49 30 1234567</footer>'
SHOP = html(f"<h1>Welcome</h1>{FOOT}")
GERMAN = "<p>Wir sind die Gärtnerei und das Team der Familie mit Herz.</p>" * 20
GERMAN_POLICY = f"<h1>Datenschutzerklärung</h1>{GERMAN}<p>personenbezogene Daten nach der DSGVO. Meier GmbH</p>"


def visited(name: str, pages: dict[str, str], tag: str, outcome: str) -> Scenario:
    return Scenario(
        name,
        [walked(pages), SENDS],
        [tag],
        outcome,
        [t for t in ("PRIVACY_FOUND", "PRIVACY_MISSING", "PRIVACY_DEAD_LINK") if t != tag],
    )


# What is no policy, and homes that do not show all.
SITES = [
    visited("every address shows the home page", {"/": SHOP, "*": SHOP}, "PRIVACY_NOT_RECOGNISED", "inconclusive"),
    visited(
        "every address shows a home page that speaks of privacy",
        {"/": html(f"<h1>Privacy policy</h1>{LONG}{FOOT}"), "*": html(f"<h1>Privacy policy</h1>{LONG}{FOOT}")}, "PRIVACY_NOT_RECOGNISED", "inconclusive",
    ),
    visited("not found in many words", {"/": SHOP, "*": html(f"<h1>Page not found</h1><p>It does not exist.</p>{FOOT}", "Page not found")}, "PRIVACY_NOT_RECOGNISED", "inconclusive"),
    visited("not found beside the heading of a policy", {"/": SHOP, "*": html(f"<h1>Page not found</h1>{LONG}{FOOT}", "Privacy policy")}, "PRIVACY_NOT_RECOGNISED", "inconclusive"),
    visited(
        "a blog", {"/": html('<a href="/blog/gdpr-fines-2025">GDPR fines in 2025: what changed</a>'), "/blog/gdpr-fines-2025": html(f"<h1>GDPR fines</h1>{LONG}{WHO}")},
        "PRIVACY_LINK_UNCLEAR", "inconclusive",
    ),
    visited(
        "a service", {"/": GERMAN + '<a href="/services/datenschutz-beratung">Datenschutz-Beratung</a>', "/services/datenschutz-beratung": GERMAN_POLICY},
        "PRIVACY_LINK_UNCLEAR", "inconclusive",
    ),
    visited(
        "a service, and a policy at the foot",
        {"/": f'<a href="/leistungen/datenschutz">Datenschutz</a>{GERMAN}<a href="/dse">Datenschutzerklärung</a>', "/leistungen/datenschutz": GERMAN, "/dse": GERMAN_POLICY},
        "PRIVACY_FOUND", "pass",
    ),
    visited("ware", {"/": html('<a href="/privacy-screens">Privacy screens</a>'), "/privacy-screens": html(f"<h1>Privacy screens</h1>{LONG}{WHO}")}, "PRIVACY_LINK_UNCLEAR", "inconclusive"),
    visited("a likely link that is gone", {"/": html('<a href="/privacy-screens">Privacy screens</a>')}, "PRIVACY_LINK_UNCLEAR", "inconclusive"),
    visited("words torn by soft hyphens", {"/": GERMAN + '<a href="/?id=7">Daten&shy;schutz&shy;erklärung</a>', "/?id=7": GERMAN_POLICY.replace("schutz", "&shy;schutz")}, "PRIVACY_FOUND", "pass"),
    visited("a picture that ends itself", {"/": html(f"<svg class='x'/>{FOOT}"), "/privacy": POLICY}, "PRIVACY_FOUND", "pass"),
    visited("a hidden item without an end", {"/": html(f"<ul><li hidden>draft<li>Home</ul>{FOOT}"), "/privacy": POLICY}, "PRIVACY_FOUND", "pass"),
    visited("a hidden part without an end", {"/": html("<div hidden><p>What follows?")}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("a mail address that is hidden from robots", {"/": SHOP, "/privacy": html(f'{LONG}<a href="/cdn-cgi/l/email-protection">[email protected]</a>', "Privacy policy")}, "PRIVACY_FOUND", "pass"),
    visited("frames", {"/": html("<frameset><frame src=a><frame src=b></frameset>", filler="")}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("a foot in a frame", {"/": html("<iframe src=/foot></iframe>")}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("a hidden frame that measures", {"/": html("<iframe src=/x style='display:none'></iframe>")}, "PRIVACY_MISSING", "fail"),
    visited("a place for a script", {"/": html("<div id=root><p>Loading</div><script src=a.js></script>")}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("consent first", {"/": html("<h1>Cookies</h1><button>Accept</button>", filler=FILLER[:400])}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("age first", {"/": "<p>You must be of legal age to enter. Confirm the date of your birth.</p><button>I am 18</button>"}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited("an embedded policy", {"/": SHOP, "/privacy": "<h1>Privacy policy</h1><p>GDPR and your data, for you</p><iframe src=//p.example></iframe>"}, "PRIVACY_PERHAPS_MORE", "inconclusive"),
    visited(
        "Swedish", {"/": "<p>Vi har öppet varje dag och du är välkommen att handla som du vill.</p><a href=/i>Integritetspolicy</a>",
        "/i": "<h1>Integritetspolicy</h1>" + "<p>Vi behandlar dina personuppgifter enligt GDPR och sparar dem.</p>" * 20 + "Blommor AB info@shop.test"}, "PRIVACY_FOUND", "pass",
    ),
    visited(
        "Hungarian", {"/": "<p>Üdvözöljük a boltban</p><a href=/a>Adatkezelési tájékoztató</a>",
        "/a": "<h1>Adatkezelési tájékoztató</h1>" + "<p>Az adatkezelő a személyes adatokat kezeli, adatvédelem.</p>" * 20 + "Bolt Kft. info@shop.test"}, "PRIVACY_FOUND", "pass",
    ),
    Scenario("there is no IPv6 here", [site(lost("home", PageEnd.NO_IPV6)), SENDS], ["PRIVACY_UNREAD"], "inconclusive", ["PRIVACY_NO_SITE"]),
]  # fmt: skip

SCENARIOS = [
    *SITES,
    Scenario("good", [site(HOME, GOOD), SENDS], ["PRIVACY_FOUND"], "pass"),
    Scenario("no link", [site(BARE), SENDS], ["PRIVACY_MISSING"], "fail"),
    Scenario("no link, and the domain sends nothing", [site(BARE), SILENT], ["PRIVACY_NO_MAIL_SENT"], "not-applicable"),
    Scenario("gone", [site(HOME, page("privacy", "/privacy", code=404)), SENDS], ["PRIVACY_DEAD_LINK"], "fail"),
    Scenario(
        "gone in words", [site(HOME, page("privacy", "/privacy", html("", "404 – page not found", filler=FILLER[:400]))), SENDS], ["PRIVACY_DEAD_LINK"], "fail"
    ),
    Scenario("speaks of a 404, but is a policy", [site(HOME, page("privacy", "/privacy", html("<p>Your personal data and privacy.</p>" + WHO, "Room 404"))), SENDS], ["PRIVACY_NOT_RECOGNISED"], "inconclusive", ["PRIVACY_DEAD_LINK"]),
    Scenario("leads back home", [site(HOME, page("privacy", "/", html(LINK), via="/privacy")), SENDS], ["PRIVACY_DEAD_LINK"], "fail"),
    Scenario(
        "a part of the home page",
        [
            site(
                page("home", "/", html(f"<a href='#privacy'>Privacy</a><h2>Privacy</h2>{LONG}{WHO}<p>Data protection, GDPR, cookies, our IP address.</p>")),
                page("privacy", "/", html(f"<a href='#privacy'>Privacy</a><h2>Privacy</h2>{LONG}{WHO}<p>Data protection, GDPR, cookies, our IP address.</p>")),
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
        "short", [site(HOME, page("privacy", "/privacy", html(WHO + "<p>Your personal data and privacy.</p>", "Privacy policy", filler="<p>You and your friends of the shop with us.</p>"))), SENDS],
        ["PRIVACY_SHORT"], "warn", ["PRIVACY_FOUND"],
    ),
    Scenario("nobody", [site(HOME, page("privacy", "/privacy", html(LONG, "Privacy policy"))), SENDS], ["PRIVACY_NAMES_NOBODY"], "warn", ["PRIVACY_FOUND"]),
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
