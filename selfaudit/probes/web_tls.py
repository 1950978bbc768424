"""The certificate of a domain's web server, by a TLS handshake with no question after it."""

from __future__ import annotations

from urllib.parse import urlsplit

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.web import PageEnd, WebHandshake, WebTls
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.pages import Visit, authority_over, handshake
from selfaudit.probes.planned import PlannedContact, resolver

FACT = WebTls
_CONTROL = "https://data.iana.org/"  # the same host that the registries' servers are looked up at


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The domain's own hosts, and the control."""
    control = _control_host(net)
    return [
        resolver(phrase("addresses of the domain's web pages"), 6 if control else 4),
        PlannedContact(
            phrase("the web server of {subject}", subject=request.subject),
            phrase("HTTPS: one TLS handshake each with the domain and its www name, without a question"),
            2,
            active=True,
        ),
        *(
            [PlannedContact(control, phrase("HTTPS: one TLS handshake, only if a certificate is not trusted here"), 1)]
            if control
            else []
        ),
    ]


async def collect(request: Request, net: Net) -> WebTls:
    """One address of each name. A control is asked only where a certificate was not trusted."""
    domain = request.subject
    visit = Visit(net, (domain,), authority_over(net.gate, domain))
    made: list[WebHandshake] = []
    left: list[tuple[str, str]] = []
    for host in (domain,) if domain.startswith("www.") else (domain, f"www.{domain}"):
        addresses, trouble = await visit.addresses(host)
        if trouble is not None:
            # A www name that is not there is nobody's fault.
            if host == domain or trouble.end is not PageEnd.NO_ADDRESS:
                left.append((host, trouble.detail))
        else:
            made.append(await visit.handshake(host, addresses[0]))
    suspect = any(h.certificate is not None and not h.certificate.trusted for h in made)
    return WebTls(domain, tuple(made), tuple(left), visit.answers, await _control(net) if suspect else None)


def _control_host(net: Net) -> str:
    """A host whose certificate is good everywhere, "" in laboratories that name none."""
    bootstrap = net.profile.rdap_bootstrap
    if not bootstrap or (net.profile.laboratory and "://" not in bootstrap):
        return ""
    return urlsplit(bootstrap if "://" in bootstrap else _CONTROL).hostname or ""


async def _control(net: Net) -> WebHandshake | None:
    """The handshake with it; None where there is none to ask."""
    host = _control_host(net)
    if not host:
        return None
    addresses = await net.host_addresses(host)
    if not addresses:
        return WebHandshake(host, detail=phrase("{host} has no address", host=host))
    return await handshake(net, net.gate, host, addresses[0])
