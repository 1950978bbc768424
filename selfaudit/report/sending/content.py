"""What the letter and the page say, once for both, in the customer's language.

Everything that a pack or a case file gives stands in a field of its own, on one line and without what could steer a terminal or reorder a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.case.file import CaseFile
from selfaudit.case.release import Release
from selfaudit.engine.case_making import default_name
from selfaudit.engine.seals import SUFFIX, SignedCase
from selfaudit.errors import BadInput
from selfaudit.i18n import LANGUAGES, SOURCE, _, language, ngettext
from selfaudit.policy.model import Contacts, Pack
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.minisign import PublicKey, read_public_key
from selfaudit.report.content.look import Look, look_of
from selfaudit.report.sending.downloads import Downloads, downloads_of
from selfaudit.report.words import minute
from selfaudit.text import printable

PAGE, LETTER = "index.html", "letter.txt"
MAX_TARGETS = 25  # that are named one by one; the case file names all
MAX_CLAUSES = 60
_LINE, _WORDS = 200, 800


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause that the case is about: its id, what it is about in a few words, the policy's words, a remark; "" for what is not known."""

    id: str
    heading: str = ""
    quote: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """Everything that letter and page say.

    Attributes:
        language: in which it is said.
        provider, company, website: who writes.
        number: of the case.
        case, signature: names of the files; `signature` is "" for a case that is not signed.
        sha256: of the case file.
        title: of letter and page.
        opening: paragraphs that say what this is about.
        facts: (label, value).
        message: what support tells the customer, line by line.
        policy: the name of the policy, "" if it is not known.
        cited: its clauses that the case is about.
        demands: what the provider asks the customer to do.
        steps: five, in order.
        deadline: by when, "" for none.
        sends: what the program sends and what it does not.
        permission: what the case file permits.
        targets: what that covers, as the case file names it.
        more_targets: that there are more, "" if all are named.
        ask: whom to ask.
        checking: how the signature is checked by the program itself, "" without one.
        key: the public key by which the file was signed, "" if it is not known.
        command: checks the signature with minisign, "" without key.
        downloads: the program.
        look: logo and colours.
    """

    language: str
    provider: str
    company: str
    website: str
    number: str
    case: str
    signature: str
    sha256: str
    title: str
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    message: tuple[str, ...]
    policy: str
    cited: tuple[Cited, ...]
    demands: tuple[str, ...]
    steps: tuple[str, ...]
    deadline: str
    sends: tuple[str, ...]
    permission: str
    targets: tuple[str, ...]
    more_targets: str
    ask: str
    checking: str
    key: str
    command: str
    downloads: Downloads
    look: Look


def customers_language(file: CaseFile) -> str:
    """The language in which a customer is written to: the case's if it is one of ours, English for another; the sender's if it names none."""
    code = file.language.strip().lower()
    return (code if code in LANGUAGES else SOURCE) if code else language()


def sending_of(signed: SignedCase, release: Release | None = None, key: PublicKey | None = None) -> Sending:
    """What is said, in the language that is chosen now.

    Args:
        signed: the case file as it was written.
        release: the program's files, None if they are not known.
        key: by which it was signed; None: that of the provider's pack, if it is one of those.
    """
    file, pack = signed.file, pack_for(signed.file.provider)
    known = pack if pack is not None else Pack("", file.provider)
    provider, number = _line(known.name), _line(file.number)
    case = default_name(file.number)
    signature = case + SUFFIX if signed.signature else ""
    deadline, policy = _moment(file.deadline), _line(known.title) if known.clauses else ""
    named = tuple(dict.fromkeys(_line(text) for text in (*file.targets, *file.sending_ips)))
    more = len(named) - MAX_TARGETS
    downloads = downloads_of(known.downloads, release)
    public = key.text() if key is not None else _key_of(known, signed.seal.key) if signed.signature else ""
    return Sending(
        language=language(),
        provider=provider,
        company=_line(known.company),
        website=_line(known.contacts.website),
        number=number,
        case=case,
        signature=signature,
        sha256=signed.seal.sha256,
        title=_("Your case {number} at {provider}").format(number=number, provider=provider),
        opening=_opening(file),
        facts=_facts(file, deadline, policy),
        message=tuple(printable(line, 4000) for line in file.message.splitlines()),
        policy=policy,
        cited=tuple(_cited(known, name) for name in file.cited[:MAX_CLAUSES]),
        demands=tuple(printable(step, _WORDS) for step in file.steps),
        steps=_steps(case, signature, deadline, downloads, onboarding=file.purpose == "onboarding"),
        deadline=deadline,
        sends=_sends(),
        permission=_permission(signed, named),
        targets=named[:MAX_TARGETS],
        more_targets=ngettext(
            "and {count} more, which the case file names", "and {count} more, which the case file names", more
        ).format(count=more)
        if more > 0
        else "",
        ask=_ask(file, known.contacts, number),
        checking=_checking(signed, case, signature),
        key=public,
        command=f"minisign -Vm {case} -P {public}" if public else "",
        downloads=downloads,
        look=look_of(known.brand),
    )


def _line(text: str) -> str:
    return printable(" ".join(text.split()), _LINE)


def _moment(text: str) -> str:
    if "T" not in text:
        return _line(text)
    words = _("{moment} UTC")
    return words.format(moment=minute(text))


def _opening(file: CaseFile) -> tuple[str, ...]:
    """What this is about, in words that blame nobody and promise nothing. What others have written stands among the facts."""
    if file.purpose == "onboarding":
        return (
            _(
                "Before a contract begins, we ask for one file: the report of a check that you run yourself with the program selfaudit."
            ),
        )
    about = _("Your service is suspended at the moment.") if file.suspended else _("This is about your service with us.")
    asked = _(
        "So that we can decide what comes next, we ask for one file: the report of a check that you run yourself with the program selfaudit. "
        "It shows what is in order, what you have repaired, and what you have planned."
    )
    return about, asked


def _facts(file: CaseFile, deadline: str, policy: str) -> tuple[tuple[str, str], ...]:
    found = (
        (_("Case"), file.number),
        (_("Service"), file.service),
        (_("Suspended since"), _moment(file.suspended)),
        (_("Please answer by"), deadline),
        (_("Please answer in"), LANGUAGES.get(file.language, file.language)),
        (_("Policy"), policy),
        (_("Contact"), file.contact),
    )
    return tuple((label, _line(value)) for label, value in found if value.strip())


def _cited(pack: Pack, name: str) -> Cited:
    clause = pack.clause(name)
    if clause is None:
        return Cited(_line(name))
    return Cited(clause.id, _line(clause.heading), printable(clause.quote, _WORDS), printable(clause.note, _WORDS))


def _steps(case: str, signature: str, deadline: str, downloads: Downloads, *, onboarding: bool) -> tuple[str, ...]:
    if downloads.page:
        get = _("Get the program selfaudit for your own computer (Linux, Windows or macOS): {url}").format(url=downloads.page)
    elif downloads.linked:
        get = _("Get the program selfaudit for your own computer. The links stand in the page {page}.").format(page=PAGE)
    else:
        get = _("Ask us for the program selfaudit for your own computer, if it did not come with this letter.")
    if signature:
        put = _(
            "Put the files {case} and {signature} into the folder of the program and start it: it offers your case. "
            "You can also open the case file from the program. The two files belong together."
        )
    else:
        put = _(
            "Put the file {case} into the folder of the program and start it: it offers your case. "
            "You can also open the case file from the program."
        )
    told = (
        _("Repair what it finds: every finding says how. Then let it check again.")
        if onboarding
        else _(
            "Repair what it finds: every finding says how. Let it check again, and say what happened and what you have planned."
        )
    )
    last = (
        _("Export the bundle on the page “Report”, and attach this one file to your answer, by {date}.").format(date=deadline)
        if deadline
        else _("Export the bundle on the page “Report”, and attach this one file to your answer.")
    )
    return (
        get,
        put.format(case=case, signature=signature),
        _("Look at what would be sent and to whom, allow it, and start the check."),
        told,
        last,
    )


def _sends() -> tuple[str, ...]:
    return (
        _(
            "Before anything is sent, the program shows what it would send, to whom and how often. Nothing is sent before you allow it."
        ),
        _(
            "It asks public services about your domains and addresses: name servers, registration data, blocklists, routing data."
        ),
        _(
            "It connects to a server or website only where there is permission for it: a few careful attempts, as a mail server or a browser "
            "makes them. It changes nothing there."
        ),
        _(
            "It sends nothing to us and nothing to its makers: no usage data, no passwords, no files. We see only what you attach to your answer."
        ),
        _(
            "The names of programs installed on your server are looked up in a public list only if you agree to that separately."
        ),
    )


def _permission(signed: SignedCase, named: Iterable[str]) -> str:
    seal, there = signed.seal, any(named)
    if not there:
        return _(
            "The case file names no domain and no address, so it permits no check: you name what is yours, and show that it is."
        )
    if seal.state == "trusted":
        words = _("The case file is signed by {owner}. It permits checks of exactly these targets, and of nothing else:")
        return words.format(owner=_line(seal.owner) or _line(signed.file.provider))
    if signed.signature:
        words = _(
            "The case file is signed with the key {key}. If the program knows this key as ours, the file permits checks of exactly these targets, "
            "and of nothing else. If the program says that nobody vouches for the key, ask us."
        )
        return words.format(key=seal.key)
    return _(
        "The case file is not signed: it does not show who made it, and it permits nothing. The program will ask you to show in another way that "
        "these targets are yours:"
    )


def _checking(signed: SignedCase, case: str, signature: str) -> str:
    if not signed.signature:
        return _("This case file is not signed, so there is no signature to check. If you doubt that it comes from us, ask us.")
    words = _(
        "The program checks the signature by itself when it opens {case}, and says by whom it is; {signature} must lie in the same folder. "
        "With minisign you can check it without the program:"
    )
    return words.format(case=case, signature=signature)


def _ask(file: CaseFile, contacts: Contacts, number: str) -> str:
    others = (contacts.support, contacts.abuse) if not file.contact.strip() else (contacts.support,)
    where = next((found for found in map(_line, (file.contact, *others)) if found), "")
    if not where:
        return _("Questions? Ask whoever sent you this letter, and name the case {number}.").format(number=number)
    words = _("Questions? {contact} (please name the case {number})")
    return words.format(contact=where, number=number)


def _key_of(pack: Pack, name: str) -> str:
    """The public key of a pack that is called so, "" if it names none, or more than one."""
    found = set()
    for entry in pack.keys:
        try:
            key = read_public_key(entry.key)
        except BadInput:
            continue
        if key.name == name:
            found.add(key.text())
    return found.pop() if len(found) == 1 else ""
