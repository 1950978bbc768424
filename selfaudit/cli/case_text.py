"""A case file in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from selfaudit.cli.output import console, wrapped
from selfaudit.engine.seals import SignedCase, checked_by, seal_words, signed_comment
from selfaudit.i18n import _
from selfaudit.policy.packs import pack_for
from selfaudit.report.json import JsonSealChecked, JsonSignedCase, encode_document
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.case.file import CaseFile
    from selfaudit.protocols.minisign import PublicKey

_INDENT = 18
_CODES = {"trusted": 0, "tampered": 1, "unreadable": 1, "unsigned": 3, "unknown-key": 3}


def verdict(signed: SignedCase, key: PublicKey | None, own: PublicKey | None = None) -> tuple[int, str]:
    """What checking a case file came to: the exit code, and the words for it.

    Args:
        signed: the file.
        key: the key that was given to check by, None for those of the provider's pack.
        own: the key of whoever checks, None for none.
    """
    if key is not None:
        return _by_key(signed, key)
    if signed.seal.state == "trusted" and signed.file.demo:
        return 3, _("This is a case for the demo, signed with a key that everybody has. Outside the demo it shows nothing.")
    if own is not None:
        how = checked_by(signed, own)
        if how == "fits":
            words = _(
                "It is signed with your own key {key} and is as it was signed, but the pack of “{provider}” does not name this key."
            )
            return 3, words.format(key=own.name, provider=printable(signed.file.provider, 60))
        if how == "tampered":
            return 1, _(
                "The signature names your own key {key}, but does not fit: the file was changed after it was signed."
            ).format(key=own.name)
    words = seal_words(signed.seal)
    if signed.seal.comment:
        words += " " + _("Signed with it: “{comment}”.").format(comment=signed.seal.comment)
    return _CODES[signed.seal.state], words


def _by_key(signed: SignedCase, key: PublicKey) -> tuple[int, str]:
    how = checked_by(signed, key)
    if how == "fits":
        words = _("This case file was signed with the key {key} and is as it was signed. Signed with it: “{comment}”.")
        return 0, words.format(key=key.name, comment=signed_comment(signed))
    if how == "other-key":
        words = _("This case file was signed with another key: {other}, not {key}.")
        return 3, words.format(other=signed.seal.key, key=key.name)
    if how == "tampered":
        words = _(
            "The signature does not fit: the file was changed after it was signed, or it was not signed with the key {key}."
        )
        return 1, words.format(key=key.name)
    return _CODES[signed.seal.state], seal_words(signed.seal)


def document(signed: SignedCase, name: str, *, code: int | None = None, words: str = "", key: str = "") -> bytes:
    """A case file, its seal and, where it was checked, the verdict as JSON (schema selfaudit/signed-case/1)."""
    check = JsonSealChecked(code, words, key) if code is not None else None
    return encode_document(JsonSignedCase("selfaudit/signed-case/1", printable(name, 200), signed.file, signed.seal, check))


def print_case(signed: SignedCase) -> None:
    """Prints everything that a case file says, and what its signature comes to."""
    file, out = signed.file, console()
    out.print(Text(wrapped(_("Case {number}").format(number=printable(file.number or "-", 100)), "  ", ""), style="bold"))
    out.print(wrapped(verdict(signed, None)[1], ""))
    out.print()
    for label, texts in _rows(file):
        _print_row(label, texts)
    if file.message.strip():
        out.print()
        out.print(_("What support tells you"))
        for line in file.message.strip().splitlines():
            out.print(wrapped(line, "  "))


def _print_row(label: str, texts: Iterable[str]) -> None:
    head = f"{label:{_INDENT - 1}} "
    if len(head) > _INDENT:
        console().print(label)
        head = " " * _INDENT
    for text in texts:
        if text.strip():
            console().print(wrapped(text, " " * _INDENT, head))
            head = " " * _INDENT


def _rows(file: CaseFile) -> list[tuple[str, tuple[str, ...]]]:
    onboarding = _("before a contract: nothing has happened")
    stated = {"yes": _("yes"), "no": _("no"), "": ""}
    who = file.authority
    rows: list[tuple[str, tuple[str, ...]]] = [
        (_("Provider"), (file.provider,)),
        (_("Purpose"), (onboarding if file.purpose == "onboarding" else _("reinstatement of a service"),)),
        (_("Service"), (file.service,)),
        (_("Contact"), (file.contact,)),
        (_("Answer in"), (file.language,)),
        (_("Deadline"), (file.deadline,)),
        (_("Suspended since"), (file.suspended,)),
        (_("Made"), (file.created,)),
        (_("Demo"), (file.demo,)),
        (_("Targets"), _joined(file.targets)),
        (_("Sends mail from"), _joined(file.sending_ips)),
        (_("Only hosted"), _joined(file.hosted)),
        (_("Others' domains"), _joined(file.not_registrant)),
        (_("DKIM selectors"), _joined(file.selectors)),
        (_("Clauses cited"), tuple(_clause(name, file.provider) for name in file.cited)),
        (_("What is demanded"), tuple(f"{number}. {step}" for number, step in enumerate(file.steps, 1))),
        (
            _("Approved"),
            tuple(_approval(*given) for given in ((a.check, a.target, a.service, a.reference) for a in file.exceptions)),
        ),
        (_("Permission"), (_("stated: {name}, {role}").format(name=who.name, role=who.role),) if who else ()),
        (_("Pages"), tuple(f"{page.kind}: {page.url}" for page in file.pages)),
        (_("Registered to"), _registrant(file)),
        (_("Sends bulk mail"), (stated[file.bulk],)),
        (_("Shared platform"), (stated[file.shared],)),
    ]
    return [row for row in rows if any(text.strip() for text in row[1])]


def _joined(texts: Iterable[str]) -> tuple[str, ...]:
    words = ", ".join(printable(text, 300) for text in texts)
    # `wrapped` keeps no more than 4000 characters of a text.
    cut, lines = words.split(", "), [""]
    for word in cut:
        if len(lines[-1]) + len(word) > 3000:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + word
    return tuple(lines)


def _clause(name: str, provider: str) -> str:
    pack = pack_for(provider)
    clause = pack.clause(name) if pack is not None else None
    if clause is not None:
        return f"{clause.id}  {clause.heading}"
    unknown = _("not known here")
    return f"{name} ({unknown})"


def _approval(check: str, target: str, service: str, reference: str) -> str:
    words = _("{check} on {where}: reference {reference}")
    return words.format(check=check, where=" ".join(filter(None, (target or _("all targets"), service))), reference=reference)


def _registrant(file: CaseFile) -> tuple[str, ...]:
    who = file.registrant
    if who is None:
        return ()
    place = " ".join(filter(None, (who.postal_code, who.city)))
    parts = (who.name, who.organization, who.street, place, who.country, who.email, who.phone)
    confirmed = _("looked at on {day}").format(day=who.confirmed) if who.confirmed else ""
    return (", ".join(filter(None, parts)), confirmed, *(f.name for f in who.files))
