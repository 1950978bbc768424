"""A pack in the form of its file, for those who want to go on from it."""

from __future__ import annotations

from dataclasses import asdict

from selfaudit.policy.model import Clause, Pack
from selfaudit.policy.pack_file import (
    BrandEntry,
    ClauseEntry,
    ContactsEntry,
    DownloadsEntry,
    KeyEntry,
    PackFile,
    ParametersEntry,
)


def file_of(pack: Pack, clauses: tuple[Clause, ...] | None = None) -> PackFile:
    """The whole pack as one file that is based on no other, with all its clauses or only those given."""
    return PackFile(
        id=pack.id,
        name=pack.name,
        company=pack.company,
        aliases=pack.aliases,
        version=pack.version,
        title=pack.title,
        source=pack.source,
        source_date=pack.source_date,
        read_on=pack.read_on,
        text_sha256=pack.text_sha256,
        brand=BrandEntry(**asdict(pack.brand)),
        contacts=ContactsEntry(**asdict(pack.contacts)),
        downloads=DownloadsEntry(**asdict(pack.downloads)),
        key=tuple(KeyEntry(**asdict(key)) for key in pack.keys),
        parameters=ParametersEntry(**asdict(pack.parameters)),
        prefixes=pack.prefixes,
        prefixes_source=pack.prefixes_source,
        prefixes_date=pack.prefixes_date,
        clause=tuple(ClauseEntry(**asdict(clause)) for clause in (pack.clauses if clauses is None else clauses)),
    )
