"""What RDAP servers of the embedded internet say (RFC 9083, RFC 9537), their bootstrap lists (RFC 9224), and a validator's answer."""

from __future__ import annotations

import ipaddress
from typing import Any

import msgspec

from selfaudit.demo.registry_data import Calendar, DomainSpec, NetworkSpec, PersonSpec, Registrations, RoaSpec

Json = dict[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WORDS = "REDACTED FOR PRIVACY"
_PROFILE = ["rdap_level_0", "icann_rdap_technical_implementation_guide_1", "icann_rdap_response_profile_1", "redacted"]
_CARD = "$.entities[?(@.roles[0]=='registrant')].vcardArray[1]"
# RFC 9537 section 4.2: the name of the field, by which method it was taken out, and the paths that the method asks for.
_REDACTED = (
    ("Registry Registrant ID", "removal", {"prePath": "$.entities[?(@.roles[0]=='registrant')].handle"}),
    ("Registrant Name", "emptyValue", {"postPath": f"{_CARD}[?(@[0]=='fn')][3]"}),
    ("Registrant Organization", "removal", {"prePath": f"{_CARD}[?(@[0]=='org')]"}),
    ("Registrant Street", "emptyValue", {"postPath": f"{_CARD}[?(@[0]=='adr')][3][:3]"}),
    ("Registrant City", "emptyValue", {"postPath": f"{_CARD}[?(@[0]=='adr')][3][3]"}),
    ("Registrant Postal Code", "emptyValue", {"postPath": f"{_CARD}[?(@[0]=='adr')][3][5]"}),
    ("Registrant Phone", "removal", {"prePath": f"{_CARD}[?(@[0]=='tel')]"}),
    (
        "Registrant Email",
        "replacementValue",
        {"prePath": f"{_CARD}[?(@[0]=='email')]", "replacementPath": f"{_CARD}[?(@[0]=='contact-uri')]"},
    ),
)


def card(person: PersonSpec, contact_page: str = "") -> list[Any]:
    """A jCard (RFC 7095), with a page for messages (RFC 8605) if one is given. Empty fields are left out, the name is not."""
    items: list[list[Any]] = [["version", {}, "text", "4.0"], ["fn", {}, "text", person.name]]
    if person.organization:
        items.append(["org", {}, "text", person.organization])
    if person.country:
        # RFC 8605 section 3.1: the code of the country stands in a parameter, its name stays empty.
        place = ["", "", person.street, person.city, person.region, person.postal_code, ""]
        items.append(["adr", {"cc": person.country}, "text", place])
    if person.phone:
        items.append(["tel", {"type": ["voice"]}, "uri", f"tel:{person.phone}"])
    if person.email:
        items.append(["email", {}, "text", person.email])
    if contact_page:
        items.append(["contact-uri", {}, "uri", contact_page])
    return ["vcard", items]


def told(person: PersonSpec, privacy: str) -> PersonSpec:
    """What is left of a person: region and country are always told (ICANN Registration Data Policy section 9)."""
    if privacy == "shown":
        return person
    left = PersonSpec(region=person.region, country=person.country)
    if privacy == "words":
        left = msgspec.structs.replace(left, name=WORDS, organization=WORDS, street=WORDS, city=WORDS, postal_code=WORDS)
    return left


def domain_document(spec: DomainSpec, data: Registrations, calendar: Calendar, host: str, *, by_registrar: bool) -> Json:
    """What the registry or the registrar says about a domain. `host` is the server that says it."""
    registrar = data.registrar[spec.registrar]
    own = f"https://{host}/domain/{spec.name}"
    links = [{"value": own, "rel": "self", "href": own, "type": "application/rdap+json"}]
    if registrar.rdap and not by_registrar:
        related = f"https://{registrar.rdap}/domain/{spec.name}"
        links.append({"value": own, "rel": "related", "href": related, "type": "application/rdap+json"})
    events = [
        ("registration", calendar.moment(-spec.registered)),
        ("expiration", calendar.moment(spec.expires)),
        ("last changed", calendar.moment(-spec.changed)),
        ("last update of RDAP database", calendar.moment(0)),
    ]
    if by_registrar:
        events.append(("registrar expiration", calendar.moment(spec.expires)))
    document: Json = {
        "rdapConformance": _PROFILE,
        "objectClassName": "domain",
        "handle": spec.handle,
        # Registries differ in this: many write names in capitals.
        "ldhName": spec.name if by_registrar else spec.name.upper(),
        "links": links,
        "status": list(spec.states) or ["active"],
        "events": [{"eventAction": action, "eventDate": date} for action, date in events],
        "nameservers": [{"objectClassName": "nameserver", "ldhName": n} for n in spec.name_servers],
        "secureDNS": {"delegationSigned": spec.signed},
        "entities": [_registrar(data, spec)],
        "notices": _notices(),
    }
    if by_registrar or not spec.thin:
        document["entities"].append(_registrant(data, spec))
        if spec.privacy == "redacted":
            # RFC 9537 allows both: "type" for a name that IANA lists, "description" for any other.
            kind = "description" if by_registrar else "type"
            document["redacted"] = [
                {
                    "name": {kind: name},
                    **paths,
                    "pathLang": "jsonpath",
                    "method": method,
                    "reason": {"description": "Server policy"},
                }
                for name, method, paths in _REDACTED
            ]
    return document


def _registrar(data: Registrations, spec: DomainSpec) -> Json:
    registrar = data.registrar[spec.registrar]
    abuse = PersonSpec("Abuse desk", email=registrar.abuse_email, phone=registrar.abuse_phone)
    return {
        "objectClassName": "entity",
        "handle": registrar.number,
        "roles": ["registrar"],
        "publicIds": [{"type": "IANA Registrar ID", "identifier": registrar.number}],
        "vcardArray": card(PersonSpec(registrar.name)),
        "links": [{"value": registrar.url, "rel": "about", "href": registrar.url, "type": "text/html"}],
        "entities": [{"objectClassName": "entity", "roles": ["abuse"], "vcardArray": card(abuse)}],
    }


def _registrant(data: Registrations, spec: DomainSpec) -> Json:
    person = data.person[spec.contact]
    page = f"{data.registrar[spec.registrar].url}/contact/{spec.name}" if spec.privacy == "redacted" else ""
    entity: Json = {
        "objectClassName": "entity",
        "roles": ["registrant"],
        "vcardArray": card(told(person, spec.privacy), page),
    }
    if spec.privacy != "redacted":
        entity["handle"] = f"C-{spec.contact.upper()}"
    return entity


def _notices() -> list[Json]:
    return [
        {"title": "Terms of Use", "description": ["Data of the embedded internet of selfaudit. Nothing in it is real."]},
        {
            "title": "Status Codes",
            "description": ["For more information on domain status codes, please visit https://icann.org/epp"],
            "links": [
                {"value": "https://icann.org/epp", "rel": "glossary", "href": "https://icann.org/epp", "type": "text/html"}
            ],
        },
        {"title": "RDDS Inaccuracy Complaint Form", "description": ["URL of the complaint form: https://icann.org/wicf"]},
    ]


def network_document(spec: NetworkSpec, data: Registrations, calendar: Calendar, host: str, port43: str) -> Json:
    """What the registry of addresses says about a block (RFC 9083 section 5.4)."""
    network = ipaddress.ip_network(spec.prefix)
    own = f"https://{host}/ip/{network}"
    entities = []
    for role, key in (("registrant", spec.holder), ("abuse", spec.abuse)):
        if key:
            handle = f"{'ORG' if role == 'registrant' else 'AR'}-{key.upper()}-DEMO"
            entities.append(
                {"objectClassName": "entity", "handle": handle, "roles": [role], "vcardArray": card(data.person[key])}
            )
    events = (("registration", -4000), ("last changed", -spec.changed))
    return {
        "rdapConformance": ["rdap_level_0", "cidr0", "nro_rdap_profile_0"],
        "objectClassName": "ip network",
        "handle": f"{network[0]} - {network[-1]}" if network.version == 4 else str(network),
        "startAddress": str(network[0]),
        "endAddress": str(network[-1]),
        "ipVersion": f"v{network.version}",
        "name": spec.name,
        "type": spec.status,
        "country": data.person[spec.holder].country,
        "cidr0_cidrs": [{f"v{network.version}prefix": str(network.network_address), "length": network.prefixlen}],
        "status": ["active"],
        "events": [{"eventAction": action, "eventDate": calendar.moment(days)} for action, days in events],
        "entities": entities,
        "links": [{"value": own, "rel": "self", "href": own, "type": "application/rdap+json"}],
        "port43": port43,
    }


def error_document(code: int, title: str) -> Json:
    """RFC 9083 section 6."""
    return {"rdapConformance": ["rdap_level_0"], "errorCode": code, "title": title, "description": [f"{title}."]}


def bootstrap_document(kind: str, data: Registrations, calendar: Calendar) -> Json:
    """The list "dns", "ipv4", "ipv6" or "asn" (RFC 9224 section 3)."""
    return {
        "version": "1.0",
        "publication": calendar.moment(-2),
        "description": "RDAP bootstrap list of the embedded internet",
        "services": [[list(b.entries), list(b.urls)] for b in data.bootstrap if b.list == kind],
    }


def validity_document(prefix: Network, asn: int, roas: list[RoaSpec], calendar: Calendar) -> Json:
    """Origin validation (RFC 6811 section 2), in the form that Routinator gives it."""
    found: dict[str, list[Json]] = {"matched": [], "unmatched_as": [], "unmatched_length": []}
    for roa in roas:
        covering = ipaddress.ip_network(roa.prefix)
        if covering.version != prefix.version or not prefix.subnet_of(covering):  # type: ignore[arg-type]
            continue
        key = "unmatched_as" if roa.asn != asn else "unmatched_length" if prefix.prefixlen > roa.max_length else "matched"
        found[key].append({"asn": f"AS{roa.asn}", "prefix": roa.prefix, "max_length": str(roa.max_length)})
    validity: Json = {"state": "not-found", "description": "No VRP covers the route prefix"}
    if found["matched"]:
        validity = {"state": "valid", "description": "A VRP matches the route prefix and origin"}
    elif any(found.values()):
        reason = "length" if found["unmatched_length"] else "as"
        validity = {"state": "invalid", "reason": reason, "description": "VRPs cover the route prefix, but none matches"}
    return {
        "validated_route": {
            "route": {"origin_asn": f"AS{asn}", "prefix": str(prefix)},
            "validity": {**validity, "VRPs": found},
        },
        "generatedTime": calendar.moment(0),
    }
