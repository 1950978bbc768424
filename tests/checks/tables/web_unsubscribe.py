"""web.unsubscribe."""

from __future__ import annotations

from selfaudit.facts.web import PageEnd
from tests.checks.build import Scenario, spf_fact
from tests.checks.web import DOMAIN, FILLER, SENDS, SILENT, html, lost, page, site

CHECK = "web.unsubscribe"
PATH = "/u?who=test"
FORM = html("<form method=post><input type=email name=a><button>Unsubscribe</button></form>")
LOGIN = html("<form method=post><input name=a><input type=PASSWORD name=b><button>Sign in</button></form>")
TWO = spf_fact({DOMAIN: {"TXT": ["v=spf1 -all", "v=spf1 mx -all"]}})


def opened(body: str | bytes = "", **more):  # type: ignore[no-untyped-def]
    return [site(page("unsubscribe", PATH, body, named=True, **more)), SENDS]


SCENARIOS = [
    Scenario("opens", opened(FORM), ["UNSUBSCRIBE_PAGE_OPENS"], "pass"),
    Scenario("German", opened("<html lang=de><h2>Newsletter <b>abbestellen</b></h2><p>Fertig.</p>"), ["UNSUBSCRIBE_PAGE_OPENS"], "pass"),
    Scenario("password", opened(LOGIN), ["UNSUBSCRIBE_PAGE_LOGIN"], "fail", ["UNSUBSCRIBE_PAGE_OPENS"]),
    Scenario("leads to a log-in", [site(page("unsubscribe", "/login", LOGIN, via="/u", named=True)), SENDS], ["UNSUBSCRIBE_PAGE_LOGIN"], "fail"),
    *(
        Scenario(name, opened(body), ["UNSUBSCRIBE_PAGE_UNCLEAR"], "inconclusive", ["UNSUBSCRIBE_PAGE_OPENS", "UNSUBSCRIBE_PAGE_LOGIN"])
        for name, body in (
            ("a log-in that asks for mail first", html("<h1>Sign in</h1><p>Please sign in to your account to unsubscribe.</p><form><input type=email><button>Next</button></form>")),
            ("a log-in box beside it", html("<h1>Unsubscribe</h1><input type=email><header>Customer login <input type=password></header>")),
            ("a password beside the button", html("<form><input name=a><input type=password><button>Unsubscribe</button></form>")),
            ("a password and no other word", html("<input type=password>")),
            ("an old link", html("<h1>Unsubscribe</h1><p>Invalid or expired link.</p>")),
            ("a home page with it at the foot", html("<footer>You can unsubscribe from our newsletter at any time.</footer>")),
            ("leaving an account", "<h1>Willkommen</h1><p>Der Shop und die Welt mit das</p><button>Abmelden</button>"),
            ("not found beside it", html("<h1>Unsubscribe</h1><h2>Page not found</h2>")),
        )
    ),
    Scenario("401", opened(code=401), ["UNSUBSCRIBE_PAGE_LOGIN"], "fail"),
    Scenario("gone", opened(code=404), ["UNSUBSCRIBE_PAGE_GONE"], "fail"),
    Scenario("gone in words", opened(html("", "Page not found", filler=FILLER[:400])), ["UNSUBSCRIBE_PAGE_GONE"], "fail"),
    Scenario("something else", opened(html("")), ["UNSUBSCRIBE_PAGE_NOT_RECOGNISED"], "inconclusive"),
    Scenario("wants a token", opened(code=400), ["UNSUBSCRIBE_PAGE_NEEDS_ADDRESS"], "inconclusive"),
    Scenario("all script", opened("<script></script>"), ["UNSUBSCRIBE_ONLY_SCRIPTS"], "inconclusive"),
    Scenario("another language", opened("<p>花を売っています。どうぞお越しください。</p>" * 30), ["UNSUBSCRIBE_OTHER_LANGUAGE"], "inconclusive"),
    Scenario("PDF", opened(b"%PDF-1.7"), ["UNSUBSCRIBE_UNREAD"], "inconclusive"),
    Scenario("elsewhere", [site(lost("unsubscribe", PageEnd.OUTSIDE)), SENDS], ["UNSUBSCRIBE_OUTSIDE"], "inconclusive"),
    *(Scenario(f"HTTP {code}", opened(code=code), ["UNSUBSCRIBE_UNREAD"], "inconclusive", ["UNSUBSCRIBE_PAGE_LOGIN"]) for code in (403, 429, 500, 503)),
    *(
        Scenario(f"{end}", [site(lost("unsubscribe", end)), SENDS], ["UNSUBSCRIBE_UNREAD"], "inconclusive")
        for end in (PageEnd.TIMEOUT, PageEnd.CONNECTION_FAILED, PageEnd.TLS_FAILED, PageEnd.NO_ADDRESS)
    ),
    Scenario("not named", [site(), SENDS], ["UNSUBSCRIBE_PAGE_NOT_NAMED"], "inconclusive"),
    Scenario("bulk mail is sent", [site(bulk="yes"), SENDS], ["UNSUBSCRIBE_PAGE_NOT_NAMED"], "inconclusive"),
    Scenario("no bulk mail", [site(bulk="no"), SENDS], ["UNSUBSCRIBE_PAGE_NOT_NEEDED"], "not-applicable"),
    Scenario("no mail", [site(), SILENT], ["UNSUBSCRIBE_NO_MAIL_SENT"], "not-applicable"),
    Scenario("two records say nothing", [site(), TWO], ["UNSUBSCRIBE_PAGE_NOT_NAMED"], "inconclusive", ["UNSUBSCRIBE_NO_MAIL_SENT"]),
    Scenario("learnt", [site(learnt=("https://www.shop.test/u",), bulk="no"), SILENT], ["UNSUBSCRIBE_PAGE_ONLY_LEARNT"], "inconclusive"),
    Scenario("learnt about somebody else", [site(learnt=("https://else.example/u",)), SENDS], ["UNSUBSCRIBE_PAGE_NOT_NAMED"], "inconclusive"),
]  # fmt: skip
