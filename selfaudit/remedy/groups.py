"""Grouping and ordering of findings, and remedies with their fields filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from selfaudit.checks import all_checks
from selfaudit.checks.registry import fields_of, render
from selfaudit.findings import Finding, Outcome, Remedy, Result, Severity, Who
from selfaudit.i18n import N_, _, shown

_ORDER = list(Severity)
# What a desk most likely acted on comes first.
_FAMILIES = ("exposure", "host", "patch", "blocklist", "registration", "mail", "rdns", "dns", "routing", "vantage", "")
_OUTCOMES = {
    Severity.CRITICAL: Outcome.FAIL,
    Severity.HIGH: Outcome.FAIL,
    Severity.MEDIUM: Outcome.WARN,
    Severity.LOW: Outcome.WARN,
    Severity.UNKNOWN: Outcome.INCONCLUSIVE,
    Severity.INFO: Outcome.PASS,
    Severity.NONE: Outcome.NOT_APPLICABLE,
    Severity.GOOD: Outcome.PASS,
}


_LONG_STRING = re.compile(r'"([^"\\\n]{256,})"')

# What no shell takes for more than text, quoted or not: names, addresses, URLs, mailboxes. A hyphen at the front would be an option.
_HARMLESS = re.compile(r"(?!-)[A-Za-z0-9._:/@%,+\[\]-]*")
_OPTION = re.compile(r"-[A-Za-z]+")
# Arguments that are several words: a command of ours, a TLSA record, a switch of dig.
_SEVERAL_WORDS = frozenset({"command", "record", "tcp"})
# Commands that a rule wrote itself; nothing in them comes from outside.
_OWN = frozenset({"check", "look", "show"})


class GroupKey(StrEnum):
    """The groups, in the order in which they are shown."""

    MUST = "must"
    PROVIDER = "provider"
    SHOULD = "should"
    UNCLEAR = "unclear"
    PASSED = "passed"
    NOT_NEEDED = "not-needed"


GROUP_TITLES = {
    GroupKey.MUST: N_("Must be fixed"),
    GroupKey.PROVIDER: N_("Your provider must act"),
    GroupKey.SHOULD: N_("Should be fixed"),
    GroupKey.UNCLEAR: N_("Could not be verified"),
    GroupKey.PASSED: N_("Passed"),
    GroupKey.NOT_NEEDED: N_("Not needed here"),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """A remedy with its fields filled in; see `findings.Remedy`."""

    steps: str
    verify: str = ""
    record: str = ""
    stacks: tuple[tuple[str, str], ...] = ()
    who: str = Who.YOU
    minutes: int = 15


@dataclass(frozen=True, slots=True)
class Action:
    """One finding to show, or a result without findings.

    Attributes:
        result: the result it belongs to.
        title: of the check.
        severity: of the finding.
        tag: of the finding, "" for a result without findings.
        text: what was seen, in words.
        advice: how to fix it, None if nothing is to be done.
        notes: further findings of the same result that only inform.
        alike: other results that say the same: of the same target, or of the same check.
    """

    result: Result
    title: str
    severity: Severity
    tag: str
    text: str
    advice: Advice | None = None
    notes: tuple[str, ...] = ()
    alike: tuple[Result, ...] = ()

    @property
    def family(self) -> str:
        """The part of the check's id before the dot, "" for one that has no place in the order."""
        family = self.result.check.partition(".")[0]
        return family if family in _FAMILIES else ""

    @property
    def outcome(self) -> Outcome:
        """The outcome that this finding alone would give; for results without findings, theirs."""
        if self.severity is Severity.UNKNOWN and self.result.outcome in (Outcome.NOT_RUN, Outcome.BUG):
            return self.result.outcome
        return _OUTCOMES[self.severity]


@dataclass(slots=True)
class Group:
    """A group with its actions, the worst first."""

    key: GroupKey
    title: str
    actions: list[Action] = field(default_factory=list)


def advice_for(remedy: Remedy, finding: Finding) -> Advice:
    """Fills a remedy's templates with a finding's arguments. A finding may say itself who can act (argument "who").

    Commands get no value that a shell could take for a command; the name of the argument stands in its place, in capitals.
    """
    args = finding.args
    who = str(args.get("who", remedy.who))
    # A command that is there to be copied as it is may stand in what shows that it worked, too.
    harmless = _for_commands(args, _OWN | {"command"} if remedy.record == "{command}" else _OWN)
    stacks = tuple((_(name), render(text, harmless)) for name, text in remedy.stacks.items())
    steps = render(remedy.steps_by.get(who, remedy.steps), args)
    # A record with a hole in it is not one to copy.
    record = "" if any(args.get(name) == "" for name in fields_of(remedy.record)) else render(remedy.record, args)
    return Advice(steps, render(remedy.verify, harmless), _LONG_STRING.sub(_in_pieces, record), stacks, who, remedy.minutes)


def _for_commands(args: Mapping[str, Any], own: frozenset[str]) -> dict[str, Any]:
    """Arguments for what people copy into a shell. Many come from strangers: names in DNS, greetings, certificates; not those of `own`."""
    return {
        name: value if name in own or _is_harmless(name, value) else name.upper().replace("_", "-")
        for name, value in args.items()
    }


def _is_harmless(name: str, value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_harmless(name, item) for item in value)
    words = str(value).split(" ") if name in _SEVERAL_WORDS else [str(value)]
    return all(_HARMLESS.fullmatch(word) or (name == "command" and _OPTION.fullmatch(word)) for word in words)


def _in_pieces(quoted: re.Match[str]) -> str:
    """A string in strings of at most 255 octets, as master files and panels want it (RFC 1035 section 3.3)."""
    text = quoted[1]
    return " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255))


def group_actions(results: Iterable[Result]) -> list[Group]:
    """Sorts everything that was found into the groups; empty groups are left out."""
    groups = {key: Group(key, _(title)) for key, title in GROUP_TITLES.items()}
    for result in results:
        for key, action in _actions(result):
            groups[key].actions.append(action)
    for group in groups.values():
        group.actions.sort(key=lambda a: (_ORDER.index(a.severity), _FAMILIES.index(a.family), a.result.check, a.result.target))
    return [group for group in groups.values() if group.actions]


def said_once(groups: Iterable[Group]) -> list[Group]:
    """The groups for reading from top to bottom. What could not be verified for one and the same reason is said once: by several
    checks on one target, or by one check on several targets.
    """
    out = []
    for group in groups:
        seen: dict[tuple[object, ...], int] = {}
        actions: list[Action] = []
        for action in group.actions:
            keys = _sayings(action) if group.key is GroupKey.UNCLEAR else ()
            place = next((seen[key] for key in keys if key in seen), None)
            if place is None:
                seen.update(dict.fromkeys(keys, len(actions)))
                actions.append(action)
                continue
            for key in keys:
                seen.setdefault(key, place)
            first = actions[place]
            if action.result not in (first.result, *first.alike):
                actions[place] = replace(first, alike=(*first.alike, action.result))
        out.append(Group(group.key, group.title, actions))
    return out


def _sayings(action: Action) -> tuple[tuple[object, ...], ...]:
    """What an action says about its target, and what its check says whatever the target."""
    target = action.result.target

    def whatever(text: str) -> str:
        return text.replace(target, "\0")

    steps = whatever(action.advice.steps) if action.advice else ""
    anywhere = (action.result.check, action.tag, whatever(action.text), tuple(map(whatever, action.notes)), steps)
    return (target, action.text, action.notes), anywhere


def alike_words(action: Action) -> str:
    """Which other checks or targets an action speaks for, "" if none."""
    own = action.result
    checks = list(dict.fromkeys(r.check for r in action.alike if r.target == own.target))
    others = [r for r in action.alike if r.target != own.target]
    # A target stands for all the checks that were named before it.
    targets = list(dict.fromkeys(r.target if r.check in (own.check, *checks) else f"{r.check} {r.target}" for r in others))
    names = ", ".join((*checks, *targets))
    return _("The same goes for {checks}.").format(checks=names) if names else ""


def _actions(result: Result) -> list[tuple[GroupKey, Action]]:
    check = all_checks()[result.check]
    title = _(check.spec.title)
    if not result.findings:
        return [(GroupKey.UNCLEAR, Action(result, title, Severity.UNKNOWN, "", shown(result.reason)))]
    notes: list[str] = []
    out: list[tuple[GroupKey, Action]] = []
    for finding in result.findings:
        message = check.messages[finding.tag]
        text = render(message.text, finding.args)
        if message.severity is Severity.INFO:
            notes.append(text)
            continue
        if finding.approved:
            words = _("Approved by your provider according to the case file, reference {reference}: {text}").format(
                reference=finding.approved, text=text
            )
            out.append((GroupKey.NOT_NEEDED, Action(result, title, Severity.NONE, finding.tag, words)))
            continue
        advice = advice_for(message.remedy, finding) if message.remedy else None
        key = _key(message.severity, advice)
        if key in (GroupKey.PASSED, GroupKey.NOT_NEEDED) and result.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            continue  # what is good about a result that is not good only distracts
        out.append((key, Action(result, title, message.severity, finding.tag, text, advice)))
    if not out:
        return [(GroupKey.UNCLEAR, Action(result, title, Severity.UNKNOWN, "", shown(result.reason), None, tuple(notes)))]
    key, first = out[0]
    out[0] = (key, Action(first.result, first.title, first.severity, first.tag, first.text, first.advice, tuple(notes)))
    return out


def _key(severity: Severity, advice: Advice | None) -> GroupKey:
    if severity is Severity.UNKNOWN:
        return GroupKey.UNCLEAR
    if severity is Severity.GOOD:
        return GroupKey.PASSED
    if severity is Severity.NONE:
        return GroupKey.NOT_NEEDED
    if advice is not None and advice.who == Who.PROVIDER:
        return GroupKey.PROVIDER
    return GroupKey.MUST if severity in (Severity.CRITICAL, Severity.HIGH) else GroupKey.SHOULD
