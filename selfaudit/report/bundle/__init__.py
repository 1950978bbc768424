"""The bundle: made, opened and verified."""
