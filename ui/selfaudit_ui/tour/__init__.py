"""The guided tour of the demo, for who shows the app to somebody else: what its stops are, how each is reached, and the panel that tells it."""
