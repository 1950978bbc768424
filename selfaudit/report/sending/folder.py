"""The folder for one customer: all of its files, or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from selfaudit.case.release import Release
from selfaudit.engine.case_making import default_name
from selfaudit.engine.seals import SUFFIX, SignedCase
from selfaudit.errors import UserError
from selfaudit.i18n import _, using
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.minisign import PublicKey
from selfaudit.report.sending.content import LETTER, PAGE, customers_language, sending_of
from selfaudit.report.sending.letter import letter_text
from selfaudit.report.sending.page import page_html

Described = tuple[Release, tuple[str, ...]]  # a release, and the names of its files that were measured


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written.

    Attributes:
        folder: where.
        files: the files, the case first.
        checked: names of the program's files that lay beside release.json and are as it says.
        remarks: what is missing, in the words and the language of whoever sends.
    """

    folder: Path
    files: tuple[Path, ...]
    checked: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def sent_names(number: str) -> tuple[str, ...]:
    """The names of the files for a case with this number: case, signature, letter, page."""
    case = default_name(number)
    return case, case + SUFFIX, LETTER, PAGE


def refuse_present(folder: Path, number: str) -> None:
    """Refuses a folder in which one of the files lies already.

    Raises:
        UserError: one does, or it is no folder.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(_("{file}: there is something else of this name; name a folder").format(file=folder))
    for name in sent_names(number):
        if os.path.lexists(folder / name):
            raise UserError(
                _("{file}: is there already; nothing was written. --force overwrites it.").format(file=folder / name)
            )


def send(
    signed: SignedCase, folder: Path, *, release: Described | None = None, key: PublicKey | None = None, force: bool = False
) -> Sent:
    """Writes the folder for one customer.

    Args:
        signed: the case file, and its signature if it has one.
        folder: is made if it is not there.
        release: what `read_release_file` gave, None if the program's files are not known.
        key: by which the case was signed.
        force: files of the same names are overwritten; a signature that is there goes if the case has none now.

    Raises:
        UserError: something is there already, or the folder cannot be written. Then all is as it was.
    """
    known, checked = release if release is not None else (None, ())
    if not force:
        refuse_present(folder, signed.file.number)
    with using(customers_language(signed.file)):
        sending = sending_of(signed, known, key)
        letter, page = letter_text(sending), page_html(sending)
    case, signature, *_others = names = sent_names(signed.file.number)
    files = {case: signed.data, LETTER: letter.encode("utf-8"), PAGE: page.encode("utf-8")}
    if signed.signature:
        files[signature] = signed.signature.encode("utf-8")
    write_together(folder, files, gone=[name for name in names if name not in files])
    return Sent(folder, tuple(folder / name for name in names if name in files), checked, _remarks(signed, known))


def _remarks(signed: SignedCase, release: Release | None) -> tuple[str, ...]:
    """What the customer will miss, for whoever sends; nothing of it is wrong."""
    pack = pack_for(signed.file.provider)
    page, base = (pack.downloads.page, pack.downloads.base) if pack is not None else ("", "")
    remarks = []
    if not page and not (base and release):
        remarks.append(
            _(
                "The customer is told no address for the program: name one in [downloads] of your pack, or send the program with the folder."
            )
        )
    elif release is not None and not base:
        remarks.append(
            _("The files of the release have no links: name the folder where they lie as base in [downloads] of your pack.")
        )
    if release is None:
        remarks.append(_("No checksum of the program is known, and the page says so. The program's release.json names them."))
    else:
        lacking = ", ".join(name for system, name in _SYSTEMS if not release.programs(system))
        if lacking:
            remarks.append(_("The release has no program for: {systems}.").format(systems=lacking))
    if not signed.file.contact and (pack is None or not (pack.contacts.support or pack.contacts.abuse)):
        remarks.append(_("The letter names nobody to ask: name a contact in the case, or contacts in your pack."))
    return tuple(remarks)


_SYSTEMS = (("linux", "Linux"), ("windows", "Windows"), ("macos", "macOS"))


def write_together(folder: Path, files: Mapping[str, bytes], *, gone: Iterable[str] = ()) -> None:
    """Writes files into a folder, which is made if it is not there. A link of one of these names is replaced, never followed.

    Args:
        folder: where.
        files: content by name.
        gone: names that shall not be there afterwards.

    Raises:
        UserError: they cannot be written. Then the folder is as it was.
    """
    at = folder
    made = _made(folder)
    staging: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*files, *gone):
            at = folder / name
            if at.is_dir() and not at.is_symlink():
                raise UserError(_("{file}: is a folder; name a file").format(file=at))
        # Only we may look into it, so nobody can put a link into the place of what is being written.
        at = folder
        staging = Path(tempfile.mkdtemp(prefix=".selfaudit-", dir=folder))
        for name, data in files.items():
            at = folder / name
            with open(staging / name, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        at = _exchange(folder, staging, files, gone)
    except OSError as error:
        raise UserError(_("{file}: cannot be written ({why})").format(file=at, why=error.strerror or error)) from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        for path in made:  # stays if there is something in it
            with contextlib.suppress(OSError):
                path.rmdir()


def _made(folder: Path) -> tuple[Path, ...]:
    """The folders that will have to be made, the innermost first."""
    missing = []
    for path in (folder, *folder.parents):
        if os.path.lexists(path):
            break
        missing.append(path)
    return tuple(missing)


def _exchange(folder: Path, staging: Path, files: Mapping[str, bytes], gone: Iterable[str]) -> Path:
    """Moves what was there aside and the new files into place; if one cannot be moved, everything goes back."""
    aside, placed = staging / "before", []
    aside.mkdir()
    kept: list[str] = []
    try:
        for name in (*files, *gone):
            if os.path.lexists(folder / name):
                (folder / name).rename(aside / name)
                kept.append(name)
        for name in files:
            (staging / name).rename(folder / name)
            placed.append(name)
    except BaseException:  # also where somebody stops the program
        for name in placed:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
        for name in kept:
            with contextlib.suppress(OSError):
                (aside / name).rename(folder / name)
        raise
    return folder
