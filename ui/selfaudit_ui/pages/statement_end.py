"""The last parts of the statement: listings to be removed, who answers for it, and the text for the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from selfaudit.case.statement import Removal
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.section import beside, field
from selfaudit_ui.pages.statement_parts import Part, day_hint
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, Copyable, StateLine, Text, button, card, clear, column, named, reveal, row, soft
from selfaudit_ui.widgets.forms import show_line, typed_line
from selfaudit_ui.words import sentence

if TYPE_CHECKING:
    from selfaudit.remedy.delisting import Delisting, Mention


_MOST_UNKNOWN = 8
_MOST_MENTIONS = 20


class RemovalsPart(Part):
    """What to do about each listing."""

    parts = ("removals", "removal")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Blocklists: being taken off"),
            _(
                "For each list that was seen to list you: who may ask, what must be true first, and where. First mend the cause, then ask."
            ),
            invite=_("Show"),
        )

    def make(self) -> None:
        """Room for the listings."""
        self._none = StateLine()
        self._list = column(spacing=SPACE.M)
        self._mentions = column(spacing=SPACE.XS)
        self._mentioned: object = None
        self._unknown = StateLine(quiet=True)
        self._rows: dict[tuple[str, str], _Listing] = {}
        self.inner.setLayout(column(self._none, self._list, self._mentions, self._unknown))

    def show_state(self, *, enabled: bool) -> None:
        """Shows the plan."""
        found = self.controller.assessment
        none = _("Nothing that would have to be removed was seen.") if found.mentions else _("No listing was seen.")
        self._none.say("none", "" if found.removals else none)
        keys = [(item.zone, item.target) for item in found.removals]
        if keys != list(self._rows):
            clear(self._list)
            self._rows = {key: _Listing(self.controller, *key) for key in keys}
            for made in self._rows.values():
                self._list.addWidget(made)
        for item, made in zip(found.removals, self._rows.values(), strict=True):
            made.show_plan(item)
            made.show_state(enabled=enabled)
        if found.mentions != self._mentioned:
            self._mentioned = found.mentions
            self._show_mentions(found.mentions)
        names = [f"{shown(printable(n.name, 60))} ({printable(n.target, 80)})" for n in found.unlisted[:_MOST_UNKNOWN]]
        more = len(found.unlisted) - len(names)
        if more > 0:
            names.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
        self._unknown.say(
            "unclear",
            _("Not known, because they gave no answer: {lists}").format(lists=", ".join(names)) if names else "",
            "unclear",
        )

    def _show_mentions(self, mentions: Sequence[Mention]) -> None:
        clear(self._mentions)
        if mentions:
            self._mentions.addWidget(Text(_("Named, but nothing has to be removed"), bold=True))
        for item in mentions[:_MOST_MENTIONS]:
            self._mentions.addWidget(StateLine("about", mention_words(item), quiet=True))
        more = len(mentions) - _MOST_MENTIONS
        if more > 0:
            self._mentions.addWidget(soft(ngettext("and {count} more", "and {count} more", more).format(count=more), 1.0))

    def sum_up(self) -> str:
        """How many listings, and requests."""
        count, asked = len(self.controller.assessment.removals), len(self.controller.statement.removals)
        parts = [ngettext("{count} listing", "{count} listings", count).format(count=count)] if count else []
        if asked:
            parts.append(ngettext("{count} request noted", "{count} requests noted", asked).format(count=asked))
        return " · ".join(parts)

    def focus_on(self, part: str) -> None:
        """The listing that is meant."""
        _kind, _colon, rest = part.partition(":")
        zone, _colon, target = rest.partition(":")
        made = self._rows.get((zone, target)) or next(iter(self._rows.values()), None)
        (made.at if made is not None else self.opening).setFocus()


def mention_words(item: Mention) -> str:
    """A list that names a target without a way off being needed: what it says, and why nothing has to be done."""
    meaning = "; ".join(shown(printable(m, 200)) for m in item.meaning[:4])
    words = f"{printable(item.target, 80)}: {printable(item.name, 80)}" + (f" ({meaning})" if meaning else "")
    if item.approved:
        words += "; " + _("approved by your provider: {reference}").format(reference=item.approved)
    if item.pay:
        words += ". " + _("A faster removal is sold there. Do not pay: the entry goes without it, too.")
    return words


class _Listing(QWidget):
    """One listing. What is known about it changes while a request is noted; the fields in which that is typed stay."""

    def __init__(self, controller: Controller, zone: str, target: str) -> None:
        super().__init__()
        self._controller, self._key = controller, (zone, target)
        name = f"{printable(zone, 80)} · {printable(target, 80)}"
        self.at = typed_line(
            _("{list}: asked on").format(list=name), lambda text: controller.note_removal(*self._key, at=text.strip()), hint=day_hint(), limit=40
        )  # fmt: skip
        self._reference = typed_line(
            _("{list}: reference of the list").format(list=name),
            lambda text: controller.note_removal(*self._key, reference=text),
            limit=120,
        )
        self._about = column(spacing=SPACE.S)
        self._shown: Delisting | None = None
        fields = beside(field(_("Asked on"), self.at), field(_("Its reference (if it gave one)"), self._reference), 1, 2)
        self.setLayout(column(card(self._about, fields)))

    def show_plan(self, item: Delisting) -> None:
        """Shows who may ask, what must be true first, where, and how long it takes."""
        plain = replace(item, asked="", reference="")
        if plain == self._shown:
            return
        self._shown = plain
        clear(self._about)
        name = f"{printable(item.name, 80)} · {printable(item.target, 80)}"
        parts: list[QWidget] = [Text(f"{item.order}. {name}", bold=True), *(soft(line, 1.0) for line in listing_lines(item))]
        for condition in item.before:
            icon, verdict = {"yes": ("pass", "good"), "no": ("fail", "fail")}.get(condition.known, ("unclear", "unclear"))
            words = sentence(shown(condition.text)) + (f" ({shown(condition.why)})" if condition.why else "")
            parts.append(StateLine(icon, words, verdict, quiet=True))
        if item.url:
            parts.append(Copyable(_("Where to ask about {list}").format(list=name), item.url, lines=2))
        if item.request:
            parts += [
                soft(_("Only your provider can ask this list. A request that is ready to be sent to it:"), 1.0),
                Copyable(_("Request to your provider about {list}").format(list=name), item.request, lines=8),
            ]
        for part in parts:
            self._about.addWidget(part)

    def show_state(self, *, enabled: bool) -> None:
        """Shows what is noted."""
        removals = self._controller.statement.removals
        noted = next((r for r in removals if (r.zone, r.target) == self._key), Removal(*self._key))
        show_line(self.at, noted.at)
        show_line(self._reference, noted.reference)
        self.at.setEnabled(enabled)
        self._reference.setEnabled(enabled)


_WHO = {
    "you": N_("You may ask it yourself, when what stands below is true."),
    "provider": N_("Only your provider may ask it."),
    "wait": N_("Nobody has to ask: the entry goes by itself when the cause is gone."),
}


def listing_lines(item: Delisting) -> list[str]:
    """Who may ask, what the list says, and how long it takes."""
    lines = [_(_WHO[item.who])]
    if item.meaning:
        lines.append(_("It says: {words}").format(words="; ".join(shown(printable(m, 200)) for m in item.meaning[:4])))
    if item.expires:
        lines.append(_("How long it stays after the cause has stopped: {words}").format(words=shown(item.expires)))
    if item.pay:
        lines.append(_("A faster removal is sold there. Do not pay: the entry goes without it, too."))
    if not item.ready:
        lines.append(_("Ask only when all of what stands below is true: a second entry stays longer."))
    return lines


class SignPart(Part):
    """Who answers for the statement."""

    parts = ("commitment", "harmful_removed", "signer", "signed", "counsel")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Who answers for it"),
            _("A person with a name and a role. Any later change of the statement takes the signature off again."),
        )

    def make(self) -> None:
        """Boxes to tick, name, role, contact, and the signature."""
        state = self.controller.state
        self._filling = False
        self._ticks: dict[str, QCheckBox] = {}
        for key, words in (
            ("commitment", _("We bind ourselves not to break the policy again.")),
            ("harmful_removed", _("All harmful data has been removed.")),
            ("counsel", _("Somebody with legal knowledge has read this (optional).")),
        ):
            box = named(QCheckBox(words), words)
            box.toggled.connect(lambda on, key=key: None if self._filling else state(**{key: on}))
            self._ticks[key] = box
        self._lines = {
            "name": typed_line(_("Name of the person who signs"), lambda text: state(name=text), limit=120),
            "role": typed_line(_("Role of the person who signs"), lambda text: state(role=text), limit=120),
            "contact": typed_line(_("How the desk reaches them"), lambda text: state(contact=text), limit=200),
        }
        self._signed = StateLine()
        self._sign = button(_("Sign today"), self.controller.sign, icon_name="tick", name=_("Sign the statement today"))
        self._unsign = button(_("Take the signature off"), lambda: state(signed=""), kind="quiet")
        self.inner.setLayout(
            column(
                *self._ticks.values(),
                beside(field(_("Name"), self._lines["name"]), field(_("Role"), self._lines["role"]), 1, 1),
                field(_("How the desk reaches them"), self._lines["contact"]),
                self._signed,
                row(self._sign, self._unsign, None),
            )
        )

    def show_state(self, *, enabled: bool) -> None:
        """Shows what is stated."""
        statement = self.controller.statement
        self._filling = True
        for key, box in self._ticks.items():
            box.setChecked(getattr(statement, key))
            box.setEnabled(enabled)
        self._filling = False
        for key, edit in self._lines.items():
            show_line(edit, getattr(statement, key))
            edit.setEnabled(enabled)
        who = bool(statement.name.strip() and statement.role.strip())
        if statement.signed:
            words = _("Signed on {date} by {name}, {role}").format(
                date=statement.signed, name=statement.name, role=statement.role
            )
            self._signed.say("pass", printable(words, 300), "good")
        elif self.controller.unsigned:
            self._signed.say(
                "warn", _("Something was changed after it was signed. Read it once more, and sign it again."), "warn"
            )
        else:
            self._signed.say("todo", _("Not signed yet.") if who else _("Not signed yet: give a name and a role first."))
        self._sign.setEnabled(enabled and who and not statement.signed)
        reveal(self._unsign, bool(statement.signed))
        self._unsign.setEnabled(enabled)

    def sum_up(self) -> str:
        """Who has signed, and when."""
        statement = self.controller.statement
        parts = [", ".join(filter(None, (statement.name.strip(), statement.role.strip())))]
        if statement.signed:
            parts.append(_("signed on {date}").format(date=statement.signed))
        return printable(" · ".join(filter(None, parts)), 300)

    def focus_on(self, part: str) -> None:
        """The box, the line or the button that is meant."""
        targets: dict[str, QWidget] = {**self._ticks, "signer": self._lines["name"], "signed": self._sign}
        wanted = targets.get(part, self._lines["name"])
        (wanted if wanted.isEnabled() else self._lines["name"]).setFocus()


class TextPart(Part):
    """The text for the ticket."""

    parts = ("text",)

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("The text for the ticket"),
            _("Put together from what stands above and from the results, in English. Nothing is added to it."),
            invite=_("Show"),
        )

    def make(self) -> None:
        """The preview."""
        self._kind = Banner("warn")
        self._ready = Banner("good")
        self._hints = column(spacing=SPACE.XS)
        self._text = Copyable(_("The text for the ticket"), "", lines=24)
        self.inner.setLayout(column(self._kind, self._ready, self._hints, self._text))
        self._shown = ""

    def show_state(self, *, enabled: bool) -> None:
        """Shows the text as it would be handed in now."""
        found = self.controller.assessment
        if found.final:
            self._ready.say(_("This is the final text: nothing blocks, and nothing is missing."))
            self._kind.say("")
        else:
            self._ready.say("")
            self._kind.say(
                _(
                    "Interim: something is still missing, and the first line says so. The final text can be copied when nothing is missing."
                )
            )
        clear(self._hints)
        for words in found.hints:
            self._hints.addWidget(StateLine("warn", sentence(shown(words)), "warn", quiet=True))
        if found.text != self._shown:
            self._shown = found.text
            self._text.show_text(found.text)

    def sum_up(self) -> str:
        """Final or interim."""
        found = self.controller.assessment
        return "" if not found.text else _("Final") if found.final else _("Interim")
