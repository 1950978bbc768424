"""What the columns of a ledger hold, by their names in four languages and in common newsletter software, and by their content."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.ledger.model import ADDRESSES, ROLES, TIMES, ColumnGuess, ColumnSeen, Confidence, Form
from selfaudit.protocols.ledger.redact import FORMULA, example, is_formula
from selfaudit.protocols.ledger.times import Ambiguous, is_empty, read_time
from selfaudit.protocols.ledger.words import FLAGS_NO, FLAGS_YES, ip_kind, state_of
from selfaudit.text import printable

# Names without accents, spaces and signs. Mailchimp: OPTIN_TIME; Brevo: ADDED_TIME; MailPoet: subscribed_ip; CleverReach: activated;
# phpList: entered, bouncecount; Sendy: join_date, signup_ip; Mailman: address, moderation_action.
_NAMES = {
    "recipient": """email emailaddress mail emailadresse mailadresse adressemail adresseemail adresseelectronique courriel correo
        correoelectronico direccionemail direcciondecorreo recipient empfaenger empfanger destinataire destinatario subscriber subscriberid
        address phone phonenumber mobile telefon telefonnummer rufnummer handynummer telephone telefono msisdn hash emailhash contact
        emailid useremail subscriberemail""",
    "channel": "channel kanal canal medium medio listtype kontaktkanal",
    "source": """source quelle origine origen fuente optinsource signupsource formurl form formular formulaire formulario herkunft
        referrer referer signupform signupmethod addedvia anmeldequelle optinquelle signupurl consentsource provenance""",
    "text_version": """textversion consenttext consenttextversion consentversion version einwilligungstext textfassung fassung policyversion
        versiondutexte versiontexte versiondeltexto privacyversion gdprversion consentform consenttextid formversion""",
    "consent_at": """consentat consenttime consentdate consented consent optintime optindate optinat optin addedtime dateadded addeddate
        signupdate signuptime signedup signedupat subscribedat subscribed subscriptiondate subscribedate subscribetime createdat created
        entered joindate joined joinedat registered registrationdate registeredat timestamp anmeldedatum anmeldung angemeldet angemeldetam
        anmeldezeit anmeldezeitpunkt eingetragen eingetragenam einwilligung einwilligungam einwilligungszeitpunkt einwilligungvom
        registriert registriertam dateinscription inscritle datedinscription dateconsentement consentementle consentement inscription
        fechaalta alta fechadealta fechaconsentimiento fechadeconsentimiento consentimiento fechasuscripcion fechadesuscripcion
        lastsubscribedat""",
    "consent_ip": """consentip optinip signupip subscribeip subscribedip ip ipaddress ipadresse adresseip direccionip registrationip anmeldeip
        ipanmeldung ipinscription ipdinscription ipalta joinip createdip einwilligungip ipconsentement ipconsentimiento""",
    "confirm_at": """confirmat confirmtime confirmedat confirmed confirmdate confirmationdate confirmationtime confirmation doi doitime doidate
        doubleoptin doubleoptintime doubleoptindate doubleoptinat activated activatedat activationdate verifiedat bestatigt
        bestaetigt bestatigtam bestaetigtam bestatigung bestaetigung bestatigungsdatum bestaetigungsdatum bestatigungszeitpunkt
        bestaetigungszeitpunkt doidatum aktiviert aktiviertam dateconfirmation confirmele datedeconfirmation fechaconfirmacion
        fechadeconfirmacion confirmado confirmadoel""",
    "confirm_ip": """confirmip confirmedip confirmationip doiip doubleoptinip activationip bestatigungip bestaetigungip bestatigungsip
        bestaetigungsip ipbestatigung ipconfirmation ipdeconfirmation ipconfirmacion ipdeconfirmacion""",
    "confirm_token": """confirmtoken confirmationtoken token doitoken optintoken activationkey uniqid confirmkey confirmationkey
        bestatigungstoken bestaetigungstoken jeton jetonconfirmation tokenconfirmacion""",
    "withdrawn_at": """withdrawnat withdrawn unsubtime unsubscribedat unsubscribed unsubscribedate unsubscribetime optouttime optoutdate optoutat
        optedoutat optedout optout optouted unsubscribe unsubscribedon unsubbed unsub blocklisted blocklistedat blacklisted blacklistedat
        emailblacklisted emailblocklisted removed removedat removedon deleted deletedat revokedat deactivated deactivatedat abgemeldet abgemeldetam abmeldedatum abmeldung abmeldezeitpunkt abmeldezeit abgemeldetseit ausgetragen ausgetragenam geloescht geloscht geloeschtam geloschtam widerruf widerrufen widerrufenam
        widerrufam austragung desinscritle datedesinscription datededesinscription desinscription desabonnement datedesabonnement
        fechabaja baja fechadebaja""",
    "last_mailed": """lastmailed lastmailedat lastsent lastsentat lastemailsent lastemail lastcontact lastcontacted lastcampaign
        lastmessage lastmail lastsenddate letztemail letzteremailversand letztermailversand letzterversand letzterkontakt zuletztangeschrieben
        dernierenvoi dernieremail ultimoenvio ultimocorreo""",
    "last_bounce": """lastbounce lastbounceat bounced bouncedat bouncetime bouncedate cleantime hardbouncedat letzterbounce letztebounce
        bouncedatum dernierrejet rebote ultimorebote""",
    "last_complaint": """lastcomplaint complaint complaintat complainedat complaintdate complaintime spamcomplaint spamreportedat
        letztebeschwerde beschwerde beschwerdeam dernireplainte dernierplainte derniereplainte plainte ultimaqueja queja""",
    "bounce_code": """bouncecode bouncetype bouncestatus bouncereason smtpcode dsn dsncode cleancampaigntitle bouncegrund bouncecodes
        codebounce coderejet codigorebote tiporebote""",
    "status": """status state zustand statut etat estado subscriptionstatus subscriberstatus globalstatus memberstatus liststatus
        abostatus""",
}  # fmt: skip
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split()}
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_FLAGS = FLAGS_YES | FLAGS_NO
_ENOUGH = 0.9
_EXAMPLES = 3
# Names that may be the time of a consent, of an import or of a change: somebody has to confirm them.
_VAGUE_TIMES = frozenset(
    [
        "created",
        "createdat",
        "timestamp",
        "entered",
        "registered",
        "registeredat",
        "dateadded",
        "addeddate",
        "addedtime",
        "lastsubscribedat",
    ]
)
_LEAVING = re.compile(
    r"(?:is|has|email)?(?:unsub|opt(?:ed)?out|block|black|withdr|abgemeldet|abmelde|austrag|ausgetrag|desinscr|desabonn|baja|suppress)"
)
_NOT_LEAVING = re.compile(r"url|link|token|key|hash|reason|grund|campaign|kampagne|motif|motivo|title")
# Names that say little by themselves, and give way to one that says more.
_VAGUE = frozenset(
    [
        "address",
        "contact",
        "timestamp",
        "created",
        "createdat",
        "version",
        "form",
        "hash",
        "ip",
        "ipaddress",
        "ipadresse",
        "token",
        "confirmation",
        "inscription",
        "modified",
        "entered",
        "lastsubscribedat",
        "phone",
        "mobile",
        "telefon",
        "handynummer",
        "telephone",
        "telefono",
        "medium",
        "subscriberid",
        "uniqid",
        "referrer",
        "referer",
    ]
)


def plain_name(name: str) -> str:
    """A name in small letters without accents, spaces and signs."""
    spelled = unicodedata.normalize("NFKD", name[:200].lower().replace("ß", "ss"))
    return "".join(c for c in spelled if c.isalnum() and c.isascii())


def guess(form: Form, rows: Sequence[Sequence[str]]) -> ColumnGuess:
    """Guesses by the names and the first rows."""
    columns = [[row[i] for row in rows] for i in range(len(form.names))]
    roles = [_BY_NAME.get(plain_name(name), "") for name in form.names]
    names = [plain_name(n) for n in form.names]
    found = [_judge(role, values) for role, values in zip(roles, columns, strict=True)]
    found = [
        (role, Confidence.LIKELY) if name in _VAGUE_TIMES and confidence is Confidence.CERTAIN and role else (role, confidence)
        for (role, confidence), name in zip(found, names, strict=True)
    ]
    # A column that may tell who has left is never passed over in silence.
    found = [
        ("withdrawn_at", Confidence.UNSURE)
        if not role and _LEAVING.match(name) and not _NOT_LEAVING.search(name)
        else (role, sure)
        for (role, sure), name in zip(found, names, strict=True)
    ]
    _flags_as_status(found, roles, columns)
    _by_content(found, columns)
    seen = []
    for number, (role, confidence) in enumerate(_rivals(found, names), 1):
        examples = tuple(example(v, role) for v in _first_values(columns[number - 1]))
        seen.append(ColumnSeen(number, name_shown(form.names[number - 1]), role, confidence, examples))
    doubled = tuple(name_shown(n) for n, count in Counter(filter(None, form.names)).items() if count > 1)
    claimed = {c.role for c in seen}
    return ColumnGuess(form, tuple(seen), doubled, tuple(r for r in ROLES if r not in claimed))


def name_shown(name: str) -> str:
    """The name of a column, safe to show."""
    return FORMULA if is_formula(name) else printable(name, 40)


def _first_values(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(v for v in values if v.strip()))[:_EXAMPLES]


def _judge(role: str, values: Sequence[str]) -> tuple[str, Confidence]:
    """A role by name, and whether the content agrees with it."""
    filled = [v.strip() for v in values if v.strip()]
    if not role or not filled:
        return role, Confidence.CERTAIN
    if role == "withdrawn_at" and all(v.lower() in _FLAGS for v in filled):
        return role, Confidence.CERTAIN  # who has left is told, only not when
    if role in TIMES:
        return role, Confidence.CERTAIN if _share(filled, _is_time) >= _ENOUGH else Confidence.UNSURE
    if role in ADDRESSES:
        return role, Confidence.CERTAIN if _share(filled, lambda v: ip_kind(v) != "bad") >= _ENOUGH else Confidence.UNSURE
    if role == "recipient":
        fit = _share(filled, _is_recipient) >= _ENOUGH
        return role, Confidence.CERTAIN if fit else Confidence.UNSURE
    return role, Confidence.CERTAIN


def _flags_as_status(found: list[tuple[str, Confidence]], roles: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Yes and no in a column for times is no time: of “confirmed” it is a state. Of a bounce it stays in doubt."""
    for number, (role, confidence) in enumerate(found):
        filled = [v.strip().lower() for v in columns[number] if v.strip()]
        if role in TIMES and confidence is Confidence.UNSURE and filled and all(v in _FLAGS for v in filled):
            if role == "confirm_at" and "status" not in roles:
                found[number] = ("status", Confidence.CERTAIN)
            elif role in ("consent_at", "confirm_at"):
                found[number] = ("", Confidence.CERTAIN)


def _by_content(found: list[tuple[str, Confidence]], columns: Sequence[Sequence[str]]) -> None:
    """A column of addresses is the recipient where no name tells."""
    if any(role == "recipient" and confidence is Confidence.CERTAIN for role, confidence in found):
        return
    like = []
    for number, values in enumerate(columns):
        filled = [v.strip() for v in values if v.strip()]
        if filled and not found[number][0] and _share(filled, lambda v: _ADDRESS.fullmatch(v) is not None) >= _ENOUGH:
            like.append(number)
    for number in like:
        alone = len(like) == 1
        sure = Confidence.CERTAIN if alone and len(columns) == 1 else Confidence.LIKELY if alone else Confidence.UNSURE
        found[number] = ("recipient", sure)


def _rivals(found: list[tuple[str, Confidence]], names: Sequence[str]) -> list[tuple[str, Confidence]]:
    """Of several columns for one role, one whose name says more goes first; those that stay level are all unsure."""
    out = list(found)
    for role in ROLES:
        rivals = [i for i, (r, _c) in enumerate(out) if r == role]
        if len(rivals) < 2:
            continue
        best = [i for i in rivals if out[i][1] is not Confidence.UNSURE and names[i] not in _VAGUE]
        if len(best) == 1:
            for i in rivals:
                if i != best[0]:
                    out[i] = ("", Confidence.CERTAIN)
        else:
            for i in rivals:
                out[i] = (role, Confidence.UNSURE)
    return out


def _share(values: Sequence[str], test: object) -> float:
    assert callable(test)
    return sum(1 for v in values if test(v)) / len(values)


def _is_time(text: str) -> bool:
    if is_empty(text):
        return True
    try:
        read_time(text)
    except Ambiguous:
        return True
    except (ValueError, OverflowError):
        return False
    return True


def _is_recipient(text: str) -> bool:
    """An address, a telephone number, an id or a hash: one word."""
    if _ADDRESS.fullmatch(text):
        return True
    return bool(re.fullmatch(r"\+?[\d ()/.-]{5,25}|[\w:.-]{1,128}", text, re.ASCII)) and state_of(text) == "odd"


def resolve(form: Form, columns: Mapping[str, str]) -> dict[str, int]:
    """Role -> index of its column.

    Args:
        form: of the ledger.
        columns: role -> name, or "#3" for the third column.

    Raises:
        BadInput: a role or a column is not known, a name is that of several columns, or the recipient is missing.
    """
    found: dict[str, int] = {}
    for role, name in columns.items():
        if role not in ROLES:
            raise BadInput(
                phrase("“{role}” is no kind of column; there are: {roles}", role=printable(role, 40), roles=", ".join(ROLES))
            )
        found[role] = _index(form, name)
    if "recipient" not in found:
        raise BadInput(
            phrase(
                "no column holds the recipient for certain; name it: selfaudit consent LEDGER --columns recipient=NAME --remember"
            )
        )
    twice = [name for name, count in Counter(found.values()).items() if count > 1]
    if twice:
        raise BadInput(phrase("column {number} was named for two things", number=twice[0] + 1))
    return found


def _index(form: Form, name: str) -> int:
    if re.fullmatch(r"#[0-9]{1,4}", name, re.ASCII) and 1 <= int(name[1:]) <= len(form.names):
        return int(name[1:]) - 1
    same = [i for i, n in enumerate(form.names) if n == name] or [
        i for i, n in enumerate(form.names) if n.lower() == name.strip().lower()
    ]
    if not same:
        raise BadInput(phrase("there is no column “{name}”", name=printable(name, 60)))
    if len(same) > 1:
        numbers = ", ".join(f"#{i + 1}" for i in same)
        raise BadInput(
            phrase(
                "several columns are called “{name}”; name one by its number: {numbers}",
                name=printable(name, 60),
                numbers=numbers,
            )
        )
    return same[0]


def plain_role(name: str) -> str:
    """The role that a name stands for, "" for none."""
    return _BY_NAME.get(plain_name(name), "")
