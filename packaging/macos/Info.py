"""What macOS is told about the app: its types of documents, its languages, and why it asks for what it asks for.

Not run yet on macOS. That it makes a property list with both types is tested, and so are the German words beside this file.
"""

from __future__ import annotations

import re

IDENTIFIER = "net.selfaudit.selfaudit"
CASE, BUNDLE = "net.selfaudit.case", "net.selfaudit.bundle"
# Qt 6.11 runs on macOS 13 and newer, and that is what PySide6's wheels are built for (macosx_13_0_universal2).
OLDEST_SYSTEM = "13.0"
# Shown by macOS where it asks the person, once each. German: de.lproj/InfoPlist.strings.
USAGE = {
    "NSLocalNetworkUsageDescription": (
        "selfaudit asks the name server of your network, often your router, and looks at those servers in your own network that you name."
    ),
    "NSDesktopFolderUsageDescription": "selfaudit opens case files and saves reports where you tell it to.",
    "NSDocumentsFolderUsageDescription": "selfaudit opens case files and saves reports where you tell it to.",
    "NSDownloadsFolderUsageDescription": "selfaudit looks for the case file that your provider has sent you with it.",
}


def three_numbers(version: str) -> str:
    """The numbers that macOS compares: "0.8.0.dev1" is "0.8.0".

    Raises:
        ValueError: it does not begin with three numbers.
    """
    found = re.match(r"\d+\.\d+\.\d+", version)
    if not found:
        raise ValueError(f"not a version that macOS can hold: {version}")
    return found[0]


def info_plist(version: str) -> dict[str, object]:
    """What PyInstaller's BUNDLE(info_plist=...) puts into Info.plist over what it says of its own.

    Args:
        version: selfaudit.__version__.
    """
    numbers = three_numbers(version)
    return {
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleName": "selfaudit",
        "CFBundleDisplayName": "selfaudit",
        "CFBundleExecutable": "selfaudit-gui",  # of the two programs in the app, the one with the window
        "CFBundleIconFile": "selfaudit.icns",
        "CFBundleShortVersionString": numbers,
        "CFBundleVersion": numbers,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "de"],
        "CFBundleAllowMixedLocalizations": True,
        "CFBundleDocumentTypes": [
            _opens("selfaudit case file", CASE, "Owner", "selfaudit-case.icns"),
            _opens("selfaudit bundle", BUNDLE, "Owner", "selfaudit-bundle.icns"),
            # Bundles may be named .zip. Archives keep their program; selfaudit only joins their "Open With".
            _opens("ZIP archive", "public.zip-archive", "Alternate"),
        ],
        "UTExportedTypeDeclarations": [
            _type(CASE, "selfaudit case file", "selfaudit-case", "application/vnd.selfaudit.case+json", "public.json"),
            # Not an archive by its kind: Safari unpacks archives by itself, and what is unpacked is no bundle any more.
            _type(BUNDLE, "selfaudit bundle", "selfaudit-bundle", "application/vnd.selfaudit.bundle+zip", "public.data"),
        ],
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSBackgroundOnly": False,  # PyInstaller would say so because of the program without a window
        "LSMinimumSystemVersion": OLDEST_SYSTEM,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "Copyright (c) the selfaudit authors, MIT License",
        "NSPrincipalClass": "NSApplication",
        "NSRequiresAquaSystemAppearance": False,  # dark mode is ours, too
        **USAGE,
    }


def _opens(name: str, identifier: str, rank: str, icon: str = "") -> dict[str, object]:
    said: dict[str, object] = {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": rank,
        "LSItemContentTypes": [identifier],
    }
    return {**said, "CFBundleTypeIconFile": icon} if icon else said


def _type(identifier: str, name: str, ending: str, mime: str, kind: str) -> dict[str, object]:
    return {
        "UTTypeIdentifier": identifier,
        "UTTypeDescription": name,
        "UTTypeConformsTo": [kind],
        "UTTypeIconFile": f"{ending}.icns",
        "UTTypeTagSpecification": {"public.filename-extension": [ending], "public.mime-type": [mime]},
    }
