"""A locale in UTF-8 for the window on Linux. Without one, Qt chooses one by itself and says so in four lines, which nobody has asked for."""

from __future__ import annotations

import locale
import os
import sys


def settle() -> None:
    """Names C.UTF-8 where what the environment asks for is not UTF-8 or not there. The language of the program's words stays."""
    if sys.platform != "linux" or _is_utf8():
        return
    language = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    os.environ["LC_ALL"] = "C.UTF-8"
    if language:
        os.environ.setdefault("LANGUAGE", language)


def _is_utf8() -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "")
        return locale.nl_langinfo(locale.CODESET).lower() in ("utf-8", "utf8")
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
