"""`selfaudit gui`."""

from __future__ import annotations

from pathlib import Path

import click

from selfaudit.errors import UserError
from selfaudit.i18n import _


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path, dir_okay=False), required=False, metavar="[CASE]")
def gui(case_file: Path | None) -> int:
    """Open the app; with a CASE file, open that."""
    try:
        from importlib import import_module

        window = import_module("selfaudit_ui.app")
    except ImportError as error:
        text = _("The app is not installed here ({why}). Run: pip install 'selfaudit[gui]'; “make demo” needs no window.")
        raise UserError(text.format(why=error)) from None
    code: int = window.run([str(case_file)] if case_file else [])
    return code
