"""What the worker does while support makes a case file: checks it, shows what the customer will see, writes and signs it. Knows nothing of Qt."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from selfaudit.case.file import CaseFile
from selfaudit.case.model import Seal
from selfaudit.case.release import read_release_file
from selfaudit.engine.case_making import (
    ENDING,
    case_problems,
    case_remarks,
    default_name,
    make_case_file,
    pack_lines,
    write_case,
)
from selfaudit.engine.draft import Draft
from selfaudit.engine.draft_case import from_case_file
from selfaudit.engine.seals import SUFFIX, open_case, read_signed_case, sign_case
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.minisign import PublicKey, SecretKey
from selfaudit.report.sending import Sent, refuse_other_cases, refuse_unwritable, send, sent_names


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of checking a form.

    Attributes:
        problems: what is wrong, by the name of the field.
        remarks: what is good to know and not wrong.
        sample: the draft that it would fill in, None as long as it would fill in none.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    sample: Draft | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was written.

    Attributes:
        case: the case file.
        signature: its signature, None where it is not signed.
        seal: what the signature comes to here: whether the provider's pack names the key.
        key_text: the public key as a pack names it, "" where nothing was signed.
        sent: the folder for the customer, None where only the case file was wanted.
    """

    case: Path
    signature: Path | None
    seal: Seal
    key_text: str = ""
    sent: Sent | None = None


def check(form: CaseFile, *, allow_reserved: bool) -> Checked:
    """Checks a form as far as it is filled in."""
    problems = case_problems(form, allow_reserved=allow_reserved)
    try:
        sample = from_case_file(form)
    except UserError:
        sample = None
    return Checked(problems, case_remarks(form), sample)


def refuse_others(path: Path) -> None:
    """Refuses a place where a signature lies that nobody was asked about.

    Raises:
        UserError: there is one.
    """
    beside = path.with_name(path.name + SUFFIX)
    if os.path.lexists(beside) and not path.exists():
        raise UserError(_("{file} is there already; choose another name.").format(file=beside))


def key_to_sign(path: Path) -> SecretKey:
    """The key of this computer, which is made where there is none, for a case file at `path`.

    Raises:
        UserError: there is no place for a key, or none for the file.
    """
    from selfaudit.secrets import signing_key

    refuse_others(path)
    return signing_key()


def write(form: CaseFile, path: Path, *, at: str, secret: SecretKey | None, allow_reserved: bool) -> Made:
    """Writes the case file and its signature.

    Args:
        form: as it was filled in.
        path: of the case file. The system's dialog has asked whether it may be overwritten.
        at: the moment (RFC 3339, UTC).
        secret: signs it; None for no signature.
        allow_reserved: reserved addresses and names may be targets.

    Raises:
        UserError: something is wrong with the form, or the files cannot be written.
    """
    data = make_case_file(form, at=at, allow_reserved=allow_reserved)
    refuse_others(path)
    signature = key = None
    if secret is not None:
        key, signature = secret.public(), sign_case(data, secret, at)
    written = write_case(path, data, signature, force=True)
    seal = read_signed_case(written.case).seal
    return Made(written.case, written.signature, seal, key_line(key, form.provider) if key is not None else "")


def folder_for(folder: Path, number: str) -> Path:
    """The folder for a customer within one that somebody has chosen: it is called as the case is."""
    return folder / default_name(number).removesuffix(ENDING)


def refuse_sent(folder: Path, number: str) -> None:
    """Refuses a folder for the customer in which one of the files lies already.

    Raises:
        UserError: one does, or something else has its name.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(_("{file} is there already; choose another name.").format(file=folder))
    for name in sent_names(number):
        if os.path.lexists(folder / name):
            raise UserError(_("{file} is there already; choose another folder.").format(file=folder / name))
    refuse_other_cases(folder, number)


def key_to_send(folder: Path, number: str, release: Path | None = None) -> SecretKey:
    """The key of this computer for a case in a folder for the customer; what can be refused without a key is refused before one is made.

    Raises:
        UserError: there is no place for a key, or none for the files, or the release is none.
    """
    from selfaudit.secrets import signing_key

    refuse_sent(folder, number)
    refuse_unwritable(folder)
    if release is not None:
        read_release_file(release)
    return signing_key()


def write_folder(
    form: CaseFile, folder: Path, *, at: str, secret: SecretKey | None, allow_reserved: bool, release: Path | None
) -> Made:
    """Writes everything for the customer: the case file, its signature, a letter and a page.

    Args:
        form: as it was filled in.
        folder: is made; nothing in it is overwritten.
        at: the moment (RFC 3339, UTC).
        secret: signs the case file; None for no signature.
        allow_reserved: reserved addresses and names may be targets.
        release: `release.json`, None if the program's files are not known.

    Raises:
        UserError: something is wrong with the form or the release, or the folder cannot be written.
    """
    known = read_release_file(release) if release is not None else None
    data = make_case_file(form, at=at, allow_reserved=allow_reserved)
    refuse_sent(folder, form.number)
    key, signature = (secret.public(), sign_case(data, secret, at)) if secret is not None else (None, None)
    signed = open_case(data, signature)
    sent = send(signed, folder, release=known, key=key)
    beside = sent.files[1] if key is not None else None
    return Made(sent.files[0], beside, signed.seal, key_line(key, form.provider) if key is not None else "", sent)


def key_text(provider: str) -> str:
    """The public key of this computer as a pack names it, "" where there is none yet.

    Raises:
        UserError: it cannot be looked up.
    """
    from selfaudit.secrets import public_signing_key

    key = public_signing_key()
    return key_line(key, provider) if key is not None else ""


def key_line(key: PublicKey, provider: str) -> str:
    """The lines of a pack (TOML) by which it trusts a key."""
    pack = pack_for(provider)
    return pack_lines(key, pack.name if pack is not None else provider)
