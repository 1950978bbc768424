"""The command line. Each command is a module of its own, loaded only when it is used."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of `selfaudit`. Exit codes: see the README."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        # Without loading anything: scripts ask this often.
        from selfaudit import __version__

        sys.stdout.write(f"selfaudit {__version__}\n")
        return
    from selfaudit.cli.app import run

    sys.exit(run(sys.argv[1:]))
