"""The bill of materials of the app: CycloneDX 1.6, as JSON.

python packaging/sbom.py --python PYTHON --out FILE [--app DIR]

PYTHON is the interpreter beside which everything that is shipped is installed. DIR is the frozen app: libraries of the system that
were collected into it are listed, too. The same input gives the same file, octet for octet: the serial number is made from the
content, and the time is that of the release (SOURCE_DATE_EPOCH, or the day that CHANGELOG.md names for this version).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.exception import MissingOptionalDependencyException
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Part
from cyclonedx.model.component import ComponentType
from cyclonedx.model.contact import OrganizationalContact
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from inventory import Component, IncompleteError, inventory, look
from packageurl import PackageURL
from system_libraries import system_libraries

CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"
KINDS = {
    "application": ComponentType.APPLICATION,
    "library": ComponentType.LIBRARY,
    "platform": ComponentType.PLATFORM,
    "data": ComponentType.DATA,
    "font": ComponentType.FILE,
}
_NO_SERIAL = uuid.UUID(int=0)


def release_time(version: str, changelog: str) -> datetime:
    """When this version was released, as far as a file that is the same at every build needs to know.

    Raises:
        IncompleteError: the changelog names no day for this version.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        return datetime.fromtimestamp(int(epoch), UTC)
    match = re.search(rf"^## {re.escape(version)} - (\d{{4}}-\d\d-\d\d)$", changelog, re.MULTILINE)
    if match is None:
        raise IncompleteError(f"CHANGELOG.md names no day for {version}")
    return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)


def _licence(expression: str) -> LicenseExpression | DisjunctiveLicense:
    if expression.startswith("LicenseRef-"):
        return DisjunctiveLicense(name=expression.removeprefix("LicenseRef-"))
    if re.search(r"\s(?:OR|AND|WITH)\s", expression):
        return LicenseExpression(expression)
    return DisjunctiveLicense(id=expression)


def _part(component: Component) -> Part:
    properties = [Property(name="selfaudit:inside", value=ref) for ref in component.inside]
    references = []
    if " " in component.origin:
        properties.append(Property(name="selfaudit:source", value=component.origin))
    elif not component.ref.startswith("pkg:cargo/"):  # a crate's page follows from its purl
        references.append(ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(component.origin)))
    return Part(
        name=component.name,
        version=component.version,
        type=KINDS[component.kind],
        bom_ref=component.ref,
        description=" ".join(component.description.split())[:300] or None,
        authors=[OrganizationalContact(name=" ".join(component.author.split())[:300])] if component.author.strip() else [],
        licenses=[_licence(component.licence)],
        purl=PackageURL.from_string(component.purl) if component.purl else None,
        hashes=[HashType(alg=HashAlgorithm(name), content=value) for name, value in component.hashes],
        external_references=references,
        properties=properties,
    )


def make_sbom(components: tuple[Component, ...], released: datetime) -> str:
    """The file. The first component is the app, the others are what it ships."""
    parts = {component.ref: _part(component) for component in components}
    root = components[0]
    bom = Bom(components=[part for ref, part in parts.items() if ref != root.ref], serial_number=_NO_SERIAL)
    bom.metadata.component = parts[root.ref]
    bom.metadata.timestamp = released
    for component in components:
        bom.register_dependency(parts[component.ref], [parts[ref] for ref in component.depends if ref in parts])
    digest = hashlib.sha256(JsonV1Dot6(bom).output_as_string(indent=1).encode()).hexdigest()
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"selfaudit:sbom:{digest}")
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def complaint(text: str) -> str:
    """What CycloneDX's own schema says against a file; "" if nothing, or if no validator is installed here."""
    try:
        found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    except MissingOptionalDependencyException:
        sys.stderr.write("sbom: not validated, since cyclonedx-python-lib[json-validation] is not installed\n")
        return ""
    return "" if found is None else repr(found)[:2000]


def main(arguments: list[str] | None = None) -> int:
    """Writes the file; 1 if something that is shipped is not known well enough."""
    parser = argparse.ArgumentParser(description="Write the bill of materials of the app.")
    parser.add_argument("--python", required=True, help="the interpreter beside which everything shipped is installed")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE")
    parser.add_argument("--app", type=Path, metavar="DIR", help="the frozen app")
    given = parser.parse_args(arguments)
    try:
        components = inventory(look(given.python))
        if given.app:
            components = system_libraries(components, given.app)
        text = make_sbom(components, release_time(components[0].version, CHANGELOG.read_text("utf-8")))
    except IncompleteError as error:
        sys.stderr.write(f"sbom: {error}\n")
        return 1
    wrong = complaint(text)
    if wrong:
        sys.stderr.write(f"sbom: not valid CycloneDX: {wrong}\n")
        return 1
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(text, "utf-8")
    sys.stdout.write(f"{given.out}: {len(components)} components\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
