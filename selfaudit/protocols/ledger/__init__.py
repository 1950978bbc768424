"""Ledgers of consent: rows from CSV or JSON of strangers, their columns guessed, counted in one pass, and a redacted sample."""
