"""What a collector's file says about a server's inside: listeners, packet filters, log-in, integrity, jobs. Pure readers of hostile text."""
