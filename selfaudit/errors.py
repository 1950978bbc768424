"""The two kinds of trouble that may reach a person or a caller as an exception."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person can put right: one line, what to do next. The command line ends with exit code 2."""


class BadInput(ValueError):
    """Outside bytes that do not have the form they should have. Readers raise this and nothing else."""
