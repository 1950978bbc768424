"""What a server's configuration lets strangers do, and how lists of addresses are read alike for every program.

Three answers are kept apart everywhere: strangers get in, they do not, and it cannot be told. What a reader does not follow is
the third, never the second.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from selfaudit.i18n import phrase

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IPInterface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LINES = 1_000  # of a part; the collector writes at most 400 of a configuration
_LINE_LIMIT = 400  # of the collector, with its "|"; a longer line ends in "..."

# Loopback, private, shared (RFC 6598) and link-local addresses, and "this network": no stranger comes from one of these.
_INSIDE = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "::/128",
        "fc00::/7", "fe80::/10", "fec0::/10",
    )
)  # fmt: skip
# Prefix lengths: as large as a continent's share, or as a whole provider.
_ALL = {4: 8, 6: 16}
_MANY = {4: 16, 6: 32}


class Service(StrEnum):
    """What strangers could use a server for."""

    RELAY = "relay"
    RECURSION = "recursion"
    PROXY = "proxy"
    LOGIN = "login"  # passwords travel in the clear; strangers get nothing by it alone


class Verdict(StrEnum):
    """What the configuration says about strangers."""

    OPEN = "open"
    CLOSED = "closed"
    LOCAL_ONLY = "local-only"  # it listens for programs on the server itself only
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Opening:
    """What one program offers on some of its ports.

    Attributes:
        program: its name, for example "Postfix".
        service: what it could be used for.
        verdict: whether strangers may.
        ports: where it listens: "25", or with the address, "192.0.2.1:25".
        why: the directive that decides, as the file says it, or in words what could not be followed.
        certain: everything that bears on the verdict was read. An open one that is not certain is open under conditions named in `why`.
    """

    program: str
    service: Service
    verdict: Verdict
    ports: tuple[str, ...] = ()
    why: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else a verdict depends on.

    Attributes:
        interfaces: addresses with their networks, by the interface's name.
        container: it runs in a container, where clients may arrive with the address of the container's gateway.
        debian: the distribution's packages are Debian's or Ubuntu's, with their own defaults.
        postfix: major and minor version of Postfix, None if it is not known.
    """

    interfaces: tuple[tuple[str, IPInterface], ...] = ()
    container: bool = False
    debian: bool = False
    postfix: tuple[int, int] | None = None

    def gateways(self) -> tuple[IPAddress, ...]:
        """In a container: the first address of each private network it is in, from which forwarded strangers seem to come."""
        if not self.container:
            return ()
        nets = [
            i.network
            for _name, i in self.interfaces
            if is_inside(i.network) and not i.ip.is_loopback and i.network.num_addresses > 2
        ]
        return tuple(n.network_address + 1 for n in nets)


class Truth(Enum):
    """Whether a condition holds for a stranger."""

    YES = "yes"
    MANY = "many"  # for the users of a large foreign network, not for everybody
    NO = "no"
    CHOICE = "choice"  # the stranger decides, for example by the sender that he names
    UNKNOWN = "unknown"

    def negated(self) -> Truth:
        """Of "not": those outside of a large network are strangers too."""
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.MANY: Truth.YES}.get(self, self)


def all_of(values: Iterable[Truth]) -> Truth:
    """Several conditions that must all hold."""
    seen = set(values)
    return next((t for t in (Truth.NO, Truth.UNKNOWN, Truth.MANY, Truth.CHOICE) if t in seen), Truth.YES)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list of clients.

    Attributes:
        text: as the file says it.
        truth: whether it fits a stranger; None if that depends on `network`.
        network: the addresses that it names.
        negated: it takes clients out.
    """

    text: str
    truth: Truth | None = None
    network: IPNetwork | None = None
    negated: bool = False

    def fits(self, version: int, gateways: Sequence[IPAddress] = ()) -> Truth:
        """Whether a stranger with an address of this family is meant."""
        if self.truth is not None:
            return self.truth
        if self.network is None or self.network.version != version:
            return Truth.NO
        if any(g in self.network for g in gateways):
            return Truth.MANY
        return strangers_in(self.network)


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a list of clients takes in strangers, and by which element."""

    truth: Truth
    text: str = ""


def first_match(elements: Sequence[Element], version: int, gateways: Sequence[IPAddress] = ()) -> Match:
    """A list in which the first element that fits decides, for a stranger of one family; the end of the list is "no"."""
    many, unknown = "", ""
    for element in elements:
        truth = element.fits(version, gateways)
        if truth in (Truth.YES, Truth.CHOICE):
            if not element.negated:
                return Match(Truth.YES, element.text)
            if element.network is None or element.network.prefixlen == 0:
                break  # what follows is never reached; a smaller block that is taken out leaves strangers enough
        if truth is Truth.MANY and not element.negated:
            many = many or element.text
        if truth is Truth.UNKNOWN:
            unknown = unknown or element.text
    if many:
        return Match(Truth.MANY, many)
    return Match(Truth.UNKNOWN, unknown) if unknown else Match(Truth.NO)


def worst_match(elements: Sequence[Element], gateways: Sequence[IPAddress] = (), versions: Sequence[int] = (4, 6)) -> Match:
    """`first_match` for both families; the more open one counts."""
    found = [first_match(elements, version, gateways) for version in versions]
    order = (Truth.YES, Truth.MANY, Truth.UNKNOWN, Truth.NO)
    return min(found, key=lambda m: order.index(m.truth), default=Match(Truth.NO))


def verdict_of(truth: Truth) -> tuple[Verdict, bool]:
    """Verdict and certainty of a list that lets in."""
    if truth is Truth.YES:
        return Verdict.OPEN, True
    if truth is Truth.MANY:
        return Verdict.OPEN, False
    return (Verdict.CLOSED, True) if truth is Truth.NO else (Verdict.UNCLEAR, False)


def is_inside(network: IPNetwork) -> bool:
    """Whether only loopback, private or link-local addresses are meant."""
    return any(network.version == n.version and network.subnet_of(n) for n in _INSIDE)  # type: ignore[arg-type]


def strangers_in(network: IPNetwork) -> Truth:
    """Whether a network takes in strangers: YES for a large part of the Internet, MANY for as much as a provider has."""
    if is_inside(network):
        return Truth.NO
    if network.prefixlen <= _ALL[network.version]:
        return Truth.YES
    return Truth.MANY if network.prefixlen <= _MANY[network.version] else Truth.NO


def read_network(text: str) -> IPNetwork | None:
    """An address or network in the usual notations ("10/8", "[::]/0", "192.0.2.0/255.255.255.0" too), None for anything else."""
    bare = text.strip().replace("[", "").replace("]", "").strip("\"'")
    address, slash, length = bare.partition("/")
    if ":" not in address and address.replace(".", "").isdigit() and slash:
        address = ".".join((*[part for part in address.split(".") if part], "0", "0", "0")[:4])
    try:
        return ipaddress.ip_network(f"{address}/{length}" if slash else address, strict=False)
    except ValueError:
        return None


def network_elements(texts: Iterable[str], everyone: Iterable[str] = ("any", "all", "*")) -> list[Element]:
    """Elements of a list of networks, with "!" for those taken out; what is none is unknown."""
    words, out = set(everyone), []
    for text in texts:
        negated, bare = text.startswith("!"), text.lstrip("! ")
        network = read_network(bare)
        if bare.lower() in words:
            out.append(Element(text, Truth.YES, negated=negated))
        elif network is not None:
            out.append(Element(text, network=network, negated=negated))
        else:
            out.append(Element(text, Truth.UNKNOWN, negated=negated))
    return out


def is_local(address: str) -> bool:
    """Whether an address to listen at is reached from the server itself only."""
    bare = address.strip().strip("[]\"'").lower()
    if bare in ("localhost", "lo", "lo0", "ip6-localhost"):
        return True
    network = read_network(bare)
    return network is not None and network.network_address.is_loopback


def at(address: str, port: str) -> str:
    """Address and port in one word; the port alone for every address."""
    bare = address.strip().strip("[]")
    if bare in ("", "*", "0.0.0.0", "::", "::0", "any"):  # noqa: S104 - read, not bound
        return port
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


@dataclass(frozen=True, slots=True)
class Section:
    """The lines from one file or program, as "# from ..." names it."""

    source: str
    lines: tuple[str, ...] = field(default=())


def sections(lines: Iterable[str]) -> list[Section]:
    """The files of a part. Lines before the first name belong to a source without one."""
    found: list[tuple[str, list[str]]] = []
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        if line.startswith("# from "):
            found.append((line[7:].strip(), []))
            continue
        if not found:
            found.append(("", []))
        found[-1][1].append(line)
    return [Section(source, tuple(inner)) for source, inner in found]


def shortened(line: str) -> bool:
    """Whether the collector cut a line off, so that its end is not known."""
    return line.endswith("...") and len(line) >= _LINE_LIMIT - 4


def not_followed(what: str) -> str:
    """The reason of an unclear verdict."""
    return phrase("what “{what}” lets through is not in the file", what=what[:120])
