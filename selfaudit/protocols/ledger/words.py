"""Words in ledgers: states, channels, kinds of bounces, sources that speak of bought addresses or imports, role accounts."""

from __future__ import annotations

import re

# State of a recipient. 1/0, yes/no stand in columns such as “confirmed”.
_ACTIVE = """active subscribed enabled confirmed optin opt-in opted-in aktiv angemeldet abonniert bestätigt abonné abonnée inscrit inscrite
actif active confirmé activo activa suscrito suscrita confirmado 1 yes true y ja oui si sí member regular"""
_WITHDRAWN = """unsubscribed unsubscribe withdrawn optout opt-out opted-out revoked removed suppressed blacklisted blocked inactive deactivated
disabled abgemeldet widerrufen ausgetragen gesperrt inaktiv deaktiviert désinscrit désinscrite désabonné désabonnée inactif retiré
baja dado-de-baja desuscrito cancelado inactivo bloqueado deleted"""
_PENDING = """pending unconfirmed notconfirmed not-confirmed waiting ausstehend unbestätigt offen en-attente non-confirmé pendiente
sin-confirmar 0 no false n nein non nonsubscribed transactional"""
_BOUNCED = """bounced bounce hardbounced hard-bounce hardbounce cleaned undeliverable invalid complained complaint spam abuse unzustellbar
beschwerde rejeté plainte rebotado queja"""


def _words(text: str, state: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), state)


STATES = {
    **_words(_ACTIVE, "active"), **_words(_WITHDRAWN, "withdrawn"), **_words(_PENDING, "pending"), **_words(_BOUNCED, "bounced"),
}  # fmt: skip


def state_of(text: str) -> str:
    """The state: "active", "withdrawn", "pending" or "bounced"; "" for none given, "odd" for a word that is not known."""
    word = re.sub(r"[\s_]+", "-", text.strip().lower()[:60])
    if not word:
        return ""
    return STATES.get(word) or STATES.get(word.replace("-", "")) or "odd"


_CHANNELS = {
    "email": "email mail e-mail newsletter courriel correo smtp",
    "sms": "sms text mms whatsapp textmessage kurznachricht mobile handy",
    "voice": "voice phone call telephone telefon anruf téléphone appel teléfono llamada",
}
_CHANNEL_WORDS = {word: channel for channel, words in _CHANNELS.items() for word in words.split()}


def channel_of(text: str) -> str:
    """The channel: "email", "sms", "voice" or "other"; "" for none given."""
    word = text.strip().lower()[:30]
    return _CHANNEL_WORDS.get(word, "other") if word else ""


_HARD = re.compile(
    r"\b5\.\d{1,3}\.\d{1,3}\b|^\s*5\d\d\b|\bhard|\bpermanent|\bfatal|user.?unknown|unknown.?user|no.?such|does.?not.?exist",
    re.IGNORECASE,
)
_SOFT = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|^\s*4\d\d\b|\bsoft|\btempor|\btransient|mailbox.?full|quota", re.IGNORECASE)


def bounce_of(text: str) -> str:
    """The kind of a bounce: "hard" (RFC 3463 class 5) or "soft" (class 4); "" if the text does not tell. 5.2.2 is a full mailbox, which may pass."""
    head = text[:200]
    if _SOFT.search(head) or "5.2.2" in head:
        return "soft"
    return "hard" if _HARD.search(head) else ""


_PURCHASED = re.compile(
    r"purchas|bought|rent(ed|al)\b|broker|scrap(e|ed|ing)\b|harvest|crawl|lead ?list|data ?vendor|third.?part(y|ies).?list|co-?reg"
    r"|gekauft|zugekauft|gemietet|adresshändler|adressh[aä]ndl|adresskauf|achet[ée]|louée?s?\b|comprad[oa]|alquilad[oa]|b2b.?(list|data)",
    re.IGNORECASE,
)
_IMPORTED = re.compile(
    r"\bimport|\bupload|\bcsv\b|\bexcel\b|\bxlsx?\b|copy.?paste|bulk.?add|added.?by.?admin|admin.?add|migrat|importiert|hochgeladen"
    r"|importé|importad|manual(ly)?.?add|\blist \d",
    re.IGNORECASE,
)


def source_kind(text: str) -> str:
    """Gives "purchased" or "imported" if the words of a source speak of it, else ""."""
    head = text[:300]
    if _PURCHASED.search(head):
        return "purchased"
    return "imported" if _IMPORTED.search(head) else ""


# RFC 2142, and others that are read by whoever is on duty.
ROLE_ACCOUNTS = frozenset(
    [
        "abuse",
        "admin",
        "administrator",
        "billing",
        "buchhaltung",
        "contact",
        "contacto",
        "einkauf",
        "hello",
        "help",
        "helpdesk",
        "hostmaster",
        "hr",
        "info",
        "information",
        "inquiries",
        "jobs",
        "kontakt",
        "kundenservice",
        "marketing",
        "media",
        "news",
        "noc",
        "no-reply",
        "noreply",
        "office",
        "orders",
        "personal",
        "postmaster",
        "presse",
        "press",
        "privacy",
        "root",
        "sales",
        "security",
        "service",
        "servicio",
        "soporte",
        "spam",
        "support",
        "technik",
        "vertrieb",
        "ventas",
        "webmaster",
        "www",
        "bewerbung",
        "rechnung",
        "comercial",
        "compras",
        "usenet",
        "uucp",
        "ftp",
        "list-request",
        "mailer-daemon",
    ]
)

# Services with so many people that a count says nothing about one of them.
PUBLIC_DOMAINS = {
    domain: service
    for service, domains in {
        "Gmail": "gmail.com googlemail.com",
        "Microsoft": "outlook.com hotmail.com live.com msn.com hotmail.de outlook.de live.de hotmail.fr outlook.fr hotmail.es outlook.es hotmail.co.uk",
        "Yahoo": "yahoo.com ymail.com aol.com rocketmail.com yahoo.de yahoo.fr yahoo.es yahoo.co.uk aol.de",
        "Apple": "icloud.com me.com mac.com",
        "GMX and WEB.DE": "gmx.de gmx.net gmx.at gmx.ch gmx.com web.de",
        "T-Online": "t-online.de magenta.de",
        "Orange": "orange.fr wanadoo.fr",
        "Proton": "proton.me protonmail.com pm.me",
    }.items()
    for domain in domains.split()
}

_INSIDE = re.compile(
    r"(?:::ffff:)?(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|0\.)"
    r"|::1?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:",
    re.IGNORECASE,
)
_V4 = re.compile(
    r"(?:::ffff:)?(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}", re.ASCII | re.IGNORECASE
)
_V6 = re.compile(r"[0-9a-f:]{2,39}", re.ASCII | re.IGNORECASE)


def ip_kind(text: str) -> str:
    """The kind of an IP address: "outside", "inside" (private, loopback, shared: RFC 1918, RFC 6598, RFC 4193) or "bad"."""
    if _V4.fullmatch(text) or (":" in text and _V6.fullmatch(text)):
        return "inside" if _INSIDE.match(text) else "outside"
    return "bad"
