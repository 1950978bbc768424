"""Whether blocklists are fit to be believed in this run; shared by the probes that ask them."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from selfaudit.catalogue import points_for
from selfaudit.facts.blocklist import ListAnswer, ListEntry, ListHealth, ListState
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View
from selfaudit.net import Net
from selfaudit.protocols.dnsbl import judge_points, question

_LEARNT_BY_RESOLVER = (ListState.SILENT, ListState.BROKEN, ListState.GONE, ListState.REFUSED, ListState.REWRITTEN)


async def healthy_lists(net: Net, kind: str) -> tuple[ListHealth, ...]:
    """The state of every list that answers questions of this kind, found out once in a run."""

    async def work() -> tuple[ListHealth, ...]:
        return tuple(await asyncio.gather(*(_health(net, entry, kind) for entry in net.catalogue.for_kind(kind))))

    return await net.once(("lists", kind), work)


async def _health(net: Net, entry: ListEntry, kind: str) -> ListHealth:
    if entry.access == "key" and entry.zone not in net.keys:
        return ListHealth(entry.zone, kind, ListState.NEEDS_KEY, View.RESOLVER, (), "no key is stored")
    first: ListHealth | None = None
    for view in (View.DIRECT, View.RESOLVER) if net.iterator else (View.RESOLVER,):
        listed, not_listed = points_for(entry, kind)
        points = await asyncio.gather(*(_ask(net, entry.zone, point, view) for point in (*listed, *not_listed)))
        health = judge_points(entry.zone, kind, view, tuple(points[: len(listed)]), tuple(points[len(listed) :]), entry)
        if health.state is ListState.OK:
            return health
        if first is None:
            first = health
        # Only where the list's own servers do not talk to us can the resolver know more.
        if health.state not in _LEARNT_BY_RESOLVER:
            break
    assert first is not None
    return first


async def _ask(net: Net, zone: str, target: str, view: View) -> DnsAnswer:
    key = net.keys.get(zone, "")
    asked_zone = f"{key}.{zone}" if key else zone
    answer = await net.list_lookup(question(target, asked_zone), zone, view)
    return without_key(answer, key, question(target, f"key.{zone}")) if key else answer


def without_key(answer: DnsAnswer, key: str, name: str) -> DnsAnswer:
    """The answer as it may enter the evidence: the key is a secret, wherever a server repeats it."""

    def clean(text: str) -> str:
        return re.sub(re.escape(key), "key", text, flags=re.IGNORECASE)

    return replace(
        answer,
        name=name,
        detail=clean(answer.detail),
        chain=tuple(map(clean, answer.chain)),
        records=tuple(map(clean, answer.records)),
    )


async def ask_lists(net: Net, targets: tuple[str, ...], kind: str) -> tuple[ListAnswer, ...]:
    """Asks every list that is fit about the targets; the TXT record is fetched only beside a listing."""
    fit = [h for h in await healthy_lists(net, kind) if h.state is ListState.OK]
    questions = iter([(health, target) for health in fit for target in targets])
    answers: list[ListAnswer] = []

    async def work() -> None:
        for health, target in questions:
            answers.append(await _one(net, health, target))

    # A few workers that go on to the next question cost far less than a task for each question.
    with net.sweeping() as workers:
        await asyncio.gather(*(work() for _worker in range(min(workers(), len(fit) * len(targets)))))
    return tuple(sorted(answers, key=lambda a: (a.zone, a.answer.name)))


async def _one(net: Net, health: ListHealth, target: str) -> ListAnswer:
    answer = await _ask(net, health.zone, target, health.view)
    if answer.status is not DnsStatus.ANSWER or health.zone in net.keys:
        return ListAnswer(health.zone, answer)
    return ListAnswer(health.zone, answer, await net.list_text(answer.name, health.view))
