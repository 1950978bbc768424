"""`selfaudit delisting`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from selfaudit.errors import UserError
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.remedy.delisting import BLOCKLIST_CHECKS, Delisting, Mention, NotKnown, mentions_of, plan_of, unknown_of
from selfaudit.report.words import KNOWN_WORDS, WHO_WORDS
from selfaudit.text import printable

_FILE = click.Path(path_type=Path, dir_okay=False)
_TIERS = {
    "1": N_("most receivers and desks go by it"),
    "2": N_("a careful desk looks at it"),
    "3": N_("few receivers use it"),
    "": N_("a range that should not send mail directly; it matters only if this address sends mail"),
}


@click.command()
@click.argument("audit", type=click.Path(path_type=Path))
@click.option("--statement", type=_FILE, metavar="FILE", help="What you state; otherwise statement.json in the audit's folder.")
@click.option("--request", "zone", default="", metavar="ZONE", help="Print only the request to your provider about this list.")
@click.option("--json", "json_file", default="", metavar="FILE", help="Write the plan as JSON; - for standard output.")
def delisting(audit: Path, statement: Path | None, zone: str, json_file: str) -> int:
    """Plan the way off blocklists for a saved AUDIT: the folder given with --out, or the evidence.json in it.

    Who may ask, what must be true first, where, and how long it takes. Nothing is sent. Exit codes: 0 on no list; 1 on a list; 3 on
    no list that answered, but not all of them could be asked.
    """
    from selfaudit.case.statement_file import read_statement_file
    from selfaudit.engine.evidence import write_whole
    from selfaudit.report.json import JsonDelisting, encode_document
    from selfaudit.report.loading import load_audit

    done = load_audit(audit)
    if statement is not None:
        done = replace(done, statement=read_statement_file(statement))
    stated = done.statement
    plan, unknown, mentions = plan_of(done, stated), unknown_of(done), mentions_of(done)
    asked = any(r.check in BLOCKLIST_CHECKS for r in done.results)
    code = 1 if plan else 3 if any(u.matters for u in unknown) or not asked else 0
    if zone:
        sys.stdout.write(_requests(plan, zone))
        return 0
    document = encode_document(JsonDelisting("selfaudit/delisting/1", plan, mentions, unknown))
    if json_file == "-":
        sys.stdout.buffer.write(document)
        return code
    if json_file:
        write_whole(Path(json_file), document)
    _print(plan, unknown, mentions, asked=asked, audit=str(audit))
    return code


def _requests(plan: tuple[Delisting, ...], zone: str) -> str:
    wanted = [item for item in plan if item.zone == zone.strip().lower().rstrip(".")]
    if not wanted:
        raise UserError(_("No target of this audit is listed at {zone}.").format(zone=printable(zone, 80)))
    texts = [item.request for item in wanted if item.request]
    if not texts and any(item.who == "provider" for item in wanted):
        open_ones = dict.fromkeys(shown(b.text) for item in wanted for b in item.before if b.known == "no")
        raise UserError(
            _("It is too early to ask about {zone}. Not true yet: {what}.").format(
                zone=printable(zone, 80), what="; ".join(open_ones)
            )
        )
    if not texts:
        raise UserError(
            _("{zone} does not take requests from your provider only; see “selfaudit delisting”.").format(
                zone=printable(zone, 80)
            )
        )
    return "\n".join(texts)


def _print(
    plan: tuple[Delisting, ...], unknown: tuple[NotKnown, ...], mentions: tuple[Mention, ...], *, asked: bool, audit: str
) -> None:
    from selfaudit.cli.output import console, wrapped

    out = console()
    if not plan:
        if not asked:
            words = _("No blocklist was asked in this audit.")
        elif mentions or any(u.matters for u in unknown):
            words = _("Nothing that would have to be removed was seen; read below what was, and what is not known.")
        else:
            words = _("No list that answered names a target of this audit.")
        out.print(wrapped(words, ""))
    else:
        out.print(wrapped(_("Stop the cause first; an entry that is removed too early comes back. Then, in this order:"), ""))
    for item in plan:
        out.print()
        out.print(wrapped(f"{item.target}: {item.name} ({_(_TIERS[item.tier])})", "    ", f"{item.order:2}. "))
        lines = [
            (_("Says"), f"{shown(item.meaning)} ({', '.join(item.codes)})"),
            (_("Who asks"), _(WHO_WORDS[item.who])),
            (_("Where"), item.url),
            (_("Expires"), item.expires or _("the list names no time")),
            (_("Listed"), _("seen on {day}; since when is not known").format(day=item.seen[:10])),
            (_("Asked"), " ".join(filter(None, (item.asked, item.reference)))),
        ]
        for label, text in lines:
            if text:
                out.print(wrapped(text, " " * 16, f"    {label + ':':11} "))
        for before in item.before:
            text = f"{_(KNOWN_WORDS[before.known])}: {shown(before.text)} ({shown(before.why)})"
            first = _("First") + ":"
            out.print(wrapped(text, " " * 16, f"    {first:11} "))
        if item.pay:
            out.print(
                wrapped(
                    _("Faster removal is sold here. Do not pay: it does not remove the cause, and no desk asks for it."), "    "
                )
            )
        if item.who == "provider":
            if item.ready:
                words = _("A request to your provider that you can send:")
            elif item.request:
                words = _("A request to your provider; settle first what is not known above:")
            else:
                words = _("Do not ask yet: first what is not true above.")
            out.print(wrapped(words, "    "))
            if item.request:  # in one line, to be copied as it is
                out.print(f"    selfaudit delisting {shlex.quote(printable(audit, 300))} --request {item.zone}", soft_wrap=True)
    if mentions:
        out.print()
        out.print(wrapped(_("Named, but nothing has to be removed"), ""))
        for mention in mentions:
            words = f"{mention.target}: {mention.name} ({shown(mention.meaning)})"
            if mention.approved:
                approved = _("approved by your provider: {reference}").format(reference=mention.approved)
                words = f"{words}; {approved}"
            out.print(wrapped(words, "      ", "  - "))
        if any(mention.pay for mention in mentions):
            out.print(
                wrapped(
                    _("Faster removal is sold here. Do not pay: it does not remove the cause, and no desk asks for it."), "    "
                )
            )
    if unknown:
        out.print()
        out.print(wrapped(_("Not known (neither listed nor clear)"), ""))
        for missing in (u for u in unknown if u.matters):
            where = f" {missing.url}" if missing.url else ""
            out.print(wrapped(f"{missing.target}: {shown(missing.name)} ({shown(missing.why)}){where}", "      ", "  ? "))
        lesser: dict[str, int] = {}
        for missing in (u for u in unknown if not u.matters):
            lesser[missing.name] = lesser.get(missing.name, 0) + 1
        for name, count in lesser.items():
            targets = ngettext("{count} target", "{count} targets", count).format(count=count)
            out.print(wrapped(f"{shown(name)}: {targets}", "      ", "  - "))
