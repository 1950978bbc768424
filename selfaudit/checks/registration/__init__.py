"""To whom names and addresses are registered, and whether that is in order."""
