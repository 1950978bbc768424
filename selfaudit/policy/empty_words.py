"""Whether a text says anything. “Problem solved, please reactivate” does not, in whatever politeness it is wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Words that say only that something is over, or ask for something. English, German, French, Spanish, Italian, Dutch, Czech, Polish and
# Portuguese, in the forms in which they come.
_EMPTY_TEXT = """
a about above account accounts action actions after again all already also am an and any anymore anything appropriate are as asap at be because
been before believe best but by can case cause caused causes checked cleaned clear clients close closed complete completed completely could customer
customers day dear did do does done due each ended everything fix fixed fixes for from fully gone good great had handled happen happened happens
has have hello help here hi hope host hosting i if immediate immediately in incident inform informed investigated investigation is issue issues it its just kind kindly let
longer made make many matter me measures mistake more much must my necessary need needed never new no not nothing now of off ok okay on once online
only or our over please possible problem problems properly provider quick quickly ready reactivate reactivated reactivation reason regards regret
remove removed request require required resolve resolved resolving restore restored right root safe secure secured server servers service services
should sincerely site sites so solution solve solved some soon sorry steps still successful successfully sure system systems take taken team
thank thanks that the their them then there therefore they thing things this to today took trouble truly unblock unblocked under unlock
unlocked unsuspend unsuspended until up urgent urgently us very vps want was we website websites well were what when which will with work working works
would yes you your yours
aber abgeschlossen alle allem allen aller alles als also an auch auf aus bald bedanke behandelt behebt behoben beheben beseitigt bin bitte bitten
bleibt da dabei damit danke dankeschön dann das dass daß dem den denn der des die dies diese diesem diesen dieser dieses durch ein eine einem einen einer
eines entfernt entsperren entsperrung entschuldigung erfolgreich erledigt erneut es euch fehler fertig freischalten freischaltung freigeben freigabe
freundliche freundlichen freundlicher für ganz gebeten gefunden gelöst gelöscht gemacht geprüft gern gerne getan getroffen grüße grüßen gut habe haben hallo hat herren
hiermit hoffe ich ihnen ihr ihre ihrem ihren im in inzwischen ist ja jetzt kein keine klar komplett konto korrigiert kunde kunden kundenkonto lösung maßnahmen massnahmen mehr mein meine meinen
meiner mfg mich mir mit möchte möglich möglichst nach nicht nichts noch notwendig notwendige notwendigen nun nur ok online ordnung passiert problem probleme reaktivieren
reaktivierung repariert sache sauber schnell schnellstmöglich schon seite seiten sehr sein seit server sich sicher sie sind so sofort sofortige soweit system tut um umgehend und uns
unser unsere unserem unseren unserer unverzüglich ursache vielen verehrte verehrter vollständig von vor vorfall war waren warum webseite weil werden wieder wiederherstellen wir wird wurde wurden
zu zum zur zurück dienst dienste geehrte geehrter damen dank aktivieren aktiv activate activated active enable enabled
thx thanx pls plz asap lots lot guys kindly vserver vservers vps root ticket tickets tickets geloest geloescht geprueft moeglich lg vg schalten gelost
le la les l un une des du de d et ou est sont a été ete être etre problème probleme problèmes résolu resolu résolue réglé regle merci svp s'il vous nous
je j mon ma mes notre nos votre vos compte comptes serveur serveurs réactiver reactiver réactivez reactivez rétablir retablir débloquer debloquer plus vite
tôt possible bonjour cordialement tout toute tous toutes bien maintenant déjà deja fait faite corrigé corrige veuillez pour avec dans sur que qui ce cette
el los las una unos unas y o es está esta están estan resuelto resuelta solucionado solucionada arreglado por favor reactiven reactivar reactive mi mis
cuenta cuentas servidor cuanto antes gracias hola saludos ya todo todos nuestra nuestro su sus del al con para lo se ha sido hemos
il lo gli uno è e stato risolto risolta grazie prego per mio mia conto riattivare riattivate riattivazione prima subito tutto ora
het een en opgelost opgelost gelieve mijn opnieuw activeren aub dank je wel u uw alles weer graag zo snel mogelijk deze onze ons rekening probleem
problém problem byl byla bylo vyřešen vyřešeno vyresen vyreseno prosím prosim o opětovné opetovne zapnutí zapnuti obnovení služby sluzby služba co nejdříve
nejdrive děkuji dekuji už uz vše vse je můj muj účet ucet dobrý den
został zostal rozwiązany rozwiazany proszę prosze ponowne włączenie wlaczenie aktywację konto konta dziękuję dziekuje jak najszybciej już juz mój moj serwer
problema o a os as foi resolvido resolvida obrigado obrigada por reativar reativem minha meu conta servidor já rápido
"""
_EMPTY = frozenset(_EMPTY_TEXT.casefold().split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Scripts without blanks between words: each character counts as one.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U0003ffff]")
# How characters that show nothing are written once a text was made printable.
_ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", re.IGNORECASE)
# Which server or mailbox it is about says nothing of what happened there.
_PLACE = re.compile(
    r"https?://\S{1,2000}|[^\s@]{0,64}@[^\s@]{1,253}|\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}\b|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}",
    re.IGNORECASE,
)
_LEET = str.maketrans("013457", "oieast")
_KEYBOARD = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")
_MAX = 20_000


def telling_words(text: str, names: Iterable[str] = ()) -> int:
    """How many different words of a text say something of their own. Domains, addresses, numbers, `names` and hammering on keys do not."""
    plain = _PLACE.sub(" ", _visible(text))
    single = set(_UNSPACED.findall(plain))
    words = {w.partition("'")[0].partition("’")[0] for w in _WORD.findall(_UNSPACED.sub(" ", plain))}
    known = {w for name in names for w in _WORD.findall(_visible(name))}
    return len(single) + sum(w not in known and _tells(w) for w in words)


def length(text: str) -> int:
    """How long a text is, blanks put together; a character of a script without blanks counts as three, as it says as much."""
    plain = " ".join(_visible(text).split())
    return len(plain) + 2 * len(_UNSPACED.findall(plain))


def says_something(text: str, *, words: int = 4, characters: int = 40, names: Iterable[str] = ()) -> bool:
    """Whether a text is long enough and has enough words of its own; `names` of who signs are none."""
    return length(text) >= characters and telling_words(text, names) >= words


def _visible(text: str) -> str:
    """A text in lower case, without what shows nothing."""
    whole = unicodedata.normalize("NFKC", _ESCAPED.sub("", text[:_MAX]))
    return "".join(c for c in whole if unicodedata.category(c) not in ("Cf", "Cc", "Mn") or c in "\n\t\r").casefold()


def _tells(word: str) -> bool:
    plain = word.translate(_LEET)
    bare = plain.rstrip("0123456789") or plain
    if len(bare) < 2 or word.isdigit() or {word, plain, bare, word.rstrip("0123456789")} & _EMPTY:
        return False
    return len(set(bare)) > 1 and not any(bare in row for row in _KEYBOARD if len(bare) > 2)
