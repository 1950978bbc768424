"""“Make a case”: support fills in what the customer shall audit, sees what the customer will see, and writes and signs the file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from selfaudit.engine.case_making import ENDING, default_name
from selfaudit.i18n import LANGUAGES, _, ngettext
from selfaudit.policy.model import ClauseClass, Pack
from selfaudit.policy.packs import pack_for
from selfaudit.text import printable
from selfaudit_ui.case_making import Made
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.making import BLANK
from selfaudit_ui.pages.base import Page, ask_file, clear, show_file
from selfaudit_ui.pages.provider_line import ProviderLine
from selfaudit_ui.pages.section import Section, beside
from selfaudit_ui.pages.send_card import SendCard, ask_folder, sent_words
from selfaudit_ui.pages.support_card import SupportCard
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, Copyable, StateLine, Text, button, card, column, named, reveal, row, soft
from selfaudit_ui.widgets.basics import flush
from selfaudit_ui.widgets.forms import Box, Choice, show_line, typed_line
from selfaudit_ui.words import tip


class MakeCasePage(Page):
    """The page for support."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Make a case"),
            _(
                "For support: a file that tells the customer what to audit, and that is your word that these targets may be checked."
            ),
        )
        take = controller.fill_in
        self._problems: dict[str, StateLine] = {}
        self._provider = ProviderLine(lambda text: take(provider=text))
        self._number = typed_line(_("Case or ticket number"), lambda text: take(number=text), limit=100)
        self._service = typed_line(
            _("Service"), lambda text: take(service=text), hint=_("What is suspended: product, contract, host name"), limit=200
        )
        self._deadline = typed_line(_("Deadline"), lambda text: take(deadline=text), hint=_("YYYY-MM-DD"), limit=40)
        self._suspended = typed_line(_("Suspended since"), lambda text: take(suspended=text), hint=_("YYYY-MM-DD"), limit=40)
        self._contact = typed_line(
            _("Contact"), lambda text: take(contact=text), hint=_("Where you are reached about this case"), limit=200
        )
        self._language = Choice(_("Answer in"), self._languages(), lambda code: take(language=code))
        self._targets = Box(
            _("Targets"),
            lambda text: take(targets=lines_of(text)),
            lines=5,
            hint=_("One domain, address or block per line"),
            limit=40_000,
        )
        self._steps = Box(
            _("Required steps"), lambda text: take(steps=lines_of(text)), lines=4, hint=_("One step per line"), limit=20_000
        )
        self._message = Box(_("Message to the customer"), lambda text: take(message=text), lines=5)
        self._clauses = ClauseChecks(controller)
        self._trouble = Banner("fail")
        self._done = Banner("good")
        self._unknown = Banner("unclear")
        self._remarks = StateLine(quiet=True)
        self._unsigned = flush(button(_("Create without signature …"), partial(self._make, sign=False), kind="quiet"))
        self._clear = button(_("Empty form"), partial(self._ask, True), kind="quiet", name=_("Empty the whole form"))
        self._keep = button(_("Keep"), partial(self._ask, False), name=_("Keep the form"))
        self._question = QWidget()
        asking = row(
            Text(_("Empty the whole form? What you have filled in is gone then.")),
            button(_("Empty"), self._empty, name=_("Yes, empty the whole form")), self._keep,
        )  # fmt: skip
        asking.setStretch(0, 1)
        asking.setContentsMargins(0, 0, 0, 0)
        self._question.setLayout(asking)
        self._question.hide()
        self._sample = SupportCard(_("What the customer will see first"))
        self._key = KeyCard(controller)
        self._send = SendCard(controller, lambda sign: self._make(sign=sign, whole=True))
        who = beside(self._field("provider", self._provider), self._field("number", self._number), 1, 1)
        what = beside(self._field("service", self._service), self._field("contact", self._contact), 1, 1)
        dates = beside(self._field("deadline", self._deadline), self._field("suspended", self._suspended), 1, 1)
        self._form = card(
            who, what, beside(dates, self._field("language", self._language), 2, 1),
            self._field("targets", self._targets),
            self._field("steps", self._steps),
            self._field("message", self._message),
            spacing=SPACE.M,
        )  # fmt: skip
        self.add(
            self._done, self._unknown, self._trouble, self._form, self._clauses, self._sample, self._send,
            card(self._remarks, row(self._unsigned, None, self._clear), self._question), self._key, None,
        )  # fmt: skip
        self._said: object = None

    def _languages(self) -> list[tuple[str, str]]:
        return [("", _("Any language")), *LANGUAGES.items()]

    def _field(self, name: str, edit: QWidget) -> QVBoxLayout:
        """A control below its label, with what is wrong with it below."""
        problem = self._problems[name] = StateLine()
        if isinstance(edit, QLineEdit):
            edit.editingFinished.connect(lambda: self._left(name, edit))
        return column(Text(edit.accessibleName()), edit, problem, None, spacing=SPACE.XS)

    def _left(self, name: str, edit: QLineEdit) -> None:
        if edit.text().strip():
            self.controller.fill_in(**{name: edit.text()})

    def focus_first(self) -> None:
        """The provider."""
        self._provider.setFocus()

    def entered(self) -> None:
        """Shows the form, and checks it by the policies that are known now."""
        self.refresh("")
        self.controller.check_form()

    def left(self) -> None:
        """A question that was not answered is not asked again."""
        reveal(self._question, False)

    def _ask(self, on: bool) -> None:
        """Asks before everything is gone; where there is nothing, nothing is asked."""
        if on and self.controller.form == BLANK:
            self._empty()
            return
        reveal(self._question, on)
        (self._keep if on else self._clear).setFocus()

    def _empty(self) -> None:
        reveal(self._question, False)
        self.controller.forget_form()
        self.focus_first()

    def refresh(self, what: str) -> None:
        """Shows the form."""
        if what not in ("", "form"):
            return
        controller, form = self.controller, self.controller.form
        self._provider.show_text(form.provider)
        for edit, text in (
            (self._number, form.number), (self._service, form.service), (self._deadline, form.deadline),
            (self._suspended, form.suspended), (self._contact, form.contact),
        ):  # fmt: skip
            show_line(edit, text)
        self._language.show_value(form.language)
        for box, lines in ((self._targets, form.targets), (self._steps, form.steps)):
            if lines_of(box.toPlainText()) != lines:
                box.show_words("\n".join(lines))
        self._message.show_words(form.message)
        problems = controller.form_problems
        for name, line in self._problems.items():
            line.say("warn", problems.get(name, ""), "warn")
        self._clauses.show_clauses(pack_for(form.provider), form.cited, problems.get("cited", ""))
        sample, made = controller.sample, controller.made
        seal = made.seal if made is not None and not controller.made_before else None
        if sample is not None:
            self._sample.show_draft(sample, seal, in_the_making=True)
        else:
            reveal(self._sample, False)
        remarks = controller.checked.remarks if "provider" in controller.touched else ()
        self._remarks.say("about", "\n".join(remarks))
        self._unsigned.setEnabled(not controller.making)
        self._send.refresh()
        self._key.refresh()
        self._show_outcome()

    def _show_outcome(self) -> None:
        controller = self.controller
        done = controller.made
        self._trouble.say(controller.make_trouble)
        words = made_words(done) if done is not None else ""
        if words and controller.made_before:
            words = _("{words}\nIt holds the form as it was before your last change.").format(words=words)
        self._done.say(words)
        self._unknown.say(trust_words(done) if done is not None else "")
        now = (done, controller.make_trouble)
        if now == self._said:
            return
        self._said = now
        if done is not None:
            folder = done.case.parent
            self._done.offer(button(_("Open the folder"), partial(show_file, folder), icon_name="folder"))
        if done is not None or controller.make_trouble:
            self.area.verticalScrollBar().setValue(0)

    def primary_words(self) -> str:
        """What the primary button does."""
        return _("Create and sign …")

    def primary_hindrance(self) -> str:
        """Why that cannot be done at the moment, "" if it can."""
        return _("The case file is being written.") if self.controller.making else ""

    def export(self) -> None:
        """Writes and signs the case file."""
        self._make(sign=True)

    def _make(self, *, sign: bool, whole: bool = False) -> None:
        """Writes the case file, or the whole folder for the customer."""
        controller = self.controller
        if controller.making:
            return
        form, found = controller.form, controller.problems_now()
        if found:
            first = next((name for name in self._problems if name in found), "")
            count = len(found)
            controller.make_trouble = ngettext(
                "{count} field must be corrected first.", "{count} fields must be corrected first.", count
            ).format(count=count)
            self.refresh("form")
            edit = {"provider": self._provider, "number": self._number, "targets": self._targets}.get(first)
            if edit is not None:
                edit.setFocus()
            return
        if whole:
            chosen = ask_folder(self, controller)
            if chosen is not None:
                controller.make_folder(chosen, sign=sign)
            return
        name, _filter = ask_file(
            controller,
            lambda: QFileDialog.getSaveFileName(
                self, _("Save the case file"), default_name(form.number), _("Case files (*.selfaudit-case)")
            ),
        )
        if not name:
            return
        path = Path(name)
        if path.suffix != ENDING:
            path = path.with_name(path.name + ENDING)
            if path.exists():  # the dialog has asked about the other name only
                controller.make_trouble = _("{file} is there already; choose another name.").format(file=path)
                self.refresh("form")
                return
        controller.make_case_files(path, sign=sign)


class ClauseChecks(Section):
    """The clauses of a policy, to tick those that were broken."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Clauses that were broken"),
            _("Tick what this case is about: the customer has to show just these, besides what always counts."),
            sums_up=False,
            invite=_("Choose"),
        )
        self._controller = controller
        self._boxes: dict[str, QCheckBox] = {}
        self._pack: Pack | None = None
        self._list = column(spacing=SPACE.XS)
        self._none = soft("", 1.0)
        self.inner.setLayout(column(self._none, self._list))

    def show_clauses(self, pack: Pack | None, cited: tuple[str, ...], problem: str) -> None:
        """Shows the clauses of a policy and which of them are ticked."""
        if pack is not self._pack or not self._boxes:
            self._fill(pack)
        for name, box in self._boxes.items():
            if box.isChecked() != (name in cited):
                box.setChecked(name in cited)
        self._none.show_text(
            "" if self._boxes else _("Choose a provider whose policy is known here; then its clauses stand here.")
        )
        reveal(self._none, not self._boxes)
        headings = [f"{name} · {clause.heading}" for name in cited if pack and (clause := pack.clause(name))]
        self.say("\n".join(headings), [problem] if problem else [])

    def _fill(self, pack: Pack | None) -> None:
        self._pack = pack
        clear(self._list)
        self._boxes = {}
        for clause in pack.clauses if pack is not None else ():
            if clause.kind is ClauseClass.INFORMATIONAL:
                continue
            words = f"{clause.id} · {printable(clause.heading, 70)}"
            box = named(QCheckBox(words.replace("&", "&&")), words, clause.quote)
            box.setToolTip(tip(clause.quote))
            box.clicked.connect(lambda on, name=clause.id: self._tick(name, on))
            self._list.addWidget(box)
            self._boxes[clause.id] = box

    def _tick(self, name: str, on: bool) -> None:
        cited = self._controller.form.cited
        kept = tuple(c for c in cited if c != name)
        self._controller.fill_in(cited=(*kept, name) if on else kept)


class KeyCard(Section):
    """The public key by which case files of this computer are checked, and how it gets into the pack."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Your signing key"),
            _("A customer's app trusts your case files when your policy pack names your public key."),
            sums_up=False,
            invite=_("Show"),
        )
        self._controller = controller
        self._shown = ""
        self._ask = button(_("Show the public key"), controller.show_key, icon_name="shield")
        self._key = Copyable(_("Lines for the policy pack"), "", lines=6)
        self._trouble = StateLine()
        self._how = soft(
            _(
                "Add these lines to the pack of your policy and hand the pack out with the app. The secret half stays in the keyring of this "
                "computer; it is never in a file."
            ),
            1.0,
        )
        self.inner.setLayout(column(row(self._ask, None), self._key, self._how, self._trouble))

    def refresh(self) -> None:
        """Shows the key, once somebody has asked for it or signed with it."""
        controller = self._controller
        if self._shown != controller.key_text:
            self._shown = controller.key_text
            self._key.show_text(controller.key_text)
            if controller.key_text:
                self.opening.setChecked(True)
        reveal(self._key, bool(controller.key_text))
        reveal(self._ask, not controller.key_text)
        self._trouble.say("about", controller.key_trouble)
        self.say("", ())


def lines_of(text: str) -> tuple[str, ...]:
    """The lines in which something stands, without blanks around it."""
    return tuple(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def made_words(done: Made) -> str:
    """What was written."""
    if done.sent is not None:
        return sent_words(done)
    if done.signature is None:
        return _("Written, not signed: {file}").format(file=done.case)
    return _("Written: {file}\nand its signature: {signature}\nSend both files; they belong together.").format(
        file=done.case, signature=done.signature
    )


def trust_words(done: Made) -> str:
    """What the customer's app will say of the signature, "" if it will trust it."""
    if done.seal.state == "trusted":
        return ""
    if done.signature is None:
        return _("Without a signature the file proves nothing: the customer has to show otherwise that the targets are theirs.")
    return _(
        "No policy pack here names your key yet, so apps will say that they do not know it. Below stands what to add to the pack."
    )
