"""What WHOIS servers of the embedded internet say (RFC 3912): in ICANN's form for domains, in the RIPE database's for addresses."""

from __future__ import annotations

import ipaddress

from selfaudit.demo.registry_data import Calendar, DomainSpec, NetworkSpec, PersonSpec, Registrations, TldSpec
from selfaudit.demo.registry_rdap import WORDS, told

_NOTE = "NOTICE: data of the embedded internet of selfaudit. Nothing in it is real."


def domain_text(spec: DomainSpec, data: Registrations, calendar: Calendar, *, by_registrar: bool) -> str:
    """What the registry or the registrar says about a domain."""
    registrar = data.registrar[spec.registrar]
    expiry = "Registrar Registration Expiration Date" if by_registrar else "Registry Expiry Date"
    fields = [
        ("Domain Name", spec.name.upper()),
        ("Registry Domain ID", spec.handle),
        ("Registrar WHOIS Server", registrar.whois),
        ("Registrar URL", registrar.url),
        ("Updated Date", calendar.moment(-spec.changed)),
        ("Creation Date", calendar.moment(-spec.registered)),
        (expiry, calendar.moment(spec.expires)),
        ("Registrar", registrar.name),
        ("Registrar IANA ID", registrar.number),
        ("Registrar Abuse Contact Email", registrar.abuse_email),
        ("Registrar Abuse Contact Phone", registrar.abuse_phone),
        *(("Domain Status", _epp(state)) for state in spec.states or ("active",)),
    ]
    if by_registrar or not spec.thin:
        fields += _registrant(spec, data)
    fields += [("Name Server", name.upper()) for name in spec.name_servers]
    fields.append(("DNSSEC", "signedDelegation" if spec.signed else "unsigned"))
    lines = [f"{name}: {value}" for name, value in fields]
    lines += ["URL of the ICANN Whois Inaccuracy Complaint Form: https://icann.org/wicf/"]
    lines += [f">>> Last update of whois database: {calendar.moment(0)} <<<", "", _NOTE]
    return _joined(lines)


def _registrant(spec: DomainSpec, data: Registrations) -> list[tuple[str, str]]:
    # There is no RFC 9537 in WHOIS: whatever is withheld is said in words.
    person = told(data.person[spec.contact], "shown" if spec.privacy == "shown" else "words")
    return [
        ("Registry Registrant ID", f"C-{spec.contact.upper()}" if spec.privacy == "shown" else WORDS),
        ("Registrant Name", person.name),
        ("Registrant Organization", person.organization),
        ("Registrant Street", person.street),
        ("Registrant City", person.city),
        ("Registrant State/Province", person.region),
        ("Registrant Postal Code", person.postal_code),
        ("Registrant Country", person.country),
        ("Registrant Phone", person.phone if spec.privacy == "shown" else WORDS),
        ("Registrant Email", person.email if spec.privacy == "shown" else WORDS),
    ]


def _epp(state: str) -> str:
    """A state as EPP calls it, with the address at which ICANN explains it."""
    first, *others = state.split()
    name = "ok" if state == "active" else first + "".join(word.capitalize() for word in others)
    return f"{name} https://icann.org/epp#{name}"


def no_match(name: str) -> str:
    """What a registry says about a name that is not registered."""
    return _joined([f'No match for domain "{name.upper()}".', "", _NOTE])


def tld_text(tld: TldSpec | None, calendar: Calendar) -> str:
    """What IANA's server says about a top-level domain: who runs it, and which WHOIS server knows more."""
    if tld is None:
        return _joined(["% Root registry of the embedded internet", "% This query returned 0 objects."])
    head = ["% Root registry of the embedded internet", "% This query returned 1 object", ""]
    refer = [f"refer:        {tld.whois}", ""] if tld.whois else []
    body = [f"domain:       {tld.name.upper()}", "", f"organisation: {tld.organization}", ""]
    body += [f"whois:        {tld.whois}", ""] if tld.whois else []
    body += ["status:       ACTIVE", f"remarks:      {_NOTE}", "", f"changed:      {calendar.day(-400)}", "source:       IANA"]
    return _joined([*head, *refer, *body])


def block_text(spec: NetworkSpec | None, whois: str) -> str:
    """What IANA's server says about the block of an address."""
    if spec is None:
        return tld_text(None, Calendar.of_now())
    network = ipaddress.ip_network(spec.prefix)
    head = ["% Root registry of the embedded internet", "% This query returned 1 object", "", f"refer:        {whois}", ""]
    span = f"{network[0]} - {network[-1]}" if network.version == 4 else str(network)
    return _joined(
        [*head, f"{_kind(spec):<13} {span}", "status:       ALLOCATED", f"whois:        {whois}", "source:       IANA"]
    )


def network_text(spec: NetworkSpec | None, data: Registrations, calendar: Calendar) -> str:
    """What the registry of addresses says about a block."""
    if spec is None:
        return _joined(["% Registry of addresses of the embedded internet", "", "%ERROR:101: no entries found"])
    network = ipaddress.ip_network(spec.prefix)
    span = f"{network[0]} - {network[-1]}" if network.version == 4 else str(network)
    holder = data.person[spec.holder]
    abuse = data.person[spec.abuse].email if spec.abuse else ""
    lines = ["% Registry of addresses of the embedded internet", ""]
    lines.append(f"% Abuse contact for '{span}' is '{abuse}'" if abuse else f"% No abuse contact registered for {span}")
    lines += ["", f"{_kind(spec):<15} {span}", f"netname:        {spec.name}", f"country:        {holder.country}"]
    lines += [f"org:            ORG-{spec.holder.upper()}-DEMO", f"status:         {spec.status}"]
    lines += [f"last-modified:  {calendar.moment(-spec.changed)}", "source:         DEMO", ""]
    lines += [f"organisation:   ORG-{spec.holder.upper()}-DEMO", f"org-name:       {holder.organization or holder.name}"]
    lines += _address(holder)
    lines += [f"abuse-mailbox:  {abuse}"] if abuse else []
    return _joined([*lines, "source:         DEMO"])


def _address(person: PersonSpec) -> list[str]:
    return [
        f"address:        {line}"
        for line in (person.street, f"{person.postal_code} {person.city}".strip(), person.country)
        if line
    ]


def _kind(spec: NetworkSpec) -> str:
    return "inet6num:" if ":" in spec.prefix else "inetnum:"


def _joined(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
