"""An empty statement to fill in (TOML): the questions as comments, nothing in it that is true by itself."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from selfaudit.appeal.causes import likely_causes
from selfaudit.appeal.interview import questions
from selfaudit.appeal.questions import Question
from selfaudit.appeal.suggest import Suggestion, suggest_steps
from selfaudit.case import Case
from selfaudit.case.statement import Cause
from selfaudit.findings import Result
from selfaudit.i18n import _, shown
from selfaudit.policy.model import Clause, Pack, Readiness, State, When
from selfaudit.policy.words import attestation_of
from selfaudit.text import printable

_WIDTH = 100
_MAX_SUGGESTED = 30


def statement_form(
    case: Case,
    results: Sequence[Result] = (),
    pack: Pack | None = None,
    readiness: Readiness | None = None,
    cause: Cause = "",
    suggested: Iterable[Suggestion] = (),
) -> str:
    """The form as text.

    Args:
        case: with notices and steps; an empty one is fine.
        results: of the audit it goes with.
        pack: whose attestations are asked for.
        readiness: leaves out clauses that do not apply.
        cause: the kind of root cause, if it is known already.
        suggested: measures that the audit suggests; they stand in it as comments.
    """
    return "\n".join(_lines(case, results, pack, readiness, cause, tuple(suggested))) + "\n"


def _lines(
    case: Case,
    results: Sequence[Result],
    pack: Pack | None,
    readiness: Readiness | None,
    cause: Cause,
    suggested: Sequence[Suggestion],
) -> Iterator[str]:
    yield from _comment(
        _("What you state. Fill in what is true, and leave the rest as it is: nothing in here counts until you write it.")
    )
    yield from _comment(
        _("Answers, measures and words of your own go to the provider as you write them; English is read everywhere.")
    )
    yield from _comment(
        _("files = [\"server.log\"] names files that show something, beside this file. Only their name, size and hash leave this computer.")
    )  # fmt: skip
    yield 'schema = "selfaudit/statement/1"'
    yield from _comment(_("The policy and the provider's case for which this is made; it counts for no other."))
    yield f"policy = {_text(pack.id if pack else '')}"
    yield f"number = {_text(case.number, 400)}"
    yield ""
    yield from _comment(_("What was the root cause?"))
    for likely in likely_causes(case.notices, results):
        reasons = "; ".join(shown(reason) for reason in likely.reasons)
        yield from _comment(f'  "{likely.cause}": {shown(likely.words)}' + (f" ({reasons})" if reasons else ""))
    yield f"cause = {_text(cause)}"
    yield ""
    yield from _comment(_("What happened and why, in a paragraph."))
    yield 'summary = """'
    yield '"""'
    yield "proof = []"
    yield ""
    yield from _comment(_("You bind yourself to keep to the provider's policy from now on: true or false."))
    yield "commitment = false"
    yield from _comment(_("All harmful data has been removed from the service: true or false."))
    yield "harmful_removed = false"
    yield from _comment(_("Somebody with legal knowledge has read this: true or false."))
    yield "counsel = false"
    yield ""
    yield from _comment(_("Who signs, as what, on which day (YYYY-MM-DD), and how the desk reaches them."))
    yield from ('name = ""', 'role = ""', 'signed = ""', 'contact = ""', "")
    yield from _comment(
        _(
            "When it began, was noticed, was contained and was fixed. Times with their zone, or days. A line counts once the sign at its beginning is gone."
        )
    )
    for kind in ("began", "noticed", "contained", "fixed"):
        yield from ("#[[timeline]]", '#at = "2026-03-31T04:10:00Z"', f'#kind = "{kind}"', '#text = ""')
    yield ""
    yield from _comment(
        _("What was done, and what is planned: state = \"done\" with the day on which it was done, or state = \"planned\" with the day by which it will be.")
    )  # fmt: skip
    yield from (
        "#[[measures]]",
        '#text = ""',
        '#state = "done"',
        '#date = "2026-03-31"',
        '#who = ""',
        "#checks = []",
        "#files = []",
    )
    yield from _suggestions(suggested)
    steps = suggest_steps(case)
    if steps:
        yield ""
        yield from _comment(_("What the provider demands. Say of each whether it is done or planned, and when."))
    for step in steps:
        yield from ("[[steps]]", f"text = {_text(step.measure.text, 400)}", 'state = ""', 'date = ""', "files = []", "")
    yield ""
    yield from _comment(_("Passwords and keys that were changed: which one (never itself), when, and by whom."))
    yield from ("#[[credentials]]", '#what = ""', '#at = "2026-03-31"', '#who = ""', "")
    yield from _comment(
        _(
            "Requests to be taken off blocklists: the list's zone, the address or domain, the day, and the reference it gave you."
        )
    )
    yield from ("#[[removals]]", '#zone = ""', '#target = ""', '#at = "2026-03-31"', '#reference = ""')
    for question in questions(cause, case.notices, results, pack):
        yield from _question(question)
    yield from _attestations(pack, readiness, case)


def _suggestions(suggested: Sequence[Suggestion]) -> Iterator[str]:
    if suggested:
        yield ""
        yield from _comment(_("The audit suggests these. Take over only what is true."))
    # What is known to have been put right first; a long list of questions must not push it out.
    for suggestion in sorted(suggested, key=lambda s: s.question)[:_MAX_SUGGESTED]:
        measure = suggestion.measure
        state = measure.state if not suggestion.question else ""
        yield from _comment(shown(suggestion.why), indent="  ")
        yield from (
            "#[[measures]]",
            f"#text = {_text(measure.text, 400)}",
            f"#state = {_text(state)}",
            f"#date = {_text(measure.date)}",
        )
        yield f"#clauses = {_texts(measure.clauses)}"
        yield f"#checks = {_texts(measure.checks)}"


def _question(question: Question) -> Iterator[str]:
    yield ""
    not_required = _("not required")
    yield from _comment(shown(question.text) + ("" if question.required else f" ({not_required})"))
    yield from _comment(shown(question.why), indent="  ")
    if question.hint:
        yield from _comment(shown(question.hint), indent="  ")
    for choice in question.choices:
        yield from _comment(f'"{choice.value}": {shown(choice.words)}', indent="    ")
    if question.kind == "day":
        yield from _comment(_("A day: YYYY-MM-DD."), indent="  ")
    if question.files:
        yield from _comment(_("Files that show it: {files}.").format(files=shown(question.files)), indent="  ")
    yield from ("[[answers]]", f"question = {_text(question.id)}", 'text = ""', "files = []")


def _attestations(pack: Pack | None, readiness: Readiness | None, case: Case) -> Iterator[str]:
    asked = attestable(pack, readiness)
    if not asked or pack is None:
        return
    yield ""
    yield from _comment(
        _("What {provider} wants stated, clause by clause. Read each; agreed = true only if it is true today, planned = \"YYYY-MM-DD\" if it will be.").format(
            provider=pack.name
        )
    )  # fmt: skip
    for clause in asked:
        yield ""
        words = " ".join(attestation_of(clause, case).split())
        yield from _comment(f"{clause.id} ({clause.heading}): {words}")
        if clause.needs_words:
            yield from _comment(
                _("Agreeing alone is not enough here: write what the words speak of into text, or name a file."), indent="  "
            )
        if clause.evidence:
            yield from _comment(_("Files that show it: {files}.").format(files="; ".join(clause.evidence)), indent="  ")
        yield from (
            "[[attestations]]",
            f"clause = {_text(clause.id)}",
            "agreed = false",
            f"words = {_text(words, 1000)}",
            'text = ""',
            "files = []",
        )


def attestable(pack: Pack | None, readiness: Readiness | None = None) -> tuple[Clause, ...]:
    """The clauses on which a statement is asked for, in the order of the text.

    Those that do not apply are left out, and those that the results settle alone; where nothing is known of the case, those that
    apply only if the provider cites them.
    """
    if pack is None:
        return ()
    if readiness is None:
        return tuple(c for c in pack.clauses if c.attestation and c.when is not When.CITED)
    unneeded = {
        r.clause for r in readiness.requirements if r.state is State.NOT_APPLICABLE or (r.state is State.MET and not r.stated)
    }
    return tuple(c for c in pack.clauses if c.attestation and c.id not in unneeded)


def _comment(text: str, indent: str = "") -> list[str]:
    """Lines of comment; nothing of the text can end one."""
    if not text:
        return []
    first = f"# {indent}"
    lead = len(text) - len(text.lstrip())
    cleaned = " " * lead + printable(" ".join(text.split()), 4000)
    return textwrap.wrap(
        cleaned, _WIDTH, initial_indent=first, subsequent_indent=f"{first}{' ' * lead}", break_on_hyphens=False
    )


def _text(value: str, limit: int = 1000) -> str:
    """A basic string of TOML."""
    return json.dumps(printable(value, limit - 1), ensure_ascii=False)


def _texts(values: Iterable[str]) -> str:
    return "[" + ", ".join(_text(v) for v in values) + "]"
