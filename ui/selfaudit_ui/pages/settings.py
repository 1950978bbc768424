"""Settings: language, theme, resolver, list keys in the keyring, limits. Everything takes effect at once."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFileDialog, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from shiboken6 import isValid

from selfaudit.catalogue import load_catalogue
from selfaudit.errors import UserError
from selfaudit.facts.blocklist import ListEntry
from selfaudit.i18n import LANGUAGES, _
from selfaudit.secrets import KeyState, key_state, store_key
from selfaudit.settings import LimitSettings, load_settings
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import Page, ask_file, clear
from selfaudit_ui.preferences import Preferences
from selfaudit_ui.theme import SPACE, Theme
from selfaudit_ui.widgets import Banner, StateLine, Text, button, card, column, heading, line_edit, named, reveal, row, soft

_LIMITS = (
    ("list_rate", 0.0, 100_000.0),
    ("check_deadline", 0.1, 86_400.0),
    ("run_deadline", 0.1, 604_800.0),
    ("discovered_addresses", 0, 100_000),
)


class SettingsPage(Page):
    """Choices for the app."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, _("Settings"), _("Every change is saved and takes effect at once."))
        self._filling = False
        self.add(self._make_looks(), self._make_network(), self._make_keys(), self._make_limits(), None)
        self._asked = False

    def focus_first(self) -> None:
        """The language."""
        self._language.setFocus()

    def entered(self) -> None:
        """Looks into the keyring when the page is opened, not before."""
        self.refresh("")
        if not self._asked:
            self._asked = True
            self._ask_keys()

    def _prefer(self, **changes: object) -> None:
        if not self._filling:
            preferences: Preferences = replace(self.controller.preferences, **changes)
            if preferences != self.controller.preferences:
                quiet = not changes.keys() & {"language", "theme"}
                self.controller.prefer(preferences, quiet=quiet)
                if quiet:
                    self.controller.plan = None
                    self.controller.changed.emit("trouble")

    def _make_looks(self) -> QWidget:
        self._language = named(QComboBox(), _("Language"))
        self._language.addItem(_("As the system"), "")
        for code, name in LANGUAGES.items():
            self._language.addItem(name, code)
        self._theme = named(QComboBox(), _("Appearance"))
        for theme, name in ((Theme.SYSTEM, _("As the system")), (Theme.LIGHT, _("Light")), (Theme.DARK, _("Dark"))):
            self._theme.addItem(name, str(theme))
        self._language.activated.connect(lambda _index: self._prefer(language=self._language.currentData()))
        self._theme.activated.connect(lambda _index: self._prefer(theme=self._theme.currentData()))
        return card(heading(_("Looks")), self._field(_("Language"), self._language), self._field(_("Appearance"), self._theme))

    @staticmethod
    def _field(name: str, control: QWidget, hint: str = "") -> QWidget:
        words = column(Text(name), soft(hint) if hint else 0, spacing=2)
        line = row(words, control, spacing=SPACE.L)
        line.setStretch(0, 1)
        control.setMinimumSize(200, 30)
        holder = QWidget()
        holder.setLayout(line)
        return holder

    def _make_network(self) -> QWidget:
        self._resolvers = line_edit(_("DNS resolvers"), placeholder=_("as the system"))
        self._resolvers.editingFinished.connect(self._take_resolvers)
        self._resolver_trouble = Banner("warn")
        self._file = line_edit(_("Settings file"), placeholder=_("none"))
        self._file.editingFinished.connect(self._take_file)
        self._file_trouble = Banner("warn")
        choose = button(_("Choose …"), self._choose_file, name=_("Choose a settings file"))
        return card(
            heading(_("Network")),
            self._field(
                _("DNS resolvers"), self._resolvers, _("Addresses, separated by commas. Empty: those of this computer.")
            ),
            self._resolver_trouble,
            self._field(
                _("Settings file"),
                self._file,
                _("A file (TOML) for laboratories and special networks; docs/reference.md lists its keys."),
            ),
            row(None, choose),
            self._file_trouble,
        )

    def _make_keys(self) -> QWidget:
        self._keys = QVBoxLayout()
        self._keys.setSpacing(SPACE.M)
        self._keys_trouble = Banner("warn")
        return card(
            heading(_("Keys of blocklists")),
            soft(
                _(
                    "Some lists answer only with a key. It is kept in your system's keyring, never in a file, and never in a report."
                ),
                1.0,
            ),
            self._keys_trouble,
            self._keys,
        )

    def _make_limits(self) -> QWidget:
        names = {
            "list_rate": (_("Questions a second to one blocklist"), _("0 for no limit")),
            "check_deadline": (_("Seconds for one observation"), ""),
            "run_deadline": (_("Seconds for the whole audit"), ""),
            "discovered_addresses": (_("Addresses found in the DNS that are audited too"), ""),
        }
        self._limits: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self._as_shown: dict[str, float] = {}
        parts: list[QWidget] = [heading(_("Limits"))]
        for key, low, high in _LIMITS:
            box: QSpinBox | QDoubleSpinBox
            if isinstance(low, int):
                box = QSpinBox()
                box.setRange(low, int(high))
            else:
                box = QDoubleSpinBox()
                box.setDecimals(2)
                box.setRange(low, high)
            named(box, names[key][0])
            box.editingFinished.connect(lambda key=key: self._take_limit(key))
            self._limits[key] = box
            parts.append(self._field(names[key][0], box, names[key][1]))
        return card(*parts)

    def refresh(self, what: str) -> None:
        """Shows the choices."""
        if what not in ("", "preferences"):
            return
        preferences = self.controller.preferences
        self._filling = True
        self._language.setCurrentIndex(max(0, self._language.findData(preferences.language)))
        self._theme.setCurrentIndex(max(0, self._theme.findData(preferences.theme)))
        self._resolvers.setText(", ".join(preferences.resolvers))
        self._file.setText(preferences.settings_file)
        limits: LimitSettings = self.controller.settings.limits
        for key, box in self._limits.items():
            box.setValue(getattr(limits, key))
            self._as_shown[key] = box.value()
        self._filling = False

    def _take_resolvers(self) -> None:
        texts = self._resolvers.text().replace(",", " ").split()
        try:
            addresses = tuple(dict.fromkeys(str(ipaddress.ip_address(text)) for text in texts))
        except ValueError:
            self._resolver_trouble.say(_("Each must be an IPv4 or IPv6 address, such as 192.0.2.53. Nothing was changed."))
            return
        self._resolver_trouble.say("")
        self._prefer(resolvers=addresses[:8])

    def _choose_file(self) -> None:
        name, _filter = ask_file(
            self.controller,
            lambda: QFileDialog.getOpenFileName(self, _("Choose a settings file"), "", _("Settings (*.toml);;All files (*)")),
        )
        if name:
            self._file.setText(name)
            self._take_file()

    def _take_file(self) -> None:
        name = self._file.text().strip()
        try:
            if name:
                load_settings(Path(name))
        except UserError as error:
            self._file_trouble.say(str(error))
            return
        self._file_trouble.say("")
        self._prefer(settings_file=name)
        self.refresh("")

    def _take_limit(self, key: str) -> None:
        value = self._limits[key].value()
        if value != self._as_shown.get(key):  # what was only passed by is left as it stands in the file
            self._as_shown[key] = value
            self._prefer(**{key: value})

    # Keys

    def _ask_keys(self) -> None:
        if not isValid(self):
            return
        settings = self.controller.settings

        def work() -> list[tuple[ListEntry, KeyState]]:
            entries = [e for e in load_catalogue(settings.blocklists).entries if e.access == "key"]
            return [(entry, key_state(entry.zone)) for entry in entries]

        self.controller.bridge.call_blocking(work, self._show_keys, self._keys_failed)

    def _keys_failed(self, failure: Failure) -> None:
        if not isValid(self):
            return
        self._keys_trouble.say(failure.words or _("The keyring cannot be used: {why}").format(why=failure.trace))

    def _show_keys(self, found: list[tuple[ListEntry, KeyState]]) -> None:
        if not isValid(self):  # the page was built anew meanwhile
            return
        clear(self._keys)
        none = any(state is KeyState.NO_KEYRING for _entry, state in found)
        self._keys_trouble.say(
            _(
                "This computer has no keyring that can be used. Keys can be given by environment variables: SELFAUDIT_LIST_KEY_ and the list's zone in capitals, with “_” for other characters."
            )
            if none
            else ""
        )
        for entry, state in found:
            self._keys.addWidget(self._key(entry, state, usable=not none))

    def _key(self, entry: ListEntry, state: KeyState, *, usable: bool) -> QWidget:
        states = {
            KeyState.STORED: ("pass", _("{list}: a key is in the keyring"), "good"),
            KeyState.ENVIRONMENT: ("pass", _("{list}: a key is given by the environment"), "good"),
            KeyState.MISSING: ("none", _("{list}: no key, so it is not asked"), ""),
            KeyState.NO_KEYRING: ("none", _("{list}: no key, so it is not asked"), ""),
        }
        icon_name, words, verdict = states[state]
        edit = line_edit(_("Key for {list}").format(list=entry.name))
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        save = button(
            _("Store"), lambda: self._store(entry.zone, edit), name=_("Store the key for {list}").format(list=entry.name)
        )
        forget = button(
            _("Remove"),
            lambda: self._store(entry.zone, None),
            kind="quiet",
            name=_("Remove the key for {list}").format(list=entry.name),
        )
        for part in (edit, save):
            part.setEnabled(usable)
        reveal(forget, state is KeyState.STORED)
        line = row(edit, save, forget)
        line.setStretch(0, 1)
        holder = QWidget()
        holder.setLayout(column(StateLine(icon_name, words.format(list=entry.name), verdict), line))
        return holder

    def _store(self, zone: str, edit: QLineEdit | None) -> None:
        key = edit.text().strip() if edit is not None else ""
        if edit is not None:
            edit.clear()
            if not key:
                return
        self.controller.bridge.call_blocking(lambda: store_key(zone, key), lambda _none: self._ask_keys(), self._keys_failed)
