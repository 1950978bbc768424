"""Reports in XARF (xarf.org): version 4 as JSON, and version 3 as far as its main fields go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from selfaudit.case.notice import NoticeEvent, Topic
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols import bounded_json
from selfaudit.protocols.bounded_json import items, mapping, text
from selfaudit.protocols.mime import walk
from selfaudit.protocols.notice import places
from selfaudit.protocols.notice.gather import MAX_EVENTS, Gathering, clean, details

MAX_EVIDENCE = 5_000_000  # octets of one piece of evidence, as the format limits it
_MAX_PIECES = 20

_TOPICS: dict[str, tuple[Topic, ...]] = {
    "spam": ("spam",), "bulk_messaging": ("spam", "consent", "opt-out"), "login_attack": ("login-attack",),
    "auth_failure": ("login-attack",), "port_scan": ("scan",), "vuln_scanning": ("scan",), "vulnerability_scan": ("scan",),
    "reconnaissance": ("scan",), "scraping": ("resources",), "sql_injection": ("scan", "compromise"), "ddos": ("dos",),
    "ddos_amplification": ("amplifier", "dos"), "bot": ("compromise",), "infected_host": ("compromise",), "botnet": ("compromise",),
    "compromised_server": ("compromise",), "compromised_website": ("compromise",), "compromised_account": ("compromise",),
    "phishing": ("phishing",), "malware": ("malware",), "fraud": ("content",), "csam": ("content",), "csem": ("content",),
    "exposed_data": ("content", "open-service"), "brand_infringement": ("copyright", "phishing"), "data_leak": ("content",),
    "suspicious_registration": ("registration",), "remote_compromise": ("compromise",), "defacement": ("compromise",),
    "cve": ("vulnerable-service",), "open": ("open-service",), "open_service": ("open-service",),
    "misconfiguration": ("open-service",), "blocklist": ("blocklist",), "threat_intelligence": ("compromise",),
}  # fmt: skip
_CATEGORIES: dict[str, tuple[Topic, ...]] = {
    "messaging": ("spam",), "connection": ("other",), "content": ("content",), "copyright": ("copyright",),
    "vulnerability": ("vulnerable-service",), "reputation": ("blocklist",), "infrastructure": ("compromise",),
    "fraud": ("phishing",), "system": ("compromise",), "network": ("scan",), "activity": ("other",),
}  # fmt: skip
_SERVICES: dict[str, Topic] = {
    "dns": "open-resolver", "domain": "open-resolver", "ntp": "amplifier", "ssdp": "amplifier", "snmp": "amplifier",
    "memcached": "amplifier", "chargen": "amplifier", "cldap": "amplifier", "ldap": "amplifier", "proxy": "open-proxy",
    "http-proxy": "open-proxy", "http_proxy": "open-proxy", "socks": "open-proxy", "socks5": "open-proxy", "smtp": "open-relay",
}  # fmt: skip
_SHOWN = (
    "subject", "smtp_from", "service", "service_version", "cve_id", "cve", "malware_family", "threat_type", "attack_pattern", "attack_vector",
    "attempt_count", "target_brand", "compromise_type", "work_title", "rights_holder", "description", "remediation", "duration_minutes",
)  # fmt: skip


def read(data: bytes | str, found: Gathering) -> None:
    """Reads one report, or a list of them.

    Raises:
        BadInput: it is no JSON, or no report.
    """
    document = bounded_json.loads(data, max_octets=20_000_000)
    reports = [r for r in document if isinstance(r, Mapping)] if isinstance(document, list) else [mapping(document)]
    if not any(is_report(r) for r in reports):
        raise BadInput(phrase("this JSON is no report in the format XARF"))
    found.left_out += max(0, len(reports) - MAX_EVENTS)
    for report in reports[:MAX_EVENTS]:
        if text(report.get("xarf_version")):
            _read_4(report, found)
        elif isinstance(report.get("Report"), Mapping):
            _read_3(report, found)
        else:
            found.not_understood(phrase("one entry is no report in the format XARF"))


def is_report(document: object) -> bool:
    """Whether a JSON object is a report of version 4 or 3."""
    report = mapping(document)
    return bool(text(report.get("xarf_version"))) or (isinstance(report.get("Report"), Mapping) and "ReporterInfo" in report)


def _read_4(report: Mapping[str, Any], found: Gathering) -> None:
    version = text(report.get("xarf_version"), 20)
    if not version.startswith("4."):
        found.not_understood(
            phrase("the report says that it is of version {version}, which is not known here", version=clean(version, 20))
        )
    reporter, sender = mapping(report.get("reporter")), mapping(report.get("sender"))
    found.source = found.source or clean(text(reporter.get("org")) or text(reporter.get("domain")) or text(sender.get("org")))
    found.reference = found.reference or clean(text(report.get("report_id")), 100)
    kind = text(report.get("type"), 60).lower().replace("-", "_")
    category = text(report.get("category") or report.get("class"), 40).lower()
    _topics(kind, category, text(report.get("service"), 40).lower(), found)
    if kind in ("csam", "csem"):
        found.not_understood(
            phrase(
                "this report is about content that must not be looked at again: keep nothing, fetch nothing, and answer the desk"
            )
        )
    address, domain, url = _source(text(report.get("source_identifier"), 2000), found)
    named_url = text(report.get("url"), 2000)
    if named_url and kind not in ("csam", "csem"):
        read_url = places.read_url(places.refang(named_url))
        url = found.url(read_url.url)
        if category == "content" and read_url.host and not places.canonical(read_url.host):
            domain = domain or read_url.host
    if text(report.get("domain")) and category == "content":
        domain = domain or found.written(text(report.get("domain"), 300))
    at = found.time(text(report.get("timestamp"), 60))
    other = places.canonical(text(report.get("destination_ip"), 60))
    other_port = places.port(report.get("destination_port"))
    shown = details((name.replace("_", " "), text(report.get(name), 300)) for name in _SHOWN)
    message_id = text(report.get("message_id"), 400).strip("<> ")
    message_id = message_id or _evidence(items(report.get("evidence"), _MAX_PIECES), ("content_type", "payload"), found)
    found.event(
        NoticeEvent(
            at, kind or category, address, places.port(report.get("source_port")), domain, url, message_id,
            f"{other}:{other_port}" if other and other_port else other, shown,
        )
    )  # fmt: skip
    _excerpt(report, found)


def _read_3(report: Mapping[str, Any], found: Gathering) -> None:
    info, body = mapping(report.get("ReporterInfo")), mapping(report.get("Report"))
    found.source = found.source or clean(text(info.get("ReporterOrg")) or text(info.get("ReporterOrgDomain")))
    found.reference = found.reference or clean(text(report.get("ReportID") or body.get("ReportID")), 100)
    kind = text(body.get("ReportType"), 60).lower().replace("-", "_").replace(" ", "_")
    _topics(kind, text(body.get("ReportClass"), 40).lower(), "", found)
    source = mapping(body.get("Source")) or {
        "IP": body.get("SourceIp"),
        "Port": body.get("SourcePort"),
        "URL": body.get("SourceUrl"),
    }
    address, domain, url = _source(
        text(source.get("IP"), 2000) or text(source.get("URL"), 2000) or text(source.get("Domain"), 300), found
    )
    at = found.time(text(body.get("Date"), 60))
    more = mapping(body.get("AdditionalInfo"))
    other = places.canonical(text(mapping(body.get("Destination")).get("IP") or body.get("DestinationIp"), 60))
    pieces = [*items(body.get("Attachment"), _MAX_PIECES), *items(body.get("Samples"), _MAX_PIECES)]
    message_id = _evidence(pieces, ("ContentType", "Data"), found)
    shown = details((str(name)[:60], text(value, 300)) for name, value in list(more.items())[:30])
    found.event(NoticeEvent(at, kind, address, places.port(source.get("Port")), domain, url, message_id, other, shown))
    found.not_understood(phrase("this is version 3 of XARF; only its main fields were read"))
    _excerpt(report, found)


def _topics(kind: str, category: str, service: str, found: Gathering) -> None:
    topics = _TOPICS.get(kind) or _CATEGORIES.get(category)
    if kind in ("open", "open_service", "misconfiguration", "botnet") and service in _SERVICES:
        found.topic(_SERVICES[service])
    if topics is None:
        found.not_understood(phrase("reports of the kind {kind} are not known here", kind=clean(kind or category, 60)))
    found.topic(*(topics or ("other",)))


def _source(identifier: str, found: Gathering) -> tuple[str, str, str]:
    """(address, domain, URL) that the report is about."""
    refanged = places.refang(identifier)
    address = places.canonical(refanged)
    if address or not identifier:
        return address, "", ""
    if "://" in refanged:
        read_url = places.read_url(refanged)
        host = places.canonical(read_url.host)
        return host, "" if host else read_url.host, found.url(read_url.url)
    domain = found.written(refanged.rpartition("@")[2])
    if not domain:
        found.not_understood(phrase("the source {value} is neither an address nor a domain", value=clean(identifier, 100)))
    return "", domain, ""


def _evidence(pieces: list[Any], names: tuple[str, str], found: Gathering) -> str:
    """The Message-ID of the first message among the evidence. Everything else is left as it is, and what cannot be read is said."""
    message_id = ""
    for piece in map(mapping, pieces):
        kind, payload = text(piece.get(names[0]), 100).lower(), piece.get(names[1])
        if not isinstance(payload, str) or not payload:
            continue
        if len(payload) > MAX_EVIDENCE * 4 // 3 + 8:
            found.not_understood(phrase("a piece of evidence ({kind}) is too large and was not read", kind=clean(kind, 60)))
            continue
        if not kind.startswith(("text/", "message/")):
            found.not_understood(phrase("a piece of evidence ({kind}) was not opened", kind=clean(kind or "?", 60)))
            continue
        try:
            data = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            found.not_understood(phrase("a piece of evidence ({kind}) is no valid base64", kind=clean(kind, 60)))
            continue
        if kind == "message/rfc822" and not message_id:
            message_id = walk(data)[0].field("message-id").strip("<> \t")
    return message_id


def _excerpt(report: Mapping[str, Any], found: Gathering) -> None:
    if not found.excerpt:
        found.excerpt = "\n".join(
            f"{name}: {text(value, 300)}" for name, value in list(report.items())[:40] if text(value, 300)
        )
