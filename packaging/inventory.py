"""Everything that the app ships, as a list of components: what the bill of materials and the licences are written from.

What is shipped is found by following requirements from selfaudit with its extra `gui`; whatever else lies in the environment (pip,
builders, test tools) is not in the list, except the parts of builders that are put into the app (known_parts.BUILDERS).
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import known_parts as known
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
ROOT = "selfaudit"
EXTRAS = ("gui",)


class IncompleteError(Exception):
    """Something is shipped of which we do not know the licence, its text, or what it is."""


@dataclass(frozen=True, slots=True)
class Component:
    """One thing that is shipped.

    Attributes:
        ref: unique in the list; the purl where there is one.
        kind: "application", "library", "data", "font" or "platform".
        licence: SPDX expression, or LicenseRef-... for a text that SPDX does not list.
        origin: where it is from, mostly an address.
        texts: (file name, licence text) as the component itself brings them along.
        inside: the refs of the components whose files hold it; none where it stands for itself.
        hashes: (algorithm as CycloneDX names it, value in hexadecimal).
        depends: refs.
    """

    ref: str
    name: str
    version: str
    kind: str
    licence: str
    origin: str
    description: str = ""
    author: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    inside: tuple[str, ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """The package URL, or "" for what is no package."""
        return self.ref if self.ref.startswith("pkg:") else ""


def look(python: Path | str) -> dict[str, Any]:
    """What is installed beside an interpreter; see environment.py."""
    done = subprocess.run([str(python), "-I", str(HERE / "environment.py")], check=True, capture_output=True)  # noqa: S603
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def own_ref(name: str, version: str) -> str:
    """The package URL of a distribution (purl specification, types pypi and generic); selfaudit itself is from no registry."""
    kind = "generic" if canonicalize_name(name) == ROOT else "pypi"
    return f"pkg:{kind}/{canonicalize_name(name)}@{quote(version)}"


def licence_of(entry: dict[str, Any]) -> str:
    """The SPDX expression of a distribution, by its metadata or by our table.

    Raises:
        IncompleteError: neither says it in SPDX's words.
    """
    for words in (known.LICENCES.get(entry["name"]), entry["expression"], entry["licence"]):
        if not words or len(words) > 200:
            continue
        if "Bootloader-exception" in words:
            return str(words)
        try:
            return str(canonicalize_license_expression(words))
        except InvalidLicenseExpression:
            continue
    raise IncompleteError(
        f"{entry['name']}: its metadata name no SPDX licence; read its licence file and add it to known_parts.LICENCES"
    )


def needed(entry: dict[str, Any], extras: tuple[str, ...], markers: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Canonical name -> extras of what a distribution requires in this environment."""
    found: dict[str, tuple[str, ...]] = {}
    for line in entry["requires"]:
        requirement = Requirement(line)
        wanted = [
            extra
            for extra in ("", *extras)
            if requirement.marker is None or requirement.marker.evaluate({**markers, "extra": extra})
        ]
        if wanted:
            name = canonicalize_name(requirement.name)
            found[name] = tuple(sorted({*found.get(name, ()), *requirement.extras}))
    return found


def shipped(facts: dict[str, Any]) -> dict[str, list[str]]:
    """Canonical name -> canonical names that it requires, for everything that selfaudit with its extras needs.

    Raises:
        IncompleteError: something that is required is not installed.
    """
    installed = {canonicalize_name(entry["name"]): entry for entry in facts["distributions"]}
    graph: dict[str, list[str]] = {}
    seen: dict[str, set[str]] = {}
    waiting = [(ROOT, EXTRAS, "the app")]
    while waiting:
        name, extras, by = waiting.pop()
        if name not in installed:
            raise IncompleteError(f"{by} requires {name}, which is not installed there")
        if name in seen and seen[name] >= set(extras):
            continue
        seen[name] = seen.get(name, set()) | set(extras)
        found = needed(installed[name], tuple(sorted(seen[name])), facts["markers"])
        graph[name] = sorted(found)
        waiting += [(other, wanted, name) for other, wanted in found.items()]
    return graph


def _page(entry: dict[str, Any]) -> str:
    if canonicalize_name(entry["name"]) == ROOT:
        return "this program"
    urls = {key.lower(): value for key, value in entry["urls"].items()}
    for key in ("source", "source code", "repository", "github", "code", "homepage", "home"):
        if key in urls:
            return str(urls[key])
    return str(entry["homepage"]) or f"https://pypi.org/project/{entry['name']}/"


def _distribution(entry: dict[str, Any], depends: list[str]) -> Component:
    return Component(
        ref=own_ref(entry["name"], entry["version"]),
        name=entry["name"],
        version=entry["version"],
        kind="application" if canonicalize_name(entry["name"]) == ROOT else "library",
        licence=licence_of(entry),
        origin=_page(entry),
        description=known.BUILDERS.get(entry["name"], entry["summary"]),
        author=entry["author"],
        texts=tuple(sorted(entry["texts"].items())),
        depends=tuple(depends),
    )


def _crates(wheel: Component, sbom: dict[str, Any]) -> tuple[list[Component], list[str]]:
    """The parts that a wheel's own bill of materials names, and the refs of those that the wheel itself uses."""
    own = sbom.get("metadata", {}).get("component", {}).get("bom-ref", "")
    refs = {part["bom-ref"]: part["purl"].partition("?")[0] for part in sbom.get("components", ()) if "bom-ref" in part}
    edges = {edge["ref"]: edge.get("dependsOn", []) for edge in sbom.get("dependencies", ())}
    found: list[Component] = []
    for part in sbom.get("components", ()):
        purl = part["purl"].partition("?")[0]
        if not purl.startswith("pkg:cargo/"):
            continue  # libraries are known by what they say themselves; see known_parts.LIBRARIES
        words = " AND ".join(entry.get("expression") or entry["license"].get("id", "") for entry in part.get("licenses", ()))
        try:
            licence = str(canonicalize_license_expression(" ".join(words.split())))
        except InvalidLicenseExpression:
            raise IncompleteError(f"{purl} in {wheel.name}: no SPDX licence ({words})") from None
        depends = sorted({refs[ref] for ref in edges.get(part.get("bom-ref", ""), ()) if ref in refs})
        found.append(
            Component(
                purl, part["name"], part["version"], "library", licence, f"https://crates.io/crates/{part['name']}",
                str(part.get("description", "")), str(part.get("author", "")), inside=(wheel.ref,),
                hashes=tuple((entry["alg"], entry["content"]) for entry in part.get("hashes", ())), depends=tuple(depends),
            )
        )  # fmt: skip
        vendored = re.fullmatch(r"[\d.]+\+(\d[\w.]*)", part["version"]) if part["name"] == "openssl-src" else None
        if vendored:
            found.append(_library("cryptography/openssl", vendored[1], wheel.ref))
    direct = [refs[ref] for ref in edges.get(own, ()) if ref in refs] or [part.ref for part in found]
    return found, sorted({*direct, *(part.ref for part in found if part.ref.startswith("pkg:generic/"))})


def _library(key: str, version: str, *inside: str) -> Component:
    name, _owner, licence, origin, author = known.LIBRARIES[key]
    ref = f"pkg:generic/{name.lower()}@{quote(version)}"
    return Component(ref, name, version, "library", licence, origin, author=author, inside=inside)


def _libraries(facts: dict[str, Any], host: Component) -> list[Component]:
    found = facts["libraries"].items()
    return [_library(key, version, host.ref) for key, version in found if known.LIBRARIES[key][1] == host.name]


def _python(facts: dict[str, Any]) -> Component:
    version = facts["python"]
    texts = (("LICENSE.txt", facts["python_licence"]),) if facts["python_licence"] else ()
    return Component(
        f"pkg:generic/python@{version}", "Python", version, "platform", "Python-2.0", "https://www.python.org/downloads/source/",
        "The interpreter and its standard library.", "Python Software Foundation", texts,
    )  # fmt: skip


def _file_version(path: Path) -> str:
    """The date or version that a data file names for itself."""
    head = path.read_text("utf-8", "replace")[:4000]
    for pattern in (
        r'^version = "([^"]+)"',
        r'"publication": "(\d{4}-\d\d-\d\d)',
        r"[Cc]ompared on\s+(?:# )?(\d{4}-\d\d-\d\d)",
    ):
        match = re.search(pattern, head, re.MULTILINE)
        if match:
            return match[1]
    raise IncompleteError(f"{path.name}: names no date of its own")


def _data(resources: Path, own: str) -> list[Component]:
    found = []
    for place, (name, licence, source) in known.DATA_SETS.items():
        path = resources / place
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found.append(
            Component(
                f"selfaudit:data/{place}",
                name,
                _file_version(path),
                "data",
                licence,
                source,
                inside=(own,),
                hashes=(("SHA-256", digest),),
            )
        )
    readme = (resources / "fonts/README").read_text("utf-8")
    for file, name, licence, text in known.FONTS:
        path = resources / "fonts" / file
        row = re.search(rf"^{re.escape(file)}\s+{re.escape(name)}\s+(\S+)\s+(.+?)\s+\d{{4}}-\d\d-\d\d$", readme, re.MULTILINE)
        if row is None:
            raise IncompleteError(f"fonts/README does not name {file}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        words = (resources / "fonts" / text).read_text("utf-8")
        found.append(
            Component(
                f"selfaudit:font/{file}", name, row[1], "font", licence, row[2], texts=((text, words),), inside=(own,),
                hashes=(("SHA-256", digest),),
            )
        )  # fmt: skip
    return found


def _parts_of(wheel: Component, entry: dict[str, Any]) -> tuple[list[Component], list[str]]:
    """What lies inside a wheel, and which of it the wheel uses directly."""
    found: list[Component] = []
    direct: list[str] = []
    for sbom in entry["sboms"]:
        parts, used = _crates(wheel, sbom)
        found += parts
        direct += used if parts else []
    data = known.DATA_IN_WHEELS.get(wheel.name)
    if data:
        found.append(
            Component(f"selfaudit:data/in/{wheel.name}", data[0], wheel.version, "data", data[1], data[2], inside=(wheel.ref,))
        )
    if wheel.name == "typst":
        assets = next((part.version for part in found if part.name == "typst-assets"), wheel.version)
        found += [
            Component(
                f"selfaudit:font/in/typst/{quote(name)}", name, f"in typst-assets {assets}", "font", licence, origin, author=author,
                inside=(wheel.ref,),
            )
            for name, licence, origin, author in known.TYPST_FONTS
        ]  # fmt: skip
    return found, direct + [part.ref for part in found if not part.ref.startswith("pkg:")]


def _add(components: dict[str, Component], parts: Iterable[Component]) -> None:
    """Puts parts into the list; what is in it already is there once, inside both."""
    for part in parts:
        known_part = components.get(part.ref)
        if known_part is not None:
            part = replace(
                known_part,
                inside=tuple(sorted({*known_part.inside, *part.inside})),
                depends=tuple(sorted({*known_part.depends, *part.depends})),
            )
        components[part.ref] = part


def inventory(facts: dict[str, Any]) -> tuple[Component, ...]:
    """The list, selfaudit itself first, then in the order of their names.

    Raises:
        IncompleteError: of something that is shipped, the licence or the version is not known.
    """
    installed = {canonicalize_name(entry["name"]): entry for entry in facts["distributions"]}
    graph = shipped(facts)
    refs = {name: own_ref(installed[name]["name"], installed[name]["version"]) for name in graph}
    components: dict[str, Component] = {}
    for name, requires in sorted(graph.items()):
        wheel = _distribution(installed[name], [refs[other] for other in requires])
        parts, direct = _parts_of(wheel, installed[name])
        libraries = _libraries(facts, wheel)
        _add(components, [*parts, *libraries])
        _add(components, [replace(wheel, depends=tuple(sorted({*wheel.depends, *direct, *(part.ref for part in libraries)})))])
    python = _python(facts)
    own = _libraries(facts, replace(python, name="python"))
    builders = [
        _distribution(installed[canonicalize_name(name)], []) for name in known.BUILDERS if canonicalize_name(name) in installed
    ]
    data = _data(Path(facts["resources"]), refs[ROOT])
    _add(components, [*own, replace(python, depends=tuple(sorted(part.ref for part in own))), *builders, *data])
    _add(components, [replace(components[refs[ROOT]], depends=tuple(part.ref for part in (python, *builders, *data)))])
    rest = sorted((c for ref, c in components.items() if ref != refs[ROOT]), key=lambda c: (c.name.lower(), c.version, c.ref))
    return (components[refs[ROOT]], *rest)
