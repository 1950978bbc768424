"""From options, case file and settings to a case, before any packet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from selfaudit.case import Authority, Case, Registrant, Selector, Target
from selfaudit.case.file import CaseFile, parse_past, read_registrant, read_registrant_file
from selfaudit.case.model import Seal, Stated
from selfaudit.case.notice import Notice
from selfaudit.case.targets import hosted_targets, parse_address, parse_domain, parse_targets
from selfaudit.engine.brought import Brought, add_ledger, add_message
from selfaudit.engine.draft import MAX_SELECTORS, MAX_SENDING
from selfaudit.engine.draft_case import read_approvals, read_pages, read_selector, told_by
from selfaudit.engine.hosts import add_host, read_host_file, same_server
from selfaudit.engine.judge import pairs
from selfaudit.engine.requirements import check_cited
from selfaudit.engine.sample_message import selectors_in
from selfaudit.engine.seals import SignedCase, read_signed_case, seal_for, seal_words
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.protocols.psl import is_public_suffix, registrable_domain
from selfaudit.settings import Settings, load_settings
from selfaudit.text import printable

PageKind = Literal["privacy", "abuse", "unsubscribe"]

_NOTHING = Brought()
MAX_LIST = 1_000_000  # octets of a file of domains


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
    hosted: Sequence[str] = ()
    suspended: str = ""
    registrant: Path | None = None
    registered_to_others: Sequence[str] = ()
    host_facts: Sequence[str] = ()
    look_up_packages: bool = False
    ledger: Sequence[Path] = ()
    page: Sequence[str] = ()
    provider: str = ""
    notice: Sequence[Path] = ()
    cited: Sequence[str] = ()
    onboarding: bool = False
    bulk_mail: bool | None = None
    shared_platform: bool | None = None


def read_settings(path: Path | None) -> Settings:
    """The settings file, or the defaults."""
    return load_settings(path) if path else Settings()


def read_hosts(options: Options, settings: Settings) -> tuple[HostReport, ...]:
    """The collectors' files: FILE, or ADDRESS=FILE for a server that does not know its public address.

    Raises:
        UserError: one of them cannot be read, or there are too many.
    """
    reports: tuple[HostReport, ...] = ()
    for text in options.host_facts:
        head, equals, rest = text.partition("=")
        address = ""
        if equals and rest and not Path(text).exists():
            address = parse_address(head, allow_reserved=settings.scope.allow_reserved, what="--host-facts")
        report = read_host_file(Path(rest if address else text), address=address)
        twin = next((r for r in reports if same_server(r, report)), None)
        if twin is not None:
            raise UserError(
                _("{file}: there are two files of the server {host}; name the newer one.").format(file=text, host=twin.name)
            )
        reports = add_host(reports, report)
    return reports


def read_brought(options: Options, settings: Settings) -> Brought:
    """Everything that was brought along in files: collectors' files, sample messages, ledgers of consent.

    Raises:
        UserError: one of them cannot be read, or there are too many.
    """
    messages: tuple[SampleMessage, ...] = ()
    for path in options.message:
        from selfaudit.engine.messages import read_message_file

        messages = add_message(messages, read_message_file(path))
    ledgers: tuple[LedgerReport, ...] = ()
    for path in options.ledger:
        from selfaudit.engine.ledgers import read_ledger_file

        ledgers = add_ledger(ledgers, read_ledger_file(path))
    return Brought(read_hosts(options, settings), messages, ledgers)


def build_case(options: Options, settings: Settings, brought: Brought = _NOTHING) -> Case:
    """Reads and normalises everything. `brought` is what was read from files before.

    Raises:
        UserError: one line that says what is wrong.
    """
    signed = _signed(options)
    file = signed.file if signed else CaseFile(schema="selfaudit/case/1")
    provider, told = printable((options.provider or file.provider).strip(), 100), told_by(file)
    reserved = settings.scope.allow_reserved
    targets = parse_targets((*options.targets, *file.targets), allow_reserved=reserved, is_public_suffix=is_public_suffix)
    hosted = hosted_targets(_domains(options, file, "hosted", reserved), targets)
    if not targets and not hosted:
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
    targets += hosted
    only, skip = names(options.only), names(options.skip)
    case = Case(
        targets,
        sending,
        _selectors(options, file, brought.messages),
        only,
        skip,
        _authority(options, file),
        number=printable(file.number.strip(), 100),
        provider=provider,
        deadline=printable(file.deadline.strip(), 40),
        laboratory=reserved,
        confirm_relay=options.confirm_relay,
        arrived=tuple(options.arrived),
        exceptions=read_approvals(file),
        suspended=_suspended(options, file),
        registrant=_registrant(options, file),
        not_registrant=_others(options, file, targets, reserved),
        look_up_packages=options.look_up_packages,
        pages=read_pages((*((p.kind, p.url) for p in file.pages), *map(_page, options.page))),
        notices=_notices(options),
        cited=tuple(dict.fromkeys((*file.cited, *names(options.cited)))),
        steps=tuple(printable(text, 400) for text in file.steps),
        purpose="onboarding" if options.onboarding else file.purpose,
        bulk=_stated(options.bulk_mail) or file.bulk,
        shared=_stated(options.shared_platform) or file.shared,
        service=told.service,
        contact=told.contact,
        language=told.language,
        message=told.message,
        seal=_seal(signed, provider),
    )
    case = brought.noted_in(case)
    say_seal(case.seal)
    check_cited(case)
    if options.confirm_relay and not settings.smtp.relay_recipient:
        raise UserError(
            _("--confirm-relay sends one message to a mailbox of yours: name it in a settings file, [smtp] relay_recipient.")
        )
    # Names a mistake in --only or --skip before anything is sent.
    if not pairs(case, case.targets):
        raise UserError(_("None of the chosen checks applies to the named targets; “selfaudit checks” lists all."))
    return case


def _signed(options: Options) -> SignedCase | None:
    """The case file with its signature."""
    if options.case is None:
        return None
    signed = read_signed_case(options.case)
    if signed.file.demo:
        raise UserError(
            _("{file}: this case is for the demo, which plays with “selfaudit demo”, or when the app opens the file.").format(
                file=options.case
            )
        )
    return signed


def _seal(signed: SignedCase | None, provider: str) -> Seal | None:
    """The seal of the case file in this case: whom another provider trusts says nothing here."""
    return seal_for(signed.file, signed.data, signed.signature or None, provider) if signed else None


def say_seal(seal: Seal | None) -> None:
    """Says in one line on standard error what is wrong with the signature of the case file; nothing where all is well or there is none."""
    if seal is not None and seal.state not in ("trusted", "unsigned"):
        sys.stderr.write(f"selfaudit: {printable(seal_words(seal), 500)}\n")


def _page(text: str) -> tuple[PageKind, str]:
    """A page as KIND=URL."""
    kind, equals, url = text.partition("=")
    for known in ("privacy", "abuse", "unsubscribe"):
        if equals and kind.strip().lower() == known:
            return known, url
    raise UserError(
        _("--page: “{value}” names no kind of page; write privacy=URL, abuse=URL or unsubscribe=URL.").format(
            value=printable(text, 80)
        )
    )


def _notices(options: Options) -> tuple[Notice, ...]:
    if not options.notice:
        return ()
    from selfaudit.engine.notices import read_notice_file

    return tuple(read_notice_file(path) for path in options.notice)


def _stated(flag: bool | None) -> Stated:
    return "" if flag is None else "yes" if flag else "no"


def _domains(options: Options, file: CaseFile, key: str, reserved: bool) -> list[str]:
    """The domains of an option and of the key of the case file that means the same; what is wrong is said with its place."""
    option = "--hosted" if key == "hosted" else "--registered-to-others"
    given = options.hosted if key == "hosted" else options.registered_to_others
    listed = file.hosted if key == "hosted" else file.not_registrant
    texts: list[tuple[str, str]] = []
    for text in given:
        texts += _lines(Path(text[1:])) if text.startswith("@") and len(text) > 1 else [(option, text)]
    texts += [(f"{options.case}: {key}", text) for text in listed]
    found = []
    for where, text in texts:
        try:
            found.append(parse_domain(text, allow_reserved=reserved, is_public_suffix=is_public_suffix))
        except UserError as error:
            raise UserError(_("{where}: {why}").format(where=where, why=error)) from None
    return found


def _lines(path: Path) -> list[tuple[str, str]]:
    """(place, domain) of each line of a file; empty lines and comments (#) are passed over."""
    text = read_bounded(path, MAX_LIST).decode("utf-8", "replace").removeprefix("\ufeff")
    lines = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [(_("{file}, line {number}").format(file=path, number=number), line) for number, line in lines if line]


def _others(options: Options, file: CaseFile, targets: Sequence[Target], reserved: bool) -> tuple[str, ...]:
    """The registered names of domains of somebody else; they must be among those of the case, or the word was mistyped."""
    known = {registrable_domain(t.value) or t.value for t in targets if t.kind == "domain"}
    found = []
    for domain in _domains(options, file, "not_registrant", reserved):
        registered = registrable_domain(domain) or domain
        if registered not in known:
            raise UserError(
                _("{domain} is said to be registered to somebody else, but is not among the domains of this case.").format(
                    domain=registered
                )
            )
        found.append(registered)
    return tuple(dict.fromkeys(found))


def _suspended(options: Options, file: CaseFile) -> str:
    if not options.suspended:
        return parse_past(file.suspended)
    try:
        return parse_past(options.suspended)
    except UserError as error:
        raise UserError(_("{where}: {why}").format(where="--suspended", why=error)) from None


def _registrant(options: Options, file: CaseFile) -> Registrant | None:
    if options.registrant:
        return read_registrant(read_registrant_file(options.registrant))
    return read_registrant(file.registrant.typed()) if file.registrant else None


def names(texts: Sequence[str]) -> tuple[str, ...]:
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


def _selectors(options: Options, file: CaseFile, messages: Sequence[SampleMessage]) -> tuple[Selector, ...]:
    found: dict[Selector, None] = {}
    for text in (*options.selector, *file.selectors)[: MAX_SELECTORS + 1]:
        name, domain = read_selector(text)
        found.setdefault(Selector(name, domain))
    for message in messages:
        for name, domain in selectors_in(message):
            found.setdefault(Selector(name, domain, "message"))
    if len(found) > MAX_SELECTORS:
        raise UserError(_("More than {limit} DKIM selectors were given.").format(limit=MAX_SELECTORS))
    return tuple(found)
