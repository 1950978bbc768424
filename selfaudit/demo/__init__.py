"""A small internet on loopback: the same engine and real sockets, no packet beyond this machine."""

from selfaudit.demo.case_file import demo_signed_case
from selfaudit.demo.collecting import collect_demo, demo_inputs, demo_reports
from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.keys import DEMO_KEY
from selfaudit.demo.services import WORLDS
from selfaudit.demo.statements import demo_statement

__all__ = [
    "DEMO_KEY",
    "WORLDS",
    "Internet",
    "collect_demo",
    "demo_case",
    "demo_inputs",
    "demo_reports",
    "demo_signed_case",
    "demo_statement",
]
