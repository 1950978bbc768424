"""`selfaudit notice`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from selfaudit.appeal.incident import TOPIC_WORDS, Proposal, propose
from selfaudit.case.notice import Notice, NoticeEvent
from selfaudit.cli.output import console, wrapped
from selfaudit.engine.evidence import write_whole
from selfaudit.engine.notices import read_notice_file, read_notice_text
from selfaudit.errors import UserError
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.notice import MAX_NOTICE, says_something
from selfaudit.text import printable

_SHOWN_EVENTS = 10
_SHOWN_NAMES = 20
_FORMATS = {
    "mail": N_("mail"),
    "arf": N_("report in the format ARF (RFC 5965)"),
    "feedback-loop": N_("complaint of a feedback loop"),
    "xarf": N_("report in the format XARF"),
    "shadowserver": N_("report of the Shadowserver Foundation"),
    "blocklist": N_("reference to a blocklist"),
    "text": N_("plain text"),
}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--provider", default="", metavar="NAME", help="The provider whose policy counts; “selfaudit policy list” names them."
)
@click.option("--laboratory", is_flag=True, help="Propose reserved addresses and names, too.")
@click.option(
    "--json", "json_file", default="", metavar="FILE", help="Write what was understood as JSON; - for standard output."
)
def notice(files: tuple[str, ...], provider: str, laboratory: bool, json_file: str) -> int:
    """Read an abuse notice: mail, ARF, XARF, a Shadowserver table, a blocklist's reference, or pasted text.

    FILE is - for standard input. Nothing is sent, fetched or unpacked. What was understood and what was not is shown, with what it
    means for an audit; nothing of it is taken over by itself.
    """
    pack = pack_for(provider) if provider else None
    if provider and pack is None:
        raise UserError(
            _("The policy of “{provider}” is not known here; see “selfaudit policy list”.").format(
                provider=printable(provider, 80)
            )
        )
    notices = tuple(_read(file) for file in files)
    proposal = propose(notices, pack, allow_reserved=laboratory)
    document = _document(notices, proposal)
    if json_file == "-":
        sys.stdout.buffer.write(document)
    else:
        if json_file:
            write_whole(Path(json_file), document)
        for number, item in enumerate(notices):
            _print_notice(item, files[number])
        _print_proposal(proposal, files, pack.name if pack else "")
        if json_file:
            console().print(_("Written: {file}").format(file=json_file))
    return 0 if any(says_something(item) for item in notices) else 2


def _read(file: str) -> Notice:
    if file != "-":
        return read_notice_file(Path(file))
    return read_notice_text(sys.stdin.buffer.read(MAX_NOTICE + 1))


def _document(notices: tuple[Notice, ...], proposal: Proposal) -> bytes:
    from selfaudit.report.json import JsonNotices, encode_document

    return encode_document(JsonNotices("selfaudit/notice/1", notices, proposal))


def _line(label: str, text: str) -> None:
    if text:
        console().print(wrapped(text, " " * 14, f"  {label + ':':11} "))


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN_NAMES
    text = ", ".join(printable(name, 200) for name in names[:_SHOWN_NAMES])
    return text + " " + ngettext("and {count} more", "and {count} more", more).format(count=more) if more > 0 else text


def _when(text: str) -> str:
    return text[:16].replace("T", " ") + " UTC" if len(text) > 10 else text


def _print_notice(item: Notice, file: str) -> None:
    out = console()
    head = _("Notice {file}: {format}").format(file=printable(file, 200), format=_(_FORMATS[item.format]))
    out.print(wrapped(head, "  ", ""))
    _line(_("From"), item.source)
    _line(_("Subject"), item.subject)
    _line(_("Reference"), item.reference)
    _line(_("Sent"), _when(item.sent) if item.sent else "")
    _line(_("Deadline"), _when(item.deadline) if item.deadline else "")
    _line(_("Topics"), ", ".join(shown(TOPIC_WORDS[topic]) for topic in item.topics))
    _line(_("Addresses"), _names(item.addresses))
    _line(_("Domains"), _names(item.domains))
    _line(_("Pages"), _names(item.urls))
    _line(_("Messages"), _names(item.message_ids))
    _line(_("Lists"), _names(item.listings))
    _line(_("Sections"), _names(item.clauses))
    if item.events:
        out.print()
        out.print(wrapped(_("What is said to have happened (times in UTC)"), "  "))
        for event in item.events[:_SHOWN_EVENTS]:
            out.print(wrapped(_event_words(event), "      ", "    "))
        more = len(item.events) - _SHOWN_EVENTS + item.left_out
        if more > 0:
            out.print(wrapped(ngettext("and {count} more", "and {count} more", more).format(count=more), "    "))
    if item.steps:
        out.print()
        out.print(wrapped(_("What it asks for"), "  "))
        for step in item.steps:
            out.print(wrapped(step, "      ", "    - "))
    out.print()
    if item.not_understood:
        out.print(wrapped(_("Not understood"), "  "))
        for words in item.not_understood:
            out.print(wrapped(shown(words), "      ", "    ? "))
    else:
        out.print(wrapped(_("Nothing in it was left over that could not be read."), "  "))
    out.print()


def _event_words(event: NoticeEvent) -> str:
    place = f"{event.address}:{event.port}" if event.port and ":" not in event.address else event.address
    where = " ".join(
        filter(
            None,
            (
                place,
                event.domain if event.domain not in event.url else "",
                event.url,
                event.message_id and f"<{event.message_id}>",
            ),
        )
    )
    other = f"→ {event.other}" if event.other else ""
    return " ".join(filter(None, (_when(event.at) if event.at else _("no time"), event.kind, where, other)))


def _print_proposal(proposal: Proposal, files: tuple[str, ...], provider: str) -> None:
    out = console()
    out.print(wrapped(_("What this means for an audit (proposals; nothing is taken over by itself)"), ""))
    _line(_("Deadline"), _when(proposal.deadline) if proposal.deadline else "")
    _line(
        _("Suspended"),
        _("since {when}, as the notice says").format(when=_when(proposal.suspended)) if proposal.suspended else "",
    )
    if proposal.clauses:
        out.print()
        out.print(wrapped(_("Clauses that are likely meant"), "  "))
        for clause in proposal.clauses:
            out.print(
                wrapped(
                    f"{clause.id}  {clause.heading} ({shown(clause.why)})", "      ", "    ! " if clause.named else "    - "
                )
            )
    elif not provider:
        out.print(wrapped(_("With --provider NAME, the clauses that are likely meant are shown."), "  "))
    if proposal.checks:
        out.print()
        out.print(wrapped(_("Checks that matter most, in this order"), "  "))
        out.print(wrapped(", ".join(check.id for check in proposal.checks), "    "))
    for note in proposal.notes:
        out.print(wrapped(shown(note), "    ", "  ! "))
    out.print()
    if not proposal.targets:
        out.print(wrapped(_("It names no address or domain that could be audited; name yours yourself."), "  "))
        return
    out.print(wrapped(_("To audit what it names, if it is yours:"), "  "))
    command = ["selfaudit", "audit", *(t.value for t in proposal.targets)]
    for address in proposal.sending:
        command += ["--sending-ip", address]
    for file in files:
        command += ["--notice", file] if file != "-" else []
    named = [c.id for c in proposal.clauses if c.named]
    command += ["--provider", provider] if provider else []
    command += ["--cited", ",".join(named)] if named else []
    command += ["--suspended", proposal.suspended[:10]] if proposal.suspended else []
    for line in _command_lines(command):
        out.print(line)


def _command_lines(words: list[str]) -> list[str]:
    """A command in lines of at most 78 columns, to be copied as it is."""
    lines = ["   "]
    for word in (shlex.quote(printable(word, 300)) for word in words):
        if len(lines[-1]) + len(word) > 76 and lines[-1].strip():
            lines[-1] += " \\"
            lines.append("     ")
        lines[-1] += f" {word}"
    return lines
