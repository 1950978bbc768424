"""What a file is that somebody opens or drops: a bundle for the desk, or something for a case. And whose word a case file is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from selfaudit.case.model import Seal
from selfaudit.engine.draft import Draft
from selfaudit.engine.seals import SUFFIX, authority_words, sealed_again
from selfaudit_ui import session
from selfaudit_ui.controller.making import CaseMaking

_ZIP = b"PK\x03\x04"  # of the first member of an archive (APPNOTE 4.3.7)


class Opening(CaseMaking):
    """Files from outside."""

    def __init__(self, *, world: session.World | None = None) -> None:
        self._seal_of: tuple[object, Seal | None] | None = None
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
        """A case file that the provider has signed proves permission for what it names, as far as that is still in the case."""
        seal = self.seal
        if seal is None or seal.state != "trusted":
            return
        named = {(t.kind, t.value) for reading in self.readings for t in reading.targets}
        words = authority_words(seal)
        vouched = {t.value: words for t in seal.targets if (t.kind, t.value) in named}
        if vouched:
            self.authority = {**vouched, **(self.authority or {})}

    def open_file(self, path: Path) -> None:
        """Opens the file that the app was started with."""
        if is_bundle(path):
            self.open_bundle(path)
        else:
            self.open_case_file(path)

    def take_files(self, paths: Iterable[Path]) -> None:
        """Takes dropped files, each as what it is. A signature is read with the file beside which it lies."""
        given = dict.fromkeys(
            path.with_suffix("") if path.suffix == SUFFIX and path.with_suffix("").is_file() else path for path in paths
        )
        bundles = [path for path in given if is_bundle(path)]
        for path in bundles[:1]:  # there is one place to look at one
            self.open_bundle(path)
        super().take_files(path for path in given if path not in bundles)


def is_bundle(path: Path) -> bool:
    """Whether a file may be a bundle: an archive by its name and its first octets, or by its name alone where nothing can be read."""
    if path.suffix.lower() != ".zip":
        return False
    try:
        if not path.is_file():
            return True  # opening it says what it is
        with path.open("rb") as file:
            return file.read(4) in (_ZIP, b"")
    except OSError:
        return True
