"""Words that registries use: states of domains (EPP, RDAP), and texts that stand in place of data that is withheld."""

from __future__ import annotations

import re

# RFC 8056 section 2: EPP values (RFC 5731 section 2.3, RFC 3915 section 3.1) and what they are called in RDAP.
_EPP = {
    "ok": "active",
    "linked": "associated",
    "addperiod": "add period",
    "autorenewperiod": "auto renew period",
    "clientdeleteprohibited": "client delete prohibited",
    "clienthold": "client hold",
    "clientrenewprohibited": "client renew prohibited",
    "clienttransferprohibited": "client transfer prohibited",
    "clientupdateprohibited": "client update prohibited",
    "inactive": "inactive",
    "pendingcreate": "pending create",
    "pendingdelete": "pending delete",
    "pendingrenew": "pending renew",
    "pendingrestore": "pending restore",
    "pendingtransfer": "pending transfer",
    "pendingupdate": "pending update",
    "redemptionperiod": "redemption period",
    "renewperiod": "renew period",
    "serverdeleteprohibited": "server delete prohibited",
    "serverhold": "server hold",
    "serverrenewprohibited": "server renew prohibited",
    "servertransferprohibited": "server transfer prohibited",
    "serverupdateprohibited": "server update prohibited",
    "transferperiod": "transfer period",
}
_ADDRESS = re.compile(r"\s*\(?\bhttps?://.*", re.DOTALL)
_NOTHING = re.compile(r"[\s.,;:*_/\-]+")
# What stands in place of the value: the whole text is nothing else. A name like "Redacted Films Ltd" is none of these.
_WHAT = "the|this|some|all|personal|private|registration|registrant|contact|data|information|name|e-?mail|address|phone|field|value|is|are"
_WHY = (
    "privacy|gdpr|rgpd|eu|the|user|registrant|registrar|registry|request|law|laws|applicable|policy|purposes|reasons|data|personal|"
    "protection|subject|dt"
)
_WITHHELD = re.compile(
    rf"(?:(?:{_WHAT}) )*"
    r"(?:redacted(?: (?:registrant|admin|tech|billing|contact))?|hidden|masked|withheld|undisclosed|restricted|confidential|rgpd|"
    r"not (?:publicly )?(?:disclosed|shown|displayed|published)|not available from registry|non-?disclosed|"
    r"non-?public data|private data|personal data|data protected, not disclosed|gdpr (?:masked|redacted)|statutory masking enabled)"
    rf"(?: (?:for|due to|by|upon|per|according to)(?: (?:{_WHY}))+)?"
    rf"(?: ?[|(-](?: ?(?:{_WHY})\b)+)?"
    r"(?: ?[-,;.] (?:please )?(?:visit|see|use) .*)?"
    r"|please (?:query|visit|see|use|contact) .*"
    r"|personal data,? can ?not be (?:publicly )?disclosed.*"
    r"|ano nymous",  # .fr, for every private holder
    re.IGNORECASE,
)
# Tucows and eNom write this over a whole contact, and put an address of their own there, in Canada or the United States.
_WRITTEN_OVER = re.compile(r"(?:[0-9]{1,5} )?data protected(?:,? data protected)*", re.IGNORECASE)
WRITTEN_OVER_COUNTRIES = frozenset({"CA", "US"})


def state(text: str) -> str:
    """A state as RDAP calls it: lower case with spaces. EPP names and the addresses that WHOIS adds to them are understood."""
    text = _ADDRESS.sub("", text[:200]).strip()
    key = re.sub(r"[\s_-]", "", text).lower()
    return _EPP.get(key, " ".join(text.replace("_", " ").lower().split()))


def is_withheld(text: str) -> bool:
    """Whether a text stands in place of a value that the registry does not give, for example "REDACTED FOR PRIVACY"."""
    text = _plain(text)
    return bool(text) and (_WITHHELD.fullmatch(text) or _WRITTEN_OVER.fullmatch(text)) is not None


def is_written_over(text: str) -> bool:
    """Whether a text stands in place of a name or an organisation in a contact of which nothing at all is the holder's.

    Even the country is not, if it is one of `WRITTEN_OVER_COUNTRIES`.
    """
    return _WRITTEN_OVER.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(text[:300].split()).strip(" .*!()[]<>-")


def is_empty(text: str) -> bool:
    """Whether a text holds nothing but punctuation."""
    return not _NOTHING.sub("", text[:300])
