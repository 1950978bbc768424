"""Whether a text says anything. “Problem solved, please reactivate” does not, in whatever politeness it is wrapped."""

from __future__ import annotations

import re
import unicodedata

# Words that say only that something is over, or ask for something. English and German, in the forms in which they come.
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
"""
_EMPTY = frozenset(_EMPTY_TEXT.casefold().split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Scripts without blanks between words: each character counts as one.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U0003ffff]")
_MAX = 20_000


def telling_words(text: str) -> int:
    """How many different words of a text say something of their own."""
    plain = unicodedata.normalize("NFKC", text[:_MAX]).casefold()
    single = set(_UNSPACED.findall(plain))
    words = {w.partition("'")[0].partition("’")[0] for w in _WORD.findall(_UNSPACED.sub(" ", plain))}
    return len(single) + sum(len(w) > 1 and w not in _EMPTY for w in words)


def length(text: str) -> int:
    """How long a text is, blanks put together; a character of a script without blanks counts as three, as it says as much."""
    plain = " ".join(unicodedata.normalize("NFKC", text[:_MAX]).split())
    return len(plain) + 2 * len(_UNSPACED.findall(plain))


def says_something(text: str, *, words: int = 4, characters: int = 40) -> bool:
    """Whether a text is long enough and has enough words of its own."""
    return length(text) >= characters and telling_words(text) >= words
