"""The registrable part of a domain name after the public suffix list (publicsuffix.org, shipped by publicsuffixlist)."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from selfaudit.facts.dns import bare


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _registries() -> PublicSuffixList:
    """Without the private part of the list, in which companies enter the suffixes that are theirs."""
    return PublicSuffixList(only_icann=True)


def registrable_domain(name: str) -> str:
    """The name that a customer registers, for example "shop.co.uk" for "www.shop.co.uk"; "" for a public suffix."""
    return str(_list().privatesuffix(bare(name).lower()) or "")


def is_public_suffix(name: str) -> bool:
    """Whether others register domains directly below this name."""
    name = bare(name).lower()
    return _list().publicsuffix(name) == name


def private_suffix(name: str) -> str:
    """The suffix of a company that gives out names below it itself, for example "eu.com" for "shop.eu.com"; "" if there is none.

    The registry of the ending does not know the names below such a suffix.
    """
    name = bare(name).lower()
    suffix = str(_list().publicsuffix(name) or "")
    return suffix if suffix != _registries().publicsuffix(name) else ""
