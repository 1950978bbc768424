"""Exim: host lists, domain lists and access control lists, after "Specification of the Exim Mail Transfer Agent", chapters 10 and 43.

An access control list is walked for one stranger: an address nobody trusts, any sender, a recipient in a foreign domain, no log-in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.exim_file import (
    MODIFIERS,
    VERB,
    Config,
    Statement,
    items_of,
    parse,
    statements_of,
    with_macros,
)
from selfaudit.protocols.server_config.model import (
    Element,
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    all_of,
    at,
    is_local,
    not_followed,
    read_network,
)

PROGRAM = "Exim"
# A stranger arranges these as he likes, or well-behaved strangers pass them.
_CHOICES = {
    "senders", "sender_domains", "local_parts", "recipients", "encrypted", "dnslists", "ratelimit", "malware", "spam", "verify", "mime_regex",
    "regex", "decode", "spf", "spf_guess", "dkim_signers", "dkim_status", "dmarc_status", "bmi_optin", "seen",
}  # fmt: skip
_OWN_WORDS = {
    "rcpt_count", "recipients_count", "rcpt_fail_count", "rcpt_defer_count", "message_size", "sender_helo_name", "sender_address",
    "sender_address_domain", "sender_address_local_part", "local_part", "tls_in_cipher", "tls_cipher", "spam_score_int",
}  # fmt: skip
_ELSEWHERE = re.compile(r"\$\{(lookup|run|read|perl|dlfunc|acl|extract|sg|certextract)")
_PORTS = {"smtp": "25", "smtps": "465", "submissions": "465", "submission": "587"}
_MAX_DEPTH = 6
# Asked in this order; without a list the recipients' is "deny", and the others accept (chapter 43.1).
_STAGES = ("connect", "helo", "mail", "rcpt", "predata", "data")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a list says to the stranger: "accept", "deny", or "unknown"; and why."""

    says: str
    why: str = ""
    certain: bool = True


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """What strangers may send through Exim."""
    config = parse(files)
    ports = _ports(config)
    interfaces = _interfaces(config)
    if interfaces and all(is_local(i) for i in interfaces):
        return [Opening(PROGRAM, Service.RELAY, Verdict.LOCAL_ONLY, ports, f"local_interfaces = {' ; '.join(interfaces)}")]
    where = tuple(at(i, p) for i in interfaces if not is_local(i) for p in ports) or ports
    verdict, why, certain = _judge(config, around)
    return [Opening(PROGRAM, Service.RELAY, verdict, where, why, certain)]


def _judge(config: Config, around: Surroundings) -> tuple[Verdict, str, bool]:
    if not config.options and not config.acls and not config.lists:
        nets = config.debian.get("dc_relay_nets")
        if nets is None:
            return Verdict.UNCLEAR, phrase("its configuration file is not among what was read"), False
    walk = _Walk(config, around)
    answers = {stage: walk.stage(stage) for stage in _STAGES}
    refused = next((a for a in (answers["rcpt"], *answers.values()) if a.says == "deny"), None)
    if refused is not None:
        return Verdict.CLOSED, refused.why, True
    question = next((a for a in (answers["rcpt"], *answers.values()) if a.says == "unknown"), None)
    if question is not None:
        return Verdict.UNCLEAR, question.why, False
    return Verdict.OPEN, answers["rcpt"].why, answers["rcpt"].certain


class _Walk:
    """One stranger's way through the lists."""

    def __init__(self, config: Config, around: Surroundings) -> None:
        self.config, self.around = config, around

    def stage(self, stage: str) -> _Answer:
        name = self.config.options.get(f"acl_smtp_{stage}", "")
        if not name:
            if stage != "rcpt":
                return _Answer("accept")
            if self.config.debian and not self.config.options:
                if self._host_list("MAIN_RELAY_NETS", 0) in (Truth.YES, Truth.MANY):
                    return _Answer("accept", f"dc_relay_nets='{self.config.debian.get('dc_relay_nets', '')}'", certain=False)
                return _Answer(
                    "unknown",
                    phrase("only the answers of Debian's configuration were read, not the configuration made from them"),
                )
            return _Answer("deny", phrase("acl_smtp_rcpt is not set, and then no recipient is accepted"))
        if name in self.config.acls:
            return self.acl(name, 0)
        inline = VERB.fullmatch(name)
        if inline:
            return self._run(f"acl_smtp_{stage} = {name}", statements_of([name]), 0)
        return _Answer("unknown", not_followed(f"acl_smtp_{stage} = {name}"))

    def acl(self, name: str, depth: int) -> _Answer:
        if depth > _MAX_DEPTH or name not in self.config.acls:
            return _Answer("unknown", not_followed(f"acl = {name}"))
        return self._run(name, self.config.acls[name], depth)

    def _run(self, name: str, statements: Sequence[Statement], depth: int) -> _Answer:
        doubt, many, gate, skipped = "", "", "", False
        for statement in statements:
            conditions = (_said(c) for c in statement.conditions if c[0].strip("!") not in MODIFIERS)
            said = f"{name}: {statement.verb} {' '.join(conditions)}".strip()
            values, after_endpass = self._conditions(statement, depth)
            truth, verb = all_of(values), statement.verb
            if verb in ("accept", "discard"):
                if truth in (Truth.YES, Truth.CHOICE):
                    return (
                        _Answer("unknown", gate)
                        if gate
                        else _Answer("accept", self._hosts_said(statement) or said, not skipped)
                    )
                if truth is Truth.MANY:
                    many = many or self._hosts_said(statement) or said
                elif truth is Truth.UNKNOWN:
                    doubt = doubt or not_followed(said)
                elif after_endpass:
                    return self._end(many, doubt, said)
            elif verb in ("deny", "drop", "defer"):
                if truth is Truth.YES:
                    return self._end(many, doubt, said)
                if truth is Truth.UNKNOWN and Truth.CHOICE not in values:  # what the stranger chooses, he chooses well
                    skipped = True
                    if any(c.strip("!") in ("domains", "hosts", "acl", "authenticated") for c, _v in statement.conditions):
                        gate = gate or not_followed(said)
            elif verb == "require":
                if truth is Truth.NO:
                    return self._end(many, doubt, said)
                if truth is Truth.UNKNOWN:
                    gate = gate or not_followed(said)
            # "warn" decides nothing.
        return self._end(many, doubt, phrase("{name}: what nothing accepts is refused", name=name))

    def _end(self, many: str, doubt: str, said: str) -> _Answer:
        if many:
            return _Answer("accept", many, certain=False)
        return _Answer("unknown", doubt) if doubt else _Answer("deny", said)

    def _hosts_said(self, statement: Statement) -> str:
        """The list of hosts that lets in, "" if another condition does."""
        name = next((v.strip() for c, v in statement.conditions if c == "hosts"), "")
        if not name:
            return ""
        known = self.config.lists.get(name[1:])
        said = f"hosts = {name}" if known is None else f"hostlist {name[1:]} = {with_macros(known, self.config.macros)}"
        if self.around.container:
            return phrase(
                "{directive} in a container, where strangers may arrive with the address of its gateway", directive=said[:160]
            )
        return said

    def _conditions(self, statement: Statement, depth: int) -> tuple[list[Truth], bool]:
        """The truth of each condition; and whether one after "endpass" fails while all before it hold."""
        values: list[Truth] = []
        before: list[Truth] | None = None
        for name, value in statement.conditions:
            bare = name.strip("!")
            if bare == "endpass":
                before = list(values)
            elif bare == "condition" and statement.verb in ("deny", "drop", "defer") and _avoidable(value):
                values.append(Truth.CHOICE)
            elif bare not in MODIFIERS:
                truth = self._condition(bare, value, depth)
                values.append(truth.negated() if name.startswith("!") else truth)
        failed = before is not None and Truth.NO in values[len(before) :] and all_of(before) in (Truth.YES, Truth.CHOICE)
        return values, failed

    def _condition(self, name: str, value: str, depth: int) -> Truth:
        if name == "hosts":
            return self._host_list(value, depth)
        if name == "domains":
            return self._domain_list(value, depth)
        if name == "authenticated":
            return Truth.NO
        if name in _CHOICES:
            return Truth.CHOICE
        if name == "acl":
            words = value.split()
            says = self.acl(words[0] if words else "", depth + 1).says
            return {"accept": Truth.YES, "deny": Truth.NO}.get(says, Truth.UNKNOWN)
        if name == "condition" and value.strip().lower() in ("yes", "true", "1", "no", "false", "0"):
            return Truth.YES if value.strip().lower() in ("yes", "true", "1") else Truth.NO
        return Truth.UNKNOWN

    def _host_list(self, text: str, depth: int) -> Truth:
        def one(item: str) -> Truth:
            if item in ("", "@", "@[]"):
                return Truth.NO  # no host at all (a message from the server itself), and the server's own
            network = read_network(item)
            if network is not None:
                element = Element(item, network=network)
                found = {element.fits(v, self.around.gateways()) for v in (4, 6)}
                return next((t for t in (Truth.YES, Truth.MANY) if t in found), Truth.NO)
            if re.fullmatch(r"[\w-]+(\.[\w-]+)+|\*(\.[\w-]+){2,}", item):
                return Truth.NO  # certain hosts, by their names
            return Truth.UNKNOWN

        return self._list(text, one, depth)

    def _domain_list(self, text: str, depth: int) -> Truth:
        def one(item: str) -> Truth:
            if item in ("", "@", "@[]"):
                return Truth.NO
            # Domains by name, by suffix or from a table of the server's own: never every foreign domain.
            if re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?|\*?(\.[\w-]+){2,}", item) and not re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", item):
                return Truth.NO
            if re.match(r"(partial\d*-)?(n?w?i?lsearch|[cd]bmn?z?|cdb|dbm|dsearch|mysql|pgsql|sqlite|ldap\w*|redis)\s*;", item):
                return Truth.NO
            return Truth.UNKNOWN

        return self._list(text, one, depth)

    def _list(self, text: str, one: object, depth: int) -> Truth:
        """The first item that fits decides; after a negative last item everything else is meant (chapter 10.1)."""
        assert callable(one)
        items, negative, doubt, many = items_of(with_macros(text, self.config.macros)), False, False, False
        for item in items:
            negative = item.startswith("!")
            bare = item.lstrip("! ")
            if bare == "*":
                truth = Truth.YES
            elif bare.startswith("+"):
                known = self.config.lists.get(bare[1:])
                truth = Truth.UNKNOWN if known is None or depth > _MAX_DEPTH else self._list(known, one, depth + 1)
            elif bare in ("<lookup>",) or "${" in bare:
                truth = Truth.UNKNOWN
            else:
                truth = one(bare)
            if truth is Truth.YES:
                return Truth.NO if negative else Truth.UNKNOWN if doubt else Truth.YES
            doubt = doubt or truth is Truth.UNKNOWN
            many = many or (truth is Truth.MANY and not negative)
        if doubt:
            return Truth.UNKNOWN
        return Truth.YES if negative else Truth.MANY if many else Truth.NO


def _avoidable(text: str) -> bool:
    """Whether a refusal depends on nothing but counters, sizes and what the client says of itself."""
    names = re.findall(r"\$(\w+)|\$\{(\w+)\}", text)
    return bool(names) and not _ELSEWHERE.search(text) and all((a or b) in _OWN_WORDS for a, b in names)


def _said(condition: tuple[str, str]) -> str:
    return f"{condition[0]} = {condition[1]}" if condition[1] else condition[0]


def _ports(config: Config) -> tuple[str, ...]:
    text = config.options.get("daemon_smtp_ports") or config.options.get("daemon_smtp_port") or "25"
    return tuple(_PORTS.get(p, p) for p in items_of(text) if p)


def _interfaces(config: Config) -> tuple[str, ...]:
    text = with_macros(config.options.get("local_interfaces") or config.macros.get("MAIN_LOCAL_INTERFACES", ""), config.macros)
    if "${" in text or "MAIN_" in text:
        return ()
    found = []
    for item in items_of(text if text.startswith("<") or ";" not in text else f"<;{text}"):
        bare = re.sub(r"^\[([^\]]+)\](:\d+)?$|^(\d+\.\d+\.\d+\.\d+)\.\d+$", lambda m: m[1] or m[3], item)
        if bare:
            found.append(bare)
    return tuple(found)
