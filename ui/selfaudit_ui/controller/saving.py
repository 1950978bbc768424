"""Saving one case and the marks on it: in order, the newest last, and again where it failed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QTimer

from selfaudit.engine.draft import Draft
from selfaudit.findings import Mark
from selfaudit.store import Store
from selfaudit_ui.bridge import Bridge, Failure

AGAIN_AFTER = 3000  # milliseconds until what could not be saved is tried again
MarkKey = tuple[str, str, str, str]


class Saving(StrEnum):
    """How it stands with what the person did last."""

    NOTHING = "nothing"
    UNDER_WAY = "under-way"
    SAVED = "saved"
    FAILED = "failed"


class Stores(Protocol):
    """What gives a store, now or when it has been opened."""

    bridge: Bridge

    def use_store(self, then: Callable[[Store], object], failed: Callable[[Failure], object], *, demo: bool) -> None:
        """Calls `then` with the store, `failed` with why there is none."""


class CaseSaver:
    """Saves one case. It goes on when another case is opened meanwhile, and tells only its own.

    Attributes:
        case_id: the case's number as far as the window knows it, None until it has been saved for the first time.
        state: how it stands.
        problem: why it could not be saved.
        kept: the marks that have been saved.
    """

    def __init__(self, stores: Stores, told: Callable[[CaseSaver], None], *, demo: bool, case_id: int | None = None) -> None:
        self._stores, self._told, self._demo = stores, told, demo
        self.case_id = case_id
        self.state = Saving.NOTHING
        self.problem = ""
        self.kept: dict[MarkKey, Mark] = {}
        self._number = case_id  # the worker's; it knows it before the window does
        self._draft: Draft | None = None
        self._marks: dict[MarkKey, Mark] = {}
        self._under_way = 0
        self._forgotten = False
        self._retry = QTimer()
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.flush)

    def save(self, draft: Draft | None = None, mark: Mark | None = None) -> None:
        """Saves a draft or a mark."""
        if self._forgotten:
            return
        if draft is not None:
            self._draft = draft
        if mark is not None:
            self._marks[mark.key] = mark
        self.state = Saving.UNDER_WAY
        self.flush()

    @property
    def settled(self) -> bool:
        """Whether nothing of the case waits for saving."""
        return not self._under_way and self._draft is None and not self._marks

    def is_of(self, case_id: int) -> bool:
        """Whether it saves this case."""
        return case_id in (self.case_id, self._number)

    def forget(self) -> None:
        """The case is being deleted: nothing of it is saved any more."""
        self._forgotten = True
        self._retry.stop()
        self._draft, self._marks = None, {}

    def flush(self) -> None:
        """Sends off what waits, also what failed before."""
        if self._draft is None and not self._marks:
            return
        draft, marks = self._draft, self._marks
        self._draft, self._marks = None, {}
        self._retry.stop()
        self._under_way += 1

        def with_store(store: Store) -> None:
            def work() -> int | None:
                if draft is not None:
                    self._number = store.save_case(self._number, draft)
                for mark in marks.values():
                    if self._number is not None:
                        store.set_mark(self._number, mark)
                return self._number

            self._stores.bridge.call(work, then, failed)

        def then(number: int | None) -> None:
            self._under_way -= 1
            self.case_id = number
            self.kept.update(marks)
            if self.settled:
                self.state, self.problem = Saving.SAVED, ""
            self._told(self)

        def failed(failure: Failure) -> None:
            self._under_way -= 1
            if self._forgotten:
                return
            if self._draft is None:
                self._draft = draft
            self._marks = {**marks, **self._marks}
            self.state, self.problem = Saving.FAILED, failure.words or failure.trace
            self._retry.start(AGAIN_AFTER)
            self._told(self)

        self._stores.use_store(with_store, failed, demo=self._demo)
