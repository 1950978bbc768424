"""`selfaudit case`: case files, as support makes them and customers get them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _, ngettext
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.case.file import CaseFile
    from selfaudit.engine.seals import SignedCase
    from selfaudit.protocols.minisign import PublicKey, SecretKey

_FILE = click.Path(path_type=Path, dir_okay=False)


class _Folder(click.Path):
    """A folder that somebody names: an empty name, as of a variable that is not set, would be the folder one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            raise UserError(_("--send: name a folder."))
        return super().convert(value, param, ctx)


_JSON = click.option("--json", "json_file", default="", metavar="FILE", help="Write it as JSON; - for standard output.")


@click.group()
def case() -> None:
    """Make, show, sign and check case files.

    A case file says what a customer is to audit, and why. A signed one also shows who made it, and permits checks of what it names.
    """


@case.command("new")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--provider", default="", metavar="NAME", help="Your name, as in “selfaudit policy list”.")
@click.option("--number", default="", metavar="TEXT", help="The number of the case or ticket.")
@click.option("--service", default="", metavar="TEXT", help="What is suspended: a product, a contract number, a host name.")
@click.option("--cited", multiple=True, metavar="IDS", help="Clauses of your policy that were broken, separated by commas.")
@click.option("--step", multiple=True, metavar="TEXT", help="Something that must be done before the service is reinstated.")
@click.option(
    "--deadline", default="", metavar="DATE", help="By when you need the answer: YYYY-MM-DD, or 2026-03-31T18:00:00Z."
)
@click.option("--suspended", default="", metavar="DATE", help="Since when the service is suspended.")
@click.option("--language", default="", metavar="CODE", help="In which language you want to be answered: en, de, ...")
@click.option("--contact", default="", metavar="TEXT", help="Where you are reached about this case.")
@click.option("--message", default="", metavar="TEXT", help="What you tell the customer; @FILE reads it from a file.")
@click.option("--sending-ip", multiple=True, metavar="IP", help="An address that sends mail for the domains.")
@click.option("--hosted", multiple=True, metavar="DOMAIN", help="A domain that the customer only hosts for others.")
@click.option(
    "--exception",
    multiple=True,
    metavar="'CHECK, REFERENCE, TARGET, SERVICE'",
    help="What you have approved: the check, your reference, and, if it does not hold for all, the target and the port or service.",
)
@click.option("--onboarding", is_flag=True, help="Before a contract: nothing has happened, and nothing is to be explained.")
@click.option("--sign/--no-sign", default=True, help="Sign it with your key; it is made if there is none. This is the default.")
@click.option("--settings", type=_FILE, metavar="FILE", help="Settings (TOML).")
@click.option("--out", type=_FILE, metavar="FILE", help="The file to write; NUMBER.selfaudit-case if it is not given.")
@click.option(
    "--send",
    type=_Folder(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write everything for this customer into a folder: the case, a letter, and a page with links and checksums.",
)
@click.option(
    "--release", type=_FILE, metavar="FILE", help="The release.json of the program that the customer gets; with --send."
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
def new_case(sign: bool, out: Path | None, send: Path | None, release: Path | None, force: bool, **given: Any) -> int:
    """Make a case file for a customer, and sign it.

    TARGET is a domain, an address or a block of addresses of the customer. The signature permits checks of exactly these. FILE and FILE.minisig
    go to the customer together. With --send, they lie in DIR with letter.txt, to paste into your answer, and index.html, in the language of the
    case. Links to the program come from [downloads] of your pack, checksums from --release.
    """
    from selfaudit.cli.inputs import read_settings
    from selfaudit.engine.case_making import case_remarks, default_name, make_case_file, refuse_other_number, write_case
    from selfaudit.engine.seals import open_case, sign_case

    if send is not None and out is not None:
        raise UserError(_("--out names a file and --send a folder: give one of them."))
    if release is not None and send is None:
        raise UserError(_("--release is about the folder for the customer: add --send DIR."))
    reserved = read_settings(given["settings"]).scope.allow_reserved
    file, at = _form(given), _now()
    data = make_case_file(file, at=at, allow_reserved=reserved)
    if send is not None:
        return _send(data, at, send, release, sign=sign, force=force)
    if out is None and force:
        number = open_case(data, None).file.number
        refuse_other_number(Path(default_name(number)), number)
    signature = None
    if sign:
        signature = sign_case(data, _signing_key(), at)
    opened = open_case(data, signature)
    written = write_case(out or Path(default_name(opened.file.number)), data, signature, force=force)
    _say(_("Written: {file}").format(file=written.case))
    if written.signature is not None:
        _say(_("Written: {file}").format(file=written.signature))
    for remark in case_remarks(opened.file):
        _say(remark)
    _say_signed(opened)
    return 0


def _send(data: bytes, at: str, folder: Path, release: Path | None, *, sign: bool, force: bool) -> int:
    """Writes the folder for the customer. What can be refused without a key is refused before one is made."""
    from selfaudit.case.file import parse_case
    from selfaudit.case.release import read_release_file
    from selfaudit.engine.case_making import case_remarks
    from selfaudit.engine.seals import open_case, sign_case
    from selfaudit.report.sending import refuse_other_cases, refuse_present, refuse_unwritable
    from selfaudit.report.sending import send as write_folder

    number = parse_case(data).number
    if not force:
        refuse_present(folder, number)
    refuse_other_cases(folder, number)
    refuse_unwritable(folder)
    known = read_release_file(release) if release is not None else None
    key = _signing_key() if sign else None
    opened = open_case(data, sign_case(data, key, at) if key is not None else None)
    sent = write_folder(opened, folder, release=known, key=key.public() if key is not None else None, force=force)
    for path in sent.files:
        _say(_("Written: {file}").format(file=path))
    if sent.checked:
        _say(_("Measured beside release.json, and as it says: {files}").format(files=", ".join(sent.checked)))
    for remark in (*case_remarks(opened.file), *sent.remarks):
        _say(remark)
    _say_signed(opened)
    _say(_("Paste letter.txt into your answer, and attach the other files."))
    return 0


def _form(given: dict[str, Any]) -> CaseFile:
    """The case file as the options have it, not checked yet."""
    from selfaudit.case.file import CaseFile
    from selfaudit.cli.inputs import names
    from selfaudit.engine.case_making import read_exception

    return CaseFile(
        schema="selfaudit/case/1",
        number=given["number"],
        provider=given["provider"],
        deadline=given["deadline"],
        suspended=given["suspended"],
        targets=tuple(given["targets"]),
        hosted=tuple(given["hosted"]),
        sending_ips=tuple(given["sending_ip"]),
        exceptions=tuple(map(read_exception, given["exception"])),
        cited=names(given["cited"]),
        steps=tuple(given["step"]),
        purpose="onboarding" if given["onboarding"] else "reinstatement",
        service=given["service"],
        contact=given["contact"],
        language=given["language"],
        message=_message(given["message"]),
    )


def _message(text: str) -> str:
    from selfaudit.files import read_bounded

    if not text.startswith("@") or len(text) == 1:
        return text
    return read_bounded(Path(text[1:]), 100_000).decode("utf-8", "replace").removeprefix("\ufeff")


@case.command("show")
@click.argument("file", type=_FILE)
@_JSON
def show_case(file: Path, json_file: str) -> int:
    """Show what a case file says.

    Everything in FILE is shown, and what its signature comes to.
    """
    from selfaudit.cli.case_text import document, print_case
    from selfaudit.engine.seals import read_signed_case

    signed = read_signed_case(file)
    if json_file:
        _write(document(signed, file.name), json_file)
    else:
        print_case(signed)
    return 0


@case.command("sign")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Put a new signature in the place of one that is there already.")
def sign_file(file: Path, force: bool) -> int:
    """Sign a case file that is there.

    The signature goes into FILE.minisig. What looks wrong in the file is said first.
    """
    from selfaudit.engine.case_making import case_problems, case_remarks
    from selfaudit.engine.evidence import write_whole
    from selfaudit.engine.seals import SUFFIX, checked_by, open_case, read_signed_case, sign_case

    signed, key = read_signed_case(file), _signing_key()
    beside = file.with_name(file.name + SUFFIX)
    if signed.signature and not force:
        if checked_by(signed, key.public()) == "fits":
            _say(_("{file} is signed with your key already; nothing was written.").format(file=file))
            return 0
        raise UserError(
            _("{file}: there is another signature already; nothing was written. --force puts yours in its place.").format(
                file=beside
            )
        )
    # What is wrong in a file that somebody else wrote is said; whether it is signed all the same is up to who signs.
    for name, problem in case_problems(signed.file, allow_reserved=True).items():
        _say(_("{where}: {why}").format(where=name, why=problem))
    for remark in case_remarks(signed.file):
        _say(remark)
    signature = sign_case(signed.data, key, _now())
    write_whole(beside, signature.encode("utf-8"))
    _say(_("Written: {file}").format(file=beside))
    _say_signed(open_case(signed.data, signature))
    return 0


@case.command("check")
@click.argument("file", type=_FILE)
@click.option(
    "--key",
    "key_text",
    default="",
    metavar="KEY",
    help="The key to check by, as “RW...” or a file; else those of the provider's pack.",
)
@_JSON
def check_case(file: Path, key_text: str, json_file: str) -> int:
    """Check the signature of a case file.

    It shows who signed FILE, and that it is as it was signed. The signature is FILE.minisig beside it.

    Exit codes: 0 signed by a key of the provider's pack, or by the given KEY; 1 changed after it was signed, or the signature cannot be read;
    3 not signed, or by a key that nobody here vouches for; 2 not a case file.
    """
    from selfaudit.cli.case_text import document, verdict
    from selfaudit.engine.seals import read_signed_case
    from selfaudit.secrets import public_signing_key

    signed = read_signed_case(file)
    key = _public_key(key_text) if key_text else None
    own = public_signing_key() if key is None and signed.seal.state == "unknown-key" else None
    code, words = verdict(signed, key, own)
    if json_file:
        _write(document(signed, file.name, code=code, words=words, key=key.name if key else ""), json_file)
    else:
        _say(words)
    return code


def _public_key(text: str) -> PublicKey:
    from selfaudit.files import read_bounded
    from selfaudit.protocols.minisign import MAX_TEXT, read_public_key

    try:
        path = Path(text)
        given = read_bounded(path, MAX_TEXT).decode("utf-8") if len(text) < 260 and path.exists() else text
        return read_public_key(given)
    except (BadInput, ValueError, OSError):
        words = _("--key: “{value}” is no public key of minisign and no file with one; it begins with “RW”.")
        raise UserError(words.format(value=printable(text, 60))) from None


def _signing_key() -> SecretKey:
    from selfaudit.secrets import public_signing_key, signing_key

    fresh = public_signing_key() is None
    key = signing_key()
    if fresh:
        _say(_("A signing key was made for you, and kept in the keyring of this computer: {key}").format(key=key.public().name))
    return key


def _say_signed(signed: SignedCase) -> None:
    """What the signature came to for whoever has just made it."""
    from selfaudit.engine.seals import seal_words

    if not signed.signature:
        _say(_("It is not signed: it shows nobody who made it, and permits nothing. “selfaudit case sign” signs it."))
    elif signed.seal.state == "trusted":
        _say(seal_words(signed.seal))
        count = len(signed.seal.targets)
        words = ngettext(
            "Whoever has it may check {count} target in your name.",
            "Whoever has it may check {count} targets in your name.",
            count,
        )
        _say(words.format(count=count) if count else _("It names no target, so it permits nothing."))
    else:
        words = _(
            "It is signed with the key {key}, which the pack of “{provider}” does not name: customers will read that nobody vouches for it. "
            "“selfaudit key show” shows how the pack comes to trust it."
        )
        _say(words.format(key=signed.seal.key, provider=printable(signed.file.provider, 60)))


def _say(words: str) -> None:
    from selfaudit.cli.output import console, wrapped

    console().print(wrapped(words, ""))


def _write(data: bytes, name: str) -> None:
    import sys

    from selfaudit.engine.evidence import write_whole

    if name == "-":
        sys.stdout.write(data.decode("utf-8"))
    else:
        write_whole(Path(name), data)


def _now() -> str:
    import datetime

    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
