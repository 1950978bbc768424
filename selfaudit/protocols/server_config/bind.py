"""BIND: named.conf, after the BIND 9 Administrator Reference Manual (recursion, allow-recursion, allow-query-cache, views).

Who gets recursion is said by allow-recursion and allow-query-cache, and both must agree; one that is not set takes the other's value,
then that of allow-query, and only then its default, the server's own addresses and networks.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    Element,
    Match,
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    at,
    first_match,
    is_local,
    not_followed,
    read_network,
    verdict_of,
)

PROGRAM = "BIND"
_MAX_DEPTH = 20
_WORD = re.compile(r'[^\s{};"]+')
# Included files that hold keys and zones and no options.
_HARMLESS = re.compile(r"(key|keys|zones?)$|zones\.|\.zones|crypto-policies", re.IGNORECASE)
_BOTH = (4, 6)
_BRACES = phrase("the braces of the configuration do not fit")


@dataclass
class Statement:
    """Words up to ";", and the statements of its block in braces."""

    words: list[str] = field(default_factory=list)
    block: list[Statement] | None = None


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str
    elements: list[Element]

    def said(self) -> str:
        return f"{self.name} {{ {'; '.join(e.text for e in self.elements[:8])}; }}"


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether strangers get recursion, view by view.

    Raises:
        BadInput: it is no configuration of BIND.
    """
    top = [statement for section in files for statement in parse("\n".join(section.lines))]
    options = _Scope([s for o in top if o.words[:1] == ["options"] for s in o.block or ()], top)
    opaque = _opaque([*top, *options.statements], files)
    ports, versions = _listening(options)
    if not versions:
        return [Opening(PROGRAM, Service.RECURSION, Verdict.LOCAL_ONLY, ("53",), "listen-on, listen-on-v6")]
    views = [s for s in top if s.words[:1] == ["view"] and s.block is not None]
    out: list[Opening] = []
    for view in views or [Statement(["view"], [])]:
        scope = _Scope([*(view.block or []), *options.statements], top, len(view.block or []))
        clients = _match(scope.setting("match-clients"), versions, around)
        if clients.truth is Truth.NO and scope.setting("match-clients") is not None:
            continue
        verdict, why, certain = _recursion(scope, versions, around)
        if clients.truth is Truth.UNKNOWN and verdict is Verdict.OPEN:
            verdict, why, certain = Verdict.UNCLEAR, not_followed(f"match-clients: {clients.text}"), False
        if opaque and verdict is Verdict.CLOSED:
            verdict, why, certain = Verdict.UNCLEAR, not_followed(f"include {opaque}"), False
        if len(view.words) > 1:
            why = phrase("view {name}: {why}", name=view.words[1], why=why)
        destinations = scope.setting("match-destinations", own=True)
        where = tuple(at(_single(e.text), "53") for e in destinations.elements if e.network is not None) if destinations else ()
        out.append(Opening(PROGRAM, Service.RECURSION, verdict, where or ports, why, certain))
        if clients.truth is Truth.YES and destinations is None:
            break  # no stranger comes to a later view
    if not out:
        out.append(
            Opening(PROGRAM, Service.RECURSION, Verdict.CLOSED, ports, phrase("no view is meant for strangers (match-clients)"))
        )
    return out


def _recursion(scope: _Scope, versions: Sequence[int], around: Surroundings) -> tuple[Verdict, str, bool]:
    recursion = scope.word("recursion")
    if recursion.lower() in ("no", "false", "0"):
        return Verdict.CLOSED, f"recursion {recursion}", True
    cache, query = scope.setting("allow-query-cache"), scope.setting("allow-query")
    allow = scope.setting("allow-recursion")
    by_recursion, by_cache = allow or cache or query, cache or allow or query
    if by_recursion is None or by_cache is None:
        return Verdict.CLOSED, phrase("allow-recursion is not set, and then only the server's own networks are served"), True
    matches = [(s, _match(s, versions, around)) for s in (by_recursion, by_cache)]
    on = [s for s in (scope.setting("allow-recursion-on"), scope.setting("allow-query-cache-on")) if s is not None]
    if any(m.truth is Truth.NO for _s, m in matches):
        return Verdict.CLOSED, next(s.said() for s, m in matches if m.truth is Truth.NO), True
    if any(all(is_local(e.text.lstrip("!")) or e.text in ("none", "localhost") for e in s.elements) for s in on):
        return Verdict.UNCLEAR, not_followed(on[0].said()), False
    order = (Truth.UNKNOWN, Truth.MANY, Truth.YES)
    setting, match = min(matches, key=lambda pair: order.index(pair[1].truth))
    if match.truth is Truth.UNKNOWN:
        return Verdict.UNCLEAR, not_followed(f"{setting.name}: {match.text}"), False
    verdict, certain = verdict_of(match.truth)
    return verdict, setting.said(), certain


def _match(setting: _Setting | None, versions: Sequence[int], around: Surroundings) -> Match:
    if setting is None:
        return Match(Truth.YES)
    found = [first_match(setting.elements, v, around.gateways()) for v in versions]
    order = (Truth.YES, Truth.MANY, Truth.UNKNOWN, Truth.NO)
    return min(found, key=lambda m: order.index(m.truth))


class _Scope:
    """Statements that count together; those of a view come before those of "options"."""

    def __init__(self, statements: Sequence[Statement], top: Sequence[Statement], own: int | None = None) -> None:
        self.statements = statements
        self.own = len(statements) if own is None else own
        self.acls = {s.words[1]: s.block for s in top if s.words[:1] == ["acl"] and len(s.words) > 1 and s.block is not None}

    def word(self, name: str) -> str:
        return next((s.words[1] for s in self.statements if s.words[:1] == [name] and len(s.words) > 1), "")

    def setting(self, name: str, *, own: bool = False) -> _Setting | None:
        statements = self.statements[: self.own] if own else self.statements
        found = next((s for s in statements if s.words[:1] == [name] and s.block is not None), None)
        return None if found is None else _Setting(name, self.elements(found.block or [], 0))

    def elements(self, block: Iterable[Statement], depth: int) -> list[Element]:
        """Elements of an address match list; named lists are looked up."""
        return [self._element(s, depth) for s in block if s.words or s.block]

    def _element(self, statement: Statement, depth: int) -> Element:
        text = " ".join(statement.words)
        negated = text.startswith("!")
        bare = text.lstrip("! ")
        network = read_network(bare)
        if depth > _MAX_DEPTH:
            return Element(text, Truth.UNKNOWN, negated=negated)
        if statement.block is not None and bare == "":
            return self._nested(statement.block, text or "{ ... }", negated, depth)
        if network is not None:
            return Element(text, network=network, negated=negated)
        if bare in ("none", "localhost", "localnets") or bare.startswith("key "):
            return Element(text, Truth.NO, negated=negated)
        if bare == "any":
            return Element(text, Truth.YES, negated=negated)
        if bare in self.acls:
            return self._nested(self.acls[bare] or [], text, negated, depth)
        return Element(text, Truth.UNKNOWN, negated=negated)

    def _nested(self, block: Iterable[Statement], text: str, negated: bool, depth: int) -> Element:
        inner = self.elements(block, depth + 1)
        if len(inner) == 1 and inner[0].network is not None and not inner[0].negated:
            return Element(text, network=inner[0].network, negated=negated)
        found = {first_match(inner, version).truth for version in _BOTH}
        truth = next((t for t in (Truth.YES, Truth.MANY, Truth.UNKNOWN) if t in found), Truth.NO)
        return Element(text, truth, negated=negated)


def _listening(options: _Scope) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Ports, and the families that are served to others than the server itself."""
    ports: dict[str, None] = {}
    versions = []
    for version, name in ((4, "listen-on"), (6, "listen-on-v6")):
        lines = [s for s in options.statements if s.words[:1] == [name] and s.block is not None]
        outside = not lines
        for line in lines:
            texts = [" ".join(s.words) for s in line.block or ()]
            if all(t == "none" or t.startswith("!") or (is_local(t) and t != "localhost") for t in texts):
                continue  # the name "localhost" means every address of the server here
            outside = True
            port = line.words[line.words.index("port") + 1] if "port" in line.words[:-1] else options.word("port") or "53"
            places = [at(_single(t), port) for t in texts if read_network(t) is not None]
            ports.update(dict.fromkeys(places if len(places) == len(texts) else [port]))
        if outside:
            versions.append(version)
            if not lines:
                ports[options.word("port") or "53"] = None
    return tuple(ports), tuple(versions)


def _single(text: str) -> str:
    """An address without the prefix length that named-checkconf adds."""
    return text.removesuffix("/128" if ":" in text else "/32")


def _opaque(statements: Iterable[Statement], files: Sequence[Section]) -> str:
    """An included file that is not in the part and may hold options, "" for none."""
    for statement in statements:
        if statement.words[:1] == ["include"] and len(statement.words) > 1:
            path = statement.words[1]
            known = any(s.source == path or s.source.endswith("/" + path) or fnmatch.fnmatchcase(s.source, path) for s in files)
            if not known and not _HARMLESS.search(path):
                return path
    return ""


def parse(text: str) -> list[Statement]:
    """The statements of a configuration file.

    Raises:
        BadInput: braces do not fit, or it is nested too deeply.
    """
    root: list[Statement] = []
    stack: list[list[Statement]] = [root]
    open_statements: list[Statement] = []
    current = Statement()
    for piece in _tokens(text):
        if piece == "{":
            if len(stack) > _MAX_DEPTH:
                raise BadInput(phrase("the configuration is nested too deeply"))
            current.block = []
            stack.append(current.block)
            open_statements.append(current)
            current = Statement()
        elif piece == "}":
            if len(stack) == 1:
                raise BadInput(_BRACES)
            if current.words:
                stack[-1].append(current)
            stack.pop()
            current = open_statements.pop()
        elif piece == ";":
            if current.words or current.block is not None:
                stack[-1].append(current)
            current = Statement()
        else:
            current.words.append(piece.strip('"'))
    if len(stack) > 1:
        raise BadInput(_BRACES)
    if current.words:
        root.append(current)
    return root


def _tokens(text: str) -> Iterator[str]:
    """Words, strings with their quotes, and the signs { } ; without the three kinds of comments."""
    position = 0
    while position < len(text):
        char, two = text[position], text[position : position + 2]
        if char.isspace():
            position += 1
        elif char in "{};":
            yield char
            position += 1
        elif char == "#" or two == "//":
            position = _after(text, "\n", position)
        elif two == "/*":
            position = _after(text, "*/", position + 2)
        elif char == '"':
            end = _after(text, '"', position + 1)
            yield text[position:end]
            position = end
        else:
            word = _WORD.match(text, position)
            assert word is not None
            yield word[0]
            position = word.end()


def _after(text: str, mark: str, position: int) -> int:
    end = text.find(mark, position)
    if end < 0 and mark != "\n":
        raise BadInput(phrase("a string or comment of the configuration does not end"))
    return len(text) if end < 0 else end + len(mark)
