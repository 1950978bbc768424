"""A small internet on loopback: the same engine and real sockets, no packet beyond this machine."""

from selfaudit.demo.collecting import collect_demo, demo_inputs, demo_reports
from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.services import WORLDS
from selfaudit.demo.statements import demo_statement

__all__ = ["WORLDS", "Internet", "collect_demo", "demo_case", "demo_inputs", "demo_reports", "demo_statement"]
