"""The RFCs as code. Pure: every look-up is injected, nothing is cached beyond a call, no socket is opened."""
