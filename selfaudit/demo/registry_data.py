"""What the registries of the embedded internet hold, by world; dates are relative to today."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import msgspec

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.demo.services import WORLDS
from selfaudit.settings import read_toml

Privacy = Literal["shown", "redacted", "words"]
_HOUR = datetime.time(10, 17, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns "so many days ago" into dates. One world keeps one calendar, so that its answers do not change under way."""

    today: datetime.date

    @classmethod
    def of_now(cls) -> Calendar:
        """Today's, in UTC."""
        return cls(datetime.datetime.now(datetime.UTC).date())

    def day(self, days: int) -> str:
        """YYYY-MM-DD; days from today, negative for the past."""
        return (self.today + datetime.timedelta(days=days)).isoformat()

    def moment(self, days: int) -> str:
        """RFC 3339 in UTC; days from today, negative for the past."""
        day = self.today + datetime.timedelta(days=days)
        return datetime.datetime.combine(day, _HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")


class PersonSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person or organisation. `country` is ISO 3166-1 alpha-2; `phone` is written as in EPP (RFC 5733 section 2.5)."""

    name: str = ""
    organization: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


class RegistrarSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registrar. `number` is one that IANA keeps for tests; `rdap` and `whois` are host names, "" for none."""

    name: str
    number: str
    url: str
    abuse_email: str
    abuse_phone: str
    rdap: str = ""
    whois: str = ""


class DomainSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registered domain.

    Attributes:
        name: A-labels, lower case.
        worlds: in which this entry holds; a domain may have one for each.
        registrar: key of a registrar.
        contact: key of a person.
        privacy: what is told of the person: everything, what RFC 9537 leaves over, or words in place of the values.
        thin: the registry holds no contacts; only the registrar tells of the person.
        registered, changed: days ago.
        expires: days from today.
        states: as RDAP calls them (RFC 8056 section 2).
        name_servers: as the registry has them.
        signed: there are DS records.
        latin1: its WHOIS answer is in ISO 8859-1.
    """

    name: str
    registrar: str = "eins"
    worlds: tuple[str, ...] = WORLDS
    contact: str = "stranger"
    privacy: Privacy = "words"
    thin: bool = False
    registered: int = 900
    changed: int = 100
    expires: int = 200
    states: tuple[str, ...] = ("client transfer prohibited",)
    name_servers: tuple[str, ...] = ("ns2.dns-hosting.example", "ns3.dns-hosting.example")
    signed: bool = False
    latin1: bool = False

    @property
    def handle(self) -> str:
        """The registry's id of it."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        return f"D{int(digest[:8], 16):010}-{self.name.rpartition('.')[2].upper()}"


class OddSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A domain at which a registry's RDAP server behaves unlike others.

    Attributes:
        name: the domain.
        host: the server.
        status: of the answer.
        body: "error" (RFC 9083 section 6), "cut" JSON that breaks off, "deep" JSON of 10,000 levels, "page" HTML.
        location: where it leads to.
        retry_after: header Retry-After, "" for none.
        once: only the first question meets this; the next ones are answered.
    """

    name: str
    status: int
    host: str = "rdap.nic-example.example"
    body: Literal["error", "cut", "deep", "page"] = "error"
    location: str = ""
    retry_after: str = ""
    once: bool = False


class OddWhoisSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A domain at which the WHOIS servers never end, or refuse with a text."""

    name: str
    text: str = ""
    endless: bool = False


class NetworkSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of addresses. `holder` and `abuse` are keys of persons, "" for none; `changed` is in days ago."""

    prefix: str
    name: str
    holder: str
    abuse: str = ""
    status: str = "ASSIGNED PA"
    changed: int = 800


class RoaSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A route origin authorisation (RFC 9582): which autonomous system may announce a prefix, and how long its parts may be."""

    prefix: str
    asn: int
    max_length: int
    worlds: tuple[str, ...] = WORLDS


class HttpsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An HTTPS server. `certificate` is the name its certificate is for, "" for its own."""

    host: str
    address: str
    role: Literal["bootstrap", "registry", "registrar", "network", "validator"]
    certificate: str = ""


class WhoisSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A WHOIS server. The role "root" is that of IANA's server."""

    host: str
    address: str
    role: Literal["root", "registry", "registrar", "network"]


class BootstrapSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service in a bootstrap list (RFC 9224)."""

    list: Literal["dns", "ipv4", "ipv6", "asn"]
    entries: tuple[str, ...]
    urls: tuple[str, ...]


class TldSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A top-level domain as IANA's WHOIS server knows it. `whois` is "" for none."""

    name: str
    organization: str
    whois: str = ""


class Registrations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of registrations.toml."""

    https: tuple[HttpsSpec, ...]
    whois: tuple[WhoisSpec, ...]
    bootstrap: tuple[BootstrapSpec, ...]
    tld: tuple[TldSpec, ...]
    registrar: dict[str, RegistrarSpec]
    person: dict[str, PersonSpec]
    domain: tuple[DomainSpec, ...]
    odd: tuple[OddSpec, ...]
    odd_whois: tuple[OddWhoisSpec, ...]
    network: tuple[NetworkSpec, ...]
    roa: tuple[RoaSpec, ...]

    def find(self, name: str, world: str) -> DomainSpec | None:
        """A domain as it is registered in a world."""
        return next((d for d in self.domain if d.name == name and world in d.worlds), None)


def load_registrations() -> Registrations:
    """What the registries of all worlds hold."""
    with resources.as_file(resources.files("selfaudit_resources") / "demo" / "registrations.toml") as path:
        return msgspec.convert(read_toml(path), Registrations)


class RegistrantSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the demo's customer declares; see `Registrant`.

    Attributes:
        confirmed_days_ago: when a person looked at the registrar's page.
        confirmed_in: worlds in which somebody did.
        file: what shows it: the name of a file in the folder "evidence".
    """

    name: str
    organization: str
    street: str
    city: str
    postal_code: str
    country: str
    email: str
    phone: str
    confirmed_days_ago: int
    confirmed_in: tuple[str, ...]
    file: str

    def declared(self, world: str, calendar: Calendar) -> Registrant:
        """The declaration as it stands in a case of a world."""
        shown = (resources.files("selfaudit_resources") / "demo" / "evidence" / self.file).read_bytes()
        confirmed = world in self.confirmed_in
        return Registrant(
            self.name, self.organization, self.street, self.city, self.postal_code, self.country, self.email, self.phone,
            confirmed=calendar.day(-self.confirmed_days_ago) if confirmed else "",
            files=(EvidenceFile(self.file, hashlib.sha256(shown).hexdigest(), len(shown)),) if confirmed else (),
        )  # fmt: skip
