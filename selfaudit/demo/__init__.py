"""A small internet on loopback: the same engine and real sockets, no packet beyond this machine."""

from selfaudit.demo.collecting import collect_demo, demo_reports, demo_with_hosts, with_reports
from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.services import WORLDS

__all__ = ["WORLDS", "Internet", "collect_demo", "demo_case", "demo_reports", "demo_with_hosts", "with_reports"]
