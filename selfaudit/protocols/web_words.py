"""Words of web pages in the languages of Europe: privacy policies, reports of abuse, contacts, unsubscribing.

All words stand here as `plain` makes them: lower case, without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def _set(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", words))


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
    *PRIVACY, "personal data", "personal information", "personenbezogen", "caractere personnel", "personopplysning", "dataskydd", "szemelyes adat",
    "henkilotie", "ip address", "ip-adress", "adresse ip",
    "direccion ip", "indirizzo ip", "ip-adres", "ip adres", "endereco ip",
)  # fmt: skip
# A link to the settings of cookies is no policy.
NOT_A_POLICY = (
    "privacy settings", "privacy preferences", "privacy manager", "privacy choices", "privacy-einstellungen", "datenschutzeinstellungen",
    "datenschutz-einstellungen", "einstellungen zum datenschutz",
)  # fmt: skip
# Words of which a link to a policy, or the title of one, is made, besides the names of languages' policies.
_POLICY_WORDS = _set(
    """privacy policy policies notice notices statement information informations declaration data protection of personal our the your we protect and
    cookie cookies gdpr dsgvo rgpd legal terms read view see website site online customers customer us about on in for to with at is how full here new
    datenschutz datenschutzerklarung datenschutzhinweis datenschutzhinweise datenschutzbestimmung datenschutzbestimmungen datenschutzinformation
    datenschutzinformationen datenschutzrichtlinie datenschutzrichtlinien datenschutzerklaerung hinweise hinweis zum zur und impressum imprint unsere
    informationen erklarung richtlinie richtlinien bestimmungen den der die des agb
    confidentialite politique de la le les des du vie privee donnees personnelles caractere personnel protection declaration charte notre relative mentions
    legales politica privacidad proteccion datos personales aviso y e nuestra tratamiento
    informativa sulla sul della dei trattamento dati personali riservatezza ai sensi note legali
    privacybeleid privacyverklaring privacystatement gegevensbescherming persoonsgegevens bescherming van verwerking ons onze en
    zasady ochrany ochrana osobnich udaju osobni udaje soukromi zpracovani prohlaseni o a
    polityka prywatnosci prywatnosc ochrony ochrona danych osobowych dane osobowe rodo i
    osobnych udajov osobne udaje sukromia sukromie spracovanie spracuvanie
    privacidade protecao dados pessoais dos das da do aviso
    integritetspolicy integritet personuppgifter personuppgiftspolicy behandling av dataskydd vara och om
    persondatapolitik persondata privatlivspolitik privatliv databeskyttelse personvern personvernerklaering personvernerklaring
    tietosuoja tietosuojaseloste tietosuojakaytanto
    adatvedelem adatvedelmi adatkezeles adatkezelesi tajekoztato nyilatkozat szabalyzat
    protectia datelor confidentialitate politica date cu caracter varstvo osebnih podatkov zasebnost politika privatnosti privatnost zastita podataka
    privaatsus privaatsuspoliitika isikuandmete privatumo privatumas asmens duomenu apsauga personas datu aizsardziba"""
)
# What only policies are called.
_POLICY_NAMES = (
    "privacy policy", "privacy notice", "privacy statement", "datenschutzerklar", "datenschutzerklaer", "datenschutzhinweis", "datenschutzbestimm",
    "datenschutzinformation", "politique de confidentialite", "politica de privacidad", "politica de privacidade", "informativa sulla privacy", "informativa privacy",
    "privacybeleid", "privacyverklaring", "privacy verklaring", "polityka prywatnosci", "zasady ochrany osobni", "zasady ochrany osobny", "ochrana osobnich udaju",
    "ochrana osobnych udajov", "integritetspolicy", "privatlivspolitik", "persondatapolitik", "personvernerklaring", "tietosuojaseloste", "adatkezelesi tajekoztato",
    "adatvedelmi",
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
    "anmala missbruk", "rapporter misbrug", "rapporter misbruk",
)  # fmt: skip
# It may be a function of a program for mail, too.
REPORTING_PERHAPS = ("report spam", "spam melden")
_REPORT_WORDS = _set(
    """report reports reporting abuse an a contact to or and for spam phishing form us page here
    missbrauch melden meldung meldungen missbrauchsmeldung missbrauchsmeldungen von zu und spam kontakt
    signaler un des abus reportar abuso abusos uno um denunciar segnala segnalare segnalazione segnalazioni abusi misbruik nahlasit zneuziti zneuzitie
    zglos naduzycie naduzycia anmala missbruk rapporter rapporteer misbrug misbruk"""
)
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
# These also stand for leaving an account, so they say something only beside words about letters.
LOGOUT_TOO = (
    "abmelden",
    "abmeldung",
    "afmelden",
    "afmeld",
    "odhlasit",
    "odhlaseni",
    "odhlasenie",
    "avmeld",
    "frameld",
    "dezabon",
)
LETTERS = (
    "newsletter",
    "brief",
    "rundmail",
    "verteiler",
    "mailing",
    "nieuwsbrief",
    "zprav",
    "sprav",
    "nyhetsbrev",
    "nyhedsbrev",
    "e-mail",
    "mail",
)
SIGN_IN = (
    "sign in", "signin", "log in", "login", "log-in", "your account", "my account", "customer account", "anmelden", "einloggen", "kundenkonto", "mein konto",
    "se connecter", "connexion", "mon compte", "iniciar sesion", "mi cuenta", "accedi", "il mio account", "inloggen", "mijn account", "prihlasit", "prihlaseni",
    "prihlasenie", "zaloguj", "moje konto", "iniciar sessao", "minha conta", "logga in", "logg inn", "log ind", "kirjaudu", "bejelentkez",
)  # fmt: skip
REFUSED = (
    "expired", "invalid", "not valid", "went wrong", "error", "ungultig", "abgelaufen", "fehler", "expire", "invalide", "pas valide", "erreur", "caducad", "no valid",
    "no es valid", "scadut", "non valid", "errore", "verlopen", "ongeldig", "neplatn", "vyprsel", "wygas", "niewazn", "blad", "invalido", "expirado", "ogiltig", "ugyldig",
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
    "sv": ("och", "att", "som", "med", "vi", "ar", "du", "inte", "dina", "var", "har"),
    "no": ("og", "som", "med", "vi", "er", "deg", "har", "du", "ikke", "alt", "vare"),
    "hu": ("es", "hogy", "nem", "van", "az", "egy", "vagy", "meg", "kerjuk", "a"),
    "fi": ("ja", "on", "ovat", "tai", "kun", "meidan", "etta", "voit", "sinun"),
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
# Characters that nobody sees (soft hyphens, zero-width spaces, marks of direction) and that tear words apart.
_UNSEEN_CHARACTERS = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
CONTACT_HERE = "\ufffc"  # stands in the text where a field for a letter or a link to a mailbox is
_NEAR = 250  # characters between what is said and what it is said about
_TOKEN = re.compile(r"[^\W_]+")


def unbroken(text: str) -> str:
    """The text without the characters that nobody sees."""
    return text if text.isascii() else _UNSEEN_CHARACTERS.sub("", text)


def protected_address(code: str) -> str:
    """A mail address that Cloudflare hid: hexadecimal octets, each exclusive-ored with the first; "" if it is none."""
    try:
        octets = bytes.fromhex(code[:400])
        return bytes(octet ^ octets[0] for octet in octets[1:]).decode("utf-8") if len(octets) > 3 else ""
    except ValueError:
        return ""


def plain(text: str) -> str:
    """Lower case, accents taken off, so that a word is found however it is written; at most 200,000 characters."""
    text = unbroken(text[:_MAX_SEARCHED])
    if text.isascii():
        return text.lower()
    text = text.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d").replace("æ", "ae").replace("’", "'")
    # One character may become eighteen.
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))[:_MAX_SEARCHED]


def names_a_policy(words: str) -> bool:
    """Whether a link's words or a part of a title, made `plain`, are just what policies are called."""
    tokens = _TOKEN.findall(words)
    return 0 < len(tokens) <= 10 and any(word in words for word in PRIVACY) and all(token in _POLICY_WORDS for token in tokens)


def is_headed_as_policy(words: str) -> bool:
    """Whether a title or heading, made `plain`, is that of a privacy policy."""
    return any(name in words for name in _POLICY_NAMES) or any(
        names_a_policy(part) for part in re.split(r"[|–—:·•»>]|\s-\s", words)
    )


def names_reports(words: str) -> bool:
    """Whether a link's words, made `plain`, are just those for reports of abuse."""
    tokens = _TOKEN.findall(words)
    about = any(token in ABUSE for token in tokens) or any(word in words for word in REPORTING)
    return 0 < len(tokens) <= 6 and about and all(token in _REPORT_WORDS for token in tokens)


def near(text: str, words: Iterable[str], most: int = 5) -> tuple[tuple[str, str], ...]:
    """(word, what stands around it) of words in a text that `plain` has made, at most twenty places of each."""
    found: list[tuple[str, str]] = []
    for word in words:
        at = text.find(word)
        for _place in range(20):
            if at < 0:
                break
            found.append((word, text[max(0, at - _NEAR) : at + len(word) + _NEAR]))
            at = text.find(word, at + len(word))
        if len(found) >= most * 20:
            break
    return tuple(found)


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
    searched = unbroken(text[:_MAX_SEARCHED])
    for pattern in (_MAIL, _SPELLED):
        for match in pattern.finditer(searched):
            found[f"{match[1]}@{_DOT.sub('.', match[2])}".lower()] = None
            if len(found) >= most:
                return tuple(found)
    return tuple(found)


def is_for_abuse(address: str) -> bool:
    """Whether a mailbox is one for reports of abuse by its name (RFC 2142 section 2)."""
    return (
        re.fullmatch(r"abuse(?:\+.*|[._-]?(?:desk|team|contact|reports?))?", address.partition("@")[0], re.DOTALL) is not None
    )


def is_perhaps_for_abuse(address: str) -> bool:
    """Whether its name speaks of abuse in another way, of substances for example."""
    return "abuse" in re.split(r"[._+-]", address.partition("@")[0]) and not is_for_abuse(address)


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
