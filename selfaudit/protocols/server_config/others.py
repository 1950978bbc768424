"""PowerDNS, tinyproxy, Dante, 3proxy, microsocks, and web servers that pass requests on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.bind import Statement, parse
from selfaudit.protocols.server_config.model import (
    Element,
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    at,
    is_local,
    network_elements,
    not_followed,
    read_network,
    verdict_of,
    worst_match,
)

_PREFIX = re.compile(r"^(/[\w./-]+?)(?::\d+)?[:|]\s*(.*)")
_PROXY_PASS = re.compile(r"\bproxy_pass\s+[\"']?([^\s;\"']+)")
# Variables of nginx that whoever asks fills in (ngx_http_core_module).
_CHOSEN = re.compile(r"\$\{?(?:host|http_\w+|request_uri|uri|document_uri|args?|arg_\w+|query_string|cookie_\w+)\b")
# What a host ends at: a slash, or a variable that begins with one.
_HOST_END = re.compile(r"/|(?<=.)\$\{?(?:request_uri|uri|document_uri)\b")
_WEB = phrase("the web server")


def read_powerdns(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """The Recursor answers those in allow-from; the Authoritative Server recursed for others up to version 4.0 only ("recursor")."""
    out = []
    for section in files:
        values: dict[str, str] = {}
        strange = ""
        for line in section.lines:
            name, equals, value = (part.strip() for part in line.partition("="))
            if not equals and name and not name.startswith("#"):
                strange = strange or name
            elif name.endswith("+"):
                values[name[:-1].strip()] = f"{values.get(name[:-1].strip(), '')},{value}"
            elif equals and not name.startswith("#"):
                values[name] = value
        if section.lines or section.source:
            out.append(_powerdns(section.source, values, strange, around))
    return out


def _powerdns(source: str, values: dict[str, str], strange: str, around: Surroundings) -> Opening:
    port = values.get("local-port", "53")
    places = [p.partition("@")[0] for p in values.get("local-address", "").replace(",", " ").split()]
    recursor = "recursor" in source.rpartition("/")[2] or any(n.startswith("allow-from") for n in values)

    def opening(verdict: Verdict, why: str, *, certain: bool = True) -> Opening:
        program = "PowerDNS Recursor" if recursor else "PowerDNS"
        ports = tuple(at(p, port) for p in places if not is_local(p)) or (port,)
        return Opening(program, Service.RECURSION, verdict, ports, why, certain)

    if strange:
        return opening(Verdict.UNCLEAR, not_followed(strange), certain=False)
    if not recursor:
        if "recursor" not in values and "allow-recursion" not in values:
            return opening(Verdict.CLOSED, phrase("it answers about its own zones only (no recursor is set)"))
        allowed = values.get("allow-recursion", "0.0.0.0/0" if values.get("recursor", "no") != "no" else "")
        name = "allow-recursion"
    else:
        if all(is_local(p) for p in places):  # without local-address it listens on the server itself only
            return opening(Verdict.LOCAL_ONLY, f"local-address={values.get('local-address', '127.0.0.1')}")
        if "allow-from-file" in values:
            return opening(Verdict.UNCLEAR, not_followed(f"allow-from-file={values['allow-from-file']}"), certain=False)
        if "allow-from" not in values:
            return opening(Verdict.CLOSED, phrase("allow-from is not set, and then only private networks are served"))
        allowed, name = values["allow-from"], "allow-from"
        if not allowed:
            return opening(Verdict.OPEN, phrase("allow-from is empty, and then everybody is served"))
    match = worst_match(network_elements(allowed.replace(",", " ").split()), around.gateways())
    verdict, certain = verdict_of(match.truth)
    if verdict is Verdict.UNCLEAR:
        return opening(verdict, not_followed(f"{name}: {match.text}"), certain=False)
    return opening(verdict, f"{name}={match.text or allowed}", certain=certain)


def read_proxies(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """tinyproxy, Dante, 3proxy and microsocks, told apart by the name of their file or program."""
    out: list[Opening] = []
    for section in files:
        name = section.source.lower()
        if "tinyproxy" in name:
            out.append(_tinyproxy(section.lines, around))
        elif "sockd" in name or "dante" in name:
            out.append(_dante(section.lines, around))
        elif "3proxy" in name:
            out.extend(_3proxy(section.lines))
        elif "microsocks" in name or any("microsocks" in line for line in section.lines[:1]):
            out.extend(_microsocks(line) for line in section.lines or (section.source,) if "microsocks" in line)
        elif any(line.strip() for line in section.lines):
            why = phrase("{source} is not a configuration that is known here", source=section.source or "-")
            out.append(Opening(phrase("another proxy"), Service.PROXY, Verdict.UNCLEAR, why=why, certain=False))
    return out


def _tinyproxy(lines: Sequence[str], around: Surroundings) -> Opening:
    """tinyproxy.conf(5): without Allow and Deny everybody; with any of them the first that fits, and at the end nobody."""
    pairs = [(w[0].lower(), w[1].strip("\"'")) for w in (line.split(None, 1) for line in lines) if len(w) == 2]
    port = next((v for n, v in pairs if n == "port"), "8888")
    places = [v for n, v in pairs if n == "listen"]
    where = tuple(at(p, port) for p in places if not is_local(p)) or (port,)

    def opening(verdict: Verdict, why: str, *, certain: bool = True) -> Opening:
        return Opening("tinyproxy", Service.PROXY, verdict, where, why, certain)

    if places and all(is_local(p) for p in places):
        return opening(Verdict.LOCAL_ONLY, ", ".join(f"Listen {p}" for p in places))
    if any(n == "basicauth" for n, _v in pairs):
        return opening(Verdict.CLOSED, phrase("BasicAuth asks everybody for a password"))
    rules = [(n, v) for n, v in pairs if n in ("allow", "deny")]
    if not rules:
        return opening(Verdict.OPEN, phrase("there is no Allow line, and then everybody is served"))
    elements = []
    for name, value in rules:
        network = read_network(value)
        # A name with a dot means certain hosts; a top-level name means a great many.
        named = value.strip(".").count(".") >= 1 or value == "localhost"
        truth = None if network is not None else Truth.NO if named else Truth.UNKNOWN
        elements.append(Element(f"{name.capitalize()} {value}", truth, network, name == "deny"))
    match = worst_match(elements, around.gateways())
    verdict, certain = verdict_of(match.truth)
    if verdict is Verdict.UNCLEAR:
        return opening(verdict, not_followed(match.text), certain=False)
    return opening(verdict, match.text or ", ".join(e.text for e in elements[:4]), certain=certain)


def _dante(lines: Sequence[str], around: Surroundings) -> Opening:
    """sockd.conf(5): a client rule lets a connection in, a socks rule what is asked for; in both the first that fits decides."""
    plain = [line.partition("#")[0].strip() for line in lines]
    values: dict[str, str] = {}
    places: list[str] = []
    for line in plain:
        name, colon, value = (part.strip() for part in line.partition(":"))
        if colon and name in ("socksmethod", "method", "clientmethod") and name not in values:
            values[name] = value
        elif colon and name == "internal":
            places.append(value)
    ports = tuple(dict.fromkeys(at(p.split()[0], p.split()[-1] if "port" in p else "1080") for p in places if p.split())) or (
        "1080",
    )

    def opening(verdict: Verdict, why: str, *, certain: bool = True) -> Opening:
        return Opening("Dante", Service.PROXY, verdict, ports, why, certain)

    if places and all(is_local(p.split()[0]) for p in places if p.split()):
        return opening(Verdict.LOCAL_ONLY, ", ".join(f"internal: {p}" for p in places))
    try:
        rules = [s for s in parse(_terminated(plain)) if s.block is not None]
    except BadInput as error:
        return opening(Verdict.UNCLEAR, str(error), certain=False)
    client = _rule([r for r in rules if r.words[:1] == ["client"]], around)
    socks = _rule([r for r in rules if r.words[:1] == ["socks"] or r.words[:1] in (["pass"], ["block"])], around)
    if client[0] is Truth.NO or socks[0] is Truth.NO:
        return opening(Verdict.CLOSED, phrase("no pass rule is for strangers"))
    if Truth.UNKNOWN in (client[0], socks[0]):
        return opening(Verdict.UNCLEAR, not_followed(client[1] if client[0] is Truth.UNKNOWN else socks[1]), certain=False)
    methods = (socks[2] or values.get("socksmethod") or values.get("method") or "").split()
    if not methods:
        return opening(Verdict.UNCLEAR, phrase("socksmethod is not set"), certain=False)
    if "none" not in methods:
        return opening(Verdict.CLOSED, f"socksmethod: {' '.join(methods)}")
    return opening(
        Verdict.OPEN, f"socksmethod: {' '.join(methods)}; {socks[1]}", certain=Truth.MANY not in (client[0], socks[0])
    )


def _terminated(lines: Sequence[str]) -> str:
    """Dante ends a statement with its line; with ";" it has the form that `parse` knows."""
    return "\n".join(line.replace("}", ";};") + (";" if ":" in line else "") for line in lines)


def _rule(rules: Sequence[Statement], around: Surroundings) -> tuple[Truth, str, str]:
    """Whether a rule passes strangers, what it says, and the methods that it names."""
    many: tuple[Truth, str, str] | None = None
    for rule in rules:
        words = " ".join(w for s in rule.block or () for w in s.words)
        source = re.search(r"\bfrom:\s*(\S+)", words)
        network = read_network(source[1]) if source else None
        if source is None or network is None:
            return Truth.UNKNOWN, f"{' '.join(rule.words)} {{ {words[:80]} }}", ""
        truth = worst_match([Element(source[1], network=network)], around.gateways()).truth
        if truth is Truth.NO:
            continue
        if "block" in rule.words:
            if truth is Truth.YES and not re.search(r"\b(command|port|protocol)\b", words):
                break
            continue
        method = re.search(r"\b(?:socksmethod|method):\s*((?:(?!\w+:)\S+\s*)+)", words)
        found = truth, f"{' '.join(rule.words)} {{ from: {source[1]} }}", method[1].strip() if method else ""
        if truth is Truth.YES:
            return found
        many = many or found
    return many or (Truth.NO, "", "")


def _3proxy(lines: Sequence[str]) -> list[Opening]:
    """3proxy.cfg: "auth" counts for the services after it; "strong" asks for a password, "none" (the default) for nothing."""
    auth, out = "none", []
    for line in lines:
        words = line.split()
        if words[:1] == ["auth"] and len(words) > 1:
            auth = " ".join(words[1:])
        elif words[:1] and words[0] in ("proxy", "socks", "tcppm", "connect"):
            place = next((w[2:] for w in words if w.startswith("-i")), "")
            port = next((w[2:] for w in words if w.startswith("-p") and len(w) > 2), "3128" if words[0] == "proxy" else "1080")
            verdict = (
                Verdict.OPEN
                if auth == "none"
                else Verdict.CLOSED
                if auth in ("strong", "cacheacl strong", "cache strong")
                else Verdict.UNCLEAR
            )
            verdict = Verdict.LOCAL_ONLY if place and is_local(place) else verdict
            said = not_followed(f"auth {auth}") if verdict is Verdict.UNCLEAR else f"auth {auth}; {words[0]}"
            out.append(Opening("3proxy", Service.PROXY, verdict, (at(place, port),), said, verdict is not Verdict.UNCLEAR))
    return out


def _microsocks(line: str) -> Opening:
    """Microsocks has no file; "-u" and "-P" on its command line ask for a password."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    options = {a: b for a, b in zip(words, [*words[1:], ""], strict=True) if a.startswith("-")}
    where = at(options.get("-i", ""), options.get("-p", "1080"))
    if "-u" in options:
        verdict, why = Verdict.CLOSED, phrase("-u asks everybody for a password")
    elif "-i" in options and is_local(options["-i"]):
        verdict, why = Verdict.LOCAL_ONLY, f"-i {options['-i']}"
    elif "-w" in options:
        verdict, why = Verdict.UNCLEAR, not_followed(f"-w {options['-w']}")
    else:
        verdict, why = Verdict.OPEN, phrase("there is no -u, and then nobody is asked for a password")
    return Opening("microsocks", Service.PROXY, verdict, (where,), why, verdict is not Verdict.UNCLEAR)


def read_web(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Apache with ProxyRequests On, and nginx that passes requests on to whatever host they name.

    Who may use them stands elsewhere in the configuration, so an open one is never certain unless it says so itself.
    """
    lines = [_PREFIX.sub(r"\2", line.strip()) for section in files for line in section.lines]
    words = [found for line in lines if not line.startswith("#") and (found := line.rstrip(";").split())]
    if not words:
        return []
    requests = [w[1].lower() for w in words if w[0].lower() == "proxyrequests" and len(w) > 1]
    limits = [" ".join(w).lower() for w in words if w[0].lower() in ("require", "allow", "deny", "order")]
    if "on" in requests:
        if any(limit in ("require all granted", "allow from all") for limit in limits):
            return [
                Opening("Apache", Service.PROXY, Verdict.OPEN, ("80", "443"), f"ProxyRequests On; {limits[0]}", certain=False)
            ]
        if limits:
            return [
                Opening(
                    "Apache",
                    Service.PROXY,
                    Verdict.UNCLEAR,
                    ("80", "443"),
                    not_followed(f"ProxyRequests On; {limits[0]}"),
                    certain=False,
                )
            ]
        why = phrase("ProxyRequests On, and no line beside it says for whom")
        return [Opening("Apache", Service.PROXY, Verdict.OPEN, ("80", "443"), why, certain=False)]
    targets = [found for line in lines if not line.startswith("#") for found in _PROXY_PASS.findall(line)]
    chosen = next((t for t in targets if _CHOSEN.search(_host_part(t))), "")
    if chosen and any(w[0] == "resolver" for w in words):
        why = phrase("{directive} with a resolver", directive=f"proxy_pass {chosen}")
        return [Opening("nginx", Service.PROXY, Verdict.OPEN, ("80", "443"), why, certain=False)]
    unknown = chosen or next((t for t in targets if "$" in _host_part(t)), "")
    if unknown:
        why = not_followed(f"proxy_pass {unknown}")
        return [Opening("nginx", Service.PROXY, Verdict.UNCLEAR, ("80", "443"), why, certain=False)]
    said = "ProxyRequests Off" if requests else phrase("it passes requests on to fixed servers only")
    return [Opening(_WEB, Service.PROXY, Verdict.CLOSED, ("80", "443"), said)]


def _host_part(target: str) -> str:
    """What names the server in a proxy_pass; a variable behind it chooses a page of that server, and no other server."""
    _scheme, marks, rest = target.partition("://")
    if not marks:
        return target.partition("/")[0] if target.startswith("$") else target
    return _HOST_END.split(rest, maxsplit=1)[0]
