"""The ways in which the inside of the demo's servers becomes known: over SSH, as a file, or pasted from a console; and the case that goes with it."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.case import Case
from selfaudit.demo.case_file import demo_signed_case
from selfaudit.demo.hosts import demo_hosts, host_text
from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.ledgers import demo_ledgers
from selfaudit.demo.messages import demo_messages
from selfaudit.demo.ssh_server import PASSWORD, SshServer
from selfaudit.demo.statements import demo_notice
from selfaudit.engine.brought import Brought
from selfaudit.engine.draft_case import told_by
from selfaudit.engine.hosts import collect_ssh, fetch_keys, now, read_host_text
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.i18n import _
from selfaudit.net import open_net
from selfaudit.net.ssh import Login
from selfaudit.protocols.collector import make_blocks, read_collector


def demo_reports(world: str) -> tuple[HostReport, ...]:
    """What was collected before the demo began: as a file, or pasted from the console of a server that is cut off."""
    return tuple(
        read_collector(host_text(host.name, world), via="file", received=now())
        if world in host.ssh_in
        else read_host_text(make_blocks(host_text(host.name, world)))
        for host in demo_hosts()
    )


def demo_inputs(world: str, hosts: tuple[HostReport, ...] | None = None) -> tuple[Case, Brought]:
    """The case of the demo's customer with everything that goes with it: the provider's notice and its signed case file, servers, a message, a
    ledger.

    `hosts` are the servers if they were looked at just now.
    """
    brought = Brought(demo_reports(world) if hosts is None else hosts, demo_messages(world), demo_ledgers(world))
    notice, signed = demo_notice(), demo_signed_case(world)
    told = told_by(signed.file)
    case = replace(
        demo_case(world), notices=(notice,), deadline=notice.deadline, steps=notice.steps, cited=signed.file.cited, bulk="yes", shared="no",
        service=told.service, contact=told.contact, language=told.language, message=told.message, seal=signed.seal,
    )  # fmt: skip
    return brought.noted_in(case), brought


async def collect_demo(internet: Internet) -> tuple[HostReport, ...]:
    """Collects on the servers of a running world: over SSH, or by pasting where they are cut off.

    Raises:
        UserError: a server does not show its own key, or does not answer as it should.
    """
    world, reports = internet.world, {report.name: report for report in demo_reports(internet.world)}
    net = open_net(internet.settings, routes=internet.routes, keys={})
    try:
        for host in demo_hosts():
            if world in host.ssh_in:
                login = Login(host.user, host.address, agent=False, password=PASSWORD)
                served = internet.services.running[(host.address, login.port, "tcp")] if internet.services else None
                # Elsewhere a person compares the key on the server's console; here the server can be asked.
                own = served.fingerprint if isinstance(served, SshServer) else ""
                key = next((k for k in await fetch_keys(net, login) if k.fingerprint == own), None)
                if key is None:
                    raise UserError(_("{host} does not show the key that it has.").format(host=host.name))
                reports[host.name] = await collect_ssh(net, login, key, ("--deep",))
    finally:
        net.close()
    return tuple(reports.values())
