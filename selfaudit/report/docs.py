"""The pages of docs/checks, generated from the check files.

`python -m selfaudit.report.docs FOLDER` writes them; with --check it fails if the committed ones differ.
"""

from __future__ import annotations

import sys
from pathlib import Path

from selfaudit.checks import CheckModule, all_checks
from selfaudit.checks.registry import SECTIONS

_HEADER = "<!-- Generated from {source}. Do not edit: change that file and run `make docs`. -->\n"


def page(check: CheckModule) -> str:
    """One check as Markdown."""
    source = check.module.replace(".", "/") + ".py"
    lines = [
        _HEADER.format(source=source),
        f"# {check.spec.id}",
        "",
        check.doc["title"],
        "",
        f"Target: {check.spec.target}. Contact: {check.spec.contact}."
        + (" An inconclusive result does not make the whole audit inconclusive." if check.spec.advisory else ""),
    ]
    for section in SECTIONS:
        lines += ["", f"## {section}", "", check.doc[section]]
    lines += ["", "## Findings", "", "| Tag | Severity | Text |", "|---|---|---|"]
    for tag in check.tags:
        message = check.messages[tag]
        lines.append(f"| `{tag}` | {message.severity} | {message.text.replace('|', '&#124;')} |")
    lines += ["", "## Remedies", ""]
    seen = set()
    for tag in check.tags:
        remedy = check.messages[tag].remedy
        if remedy is None or remedy.steps in seen:
            continue
        seen.add(remedy.steps)
        tags = ", ".join(f"`{t}`" for t in check.tags if (r := check.messages[t].remedy) and r.steps == remedy.steps)
        lines += [f"{tags}: {remedy.steps} (by {remedy.who}, about {remedy.minutes} minutes)", ""]
        lines += [line for who, steps in remedy.steps_by.items() for line in (f"By {who}: {steps}", "")]
        if remedy.record:
            lines += ["```", remedy.record, "```", ""]
        for name, text in remedy.stacks.items():
            lines += [f"{name}:", "", "```", text.replace("{{", "{").replace("}}", "}"), "```", ""]
        if remedy.verify:
            lines += ["To see that it worked:", "", "```", remedy.verify, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def index() -> str:
    """The list of all checks."""
    lines = [
        _HEADER.format(source="the check files"),
        "# Checks",
        "",
        "| Check | Target | Contact | What |",
        "|---|---|---|---|",
    ]
    for check in all_checks().values():
        spec = check.spec
        lines.append(f"| [{spec.id}]({spec.id}.md) | {spec.target} | {spec.contact} | {spec.title} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """File name -> text."""
    return {"README.md": index(), **{f"{check_id}.md": page(check) for check_id, check in all_checks().items()}}


def main(arguments: list[str]) -> int:
    """Writes or checks the pages in a folder."""
    folder = Path(next(a for a in arguments if not a.startswith("-")))
    wanted = pages()
    present = {p.name for p in folder.glob("*.md")} if folder.exists() else set()
    if "--check" in arguments:
        stale = sorted(n for n in wanted if n not in present or (folder / n).read_text("utf-8") != wanted[n])
        stale += sorted(present - set(wanted))
        if stale:
            sys.stderr.write(f"stale pages: {', '.join(stale)}; run `make docs`\n")
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in present - set(wanted):
        (folder / name).unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
