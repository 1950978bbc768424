"""A case file that support makes. It is no case of this computer's until somebody opens it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QTimer

from selfaudit.case.file import CaseFile
from selfaudit.engine.draft import Draft
from selfaudit.i18n import _
from selfaudit.protocols.minisign import SecretKey
from selfaudit_ui import case_making, session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.case_making import Checked, Made
from selfaudit_ui.controller.desk import DeskWork

CHECK_AFTER = 150  # milliseconds without another change
BLANK = CaseFile(schema="selfaudit/case/1")


class CaseMaking(DeskWork):
    """The case file that is being made.

    Attributes:
        form: as it is filled in.
        touched: fields that were filled in or left; what is wrong with the others is not said yet.
        checked: what is wrong with it, and what the customer would see.
        making: it is being written.
        made: what was written, None for nothing.
        made_before: it is the form as it was before its last change.
        make_trouble: why it was not.
        key_text: the public key as a pack names it, "" as long as nobody has asked for it.
        key_trouble: why there is none.
        release: the release.json of the program that customers get, None for none. It is the desk's, not the form's.
    """

    def __init__(self, *, world: session.World | None = None) -> None:
        self._no_form()
        self.release: Path | None = None
        super().__init__(world=world)
        self._check_timer = QTimer(self)
        self._check_timer.setSingleShot(True)
        self._check_timer.timeout.connect(self.check_form)

        self.making = False

    def _no_form(self) -> None:
        self.form = BLANK
        self.touched: frozenset[str] = frozenset()
        self.checked = Checked()
        self.made: Made | None = None
        self.made_before = False
        self.make_trouble = ""
        self.key_text = self.key_trouble = ""

    def fill_in(self, **changes: Any) -> None:
        """Takes over what was typed into the form, and checks it in a moment."""
        now = msgspec.structs.replace(self.form, **changes)
        self.touched |= changes.keys()
        if now == self.form:
            return
        self.form = now
        self.made, self.make_trouble = None, ""
        self._check_timer.start(CHECK_AFTER)
        self.changed.emit("form")

    def check_form(self) -> None:
        """Looks what is wrong with the form, in the worker."""
        form, reserved = self.form, self.settings.scope.allow_reserved

        def then(found: Checked) -> None:
            if self.form is form:
                self.checked = found
                self.changed.emit("form")

        def failed(failure: Failure) -> None:
            if self.form is form:
                self.make_trouble = failure.words or failure.trace
                self.changed.emit("form")

        self.bridge.call(lambda: case_making.check(form, allow_reserved=reserved), then, failed)

    @property
    def form_problems(self) -> dict[str, str]:
        """What is wrong with the fields that were filled in, by their names."""
        return {name: why for name, why in self.checked.problems.items() if name in self.touched}

    @property
    def sample(self) -> Draft | None:
        """What the customer would see of the form."""
        return self.checked.sample

    def problems_now(self) -> dict[str, str]:
        """Everything that is wrong with the form at this moment, also with what was not filled in; from now on all of it is said."""
        self.touched |= frozenset(CaseFile.__struct_fields__)
        self.checked = case_making.check(self.form, allow_reserved=self.settings.scope.allow_reserved)
        return dict(self.checked.problems)

    def make_case_files(self, path: Path, *, sign: bool) -> None:
        """Writes the case file and, if it is to be signed, its signature beside it."""
        form, reserved = self.form, self.settings.scope.allow_reserved
        work = case_making.write
        self._make(
            form, lambda: case_making.key_to_sign(path),
            lambda at, secret: work(form, path, at=at, secret=secret, allow_reserved=reserved), sign=sign,
        )  # fmt: skip

    def make_folder(self, chosen: Path, *, sign: bool) -> None:
        """Writes the folder for the customer into the one that was chosen."""
        form, reserved, release = self.form, self.settings.scope.allow_reserved, self.release
        folder, work = case_making.folder_for(chosen, form.number), case_making.write_folder
        self._make(
            form, lambda: case_making.key_to_send(folder, form.number, release),
            lambda at, secret: work(form, folder, at=at, secret=secret, allow_reserved=reserved, release=release), sign=sign,
        )  # fmt: skip

    def use_release(self, path: Path | None) -> None:
        """Names the release.json of the program that customers get, None for none."""
        self.release = path
        self.changed.emit("form")

    def _make(
        self, form: CaseFile, key: Callable[[], SecretKey], work: Callable[[str, SecretKey | None], Made], *, sign: bool
    ) -> None:
        """Asks for the key, if it is to be signed, and writes."""
        if self.making:
            return
        self.making, self.made, self.make_trouble = True, None, ""
        self.changed.emit("form")
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

        def then(done: Made) -> None:
            self.making = False
            self.made, self.made_before = done, self.form is not form
            self.key_text = done.key_text or self.key_text
            self.changed.emit("form")

        def failed(failure: Failure) -> None:
            self.making = False
            self.make_trouble = failure.words or _("The case file could not be made: {why}").format(why=failure.trace)
            self.changed.emit("form")

        def write(secret: SecretKey | None) -> None:
            self.bridge.call_long(lambda _tell: work(at, secret), then, failed, lambda _news: None)

        if sign:  # a keyring may ask and may hang: nothing is written before it has answered
            self.bridge.call_blocking(key, write, failed)
        else:
            write(None)

    def show_key(self) -> None:
        """Looks up the public key by which case files are signed here; none is made."""
        provider = self.form.provider

        def then(text: str) -> None:
            self.key_text = text
            self.key_trouble = "" if text else _("There is no key yet: it is made when you sign the first case.")
            self.changed.emit("form")

        def failed(failure: Failure) -> None:
            self.key_trouble = failure.words or failure.trace
            self.changed.emit("form")

        self.bridge.call_blocking(lambda: case_making.key_text(provider), then, failed)

    def forget_form(self) -> None:
        """An empty form. What is being written of the one before goes on."""
        self._no_form()
        self.changed.emit("form")
