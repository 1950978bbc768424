"""What a bundle claims on others' behalf: the provider's case, its policy, and the permission to probe. Checked by what is known here."""

from __future__ import annotations

from selfaudit.case.file import CaseFile
from selfaudit.case.model import Case, Seal
from selfaudit.engine.draft_case import departures
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.requirements import pack_of
from selfaudit.engine.seals import DEMO_PACK, authority_words, named_in, open_case, seal_for
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.policy.packs import pack_for
from selfaudit.report.bundle.drawing import policy_hash
from selfaudit.report.bundle.make import CASE, CASE_SIGNATURE
from selfaudit.report.bundle.model import Bundle, Point, Standing
from selfaudit.report.bundle.points import several
from selfaudit.text import printable

DEMO_WORLDS = ("broken", "fixed", "suspended")
_DEMO = phrase("This is a demo of an invented internet: nothing in it is about a real service.")
_FIELDS = {
    "number": phrase("the case number"),
    "provider": phrase("the provider"),
    "targets": phrase("the targets"),
    "cited": phrase("the clauses that were broken"),
    "steps": phrase("the steps that are demanded"),
    "exceptions": phrase("the approvals"),
}


class CaseClaim:
    """The case file in a bundle, and what its signature comes to by the keys that are trusted here.

    Attributes:
        file: as it was read, None if there is none or it cannot be read.
        seal: worked out here; what the evidence claims about it counts for nothing.
        unreadable: why it cannot be read, "" if it can.
        asked: targets that it names and the case lacks.
    """

    def __init__(self, bundle: Bundle, case: Case) -> None:
        self.file: CaseFile | None = None
        self.seal: Seal | None = None
        self.unreadable = ""
        self.asked: tuple[str, ...] = ()
        data = bundle.files.get(CASE)
        if data is None:
            return
        try:
            opened = open_case(data, _text(bundle.files.get(CASE_SIGNATURE)))
        except BadInput as error:
            self.unreadable = printable(str(error), 200)
            return
        self.file = opened.file
        self.seal = seal_for(opened.file, data, opened.signature or None, case.provider, demo=bool(case.demo))
        given = {(t.kind, t.value) for t in case.targets}
        self.asked = tuple(t.value for t in named_in(opened.file) if (t.kind, t.value) not in given)


def case_point(bundle: Bundle, evidence: Evidence, claim: CaseClaim) -> Point:
    """Whether it is the right case, and who says so. A demo is never just good, and never that of a real provider."""
    case = evidence.case
    point = _case_point(bundle, case, claim)
    if not case.demo:
        return point
    pack = pack_for(case.provider)
    if case.demo not in DEMO_WORLDS or (pack is not None and pack.id != DEMO_PACK):
        text = phrase("It says that it is a demo, and yet it names a real provider or a world that there is not.")
        return Point("case", Standing.BAD, text, (point.text, *point.details))
    standing = Standing.NOTE if point.standing is Standing.GOOD else point.standing
    return Point("case", standing, point.text, (_DEMO, *point.details))


def _case_point(bundle: Bundle, case: Case, claim: CaseClaim) -> Point:
    manifest = bundle.manifest
    if (manifest.number, manifest.provider) != (case.number, case.provider):
        text = phrase("The case that it is labelled with is not the one that was audited.")
        label = phrase(
            "it is labelled {number}, {provider}",
            number=printable(manifest.number, 60),
            provider=printable(manifest.provider, 60),
        )
        audited = phrase(
            "what was audited is {number}, {provider}", number=printable(case.number, 60), provider=printable(case.provider, 60)
        )
        return Point("case", Standing.BAD, text, (label, audited))
    if claim.unreadable:
        return Point("case", Standing.BAD, phrase("The case file in it cannot be read."), (claim.unreadable,))
    if claim.file is None or claim.seal is None:
        if case.seal is not None and case.seal.state == "trusted":
            text = phrase("It says that it follows a signed case file, but that file is not in it.")
            return Point("case", Standing.UNKNOWN, text)
        return Point(
            "case",
            Standing.NOTE,
            phrase("There is no case file of the provider in it; number and targets are the customer's word."),
        )
    return _sealed(case, claim.file, claim.seal, asked=bool(claim.asked))


def _sealed(case: Case, file: CaseFile, seal: Seal, *, asked: bool) -> Point:
    departed = [name for name in departures(case, file) if name != "targets" or not asked]  # those have a point of their own
    details = (
        (phrase("It departs from the case file in: {names}", names=several([_FIELDS.get(n, n) for n in departed])),)
        if departed
        else ()
    )
    if seal.state == "tampered":
        text = phrase(
            "The case file in it was changed after it was signed, or somebody else signed it in the name of {owner}.",
            owner=seal.owner,
        )
        return Point("case", Standing.BAD, text, details)
    if departed:
        return Point("case", Standing.BAD, phrase("What was audited is not what the case file asks for."), details)
    if case.seal is not None and case.seal.sha256 != seal.sha256:
        text = phrase("The case file in it is not the one with which the audit was made.")
        return Point("case", Standing.UNKNOWN, text, details)
    if seal.state == "trusted":
        text = phrase("It follows the case file that {owner} has signed (key {key}).", owner=seal.owner, key=seal.key)
        return Point("case", Standing.GOOD, text)
    if seal.state == "unsigned":
        return Point(
            "case", Standing.NOTE, phrase("It follows a case file that nobody has signed: anybody can have written it.")
        )
    if seal.state == "unknown-key":
        text = phrase("It follows a case file that is signed by a key that nobody here vouches for ({key}).", key=seal.key)
        return Point("case", Standing.UNKNOWN, text)
    return Point("case", Standing.UNKNOWN, phrase("It follows a case file whose signature cannot be read."))


def policy_point(bundle: Bundle, case: Case) -> tuple[Point, bool]:
    """Whether the policy that was applied is the one that is known here."""
    manifest, pack = bundle.manifest, pack_of(case)
    named = printable(f"{manifest.pack} {manifest.pack_version}".strip(), 80)
    if not manifest.pack and pack is None:
        provider = printable(case.provider, 60)
        text = phrase("It names no policy, so nothing is said about clauses.") if not provider else phrase(
            "No policy of {provider} is known, neither here nor where it was made; nothing is said about clauses.", provider=provider
        )  # fmt: skip
        return Point("policy", Standing.NOTE, text), True
    if pack is None:
        text = phrase(
            "The policy that was applied ({policy}) is not known here, so its clauses cannot be judged.", policy=named
        )
        return Point("policy", Standing.UNKNOWN, text), False
    ours = f"{pack.id} {pack.version}".strip()
    if (manifest.pack, manifest.pack_version, manifest.pack_sha256) == (pack.id, pack.version, policy_hash(pack)):
        return Point(
            "policy",
            Standing.GOOD,
            phrase("The policy that was applied is the one that is known here ({policy}).", policy=ours),
        ), True
    if not manifest.pack:
        text = phrase("No policy was applied, though one is known here ({policy}).", policy=ours)
    elif (manifest.pack, manifest.pack_version) != (pack.id, pack.version):
        text = phrase("The policy that was applied ({policy}) is another than the one here ({ours}).", policy=named, ours=ours)
    else:
        text = phrase(
            "The policy that was applied has the name and version of the one here ({ours}), but not its content.", ours=ours
        )
    return Point("policy", Standing.UNKNOWN, text), False


def authority_point(evidence: Evidence, claim: CaseClaim) -> Point:
    """On whose authority the targets' own services were contacted."""
    contacted = [s for s in evidence.sent if s.authority]
    if not contacted and not evidence.authority:
        return Point("authority", Standing.GOOD, phrase("Nothing but public records was asked for."))
    words: dict[str, list[str]] = {}
    for subject, said in evidence.authority.items():
        words.setdefault(said, []).append(subject)
    for item in contacted:
        if item.authority not in words:
            words[item.authority] = [item.address]
    sealed = authority_words(claim.seal) if claim.seal is not None and claim.seal.state == "trusted" else ""
    vouched = {t.value for t in claim.seal.targets} if claim.seal is not None else set()
    details, standing = [], Standing.GOOD
    for said, subjects in sorted(words.items()):
        if sealed and said == sealed and set(subjects) <= vouched:
            details.append(phrase("shown by the case file here: {names}", names=several(subjects)))
            continue
        standing = Standing.NOTE
        details.append(phrase("permission for {names}: {authority}", names=several(subjects), authority=printable(said, 200)))
    if standing is Standing.GOOD:
        return Point(
            "authority",
            standing,
            phrase("The provider's signed case file permits everything that was contacted."),
            tuple(details),
        )
    if any(said.startswith("stated") for said in words):
        text = phrase("That the targets may be contacted is stated by the customer, not proven.")
    else:
        text = phrase("That the targets may be contacted is said to have been proven; that cannot be repeated from here.")
    return Point("authority", standing, text, tuple(details[:20]))


def _text(data: bytes | None) -> str | None:
    """The text of a signature, None for none; what is no text is no signature either, and is said to be none that can be read."""
    return None if data is None else data.decode("utf-8", "replace") or "\ufffd"
