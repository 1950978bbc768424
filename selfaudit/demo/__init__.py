"""A small internet on loopback: the same engine and real sockets, no packet beyond this machine."""

from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.services import WORLDS

__all__ = ["WORLDS", "Internet", "demo_case"]
