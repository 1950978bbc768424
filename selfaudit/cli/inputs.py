"""From options, case file and settings to a case, before any packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from selfaudit.case import Authority, Case, Selector, Target
from selfaudit.case.file import CaseFile, read_case_file
from selfaudit.case.targets import parse_address, parse_targets
from selfaudit.checks import select_checks
from selfaudit.engine.draft import MAX_SELECTORS, MAX_SENDING, message_selectors, read_approvals, read_selector
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.settings import Settings, load_settings
from selfaudit.text import printable


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line was given."""

    targets: Sequence[str]
    case: Path | None = None
    settings: Path | None = None
    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    sending_ip: Sequence[str] = ()
    selector: Sequence[str] = ()
    message: Sequence[Path] = ()
    authority: str = ""
    confirm_relay: bool = False
    arrived: Sequence[str] = ()


def read_settings(path: Path | None) -> Settings:
    """The settings file, or the defaults."""
    return load_settings(path) if path else Settings()


def build_case(options: Options, settings: Settings) -> Case:
    """Reads and normalises everything.

    Raises:
        UserError: one line that says what is wrong.
    """
    file = read_case_file(options.case) if options.case else CaseFile(schema="selfaudit/case/1")
    reserved = settings.scope.allow_reserved
    targets = parse_targets((*options.targets, *file.targets), allow_reserved=reserved, is_public_suffix=is_public_suffix)
    if not targets:
        raise UserError(_("Name at least one domain or address: selfaudit audit YOUR-DOMAIN YOUR-ADDRESS"))
    sending = tuple(
        dict.fromkeys(
            parse_address(text, allow_reserved=reserved, what="--sending-ip")
            for text in (*options.sending_ip, *file.sending_ips)
        )
    )
    if len(sending) > MAX_SENDING:
        raise UserError(_("More than {limit} sending addresses were given.").format(limit=MAX_SENDING))
    named = {t.value for t in targets}
    targets += tuple(Target("address", a, "sending address") for a in sending if a not in named)
    only, skip = _names(options.only), _names(options.skip)
    case = Case(
        targets,
        sending,
        _selectors(options, file),
        only,
        skip,
        _authority(options, file),
        number=file.number,
        provider=file.provider,
        deadline=file.deadline,
        laboratory=reserved,
        confirm_relay=options.confirm_relay,
        arrived=tuple(options.arrived),
        exceptions=read_approvals(file),
    )
    if options.confirm_relay and not settings.smtp.relay_recipient:
        raise UserError(
            _("--confirm-relay sends one message to a mailbox of yours: name it in a settings file, [smtp] relay_recipient.")
        )
    # Names a mistake in --only or --skip before anything is sent.
    kinds = {t.kind for t in targets} | {"case"}
    if not any(check.spec.target in kinds for check in select_checks(only, skip)):
        raise UserError(_("None of the chosen checks applies to the named targets; “selfaudit checks” lists all."))
    return case


def _names(texts: Sequence[str]) -> tuple[str, ...]:
    """Ids given several times or separated by commas."""
    return tuple(dict.fromkeys(name for text in texts for name in text.replace(" ", "").split(",") if name))


def _authority(options: Options, file: CaseFile) -> Authority | None:
    if options.authority:
        name, comma, role = options.authority.rpartition(",")
        if not comma or not name.strip() or not role.strip():
            raise UserError(_("--authority: give a name and a role, for example “Maria Blum, owner”."))
        return Authority(printable(name.strip(), 100), printable(role.strip(), 100))
    if file.authority:
        return Authority(printable(file.authority.name, 100), printable(file.authority.role, 100))
    return None


def _selectors(options: Options, file: CaseFile) -> tuple[Selector, ...]:
    found: dict[Selector, None] = {}
    for text in (*options.selector, *file.selectors)[: MAX_SELECTORS + 1]:
        name, domain = read_selector(text)
        found.setdefault(Selector(name, domain))
    for path in options.message:
        for name, domain in message_selectors(path):
            found.setdefault(Selector(name, domain, "message"))
    if len(found) > MAX_SELECTORS:
        raise UserError(_("More than {limit} DKIM selectors were given.").format(limit=MAX_SELECTORS))
    return tuple(found)
