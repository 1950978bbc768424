"""The configurations of the exposed laboratory's daemons, judged from inside as the probes of `test_exposed` judge them from outside.

What a daemon really runs with goes through the real programs that print it (postconf, named-checkconf, exim -bP) and through the
files themselves, as the collector takes either.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Request
from selfaudit.policy import Policy
from selfaudit.protocols.server_config import Opening, Service, Surroundings, read_part
from tests.checks.host import SCOPE, report
from tests.lab.exposed import SERVERS, ExposedLaboratory
from tests.lab.runs import Runs
from tests.lab.test_exposed import NOT_OPEN, OPEN, TABLE
from tests.packages import find, unpacked

pytestmark = pytest.mark.lab

# The directives that the collector prints of main.cf (docs/collector.md).
POSTFIX = re.compile(
    r"(mynetworks\w*|mydestination|relay_domains|virtual_\w*domains|smtpd_\w*restrictions|smtpd_relay_\w+|inet_\w+|smtpd_sasl_auth_enable"
    r"|smtpd_tls_security_level|smtpd_tls_auth_only|myhostname|mydomain|compatibility_level|local_recipient_maps)\s*="
)
RELAYS = tuple(s for s in TABLE if s.startswith(("RELAY_", "SECURE_MAIL", "CONTROL")) and s != "RELAY_DATA_REJECT")
RESOLVERS = ("RESOLVER", "RESOLVER_OPEN", "RESOLVER_OPEN6", "RESOLVER_REFUSING", "RESOLVER_SILENT")
NAMED = ("DNS_AUTHORITATIVE", "DNS_NO_RECURSION")
PROXIES = ("PROXY_OPEN", "PROXY_CLOSED", "SOCKS_OPEN", "SOCKS_PASSWORD")
Parts = dict[str, str]


def command(lab: ExposedLaboratory, *words: str) -> str:
    """What one of the programs prints, with the users that the daemons know."""
    done = lab.run(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return done.stdout


def tinyproxy(lab: ExposedLaboratory, server: str) -> str:
    """The file under the name that it has elsewhere: proxies are told apart by it."""
    text = (lab.folder / f"{server.lower().replace('_', '-')}.conf").read_text("utf-8")
    return f"# from /etc/tinyproxy/tinyproxy.conf\n{text}"


def file(lab: ExposedLaboratory, *names: str) -> str:
    return "".join(f"# from {lab.folder / name}\n{(lab.folder / name).read_text('utf-8')}\n" for name in names)


def by_program(runs: Runs) -> Parts:
    """The parts as programs print them."""
    lab, program = runs.lab, unpacked("postfix")
    postconf = (
        "env",
        f"LD_LIBRARY_PATH={program}/usr/lib/postfix",
        f"{program}/usr/sbin/postconf",
        "-c",
        str(lab.folder / "postfix"),
    )
    main = "\n".join(line for line in command(lab, *postconf, "-n").splitlines() if POSTFIX.match(line))
    exim = command(
        lab, str(unpacked("exim4-daemon-light") / "usr/sbin/exim4"), "-C", str(lab.folder / "exim.conf"), "-bP", "config"
    )
    named = command(lab, find("named-checkconf") or "", "-px", str(lab.folder / "named.conf"))
    return {
        "mail.postfix": f"# from postconf -n\n{main}",
        "mail.postfix-master": f"# from postconf -M\n{command(lab, *postconf, '-M')}",
        "mail.exim": f"# from exim -bP config\n{exim}",
        "dns.bind": f"# from named-checkconf -px\n{named}",
    }


def by_file(runs: Runs) -> Parts:
    """The same from the files."""
    lab = runs.lab
    return {
        "mail.postfix": file(lab, "postfix/main.cf"),
        "mail.postfix-master": file(lab, "postfix/master.cf"),
        "mail.exim": file(lab, "exim.conf"),
        "dns.bind": file(lab, "named.conf"),
    }


def read(parts: Parts, name: str) -> tuple[Opening, ...]:
    master = parts["mail.postfix-master"].splitlines() if name == "mail.postfix" else None
    return read_part(name, parts[name].splitlines(), Surroundings(), master)


def at(openings: tuple[Opening, ...], server: str) -> set[tuple[str, bool]]:
    """What is said about the ports of a server."""
    begin = f"[{SERVERS[server]}]:" if ":" in SERVERS[server] else f"{SERVERS[server]}:"
    return {(str(o.verdict), o.certain) for o in openings if any(p.startswith(begin) for p in o.ports)}


def expected(check: str, server: str) -> set[tuple[str, bool]]:
    """What the probes find, for those who can say it: open or closed."""
    outcome = "fail" if server in OPEN else TABLE[server][check][0]
    return {("open" if outcome in ("warn", "fail") else "closed", True)}


@pytest.fixture(scope="module", params=[by_program, by_file], ids=["programs", "files"])
def parts(request: pytest.FixtureRequest, runs: Runs) -> Parts:
    """The parts, in both forms one after the other."""
    form: Callable[[Runs], Parts] = request.param
    return form(runs)


def test_every_mail_server_has_its_verdict() -> None:
    assert set(OPEN) | set(NOT_OPEN) <= {*RELAYS, "RELAY_DATA_REJECT"}


@pytest.mark.parametrize("server", RELAYS)
def test_postfix(parts: Parts, server: str) -> None:
    # Greylisting hides the refusal from the probes for a while; the configuration says it at once.
    found = at(read(parts, "mail.postfix"), server)
    assert found == ({("closed", True)} if server == "RELAY_GREYLIST" else expected("exposure.relay", server))


def test_exim_accepts_every_recipient_and_refuses_every_message(parts: Parts) -> None:
    # The probes reach the refusal only when they are allowed to go as far as the message.
    openings = read(parts, "mail.exim")
    assert at(openings, "RELAY_DATA_REJECT") == {("closed", True)}
    open_too = parts["mail.exim"].replace("acl_smtp_predata", "# acl_smtp_predata")
    assert at(read({"mail.exim": open_too}, "mail.exim"), "RELAY_DATA_REJECT") == {("open", True)}


@pytest.mark.parametrize("server", NAMED)
def test_bind(parts: Parts, server: str) -> None:
    assert at(read(parts, "dns.bind"), server) == expected("exposure.resolver", server) == {("closed", True)}


@pytest.mark.parametrize("server", RESOLVERS)
def test_unbound(runs: Runs, server: str) -> None:
    name = server.lower().replace("_", "-").removesuffix("6")
    openings = read_part("dns.unbound", file(runs.lab, f"{name}.conf").splitlines(), Surroundings())
    # One that drops strangers' questions is silent from outside, and closed from inside.
    assert at(openings, server) == (
        {("closed", True)} if server == "RESOLVER_SILENT" else expected("exposure.resolver", server)
    )


@pytest.mark.parametrize("server", PROXIES)
def test_proxies(runs: Runs, server: str) -> None:
    if server.startswith("PROXY"):
        text = tinyproxy(runs.lab, server)
    else:
        started = [[str(word) for word in d.args] for d in runs.lab.daemons if isinstance(d.args, list)]
        (line,) = [words for words in started if SERVERS[server] in words]
        text = f"# from microsocks\n{' '.join(line[line.index(find('microsocks') or '') :])}"
    openings = read_part("proxy.others", text.splitlines(), Surroundings())
    assert at(openings, server) == expected("exposure.proxy", server)
    assert {o.service for o in openings} == {Service.PROXY}


def test_the_whole_check(runs: Runs, parts: Parts) -> None:
    """A server that runs all of it: what is open is named with its address, and nothing is called closed for certain."""
    check = all_checks()["host.mail-config"]
    facts = (
        report(
            {
                **parts,
                "dns.unbound": file(runs.lab, "resolver-open.conf"),
                "proxy.others": tinyproxy(runs.lab, "PROXY_OPEN"),
            }
        ),
        SCOPE,
    )
    records = [Record(f"e{i}", Request(f.kind, "x"), "", 0, f) for i, f in enumerate(facts)]
    result = judge_one(check, Target("host", "x"), records, Policy())  # type: ignore[arg-type]
    assert result.outcome == "fail"
    named = {(str(f.tag), p) for f in result.findings if "ports" in f.args for p in f.args["ports"]}  # type: ignore[union-attr]
    relays = {(tag, port) for tag, port in named if tag == "MAIL_CONFIG_OPEN_RELAY"}
    assert relays == {
        ("MAIL_CONFIG_OPEN_RELAY", f"[{SERVERS[s]}]:25" if ":" in SERVERS[s] else f"{SERVERS[s]}:25") for s in OPEN
    }
    assert ("MAIL_CONFIG_OPEN_RESOLVER", f"{SERVERS['RESOLVER_OPEN']}:53") in named
    assert ("MAIL_CONFIG_OPEN_PROXY", f"{SERVERS['PROXY_OPEN']}:8888") in named
    assert "MAIL_CONFIG_CLOSED" not in {str(f.tag) for f in result.findings}
