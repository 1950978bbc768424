"""Whether a bundle says what its own evidence says: judged anew, drawn anew, compared field by field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, zip_longest
from typing import Any

from selfaudit.engine import Audit
from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import phrase
from selfaudit.protocols.bounded_json import loads
from selfaudit.report.bundle.archive import MAX_CONTENT
from selfaudit.report.bundle.drawing import draw, drawing_of, known_language
from selfaudit.report.bundle.make import AUDIT, TOOL
from selfaudit.report.bundle.model import Bundle, Difference, Point, Standing
from selfaudit.report.json import encode_audit
from selfaudit.text import printable

MAX_DIFFERENCES = 200
_MORE = 200_000  # octets by which an audit file may be larger than twice the one that comes out here, and still be read
_LIMIT = 300  # characters of what is said on either side
_TEXT = ("severity", "message", "args", "approved", "evidence")


def judged_point(
    bundle: Bundle, audit: Audit, before: Audit | None, moment: float, *, same_policy: bool, redraw: bool = True
) -> tuple[Point, tuple[Difference, ...]]:
    """Compares what the bundle says with what comes out here.

    Args:
        bundle: an intact one.
        audit: the one in it, judged here.
        before: the earlier one in it.
        moment: UTC seconds at which it says that it was made.
        same_policy: the policy that is known here is the one of the bundle.
        redraw: the reports are drawn anew, too. That takes by far the longest, and is in vain where the answer is known without it.
    """
    ours = encode_audit(audit, moment)
    theirs = bundle.files.get(AUDIT, b"")
    if len(theirs) > 2 * len(ours) + _MORE:
        why = phrase("audit.json has {count} octets; its evidence gives one of {ours}", count=len(theirs), ours=len(ours))
        return _differing(bundle, why, same_policy=same_policy), ()
    try:
        found = () if theirs == ours else tuple(islice(differences(table_of(theirs), table_of(ours)), MAX_DIFFERENCES + 1))
    except BadInput as error:
        why = phrase("its results cannot be read: {why}", why=str(error))
        return Point("judged", Standing.BAD, phrase("What it says about results cannot be compared."), (why,)), ()
    if found:
        return _differing(bundle, _count(len(found)), same_policy=same_policy), found[:MAX_DIFFERENCES]
    drawn, why = _drawn(bundle, audit, before, moment, ours) if redraw else ((), _NOT_DRAWN)
    if drawn:
        text = phrase("The reports in it do not show what its data say: do not rely on them.")
        return Point("judged", Standing.BAD, text), drawn
    if why:
        text = phrase(
            "Its evidence gives the results that it states, but whether the reports in it show the same cannot be told."
        )
        return Point("judged", Standing.UNKNOWN, text, (why, _INSTEAD)), ()
    text = phrase("Its evidence, judged here, gives exactly the results that it states, and the reports in it show the same.")
    return Point("judged", Standing.GOOD, text), ()


_NOT_DRAWN = phrase("They were not drawn anew, as something else in it is not right or not there.")
_INSTEAD = phrase("Draw them from its data instead: selfaudit report BUNDLE --pdf FILE")


def _count(differences: int) -> str:
    if differences > MAX_DIFFERENCES:
        return phrase("places where it says something else: more than {count}", count=MAX_DIFFERENCES)
    return phrase("places where it says something else: {count}", count=differences)


def _differing(bundle: Bundle, why: str, *, same_policy: bool) -> Point:
    if bundle.manifest.tool != TOOL:
        text = phrase(
            "Its evidence gives other results here. It was made by another version, whose rules may differ: verify it with that version."
        )
        return Point("judged", Standing.UNKNOWN, text, (why,))
    if not same_policy:
        text = phrase("Its evidence gives other results here, where its policy is not known or is another.")
        return Point("judged", Standing.UNKNOWN, text, (why,))
    text = phrase("Its evidence does not give the results that it states: they were changed after they were judged.")
    return Point("judged", Standing.BAD, text, (why,))


def _drawn(
    bundle: Bundle, audit: Audit, before: Audit | None, moment: float, audit_json: bytes
) -> tuple[tuple[Difference, ...], str]:
    """Which of the documents are not those that its data give, and why that cannot be told, "" if it can."""
    manifest = bundle.manifest
    language = known_language(manifest.language)
    if language != manifest.language or manifest.drawing != drawing_of(audit, language) or manifest.tool != TOOL:
        return (), phrase("The reports were made by another version of this program, of its translation or of the policy.")
    try:
        drawn = draw(audit, before=before, now=moment, language=language, key=manifest.key, audit_json=audit_json)
    except UserError as error:
        return (), phrase("The reports cannot be made here: {why}", why=printable(str(error), _LIMIT))
    return tuple(
        Difference("report", name, _hash(bundle.files.get(name, b"")), _hash(content))
        for name, content in drawn.items()
        if bundle.files.get(name) != content
    ), ""


def _hash(data: bytes) -> str:
    return f"SHA-256 {hashlib.sha256(data).hexdigest()}"


def table_of(data: bytes) -> Mapping[str, Any]:
    """An audit file as it stands.

    Raises:
        BadInput: it is none.
    """
    table = loads(data, max_octets=MAX_CONTENT)
    if not isinstance(table, dict) or not all(isinstance(table.get(name, []), list) for name in ("results", "requirements")):
        raise BadInput(phrase("this is not an audit file"))
    return table


def differences(said: Mapping[str, Any], judged: Mapping[str, Any]) -> Iterator[Difference]:
    """Everything in which two audit files differ: what the first one says, and what the second one does."""
    count = 0
    for found in _all(said, judged):
        count += 1
        yield found
    if not count:
        yield Difference("report", AUDIT, phrase("written in another way"), phrase("as this program writes it"))


def _all(said: Mapping[str, Any], judged: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _results(said.get("results", []), judged.get("results", []))
    yield from _requirements(said.get("requirements", []), judged.get("requirements", []))
    theirs, ours = _mapping(said.get("readiness")), _mapping(judged.get("readiness"))
    for field in _fields(theirs, ours):
        yield Difference("readiness", printable(field, 60), _short(theirs.get(field)), _short(ours.get(field)))
    for field in _fields(said, judged):
        if field not in ("results", "requirements", "readiness"):
            what = "case" if field == "case" else "report"
            yield Difference(what, printable(field, 60), _short(said.get(field)), _short(judged.get(field)))


def _results(said: list[Any], judged: list[Any]) -> Iterator[Difference]:
    if len(said) > len(judged) + MAX_DIFFERENCES:
        yield Difference("result", "results", str(len(said)), str(len(judged)))
        return
    theirs, ours = _keyed(said, _result_key), _keyed(judged, _result_key)
    for key in dict.fromkeys((*ours, *theirs)):
        mine, other = ours.get(key), theirs.get(key)
        where = " ".join(part for part in (key[0], key[2], key[3]) if part)
        if mine is None or other is None or mine.get("outcome") != other.get("outcome"):
            yield Difference("result", where, _outcome(other), _outcome(mine))
            continue
        if mine.get("reason") != other.get("reason"):
            yield Difference("result", where, _short(other.get("reason")), _short(mine.get("reason")))
        for one, two in zip_longest(_list(other.get("findings")), _list(mine.get("findings"))):
            if one != two:
                yield from _finding(where, _mapping(one), _mapping(two))


def _finding(where: str, said: Mapping[str, Any], judged: Mapping[str, Any]) -> Iterator[Difference]:
    place = f"{where}: {printable(str(judged.get('tag') or said.get('tag') or ''), 60)}"
    if not said or not judged or said.get("tag") != judged.get("tag"):
        yield Difference("finding", place, _short(said.get("message", "")), _short(judged.get("message", "")))
        return
    for field in _fields(said, judged):
        label = "" if field == "message" else f" ({printable(field, 40)})"
        yield Difference("finding", place + label, _short(said.get(field, "")), _short(judged.get(field, "")))


def _requirements(said: list[Any], judged: list[Any]) -> Iterator[Difference]:
    if len(said) > len(judged) + MAX_DIFFERENCES:
        yield Difference("requirement", "requirements", str(len(said)), str(len(judged)))
        return
    theirs, ours = _keyed(said, _clause), _keyed(judged, _clause)
    for key in dict.fromkeys((*ours, *theirs)):
        mine, other = _mapping(ours.get(key)), _mapping(theirs.get(key))
        if mine == other:
            continue
        if not mine or not other or mine.get("state") != other.get("state"):
            yield Difference("requirement", key[0], _short(other.get("state", "")), _short(mine.get("state", "")))
            continue
        for field in _fields(other, mine):
            yield Difference(
                "requirement", f"{key[0]} ({printable(field, 40)})", _short(other.get(field)), _short(mine.get(field))
            )


def _keyed(items: Iterable[Any], key_of: Any) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Each by its key; one that is there twice gets another key, so that none hides behind it."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for number, item in enumerate(items):
        key = key_of(_mapping(item))
        found[key if key not in found else (*key, str(number))] = _mapping(item)
    return found


def _result_key(item: Mapping[str, Any]) -> tuple[str, ...]:
    target = _mapping(item.get("target"))
    kind, value = printable(str(target.get("kind", "")), 20), printable(str(target.get("value", "")), 100)
    return printable(str(item.get("check", "")), 60), kind, "" if kind == "case" else value, ""


def _clause(item: Mapping[str, Any]) -> tuple[str, ...]:
    return (printable(str(item.get("clause", "")), 60),)


def _fields(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """The fields in which two objects differ. A number is not the same as a truth value, though Python holds 1 and True for equal."""
    return [name for name in dict.fromkeys((*two, *one)) if name not in one or name not in two or one[name] != two[name]]


def _outcome(result: Mapping[str, Any] | None) -> str:
    return "" if result is None else _short(result.get("outcome", ""))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _short(value: Any) -> str:
    """A value in a line."""
    return printable(value if isinstance(value, str) else _plain(value, 3), _LIMIT)


def _plain(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_plain(v, depth - 1)}" for k, v in list(value.items())[:20]) + "}" if depth else "{…}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(v, depth - 1) for v in value[:20]) + "]" if depth else "[…]"
    return (
        {None: "", True: "true", False: "false"}.get(value, "")
        if value is None or isinstance(value, bool)
        else str(value)[:400]
    )
