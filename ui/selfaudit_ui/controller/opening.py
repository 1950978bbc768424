"""What a file is that somebody opens or drops: a bundle for the desk, or something for a case. And whose word a case file is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QTimer

from selfaudit.case.model import Seal
from selfaudit.engine.draft import Draft
from selfaudit.engine.draft_case import from_signed_case
from selfaudit.engine.seals import SUFFIX, authority_words, read_signed_case, sealed_again
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.install import app_surroundings
from selfaudit.text import printable
from selfaudit_ui import session
from selfaudit_ui.beside import Beside, Found, cases_beside
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.making import CaseMaking
from selfaudit_ui.controller.sorting import Kind, kind_of

SAY_AFTER = 400  # milliseconds until it is said that a file is being read
_NAMED = 3  # files
_DOCUMENTS = (
    ".xlsx", ".xlsm", ".docx", ".docm", ".pptx", ".ods", ".odt", ".odp", ".numbers", ".pages", ".epub", ".jar", ".apk",
)  # fmt: skip
_ZIP = b"PK\x03\x04"  # of the first member of an archive (APPNOTE 4.3.7)


class Opening(CaseMaking):
    """Files from outside.

    Attributes:
        opening_files: how many times files are being looked at.
        beside: case files that lie beside the app.
        beside_more: there are more than were looked at.
        keeps: cases are kept on this computer.
    """

    def __init__(self, *, world: session.World | None = None) -> None:
        self.opening_files = 0
        self.beside: tuple[Beside, ...] = ()
        self.beside_more = False
        self.keeps = True
        self._looked_beside = False
        self._seal_of: tuple[object, Seal | None] | None = None
        self._vouched: dict[str, str] = {}
        super().__init__(world=world)

    @property
    def seal(self) -> Seal | None:
        """What the signature of the open case's file comes to by the keys that are trusted now; None where there was no case file."""
        draft = self.draft
        if draft is None or not draft.case_file:
            return None
        now = (draft.case_file, draft.case_signature, draft.provider, draft.demo)
        if self._seal_of is None or self._seal_of[0] != now:
            self._seal_of = (
                now,
                sealed_again(draft.case_file, draft.case_signature, draft.provider.strip(), demo=bool(draft.demo)),
            )
        return self._seal_of[1]

    def _read(self) -> None:
        super()._read()
        self._vouch()

    def edit(self, draft: Draft) -> None:
        """Takes over a change."""
        super().edit(draft)
        known = self.authority
        self._vouch()  # permission is asked for anew, but what support has signed stands
        if self.authority != known:
            self.changed.emit("authority")

    def _vouch(self) -> None:
        """A case file that the provider has signed proves permission for what it names, as far as that is still in the case.

        What was proven by one that is not trusted any more is not.
        """
        seal, vouched = self.seal, {}
        if seal is not None and seal.state == "trusted":
            named = {(t.kind, t.value) for reading in self.readings for t in reading.targets}
            words = authority_words(seal)
            vouched = {t.value: words for t in seal.targets if (t.kind, t.value) in named}
        others = {name: word for name, word in (self.authority or {}).items() if self._vouched.get(name) != word}
        if vouched or self._vouched:
            self.authority = {**vouched, **others} or None
        self._vouched = vouched

    def look_beside(self) -> None:
        """Looks once for case files beside the app. A folder that does not answer is none."""
        if self._looked_beside:
            return
        self._looked_beside = True
        folders = app_surroundings()

        def then(found: Found) -> None:
            self.beside, self.beside_more = found.files, found.more
            self.changed.emit("beside")

        if folders:
            self.bridge.call_blocking(lambda: cases_beside(folders), then, lambda _failure: None)

    # Files. Each is looked at beside the window's thread: it may lie on a drive that does not answer.

    def open_file(self, path: Path) -> None:
        """Opens the file that the app was started with: a bundle or a case file."""
        self._look_at(lambda: (_as_case_or_bundle(path),))

    def open_case_file(self, path: Path) -> None:
        """Opens a case file from support."""
        self._look_at(lambda: (read_case(path),))

    def take_files(self, paths: Iterable[Path]) -> None:
        """Takes dropped files, each as what it is. A signature is read with the file beside which it lies."""
        given = tuple(paths)
        own = frozenset(t.value for r in self.readings for t in r.targets if t.kind == "domain")
        self._look_at(lambda: look_at(given, own))

    def _look_at(self, work: Callable[[], tuple[Dropped, ...]]) -> None:
        """Takes what comes of looking at files. Where another case was opened meanwhile, nothing is put into that one or in its place."""
        opening = self._opening
        self.opening_files += 1
        QTimer.singleShot(SAY_AFTER, self, lambda: self.changed.emit("trouble"))

        def then(found: tuple[Dropped, ...]) -> None:
            self.opening_files -= 1
            self.changed.emit("trouble")
            late = [] if self._opening is opening else [file for file in found if file.kind != "bundle"]
            words = _("Another case was opened while {files} was being read, so it was not taken. Open it again.")
            self._take(tuple(file for file in found if file not in late))
            if late:
                self._say_trouble(words.format(files=", ".join(printable(file.path.name, 80) for file in late[:_NAMED])))

        def failed(failure: Failure) -> None:
            self.opening_files -= 1
            self._say_trouble(failure.words or failure.trace)

        self.bridge.call_blocking(work, then, failed)

    def _say_trouble(self, words: str) -> None:
        self.trouble = words
        self.changed.emit("trouble")

    def _take(self, found: tuple[Dropped, ...]) -> None:
        bundles = [file.path for file in found if file.kind == "bundle"]
        for path in bundles[:1]:  # there is one place to look at one
            self.open_bundle(path)
        if bundles[1:]:
            others = ", ".join(printable(path.name, 80) for path in bundles[1 : 1 + _NAMED])
            self.note_bundle(_("One bundle at a time: {files} was not opened.").format(files=others))
        for file in found:
            if file.kind == "case":
                self.take_case(file.draft, file.problem)
            elif file.kind != "bundle":
                self.take(file.path, file.kind)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was looked at.

    Attributes:
        path: the file.
        kind: what it is.
        draft: what a case file fills in, None if it cannot be read.
        problem: why it cannot, in words.
    """

    path: Path
    kind: Kind | Literal["bundle"]
    draft: Draft | None = None
    problem: str = ""


def look_at(paths: Iterable[Path], own: Collection[str] = ()) -> tuple[Dropped, ...]:
    """What files are; case files are read.

    Args:
        paths: the files. One that lies beside its signature counts once.
        own: the domains of the open case. Those of a case file that comes with the others are the case's, too.
    """
    given = dict.fromkeys(
        path.with_suffix("") if path.suffix == SUFFIX and path.with_suffix("").is_file() else path for path in paths
    )
    known, found = set(own), []
    for path in given:
        if is_bundle(path):
            found.append(Dropped(path, "bundle"))
            continue
        kind = kind_of(path, known)
        one = read_case(path) if kind == "case" else Dropped(path, kind)
        if one.draft is not None:
            known.update(line.text.strip().lower() for line in one.draft.lines)
        found.append(one)
    return tuple(found)


def read_case(path: Path) -> Dropped:
    """Reads a case file with the signature beside it."""
    try:
        return Dropped(path, "case", from_signed_case(read_signed_case(path), path.name))
    except UserError as error:
        return Dropped(path, "case", problem=str(error))


def _as_case_or_bundle(path: Path) -> Dropped:
    return Dropped(path, "bundle") if is_bundle(path) else read_case(path)


def is_bundle(path: Path) -> bool:
    """Whether a file may be a bundle: an archive by its first octets, whatever it is called, or by its name where nothing can be read.

    Documents of an office are archives, too; they are known by their names.
    """
    named = path.suffix.lower() == ".zip"
    try:
        if not path.is_file():
            return named  # opening it says what it is
        with path.open("rb") as file:
            head = file.read(4)
    except OSError:
        return named
    return (head == _ZIP and path.suffix.lower() not in _DOCUMENTS) or (named and not head)
