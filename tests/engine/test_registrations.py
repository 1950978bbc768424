"""Which targets have their registration judged: each registration once, hosted domains too and with nothing else."""

from __future__ import annotations

from selfaudit.case import HOSTED, Case, Target
from selfaudit.engine.judge import pairs
from selfaudit.engine.plan import wanted_requests


def _named(*values: str) -> tuple[Target, ...]:
    return tuple(Target("domain", value) for value in values)


def checks_of(*targets: Target) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for check, target in pairs(Case(targets), targets):
        if target.kind == "domain":
            found.setdefault(target.value, set()).add(check.spec.id)
    return found


def test_a_registration_is_judged_once() -> None:
    found = checks_of(*_named("mail.shop.test", "shop.test", "www.shop.test", "a.other.test", "b.other.test"))
    judged = {value for value, checks in found.items() if "registration.status" in checks}
    assert judged == {"shop.test", "a.other.test"}
    assert all("mail.spf" in checks for checks in found.values())


def test_hosted_domains_get_what_is_meant_for_them() -> None:
    found = checks_of(*_named("shop.test"), Target("domain", "guest.test", HOSTED))
    assert found["guest.test"] == {
        "blocklist.domain", "dns.delegation", "registration.contacts", "registration.expiry", "registration.nameservers",
        "registration.status",
    }  # fmt: skip
    assert found["guest.test"] < found["shop.test"]


def test_sub_domains_share_one_question_to_the_registry() -> None:
    targets = _named("mail.shop.test", "shop.test", "www.shop.test")
    asked = [r.subject for r in wanted_requests(Case(targets), targets) if r.kind == "registration.domain"]
    assert asked == ["shop.test"]
