"""Addresses that a case names only through MX, CNAME, redirects and SPF never get a packet; a counter in the network tells."""

from __future__ import annotations

import json
import signal
import sys
import time

import pytest

from tests.lab.exposed import (
    AUTH1,
    OUTSIDE,
    OUTSIDE_MX,
    OUTSIDE_MX6,
    OUTSIDE_SPF,
    OUTSIDE_WEB,
    RELAY_CLOSED,
    RELAY_OPEN,
    WEB_SERVER,
)
from tests.lab.runs import AUTHORITY, Run, Runs

pytestmark = pytest.mark.lab

ACTIVE = (
    "exposure.relay", "exposure.resolver", "exposure.proxy", "exposure.amplifier", "exposure.services", "mail.helo", "mail.starttls",
    "mail.dane",
)  # fmt: skip
ASK = f"""
import dns.message, dns.query, sys
print(dns.query.udp(dns.message.make_query(sys.argv[1], "TXT"), "{AUTH1}", timeout=2).answer)
"""
SEND = """
import socket, sys
with socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM) as line:
    line.sendto(b"one", (sys.argv[1], 9))
"""


def publish(runs: Runs, domain: str) -> None:
    """Puts the challenge record of this installation into the domain's zone, and waits until it is served."""
    planned = runs.selfaudit("plan", domain, "--settings", str(runs.lab.settings), "--json", "-")
    assert planned.stderr == "", planned.stderr
    (challenge,) = json.loads(planned.stdout)["challenges"]
    zone = runs.lab.folder / f"{domain}.zone"
    zone.write_text(f'{zone.read_text("utf-8")}{challenge["name"]}. 300 IN TXT "{challenge["token"]}"\n', "utf-8")
    (server,) = [d for d in runs.lab.daemons if isinstance(d.args, list) and str(d.args[-1]).endswith("/auth.conf")]
    server.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while challenge["token"] not in runs.lab.run(sys.executable, "-c", ASK, challenge["name"]).stdout:
        assert time.monotonic() < end, "the name server does not serve the new record"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def proven(runs: Runs) -> tuple[int, Run, int]:
    """(packets before, an audit of a proven domain with nothing stated, packets after)."""
    publish(runs, "proven.test")
    before = runs.lab.outside_packets()
    run = runs.audit(("proven.test",))
    return before, run, runs.lab.outside_packets()


def authority(run: Run) -> dict[str, str]:
    found: dict[str, str] = run.data["authority"]
    return found


def test_with_stated_authority(runs: Runs) -> None:
    """shop.test names outside addresses as mail host, as alias and in its SPF record."""
    run = runs.group("mail")
    for address in (OUTSIDE_MX, OUTSIDE_MX6, OUTSIDE_SPF):
        for check in ACTIVE:
            assert run.outcome(check, address) == ("not-run", set()), (check, address)
    assert runs.lab.outside_packets() == 0


def test_without_any_authority(runs: Runs) -> None:
    before = runs.lab.outside_packets()
    run = runs.audit(("shop.test", "RELAY_OPEN"))
    for check in ACTIVE:
        assert set(run.outcomes(check).values()) == {"not-run"}
    assert run.outcome("mail.contacts", "shop.test")[0] == "not-run"
    assert runs.lab.outside_packets() == before


def test_with_a_proven_domain(proven: tuple[int, Run, int]) -> None:
    before, run, after = proven
    assert after == before == 0
    # The domain's own host is covered by the proof and was asked; so it was not for want of authority.
    assert run.outcome("exposure.relay", RELAY_CLOSED)[0] == "pass"
    # Both hosts that come before its own lead outside, so what its own says is not what people meet first.
    contacts = ("inconclusive", {"CONTACTS_TAKEN", "CONTACTS_PREFERRED_HOST_NOT_ASKED"})
    assert run.outcome("mail.contacts", "proven.test") == contacts
    assert run.outcome("mail.mta-sts", "proven.test")[1] == {"MTA_STS_REDIRECT"}
    for check in ACTIVE:
        others = {target: outcome for target, outcome in run.outcomes(check).items() if target != RELAY_CLOSED}
        assert set(others.values()) <= {"not-run"}, (check, others)


def test_the_record_of_what_was_sent_says_the_same(runs: Runs, proven: tuple[int, Run, int]) -> None:
    for run in (runs.group("mail"), proven[1]):
        receivers = {sent["address"] for sent in run.data["sent"]}
        assert receivers
        assert receivers.isdisjoint(OUTSIDE)
    assert WEB_SERVER in {sent["address"] for sent in proven[1].data["sent"]}


def test_a_stated_name_covers_no_alias_to_others(runs: Runs) -> None:
    """The same domain without proof: its own mail host was not named, so not even that is asked."""
    before = runs.lab.outside_packets()
    run = runs.audit(("secure.test", "REJECTING"), *AUTHORITY)
    assert run.outcome("mail.contacts", "secure.test")[0] == "not-run"
    assert runs.lab.outside_packets() == before


@pytest.mark.parametrize("address", [OUTSIDE_WEB, OUTSIDE_MX6])
def test_the_counter_counts(runs: Runs, proven: tuple[int, Run, int], address: str) -> None:
    before = runs.lab.outside_packets()
    assert runs.lab.run(sys.executable, "-c", SEND, address).returncode == 0
    assert runs.lab.outside_packets() > before


def test_the_counter_counts_what_the_audit_sends(runs: Runs, proven: tuple[int, Run, int]) -> None:
    """Named as a target, an outside address is asked, and the counter sees it."""
    before = runs.lab.outside_packets()
    run = runs.audit(("OUTSIDE_MX", RELAY_OPEN), "--only", "exposure.services", *AUTHORITY)
    assert run.outcome("exposure.services", OUTSIDE_MX)[0] not in ("not-run", "bug")
    assert runs.lab.outside_packets() > before
