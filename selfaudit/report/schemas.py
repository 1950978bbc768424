"""The JSON Schemas of all files, generated from the types that read and write them.

`python -m selfaudit.report.schemas FOLDER` writes them; with --check it fails if the committed ones differ.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from selfaudit.case.file import CaseFile
from selfaudit.case.statement_file import StatementFile
from selfaudit.engine.evidence import StoredEvidence
from selfaudit.facts import fact_types
from selfaudit.policy.pack_file import PackFile
from selfaudit.report.bundle.model import JsonVerification, Manifest
from selfaudit.report.comparison import JsonComparison
from selfaudit.report.json import JsonAudit, JsonDelisting, JsonNotices, JsonSignedCase
from selfaudit.settings import Settings


def _facts_schema() -> dict[str, Any]:
    kinds = fact_types()
    schemas, components = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "selfaudit facts: the `fact` of an evidence record, by the `kind` of its request",
        "properties": dict(zip(kinds, schemas, strict=True)),
        "$defs": components,
    }


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema."""
    found: dict[str, dict[str, Any]] = {}
    for name, kind in (
        ("audit", JsonAudit), ("evidence", StoredEvidence), ("case", CaseFile), ("settings", Settings), ("policy", PackFile),
        ("statement", StatementFile), ("notice", JsonNotices), ("delisting", JsonDelisting), ("manifest", Manifest),
        ("verification", JsonVerification), ("diff", JsonComparison), ("signed-case", JsonSignedCase),
    ):  # fmt: skip
        schema = msgspec.json.schema(kind)
        found[f"{name}.schema.json"] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    found["facts.schema.json"] = _facts_schema()
    return found


def main(arguments: list[str]) -> int:
    """Writes or checks the schemas in a folder."""
    folder = Path(next(a for a in arguments if not a.startswith("-")))
    stale = []
    for name, schema in schemas().items():
        text = msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=1) + b"\n"
        path = folder / name
        if "--check" in arguments:
            if not path.exists() or path.read_bytes() != text:
                stale.append(name)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    if stale:
        sys.stderr.write(f"stale schemas: {', '.join(stale)}; run `make docs`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
