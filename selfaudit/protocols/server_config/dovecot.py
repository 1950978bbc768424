"""Dovecot: whether passwords may travel in the clear, after its documentation of SSL/TLS and plaintext authentication (2.3 and 2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import Opening, Section, Service, Surroundings, Verdict, is_local

PROGRAM = "Dovecot"
_PORTS = {"imap": "143", "pop3": "110", "submission": "587", "sieve": "4190", "managesieve": "4190"}
_CLEAR = {"plain", "login"}


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether a log-in without encryption is taken. Nobody gets in by that alone, but who listens on the way gets the password."""
    values: dict[str, str] = {}
    for line in (line for section in files for line in section.lines):
        name, equals, value = (part.strip() for part in line.partition("="))
        if equals and not name.startswith("#"):
            values[name] = value.lower()
    if not values and not any(section.source for section in files):
        return []
    ports = tuple(_PORTS[p] for p in values.get("protocols", "imap pop3").split() if p in _PORTS) or ("143", "110")

    def opening(verdict: Verdict, why: str) -> list[Opening]:
        return [Opening(PROGRAM, Service.LOGIN, verdict, ports, why, verdict is not Verdict.UNCLEAR)]

    places = values.get("listen", "*, ::").replace(",", " ").split()
    if places and all(is_local(p) for p in places):
        return opening(Verdict.LOCAL_ONLY, f"listen = {values['listen']}")
    if values.get("ssl") == "required":
        return opening(Verdict.CLOSED, "ssl = required")
    mechanisms = values.get("auth_mechanisms", "plain").split()
    if (
        mechanisms
        and not _CLEAR & set(mechanisms)
        and "<lookup>" not in mechanisms
        and "$" not in values.get("auth_mechanisms", "")
    ):
        return opening(Verdict.CLOSED, f"auth_mechanisms = {values['auth_mechanisms']}")
    for name, bad in (("disable_plaintext_auth", "no"), ("auth_allow_cleartext", "yes")):
        if name in values:
            good = "yes" if bad == "no" else "no"
            verdict = {bad: Verdict.OPEN, good: Verdict.CLOSED}.get(values[name], Verdict.UNCLEAR)
            return opening(verdict, f"{name} = {values[name]}")
    return opening(Verdict.CLOSED, phrase("nothing allows passwords without encryption, and then they are refused"))
