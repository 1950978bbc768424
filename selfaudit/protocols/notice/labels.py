"""The labels by which notices name things ("Source IP: ..."), English and German."""

from __future__ import annotations

import re

LABEL = re.compile(r"\s{0,12}(?:[-*•|]\s{0,3})?([A-Za-zÄÖÜäöüß][\w /()#.-]{0,38}[\w)#])\s{0,20}(?:[:=]\s{0,20}|\t+)(\S.*)")
LABELS = {
    label: role
    for role, labels in {
        "source": "source ip|source-ip|source address|source|src|src ip|src_ip|ip|ips|ip address|ip addresses|ip-address|ip-adresse|ip adresse|offending ip|offender|"
        "attacker|attacker ip|attacking ip|attacker-ip|your ip|ihre ip|ihre ip-adresse|betroffene ip|betroffene ip-adresse|quell-ip|quelle|server ip|server|host ip|"
        "affected ip|reported ip|abusive ip|infected ip|ip / host|affected service|reported address|from ip|sending ip",
        "other": "destination ip|destination|dest|dst|dst ip|dst_ip|target|target ip|victim|victim ip|ziel|ziel-ip|opfer|reporter ip|recipient|to|an",
        "time": "date|time|timestamp|date/time|date and time|date-time|event time|datum|zeit|zeitpunkt|uhrzeit|datum/uhrzeit|first seen|last seen|seen|detected|"
        "incident date|time (utc)|timestamp (utc)|date (utc)|arrival-date|detected at|reported at|report date|attack time",
        "url": "url|urls|link|phishing url|malware url|reported url|offending url|reported-uri|infringing url|location|web address|adresse der seite",
        "domain": "domain|domains|domain name|hostname|host name|host|website|web site|webseite|reported-domain|reported domain|offending domain|betroffene domain",
        "message-id": "message-id|message id|messageid|nachrichten-id",
        "port": "port|source port|src port|src_port|source-port|service port|quell-port",
        "kind": "type|category|report-type|report type|issue|problem|abuse type|art|art des missbrauchs|kategorie|attack type|report category|feedback-type|reason|grund",
        "zone": "timezone|time zone|zeitzone",
    }.items()
    for label in labels.split("|")
}
# Labels that stand in signatures as well: what they name counts only where nothing else tells whose it is.
WEAK = frozenset(
    (
        "ip",
        "ips",
        "ip address",
        "ip addresses",
        "ip-address",
        "ip-adresse",
        "ip adresse",
        "server",
        "server ip",
        "host ip",
        "source",
        "quelle",
    )
)
# Labels that mean a name of the accused, even where others were attacked.
SURE = frozenset(("reported-domain", "reported domain", "offending domain", "betroffene domain", "phishing url", "malware url", "reported url", "offending url",
                  "reported-uri", "infringing url"))  # fmt: skip


def role_of(line: str) -> tuple[str, str, str]:
    """(role, label, value) of a line that a label begins, "" for none."""
    match = LABEL.fullmatch(line)
    label = " ".join(match[1].lower().split()) if match else ""
    role = LABELS.get(label, "")
    return (role, label, match[2].strip()) if match and role else ("", "", "")
