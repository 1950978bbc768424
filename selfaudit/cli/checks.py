"""`selfaudit checks` and `selfaudit explain`."""

from __future__ import annotations

import click

from selfaudit.i18n import _


@click.command()
@click.option("--ids", is_flag=True, help="Only the ids, one a line.")
def checks(ids: bool) -> int:
    """List all checks."""
    from selfaudit.checks import all_checks
    from selfaudit.cli.output import console, wrapped

    screen = console()
    for check in all_checks().values():
        if ids:
            screen.print(check.spec.id)
        else:
            title = _(check.spec.title)
            words = _("{title} [active]").format(title=title) if check.spec.contact == "active" else title
            screen.print(wrapped(words, " " * 24, f"{check.spec.id:23} "))
    return 0


@click.command()
@click.argument("check")
def explain(check: str) -> int:
    """Explain one CHECK: what it looks at, why, how it is judged, and its limits."""
    from selfaudit.checks import get_check
    from selfaudit.checks.registry import SECTIONS, doc_paragraphs
    from selfaudit.cli.output import console, wrapped

    found = get_check(check)
    screen = console()
    screen.print(f"{found.spec.id}: {_(found.doc['title'])}")
    for section in SECTIONS:
        screen.print()
        screen.print(_(section))
        for paragraph in doc_paragraphs(found, section):
            indent = "     " if paragraph[:2].rstrip(".").isdigit() else "  "
            screen.print(wrapped(paragraph, indent, "  "))
    screen.print()
    screen.print(_("Findings"))
    for tag in found.tags:
        screen.print(f"  {tag} ({found.messages[tag].severity})")
        screen.print(wrapped(_(found.messages[tag].text), "      "))
    return 0
