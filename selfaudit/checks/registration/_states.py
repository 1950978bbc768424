"""The states of domains, sorted by what they mean for whoever uses the domain.

Only a state that is named here may lead to a pass; whatever a registry invents besides has to be looked at by a person.

References:
    RFC 5731 section 2.3; RFC 3915 section 3.1; RFC 8056 section 2; RFC 9083 section 10.2.2.
"""

from __future__ import annotations

_CHANGING = ("transfer", "update", "delete")

# The domain expired or was deleted, and is about to be lost.
ENDS = frozenset({"redemption period", "pending restore", "pending delete"})
# It is kept out of the DNS, or soon will be.
STOPS = ENDS | {"client hold", "server hold", "inactive"}
LOCKS = frozenset({"locked", *(f"{who}{what} prohibited" for who in ("client ", "") for what in _CHANGING)})
TRANSFER_LOCK = "server transfer prohibited"
SERVER_LOCKS = frozenset(f"server {what} prohibited" for what in _CHANGING)
RENEWALS = frozenset(f"{who}renew prohibited" for who in ("client ", "server ", ""))
CHANGES = frozenset(f"pending {what}" for what in ("transfer", "update", "create", "renew"))
PERIODS = frozenset(f"{what} period" for what in ("add", "renew", "transfer"))
# The registry adds a year at expiry by itself; the registrar can give it back for 45 days.
AUTO_RENEWED = "auto renew period"
# These say by themselves that the domain is in use, or what is wrong with it.
PLAIN = STOPS | LOCKS | SERVER_LOCKS | RENEWALS | CHANGES | PERIODS | {AUTO_RENEWED, "active", "associated", "validated"}
# About data that is not shown, which registration.contacts looks at.
PRIVACY = frozenset({"private", "proxy", "obscured", "removed"})
# Words of single registries for a domain that is in order, or that is protected from changes.
HARMLESS = frozenset(
    {
        "registered", "delegated", "verified", "connect", "connected", "published", "assigned", "in use", "in zone", "paid",
        "paid and in zone", "dom ok", "transfer locked", "transfer allowed", "registrar lock", "registrar locked", "registrarlock",
        "update forbidden", "deletion forbidden", "sponsoring registrar change forbidden", "sponsor change prohibited",
        "transferprohibited", "updateprohibited", "deleteprohibited",
    }
)  # fmt: skip
