"""From the statements of a WHOIS answer to the fields of a registration: which key means what, whose part of an address it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from selfaudit.protocols.bootstrap import a_labels
from selfaudit.protocols.registry_words import is_empty, is_withheld, state
from selfaudit.protocols.whois_dates import Habits, moment
from selfaudit.protocols.whois_text import Entry, host, whole_host

_MAX_VALUE = 300
_MAX_VALUES = 50
_MAX_NOTES = 10
_MAX_STATES = 30


def _table(names: Mapping[str, str]) -> dict[str, str]:
    return {key: what for what, keys in names.items() for key in keys.split("|")}


# Keys that say something about the domain itself. ICANN's come first (Registry Agreement, specification 4), then those of others.
_DOMAIN = _table(
    {
        "domain": "domain name|domain|domain ace|domainname|domain name (utf8)|nom de domaine|nombre de dominio",
        "handle": "registry domain id|domain id|roid|norid handle",
        "registrar": "registrar|registrar name|sponsoring registrar|registration service provider|authorized agency|"
        "sponsoring registrar organization|current registrar",
        "registrar_id": "registrar iana id|sponsoring registrar iana id",
        "registrar_url": "registrar url|registrar website|registrar web|registrar info|registration service url",
        "whois_server": "registrar whois server|whois server",
        "abuse_email": "registrar abuse contact email|registrar abuse email|registrar contact email|abuse email",
        "abuse_phone": "registrar abuse contact phone|registrar abuse phone|abuse phone",
        "created": "creation date|created|created on|created date|record created on|registered|registered on|registered date|registration date|"
        "registration time|domain registration date|domain record activated|record created|first registration date|"
        "domain name commencement date|date de creation|fecha de creacion",
        "changed": "updated date|updated|last updated|last updated on|last updated date|last update|changed|modified|last modified|"
        "last modified date|modification date|updated on|update date|domain record last updated|record last updated on",
        "transferred": "transferred|last transferred|last transfer|transfer date",
        "expires": "registry expiry date|expiry date|expiration date|expires|expires on|expire date|expire|expiration time|"
        "paid till|renewal date|valid until|validity|domain expires|record expires on|domain expiration date",
        "registrar_expires": "registrar registration expiration date",
        "name_servers": "name server|name servers|nameserver|nameservers|nserver|hostname|host name|dns|serveur de noms",
        "states": "domain status|status|state|eppstatus|epp status|registration status|registry status|statut",
        "signed": "dnssec|signed|dnssec signed",
        "keys": "dnskey|ds rdata|dsrecord|signing key|keyset",
        "notes": "remarks|remark|status reason",
    }
)
_DATES = ("created", "changed", "transferred", "expires", "registrar_expires")
# These mean something else within the block of a person or company: "Created" there is the date of that block.
_DOMAIN_ONLY = frozenset((*_DATES, "domain", "states", "handle", "notes", "registrar_url"))

_PART = _table(
    {
        "name": "name|person|person loc|personname|contact|contact name|full name|nom",
        "organization": "organization|organization loc|organisation|org|company|company name|organization name|org name|owner",
        "email": "email|e mail|mail|contact email|holder email",
        "phone": "phone|telephone|tel|phone number|voice|holder phone|contact phone",
        "street": "street|street1|street2|street3|address|address loc|address1|address2|address3|street address|postal address|org address",
        "city": "city|city loc|locality|town",
        "region": "state/province|state|province|region|county",
        "postal code": "postal code|postal code loc|postalcode|postal|zip|zipcode|zip code|postcode",
        "country": "country|country loc|country code|countrycode|country/economy",
        "handle": "id|handle|nic hdl|nic hdl br|contact id",
        "anonymous": "anonymous",
    }
)
_PREFIXES = (
    ("registry registrant ", "registrant"),
    ("registry admin ", "administrative"),
    ("registry tech ", "technical"),
    ("registry billing ", "billing"),
    ("registrant contact ", "registrant"),
    ("registrant ", "registrant"),
    ("owner ", "registrant"),
    ("holder ", "registrant"),
    ("org ", "registrant"),
    ("administrative contact ", "administrative"),
    ("admin contact ", "administrative"),
    ("admin ", "administrative"),
    ("adm ", "administrative"),
    ("ac ", "administrative"),  # .kr
    ("technical contact ", "technical"),
    ("tech contact ", "technical"),
    ("tech ", "technical"),
    ("tec ", "technical"),
    ("billing contact ", "billing"),
    ("billing ", "billing"),
)
# A person or company named in one line: by its id if the answer describes it further down, else by its name.
_REFERENCES = _table(
    {
        "registrant": "registrant|holder|holder c|owner c|titular",
        "administrative": "admin c|administrative contact|administrative contact(ac)|admin contact",
        "technical": "tech c|zone c|technical contact|tech contact",
        "billing": "billing c|billing contact",
    }
)
ROLES = ("registrant", "administrative", "technical", "billing")
# Besides these, an answer about a name that nobody has may hold fields that stand in every answer.
_SUBSTANCE = frozenset(
    (*_DATES, "handle", "registrar", "registrar_id", "registrar_org", "registrar_lines", "name_servers", "keys")
)
_OF_DOMAIN = frozenset({"domain", "handle", "expires", "registrar_expires", "name_servers", "states", "signed", "keys"})
_OF_ADDRESS = frozenset({"organization", "email", "phone", "street", "city", "country"})
_OBJECT_KEYS = frozenset({"nic hdl", "nic hdl br", "contact"})

_STATES: Mapping[str, str] = {  # what registries call the state in which nothing is amiss
    "connect": "active",
    "connected": "active",
    "published": "active",
    "registered until expiry date": "active",
    "registered until renewal date": "active",
}
_FLAGS = {"hold": "hold", "frozen status": "frozen"}  # .fr, .tr: a state that is on or off; whose hold it is, .fr does not say
_OFF = frozenset({"no", "n", "none", "n/a", "false", "off", "not frozen"})
FREE = frozenset({"free", "available", "no object found", "not registered", "unregistered", "is free"})
NOT_FOR_ALL = frozenset(
    {"reserved", "blocked", "premium", "invalid", "unassignable", "prohibited", "restricted", "forbidden", "withheld"}
)
_IL = (".il", ".xn--4dbrk0ce")  # the holder's lines have the key "descr", which is a remark elsewhere (RFC 2622 section 3.1)
_UNSAID = frozenset({"not available", "n/a", ""})  # .be: it is taken
_SIGNED = re.compile(r"signed.*|(?:yes|y|true|active|enabled)\b.*")
_UNSIGNED = re.compile(r"unsigned.*|(?:no|n|false|inactive|disabled|not signed|none)\b.*")
MAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,253}")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,10}")
_TAG = re.compile(r"\s*(?:\[Tag = [^\]]*\]|\( ?https?://[^)]*\))\s*\Z")

_BARE = frozenset({"org", "person", "owner", "organization"})  # the holder's, beside the domain's own fields: .ru, .br, .jp

Values = dict[str, list[str]]


@dataclass(slots=True)
class Draft:
    """What was collected of an answer."""

    fields: Values = field(default_factory=dict)
    contacts: dict[str, Values] = field(default_factory=dict)  # by role
    objects: dict[int, Values] = field(default_factory=dict)  # by paragraph
    references: dict[str, list[str]] = field(default_factory=dict)  # ids or names by role
    ids: set[str] = field(default_factory=set)  # those that are ids for sure

    def add(self, what: str, value: str) -> None:
        """One more value of a field of the domain."""
        values = self.fields.setdefault(what, [])
        if len(values) < _MAX_VALUES:
            values.append(value[:_MAX_VALUE])

    def first(self, what: str) -> str:
        """The first value of a field that says something."""
        return next((v for v in self.fields.get(what, ()) if not is_empty(v) and not is_withheld(v)), "")

    @property
    def says_something(self) -> bool:
        """Whether there is anything about a domain besides its name and its state."""
        return not _SUBSTANCE.isdisjoint(self.fields) or bool(self.contacts or self.references)


def named_domains(entries: Iterable[Entry]) -> list[tuple[int, str]]:
    """The domains that the statements name, with the place of each."""
    found = []
    for place, entry in enumerate(entries):
        is_name = _DOMAIN.get(entry.key) == "domain" and entry.section not in ROLES
        if is_name or (entry.section == "domain" and entry.key in ("", "name")):
            name = a_labels(entry.value.split()[0]) if entry.value else ""
            if _NAME.fullmatch(name):
                found.append((place, name))
    return found


def collect(entries: Iterable[Entry], domain: str) -> Draft:
    """Sorts statements about one domain into fields."""
    draft = Draft()
    kinds: dict[int, str] = {}
    listed = list(entries)
    for entry in listed:
        kinds.setdefault(entry.paragraph, _kind(entry))
        if entry.key in _OBJECT_KEYS and not entry.section and kinds[entry.paragraph] not in ("domain", "set", "registrar"):
            kinds[entry.paragraph] = "object"
    for entry in listed:
        kind = "" if entry.section else kinds[entry.paragraph]
        if kind == "object":
            values = draft.objects.setdefault(entry.paragraph, {})
            # .cz begins an object with "contact: ID", .fr has "contact: NAME" within it.
            _add(values, "handle" if entry.key == "contact" and not values else _PART.get(entry.key, ""), entry.value)
        elif kind == "set":
            if entry.key == "nserver":
                draft.add("name_servers", entry.value)
        elif kind != "registrar" or entry.key not in _BARE:
            _sort(draft, entry, domain)
    return draft


def _kind(first: Entry) -> str:
    """What a paragraph describes, by its first statement."""
    if first.key in ("nsset", "keyset"):
        return "set"
    if first.key in _OBJECT_KEYS:
        return "object"
    if first.key == "registrar" and not first.section:
        return "registrar"
    return "domain" if _DOMAIN.get(first.key) == "domain" else ""


def drop_companies(entries: list[Entry]) -> list[Entry]:
    """Without what describes registrars in objects of their own (.fr, .sk): their address and dates are not the domain's."""
    keys: dict[int, list[str]] = {}
    for entry in entries:
        if not entry.section:
            keys.setdefault(entry.paragraph, []).append(entry.key)
    companies = {number for number, found in keys.items() if found[0] == "registrar" and _is_company(found[1:])}
    return [e for e in entries if e.section or e.paragraph not in companies or e.key == "registrar"]


def _is_company(keys: list[str]) -> bool:
    """Whether these are parts of an address, beside nothing that only a domain has."""
    whats = {_DOMAIN.get(key, "") for key in keys if key != "state"}  # of an address, too
    return not whats & _OF_DOMAIN and not _REFERENCES.keys() & set(keys) and any(_PART.get(key) in _OF_ADDRESS for key in keys)


def _add(values: Values, what: str, value: str) -> None:
    found = values.setdefault(what, []) if what else []
    if what and len(found) < _MAX_VALUES:
        found.append(value[:_MAX_VALUE])


def _sort(draft: Draft, entry: Entry, domain: str) -> None:
    section, key, value = entry.section, entry.key, entry.value
    what = _DOMAIN.get(key, "")
    if key in _FLAGS and section in ("", "domain", "status"):
        if not is_empty(value) and value.strip().lower() not in _OFF:
            draft.add("states", _FLAGS[key])
        return
    if key == "descr" and not section and domain.endswith(_IL):
        holder = draft.contacts.setdefault("registrant", {})
        if "organization" not in holder:  # the lines behind the first are the address
            _add(holder, "organization", value)
        return
    if section in ROLES:
        part = _PART.get(key, "") if key else "lines"
        if part:
            _add(draft.contacts.setdefault(section, {}), part, value)
            return
        if what in _DOMAIN_ONLY:
            return
    elif section == "address":
        _add(draft.contacts.setdefault("registrant", {}), "lines" if not key else _PART.get(key, ""), value)
        return
    elif section in _SECTIONS and (not key or key in _SECTIONS[section]):
        draft.add(_SECTIONS[section].get(key, _SECTIONS[section][""]), value)
        return
    elif section in ("registrar", "other", "abuse") and (key in _PART or what in _DATES):
        return
    if what:
        if what == "name_servers" and key == "dns" and a_labels(value) == domain:  # .dk: the name itself
            return
        draft.add(what, value)
        return
    _sort_contact(draft, key, value)


# Of a section: which field a key is, and "" for lines without a key.
_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "registrar": {
        "": "registrar_lines", "organization": "registrar_org", "organisation": "registrar_org", "organization name": "registrar_org",
        "name": "registrar_lines", "web": "registrar_url", "website": "registrar_url", "url": "registrar_url", "www": "registrar_url",
        "abuse email": "abuse_email", "abuse phone": "abuse_phone",
    },
    "abuse": {"": "abuse_lines", "email": "abuse_email", "phone": "abuse_phone"},
    "name servers": {"": "name_servers"},
    "status": {"": "states"},
    "flags": {"": "states"},
    "keys": {"": "keys", "flags": "keys", "keytag": "keys"},
    "note": {"": "notes"},
    "domain": {"": "unread", "name": "domain"},
    "other": {"": "unread"},
}  # fmt: skip


def _sort_contact(draft: Draft, key: str, value: str) -> None:
    role = _REFERENCES.get(key)
    if role:
        known = draft.references.setdefault(role, [])
        if len(known) < _MAX_VALUES and not value.lower().startswith("http"):  # .ru: a page with a form
            known.append(value[:_MAX_VALUE])
            if key.endswith(" c"):
                draft.ids.add(value[:_MAX_VALUE])
        return
    for prefix, owner in _PREFIXES:
        part = _PART.get(key.removeprefix(prefix), "") if key.startswith(prefix) else ""
        if part and not (prefix == "org " and part == "handle"):  # .ee: a number of the commercial register
            _add(draft.contacts.setdefault(owner, {}), part, value)
            return
    if key in _BARE:
        _add(draft.contacts.setdefault("registrant", {}), _PART[key], value)


def states_of(draft: Draft) -> tuple[str, ...]:
    """The states, each by RDAP's name (RFC 8056), without those that only say whether the name is taken."""
    found: dict[str, None] = {}
    for value in draft.fields.get("states", ()):
        for part in re.split(r",| / ", re.sub(r"\([^)]*\)", "", value.partition(" http")[0])):
            said = state(part.strip().rstrip("."))
            said = _STATES.get(said, said)
            if said not in _UNSAID and len(found) < _MAX_STATES:
                found[said] = None
    return tuple(found)


def signed_of(draft: Draft) -> bool | None:
    """Whether DNSSEC is in use, None if it is not said."""
    for value in draft.fields.get("signed", ()):
        if _UNSIGNED.fullmatch(value.lower()):
            return False
        if _SIGNED.fullmatch(value.lower()):
            return True
    return True if any(not is_empty(value) for value in draft.fields.get("keys", ())) else None


def dates_of(draft: Draft, habits: Habits) -> dict[str, float]:
    """The first readable value of each date."""
    found: dict[str, float] = {}
    for what in _DATES:
        for value in draft.fields.get(what, ()):
            when = moment(value, habits)
            if when is not None:
                found.setdefault(what, when)
    if "expires" not in found:  # .jp: "Connected (2026/03/31)"
        for value in draft.fields.get("states", ()):
            when = moment(value.partition("(")[2].partition(")")[0]) if value.lower().startswith("connected") else None
            if when is not None:
                found["expires"] = when
    return found


def hosts_of(values: Iterable[str]) -> tuple[str, ...]:
    """Name servers, sorted."""
    return tuple(sorted({name for value in values if (name := host(value))}))


def registrar_of(draft: Draft) -> str:
    """The name of the registrar."""
    for what in ("registrar", "registrar_org", "registrar_lines"):
        value = _TAG.sub("", draft.first(what))
        if value:
            return value
    return ""


def abuse_of(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Mail addresses and telephone numbers of the registrar for complaints."""
    lines = draft.fields.get("abuse_lines", [])
    mail = [*draft.fields.get("abuse_email", ()), *(line for line in lines if "@" in line)]
    phone = [*draft.fields.get("abuse_phone", ()), *(line for line in lines if "@" not in line)]
    emails = dict.fromkeys(m[0] for value in mail for m in MAIL.finditer(value))
    return tuple(emails), tuple(dict.fromkeys(v for v in phone if any(c.isdigit() for c in v)))


def server_of(draft: Draft) -> str:
    """The host name of the registrar's WHOIS server."""
    return next((name for value in draft.fields.get("whois_server", ()) if (name := whole_host(value))), "")


def notes_of(draft: Draft) -> tuple[str, ...]:
    """Remarks."""
    return tuple(dict.fromkeys(v for v in draft.fields.get("notes", ()) if " " in v and not is_empty(v)))[:_MAX_NOTES]
