"""Pages of a shop in few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from selfaudit.facts.mail import SpfLookups
from selfaudit.facts.vantage import Clock, TimeSample
from selfaudit.facts.web import Hop, Page, PageEnd, PageRole, WebSite
from selfaudit.net.pages import Fetched
from selfaudit.probes.web_site import _Walk
from selfaudit.protocols.lookup import run_now
from selfaudit.protocols.web_page import read_page
from tests.checks.build import spf_fact

DOMAIN = "shop.test"
NOW = 1_790_000_000.0  # 2026-09-21
SENDS: SpfLookups = spf_fact({DOMAIN: {"TXT": ["v=spf1 mx -all"]}})
SILENT: SpfLookups = spf_fact({DOMAIN: {"TXT": ["v=spf1 -all"]}})
RIGHT = Clock(NOW, (TimeSample("time.test", 0.0, 0.0),), None)
NO_CLOCK = Clock(NOW, (TimeSample("time.test", error="no answer"),), None)
YEAR_BEHIND = Clock(NOW, (TimeSample("time.test", 365 * 86_400.0, 0.0),), None)
FILLER = (
    "<p>We sell flowers and you buy them for your friends. The shop is open for all of you and with our best wishes.</p>" * 10
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


class _Visit:
    """Answers with pages of its own."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self._pages = pages

    async def page(self, url: str, *, named: bool = False) -> Fetched:
        """The page of a path; that of "*" for all others; 404 if there is none."""
        path = url.removeprefix(f"https://{DOMAIN}")
        body = self._pages.get(path, self._pages.get("*"))
        hop = Hop(url, "192.0.2.9", 404 if body is None else 200, "text/html; charset=utf-8", octets=len(body or ""), at=NOW)
        text = None if body is None else read_page(body.encode(), hop.content_type, url)[0]
        return Fetched(PageEnd.ANSWERED, (hop,), text, body=(body or "").encode())


def walked(pages: Mapping[str, str]) -> WebSite:
    """A whole site by its paths, visited as the probe visits it."""
    walk = _Walk(_Visit(pages), DOMAIN, {})  # type: ignore[arg-type]
    walk._named = {"privacy": [], "abuse": [], "unsubscribe": []}
    run_now(walk.walk())
    return site(*walk.pages)
