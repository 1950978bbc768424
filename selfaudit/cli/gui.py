"""`selfaudit gui`."""

from __future__ import annotations

from pathlib import Path

import click

from selfaudit.errors import UserError
from selfaudit.i18n import _


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False, metavar="[FILE]")
def gui(file: Path | None) -> int:
    """Open the app; with a FILE, open that: a case file from support, or a bundle that is to be verified."""
    try:
        from importlib import import_module

        window = import_module("selfaudit_ui.app")
    except ImportError as error:
        text = _("The app is not installed here ({why}). Run: pip install 'selfaudit[gui]'; “make demo” needs no window.")
        raise UserError(text.format(why=error)) from None
    code: int = window.run([str(file)] if file else [])
    return code
