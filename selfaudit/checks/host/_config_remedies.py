"""How each program is closed to strangers: what to write, the commands that check and load it, and how its settings are seen from inside."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System
from selfaudit.protocols.server_config import Service


@dataclass(frozen=True, slots=True)
class Fix:
    """A corrected setting.

    Attributes:
        setting: lines of the file, each behind "#" so that the whole can be pasted into a shell, or commands that set it.
        load: the command that checks the configuration and loads it.
        changes: what that changes, in words.
        look: the command that shows it on the server, without the network.
    """

    setting: str
    load: str
    changes: str
    look: str


_RELAY = phrase(
    "lets only the server itself and users who log in send mail to other servers; who was trusted by address alone must log in from then on"
)
_RECURSION = phrase("lets only the server itself ask for other people's names; zones of its own are answered as before")
_PROXY = phrase(
    "lets only the server itself use the proxy; clients elsewhere need an Allow line of their own or a password from then on"
)
_LOGIN = phrase(
    "refuses passwords that come without encryption; mail programs set to no encryption stop working until they are set to TLS"
)
# From inside everybody is trusted: a question asked on the server itself proves nothing.
_INSIDE = phrase("dig @127.0.0.1 asks from inside and shows nothing")


def fix_for(program: str, service: Service, system: System) -> Fix:
    """The corrected setting of a program on a system; general words for a program that is not known."""
    if program == "Postfix" and service is Service.LOGIN:
        return Fix(
            "postconf -e 'smtpd_tls_auth_only = yes'",
            f"postfix check && {_reload(system, 'postfix')}",
            _LOGIN,
            "postconf smtpd_tls_auth_only; postconf -M",
        )
    made = _MAKERS.get(program)
    if made is not None:
        return made(system)
    return Fix(
        phrase("# its list of allowed clients: the server itself, and nobody else"),
        phrase("# its own check of the configuration, then its restart"),
        {Service.RECURSION: _RECURSION, Service.RELAY: _RELAY, Service.LOGIN: _LOGIN}.get(service, _PROXY),
        phrase("# its configuration"),
    )


def _reload(system: System, service: str) -> str:
    if system.family == "alpine":
        return f"rc-service {service} reload"
    if system.family == "freebsd":
        return f"service {service} reload"
    return f"systemctl reload {service}"


def _restart(system: System, service: str) -> str:
    return _reload(system, service).replace("reload", "restart")


def _etc(system: System) -> str:
    return "/usr/local/etc" if system.family == "freebsd" else "/etc"


def _postfix(system: System) -> Fix:
    return Fix(
        "postconf -e 'mynetworks = 127.0.0.0/8 [::1]/128'\n"
        "postconf -e 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination'\n"
        + phrase("# and take -o smtpd_relay_restrictions, -o smtpd_recipient_restrictions and -o mynetworks for ports 25, 465 and 587 out of master.cf"),
        f"postfix check && {_reload(system, 'postfix')}", _RELAY,
        "postconf mynetworks smtpd_relay_restrictions smtpd_recipient_restrictions inet_interfaces; postconf -P",
    )  # fmt: skip


def _exim(system: System) -> Fix:
    look = "exim -bh 203.0.113.9   # HELO test.invalid, MAIL FROM:<a@test.invalid>, RCPT TO:<b@test.invalid>: 550"
    if system.family == "debian":
        setting = "# /etc/exim4/update-exim4.conf.conf:\n# dc_relay_nets=''\n# dc_relay_domains=''"
        return Fix(
            setting,
            f"update-exim4.conf && exim4 -bV && {_restart(system, 'exim4')}",
            _RELAY,
            look.replace("exim ", "exim4 ", 1),
        )
    path = "/usr/local/etc/exim/configure" if system.family == "freebsd" else "/etc/exim/exim.conf"
    setting = (
        f"# {path}:\n# hostlist relay_from_hosts = 127.0.0.1 : ::::1\n"
        "# acl_check_rcpt: accept hosts = +relay_from_hosts; accept authenticated = *; require domains = +local_domains : +relay_to_domains"
    )
    return Fix(setting, f"exim -bV && {_restart(system, 'exim')}", _RELAY, look)


def _sendmail(system: System) -> Fix:
    setting = phrase(
        "# /etc/mail/sendmail.mc: take the FEATURE out that was named; /etc/mail/access and /etc/mail/relay-domains: take foreign entries with RELAY out"
    )
    if system.family == "debian":
        load = "sendmailconfig"
    elif system.family == "freebsd":
        load = "make -C /etc/mail all install restart"
    else:
        load = "make -C /etc/mail && " + _restart(system, "sendmail")
    return Fix(
        setting,
        load,
        _RELAY,
        "printf '%s\\n' '.D{client_addr}203.0.113.9' 'check_rcpt <b@test.invalid>' | sendmail -bt",
    )


def _dovecot(system: System) -> Fix:
    setting = f"# {_etc(system)}/dovecot/conf.d/10-ssl.conf:\n# ssl = required"
    return Fix(
        setting,
        f"doveconf -n > /dev/null && {_reload(system, 'dovecot')}",
        _LOGIN,
        "doveconf ssl; doveconf -n | grep -i -E 'plaintext|cleartext'",
    )


def _bind(system: System) -> Fix:
    path = {
        "debian": "/etc/bind/named.conf.options", "freebsd": "/usr/local/etc/namedb/named.conf", "alpine": "/etc/bind/named.conf",
    }.get(system.family, "/etc/named.conf")  # fmt: skip
    setting = f"# {path}, in options {{ }} and in every view:\n# allow-recursion {{ localhost; }};\n# allow-query-cache {{ localhost; }};"
    return Fix(
        setting,
        "named-checkconf && rndc reconfig",
        _RECURSION,
        f"named-checkconf -px | grep -E 'recursion|allow-|listen-on'   # {_INSIDE}",
    )


def _unbound(system: System) -> Fix:
    path = f"{_etc(system)}/unbound/unbound.conf"
    setting = (
        f"# {path}, under server:, and no other access-control line with allow:\n# interface: 127.0.0.1\n# interface: ::1\n"
        "# access-control: 0.0.0.0/0 refuse\n# access-control: ::0/0 refuse\n# access-control: 127.0.0.0/8 allow\n# access-control: ::1 allow"
    )
    look = f"unbound-checkconf -o interface; unbound-checkconf -o access-control   # {_INSIDE}"
    return Fix(setting, f"unbound-checkconf && {_restart(system, 'unbound')}", _RECURSION, look)


def _dnsmasq(system: System) -> Fix:
    setting = f"# {_etc(system)}/dnsmasq.conf, and no other interface or listen-address line:\n# listen-address=127.0.0.1,::1\n# bind-interfaces"
    look = f"grep -rE '^(interface|listen-address|except-interface|local-service|bind)' {_etc(system)}/dnsmasq.conf {_etc(system)}/dnsmasq.d   # {_INSIDE}"
    return Fix(setting, f"dnsmasq --test && {_restart(system, 'dnsmasq')}", _RECURSION, look)


def _recursor(system: System) -> Fix:
    path = {"debian": "/etc/powerdns", "freebsd": "/usr/local/etc/pdns"}.get(system.family, "/etc/pdns-recursor")
    setting = f"# {path}/recursor.conf:\n# local-address=127.0.0.1, ::1\n# allow-from=127.0.0.0/8, ::1/128"
    return Fix(setting, _restart(system, "pdns-recursor"), _RECURSION, f"rec_control get-parameter allow-from   # {_INSIDE}")


def _powerdns(system: System) -> Fix:
    setting = phrase("# pdns.conf: take the lines recursor and allow-recursion out")
    return Fix(setting, _restart(system, "pdns"), _RECURSION, f"pdns_control current-config | grep -i recurs   # {_INSIDE}")


def _squid(system: System) -> Fix:
    setting = (
        f"# {_etc(system)}/squid/squid.conf, as the only http_access lines that allow or end:\n# http_port 127.0.0.1:3128\n"
        "# http_access allow localhost\n# http_access deny all"
    )
    look = (
        f"squid -k parse 2>&1 | grep -E 'http_access|http_port'; grep -rE '^(http_access|http_port|acl)' {_etc(system)}/squid"
    )
    return Fix(setting, "squid -k parse && squid -k reconfigure", _PROXY, look)


def _tinyproxy(system: System) -> Fix:
    path = f"{_etc(system)}/tinyproxy.conf" if system.family == "freebsd" else "/etc/tinyproxy/tinyproxy.conf"
    setting = f"# {path}, as the only Listen and Allow lines:\n# Listen 127.0.0.1\n# Allow 127.0.0.1\n# Allow ::1"
    return Fix(setting, _restart(system, "tinyproxy"), _PROXY, f"grep -E '^(Listen|Allow|Deny|BasicAuth)' {path}")


def _dante(system: System) -> Fix:
    path, service = ("/etc/danted.conf", "danted") if system.family == "debian" else (f"{_etc(system)}/sockd.conf", "sockd")
    setting = f"# {path}:\n# internal: 127.0.0.1 port = 1080\n# socksmethod: username"
    check = f"{'danted' if system.family == 'debian' else 'sockd'} -V -f {path}"
    return Fix(
        setting, f"{check} && {_restart(system, service)}", _PROXY, f"grep -E '^(internal|socksmethod|client|socks)' {path}"
    )


def _microsocks(system: System) -> Fix:
    return Fix(
        "# microsocks -i 127.0.0.1 -p 1080", phrase("# end the one that runs, and start it again with this line where it is started"),
        _PROXY, "ps ax | grep '[m]icrosocks'",
    )  # fmt: skip


def _three_proxy(system: System) -> Fix:
    path = f"{_etc(system)}/3proxy.cfg" if system.family == "freebsd" else "/etc/3proxy/3proxy.cfg"
    setting = f"# {path}, before every proxy and socks line:\n# auth strong"
    return Fix(setting, _restart(system, "3proxy"), _PROXY, f"grep -E '^(auth|proxy|socks|allow)' {path}")


def _apache(system: System) -> Fix:
    service = (
        "apache2" if system.family in ("debian", "suse", "alpine") else "apache24" if system.family == "freebsd" else "httpd"
    )
    folder = "/usr/local/etc/apache24" if system.family == "freebsd" else f"/etc/{service}"
    return Fix(
        "# ProxyRequests Off",
        f"apachectl configtest && {_reload(system, service)}",
        _PROXY,
        f"grep -rniE '^[^#]*ProxyRequests' {folder}",
    )


def _nginx(system: System) -> Fix:
    folder = f"{_etc(system)}/nginx"
    setting = phrase("# proxy_pass with the name of your own server instead of $host or $http_host")
    return Fix(
        setting, f"nginx -t && {_reload(system, 'nginx')}", _PROXY, "nginx -T 2>/dev/null | grep -n proxy_pass   # " + folder
    )


_MAKERS = {
    "Postfix": _postfix, "Exim": _exim, "Sendmail": _sendmail, "Dovecot": _dovecot, "BIND": _bind, "Unbound": _unbound, "dnsmasq": _dnsmasq,
    "PowerDNS Recursor": _recursor, "PowerDNS": _powerdns, "Squid": _squid, "tinyproxy": _tinyproxy, "Dante": _dante,
    "microsocks": _microsocks, "3proxy": _three_proxy, "Apache": _apache, "nginx": _nginx,
}  # fmt: skip
