"""Every server of the laboratory of exposed servers, what is found there, and from where nothing may be concluded."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.exposed import REPOSITORY, SERVERS
from tests.lab.mailbox import confirming, messages, tokens
from tests.lab.runs import AUTHORITY, GROUPS, Run, Runs

pytestmark = pytest.mark.lab

Expected = tuple[str, set[str]]

# A host that is up, says so, and offers nothing.
CLOSED: dict[str, Expected] = {
    "exposure.relay": ("pass", {"RELAY_NO_SERVICE"}),
    "exposure.resolver": ("pass", {"RESOLVER_CLOSED"}),
    "exposure.proxy": ("pass", {"PROXY_PORTS_CLOSED"}),
    "exposure.amplifier": ("pass", {"AMPLIFIER_NONE"}),
    "exposure.services": ("pass", {"SERVICES_CLOSED"}),
    "mail.helo": ("not-applicable", {"HELO_NO_SERVICE"}),
    "mail.starttls": ("not-applicable", {"STARTTLS_NO_SERVICE"}),
    "mail.dane": ("not-applicable", {"DANE_NO_MAIL_HOST"}),
}
ENCRYPTED = {"STARTTLS_HANDSHAKE", "STARTTLS_TRUSTED", "STARTTLS_EXPIRES"}
# A mail server whose certificate is another host's, as long as nothing else is said.
MAIL: dict[str, Expected] = {
    "mail.helo": ("pass", {"HELO_OK"}),
    "mail.starttls": ("warn", ENCRYPTED | {"STARTTLS_WRONG_NAME"}),
    "exposure.relay": ("pass", {"RELAY_REFUSED", "RELAY_NO_SERVICE"}),
}
OWN_NAME: dict[str, Expected] = {"mail.starttls": ("pass", ENCRYPTED | {"STARTTLS_NAME_MATCHES"})}
ALL_PORTS: dict[str, Expected] = {
    "exposure.relay": ("pass", {"RELAY_REFUSED"}),
    "mail.dane": ("not-applicable", {"DANE_NONE"}),
}
POSSIBLE: dict[str, Expected] = {"exposure.relay": ("warn", {"RELAY_POSSIBLE"})}
NAME_SERVER: dict[str, Expected] = {
    "exposure.resolver": ("pass", {"RESOLVER_REFUSED"}),
    "exposure.amplifier": ("pass", {"AMPLIFIER_NONE", "AMPLIFIER_REFUSES"}),
}
RESOLVES: dict[str, Expected] = {**NAME_SERVER, "exposure.resolver": ("fail", {"RESOLVER_OPEN"})}
PROXY: dict[str, Expected] = {"exposure.proxy": ("fail", {"PROXY_OPEN", "PROXY_PORTS_CLOSED"})}
NO_PROXY: dict[str, Expected] = {"exposure.proxy": ("pass", {"PROXY_NONE", "PROXY_PORTS_CLOSED"})}


def nothing_known(tag: str) -> dict[str, Expected]:
    """Whatever is asked of a host that cannot be reached, the answer is that nothing is known."""
    known = {
        check: ("inconclusive", {f"{check.partition('.')[2].upper()}_{tag}"}) for check in CLOSED if check.startswith("exp")
    }
    quiet = {f"mail.{name}": ("inconclusive", {f"{name.upper()}_NO_ANSWER"}) for name in ("helo", "starttls")}
    return {**CLOSED, **known, **quiet}


TABLE: dict[str, dict[str, Expected]] = {
    "RELAY_CLOSED": {**MAIL, **OWN_NAME, **ALL_PORTS},
    "RELAY_CLOSED6": {**MAIL, **OWN_NAME, **ALL_PORTS},
    "RELAY_OPEN": {**MAIL, **POSSIBLE},
    "RELAY_OPEN6": {**MAIL, **POSSIBLE},
    "RELAY_LOCAL_SENDER": {**MAIL, **POSSIBLE},
    "RELAY_CATCH_ALL": MAIL,
    # Before DATA nobody can tell it from an open relay, and this check does not say that it is one.
    "RELAY_DATA_REJECT": {**MAIL, **POSSIBLE, "mail.starttls": ("warn", {"STARTTLS_NOT_OFFERED"})},
    "RELAY_GREYLIST": {**MAIL, "exposure.relay": ("inconclusive", {"RELAY_TRY_LATER", "RELAY_NO_SERVICE"})},
    "RELAY_SLOW": MAIL,
    "SECURE_MAIL": {**MAIL, **OWN_NAME, "mail.dane": ("pass", {"DANE_OK"})},
    "SECURE_MAIL2": {**MAIL, **OWN_NAME, "mail.dane": ("fail", {"DANE_MISMATCH"})},
    "RESOLVER_OPEN": RESOLVES,
    "RESOLVER_OPEN6": RESOLVES,
    "RESOLVER_REFUSING": NAME_SERVER,
    "RESOLVER_SILENT": {
        "exposure.resolver": ("inconclusive", {"RESOLVER_NO_ANSWER"}),
        "exposure.amplifier": ("inconclusive", {"AMPLIFIER_NO_ANSWER"}),
    },
    "DNS_AUTHORITATIVE": NAME_SERVER,
    "DNS_NO_RECURSION": NAME_SERVER,
    # The laboratory's root answers about every name with authority, because it has it.
    "ROOT": {**NAME_SERVER, "exposure.resolver": ("warn", {"RESOLVER_CLAIMS_AUTHORITY"})},
    "TLD": NAME_SERVER,
    "AUTH1": NAME_SERVER,
    "AUTH2": NAME_SERVER,
    "RESOLVER": RESOLVES,
    "PROXY_OPEN": PROXY,
    "PROXY_CLOSED": NO_PROXY,
    "SOCKS_OPEN": PROXY,
    "SOCKS_PASSWORD": NO_PROXY,
    "WEB_SERVER": NO_PROXY,
    "REDIS_OPEN": {"exposure.services": ("fail", {"SERVICES_REDIS_OPEN"})},
    "REDIS_PASSWORD": {"exposure.services": ("warn", {"SERVICES_DATABASE_REACHABLE"})},
    "MEMCACHED": {
        "exposure.services": ("fail", {"SERVICES_MEMCACHED_OPEN"}),
        "exposure.amplifier": ("fail", {"AMPLIFIER_MEMCACHED"}),
    },
    "NTP_QUERIES": {"exposure.amplifier": ("fail", {"AMPLIFIER_NTP_READVAR", "AMPLIFIER_REST_SILENT"})},
    "NTP_RESTRICTED": {"exposure.amplifier": ("inconclusive", {"AMPLIFIER_NO_ANSWER"})},
    "SNMP_PUBLIC": {"exposure.amplifier": ("fail", {"AMPLIFIER_SNMP_PUBLIC"})},
    "SNMP_OTHER": {"exposure.amplifier": ("inconclusive", {"AMPLIFIER_NO_ANSWER"})},
    "DROPPED_PORT25": {
        "exposure.relay": ("inconclusive", {"RELAY_NO_ANSWER", "RELAY_NO_SERVICE"}),
        "mail.helo": ("inconclusive", {"HELO_NO_ANSWER"}),
        "mail.starttls": ("inconclusive", {"STARTTLS_NO_ANSWER"}),
    },
    "REJECTING": {},
    "SILENT": nothing_known("HOST_SILENT"),
    "DNS_NOBODY": nothing_known("HOST_SILENT"),
    "PROHIBITED": nothing_known("CUT_OFF"),
    "CONTROL1": MAIL,
    "CONTROL2": MAIL,
}
CASES = [
    (group, server, check, *{**CLOSED, **TABLE[server]}[check])
    for group, servers in GROUPS.items()
    for server in servers
    if server in SERVERS
    for check in CLOSED
]


def test_every_server_has_its_row_and_is_audited_once() -> None:
    audited = [server for servers in GROUPS.values() for server in servers if server in SERVERS]
    assert sorted(audited) == sorted(TABLE)
    assert set(SERVERS) - set(TABLE) == {"OUTSIDE_MX", "OUTSIDE_MX6", "OUTSIDE_WEB", "OUTSIDE_SPF"}
    assert all(sum(server in SERVERS for server in servers) <= 16 for servers in GROUPS.values())


@pytest.mark.parametrize(("group", "server", "check", "outcome", "tags"), CASES, ids=[f"{c[1]}-{c[2]}" for c in CASES])
def test_server(runs: Runs, group: str, server: str, check: str, outcome: str, tags: set[str]) -> None:
    assert runs.group(group).outcome(check, server) == (outcome, tags)


@pytest.mark.parametrize("domain", ["shop.test", "secure.test"])
def test_role_addresses(runs: Runs, domain: str) -> None:
    assert runs.group("mail").outcome("mail.contacts", domain) == ("pass", {"CONTACTS_TAKEN"})


@pytest.mark.parametrize("group", list(GROUPS))
def test_vantage(runs: Runs, group: str) -> None:
    run = runs.group(group)
    assert run.code == 1
    assert run.outcome("vantage.port25", "case") == ("pass", {"PORT25_OPEN_HERE"})
    assert run.outcome("vantage.inside", "case") == ("pass", {"VANTAGE_OUTSIDE", "VANTAGE_SEEN_AS"})
    assert run.outcome("vantage.dns", "case") == ("pass", {"VANTAGE_DNS_OK"})


# --- Places from which nothing may be concluded ---

PLACES = (
    "shop.test",
    "secure.test",
    "RELAY_CLOSED",
    "RELAY_OPEN",
    "RELAY_DATA_REJECT",
    "SECURE_MAIL",
    "SECURE_MAIL2",
    "RESOLVER_OPEN",
    "REJECTING",
)
PORT25 = ("exposure.relay", "mail.helo", "mail.starttls", "mail.contacts")


def seen_from(runs: Runs, *checks: str) -> Run:
    runs.group("mail")  # the audits from a good place must be over before the place gets worse
    return runs.audit(PLACES, "--only", ",".join(("vantage", *checks)), *AUTHORITY)


def only_inconclusive(run: Run, *checks: str) -> None:
    for check in checks:
        found = run.outcomes(check)
        assert found
        assert set(found.values()) <= {"inconclusive", "not-run"}, (check, found)


def test_where_port_25_is_blocked(runs: Runs) -> None:
    runs.group("mail")
    with runs.lab.blocked_port25():
        run = seen_from(runs, *PORT25, "mail.dane", "exposure.resolver")
    assert run.outcome("vantage.port25", "case") == ("inconclusive", {"PORT25_BLOCKED_HERE"})
    only_inconclusive(run, *PORT25)
    for server in ("RELAY_OPEN", "RELAY_DATA_REJECT", "REJECTING"):
        assert run.outcome("exposure.relay", server)[1] == {"RELAY_PORT25_BLOCKED_HERE", "RELAY_NO_SERVICE"}
    # Ports 465 and 587 could be asked, and said no; that is no answer for port 25.
    assert run.outcome("exposure.relay", "RELAY_CLOSED")[1] == {"RELAY_PORT25_BLOCKED_HERE", "RELAY_REFUSED"}
    assert run.outcome("mail.helo", "RELAY_OPEN")[1] == {"HELO_PORT25_BLOCKED_HERE"}
    assert run.outcome("mail.starttls", "RELAY_OPEN")[1] == {"STARTTLS_PORT25_BLOCKED_HERE"}
    assert run.outcome("mail.dane", "SECURE_MAIL2") == ("inconclusive", {"DANE_PORT25_BLOCKED_HERE"})
    assert run.outcome("mail.contacts", "secure.test")[1] == {"CONTACTS_PORT25_BLOCKED_HERE"}
    assert run.outcome("exposure.resolver", "RESOLVER_OPEN") == ("fail", {"RESOLVER_OPEN"})


def test_where_another_server_answers_on_port_25(runs: Runs) -> None:
    runs.group("mail")
    with runs.lab.intercepted_smtp():
        run = seen_from(runs, *PORT25, "mail.dane")
    assert run.outcome("vantage.port25", "case") == ("inconclusive", {"PORT25_INTERCEPTED_HERE"})
    only_inconclusive(run, *PORT25)
    for server in PLACES[2:]:
        assert run.outcome("exposure.relay", server)[1] == {"RELAY_PORT25_INTERCEPTED"}
        assert run.outcome("mail.helo", server)[1] == {"HELO_PORT25_BLOCKED_HERE"}
    assert run.outcome("mail.dane", "SECURE_MAIL2") == ("inconclusive", {"DANE_PORT25_BLOCKED_HERE"})


def test_where_another_server_answers_on_port_53(runs: Runs) -> None:
    runs.group("mail")
    with runs.lab.intercepted_dns():
        run = seen_from(runs, "exposure.resolver", "exposure.amplifier", "exposure.services")
    outcome, tags = run.outcome("vantage.dns", "case")
    assert (outcome, "VANTAGE_DNS_INTERCEPTED" in tags) == ("inconclusive", True)
    only_inconclusive(run, "exposure.resolver", "exposure.amplifier")
    for server in PLACES[2:]:
        assert run.outcome("exposure.resolver", server)[1] == {"RESOLVER_PORT53_INTERCEPTED"}
        assert run.outcome("exposure.amplifier", server)[1] == {"AMPLIFIER_NOT_ASKED"}
        assert run.outcome("exposure.services", server)[0] == "pass"


def test_on_the_server_itself(runs: Runs) -> None:
    """Nobody needs to state anything there, and nothing is believed there either."""
    servers = ("RELAY_OPEN", "RESOLVER_OPEN", "PROXY_OPEN", "REDIS_OPEN", "SNMP_PUBLIC")
    runs.group("mail")
    run = runs.audit(servers, "--only", "exposure,vantage.inside", namespace=runs.lab.servers)
    assert run.outcome("vantage.inside", "case") == ("inconclusive", {"VANTAGE_INSIDE", "VANTAGE_SEEN_AS"})
    for check in (c for c in CLOSED if c.startswith("exposure")):
        only_inconclusive(run, check)
        for server in servers:
            assert run.outcome(check, server)[1] == {check.partition(".")[2].upper() + "_INSIDE"}


# --- A relay is proven by a message that arrived ---

OPEN = ("RELAY_OPEN", "RELAY_OPEN6", "RELAY_LOCAL_SENDER")
NOT_OPEN = ("RELAY_CLOSED", "RELAY_CATCH_ALL", "RELAY_DATA_REJECT", "RELAY_GREYLIST", "RELAY_SLOW")


@pytest.fixture(scope="session")
def delivered(runs: Runs) -> tuple[Run, Path, list[str]]:
    """The audit that may send a message through each server, its files, and what is in the mailbox then."""
    runs.group("mail")
    # Not one of the audits without the request sent anything: Postfix counts commands when a client leaves.
    assert messages(runs.lab.folder) == []
    log = (runs.lab.folder / "postfix-mail.log").read_text("utf-8")
    assert " rcpt=" in log
    assert " data=" not in log
    out = runs.lab.folder / "out"
    settings = confirming(runs.lab.folder, runs.lab.settings)
    options = ("--only", "exposure.relay", "--confirm-relay", "--out", str(out))
    run = runs.audit((*OPEN, *NOT_OPEN), *options, *AUTHORITY, settings=settings)
    return run, out / "evidence.json", messages(runs.lab.folder, len(OPEN))


def judged(evidence: Path, *arrived: str) -> Run:
    options = [option for token in arrived for option in ("--arrived", token)]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "selfaudit", "judge", str(evidence), *options, "--json", "-"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    return Run(done.returncode, json.loads(done.stdout))


def test_before_anybody_looked_into_the_mailbox(delivered: tuple[Run, Path, list[str]]) -> None:
    run, evidence, _mails = delivered
    for again in (run, judged(evidence)):
        for server in OPEN:
            assert again.outcome("exposure.relay", server) == ("warn", {"RELAY_HANDED_OVER"})
        assert again.outcome("exposure.relay", "RELAY_DATA_REJECT") == ("warn", {"RELAY_REJECTED_AT_DATA"})
        for server in ("RELAY_CLOSED", "RELAY_CATCH_ALL", "RELAY_SLOW"):
            assert again.outcome("exposure.relay", server)[0] == "pass"
        assert again.outcome("exposure.relay", "RELAY_GREYLIST")[0] == "inconclusive"


def test_one_message_went_through_each_open_relay(delivered: tuple[Run, Path, list[str]]) -> None:
    _run, evidence, mails = delivered
    assert len(mails) == len(OPEN)
    found = tokens(mails)
    assert sorted(found) == sorted(SERVERS[server] for server in OPEN)
    kept = evidence.read_text("utf-8")
    assert not [token for token in found.values() if token in kept]


def test_the_token_proves_the_relay_that_it_came_through(delivered: tuple[Run, Path, list[str]]) -> None:
    _run, evidence, mails = delivered
    found = tokens(mails)
    one = judged(evidence, found[SERVERS["RELAY_OPEN"]])
    assert one.code == 1
    assert one.outcome("exposure.relay", "RELAY_OPEN") == ("fail", {"RELAY_CONFIRMED"})
    assert one.outcome("exposure.relay", "RELAY_OPEN6") == ("warn", {"RELAY_HANDED_OVER"})
    every = judged(evidence, *found.values())
    for server in OPEN:
        assert every.outcome("exposure.relay", server) == ("fail", {"RELAY_CONFIRMED"})
    for server in NOT_OPEN:
        assert every.outcome("exposure.relay", server)[0] != "fail"


def test_another_token_proves_nothing(delivered: tuple[Run, Path, list[str]]) -> None:
    _run, evidence, _mails = delivered
    assert judged(evidence, "selfaudit-" + "0" * 20).outcome("exposure.relay", "RELAY_OPEN") == ("warn", {"RELAY_HANDED_OVER"})


def relay_sessions(evidence: Path, server: str) -> list[dict[str, Any]]:
    records = json.loads(evidence.read_text("utf-8"))["records"]
    (record,) = [r for r in records if r["request"]["kind"] == "smtp.relay" and r["request"]["subject"] == SERVERS[server]]
    sessions: list[dict[str, Any]] = record["fact"]["sessions"]
    return sessions


def test_the_transcript_is_evidence(delivered: tuple[Run, Path, list[str]]) -> None:
    _run, evidence, _mails = delivered
    for server in (*OPEN, *NOT_OPEN):
        session = next(s for s in relay_sessions(evidence, server) if s["port"] == 25)
        said = [(line["who"], line["text"]) for line in session["transcript"]]
        assert said[0][0] == "S"
        assert said[0][1].startswith("220 ")
        commands = [text for who, text in said if who == "C"]
        assert sum(text.startswith("RCPT TO:") for text in commands) <= 6
        assert not any(re.match(r"DATA|BDAT", text) for text in commands)
        assert commands[-1] == "QUIT"
