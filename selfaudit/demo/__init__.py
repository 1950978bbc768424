"""A small internet on loopback: the same engine and real sockets, no packet beyond this machine."""

from selfaudit.demo.internet import WORLDS, Internet, demo_case

__all__ = ["WORLDS", "Internet", "demo_case"]
