"""Asking the DNS: the resolver, single servers, and the way down from the root."""

from selfaudit.net.dns.client import DnsClient, DnsConfig, Memo
from selfaudit.net.dns.iterate import Cut, Iterator, read_root_hints

__all__ = ["Cut", "DnsClient", "DnsConfig", "Iterator", "Memo", "read_root_hints"]
