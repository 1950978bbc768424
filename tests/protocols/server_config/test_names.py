"""BIND, Unbound, dnsmasq and PowerDNS."""

from __future__ import annotations

import dataclasses

import pytest

from selfaudit.errors import BadInput
from selfaudit.protocols.server_config import bind
from tests.protocols.server_config.read import CONTAINER, PUBLIC, openings, verdict

FROM = "# from named-checkconf -px\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "closed"),
        ("options { recursion yes; };", "closed"),
        ("options { recursion no; allow-recursion { any; }; };", "closed"),
        ("options { allow-recursion { any; }; };", "open"),
        ("options { allow-query-cache { any; }; };", "open"),
        ("options { allow-query { any; }; };", "open"),
        ("options { allow-query { localhost; 192.0.2.0/24; }; };", "closed"),
        # Both must agree.
        ("options { allow-recursion { any; }; allow-query-cache { localhost; }; };", "closed"),
        ("options { allow-recursion { localnets; }; allow-query { any; }; };", "closed"),
        ("options { allow-recursion { 0.0.0.0/0; }; };", "open"),
        ("options { allow-recursion { ::/0; }; };", "open"),
        ("options { allow-recursion { ! 192.0.2.7; any; }; };", "open"),
        ("options { allow-recursion { !0.0.0.0/1; any; }; };", "open"),
        ("options { allow-recursion { !any; 0.0.0.0/0; }; };", "closed"),
        ("options { allow-recursion { 198.0.0.0/15; }; };", "open?"),
        ("options { allow-recursion { key office; }; };", "closed"),
        ("options { allow-recursion { trusted; }; };", "unclear"),
        ("acl trusted { 10.0.0.0/8; localhost; };\noptions { allow-recursion { trusted; }; };", "closed"),
        ("acl trusted { world; };\nacl world { 10.0.0.0/8; any; };\noptions { allow-recursion { trusted; }; };", "open"),
        ("acl a { b; };\nacl b { a; };\noptions { allow-recursion { a; }; };", "unclear"),
        ("options { allow-recursion { geoip country DE; }; };", "unclear"),
        ("options { listen-on { 127.0.0.1; }; listen-on-v6 { none; }; allow-recursion { any; }; };", "local-only"),
        ("options { listen-on { 127.0.0.1; }; allow-recursion { 0.0.0.0/0; }; };", "closed"),  # IPv6 is served, and not allowed
        ("options { listen-on { localhost; }; listen-on-v6 { none; }; allow-recursion { any; }; };", "open"),
        ("options { allow-recursion { any; }; allow-recursion-on { 127.0.0.1; }; };", "unclear"),
        ("options { /* allow-recursion { any; }; */ // x\n # y\n recursion no; };", "closed"),
        ('include "/etc/bind/named.conf.options";', "unclear"),
        ('include "/etc/bind/named.conf.options";\n# from /etc/bind/named.conf.options\noptions { allow-recursion { any; }; };', "open"),
        ('include "/etc/bind/named.conf.options";\n# from /etc/bind/named.conf.options\noptions { recursion no; };', "closed"),
        ('include "/etc/bind/rndc.key"; include "/etc/bind/zones.rfc1918";', "closed"),
        ("options { allow-recursion { any; ", "unclear"),
        ("options { } } ;", "unclear"),
        ('options { directory "x; };', "unclear"),
        ("{" * 50, "unclear"),
    ],
)  # fmt: skip
def test_bind(text: str, expected: str) -> None:
    assert verdict("dns.bind", FROM + text) == expected


VIEWS = """options { allow-recursion { localhost; }; };
view "inside" { match-clients { 10.0.0.0/8; }; allow-recursion { any; }; };
view "here" { match-clients { any; }; match-destinations { 192.0.2.11; }; recursion no; };
view "there" { match-clients { any; }; %s };
view "never" { allow-recursion { any; }; };
"""


def test_views_count_in_their_order() -> None:
    found = openings("dns.bind", FROM + VIEWS % "allow-recursion { any; };")
    assert [(str(o.verdict), o.ports) for o in found] == [("closed", ("192.0.2.11:53",)), ("open", ("53",))]
    assert found[1].why == "view there: allow-recursion { any; }"
    assert [str(o.verdict) for o in openings("dns.bind", FROM + VIEWS % "")] == ["closed", "closed"]
    only = 'view "inside" { match-clients { 10.0.0.0/8; }; allow-recursion { any; }; };'
    assert verdict("dns.bind", FROM + only) == "closed"
    unknown = 'view "x" { match-clients { friends; }; allow-recursion { any; }; };'
    assert verdict("dns.bind", FROM + unknown) == "unclear"


def test_a_deeply_nested_file_is_refused() -> None:
    with pytest.raises(BadInput):
        bind.parse("a { " * 100 + "} ;" * 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "local-only"),
        ("  interface: 0.0.0.0\n", "closed"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 allow\n", "open"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 refuse\naccess-control: 10.0.0.0/8 allow\n", "closed"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 refuse\naccess-control: 128.0.0.0/1 allow\n", "open"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 allow\naccess-control: 0.0.0.0/1 deny\naccess-control: 128.0.0.0/1 deny\n", "closed"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 refuse_non_local\n", "closed"),
        ("interface: 0.0.0.0\naccess-control: 0.0.0.0/0 allow_snoop\n", "open"),
        ("interface: ::0\naccess-control: ::0/0 allow\n", "open"),
        ("interface: ::0\ndo-ip6: no\naccess-control: ::0/0 allow\n", "closed"),
        ("interface: 127.0.0.1\ninterface: ::1\naccess-control: 0.0.0.0/0 allow\n", "local-only"),
        ("interface-automatic: yes\naccess-control: 0.0.0.0/0 allow\n", "open"),
        ("interface: eth0\ninterface-action: eth0 allow\n", "open"),
        ("interface: 192.0.2.10\naccess-control: 198.51.0.0/16 allow\n", "open?"),
        ("interface: 192.0.2.10\naccess-control: 0.0.0.0/0 perhaps\n", "unclear"),
        ("interface: 192.0.2.10\ninclude: /etc/unbound/more.conf\n", "unclear"),
        ('include: "/etc/unbound/conf.d/*.conf"\n# from /etc/unbound/conf.d/a.conf\ninterface: 192.0.2.10\naccess-control: 0.0.0.0/0 allow\n', "open"),
        ('include-toplevel: "/etc/unbound/conf.d/*.conf"\n', "unclear"),
        ("#interface: 0.0.0.0\n", "local-only"),
    ],
)  # fmt: skip
def test_unbound(text: str, expected: str) -> None:
    assert verdict("dns.unbound", "# from /etc/unbound/unbound.conf\n" + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "open?"),
        ("local-service\n", "closed"),
        ("port=0\n", "closed"),
        ("interface=lo\nbind-interfaces\n", "local-only"),
        ("listen-address=127.0.0.1,::1\n", "local-only"),
        ("interface=eth0\n", "open"),
        ("local-service\ninterface=eth0\n", "open"),  # it has no effect beside the other
        ("listen-address=192.0.2.10\n", "open"),
        ("interface=virbr0\n", "closed"),
        ("interface=br9\n", "unclear"),
        ("interface=vir*\n", "unclear"),
        ("except-interface=virbr0\n", "open"),
        ("except-interface=eth0\n", "unclear"),
        ("conf-dir=/etc/dnsmasq.d\n", "unclear"),
    ],
)
def test_dnsmasq(text: str, expected: str) -> None:
    assert verdict("dns.dnsmasq", "# from /etc/dnsmasq.conf\n" + text) == expected


def test_the_package_of_debian_has_a_default_of_its_own() -> None:
    assert verdict("dns.dnsmasq", "# from /etc/dnsmasq.conf\n", dataclasses.replace(PUBLIC, debian=True)) == "closed"
    nat = dataclasses.replace(PUBLIC, interfaces=(PUBLIC.interfaces[2],))
    assert verdict("dns.dnsmasq", "interface=virbr0\n", nat) == "unclear"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# from /etc/powerdns/recursor.conf\n", "local-only"),
        ("# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0\n", "closed"),
        ("# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0, ::\nallow-from=0.0.0.0/0\n", "open"),
        ("# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0\nallow-from=\n", "open"),
        (
            "# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0\nallow-from=10.0.0.0/8\nallow-from+=192.0.2.0/24\n",
            "closed",
        ),
        ("# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0\nallow-from-file=/etc/x\n", "unclear"),
        ("# from /etc/powerdns/recursor.conf\nlocal-address=0.0.0.0\nallow_from:\n", "unclear"),
        ("# from /etc/powerdns/pdns.conf\nlocal-address=0.0.0.0\n", "closed"),
        ("# from /etc/powerdns/pdns.conf\nrecursor=192.0.2.53\n", "open"),
        ("# from /etc/powerdns/pdns.conf\nrecursor=192.0.2.53\nallow-recursion=127.0.0.1\n", "closed"),
    ],
)
def test_powerdns(text: str, expected: str) -> None:
    assert verdict("dns.pdns", text) == expected


def test_the_gateway_of_a_container_stands_for_strangers() -> None:
    text = FROM + "options { allow-recursion { 172.16.0.0/12; }; };"
    assert (verdict("dns.bind", text), verdict("dns.bind", text, CONTAINER)) == ("closed", "open?")
