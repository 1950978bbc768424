"""`selfaudit verify`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import _, shown

if TYPE_CHECKING:
    from selfaudit.case import Case
    from selfaudit.engine import Audit
    from selfaudit.net import Net
    from selfaudit.protocols.minisign import PublicKey
    from selfaudit.report.drift import FactDrift
    from selfaudit.settings import Settings

_NO_TEXT = "(no signature)"  # stands for what lies there and is no text


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--recheck", "again", is_flag=True, help="Ask the public records again and show what has changed since.")
@click.option(
    "--settings", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Resolvers and limits, for --recheck."
)
@click.option("--key", metavar="KEY", default="", help="The public key (minisign) that it should be signed by, or its file.")
@click.option("--json", "as_json", is_flag=True, help="For programs: schema selfaudit/verification/1 on standard output.")
def verify(bundle: Path, again: bool, settings: Path | None, key: str, as_json: bool) -> int:
    """Check a BUNDLE: is it intact and complete, does its evidence give its results, how old is it, and who says so.

    Exit codes: 0 intact and complete, and its evidence gives its results; 1 something is wrong; 3 nothing is wrong, but something
    cannot be told from here; 2 this is no bundle.
    """
    from selfaudit.cli.inputs import read_settings
    from selfaudit.cli.output import console
    from selfaudit.files import read_bounded
    from selfaudit.report.bundle import MAX_ARCHIVE, encode_verification, verify_bundle
    from selfaudit.report.bundle.archive import first_name
    from selfaudit.report.bundle.drawing import PDF
    from selfaudit.report.bundle.model import MANIFEST

    chosen, named = read_settings(settings), _key(key)
    data = read_bounded(bundle, MAX_ARCHIVE)
    if not first_name(data) or (MANIFEST.encode() not in data and first_name(data) != PDF):
        raise UserError(_("{file}: this is not a bundle of selfaudit").format(file=bundle))
    verified = verify_bundle(data, name=bundle.name, beside=_beside(bundle), key=named)
    verification = verified.verification
    if again and verified.audit is not None:
        from selfaudit.report.recheck import with_drift

        verification = with_drift(verification, asyncio.run(_recheck(verified.audit, chosen)))
    if as_json:
        sys.stdout.buffer.write(encode_verification(verification))
        sys.stdout.buffer.flush()
        return verification.exit_code()
    from selfaudit.report.verification_text import verification_lines

    out = console()
    for line in verification_lines(verification):
        out.print(line)
    return verification.exit_code()


def _key(given: str) -> PublicKey | None:
    from selfaudit.files import read_bounded
    from selfaudit.protocols.minisign import MAX_TEXT, read_public_key

    if not given.strip():
        return None
    try:
        return read_public_key(given.strip())
    except BadInput:
        pass
    try:
        return read_public_key(read_bounded(Path(given), MAX_TEXT).decode("utf-8", "replace"))
    except BadInput as error:
        raise UserError(f"--key: {shown(error)}") from None


def _beside(bundle: Path) -> str:
    """The text of the signature beside it, "" for none. What lies there and cannot be read is no signature that fits."""
    from selfaudit.files import read_bounded
    from selfaudit.protocols.minisign import MAX_TEXT

    path = bundle.with_name(bundle.name + ".minisig")
    if not path.exists():
        return ""
    try:
        return read_bounded(path, MAX_TEXT).decode("utf-8") or _NO_TEXT
    except (UserError, UnicodeDecodeError):
        return _NO_TEXT


async def _recheck(audit: Audit, settings: Settings) -> tuple[FactDrift, ...]:
    """The public checks again: from here, or, for a demo, in the world that it was made in."""
    from selfaudit.demo import WORLDS, Internet
    from selfaudit.net import open_net
    from selfaudit.report.recheck import recheck

    world = audit.evidence.case.demo
    if world not in WORLDS:

        def from_here(_case: Case) -> Net:
            return open_net(settings)

        return await recheck(audit, from_here)
    async with Internet(world) as internet:

        def inside(_case: Case) -> Net:
            return open_net(internet.settings, routes=internet.routes)

        return await recheck(audit, inside)
