"""The leaflet, with the audits of the demo's two worlds."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from selfaudit.demo.collecting import collect_demo, demo_inputs
from selfaudit.demo.internet import Internet
from selfaudit.demo.statements import demo_statement
from selfaudit.engine import Audit, run_audit
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.net import open_net
from selfaudit.policy.model import Pack
from selfaudit.policy.packs import pack_for
from selfaudit.text import printable

_PROVIDER = "demo"  # id of the pack of the demo's provider
_KEY = b"demo installation key"


def leaflet_for(provider: str = "", before: Audit | None = None, after: Audit | None = None) -> bytes:
    """The leaflet of a provider as PDF, in the chosen language. Nothing leaves this computer.

    Args:
        provider: by id, name or alias; "" for the demo's provider.
        before: the demo's audit on the day of the suspension, None to make it now.
        after: the one after fixing, None to make it now.

    Raises:
        UserError: the provider is not known, or the leaflet cannot be made.
    """
    from selfaudit.report.pdf.leaflet import render_leaflet

    return render_leaflet(known_pack(provider), before or audited("broken"), after or audited("fixed"))


def known_pack(provider: str) -> Pack:
    """The pack of a provider by id, name or alias, that of the demo's provider for "".

    Raises:
        UserError: none is known.
    """
    pack = pack_for(provider or _PROVIDER)
    if pack is None:
        words = _("No policy of “{provider}” is known here; “selfaudit policy list” shows the known ones.")
        raise UserError(words.format(provider=printable(provider, 60)))
    return pack


def audited(world: str) -> Audit:
    """The audit of the demo's customer in a world, with what the customer states there. Must not be called where an event loop runs."""

    async def work() -> Audit:
        async with Internet(world) as internet:
            case, brought = demo_inputs(world, await collect_demo(internet))
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            try:
                done = await run_audit(case, net, install_key=_KEY)
            finally:
                net.close()
            return replace(done, statement=demo_statement(world, case.provider) if world != "broken" else None)

    return asyncio.run(work())
