"""How a run reaches the network: worked out from the settings before the first packet."""

from __future__ import annotations

import msgspec

from selfaudit.net.system import system_resolvers
from selfaudit.settings import Settings

INTERCEPTION_ADDRESS = "192.0.2.1"  # RFC 5737: no server can be there
_LABORATORY_SILENCE = "127.255.255.253"  # in laboratories nothing leaves the machine; nothing listens there either
_TIME_SERVERS = ("time.cloudflare.com", "time.google.com", "time.apple.com")
# Two large providers that have nothing to do with each other.
_PORT25_CONTROLS = ("gmail-smtp-in.l.google.com", "mx01.mail.icloud.com")
RDAP_BOOTSTRAP = "https://data.iana.org/rdap/"
_WHOIS_SERVER = "whois.iana.org"
_ORIGIN_ZONE = "origin.asn.cymru.com"
_OSV_URL = "https://api.osv.dev/v1/querybatch"
_KEV_URL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
_RPKI_URL = "https://stat.ripe.net/data/rpki-validation/data.json?resource={asn}&prefix={prefix}"
# Their own servers answer with the address that asked.
_EGRESS_NAMES = ("o-o.myaddr.l.google.com TXT", "whoami.akamai.net A")


class NetProfile(msgspec.Struct, frozen=True):
    """How this run reaches the network, decided before the first packet.

    Attributes:
        resolvers: addresses of the resolvers in use.
        iterates: direct iteration from the root is set up.
        port: of name servers.
        silent_address: for the interception control.
        time_servers: for the clock.
        laboratory: reserved addresses and names are allowed.
        port25_controls: unrelated mail servers.
        egress_names: "NAME TYPE" of records that are answered with the address that asks.
        silence_known: nothing can be at the silent address. In a laboratory on one machine a server that listens on all
            addresses is there too, and a TCP connection would show nothing.
        rdap_bootstrap: URL or folder of the bootstrap files, "" for no RDAP.
        whois_server: that refers to others, "" for no WHOIS.
        origin_zone: below which the origins of routes are published, "" for none.
        rpki_url: of a validator, "" for none.
        osv_url: of a list of vulnerabilities by package, "" for none.
        kev_url: of the list of those that are known to be exploited, "" for none.
    """

    resolvers: tuple[str, ...]
    iterates: bool
    port: int
    silent_address: str
    time_servers: tuple[str, ...]
    laboratory: bool
    port25_controls: tuple[str, ...] = ()
    egress_names: tuple[str, ...] = ()
    silence_known: bool = True
    rdap_bootstrap: str = ""
    whois_server: str = ""
    origin_zone: str = ""
    rpki_url: str = ""
    osv_url: str = ""
    kev_url: str = ""


def make_profile(settings: Settings, *, embedded: bool = False) -> NetProfile:
    """Works out how a run with these settings reaches the network. Sends nothing.

    In a laboratory (reserved addresses allowed) with nothing but local resolvers and no root hints of its own, the real
    root servers are left alone; so are the registries and collectors that the settings do not name.
    """
    resolvers = settings.dns.resolvers or system_resolvers()
    laboratory = settings.scope.allow_reserved
    iterates = bool(settings.dns.root_hints) or not laboratory
    silent = settings.dns.silent_address or (_LABORATORY_SILENCE if laboratory and not embedded else INTERCEPTION_ADDRESS)
    times = settings.vantage.time_servers
    if times is None:
        times = () if laboratory else _TIME_SERVERS
    mail = settings.smtp.port25_controls
    if mail is None:
        mail = () if laboratory else _PORT25_CONTROLS
    names = settings.vantage.egress_names
    if names is None:
        names = () if laboratory else _EGRESS_NAMES
    known = embedded or not laboratory or bool(settings.dns.silent_address)
    registration, routing = settings.registration, settings.routing

    def usual(chosen: str, default: str) -> str:
        return chosen or ("" if laboratory else default)

    return NetProfile(
        tuple(resolvers), iterates, settings.dns.port, silent, tuple(times), laboratory, mail, names, known,
        usual(registration.rdap_bootstrap, RDAP_BOOTSTRAP), usual(registration.whois_server, _WHOIS_SERVER),
        usual(routing.origin_zone, _ORIGIN_ZONE), usual(routing.rpki_url, _RPKI_URL),
        usual(settings.patch.osv_url, _OSV_URL), usual(settings.patch.kev_url, _KEV_URL),
    )  # fmt: skip
