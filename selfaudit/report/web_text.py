"""What web servers showed: each GET with what it met, the certificate, and the words that decide."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from selfaudit.facts import Fact
from selfaudit.facts.web import Hop, Page, PageText, WebHandshake, WebSite, WebTls
from selfaudit.i18n import _, shown
from selfaudit.text import printable

Line = tuple[str, str]
_SHOWN_OF_A_FILE = 400
# Which pages a check rests on; all others rest on the whole visit.
_ROLES = {
    "web.privacy-policy": ("home", "privacy"),
    "web.abuse-contact": ("home", "abuse", "privacy"),
    "web.security-txt": ("security",),
    "web.unsubscribe": ("unsubscribe",),
}


def lines_about(fact: Fact, check: str = "") -> Iterator[Line]:
    """(command, answer) for the facts about web pages; nothing for others."""
    if isinstance(fact, WebSite):
        for page in fact.pages:
            if page.role in _ROLES.get(check, (page.role,)):
                yield from _page(page)
    elif isinstance(fact, WebTls):
        for handshake in (*fact.handshakes, *((fact.control,) if fact.control else ())):
            yield _handshake(handshake)
        for host, why in fact.not_asked:
            yield f"openssl s_client -connect {host}:443", shown(why)


def _page(page: Page) -> Iterator[Line]:
    for hop in page.hops:
        yield _hop(hop)
    if page.detail and not any(hop.detail for hop in page.hops):
        yield f"curl -sSI {shlex.quote(page.url)}", printable(shown(page.detail), 300)
    if page.text is not None:
        yield "", printable(_read(page.text), 600)
    elif page.body:
        yield "", printable(page.body, _SHOWN_OF_A_FILE)


def _hop(hop: Hop) -> Line:
    host = hop.url.split("/")[2] if hop.url.count("/") > 2 else hop.url
    resolve = f" --resolve {host}:443:{hop.address}" if hop.address and ":" not in host else ""
    command = f"curl -sS -D - -o /dev/null{resolve} {shlex.quote(hop.url)}"
    if not hop.code:
        return command, printable(shown(hop.detail) or _("no answer"), 300)
    parts = [f"HTTP {hop.code}", hop.content_type or _("no content type"), _("{octets} octets").format(octets=hop.octets)]
    if hop.location:
        parts.append(f"{'meta refresh' if hop.refresh else 'Location'}: {hop.location}")
    return command, printable(", ".join(parts), 400)


def _read(text: PageText) -> str:
    if text.unread:
        return _("not read: {why}").format(why=shown(text.unread))
    parts = [_("“{title}”, {characters} characters of text").format(title=text.title, characters=text.characters)]
    parts += [f"{link.kind}: {link.text or '?'} -> {link.url}" for link in text.links[:4]]
    said = (
        text.abuse,
        text.perhaps,
        text.mail,
        text.who,
        text.topics,
        text.privacy,
        text.reporting,
        text.leave or text.unsubscribe,
        text.doubt,
        text.missing,
    )
    parts += [", ".join(words) for words in said if words]
    if text.password:
        parts.append(_("a field for a password"))
    return "; ".join(parts)


def _handshake(handshake: WebHandshake) -> Line:
    server = f"[{handshake.address}]" if ":" in handshake.address else handshake.address or handshake.host
    command = f"openssl s_client -connect {server}:443 -servername {handshake.host}"
    certificate = handshake.certificate
    if certificate is None:
        return command, printable(shown(handshake.detail) or str(handshake.connect), 300)
    names = ", ".join(certificate.names[:6]) or certificate.subject
    trust = _("trusted") if certificate.trusted else _("not trusted: {why}").format(why=shown(certificate.why))
    return command, printable(f"{handshake.version}; {names}; {trust}; SHA-256 {certificate.sha256}", 500)
