"""What is known about single registries beyond IANA's list of RDAP servers: additions to it, WHOIS servers, pages for people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Registry:
    """One top-level domain.

    Attributes:
        rdap: base URL of an RDAP server that IANA's file lacks, "" for none.
        whois: host name of its WHOIS server, "" if not known.
        page: where a person can look a domain up, "" if not known.
    """

    rdap: str = ""
    whois: str = ""
    page: str = ""


@cache
def additions() -> Mapping[str, Registry]:
    """What is shipped about top-level domains, by their A-labels."""
    text = (resources.files("selfaudit_resources") / "registration/registries.toml").read_text(encoding="utf-8")
    return {
        item["name"]: Registry(item.get("rdap", ""), item.get("whois", ""), item.get("page", ""))
        for item in tomllib.loads(text).get("tld", ())
    }


def page_for(domain: str) -> str:
    """Where a person can look up a domain by hand."""
    tld = domain.rpartition(".")[2]
    known = additions().get(tld)
    if known is not None and known.page:
        return known.page
    if len(tld) > 2:
        return f"https://lookup.icann.org/en/lookup?name={domain}"
    return f"https://www.iana.org/whois?q={domain}"
