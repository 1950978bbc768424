"""Which findings an approval of the provider covers."""

from __future__ import annotations

import pytest

from selfaudit.case import Approval
from selfaudit.checks.exposure.services import Tag
from selfaudit.findings import found
from selfaudit.policy import Policy

CHECK, TARGET = "exposure.services", "192.0.2.80"
WINDOWS = found(Tag.WINDOWS, port=135, ports=[135, 445], service="Windows file sharing")


def policy(*services: str, check: str = CHECK, target: str = TARGET) -> Policy:
    return Policy(approvals=tuple(Approval(check, target, f"REF-{s or 'all'}", s) for s in services))


@pytest.mark.parametrize(
    ("services", "reference"),
    [
        ((), ""),
        (("135",), ""),
        (("445",), ""),
        (("135", "139"), ""),
        (("445", "135"), "REF-135, REF-445"),
        (("",), "REF-all"),
        (("135", ""), "REF-all"),
        (("windows FILE sharing",), "REF-windows FILE sharing"),
        (("windows",), ""),
    ],
)
def test_every_port_must_be_approved(services: tuple[str, ...], reference: str) -> None:
    assert policy(*services).approval(CHECK, TARGET, WINDOWS.args) == reference


def test_one_reference_for_several_ports_is_named_once() -> None:
    both = Policy(approvals=(Approval(CHECK, TARGET, "REF-1", "135"), Approval(CHECK, "", "REF-1", "445")))
    assert both.approval(CHECK, TARGET, WINDOWS.args) == "REF-1"


@pytest.mark.parametrize(
    ("args", "service", "covered"),
    [
        ({"port": 6379, "service": "Redis"}, "6379", True),
        ({"port": 6379, "service": "Redis"}, "redis", True),
        ({"port": 6379, "service": "Redis"}, "5432", False),
        ({"port": 123, "protocol": "ntp-monlist"}, "ntp-monlist", True),
        ({"ports": ("8443",), "first": 8443}, "8443", True),
        ({"ports": ()}, "8443", False),
        ({"address": TARGET}, "8443", False),
        ({}, "", True),
    ],
)
def test_one_port_or_one_service(args: dict[str, object], service: str, covered: bool) -> None:
    assert bool(policy(service).approval(CHECK, TARGET, args)) is covered


def test_approvals_of_other_checks_and_targets_do_not_count() -> None:
    assert policy("", check="exposure.relay").approval(CHECK, TARGET, WINDOWS.args) == ""
    assert policy("", target="192.0.2.81").approval(CHECK, TARGET, WINDOWS.args) == ""
    assert policy("", target="").approval(CHECK, TARGET, WINDOWS.args) == "REF-all"
