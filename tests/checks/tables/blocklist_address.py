"""blocklist.address."""

from __future__ import annotations

from selfaudit.facts.blocklist import AddressListings
from tests.checks.listings import scenarios

CHECK = "blocklist.address"
SCENARIOS = scenarios(lambda answers: AddressListings("192.0.2.25", tuple(answers)), "ip4")
