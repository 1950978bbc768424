"""selfaudit: the engine and the command line. Knows nothing of the window."""

__version__ = "0.8.0"
