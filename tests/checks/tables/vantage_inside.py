"""vantage.inside."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.vantage import Position
from tests.checks.build import Scenario, no, yes
from tests.checks.exposure import ADDRESS6, ITSELF, NO_ROUTE6, OUTSIDE, OUTSIDE6, surroundings

CHECK = "vantage.inside"
NOT_OK = ["VANTAGE_OUTSIDE"]
ROOM = "192.168.178.20"
WORLD = "93.184.215.14"


def real(address: str, source: str = ROOM, *egress: str, own: bool = False) -> Position:
    """A place in the real internet, where private addresses are private."""
    return Position(address, source, own, egress or (WORLD,))


def inside(*places: Position) -> Scenario:
    return Scenario(places[0].address, [surroundings(positions=places)], ["VANTAGE_INSIDE"], "inconclusive", NOT_OK)


def renamed(scenario: Scenario, name: str) -> Scenario:
    return replace(scenario, name=name)


FAR = real("9.9.9.9")

SCENARIOS = [
    Scenario("outside", [surroundings()], ["VANTAGE_OUTSIDE", "VANTAGE_SEEN_AS"], "pass", args={"addresses": ("198.51.100.7",)}),
    Scenario("at home, behind address translation", [surroundings(positions=(FAR, real("149.112.112.112")))], ["VANTAGE_OUTSIDE", "VANTAGE_SEEN_AS"], "pass"),
    Scenario("both families", [surroundings(positions=(OUTSIDE, OUTSIDE6))], ["VANTAGE_OUTSIDE"], "pass"),
    Scenario("no addresses named", [surroundings(positions=())], ["VANTAGE_OUTSIDE"], "pass", ["VANTAGE_SEEN_AS"]),
    renamed(inside(ITSELF), "the server itself"),
    renamed(inside(real(WORLD)), "the server is behind the same address"),
    renamed(inside(real("93.184.215.77")), "the neighbouring address, a second server"),
    renamed(inside(real("9.9.9.9", "9.9.9.77", "9.9.9.77")), "the same data centre network"),
    renamed(inside(real("9.9.9.9", ROOM, own=True)), "another address of this computer"),
    renamed(inside(real("192.168.178.5")), "the same local network"),
    renamed(inside(real("10.0.0.5", "10.8.0.2")), "a private address through a VPN"),
    renamed(inside(real("100.101.102.103", "100.64.0.9")), "an address of a carrier or of Tailscale"),
    renamed(inside(real("2620:fe::9", "2620:fe::77", "2620:fe::77")), "the same /64"),
    renamed(inside(real("fd00::5", "fd00:0:0:1::2")), "a unique local address"),
    Scenario("one inside, one outside", [surroundings(positions=(real(WORLD), FAR))], ["VANTAGE_INSIDE"], "inconclusive", NOT_OK),
    Scenario("no IPv6", [surroundings(positions=(OUTSIDE, NO_ROUTE6), ipv6=False)], ["VANTAGE_NO_IPV6", "VANTAGE_SEEN_AS"], "inconclusive", NOT_OK, {"address": ADDRESS6}),
    Scenario("a web filter", [surroundings(80, 443)], ["VANTAGE_WEB_INTERCEPTED"], "inconclusive", NOT_OK, {"ports": ("80", "443"), "address": "192.0.2.1"}),
    Scenario("a web filter and inside", [surroundings(8080, positions=(ITSELF,))], ["VANTAGE_WEB_INTERCEPTED", "VANTAGE_INSIDE"], "inconclusive", NOT_OK),
    Scenario(
        "nobody tells how the world sees us",
        [replace(surroundings(positions=(replace(FAR, egress=()),)), egress=(no("o-o.myaddr.l.google.com", "TXT", DnsStatus.TIMEOUT),))],
        ["VANTAGE_NOT_KNOWN"],
        "inconclusive",
        [*NOT_OK, "VANTAGE_SEEN_AS"],
    ),
    Scenario("no names that tell it", [surroundings(positions=(replace(FAR, egress=()),))], ["VANTAGE_NOT_KNOWN"], "inconclusive", NOT_OK),
    Scenario("the look-ups are there", [replace(surroundings(), egress=(yes("whoami.akamai.net", "A", "198.51.100.7"),))], ["VANTAGE_OUTSIDE"], "pass"),
]  # fmt: skip
