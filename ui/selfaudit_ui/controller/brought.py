"""What comes to a case in files besides servers: notices, sample messages, ledgers of consent. Each is read beside the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from selfaudit.case.notice import Notice
from selfaudit.engine.brought import add_ledger, add_message
from selfaudit.engine.draft import MAX_SELECTORS, Draft, add_lines
from selfaudit.engine.sample_message import selectors_in
from selfaudit.errors import UserError
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.i18n import _
from selfaudit.text import printable
from selfaudit_ui import readers
from selfaudit_ui.bridge import Failure, Job
from selfaudit_ui.controller.hosts import HostWork
from selfaudit_ui.controller.sorting import Kind

if TYPE_CHECKING:
    from selfaudit.protocols.ledger.model import ColumnGuess

MAX_NOTICES = 20
MAX_CITED = 200
MAX_STEPS = 50
T = TypeVar("T")
Place = Literal["notices", "messages", "ledgers"]


@dataclass(frozen=True, slots=True)
class LedgerForm:
    """A ledger that is about to be counted.

    Attributes:
        path: its file.
        guess: what its columns seem to hold.
        columns: role -> column ("#3" for the third), as guessed or chosen.
        seed: words by which the sample is drawn, as the desk named them.
        done, total: octets or rows counted so far.
    """

    path: Path
    guess: ColumnGuess | None = None
    columns: dict[str, str] = field(default_factory=dict)
    seed: str = ""
    done: int = 0
    total: int = 0


class BroughtWork(HostWork):
    """The open case's notices, sample messages and ledgers.

    Attributes:
        reading: how many files of each kind are being read.
        troubles: what went wrong last, by kind.
        ledger: the ledger that is about to be counted, None for none.
        ledger_work: "guess" or "read" while that is under way.
        unsorted: dropped mails of which the person has to say what they are.
        place_wanted: the card to which the page that is opened is to lead.
    """

    def _reset_case(self) -> None:
        job: Job[Any] | None = getattr(self, "_ledger_job", None)
        if job is not None:
            job.cancel()
        super()._reset_case()
        self.reading: dict[Place, int] = {"notices": 0, "messages": 0, "ledgers": 0}
        self.troubles: dict[Place, str] = {}
        self.ledger: LedgerForm | None = None
        self.ledger_work: Literal["", "guess", "read"] = ""
        self.unsorted: tuple[Path, ...] = ()
        self.place_wanted = ""
        self._ledger_job: Job[Any] | None = None

    def show_place(self, place: str) -> None:
        """Leads to a card: of notices on the first page, of the others on the second."""
        self.place_wanted = place
        self.opened.emit("start" if place in ("case", "notices") else "targets")

    # What is dropped

    def take(self, path: Path, kind: Kind) -> None:
        """Takes a dropped file as what it is."""
        if kind == "facts":
            self.take_facts(path)
        elif kind == "notice":
            self.add_notice(path)
        elif kind == "message":
            self.add_message(path)
        elif kind == "ledger":
            self.choose_ledger(path)
        elif kind == "mail":
            self.unsorted = (*(p for p in self.unsorted if p != path), path)[:20]
            self.changed.emit("unsorted")
        else:
            self.trouble = _(
                "{file}: nothing here is made of this. Drop a case file, a collector's file, a notice of your provider, a "
                "sample message, or a ledger of consent."
            ).format(file=printable(path.name, 80))
            self.changed.emit("trouble")

    def sort(self, path: Path, *, sent: bool | None) -> None:
        """Takes a dropped mail as one that was sent, as a notice, or (None) not at all."""
        self.unsorted = tuple(p for p in self.unsorted if p != path)
        self.changed.emit("unsorted")
        if sent:
            self.add_message(path)
        elif sent is not None:
            self.add_notice(path)

    def _ensure_case(self, step: str) -> bool:
        """Starts a case if none is open; False if that is not possible now."""
        if self.draft is None:
            self.new_case(step=step)
        elif not self.can_leave_case:
            self.trouble = _("An audit is running. Wait until it has finished, or stop it, and drop the file again.")
            self.changed.emit("trouble")
            return False
        return self.draft is not None

    def _read_file(self, place: Place, work: Callable[[], T], done: Callable[[T], None]) -> None:
        opening = self._opening
        self.reading[place] += 1
        self.troubles.pop(place, None)
        self.changed.emit(place)

        def then(found: T) -> None:
            if self._opening is opening and self.draft is not None:
                self.reading[place] -= 1
                done(found)
                self.changed.emit(place)

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self.reading[place] -= 1
                self.troubles[place] = failure.words or failure.trace
                self.changed.emit(place)

        self.bridge.call_blocking(work, then, failed)

    # Notices

    def add_notice(self, path: Path) -> None:
        """Reads a notice from a file. Nothing in it is taken over by itself."""
        if self._ensure_case("start"):
            self.show_place("notices")
            self._read_file("notices", lambda: readers.read_notice(path), self._noticed)

    def paste_notice(self, text: str) -> None:
        """Reads a notice from pasted words."""
        if text.strip() and self._ensure_case("start"):
            self._read_file("notices", lambda: readers.read_notice_words(text), self._noticed)

    def _noticed(self, notice: Notice) -> None:
        assert self.draft is not None
        kept = tuple(n for n in self.draft.notices if n.sha256 != notice.sha256)
        if len(kept) >= MAX_NOTICES:
            self.troubles["notices"] = _("At most {limit} notices fit into one case.").format(limit=MAX_NOTICES)
            return
        self.edit(replace(self.draft, notices=(*kept, notice)))
        self.flush()

    def remove_notice(self, notice: Notice) -> None:
        """Takes a notice off the case; what was taken over from it stays."""
        if self.draft is not None:
            self.edit(replace(self.draft, notices=tuple(n for n in self.draft.notices if n.sha256 != notice.sha256)))
            self.flush()

    def take_targets(self, texts: Iterable[str]) -> None:
        """Adds proposed targets to the list."""
        self.edit(add_lines(self.draft or Draft(), texts))

    def cite(self, clause: str, *, on: bool = True) -> None:
        """Notes that the provider says that a clause was broken, or takes that back."""
        if self.draft is not None:
            kept = tuple(c for c in self.draft.cited if c != clause)
            self.edit(replace(self.draft, cited=(*kept, clause)[:MAX_CITED] if on else kept))

    def demand(self, steps: Iterable[str]) -> None:
        """Notes what the provider demands, in its words."""
        if self.draft is not None:
            texts = (printable(" ".join(text.split()), 400) for text in steps)
            self.edit(replace(self.draft, steps=tuple(dict.fromkeys(filter(None, texts)))[:MAX_STEPS]))

    # Messages

    def add_message(self, path: Path) -> None:
        """Reads a sample message, and learns the DKIM selectors that sign it."""
        if not self._ensure_case("targets"):
            return
        self.show_place("messages")

        def done(message: SampleMessage) -> None:
            assert self.draft is not None
            selectors = selectors_in(message)
            try:
                messages = add_message(self.draft.messages, message)
            except UserError as error:
                self.troubles["messages"] = str(error)
                return
            name = next((m.name for m in messages if m.sha256 == message.sha256), message.name)
            learnt = dict.fromkeys((*self.draft.learnt, *((selector, domain, name) for selector, domain in selectors)))
            before = self.draft
            changed = replace(before, messages=messages, learnt=tuple(learnt)[:MAX_SELECTORS])
            self.edit(replace(changed, confirmed=before.confirmed and changed.learnt == before.learnt))
            self.flush()
            if not selectors:
                self.troubles["messages"] = _("{file}: this message carries no DKIM signature.").format(
                    file=printable(name, 80)
                )

        self._read_file("messages", lambda: readers.read_message(path), done)

    def remove_message(self, message: SampleMessage) -> None:
        """Takes a message off the case, and what was learnt from it alone."""
        if self.draft is not None:
            kept = tuple(m for m in self.draft.messages if m.sha256 != message.sha256)
            learnt = tuple(x for x in self.draft.learnt if x[2] != message.name)
            self.troubles.pop("messages", None)
            self.edit(replace(self.draft, messages=kept, learnt=learnt))
            self.flush()

    # Ledgers

    def choose_ledger(self, path: Path) -> None:
        """Looks which columns a ledger has. Counting begins when the person has confirmed them."""
        if not self._ensure_case("targets") or self.ledger_work:
            return
        self.show_place("ledgers")
        self.ledger, self.ledger_work = LedgerForm(path), "guess"

        def done(guess: ColumnGuess) -> None:
            self.ledger_work = ""
            self.ledger = LedgerForm(path, guess, readers.guessed_columns(guess))

        def over(failure: Failure) -> None:
            self.ledger = None

        self._ledger_step(lambda _tell: readers.guess_ledger(path), done, over)

    def edit_ledger(self, form: LedgerForm) -> None:
        """Takes over what is chosen about the columns, or typed as seed."""
        self.ledger = form
        self.changed.emit("ledgers")

    def forget_ledger(self) -> None:
        """Leaves a ledger that was chosen uncounted, or stops counting it."""
        if self._ledger_job is not None:
            self._ledger_job.cancel()
        else:
            self.ledger = None
            self.changed.emit("ledgers")

    def count_ledger(self) -> None:
        """Counts the chosen ledger by the confirmed columns."""
        form = self.ledger
        if form is None or self.ledger_work or self.draft is None or not self.can_leave_case:
            return
        self.ledger_work = "read"

        def done(report: LedgerReport) -> None:
            assert self.draft is not None
            try:
                ledgers = add_ledger(self.draft.ledgers, report)
            except UserError as error:
                self.troubles["ledgers"] = str(error)
                return
            self.ledger = None
            self.edit(replace(self.draft, ledgers=ledgers))
            self.flush()

        self._ledger_step(
            lambda tell: readers.read_ledger(form.path, form.columns, form.seed, tell), done, lambda _failure: None
        )

    def _ledger_step(
        self, work: Callable[[Callable[[int, int], None]], T], done: Callable[[T], None], over: Callable[[Failure], None]
    ) -> None:
        opening = self._opening
        self.troubles.pop("ledgers", None)
        self.changed.emit("ledgers")

        def news(progress: tuple[int, int]) -> None:
            if self._opening is opening and self.ledger is not None:
                self.ledger = replace(self.ledger, done=progress[0], total=progress[1])
                self.changed.emit("ledgers")

        def then(found: T) -> None:
            if self._opening is opening:
                self._ledger_job, self.ledger_work = None, ""
                done(found)
                self.changed.emit("ledgers")

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self._ledger_job, self.ledger_work = None, ""
                words = _("Stopped; nothing was counted.") if failure.cancelled else failure.words or failure.trace
                self.troubles["ledgers"] = words
                over(failure)
                self.changed.emit("ledgers")

        self._ledger_job = self.bridge.call_long(work, then, failed, news)

    def remove_ledger(self, report: LedgerReport) -> None:
        """Takes a ledger off the case; its file is not touched."""
        if self.draft is not None:
            self.edit(replace(self.draft, ledgers=tuple(r for r in self.draft.ledgers if r.sha256 != report.sha256)))
            self.flush()

    # Pages

    def name_page(self, kind: Literal["privacy", "abuse", "unsubscribe"], text: str) -> None:
        """Takes over the addresses of pages of a kind as typed: separated by blanks."""
        if self.draft is not None:
            others = tuple(p for p in self.draft.pages if p[0] != kind)
            typed = tuple((kind, word) for word in text.split()[:30])
            self.edit(replace(self.draft, pages=(*others, *typed)))
