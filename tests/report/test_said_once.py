"""What could not be verified for one reason is said once: for several checks of a target, and for several targets of a check."""

from __future__ import annotations

from selfaudit.checks import all_checks
from selfaudit.checks.registry import fields_of, templates_of
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.remedy import GroupKey, alike_words, group_actions, said_once


def result(check: str, on: str, tag: str, outcome: Outcome = Outcome.INCONCLUSIVE, **args: str) -> Result:
    return Result(check, "domain", on, outcome, (Finding(tag, {**args, "domain": on}, ("e1",)),))


def someone_else(target: str, registrar: str = "Eins") -> Result:
    words = {"registrar": registrar, "command": f"whois {target}", "page": ""}
    return result("registration.contacts", target, "CONTACTS_OF_SOMEBODY_ELSE", **words)


def test_several_targets_of_one_check() -> None:
    results = [someone_else("a.test"), someone_else("b.test"), someone_else("c.test", "Zwei")]
    (group,) = said_once(group_actions(results))
    assert group.key is GroupKey.UNCLEAR
    first, second = group.actions
    assert (first.result.target, second.result.target) == ("a.test", "c.test")  # another registrar: another letter to write
    assert alike_words(first) == "The same goes for b.test."
    assert alike_words(second) == ""


def test_several_checks_of_one_target_and_both() -> None:
    def silent(check: str, target: str) -> Result:
        return Result(check, "address", target, Outcome.NOT_RUN, (), f"{target} does not answer")

    results = [silent(c, t) for t in ("192.0.2.1", "192.0.2.2") for c in ("exposure.relay", "exposure.proxy")]
    (group,) = said_once(group_actions(results))
    words = [(a.result.check, a.result.target, alike_words(a)) for a in group.actions]
    assert words == [
        ("exposure.proxy", "192.0.2.1", "The same goes for exposure.relay, 192.0.2.2."),
    ]


def test_faults_are_never_merged() -> None:
    message = all_checks()["registration.status"].messages["STATUS_CLIENT_HOLD"]
    words = {name: "x" for template in templates_of(message) for name in fields_of(template)}
    results = [result("registration.status", t, "STATUS_CLIENT_HOLD", Outcome.FAIL, **words) for t in ("a.test", "b.test")]
    (group,) = said_once(group_actions(results))
    assert [a.result.target for a in group.actions] == ["a.test", "b.test"]
