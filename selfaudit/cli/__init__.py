"""The command line. Each command is a module of its own, loaded only when it is used."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Entry point of `selfaudit`. Exit codes: see docs/reference.md."""
    try:
        code = _main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        # Everything is saved; what still runs in the pool of blocking calls must not keep an impatient person waiting.
        _leave(code)
    sys.exit(code)


def _main() -> int:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    if sys.argv[1:] in (["--version"], ["-V"]):
        # Without loading anything: scripts ask this often.
        from selfaudit import __version__

        sys.stdout.write(f"selfaudit {__version__}\n")
        return 0
    from selfaudit.cli.app import run

    return run(sys.argv[1:])


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)
