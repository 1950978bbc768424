"""Words in ledgers: states, channels, kinds of bounces, sources that speak of bought addresses or imports, role accounts."""

from __future__ import annotations

import ipaddress
import re

# State of a recipient. 1/0, yes/no stand in columns such as “confirmed”.
_ACTIVE = """active subscribed enabled confirmed optin opt-in opted-in aktiv angemeldet abonniert bestätigt abonné abonnée inscrit inscrite
actif active confirmé bestaetigt doi double-opt-in activo activa suscrito suscrita confirmado 1 yes true y ja oui si sí member regular"""
_WITHDRAWN = """unsubscribed unsubscribe withdrawn optout opt-out opted-out revoked removed suppressed blacklisted blocked inactive deactivated
disabled abgemeldet widerrufen ausgetragen gesperrt inaktiv deaktiviert désinscrit désinscrite désabonné désabonnée inactif retiré
baja dado-de-baja desuscrito cancelado inactivo bloqueado deleted"""
_PENDING = """pending unconfirmed notconfirmed not-confirmed waiting ausstehend unbestätigt offen en-attente non-confirmé pendiente
sin-confirmar 0 no false n nein non nonsubscribed transactional"""
_BOUNCED = """bounced bounce hardbounced hard-bounced hard-bounce hardbounce cleaned undeliverable invalid unzustellbar rejeté rebotado"""
_COMPLAINED = "complained complaint spam abuse beschwerde plainte queja"
# Beginnings, for words with something behind them: “Abgemeldet (Admin)”.
_BEGINNINGS = re.compile(
    r"(?P<pending>not-confirmed|nicht-best|unconfirmed|unbest[äa]|non-confirm|sin-confirmar|pending|ausstehend)"
    r"|(?P<withdrawn>un-?sub|not-subscribed|nicht-abonn|opt(?:ed)?-?out|abgemeldet|abbestellt|ausgetragen|austragung|widerruf|withdrawn|revoked"
    r"|removed|deleted|gelöscht|geloescht|entfernt|block|black-?list|gesperrt|suppress|archiv|inactiv|inaktiv|deactiv|deaktiv|disabled"
    r"|désabonn|desabonn|désinscri|desinscri|désactiv|supprim|baja|dado-de-baja|desuscri|cancel|eliminad|inactif)"
    r"|(?P<bounced>(?:hard-?)?bounced?(?:-|\()|hard-?bounc|cleaned|undeliverable|unzustellbar|rebotad)"
    r"|(?P<complained>complain|spam|beschwerde|plainte|queja)"
)
FLAGS_YES = frozenset(["1", "yes", "true", "y", "ja", "oui", "si", "sí", "t", "x"])
FLAGS_NO = frozenset(["0", "no", "false", "n", "nein", "non", "f"])


def _words(text: str, state: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), state)


STATES = {
    **_words(_ACTIVE, "active"), **_words(_WITHDRAWN, "withdrawn"), **_words(_PENDING, "pending"), **_words(_BOUNCED, "bounced"),
    **_words(_COMPLAINED, "complained"),
}  # fmt: skip


def state_of(text: str) -> str:
    """The state: "active", "withdrawn", "pending", "bounced" or "complained"; "" for none given, "odd" for a word that is not known."""
    word = re.sub(r"[\s_]+", "-", text.strip().lower()[:60])
    if not word:
        return ""
    known = STATES.get(word) or STATES.get(word.replace("-", ""))
    if known:
        return known
    begins = _BEGINNINGS.match(word)
    return str(begins.lastgroup) if begins else "odd"


def is_flag(text: str) -> bool:
    """Whether a value is a mere yes or no."""
    word = text.strip().lower()
    return word in FLAGS_YES or word in FLAGS_NO


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


_LIST = r"(?:e-?mails?|address(?:es)?|lists?|data(?:base|set)?|contacts?|leads?|adress(?:e|en|liste|daten)|listen?|datenbank|kontakte|adresses|fichiers?|listes?|direcciones|listas?|contactos|base de datos)"
_GOT = r"(?:purchased|bought|rented|scraped|harvested|crawled|(?:zu)?gekaufte?[nrs]?|gemietete?[nrs]?|achetée?s?|louée?s?|comprad[oa]s?|alquilad[oa]s?)"
# Words of getting AND words of addresses: “Checkout after purchase” and “harvest festival” speak of something else.
_PURCHASED = re.compile(
    rf"\b{_GOT}(?:[ _-]+[\w.]+){{0,2}}[ _-]+{_LIST}\b|\b{_LIST}[ _-]+(?:was |were |are |is )?{_GOT}\b"
    r"|\b(?:list|data|e-?mail|address|lead)[ _-]?(?:broker|vendor|rental)s?\b|\bco-?reg(?:istration)?[ _-](?:list|data|leads?)\b"
    r"|\badress(?:händler|haendler|kauf|miete)\b|\bthird.?part(?:y|ies).?list\b",
    re.IGNORECASE,
)
_HINTED = re.compile(
    rf"\W*(?:{_GOT}|co-?reg(?:istration)?|(?:data )?brokers?|data ?vendor|lead ?list|b2b[ _-]?(?:list|data))\W*", re.IGNORECASE
)
_IMPORTED = re.compile(
    r"\b(?:imported|importiert|importée?s?|importad[oa]s?|hochgeladen|copy.?paste|bulk.?add(?:ed)?|added.?by.?admin|admin.?add(?:ed)?)\b"
    r"|\b(?:csv|xlsx?|excel|list|file|bulk|manual|admin|api|contacts?|listen|datei)[ _-]?(?:import|upload)\b|\bmanual(?:ly)?[ _-]add(?:ed)?\b"
    r"|^\W*(?:import|upload|csv|excel|xlsx?|migration|migrated)\W*$|^\W*import[ _-](?!(?:and|und|export|et|y)\b)|\bimport\W*$|\w\.(?:csv|xlsx?)\b"
    r"|\bupload(?:ed)?[ _-](?:list|csv|file|contacts)\b|\bmigrat(?:ed|ion)[ _-]from\b",
    re.IGNORECASE,
)
# One quick look for what all words above contain, for ledgers in which every source differs.
_SPEAKS = re.compile(
    r"purchas|bought|rent|broker|scrap|harvest|crawl|lead|vendor|gekauft|gemietet|adress|achet|lou[ée]e|comprad|alquilad|co-?reg|third|b2b"
    r"|import|upload|hochgeladen|paste|bulk|admin|manual|migrat|csv|xls|excel",
    re.IGNORECASE,
)
_HOST = re.compile(r"https?://[^/\s?#]*|\b(?:[\w-]+\.)+(?!csv\b|xlsx?\b)[a-z]{2,24}\b", re.IGNORECASE)
NO_SOURCE = frozenset(
    ["unknown", "unbekannt", "other", "sonstige", "inconnu", "inconnue", "desconocido", "?", "not known", "not available"]
)


def source_kind(text: str) -> str:
    """Gives "purchased", "hinted" (a word alone that may mean bought addresses) or "imported" if the words of a source speak of it, else "".

    Names of hosts say nothing: a rental company has a web site too.
    """
    if not _SPEAKS.search(text[:300]):
        return ""
    head = _HOST.sub(" ", text[:300])
    if _PURCHASED.search(head):
        return "purchased"
    if _HINTED.fullmatch(head):
        return "hinted"
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


def ip_kind(text: str) -> str:
    """The kind of an IP address: "outside", "inside" (private, loopback, shared: RFC 1918, RFC 6598, RFC 4193) or "bad"."""
    if _V4.fullmatch(text) or (text.count(":") > 1 and _is_v6(text)):
        return "inside" if _INSIDE.match(text) else "outside"
    return "bad"


def _is_v6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text[:60])
    except ValueError:
        return False
    return len(text) <= 60
