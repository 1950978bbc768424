"""Registration and routing against nginx, socat, nsd and unbound; and 200 domains at a registry that limits its questions."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from selfaudit.case import HOSTED, Case, Target
from selfaudit.engine import Audit, run_audit
from selfaudit.engine.events import Event, Progress, RunStarted, ignore
from selfaudit.facts import Request
from selfaudit.facts.registration import DomainRegistration, LookupOutcome, NetworkRegistration, Registered
from selfaudit.facts.routing import RouteOrigin, RouteValidity
from selfaudit.net import open_net
from selfaudit.probes import all_probes
from selfaudit.protocols import origin, rdap, rpki, whois
from selfaudit.report.registration_text import lines_about
from selfaudit.settings import load_settings
from tests.lab.registries import Asked, RegistryLaboratory
from tests.lab.registry_answers import CROWD, CURT, KNOWN_RATE, PATIENT

pytestmark = pytest.mark.lab

ROUTED, MISROUTED, UNROUTED, SIX = "198.18.7.25", "198.18.8.25", "198.18.9.25", "2001:2::25"
CREATED, EXPIRES, CHANGED = 1422964800.0, 2085652800.0, 1768478400.0  # the laboratory's 2015-02-03, 2036-02-03, 2026-01-15


@pytest.fixture(scope="module")
def registries() -> Iterator[RegistryLaboratory]:
    """The daemons, started and, whatever happens, ended."""
    with tempfile.TemporaryDirectory(prefix="selfaudit-lab-", ignore_cleanup_errors=True) as folder:
        made = RegistryLaboratory(Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.stop()


def observe(lab: RegistryLaboratory, kind: str, subject: str) -> Any:
    """One observation as a run makes it."""

    async def work() -> object:
        net = open_net(load_settings(lab.settings))
        try:
            return await all_probes()[kind].collect(Request(kind, subject), net)
        finally:
            net.close()

    return asyncio.run(work())


def registration(lab: RegistryLaboratory, domain: str) -> DomainRegistration:
    """What is seen of a domain."""
    fact = observe(lab, DomainRegistration.kind, domain)
    assert isinstance(fact, DomainRegistration)
    return fact


def outcomes(fact: DomainRegistration) -> list[tuple[str, str, str]]:
    """Protocol, server and outcome of everything that was asked."""
    return [(e.protocol, e.server, e.outcome.value) for e in fact.exchanges]


def audit(lab: RegistryLaboratory, case: Case, emit: Callable[[Event], None] = ignore, **limits: float) -> Audit:
    """A whole run, with other limits than the usual ones."""

    async def work() -> Audit:
        settings = load_settings(lab.settings)
        chosen = msgspec.structs.replace(settings, limits=msgspec.structs.replace(settings.limits, **limits))
        return await run_audit(case, open_net(chosen), emit=emit)

    return asyncio.run(work())


def logged(lab: RegistryLaboratory, host: str, count: int) -> list[Asked]:
    """The log of a host, once it has so many lines: it is written after the answer has left."""
    end = time.monotonic() + 10
    while len(lab.asked(host)) < count and time.monotonic() < end:
        time.sleep(0.05)
    return lab.asked(host)


def test_a_sound_domain_at_registry_and_registrar(registries: RegistryLaboratory) -> None:
    fact = registration(registries, "sound.test")
    assert outcomes(fact) == [("rdap", "rdap.nic.test", "answered"), ("rdap", "rdap.registrar.test", "answered")]
    assert fact.registry is not None
    assert fact.registrar is not None
    assert (fact.registry.domain, fact.registry.registered, fact.registry.registrar) == (
        "sound.test",
        Registered.YES,
        "Registrar Eins",
    )
    assert (fact.registry.created, fact.registry.expires, fact.registry.changed) == (CREATED, EXPIRES, CHANGED)
    assert fact.registry.states == ("active", "client transfer prohibited")
    assert fact.registry.name_servers == ("ns1.hosting.test", "ns2.hosting.test")
    assert fact.registry.abuse_email == ("abuse@registrar.test",)
    (owner,) = fact.registrar.contacts
    assert (owner.roles, owner.name, owner.organization) == (("registrant",), "Erika Muster", "Muster AG")
    assert (owner.email, owner.city, owner.postal_code) == (("owner@sound.test",), "Bern", "3011")
    assert [(m.domain, m.mx.records) for m in fact.mail] == [("sound.test", ("10 mail.hosting.test.",))]
    assert (fact.bootstrap.publication, fact.bootstrap.entry) == ("2026-11-01T00:00:00Z", "test")


def test_a_hold_and_a_name_that_nobody_has(registries: RegistryLaboratory) -> None:
    held, free = registration(registries, "held.test"), registration(registries, "free.test")
    assert held.registry is not None
    assert free.registry is not None
    assert held.registry.states == ("client hold", "client transfer prohibited")
    assert (free.exchanges[0].outcome, free.exchanges[0].code) == (LookupOutcome.NOT_FOUND, 404)
    assert free.registry.registered is Registered.NO
    # A page for people is no word of a registry (RFC 7480 section 5.3).
    astray = registration(registries, "astray.moved")
    assert (astray.exchanges[0].outcome, astray.exchanges[0].code) == (LookupOutcome.NOT_FOUND, 404)
    assert astray.registry is not None
    assert astray.registry.registered is Registered.UNKNOWN


def test_whois_where_no_rdap_server_is_named(registries: RegistryLaboratory) -> None:
    fact = registration(registries, "sound.thin")
    assert outcomes(fact) == [
        ("whois", "whois.iana.test", "answered"), ("whois", "whois.nic.test", "answered"), ("whois", "whois.registrar.test", "answered"),
    ]  # fmt: skip
    assert fact.registry is not None
    assert fact.registrar is not None
    assert (fact.registry.source, fact.registry.registered, fact.registry.registrar) == (
        "whois",
        Registered.YES,
        "Registrar Eins",
    )
    assert (fact.registry.created, fact.registry.expires, fact.registry.changed) == (CREATED, EXPIRES, CHANGED)
    assert fact.registry.states == ("client transfer prohibited",)
    assert fact.registry.name_servers == ("ns1.hosting.test", "ns2.hosting.test")
    (owner,) = [c for c in fact.registrar.contacts if "registrant" in c.roles]
    assert (owner.name, owner.organization, owner.email) == ("Erika Muster", "Muster AG", ("owner@sound.test",))
    free = registration(registries, "free.thin")
    assert free.registry is not None
    assert free.registry.registered is Registered.NO


def test_whois_where_rdap_does_not_take_the_question(registries: RegistryLaboratory) -> None:
    fact = registration(registries, "sound.absent")
    assert outcomes(fact) == [
        ("rdap", "rdap.absent.test", "not-supported"), ("whois", "whois.iana.test", "answered"), ("whois", "whois.nic.test", "answered"),
    ]  # fmt: skip
    assert fact.registry is not None
    assert fact.registry.registered is Registered.YES


def test_a_redirect_to_another_registry_is_followed(registries: RegistryLaboratory) -> None:
    fact = registration(registries, "here.moved")
    (exchange,) = fact.exchanges
    assert (exchange.outcome, exchange.server) == (LookupOutcome.ANSWERED, "rdap.second.test")
    assert exchange.redirects == ("https://rdap.second.test/domain/here.moved",)
    assert fact.registry is not None
    assert fact.registry.domain == "here.moved"


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("plain.moved", "http://rdap.second.test/domain/plain.moved"),
        ("inside.moved", "https://127.0.0.1/domain/inside.moved"),
        ("ring.moved", "https://rdap.moved.test/domain/ring.moved"),
        ("away.moved", "https://stranger.test/domain/away.moved"),
    ],
)
def test_a_redirect_to_anywhere_else_is_not(registries: RegistryLaboratory, name: str, leads_to: str) -> None:
    before = len(registries.asked("stranger.test"))
    fact = registration(registries, name)
    assert fact.exchanges[0].outcome is LookupOutcome.REDIRECT_REFUSED
    assert fact.exchanges[0].redirects[-1] == leads_to
    assert fact.exchanges[0].detail != ""
    assert fact.registry is None
    assert len(registries.asked("stranger.test")) == before


@pytest.mark.parametrize(
    ("name", "outcome"), [("sound.wrong", "tls-failed"), ("sound.ill", "unavailable"), ("sound.closed", "connection-failed")]
)
def test_what_goes_wrong_on_the_way_says_nothing_of_the_domain(registries: RegistryLaboratory, name: str, outcome: str) -> None:
    fact = registration(registries, name)
    assert outcomes(fact)[0][2] == outcome
    assert fact.registry is None
    assert fact.registrar is None
    assert registries.asked("rdap.wrong.test") == []


def test_networks_and_their_routes(registries: RegistryLaboratory) -> None:
    four, six = observe(registries, NetworkRegistration.kind, ROUTED), observe(registries, NetworkRegistration.kind, SIX)
    assert isinstance(four, NetworkRegistration)
    assert isinstance(six, NetworkRegistration)
    assert four.network is not None
    assert six.network is not None
    assert (four.network.prefixes, four.network.holder, four.network.name) == (
        ("198.18.7.0/24",),
        "Hosting Eins AG",
        "HOSTING-EINS",
    )
    assert (six.network.prefixes, six.network.abuse_email) == (("2001:2::/48",), ("abuse@hosting.test",))
    assert [m.mx.records for m in four.mail] == [("10 mail.hosting.test.",)]
    routes = {a: observe(registries, RouteOrigin.kind, a) for a in (ROUTED, MISROUTED, UNROUTED, SIX)}
    found = {a: [(r.prefix, r.origins) for r in origin.read(fact.origin.texts())[0]] for a, fact in routes.items()}
    assert found == {
        ROUTED: [("198.18.7.0/24", (64500,))], MISROUTED: [("198.18.8.0/24", (64501,))], UNROUTED: [], SIX: [("2001:2::/48", (64500,))],
    }  # fmt: skip
    assert [origin.read_name(n.texts()[0]) for n in routes[ROUTED].names] == ["HOSTING-EINS, CH"]
    for address, state in ((ROUTED, "valid"), (MISROUTED, "invalid"), (SIX, "not-found")):
        fact = observe(registries, RouteValidity.kind, address)
        assert isinstance(fact, RouteValidity)
        assert [rpki.read(q.fetch.body).state for q in fact.questions] == [state]


def test_the_commands_of_the_report_say_the_same(registries: RegistryLaboratory) -> None:
    """They run exactly as they are printed, with Debian's curl and whois."""
    fact = registration(registries, "sound.test")
    first, second = (command for command, _answer in lines_about(fact) if command)
    assert rdap.read(registries.run(first).encode()) == fact.registry
    assert rdap.read(registries.run(second).encode()) == fact.registrar
    moved = registration(registries, "here.moved")
    assert rdap.read(registries.run(next(lines_about(moved))[0]).encode()) == moved.registry
    thin = registration(registries, "sound.thin")
    _root, asked, at_registrar = (command for command, _answer in lines_about(thin) if command)
    assert asked == "whois -h whois.nic.test sound.thin"
    assert whois.parse(registries.run(asked), "sound.thin", "whois.nic.test") == thin.registry
    assert whois.parse(registries.run(at_registrar), "sound.thin", "whois.registrar.test") == thin.registrar
    network = observe(registries, NetworkRegistration.kind, ROUTED)
    assert rdap.read_network(registries.run(next(lines_about(network))[0]).encode()) == network.network
    valid = observe(registries, RouteValidity.kind, ROUTED)
    assert rpki.read(registries.run(next(lines_about(valid))[0])) == rpki.read(valid.questions[0].fetch.body)


def test_the_lists_are_asked_for_again_by_their_etags(registries: RegistryLaboratory, tmp_path: Path) -> None:
    before = len(registries.asked("data.iana.test"))
    first = registration(registries, "sound.test")
    assert first.bootstrap.source == "fetched"
    assert registration(registries, "sound.test").bootstrap.source == "cache"  # it is of today
    assert len(logged(registries, "data.iana.test", before + 1)) == before + 1
    for kept in (tmp_path / "home/cache/rdap").glob("*.json"):
        os.utime(kept, (kept.stat().st_atime, kept.stat().st_mtime - 2 * 86_400))
    again = registration(registries, "sound.test")
    asked = logged(registries, "data.iana.test", before + 2)[before:]
    assert [(a.path, a.status) for a in asked] == [("/rdap/dns.json", 200), ("/rdap/dns.json", 304)]
    assert asked[0].etag == "-"
    assert asked[1].etag not in ("", "-")
    assert again.bootstrap.source == "cache"
    assert again.registry == first.registry
    assert registration(registries, "sound.test").bootstrap.source == "cache"  # of today again
    assert len(registries.asked("data.iana.test")) == before + 2


def test_200_domains_at_a_registry_whose_limit_is_known(registries: RegistryLaboratory) -> None:
    """None is refused, none is given up, although all together take longer than one observation may."""
    case = Case(tuple(Target("domain", name, HOSTED) for name in CROWD), only=("registration.status",), laboratory=True)
    events: list[Event] = []
    made = audit(registries, case, events.append, registry_rate=float(KNOWN_RATE), check_deadline=6.0)
    facts = [r.fact for r in made.evidence.records if r.request.kind == DomainRegistration.kind]
    assert len(facts) == 200
    assert {type(f) for f in facts} == {DomainRegistration}
    assert {(f.domain, f.registry.registered) for f in facts if isinstance(f, DomainRegistration) and f.registry} == {
        (name, Registered.YES) for name in CROWD
    }
    assert {(e.outcome, e.attempts) for f in facts if isinstance(f, DomainRegistration) for e in f.exchanges} == {
        (LookupOutcome.ANSWERED, 1)
    }
    log = logged(registries, "rdap.limited.test", 200)
    assert Counter(a.status for a in log) == {200: 200}
    assert {a.path for a in log} == {f"/domain/{name}" for name in CROWD}
    (started,) = [e for e in events if isinstance(e, RunStarted)]
    seen = [(e.done, e.total) for e in events if isinstance(e, Progress) and e.subject]
    assert started.total >= 200
    assert seen == [(number, started.total) for number in range(1, started.total + 1)]
    assert {(r.target, str(r.outcome)) for r in made.results if r.check == "registration.status"} == {
        (name, "pass") for name in CROWD
    }


@pytest.mark.parametrize(("names", "host", "retry_after"), [(PATIENT, "rdap.patient.test", "1"), (CURT, "rdap.curt.test", "-")])
def test_a_registry_that_takes_fewer_than_we_thought(
    registries: RegistryLaboratory, names: tuple[str, ...], host: str, retry_after: str
) -> None:
    """It refuses some, is asked more slowly, and answers about all in the end."""
    case = Case(tuple(Target("domain", name, HOSTED) for name in names), only=("registration.status",), laboratory=True)
    made = audit(registries, case, check_deadline=3.0)
    facts = [r.fact for r in made.evidence.records if r.request.kind == DomainRegistration.kind]
    assert len(facts) == len(names)
    assert {f.registry.registered for f in facts if isinstance(f, DomainRegistration) and f.registry} == {Registered.YES}
    assert {tuple(e.outcome for e in f.exchanges) for f in facts if isinstance(f, DomainRegistration)} == {
        (LookupOutcome.ANSWERED,)
    }
    attempts = sum(e.attempts for f in facts if isinstance(f, DomainRegistration) for e in f.exchanges)
    log = logged(registries, host, attempts)
    counts = Counter(a.status for a in log)
    assert counts[200] == len(names)
    assert 1 <= counts[429] == attempts - len(names)
    assert {a.retry_after for a in log if a.status == 429} == {retry_after}
    assert {str(r.outcome) for r in made.results if r.check == "registration.status"} == {"pass"}


# Whatever the way there does, nobody fails for it.
UNKNOWN = [f"{name}.moved" for name in ("plain", "inside", "ring", "away")] + [
    *(f"sound.{name}" for name in ("wrong", "ill", "closed")),
    "busy.thin",
]
SCENARIOS = [
    ("registration.status", "sound.test", "pass", "STATUS_OK"),
    ("registration.status", "held.test", "fail", "STATUS_CLIENT_HOLD"),
    ("registration.status", "free.test", "fail", "STATUS_NOT_REGISTERED"),
    ("registration.status", "sound.thin", "pass", "STATUS_OK"),
    ("registration.status", "sound.absent", "pass", "STATUS_OK"),
    ("registration.status", "here.moved", "pass", "STATUS_OK"),
    *(("registration.status", name, "inconclusive", "STATUS_UNKNOWN") for name in UNKNOWN),
    ("registration.expiry", "sound.test", "pass", "EXPIRY_OK"),
    ("registration.expiry", "sound.thin", "pass", "EXPIRY_OK"),
    *(("registration.expiry", name, "inconclusive", "EXPIRY_UNKNOWN") for name in UNKNOWN),
    ("registration.nameservers", "sound.test", "pass", "NAMESERVERS_AGREE"),
    *(("registration.nameservers", name, "inconclusive", "NAMESERVERS_UNKNOWN") for name in UNKNOWN),
    ("registration.contacts", "sound.test", "inconclusive", "CONTACTS_SHOWN"),
    ("registration.contacts", "sound.thin", "inconclusive", "CONTACTS_SHOWN"),
    *(("registration.contacts", name, "inconclusive", "CONTACTS_UNANSWERED") for name in UNKNOWN),
    ("registration.network", ROUTED, "pass", "NETWORK_CONTACT_SHOWN"),
    ("registration.network", SIX, "pass", "NETWORK_CONTACT_SHOWN"),
    ("registration.network", UNROUTED, "inconclusive", "NETWORK_UNKNOWN"),
    ("routing.origin", ROUTED, "pass", "ROUTE_ANNOUNCED"),
    ("routing.origin", UNROUTED, "warn", "ROUTE_NOT_ANNOUNCED"),
    ("routing.rpki", ROUTED, "pass", "RPKI_VALID"),
    ("routing.rpki", MISROUTED, "fail", "RPKI_INVALID"),
]


@pytest.fixture(scope="module")
def judged(registries: RegistryLaboratory) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """Check and target -> outcome and tags of an audit, run as a person would run it."""
    targets = list(dict.fromkeys(target for _check, target, _outcome, _tag in SCENARIOS))
    command = [sys.executable, "-W", "error", "-m", "selfaudit", "audit", *targets, "--only", "registration,routing"]
    done = subprocess.run(
        [*command, "--settings", str(registries.settings), "--json", "-"],
        env={**os.environ, "SELFAUDIT_HOME": str(registries.folder / "home"), "SELFAUDIT_LANGUAGE": "en"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert {sent["address"].partition(".")[0] for sent in data["sent"]} == {"127"}
    return {(r["check"], r["target"]["value"]): (r["outcome"], {f["tag"] for f in r["findings"]}) for r in data["results"]}


@pytest.mark.parametrize(("check", "target", "outcome", "tag"), SCENARIOS)
def test_outcome(judged: dict[tuple[str, str], tuple[str, set[str]]], check: str, target: str, outcome: str, tag: str) -> None:
    got, tags = judged[check, target]
    assert tag in tags
    assert got == outcome
