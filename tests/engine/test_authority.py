"""Whoever stops asking for the authority leaves no look-ups behind."""

from __future__ import annotations

import asyncio

import pytest

from selfaudit.case import Case, Target
from selfaudit.engine.authority import permitted_now
from selfaudit.facts.dns import DnsAnswer
from selfaudit.net import open_net
from selfaudit.settings import DnsSettings, ScopeSettings, Settings


async def test_look_ups_end_with_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def never(name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError(name)

    net = open_net(Settings(scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.53",))), keys={})
    monkeypatch.setattr(net.dns, "lookup", never)
    try:
        task = asyncio.create_task(permitted_now(Case((Target("domain", "shop.test"),)), net, b"k" * 32))
        await asyncio.wait_for(asked.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 5)
    finally:
        net.close()
