"""Running an audit from the command line: signals, saving, printing."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import signal
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement, read_statement_file
from selfaudit.cli.output import console, print_audit
from selfaudit.cli.progress import Watcher
from selfaudit.engine import Audit, run_audit, save_evidence
from selfaudit.engine.beside import write_beside
from selfaudit.engine.events import ignore
from selfaudit.engine.evidence import write_whole
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, language
from selfaudit.install import data_folder
from selfaudit.net import Net
from selfaudit.protocols.minisign import SecretKey
from selfaudit.report.html import render_html
from selfaudit.report.json import encode_audit
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.report.bundle import Attachment

SIGNATURE_ENDING = ".minisig"


async def run_watched(case: Case, net: Net, install_key: bytes, *, quiet: bool) -> Audit:
    """Runs an audit; Ctrl-C or SIGTERM stop it and keep what was seen."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows: asyncio.run turns Ctrl-C into the same cancellation
        handled.append(number)
    try:
        with Watcher(quiet=quiet) as watcher, _relaxed_collector():
            return await run_audit(case, net, install_key=install_key, emit=watcher if watcher.watching else ignore)
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


@contextmanager
def _relaxed_collector() -> Generator[None]:
    """A run keeps nearly everything it makes; looking for garbage at the usual pace takes a fifth of its time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def check_outputs(out: Path | None, json_file: str) -> None:
    """Finds out before the first packet whether the results can be written.

    Raises:
        UserError: where they cannot.
    """
    if out is not None:
        probe = out / ".selfaudit-write-test"
        try:
            out.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(_("{file}: cannot be written ({why})").format(file=out, why=error.strerror or error)) from None
    if json_file and json_file != "-":
        path = Path(json_file)
        if path.is_dir() or not path.name:
            raise UserError(_("{file}: is a folder; name a file").format(file=path))
        if not path.parent.is_dir():
            raise UserError(_("{file}: there is no such folder").format(file=path.parent))


def statement_of(evidence: Path, given: Path | None) -> Statement | None:
    """The statement that goes with saved evidence: the named file, or statement.json beside it; None for neither.

    Raises:
        UserError: it cannot be read.
    """
    path = given or evidence.with_name("statement.json")
    return read_statement_file(path) if given or path.is_file() else None


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes into a bundle besides the audit.

    Attributes:
        case_file, case_signature: the provider's case file and its signature; empty for none.
        attachments: files that the statement names.
        folders: where those of them are looked for that are not given.
        before: an earlier audit.
        key: signs; None for the key of this person, which is made if there is none yet.
        unsigned: nothing signs.
    """

    case_file: bytes = b""
    case_signature: str = ""
    attachments: tuple[Attachment, ...] = ()
    folders: tuple[Path, ...] = ()
    before: Audit | None = None
    key: SecretKey | None = None
    unsigned: bool = False


_NOTHING = Beside()


def beside_case(case: Path | None, folders: tuple[Path, ...] = ()) -> Beside:
    """What goes with an audit that was made after a case file.

    Raises:
        UserError: the case file cannot be read.
    """
    if case is None:
        return Beside(folders=folders)
    from selfaudit.engine.seals import read_signed_case

    signed = read_signed_case(case)
    return Beside(signed.data, signed.signature, folders=folders)


def bundle_of(audit: Audit, beside: Beside, made: float) -> tuple[bytes, str, Mapping[str, bytes]]:
    """A bundle, the signature that lies beside it ("" if nothing signs), and the files in it by their names.

    Where there is no key and no keyring, the bundle is not signed, and one line on standard error says so.

    Raises:
        UserError: it cannot be made.
    """
    from selfaudit.report.bundle import attachments_beside, build_bundle, sign_bundle, wanted_files

    beside = _with_case_file(audit, beside)
    audit = _sealed_by(audit, beside)
    key = None if beside.unsigned else beside.key or _own_key()
    given = {a.file.sha256 for a in beside.attachments}
    attachments = beside.attachments
    for folder in beside.folders:
        lacking = tuple(f for f in wanted_files(audit) if f.sha256 not in given)
        attachments += attachments_beside(lacking, folder)
        given.update(a.file.sha256 for a in attachments)
    data, contents = build_bundle(
        audit, key=key, made=made, before=beside.before, attachments=attachments, case_file=beside.case_file,
        case_signature=beside.case_signature, language=language(),
    )  # fmt: skip
    return data, sign_bundle(data, key, audit.evidence.case.number) if key else "", contents


def _with_case_file(audit: Audit, beside: Beside) -> Beside:
    """The same with the audit's own case file, if that lies in a bundle in one of the folders; without it the bundle shows nothing of it."""
    from selfaudit.report.bundle import MAX_ARCHIVE, case_file_of, open_bundle

    seal = audit.evidence.case.seal
    if beside.case_file or seal is None:
        return beside
    for path in (folder / "bundle.zip" for folder in beside.folders):
        if not path.is_file():
            continue
        try:
            data, signature = case_file_of(open_bundle(read_bounded(path, MAX_ARCHIVE)))
        except (BadInput, UserError):
            continue
        if hashlib.sha256(data).hexdigest() == seal.sha256:
            return replace(beside, case_file=data, case_signature=signature)
    return beside


def _sealed_by(audit: Audit, beside: Beside) -> Audit:
    """The audit with the seal that its own case file has here; a saved audit was read before that file was at hand."""
    from selfaudit.engine.seals import sealed_again

    case = audit.evidence.case
    if not beside.case_file or case.seal is None:
        return audit
    seal = sealed_again(beside.case_file, beside.case_signature, case.provider, demo=bool(case.demo))
    if seal is None or seal.sha256 != case.seal.sha256:
        return audit
    return replace(audit, evidence=replace(audit.evidence, case=replace(case, seal=seal)))


def _own_key() -> SecretKey | None:
    from selfaudit.secrets import signing_key

    try:
        return signing_key()
    except UserError as error:
        words = _("The bundle is not signed. {why}").format(why=error)
        sys.stderr.write(f"selfaudit: {printable(words, 500)}\n")
        return None


def write_bundle(path: Path, data: bytes, signature: str) -> list[Path]:
    """Writes a bundle with its signature beside it; a signature of an older bundle there does not stay once the new bundle is whole.

    Raises:
        UserError: it cannot be written; then the old bundle stays with its signature.
    """
    beside = path.with_name(path.name + SIGNATURE_ENDING)
    write_beside(path, data, beside, signature)
    return [path, beside] if signature else [path]


def save(audit: Audit, out: Path | None, beside: Beside = _NOTHING) -> list[Path]:
    """Writes evidence, statement, results, reports and bundle into a folder, what cannot be made again first.

    Raises:
        UserError: something cannot be written or made; everything else is there.
    """
    saved = _save(audit, out, beside)
    if saved.trouble is not None:
        raise saved.trouble
    return saved.written


@dataclass(slots=True)
class _Saved:
    written: list[Path]
    trouble: UserError | None = None


def _save(audit: Audit, out: Path | None, beside: Beside) -> _Saved:
    if out is None and audit.evidence.interrupted and not audit.evidence.case.demo:
        # Nobody asked for files, but what was seen must not be lost with the window.
        out = data_folder() / "interrupted" / audit.evidence.started[:19].replace(":", "")
    if out is None:
        return _Saved([])
    made = float(int(time.time()))
    saved = _Saved([])
    try:
        save_evidence(audit.evidence, out / "evidence.json")
        saved.written.append(out / "evidence.json")
        if audit.statement:
            write_whole(out / "statement.json", encode_statement(audit.statement))
            saved.written.append(out / "statement.json")
        write_whole(out / "audit.json", encode_audit(audit, made))
        saved.written.insert(0, out / "audit.json")
        write_whole(out / "report.html", render_html(audit, before=beside.before, now=made).encode("utf-8"))
        saved.written.insert(0, out / "report.html")
    except UserError as error:
        saved.trouble = error
        return saved
    try:
        data, signature, contents = bundle_of(audit, beside, made)
        write_whole(out / "report.pdf", contents["report.pdf"])
        saved.written.insert(0, out / "report.pdf")
        saved.written += write_bundle(out / "bundle.zip", data, signature)
    except UserError as error:
        saved.trouble = error
    return saved


def show(audit: Audit, *, out: Path | None, json_file: str, quiet: bool, beside: Beside = _NOTHING) -> int:
    """Saves and prints an audit and returns the exit code. What could not be saved is still shown."""
    saved = _save(audit, out, beside)
    written, trouble = saved.written, saved.trouble
    try:
        if json_file and json_file != "-":
            write_whole(Path(json_file), encode_audit(audit))
            written.append(Path(json_file))
    except UserError as error:
        trouble = trouble or error
    if json_file == "-":
        sys.stdout.buffer.write(encode_audit(audit))
        sys.stdout.buffer.flush()
    else:
        screen = console()
        print_audit(audit, screen, quiet=quiet)
        if written and (not quiet or audit.evidence.interrupted):
            screen.print()
            for path in written:
                screen.print(_("Written: {file}").format(file=path))
    if trouble is not None:
        raise trouble
    return audit.exit_code()
