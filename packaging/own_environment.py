"""The person's own environment for the programs that the frozen app starts: a shell for the collector, a viewer for a report.

PyInstaller's start program points LD_LIBRARY_PATH, and its Qt hook QT_PLUGIN_PATH, at the app's own libraries. The app itself has read
them by now. With them, the system's programs would load our libraries in place of theirs, and what the collector sees would be wrong.
"""

from __future__ import annotations

import os

_SAVED = "_ORIG"  # PyInstaller keeps what was there under this name, if there was something
_LIBRARIES = ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH")
_OURS = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def give_back() -> None:
    """Takes out what was put in for the app alone."""
    if os.name == "nt":  # there, folders of libraries are not handed on by variables
        return
    for name in _LIBRARIES:
        old = os.environ.pop(name + _SAVED, None)
        if old is not None:
            os.environ[name] = old
        else:
            os.environ.pop(name, None)
    for name in [n for n in os.environ if n in _OURS or n.startswith("_PYI_")]:
        del os.environ[name]
