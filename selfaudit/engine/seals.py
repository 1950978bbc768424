"""What the signature of a case file comes to, and what it permits.

A seal is a value like any other: it is saved with the case, and whoever edits a saved file can write one. So nothing is permitted because a
case says that it is sealed. Permission needs a seal that was worked out in this process, here, from the octets of the file, its signature and
the keys of the packs that are installed (`vouched`). Cases are sealed anew whenever they are made: on the command line from the file, in the
window from the octets that the draft keeps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from selfaudit.case import Approval, Case, Target
from selfaudit.case.file import MAX_FILE, CaseFile, parse_case
from selfaudit.case.model import Seal
from selfaudit.case.targets import parse_targets
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import N_, _, phrase
from selfaudit.policy.model import Pack
from selfaudit.policy.packs import pack_for
from selfaudit.protocols.minisign import (
    MAX_TEXT,
    BadSignature,
    PublicKey,
    SecretKey,
    Signature,
    read_public_key,
    read_signature,
    sign,
    verify,
)
from selfaudit.protocols.psl import is_public_suffix
from selfaudit.text import printable

SUFFIX = ".minisig"
DEMO_PACK = "demo"
_MAX_KEPT = 200
_COMMENT = 200
_NO_TEXT = "(no signature)"  # stands for what lies there and is no text

# The trusted seals that were worked out in this process, each with whether that was in a demo.
_vouched: dict[tuple[Seal, bool], None] = {}


@dataclass(frozen=True, slots=True)
class SignedCase:
    """A case file as it was opened: what it says, its octets, the text of its signature ("" for none), and what that came to."""

    file: CaseFile
    data: bytes
    signature: str
    seal: Seal


def read_signed_case(path: Path) -> SignedCase:
    """Reads a case file and, where there is one, its signature FILE.minisig beside it.

    A signature that cannot be read is told by the seal; it keeps nobody from using the file.

    Raises:
        UserError: the case file itself cannot be read or is none.
    """
    data = read_bounded(path, MAX_FILE)
    try:
        return open_case(data, _signature_beside(path))
    except BadInput as error:
        raise UserError(f"{path}: {error}") from None


def open_case(data: bytes, signature: str | None) -> SignedCase:
    """A case file from its octets and the text of its signature, None for none.

    Raises:
        BadInput: it is no case file.
    """
    file = parse_case(data)
    return SignedCase(file, data, signature or "", seal_for(file, data, signature, file.provider, demo=bool(file.demo)))


def sealed_again(data: bytes, signature: str, provider: str, *, demo: bool = False) -> Seal | None:
    """The seal of a case file from octets that were kept, by the keys that are trusted now; None if they are no case file any more."""
    try:
        file = parse_case(data)
    except BadInput:
        return None
    return seal_for(file, data, signature or None, provider, demo=demo)


def unproven(seal: Seal | None, *, demo: bool = False) -> Seal | None:
    """A seal that is only claimed: one that this process did not work out itself vouches for nothing."""
    if seal is None or seal.state != "trusted" or (seal, demo) in _vouched:
        return seal
    return Seal("unknown-key", seal.key, sha256=seal.sha256)


def without_proof(case: Case) -> Case:
    """A case that was saved, with no more of its seal than this process has worked out."""
    return replace(case, seal=unproven(case.seal, demo=bool(case.demo)))


def seal_for(file: CaseFile, data: bytes, signature: str | None, provider: str, *, demo: bool = False) -> Seal:
    """The seal of an opened case file in a case with this provider: the file must be one of the same provider to be trusted."""
    here, there = pack_for(provider), pack_for(file.provider)
    same = here is not None and there is not None and here.id == there.id
    return seal_of(data, signature, provider if same else "", named_in(file), approved_in(file), demo=demo and bool(file.demo))


def approved_in(file: CaseFile) -> tuple[Approval, ...]:
    """What a case file approves; nothing if one of its approvals cannot be read."""
    from selfaudit.engine.draft_case import read_approvals  # it imports this module

    try:
        return read_approvals(file)
    except UserError:
        return ()


def named_in(file: CaseFile) -> tuple[Target, ...]:
    """The domains and addresses that a case file names as targets or senders; none if they cannot be read. Hosted domains do not count."""
    texts = (*file.targets, *file.sending_ips)
    try:
        return tuple(
            Target(t.kind, t.value) for t in parse_targets(texts, allow_reserved=True, is_public_suffix=is_public_suffix)
        )
    except UserError:
        return ()


def seal_of(
    data: bytes,
    signature: str | None,
    provider: str,
    targets: tuple[Target, ...] = (),
    approvals: tuple[Approval, ...] = (),
    *,
    demo: bool = False,
) -> Seal:
    """What a signature over a case file comes to, by the keys of a provider's pack.

    Args:
        data: the file.
        signature: the text of its signature, None for none.
        provider: whose keys count: id, name or alias of its pack.
        targets: what the file names.
        approvals: what it approves.
        demo: this is a demo. Its pack's key is known to everybody and counts nowhere else.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if signature is None:
        return Seal("unsigned", sha256=sha256)
    try:
        read = read_signature(signature)
    except BadInput:
        return Seal("unreadable", sha256=sha256)
    pack = pack_for(provider) if provider else None
    made = Seal("unknown-key", read.name, sha256=sha256)
    for key, owner in _keys(pack, demo=demo):
        if key.id != read.key_id:
            continue
        # Ids are chosen by whoever makes a key: two keys may have the same one, and any of them may be meant.
        made = replace(made, state="tampered", owner=owner)
        if fits(data, read, key):
            seal = Seal("trusted", read.name, owner, _tidy(read.trusted), sha256, tuple(dict.fromkeys(targets)), approvals)
            _remember(seal, demo=demo)
            return seal
    return made


def fits(data: bytes, signature: Signature, key: PublicKey) -> bool:
    """Whether a signature is that of a key over these octets."""
    try:
        verify(data, signature, key)
    except BadSignature:
        return False
    return True


def checked_by(signed: SignedCase, key: PublicKey) -> Literal["fits", "other-key", "tampered", "unreadable", "unsigned"]:
    """What the signature of a case file comes to by one key alone, whoever vouches for it."""
    if not signed.signature:
        return "unsigned"
    try:
        read = read_signature(signed.signature)
    except BadInput:
        return "unreadable"
    if read.key_id != key.id:
        return "other-key"
    return "fits" if fits(signed.data, read, key) else "tampered"


def signed_comment(signed: SignedCase) -> str:
    """The trusted comment of a signature, safe to show. It is to be believed only of a signature that fits."""
    try:
        return _tidy(read_signature(signed.signature).trusted)
    except BadInput:
        return ""


def sign_case(data: bytes, key: SecretKey, at: str) -> str:
    """Signs the octets of a case file; returns the text of FILE.minisig. Its comment, signed too, names the number and the moment.

    Args:
        data: the file.
        key: by which.
        at: the moment (RFC 3339, UTC).

    Raises:
        BadInput: it is no case file.
    """
    number = " ".join(printable(parse_case(data).number, 100).split())
    return sign(
        data, key, trusted=f"selfaudit case {number or '-'} {at}", untrusted=f"signed by minisign key {key.public().name}"
    ).text()


def vouched(case: Case, *, embedded: bool = False) -> dict[Target, str]:
    """On whose authority the targets of a case may be probed that its case file names: "proven: ...". Nothing else of the case is covered.

    Args:
        case: its seal counts only if this process worked it out.
        embedded: all this happens in the embedded internet; the demo's own key counts there alone.
    """
    seal, demo = case.seal, bool(case.demo)
    if seal is None or (seal, demo) not in _vouched or (demo and not embedded):
        return {}
    words = authority_words(seal)
    return {Target(t.kind, t.value): words for t in seal.targets}


def authority_words(seal: Seal) -> str:
    """Whose signed case file a permission rests on."""
    return phrase("proven: case file signed by {owner} ({key})", owner=seal.owner, key=seal.key)


_SEALS = {
    "unsigned": N_("This case file is not signed: who made it is not shown."),
    "trusted": N_("This case file was signed by {owner} (key {key}) and is as it was signed."),
    "unknown-key": N_(
        "This case file is signed, but nobody here vouches for the key {key}: who made it is not shown. Ask your provider whether the key is theirs."
    ),
    "tampered": N_(
        "The signature does not fit this case file: it was changed after it was signed, or somebody else signed it. Ask {owner} to send it again."
    ),
    "unreadable": N_(
        "The signature beside this case file cannot be read: who made it is not shown. Ask your provider to send both files again."
    ),
}


def seal_words(seal: Seal) -> str:
    """What a seal means, in one or two plain sentences, in the chosen language."""
    return _(_SEALS[seal.state]).format(owner=seal.owner or _("your provider"), key=seal.key)


def _signature_beside(path: Path) -> str | None:
    """The text of FILE.minisig, never empty if there is something of that name; None if there is nothing."""
    beside = path.with_name(path.name + SUFFIX)
    try:
        return read_bounded(beside, MAX_TEXT).decode("utf-8") or _NO_TEXT
    except (UserError, UnicodeDecodeError):
        return _NO_TEXT if _is_there(beside) else None


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _keys(pack: Pack | None, *, demo: bool) -> list[tuple[PublicKey, str]]:
    """The keys that a pack trusts, each with its owner."""
    if pack is None or (pack.id == DEMO_PACK and not demo):
        return []
    shown_to_all = pack_for(DEMO_PACK)
    public = {k.key for k in shown_to_all.keys} if shown_to_all is not None and not demo else set()
    found = []
    for entry in pack.keys:
        if entry.key in public:
            continue
        try:
            found.append((read_public_key(entry.key), entry.owner or pack.name))
        except BadInput:
            continue  # the pack's own check lets no such key in
    return found


def _remember(seal: Seal, *, demo: bool) -> None:
    while len(_vouched) >= _MAX_KEPT:
        _vouched.pop(next(iter(_vouched)), None)
    _vouched[(seal, demo)] = None


def _tidy(comment: str) -> str:
    return printable(" ".join(comment.split()), _COMMENT)
