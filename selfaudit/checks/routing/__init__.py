"""Which network carries the traffic to an address, and whether it may."""
