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
        place: where it belongs, in words.
        setting: commands that set it, or lines of the file behind "#", so that all of it can be pasted into a shell.
        load: the command that checks the configuration and loads it.
        changes: what that changes, in words.
        look: the command that shows it on the server, without the network.
    """

    place: str
    setting: str
    load: str
    changes: str
    look: str


_RELAY = phrase(
    "lets only the server itself and users who log in send mail to other servers; who was trusted by address alone must log in from then on"
)
_RECURSION = phrase("lets only the server itself ask for other people's names; zones of its own are answered as before")
_PROXY = phrase(
    "lets only the server itself use the proxy; clients elsewhere need an entry of their own or a password from then on"
)
_LOGIN = phrase(
    "refuses passwords that come without encryption; mail programs set to no encryption stop working until they are set to TLS"
)
_CHANGES = {Service.RELAY: _RELAY, Service.RECURSION: _RECURSION, Service.PROXY: _PROXY, Service.LOGIN: _LOGIN}


def fix_for(program: str, service: Service, system: System) -> Fix:
    """The corrected setting of a program on a system; general words for a program that is not known."""
    if program == "Postfix" and service is Service.LOGIN:
        load = f"postfix check && {_reload(system, 'postfix')}"
        place = phrase("main.cf, by the command")
        return Fix(place, "postconf -e 'smtpd_tls_auth_only = yes'", load, _LOGIN, "postconf smtpd_tls_auth_only; postconf -M")
    made = _MAKERS.get(program)
    if made is not None:
        return made(system)
    place = phrase("its list of allowed clients: the server itself, and nobody else")
    return Fix(place, "# 127.0.0.1\n# ::1", "ss -lntup", _CHANGES[service], "ss -lntup")


def _reload(system: System, service: str, action: str = "reload") -> str:
    if system.family == "alpine":
        return f"rc-service {service} {action}"
    if system.family == "freebsd":
        return f"service {service} {action}"
    return f"systemctl {action} {service}"


def _restart(system: System, service: str) -> str:
    return _reload(system, service, "restart")


def _etc(system: System) -> str:
    return "/usr/local/etc" if system.family == "freebsd" else "/etc"


def _lines(*lines: str) -> str:
    """Lines of a configuration file, harmless in a shell."""
    return "\n".join(f"# {line}" for line in lines)


def _postfix(system: System) -> Fix:
    return Fix(
        phrase(
            "main.cf, by the commands; and take -o mynetworks and -o smtpd_..._restrictions of ports 25, 465 and 587 out of master.cf"
        ),
        "postconf -e 'mynetworks = 127.0.0.0/8 [::1]/128'\n"
        "postconf -e 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination'",
        f"postfix check && {_reload(system, 'postfix')}",
        _RELAY,
        "postconf mynetworks smtpd_relay_restrictions smtpd_recipient_restrictions inet_interfaces; postconf -P",
    )


def _exim(system: System) -> Fix:
    # -bh plays a session with a stranger of that address; it delivers nothing.
    look = " -bh 203.0.113.9   # HELO test.invalid, MAIL FROM:<a@test.invalid>, RCPT TO:<b@test.invalid>: 550"
    if system.family == "debian":
        place = phrase("the file {path}", path="/etc/exim4/update-exim4.conf.conf")
        load = f"update-exim4.conf && exim4 -bV && {_restart(system, 'exim4')}"
        return Fix(place, _lines("dc_relay_nets=''", "dc_relay_domains=''"), load, _RELAY, "exim4" + look)
    path = "/usr/local/etc/exim/configure" if system.family == "freebsd" else "/etc/exim/exim.conf"
    place = phrase(
        "the file {path}: the host list, and these statements in this order in the access control list of acl_smtp_rcpt",
        path=path,
    )
    setting = _lines(
        "hostlist relay_from_hosts = 127.0.0.1 : ::::1", "accept hosts = +relay_from_hosts", "accept authenticated = *",
        "require domains = +local_domains : +relay_to_domains",
    )  # fmt: skip
    return Fix(place, setting, f"exim -bV && {_restart(system, 'exim')}", _RELAY, "exim" + look)


def _sendmail(system: System) -> Fix:
    place = phrase(
        "sendmail.mc, /etc/mail/access and /etc/mail/relay-domains: take out what was named, and keep entries of your own only"
    )
    load = {"debian": "sendmailconfig", "freebsd": "make -C /etc/mail all install restart"}.get(
        system.family, f"make -C /etc/mail && {_restart(system, 'sendmail')}"
    )
    look = "printf '%s\\n' '.D{client_addr}203.0.113.9' 'check_rcpt <b@test.invalid>' | sendmail -bt"
    return Fix(place, _lines("Connect:127.0.0.1 RELAY"), load, _RELAY, look)


def _dovecot(system: System) -> Fix:
    place = phrase("the file {path}", path=f"{_etc(system)}/dovecot/conf.d/10-ssl.conf")
    load = f"doveconf -n > /dev/null && {_reload(system, 'dovecot')}"
    return Fix(place, _lines("ssl = required"), load, _LOGIN, "doveconf ssl; doveconf -n | grep -i -E 'plaintext|cleartext'")


def _bind(system: System) -> Fix:
    path = {
        "debian": "/etc/bind/named.conf.options", "freebsd": "/usr/local/etc/namedb/named.conf", "alpine": "/etc/bind/named.conf",
    }.get(system.family, "/etc/named.conf")  # fmt: skip
    place = phrase("the file {path}, in “options” and in every view", path=path)
    setting = _lines("allow-recursion { localhost; };", "allow-query-cache { localhost; };")
    return Fix(
        place,
        setting,
        "named-checkconf && rndc reconfig",
        _RECURSION,
        "named-checkconf -px | grep -E -A 3 'recursion|allow-|listen-on'",
    )


def _unbound(system: System) -> Fix:
    place = phrase(
        "the file {path} under “server:”, and no other access-control line with allow",
        path=f"{_etc(system)}/unbound/unbound.conf",
    )
    setting = _lines(
        "interface: 127.0.0.1", "interface: ::1", "access-control: 0.0.0.0/0 refuse", "access-control: ::0/0 refuse",
        "access-control: 127.0.0.0/8 allow", "access-control: ::1 allow",
    )  # fmt: skip
    load = f"unbound-checkconf && {_restart(system, 'unbound')}"
    return Fix(place, setting, load, _RECURSION, "unbound-checkconf -o interface; unbound-checkconf -o access-control")


def _dnsmasq(system: System) -> Fix:
    path = f"{_etc(system)}/dnsmasq.conf"
    place = phrase("the file {path}, and no other line of this kind", path=path)
    look = f"grep -rE '^(interface|listen-address|except-interface|local-service|bind)' {path} {_etc(system)}/dnsmasq.d"
    return Fix(
        place,
        _lines("listen-address=127.0.0.1,::1", "bind-interfaces"),
        f"dnsmasq --test && {_restart(system, 'dnsmasq')}",
        _RECURSION,
        look,
    )


def _recursor(system: System) -> Fix:
    folder = {"debian": "/etc/powerdns", "freebsd": "/usr/local/etc/pdns"}.get(system.family, "/etc/pdns-recursor")
    setting = _lines("local-address=127.0.0.1, ::1", "allow-from=127.0.0.0/8, ::1/128")
    place = phrase("the file {path}", path=f"{folder}/recursor.conf")
    return Fix(
        place,
        setting,
        _restart(system, "pdns-recursor"),
        _RECURSION,
        f"grep -E '^(local-address|allow-from)' {folder}/recursor.conf",
    )


def _powerdns(system: System) -> Fix:
    place = phrase("pdns.conf: take the lines recursor and allow-recursion out")
    return Fix(
        place,
        _lines("local-address=0.0.0.0, ::"),
        _restart(system, "pdns"),
        _RECURSION,
        "pdns_control current-config | grep -i recurs",
    )


def _squid(system: System) -> Fix:
    folder = f"{_etc(system)}/squid"
    place = phrase("the file {path}, and no other line of this kind that lets in", path=f"{folder}/squid.conf")
    setting = _lines("http_port 127.0.0.1:3128", "http_access allow localhost", "http_access deny all")
    return Fix(
        place,
        setting,
        "squid -k parse && squid -k reconfigure",
        _PROXY,
        f"grep -rE '^(http_access|http_port|acl|include)' {folder}",
    )


def _tinyproxy(system: System) -> Fix:
    path = f"{_etc(system)}/tinyproxy.conf" if system.family == "freebsd" else "/etc/tinyproxy/tinyproxy.conf"
    place = phrase("the file {path}, and no other line of this kind", path=path)
    setting = _lines("Listen 127.0.0.1", "Allow 127.0.0.1", "Allow ::1")
    return Fix(place, setting, _restart(system, "tinyproxy"), _PROXY, f"grep -E '^(Listen|Allow|Deny|BasicAuth)' {path}")


def _dante(system: System) -> Fix:
    path, name = ("/etc/danted.conf", "danted") if system.family == "debian" else (f"{_etc(system)}/sockd.conf", "sockd")
    setting = _lines("internal: 127.0.0.1 port = 1080", "socksmethod: username")
    look = f"grep -E '^(internal|socksmethod|client|socks)' {path}"
    return Fix(phrase("the file {path}", path=path), setting, f"{name} -V -f {path} && {_restart(system, name)}", _PROXY, look)


def _microsocks(system: System) -> Fix:
    place = phrase("its command line where it is started; end the one that runs")
    return Fix(
        place, _lines("microsocks -i 127.0.0.1 -p 1080"), _restart(system, "microsocks"), _PROXY, "ps ax | grep '[m]icrosocks'"
    )


def _three_proxy(system: System) -> Fix:
    path = f"{_etc(system)}/3proxy.cfg" if system.family == "freebsd" else "/etc/3proxy/3proxy.cfg"
    place = phrase("the file {path}, before every proxy and socks line", path=path)
    return Fix(place, _lines("auth strong"), _restart(system, "3proxy"), _PROXY, f"grep -E '^(auth|proxy|socks|allow)' {path}")


def _apache(system: System) -> Fix:
    name = "apache2" if system.family in ("debian", "suse", "alpine") else "apache24" if system.family == "freebsd" else "httpd"
    folder = "/usr/local/etc/apache24" if system.family == "freebsd" else f"/etc/{name}"
    place = phrase("each file below {path} that has ProxyRequests On", path=folder)
    load = f"apachectl configtest && {_reload(system, name)}"
    return Fix(place, _lines("ProxyRequests Off"), load, _PROXY, f"grep -rniE '^[^#]*ProxyRequests' {folder}")


def _nginx(system: System) -> Fix:
    place = phrase(
        "the file with this proxy_pass, below {path}: the address of your own server in place of the variable",
        path=f"{_etc(system)}/nginx",
    )
    load = f"nginx -t && {_reload(system, 'nginx')}"
    return Fix(
        place,
        _lines("proxy_pass http://127.0.0.1:8000;"),
        load,
        _PROXY,
        "nginx -T 2>/dev/null | grep -n -E 'proxy_pass|resolver'",
    )


_MAKERS = {
    "Postfix": _postfix, "Exim": _exim, "Sendmail": _sendmail, "Dovecot": _dovecot, "BIND": _bind, "Unbound": _unbound, "dnsmasq": _dnsmasq,
    "PowerDNS Recursor": _recursor, "PowerDNS": _powerdns, "Squid": _squid, "tinyproxy": _tinyproxy, "Dante": _dante,
    "microsocks": _microsocks, "3proxy": _three_proxy, "Apache": _apache, "nginx": _nginx,
}  # fmt: skip
