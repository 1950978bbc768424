"""The words by which notices say what they are about, what they demand, and what they go by. English and German."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from selfaudit.case.notice import Topic
from selfaudit.text import printable

MAX_STEP = 400
MAX_STEPS = 50

# The order decides between topics that are named equally often: what is narrower comes first.
_TOPICS: tuple[tuple[Topic, str], ...] = (
    ("phishing", r"phish\w{0,6}|pharming|credential\s(?:harvest|theft)\w{0,4}|gefälschte\s(?:web)?seite|fake\s(?:login|bank)"),
    ("malware", r"malware|virus(?:es)?|trojan\w{0,3}|ransomware|schadsoftware|schadcode|malicious\s(?:file|code|software|payload)|web\s?shell"),
    ("compromise", r"compromised?|hacked|infected|infection|botnet|sinkhole\w{0,3}|bots?|drone|kompromittiert\w{0,2}|gehackt\w{0,2}|infiziert\w{0,2}"),
    ("open-relay", r"open\s(?:mail\s|smtp\s)?relay|offenes?\srelay|relay(?:s|ing)\sfor\s(?:anyone|third)"),
    ("open-resolver", r"open\s(?:recursive\s)?(?:dns[- ]?)?resolver|open\srecurs\w{3,5}|offener\s(?:dns-)?resolver|openresolver"),
    ("open-proxy", r"open\s(?:http\s|https\s|socks\s?\d?\s)?prox(?:y|ies)|offener\sproxy"),
    ("amplifier", r"amplif\w{3,8}|reflect(?:ion|or)\w{0,2}|ntp\s(?:monitor|monlist|mode\s?[67])|monlist|ssdp|memcached|chargen|verstärk\w{0,6}angriff\w{0,2}"),
    ("login-attack", r"failed\spassword|invalid\suser|authentication\sfailure|brute[- ]?force\w{0,2}|(?:failed|fehlgeschlagene)\slogin\w{0,2}|login\s(?:attack|attempt)\w{0,2}|password\s(?:guess|attack|spray)\w{0,4}|credential\sstuffing|ssh\sattack\w{0,2}|fail2ban"),
    ("scan", r"(?:port|network|vulnerability)[- ]?scan\w{0,5}|portscans?|netscan|net-?scans?|scan(?:ning)?\sactivit\w{1,3}|netzwerkscan\w{0,3}"),
    ("dos", r"(?:d)?dos[- ](?:attack|angriff)\w{0,2}|ddos|denial[- ]of[- ]service|\w{0,4}flood(?:ing|s)?|mail[- ]?bomb\w{0,4}"),
    ("vulnerable-service", r"vulnerab(?:le|ility|ilities)|cve-[0-9]{4}-[0-9]{4,7}|outdated\s(?:software|version)|schwachstellen?|verwundbar\w{0,2}|sicherheitslücken?"),
    ("open-service", r"(?:openly|publicly)\s(?:accessible|reachable|exposed)|open\s(?:port|service|server|redis|mongodb|elasticsearch|rdp|smb|ldap|snmp)\w{0,1}|offen\s(?:erreichbar\w{0,3}|aus\sdem\sinternet)|accessible\s(?:from\sthe\sinternet|rdp|smb)"),
    ("blocklist", r"block-?\s?list\w{0,3}|black-?\s?list\w{0,3}|dnsbl|rbl|spamhaus|spamcop|surbl|uribl|delist\w{0,3}|sbl[0-9]{4,7}|barracuda"),
    ("spam", r"spam(?!haus|cop|rats)\w{0,12}|unsolicited|unerwünschte\w{0,2}\s(?:e-?mail|werbe|massen)\w{0,10}|bulk\s(?:e-?)?mail\w{0,3}|junk\s?mail|\bube\b|\buce\b|unverlangte\w{0,2}|newsletter"),
    ("consent", r"opt(?:ed)?[- ]?in\w{0,2}|proof\sof\sconsent|without\s(?:my|their|the\srecipient'?s)\sconsent|purchased\slist|mailing\slists?|einwilligung\w{0,2}"),
    ("opt-out", r"unsubscri\w{2,5}|opt(?:ed)?[- ]?out\w{0,2}|abmelde\w{1,6}|abbestell\w{1,6}"),
    ("authentication", r"spf|dkim|dmarc|forged\s(?:e-?mail\s)?header\w{0,2}|spoof(?:ed|ing)\s(?:e-?mail|sender|header)\w{0,2}|reverse\sdns|rdns"),
    ("registration", r"whois|registration\s(?:data|details|information)|registrant\w{0,2}|inhaberdaten|domaininhaber\w{0,2}"),
    ("copyright", r"copyright\w{0,6}|dmca|infring(?:ement|ing)\w{0,2}|trademark\w{0,2}|urheberrecht\w{0,12}|markenrecht\w{0,10}|bittorrent"),
    ("content", r"(?:illegal|offensive|harmful|abusive|hateful|fraudulent)\scontent|rechtswidrige\w{0,2}\sinhalt\w{0,2}|strafbare\w{0,2}\sinhalt\w{0,2}|scam\w{0,3}|fraud(?:ulent)?|betrug\w{0,4}"),
    ("resources", r"(?:excessive|disproportionate|high)\s(?:cpu|load|disk|i/?o|ram|memory|bandwidth|inode|resource|api)\w{0,2}|inode\w{0,2}|übermäßige\w{0,2}\slast"),
)  # fmt: skip
_TOPIC_PATTERNS = tuple((topic, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for topic, words in _TOPICS)

_EVIDENCE = re.compile(
    r"\s{0,8}(?:-{2,}\s?(?:begin|original|forwarded|ursprüngliche|weitergeleitete|log|evidence|spam|sample|headers?)\b|(?:evidence|logs?|log\s(?:lines|entries|excerpt)|"
    r"spam\ssample|offending\smessage|sample|full\sheaders?|message\sheaders?|belege?|beweise?|protokoll(?:auszug)?|auszug)\s?[^\n:]{0,40}:\s*\Z|received:\s|return-path:\s|x-\w{2,40}:\s)",
    re.IGNORECASE,
)

_DEMAND = re.compile(
    r"\b(?:please|kindly|you\s(?:must|have\sto|need\sto|are\s(?:required|requested|asked|obliged|obligated)\sto|should)|we\s(?:require|request|ask|expect|demand|need)\b|must\sbe|thank\syou\sfor\staking\sthe\snecessary|"
    r"bitte|wir\s(?:bitten|fordern|erwarten|verlangen|benötigen)|sie\s(?:müssen|haben\sdafür|sind\sverpflichtet)|ist\s(?:umgehend|unverzüglich|sofort)\szu|sind\s(?:umgehend|unverzüglich|sofort)\szu)\b",
    re.IGNORECASE,
)
_NO_DEMAND = re.compile(
    r"\b(?:do\snot\s(?:hesitate|reply|respond|answer)|don't\shesitate|please\s(?:note|find|see\s(?:below|attached)|be\s(?:aware|advised)|contact\s(?:us|me)\sif|feel\sfree|accept)|"
    r"nicht\sauf\sdiese\s(?:e-?mail|nachricht)|bitte\s(?:beachten|entschuldigen)|zögern\ssie\snicht|bei\s(?:rück)?fragen|if\syou\shave\s(?:any\s)?(?:further\s)?questions|"
    r"to\sunsubscribe|report\s(?:an\s)?(?:errors?|mistakes?))\b",
    re.IGNORECASE,
)
_LIST_HEAD = re.compile(
    r"\b(?:please|must|required|following|steps|actions?|measures|we\s(?:require|need|ask)|before\swe|bitten?|folgende\w{0,2}|maßnahmen|schritte|müssen|benötigen|to\sbe\sreinstated|remediation)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s{0,12}(?:[-*•–+]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)])\s{1,8}(\S.*)", re.IGNORECASE)
_LABELLED = re.compile(r"\s{0,12}([A-ZÄÖÜ][\w /().-]{1,30}):\s{1,20}\S")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“„A-ZÄÖÜ0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|sec|art|abs|nr|z\.b|bzw|ca|mr|mrs|dr|inkl|usw|evtl|ggf|d\.h)|(?:^|\s)[A-Za-z0-9])\.\Z",
    re.IGNORECASE,
)

_CLAUSE_NUMBER = re.compile(
    r"(?:\b(?:sections?|clauses?|sec\.|paragraphs?|articles?|abschnitte?|abschnitts|ziffer|artikel|punkt|aup|acceptable\suse\spolicy)|§{1,2})\s{0,2}(?:no\.?\s|nr\.?\s)?"
    r"([0-9]{1,3}(?:\.[0-9]{1,3}){0,3}(?:\(?[a-z]\)?(?![a-z]))?)(?![0-9:/-]|\.[0-9])([^;\n]{0,40})",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"[\s,]{1,2}(?:(?:abs|absatz|satz|nr|lit)\.?\s?[0-9a-z]{1,3}\s?,?\s?){0,3}(?:of\sthe\s|der\s|des\s)?(?:uwg|tmg|ddg|stgb|bgb|urhg|tkg|tddg|ttdsg|dsgvo|ds-gvo|gdpr|bdsg|dmca|can-spam|casl|u\.?s\.?c|dsa|rfc)\b",
    re.IGNORECASE,
)
_MORE_NUMBERS = re.compile(
    r"\b(?:in\sparticular|especially|insbesondere|and|und|or|oder)\s([0-9]{1,2}(?:\.[0-9]{1,2}){1,2}[a-z]?)(?![0-9:/-]|\.[0-9])",
    re.IGNORECASE,
)
_POLICY_WORDS = re.compile(r"\baup\b|acceptable|polic(?:y|ies)|nutzungsrichtlini|richtlini", re.IGNORECASE)
_OF = re.compile(r"[\s,]{1,3}(?:of|der|des)\s", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"^\s?\([^()]{1,60}\)")
_OTHER_DOCUMENT = re.compile(
    r"[\s,]{1,3}(?:(?:of|in|under)\s)?(?:the\s|our\s|your\s|unserer?\s)?(?:\w{1,20}\s){0,2}(?:act|terms|tos|agreement|contract|rfc|agb|vertrag\w{0,2}|nutzungsbedingungen)\b",
    re.IGNORECASE,
)
_OTHER_DOCUMENT_BEFORE = re.compile(
    r"(?:\brfc[\s-]?[0-9]{3,5}|\b(?:act|terms(?:\sof\s(?:service|use))?|tos|agb|agreement|contract|dmca|gdpr|dsgvo|can-spam))[\s,:(]{1,3}\Z",
    re.IGNORECASE,
)
_CLAUSE_HEADING = re.compile(r"\s?\(([A-Za-zÄÖÜ][^()\n]{2,60})\)")
_CLAUSE_ID = re.compile(r"(?<![\w-])([A-Z]{1,3}-[0-9]{1,2}(?:\.[0-9]{1,2}[a-z]?)?)(?![\w-])")
_CLAUSE_NAME = re.compile(
    r"\b(?:sections?|clauses?|abschnitte?|kapitel|heading|policy)\s{0,2}[\"“„«‘']([^\"“”„»’'\n]{3,80})[\"”“»’']", re.IGNORECASE
)

_REFERENCE = re.compile(
    r"(?:\b(?:ticket|case|abuse|incident|report|complaint|reference|tracking|vorgangs?|fall|beschwerde|melde)\s?-?_?(?:id|number|no\.?|nr\.?|nummer|#|reference)\s{0,2}[:=#]?|"
    r"\bticketnummer\s{0,2}[:=#]?|\b(?:ticket|case|incident|complaint|report|reference|aktenzeichen)\s{0,2}[:#=]{1,2}|\bref\.?\s?[:#]|\baz\.?:|\babuseid\s?:)"
    r"\s{0,3}\[?#?([A-Za-z0-9][A-Za-z0-9:._/-]{2,60})",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"[\[(](?:#|ticket\s?#?:?|case\s?#?:?)?\s?([A-Z]{0,8}[#:-]?[0-9][A-Z0-9:._-]{3,40})[\])]", re.IGNORECASE
)

_SBL = re.compile(r"\b(SBL[0-9]{4,7})\b", re.IGNORECASE)
_SPAMCOP = re.compile(r"spamcop[^\n]{0,80}?\bid:?\s{0,2}([a-z]?[0-9]{8,12}\w{0,40})", re.IGNORECASE)
_LISTS = (
    (r"\bcheck\.spamhaus\.org|\bspamhaus\b", "Spamhaus"), (r"\bsbl(?:[0-9]{4,7})?\b", "Spamhaus SBL"), (r"\bxbl\b", "Spamhaus XBL"),
    (r"(?<![\w.])css\b(?=[^\n]{0,60}(?:list|spamhaus))|spamhaus\scss\b", "Spamhaus CSS"), (r"\bpbl\b", "Spamhaus PBL"),
    (r"\bdbl\b", "Spamhaus DBL"), (r"\bspamcop\b", "SpamCop"), (r"\bsurbl\b", "SURBL"), (r"\buribl\b", "URIBL"),
    (r"\bbarracuda(?:central)?\b", "Barracuda"), (r"\bblocklist\.de\b", "blocklist.de"), (r"\bdronebl\b", "DroneBL"),
    (r"\buceprotect\b", "UCEPROTECT"), (r"\babusix\b", "Abusix"), (r"\bpsbl\b", "PSBL"), (r"\bspamrats\b", "SpamRATS"),
    (r"\bmailspike\b", "Mailspike"), (r"\bspfbl\b", "SPFBL"), (r"\babuseipdb\b", "AbuseIPDB"),
)  # fmt: skip
_LIST_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in _LISTS)

SUSPENDED = re.compile(
    r"\b(?:(?:has|have|had|was|were|is|are)\s(?:now\s|been\s|temporarily\s|therefore\s|already\s|currently\s){0,3}(?:suspended|locked|blocked|disabled|null-?routed|taken\soffline)|"
    r"we\s(?:have\s)?(?:now\s|temporarily\s|already\s){0,2}(?:suspended|locked|blocked|disabled|null-?routed)|"
    r"(?:wurden?|ist|sind|haben\swir)\s[^!?\n]{0,80}(?:gesperrt|abgeschaltet|deaktiviert|blockiert|gesperrt\sworden))\b",
    re.IGNORECASE,
)
CONDITIONAL = re.compile(
    r"\b(?:will|would|may|might|could|if|otherwise|unless|wird|werden|würde|kann|könnte|falls|sonst|andernfalls|wenn)\b",
    re.IGNORECASE,
)


def topics(text: str, subject: str = "", opening: str = "") -> tuple[Topic, ...]:
    """What a text is about, the surest first. A word in the heading counts as three more, one in the opening as two more."""
    counts = {
        topic: len(pattern.findall(text)) + 3 * len(pattern.findall(subject)) + 2 * len(pattern.findall(opening))
        for topic, pattern in _TOPIC_PATTERNS
    }
    return tuple(sorted((t for t, count in counts.items() if count), key=lambda t: -counts[t]))


def opening(lines: list[str]) -> str:
    """The first paragraph that is more than a greeting."""
    for paragraph in "\n".join(line.strip() for line in lines[:60]).split("\n\n"):
        if len(paragraph) > 40:
            return paragraph
    return ""


_ATTACKED = re.compile(
    r"\b(?:attack(?:ed|s|ing|er)?|tried\spasswords?|guess\w{0,3}\spasswords?|angriffe?|angegriffen|greift|brute[- ]?force)\b",
    re.IGNORECASE,
)
_ATTACKS: frozenset[Topic] = frozenset(("login-attack", "scan", "dos"))
_HOSTED: frozenset[Topic] = frozenset(("phishing", "malware", "copyright", "content", "registration"))


def is_attack(text: str, found: Iterable[Topic]) -> bool:
    """Whether a notice is about attacks on others, so that a name in it is rather that of who was attacked."""
    told = tuple(found)
    if told and told[0] in _HOSTED:
        return False
    return not _ATTACKS.isdisjoint(told) or (not told and _ATTACKED.search(text) is not None)


def split_evidence(lines: list[str]) -> tuple[list[str], list[str]]:
    """The writer's own lines, and those from which on logs or quoted messages follow."""
    for number, line in enumerate(lines):
        if _EVIDENCE.match(line):
            return lines[:number], lines[number:]
    return lines, []


def sentences(lines: Iterable[str]) -> Iterator[str]:
    """The sentences of a text, lines of one paragraph put together; bullets stand for themselves."""
    paragraph: list[str] = []
    for line in (*lines, ""):
        stripped = line.strip()
        if stripped.startswith(">"):
            continue
        label = _LABELLED.match(line)
        if label and not _DEMAND.search(label[1]):
            if paragraph:
                yield from _split(" ".join(paragraph))
                paragraph = []
            yield stripped[:20_000]
            continue
        if stripped and not _BULLET.match(line) and len(paragraph) < 100:
            paragraph.append(stripped)
            if not stripped.endswith(":"):
                continue
        if paragraph:
            yield from _split(" ".join(paragraph))
            paragraph = []
        bullet = _BULLET.match(line)
        if bullet:
            paragraph = [bullet[1].strip()]


def _split(paragraph: str) -> Iterator[str]:
    whole = ""
    for piece in _SENTENCE_END.split(paragraph[:20_000]):
        whole = f"{whole} {piece}".strip()
        if not _ABBREVIATION.search(whole[-8:]):
            yield whole
            whole = ""
    if whole:
        yield whole


def steps(lines: list[str]) -> tuple[str, ...]:
    """What a text asks for: sentences with "please" or "you must", and the bullets below a line that announces them."""
    found: dict[str, None] = {}
    for sentence in _bullets(lines):
        found.setdefault(sentence, None)
    for sentence in sentences(lines):
        if _DEMAND.search(sentence) and not _NO_DEMAND.search(sentence) and not sentence.endswith(":") and len(sentence) > 12:
            found.setdefault(_clean(sentence), None)
    order = " ".join(" ".join(lines).split())
    placed = sorted(found, key=lambda step: order.find(step[:40]) if step[:40] in order else len(order))
    return tuple(placed[:MAX_STEPS])


def _bullets(lines: list[str]) -> Iterator[str]:
    head = False
    for line in lines:
        stripped = line.strip()
        bullet = _BULLET.match(line)
        if bullet and head:
            if len(bullet[1].strip()) > 4:
                yield _clean(bullet[1])
        elif stripped and not line.startswith((" ", "\t")):
            head = stripped.endswith(":") and _LIST_HEAD.search(stripped[-160:]) is not None


def _clean(text: str) -> str:
    return printable(" ".join(text.split()), MAX_STEP - 1)


def clauses(text: str) -> tuple[str, ...]:
    """Sections of a policy that a text names: numbers, ids and headings in quotation marks. Sections of laws are not meant."""
    found: dict[str, None] = {}
    for match in _CLAUSE_NUMBER.finditer(text):
        by_name = match[0].lower().startswith(("aup", "acceptable"))
        if _LAW.match(match[2]) or (
            not by_name and _of_other_document(text[max(0, match.start() - 60) : match.start()], match[2])
        ):
            continue
        found.setdefault(match[1].replace("(", "").replace(")", ""), None)
        heading = _CLAUSE_HEADING.match(match[2])
        if heading:
            found.setdefault(printable(" ".join(heading[1].split()), 80), None)
    if found:
        found.update(dict.fromkeys(match[1] for match in _MORE_NUMBERS.finditer(text)))
    for pattern in (_CLAUSE_ID, _CLAUSE_NAME):
        for match in pattern.finditer(text):
            if not match[1].startswith(("CVE-", "RFC-", "ISO-")):
                found.setdefault(printable(" ".join(match[1].split()), 80), None)
    return tuple(found)[:50]


def _of_other_document(before: str, after: str) -> bool:
    """Whether a section is that of a law, a standard or a contract, not of a policy."""
    rest = _IN_BRACKETS.sub("", after)
    if _OTHER_DOCUMENT_BEFORE.search(before) or _OTHER_DOCUMENT.match(rest):
        return True
    return _OF.match(rest) is not None and not _POLICY_WORDS.search(rest)


def reference(text: str, subject: str = "") -> str:
    """The ticket, report or listing by which a notice calls itself, "" for none. A listing's own id comes last."""
    for pattern, where in (
        (_REFERENCE, subject),
        (_BRACKETED, subject),
        (_REFERENCE, text),
        (_SPAMCOP, f"{subject}\n{text}"),
        (_SBL, f"{subject}\n{text}"),
    ):
        for match in pattern.finditer(where[:50_000]):
            value = match[1].rstrip(".,:;-_/")
            if any(c.isdigit() for c in value) and not re.fullmatch(
                r"[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9]{4}-[0-9]{2}-[0-9]{2}", value
            ):
                return printable(value.upper() if pattern is _SBL else value, 80)
    return ""


def listings(text: str) -> tuple[str, ...]:
    """Blocklists that a text names, and ids of their entries."""
    found = {match[1].upper(): None for match in _SBL.finditer(text)}
    names = [name for pattern, name in _LIST_PATTERNS if pattern.search(text)]
    if any(name.startswith("Spamhaus ") for name in names):
        names = [name for name in names if name != "Spamhaus"]
    return tuple(dict.fromkeys((*names, *found)))[:50]
