"""Checks of a server's inside, from a collector's file."""
