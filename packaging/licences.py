"""The licences of everything that the app ships, as files for people.

python packaging/licences.py --python PYTHON --out DIR [--app DIR]

Writes DIR/LICENCES.txt (a table, and what Qt's licence asks for) and DIR/licences/ (the texts, one file per component). A component
without a licence text is an error, unless known_parts.NO_TEXT names it with the reason; then it gets SPDX's text from licence_texts/.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import known_parts as known
from inventory import Component, IncompleteError, inventory, look
from system_libraries import system_libraries

TEXTS = Path(__file__).resolve().parent / "licence_texts"
FOLDER = "licences"
TABLE = "LICENCES.txt"

HEAD = """\
Licences of what selfaudit {version} ships
{line}

selfaudit itself is under the MIT licence. It contains work of others, listed below; the text of each licence lies in the folder
“licences” beside this file, under the name in the last column. Nothing here limits what those licences permit you.
"""

QT = """\
Qt and PySide6 (GNU Lesser General Public License, version 3)
-------------------------------------------------------------

The window is made with Qt {qt}, and with PySide6 and shiboken6 {pyside}. They are shipped under the LGPL, version 3 (licences/{file}):

- They are shipped as their makers built them, unchanged, and are linked dynamically: each library is a file of its own in the app's
  folder (_internal/PySide6 and _internal/shiboken6).
- You may replace them by your own build of a compatible version: put your files in the place of those there. Nothing in selfaudit
  keeps you from it, and you may take the app apart to find the faults of such a change.
- Their source is at
    https://download.qt.io/official_releases/qt/{minor}/{qt}/
    https://download.qt.io/official_releases/QtForPython/pyside6/PySide6-{pyside}-src/
  Work of others inside Qt, with copyright notices: https://doc.qt.io/qt-{minor}/licenses-used-in-qt.html
- selfaudit's own source, which is MIT, is all that is needed to build the app anew with another Qt.
"""


def alternatives(expression: str) -> list[list[str]]:
    """An SPDX expression as a choice between lists of licences that hold together (SPDX 2.3, annex D).

    Raises:
        ValueError: it is no SPDX expression.
    """
    words = re.findall(r"[()]|[^\s()]+", expression)

    def either() -> list[list[str]]:
        found = both()
        while words and words[0] == "OR":
            words.pop(0)
            found = found + both()
        return found

    def both() -> list[list[str]]:
        found = one()
        while words and words[0] == "AND":
            words.pop(0)
            more = one()
            found = [left + right for left in found for right in more]
        return found

    def one() -> list[list[str]]:
        if not words or words[0] in (")", "AND", "OR", "WITH"):
            raise ValueError(expression)
        word = words.pop(0)
        if word == "(":
            found = either()
            if not words or words.pop(0) != ")":
                raise ValueError(expression)
            return found
        if words and words[0] == "WITH":
            words.pop(0)
            if not words:
                raise ValueError(expression)
            return [[word, words.pop(0)]]
        return [[word]]

    found = either()
    if words:
        raise ValueError(expression)
    return found


def standard(expression: str, dejavu: str = "") -> list[tuple[str, str]]:
    """(name, text) of the licences by which an expression is satisfied, with as few texts as possible.

    Raises:
        IncompleteError: for no alternative do we have all texts.
    """
    chosen = [list(known.SHIPPED_UNDER[expression])] if expression in known.SHIPPED_UNDER else alternatives(expression)
    for names in sorted(chosen, key=len):
        texts = []
        for name in names:
            path = TEXTS / f"{name}.txt"
            if name == "DejaVu":
                texts.append((name, dejavu))
            elif path.is_file():
                texts.append((name, path.read_text("utf-8")))
        if len(texts) == len(names):
            return texts
    raise IncompleteError(f"no text for {expression}; put SPDX's into packaging/licence_texts")


def _file_name(component: Component) -> str:
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", f"{component.name}-{component.version}").strip("-") + ".txt"


def _head(component: Component) -> str:
    lines = [f"{component.name} {component.version}", f"Licence: {component.licence}", f"From: {component.origin}"]
    if component.author:
        lines.append(f"By: {' '.join(component.author.split())}")
    return "\n".join(lines) + "\n"


def _joined(head: str, texts: list[tuple[str, str]]) -> str:
    parts = [head, *(f"{'=' * 78}\n{name}\n{'=' * 78}\n\n{text.strip()}\n" for name, text in texts)]
    return "\n".join(parts)


def _compiled_in(host: Component, crates: list[Component]) -> str:
    """One file for all parts that are compiled into a wheel: who they are by, and the text of every licence among them."""
    lines = [
        f"Parts compiled into {host.name} {host.version}, by the bill of materials that it brings along. “By” names the holders of the",
        "copyright as the part itself does. The texts of the licences follow the list.",
        "",
    ]
    texts: dict[str, str] = {}
    for crate in crates:
        used = standard(crate.licence)
        texts.update(used)
        under = " and ".join(name for name, _text in used)
        lines.append(f"{crate.name} {crate.version}  ({crate.licence}; here under {under})")
        lines.append(f"    {crate.origin}")
        if crate.author:
            lines.append(f"    By: {' '.join(crate.author.split())}")
    return _joined("\n".join(lines) + "\n", sorted(texts.items()))


def _own_text(component: Component, root: Component, dejavu: str) -> str:
    """The text of one component.

    Raises:
        IncompleteError: it has none and may not lack one.
    """
    if component.texts:
        return _joined(_head(component), list(component.texts))
    if component.kind == "data" and component.inside == (root.ref,):
        return _joined(_head(component), list(root.texts) if component.licence == "MIT" else standard(component.licence))
    if component.kind == "data":
        return _joined(_head(component), standard(component.licence))
    reason = known.NO_TEXT.get(component.name)
    if reason is None:
        raise IncompleteError(
            f"{component.name} {component.version} brings no licence text, and known_parts.NO_TEXT does not say why"
        )
    return _joined(_head(component) + f"Text from SPDX's list: {reason}.\n", standard(component.licence, dejavu))


def files(components: tuple[Component, ...]) -> dict[str, str]:
    """Path below the folder -> content, for everything that is written.

    Raises:
        IncompleteError: a component has no licence text.
    """
    root = components[0]
    dejavu = next((text for c in components for name, text in c.texts if name == "DejaVu-LICENSE.txt"), "")
    compiled: dict[str, list[Component]] = {}
    written: dict[str, str] = {}
    rows = []
    hosts = {component.ref: component for component in components}
    for component in components:
        if component.ref.startswith("pkg:cargo/"):
            for host in component.inside:
                compiled.setdefault(host, []).append(component)
            continue
        name = _file_name(component)
        if name in written:
            name = name.replace(".txt", f"-in-{hosts[component.inside[0]].name}.txt")
        written[name] = _own_text(component, root, dejavu)
        rows.append((component.name, component.version, component.licence, component.origin, name))
    for ref, crates in compiled.items():
        host_part = hosts[ref]
        name = f"{host_part.name}-{host_part.version}-compiled-in.txt"
        written[name] = _compiled_in(host_part, crates)
        rows.append(
            (f"in {host_part.name}: {len(crates)} crates", host_part.version, "see the file", "https://crates.io/", name)
        )
    result = {f"{FOLDER}/{name}": text for name, text in written.items()}
    result[TABLE] = _table(components, rows)
    return dict(sorted(result.items()))


def _table(components: tuple[Component, ...], rows: list[tuple[str, str, str, str, str]]) -> str:
    root = components[0]
    title = HEAD.partition("\n")[0].format(version=root.version)
    parts = [HEAD.format(version=root.version, line="=" * len(title))]
    qt = next((c for c in components if c.name == "Qt"), None)
    pyside = next((c for c in components if c.name == "PySide6_Essentials"), None)
    if qt and pyside:
        minor = ".".join(qt.version.split(".")[:2])
        parts.append(QT.format(qt=qt.version, minor=minor, pyside=pyside.version, file=_file_name(qt)))
    head = ("Component", "Version", "Licence (SPDX)", "Where from", "Text in licences/")
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(4)]
    lines = [
        "  ".join((*(row[n].ljust(widths[n]) for n in range(4)), row[4]))
        for row in (head, *sorted(rows, key=lambda r: r[0].lower()))
    ]
    lines.insert(1, "-" * len(lines[0]))
    parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Writes the files; 1 if a text is missing."""
    parser = argparse.ArgumentParser(description="Write the licences of everything that the app ships.")
    parser.add_argument("--python", required=True, help="the interpreter beside which everything shipped is installed")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--app", type=Path, metavar="DIR", help="the frozen app")
    given = parser.parse_args(arguments)
    try:
        components = inventory(look(given.python))
        if given.app:
            components = system_libraries(components, given.app)
        found = files(components)
    except IncompleteError as error:
        sys.stderr.write(f"licences: {error}\n")
        return 1
    (given.out / FOLDER).mkdir(parents=True, exist_ok=True)
    for old in (given.out / FOLDER).glob("*.txt"):
        old.unlink()
    for name, text in found.items():
        (given.out / name).write_text(text, "utf-8")
    sys.stdout.write(f"{given.out / TABLE}: {len(components)} components, {len(found) - 1} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
