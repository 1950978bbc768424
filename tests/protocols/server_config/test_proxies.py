"""Squid, tinyproxy, Dante, 3proxy, microsocks and web servers; and that no text breaks a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.server_config import PARTS, Verdict
from tests.protocols.server_config.read import CONTAINER, PUBLIC, openings, verdict

SQUID = """# from /etc/squid/squid.conf
http_port {port}
acl localnet src 10.0.0.0/8\t# the office
acl localnet src 172.16.0.0/12
acl localnet src 0.0.0.1-0.255.255.255
acl SSL_ports port 443
acl Safe_ports port 80
http_access deny !Safe_ports
http_access deny CONNECT !SSL_ports
http_access allow localhost manager
http_access deny manager
{rules}
"""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("http_access allow localnet\nhttp_access deny all", "closed"),
        ("http_access allow all", "open"),
        ("http_access allow localnet\nhttp_access allow all\nhttp_access deny all", "open"),
        ("http_access deny all\nhttp_access allow all", "closed"),
        ("acl world src 0.0.0.0/0\nhttp_access allow world", "open"),
        ("acl world src ::/0\nhttp_access allow world\nhttp_access deny all", "open"),
        ("acl world src 198.51.0.0/255.255.0.0\nhttp_access allow world\nhttp_access deny all", "open?"),
        ("acl world src 1.0.0.0-223.255.255.255\nhttp_access allow world\nhttp_access deny all", "open"),
        ('acl friends src "/etc/squid/friends"\nhttp_access allow friends\nhttp_access deny all', "unclear"),
        ("acl users proxy_auth REQUIRED\nhttp_access allow users\nhttp_access deny all", "closed"),
        ("acl users proxy_auth REQUIRED\nhttp_access deny !users\nhttp_access allow all", "closed"),
        ("http_access allow nobody_knows\nhttp_access deny all", "unclear"),
        ("http_access deny nobody_knows\nhttp_access allow all", "open?"),
        ("http_access allow !localnet\nhttp_access deny all", "open"),
        ("http_access allow Safe_ports\nhttp_access deny all", "open"),
        ("http_access deny localnet", "open"),  # what no line fits gets the opposite of the last one
        ("http_access allow localnet", "closed"),
        ("include /etc/squid/conf.d/*.conf\nhttp_access deny all", "unclear"),
        ("include /etc/squid/conf.d/*.conf\nhttp_access deny all\n# from /etc/squid/conf.d/a.conf\nhttp_access allow all", "open"),
        ("include /etc/squid/conf.d/*.conf\nhttp_access deny all\n# from /etc/squid/conf.d/a.conf\nhttp_access allow localnet", "closed"),
    ],
)  # fmt: skip
def test_squid(rules: str, expected: str) -> None:
    assert verdict("proxy.squid", SQUID.format(port="3128", rules=rules)) == expected


def test_ports_of_squid() -> None:
    text = SQUID.format(port="{}", rules="http_access allow all")
    assert verdict("proxy.squid", text.format("127.0.0.1:3128")) == "local-only"
    assert verdict("proxy.squid", text.format("80 accel vhost")) == "unclear"
    (found,) = openings("proxy.squid", text.format("192.0.2.10:8080"))
    assert (found.verdict, found.ports, found.why) == ("open", ("192.0.2.10:8080",), "http_access allow all")
    inside = SQUID.format(port="3128", rules="http_access allow localnet\nhttp_access deny all")
    assert verdict("proxy.squid", inside, CONTAINER) == "open?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# from /etc/tinyproxy/tinyproxy.conf\nPort 8888\n", "open"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nPort 8888\nAllow 127.0.0.1\nAllow ::1\n", "closed"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nAllow 0.0.0.0/0\n", "open"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nDeny 0.0.0.0/0\nAllow 0.0.0.0/0\n", "closed"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nAllow .example.net\n", "closed"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nBasicAuth user ***\n", "closed"),
        ("# from /etc/tinyproxy/tinyproxy.conf\nListen 127.0.0.1\n", "local-only"),
        ("# from /etc/danted.conf\ninternal: eth0 port = 1080\nclientmethod: none\nsocksmethod: none\n"
         "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\nsocks pass {\n  from: 0.0.0.0/0 to: 0.0.0.0/0\n}\n", "open"),
        ("# from /etc/danted.conf\ninternal: eth0 port = 1080\nsocksmethod: username\n"
         "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\nsocks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n", "closed"),
        ("# from /etc/danted.conf\ninternal: eth0 port = 1080\nsocksmethod: none\n"
         "client pass { from: 10.0.0.0/8 to: 0.0.0.0/0 }\nsocks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n", "closed"),
        ("# from /etc/danted.conf\ninternal: 127.0.0.1 port = 1080\nsocksmethod: none\n", "local-only"),
        ("# from /etc/sockd.conf\nsocksmethod: none\nclient pass { from: friends to: 0.0.0.0/0 }\n"
         "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n", "unclear"),
        ("# from microsocks\nmicrosocks -p 1080\n", "open"),
        ("# from microsocks\nmicrosocks -i 127.0.0.1 -p 1080\n", "local-only"),
        ("# from microsocks\nmicrosocks -i 0.0.0.0 -u web -P ***\n", "closed"),
        ("# from microsocks\nmicrosocks -w 192.0.2.1\n", "unclear"),
        ("# from /etc/3proxy/3proxy.cfg\nproxy -p3128\n", "open"),
        ("# from /etc/3proxy/3proxy.cfg\nauth strong\nproxy -p3128\n", "closed"),
        ("# from /etc/3proxy/3proxy.cfg\nauth iponly\nsocks\n", "unclear"),
        ("# from /etc/privoxy/config\nlisten-address :8118\n", "unclear"),
    ],
)  # fmt: skip
def test_others(text: str, expected: str) -> None:
    assert verdict("proxy.others", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# from /etc/apache2/mods-enabled/proxy.conf\nProxyRequests On\n", "open?"),
        ("/etc/apache2/sites-enabled/a.conf:ProxyRequests On\n", "open?"),
        ("/etc/apache2/a.conf|ProxyRequests On\n/etc/apache2/a.conf|Require ip 10.0.0.0/8\n", "unclear"),
        ("ProxyRequests Off\nProxyPass / http://127.0.0.1:8000/\n", "closed"),
        ("ProxyPass / http://127.0.0.1:8000/\n", "closed"),
        ("# from /etc/nginx/nginx.conf\nproxy_pass http://$http_host$request_uri;\nresolver 192.0.2.53;\n", "open?"),
        ("# from /etc/nginx/nginx.conf\nproxy_pass http://$host;\n", "unclear"),
        # A variable behind the host chooses a page of that host, and no other host.
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass http://127.0.0.1:6081/x/$host/$request_uri;\n", "closed"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass https://backend$request_uri;\n", "closed"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass https://backend$arg_name;\n", "open?"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass http:/$request_uri;\n", "open?"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass http://$1;\n", "unclear"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass http://$upstream/$host;\n", "unclear"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass $backend/$http_host;\n", "unclear"),
        ("# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nproxy_pass $scheme://$host$request_uri;\n", "open?"),
        ('# from /etc/nginx/a.conf\nresolver 192.0.2.53;\nlocation / { proxy_pass "http://${http_host}"; }\n', "open?"),
        (
            "# from /etc/nginx/a.conf\nproxy_pass http://127.0.0.1/$host;\nproxy_pass http://$host;\nresolver 192.0.2.53;\n",
            "open?",
        ),
        ("/etc/nginx/a.conf:7:proxy_pass http://127.0.0.1:6081/$host;\n", "closed"),
    ],
)
def test_web_servers(text: str, expected: str) -> None:
    assert verdict("web.proxying", text) == expected


def test_an_empty_part_says_nothing() -> None:
    assert openings("web.proxying", "") == ()
    assert openings("proxy.others", "") == ()
    assert openings("proxy.squid", "") == ()


@pytest.mark.parametrize("part", sorted(PARTS))
@given(st.lists(st.text(st.characters(max_codepoint=126), max_size=60), max_size=12))
def test_no_text_breaks_a_reader(part: str, lines: list[str]) -> None:
    found = openings(part, "\n".join(lines), PUBLIC, master="\n".join(lines))
    assert all(isinstance(o.verdict, Verdict) for o in found)


@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.parametrize(
    "unit", ["${", "{", "a{", '"', "/*", "\\", "A = AA", "acl a = b", "begin acl", "include *", "!", "$a", "::", "0.0.0.0/0 "]
)
def test_a_hostile_text_ends_soon(part: str, unit: str) -> None:
    for text in ("\n".join([unit * 20] * 400), unit * 400):
        found = openings(part, text, PUBLIC, master=text)
        assert all(isinstance(o.verdict, Verdict) for o in found)
