"""The folder for one customer: all of its files, or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from selfaudit.case.release import Release
from selfaudit.engine.case_making import ENDING, default_name, refuse_other_number
from selfaudit.engine.seals import SUFFIX, SignedCase
from selfaudit.errors import UserError
from selfaudit.i18n import _, using
from selfaudit.policy.packs import is_own, pack_for
from selfaudit.protocols.minisign import PublicKey
from selfaudit.report.sending.content import LETTER, PAGE, customers_language, sending_of
from selfaudit.report.sending.letter import letter_text
from selfaudit.report.sending.page import page_html
from selfaudit.text import printable

BEFORE = "before"  # within the folder of what is being written: what was there
MAX_ENTRIES = 5000  # of a folder that are looked at for other cases

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


def refuse_other_cases(folder: Path, number: str) -> None:
    """Refuses a folder in which the case of another customer lies: one letter and one page go with one case. Nothing overrules it.

    Raises:
        UserError: one does, or the folder cannot be read.
    """
    own = default_name(number)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MAX_ENTRIES) if entry.name.casefold().endswith(ENDING)]
    except (FileNotFoundError, NotADirectoryError):
        return  # it will be made, or refused for what it is
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=folder, why=error.strerror or error)) from None
    other = next((name for name in sorted(names) if name != own), None)
    if other is not None:
        words = _("{file}: another case lies in this folder; name another folder for this customer. Nothing was written.")
        raise UserError(words.format(file=folder / printable(other, 100)))
    refuse_other_number(folder / own, number)


def refuse_unwritable(folder: Path) -> None:
    """Refuses a folder in which nothing can be made, before a key is made for what shall lie there.

    Raises:
        UserError: neither it nor, where it is not there, the folder in which it would be made can be written.
    """
    there = next((path for path in (folder, *folder.absolute().parents) if os.path.lexists(path)), folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".selfaudit-", dir=there):
            pass
    except OSError as error:
        raise UserError(_("{file}: cannot be written ({why})").format(file=folder, why=error.strerror or error)) from None


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
    refuse_other_cases(folder, signed.file.number)
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
    if signed.seal.state == "trusted" and pack is not None and is_own(pack.id):
        remarks.append(
            _(
                "Your pack has not come with the program, so the customer's program will not know your key. Agree on the pack in another way "
                "than with this case: the customer adds it with “selfaudit policy add FILE”."
            )
        )
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
        UserError: they cannot be written. Then the folder is as it was; if not even that can be had, it names where the old files lie.
    """
    at = folder
    made = _made(folder)
    staging: Path | None = None
    done = False
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
        _exchange(folder, staging, files, gone)
        done = True
    except OSError as error:
        if staging is not None and _holds_old(staging):
            words = _("{file}: cannot be written ({why}). What was there before lies in {folder}; move it back yourself.")
            raise UserError(words.format(file=at, why=error.strerror or error, folder=staging / BEFORE)) from None
        raise UserError(_("{file}: cannot be written ({why})").format(file=at, why=error.strerror or error)) from None
    finally:
        if staging is not None and (done or not _holds_old(staging)):
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


def _holds_old(staging: Path) -> bool:
    """Whether files that were there before still lie aside; also where that cannot be told."""
    try:
        return any((staging / BEFORE).iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _exchange(folder: Path, staging: Path, files: Mapping[str, bytes], gone: Iterable[str]) -> None:
    """Moves what was there aside and the new files into place; if one cannot be moved, everything goes back as far as it can."""
    aside = staging / BEFORE
    aside.mkdir()
    kept: list[str] = []  # each is named before it is moved: somebody may stop the program right after the move
    placed: list[str] = []
    try:
        for name in (*files, *gone):
            if os.path.lexists(folder / name):
                kept.append(name)
                (folder / name).rename(aside / name)
        for name in files:
            placed.append(name)
            (staging / name).rename(folder / name)
    except BaseException:  # also where somebody stops the program
        for name in placed:
            if not os.path.lexists(staging / name):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()
        for name in kept:
            if os.path.lexists(aside / name):
                with contextlib.suppress(OSError):
                    (aside / name).rename(folder / name)
        raise
