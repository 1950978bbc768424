"""The registrable part of a domain name after the public suffix list (publicsuffix.org, shipped by publicsuffixlist)."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from selfaudit.facts.dns import bare


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


def registrable_domain(name: str) -> str:
    """The name that a customer registers, for example "shop.co.uk" for "www.shop.co.uk"; "" for a public suffix."""
    return str(_list().privatesuffix(bare(name).lower()) or "")


def is_public_suffix(name: str) -> bool:
    """Whether others register domains directly below this name."""
    name = bare(name).lower()
    return _list().publicsuffix(name) == name
