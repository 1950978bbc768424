"""What the letter and the page say, once for both, in the customer's language.

Everything that a pack or a case file gives stands in a field of its own, on one line and without what could steer a terminal or reorder a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.case.file import CaseFile
from selfaudit.case.languages import NAMES
from selfaudit.case.release import Release
from selfaudit.engine.case_making import default_name
from selfaudit.engine.seals import SUFFIX, SignedCase
from selfaudit.errors import BadInput
from selfaudit.i18n import LANGUAGES, SOURCE, _, language, ngettext
from selfaudit.policy.model import Contacts, Pack
from selfaudit.policy.packs import is_own, pack_for
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
        hosting: what the hosted domains are named for.
        hosted: those domains; none of them is permitted.
        more_hosted: that there are more, "" if all are named.
        ask: whom to ask.
        checking: how the signature is checked by the program itself, "" without one.
        key: the public key by which the file was signed, "" if it is not known.
        command: checks the signature with minisign, "" without key.
        downloads: the program.
        look: logo and colours; those of a provider only where its pack vouches for the signature.
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
    hosting: str
    hosted: tuple[str, ...]
    more_hosted: str
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
    hosted = tuple(dict.fromkeys(_line(text) for text in file.hosted))
    downloads = downloads_of(known.downloads, release)
    trusted = signed.seal.state == "trusted"
    # A customer's program knows only the packs that came with it. One of our own may travel with the case, and proves nothing then.
    vouched = trusted and pack is not None and not is_own(pack.id)
    public = (key.text() if key is not None else _key_of(known, signed.seal.key)) if trusted else ""
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
        permission=_permission(signed, named, hosted, vouched=vouched),
        targets=named[:MAX_TARGETS],
        more_targets=_more(named),
        hosting=_("These domains are named as hosted for others. That permits no check of them:") if hosted else "",
        hosted=hosted[:MAX_TARGETS],
        more_hosted=_more(hosted),
        ask=_ask(file, known.contacts, number),
        checking=_checking(case, signature, known=vouched, command=bool(public)),
        key=public,
        command=f"minisign -Vm {case} -P {public}" if public else "",
        downloads=downloads,
        look=look_of(known.brand) if trusted else Look(),
    )


def _more(names: tuple[str, ...]) -> str:
    """That the case file names more than stand here, "" if it does not."""
    more = len(names) - MAX_TARGETS
    if more <= 0:
        return ""
    words = ngettext("and {count} more, which the case file names", "and {count} more, which the case file names", more)
    return words.format(count=more)


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
        (_("Please answer in"), NAMES.get(file.language.strip().lower(), "")),
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
        systems = ", ".join(system.name for system in downloads.systems if system.files)
        get = _("Get the program selfaudit for your own computer: {url}").format(url=downloads.page)
        if systems:
            get = _("Get the program selfaudit for your own computer ({systems}): {url}").format(
                systems=systems, url=downloads.page
            )
    elif downloads.linked:
        get = _("Get the program selfaudit for your own computer. The links stand in the page {page}.").format(page=PAGE)
    else:
        get = _("Ask us for the program selfaudit for your own computer, if it did not come with this letter.")
    if signature:
        put = _(
            "Save {case} and {signature} in one folder: the two files belong together. Start the program and open {case} from it, or by a double "
            "click once the program is installed. A program that you have only unpacked, or an AppImage, offers the case by itself if both files "
            "lie in its folder."
        )
    else:
        put = _(
            "Save {case}. Start the program and open the file from it, or by a double click once the program is installed. A program that you "
            "have only unpacked, or an AppImage, offers the case by itself if the file lies in its folder."
        )
    told = (
        _("Repair what it finds: every finding says how. Then let it check again.")
        if onboarding
        else _(
            "Repair what it finds: every finding says how. Let it check again, and say on the page “Statement” what happened and what you have "
            "planned."
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
            "Without permission it asks public services about your domains and addresses: name servers, registration data, blocklists, routing "
            "data. Where a domain has a policy for encrypted mail (MTA-STS), it fetches the published file from the web server mta-sts.DOMAIN. To "
            "learn what your own connection lets through, it asks public time servers, and reads the greeting of large mail providers (port 25)."
        ),
        _(
            "Only with permission it touches the servers themselves: it connects to the ports of a fixed list, asks each service that is open, "
            "sends small questions over UDP, reads pages of the website, and tries whether strangers could send mail or reach others through the "
            "server, or copy a whole DNS zone. It tries no password and changes nothing, and sends no message unless you ask for one."
        ),
        _(
            "It reports nothing to us and nothing to its makers: no usage data, no passwords, no files. Of its results we see only what you "
            "attach to your answer."
        ),
        _(
            "The names of programs installed on your server are looked up in a public list only if you agree to that separately."
        ),
    )


def _permission(signed: SignedCase, named: Iterable[str], hosted: Iterable[str], *, vouched: bool) -> str:
    """What the case file permits. `vouched`: the customer's program knows the key as this provider's."""
    seal, there = signed.seal, any(named)
    if not there:
        return " ".join(filter(None, (_unproven(signed, vouched=vouched), _nothing_named(any(hosted)))))
    if vouched:
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


def _unproven(signed: SignedCase, *, vouched: bool) -> str:
    if vouched:
        return ""
    if not signed.signature:
        return _("The case file is not signed: it does not show who made it.")
    words = _("The case file is signed with the key {key}. If the program says that nobody vouches for the key, ask us.")
    return words.format(key=signed.seal.key)


def _nothing_named(hosted: bool) -> str:
    if hosted:
        return _(
            "The case file names no domain and no address of your own, so it permits no check: you name what is yours, and show that it is."
        )
    return _(
        "The case file names no domain and no address, so it permits no check: you name what is yours, and show that it is."
    )


def _checking(case: str, signature: str, *, known: bool, command: bool) -> str:
    """How the signature is checked. `known`: the customer's program knows the key; `command`: one for minisign follows."""
    if not signature:
        return _("This case file is not signed, so there is no signature to check. If you doubt that it comes from us, ask us.")
    if known:
        words = _(
            "The program checks the signature by itself when it opens {case}, and says by whom it is; {signature} must lie in the same folder. "
            "With minisign you can check it without the program:"
        )
        return words.format(case=case, signature=signature)
    words = _(
        "When the program opens {case}, it looks for {signature} in the same folder. It may say that nobody vouches for the key: then the "
        "signature shows nothing until you have asked us for the key in another way than by this page."
    )
    told = words.format(case=case, signature=signature)
    return f"{told} {_with_minisign()}" if command else told


def _with_minisign() -> str:
    return _("With minisign you can check it without the program:")


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
