"""mail.mta-sts."""

from __future__ import annotations

from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.mail import MtaStsPolicy
from tests.checks.build import MAIL, NULL_MAIL, TROUBLES, Scenario, mail_fact, no, yes

CHECK = "mail.mta-sts"
MX = mail_fact(MAIL)
URL = "https://mta-sts.shop.test/.well-known/mta-sts.txt"
BODY = "version: STSv1\nmode: enforce\nmx: mail.shop.test\nmax_age: 86400\n"
TWO = {
    "shop.test": {"MX": ["10 mail.shop.test.", "20 mx2.shop.test."]},
    "mail.shop.test": {"A": ["9.9.9.9"]},
    "mx2.shop.test": {"A": ["9.9.9.10"]},
}
RECORD = yes("_mta-sts.shop.test", "TXT", "v=STSv1; id=1;")


def page(outcome=HttpStatus.ANSWERED, code=200, body=BODY, kind="text/plain; charset=utf-8", **more):  # type: ignore[no-untyped-def]
    return HttpFetch(URL, "192.0.2.9", outcome, code, kind, body=body, **more)


def fact(fetch=None, record=RECORD, mail=MX, addresses=()):  # type: ignore[no-untyped-def]
    return [MtaStsPolicy("shop.test", record, fetch, addresses), mail]


SCENARIOS = [
    Scenario("good", fact(page()), ["MTA_STS_OK"], "pass"),
    Scenario("absent", fact(record=no("_mta-sts.shop.test", "TXT")), ["MTA_STS_ABSENT"], "not-applicable"),
    Scenario(
        "two records",
        fact(page(), record=yes("_mta-sts.shop.test", "TXT", "v=STSv1; id=1;", "v=STSv1; id=2;")),
        ["MTA_STS_BAD_RECORD"],
        "warn",
        ["MTA_STS_OK"],
    ),
    Scenario(
        "bad id", fact(page(), record=yes("_mta-sts.shop.test", "TXT", "v=STSv1; id=a-b;")), ["MTA_STS_BAD_RECORD"], "warn"
    ),
    Scenario("no file", fact(page(code=404)), ["MTA_STS_NO_POLICY"], "warn"),
    Scenario(
        "no host",
        fact(page(HttpStatus.NO_ADDRESS, 0), addresses=(no("mta-sts.shop.test", "A"),)),
        ["MTA_STS_NO_POLICY"],
        "warn",
    ),
    Scenario(
        "host unknown",
        fact(page(HttpStatus.NO_ADDRESS, 0), addresses=(no("mta-sts.shop.test", "A", TROUBLES[0]),)),
        ["MTA_STS_UNANSWERED"],
        "inconclusive",
        ["MTA_STS_NO_POLICY"],
    ),
    Scenario("redirect", fact(page(code=301, location="https://x.test/")), ["MTA_STS_REDIRECT"], "warn"),
    Scenario(
        "certificate",
        fact(page(HttpStatus.TLS_FAILED, 0, detail="the certificate is not accepted: expired")),
        ["MTA_STS_CERTIFICATE"],
        "warn",
    ),
    Scenario("broken file", fact(page(body="<html>")), ["MTA_STS_BAD_POLICY"], "warn"),
    Scenario("endless file", fact(page(HttpStatus.TOO_LARGE)), ["MTA_STS_BAD_POLICY"], "warn"),
    Scenario(
        "host not covered", fact(page(body=BODY.replace("mail.", "old."))), ["MTA_STS_HOST_NOT_COVERED"], "fail", ["MTA_STS_OK"]
    ),
    Scenario(
        "two hosts not covered, one file for both",
        fact(page(body=BODY.replace("mail.", "old.")), mail=mail_fact(TWO)),
        ["MTA_STS_HOST_NOT_COVERED"],
        "fail",
        args={
            "host": ("mail.shop.test", "mx2.shop.test"),
            "policy": BODY.replace("mail.", "old.") + "mx: mail.shop.test\nmx: mx2.shop.test",
        },
    ),
    Scenario(
        "a file too long to be shown is not shown in part",
        fact(page(body=BODY.replace("mail.", "old.") + "mx: a.shop.test\n" * 400)),
        ["MTA_STS_HOST_NOT_COVERED"],
        "fail",
        args={"policy": ""},
    ),
    Scenario(
        "takes no mail", fact(page(code=404), mail=mail_fact(NULL_MAIL)), ["MTA_STS_NO_POLICY"], "warn", args={"mx_lines": ""}
    ),
    Scenario("testing", fact(page(body=BODY.replace("enforce", "testing"))), ["MTA_STS_NOT_ENFORCED", "MTA_STS_OK"], "pass"),
    Scenario("content type", fact(page(kind="text/html")), ["MTA_STS_CONTENT_TYPE"], "warn"),
    *(
        Scenario(
            f"fetch: {s}",
            fact(page(s, 0)),
            ["MTA_STS_UNANSWERED"],
            "inconclusive",
            ["MTA_STS_NO_POLICY", "MTA_STS_CERTIFICATE"],
        )
        for s in (HttpStatus.TIMEOUT, HttpStatus.CONNECTION_FAILED, HttpStatus.PROTOCOL_ERROR, HttpStatus.REFUSED_SCOPE)
    ),
    *(
        Scenario(f"server says {code}", fact(page(code=code)), ["MTA_STS_UNANSWERED"], "inconclusive")
        for code in (429, 500, 503)
    ),
    *(
        Scenario(
            f"record: {s}",
            fact(record=no("_mta-sts.shop.test", "TXT", s)),
            ["MTA_STS_UNANSWERED"],
            "inconclusive",
            ["MTA_STS_ABSENT"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "mail hosts unknown",
        fact(page(), mail=mail_fact({"shop.test": {"MX": TROUBLES[0]}})),
        ["MTA_STS_UNANSWERED"],
        "inconclusive",
        ["MTA_STS_OK"],
    ),
    Scenario(
        "testing, host not covered",
        fact(page(body=BODY.replace("mail.", "old.").replace("enforce", "testing"))),
        ["MTA_STS_HOST_NOT_COVERED_YET"],
        "warn",
        ["MTA_STS_HOST_NOT_COVERED"],
    ),
    Scenario(
        "no MX, the domain itself is not covered",
        fact(page(), mail=mail_fact({"shop.test": {"A": ["192.0.2.1"]}})),
        ["MTA_STS_HOST_NOT_COVERED"],
        "fail",
        ["MTA_STS_OK"],
    ),
]
