"""blocklist.domain."""

from __future__ import annotations

from selfaudit.facts.blocklist import DomainListings
from tests.checks.listings import scenarios

CHECK = "blocklist.domain"
SCENARIOS = scenarios(lambda answers: DomainListings("shop.test", tuple(answers)), "domain")
