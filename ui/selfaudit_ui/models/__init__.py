"""Models over frozen values; they change only in the window's thread."""
