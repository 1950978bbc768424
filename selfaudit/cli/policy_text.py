"""A pack as it is shown at 80 columns, and as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from selfaudit.cli.output import wrapped
from selfaudit.errors import BadInput
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.effective import effective_from, effective_words
from selfaudit.policy.model import Clause, ClauseClass, Pack, Parameters, Weight, When
from selfaudit.policy.pack_write import file_of

_WEIGHTS = {
    Weight.BLOCKER: N_("Blocks a request"),
    Weight.EXPECTED: N_("Expected"),
    Weight.OPTIONAL: N_("Optional"),
    Weight.NONE: N_("For information"),
}
_WHENS = {
    When.ALWAYS: "",
    When.CITED: N_("only if the provider cites it"),
    When.BULK: N_("only if bulk mail is sent"),
    When.SHARED: N_("only on a shared platform"),
}
_BLOCKS = {
    "cited": N_("blocks if the provider cites it"),
    "bulk": N_("blocks if bulk mail is sent"),
    "compromise": N_("blocks after a break-in"),
}
_KINDS = {
    ClauseClass.CHECKED: N_("checked"),
    ClauseClass.STATED: N_("stated by the customer"),
    ClauseClass.BOTH: N_("checked, and stated by the customer"),
    ClauseClass.INFORMATIONAL: "",
}
_INDENT = " " * 8
_MARGIN = " " * 16  # leaves room for a SHA-256 in 80 columns


def counts_before_contract(clause: Clause) -> bool:
    """Whether a clause counts where the purpose is onboarding: those that apply only if cited do not."""
    return clause.onboarding and clause.when is not When.CITED


def as_json(pack: Pack, clauses: tuple[Clause, ...]) -> bytes:
    """The pack in the form of its file (policy.schema.json), with these clauses."""
    return msgspec.json.format(msgspec.json.encode(file_of(pack, clauses)), indent=1) + b"\n"


def print_pack(pack: Pack, clauses: Sequence[Clause], out: Console, *, own: bool, onboarding: bool = False) -> None:
    """Prints who it is, its parameters, and each clause with its quotation."""
    out.print(Text(wrapped(f"{pack.name}: {pack.title}" if pack.title else pack.name, "  ", ""), style="bold"))
    for name, value in _head(pack, own=own):
        out.print(wrapped(value, _MARGIN, f"{name:15} "))
    if onboarding:
        out.print()
        out.print(wrapped(_("Shown are the clauses that count before a contract."), ""))
    section = ""
    for clause in clauses:
        if clause.section != section:
            section = clause.section
            out.print()
            out.print(Text(wrapped(section, "  ", ""), style="bold"))
        out.print(wrapped(clause.heading, _INDENT, f"{clause.id:7} "))
        out.print(Text(wrapped(rule(clause), _INDENT), style="dim"))
        out.print(wrapped(f"“{clause.quote}”", _INDENT))


def print_clause(clause: Clause, out: Console) -> None:
    """Prints everything about one clause."""
    out.print(Text(wrapped(f"{clause.id}  {clause.heading}", "  ", ""), style="bold"))
    out.print(Text(wrapped(rule(clause), "  "), style="dim"))
    out.print()
    out.print(wrapped(f"“{clause.quote}”", "  "))
    out.print(Text(wrapped(clause.section, "  "), style="dim"))
    for title, texts in (
        (_("Checks"), [", ".join(clause.checks)] if clause.checks else []),
        (_("What you state"), [clause.attestation] if clause.attestation else []),
        (_("On a shared platform you state"), [clause.attestation_shared] if clause.attestation_shared else []),
        (_("With it goes"), [_("words of your own, or a file; agreeing alone is not enough")] if clause.needs_words else []),
        (_("What may be shown"), list(clause.evidence)),
        (_("Good to know"), [clause.note] if clause.note else []),
    ):
        if texts:
            out.print()
            out.print(title)
            for text in texts:
                out.print(wrapped(text, "    ", "  - " if len(texts) > 1 else "    "))


def rule(clause: Clause) -> str:
    """In words: how much a clause weighs, when it applies, and how it is shown to be kept."""
    parts = [
        _(_WEIGHTS[clause.weight]),
        _(_WHENS[clause.when]),
        *(_(_BLOCKS[b]) for b in clause.blocker_when),
        _(_KINDS[clause.kind]),
    ]
    return "; ".join(filter(None, parts))


def _head(pack: Pack, *, own: bool) -> list[tuple[str, str]]:
    origin = _("from your folder") if own else _("comes with selfaudit")
    version = f"{pack.id} {pack.version}".strip()
    rows = [(_("Company"), pack.company), (_("Pack"), f"{version}, {origin}")]
    if pack.based_on:
        rows.append((_("Based on"), pack.based_on))
    rows += [
        (_("Text"), pack.source),
        (_("Last reviewed"), pack.source_date),
        (_("Read on"), pack.read_on),
        (_("SHA-256"), pack.text_sha256),
    ]
    if pack.clauses:
        rows += [(_("Takes effect"), _effective(pack)), (_("Consent"), _consent(pack.parameters))]
        if pack.parameters.opt_out_days:
            days = ngettext("within {days} business day", "within {days} business days", pack.parameters.opt_out_days)
            rows.append((_("Unsubscribing"), days.format(days=pack.parameters.opt_out_days)))
    if pack.parameters.approvable:
        rows.append((_("Can be approved"), ", ".join(pack.parameters.approvable)))
    rows += [
        (_("Abuse contact"), pack.contacts.abuse),
        (_("Support"), pack.contacts.support),
        (_("Requests"), pack.contacts.appeal),
        (_("Website"), pack.contacts.website),
        (_("The program"), pack.downloads.page),
        (_("Its files"), pack.downloads.base),
    ]
    keys = ", ".join(f"{k.id} ({k.owner})" if k.owner else k.id for k in pack.keys)
    rows.append((_("Signs with"), keys or _("no key is known")))
    count = len(pack.prefixes)
    blocks = ngettext("{count} block ({source}, {date})", "{count} blocks ({source}, {date})", count)
    known = blocks.format(count=count, source=pack.prefixes_source, date=pack.prefixes_date)
    rows.append((_("Addresses"), known if count else _("none are known")))
    return [(name, value) for name, value in rows if value]


def _effective(pack: Pack) -> str:
    """The rule, and the day from which the text as it was last reviewed counts."""
    words = shown(effective_words(pack))
    if not pack.source_date:
        return words
    try:
        day = effective_from(pack, datetime.date.fromisoformat(pack.source_date))
    except (BadInput, ValueError):
        return words
    return words + " " + _("This text counts from {day} at the latest.").format(day=day.isoformat())


def _consent(parameters: Parameters) -> str:
    words = [_("confirmed opt-in") if parameters.consent == "confirmed" else _("verifiable opt-in")]
    if parameters.proof_hours:
        hours = ngettext("proof within {hours} hour", "proof within {hours} hours", parameters.proof_hours)
        words.append(hours.format(hours=parameters.proof_hours))
    if parameters.proof_kept:
        words.append(_("proof is kept for {time}").format(time=parameters.proof_kept))
    return ", ".join(words)
