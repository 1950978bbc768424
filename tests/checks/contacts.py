"""Literal contacts for the table of registration.contacts: shown, withheld, a service's, and written over by registrars."""

from __future__ import annotations

from typing import Any

from selfaudit.case import Registrant
from tests.checks.registration import contact

FLOWERS: dict[str, Any] = {
    "name": "Änne Müller",
    "organization": "Blumenhof GmbH",
    "street": ("Hauptstraße 5",),
    "city": "München",
    "postal_code": "80331",
    "country": "DE",
    "email": ("Info@blumenhof.test",),
    "phone": ("+49.89123456",),
}
# The same, written as people do.
DECLARED = Registrant(
    name="Mueller, Aenne",
    organization="GmbH Blumenhof",
    street="Hauptstr. 5",
    city="Munich",
    postal_code="D-80331",
    country="Deutschland",
    email="info@Blumenhof.test",
    phone="+49 (0)89 12 34 56",
)
HIDDEN = contact(withheld=("name", "organization", "street", "email", "phone"), country="DE", region="BY")
PROXY = contact(
    name="Registration Private",
    organization="Domains By Proxy, LLC",
    street=("test",),
    country="US",
    email=("0123456789abcdef@domainsbyproxy.com",),
)
TECHNICAL = contact("technical", name="asdf", email=("noc@gone.test",))
# What Tucows and eNom write over a contact.
OVERWRITTEN: dict[str, Any] = {
    "name": "Data Protected Data Protected",
    "organization": "Data Protected",
    "street": ("123 Data Protected",),
    "city": "Toronto",
    "region": "ON",
    "postal_code": "M4K 1B3",
    "country": "CA",
    "phone": ("+1.0000000000",),
    "email": ("noreply@data-protected.net",),
}
# What may stand beside a withheld name: all of it odd, and none of it declared.
NOT_MINE: dict[str, Any] = {
    "street": ("asdf",),
    "city": "Kirkland",
    "postal_code": "1",
    "country": "DE",
    "phone": ("+1.0000000000",),
    "email": ("none",),
}
MASK = ("gdpr-masking@gdpr-masked.com",)
WRITTEN_OVER: dict[str, dict[str, Any]] = {
    "all": {},
    "the holder's country": {"country": "DE"},
    "at the other address": {"city": "Kirkland", "postal_code": "98033", "country": "UNITED STATES"},
    "only the name": {"organization": "", "email": ()},
    "only the organisation": {"name": "", "email": ()},
    "only the mail address": {"name": "", "organization": ""},
    "a name beside the mail address": {"name": "Erika Weber", "organization": ""},
    "masked": {
        "name": "GDPR Masked",
        "organization": "GDPR Masked",
        "country": "GDPR Masked",
        "postal_code": "0",
        "email": MASK,
    },
    "masked, only the mail address": {"name": "", "organization": "", "country": "DE", "email": MASK},
    "private person": {"name": "Private Person", "organization": "", "country": "DE", "email": ()},
    "agent": {"name": "WHOIS AGENT", "organization": "", "country": "DE", "email": ()},
}
WITHHELD: dict[str, dict[str, Any]] = {
    "by its words": {"name": "REDACTED FOR PRIVACY"},
    "an organisation by its words": {"organization": "Data Redacted"},
    "by the answer": {"withheld": ("name",)},
    "an organisation by the answer": {"withheld": ("organization",)},
    "by the answer, all of it": {"withheld": ("contact",)},
}
