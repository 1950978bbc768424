"""Settings (TOML). Every key is optional; what is wrong is said with file, key and what was expected."""

from __future__ import annotations

import datetime
import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.text import printable

MAX_FILE = 1_000_000
# Enough of RFC 5321 section 4.1.2 for a mailbox that somebody types; no quotes, no spaces, nothing that SMTP could trip over.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")

_HTTPS = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[^\s\x00-\x1f]{0,500})?")


class DnsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[dns].

    Attributes:
        resolvers: addresses to ask in place of the system's resolvers.
        port: port of all name servers; other than 53 only in laboratories.
        root_hints: file of root servers for direct iteration.
        silent_address: an address where no server is, for the interception control.
    """

    resolvers: tuple[str, ...] = ()
    port: int = 53
    root_hints: str = ""
    silent_address: str = ""


class RegistrationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[registration].

    Attributes:
        rdap_bootstrap: https URL or folder of dns.json, ipv4.json and ipv6.json (RFC 9224). Unset: IANA's, or none in laboratories.
        whois_server: the WHOIS server that names those of the registries; "host", "address" or "address:port". Unset: IANA's, or
            none in laboratories.
    """

    rdap_bootstrap: str = ""
    whois_server: str = ""


class TlsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[tls]. `ca_file` replaces the certificate authorities; `port` is that of HTTPS, other than 443 only in laboratories."""

    ca_file: str = ""
    port: int = 443


class BlocklistSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[blocklists]. `catalogue` replaces the shipped catalogue, `extra` adds to it."""

    catalogue: str = ""
    extra: str = ""


class ScopeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[scope]. `allow_reserved` lets documentation, private and loopback addresses and reserved names be targets."""

    allow_reserved: bool = False


class SmtpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[smtp].

    Attributes:
        port25_controls: unrelated mail servers that show whether port 25 leaves this network; "host", "address" or
            "address:port". Unset: two large providers, or nobody in laboratories.
        relay_recipient: a mailbox of the customer outside the audited servers; it is the foreign recipient of the relay test.
    """

    port25_controls: tuple[str, ...] | None = None
    relay_recipient: str = ""


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[routing]. Unset: a public collector and a public validator, or none in laboratories.

    Attributes:
        origin_zone: DNS zone with the origins of routes, for example "origin.asn.cymru.com"; for IPv6 its first label
            "origin" becomes "origin6".
        rpki_url: https URL of a validator with {asn} and {prefix} in it; without them that of a Routinator.
    """

    origin_zone: str = ""
    rpki_url: str = ""


class PatchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[patch]. Asked only with consent, since the names of a server's packages leave this computer. Unset: the public ones, or none in
    laboratories.

    Attributes:
        osv_url: https URL of OSV's batch query.
        kev_url: https URL of the list of vulnerabilities that are known to be exploited (CISA KEV, JSON).
    """

    osv_url: str = ""
    kev_url: str = ""


class VantageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[vantage].

    Attributes:
        time_servers: asked by SNTP, as "host" or "address:port"; an empty list asks nobody.
        egress_names: "NAME TYPE" of records whose answer is the address from which they are asked; an empty list asks nobody.
    """

    time_servers: tuple[str, ...] | None = None
    egress_names: tuple[str, ...] | None = None


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[limits]. Times in seconds.

    Attributes:
        dns_timeout: for one try at one server.
        dns_tries: tries before a question counts as unanswered.
        dns_in_flight: questions under way at the resolver.
        server_in_flight: questions under way at any other name server.
        list_rate: questions a second to one blocklist; 0 for no limit. Servers on this machine are not limited.
        http_timeout: for one HTTPS exchange, at most 10.
        check_deadline: for one observation.
        run_deadline: for the whole run.
        discovered_addresses: addresses found in DNS that are audited without being named.
        connect_timeout: for a TCP connection to a target.
        udp_timeout: for the answer of a target to one packet.
        smtp_timeout: for the greeting of a mail server; further replies get half of it, at most 15 seconds.
        probe_pause: between attempts at one target: recipients, packets.
        target_in_flight: connections to one target at once.
        registry_rate: questions a second to one registry's RDAP server that announces no limit of its own, half of it to a
            WHOIS server; 0 for no limit.
        registry_wait: seconds for which a registry that refuses is waited for.
    """

    dns_timeout: float = 2.0
    dns_tries: int = 3
    dns_in_flight: int = 128
    server_in_flight: int = 32
    list_rate: float = 50.0
    http_timeout: float = 10.0
    check_deadline: float = 60.0
    run_deadline: float = 900.0
    discovered_addresses: int = 32
    connect_timeout: float = 5.0
    udp_timeout: float = 2.0
    smtp_timeout: float = 35.0
    probe_pause: float = 1.0
    target_in_flight: int = 4
    registry_rate: float = 2.0
    registry_wait: float = 60.0


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `source` is the file they came from."""

    dns: DnsSettings = DnsSettings()
    registration: RegistrationSettings = RegistrationSettings()
    tls: TlsSettings = TlsSettings()
    blocklists: BlocklistSettings = BlocklistSettings()
    scope: ScopeSettings = ScopeSettings()
    smtp: SmtpSettings = SmtpSettings()
    routing: RoutingSettings = RoutingSettings()
    patch: PatchSettings = PatchSettings()
    vantage: VantageSettings = VantageSettings()
    limits: LimitSettings = LimitSettings()


def load_settings(path: Path) -> Settings:
    """Reads and checks a settings file. Relative paths in it are relative to the file.

    Raises:
        UserError: which file, which key, what was expected.
    """
    table = read_toml(path)
    try:
        settings = msgspec.convert(table, Settings, strict=True)
    except msgspec.ValidationError as error:
        raise UserError(explain_toml_error(path, error)) from None
    for resolver in settings.dns.resolvers:
        try:
            ipaddress.ip_address(resolver)
        except ValueError:
            raise UserError(
                _("{file}: dns.resolvers: “{value}” is not an address").format(file=path, value=printable(resolver, 60))
            ) from None
    silent = settings.dns.silent_address
    if silent and not _is_address(silent):
        raise UserError(
            _("{file}: dns.silent_address: “{value}” is not an address").format(file=path, value=printable(silent, 60))
        )
    for server in settings.vantage.time_servers or ():
        if split_server(server, 123) is None:
            raise UserError(
                _("{file}: {key}: “{value}” is neither a host, an address nor address:port").format(
                    file=path, key="vantage.time_servers", value=printable(server, 60)
                )
            )
    for server in settings.smtp.port25_controls or ():
        if split_server(server, 25) is None:
            raise UserError(
                _("{file}: {key}: “{value}” is neither a host, an address nor address:port").format(
                    file=path, key="smtp.port25_controls", value=printable(server, 60)
                )
            )
    recipient = settings.smtp.relay_recipient
    if recipient and not _MAILBOX.fullmatch(recipient):
        raise UserError(
            _("{file}: smtp.relay_recipient: “{value}” is not a mailbox like name@domain").format(
                file=path, value=printable(recipient, 60)
            )
        )
    for entry in settings.vantage.egress_names or ():
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,253} (A|AAAA|TXT)", entry):
            raise UserError(
                _("{file}: vantage.egress_names: “{value}” is not a name and a type (A, AAAA or TXT)").format(
                    file=path, value=printable(entry, 60)
                )
            )
    _check_registries(path, settings)
    _check_ranges(path, settings)
    here = path.parent
    return msgspec.structs.replace(
        settings,
        dns=msgspec.structs.replace(settings.dns, root_hints=_resolved(here, settings.dns.root_hints)),
        tls=msgspec.structs.replace(settings.tls, ca_file=_resolved(here, settings.tls.ca_file)),
        registration=msgspec.structs.replace(
            settings.registration, rdap_bootstrap=_url_or_path(here, settings.registration.rdap_bootstrap)
        ),
        blocklists=msgspec.structs.replace(
            settings.blocklists,
            catalogue=_resolved(here, settings.blocklists.catalogue),
            extra=_resolved(here, settings.blocklists.extra),
        ),
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def split_server(text: str, default: int) -> tuple[str, int] | None:
    """Reads "host", "address", "address:port" or "[v6]:port" as (host, port); None if it is none of these."""
    if _is_address(text):
        return text, default
    match = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]{1,253}))(?::(?P<port>[0-9]{1,5}))?", text)
    if match is None or (match["six"] and not _is_address(match["six"])):
        return None
    port = int(match["port"] or default)
    return (match["six"] or match["host"], port) if 0 < port < 65_536 else None


def _check_registries(path: Path, settings: Settings) -> None:
    def wrong(key: str, value: str, text: str) -> UserError:
        return UserError(text.format(file=path, key=key, value=printable(value, 100)))

    for key, url in (
        ("registration.rdap_bootstrap", settings.registration.rdap_bootstrap),
        ("routing.rpki_url", settings.routing.rpki_url),
        ("patch.osv_url", settings.patch.osv_url),
        ("patch.kev_url", settings.patch.kev_url),
    ):
        folder = key == "registration.rdap_bootstrap" and "://" not in url
        if url and not folder and not _HTTPS.fullmatch(url):
            raise wrong(key, url, _("{file}: {key}: “{value}” is not an https address"))
    rpki = settings.routing.rpki_url
    if ("{asn}" in rpki) != ("{prefix}" in rpki):
        raise wrong("routing.rpki_url", rpki, _("{file}: {key}: “{value}” needs both {{asn}} and {{prefix}}, or neither"))
    server, zone = settings.registration.whois_server, settings.routing.origin_zone
    if server and split_server(server, 43) is None:
        raise wrong(
            "registration.whois_server", server, _("{file}: {key}: “{value}” is neither a host, an address nor address:port")
        )
    if zone and not re.fullmatch(r"[A-Za-z0-9_.-]{1,200}", zone):
        raise wrong("routing.origin_zone", zone, _("{file}: {key}: “{value}” is not a domain name"))


def _check_ranges(path: Path, settings: Settings) -> None:
    limits, dns = settings.limits, settings.dns
    bounds: list[tuple[str, float, float, float]] = [
        ("dns.port", dns.port, 1, 65535),
        ("tls.port", settings.tls.port, 1, 65535),
        ("limits.dns_timeout", limits.dns_timeout, 0.05, 30),
        ("limits.dns_tries", limits.dns_tries, 1, 10),
        ("limits.dns_in_flight", limits.dns_in_flight, 1, 10_000),
        ("limits.server_in_flight", limits.server_in_flight, 1, 10_000),
        ("limits.list_rate", limits.list_rate, 0, 1e6),
        ("limits.http_timeout", limits.http_timeout, 0.1, 10),
        ("limits.check_deadline", limits.check_deadline, 0.1, 3600),
        ("limits.run_deadline", limits.run_deadline, 0.1, 86_400),
        ("limits.discovered_addresses", limits.discovered_addresses, 0, 256),
        ("limits.connect_timeout", limits.connect_timeout, 0.05, 30),
        ("limits.udp_timeout", limits.udp_timeout, 0.05, 10),
        ("limits.smtp_timeout", limits.smtp_timeout, 0.1, 45),
        ("limits.probe_pause", limits.probe_pause, 0, 10),
        ("limits.target_in_flight", limits.target_in_flight, 1, 16),
        ("limits.registry_rate", limits.registry_rate, 0, 1000),
        ("limits.registry_wait", limits.registry_wait, 0, 600),
    ]
    for key, value, least, most in bounds:
        if not least <= value <= most:
            raise UserError(
                _("{file}: {key}: expected a number from {least} to {most}, found {value}").format(
                    file=path, key=key, least=f"{least:g}", most=f"{most:g}", value=f"{value:g}"
                )
            )


def _url_or_path(folder: Path, text: str) -> str:
    return text if "://" in text else _resolved(folder, text)


def _resolved(folder: Path, name: str) -> str:
    return str((folder / Path(name).expanduser()).resolve()) if name else ""


# A key of many dotted parts takes tomllib a time that grows with the square of its length; no file of ours needs more than two.
MAX_DOTS = 29
_TOKEN = re.compile(
    r"""(?P<dot>[ \t]*+\.[ \t]*+)
    | (?P<long>\"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5} | '{3}(?:[^']|'{1,2}(?!'))*+'{3,5})
    | (?P<part>[A-Za-z0-9_-]++ | "(?:[^"\\\n]|\\[^\n])*+" | '[^'\n]*+')
    | (?P<open>["'])
    | \#[^\n]*+ | [ \t]++ | [^\w."'\#\x20\t-]++ | .""",
    re.ASCII | re.DOTALL | re.VERBOSE,
)


def has_long_key(text: str) -> bool:
    """Whether a TOML 1.0 text has a key of more than 29 dots. It takes a time that grows with the text's length alone."""
    dots = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "open":  # a text without an end: no reader gets further
            return False
        if token.lastgroup == "dot":
            dots += 1
        elif token.lastgroup != "part":
            dots = 0
        if dots > MAX_DOTS:
            return True
    return False


def read_toml(path: Path) -> dict[str, Any]:
    """Reads a TOML file of bounded size.

    Raises:
        UserError: it cannot be read, is too large, or is not TOML.
    """
    data = read_bounded(path, MAX_FILE)
    try:
        text = data.decode("utf-8-sig")  # some editors begin a file with a mark
        if has_long_key(text):
            raise UserError(_("{file}: not valid TOML: {why}").format(file=path, why=_("a name with more than 29 dots")))
        table: dict[str, Any] = _dates_as_text(tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise UserError(_("{file}: not valid TOML: {why}").format(file=path, why=printable(str(error), 200))) from None
    return table


def _dates_as_text(value: Any) -> Any:
    """TOML has dates of its own; everywhere here a date is a text in ISO 8601."""
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def explain_toml_error(path: Path, error: msgspec.ValidationError, at: str = "") -> str:
    """Turns a validation error into "file: key: what was expected"."""
    text = str(error)
    message, _sep, where = text.partition(" - at `$")
    key = (at + where.rstrip("`")).strip(".")
    unknown = re.search(r"unknown field `([^`]*)`", message)
    if unknown:
        key = f"{key}.{unknown[1]}".strip(".")
        message = _("no such key")
    return f"{path}: {printable(key, 80) or 'file'}: {printable(message, 200)}"
