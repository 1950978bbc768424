"""What would be sent, on whose word, and what else belongs to the case."""

from __future__ import annotations

from selfaudit.engine import Plan
from selfaudit.engine.authority import challenge_token
from selfaudit.engine.suggest import Suggestion
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.host_results import HostResults


class Planning(HostResults):
    """Before the run."""

    # Plan and permission

    def ask_plan(self) -> None:
        """Works out what would be sent. Sends nothing."""
        try:
            if self.settings_trouble and not self.is_demo:
                raise UserError(self.settings_trouble)
            case = self.make_case()
        except UserError as error:
            self.plan, self.plan_trouble = None, str(error)
            self.changed.emit("plan")
            return
        world = self.world
        asked = self.draft

        def then(plan: Plan) -> None:
            if self.draft is asked:
                self.plan, self.plan_trouble = plan, ""
                self.changed.emit("plan")

        def failed(failure: Failure) -> None:
            if self.draft is asked:
                self.plan, self.plan_trouble = None, failure.words or failure.trace
                self.changed.emit("plan")

        self.bridge.start(lambda _send: session.plan(case, world), then, failed)

    def ask_authority(self) -> None:
        """Looks in the DNS whether permission has been proven."""
        try:
            case = self.make_case()
        except UserError as error:
            self.authority_trouble = str(error)
            self.changed.emit("authority")
            return
        world, opening = self.world, self._opening
        asked = self.draft
        self.asking_authority, self.authority_trouble = True, ""
        self.changed.emit("authority")

        def then(found: dict[str, str]) -> None:
            if self._opening is not opening:
                return
            self.asking_authority = False
            if self.draft is not None and asked is not None and self.draft.lines == asked.lines:
                self.authority = found
            self.changed.emit("authority")

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.asking_authority = False
            self.authority_trouble = failure.words or _("Your permission could not be looked up: {why}").format(
                why=failure.trace
            )
            self.changed.emit("authority")

        self.bridge.start(lambda _send: session.look_up_authority(case, world), then, failed)

    def token(self, domain: str) -> str:
        """The token that proves authority over a domain, "" where nothing can be proven."""
        return challenge_token(self.world.key, domain) if self.world.key else ""

    def ask_suggestions(self) -> None:
        """Looks in the DNS for what belongs to the named domains."""
        domains = tuple(dict.fromkeys(t.value for r in self.readings for t in r.targets if t.kind == "domain"))
        if not domains or self.suggesting:
            return
        world, opening = self.world, self._opening
        self.suggesting, self.suggestions_trouble = True, ""
        self.changed.emit("suggestions")

        def then(found: tuple[Suggestion, ...]) -> None:
            if self._opening is not opening:
                return
            self.suggesting, self.suggestions = False, found
            self.changed.emit("suggestions")

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.suggesting = False
            self.suggestions_trouble = failure.words or _("The look-up failed: {why}").format(why=failure.trace)
            self.changed.emit("suggestions")

        self.bridge.start(lambda _send: session.find_suggestions(domains, world), then, failed)
