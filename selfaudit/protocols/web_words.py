"""Words of web pages in the languages of Europe: privacy policies, reports of abuse, contacts, unsubscribing.

All words stand here as `plain` makes them: lower case, without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PRIVACY = (
    "privacy", "data protection", "datenschutz", "confidentialit", "vie privee", "donnees personnelles", "protection des donnees",
    "privacidad", "proteccion de datos", "datos personales", "informativa sulla priv", "riservatezza", "dati personali", "gegevensbescherming",
    "persoonsgegevens", "osobnich udaj", "osobni udaj", "soukromi", "prywatnosc", "danych osobowych", "dane osobowe", "osobnych udaj",
    "osobne udaj", "sukromi", "privacidade", "protecao de dados", "dados pessoais", "integritetspolicy", "personuppgift", "persondata",
    "privatlivs", "personvern", "tietosuoja", "adatvedel", "adatkezel", "protectia datelor", "date cu caracter personal", "varstvo osebnih",
    "zasebnost", "zastita podataka", "privatnost", "privaatsus", "isikuandme", "privatum", "asmens duomen", "personas datu", "dsgvo", "gdpr", "rgpd",
)  # fmt: skip
# Besides these, what a policy speaks of.
POLICY = (
    *PRIVACY, "personal data", "personal information", "personenbezogen", "caractere personnel", "cookie", "ip address", "ip-adress", "adresse ip",
    "direccion ip", "indirizzo ip", "ip-adres", "ip adres", "endereco ip",
)  # fmt: skip
# A link to the settings of cookies is no policy.
NOT_A_POLICY = (
    "privacy settings", "privacy preferences", "privacy manager", "privacy choices", "privacy-einstellungen", "datenschutzeinstellungen",
    "datenschutz-einstellungen", "einstellungen zum datenschutz",
)  # fmt: skip
# Of a link that says little more than this.
ABUSE = (
    "abuse",
    "missbrauch",
    "abus",
    "abuso",
    "abusi",
    "misbruik",
    "zneuziti",
    "zneuzitie",
    "naduzycie",
    "missbruk",
    "misbrug",
    "vaarinkaytto",
)
REPORTING = (
    "report abuse", "report an abuse", "abuse report", "abuse contact", "missbrauch meld", "missbrauchsmeldung", "meldung von missbrauch",
    "missbrauch zu meld", "signaler un abus", "signaler des abus", "reportar abuso", "reportar un abuso", "reportar um abuso", "denunciar abuso",
    "denunciar un abuso", "segnala un abuso", "segnala abus", "segnalazione abus", "misbruik meld", "nahlasit zneuzit", "zglos naduzyc",
    "report spam", "spam melden", "anmala missbruk", "rapporter misbrug", "rapporter misbruk",
)  # fmt: skip
CONTACT = (
    "impressum", "imprint", "legal notice", "contact", "kontakt", "mentions legales", "aviso legal", "contacto", "contatti", "note legali",
    "colofon", "kontakty", "contactos", "contato", "yhteystiedot", "kapcsolat",
)  # fmt: skip
UNSUBSCRIBE = (
    "unsubscribe", "opt out", "opt-out", "abmelden", "abbestellen", "abmeldung", "austragen", "desabonn", "desinscri", "darse de baja", "dar de baja",
    "cancelar suscripcion", "cancelar la suscripcion", "disiscri", "annulla iscrizione", "annulla l'iscrizione", "cancella iscrizione", "uitschrijv",
    "afmelden", "odhlasit", "odhlaseni", "odhlasenie", "wypisz", "rezygnacj", "anular a subscricao", "cancelar a subscricao", "cancelar inscricao",
    "cancelar assinatura", "avregistrera", "avprenumerera", "frameld", "afmeld", "avmeld", "peruuta tilaus", "leiratkoz", "dezabon",
)  # fmt: skip
MISSING = (
    "404", "not found", "nicht gefunden", "existiert nicht", "does not exist", "doesn't exist", "no longer exists", "introuvable", "n'existe pas",
    "no encontrada", "no existe", "non trovata", "non esiste", "niet gevonden", "bestaat niet", "nenalezena", "neexistuje", "nie znaleziono",
    "nie istnieje", "nebola najdena", "nao encontrada", "nao existe",
)  # fmt: skip
# Who decides about the data (GDPR article 4, number 7), in its languages.
CONTROLLER = (
    "data controller", "the controller", "verantwortliche", "verantwortlich fur", "responsable du traitement", "responsable del tratamiento",
    "titolare del trattamento", "verwerkingsverantwoordelijke", "spravce osobnich", "spravcem", "administratorem danych", "administrator danych",
    "prevadzkovatel", "responsavel pelo tratamento",
)  # fmt: skip
_COMMON = {
    "en": ("the", "and", "of", "you", "your", "with", "for", "our"),
    "de": ("und", "der", "die", "das", "mit", "wir", "ihre", "fur"),
    "fr": ("les", "des", "vous", "nous", "votre", "pour", "est", "avec"),
    "es": ("los", "las", "una", "nuestra", "para", "con", "usted", "que"),
    "it": ("il", "della", "che", "per", "una", "con", "sono", "nostra"),
    "nl": ("het", "een", "van", "voor", "wij", "uw", "onze", "niet"),
    "cs": ("je", "jsou", "nebo", "pro", "nase", "jsme", "vase", "ktere"),
    "pl": ("jest", "oraz", "nie", "dla", "nasza", "sie", "przez", "ktore"),
    "sk": ("je", "alebo", "pre", "nase", "sme", "vase", "ktore", "su"),
    "pt": ("os", "uma", "para", "nossa", "voce", "com", "nao", "dos"),
}
LANGUAGES = frozenset(_COMMON)
_ENOUGH = 3  # different common words of a language
_WORD = re.compile(r"[a-z']{2,20}")
_LOCAL = r"[A-Za-z0-9._%+-]{1,64}"
_HOST = r"(?:[A-Za-z0-9-]{1,63}\s{0,3}(?:\.|\[dot\]|\(dot\)|\[punkt\]|\(punkt\))\s{0,3}){1,6}[A-Za-z][A-Za-z0-9-]{1,62}"
_AT = r"\s{0,3}(?:@|\[at\]|\(at\)|\{at\}|\[@\]|\(@\)|<at>|\(a\)|\[a\])\s{0,3}"
_MAIL = re.compile(rf"(?<![A-Za-z0-9._%+-])({_LOCAL}){_AT}({_HOST})", re.I)
# " at " between words is common English, so it counts only after the name of a mailbox that this is about.
_SPELLED = re.compile(
    r"(?<![A-Za-z0-9._%+-])(abuse)\s{1,3}at\s{1,3}((?:[A-Za-z0-9-]{1,63}(?:\.|\s{1,3}dot\s{1,3})){1,6}[A-Za-z][A-Za-z0-9-]{1,62})", re.I
)  # fmt: skip
_DOT = re.compile(r"\s*(?:\[dot\]|\(dot\)|\[punkt\]|\(punkt\)|\sdot\s|\.)\s*", re.I)
_PHONE = re.compile(
    r"(?<![A-Za-z])(?:tel[a-zé]{0,9}|phone|fon|fone|mobil[a-z]{0,4})\s{0,3}[.:]{0,2}\s{0,3}(\+?[0-9][0-9 ()/.-]{6,20}[0-9])|"
    r"(?<![0-9A-Za-z+])(\+[1-9][0-9 ()/.-]{7,20}[0-9])",
    re.I,
)
# Words that begin with capitals, and then the form of a company.
_FORM = re.compile(
    r"(?<![A-Za-z])((?:[^\W\d_a-z][\w&.'-]{0,30} (?:(?:&|und|and|et|y|e|i|a) )?){1,5}(?:GmbH|AG|UG|KG|OHG|e\.V\.|e\.K\.|GbR|Ltd\.?|Limited|LLC|Inc\.?|PLC|"
    r"S\.?A\.?R\.?L\.?|SAS|S\.A\.|S\.L\.|S\.r\.l\.?|S\.p\.A\.?|B\.V\.|N\.V\.|s\.r\.o\.|a\.s\.|sp\. z o\.\s?o\.|Lda\.?|Oy|AB|ApS|A/S|Kft\.?))(?![A-Za-z])"
)
_MAX_SEARCHED = 200_000


def plain(text: str) -> str:
    """Lower case, accents taken off, so that a word is found however it is written."""
    if text.isascii():
        return text.lower()
    text = text.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def found_of(words: Iterable[str], text: str, most: int) -> tuple[str, ...]:
    """Which of the words stand in a text that `plain` has made, at most so many."""
    found: list[str] = []
    for word in words:
        if word in text:
            found.append(word.strip())
            if len(found) >= most:
                break
    return tuple(found)


def languages_of(text: str) -> tuple[str, ...]:
    """Languages of which at least three different common words stand in a text that `plain` has made."""
    seen = {match[0] for match in _WORD.finditer(text[:_MAX_SEARCHED])}
    return tuple(name for name, words in _COMMON.items() if len(seen.intersection(words)) >= _ENOUGH)


def mail_addresses(text: str, most: int = 50) -> tuple[str, ...]:
    """Mail addresses in a text, also those written with "(at)" and "(dot)", put together and in lower case."""
    found: dict[str, None] = {}
    searched = text[:_MAX_SEARCHED]
    for pattern in (_MAIL, _SPELLED):
        for match in pattern.finditer(searched):
            found[f"{match[1]}@{_DOT.sub('.', match[2])}".lower()] = None
            if len(found) >= most:
                return tuple(found)
    return tuple(found)


def is_for_abuse(address: str) -> bool:
    """Whether a mailbox is one for reports of abuse by its name (RFC 2142 section 2)."""
    return re.fullmatch(r"(?:.*[._+-])?abuse(?:[._+-].*)?", address.partition("@")[0], re.DOTALL) is not None


def people(text: str, most: int = 8) -> tuple[str, ...]:
    """Telephone numbers and names of companies in a text."""
    searched = text[:_MAX_SEARCHED]
    found: dict[str, None] = {}
    for match in _PHONE.finditer(searched):
        number = (match[1] or match[2]).strip()
        if sum(c.isdigit() for c in number) >= 7:
            found[number] = None
        if len(found) >= most // 2:
            break
    for match in _FORM.finditer(searched):
        found[match[1].strip()] = None
        if len(found) >= most:
            break
    return tuple(found)
