"""host.mail-config."""

from __future__ import annotations

from selfaudit.facts import Fact
from selfaudit.facts.host import HostScope, PartStatus, ScopeAddress
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.mail-config"
PARTS = (
    "mail.postfix", "mail.postfix-master", "mail.exim", "mail.sendmail", "mail.dovecot", "dns.bind", "dns.unbound", "dns.dnsmasq", "dns.pdns",
    "proxy.squid", "proxy.others", "web.proxying",
)  # fmt: skip
ABSENT = dict.fromkeys(PARTS, PartStatus.ABSENT)
POSTFIX = {
    "mail.postfix": "# from postconf -n\ncompatibility_level = 3.6\nmynetworks = 127.0.0.0/8",
    "mail.postfix-master": "# from postconf -M\nsmtp inet n - y - - smtpd",
}
OPEN_RELAY = {**POSTFIX, "mail.postfix": "# from postconf -n\ncompatibility_level = 3.6\nmynetworks = 0.0.0.0/0"}
BIND = {"dns.bind": "# from named-checkconf -px\noptions { recursion no; };"}
OPEN_BIND = {"dns.bind": "# from named-checkconf -px\noptions { allow-recursion { any; }; };"}
LISTENERS = {"listeners": "tcp|0.0.0.0|25|master|root\nudp|0.0.0.0|53|named|bind\ntcp|0.0.0.0|22|sshd|root"}
HOST = "web1.blumenhof.example"


def facts(parts: dict[str, str | PartStatus] | None = None, **fields: object) -> list[Fact]:
    return [report({**ABSENT, **(parts or {})}, **fields), SCOPE]  # type: ignore[arg-type]


def scenario(
    name: str, parts: dict[str, str | PartStatus], must: list[str], outcome: str, must_not: list[str], **args: object
) -> Scenario:
    return Scenario(name, facts(parts), must, outcome, must_not, args)


CLOSED, OTHERS = "MAIL_CONFIG_CLOSED", "MAIL_CONFIG_OTHERS_CLOSED"

SCENARIOS = [
    scenario("nothing installed", {}, ["MAIL_CONFIG_NO_SERVERS"], "not-applicable", [CLOSED, OTHERS]),
    scenario("closed", {**POSTFIX, **BIND, **LISTENERS}, [CLOSED], "pass", [OTHERS], host=HOST),
    scenario(
        "open relay", {**OPEN_RELAY, **LISTENERS}, ["MAIL_CONFIG_OPEN_RELAY"], "fail", [CLOSED, "MAIL_CONFIG_OPEN_BUT_NOT_LISTENING"],
        why="mynetworks = 0.0.0.0/0", program="Postfix", ports=("25",), heard="; it listens at the moment",
        command="postfix check && systemctl reload postfix",
    ),
    scenario("open relay, listeners not seen", OPEN_RELAY, ["MAIL_CONFIG_OPEN_RELAY"], "fail", [CLOSED], heard=""),
    scenario(
        "CentOS 7 as it is delivered, for all addresses",
        {**POSTFIX, "mail.postfix": "# from postconf -n\ninet_interfaces = all", "addresses": "lo|127.0.0.1/8\neth0|192.0.2.10/32",
         "software.runtimes": "postfix|2:2.10.1-9.el7|/usr/sbin/postfix|postfix|distribution"}, [CLOSED], "pass", ["MAIL_CONFIG_UNCLEAR"],
    ),
    scenario(
        "the same, and which version is not known", {**POSTFIX, "mail.postfix": "# from postconf -n\ninet_interfaces = all", "addresses": "eth0|192.0.2.10/32"},
        ["MAIL_CONFIG_UNCLEAR"], "inconclusive", [CLOSED],
    ),
    scenario(
        "open resolver, closed relay", {**POSTFIX, **OPEN_BIND}, ["MAIL_CONFIG_OPEN_RESOLVER", OTHERS], "fail", [CLOSED],
        program="BIND", why="allow-recursion { any; }", command="named-checkconf && rndc reconfig",
    ),
    scenario(
        "open proxies", {"proxy.squid": "# from /etc/squid/squid.conf\nhttp_port 3128\nhttp_access allow all"},
        ["MAIL_CONFIG_OPEN_PROXY"], "fail", [CLOSED], why="http_access allow all", command="squid -k parse && squid -k reconfigure",
    ),
    scenario(
        "open, but it sleeps", {**OPEN_RELAY, "listeners": "tcp|127.0.0.1|25|master|root\ntcp|0.0.0.0|22|sshd|root"},
        ["MAIL_CONFIG_OPEN_BUT_NOT_LISTENING"], "warn", ["MAIL_CONFIG_OPEN_RELAY", CLOSED],
    ),
    scenario(
        "open under a condition", {**POSTFIX, "mail.postfix": "# from postconf -n\nmynetworks_style = subnet\ncompatibility_level = 2"},
        ["MAIL_CONFIG_OPEN_UNDER_A_CONDITION"], "warn", ["MAIL_CONFIG_OPEN_RELAY", CLOSED], service="sending mail",
    ),
    scenario(
        "in a container", {**POSTFIX, "host": "name=web1.blumenhof.example\nfqdn=web1.blumenhof.example\nvirt=docker",
                           "addresses": "eth0|172.18.0.2/16\neth1|192.0.2.10/32",
                           "mail.postfix": "# from postconf -n\ncompatibility_level = 3.6\nmynetworks = 172.16.0.0/12"},
        ["MAIL_CONFIG_OPEN_UNDER_A_CONDITION"], "warn", [CLOSED],
    ),
    scenario(
        "passwords in the clear", {"mail.dovecot": "# from doveconf -n\ndisable_plaintext_auth = no"},
        ["MAIL_CONFIG_PASSWORDS_IN_THE_CLEAR"], "warn", [CLOSED], program="Dovecot", command="doveconf -n > /dev/null && systemctl reload dovecot",
    ),
    scenario(
        "a look-up nobody can follow", {**POSTFIX, "mail.postfix": "# from postconf -n\ncompatibility_level = 3.6\nmynetworks = <lookup>"},
        ["MAIL_CONFIG_UNCLEAR"], "inconclusive", [CLOSED, "MAIL_CONFIG_OPEN_RELAY"],
    ),
    scenario("one unclear, one closed", {**BIND, "dns.unbound": "# from x\ninclude: /etc/y"}, ["MAIL_CONFIG_UNCLEAR", OTHERS], "inconclusive", [CLOSED]),
    *(
        scenario(f"{status}: {name}", {**POSTFIX, name: status}, ["MAIL_CONFIG_NOT_IN_FILE"], "inconclusive", [CLOSED, "MAIL_CONFIG_NO_SERVERS"], host=HOST)
        for status in PartStatus if status not in (PartStatus.OK, PartStatus.ABSENT)
        for name in ("mail.postfix", "dns.bind")
    ),
    scenario(
        "master.cf was not to be read", {**POSTFIX, "mail.postfix-master": PartStatus.DENIED}, ["MAIL_CONFIG_NOT_IN_FILE", "MAIL_CONFIG_UNCLEAR"],
        "inconclusive", [CLOSED],
    ),
    Scenario("parts not in the file at all", [report(POSTFIX), SCOPE], ["MAIL_CONFIG_NOT_IN_FILE", OTHERS], "inconclusive", [CLOSED]),
    Scenario(
        "a configuration that was cut",
        [report({n: s for n, s in ABSENT.items() if n != "dns.bind"}, more=(part("dns.bind", BIND["dns.bind"], cut=True),)), SCOPE],
        ["MAIL_CONFIG_CUT"], "inconclusive", [CLOSED, "MAIL_CONFIG_NO_SERVERS"], {"program": "BIND", "part": "dns.bind"},
    ),
    Scenario(
        "an open configuration that was cut says nothing",
        [report({n: s for n, s in ABSENT.items() if n != "dns.bind"}, more=(part("dns.bind", OPEN_BIND["dns.bind"], cut=True),)), SCOPE],
        ["MAIL_CONFIG_CUT"], "inconclusive", ["MAIL_CONFIG_OPEN_RESOLVER", CLOSED],
    ),
    scenario(
        "a container answers on port 53", {**POSTFIX, "listeners": "udp|0.0.0.0|53|docker-proxy|root\ntcp|0.0.0.0|25|master|root"},
        ["MAIL_CONFIG_NOT_READ", OTHERS], "inconclusive", [CLOSED], program="docker-proxy", ports=("udp 53",),
    ),
    scenario("a name server for its own zones only", {"listeners": "udp|0.0.0.0|53|nsd|nsd"}, ["MAIL_CONFIG_NO_SERVERS"], "not-applicable", ["MAIL_CONFIG_NOT_READ"]),
    scenario("a running server without a file", {"listeners": "udp6|::|53|named|bind"}, ["MAIL_CONFIG_NOT_READ"], "inconclusive", ["MAIL_CONFIG_NO_SERVERS"]),
    scenario("without rights programs have no names", {**BIND, "listeners": "udp|0.0.0.0|53|-|-"}, [CLOSED], "pass", ["MAIL_CONFIG_NOT_READ"]),
    Scenario("rescue: open all the same", facts({**OPEN_RELAY, "listeners": PartStatus.SKIPPED}, rescue=True), ["MAIL_CONFIG_OPEN_RELAY"], "fail"),
    Scenario("rescue: closed all the same", facts({**POSTFIX, "listeners": PartStatus.SKIPPED}, rescue=True), [CLOSED], "pass"),
    Scenario(
        "Debian's dnsmasq", facts({"dns.dnsmasq": "# from /etc/dnsmasq.conf"}), [CLOSED], "pass",
    ),
    Scenario(
        "dnsmasq elsewhere", facts({"dns.dnsmasq": "# from /etc/dnsmasq.conf"}, system="alpine"), ["MAIL_CONFIG_OPEN_UNDER_A_CONDITION"], "warn", [],
        {"command": "dnsmasq --test && rc-service dnsmasq restart"},
    ),
    Scenario(
        "FreeBSD has its own paths", facts(OPEN_BIND, system="freebsd"), ["MAIL_CONFIG_OPEN_RESOLVER"], "fail", [],
        {"place": "the file /usr/local/etc/namedb/named.conf, in “options” and in every view", "setting": "# allow-recursion { localhost; };\n# allow-query-cache { localhost; };"},
    ),
    Scenario("the file of another server", [report(ABSENT), HostScope("x", (ScopeAddress("198.51.100.7", "named"),), ())], ["MAIL_CONFIG_OTHER_HOST"], "inconclusive"),
    Scenario("too old", facts(seen="2026-12-22T06:00:00Z", received="2026-12-22T06:00:00Z"), ["MAIL_CONFIG_TOO_OLD"], "inconclusive", ["MAIL_CONFIG_NO_SERVERS"]),
    Scenario("a clock far ahead", facts(taken="2026-11-23T06:00:00Z"), ["MAIL_CONFIG_CLOCK"], "inconclusive", ["MAIL_CONFIG_NO_SERVERS"]),
    Scenario("changed", facts(genuine=False, damage=("x",)), ["MAIL_CONFIG_CHANGED"], "inconclusive", ["MAIL_CONFIG_NO_SERVERS"]),
]  # fmt: skip
