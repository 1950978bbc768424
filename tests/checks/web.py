"""Pages of a shop in few words."""

from __future__ import annotations

from typing import Any

from selfaudit.facts.mail import SpfLookups
from selfaudit.facts.web import Hop, Page, PageEnd, PageRole, WebSite
from selfaudit.protocols.web_page import read_page
from tests.checks.build import spf_fact

DOMAIN = "shop.test"
NOW = 1_790_000_000.0  # 2026-09-21
SENDS: SpfLookups = spf_fact({DOMAIN: {"TXT": ["v=spf1 mx -all"]}})
SILENT: SpfLookups = spf_fact({DOMAIN: {"TXT": ["v=spf1 -all"]}})
FILLER = (
    "<p>We sell flowers and you buy them for your friends. The shop is open for all of you and with our best wishes.</p>" * 3
)


def html(body: str, title: str = "A shop", filler: str = FILLER) -> str:
    """A page with enough of English text."""
    return f"<!DOCTYPE html><html lang=en><title>{title}</title><body>{filler}{body}</body></html>"


def page(
    role: PageRole, path: str = "/", body: str | bytes = "", *, code: int = 200, kind: str = "text/html; charset=utf-8", host: str = DOMAIN,
    named: bool = False, via: str = "", at: float = NOW,
) -> Page:  # fmt: skip
    """A page that answered. `via` is a path that redirected to it."""
    url = f"https://{host}{path}"
    octets = body if isinstance(body, bytes) else body.encode()
    text = read_page(octets, kind, url)[0] if code == 200 and role != "security" else None
    hops: tuple[Hop, ...] = (Hop(url, "192.0.2.9", code, kind, octets=len(octets), at=at),)
    if via:
        hops = (Hop(f"https://{host}{via}", "192.0.2.9", 302, "text/html", url), *hops)
    start = f"https://{host}{via or path}"
    shown = octets.decode("utf-8", "replace") if role == "security" and code == 200 else ""
    return Page(role, start, PageEnd.ANSWERED, hops, named, text=text, body=shown)


def lost(role: PageRole, end: PageEnd, path: str = "/", host: str = DOMAIN, **more: Any) -> Page:
    """A page that could not be had."""
    return Page(role, f"https://{host}{path}", end, detail="no answer in time", **more)


def site(*pages: Page, **more: Any) -> WebSite:
    """A visit."""
    return WebSite(DOMAIN, pages, (DOMAIN,), **more)
