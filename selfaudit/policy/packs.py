"""The packs of providers: those that are shipped, and those that somebody has put into a folder of their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, phrase
from selfaudit.policy.lookalikes import mixes_scripts, skeleton
from selfaudit.policy.model import Brand, Clause, Contacts, Downloads, Pack, Parameters, TrustedKey
from selfaudit.policy.pack_checks import check_prefix
from selfaudit.policy.pack_file import MAX_CLAUSES, MAX_FILE, PackFile, fault, parse_pack
from selfaudit.text import printable

FOLDER = "policies"  # of the shipped ones; the own ones lie in a folder of the same name
MAX_DEPTH = 3  # packs on which a pack may rest, one below the other
MAX_OWN = 100


@dataclass(frozen=True, slots=True)
class BrokenPack:
    """A file of the own folder that is not used: its name, and why (`i18n.phrase`, beginning with the key)."""

    file: str
    why: str


@dataclass(frozen=True, slots=True)
class _Known:
    packs: tuple[Pack, ...]
    files: Mapping[str, PackFile]
    own: frozenset[str]
    broken: tuple[BrokenPack, ...] = ()


_folder: Path | None = None


def use_folder(path: Path | None) -> None:
    """Names the folder of one's own packs (ID.toml); None for none. It is read anew when packs are next asked for."""
    global _folder
    _folder = path
    _known.cache_clear()


def all_packs() -> tuple[Pack, ...]:
    """Every pack, by id: the shipped ones and those of the own folder that are sound.

    Raises:
        BadInput: a shipped file is faulty, or two shipped packs answer to one name; the tests fail on it.
    """
    return _known().packs


def broken_packs() -> tuple[BrokenPack, ...]:
    """The files of the own folder that are not used."""
    return _known().broken


def is_own(pack_id: str) -> bool:
    """Whether a pack comes from the own folder."""
    return pack_id in _known().own


def pack_for(provider: str) -> Pack | None:
    """The pack of a provider by its id, name or an alias: the whole text, in whatever case; None if none is known."""
    wanted = _key(provider)
    return next((pack for pack in all_packs() if wanted in _names(pack)), None)


def read_pack(text: str, files: Mapping[str, PackFile] | None = None) -> Pack:
    """Reads one pack.

    Args:
        text: of the file (`pack_file.parse_pack`).
        files: the packs that it may be based on, by id; None for those that are known.

    Raises:
        BadInput: what is wrong, beginning with its key.
    """
    return build_pack(parse_pack(text), _known().files if files is None else files)


def check_addable(file: PackFile) -> Pack:
    """Builds a pack that somebody wants to add to their own.

    Raises:
        BadInput: what it is based on is not there, or another pack has its id or one of its names already.
    """
    known = _known()
    if file.id in known.files and file.id not in known.own:
        fault("id", phrase("“{name}” is the name of a pack that comes with this program; choose another", name=file.id))
    pack = build_pack(file, {**known.files, file.id: file})
    _check_names(pack, [p for p in known.packs if p.id != pack.id])
    return pack


def build_pack(file: PackFile, files: Mapping[str, PackFile], chain: tuple[str, ...] = ()) -> Pack:
    """A whole pack, with what it takes over from the one that it is based on.

    Clauses with the id of an inherited one stand in its place; new ones follow. Of the parameters, those that the file names count.

    Raises:
        BadInput: the base is not known, rests on this one, or the bases are more than three; a clause to leave out is not there.
    """
    clauses: dict[str, Clause] = {}
    parameters = Parameters()
    if file.based_on:
        base_file = files.get(file.based_on)
        if base_file is None:
            fault("based_on", phrase("there is no pack “{name}”", name=file.based_on))
        if file.based_on in (*chain, file.id):
            fault("based_on", phrase("“{name}” rests on itself", name=file.based_on))
        if len(chain) >= MAX_DEPTH:
            fault("based_on", phrase("more than {limit} packs rest on one another", limit=MAX_DEPTH))
        base = build_pack(base_file, files, (*chain, file.id))
        clauses = {c.id: c for c in base.clauses}
        parameters = base.parameters
    for index, name in enumerate(file.leave_out):
        if clauses.pop(name, None) is None:
            words = phrase("there is no clause “{id}” in the pack “{name}”", id=name, name=file.based_on)
            fault(f"leave_out[{index}]", words)
    for entry in file.clause:
        clauses[entry.id] = Clause(**msgspec.structs.asdict(entry))
    if len(clauses) > MAX_CLAUSES:
        fault("clause", phrase("more than {limit} clauses", limit=MAX_CLAUSES))
    given = {k: v for k, v in msgspec.structs.asdict(file.parameters).items() if v is not msgspec.UNSET}
    taken = ("brand", "contacts", "downloads", "key", "parameters", "prefixes", "clause", "leave_out")
    head = {k: v for k, v in msgspec.structs.asdict(file).items() if k not in taken}
    return Pack(
        **head,
        brand=Brand(**msgspec.structs.asdict(file.brand)),
        contacts=Contacts(**msgspec.structs.asdict(file.contacts)),
        downloads=Downloads(**msgspec.structs.asdict(file.downloads)),
        keys=tuple(TrustedKey(k.id, k.key, k.owner) for k in file.key),
        parameters=replace(parameters, **given),
        prefixes=tuple(check_prefix(p) for p in file.prefixes),
        clauses=tuple(clauses.values()),
    )


@cache
def _known() -> _Known:
    shipped = _shipped()
    own, broken = _own(_folder)
    files = {**{p: f for p, f in own.items() if p not in shipped.files}, **shipped.files}
    packs = list(shipped.packs)
    used: dict[str, PackFile] = dict(shipped.files)
    for name, file in sorted(own.items()):
        try:
            if name in shipped.files:
                fault("id", phrase("“{name}” is the name of a pack that comes with this program; choose another", name=name))
            pack = build_pack(file, files)
            _check_names(pack, packs)
        except BadInput as error:
            broken.append(BrokenPack(f"{name}.toml", str(error)))
        else:
            packs.append(pack)
            used[name] = file
    return _Known(
        tuple(sorted(packs, key=lambda p: p.id)),
        used,
        frozenset(used.keys() - shipped.files.keys()),
        tuple(sorted(broken, key=lambda b: b.file)),
    )


@cache
def _shipped() -> _Known:
    found: dict[str, PackFile] = {}
    for entry in (resources.files("selfaudit_resources") / FOLDER).iterdir():
        if entry.name.endswith(".toml"):
            file = parse_pack(entry.read_text("utf-8"))
            _check_file_name(entry.name, file)
            found[file.id] = file
    packs: list[Pack] = []
    for _name, file in sorted(found.items()):
        pack = build_pack(file, found)
        _check_names(pack, packs)
        packs.append(pack)
    return _Known(tuple(packs), found, frozenset())


def _own(folder: Path | None) -> tuple[dict[str, PackFile], list[BrokenPack]]:
    """The files of a folder that can be read by themselves, and the others."""
    found: dict[str, PackFile] = {}
    broken: list[BrokenPack] = []
    try:
        entries = sorted(p for p in folder.iterdir() if p.suffix == ".toml") if folder is not None else []
    except FileNotFoundError:
        entries = []
    except OSError as error:
        return {}, [BrokenPack(printable(str(folder), 200), phrase("cannot be read ({why})", why=str(error.strerror or error)))]
    for path in entries[:MAX_OWN]:
        name = printable(path.name, 100)
        try:
            file = parse_pack(read_pack_text(path))
            _check_file_name(path.name, file)
        except (BadInput, UserError) as error:
            broken.append(BrokenPack(name, str(error)))
        else:
            found[file.id] = file
    broken += [BrokenPack(printable(p.name, 100), phrase("too many packs in this folder")) for p in entries[MAX_OWN:]]
    return found, broken


def read_pack_text(path: Path) -> str:
    """Reads the text of a file that somebody named.

    Raises:
        UserError: it cannot be read, or is too large.
        BadInput: it is no file, or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise BadInput(phrase("this is not a file"))
        data = read_bounded(path, MAX_FILE)
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput(phrase("not a pack: this is not UTF-8 text")) from None


def _check_file_name(name: str, file: PackFile) -> None:
    if name != f"{file.id}.toml":
        fault("id", phrase("the pack “{name}” must lie in a file of that name, {file}", name=file.id, file=f"{file.id}.toml"))


def _check_names(pack: Pack, others: list[Pack]) -> None:
    for key, names in (("name", (pack.name,)), ("aliases", pack.aliases)):
        for name in names:
            if mixes_scripts(name):
                fault(key, phrase("“{name}” mixes letters of several alphabets in one word", name=name))
    for other in others:
        taken = {skeleton(name) for name in (other.id, other.name, *other.aliases)}
        for name in (pack.id, pack.name, *pack.aliases):
            if skeleton(name) in taken:
                fault(
                    "id" if name == pack.id else "name" if name == pack.name else "aliases",
                    phrase("the pack {other} is called “{name}” already", other=other.id, name=name),
                )


def _names(pack: Pack) -> set[str]:
    return {_key(name) for name in (pack.id, pack.name, *pack.aliases)}


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
