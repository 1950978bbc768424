"""What a bundle claims on others' behalf: the provider's case, its policy, and the permission to probe. Checked by what is known here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from selfaudit.case.file import CaseFile
from selfaudit.case.model import Case, Seal
from selfaudit.case.targets import is_reserved_address, is_reserved_name
from selfaudit.engine import Audit
from selfaudit.engine.draft_case import departures
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.repeat import NEVER, PERMISSION
from selfaudit.engine.requirements import pack_of
from selfaudit.engine.seals import DEMO_PACK, authority_words, named_in, open_case, seal_for
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.lookup import is_below
from selfaudit.report.bundle.drawing import policy_hash
from selfaudit.report.bundle.judged import MAX_DIFFERENCES, differences, table_of
from selfaudit.report.bundle.make import AUDIT, CASE, CASE_SIGNATURE
from selfaudit.report.bundle.model import Bundle, Difference, Point, Standing
from selfaudit.report.bundle.points import several
from selfaudit.report.json import encode_audit
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
    "purpose": phrase("what it is for: getting a service back, or a contract to come"),
    "deadline": phrase("the deadline"),
    "suspended": phrase("since when the service is suspended"),
    "service": phrase("which service it is about"),
    "bulk": phrase("whether bulk mail is sent"),
    "shared": phrase("whether the platform is shared with others"),
    "hosted": phrase("which domains are only hosted"),
    "sending_ips": phrase("the addresses that send mail"),
    "selectors": phrase("the DKIM selectors"),
}
_ACTIVE = {kind.kind: kind.from_here for kind, why in NEVER.items() if why == PERMISSION}  # facts that need permission
_BY_CASE_FILE = "proven: case file signed by"
_LABORATORY = phrase(
    "It was made in a laboratory, where addresses and names stand for nobody: it shows nothing about a real service."
)


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

    @property
    def trusted(self) -> bool:
        """Whether a key that is trusted here has signed the case file in the bundle."""
        return self.seal is not None and self.seal.state == "trusted"

    def overclaimed(self, case: Case) -> bool:
        """Whether the evidence says of its case file that the provider has signed it, and here that is not so."""
        return case.seal is not None and case.seal.state == "trusted" and case.seal != self.seal

    def judged_here(self, audit: Audit) -> Audit:
        """The audit with the seal that was worked out here in place of the one that it claims."""
        case = replace(audit.evidence.case, seal=self.seal)
        return replace(audit, evidence=replace(audit.evidence, case=case))


def without_claim(
    point: Point, found: tuple[Difference, ...], bundle: Bundle, audit: Audit, claim: CaseClaim, moment: float
) -> tuple[Point, tuple[Difference, ...]]:
    """What became of "judged" where the results, though they are those of the evidence, lean on a seal that is none here.

    Args:
        point: how it stands if the seal is taken as the evidence has it.
        found: the differences that go with it.
        bundle: an intact one.
        audit: the one in it, with that seal.
        claim: the seal that was worked out here.
        moment: UTC seconds at which it says that it was made.
    """
    if not claim.overclaimed(audit.evidence.case) or found or point.standing is Standing.BAD:
        return point, found
    ours = encode_audit(claim.judged_here(audit), moment)
    every = differences(table_of(bundle.files[AUDIT]), table_of(ours))
    differing = tuple(islice((d for d in every if d.what != "case"), MAX_DIFFERENCES))  # the seal itself has a point of its own
    text = phrase("What it states leans on the provider's signature of the case file, and here that does not hold.")
    return Point("judged", Standing.UNKNOWN, text, point.details), differing


def case_point(bundle: Bundle, evidence: Evidence, claim: CaseClaim) -> Point:
    """Whether it is the right case, and who says so. A demo or a laboratory is never just good, and a demo never that of a real provider."""
    case = evidence.case
    point = _case_point(bundle, case, claim)
    if not case.demo:
        return _real(point, evidence)
    pack = pack_for(case.provider)
    if case.demo not in DEMO_WORLDS or (pack is not None and pack.id != DEMO_PACK):
        text = phrase("It says that it is a demo, and yet it names a real provider or a world that there is not.")
        return Point("case", Standing.BAD, text, (point.text, *point.details))
    standing = Standing.NOTE if point.standing is Standing.GOOD else point.standing
    return Point("case", standing, point.text, (_DEMO, *point.details))


def _real(point: Point, evidence: Evidence) -> Point:
    """The same for what is said to be no demo: what it is about must be there on the real internet."""
    if evidence.case.laboratory or evidence.vantage.laboratory:
        if point.standing is Standing.BAD:
            return Point("case", Standing.BAD, point.text, (_LABORATORY, *point.details))
        return Point("case", Standing.UNKNOWN, _LABORATORY, (point.text, *point.details))
    reserved = tuple(dict.fromkeys(name for name in _audited(evidence) if _is_reserved(name)))
    if not reserved:
        return point
    text = phrase(
        "It says that it is about a real service, and yet these are nobody's on the internet: {names}", names=several(reserved)
    )
    return Point("case", Standing.BAD, text, (point.text, *point.details))


def _audited(evidence: Evidence) -> Iterator[str]:
    case = evidence.case
    yield from (t.value for t in (*case.targets, *evidence.targets) if t.kind in ("domain", "address"))
    yield from case.sending_ips


def _is_reserved(name: str) -> bool:
    try:
        return is_reserved_address(name)
    except ValueError:
        return is_reserved_name(name)


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
        if case.seal is not None and case.seal.state in ("trusted", "unknown-key"):
            standing = Standing.BAD if case.seal.state == "trusted" else Standing.UNKNOWN
            text = phrase("It says that it follows a signed case file, but that file is not in it.")
            return Point("case", standing, text)
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
    if case.seal is not None and case.seal.state == "trusted" and seal.state != "trusted":
        if seal.state == "unknown-key":
            text = phrase(
                "It says that the provider has signed the case file in it; nobody here vouches for the key ({key}).",
                key=seal.key,
            )
            return Point("case", Standing.UNKNOWN, text, details)
        text = phrase("It says that the provider has signed the case file in it, and the file has no such signature.")
        return Point("case", Standing.BAD, text, details)
    if case.seal is not None and case.seal.sha256 != seal.sha256:
        text = phrase("The case file in it is not the one with which the audit was made.")
        return Point("case", Standing.UNKNOWN, text, details)
    if case.seal is not None and case.seal.state == "trusted" and case.seal != seal:
        text = phrase("What it says about the signature of its case file is not what comes out here.")
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
    """On whose authority the targets' own services were contacted: nothing that needs permission may be there without one."""
    contacted = [s for s in evidence.sent if s.authority]
    bare = _without_permission(evidence)
    if bare:
        text = phrase("It holds what only probing shows, and does not say who permitted that or that anything was sent.")
        return Point("authority", Standing.BAD, text, (phrase("without permission: {names}", names=several(bare)),))
    if not contacted and not evidence.authority:
        return Point("authority", Standing.GOOD, phrase("Nothing but public records was asked for."))
    words: dict[str, dict[str, None]] = {}
    for subject, said in (*evidence.authority.items(), *((s.address, s.authority) for s in contacted)):
        words.setdefault(said, {})[subject] = None
    sealed = authority_words(claim.seal) if claim.seal is not None and claim.trusted else ""
    false = [said for said in sorted(words) if said.startswith(_BY_CASE_FILE) and said != sealed]
    if false:
        return _not_by_case_file([name for said in false for name in words[said]], claim)
    covered = _covered(evidence, claim) if sealed else set()
    details, standing = [], Standing.GOOD
    for said, subjects in sorted(words.items()):
        shown = [name for name in subjects if said == sealed and name in covered]
        rest = [name for name in subjects if name not in shown]
        if shown:
            details.append(phrase("shown by the case file here: {names}", names=several(shown)))
        if rest:
            standing = Standing.NOTE
            details.append(phrase("permission for {names}: {authority}", names=several(rest), authority=printable(said, 200)))
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


def _not_by_case_file(names: Sequence[str], claim: CaseClaim) -> Point:
    details = (phrase("permission by a case file is claimed for: {names}", names=several(names)),)
    if claim.seal is not None and claim.seal.state == "unknown-key":
        text = phrase("It says that a signed case file permits the probing; nobody here vouches for that signature.")
        return Point("authority", Standing.UNKNOWN, text, details)
    text = phrase("It says that a signed case file permits the probing, and none that the provider has signed is in it.")
    return Point("authority", Standing.BAD, text, details)


def _without_permission(evidence: Evidence) -> tuple[str, ...]:
    """What was probed, by the facts, though nobody permitted it; or all of it, if nothing at all is said to have been sent."""
    probed = [r.request for r in evidence.records if r.fact is not None and r.request.kind in _ACTIVE]
    sent = any(s.authority for s in evidence.sent)
    found = (r.subject for r in probed if r.subject not in evidence.authority or (_ACTIVE[r.kind] and not sent))
    return tuple(dict.fromkeys(found))


def _covered(evidence: Evidence, claim: CaseClaim) -> set[str]:
    """What the trusted case file vouches for, and the addresses to which names of its domains led."""
    assert claim.seal is not None
    domains = [t.value for t in claim.seal.targets if t.kind == "domain"]
    found = {t.value for t in claim.seal.targets}
    for record in evidence.records if domains else ():
        for answer in record.fact.lookups() if record.fact is not None else ():
            if answer.rdtype in ("A", "AAAA") and any(is_below(answer.name, domain) for domain in domains):
                found.update(answer.records)
    return found


def _text(data: bytes | None) -> str | None:
    """The text of a signature, None for none; what is no text is no signature either, and is said to be none that can be read."""
    return None if data is None else data.decode("utf-8", "replace") or "\ufffd"
